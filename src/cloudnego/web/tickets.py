"""Tickets: who has signed in gets one for a room, shows it once in the first frame of his socket, and it is gone."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, NamedTuple, Protocol

from cloudnego.identity.handed_out import closed, opened

LASTS_S: Final = 30
_MOST: Final = 20_000
_MOST_EACH: Final = 16  # of one session: who asks for more loses his own oldest, never another's


class Bound(NamedTuple):
    """What a ticket is for: a session (or a program's token), a case, and in which capacity."""

    session: str
    case: str
    acting_as: str | None


class TicketOffice(Protocol):
    """Where tickets are given out and shown."""

    def give(self, bound: Bound) -> str:
        """A new ticket."""
        ...

    async def take(self, ticket: str, session: str, case: str) -> Bound | None:
        """What a ticket is for, if it is this session's and this case's and not too old. It is gone in any case."""
        ...


class Tickets:
    """Of one process: the tickets it gave out. `tick` is a monotonic clock in seconds."""

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

    async def take(self, ticket: str, session: str, case: str) -> Bound | None:
        """What a ticket is for, if it is this session's and this case's and not too old. It is gone in any case."""
        given, bound = self._given.pop(ticket, (0.0, None))
        if bound is None or self._tick() - given > LASTS_S or (bound.session, bound.case) != (session, case):
            return None
        return bound


class SharedTickets:
    """The same for several nodes on one database: a ticket says itself what it is for, under a key all nodes have, and
    each counts once because its use is written down. `spend` is told what was shown and until when that matters, and
    says whether it was the first time; it blocks."""

    def __init__(
        self,
        keys: Callable[[], Sequence[bytes]],
        now_s: Callable[[], int],
        run: Callable[..., Awaitable[bool]],
        spend: Callable[[str, int], bool],
    ) -> None:
        self._keys: Final = keys
        self._now_s: Final = now_s
        self._run: Final = run
        self._spend: Final = spend

    def give(self, bound: Bound) -> str:
        """A new ticket: 256 bits nobody guesses, what it is for, and our mark under both."""
        return closed(self._keys(), (secrets.token_bytes(32), self._now_s() + LASTS_S, bound))

    async def take(self, ticket: str, session: str, case: str) -> Bound | None:
        """As `Tickets.take`."""
        found = opened(self._keys(), ticket, tuple[bytes, int, Bound])
        if found is None:
            return None
        _, until_s, bound = found
        first = await self._run(self._spend, ticket, until_s + LASTS_S)
        return bound if first and self._now_s() <= until_s and (bound.session, bound.case) == (session, case) else None
