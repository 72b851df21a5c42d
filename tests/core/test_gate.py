"""Needs and fits become obstacles; the traffic light and "stuck because" read the same ones (design §3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloudnego.core import commands as c
from cloudnego.core.gate import light, obstacles, stuck_because
from cloudnego.core.overview import overview
from cloudnego.core.pack import Level
from cloudnego.core.refusals import Reason, no
from cloudnego.core.vocabulary import CLOCK, Light, Seat
from tests.core.situations import (
    ACCEPTANCE,
    AGREED,
    ALL_BUT_ONE_NOTICE,
    BALLOT_COUNTED,
    BALLOT_FAILED,
    CONVENED,
    DRAFT_FIXED,
    FILED_IN_PLATFORM,
    FILED_OUTSIDE,
    IN_FORCE,
    IN_SESSION,
    OBJECTED,
    OFFER,
    OFFER_SERVED,
    OFFER_UNSERVED,
    OPENED,
    OPENED_BY_EMPLOYER,
    PUBLISHED,
    READY_TO_MEET,
    READY_TO_VOTE,
    REPLIED,
    SCHEDULED,
    SIGNED,
    SUBMITTED,
    TOPICS_READY,
    UNDER_REVIEW,
    VOTED,
    WORKER_LIST_READY,
)
from tests.given import (
    AUTHORITY,
    RECORDER,
    STRANGER,
    UNION,
    W1,
    E,
    Situation,
    W,
    day,
    given,
    paper,
    plan,
    receipt,
)

STUCK = [
    (OPENED, Reason.LIST_MISSING, W, Seat.UNION),
    (OPENED_BY_EMPLOYER, Reason.LIST_MISSING, E, Seat.HR),
    (WORKER_LIST_READY, Reason.TOPICS_NOT_READY, W, Seat.CHIEF),
    (TOPICS_READY, Reason.NO_OFFER, None, Seat.CHIEF),
    (OFFER_UNSERVED, Reason.OFFER_NOT_SERVED, W, Seat.CHIEF),
    (OFFER_SERVED, Reason.REPLY_AWAITED, E, Seat.CHIEF),
    (REPLIED, Reason.MEETING_NOT_SCHEDULED, None, Seat.CHIEF),
    (SCHEDULED, Reason.RECORDER_NOT_NAMED, None, Seat.CHIEF),
    (ALL_BUT_ONE_NOTICE, Reason.NOTICE_MISSING, E, Seat.CHIEF),
    (READY_TO_MEET, Reason.NO_FULL_AGREEMENT, None, Seat.CHIEF),
    (IN_SESSION, Reason.NO_FULL_AGREEMENT, None, Seat.CHIEF),
    (AGREED, Reason.DRAFT_MISSING, E, Seat.CHIEF),
    (DRAFT_FIXED, Reason.DRAFT_NOT_SUBMITTED, E, Seat.CHIEF),
    (SUBMITTED, Reason.CONGRESS_NOT_CONVENED, W, Seat.UNION),
    (READY_TO_VOTE, Reason.NOT_PASSED, W, Seat.UNION),
    (BALLOT_COUNTED, Reason.BALLOT_UNATTESTED, None, Seat.SCRUTINEER),
    (VOTED, Reason.NOT_SIGNED, W, Seat.CHIEF),
    (SIGNED, Reason.NOT_FILED, E, Seat.HR),
    (FILED_IN_PLATFORM, Reason.NOT_RECEIVED, None, Seat.AUTHORITY),
    (FILED_OUTSIDE, Reason.NOT_RECEIVED, None, Seat.HR),
    (UNDER_REVIEW, Reason.REVIEW_RUNNING, None, Seat.AUTHORITY),
    (OBJECTED, Reason.OBJECTED, None, Seat.CHIEF),
]


@pytest.mark.parametrize(("situation", "reason", "side", "cure"), STUCK, ids=[r.value for _, r, _, _ in STUCK])
def test_stuck_because_says_what_is_missing_and_whose_turn_it_is(
    situation: Situation, reason: Reason, side: object, cure: Seat
) -> None:
    first = stuck_because(given(situation).standing)[0]
    assert (first.reason, first.side, first.cure[0]) == (reason, side, cure)
    row = overview(given(situation).case, given(situation).law)
    assert row.stuck == reason.value


def test_the_last_step_and_a_closed_case_wait_for_nothing() -> None:
    assert stuck_because(given(PUBLISHED).standing) == []
    closed = given(OPENED).having((UNION, c.WithdrawCase(reason="?")))
    assert stuck_because(closed.standing) == []


# --- the order of the gate ----------------------------------------------------------------------------------------


def test_a_closed_case_takes_nothing() -> None:
    closed = given(OPENED).having((UNION, c.WithdrawCase(reason="?")))
    closed.when(STRANGER, OFFER).then_refused(Reason.CASE_CLOSED, ending="withdrawn")


def test_the_wrong_step_is_named_before_the_wrong_seat_and_says_where_it_belongs() -> None:
    given(OPENED).when(STRANGER, OFFER).then_refused(
        Reason.NOT_IN_THIS_STEP, step="representatives", first="offer", last="reply"
    )


def test_the_wrong_seat_learns_who_may_and_nothing_more() -> None:
    found = obstacles(given(TOPICS_READY).moment(STRANGER), OFFER)
    assert [(o.reason, o.cure) for o in found] == [(Reason.NOT_YOUR_SEAT, (Seat.CHIEF,))]


def test_all_unmet_needs_are_named_at_once_and_fits_only_when_none_is() -> None:
    ready = given(READY_TO_MEET).on("2026-03-30")
    found = {o.reason for o in obstacles(ready.moment(RECORDER), c.StartMeeting())}
    assert {Reason.MEETING_DAY_NOT_COME, Reason.CHIEFS_NOT_THERE, Reason.NO_MAJORITY_OF_SIDE} <= found
    bad_words = OFFER.model_copy(update={"plan": plan("2020-01-01")})
    only_needs = {o.reason for o in obstacles(given(OFFER_SERVED).moment(W1), bad_words)}
    assert only_needs == {Reason.OWN_OFFER_PENDING}


def test_several_wrong_words_are_named_together() -> None:
    bad = OFFER.model_copy(update={"plan": plan("2020-01-01"), "topics": (c.Topic(head="Z", answer=c.Answer.KEEP),)})
    found = {o.reason for o in obstacles(given(TOPICS_READY).on("2026-03-02").moment(W1), bad)}
    assert {Reason.DAY_IN_THE_PAST, Reason.UNKNOWN_HEAD, Reason.NOTHING_TO_NEGOTIATE} <= found


def test_an_advisory_obstacle_is_passed_and_told() -> None:
    then = given(TOPICS_READY).on("2026-03-02").when(W1, OFFER.model_copy(update={"topics": OFFER.topics[:3]}))
    assert [o.level for o in then.obstacles] == [Level.ADVISORY]
    assert then.events


def test_an_obstacle_in_one_line() -> None:
    one = no(Reason.NOT_DUE, "HZ 24", side=W, by=day("2026-03-16"), timer="reply")
    assert (one.hard, one.articles, one.facts, one.by) == (True, ("HZ 24",), {"timer": "reply"}, day("2026-03-16"))


# --- the traffic light --------------------------------------------------------------------------------------------


def lit(situation: object) -> tuple[Light, str, object]:
    now = given(situation)  # type: ignore[arg-type]
    shown = light(now.case, now.law)
    return shown.light, shown.reason, shown.side


def note(mark: str) -> c.NoteDeadline:
    return c.NoteDeadline.model_validate({"timer": "reply", "mark": mark})


def test_green_yellow_red_by_the_clocks_own_notes() -> None:
    now = given(OFFER_SERVED)
    assert lit(now) == (Light.GREEN, "on_time", None)
    assert lit(now.on("2026-03-20")) == (Light.GREEN, "on_time", None), "no note, no colour: a replay shows the same"
    near = now.on("2026-03-11").having((CLOCK, note("T-3")))
    assert lit(near) == (Light.YELLOW, "reply", E)
    late = near.on("2026-03-17").having((CLOCK, note("T+1")))
    assert lit(late) == (Light.RED, "reply", E)


def test_a_term_that_ends_on_a_friday_is_red_on_saturday() -> None:
    """A light that waited for the first working day would show what is overdue as merely near, a whole holiday long."""
    now = given(OFFER_UNSERVED).on("2026-03-06")
    paper_id = now.case.offer.paper if now.case.offer else ""
    served = now.having((W1, c.ServePaper(paper=paper_id, service=receipt("2026-03-06"))))
    friday = served.on("2026-03-20").having((CLOCK, note("T0")))
    assert lit(friday) == (Light.YELLOW, "reply", E)
    saturday = friday.on("2026-03-21").having((CLOCK, note("over")))
    assert lit(saturday) == (Light.RED, "reply", E)
    saturday.on("2026-03-22").when(CLOCK, note("T+1")).then_refused(Reason.NOT_DUE)
    assert lit(saturday.on("2026-03-23").having((CLOCK, note("T+1")))) == (Light.RED, "reply", E)


def test_the_light_goes_out_when_the_duty_is_done() -> None:
    late = given(OFFER_SERVED).on("2026-03-17").having((CLOCK, note("T+1")))
    on_paper = ACCEPTANCE.model_copy(update={"service": receipt("2026-03-17"), "on_paper": paper(E, "2026-03-17")})
    answered = late.having((UNION, on_paper))
    assert lit(answered) == (Light.GREEN, "on_time", None)


def test_grey_while_it_lies_with_the_authority() -> None:
    assert lit(UNDER_REVIEW) == (Light.GREY, "authority", None)
    assert lit(FILED_IN_PLATFORM) == (Light.GREY, "authority", None)
    asked = given(UNDER_REVIEW).having((AUTHORITY, c.RequestSupplement(items=("roll",))))
    assert lit(asked) == (Light.GREEN, "on_time", None)
    assert lit(OBJECTED) == (Light.GREEN, "on_time", None)


def test_a_closed_case_shows_no_colour() -> None:
    closed = given(OFFER_SERVED).having((W1, c.WithdrawCase(reason="?")))
    assert lit(closed) == (Light.GREEN, "closed", None)


# --- the row of a case --------------------------------------------------------------------------------------------


def test_the_overview_says_what_lists_and_cockpit_need() -> None:
    row = overview(given(PUBLISHED).case, given(PUBLISHED).law)
    assert (row.step, row.round, row.ending, row.light) == ("performance", 1, None, "green")
    assert (row.gatherings, row.steps_done, row.raise_rate, row.passed_first) == (3, 8, "6", True)
    assert (row.in_force_from, row.expires_on, row.published) == (day("2026-05-14"), day("2027-04-30"), True)
    assert row.offer_open is False


def test_the_overview_of_a_failed_first_ballot_remembers_it() -> None:
    row = overview(given(BALLOT_FAILED).case, given(BALLOT_FAILED).law)
    assert (row.round, row.ballots, row.passed_first, row.offer_open) == (2, 1, False, True)


def test_in_a_case_that_runs_through_seven_closed_steps_may_be_online() -> None:
    row = overview(given(IN_FORCE).case, given(IN_FORCE).law)
    assert row.steps_done == 8
    assert row.steps_online == 5, "election, meeting and congress were gatherings here"


def test_the_overview_needs_no_clock() -> None:
    for situation in (OPENED, OFFER_SERVED, CONVENED, UNDER_REVIEW):
        now = given(situation)
        later = replace(now, at=now.on("2027-05-05").at)
        assert overview(now.case, now.law) == overview(later.case, later.law)
