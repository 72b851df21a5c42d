"""What was said comes back, by our protocol with the product's settings: mounted for the outside suite alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.types import Receive, Scope, Send

from cloudnego.serving import Server, bind, server_config
from cloudnego.settings import Settings


async def echo(_scope: Scope, receive: Receive, send: Send) -> None:
    """One socket."""
    await receive()
    await send({"type": "websocket.accept"})
    while (said := await receive())["type"] == "websocket.receive":
        await send({**said, "type": "websocket.send"})


@asynccontextmanager
async def echoing(protocol: type[asyncio.Protocol] | None = None) -> AsyncIterator[str]:
    """Serve it, by our protocol or another; the address."""
    listening, answering = bind("127.0.0.1", 0), asyncio.Event()
    config = server_config(echo, Settings(data_dir=Path(), port=0))
    if protocol is not None:
        config.ws = config.ws_protocol_class = protocol
    server = Server(config, answering.set)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await answering.wait()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
