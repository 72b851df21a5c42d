"""What the law says of a roll of delegates' size and shares (ZJDM 10, 11, 14): advice, for the roll is the union's.

The same for a roll that is recorded in a case and for one that is still being drawn up.
"""

from __future__ import annotations

from datetime import date

from cloudnego.core.pack import Congress, Delegates, Level
from cloudnego.core.refusals import Obstacle, Reason, no


def too_few(row: Delegates, delegates: int, workers: int) -> Obstacle | None:
    """ZJDM 10: the number of delegates by headcount."""
    least = min(row.minimum(workers), workers)
    if delegates >= least:
        return None
    return no(Reason.TOO_FEW_DELEGATES, *row.of("bands"), level=Level.ADVISORY, n=delegates, least=least)


def too_many_managers(row: Congress, managers: int, delegates: int) -> Obstacle | None:
    """ZJDM 11: managers are at most a fifth of the delegates."""
    if row.managers_at_most is None or row.managers_at_most.at_most(managers, delegates):
        return None
    return no(Reason.TOO_MANY_MANAGERS, *row.of("managers_at_most"), level=Level.ADVISORY, n=managers)


def too_few_women(row: Delegates, women: int, delegates: int, *, all_women: int, headcount: int) -> Obstacle | None:
    """女职工代表的比例不得低于女职工在本单位职工中所占比例 (ZJDM 11)."""
    if not row.women_by_share or women * headcount >= all_women * delegates:
        return None
    least = -(-all_women * delegates // max(1, headcount))
    return no(Reason.TOO_FEW_WOMEN, "ZJDM 11", level=Level.ADVISORY, n=women, least=least)


def term_over(until: date | None, today: date) -> Obstacle | None:
    """ZJDM 14: the congress's term is the union's; an expired one is a warning."""
    if until is None or until >= today:
        return None
    return no(Reason.CONGRESS_TERM_OVER, "ZJDM 14", level=Level.ADVISORY, until=until.isoformat())
