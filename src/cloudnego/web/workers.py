"""The workers' roster over HTTP, for the worker side alone: for everybody else, HR above all, it does not exist."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from pydantic import AfterValidator, Field, StringConstraints
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Message, PersonId
from cloudnego.identity.mandates import KEEP_ROSTER, mandate_covers
from cloudnego.identity.register import Entry, enterprise
from cloudnego.identity.roster import Roster
from cloudnego.identity.sessions import Who
from cloudnego.identity.store import reading
from cloudnego.identity.workers import (
    BULK_MAX,
    Listed,
    NewWorker,
    add_workers,
    answers_for_employer,
    end_worker,
    keeping,
    workers,
)
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.acting import in_force
from cloudnego.web.answers import answer, nothing, tagged
from cloudnego.web.bodies import Name, parsed, visible
from cloudnego.web.cursors import cursor_of, read_cursor
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import CaseText, Cursor, PageSize, PathId
from cloudnego.web.errors import Problem
from cloudnego.web.organisations import written
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["roster"])

NOT_FOR_EVERYBODY: Final = ("not_found", "mandate_does_not_cover", "employers_office")
"""What every door of the roster may answer with, besides what it does."""

Number = Annotated[str, StringConstraints(min_length=1, max_length=32, strip_whitespace=True), AfterValidator(visible)]


class WorkerBody(Message):
    """One line: the number within the enterprise and the name. `person`: somebody who is a worker here already."""

    number: Number
    name: Name
    person: PersonId | None = None


class WorkersBody(Message):
    """Lines to be added, all or none."""

    workers: Annotated[tuple[WorkerBody, ...], Field(min_length=1, max_length=BULK_MAX)]


class WorkerPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the roster by number; `next` is the cursor of the next one, null on the last."""

    rows: tuple[Listed, ...]
    next: str | None


class WorkersAdded(msgspec.Struct, frozen=True, kw_only=True):
    """The lines that were added, in the order they were sent."""

    rows: tuple[Listed, ...]


def keeper_of(site: Site, who: Who, enterprise_id: str, act: str) -> Entry:
    """The enterprise whose roster he keeps. Raises `Problem`: 404 where he is not of its worker side, 409 where his
    mandate does not cover the act or he holds an office of the employer's there too. Blocks."""
    held = in_force(site, who)
    with reading(site.engine) as session:
        entry = enterprise(session, who.district, enterprise_id)
        mine = keeping(session, who.district, entry, held) if entry is not None else ()
    if entry is None or not mine:
        raise Problem("not_found")
    if answers_for_employer(entry, held):
        raise Problem("employers_office")
    today = site.today(who.district)
    if not any(mandate_covers(one, act, today) for one in mine):
        raise Problem("mandate_does_not_cover")
    return entry


@router.get(
    "/enterprises/{enterprise_id}/workers",
    **described("list_workers", WorkerPage, codes=(*NOT_FOR_EVERYBODY, "malformed", "bad_cursor"), tagged=True),
)
async def list_workers(
    *,
    request: Request,
    site: TheSite,
    who: SignedIn,
    enterprise_id: PathId,
    text: CaseText = None,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> Response:
    """The roster by number, for the worker side."""
    place = read_cursor(cursor, "workers") if cursor else {}
    after = (str(place.get("number", "")), str(place.get("id", "")))

    def look() -> list[Listed]:
        entry = keeper_of(site, who, enterprise_id, KEEP_ROSTER)
        with reading(site.engine) as session:
            return workers(session, entry.id, text=text, after=after, limit=limit + 1)

    rows = await site.threads.run(look)
    last = rows[limit - 1] if len(rows) > limit else None
    more = cursor_of("workers", {"number": last.number, "id": last.id}) if last is not None else None
    return tagged(request, WorkerPage(rows=tuple(rows[:limit]), next=more))


@router.post(
    "/enterprises/{enterprise_id}/workers",
    **described(
        "add_workers",
        WorkersAdded,
        body=WorkersBody,
        status=201,
        codes=(*NOT_FOR_EVERYBODY, "number_taken", "person_unknown"),
    ),
)
async def post_workers(request: Request, site: TheSite, who: SignedIn, enterprise_id: PathId) -> Response:
    """Add lines, all or none, up to 500 at once."""
    entry = await site.threads.run(keeper_of, site, who, enterprise_id, KEEP_ROSTER)
    sent = parsed(request, WorkersBody)
    new = [NewWorker(one.number, one.name, one.person) for one in sent.workers]

    def write(session: Session, roster: Roster) -> list[Listed]:
        return add_workers(session, roster, entry, new)

    try:
        made = await site.threads.run(written, site, who, write)
    except IntegrityError:  # two added the same number in the same moment; whoever asks again hears which
        raise Problem("busy", retry_after_s=1) from None
    site.doorkeeper.forget()
    return answer(WorkersAdded(rows=tuple(made)), 201)


@router.delete(
    "/enterprises/{enterprise_id}/workers/{worker_id}",
    **described("end_worker", None, status=204, codes=(*NOT_FOR_EVERYBODY, "malformed"), unsafe=True),
)
async def delete_worker(site: TheSite, who: SignedIn, enterprise_id: PathId, worker_id: PathId) -> Response:
    """Strike a line: the slip opens nothing any more, and what the worker held here ends with it."""
    entry = await site.threads.run(keeper_of, site, who, enterprise_id, KEEP_ROSTER)

    def write(session: Session, roster: Roster) -> None:
        if not end_worker(session, roster, entry.id, worker_id):
            raise Problem("not_found")

    await site.threads.run(written, site, who, write)
    site.doorkeeper.forget()
    return nothing()
