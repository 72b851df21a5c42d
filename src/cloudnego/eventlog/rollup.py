"""The rollup: how one overview counts in each cell of the cockpit, and the differences a batch makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final, TypeAlias

from sqlalchemy import Connection

from cloudnego.core.overview import Overview
from cloudnego.eventlog import sql, tally
from cloudnego.eventlog.tables import Rollup

TABLE: Final = sql.table_of(Rollup)
KEY: Final = [column.name for column in TABLE.primary_key]
MEASURES: Final = [column.name for column in TABLE.columns if column.name not in KEY]
RATE_UNIT: Final = 10_000

YEARLY: Final = frozenset({"new", "renewal", "registered"})
UNDONE: Final = frozenset({"withdrawn", "failed", "merged_to_regional"})
"""Of a year's own cases an enterprise has one that comes to something: as many enterprises as such cases of a year."""

_ADD: Final = sql.upsert(TABLE, adding=MEASURES)

Cell: TypeAlias = tuple[str, str, str, str, str, str, str, int]
Measures: TypeAlias = tuple[int, ...]
Change: TypeAlias = tuple[str, Overview | None, Overview | None]
"""District, the overview as it was stored, and as it is now."""


def measures(row: Overview) -> Measures:
    """What one case adds to its cells, in the order of the table's columns."""
    in_force = row.in_force_from is not None  # before, what was agreed is nobody's figure
    rate = None if row.raise_rate is None or not in_force else int(Decimal(row.raise_rate) * RATE_UNIT)
    return (
        1,
        row.headcount,
        row.gatherings,
        row.steps_done,
        row.steps_online,
        row.light == "yellow",
        row.light == "red",
        row.light == "grey",
        row.offered_on is not None,
        row.agreed_on is not None or in_force,  # a registered contract was agreed before it came here
        row.passed_first is not None,
        bool(row.passed_first),
        in_force,
        row.published,
        row.contested,
        rate is not None,
        rate or 0,
        row.saved,
        row.ballot_roll,
        row.ballot_present,
        row.kind in YEARLY and row.ending not in UNDONE,
    )


def cells(district: str, row: Overview) -> Iterator[Cell]:
    """The cells a case counts in: one in each face."""
    year, place, industry, size = row.wage_year, row.town or row.region, row.industry, row.size_band
    step, ending = row.step, row.ending or ""
    yield (district, "all", "", "", "", step, ending, year)
    yield (district, "place", place, "", "", step, ending, year)
    yield (district, "industry", "", industry, "", step, ending, year)
    yield (district, "size", "", "", size, step, ending, year)
    yield (district, "cross", place, industry, size, step, ending, year)


def _counts_alike(district: str, was: Overview, now: Overview) -> bool:
    return measures(was) == measures(now) and list(cells(district, was)) == list(cells(district, now))


def sums(changes: Iterable[Change]) -> dict[Cell, list[int]]:
    """What the changes add up to, cell by cell; cells that stay as they are do not appear."""
    found: dict[Cell, list[int]] = {}
    for district, was, now in changes:
        if was is not None and now is not None and _counts_alike(district, was, now):
            continue
        for row, sign in ((was, -1), (now, 1)):
            if row is None:
                continue
            values = measures(row)
            for cell in cells(district, row):
                known = found.setdefault(cell, [0] * len(values))
                for place, value in enumerate(values):
                    known[place] += sign * value
    return {cell: values for cell, values in found.items() if any(values)}


def add(connection: Connection, changes: Iterable[Change]) -> None:
    """Add the differences to the rollup, in one order everywhere, so that two nodes cannot wait for each other."""
    changed = list(changes)
    _ADD.run(connection, [(*cell, *values) for cell, values in sorted(sums(changed).items())])
    tally.add(connection, changed)
