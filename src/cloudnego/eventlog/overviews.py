"""The overview: one row a case, written in the transaction that changes what it says; lists and timers read it."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    and_,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    tuple_,
)
from sqlalchemy import case as when

from cloudnego.core.moment import Law
from cloudnego.core.overview import Overview, overview
from cloudnego.eventlog import rollup, seats, sql
from cloudnego.eventlog.fold import Case
from cloudnego.eventlog.judge import Pin, pin_of
from cloudnego.eventlog.tables import OverviewRow
from cloudnego.ports import BadCursor, Cut, Filter, Listed, Page, Standing, Within

TABLE: Final = sql.table_of(OverviewRow)
COLUMNS: Final = [column.name for column in TABLE.columns if column.name not in ("case_id", "district")]

SAME: Final = (
    "step", "light", "stuck", "turn_side", "town", "industry", "size_band", "wage_year", "external_ref", "kind",
    "scope",
)  # fmt: skip
"""Columns by which a list is chosen as they are."""

_UPSERT: Final = sql.upsert(TABLE)


# --- rows ---------------------------------------------------------------------------------------------------------


def values(row: Overview) -> tuple[Any, ...]:
    """The overview's columns as both databases take them: dates as text, the covered ids in one text."""
    return tuple(
        found.isoformat() if isinstance(found, date) else _joined(found) if isinstance(found, tuple) else found
        for name in COLUMNS
        for found in (getattr(row, name),)
    )


def _joined(ids: Sequence[str]) -> str:
    return f" {' '.join(ids)} " if ids else ""


def of_row(row: Row[Any]) -> Overview:
    """The overview of a row of the whole table."""
    fields: dict[str, Any] = dict(zip(COLUMNS, row[2:], strict=True))
    fields["covers"] = tuple(fields["covers"].split())
    return Overview(**fields)


def stored(connection: Connection, case: str) -> Overview | None:
    """The row of a case as it stands."""
    found = connection.execute(select(TABLE).where(TABLE.c.case_id == case)).first()
    return None if found is None else of_row(found)


def of_case(case: Case, law: Callable[[Pin], Law]) -> Overview | None:
    """The overview a case should have; None before it is opened."""
    pin = pin_of(case.joint.state)
    return None if pin is None else overview(case.joint.state, law(pin))


def news(case: Case, law: Callable[[Pin], Law]) -> Overview | None:
    """The overview of a case that reads differently from the stored one; None if it reads the same.

    After mere talk it does, and is not worked out.
    """
    if case.only_talked:
        return None
    now, case.shown = of_case(case, law), case.joint.state
    return None if now == case.overview else now


def keep(connection: Connection, cases: Iterable[Case], law: Callable[[Pin], Law]) -> None:
    """Write the overviews that read differently, and add the difference to the rollup."""
    rows: list[tuple[str, str, Overview]] = []
    changes: list[rollup.Change] = []
    for case in cases:
        now = news(case, law)
        if now is not None:
            rows.append((case.id, case.district, now))
            changes.append((case.district, case.overview, now))
            case.overview = now
    write(connection, rows)
    rollup.add(connection, changes)


def write(connection: Connection, rows: Iterable[tuple[str, str, Overview]]) -> None:
    """Write overviews (case, district, overview), in one order everywhere."""
    _UPSERT.run(connection, sorted((case, district, *values(row)) for case, district, row in rows))


# --- lists --------------------------------------------------------------------------------------------------------


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _where(wanted: Filter) -> list[ColumnElement[bool]]:
    c = TABLE.c
    found: list[ColumnElement[bool]] = [c.district == wanted.district]
    for name in SAME:
        value = getattr(wanted, name)
        if value is not None:
            found.append(c[name] == value)
    if wanted.region is not None:
        found.append(_in_region(wanted.region))
    if wanted.live is not None:
        found.append(c.ending.is_(None) if wanted.live else c.ending.is_not(None))
    if wanted.enterprises is not None:
        found.append(c.enterprise.in_(sorted(wanted.enterprises)))
    if wanted.within is not None:
        found.append(_within(wanted.within))
    if wanted.without is not None:
        found.append(not_(_within(wanted.without)))
    if wanted.late is not None:
        found.append((literal(" ") + c.late + " ").like(f"% {_like(wanted.late)} %", escape="\\"))
    if wanted.expires_by is not None:
        found.append(and_(c.in_force_from.is_not(None), c.ending.is_(None), c.expires_on <= wanted.expires_by))
    if wanted.overlay is not None:
        found.append(c.overlays.like(f"%{_like(wanted.overlay)}%", escape="\\"))
    if wanted.calls is not None:
        found.append(_calls(wanted.calls))
    if wanted.text:
        part = f"%{_like(wanted.text)}%"
        columns = (c.case_id, c.enterprise, c.external_ref, c.worker_organ, c.employer_organ)
        found.append(or_(*(column.like(part, escape="\\") for column in columns)))
    return found


def _calls(words: frozenset[str]) -> ColumnElement[bool]:
    c, names = TABLE.c, sorted(words)
    seat = c.turn_seat.in_(names) & c.turn_seat.is_not(None)  # never NULL, so that it can be denied
    return or_(c.light.in_(names), seat, *(c.overlays.like(f"%{_like(name)}%", escape="\\") for name in names))


