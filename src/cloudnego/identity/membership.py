"""The people of one organisation, as those see them who may give its offices. Workers stand in the roster instead."""

from __future__ import annotations

from datetime import date

import msgspec
from sqlmodel import Session, col, select

from cloudnego.core.vocabulary import Office
from cloudnego.identity.tables import Membership, Person


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """One person in one office of an organisation; `id` is the membership's."""

    id: str
    organisation: str
    person: str
    name: str
    office: Office
    mandate: str | None
    mandate_scope: str | None
    mandate_from: date | None
    mandate_to: date | None


_BY_ROSTER = (Office.WORKER.value, Office.PORTAL.value)


def holders(session: Session, organisation: str, after: str, limit: int) -> list[Holder]:
    """Who holds an office there, by membership, beginning after `after`."""
    query = (
        select(Membership, Person.name)
        .join(Person, col(Person.id) == col(Membership.person))
        .where(Membership.organisation == organisation, col(Membership.id) > after)
        .where(col(Membership.ended_s).is_(None), col(Person.ended_s).is_(None))
        .where(col(Membership.office).not_in(_BY_ROSTER))
        .order_by(col(Membership.id))
        .limit(limit)
    )
    return [_said(row, name) for row, name in session.exec(query)]


def holder(session: Session, district: str, membership: str) -> Holder | None:
    """One office somebody holds in the district, or None. A line of the roster is none."""
    row = session.get(Membership, membership)
    if row is None or row.district != district or row.ended_s is not None or row.office in _BY_ROSTER:
        return None
    return _said(row, session.get_one(Person, row.person).name)


def _said(row: Membership, name: str) -> Holder:
    return Holder(
        id=row.id,
        organisation=row.organisation,
        person=row.person,
        name=name,
        office=Office(row.office),
        mandate=row.mandate,
        mandate_scope=row.mandate_scope,
        mandate_from=row.mandate_from,
        mandate_to=row.mandate_to,
    )
