"""Who is at the meeting: check-in, what the recorder confirms, and whether those are enough to open it (HZ 26)."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.acts import dated, day_of
from cloudnego.core.moment import Moment, Standing, acts_as_chief
from cloudnego.core.pack import Level
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.vocabulary import Mode, Seat, Side


def not_checked_in(m: Moment) -> Obstacle | None:
    return no(Reason.ALREADY_CHECKED_IN) if m.by.person in m.case.meeting.checked_in else None


def check_in_mode(m: Moment, command: c.CheckIn) -> Obstacle | None:
    """In person unless the meeting itself was set online by both chiefs."""
    plan = m.case.meeting.plan
    if command.mode is Mode.IN_PERSON or (plan and plan.mode is Mode.ONLINE):
        return None
    return no(Reason.MEETING_ONLINE_NOT_AGREED, *m.law.pack.meeting.of("renegotiation"), cure=(Seat.CHIEF,))


def code_of_the_room(m: Moment, command: c.CheckIn) -> Obstacle | None:
    """Whoever brings a code has read it off the screen of the room a moment ago; who joins from elsewhere, or enters
    another day, has none."""
    in_room = m.named is not None and m.named.in_room
    if command.room_code is None or (in_room and command.mode is Mode.IN_PERSON and day_of(m, command) == m.today):
        return None
    return no(Reason.CHECK_IN_CODE_OVER, cure=(Seat.RECORDER, Seat.CHIEF))


def check_in(m: Moment, command: c.CheckIn) -> list[e.Event]:
    how: Literal["qr", "self"] = "self" if command.room_code is None else "qr"
    return [e.CheckedIn(**dated(m, command), side=m.own_side, person=m.by.person, mode=command.mode, how=how)]


def known_people(m: Moment, command: c.ConfirmCheckIn) -> Obstacle | None:
    """The recorder confirms representatives he sees; those of a side without accounts need no check-in of their own."""
    seated = {r.person for side in Side for r in m.case.benches.of(side).seated}
    if not set(command.persons) <= seated:
        return no(Reason.NOT_A_REPRESENTATIVE)
    return no(Reason.NOTHING_NEW) if set(command.persons) <= m.case.meeting.confirmed else None


def confirm_check_in(m: Moment, command: c.ConfirmCheckIn) -> list[e.Event]:
    return [e.CheckInConfirmed(**dated(m, command), persons=tuple(sorted(set(command.persons))))]


def acting_chiefs(s: Standing, side: Side) -> set[str]:
    """The chief, and the delegate as long as his mandate runs."""
    bench = s.case.benches.of(side)
    return {r.person for r in bench.seated if acts_as_chief(bench, r.person, s.today)}


def workers_chief_is_there(s: Standing) -> Obstacle | None:
    """The workers' chief, or his delegate, checked in and confirmed by the recorder."""
    return _chief_is_there(s, Side.WORKER)


def employers_chief_is_there(s: Standing) -> Obstacle | None:
    """The employer's chief, or his delegate, checked in and confirmed by the recorder."""
    return _chief_is_there(s, Side.EMPLOYER)


def majority_of_workers_side(s: Standing) -> Obstacle | None:
    """No text sets a quorum; more than half of each side is the house rule."""
    return _majority(s, Side.WORKER)


def majority_of_employers_side(s: Standing) -> Obstacle | None:
    """As of the workers' side, and said beside it: the screen of the room names what either side lacks."""
    return _majority(s, Side.EMPLOYER)


def _chief_is_there(s: Standing, side: Side) -> Obstacle | None:
    if acting_chiefs(s, side) & s.case.meeting.confirmed:
        return None
    return no(Reason.CHIEFS_NOT_THERE, "HZ 26", cure=(Seat.RECORDER, Seat.CHIEF), side=side)


def _majority(s: Standing, side: Side) -> Obstacle | None:
    seated = s.case.benches.of(side).seated
    there = sum(r.person in s.case.meeting.confirmed for r in seated)
    if _more_than_half(there, len(seated)):
        return None
    return no(Reason.NO_MAJORITY_OF_SIDE, level=Level.HARD, cure=(Seat.RECORDER,), side=side, n=there, of=len(seated))


def _more_than_half(there: int, of: int) -> bool:
    return 2 * there > of


# --- what is shown of it ------------------------------------------------------------------------------------------


class AttendanceOfSide(msgspec.Struct, frozen=True, kw_only=True):
    """How many of a side are at the meeting: its representatives, who checked in, who by the code on the screen,
    whom the recorder confirmed; whether these are more than half, and the chief or his delegate among them."""

    seated: int
    checked_in: int
    by_code: int
    confirmed: int
    majority: bool
    chief: bool


def of_side(s: Standing, side: Side) -> AttendanceOfSide:
    """The same numbers by which a meeting may be opened or not."""
    meeting = s.case.meeting
    seated = {r.person for r in s.case.benches.of(side).seated}
    there = len(seated & meeting.confirmed)
    return AttendanceOfSide(
        seated=len(seated),
        checked_in=len(seated & meeting.checked_in.keys()),
        by_code=len(seated & meeting.by_code),
        confirmed=there,
        majority=_more_than_half(there, len(seated)),
        chief=bool(acting_chiefs(s, side) & meeting.confirmed),
    )


SHOW_THE_CODE: Final = frozenset({Seat.RECORDER, Seat.CHIEF})
"""Who puts the code of the room up on a screen."""
