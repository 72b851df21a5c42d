"""An audit file of one case, put together: entries, heads, tables, ballots and files as one audience sees them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine

from cloudnego.audit.export import Confirmed, Made, Reading, Source, export, written
from cloudnego.audit.logkey import LogKey
from cloudnego.audit.packing import Parts
from cloudnego.core.evolve import evolve
from cloudnego.core.state import EMPTY, Negotiation
from cloudnego.core.vocabulary import JOINT
from cloudnego.eventlog.database import snapshot
from cloudnego.eventlog.districts import Districts
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.seal import event_of, leaf_of
from cloudnego.exporting.audience import Audience
from cloudnego.exporting.beside import Ballots, put_files
from cloudnego.exporting.confirming import confirmed_by
from cloudnego.exporting.tables import Timeline, put_access, put_deadlines
from cloudnego.files.store import FileStore
from cloudnego.polls.desk import Polls
from cloudnego.ports import NoCase


class Order(NamedTuple):
    """What is to be made: of which case, for whom, by whose order, what for, and when (RFC 3339)."""

    case: str
    audience: Audience
    made_by: str
    purpose: str
    made_at: str
    software: str


class House(NamedTuple):
    """Where all of it comes from."""

    source: Source
    districts: Districts
    files: FileStore
    polls: Polls


Told = Callable[[int], None]


def house_on(engine: Engine, ring: Keyring, key: LogKey, now_s: Callable[[], int]) -> House:
    """All of it on one database."""
    source = Source(engine, ring, key)
    return House(source, Districts(engine, ring), FileStore(engine, ring), Polls(engine, ring, None, now_s))


def _state(reading: Reading) -> Negotiation:
    """The joint state, folded entry by entry: none of them stays in memory. Raises Damaged, NoCase."""
    state = EMPTY
    for row in reading.joint():
        state = evolve(state, event_of(row, leaf_of(row), with_words=False))
    if state.opened is None:
        raise NoCase(reading.case)
    return state


def export_case(house: House, order: Order, target: Path, told: Told) -> int:
    """Write the audit file of a case where there is none, and say how many entries are in it.

    Raises FileExistsError, NoCase, Damaged, KeyMissing, FileDamaged.
    """
    found = confirmed_by(house.source.engine, house.source.key, order.case, order.audience.streams)
    with written(target) as parts:
        return _gather(parts, house, order, found, told)


def _gather(parts: Parts, house: House, order: Order, confirmed: Confirmed, told: Told) -> int:
    engine, ring, key = house.source
    case, audience = order.case, order.audience
    with snapshot(engine) as connection:
        joint = Reading(connection, engine, ring, case, JOINT)
        state = _state(joint)
        opened = state.opened
        assert opened is not None, "a state without an opening is no case"
        reading = Reading(connection, engine, ring, case, audience.streams)
        made = Made(
            audience=audience.value, calendar=state.calendar, case=case, district=joint.district,
            kind=house.districts.get(joint.district).kind, made_at=order.made_at, made_by=order.made_by,
            pack=f"{opened.pack} {opened.pack_version}", purpose=order.purpose, software=order.software,
        )  # fmt: skip
        timeline, ballots = Timeline(parts), Ballots(parts, house.polls)
        law = house.districts.law((opened.pack, opened.pack_version, state.calendar))
        further = (
            lambda _parts: put_files(parts, house.files, case, audience, told),
            lambda _parts: ballots.put(),
            lambda _parts: timeline.done(),
            lambda _parts: put_deadlines(parts, state, law, audience),
            lambda _parts: put_access(parts, engine, case, audience),
        )
        export(parts, reading, key, made, confirmed, saw=(timeline.saw, ballots.saw), further=further, told=told)
    return sum(reading.sizes.values())
