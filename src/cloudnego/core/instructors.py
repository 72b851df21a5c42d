"""Neutral instructors: asked for from the pool, refused, sent, released, and called into a caucus for a stated time.

A case has them beside it and knows by joint events who they are. A call is an event of one caucus alone: no rule of the
joint streams reads it, so nothing there can tell that somebody was called, or how often.
"""

from __future__ import annotations

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.acts import of_side, said
from cloudnego.core.moment import Moment, Standing
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.state import EMPTY_CAUCUS, Caucus, Negotiation
from cloudnego.core.vocabulary import Member, Office, Seat, Side

_SENDERS = {Seat.TOWN_UNION: Side.WORKER, Seat.DISTRICT_UNION: Side.WORKER, Seat.EMPLOYERS_BODY: Side.EMPLOYER}
"""The body of a side sends to that side's wish; the authority to either's (HZ 7)."""

_SEATED = ("instructor", "coordinator")


def stands_for_a_side(case: Negotiation, person: str) -> bool:
    """Whether somebody sits for a side, or is to be elected to."""
    seated = any(case.benches.of(side).has(person) for side in Side)
    return seated or any(rep.person == person for rep in case.election.candidates)


def served_neither(m: Standing, persons: list[str], side: Side) -> Obstacle | None:
    """Neutral or mandated by one side, never both in one case (HZ 7, 17): who was sent to both may have heard either.

    Judged by what both sides know. Whether a side ever called him in is its own secret, and nothing here asks for it.
    """
    known = m.case.instructors
    if any(person in known and known[person].assigned for person in persons):
        return no(Reason.INSTRUCTOR_SERVED_BOTH, "HZ 7", "HZ 17", side=side)
    return None


# --- asking, refusing, sending ------------------------------------------------------------------------------------


def of_the_pool(m: Moment, _: c.AskForInstructor | c.AssignInstructor) -> Obstacle | None:
    """Whoever is asked for or sent stands in the pool on that day and belongs to neither side (HZ 7)."""
    named = m.named
    if named is None or named.origin is None:
        return no(Reason.INSTRUCTOR_NOT_IN_POOL, "HZ 7", cure=(Seat.AUTHORITY,))
    if named.of_party or Office.AUDITOR in named.offices:  # who audits a case sees no caucus of it
        return no(Reason.INSTRUCTOR_NOT_NEUTRAL, "HZ 7")
    return None


def instructor_is_free(m: Moment, command: c.AskForInstructor | c.AssignInstructor) -> Obstacle | None:
    """Mandated by one side he is neutral no more in this case (HZ 7, 17); refused by one he is not sent again."""
    known = m.case.instructors.get(command.person)
    if stands_for_a_side(m.case, command.person):
        return no(Reason.INSTRUCTOR_MANDATED, "HZ 7", "HZ 17")
    if m.case.invited.get(command.person) == "coordinator":
        return no(Reason.INSTRUCTOR_NOT_NEUTRAL, "ZJ 39")
    if known is not None and known.ended == "refused":
        return no(Reason.INSTRUCTOR_REFUSED, "HZ 7")
    return None


def not_asked_yet(m: Moment, command: c.AskForInstructor) -> Obstacle | None:
    known = m.case.instructors.get(command.person)
    return no(Reason.INSTRUCTOR_ASKED, "HZ 7") if known is not None and known.ended is None else None


def ask_for_instructor(m: Moment, command: c.AskForInstructor) -> list[e.Event]:
    origin = m.named.origin if m.named is not None else None
    assert origin is not None, "judged by `of_the_pool`"
    return [e.InstructorAsked(**of_side(m, command), person=command.person, origin=origin)]


def other_side_wants_one(m: Moment) -> Obstacle | None:
    """Who did not ask may refuse; who asked releases (HZ 7)."""
    return None if refusable(m) else no(Reason.NO_INSTRUCTOR, "HZ 7")


def other_side_wants_him(m: Moment, command: c.RefuseInstructor) -> Obstacle | None:
    return None if command.person in refusable(m) else no(Reason.NO_INSTRUCTOR, "HZ 7")


def refusable(m: Moment) -> list[str]:
    """Whom this side may refuse: those of the other side's wish."""
    return [p for p, x in m.case.instructors.items() if x.ended is None and x.asked_by is not m.own_side]


def refuse_instructor(m: Moment, command: c.RefuseInstructor) -> list[e.Event]:
    return [e.InstructorRefused(**of_side(m, command), person=command.person)]


def instructor_wanted(m: Moment) -> Obstacle | None:
    """A side asked for guidance, or for somebody of the pool; its own body may send him, or the authority."""
    sides = [side for _, side in wishes(m.case)]
    if not sides:
        return no(Reason.NO_GUIDANCE, "HZ 7", cure=(Seat.UNION, Seat.CHIEF))
    if any(may_send(m, side) for side in sides):
        return None
    return no(Reason.NOT_YOUR_SEAT, "HZ 7", cure=(Seat.AUTHORITY,), side=sides[0])


def wishes(case: Negotiation) -> list[tuple[str | None, Side]]:
    """What was asked and not yet met: somebody by name, or (None) whoever the body sends under an open guidance."""
    found: list[tuple[str | None, Side]] = [
        (person, one.asked_by)
        for person, one in case.instructors.items()
        if one.ended is None and case.invited.get(person) not in _SEATED and not stands_for_a_side(case, person)
    ]
    return [*found, (None, case.guidance.asked_by)] if case.guidance is not None else found


def may_send(m: Moment, side: Side) -> bool:
    """Whether this asker may send somebody to a wish of this side."""
    return Seat.AUTHORITY in m.seats or any(_SENDERS.get(seat) is side for seat in m.seats)


