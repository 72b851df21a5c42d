"""Reference values: minimum wage, guideline, prices. Somebody entered each from a source he names; none is built in."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

import msgspec
from sqlmodel import Session, col, select

from cloudnego.identity.tables import ReferenceValue


class ReferenceKind(StrEnum):
    """What a figure is; the same names as the command `record_reference` uses."""

    MINIMUM_WAGE = "minimum_wage"
    MINIMUM_HOURLY_WAGE = "minimum_hourly_wage"
    GUIDELINE_LOWER = "guideline_lower"
    GUIDELINE_BENCHMARK = "guideline_benchmark"
    GUIDELINE_UPPER = "guideline_upper"
    CPI = "cpi"
    AVERAGE_WAGE = "average_wage"


class ReferenceUnit(StrEnum):
    """In what it is counted."""

    FEN_PER_MONTH = "fen_per_month"
    FEN_PER_HOUR = "fen_per_hour"
    FEN_PER_YEAR = "fen_per_year"
    PERCENT = "percent"


UNITS: dict[ReferenceKind, frozenset[ReferenceUnit]] = {
    ReferenceKind.MINIMUM_WAGE: frozenset({ReferenceUnit.FEN_PER_MONTH}),
    ReferenceKind.MINIMUM_HOURLY_WAGE: frozenset({ReferenceUnit.FEN_PER_HOUR}),
    ReferenceKind.GUIDELINE_LOWER: frozenset({ReferenceUnit.PERCENT}),
    ReferenceKind.GUIDELINE_BENCHMARK: frozenset({ReferenceUnit.PERCENT}),
    ReferenceKind.GUIDELINE_UPPER: frozenset({ReferenceUnit.PERCENT}),
    ReferenceKind.CPI: frozenset({ReferenceUnit.PERCENT}),
    ReferenceKind.AVERAGE_WAGE: frozenset({ReferenceUnit.FEN_PER_MONTH, ReferenceUnit.FEN_PER_YEAR}),
}


class NewReference(msgspec.Struct, frozen=True, kw_only=True):
    """A figure to be entered. `value`: whole fen, or a decimal string for percent."""

    region: str
    kind: ReferenceKind
    period: str
    value: str
    unit: ReferenceUnit
    source_url: str
    source_name: str | None = None


def unit_suits(new: NewReference) -> bool:
    """Whether the unit is one its kind is counted in, and the value whole where it is fen."""
    whole = Decimal(new.value) == Decimal(new.value).to_integral_value()
    return new.unit in UNITS[new.kind] and (new.unit is ReferenceUnit.PERCENT or whole)


def add_reference(
    session: Session, district: str, new: NewReference, *, row_id: str, by: str, now_s: int
) -> ReferenceValue:
    """Enter a figure. An earlier one for the same region, kind and period stays: the later one counts."""
    row = ReferenceValue(
        id=row_id,
        district=district,
        region=new.region,
        kind=new.kind.value,
        period=new.period,
        value=new.value,
        unit=new.unit.value,
        source_url=new.source_url,
        source_name=new.source_name,
        entered_by=by,
        entered_s=now_s,
    )
    session.add(row)
    session.flush()
    return row


def references(
    session: Session, district: str, *, kind: ReferenceKind | None, region: str | None
) -> list[ReferenceValue]:
    """All figures of a district, latest period first; of those entered twice the later one first."""
    query = select(ReferenceValue).where(ReferenceValue.district == district)
    if kind is not None:
        query = query.where(ReferenceValue.kind == kind.value)
    if region is not None:
        query = query.where(ReferenceValue.region == region)
    return list(
        session.exec(
            query.order_by(
                col(ReferenceValue.kind),
                col(ReferenceValue.period).desc(),
                col(ReferenceValue.entered_s).desc(),
                col(ReferenceValue.id),
            )
        )
    )
