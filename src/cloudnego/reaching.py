"""From the settings to the ways people are reached by: who carries codes and notices out of the house."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cloudnego.eventlog.keys import Keyring
from cloudnego.identity.factors import Factors
from cloudnego.identity.sending import MailServer
from cloudnego.identity.texting import Gateway
from cloudnego.notify.mail import MailChannel
from cloudnego.notify.marks import KEYS, Marks
from cloudnego.notify.outbox import Outbox
from cloudnego.notify.phones import channels_in
from cloudnego.settings import Settings


def mail_server(settings: Settings) -> MailServer | None:
    """The server that takes our mail, if there is one."""
    if settings.mail_host is None:
        return None
    return MailServer(
        host=settings.mail_host,
        port=settings.mail_port,
        sender=settings.mail_from,
        tls=settings.mail_tls,
        login=settings.mail_login,
        password=settings.mail_password.get_secret_value() if settings.mail_password is not None else None,
    )


def gateway(settings: Settings) -> Gateway | None:
    """Where codes for phones are handed over, if they are."""
    if settings.text_url is None or settings.text_secret is None:
        return None
    return Gateway(url=settings.text_url, secret=settings.text_secret.get_secret_value())


def marks_of(settings: Settings, ring: Keyring, home: str) -> Marks:
    """What letters are known by outside. `home`: the address of this installation."""
    return Marks(partial(ring.derived, KEYS), home, settings.mail_returns)


def outbox_of(settings: Settings, factors: Factors, marks: Marks, outbox: Outbox, now_s: Callable[[], int]) -> Outbox:
    """The outbox with all channels of this installation; from now on messages leave by them. Raises ChannelsWrong,
    ProvidersWrong."""
    server = mail_server(settings)
    if server is not None:
        outbox.open(MailChannel(factors.addresses, server, marks))
    if settings.channels_file is not None:
        for channel in channels_in(settings.channels_file, factors.phones, now_s):
            outbox.open(channel)
    factors.inbox.beside = outbox.take
    return outbox
