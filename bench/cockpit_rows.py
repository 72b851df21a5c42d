"""The rows the cockpit bench reads: cases really played, and a million made from them by SQL alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Numeric,
    Select,
    case,
    cast,
    column,
    func,
    insert,
    literal,
    or_,
    select,
    table,
    text,
)

from cloudnego import stories
from cloudnego.core.moment import Register
from cloudnego.eventlog import overviews, rollup
from cloudnego.eventlog.database import connect, writing
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.migrating import migrate
from cloudnego.ports import Asked
from cloudnego.rehearsal import Played, Rehearsal
from tests.eventlog.given import DISTRICT, LAW, MORNING, make_district, register
from tests.eventlog.given import cast as people_of

PLACES: Final = [f"330109{number:03d}" for number in range(1, 25)]
TRADES: Final = [f"C{number}" for number in range(1701, 1721)]
HEADCOUNTS: Final = (30, 80, 200, 600, 1500)
YEARS: Final = 5
PLAYS: Final = (stories.plain, stories.failed_ballot, stories.objected)

OVERVIEW: Final = overviews.TABLE
ROLLUP: Final = rollup.TABLE
_O: Final = OVERVIEW.c
_FLUSH: Final = 2_000
_PLAIN: Final = (
    "headcount", "gatherings", "steps_done", "steps_online", "contested", "saved", "ballot_roll", "ballot_present",
)  # fmt: skip


# --- cases really played ------------------------------------------------------------------------------------------


@cache
def _rehearsed(play: int, headcount: int) -> tuple[list[Played], Register]:
    """The acts of a story in an enterprise of this size."""
    firm = register(headcount=headcount)
    acted = Rehearsal(LAW, people_of(), firm, MORNING, Random(play))
    PLAYS[play](acted)
    return acted.played, firm


def _beginnings(count: int) -> Iterator[tuple[list[Played], Register]]:
    """Stories told to some point: most cases have just begun, some are under way, a few are at their end."""
    dice = Random(count)
    for _ in range(count):
        acts, firm = _rehearsed(dice.randrange(len(PLAYS)), dice.choice(HEADCOUNTS))
        share = dice.random()
        length = 1 + (0 if share < 0.85 else dice.randrange(25) if share < 0.98 else dice.randrange(len(acts)))
        there = msgspec.structs.replace(firm, town=dice.choice(PLACES), industry=dice.choice(TRADES))
        yield acts[:length], there


def play(folder: Path, count: int) -> Engine:
    """`count` cases judged and written by the log on SQLite."""
    url = f"sqlite:///{folder / f'played-{count}.sqlite3'}"
    migrate(url)
    log = SqlLog(url, Keyring.seeded("the cockpit's bench"))
    try:
        make_district(log)
        with log.bulk() as pen:
            for number, (acts, firm) in enumerate(_beginnings(count)):
                name: str | None = None
                for turn, act in enumerate(acts):
                    key = f"{number}.{turn}"
                    asked = Asked(
                        district=DISTRICT,
                        case=name,
                        command=act.command,
                        by=act.by,
                        at=act.at,
                        key=key,
                        register=firm,
                        named=act.named,
                    )
                    name = pen.ask(asked).case
    finally:
        log.close()
    return connect(url)


def copy(source: Engine, url: str) -> Engine:
    """The same overview and rollup rows in another database, which is migrated for it."""
    migrate(url)
    target = connect(url)
    with source.connect() as reading, writing(target).begin() as into:
        for rows in (OVERVIEW, ROLLUP):
            found = [dict(row) for row in reading.execute(select(rows)).mappings()]
            for first in range(0, len(found), _FLUSH):
                into.execute(insert(rows), found[first : first + _FLUSH])
    return target


# --- a million, by SQL --------------------------------------------------------------------------------------------


def place() -> ColumnElement[str]:
    """The place a case counts in, as `rollup.cells` says it."""
    return case((_O.town != "", _O.town), else_=_O.region)


def ending() -> ColumnElement[str]:
    return func.coalesce(_O.ending, "")


def sums() -> list[ColumnElement[int]]:
    """The measures of `rollup.measures` as sums over overview rows, in the same order."""

    def count(when: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((when, 1), else_=0))

    rate = cast(func.round(cast(_O.raise_rate, Numeric(12, 4)) * rollup.RATE_UNIT), Integer)
    in_force = _O.in_force_from.is_not(None)
    found = {
        "cases": func.count(),
        **{name: func.sum(_O[name]) for name in _PLAIN},
        **{light: count(_O.light == light) for light in ("yellow", "red", "grey")},
        "offered": count(_O.offered_on.is_not(None)),
        "agreed": count(or_(_O.agreed_on.is_not(None), in_force)),
        "balloted": count(_O.passed_first.is_not(None)),
        "passed_first": count(_O.passed_first.is_(True)),
        "in_force": count(in_force),
        "published": count(_O.published.is_(True)),
        "rated": count(_O.raise_rate.is_not(None) & in_force),
        "rate_sum": func.coalesce(func.sum(case((in_force, rate), else_=0)), 0),
        "yearly": count(_O.kind.in_(sorted(rollup.YEARLY)) & ending().not_in(sorted(rollup.UNDONE))),
    }
    return [cast(found[name], Integer).label(name) for name in rollup.MEASURES]


def multiply(engine: Engine, times: int) -> None:
    """Each overview row `times` over, in other places, trades and years; then the rollup of all of them.

    The indexes of the overview are dropped first: nothing here uses them.
    """
    with writing(engine).begin() as connection:
        for index in OVERVIEW.indexes:
            index.drop(connection)
        _numbers(connection)
        _copies(connection, times)
        connection.execute(ROLLUP.delete())
        _roll_up(connection)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE overview")
            connection.exec_driver_sql("VACUUM ANALYZE rollup")


def _numbers(connection: Connection) -> None:
    """Rows by number, so that copies can be dealt out over places and trades."""
    connection.exec_driver_sql(
        "CREATE TEMP TABLE numbered AS SELECT case_id, row_number() OVER (ORDER BY case_id) AS r FROM overview"
    )
    for name, values in (("place", PLACES), ("trade", TRADES)):
        connection.exec_driver_sql(f"CREATE TEMP TABLE {name} (n INTEGER PRIMARY KEY, code TEXT)")
        named = table(name, column("n"), column("code"))
        connection.execute(insert(named), [{"n": n, "code": code} for n, code in enumerate(values)])


def _copies(connection: Connection, times: int) -> None:
    changed = {
        "case_id": "o.case_id || '.' || k.n",
        "town": "p.code",
        "industry": "t.code",
        "wage_year": f"o.wage_year - k.n % {YEARS}",
    }
    names = [one.name for one in OVERVIEW.columns]
    sent = (
        f"INSERT INTO overview ({', '.join(names)}) "
        f"WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < {times - 1}) "
        f"SELECT {', '.join(changed.get(name, f'o.{name}') for name in names)} "
        "FROM numbered b JOIN overview o ON o.case_id = b.case_id CROSS JOIN k "
        f"JOIN place p ON p.n = (b.r + 7 * k.n) % {len(PLACES)} "
        f"JOIN trade t ON t.n = (b.r / {len(PLACES)} + 11 * k.n) % {len(TRADES)}"
    )
    connection.execute(text(sent))


def _roll_up(connection: Connection) -> None:
    """The cross from the overviews, the margins from the cross: sums of sums."""
    district, *cell = (_O.district, place(), _O.industry, _O.size_band, _O.step, ending(), _O.wage_year)
    whole = select(district, literal("cross"), *cell, *sums()).group_by(district, *cell)
    connection.execute(ROLLUP.insert().from_select(list(ROLLUP.c), whole))
    c = ROLLUP.c
    for face, kept in (("all", None), ("place", c.place), ("industry", c.industry), ("size", c.size_band)):
        named: list[Any] = [one if one is kept else literal("") for one in (c.place, c.industry, c.size_band)]
        grouped = [c.district, c.wage_year, c.step, c.ending, *([] if kept is None else [kept])]
        margin: Select[Any] = (
            select(
                c.district, literal(face), *named, c.step, c.ending, c.wage_year,
                *(cast(func.sum(c[name]), Integer) for name in rollup.MEASURES),
            )
            .where(c.face == "cross")
            .group_by(*grouped)
        )  # fmt: skip
        connection.execute(ROLLUP.insert().from_select(list(ROLLUP.c), margin))
