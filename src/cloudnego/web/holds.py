"""Holds on a case over HTTP: a union above it or the labour authority keeps it whole while somebody may ask for it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec
from fastapi import Path
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Day, Message
from cloudnego.exporting.keeping import Keeping, Seen, is_talk, plan
from cloudnego.identity.holds import HoldAt, holds_of, lift, set_hold
from cloudnego.identity.store import reading, writing
from cloudnego.papers.kinds import FOR_GOOD, THIRTY_YEARS
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer
from cloudnego.web.bodies import Title, parsed
from cloudnego.web.case_documents import names_of
from cloudnego.web.cases import Found, find
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.invitations import instant
from cloudnego.web.queries import ActingAs, CaseId, events_of
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["negotiations"])

Basis = Annotated[str, Field(min_length=1, max_length=120)]
HoldId = Annotated[str, Path(max_length=64)]


class HoldCaseBody(Message):
    """Why nothing of the case may be deleted, such as the number of an arbitration; `article`: what that rests on;
    `until_on`: its last day."""

    reason: Title
    article: Basis | None = None
    until_on: Day | None = None


class HoldDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A hold. `article`: what it rests on, as whoever set it named it; `stands`: whether it keeps the case today."""

    id: str
    reason: str
    article: str | None
    by: str
    at: datetime
    until_on: str | None
    lifted_by: str | None
    lifted_at: datetime | None
    stands: bool


class HoldsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Every hold there ever was on the case, the latest first; `names` of whoever put or lifted one."""

    rows: tuple[HoldDocument, ...]
    names: dict[str, str]


@router.get("/negotiations/{case_id}/holds", **described("list_holds", HoldsDocument, codes=OF_A_CASE))
async def list_holds(site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None) -> Response:
    """Who keeps the case whole, why and until when."""
    found = await _above(site, who, case_id, acting_as)

    def read() -> HoldsDocument:
        with reading(site.engine) as session:
            rows = tuple(_document(one, found) for one in holds_of(session, found.id))
        persons = {one for row in rows for one in (row.by, row.lifted_by) if one is not None}
        return HoldsDocument(rows=rows, names=names_of(site, found, persons, set()) if persons else {})

    return answer(await site.threads.run(read))


class RetentionDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What would be deleted of the case and when. `held`: a hold keeps it today; `until_on`: until when, null until it
    is lifted; `expires_on`: the end of its contract; `sandbox`: of a sandbox nothing goes with its contract."""

    held: bool
    until_on: date | None
    expires_on: date | None
    sandbox: bool
    rows: tuple[Keeping, ...]


@router.get("/negotiations/{case_id}/retention", **described("get_retention", RetentionDocument, codes=OF_A_CASE))
async def get_retention(site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None) -> Response:
    """A dry run for this one case: what goes when, by which rule, and what keeps the rest. Nothing is deleted."""
    found = await _above(site, who, case_id, acting_as)

    def read() -> RetentionDocument:
        today = found.at.date()
        with reading(site.engine) as session:
            standing = [one for one in holds_of(session, found.id) if one.stands(today)]
        expires_on, live = found.case.filing.expires_on, site.clocks.district(found.district).kind == "live"
        rows = plan(
            _seen(site, found), site.limits.keeps, expires_on=expires_on, today=today, live=live, held=bool(standing)
        )
        days = [one.until_on for one in standing]
        until = None if None in days else max((one for one in days if one is not None), default=None)
        return RetentionDocument(
            held=bool(standing), until_on=until, expires_on=expires_on, sandbox=not live, rows=rows
        )

    return answer(await site.threads.run(read))


def _seen(site: Site, found: Found) -> Seen:
    """What there is of the case in the streams its reader sees, and nothing of others. Blocks."""
    types = [
        one.type
        for stream in found.streams
        for one in events_of(site, found, stream)
        if one.event.words and not one.erased
    ]
    talk = sum(map(is_talk, types))
    kinds = [one.doc for one in site.papers.of_case(found.id, found.streams) if one.size]
    files = [one for one in site.files.listed(found.id, found.streams) if not one.facts.erased]
    good, thirty = (sum(doc in kept for doc in kinds) for kept in (FOR_GOOD, THIRTY_YEARS))
    return Seen(
        talk=talk, words=len(types) - talk, files=len(files), papers=len(kinds) - good - thirty, for_good=good,
        thirty_years=thirty,
    )  # fmt: skip


@router.post(
    "/negotiations/{case_id}/holds",
    **described("hold_case", HoldDocument, body=HoldCaseBody, status=201, codes=OF_A_CASE),
)
async def hold_case(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """Keep the case whole: nothing of it is deleted, by time or at a wish, until that is lifted or its day is over."""
    found = await _above(site, who, case_id, acting_as)
    sent = parsed(request, HoldCaseBody)
    new = HoldAt(
        id=site.new_id("h"), case=found.id, reason=sent.reason, set_by=who.person, set_s=site.now_s(),
        until_on=sent.until_on, lifted_by=None, lifted_s=None, article=sent.article,
    )  # fmt: skip

    def write() -> HoldAt:
        with writing(site.engine) as session:
            return set_hold(session, found.district, new)

    return answer(_document(await site.threads.run(write), found), 201)


@router.delete(
    "/negotiations/{case_id}/holds/{hold_id}", **described("lift_hold", HoldDocument, codes=OF_A_CASE, unsafe=True)
)
async def lift_hold(
    site: TheSite, who: SignedIn, case_id: CaseId, hold_id: HoldId, acting_as: ActingAs = None
) -> Response:
    """Lift a hold; it stays on record."""
    found = await _above(site, who, case_id, acting_as)

    def write() -> HoldAt | None:
        with writing(site.engine) as session:
            return lift(session, found.id, hold_id, who.person, site.now_s())

    lifted = await site.threads.run(write)
    if lifted is None:
        raise Problem("not_found")
    return answer(_document(lifted, found))


async def _above(site: TheSite, who: SignedIn, case_id: str, acting_as: ActingAs) -> Found:
    """Raises `Problem` 404 for whoever is of no union above the case and not of the authority, or stands on a side."""
    found = await find(site, who, case_id, acting_as)
    if not found.may_hold:
        raise Problem("not_found")
    return found


def _document(one: HoldAt, found: Found) -> HoldDocument:
    return HoldDocument(
        id=one.id, reason=one.reason, article=one.article, by=one.set_by, at=instant(one.set_s),
        until_on=one.until_on.isoformat() if one.until_on is not None else None, lifted_by=one.lifted_by,
        lifted_at=instant(one.lifted_s) if one.lifted_s is not None else None, stands=one.stands(found.at.date()),
    )  # fmt: skip
