"""Step 6: check-in, sessions, an absent chief, minutes, agreement, the draft (HZ 26, 27; domain §1.3 S6, §3.15)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as put

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.gate import stuck_because
from cloudnego.core.moment import Named
from cloudnego.core.refusals import Reason
from cloudnego.core.steps import meeting
from cloudnego.core.vocabulary import CLOCK, Mode, Seat, Step
from tests.core.situations import (
    AGREED,
    ALL_THERE,
    BALLOT_FAILED,
    CLAUSES_AGREED,
    CLAUSES_PUT,
    DRAFT_FIXED,
    EVERYBODY,
    IN_SESSION,
    READY_TO_MEET,
    SCHEDULED,
    SIGN_MINUTES,
    agreeing,
    fixing,
    minutes,
)
from tests.given import (
    E1,
    E2,
    HR,
    LEGAL,
    MINUTES,
    OTHER_HASH,
    RECORDER,
    SCAN,
    STRANGER,
    UNION,
    W1,
    W2,
    W3,
    E,
    Given,
    W,
    clause_of,
    confirming,
    day,
    draft,
    given,
    law,
    like,
    lowest_of,
    paper,
    plan,
    raise_of,
    reopening,
    sheet,
    signed_minutes,
    submitting,
    turned,
)

DAY = given(READY_TO_MEET).on("2026-03-31T09:00")
IN_ROOM = replace(DAY, named=Named(in_room=True))
NEXT = c.AdjournMeeting(next=plan("2026-04-02"))


# --- coming together ----------------------------------------------------------------------------------------------


def test_representatives_check_in_on_the_day_and_the_recorder_confirms() -> None:
    given(READY_TO_MEET).on("2026-03-30").when(W1, c.CheckIn()).then_refused(
        Reason.MEETING_DAY_NOT_COME, by=day("2026-03-31")
    )
    there = DAY.when(W1, c.CheckIn()).then(like(e.CheckedIn, side=W, person="w1", mode=Mode.IN_PERSON)).after
    there.when(W1, c.CheckIn()).then_refused(Reason.ALREADY_CHECKED_IN)
    there.when(RECORDER, c.ConfirmCheckIn(persons=("w1",))).then(like(e.CheckInConfirmed, persons=("w1",)))
    there.when(W2, c.ConfirmCheckIn(persons=("w1",))).then_refused(Reason.NOT_YOUR_SEAT)


def test_who_scans_the_screen_of_the_room_is_recorded_as_having_been_there_and_is_confirmed_all_the_same() -> None:
    scanned = c.CheckIn(room_code="x" * 22)
    there = IN_ROOM.when(W1, scanned).then(like(e.CheckedIn, person="w1", how="qr")).after
    assert there.case.meeting.by_code == {"w1"}
    assert there.case.meeting.confirmed == frozenset()
    assert DAY.when(W1, c.CheckIn()).then(like(e.CheckedIn, how="self")).after.case.meeting.by_code == frozenset()
    again = there.having(
        (W1, c.ScheduleMeeting(plan=plan("2026-04-02"))), (E1, c.ScheduleMeeting(plan=plan("2026-04-02")))
    )
    assert again.case.meeting.by_code == frozenset(), "of the other day"


def test_a_code_that_is_over_or_does_not_belong_to_the_act_is_refused_with_who_shows_a_fresh_one() -> None:
    scanned = c.CheckIn(room_code="x" * 22)
    DAY.when(W1, scanned).then_refused(Reason.CHECK_IN_CODE_OVER, cure=(Seat.RECORDER, Seat.CHIEF))
    IN_ROOM.when(W1, c.CheckIn(room_code="x" * 22, mode=Mode.ONLINE)).then_refused(Reason.CHECK_IN_CODE_OVER)
    late = IN_ROOM.on("2026-04-01T09:00")
    past = c.CheckIn.model_validate({"room_code": "x" * 22, "occurred_on": day("2026-03-31"), "evidence": SCAN})
    late.when(W1, past).then_refused(Reason.CHECK_IN_CODE_OVER)


def test_without_the_recorder_nobody_is_confirmed_and_nothing_opens() -> None:
    """Both chiefs have scanned the screen: the recorder's word is what opens the meeting, and only he gives it."""
    scanned = c.CheckIn(room_code="x" * 22)
    both = IN_ROOM.having(*((one, scanned) for one in (W1, W2, E1, E2)))
    for chief in (W1, E1):
        both.when(chief, c.StartMeeting()).then_refused(Reason.CHIEFS_NOT_THERE)
        both.when(chief, c.ConfirmCheckIn(persons=EVERYBODY)).then_refused(Reason.NOT_YOUR_SEAT)
    nobody = both.with_state(meeting=put(both.case.meeting, recorder=None, confirmed=frozenset(EVERYBODY)))
    nobody.when(W1, c.StartMeeting()).then_refused(Reason.RECORDER_NOT_NAMED)


