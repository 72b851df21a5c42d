"""Portal clients over HTTP: an enterprise lets programs in, says what they may do there, and ends it.

Its personnel office or its legal representative does that for the enterprise, a district official for any of his area;
a platform that serves many is registered by the official, and each enterprise grants it what it may do there.
Whoever opens something to a portal proves that it is he; to shut it out a session is enough.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final, Self, TypeVar

import msgspec
from pydantic import Field, StringConstraints, model_validator
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Id, Message, Office
from cloudnego.identity.clients import SECRET_OVERLAP_S, Client, Grant, NewClient
from cloudnego.identity.grades import ACTS, Act
from cloudnego.identity.mandates import LET_PORTALS_IN, covering
from cloudnego.identity.roster import RosterError
from cloudnego.identity.sessions import Who
from cloudnego.identity.store import reading
from cloudnego.identity.tables import Organisation
from cloudnego.identity.tokens import BadKey
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer, nothing
from cloudnego.web.bodies import Name, parsed
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import PathId
from cloudnego.web.errors import Problem
from cloudnego.web.proving import WANTS, insist
from cloudnego.web.scopes import OWNERS_ALONE, PortalScope
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["portals"])

T = TypeVar("T")

_OWN: Final = frozenset({Office.HR, Office.LEGAL_REPRESENTATIVE})

RedirectUri = Annotated[
    str, StringConstraints(pattern=r"^(https://[^\s#/?]+|http://(127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?)(/[!-\"$-~]*)?$")
]
"""Where a person is sent back to: https, or a program on the same machine (RFC 8252 §7.3); compared as a string."""

Scopes = Annotated[tuple[PortalScope, ...], Field(min_length=1, max_length=len(PortalScope))]
Base64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_\-]{1,1400}$")]


class ClientBody(Message):
    """A client to be registered; without `enterprise` a platform, which each enterprise then grants what it may do."""

    name: Name
    enterprise: Id | None = None
    scopes: Annotated[tuple[PortalScope, ...], Field(max_length=len(PortalScope))] = ()
    redirect_uris: Annotated[tuple[RedirectUri, ...], Field(max_length=10)] = ()

    @model_validator(mode="after")
    def _of_an_enterprise(self) -> Self:
        if (self.enterprise is None) == bool(self.scopes):
            raise ValueError("scopes are those of an enterprise, and every enterprise's client has some")
        return self


class GrantBody(Message):
    """What a client may do for one enterprise; it replaces what was granted there before."""

    enterprise: Id
    scopes: Scopes


class SecretBody(Message):
    """A new secret. `end_others`: the old one was seen by others, so it does not work beside the new one."""

    end_others: bool = False


class KeyBody(Message):
    """A public key (RFC 7517): P-256 for ES256, or RSA of 2048 bits and more for RS256."""

    kty: Annotated[str, StringConstraints(pattern=r"^(EC|RSA)$")]
    kid: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,128}$")] | None = None
    alg: Annotated[str, StringConstraints(pattern=r"^(ES256|RS256)$")] | None = None
    use: Annotated[str, StringConstraints(pattern=r"^sig$")] | None = None
    crv: Annotated[str, StringConstraints(pattern=r"^P-256$")] | None = None
    x: Base64 | None = None
    y: Base64 | None = None
    n: Base64 | None = None
    e: Base64 | None = None


class GrantDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What a client may do for one enterprise."""

    enterprise: str
    scopes: tuple[PortalScope, ...]


class ClientDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A client as somebody sees it: with the grants of the enterprises he speaks for, and the names of its keys."""

    id: str
    name: str
    platform: bool
    redirect_uris: tuple[str, ...]
    grants: tuple[GrantDocument, ...]
    keys: tuple[str, ...]


class ClientOpened(msgspec.Struct, frozen=True, kw_only=True):
    """A client and its secret, which is said this once and stored nowhere."""

    client: ClientDocument
    secret: str


class SecretDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A new secret; those before it work for so many seconds more."""

    secret: str
    others_for_s: int


class ClientList(msgspec.Struct, frozen=True, kw_only=True):
    """Clients by name."""

    rows: tuple[ClientDocument, ...]


class _Reach(msgspec.Struct, frozen=True):
    """For whom somebody keeps clients: enterprises he answers for, those he owns, and whole regions."""

    answers_for: frozenset[str]
    owns: frozenset[str]
    regions: tuple[str, ...]


def _reach(site: Site, who: Who) -> _Reach:
    held = covering(who.held, LET_PORTALS_IN, site.today(who.district))
    own = [one for one in held if one.office in _OWN and one.organisation_kind == "enterprise"]
    return _Reach(
        frozenset(one.organisation for one in own),
        frozenset(one.organisation for one in own if one.office is Office.LEGAL_REPRESENTATIVE),
        tuple(one.region for one in held if one.office is Office.DISTRICT_UNION),
    )


