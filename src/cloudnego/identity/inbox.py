"""Messages to one person, read in the program: what happened to his account, and codes for another session of his."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum
from typing import Final, Literal, Protocol

import msgspec
from sqlalchemy import Engine, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, or_, select

from cloudnego.identity.custody import Custody
from cloudnego.identity.factor_tables import InboxMessage, Reminder
from cloudnego.identity.grades import Grade
from cloudnego.identity.sessions import Who
from cloudnego.identity.store import reading, writing

_SHOWN_MAX: Final = 100
APART_S: Final = 86_400
"""Between two reminders of the same."""


class MessageKind(StrEnum):
    """What a message is about; its sentence stands in the catalogue under `inbox`."""

    CODE = "code"
    RESET_ASKED = "reset_asked"
    RESET_DONE = "reset_done"
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    PASSWORD_CHANGED = "password_changed"
    SANDBOX_TEXT = "sandbox_text"  # what would have gone to a phone
    POLL_REMINDER = "poll_reminder"  # a vote runs in which he has no ballot yet
    SURVEY_REMINDER = "survey_reminder"  # the own side asks for an opinion until a day
    CONGRESS_MATERIALS = "congress_materials"  # a delegate has not confirmed that he received the draft
    ELECTION_OBJECTION = "election_objection"  # to those who answer for the workers' union: until when
    OBJECTION_ANSWERED = "objection_answered"  # to who objected to the list of the elected
    WEBHOOK_RESTS = "webhook_rests"  # one of a program he let in takes nothing any more
    CAMPAIGN_CALL = "campaign_call"  # a union of the area asks a firm's union to send its offer
    TERM_NEAR = "term_near"  # a term ends in three working days, or in one, and he can do what ends it
    TERM_TODAY = "term_today"
    TERM_OVER = "term_over"
    TERM_URGE = "term_urge"  # to the upper unions: it is over, and they may urge (HZ 43)
    ADDRESS_FAILED = "address_failed"  # what notices were mailed to takes none
    MAIL_STOPPED = "mail_stopped"  # whoever has one of his mails stopped them by the link in it


class InboxEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it was written. `facts`: what stands in its sentence."""

    id: str
    kind: MessageKind
    made_s: int
    facts: dict[str, str]


class TooSoon(Exception):
    """They were reminded less than a day ago."""


class NewReminder(msgspec.Struct, frozen=True, kw_only=True):
    """Who reminds, and of what: a survey, a vote, the papers of a congress."""

    district: str
    about: str
    by: str
    at_s: int


class Reminded(msgspec.Struct, frozen=True, kw_only=True):
    """That so many were reminded; `at_s`: by the clock of the district. Of their messages so many reached a device
    (`delivered`) and were before their reader (`opened`): neither starts a term (ESL 11)."""

    by: str
    at_s: int
    told: int
    delivered: int = 0
    opened: int = 0


class Beside(Protocol):
    """What is done with messages in the transaction that writes them: have them leave the program as well."""

    def __call__(self, session: Session, messages: Sequence[InboxMessage], ends_s: int | None, /) -> None:
        """`ends_s`: when the term they speak of ends, in seconds of real time."""
        ...


