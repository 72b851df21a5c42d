"""What somebody is in a case, remembered as long as all that it was found from stands: every request looks it up, and
an appointment changes it, not a proposal."""

from __future__ import annotations

from datetime import date
from typing import Final

import msgspec

from cloudnego.core.moment import streams_of, who_is_who
from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import Member, Stream
from cloudnego.identity.offices import ActingAsRequired, Parties, fits, member_for, parties_of
from cloudnego.identity.sessions import Who

_REMEMBERED_MAX: Final = 20_000


class Met(msgspec.Struct, frozen=True):
    """Somebody in a case: whom it concerns, as whom he meets it and the streams he sees of it."""

    parties: Parties
    member: Member
    streams: frozenset[Stream]


def meet(who: Who, case: Negotiation, acting_as: str | None, today: date) -> Met | None:
    """As whom somebody meets a case today; None where he is nobody in it. Raises `ActingAsRequired`."""
    parties = parties_of(case)
    if parties is None:
        return None
    member = member_for(who.person, who.held, parties, acting_as=acting_as, today=today)
    streams = streams_of(case, member) if member is not None else frozenset[Stream]()
    return Met(parties, member, streams) if member is not None and streams else None


def capacities(who: Who, case: Negotiation, today: date) -> list[str | None]:
    """In which capacities somebody meets a case: one that need not be named, or those he must name."""
    parties = parties_of(case)
    try:
        return [None] if meet(who, case, None, today) is not None else []
    except ActingAsRequired:
        assert parties is not None, "who has to say in which capacity has met it"
        return [one.membership for one in who.held if fits(one, parties, today)]


class _Known(msgspec.Struct, frozen=True):
    """Who met a case, when, as it stood then, and as whom; None: he is nobody in it."""

    who: Who
    today: date
    standing: tuple[object, ...]
    met: Met | None


class Meetings:
    """Asked by one thread, that of the event loop."""

    def __init__(self) -> None:
        self._known: Final[dict[tuple[str, str, str | None], _Known]] = {}

    def met(self, who: Who, case_id: str, case: Negotiation, acting_as: str | None, today: date) -> Met | None:
        """As `meet` says.

        Who asks is the same object as long as the identity epoch stands (`web.auth`): an office that came or went makes
        him another.
        """
        name, standing = (case_id, who.person, acting_as), who_is_who(case)
        known = self._known.get(name)
        if known is None or known.who is not who or known.today != today or known.standing != standing:
            known = _Known(who, today, standing, meet(who, case, acting_as, today))
            if len(self._known) >= _REMEMBERED_MAX:
                self._known.clear()
            self._known[name] = known
        return known.met
