"""Has foreign files read by a process that can be lost: what a file does to its reader, it does there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import structlog

from cloudnego.files.kinds import FileKind, FileRefused, Why

WALL_S: Final = 20.0
_TABLE_WALL_S: Final = 90.0
"""A machine under load gives the seconds of CPU a cell has no faster than this, or the file waits for another day."""

_SOURCE: Final = str(Path(__file__).resolve().parents[2])
_ENVIRONMENT: Final = {"PYTHONPATH": _SOURCE, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
_log: Final = structlog.get_logger(__name__)


def looked_at(content: bytes, kind: FileKind) -> bytes:
    """The file as it may be kept. Raises FileRefused. Blocks, for tenths of a second."""
    return _in_a_cell("look", kind, content, "")


def marked(content: bytes, kind: FileKind, mark: str) -> bytes:
    """A kept file with the mark on it. Raises FileRefused where it cannot be marked. Blocks."""
    return _in_a_cell("mark", kind, content, mark)


def rows_of(content: bytes, kind: str) -> bytes:
    """A table, `kind` csv, xlsx or json, as the lines `files.grids` makes of it. Raises FileRefused. Blocks, seconds
    for a long one."""
    return _in_a_cell("table", kind, content, "", _TABLE_WALL_S)


def _in_a_cell(work: str, kind: str, content: bytes, mark: str, wall_s: float | None = None) -> bytes:
    command = [sys.executable, "-P", "-m", "cloudnego.files.cell", work, kind]
    said = mark.encode()
    with _memory() as given, _memory() as made:
        for part in (len(said).to_bytes(4, "big"), said, content):
            given.write(part)
        given.seek(0)
        try:
            ran = subprocess.run(
                command, stdin=given, stdout=made, stderr=subprocess.DEVNULL, env=_ENVIRONMENT,
                timeout=wall_s or WALL_S, check=False, cwd="/",
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise FileRefused(Why.BOMB) from None
        made.seek(0)
        answer = made.read()
    if ran.returncode != 0:  # its limits ended it, or the file found a fault in a library
        _log.warning("cell_ended", work=work, kind=kind, code=ran.returncode)
        raise FileRefused(Why.BOMB)
    if answer[:1] != b"+":
        raise FileRefused(Why(answer[1:].decode()))
    return answer[1:]


@contextmanager
def _memory() -> Iterator[BinaryIO]:
    """A file that exists in memory alone: what lies in a caucus is written to no disk in the clear."""
    with os.fdopen(os.memfd_create("cell", os.MFD_CLOEXEC), "w+b") as found:
        yield found
