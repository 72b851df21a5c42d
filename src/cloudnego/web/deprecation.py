"""What of the API goes away: said in the document, and in every answer of the operation, long before.

An operation that has a row here is `deprecated` in the document, and its answers carry `Deprecation` (RFC 9745),
`Sunset` (RFC 8594) and links to the page that says what to use instead. How long it stays `docs/API.md` promises.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from email.utils import format_datetime
from typing import Any, Final

import msgspec
from starlette.types import Message, Scope, Send

STAYS_DAYS: Final = 365
"""So long at least an operation works after it was said that it goes."""

_PAGE: Final = "/api-docs"


class Deprecation(msgspec.Struct, frozen=True, kw_only=True):
    """Since when nobody should begin to use an operation, from when on it may be gone (null: not decided), and which
    operation takes its place."""

    since: date
    gone_from: date | None = None
    instead: str | None = None


DEPRECATED: Final[dict[str, Deprecation]] = {}
"""By operation. Nothing yet goes away."""


def mark(operation: dict[str, Any]) -> None:
    """Say it in an operation of the document."""
    found = DEPRECATED.get(operation["operationId"])
    if found is not None:
        operation["deprecated"] = True
        operation["x-deprecation"] = msgspec.to_builtins(found)


def headers_of(operation: str) -> Mapping[bytes, bytes]:
    """What the answers of an operation say of it; nothing of one that stays."""
    found = DEPRECATED.get(operation)
    if found is None:
        return {}
    links = [f'<{_PAGE}#{operation}>; rel="deprecation"; type="text/html"']
    if found.gone_from is not None:
        links.append(f'<{_PAGE}#{operation}>; rel="sunset"; type="text/html"')
    if found.instead is not None:
        links.append(f'<{_PAGE}#{found.instead}>; rel="successor-version"; type="text/html"')
    said = {b"deprecation": f"@{int(_midnight(found.since).timestamp())}", b"link": ", ".join(links)}
    if found.gone_from is not None:
        said[b"sunset"] = format_datetime(_midnight(found.gone_from), usegmt=True)
    return {name: value.encode() for name, value in said.items()}


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def saying(scope: Scope, send: Send) -> Send:
    """A `send` whose answers say it. Which operation was asked for the router or the front has put into `scope` by then
    (`route`, or the name of a command in `command`)."""
    if not DEPRECATED:
        return send

    async def said(message: Message) -> None:
        operation: str = scope.get("command") or getattr(scope.get("route"), "operation_id", None) or ""
        more = headers_of(operation) if message["type"] == "http.response.start" else {}
        if more:
            message["headers"] = [*message["headers"], *more.items()]
        await send(message)

    return said
