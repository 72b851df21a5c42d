"""The cockpit's figures, read from the rollup alone: their cost does not grow with the number of cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, Select, func, select

from cloudnego.eventlog import rollup, tally
from cloudnego.ports import Cockpit, Counts, Cut, Figures

_C: Final = rollup.TABLE.c
_SUMS: Final = [func.sum(_C[name]).label(name) for name in rollup.MEASURES]
_AFTER_ALL: Final = "9" * 12
"""Behind a code of region, which is digits alone: no code that begins with it comes later."""
_NOTHING: Final = Figures(**dict.fromkeys(rollup.MEASURES, 0))


def cockpit(engine: Engine, cut: Cut) -> Cockpit:
    """Figures of a district, or of a part of it: in all, by step, by ending, by place, by industry, by size.

    One statement. A cut along one of place, industry and size reads the cells of the cross; no cut reads the margins.
    """
    group = (_C.face, _C.place, _C.industry, _C.size_band, _C.step, _C.ending)
    query = select(*group, *_SUMS).where(*_where(cut)).group_by(*group)
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    return figures(rows, margins=not _is_cut(cut))


def _is_cut(cut: Cut) -> bool:
    return any(value is not None for value in (cut.region, cut.industry, cut.size_band))


def _where(cut: Cut) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_C.district == cut.district]
    found.append(_C.face == "cross" if _is_cut(cut) else _C.face.in_(("all", "place", "industry", "size")))
    if cut.wage_year is not None:
        found.append(_C.wage_year == cut.wage_year)
    if cut.region is not None:
        found.append(_C.place.between(cut.region, cut.region + _AFTER_ALL))  # a range of the key; LIKE reads the whole
        found.append(_C.place.startswith(cut.region, autoescape=True))
    if cut.industry is not None:
        found.append(_C.industry.startswith(cut.industry, autoescape=True))
    if cut.size_band is not None:
        found.append(_C.size_band == cut.size_band)
    return found


def counts(engine: Engine, cut: Cut) -> Counts:
    """What is counted beside the figures; two statements, of cells alone."""
    group = (_C.face, _C.place, _C.industry, _C.size_band, _C.wage_year)
    rows = select(*group, *_SUMS).where(*_where(cut)).group_by(*group)
    with engine.connect() as connection:
        found = connection.execute(rows).all()
        tallied = connection.execute(_tallies(cut)).all()
    return counted([tuple(row) for row in found], [tuple(row) for row in tallied], margins=not _is_cut(cut))


def _tallies(cut: Cut) -> Select[Any]:
    t = tally.TABLE.c
    wanted: list[ColumnElement[bool]] = [t.district == cut.district]
    if cut.wage_year is not None:
        wanted.append(t.wage_year == cut.wage_year)
    if cut.region is not None:
        wanted.append(t.place.startswith(cut.region, autoescape=True))
    if cut.industry is not None:
        wanted.append(t.industry.startswith(cut.industry, autoescape=True))
    if cut.size_band is not None:
        wanted.append(t.size_band == cut.size_band)
    group = (t.kind, t.key, t.wage_year)
    return select(*group, func.sum(t.cases)).where(*wanted).group_by(*group)


def counted(rows: Iterable[Sequence[Any]], tallied: Iterable[Sequence[Any]], *, margins: bool = True) -> Counts:
    """The counts of cells (face, place, industry, size, year, measures…) and of tallies (kind, key, year, cases)."""
    years = _Sums()
    own = {measure: _Most(rollup.MEASURES.index(measure)) for measure in ("yearly", "rated", "balloted")}
    for face, place, industry, size, year, *values in rows:
        whole = face in ("all", "cross")
        if whole:
            years.add(str(year), values)
        cells = {"all": "", "year": str(year)} if whole else {}
        named = {"place": place, "industry": industry, "size": size}
        cells |= named if not margins else {axis: key for axis, key in named.items() if axis == face}
        for most in own.values():
            most.add(cells, year, values)
    tallies: dict[str, dict[str, dict[int, int]]] = {}
    for kind, key, year, cases in tallied:
        if cases:
            tallies.setdefault(kind, {}).setdefault(key, {})[year] = int(cases)
    return Counts(
        by_year=years.figures(),
        enterprises=own["yearly"].found(),
        rated=own["rated"].found(),
        balloted=own["balloted"].found(),
        tallies=tallies,
    )


class _Most:
    """The most of a measure in any one year, by axis and key: as many enterprises as it is of."""

    def __init__(self, at: int) -> None:
        self._at: Final = at
        self._found: Final[dict[str, dict[str, dict[int, int]]]] = {
            axis: {} for axis in ("all", "place", "industry", "size", "year")
        }

    def add(self, cells: Mapping[str, str], year: int, values: Sequence[int]) -> None:
        for axis, key in cells.items():
            years = self._found[axis].setdefault(key, {})
            years[year] = years.get(year, 0) + int(values[self._at])

    def found(self) -> dict[str, dict[str, int]]:
        return {axis: {key: max(at.values()) for key, at in keys.items()} for axis, keys in self._found.items()}


class _Sums:
    """Figures being added up under a name each."""

    def __init__(self) -> None:
        self._found: Final[dict[str, list[int]]] = {}

    def add(self, name: str, values: Sequence[int]) -> None:
        known = self._found.get(name)
        self._found[name] = list(values) if known is None else [a + b for a, b in zip(known, values, strict=True)]

    def figures(self) -> dict[str, Figures]:
        named = {name: Figures(*map(int, values)) for name, values in sorted(self._found.items())}
        return {name: figures for name, figures in named.items() if figures.cases}


def figures(rows: Sequence[Sequence[Any]], *, margins: bool = True) -> Cockpit:
    """The cockpit of cells (face, place, industry, size, step, ending, measures…): margins, or cells of the cross."""
    total, step, ending, place, industry, size = (_Sums() for _ in range(6))
    for row in rows:
        face, at_place, in_industry, of_size, at_step, how_ended = row[:6]
        values = row[6:]
        if face in ("all", "cross"):
            total.add("", values)
            if how_ended:
                ending.add(how_ended, values)
            else:
                step.add(at_step, values)
        if face == "place" or not margins:
            place.add(at_place, values)
        if face == "industry" or not margins:
            industry.add(in_industry, values)
        if face == "size" or not margins:
            size.add(of_size, values)
    return Cockpit(
        total=total.figures().get("", _NOTHING),
        by_step=step.figures(),
        by_ending=ending.figures(),
        by_place=place.figures(),
        by_industry=industry.figures(),
        by_size=size.figures(),
    )
