"""Step 6: the negotiation meeting, in one room: check-in, sessions, minutes, full agreement, the draft (HZ 26, 27)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from cloudnego.core import clauses as texts
from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core import plans, sheets
from cloudnego.core.acts import dated, of_side
from cloudnego.core.attendance import acting_chiefs
from cloudnego.core.calendar import add_working_days
from cloudnego.core.moment import Moment, Standing
from cloudnego.core.pack import Level
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.vocabulary import Mode, Seat, Side

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


# --- minutes and agreement ----------------------------------------------------------------------------------------


def held_or_coordinated(s: Standing) -> Obstacle | None:
    """Minutes belong to a session, or to an agreement found in coordination (ZJ 39)."""
    return None if s.case.meeting.coordinated_on else session_open(s)


def recorder_writes(m: Moment) -> Obstacle | None:
    """The recorder writes the minutes; after coordination a chief may lay the agreement before the other."""
    if Seat.RECORDER in m.seats or m.case.meeting.coordinated_on:
        return None
    return no(Reason.NOT_YOUR_SEAT, "HZ 26", cure=(Seat.RECORDER,))


def minutes_are_new(m: Moment, command: c.WriteMinutes) -> Obstacle | None:
    meeting = m.case.meeting
    same = (meeting.minutes_hash, meeting.minutes_result) == (command.minutes_hash, command.result)
    return no(Reason.NOTHING_NEW) if same else None


def says_what_is_settled(m: Moment, command: c.WriteMinutes) -> Obstacle | None:
    """Full agreement: every head up for negotiation has an agreed clause, and no clause is left open (HZ 27 ¶1)."""
    if command.result != "full_agreement":
        return None
    left = texts.unsettled_heads(m.case)
    if left:
        return no(Reason.NOT_ALL_SETTLED, *m.law.pack.topics.cite, cure=(Seat.CHIEF,), heads=" ".join(left))
    still_open = texts.open_clauses(m.case)
    if still_open:
        return no(Reason.OPEN_CLAUSES, cure=(Seat.CHIEF,), n=len(still_open))
    if m.case.back_because == "failed" and not m.case.meeting.plan_filed:
        return no(Reason.PLAN_NEEDED, "HZ 28", cure=(Seat.CHIEF, Seat.REPRESENTATIVE), side=Side.WORKER)
    if m.case.round > 1 and texts.draft_hash(m.case) == m.case.failed_draft:
        article = "HZ 40" if m.case.back_because == "objected" else "HZ 28"
        return no(Reason.DRAFT_UNCHANGED_AFTER_FAILURE, article, cure=(Seat.CHIEF,))
    return _values_hold(m)


def _values_hold(m: Moment) -> Obstacle | None:
    """The floors are judged again on what is agreed: a value may have been entered since."""
    for clause in m.case.clauses.values():
        wrong = texts.above_the_floor(m, clause) or texts.above_the_regional(m, clause)
        if wrong:
            return wrong
    return None


def heads_left_open(m: Moment, command: c.WriteMinutes) -> Obstacle | None:
    left = sheets.unanswered(m, m.case.answered_heads())
    if command.result != "full_agreement" or not left:
        return None
    row = m.law.pack.topics
    return no(Reason.HEADS_UNANSWERED, *row.cite, level=Level.ADVISORY, cure=(Seat.CHIEF,), heads=" ".join(left))


def write_minutes(m: Moment, command: c.WriteMinutes) -> list[e.Event]:
    full = command.result == "full_agreement"
    return [
        e.MinutesWritten(
            **dated(m, command), session=m.case.meeting.session, result=command.result,
            minutes_hash=command.minutes_hash, draft_hash=texts.draft_hash(m.case) if full else None,
        )
    ]  # fmt: skip


def minutes_laid(m: Moment) -> Obstacle | None:
    meeting = m.case.meeting
    if meeting.minutes_hash is None:
        return no(Reason.MINUTES_MISSING, "HZ 26", cure=(Seat.RECORDER,))
    return no(Reason.MINUTES_CONFIRMED) if m.own_side in meeting.minutes_confirmed else None


def same_minutes(m: Moment, command: c.ConfirmMinutes | c.SignMinutes) -> Obstacle | None:
    return None if command.minutes_hash == m.case.meeting.minutes_hash else no(Reason.MINUTES_CHANGED, "HZ 26")


def confirm_minutes(m: Moment, command: c.ConfirmMinutes) -> list[e.Event]:
    """会议记录应当经首席代表签字确认 (HZ 26 ¶3); agreement is dated by the last signature."""
    meeting, act = m.case.meeting, of_side(m, command)
    both = m.own_side.other in meeting.minutes_confirmed
    whole = both and not unsigned(m, meeting.minutes_signed)
    return [
        e.MinutesConfirmed(
            **act, minutes_hash=command.minutes_hash, both=both, agreement_on=_agreement(m, act["occurred_on"], whole)
        )
    ]


def _agreement(m: Moment, day: date, whole: bool) -> date | None:
    return day if whole and m.case.meeting.minutes_result == "full_agreement" else None


def unsigned(s: Standing, signed: frozenset[str]) -> list[str]:
    """Who was at the meeting and has not signed its minutes, where the text wants all of them; the chiefs confirm.

    会议记录由参加协商会议的全体协商代表签字确认 (SD 26); 全体与会协商代表签字确认 (HA 25).
    """
    meeting = s.case.meeting
    if not s.law.pack.meeting.minutes_by_all or meeting.coordinated_on:
        return []
    chiefs = acting_chiefs(s, Side.WORKER) | acting_chiefs(s, Side.EMPLOYER)
    there = {r.person for side in Side for r in s.case.benches.of(side).seated} & meeting.confirmed
    return sorted(there - chiefs - signed)


def minutes_to_sign(m: Moment) -> Obstacle | None:
    if m.case.meeting.minutes_hash is None:
        return no(Reason.MINUTES_MISSING, "HZ 26", cure=(Seat.RECORDER,))
    return None


def signs_for_who_was_there(m: Moment, command: c.SignMinutes) -> Obstacle | None:
    """Those whose signatures the paper bears were at the meeting."""
    who = set(command.persons or (m.by.person,))
    meeting = m.case.meeting
    if any(not m.bench.has(p) or p not in meeting.confirmed for p in who):
        return no(Reason.NOT_A_REPRESENTATIVE, *m.law.pack.meeting.cite, side=m.own_side)
    return no(Reason.NOTHING_NEW) if who <= meeting.minutes_signed else None


def sign_minutes(m: Moment, command: c.SignMinutes) -> list[e.Event]:
    meeting, act = m.case.meeting, of_side(m, command)
    persons = command.persons or (m.by.person,)
    whole = len(meeting.minutes_confirmed) == len(Side) and not unsigned(m, meeting.minutes_signed | set(persons))
    return [
        e.MinutesSigned(
            **act, minutes_hash=command.minutes_hash, persons=persons,
            agreement_on=None if meeting.agreement_on else _agreement(m, act["occurred_on"], whole),
        )
    ]  # fmt: skip


def minutes_ground(m: Moment) -> date | None:
    return m.case.meeting.coordinated_on or m.case.meeting.opened_on


def not_deadlocked(m: Moment) -> Obstacle | None:
    return no(Reason.DEADLOCK_DECLARED) if m.case.meeting.deadlock else None


def declare_deadlock(m: Moment, command: c.DeclareDeadlock) -> list[e.Event]:
    return [e.DeadlockDeclared(**of_side(m, command))]


# --- the draft ----------------------------------------------------------------------------------------------------


def agreed(s: Standing) -> Obstacle | None:
    """Full agreement recorded in minutes both chiefs signed."""
    meeting = s.case.meeting
    if meeting.agreement_on:
        return None
    full = meeting.minutes_result == "full_agreement" and len(meeting.minutes_confirmed) == len(Side)
    if full and (left := unsigned(s, meeting.minutes_signed)):
        return no(
            Reason.MINUTES_UNSIGNED, *s.law.pack.meeting.of("minutes_by_all"), cure=(Seat.REPRESENTATIVE,), n=len(left)
        )
    return no(Reason.NO_FULL_AGREEMENT, "HZ 26", "HZ 27", cure=(Seat.CHIEF, Seat.RECORDER))


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
    return [e.DraftSigned(**of_side(m, command), draft_hash=command.draft_hash)]


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
