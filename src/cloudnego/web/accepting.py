"""Accepting an invitation over HTTP: with the token of the link alone, or as somebody who is signed in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec
from pydantic import StringConstraints
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Message, Office
from cloudnego.identity.admission import Invitation
from cloudnego.identity.invitations import InvitationOver, NewAccount, accept, accept_anew, check_giver, read
from cloudnego.identity.organisations import Body
from cloudnego.identity.passwords import TooManySignIns, WeakPassword, check_strength
from cloudnego.identity.roster import Roster, RosterError
from cloudnego.identity.store import reading, writing
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer
from cloudnego.web.bodies import LinkToken, NewPassword, parsed
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.invitations import instant, over
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["accounts"])

LoginWord = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._\-]{0,39}$")]


class TokenBody(Message):
    """The token of an invitation's link."""

    token: LinkToken


class OwnTokenBody(TokenBody):
    """The token of an invitation's link, shown by somebody who is signed in."""


class AcceptanceBody(TokenBody):
    """Accept without an account: `login` is the word the name to sign in with begins with."""

    login: LoginWord
    password: NewPassword


class InvitationRead(msgspec.Struct, frozen=True, kw_only=True):
    """What an invitation is for, as whoever has the link may read it."""

    district: str
    organisation_name: str
    name: str
    office: Office
    mandate_scope: str | None
    mandate_from: date | None
    mandate_to: date | None
    expires_at: datetime


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """The membership that was made; `login` is the name to sign in with, null where the account was there."""

    membership: str
    login: str | None


@router.post(
    "/invitation/read",
    **described("read_invitation", InvitationRead, body=TokenBody, codes=("invitation_over",), open_to_all=True),
)
async def read_invitation(request: Request, site: TheSite) -> Response:
    """What the invitation of a link is for."""
    token = parsed(request, TokenBody).token

    def look() -> InvitationRead:
        with reading(site.engine) as session:
            row, to = _open(site, session, token)
        return InvitationRead(
            district=row.district,
            organisation_name=to.name,
            name=row.name,
            office=Office(row.office),
            mandate_scope=row.mandate_scope,
            mandate_from=row.mandate_from,
            mandate_to=row.mandate_to,
            expires_at=instant(row.expires_s),
        )

    with over():
        return answer(await site.threads.run(look))


@router.post(
    "/invitation/accept",
    **described(
        "accept_invitation",
        Accepted,
        body=AcceptanceBody,
        status=201,
        codes=("invitation_over", "weak_password"),
        open_to_all=True,
    ),
)
async def accept_invitation(request: Request, site: TheSite) -> Response:
    """Accept with a new account. The answer says the name to sign in with; whether another has it is never said."""
    sent = parsed(request, AcceptanceBody)
    try:
        check_strength(sent.password, sent.login)
    except WeakPassword:
        raise Problem("weak_password") from None
    with over():
        await site.threads.run(_look, site, sent.token)  # nobody without a link makes us hash
    try:
        hashed = await site.passwords.hash_later(sent.password)
    except TooManySignIns:
        raise Problem("busy", retry_after_s=2) from None

    def write() -> Accepted:
        with writing(site.engine) as session:
            row, _ = _open(site, session, sent.token)
            roster = Roster(session, row.district, site.new_id, site.now_s(), row.created_by)
            membership, login = accept_anew(session, roster, row, NewAccount(sent.login, hashed), site.now_s())
            return Accepted(membership=membership, login=login)

    try:
        with over():
            made = await site.threads.run(write)
    except IntegrityError:  # two of one name in one moment; whoever asks again gets other digits
        raise Problem("busy", retry_after_s=1) from None
    site.doorkeeper.forget()
    return answer(made, 201)


@router.post(
    "/me/memberships",
    **described(
        "accept_invitation_as_me",
        Accepted,
        body=OwnTokenBody,
        status=201,
        codes=("invitation_over", "membership_exists"),
    ),
)
async def accept_as_me(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Accept with the account that is signed in: the office is added to it."""
    token = parsed(request, OwnTokenBody).token

    def write() -> Accepted:
        with writing(site.engine) as session:
            row, _ = _open(site, session, token)
            if row.district != who.district:
                raise InvitationOver
            roster = Roster(session, row.district, site.new_id, site.now_s(), row.created_by)
            return Accepted(membership=accept(session, roster, row, who.person, site.now_s()), login=None)

    try:
        with over():
            made = await site.threads.run(write)
    except RosterError as wrong:
        raise Problem(wrong.code, facts=wrong.facts) from None
    site.doorkeeper.forget()
    return answer(made, 201)


def _open(site: Site, session: Session, token: str) -> tuple[Invitation, Body]:
    """The open invitation, whose giver may still give it. Raises `InvitationOver`. Blocks."""
    row, to = read(session, token, site.now_s())
    check_giver(session, row, to, site.today(row.district))
    return row, to


def _look(site: Site, token: str) -> None:
    with reading(site.engine) as session:
        _open(site, session, token)
