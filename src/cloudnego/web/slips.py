"""Slips over HTTP: printed by the worker side alone, each print in a log that the worker side reads."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from pydantic import Field
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Id, Message
from cloudnego.identity.mandates import KEEP_ROSTER, PRINT_SLIPS
from cloudnego.identity.roster import Roster
from cloudnego.identity.slips import PEPPER, Printed, PrintRow, Why, print_slips, prints
from cloudnego.identity.store import reading
from cloudnego.identity.workers import BULK_MAX
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import tagged
from cloudnego.web.bodies import Title, parsed
from cloudnego.web.cursors import cursor_of, read_cursor
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import Cursor, PageSize, PathId
from cloudnego.web.errors import Problem
from cloudnego.web.invitations import instant
from cloudnego.web.organisations import written
from cloudnego.web.sheets import POLICY, STYLE, Letterhead, sheets, stylesheet
from cloudnego.web.workers import NOT_FOR_EVERYBODY, keeper_of

router = Endpoints(prefix="/api/v1", tags=["roster"])
style = Endpoints()

PAGE: Final = "/slip#"
"""The sign-in page of slips. District and code stand behind the #, where no server and no proxy sees them."""

_HTML: Final = "text/html; charset=utf-8"
_EVER: Final = 1 << 62


class PrintBody(Message):
    """Which slips: of these workers, or without `workers` of those who have none. `lost`: the slips they have are lost
    and are good no more."""

    workers: Annotated[tuple[Id, ...], Field(min_length=1, max_length=BULK_MAX)] | None = None
    why: Why = "first"
    remark: Title | None = None


class PrintDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Who printed how many slips, when and why."""

    id: str
    printed_at: datetime
    printed_by: str
    printed_by_name: str
    slips: int
    why: Why
    remark: str | None


class PrintPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the log, the latest first; `next` is the cursor of the next one, null on the last."""

    rows: tuple[PrintDocument, ...]
    next: str | None


def _as_page(route: dict[str, Any]) -> dict[str, Any]:
    """The route answers a page, no document."""
    route["responses"][201]["content"] = {_HTML: {"schema": {}, "example": "<!doctype html>…"}}
    return {**route, "response_class": Response}


@router.post(
    "/enterprises/{enterprise_id}/slips",
    **_as_page(
        described(
            "print_slips",
            None,
            body=PrintBody,
            status=201,
            codes=(*NOT_FOR_EVERYBODY, "worker_unknown", "slip_there", "nothing_to_print"),
        )
    ),
)
async def post_slips(request: Request, site: TheSite, who: SignedIn, enterprise_id: PathId) -> Response:
    """Draw codes and answer with the sheets to print. The codes are in this answer and nowhere else."""
    entry = await site.threads.run(keeper_of, site, who, enterprise_id, PRINT_SLIPS)
    sent = parsed(request, PrintBody)
    if sent.why == "lost" and sent.workers is None:
        raise Problem("nothing_to_print")
    pepper = await site.threads.run(site.districts.pepper, who.district, PEPPER)

    def write(session: Session, roster: Roster) -> list[Printed]:
        return print_slips(
            session, roster, entry.id, pepper, sent.workers, why=sent.why, remark=sent.remark, most=BULK_MAX
        )

    try:
        printed = await site.threads.run(written, site, who, write)
    except IntegrityError:  # two printed for the same worker in the same moment
        raise Problem("busy", retry_after_s=1) from None
    site.doorkeeper.forget()
    head = Letterhead(
        enterprise=entry.name,
        link=f"{_origin(request)}{PAGE}{who.district}/",
        printed_on=site.today(who.district),
        sandbox=site.clocks.district(who.district).kind == "sandbox",
    )
    page = await site.threads.run(sheets, head, printed)
    kept = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Content-Type": _HTML}
    return Response(page.encode(), 201, kept)


def _origin(request: Request) -> str:
    """Where workers find this site: where the printing browser found it. A program says it by the host it addresses."""
    return request.headers.get("origin") or f"{request.url.scheme}://{request.url.netloc}"


@router.get(
    "/enterprises/{enterprise_id}/slip-prints",
    **described("list_prints", PrintPage, codes=(*NOT_FOR_EVERYBODY, "malformed", "bad_cursor"), tagged=True),
)
async def list_prints(
    *,
    request: Request,
    site: TheSite,
    who: SignedIn,
    enterprise_id: PathId,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> Response:
    """The log of prints, for the worker side."""
    place = read_cursor(cursor, "prints") if cursor else {}
    since = place.get("s", _EVER)
    if not isinstance(since, int) or abs(since) > _EVER:
        raise Problem("bad_cursor")
    after = (since, str(place.get("id", "")))

    def look() -> list[PrintRow]:
        entry = keeper_of(site, who, enterprise_id, KEEP_ROSTER)
        with reading(site.engine) as session:
            return prints(session, entry.id, after, limit + 1)

    rows = await site.threads.run(look)
    last = rows[limit - 1] if len(rows) > limit else None
    more = cursor_of("prints", {"s": last.printed_s, "id": last.id}) if last is not None else None
    shown = tuple(_shown(row) for row in rows[:limit])
    return tagged(request, PrintPage(rows=shown, next=more))


def _shown(row: PrintRow) -> PrintDocument:
    return PrintDocument(
        id=row.id,
        printed_at=instant(row.printed_s),
        printed_by=row.printed_by,
        printed_by_name=row.printed_by_name,
        slips=row.slips,
        why=row.why,
        remark=row.remark,
    )


@style.get(STYLE, include_in_schema=False)
async def get_style() -> Response:
    """The stylesheet of the sheets; open to all, it says nothing."""
    return Response(stylesheet(), media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})
