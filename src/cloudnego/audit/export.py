"""The audit file of a case: the streams an audience sees, and all by which a stranger checks them (docs/AUDIT.md).

All is read at one moment while the service goes on writing, some hundred entries at a time.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection, Engine

from cloudnego.audit.district import Told
from cloudnego.audit.logkey import LogKey
from cloudnego.audit.notes import WITNESS, Head, Key, Note, Signature, cosignature
from cloudnego.audit.packing import MANIFEST, NOTE, README, Parts
from cloudnego.audit.witnesses import COUNTED, ENOUGH, Party, sides_of
from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog import merkle
from cloudnego.eventlog.books import Keys
from cloudnego.eventlog.database import snapshot
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.leaf import canonical, stream_id
from cloudnego.eventlog.seal import Damaged, Sealed, Sealer
from cloudnego.eventlog.store import Store
from cloudnego.ports import NoCase
from cloudnego.texts import say

FORMAT: Final = "cloudnego-audit/1"
_CHUNK: Final = 512
_TOLD: Final = 16  # a case has some hundred entries
_BODY: Final = (
    "SELECT l.stream, l.seq, l.leaf, l.hash, b.body, b.salt, b.words, b.words_salt "
    "FROM leaf l LEFT JOIN body b ON b.pos = l.pos"
)


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What the manifest says of the file itself: for whom, by whom and why it was made, and by which law it goes."""

    audience: str
    calendar: str
    case: str
    district: str
    kind: str
    made_at: str
    made_by: str
    pack: str
    purpose: str
    software: str


class Witness(NamedTuple):
    """Whose key co-signs which streams: for whom it speaks, and the entry that seated the person with the device."""

    public: bytes
    name: str
    party: Party
    streams: tuple[Stream, ...]
    since: str | None
    until: str | None
    event: str | None
    person: str | None = None  # is not said in the file

    @property
    def key(self) -> Key:
        return Key(self.name, WITNESS, self.public)


class Cosigned(NamedTuple):
    """The last head of a stream that a witness co-signed."""

    stream: Stream
    size: int
    root: bytes
    name: str
    public: bytes
    at_s: int
    signature: bytes

    @property
    def line(self) -> Signature:
        return cosignature(Key(self.name, WITNESS, self.public), self.at_s, self.signature)


class Signer(NamedTuple):
    """A key on a device of somebody who signed an act with it, and from when to when it was registered."""

    actor: str
    public: bytes
    since: str | None
    until: str | None


class Confirmed(NamedTuple):
    """Who may co-sign the streams of a case, what they did, and whose keys signed acts in them. `over`: how far an
    office has confirmed a stream by the log of the district."""

    witnesses: Sequence[Witness] = ()
    cosigned: Sequence[Cosigned] = ()
    signers: Sequence[Signer] = ()
    over: Sequence[tuple[Stream, Party, int]] = ()

    def far(self, stream: Stream) -> dict[Party, int]:
        """Up to which size each party has confirmed a stream."""
        by = {one.public: one.party for one in self.witnesses}
        found = [(by[one.public], one.size) for one in self.cosigned if one.stream is stream]
        found += [(party, size) for over, party, size in self.over if over is stream]
        return {party: max(size for one, size in found if one is party) for party in dict(found)}


class Line(msgspec.Struct, frozen=True):
    """One line of bodies.jsonl: the exact texts as strings, so that any JSON parser gives their bytes."""

    body: str | None
    salt: str | None
    words: str | None
    words_salt: str | None


Saw = Callable[[Stream, int, Sealed], None]
"""Is told every entry on its way into the file."""


