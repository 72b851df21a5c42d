"""Requests straight into the application, without a socket and without a client: every byte of the answer is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from starlette.types import ASGIApp, Message


class Said(NamedTuple):
    """An answer as it would go over the wire: status, headers in their order, body."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def document(self) -> Any:
        """The body as JSON; None where there is none, or where it is a page or a file."""
        return json.loads(self.body) if self.body and "json" in (self.header("content-type") or "json") else None

    @property
    def code(self) -> str:
        """The code of a problem, or nothing."""
        found = self.document
        return str(found.get("code", "")) if isinstance(found, dict) else ""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it was refused."""
        found = self.document
        return tuple(one["reason"] for one in found.get("obstacles", ())) if isinstance(found, dict) else ()

    def header(self, name: str) -> str | None:
        """A header by its lower-case name."""
        return next((value.decode("latin-1") for key, value in self.headers if key.decode().lower() == name), None)

    def but_for(self, names: frozenset[bytes]) -> Said:
        """The same without some headers."""
        return self._replace(headers=tuple(one for one in self.headers if one[0] not in names))


class Request(NamedTuple):
    """What is asked; `query` without its question mark."""

    method: str
    path: str
    body: bytes | None = None
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()


def bearing(token: str | None, **more: str) -> tuple[tuple[str, str], ...]:
    """The headers of somebody with this token; keywords with _ for -."""
    shown = () if token is None else (("authorization", f"Bearer {token}"),)
    return (*shown, *((name.replace("_", "-"), value) for name, value in more.items()))


def json_body(value: Mapping[str, Any]) -> bytes:
    """A body as a client sends it."""
    return json.dumps(value, ensure_ascii=False).encode()


async def ask(app: ASGIApp, request: Request, address: str = "127.0.0.1") -> Said:
    """Ask and wait for the whole answer."""
    sent: list[Message] = []
    headers = [(b"host", b"test")] if "host" not in dict(request.headers) else []
    if request.body is not None and "content-type" not in dict(request.headers):
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(request.body)).encode())]
    headers += [(name.encode(), value.encode("latin-1")) for name, value in request.headers]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": request.method, "scheme": "http",
        "path": request.path, "raw_path": request.path.encode(), "query_string": request.query.encode(),
        "root_path": "", "headers": headers, "client": (address, 40_000), "server": ("test", 80), "state": {},
    }  # fmt: skip
    waiting = [request.body or b""]

    async def receive() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = sent[0]
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Said(start["status"], tuple((bytes(key), bytes(value)) for key, value in start["headers"]), body)
