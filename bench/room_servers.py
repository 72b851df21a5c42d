"""The servers of the room bench that are Python: `python -m bench.room_servers rooms|websockets|fastapi FOLDER`.

`rooms` is our way to the sockets with nothing behind it: what was said goes to whoever is in the room, and is kept
nowhere. `websockets` is `websockets.broadcast`. `fastapi` is a loop of sends after a SQLModel commit for each event.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import uvicorn
import uvloop
from starlette.types import ASGIApp, Receive, Scope, Send
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

from cloudnego.core.state import EMPTY, Negotiation
from cloudnego.core.vocabulary import Stream
from cloudnego.live.frames import FRAME_MAX, Frame, framed
from cloudnego.live.pages import Versions
from cloudnego.live.readers import Reader
from cloudnego.live.rooms import Rooms
from cloudnego.live.wire import Wire, sink_of
from cloudnego.ports import Recorded, Written

T = TypeVar("T")

_AT: Final = datetime(2026, 3, 2, tzinfo=UTC)


class Everything:
    """The eye of somebody who sees the table."""

    person = "p"

    def shown(self) -> frozenset[Stream]:
        return frozenset()

    def streams(self, case: Negotiation) -> frozenset[Stream]:
        del case
        return frozenset({Stream.TABLE})

    def unnoted(self, shown: Sequence[Recorded]) -> bool:
        return bool(shown)

    async def note(self, shown: Sequence[Recorded]) -> None:
        del shown


class Nothing:
    """A log that keeps nothing but how much was said."""

    def __init__(self) -> None:
        self.said: Final[dict[str, int]] = defaultdict(int)

    def versions(self, case: str) -> Versions:
        return {Stream.TABLE: (1, self.said[case])}

    def read(self, *_: Any, **__: Any) -> list[Recorded]:
        raise AssertionError("whoever is here stands where the room is")

    def state(self, case: str) -> Negotiation:
        del case
        return EMPTY

    settled = state


class Hall:
    """Our rooms as an application: what came in one turn of the loop is told together, as the writer tells a commit."""

    def __init__(self) -> None:
        self._log: Final = Nothing()
        self._rooms: Final = Rooms(self._log, _now, _frame)
        self._told: Final[list[Written]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        case = scope["path"]
        await receive()
        await send({"type": "websocket.accept"})
        reader = Reader(sink_of(dict(scope), send), Everything(), frozenset({Stream.TABLE}))
        await self._rooms.join(case, reader, {"table": (1, self._log.said[case])})
        self._rooms.open(case, reader)
        while (said := await receive())["type"] == "websocket.receive":
            if not self._told:
                asyncio.get_running_loop().call_soon(self._tell)
            self._log.said[case] += 1
            self._told.append(Written(case, _recorded(self._log.said[case], said["text"])))
        self._rooms.leave(case, reader)

    def _tell(self) -> None:
        said = sorted(self._told, key=lambda one: one.case)
        self._told.clear()
        self._rooms.told(said)


async def _now(work: Callable[..., T], /, *args: Any) -> T:
    return work(*args)


def _recorded(seq: int, text: str) -> Recorded:
    return Recorded(
        stream=Stream.TABLE, seq=seq, at=_AT, occurred_on=None, type="", type_version=1, actor="", mandate=None,
        via="", event=cast(Any, None), erased=False, leaf=text.encode(),
    )  # fmt: skip


def _frame(one: Recorded) -> Frame:
    return Frame(one.seq, framed(one.leaf), None)


async def _websockets(stopped: Awaitable[Any]) -> None:
    rooms: dict[str, set[ServerConnection]] = defaultdict(set)

    async def room(socket: ServerConnection) -> None:
        assert socket.request is not None
        mine = rooms[socket.request.path]
        mine.add(socket)
        try:
            async for said in socket:
                broadcast(mine, said)
        except ConnectionClosed:
            pass
        finally:
            mine.discard(socket)

    async with serve(room, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        print(f"ready http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}", flush=True)
        await stopped


async def _asgi(app: ASGIApp, ws: Any, stopped: Awaitable[Any]) -> None:
    """uvicorn as the product sets it, as far as sockets go; the house it would bring along is not needed."""
    config = uvicorn.Config(
        app, port=0, http="httptools", ws=ws, ws_max_size=FRAME_MAX, ws_per_message_deflate=False, access_log=False,
        log_config=None, lifespan="off",
    )  # fmt: skip
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - nobody tells of it
        await asyncio.sleep(0.01)
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)  # as `cloudnego.serving.settle_memory` does
    print(f"ready http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", flush=True)
    await stopped
    server.force_exit = server.should_exit = True
    await running


async def _main(name: str, folder: Path) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    match name:
        case "websockets":
            await _websockets(stop.wait())
        case "rooms":
            await _asgi(Hall(), Wire, stop.wait())
        case _:
            from bench.room_fastapi import application  # noqa: PLC0415  # the others need none of it

            await _asgi(application(folder), "websockets-sansio", stop.wait())


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_main(sys.argv[1], Path(sys.argv[2])))
