"""Coming in through an outside provider: the browser goes there with a secret of its own and comes back with a code.

What ties the two halves together is a short-lived cookie of this one browser. Whoever is sent to the returning address
by somebody else has no such cookie, or not the one whose `state` stands in the address, and is signed in as nobody.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import urlencode

import msgspec
import structlog
from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.identity.attempts import SECRET_BYTES, Attempt, Refused
from cloudnego.identity.grades import ACTS, Act
from cloudnego.identity.outside import LASTS_S, Pending, Taken
from cloudnego.identity.outward import Away
from cloudnego.identity.providers import Provider
from cloudnego.texts import Said
from cloudnego.web.account import SignedIn, TheSite, agent_of, instant, keep
from cloudnego.web.answers import answer, nothing
from cloudnego.web.bodies import OutsideLinkBody, OutsideSignInBody, parsed
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.proving import WANTS
from cloudnego.web.signing import insist_or_known
from cloudnego.web.site import Site
from cloudnego.web.wire import cookie_of

router = Endpoints(prefix="/api/v1", tags=["accounts"])
_log: Final = structlog.get_logger(__name__)
_NO_LOGIN: Final = ""  # coming in by another door says nothing of who guessed the password
_VALUE_MAX: Final = 2048
_Came = Annotated[str | None, Query(max_length=_VALUE_MAX)]


class OutsideProvider(msgspec.Struct, frozen=True, kw_only=True):
    """A provider through which people may come in."""

    id: str
    name: Said


class OutsideProviders(msgspec.Struct, frozen=True, kw_only=True):
    """All of them, in the operator's order."""

    providers: tuple[OutsideProvider, ...]