def test_nobody_checks_in_online_at_a_meeting_in_person() -> None:
    DAY.when(W1, c.CheckIn(mode=Mode.ONLINE)).then_refused(Reason.MEETING_ONLINE_NOT_AGREED)


def test_the_recorder_confirms_whom_he_sees_also_of_a_side_without_accounts() -> None:
    DAY.when(RECORDER, c.ConfirmCheckIn(persons=("e1", "e2"))).then(e.CheckInConfirmed)
    DAY.when(RECORDER, c.ConfirmCheckIn(persons=("stranger",))).then_refused(Reason.NOT_A_REPRESENTATIVE)
    given(ALL_THERE).when(RECORDER, c.ConfirmCheckIn(persons=("e1", "w1"))).then_refused(Reason.NOTHING_NEW)


def test_the_offering_side_takes_the_first_chair_and_then_they_take_turns() -> None:
    first = given(ALL_THERE).when(RECORDER, c.StartMeeting())
    first.then(like(e.MeetingStarted, session=1, chair=W, mode=Mode.IN_PERSON, present=tuple(sorted(EVERYBODY))))
    second = first.after.having((W1, NEXT), "2026-04-02T09:00", (RECORDER, c.ConfirmCheckIn(persons=EVERYBODY)))
    second.when(E1, c.StartMeeting()).then(like(e.MeetingStarted, session=2, chair=E))


def test_both_chiefs_must_be_confirmed_before_the_meeting_opens() -> None:
    without = DAY.having((RECORDER, c.ConfirmCheckIn(persons=("w1", "w2", "w3", "e2", "e3"))))
    without.when(RECORDER, c.StartMeeting()).then_refused(Reason.CHIEFS_NOT_THERE, "HZ 26", side=E)
    by_himself = DAY.having((W1, c.CheckIn()), (E1, c.CheckIn()))
    by_himself.when(RECORDER, c.StartMeeting()).then_refused(Reason.CHIEFS_NOT_THERE, side=W)


@pytest.mark.parametrize(("there", "opens"), [(("e1",), False), (("e1", "e2"), True)])
def test_more_than_half_of_each_side_must_be_there(there: tuple[str, ...], opens: bool) -> None:
    now = DAY.having((RECORDER, c.ConfirmCheckIn(persons=("w1", "w2", *there))))
    if opens:
        now.when(RECORDER, c.StartMeeting()).then(e.MeetingStarted)
    else:
        now.when(RECORDER, c.StartMeeting()).then_refused(Reason.NO_MAJORITY_OF_SIDE, side=E, n=1, of=3)


def test_one_session_at_a_time() -> None:
    given(IN_SESSION).when(RECORDER, c.StartMeeting()).then_refused(Reason.SESSION_OPEN)


def test_an_ordinary_representative_does_not_open_the_meeting() -> None:
    given(ALL_THERE).when(W2, c.StartMeeting()).then_refused(Reason.NOT_YOUR_SEAT)
    given(ALL_THERE).when(STRANGER, c.StartMeeting()).then_refused(Reason.NOT_YOUR_SEAT)


def test_the_meeting_waits_for_a_side_under_its_minimum() -> None:
    now = given(ALL_THERE).having((W3, c.LeaveBench(person="w3", reason="离职")))
    now.when(RECORDER, c.StartMeeting()).then_refused(Reason.TOO_FEW_REPRESENTATIVES, "HZ 16", side=W, n=2)


