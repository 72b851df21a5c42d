"""Who co-signed the heads of a case, as its audit file has it: each key's last head, and the key to check it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from cloudnego.audit.export import Confirmed, Cosigned, Signer, Witness
from cloudnego.audit.notes import Key
from cloudnego.audit.tables import DeviceKey
from cloudnego.audit.witnesses import Held, Party, Witnesses
from cloudnego.core.vocabulary import Side, Stream
from cloudnego.exporting.proving import Watched, size_of
from cloudnego.ports import CHINA

_TIME_BYTES = 8
"""A co-signature's line begins with when it was made."""


def confirmed_by(
    engine: Engine, witnesses: Witnesses, case: str, streams: Iterable[Stream], watched: Sequence[Watched]
) -> Confirmed:
    """What keys co-signed of these streams, also by the log of the district (`watched`). Ask before the streams are
    read: then no head is newer than they."""
    held = witnesses.held(case, streams)
    every = [(stream, one) for stream, some in held.items() for one in some]
    over = [(stream, one) for some in watched for one in some.held for stream in some.stood]
    with Session(engine) as session:
        wanted = {one.key_id for _, one in [*every, *over]}
        rows = {row.id: row for row in session.exec(select(DeviceKey).where(col(DeviceKey.id).in_(wanted)))}
    by_key: dict[tuple[Key, Party], list[tuple[Stream, Held]]] = {}
    for stream, one in [*every, *over]:
        by_key.setdefault((one.key, one.party), []).append((stream, one))
    found = []
    for (named, party), some in by_key.items():
        there, row = {stream for stream, _ in some}, rows[some[0][1].key_id]
        found.append(
            Witness(
                named.public, named.name, party, tuple(stream for stream in Stream if stream in there),
                _day(row.since_s), _day(row.until_s), None, row.person,
            )
        )  # fmt: skip
    through = [
        (stream, one.party, size_of(stood)) for some in watched for one in some.held for stream, stood in
        some.stood.items()
    ]  # fmt: skip
    return Confirmed(found, [_cosigned(stream, one) for stream, one in every], over=through)


def with_events(confirmed: Confirmed, seated: Mapping[tuple[Side, str], str]) -> Confirmed:
    """The same, with the entry that seated whoever the device belongs to. `seated`: by side and person."""
    sides = {Party(side.value): side for side in Side}
    found = [
        one if one.person is None or one.party not in sides
        else one._replace(event=seated.get((sides[one.party], one.person)))
        for one in confirmed.witnesses
    ]  # fmt: skip
    return confirmed._replace(witnesses=found)


def signers_of(engine: Engine, keys: Iterable[bytes]) -> list[Signer]:
    """Whose these device keys are."""
    with Session(engine) as session:
        rows = session.exec(select(DeviceKey).where(col(DeviceKey.public).in_(set(keys)))).all()
    return [
        Signer(row.person, bytes(row.public), _day(row.since_s), _day(row.until_s))
        for row in rows
        if row.person is not None  # the program of an office signs no act
    ]


def _cosigned(stream: Stream, one: Held) -> Cosigned:
    signature = one.line.signature[_TIME_BYTES:]
    return Cosigned(stream, one.head.size, one.head.root, one.key.name, one.key.public, one.at_s, signature)


def _day(at_s: int | None) -> str | None:
    if at_s is None:
        return None
    return datetime.fromtimestamp(at_s, UTC).astimezone(CHINA).isoformat(timespec="seconds")
