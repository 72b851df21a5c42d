"""How one wants to be told: by mail or to the phone, in which language, at what hours. One's own affair alone.

Nobody reads this of another, whatever his office: an employer's HR learns neither an address, nor that there is one.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from pydantic import StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.pack import Text2
from cloudnego.core.vocabulary import Message
from cloudnego.identity.codes import LASTS_S, TooManyCodes
from cloudnego.identity.sending import CannotSend, masked
from cloudnego.identity.sessions import Who
from cloudnego.notify.tables import NoticeChoice
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer, nothing
from cloudnego.web.bodies import ProofCode, parsed
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.signing import judged
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["accounts"])

_AN_HOUR: Final = 60
Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
ChannelName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,30}$")]


class NoticeChoiceBody(Message):
    """How I want to be told. `text`: the name of a channel to my phone, or null; `daily`: once a day, at `quiet_to`,
    but for what would be over by then; between `quiet_from` and `quiet_to` nothing leaves, and where they are alike
    there are no such hours."""

    language: Literal["zh", "en", "both"]
    mail: bool
    text: ChannelName | None = None
    daily: bool
    quiet_from: Clock
    quiet_to: Clock


class MailConfirmBody(Message):
    """The six digits that came by mail."""

    code: ProofCode


class MailCodeSent(msgspec.Struct, frozen=True, kw_only=True):
    """A code is on its way."""

    lasts_s: int


class MailWay(msgspec.Struct, frozen=True, kw_only=True):
    """My address. `offered`: this house mails notices at all; `to`: masked, null where I have given none; `confirmed`:
    a code that went there was shown; `failed`: a server said that there is no such address."""

    offered: bool
    to: str | None
    confirmed: bool
    failed: bool


class TextWay(msgspec.Struct, frozen=True, kw_only=True):
    """A channel to phones that this house has."""

    name: str
    label: Text2


class NoticeChoiceDocument(msgspec.Struct, frozen=True, kw_only=True):
    """How I am told, beside the messages in the program, and what there is to choose from. `phone`: the phone I have
    given, masked."""

    mail_way: MailWay
    text_ways: tuple[TextWay, ...]
    phone: str | None
    language: str
    mail: bool
    text: str | None
    daily: bool
    quiet_from: str
    quiet_to: str


def _document(site: Site, who: Who) -> NoticeChoiceDocument:
    choice, channels = site.outbox.choice_of(who.person), site.outbox.channels
    given, phone = site.factors.addresses.given(who.person), site.factors.phones.of(who.person)
    ways = tuple(
        TextWay(name=name, label=Text2(**one.label)) for name, one in channels.items() if one.label is not None
    )
    return NoticeChoiceDocument(
        mail_way=MailWay(
            offered="mail" in channels,
            to=masked(given.address) if given is not None else None,
            confirmed=given is not None and given.confirmed,
            failed=given is not None and given.failed,
        ),
        text_ways=ways,
        phone=phone.to if phone is not None else None,
        language=choice.language,
        mail=choice.mail,
        text=choice.text if choice.text in channels else None,
        daily=choice.daily,
        quiet_from=_clock(choice.quiet_from),
        quiet_to=_clock(choice.quiet_to),
    )


def _choose(site: Site, who: Who, body: NoticeChoiceBody) -> None:
    channel = site.outbox.channels.get(body.text) if body.text is not None else None
    if body.text is not None and (channel is None or channel.label is None):
        raise Problem("means_missing")
    site.outbox.choose(
        NoticeChoice(
            person=who.person, district=who.district, language=body.language, mail=body.mail, text=body.text or "",
            daily=body.daily, quiet_from=_minutes(body.quiet_from), quiet_to=_minutes(body.quiet_to),
            changed_s=site.now_s(),
        )
    )  # fmt: skip


def _minutes(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * _AN_HOUR + int(minute)


def _clock(minutes: int) -> str:
    return f"{minutes // _AN_HOUR:02d}:{minutes % _AN_HOUR:02d}"


@router.get("/me/notices", **described("read_notice_choice", NoticeChoiceDocument))
async def read_notice_choice(site: TheSite, who: SignedIn) -> Response:
    """How I am told of what is mine. Nobody else can read it."""
    return answer(await site.threads.run(_document, site, who))


@router.put(
    "/me/notices",
    **described("set_notice_choice", NoticeChoiceDocument, body=NoticeChoiceBody, codes=("means_missing",)),
)
async def set_notice_choice(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Choose how. In the program one is always told."""
    body = parsed(request, NoticeChoiceBody)
    await site.threads.run(_choose, site, who, body)
    return answer(await site.threads.run(_document, site, who))


@router.post(
    "/me/mail/code",
    **described("send_mail_code", MailCodeSent, status=202, unsafe=True, codes=("means_missing", "too_fast")),
)
async def send_mail_code(site: TheSite, who: SignedIn) -> Response:
    """Have a code mailed to the address I have given: notices go there once it was shown."""
    try:
        await site.couriers.run(site.factors.confirming.begin, who)
    except TooManyCodes as wait:
        raise Problem("too_fast", retry_after_s=wait.wait_s) from None
    except CannotSend:
        raise Problem("means_missing") from None
    return answer(MailCodeSent(lasts_s=LASTS_S), 202)


@router.post(
    "/me/mail/confirm",
    **described("confirm_mail", None, body=MailConfirmBody, status=204, codes=("proof_failed", "locked_out")),
)
async def confirm_mail(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Show the code that came by mail: the address is mine, and notices may go there."""
    body = parsed(request, MailConfirmBody)

    async def shown() -> bool:
        return await site.threads.run(site.factors.confirming.confirm, who, body.code)

    await judged(site, who, shown)
    return nothing()
