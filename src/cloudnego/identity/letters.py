"""Mandate letters: ten characters printed on the paper by which somebody speaks for his side, good with the password.

Who prints one could use it, so nobody prints his own, and none of a side prints for the other: the table below. The
code is said once, to whoever prints it. It dies with the mandate: each time the membership is looked at, not the paper.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import date
from typing import Final

import msgspec
from sqlalchemy import Engine
from sqlmodel import col, select, update
from sqlmodel.sql.expression import SelectOfScalar

from cloudnego.core.vocabulary import Office, Side
from cloudnego.identity.custody import Custody
from cloudnego.identity.factor_tables import Letter
from cloudnego.identity.kinds import SIDES, OrganisationKind, covers
from cloudnego.identity.mandates import PRINT_LETTERS, covering
from cloudnego.identity.sessions import Held, Who, held_by
from cloudnego.identity.store import reading, writing
from cloudnego.identity.tables import Membership, SignIn

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: nothing in it is taken for another letter when it is read from paper."""

CODE_LENGTH: Final = 10
_READ_AS: Final = str.maketrans({"I": "1", "L": "1", "O": "0"})
_NOT_READ: Final = re.compile(r"[\s\-]")


class NoSuchMembership(Exception):
    """No membership of the district that is in force has this id, or he may not print a letter for it."""


class LetterPrinted(msgspec.Struct, frozen=True):
    """A letter as it is printed: `code` is said once and stands nowhere else."""

    id: str
    membership: str
    person: str
    code: str


