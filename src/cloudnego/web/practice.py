"""演练: a sandbox with a case at some step, and a seat in it to practise in. Of a real case no more than these two
words goes over; the people, the firm and every figure are invented (`practised`)."""

from __future__ import annotations

import asyncio
import secrets
from datetime import datetime, time, timedelta
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.refusals import Refused
from cloudnego.core.vocabulary import Seat, Side
from cloudnego.identity.ending import end_sandbox
from cloudnego.identity.retention import DAY_S
from cloudnego.identity.roster import Roster
from cloudnego.identity.store import writing
from cloudnego.law import PackError, shipped_calendar, shipped_pack
from cloudnego.ports import CHINA, Asked, Receipt
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer
from cloudnego.web.bodies import PracticeBody, parsed
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.practised import ACT_TAKES, NAME, Practice, Settled, Somebody, settle
from cloudnego.web.sandbox import hash_of, room_for_one
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1/sandbox", tags=["sandbox"])

_BEGUN_BEFORE: Final = timedelta(days=240)
"""So long ago the case was opened that its last step, too, begins before today: the sandbox's clock can go on."""
_WITHIN_S: Final = 20

_LOGINS: Final = {
    (Side.WORKER, Seat.CHIEF): "union-chair",
    (Side.WORKER, Seat.REPRESENTATIVE): "worker-rep",
    (Side.EMPLOYER, Seat.CHIEF): "legal-rep",
    (Side.EMPLOYER, Seat.REPRESENTATIVE): "employer-rep",
    (None, Seat.UNION): "union-chair",
    (None, Seat.WORKER): "worker",
    (None, Seat.LEGAL_REPRESENTATIVE): "legal-rep",
    (None, Seat.HR): "hr",
    (None, Seat.RECORDER): "recorder",
    (None, Seat.SCRUTINEER): "scrutineer",
    (None, Seat.TOWN_UNION): "town-union",
    (None, Seat.DISTRICT_UNION): "district-union",
    (None, Seat.AUTHORITY): "authority",
    (None, Seat.EMPLOYERS_BODY): "employers-body",
}
"""Whose seat is practised, by the side and the seat that were asked for."""


class StoryRefused(Exception):
    """An act of the story was refused: our own fault, and nothing that the person who practises could mend."""


class PracticePerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom one can be in the practice. `letter`: the code on the mandate letter."""

    login: str
    name: str
    letter: str


class PracticeOpened(msgspec.Struct, frozen=True, kw_only=True):
    """A sandbox with a case at the step that was asked for. `login`: whose seat was asked for; one password opens the
    account of everybody, and is said once."""

    district: str
    now: str
    case: str
    login: str
    password: str
    people: tuple[PracticePerson, ...]


@router.post(
    "/practice",
    **described(
        "open_practice",
        PracticeOpened,
        body=PracticeBody,
        status=201,
        codes=("not_found", "too_many_sandboxes", "pack_unknown"),
    ),
)
async def open_practice(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Open a sandbox with a case at a step, and a seat to practise in. 404 on servers that offer no sandboxes."""
    if not site.limits.allow_sandboxes:
        raise Problem("not_found")
    site.doorkeeper.check_pace(f"practice {who.person}")
    body = parsed(request, PracticeBody)
    password = secrets.token_urlsafe(12)
    made = await hash_of(site, password)
    opened, _ = await site.threads.run(begun, site, asyncio.get_running_loop(), body, password, made)
    return answer(opened, 201)


def begun(
    site: Site, loop: asyncio.AbstractEventLoop, body: PracticeBody, password: str, password_hash: str
) -> tuple[PracticeOpened, str]:
    """A practice, and the id of its firm. Raises `Problem`. Blocks as long as some hundred acts take to be written."""
    room_for_one(site)
    try:
        pack = shipped_pack(body.pack) if body.pack is not None else site.default_pack
    except PackError:
        raise Problem("pack_unknown", facts={"pack": body.pack}) from None
    district = site.new_id("s")
    year = _begin(datetime.fromtimestamp(site.now_s(), tz=CHINA)).year
    with writing(site.engine) as session:
        roster = Roster(session, district, site.new_id, site.now_s(), None)
        settled = settle(session, roster, password_hash, year)
    ends_s = site.now_s() + site.limits.practice_days * DAY_S
    site.districts.make(district, NAME, "sandbox", pack, shipped_calendar(), ends_s=ends_s)
    try:
        opened = _played(site, loop, district, settled, body=body, password=password)
    except Exception as wrong:  # half a practice is no practice, and would keep its place
        with writing(site.engine) as session:
            end_sandbox(session, district, site.now_s())
        if isinstance(wrong, Refused):
            raise StoryRefused from wrong
        raise
    return opened, settled.register.enterprise


def _played(
    site: Site, loop: asyncio.AbstractEventLoop, district: str, settled: Settled, *, body: PracticeBody, password: str
) -> PracticeOpened:
    """The story in the practice's district, at times of its own."""
    real = datetime.fromtimestamp(site.now_s(), tz=CHINA)
    begin = _begin(real)
    site.clocks.move(district, round((begin - real).total_seconds()))

    def ask(asked: Asked) -> Receipt:
        return asyncio.run_coroutine_threadsafe(site.log.ask(asked), loop).result(_WITHIN_S)

    scene = Practice(site.log, ask, district, settled, begin)
    scene.tell(body.step)
    now = site.clocks.move(district, round((scene.at + ACT_TAKES - real).total_seconds()))
    return PracticeOpened(
        district=district,
        now=now.isoformat(timespec="seconds"),
        case=scene.case_id,
        login=_LOGINS.get((body.side, body.seat)) or _LOGINS.get((None, body.seat), "worker"),
        password=password,
        people=tuple(_shown(site, district, login, one) for login, one in settled.people.items()),
    )


def _begin(real: datetime) -> datetime:
    """When the case of a practice that is opened now was begun, by the practice's clock."""
    return datetime.combine(real.date() - _BEGUN_BEFORE, time(9), tzinfo=CHINA)


def _shown(site: Site, district: str, login: str, one: Somebody) -> PracticePerson:
    letters = site.factors.letters
    return PracticePerson(login=login, name=one.name, letter=letters.issue(district, one.membership, None).code)
