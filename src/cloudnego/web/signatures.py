"""What there is to sign in a case and who signed it; a paper with certificate signatures; the root they rest on."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from fastapi import Header
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.audit.logkey import mark_of as log_mark
from cloudnego.core.papers import in_force, not_agreed
from cloudnego.core.vocabulary import SIDES, Side, Stream
from cloudnego.identity.grades import ACTS, Act
from cloudnego.papers.sources import Source
from cloudnego.papers.store import Paper, PapersFull
from cloudnego.ports import CHINA
from cloudnego.signing.acts import NotSigned, checked_text, over_paper, signed_by
from cloudnego.signing.offices import STAMPED, PaperSignature, Role, office_papers, place_of
from cloudnego.signing.papers import SIGNED, acts_on, office_paper
from cloudnego.signing.state import ToSign, of_office, to_sign
from cloudnego.texts import Said, say
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer, tagged
from cloudnego.web.case_documents import names_of
from cloudnego.web.case_views import obstacle_document
from cloudnego.web.cases import Found, find
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.documents import ObstacleDocument
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.papers import PaperDocument, PaperNumber, document_of, source_of
from cloudnego.web.proving import WANTS, insist
from cloudnego.web.queries import ActingAs, CaseId
from cloudnego.web.site import Site

PEM = "application/x-pem-file"
_OFFICE = frozenset({"opinion", "agreement"})

DeviceSignature = Annotated[str | None, Header(pattern=r"^[A-Za-z0-9+/]{128}$")]
"""The signature of a key on the asker's own device over a paper of an office."""

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
    number of its file with certificate signatures; `own`: which open place on an office's paper is the reader's."""

    text: ToSign
    title: Said
    paper: str | None
    signed: str | None
    own: Role | None = None


class SigningDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to sign, the latest first. `log`: the name of the log, which stands in what a device signs;
    `obstacles`: what keeps devices from signing, of each side whose agreement is not in force."""

    log: str
    obstacles: tuple[ObstacleDocument, ...]
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
        source = source_of(site, found)
        made = site.papers.of_case(found.id, found.streams)
        offices = _of_offices(site, found, source, made)
        rows = [one for one, _ in offices] + [*to_sign(source, found.streams)]
        own = {(one.doc, one.about): role for one, role in offices}
        signers = tuple(_signer(found, side) for side in SIDES)
        hands = [hand for row in rows for hand in row.hands]
        persons = {one for hand in hands for one in (hand.person, hand.entered_by) if one is not None}
        persons |= {one.person for hand in hands for one in hand.checked}
        persons |= {one for signer in signers for one in (signer.chief, signer.delegate) if one is not None}
        return SigningDocument(
            log=site.audit.devices.name,
            obstacles=tuple(
                obstacle_document(not_agreed(one.side), source.law.pack) for one in signers if not one.agreed_until
            ),
            rows=tuple(_row(row, made, own.get((row.doc, row.about))) for row in rows),
            signers=signers,
            names=names_of(site, found, persons, set()) if persons else {},
        )

    return tagged(request, await site.threads.run(read))


def _of_offices(site: Site, found: Found, source: Source, made: list[Paper]) -> list[tuple[ToSign, Role | None]]:
    """The papers of an office, the latest first, each with the reader's own open place on it."""
    rows: list[tuple[ToSign, Role | None]] = []
    for one in office_papers(source) if Stream.FILING in found.streams else ():
        paper = _made(made, one.doc, one.about)
        hands = site.signing.hands(paper, found.streams) if paper is not None else []
        own = place_of(found.case, found.member, one.places, found.at.date())
        open_ = own is not None and not any(hand.fills(own) for hand in hands)
        row = of_office(one, paper.facts_hash if paper is not None else None, hands)
        rows.append((row, own.role if own is not None and open_ else None))
    return rows[::-1]


def _made(made: list[Paper], doc: str, about: str) -> Paper | None:
    """The newest paper of a kind about something that still has its bytes; one that bears signatures before others."""
    found = [one for one in reversed(made) if (one.doc, one.about) == (doc, about) and one.size]
    signed = {one.about for one in made if one.doc == doc + SIGNED}
    return next((one for one in found if one.number in signed), next(iter(found), None))


