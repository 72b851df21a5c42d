"""Who could have anything to do in a case: the people of its parties, of the offices above it, and those it seats.

A wide net, thrown once for each notice; who of them really may act is judged by the rules all doors have.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import and_, func, literal, or_
from sqlmodel import Session, col, select

from cloudnego.core.vocabulary import Office
from cloudnego.identity.kinds import REGIONAL, OrganisationKind
from cloudnego.identity.offices import Parties
from cloudnego.identity.sessions import Who, held_by
from cloudnego.identity.tables import Account, Membership, Organisation, Person

_NEVER = (Office.WORKER, Office.PORTAL, Office.OPERATOR)
"""Nobody acts in a case by these alone: a worker who is seated is found by his seat."""


def people_near(
    session: Session, district: str, parties: Parties, seated: Collection[str], *, offices: bool
) -> list[Who]:
    """Everybody with an account who might act in a case of these parties. `offices`: those of the area, too."""
    names = sorted(parties.organisations)
    kind, here = OrganisationKind.ENTERPRISE_UNION.value, col(Organisation.region)
    of_a_party = or_(
        col(Organisation.id).in_(names), and_(col(Organisation.kind) == kind, col(Organisation.upper).in_(names))
    )
    above = and_(
        col(Membership.office).in_(sorted(REGIONAL)), func.substr(literal(parties.town), 1, func.length(here)) == here
    )
    held = (
        select(Membership.person)
        .join(Organisation, col(Organisation.id) == col(Membership.organisation))
        .where(Membership.district == district, col(Membership.ended_s).is_(None), col(Organisation.ended_s).is_(None))
        .where(col(Membership.office).not_in(_NEVER), or_(of_a_party, above) if offices else of_a_party)
    )
    query = (
        select(Person.id, Person.name)
        .join(Account, col(Account.person) == col(Person.id))
        .where(Person.district == district, col(Person.ended_s).is_(None), col(Account.ended_s).is_(None))
        .where(or_(col(Person.id).in_(held), col(Person.id).in_(sorted(seated))))
        .order_by(col(Person.id))
    )
    return [_who(session, district, id_, name) for id_, name in session.exec(query).all()]


def somebody(session: Session, district: str, person: str) -> Who | None:
    """One of them by his id, if he still has an account here."""
    query = (
        select(Person.name)
        .join(Account, col(Account.person) == col(Person.id))
        .where(Person.id == person, Person.district == district)
        .where(col(Person.ended_s).is_(None), col(Account.ended_s).is_(None))
    )
    name = session.exec(query).first()
    return None if name is None else _who(session, district, person, name)


def _who(session: Session, district: str, person: str, name: str) -> Who:
    return Who(person=person, name=name, district=district, door="", held=held_by(session, person))
