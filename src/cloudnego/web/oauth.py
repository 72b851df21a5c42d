"""The token door of the portals: OAuth 2.0 (RFC 6749), its metadata (RFC 8414), keys (RFC 7517), revocation (RFC 7009).

These doors stand outside `/api/v1` and speak the RFCs' own language, so that any OAuth client finds its way.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.identity.clients import Client
from cloudnego.identity.consents import BadGrant, Exchanged
from cloudnego.identity.portals import ACCESS_S
from cloudnego.identity.tokens import BadToken, claimed_issuer
from cloudnego.web.account import TheSite
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.forms import Form, OAuthError, asked_scopes, basic_of, form_of, said, spoken
from cloudnego.web.scopes import PortalScope
from cloudnego.web.site import Site
from cloudnego.web.tries import Failing, address_of

router = Endpoints(tags=["portals"])

_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_CLIENT_ID: Final = re.compile(r"[!-~]{1,64}")  # visible ASCII (RFC 6749 A.1): nothing a database chokes on
_WAYS: Final = ("client_secret_basic", "client_secret_post", "private_key_jwt")
_DRAWERS: Final = 1024
_GRANT_TYPES: Final = ("authorization_code", "client_credentials", "refresh_token")


class ServerMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """What a client needs to know of us (RFC 8414)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str
    jwks_uri: str
    scopes_supported: tuple[PortalScope, ...] = tuple(PortalScope)
    response_types_supported: tuple[str, ...] = ("code",)
    grant_types_supported: tuple[str, ...] = _GRANT_TYPES
    code_challenge_methods_supported: tuple[str, ...] = ("S256",)
    authorization_response_iss_parameter_supported: bool = True
    token_endpoint_auth_methods_supported: tuple[str, ...] = _WAYS
    token_endpoint_auth_signing_alg_values_supported: tuple[str, ...] = ("ES256", "RS256")
    revocation_endpoint_auth_methods_supported: tuple[str, ...] = _WAYS
    revocation_endpoint_auth_signing_alg_values_supported: tuple[str, ...] = ("ES256", "RS256")
    service_documentation: str


class SigningKeyDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A public key of ours (RFC 7517 §4)."""

    kty: str
    crv: str
    x: str
    y: str
    kid: str
    alg: str
    use: str


class SigningKeys(msgspec.Struct, frozen=True, kw_only=True):
    """The newest first (RFC 7517 §5)."""

    keys: tuple[SigningKeyDocument, ...]


class TokenDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An access token (RFC 6749 §5.1). `expires_in`: seconds; `refresh_token`: where a person let the client act."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str
    refresh_token: str | None = None


_TEXT: Final[dict[str, Any]] = {"type": "string"}


def _fields(*required: str, **own: dict[str, Any]) -> dict[str, Any]:
    """The schema of a form: its own fields, and those with which a client without `Authorization: Basic` says who it
    is."""
    proof = ("client_id", "client_secret", "client_assertion_type", "client_assertion")
    return {"type": "object", "properties": own | dict.fromkeys(proof, _TEXT), "required": list(required)}


_TOKEN_FORM: Final = _fields(
    "grant_type",
    grant_type={"enum": list(_GRANT_TYPES)},
    **dict.fromkeys(("scope", "code", "redirect_uri", "code_verifier", "refresh_token"), _TEXT),
)
_REVOKE_FORM: Final = _fields("token", token=_TEXT, token_type_hint=_TEXT)


@router.get(
    "/.well-known/oauth-authorization-server",
    **described("oauth_metadata", ServerMetadata, open_to_all=True, always=()),
)
async def metadata(site: TheSite) -> Response:
    """Where the doors are and what they take."""
    here = site.portals.issuer
    return said(
        ServerMetadata(
            issuer=here,
            authorization_endpoint=f"{here}/oauth/authorize",
            token_endpoint=f"{here}/oauth/token",
            revocation_endpoint=f"{here}/oauth/revoke",
            jwks_uri=f"{here}/.well-known/jwks.json",
            service_documentation=f"{here}/api-docs",
        )
    )


@router.get("/.well-known/jwks.json", **described("oauth_keys", SigningKeys, open_to_all=True))
async def jwks(site: TheSite) -> Response:
    """The keys our tokens are signed with; one that no longer signs is published for another day."""
    await site.threads.run(site.portals.keys.signing)  # the first is made when somebody first asks for it
    found = msgspec.convert(await site.threads.run(site.portals.keys.jwks), SigningKeys)
    return said(found, headed={"Cache-Control": "public, max-age=300"})


@router.post(
    "/oauth/token",
    **spoken(
        described("oauth_token", TokenDocument, open_to_all=True, codes=("too_long",)),
        *("invalid_request", "invalid_grant", "invalid_scope", "unsupported_grant_type"),
        *("invalid_client", "temporarily_unavailable"),
        form=_TOKEN_FORM,
    ),
)
async def token(request: Request, site: TheSite) -> Response:
    """An access token for a client that shows it is itself."""
    try:
        form = await form_of(request)
        client = await authenticated(request, site, form)
        granted = _GRANTS.get(form.get("grant_type", ""))
        if granted is None:
            kind = "unsupported_grant_type" if "grant_type" in form else "invalid_request"
            raise OAuthError(kind, f"grant_type must be one of {', '.join(_GRANT_TYPES)}")
        return said(await site.threads.run(granted, site, client, form))
    except OAuthError as no:
        return no.response()


def _by_itself(site: Site, client: Client, form: Form) -> TokenDocument:
    """Client credentials (RFC 6749 §4.4). Raises `OAuthError`. Blocks."""
    scopes = asked_scopes(form, client.scopes)
    return _token(site.portals.issue(client.id, scopes), scopes)


def _by_code(site: Site, client: Client, form: Form) -> TokenDocument:
    """A code (RFC 6749 §4.1.3) with its verifier (RFC 7636 §4.5). Raises `OAuthError`. Blocks."""
    if not form.keys() >= {"code", "redirect_uri", "code_verifier"}:
        raise OAuthError("invalid_request", "code, redirect_uri and code_verifier are required")
    try:
        found = site.consents.exchange(client.id, form["code"], form["redirect_uri"], form["code_verifier"])
    except BadGrant:
        site.doorkeeper.forget()
        raise OAuthError("invalid_grant", "the code is none, was used, ran out, or is not for this") from None
    return _of_consent(site, client, found, found.consent.scopes)


def _by_refresh(site: Site, client: Client, form: Form) -> TokenDocument:
    """A refresh token (RFC 6749 §6), for the next and an access token. Raises `OAuthError`. Blocks."""
    if "refresh_token" not in form:
        raise OAuthError("invalid_request", "refresh_token is missing")
    try:
        found = site.consents.refresh(client.id, form["refresh_token"])
    except BadGrant:
        site.doorkeeper.forget()
        raise OAuthError("invalid_grant", "the refresh token is none, was used, or ran out") from None
    return _of_consent(site, client, found, frozenset(asked_scopes(form, found.consent.scopes)))


def _of_consent(site: Site, client: Client, found: Exchanged, scopes: frozenset[str]) -> TokenDocument:
    return _token(site.portals.issue(client.id, scopes, found.consent), sorted(scopes), found.refresh)


def _token(made: str, scopes: list[str], refresh: str | None = None) -> TokenDocument:
    return TokenDocument(
        access_token=made, token_type="Bearer", expires_in=ACCESS_S, scope=" ".join(scopes), refresh_token=refresh
    )


_GRANTS: Final[dict[str, Callable[[Site, Client, Form], TokenDocument]]] = dict(
    zip(_GRANT_TYPES, (_by_code, _by_itself, _by_refresh), strict=True)
)


@router.post(
    "/oauth/revoke",
    **spoken(
        described("oauth_revoke", None, open_to_all=True, codes=("too_long",)),
        *("invalid_request", "invalid_client", "temporarily_unavailable"),
        form=_REVOKE_FORM,
    ),
)
async def revoke(request: Request, site: TheSite) -> Response:
    """End a token before its time; one that is none, or another client's, is answered alike (RFC 7009 §2.2)."""
    try:
        form = await form_of(request)
        client = await authenticated(request, site, form)
        if "token" not in form:
            raise OAuthError("invalid_request", "token is missing")
    except OAuthError as no:
        return no.response()
    if not await site.threads.run(site.consents.revoke, client.id, form["token"]):
        await site.threads.run(site.portals.revoke, form["token"], client.id)
    site.doorkeeper.forget()
    return Response()


