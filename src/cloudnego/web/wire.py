"""Reading a request as it comes over ASGI, before any framework: headers, and a body no longer than allowed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from starlette.types import Receive, Scope

from cloudnego.web.errors import Problem


def headers_of(scope: Scope) -> dict[str, str]:
    """The headers by lower-case name; of a header sent twice the last one."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def cookie_of(headers: Mapping[str, str], name: str) -> str:
    """The cookie of exactly that name; "" where there is none, or two of them.

    Which of two is ours cannot be told: a neighbour under the same domain may have set one without a name whose value
    looks like name and value of ours. What else stands in the header, well-formed or not, changes nothing.
    """
    pairs = (one.strip(" \t").partition("=") for one in headers.get("cookie", "").split(";"))
    found = [value for key, mark, value in pairs if mark and key == name]
    return found[0] if len(found) == 1 else ""


async def body_of(receive: Receive, headers: dict[str, str], longest: int) -> bytes:
    """The whole body. Raises `Problem` 413 as soon as it is or says it is longer than `longest` bytes."""
    declared = headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:12]) > longest:
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


def bounded(receive: Receive, longest: int) -> Receive:
    """A `receive` of at most `longest` bytes of a body; it raises `Problem` 413 at the first that is too much."""
    size = 0

    async def counted() -> Any:
        nonlocal size
        message = await receive()
        if message["type"] == "http.request":
            size += len(message.get("body", b""))
            if size > longest:
                raise Problem("too_long", facts={"bytes": longest})
        return message

    return counted


_JSON: Final = re.compile(r"application/json *(; *charset=\"?utf-?8\"?)?", re.IGNORECASE)

DEPTH_MAX: Final = 32
MEMBERS_MAX: Final = 5_000
DIGITS_MAX: Final = 20
"""No lawful act nests deeper, names more, or counts further: money in fen has at most 15 digits."""

# A text that does not end is one up to the end of the body: looked for again at each of its quotes it would take the
# square of its length, and this is done for strangers, too.
_STRING: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_LONG_NUMBER: Final = re.compile(rb"[0-9]{%d}|[0-9][eE]" % (DIGITS_MAX + 1))
_BRACKET: Final = re.compile(rb"[\[{\]}]")


def check_json(headers: dict[str, str], body: bytes) -> None:
    """Raises `Problem` 415 unless the body says it is JSON in UTF-8, 422 where it nests, lists or counts too far.

    It is looked at before any parser sees it. Most bodies have fewer brackets than may be nested and no long number,
    and that is all that is counted of them.
    """
    if not _JSON.fullmatch(headers.get("content-type", "").strip()):
        raise Problem("not_json")
    opened = body.count(b"{") + body.count(b"[")
    if opened <= DEPTH_MAX and body.count(b":") + body.count(b",") <= MEMBERS_MAX and not _LONG_NUMBER.search(body):
        return
    bare = _STRING.sub(b"", body)
    if _depth(bare) > DEPTH_MAX or bare.count(b":") + bare.count(b",") > MEMBERS_MAX or _LONG_NUMBER.search(bare):
        raise Problem("too_complex", facts={"depth": DEPTH_MAX, "members": MEMBERS_MAX, "digits": DIGITS_MAX})


def _depth(bare: bytes) -> int:
    deepest = depth = 0
    for bracket in _BRACKET.findall(bare):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def replaying(body: bytes, receive: Receive) -> Receive:
    """A `receive` that hands out a body already read, then whatever comes after it."""
    waiting = [body]

    async def again() -> Any:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return again
