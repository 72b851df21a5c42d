"""Catching up reads pages of the log: each once for all who want it, and never more than a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from cloudnego.core.vocabulary import Stream
from cloudnego.live.frames import Frame
from cloudnego.live.pages import _READING, Pages, Versions
from cloudnego.ports import Recorded

HUNDRED = 100


class Empty:
    """A log of cases in which nothing was said."""

    def versions(self, case: str) -> Versions:
        return {Stream.TABLE: (1, 0)}

    def read(
        self, case: str, streams: frozenset[Stream], after: dict[Stream, int] | None = None, limit: int = 256
    ) -> list[Recorded]:
        return []

    def state(self, case: str) -> None:
        return None

    def settled(self, case: str) -> None:
        return None


class Readers:
    """Runs what is to be read, slowly, and counts how many do so at once."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def __call__(self, work: Callable[..., Any], /, *args: Any) -> Any:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.001)
        self.now -= 1
        return work(*args)


def _framed(_: Recorded) -> Frame:
    raise AssertionError("there is nothing to be framed")


async def test_a_hundred_who_come_back_read_a_few_at_a_time_and_each_page_once() -> None:
    readers = Readers()
    pages = Pages(Empty(), readers, _framed)
    wanted = [pages.read(f"n{number}", Stream.TABLE, 0) for number in range(HUNDRED)]
    shared = [pages.read("n0", Stream.TABLE, seq) for seq in range(HUNDRED)]
    await asyncio.gather(*wanted, *shared)
    assert readers.most == _READING
    assert pages.reads == HUNDRED
