"""What there is to sign in a case and who signed it; a paper with certificate signatures; the root they rest on."""

from __future__ import annotations

from datetime import date

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.papers import in_force
from cloudnego.core.vocabulary import SIDES, Side
from cloudnego.papers.store import Paper, PapersFull
from cloudnego.signing.papers import SIGNED, acts_on
from cloudnego.signing.state import ToSign, to_sign
from cloudnego.texts import Said, say
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer, tagged
from cloudnego.web.case_documents import names_of
from cloudnego.web.cases import Found, find
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.papers import PaperDocument, PaperNumber, document_of, source_of
from cloudnego.web.queries import ActingAs, CaseId
from cloudnego.web.site import Site

PEM = "application/x-pem-file"

router = Endpoints(prefix="/api/v1", tags=["negotiations"])


class SignerDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Who signs for a side: its chief, and whom he delegated in writing, until when, and whether that covers signing.
    `agreed_until`: how long the side's agreement on electronic signatures runs (D0), None where none is in force."""

    side: Side
    chief: str | None
    delegate: str | None
    delegate_until: date | None
    delegate_may_sign: bool
    agreed_until: date | None


class PaperToSign(msgspec.Struct, frozen=True, kw_only=True):
    """A text to sign. `title`: what its paper is called; `paper`: the number it has, if it was made; `signed`: the
    number of its file with certificate signatures."""

    text: ToSign
    title: Said
    paper: str | None
    signed: str | None


class SigningDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to sign, the latest first. `log`: the name of the log, which stands in what a device signs."""

    log: str
    rows: tuple[PaperToSign, ...]
    signers: tuple[SignerDocument, ...]
    names: dict[str, str]


@router.get(
    "/negotiations/{case_id}/signing", **described("get_signing", SigningDocument, codes=OF_A_CASE, tagged=True)
)
async def get_signing(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """Which texts are signed in this case, who signed how, and who may sign."""
    found = await find(site, who, case_id, acting_as)

    def read() -> SigningDocument:
        rows = to_sign(source_of(site, found), found.streams)
        made = site.papers.of_case(found.id, found.streams)
        signers = tuple(_signer(found, side) for side in SIDES)
        hands = [hand for row in rows for hand in row.hands]
        persons = {one for hand in hands for one in (hand.person, hand.entered_by) if one is not None}
        persons |= {one.person for hand in hands for one in hand.checked}
        persons |= {one for signer in signers for one in (signer.chief, signer.delegate) if one is not None}
        return SigningDocument(
            log=site.audit.devices.name,
            rows=tuple(_row(row, made) for row in rows),
            signers=signers,
            names=names_of(site, found, persons, set()) if persons else {},
        )

    return tagged(request, await site.threads.run(read))


def _row(row: ToSign, made: list[Paper]) -> PaperToSign:
    paper = next((one for one in reversed(made) if (one.doc, one.about) == (row.doc, row.about) and one.size), None)
    number = None if paper is None else paper.number
    signed = [one for one in made if one.doc == row.doc + SIGNED and one.about == number and one.size]
    return PaperToSign(
        text=row, title=say(f"paper.titles.{row.doc}"), paper=number, signed=signed[-1].number if signed else None
    )


def _signer(found: Found, side: Side) -> SignerDocument:
    bench, today = found.case.benches.of(side), found.at.date()
    delegated = bench.delegate is not None and bench.delegate_until is not None and bench.delegate_until >= today
    span = found.case.e_service.of(side) if in_force(found.case, side, today) else None
    return SignerDocument(
        side=side,
        chief=bench.chief,
        delegate=bench.delegate if delegated else None,
        delegate_until=bench.delegate_until if delegated else None,
        delegate_may_sign=delegated and bench.delegate_may_sign,
        agreed_until=None if span is None else span[1],
    )


@router.post(
    "/negotiations/{case_id}/papers/{number}/signatures",
    **described(
        "sign_paper",
        PaperDocument,
        status=201,
        codes=(*OF_A_CASE, "paper_not_signed", "internal_certificate_not_agreed", "papers_full"),
        headed=("Location",),
        unsafe=True,
        repeated=True,
    ),
)
async def sign_paper(
    site: TheSite, who: SignedIn, case_id: CaseId, number: PaperNumber, acting_as: ActingAs = None
) -> Response:
    """Put into the PDF the certificate signatures of those who signed its text with the key on their own device."""
    found = await find(site, who, case_id, acting_as)
    paper = await site.threads.run(site.papers.find, found.id, number, found.streams)
    if paper is None or not paper.size:
        raise Problem("not_found")
    try:
        made = await site.cells.run(_sealed, site, found, paper, who.person)
    except PapersFull:
        raise Problem("papers_full") from None
    signed, is_new = made
    location = f"/api/v1/negotiations/{found.id}/papers/{signed.number}"
    return answer(document_of(signed, current=True), 201 if is_new else 200, {"Location": location})


def _sealed(site: Site, found: Found, paper: Paper, by: str) -> tuple[Paper, bool]:
    source = source_of(site, found)
    sides = {one.side for one, _ in acts_on(source, paper)}
    if not sides:
        raise Problem("paper_not_signed")
    missing = any(not in_force(found.case, side, found.at.date()) for side in SIDES)
    there = site.signing.of(paper, found.streams)
    if missing and (there is None or not sides <= {one.side for one in there[1].signatures}):
        raise Problem("internal_certificate_not_agreed")
    made = site.signing.signed(source, paper, found.streams, by)
    assert made is not None, "somebody signed it"
    return made


@router.get("/signing-authority", **described("get_signing_authority", None, open_to_all=True, gives=(PEM,)))
async def get_signing_authority(site: TheSite) -> Response:
    """The root of the internal certificates, to check papers with: compare it with the one you were given before."""
    headers = {"Content-Disposition": 'attachment; filename="cloudnego-internal-root.pem"'}
    return Response(await site.threads.run(site.signing.root), 200, headers, PEM)
