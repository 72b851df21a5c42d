"""Reading a request as it comes over ASGI, before any framework: headers, and a body no longer than allowed."""

from __future__ import annotations

from typing import Any

from starlette.types import Receive, Scope

from cloudnego.web.errors import Problem


def headers_of(scope: Scope) -> dict[str, str]:
    """The headers by lower-case name; of a header sent twice the last one."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


async def body_of(receive: Receive, headers: dict[str, str], longest: int) -> bytes:
    """The whole body. Raises `Problem` 413 as soon as it is or says it is longer than `longest` bytes."""
    declared = headers.get("content-length", "")
    if declared.isdigit() and int(declared[:12]) > longest:
        raise Problem("too_long", facts={"bytes": longest})
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":  # the client is gone: what it did not send cannot be read
            raise Problem("malformed")
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > longest:
            raise Problem("too_long", facts={"bytes": longest})
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def check_json(headers: dict[str, str]) -> None:
    """Raises `Problem` 415 unless the body says it is JSON."""
    if headers.get("content-type", "").partition(";")[0].strip().casefold() != "application/json":
        raise Problem("not_json")


def replaying(body: bytes, receive: Receive) -> Receive:
    """A `receive` that hands out a body already read, then whatever comes after it."""
    waiting = [body]

    async def again() -> Any:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return again
