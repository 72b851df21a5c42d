"""Signing in by slip: code and PIN. The lock lies on the code, never on the address; an unknown one is locked alike."""

from __future__ import annotations

import secrets
from typing import Annotated, Literal

from pydantic import StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Id, Message
from cloudnego.identity.admission import Slip
from cloudnego.identity.grades import Grade
from cloudnego.identity.passwords import TooManySignIns
from cloudnego.identity.roster import Roster
from cloudnego.identity.slips import PEPPER, Found, bind, code_hash, find_slip, peppered, read_code, trivial
from cloudnego.identity.store import reading, writing
from cloudnego.web.account import Entry, SessionOpened, TheSite, opened
from cloudnego.web.bodies import parsed
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["accounts"])

Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z\- ]{10,16}$")]
Pin = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


class SlipBody(Message):
    """Sign in by slip. At the first use `pin_again` repeats the PIN that is chosen; afterwards it is not needed."""

    code: Code
    pin: Pin
    pin_again: Pin | None = None
    district: Id | None = None
    door: Literal["cookie", "bearer"] = "cookie"


@router.post(
    "/session/slip",
    **described(
        "sign_in_by_slip",
        SessionOpened,
        body=SlipBody,
        status=201,
        codes=("sign_in_failed", "locked_out", "cross_site", "weak_pin", "pins_differ", "pin_to_be_chosen"),
        headed=("Set-Cookie",),
        open_to_all=True,
    ),
)
async def sign_in_by_slip(request: Request, site: TheSite) -> Response:
    """Open a session with the code of a slip and its PIN; the first use chooses the PIN."""
    body = parsed(request, SlipBody)
    if body.door == "cookie":
        site.doorkeeper.check_origin(request.url.scheme, request.headers)
    if trivial(body.pin):  # whatever the code: no slip has such a PIN
        raise Problem("weak_pin")
    district = body.district
    if district is None:
        district = await site.threads.run(site.default_district)
    known = district in {one.id for one in await site.threads.run(site.districts.all)}
    pepper = await site.threads.run(site.districts.pepper, district, PEPPER) if known else secrets.token_bytes(32)
    hashed = code_hash(pepper, read_code(body.code))
    name = f"slip {hashed}"
    slip = await site.threads.run(_find, site, district, hashed)
    if slip is not None and slip.pin_hash is None:
        _check_choice(body)
    locked_s = await site.threads.run(site.sessions.trying, district, name)
    if locked_s:
        raise Problem("locked_out", retry_after_s=locked_s)
    try:
        right = slip is not None and await _checked(site, district, slip, peppered(pepper, slip.id, body.pin))
        if slip is None:
            await site.pins.matches_later(body.pin, None)
    except TooManySignIns:
        raise Problem("busy", retry_after_s=2) from None
    if slip is None or not right:
        await site.threads.run(site.sessions.failed, district, name)
        raise Problem("sign_in_failed")
    return await opened(request, site, Entry(district, name, slip.person, body.door, Grade.PASSWORD))


def _check_choice(body: SlipBody) -> None:
    """Raises `Problem` where a slip that was never used wants a PIN to be chosen; that is no failed try."""
    if body.pin_again is None:
        raise Problem("pin_to_be_chosen")
    if body.pin_again != body.pin:
        raise Problem("pins_differ")


async def _checked(site: Site, district: str, slip: Found, salted: str) -> bool:
    """Whether this is the slip's PIN, or has become it now."""
    if slip.pin_hash is not None:
        return await site.pins.matches_later(salted, slip.pin_hash)
    pin_hash = await site.pins.hash_later(salted)
    nobody = await site.pins.hash_later(secrets.token_urlsafe(32))
    if await site.threads.run(_bound, site, district, slip, pin_hash, nobody):
        return True
    first = await site.threads.run(_pin_of, site, slip)  # another use came first: its PIN counts
    return await site.pins.matches_later(salted, first)


def _find(site: Site, district: str, hashed: str) -> Found | None:
    with reading(site.engine) as session:
        return find_slip(session, district, hashed)


def _pin_of(site: Site, slip: Found) -> str | None:
    with reading(site.engine) as session:
        row = session.get(Slip, slip.id)
    return row.pin_hash if row is not None and row.voided_s is None else None


def _bound(site: Site, district: str, slip: Found, pin_hash: str, password_hash: str) -> bool:
    with writing(site.engine) as session:
        return bind(session, Roster(session, district, site.new_id, site.now_s(), None), slip, pin_hash, password_hash)
