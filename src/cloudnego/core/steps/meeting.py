"""Step 6: the negotiation meeting, in one room: check-in, sessions, the draft (HZ 26, 27); minutes: `core.minutes`."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core import plans
from cloudnego.core.acts import dated, of_side, of_signature
from cloudnego.core.attendance import acting_chiefs
from cloudnego.core.calendar import add_working_days
from cloudnego.core.moment import Moment, Standing
from cloudnego.core.pack import Level
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.vocabulary import Mode, Seat, Side, Stream

# --- coming together ----------------------------------------------------------------------------------------------


def day_has_come(s: Standing) -> Obstacle | None:
    plan = s.case.meeting.plan
    if plan is None:
        return no(Reason.MEETING_NOT_SCHEDULED, "HZ 24", cure=(Seat.CHIEF,))
    return no(Reason.MEETING_DAY_NOT_COME, by=plan.day, day=plan.day.isoformat()) if s.today < plan.day else None


def not_agreed_yet(m: Moment) -> Obstacle | None:
    return no(Reason.AGREEMENT_REACHED) if m.case.meeting.agreement_on else None


def planned_day(m: Moment) -> date | None:
    return m.case.meeting.plan.day if m.case.meeting.plan else None


def no_session_open(m: Moment) -> Obstacle | None:
    return no(Reason.SESSION_OPEN) if m.case.meeting.open else None


def session_open(s: Standing) -> Obstacle | None:
    return None if s.case.meeting.open else no(Reason.NO_SESSION, cure=(Seat.RECORDER, Seat.CHIEF))


def start_meeting(m: Moment, command: c.StartMeeting) -> list[e.Event]:
    """工资集体协商会议由双方首席代表轮流召集主持 (HZ 26 ¶1): the offering side first; both at once in SH 18."""
    meeting = m.case.meeting
    chair = meeting.chair.other if meeting.chair else m.case.offering_side or Side.WORKER
    plan = meeting.plan
    assert plan is not None
    return [
        e.MeetingStarted(
            **dated(m, command),
            session=meeting.session + 1,
            mode=plan.mode,
            line=m.heads.get(Stream.TABLE, 0) + 1,
            chair=None if m.law.pack.meeting.first_chair == "joint" else chair,
            present=tuple(sorted(meeting.confirmed)),
        )
    ]


def adjourned_to_a_coming_day(m: Moment, command: c.AdjournMeeting) -> Obstacle | None:
    past = plans.not_past(m, command, command.next)
    if past is None and command.next.mode is Mode.ONLINE and m.case.meeting.mode is not Mode.ONLINE:
        return no(Reason.MEETING_ONLINE_NOT_AGREED, cure=(Seat.CHIEF,))
    return past


def adjourn_meeting(m: Moment, command: c.AdjournMeeting) -> list[e.Event]:
    return [e.MeetingAdjourned(**dated(m, command), session=m.case.meeting.session, next=command.next)]


# --- a chief does not come ----------------------------------------------------------------------------------------


def waited_long_enough(m: Moment) -> Obstacle | None:
    """Thirty minutes after the set time."""
    plan, minutes = m.case.meeting.plan, m.law.pack.meeting.absent_minutes
    if plan is None:
        return None
    set_time = datetime.combine(plan.day, time.fromisoformat(plan.time), tzinfo=m.at.tzinfo)
    late = m.at >= set_time + timedelta(minutes=minutes)
    return None if late else no(Reason.CHIEF_NOT_LATE_YET, by=plan.day, minutes=minutes)


def _not_missing(m: Moment, side: Side) -> Obstacle | None:
    if m.case.meeting.absent is side:
        return no(Reason.NOTHING_NEW)
    there = acting_chiefs(m, side) & m.case.meeting.confirmed
    return no(Reason.CHIEF_PRESENT, side=side) if there else None


def a_chief_is_missing(m: Moment) -> Obstacle | None:
    found = [_not_missing(m, side) for side in Side]
    return None if None in found else found[0]


def this_chief_is_missing(m: Moment, command: c.NoteChiefAbsent) -> Obstacle | None:
    return _not_missing(m, command.side)


def note_chief_absent(m: Moment, command: c.NoteChiefAbsent) -> list[e.Event]:
    return [e.ChiefAbsenceNoted(**dated(m, command), side=command.side)]


def other_chief_was_absent(m: Moment) -> Obstacle | None:
    meeting = m.case.meeting
    if meeting.absent is None or meeting.absent is m.side:
        return no(Reason.NO_CHIEF_ABSENT, cure=(Seat.RECORDER,))
    return no(Reason.NEW_DAY_USED) if m.side in meeting.new_days else None  # once (no text has a rule; the house has)


def soon_enough(m: Moment, command: c.ChooseNewDay) -> Obstacle | None:
    """Once, at most five working days later."""
    plan, n = m.case.meeting.plan, m.law.pack.meeting.postponed_max_wd
    assert plan is not None
    last = add_working_days(m.law.calendar, plan.day, n)
    past = plans.not_past(m, command, command.plan)
    if past:
        return past
    if last is not None and command.plan.day > last:
        return no(Reason.NEW_DAY_TOO_LATE, by=last, n=n)
    if command.plan.mode is not plan.mode:
        return no(Reason.MEETING_ONLINE_NOT_AGREED, cure=(Seat.CHIEF,))
    return None


def choose_new_day(m: Moment, command: c.ChooseNewDay) -> list[e.Event]:
    return [e.NewDayChosen(**of_side(m, command), plan=command.plan)]


# --- no agreement -----------------------------------------------------------------------------------------------------


def not_deadlocked(m: Moment) -> Obstacle | None:
    return no(Reason.DEADLOCK_DECLARED) if m.case.meeting.deadlock else None


def declare_deadlock(m: Moment, command: c.DeclareDeadlock) -> list[e.Event]:
    return [e.DeadlockDeclared(**of_side(m, command))]


# --- the draft ----------------------------------------------------------------------------------------------------


def draft_fixed(s: Standing) -> Obstacle | None:
    """The employer's making, or the compiled text that stands (HZ 27 ¶1)."""
    if s.case.meeting.draft_by:
        return None
    return no(Reason.DRAFT_MISSING, "HZ 27", cure=(Seat.CHIEF,), side=Side.EMPLOYER, by=stands_on(s))


