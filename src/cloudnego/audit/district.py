"""The log of a district: one leaf every ten minutes over the heads of all streams there are.

So a case that is deleted whole shows, for its streams stood in every leaf since it was opened; and that a stream grew
does not show to anybody but its own members, for each head goes in under a salt that is new each time, empty
streams too.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Engine, insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from cloudnego.audit.checkpoints import Grown
from cloudnego.audit.logkey import LogKey
from cloudnego.audit.notes import Head, Note
from cloudnego.audit.stamps import Stamps
from cloudnego.audit.tables import DistrictHead, DistrictLeaf
from cloudnego.audit.trees import Tree
from cloudnego.eventlog import merkle, tables
from cloudnego.eventlog.database import writing
from cloudnego.eventlog.districts import Districts
from cloudnego.eventlog.leaf import canonical, instant
from cloudnego.ports import CHINA

EVERY_S: Final = 600
HEADS: Final = "heads"
KEYS: Final = "keys"
_VERSION: Final = 1


class NotThere(LookupError):
    """The log of the district never said that."""


class Seen(NamedTuple):
    """How a stream stood."""

    size: int
    root: bytes


class Stood(NamedTuple):
    """The proof that a stream stood in a leaf with a head: the leaf in the log, and the entry under the leaf.

    `place` (from 0) is where the entry stands among the `streams` of the leaf; both paths are RFC 6962's.
    """

    head: Head
    seq: int
    leaf: bytes
    path: tuple[bytes, ...]
    entry: bytes
    place: int
    streams: int
    under: tuple[bytes, ...]


class Told(NamedTuple):
    """A key of the log, and when it was first told to sign and was told no more (RFC 3339)."""

    public: bytes
    since: str
    until: str | None


class Whole(NamedTuple):
    """A district's log: its head, every leaf, the entries under the last one that has heads, and its keys."""

    head: Head
    leaves: list[bytes]
    entries: list[bytes]
    keys: list[Told]


