"""Who acts: what the door of identity adds before the core judges a command, and before the register is written. A
mandate is looked at now, and one person stands on one side of a case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from cloudnego.core import commands as c
from cloudnego.core.sight import moment_of, next_for
from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import Member, Side
from cloudnego.identity.mandates import KEEP_REGISTER, covering, in_scope
from cloudnego.identity.offices import MandateDoesNotCover, Parties, check_mandate, member_for
from cloudnego.identity.sessions import Held, Who
from cloudnego.identity.sides import barred_from
from cloudnego.identity.store import reading
from cloudnego.web.cases import Found, pinned_law
from cloudnego.web.errors import Problem
from cloudnego.web.site import Site

T = TypeVar("T")


async def acting(site: Site, who: Who, found: Found, command: c.Command, acting_as: str | None) -> Member:
    """The member who asks this command of a case he was found in.

    Raises `Problem` 409: no mandate of his covers it today; he, or somebody he would seat, stands on the other side.
    """
    member = mandated(who, found.parties, _named(command), found.member, acting_as=acting_as, today=found.at.date())
    if sits_against(found.case, member):
        raise Problem("one_side")
    side, persons = _seats(command, member)
    if side is not None and await site.threads.run(may_ask, site, found, command, member):
        await site.threads.run(_check_sides, site, found.parties, side, persons, found.at.date())
    return member


def may_ask(site: Site, found: Found, command: c.Command, member: Member) -> bool:
    """Whether the core would look at the words at all: who may not name anybody learns nothing of anybody's offices."""
    possible = next_for(moment_of(found.standing(pinned_law(site, found.case)), member))
    return any(one.open and one.command == _named(command) for one in possible)


def _named(command: c.Command) -> str:
    name: str = type(command).model_fields["type"].default
    return name


def mandated(who: Who, parties: Parties, act: str, member: Member, *, acting_as: str | None, today: date) -> Member:
    """The member without the offices whose mandate does not cover this act. Raises `Problem` 409 if none does."""
    try:
        check_mandate(who.held, parties, act, acting_as=acting_as, today=today)
    except MandateDoesNotCover:
        raise Problem("mandate_does_not_cover") from None
    held = [one for one in who.held if in_scope(one, act)]
    if len(held) == len(who.held):
        return member
    narrowed = member_for(who.person, held, parties, acting_as=acting_as, today=today, via=member.via)
    return narrowed if narrowed is not None else member


def sits_against(case: Negotiation, member: Member) -> bool:
    """Whether he acts for one side while he has a seat on the other's bench (ZJ 10; N2004 24)."""
    return member.side is not None and case.benches.of(member.side.other).has(member.person)


def _seats(command: c.Command, member: Member) -> tuple[Side | None, frozenset[str]]:
    """The side on which a command would seat people, and whom."""
    paper: Any = getattr(command, "on_paper", None)
    side = paper.side if paper is not None else member.side
    match command:
        case c.ProposeCandidates():
            return Side.WORKER, frozenset(rep.person for rep in command.candidates)
        case c.AppointRepresentatives():
            return side, frozenset(rep.person for rep in command.reps)
        case c.MandateOutsider() | c.ReplaceRepresentative():
            return side, frozenset({command.rep.person})
        case _:
            return None, frozenset()


def _check_sides(site: Site, parties: Parties, side: Side, persons: frozenset[str], today: date) -> None:
    with reading(site.engine) as session:
        barred = barred_from(session, parties, side, persons, today)
    if barred:
        raise Problem("one_side")


# --- in the register ----------------------------------------------------------------------------------------------


def in_force(site: Site, who: Who) -> tuple[Held, ...]:
    """The memberships that count on the district's day."""
    today = site.today(who.district)
    return tuple(one for one in who.held if one.in_force(today))


def registering(site: Site, who: Who, allowed: Callable[[tuple[Held, ...]], T]) -> T:
    """What memberships allow somebody to enter or change, as far as their mandates cover keeping the register today.

    Raises `Problem`: 404 where no office of his allows him anything, 409 where only the mandates fall short.
    """
    if not allowed(in_force(site, who)):
        raise Problem("not_found")
    found = allowed(covering(who.held, KEEP_REGISTER, site.today(who.district)))
    if not found:
        raise Problem("mandate_does_not_cover")
    return found
