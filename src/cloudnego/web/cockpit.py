"""The district on one screen, as a table and as the report of a month: one function makes the figures of all three."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Annotated, Any, Final

import msgspec
from fastapi import Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.outcomes import MINIMA, RAISES
from cloudnego.eventlog.rollup import RATE_UNIT
from cloudnego.files.sheets import table
from cloudnego.identity.sessions import Who
from cloudnego.ports import Counts, Cut, Figures
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import tagged
from cloudnego.web.cockpit_documents import (
    CockpitDocument,
    CoverageDocument,
    FiguresDocument,
    MonthDocument,
    ProgressDocument,
)
from cloudnego.web.coverage import coverage_of, percent
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import RegionText
from cloudnego.web.errors import Problem
from cloudnego.web.exports import CSV, csv_answer, first_line
from cloudnego.web.lists import narrowed, root_region, sight_of
from cloudnego.web.queries import ActingAs, SizeBand
from cloudnego.web.site import Site
from cloudnego.web.small_cells import LEAST, hidden, hidden_by, shows
from cloudnego.web.stuck import stuck_rows

EXPIRING: Final = (30, 60, 90)
FEW: Final = f"不足{LEAST}家"

IndustryText = Annotated[str | None, Query(pattern=r"^[A-T][0-9]{0,4}$")]
WageYear = Annotated[int | None, Query(ge=2000, le=2099)]
Month = Annotated[str, Path(max_length=96)]
_MONTH: Final = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])").fullmatch

router = Endpoints(prefix="/api/v1", tags=["negotiations"])


def area_of(site: Site, who: Who, acting_as: str | None, region: str | None) -> str | None:
    """The part of the district he asks about; None for all of it. Raises `Problem` 404 where it is not his."""
    sight = sight_of(site, who, acting_as)
    place = narrowed(sight.region, region) if sight is not None and sight.region is not None else None
    if place is None:
        raise Problem("not_found")
    root = root_region(site, who.district)
    return None if root is not None and root.startswith(place) else place


class _Asked(msgspec.Struct, frozen=True):
    """Who asks for the figures of which part: the head of the screen and of its table."""

    site: Site
    who: Who
    acting_as: str | None
    cut: Cut

    def figures(self) -> CockpitDocument:
        """Raises `Problem` 404 where the part is not his."""
        area = area_of(self.site, self.who, self.acting_as, self.cut.region)
        return cockpit_of(self.site, msgspec.structs.replace(self.cut, region=area))


async def _asked(
    *,
    site: TheSite,
    who: SignedIn,
    acting_as: ActingAs = None,
    region: RegionText = None,
    industry: IndustryText = None,
    size_band: SizeBand = None,
    wage_year: WageYear = None,
) -> _Asked:
    cut = Cut(district=who.district, region=region, industry=industry, size_band=size_band, wage_year=wage_year)
    return _Asked(site, who, acting_as, cut)


Asked = Annotated[_Asked, Depends(_asked)]


@router.get("/cockpit", **described("cockpit", CockpitDocument, codes=OF_A_CASE, tagged=True))
async def get_cockpit(request: Request, asked: Asked) -> Response:
    """The figures of the area, counted from what each case really did. For the offices of the area."""
    return tagged(request, await asked.site.threads.run(asked.figures))


@router.get("/cockpit/export.csv", **described("export_cockpit", None, codes=OF_A_CASE, gives=(CSV,)))
async def export_cockpit(asked: Asked) -> Response:
    """The figures of `GET /cockpit` as a table."""

    def read() -> bytes:
        return table([first_line(asked.site, asked.who), *_lines(asked.figures())])

    return csv_answer("cockpit", await asked.site.threads.run(read))


@router.get("/cockpit/coverage", **described("coverage", CoverageDocument, codes=OF_A_CASE, tagged=True))
async def get_coverage(
    *, request: Request, site: TheSite, who: SignedIn, acting_as: ActingAs = None, region: RegionText = None
) -> Response:
    """How many enterprises and workers have a contract, and who is due this year and has not begun."""

    def read() -> CoverageDocument:
        return coverage_of(site, who.district, area_of(site, who, acting_as, region))

    return tagged(request, await site.threads.run(read))


@router.get("/cockpit/report/{month}", **described("report", MonthDocument, codes=OF_A_CASE, tagged=True))
async def get_report(
    *,
    request: Request,
    site: TheSite,
    who: SignedIn,
    month: Month,
    acting_as: ActingAs = None,
    region: RegionText = None,
) -> Response:
    """The report of a month: what happened in it, and the figures of its wage year as they stand."""

    def read() -> MonthDocument:
        area = area_of(site, who, acting_as, region)
        if not _MONTH(month):
            raise Problem("not_found")
        return report_of(site, who.district, area, month)

    return tagged(request, await site.threads.run(read))


# --- the figures --------------------------------------------------------------------------------------------------


def cockpit_of(site: Site, cut: Cut) -> CockpitDocument:
    """The one source of every figure of a cut: screen, table and report."""
    known: dict[Cut, Counts] = {}

    def counts(of: Cut) -> Counts:
        if of not in known:
            known[of] = site.log.counts(of)
        return known[of]

    today = site.today(cut.district)
    blank = partial(
        CockpitDocument, sandbox=site.clocks.district(cut.district).kind == "sandbox", today=today, least=LEAST
    )
    if not shows(cut, counts):
        return blank(
            total=None, by_step={}, by_ending={}, by_place={}, by_industry={}, by_size={}, by_year={}, stuck=(),
            overdue={}, due={}, expiring={}, raises={}, minima={},
        )  # fmt: skip
    found, beside = site.log.cockpit(cut), counts(cut)
    tallies = beside.tallies
    apart = _Apart(beside, rated=shows(cut, counts, "rated"), balloted=shows(cut, counts, "balloted"))
    return blank(
        total=apart.total(found.total),
        by_step={key: _progress(one) for key, one in found.by_step.items()},
        by_ending={key: _progress(one) for key, one in found.by_ending.items()},
        by_place=apart.axis("place", found.by_place),
        by_industry=apart.axis("industry", found.by_industry),
        by_size=apart.axis("size", found.by_size),
        by_year=apart.axis("year", beside.by_year),
        stuck=stuck_rows(site, cut.district, _cases(tallies.get("stuck", {}))),
        overdue=_cases(tallies.get("overdue", {})),
        due=_cases(tallies.get("due", {})),
        expiring=_expiring(_cases(tallies.get("expires", {})), today),
        raises=_bands(tallies.get("raise", {}), RAISES),
        minima=_bands(tallies.get("minimum", {}), MINIMA),
    )


def report_of(site: Site, district: str, area: str | None, month: str) -> MonthDocument:
    """The report of a month; its figures are those of the screen for the same year and area."""
    year, number = int(month[:4]), int(month[5:])
    cut = Cut(district=district, region=area, wage_year=year)
    shown = cockpit_of(site, cut)
    first, last = date(year, number, 1), date(year, number, monthrange(year, number)[1])
    return MonthDocument(
        month=month,
        made_at=site.world.clock(district).replace(microsecond=0, second=0, minute=0),
        happened=None if shown.total is None else site.log.happened(cut, first, last),
        cockpit=shown,
        coverage=coverage_of(site, district, area),
    )


_PROGRESS: Final = tuple(name for name in ProgressDocument.__struct_fields__ if name != "green")


def _progress(one: Figures) -> ProgressDocument:
    return ProgressDocument(**{name: getattr(one, name) for name in _PROGRESS}, green=one.green)


class _Apart:
    """Figures without what is of few. `rated`, `balloted`: whether raises and ballots of the cut may be shown."""

    def __init__(self, counts: Counts, *, rated: bool, balloted: bool) -> None:
        self._counts: Final = counts
        self._rated: Final = rated
        self._balloted: Final = balloted

    def total(self, one: Figures) -> FiguresDocument:
        """Those of the whole cut."""
        return _figures(one, self._counts.enterprises["all"].get("", 0), rated=self._rated, balloted=self._balloted)

    def axis(self, axis: str, cells: Mapping[str, Figures]) -> dict[str, FiguresDocument | None]:
        """The cells of an axis, null where they are hidden."""
        enterprises = self._counts.enterprises[axis]
        few = hidden({key: enterprises.get(key, 0) for key in cells})
        raises, ballots = hidden_by(self._counts, "rated", axis), hidden_by(self._counts, "balloted", axis)

        def shown(key: str, one: Figures) -> FiguresDocument | None:
            if key in few:
                return None
            rated, balloted = self._rated and key not in raises, self._balloted and key not in ballots
            return _figures(one, enterprises.get(key, 0), rated=rated, balloted=balloted)

        return {key: shown(key, one) for key, one in cells.items()}


_RAISES: Final = ("rate_sum",)
_BALLOTS: Final = ("passed_first", "ballot_roll", "ballot_present")


def _figures(one: Figures, enterprises: int, *, rated: bool, balloted: bool) -> FiguresDocument:
    known = msgspec.structs.asdict(one)
    del known["yearly"]
    known |= dict.fromkeys((*(() if rated else _RAISES), *(() if balloted else _BALLOTS)), None)
    return FiguresDocument(
        **known,
        green=one.green,
        enterprises=enterprises,
        agreed_rate=percent(one.agreed, one.cases),
        turnout=percent(one.ballot_present, one.ballot_roll) if balloted else None,
        mean_raise=percent(one.rate_sum, one.rated * RATE_UNIT * 100) if rated else None,
    )


Tallied = Mapping[str, Mapping[int, int]]


def _cases(found: Tallied) -> dict[str, int]:
    return {key: sum(years.values()) for key, years in sorted(found.items())}


def _expiring(by_day: Mapping[str, int], today: date) -> dict[str, int]:
    ahead = {(date.fromisoformat(day) - today).days: cases for day, cases in by_day.items()}
    return {str(days): sum(n for left, n in ahead.items() if 0 <= left <= days) for days in EXPIRING}


def _bands(found: Tallied, bands: tuple[str, ...]) -> dict[str, int | None]:
    """Contracts by band; a year's contracts of an enterprise are one, so the most of a year are as many enterprises."""
    cases = _cases(found)
    few = hidden({band: max(found[band].values()) for band in bands if band in found})
    return {band: None if band in few else cases.get(band, 0) for band in bands}


# --- the table ----------------------------------------------------------------------------------------------------

_AXES: Final = {
    "by_step": "步骤", "by_ending": "结案", "by_place": "镇街", "by_industry": "行业", "by_size": "规模",
    "by_year": "年度",
}  # fmt: skip
_LISTS: Final = {"overdue": "逾期", "due": "临期", "expiring": "到期", "raises": "增幅", "minima": "最低工资"}


def _lines(shown: CockpitDocument) -> Iterator[list[Any]]:
    """One line a cell, one column a figure; what the screen hides is hidden here."""
    names = FiguresDocument.__struct_fields__
    yield ["", "", *names]
    yield ["全部", "", *_cells(shown.total, names)]
    for axis, head in _AXES.items():
        yield from ([head, key, *_cells(one, names)] for key, one in getattr(shown, axis).items())
    for one in shown.stuck:
        yield ["卡点", f"{one.reason} {one.side or ''} {one.seat or ''}".strip(), one.cases]
    for axis, head in _LISTS.items():
        yield from ([head, key, FEW if n is None else n] for key, n in getattr(shown, axis).items())


def _cells(one: ProgressDocument | None, names: tuple[str, ...]) -> list[Any]:
    return [FEW] if one is None else [getattr(one, name, "") for name in names]
