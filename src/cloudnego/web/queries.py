"""Looking at cases: the list, one case, its timeline, its deadlines, what may be asked next, and the cockpit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from fastapi import Header, Path, Query
from pydantic import AwareDatetime
from starlette.requests import Request
from starlette.responses import Response

from cloudnego import __version__
from cloudnego.core.overlays import Overlay
from cloudnego.core.refusals import Reason
from cloudnego.core.vocabulary import Kind, Light, Scope, Side, Step, Stream
from cloudnego.identity.views import Material
from cloudnego.ports import Filter, Recorded
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import tag_of, tagged, unchanged
from cloudnego.web.case_documents import case_document, caucus_he_speaks_in, names_of, persons_in, versions_of
from cloudnego.web.case_views import (
    draft_document,
    next_document,
    shown_overview,
    timeline_entry,
)
from cloudnego.web.cases import Found, find, pinned_law
from cloudnego.web.commands import PREFIX
from cloudnego.web.cursors import cursor_of, read_cursor
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.documents import (
    CaseDocument,
    CasePage,
    Deadlines,
    DraftDocument,
    NextDocument,
    Timeline,
)
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import CaseText, Cursor, PageSize, RegionText
from cloudnego.web.errors import Problem
from cloudnego.web.lists import (
    by_name,
    page,
    rows,
    sight_of,
)
from cloudnego.web.moments import past_document, stood_at
from cloudnego.web.reminding import with_reminders
from cloudnego.web.site import Site
from cloudnego.web.viewing import noted, shown_of, shown_of_case, shown_of_draft

_PAGE = 256  # events read at once

router = Endpoints(prefix="/api/v1", tags=["negotiations"])

SizeBand = Annotated[str | None, Query(pattern=r"^[0-9]{1,4}(-[0-9]{1,4}|\+)$")]
CaseId = Annotated[str, Path(max_length=96)]
ActingAs = Annotated[str | None, Header(alias="X-Acting-As", description="One of the own memberships, see `GET /me`.")]


@router.get(
    PREFIX.removeprefix("/api/v1"),
    **described("list_cases", CasePage, codes=("malformed", "bad_cursor", "acting_as_required"), tagged=True),
)
async def list_cases(
    *,
    request: Request,
    site: TheSite,
    who: SignedIn,
    acting_as: ActingAs = None,
    region: RegionText = None,
    industry: Annotated[str | None, Query(pattern=r"^[A-T][0-9]{0,4}$")] = None,
    step: Step | None = None,
    light: Light | None = None,
    scope: Scope | None = None,
    kind: Kind | None = None,
    wage_year: Annotated[int | None, Query(ge=2000, le=2099)] = None,
    stuck: Reason | None = None,
    turn_side: Side | None = None,
    late: Annotated[str | None, Query(pattern=r"^[a-z_]{1,40}$")] = None,
    overlay: Overlay | None = None,
    size_band: SizeBand = None,
    expires_within: Annotated[int | None, Query(ge=0, le=366)] = None,
    text: CaseText = None,
    external_ref: CaseText = None,
    closed: bool | None = None,
    by_due: bool = False,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> Response:
    """Cases within reach, the latest opened first, or the most urgent. What is out of reach is never read."""
    wanted = Filter(
        district=who.district, region=region, industry=industry, step=step, light=light, scope=scope, kind=kind,
        wage_year=wage_year, text=text, external_ref=external_ref, live=None if closed is None else not closed,
        by_due=by_due, stuck=stuck, turn_side=turn_side, late=late, overlay=overlay, size_band=size_band,
        expires_by=None if expires_within is None else site.today(who.district) + timedelta(days=expires_within),
    )  # fmt: skip

    def read() -> CasePage:
        sandbox = site.clocks.district(who.district).kind == "sandbox"
        sight = sight_of(site, who, acting_as)
        if sight is None:
            return CasePage(sandbox=sandbox, rows=(), next=None)
        found = page(site, sight.within(by_name(site, wanted)), cursor, limit)
        return CasePage(sandbox=sandbox, rows=rows(site, who, found, sight, acting_as), next=found.cursor)

    return tagged(request, await site.threads.run(read))


@router.get("/negotiations/{case_id}", **described("get_case", CaseDocument, codes=OF_A_CASE, tagged=True))
async def get_case(
    *,
    request: Request,
    site: TheSite,
    who: SignedIn,
    case_id: CaseId,
    acting_as: ActingAs = None,
    at: Annotated[AwareDatetime | None, Query()] = None,
) -> Response:
    """One case as you may see it, now or as it stood at a moment."""
    found = await find(site, who, case_id, acting_as)
    if at is not None:
        stood = await site.threads.run(stood_at, site, found, at)
        answer = tagged(request, await site.threads.run(past_document, site, found, stood))
        return await noted(site, who, found, shown_of_case(stood.found), answer)

    def read() -> Response:
        law = pinned_law(site, found.case)
        versions = versions_of(site, found)
        shown = shown_overview(found, law)
        tag = tag_of(__version__, "case", found.id, versions, found.member, found.at.date(), shown)
        return unchanged(request, tag) or tagged(request, case_document(site, found, law, shown, versions), tag)

    return await noted(site, who, found, shown_of_case(found), await site.threads.run(read))


@router.get(
    "/negotiations/{case_id}/timeline",
    **described("get_timeline", Timeline, codes=(*OF_A_CASE, "bad_cursor"), tagged=True),
)
async def get_timeline(
    *,
    request: Request,
    site: TheSite,
    who: SignedIn,
    case_id: CaseId,
    acting_as: ActingAs = None,
    cursor: Cursor = None,
    limit: PageSize = 100,
) -> Response:
    """What happened, as far as you see its streams: facts, words, and the exact text each hash was taken of."""
    found = await find(site, who, case_id, acting_as)
    after = _place(found, cursor) if cursor else {}

    def read() -> tuple[Timeline, list[Material]]:
        events = site.log.read(found.id, found.streams, after, limit)
        reached = {stream.value: seq for stream, seq in after.items()}
        reached |= {one.stream.value: one.seq for one in events}
        document = Timeline(
            rows=tuple(timeline_entry(found, one) for one in events),
            names=names_of(site, found, persons_in(events), set()),
            next=cursor_of("timeline", reached),
            more=len(events) == limit,
        )
        return document, shown_of(events)

    document, shown = await site.threads.run(read)
    return await noted(site, who, found, shown, tagged(request, document))


def _place(found: Found, cursor: str) -> dict[Stream, int]:
    """Where a timeline goes on: after which seq of each stream. A stream he does not see is not his cursor's."""
    try:
        place = {Stream(name): int(seq) for name, seq in read_cursor(cursor, "timeline").items()}
    except ValueError:
        raise Problem("bad_cursor") from None
    if not place.keys() <= found.streams or any(not 0 <= seq < 2**31 for seq in place.values()):
        raise Problem("bad_cursor")
    return place


