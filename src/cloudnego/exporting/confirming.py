"""Who co-signed the heads of a case, as its audit file has it: each device's last head, and the key to check it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from cloudnego.audit.checkpoints import Checkpoints
from cloudnego.audit.export import Confirmed, Cosigned, Signer, Witness
from cloudnego.audit.heights import Heights
from cloudnego.audit.logkey import LogKey
from cloudnego.audit.notes import Key
from cloudnego.audit.tables import DeviceKey
from cloudnego.audit.witnesses import Held, Witnesses
from cloudnego.core.vocabulary import Side, Stream
from cloudnego.ports import CHINA

_TIME_BYTES = 8
"""A co-signature's line begins with when it was made."""


def confirmed_by(engine: Engine, key: LogKey, case: str, streams: Iterable[Stream]) -> Confirmed:
    """What devices co-signed of these streams. Ask before the streams are read: then no head is newer than they."""
    held = Witnesses(engine, Checkpoints(engine, key), lambda: 0, Heights(None)).held(case, streams)
    every = [(stream, one) for stream, some in held.items() for one in some]
    with Session(engine) as session:
        wanted = {one.key_id for _, one in every}
        rows = {row.id: row for row in session.exec(select(DeviceKey).where(col(DeviceKey.id).in_(wanted)))}
    by_key: dict[tuple[Key, Side], list[tuple[Stream, Held]]] = {}
    for stream, one in every:
        by_key.setdefault((one.key, one.side), []).append((stream, one))
    witnesses = [
        Witness(
            named.public, named.name, side, tuple(stream for stream, _ in some), _day(rows[some[0][1].key_id].since_s),
            _day(rows[some[0][1].key_id].until_s), None, some[0][1].person,
        )
        for (named, side), some in by_key.items()
    ]  # fmt: skip
    return Confirmed(witnesses, [_cosigned(stream, one) for stream, one in every])


def with_events(confirmed: Confirmed, seated: Mapping[tuple[Side, str], str]) -> Confirmed:
    """The same, with the entry that seated whoever the device belongs to. `seated`: by side and person."""
    found = [
        one if one.person is None else one._replace(event=seated.get((one.side, one.person)))
        for one in confirmed.witnesses
    ]
    return confirmed._replace(witnesses=found)


def signers_of(engine: Engine, keys: Iterable[bytes]) -> list[Signer]:
    """Whose these device keys are."""
    with Session(engine) as session:
        rows = session.exec(select(DeviceKey).where(col(DeviceKey.public).in_(set(keys)))).all()
    return [Signer(row.person, bytes(row.public), _day(row.since_s), _day(row.until_s)) for row in rows]


def _cosigned(stream: Stream, one: Held) -> Cosigned:
    signature = one.line.signature[_TIME_BYTES:]
    return Cosigned(stream, one.head.size, one.head.root, one.key.name, one.key.public, one.at_s, signature)


def _day(at_s: int | None) -> str | None:
    if at_s is None:
        return None
    return datetime.fromtimestamp(at_s, UTC).astimezone(CHINA).isoformat(timespec="seconds")
