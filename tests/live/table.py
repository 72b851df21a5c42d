"""A house on a real uvicorn in this very loop, a case in it, and people who sit in its room."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, Self

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from cloudnego.core import commands as c
from cloudnego.core.moment import Named, Register
from cloudnego.core.vocabulary import Member as Asker
from cloudnego.identity.grades import Grade
from cloudnego.main import House
from cloudnego.ports import Asked, Receipt
from cloudnego.serving import Server, bind, server_config, url_of
from cloudnego.web.tickets import Bound
from tests.web.played import DISTRICT

SOON_S: Final = 15.0


class Place:
    """Where a house answers, and how one comes in."""

    def __init__(self, house: House, url: str, server: Server | None = None) -> None:
        self.house = house
        self.url = url
        self._server = server
        self.tokens: dict[str, str] = {}
        self._names: Final[dict[str, str]] = {}  # of sessions, by token

    def drop(self) -> None:
        """Every socket is gone at once, as when the process dies."""
        assert self._server is not None
        for one in tuple(self._server.server_state.connections):
            transport: Any = one.transport
            transport.abort()

    def token(self, person: str) -> str:
        """A session of somebody in which a passkey was shown."""
        if person not in self.tokens:
            opened = self.house.site.sessions.open(DISTRICT, person, person, "bearer", proof=Grade.PASSKEY)
            self.tokens[person] = opened
        return self.tokens[person]

    def ticket(self, person: str, case: str, acting_as: str | None = None) -> str:
        """What `POST /live-ticket` would give him."""
        token = self.token(person)
        if token not in self._names:
            who = self.house.site.sessions.who(token)
            assert who is not None
            self._names[token] = who.session
        return self.house.site.tickets.give(Bound(self._names[token], case, acting_as))

    async def dial(self, case: str, person: str | None = None, **more: Any) -> ClientConnection:
        """A socket that has not said anything."""
        headers = {} if person is None else {"Authorization": f"Bearer {self.token(person)}"}
        url = f"{self.url.replace('http', 'ws', 1)}/api/v1/negotiations/{case}/live"
        more = {"compression": None, "max_size": None, "ping_interval": None, "proxy": None, "max_queue": None} | more
        return await connect(url, additional_headers={**headers, **more.pop("headers", {})}, **more)

    async def enter(self, case: str, person: str, after: dict[str, tuple[int, int]] | None = None) -> Seat:
        """Somebody in the room."""
        seat = Seat(await self.dial(case, person))
        await seat.say(frame="auth", ticket=self.ticket(person, case), after=after or {})
        seat.welcome = await seat.hear("answer")
        return seat

    async def write(self, act: Any, case: str, key: str) -> Receipt:
        """An act of a story, asked of the log."""
        asked = Asked(district=DISTRICT, case=case, command=act.command, by=act.by, at=act.at, key=key, named=act.named)
        return await self.house.site.log.ask(asked)

    async def ask(self, case: str, by: Asker, command: c.Command, key: str) -> Receipt:
        """Any command."""
        at = self.house.site.world.clock(DISTRICT)
        named: Named | None = None
        register: Register | None = None
        asked = Asked(
            district=DISTRICT, case=case, command=command, by=by, at=at, key=key, named=named, register=register
        )
        return await self.house.site.log.ask(asked)


class Seat:
    """One socket, and what came over it."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.heard: list[dict[str, Any]] = []
        self.raw: list[str] = []
        self.welcome: dict[str, Any] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()

    async def say(self, **frame: Any) -> None:
        await self.socket.send(json.dumps(frame, ensure_ascii=False))

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(SOON_S):
            text = await self.socket.recv()
        assert isinstance(text, str)
        self.raw.append(text)
        self.heard.append(json.loads(text))
        return self.heard[-1]

    async def hear(self, kind: str, **wanted: Any) -> dict[str, Any]:
        """The next frame of this kind, with these values."""
        while True:
            found = await self.next()
            if found["frame"] == kind and all(found[name] == value for name, value in wanted.items()):
                return found

    async def up_to(self, stream: str, seq: int) -> list[int]:
        """Everything up to an event; the seqs of that stream that came."""
        seqs = self.seqs(stream)
        while not seqs or seqs[-1] < seq:
            await self.next()
            seqs = self.seqs(stream)
        return seqs

    def seqs(self, stream: str) -> list[int]:
        return [one["seq"] for one in self.heard if one["frame"] == "event" and one["stream"] == stream]

    async def closed(self) -> int:
        """The code it is closed with, after whatever still comes."""
        try:
            while True:
                await self.next()
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd is not None else 1006


def handshake(place: Place, case: str, who: str) -> bytes:
    return (
        f"GET /api/v1/negotiations/{case}/live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        f"Authorization: Bearer {place.token(who)}\r\n\r\n"
    ).encode()


def masked(payload: bytes) -> bytes:
    """A text frame as a client sends it, with a mask of zeros."""
    length = len(payload)
    head = bytes((0x81, 0x80 | length)) if length < 126 else b"\x81\xfe" + length.to_bytes(2, "big")
    return head + bytes(4) + payload


@asynccontextmanager
async def at_table(
    house: House, *, plain: bool = False, changed: Callable[[uvicorn.Config], None] = lambda config: None
) -> AsyncIterator[Place]:
    """Serve it; `plain`: as a server would that knows nothing of us."""
    listening, answering = bind("127.0.0.1", 0), asyncio.Event()
    config = server_config(house.front, house.settings)
    if plain:
        config.ws = config.ws_protocol_class = WebSocketsSansIOProtocol
    changed(config)
    server = Server(config, answering.set)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await asyncio.wait_for(answering.wait(), SOON_S)
        yield Place(house, url_of(listening), server)
    finally:
        server.should_exit = True
        await task
