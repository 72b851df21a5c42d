"""Sessions: opaque tokens, known here only by their hash; their limits, what was proved in them, and who may look.

A token is good until the session is shown more than before: then the session goes on under another.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Engine, Select, and_, bindparam, delete, select, text, update
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from cloudnego.core.vocabulary import Office, Side
from cloudnego.eventlog import sql
from cloudnego.identity.grades import Grade
from cloudnego.identity.records import note
from cloudnego.identity.store import reading, writing
from cloudnego.identity.tables import (
    Account,
    IdentityEpoch,
    Membership,
    Organisation,
    Person,
    SignIn,
    SignInFailure,
)

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
    opens: frozenset[str] | None = None  # a portal's scopes, where it is held through one

    def having(self, scopes: frozenset[str]) -> Held:
        """The same, held through a portal with these scopes."""
        return msgspec.structs.replace(self, opens=scopes)

    def in_force(self, today: date) -> bool:
        """Whether the mandate holds on this day of the district's clock."""
        return (self.mandate_from is None or self.mandate_from <= today) and (
            self.mandate_to is None or today <= self.mandate_to
        )


class Through(msgspec.Struct, frozen=True, kw_only=True):
    """The portal through which somebody asks: for which enterprise, and what it may there."""

    client: str
    name: str
    enterprise: str
    scopes: frozenset[str]


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asking: the person behind a session, with all memberships that are not ended."""

    person: str
    name: str
    district: str
    door: str
    held: tuple[Held, ...]
    session: str = ""  # its name; a portal has none
    proved: Grade = Grade.PASSWORD
    proved_until_s: int = 0
    best: Grade = Grade.PASSWORD
    portal: Through | None = None

    @property
    def lets(self) -> Through | None:
        """The portal that he, a person, lets act for him in this request."""
        return self.portal if self.portal is not None and self.portal.client != self.person else None

    @property
    def signature(self) -> str:
        """His name on what he takes away; of a person who comes through a portal with the portal's."""
        return self.name if self.lets is None else f"{self.name}（{self.lets.name}）"

    def grade(self, now_s: int) -> Grade:
        """What counts now: a proof is good for some minutes, having signed in for as long as the session lasts."""
        return self.proved if now_s < self.proved_until_s else Grade.PASSWORD


