"""fsck: derive every hash of the log again from the stored bytes, and name the first fault of each stream."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine

from cloudnego.core.vocabulary import JOINT, Stream
from cloudnego.eventlog import codec, merkle, sql
from cloudnego.eventlog.books import Keys
from cloudnego.eventlog.database import snapshot
from cloudnego.eventlog.keys import KeyMissing, Keyring
from cloudnego.eventlog.leaf import LEAF_VERSION, Leaf, commit
from cloudnego.eventlog.leaf import decode as decode_leaf
from cloudnego.eventlog.seal import Damaged, Sealed, Sealer
from cloudnego.eventlog.store import Store

_CHUNK: Final = 4096
_JOINT_NAMES: Final = frozenset(stream.value for stream in JOINT)


class Fault(msgspec.Struct, frozen=True):
    """The first thing wrong in a stream. `seq` 0: the stream's head, or the stream as a whole."""

    case: str
    stream: str
    seq: int
    what: str

    def __str__(self) -> str:
        return f"{self.case}/{self.stream}/{self.seq}: {self.what}"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at and what was found; `faults` in the order of case, stream and seq."""

    leaves: int
    streams: int
    bodies: int
    erased: int
    faults: tuple[Fault, ...]

    @property
    def whole(self) -> bool:
        return not self.faults


class _Stream:
    """A stream on the way through it."""

    __slots__ = ("at", "peaks", "pos", "size")

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[bytes] = []
        self.at = ""
        self.pos = 0


class _Check:
    """One pass over the log in the order of positions."""

    def __init__(self, sealer: Sealer, heads: dict[str, tuple[Any, ...]]) -> None:
        self._sealer: Final = sealer
        self._heads: Final = heads
        self.streams: Final[dict[tuple[str, str], _Stream]] = {}
        self.faults: Final[dict[tuple[str, str], Fault]] = {}
        self.leaves = 0
        self.bodies = 0
        self.erased = 0
        self._joint_at: Final[dict[str, str]] = {}

    def fault(self, case: str, stream: str, seq: int, what: str) -> None:
        """Keep the fault unless the stream has an earlier one."""
        known = self.faults.get((case, stream))
        if known is None or seq < known.seq:
            self.faults[case, stream] = Fault(case, stream, seq, what)

    def trees(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        """Leaf hashes, sequence numbers and frontiers; yields each row on. The hot loop: flat on purpose."""
        streams = self.streams
        for row in rows:
            case, name, seq, leaf, hashed = row[:5]
            stream = streams.get((case, name))
            if stream is None:
                stream = streams[case, name] = _Stream()
            self.leaves += 1
            node = sha256(b"\x00" + leaf).digest()
            if node != hashed:
                self.fault(case, name, seq, "the stored hash is not the hash of the stored leaf")
            size = stream.size
            if seq != size + 1:
                self.fault(case, name, min(seq, size + 1), f"entry {size + 1} is missing, {seq} stands in its place")
            stream.size = size + 1
            peaks = stream.peaks
            while size & 1:
                node = sha256(b"\x01" + peaks.pop() + node).digest()
                size >>= 1
            peaks.append(node)
            yield row

    def contents(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """What each leaf says of itself, and whether body and words are what it commits to."""
        for row in rows:
            self._entry(Sealed(*row[:-1]))

    def _entry(self, row: Sealed) -> None:
        case, name, seq = row.case_id, row.stream, row.seq
        try:
            leaf = decode_leaf(row.leaf)
        except msgspec.DecodeError as wrong:
            self.fault(case, name, seq, f"the leaf is not a leaf: {wrong}")
            return
        stream = self.streams[case, name]
        head = self._heads.get(f"{case}/{name}")
        if leaf.stream != f"{case}/{name}" or leaf.seq != seq or leaf.v != LEAF_VERSION:
            self.fault(case, name, seq, f"the leaf says it is {leaf.stream}/{leaf.seq}, v{leaf.v}")
        elif head is not None and leaf.district != head[0]:
            self.fault(case, name, seq, f"the leaf is of district {leaf.district}, the stream of {head[0]}")
        before = stream.at
        if name in _JOINT_NAMES:
            before = max(before, self._joint_at.get(case, ""))
            self._joint_at[case] = max(before, leaf.at)
        if leaf.at < before:
            self.fault(case, name, seq, f"its time {leaf.at} is before {before}")
        stream.at = leaf.at
        self._body(row, leaf)

    def _body(self, sealed: Sealed, leaf: Leaf) -> None:
        case, name, seq = sealed.case_id, sealed.stream, sealed.seq
        if sealed.body is None:
            self.fault(case, name, seq, "the body is missing")
            return
        try:
            row = self._sealer.plain(sealed)
            content = row.body or b""
            facts, words_commit = codec.split(content)
        except (Damaged, KeyMissing, codec.Unreadable) as wrong:
            self.fault(case, name, seq, wrong.what if isinstance(wrong, Damaged) else str(wrong))
            return
        self.bodies += 1
        if row.salt is None or commit(codec.BODY_TAG, row.salt, content) != leaf.body_commit:
            self.fault(case, name, seq, "the body is not what the leaf commits to")
        if words_commit is None:
            if row.words is not None:
                self.fault(case, name, seq, "there are words that the body does not know of")
        elif row.words is None or row.words_salt is None:
            self.erased += 1
        elif commit(codec.WORDS_TAG, row.words_salt, row.words) != words_commit:
            self.fault(case, name, seq, "the words are not what the body commits to")
        day = b'"occurred_on":"%s"' % leaf.occurred_on.encode() if leaf.occurred_on else None
        if day is not None and day not in facts:
            self.fault(case, name, seq, "the leaf's occurred_on is not the body's")

    def against_heads(self) -> None:
        """What the head rows say against what was derived."""
        joint: dict[str, int] = {}
        for (case, name), stream in self.streams.items():
            if name in _JOINT_NAMES:
                joint[case] = joint.get(case, 0) + stream.size
            if f"{case}/{name}" not in self._heads:
                self.fault(case, name, 1, "there are entries, but the stream has no head")
        for id_, (_, size, counted, at, frontier) in self._heads.items():
            case, _, name = id_.rpartition("/")
            found = self.streams.get((case, name)) or _Stream()
            if found.size != size:
                self.fault(case, name, min(found.size, size) + 1, f"{found.size} entries, the head says {size}")
            elif merkle.pack(found.peaks) != bytes(frontier):
                self.fault(case, name, size, f"the root is {merkle.root(found.peaks).hex()}, the head says another")
            elif found.at and found.at != at:
                self.fault(case, name, size, f"the last entry is of {found.at}, the head says {at}")
            if counted != (joint.get(case, 0) if name == Stream.TABLE.value else 0):
                self.fault(case, name, size, f"the head counts {counted} joint entries, there are {joint.get(case, 0)}")


def _rows(connection: Connection, told: Callable[[int], None] | None) -> Iterator[tuple[Any, ...]]:
    """Every entry in the order of positions, from a cursor that holds only a chunk."""
    names = [f"l.{n}" for n in sql.LEAF_COLUMNS] + [f"b.{n}" for n in sql.BODY_COLUMNS]
    statement = f"SELECT {', '.join(names)}, l.pos FROM leaf l LEFT JOIN body b ON b.pos = l.pos ORDER BY l.pos"
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor() if connection.dialect.name == "sqlite" else driver.cursor(name="fsck", binary=True)
    try:
        cursor.execute(statement)
        while chunk := cursor.fetchmany(_CHUNK):
            yield from chunk
            if told is not None:
                told(len(chunk))
    finally:
        cursor.close()


def fsck(engine: Engine, ring: Keyring, *, contents: bool = True, told: Callable[[int], None] | None = None) -> Report:
    """Check the whole log as it stands at one moment; the service may go on writing.

    `contents=False` derives the trees alone; `told` hears how many leaves were read.
    """
    store = Store(engine)

    def stored_key(stream: str) -> bytes | None:
        with engine.connect() as other:
            return store.key(other, stream)

    with snapshot(engine) as connection:
        found = connection.exec_driver_sql("SELECT id, district, size, joint, at, frontier FROM stream")
        heads = {row[0]: tuple(row[1:]) for row in found}
        orphans = connection.exec_driver_sql(
            "SELECT count(*) FROM body b LEFT JOIN leaf l ON l.pos = b.pos WHERE l.pos IS NULL"
        ).scalar_one()
        check = _Check(Sealer(ring.dice, Keys(ring, stored_key, writes=False).of), heads)
        rows = check.trees(_rows(connection, told))
        if contents:
            check.contents(rows)
        else:
            deque(rows, maxlen=0)
    check.against_heads()
    if orphans:
        check.fault("", "", 0, f"{orphans} bodies belong to no leaf")
    faults = sorted(check.faults.values(), key=lambda fault: (fault.case, fault.stream, fault.seq))
    return Report(
        leaves=check.leaves, streams=len(heads), bodies=check.bodies, erased=check.erased, faults=tuple(faults)
    )
