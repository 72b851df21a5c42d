"""Reference values of the demonstration. None of them is official: each says so in its source."""

from __future__ import annotations

from typing import Final

from cloudnego.core.events import Reference
from cloudnego.identity.references import NewReference, ReferenceKind, ReferenceUnit
from cloudnego.seedling.seed import Figure
from seeds.xiaoshan.firms import opaque
from seeds.xiaoshan.geography import DISTRICT
from seeds.xiaoshan.people import OFFICIAL

SOURCE: Final = "演示值，非官方数据 · demonstration value, not official"

_FEN, _PERCENT = ReferenceUnit.FEN_PER_MONTH, ReferenceUnit.PERCENT
_YEARS: Final[dict[int, tuple[int | str, ...]]] = {
    2018: (190_000, "3", "7", "11", "2"),
    2023: (220_000, "2", "6", "9", "1"),
    2024: (230_000, "2", "6", "9", "0.5"),
    2025: (240_000, "2", "5.5", "8", "0.5"),
    2026: (250_000, "2", "5", "8", "1"),
}
"""Year → lowest wage in fen, guideline lower, benchmark and upper, prices; round numbers, so that nobody takes them
for real."""

_KINDS: Final = (
    (ReferenceKind.MINIMUM_WAGE, _FEN),
    (ReferenceKind.GUIDELINE_LOWER, _PERCENT),
    (ReferenceKind.GUIDELINE_BENCHMARK, _PERCENT),
    (ReferenceKind.GUIDELINE_UPPER, _PERCENT),
    (ReferenceKind.CPI, _PERCENT),
)


def _value(year: int, kind: ReferenceKind, unit: ReferenceUnit, value: int | str) -> Figure:
    new = NewReference(
        region=DISTRICT,
        kind=kind,
        period=str(year),
        value=str(value),
        unit=unit,
        source_url=SOURCE,
        source_name="演示值",
    )
    return Figure(opaque("v", kind.value, year), new, OFFICIAL)


FIGURES: Final = tuple(
    _value(year, kind, unit, value)
    for year, values in _YEARS.items()
    for (kind, unit), value in zip(_KINDS, values, strict=True)
)


def references(wage_year: int) -> tuple[Reference, ...]:
    """What the register says to a case of this wage year: of each kind the latest value up to it."""
    latest: dict[str, Figure] = {}
    for figure in sorted(FIGURES, key=lambda one: (one.value.kind, one.value.period)):
        if int(figure.value.period) <= wage_year:
            latest[figure.value.kind.value] = figure
    return tuple(_reference(latest[kind]) for kind in sorted(latest))


def _reference(figure: Figure) -> Reference:
    new, percent = figure.value, figure.value.unit is ReferenceUnit.PERCENT
    return Reference(
        kind=new.kind.value, period=new.period, fen=None if percent else int(new.value),
        rate=new.value if percent else None, source=new.source_url, by=figure.by,
    )  # fmt: skip
