"""The bulk loader of seeds: commands judged one after the other with their own times, written in large transactions."""

from __future__ import annotations

from types import TracebackType
from typing import Final, Self

from cloudnego.core.state import Caucus, Negotiation
from cloudnego.core.vocabulary import Side
from cloudnego.eventlog.batch import Batches
from cloudnego.eventlog.bells import LocalBell
from cloudnego.eventlog.books import Books
from cloudnego.eventlog.database import writing
from cloudnego.eventlog.districts import Districts
from cloudnego.eventlog.judge import told
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.store import Store
from cloudnego.ports import Asked, Receipt

FLUSH_ROWS: Final = 8_000
"""Entries in one transaction: some seconds of work, some megabytes of memory."""


class Bulk:
    """`with Bulk(store, ring, districts) as pen: pen.ask(…)`. What it writes is what the writer would have written.

    Nothing is durable before the block ends well, or before `flush`; an exception drops what was not flushed. One
    thread, and on SQLite one process: it holds the lock on all streams while it is open.
    """

    def __init__(self, store: Store, ring: Keyring, districts: Districts, *, flush_rows: int = FLUSH_ROWS) -> None:
        self._books: Final = Books(store, ring, cases_max=1_000_000)
        self._batches: Final = Batches(store, self._books, districts.law, LocalBell(), alone=True)
        self._connection: Final = writing(store.engine).connect()
        self._flush_rows: Final = flush_rows

    def __enter__(self) -> Self:
        self._batches.begin(self._connection)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._batches.finish(self._connection)
            else:
                self._connection.rollback()
        finally:
            self._connection.close()

    def flush(self) -> None:
        """Make durable what was asked so far."""
        self._batches.finish(self._connection)
        self._batches.begin(self._connection)

    def ask(self, asked: Asked) -> Receipt:
        """Judge one command. Raises Refused, KeyReused, NoCase or Broken; then nothing was written."""
        (answer,) = self._batches.judge(self._connection, (asked,))
        if self._batches.pending >= self._flush_rows:
            self.flush()
        return told(answer)

    def state(self, case: str) -> Negotiation | None:
        """The joint state after what was asked so far in this block; None for a case it has not touched."""
        found = self._books.known(case)
        return None if found is None else found.joint.state

    def caucus(self, case: str, side: Side) -> Caucus | None:
        """The same for one side's own stream."""
        found = self._books.known(case)
        fold = None if found is None else found.caucuses.get(side)
        return None if fold is None else fold.state
