"""Where a case stands within each step: every sub-state has its situation, and of each step there is one at a time."""

from __future__ import annotations

from enum import StrEnum

import pytest

from cloudnego.core import commands as c
from cloudnego.core.overview import overview
from cloudnego.core.substates import (
    SUBSTATES,
    CongressSubState,
    DisputeSubState,
    FilingSubState,
    ListSubState,
    MeetingSubState,
    OfferSubState,
    PerformanceSubState,
    PreparationSubState,
    ReplySubState,
    SubStates,
    TopicsSubState,
    substates,
)
from cloudnego.core.vocabulary import STEPS, Both, Side, Step
from tests.core.situations import (
    ADJOURNED,
    AGREED,
    ALL_THERE,
    BALLOT_COUNTED,
    BALLOT_FAILED,
    CALLED,
    CANDIDATES_NAMED,
    CONFIRMATION_OPEN,
    CONVENED,
    COORDINATED,
    COORDINATION_ASKED,
    DEADLOCK,
    DRAFT_FIXED,
    ELECTED,
    EMPLOYER_AHEAD,
    EXPIRING,
    FILED_IN_PLATFORM,
    FILED_OUTSIDE,
    HEARD,
    IN_FORCE,
    IN_SESSION,
    INVESTIGATED,
    MATERIAL_ASKED,
    MATERIAL_OWED,
    NOT_SETTLED,
    OBJECTED,
    OFFER_SERVED,
    OFFER_UNSERVED,
    OPENED,
    OPINIONS_HEARD,
    PLANNED,
    PUBLISHED,
    READY_TO_MEET,
    READY_TO_VOTE,
    REFUSED,
    REGISTERED,
    REPLIED,
    REPLIED_WITH_CHANGES,
    REPLY_OVERDUE,
    REPLY_UNSERVED,
    REPORTED,
    SCHEDULED,
    SETTLED,
    SHANGHAI_OPENED,
    SIGNED,
    SUBMITTED,
    SUPERVISED,
    SUPPLEMENT_ASKED,
    TOO_FEW_CAME,
    TOPICS_READY,
    UNDER_REVIEW,
    VOTED,
    WITHOUT_UNION,
    WORKER_LIST_READY,
)
from tests.given import E1, HR, SCAN, W1, W2, E, Given, Situation, W, given


def of(situation: Situation | Given, own: Side | None = None) -> SubStates:
    now = given(situation)
    return substates(now.standing, (own, now.caucuses.of(own)) if own else None)


# --- each sub-state has its situation -----------------------------------------------------------------------------

LISTS: list[tuple[Situation, Side, ListSubState]] = [
    (OPENED, W, ListSubState.ELECTING),
    (CANDIDATES_NAMED, W, ListSubState.ELECTING),
    (WITHOUT_UNION, W, ListSubState.ELECTING),
    (SHANGHAI_OPENED, W, ListSubState.APPOINTING),
    (OPENED, E, ListSubState.APPOINTING),
    (ELECTED, W, ListSubState.PUBLICITY),
    (WORKER_LIST_READY, W, ListSubState.READY),
    (WORKER_LIST_READY, E, ListSubState.APPOINTING),
    (EMPLOYER_AHEAD, E, ListSubState.READY),
    (EMPLOYER_AHEAD, W, ListSubState.ELECTING),
]


@pytest.mark.parametrize(("situation", "side", "expected"), LISTS)
def test_a_sides_list(situation: Situation, side: Side, expected: ListSubState) -> None:
    found = of(situation).representatives
    assert found is not None
    assert found.of(side) is expected


TOPICS: list[tuple[Situation, TopicsSubState]] = [
    (WORKER_LIST_READY, TopicsSubState.COLLECTING),
    (OPINIONS_HEARD, TopicsSubState.DRAFTING),
    (TOPICS_READY, TopicsSubState.READY),
]


@pytest.mark.parametrize(("situation", "expected"), TOPICS)
def test_the_worker_sides_topics_as_its_own_caucus_knows_them(situation: Situation, expected: TopicsSubState) -> None:
    assert of(situation, W).topics == Both(expected, TopicsSubState.COLLECTING)


