"""The register of enterprises and the reference values over HTTP: unions keep them, an enterprise its own facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from fastapi import Header, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Office
from cloudnego.identity.references import (
    NewReference,
    ReferenceKind,
    ReferenceUnit,
    add_reference,
    references,
    unit_suits,
)
from cloudnego.identity.register import (
    OWN_FACTS,
    Entry,
    Heads,
    Reach,
    add_enterprise,
    change_enterprise,
    enterprise,
    enterprises,
)
from cloudnego.identity.roster import Roster, RosterError
from cloudnego.identity.sessions import Held, Who
from cloudnego.identity.store import reading, writing
from cloudnego.identity.tables import ReferenceValue
from cloudnego.texts import say
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.acting import in_force, registering
from cloudnego.web.answers import answer, tagged
from cloudnego.web.bodies import EnterpriseBody, EnterpriseChange, ReferenceBody, parsed
from cloudnego.web.cursors import cursor_of, read_cursor
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["register"])

_KEEPERS = frozenset({Office.DISTRICT_UNION, Office.TOWN_UNION})
READERS = _KEEPERS | {Office.AUTHORITY, Office.EMPLOYERS_BODY, Office.AUDITOR}
_OWN = frozenset({Office.HR, Office.LEGAL_REPRESENTATIVE, Office.PORTAL})
_VALUERS = _KEEPERS | {Office.AUTHORITY}

CaseText = Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
RegionText = Annotated[str | None, Query(pattern=r"^[0-9]{2,12}$")]
Cursor = Annotated[str | None, Query(max_length=2000, pattern=r"^[A-Za-z0-9_\-]+$")]
PageSize = Annotated[int, Query(ge=1, le=200)]
PathId = Annotated[str, Path(max_length=96)]


class EnterprisePage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the register; `next` is the cursor of the next one, null on the last."""

    rows: tuple[Entry, ...]
    next: str | None


class ReferenceDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A reference value, its source, and who entered it."""

    id: str
    region: str
    kind: ReferenceKind
    period: str
    value: str
    unit: ReferenceUnit
    source_url: str
    source_name: str | None
    entered_by: str


class References(msgspec.Struct, frozen=True, kw_only=True):
    """All reference values asked for; of a kind, region and period entered twice the first one counts."""

    rows: tuple[ReferenceDocument, ...]


def _regions(offices: frozenset[Office]) -> Callable[[tuple[Held, ...]], tuple[str, ...]]:
    """The places that memberships of these offices reach."""
    return lambda held: tuple(one.region for one in held if one.office in offices)


def reach_of(who: Who, offices: frozenset[Office], site: Site) -> Reach:
    """The part of the register somebody reaches by these offices, and by being of an enterprise."""
    held = in_force(site, who)
    own = {one.organisation for one in held if one.organisation_kind == "enterprise"}
    own |= {one.upper for one in held if one.organisation_kind == "enterprise_union" and one.upper is not None}
    return Reach(frozenset(one.region for one in held if one.office in offices), frozenset(own))


@router.get(
    "/enterprises", **described("list_enterprises", EnterprisePage, codes=("malformed", "bad_cursor"), tagged=True)
)
async def list_enterprises(
    *,
    request: Request,
    site: TheSite,
    who: SignedIn,
    region: RegionText = None,
    industry: Annotated[str | None, Query(pattern=r"^[A-T][0-9]{0,4}$")] = None,
    text: CaseText = None,
    external_ref: CaseText = None,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> Response:
    """Enterprises within reach: of the area for unions and authorities, the own one for everybody else."""
    after = str(read_cursor(cursor, "enterprises").get("id", "")) if cursor else ""
    reach = reach_of(who, READERS, site)

    def read() -> list[Entry]:
        with reading(site.engine) as session:
            return enterprises(
                session, who.district, reach, text=text, region=region, industry=industry,
                external_ref=external_ref, after=after, limit=limit + 1,
            )  # fmt: skip

    rows = await site.threads.run(read)
    more = cursor_of("enterprises", {"id": rows[limit - 1].id}) if len(rows) > limit else None
    return tagged(request, EnterprisePage(rows=tuple(rows[:limit]), next=more))


@router.get(
    "/enterprises/{enterprise_id}",
    **described("get_enterprise", Entry, codes=("not_found", "malformed"), tagged=True),
)
async def get_enterprise(request: Request, site: TheSite, who: SignedIn, enterprise_id: PathId) -> Response:
    """One entry of the register."""
    entry = await site.threads.run(_entry, site, who, enterprise_id)
    return tagged(request, entry, _tag(entry))


@router.post(
    "/enterprises",
    **described(
        "add_enterprise",
        Entry,
        body=EnterpriseBody,
        status=201,
        codes=("not_found", "mandate_does_not_cover", "region_unknown", "credit_code_taken", "organisation_unknown"),
        headed=("ETag", "Location"),
    ),
)
async def post_enterprise(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Enter an enterprise. For the unions of its area; nobody else learns that there is a register to enter it in."""
    regions = registering(site, who, _regions(_KEEPERS))
    body = parsed(request, EnterpriseBody)
    if not body.region.startswith(regions):
        raise Problem("region_unknown", facts={"region": body.region})
    if body.union_organisation is not None:  # a union is made below its enterprise, so this one has none yet
        raise Problem("organisation_unknown", facts={"organisation": body.union_organisation})
    facts = {name: value for name, value in body.model_dump().items() if value is not None and name != "headcount"}
    entry = Entry(id="", headcount=_heads(body.headcount), **facts)

    def write() -> Entry:
        with writing(site.engine) as session:
            roster = Roster(session, who.district, site.new_id, site.now_s(), who.person)
            return add_enterprise(session, roster, who.district, entry)

    made = await site.threads.run(_roster, write)
    return answer(made, 201, {"Location": f"/api/v1/enterprises/{made.id}", "ETag": _tag(made)})


