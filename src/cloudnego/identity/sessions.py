"""Sessions: opaque tokens, known here only by their hash; idle and absolute limits; locking out who keeps guessing."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import date

import msgspec
from sqlalchemy import Engine, delete, update
from sqlmodel import Session, col, select

from cloudnego.core.vocabulary import Office, Side
from cloudnego.identity.store import reading, writing
from cloudnego.identity.tables import Account, Membership, Organisation, Person, SignIn, SignInFailure

_FREE_FAILURES = 5
_FIRST_LOCK_S = 30
_LONGEST_LOCK_S = 900
_FORGET_FAILURES_S = 86_400
_SEEN_EVERY_S = 300  # writing `seen_s` at each request would make every read a write


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """One membership as it counts for a request: what somebody is, in which organisation, by which mandate."""

    membership: str
    organisation: str
    organisation_kind: str
    organisation_name: str
    region: str
    upper: str | None
    office: Office
    side: Side | None
    seat_hint: str | None
    mandate: str | None
    mandate_scope: str | None
    mandate_from: date | None
    mandate_to: date | None

    def in_force(self, today: date) -> bool:
        """Whether the mandate holds on this day of the district's clock."""
        return (self.mandate_from is None or self.mandate_from <= today) and (
            self.mandate_to is None or today <= self.mandate_to
        )


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asking: the person behind a session, with all memberships that are not ended."""

    person: str
    name: str
    district: str
    door: str
    held: tuple[Held, ...]


class AccountOf(msgspec.Struct, frozen=True):
    """What signing in needs to know of an account."""

    person: str
    password_hash: str


def token_hash(token: str) -> str:
    """Under this name a token is stored; a dump of the table opens no door."""
    return hashlib.sha256(token.encode()).hexdigest()


def _name_hash(district: str, login: str) -> str:
    return hashlib.sha256(f"{district}\0{login.casefold()}".encode()).hexdigest()


class Sessions:
    """All of it synchronous: the web calls it in a thread. `now_s` is real time in whole seconds."""

    def __init__(self, engine: Engine, now_s: Callable[[], int], *, idle_s: int, lasts_s: int) -> None:
        self._engine = engine
        self._now_s = now_s
        self.idle_s = idle_s
        self.lasts_s = lasts_s

    def locked_for_s(self, district: str, login: str) -> int:
        """Seconds until this name may try again; names nobody has are locked alike."""
        with reading(self._engine) as session:
            row = session.get(SignInFailure, _name_hash(district, login))
        return max(0, row.locked_until_s - self._now_s()) if row is not None else 0

    def account(self, district: str, login: str) -> AccountOf | None:
        """The account of that name, if it and its person are not ended."""
        query = (
            select(Account.person, Account.password_hash)
            .join(Person, col(Person.id) == col(Account.person))
            .where(Account.district == district, Account.login == login)
            .where(col(Account.ended_s).is_(None), col(Person.ended_s).is_(None))
        )
        with reading(self._engine) as session:
            row = session.exec(query).first()
        return AccountOf(*row) if row is not None else None

    def failed(self, district: str, login: str) -> None:
        """Note a failed sign-in. From the sixth on the name is locked, each time twice as long, at most 15 minutes."""
        now = self._now_s()
        name = _name_hash(district, login)
        with writing(self._engine) as session:
            session.exec(delete(SignInFailure).where(col(SignInFailure.last_s) < now - _FORGET_FAILURES_S))
            row = session.get(SignInFailure, name)
            if row is None:
                row = SignInFailure(name_hash=name, failures=0, last_s=now, locked_until_s=0)
            row.failures += 1
            row.last_s = now
            if row.failures > _FREE_FAILURES:
                over = min(row.failures - _FREE_FAILURES - 1, 10)
                row.locked_until_s = now + min(_FIRST_LOCK_S * 2**over, _LONGEST_LOCK_S)
            session.add(row)

    def open(self, district: str, login: str, person: str, door: str, *, replaces: str | None = None) -> str:
        """A new session; the one it replaces dies in the same transaction. Returns the token (256 bit, base64url)."""
        token = secrets.token_urlsafe(32)
        now = self._now_s()
        with writing(self._engine) as session:
            session.exec(delete(SignIn).where(col(SignIn.expires_s) < now))
            session.exec(delete(SignInFailure).where(col(SignInFailure.name_hash) == _name_hash(district, login)))
            if replaces is not None:
                session.exec(delete(SignIn).where(col(SignIn.token_hash) == token_hash(replaces)))
            session.add(
                SignIn(
                    token_hash=token_hash(token),
                    district=district,
                    person=person,
                    door=door,
                    created_s=now,
                    seen_s=now,
                    expires_s=now + self.lasts_s,
                )
            )
        return token

    def close(self, token: str) -> None:
        """End a session; ending one that is over is no error."""
        with writing(self._engine) as session:
            session.exec(delete(SignIn).where(col(SignIn.token_hash) == token_hash(token)))

    def close_all_of(self, person: str) -> None:
        """End every session of a person: the account was ended or its password changed."""
        with writing(self._engine) as session:
            session.exec(delete(SignIn).where(col(SignIn.person) == person))

    def who(self, token: str) -> Who | None:
        """The person behind a token and what he holds now; None if the session is over or the account ended."""
        now = self._now_s()
        hashed = token_hash(token)
        query = (
            select(SignIn, Person)
            .join(Person, col(Person.id) == col(SignIn.person))
            .join(Account, col(Account.person) == col(SignIn.person))
            .where(SignIn.token_hash == hashed, col(Person.ended_s).is_(None), col(Account.ended_s).is_(None))
        )
        with reading(self._engine) as session:
            found = session.exec(query).first()
            if found is None:
                return None
            sign_in, person = found
            if now >= sign_in.expires_s or now - sign_in.seen_s >= self.idle_s:
                return None
            who = Who(
                person=person.id,
                name=person.name,
                district=person.district,
                door=sign_in.door,
                held=held_by(session, person.id),
            )
        if now - sign_in.seen_s >= min(_SEEN_EVERY_S, self.idle_s // 2):
            with writing(self._engine) as session:
                session.exec(update(SignIn).where(col(SignIn.token_hash) == hashed).values(seen_s=now))
        return who


def held_by(session: Session, person: str) -> tuple[Held, ...]:
    """Every membership of a person that is not ended, oldest first."""
    query = (
        select(Membership, Organisation)
        .join(Organisation, col(Organisation.id) == col(Membership.organisation))
        .where(Membership.person == person)
        .where(col(Membership.ended_s).is_(None), col(Organisation.ended_s).is_(None))
        .order_by(col(Membership.created_s), col(Membership.id))
    )
    return tuple(
        Held(
            membership=membership.id,
            organisation=organisation.id,
            organisation_kind=organisation.kind,
            organisation_name=organisation.name,
            region=organisation.region,
            upper=organisation.upper,
            office=Office(membership.office),
            side=Side(membership.side) if membership.side is not None else None,
            seat_hint=membership.seat_hint,
            mandate=membership.mandate,
            mandate_scope=membership.mandate_scope,
            mandate_from=membership.mandate_from,
            mandate_to=membership.mandate_to,
        )
        for membership, organisation in session.exec(query)
    )