class OutsideBegun(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt: the browser is to go to `location`, and be back within `lasts_s` seconds."""

    location: str
    lasts_s: int


class OutsideAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An outside account linked with the person who asks. `provider` may be one that is offered no more."""

    provider: str
    linked_at: str
    used_at: str | None


class OutsideAccounts(msgspec.Struct, frozen=True, kw_only=True):
    """All of them, oldest first."""

    accounts: tuple[OutsideAccount, ...]


@router.get("/outside", **described("list_providers", OutsideProviders, open_to_all=True, always=()))
async def list_providers(site: TheSite) -> Response:
    """The outside providers through which people may come in; one enterprise's own stands in its programs' links."""
    found = [
        OutsideProvider(id=one.id, name={"zh": one.name.zh, "en": one.name.en})
        for one in site.outside.providers.values()
        if not one.enterprises
    ]
    return answer(OutsideProviders(providers=tuple(found)))


@router.post(
    "/session/outside/{provider}",
    **described(
        "begin_outside",
        OutsideBegun,
        body=OutsideSignInBody,
        status=201,
        codes=("not_found", "cross_site", "outside_away"),
        headed=("Set-Cookie",),
        open_to_all=True,
    ),
)
async def begin_outside(request: Request, site: TheSite, provider: str) -> Response:
    """Begin to sign in through a provider: the answer says where the browser goes.

    The request must carry `X-CloudNego: 1` and the Origin of this site: nobody else's page may begin for a browser.
    """
    site.doorkeeper.check_origin(request.url.scheme, request.headers)
    body = parsed(request, OutsideSignInBody)
    district = body.district
    if district is None:
        district = await site.threads.run(site.default_district)
    return await _begun(site, _provider(site, provider), district, None, body.then)


@router.post(
    "/me/outside/{provider}",
    **described(
        "link_outside",
        OutsideBegun,
        body=OutsideLinkBody,
        status=201,
        codes=(
            *("not_found", "browsers_only", "outside_away"),
            *WANTS,
            "proof_failed",
            "locked_out",
        ),
        headed=("Set-Cookie",),
    ),
)
async def link_outside(request: Request, site: TheSite, who: SignedIn, provider: str) -> Response:
    """Begin to link an outside account with the person signed in, in the same browser, after a step-up.

    Whoever has nothing but a password shows that again: a browser left alone must not be given another key.
    """
    body = parsed(request, OutsideLinkBody)
    found = _provider(site, provider)
    if who.door != "cookie":
        raise Problem("browsers_only")
    await insist_or_known(site, who, ACTS[Act.LINK_OUTSIDE], body.password)
    return await _begun(site, found, who.district, who.person, body.then)


@router.get(
    "/session/outside/{provider}/return",
    **described(
        "end_outside",
        None,
        status=303,
        codes=(
            *("not_found", "malformed", "not_signed_in", "too_fast"),
            *("outside_refused", "outside_not_linked", "outside_taken", "outside_away"),
        ),
        headed=("Location", "Set-Cookie"),
        open_to_all=True,
    ),
)
async def end_outside(
    request: Request,
    site: TheSite,
    provider: str,
    *,
    state: _Came = None,
    code: _Came = None,
    iss: _Came = None,
    error: _Came = None,
) -> Response:
    """Where the provider sends the browser back to: it is signed in, or the account is linked, or neither."""
    try:
        return await _ended(request, site, provider)
    except Problem as problem:
        if "text/html" not in request.headers.get("accept", ""):
            raise
        return _said_on_a_page(site, request, problem)


async def _ended(request: Request, site: Site, provider: str) -> Response:
    """Raises `Problem`."""
    found = _provider(site, provider)
    came_with = _once(request)
    pending = site.outside.seal.open(cookie_of(request.headers, _name(site)), site.now_s())
    if pending is None or pending.provider != provider:
        raise _refused("no_attempt")
    attempt = _attempt(site, pending)
    if not hmac.compare_digest(came_with.get("state", "").encode(), attempt.state.encode()):
        raise _refused("state")
    if not await site.threads.run(site.outside.links.spend, attempt, pending.until_s):
        raise _refused("twice")
    try:
        subject = await _subject(found, attempt, came_with)
        ended = await (_signed_in if pending.person is None else _linked)(request, site, pending, found, subject)
    except Problem as problem:
        problem.headers["Set-Cookie"] = _forgotten(site)
        raise
    ended.headers.append("Set-Cookie", _forgotten(site))
    return ended


def _said_on_a_page(site: Site, request: Request, problem: Problem) -> Response:
    """A person sits before this browser: he reads what went wrong where he signs in, and comes from there to the page
    he wanted. Which page that was, this browser's own attempt says."""
    pending = site.outside.seal.open(cookie_of(request.headers, _name(site)), site.now_s())
    there = {} if pending is None else {"then": pending.then, "district": pending.district}
    made = _to("/signin?" + urlencode({"because": problem.code, **there}))
    if "Set-Cookie" in problem.headers:
        made.headers.append("Set-Cookie", problem.headers["Set-Cookie"])
    return made


@router.get("/me/outside", **described("list_outside", OutsideAccounts))
async def list_outside(site: TheSite, who: SignedIn) -> Response:
    """The outside accounts linked with the person who asks."""
    found = await site.threads.run(site.outside.links.of, who.person)
    return answer(
        OutsideAccounts(
            accounts=tuple(
                OutsideAccount(
                    provider=one.provider,
                    linked_at=instant(one.created_s),
                    used_at=instant(one.used_s) if one.used_s is not None else None,
                )
                for one in found
            )
        )
    )


@router.delete(
    "/me/outside/{provider}",
    **described("unlink_outside", None, status=204, codes=("not_found", "malformed"), unsafe=True),
)
async def unlink_outside(request: Request, site: TheSite, who: SignedIn, provider: str) -> Response:
    """Take a link away. All other sessions of the person end: the outside account may have opened them."""
    token = site.doorkeeper.token(request.headers)
    gone = await site.threads.run(site.outside.links.unlink, who, provider, token.value if token else None)
    if not gone:
        raise Problem("not_found")
    site.doorkeeper.forget()
    return nothing()


def _provider(site: Site, name: str) -> Provider:
    found = site.outside.providers.get(name)
    if found is None:
        raise Problem("not_found")
    return found


def _attempt(site: Site, pending: Pending) -> Attempt:
    return Attempt(pending.secret, f"{site.outside.site}/api/v1/session/outside/{pending.provider}/return")


async def _begun(site: Site, provider: Provider, district: str, person: str | None, then: str) -> Response:
    """Where the browser goes, and the cookie it needs to come back. Nothing is written: strangers may begin at will."""
    until_s = site.now_s() + LASTS_S
    pending = Pending(secrets.token_bytes(SECRET_BYTES), provider.id, district, person, then, until_s)
    try:
        location = await provider.adapter.address(_attempt(site, pending))
    except Away as wrong:
        raise _away(provider, wrong) from None
    made = answer(OutsideBegun(location=location, lasts_s=LASTS_S), 201)
    _set_cookie(site, made, site.outside.seal.close(pending), LASTS_S)
    return made


async def _subject(provider: Provider, attempt: Attempt, came_with: Mapping[str, str]) -> str:
    """The provider's name for whoever came back. Raises `Problem`."""
    if "error" in came_with:
        raise _refused("error")  # he changed his mind there, or the provider did not like him
    try:
        worth = await provider.adapter.exchange(attempt, came_with)
        return await provider.adapter.who(attempt, came_with, worth)
    except Refused as wrong:
        raise _refused(wrong.why) from None
    except Away as wrong:
        raise _away(provider, wrong) from None


async def _signed_in(request: Request, site: Site, pending: Pending, provider: Provider, subject: str) -> Response:
    """A new session for whoever is linked; the one this browser had ends with it."""
    person = await site.threads.run(site.outside.links.person, pending.district, provider, subject)
    if person is None:
        raise Problem("outside_not_linked")
    old = cookie_of(request.headers, site.doorkeeper.cookie)
    agent = agent_of(request.headers)
    token = await site.threads.run(_opened, site, (pending.district, person, agent), old or None)
    site.doorkeeper.forget()
    made = _to(pending.then)
    keep(site, made, token)
    return made


def _opened(site: Site, whose: tuple[str, str, str | None], replaces: str | None) -> str:
    """A session that counts as one by a password: a provider vouches for no act."""
    district, person, agent = whose
    return site.sessions.open(district, _NO_LOGIN, person, "cookie", replaces=replaces, agent=agent)


async def _linked(request: Request, site: Site, pending: Pending, provider: Provider, subject: str) -> Response:
    """The outside account belongs to whoever began, who must still be signed in, in this very browser."""
    cookie = cookie_of(request.headers, site.doorkeeper.cookie)
    who = await site.doorkeeper.who("GET", request.url.scheme, {"cookie": f"{site.doorkeeper.cookie}={cookie}"})
    if who.person != pending.person:
        raise _refused("somebody_else")
    try:
        await site.threads.run(site.outside.links.link, who.district, who.person, provider, subject)
    except Taken:
        raise Problem("outside_taken") from None
    return _to(pending.then)


def _to(page: str) -> Response:
    """The address that came back held a code: no page after it may learn it (the shield sends no referrer)."""
    return Response(status_code=303, headers={"Location": page})


def _once(request: Request) -> dict[str, str]:
    """What stands in the returning address. Raises `Problem` where something stands there twice (RFC 6749 §3.1) or is
    no visible text."""
    pairs = request.query_params.multi_items()
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _refused("twice_named")
    if not all(len(one) <= _VALUE_MAX and one.isascii() and one.isprintable() for one in found.values()):
        raise _refused("value")
    return found


def _refused(why: str) -> Problem:
    _log.info("outside_refused", why=why)
    return Problem("outside_refused")


def _away(provider: Provider, wrong: Away) -> Problem:
    _log.warning("outside_away", provider=provider.id, why=str(wrong))
    return Problem("outside_away", retry_after_s=10)


# --- the cookie ---------------------------------------------------------------------------------------------------


def _name(site: Site) -> str:
    return f"{site.doorkeeper.cookie}-outside"


def _set_cookie(site: Site, made: Response, value: str, lasts_s: int) -> None:
    """Lax: the provider's page sends the browser back by an ordinary navigation, and only those bring it along."""
    made.set_cookie(
        _name(site),
        value,
        max_age=lasts_s,
        path="/",
        secure=site.doorkeeper.secure,
        httponly=True,
        samesite="lax",
    )


def _forgotten(site: Site) -> str:
    """The `Set-Cookie` that takes it away."""
    gone = Response()
    _set_cookie(site, gone, "", 0)
    return gone.headers["set-cookie"]
