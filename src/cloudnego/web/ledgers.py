"""What the office looks up: who urged whom in a case, and the years the district counts working days by."""

from __future__ import annotations

from datetime import date
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.calendar import CalendarYear
from cloudnego.core.events import Event, OpinionAnswered, OpinionIssued, RecommendationIssued, Urged
from cloudnego.core.vocabulary import Stream
from cloudnego.papers.pen import Two
from cloudnego.papers.supervision import Kind, Letter
from cloudnego.papers.supervision import told as letters_told
from cloudnego.ports import Recorded
from cloudnego.texts import Said
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import tagged
from cloudnego.web.case_documents import names_of, persons_in
from cloudnego.web.case_views import timeline_entry
from cloudnego.web.cases import find
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.documents import TimelineEntry
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.papers import source_of
from cloudnego.web.queries import ActingAs, CaseId, events_of
from cloudnego.web.site import Site

_LADDER: Final[tuple[type[Event], ...]] = (Urged, OpinionIssued, OpinionAnswered, RecommendationIssued)
"""The steps of HZ 43, from a word to the labour authority."""
_WARN_DAYS: Final = 60
"""As long as the cap of the talks (HZ 29): a case that begins today counts as far as that."""

router = Endpoints(prefix="/api/v1", tags=["negotiations"])


class SupervisionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the enterprise wrote back; `text` is null once it was erased."""

    on: date
    by: str
    outcome: str
    text: str | None


class SupervisionLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter of supervision, or a word to the same end (`by_letter` false), as it was received. `fact`: its entry,
    and of a recommendation `opinion`: that of the opinion it rests on; `union`, `to`: from and to whom, by name;
    `about`: the term it urges to keep, `due_on` its last day; `target`, `latest`: by when an answer or act is asked."""

    fact: str
    kind: Kind
    by_letter: bool
    on: date
    by: str
    union: str | None
    to: str | None
    about: Said | None
    due_on: date | None
    article: Said | None
    facts: str | None
    demand: str | None
    target: date | None
    latest: date | None
    served_on: date | None
    answer: SupervisionAnswer | None
    recommended_on: date | None
    ground: str | None
    opinion: str | None


class UrgeLog(msgspec.Struct, frozen=True, kw_only=True):
    """催办记录: who urged whom on which day and on which ground, and what followed, oldest first; and what each letter
    says to who received it, the latest first."""

    rows: tuple[TimelineEntry, ...]
    letters: tuple[SupervisionLetter, ...]
    names: dict[str, str]


class YearDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One year: days off and working weekends. `official`: it rests on the notice named; else dates are provisional."""

    year: int
    notice: str | None
    official: bool
    days_off: tuple[date, ...]
    working: tuple[date, ...]


class CalendarDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The calendar of the district. `official_until`: the last day counted by a published notice; `ending`: terms that
    begin today may reach beyond it, so that the next notice should be loaded."""

    version: str
    today: date
    official_until: date | None
    ending: bool
    years: tuple[YearDocument, ...]


@router.get("/negotiations/{case_id}/urges", **described("get_urges", UrgeLog, codes=OF_A_CASE, tagged=True))
async def get_urges(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """Who urged, issued an opinion, answered it or recommended, as the notices of the case say it."""
    found = await find(site, who, case_id, acting_as)

    def read() -> UrgeLog:
        told: list[Recorded] = []
        if Stream.NOTICE in found.streams:
            told = [one for one in events_of(site, found, Stream.NOTICE) if isinstance(one.event, _LADDER)]
        rows = tuple(timeline_entry(found, one) for one in told)
        letters: tuple[SupervisionLetter, ...] = ()
        if told:
            source = source_of(site, found).within(frozenset({Stream.NOTICE}))
            letters = tuple(_letter(one) for one in reversed(list(letters_told(source))))
        return UrgeLog(rows=rows, letters=letters, names=names_of(site, found, persons_in(told), set()))

    return tagged(request, await site.threads.run(read))


def _letter(one: Letter) -> SupervisionLetter:
    answer = one.answer
    return SupervisionLetter(
        fact=one.fact, kind=one.kind, by_letter=one.by_letter, on=one.on, by=one.by, union=one.union, to=one.to,
        about=_both(one.about), due_on=one.due_on, article=_both(one.article), facts=one.facts, demand=one.demand,
        target=one.target, latest=one.latest, served_on=one.served.on if one.served is not None else None,
        answer=None if answer is None
        else SupervisionAnswer(on=answer.on, by=answer.by, outcome=answer.outcome, text=answer.text),
        recommended_on=one.recommended_on, ground=one.ground, opinion=one.opinion,
    )  # fmt: skip


def _both(one: Two | None) -> Said | None:
    return Said(zh=one.zh, en=one.en) if one is not None else None


@router.get("/calendar", **described("get_calendar", CalendarDocument, tagged=True))
async def get_calendar(request: Request, site: TheSite, who: SignedIn) -> Response:
    """The years the district counts by, each with its notice."""
    return tagged(request, await site.threads.run(_calendar, site, who.district))


def _calendar(site: Site, district: str) -> CalendarDocument:
    home = site.districts.get(district)
    calendar, today = site.world.law(home.pack, home.pack_version, home.calendar).calendar, site.world.clock(district)
    until = _official_until(calendar.years, today.year)
    return CalendarDocument(
        version=calendar.version,
        today=today.date(),
        official_until=until,
        ending=until is None or (until - today.date()).days < _WARN_DAYS,
        years=tuple(
            YearDocument(year=one.year, notice=one.notice, official=one.official, days_off=one.off, working=one.working)
            for one in calendar.years
        ),
    )


def _official_until(years: tuple[CalendarYear, ...], year: int) -> date | None:
    """The end of the last of the years in a row, from this one on, that rest on a notice."""
    official = {one.year for one in years if one.official}
    if year not in official:
        return None
    while year + 1 in official:
        year += 1
    return date(year, 12, 31)
