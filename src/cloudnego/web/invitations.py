"""Invitations over HTTP: given, listed and revoked by whoever may give the office; and who holds it, ended there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

import msgspec
from pydantic import Field
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Day, Id, Message, Office
from cloudnego.identity.invitations import (
    InvitationOver,
    Invited,
    NewInvitation,
    invitation,
    invitations,
    invite,
    may_appoint,
    revoke,
)
from cloudnego.identity.kinds import OFFICES
from cloudnego.identity.mandates import INVITE, covering
from cloudnego.identity.membership import Holder, holder, holders
from cloudnego.identity.organisations import Body, body
from cloudnego.identity.roster import Roster
from cloudnego.identity.sessions import Held, Who
from cloudnego.identity.store import reading
from cloudnego.ports import CHINA
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer, nothing, tagged
from cloudnego.web.bodies import MandateScope, Name, parsed
from cloudnego.web.cursors import cursor_of, read_cursor
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import Cursor, PageSize, PathId
from cloudnego.web.errors import Problem
from cloudnego.web.organisations import seen_body, written
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["accounts"])

LINK: Final = "/invitation#"
"""The page the link opens; the token stands behind the #, where no server and no proxy sees it."""

_DAY_S: Final = 86_400


class InvitationBody(Message):
    """One person is asked to take one office. `days`: how long the link is good."""

    name: Name
    office: Office
    days: Annotated[int, Field(ge=1, le=30)] = 7
    mandate: Id | None = None
    mandate_scope: MandateScope | None = None
    mandate_from: Day | None = None
    mandate_to: Day | None = None


class HolderPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the people who hold an office; `next` is the cursor of the next one, null on the last."""

    rows: tuple[Holder, ...]
    next: str | None


class InvitationDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation as those see it who may give it. Its link is said once, when it is made."""

    id: str
    organisation: str
    name: str
    office: Office
    created_by: str
    created_at: datetime
    expires_at: datetime
    state: Literal["open", "used", "revoked", "expired"]


