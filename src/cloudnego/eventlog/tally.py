"""Counts of cases by what holds, hurries or distinguishes them: kept beside the rollup, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from sqlalchemy import Connection

from cloudnego.core.overview import Overview
from cloudnego.eventlog import sql
from cloudnego.eventlog.tables import Tally

TABLE: Final = sql.table_of(Tally)
KEY: Final = [column.name for column in TABLE.primary_key]

_ADD: Final = sql.upsert(TABLE, adding=["cases"])
_YEARLY: Final = frozenset({"new", "renewal", "registered"})
"""Kinds of a year's own case; an amendment or a termination is of a contract that has been counted."""

Cell: TypeAlias = tuple[str, str, str, str, str, str, int]
Change: TypeAlias = tuple[str, Overview | None, Overview | None]


def facts(row: Overview) -> Iterator[tuple[str, str]]:
    """What a case counts under, by kind and key: `stuck` with reason, side and seat between bars; `overdue` and `due`
    by term; `raise` and `minimum` by band; `expires` by day."""
    if row.ending is None:
        if row.stuck is not None:
            yield "stuck", f"{row.stuck}|{row.turn_side or ''}|{row.turn_seat or ''}"
        yield from (("overdue", timer) for timer in row.late.split())
        yield from (("due", timer) for timer in row.near.split())
        if row.in_force_from is not None and row.expires_on is not None:
            yield "expires", row.expires_on.isoformat()
    if row.kind in _YEARLY:
        if row.raise_band is not None:
            yield "raise", row.raise_band
        if row.minimum_band is not None:
            yield "minimum", row.minimum_band


def cells(district: str, row: Overview) -> Iterator[Cell]:
    """The cells one case counts in."""
    place = row.town or row.region
    for kind, key in facts(row):
        yield (district, kind, key, place, row.industry, row.size_band, row.wage_year)


def sums(changes: Iterable[Change]) -> dict[Cell, int]:
    """What the changes add up to; cells that stay as they are do not appear."""
    found: dict[Cell, int] = {}
    for district, was, now in changes:
        for row, sign in ((was, -1), (now, 1)):
            for cell in cells(district, row) if row is not None else ():
                found[cell] = found.get(cell, 0) + sign
    return {cell: count for cell, count in found.items() if count}


def add(connection: Connection, changes: Iterable[Change]) -> None:
    """Add the differences, in one order everywhere, so that two nodes cannot wait for each other."""
    _ADD.run(connection, [(*cell, count) for cell, count in sorted(sums(changes).items())])
