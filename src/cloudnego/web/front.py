"""The front of the house, before any router: authenticate, read, and hand commands to their doors.

Nothing below `/api/v1` is looked for, matched or parsed for somebody who has not signed in, but for the few doors that
are open to all. A router in front of this would answer 404, 405 and 422 in an order that tells what exists.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cloudnego.web.ballots import CAST
from cloudnego.web.commands import ASKS, OPENINGS, PREFIX, Ask, Carrier
from cloudnego.web.deprecation import saying
from cloudnego.web.errors import Problem, problem_of, respond
from cloudnego.web.files import FILES
from cloudnego.web.imports import IMPORTS
from cloudnego.web.live import Live
from cloudnego.web.quotas import counting, metered
from cloudnego.web.site import Site
from cloudnego.web.wire import body_of, check_json, headers_of, replaying

API: Final = "/api/v1"
OPEN_DOORS: Final = frozenset(
    {
        ("POST", f"{API}/session"),
        ("POST", f"{API}/session/passkey"),
        ("POST", f"{API}/session/password"),
        ("POST", f"{API}/session/passkey/options"),
        ("POST", f"{API}/sandbox"),
        ("POST", f"{API}/session/slip"),
        ("POST", f"{API}/session/phone"),
        ("POST", f"{API}/session/phone/codes"),
        ("POST", CAST),
        ("POST", f"{API}/invitation/read"),
        ("POST", f"{API}/invitation/accept"),
        ("POST", f"{API}/opinions/follow"),
        ("POST", f"{API}/links/read"),
        ("GET", f"{API}/procedure"),
        ("GET", f"{API}/packs"),
        ("GET", f"{API}/outside"),
        ("GET", f"{API}/texts"),
        ("GET", f"{API}/signing-authority"),
    }
)
"""What a stranger may ask. `/packs/{id}`, `/texts/{name}` and coming in through a provider are open too, see
`_is_open`."""

_OPEN_BELOW: Final = (f"{API}/packs/", f"{API}/texts/", f"{API}/register/")
_WITNESSED: Final = f"{API}/witnessed/"
"""Who co-signs a district's log shows himself by the signature alone."""

_BESIDE: Final = frozenset(
    {"audit-exports", "candidates", "cosignatures", "holds", "nominations", "papers", "prepared", "surveys"}
)
"""What can be posted to a case and is no command: the router's."""

_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
SANDBOX: Final = (b"cloudnego-district", b"sandbox")
_POST_ONLY: Final = {"Allow": "POST"}


def _is_open(method: str, path: str) -> bool:
    if method in ("GET", "POST") and path.startswith((f"{API}/session/outside/", _WITNESSED)):
        return True
    return (method, path) in OPEN_DOORS or (method == "GET" and path.startswith(_OPEN_BELOW))


class Front:
    """The outermost ASGI application."""

    def __init__(self, site: Site, application: ASGIApp) -> None:
        self._site = site
        self._application = application
        self._carrier = Carrier(site)
        self._live = Live(site)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._live(scope, receive, send)
            return
        if scope["type"] != "http" or not (scope["path"] == API or scope["path"].startswith(f"{API}/")):
            await self._application(scope, receive, send)
            return
        try:
            answer: ASGIApp = await self._meet(scope, receive)
        except Exception as wrong:
            answer = respond(problem_of(wrong))
        # What goes wrong behind the router was answered and logged there; starlette raises it again for the server,
        # whose log would say what the exception says.
        with suppress(Exception):
            await answer(scope, receive, saying(scope, counting(self._site, scope, self._marked(scope, send))))

    def _marked(self, scope: Scope, send: Send) -> Send:
        """Every answer in a sandbox says so in a header, whatever it answers with."""
        who = scope.get("who")
        if who is None or self._site.clocks.district(who.district).kind != "sandbox":
            return send

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], SANDBOX]
            await send(message)

        return marked

    async def _meet(self, scope: Scope, receive: Receive) -> ASGIApp:
        method, path, headers = scope["method"], scope["path"], headers_of(scope)
        if _is_open(method, path):
            return await self._routed(scope, receive, headers)
        who = scope["who"] = await self._site.doorkeeper.who(method, scope["scheme"], headers)
        await metered(self._site, scope)
        if path.startswith(f"{API}{IMPORTS}"):
            return self._application  # it looks whether any of it can be his before it reads the file
        if not path.startswith(PREFIX):
            return await self._routed(scope, receive, headers)
        rest = path[len(PREFIX) :]
        case_id, _, last = rest[1:].partition("/")
        opening = OPENINGS.get(rest)
        of_a_case = rest.count("/") == 2 and last not in _BESIDE
        if method == "POST" and of_a_case and last == FILES:
            return self._application  # it finds the case before it reads the file, and has a bound of its own for it
        if method == "POST" and (opening is not None or of_a_case):
            asked: Ask | None = opening or ASKS.get(last)
            scope["command"] = asked.name if asked is not None else ""
            body = await body_of(receive, headers, self._site.limits.body_max_bytes)
            if opening is not None:
                return await self._carrier.open(opening, who, headers, body)
            return await self._carrier.ask(asked, case_id, who, headers, body)
        if (rest and opening is not None) or (of_a_case and last in ASKS):
            raise Problem("method_not_allowed", headers=_POST_ONLY)
        return await self._routed(scope, receive, headers)

    async def _routed(self, scope: Scope, receive: Receive, headers: dict[str, str]) -> ASGIApp:
        """What is no command goes to the router, with the body read: it is as bounded as any other."""
        if scope["method"] not in _WITH_BODY:
            return self._application
        body = await body_of(receive, headers, self._site.limits.body_max_bytes)
        if body:
            check_json(headers, body)
        scope["body"] = body
        again = replaying(body, receive)

        async def routed(inner: Scope, _receive: Receive, send: Send) -> None:
            await self._application(inner, again, send)

        return routed
