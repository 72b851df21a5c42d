"""Lists: cases within reach by page, and the cockpit's figures. The query is built from what the reader may see."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import bindparam
from sqlmodel import col, select

from cloudnego.core.overview import Overview
from cloudnego.core.sight import shows_progress, without_content
from cloudnego.core.vocabulary import Office
from cloudnego.identity.kinds import REGIONAL
from cloudnego.identity.offices import ActingAsRequired
from cloudnego.identity.register import Reach, enterprises
from cloudnego.identity.sessions import Held, Who
from cloudnego.identity.store import reading
from cloudnego.identity.tables import Organisation, Region
from cloudnego.ports import BadCursor, Filter, Page, Within
from cloudnego.web.case_views import shown_overview
from cloudnego.web.cases import Found, pinned_law
from cloudnego.web.documents import CaseRow
from cloudnego.web.errors import Problem
from cloudnego.web.met import meet
from cloudnego.web.site import Site

_NAMED_MAX = 200


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody's lists may show: a region, the organisations that are party, and the cases he has a seat in.

    `answering`: of those organisations the ones whose office shows him how far their cases are.
    """

    person: str
    region: str | None = None
    parties: frozenset[str] = frozenset()
    answering: frozenset[str] = frozenset()

    def within(self, wanted: Filter) -> Filter:
        """The wanted list in his reach. What he does not see of a case he can neither search nor order it by."""
        shown = (wanted.light, wanted.stuck, wanted.turn_side, wanted.late, wanted.expires_by, wanted.overlay)
        progress = wanted.by_due or any(one is not None for one in shown)
        parties = self.answering if progress else self.parties
        reach = Within(region=self.region, parties=parties, person=self.person, progress=progress)
        return msgspec.structs.replace(wanted, within=reach)


def sight_of(site: Site, who: Who, acting_as: str | None) -> Sight | None:
    """What the reader's lists may show; None if he names a membership he does not hold. Raises `Problem` 422 where his
    capacities do not add up.

    Capacities as a party add up, as do offices one of whose regions covers the others'; party and office do not. A
    seat comes from the case itself and adds to any of them.
    """
    today = site.today(who.district)
    held = [
        one
        for one in who.held
        if one.in_force(today) and one.office is not Office.OPERATOR and acting_as in (None, one.membership)
    ]
    if not held:
        return Sight(person=who.person) if acting_as is None else None
    regional = [one for one in held if one.office in REGIONAL]
    if not regional:
        answering = [one for one in held if shows_progress(one.office)]
        return Sight(person=who.person, parties=_parties(held), answering=_parties(answering))
    widest = min((one.region for one in regional), key=len)
    if len(regional) != len(held) or any(not one.region.startswith(widest) for one in regional):
        raise Problem("acting_as_required")
    return Sight(person=who.person, region=widest)


def _parties(held: list[Held]) -> frozenset[str]:
    """The organisations themselves, and the enterprise of an enterprise union."""
    above = {one.upper for one in held if one.organisation_kind == "enterprise_union" and one.upper is not None}
    return frozenset({one.organisation for one in held} | above)


def narrowed(region: str, wanted: str | None) -> str | None:
    """The wanted part of a region, given by codes; None if it lies outside."""
    if wanted is None or region.startswith(wanted):
        return region
    return wanted if wanted.startswith(region) else None


def by_name(site: Site, wanted: Filter) -> Filter:
    """A search text that names enterprises of the register means their cases; names stand nowhere in the log."""
    if not wanted.text:
        return wanted
    with reading(site.engine) as session:
        everywhere = Reach(regions=frozenset({""}))
        found = enterprises(session, wanted.district, everywhere, text=wanted.text, limit=_NAMED_MAX)
    if not found:
        return wanted
    return msgspec.structs.replace(wanted, text=None, enterprises=frozenset(one.id for one in found))


def page(site: Site, wanted: Filter, cursor: str | None, limit: int) -> Page:
    """A page as the log has it. Raises `Problem` 422 for a foreign cursor."""
    try:
        return site.log.cases(wanted, cursor, limit)
    except BadCursor:
        raise Problem("bad_cursor") from None


def rows(site: Site, who: Who, found: Page, sight: Sight, acting_as: str | None) -> tuple[CaseRow, ...]:
    """The rows as the reader may see them, with the names of the enterprises: as his office over the place sees them,
    or as he does who belongs to the case."""
    shown: list[tuple[str, Overview]] = []
    for one in found.rows:
        row = one.overview
        if sight.region is None or not (row.region.startswith(sight.region) or row.town.startswith(sight.region)):
            own = _own_view(site, who, one.case, acting_as)
            if own is None:
                continue
            row = own
        else:
            row = without_content(row)
        shown.append((one.case, row))
    names = organisation_names(site, who.district, {row.enterprise for _, row in shown})
    return tuple(
        CaseRow(id=case, names={row.enterprise: names.get(row.enterprise, "")}, overview=row) for case, row in shown
    )


def _own_view(site: Site, who: Who, case_id: str, acting_as: str | None) -> Overview | None:
    """The overview as a party sees it: his seats in the case may open more than his office."""
    case = site.log.state(case_id)
    if case is None:
        return None
    at = site.world.clock(who.district)
    try:
        met = meet(who, case, acting_as, at.date())
    except ActingAsRequired:
        return None
    return None if met is None else shown_overview(Found.of(case_id, who, case, met, at), pinned_law(site, case))


def root_region(site: Site, district: str) -> str | None:
    """The code of the district itself: the shortest of its tree."""
    with reading(site.engine) as session:
        codes = session.exec(select(Region.code).where(Region.district == district)).all()
    return min(codes, key=len, default=None)


_NAMED: Final = (
    select(Organisation.id, Organisation.name)
    .where(Organisation.district == bindparam("district"), col(Organisation.id).in_(bindparam("ids", expanding=True)))
    .order_by(col(Organisation.id))
)


def organisation_names(site: Site, district: str, ids: set[str]) -> dict[str, str]:
    """Names of a district's organisations by id."""
    if not ids:
        return {}
    with reading(site.engine) as session:
        found = session.connection().execute(_NAMED, {"district": district, "ids": sorted(ids)})
        return {row.id: row.name for row in found}
