"""Coverage: the register of all enterprises against the contracts in force and the cases of the year."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

import msgspec

from cloudnego.core.overview import size_band
from cloudnego.core.vocabulary import Ending
from cloudnego.identity.register import Counted, counted
from cloudnego.identity.store import reading
from cloudnego.ports import Standing
from cloudnego.web.cockpit_documents import CoverageDocument, CoverageFigures
from cloudnego.web.site import Site
from cloudnego.web.small_cells import LEAST, hidden

_DIVISION: Final = 3
"""Letters of a code of GB/T 4754 that name its division, such as C17."""
_ENDED: Final = frozenset({Ending.TERMINATED.value, Ending.SUPERSEDED.value})


class _Known(msgspec.Struct, frozen=True):
    """By enterprise: whether it has a contract in force, whether it began this year, whether nothing is due of it."""

    in_force: frozenset[str]
    begun: frozenset[str]
    runs_on: frozenset[str]


def coverage_of(site: Site, district: str, area: str | None) -> CoverageDocument:
    """The coverage of a district or a part of it, on its own day."""
    today = site.today(district)
    with reading(site.engine) as session:
        rows = counted(session, district)
    known = _known(site.log.standings(district, date(today.year, 1, 1)), today)
    places = _by(rows, "place")
    inside = [one for one in rows if area is None or one.place.startswith(area)]
    few = hidden({key: len(found) for key, found in places.items()})
    shown = len(inside) >= LEAST and (area is None or not any(key in few for key in places if key.startswith(area)))

    def axis(name: str) -> dict[str, CoverageFigures | None]:
        cells = _by(inside, name) if shown else {}
        small = hidden({key: len(found) for key, found in cells.items()})
        return {key: None if key in small else _figures(found, known) for key, found in sorted(cells.items())}

    return CoverageDocument(
        sandbox=site.clocks.district(district).kind == "sandbox",
        today=today,
        year=today.year,
        least=LEAST,
        total=_figures(inside, known) if shown else None,
        by_place=axis("place"),
        by_industry=axis("industry"),
        by_size=axis("size"),
    )


def _by(rows: Iterable[Counted], axis: str) -> dict[str, list[Counted]]:
    found: dict[str, list[Counted]] = {}
    for one in rows:
        keys = {"place": one.place, "industry": one.industry[:_DIVISION], "size": size_band(one.workers)}
        found.setdefault(keys[axis], []).append(one)
    return found


def _known(standings: Iterable[Standing], today: date) -> _Known:
    in_force, begun, runs_on = set[str](), set[str](), set[str]()
    for one in standings:
        firms = {one.enterprise, *one.covers}
        since, until = one.in_force_from, one.expires_on
        if since is not None and until is not None and one.ending not in _ENDED:
            if since <= today <= until:
                in_force |= firms
            if since <= today and until > date(today.year, 12, 31):
                runs_on |= firms
        if one.wage_year == today.year:
            begun |= firms
    return _Known(frozenset(in_force), frozenset(begun), frozenset(runs_on))


def _figures(rows: list[Counted], known: _Known) -> CoverageFigures:
    union = [one for one in rows if one.has_union]
    covered = [one for one in rows if one.id in known.in_force]
    established = [one for one in union if one.id in known.in_force]
    return CoverageFigures(
        enterprises=len(rows),
        workers=sum(one.workers for one in rows),
        with_union=len(union),
        in_force=len(covered),
        in_force_with_union=len(established),
        established=percent(len(established), len(union)),
        covered_workers=sum(one.workers for one in covered),
        begun=sum(one.id in known.begun for one in rows),
        not_begun=sum(one.id not in known.begun and one.id not in known.runs_on for one in rows),
    )


def percent(part: int, whole: int) -> str | None:
    """To one decimal, half away from zero, without floating point."""
    if not whole:
        return None
    tenths = (2000 * abs(part) + whole) // (2 * whole)
    return f"{'-' if part < 0 and tenths else ''}{tenths // 10}.{tenths % 10}"
