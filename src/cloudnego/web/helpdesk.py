"""The help desk over HTTP: an official resets somebody's factors, a second one confirms, and he sets a new password."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.identity.grades import ACTS, Act
from cloudnego.identity.passwords import TooManySignIns, WeakPassword, check_strength
from cloudnego.identity.resets import NothingToReset, ResetAt, ResetDone, SecondPerson, WrongCode
from cloudnego.web.account import ItemId, SignedIn, TheSite, instant
from cloudnego.web.answers import answer, nothing
from cloudnego.web.bodies import NewStartBody, ResetBody, parsed
from cloudnego.web.case_documents import named
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.proving import WANTS, insist

router = Endpoints(prefix="/api/v1", tags=["accounts"])


class ResetDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A reset as it is written down: who asked, whom, why, who confirmed."""

    id: str
    person: str
    why: str
    asked_by: str
    asked_at: str
    two_persons: bool
    confirmed_by: str | None
    done_at: str | None


class ResetList(msgspec.Struct, frozen=True, kw_only=True):
    """Resets, newest first, and the names of whoever they name."""

    rows: tuple[ResetDocument, ...]
    names: dict[str, str]


@router.post(
    "/resets",
    **described(
        "ask_reset",
        ResetDone,
        body=ResetBody,
        status=201,
        codes=("not_found", *WANTS),
    ),
)
async def ask_reset(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Take away all that another person proves himself with. For a chief a second official must confirm."""
    await insist(site, who, ACTS[Act.RESET_FACTORS])
    body = parsed(request, ResetBody)
    today = site.today(who.district)
    try:
        done = await site.threads.run(site.resets.ask, who, body.person, body.why, today)
    except NothingToReset:
        raise Problem("not_found") from None
    site.doorkeeper.forget()
    return answer(done, 201)


@router.post(
    "/resets/{reset_id}/confirm",
    **described(
        "confirm_reset",
        ResetDone,
        unsafe=True,
        codes=("not_found", "malformed", "second_person_needed", *WANTS),
    ),
)
async def confirm_reset(reset_id: ItemId, site: TheSite, who: SignedIn) -> Response:
    """Confirm what another official asked for: it is done now."""
    await insist(site, who, ACTS[Act.RESET_FACTORS])
    try:
        done = await site.threads.run(site.resets.confirm, who, reset_id, site.today(who.district))
    except NothingToReset:
        raise Problem("not_found") from None
    except SecondPerson:
        raise Problem("second_person_needed") from None
    site.doorkeeper.forget()
    return answer(done)


@router.get("/resets", **described("list_resets", ResetList))
async def list_resets(site: TheSite, who: SignedIn) -> Response:
    """The resets of people one may reset, and one's own."""
    today = site.today(who.district)

    def read() -> ResetList:
        rows = tuple(_reset(one) for one in site.resets.seen_by(who, today))
        persons = {one for row in rows for one in (row.person, row.asked_by, row.confirmed_by) if one is not None}
        return ResetList(rows=rows, names=named(site, who.district, persons, set()))

    return answer(await site.threads.run(read))


def _reset(one: ResetAt) -> ResetDocument:
    return ResetDocument(
        id=one.id,
        person=one.person,
        why=one.why,
        asked_by=one.asked_by,
        asked_at=instant(one.asked_s),
        two_persons=one.two_persons,
        confirmed_by=one.confirmed_by,
        done_at=instant(one.done_s) if one.done_s is not None else None,
    )


@router.post(
    "/session/password",
    **described(
        "begin_anew",
        None,
        body=NewStartBody,
        status=204,
        codes=("sign_in_failed", "locked_out", "weak_password", "too_fast"),
        open_to_all=True,
    ),
)
async def begin_anew(request: Request, site: TheSite) -> Response:
    """Set a new password with the code from the help desk. Whatever is wrong answers alike and takes as long."""
    body = parsed(request, NewStartBody)
    try:
        check_strength(body.password, body.login)
    except WeakPassword:
        raise Problem("weak_password") from None
    district = body.district
    if district is None:
        district = await site.threads.run(site.default_district)
    locked_s = await site.threads.run(site.sessions.trying, district, body.login)
    if locked_s:
        raise Problem("locked_out", retry_after_s=locked_s)
    try:
        hashed = await site.passwords.hash_later(body.password)
        await site.threads.run(site.resets.set_password, district, body.login, body.code, hashed)
    except TooManySignIns:
        raise Problem("busy", retry_after_s=2) from None
    except WrongCode:
        await site.threads.run(site.sessions.failed, district, body.login)
        raise Problem("sign_in_failed") from None
    await site.threads.run(site.sessions.forgive, district, body.login)
    return nothing()
