"""Showing more than a password: codes are asked for and shown; and the messages in which some of them come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.identity.codes import LASTS_S, TooManyCodes
from cloudnego.identity.grades import PROVES, Grade, GradeWord, Means
from cloudnego.identity.inbox import InboxEntry, MessageKind
from cloudnego.identity.passwords import TooManySignIns
from cloudnego.identity.sending import CannotSend
from cloudnego.identity.sessions import Who
from cloudnego.identity.slips import BY_SLIP, PEPPER, Found, bound_slips, peppered
from cloudnego.identity.store import reading
from cloudnego.texts import Said, say
from cloudnego.web.account import SignedIn, TheSite, instant, keep
from cloudnego.web.answers import answer, nothing
from cloudnego.web.bodies import CodeBody, StepUpBody, parsed
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.proving import insist, means_of, origins_of
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["accounts"])


class SteppedUp(msgspec.Struct, frozen=True, kw_only=True):
    """What counts now, and until when (real time). `token`: the session's new one, through the door `bearer`."""

    grade: GradeWord
    grade_until: str
    token: str | None


class CodeSent(msgspec.Struct, frozen=True, kw_only=True):
    """A code is on its way; it is good for so many seconds, in the session that asked."""

    means: Means
    lasts_s: int


class MessageDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A message to this person. `facts`: what stands in the sentence, for programs."""

    id: str
    kind: MessageKind
    at: str
    text: Said
    facts: dict[str, str]


class InboxDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Messages, newest first."""

    rows: tuple[MessageDocument, ...]


@router.post(
    "/session/codes",
    **described("send_code", CodeSent, body=CodeBody, status=202, codes=("means_missing",)),
)
async def send_code(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Send a code for this session; it can be read elsewhere only."""
    body = parsed(request, CodeBody)
    try:
        await site.threads.run(site.factors.codes.send, who, body.means)
    except TooManyCodes as wait:
        raise Problem("too_fast", retry_after_s=wait.wait_s) from None
    except CannotSend:
        raise Problem("means_missing") from None
    return answer(CodeSent(means=body.means, lasts_s=LASTS_S), 202)


@router.post(
    "/session/step-up",
    **described("step_up", SteppedUp, body=StepUpBody, codes=("proof_failed", "locked_out"), headed=("Set-Cookie",)),
)
async def step_up(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Show a proof. The session goes on under a new token. Whatever was wrong about a proof answers alike."""
    body = parsed(request, StepUpBody)
    await judged(site, who, lambda: _shown(request, site, who, body))
    return await proved(request, site, who, body.means)


async def insist_or_known(site: Site, who: Who, needed: Grade, word: str | None) -> None:
    """What `insist` wants; of who has no means to show it, the word he comes in with, again. Raises `Problem`: see
    there, and `judged`."""
    if who.grade(site.now_s()) >= needed:
        return
    had = await site.threads.run(means_of, site, who)
    if had or word is None:
        await insist(site, who, needed)
    else:
        await judged(site, who, lambda: known_right(site, who, word))


async def judged(site: Site, who: Who, shown: Callable[[], Awaitable[bool]]) -> None:
    """Let him show something that can be guessed. Raises `Problem`: 429 while he must wait, 403 where it is wrong."""
    name = f"step-up {who.person}"
    locked_s = await site.threads.run(site.sessions.trying, who.district, name)
    if locked_s:
        raise Problem("locked_out", retry_after_s=locked_s)
    if not await shown():
        await site.threads.run(site.sessions.failed, who.district, name)
        raise Problem("proof_failed")
    await site.threads.run(site.sessions.forgive, who.district, name)


async def proved(request: Request, site: Site, who: Who, means: Means) -> Response:
    """The answer to a proof that is right: the session under its new token. Raises `Problem` 401 if it has ended."""
    token = site.doorkeeper.token(request.headers)
    fresh = await site.threads.run(site.sessions.prove, token.value, PROVES[means]) if token is not None else None
    site.doorkeeper.forget()
    now = await site.threads.run(site.sessions.who, fresh) if fresh is not None else None
    if fresh is None or now is None:
        raise Problem("not_signed_in")
    document = SteppedUp(
        grade=now.grade(site.now_s()).word,
        grade_until=instant(now.proved_until_s),
        token=fresh if who.door == "bearer" else None,
    )
    made = answer(document)
    if who.door == "cookie":
        keep(site, made, fresh)
    return made


async def _shown(request: Request, site: Site, who: Who, body: StepUpBody) -> bool:
    """Whether the proof is right. A letter costs the same whichever of its two halves is wrong."""
    if body.credential is not None:
        return await site.threads.run(site.factors.passkeys.right, who, body.credential, origins_of(request, site))
    code = body.code or ""
    if body.means is Means.TOTP:
        return await site.threads.run(site.factors.apps.right, who, code)
    if body.means is not Means.LETTER:
        return await site.threads.run(site.factors.codes.right, who, code)
    right = await known_right(site, who, body.password or "")
    today = site.today(who.district)
    return await site.threads.run(site.factors.letters.right, who.district, who.person, code, today) and right


async def password_right(site: Site, who: Who, password: str) -> bool:
    """Whether it is his password. Raises `Problem` 503 where too many wait."""
    encoded = await site.threads.run(site.sessions.password_of, who.person)
    try:
        return await site.passwords.matches_later(password, encoded)
    except TooManySignIns:
        raise Problem("busy", retry_after_s=2) from None


async def known_right(site: Site, who: Who, word: str) -> bool:
    """Whether it is what he comes in with: his password, or the PIN of his slip where nobody knows a password of his.
    Raises `Problem` 503 where too many wait."""
    if not (await site.threads.run(site.sessions.login_of, who.person)).startswith(BY_SLIP):
        return await password_right(site, who, word)
    pepper = await site.threads.run(site.districts.pepper, who.district, PEPPER)
    for slip in await site.threads.run(_slips_of, site, who.person):
        try:
            if await site.pins.matches_later(peppered(pepper, slip.id, word), slip.pin_hash):
                return True
        except TooManySignIns:
            raise Problem("busy", retry_after_s=2) from None
    return False


def _slips_of(site: Site, person: str) -> list[Found]:
    with reading(site.engine) as session:
        return bound_slips(session, person)


@router.get("/me/inbox", **described("read_inbox", InboxDocument))
async def read_inbox(site: TheSite, who: SignedIn) -> Response:
    """Messages about one's account. Codes for another session stand here only where more than a password was shown."""
    found = await site.threads.run(site.factors.inbox.of, who)
    return answer(InboxDocument(rows=tuple(_message(one) for one in found)))


@router.post("/me/inbox/opened", **described("open_inbox", None, status=204, unsafe=True))
async def open_inbox(site: TheSite, who: SignedIn) -> Response:
    """You have your messages before you. Of reminders it is counted, once of each; nobody is told who, nor when."""
    await site.threads.run(site.factors.inbox.opened, who)
    return nothing()


def _message(one: InboxEntry) -> MessageDocument:
    text = say(f"inbox.{one.kind.value}", one.facts)
    return MessageDocument(id=one.id, kind=one.kind, at=instant(one.made_s), text=text, facts=one.facts)
