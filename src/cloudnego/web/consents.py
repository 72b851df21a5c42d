"""A person lets a portal act for him: the client's request, his decision in his own session, and what he let in so far.

The client sends the browser to `/oauth/authorize`; from there it goes on to the page of the request, which reads and
decides it here. The decision needs a proof that it is really he. Through none of this can anything be done that binds.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cloudnego.identity.clients import Client
from cloudnego.identity.consents import Pending, TooManyRequests, Wanted
from cloudnego.identity.grades import ACTS, Act
from cloudnego.identity.portals import may_delegate
from cloudnego.identity.sessions import Who
from cloudnego.web.account import SignedIn, TheSite, instant
from cloudnego.web.acting import in_force
from cloudnego.web.answers import answer, nothing
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import PathId
from cloudnego.web.errors import Problem
from cloudnego.web.forms import Form, OAuthError, asked_scopes, fields_of, spoken
from cloudnego.web.lists import organisation_names
from cloudnego.web.proving import WANTS, insist
from cloudnego.web.scopes import PortalScope
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["portals"])
outside = Endpoints(tags=["portals"])

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_STATE_MAX: Final = 1000


class ConsentRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a client asks for. `returns_to`: where the browser is sent with the answer."""

    id: str
    portal: str
    portal_name: str
    enterprise: str
    enterprise_name: str
    scopes: tuple[PortalScope, ...]
    returns_to: str
    expires_at: str


class ConsentDecided(msgspec.Struct, frozen=True, kw_only=True):
    """Where the browser goes now, with the answer in the address."""

    redirect_to: str


class ConsentDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What this person let a client do, until he ends it."""

    id: str
    portal: str
    portal_name: str
    enterprise: str
    scopes: tuple[PortalScope, ...]
    since: str


class ConsentList(msgspec.Struct, frozen=True, kw_only=True):
    """Oldest first."""

    rows: tuple[ConsentDocument, ...]


# --- the client's request --------------------------------------------------------------------------------------------


def _authorize_route() -> dict[str, Any]:
    """What the document says of the door; its parameters are read by hand, each at most once."""
    route = spoken(
        described("oauth_authorize", None, status=302, headed=("Location",), open_to_all=True), "invalid_request"
    )
    required = ("response_type", "client_id", "redirect_uri", "code_challenge", "code_challenge_method")
    route["openapi_extra"]["parameters"] = [
        {"name": name, "in": "query", "required": name in required, "schema": {"type": "string"}}
        for name in (*required, "scope", "state", "enterprise")
    ]
    return route


@outside.get("/oauth/authorize", **_authorize_route())
async def authorize(request: Request, site: TheSite) -> Response:
    """Keep a client's request and send the browser to its page (RFC 6749 §4.1.1, RFC 7636, RFC 9207).

    What is wrong with client or address is said here; only to an address that is registered is anybody sent.
    """
    try:
        form = fields_of(request.scope["query_string"])
        client = await site.threads.run(site.portals.clients.get, form.get("client_id", ""))
        if client is None or form.get("redirect_uri") not in client.redirect_uris:
            raise OAuthError("invalid_request", "no such client, or redirect_uri is none of those registered for it")
    except OAuthError as no:
        return no.response()
    try:
        wanted = _wanted(form, client)
        id_ = await site.threads.run(site.consents.ask, client, wanted)
    except OAuthError as no:
        return _back(site, form["redirect_uri"], form.get("state"), error=no.error, error_description=no.why)
    except TooManyRequests:
        return _back(site, form["redirect_uri"], form.get("state"), error="temporarily_unavailable")
    return RedirectResponse(f"{site.public_url}/consent/{id_}", 302)


def _wanted(form: Form, client: Client) -> Wanted:
    """Raises `OAuthError`."""
    if form.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "response_type must be code")
    if form.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(form.get("code_challenge", "")):
        raise OAuthError("invalid_request", "a code_challenge with code_challenge_method=S256 is required")
    state = form.get("state")
    if state is not None and len(state) > _STATE_MAX:
        raise OAuthError("invalid_request", "state is too long")
    own = [one.enterprise for one in client.grants]
    enterprise = form.get("enterprise", own[0] if len(own) == 1 else "")
    granted = client.scopes_for(enterprise)
    if not granted:
        raise OAuthError("invalid_request", "enterprise must name one that granted this client something")
    scopes = frozenset(asked_scopes(form, granted))
    return Wanted(
        enterprise=enterprise,
        redirect_uri=form["redirect_uri"],
        scopes=scopes,
        state=state,
        challenge=form["code_challenge"],
    )


def _address(site: Site, redirect_uri: str, state: str | None, **said: str) -> str:
    """The address with the answer; `iss` says whose it is, so that no client takes it for another's (RFC 9207)."""
    fields = {**said, **({} if state is None else {"state": state}), "iss": site.portals.issuer}
    return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(fields)}"