def test_a_session_is_adjourned_to_a_coming_day_in_the_same_mode() -> None:
    then = given(IN_SESSION).when(RECORDER, NEXT).then(like(e.MeetingAdjourned, session=1))
    assert then.after.case.meeting.plan == plan("2026-04-02")
    assert then.after.case.meeting.confirmed == frozenset()
    given(IN_SESSION).when(W1, c.AdjournMeeting(next=plan("2026-03-30"))).then_refused(Reason.DAY_IN_THE_PAST)
    online = plan("2026-04-02").model_copy(update={"mode": Mode.ONLINE})
    given(IN_SESSION).when(W1, c.AdjournMeeting(next=online)).then_refused(Reason.MEETING_ONLINE_NOT_AGREED)
    given(ALL_THERE).when(RECORDER, NEXT).then_refused(Reason.NO_SESSION)


def test_a_meeting_that_was_held_before_it_is_entered_keeps_its_own_day() -> None:
    """Two times (domain §0 item 6): the day it happened, proved by a scan, and the day it was entered."""
    past: dict[str, object] = {"occurred_on": day("2026-03-31"), "evidence": SCAN}
    later = given(READY_TO_MEET).on("2026-04-03T09:00")
    there = later.when(RECORDER, c.ConfirmCheckIn.model_validate({"persons": EVERYBODY, **past}))
    there.then(like(e.CheckInConfirmed, occurred_on=day("2026-03-31"), entered_late=False))
    held = there.after.when(RECORDER, c.StartMeeting.model_validate(past)).then(e.MeetingStarted)
    assert held.after.case.meeting.opened_on == day("2026-03-31")
    minuted = minutes("none").model_copy(update=past)
    held.after.when(RECORDER, minuted).then(like(e.MinutesWritten, occurred_on=day("2026-03-31")))
    bare = c.StartMeeting(occurred_on=day("2026-03-31"))
    there.after.when(RECORDER, bare).then_refused(Reason.EVIDENCE_MISSING)
    too_early = c.StartMeeting(occurred_on=day("2026-03-30"), evidence=SCAN)
    there.after.when(RECORDER, too_early).then_refused(Reason.BEFORE_ITS_GROUND, ground="2026-03-31")


def test_a_day_that_was_named_before_it_may_have_passed_when_it_is_entered() -> None:
    named = c.ScheduleMeeting(plan=plan("2026-03-20"), occurred_on=day("2026-03-12"), evidence=SCAN)
    given(SCHEDULED).on("2026-03-25").when(W1, named).then(e.MeetingPlanNamed)
    given(SCHEDULED).on("2026-03-25").when(W1, c.ScheduleMeeting(plan=plan("2026-03-20"))).then_refused(
        Reason.DAY_IN_THE_PAST
    )


# --- a chief does not come ----------------------------------------------------------------------------------------

LATE = given(READY_TO_MEET).on("2026-03-31T09:30")
ABSENT = LATE.having((RECORDER, c.NoteChiefAbsent(side=E)))


def test_thirty_minutes_after_the_set_time_the_recorder_notes_an_absent_chief() -> None:
    given(READY_TO_MEET).on("2026-03-31T09:29").when(RECORDER, c.NoteChiefAbsent(side=E)).then_refused(
        Reason.CHIEF_NOT_LATE_YET, minutes=30
    )
    LATE.when(RECORDER, c.NoteChiefAbsent(side=E)).then(like(e.ChiefAbsenceNoted, side=E))
    LATE.when(W1, c.NoteChiefAbsent(side=E)).then_refused(Reason.NOT_YOUR_SEAT)
    ABSENT.when(RECORDER, c.NoteChiefAbsent(side=E)).then_refused(Reason.NOTHING_NEW)
    given(ALL_THERE).on("2026-03-31T09:30").when(RECORDER, c.NoteChiefAbsent(side=E)).then_refused(Reason.CHIEF_PRESENT)


