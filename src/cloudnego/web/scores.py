"""一评: the score of a negotiation, for everybody who sees it, and the scores of an area with the draw of spot checks.

A score is worked out when it is asked for, from the stream that everybody in the case sees; nothing of it is kept. So
an assessment begins filled in, each point with the entries of the log it rests on, and whoever doubts one opens them.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Step, Stream
from cloudnego.ports import Filter, Listed, Recorded
from cloudnego.scoring.score import Rates, Score, Scored, drawn, score_of
from cloudnego.surveys.questionnaire import About
from cloudnego.surveys.shield import LEAST_QUESTION
from cloudnego.surveys.store import Kept
from cloudnego.texts import Said, say
from cloudnego.web.account import SignedIn, TheSite, instant
from cloudnego.web.answers import tagged
from cloudnego.web.cases import Found, find
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import Cursor, PageSize, RegionText
from cloudnego.web.errors import Problem
from cloudnego.web.lists import narrowed, organisation_names, page, sight_of
from cloudnego.web.queries import ActingAs, CaseId
from cloudnego.web.satisfaction import rates_of
from cloudnego.web.site import Site
from cloudnego.web.surveys import settled

router = Endpoints(prefix="/api/v1", tags=["negotiations"])

EVENTS_MAX: Final = 10_000
CASES_MAX: Final = 5_000
"""Of one area, among which a draw is made: ten times what a district has."""

DRAWN_MAX: Final = 50
_NOTICE: Final = frozenset({Stream.NOTICE})

Seed = Annotated[str | None, Query(min_length=1, max_length=80)]
Draw = Annotated[int, Query(ge=1, le=DRAWN_MAX)]


class ScoredItem(msgspec.Struct, frozen=True, kw_only=True):
    """One item. `why`: how far it is met; `open`: nothing can be said of it yet; `evidence`: ids of entries."""

    code: str
    title: Said
    why: Said
    points: int
    of: int
    open: bool
    evidence: tuple[str, ...]


class ScoredHead(msgspec.Struct, frozen=True, kw_only=True):
    """One of the five heads with its items; `open`: what of its points can still come."""

    code: str
    title: Said
    points: int
    open: int
    of: int
    items: tuple[ScoredItem, ...]


class SatisfactionRates(msgspec.Struct, frozen=True, kw_only=True):
    """What the workers said once the contract was published, in whole percent; null where too few answered."""

    survey: str
    closed_at: str
    issued: int
    returned: int
    participation: int | None
    awareness: int | None
    satisfaction: int | None


class ScoreDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The score of a case: `points` of `of`, of which `open` can still come."""

    case: str
    points: int
    open: int
    of: int
    heads: tuple[ScoredHead, ...]
    rates: SatisfactionRates | None
    least: int


class ScoreRow(msgspec.Struct, frozen=True, kw_only=True):
    """One case of an area. `drawn`: for a spot check, by the seed."""

    case: str
    enterprise: str
    enterprise_name: str
    wage_year: int
    points: int
    open: int
    of: int
    drawn: bool


class ScoreList(msgspec.Struct, frozen=True, kw_only=True):
    """Cases whose contract is in force. With a seed those alone that were drawn of `among`, in the order of the draw's
    ids; `next`: where the list goes on without one."""

    rows: tuple[ScoreRow, ...]
    seed: str | None
    among: int | None
    next: str | None


