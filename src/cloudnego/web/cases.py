"""Finding a case for somebody: the case, who he is in it, and the streams he sees. What he may not see is not there."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import msgspec

from cloudnego.core.instructors import serves_both
from cloudnego.core.moment import Law, Standing, seats_of
from cloudnego.core.sight import seen_streams, sees_all_joint
from cloudnego.core.state import EMPTY_CAUCUS, Caucus, Negotiation
from cloudnego.core.vocabulary import Member, Seat, Side, Stream
from cloudnego.identity.offices import ActingAsRequired, Parties
from cloudnego.identity.sessions import Who
from cloudnego.web.errors import Problem
from cloudnego.web.met import Met
from cloudnego.web.site import Site

_HOMES_MAX = 100_000
_HOLDS = frozenset({Seat.TOWN_UNION, Seat.DISTRICT_UNION, Seat.AUTHORITY})

Pinned = tuple[str, str, str]
"""Pack, its version, and the version of the calendar."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A case as somebody found it."""

    id: str
    district: str
    case: Negotiation
    parties: Parties
    member: Member
    streams: frozenset[Stream]
    at: datetime
    called_into: frozenset[Side] = frozenset()

    @classmethod
    def of(cls, case_id: str, who: Who, case: Negotiation, met: Met, at: datetime) -> Self:
        """The case as somebody met it at this time."""
        return cls(
            id=case_id, district=who.district, case=case, at=at,
            parties=met.parties, member=met.member, streams=met.streams,
        )  # fmt: skip

    @property
    def sees_all_joint(self) -> bool:
        """Whether all of the joint state may be shown to him."""
        return sees_all_joint(self.streams)

    @property
    def caucus_of(self) -> Side | None:
        """The side on whose bench he sits in its caucus, if he does; a call makes nobody one of that side."""
        own = (side for side in Side if Stream.caucus(side) in self.streams and side not in self.called_into)
        return next(own, None)

    @property
    def seats(self) -> frozenset[Seat]:
        """His seats in the case today."""
        return seats_of(self.case, self.member, self.at.date())

    @property
    def has_audit_file(self) -> bool:
        """Whether an audit file is made for him: he sits on a bench, is an auditor or of the authority."""
        return self.caucus_of is not None or bool(self.seats & {Seat.AUDITOR, Seat.AUTHORITY})

    @property
    def may_hold(self) -> bool:
        """Whether he may put the case on hold: he is of a union above it or of the authority, and on no side."""
        return bool(self.seats & _HOLDS) and self.member.side is None

    def standing(self, law: Law) -> Standing:
        """The case now, under its law."""
        return Standing(self.case, self.at, law)


async def find(site: Site, who: Who, case_id: str, acting_as: str | None) -> Found:
    """The case and the member somebody is in it, as it stands on the disk.

    Raises `Problem` 404 where there is no such case in his district or he sees nothing of it: both alike. 422 where
    he must say in which capacity he acts; whoever gets that belongs to the case.
    """
    found = _met(site, who, case_id, await site.threads.run(_read, site, who.district, case_id), acting_as)
    if found is None:
        raise Problem("not_found")
    return await site.threads.run(_with_calls, site, found) if _is_neutral(found) else found


def _is_neutral(found: Found) -> bool:
    return serves_both(found.case, found.member)


def _with_calls(site: Site, found: Found) -> Found:
    """With the caucuses a neutral instructor is called into at this time. Nobody else's sight asks for a caucus."""

    def own(side: Side) -> Caucus:
        return site.log.caucus(found.id, side) or EMPTY_CAUCUS

    seen = seen_streams(found.case, found.member, found.at, own)
    called = frozenset(side for side in Side if Stream.caucus(side) in seen - found.streams)
    return msgspec.structs.replace(found, streams=seen, called_into=called)


async def find_to_ask(site: Site, who: Who, case_id: str, acting_as: str | None) -> Found:
    """The same for somebody who asks: the state last settled in this process will do, because the writer judges anew.

    Where that state does not know him, the disk may: another node may have named him. Half the CPU of a command.
    Who may be called into a caucus is found with what he is called into: it says which entries of a receipt are his.
    """
    if site.homes.get(case_id) == who.district:
        settled = site.log.settled(case_id)
        found = _met(site, who, case_id, settled, acting_as) if settled is not None else None
        if found is not None and not _is_neutral(found):
            return found
    return await find(site, who, case_id, acting_as)


def _met(site: Site, who: Who, case_id: str, case: Negotiation | None, acting_as: str | None) -> Found | None:
    if case is None:
        return None
    at = site.world.clock(who.district)
    try:
        met = site.meetings.met(who, case_id, case, acting_as, at.date())
    except ActingAsRequired:
        raise Problem("acting_as_required") from None
    return None if met is None else Found.of(case_id, who, case, met, at)


def _read(site: Site, district: str, case_id: str) -> Negotiation | None:
    """The joint state, if the case is of this district: regions have the same codes in a live one and its sandboxes."""
    return site.log.state(case_id) if home_of(site, case_id) == district else None


def home_of(site: Site, case_id: str) -> str | None:
    """The district of a case, which it never leaves; None if there is no such case. Blocks the first time."""
    home = site.homes.get(case_id)
    if home is None:
        home = site.log.district(case_id)
        if home is not None:
            if len(site.homes) >= _HOMES_MAX:
                site.homes.clear()
            site.homes[case_id] = home
    return home


def pinned_by(case: Negotiation) -> Pinned:
    """What a case pins of the law."""
    opened = case.opened
    assert opened is not None, "a case that was found has been opened"
    return opened.pack, opened.pack_version, case.calendar


def pinned_law(site: Site, case: Negotiation) -> Law:
    """The law a case is judged by. Blocks at the first reading of a pack."""
    return site.world.law(*pinned_by(case))
