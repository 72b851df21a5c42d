"""The papers of a case over HTTP: which can be made, which were, the PDF of one, and the register that checks a hash.

A paper is made of streams; whoever does not see all of them learns nothing of it, neither that it could be made nor
that it was. Making it again gives the one that is there.
"""

from __future__ import annotations

from datetime import date, datetime
from html import escape
from typing import Annotated, Final

import msgspec
from fastapi import Path
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Message, Seat, Sha256, Stream
from cloudnego.files import jail
from cloudnego.files.kinds import MEDIA, FileKind
from cloudnego.identity.kinds import OrganisationKind
from cloudnego.identity.register import enterprise
from cloudnego.identity.snapshot import nearest
from cloudnego.identity.store import reading
from cloudnego.papers.facts import Facts
from cloudnego.papers.kinds import CONFIDENTIAL, Possible, possible
from cloudnego.papers.sources import Firm, Source
from cloudnego.papers.store import Paper, PapersFull
from cloudnego.papers.word import EDITABLE, written
from cloudnego.ports import Recorded
from cloudnego.signing.papers import SIGNED
from cloudnego.signing.state import Hand, to_sign
from cloudnego.texts import Said, say
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer, tagged
from cloudnego.web.bodies import parsed
from cloudnego.web.case_documents import names_of, persons_in
from cloudnego.web.cases import Found, find, pinned_law
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.invitations import instant
from cloudnego.web.lists import organisation_names
from cloudnego.web.marking import mark_of
from cloudnego.web.queries import ActingAs, CaseId, events_of
from cloudnego.web.sheets import POLICY
from cloudnego.web.site import Site
from cloudnego.web.viewing import noted, shown_of_paper

PDF: Final = "application/pdf"
DOCX: Final = MEDIA[FileKind.DOCX]
REGISTER: Final = "/register"

router = Endpoints(prefix="/api/v1", tags=["negotiations"])
counter = Endpoints()

PaperNumber = Annotated[str, Path(max_length=160)]
Hash = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


class MakePaperBody(Message):
    """Which paper: by the hash of its facts, as the list names it."""

    facts_hash: Sha256


class PossiblePaper(msgspec.Struct, frozen=True, kw_only=True):
    """A paper the case can make as it stands. `number`: the one that was made of the very same facts."""

    doc: str
    about: str
    kind: Said
    title: str
    day: date | None
    two_languages: bool
    confidential: bool
    facts_hash: str
    number: str | None


class PaperDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A paper in the register. `sha256`: of the PDF; `erased`: its bytes are gone. `current`: the case would make the
    same today; `editable`: there is a DOCX of it."""

    number: str
    doc: str
    about: str
    kind: Said
    facts_hash: str
    sha256: str
    size: int
    by: str
    at: datetime
    erased: bool
    current: bool
    confidential: bool
    editable: bool


class InkedPaper(msgspec.Struct, frozen=True, kw_only=True):
    """A text that was signed in ink and lies there as scans. `doc` and `about`: its paper, as the others name it;
    `hands`: whose signature each scan was entered for, by whom, and what others found who compared it."""

    doc: str
    about: str
    kind: Said
    hands: tuple[Hand, ...]


class PapersDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The papers of a case, of the streams the reader sees, and the scans of those signed in ink; `names` of who made,
    entered and compared them."""

    possible: tuple[PossiblePaper, ...]
    made: tuple[PaperDocument, ...]
    inked: tuple[InkedPaper, ...]
    names: dict[str, str]


class RegisterEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What the register says of a hash: of a file or of the facts printed on it. Nothing else of the case."""

    known: bool
    number: str | None = None
    kind: Said | None = None
    sha256: str | None = None
    facts_hash: str | None = None
    at: datetime | None = None


_ABOVE: Final = {
    Seat.TOWN_UNION: OrganisationKind.TOWN_UNION,
    Seat.DISTRICT_UNION: OrganisationKind.DISTRICT_UNION,
}
"""The unions above an enterprise."""

# --- what a case can make -----------------------------------------------------------------------------------------


def source_of(site: Site, found: Found) -> Source:
    """The case as papers are made of it, with the events of the streams the reader sees. Blocks."""
    events: list[Recorded] = [
        one for stream in Stream if stream in found.streams for one in events_of(site, found, stream)
    ]
    events.sort(key=lambda one: one.at)  # a stable sort: within a stream they stay as they came
    opened = found.case.opened
    assert opened is not None, "a case that was found has been opened"
    organisations = {
        opened.enterprise,
        opened.worker_organ,
        opened.employer_organ,
        *(x.enterprise for x in found.case.covers),
    }
    names = names_of(site, found, persons_in(events), organisations)
    with reading(site.engine) as session:
        entry = enterprise(session, found.district, opened.enterprise)
        above = {seat: nearest(session, found.district, opened.town, (kind,)) for seat, kind in _ABOVE.items()}
    unions = organisation_names(site, found.district, {one for one in above.values() if one is not None})
    return Source(
        case=found.id,
        district=found.district,
        sandbox=site.clocks.district(found.district).kind == "sandbox",
        law=pinned_law(site, found.case),
        firm=Firm(
            name=names.get(opened.enterprise, opened.enterprise),
            credit_code=entry.credit_code if entry is not None else None,
            address=entry.address if entry is not None else None,
            contact=entry.contact if entry is not None else None,
            authority=entry.hrss_office if entry is not None else None,
            industry=opened.industry,
        ),
        events=tuple(events),
        names=names,
        unions={seat: unions[one] for seat, one in above.items() if one is not None and one in unions},
    )


@router.get("/negotiations/{case_id}/papers", **described("list_papers", PapersDocument, codes=OF_A_CASE, tagged=True))
async def list_papers(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """Which papers the case can make as it stands, and which were made."""
    found = await find(site, who, case_id, acting_as)

    def read() -> PapersDocument:
        made = site.papers.of_case(found.id, found.streams)
        source = source_of(site, found)
        can, inked = list(possible(source, found.streams)), _inked(source, found)
        numbers = {one.facts_hash: one.number for one in made}
        now = {one.facts.hash for one in can}
        return PapersDocument(
            possible=tuple(_possible(one, numbers) for one in can),
            made=tuple(document_of(one, current=one.facts_hash in now or _newest(one, made)) for one in made),
            inked=inked,
            names=names_of(site, found, {one.by for one in made} | _hands_in(inked), set()) if made or inked else {},
        )

    return tagged(request, await site.threads.run(read))


def _inked(source: Source, found: Found) -> tuple[InkedPaper, ...]:
    """The scans of what was signed in ink, the latest first."""
    texts = [(one, tuple(hand for hand in one.hands if hand.scan)) for one in to_sign(source, found.streams)]
    return tuple(
        InkedPaper(doc=one.doc, about=one.about, kind=say(f"paper.titles.{one.doc}"), hands=hands)
        for one, hands in texts if hands
    )  # fmt: skip


def _hands_in(inked: tuple[InkedPaper, ...]) -> set[str]:
    hands = [hand for one in inked for hand in one.hands]
    named = {one for hand in hands for one in (hand.person, hand.entered_by) if one is not None}
    return named | {one.person for hand in hands for one in hand.checked}


@router.post(
    "/negotiations/{case_id}/papers",
    **described(
        "make_paper",
        PaperDocument,
        body=MakePaperBody,
        status=201,
        codes=(*OF_A_CASE, "paper_not_yet", "papers_full"),
        headed=("Location",),
        repeated=True,
    ),
)
async def make_paper(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """Make a paper and enter it into the register; one that was made of the same facts is answered as it is."""
    found = await find(site, who, case_id, acting_as)
    sent = parsed(request, MakePaperBody)

    def make() -> tuple[Paper, bool] | None:
        can = possible(source_of(site, found), found.streams)
        one = next((x for x in can if x.facts.hash == sent.facts_hash), None)
        if one is None:
            return None
        link = f"{site.public_url}{REGISTER}/{one.facts.hash}"
        return site.papers.keep(
            one.facts, one.streams, who.person, lambda number: site.papers.press.printed(one.facts, number, link)
        )

    try:
        made = await site.cells.run(make)
    except PapersFull:
        raise Problem("papers_full") from None
    if made is None:
        raise Problem("paper_not_yet")
    paper, is_new = made
    location = f"/api/v1/negotiations/{found.id}/papers/{paper.number}"
    return answer(document_of(paper, current=True), 201 if is_new else 200, {"Location": location})


@router.get(
    "/negotiations/{case_id}/papers/{number}",
    **described("get_paper", None, codes=OF_A_CASE, gives=(PDF,)),
)
async def get_paper(
    site: TheSite, who: SignedIn, case_id: CaseId, number: PaperNumber, acting_as: ActingAs = None
) -> Response:
    """The PDF. Of a confidential paper a copy that bears your name, the time and the case."""
    found = await find(site, who, case_id, acting_as)
    paper = await site.threads.run(site.papers.find, found.id, number, found.streams)
    if paper is None or not paper.size:
        raise Problem("not_found")
    _, pdf = await site.threads.run(site.papers.content, paper)
    if paper.doc in CONFIDENTIAL:
        pdf = await site.cells.run(jail.marked, pdf, FileKind.PDF, mark_of(site, found, who))
    headers = {"Content-Disposition": f'inline; filename="{paper.number}.pdf"', "Cache-Control": "no-store"}
    copy = Response(pdf, 200, headers, PDF)
    return await noted(site, who, found, shown_of_paper(found, paper), copy)


@router.get(
    "/negotiations/{case_id}/papers/{number}/text",
    **described("get_paper_text", None, codes=OF_A_CASE, gives=(DOCX,)),
)
async def get_paper_text(
    site: TheSite, who: SignedIn, case_id: CaseId, number: PaperNumber, acting_as: ActingAs = None
) -> Response:
    """The same facts as a DOCX to work on: of contract, draft, offer, reply and minutes."""
    found = await find(site, who, case_id, acting_as)
    paper = await site.threads.run(site.papers.find, found.id, number, found.streams)
    if paper is None or not paper.size or paper.doc not in EDITABLE:
        raise Problem("not_found")

    def write() -> bytes:
        canonical, _ = site.papers.content(paper)
        return written(msgspec.json.decode(canonical, type=Facts), paper.number)

    headers = {"Content-Disposition": f'attachment; filename="{paper.number}.docx"', "Cache-Control": "no-store"}
    copy = Response(await site.threads.run(write), 200, headers, DOCX)
    return await noted(site, who, found, shown_of_paper(found, paper), copy)


def _newest(one: Paper, made: list[Paper]) -> bool:
    """Whether a signed file (of another paper, by its number) is the one with all signatures there are."""
    return one.doc.endswith(SIGNED) and one.seq == max(x.seq for x in made if (x.doc, x.about) == (one.doc, one.about))


def _possible(one: Possible, numbers: dict[str, str]) -> PossiblePaper:
    facts = one.facts
    return PossiblePaper(
        doc=facts.doc, about=facts.about, kind=say(f"paper.titles.{facts.doc}"), title=facts.title, day=facts.day,
        two_languages=facts.title_en is not None, confidential=facts.doc in CONFIDENTIAL, facts_hash=facts.hash,
        number=numbers.get(facts.hash),
    )  # fmt: skip


def document_of(paper: Paper, *, current: bool) -> PaperDocument:
    """A paper of the register as the API says it."""
    return PaperDocument(
        number=paper.number, doc=paper.doc, about=paper.about, kind=say(f"paper.titles.{paper.doc}"),
        facts_hash=paper.facts_hash, sha256=paper.file_hash, size=paper.size, by=paper.by, at=instant(paper.at_s),
        erased=not paper.size, current=current, confidential=paper.doc in CONFIDENTIAL,
        editable=paper.doc in EDITABLE and paper.size > 0,
    )  # fmt: skip


# --- the register, for whoever holds a paper ----------------------------------------------------------------------


@router.get("/register/{sha256}", **described("check_paper", RegisterEntry, codes=("malformed",), open_to_all=True))
async def check_paper(site: TheSite, sha256: Hash) -> Response:
    """Whether a file, or the facts printed on a paper, stand in the register. Whoever asks holds the paper."""
    return answer(await _checked(site, sha256))


@counter.get(REGISTER + "/{sha256}", include_in_schema=False)
async def show_entry(site: TheSite, sha256: str) -> Response:
    """The same as a page: where the code on a paper leads."""
    entry = await _checked(site, sha256)
    page = _page(entry, sha256).encode()
    kept = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Content-Type": "text/html; charset=utf-8"}
    return Response(page, 200, kept)


async def _checked(site: Site, sha256: str) -> RegisterEntry:
    paper = await site.threads.run(site.papers.known, sha256)
    if paper is None:
        return RegisterEntry(known=False)
    return RegisterEntry(
        known=True, number=paper.number, kind=say(f"paper.titles.{paper.doc}"), sha256=paper.file_hash,
        facts_hash=paper.facts_hash, at=instant(paper.at_s),
    )  # fmt: skip


def _page(entry: RegisterEntry, asked: str) -> str:
    """Chinese first; no script, nothing from elsewhere."""
    title, verdict = say("paper.register.title"), say(f"paper.register.{'known' if entry.known else 'unknown'}")
    kind = entry.kind or Said(zh="", en="")
    at = f"{entry.at:%Y-%m-%d %H:%M}" if entry.at is not None else ""
    rows = [("asked", asked), *(("number", entry.number), ("kind", kind["zh"]), ("at", at)) * entry.known]
    rows += [("sha256", entry.sha256), ("facts_hash", entry.facts_hash)] * entry.known
    lines = "".join(_line(key, value or "") for key, value in rows)
    compare = say("paper.register.compare")
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f'<meta name="referrer" content="no-referrer"><title>{escape(title["zh"])}</title>'
        '<link rel="stylesheet" href="/papers.css"></head><body>'
        f'<h1>{escape(title["zh"])}<span class="en" lang="en">{escape(title["en"])}</span></h1>'
        f'<p><b>{escape(verdict["zh"])}</b><br><span lang="en">{escape(verdict["en"])}</span></p>{lines}'
        f'<p class="small">{escape(compare["zh"])}<br><span lang="en">{escape(compare["en"])}</span></p>'
        "</body></html>\n"
    )


def _line(key: str, value: str) -> str:
    label = say(f"paper.register.{key}")
    said = f'{escape(label["zh"])} <span lang="en">{escape(label["en"])}</span>'
    return f'<p>{said}<br><b class="hash">{escape(value)}</b></p>'