def test_a_chief_whose_delegate_is_there_is_not_absent() -> None:
    delegated = given(READY_TO_MEET).having((E1, c.DelegateChief(person="e2", until_on=day("2026-04-30"))))
    there = delegated.on("2026-03-31T09:30").having((RECORDER, c.ConfirmCheckIn(persons=("e2", "e3", "w1", "w2"))))
    there.when(RECORDER, c.NoteChiefAbsent(side=E)).then_refused(Reason.CHIEF_PRESENT)
    there.when(RECORDER, c.StartMeeting()).then(e.MeetingStarted)


@pytest.mark.parametrize(("on", "ok"), [("2026-04-08", True), ("2026-04-09", False)])
def test_the_side_that_came_chooses_a_new_day_within_five_working_days(on: str, ok: bool) -> None:
    then = ABSENT.when(W1, c.ChooseNewDay(plan=plan(on)))
    if ok:
        then.then(like(e.NewDayChosen, side=W))
        assert then.after.case.meeting.absent is None
    else:
        then.then_refused(Reason.NEW_DAY_TOO_LATE, by=day("2026-04-08"), n=5)


def test_the_absent_side_chooses_nothing_and_the_other_only_once() -> None:
    new = c.ChooseNewDay(plan=plan("2026-04-02"))
    ABSENT.when(E1, new).then_refused(Reason.NO_CHIEF_ABSENT)
    LATE.when(W1, new).then_refused(Reason.NO_CHIEF_ABSENT)
    again = ABSENT.having((W1, new), "2026-04-02T09:30", (RECORDER, c.NoteChiefAbsent(side=E)))
    again.when(W1, c.ChooseNewDay(plan=plan("2026-04-07"))).then_refused(Reason.NEW_DAY_USED)


def test_each_side_has_its_own_new_day() -> None:
    new, later = c.ChooseNewDay(plan=plan("2026-04-02")), c.ChooseNewDay(plan=plan("2026-04-07"))
    then_them = ABSENT.having((W1, new), "2026-04-02T09:30", (RECORDER, c.NoteChiefAbsent(side=W)))
    then_them.when(E1, later).then(like(e.NewDayChosen, side=E))


def test_in_shanghai_both_chiefs_chair_together() -> None:
    now = replace(given(ALL_THERE), law=law("cn-shanghai"))
    now.when(RECORDER, c.StartMeeting()).then(like(e.MeetingStarted, chair=None))


def test_a_new_day_is_neither_past_nor_online() -> None:
    ABSENT.when(W1, c.ChooseNewDay(plan=plan("2026-03-30"))).then_refused(Reason.DAY_IN_THE_PAST)
    online = plan("2026-04-02").model_copy(update={"mode": Mode.ONLINE})
    ABSENT.when(W1, c.ChooseNewDay(plan=online)).then_refused(Reason.MEETING_ONLINE_NOT_AGREED)


# --- minutes and agreement ----------------------------------------------------------------------------------------


def test_the_recorder_writes_the_minutes_and_both_chiefs_sign_the_same() -> None:
    written = given(CLAUSES_AGREED).when(RECORDER, minutes()).then(like(e.MinutesWritten, result="full_agreement"))
    one = written.after.when(W1, signed_minutes())
    one.then(like(e.MinutesConfirmed, side=W, both=False, agreement_on=None))
    one.after.when(W1, signed_minutes()).then_refused(Reason.MINUTES_CONFIRMED)
    both = one.after.when(E1, signed_minutes())
    both.then(like(e.MinutesConfirmed, side=E, both=True, agreement_on=day("2026-03-31")))
    assert both.after.case.agreed_first_on == day("2026-03-31")
    assert both.after.case.meeting.open is False


def test_only_the_recorder_writes_and_only_of_a_session_that_is_open() -> None:
    given(CLAUSES_AGREED).when(W1, minutes()).then_refused(Reason.NOT_YOUR_SEAT, "HZ 26")
    given(READY_TO_MEET).on("2026-03-31").when(RECORDER, minutes("none")).then_refused(Reason.NO_SESSION)
    given(AGREED).when(RECORDER, minutes("none")).then_refused(Reason.AGREEMENT_REACHED)


