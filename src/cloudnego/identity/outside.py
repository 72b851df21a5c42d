"""Outside accounts: whom a provider's name for somebody is linked with here, and the attempts that are under way.

Nobody gets an account merely by having a login elsewhere: a link is made from inside a session. Of the provider's name
only a hash is kept; it is no key to anything, but it need not stand in a dump beside a person either.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
from sqlalchemy import Engine, delete, insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from cloudnego.eventlog import sql
from cloudnego.identity.attempts import Attempt
from cloudnego.identity.handed_out import closed, opened
from cloudnego.identity.inbox import Inbox, MessageKind
from cloudnego.identity.providers import Provider
from cloudnego.identity.sessions import Who, token_hash
from cloudnego.identity.store import reading, writing
from cloudnego.identity.tables import Account, OutsideLink, OutsideReturn, Person, SignIn

LASTS_S: Final = 600
"""An attempt that takes longer was left alone."""


class Taken(Exception):
    """The outside account is linked already, or this person has another one of the same provider."""


class Pending(msgspec.Struct, frozen=True, array_like=True):
    """An attempt as the browser keeps it. `person`: who wants to link; None where somebody wants to sign in.

    `then`: the page of ours the browser goes to at the end; `until_s`: seconds since 1970.
    """

    secret: bytes
    provider: str
    district: str
    person: str | None
    then: str
    until_s: int


class Seal:
    """Closes a `Pending` so that the browser can keep it and not change it: else its days and its person were his.

    `keys`: the newest first; what an older one closed still opens while there is that key.
    """

    def __init__(self, keys: Callable[[], Sequence[bytes]]) -> None:
        self._keys = keys

    def close(self, pending: Pending) -> str:
        """For a cookie."""
        return closed(self._keys(), pending)

    def open(self, sealed: str, now_s: int) -> Pending | None:
        """What was closed, if we closed it and its time is not up."""
        found = opened(self._keys(), sealed, Pending)
        return found if found is not None and now_s < found.until_s else None


class Linked(msgspec.Struct, frozen=True):
    """One link of a person: the provider, since when, and when it last let him in (seconds since 1970)."""

    provider: str
    created_s: int
    used_s: int | None


class Links:
    """Which outside accounts are whose. Synchronous: the web calls it in a thread. `now_s` is real time."""

    def __init__(self, engine: Engine, now_s: Callable[[], int], inbox: Inbox) -> None:
        self._engine = engine
        self._now_s = now_s
        self._inbox = inbox

    def spend(self, attempt: Attempt, until_s: int) -> bool:
        """Note that an attempt came back. False if it had before: of two at once, on two nodes, one gets True."""
        now = self._now_s()
        row = {"state_hash": token_hash(attempt.state), "until_s": until_s}
        try:
            with writing(self._engine) as session:
                session.exec(delete(OutsideReturn).where(col(OutsideReturn.until_s) < now))
                session.connection().execute(insert(sql.table_of(OutsideReturn)).values(row))
        except IntegrityError:
            return False
        return True

    def person(self, district: str, provider: Provider, subject: str) -> str | None:
        """Who is linked with this outside account, if he may sign in at all."""
        query = (
            select(OutsideLink.person)
            .join(Account, col(Account.person) == col(OutsideLink.person))
            .join(Person, col(Person.id) == col(OutsideLink.person))
            .where(OutsideLink.district == district, OutsideLink.subject_hash == _hash(provider, subject))
            .where(col(Account.ended_s).is_(None), col(Person.ended_s).is_(None))
        )
        with writing(self._engine) as session:
            found = session.exec(query).first()
            if found is not None:
                of_person = (col(OutsideLink.person) == found, col(OutsideLink.provider) == provider.id)
                session.exec(update(OutsideLink).where(*of_person).values(used_s=self._now_s()))
        return found

    def link(self, district: str, person: str, provider: Provider, subject: str) -> None:
        """Link an outside account with a person, who is told. Raises `Taken`."""
        row = {
            "person": person,
            "provider": provider.id,
            "district": district,
            "subject_hash": _hash(provider, subject),
            "created_s": self._now_s(),
        }
        try:
            with writing(self._engine) as session:
                session.connection().execute(insert(sql.table_of(OutsideLink)).values(row))
                self._inbox.tell_in(session, district, person, MessageKind.FACTOR_ADDED, what=provider.id)
        except IntegrityError:
            raise Taken from None

    def unlink(self, who: Who, provider: str, keep: str | None) -> bool:
        """Take a link away, and end every session of the person but the one with the token `keep`: whoever had the
        outside account may have opened them. False if there was none."""
        with writing(self._engine) as session:
            of_person = (col(OutsideLink.person) == who.person, col(OutsideLink.provider) == provider)
            gone = session.exec(delete(OutsideLink).where(*of_person)).rowcount > 0
            if gone:
                self._inbox.tell_in(session, who.district, who.person, MessageKind.FACTOR_REMOVED, what=provider)
                others = delete(SignIn).where(col(SignIn.person) == who.person)
                if keep is not None:
                    others = others.where(col(SignIn.token_hash) != token_hash(keep))
                session.exec(others)
        return gone

    def of(self, person: str) -> list[Linked]:
        """A person's links, oldest first."""
        query = select(OutsideLink).where(OutsideLink.person == person)
        with reading(self._engine) as session:
            rows = session.exec(query.order_by(col(OutsideLink.created_s), col(OutsideLink.provider))).all()
        return [Linked(one.provider, one.created_s, one.used_s) for one in rows]


def _hash(provider: Provider, subject: str) -> str:
    """Under this name a provider's name for somebody is kept. Another issuer under the same id is somebody else."""
    return hashlib.sha256("\0".join((provider.id, provider.key, subject)).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Outside:
    """What the doors need. `site`: our own address as the providers know it."""

    links: Links
    seal: Seal
    site: str = ""
    providers: Mapping[str, Provider] = field(default_factory=dict)
