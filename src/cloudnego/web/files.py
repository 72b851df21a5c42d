"""Files over HTTP: laid into a stream one sees, listed by streams, taken away with a mark on them.

Who asks and whether the case is his is settled before a byte of the file is read. What lies in a stream he does not see
is not there for him: neither a file, nor a count, nor the room it takes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Annotated, Final
from urllib.parse import quote

import msgspec
from fastapi import Path, Query
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.sight import may_lay
from cloudnego.core.vocabulary import Seat, Side, Stream
from cloudnego.files import jail
from cloudnego.files.kinds import MEDIA, FileKind, FileRefused, Why, clean_name, declared
from cloudnego.files.store import Full, Kept, NewFile
from cloudnego.texts import say
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer, tagged
from cloudnego.web.case_documents import names_of
from cloudnego.web.cases import Found, find, pinned_law
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem, obstacle_as_said
from cloudnego.web.marking import mark_of
from cloudnego.web.queries import ActingAs, CaseId
from cloudnego.web.site import Site
from cloudnego.web.viewing import noted, shown_of_file
from cloudnego.web.wire import body_of, headers_of

FILES: Final = "files"
_AT_ONCE: Final = 2  # of one side of one case: what waits for the readers of files is waited for by its own side
_RETRY_S: Final = 2
_CHECKS_HASHES: Final = frozenset({Seat.AUTHORITY, Seat.AUDITOR})
_TYPES: Final = {
    kind: f"{media}; charset=utf-8" if media.startswith("text/") else media for kind, media in MEDIA.items()
}
_SANDBOXED: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"

router = Endpoints(prefix="/api/v1", tags=[FILES])
_busy: Final[Counter[tuple[str, str]]] = Counter()

FileId = Annotated[str, Path(max_length=96)]


class FileDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a case. `sha256` is of the bytes that are kept, and what `evidence` of an act names; `received_sha256`
    of those that were sent: pictures are drawn anew. `original`: the reader may have the kept bytes without a mark."""

    id: str
    stream: Stream
    name: str
    kind: FileKind
    media: str
    size: int
    sha256: str
    received_sha256: str
    by: str
    at: str
    erased: bool
    original: bool


class FileList(msgspec.Struct, frozen=True, kw_only=True):
    """The files of the streams the reader sees, oldest first; `names` of who laid them there."""

    rows: tuple[FileDocument, ...]
    names: dict[str, str]


# --- laying a file into a case ------------------------------------------------------------------------------------


