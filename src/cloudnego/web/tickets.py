"""Tickets: who has signed in gets one for a room, shows it once in the first frame of his socket, and it is gone."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple

LASTS_S: Final = 30
_MOST: Final = 20_000
_MOST_EACH: Final = 16  # of one session: who asks for more loses his own oldest, never another's


class Bound(NamedTuple):
    """What a ticket is for: a session (or a program's token), a case, and in which capacity."""

    session: str
    case: str
    acting_as: str | None


class Tickets:
    """Tickets that were given out. `tick` is a monotonic clock in seconds."""

    def __init__(self, tick: Callable[[], float]) -> None:
        self._tick: Final = tick
        self._given: Final[OrderedDict[str, tuple[float, Bound]]] = OrderedDict()

    def give(self, bound: Bound) -> str:
        """A new ticket of 256 bits."""
        now = self._tick()
        while self._given and (len(self._given) >= _MOST or self._first_s() < now - LASTS_S):
            self._given.popitem(last=False)
        own = [ticket for ticket, (_, one) in self._given.items() if one.session == bound.session]
        for ticket in own[: max(0, len(own) - _MOST_EACH + 1)]:
            del self._given[ticket]
        ticket = secrets.token_urlsafe(32)
        self._given[ticket] = now, bound
        return ticket

    def _first_s(self) -> float:
        return next(iter(self._given.values()))[0]

    def take(self, ticket: str, session: str, case: str) -> Bound | None:
        """What a ticket is for, if it is this session's and this case's and not too old. It is gone in any case."""
        given, bound = self._given.pop(ticket, (0.0, None))
        if bound is None or self._tick() - given > LASTS_S or (bound.session, bound.case) != (session, case):
            return None
        return bound
