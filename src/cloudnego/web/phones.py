"""A phone over HTTP: given by its owner and confirmed by a code that was sent there, and then a way in.

Whoever asks for a code is told the same, whether anybody has the number, and as fast: the text is sent by a thread that
nobody waits for. No address is looked at alone, for a factory is one; what is bounded is how many codes a phone gets,
how many of them one address asks for, and how often a code may be guessed.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from pydantic import AfterValidator, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Id, Message
from cloudnego.identity.codes import LASTS_S, TooManyCodes
from cloudnego.identity.grades import ACTS, Grade
from cloudnego.identity.sending import CannotSend
from cloudnego.identity.sessions import Who
from cloudnego.web.account import Entry, SessionOpened, SignedIn, TheSite, instant, opened
from cloudnego.web.answers import answer, nothing
from cloudnego.web.bodies import LinkToken, Password, ProofCode, parsed
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.proving import WANTS
from cloudnego.web.signing import insist_or_known, judged
from cloudnego.web.site import Site
from cloudnego.web.tries import Failing, address_of

router = Endpoints(prefix="/api/v1", tags=["accounts"])

_CHINA: Final = "+86"
_MOBILE: Final = 11  # digits of a number in China


def _international(text: str) -> str:
    """A number as `+` and digits (E.164), however it was typed; without a country it is one in China."""
    digits = "".join(one for one in text if one.isdigit())
    if text.startswith("+"):
        number = f"+{digits}"
    elif digits.startswith("00"):
        number = f"+{digits[2:]}"
    else:
        number = f"{_CHINA}{digits}"
    own = number.removeprefix(_CHINA)
    if own != number and not (len(own) == _MOBILE and own.startswith("1")):
        raise ValueError("no mobile number in China")
    if not 8 <= len(number) <= 16 or number[1] == "0":
        raise ValueError("no number")
    return number


PhoneTo = Annotated[
    str, StringConstraints(pattern=r"^(\+|00)?[0-9][0-9 \-]{6,22}$", max_length=24), AfterValidator(_international)
]


class PhoneBody(Message):
    """A phone of one's own. `password`: shown again by whoever has nothing else to prove himself with (the PIN, for who
    came by slip)."""

    phone: PhoneTo
    password: Password | None = None


class PhoneConfirmBody(Message):
    """The same phone, and the six digits that came there."""

    phone: PhoneTo
    code: ProofCode


class PhoneCodeBody(Message):
    """Where the code is to go."""

    phone: PhoneTo
    district: Id | None = None


class PhoneSignInBody(Message):
    """The six digits, and the attempt they were asked in."""

    attempt: LinkToken
    code: ProofCode
    door: Literal["cookie", "bearer"] = "cookie"


class PhoneDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The phone one has given, masked; null where there is none. `proves`: whether codes there count as a proof."""

    to: str | None
    given_at: str | None
    proves: bool


class PhoneCodeSent(msgspec.Struct, frozen=True, kw_only=True):
    """A code is on its way, if the phone is anybody's. `attempt`: to be shown with it; null where a session asked."""

    attempt: str | None
    lasts_s: int


async def _offered(site: Site, district: str) -> None:
    """Raises `Problem` 404 in districts from which no texts are sent."""
    if not await site.threads.run(site.factors.phones.texts.offered, district):
        raise Problem("not_found")


async def _needed(site: Site, who: Who) -> Grade:
    return ACTS[await site.threads.run(site.factors.change_needs, who.person)]


@router.get("/me/phone", **described("read_phone", PhoneDocument))
async def read_phone(site: TheSite, who: SignedIn) -> Response:
    """The phone one has given."""
    found = await site.threads.run(site.factors.phones.of, who.person)
    if found is None:
        return answer(PhoneDocument(to=None, given_at=None, proves=False))
    return answer(PhoneDocument(to=found.to, given_at=instant(found.given_s), proves=found.proves))