@router.patch(
    "/enterprises/{enterprise_id}",
    **described(
        "change_enterprise",
        Entry,
        body=EnterpriseChange,
        codes=(
            "not_found",
            "mandate_does_not_cover",
            "enterprise_changed",
            "nothing_to_change",
            "region_unknown",
            "organisation_unknown",
        ),
        headed=("ETag",),
    ),
)
async def patch_enterprise(
    request: Request,
    site: TheSite,
    who: SignedIn,
    enterprise_id: PathId,
    if_match: Annotated[str | None, Header(description="The ETag the change was made on.")] = None,
) -> Response:
    """Change facts. The union of the area may change all of them, the enterprise its own."""
    before = await site.threads.run(_entry, site, who, enterprise_id)
    allowed = registering(site, who, lambda held: _may_change(held, before))
    changes = _changes(parsed(request, EnterpriseChange), allowed)
    if if_match is not None and if_match != _tag(before):
        raise Problem("enterprise_changed")
    if "region" in changes and not changes["region"].startswith(registering(site, who, _regions(_KEEPERS))):
        raise Problem("region_unknown", facts={"region": changes["region"]})

    def write() -> Entry:
        with writing(site.engine) as session:
            entry = enterprise(session, who.district, enterprise_id)
            if entry is None:
                raise Problem("not_found")
            return change_enterprise(session, entry, changes, before.version if if_match is not None else None)

    after = await site.threads.run(_roster, write)
    return answer(after, 200, {"ETag": _tag(after)})


def _changes(body: EnterpriseChange, allowed: frozenset[str]) -> dict[str, Any]:
    sent = {name: getattr(body, name) for name in body.model_fields_set}
    foreign = sorted(sent.keys() - allowed)
    never_empty = [name for name, value in sent.items() if value is None and name in _NEVER_EMPTY]
    if foreign or never_empty:
        raise Problem(
            "malformed",
            errors=[_refused_field(name, "extra_forbidden") for name in foreign]
            + [_refused_field(name, "missing") for name in never_empty],
        )
    if "headcount" in sent:
        sent["headcount"] = _heads(sent["headcount"])
    return sent


_NEVER_EMPTY = frozenset(
    {"name", "address", "region", "industry", "kind", "above_scale", "has_union", "has_congress", "headcount"}
)


def _refused_field(name: str, code: str) -> dict[str, object]:
    return {"at": f"/{name}", "code": code, "message": say(f"fields.{code}")}


def _heads(sent: Any) -> tuple[Heads, ...]:
    return tuple(Heads(**one.model_dump()) for one in sent or ())


def _may_change(held: tuple[Held, ...], entry: Entry) -> frozenset[str]:
    if entry.region.startswith(_regions(_KEEPERS)(held)):
        return frozenset(EnterpriseChange.model_fields)
    own = any(one.organisation == entry.id and one.office in _OWN for one in held)
    return OWN_FACTS if own else frozenset()


def _entry(site: Site, who: Who, enterprise_id: str) -> Entry:
    with reading(site.engine) as session:
        entry = enterprise(session, who.district, enterprise_id)
    if entry is None or not reach_of(who, READERS, site).holds(entry.id, entry.region):
        raise Problem("not_found")
    return entry


def _tag(entry: Entry) -> str:
    return f'"{entry.id}.{entry.version}"'


def _roster(write: Any) -> Entry:
    try:
        found: Entry = write()
    except RosterError as wrong:
        raise Problem(wrong.code, facts=wrong.facts) from None
    return found


@router.get("/reference-values", **described("list_reference_values", References, codes=("malformed",), tagged=True))
async def list_reference_values(
    request: Request, site: TheSite, who: SignedIn, kind: ReferenceKind | None = None, region: RegionText = None
) -> Response:
    """Minimum wage, guidelines, prices: what was entered, from which source, by whom."""

    def read() -> list[ReferenceValue]:
        with reading(site.engine) as session:
            return references(session, who.district, kind=kind, region=region)

    rows = await site.threads.run(read)
    return tagged(request, References(rows=tuple(_said(row) for row in rows)))


@router.post(
    "/reference-values",
    **described(
        "add_reference_value",
        ReferenceDocument,
        body=ReferenceBody,
        status=201,
        codes=("not_found", "mandate_does_not_cover", "region_unknown"),
    ),
)
async def post_reference_value(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Enter a figure with its source. For the unions of the area and the labour authority."""
    regions = registering(site, who, _regions(_VALUERS))
    body = parsed(request, ReferenceBody)
    if not body.region.startswith(regions):
        raise Problem("region_unknown", facts={"region": body.region})
    new = NewReference(**body.model_dump())
    if not unit_suits(new):
        raise Problem("malformed", errors=[_refused_field("unit", "other")])

    def write() -> ReferenceValue:
        with writing(site.engine) as session:
            return add_reference(session, who.district, new, row_id=site.new_id("r"), by=who.person, now_s=site.now_s())

    return answer(_said(await site.threads.run(write)), 201)


def _said(row: ReferenceValue) -> ReferenceDocument:
    return msgspec.convert(row, ReferenceDocument, from_attributes=True)