class Reading:
    """The streams of one case as they stand at one moment."""

    def __init__(
        self, connection: Connection, engine: Engine, ring: Keyring, case: str, streams: Iterable[Stream]
    ) -> None:
        """Raises NoCase."""
        self._connection: Final = connection
        self.case: Final = case
        store = Store(engine)
        self._mark: Final = "?" if store.sqlite else "%s"

        def stored_key(name: str) -> bytes | None:
            with engine.connect() as other:
                return store.key(other, name)

        self._sealer: Final = Sealer(ring.dice, Keys(ring, stored_key, writes=False).of)
        query = f"SELECT size, district, frontier FROM stream WHERE id = {self._mark}"
        found = {
            stream: connection.exec_driver_sql(query, (stream_id(case, stream),)).first()
            for stream in Stream
            if stream in frozenset(streams)
        }
        if not found or any(row is None for row in found.values()):
            raise NoCase(case)
        self.district: Final = next(str(row[1]) for row in found.values() if row is not None)
        self.sizes: Final = {stream: int(row[0]) for stream, row in found.items() if row is not None}
        self._frontiers: Final = {stream: bytes(row[2]) for stream, row in found.items() if row is not None}

    def root(self, stream: Stream) -> bytes:
        return merkle.root(merkle.unpack(self._frontiers[stream]))

    def rows(self, stream: Stream) -> Iterator[Sealed]:
        """The entries of a stream, nothing encrypted. Raises Damaged."""
        return self._rows([stream], "l.seq")

    def joint(self) -> Iterator[Sealed]:
        """The entries of all these streams together, in the order in which they came."""
        return self._rows(list(self.sizes), "l.pos")

    def _rows(self, streams: list[Stream], order: str) -> Iterator[Sealed]:
        one = f"(l.stream = {self._mark} AND l.seq <= {self._mark})"
        where = f"l.case_id = {self._mark} AND ({' OR '.join([one] * len(streams))})"
        given = (self.case, *(part for stream in streams for part in (stream.value, self.sizes[stream])))
        driver: Any = self._connection.connection.driver_connection
        sqlite = self._connection.dialect.name == "sqlite"
        cursor = driver.cursor() if sqlite else driver.cursor(name="export", binary=True)
        try:
            cursor.execute(f"{_BODY} WHERE {where} ORDER BY {order}", given)
            while chunk := cursor.fetchmany(_CHUNK):
                for stream, seq, leaf, hashed, *content in chunk:
                    body, salt, words, words_salt = (None if one is None else bytes(one) for one in content)
                    yield self._sealer.plain(
                        Sealed(
                            self.case, stream, seq, bytes(leaf), bytes(hashed), body, salt, words, words_salt,
                            None, None,
                        )
                    )  # fmt: skip
        finally:
            cursor.close()

    def checked(self, stream: Stream, seq: int, peaks: list[bytes]) -> None:
        """Nothing is signed that the stream's own head does not say. Raises Damaged."""
        if seq != self.sizes[stream] or merkle.pack(peaks) != self._frontiers[stream]:
            raise Damaged(stream_id(self.case, stream), "its entries are not what its head says")


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode()


def _hex(raw: bytes | None) -> str | None:
    return None if raw is None else raw.hex()


def entries(
    parts: Parts, reading: Reading, confirmed: Confirmed, saw: Sequence[Saw], told: Callable[[int], None]
) -> None:
    """hashes.txt, events.jsonl and bodies.jsonl. Raises Damaged, where a head or a witness says otherwise."""
    heads = {(one.stream, one.size): one.root for one in confirmed.cosigned}
    hashes, events, bodies = parts.pen(), parts.pen(), parts.pen()
    for stream in reading.sizes:
        seq, peaks = 0, []  # type: int, list[bytes]
        for row in reading.rows(stream):
            node = merkle.leaf_hash(row.leaf)
            merkle.push(peaks, seq, node)
            seq += 1
            if row.seq != seq:
                raise Damaged(f"{stream_id(reading.case, stream)}/{seq}", "the entry is missing")
            hashes.write(node.hex().encode() + b"\n")
            events.write(row.leaf + b"\n")
            line = Line(_text(row.body), _hex(row.salt), _text(row.words), _hex(row.words_salt))
            bodies.write(canonical(line) + b"\n")
            for one in saw:
                one(stream, seq, row)
            if (stream, seq) in heads and heads[stream, seq] != merkle.root(peaks):
                raise Damaged(f"{stream_id(reading.case, stream)}/{seq}", "a witness confirmed another head")
            if seq % _TOLD == 0:
                told(_TOLD)
        told(seq % _TOLD)
        reading.checked(stream, seq, peaks)
    for name, pen in (("hashes.txt", hashes), ("events.jsonl", events), ("bodies.jsonl", bodies)):
        parts.keep(name, pen)


def keys(parts: Parts, key: LogKey, confirmed: Confirmed, told: Sequence[Told] = ()) -> None:
    """keys.json: who signs and has signed for the log, whose devices co-sign what, and whose keys signed acts."""
    witnesses = sorted(confirmed.witnesses, key=lambda one: one.key.vkey)
    signers = sorted(confirmed.signers, key=lambda one: one.public)
    since = {one.public: one.since for one in told}
    logs: list[tuple[bytes, str | None, str | None]] = [(one, since.get(one), None) for one in key.publics]
    logs += [(one.public, one.since, one.until or one.since) for one in told if one.public not in key.publics]
    said = {
        "logs": [{"public": b64encode(one).decode(), "since": begin, "until": end} for one, begin, end in logs],
        "name": key.name,
        "signers": [
            {"actor": one.actor, "public": b64encode(one.public).decode(), "since": one.since, "until": one.until}
            for one in signers
        ],
        "witnesses": [
            {
                "event": one.event, "side": one.party.value, "since": one.since,
                "streams": [stream.value for stream in one.streams], "until": one.until, "vkey": one.key.vkey,
            }
            for one in witnesses
        ],
    }  # fmt: skip
    parts.put("keys.json", canonical(said))


