"""Where the functions that remember an event are kept, and what several of them share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from msgspec.structs import replace as put

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.state import Caucus, Meeting, Negotiation, Paper, Scan
from cloudnego.core.vocabulary import Both, Side

E = TypeVar("E", bound=e.Event)
How = Callable[[Negotiation, E], Negotiation]
HOW: Final[dict[type[e.Event], How[Any]]] = {}
"""How each joint event is remembered."""
IN_CAUCUS: Final[dict[type[e.Event], Callable[[Caucus, Any], Caucus]]] = {}
"""How each event of a caucus is remembered."""


def on(*kinds: type[E]) -> Callable[[How[E]], How[E]]:
    """This function remembers events of these kinds."""

    def keep(how: How[E]) -> How[E]:
        for kind in kinds:
            HOW[kind] = how
        return how

    return keep


def in_caucus(kind: type[E]) -> Callable[[Callable[[Caucus, E], Caucus]], Callable[[Caucus, E], Caucus]]:
    """The same for an event of a side's own stream."""

    def keep(how: Callable[[Caucus, E], Caucus]) -> Callable[[Caucus, E], Caucus]:
        IN_CAUCUS[kind] = how
        return how

    return keep


def with_bench(case: Negotiation, side: Side, **change: Any) -> Negotiation:
    """The case with fields of one side's bench changed."""
    return put(case, benches=case.benches.having(side, put(case.benches.of(side), **change)))


def with_paper(
    case: Negotiation, event: e.SideFact, paper: str, kind: str, served: e.Served | None
) -> dict[str, Paper]:
    """The papers of the case with the one this act sent."""
    return {**case.papers, paper: Paper(kind=kind, side=event.side, sent_on=event.occurred_on, served=served)}


def replanned(meeting: Meeting, plan: c.Plan) -> Meeting:
    """A meeting set to another day: who had checked in checks in again."""
    nobody = frozenset[str]()
    return put(meeting, plan=plan, named=Both(plan, plan), checked_in={}, by_code=nobody, confirmed=nobody, absent=None)


def with_ink(case: Negotiation, event: e.SignedFact) -> Negotiation:
    """The case with the scan of a signature in ink among those that somebody else compares."""
    if event.ink is None:
        return case
    scan = Scan(side=event.side, by=event.ink.by)
    return put(case, scans={**case.scans, event.ink.entry: scan})