@router.get(
    "/negotiations/{case_id}/draft",
    **described("get_draft", DraftDocument, codes=OF_A_CASE, tagged=True),
)
async def get_draft(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """The draft, word for word: once it was submitted for everybody whom it binds, before that for the two sides."""
    found = await find(site, who, case_id, acting_as)

    def read() -> DraftDocument:
        return draft_document(found, lambda stream: events_of(site, found, stream))

    shown = shown_of_draft(found) if found.case.congress.submitted_on is None else []
    return await noted(site, who, found, shown, tagged(request, await site.threads.run(read)))


def events_of(site: Site, found: Found, stream: Stream) -> Iterator[Recorded]:
    """All events of a stream, oldest first."""
    return events_in(site, found.id, stream)


def events_in(site: Site, case_id: str, stream: Stream) -> Iterator[Recorded]:
    """The same where nobody is asked who reads: whoever calls it shows no more than anybody may see."""
    last = 0
    while some := site.log.read(case_id, frozenset({stream}), {stream: last}, _PAGE):
        yield from some
        last = some[-1].seq


@router.get(
    "/negotiations/{case_id}/deadlines",
    **described("get_deadlines", Deadlines, codes=OF_A_CASE, tagged=True),
)
async def get_deadlines(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """Every term that runs or ran, with how its date was derived."""
    found = await find(site, who, case_id, acting_as)

    def read() -> Deadlines:
        return with_reminders(site, found, pinned_law(site, found.case))

    return tagged(request, await site.threads.run(read))


@router.get(
    "/negotiations/{case_id}/next",
    **described("get_next", NextDocument, codes=OF_A_CASE, tagged=True),
)
async def get_next(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """What you may ask now, what stands in the way, who can cure that and by when; and what the step waits for."""
    found = await find(site, who, case_id, acting_as)

    def read() -> NextDocument:
        return next_document(found, pinned_law(site, found.case), caucus_he_speaks_in(site, found))

    return tagged(request, await site.threads.run(read))
