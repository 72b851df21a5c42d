"""When, where and how the sides may plan to meet: checked alike wherever a plan is named."""

from __future__ import annotations

from cloudnego.core import commands as c
from cloudnego.core.acts import day_of
from cloudnego.core.moment import Moment
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.vocabulary import Mode, Seat


def not_past(m: Moment, command: c.Command, plan: c.Plan) -> Obstacle | None:
    """A plan lies ahead of the act that names it; an act entered afterwards may name a day that has passed since."""
    if plan.day >= day_of(m, command):
        return None
    return no(Reason.DAY_IN_THE_PAST, day=plan.day.isoformat())


def venue_allowed(m: Moment, plan: c.Plan) -> Obstacle | None:
    """In person, unless the pack allows online and both chiefs agreed."""
    row = m.law.pack.meeting
    if plan.mode is Mode.IN_PERSON:
        return None
    if (row.venue if m.case.round == 1 else row.renegotiation) is not Mode.ONLINE:
        return no(Reason.ONLINE_NOT_ALLOWED, *row.of("venue" if m.case.round == 1 else "renegotiation"))
    online = m.case.meeting.online
    if online.worker and online.employer:
        return None
    return no(Reason.MEETING_ONLINE_NOT_AGREED, *row.of("renegotiation"), cure=(Seat.CHIEF,))
