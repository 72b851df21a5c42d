"""Notices by mail: plain text and simple HTML, to an address its owner has confirmed."""

from __future__ import annotations

import smtplib
from collections.abc import Collection
from datetime import UTC, datetime
from email import policy
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import Policy
from email.utils import format_datetime
from html import escape
from typing import Final
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from cloudnego.identity.factor_tables import MailAddress
from cloudnego.identity.sending import Addresses, MailServer, connected
from cloudnego.notify.channels import Letter, NotNow, Refused
from cloudnego.notify.marks import Marks
from cloudnego.notify.tables import NoticeChoice

_NO_SUCH: Final = range(550, 554)
"""Answers to RCPT that speak of the address itself (RFC 5321 §4.2.3: 550, 551, 553; 552: its box is full for good)."""


class _InOneLine(UnstructuredHeader, BaseHeader):
    """A header whose one word is longer than a line: the library would write it as encoded words, and nobody would find
    the address in it (RFC 2369 §2 has none)."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS: Final = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _InOneLine)
_POLICY: Final = policy.default.clone(header_factory=_HEADERS)


class MailChannel:
    """Through the server that carries the codes, too."""

    name: Final = "mail"
    label: Final = None

    def __init__(self, addresses: Addresses, server: MailServer, marks: Marks) -> None:
        self._addresses: Final = addresses
        self._server: Final = server
        self._marks: Final = marks

    def chosen(self, choice: NoticeChoice) -> bool:
        """Whether he wants mail."""
        return choice.mail

    def reached(self, session: Session, people: Collection[str]) -> frozenset[str]:
        """Whose address is confirmed and has not failed."""
        query = select(MailAddress.person).where(col(MailAddress.person).in_(sorted(people)))
        query = query.where(col(MailAddress.confirmed_s).is_not(None), col(MailAddress.failed_s).is_(None))
        return frozenset(session.exec(query))

    def address(self, person: str) -> str | None:
        """His address, if it is confirmed and has not failed."""
        found = self._addresses.given(person)
        return found.address if found is not None and found.confirmed and not found.failed else None

    def send(self, to: str, letter: Letter) -> None:
        """Hand it to the server. Raises Refused, NotNow."""
        mail = self.mail(to, letter)
        try:
            with connected(self._server) as smtp:
                smtp.send_message(mail, from_addr=self._marks.back(letter.id))
        except smtplib.SMTPRecipientsRefused as wrong:
            code = next(iter(wrong.recipients.values()))[0]
            raise (Refused if code in _NO_SUCH else NotNow)(f"status {code}") from None
        except smtplib.SMTPResponseException as wrong:  # what the server says with it may hold the address
            raise NotNow(f"status {wrong.smtp_code}") from None
        except (OSError, smtplib.SMTPException) as wrong:
            raise NotNow(type(wrong).__name__) from None

    def failed(self, person: str, to: str, now_s: int) -> bool:
        """Mail him nothing there any more."""
        return self._addresses.failed(person, to, now_s)

    def mail(self, to: str, letter: Letter) -> EmailMessage:
        """The mail itself (RFC 5322). Whoever gets it twice sees by `Message-ID` that it is one."""
        mail = EmailMessage(_POLICY)
        mail["From"], mail["To"] = self._server.sender, to
        mail["Subject"] = letter.subject
        mail["Date"] = format_datetime(datetime.fromtimestamp(letter.at_s, UTC))
        mail["Message-ID"] = f"<{letter.id}@{urlsplit(self._marks.home).hostname or 'cloudnego'}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday answers it
        stop = self._marks.leave(letter.id)
        mail["List-Unsubscribe"] = f"<{stop}>"
        if stop.startswith("https://"):  # RFC 8058 §3.1: nothing else is posted to
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        foot = f"-- \n{letter.foot}\n{letter.leave}\n{letter.stop}\n{stop}"
        parts = [*(f"{text}\n{link}" for text, link in letter.lines), foot]
        mail.set_content("\n\n".join(parts) + "\n")
        mail.add_alternative(_html(letter, stop), subtype="html")  # takes all that begins with Content- into its parts
        mail["Content-Language"] = {"zh": "zh-CN", "en": "en", "both": "zh-CN, en"}[letter.language]
        return mail


def _html(letter: Letter, stop: str) -> str:
    lines = "".join(
        f'<p style="margin:0 0 20px">{_broken(text)}<br><a href="{escape(link)}" style="color:#1B4F8F">'
        f"{escape(link)}</a></p>"
        for text, link in letter.lines
    )
    return (
        f'<!doctype html><html lang="{"en" if letter.language == "en" else "zh-CN"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(letter.subject)}</title></head>'
        '<body style="margin:0;padding:24px;color:#1A1C1F;background:#FFFFFF;'
        'font:16px/1.6 system-ui,-apple-system,sans-serif">'
        f'<div style="max-width:560px;margin:0 auto">{lines}'
        '<p style="margin:24px 0 0;padding-top:12px;border-top:1px solid #D8DCE2;font-size:13px;color:#5A6068">'
        f'{_broken(letter.foot)}<br><a href="{escape(letter.leave)}" style="color:#5A6068">{escape(letter.leave)}</a>'
        f'<br>{_broken(letter.stop)}<br><a href="{escape(stop)}" style="color:#5A6068">{escape(stop)}</a>'
        "</p></div></body></html>\n"
    )


def _broken(text: str) -> str:
    return escape(text).replace("\n", "<br>")