TALKS: list[tuple[Situation, StrEnum]] = [
    (TOPICS_READY, OfferSubState.DRAFTING),
    (OFFER_UNSERVED, OfferSubState.SENT),
    (OFFER_SERVED, OfferSubState.SERVED),
    (OFFER_SERVED, ReplySubState.WAITING),
    (REPLY_OVERDUE, ReplySubState.OVERDUE),
    (REFUSED, ReplySubState.REFUSED),
    (REPLY_UNSERVED, ReplySubState.ACCEPTED),
    (REPLIED, ReplySubState.ACCEPTED),
    (REPLIED_WITH_CHANGES, ReplySubState.ACCEPTED_WITH_CHANGES),
    (REPLIED, PreparationSubState.ROOMS_OPEN),
    (MATERIAL_OWED, PreparationSubState.COLLECTING_DATA),
    (SCHEDULED, PreparationSubState.MEETING_SCHEDULED),
    (MATERIAL_ASKED, PreparationSubState.MEETING_SCHEDULED),
    (READY_TO_MEET, PreparationSubState.READY_TO_MEET),
    (READY_TO_MEET, MeetingSubState.AWAITED),
    (ALL_THERE, MeetingSubState.CHECKED_IN),
    (IN_SESSION, MeetingSubState.IN_SESSION),
    (ADJOURNED, MeetingSubState.ADJOURNED),
    (DEADLOCK, MeetingSubState.DEADLOCKED),
    (AGREED, MeetingSubState.DRAFTING),
    (DRAFT_FIXED, MeetingSubState.AGREED),
    (BALLOT_FAILED, MeetingSubState.AWAITED),
    (SETTLED, MeetingSubState.AWAITED),
]
CONTRACT: list[tuple[Situation, StrEnum]] = [
    (DRAFT_FIXED, CongressSubState.DRAFT_FIXED),
    (SUBMITTED, CongressSubState.SUBMITTED),
    (CALLED, CongressSubState.CONVENED),
    (CONVENED, CongressSubState.MATERIALS_SENT),
    (READY_TO_VOTE, CongressSubState.VOTING),
    (BALLOT_COUNTED, CongressSubState.VOTING),
    (TOO_FEW_CAME, CongressSubState.NO_QUORUM),
    (VOTED, CongressSubState.PASSED),
    (BALLOT_FAILED, CongressSubState.FAILED),
    (VOTED, FilingSubState.SIGNING),
    (SIGNED, FilingSubState.PREPARING),
    (FILED_IN_PLATFORM, FilingSubState.HANDED_IN),
    (FILED_OUTSIDE, FilingSubState.HANDED_IN),
    (UNDER_REVIEW, FilingSubState.RECEIVED),
    (SUPPLEMENT_ASKED, FilingSubState.NEED_SUPPLEMENT),
    (OBJECTED, FilingSubState.OBJECTED),
    (CONFIRMATION_OPEN, FilingSubState.AWAITING_CONFIRMATION),
    (IN_FORCE, FilingSubState.NO_OBJECTION),
    (IN_FORCE, PerformanceSubState.PUBLISHING),
    (PUBLISHED, PerformanceSubState.PUBLISHED),
    (REPORTED, PerformanceSubState.REPORTED_TO_UPPER_UNION),
    (SUPERVISED, PerformanceSubState.SUPERVISED),
    (EXPIRING, PerformanceSubState.EXPIRING),
    (REGISTERED, PerformanceSubState.PUBLISHING),
]
_STEP_OF = {kind: step for step, kind in SUBSTATES.items()}


@pytest.mark.parametrize(("situation", "expected"), [*TALKS, *CONTRACT])
def test_a_step_stands_where_the_situation_says(situation: Situation, expected: StrEnum) -> None:
    assert getattr(of(situation), _STEP_OF[type(expected)].value) is expected


DISPUTES: list[tuple[Situation, DisputeSubState | None]] = [
    (REFUSED, None),
    (COORDINATION_ASKED, DisputeSubState.APPLIED),
    (COORDINATED, DisputeSubState.ACCEPTED),
    (INVESTIGATED, DisputeSubState.INVESTIGATED),
    (PLANNED, DisputeSubState.PLANNED),
    (HEARD, DisputeSubState.COORDINATED),
    (SETTLED, DisputeSubState.AGREEMENT),
    (NOT_SETTLED, DisputeSubState.NO_AGREEMENT),
]


@pytest.mark.parametrize(("situation", "expected"), DISPUTES)
def test_a_dispute_stands_where_the_situation_says(situation: Situation, expected: DisputeSubState | None) -> None:
    assert of(situation).dispute is expected


