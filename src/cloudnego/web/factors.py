"""One's own means of proof: password, app, mail address, passkeys, and the sessions that are open."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.identity.apps import AlreadyHasOne
from cloudnego.identity.grades import ACTS, Grade
from cloudnego.identity.inbox import MessageKind
from cloudnego.identity.passkeys import NotProved, PasskeyAt, TooManyKeys
from cloudnego.identity.passwords import TooManySignIns, WeakPassword, check_strength
from cloudnego.identity.sessions import Opened, Who
from cloudnego.web.account import Entry, ItemId, SessionOpened, SignedIn, TheSite, instant, keep, opened
from cloudnego.web.answers import answer, nothing
from cloudnego.web.bodies import (
    AppBody,
    MailBody,
    PasskeyBody,
    PasskeySignInBody,
    PasswordBody,
    parsed,
)
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.proving import WANTS, insist, origins_of
from cloudnego.web.signing import judged, password_right
from cloudnego.web.site import Site
from cloudnego.web.tries import address_of

router = Endpoints(prefix="/api/v1", tags=["accounts"])

_NAMES: Final = {"passkey": "通行密钥 passkey", "totp": "验证器应用 authenticator app", "mail": "邮箱 mail"}


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """An open session. `this`: the one that asks; `agent`: what the browser calls itself."""

    id: str
    this: bool
    door: str
    agent: str | None
    opened_at: str
    seen_at: str
    expires_at: str


class SessionList(msgspec.Struct, frozen=True, kw_only=True):
    """One's open sessions, the one used last first."""

    rows: tuple[SessionRow, ...]


class SessionRenewed(msgspec.Struct, frozen=True, kw_only=True):
    """The session goes on under a new token: said through the door `bearer`, a new cookie through the other."""

    token: str | None


class AppDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What an authenticator app is given, said once: the secret, and the same as an address for a QR code."""

    secret: str
    uri: str


class PasskeyDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A passkey."""

    id: str
    name: str
    made_at: str
    used_at: str | None


class PasskeyList(msgspec.Struct, frozen=True, kw_only=True):
    """One's passkeys, oldest first."""

    rows: tuple[PasskeyDocument, ...]


class PasskeyOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the browser is asked, as `parseCreationOptionsFromJSON` and `parseRequestOptionsFromJSON` take it."""

    options: dict[str, Any]


async def insist_for_change(site: Site, who: Who) -> None:
    """Raises `Problem` 403 unless enough was shown to change one's own means."""
    act = await site.threads.run(site.factors.change_needs, who.person)
    await insist(site, who, ACTS[act])


async def _tell(site: Site, who: Who, kind: MessageKind, means: str) -> None:
    def write() -> None:
        site.factors.inbox.tell(who.district, who.person, kind, what=_NAMES[means])

    await site.threads.run(write)


# --- sessions and password ----------------------------------------------------------------------------------------


@router.get("/me/sessions", **described("list_sessions", SessionList))
async def list_sessions(site: TheSite, who: SignedIn) -> Response:
    """One's open sessions."""
    found = await site.threads.run(site.sessions.opened_by, who.person)
    return answer(SessionList(rows=tuple(_session(one, who) for one in found)))


def _session(one: Opened, who: Who) -> SessionRow:
    return SessionRow(
        id=one.id,
        this=one.id == who.session,
        door=one.door,
        agent=one.agent,
        opened_at=instant(one.opened_s),
        seen_at=instant(one.seen_s),
        expires_at=instant(one.expires_s),
    )


@router.delete("/me/sessions", **described("end_other_sessions", None, status=204, unsafe=True))
async def end_other_sessions(site: TheSite, who: SignedIn) -> Response:
    """End all sessions but the one that asks."""
    await site.threads.run(site.sessions.end_others, who.person, who.session)
    site.doorkeeper.forget()
    return nothing()


@router.delete(
    "/me/sessions/{session_id}",
    **described("end_session", None, status=204, unsafe=True, codes=("not_found", "malformed")),
)
async def end_session(session_id: ItemId, site: TheSite, who: SignedIn) -> Response:
    """End one of one's sessions."""
    ended = await site.threads.run(site.sessions.end, who.person, session_id)
    site.doorkeeper.forget()
    if not ended:
        raise Problem("not_found")
    return nothing()


