"""Neutral instructors: from the pool, refused, sent, released; and called into a caucus of which nobody else learns."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec.structs import replace as put

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.commands import CALL_MINUTES_MAX
from cloudnego.core.gate import obstacles
from cloudnego.core.instructors import looks_in
from cloudnego.core.moment import Named, seats_of, streams_of
from cloudnego.core.overview import overview
from cloudnego.core.refusals import Reason
from cloudnego.core.sight import moment_of, next_for, seated, seen_streams
from cloudnego.core.vocabulary import JOINT, Member, Office, Origin, Seat, Side, Stream
from tests.core.situations import BOTH_LISTED, IN_SESSION, OFFER_SERVED, READY_TO_MEET
from tests.given import (
    AUDITOR,
    AUTHORITY,
    BODY,
    DISTRICT,
    E1,
    E2,
    HR,
    INSTRUCTOR,
    SCAN,
    TOWN,
    UNION,
    W1,
    W2,
    E,
    Given,
    W,
    given,
    member,
    rep,
)

ASK = c.AskForInstructor(person="instructor", topic="请协助测算")
SEND = c.AssignInstructor(person="instructor")
REFUSE = c.RefuseInstructor(person="instructor", reason="曾为对方代理")
RELEASE = c.ReleaseInstructor(person="instructor", reason="任务完成")
CALL = c.CallInstructor(person="instructor", lasts_minutes=90)
END_CALL = c.EndCall(person="instructor")
POLL = c.OpenStrawPoll(question="?", choices=(c.Choice(text="是"), c.Choice(text="否")))
TO_WORKERS = c.SendCaucusMessage(text="先谈加班费", into=W)
TO_EMPLOYERS = c.SendCaucusMessage(text="先谈加班费", into=E)
TO_NOBODY = c.SendCaucusMessage(text="先谈加班费")

WANTED = given(READY_TO_MEET).having((W1, ASK))
SENT = WANTED.having((AUTHORITY, SEND))


def sight(now: Given, by: Member) -> frozenset[Stream]:
    return seen_streams(now.case, by, now.at, now.caucuses.of)


# --- the pool -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [W1, E1, UNION, HR])
def test_either_side_chooses_from_the_pool(who: Member) -> None:
    side = W if who in (W1, UNION) else E
    given(READY_TO_MEET).when(who, ASK).then(like_asked(side))


def like_asked(side: Side) -> e.Event:
    now = given(READY_TO_MEET)
    return e.InstructorAsked(
        occurred_on=now.at.date(),
        side=side,
        person="instructor",
        origin=Origin.AUTHORITY,
        words={"topic": "请协助测算"},
    )


def test_who_is_not_in_the_pool_is_a_party_or_audits_is_not_asked_for_and_not_sent() -> None:
    strangers = [
        (None, Reason.INSTRUCTOR_NOT_IN_POOL),
        (Named(), Reason.INSTRUCTOR_NOT_IN_POOL),
        (Named(origin=Origin.UNION, of_party=True), Reason.INSTRUCTOR_NOT_NEUTRAL),
        (Named(origin=Origin.UNION, offices=frozenset({Office.AUDITOR})), Reason.INSTRUCTOR_NOT_NEUTRAL),
    ]
    for named, reason in strangers:
        replace(given(READY_TO_MEET), named=named).when(W1, ASK).then_refused(reason, "HZ 7")
        replace(WANTED, named=named).when(AUTHORITY, SEND).then_refused(reason, "HZ 7")


def test_nobody_is_asked_for_twice_or_after_a_refusal_and_again_after_a_release() -> None:
    WANTED.when(E1, ASK).then_refused(Reason.INSTRUCTOR_ASKED)
    SENT.when(W1, ASK).then_refused(Reason.INSTRUCTOR_ASKED)
    WANTED.having((E1, REFUSE)).when(W1, ASK).then_refused(Reason.INSTRUCTOR_REFUSED, "HZ 7")
    WANTED.having((W1, RELEASE)).when(W1, ASK).then(e.InstructorAsked)


def test_who_sits_or_stands_for_a_side_or_coordinates_is_not_asked_for() -> None:
    given(READY_TO_MEET).when(E1, c.AskForInstructor(person="w2")).then_refused(Reason.INSTRUCTOR_MANDATED, "HZ 17")
    coordinating = given(READY_TO_MEET).with_state(invited={"instructor": "coordinator"})
    coordinating.when(E1, ASK).then_refused(Reason.INSTRUCTOR_NOT_NEUTRAL)


# --- sent, refused, released --------------------------------------------------------------------------------------


def test_the_body_of_the_side_that_asked_sends_him_or_the_authority() -> None:
    for who, seat in ((TOWN, "union"), (DISTRICT, "union"), (AUTHORITY, "authority")):
        (sent,) = WANTED.when(who, SEND).events
        assert isinstance(sent, e.InstructorAssigned)
        assert (sent.by_seat, sent.origin, sent.asked_by) == (seat, Origin.AUTHORITY, W)
    WANTED.when(BODY, SEND).then_refused(Reason.NOT_YOUR_SEAT, "HZ 7", side=W)
    theirs = given(READY_TO_MEET).having((E1, ASK))
    theirs.when(BODY, SEND).then(e.InstructorAssigned)
    theirs.when(TOWN, SEND).then_refused(Reason.NOT_YOUR_SEAT, "HZ 7", side=E)


def test_without_a_guidance_only_who_was_asked_for_is_sent() -> None:
    given(READY_TO_MEET).when(AUTHORITY, SEND).then_refused(Reason.NO_GUIDANCE)
    WANTED.when(AUTHORITY, c.AssignInstructor(person="another")).then_refused(Reason.NO_INSTRUCTOR)
    SENT.having((E1, c.AskForInstructor(person="second"))).when(AUTHORITY, SEND).then_refused(Reason.NOTHING_NEW)


def test_he_sees_the_table_while_he_is_there_and_no_caucus() -> None:
    assert Seat.INSTRUCTOR not in seats_of(WANTED.case, INSTRUCTOR)
    assert sight(WANTED, INSTRUCTOR) == frozenset()
    assert sight(SENT, INSTRUCTOR) == frozenset(JOINT)
    assert seated(SENT.case)["instructor"] is True
    for gone in (SENT.having((E1, REFUSE)), SENT.having((W1, RELEASE)), SENT.having((INSTRUCTOR, RELEASE))):
        assert sight(gone, INSTRUCTOR) == frozenset()
        assert "instructor" not in seated(gone.case)


def test_the_side_that_did_not_ask_refuses_him_before_and_after_he_was_sent() -> None:
    for stands in (WANTED, SENT):
        stands.when(E1, REFUSE).then(
            e.InstructorRefused(
                occurred_on=stands.at.date(), side=E, person="instructor", words={"reason": "曾为对方代理"}
            )
        )
        stands.when(W1, REFUSE).then_refused(Reason.NO_INSTRUCTOR)
        stands.when(E2, REFUSE).then_refused(Reason.NOT_YOUR_SEAT)
    SENT.when(E1, c.RefuseInstructor(person="another", reason="?")).then_refused(Reason.NO_INSTRUCTOR)
    refused = WANTED.having((E1, REFUSE))
    refused.when(AUTHORITY, SEND).then_refused(Reason.NO_GUIDANCE)
    refused.when(E1, REFUSE).then_refused(Reason.NO_INSTRUCTOR)
    guided = refused.having((W1, c.RequestGuidance(topic="流程")))
    guided.when(AUTHORITY, SEND).then_refused(Reason.INSTRUCTOR_REFUSED)
    guided.when(TOWN, c.AssignInstructor(person="another")).then(e.InstructorAssigned)


def test_he_is_released_by_himself_by_who_asked_and_by_who_may_send_him() -> None:
    for who in (INSTRUCTOR, W1, TOWN, DISTRICT, AUTHORITY):
        SENT.when(who, RELEASE).then(e.InstructorReleased(person="instructor", words={"reason": "任务完成"}))
    for who in (E1, BODY, member("second", None)):
        with pytest.raises(AssertionError, match="refused"):
            SENT.having((who, RELEASE))


def test_one_sent_by_name_stays_when_the_guidance_gets_another_and_when_it_ends() -> None:
    guided = SENT.having((E1, c.RequestGuidance(topic="流程")), (BODY, c.AssignInstructor(person="second")))
    assert {p for p, how in guided.case.invited.items() if how == "instructor"} == {"instructor", "second"}
    ended = guided.having((BODY, c.EndGuidance()))
    assert sight(ended, INSTRUCTOR) == frozenset(JOINT)
    assert sight(ended, member("second", None)) == frozenset()


# --- neutral or mandated, never both ------------------------------------------------------------------------------


def test_who_was_sent_to_both_sides_sits_for_neither_even_after_he_left() -> None:
    mandate = c.MandateOutsider(rep=rep("instructor", outside=True))
    for stands in (SENT, SENT.having((W1, RELEASE)), SENT.having((E1, REFUSE))):
        for chief in (W1, E1):
            stands.when(chief, mandate).then_refused(Reason.INSTRUCTOR_SERVED_BOTH, "HZ 7", "HZ 17")
    swap = c.ReplaceRepresentative(old="e2", rep=rep("instructor"), evidence=SCAN)
    SENT.when(HR, swap).then_refused(Reason.INSTRUCTOR_SERVED_BOTH)


def test_who_was_only_asked_for_may_still_be_mandated_and_is_then_not_sent() -> None:
    now = WANTED.having((W1, c.MandateOutsider(rep=rep("instructor", outside=True))))
    assert streams_of(now.case, INSTRUCTOR) == frozenset(JOINT) | {Stream.WORKER}
    now.when(AUTHORITY, SEND).then_refused(Reason.NO_GUIDANCE)
    now.when(E1, ASK).then_refused(Reason.INSTRUCTOR_MANDATED)
    now.having((E1, c.AskForInstructor(person="second")), (BODY, c.AssignInstructor(person="second"))).when(
        E1, CALL
    ).then_refused(Reason.INSTRUCTOR_MANDATED, "HZ 7", "HZ 17")


def test_an_instructor_whom_a_side_mandates_counts_among_its_outsiders() -> None:
    """外聘人员不得超过本方协商代表人数的三分之一 (HZ 17)."""
    one = given(READY_TO_MEET).having((W1, c.MandateOutsider(rep=rep("instructor", outside=True))))
    one.when(W1, c.MandateOutsider(rep=rep("second", outside=True))).then_refused(Reason.TOO_MANY_OUTSIDERS)


# --- into a caucus ------------------------------------------------------------------------------------------------


def test_a_chief_calls_the_neutral_instructor_in_for_a_stated_time() -> None:
    called = (
        SENT.when(W1, CALL)
        .then(e.InstructorCalled(side=W, person="instructor", until_s=int(SENT.at.timestamp()) + 5400))
        .after
    )
    assert sight(called, INSTRUCTOR) == frozenset({*JOINT, Stream.WORKER})
    last = replace(called, at=called.at + timedelta(minutes=90, seconds=-1))
    assert Stream.WORKER in sight(last, INSTRUCTOR)
    assert Stream.WORKER not in sight(replace(called, at=called.at + timedelta(minutes=90)), INSTRUCTOR)
    ended = called.when(W1, END_CALL).then(e.CallEnded(side=W, person="instructor")).after
    assert sight(ended, INSTRUCTOR) == frozenset(JOINT)


def test_only_a_chief_calls_and_only_who_is_neutral_there() -> None:
    SENT.when(W2, CALL).then_refused(Reason.NOT_YOUR_SEAT)
    SENT.when(INSTRUCTOR, CALL).then_refused(Reason.NOT_YOUR_SEAT)
    WANTED.when(W1, CALL).then_refused(Reason.NO_INSTRUCTOR)
    SENT.when(W1, c.CallInstructor(person="guest", lasts_minutes=60)).then_refused(Reason.NO_INSTRUCTOR)
    SENT.having((W1, CALL)).when(W1, CALL).then_refused(Reason.NOTHING_NEW)
    with pytest.raises(ValueError, match="less than or equal"):
        c.CallInstructor(person="instructor", lasts_minutes=CALL_MINUTES_MAX + 1)


def test_a_call_that_ran_out_or_was_ended_is_not_ended_again() -> None:
    SENT.when(W1, END_CALL).then_refused(Reason.NOT_CALLED)
    called = SENT.having((W1, CALL))
    called.when(E1, END_CALL).then_refused(Reason.NOT_CALLED)
    called.when(W1, c.EndCall(person="second")).then_refused(Reason.NOT_CALLED)
    called.having((W1, END_CALL)).when(W1, END_CALL).then_refused(Reason.NOT_CALLED)
    replace(called, at=called.at + timedelta(hours=2)).when(W1, END_CALL).then_refused(Reason.NOT_CALLED)


def test_each_side_calls_him_and_neither_can_tell_that_the_other_did() -> None:
    worker = SENT.having((W1, CALL))
    assert worker.case == SENT.case
    assert overview(worker.case, worker.law) == overview(SENT.case, SENT.law)
    for who in (E1, E2, HR, AUTHORITY, AUDITOR):
        assert sight(worker, who) == sight(SENT, who)
        for said in (CALL, END_CALL, REFUSE, RELEASE):
            assert obstacles(worker.moment(who, said), said) == obstacles(SENT.moment(who, said), said)
        mine = (worker.caucuses.employer, SENT.caucuses.employer)
        shown = [next_for(moment_of(x.standing, who, own)) for x, own in zip((worker, SENT), mine, strict=True)]
        assert shown[0] == shown[1]
    both = worker.having((E1, CALL))
    assert sight(both, INSTRUCTOR) == frozenset({*JOINT, Stream.WORKER, Stream.EMPLOYER})


def test_who_is_no_longer_neutral_there_looks_into_no_caucus_whatever_was_said_before() -> None:
    called = SENT.having((W1, CALL))
    for gone in (called.having((E1, REFUSE)), called.having((INSTRUCTOR, RELEASE))):
        assert looks_in(gone.caucuses.worker, "instructor", int(gone.at.timestamp()))
        assert sight(gone, INSTRUCTOR) == frozenset()


# --- and speaks there ---------------------------------------------------------------------------------------------


def test_who_is_called_in_speaks_there_while_his_time_runs_and_it_is_in_that_stream_alone() -> None:
    called = SENT.having((W1, CALL))
    message = e.CaucusMessageSent(side=W, file=None, words={"text": "先谈加班费"})
    spoken = called.when(INSTRUCTOR, TO_WORKERS).then(message).after
    assert (spoken.case, spoken.caucuses.employer) == (called.case, called.caucuses.employer)
    assert spoken.caucuses.worker.messages == 1
    last = replace(called, at=called.at + timedelta(minutes=90, seconds=-1))
    last.when(INSTRUCTOR, TO_WORKERS).then(message)
    over = replace(called, at=called.at + timedelta(minutes=90))
    over.when(INSTRUCTOR, TO_WORKERS).then_refused(Reason.NOT_CALLED_IN, "HZ 7")
    called.having((W1, END_CALL)).when(INSTRUCTOR, TO_WORKERS).then_refused(Reason.NOT_CALLED_IN)
    for gone in (called.having((E1, REFUSE)), called.having((INSTRUCTOR, RELEASE))):
        gone.when(INSTRUCTOR, TO_WORKERS).then_refused(Reason.NOT_YOUR_SEAT)


def test_he_says_into_whose_talks_for_both_may_have_called_him() -> None:
    called = SENT.having((W1, CALL))
    called.when(INSTRUCTOR, TO_EMPLOYERS).then_refused(Reason.NOT_CALLED_IN)
    called.when(INSTRUCTOR, TO_NOBODY).then_refused(Reason.NOT_CALLED_IN)
    both = called.having((E1, CALL), (INSTRUCTOR, TO_EMPLOYERS))
    assert (both.caucuses.worker.messages, both.caucuses.employer.messages) == (0, 1)
    both.when(INSTRUCTOR, TO_WORKERS).then(e.CaucusMessageSent)
    official = Member(person="instructor", offices=frozenset({Office.DISTRICT_UNION}))  # whose office is of a side
    (said,) = both.when(official, TO_EMPLOYERS).events
    assert said.stream is Stream.EMPLOYER
    called.when(official, TO_NOBODY).then_refused(Reason.NOT_CALLED_IN)


def test_he_casts_no_straw_and_drafts_no_sheet_of_theirs() -> None:
    called = SENT.having((W1, POLL), (W1, CALL))
    (poll,) = called.caucuses.worker.straws
    official = Member(person="instructor", offices=frozenset({Office.DISTRICT_UNION}))
    for who in (INSTRUCTOR, official):
        called.when(who, c.CastStraw(poll=poll, choice=1)).then_refused(Reason.NOT_YOUR_SEAT)
        called.when(who, END_CALL).then_refused(Reason.NOT_YOUR_SEAT)


def test_a_refused_guest_cannot_tell_what_there_is_in_a_caucus() -> None:
    """Silent, spoken in, with another called in, with himself called in once: one answer to him, and to the bench of
    the other side."""
    called = SENT.having((W1, CALL))
    pasts = [
        SENT,
        called,
        SENT.having((E1, TO_NOBODY), (E2, TO_NOBODY)),
        called.having((E1, CALL), (E1, END_CALL)),
        replace(SENT.having((E1, CALL)), at=SENT.at + timedelta(days=2)),
        SENT.having(
            (E1, c.AskForInstructor(person="second")), (BODY, c.AssignInstructor(person="second")),
            (E1, c.CallInstructor(person="second", lasts_minutes=60)),
        ),
    ]  # fmt: skip
    own = [*pasts, SENT.having((E1, CALL)), SENT.having((E1, CALL), (INSTRUCTOR, TO_EMPLOYERS))]
    for who, histories in ((INSTRUCTOR, pasts), (W1, own), (W2, own)):
        told = [obstacles(one.moment(who, TO_EMPLOYERS), TO_EMPLOYERS) for one in histories]
        assert {o.reason for o in told[0]} == {Reason.NOT_CALLED_IN}
        assert told.count(told[0]) == len(told)
    for side, who in ((W, W2), (E, E2)):
        own_way = c.SendCaucusMessage(text="底线", into=side)
        SENT.when(who, own_way).then(e.CaucusMessageSent(side=side, file=None, words={"text": "底线"}))


def test_whoever_audits_or_sits_on_a_bench_is_no_guest_whatever_a_call_says() -> None:
    called = SENT.having((W1, CALL))
    for offices in ({Office.AUDITOR}, {Office.AUDITOR, Office.DISTRICT_UNION}):
        auditing = Member(person="instructor", offices=frozenset(offices))
        called.when(auditing, TO_WORKERS).then_refused(Reason.NOT_CALLED_IN)
    bench = called.case.benches.employer
    seat = bench.reps[0].model_copy(update={"person": "instructor"})
    benched = called.case.benches.having(E, put(bench, reps=(*bench.reps, seat)))
    case = called.having((E1, CALL)).with_state(benches=benched)
    assert sight(case, INSTRUCTOR) == frozenset({*JOINT, Stream.EMPLOYER})
    case.when(INSTRUCTOR, TO_WORKERS).then_refused(Reason.NOT_CALLED_IN)


# --- no grant leads an auditor to a caucus ------------------------------------------------------------------------


def test_no_grant_leads_an_auditor_to_a_caucus() -> None:
    """Invited, sent, called, mandated, even elected: with the office of an auditor there is no caucus for him."""
    auditor = member("auditor", None, Office.AUDITOR)
    ways: list[Given] = [
        given(IN_SESSION),
        given(BOTH_LISTED).having((W1, c.InviteToTable(person="auditor"))),
        given(READY_TO_MEET).having((W1, c.MandateOutsider(rep=rep("auditor", outside=True)))),
        given(OFFER_SERVED).with_state(invited={"auditor": "coordinator"}),
    ]
    sent = given(READY_TO_MEET).having(
        (W1, c.AskForInstructor(person="auditor")), (AUTHORITY, c.AssignInstructor(person="auditor"))
    )
    ways += [sent, sent.having((W1, c.CallInstructor(person="auditor", lasts_minutes=60)))]
    for stands in ways:
        for side in (None, *Side):
            seen = sight(stands, Member(person="auditor", side=side, offices=auditor.offices))
            assert not any(stream.is_caucus for stream in seen)
            assert Stream.TABLE in seen