def _within(reach: Within) -> ColumnElement[bool]:
    found: list[ColumnElement[bool]] = []
    if reach.region is not None:
        found.append(_in_region(reach.region))
    if reach.parties:
        found.append(_party(reach.parties))
    if reach.person is not None:
        found.append(TABLE.c.case_id.in_(seats.held_by(reach.person, progress=reach.progress)))
    return or_(*found) if found else false()


def _in_region(code: str) -> ColumnElement[bool]:
    prefix = _like(code) + "%"
    return or_(TABLE.c.region.like(prefix, escape="\\"), TABLE.c.town.like(prefix, escape="\\"))


def _party(organisations: frozenset[str]) -> ColumnElement[bool]:
    """Cases to which one of these is party: the enterprise, an organ of a side, or an enterprise that is covered."""
    c = TABLE.c
    names = sorted(organisations)
    covered = [c.covers.like(f"% {_like(name)} %", escape="\\") for name in names]
    return or_(c.enterprise.in_(names), c.worker_organ.in_(names), c.employer_organ.in_(names), *covered)


def page(engine: Engine, wanted: Filter, cursor: str | None, limit: int) -> Page:
    """Cases as wanted, the latest opened first, or by due date. Raises BadCursor."""
    after = read_cursor(cursor) if cursor is not None else None
    rows: list[Row[Any]] = []
    with engine.connect() as connection:
        for query in _queries(wanted, after):  # the second is asked only by who has come to the end of the first
            if len(rows) <= limit:
                rows += connection.execute(query.limit(limit + 1 - len(rows))).all()
    listed = tuple(Listed(case=row[0], overview=of_row(row)) for row in rows[:limit])
    if len(rows) <= limit:
        return Page(rows=listed, cursor=None)
    return Page(rows=listed, cursor=cursor_after(listed[-1], by_due=wanted.by_due))


def _queries(wanted: Filter, after: Place | None) -> Iterator[Select[Any]]:
    """The list as one query, or by due date as two: each walks along its index."""
    c = TABLE.c
    query: Select[Any] = select(TABLE).where(*_where(wanted))
    if wanted.by_due:
        if after is None or after.dated:
            dated = query.where(c.next_due.is_not(None)).order_by(c.next_due, c.case_id)
            yield dated if after is None else dated.where(tuple_(c.next_due, c.case_id) > tuple_(after.day, after.case))
            after = None
        query = query.where(c.next_due.is_(None))
    if after is not None:
        query = query.where(or_(c.opened_on < after.day, and_(c.opened_on == after.day, c.case_id > after.case)))
    yield query.order_by(c.opened_on.desc(), c.case_id)


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where in a list a line stands: by the day something falls due (`dated`), or by the day it was opened."""

    day: date
    case: str
    dated: bool


def place_of(one: Listed, *, by_due: bool) -> Place:
    """Where a line stands in a list of this order."""
    due = one.overview.next_due if by_due else None
    return Place(one.overview.opened_on if due is None else due, one.case, due is not None)


def cursor_after(last: Listed, *, by_due: bool) -> str:
    """The cursor of the page that begins after this line."""
    return urlsafe_b64encode(msgspec.json.encode(place_of(last, by_due=by_due))).decode().rstrip("=")


def read_cursor(cursor: str) -> Place:
    """The place a cursor stands after. Raises BadCursor."""
    try:
        content = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return msgspec.json.decode(content, type=Place)
    except ValueError as wrong:
        raise BadCursor("this cursor is not one of ours") from wrong


def standings(engine: Engine, district: str, since: date) -> list[Standing]:
    """Cases of this wage year or a later one, and those whose contract runs on this day or later."""
    c = TABLE.c
    columns = (c.enterprise, c.covers, c.wage_year, c.in_force_from, c.expires_on, c.ending)
    recent = or_(c.wage_year >= since.year, c.expires_on >= since)
    with engine.connect() as connection:
        rows = connection.execute(select(*columns).where(c.district == district, recent).order_by(c.case_id)).all()
    return [Standing(row[0], tuple(row[1].split()), *row[2:]) for row in rows]


HAPPENED: Final = {
    "opened": "opened_on", "offered": "offered_on", "agreed": "agreed_on", "in_force": "in_force_from",
    "expire": "expires_on",
}  # fmt: skip
"""What is counted of the days of a month, by the column that has the day."""


def happened(engine: Engine, cut: Cut, first: date, last: date) -> dict[str, int]:
    """How many cases each of these things happened to on the days from first to last."""
    c = TABLE.c
    days = [
        func.coalesce(func.sum(when((c[column].between(first, last), 1), else_=0)), 0) for column in HAPPENED.values()
    ]
    wanted = [c.district == cut.district, *([_in_region(cut.region)] if cut.region is not None else [])]
    with engine.connect() as connection:
        row = connection.execute(select(*days).where(*wanted)).one()
    return dict(zip(HAPPENED, map(int, row), strict=True))


def due(engine: Engine, district: str, today: date, limit: int) -> list[str]:
    """Cases whose next due day has come, the earliest first."""
    c = TABLE.c
    query = select(c.case_id).where(c.district == district, c.next_due <= today)
    with engine.connect() as connection:
        return list(connection.execute(query.order_by(c.next_due, c.case_id).limit(limit)).scalars())
