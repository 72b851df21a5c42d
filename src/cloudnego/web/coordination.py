"""The coordination of a dispute over HTTP: who asked for it and why, who coordinates, how far it is, and what it came
to (ZJ 39; N2004 49-54). Made of the stream that the authority sees."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

import msgspec
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core import events as e
from cloudnego.core.deadlines import running
from cloudnego.core.moment import Law
from cloudnego.core.overlays import COORDINATING
from cloudnego.core.vocabulary import Side, Stream
from cloudnego.papers.sources import day_of, words
from cloudnego.ports import Recorded
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import tagged
from cloudnego.web.case_documents import names_of
from cloudnego.web.case_views import deadline_document
from cloudnego.web.cases import Found, find, pinned_law
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.documents import DeadlineDocument
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.queries import ActingAs, CaseId, events_of
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["negotiations"])

TERMS: Final = ("dispute_taken_up", "dispute")
"""The terms of the authority, in their order."""


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """How far it came on a day, with what the authority noted."""

    reached: str
    on: date
    remark: str | None


class Extension(msgspec.Struct, frozen=True, kw_only=True):
    """That the authority took more days, and why."""

    on: date
    days: int
    reason: str | None


class Coordination(msgspec.Struct, frozen=True, kw_only=True):
    """One coordination. `applied_by` is null where the authority took it up by itself, `accepted_on` as long as it has
    not; `evidence`: SHA-256 of the signed agreement or of the record that there is none; `settled`: what was agreed on,
    `open_items`: what is left."""

    applied_by: Side | None
    applied_on: date | None
    facts: str | None
    claims: str | None
    accepted_on: date | None
    ex_officio: bool
    coordinators: tuple[str, ...]
    came_to: tuple[Reached, ...]
    extended: Extension | None
    closed_on: date | None
    agreement: bool | None
    settled: str | None
    open_items: str | None
    evidence: str | None


class CoordinationDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Every coordination of the case, the latest first; none for whoever does not see the filing. `terms`: the days of
    the authority that run; `extends_most`: by how many days it may extend them, `articles` on what all of it rests;
    `upper_union_first`: whether the text sends the parties to the upper union first; `order`: how far it comes, one
    after the other."""

    today: date
    seen: bool
    rows: tuple[Coordination, ...]
    terms: tuple[DeadlineDocument, ...]
    extends_most: int | None
    within_days: int | None
    upper_union_first: bool
    order: tuple[str, ...]
    articles: tuple[str, ...]
    names: dict[str, str]


@router.get(
    "/negotiations/{case_id}/coordination",
    **described("get_coordination", CoordinationDocument, codes=OF_A_CASE, tagged=True),
)
async def get_coordination(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """Coordination by the labour authority: who asked, who coordinates, until when, what it came to."""
    found = await find(site, who, case_id, acting_as)
    return tagged(request, await site.threads.run(_document, site, found))


def _document(site: Site, found: Found) -> CoordinationDocument:
    law, seen = pinned_law(site, found.case), Stream.FILING in found.streams
    rows = coordinations(events_of(site, found, Stream.FILING)) if seen else ()
    timer, row = law.pack.timers.get("dispute"), law.pack.coordination
    persons = {person for one in rows for person in one.coordinators}
    return CoordinationDocument(
        today=found.at.date(), seen=seen, rows=rows, terms=_terms(found, law) if seen else (),
        extends_most=timer.extend_n if timer is not None else None, within_days=row.within_days,
        upper_union_first=row.upper_union_first, order=COORDINATING, articles=row.cite,
        names=names_of(site, found, persons, set()) if persons else {},
    )  # fmt: skip


def _terms(found: Found, law: Law) -> tuple[DeadlineDocument, ...]:
    terms = (running(found.case, law, name) for name in TERMS)
    return tuple(deadline_document(found, law, one) for one in terms if one is not None)


_ASKED: Final = Coordination(
    applied_by=None, applied_on=None, facts=None, claims=None, accepted_on=None, ex_officio=False, coordinators=(),
    came_to=(), extended=None, closed_on=None, agreement=None, settled=None, open_items=None, evidence=None,
)  # fmt: skip


def coordinations(told: Iterable[Recorded]) -> tuple[Coordination, ...]:
    """What a stream tells of coordination, the latest first."""
    found: list[Coordination] = []
    for one in told:
        on = day_of(one)
        match one.event:
            case e.CoordinationRequested(side=side) as asked:
                found.append(
                    replace(
                        _ASKED,
                        applied_by=side,
                        applied_on=on,
                        facts=words(asked, "facts"),
                        claims=words(asked, "claims"),
                    )
                )
            case e.DisputeAccepted() as taken:
                if taken.ex_officio or not found:
                    found.append(_ASKED)
                now = replace(found[-1], accepted_on=on, ex_officio=taken.ex_officio, coordinators=taken.coordinators)
                found[-1] = now
            case e.CoordinationAdvanced(reached=reached) as far if found:
                step = Reached(reached=reached, on=on, remark=words(far, "remark"))
                found[-1] = replace(found[-1], came_to=(*found[-1].came_to, step))
            case e.DisputeExtended(days=days) as longer if found:
                found[-1] = replace(found[-1], extended=Extension(on=on, days=days, reason=words(longer, "reason")))
            case e.DisputeClosed() as over if found:
                found[-1] = replace(
                    found[-1], closed_on=on, agreement=over.agreement, settled=words(over, "settled"),
                    open_items=words(over, "open_items"),
                    evidence=over.evidence.sha256 if over.evidence is not None else None,
                )  # fmt: skip
            case _:
                pass
    return tuple(reversed(found))
