"""That the log of the district has the heads of a case, and which offices co-signed it: an audit file's folders."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Engine

from cloudnego.audit.district import DistrictLogs, NotThere, Stood, Told
from cloudnego.audit.notes import Head, head_of, parse
from cloudnego.audit.packing import Parts
from cloudnego.audit.stamps import Stamp, newest
from cloudnego.audit.trees import consistent
from cloudnego.audit.verify import Archive
from cloudnego.audit.witnesses import Held, Witnesses
from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.leaf import canonical, stream_id
from cloudnego.signing.stamping import Token, TokenWrong, checked


class Watched(NamedTuple):
    """A head of the district's log that offices co-signed (`held`), as a note with their lines, and where each stream
    of the case stood in it."""

    note: str
    size: int
    stood: dict[Stream, Stood]
    held: tuple[Held, ...]


class Proved(NamedTuple):
    """What the log of the district says of a case: its head as a signed note, and where each stream stood; nothing,
    where it has not seen them. `keys`: as it told them; `stamp`: over the longest head that has one, and by `grown` the
    head of the note goes on from there."""

    note: str
    stood: dict[Stream, Stood]
    keys: Sequence[Told]
    stamp: Stamp | None = None
    grown: Sequence[bytes] = ()


def proved_by(engine: Engine, logs: DistrictLogs, district: str, case: str, streams: Sequence[Stream]) -> Proved:
    """Ask before the streams are read: then the log of the district has seen no more of them."""
    try:
        found = logs.all_stood(district, [stream_id(case, stream) for stream in streams])
    except NotThere:
        return Proved("", {}, logs.told_keys(district))
    stood = {stream: found[stream_id(case, stream)] for stream in streams}
    head = next(iter(stood.values())).head
    stamp = newest(engine, district, head.size)
    grown = logs.grown(district, stamp.size, head.size) if stamp is not None else ()
    return Proved(logs.note(head).rendered, stood, logs.told_keys(district), stamp, grown)


def watched_by(
    logs: DistrictLogs, witnesses: Witnesses, district: str, case: str, streams: Sequence[Stream]
) -> list[Watched]:
    """The heads of the district's log that are some office's last, where they have these streams."""
    found, wanted = [], {stream: stream_id(case, stream) for stream in streams}
    held = witnesses.held_of_district(district)
    for head in sorted({one.head for one in held}, key=lambda one: one.size):
        by = tuple(one for one in held if one.head == head)
        try:
            stood = logs.all_stood(district, wanted.values(), size=head.size)
        except NotThere:
            continue  # the case was opened after that
        there = {stream: stood[name] for stream, name in wanted.items()}
        found.append(Watched(witnesses.note(head, by).rendered, head.size, there, by))
    return found


def size_of(stood: Stood) -> int:
    """How long the stream was when it stood there."""
    size: int = msgspec.json.decode(stood.entry)["size"]
    return size


def put_proofs(parts: Parts, proved: Proved, watched: Sequence[Watched] = ()) -> None:
    """The signed head, and for each stream the way from its entry to it; and the same of heads that were co-signed."""
    if proved.note:
        parts.put("district/head.txt", proved.note.encode())
    origin = proved.note.partition("\n")[0]
    if (stamp := stamped(proved, origin)) is not None:
        parts.put("district/stamp.json", canonical(stamp))
    _put_stood(parts, "district", proved.stood)
    for some in watched:
        parts.put(f"witnessed/{some.size}/head.txt", some.note.encode())
        _put_stood(parts, f"witnessed/{some.size}", some.stood)


def _put_stood(parts: Parts, folder: str, stood: Mapping[Stream, Stood]) -> None:
    for stream, one in stood.items():
        said = {
            "entry": one.entry.decode(), "index": one.place, "leaf": one.leaf.decode(), "path": _texts(one.path),
            "seq": one.seq, "streams": one.streams, "under": _texts(one.under),
        }  # fmt: skip
        parts.put(f"{folder}/{stream.value}.json", canonical(said))


def stamped(proved: Proved, origin: str) -> dict[str, object] | None:
    """`district/stamp.json`: the token over the text of a head, and the proof that the log went on from there."""
    one = proved.stamp
    if one is None:
        return None
    return {
        "internal": one.internal, "issuer": one.issuer, "proof": _texts(proved.grown),
        "text": Head(origin, one.size, one.root).text, "token": b64encode(one.token).decode(),
    }  # fmt: skip


def stamp_in(archive: Archive, roots: tuple[bytes, ...] = ()) -> Token | None:
    """The time stamp of an audit file whose other parts hold, checked; None where it has none. Raises TokenWrong."""
    if "district/stamp.json" not in archive.entries:
        return None
    said = msgspec.json.decode(archive.read("district/stamp.json"))
    head, old = head_of(parse(archive.read("district/head.txt").decode()).text), head_of(said["text"])
    proof = [b64decode(one) for one in said["proof"]]
    if old.origin != head.origin or not consistent(old.size, head.size, old.root, head.root, proof):
        raise TokenWrong("the log of the district does not go on from the head that was stamped")
    return checked(b64decode(said["token"]), said["text"].encode(), roots)


def _texts(hashes: Sequence[bytes]) -> list[str]:
    return [b64encode(one).decode() for one in hashes]
