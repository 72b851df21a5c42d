"""What came out of the talks beside what the place says: the raise in the guideline band, the lowest wage over the
local minimum. Once the contract is in force; before that it is nobody's who does not see the table."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from cloudnego.core.clauses import minimum_fen, raise_rate
from cloudnego.core.events import Reference
from cloudnego.core.state import Negotiation

BELOW, LOWER, UPPER, ABOVE = "below_lower", "lower_to_benchmark", "benchmark_to_upper", "above_upper"
RAISES: Final = (BELOW, LOWER, UPPER, ABOVE)
"""Where a raise lies in the guideline: below its lower line, up to the benchmark, up to the upper line, above it."""

MINIMA: Final = ("below", "equal", "up_to_110", "up_to_130", "above_130")
"""The lowest wage in percent of the local minimum of its year."""


def raised(case: Negotiation) -> str | None:
    """The rate of raise of a contract in force."""
    return None if case.filing.in_force_from is None else case.performance.raise_rate or raise_rate(case)


def raise_band(case: Negotiation) -> str | None:
    """The band of the raise, by the guideline the case itself holds; None where it holds no whole one."""
    rate = raised(case)
    lower, benchmark, upper = (_rate(case, f"guideline_{line}") for line in ("lower", "benchmark", "upper"))
    if rate is None or lower is None or benchmark is None or upper is None:
        return None
    found = Decimal(rate)
    if found < lower:
        return BELOW
    if found <= benchmark:
        return LOWER
    return UPPER if found <= upper else ABOVE


def minimum_band(case: Negotiation) -> str | None:
    """How the lowest wage stands to the local minimum wage the case holds."""
    latest = _latest(case, "minimum_wage")
    fen = case.performance.minimum_wage_fen or minimum_fen(case)
    if case.filing.in_force_from is None or fen is None or latest is None or not latest.fen:
        return None
    if fen <= latest.fen:
        return "equal" if fen == latest.fen else "below"
    percent = fen * 100
    if percent <= latest.fen * 110:
        return "up_to_110"
    return "up_to_130" if percent <= latest.fen * 130 else "above_130"


def _latest(case: Negotiation, kind: str) -> Reference | None:
    return max((one for one in case.references if one.kind == kind), key=lambda one: one.period, default=None)


def _rate(case: Negotiation, kind: str) -> Decimal | None:
    latest = _latest(case, kind)
    return Decimal(latest.rate) if latest is not None and latest.rate is not None else None
