"""bench cockpit: the cockpit's figures from the rollup, against the same figures by a scan of the overviews.

In the database: the product's own statement, sent and fetched through the plain driver. The cost goes with the number
of cells, not of cases; the scan is one GROUP BY over all overview rows, which the figures could be made of as well.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, Select, event, func, literal, select

from bench.aims import at_least, at_most, report
from bench.cockpit_rows import (
    HEADCOUNTS,
    OVERVIEW,
    PLACES,
    ROLLUP,
    TRADES,
    YEARS,
    copy,
    ending,
    multiply,
    place,
    play,
    sums,
)
from cloudnego.eventlog.cockpit import cockpit, figures
from cloudnego.ports import Cockpit, Cut
from tests.eventlog.given import DISTRICT
from tests.postgres import Server

NOTES: Final = [
    "161 and 10 000: cases judged and written by the log (on PostgreSQL their overview and rollup rows, copied)",
    "1 000 000: SYNTHETIC overview and rollup rows, made by SQL from the 10 000 in other places, trades and years",
    f"{len(PLACES)} places, {len(TRADES)} trades, {len(HEADCOUNTS)} sizes, in the million {YEARS} years, one district",
    "ms of wall time, the best of all turns, for rollup and scan alike: what is above it is the machine's other work",
    "`in_database`: the product's statement fetched through the driver; `whole`: the function a request calls, with"
    " SQLAlchemy and the summing up in Python",
    "`scan`: the same figures by one GROUP BY over the overview; it is spared the filter on the district",
    "`lean_scan`: only the number of cases in each step, the cheapest question one can scan for",
    "PostgreSQL is the wheel's, on a unix socket, fsync off (only reads are measured), after VACUUM ANALYZE",
]
QUESTIONS: Final = {
    "district": Cut(district=DISTRICT),
    "one_year": Cut(district=DISTRICT, wage_year=2026),
    "one_town": Cut(district=DISTRICT, region=PLACES[0]),
}


def _scan() -> Select[Any]:
    c = OVERVIEW.c
    group = (place(), c.industry, c.size_band, c.step, ending())
    return select(literal("cross"), *group, *sums()).group_by(*group)


SCAN: Final = _scan()
LEAN_SCAN: Final = select(OVERVIEW.c.step, OVERVIEW.c.ending, func.count()).group_by(OVERVIEW.c.step, OVERVIEW.c.ending)


class Wrong(AssertionError):
    """The two ways of counting differ."""


def _timed(work: Callable[[], object], times: int) -> list[float]:
    found = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        found.append(1000 * (time.perf_counter() - started))
    return found


def _statement(engine: Engine, work: Callable[[], object]) -> tuple[str, Any]:
    """The one SELECT that `work` sends, with its parameters."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, said: str, parameters: Any, *_: object) -> None:
        if said.lstrip().startswith("SELECT"):
            sent.append((said, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    (one,) = sent
    return one


def _driver(engine: Engine, statement: tuple[str, Any]) -> Callable[[], None]:
    """Sends a statement through the plain driver and fetches what it finds."""
    connection = engine.raw_connection()

    def fetch() -> None:
        cursor = connection.cursor()
        cursor.execute(*statement)
        cursor.fetchall()
        cursor.close()

    return fetch


def _by_scan(engine: Engine) -> Cockpit:
    with engine.connect() as connection:
        return figures(connection.execute(SCAN).all(), margins=False)


def _run(engine: Engine, query: Select[Any]) -> Callable[[], object]:
    def work() -> object:
        with engine.connect() as connection:
            return connection.execute(query).all()

    return work


def read(engine: Engine, cases: int, repeats: int) -> dict[str, Any]:
    """The figures of one database. Raises Wrong if rollup and scan do not say the same, or not all cases count."""
    counted = cockpit(engine, QUESTIONS["district"])
    if counted != _by_scan(engine):
        raise Wrong(f"on {engine.dialect.name} the rollup differs from the scan")
    if counted.total.cases != cases:
        raise Wrong(f"on {engine.dialect.name} {counted.total.cases} of {cases} cases count")
    fetches = {
        name: _driver(engine, _statement(engine, lambda cut=cut: cockpit(engine, cut)))  # type: ignore[misc]
        for name, cut in QUESTIONS.items()
    }
    scan = _driver(engine, _statement(engine, _run(engine, SCAN)))
    lean = _driver(engine, _statement(engine, _run(engine, LEAN_SCAN)))
    took: dict[str, list[float]] = {name: [] for name in (*fetches, "whole", "scan", "lean_scan")}
    for _ in range(repeats):  # they take turns, so that a bad moment of the machine hits all alike
        for name, fetch in fetches.items():
            took[name] += _timed(fetch, 3)
        took["whole"] += _timed(lambda: cockpit(engine, QUESTIONS["district"]), 3)
        took["scan"] += _timed(scan, 1)
        took["lean_scan"] += _timed(lean, 1)
    ms = {name: round(min(values), 3) for name, values in took.items()}
    with engine.connect() as connection:
        cells = connection.execute(select(func.count()).select_from(ROLLUP)).scalar_one()
    return {
        "rollup_rows": cells,
        "in_database_ms": {name: ms[name] for name in QUESTIONS},
        "whole_ms": ms["whole"],
        "scan_ms": ms["scan"],
        "lean_scan_ms": ms["lean_scan"],
        "times_faster_than_scan": round(ms["scan"] / ms["district"], 1),
        "times_faster_than_lean_scan": round(ms["lean_scan"] / ms["district"], 1),
    }


def _all(folder: Path, sizes: tuple[int, int], times: int, repeats: int) -> dict[str, dict[str, dict[str, Any]]]:
    found: dict[str, dict[str, dict[str, Any]]] = {"sqlite": {}, "postgresql": {}}
    with ExitStack() as stack:
        server = Server()
        stack.callback(server.close)
        for count in sizes:
            played = play(folder, count)
            for engine in (played, copy(played, server.url(server.database()))):
                stack.callback(engine.dispose)
                found[engine.dialect.name][f"{count} cases"] = read(engine, count, repeats)
                if count == max(sizes):
                    multiply(engine, times)
                    found[engine.dialect.name][f"{count * times} synthetic cases"] = read(
                        engine, count * times, repeats
                    )
    return found


def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure; see the module."""
    sizes, times, repeats = ((10, 40), 5, 1) if quick else ((161, 10_000), 100, 5)
    with tempfile.TemporaryDirectory(prefix="cloudnego-bench-") as folder:
        found = _all(Path(folder), sizes, times, repeats)
    aims = []
    for store, measured in found.items():
        name, most = list(measured.items())[-1]
        aims += [
            at_most(f"ms in the database, {name}, {store}", most["in_database_ms"]["district"], 5),
            at_least(f"times faster than the scan, {name}, {store}", most["times_faster_than_scan"], 100),
        ]
    return report("cockpit", repeats, {**found, "notes": NOTES}, aims)
