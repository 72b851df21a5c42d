"""One-time codes: six digits, sent for one session, good once and for minutes, and gone after five tries."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import Engine, func
from sqlmodel import col, delete, select

from cloudnego.identity.custody import Custody
from cloudnego.identity.factor_tables import OneTimeCode
from cloudnego.identity.grades import Means
from cloudnego.identity.sending import CannotSend, Parcel, Sender
from cloudnego.identity.sessions import Who
from cloudnego.identity.store import writing

LASTS_S: Final = 300
TRIES: Final = 5
_APART_S: Final = 30  # a second click must not send a second code, nor a script a hundred
_AN_HOUR_S: Final = 3600
_AN_HOUR_MAX: Final = 10  # of one person: nobody's mailbox is filled by a thief with his password


class TooManyCodes(Exception):
    """Another code may be asked for after `wait_s` seconds."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(wait_s)
        self.wait_s = wait_s


class Codes:
    """Codes of all districts. Blocking."""

    def __init__(
        self,
        engine: Engine,
        custody: Custody,
        new_id: Callable[[str], str],
        now_s: Callable[[], int],
        senders: Mapping[Means, Sender],
    ) -> None:
        self._engine = engine
        self._custody = custody
        self._new_id = new_id
        self._now_s = now_s
        self.senders = dict(senders)

    def send(self, who: Who, means: Means) -> None:
        """Send a code for this session. Raises TooManyCodes; CannotSend where the way is broken or he has it not."""
        sender = self.senders.get(means)
        if sender is None or sender.reaches(who.person, who.session) is None:
            raise CannotSend(means.value)
        code = f"{secrets.randbelow(1_000_000):06d}"
        now, id_ = self._now_s(), self._new_id("c")
        row = OneTimeCode(
            id=id_,
            district=who.district,
            person=who.person,
            session=who.session,
            means=means.value,
            digest=self._digest(who.district, id_, code),
            made_s=now,
            expires_s=now + LASTS_S,
        )
        with writing(self._engine) as session:
            session.exec(delete(OneTimeCode).where(col(OneTimeCode.made_s) < now - _AN_HOUR_S))
            count, last, first = session.exec(
                select(func.count(), func.max(OneTimeCode.made_s), func.min(OneTimeCode.made_s)).where(
                    OneTimeCode.person == who.person
                )
            ).one()
            if count and now < last + _APART_S:
                raise TooManyCodes(last + _APART_S - now)
            if count >= _AN_HOUR_MAX:
                raise TooManyCodes(first + _AN_HOUR_S + 1 - now)
            session.add(row)
        sender.send(Parcel(who.district, who.person, who.session, code, row.expires_s))

    def right(self, who: Who, code: str) -> bool:
        """Whether this is the code last sent for this session. Right or wrong, it was a try of it."""
        now = self._now_s()
        with writing(self._engine) as session:
            query = select(OneTimeCode).where(OneTimeCode.session == who.session, OneTimeCode.person == who.person)
            row = session.exec(query.order_by(col(OneTimeCode.made_s).desc()).with_for_update().limit(1)).first()
            if row is None or row.spent or now >= row.expires_s or row.tries >= TRIES:
                return False
            row.tries += 1
            right = secrets.compare_digest(row.digest, self._digest(row.district, row.id, code))
            row.spent = right
            session.add(row)
        return right

    def _digest(self, district: str, id_: str, code: str) -> str:
        return self._custody.digest(district, "code", id_, code)