def test_minutes_without_full_agreement_agree_nothing() -> None:
    now = given(IN_SESSION).having((RECORDER, minutes("partial")), *SIGN_MINUTES)
    assert now.case.meeting.agreement_on is None
    now.when(RECORDER, minutes("partial")).then_refused(Reason.NOTHING_NEW)
    now.when(RECORDER, minutes("none")).then(e.MinutesWritten)


def test_full_agreement_settles_every_head_that_was_put_up() -> None:
    given(IN_SESSION).when(RECORDER, minutes()).then_refused(Reason.NOT_ALL_SETTLED, "HZ 9", heads="T2 T3")
    half = given(CLAUSES_PUT).having(*agreeing("T3"))
    half.when(RECORDER, minutes()).then_refused(Reason.NOT_ALL_SETTLED, heads="T2")
    third = given(CLAUSES_AGREED).having((W2, c.PutClause(head="T5", prose="加班工资")))
    third.when(RECORDER, minutes()).then_refused(Reason.OPEN_CLAUSES, n=1)


def test_heads_nobody_answered_are_a_warning_at_the_agreement() -> None:
    case = given(CLAUSES_AGREED).case
    assert case.offer is not None
    assert case.reply is not None
    short = tuple(c.TopicFact(head=t.head, answer=t.answer) for t in sheet(heads=5))
    now = given(CLAUSES_AGREED).with_state(offer=put(case.offer, topics=short), reply=put(case.reply, topics=short))
    now.when(RECORDER, minutes()).then_warned(Reason.HEADS_UNANSWERED, "HZ 9", heads="T6 T7 T8 T9")


@pytest.mark.parametrize(("pack", "article"), [("cn-shandong", "SD 26"), ("cn-henan", "HA 25")])
def test_where_the_text_wants_it_all_who_were_there_sign_the_minutes(pack: str, article: str) -> None:
    sign = c.SignMinutes(minutes_hash=MINUTES, evidence=SCAN)
    there = replace(given(CLAUSES_AGREED), law=law(pack)).having((RECORDER, minutes()), (W2, sign), *SIGN_MINUTES)
    assert there.case.meeting.agreement_on is None
    waits, *_ = stuck_because(there.standing)
    assert (waits.reason, waits.facts) == (Reason.MINUTES_UNSIGNED, {"n": 3})
    assert article in waits.articles
    there.when(W2, sign).then_refused(Reason.NOTHING_NEW)
    one = there.having((W3, sign))
    for_both = c.SignMinutes(minutes_hash=MINUTES, persons=("e2", "e3"), evidence=SCAN)
    one.when(E1, for_both.model_copy(update={"evidence": None})).then_refused(Reason.EVIDENCE_MISSING)
    whole = one.when(E1, for_both)
    whole.then(like(e.MinutesSigned, side=E, agreement_on=day("2026-03-31")))
    assert whole.after.case.agreed_first_on == day("2026-03-31")


def test_elsewhere_the_others_may_sign_too_and_nothing_waits_for_them() -> None:
    laid = given(CLAUSES_AGREED).having((RECORDER, minutes()))
    sign = c.SignMinutes(minutes_hash=MINUTES, evidence=SCAN)
    laid.when(W2, sign).then(like(e.MinutesSigned, persons=("w2",), agreement_on=None))
    laid.when(W2, c.SignMinutes(minutes_hash=OTHER_HASH, evidence=SCAN)).then_refused(Reason.MINUTES_CHANGED)
    given(CLAUSES_AGREED).when(W2, sign).then_refused(Reason.MINUTES_MISSING)
    away = laid.with_state(meeting=put(laid.case.meeting, confirmed=frozenset({"w1", "e1"})))
    away.when(W2, sign).then_refused(Reason.NOT_A_REPRESENTATIVE)
    agreed = laid.having(*SIGN_MINUTES)
    assert agreed.case.meeting.agreement_on == day("2026-03-31")
    agreed.when(E2, sign).then(like(e.MinutesSigned, agreement_on=None))


