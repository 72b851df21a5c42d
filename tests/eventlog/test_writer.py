"""The writer under bad conditions: failing batches, waiters that leave, a full queue, a shutdown."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from cloudnego.core.commands import NameRecorder
from cloudnego.core.refusals import Refused
from cloudnego.core.vocabulary import Member, Side
from cloudnego.eventlog import overviews
from cloudnego.eventlog.log import SqlLog
from cloudnego.ports import Asked, Broken, Busy, Receipt
from tests.eventlog.given import (
    EMPLOYER_CHIEF,
    MORNING,
    WORKER_CHIEF,
    asked,
    make_district,
    played,
    proposal,
    rehearsed,
    wish,
)
from tests.eventlog.ledger import Ledger

CLIENTS = 40
EACH = 40
FAILING = 0.16
LEAVING = 0.10


class DiskFailure(OSError):
    """A write that did not go through."""


async def insist(log: SqlLog, one: Asked, dice: Random) -> Receipt | None:
    """Ask until there is an answer; now and then leave before it comes. None: refused by the rules."""
    while True:
        task = asyncio.ensure_future(log.ask(one))
        if dice.random() < LEAVING:
            await asyncio.sleep(dice.random() * 0.003)
            task.cancel()
        try:
            return await task
        except (Busy, asyncio.CancelledError):
            await asyncio.sleep(0.001)
        except Refused:
            return None


def failing(log: SqlLog, monkeypatch: pytest.MonkeyPatch, dice: Random) -> Callable[[], int]:
    """Make one batch in six fail: before its rows, after them, or after its commit. Returns how many failed."""
    failed = 0

    def breaking(target: Any, name: str, share: float) -> None:
        whole = getattr(target, name)

        def broken(*given: Any, **named: Any) -> Any:
            nonlocal failed
            done = whole(*given, **named)
            if dice.random() < share:
                failed += 1
                raise DiskFailure(name)
            return done

        monkeypatch.setattr(target, name, broken)

    breaking(log.store, "new_heads", FAILING / 4)
    breaking(log.store, "write", FAILING / 4)
    breaking(log.store, "notify", FAILING / 4)
    breaking(log._writer, "_settled", FAILING / 4)
    return lambda: failed


@pytest.mark.slow
def test_under_failing_batches_and_leaving_waiters_nothing_acknowledged_is_lost_or_doubled(
    url: str, opened: Callable[..., SqlLog], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = opened(url, budget_max=CLIENTS)
    make_district(log)
    cases = [played(log, "at-preparation", name) for name in ("", "b", "c")]
    ledger, dice = Ledger(), Random(16)
    failures = failing(log, monkeypatch, dice)

    async def client(number: int) -> int:
        mine, refusals = Random(number), 0
        for turn in range(EACH):
            one = wish(mine, cases[0], f"{number}.{turn}")
            receipt = await insist(log, one, mine)
            if receipt is None:
                refusals += 1
            else:
                ledger.note(one.by.person, one.key, receipt)
                if mine.random() < 0.05:
                    again = await insist(log, one, mine)
                    assert again is not None
                    assert again.repeated
                    ledger.note(one.by.person, one.key, again)
        return refusals

    async def all_of_them() -> list[int]:
        return await asyncio.gather(*(client(number) for number in range(CLIENTS)))

    refusals = sum(asyncio.run(all_of_them()))
    assert failures() > 10
    assert refusals > 10
    assert len(ledger.acks) == CLIENTS * EACH - refusals
    monkeypatch.undo()
    live = {case: (log.state(case), log.caucus(case, Side.WORKER), log.versions(case)) for case in cases}
    ledger.held_against(log)
    log.close()
    fresh = opened(url)
    assert {case: (fresh.state(case), fresh.caucus(case, Side.WORKER), fresh.versions(case)) for case in cases} == live


def test_a_failed_batch_is_busy_for_all_in_it_and_safe_to_ask_again(
    sql_log: SqlLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = played(sql_log, "at-preparation")
    before = sql_log.versions(case)
    ones = [asked(rehearsed().played[0], case, f"x{n}", command=proposal(f"{n}"), by=WORKER_CHIEF) for n in range(1, 9)]

    def refuse(*_: object) -> None:
        raise DiskFailure("full")

    async def ask_all() -> list[Any]:
        return await asyncio.gather(*(sql_log.ask(one) for one in ones), return_exceptions=True)

    with monkeypatch.context() as patch:
        patch.setattr(sql_log.store, "write", refuse)
        answers = asyncio.run(ask_all())
    assert [type(answer) for answer in answers] == [Busy] * len(ones)
    assert len({id(answer) for answer in answers}) == len(ones), "everyone needs an exception of his own"
    assert sql_log.versions(case) == before
    assert not any(receipt.repeated for receipt in asyncio.run(ask_all()))


def test_a_defect_in_the_overview_of_one_case_is_its_own_and_no_neighbours(
    sql_log: SqlLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    sick, *healthy = (played(sql_log, "at-preparation", name) for name in ("", "b", "c"))
    whole = overviews.of_case

    def broken(case: Any, law: Any) -> Any:
        if case.id == sick:
            raise ZeroDivisionError("a column that cannot be filled")
        return whole(case, law)

    def ones(key: str) -> list[Asked]:
        people = [(sick, WORKER_CHIEF)]
        people += [
            (case, Member(person=f"{name}w0", side=Side.WORKER)) for case, name in zip(healthy, "bc", strict=True)
        ]
        named = NameRecorder(person="neutral")  # a proposal would not do: after mere talk no overview is made
        return [asked(rehearsed().played[0], case, key, command=named, by=by) for case, by in people]

    async def ask_all(key: str) -> list[Any]:
        return await asyncio.gather(*(sql_log.ask(one) for one in ones(key)), return_exceptions=True)

    before = sql_log.versions(sick)
    with monkeypatch.context() as patch:
        patch.setattr(overviews, "of_case", broken)
        answers = asyncio.run(ask_all("x"))
    assert [type(answer) for answer in answers] == [Broken, Receipt, Receipt]
    assert sql_log.versions(sick) == before
    assert [answer.repeated for answer in asyncio.run(ask_all("x"))] == [False, True, True]


def test_a_listener_that_fails_keeps_no_answer_back(sql_log: SqlLog) -> None:
    def bad(_: object) -> None:
        raise ZeroDivisionError

    sql_log.bell.listen(bad)
    assert sql_log.state(played(sql_log, "at-preparation")) is not None


def test_what_others_write_beside_the_log_makes_nobody_read_a_case_again(
    sqlite_url: str, opened: Callable[..., SqlLog], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sessions and registers change all the time in the same file; the folded cases are still what they were."""
    log = opened(sqlite_url)
    make_district(log)
    case = played(log, "at-preparation")
    read: list[str] = []
    whole = log.store.tail

    def noting(connection: Any, name: str, *rest: Any) -> Any:
        read.append(name)
        return whole(connection, name, *rest)

    monkeypatch.setattr(log.store, "tail", noting)
    for turn in range(3):
        log.districts.move_clock("xiaoshan", turn)
        one = asked(rehearsed().played[0], case, f"x{turn}", command=proposal("7"), by=WORKER_CHIEF)
        asyncio.run(log.ask(one))
    assert read == []