def _row(row: ToSign, made: list[Paper], own: Role | None) -> PaperToSign:
    paper = _made(made, row.doc, row.about)
    number = None if paper is None else paper.number
    signed = [one for one in made if one.doc == row.doc + SIGNED and one.about == number and one.size]
    return PaperToSign(
        text=row, title=say(f"signing.titles.{row.what}" if row.what in _OFFICE else f"paper.titles.{row.doc}"),
        paper=number, signed=signed[-1].number if signed else None, own=own,
    )  # fmt: skip


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
        codes=(
            *(*OF_A_CASE, *WANTS, "paper_not_signed", "no_place_on_paper", "internal_certificate_not_agreed"),
            *("device_signature_wrong", "papers_full"),
        ),
        headed=("Location",),
        unsafe=True,
        repeated=True,
    ),
)
async def sign_paper(
    site: TheSite,
    who: SignedIn,
    case_id: CaseId,
    number: PaperNumber,
    acting_as: ActingAs = None,
    *,
    device_signature: DeviceSignature = None,
) -> Response:
    """Put into the PDF the certificate signatures of those who signed its text with the key on their own device. Of an
    office's paper your own signature comes with the request."""
    found = await find(site, who, case_id, acting_as)
    paper = await site.threads.run(site.papers.find, found.id, number, found.streams)
    if paper is None or not paper.size:
        raise Problem("not_found")
    if device_signature is not None:
        await insist(site, who, ACTS[Act.SIGN_PAPER])
    try:
        made = await site.cells.run(_sealed, site, found, paper, device_signature)
    except PapersFull:
        raise Problem("papers_full") from None
    signed, is_new = made
    location = f"/api/v1/negotiations/{found.id}/papers/{signed.number}"
    return answer(document_of(signed, current=True), 201 if is_new else 200, {"Location": location})


def _sealed(site: Site, found: Found, paper: Paper, sig: str | None) -> tuple[Paper, bool]:
    source = source_of(site, found)
    there = site.signing.of(paper, found.streams)
    own = _own(site, found, source, paper, sig) if sig is not None else None
    sides = {one.side for one, _ in acts_on(source, paper)}
    if not (sides or own or there):
        raise Problem("paper_not_signed")
    missing = any(not in_force(found.case, side, found.at.date()) for side in SIDES)
    if missing and (own or there is None or not sides <= {one.side for one in there[1].signatures}):
        raise Problem("internal_certificate_not_agreed")
    made = site.signing.signed(source, paper, found.streams, found.member.person, own)
    assert made is not None, "somebody signed it"
    return made


def _own(site: Site, found: Found, source: Source, paper: Paper, sig: str) -> PaperSignature | None:
    """The signature of whoever asks on an office's paper; None where his place is filled."""
    person, of = found.member.person, office_paper(source, paper)
    place = place_of(found.case, found.member, of.places, found.at.date()) if of is not None else None
    if of is None or place is None:
        raise Problem("no_place_on_paper")
    text = over_paper(site.audit.devices.name, found.id, person, paper.number, paper.facts_hash)
    try:
        checked_text(site.audit.devices, person, text, sig)
    except NotSigned:
        raise Problem("device_signature_wrong") from None
    if any(one.fills(place) for one in site.signing.hands(paper, found.streams)):
        return None
    return PaperSignature(
        role=place.role, side=place.side, person=person, entry=f"{of.entry.stream.value}/{of.entry.seq}",
        at=found.at.astimezone(CHINA).strftime(STAMPED), mark=log_mark(signed_by(sig)), sig=sig,
    )  # fmt: skip


@router.get("/signing-authority", **described("get_signing_authority", None, open_to_all=True, gives=(PEM,)))
async def get_signing_authority(site: TheSite) -> Response:
    """The root of the internal certificates, to check papers with: compare it with the one you were given before."""
    headers = {"Content-Disposition": 'attachment; filename="cloudnego-internal-root.pem"'}
    return Response(await site.threads.run(site.signing.root), 200, headers, PEM)