class Inbox:
    """Messages of all districts. Blocking. `beside`: how they leave the program; where nobody says, they do not."""

    def __init__(
        self, engine: Engine, custody: Custody, new_id: Callable[[str], str], now_s: Callable[[], int]
    ) -> None:
        self._engine = engine
        self._custody = custody
        self._new_id = new_id
        self._now_s = now_s
        self.beside: Beside = _nowhere

    def tell(self, district: str, person: str, kind: MessageKind, **facts: str) -> None:
        """Write a message to somebody."""
        with writing(self._engine) as session:
            self.tell_in(session, district, person, kind, **facts)

    def tell_in(self, session: Session, district: str, person: str, kind: MessageKind, **facts: str) -> None:
        """The same in a transaction that is open: nothing is told of what does not happen."""
        self._write(session, [self._message(district, person, kind, facts)])

    def tell_once(self, district: str, person: str, kind: MessageKind, about: str, **facts: str) -> bool:
        """Write a message unless he has one about the same; whether it was written."""
        id_ = _id_once(district, person, kind, about)
        try:
            with writing(self._engine) as session:
                if session.get(InboxMessage, id_) is not None:
                    return False
                self._write(session, [self._message(district, person, kind, facts, id_)])
        except IntegrityError:  # told at the same moment by another node
            return False
        return True

    def remind(self, new: NewReminder, people: Collection[str], kind: MessageKind, **facts: str) -> Reminded:
        """Write a message to each of those who have not acted, and that it was done. Raises TooSoon."""
        try:
            with writing(self._engine) as session:
                before = _reminders(session, new.about)
                if before and new.at_s - before[-1].at_s < APART_S:
                    raise TooSoon
                number = len(before) + 1
                self._remind_in(session, _row(new, number), dict.fromkeys(people, kind), facts)
        except IntegrityError:  # reminded at the same moment by another
            raise TooSoon from None
        return Reminded(by=new.by, at_s=new.at_s, told=len(people))

    def call(
        self, new: NewReminder, number: int, people: Mapping[str, MessageKind], ends_s: int | None, /, **facts: str
    ) -> bool:
        """The reminder of this number, written once however many processes see that it is due; whether it was. To each
        the message of his kind. It is noted where it concerns nobody, too. `ends_s`: when the term it is of ends."""
        try:
            with writing(self._engine) as session:
                if session.get(Reminder, (new.about, number)) is not None:
                    return False
                self._remind_in(session, _row(new, number), people, facts, ends_s)
        except IntegrityError:
            return False
        return True

    def was_reminded(self, about: str, number: int) -> bool:
        """Whether the reminder of this number was written."""
        with reading(self._engine) as session:
            return session.get(Reminder, (about, number)) is not None

    def _remind_in(
        self, session: Session, row: Reminder, people: Mapping[str, MessageKind], facts: dict[str, str],
        ends_s: int | None = None,
    ) -> None:  # fmt: skip
        row.told = len(people)
        session.add(row)
        session.flush()  # whoever comes second fails before anything else is written
        messages = [self._message(row.district, person, kind, facts) for person, kind in people.items()]
        for message in messages:
            message.about, message.number = row.about, row.number
        self._write(session, messages, ends_s)

    def reminders(self, about: str) -> list[Reminded]:
        """When those were reminded who had not acted, in order."""
        with reading(self._engine) as session:
            return [
                Reminded(by=one.by, at_s=one.at_s, told=one.told, delivered=one.delivered, opened=one.opened)
                for one in _reminders(session, about)
            ]

    def opened(self, who: Who) -> None:
        """He has his messages before him: those of reminders are opened."""
        with reading(self._engine) as session:
            mine = select(InboxMessage.id).where(
                InboxMessage.person == who.person, col(InboxMessage.about).is_not(None), ~col(InboxMessage.opened)
            )
            ids = list(session.exec(mine))
        self._reached(ids, "delivered")
        self._reached(ids, "opened")

    def send_code(self, district: str, person: str, code: str, *, hidden_from: str, expires_s: int) -> None:
        """Write a code; the session that asked for it never reads it."""
        message = self._message(district, person, MessageKind.CODE, {"code": code})
        message.hidden_from, message.expires_s = hidden_from, expires_s
        with writing(self._engine) as session:
            session.exec(delete(InboxMessage).where(col(InboxMessage.expires_s) < self._now_s()))
            session.add(message)

    def of(self, who: Who) -> list[InboxEntry]:
        """What this session may read, newest first. Codes only where more than a password was shown once: two
        sign-ins with one stolen password must not make a second proof of each other."""
        now = self._now_s()
        query = select(InboxMessage).where(InboxMessage.person == who.person)
        query = query.where(or_(col(InboxMessage.expires_s).is_(None), col(InboxMessage.expires_s) > now))
        query = query.where(or_(col(InboxMessage.hidden_from).is_(None), col(InboxMessage.hidden_from) != who.session))
        if who.best is Grade.PASSWORD:
            query = query.where(InboxMessage.kind != MessageKind.CODE.value)
        with reading(self._engine) as session:
            query = query.order_by(col(InboxMessage.made_s).desc(), col(InboxMessage.id))
            rows = session.exec(query.limit(_SHOWN_MAX)).all()
        self._reached([row.id for row in rows if row.about is not None and not row.delivered], "delivered")
        return [self._entry(row) for row in rows]

    def entry(self, id_: str) -> InboxEntry | None:
        """One message, for whoever carries it to its reader; None if it is gone."""
        with reading(self._engine) as session:
            row = session.get(InboxMessage, id_)
        return None if row is None else self._entry(row)

    def _write(self, session: Session, messages: Sequence[InboxMessage], ends_s: int | None = None) -> None:
        session.add_all(messages)
        self.beside(session, messages, ends_s)

    def _reached(self, ids: Sequence[str], how: Literal["delivered", "opened"]) -> None:
        """Note it of messages of reminders, once of each, however many ask at once."""
        if not ids:
            return
        seen, counted = getattr(InboxMessage, how), getattr(Reminder, how)
        with writing(self._engine) as session:
            for id_ in ids:
                row = session.get_one(InboxMessage, id_)
                first = update(InboxMessage).where(col(InboxMessage.id) == id_, ~col(seen)).values({seen: True})
                if session.connection().execute(first).rowcount:
                    here = (col(Reminder.about) == row.about, col(Reminder.number) == row.number)
                    session.connection().execute(update(Reminder).where(*here).values({counted: col(counted) + 1}))

    def _message(
        self, district: str, person: str, kind: MessageKind, facts: dict[str, str], id_: str | None = None
    ) -> InboxMessage:
        id_ = id_ if id_ is not None else self._new_id("b")
        body = self._custody.seal(district, msgspec.json.encode(facts).decode(), "inbox", id_)
        return InboxMessage(id=id_, district=district, person=person, kind=kind.value, body=body, made_s=self._now_s())

    def _entry(self, row: InboxMessage) -> InboxEntry:
        facts = msgspec.json.decode(self._custody.open(row.district, row.body, "inbox", row.id), type=dict[str, str])
        return InboxEntry(id=row.id, kind=MessageKind(row.kind), made_s=row.made_s, facts=facts)


def _nowhere(session: Session, messages: Sequence[InboxMessage], ends_s: int | None, /) -> None:
    """Messages stay in the program."""


def _row(new: NewReminder, number: int) -> Reminder:
    return Reminder(about=new.about, number=number, district=new.district, by=new.by, at_s=new.at_s, told=0)


def _reminders(session: Session, about: str) -> list[Reminder]:
    query = select(Reminder).where(Reminder.about == about).order_by(col(Reminder.number))
    return list(session.exec(query).all())


def _id_once(district: str, person: str, kind: MessageKind, about: str) -> str:
    told = f"{district}\n{person}\n{kind.value}\n{about}"
    return "b" + hashlib.sha256(told.encode()).hexdigest()[:32]
