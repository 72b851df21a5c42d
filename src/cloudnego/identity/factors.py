"""All that people can prove themselves with, put together: which of it somebody has, and what a proof shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import msgspec
from sqlalchemy import Engine

from cloudnego.eventlog.keys import Keyring
from cloudnego.identity.codes import Codes
from cloudnego.identity.custody import Custody
from cloudnego.identity.grades import Means
from cloudnego.identity.inbox import Inbox
from cloudnego.identity.letters import Letters
from cloudnego.identity.sending import InboxSender, MailSender, MailServer, Sender
from cloudnego.identity.sessions import Who


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

    def had_by(self, who: Who, today: date) -> tuple[MeansHad, ...]:
        """The means this person has in this session, strongest first."""
        found = []
        for means in (Means.MAIL, Means.INBOX):
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
    mail: MailServer | None,
) -> Factors:
    """Put them together; without a mail server no code goes by mail."""
    custody = Custody(engine, ring)
    inbox = Inbox(engine, custody, new_id, now_s)
    senders: dict[Means, Sender] = {Means.INBOX: InboxSender(engine, inbox, now_s)}
    if mail is not None:
        senders[Means.MAIL] = MailSender(engine, mail)
    return Factors(
        custody=custody,
        letters=Letters(engine, custody, new_id, now_s),
        inbox=inbox,
        codes=Codes(engine, custody, new_id, now_s, senders),
    )
