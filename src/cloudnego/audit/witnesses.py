"""Witnesses: devices that co-sign the heads of streams, each only what goes on from its own last head.

Whether a head goes on from an earlier one is checked on the device, for it is the device that does not trust us. What
is checked here is that the signature is its own, that the head is really ours, and that it takes up where it left off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import msgspec
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from cloudnego.audit.checkpoints import Checkpoints, NoSuchHead
from cloudnego.audit.devices import witness_key
from cloudnego.audit.heights import Heights
from cloudnego.audit.notes import Head, Key, Note, Signature, cosignature, cosigned, verified
from cloudnego.audit.tables import Cosignature, DeviceKey
from cloudnego.core.vocabulary import Side, Stream
from cloudnego.eventlog.database import writing
from cloudnego.eventlog.leaf import stream_id

CLOCK_OFF_S: Final = 600
"""How far the clock of a device may be from ours: what it signs says a time, which bounds ours from outside."""


class NotHisKey(Exception):
    """There is no such key that is good and this person's."""


class HeadUnknown(Exception):
    """Our log never had this head."""


class HeadMoved(Exception):
    """The device does not take up where it left off; `held` is the last head it co-signed, None for none."""

    def __init__(self, held: Held | None) -> None:
        super().__init__()
        self.held: Final = held


class ClockOff(Exception):
    """The time the device says is too far from ours."""


class NotSigned(Exception):
    """The signature does not hold."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """The last head that a key co-signed of a stream, and the line it signed with."""

    side: Side
    key: Key
    key_id: str
    person: str
    head: Head
    at_s: int
    line: Signature


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """What a device sends. `old_size`: of the last head it co-signed, 0 for none."""

    key: str
    old_size: int
    size: int
    root: bytes
    at_s: int
    signature: bytes


def sides_of(stream: Stream) -> tuple[Side, ...]:
    """The sides whose chiefs witness a stream: both what is joint, each its own caucus."""
    return tuple(side for side in Side if not stream.is_caucus or stream is Stream.caucus(side))


class Witnesses:
    """The co-signatures of all streams. Blocking."""

    def __init__(self, engine: Engine, checkpoints: Checkpoints, now_s: Callable[[], int], heights: Heights) -> None:
        self._engine: Final = engine
        self._checkpoints: Final = checkpoints
        self._heights: Final = heights
        self._now_s: Final = now_s

    def held(self, case: str, streams: Iterable[Stream]) -> dict[Stream, list[Held]]:
        """The last head each key co-signed of these streams, the greatest first."""
        wanted = {stream_id(case, stream): stream for stream in streams}
        query = select(Cosignature, DeviceKey).join(DeviceKey, col(DeviceKey.id) == col(Cosignature.key))
        found: dict[Stream, list[Held]] = {stream: [] for stream in wanted.values()}
        with Session(self._engine) as session:
            for row, key in session.exec(query.where(col(Cosignature.stream).in_(wanted))).all():
                stream = wanted[row.stream]
                found[stream].append(self._held(self._checkpoints.origin(case, stream), row, key))
        for each in found.values():
            each.sort(key=lambda one: (-one.head.size, one.key.name))
        return found

    def cosign(self, case: str, stream: Stream, person: str, side: Side, signed: Signed) -> Held:
        """Keep a co-signature of a chief's device, and give it back as it stands.

        Raises NotHisKey, HeadUnknown, ClockOff, NotSigned, HeadMoved.
        """
        try:
            head = self._checkpoints.at(case, stream, signed.size)
        except NoSuchHead:
            raise HeadUnknown from None
        if head.root != signed.root:
            raise HeadUnknown
        if abs(signed.at_s - self._now_s()) > CLOCK_OFF_S:
            raise ClockOff
        with Session(writing(self._engine), expire_on_commit=False) as session:
            key = session.get(DeviceKey, signed.key, with_for_update=True)  # one head after the other for each key
            if key is None or key.person != person or key.until_s is not None:
                raise NotHisKey
            if not verified(bytes(key.public), cosigned(head.text, signed.at_s), signed.signature):
                raise NotSigned
            named = (stream_id(case, stream), key.id)
            row = session.get(Cosignature, named)
            if signed.old_size != (0 if row is None else row.size) or signed.size < signed.old_size:
                raise HeadMoved(None if row is None else self._held(head.origin, row, key))
            row = row or Cosignature(
                stream=named[0], key=key.id, side=side.value, size=0, root=b"", at_s=0, signature=b""
            )
            row.size, row.root, row.at_s, row.signature = head.size, head.root, signed.at_s, signed.signature
            session.add(row)
            session.commit()
        self._heights.keep(named[0], head)
        return self._held(head.origin, row, key)

    def note(self, head: Head, held: Iterable[Held]) -> Note:
        """The checkpoint of a head, with the lines of those who co-signed this very head."""
        note = self._checkpoints.note(head)
        return note._replace(signatures=(*note.signatures, *(one.line for one in held if one.head == head)))

    def _held(self, origin: str, row: Cosignature, key: DeviceKey) -> Held:
        named = witness_key(self._checkpoints.key.name, key.district, bytes(key.public))
        return Held(
            side=Side(row.side),
            key=named,
            key_id=key.id,
            person=key.person,
            head=Head(origin, row.size, bytes(row.root)),
            at_s=row.at_s,
            line=cosignature(named, row.at_s, bytes(row.signature)),
        )


def confirmed(stream: Stream, held: Iterable[Held]) -> Mapping[Side, int]:
    """Up to which size the devices of each side that witnesses a stream have co-signed it; 0 for not at all."""
    sizes = dict.fromkeys(sides_of(stream), 0)
    for one in held:
        if one.side in sizes:
            sizes[one.side] = max(sizes[one.side], one.head.size)
    return sizes
