"""Needs and fits become obstacles. One source for the gate, the buttons, "stuck because", and the traffic light."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from cloudnego.core import commands as c
from cloudnego.core.acts import GENERAL, paper_of
from cloudnego.core.asks import Place, Rule
from cloudnego.core.citing import in_this_law
from cloudnego.core.deadlines import Running, deadlines, is_open
from cloudnego.core.moment import Law, Moment, Standing, has_no_chief, seats_that_see
from cloudnego.core.overlays import Overlay, overlays_of
from cloudnego.core.procedure import PAPER, PLACES, PROCEDURE
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import Light, Seat, Side, Step, Stream


def wrong_seat(m: Moment, place: Place, *, on_paper: bool = False) -> Obstacle | None:
    """Who may ask, and for which side."""
    ask = place.ask
    allowed = bool(m.seats & PAPER) if on_paper else of_his_seats(place, m.seats, m.streams)
    if allowed and (ask.side is None or m.side is ask.side):
        return None
    return no(Reason.NOT_YOUR_SEAT, cure=tuple(sorted(askers(m.case, place, ask.side or m.side))), side=ask.side)


def of_his_seats(place: Place, seats: frozenset[Seat], streams: frozenset[Stream]) -> bool:
    """Whether somebody of these seats who sees these streams may ask at all: he sees what his words would name."""
    ask = place.ask
    return not seats.isdisjoint(ask.by) and (ask.sees is None or ask.sees in streams)


def askers(case: Negotiation, place: Place, side: Side | None) -> frozenset[Seat]:
    """The seats of a side that may ask as the case stands; a side without a chief is spoken for by its organ."""
    ask = place.ask
    return ask.by if ask.sees is None or has_no_chief(case, side) else ask.by & seats_that_see(ask.sees)


def _in_the_way(m: Moment, place: Place, *, on_paper: bool = False) -> Iterator[Obstacle]:
    case, ask = m.case, place.ask
    if not ask.command.opens:
        if case.ending is not None and not ask.even_closed:
            yield no(Reason.CASE_CLOSED, ending=case.ending)
            return
        if case.step is None or not place.open_in(case.step):
            step = case.step or Step.REPRESENTATIVES
            yield no(Reason.NOT_IN_THIS_STEP, step=step, first=place.first, last=place.last)
            return
    if seat := wrong_seat(m, place, on_paper=on_paper):
        yield seat
        return
    for need in (*place.stops, *ask.needs):
        if found := need(m):
            yield found


def needs_unmet(m: Moment, place: Place, *, on_paper: bool = False) -> list[Obstacle]:
    """What stands in the way before a word is written."""
    return [in_this_law(m.law.pack, o) for o in _in_the_way(m, place, on_paper=on_paper)]


def may_ask(m: Moment, place: Place) -> bool:
    """Whether nothing hard stands in the way before a word is written; looks no further than the first that does."""
    return not any(o.hard for o in _in_the_way(m, place))


def obstacles(m: Moment, command: c.Command) -> list[Obstacle]:
    """All that stands in the way of this very request. Fits are asked only when no need is in the way."""
    place = PLACES[type(command)]
    paper = paper_of(command)
    unmet = needs_unmet(m, place, on_paper=paper is not None)
    if any(o.hard for o in unmet):
        return unmet
    if paper is not None and not place.ask.on_paper:
        return [*unmet, no(Reason.ON_PAPER_NOT_POSSIBLE)]
    return unmet + [in_this_law(m.law.pack, o) for fit in (*GENERAL, *place.ask.fits) if (o := fit(m, command))]


def waits(s: Standing, rule: Rule) -> Iterator[Obstacle]:
    """What a step still waits for, one after the other; only hard things hold it."""
    return (in_this_law(s.law.pack, o) for end in rule.ends if (o := end(s)) and o.hard)


def stuck_because(s: Standing) -> list[Obstacle]:
    """The cockpit's sentence: what the case waits for."""
    return list(waits(s, PROCEDURE[s.case.step])) if s.case.live and s.case.step is not None else []


def stuck_first(s: Standing) -> Obstacle | None:
    """The first of it, as one row shows it."""
    return next(waits(s, PROCEDURE[s.case.step]), None) if s.case.live and s.case.step is not None else None


TALK = ("proposals", "positions", "messages", "questions", "statements")
"""What only remembers that something was said: no step waits for it, no term runs from it, no row shows it."""


def only_talked(before: Negotiation, after: Negotiation) -> bool:
    """Whether two states differ in talk alone. The commonest acts are talk; nothing that follows from a state need be
    worked out again for them. Quick, because states share what did not change."""
    return replace(after, **{name: getattr(before, name) for name in TALK}) == before


class Shown(NamedTuple):
    """The traffic light, why it shows what it shows, and whose turn it is."""

    light: Light
    reason: str
    side: Side | None
    seat: Seat | None


NEAR = ("T-3", "T-1", "T0")
OVER = ("over", "T+1")


def light(case: Negotiation, law: Law, terms: tuple[Running, ...] | None = None) -> Shown:
    """Red: overdue; yellow: due within three working days; grey: the authority's turn; green otherwise.

    Read off the clock's notes alone, so a replay shows the same at every point of the log.
    """
    if not case.live:
        return Shown(Light.GREEN, "closed", None, None)
    watched = [r for r in (deadlines(case, law) if terms is None else terms) if is_open(case, r)]
    for colour, marks in ((Light.RED, OVER), (Light.YELLOW, NEAR)):
        found = _first(case, watched, marks)
        if found:
            return Shown(colour, found.timer, found.side, found.seat)
    if waits_for_authority(case):
        return Shown(Light.GREY, "authority", None, Seat.AUTHORITY)
    return Shown(Light.GREEN, "on_time", None, None)


def _first(case: Negotiation, watched: list[Running], marks: tuple[str, ...]) -> Running | None:
    noted = [r for r in watched if case.noted.get(r.mark_key) in marks]
    return min(noted, key=lambda r: (r.latest is None, r.latest), default=None)


def marked(case: Negotiation, watched: list[Running], marks: tuple[str, ...]) -> str:
    """The kinds of terms of which the clock has noted one of these marks, with a space between."""
    return " ".join(sorted({r.timer for r in watched if case.noted.get(r.mark_key) in marks}))


def waits_for_authority(case: Negotiation) -> bool:
    """A filing under review, or a dispute the authority has in hand."""
    f = case.filing
    reviewing = case.step is Step.FILING and f.filed_on is not None and f.objected_on is None
    asked = bool(f.supplement_asked) or f.confirmation_opened_on is not None
    return (reviewing and not asked) or Overlay.DISPUTE in overlays_of(case)
