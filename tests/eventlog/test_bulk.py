"""The bulk loader writes what the writer would have written, byte for byte, only sooner."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from cloudnego.core.refusals import Refused
from cloudnego.core.vocabulary import Member, Side
from cloudnego.eventlog.bulk import Bulk
from cloudnego.eventlog.fsck import fsck
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.replay import replay
from cloudnego.ports import KeyReused, NoCase
from tests.eventlog.given import WORKER_CHIEF, asked, load, make_district, play, played, proposal, rehearsed

NAMES = ["plain", "objected", "drift", "regional", "at-preparation"]


def content(log: SqlLog) -> dict[str, list[Any]]:
    """Every row of the log and its projections."""
    found = {}
    with log.engine.connect() as connection:
        for name in ("stream", "leaf", "body", "stream_key", "overview", "seat", "rollup"):
            rows = [tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))]
            found[name] = sorted((r for r in rows if name != "rollup" or any(r[8:])), key=str)
    return found


def _copy(url: str, request: pytest.FixtureRequest) -> str:
    """Another empty database of the same kind."""
    if url.startswith("sqlite"):
        file = request.getfixturevalue("tmp_path") / "other.sqlite3"
        file.write_bytes(request.getfixturevalue("migrated_sqlite").read_bytes())
        return f"sqlite:///{file}"
    server = request.getfixturevalue("postgres")
    found: str = server.url(server.database(request.getfixturevalue("migrated_postgres")))
    return found


@pytest.mark.parametrize("flush_rows", [1, 50, 100_000])
def test_it_writes_what_the_writer_writes(
    url: str, opened: Callable[..., SqlLog], request: pytest.FixtureRequest, flush_rows: int
) -> None:
    written, loaded = opened(url), opened(_copy(url, request))
    for log in (written, loaded):
        make_district(log)
    for name in NAMES:
        asyncio.run(play(written, rehearsed(name, name[:2])))
    with Bulk(loaded.store, loaded.ring, loaded.districts, flush_rows=flush_rows) as pen:
        for name in NAMES:
            load(pen, rehearsed(name, name[:2]))
    assert content(loaded) == content(written)


def test_what_was_loaded_is_whole_and_goes_on(sql_log: SqlLog) -> None:
    known = played(sql_log, "at-preparation", "k")
    with sql_log.bulk() as pen:
        case = load(pen, rehearsed("at-preparation"))
        assert pen.state(case) == rehearsed("at-preparation").case
        assert pen.caucus(case, Side.WORKER) == rehearsed("at-preparation").caucuses[Side.WORKER]
        assert pen.state("n00000000000000000000") is None
        assert pen.caucus("n00000000000000000000", Side.WORKER) is None
        chief = Member(person="kw0", side=Side.WORKER)
        pen.ask(asked(rehearsed().played[0], known, "meanwhile", command=proposal("3"), by=chief))
    for one, by in ((case, WORKER_CHIEF), (known, chief)):
        receipt = asyncio.run(sql_log.ask(asked(rehearsed().played[0], one, "next", command=proposal("7"), by=by)))
        assert not receipt.repeated
    assert fsck(sql_log.engine, sql_log.ring).whole
    assert replay(sql_log.engine, sql_log.ring, sql_log.districts.law, mend=False).equal


def test_a_case_that_ends_with_a_word_among_one_side_is_written_whole(
    url: str, opened: Callable[..., SqlLog], request: pytest.FixtureRequest
) -> None:
    """The caucus is looked up while the table's entries still wait to be written."""
    rehearsal = rehearsed("at-preparation")
    first = next(n for n, one in enumerate(rehearsal.played) if any(e.stream.is_caucus for e in one.events))
    written, in_bulk = opened(url), opened(_copy(url, request))
    for log in (written, in_bulk):
        make_district(log)
    asyncio.run(play(written, rehearsal, only=slice(first + 1)))
    with in_bulk.bulk() as pen:
        case = None
        for number, one in enumerate(rehearsal.played[: first + 1]):
            case = pen.ask(asked(one, case, f"k{number}")).case
    assert content(in_bulk) == content(written)


def test_it_refuses_as_the_writer_does_and_goes_on(sql_log: SqlLog) -> None:
    with sql_log.bulk() as pen:
        case = load(pen, rehearsed("at-preparation"))
        one = asked(rehearsed().played[0], case, "k", command=proposal("7"), by=Member(person="nobody"))
        with pytest.raises(Refused):
            pen.ask(one)
        with pytest.raises(NoCase):
            pen.ask(asked(rehearsed().played[0], "n00000000000000000000", "k", command=proposal("7")))
        with pytest.raises(KeyReused):
            pen.ask(asked(rehearsed().played[0], case, "k1", command=proposal("7"), by=WORKER_CHIEF))
        again = pen.ask(asked(rehearsed("at-preparation").played[3], case, "k3"))
        assert again.repeated
    assert sql_log.state(case) == rehearsed("at-preparation").case


def test_an_exception_drops_what_was_not_flushed(sql_log: SqlLog) -> None:
    class Stop(Exception):
        pass

    cases: list[str] = []

    def half() -> None:
        with sql_log.bulk() as pen:
            cases.append(load(pen, rehearsed("at-preparation", "a")))
            pen.flush()
            cases.append(load(pen, rehearsed("at-preparation", "b")))
            raise Stop

    with pytest.raises(Stop):
        half()
    assert sql_log.state(cases[0]) is not None
    assert sql_log.state(cases[1]) is None
    assert fsck(sql_log.engine, sql_log.ring).whole


@pytest.mark.slow
def test_as_many_events_as_the_seeds_have_are_loaded_in_time(sql_log: SqlLog) -> None:
    """A tenth of the seeds of a district, in a fifth of a tenth of the 20 s the issue gives to all of them."""
    rehearsals = [rehearsed("plain", f"x{number}") for number in range(16)]
    start = time.perf_counter()
    with sql_log.bulk() as pen:
        for rehearsal in rehearsals:
            load(pen, rehearsal)
    assert time.perf_counter() - start < 6
