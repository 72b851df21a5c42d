"""Mandate letters over HTTP: printed, listed, taken back. Who may, `identity/letters.py` says."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.identity.grades import ACTS, Act
from cloudnego.identity.letters import LetterAt, LetterPrinted, NoSuchMembership, may_print
from cloudnego.identity.sessions import Who
from cloudnego.web.account import ItemId, SignedIn, TheSite, instant
from cloudnego.web.answers import answer, nothing
from cloudnego.web.bodies import LetterBody, SandboxLetterBody, parsed
from cloudnego.web.case_documents import named
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.proving import WANTS, insist
from cloudnego.web.sandbox import administers
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["accounts"])
in_sandboxes = Endpoints(prefix="/api/v1/sandbox", tags=["sandbox"])


class LetterDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A letter that was not revoked, without its code."""

    id: str
    membership: str
    person: str
    organisation: str
    until: str | None
    issued_at: str
    issued_by: str | None
    used_at: str | None


class LetterList(msgspec.Struct, frozen=True, kw_only=True):
    """Letters, newest first, and the names of whoever and whatever they name."""

    rows: tuple[LetterDocument, ...]
    names: dict[str, str]


@router.post(
    "/letters",
    **described(
        "print_letter",
        LetterPrinted,
        body=LetterBody,
        status=201,
        codes=("not_found", *WANTS),
    ),
)
async def print_letter(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Print a mandate letter with a code for another person; the one before dies."""
    await insist(site, who, ACTS[Act.ISSUE_LETTER])
    body = parsed(request, LetterBody)
    return answer(await site.threads.run(_print, site, who, body), 201)


def _print(site: Site, who: Who, body: LetterBody) -> LetterPrinted:
    letters = site.factors.letters
    try:
        person, held = letters.membership(who.district, body.membership)
        if not may_print(who, person, held, site.today(who.district)):
            raise NoSuchMembership(body.membership)
        return letters.issue(who.district, body.membership, who.person, body.until)
    except NoSuchMembership:
        raise Problem("not_found") from None


@router.get("/letters", **described("list_letters", LetterList))
async def list_letters(site: TheSite, who: SignedIn) -> Response:
    """The letters one may print anew or take back, and one's own; without their codes."""
    today = site.today(who.district)

    def read() -> LetterList:
        rows = tuple(_letter(one) for one in site.factors.letters.seen_by(who, today))
        persons = {one for row in rows for one in (row.person, row.issued_by) if one is not None}
        return LetterList(rows=rows, names=named(site, who.district, persons, {row.organisation for row in rows}))

    return answer(await site.threads.run(read))


def _letter(one: LetterAt) -> LetterDocument:
    return LetterDocument(
        id=one.id,
        membership=one.membership,
        person=one.person,
        organisation=one.organisation,
        until=one.until.isoformat() if one.until is not None else None,
        issued_at=instant(one.issued_s),
        issued_by=one.issued_by,
        used_at=instant(one.used_s) if one.used_s is not None else None,
    )


@router.delete(
    "/letters/{letter_id}",
    **described("revoke_letter", None, status=204, unsafe=True, codes=("not_found", "malformed")),
)
async def revoke_letter(letter_id: ItemId, site: TheSite, who: SignedIn) -> Response:
    """Take a letter back: whoever may print one for that membership may, and its owner. Proofs by it end at once."""
    await site.threads.run(_revoke, site, who, letter_id)
    site.doorkeeper.forget()
    return nothing()


def _revoke(site: Site, who: Who, letter_id: str) -> None:
    seen = site.factors.letters.seen_by(who, site.today(who.district))
    letter = next((one for one in seen if one.id == letter_id), None)
    if letter is None:
        raise Problem("not_found")
    site.factors.letters.revoke(letter, who.person)


@in_sandboxes.post(
    "/letters",
    **described(
        "sandbox_letter",
        LetterPrinted,
        body=SandboxLetterBody,
        status=201,
        codes=("not_found", "person_unknown"),
    ),
)
async def sandbox_letter(request: Request, site: TheSite, who: SignedIn) -> Response:
    """The code of anybody's letter, for whoever made the sandbox: nothing in it has any effect."""
    administers(site, who)
    body = parsed(request, SandboxLetterBody)
    return answer(await site.threads.run(_print_in_sandbox, site, who, body.person), 201)


def _print_in_sandbox(site: Site, who: Who, person: str) -> LetterPrinted:
    letters = site.factors.letters
    memberships = letters.memberships_of(who.district, person)
    if not memberships:
        raise Problem("person_unknown", facts={"person": person})
    return letters.issue(who.district, memberships[0], who.person)
