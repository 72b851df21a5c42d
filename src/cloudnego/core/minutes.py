"""The minutes: lines that are the acts of the table, notes, objections, signatures, the agreement they date (HZ 26).

No line is copied: a line is an entry of the table stream, by its number there, and the minutes are named by that
stream's root (docs/decisions/0035).
"""

from __future__ import annotations

from datetime import date

from cloudnego.core import clauses as texts
from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core import sheets
from cloudnego.core.acts import dated, of_side, of_signature, said
from cloudnego.core.attendance import acting_chiefs
from cloudnego.core.moment import Moment, Standing
from cloudnego.core.pack import Level
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.steps.meeting import session_open
from cloudnego.core.vocabulary import Seat, Side, Stream

# --- lines, notes, objections -------------------------------------------------------------------------------------


def minutes_begun(s: Standing) -> Obstacle | None:
    """A session was opened, or an agreement found in coordination; it may lie behind: who reads the draft at home
    objects from there."""
    if s.case.meeting.mode or s.case.meeting.coordinated_on:
        return None
    return no(Reason.NO_SESSION, cure=(Seat.RECORDER, Seat.CHIEF))


def _is_line(m: Moment, line: int) -> Obstacle | None:
    """A line of the minutes: an entry of the table since the session was opened."""
    first, last = m.case.meeting.first_line, m.heads.get(Stream.TABLE, 0)
    return None if max(first, 1) <= line <= last else no(Reason.LINE_UNKNOWN, n=line)


def note_fits(m: Moment, command: c.AddMinutesNote) -> Obstacle | None:
    if command.answers is not None and command.answers not in m.case.meeting.line_objections:
        return no(Reason.LINE_OBJECTION_GONE, id=command.answers)
    return None if command.line is None else _is_line(m, command.line)


def add_minutes_note(m: Moment, command: c.AddMinutesNote) -> list[e.Event]:
    """What answers an objection is about the line objected to, whatever else was said."""
    line = command.line if command.answers is None else m.case.meeting.line_objections[command.answers].line
    return [e.MinutesNoteAdded(line=line, answers=command.answers, words=said(command))]


def may_object(m: Moment, command: c.ObjectToLine) -> Obstacle | None:
    """A line that is there, and not twice by one side while the first objection is open."""
    own = any(x.line == command.line and x.side is m.side for x in m.case.meeting.line_objections.values())
    return no(Reason.LINE_OBJECTED, n=command.line) if own else _is_line(m, command.line)


def object_to_line(m: Moment, command: c.ObjectToLine) -> list[e.Event]:
    return [e.LineObjected(**of_side(m, command), objection=m.fresh(Stream.TABLE), line=command.line)]


def own_line_objection(m: Moment, command: c.WithdrawLineObjection) -> Obstacle | None:
    found = m.case.meeting.line_objections.get(command.objection)
    if found is None:
        return no(Reason.LINE_OBJECTION_GONE, id=command.objection)
    return None if found.side is m.side else no(Reason.LINE_OBJECTION_NOT_OWN, side=found.side)


def withdraw_line_objection(m: Moment, command: c.WithdrawLineObjection) -> list[e.Event]:
    return [e.LineObjectionWithdrawn(**of_side(m, command), objection=command.objection)]


def objections_open(m: Moment) -> Obstacle | None:
    """No text lets an objection stop the minutes: both chiefs see it beside its line, and sign or do not."""
    n = len(m.case.meeting.line_objections)
    return no(Reason.LINE_OBJECTIONS_OPEN, level=Level.ADVISORY, cure=(Seat.RECORDER,), n=n) if n else None


# --- laying them --------------------------------------------------------------------------------------------------


def held_or_coordinated(s: Standing) -> Obstacle | None:
    """Minutes belong to a session, or to an agreement found in coordination (ZJ 39)."""
    return None if s.case.meeting.coordinated_on else session_open(s)


def recorder_writes(m: Moment) -> Obstacle | None:
    """The recorder writes the minutes; after coordination a chief may lay the agreement before the other."""
    if Seat.RECORDER in m.seats or m.case.meeting.coordinated_on:
        return None
    return no(Reason.NOT_YOUR_SEAT, "HZ 26", cure=(Seat.RECORDER,))


def minutes_are_new(m: Moment, command: c.WriteMinutes) -> Obstacle | None:
    """Another hash or another result; of minutes that grow from the acts, anything since they were laid."""
    meeting = m.case.meeting
    if command.minutes_hash is None:
        upto = meeting.minutes_upto
        unchanged = upto is not None and m.heads.get(Stream.TABLE, 0) == upto + 1  # the one line since is the laying
    else:
        unchanged = meeting.minutes_hash == command.minutes_hash
    return no(Reason.NOTHING_NEW) if unchanged and meeting.minutes_result == command.result else None


def hash_covers_the_text(m: Moment, command: c.WriteMinutes) -> Obstacle | None:
    """The root names what stands before this act: prose beside it would be signed by nobody."""
    if command.text is None or command.minutes_hash is not None:
        return None
    return no(Reason.MINUTES_TEXT_APART, "HZ 26", cure=(Seat.RECORDER,))


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
    full, grown = command.result == "full_agreement", command.minutes_hash is None
    return [
        e.MinutesWritten(
            **dated(m, command), session=m.case.meeting.session, result=command.result,
            minutes_hash=command.minutes_hash or m.root(Stream.TABLE),
            draft_hash=texts.draft_hash(m.case) if full else None,
            upto=m.heads.get(Stream.TABLE, 0) if grown else None,
        )
    ]  # fmt: skip


# --- signing them -------------------------------------------------------------------------------------------------


def minutes_laid(m: Moment) -> Obstacle | None:
    meeting = m.case.meeting
    if meeting.minutes_hash is None:
        return no(Reason.MINUTES_MISSING, "HZ 26", cure=(Seat.RECORDER,))
    return no(Reason.MINUTES_CONFIRMED) if m.own_side in meeting.minutes_confirmed else None


def same_minutes(m: Moment, command: c.ConfirmMinutes | c.SignMinutes) -> Obstacle | None:
    return None if command.minutes_hash == m.case.meeting.minutes_hash else no(Reason.MINUTES_CHANGED, "HZ 26")


def confirm_minutes(m: Moment, command: c.ConfirmMinutes) -> list[e.Event]:
    """会议记录应当经首席代表签字确认 (HZ 26 ¶3); agreement is dated by the last signature."""
    meeting, act = m.case.meeting, of_signature(m, command, Stream.TABLE)
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
    if m.signed and command.evidence is None and who != {m.by.person}:  # a key signs for its owner alone
        return no(Reason.NOT_YOUR_SEAT, "ESL 13", cure=(Seat.REPRESENTATIVE,), side=m.own_side)
    if any(not m.bench.has(p) or p not in meeting.confirmed for p in who):
        return no(Reason.NOT_A_REPRESENTATIVE, *m.law.pack.meeting.cite, side=m.own_side)
    return no(Reason.NOTHING_NEW) if who <= meeting.minutes_signed else None


def sign_minutes(m: Moment, command: c.SignMinutes) -> list[e.Event]:
    meeting, act = m.case.meeting, of_signature(m, command, Stream.TABLE)
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
