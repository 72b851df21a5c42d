"""The seam through which codes leave: whatever can carry six digits to one person. In the program, and by mail."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Final, Literal, NamedTuple, Protocol

import msgspec
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from cloudnego.identity.custody import Custody
from cloudnego.identity.factor_tables import MailAddress
from cloudnego.identity.grades import Grade
from cloudnego.identity.inbox import Inbox
from cloudnego.identity.store import reading, writing
from cloudnego.identity.tables import SignIn
from cloudnego.texts import say

_TIMEOUT_S: Final = 10.0


class CannotSend(Exception):
    """He has no such way, or it is broken."""


class Parcel(NamedTuple):
    """A code and whose it is. `session`: the one it is good in, which must not be the one it is read in."""

    district: str
    person: str
    session: str
    code: str
    expires_s: int


class Sender(Protocol):
    """A way to a person. Blocking."""

    def reaches(self, person: str, session: str) -> str | None:
        """Where a code asked for in this session would come to, as it may be shown; None if this way leads nowhere."""
        ...

    def send(self, parcel: Parcel) -> None:
        """Raises CannotSend."""
        ...


class InboxSender:
    """To another session of the same person, in which more than a password was shown: a phone he once proved to be
    his."""

    def __init__(self, engine: Engine, inbox: Inbox, now_s: Callable[[], int]) -> None:
        self._engine = engine
        self._inbox = inbox
        self._now_s = now_s

    def reaches(self, person: str, session: str) -> str | None:
        query = select(SignIn.id).where(SignIn.person == person, SignIn.id != session)
        query = query.where(col(SignIn.best) > Grade.PASSWORD, col(SignIn.expires_s) > self._now_s())
        with reading(self._engine) as reader:
            return "" if reader.exec(query.limit(1)).first() is not None else None

    def send(self, parcel: Parcel) -> None:
        if self.reaches(parcel.person, parcel.session) is None:
            raise CannotSend(parcel.person)
        self._inbox.send_code(
            parcel.district, parcel.person, parcel.code, hidden_from=parcel.session, expires_s=parcel.expires_s
        )


class MailGiven(NamedTuple):
    """An address, whether its owner has shown that it is his, and whether it takes nothing."""

    address: str
    confirmed: bool
    failed: bool


class Addresses:
    """Where people's codes are mailed to, and notices once it was confirmed. Blocking."""

    def __init__(self, engine: Engine, custody: Custody, now_s: Callable[[], int]) -> None:
        self._engine = engine
        self._custody = custody
        self._now_s = now_s

    def of(self, person: str) -> str | None:
        """The address somebody has given."""
        found = self.given(person)
        return None if found is None else found.address

    def given(self, person: str) -> MailGiven | None:
        """The same, with what is known of it."""
        with reading(self._engine) as session:
            row = session.get(MailAddress, person)
        if row is None:
            return None
        return MailGiven(self._address(row), row.confirmed_s is not None, row.failed_s is not None)

    def set(self, district: str, person: str, address: str) -> None:
        """Mail codes there from now on. Another address than before is to be confirmed anew."""
        sealed = self._custody.seal(district, address, "mail", person)
        with writing(self._engine) as session:
            row = session.get(MailAddress, person)
            if row is not None and self._address(row) == address:
                return
            session.merge(MailAddress(person=person, district=district, sealed=sealed, made_s=self._now_s()))

    def confirm(self, person: str, address: str) -> bool:
        """A code that went there was shown: it is his. Whether it still is the one he has given."""
        return self._marked(person, address, confirmed_s=self._now_s(), failed_s=None)

    def failed(self, person: str, address: str, now_s: int) -> bool:
        """It takes nothing. Whether it still is the one he has given."""
        return self._marked(person, address, failed_s=now_s)

    def came_back(self, session: Session, person: str, sent_s: int) -> bool:
        """What was mailed there then came back. Whether that is news: not of an address given or confirmed since."""
        row = session.get(MailAddress, person)
        if row is None or row.failed_s is not None or max(row.made_s, row.confirmed_s or 0) > sent_s:
            return False
        row.failed_s = self._now_s()
        session.add(row)
        return True

    def _marked(self, person: str, address: str, **values: int | None) -> bool:
        with writing(self._engine) as session:
            row = session.get(MailAddress, person)
            if row is None or self._address(row) != address:
                return False
            row.sqlmodel_update(values)
            session.add(row)
        return True

    def _address(self, row: MailAddress) -> str:
        return self._custody.open(row.district, row.sealed, "mail", row.person)

    def remove(self, person: str) -> bool:
        """Mail no more codes; whether any were."""
        with writing(self._engine) as session:
            row = session.get(MailAddress, person)
            if row is not None:
                session.delete(row)
        return row is not None


class MailServer(msgspec.Struct, frozen=True, kw_only=True):
    """The server that takes our mail. `tls`: from the start, by STARTTLS, or none, for a relay on this machine."""

    host: str
    port: int
    sender: str
    tls: Literal["starttls", "tls", "none"] = "starttls"
    login: str | None = None
    password: str | None = None


class MailSender:
    """By mail, through one server. It is told nothing of cases: a code and how long it is good."""

    def __init__(self, addresses: Addresses, server: MailServer) -> None:
        self._addresses = addresses
        self._server = server

    def reaches(self, person: str, session: str) -> str | None:
        address = self._addresses.of(person)
        return masked(address) if address is not None else None

    def send(self, parcel: Parcel) -> None:
        address = self._addresses.of(parcel.person)
        if address is None:
            raise CannotSend(parcel.person)
        facts = {"code": parcel.code}
        subject, body = say("inbox.mail.subject", facts), say("inbox.mail.body", facts)
        letter = EmailMessage()
        letter["From"], letter["To"] = self._server.sender, address
        letter["Subject"] = f"{subject['zh']} · {subject['en']}"
        letter.set_content(f"{body['zh']}\n\n{body['en']}\n")
        try:
            with connected(self._server) as smtp:
                smtp.send_message(letter)
        except (OSError, smtplib.SMTPException):
            raise CannotSend(parcel.person) from None


@contextmanager
def connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    """Signed in, encrypted as the settings say, against a certificate that is checked; a server without it gets
    nothing. Raises OSError, SMTPException."""
    place = (server.host, server.port)
    if server.tls == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(*place, timeout=_TIMEOUT_S, context=ssl.create_default_context())
    else:
        smtp = smtplib.SMTP(*place, timeout=_TIMEOUT_S)
    with smtp:
        if server.tls == "starttls":
            smtp.starttls(context=ssl.create_default_context())
        if server.login is not None and server.password is not None:
            smtp.login(server.login, server.password)
        yield smtp


def masked(to: str) -> str:
    """An address or a number that its owner knows again and nobody learns: `z•••@example.com`, `+86•••0077`."""
    name, at, domain = to.rpartition("@")
    return f"{name[:1]}•••@{domain}" if at else f"{to[:3]}•••{to[-4:]}"