def test_a_waiter_that_leaves_does_not_take_the_write_along(sql_log: SqlLog) -> None:
    case = played(sql_log, "at-preparation")
    one = asked(rehearsed().played[0], case, "left", command=proposal("7"), by=WORKER_CHIEF)

    async def leave_and_come_back() -> Receipt:
        task = asyncio.ensure_future(sql_log.ask(one))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.to_thread(_until, lambda: not sql_log.waiting)
        return await sql_log.ask(one)

    assert asyncio.run(leave_and_come_back()).repeated


def _until(condition: Callable[[], bool]) -> None:
    """Wait in a thread for what another thread does. Fails after half a minute."""
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until, "it never came about"
        time.sleep(0.001)


class Gate:
    """Holds the writer in the middle of a batch until it is opened."""

    def __init__(self, log: SqlLog, monkeypatch: pytest.MonkeyPatch) -> None:
        self._open = threading.Event()
        self.reached = threading.Event()
        whole = log.store.write

        def held(*given: Any) -> None:
            self.reached.set()
            assert self._open.wait(30)
            whole(*given)

        monkeypatch.setattr(log.store, "write", held)

    def open(self) -> None:
        self._open.set()


async def _outcomes(log: SqlLog, ones: list[Asked], gate: Gate) -> list[Any]:
    """Ask the first, wait until the writer holds it, ask the others, open the gate."""
    first = asyncio.ensure_future(log.ask(ones[0]))
    await asyncio.to_thread(gate.reached.wait, 30)
    others = [asyncio.ensure_future(log.ask(one)) for one in ones[1:]]
    await asyncio.sleep(0)
    gate.open()
    return await asyncio.gather(first, *others, return_exceptions=True)


