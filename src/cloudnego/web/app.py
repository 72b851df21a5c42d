"""The application: queries and accounts on FastAPI, the front before it, one way to say what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cloudnego import __version__
from cloudnego.web import (
    accepting,
    account,
    audit_files,
    ballots,
    calendar_links,
    campaign,
    candidates,
    check_in,
    checkpoints,
    clauses,
    cockpit,
    congress,
    congress_papers,
    consents,
    coordination,
    court_orders,
    deadlines_file,
    deep_links,
    delegate_posting,
    delegates,
    device_keys,
    district_log,
    dossiers,
    enterprises,
    events,
    exports,
    factors,
    files,
    health,
    helpdesk,
    holds,
    imports,
    instructors,
    invitations,
    ledgers,
    letters,
    live,
    maps,
    nominations,
    notice_counts,
    notices,
    oauth,
    opinions,
    organisations,
    outside,
    papers,
    phones,
    poll_reminders,
    polls,
    portal_clients,
    practice,
    prepared,
    procedure,
    queries,
    receipts,
    records,
    sandbox,
    scores,
    signatures,
    signing,
    slip_door,
    slips,
    survey_results,
    surveys,
    telling,
    trials,
    unsubscribing,
    usage,
    views,
    waiting,
    webhooks,
    workers,
)
from cloudnego.web.ballots import CAST
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem, malformed, problem_of, respond
from cloudnego.web.front import Front
from cloudnego.web.health import Figures
from cloudnego.web.openapi import openapi_of
from cloudnego.web.pages import Pages
from cloudnego.web.shield import Shield
from cloudnego.web.site import Site
from cloudnego.web.tries import Doorstep

ROUTERS: Final[tuple[Endpoints, ...]] = (
    health.router,
    instructors.router,
    court_orders.router,
    views.router,
    audit_files.router,
    holds.router,
    dossiers.router,
    coordination.router,
    account.router,
    notices.router,
    records.router,
    signing.router,
    helpdesk.router,
    factors.router,
    letters.router,
    outside.router,
    exports.router,
    deadlines_file.router,
    calendar_links.router,
    deep_links.router,
    procedure.router,
    queries.router,
    clauses.router,
    live.router,
    check_in.router,
    checkpoints.router,
    device_keys.router,
    district_log.router,
    receipts.router,
    surveys.router,
    survey_results.router,
    opinions.router,
    polls.router,
    poll_reminders.router,
    ballots.router,
    waiting.router,
    cockpit.router,
    scores.router,
    campaign.router,
    ledgers.router,
    files.router,
    enterprises.router,
    imports.router,
    organisations.router,
    maps.router,
    invitations.router,
    accepting.router,
    workers.router,
    delegates.router,
    delegate_posting.router,
    nominations.router,
    candidates.router,
    congress.router,
    congress_papers.router,
    papers.router,
    signatures.router,
    slips.router,
    slip_door.router,
    phones.router,
    telling.router,
    notice_counts.router,
    oauth.router,
    portal_clients.router,
    usage.router,
    events.router,
    webhooks.router,
    prepared.router,
    consents.router,
    practice.router,
    trials.router,
    sandbox.router,
    consents.outside,
    letters.in_sandboxes,
    slips.style,
    congress_papers.style,
    papers.counter,
    calendar_links.fetched,
    unsubscribing.router,
)
"""All endpoints, in the order in which they are looked for."""

_DESCRIBED: Final[dict[tuple[str, str], dict[str, Any]]] = {}
"""The document, by id and version of the pack that stands in its examples: a process writes it once (a second),
however many houses it has."""


def application(site: Site) -> FastAPI:
    """FastAPI with everything but the commands, and the document that describes both."""
    made = FastAPI(
        title="CloudNego 云协商",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
        routes=[route for router in ROUTERS for route in router.routes],
    )
    made.state.site = site
    made.add_exception_handler(Problem, _problem)
    made.add_exception_handler(RequestValidationError, _malformed)
    made.add_exception_handler(HTTPException, _http)
    made.add_exception_handler(Exception, _defect)

    def openapi() -> dict[str, Any]:
        pack = site.default_pack
        if (pack.id, pack.version) not in _DESCRIBED:
            _DESCRIBED[pack.id, pack.version] = openapi_of(made, pack)
        return _DESCRIBED[pack.id, pack.version]

    made.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to replace it
    return made


def front_of(site: Site, figures: Figures, tick: Callable[[], float]) -> ASGIApp:
    """The whole house as one ASGI application."""
    doors = Doorstep(Front(site, application(site)), site.tries)
    return Measured(Shield(Pages(doors), site.limits.body_max_bytes), figures, tick)


async def _problem(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return respond(problem)


async def _malformed(_: Request, wrong: Exception) -> Response:
    assert isinstance(wrong, RequestValidationError)
    return respond(malformed(wrong.errors()))


async def _http(_: Request, wrong: Exception) -> Response:
    """Starlette's own answers in our words: no such path, no such method, a body it could not read."""
    assert isinstance(wrong, HTTPException)
    if wrong.status_code == 405:
        return respond(Problem("method_not_allowed", headers=dict(wrong.headers or {})))
    return respond(Problem("not_found" if wrong.status_code == 404 else "malformed"))


async def _defect(_: Request, wrong: Exception) -> Response:
    return respond(problem_of(wrong))


class Measured:
    """Counts answers and the time they took; nothing of path, person or case goes into a figure."""

    def __init__(self, inner: ASGIApp, figures: Figures, tick: Callable[[], float]) -> None:
        self._inner = inner
        self._seconds = figures.seconds
        self._by_status = [figures.requests.labels(f"{hundred}xx") for hundred in range(6)]
        self._tick = tick

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == CAST:  # when a ballot came is nobody's to know
            await self._inner(scope, receive, send)
            return
        began = self._tick()

        async def measured(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._by_status[message["status"] // 100].inc()
            await send(message)

        try:
            await self._inner(scope, receive, measured)
        finally:
            self._seconds.observe(self._tick() - began)
