"""The writer: one thread that takes all that waits, carries it out as one batch, and answers after the commit."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Final, NamedTuple, TypeAlias

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from cloudnego.core.vocabulary import Side
from cloudnego.eventlog.batch import Also, Batches, Outcome
from cloudnego.eventlog.books import Books
from cloudnego.eventlog.fold import Case
from cloudnego.eventlog.judge import Answer, Defect, Later, told
from cloudnego.eventlog.seal import recorded
from cloudnego.ports import Asked, Bell, Busy, Receipt, Written

BATCH_MAX: Final = 256
"""Commands in one transaction: enough to make the fsync cheap, few enough to hold a lock for milliseconds."""

_log: Final = structlog.get_logger(__name__)

Purse: TypeAlias = tuple[str, Side | None]


class Waiting(NamedTuple):
    """A command in the queue and who waits for its answer, on which loop."""

    asked: Asked
    purse: Purse
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Answer]


class Together(NamedTuple):
    """Commands that open cases, all or none; if `keep` is not, they are judged and nothing is written. `also`: what is
    written with them."""

    asks: tuple[Asked, ...]
    keep: bool
    also: Also | None
    loop: asyncio.AbstractEventLoop
    answers: Future[list[Answer]]


class Follower(NamedTuple):
    """Who is told what was written, on which loop, and of which cases he wants to know."""

    loop: asyncio.AbstractEventLoop
    wants: Callable[[str], bool]
    told: Callable[[Sequence[Written]], None]


class Writer:
    """Owns one connection, the books and the queue. `budget_max` bounds what one side of one case may have waiting.

    The budget is per case and side because with one bound for all, one side would feel the other's load.
    """

    def __init__(
        self,
        engine: Engine,
        books: Books,
        batches: Batches,
        bell: Bell,
        settled: Callable[[Sequence[Case]], None],
        *,
        queue_max: int,
        budget_max: int,
    ) -> None:
        self._engine: Final = engine
        self._books: Final = books
        self._batches: Final = batches
        self._bell: Final = bell
        self._settled: Final = settled
        self._queue_max: Final = queue_max
        self._budget_max: Final = budget_max
        self._queue: Final[SimpleQueue[Waiting | Together | None]] = SimpleQueue()
        self._next: Together | None = None
        self._guard: Final = Lock()
        self._purses: Final[Counter[Purse]] = Counter()
        self._waiting = 0
        self._closing = False
        self._connection: Connection | None = None
        self._follower: Follower | None = None
        self._thread: Final = Thread(target=self._run, name="cloudnego-writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Commands taken on and not answered yet."""
        return self._waiting

    @property
    def alive(self) -> bool:
        return self._thread.is_alive() and not self._closing

    # --- on the event loop ----------------------------------------------------------------------------------------

    async def ask(self, asked: Asked) -> Receipt:
        """Queue a command and wait for its answer. Raises what `told` raises; Busy at once if it is not taken on."""
        purse = (asked.case or asked.by.person, asked.by.side)
        with self._guard:
            if not self.alive or self._waiting >= self._queue_max or self._purses[purse] >= self._budget_max:
                raise Busy(1)
            self._waiting += 1
            self._purses[purse] += 1
            loop = asyncio.get_running_loop()
            future: asyncio.Future[Answer] = loop.create_future()
            self._queue.put(Waiting(asked, purse, loop, future))
        return told(await future)

    def ask_together(
        self, asks: Sequence[Asked], loop: asyncio.AbstractEventLoop, *, keep: bool, also: Also | None = None
    ) -> list[Answer]:
        """Queue commands that open cases, all or none, and wait for their answers; who follows is told on `loop`.
        Blocks. Raises Busy at once if they are not taken on."""
        with self._guard:
            if not self.alive or self._waiting >= self._queue_max:
                raise Busy(1)
            self._waiting += 1
            one = Together(tuple(asks), keep, also, loop, Future())
            self._queue.put(one)
        return one.answers.result()

    def follow(self, follower: Follower) -> None:
        """Tell this one of what is written from now on, before the bell rings and before who asked has his answer.

        What he is not told, where something went wrong, the bell still rings for.
        """
        self._follower = follower

    def close(self) -> None:
        """Take nothing more on, carry out what was taken on, and end the thread. Blocks; call it from a thread."""
        with self._guard:
            already, self._closing = self._closing, True
        if not already:
            self._queue.put(None)
        self._thread.join()

    # --- in the thread --------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while (batch := self._take()) is not None:
                if isinstance(batch, Together):
                    self._carry_out_together(batch)
                else:
                    self._carry_out(batch)
        finally:
            if self._connection is not None:
                self._connection.close()

    def _take(self) -> list[Waiting] | Together | None:
        """Wait for one command, then take all that wait with it; commands that come together are taken by themselves.
        None when everything is done and we close."""
        first, self._next = self._next or self._queue.get(), None
        if first is None or isinstance(first, Together):
            return first
        batch = [first]
        try:
            while len(batch) < BATCH_MAX:
                more = self._queue.get_nowait()
                if more is None:
                    self._queue.put(None)  # closing: seen again when this batch is done
                    break
                if isinstance(more, Together):
                    self._next = more
                    break
                batch.append(more)
        except Empty:
            pass
        return batch

    def _carry_out(self, batch: list[Waiting]) -> None:
        try:
            outcome = self._attempt([waiting.asked for waiting in batch])
        except Exception:  # whatever it was, nobody may wait for ever, and the next batch has a right to its turn
            _log.exception("batch_lost", commands=len(batch))
            outcome = Outcome([Later()] * len(batch), {}, [])
        with self._guard:
            self._waiting -= len(batch)
            for waiting in batch:
                left = self._purses[waiting.purse] - 1
                if left:
                    self._purses[waiting.purse] = left
                else:
                    del self._purses[waiting.purse]
        self._deliver(batch, outcome)

    def _carry_out_together(self, one: Together) -> None:
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
            outcome = self._batches.together(self._connection, one.asks, keep=one.keep, also=one.also)
            self._settled(outcome.settled)
        except Exception as wrong:
            _log.exception("batch_failed", commands=len(one.asks), error=type(wrong).__name__)
            self._undo()
            outcome = Outcome([Later()] * len(one.asks), {}, [])
        with self._guard:
            self._waiting -= 1
        self._tell_follower(outcome)
        with suppress(RuntimeError):  # the loop is closed: whoever listened there has left, what was written stays
            one.loop.call_soon_threadsafe(self._tell, outcome.moved, [])
        one.answers.set_result(outcome.answers)

    def _attempt(self, asks: list[Asked]) -> Outcome:
        """One transaction. Where the database failed, all are to ask again; where we did, the others are spared it."""
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
            outcome = self._batches.run(self._connection, asks)
            self._settled(outcome.settled)
        except Exception as wrong:
            _log.exception("batch_failed", commands=len(asks), error=type(wrong).__name__)
            self._undo()
            if isinstance(wrong, SQLAlchemyError | OSError):
                return Outcome([Later()] * len(asks), {}, [])
            if len(asks) == 1:
                return Outcome([Defect(f"{asks[0].command.type}: {type(wrong).__name__}: {wrong}")], {}, [])
            alone = [self._attempt([asked]) for asked in asks]
            moved = {stream: seq for one in alone for stream, seq in one.moved.items()}
            rows = tuple(row for one in alone for row in one.rows)
            return Outcome([answer for one in alone for answer in one.answers], moved, [], rows)
        return outcome

    def _undo(self) -> None:
        """Nothing in memory may be ahead of the disk, and a connection that failed is not trusted again."""
        self._books.forget()
        broken, self._connection = self._connection, None
        if broken is None:
            return
        for let_go in (broken.rollback, broken.invalidate, broken.close):
            with suppress(Exception):  # it is broken; what matters is that it is not used again
                let_go()

    def _deliver(self, batch: list[Waiting], outcome: Outcome) -> None:
        """One call into each loop for the whole batch: first who follows, then the bell, then the answers."""
        self._tell_follower(outcome)
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Answer], Answer]]] = {}
        for waiting, answer in zip(batch, outcome.answers, strict=True):
            by_loop.setdefault(waiting.loop, []).append((waiting.answer, answer))
        for loop, answers in by_loop.items():
            try:
                loop.call_soon_threadsafe(self._tell, outcome.moved, answers)
            except RuntimeError:  # the loop is closed: whoever waited there has left, what was written stays
                continue

    def _tell_follower(self, outcome: Outcome) -> None:
        follower = self._follower
        rows = [row for row in outcome.rows if follower is not None and follower.wants(row.case_id)]
        if follower is None or not rows:
            return
        try:
            written = [Written(row.case_id, recorded(self._books.sealer.plain(row))) for row in rows]
            follower.loop.call_soon_threadsafe(follower.told, written)
        except Exception as wrong:  # the bell rings all the same, and whoever hears it reads the log
            _log.warning("follower_not_told", error=type(wrong).__name__)

    def _tell(self, moved: dict[str, int], answers: list[tuple[asyncio.Future[Answer], Answer]]) -> None:
        if moved:
            try:
                self._bell.ring(moved)
            except Exception:  # whoever listens badly must not keep the answers back
                _log.exception("bell_failed")
        for future, answer in answers:
            if not future.done():
                future.set_result(answer)
