"""Listening in a room as somebody of the town: a socket straight into the application, every frame kept."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final

from starlette.types import ASGIApp, Message

from claims.watching import API
from cloudnego.live import presence
from cloudnego.main import House
from cloudnego.web.live import name_of
from cloudnego.web.tickets import Bound

presence.TOGETHER_S = 0.001  # type: ignore[misc]  # a history has some twenty changes, and nobody is bothered by them

_STILL: Final = 4  # turns of the loop in which nothing is under way


class Ear:
    """One socket of somebody in the room of a case, and what came over it."""

    def __init__(self, house: House, app: ASGIApp, token: str | None, case: str) -> None:
        self._house: Final = house
        self._app: Final = app
        self._token: Final = token or "nobody"
        self._case: Final = case
        self._says: Final[asyncio.Queue[Message]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._heard: Final[list[Message]] = []
        self._answered: Final = asyncio.Event()

    async def open(self) -> None:
        """Come in with a ticket; whoever sees no such case shows one all the same."""
        site = self._house.site
        shown = site.doorkeeper.token({"authorization": f"Bearer {self._token}"})
        entered = await site.doorkeeper.entering(shown)
        name = name_of(entered[0], shown) if entered is not None else ""
        path = f"{API}/negotiations/{self._case}/live"
        scope = {
            "type": "websocket", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "ws", "path": path,
            "raw_path": path.encode(), "query_string": b"", "root_path": "", "subprotocols": [], "state": {},
            "headers": [(b"host", b"test"), (b"authorization", f"Bearer {self._token}".encode())],
            "client": ("127.0.0.1", 40_000), "server": ("test", 80), "extensions": {},
        }  # fmt: skip
        self._says.put_nowait({"type": "websocket.connect"})
        self.say(frame="auth", ticket=site.tickets.give(Bound(name, self._case, None)), after={})
        self._task = asyncio.ensure_future(self._serve(scope))
        await self._answered.wait()
        await quiet(self._house)

    async def _serve(self, scope: dict[str, Any]) -> None:
        await self._app(scope, self._says.get, self._hear)

    async def _hear(self, message: Message) -> None:
        self._heard.append(message)
        if message["type"] == "websocket.send":
            self._answered.set()

    def say(self, **frame: Any) -> None:
        self._says.put_nowait({"type": "websocket.receive", "text": json.dumps(frame)})

    async def close(self) -> None:
        self._says.put_nowait({"type": "websocket.disconnect", "code": 1000})
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    def begins(self) -> dict[str, Any]:
        """Where each stream begins, as the first answer says; nothing for who is not let in."""
        frames = [json.loads(one["text"]) for one in self._heard if one["type"] == "websocket.send"]
        found: dict[str, Any] = (frames[0]["body"] or {}).get("streams", {})
        return found

    def closed(self) -> int | None:
        """The code it was closed with by the other end."""
        return next((one["code"] for one in self._heard if one["type"] == "websocket.close"), None)

    def streams(self) -> set[str]:
        """The streams of which anything came."""
        return {name.partition(" ")[0] for name in self.received()} - {"-"}

    def received(self) -> dict[str, list[str]]:
        """What came, stream by stream in its order, for between two streams none is promised; `-` is of none."""
        found: dict[str, list[str]] = {}
        for message in self._heard:
            text = message.get("text")
            frame = json.loads(text) if text is not None else {}
            name = f"{frame['stream']} presence" if frame.get("frame") == "presence" else frame.get("stream", "-")
            found.setdefault(name, []).append(text if text is not None else str(message))
        return found


async def quiet(house: House) -> None:
    """Wait until everybody in a room of this house has all there is for him."""
    rooms, loop, still = house.site.rooms, asyncio.get_running_loop(), 0
    while still < _STILL:
        waits = any(one.pulling or one.news for room in rooms.all() for one in room.readers)
        soon = any(at < loop.time() + 1.0 for at, _ in rooms.presence._timers.values())
        still = 0 if waits or soon or rooms._hearing else still + 1
        await asyncio.sleep(0)
