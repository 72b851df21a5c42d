"""replay: projections are what the log says, and are made so where they are not."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.replay import Replayed, replay
from tests.eventlog.given import PLAYS, loaded, rehearsed

TABLES = ("stream", "overview", "seat", "rollup")


def tables(log: SqlLog) -> dict[str, list[Any]]:
    """The projections byte for byte; cells of the rollup that add up to nothing count as no cell."""
    found: dict[str, list[Any]] = {}
    with log.engine.connect() as connection:
        for name in TABLES:
            rows = [tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))]
            found[name] = sorted((row for row in rows if name != "rollup" or any(row[8:])), key=str)
    return found


def again(log: SqlLog, *, mend: bool = True) -> Replayed:
    return replay(log.engine, log.ring, log.districts.law, mend=mend)


def change(log: SqlLog, statement: str) -> None:
    with log.engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount > 0


@pytest.fixture
def full(sql_log: SqlLog) -> SqlLog:
    """Cases of every kind of story."""
    loaded(sql_log, *((name, name[:2]) for name in PLAYS))
    return sql_log


def test_replaying_gives_the_same_bytes(full: SqlLog) -> None:
    before = tables(full)
    report = again(full)
    assert report.equal, report.differences
    assert report.cases == len(PLAYS)
    assert report.events == sum(len(one.events) for name in PLAYS for one in rehearsed(name, name[:2]).played)
    assert tables(full) == before


def test_projections_that_were_lost_are_built_again(full: SqlLog) -> None:
    before = tables(full)
    for name in ("overview", "seat", "rollup"):
        change(full, f"DELETE FROM {name}")
    report = again(full)
    assert report.wrong > len(PLAYS)
    assert tables(full) == before
    assert again(full).equal


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE overview SET step = 'congress' WHERE case_id = (SELECT min(case_id) FROM overview)", "overview of n"),
        (
            "UPDATE overview SET next_due = '2031-01-01' WHERE case_id = (SELECT min(case_id) FROM overview)",
            "overview of",
        ),
        ("UPDATE seat SET progress = NOT progress WHERE person = 'plw1'", "seats of n"),
        ("UPDATE seat SET person = 'somebody' WHERE person = 'plw1'", "seats of n"),
        ("DELETE FROM seat WHERE person = 'plw1'", "seats of n"),
        ("UPDATE rollup SET headcount = headcount + 1 WHERE face = 'all'", "rollup of xiaoshan/all/"),
        ("UPDATE stream SET size = size + 1 WHERE name = 'x' OR id LIKE '%/notice'", "head of n"),
        ("UPDATE stream SET frontier = '' WHERE id LIKE '%/table'", "head of n"),
        ("UPDATE stream SET joint = 1 WHERE id LIKE '%/table'", "head of n"),
        ("UPDATE stream SET at = '' WHERE id LIKE '%/notice'", "head of n"),
    ],
)
def test_a_row_that_was_changed_is_named_and_mended(full: SqlLog, statement: str, what: str) -> None:
    before = tables(full)
    change(full, statement.replace("name = 'x' OR ", ""))
    looked = again(full, mend=False)
    assert looked.wrong >= 1
    assert looked.differences[0].startswith(what)
    assert tables(full) != before
    assert again(full).differences == looked.differences
    assert tables(full) == before


def test_a_row_of_a_case_that_never_was_is_dropped(full: SqlLog) -> None:
    before = tables(full)
    columns = "district, step, round, ending, overlays, light, light_reason, turn_side, turn_seat, stuck, next_due, "
    columns += (
        "wage_year, scope, kind, parent, enterprise, worker_organ, employer_organ, covers, region, town, industry, "
    )
    columns += "size_band, headcount, external_ref, opened_on, offer_open, offered_on, agreed_on, in_force_from, "
    columns += (
        "expires_on, published, raise_rate, gatherings, steps_done, steps_online, contested, ballots, passed_first"
    )
    source = "SELECT min(case_id) FROM overview"
    change(
        full,
        f"INSERT INTO overview (case_id, {columns}) SELECT 'ghost', {columns} FROM overview WHERE case_id = ({source})",
    )
    change(full, "INSERT INTO seat (case_id, person, progress) SELECT 'ghost', person, progress FROM seat LIMIT 1")
    assert again(full).differences == ("seats of ghost", "overview of ghost, a case without a stream")
    assert tables(full) == before
