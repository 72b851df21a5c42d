"""Links to a calendar of terms: 256 bits in an address, which a calendar program fetches without a session.

A link says whose it is and nothing of what he sees: that is asked anew at each fetch, of what he is at that moment. So
it shows less as soon as he is less, and nothing where his account, the capacity it was made in, or the grant of its
portal has ended.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, Engine, delete, func, update
from sqlmodel import col, select

from cloudnego.identity.clients import written
from cloudnego.identity.link_tables import CalendarLink
from cloudnego.identity.portals import Portals
from cloudnego.identity.roster import NewId
from cloudnego.identity.sessions import Who, held_by, token_hash
from cloudnego.identity.store import reading, writing
from cloudnego.identity.tables import Account, Person
from cloudnego.ports import CHINA

LINKS_MAX: Final = 20
"""Calendars of one person, or of one client: one for each device, not one for each day."""

DOOR: Final = "calendar"


class TooManyLinks(Exception):
    """As many as one may have are there."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A link as it stands. Instants in seconds of real time; `used_s`: of the day, its beginning."""

    id: str
    district: str
    person: str | None
    client: str | None
    enterprise: str | None
    scopes: frozenset[str]
    acting_as: str | None
    case: str | None
    created_s: int
    used_s: int | None


class CalendarLinks:
    """All of it synchronous: the web calls it in a thread. `now_s` is real time in whole seconds."""

    def __init__(self, engine: Engine, new_id: NewId, now_s: Callable[[], int]) -> None:
        self._engine: Final = engine
        self._new_id: Final = new_id
        self._now_s: Final = now_s

    def make(self, who: Who, acting_as: str | None, case: str | None) -> tuple[Link, str]:
        """A link for who asks, and its token (base64url), which is said this once. Raises `TooManyLinks`."""
        token, portal = secrets.token_urlsafe(32), who.portal
        row = CalendarLink(
            id=self._new_id("l"), token_hash=token_hash(token), district=who.district, acting_as=acting_as,
            person=who.person if portal is None else None, client=None if portal is None else portal.client,
            enterprise=None if portal is None else portal.enterprise,
            scopes="" if portal is None else written(portal.scopes), case_id=case, created_s=self._now_s(),
        )  # fmt: skip
        with writing(self._engine) as session:
            there = select(func.count()).select_from(CalendarLink).where(_of(who))
            if session.exec(there).one() >= LINKS_MAX:
                raise TooManyLinks
            session.add(row)
            session.flush()
            return _said(row), token

    def of(self, who: Who) -> list[Link]:
        """The links of who asks, the oldest first."""
        query = select(CalendarLink).where(_of(who)).order_by(col(CalendarLink.created_s), col(CalendarLink.id))
        with reading(self._engine) as session:
            return [_said(row) for row in session.exec(query).all()]

    def end(self, who: Who, link: str) -> bool:
        """End one of his; whether there was one."""
        with writing(self._engine) as session:
            return bool(session.exec(delete(CalendarLink).where(_of(who), col(CalendarLink.id) == link)).rowcount)

    def found(self, token: str) -> Link | None:
        """The link of a token, which is noted to have been used today."""
        now = datetime.fromtimestamp(self._now_s(), CHINA)
        today_s = int(now.replace(hour=0, minute=0, second=0).timestamp())
        with reading(self._engine) as session:
            row = session.exec(select(CalendarLink).where(CalendarLink.token_hash == token_hash(token))).first()
        if row is None:
            return None
        if row.used_s != today_s:
            used = update(CalendarLink).where(col(CalendarLink.id) == row.id)
            with writing(self._engine) as session:
                session.exec(used.values(used_s=today_s))
        return _said(row)


def eyes_of(engine: Engine, portals: Portals, link: Link) -> tuple[Who, ...]:
    """Whose eyes a link looks with now: a person's, or a client's for each enterprise it may look at. Empty where
    the account, the capacity it was made in, or the grant has ended. Blocks."""
    if link.client is not None:
        return portals.eyes(link.client, link.enterprise or "", link.scopes)
    alive = select(Person).join(Account, col(Account.person) == col(Person.id)).where(Person.id == link.person)
    alive = alive.where(col(Person.ended_s).is_(None), col(Account.ended_s).is_(None))
    with reading(engine) as session:
        row = session.exec(alive).first()
        held = () if row is None else held_by(session, row.id)
    if row is None or (link.acting_as is not None and all(one.membership != link.acting_as for one in held)):
        return ()
    return (Who(person=row.id, name=row.name, district=row.district, door=DOOR, held=held),)


def _of(who: Who) -> ColumnElement[bool]:
    """Whose a link is. A client that asks for one enterprise does not come to what it made for another."""
    if who.portal is None:
        return col(CalendarLink.person) == who.person
    mine: ColumnElement[bool] = col(CalendarLink.client) == who.portal.client
    return mine & (col(CalendarLink.enterprise) == who.portal.enterprise)


def _said(row: CalendarLink) -> Link:
    return Link(
        id=row.id, district=row.district, person=row.person, client=row.client, enterprise=row.enterprise,
        scopes=frozenset(row.scopes.split()), acting_as=row.acting_as, case=row.case_id, created_s=row.created_s,
        used_s=row.used_s,
    )  # fmt: skip