async def authenticated(request: Request, site: Site, form: Form) -> Client:
    """The client, by exactly one of its ways to show that it is itself. Raises `OAuthError`.

    An unknown client and a wrong secret are answered alike, and failures count alike for both: by the client's name
    and the address together. By the name alone a stranger who knows it could keep the portal out; by the address alone
    one program with an old secret could keep out all that share its machine.
    """
    basic, assertion = basic_of(request), form.get("client_assertion")
    shown = [basic is not None, "client_secret" in form, assertion is not None]
    if sum(shown) != 1 or ("client_assertion_type" in form) is not (assertion is not None):
        raise OAuthError("invalid_client" if not any(shown) else "invalid_request", "authenticate in exactly one way")
    name = basic[0] if basic is not None else form.get("client_id", _named_by(assertion))
    if not _CLIENT_ID.fullmatch(name) or form.get("client_id", name) != name:
        raise OAuthError("invalid_client", "no such client, or not its secret")
    guessing = counted_as(name, address_of(request.scope))
    try:
        site.tries.check(Failing.CLIENT, guessing)
    except Problem as wait:
        raise OAuthError("temporarily_unavailable", "too many failures; wait", wait.headers) from None
    found: Client | None = None
    if assertion is None:
        secret = basic[1] if basic is not None else form["client_secret"]
        found = await site.threads.run(site.portals.clients.by_secret, name, secret)
    elif form["client_assertion_type"] == _ASSERTION:
        audiences = frozenset({site.portals.issuer, f"{site.portals.issuer}/oauth/token"})
        found = await site.threads.run(site.portals.clients.by_assertion, name, assertion, audiences)
    if found is None:
        site.tries.failed(Failing.CLIENT, guessing)
        raise OAuthError("invalid_client", "no such client, or not its secret")
    return found


def counted_as(client: str, address: str) -> str:
    """Under which name failures of a client from an address are counted: one of a thousand for each address, so that
    nobody fills the memory with clients he makes up."""
    return f"{zlib.crc32(client.encode()) % _DRAWERS} {address}"


def _named_by(assertion: str | None) -> str:
    try:
        return claimed_issuer(assertion) if assertion is not None else ""
    except BadToken:
        return ""
