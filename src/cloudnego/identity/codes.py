"""One-time codes: six digits, sent for one session or one attempt to come in, good once and for minutes, and gone after
five tries."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Engine, func, or_
from sqlmodel import col, delete, select

from cloudnego.identity.custody import Custody
from cloudnego.identity.factor_tables import OneTimeCode
from cloudnego.identity.grades import Means
from cloudnego.identity.sending import CannotSend, Parcel, Sender
from cloudnego.identity.sessions import Who
from cloudnego.identity.store import writing

LASTS_S: Final = 300
DIGITS: Final = 6
TRIES: Final = 5
_APART_S: Final = 30  # a second click must not send a second code, nor a script a hundred
_AN_HOUR_S: Final = 3600
_AN_HOUR_MAX: Final = 10  # of one person: nobody's mailbox is filled by a thief with his password


class TooManyCodes(Exception):
    """Another code may be asked for after `wait_s` seconds."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(wait_s)
        self.wait_s = wait_s


class Asked(NamedTuple):
    """What a code is drawn for. `session`: in which it is good; `phone`: digest of the number whose owner it is to
    show. It counts among the ten an hour of that person, and of that phone."""

    district: str
    session: str
    means: Means
    person: str | None = None
    phone: str | None = None


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
        code, expires_s = self.draw(Asked(who.district, who.session, means, who.person))
        sender.send(Parcel(who.district, who.person, who.session, code, expires_s))

    def draw(self, asked: Asked) -> tuple[str, int]:
        """A new code, and the second in which it dies; whoever draws it sends it. Raises TooManyCodes."""
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        now, id_ = self._now_s(), self._new_id("c")
        row = OneTimeCode(
            id=id_,
            district=asked.district,
            person=asked.person,
            session=asked.session,
            phone=asked.phone,
            means=asked.means.value,
            digest=self._digest(asked.district, id_, code),
            made_s=now,
            expires_s=now + LASTS_S,
        )
        whose = ((OneTimeCode.person, asked.person), (OneTimeCode.phone, asked.phone))
        theirs = or_(*(col(column) == value for column, value in whose if value is not None))
        with writing(self._engine) as session:
            session.exec(delete(OneTimeCode).where(col(OneTimeCode.made_s) < now - _AN_HOUR_S))
            count, last, first = session.exec(
                select(func.count(), func.max(OneTimeCode.made_s), func.min(OneTimeCode.made_s)).where(theirs)
            ).one()
            if count and now < last + _APART_S:
                raise TooManyCodes(last + _APART_S - now)
            if count >= _AN_HOUR_MAX:
                raise TooManyCodes(first + _AN_HOUR_S + 1 - now)
            session.add(row)
        return code, row.expires_s

    def right(self, who: Who, code: str) -> bool:
        """Whether this is the code last sent for this session. Right or wrong, it was a try of it. What was sent to
        show whose a new phone is shows nothing else."""
        return self._shown(code, who.session, col(OneTimeCode.person) == who.person, col(OneTimeCode.phone).is_(None))

    def right_at(self, phone: str, session: str, code: str) -> bool:
        """Whether this is the code last sent to this phone (its digest) for this session or attempt."""
        return self._shown(code, session, col(OneTimeCode.phone) == phone)

    def _shown(self, code: str, session: str, *where: ColumnElement[bool]) -> bool:
        query = select(OneTimeCode).where(OneTimeCode.session == session, *where)
        query = query.order_by(col(OneTimeCode.made_s).desc()).with_for_update().limit(1)
        with writing(self._engine) as transaction:
            row = transaction.exec(query).first()
            if row is None or row.spent or self._now_s() >= row.expires_s or row.tries >= TRIES:
                return False
            row.tries += 1
            row.spent = secrets.compare_digest(row.digest, self._digest(row.district, row.id, code))
            transaction.add(row)
        return row.spent

    def _digest(self, district: str, id_: str, code: str) -> str:
        return self._custody.digest(district, "code", id_, code)
