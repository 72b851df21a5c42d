"""What all acts share: the day they happened, the side they are of, the words they carry, and the checks on them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypedDict, TypeVar

from cloudnego.core import commands as c
from cloudnego.core.calendar import working_days_between
from cloudnego.core.events import Event, Inked
from cloudnego.core.moment import Moment, Standing, has_no_chief
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.vocabulary import Evidence, Seat, Side, Stream

C = TypeVar("C", bound=c.Command)
Condition = Callable[[Standing], Obstacle | None]
Need = Callable[[Moment], Obstacle | None]
Fit = Callable[[Moment, C], Obstacle | None]
Does = Callable[[Moment, C], list[Event]]

LATE_ENTRY_WORKING_DAYS = 3
"""A fact entered more than three working days after its day is shown as entered late."""


class DatedFacts(TypedDict):
    occurred_on: date
    entered_late: bool
    evidence: Evidence | None
    words: dict[str, str] | None


class SideFacts(DatedFacts):
    side: Side
    from_paper: bool


class SignatureFacts(SideFacts):
    ink: Inked | None


def paper_of(command: c.Command) -> c.OnPaper | None:
    """The paper an act is entered from, if it is."""
    return command.on_paper if isinstance(command, c.SideAct) else None


def day_of(m: Moment, command: c.Command) -> date:
    """The day the act happened: of the paper, as entered, or today."""
    paper = paper_of(command)
    if paper is not None:
        return paper.occurred_on
    return (command.occurred_on if isinstance(command, c.Dated) else None) or m.today


def said(command: c.Command) -> dict[str, str] | None:
    """The words of a command, or None."""
    return c.words_of(command) or None


def dated(m: Moment, command: c.Dated) -> DatedFacts:
    """Day, lateness of entry, evidence and words of a fact of the outside world."""
    on = day_of(m, command)
    paper = paper_of(command)
    passed = working_days_between(m.law.calendar, on, m.today) if on < m.today else 0
    return DatedFacts(
        occurred_on=on,
        entered_late=passed is not None and passed > LATE_ENTRY_WORKING_DAYS,
        evidence=paper.evidence if paper else command.evidence,
        words=said(command),
    )


def of_side(m: Moment, command: c.SideAct) -> SideFacts:
    """The same, with the side whose act it is."""
    return SideFacts(**dated(m, command), side=m.own_side, from_paper=command.on_paper is not None)


def of_signature(m: Moment, command: c.SideAct, stream: Stream) -> SignatureFacts:
    """The same of a signature that is written into this stream: ink is for others to compare than who entered it."""
    act = of_side(m, command)
    ink = None if m.signed or act["evidence"] is None else Inked(entry=m.fresh(stream), by=m.by.person)
    return SignatureFacts(**act, ink=ink)


# --- checks on every command --------------------------------------------------------------------------------------


def not_in_the_future(m: Moment, command: c.Command) -> Obstacle | None:
    """A fact of the outside world cannot be entered before it happened."""
    on = day_of(m, command)
    return no(Reason.IN_THE_FUTURE, day=on.isoformat(), today=m.today.isoformat()) if on > m.today else None


def not_before_the_case_law(m: Moment, command: c.Command) -> Obstacle | None:
    """Deadlines cannot be counted from a day no calendar knows; the engine never guesses."""
    on = day_of(m, command)
    if m.law.calendar.knows(on.year) or not isinstance(command, c.Dated):
        return None
    return no(Reason.LAW_INCOMPLETE, year=on.year)


def proved(m: Moment, command: c.Command) -> Obstacle | None:
    """What is entered for an earlier day needs its scan."""
    if not isinstance(command, c.Dated) or paper_of(command) is not None or day_of(m, command) >= m.today:
        return None
    return None if command.evidence else no(Reason.EVIDENCE_MISSING, day=day_of(m, command).isoformat())


def scanned(m: Moment, command: c.Dated) -> Obstacle | None:
    """A result counted on paper is entered with the scan of the signed tally, whatever its day."""
    if command.evidence is not None or paper_of(command) is not None:
        return None
    return no(Reason.EVIDENCE_MISSING, day=m.today.isoformat())


GENERAL: tuple[Callable[[Moment, Any], Obstacle | None], ...] = (
    not_in_the_future,
    not_before_the_case_law,
    proved,
)


def not_before(what: Callable[[Moment], date | None]) -> Fit[Any]:
    """A fact does not happen before the fact it follows."""

    def not_before_its_ground(m: Moment, command: c.Command) -> Obstacle | None:
        ground, on = what(m), day_of(m, command)
        if ground is None or on >= ground:
            return None
        return no(Reason.BEFORE_ITS_GROUND, day=on.isoformat(), ground=ground.isoformat())

    return not_before_its_ground


def chief_of_own_side(m: Moment) -> Obstacle | None:
    """A seat that is vacant cannot act; its mandate is dead."""
    bench = m.bench
    if bench.chief is None:
        return no(Reason.LIST_MISSING, cure=(Seat.UNION, Seat.HR), side=m.own_side)
    if bench.chief in bench.vacant:
        return no(Reason.CHIEF_VACANT, "ZJ 13", cure=(Seat.UNION, Seat.HR), side=m.own_side)
    return None


def chief_speaks(m: Moment) -> Obstacle | None:
    """Once a side has a chief, he speaks for it in what binds it; before that its organ or legal representative."""
    if has_no_chief(m.case, m.own_side) or Seat.CHIEF in m.seats or m.for_side is not None:
        return None
    return no(Reason.NOT_YOUR_SEAT, "HZ 18", cure=(Seat.CHIEF,), side=m.own_side)


def no_poll_running(s: Standing) -> Obstacle | None:
    """While a vote runs on the platform, nothing it is about is changed or counted another way."""
    last = max((one.closes_on for one in s.case.polls.values()), default=None)
    return no(Reason.POLL_RUNNING, "ZJDM 15", cure=(Seat.CLOCK,), by=last) if last else None


def worker_chief_delegate(m: Moment) -> Obstacle | None:
    """Hangzhou and Zhejiang know no delegate of the worker chief; N2004 20 ¶2 does: a warning, not a bar."""
    bench, row = m.bench, m.law.pack.choosing
    level = row.worker_chief_delegate
    if level and m.own_side is Side.WORKER and bench.delegate == m.by.person != bench.chief:
        return no(Reason.CHIEF_DELEGATE_ADVISORY, *row.of("worker_chief_delegate"), level=level)
    return None