def test_nobody_signs_other_minutes_or_none() -> None:
    given(CLAUSES_AGREED).when(W1, signed_minutes()).then_refused(Reason.MINUTES_MISSING)
    laid = given(CLAUSES_AGREED).having((RECORDER, minutes()))
    laid.when(W1, signed_minutes(OTHER_HASH)).then_refused(Reason.MINUTES_CHANGED)
    laid.when(W2, signed_minutes()).then_refused(Reason.NOT_YOUR_SEAT)


def test_a_clause_edited_after_the_minutes_were_written_voids_them() -> None:
    laid = given(CLAUSES_AGREED).having((RECORDER, minutes()), (W1, signed_minutes()))
    opened = laid.having((W1, reopening("T3")), (E1, reopening("T3")))
    opened.when(E1, signed_minutes()).then_refused(Reason.MINUTES_CHANGED)
    edited = opened.having((E2, raise_of("5", clause_of(laid.case, "T3"))))
    edited.when(E1, signed_minutes()).then_refused(Reason.MINUTES_CHANGED)


def test_a_floor_that_rose_since_the_clause_was_agreed_holds_the_agreement() -> None:
    higher = c.RecordReference(kind="minimum_wage", period="2026", fen=270_000, source="notice 1")
    given(CLAUSES_AGREED).having((UNION, higher)).when(RECORDER, minutes()).then_refused(
        Reason.BELOW_MINIMUM_WAGE, "HZ 11", floor=270_000
    )


def test_agreement_is_dated_by_the_later_signature_on_paper() -> None:
    laid = given(CLAUSES_AGREED).having((RECORDER, minutes()), (W1, signed_minutes()))
    signed = c.ConfirmMinutes(minutes_hash=MINUTES, on_paper=paper(E, "2026-04-01"))
    laid.on("2026-04-02").when(UNION, signed).then(like(e.MinutesConfirmed, side=E, agreement_on=day("2026-04-01")))


def test_a_firms_agreement_is_not_below_the_regional_contract_in_force() -> None:
    case = given(IN_SESSION).case
    assert case.opened is not None
    opened = case.opened.model_copy(update={"regional_rate": "7", "regional_minimum_fen": 280_000})
    now = given(IN_SESSION).with_state(opened=opened).having((W2, raise_of("6.99")), (E2, lowest_of(279_999)))
    now.when(W1, confirming("T3")).then_refused(Reason.BELOW_REGIONAL, "HZ 35", name="raise")
    now.when(W1, confirming("T2")).then_refused(Reason.BELOW_REGIONAL, "HZ 35", name="minimum_wage")
    equal = given(IN_SESSION).with_state(opened=opened).having((W2, raise_of("7")), (E2, lowest_of(280_000)))
    equal.when(W1, confirming("T3")).then(e.ClauseConfirmed)
    equal.when(W1, confirming("T2")).then(e.ClauseConfirmed)


def test_a_deadlock_is_declared_once_and_by_a_chief() -> None:
    stuck = (
        given(IN_SESSION).when(W1, c.DeclareDeadlock(reason="差距过大")).then(like(e.DeadlockDeclared, side=W)).after
    )
    stuck.when(E1, c.DeclareDeadlock()).then_refused(Reason.DEADLOCK_DECLARED)
    given(IN_SESSION).when(W2, c.DeclareDeadlock()).then_refused(Reason.NOT_YOUR_SEAT)
    given(AGREED).when(W1, c.DeclareDeadlock()).then_refused(Reason.AGREEMENT_REACHED)


# --- the draft ----------------------------------------------------------------------------------------------------


def test_the_employer_confirms_the_compiled_draft() -> None:
    given(AGREED).when(*fixing()).then(
        like(e.DraftConfirmed, side=E), turned(Step.MEETING, Step.CONGRESS, mode="in_person")
    )
    own = c.ConfirmDraft(draft_hash=draft(given(AGREED).case), file=OTHER_HASH)
    given(AGREED).when(E1, own).then(like(e.DraftConfirmed, file=OTHER_HASH), e.StepTurned)
    for who in (HR, LEGAL):  # who does not sit at the table does not see what he would confirm
        given(AGREED).when(who, own).then_refused(Reason.NOT_YOUR_SEAT)


