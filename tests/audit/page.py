"""verify.html without its page: its program on node, asked as often as one likes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from tests.npm import node

HERE: Final = Path(__file__).parent
Rows = list[tuple[int, str, str, str]]
Splice = tuple[int, int, bytes]
"""From, to, and what stands there instead."""


class Page:
    """A process of node that has read the page. Close it."""

    def __init__(self) -> None:
        page = str(files("cloudnego.audit").joinpath("verify.html"))
        run = [str(node() / "bin" / "node"), str(HERE / "page.mjs"), page]
        self._process: Final = subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Page:
        return self

    def __exit__(self, kind: type[BaseException] | None, wrong: BaseException | None, at: TracebackType | None) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def verify(
        self, path: Path, keys: Sequence[str] = (), held: Sequence[Path] = (),
        change: Splice | None = None,
    ) -> Rows:  # fmt: skip
        """What the page finds; `change`: of what the file has."""
        asked: dict[str, Any] = {"path": str(path), "keys": list(keys), "held": [str(one) for one in held]}
        if change is not None:
            asked["change"] = _sent(change)
        return [tuple(row) for row in self._asked(asked)]

    def refuses(self, path: Path, changes: Sequence[Splice]) -> list[bool]:
        """Of each changed file, whether the page refuses it."""
        return list(self._asked({"path": str(path), "many": [_sent(one) for one in changes]}))

    def _asked(self, what: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def _sent(change: Splice) -> tuple[int, int, str]:
    return change[0], change[1], change[2].hex()
