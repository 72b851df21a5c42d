"""Events of a page, told side by side: of one case in order, a few at a time, none behind one that was not taken."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from cloudnego.core.vocabulary import Stream
from cloudnego.identity.hooks import Outcome, Tried
from cloudnego.web import lanes
from cloudnego.web.feed import EventDocument, EventFacts

AT_ONCE = 4


def document(number: int, case: int) -> EventDocument:
    facts = EventFacts(
        type_version=1, case=f"n{case}", stream=Stream.NOTICE, seq=number + 1, via="person", occurred_on=None,
        step="offer", ending=None, deadline=None, external_ref=None, seen_for=(), link="-", page="-",
    )  # fmt: skip
    return EventDocument(id=str(number), type="offer_sent", timestamp="-", data=facts)


@pytest.mark.parametrize("seed", range(12))
async def test_a_case_is_told_in_order_and_all_before_the_first_that_was_not_taken(seed: int) -> None:
    for part in range(20):
        await one_page(Random(1_000 * seed + part))


async def one_page(dice: Random) -> None:
    count, cases, bad = dice.randrange(1, 40), dice.randrange(1, 9), dice.choice((0, 0, 0.05, 0.2))
    documents = [document(number, dice.randrange(cases)) for number in range(count)]
    passed = {number for number in range(count) if dice.random() < 0.1}
    begun: list[int] = []
    known = count  # the first that is known not to have been taken
    going: set[str] = set()
    most = 0

    async def post(one: EventDocument) -> Tried:
        nonlocal most
        number, case = int(one.id), one.data.case
        assert case not in going, "two of one case are on their way"
        assert number < known, "begun behind one that was not taken"
        begun.append(number)
        going.add(case)
        most = max(most, len(going))
        for _ in range(dice.randrange(4)):
            await asyncio.sleep(0)
        going.remove(case)
        outcome = Outcome.ANSWERED if dice.random() < bad else Outcome.DELIVERED
        return Tried(event=one.id, type=one.type, at_s=0, took_ms=0, outcome=outcome, status=None)

    told, failed = set(passed), set[int]()
    async for number, tried in lanes.told(documents, passed, post, lambda: AT_ONCE):
        (told if tried.outcome is Outcome.DELIVERED else failed).add(number)
        known = min(failed, default=count)
    assert most <= min(AT_ONCE, cases)
    assert set(range(known)) <= told, "one before it was left out"
    assert passed.isdisjoint(begun)
    for case in range(cases):
        own = [number for number in begun if documents[number].data.case == f"n{case}"]
        assert own == sorted(set(own)), "out of order, or twice"


async def test_cases_go_side_by_side_and_who_stops_leaves_nothing_on_its_way() -> None:
    ended = 0
    gate = asyncio.Event()

    async def post(one: EventDocument) -> Tried:
        nonlocal ended
        try:
            await (asyncio.sleep(0) if one.id == "2" else gate.wait())
        finally:
            ended += 1
        return Tried(event=one.id, type=one.type, at_s=0, took_ms=0, outcome=Outcome.DELIVERED, status=204)

    going = lanes.told([document(number, number) for number in range(9)], (), post, lambda: AT_ONCE)
    assert (await anext(going))[0] == 2, "no case waits for another"
    await going.aclose()
    assert ended == AT_ONCE
