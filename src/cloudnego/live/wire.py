"""The wire: how frames reach a socket. Under uvicorn they are written straight to its transport; under any other server
they go through ASGI, one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final, Protocol

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from cloudnego.live.frames import text_of

BUFFERED_MAX: Final = 262_144
"""Bytes that may wait in a socket for a reader who does not read: beyond it he is passed over."""

DRAIN_S: Final = 30.0  # how long we wait for somebody who does not read before we let him go
GRACE_S: Final = 2.0  # how long somebody may take to read why he is let go
CLOSE_S: Final = 15.0  # longer than uvicorn waits for his own goodbye
WIRE: Final = "cloudnego.wire"

Send = Callable[[dict[str, Any]], Awaitable[None]]


class TooSlow(Exception):
    """He does not read."""


class Gone(Exception):
    """Nobody is there any more."""


class Sink(Protocol):
    """One socket, to write to."""

    def offer(self, wire: bytes) -> bool:
        """Frames on the wire, now; False, and nothing is written, where one would have to wait."""
        ...

    async def room(self) -> None:
        """Wait until he has read enough for more. Raises TooSlow, Gone."""
        ...

    async def put(self, wires: Iterable[bytes]) -> None:
        """Send frames, after `room`. Raises TooSlow, Gone."""
        ...

    async def close(self, code: int) -> None:
        """Say goodbye; whoever does not listen is cut off."""
        ...


class Wire(WebSocketsSansIOProtocol):
    """uvicorn's protocol, which also shows itself to the application. What it needs of uvicorn's inside is held by
    `tests/live/test_wire.py`."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            extensions: Any = self.scope["extensions"]
            extensions[WIRE] = self


class WireSink:
    """Straight to the transport. uvicorn's own frames (pings, closing) are whole writes, so none falls into ours."""

    def __init__(self, wire: Wire, send: Send) -> None:
        self._wire: Final = wire
        self._send: Final = send

    @property
    def buffered(self) -> int:
        """Bytes that wait to be read."""
        return int(self._wire.transport.get_write_buffer_size())

    @property
    def _open(self) -> bool:
        return not (self._wire.close_sent or self._wire.disconnected or self._wire.transport.is_closing())

    def offer(self, wire: bytes) -> bool:
        to = self._wire  # this is done once for each delivery
        transport = to.transport
        if to.close_sent or to.disconnected or transport.is_closing():
            return False
        if transport.get_write_buffer_size() + len(wire) > BUFFERED_MAX:
            return False
        transport.write(wire)
        return True

    async def room(self) -> None:
        while self._open and self.buffered >= BUFFERED_MAX // 2:
            try:
                async with asyncio.timeout(DRAIN_S):
                    await self._wire.writable.wait()
            except TimeoutError:
                raise TooSlow from None
        if not self._open:
            raise Gone

    async def put(self, wires: Iterable[bytes]) -> None:
        if not self._open:
            raise Gone
        self._wire.transport.write(b"".join(wires))

    async def close(self, code: int) -> None:
        if await _said_goodbye(self._send, code):
            self._wire.loop.call_later(CLOSE_S, self._wire.transport.abort)  # what he does not read holds no socket
        else:
            self._wire.transport.abort()


class AsgiSink:
    """Through ASGI, which waits by itself where somebody does not read."""

    def __init__(self, send: Send) -> None:
        self._send: Final = send
        self._turn: Final = asyncio.Lock()

    def offer(self, wire: bytes) -> bool:
        del wire  # ASGI cannot be written to without waiting
        return False

    async def room(self) -> None:
        return

    async def put(self, wires: Iterable[bytes]) -> None:
        async with self._turn:
            for wire in wires:
                try:
                    async with asyncio.timeout(DRAIN_S):
                        await self._send({"type": "websocket.send", "text": text_of(wire)})
                except TimeoutError:
                    raise TooSlow from None
                except (OSError, RuntimeError):  # what servers raise where nobody is there
                    raise Gone from None

    async def close(self, code: int) -> None:
        await _said_goodbye(self._send, code)


async def _said_goodbye(send: Send, code: int) -> bool:
    """Whether he was told; not if he is gone or does not read."""
    try:
        async with asyncio.timeout(GRACE_S):
            await send({"type": "websocket.close", "code": code})
    except (TimeoutError, OSError, RuntimeError):
        return False
    return True


def _let_go(wire: Wire) -> None:
    """The handshake is over: of its headers uvicorn and websockets would hold three copies as long as he stays."""
    wire.request.headers.clear()
    wire.response.headers.clear()
    wire.scope["headers"] = []


def sink_of(scope: dict[str, Any], send: Send) -> Sink:
    """The best way to this socket, which has been accepted."""
    wire = scope.get("extensions", {}).get(WIRE)
    if not isinstance(wire, Wire):
        return AsgiSink(send)
    _let_go(wire)
    return WireSink(wire, send)
