"""Who may see what, and what this member may ask now, with what stands in the way. A stream is seen whole or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

import msgspec

from cloudnego.core import attendance
from cloudnego.core import commands as c
from cloudnego.core.asks import Place
from cloudnego.core.citing import in_this_law
from cloudnego.core.deadlines import Running, deadlines, mark_due
from cloudnego.core.gate import may_ask, needs_unmet, stuck_because
from cloudnego.core.instructors import looks_in, serves_both
from cloudnego.core.moment import Moment, Standing, has_no_chief, seats_of, side_of, streams_of
from cloudnego.core.overview import Overview
from cloudnego.core.procedure import OPEN_IN, PLACES
from cloudnego.core.refusals import Obstacle, Reason
from cloudnego.core.state import Caucus, Negotiation
from cloudnego.core.steps import meeting
from cloudnego.core.vocabulary import CLOCK, JOINT, Member, Office, Seat, Side, Step, Stream

__all__ = ["Possible", "caucus_side", "clock_asks", "moment_of", "next_for", "open_for", "streams_of"]


def seated(case: Negotiation) -> dict[str, bool]:
    """Everybody the case itself gives a seat as it stands now, and whether that seat shows him the progress.

    Each of them finds the case in his lists, whatever he is elsewhere; who left is not among them.
    """
    found = dict.fromkeys((*case.election.scrutineers, *case.congress.scrutineers), False)
    table = [rep.person for side in Side for rep in case.benches.of(side).seated]
    if case.meeting.recorder is not None:
        table.append(case.meeting.recorder)
    return {**found, **dict.fromkeys((*table, *case.invited), True)}


def seen_streams(case: Negotiation, by: Member, at: datetime, own: Callable[[Side], Caucus]) -> frozenset[Stream]:
    """The streams a member sees at this time: those of his seats, and a caucus as long as a call lets him in.

    Only of a neutral instructor is a caucus asked for (`own`), so nobody else's sight can depend on what is in one.
    """
    seen = streams_of(case, by)
    if not serves_both(case, by):
        return seen
    now_s = int(at.timestamp())
    return seen | {Stream.caucus(side) for side in Side if looks_in(own(side), by.person, now_s)}


def caucus_side(case: Negotiation, by: Member, command: c.Command) -> Side | None:
    """The side whose own stream an ask is judged on and writes; None: the joint streams, or no caucus at all.

    A neutral instructor has no bench and may be called by both sides: his is the one he names, and whether he may speak
    there is judged on it. Of nobody else's ask does it matter which caucus is named.
    """
    ask = PLACES[type(command)].ask
    if ask.writes != "caucus":
        return None
    if not serves_both(case, by):
        return side_of(case, by)
    named: Any = getattr(command, ask.into) if ask.into is not None else None
    return named if isinstance(named, Side) else None


# --- progress -----------------------------------------------------------------------------------------------------

_PROGRESS: Final = frozenset(
    {
        Seat.UNION, Seat.HR, Seat.LEGAL_REPRESENTATIVE, Seat.TOWN_UNION, Seat.DISTRICT_UNION, Seat.AUTHORITY,
        Seat.EMPLOYERS_BODY, Seat.AUDITOR, Seat.PORTAL, Seat.COVERED_UNION, Seat.COVERED_ENTERPRISE,
    }
)  # fmt: skip
"""Who sees the progress of a case (step, dates, due, late, light; no content) without seeing its table."""

_OF_PROGRESS: Final[dict[str, Any]] = {
    "overlays": "", "light": "", "light_reason": "", "turn_side": None, "turn_seat": None, "stuck": None,
    "next_due": None, "offer_open": False, "offered_on": None, "agreed_on": None, "gatherings": 0, "steps_done": 0,
    "steps_online": 0, "contested": 0, "ballots": 0, "passed_first": None, "due_on": None, "late": "", "near": "",
    "saved": 0, "raise_band": None, "minimum_band": None,
}  # fmt: skip
"""Columns of the overview that follow from the table or the filing, and what a reader of `notice` alone gets there."""

_UNTIL_IN_FORCE: Final[dict[str, Any]] = {"expires_on": None}
"""The same, as long as the contract is not in force: then it stands in `notice`."""

_IN_NOTICE: Final = frozenset(
    {
        "list.chosen", "list.published", "congress.submitted", "congress.convened", "ballot.closed", "contract.passed",
        "review.ended", "in_force_from", "contract.published", "contract.reported", "expiry", "rep.vacant",
        "rep.seated", "congress.reported",
    }
)  # fmt: skip
"""Facts that stand in `notice`: whoever sees that stream alone sees the terms between such facts, and no other."""


def sees_all_joint(streams: frozenset[Stream]) -> bool:
    """Whether all of the joint state may be shown to someone who sees these streams."""
    return streams.issuperset(JOINT)


def sees_progress(case: Negotiation, by: Member, today: date) -> bool:
    """Whether this member sees how far the case is and what is late."""
    return sees_all_joint(streams_of(case, by)) or bool(seats_of(case, by, today) & _PROGRESS)


def shows_progress(office: Office) -> bool:
    """Whether this office alone shows the progress of the cases it belongs to."""
    return office.value in _PROGRESS


def seen_overview(s: Standing, by: Member, row: Overview) -> Overview:
    """The overview as far as this member may see it."""
    hidden: dict[str, Any] = {}
    if not sees_progress(s.case, by, s.today):
        hidden = {**_OF_PROGRESS, **(_UNTIL_IN_FORCE if row.in_force_from is None else {})}
    seen = msgspec.structs.replace(row, **hidden) if hidden else row
    return seen if sees_all_joint(streams_of(s.case, by)) else without_content(seen)


def without_content(row: Overview) -> Overview:
    """The overview as the offices of an area see it: what is agreed at the table is content until it is in force, and
    how many voted is for those who count the ballot and those it was held for (only sums of many are for others)."""
    hidden = {} if row.in_force_from is not None else {"raise_rate": None}
    return msgspec.structs.replace(row, ballot_roll=0, ballot_present=0, **hidden)


def seen_terms(s: Standing, by: Member) -> tuple[Running, ...]:
    """The terms this member sees: of his streams, and without sight of the progress only those between public facts."""
    streams, progress, timers = streams_of(s.case, by), sees_progress(s.case, by, s.today), s.law.pack.timers
    return tuple(
        one
        for one in deadlines(s.case, s.law)
        if one.stream in streams and (progress or {timers[one.timer].start, timers[one.timer].until} <= _IN_NOTICE)
    )


def seen_stuck(s: Standing, by: Member) -> list[Obstacle]:
    """What the case waits for, for those who see the table: it names what stands there."""
    return stuck_because(s) if sees_all_joint(streams_of(s.case, by)) else []


class Attendance(msgspec.Struct, frozen=True, kw_only=True):
    """Who is at the meeting that is due, and what hard stands before its opening, whoever opens it."""

    sides: dict[Side, attendance.AttendanceOfSide]
    recorder: str | None
    before_opening: tuple[Obstacle, ...]


def seen_attendance(s: Standing, by: Member) -> Attendance | None:
    """The attendance of the meeting that is set, for those at its table, until an agreement is reached."""
    of = s.case.meeting
    awaited = s.case.live and s.case.step is Step.MEETING and of.plan is not None and not of.agreement_on
    if not awaited or Stream.TABLE not in streams_of(s.case, by):
        return None
    place, nobody = PLACES[c.StartMeeting], Moment(s.case, s.at, s.law, Member(person=""))
    found = () if of.open else (need(nobody) for need in (*place.stops, *place.ask.needs))
    return Attendance(
        sides={side: attendance.of_side(s, side) for side in Side},
        recorder=of.recorder,
        before_opening=tuple(in_this_law(s.law.pack, one) for one in found if one is not None and one.hard),
    )


_CHECK_IN: Final = PLACES[c.CheckIn]
_CODE: Final = replace(
    _CHECK_IN,
    ask=replace(_CHECK_IN.ask, by=attendance.SHOW_THE_CODE, needs=(meeting.day_has_come, meeting.not_agreed_yet)),
)


def before_code(m: Moment) -> list[Obstacle]:
    """What stands in the way of putting up the code of the room: as long as one may check in, for the recorder and the
    chiefs."""
    return needs_unmet(m, _CODE)


_LAY: Final = {
    Stream.TABLE: frozenset({Seat.REPRESENTATIVE, Seat.RECORDER, Seat.COORDINATOR}),
    Stream.FILING: frozenset({Seat.REPRESENTATIVE, Seat.RECORDER, Seat.HR, Seat.LEGAL_REPRESENTATIVE, Seat.AUTHORITY,
                              Seat.SCRUTINEER}),
    Stream.NOTICE: frozenset({Seat.REPRESENTATIVE, Seat.RECORDER, Seat.HR, Seat.LEGAL_REPRESENTATIVE, Seat.UNION,
                              Seat.SCRUTINEER, Seat.TOWN_UNION, Seat.DISTRICT_UNION, Seat.EMPLOYERS_BODY,
                              Seat.AUTHORITY, Seat.COVERED_UNION, Seat.COVERED_ENTERPRISE}),
    Stream.WORKER: frozenset({Seat.REPRESENTATIVE}),
    Stream.EMPLOYER: frozenset({Seat.REPRESENTATIVE}),
}  # fmt: skip
"""Who may lay a file into a stream he sees: those whose acts want papers there. Who only reads lays nothing: workers,
guests, auditors, portals; nor does an instructor, who helps and proves nothing."""


def may_lay(case: Negotiation, by: Member, stream: Stream, today: date) -> list[Obstacle]:
    """What stands in the way of laying a file into a stream this member sees; nothing, if he may.

    As long as a side has no chief, its organ sees the table for it, and what it serves there has scans.
    """
    seats = seats_of(case, by, today)
    organ = stream is Stream.TABLE and bool(seats & {Seat.UNION, Seat.HR, Seat.LEGAL_REPRESENTATIVE})
    if (organ and has_no_chief(case, side_of(case, by))) or not seats.isdisjoint(_LAY[stream]):
        return []
    return [Obstacle(reason=Reason.NOT_YOUR_SEAT, cure=tuple(sorted(_LAY[stream])))]


# --- what may be asked --------------------------------------------------------------------------------------------


class Possible(msgspec.Struct, frozen=True, kw_only=True):
    """One thing this member may ask in this step. `open`: nothing hard stands in the way before the words are known."""

    command: str
    binding: bool
    open: bool
    on_paper: bool
    obstacles: tuple[Obstacle, ...]


def _of_his_seats(m: Moment) -> Iterator[tuple[str, Place]]:
    if not m.case.live or m.case.step is None:
        return
    seats, side = m.seats, m.side
    for name, place in OPEN_IN[m.case.step]:
        ask = place.ask
        if not seats.isdisjoint(ask.by) and (ask.side is None or ask.side is side):
            yield name, place


def open_for(m: Moment) -> list[str]:
    """The names of what is `open` to the member of this moment, for who need not know what stands in the way."""
    return [name for name, place in _of_his_seats(m) if may_ask(m, place)]


def next_for(m: Moment) -> tuple[Possible, ...]:
    """What the member of this moment may ask now: the asks of his seats in the step as it stands."""
    found = []
    for name, place in _of_his_seats(m):
        ask, unmet = place.ask, needs_unmet(m, place)
        if any(o.reason is Reason.NOT_YOUR_SEAT for o in unmet):
            continue
        found.append(
            Possible(
                command=name,
                binding=ask.command.binding,
                open=not any(o.hard for o in unmet),
                on_paper=ask.on_paper and issubclass(ask.command, c.SideAct),
                obstacles=tuple(unmet),
            )
        )
    return tuple(found)


def moment_of(s: Standing, by: Member, caucus: Caucus | None = None) -> Moment:
    """The standing with this member looking."""
    return Moment(s.case, s.at, s.law, by, caucus=caucus)


_CLOCK_ACTS: tuple[type[c.Command], ...] = (c.CloseReview, c.CloseConfirmation, c.LetDraftStand, c.CloseExpired)


def clock_asks(s: Standing) -> tuple[c.Command, ...]:
    """What the clock has to ask now: the marks that were reached, and the few acts that are its own."""
    if not s.case.live or s.case.step is None:
        return ()
    m = moment_of(s, CLOCK)
    acts = [
        command()  # type: ignore[call-arg]
        for command in _CLOCK_ACTS
        if PLACES[command].open_in(s.case.step) and may_ask(m, PLACES[command])
    ]
    marks = [
        c.NoteDeadline.model_validate({"timer": r.timer, "key": r.key, "mark": mark})
        for r in deadlines(s.case, s.law)
        if (mark := mark_due(s.case, s.law, r, s.today))
    ]
    return (*marks, *acts)
