"""The audit file of a case for whoever may have one: a side its own, the authority and an auditor theirs."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from cloudnego import __version__
from cloudnego.audit.export import Source
from cloudnego.core.vocabulary import Seat, Side
from cloudnego.exporting.audience import Audience
from cloudnego.exporting.beside import files_for
from cloudnego.exporting.case import House, Order, export_case
from cloudnego.ports import CHINA
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.cases import Found, find
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.queries import ActingAs, CaseId
from cloudnego.web.site import Site
from cloudnego.web.viewing import noted, shown_of_case, shown_of_file

ZIP: Final = "application/zip"
_RETRY_S: Final = 10
_busy: Final[set[str]] = set()
"""Who is having one made in this process: each one at a time."""

router = Endpoints(prefix="/api/v1", tags=["negotiations"])


@router.get(
    "/negotiations/{case_id}/audit-file",
    **described("get_audit_file", None, codes=(*OF_A_CASE, "busy"), gives=(ZIP,)),
)
async def get_audit_file(site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None) -> Response:
    """The streams of your seat as they stand, entry by entry, with all by which a stranger checks them."""
    found = await find(site, who, case_id, acting_as)
    audience = audience_of(found)
    if audience is None:
        raise Problem("not_found")
    made_at = found.at.astimezone(CHINA).isoformat(timespec="seconds")
    order = Order(found.id, audience, who.signature, "", made_at, f"cloudnego {__version__}")
    with _turn(who.person):
        file, stat = await site.threads.run(_made, site, order)
    answer = FileResponse(
        file, 200, {"Cache-Control": "no-store"}, ZIP, BackgroundTask(shutil.rmtree, file.parent),
        filename=f"{found.id}-{audience}.zip", stat_result=stat,
    )  # fmt: skip
    for name in ("etag", "last-modified"):  # of a file that is gone with this answer
        del answer.headers[name]
    kept = await site.threads.run(files_for, site.files, found.id, audience)
    return await noted(
        site, who, found, [*shown_of_case(found), *(m for one in kept for m in shown_of_file(one))], answer
    )


def audience_of(found: Found) -> Audience | None:
    """As whom somebody has a file of this case: who sits on a bench has that side's; nobody else who merely sees it."""
    if found.caucus_of is not None:
        return Audience.UNION if found.caucus_of is Side.WORKER else Audience.ENTERPRISE
    if Seat.AUDITOR in found.seats:
        return Audience.AUDITOR
    return Audience.AUTHORITY if Seat.AUTHORITY in found.seats else None


def _made(site: Site, order: Order) -> tuple[Path, os.stat_result]:
    """In a folder of its own, which goes with the answer."""
    place = Path(tempfile.mkdtemp(prefix="audit"))
    try:
        source = Source(site.engine, site.log.ring, site.audit.key)
        export_case(
            House(source, site.districts, site.files, site.polls, site.papers, site.audit.district),
            order,
            place / "audit.zip",
            lambda _: None,
        )
    except BaseException:
        shutil.rmtree(place)
        raise
    return place / "audit.zip", (place / "audit.zip").stat()


@contextmanager
def _turn(person: str) -> Iterator[None]:
    if person in _busy:
        raise Problem("busy", retry_after_s=_RETRY_S)
    _busy.add(person)
    try:
        yield
    finally:
        _busy.discard(person)