class Known(msgspec.Struct, frozen=True):
    """Who is asking, and for how many seconds the session need not be looked at again if the identity epoch stands."""

    who: Who
    for_s: int


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """An open session as its owner sees it. Instants in seconds of real time."""

    id: str
    door: str
    agent: str | None
    opened_s: int
    seen_s: int
    expires_s: int


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

    def __init__(
        self, engine: Engine, now_s: Callable[[], int], *, idle_s: int, lasts_s: int, proof_s: int = 600
    ) -> None:
        self._engine = engine
        self._now_s = now_s
        self.idle_s = idle_s
        self.lasts_s = lasts_s
        self.proof_s = proof_s

    def account(self, district: str, login: str) -> AccountOf | None:
        """The account of that name, if it and its person are not ended."""
        query = (
            rows_of(Account.person, Account.password_hash)
            .join(Person, col(Person.id) == col(Account.person))
            .where(Account.district == district, Account.login == login)
            .where(col(Account.ended_s).is_(None), col(Person.ended_s).is_(None))
        )
        with reading(self._engine) as session:
            row = session.exec(query).first()
        return AccountOf(*row) if row is not None else None

    def login_of(self, person: str) -> str:
        """The name somebody who is signed in signs in with."""
        with reading(self._engine) as session:
            return session.get_one(Account, person).login

    def password_of(self, person: str) -> str | None:
        """The hash of somebody who is signed in."""
        with reading(self._engine) as session:
            row = session.get(Account, person)
        return row.password_hash if row is not None and row.ended_s is None else None

    def trying(self, district: str, login: str) -> int:
        """Count a try as failed before it is judged, so that many at once are no way round; `open` and `forgive` take
        it back. From the sixth on the name is locked, each time twice as long, at most 15 minutes.

        Returns the seconds until this name may try, 0 if it may now: only then it was counted.
        """
        now = self._now_s()
        name = _name_hash(district, login)
        with writing(self._engine) as session:
            session.exec(delete(SignInFailure).where(col(SignInFailure.last_s) < now - _FORGET_FAILURES_S))
            session.connection().execute(_FIRST_FAILURE, {"name": name, "now": now})
            row = session.get_one(SignInFailure, name, with_for_update=True)
            if row.locked_until_s > now:
                return row.locked_until_s - now
            row.failures += 1
            row.last_s = now
            if row.failures > _FREE_FAILURES:
                over = min(row.failures - _FREE_FAILURES - 1, 10)
                row.locked_until_s = now + min(_FIRST_LOCK_S * 2**over, _LONGEST_LOCK_S)
            session.add(row)
        return 0

    def failed(self, district: str, login: str) -> None:
        """Note that a try that was counted was wrong."""
        with writing(self._engine) as session:
            note(session, district, "failed", self._now_s(), name_hash=_name_hash(district, login))

    def open(
        self,
        district: str,
        login: str,
        person: str,
        door: str,
        *,
        replaces: str | None = None,
        proof: Grade = Grade.PASSWORD,
        agent: str | None = None,
        by_phone: bool = False,
    ) -> str:
        """A new session; the one it replaces dies in the same transaction. Returns the token (256 bit, base64url)."""
        token = secrets.token_urlsafe(32)
        now = self._now_s()
        with writing(self._engine) as session:
            session.exec(delete(SignIn).where(col(SignIn.expires_s) < now))
            session.exec(delete(SignInFailure).where(col(SignInFailure.name_hash) == _name_hash(district, login)))
            if replaces is not None:
                session.exec(delete(SignIn).where(col(SignIn.token_hash) == token_hash(replaces)))
            note(session, district, "in", now, person=person, door=door)
            session.add(
                SignIn(
                    token_hash=token_hash(token),
                    id="i" + secrets.token_hex(8),
                    district=district,
                    person=person,
                    door=door,
                    grade=proof,
                    proved_until_s=now + self.proof_s,
                    best=proof,
                    by_phone=by_phone,
                    agent=agent,
                    created_s=now,
                    seen_s=now,
                    expires_s=now + self.lasts_s,
                )
            )
        return token

    def prove(self, token: str, grade: Grade) -> str | None:
        """The session of this token was shown a proof: it goes on under the new token returned, which nobody can have
        laid in the browser before. None if it is over. A better proof that still counts is not made less by another.
        """
        fresh, hashed, now = secrets.token_urlsafe(32), token_hash(token), self._now_s()
        with writing(self._engine) as session:
            row = session.get(SignIn, hashed)
            if row is None:
                return None
            counts = Grade(row.grade) if now < row.proved_until_s else Grade.PASSWORD
            until = row.proved_until_s if counts > grade else now + self.proof_s
            values = {"grade": max(counts, grade), "proved_until_s": until, "best": max(row.best, grade)}
            changed = update(SignIn).where(col(SignIn.token_hash) == hashed)
            session.exec(changed.values(token_hash=token_hash(fresh), seen_s=now, **values))
        return fresh

    def forgive(self, district: str, login: str) -> None:
        """Forget the failures of a name: it has shown what it should."""
        with writing(self._engine) as session:
            session.exec(delete(SignInFailure).where(col(SignInFailure.name_hash) == _name_hash(district, login)))

    def close(self, token: str) -> None:
        """End a session; ending one that is over is no error."""
        with writing(self._engine) as session:
            row = session.get(SignIn, token_hash(token))
            if row is not None:
                note(session, row.district, "out", self._now_s(), person=row.person, door=row.door)
                session.delete(row)

    def close_all_of(self, person: str) -> None:
        """End every session of a person: the account was ended or its password changed."""
        with writing(self._engine) as session:
            row = session.exec(rows_of(SignIn).where(SignIn.person == person)).first()
            if row is not None:
                note(session, row.district, "all_out", self._now_s(), person=person)
            session.exec(delete(SignIn).where(col(SignIn.person) == person))

    def opened_by(self, person: str) -> list[Opened]:
        """The open sessions of a person, the one used last first."""
        now = self._now_s()
        query = rows_of(SignIn).where(SignIn.person == person, col(SignIn.expires_s) > now)
        query = query.where(col(SignIn.seen_s) > now - self.idle_s).order_by(col(SignIn.seen_s).desc(), col(SignIn.id))
        with reading(self._engine) as session:
            rows = session.exec(query).all()
        return [
            Opened(id=row.id, door=row.door, agent=row.agent, opened_s=row.created_s, seen_s=row.seen_s,
                   expires_s=row.expires_s)
            for row in rows
        ]  # fmt: skip

    def end(self, person: str, session_id: str) -> bool:
        """End one session of a person by its name; whether there was one."""
        with writing(self._engine) as session:
            query = rows_of(SignIn).where(SignIn.person == person, SignIn.id == session_id)
            row = session.exec(query).first()
            if row is not None:
                note(session, row.district, "out", self._now_s(), person=person, door=row.door)
                session.delete(row)
        return row is not None

    def end_others(self, person: str, session_id: str) -> None:
        """End all sessions of a person but this one."""
        with writing(self._engine) as session:
            self._end_others(session, person, session_id)

    def change_password(self, person: str, password_hash: str, keep: str) -> None:
        """Replace the password and end all sessions but `keep`, in one transaction."""
        with writing(self._engine) as session:
            account = session.get_one(Account, person)
            account.password_hash = password_hash
            session.add(account)
            self._end_others(session, person, keep)

    def _end_others(self, session: Session, person: str, keep: str) -> None:
        others = rows_of(SignIn).where(SignIn.person == person, SignIn.id != keep)
        for row in session.exec(others):
            note(session, row.district, "out", self._now_s(), person=person, door=row.door)
            session.delete(row)

    def epoch(self) -> int:
        """The identity epoch: while it stands still, nobody has become somebody else and no session was ended."""
        with self._engine.connect() as connection:
            return int(connection.execute(_EPOCH).scalar() or 0)

    def who(self, token: str) -> Who | None:
        """The person behind a token and what he holds now; None if the session is over or the account ended."""
        known = self.known(token)
        return None if known is None else known.who

    def known(self, token: str) -> Known | None:
        """The same, with how long it holds by itself: till the session ends, or till its use has to be noted again."""
        return self._known(_WHO, {"hashed": token_hash(token)}, used=True)

    def known_as(self, session: str) -> Known | None:
        """The same of a session by its name: it goes on under another token, and who holds it on a socket with it. A
        socket that lies open is no use of the session."""
        return self._known(_WHO_AS, {"id": session}, used=False)

    def _known(self, query: Select[Any], asked: dict[str, str], *, used: bool) -> Known | None:
        now = self._now_s()
        with self._engine.connect() as connection:
            rows = connection.execute(query, asked).all()
        if not rows:
            return None
        seen_s, expires_s, proved, best, *person = rows[0][:_PERSON_WIDTH]
        if now >= expires_s or now - seen_s >= self.idle_s:
            return None
        said = dict(zip(_PERSON, person, strict=True))
        noted_for_s = min(_SEEN_EVERY_S, self.idle_s // 2) if used else self.idle_s
        if used and now - seen_s >= noted_for_s:
            with writing(self._engine) as session:
                session.exec(update(SignIn).where(col(SignIn.id) == said["session"]).values(seen_s=now))
            seen_s = now
        held = tuple(_held(row[_PERSON_WIDTH:]) for row in rows if row[_PERSON_WIDTH] is not None)
        who = Who(**said, held=held, proved=Grade(proved), best=Grade(best))
        return Known(who, min(expires_s, seen_s + noted_for_s) - now)


# Two that fail at once for the first time must not fail over each other's row; and who comes in at the same moment
# takes the row away: an update that changes nothing locks it first.
_FIRST_FAILURE = text(
    "INSERT INTO sign_in_failure (name_hash, failures, last_s, locked_until_s) VALUES (:name, 0, :now, 0) "
    "ON CONFLICT (name_hash) DO UPDATE SET name_hash = excluded.name_hash"
)
_EPOCH = select(sql.table_of(IdentityEpoch).c.epoch)
_S, _P, _A, _M, _O = (sql.table_of(one) for one in (SignIn, Person, Account, Membership, Organisation))
_HELD = (
    _O.c.id, _M.c.id, _O.c.kind, _O.c.name, _O.c.region, _O.c.upper, _M.c.office, _M.c.side, _M.c.seat_hint,
    _M.c.mandate, _M.c.mandate_scope, _M.c.mandate_from, _M.c.mandate_to,
)  # fmt: skip
_PERSON = ("door", "session", "proved_until_s", "person", "name", "district")
_PERSON_WIDTH = 4 + len(_PERSON)
_SAID = (_S.c.door, _S.c.id, _S.c.proved_until_s, _P.c.id, _P.c.name, _P.c.district)
_IN_ORDER = (_M.c.created_s, _M.c.id)
_KNOWN = (
    select(_S.c.seen_s, _S.c.expires_s, _S.c.grade, _S.c.best, *_SAID, *_HELD)
    .select_from(_S)
    .join(_P, _P.c.id == _S.c.person)
    .join(_A, _A.c.person == _S.c.person)
    .outerjoin(_M, and_(_M.c.person == _P.c.id, _M.c.ended_s.is_(None)))
    .outerjoin(_O, and_(_O.c.id == _M.c.organisation, _O.c.ended_s.is_(None)))
    .where(_P.c.ended_s.is_(None), _A.c.ended_s.is_(None))
    .order_by(*_IN_ORDER)
)
_WHO = _KNOWN.where(_S.c.token_hash == bindparam("hashed"))
_WHO_AS = _KNOWN.where(_S.c.id == bindparam("id"))
"""A row for each membership, or one without any; a membership of an ended organisation stands there without it.

One statement, made once: it is asked at nearly every request, and building it anew cost five times what it costs.
"""


def _held(row: Sequence[Any]) -> Held:
    """The columns of `_HELD` as what they say."""
    organisation, membership, kind, name, region, upper, office, side, *rest = row
    seat_hint, mandate, mandate_scope, mandate_from, mandate_to = rest
    return Held(
        membership=membership, organisation=organisation, organisation_kind=kind, organisation_name=name, region=region,
        upper=upper, office=Office(office), side=Side(side) if side is not None else None, seat_hint=seat_hint,
        mandate=mandate, mandate_scope=mandate_scope, mandate_from=mandate_from, mandate_to=mandate_to,
    )  # fmt: skip


def held_by(session: Session, person: str) -> tuple[Held, ...]:
    """Every membership of a person that is not ended, oldest first."""
    query = (
        select(*_HELD)
        .join_from(_M, _O, _O.c.id == _M.c.organisation)
        .where(_M.c.person == person, _M.c.ended_s.is_(None), _O.c.ended_s.is_(None))
        .order_by(*_IN_ORDER)
    )
    return tuple(_held(row) for row in session.connection().execute(query))
