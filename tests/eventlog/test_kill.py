"""kill -9 at any time and at every point of the write path; the long form is `make claim-kill`."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import msgspec
import pytest

from cloudnego.eventlog.log import SqlLog
from cloudnego.ports import Entry, Receipt
from tests.conftest import ROOT
from tests.eventlog.given import WORKER_CHIEF, asked, played, proposal, rehearsed
from tests.eventlog.ledger import Ledger

FLOOR = 20


@pytest.mark.kill
@pytest.mark.slow
@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_nothing_acknowledged_is_lost_or_doubled_when_the_service_is_killed(store: str) -> None:
    command = [sys.executable, "-m", "claims.kill", "--n", str(FLOOR), "--seed", "20", "--store", store]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    survived = msgspec.json.decode(ran.stdout.splitlines()[-1])
    assert survived["lives"] == FLOOR
    assert survived["acks"] > FLOOR
    assert sum(count for point, count in survived["ended"].items() if point != "any time") >= FLOOR // 4


def _one_more(log: SqlLog) -> tuple[Ledger, str, Receipt]:
    case = played(log, "at-preparation")
    one = asked(rehearsed().played[0], case, "more", command=proposal("7"), by=WORKER_CHIEF)
    ledger, receipt = Ledger(), asyncio.run(log.ask(one))
    ledger.note(WORKER_CHIEF.person, "more", receipt)
    ledger.held_against(log)
    return ledger, case, receipt


def test_the_ledger_sees_an_acknowledgement_that_is_not_stored(sql_log: SqlLog) -> None:
    ledger, case, receipt = _one_more(sql_log)
    later = Entry(receipt.entries[0].stream, receipt.entries[0].seq + 1, receipt.entries[0].type)
    ledger.note(WORKER_CHIEF.person, "lost", Receipt(case=case, entries=(later,)))
    with pytest.raises(AssertionError, match="lost"):
        ledger.held_against(sql_log)


def test_the_ledger_sees_two_receipts_for_one_key(sql_log: SqlLog) -> None:
    ledger, _, receipt = _one_more(sql_log)
    other = msgspec.structs.replace(receipt, entries=())
    with pytest.raises(AssertionError, match="two receipts"):
        ledger.note(WORKER_CHIEF.person, "more", other)


def test_the_ledger_sees_a_lost_entry(sql_log: SqlLog) -> None:
    ledger, _, _ = _one_more(sql_log)
    with sql_log.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM leaf WHERE pos = (SELECT max(pos) FROM leaf)")
    with pytest.raises(AssertionError):
        ledger.held_against(sql_log)
