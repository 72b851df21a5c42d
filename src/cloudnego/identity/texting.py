"""Codes as text messages: through a gateway of the operator's that takes JSON, in a sandbox to its operator's inbox.

Any carrier is reached by a few lines of the operator's own that speak this one POST. In a sandbox nothing leaves the
house: nobody's phone rings for what has no effect.
"""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from cloudnego.core.vocabulary import Office
from cloudnego.eventlog.tables import District
from cloudnego.identity.custody import Custody
from cloudnego.identity.factor_tables import PhoneNumber
from cloudnego.identity.inbox import Inbox, MessageKind
from cloudnego.identity.outward import Away, Outward, Question
from cloudnego.identity.sending import CannotSend, Parcel, masked
from cloudnego.identity.store import reading, writing
from cloudnego.identity.tables import Membership, SignIn
from cloudnego.texts import say

_TAKEN: Final = range(200, 300)


class Gateway(msgspec.Struct, frozen=True, kw_only=True):
    """Where texts are handed over: https, or http to a relay on this very machine. `secret`: our bearer token there."""

    url: str
    secret: str


class Texts:
    """Sends codes by text. Blocking, for ten seconds at most; nothing is sent twice: who got none asks again."""

    def __init__(self, engine: Engine, custody: Custody, inbox: Inbox, gateway: Gateway | None) -> None:
        self._engine = engine
        self.custody = custody
        self.inbox = inbox
        self._gateway = gateway

    def offered(self, district: str) -> bool:
        """Whether texts go anywhere from a district of this house."""
        with reading(self._engine) as session:
            row = session.get(District, district)
        return row is not None and (row.kind == "sandbox" or self._gateway is not None)

    def number(self, row: PhoneNumber) -> str:
        """The number in a row, `+` and digits."""
        return self.custody.open(row.district, row.sealed, "phone", row.person)

    def send(self, district: str, number: str, code: str) -> None:
        """Raises CannotSend."""
        with reading(self._engine) as session:
            sandbox = session.get_one(District, district).kind == "sandbox"
        if sandbox:
            self._shown(district, number, code)
            return
        if self._gateway is None:
            raise CannotSend("no gateway")
        text = say("inbox.text", {"code": code})
        question = Question(
            url=self._gateway.url,
            method="POST",
            send="json",
            fields={"to": number, "code": code, "text": text["zh"], "text_en": text["en"]},
            headers={"Authorization": f"Bearer {self._gateway.secret}"},
            inner=True,
            mute=True,
        )
        try:
            answered = asyncio.run(Outward(loopback=True).ask(question))
        except Away as wrong:
            raise CannotSend(str(wrong)) from None
        if answered.status not in _TAKEN:
            raise CannotSend(f"status {answered.status}")

    def _shown(self, district: str, number: str, code: str) -> None:
        """What would have been sent, for whoever runs the sandbox."""
        with writing(self._engine) as session:
            for one in _operators(session, district):
                self.inbox.tell_in(session, district, one, MessageKind.SANDBOX_TEXT, to=masked(number), code=code)


def _operators(session: Session, district: str) -> list[str]:
    query = select(Membership.person).where(Membership.district == district, col(Membership.ended_s).is_(None))
    return sorted(set(session.exec(query.where(Membership.office == Office.OPERATOR.value))))


class PhoneSender:
    """To the phone somebody gave, where it proves anything: given after more than a password, and not in a session that
    a code to this very phone has opened."""

    def __init__(self, engine: Engine, texts: Texts) -> None:
        self._engine = engine
        self._texts = texts

    def reaches(self, person: str, session: str) -> str | None:
        with reading(self._engine) as reader:
            row = reader.get(PhoneNumber, person)
            opened = reader.exec(select(SignIn.by_phone).where(SignIn.id == session)).first()
        if row is None or not row.proves or opened is not False or not self._texts.offered(row.district):
            return None
        return masked(self._texts.number(row))

    def send(self, parcel: Parcel) -> None:
        with reading(self._engine) as session:
            row = session.get(PhoneNumber, parcel.person)
        if row is None:
            raise CannotSend(parcel.person)
        self._texts.send(row.district, self._texts.number(row), parcel.code)
