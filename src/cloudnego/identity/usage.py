"""How much portals are used: of each client for each enterprise, by the day, counts and nothing else.

What webhooks told is added up with the note that they told it. Requests a process counts in memory, and adds them up in
the database now and then; so those it counted last are lost with a process that is killed, and a quota is passed by
what several processes take on within that time. No person stands in a figure: what
somebody does through a client is his own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from cloudnego.eventlog import sql
from cloudnego.identity.portal_tables import PortalUsage
from cloudnego.identity.store import reading, writing
from cloudnego.ports import CHINA

DAY_S: Final = 86_400
OWNERS: Final = "table"
"""The scope that only the owner of an enterprise grants: what a client does with it follows from what it sees there."""

_Key = tuple[str, str, date]
_TABLE: Final = sql.table_of(PortalUsage)
_COUNTS: Final = ("requests", "errors", "limited", "told", "failed", "wide")
_ADD: Final = sql.upsert(_TABLE, adding=_COUNTS)


class User(NamedTuple):
    """A client, the enterprise it asks for ("*": all at once), and whether it sees what its owner alone could grant."""

    client: str
    enterprise: str
    wide: bool


class Quota(NamedTuple):
    """Of how many requests a day how many are left, and for how many seconds more."""

    per_day: int
    left: int
    lasts_s: int


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """One day of a client for an enterprise. `wide`: how much of it was counted while it saw the table."""

    enterprise: str
    day: date
    requests: int
    errors: int
    limited: int
    told: int
    failed: int
    wide: int


@dataclass(slots=True)
class _Counted:
    """What was counted of one client, enterprise and day. `noted`: of its requests those that are in the database."""

    noted: int
    requests: int = 0
    errors: int = 0
    limited: int = 0
    told: int = 0
    failed: int = 0
    wide: int = 0
    last_s: int = 0


class Usage:
    """Counts on the event loop; `know`, `delivered`, `note` and `of` block. `now_s` is real time: a sandbox has no
    days of its own here."""

    def __init__(self, engine: Engine, now_s: Callable[[], int], per_day: int) -> None:
        self.per_day: Final = per_day
        self._engine: Final = engine
        self._now_s: Final = now_s
        self._guard: Final = Lock()
        self._counted: Final[dict[_Key, _Counted]] = {}

    def known(self, user: User) -> bool:
        """Whether it is known how much of today's quota was used before."""
        return self._key(user) in self._counted

    def know(self, user: User) -> None:
        """Look how much of today's quota was used before, here or elsewhere. Blocks."""
        key = self._key(user)
        with reading(self._engine) as session:
            noted = _noted(session, key)
        with self._guard:
            self._counted.setdefault(key, _Counted(noted))

    def left(self, user: User) -> Quota:
        """What is left of today's quota."""
        return self._quota(self._of(user))

    def take(self, user: User) -> Quota:
        """Count a request, and what is left after it; one that is too much is counted apart, and `left` is -1."""
        with self._guard:
            found = self._of(user)
            found.last_s, found.wide = self._now_s(), found.wide + user.wide
            if found.noted + found.requests >= self.per_day:
                found.limited += 1
                return self._quota(found)._replace(left=-1)
            found.requests += 1
            return self._quota(found)

    def erred(self, user: User) -> None:
        """A request that was counted got no yes."""
        with self._guard:
            self._of(user).errors += 1

    def delivered(self, session: Session, user: User, *, told: int, failed: int) -> None:
        """So many events were told by a webhook, and so many tries failed: added up in the transaction that notes them.
        Blocks."""
        if told + failed:
            counted = _Counted(0, told=told, failed=failed, wide=user.wide * (told + failed), last_s=self._now_s())
            _ADD.run(session.connection(), [_row(self._key(user), counted)])

    def note(self) -> None:
        """Add what was counted to the database, and learn what others counted. Blocks."""
        today, new = self._today(), dict[_Key, _Counted]()
        with self._guard:
            for key, one in tuple(self._counted.items()):
                if one.last_s:
                    new[key] = replace(one)
                    self._counted[key] = _Counted(one.noted + one.requests)
                elif key[2] != today:
                    del self._counted[key]
        if not new:
            return
        try:
            with writing(self._engine) as session:
                _ADD.run(session.connection(), [_row(key, one) for key, one in new.items()])
                noted = {key: _noted(session, key) for key in new}
        except Exception:
            self._keep(new)
            raise
        with self._guard:
            for key, requests in noted.items():
                self._counted.setdefault(key, _Counted(requests)).noted = requests

    def of(self, client: str, enterprises: Collection[str], days: int) -> list[Used]:
        """The last days, today among them, the oldest first; those on which nothing was counted are not there.
        Blocks."""
        self.note()
        since = self._today() - timedelta(days=days - 1)
        query = select(PortalUsage).where(PortalUsage.client == client, col(PortalUsage.day) >= since)
        query = query.where(col(PortalUsage.enterprise).in_(sorted(enterprises)))
        with reading(self._engine) as session:
            rows = session.exec(query.order_by(col(PortalUsage.day), col(PortalUsage.enterprise))).all()
        names = ("enterprise", "day", *_COUNTS)
        return [Used(**{name: getattr(row, name) for name in names}) for row in rows]

    def _keep(self, counted: dict[_Key, _Counted]) -> None:
        """What could not be noted is noted with what comes."""
        with self._guard:
            for key, one in counted.items():
                found = self._counted.setdefault(key, _Counted(one.noted))
                found.noted, found.last_s = one.noted, max(found.last_s, one.last_s)
                for name in _COUNTS:
                    setattr(found, name, getattr(found, name) + getattr(one, name))

    def _of(self, user: User) -> _Counted:
        return self._counted.setdefault(self._key(user), _Counted(0))

    def _key(self, user: User) -> _Key:
        return user.client, user.enterprise, self._today()

    def _quota(self, found: _Counted) -> Quota:
        left = max(0, self.per_day - found.noted - found.requests)
        tomorrow = self._today() + timedelta(days=1)
        ends_s = int(datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=CHINA).timestamp())
        return Quota(self.per_day, left, ends_s - self._now_s())

    def _today(self) -> date:
        return datetime.fromtimestamp(self._now_s(), CHINA).date()


def _noted(session: Session, key: _Key) -> int:
    row = session.get(PortalUsage, key, populate_existing=True)
    return 0 if row is None else row.requests


def _row(key: _Key, one: _Counted) -> list[object]:
    values = {"client": key[0], "enterprise": key[1], "day": key[2]}
    values |= {name: getattr(one, name) for name in (*_COUNTS, "last_s")}
    return [values[column.name] for column in _TABLE.columns]
