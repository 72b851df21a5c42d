"""Audit files of a case for whoever may have one: a side its own, the authority and an auditor theirs. They are asked
for, made while nobody waits, and taken once they are there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Annotated, Final

import msgspec
from fastapi import Path
from pydantic import AfterValidator, StringConstraints
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from cloudnego import __version__
from cloudnego.audit.export import Source
from cloudnego.core.vocabulary import Message, Seat, Side
from cloudnego.exporting.audience import Audience
from cloudnego.exporting.beside import files_for
from cloudnego.exporting.case import House, Order
from cloudnego.exporting.jobs import Exports, Job
from cloudnego.ports import CHINA
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer
from cloudnego.web.bodies import parsed, visible
from cloudnego.web.cases import Found, find
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.invitations import instant
from cloudnego.web.queries import ActingAs, CaseId
from cloudnego.web.site import Site
from cloudnego.web.viewing import noted, shown_of_case, shown_of_file

ZIP: Final = "application/zip"

router = Endpoints(prefix="/api/v1", tags=["negotiations"])

ExportId = Annotated[str, Path(max_length=64)]
Purpose = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True), AfterValidator(visible)]


class AskForExportBody(Message):
    """What the file is for; it stands in it."""

    purpose: Purpose = ""


class ExportDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An audit file somebody asked for. `state`: making, ready, failed; `done` of `total` entries; `sha256` and `size`
    of the file once it is ready."""

    id: str
    audience: Audience
    purpose: str
    state: str
    done: int
    total: int
    made_at: datetime
    size: int
    sha256: str | None


class ExportsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """For whom your file of this case would be, and those you asked for, the latest first."""

    audience: Audience
    rows: tuple[ExportDocument, ...]


@router.post(
    "/negotiations/{case_id}/audit-exports",
    **described(
        "ask_for_audit_export", ExportDocument, body=AskForExportBody, status=202, codes=OF_A_CASE, headed=("Location",)
    ),
)
async def ask_for_audit_export(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """Have the audit file of your seat made, with the streams as they then stand; one after the other."""
    found, audience = await _seated(site, who, case_id, acting_as)
    sent = parsed(request, AskForExportBody)
    made_at = found.at.astimezone(CHINA).isoformat(timespec="seconds")
    order = Order(found.id, audience, who.signature, sent.purpose, made_at, f"cloudnego {__version__}")

    def begin() -> tuple[Job, bool]:
        total = sum(head.size for head in site.audit.checkpoints.heads(found.id, audience.streams).values())
        return _exports(site).begin(site.new_id("x"), found.district, who.person, order, total)

    job, is_new = await site.threads.run(begin)
    if is_new:
        site.exporters.start(_exports(site).make, job.id, house_of(site), order)
    location = f"/api/v1/negotiations/{found.id}/audit-exports/{job.id}"
    return answer(_document(job), 202, {"Location": location})


@router.get(
    "/negotiations/{case_id}/audit-exports", **described("list_audit_exports", ExportsDocument, codes=OF_A_CASE)
)
async def list_audit_exports(site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None) -> Response:
    """The audit files you asked for in this case, as long as they are kept."""
    found, audience = await _seated(site, who, case_id, acting_as)
    jobs = await site.threads.run(_exports(site).of, found.id, who.person)
    rows = tuple(_document(one) for one in jobs if one.audience is audience)
    return answer(ExportsDocument(audience=audience, rows=rows))


@router.get(
    "/negotiations/{case_id}/audit-exports/{export_id}",
    **described("get_audit_export", ExportDocument, codes=OF_A_CASE),
)
async def get_audit_export(
    site: TheSite, who: SignedIn, case_id: CaseId, export_id: ExportId, acting_as: ActingAs = None
) -> Response:
    """How far it is."""
    _, job = await _asked_for(site, who, case_id, export_id, acting_as)
    return answer(_document(job))


@router.get(
    "/negotiations/{case_id}/audit-exports/{export_id}/file",
    **described("get_audit_file", None, codes=OF_A_CASE, gives=(ZIP,)),
)
async def get_audit_file(
    site: TheSite, who: SignedIn, case_id: CaseId, export_id: ExportId, acting_as: ActingAs = None
) -> Response:
    """The file itself, once it is ready: entry by entry, with all by which a stranger checks them."""
    found, job = await _asked_for(site, who, case_id, export_id, acting_as)
    if job.state != "ready":
        raise Problem("not_found")
    headers = {
        "Cache-Control": "no-store", "Content-Length": str(job.size),
        "Content-Disposition": f'attachment; filename="{found.id}-{job.audience}.zip"',
    }  # fmt: skip
    file = StreamingResponse(_streamed(site, _exports(site).content(job)), 200, headers, ZIP)
    kept = await site.threads.run(files_for, site.files, found.id, job.audience)
    return await noted(
        site, who, found, [*shown_of_case(found), *(m for one in kept for m in shown_of_file(one))], file
    )


def audience_of(found: Found) -> Audience | None:
    """As whom somebody has a file of this case: who sits on a bench has that side's; nobody else who merely sees it."""
    if not found.has_audit_file:
        return None
    if found.caucus_of is not None:
        return Audience.UNION if found.caucus_of is Side.WORKER else Audience.ENTERPRISE
    return Audience.AUDITOR if Seat.AUDITOR in found.seats else Audience.AUTHORITY


async def _seated(site: Site, who: SignedIn, case_id: str, acting_as: ActingAs) -> tuple[Found, Audience]:
    """Raises `Problem` 404 for whoever has no file of this case."""
    found = await find(site, who, case_id, acting_as)
    audience = audience_of(found)
    if audience is None:
        raise Problem("not_found")
    return found, audience


async def _asked_for(site: Site, who: SignedIn, case_id: str, export_id: str, acting_as: ActingAs) -> tuple[Found, Job]:
    """A file of his own, made for the seat he still has."""
    found, audience = await _seated(site, who, case_id, acting_as)
    job = await site.threads.run(_exports(site).find, export_id, found.id, who.person)
    if job is None or job.audience is not audience:
        raise Problem("not_found")
    return found, job


def _exports(site: Site) -> Exports:
    return Exports(site.engine, site.log.ring, site.now_s)


def house_of(site: Site) -> House:
    source = Source(site.engine, site.log.ring, site.audit.key)
    return House(source, site.districts, site.files, site.polls, site.papers, site.audit.district)


async def _streamed(site: Site, parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (part := await site.threads.run(next, parts, b"")) != b"":
        yield part


def _document(job: Job) -> ExportDocument:
    return ExportDocument(
        id=job.id, audience=job.audience, purpose=job.purpose, state=job.state, done=job.done, total=job.total,
        made_at=instant(job.made_s), size=job.size, sha256=job.sha256 or None,
    )  # fmt: skip