class DistrictLogs:
    """The logs of all districts of one database. Blocking; several nodes may write: who comes second adds nothing."""

    def __init__(self, engine: Engine, districts: Districts, key: LogKey, now_s: Callable[[], int]) -> None:
        self._engine: Final = engine
        self._districts: Final = districts
        self._key: Final = key
        self._now_s: Final = now_s
        self.stamps: Stamps | None = None
        self._ticked: Final[dict[str, int]] = {}
        self._seen: Final[dict[str, tuple[int, dict[str, Seen]]]] = {}

    def origin(self, district: str) -> str:
        """The name of a district's log."""
        return f"{self._key.name}/{district}"

    # --- writing --------------------------------------------------------------------------------------------------

    def tick(self, district: str) -> int:
        """Write the leaf of these ten minutes, unless it is written; and before it, the keys if they are others than
        the log last said. Returns how many leaves were added. In a sandbox nothing is written while nothing changes."""
        now_s = self._now_s()
        tick = now_s // EVERY_S
        if self._ticked.get(district) == tick:
            return 0
        try:
            added = self._tick(district, tick, instant(datetime.fromtimestamp(now_s, CHINA)))
        except IntegrityError:  # another node has just written it
            added = 0
        self._ticked[district] = tick
        if self.stamps is not None and self._districts.get(district).kind != "sandbox":
            self.stamps.daily(district, self.head(district).head)
        return added

    def _tick(self, district: str, tick: int, at: str) -> int:
        salted = self._salts(district)
        quiet = self._districts.get(district).kind == "sandbox"
        publics = [public.hex() for public in self._key.publics]
        with Session(writing(self._engine)) as session:
            last = _last(session, district)
            if _last(session, district, HEADS, tick) is not None:
                return 0
            added = 0
            told = _last(session, district, KEYS)
            keys = {"at": at, "district": district, "keys": publics, "kind": KEYS}
            if told is None or _keys_in(told) != publics:
                last = _append(session, last, keys, tick)
                added += 1
            heads, new = self._heads(session, district)
            if heads and (new or not quiet):
                seq = 1 if last is None else last.seq + 1
                tree = Tree([_entry_hash(salted(seq, one), at, one, seen) for one, seen in sorted(heads.items())])
                said = {"at": at, "district": district, "heads": tree.root().hex(), "kind": HEADS, "streams": tree.size}
                _append(session, last, said, tick)
                added += 1
                rows = [
                    {"district": district, "stream": one, "size": seen.size, "seq": seq, "root": seen.root}
                    for one, seen in new.items()
                ]
                if rows:
                    session.connection().execute(insert(DistrictHead), rows)
                self._seen[district] = (seq, heads)
            session.commit()
        return added

    def _heads(self, session: Session, district: str) -> tuple[dict[str, Seen], dict[str, Seen]]:
        """All heads as they stand, and those of them that no leaf has seen."""
        newest = _last(session, district, HEADS)
        known = _known(session, district, 0 if newest is None else newest.seq, self._seen.get(district))
        query = select(col(tables.Stream.id), col(tables.Stream.size), col(tables.Stream.frontier))
        found: dict[str, Seen] = {}
        new: dict[str, Seen] = {}
        for id_, size, frontier in session.exec(query.where(tables.Stream.district == district)).all():
            was = known.get(id_)
            if was is not None and was.size == size:
                found[id_] = was
            else:
                found[id_] = new[id_] = Seen(size, merkle.root(merkle.unpack(bytes(frontier))))
        return found, new

    def _salts(self, district: str) -> Callable[[int, str], bytes]:
        """What hides a head from its neighbours: only who has the district's key can make it."""
        pepper = self._districts.pepper(district, "heads of the district log")

        def salt(seq: int, stream: str) -> bytes:
            return hmac.digest(pepper, f"{seq}\n{stream}".encode(), "sha256")

        return salt

    # --- reading --------------------------------------------------------------------------------------------------

    def head(self, district: str, since: int | None = None) -> Grown:
        """The head of the log, and the proof that it goes on from `since`. Raises NotThere."""
        with Session(self._engine) as session:
            last = _last(session, district)
            head = self._head(district, last)
            if since is None:
                return Grown(head, ())
            tree = _tree(session, district, head.size)
        if not 0 <= since <= tree.size:
            raise NotThere(since)
        return Grown(head, tuple(tree.consistency(since)))

    def at(self, district: str, size: int) -> Head:
        """The head as it was at this size. Raises NotThere."""
        with Session(self._engine) as session:
            row = session.get(DistrictLeaf, (district, size))
        if row is None:
            raise NotThere(size)
        return self._head(district, row)

    def grown(self, district: str, first: int, size: int) -> tuple[bytes, ...]:
        """The proof that the log of this size goes on from `first`. Raises IndexError for sizes it never had."""
        with Session(self._engine) as session:
            return tuple(_tree(session, district, size).consistency(first))

    def note(self, head: Head) -> Note:
        """The checkpoint of a head, signed."""
        return self._key.checkpoint(head)

    def stood(self, district: str, stream: str, seq: int | None = None) -> Stood:
        """That a stream stood in leaf `seq` (default: the newest). Raises NotThere."""
        return self.all_stood(district, [stream], seq)[stream]

    def all_stood(
        self, district: str, streams: Iterable[str], seq: int | None = None, size: int | None = None
    ) -> dict[str, Stood]:
        """The same of several streams, up to one head: that of this size (default: the newest), and in the last leaf
        of heads before it. Raises NotThere."""
        salted = self._salts(district)
        with Session(self._engine) as session:
            head = self._head(district, _last(session, district)) if size is None else self.at(district, size)
            row = (
                _last(session, district, HEADS, upto=size)
                if seq is None
                else session.get(DistrictLeaf, (district, seq))
            )
            if row is None or row.kind != HEADS or row.seq > head.size:
                raise NotThere(seq)
            heads = _known(session, district, row.seq, self._seen.get(district))
            log = _tree(session, district, head.size)
        at, found = _decoded(row.leaf)["at"], {}
        names = sorted(heads)
        tree = Tree([_entry_hash(salted(row.seq, one), at, one, heads[one]) for one in names])
        for stream in streams:
            if stream not in heads:
                raise NotThere(stream)
            place = names.index(stream)
            found[stream] = Stood(
                head=head, seq=row.seq, leaf=bytes(row.leaf), path=tuple(log.inclusion(row.seq - 1)),
                entry=entry(salted(row.seq, stream), at, stream, heads[stream]), place=place, streams=tree.size,
                under=tuple(tree.inclusion(place)),
            )  # fmt: skip
        return found

    def told_keys(self, district: str) -> list[Told]:
        """The keys of the log as the log of a district told them, those first told first."""
        found: dict[str, Told] = {}
        query = select(DistrictLeaf.leaf).where(DistrictLeaf.district == district, DistrictLeaf.kind == KEYS)
        with Session(self._engine) as session:
            for leaf in session.exec(query.order_by(col(DistrictLeaf.seq))):
                said = _decoded(bytes(leaf))
                for public, one in found.items():
                    if public not in said["keys"] and one.until is None:
                        found[public] = one._replace(until=said["at"])
                for public in said["keys"]:
                    known = found.get(public)
                    since = said["at"] if known is None else known.since
                    found[public] = Told(bytes.fromhex(public), since, None)
        return list(found.values())

    def whole(self, district: str) -> Whole:
        """All of the log, and what lies under its last leaf."""
        salted = self._salts(district)
        with Session(self._engine) as session:
            head = self._head(district, _last(session, district))
            row = _last(session, district, HEADS)
            heads = {} if row is None else _known(session, district, row.seq, self._seen.get(district))
        at = "" if row is None else _decoded(bytes(row.leaf))["at"]
        seq = 0 if row is None else row.seq
        entries = [entry(salted(seq, one), at, one, heads[one]) for one in sorted(heads)]
        return Whole(head, self.leaves(district)[: head.size], entries, self.told_keys(district))

    def leaves(self, district: str) -> list[bytes]:
        """The exact bytes of every leaf, in their order."""
        query = select(DistrictLeaf.leaf).where(DistrictLeaf.district == district).order_by(col(DistrictLeaf.seq))
        with Session(self._engine) as session:
            return [bytes(one) for one in session.exec(query)]

    def _head(self, district: str, last: DistrictLeaf | None) -> Head:
        if last is None:
            return Head(self.origin(district), 0, merkle.EMPTY_ROOT)
        return Head(self.origin(district), last.seq, merkle.root(merkle.unpack(bytes(last.frontier))))


