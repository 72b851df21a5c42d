"""Phones as a way in: a number its owner gave and showed to be his, and codes to it that open a session.

What a code to a phone opens counts as a password does: it binds nobody. And what is asked for a number does the same
whether anybody here has it, row by row: nobody is looked up before a code was right, or in the thread that sends one.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final

import msgspec
import structlog
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from cloudnego.identity.codes import Asked, Codes
from cloudnego.identity.factor_tables import OneTimeCode, PhoneNumber
from cloudnego.identity.grades import Means
from cloudnego.identity.inbox import MessageKind
from cloudnego.identity.records import note
from cloudnego.identity.sending import CannotSend, masked
from cloudnego.identity.sessions import Who, token_hash
from cloudnego.identity.store import reading, writing
from cloudnego.identity.tables import Account, Person
from cloudnego.identity.texting import Texts

WHAT: Final = "手机 phone"
"""What a message about it calls it."""

_log: Final = structlog.get_logger(__name__)


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """A phone as its owner sees it. `to`: masked; `proves`: whether codes there count as a proof."""

    to: str
    given_s: int
    proves: bool


class Entrant(msgspec.Struct, frozen=True):
    """Who came in by phone."""

    district: str
    person: str


class Phones:
    """The phones of all districts. Blocking. Numbers come as `+` and digits."""

    def __init__(self, engine: Engine, codes: Codes, texts: Texts, now_s: Callable[[], int]) -> None:
        self._engine = engine
        self._codes = codes
        self._now_s = now_s
        self.texts = texts

    # --- one's own -------------------------------------------------------------------------------------------------

    def of(self, person: str) -> Given | None:
        """The phone somebody has given."""
        with reading(self._engine) as session:
            row = session.get(PhoneNumber, person)
        return None if row is None else Given(to=masked(self.texts.number(row)), given_s=row.made_s, proves=row.proves)

    def number_of(self, person: str) -> str | None:
        """The number somebody has given, for whoever sends something there."""
        with reading(self._engine) as session:
            row = session.get(PhoneNumber, person)
        return None if row is None else self.texts.number(row)

    def begin(self, who: Who, number: str) -> str:
        """A code to be sent to a number, good in this session. Raises TooManyCodes."""
        digest = self._digest(who.district, number)
        return self._codes.draw(Asked(who.district, who.session, Means.PHONE, who.person, digest))[0]

    def confirm(self, who: Who, number: str, code: str, *, proves: bool) -> bool:
        """Whether the code shows that the number is his; it is from now on. Whoever had it before has none: numbers are
        given to others, and who holds it now is the one whom codes reach."""
        digest = self._digest(who.district, number)
        if not self._codes.right_at(digest, who.session, code):
            return False
        with writing(self._engine) as session:
            had = session.exec(_whose(who.district, digest)).first()
            mine = session.get(PhoneNumber, who.person)
            for row in {one.person: one for one in (had, mine) if one is not None}.values():
                self._taken_away(session, row)
            session.flush()
            sealed = self.texts.custody.seal(who.district, number, "phone", who.person)
            session.add(
                PhoneNumber(
                    person=who.person,
                    district=who.district,
                    digest=digest,
                    sealed=sealed,
                    proves=proves,
                    made_s=self._now_s(),
                )
            )
            self.texts.inbox.tell_in(session, who.district, who.person, MessageKind.FACTOR_ADDED, what=WHAT)
        return True

    def remove(self, person: str) -> bool:
        """Forget somebody's phone; whether there was one."""
        with writing(self._engine) as session:
            row = session.get(PhoneNumber, person)
            if row is not None:
                self._taken_away(session, row)
        return row is not None

    def _taken_away(self, session: Session, row: PhoneNumber) -> None:
        session.delete(row)
        self.texts.inbox.tell_in(session, row.district, row.person, MessageKind.FACTOR_REMOVED, what=WHAT)

    # --- coming in -------------------------------------------------------------------------------------------------

    def ask(self, district: str, number: str) -> tuple[str, str]:
        """A code for whoever has this number, if anybody: the name of the attempt in which it is good (256 bit), and
        the code, for `deliver`. Raises TooManyCodes."""
        attempt = secrets.token_urlsafe(32)
        asked = Asked(district, token_hash(attempt), Means.PHONE, phone=self._digest(district, number))
        return attempt, self._codes.draw(asked)[0]

    def deliver(self, district: str, number: str, code: str) -> None:
        """Send a code to a number if it is anybody's. Nobody waits for this: it says nothing of how it went."""
        try:
            if self._owner(district, self._digest(district, number)) is not None:
                self.texts.send(district, number, code)
        except Exception as wrong:  # it would end in a thread that nobody hears; what a database says may hold words
            why = str(wrong) if isinstance(wrong, CannotSend) else type(wrong).__name__
            _log.warning("text_not_sent", why=why)

    def enter(self, attempt: str, code: str) -> Entrant | None:
        """Who comes in with the code of an attempt, if it is right and its phone is anybody's."""
        hashed = token_hash(attempt)
        query = select(OneTimeCode).where(OneTimeCode.session == hashed, col(OneTimeCode.person).is_(None))
        with reading(self._engine) as session:
            row = session.exec(query).first()
        if row is None or row.phone is None:
            return None
        right = self._codes.right_at(row.phone, hashed, code)
        owner = self._owner(row.district, row.phone)
        if not right or owner is None:
            with writing(self._engine) as session:
                note(session, row.district, "failed", self._now_s(), name_hash=row.phone)
            return None
        return Entrant(row.district, owner)

    def _owner(self, district: str, digest: str) -> str | None:
        """Whose phone it is, if he may sign in at all."""
        query = (
            _whose(district, digest)
            .join(Account, col(Account.person) == col(PhoneNumber.person))
            .join(Person, col(Person.id) == col(PhoneNumber.person))
            .where(col(Account.ended_s).is_(None), col(Person.ended_s).is_(None))
        )
        with reading(self._engine) as session:
            row = session.exec(query).first()
        return row.person if row is not None else None

    def _digest(self, district: str, number: str) -> str:
        return self.texts.custody.digest(district, "phone", number)


def _whose(district: str, digest: str) -> SelectOfScalar[PhoneNumber]:
    return select(PhoneNumber).where(PhoneNumber.district == district, PhoneNumber.digest == digest)
