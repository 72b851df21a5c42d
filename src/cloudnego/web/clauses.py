"""What became of each clause at the table, and what two wordings differ in."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from typing import Annotated

import msgspec
from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.events import ClauseConfirmed, ClauseDropped, ClausePut, ClauseReopened, StepTurned
from cloudnego.core.redline import ClauseChange, redline
from cloudnego.core.vocabulary import Stream
from cloudnego.core.wordings import ClauseHistory, Told, histories, lying
from cloudnego.identity.views import Material
from cloudnego.ports import Recorded
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import tagged
from cloudnego.web.case_documents import names_of
from cloudnego.web.cases import Found, find, pinned_law
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import CaseText
from cloudnego.web.queries import ActingAs, CaseId, events_of
from cloudnego.web.site import Site
from cloudnego.web.viewing import noted, shown_of

router = Endpoints(prefix="/api/v1", tags=["negotiations"])

_OF_CLAUSES = (ClausePut, ClauseConfirmed, ClauseReopened, ClauseDropped)


class ClausesDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Every clause that was ever put at the table, with all its wordings. For whoever does not see the table: none."""

    rows: tuple[ClauseHistory, ...]
    names: dict[str, str]


class RedlineDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What the table's clauses after its event `from_seq` and after its event `to_seq` differ in, clause by clause."""

    from_seq: int
    to_seq: int
    rows: tuple[ClauseChange, ...]


@router.get(
    "/negotiations/{case_id}/clauses", **described("get_clauses", ClausesDocument, codes=OF_A_CASE, tagged=True)
)
async def get_clauses(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """Who put which wording of a clause and when, who confirmed it, and what took its place."""
    found = await find(site, who, case_id, acting_as)

    def read() -> tuple[ClausesDocument, list[Material]]:
        told, shown = _told(site, found, turns=True)
        rows = histories(told, dict(found.case.clauses))
        persons = {one.actor for one in told if isinstance(one.event, _OF_CLAUSES)}
        return ClausesDocument(rows=rows, names=names_of(site, found, persons, set()) if persons else {}), shown

    document, shown = await site.threads.run(read)
    return await noted(site, who, found, shown, tagged(request, document))


@router.get(
    "/negotiations/{case_id}/clauses/redline",
    **described("get_redline", RedlineDocument, codes=OF_A_CASE, tagged=True),
)
async def get_redline(
    *,
    request: Request,
    site: TheSite,
    who: SignedIn,
    case_id: CaseId,
    acting_as: ActingAs = None,
    from_seq: Annotated[int, Query(alias="from", ge=0, lt=2**31)] = 0,
    to_seq: Annotated[int | None, Query(alias="to", ge=0, lt=2**31)] = None,
    clause: CaseText = None,
) -> Response:
    """What changed in the clauses between two moments of the table, values as values and words as words."""
    found = await find(site, who, case_id, acting_as)

    def read() -> tuple[RedlineDocument, list[Material]]:
        told, shown = _told(site, found, turns=False)
        topics = pinned_law(site, found.case).pack.topics
        heads = [head.code for head in (*topics.heads, *topics.extra)]
        last = told[-1].seq if told else 0
        to = last if to_seq is None else to_seq
        both = [
            [one for one in lying(told, heads, at) if clause is None or one.clause == clause] for at in (from_seq, to)
        ]
        return RedlineDocument(from_seq=from_seq, to_seq=to, rows=redline(*both)), shown

    document, shown = await site.threads.run(read)
    return await noted(site, who, found, shown, tagged(request, document))


def _told(site: Site, found: Found, *, turns: bool) -> tuple[list[Told], list[Material]]:
    """What was done with clauses, oldest first, and whose material that is; nothing of a table one does not see.
    `turns`: with the rounds it fell in."""
    if Stream.TABLE not in found.streams:
        return [], []
    table = [one for one in events_of(site, found, Stream.TABLE) if isinstance(one.event, _OF_CLAUSES)]
    with_turns = turns and table and Stream.NOTICE in found.streams
    noticed: Iterator[Recorded] = events_of(site, found, Stream.NOTICE) if with_turns else iter(())
    all_of_it = merge(table, (one for one in noticed if isinstance(one.event, StepTurned)), key=lambda one: one.at)
    return [Told(one.seq, one.at, one.actor, one.event) for one in all_of_it], shown_of(table)
