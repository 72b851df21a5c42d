"""Papers are counted by two tellers apart; the poll closes when both say the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from sqlalchemy import Connection, delete, insert, select

from cloudnego.eventlog.sql import table_of
from cloudnego.polls.ballots import Question
from cloudnego.polls.refused import BadCount, NotATeller
from cloudnego.polls.tables import TellerCount

_COUNT: Final = table_of(TellerCount)
TELLERS: Final = 2


class PaperCount(msgspec.Struct, frozen=True, kw_only=True):
    """What one found: votes by choice, papers that say nothing lawful, and all papers."""

    counts: dict[str, int]
    spoiled: int
    papers: int


def counted(question: Question, counts: Mapping[str, int], spoiled: int, papers: int | None) -> PaperCount:
    """A count that can be true. Where one vote stands on a paper, the number of papers follows from the votes;
    elsewhere it must be said. Raises BadCount."""
    whole = {choice: counts.get(choice, 0) for choice in sorted(question.choices)}
    if not set(counts) <= question.choices or min(whole.values()) < 0 or spoiled < 0:
        raise BadCount
    votes = sum(whole.values())
    if question.picks == 1:
        if papers not in (None, votes + spoiled):
            raise BadCount
        return PaperCount(counts=whole, spoiled=spoiled, papers=votes + spoiled)
    valid = -1 if papers is None else papers - spoiled
    if papers is None or max(whole.values()) > valid or not valid <= votes <= question.picks * valid:
        raise BadCount
    return PaperCount(counts=whole, spoiled=spoiled, papers=papers)


def enter(connection: Connection, poll: str, teller: str, count: PaperCount) -> None:
    """One teller's count in the place of his earlier one. Raises NotATeller where two others have counted."""
    others = read(connection, poll).keys() - {teller}
    if len(others) >= TELLERS:
        raise NotATeller
    connection.execute(delete(_COUNT).where(_COUNT.c.poll == poll, _COUNT.c.teller == teller))
    row = {
        "poll": poll, "teller": teller, "counts": msgspec.json.encode(count.counts, order="deterministic"),
        "spoiled": count.spoiled, "papers": count.papers,
    }  # fmt: skip
    connection.execute(insert(_COUNT), row)


def read(connection: Connection, poll: str) -> dict[str, PaperCount]:
    """Who has counted what. Whoever shows it to a teller waits until both are in."""
    found = select(_COUNT).where(_COUNT.c.poll == poll).order_by(_COUNT.c.teller)
    return {
        row.teller: PaperCount(
            counts=msgspec.json.decode(row.counts, type=dict[str, int]), spoiled=row.spoiled, papers=row.papers
        )
        for row in connection.execute(found)
    }


def stands_in_the_way(entered: Mapping[str, PaperCount], struck: int) -> list[str]:
    """Why it cannot be closed yet, in codes. Where nobody was struck off and nobody counted there are no papers."""
    if not struck and not entered:
        return []
    if len(entered) < TELLERS:
        return ["tellers_missing"]
    one, other = entered.values()
    if one != other:
        return ["tellers_differ"]
    return ["more_papers_than_struck"] if one.papers > struck else []


def forget(connection: Connection, poll: str) -> None:
    connection.execute(delete(_COUNT).where(_COUNT.c.poll == poll))
