"""Mandates: which acts a paper of authority covers, asked anew at every act, on the district's own day.

A written authority states the acts, the powers and the term (民法典 165); what lies beyond it binds nobody (171). The
scope is a list of words: commands, steps (every command of the step), or the acts of identity below. No scope covers
whatever the office may do. A word that names nothing covers nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from cloudnego.core.procedure import PLACES, PROCEDURE
from cloudnego.core.vocabulary import STEPS
from cloudnego.identity.sessions import Held

CONFIRM_COURT_ORDERS: Final = "confirm_court_orders"
EVERYTHING: Final = "everything"
INVITE: Final = "invite"
KEEP_REGISTER: Final = "keep_register"
KEEP_ROSTER: Final = "keep_roster"
LET_PORTALS_IN: Final = "let_portals_in"
PRINT_LETTERS: Final = "print_letters"
PRINT_SLIPS: Final = "print_slips"

OF_IDENTITY: Final[Mapping[str, str]] = MappingProxyType(
    {
        CONFIRM_COURT_ORDERS: "a court's order to hand out a caucus, confirmed as the second person",
        INVITE: "give offices by invitation, and end them",
        KEEP_REGISTER: "enterprises, organisations, places, reference values and the pool of instructors",
        KEEP_ROSTER: "the workers' roster",
        LET_PORTALS_IN: "programs of an enterprise, what they may, and their keys",
        PRINT_LETTERS: "mandate letters, and resets at the help desk: whoever prints one can sign in as its person",
        PRINT_SLIPS: "the workers' slips",
    }
)
"""The acts of identity, and what each covers."""

_OF_A_STEP: Final = {ask.command for rule in PROCEDURE.values() for ask in rule.asks}

STEPS_OF: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        kind.model_fields["type"].default: frozenset(
            step.value for step in ((place.first,) if kind in _OF_A_STEP else STEPS) if place.open_in(step)
        )
        for kind, place in PLACES.items()
    }
)
"""The steps each command is a part of: the one it belongs to, or all that it lies along. A mandate for a step covers
what is a part of it, as long as that may be asked."""

WORDS: Final = frozenset({EVERYTHING, *OF_IDENTITY, *STEPS_OF, *(step.value for step in STEPS)})
"""Every word a scope may have."""


def in_scope(held: Held, act: str) -> bool:
    """Whether the scope of a mandate covers an act, whatever the day."""
    if held.mandate_scope is None:
        return True
    scope = frozenset(held.mandate_scope.split())
    return EVERYTHING in scope or act in scope or not scope.isdisjoint(STEPS_OF.get(act, ()))


def mandate_covers(held: Held, act: str, today: date) -> bool:
    """Whether somebody may do `act` by this membership today: its mandate has begun, has not ended, and covers it."""
    return held.in_force(today) and in_scope(held, act)


def covering(held: Iterable[Held], act: str, today: date) -> tuple[Held, ...]:
    """Those of the memberships whose mandate covers an act today."""
    return tuple(one for one in held if mandate_covers(one, act, today))