def test_the_draft_is_what_was_agreed_and_the_employers_to_make() -> None:
    given(AGREED).when(E1, c.ConfirmDraft(draft_hash=OTHER_HASH)).then_refused(Reason.DRAFT_CHANGED, "HZ 27")
    given(AGREED).when(W1, c.ConfirmDraft(draft_hash=draft(given(AGREED).case))).then_refused(Reason.NOT_YOUR_SEAT)
    given(IN_SESSION).when(E1, c.ConfirmDraft(draft_hash=OTHER_HASH)).then_refused(Reason.NO_FULL_AGREEMENT)


@pytest.mark.parametrize(("on", "stands"), [("2026-04-03", False), ("2026-04-04", True)])
def test_after_three_working_days_the_compiled_draft_stands(on: str, stands: bool) -> None:
    then = given(AGREED).on(on).when(CLOCK, c.LetDraftStand())
    if stands:
        then.then(e.DraftStood, turned(Step.MEETING, Step.CONGRESS))
        assert then.after.case.meeting.draft_by == "compiled"
    else:
        then.then_refused(Reason.NOT_DUE, by=day("2026-04-03"))


def test_only_the_clock_lets_a_draft_stand() -> None:
    given(AGREED).on("2026-04-07").when(W1, c.LetDraftStand()).then_refused(Reason.NOT_YOUR_SEAT)
    given(IN_SESSION).when(CLOCK, c.LetDraftStand()).then_refused(Reason.NO_FULL_AGREEMENT)


def test_the_chiefs_may_sign_the_draft_before_it_is_submitted() -> None:
    mine = c.SignDraft(draft_hash=draft(given(DRAFT_FIXED).case), evidence=SCAN)
    one = given(DRAFT_FIXED).when(W1, mine).then(like(e.DraftSigned, side=W)).after
    one.when(W1, mine).then_refused(Reason.ALREADY_SIGNED)
    one.when(E1, mine.model_copy(update={"draft_hash": OTHER_HASH})).then_refused(Reason.DRAFT_CHANGED)
    one.when(E1, mine).then(like(e.DraftSigned, side=E))
    given(AGREED).when(W1, c.SignDraft(draft_hash=draft(given(AGREED).case), evidence=SCAN)).then_refused(
        Reason.DRAFT_MISSING
    )


def test_in_shanghai_no_draft_is_submitted_unsigned() -> None:
    submit = submitting(given(DRAFT_FIXED).case)
    mine = c.SignDraft(draft_hash=submit.draft_hash, evidence=SCAN)
    there = replace(given(DRAFT_FIXED), law=law("cn-shanghai"))
    there.when(E1, submit).then_refused(Reason.DRAFT_UNSIGNED, "SH 22", side=W)
    there.having((W1, mine), (E1, mine)).when(E1, submit).then(e.DraftSubmitted)
    given(DRAFT_FIXED).when(E1, submit).then_warned(Reason.DRAFT_UNSIGNED, "N2004 34")


# --- renegotiation ------------------------------------------------------------------------------------------------

PLAN_FILED = c.FileAmendmentPlan(plan="提高最低工资")


def _in_session_again() -> Given:
    """The second round, in the room again."""
    failed = given(BALLOT_FAILED).on("2026-04-13").having((W1, c.ScheduleMeeting(plan=plan("2026-04-15"))))
    return failed.having(
        (E1, c.ScheduleMeeting(plan=plan("2026-04-15"))), "2026-04-15T09:00",
        (RECORDER, c.ConfirmCheckIn(persons=EVERYBODY)), (RECORDER, c.StartMeeting()),
    )  # fmt: skip


def test_a_failed_ballot_leads_back_to_the_meeting_with_the_clauses_as_they_were() -> None:
    case = given(BALLOT_FAILED).case
    assert (case.step, case.round, case.back_because) == (Step.MEETING, 2, "failed")
    assert case.meeting.plan is None
    assert case.meeting.agreement_on is None
    assert all(clause.agreed for clause in case.clauses.values())
    assert case.meeting.recorder == "recorder"


