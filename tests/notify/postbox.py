"""A real mail server on loopback (aiosmtpd) that keeps what it took, and refuses whom a test says."""

from __future__ import annotations

import ssl
import threading
from asyncio import Server
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Final

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

LOGIN: Final = ("cloudnego", "let-us-in")


class Postbox:
    """`says` answers RCPT of an address, and `takes` a whole mail: None is yes. `came` has what was taken, in order;
    `took`, which sees what the mail says, may answer otherwise when it was."""

    def __init__(self) -> None:
        self.came: list[EmailMessage] = []
        self.says: Callable[[str], str | None] = lambda _: None
        self.takes: Callable[[int], str | None] = lambda _: None
        self.took: Callable[[bytes], str | None] = lambda _: None
        self.port = 0
        self.tries = 0
        self._guard = threading.Lock()

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        refused = self.says(address)
        if refused is not None:
            return refused
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        with self._guard:
            self.tries += 1
            refused = self.takes(self.tries)
            if refused is None or refused.startswith("250"):
                content = envelope.content
                assert isinstance(content, bytes)
                mail: Any = message_from_bytes(content, policy=policy.default)
                self.came.append(mail)
                refused = refused or self.took(content)
        return refused or "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """What came for somebody."""
        return [one for one in self.came if one["To"] == address]


def text_of(mail: EmailMessage) -> str:
    """Its plain part."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html_of(mail: EmailMessage) -> str:
    """Its HTML part."""
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


class _Anywhere(Controller):
    """At whatever port is free: the library itself looks for it at the one it asked for."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def postbox(tls: ssl.SSLContext) -> Iterator[Postbox]:
    """A server that wants STARTTLS and then a login, ended at the end."""
    box = Postbox()

    def signs_in(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode()) == LOGIN
        return AuthResult(success=right)

    made = _Anywhere(
        box, hostname="127.0.0.1", port=0, tls_context=tls, require_starttls=True, authenticator=signs_in,
        auth_required=True,
    )  # fmt: skip
    made.start()
    box.port = made.port
    try:
        yield box
    finally:
        made.stop()