def _speaks_for(site: Site, who: Who, reach: _Reach, enterprise: str) -> bool:
    """Whether he keeps the clients of this enterprise. Blocks."""
    if enterprise in reach.answers_for:
        return True
    with reading(site.engine) as session:
        firm = session.get(Organisation, enterprise)
    there = firm is not None and firm.district == who.district and firm.kind == "enterprise"
    return there and firm is not None and any(firm.region.startswith(region) for region in reach.regions)


def _check_grant(site: Site, who: Who, reach: _Reach, enterprise: str, scopes: tuple[PortalScope, ...]) -> None:
    """Raises `Problem`: 404 where the enterprise is not his, 403 where a scope is its owner's alone. Blocks."""
    if not _speaks_for(site, who, reach, enterprise):
        raise Problem("not_found")
    if OWNERS_ALONE & set(scopes) and enterprise not in reach.owns:
        raise Problem("scope_not_yours", facts={"scope": min(OWNERS_ALONE & set(scopes)).value})


def kept_client(site: Site, who: Who, client_id: str) -> Client:
    """A client whose secrets, keys and end are his to decide. Raises `Problem` 404. Blocks."""
    reach, found = _reach(site, who), site.portals.clients.get(client_id)
    if found is None or found.district != who.district:
        raise Problem("not_found")
    if found.kind == "platform":
        his = bool(reach.regions)
    else:
        his = any(_speaks_for(site, who, reach, one.enterprise) for one in found.grants)
    if not his:
        raise Problem("not_found")
    return found


def kept_clients(site: Site, who: Who) -> list[str]:
    """The ids of all clients that are his to keep. Blocks."""
    reach = _reach(site, who)
    if not (reach.answers_for or reach.regions):
        return []
    found = site.portals.clients.of(who.district, None if reach.regions else sorted(reach.answers_for))
    return [
        one.id
        for one in found
        if (
            reach.regions
            if one.kind == "platform"
            else any(_speaks_for(site, who, reach, g.enterprise) for g in one.grants)
        )
    ]


def granted_by(site: Site, who: Who, client: Client) -> dict[str, bool]:
    """The enterprises that let a client in for which he speaks; of each whether he could also grant what the owner
    alone grants. Blocks."""
    reach = _reach(site, who)
    seen = [one.enterprise for one in client.grants if _speaks_for(site, who, reach, one.enterprise)]
    return {enterprise: enterprise in reach.owns for enterprise in seen}


def _document(site: Site, who: Who, client: Client) -> ClientDocument:
    his = granted_by(site, who, client)
    seen = [one for one in client.grants if one.enterprise in his]
    return ClientDocument(
        id=client.id,
        name=client.name,
        platform=client.kind == "platform",
        redirect_uris=client.redirect_uris,
        grants=tuple(
            GrantDocument(enterprise=one.enterprise, scopes=tuple(sorted(PortalScope(scope) for scope in one.scopes)))
            for one in seen
        ),
        keys=tuple(site.portals.clients.keys(client.id)),
    )


async def _done(site: Site, work: Callable[[], T]) -> T:
    """Do it in a thread and look anew at everybody afterwards. Raises `Problem` for what the register refuses."""
    try:
        found = await site.threads.run(work)
    except RosterError as wrong:
        raise Problem(wrong.code, facts=wrong.facts) from None
    site.doorkeeper.forget()
    return found


@router.get("/portal-clients", **described("list_portal_clients", ClientList))
async def list_portal_clients(site: TheSite, who: SignedIn) -> Response:
    """The programs that serve the enterprises somebody speaks for; for a district official those of his area, and the
    platforms."""

    def read() -> ClientList:
        reach = _reach(site, who)
        found = site.portals.clients.of(who.district, None if reach.regions else sorted(reach.answers_for))
        shown = [_document(site, who, one) for one in found]
        return ClientList(rows=tuple(one for one in shown if one.platform or one.grants))

    return answer(await site.threads.run(read))