@router.put(
    "/me/password",
    **described(
        "change_password",
        SessionRenewed,
        body=PasswordBody,
        codes=("proof_failed", "locked_out", "weak_password"),
        headed=("Set-Cookie",),
    ),
)
async def change_password(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Change one's password for another. All other sessions end, and this one goes on under a new token."""
    body = parsed(request, PasswordBody)
    await judged(site, who, lambda: password_right(site, who, body.current))
    try:
        check_strength(body.new, await site.threads.run(site.sessions.login_of, who.person), who.name)
        hashed = await site.passwords.hash_later(body.new)
    except WeakPassword:
        raise Problem("weak_password") from None
    except TooManySignIns:
        raise Problem("busy", retry_after_s=2) from None
    fresh = await site.threads.run(_changed, site, who, hashed, site.doorkeeper.token(request.headers))
    site.doorkeeper.forget()
    if fresh is None:
        raise Problem("not_signed_in")
    made = answer(SessionRenewed(token=fresh if who.door == "bearer" else None))
    if who.door == "cookie":
        keep(site, made, fresh)
    return made


def _changed(site: Site, who: Who, hashed: str, token: Any) -> str | None:
    site.sessions.change_password(who.person, hashed, who.session)
    site.factors.inbox.tell(who.district, who.person, MessageKind.PASSWORD_CHANGED)
    return site.sessions.prove(token.value, Grade.PASSWORD)


# --- app and mail address -----------------------------------------------------------------------------------------


@router.post(
    "/me/totp",
    **described("begin_app", AppDocument, status=201, unsafe=True, codes=(*WANTS, "app_exists")),
)
async def begin_app(site: TheSite, who: SignedIn) -> Response:
    """Begin with an authenticator app: it counts once it has shown a code."""
    await insist_for_change(site, who)
    try:
        new = await site.threads.run(site.factors.apps.begin, who)
    except AlreadyHasOne:
        raise Problem("app_exists") from None
    return answer(AppDocument(secret=new.secret, uri=new.uri), 201)


@router.post(
    "/me/totp/confirm",
    **described("confirm_app", None, body=AppBody, status=204, codes=("proof_failed", "locked_out", *WANTS)),
)
async def confirm_app(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Show what the app shows; it counts from now on."""
    await insist_for_change(site, who)
    body = parsed(request, AppBody)
    await judged(site, who, lambda: site.threads.run(site.factors.apps.confirm, who, body.code))
    await _tell(site, who, MessageKind.FACTOR_ADDED, "totp")
    return nothing()


@router.delete("/me/totp", **described("remove_app", None, status=204, unsafe=True, codes=WANTS))
async def remove_app(site: TheSite, who: SignedIn) -> Response:
    """Take the app away; where there is none, nothing happens."""
    await insist_for_change(site, who)
    if await site.threads.run(site.factors.apps.remove, who.person):
        await _tell(site, who, MessageKind.FACTOR_REMOVED, "totp")
    return nothing()


@router.put("/me/mail", **described("set_mail", None, body=MailBody, status=204, codes=WANTS))
async def set_mail(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Say where codes are to be mailed."""
    await insist_for_change(site, who)
    body = parsed(request, MailBody)
    await site.threads.run(site.factors.addresses.set, who.district, who.person, body.address)
    await _tell(site, who, MessageKind.FACTOR_ADDED, "mail")
    return nothing()


@router.delete("/me/mail", **described("remove_mail", None, status=204, unsafe=True, codes=WANTS))
async def remove_mail(site: TheSite, who: SignedIn) -> Response:
    """Have no more codes mailed."""
    await insist_for_change(site, who)
    if await site.threads.run(site.factors.addresses.remove, who.person):
        await _tell(site, who, MessageKind.FACTOR_REMOVED, "mail")
    return nothing()


# --- passkeys -----------------------------------------------------------------------------------------------------


def _insist_on_domain(site: Site) -> None:
    """Raises `Problem` 404 on servers that offer no passkeys."""
    if site.factors.passkeys.domain is None:
        raise Problem("not_found")


@router.get("/me/passkeys", **described("list_passkeys", PasskeyList))
async def list_passkeys(site: TheSite, who: SignedIn) -> Response:
    """One's passkeys."""
    found = await site.threads.run(site.factors.passkeys.of, who.person)
    return answer(PasskeyList(rows=tuple(_passkey(one) for one in found)))


def _passkey(one: PasskeyAt) -> PasskeyDocument:
    used = instant(one.used_s) if one.used_s is not None else None
    return PasskeyDocument(id=one.id, name=one.name, made_at=instant(one.made_s), used_at=used)


@router.post(
    "/me/passkeys/options",
    **described("ask_new_passkey", PasskeyOptions, unsafe=True, codes=("not_found", *WANTS)),
)
async def ask_new_passkey(site: TheSite, who: SignedIn) -> Response:
    """What the browser is to be asked for a new passkey; good for five minutes. 404 where none are offered."""
    _insist_on_domain(site)
    await insist_for_change(site, who)
    return answer(PasskeyOptions(options=await site.threads.run(site.factors.passkeys.ask_to_register, who)))


@router.post(
    "/me/passkeys",
    **described(
        "add_passkey",
        PasskeyDocument,
        body=PasskeyBody,
        status=201,
        codes=("not_found", "proof_failed", "too_many_passkeys", *WANTS),
    ),
)
async def add_passkey(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Keep a new passkey."""
    _insist_on_domain(site)
    await insist_for_change(site, who)
    body = parsed(request, PasskeyBody)
    origins = origins_of(request, site)
    try:
        made = await site.threads.run(site.factors.passkeys.register, who, body.credential, origins, body.name)
    except NotProved:
        raise Problem("proof_failed") from None
    except TooManyKeys:
        raise Problem("too_many_passkeys") from None
    await _tell(site, who, MessageKind.FACTOR_ADDED, "passkey")
    return answer(_passkey(made), 201)


@router.delete(
    "/me/passkeys/{passkey_id}",
    **described("remove_passkey", None, status=204, unsafe=True, codes=("not_found", "malformed", *WANTS)),
)
async def remove_passkey(passkey_id: ItemId, site: TheSite, who: SignedIn) -> Response:
    """Take one of one's passkeys away."""
    await insist_for_change(site, who)
    if not await site.threads.run(site.factors.passkeys.remove, who.person, passkey_id):
        raise Problem("not_found")
    await _tell(site, who, MessageKind.FACTOR_REMOVED, "passkey")
    return nothing()


@router.post(
    "/session/passkey/challenge", **described("ask_passkey", PasskeyOptions, unsafe=True, codes=("not_found",))
)
async def ask_passkey(site: TheSite, who: SignedIn) -> Response:
    """What the browser is to be asked for a step-up with a passkey; show the answer with `step_up`."""
    _insist_on_domain(site)
    return answer(PasskeyOptions(options=await site.threads.run(site.factors.passkeys.ask_to_show, who)))


@router.post(
    "/session/passkey/options",
    **described("ask_who", PasskeyOptions, codes=("not_found", "too_fast"), open_to_all=True),
)
async def ask_who(request: Request, site: TheSite) -> Response:
    """What the browser is to be asked for a sign-in with a passkey. 404 where none are offered."""
    _insist_on_domain(site)
    site.doorkeeper.check_pace(f"passkey {address_of(request.scope)}")
    return answer(PasskeyOptions(options=await site.threads.run(site.factors.passkeys.ask_who)))


@router.post(
    "/session/passkey",
    **described(
        "sign_in_with_passkey",
        SessionOpened,
        body=PasskeySignInBody,
        status=201,
        codes=("not_found", "sign_in_failed", "too_fast", "cross_site"),
        headed=("Set-Cookie",),
        open_to_all=True,
    ),
)
async def sign_in_with_passkey(request: Request, site: TheSite) -> Response:
    """Open a session with a passkey, without a name; it counts as a proof at once."""
    _insist_on_domain(site)
    body = parsed(request, PasskeySignInBody)
    if body.door == "cookie":
        site.doorkeeper.check_origin(request.url.scheme, request.headers)
    try:
        who = await site.threads.run(site.factors.passkeys.owner, body.credential, origins_of(request, site))
    except NotProved:
        raise Problem("sign_in_failed") from None
    return await opened(request, site, Entry(who.district, who.login, who.person, body.door, Grade.PASSKEY))
