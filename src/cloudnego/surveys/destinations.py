"""Where an opinion can be led and how that stands: the heads of the case's own sheet, the clauses of its draft.

A clause is told as far as its reader sees it: whoever sees the table, what both chiefs made of it; everybody else, of
whom the writer of an opinion is one, nothing but that it is talked of, until the draft lies where all whom it binds
read it (decision 10).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Literal

from cloudnego.core.state import EMPTY_CAUCUS, Caucus, Negotiation


class ClauseStanding(StrEnum):
    """What has become of a clause."""

    AT_TABLE = "at_table"
    AGREED = "agreed"
    IN_DRAFT = "in_draft"
    PASSED = "passed"
    IN_FORCE = "in_force"
    NOT_PASSED = "not_passed"
    DROPPED = "dropped"


def standing_of(
    case: Negotiation, clause: str, submitted: Collection[str] | None, *, sees_table: bool
) -> ClauseStanding:
    """How a clause stands for a reader. `submitted`: the clauses of the draft that lies before the workers in this
    round; None where none does."""
    if submitted is not None:
        if clause not in submitted:
            return ClauseStanding.DROPPED
        if case.filing.in_force_from is not None:
            return ClauseStanding.IN_FORCE
        if case.ending is not None:
            return ClauseStanding.DROPPED
        if _voted(case, case.round, "passed"):
            return ClauseStanding.PASSED
        return ClauseStanding.NOT_PASSED if _voted(case, case.round, "failed") else ClauseStanding.IN_DRAFT
    if case.ending is not None:
        return ClauseStanding.DROPPED
    if not sees_table:
        return ClauseStanding.NOT_PASSED if _voted(case, case.round - 1, "failed") else ClauseStanding.AT_TABLE
    lies = case.clauses.get(clause)
    if lies is None:
        return ClauseStanding.DROPPED
    return ClauseStanding.AGREED if lies.agreed else ClauseStanding.AT_TABLE


def _voted(case: Negotiation, in_round: int, result: Literal["passed", "failed"]) -> bool:
    """Whether the workers' vote of that round ended so; a draft that failed is talked of anew in the next round."""
    return any(one.round == in_round and one.result == result for one in case.ballots)


def heads_to_lead_to(heads: Sequence[str], own: Caucus | None) -> dict[str, str | None]:
    """The heads an opinion can be led to, in the order of the law, with what the own sheet answers to each; all of the
    law's as long as there is no sheet, or its reader sees none."""
    sheet = {line.head: str(line.answer) for line in (own or EMPTY_CAUCUS).sheet}
    return {head: sheet.get(head) for head in heads if not sheet or head in sheet}
