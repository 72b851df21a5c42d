"""Sandboxes over HTTP: open one, people it, move its clock. In a live district none of this exists."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Office
from cloudnego.eventlog.districts import DistrictExists
from cloudnego.identity.ending import end_overdue, end_sandbox
from cloudnego.identity.founding import XIAOSHAN, Founded, Place, found
from cloudnego.identity.passwords import TooManySignIns, WeakPassword, check_strength
from cloudnego.identity.roster import NewMembership, NewPerson, Roster, RosterError
from cloudnego.identity.sessions import Who
from cloudnego.identity.store import writing
from cloudnego.law import PackError, shipped_calendar, shipped_pack
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer, nothing
from cloudnego.web.bodies import (
    ClockBody,
    MembershipBody,
    MembershipFacts,
    OrganisationBody,
    PersonBody,
    SandboxBody,
    parsed,
)
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.organisations import written
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1/sandbox", tags=["sandbox"])

_FARTHEST: Final = timedelta(days=20 * 366)
_ADMIN: Final = "admin"
_UNSUITABLE: Final = ("organisation_unknown", "office_does_not_suit", "side_does_not_suit")


class SandboxOpened(msgspec.Struct, frozen=True, kw_only=True):
    """A sandbox and its first account. The password is said once."""

    district: str
    name: str
    now: str
    login: str
    password: str
    founded: Founded


class ClockMoved(msgspec.Struct, frozen=True, kw_only=True):
    """The time in the sandbox now, and how many asks of the clock were carried out on the way."""

    now: str
    asked: int


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """The id of what was made."""

    id: str


class PersonMade(msgspec.Struct, frozen=True, kw_only=True):
    """A person, and the memberships made at once, in their order."""

    id: str
    memberships: tuple[str, ...]


@router.post(
    "",
    **described(
        "open_sandbox",
        SandboxOpened,
        body=SandboxBody,
        status=201,
        codes=("not_found", "too_fast", "too_many_sandboxes", "pack_unknown", "region_exists", "region_unknown"),
        open_to_all=True,
    ),
)
async def open_sandbox(request: Request, site: TheSite) -> Response:
    """Open a sandbox district of your own, with its administrator. 404 on servers that do not offer it."""
    if not site.limits.allow_sandboxes:
        raise Problem("not_found")
    address = request.client.host if request.client else "nobody"
    site.doorkeeper.check_pace(f"sandbox {address}")
    body = parsed(request, SandboxBody)
    if body.starts_at is not None and body.starts_at.tzinfo is None:
        raise Problem("malformed")
    password = secrets.token_urlsafe(12)
    hashed = await hash_of(site, password)
    district = site.new_id("s")
    founded = await site.threads.run(_open, site, district, body, hashed)
    opened = SandboxOpened(
        district=district,
        name=body.name,
        now=site.world.clock(district).isoformat(timespec="seconds"),
        login=_ADMIN,
        password=password,
        founded=founded,
    )
    return answer(opened, 201)


def _open(site: Site, district: str, body: SandboxBody, hashed: str) -> Founded:
    room_for_one(site)
    try:
        pack = shipped_pack(body.pack) if body.pack is not None else site.default_pack
    except PackError:
        raise Problem("pack_unknown", facts={"pack": body.pack}) from None
    places = [Place(one.code, one.name, one.name_en or one.name) for one in body.places] or XIAOSHAN
    try:
        with writing(site.engine) as session:
            roster = Roster(session, district, site.new_id, site.now_s(), None)
            founded = found(roster, body.name, places, NewPerson(name="沙盒管理员", login=_ADMIN, password_hash=hashed))
        site.districts.make(district, body.name, "sandbox", pack, shipped_calendar())
    except RosterError as wrong:
        raise Problem(wrong.code, facts=wrong.facts) from None
    except DistrictExists:
        raise Problem("busy", retry_after_s=1) from None
    if body.starts_at is not None:
        site.clocks.move(district, int(body.starts_at.timestamp()) - site.now_s())
    return founded


def room_for_one(site: Site) -> None:
    """Raises `Problem` 409 where the server has as many sandboxes as it is to have; those whose time is over are not
    counted. Blocks."""
    end_overdue(site.engine, site.now_s())
    if sum(one.kind == "sandbox" for one in site.districts.all()) >= site.limits.sandboxes_max:
        raise Problem("too_many_sandboxes")


def administers(site: Site, who: Who) -> None:
    """Raises `Problem` 404 unless this is a sandbox and he is its operator: elsewhere none of this exists."""
    today = site.today(who.district)
    operator = any(one.office is Office.OPERATOR and one.in_force(today) for one in who.held)
    if site.clocks.district(who.district).kind != "sandbox" or not operator:
        raise Problem("not_found")


@router.delete("", **described("end_sandbox", None, status=204, codes=("not_found",), unsafe=True))
async def delete_sandbox(site: TheSite, who: SignedIn) -> Response:
    """End the sandbox one is in: its operator any, whoever practises his practice. Nobody comes into it again."""
    if site.clocks.district(who.district).ends_s is None:
        administers(site, who)

    def end() -> None:
        with writing(site.engine) as session:
            end_sandbox(session, who.district, site.now_s())

    await site.threads.run(end)
    site.doorkeeper.forget()
    return nothing()


@router.post("/clock", **described("move_clock", ClockMoved, body=ClockBody, codes=("not_found", "clock_goes_forward")))
async def move_clock(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Move the sandbox's clock forward and carry out what has fallen due before answering."""
    administers(site, who)
    body = parsed(request, ClockBody)
    before = site.world.clock(who.district)
    after = body.to if body.to is not None else before + timedelta(days=body.days, seconds=body.seconds)
    real = datetime.fromtimestamp(site.now_s(), tz=before.tzinfo)
    if after <= before or after - real > _FARTHEST:
        raise Problem("clock_goes_forward")
    offset_s = round((after - real).total_seconds())
    now = await site.threads.run(site.clocks.move, who.district, offset_s)
    asked = await site.run_timers(who.district)
    return answer(ClockMoved(now=now.isoformat(timespec="seconds"), asked=asked))


