"""The region tree and the organisations of a district over HTTP: officials keep them, each sees those in his reach."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

import msgspec
from fastapi import Query
from pydantic import StringConstraints
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Id, Message, Office
from cloudnego.identity.kinds import OrganisationKind
from cloudnego.identity.organisations import KEPT_BY, Body, bodies, body, change_body, check_upper, end_body, keeps
from cloudnego.identity.register import Reach
from cloudnego.identity.roster import Roster, RosterError, regions
from cloudnego.identity.sessions import Who
from cloudnego.identity.store import reading, writing
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.acting import in_force, registering
from cloudnego.web.answers import answer, nothing, tagged
from cloudnego.web.bodies import Name, OrganisationBody, RegionCode, Title, parsed
from cloudnego.web.cursors import cursor_of, read_cursor
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import Cursor, PageSize, PathId, RegionText, reach_of
from cloudnego.web.errors import Problem
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["register"])

T = TypeVar("T")
_READERS = frozenset(
    {Office.DISTRICT_UNION, Office.TOWN_UNION, Office.AUTHORITY, Office.EMPLOYERS_BODY, Office.AUDITOR}
)


class RegionDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A place; it lies in those whose code its own begins with."""

    code: str
    name_zh: str
    name_en: str


class Regions(msgspec.Struct, frozen=True, kw_only=True):
    """The tree of a district by code, its root first."""

    rows: tuple[RegionDocument, ...]


class OrganisationPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of organisations; `next` is the cursor of the next one, null on the last."""

    rows: tuple[Body, ...]
    next: str | None


class RegionBody(Message):
    """A place to be added below one the tree has."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6,12}$")]
    name_zh: Name
    name_en: Name


class OrganisationEntry(OrganisationBody):
    """An organisation to be entered; enterprises go into the register."""


class OrganisationChange(Message):
    """What is to be another; what is not sent stays."""

    name: Title | None = None
    region: RegionCode | None = None
    upper: Id | None = None


def written(site: Site, who: Who, write: Callable[[Session, Roster], T]) -> T:
    """One transaction of identity. Raises `Problem` for what the roster refuses. Blocks."""
    try:
        with writing(site.engine) as session:
            return write(session, Roster(session, who.district, site.new_id, site.now_s(), who.person))
    except RosterError as wrong:
        raise Problem(wrong.code, facts=wrong.facts) from None


@router.get("/regions", **described("list_regions", Regions, tagged=True))
async def list_regions(request: Request, site: TheSite, who: SignedIn) -> Response:
    """The places of the district."""

    def read() -> Regions:
        with reading(site.engine) as session:
            rows = regions(session, who.district)
        return Regions(rows=tuple(RegionDocument(code=r.code, name_zh=r.name_zh, name_en=r.name_en) for r in rows))

    return tagged(request, await site.threads.run(read))


