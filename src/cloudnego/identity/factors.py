"""All that people can prove themselves with, put together: which of it somebody has, and what a proof shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import msgspec
from sqlalchemy import Engine

from cloudnego.eventlog.keys import Keyring
from cloudnego.identity.apps import Apps
from cloudnego.identity.codes import Codes
from cloudnego.identity.confirming import Confirming
from cloudnego.identity.custody import Custody
from cloudnego.identity.grades import Act, Means
from cloudnego.identity.inbox import Inbox
from cloudnego.identity.letters import Letters
from cloudnego.identity.passkeys import Passkeys
from cloudnego.identity.phones import Phones
from cloudnego.identity.sending import Addresses, InboxSender, MailSender, MailServer, Sender
from cloudnego.identity.sessions import Who
from cloudnego.identity.texting import Gateway, PhoneSender, Texts


class MeansHad(msgspec.Struct, frozen=True):
    """A means somebody has. `to`: where a code would come to, as it may be shown."""

    means: Means
    to: str | None = None


@dataclass(frozen=True, kw_only=True)
class Factors:
    """Everything below `identity` that has to do with proofs. Blocking."""

    custody: Custody
    letters: Letters
    inbox: Inbox
    codes: Codes
    apps: Apps
    passkeys: Passkeys
    addresses: Addresses
    confirming: Confirming
    phones: Phones

    def change_needs(self, person: str) -> Act:
        """What changing one's own factors is: once there is an app or a passkey, a letter alone adds no other."""
        strong = self.apps.has(person) or bool(self.passkeys.of(person))
        return Act.CHANGE_STRONG_FACTORS if strong else Act.CHANGE_FACTORS

    def had_by(self, who: Who, today: date) -> tuple[MeansHad, ...]:
        """The means this person has in this session, strongest first."""
        found = [MeansHad(Means.PASSKEY)] if self.passkeys.domain is not None and self.passkeys.of(who.person) else []
        found += [MeansHad(Means.TOTP)] if self.apps.has(who.person) else []
        for means in (Means.MAIL, Means.PHONE, Means.INBOX):
            sender = self.codes.senders.get(means)
            to = sender.reaches(who.person, who.session) if sender is not None else None
            if to is not None:
                found.append(MeansHad(means, to or None))
        if self.letters.good(who.district, who.person, today):
            found.append(MeansHad(Means.LETTER))
        return tuple(found)


def factors_of(
    engine: Engine,
    ring: Keyring,
    new_id: Callable[[str], str],
    now_s: Callable[[], int],
    *,
    mail: MailServer | None,
    gateway: Gateway | None,
    domain: str | None,
) -> Factors:
    """Put them together; without a mail server no code goes by mail, without a gateway none to phones but in sandboxes,
    without a domain there are no passkeys."""
    custody = Custody(engine, ring)
    inbox = Inbox(engine, custody, new_id, now_s)
    texts = Texts(engine, custody, inbox, gateway)
    addresses = Addresses(engine, custody, now_s)
    senders: dict[Means, Sender] = {
        Means.INBOX: InboxSender(engine, inbox, now_s),
        Means.PHONE: PhoneSender(engine, texts),
    }
    if mail is not None:
        senders[Means.MAIL] = MailSender(addresses, mail)
    codes = Codes(engine, custody, new_id, now_s, senders)
    return Factors(
        custody=custody,
        letters=Letters(engine, custody, new_id, now_s),
        inbox=inbox,
        codes=codes,
        apps=Apps(engine, custody, now_s),
        passkeys=Passkeys(engine, new_id, now_s, domain),
        addresses=addresses,
        confirming=Confirming(addresses, codes, custody),
        phones=Phones(engine, codes, texts, now_s),
    )
