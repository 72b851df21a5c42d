"""Pages of the log as frames: catch-ups share them, and only so many read at once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import Stream
from cloudnego.live.frames import Frame
from cloudnego.ports import Recorded

PAGE: Final = 256
TAIL_BYTES: Final = 1_048_576
_KEPT: Final = 64  # whole pages of all rooms
_KEPT_BYTES: Final = 16_777_216
_READING: Final = 4  # at once, so that a hundred who come back do not keep the readers of requests waiting

T = TypeVar("T")

Versions = dict[Stream, tuple[int, int]]


class Log(Protocol):
    """As much of the event log as a room needs."""

    def versions(self, case: str) -> Versions: ...

    def read(
        self, case: str, streams: frozenset[Stream], after: dict[Stream, int] | None = None, limit: int = 256
    ) -> list[Recorded]: ...

    def state(self, case: str) -> Negotiation | None: ...

    def settled(self, case: str) -> Negotiation | None: ...


class Run(Protocol):
    """Runs blocking work in a thread."""

    def __call__(self, work: Callable[..., T], /, *args: Any) -> Awaitable[T]: ...


class Read(NamedTuple):
    """What was read of a stream, and the versions of the case before and after."""

    frames: list[Frame]
    before: Versions
    after: Versions


class Tail:
    """The last frames of one stream, without a gap."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self._bytes = 0

    def after(self, seq: int) -> Sequence[Frame]:
        """All that is later, if it begins right there."""
        if not self.frames or not self.frames[0].seq <= seq + 1 <= self.frames[-1].seq:
            return ()
        return self.frames[seq + 1 - self.frames[0].seq :]

    def ends(self, seq: int) -> bool:
        """Whether this is the last it has."""
        return bool(self.frames) and self.frames[-1].seq == seq

    def add(self, frames: Sequence[Frame]) -> None:
        """Frames that follow; those that do not follow begin it anew, if they are later."""
        if self.frames and frames[0].seq != self.frames[-1].seq + 1:
            if frames[-1].seq <= self.frames[-1].seq:
                return
            self.frames, self._bytes = [], 0
        self.frames += frames
        self._bytes += sum(len(one.wire) for one in frames)
        while len(self.frames) > 1 and (len(self.frames) > PAGE or self._bytes > TAIL_BYTES):
            self._bytes -= len(self.frames.pop(0).wire)


class Pages:
    """Reads pages of streams. What a page holds never changes, but by an erasure: then `forget` it."""

    def __init__(self, log: Log, run: Run, encode: Callable[[Recorded], Frame]) -> None:
        self._log: Final = log
        self._run: Final = run
        self._encode: Final = encode
        self._gate: Final = asyncio.Semaphore(_READING)
        self._kept: Final[OrderedDict[tuple[str, Stream, int], list[Frame]]] = OrderedDict()
        self._bytes = 0
        self._reading: Final[dict[tuple[str, Stream, int], asyncio.Future[Read]]] = {}
        self.reads = 0

    def kept(self, case: str, stream: Stream, seq: int) -> Sequence[Frame]:
        """What a page that lies here has after `seq`."""
        page = self._kept.get((case, stream, seq // PAGE))
        if page is None:
            return ()
        self._kept.move_to_end((case, stream, seq // PAGE))
        return page[seq % PAGE :]

    async def read(self, case: str, stream: Stream, seq: int, *, only_later: bool = False) -> Read:
        """The page in which what follows `seq` stands, from the log; who wants the same meanwhile waits for it too.
        `only_later`: what is not later nobody wants, for the room has it."""
        key = (case, stream, seq if only_later else seq // PAGE * PAGE)
        if key not in self._reading:
            self._reading[key] = asyncio.ensure_future(self._read(key))
        found = await asyncio.shield(self._reading[key])
        return found._replace(frames=[one for one in found.frames if one.seq > seq])

    async def _read(self, key: tuple[str, Stream, int]) -> Read:
        try:
            async with self._gate:
                self.reads += 1
                found = await self._run(self._look, *key)
        finally:
            del self._reading[key]
        whole = key[2] % PAGE == 0 and len(found.frames) == PAGE and found.frames[-1].seq == key[2] + PAGE
        if whole and found.before.get(key[1], ())[:1] == found.after.get(key[1], ())[:1]:
            self._keep((*key[:2], key[2] // PAGE), found.frames)
        return found

    def _look(self, case: str, stream: Stream, after: int) -> Read:
        """In a thread. The state is read after the events: whoever lost his seat by one of them is known by then."""
        before = self._log.versions(case)
        events = self._log.read(case, frozenset({stream}), {stream: after}, PAGE)
        self._log.state(case)
        return Read([self._encode(one) for one in events], before, self._log.versions(case))

    def _keep(self, key: tuple[str, Stream, int], frames: list[Frame]) -> None:
        self._kept[key] = frames
        self._bytes += _size(frames)
        while len(self._kept) > _KEPT or self._bytes > _KEPT_BYTES:
            self._bytes -= _size(self._kept.popitem(last=False)[1])

    def forget(self, case: str, stream: Stream | None = None) -> None:
        """Of a case, or of one stream of it, nothing is kept."""
        for key in [one for one in self._kept if one[0] == case and stream in (None, one[1])]:
            self._bytes -= _size(self._kept.pop(key))


def _size(frames: Sequence[Frame]) -> int:
    return sum(len(one.wire) for one in frames)
