"""Who waits for cases to grow: told by the bell, of the cases that concern him."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from cloudnego.core.vocabulary import JOINT
from cloudnego.eventlog.bells import LocalBell
from cloudnego.eventlog.log import SqlLog
from cloudnego.identity.offices import parties_of
from cloudnego.web.errors import Problem


class Waiting:
    """Somebody who waits until cases of these enterprises have grown; None: of any."""

    def __init__(self, enterprises: frozenset[str] | None) -> None:
        self.enterprises: Final = enterprises
        self.moved: Final = asyncio.Event()
        self.cases: Final[set[str]] = set()


class Stir:
    """Hears the bell, and tells those whom it concerns. All of it on the event loop."""

    def __init__(self) -> None:
        self._here: Final[dict[Waiting, None]] = {}
        self._clients: Final[Counter[str]] = Counter()
        self._heard: LocalBell | None = None
        self._log: SqlLog | None = None
        self.over = False

    def end(self) -> None:
        """The house closes: whoever waits goes, and nobody waits any more."""
        self.over = True
        for waiting in self._here:
            waiting.moved.set()

    @contextmanager
    def wait(self, log: SqlLog, client: str, enterprises: frozenset[str] | None, at_most: int) -> Iterator[Waiting]:
        """Be told from now on. Raises `Problem` 429 where this client has so many who wait already."""
        if self._heard is not log.bell:
            self._heard, self._log = log.bell, log
            log.bell.listen(self.ring)
        if self._clients[client] >= at_most:
            raise Problem("too_fast", retry_after_s=5)
        waiting = Waiting(enterprises)
        self._here[waiting] = None
        self._clients[client] += 1
        try:
            yield waiting
        finally:
            del self._here[waiting]
            self._clients[client] -= 1
            if not self._clients[client]:
                del self._clients[client]

    def ring(self, moved: Mapping[str, int]) -> None:
        """Streams have grown; nothing named: perhaps any."""
        cases = {case for case, _, stream in (one.rpartition("/") for one in moved) if stream in JOINT}
        if not self._here or (moved and not cases):
            return
        parties = {case: self._parties(case) for case in cases}
        for waiting in self._here:
            mine = {case for case, names in parties.items() if _concerns(waiting, names)}
            if mine or not moved:
                waiting.cases.update(mine)
                waiting.moved.set()

    def _parties(self, case: str) -> frozenset[str] | None:
        """Whose case it is, if that is known without a look at the disk: it was written by another node."""
        state = self._log.settled(case) if self._log is not None else None
        found = parties_of(state) if state is not None else None
        return None if found is None else found.organisations


def _concerns(waiting: Waiting, parties: frozenset[str] | None) -> bool:
    return waiting.enterprises is None or parties is None or not parties.isdisjoint(waiting.enterprises)
