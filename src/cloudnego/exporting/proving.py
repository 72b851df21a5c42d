"""That the log of the district has the heads of a case: `district/` of an audit file."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import NamedTuple

from cloudnego.audit.district import DistrictLogs, NotThere, Stood, Told
from cloudnego.audit.packing import Parts
from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.leaf import canonical, stream_id


class Proved(NamedTuple):
    """What the log of the district says of a case: its head as a signed note, and where each stream stood; nothing,
    where it has not seen them. `keys`: as it told them."""

    note: str
    stood: dict[Stream, Stood]
    keys: Sequence[Told]


def proved_by(logs: DistrictLogs, district: str, case: str, streams: Sequence[Stream]) -> Proved:
    """Ask before the streams are read: then the log of the district has seen no more of them."""
    try:
        found = logs.all_stood(district, [stream_id(case, stream) for stream in streams])
    except NotThere:
        return Proved("", {}, logs.told_keys(district))
    stood = {stream: found[stream_id(case, stream)] for stream in streams}
    head = next(iter(stood.values())).head
    return Proved(logs.note(head).rendered, stood, logs.told_keys(district))


def put_proofs(parts: Parts, proved: Proved) -> None:
    """The signed head, and for each stream the way from its entry to it."""
    if proved.note:
        parts.put("district/head.txt", proved.note.encode())
    for stream, one in proved.stood.items():
        said = {
            "entry": one.entry.decode(), "index": one.place, "leaf": one.leaf.decode(), "path": _texts(one.path),
            "seq": one.seq, "streams": one.streams, "under": _texts(one.under),
        }  # fmt: skip
        parts.put(f"district/{stream.value}.json", canonical(said))


def _texts(hashes: Sequence[bytes]) -> list[str]:
    return [b64encode(one).decode() for one in hashes]
