"""The event log on a database: what `main` opens and every door asks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from cloudnego.core.moment import Law
from cloudnego.core.state import Caucus, Negotiation
from cloudnego.core.vocabulary import Side, Stream
from cloudnego.eventlog import overviews
from cloudnego.eventlog.batch import Also, Batches
from cloudnego.eventlog.bells import LocalBell, NotifyBell
from cloudnego.eventlog.books import Books
from cloudnego.eventlog.bulk import Bulk
from cloudnego.eventlog.cockpit import cockpit, counts
from cloudnego.eventlog.database import Ownership, assert_durable, connect, sqlite_file, writing
from cloudnego.eventlog.districts import Districts
from cloudnego.eventlog.erase import erase
from cloudnego.eventlog.feed import Feed
from cloudnego.eventlog.judge import Answer
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.reader import Reader, Settled
from cloudnego.eventlog.store import Store
from cloudnego.eventlog.writer import Follower, Writer
from cloudnego.ports import Asked, Cockpit, Counts, Cut, Filter, Gist, Page, Receipt, Recorded, Standing, Written

CASES_MAX: Final = 4_096
"""Cases the writer keeps folded: a few dozen kilobytes each."""


class SqlLog:
    """`EventLog` on SQLite or PostgreSQL. Close it, or what waits in the queue is not written."""

    def __init__(
        self,
        url: str,
        ring: Keyring,
        *,
        queue_max: int = 4_096,
        budget_max: int = 32,
        cases_max: int = CASES_MAX,
    ) -> None:
        """Open a migrated database. Raises Owned, NotDurable."""
        self.engine: Final = connect(url)
        file = sqlite_file(self.engine)
        self._owned: Final = None if file is None else Ownership(file)
        self.ring: Final = ring
        self.store: Final = Store(self.engine)
        self.bell: Final[LocalBell] = LocalBell() if self.store.sqlite else NotifyBell()
        try:
            assert_durable(self.engine)
            self.districts: Final = Districts(self.engine, ring)
            self.feed: Final = Feed(self.engine)
            self._settled: Final = Settled(2 * cases_max)
            self._reader: Final = Reader(self.engine, self.store, ring, self._settled)
            books = Books(self.store, ring, cases_max=cases_max)
            self._writer: Final = Writer(
                writing(self.engine),
                books,
                Batches(self.store, books, self.districts.law, self.bell),
                self.bell,
                self._settled.publish,
                queue_max=queue_max,
                budget_max=budget_max,
            )
        except BaseException:
            self._let_go()
            raise

    def close(self) -> None:
        """Write what was taken on, then let the database go. Blocks."""
        self._writer.close()
        self._let_go()

    def _let_go(self) -> None:
        self.engine.dispose()
        if self._owned is not None:
            self._owned.close()

    # --- asking ---------------------------------------------------------------------------------------------------

    async def ask(self, asked: Asked) -> Receipt:
        return await self._writer.ask(asked)

    def ask_together(
        self, asks: Sequence[Asked], loop: asyncio.AbstractEventLoop, *, keep: bool, also: Also | None = None
    ) -> list[Answer]:
        """Commands that open cases, or one of any kind that is kept, in one transaction: all of them and what `also`
        writes, or, where one is refused or `keep` is not, none. Blocks. Raises Busy."""
        return self._writer.ask_together(asks, loop, keep=keep, also=also)

    @property
    def waiting(self) -> int:
        """Commands taken on and not answered yet."""
        return self._writer.waiting

    @property
    def alive(self) -> bool:
        """Whether commands are taken on."""
        return self._writer.alive

    def follow(
        self,
        loop: asyncio.AbstractEventLoop,
        wants: Callable[[str], bool],
        told: Callable[[Sequence[Written]], None],
    ) -> None:
        """Have `told` called on a loop with what is written to the cases that are wanted, before the bell rings."""
        self._writer.follow(Follower(loop, wants, told))

    def bulk(self) -> Bulk:
        """A loader for seeds; commands asked meanwhile wait for it."""
        return Bulk(self.store, self.ring, self.districts)

    def erase(self, case: str, stream: Stream, seqs: frozenset[int]) -> int:
        """Delete the words of entries; returns how many had any. Blocks. Raises NoCase."""
        erased = erase(self.engine, case, stream, seqs)
        self.bell.ring({})  # nothing has grown, but who has the words on his screen is to look again
        return erased

    # --- reading --------------------------------------------------------------------------------------------------

    def state(self, case: str) -> Negotiation | None:
        return self._reader.state(case)

    def settled(self, case: str) -> Negotiation | None:
        """The state last written or read in this process, without a look at the disk: enough to find who may ask."""
        known = self._settled.peek(case, Stream.TABLE)
        return None if known is None else known.state

    def settled_caucus(self, case: str, side: Side) -> Caucus | None:
        """The same of one side's own stream."""
        known = self._settled.peek(case, Stream.caucus(side))
        return None if known is None else known.state

    def caucus(self, case: str, side: Side) -> Caucus | None:
        return self._reader.caucus(case, side)

    def district(self, case: str) -> str | None:
        return self._reader.district(case)

    def versions(self, case: str) -> dict[Stream, tuple[int, int]]:
        return self._reader.versions(case)

    def read(
        self, case: str, streams: frozenset[Stream], after: Mapping[Stream, int] | None = None, limit: int = 256
    ) -> list[Recorded]:
        return self._reader.read(case, streams, after, limit)

    def gist(self, case: str, streams: frozenset[Stream]) -> Gist:
        return self._reader.gist(case, streams)

    def law(self, pack: str, pack_version: str, calendar: str) -> Law:
        return self.districts.law((pack, pack_version, calendar))

    def due(self, district: str, today: date, limit: int = 1000) -> list[str]:
        return overviews.due(self.engine, district, today, limit)

    def cases(self, wanted: Filter, cursor: str | None = None, limit: int = 50) -> Page:
        return overviews.page(self.engine, wanted, cursor, limit)

    def cockpit(self, cut: Cut) -> Cockpit:
        return cockpit(self.engine, cut)

    def counts(self, cut: Cut) -> Counts:
        return counts(self.engine, cut)

    def standings(self, district: str, since: date) -> list[Standing]:
        return overviews.standings(self.engine, district, since)

    def happened(self, cut: Cut, first: date, last: date) -> dict[str, int]:
        return overviews.happened(self.engine, cut, first, last)


def open_log(url: str, key_file: Path, *, queue_max: int = 4_096, budget_max: int = 32) -> SqlLog:
    """The log of an installation. Raises KeyMissing, Owned, NotDurable."""
    return SqlLog(url, Keyring.open(key_file), queue_max=queue_max, budget_max=budget_max)
