"""Watching over who is on a socket: a session that ends, an office that goes, a day that turns reach him there, too."""

from __future__ import annotations

import asyncio
from typing import Final, Protocol

import structlog

from cloudnego.identity.sessions import Who
from cloudnego.live.readers import Reader
from cloudnego.live.rooms import Rooms
from cloudnego.logs import kinds_of
from cloudnego.web.auth import Doorkeeper, Token

EVERY_S: Final = 1.0  # how soon what another process wrote of somebody reaches his socket
_ALL_EVERY: Final = 30  # looks after which everybody is looked at: sessions run out, days turn, calls end

OVER: Final = 4401
"""The code a socket is closed with whose session is over."""

_log: Final = structlog.get_logger(__name__)


class Watched(Protocol):
    """Somebody on a socket."""

    @property
    def token(self) -> Token: ...

    @property
    def reader(self) -> Reader: ...

    @property
    def case(self) -> str: ...

    @property
    def passing(self) -> bool:
        """Whether what he sees may end by itself, at some time."""
        ...

    def renew(self, who: Who) -> None:
        """He is this now."""
        ...


class Watch:
    """Looks once a second while anybody is there, and at once where this process gave cause to doubt who somebody is:
    until it has looked, nobody is given anything."""

    def __init__(self, doorkeeper: Doorkeeper, rooms: Rooms) -> None:
        self._doorkeeper: Final = doorkeeper
        self._rooms: Final = rooms
        self._members: Final[dict[Watched, None]] = {}
        self._doubt: Final = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._epoch: int | None = None
        doorkeeper.doubted.append(self.doubt)

    def enter(self, member: Watched) -> None:
        """Watch over him."""
        self._members[member] = None
        if self._task is None or self._task.done() or self._loop is not asyncio.get_running_loop():
            self._loop = asyncio.get_running_loop()
            self._task = asyncio.ensure_future(self._forever())

    def leave(self, member: Watched) -> None:
        """He is gone; with the last one the watch ends."""
        self._members.pop(member, None)
        if not self._members and self._task is not None:
            self._task.cancel()
            self._task = None

    def doubt(self) -> None:
        """Somebody may be somebody else, or nobody."""
        for member in self._members:
            member.reader.hold()
        self._doubt.set()

    async def _forever(self) -> None:
        looks = 0
        while True:
            try:
                async with asyncio.timeout(EVERY_S):
                    await self._doubt.wait()
            except TimeoutError:
                pass
            looks += 1
            try:
                await self._look(everybody=looks % _ALL_EVERY == 0)
            except Exception as wrong:  # whoever is in doubt stays so until the next look
                _log.warning("watch_failed", error=kinds_of(wrong))

    async def _look(self, *, everybody: bool) -> None:
        doubted = self._doubt.is_set()
        self._doubt.clear()
        epoch = await self._doorkeeper.changed()
        moved, self._epoch = epoch is None or epoch != self._epoch, epoch
        for member in tuple(self._members):
            if moved or doubted or everybody or member.passing:
                await self._at(member)

    async def _at(self, member: Watched) -> None:
        who = await self._doorkeeper.still(member.token)
        if who is None:
            member.reader.end(OVER)
            return
        member.renew(who)
        self._rooms.look_at(member.case, member.reader)
        if not self._doubt.is_set():
            member.reader.release()