@router.post(
    "/portal-clients",
    **described(
        "register_portal_client",
        ClientOpened,
        body=ClientBody,
        status=201,
        codes=("not_found", "scope_not_yours", "organisation_unknown", *WANTS),
    ),
)
async def post_portal_client(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Register a client. Its secret is said in this answer and never again."""
    reach = _reach(site, who)
    if not (reach.answers_for or reach.regions):
        raise Problem("not_found")
    await insist(site, who, ACTS[Act.OPEN_TO_PORTAL])
    body = parsed(request, ClientBody)

    def write() -> ClientOpened:
        grants: tuple[Grant, ...] = ()
        if body.enterprise is not None:
            _check_grant(site, who, reach, body.enterprise, body.scopes)
            grants = (Grant(body.enterprise, frozenset(scope.value for scope in body.scopes)),)
        elif not reach.regions:
            raise Problem("not_found")
        kind = "enterprise" if grants else "platform"
        new = NewClient(name=body.name, kind=kind, redirect_uris=body.redirect_uris, grants=grants)
        client_id, secret = site.portals.clients.register(who.district, new, who.person)
        made = site.portals.clients.get(client_id)
        assert made is not None, "it was just made"
        return ClientOpened(client=_document(site, who, made), secret=secret)

    return answer(await _done(site, write), 201)


@router.put(
    "/portal-clients/{client_id}/grants",
    **described(
        "grant_portal_client",
        ClientDocument,
        body=GrantBody,
        codes=("not_found", "malformed", "scope_not_yours", "organisation_unknown", *WANTS),
    ),
)
async def put_grant(request: Request, site: TheSite, who: SignedIn, client_id: PathId) -> Response:
    """Grant a client what it may do for an enterprise one speaks for. An enterprise's own client serves no other."""
    reach = _reach(site, who)
    if not (reach.answers_for or reach.regions):
        raise Problem("not_found")
    await insist(site, who, ACTS[Act.OPEN_TO_PORTAL])
    body = parsed(request, GrantBody)

    def write() -> ClientDocument:
        _check_grant(site, who, reach, body.enterprise, body.scopes)
        clients = site.portals.clients
        found = clients.get(client_id)
        if found is None or found.district != who.district:
            raise Problem("not_found")
        if found.kind != "platform" and not found.scopes_for(body.enterprise):
            raise Problem("not_found")
        clients.grant(client_id, Grant(body.enterprise, frozenset(one.value for one in body.scopes)), who.person)
        after = clients.get(client_id)
        return _document(site, who, after if after is not None else found)

    return answer(await _done(site, write))


@router.delete(
    "/portal-clients/{client_id}/grants/{enterprise_id}",
    **described("withdraw_portal_client", None, status=204, codes=("not_found", "malformed"), unsafe=True),
)
async def delete_grant(site: TheSite, who: SignedIn, client_id: PathId, enterprise_id: PathId) -> Response:
    """End what a client may do for an enterprise; its tokens open nothing there from the next request on. An
    enterprise's own client serves no other and ends with it: nobody would be left who could end it."""

    def write() -> None:
        found = site.portals.clients.get(client_id)
        if found is None or not found.scopes_for(enterprise_id):
            raise Problem("not_found")
        if not _speaks_for(site, who, _reach(site, who), enterprise_id):
            raise Problem("not_found")
        site.portals.clients.withdraw(client_id, enterprise_id)
        if found.kind != "platform":
            site.portals.clients.end(client_id)

    await _done(site, write)
    return nothing()


@router.post(
    "/portal-clients/{client_id}/secrets",
    **described(
        "renew_portal_secret",
        SecretDocument,
        body=SecretBody,
        status=201,
        codes=("not_found", "client_unknown", *WANTS),
    ),
)
async def post_secret(request: Request, site: TheSite, who: SignedIn, client_id: PathId) -> Response:
    """A new secret; the one before works for another week, unless it was seen by others."""
    await site.threads.run(kept_client, site, who, client_id)
    await insist(site, who, ACTS[Act.OPEN_TO_PORTAL])
    body = parsed(request, SecretBody)

    def write() -> SecretDocument:
        secret = site.portals.clients.renew_secret(client_id)
        if body.end_others:
            site.portals.clients.end_secrets(client_id)
        return SecretDocument(secret=secret, others_for_s=0 if body.end_others else SECRET_OVERLAP_S)

    return answer(await _done(site, write), 201)


@router.post(
    "/portal-clients/{client_id}/keys",
    **described(
        "add_portal_key",
        ClientDocument,
        body=KeyBody,
        status=201,
        codes=("not_found", "client_unknown", "key_exists", "bad_public_key", *WANTS),
    ),
)
async def post_key(request: Request, site: TheSite, who: SignedIn, client_id: PathId) -> Response:
    """A public key with which the client signs that it is itself, instead of sending a secret (RFC 7523)."""
    found = await site.threads.run(kept_client, site, who, client_id)
    await insist(site, who, ACTS[Act.OPEN_TO_PORTAL])
    jwk: dict[str, Any] = parsed(request, KeyBody).model_dump(exclude_none=True)

    def write() -> ClientDocument:
        try:
            site.portals.clients.add_key(client_id, jwk)
        except (BadKey, KeyError):
            raise Problem("bad_public_key") from None
        return _document(site, who, found)

    return answer(await _done(site, write), 201)


@router.delete(
    "/portal-clients/{client_id}/keys/{kid}",
    **described("remove_portal_key", None, status=204, codes=("not_found", "malformed"), unsafe=True),
)
async def delete_key(site: TheSite, who: SignedIn, client_id: PathId, kid: PathId) -> Response:
    """Take a public key back."""

    def write() -> None:
        kept_client(site, who, client_id)
        if kid not in site.portals.clients.keys(client_id):
            raise Problem("not_found")
        site.portals.clients.remove_key(client_id, kid)

    await _done(site, write)
    return nothing()


@router.delete(
    "/portal-clients/{client_id}",
    **described("end_portal_client", None, status=204, codes=("not_found", "malformed"), unsafe=True),
)
async def delete_portal_client(site: TheSite, who: SignedIn, client_id: PathId) -> Response:
    """End a client; its tokens are refused from the next request on. What it did stays recorded as its own."""

    def write() -> None:
        kept_client(site, who, client_id)
        site.portals.clients.end(client_id)

    await _done(site, write)
    return nothing()
