"""Who may see what, and what this member may ask now, with what stands in the way. A stream is seen whole or not."""

from __future__ import annotations

import msgspec

from cloudnego.core import commands as c
from cloudnego.core.deadlines import deadlines, mark_due
from cloudnego.core.gate import needs_unmet
from cloudnego.core.moment import Moment, Standing, seats_of
from cloudnego.core.procedure import OPEN_IN, PLACES
from cloudnego.core.refusals import Obstacle, Reason
from cloudnego.core.state import Caucus, Negotiation
from cloudnego.core.vocabulary import CLOCK, SIDES, Member, Seat, Stream

_TABLE = frozenset({Seat.REPRESENTATIVE, Seat.RECORDER, Seat.INSTRUCTOR, Seat.COORDINATOR, Seat.INVITED, Seat.AUDITOR})
_FILING = frozenset({Seat.AUTHORITY, Seat.HR, Seat.LEGAL_REPRESENTATIVE})
_NOTICE = frozenset(
    {
        Seat.WORKER, Seat.UNION, Seat.TOWN_UNION, Seat.DISTRICT_UNION, Seat.EMPLOYERS_BODY, Seat.PORTAL,
        Seat.SCRUTINEER,
    }
)  # fmt: skip
_FROM_SEATS = {
    **dict.fromkeys(_TABLE, frozenset({Stream.TABLE, Stream.FILING, Stream.NOTICE})),
    **dict.fromkeys(_FILING, frozenset({Stream.FILING, Stream.NOTICE})),
    **dict.fromkeys(_NOTICE, frozenset({Stream.NOTICE})),
}
_NOTHING: frozenset[Stream] = frozenset()


def streams_of(case: Negotiation, by: Member) -> frozenset[Stream]:
    """The streams of a case a member sees. Empty: for this member the case does not exist.

    A caucus is its bench's alone: no office opens it, and nobody else learns that it exists.
    """
    seen = _NOTHING.union(*[_FROM_SEATS.get(seat, _NOTHING) for seat in seats_of(case, by)])
    for side in SIDES:
        if case.benches.of(side).has(by.person) and by.side in (None, side):
            seen |= {Stream.caucus(side)}
    return seen


class Possible(msgspec.Struct, frozen=True, kw_only=True):
    """One thing this member may ask in this step. `open`: nothing hard stands in the way before the words are known."""

    command: str
    binding: bool
    open: bool
    on_paper: bool
    obstacles: tuple[Obstacle, ...]


def next_for(m: Moment) -> tuple[Possible, ...]:
    """What the member of this moment may ask now: the asks of his seats in the step as it stands."""
    if not m.case.live or m.case.step is None:
        return ()
    found = []
    for name, place in OPEN_IN[m.case.step]:
        ask = place.ask
        if m.seats.isdisjoint(ask.by) or (ask.side is not None and ask.side is not m.side):
            continue
        unmet = needs_unmet(m, place)
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
        if PLACES[command].open_in(s.case.step) and not any(o.hard for o in needs_unmet(m, PLACES[command]))
    ]
    marks = [
        c.NoteDeadline.model_validate({"timer": r.timer, "key": r.key, "mark": mark})
        for r in deadlines(s.case, s.law)
        if (mark := mark_due(s.case, s.law, r, s.today))
    ]
    return (*marks, *acts)
