"""Who belongs where: regions, organisations, people, their memberships and accounts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec
from sqlalchemy import func
from sqlmodel import Session, col, select

from cloudnego.core.vocabulary import Office, Side
from cloudnego.identity.ending import end_all_means
from cloudnego.identity.kinds import OFFICES, SIDES, OrganisationKind, side_suits
from cloudnego.identity.tables import Account, Membership, Organisation, Person, Region

NewId = Callable[[str], str]
"""Makes an opaque id with a prefix, such as `p4f1c…`."""


class RosterError(ValueError):
    """What was asked of the roster cannot be: `code` is a key of the texts under `problems`."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class NewPerson(msgspec.Struct, frozen=True, kw_only=True):
    """A person to be added, with an account if `login` is given; the hash is made outside the transaction."""

    name: str
    login: str | None = None
    password_hash: str | None = None


class NewMembership(msgspec.Struct, frozen=True, kw_only=True):
    """What a person is to become in an organisation."""

    person: str
    organisation: str
    office: Office
    side: Side | None = None
    seat_hint: str | None = None
    mandate: str | None = None
    mandate_scope: str | None = None
    mandate_from: date | None = None
    mandate_to: date | None = None


class Roster:
    """Writes of one district inside one transaction; whoever opened the transaction commits it."""

    def __init__(self, session: Session, district: str, new_id: NewId, now_s: int, by: str | None) -> None:
        self._session = session
        self.district = district
        self.new_id = new_id
        self.now_s = now_s
        self.by = by

    def add_region(self, code: str, name_zh: str, name_en: str) -> Region:
        """Add a place. Raises `RosterError` unless some known code is a prefix of it, but for the first."""
        known = self._session.exec(select(Region.code).where(Region.district == self.district)).all()
        if code in known:
            raise RosterError("region_exists", region=code)
        if known and not any(code.startswith(upper) for upper in known):
            raise RosterError("region_unknown", region=code)
        row = Region(district=self.district, code=code, name_zh=name_zh, name_en=name_en)
        self._session.add(row)
        return row

    def add_organisation(
        self,
        kind: OrganisationKind,
        name: str,
        region: str,
        upper: str | None = None,
        organisation_id: str | None = None,
    ) -> Organisation:
        """Add an organisation. Raises `RosterError` for a region or an upper organisation the district has not."""
        if self._session.get(Region, (self.district, region)) is None:
            raise RosterError("region_unknown", region=region)
        if upper is not None:
            self._organisation(upper)
        row = Organisation(
            id=organisation_id or self.new_id("o"),
            district=self.district,
            kind=kind.value,
            name=name,
            region=region,
            upper=upper,
            created_s=self.now_s,
        )
        if self._session.get(Organisation, row.id) is not None:
            raise RosterError("organisation_exists", organisation=row.id)
        self._session.add(row)
        self._session.flush()
        return row

    def add_person(self, new: NewPerson, person_id: str | None = None) -> Person:
        """Add a person, and the account if one is asked for. Raises `RosterError` where the login is taken."""
        row = Person(
            id=person_id or self.new_id("p"),
            district=self.district,
            name=new.name,
            created_s=self.now_s,
        )
        if self._session.get(Person, row.id) is not None:
            raise RosterError("person_exists", person=row.id)
        self._session.add(row)
        self._session.flush()
        if new.login is not None and new.password_hash is not None:
            self.add_account(row.id, new.login, new.password_hash)
        return row

    def add_account(self, person: str, login: str, password_hash: str) -> None:
        """Let a person sign in. Raises `RosterError` where the login is taken or the person has an account."""
        taken = select(Account.person).where(Account.district == self.district, Account.login == login)
        if self._session.exec(taken).first() is not None:
            raise RosterError("login_taken", login=login)
        if self._session.get(Account, person) is not None:
            raise RosterError("account_exists", person=person)
        self._session.add(
            Account(
                person=person,
                district=self.district,
                login=login,
                password_hash=password_hash,
                created_s=self.now_s,
                created_by=self.by,
            )
        )
        self._session.flush()

    def set_password(self, person: str, password_hash: str) -> None:
        """Replace a password and end whatever else let the person in. Raises `RosterError` without account."""
        account = self._session.get(Account, person)
        if account is None or account.district != self.district:
            raise RosterError("person_unknown", person=person)
        account.password_hash = password_hash
        self._session.add(account)
        end_all_means(self._session, person, self.now_s, self.by)

    def add_membership(self, new: NewMembership) -> Membership:
        """Add a membership. Raises `RosterError` where person or organisation is unknown or the office does not suit.

        The side follows from the office; where an office has none by itself (a union of the area that acts for
        workers without a union), or a worker is a manager, it may be given.
        """
        organisation = self._organisation(new.organisation)
        person = self._session.get(Person, new.person)
        if person is None or person.district != self.district:
            raise RosterError("person_unknown", person=new.person)
        if new.office not in OFFICES[OrganisationKind(organisation.kind)]:
            raise RosterError("office_does_not_suit", office=new.office.value, organisation=organisation.kind)
        side = new.side or SIDES.get(new.office)
        if new.side is not None and not side_suits(new.office, new.side):
            raise RosterError("side_does_not_suit", office=new.office.value, side=new.side.value)
        row = Membership(
            id=self.new_id("m"),
            district=self.district,
            person=new.person,
            organisation=new.organisation,
            office=new.office.value,
            side=side.value if side is not None else None,
            seat_hint=new.seat_hint,
            mandate=new.mandate,
            mandate_scope=new.mandate_scope,
            mandate_from=new.mandate_from,
            mandate_to=new.mandate_to,
            created_s=self.now_s,
            created_by=self.by,
        )
        self._session.add(row)
        self._session.flush()
        return row

    def end_membership(self, membership: str) -> None:
        """End a membership now. Raises `RosterError` if it is unknown or ended."""
        row = self._session.get(Membership, membership)
        if row is None or row.district != self.district or row.ended_s is not None:
            raise RosterError("membership_unknown", membership=membership)
        row.ended_s = self.now_s
        self._session.add(row)

    def _organisation(self, organisation: str) -> Organisation:
        row = self._session.get(Organisation, organisation)
        if row is None or row.district != self.district or row.ended_s is not None:
            raise RosterError("organisation_unknown", organisation=organisation)
        return row


def regions(session: Session, district: str) -> list[Region]:
    """All places of a district, by code."""
    return list(session.exec(select(Region).where(Region.district == district).order_by(col(Region.code))))


def organisations(session: Session, district: str) -> list[Organisation]:
    """All organisations of a district, by region and name."""
    query = select(Organisation).where(Organisation.district == district)
    return list(session.exec(query.order_by(col(Organisation.region), col(Organisation.name))))


def people(session: Session, district: str) -> list[tuple[Person, str | None]]:
    """All people of a district by name, each with the login or None."""
    query = (
        select(Person, Account.login)
        .join(Account, col(Account.person) == col(Person.id), isouter=True)
        .where(Person.district == district)
        .order_by(col(Person.name), col(Person.id))
    )
    return [(person, login) for person, login in session.exec(query)]


def has_people(session: Session, district: str) -> bool:
    """Whether anyone is registered in the district yet."""
    count = session.exec(select(func.count()).select_from(Person).where(Person.district == district)).one()
    return count > 0