def test_the_workers_side_proposes_the_amendments() -> None:
    now = given(BALLOT_FAILED).on("2026-04-13")
    named = PLAN_FILED.model_copy(update={"clauses": (clause_of(now.case, "T3"),)})
    now.when(W2, named).then(like(e.AmendmentPlanFiled, side=W))
    now.when(W2, PLAN_FILED.model_copy(update={"clauses": ("x",)})).then_refused(Reason.CLAUSE_UNKNOWN)
    now.when(E2, PLAN_FILED).then_refused(Reason.NOT_YOUR_SEAT)
    now.having((W2, PLAN_FILED)).when(W2, PLAN_FILED).then_refused(Reason.PLAN_FILED)
    given(IN_SESSION).when(W2, PLAN_FILED).then_refused(Reason.NO_FAILED_BALLOT)


def test_agreement_after_a_failed_ballot_needs_the_plan_and_a_changed_draft() -> None:
    again = _in_session_again()
    again.when(RECORDER, minutes()).then_refused(Reason.PLAN_NEEDED, "HZ 28", side=W)
    planned = again.having((W2, PLAN_FILED))
    planned.when(RECORDER, minutes()).then_refused(Reason.DRAFT_UNCHANGED_AFTER_FAILURE, "HZ 28")
    changed = planned.having((E2, raise_of("7", clause_of(planned.case, "T3"))), *agreeing("T3"))
    reagreed = changed.having((RECORDER, minutes()), *SIGN_MINUTES)
    assert reagreed.case.agreed_first_on == day("2026-03-31")
    assert reagreed.case.meeting.agreement_on == day("2026-04-15")
    reagreed.when(*fixing()).then(e.DraftConfirmed, turned(Step.MEETING, Step.CONGRESS, round=2))


def test_in_another_round_the_chiefs_may_drop_even_what_was_agreed() -> None:
    now = given(BALLOT_FAILED).on("2026-04-13")
    now.when(W2, c.DropClause(clause=clause_of(now.case, "T3"))).then(e.ClauseDropped)


def test_from_the_third_round_on_there_is_a_warning() -> None:
    ready = given(ALL_THERE)
    ready.with_state(round=2).when(RECORDER, c.StartMeeting()).then_not_warned(Reason.ROUNDS_MANY)
    ready.with_state(round=3).when(RECORDER, c.StartMeeting()).then_warned(Reason.ROUNDS_MANY, n=3)


def test_what_is_still_owed_unasked_is_a_warning_where_the_text_wants_it() -> None:
    there = replace(given(ALL_THERE), law=law("cn-ningbo"))
    there.when(RECORDER, c.StartMeeting()).then_warned(Reason.UNASKED_MATERIAL_MISSING, "NB 17")
    given(ALL_THERE).when(RECORDER, c.StartMeeting()).then_not_warned(Reason.UNASKED_MATERIAL_MISSING)


def test_stands_on_counts_from_the_signed_minutes() -> None:
    assert meeting.stands_on(given(AGREED).standing) == day("2026-04-03")
    assert meeting.stands_on(given(IN_SESSION).standing) is None


def test_a_meeting_held_in_one_room_counts_as_one_gathering() -> None:
    assert given(DRAFT_FIXED).case.step_modes[Step.MEETING] is Mode.IN_PERSON
    assert given(DRAFT_FIXED).case.meetings_held == 1


def test_a_meeting_online_is_checked_in_online_and_held_online() -> None:
    online = c.ScheduleMeeting(plan=plan("2026-04-15").model_copy(update={"mode": Mode.ONLINE}))
    set_online = (
        given(BALLOT_FAILED)
        .on("2026-04-13")
        .having((W1, c.AgreeOnlineMeeting()), (E1, c.AgreeOnlineMeeting()), (W1, online), (E1, online))
    )
    there = set_online.on("2026-04-15T09:00").having((W1, c.CheckIn(mode=Mode.ONLINE)))
    opened = there.having((RECORDER, c.ConfirmCheckIn(persons=EVERYBODY))).when(RECORDER, c.StartMeeting())
    opened.then(like(e.MeetingStarted, mode=Mode.ONLINE, session=2, chair=E))
    assert opened.after.case.meetings_held == 1, "a second meeting online is no second gathering"
