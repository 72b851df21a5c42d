"""Who has a seat in which case: a projection beside the overview and written with it, so that lists find the cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NoReturn

from sqlalchemy import Connection, Select, delete, select

from cloudnego.core.sight import seated
from cloudnego.core.vocabulary import JOINT, Stream
from cloudnego.eventlog import sql
from cloudnego.eventlog.fold import Case
from cloudnego.eventlog.keys import RandomDice
from cloudnego.eventlog.seal import Sealer
from cloudnego.eventlog.store import Store
from cloudnego.eventlog.tables import SeatRow

TABLE: Final = sql.table_of(SeatRow)

_UPSERT: Final = sql.upsert(TABLE)


def stored(connection: Connection, case: str) -> dict[str, bool]:
    """The seats of a case as they stand in the store."""
    rows = connection.execute(select(TABLE.c.person, TABLE.c.progress).where(TABLE.c.case_id == case))
    return {row.person: row.progress for row in rows}


def keep(connection: Connection, cases: Iterable[Case]) -> None:
    """Write the seats that were given and take away those that were lost."""
    for case in cases:
        now = seated(case.joint.state)
        if now != case.seats:
            write(connection, case.id, case.seats, now)
            case.seats = now


def write(connection: Connection, case: str, was: Mapping[str, bool], now: Mapping[str, bool]) -> None:
    """Make the rows of a case from what they were to what they are."""
    left = sorted(was.keys() - now.keys())
    if left:
        connection.execute(delete(TABLE).where(TABLE.c.case_id == case, TABLE.c.person.in_(left)))
    _UPSERT.run(connection, [(case, person, now[person]) for person in sorted(now) if was.get(person) != now[person]])


def held_by(person: str, *, progress: bool) -> Select[tuple[str]]:
    """Ids of the cases in which somebody has a seat; with `progress` one that shows how far the case is."""
    mine: Select[tuple[str]] = select(TABLE.c.case_id).where(TABLE.c.person == person)
    return mine.where(TABLE.c.progress) if progress else mine


def fill(connection: Connection, told: Callable[[int], None] | None = None) -> None:
    """The seats of every case from the log alone, for a database whose tables have just been migrated. Needs no key:
    seats are given in joint streams. `told` hears of each case. Raises Damaged."""
    store, sealer = Store(connection.engine), Sealer(RandomDice(), _no_key)
    c = sql.STREAM.c
    cases = select(c.case_id, c.district).where(c.id.endswith(f"/{Stream.TABLE.value}")).order_by(c.case_id)
    for id_, district in connection.execute(cases).all():
        case = Case(id_, district)
        case.joint.read_on(store.tail(connection, id_, dict.fromkeys(JOINT, 0)), sealer)
        case.seats = stored(connection, id_)
        keep(connection, (case,))
        if told is not None:
            told(1)


def _no_key(stream: str) -> NoReturn:
    raise AssertionError(f"{stream} is no joint stream")
