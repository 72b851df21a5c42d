"""Remember one event. It cannot fail, computes nothing and never looks at words: the event says it all."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from cloudnego.core import events as e
from cloudnego.core.remember import asides, caucuses, contract, decisions, people, table, talks
from cloudnego.core.remember.how import HOW, IN_CAUCUS
from cloudnego.core.state import EMPTY, Caucus, Negotiation

REMEMBERED = (people, talks, table, decisions, contract, asides, caucuses)
"""The modules that say how each event is remembered."""


def evolve(case: Negotiation, event: e.Event) -> Negotiation:
    """The case after one joint event."""
    return HOW[type(event)](case, event)


def evolve_caucus(caucus: Caucus, event: e.Event) -> Caucus:
    """A side's own memory after one event of its own stream."""
    return IN_CAUCUS[type(event)](caucus, event)


def replay(events: Iterable[e.Event], start: Negotiation = EMPTY) -> Negotiation:
    """The fold of a case's joint events, in the order they were written."""
    return reduce(evolve, events, start)
