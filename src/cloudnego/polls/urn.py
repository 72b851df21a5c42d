"""How a ballot comes to rest: into the pool, and from a full pool in a batch into the box, there first, here after."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Engine

from cloudnego.eventlog.database import writing
from cloudnego.polls import box
from cloudnego.polls.ballots import Ballot, Question, place
from cloudnego.polls.pool import Pool


class Urn:
    """Pool and box of one poll. Whoever calls holds the lock of the pool."""

    def __init__(self, engine: Engine, pool: Pool, poll: str, question: Question, key: bytes) -> None:
        self._engine: Final = engine
        self._pool: Final = pool
        self._poll: Final = poll
        self._question: Final = question
        self._key: Final = key

    def take(self, ballot: Ballot) -> None:
        """Keep a ballot that was checked; the same once more changes nothing. Raises PoolElsewhere."""
        waiting = self._pool.read(self._poll, self._key)
        if ballot in waiting or self._lies(ballot):
            return
        if len(waiting) >= self._pool.slots:  # a node was killed after the box had its batch, or before
            waiting = self._give(waiting)
        waiting.append(ballot)
        self._pool.write(self._poll, self._key, waiting)
        if len(waiting) >= self._pool.slots:
            self._give(waiting)

    def pour(self) -> None:
        """All that waits goes into the box; the pool is left as it is, for whoever is killed here. Raises
        PoolElsewhere."""
        waiting = self._pool.read(self._poll, self._key)
        with writing(self._engine).begin() as connection:
            box.put(connection, self._poll, [(place(self._question, one), one) for one in waiting])

    def _give(self, waiting: list[Ballot]) -> list[Ballot]:
        """Lay a batch into the box and take it out of the pool; what is left there. Where a batch of these lies in the
        box already no second one is drawn: of two that overlap the difference would be a small batch."""
        by_place = {place(self._question, one): one for one in waiting}
        with writing(self._engine).begin() as connection:
            given = box.among(connection, self._poll, by_place)
            if not given:
                given = {place(self._question, one) for one in self._pool.drawn(waiting)}
                box.put(connection, self._poll, [(at, by_place[at]) for at in given])
        rest = [one for at, one in by_place.items() if at not in given]
        self._pool.write(self._poll, self._key, rest)
        return rest

    def _lies(self, ballot: Ballot) -> bool:
        with self._engine.connect() as connection:
            return bool(box.among(connection, self._poll, [place(self._question, ballot)]))
