"""What the wire needs of uvicorn's inside. Another version is another inside: look there before you move the pin."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import uvicorn
import uvloop
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.asyncio.client import connect

from cloudnego.live.frames import framed, text_of
from cloudnego.live.wire import BUFFERED_MAX, Wire, WireSink, sink_of
from cloudnego.serving import Server, bind
from tests.house.tree import ROOT


def test_the_version_is_the_one_this_was_written_for() -> None:
    assert f"uvicorn=={uvicorn.__version__}" in (ROOT / "constraints.txt").read_text()
    assert uvicorn.__version__ == "0.54.0"


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
def test_a_text_is_framed_and_found_again(length: int) -> None:
    assert text_of(framed(b"x" * length)) == "x" * length


def test_our_protocol_is_uvicorns_and_shows_itself_and_nothing_more() -> None:
    added = set(vars(Wire)) - {"__module__", "__doc__", "__firstlineno__", "__static_attributes__"}
    assert added == {"handle_connect"}
    assert Wire.__mro__[1] is WebSocketsSansIOProtocol


async def _served(app: Any, visit: Any) -> None:
    config = uvicorn.Config(app, port=0, ws=Wire, lifespan="off", log_level="error", ws_per_message_deflate=False)
    answering, listening = asyncio.Event(), bind("127.0.0.1", 0)
    server = Server(config, answering.set)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    await answering.wait()
    port = listening.getsockname()[1]
    try:
        async with connect(f"ws://127.0.0.1:{port}", compression=None, max_size=None, proxy=None) as client:
            await visit(client)
    finally:
        server.should_exit = True
        await task


def test_on_uvloop_too_we_see_what_waits_and_wait_for_who_does_not_read() -> None:
    """The loop we serve on: the size of the buffer, the event that says there is room again, whole frames in order."""
    seen: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        sink = sink_of(scope, send)
        assert isinstance(sink, WireSink)
        protocol = sink._wire
        assert (protocol.close_sent, protocol.disconnected, protocol.transport.is_closing()) == (False, False, False)
        number = 0
        assert (list(protocol.request.headers), list(protocol.response.headers), scope["headers"]) == ([], [], [])
        while sink.offer(framed(json.dumps([number, "x" * 8_000]).encode())):
            number += 1
        seen["buffered"], seen["writable"] = sink.buffered, protocol.writable.is_set()
        seen["written"] = number
        seen["full"].set()
        await sink.room()
        seen["then"] = sink.buffered
        await send({"type": "websocket.send", "text": json.dumps([number])})
        seen["last"] = await receive()
        await sink.close(1000)

    async def visit(client: Any) -> None:
        await asyncio.wait_for(seen["full"].wait(), 10)
        numbers: list[int] = []
        while not numbers or numbers[-1] < seen["written"]:
            numbers.append(json.loads(await client.recv())[0])
        assert numbers == [*range(seen["written"] + 1)]
        await client.send("bye")
        await client.wait_closed()
        assert client.close_code == 1000

    async def main() -> None:
        seen["full"] = asyncio.Event()
        await _served(app, visit)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
    assert BUFFERED_MAX - 9_100 < seen["buffered"] <= BUFFERED_MAX
    assert seen["writable"] is False
    assert seen["then"] < BUFFERED_MAX // 2
    assert seen["last"] == {"type": "websocket.receive", "text": "bye"}
