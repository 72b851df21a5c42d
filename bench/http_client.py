"""A client that costs little: prepared requests over kept connections, answers read no further than their status."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from typing import cast

import msgspec

from bench.http_case import Asker

_ANSWER_S = 30.0
_KEYS = itertools.count(1)


class Load(msgspec.Struct, frozen=True):
    """What one block of requests came to: how many, how long each took (sorted), and what was answered."""

    seconds: float
    took_s: list[float]
    statuses: dict[int, int]

    @property
    def requests(self) -> int:
        return len(self.took_s)

    def percentile_ms(self, share: float) -> float:
        return round(1000 * self.took_s[min(self.requests - 1, int(share * self.requests))], 2)


def request(asker: Asker) -> bytes:
    """The next proposal of an asker, with a figure and an idempotency key of its own."""
    number = next(_KEYS)
    body = b'{"head":"T3","rate":"%d.%02d","text":"%s"}' % (1 + number // 100 % 20, number % 100, "我们的意见".encode())
    return (
        b"POST /api/v1/negotiations/%s/make-proposal HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
        b"Content-Type: application/json\r\nIdempotency-Key: bench-%d\r\nContent-Length: %d\r\n\r\n%s"
        % (asker.case.encode(), asker.token.encode(), number, len(body), body)
    )


class Wire(asyncio.Protocol):
    """One connection with one request under way."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[int] | None = None
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but descent

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, found, rest = self._heard.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(rest) >= length and self._answer is not None:
            self._heard = rest[length:]
            self._answer.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("the server hung up"))

    async def ask(self, sent: bytes) -> int:
        """Send one request; the status of its answer."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(sent)
        return await asyncio.wait_for(self._answer, _ANSWER_S)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def load(port: int, askers: list[Asker], seconds: float) -> Load:
    """As many clients as askers, each with its own connection, asking one proposal after the other."""
    loop = asyncio.get_running_loop()
    wires = [(await loop.create_connection(Wire, "127.0.0.1", port))[1] for _ in askers]
    took: list[float] = []
    statuses: Counter[int] = Counter()
    started = time.perf_counter()

    async def one(wire: Wire, asker: Asker) -> None:
        while (sent := time.perf_counter()) < started + seconds:
            statuses[await wire.ask(request(asker))] += 1
            took.append(time.perf_counter() - sent)

    await asyncio.gather(*(one(wire, asker) for wire, asker in zip(wires, askers, strict=True)))
    lasted = time.perf_counter() - started
    for wire in wires:
        wire.close()
    return Load(lasted, sorted(took), dict(statuses))
