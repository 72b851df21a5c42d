"""What is left for an ask to be about: needs that close a button when every payload behind it would be refused."""

from __future__ import annotations

from cloudnego.core import clauses
from cloudnego.core.moment import Moment
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.state import Material
from cloudnego.core.vocabulary import Seat, Side

# --- what was asked of the other side -----------------------------------------------------------------------------


def _for_own_side(m: Moment) -> list[Material]:
    return [x for x in m.case.materials.values() if x.asked_by is m.side]


def material_to_acknowledge(m: Moment) -> Obstacle | None:
    """Something has come for one's own side whose receipt is not confirmed."""
    own = _for_own_side(m)
    if not own:
        return no(Reason.NOT_ASKING_SIDE, *m.law.pack.materials.cite, side=m.own_side.other)
    given = [x for x in own if x.delivered_on]
    if not given:
        return no(Reason.MATERIAL_NOT_DELIVERED, cure=(Seat.REPRESENTATIVE,), side=m.own_side.other)
    return no(Reason.NOTHING_NEW) if all(x.acknowledged for x in given) else None


def material_to_waive(m: Moment) -> Obstacle | None:
    """Something was asked for by one's own side and not given up."""
    asked = [x for x in _for_own_side(m) if x.asked]
    if not asked:
        return no(Reason.NOT_ASKING_SIDE, *m.law.pack.materials.cite, side=m.own_side.other)
    return no(Reason.NOTHING_NEW) if all(x.waived for x in asked) else None


def material_to_decline(m: Moment) -> Obstacle | None:
    """One's own side owes something it has neither given nor declined."""
    owed = [x for x in m.case.materials.values() if x.asked and x.asked_by is not m.side and not x.delivered_on]
    if not owed:
        return no(Reason.NOT_OWING_SIDE, *m.law.pack.materials.cite, side=m.own_side.other)
    return no(Reason.NOTHING_NEW) if all(x.declined for x in owed) else None


# --- proposals and questions --------------------------------------------------------------------------------------


def proposal_to_hold(m: Moment) -> Obstacle | None:
    """The other side has a proposal on the table that is neither accepted nor put aside."""
    found = any(x.side is not m.side and not x.accepted and not x.held for x in m.case.positions.values())
    return None if found else no(Reason.NO_PROPOSAL, cure=(Seat.REPRESENTATIVE,), side=m.own_side.other)


def proposal_to_withdraw(m: Moment) -> Obstacle | None:
    """One's own side has a proposal on the table that is not accepted."""
    found = any(x.side is m.side and not x.accepted for x in m.case.positions.values())
    return None if found else no(Reason.NO_PROPOSAL, cure=(Seat.REPRESENTATIVE,), side=m.own_side)


def acceptance_to_take_back(m: Moment) -> Obstacle | None:
    """Something is accepted in principle."""
    found = any(x.accepted for x in m.case.positions.values())
    return None if found else no(Reason.PROPOSAL_NOT_ACCEPTED, cure=(Seat.CHIEF,))


def question_to_answer(m: Moment) -> Obstacle | None:
    """A question of the other side has no answer."""
    return None if m.own_side.other in m.case.questions.values() else no(Reason.NO_QUESTION, side=m.own_side.other)


# --- clauses ------------------------------------------------------------------------------------------------------


def clause_to_drop(m: Moment) -> Obstacle | None:
    """One's own side has put a clause that is not agreed; in a later round agreed ones may go too."""
    if not m.case.clauses:
        return no(Reason.CLAUSE_UNKNOWN, cure=(Seat.REPRESENTATIVE,))
    own = {name: x for name, x in m.case.clauses.items() if x.side is m.side}
    if not own:
        return no(Reason.CLAUSE_NOT_OWN, side=m.own_side.other)
    agreed = all(x.agreed_in == m.case.round for x in own.values())
    return no(Reason.CLAUSE_AGREED, id=next(iter(own))) if agreed else None


def clause_to_confirm(m: Moment) -> Obstacle | None:
    """A clause lies on the table that one's own chief has not confirmed."""
    if not m.case.clauses:
        return no(Reason.CLAUSE_UNKNOWN, cure=(Seat.REPRESENTATIVE,))
    if any(m.own_side not in x.confirmed for x in m.case.clauses.values()):
        return None
    return no(Reason.CLAUSE_CONFIRMED, id=next(iter(m.case.clauses)))


def clause_to_reopen(m: Moment) -> Obstacle | None:
    """A clause is agreed, and one's own chief has not yet asked for it to be opened again."""
    agreed = [x for x in m.case.clauses.values() if x.agreed]
    if not agreed:
        return no(Reason.CLAUSE_NOT_AGREED, cure=(Seat.CHIEF,))
    return no(Reason.NOTHING_NEW) if all(m.own_side in x.reopening for x in agreed) else None


# --- the meeting and its minutes ----------------------------------------------------------------------------------


def somebody_to_confirm(m: Moment) -> Obstacle | None:
    """A representative sits for a side and is not yet confirmed as present."""
    seated = {r.person for side in Side for r in m.case.benches.of(side).seated}
    return no(Reason.NOTHING_NEW) if seated <= m.case.meeting.confirmed else None


def minutes_stand(m: Moment) -> Obstacle | None:
    """Minutes of full agreement say which clauses: once one has changed, they are written anew (HZ 26, 27)."""
    meeting = m.case.meeting
    if meeting.minutes_result != "full_agreement" or meeting.draft_hash == clauses.draft_hash(m.case):
        return None
    return no(Reason.MINUTES_CHANGED, "HZ 26", cure=(Seat.RECORDER,))


def line_objection_to_withdraw(m: Moment) -> Obstacle | None:
    """One's own side has objected to a line of the minutes, and nobody has answered yet."""
    found = m.case.meeting.line_objections.values()
    if any(x.side is m.side for x in found):
        return None
    return no(Reason.LINE_OBJECTION_NOT_OWN, side=m.own_side.other) if found else no(Reason.LINE_OBJECTION_GONE)


def own_signature_missing(m: Moment) -> Obstacle | None:
    """Somebody of one's own side was at the meeting and has not signed its minutes."""
    meeting = m.case.meeting
    there = {r.person for r in m.bench.seated} & meeting.confirmed
    if not there:
        return no(Reason.NOT_A_REPRESENTATIVE, side=m.own_side)
    return no(Reason.NOTHING_NEW) if there <= meeting.minutes_signed else None


# --- the congress, the contract -----------------------------------------------------------------------------------


def acceptance_to_enter(m: Moment) -> Obstacle | None:
    """A covered enterprise whose legal representative has not accepted the draft."""
    left = {x.enterprise for x in m.case.covers} - m.case.congress.accepted
    return None if left else no(Reason.NOTHING_NEW)


def somebody_protected(m: Moment) -> Obstacle | None:
    """HZ 20 and ZJ 14 protect the worker side's representatives; there may be none."""
    return None if m.case.benches.worker.seated else no(Reason.NOT_PROTECTED, "HZ 20")
