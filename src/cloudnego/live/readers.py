"""Readers: what each socket of a room has, what it may be given, and who judges that."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, Protocol

from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import Stream
from cloudnego.live.pages import Tail
from cloudnego.live.wire import Sink
from cloudnego.ports import Recorded

LOST: Final = 4403
SLOW: Final = 1013
DEFECT: Final = 1011
LEFT: Final = 1006
"""Why a reader is let go: see docs/LIVE.md."""


class Eye(Protocol):
    """What a reader sees, as somebody outside judges it."""

    @property
    def person(self) -> str:
        """Who he is."""
        ...

    def shown(self) -> frozenset[Stream]:
        """The streams in which he is shown to who sees them."""
        ...

    def streams(self, case: Negotiation) -> frozenset[Stream]:
        """The streams he sees in the case as it stands; none: it is not there for him."""
        ...

    def unnoted(self, shown: Sequence[Recorded]) -> bool:
        """Whether it is still to be noted that he was shown these."""
        ...

    async def note(self, shown: Sequence[Recorded]) -> None:
        """Note it."""
        ...


class Reader:
    """One socket in a room: what it has, and what it may be given."""

    def __init__(self, sink: Sink, eye: Eye, streams: frozenset[Stream]) -> None:
        self.sink: Final = sink
        self.eye: Final = eye
        self.streams = streams
        self.cursors: Final[dict[Stream, int]] = {}
        self.anew: Final[dict[Stream, str]] = {}
        self.shown: Final[dict[Stream, bytes]] = {}
        self.news: Final[dict[Stream, bytes]] = {}
        self.turns = 0
        self.pulling = True  # until he is opened
        self.wanted = False
        self.task: asyncio.Task[None] | None = None
        self.ended: Final[asyncio.Future[int]] = asyncio.get_running_loop().create_future()
        self._doubt: asyncio.Event | None = None  # made when it is needed: thousands sit here whom nobody doubts

    @property
    def held(self) -> bool:
        """Whether nothing may be given to him now: who he is is in doubt."""
        return self._doubt is not None

    def hold(self) -> None:
        self._doubt = self._doubt or asyncio.Event()

    def release(self) -> None:
        doubt, self._doubt = self._doubt, None
        if doubt is not None:
            doubt.set()

    async def freed(self) -> None:
        """Wait until he is held no more."""
        while self._doubt is not None:
            await self._doubt.wait()

    def end(self, code: int) -> None:
        """Give him nothing more; the socket is closed with this code."""
        if not self.ended.done():
            self.ended.set_result(code)
        self.release()

    def begin_anew(self, stream: Stream, why: str) -> None:
        """What he has of a stream is not what stands there, or he has none of it."""
        self.turns += 1
        self.cursors[stream] = 0
        self.anew[stream] = why

    def may_have(self, stream: Stream, turns: int) -> bool:
        """Whether frames of this stream, read when he had been turned so many times, are still for him."""
        return self.turns == turns and not self.held and stream in self.streams and not self.ended.done()


class Here:
    """What is shown in a room beside its readers: until when, by stream, kind and person; and other nodes' people."""

    def __init__(self) -> None:
        self.lasting: Final[dict[tuple[Stream, str, str], float]] = {}
        self.elsewhere: Final[dict[str, tuple[float, dict[Stream, tuple[tuple[str, ...], ...]]]]] = {}


class Batch(NamedTuple):
    """Frames of one stream that were written together."""

    stream: Stream
    first: int
    wire: bytes
    last: int
    shows: tuple[Recorded, ...]


class Room:
    """One case, and who has it open."""

    def __init__(self, case: str) -> None:
        self.case: Final = case
        self.readers: Final[dict[Reader, None]] = {}
        self.epochs: Final[dict[Stream, int]] = {}
        self.last: Final[dict[Stream, int]] = {}
        self.tails: Final[dict[Stream, Tail]] = {}
        self.standing: tuple[object, ...] | None = None
        self.batches: Final[deque[Batch]] = deque()
        self.work: Iterator[None] | None = None
        self.here: Final = Here()
