"""A calendar of terms by a link: what a calendar program fetches every few hours, with nothing but the address.

The address is the key, so it is made with a step-up, shown once, kept by its hash, and ended by whoever made it. It
opens this one file. A link that is none, ended, or shows nothing any more because its owner is nothing any more answers
alike.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Final

import msgspec
from fastapi import Path
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Message
from cloudnego.identity.calendar_links import CalendarLinks, Link, TooManyLinks, eyes_of
from cloudnego.identity.grades import ACTS, Act
from cloudnego.web.account import ItemId, SignedIn, TheSite, instant
from cloudnego.web.answers import answer, nothing
from cloudnego.web.bodies import parsed
from cloudnego.web.cases import find
from cloudnego.web.deadlines_file import ICS, calendar_of
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.lists import sight_of
from cloudnego.web.proving import WANTS
from cloudnego.web.queries import ActingAs
from cloudnego.web.shield import CSP_OF_DATA
from cloudnego.web.signing import insist_or_known
from cloudnego.web.site import Site
from cloudnego.web.tries import Failing

router = Endpoints(prefix="/api/v1", tags=["negotiations"])
fetched = Endpoints(tags=["negotiations"])

BELOW: Final = "/calendar"
"""Where calendars are fetched: outside `/api/v1`, whose answers nobody may keep."""

_ENDS: Final = ".ics"

TokenText = Annotated[str, Path(max_length=128)]


class CalendarLinkBody(Message):
    """A link to be made. `case`: of this case alone; `password`: of who has nothing else to show, as for an outside
    account."""

    case: Annotated[str, Field(max_length=96)] | None = None
    password: Annotated[str, Field(min_length=1, max_length=256)] | None = None


class CalendarLinkDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A link without its address. `acting_as`: the membership it was made in; `used_on`: the last day it was fetched;
    `works`: false where that membership, or the grant of the portal, has ended."""

    id: str
    case: str | None
    acting_as: str | None
    enterprise: str | None
    works: bool
    made_at: str
    used_on: str | None


class CalendarLinkOpened(msgspec.Struct, frozen=True, kw_only=True):
    """A link and its address, which is said this once."""

    link: CalendarLinkDocument
    url: str


class CalendarLinkList(msgspec.Struct, frozen=True, kw_only=True):
    """Links, the oldest first."""

    rows: tuple[CalendarLinkDocument, ...]


def _links(site: Site) -> CalendarLinks:
    return CalendarLinks(site.engine, site.new_id, site.now_s)


def _document(site: Site, link: Link) -> CalendarLinkDocument:
    """Blocks."""
    return CalendarLinkDocument(
        id=link.id, case=link.case, acting_as=link.acting_as, enterprise=link.enterprise,
        works=bool(eyes_of(site.engine, site.portals, link)), made_at=instant(link.created_s),
        used_on=None if link.used_s is None else instant(link.used_s)[:10],
    )  # fmt: skip


@router.get("/calendar-links", **described("list_calendar_links", CalendarLinkList))
async def list_calendar_links(site: TheSite, who: SignedIn) -> Response:
    """Your own, or those of the portal that asks."""

    def read() -> CalendarLinkList:
        return CalendarLinkList(rows=tuple(_document(site, one) for one in _links(site).of(who)))

    return answer(await site.threads.run(read))


@router.post(
    "/calendar-links",
    **described(
        "create_calendar_link",
        CalendarLinkOpened,
        body=CalendarLinkBody,
        status=201,
        codes=(*("not_found", "acting_as_required", "too_many_links", "proof_failed", "locked_out"), *WANTS),
    ),
)
async def create_calendar_link(request: Request, site: TheSite, who: SignedIn, acting_as: ActingAs = None) -> Response:
    """A link of your own, with a proof that it is you; a portal makes its own with its token. The address is said in
    this answer and never again."""
    if who.lets is not None:  # what one lets a program do is his to end, and a link would outlive it
        raise Problem("not_found")
    body = parsed(request, CalendarLinkBody)
    if sight_of(site, who, acting_as) is None:
        raise Problem("not_found")
    if body.case is not None:
        await find(site, who, body.case, acting_as)
    if who.portal is None:
        await insist_or_known(site, who, ACTS[Act.SUBSCRIBE], body.password)

    def write() -> CalendarLinkOpened:
        link, token = _links(site).make(who, acting_as, body.case)
        return CalendarLinkOpened(link=_document(site, link), url=f"{site.public_url}{BELOW}/{token}{_ENDS}")

    try:
        return answer(await site.threads.run(write), 201)
    except TooManyLinks:
        raise Problem("too_many_links") from None


@router.delete(
    "/calendar-links/{link_id}",
    **described("end_calendar_link", None, status=204, codes=("not_found", "malformed"), unsafe=True),
)
async def end_calendar_link(site: TheSite, who: SignedIn, link_id: ItemId) -> Response:
    """From now on its address is none."""
    if not await site.threads.run(_links(site).end, who, link_id):
        raise Problem("not_found")
    return nothing()


@fetched.get(
    BELOW + "/{token}",
    **described(
        "read_calendar",
        None,
        codes=("not_found", "malformed", "too_fast"),
        gives=(ICS,),
        tagged=True,
        open_to_all=True,
    ),
)
async def read_calendar(request: Request, site: TheSite, token: TokenText) -> Response:
    """The open terms its owner sees at this moment. Asked with the tag of what one has, 304 where nothing changed."""
    link = await site.threads.run(_links(site).found, token.removesuffix(_ENDS))
    if link is None or not token.endswith(_ENDS):
        raise Problem("not_found")
    site.tries.check(Failing.CALENDAR, link.id)
    site.tries.failed(Failing.CALENDAR, link.id)
    content = await site.threads.run(_content, site, link)
    tag = f'"{sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Content-Security-Policy": CSP_OF_DATA}
    known = request.headers.get("if-none-match", "")
    if tag in (one.strip().removeprefix("W/") for one in known.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(content, 200, headers | {"Content-Disposition": 'inline; filename="deadlines.ics"'}, ICS)


def _content(site: Site, link: Link) -> bytes:
    """Raises `Problem` 404 where its owner is nothing any more, or sees nothing of the case it is about. Blocks."""
    eyes = eyes_of(site.engine, site.portals, link)
    if not eyes:
        raise Problem("not_found")
    try:
        return bytes(calendar_of(site, eyes, link.acting_as, link.case).to_ical())
    except Problem:  # his capacities do not add up any more, and the link names none of them
        raise Problem("not_found") from None