@router.post(
    "/regions",
    **described(
        "add_region",
        RegionDocument,
        body=RegionBody,
        status=201,
        codes=("not_found", "mandate_does_not_cover", "region_exists", "region_unknown"),
    ),
)
async def post_region(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Add a place. For officials of the district's union."""
    own = registering(site, who, lambda held: tuple(o.region for o in held if o.office is Office.DISTRICT_UNION))
    sent = parsed(request, RegionBody)
    if not sent.code.startswith(own):
        raise Problem("region_unknown", facts={"region": sent.code})
    await site.threads.run(
        written, site, who, lambda _, roster: roster.add_region(sent.code, sent.name_zh, sent.name_en)
    )
    return answer(RegionDocument(code=sent.code, name_zh=sent.name_zh, name_en=sent.name_en), 201)


def _reach(site: Site, who: Who) -> Reach:
    """Organisations of the area for its offices; for everybody else his own, and for a union its enterprise."""
    found = reach_of(who, _READERS, site)
    own = {one.organisation for one in in_force(site, who)}
    return Reach(found.regions, found.enterprises | own)


@router.get(
    "/organisations",
    **described("list_organisations", OrganisationPage, codes=("malformed", "bad_cursor"), tagged=True),
)
async def list_organisations(
    *,
    request: Request,
    site: TheSite,
    who: SignedIn,
    kind: Annotated[OrganisationKind | None, Query()] = None,
    region: RegionText = None,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> Response:
    """Organisations within reach. What is out of reach is never read."""
    after = str(read_cursor(cursor, "organisations").get("id", "")) if cursor else ""
    reach = _reach(site, who)

    def read() -> list[Body]:
        with reading(site.engine) as session:
            return bodies(session, who.district, reach, kind=kind, region=region, after=after, limit=limit + 1)

    rows = await site.threads.run(read)
    more = cursor_of("organisations", {"id": rows[limit - 1].id}) if len(rows) > limit else None
    return tagged(request, OrganisationPage(rows=tuple(rows[:limit]), next=more))


@router.get(
    "/organisations/{organisation_id}",
    **described("get_organisation", Body, codes=("not_found", "malformed"), tagged=True),
)
async def get_organisation(request: Request, site: TheSite, who: SignedIn, organisation_id: PathId) -> Response:
    """One organisation within reach."""
    return tagged(request, await site.threads.run(seen_body, site, who, organisation_id))


def seen_body(site: Site, who: Who, organisation_id: str) -> Body:
    """The organisation as somebody sees it. Raises `Problem` 404. Blocks."""
    with reading(site.engine) as session:
        found = body(session, who.district, organisation_id)
    if found is None or not _reach(site, who).holds(found.id, found.region):
        raise Problem("not_found")
    return found


@router.post(
    "/organisations",
    **described(
        "enter_organisation",
        Body,
        body=OrganisationEntry,
        status=201,
        codes=("not_found", "mandate_does_not_cover", "region_unknown", "organisation_unknown", "upper_does_not_suit"),
        headed=("Location",),
    ),
)
async def post_organisation(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Enter an organisation: district officials all kinds but operators, town unions the unions of enterprises."""
    held = registering(site, who, lambda held: tuple(one for one in held if one.office in KEPT_BY))
    sent = parsed(request, OrganisationEntry)
    if not keeps(held, sent.kind, sent.region):
        raise Problem("region_unknown", facts={"region": sent.region})

    def write(session: Session, roster: Roster) -> Body:
        check_upper(session, who.district, sent.kind, sent.upper)
        made = roster.add_organisation(sent.kind, sent.name, sent.region, sent.upper)
        return Body(id=made.id, kind=sent.kind, name=made.name, region=made.region, upper=made.upper)

    made = await site.threads.run(written, site, who, write)
    return answer(made, 201, {"Location": f"/api/v1/organisations/{made.id}"})


def _kept(site: Site, who: Who, session: Session, organisation_id: str) -> Body:
    """The organisation, if he keeps it. Raises `Problem` 404, and 409 where his mandate does not cover that."""
    found = body(session, who.district, organisation_id)
    if found is None:
        raise Problem("not_found")
    registering(site, who, lambda held: keeps(held, found.kind, found.region))
    return found


@router.patch(
    "/organisations/{organisation_id}",
    **described(
        "change_organisation",
        Body,
        body=OrganisationChange,
        codes=(
            "not_found",
            "mandate_does_not_cover",
            "nothing_to_change",
            "region_unknown",
            "organisation_unknown",
            "upper_does_not_suit",
        ),
    ),
)
async def patch_organisation(request: Request, site: TheSite, who: SignedIn, organisation_id: PathId) -> Response:
    """Change name, place or what stands above, for whoever may enter one of this kind at both places."""

    def look() -> Body:
        with reading(site.engine) as session:
            return _kept(site, who, session, organisation_id)

    kind = (await site.threads.run(look)).kind
    sent = parsed(request, OrganisationChange)
    changes = {name: getattr(sent, name) for name in sent.model_fields_set if getattr(sent, name) is not None}
    if "region" in changes and not keeps(registering(site, who, lambda held: held), kind, changes["region"]):
        raise Problem("region_unknown", facts={"region": changes["region"]})

    def write(session: Session, _: Roster) -> Body:
        return change_body(session, _kept(site, who, session, organisation_id), changes)

    after = await site.threads.run(written, site, who, write)
    site.doorkeeper.forget()
    return answer(after)


@router.delete(
    "/organisations/{organisation_id}",
    **described(
        "end_organisation", None, status=204, codes=("not_found", "mandate_does_not_cover", "malformed"), unsafe=True
    ),
)
async def delete_organisation(site: TheSite, who: SignedIn, organisation_id: PathId) -> Response:
    """End an organisation; whatever people hold in it ends at the next request. Nothing of the record is lost."""

    def write(session: Session, _: Roster) -> None:
        end_body(session, _kept(site, who, session, organisation_id).id, site.now_s())

    await site.threads.run(written, site, who, write)
    site.doorkeeper.forget()
    return nothing()