def entry(salt: bytes, at: str, stream: str, seen: Seen) -> bytes:
    """The bytes of one entry under a leaf (RFC 8785)."""
    return canonical({"at": at, "root": seen.root.hex(), "salt": salt.hex(), "size": seen.size, "stream": stream})


def _entry_hash(salt: bytes, at: str, stream: str, seen: Seen) -> bytes:
    return merkle.leaf_hash(entry(salt, at, stream, seen))


def _append(session: Session, last: DistrictLeaf | None, said: dict[str, Any], tick: int) -> DistrictLeaf:
    """The next leaf of a log."""
    peaks = [] if last is None else merkle.unpack(bytes(last.frontier))
    size = 0 if last is None else last.seq
    leaf = canonical({**said, "seq": size + 1, "v": _VERSION})
    merkle.push(peaks, size, merkle.leaf_hash(leaf))
    row = DistrictLeaf(
        district=said["district"], seq=size + 1, kind=said["kind"], tick=tick, leaf=leaf,
        hash=merkle.leaf_hash(leaf), frontier=merkle.pack(peaks),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _last(
    session: Session, district: str, kind: str | None = None, tick: int | None = None, *, upto: int | None = None
) -> DistrictLeaf | None:
    """The newest leaf, of a kind, of these ten minutes, and not after leaf `upto` if they are named."""
    query = select(DistrictLeaf).where(DistrictLeaf.district == district).order_by(col(DistrictLeaf.seq).desc())
    if kind is not None:
        query = query.where(DistrictLeaf.kind == kind)
    if tick is not None:
        query = query.where(DistrictLeaf.tick == tick)
    if upto is not None:
        query = query.where(col(DistrictLeaf.seq) <= upto)
    return session.exec(query.limit(1)).first()


def _known(
    session: Session, district: str, seq: int, remembered: tuple[int, dict[str, Seen]] | None
) -> dict[str, Seen]:
    """The heads as leaf `seq` saw them: of each stream the longest that was seen by then."""
    if remembered is not None and remembered[0] == seq:
        return remembered[1]
    query = (
        select(col(DistrictHead.stream), col(DistrictHead.size), col(DistrictHead.root))
        .where(DistrictHead.district == district, col(DistrictHead.seq) <= seq)
        .order_by(col(DistrictHead.stream), col(DistrictHead.size))
    )
    return {stream: Seen(size, bytes(root)) for stream, size, root in session.exec(query)}


def _tree(session: Session, district: str, size: int) -> Tree:
    query = select(DistrictLeaf.hash).where(DistrictLeaf.district == district, col(DistrictLeaf.seq) <= size)
    hashes: Iterable[bytes] = session.exec(query.order_by(col(DistrictLeaf.seq)))
    return Tree([bytes(one) for one in hashes])


def _decoded(leaf: bytes) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(leaf)
    return found


def _keys_in(row: DistrictLeaf) -> list[str]:
    keys: list[str] = _decoded(bytes(row.leaf))["keys"]
    return keys
