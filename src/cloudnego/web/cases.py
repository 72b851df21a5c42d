"""Finding a case for somebody: the case, who he is in it, and the streams he sees. What he may not see is not there."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import msgspec

from cloudnego.core.moment import Law, Standing
from cloudnego.core.sight import streams_of
from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import JOINT, Member, Stream
from cloudnego.identity.offices import ActingAsRequired, member_for, parties_of
from cloudnego.identity.sessions import Who
from cloudnego.web.errors import Problem
from cloudnego.web.site import Site


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A case as somebody found it."""

    id: str
    district: str
    case: Negotiation
    member: Member
    streams: frozenset[Stream]
    at: datetime

    @classmethod
    def of(cls, case_id: str, district: str, case: Negotiation, member: Member, at: datetime) -> Self:
        """The case with the streams this member sees; none, and it does not exist for him."""
        return cls(id=case_id, district=district, case=case, member=member, streams=streams_of(case, member), at=at)

    @property
    def sees_all_joint(self) -> bool:
        """Whether all of the joint state may be shown to him."""
        return self.streams.issuperset(JOINT)

    def standing(self, law: Law) -> Standing:
        """The case now, under its law."""
        return Standing(self.case, self.at, law)


async def find(site: Site, who: Who, case_id: str, acting_as: str | None) -> Found:
    """The case and the member somebody is in it.

    Raises `Problem` 404 where there is no such case in his district or he sees nothing of it: both alike. 422 where
    he must say in which capacity he acts; whoever gets that belongs to the case.
    """
    case = await site.threads.run(_read, site, who.district, case_id)
    parties = parties_of(case) if case is not None else None
    if case is None or parties is None:
        raise Problem("not_found")
    at = site.world.clock(who.district)
    try:
        member = member_for(who.person, who.held, parties, acting_as=acting_as, today=at.date())
    except ActingAsRequired:
        raise Problem("acting_as_required") from None
    found = Found.of(case_id, who.district, case, member, at) if member is not None else None
    if found is None or not found.streams:
        raise Problem("not_found")
    return found


def _read(site: Site, district: str, case_id: str) -> Negotiation | None:
    """The joint state, if the case is of this district: regions have the same codes in a live one and its sandboxes."""
    if site.log.district(case_id) != district:
        return None
    return site.world.log.state(case_id)


def pinned_law(site: Site, case: Negotiation) -> Law:
    """The law a case is judged by. Blocks at the first reading of a pack."""
    opened = case.opened
    assert opened is not None, "a case that was found has been opened"
    return site.world.law(opened.pack, opened.pack_version, case.calendar)
