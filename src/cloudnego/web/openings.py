"""What a door looks up for an ask: who would open a case, and what the register, other cases and the pool say."""

from __future__ import annotations

from datetime import date

import msgspec

from cloudnego.core.commands import CheckIn, Command, OpenCase, RegisterContract
from cloudnego.core.moment import Named, Register
from cloudnego.core.overview import Overview
from cloudnego.core.vocabulary import Member, Scope
from cloudnego.identity.offices import ActingAsRequired, member_for
from cloudnego.identity.pool import named
from cloudnego.identity.sessions import Who
from cloudnego.identity.snapshot import Snapshot, snapshot
from cloudnego.identity.store import reading
from cloudnego.ports import Filter, Within
from cloudnego.web.acting import mandated
from cloudnego.web.cases import Found, find, home_of
from cloudnego.web.errors import Problem
from cloudnego.web.met import meet
from cloudnego.web.site import Site

_SIBLINGS_MAX = 200


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """Who opens, and the register's word."""

    member: Member
    register: Register


async def opening_of(site: Site, who: Who, command: Command, acting_as: str | None) -> Opening:
    """The member and the register's snapshot for a command that opens a case.

    Raises `Problem` 404 where the register has no such enterprise or he has nothing to do with it, and where the
    parent he names is no case of his: all alike. 422 where he must say in which capacity he acts.
    """
    return await site.threads.run(opening_now, site, who, command, acting_as)


def opening_now(site: Site, who: Who, command: Command, acting_as: str | None) -> Opening:
    """The same, from a thread. Blocks."""
    assert isinstance(command, OpenCase | RegisterContract), "only two commands open a case"
    today = site.today(who.district)
    word = _word(site, who.district, command)
    if word is None:
        raise Problem("not_found")
    try:
        member = member_for(who.person, who.held, word.parties, acting_as=acting_as, today=today)
        if member is None or not member.offices:
            raise Problem("not_found")
        act = type(command).model_fields["type"].default
        member = mandated(who, word.parties, act, member, acting_as=acting_as, today=today)
        if isinstance(command, OpenCase) and command.parent is not None:
            _check_parent(site, who, command.parent, acting_as, today)
    except ActingAsRequired:
        raise Problem("acting_as_required") from None
    return Opening(member=member, register=word.register)


def _check_parent(site: Site, who: Who, parent: str, acting_as: str | None, today: date) -> None:
    """A child case tells much of its parent, so the parent must be visible to whoever opens it."""
    case = site.log.state(parent) if home_of(site, parent) == who.district else None
    if case is None or meet(who, case, acting_as, today) is None:
        raise Problem("not_found")


def _word(site: Site, district: str, command: OpenCase | RegisterContract) -> Snapshot | None:
    """The register's snapshot, with what the other cases of the same parties add to it."""
    with reading(site.engine) as session:
        word = snapshot(
            session,
            district,
            subject=command.enterprise,
            scope=command.scope,
            wage_year=command.wage_year,
            covered=command.covers,
        )
    if word is None:
        return None
    within = Within(parties=frozenset({command.enterprise}))
    own = None if command.scope is Scope.ENTERPRISE else command.scope.value  # a union is party to many that are not
    kin = Filter(district=district, within=within, live=True, scope=own)
    rows = [(row.case, row.overview) for row in site.log.cases(kin, None, _SIBLINGS_MAX).rows]
    same = [
        (case, row) for case, row in rows if row.enterprise == command.enterprise and row.scope == command.scope.value
    ]
    regional = _regional(site, command, rows)
    register = msgspec.structs.replace(
        word.register,
        open_offers=tuple(case for case, row in same if row.offer_open),
        this_year=tuple(case for case, row in same if row.wage_year == command.wage_year),
        previous_expires_on=max((row.expires_on for _, row in same if row.expires_on is not None), default=None),
        regional_rate=regional[0],
        regional_minimum_fen=regional[1],
    )
    return msgspec.structs.replace(word, register=register)


def register_for_covering(site: Site, found: Found, enterprise: str) -> Register | None:
    """The register's word on one more enterprise of an industry or region; None where it does not know its subject."""
    opened = found.case.opened
    assert opened is not None, "a case that was found has been opened"
    with reading(site.engine) as session:
        word = snapshot(
            session,
            found.district,
            subject=opened.enterprise,
            scope=opened.scope,
            wage_year=opened.wage_year,
            covered=(enterprise,),
        )
    return word.register if word is not None else None


def named_in(site: Site, found: Found, person: str) -> Named:
    """What identity says of a person whom an ask of this case names."""
    with reading(site.engine) as session:
        return named(session, found.district, person, found.parties, found.at.date())


async def in_room(site: Site, who: Who, case_id: str, command: CheckIn, acting_as: str | None) -> Named:
    """Whether whoever checks in showed the code of the room. Looked at as the case stands on the disk: another node may
    have set the meeting anew."""
    if command.room_code is None:
        return Named()
    found = await find(site, who, case_id, acting_as)
    knows = site.room_codes.knows
    return Named(in_room=await site.threads.run(knows, command.room_code, found.id, found.case.meeting, found.at))


def _regional(
    site: Site, command: OpenCase | RegisterContract, rows: list[tuple[str, Overview]]
) -> tuple[str | None, int | None]:
    """Raise and lowest wage of the latest industry or regional contract in force that covers the enterprise (HZ 35)."""
    if command.scope is not Scope.ENTERPRISE:
        return None, None
    over = [
        (row.in_force_from, case)
        for case, row in rows
        if row.scope != Scope.ENTERPRISE.value and row.in_force_from is not None and command.enterprise in row.covers
    ]
    state = site.log.state(max(over)[1]) if over else None
    return (None, None) if state is None else (state.performance.raise_rate, state.performance.minimum_wage_fen)