def policies(parts: Parts, key: LogKey, case: str, confirmed: Confirmed, streams: Iterable[Stream]) -> None:
    """Whose co-signatures are expected of each stream and how many are enough, as other programs read it (C2SP
    tlog-policy): two of the three that count what is joint, its own side a caucus."""
    for stream in streams:
        counted = [Party(side.value) for side in sides_of(stream)] if stream.is_caucus else COUNTED
        wanted = 1 if stream.is_caucus else ENOUGH
        there = {
            party: [one.key.vkey for one in confirmed.witnesses if one.party is party and stream in one.streams]
            for party in Party
        }
        lines = [f"# expected {' '.join(counted)}: {wanted}"]
        lines += [f"log {one.vkey}" for one in key.keys(f"{key.name}/{stream_id(case, stream)}")]
        for party, vkeys in there.items():
            names = [f"{party.value}-{at}" for at in range(1, len(vkeys) + 1)]
            lines += [f"witness {name} {vkey}" for name, vkey in zip(names, vkeys, strict=True)]
            lines += [f"group {party.value} any {' '.join(names)}"] * bool(names)
        known = [party.value for party in counted if there[party]]
        reached = len(known) >= wanted
        lines += [f"group enough {wanted} {' '.join(known)}", "quorum enough"] if reached else ["quorum none"]
        parts.put(f"policy/{stream.value}.txt", "".join(f"{line}\n" for line in lines).encode())


def checkpoints(parts: Parts, key: LogKey, reading: Reading, confirmed: Confirmed) -> None:
    """The head of each stream with the co-signatures it has, and older heads that a witness went no further than."""
    older: list[tuple[str, Note]] = []
    for stream, size in reading.sizes.items():
        by_head: dict[tuple[int, bytes], list[Cosigned]] = {}
        for one in confirmed.cosigned:
            if one.stream is stream and one.size <= size:
                by_head.setdefault((one.size, one.root), []).append(one)
        origin = f"{key.name}/{stream_id(reading.case, stream)}"
        last = (size, reading.root(stream))
        for found in {last: (), **dict(sorted(by_head.items()))}:
            note = key.checkpoint(Head(origin, *found))
            lines = tuple(one.line for one in sorted(by_head.get(found, ()), key=lambda one: one.name))
            whole = Note(note.text, (*note.signatures, *lines))
            if found == last:
                parts.put(f"checkpoints/{stream.value}.txt", whole.rendered.encode())
            else:
                older.append((f"cosigned/{stream.value}-{found[0]}.txt", whole))
    for name, note in older:
        parts.put(name, note.rendered.encode())


Further = Callable[[Parts], None]
"""Writes what lies beside the entries: documents, ballots, tables."""


def export(
    parts: Parts, reading: Reading, key: LogKey, made: Made, confirmed: Confirmed, *,
    saw: Sequence[Saw] = (), further: Sequence[Further] = (), told: Callable[[int], None] | None = None,
    signed: Sequence[Told] = (),
) -> None:  # fmt: skip
    """All entries of an audit file, ready to be written. `signed`: the keys as the log of the district told them.
    Raises Damaged, KeyMissing."""
    streams = tuple(reading.sizes)
    said = say("audit.readme", msgspec.structs.asdict(made))
    parts.put(README, f"{said['zh']}\n\n{said['en']}\n".encode())
    keys(parts, key, confirmed, signed)
    policies(parts, key, reading.case, confirmed, streams)
    checkpoints(parts, key, reading, confirmed)
    entries(parts, reading, confirmed, saw, told or (lambda _done: None))
    for write in further:
        write(parts)
    for name in ("verify.py", "verify.html"):
        parts.put(name, files("cloudnego.audit").joinpath(name).read_bytes())
    heads = [
        {
            "origin": f"{key.name}/{stream_id(reading.case, stream)}", "root": b64encode(reading.root(stream)).decode(),
            "size": size, "stream": stream.value,
        }
        for stream, size in reading.sizes.items()
    ]  # fmt: skip
    manifest = {
        "format": FORMAT, "name": key.name, "streams": heads, "files": parts.rows(), **msgspec.structs.asdict(made)
    }  # fmt: skip
    parts.put(MANIFEST, canonical(manifest))
    origin = f"{key.name}/export"
    digest = b64encode(sha256(canonical(manifest)).digest()).decode()
    parts.put(NOTE, key.sign(origin, f"{origin}\n{digest}\n").rendered.encode())


class Source(NamedTuple):
    """Where an audit file comes from."""

    engine: Engine
    ring: Keyring
    key: LogKey


def write_export(
    source: Source, made: Made, streams: Iterable[Stream], target: Path, confirmed: Confirmed, *,
    saw: Sequence[Saw] = (), further: Sequence[Further] = (), told: Callable[[int], None] | None = None,
) -> int:  # fmt: skip
    """Write an audit file where there is none, and say how many entries are in it; it appears under its name only when
    it is whole, and only its owner may read it. Raises FileExistsError, NoCase, Damaged, KeyMissing."""
    with written(target) as parts, snapshot(source.engine) as connection:
        reading = Reading(connection, source.engine, source.ring, made.case, streams)
        export(parts, reading, source.key, made, confirmed, saw=saw, further=further, told=told)
    return sum(reading.sizes.values())


@contextmanager
def written(target: Path) -> Iterator[Parts]:
    """Gather the parts of a file, which is written when all are there. Raises FileExistsError."""
    if target.exists():
        raise FileExistsError(target)
    part, parts = target.with_name(target.name + ".part"), Parts(target.parent)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            yield parts
            parts.write(out)
            out.flush()
            os.fsync(out.fileno())
        os.link(part, target)  # unlike rename, this does not replace what someone put there meanwhile
    finally:
        part.unlink()
        parts.close()