@router.post(
    "/people",
    **described(
        "add_person",
        PersonMade,
        body=PersonBody,
        status=201,
        codes=("not_found", "weak_password", "login_taken", *_UNSUITABLE),
    ),
)
async def add_person(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Add a person to the sandbox, with an account and memberships if they are given."""
    administers(site, who)
    body = parsed(request, PersonBody)
    hashed = None
    if body.password is not None and body.login is not None:
        try:
            check_strength(body.password, body.login, body.name)
        except WeakPassword:
            raise Problem("weak_password") from None
        hashed = await hash_of(site, body.password)

    def write(_: Session, roster: Roster) -> PersonMade:
        person = roster.add_person(NewPerson(name=body.name, login=body.login, password_hash=hashed))
        made = [roster.add_membership(_membership(person.id, one)).id for one in body.memberships]
        return PersonMade(id=person.id, memberships=tuple(made))

    return answer(await site.threads.run(written, site, who, write), 201)


@router.post(
    "/organisations",
    **described(
        "add_organisation",
        Made,
        body=OrganisationBody,
        status=201,
        codes=("not_found", "region_unknown", "organisation_unknown"),
    ),
)
async def add_organisation(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Add an organisation to the sandbox. Enterprises are entered in the register."""
    administers(site, who)
    body = parsed(request, OrganisationBody)

    def write(_: Session, roster: Roster) -> Made:
        return Made(id=roster.add_organisation(body.kind, body.name, body.region, body.upper).id)

    return answer(await site.threads.run(written, site, who, write), 201)


@router.post(
    "/memberships",
    **described(
        "add_membership", Made, body=MembershipBody, status=201, codes=("not_found", "person_unknown", *_UNSUITABLE)
    ),
)
async def add_membership(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Make somebody a member of an organisation of the sandbox."""
    administers(site, who)
    body = parsed(request, MembershipBody)

    def write(_: Session, roster: Roster) -> Made:
        return Made(id=roster.add_membership(_membership(body.person, body)).id)

    made = await site.threads.run(written, site, who, write)
    site.doorkeeper.forget()
    return answer(made, 201)


def _membership(person: str, facts: MembershipFacts) -> NewMembership:
    return NewMembership(
        person=person,
        organisation=facts.organisation,
        office=facts.office,
        side=facts.side,
        seat_hint=facts.seat_hint,
        mandate=facts.mandate,
        mandate_scope=facts.mandate_scope,
        mandate_from=facts.mandate_from,
        mandate_to=facts.mandate_to,
    )


async def hash_of(site: Site, password: str) -> str:
    """The hash of a password. Raises `Problem` 503 where too many are made at once."""
    try:
        return await site.passwords.hash_later(password)
    except TooManySignIns:
        raise Problem("busy", retry_after_s=2) from None