class InvitationMade(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation with its link on this site; give it to the person yourself."""

    invitation: InvitationDocument
    link: str


class InvitationPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of invitations; `next` is the cursor of the next one, null on the last."""

    rows: tuple[InvitationDocument, ...]
    next: str | None


def instant(seconds: int) -> datetime:
    """Seconds since 1970 as the API says an instant."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(CHINA)


def _shown(one: Invited, now_s: int) -> InvitationDocument:
    state: Literal["open", "used", "revoked", "expired"] = "open"
    if one.used_s is not None:
        state = "used"
    elif one.revoked_s is not None:
        state = "revoked"
    elif one.expires_s <= now_s:
        state = "expired"
    return InvitationDocument(
        id=one.id,
        organisation=one.organisation,
        name=one.name,
        office=one.office,
        created_by=one.created_by,
        created_at=instant(one.created_s),
        expires_at=instant(one.expires_s),
        state=state,
    )


@contextmanager
def over() -> Iterator[None]:
    """An invitation that is over does not exist. Raises `Problem` 404."""
    try:
        yield
    except InvitationOver:
        raise Problem("invitation_over") from None


def _inviting(site: Site, who: Who) -> tuple[Held, ...]:
    return covering(who.held, INVITE, site.today(who.district))


def _appointing(site: Site, who: Who, organisation_id: str) -> Body:
    """The organisation, if he may give an office of it. Raises `Problem` 404. Blocks."""
    found = seen_body(site, who, organisation_id)
    held = _inviting(site, who)
    if not any(may_appoint(held, found, office) for office in OFFICES[found.kind]):
        raise Problem("not_found")
    return found


def _listed(site: Site, who: Who, organisation_id: str) -> Body:
    """The organisation, if he may read who holds an office there: who may give one, and an authority's own officials,
    who name each other as coordinators (ZJ 39). Raises `Problem` 404. Blocks."""
    today = site.today(who.district)
    if any(
        one.organisation == organisation_id and one.office is Office.AUTHORITY and one.in_force(today)
        for one in who.held
    ):
        return seen_body(site, who, organisation_id)
    return _appointing(site, who, organisation_id)


def _gives(session: Session, site: Site, who: Who, given: Invited | Holder) -> bool:
    """Whether he may give the office that is offered or held there."""
    to = body(session, who.district, given.organisation)
    return to is not None and may_appoint(_inviting(site, who), to, given.office)


@router.get(
    "/organisations/{organisation_id}/members",
    **described("list_members", HolderPage, codes=("not_found", "malformed", "bad_cursor"), tagged=True),
)
async def list_members(
    *,
    request: Request,
    site: TheSite,
    who: SignedIn,
    organisation_id: PathId,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> Response:
    """Who holds which office there, for those who may give it and an authority's own officials. Workers stand in the
    roster."""
    after = str(read_cursor(cursor, "members").get("id", "")) if cursor else ""

    def look() -> list[Holder]:
        to = _listed(site, who, organisation_id)
        with reading(site.engine) as session:
            return holders(session, to.id, after, limit + 1)

    rows = await site.threads.run(look)
    more = cursor_of("members", {"id": rows[limit - 1].id}) if len(rows) > limit else None
    return tagged(request, HolderPage(rows=tuple(rows[:limit]), next=more))


@router.delete(
    "/memberships/{membership_id}",
    **described("end_membership", None, status=204, codes=("not_found", "malformed"), unsafe=True),
)
async def delete_membership(site: TheSite, who: SignedIn, membership_id: PathId) -> Response:
    """End an office: one's own, or one that one may give. It is nothing from the next request on."""

    def write(session: Session, roster: Roster) -> None:
        found = holder(session, who.district, membership_id)
        if found is None or not (found.person == who.person or _gives(session, site, who, found)):
            raise Problem("not_found")
        roster.end_membership(found.id)

    await site.threads.run(written, site, who, write)
    site.doorkeeper.forget()
    return nothing()


@router.post(
    "/organisations/{organisation_id}/invitations",
    **described(
        "invite",
        InvitationMade,
        body=InvitationBody,
        status=201,
        codes=("not_found", "office_does_not_suit", "not_yours_to_appoint"),
    ),
)
async def post_invitation(request: Request, site: TheSite, who: SignedIn, organisation_id: PathId) -> Response:
    """Ask a person to take an office. The answer holds the link, said once."""
    to = await site.threads.run(_appointing, site, who, organisation_id)
    sent = parsed(request, InvitationBody)
    if sent.office not in OFFICES[to.kind]:
        raise Problem("office_does_not_suit")
    if not may_appoint(_inviting(site, who), to, sent.office):
        raise Problem("not_yours_to_appoint")
    new = NewInvitation(organisation=to.id, **sent.model_dump(exclude={"days"}))

    def write(session: Session, _: Roster) -> tuple[Invited, str]:
        return invite(
            session, who.district, new, new_id=site.new_id, by=who.person, now_s=site.now_s(),
            lasts_s=sent.days * _DAY_S,
        )  # fmt: skip

    made, token = await site.threads.run(written, site, who, write)
    return answer(InvitationMade(invitation=_shown(made, site.now_s()), link=LINK + token), 201)


@router.get(
    "/organisations/{organisation_id}/invitations",
    **described("list_invitations", InvitationPage, codes=("not_found", "malformed", "bad_cursor"), tagged=True),
)
async def list_invitations(
    *,
    request: Request,
    site: TheSite,
    who: SignedIn,
    organisation_id: PathId,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> Response:
    """Invitations to an organisation, for those who may give its offices."""
    after = str(read_cursor(cursor, "invitations").get("id", "")) if cursor else ""

    def look() -> list[Invited]:
        to = _appointing(site, who, organisation_id)
        with reading(site.engine) as session:
            return invitations(session, to.id, after, limit + 1)

    rows = await site.threads.run(look)
    more = cursor_of("invitations", {"id": rows[limit - 1].id}) if len(rows) > limit else None
    shown = tuple(_shown(one, site.now_s()) for one in rows[:limit])
    return tagged(request, InvitationPage(rows=shown, next=more))


@router.delete(
    "/invitations/{invitation_id}",
    **described(
        "revoke_invitation", None, status=204, codes=("not_found", "invitation_over", "malformed"), unsafe=True
    ),
)
async def delete_invitation(site: TheSite, who: SignedIn, invitation_id: PathId) -> Response:
    """Revoke an invitation that is open."""

    def write(session: Session, _: Roster) -> None:
        found = invitation(session, who.district, invitation_id)
        if found is None or not _gives(session, site, who, found):
            raise Problem("not_found")
        with over():
            revoke(session, found.id, site.now_s())

    await site.threads.run(written, site, who, write)
    return nothing()