def test_every_sub_state_there_is_has_a_situation_above() -> None:
    named = {one for _, _, one in LISTS} | {one for _, one in (*TOPICS, *TALKS, *CONTRACT, *DISPUTES)}
    kinds: list[type[StrEnum]] = [*SUBSTATES.values(), DisputeSubState]
    assert [one for kind in kinds for one in kind if one not in named] == []
    assert tuple(SUBSTATES) == STEPS


# --- one for each step reached, none for the others ---------------------------------------------------------------


def test_a_step_that_is_not_reached_has_none_and_one_behind_keeps_its_last() -> None:
    now = of(SUBMITTED)
    assert (now.offer, now.reply, now.preparation) == ("served", "accepted", "ready_to_meet")
    assert (now.meeting, now.congress, now.filing, now.performance) == ("agreed", "submitted", None, None)
    assert of(OPENED).topics is None


def test_a_registered_contract_has_its_last_step_alone() -> None:
    now = of(REGISTERED)
    assert [step for step in STEPS if getattr(now, step.value) is not None] == [Step.PERFORMANCE]


def test_a_new_round_shows_what_the_last_one_ended_with_until_it_comes_there_itself() -> None:
    back = given(OBJECTED).having((E1, c.ReturnToTable()))
    assert (of(back).meeting, of(back).congress, of(back).filing) == ("awaited", "passed", "objected")
    assert of(BALLOT_FAILED).filing is None


def test_an_offer_taken_back_leaves_nothing_to_answer() -> None:
    now = of(given(OFFER_SERVED).having((W1, c.WithdrawOffer())))
    assert (now.offer, now.reply) == (OfferSubState.DRAFTING, None)


def test_an_objection_that_surfaced_late_takes_the_performance_away() -> None:
    outside = given(CONFIRMATION_OPEN).having((W1, c.ConfirmNoObjection()), (HR, c.ConfirmNoObjection()))
    assert of(outside).filing is FilingSubState.NO_OBJECTION
    objection = c.RecordObjection(
        clauses=(c.ObjectedClause(clause=next(iter(outside.case.clauses)), article="N2004 44"),),
        occurred_on=given(CONFIRMATION_OPEN).case.filing.received_on, evidence=SCAN,
    )  # fmt: skip
    assert (of(outside.having((HR, objection))).filing, of(outside.having((HR, objection))).performance) == (
        FilingSubState.OBJECTED, None,
    )  # fmt: skip


def test_a_list_that_lost_what_the_law_asks_comes_about_anew() -> None:
    left = given(WORKER_LIST_READY).having((W2, c.LeaveBench(person="w2")))
    found = of(left).representatives
    assert found is not None
    assert found.worker is ListSubState.ELECTING, "two are left, three are the fewest (HZ 16)"


# --- what it looks at ---------------------------------------------------------------------------------------------


def test_nobody_learns_from_a_caucus_he_does_not_sit_in() -> None:
    nobody = of(WORKER_LIST_READY)
    assert of(OPINIONS_HEARD) == nobody
    assert of(OPINIONS_HEARD, E) == nobody
    assert of(OPINIONS_HEARD, W) != nobody


def test_overdue_is_what_the_clock_noted_and_never_the_day_alone() -> None:
    """docs/decisions/0007: the light reads the clock's notes."""
    assert of(given(OFFER_SERVED).on("2026-06-01")).reply is ReplySubState.WAITING
    late = given(REPLY_OVERDUE)
    assert of(late.on("2026-03-04")).reply is ReplySubState.OVERDUE
    assert overview(late.case, late.law).light == "red"


def test_all_but_the_time_to_renew_is_the_same_on_any_day() -> None:
    for situation in (OPENED, OFFER_SERVED, READY_TO_MEET, CONVENED, UNDER_REVIEW, PUBLISHED):
        now, later = of(situation), of(given(situation).on("2026-11-30"))
        assert now == later
    assert of(given(PUBLISHED).on("2027-01-29")).performance is PerformanceSubState.PUBLISHED
    assert of(given(PUBLISHED).on("2027-01-30")).performance is PerformanceSubState.EXPIRING, "90 days (HZ 23)"


def test_a_deadlock_stays_over_the_session_until_it_is_settled_or_agreed() -> None:
    again = given(DEADLOCK).having((E1, c.ApplyForCoordination(facts="?")))
    assert (of(again).meeting, of(again).dispute) == (MeetingSubState.DEADLOCKED, DisputeSubState.APPLIED)