@router.get("/negotiations/{case_id}/score", **described("get_score", ScoreDocument, codes=OF_A_CASE, tagged=True))
async def get_score(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """The points of a case, head by head, with the entries they rest on; the same for everybody who sees it."""
    found = await find(site, who, case_id, acting_as)
    return tagged(request, await site.threads.run(_document, site, found))


@router.get(
    "/scores",
    **described(
        "list_scores", ScoreList, codes=("not_found", "malformed", "acting_as_required", "bad_cursor"), tagged=True
    ),
)
async def list_scores(
    *,
    request: Request,
    site: TheSite,
    who: SignedIn,
    acting_as: ActingAs = None,
    region: RegionText = None,
    seed: Seed = None,
    draw: Draw = 5,
    cursor: Cursor = None,
    limit: PageSize = 25,
) -> Response:
    """The scores of an area, for the offices above it. With a published `seed` the cases of a spot check: the first
    `draw` of them by SHA-256(seed, a line feed, id), which anybody can draw again."""

    def read() -> ScoreList:
        sight = sight_of(site, who, acting_as)
        if sight is None or sight.region is None:
            raise Problem("not_found")
        area = narrowed(sight.region, region)
        if area is None:
            raise Problem("not_found")
        wanted = sight.within(Filter(district=who.district, step=Step.PERFORMANCE.value, region=area))
        if seed is None:
            shown = page(site, wanted, cursor, limit)
            rows = tuple(_row(site, who.district, one.case, drawn=False) for one in shown.rows if _negotiated(one))
            return ScoreList(rows=rows, seed=None, among=None, next=shown.cursor)
        among = _all(site, wanted)
        rows = tuple(_row(site, who.district, one, drawn=True) for one in sorted(drawn(seed, among, draw)))
        return ScoreList(rows=rows, seed=seed, among=len(among), next=None)

    return tagged(request, await site.threads.run(read))


def _negotiated(row: Listed) -> bool:
    """Whether it was talked of here: a contract made before the platform was entered without a step."""
    return row.overview.steps_done > 0


def _all(site: Site, wanted: Filter) -> list[str]:
    """The cases of an area by id. Blocks."""
    found: list[str] = []
    cursor: str | None = None
    while len(found) < CASES_MAX:
        shown = page(site, wanted, cursor, 200)
        found += [one.case for one in shown.rows if _negotiated(one)]
        cursor = shown.cursor
        if cursor is None:
            break
    return found


def _events(site: Site, case: str) -> list[Recorded]:
    return site.log.read(case, _NOTICE, None, EVENTS_MAX)


def _score(site: Site, case: str, rates: Rates | None) -> Score:
    return score_of(_events(site, case), rates, site.limits.score_items)


def _asked(site: Site, case: str, clock_s: int) -> Kept | None:
    """The last closed survey of satisfaction of a case."""
    kept = [one for one in site.surveys.of_case(case) if one.asked.about is About.SATISFACTION]
    return next((one for one in kept if one.closed_s is not None and one.closed_s <= clock_s), None)


def _rates(site: Site, kept: Kept | None) -> Rates | None:
    return None if kept is None else rates_of(kept.asked, site.surveys.answers(kept.id))


def _row(site: Site, district: str, case: str, *, drawn: bool) -> ScoreRow:
    score = _score(site, case, _rates(site, _asked(site, case, site.clock_s(district))))
    state = site.log.state(case)
    assert state is not None, "it stands in the list"
    assert state.opened is not None
    enterprise = state.opened.enterprise
    return ScoreRow(
        case=case, enterprise=enterprise, wage_year=state.opened.wage_year, points=score.points, of=score.of,
        enterprise_name=organisation_names(site, district, {enterprise}).get(enterprise, ""), open=_open(score.items),
        drawn=drawn,
    )  # fmt: skip


def _open(items: tuple[Scored, ...]) -> int:
    """The points that can still come."""
    return sum(one.of for one in items if one.open)


def _document(site: Site, found: Found) -> ScoreDocument:
    """Blocks."""
    for survey in site.surveys.of_case(found.id):
        settled(site, found, survey)
    kept = _asked(site, found.id, int(found.at.timestamp()))
    rates = _rates(site, kept)
    score = _score(site, found.id, rates)
    heads: dict[str, list[ScoredItem]] = {}
    for one in score.items:
        facts = {"got": str(one.got), "wanted": str(one.wanted)}
        heads.setdefault(one.head, []).append(
            ScoredItem(
                code=one.code, title=say(f"score.items.{one.code}.title"), points=one.points, of=one.of, open=one.open,
                why=say("score.open") if one.open else say(f"score.items.{one.code}.why", facts),
                evidence=one.evidence,
            )
        )  # fmt: skip
    return ScoreDocument(
        case=found.id, points=score.points, open=_open(score.items), of=score.of, least=LEAST_QUESTION,
        heads=tuple(
            ScoredHead(
                code=head, title=say(f"score.heads.{head}"), points=sum(x.points for x in items),
                open=sum(x.of for x in items if x.open), of=sum(x.of for x in items), items=tuple(items),
            )
            for head, items in heads.items()
        ),
        rates=None if kept is None or rates is None else SatisfactionRates(
            survey=kept.id, closed_at=instant(kept.closed_s or kept.closes_s), issued=kept.issued,
            returned=site.surveys.returned(kept.id), participation=rates.participation, awareness=rates.awareness,
            satisfaction=rates.satisfaction,
        ),
    )  # fmt: skip
