"""How long the doorkeeper believes what he has read: while the identity epoch stands, and never past the session."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import cast

import pytest

from cloudnego.identity.sessions import Known, Sessions, Who
from cloudnego.web.auth import Doorkeeper
from cloudnego.web.errors import Problem
from cloudnego.web.pace import Pace
from cloudnego.web.threads import Threads

WHO = Who(person="p", name="某人", district="d", door="bearer", held=())


class Book:
    """Sessions in a dict, with what the doorkeeper read of it."""

    def __init__(self) -> None:
        self.at = 0
        self.open = {"t"}
        self.for_s = 300
        self.read: list[str] = []
        self.before: Callable[[str], object] = lambda _: None
        self.after: Callable[[str], object] = lambda _: None

    def epoch(self) -> int:
        self._look("epoch")
        found = self.at
        self.after("epoch")
        return found

    def known(self, token: str) -> Known | None:
        self._look("session")
        return Known(WHO, self.for_s) if token in self.open else None

    def _look(self, what: str) -> None:
        self.read.append(what)
        self.before(what)

    def end(self, token: str) -> None:
        self.open.discard(token)
        self.at += 1


class Tick:
    def __init__(self) -> None:
        self.s = 1_000.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def tick() -> Tick:
    return Tick()


@pytest.fixture
def keeper(book: Book, tick: Tick) -> Iterator[Doorkeeper]:
    threads = Threads(8)
    pace = Pace(tick, per_second=1e9, burst=1_000_000)
    yield Doorkeeper(cast(Sessions, book), threads, pace, tick, secure=False, origins=())
    threads.close()


async def asks(keeper: Doorkeeper, token: str = "t") -> bool:
    """Whether this session is let in."""
    try:
        await keeper.who("GET", "http", {"authorization": f"Bearer {token}"})
    except Problem:
        return False
    return True


async def test_while_the_epoch_stands_a_session_is_read_once(keeper: Doorkeeper, book: Book, tick: Tick) -> None:
    for _ in range(250):
        tick.s += 1
        assert await asks(keeper)
        assert await asks(keeper)
    assert book.read.count("session") == 1
    assert book.read.count("epoch") == 250


async def test_it_is_read_again_when_its_own_time_is_up(keeper: Doorkeeper, book: Book, tick: Tick) -> None:
    assert await asks(keeper)
    tick.s += 299.9
    assert await asks(keeper)
    assert book.read.count("session") == 1
    tick.s += 0.1
    book.open.clear()  # it ran out; nobody ended it
    assert not await asks(keeper)


async def test_an_end_on_another_node_is_known_within_a_second(keeper: Doorkeeper, book: Book, tick: Tick) -> None:
    assert await asks(keeper)
    book.end("t")
    tick.s += 0.999
    assert await asks(keeper), "so long it is believed"
    tick.s += 0.001
    assert not await asks(keeper)


async def test_an_end_in_this_process_is_known_at_once(keeper: Doorkeeper, book: Book) -> None:
    assert await asks(keeper)
    book.end("t")
    keeper.forget()
    assert not await asks(keeper)


async def test_a_session_read_before_the_epoch_moved_is_not_taken_for_one_read_after(
    keeper: Doorkeeper, book: Book, tick: Tick
) -> None:
    """It is ended after it was found and before it is remembered: the next look at the epoch shows it."""
    whole = book.known

    def slow(token: str) -> Known | None:
        found = whole(token)
        book.end(token)
        return found

    book.known = slow  # type: ignore[method-assign]
    assert await asks(keeper)
    book.known = whole  # type: ignore[method-assign]
    tick.s += 1
    assert not await asks(keeper)


async def test_an_epoch_read_before_there_was_cause_to_doubt_is_read_again(keeper: Doorkeeper, book: Book) -> None:
    """What was read of the epoch is on its way here when a session is ended and the doorkeeper is told."""
    assert await asks(keeper)
    loop = asyncio.get_running_loop()
    told = threading.Event()

    def tell() -> None:
        keeper.forget()
        told.set()

    def end(_: str) -> None:
        book.after = lambda _: None
        book.end("t")
        loop.call_soon_threadsafe(tell)
        assert told.wait(10)

    book.after = end
    keeper.forget()
    assert not await asks(keeper)
    assert book.read.count("epoch") == 3


async def test_many_who_come_at_once_wait_for_one_look(keeper: Doorkeeper, book: Book) -> None:
    book.open = {f"t{number}" for number in range(20)}
    book.before = lambda _: threading.Event().wait(0.02)
    assert all(await asyncio.gather(*(asks(keeper, one) for one in sorted(book.open))))
    assert book.read.count("epoch") == 1


async def test_where_the_epoch_cannot_be_read_everyone_gets_his_own_answer_and_nothing_is_kept(
    keeper: Doorkeeper, book: Book
) -> None:
    class Away(Exception):
        pass

    def away(what: str) -> None:
        raise Away(what)

    book.before = away
    failed = await asyncio.gather(*(asks(keeper) for _ in range(5)), return_exceptions=True)
    assert [type(one) for one in failed] == [Away] * 5
    assert len({id(one) for one in failed}) == 5, "an exception shared by many grows with each of them"
    book.before = lambda what: away(what) if what == "epoch" else None
    for _ in range(3):
        assert await asks(keeper)
    assert book.read.count("session") == 8
    book.before = lambda _: None
    assert await asks(keeper)
    assert await asks(keeper)
    assert book.read.count("session") == 9


async def test_who_leaves_while_waiting_takes_nobody_along(keeper: Doorkeeper, book: Book) -> None:
    gate = threading.Event()
    book.before = lambda what: what == "epoch" and gate.wait(10)
    first, second = asyncio.ensure_future(asks(keeper)), asyncio.ensure_future(asks(keeper))
    await asyncio.sleep(0.05)
    first.cancel()
    gate.set()
    assert await second
    with pytest.raises(asyncio.CancelledError):
        await first
