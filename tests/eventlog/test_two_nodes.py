"""Two services on one PostgreSQL write the same streams: one order, neither starves, nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from threading import Thread
from typing import Any

import msgspec
import psycopg
import pytest

from cloudnego.core.vocabulary import Side
from cloudnego.eventlog.bells import CHANNEL, heard
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.log import SqlLog
from cloudnego.ports import Asked
from tests.conftest import ROOT
from tests.eventlog.given import (
    EMPLOYER_CHIEF,
    WORKER_CHIEF,
    asked,
    make_district,
    played,
    proposal,
    rehearsed,
    sheet_of,
)
from tests.eventlog.ledger import Ledger
from tests.eventlog.node import ROUNDS, Told

FAIR_SHARE = 0.30


def work(url: str, cases: list[str]) -> list[Told]:
    """Start two nodes, let them go at once, and hear what each has to tell."""
    nodes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.eventlog.node", url, str(number), *cases],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for number in (1, 2)
    ]
    for node in nodes:
        assert node.stdout is not None
        assert node.stdout.readline() == "ready\n"
    start = time.monotonic() + 0.1
    for node in nodes:
        assert node.stdin is not None
        node.stdin.write(f"{start}\n")
        node.stdin.flush()
    told = []
    for node in nodes:
        out, _ = node.communicate(timeout=100)
        assert node.returncode == 0
        told.append(msgspec.json.decode(out, type=Told))
    return told


@pytest.mark.postgres
@pytest.mark.slow
def test_two_services_on_the_same_streams_lose_and_double_nothing_and_neither_starves(
    migrated_postgres_url: str,
) -> None:
    url = migrated_postgres_url
    log = SqlLog(url, Keyring.seeded("two nodes"))
    make_district(log)
    cases = [played(log, "at-preparation"), played(log, "at-preparation", "", 2)]
    one, other = work(url, cases)
    ledger = Ledger()
    for told in (one, other):
        for actor, key, receipt in told.acks:
            ledger.note(actor, key, receipt)
        for _, key, receipt in told.won:
            ledger.note(WORKER_CHIEF.person, key, receipt)
    ledger.held_against(log)
    log.close()
    both = len(one.acks) + len(other.acks)
    assert both > 200
    assert min(len(one.acks), len(other.acks)) >= FAIR_SHARE * both, (len(one.acks), len(other.acks))
    assert one.busy + other.busy == 0, "a second node is no reason to be turned away"
    # each guest was invited once: the second was judged on what the first had left
    assert sorted(number for told in (one, other) for number, _, _ in told.won) == list(range(ROUNDS))
    assert one.won
    assert other.won


@pytest.fixture
def pair(migrated_postgres_url: str, opened: Callable[..., SqlLog]) -> tuple[SqlLog, SqlLog]:
    """Two logs on one database, as two services have them."""
    first = opened(migrated_postgres_url)
    make_district(first)
    return first, opened(migrated_postgres_url)


@pytest.mark.postgres
def test_each_node_sees_and_judges_by_what_the_other_wrote(pair: tuple[SqlLog, SqlLog]) -> None:
    here, there = pair
    case = played(here, "at-preparation")
    for turn in range(6):
        log, other = (here, there) if turn % 2 else (there, here)
        for by in (WORKER_CHIEF, EMPLOYER_CHIEF):
            one = asked(rehearsed().played[0], case, f"t{turn}", command=proposal(f"{turn}.5"), by=by)
            receipt = asyncio.run(log.ask(one))
            again = asyncio.run(other.ask(one))
            assert again.repeated
            assert again.entries == receipt.entries
        sheet = asked(rehearsed().played[0], case, f"s{turn}", command=sheet_of(f"{turn}.5"), by=WORKER_CHIEF)
        asyncio.run(log.ask(sheet))
        assert here.state(case) == there.state(case)
        assert here.caucus(case, Side.WORKER) == there.caucus(case, Side.WORKER)
        assert here.versions(case) == there.versions(case)
    ledger = Ledger()
    ledger.held_against(here)


@pytest.mark.postgres
def test_two_nodes_that_open_the_same_case_at_once_open_it_once(pair: tuple[SqlLog, SqlLog]) -> None:
    opening = rehearsed().played[0]
    for number in range(15):
        one = asked(opening, None, f"same{number}")
        receipts = _both(pair, one)
        assert receipts[0].case == receipts[1].case
        assert receipts[0].entries == receipts[1].entries
        assert sorted(receipt.repeated for receipt in receipts) == [False, True]


def _both(logs: tuple[SqlLog, SqlLog], one: Asked) -> list[Any]:
    """Ask two logs from two threads at the same time."""
    answers: list[Any] = []
    threads = [Thread(target=lambda log=log: answers.append(asyncio.run(log.ask(one)))) for log in logs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(logs)
    return answers


@pytest.mark.postgres
def test_the_bell_reaches_other_processes_when_and_only_when_it_is_committed(pair: tuple[SqlLog, SqlLog]) -> None:
    log, _ = pair
    address = log.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        case = played(log, "at-preparation")
        rung: dict[str, int] = {}
        for note in listener.notifies(timeout=5, stop_after=len(rehearsed("at-preparation").played)):
            rung |= heard(note.payload) or {}
    assert rung == {f"{case}/{stream.value}": seq for stream, (_, seq) in log.versions(case).items() if seq}
