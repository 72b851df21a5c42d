"""The container of an audit file: every byte of it follows from the names and the contents, in constant memory.

An entry's header has its size and checksum, so what is long is written beside the target first and copied then.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final, NamedTuple

from cloudnego.audit.verify import Entry, directory, local

MANIFEST: Final = "manifest.json"
NOTE: Final = "manifest.note"
README: Final = "README.txt"
_SPOOL: Final = 1 << 20
"""What is shorter stays in memory."""


class Part(NamedTuple):
    """An entry that is finished and waits to be copied."""

    name: str
    size: int
    crc: int
    sha256: str
    content: IO[bytes]

    @property
    def row(self) -> dict[str, Any]:
        """As the manifest has it."""
        return {"path": self.name, "sha256": self.sha256, "size": self.size}


class Pen:
    """Writes one entry, and knows of it what its header will say."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content: Final = content
        self._digest: Final = sha256()
        self._size = self._crc = 0

    def write(self, some: bytes) -> None:
        self._content.write(some)
        self._digest.update(some)
        self._crc = zlib.crc32(some, self._crc)
        self._size += len(some)

    def done(self, name: str) -> Part:
        return Part(name, self._size, self._crc, self._digest.hexdigest(), self._content)


class Parts:
    """The entries of one audit file on the way, in `folder`, which has no trace of them afterwards."""

    def __init__(self, folder: Path) -> None:
        self._folder: Final = folder
        self._done: Final[dict[str, Part]] = {}
        self._open: Final[list[IO[bytes]]] = []

    def pen(self) -> Pen:
        """For an entry that is written along with others; `keep` it when it is done."""
        content: Any = SpooledTemporaryFile(_SPOOL, dir=str(self._folder))  # noqa: SIM115 - closed with all the others
        self._open.append(content)
        return Pen(content)

    def keep(self, name: str, pen: Pen) -> None:
        """An entry is finished; there is one of each name."""
        if name in self._done:
            raise ValueError(f"{name} is there twice")
        self._done[name] = pen.done(name)

    @contextmanager
    def writing(self, name: str) -> Iterator[Pen]:
        """An entry written at one go."""
        pen = self.pen()
        yield pen
        self.keep(name, pen)

    def put(self, name: str, content: bytes) -> None:
        """A short entry whole."""
        with self.writing(name) as pen:
            pen.write(content)

    def size(self, name: str) -> int:
        return self._done[name].size

    def rows(self) -> list[dict[str, Any]]:
        """What the manifest lists: all there is but itself and its note, in the order in which they were finished."""
        return [part.row for name, part in self._done.items() if name not in (MANIFEST, NOTE)]

    def write(self, out: IO[bytes]) -> None:
        """Write the whole file."""
        first = [name for name in (README, MANIFEST, NOTE) if name in self._done]
        order = [*first, *(name for name in self._done if name not in first)]
        write(out, (self._done[name] for name in order))

    def close(self) -> None:
        for content in self._open:
            content.close()


def write(out: IO[bytes], parts: Iterable[Part]) -> None:
    """The container over finished entries in this order."""
    entries, at = [], 0
    for part in parts:
        head = local(part.name.encode("ascii"), part.size, part.crc)
        out.write(head)
        part.content.seek(0)
        while chunk := part.content.read(_SPOOL):
            out.write(chunk)
        entries.append(Entry(part.name, at, at + len(head), part.size, part.crc, part.sha256))
        at += len(head) + part.size
    out.write(directory(entries, at))
