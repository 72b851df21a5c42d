"""How far the log was co-signed, kept beside its key: a backup knows only what was co-signed before it was made.

Who co-signed a head holds it, and will refuse a log that is shorter. So whoever restores one is told before, by the
machine that gave those heads out, and not after, by the two sides.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import structlog
from sqlalchemy import Connection, Table

from cloudnego.audit.checkpoints import tree_of
from cloudnego.audit.notes import Head
from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.backup import After
from cloudnego.eventlog.keys import replace
from cloudnego.texts import Actionable

_log: Final = structlog.get_logger(__name__)
_SHOWN: Final = 10


class Fallen(NamedTuple):
    """A stream that a database does not have as it was co-signed: how much it has of it, and how far that went."""

    stream: str
    size: int
    cosigned: int


class Heights:
    """The greatest co-signed head of each stream, a small file each in a folder; without a folder, of none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder: Final = folder

    def keep(self, stream: str, head: Head) -> None:
        """Note that a head was co-signed. That it cannot be noted keeps nobody from co-signing."""
        if self._folder is None:
            return
        file = self._folder / stream.replace("/", ".")
        try:
            if not file.exists() or _read(file)[0] < head.size:
                self._folder.mkdir(mode=0o700, exist_ok=True)
                replace(file, f"{head.size} {b64encode(head.root).decode()}\n")
        except (OSError, ValueError) as wrong:
            _log.warning("height_not_kept", stream=stream, error=type(wrong).__name__)

    def fallen(self, connection: Connection) -> list[Fallen]:
        """The streams of which this database has less than was co-signed, or something else."""
        there = sorted(self._folder.iterdir()) if self._folder is not None and self._folder.exists() else []
        found = []
        for file in there:
            case, dot, stream = file.name.partition(".")
            if not dot or stream not in set(Stream):
                continue  # what was being written when the machine stopped
            size, root = _read(file)
            tree = tree_of(connection, case, Stream(stream), size)
            if tree.size < size or tree.root() != root:
                found.append(Fallen(f"{case}/{stream}", tree.size, size))
        return found


class Behind(Actionable):
    """What is to be restored lacks entries that were co-signed."""


def not_behind(heights: Heights, then: After) -> After:
    """Do this with a restored database only if it has all that was co-signed. It raises Behind."""

    def after(connection: Connection, tables: Mapping[str, Table]) -> None:
        fallen = heights.fallen(connection)
        if fallen:
            shown = ", ".join(f"{one.stream} {one.size}/{one.cosigned}" for one in fallen[:_SHOWN])
            raise Behind("behind_cosigned", count=len(fallen), streams=shown)
        then(connection, tables)

    return after


def _read(file: Path) -> tuple[int, bytes]:
    """Raises ValueError, OSError."""
    size, _, root = file.read_text("utf-8").partition(" ")
    return int(size), b64decode(root)
