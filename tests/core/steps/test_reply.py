"""Step 4: the other side answers in writing; refusal, silence and lateness are facts (HZ 24; domain §3.1)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.deadlines import running
from cloudnego.core.gate import stuck_because
from cloudnego.core.refusals import Reason
from cloudnego.core.vocabulary import CLOCK, Step
from tests.core.situations import (
    ACCEPTANCE,
    BOTH_LISTED,
    EMPLOYER_OFFER_SERVED,
    OFFER_SERVED,
    REFUSAL,
    REFUSED,
    REPLIED,
    REPLY_UNSERVED,
)
from tests.given import (
    E1,
    E2,
    HR,
    LEGAL,
    PLAN,
    SCAN,
    UNION,
    W1,
    E,
    W,
    day,
    given,
    law,
    like,
    paper,
    plan,
    receipt,
    sheet,
    turned,
)

OVERDUE = c.NoteDeadline(timer="reply", mark="T+1")


def test_an_accepting_reply_turns_to_preparation() -> None:
    given(BOTH_LISTED).on("2026-03-09").when(E1, ACCEPTANCE).then(
        like(e.ReplySent, side=E, outcome=c.ReplyOutcome.ACCEPTED, late=False), turned(Step.REPLY, Step.PREPARATION)
    ).then_no_warning()


def test_hangzhou_wants_a_time_of_a_reply_and_only_asks_for_a_place() -> None:
    open_place = ACCEPTANCE.model_copy(update={"plan": PLAN.model_copy(update={"place": None})})
    now = given(BOTH_LISTED).on("2026-03-09")
    then = now.when(E1, open_place).then_warned(Reason.PLACE_NOT_SETTLED, "HZ 24")
    then.after.when(W1, c.ScheduleMeeting(plan=PLAN)).then(like(e.MeetingPlanNamed, agreed=False))
    shandong = replace(now, law=law("cn-shandong"))
    shandong.when(E1, open_place.model_copy(update={"reason": "同意"})).then_refused(Reason.PLACE_NOT_SETTLED, "SD 21")
    with pytest.raises(ValueError, match="a place is needed"):
        c.ScheduleMeeting.model_validate({"plan": {"day": "2026-03-31", "time": "09:00"}})


def test_a_reply_with_changes_is_an_acceptance_too() -> None:
    changed = ACCEPTANCE.model_copy(
        update={"outcome": c.ReplyOutcome.ACCEPTED_WITH_CHANGES, "plan": plan("2026-04-08")}
    )
    given(BOTH_LISTED).on("2026-03-09").when(E1, changed).then(e.ReplySent, turned(Step.REPLY, Step.PREPARATION))


def test_the_legal_representative_may_reply_before_the_employer_has_a_list() -> None:
    given(OFFER_SERVED).on("2026-03-09").when(LEGAL, ACCEPTANCE).then(
        like(e.ReplySent, reps=()), turned(Step.REPLY, Step.PREPARATION)
    ).then_warned(Reason.REPRESENTATIVES_NOT_NAMED, "HZ 24", side=E)


def test_the_union_may_reply_to_the_employers_offer() -> None:
    given(EMPLOYER_OFFER_SERVED).on("2026-03-09").when(UNION, ACCEPTANCE).then(
        like(e.ReplySent, side=W), turned(Step.REPLY, Step.PREPARATION)
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"plan": None}, Reason.TIME_NOT_SETTLED),
        ({"plan": plan("2026-03-06")}, Reason.DAY_IN_THE_PAST),
        ({"topics": ()}, Reason.CONTENT_NOT_SETTLED),
        ({"topics": (c.Topic(head="T99", answer=c.Answer.NEGOTIATE),)}, Reason.UNKNOWN_HEAD),
    ],
)
def test_a_reply_settles_time_and_content(change: dict[str, object], reason: Reason) -> None:
    given(BOTH_LISTED).on("2026-03-09").when(E1, ACCEPTANCE.model_copy(update=change)).then_refused(reason)


def test_nobody_replies_to_his_own_offer() -> None:
    given(OFFER_SERVED).on("2026-03-09").when(W1, ACCEPTANCE).then_refused(Reason.OWN_OFFER, side=W)


def test_only_a_chief_or_the_organ_replies() -> None:
    for who in (E2, HR):
        given(BOTH_LISTED).on("2026-03-09").when(who, ACCEPTANCE).then_refused(Reason.NOT_YOUR_SEAT)


def test_a_reply_is_not_older_than_the_offers_receipt() -> None:
    early = ACCEPTANCE.model_copy(update={"occurred_on": day("2026-03-01"), "evidence": SCAN})
    given(BOTH_LISTED).on("2026-03-09").when(E1, early).then_refused(Reason.BEFORE_ITS_GROUND, ground="2026-03-02")


def test_a_reply_counts_when_it_has_reached_the_offering_side() -> None:
    now = given(REPLY_UNSERVED)
    assert now.case.step is Step.REPLY
    assert now.case.reply is not None
    (stuck,) = stuck_because(now.standing)
    assert (stuck.reason, stuck.side) == (Reason.REPLY_UNSERVED, E)
    now.when(E2, c.ServePaper(paper=now.case.reply.paper, service=receipt("2026-03-09"))).then(
        like(e.PaperServed, kind="reply"), turned(Step.REPLY, Step.PREPARATION)
    )


# --- refusal ------------------------------------------------------------------------------------------------------


def test_a_refusal_is_a_fact_with_a_warning_and_closes_nothing() -> None:
    then = given(BOTH_LISTED).on("2026-03-09").when(E1, REFUSAL)
    then.then(like(e.ReplySent, outcome=c.ReplyOutcome.REFUSED)).then_warned(
        Reason.NO_GROUND_TO_REFUSE, "HZ 24", side=E
    )
    assert then.after.case.step is Step.REPLY


def test_after_a_refusal_an_acceptance_is_welcome_and_a_second_refusal_says_nothing() -> None:
    given(REFUSED).when(E1, REFUSAL).then_refused(Reason.NOTHING_NEW)
    given(REFUSED).when(E1, ACCEPTANCE).then(e.ReplySent, turned(Step.REPLY, Step.PREPARATION))


def test_an_acceptance_stands() -> None:
    given(REPLY_UNSERVED).when(E1, ACCEPTANCE).then_refused(Reason.REPLY_GIVEN)
    given(REPLIED).when(E1, ACCEPTANCE).then_refused(Reason.NOT_IN_THIS_STEP)


# --- silence and lateness -----------------------------------------------------------------------------------------


def test_silence_is_noted_on_the_first_working_day_after_the_term_and_closes_nothing() -> None:
    now = given(OFFER_SERVED)
    due = running(now.case, now.law, "reply")
    assert due is not None
    assert (due.latest, due.side) == (day("2026-03-16"), E)
    now.on("2026-03-16").when(CLOCK, OVERDUE).then_refused(Reason.NOT_DUE)
    then = now.on("2026-03-17").when(CLOCK, OVERDUE)
    then.then(like(e.DeadlineNoted, timer="reply", mark="T+1", latest=day("2026-03-16"), side=E))
    assert then.after.case.step is Step.REPLY
    (stuck,) = stuck_because(then.after.standing)
    assert (stuck.reason, stuck.side, stuck.by) == (Reason.REPLY_AWAITED, E, day("2026-03-16"))


def test_a_late_reply_is_taken_and_stays_late() -> None:
    in_time = ACCEPTANCE.model_copy(update={"service": receipt("2026-03-16")})
    late = ACCEPTANCE.model_copy(update={"service": receipt("2026-03-17")})
    given(BOTH_LISTED).on("2026-03-16").when(E1, in_time).then(like(e.ReplySent, late=False), e.StepTurned)
    given(BOTH_LISTED).on("2026-03-17").when(E1, late).then(
        like(e.ReplySent, late=True), turned(Step.REPLY, Step.PREPARATION)
    )


def test_the_workers_silence_is_counted_alike() -> None:
    now = given(EMPLOYER_OFFER_SERVED)
    due = running(now.case, now.law, "reply")
    assert due is not None
    assert due.side is W


def test_the_reply_of_a_side_that_never_signs_in_comes_from_its_paper() -> None:
    on_paper = c.Reply(
        outcome=c.ReplyOutcome.ACCEPTED, plan=plan("2026-03-31"), topics=sheet("T3"),
        service=receipt("2026-03-10"), on_paper=paper(E, "2026-03-09"),
    )  # fmt: skip
    given(OFFER_SERVED).on("2026-03-10").when(UNION, on_paper).then(
        like(e.ReplySent, side=E, from_paper=True, occurred_on=day("2026-03-09")), turned(Step.REPLY, Step.PREPARATION)
    )


def test_the_term_is_the_packs() -> None:
    for pack, latest in (("cn", "2026-03-23"), ("cn-shanghai", "2026-03-17"), ("cn-ningbo", "2026-03-16")):
        now = replace(given(OFFER_SERVED), law=law(pack))
        due = running(now.case, now.law, "reply")
        assert due is not None
        assert due.latest == day(latest), pack