def _asked_by(m: Moment, person: str) -> Side | None:
    """The side to whose wish this sender may send this person."""
    fitting = [(who, side) for who, side in wishes(m.case) if who in (person, None) and may_send(m, side)]
    return fitting[0][1] if fitting else None


def sent_as_wished(m: Moment, command: c.AssignInstructor) -> Obstacle | None:
    """Somebody a side asked for, or under its guidance anybody of the pool."""
    if m.case.invited.get(command.person) == "instructor":
        return no(Reason.NOTHING_NEW)
    return None if _asked_by(m, command.person) is not None else no(Reason.NO_INSTRUCTOR, "HZ 7")


def assign_instructor(m: Moment, command: c.AssignInstructor) -> list[e.Event]:
    seat = "authority" if Seat.AUTHORITY in m.seats else "union"
    if Seat.EMPLOYERS_BODY in m.seats:
        seat = "employers_body"
    facts = {
        "person": command.person, "by_seat": seat, "origin": m.named.origin if m.named else None,
        "asked_by": _asked_by(m, command.person),
    }  # fmt: skip
    return [e.InstructorAssigned.model_validate(facts)]


def one_to_release(m: Moment) -> Obstacle | None:
    return None if releasable(m) else no(Reason.NO_INSTRUCTOR, "HZ 7")


def may_release_him(m: Moment, command: c.ReleaseInstructor) -> Obstacle | None:
    return None if command.person in releasable(m) else no(Reason.NO_INSTRUCTOR, "HZ 7")


def releasable(m: Moment) -> list[str]:
    """Whom this asker may let go: himself, whom his side asked for, whom he may send."""
    chief = Seat.CHIEF in m.seats
    return [
        person
        for person, one in m.case.instructors.items()
        if one.ended is None
        and (person == m.by.person or (chief and one.asked_by is m.side) or may_send(m, one.asked_by))
    ]


def release_instructor(_: Moment, command: c.ReleaseInstructor) -> list[e.Event]:
    return [e.InstructorReleased(person=command.person, words=said(command))]


# --- into a caucus ------------------------------------------------------------------------------------------------


def serves_both(case: Negotiation, by: Member) -> bool:
    """Whether a call may let this member into a caucus: a neutral instructor who is there, sits for no side and audits
    nothing."""
    if case.invited.get(by.person) != "instructor" or Office.AUDITOR in by.offices:
        return False
    return not any(case.benches.of(side).has(by.person) for side in Side)


def looks_in(caucus: Caucus, person: str, now_s: int) -> bool:
    """Whether a call lets this instructor into a caucus at this second."""
    until = caucus.called.get(person)
    return until is not None and now_s < until


def has_a_voice_inside(m: Moment) -> Obstacle | None:
    """A bench speaks in its own caucus; a neutral instructor where he is called in, while his time runs (HZ 7)."""
    if Seat.REPRESENTATIVE in m.seats:
        return None
    there = looks_in(m.caucus or EMPTY_CAUCUS, m.by.person, int(m.at.timestamp()))
    return None if there and serves_both(m.case, m.by) else _not_called_in()


def where_he_has_a_voice(m: Moment, command: c.SendCaucusMessage) -> Obstacle | None:
    """Who sits on a bench speaks into no other caucus; he is told what is told to whoever is not called."""
    on_a_bench = Seat.REPRESENTATIVE in m.seats
    return _not_called_in() if on_a_bench and command.into not in (None, m.side) else None


def _not_called_in() -> Obstacle:
    """One and the same, whatever there is in the caucus that was named."""
    return no(Reason.NOT_CALLED_IN, "HZ 7", cure=(Seat.CHIEF,))


def neutral_there(m: Moment) -> Obstacle | None:
    """Only who serves both may be called by either; mandated by one side he sits in its caucus anyway (HZ 7, 17)."""
    return None if "instructor" in m.case.invited.values() else no(Reason.NO_INSTRUCTOR, "HZ 7", cure=(Seat.AUTHORITY,))


def is_neutral(m: Moment, command: c.CallInstructor) -> Obstacle | None:
    if stands_for_a_side(m.case, command.person):
        return no(Reason.INSTRUCTOR_MANDATED, "HZ 7", "HZ 17")
    return None if m.case.invited.get(command.person) == "instructor" else no(Reason.NO_INSTRUCTOR, "HZ 7")


def call_is_new(m: Moment, command: c.CallInstructor) -> Obstacle | None:
    same = (m.caucus or EMPTY_CAUCUS).called.get(command.person) == _until_s(m, command)
    return no(Reason.NOTHING_NEW) if same else None


def call_instructor(m: Moment, command: c.CallInstructor) -> list[e.Event]:
    return [e.InstructorCalled(side=m.own_side, person=command.person, until_s=_until_s(m, command))]


def _until_s(m: Moment, command: c.CallInstructor) -> int:
    return int(m.at.timestamp()) + 60 * command.lasts_minutes


def somebody_called(m: Moment) -> Obstacle | None:
    now_s, caucus = int(m.at.timestamp()), m.caucus or EMPTY_CAUCUS
    there = any(looks_in(caucus, person, now_s) for person in caucus.called)
    return None if there else no(Reason.NOT_CALLED, "HZ 7")


def he_was_called(m: Moment, command: c.EndCall) -> Obstacle | None:
    there = looks_in(m.caucus or EMPTY_CAUCUS, command.person, int(m.at.timestamp()))
    return None if there else no(Reason.NOT_CALLED, "HZ 7")


def end_call(m: Moment, command: c.EndCall) -> list[e.Event]:
    return [e.CallEnded(side=m.own_side, person=command.person)]
