"""The shield: what every answer carries, whatever it answers, and what no request may be, whoever sends it.

It stands outside authentication, router and documents, so that a 404, a 405, a defect and a document are alike in what
they tell a browser. Numbers follow OWASP ASVS 5.0 V3.4, V4.2 and V14.3; which requirement is met where stands in
`docs/SECURITY.md`.
"""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cloudnego.web.errors import Problem, problem_of, respond
from cloudnego.web.wire import bounded

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""All others (TRACE, CONNECT, WebDAV's, …) have no meaning here for anybody."""

PATH_MAX: Final = 1024
QUERY_MAX: Final = 4096  # a cursor, a filter, the parameters of an authorization request; nothing we offer is longer
HEADERS_MAX: Final = 64
HEADER_BYTES_MAX: Final = 16_384

ONCE: Final = frozenset(
    {
        *(b"authorization", b"cookie", b"host", b"origin", b"x-cloudnego", b"x-acting-as", b"x-person"),
        *(b"content-type", b"content-length", b"idempotency-key", b"if-match", b"if-none-match"),
        b"device-signature",
    }
)
"""What says who asks, from where, and for what. Of two one reader takes the first and another the last: then one is
let in and another one's session is acted on. A proxy that speaks HTTP/2 joins cookies before it hands them on."""

_PRIVATE_ROOMS: Final = ("/api", "/oauth")
"""What lies below these is about somebody: it is nobody's to keep, neither a browser's nor a proxy's."""

_BOUNDED_THERE: Final = "/api/v1/"

CSP_OF_DATA: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
CSP_OF_PAGES: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""Nothing inline, nothing from elsewhere, and nobody may frame us. An answer that needs another policy (a sheet to
print with the hash of its style, an attachment in a sandbox) brings its own, and that one stands."""

_POLICY: Final = b"content-security-policy"
_KEEPING: Final = b"cache-control"
_ALWAYS: Final = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    # The camera reads the code of a slip; passkeys are how a binding act is confirmed. Nothing else is ever asked for.
    b"permissions-policy": b"camera=(self), publickey-credentials-get=(self), publickey-credentials-create=(self), "
    b"accelerometer=(), autoplay=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
    b"microphone=(), midi=(), payment=(), usb=()",
}
_NEVER: Final = frozenset({b"date", b"server", b"x-powered-by", *_ALWAYS})
"""What an answer may not say by itself: when and by what it was made, and what the shield says."""

_HTTPS_ALONE: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")  # a year (ASVS V3.4.1)
_SAID: Final = tuple(_ALWAYS.items())


class Shield:
    """The outermost ASGI application but for the one that counts. `body_max`: bytes of a body outside `/api/v1`, whose
    front bounds its own."""

    def __init__(self, inner: ASGIApp, body_max: int) -> None:
        self._inner = inner
        self._body_max = body_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and too_much({**scope, "method": "GET"}) is not None:
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        shielded = _Shielded(scope, send)
        refused = too_much(scope)
        if refused is not None:
            await respond(refused)(scope, receive, shielded)
            return
        if not scope["path"].startswith(_BOUNDED_THERE):
            receive = bounded(receive, self._body_max)
        try:
            await self._inner(scope, receive, shielded)
        except Exception as wrong:  # the server would write what the exception says into its log
            if not shielded.begun:
                await respond(problem_of(wrong))(scope, receive, shielded)


class _Shielded:
    """A `send` that gives every answer its headers."""

    __slots__ = ("_https", "_private", "_send", "begun")

    def __init__(self, scope: Scope, send: Send) -> None:
        self._send = send
        self._https = scope["scheme"] == "https"
        self._private = is_private(scope["path"])
        self.begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            message["headers"] = self._dressed(message["headers"])
        await self._send(message)

    def _dressed(self, said: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        kept, policy = [], False
        for name, value in said:
            if name in _NEVER or (self._private and name == _KEEPING):
                continue
            policy = policy or name == _POLICY
            kept.append((name, value))
        kept.extend(_SAID)
        if not policy:
            kept.append(_DATA if self._private else _PAGES)
        if self._private:
            kept.append(_NOBODYS)
        if self._https:
            kept.append(_HTTPS_ALONE)
        return kept


_DATA: Final = (_POLICY, CSP_OF_DATA.encode())
_PAGES: Final = (_POLICY, CSP_OF_PAGES.encode())
_NOBODYS: Final = (_KEEPING, b"no-store")


def is_private(path: str) -> bool:
    """Whether answers of this path are about somebody."""
    return any(path == room or path.startswith(f"{room}/") for room in _PRIVATE_ROOMS)


def too_much(scope: Scope) -> Problem | None:
    """Why this request is not looked at, whoever sends it: an odd method, an address or headers beyond all use, or
    headers that say two things."""
    if scope["method"] not in METHODS:
        return Problem("method_not_allowed", headers={"Allow": ", ".join(sorted(METHODS))})
    if len(scope.get("raw_path") or scope["path"]) > PATH_MAX or len(scope["query_string"]) > QUERY_MAX:
        return Problem("address_too_long")
    headers = scope["headers"]
    if len(headers) > HEADERS_MAX or sum([len(name) + len(value) for name, value in headers]) > HEADER_BYTES_MAX:
        return Problem("headers_too_long")
    single = [name for name, _ in headers if name in ONCE]
    return Problem("header_twice") if len(set(single)) < len(single) else None