class LetterAt(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a letter that counts. Instants in seconds of real time."""

    id: str
    membership: str
    person: str
    organisation: str
    until: date | None
    issued_s: int
    issued_by: str | None
    used_s: int | None


def drawn() -> str:
    """A new code, 50 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def as_read(code: str) -> str:
    """A code as somebody typed it, in the letters it was printed in; hyphens and blanks are nothing."""
    return _NOT_READ.sub("", code).upper().translate(_READ_AS)


def as_printed(code: str) -> str:
    """Two groups of five, which people copy without a slip."""
    return f"{code[:5]}-{code[5:]}"


def letter_digest(custody: Custody, district: str, membership: str, code: str) -> str:
    """What is kept of a code."""
    return custody.digest(district, "letter", membership, as_read(code))


def may_print(issuer: Who, person: str, held: Held, today: date) -> bool:
    """Whether somebody may print a letter for this membership of a person, who is never himself.

    | letter for | printed by |
    |---|---|
    | whoever stands on the workers' side in a firm or its union | its union, or a union of the area |
    | whoever stands on the employer's side in a firm | its legal representative or HR |
    | a union of a town | that union, or the union of the district |
    | the union of the district, authority, employers' body, auditor, operator | the same body |
    | any of them | the operator, who makes the accounts |
    """
    return issuer.person != person and any(_prints(one, held) for one in covering(issuer.held, PRINT_LETTERS, today))


def _prints(one: Held, held: Held) -> bool:
    if one.office is Office.OPERATOR:
        return True
    kind = OrganisationKind(held.organisation_kind)
    of_area = one.office in (Office.TOWN_UNION, Office.DISTRICT_UNION) and covers(one.region, held.region)
    if kind not in (OrganisationKind.ENTERPRISE, OrganisationKind.ENTERPRISE_UNION):
        return one.organisation == held.organisation or (kind is OrganisationKind.TOWN_UNION and of_area)
    if (held.side or SIDES.get(held.office)) is Side.EMPLOYER:
        offices = (Office.HR, Office.LEGAL_REPRESENTATIVE)
        return one.organisation == held.organisation and one.office in offices
    own = one.office is Office.UNION and held.organisation in (one.organisation, one.upper)
    return held.office is not Office.PORTAL and (own or of_area)


class Letters:
    """Letters of all districts. Blocking: the web calls it in a thread."""

    def __init__(
        self, engine: Engine, custody: Custody, new_id: Callable[[str], str], now_s: Callable[[], int]
    ) -> None:
        self._engine = engine
        self._custody = custody
        self._new_id = new_id
        self._now_s = now_s

    def membership(self, district: str, membership: str) -> tuple[str, Held]:
        """Whose it is, and what is held. Raises NoSuchMembership."""
        with reading(self._engine) as session:
            row = session.get(Membership, membership)
            if row is None or row.district != district:
                raise NoSuchMembership(membership)
            held = next((one for one in held_by(session, row.person) if one.membership == membership), None)
        if held is None:
            raise NoSuchMembership(membership)
        return row.person, held

    def memberships_of(self, district: str, person: str) -> list[str]:
        """Memberships of a person of the district, oldest first; a letter may be printed for each."""
        with reading(self._engine) as session:
            query = select(Membership.id).where(Membership.district == district, Membership.person == person)
            query = query.where(col(Membership.ended_s).is_(None))
            return list(session.exec(query.order_by(col(Membership.created_s), col(Membership.id))))

    def issue(self, district: str, membership: str, by: str | None, until: date | None = None) -> LetterPrinted:
        """A new letter; the one before for the same membership is dead. Raises NoSuchMembership.

        Whether `by` may is asked before: `may_print`.
        """
        person, _ = self.membership(district, membership)
        code, now = drawn(), self._now_s()
        row = Letter(
            id=self._new_id("l"),
            district=district,
            person=person,
            membership=membership,
            digest=letter_digest(self._custody, district, membership, code),
            until=until,
            issued_s=now,
            issued_by=by,
        )
        with writing(self._engine) as session:
            old = update(Letter).where(col(Letter.membership) == membership, col(Letter.revoked_s).is_(None))
            session.exec(old.values(revoked_s=now, revoked_by=by))
            session.add(row)
        return LetterPrinted(row.id, membership, person, as_printed(code))

    def good(self, district: str, person: str, today: date) -> list[LetterAt]:
        """The letters of a person that count today."""
        with reading(self._engine) as session:
            held = {one.membership: one for one in held_by(session, person)}
            rows = session.exec(self._living(district).where(Letter.person == person)).all()
        return [_at(row, held[row.membership].organisation) for row in rows if _counts(row, held, today)]

    def right(self, district: str, person: str, code: str, today: date) -> bool:
        """Whether this is the code of a letter of his that counts today; it is noted that it was used."""
        with writing(self._engine) as session:
            held = {one.membership: one for one in held_by(session, person)}
            for row in session.exec(self._living(district).where(Letter.person == person)):
                digest = letter_digest(self._custody, district, row.membership, code)
                same = secrets.compare_digest(row.digest, digest)
                if same and _counts(row, held, today):
                    row.used_s = self._now_s()
                    session.add(row)
                    return True
        return False

    def seen_by(self, who: Who, today: date) -> list[LetterAt]:
        """The letters that were not revoked and that he may print anew, or are his own; newest first."""
        held: dict[str, dict[str, Held]] = {}
        found = []
        with reading(self._engine) as session:
            query = self._living(who.district).order_by(col(Letter.issued_s).desc(), col(Letter.id))
            for row in session.exec(query):
                if row.person not in held:
                    held[row.person] = {one.membership: one for one in held_by(session, row.person)}
                holds = held[row.person].get(row.membership)
                if holds is not None and (row.person == who.person or may_print(who, row.person, holds, today)):
                    found.append(_at(row, holds.organisation))
        return found

    def revoke(self, letter: LetterAt, by: str) -> None:
        """Kill a letter; what was proved with it in any session of the person counts no longer."""
        with writing(self._engine) as session:
            dead = update(Letter).where(col(Letter.id) == letter.id, col(Letter.revoked_s).is_(None))
            session.exec(dead.values(revoked_s=self._now_s(), revoked_by=by))
            session.exec(update(SignIn).where(col(SignIn.person) == letter.person).values(proved_until_s=0))

    def _living(self, district: str) -> SelectOfScalar[Letter]:
        return select(Letter).where(Letter.district == district, col(Letter.revoked_s).is_(None))


def _counts(row: Letter, held: dict[str, Held], today: date) -> bool:
    membership = held.get(row.membership)
    return membership is not None and membership.in_force(today) and (row.until is None or today <= row.until)


def _at(row: Letter, organisation: str) -> LetterAt:
    return LetterAt(
        id=row.id,
        membership=row.membership,
        person=row.person,
        organisation=organisation,
        until=row.until,
        issued_s=row.issued_s,
        issued_by=row.issued_by,
        used_s=row.used_s,
    )
