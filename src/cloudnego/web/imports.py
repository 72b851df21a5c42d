"""Bulk imports over HTTP: a table comes as it is, is carried out while nobody waits, and answers row by row.

Who asks, and whether any of it can be his, is settled before a byte of the file is read; of each row the
register judges anew. What belongs to somebody else is not there for him.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from typing import Annotated, Any, Final, NamedTuple

from fastapi import Path, Query
from pydantic import AfterValidator, StringConstraints
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Office
from cloudnego.files.kinds import MEDIA, FileKind, Why
from cloudnego.identity.mandates import KEEP_ROSTER, mandate_covers
from cloudnego.identity.register import Entry
from cloudnego.identity.sessions import Held, Who
from cloudnego.identity.workers import KEEPERS as ROSTER_KEEPERS
from cloudnego.importing import templates
from cloudnego.importing.jobs import Imports, Order
from cloudnego.importing.mapping import Mapping, MappingWrong, read
from cloudnego.importing.registers import KEEPERS, OWNERS, VALUERS, EnterprisesTarget, ReferencesTarget
from cloudnego.importing.rosters import DelegatesTarget, RostersTarget
from cloudnego.importing.sheets import SHEETS, ImportKind
from cloudnego.importing.targets import By, Target
from cloudnego.texts import say
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.acting import in_force, registering
from cloudnego.web.answers import answer
from cloudnego.web.bodies import visible
from cloudnego.web.cases import find
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import PathId
from cloudnego.web.errors import Problem
from cloudnego.web.exports import CSV
from cloudnego.web.import_acts import WageTablesTarget
from cloudnego.web.import_contracts import ContractsTarget
from cloudnego.web.import_documents import ImportDocument, ImportsDocument, document_of
from cloudnego.web.queries import ActingAs, CaseId
from cloudnego.web.site import Site
from cloudnego.web.wire import body_of, headers_of
from cloudnego.web.workers import keeper_of

IMPORTS: Final = "/imports/"
_MULTIPART: Final = "multipart/form-data"
_XLSX: Final = MEDIA[FileKind.XLSX]
_FORMATS: Final = {"text/csv": "csv", _XLSX: "xlsx", "application/json": "json"}
_AT_ONCE: Final = 2  # of one person
_HELD_MAX: Final = 128 * 1024 * 1024  # bytes of files that wait in one process, or are carried out
_RETRY_S: Final = 5
_ROWS: Final = re.compile(rb"\s*(?:\[|\{\s*\"rows\"\s*:)")
_CODES: Final = ("not_found", "malformed", "file_kind", "mandate_does_not_cover")

router = Endpoints(prefix="/api/v1", tags=["register"])
_busy: Final[Counter[str]] = Counter()
_held: Final[Counter[str]] = Counter()

ImportId = Annotated[str, Path(max_length=64)]
DryRun = Annotated[bool, Query()]
Partial = Annotated[bool, Query()]
OfEnterprise = Annotated[str | None, Query(max_length=96)]
Reason = Annotated[
    str | None, Query(), StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(visible)
]


class _InMemory(MultiPartParser):
    """Parts of a form stay in memory: names are written to no disk in the clear."""

    spool_max_size = 1 << 30


class _Wish(NamedTuple):
    """What is wished: rows of which kind, how, and of which enterprise or case."""

    kind: ImportKind
    dry_run: bool
    partial: bool
    about: str = ""


def _door(kind: ImportKind, *more: str) -> dict[str, Any]:
    operation = f"import_{kind.value.replace('-', '_')}"
    return described(
        operation,
        ImportDocument,
        status=202,
        codes=(*_CODES, *more),
        headed=("Location",),
        takes=(*_FORMATS, _MULTIPART),
    )


@router.post("/imports/enterprises", **_door(ImportKind.ENTERPRISES))
async def import_enterprises(
    request: Request, site: TheSite, who: SignedIn, dry_run: DryRun = False, partial: Partial = False
) -> Response:
    """Enter and change enterprises."""
    _check(site, who, ImportKind.ENTERPRISES)
    target = EnterprisesTarget(site.engine, by_of(site, who))
    return await _begun(request, site, who, _Wish(ImportKind.ENTERPRISES, dry_run, partial), lambda _file: target)


@router.post("/imports/rosters", **_door(ImportKind.ROSTERS, "employers_office"))
async def import_rosters(
    *,
    request: Request,
    site: TheSite,
    who: SignedIn,
    dry_run: DryRun = False,
    partial: Partial = False,
    of_enterprise: OfEnterprise = None,
) -> Response:
    """Add, rename and strike lines of rosters."""
    given = await _kept(site, who, ImportKind.ROSTERS, of_enterprise)
    target = RostersTarget(site.engine, by_of(site, who), given)
    return await _begun(
        request, site, who, _Wish(ImportKind.ROSTERS, dry_run, partial, of_enterprise or ""), lambda _file: target
    )


@router.post("/imports/delegates", **_door(ImportKind.DELEGATES, "employers_office"))
async def import_delegates(
    *,
    request: Request,
    site: TheSite,
    who: SignedIn,
    dry_run: DryRun = False,
    partial: Partial = False,
    of_enterprise: OfEnterprise = None,
    change_reason: Reason = None,
) -> Response:
    """Enter, change and end delegates."""
    given = await _kept(site, who, ImportKind.DELEGATES, of_enterprise)
    target = DelegatesTarget(site.engine, by_of(site, who), given, change_reason)
    return await _begun(
        request, site, who, _Wish(ImportKind.DELEGATES, dry_run, partial, of_enterprise or ""), lambda _file: target
    )


@router.post("/imports/reference-values", **_door(ImportKind.REFERENCE_VALUES))
async def import_reference_values(
    request: Request, site: TheSite, who: SignedIn, dry_run: DryRun = False, partial: Partial = False
) -> Response:
    """Enter figures with their sources."""
    _check(site, who, ImportKind.REFERENCE_VALUES)
    target = ReferencesTarget(site.engine, by_of(site, who))
    return await _begun(request, site, who, _Wish(ImportKind.REFERENCE_VALUES, dry_run, partial), lambda _file: target)


@router.post("/imports/contracts", **_door(ImportKind.CONTRACTS, "acting_as_required"))
async def import_contracts(
    *,
    request: Request,
    site: TheSite,
    who: SignedIn,
    acting_as: ActingAs = None,
    dry_run: DryRun = False,
    partial: Partial = False,
) -> Response:
    """Register contracts in force."""
    _check(site, who, ImportKind.CONTRACTS)
    loop = asyncio.get_running_loop()

    def target(file: str) -> Target:
        return ContractsTarget(site, who, loop, acting_as, file)

    return await _begun(request, site, who, _Wish(ImportKind.CONTRACTS, dry_run, partial), target)


@router.post("/imports/wage-tables/{case_id}", **_door(ImportKind.WAGE_TABLES, "acting_as_required"))
async def import_wage_tables(
    *,
    request: Request,
    site: TheSite,
    who: SignedIn,
    case_id: CaseId,
    acting_as: ActingAs = None,
    dry_run: DryRun = False,
) -> Response:
    """Deliver a wage table to a case one belongs to."""
    found = await find(site, who, case_id, acting_as)
    target = WageTablesTarget(site, who, asyncio.get_running_loop(), acting_as, found.id)
    wish = _Wish(ImportKind.WAGE_TABLES, dry_run, partial=False, about=found.id)
    return await _begun(request, site, who, wish, lambda _file: target)


# --- who may, before a file is read ---------------------------------------------------------------------------------

_OFFICES: Final = {
    ImportKind.ENTERPRISES: KEEPERS | OWNERS,
    ImportKind.REFERENCE_VALUES: VALUERS,
    ImportKind.CONTRACTS: KEEPERS | OWNERS | {Office.UNION, Office.EMPLOYERS_BODY},
}


def _check(site: Site, who: Who, kind: ImportKind) -> None:
    """Raises `Problem` 404 where no office of his imports such rows, 409 where only the mandate falls short."""
    if kind is ImportKind.WAGE_TABLES:  # of a case: who does not see it any more is told of his own rows all the same
        return
    offices = _OFFICES.get(kind)
    if kind is ImportKind.CONTRACTS and offices is not None:  # whether a mandate covers it is asked row by row
        if not any(one.office in offices for one in in_force(site, who)):
            raise Problem("not_found")
        return
    if offices is not None:
        registering(site, who, lambda held: tuple(one for one in held if one.office in offices))
        return
    keeping = [one for one in in_force(site, who) if one.office in ROSTER_KEEPERS]
    if not keeping:
        raise Problem("not_found")
    today = site.today(who.district)
    if not any(mandate_covers(one, KEEP_ROSTER, today) for one in keeping):
        raise Problem("mandate_does_not_cover")


async def _kept(site: Site, who: Who, kind: ImportKind, enterprise: str | None) -> Entry | None:
    """The enterprise that was named, whose roster he keeps. Raises `Problem` as `keeper_of` does."""
    _check(site, who, kind)
    return None if enterprise is None else await site.threads.run(keeper_of, site, who, enterprise, KEEP_ROSTER)


def by_of(site: Site, who: Who) -> By:
    """Who imports, with the offices that are in force."""
    held: tuple[Held, ...] = in_force(site, who)
    return By(who.district, who.person, held, site.today(who.district), site.now_s(), site.new_id)


# --- taking it in -------------------------------------------------------------------------------------------------


async def _begun(request: Request, site: Site, who: Who, wish: _Wish, target_of: Callable[[str], Target]) -> Response:
    """The import as it begins: it is carried out when its turn comes. A target may want the SHA-256 of the file."""
    if _busy[who.person] >= _AT_ONCE:
        raise Problem("too_fast", retry_after_s=_RETRY_S)
    content, format_, mapping = await _sent(request, site, wish.kind)
    if _held.total() + len(content) > _HELD_MAX:
        raise Problem("busy", retry_after_s=_RETRY_S)
    order = Order(
        kind=wish.kind, district=who.district, person=who.person, about=wish.about, content=content, format=format_,
        mapping=mapping, dry_run=wish.dry_run, partial=wish.partial,
    )  # fmt: skip
    imports = Imports(site.engine, site.log.ring, site.now_s)
    job, is_new = await site.threads.run(imports.begin, site.new_id("x"), order)
    if is_new:
        _busy[who.person] += 1
        _held[job.id] = len(content)
        work = (job.id, order, target_of(job.sha256))
        site.importers.start(_carried_out, site, imports, work, lambda: _done(who.person, job.id))
    return answer(document_of(job, None), 202, {"Location": f"/api/v1/imports/{job.id}"})


def _carried_out(site: Site, imports: Imports, work: tuple[str, Order, Target], done: Callable[[], None]) -> None:
    try:
        imports.carry_out(*work)
    finally:
        done()
        site.doorkeeper.forget()


def _done(person: str, job: str) -> None:
    del _held[job]
    _busy[person] -= 1
    if _busy[person] <= 0:
        del _busy[person]


async def _sent(request: Request, site: Site, kind: ImportKind) -> tuple[bytes, str, Mapping]:
    """The file, its format and its mapping: the body itself, or the parts `file` and `mapping` of a form."""
    headers = headers_of(request.scope)
    media = headers.get("content-type", "").partition(";")[0].strip().casefold()
    if media not in _FORMATS and media != _MULTIPART:
        raise Problem("file_kind", errors=[_said("", "mismatch", say("files.mismatch"))])
    content = await body_of(request.receive, headers, site.limits.file_max_bytes)
    if media in _FORMATS:
        return _like_a_table(content, _FORMATS[media]), _FORMATS[media], Mapping()
    parts = await _parts(request.headers, content)
    file, words = parts.get("file"), parts.get("mapping")
    if file is None:
        raise Problem("malformed", errors=[_said("/file", "missing", say("fields.missing"))])
    ending = file.name.rpartition(".")[2].casefold()
    format_ = ending if ending in _FORMATS.values() else _FORMATS.get(file.media, "")
    if not format_:
        raise Problem("file_kind", errors=[_said("/file", "mismatch", say("files.mismatch"))])
    try:
        mapping = read(words.content, SHEETS[kind]) if words is not None else Mapping()
    except MappingWrong as wrong:
        message = say(f"imports.problems.{wrong.code}")
        raise Problem("malformed", errors=[_said(f"/mapping/{wrong.where}", wrong.code, message)]) from None
    return _like_a_table(file.content, format_), format_, mapping


def _like_a_table(content: bytes, format_: str) -> bytes:
    """The file, unless its first bytes say that it is none of that format: no reader is begun for it."""
    why = Why.MISMATCH if format_ == "xlsx" and not content.startswith(b"PK\x03\x04") else None
    if format_ == "json" and content[:1].isascii() and not _ROWS.match(content):
        why = Why.SHAPE
    why = Why.EMPTY if not content else why
    if why is not None:
        message = say(f"imports.problems.file_{why.value}")
        raise Problem("malformed", errors=[_said("/file", f"file_{why.value}", message)])
    return content


class _Part(NamedTuple):
    """One file of a form."""

    name: str
    media: str
    content: bytes


async def _parts(headers: Headers, content: bytes) -> dict[str, _Part]:
    async def whole() -> AsyncGenerator[bytes, None]:
        yield content

    try:
        form = await _InMemory(headers, whole(), max_files=2, max_fields=0).parse()
    except MultiPartException:
        raise Problem("malformed", errors=[_said("", "other", say("fields.other"))]) from None
    try:
        return {
            name: _Part(part.filename or "", (part.content_type or "").partition(";")[0], await part.read())
            for name, part in form.multi_items()
            if isinstance(part, UploadFile)
        }
    finally:
        await form.close()


def _said(at: str, code: str, message: object) -> dict[str, object]:
    return {"at": at, "code": code, "message": message}


# --- looking ------------------------------------------------------------------------------------------------------


@router.get("/imports", **described("list_imports", ImportsDocument))
async def list_imports(site: TheSite, who: SignedIn) -> Response:
    """Your last imports."""
    jobs = await site.threads.run(Imports(site.engine, site.log.ring, site.now_s).of, who.district, who.person)
    return answer(ImportsDocument(rows=tuple(document_of(one, None) for one in jobs)))


@router.get("/imports/{import_id}", **described("get_import", ImportDocument, codes=("not_found", "malformed")))
async def get_import(site: TheSite, who: SignedIn, import_id: ImportId) -> Response:
    """How it stands; to whoever began it, as long as such rows are his to import."""
    found = await site.threads.run(
        Imports(site.engine, site.log.ring, site.now_s).find, import_id, who.district, who.person
    )
    if found is None:
        raise Problem("not_found")
    _check(site, who, found[0].kind)
    return answer(document_of(*found))


@router.get(
    "/imports/templates/{template}",
    **described("get_import_template", None, codes=("not_found", "malformed"), gives=(CSV, _XLSX)),
)
async def get_import_template(site: TheSite, who: SignedIn, template: PathId) -> Response:
    """A table to fill in."""
    kind, _, format_ = template.rpartition(".")
    if format_ not in templates.FORMATS or kind not in {one.value for one in ImportKind}:
        raise Problem("not_found")
    made = await site.threads.run(templates.template, ImportKind(kind), format_)
    media = _XLSX if format_ == "xlsx" else CSV
    headers = {"Content-Disposition": f'attachment; filename="{kind}.{format_}"', "Cache-Control": "no-store"}
    return Response(made, 200, headers, media)
