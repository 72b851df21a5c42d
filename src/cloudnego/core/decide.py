"""Says what follows from a request, or refuses it: gate, rule, turn of the page. Reads no clock and touches nothing."""

from __future__ import annotations

from typing import NamedTuple

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.acts import paper_of
from cloudnego.core.evolve import evolve, evolve_caucus
from cloudnego.core.gate import obstacles, only_talked, waits
from cloudnego.core.moment import Moment, Standing
from cloudnego.core.procedure import PLACES, PROCEDURE
from cloudnego.core.refusals import Obstacle, Refused
from cloudnego.core.state import EMPTY_CAUCUS, Caucus, Negotiation
from cloudnego.core.vocabulary import Held, Mode, Step

ROUND_AGAIN = ("failed", "objected")


class Decision(NamedTuple):
    """What happened, the state after, and the advisory obstacles that were passed."""

    events: tuple[e.Event, ...]
    after: Negotiation
    caucus_after: Caucus | None
    warnings: tuple[Obstacle, ...]


def decide(moment: Moment, command: c.Command) -> Decision:
    """Judge one request. Raises `Refused` with all that stands in its way, and then nothing has happened."""
    paper = paper_of(command)
    if paper is not None:
        moment = _for_side(moment, paper)
    found = obstacles(moment, command)
    if any(o.hard for o in found):
        raise Refused(found)
    ask = PLACES[type(command)].ask
    events = ask.does(moment, command)
    warnings = tuple(found)
    if ask.writes == "caucus":
        caucus = moment.caucus or EMPTY_CAUCUS
        for event in events:
            caucus = evolve_caucus(caucus, event)
        return Decision(tuple(events), moment.case, caucus, warnings)
    after = moment.case
    for event in events:
        after = evolve(after, event)
    events, after = _turned(moment, events, after)
    return Decision(tuple(events), after, None, warnings)


def _for_side(m: Moment, paper: c.OnPaper) -> Moment:
    return Moment(
        m.case, m.at, m.law, m.by, case_id=m.case_id, heads=m.heads, roots=m.roots, caucus=m.caucus,
        register=m.register, other=m.other, new_law=m.new_law, fact=m.fact, named=m.named, for_side=paper.side,
    )  # fmt: skip


def _turned(m: Standing, events: list[e.Event], case: Negotiation) -> tuple[list[e.Event], Negotiation]:
    """Close each step that has nothing left to wait for, or that an event closed, and open what the table says."""
    closed_by = _closed_by(m.case, events)
    if closed_by is None and only_talked(m.case, case):
        return events, case  # what the step waited for before, it waits for still
    while case.live and case.step is not None:
        rule = PROCEDURE[case.step]
        if closed_by is not None and closed_by in rule.then:
            outcome, closed_by = closed_by, None
        elif rule.ends and next(waits(Standing(case, m.at, m.law), rule), None) is None:
            outcome = "done"
        else:
            break
        turned = e.StepTurned(
            closed=case.step, outcome=outcome, mode=_mode_held(case, case.step), opened=rule.then[outcome],
            round=case.round + (outcome in ROUND_AGAIN),
        )  # fmt: skip
        events.append(turned)
        case = evolve(case, turned)
    return events, case


def _closed_by(before: Negotiation, events: list[e.Event]) -> e.Outcome | None:
    """The outcome with which an event of this request closes the step it happened in."""
    if before.step is None:
        return None
    closers = PROCEDURE[before.step].closed_by
    for event in events:
        how = closers.get(type(event))
        outcome = how(event) if how else None
        if outcome is not None:
            return outcome
    return None


def _mode_held(case: Negotiation, step: Step) -> Mode:
    """How a step was really held: in person only where people gathered."""
    if step is Step.MEETING:
        return case.meeting.mode or Mode.ONLINE
    held = case.congress.held if step is Step.CONGRESS else case.gatherings.get(step)
    return Mode.IN_PERSON if held is Held.GATHERING else Mode.ONLINE