def test_a_full_queue_turns_away_at_once_and_keeps_what_it_took(
    url: str, opened: Callable[..., SqlLog], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = opened(url, queue_max=50, budget_max=1000)
    make_district(log)
    case = played(log, "at-preparation")
    ones = [asked(rehearsed().played[0], case, f"x{n}", command=proposal("7"), by=WORKER_CHIEF) for n in range(200)]
    outcomes = asyncio.run(_outcomes(log, ones, Gate(log, monkeypatch)))
    assert [isinstance(outcome, Receipt) for outcome in outcomes] == [True] * 50 + [False] * 150
    assert all(isinstance(outcome, Busy) and outcome.retry_after >= 1 for outcome in outcomes[50:])
    assert log.waiting == 0


def test_one_side_does_not_feel_the_load_of_the_other(
    url: str, opened: Callable[..., SqlLog], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = opened(url, budget_max=3)
    make_district(log)
    case, other = played(log, "at-preparation"), played(log, "at-preparation", "b")
    mine = [asked(rehearsed().played[0], case, f"x{n}", command=proposal("7"), by=WORKER_CHIEF) for n in range(10)]
    theirs = asked(rehearsed().played[0], case, "x", command=proposal("7"), by=EMPLOYER_CHIEF)
    elsewhere = asked(
        rehearsed().played[0], other, "x", command=proposal("7"), by=Member(person="bw0", side=Side.WORKER)
    )
    outcomes = asyncio.run(_outcomes(log, [*mine, theirs, elsewhere], Gate(log, monkeypatch)))
    assert [isinstance(outcome, Receipt) for outcome in outcomes] == [True] * 3 + [False] * 7 + [True, True]


def test_a_shutdown_writes_what_was_taken_on_and_takes_nothing_more(
    url: str, opened: Callable[..., SqlLog], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = opened(url)
    make_district(log)
    case = played(log, "at-preparation")
    gate = Gate(log, monkeypatch)
    ones = [asked(rehearsed().played[0], case, f"x{n}", command=proposal("7"), by=WORKER_CHIEF) for n in range(20)]

    async def close_meanwhile() -> list[Any]:
        waiting = [asyncio.ensure_future(log.ask(one)) for one in ones]
        await asyncio.to_thread(gate.reached.wait, 30)
        closing = asyncio.ensure_future(asyncio.to_thread(log.close))
        await asyncio.to_thread(_until, lambda: not log.alive)
        late = asked(rehearsed().played[0], case, "late", command=proposal("7"), by=WORKER_CHIEF)
        with pytest.raises(Busy):
            await log.ask(late)
        gate.open()
        await closing
        return await asyncio.gather(*waiting)

    receipts = asyncio.run(close_meanwhile())
    monkeypatch.undo()
    ledger = Ledger()
    for one, receipt in zip(ones, receipts, strict=True):
        ledger.note(one.by.person, one.key, receipt)
    ledger.held_against(opened(url))


def test_memory_of_few_cases_is_memory_enough(url: str, opened: Callable[..., SqlLog]) -> None:
    log = opened(url, cases_max=2)
    make_district(log)
    names = ["", "b", "c", "d", "e"]
    cases = {name: played(log, "at-preparation", name) for name in names}
    ledger = Ledger()
    for turn in range(3):
        for name, case in cases.items():
            by = Member(person=f"{name}w0", side=Side.WORKER)
            one = asked(rehearsed().played[0], case, f"t{turn}", command=proposal("7"), by=by, at=MORNING)
            ledger.note(by.person, one.key, asyncio.run(log.ask(one)))
    ledger.held_against(log)