def draft_open(m: Moment) -> Obstacle | None:
    return no(Reason.DRAFT_FIXED) if m.case.meeting.draft_by else None


def same_draft(m: Moment, command: c.ConfirmDraft | c.SignDraft) -> Obstacle | None:
    if command.draft_hash == m.case.meeting.draft_hash:
        return None
    return no(Reason.DRAFT_CHANGED, "HZ 27")


def confirm_draft(m: Moment, command: c.ConfirmDraft) -> list[e.Event]:
    return [e.DraftConfirmed(**of_side(m, command), draft_hash=command.draft_hash, file=command.file)]


def stands_on(s: Standing) -> date | None:
    """The day after which the compiled draft stands without the employer's word."""
    on = s.case.meeting.agreement_on
    return add_working_days(s.law.calendar, on, s.law.pack.meeting.draft_stands_wd) if on else None


def time_for_draft_is_over(m: Moment) -> Obstacle | None:
    last = stands_on(m)
    return None if last is not None and m.today > last else no(Reason.NOT_DUE, by=last)


def let_draft_stand(m: Moment, _: c.LetDraftStand) -> list[e.Event]:
    assert m.case.meeting.draft_hash is not None
    return [e.DraftStood(draft_hash=m.case.meeting.draft_hash)]


def draft_not_signed(m: Moment) -> Obstacle | None:
    return no(Reason.ALREADY_SIGNED) if m.own_side in m.case.meeting.draft_signed else None


def draft_signed_by_both(m: Moment) -> Obstacle | None:
    """Some texts want the chiefs to sign the draft before the ballot (SH 22, NB 19, HA 27); else N2004 34 advises."""
    row = m.law.pack.meeting
    if row.draft_signature is None or len(m.case.meeting.draft_signed) == len(Side):
        return None
    side = next(s for s in Side if s not in m.case.meeting.draft_signed)
    return no(
        Reason.DRAFT_UNSIGNED, *row.of("draft_signature"), level=row.draft_signature, cure=(Seat.CHIEF,), side=side
    )


def sign_draft(m: Moment, command: c.SignDraft) -> list[e.Event]:
    return [e.DraftSigned(**of_signature(m, command, Stream.TABLE), draft_hash=command.draft_hash)]


def renegotiating(m: Moment) -> Obstacle | None:
    if m.case.back_because != "failed":
        return no(Reason.NO_FAILED_BALLOT)
    return no(Reason.PLAN_FILED) if m.case.meeting.plan_filed else None


def many_rounds(m: Moment) -> Obstacle | None:
    """No text limits the rounds; from the third the product warns."""
    most = m.law.pack.congress_for(m.case.scope).rounds_warned_at
    return no(Reason.ROUNDS_MANY, level=Level.ADVISORY, n=m.case.round) if m.case.round >= most else None


def plan_names_clauses(m: Moment, command: c.FileAmendmentPlan) -> Obstacle | None:
    unknown = [name for name in command.clauses if name not in m.case.clauses]
    return no(Reason.CLAUSE_UNKNOWN, id=unknown[0]) if unknown else None


def file_amendment_plan(m: Moment, command: c.FileAmendmentPlan) -> list[e.Event]:
    return [e.AmendmentPlanFiled(**of_side(m, command), clauses=command.clauses)]
