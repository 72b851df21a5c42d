"""A house on a real uvicorn on loopback, in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, TypeVar

from cloudnego.main import House, build, install
from cloudnego.serving import serve
from cloudnego.settings import Settings

T = TypeVar("T")


class Served:
    """Where it answers, what serves there, and its event loop."""

    def __init__(self, house: House, url: str, loop: asyncio.AbstractEventLoop) -> None:
        self.house = house
        self.url = url
        self.metrics = f"http://127.0.0.1:{house.settings.metrics_port}"
        self._loop = loop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the server's own loop."""
        return self.later(work).result()

    def later(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """The same without waiting for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


@contextmanager
def serving(settings: Settings) -> Iterator[Served]:
    """Install, build and serve; stop as a signal would."""
    install(settings)
    house = build(settings)
    ready = threading.Event()
    urls: list[str] = []
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def answering(url: str) -> None:
        urls.append(url)
        ready.set()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve(house, answering, stop)))
    thread.start()
    try:
        assert ready.wait(20), "the server did not answer within 20 s"
        yield Served(house, urls[0], loop)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        loop.close()