@router.post(
    f"/negotiations/{{case_id}}/{FILES}",
    **described(
        "lay_file",
        FileDocument,
        status=201,
        codes=(*OF_A_CASE, "refused", "file_kind", "file_refused", "files_full"),
        headed=("Location",),
        takes=(*MEDIA.values(), "application/octet-stream"),
        repeated=True,
    ),
)
async def post_file(
    *,
    request: Request,
    site: TheSite,
    who: SignedIn,
    case_id: CaseId,
    acting_as: ActingAs = None,
    stream: Annotated[str | None, Query(max_length=40)] = None,
    name: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Lay a file into a stream. The body is the file itself, its Content-Type its kind."""
    if who.lets is not None:
        raise Problem("not_for_portals")  # a file says who laid it and not through what: it would be said to be his
    found = await find(site, who, case_id, acting_as)
    place = await _place(site, found, stream)
    headers = headers_of(request.scope)
    try:
        called = clean_name(name or "")
        kind = declared(called, headers.get("content-type", ""))
        with _turn(found):
            content = await body_of(request.receive, headers, site.limits.file_max_bytes)
            kept = await site.cells.run(jail.looked_at, content, kind)
    except FileRefused as no:
        raise _refused(no.why) from None
    found = await find(site, who, case_id, acting_as)  # the file took its time: he must see the stream now
    if place not in found.streams:
        raise Problem("not_found")
    new = NewFile(
        id=site.new_id("f") + site.new_id(""), case=found.id, stream=place, side=_side(found), name=called,
        kind=kind, received_sha256=sha256(content).hexdigest(), by=who.person, at=found.at.replace(microsecond=0),
    )  # fmt: skip
    try:
        one, is_new = await site.threads.run(site.files.keep, new, kept)
    except Full:
        raise Problem("files_full") from None
    location = f"/api/v1/negotiations/{found.id}/{FILES}/{one.id}"
    return answer(_document(found, one), 201 if is_new else 200, {"Location": location})


async def _place(site: Site, found: Found, stream: str | None) -> Stream:
    """The stream that is meant, if he sees it and may lay files there. Raises `Problem` 404, 409, 422."""
    if stream is None:
        raise Problem(
            "malformed", errors=[{"at": "/query/stream", "code": "missing", "message": say("fields.missing")}]
        )
    place = next((one for one in found.streams if one.value == stream), None)
    if place is None:
        raise Problem("not_found")
    obstacles = may_lay(found.case, found.member, place, found.at.date())
    if obstacles:
        law = await site.threads.run(pinned_law, site, found.case)
        raise Problem("refused", obstacles=[obstacle_as_said(one, law.pack) for one in obstacles])
    return place


def _side(found: Found) -> Side | None:
    """The side he stands on here: by his office, or by a seat on its bench alone."""
    return found.member.side or found.caucus_of


@contextmanager
def _turn(found: Found) -> Iterator[None]:
    """One of the few turns a side of a case has at the readers of files. Raises `Problem` 503."""
    purse = (found.id, _side(found) or found.member.person)
    if _busy[purse] >= _AT_ONCE:
        raise Problem("busy", retry_after_s=_RETRY_S)
    _busy[purse] += 1
    try:
        yield
    finally:
        _busy[purse] -= 1
        if not _busy[purse]:
            del _busy[purse]


def _refused(why: Why) -> Problem:
    code = "file_kind" if why in (Why.KIND, Why.MISMATCH) else "file_refused"
    return Problem(code, errors=[{"at": "", "code": why.value, "message": say(f"files.{why.value}")}])


# --- looking ------------------------------------------------------------------------------------------------------


@router.get(
    f"/negotiations/{{case_id}}/{FILES}",
    **described("list_files", FileList, codes=OF_A_CASE, tagged=True),
)
async def list_files(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """The files of the streams you see."""
    found = await find(site, who, case_id, acting_as)

    def read() -> FileList:
        kept = site.files.listed(found.id, found.streams)
        rows = tuple(_document(found, one) for one in kept)
        return FileList(rows=rows, names=names_of(site, found, {one.by for one in rows}, set()))

    return tagged(request, await site.threads.run(read))


@router.get(
    f"/negotiations/{{case_id}}/{FILES}/{{file_id}}",
    **described("get_file", None, codes=OF_A_CASE, gives=tuple(_TYPES.values())),
)
async def get_file(
    *,
    site: TheSite,
    who: SignedIn,
    case_id: CaseId,
    file_id: FileId,
    acting_as: ActingAs = None,
    original: bool = False,
) -> Response:
    """Take a file away: a copy that bears your name, the time and the case; or the bytes as they are kept, if you laid
    them there or check hashes."""
    found = await find(site, who, case_id, acting_as)
    one = await site.threads.run(site.files.find, found.id, file_id, found.streams)
    if one is None or one.facts.erased or (original and not _may_have_original(found, one)):
        raise Problem("not_found")
    with _turn(found):
        content = await site.threads.run(site.files.content, one)
        if not original:
            mark = mark_of(site, found, who)
            content = await site.cells.run(jail.marked, content, one.facts.kind, mark)
    copy = Response(content, 200, _headers(one), _TYPES[one.facts.kind])
    return await noted(site, who, found, shown_of_file(one), copy)


def _headers(one: Kept) -> dict[str, str]:
    """Never shown by a browser, never guessed at, never kept; the name in the form of RFC 6266 and RFC 8187."""
    plain = f"{one.id}.{one.facts.kind.value}"
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(one.facts.name, safe='')}",
        "Content-Security-Policy": _SANDBOXED,
        "Cache-Control": "no-store",
    }


def _may_have_original(found: Found, one: Kept) -> bool:
    """Whoever laid it there has it anyway; the authority and the auditor hold it against the hash evidence names."""
    return one.facts.by == found.member.person or not found.seats.isdisjoint(_CHECKS_HASHES)


def _document(found: Found, one: Kept) -> FileDocument:
    facts = one.facts
    return FileDocument(
        id=one.id, stream=one.stream, name=facts.name, kind=facts.kind, media=MEDIA[facts.kind], size=facts.size,
        sha256=facts.sha256, received_sha256=facts.received_sha256, by=facts.by, at=facts.at.isoformat(),
        erased=facts.erased, original=not facts.erased and _may_have_original(found, one),
    )  # fmt: skip