@router.put(
    "/me/phone",
    **described(
        "give_phone",
        PhoneCodeSent,
        body=PhoneBody,
        status=202,
        codes=("not_found", "means_missing", "proof_failed", "locked_out", *WANTS),
    ),
)
async def give_phone(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Give a phone: a code goes there. It counts once the code was shown in this session (`confirm_phone`).

    A worker has nothing but his slip: he shows its PIN again, and his phone lets him in and proves no more than that.
    Who gives it after a step-up can prove himself with it as with an address for mail.
    """
    body = parsed(request, PhoneBody)
    await _offered(site, who.district)
    await insist_or_known(site, who, await _needed(site, who), body.password)
    try:
        code = await site.threads.run(site.factors.phones.begin, who, body.phone)
        await site.couriers.run(site.factors.phones.texts.send, who.district, body.phone, code)
    except TooManyCodes as wait:
        raise Problem("too_fast", retry_after_s=wait.wait_s) from None
    except CannotSend:
        raise Problem("means_missing") from None
    return answer(PhoneCodeSent(attempt=None, lasts_s=LASTS_S), 202)


@router.post(
    "/me/phone/confirm",
    **described("confirm_phone", None, body=PhoneConfirmBody, status=204, codes=("proof_failed", "locked_out")),
)
async def confirm_phone(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Show the code that came to the phone: it is one's own from now on. All other sessions end."""
    body = parsed(request, PhoneConfirmBody)
    proves = who.grade(site.now_s()) >= await _needed(site, who)

    async def shown() -> bool:
        return await site.threads.run(_confirmed, site, who, body, proves)

    await judged(site, who, shown)
    await site.threads.run(site.sessions.end_others, who.person, who.session)
    site.doorkeeper.forget()
    return nothing()


def _confirmed(site: Site, who: Who, body: PhoneConfirmBody, proves: bool) -> bool:
    return site.factors.phones.confirm(who, body.phone, body.code, proves=proves)


@router.delete("/me/phone", **described("remove_phone", None, status=204, unsafe=True))
async def remove_phone(site: TheSite, who: SignedIn) -> Response:
    """Have one's phone forgotten; where there is none, nothing happens. All other sessions end: it may have opened
    them. A consent is taken back as easily as it was given (PIPL 15), so nothing needs to be proved."""
    if await site.threads.run(site.factors.phones.remove, who.person):
        await site.threads.run(site.sessions.end_others, who.person, who.session)
        site.doorkeeper.forget()
    return nothing()


@router.post(
    "/session/phone/codes",
    **described(
        "ask_phone_code",
        PhoneCodeSent,
        body=PhoneCodeBody,
        status=202,
        codes=("not_found", "too_fast"),
        open_to_all=True,
    ),
)
async def ask_phone_code(request: Request, site: TheSite) -> Response:
    """Have a code sent to a phone, to sign in with. The answer is the same whether anybody has given this phone."""
    body = parsed(request, PhoneCodeBody)
    district = body.district
    if district is None:
        district = await site.threads.run(site.default_district)
    await _offered(site, district)
    asker = f"{district} {body.phone} {address_of(request.scope)}"
    site.tries.check(Failing.PHONE, asker)
    site.tries.failed(Failing.PHONE, asker)
    try:
        attempt, code = await site.threads.run(site.factors.phones.ask, district, body.phone)
    except TooManyCodes as wait:
        raise Problem("too_fast", retry_after_s=wait.wait_s) from None
    site.couriers.start(site.factors.phones.deliver, district, body.phone, code)
    return answer(PhoneCodeSent(attempt=attempt, lasts_s=LASTS_S), 202)


@router.post(
    "/session/phone",
    **described(
        "sign_in_by_phone",
        SessionOpened,
        body=PhoneSignInBody,
        status=201,
        codes=("sign_in_failed", "cross_site"),
        headed=("Set-Cookie",),
        open_to_all=True,
    ),
)
async def sign_in_by_phone(request: Request, site: TheSite) -> Response:
    """Open a session with the code that came to a phone; it counts as a password does. What is wrong answers alike."""
    body = parsed(request, PhoneSignInBody)
    if body.door == "cookie":
        site.doorkeeper.check_origin(request.url.scheme, request.headers)
    found = await site.threads.run(site.factors.phones.enter, body.attempt, body.code)
    if found is None:
        raise Problem("sign_in_failed")
    entry = Entry(found.district, "", found.person, body.door, Grade.PASSWORD, by_phone=True)
    return await opened(request, site, entry)
