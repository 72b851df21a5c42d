"""Draft clauses and the drafts compiled from them: what is hashed, what the law asks of their values."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from cloudnego.core import commands as c
from cloudnego.core.events import Reference
from cloudnego.core.moment import Moment
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.state import Clause, Negotiation
from cloudnego.core.vocabulary import Seat, decimal

RAISE = "raise"
MINIMUM = "minimum_wage"
ABLE = "quota_able"
"""Names of the values the law looks at: the agreed raise in percent, the contract's lowest wage in fen a month, the
percentage of the workers on a post who can do its quota in legal hours."""


def _sha256(content: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()


def text_hash(head: str, values: Sequence[c.Value], prose: str) -> str:
    """SHA-256 over the canonical JSON of a clause: head, typed values, prose."""
    return _sha256({"head": head, "values": [v.model_dump(mode="json") for v in values], "prose": prose})


def draft_hash(case: Negotiation) -> str | None:
    """SHA-256 over the agreed clauses in their order, or None while there is none."""
    agreed = [{"clause": name, "text": cl.text_hash} for name, cl in sorted(case.clauses.items()) if cl.agreed]
    return _sha256(agreed) if agreed else None


def agreed_value(case: Negotiation, name: str) -> c.Value | None:
    """The first agreed value of this name."""
    found = (v for cl in case.clauses.values() if cl.agreed for v in cl.values if v.name == name)
    return next(found, None)


def raise_rate(case: Negotiation) -> str | None:
    value = agreed_value(case, RAISE)
    return value.rate if isinstance(value, c.RateValue) else None


def minimum_fen(case: Negotiation) -> int | None:
    value = agreed_value(case, MINIMUM)
    return value.fen if isinstance(value, c.FenValue) else None


def unsettled_heads(case: Negotiation) -> list[str]:
    """Heads up for negotiation without an agreed clause."""
    agreed = {cl.head for cl in case.clauses.values() if cl.agreed}
    return sorted(case.negotiated_heads() - agreed)


def open_clauses(case: Negotiation) -> list[str]:
    return [name for name, cl in case.clauses.items() if not cl.agreed]


def _latest(m: Moment, kind: str) -> Reference | None:
    """The figure of the latest period; of one period the case holds one."""
    return max((r for r in m.case.references if r.kind == kind), key=lambda r: r.period, default=None)


def above_the_floor(m: Moment, clause: Clause) -> Obstacle | None:
    """工资标准应当高于当地人民政府规定的最低工资标准 (HZ 11); other packs: not below it (LCL 55)."""
    row = m.law.pack.floor
    latest = _latest(m, "minimum_wage")
    floor = latest.fen if latest else None
    for value in clause.values:
        if value.name != MINIMUM or not isinstance(value, c.FenValue) or floor is None:
            continue
        if value.fen < floor or (row.above and value.fen == floor):
            return no(
                Reason.BELOW_MINIMUM_WAGE, *row.cite, level=row.level, cure=(Seat.CHIEF,), fen=value.fen, floor=floor
            )
    return None


def quota_within_reach(m: Moment, clause: Clause) -> Obstacle | None:
    """应当是本企业同岗位百分之九十以上的职工在法定工作时间内、正常劳动条件下能够完成的工作量 (HZ 10 ¶2)."""
    row = m.law.pack.quota
    if row is None:
        return None
    for value in clause.values:
        if not isinstance(value, c.RateValue) or value.name != ABLE:
            continue
        if decimal(value.rate) * row.share.denominator < 100 * row.share.numerator:
            least = 100 * row.share.numerator // row.share.denominator
            return no(
                Reason.QUOTA_TOO_HARD, *row.cite, level=row.level, cure=(Seat.CHIEF,), rate=value.rate, least=least
            )
    return None


def above_the_regional(m: Moment, clause: Clause) -> Obstacle | None:
    """其商定的标准不得低于行业、区域工资专项集体合同商定的标准 (HZ 35)."""
    row, opened = m.law.pack.regional_floor, m.case.opened
    if row is None or opened is None:
        return None
    # as the register had it when the case began, unless a contract that came into force since was entered
    raised, lowest = _latest(m, "regional_raise"), _latest(m, "regional_minimum")
    rate = raised.rate if raised else opened.regional_rate
    fen = lowest.fen if lowest else opened.regional_minimum_fen
    for value in clause.values:
        low = False
        if isinstance(value, c.RateValue) and value.name == RAISE and rate is not None:
            low = decimal(value.rate) < decimal(rate)
        if isinstance(value, c.FenValue) and value.name == MINIMUM and fen is not None:
            low = low or value.fen < fen
        if low:
            return no(Reason.BELOW_REGIONAL, *row.cite, level=row.level, cure=(Seat.CHIEF,), name=value.name)
    return None
