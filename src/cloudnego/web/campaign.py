"""集中要约行动: enterprises of an area picked by filter, cases opened for them in one run, and how far each is.

Nothing of a campaign is stored but its acts. Each row is an act of its own, asked as the person who asks the run and
judged like any other, under a key made of campaign, year and enterprise: a run that was cut off is asked again, and
opens nothing twice. A union of the area opens where there is no union (HZ 18; ZJ 8). Elsewhere the enterprise's own
union does, and an offer is always its chief's to send (HZ 24): no run sends one. A run may call on those unions: each
of their officers finds the request among his messages, once a campaign and year.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Final, Literal

import msgspec
from fastapi import Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.commands import OpenCase
from cloudnego.core.gate import obstacles
from cloudnego.core.moment import Law, Moment
from cloudnego.core.overview import Overview
from cloudnego.core.refusals import Obstacle, Refused
from cloudnego.core.state import EMPTY
from cloudnego.core.vocabulary import Id, Message, Office, Step
from cloudnego.handle import handle
from cloudnego.identity.inbox import MessageKind
from cloudnego.identity.organisations import officers_of
from cloudnego.identity.register import Entry, Reach, enterprises, enterprises_by_id
from cloudnego.identity.sessions import Who
from cloudnego.identity.store import reading
from cloudnego.ports import Busy, Filter, KeyReused
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.acting import in_force
from cloudnego.web.answers import answer, tagged
from cloudnego.web.bodies import Title, parsed
from cloudnego.web.cursors import cursor_of, read_cursor
from cloudnego.web.described import described
from cloudnego.web.documents import ObstacleDocument
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import Cursor, PageSize, RegionText
from cloudnego.web.errors import Problem, obstacle_as_said
from cloudnego.web.openings import Opening, opening_of
from cloudnego.web.queries import ActingAs
from cloudnego.web.site import Site

AT_ONCE: Final = 50
"""Enterprises of one request: the page asks again for the next ones and shows how far it is."""
_RUNNERS: Final = frozenset({Office.DISTRICT_UNION, Office.TOWN_UNION})
_CASES_MAX: Final = 500

Outcome = Literal[
    "opened", "already_opened", "can_open", "called", "already_called", "can_call", "under_way", "refused", "not_yours"
]
State = Literal["not_begun", "opened", "sent", "served", "answered", "in_force", "closed"]

router = Endpoints(prefix="/api/v1", tags=["negotiations"])


class CampaignBody(Message):
    """Which enterprises to open a case for. `dry_run`: say what would happen, and do nothing. `call_unions`: where the
    enterprise has a union, ask its officers by a message to begin and to send their offer."""

    name: Title
    wage_year: Annotated[int, Field(ge=2000, le=2099)]
    enterprises: Annotated[tuple[Id, ...], Field(min_length=1, max_length=AT_ONCE)]
    dry_run: bool = False
    call_unions: bool = False


class CampaignRow(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one enterprise, or would. `not_yours`: there is no such enterprise in your area. `obstacles`: what
    stands in the way of `refused`, keeps you from opening yourself, or was passed as a warning. `under_way`: its offer
    of the year was sent, so that there is nothing to call for. `called`: how many officers of its union were asked."""

    enterprise: str
    name: str
    outcome: Outcome
    case: str | None
    obstacles: tuple[ObstacleDocument, ...]
    called: int = 0


class CampaignReport(msgspec.Struct, frozen=True, kw_only=True):
    """The rows in the order they were asked, and how many there are of each outcome."""

    dry_run: bool
    rows: tuple[CampaignRow, ...]
    counts: dict[str, int]


class BoardRow(msgspec.Struct, frozen=True, kw_only=True):
    """How far one enterprise is in the wage year. `late`: terms that are overdue, with a space between."""

    enterprise: str
    name: str
    region: str
    industry: str
    has_union: bool
    workers: int
    case: str | None
    state: State
    light: str
    late: str
    offered_on: str | None


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """Enterprises of the area by id, and how many of this page stand in each state; `late` counts replies overdue."""

    wage_year: int
    rows: tuple[BoardRow, ...]
    counts: dict[str, int]
    next: str | None


def _reach(site: Site, who: Who) -> Reach:
    """The area of his union. Raises `Problem` 404 where he is of none."""
    regions = frozenset(one.region for one in in_force(site, who) if one.office in _RUNNERS)
    if not regions:
        raise Problem("not_found")
    return Reach(regions)


