"""Readers: what each socket of a room has, what it may be given, and who judges that."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import Stream
from cloudnego.live.wire import Sink
from cloudnego.ports import Recorded

LOST: Final = 4403
SLOW: Final = 1013
DEFECT: Final = 1011
LEFT: Final = 1006
"""Why a reader is let go: see docs/LIVE.md."""


class Eye(Protocol):
    """What a reader sees, as somebody outside judges it."""

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
        self.turns = 0
        self.pulling = True  # until he is opened
        self.wanted = False
        self.task: asyncio.Task[None] | None = None
        self.ended: Final[asyncio.Future[int]] = asyncio.get_running_loop().create_future()
        self._free: Final = asyncio.Event()
        self._free.set()

    @property
    def held(self) -> bool:
        """Whether nothing may be given to him now: who he is is in doubt."""
        return not self._free.is_set()

    def hold(self) -> None:
        self._free.clear()

    def release(self) -> None:
        self._free.set()

    async def freed(self) -> None:
        """Wait until he is held no more."""
        await self._free.wait()

    def end(self, code: int) -> None:
        """Give him nothing more; the socket is closed with this code."""
        if not self.ended.done():
            self.ended.set_result(code)
        self._free.set()

    def begin_anew(self, stream: Stream, why: str) -> None:
        """What he has of a stream is not what stands there, or he has none of it."""
        self.turns += 1
        self.cursors[stream] = 0
        self.anew[stream] = why

    def may_have(self, stream: Stream, turns: int) -> bool:
        """Whether frames of this stream, read when he had been turned so many times, are still for him."""
        return self.turns == turns and not self.held and stream in self.streams and not self.ended.done()
