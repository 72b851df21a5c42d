"""Signing in and out, and who I am."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from fastapi import Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Office, Side
from cloudnego.identity.grades import Grade, GradeWord
from cloudnego.identity.kinds import OrganisationKind
from cloudnego.identity.passwords import TooManySignIns
from cloudnego.identity.sessions import Held, Who
from cloudnego.ports import CHINA
from cloudnego.web.answers import answer, nothing
from cloudnego.web.auth import Headers
from cloudnego.web.bodies import SignInBody, parsed
from cloudnego.web.described import described
from cloudnego.web.documents import MeansDocument
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.proving import as_said, means_of
from cloudnego.web.site import Site

_AGENT_MAX: Final = 120
router = Endpoints(prefix="/api/v1", tags=["accounts"])


def the_site(request: Request) -> Site:
    """What `main` put together."""
    found: Site = request.app.state.site
    return found


def signed_in(request: Request) -> Who:
    """Who asks, as the front found out. Only endpoints open to all have nobody."""
    found: Who = request.scope["who"]
    return found


async def _site(request: Request) -> Site:
    return the_site(request)


async def _who(request: Request) -> Who:
    return signed_in(request)


TheSite = Annotated[Site, Depends(_site)]
SignedIn = Annotated[Who, Depends(_who)]
"""By coroutines: FastAPI hands a plain function to a thread, which costs more than what these two look up."""

ItemId = Annotated[str, Path(pattern=r"^[a-z0-9]{1,64}$")]
"""The id of something about an account in a path."""


class DistrictDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A district. What happens in a sandbox has no effect and counts nowhere."""

    id: str
    name: str
    kind: Literal["live", "sandbox"]
    sandbox: bool
    now: str


class MembershipDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One capacity of a person; `id` is what X-Acting-As takes. `in_force`: on the district's day. `upper`: of a union
    the enterprise, or the union above it."""

    id: str
    organisation: str
    organisation_kind: OrganisationKind
    organisation_name: str
    region: str
    office: Office
    side: Side | None
    seat_hint: str | None
    mandate: str | None
    mandate_scope: str | None
    mandate_from: str | None
    mandate_to: str | None
    in_force: bool
    upper: str | None = None


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """The person who asks, and what was shown of it. `grade_until`: real time, null where only a password was shown;
    `means`: what he has to show more."""

    person: str
    name: str
    district: DistrictDocument
    memberships: tuple[MembershipDocument, ...]
    session: str
    grade: GradeWord
    grade_until: str | None
    means: tuple[MeansDocument, ...]


class SessionOpened(msgspec.Struct, frozen=True, kw_only=True):
    """A session. `token` only through the door `bearer`; it is said once and stored nowhere."""

    me: Me
    token: str | None
    idle_s: int
    lasts_s: int


class Entry(msgspec.Struct, frozen=True):
    """Somebody who may come in: who he is, by which door, and what he has shown."""

    district: str
    login: str
    person: str
    door: str
    proof: Grade
    by_phone: bool = False


def instant(seconds: int) -> str:
    """Real time as the API says it."""
    return datetime.fromtimestamp(seconds, CHINA).isoformat(timespec="seconds")


def district_document(site: Site, district: str) -> DistrictDocument:
    """A district as answers show it. Blocks on the first reading."""
    row = site.clocks.district(district)
    return DistrictDocument(
        id=district,
        name=row.name,
        kind="sandbox" if row.kind == "sandbox" else "live",
        sandbox=row.kind == "sandbox",
        now=site.world.clock(district).isoformat(timespec="seconds"),
    )


def _me(site: Site, who: Who) -> Me:
    today, grade = site.today(who.district), who.grade(site.now_s())

    def said(one: Held) -> MembershipDocument:
        return MembershipDocument(
            id=one.membership,
            organisation=one.organisation,
            organisation_kind=OrganisationKind(one.organisation_kind),
            organisation_name=one.organisation_name,
            region=one.region,
            office=one.office,
            side=one.side,
            seat_hint=one.seat_hint,
            mandate=one.mandate,
            mandate_scope=one.mandate_scope,
            mandate_from=one.mandate_from.isoformat() if one.mandate_from is not None else None,
            mandate_to=one.mandate_to.isoformat() if one.mandate_to is not None else None,
            in_force=one.in_force(today),
            upper=one.upper,
        )

    return Me(
        person=who.person,
        name=who.name,
        district=district_document(site, who.district),
        memberships=tuple(said(one) for one in who.held),
        session=who.session,
        grade=grade.word,
        grade_until=instant(who.proved_until_s) if grade > Grade.PASSWORD else None,
        means=as_said(means_of(site, who)),
    )


@router.get("/me", **described("me", Me))
async def me(site: TheSite, who: SignedIn) -> Response:
    """The person signed in, the district with its clock, and all memberships."""
    return answer(await site.threads.run(_me, site, who))


@router.post(
    "/session",
    **described(
        "sign_in",
        SessionOpened,
        body=SignInBody,
        status=201,
        codes=("sign_in_failed", "locked_out", "cross_site"),
        headed=("Set-Cookie",),
        open_to_all=True,
    ),
)
async def sign_in(request: Request, site: TheSite) -> Response:
    """Open a session. A session the browser already had ends with it. Wrong names and wrong passwords answer alike.

    With `door: cookie` the request must carry `X-CloudNego: 1` and the Origin of this site.
    """
    body = parsed(request, SignInBody)
    if body.door == "cookie":
        site.doorkeeper.check_origin(request.url.scheme, request.headers)
    district = body.district
    if district is None:
        district = await site.threads.run(site.default_district)
    person = await _checked(site, district, body)
    return await opened(request, site, Entry(district, body.login, person, body.door, Grade.PASSWORD))


async def opened(request: Request, site: Site, entry: Entry) -> Response:
    """The answer to somebody who has shown who he is: a new session, in place of one the browser had. Raises `Problem`
    401 where his account ends in this moment."""
    old = site.doorkeeper.token(request.headers)
    replaces = old.value if old is not None and old.door == entry.door else None
    token = await site.threads.run(_open, site, entry, agent_of(request.headers), replaces)
    site.doorkeeper.forget()
    who = await site.threads.run(site.sessions.who, token)
    if who is None:  # ended by another request in this very moment
        raise Problem("sign_in_failed")
    document = SessionOpened(
        me=await site.threads.run(_me, site, who),
        token=token if entry.door == "bearer" else None,
        idle_s=site.sessions.idle_s,
        lasts_s=site.sessions.lasts_s,
    )
    made = answer(document, 201)
    if entry.door == "cookie":
        keep(site, made, token)
    return made


def agent_of(headers: Headers) -> str | None:
    """What the client calls itself, for the list of sessions."""
    return headers.get("user-agent", "")[:_AGENT_MAX] or None


def keep(site: Site, made: Response, token: str) -> None:
    """Let the browser keep the token of its session."""
    made.set_cookie(
        site.doorkeeper.cookie,
        token,
        max_age=site.sessions.lasts_s,
        path="/",
        secure=site.doorkeeper.secure,
        httponly=True,
        samesite="lax",
    )


async def _checked(site: Site, district: str, body: SignInBody) -> str:
    """The person, if name and password are right. Raises `Problem` 401, or 429 while the name is locked."""
    locked_s = await site.threads.run(site.sessions.trying, district, body.login)
    if locked_s:
        raise Problem("locked_out", retry_after_s=locked_s)
    account = await site.threads.run(site.sessions.account, district, body.login)
    try:
        right = await site.passwords.matches_later(body.password, account.password_hash if account else None)
    except TooManySignIns:
        raise Problem("busy", retry_after_s=2) from None
    if account is None or not right:
        await site.threads.run(site.sessions.failed, district, body.login)
        raise Problem("sign_in_failed")
    return account.person


def _open(site: Site, entry: Entry, agent: str | None, replaces: str | None) -> str:
    return site.sessions.open(
        entry.district,
        entry.login,
        entry.person,
        entry.door,
        replaces=replaces,
        proof=entry.proof,
        agent=agent,
        by_phone=entry.by_phone,
    )


@router.delete("/session", **described("sign_out", None, status=204, unsafe=True))
async def sign_out(request: Request, site: TheSite) -> Response:
    """End the session that asks."""
    token = site.doorkeeper.token(request.headers)
    if token is not None:
        await site.threads.run(site.sessions.close, token.value)
    site.doorkeeper.forget()
    gone = nothing()
    gone.delete_cookie(site.doorkeeper.cookie, path="/", secure=site.doorkeeper.secure, httponly=True, samesite="lax")
    return gone
