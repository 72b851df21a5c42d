"""Organisations as those who keep them see them: found within reach, changed, ended. Enterprises have a register."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

import msgspec
from sqlalchemy import and_
from sqlmodel import Session, col, select

from cloudnego.core.vocabulary import Office
from cloudnego.identity.kinds import OrganisationKind, covers
from cloudnego.identity.register import Reach
from cloudnego.identity.roster import RosterError
from cloudnego.identity.sessions import Held
from cloudnego.identity.tables import Account, Membership, Organisation, Region

_OF_A_TOWN = frozenset({OrganisationKind.ENTERPRISE_UNION})
_NEVER = frozenset({OrganisationKind.OPERATOR, OrganisationKind.ENTERPRISE})
KEPT_BY: dict[Office, frozenset[OrganisationKind]] = {
    Office.DISTRICT_UNION: frozenset(OrganisationKind) - _NEVER,
    Office.TOWN_UNION: _OF_A_TOWN,
}
"""Which kinds an official enters, changes and ends over HTTP, in the region of his office.

Enterprises come and go by the register; an operator is made by the command line, by whoever runs the machine.
"""

UPPER_OF: dict[OrganisationKind, frozenset[OrganisationKind]] = {
    OrganisationKind.ENTERPRISE_UNION: frozenset({OrganisationKind.ENTERPRISE}),
    OrganisationKind.TOWN_UNION: frozenset({OrganisationKind.DISTRICT_UNION}),
}
"""What may stand above an organisation of this kind; above the others stands whatever the district says."""


SPEAKERS = (OrganisationKind.TOWN_UNION, OrganisationKind.DISTRICT_UNION, OrganisationKind.EMPLOYERS_BODY)


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """One organisation of the district."""

    id: str
    kind: OrganisationKind
    name: str
    region: str
    upper: str | None


def keeps(held: tuple[Held, ...], kind: OrganisationKind, region: str) -> bool:
    """Whether one of these memberships, all in force, keeps organisations of this kind at this place."""
    return any(kind in KEPT_BY.get(one.office, ()) and covers(one.region, region) for one in held)


def body(session: Session, district: str, organisation: str) -> Body | None:
    """One organisation that has not ended, or None."""
    row = session.get(Organisation, organisation)
    return _said(row) if row is not None and row.district == district and row.ended_s is None else None


def bodies(
    session: Session,
    district: str,
    reach: Reach,
    *,
    kind: OrganisationKind | None = None,
    region: str | None = None,
    after: str = "",
    limit: int = 50,
) -> list[Body]:
    """Organisations within reach, by id, beginning after the id `after`."""
    where = [col(Organisation.district) == district, col(Organisation.ended_s).is_(None), reach.where()]
    where.append(col(Organisation.id) > after)
    if kind is not None:
        where.append(col(Organisation.kind) == kind.value)
    if region is not None:
        where.append(col(Organisation.region).startswith(region, autoescape=True))
    query = select(Organisation).where(and_(*where)).order_by(col(Organisation.id)).limit(limit)
    return [_said(row) for row in session.exec(query)]


Speakers = Mapping[str, tuple[str, ...]]
"""Ids of bodies that speak for an industry or a region, by their name or their id."""


def speakers(session: Session, district: str, named: Collection[str]) -> Speakers:
    """The unions and bodies of employers that are called so, or have that id (HZ 32, 34)."""
    found: dict[str, tuple[str, ...]] = {}
    for kind in SPEAKERS:
        query = select(Organisation).where(Organisation.district == district, Organisation.kind == kind.value)
        for row in session.exec(query.where(col(Organisation.ended_s).is_(None)).order_by(col(Organisation.id))):
            for name in {row.id, row.name} & set(named):
                found[name] = (*found.get(name, ()), row.id)
    return found


def check_upper(session: Session, district: str, kind: OrganisationKind, upper: str | None) -> None:
    """Raises `RosterError` where what is named as standing above is unknown or of a kind that cannot."""
    if upper is None:
        return
    row = body(session, district, upper)
    if row is None:
        raise RosterError("organisation_unknown", organisation=upper)
    if row.kind not in UPPER_OF.get(kind, frozenset(OrganisationKind)):
        raise RosterError("upper_does_not_suit", organisation=upper)


def change_body(session: Session, before: Body, changes: dict[str, str | None]) -> Body:
    """Change name, region or upper. Raises `RosterError` where nothing changes or what is named is unknown."""
    after = msgspec.structs.replace(before, **changes)
    if after == before:
        raise RosterError("nothing_to_change")
    row = session.get_one(Organisation, before.id)
    if session.get(Region, (row.district, after.region)) is None:
        raise RosterError("region_unknown", region=after.region)
    check_upper(session, row.district, after.kind, after.upper)
    row.name, row.region, row.upper = after.name, after.region, after.upper
    session.add(row)
    session.flush()
    return after


def end_body(session: Session, organisation: str, now_s: int) -> None:
    """End an organisation: what its people held there is nothing from the next request on."""
    row = session.get_one(Organisation, organisation)
    row.ended_s = now_s
    session.add(row)
    session.flush()


def officers_of(session: Session, organisation: str, office: Office, today: date) -> tuple[str, ...]:
    """Who holds an office there on a day and has an account, by the time they came."""
    query = (
        select(Membership)
        .join(Account, col(Account.person) == col(Membership.person))
        .where(Membership.organisation == organisation, Membership.office == office.value)
        .where(col(Membership.ended_s).is_(None), col(Account.ended_s).is_(None))
        .order_by(col(Membership.created_s), col(Membership.id))
    )
    rows = session.exec(query).all()
    now = [one for one in rows if (one.mandate_from or today) <= today <= (one.mandate_to or today)]
    return tuple(dict.fromkeys(one.person for one in now))


def _said(row: Organisation) -> Body:
    return Body(id=row.id, kind=OrganisationKind(row.kind), name=row.name, region=row.region, upper=row.upper)
