"""Remember one event. It cannot fail, computes nothing and never looks at words: the event says it all."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from msgspec.structs import replace as put

from cloudnego.core import events as e
from cloudnego.core.remember import asides, contract, decisions, people, talks
from cloudnego.core.remember.how import HOW
from cloudnego.core.state import EMPTY, Caucus, Negotiation

REMEMBERED = (people, talks, decisions, contract, asides)
"""The modules that say how each event is remembered."""


def evolve(case: Negotiation, event: e.Event) -> Negotiation:
    """The case after one joint event."""
    return HOW[type(event)](case, event)


def evolve_caucus(caucus: Caucus, event: e.Event) -> Caucus:
    """A side's own memory after one event of its own stream."""
    match event:
        case e.OpinionsRecorded():
            return put(caucus, issued=event.issued, returned=event.returned, opinions_held=event.held)
        case e.TopicSheetDrafted():
            return put(caucus, sheet=event.topics)
        case _:
            return caucus


def replay(events: Iterable[e.Event], start: Negotiation = EMPTY) -> Negotiation:
    """The fold of a case's joint events, in the order they were written."""
    return reduce(evolve, events, start)
