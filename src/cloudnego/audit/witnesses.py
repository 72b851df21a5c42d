"""Witnesses: keys that co-sign the heads of streams and of a district's log, each only from its own last head on.

Whether a head goes on from an earlier one is checked on the device, for it is the device that does not trust us. What
is checked here is that the signature is its own, that the head is really ours, and that it takes up where it left off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Final

import msgspec
from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from cloudnego.audit.checkpoints import Checkpoints, NoSuchHead
from cloudnego.audit.devices import witness_key
from cloudnego.audit.district import DistrictLogs, NotThere
from cloudnego.audit.heights import Heights
from cloudnego.audit.notes import Head, Key, Note, Signature, cosignature, cosigned, verified
from cloudnego.audit.tables import Cosignature, DeviceKey, DistrictHead
from cloudnego.core.vocabulary import Side, Stream
from cloudnego.eventlog.database import writing
from cloudnego.eventlog.leaf import stream_id

CLOCK_OFF_S: Final = 600
"""How far the clock of a device may be from ours: what it signs says a time, which bounds ours from outside."""


class Party(StrEnum):
    """For whom a key is a witness: a side of a case, the labour authority, or the office of the union above."""

    WORKER = "worker"
    EMPLOYER = "employer"
    AUTHORITY = "authority"
    UNION = "union"


COUNTED: Final = (Party.WORKER, Party.EMPLOYER, Party.AUTHORITY)
"""Whose confirmation of what is joint counts: three that do not answer for one another. The union's office confirms as
well and is shown, but it is whom most districts are run for."""

ENOUGH: Final = 2
"""So many of them are enough."""


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

    party: Party
    key: Key
    key_id: str
    person: str | None
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
    """The co-signatures of all streams and of the districts' logs. Blocking."""

    def __init__(
        self, engine: Engine, checkpoints: Checkpoints, logs: DistrictLogs, now_s: Callable[[], int], heights: Heights
    ) -> None:
        self._engine: Final = engine
        self._checkpoints: Final = checkpoints
        self._logs: Final = logs
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

    def held_of_district(self, district: str) -> list[Held]:
        """The last head each key co-signed of a district's log, the greatest first."""
        query = select(Cosignature, DeviceKey).join(DeviceKey, col(DeviceKey.id) == col(Cosignature.key))
        with Session(self._engine) as session:
            rows = session.exec(query.where(Cosignature.stream == district)).all()
        found = [self._held(self._logs.origin(district), row, key) for row, key in rows]
        return sorted(found, key=lambda one: (-one.head.size, one.key.name))

    def through_district(self, district: str, case: str, streams: Iterable[Stream]) -> dict[Stream, dict[Party, int]]:
        """Up to which size each office has confirmed these streams by co-signing the log of the district, whose leaves
        are over the heads of all streams. It is shown no head of them for that."""
        seen: dict[Stream, dict[Party, int]] = {stream: {} for stream in streams}
        held = self.held_of_district(district)
        wanted = {stream_id(case, stream): stream for stream in seen}
        with Session(self._engine) as session:
            for one in held:
                query = (
                    select(col(DistrictHead.stream), func.max(col(DistrictHead.size)))
                    .where(DistrictHead.district == district, col(DistrictHead.stream).in_(wanted))
                    .where(col(DistrictHead.seq) <= one.head.size)
                    .group_by(col(DistrictHead.stream))
                )
                for stream, size in session.exec(query).all():
                    far = seen[wanted[stream]]
                    far[one.party] = max(far.get(one.party, 0), size)
        return seen

    def cosign(self, case: str, stream: Stream, person: str, party: Party, signed: Signed) -> Held:
        """Keep a co-signature of a person's device, and give it back as it stands.

        Raises NotHisKey, HeadUnknown, ClockOff, NotSigned, HeadMoved.
        """
        try:
            head = self._checkpoints.at(case, stream, signed.size)
        except NoSuchHead:
            raise HeadUnknown from None
        kept = self._keep(stream_id(case, stream), head, party, signed, lambda key: key.person == person)
        self._heights.keep(stream_id(case, stream), head)
        return kept

    def cosign_district(self, district: str, party: Party, signed: Signed) -> Held:
        """The same of the head of a district's log, by a key whose owner the door has found.

        Raises NotHisKey, HeadUnknown, ClockOff, NotSigned, HeadMoved.
        """
        try:
            head = self._logs.at(district, signed.size)
        except NotThere:
            raise HeadUnknown from None
        return self._keep(district, head, party, signed, lambda key: key.district == district)

    def _keep(self, named: str, head: Head, party: Party, signed: Signed, his: Callable[[DeviceKey], bool]) -> Held:
        if head.root != signed.root:
            raise HeadUnknown
        if abs(signed.at_s - self._now_s()) > CLOCK_OFF_S:
            raise ClockOff
        with Session(writing(self._engine), expire_on_commit=False) as session:
            key = session.get(DeviceKey, signed.key, with_for_update=True)  # one head after the other for each key
            if key is None or not his(key) or key.until_s is not None:
                raise NotHisKey
            if not verified(bytes(key.public), cosigned(head.text, signed.at_s), signed.signature):
                raise NotSigned
            row = session.get(Cosignature, (named, key.id))
            if signed.old_size != (0 if row is None else row.size) or signed.size < signed.old_size:
                raise HeadMoved(None if row is None else self._held(head.origin, row, key))
            row = row or Cosignature(stream=named, key=key.id, side="", size=0, root=b"", at_s=0, signature=b"")
            row.side, row.size, row.root, row.at_s, row.signature = (
                party.value, head.size, head.root, signed.at_s, signed.signature,
            )  # fmt: skip
            session.add(row)
            session.commit()
        return self._held(head.origin, row, key)

    def note(self, head: Head, held: Iterable[Held]) -> Note:
        """The checkpoint of a head, with the lines of those who co-signed this very head."""
        note = self._checkpoints.note(head)
        return note._replace(signatures=(*note.signatures, *(one.line for one in held if one.head == head)))

    def _held(self, origin: str, row: Cosignature, key: DeviceKey) -> Held:
        named = witness_key(self._checkpoints.key.name, key.district, bytes(key.public))
        return Held(
            party=Party(row.side),
            key=named,
            key_id=key.id,
            person=key.person,
            head=Head(origin, row.size, bytes(row.root)),
            at_s=row.at_s,
            line=cosignature(named, row.at_s, bytes(row.signature)),
        )


def confirmed(stream: Stream, held: Iterable[Held], through: Mapping[Party, int]) -> Mapping[Party, int]:
    """Up to which size each party has co-signed a stream: 0 for a side whose word is waited for. `through`: by the log
    of the district."""
    sizes = {Party(side.value): 0 for side in sides_of(stream)}
    for party, size in [*((one.party, one.head.size) for one in held), *through.items()]:
        sizes[party] = max(sizes.get(party, 0), size)
    return {party: sizes[party] for party in Party if party in sizes}


def enough(stream: Stream, confirmed: Mapping[Party, int]) -> int:
    """Up to which size enough parties have confirmed a stream: two of three what is joint, its own side a caucus."""
    if stream.is_caucus:
        return max((confirmed.get(Party(side.value), 0) for side in sides_of(stream)), default=0)
    return sorted((confirmed.get(party, 0) for party in COUNTED), reverse=True)[ENOUGH - 1]
