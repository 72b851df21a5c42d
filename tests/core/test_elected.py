"""What an election came to: rounds that hold, the order of the list, and who would follow on a vacant seat."""

from __future__ import annotations

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.elected import attested, standings
from tests.core.situations import CANDIDATES, CANDIDATES_NAMED, ROLL_KEPT, election
from tests.core.steps.test_representatives import ATTESTED
from tests.core.test_overlays import replacing
from tests.given import S1, S2, UNION, Given, given, reps


def came_to(now: Given) -> list[tuple[str, str | None, int | None, int | None]]:
    """The list in its order: who, how he follows, at which place, with how many votes."""
    case = now.case
    rounds = attested(case.election, [one for one in now.log if isinstance(one, e.ElectionRecorded)])
    return [
        (one.person, one.follows, one.place, one.votes) for one in standings(case.election, case.benches.worker, rounds)
    ]


SIX = CANDIDATES.model_copy(update={"candidates": reps("w1", "w2", "w3", "w4", "w5", "w6")})
COUNTED = given(ROLL_KEPT).having((UNION, SIX), (UNION, election(w2=21, w3=30, w4=25, w5=12, w6=12)))
SETTLED = COUNTED.having(*ATTESTED)


def test_the_elected_come_first_by_votes_then_who_passed_without_a_seat_then_the_next() -> None:
    assert came_to(SETTLED) == [
        ("w1", None, None, None), ("w3", None, None, 30), ("w4", None, None, 25), ("w2", "over", 1, 21),
        ("w5", "next", 2, 12), ("w6", "next", 2, 12),
    ]  # fmt: skip


def test_nothing_is_said_of_counts_that_two_scrutineers_have_not_confirmed() -> None:
    assert {votes for _, _, _, votes in came_to(COUNTED)} == {None}
    assert {votes for _, _, _, votes in came_to(COUNTED.having(ATTESTED[0]))} == {None}


def test_of_a_round_that_was_voided_the_counts_that_were_confirmed_after_it_hold() -> None:
    again = COUNTED.having((S1, c.AttestElection(correct=False, remark="漏计一张")))
    again = again.having((UNION, election(w2=29, w3=30, w4=25)), (S1, c.AttestElection(correct=True)))
    assert {votes for _, _, _, votes in came_to(again)} == {None}
    assert came_to(again.having((S2, c.AttestElection(correct=True))))[:4] == [
        ("w1", None, None, None), ("w3", None, None, 30), ("w2", None, None, 29), ("w4", "over", 1, 25),
    ]  # fmt: skip


def test_while_seats_are_open_nobody_follows_and_the_last_round_counts() -> None:
    first = given(CANDIDATES_NAMED).having((UNION, election(w2=30, w3=20)), *ATTESTED)
    assert came_to(first)[:2] == [("w2", None, None, 30), ("w3", None, None, 20)]
    second = first.having((UNION, election(w3=25)), *ATTESTED)
    assert came_to(second) == [("w1", None, None, None), ("w2", None, None, 30), ("w3", None, None, 25)]


def test_who_took_a_vacant_seat_or_left_one_follows_nobody() -> None:
    after = SETTLED.having((UNION, replacing("w4", "w2")))
    assert came_to(after)[3:] == [("w2", None, None, 21), ("w5", "next", 1, 12), ("w6", "next", 1, 12)]
    later = came_to(after.having((UNION, replacing("w2", "w5"))))
    assert later[3:] == [("w5", None, None, 12), ("w6", "next", 1, 12), ("w2", None, None, 21)]
