"""Whom a vote on the platform concerns. Where each covered enterprise votes by itself (HZ 33), those of the others, who
see the same case, are shown its page, roll and list as little as strangers are."""

from __future__ import annotations

from typing import Final

from cloudnego.core.vocabulary import Seat
from cloudnego.identity.offices import only_of_others
from cloudnego.identity.sessions import Who
from cloudnego.web.cases import Found
from cloudnego.web.site import Site

_OFFICERS: Final = frozenset({Seat.UNION, Seat.SCRUTINEER})


def runs_it(found: Found, who: Who, enterprise: str | None) -> bool:
    """The union whose vote it is, or the organ of all the workers."""
    own = Seat.COVERED_UNION in found.seats and enterprise is not None
    return (own or Seat.UNION in found.seats) and not _of_others(found, who, enterprise)


def keeps_roll(found: Found, who: Who, enterprise: str | None) -> bool:
    """Who is told the roll: the union whose vote it is, and the scrutineers."""
    if enterprise is None:
        return bool(found.seats & _OFFICERS)
    return Seat.SCRUTINEER in found.seats or runs_it(found, who, enterprise)


def concerns(site: Site, found: Found, who: Who, poll: str, enterprise: str | None) -> bool:
    """Those of the enterprise and on its roll, those at the table, and all who are above the enterprises. Blocks."""
    if enterprise is None or found.sees_all_joint or keeps_roll(found, who, enterprise):
        return True
    return not _of_others(found, who, enterprise) or site.polls.standing(poll, who.person) != "none"


def _of_others(found: Found, who: Who, enterprise: str | None) -> bool:
    return enterprise is not None and only_of_others(who.held, found.case, enterprise, found.at.date())