@router.get(
    "/campaign", **described("campaign_board", Board, codes=("not_found", "malformed", "bad_cursor"), tagged=True)
)
async def get_board(
    *,
    request: Request,
    site: TheSite,
    who: SignedIn,
    wage_year: Annotated[int | None, Query(ge=2000, le=2099)] = None,
    region: RegionText = None,
    industry: Annotated[str | None, Query(pattern=r"^[A-T][0-9]{0,4}$")] = None,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> Response:
    """How far each enterprise of the area is in a wage year: who to pick, and who has sent, received, answered."""
    reach = _reach(site, who)
    year = wage_year if wage_year is not None else site.world.clock(who.district).year
    after = str(read_cursor(cursor, "campaign").get("id", "")) if cursor else ""

    def read() -> Board:
        with reading(site.engine) as session:
            found = enterprises(
                session, who.district, reach, region=region, industry=industry, after=after, limit=limit + 1
            )
        cases = _cases(site, who.district, [one.id for one in found[:limit]], year)
        rows = tuple(_board_row(one, cases.get(one.id)) for one in found[:limit])
        states = [one.state for one in rows]
        counts = {state: states.count(state) for state in sorted(set(states))}
        return Board(
            wage_year=year,
            rows=rows,
            counts=counts | {"late": sum("reply" in one.late.split() for one in rows)},
            next=cursor_of("campaign", {"id": found[limit - 1].id}) if len(found) > limit else None,
        )

    return tagged(request, await site.threads.run(read))


def _cases(site: Site, district: str, ids: list[str], wage_year: int) -> dict[str, tuple[str, Overview]]:
    """The case of the year of each enterprise: the live one, else the latest opened."""
    wanted = Filter(district=district, enterprises=frozenset(ids), wage_year=wage_year)
    found: dict[str, tuple[str, Overview]] = {}
    for one in site.log.cases(wanted, None, _CASES_MAX).rows:
        known = found.get(one.overview.enterprise)
        if known is None or (known[1].ending is not None and one.overview.ending is None):
            found[one.overview.enterprise] = (one.case, one.overview)
    return found


def _board_row(one: Entry, case: tuple[str, Overview] | None) -> BoardRow:
    row = case[1] if case is not None else None
    return BoardRow(
        enterprise=one.id,
        name=one.name,
        region=one.region,
        industry=one.industry,
        has_union=one.has_union,
        workers=one.headcount[-1].total if one.headcount else 0,
        case=case[0] if case is not None else None,
        state=_state(row),
        light=row.light if row is not None else "",
        late=row.late if row is not None else "",
        offered_on=row.offered_on.isoformat() if row is not None and row.offered_on is not None else None,
    )


def _state(row: Overview | None) -> State:
    if row is None:
        return "not_begun"
    if row.ending is not None:
        return "closed"
    if row.in_force_from is not None:
        return "in_force"
    step = Step(row.step).number
    if step > Step.REPLY.number:
        return "answered"
    if step == Step.REPLY.number:
        return "served"
    return "sent" if row.offered_on is not None else "opened"


@router.post(
    "/campaign",
    **described(
        "run_campaign",
        CampaignReport,
        body=CampaignBody,
        codes=("not_found", "acting_as_required", "mandate_does_not_cover", "key_reused"),
    ),
)
async def run_campaign(request: Request, site: TheSite, who: SignedIn, acting_as: ActingAs = None) -> Response:
    """Open a case for each of these enterprises or call on its union, as yourself, or say what would become of each."""
    reach = _reach(site, who)
    body = parsed(request, CampaignBody)
    known = await site.threads.run(_entries, site, who.district, list(body.enterprises))
    home = site.districts.get(who.district)
    law = await site.threads.run(site.world.law, home.pack, home.pack_version, home.calendar)
    run = _Run(site, who, law, body, acting_as)
    rows = []
    for id_ in dict.fromkeys(body.enterprises):
        entry = known.get(id_)
        mine = entry is not None and reach.holds("", entry.region)
        rows.append(await run.row(id_, entry if mine else None))
    outcomes = [one.outcome for one in rows]
    counts = {str(outcome): outcomes.count(outcome) for outcome in sorted(set(outcomes))}
    return answer(CampaignReport(dry_run=body.dry_run, rows=tuple(rows), counts=counts))


def _entries(site: Site, district: str, ids: list[str]) -> dict[str, Entry]:
    with reading(site.engine) as session:
        return {one.id: one for one in enterprises_by_id(session, district, ids)}


class _Run:
    """One run of a campaign: each row is asked of the log alone."""

    def __init__(self, site: Site, who: Who, law: Law, body: CampaignBody, acting_as: str | None) -> None:
        self._site: Final = site
        self._who: Final = who
        self._law: Final = law
        self._body: Final = body
        self._acting_as: Final = acting_as

    async def row(self, id_: str, entry: Entry | None) -> CampaignRow:
        """One enterprise. What is not his stops no other row; that the server is busy stops the run."""
        command = OpenCase(enterprise=id_, wage_year=self._body.wage_year, occasion=self._body.name)
        if entry is None:
            return self._said(id_, "", "not_yours")
        try:
            found = await opening_of(self._site, self._who, command, self._acting_as)
        except Problem as problem:
            if problem.code != "not_found":
                raise
            return self._said(id_, "", "not_yours")
        if self._body.call_unions and entry.has_union and entry.union_organisation is not None:
            called = await self._site.threads.run(self._call, entry, self._in_the_way(command, found))
            if called is not None:
                return called
        return await (self._would if self._body.dry_run else self._open)(entry, command, found)

    def _call(self, entry: Entry, in_the_way: tuple[Obstacle, ...]) -> CampaignRow | None:
        """Ask the officers of its union; None where there is nobody to be asked."""
        site, district, body = self._site, self._who.district, self._body
        case = _cases(site, district, [entry.id], body.wage_year).get(entry.id)
        if _state(case[1] if case is not None else None) not in ("not_begun", "opened"):
            return self._said(entry.id, entry.name, "under_way", case[0] if case is not None else None)
        with reading(site.engine) as session:
            today = site.today(district)
            officers = officers_of(session, entry.union_organisation or "", Office.UNION, today)
        if not officers:
            return None
        if body.dry_run:
            return self._said(entry.id, entry.name, "can_call", obstacles=in_the_way, called=len(officers))
        by = next(one.organisation_name for one in in_force(site, self._who) if one.office in _RUNNERS)
        facts = {"by": by, "campaign": body.name, "year": str(body.wage_year), "enterprise": entry.name}
        about, kind = self._key(entry.id), MessageKind.CAMPAIGN_CALL
        inbox = site.factors.inbox
        asked = [inbox.tell_once(district, one, kind, about, **facts) for one in officers]
        outcome: Outcome = "called" if any(asked) else "already_called"
        return self._said(entry.id, entry.name, outcome, obstacles=in_the_way, called=len(officers))

    def _in_the_way(self, command: OpenCase, found: Opening) -> tuple[Obstacle, ...]:
        at = self._site.world.clock(self._who.district)
        return tuple(obstacles(Moment(EMPTY, at, self._law, found.member, register=found.register), command))

    async def _would(self, entry: Entry, command: OpenCase, found: Opening) -> CampaignRow:
        in_the_way = self._in_the_way(command, found)
        outcome: Outcome = "refused" if any(one.hard for one in in_the_way) else "can_open"
        return self._said(entry.id, entry.name, outcome, obstacles=in_the_way)

    async def _open(self, entry: Entry, command: OpenCase, found: Opening) -> CampaignRow:
        world, district = self._site.world, self._who.district
        try:
            receipt = await handle(world, district, None, command, found.member, self._key(entry.id), found.register)
        except Refused as no:
            return self._said(entry.id, entry.name, "refused", obstacles=no.obstacles)
        except KeyReused:
            raise Problem("key_reused") from None
        except Busy as busy:
            raise Problem("busy", retry_after_s=busy.retry_after) from None
        outcome: Outcome = "already_opened" if receipt.repeated else "opened"
        return self._said(entry.id, entry.name, outcome, receipt.case, receipt.warnings)

    def _key(self, enterprise: str) -> str:
        """The same row of the same campaign has the same key, whenever and however often it is asked."""
        told = f"{self._body.name}\n{self._body.wage_year}\n{enterprise}"
        return f"campaign-{hashlib.sha256(told.encode()).hexdigest()}"

    def _said(
        self,
        id_: str,
        name: str,
        outcome: Outcome,
        case: str | None = None,
        obstacles: tuple[Obstacle, ...] = (),
        *,
        called: int = 0,
    ) -> CampaignRow:
        said = tuple(msgspec.convert(obstacle_as_said(one, self._law.pack), ObstacleDocument) for one in obstacles)
        return CampaignRow(enterprise=id_, name=name, outcome=outcome, case=case, obstacles=said, called=called)