def _back(site: Site, redirect_uri: str, state: str | None, **said: str) -> Response:
    return RedirectResponse(_address(site, redirect_uri, state, **said), 302)


# --- the person's decision -------------------------------------------------------------------------------------------


def _his(site: Site, who: Who, request_id: str) -> Pending:
    """A request that this person could grant: he is of the employer there. Raises `Problem` 404. Blocks."""
    found = site.consents.pending(request_id)
    if found is None or found.district != who.district:
        raise Problem("not_found")
    if not any(may_delegate(one, found.enterprise) for one in in_force(site, who)):
        raise Problem("not_found")
    return found


@router.get(
    "/oauth/requests/{request_id}", **described("read_consent", ConsentRequest, codes=("not_found", "malformed"))
)
async def read_consent(site: TheSite, who: SignedIn, request_id: PathId) -> Response:
    """What a client asks this person for, before he decides."""

    def read() -> ConsentRequest:
        found = _his(site, who, request_id)
        names = organisation_names(site, who.district, {found.enterprise})
        return ConsentRequest(
            id=found.id,
            portal=found.client,
            portal_name=found.client_name,
            enterprise=found.enterprise,
            enterprise_name=names.get(found.enterprise, ""),
            scopes=tuple(sorted(PortalScope(scope) for scope in found.scopes)),
            returns_to=found.redirect_uri,
            expires_at=instant(found.expires_s),
        )

    return answer(await site.threads.run(read))


@router.post(
    "/oauth/requests/{request_id}/approve",
    **described(
        "approve_consent",
        ConsentDecided,
        codes=("not_found", "malformed", *WANTS),
        unsafe=True,
    ),
)
async def approve_consent(site: TheSite, who: SignedIn, request_id: PathId) -> Response:
    """Let the client act for this person, with a proof that it is he. Once; nothing that binds is in it."""
    found = await site.threads.run(_his, site, who, request_id)
    await insist(site, who, ACTS[Act.LET_PORTAL])
    code = await site.threads.run(lambda: site.consents.decide(found.id, who.person, yes=True))
    if code is None:
        raise Problem("not_found")
    return answer(ConsentDecided(redirect_to=_address(site, found.redirect_uri, found.state, code=code)))


@router.post(
    "/oauth/requests/{request_id}/deny",
    **described("deny_consent", ConsentDecided, codes=("not_found", "malformed"), unsafe=True),
)
async def deny_consent(site: TheSite, who: SignedIn, request_id: PathId) -> Response:
    """Say no; the client learns that and nothing else."""
    found = await site.threads.run(_his, site, who, request_id)
    await site.threads.run(lambda: site.consents.decide(found.id, who.person, yes=False))
    return answer(ConsentDecided(redirect_to=_address(site, found.redirect_uri, found.state, error="access_denied")))


@router.get("/me/portals", **described("my_portals", ConsentList))
async def my_portals(site: TheSite, who: SignedIn) -> Response:
    """The clients this person let act for him."""
    rows = await site.threads.run(site.consents.of, who.person)
    return answer(
        ConsentList(
            rows=tuple(
                ConsentDocument(
                    id=one.id,
                    portal=one.client,
                    portal_name=one.client_name,
                    enterprise=one.enterprise,
                    scopes=tuple(sorted(PortalScope(scope) for scope in one.scopes)),
                    since=instant(one.decided_s),
                )
                for one in rows
            )
        )
    )


@router.delete(
    "/me/portals/{consent_id}",
    **described("end_my_portal", None, status=204, codes=("not_found", "malformed"), unsafe=True),
)
async def end_my_portal(site: TheSite, who: SignedIn, consent_id: PathId) -> Response:
    """End what a client may do for this person; from its next request on."""
    if not await site.threads.run(site.consents.withdraw, who.person, consent_id):
        raise Problem("not_found")
    site.doorkeeper.forget()
    return nothing()
