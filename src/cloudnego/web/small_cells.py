"""Figures of few enterprises are not shown, and not to be had by taking one sum from another along one axis.

Fewer than five enterprises are few. On each axis (place, industry, size, year) a cell of few is hidden; where the
hidden cells together are few, the next smallest is hidden with them, so that the total without the shown cells is of
five or more. A cut to a part of an axis is shown if nothing of it is hidden on that axis, or if both what is hidden in
it and what is hidden beside it are of five or more. A cut of few shows nothing.

What came out is of fewer enterprises than began: raises are of those with a contract in force (`rated`), ballots of
those that voted (`balloted`). Each goes by the same rule over its own count, where a cell of none has nothing to hide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal

import msgspec

from cloudnego import few
from cloudnego.ports import Counts, Cut

LEAST: Final = 5
Measure = Literal["enterprises", "rated", "balloted"]
"""What cells are counted by."""


def hidden(enterprises: Mapping[str, int]) -> frozenset[str]:
    """The cells of an axis that are not shown, by how many enterprises each is of."""
    return few.hidden(enterprises, LEAST)


def hidden_by(counts: Counts, measure: Measure, axis: str) -> frozenset[str]:
    """The cells of an axis whose figures of a measure are not shown."""
    return hidden(_cells(counts, measure, axis))


def _cells(counts: Counts, measure: Measure, axis: str) -> Mapping[str, int]:
    found: Mapping[str, int] = getattr(counts, measure)[axis]
    return found if measure == "enterprises" else {key: count for key, count in found.items() if count}


def shows(cut: Cut, counts: Callable[[Cut], Counts], measure: Measure = "enterprises") -> bool:
    """Whether the figures of a cut may be shown. `counts`: those of any cut."""
    if _cells(counts(cut), measure, "all").get("", 0) < LEAST:
        return False
    return all(_apart(_cells(counts(wider), measure, axis), inside) for axis, wider, inside in _axes(cut))


def _axes(cut: Cut) -> Iterator[tuple[str, Cut, Callable[[str], bool]]]:
    """Each axis the cut is made on: the cut without it, and which of its cells lie inside."""
    region, industry, size, year = cut.region, cut.industry, cut.size_band, cut.wage_year
    if region is not None:
        yield "place", msgspec.structs.replace(cut, region=None), lambda key: key.startswith(region)
    if industry is not None:
        yield "industry", msgspec.structs.replace(cut, industry=None), lambda key: key.startswith(industry)
    if size is not None:
        yield "size", msgspec.structs.replace(cut, size_band=None), lambda key: key == size
    if year is not None:
        yield "year", msgspec.structs.replace(cut, wage_year=None), lambda key: key == str(year)


def _apart(enterprises: Mapping[str, int], inside: Callable[[str], bool]) -> bool:
    """Whether a part of an axis can be shown without giving back what the axis hides."""
    hides = hidden(enterprises)
    within = {key for key in hides if inside(key)}
    if not within:
        return True
    beside = hides - within
    return _many(enterprises, within) and (not beside or _many(enterprises, beside))


def _many(enterprises: Mapping[str, int], keys: set[str] | frozenset[str]) -> bool:
    return sum(enterprises[key] for key in keys) >= LEAST
