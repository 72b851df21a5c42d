"""`cloudnego admin bounces`: mails that came back, from a mail server's pipe or a Maildir, while the service runs."""

from __future__ import annotations

import mailbox
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer
from sqlalchemy.exc import SQLAlchemyError

from cloudnego.console import tell
from cloudnego.identity.custody import Custody
from cloudnego.identity.inbox import Inbox
from cloudnego.identity.sending import Addresses
from cloudnego.main import looked_into, new_id, now_s, portals_of
from cloudnego.notify.bounces import MOST_BYTES, Bounces, Taken
from cloudnego.notify.outbox import Outbox
from cloudnego.reaching import marks_of
from cloudnego.settings import Settings

_SEEN: Final = "S"


@contextmanager
def _taking() -> Iterator[Callable[[bytes], Taken]]:
    """Raises what `looked_into` raises."""
    settings = Settings()
    with looked_into(settings) as (engine, ring):
        custody = Custody(engine, ring)
        marks = marks_of(settings, ring, portals_of(engine, ring, settings).issuer)
        outbox, inbox = Outbox(engine, now_s, lambda _channel, _outcome: None), Inbox(engine, custody, new_id, now_s)
        yield Bounces(engine, outbox, Addresses(engine, custody, now_s), inbox, marks).take


def bounces(
    maildir: Annotated[
        Path | None,
        typer.Option(
            help="读这个 Maildir 里未读的；不写则读标准输入。 A Maildir to read; without it one mail from stdin.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
) -> None:
    """Read mails that came back. What is no bounce of ours is left, and is no failure: a mail server would answer it
    with another. Where the database cannot be written, the code of sysexits that asks to try again (75)."""
    try:
        with _taking() as take:
            found = Counter[Taken]()
            if maildir is None:
                found[take(sys.stdin.buffer.read(MOST_BYTES))] += 1
            else:
                _from(maildir, lambda content: found.update([take(content)]))
    except SQLAlchemyError:
        raise typer.Exit(os.EX_TEMPFAIL) from None
    tell("bounces_read", **{one.value: str(found[one]) for one in Taken})


def _from(folder: Path, take: Callable[[bytes], None]) -> None:
    """Each unread message, which then counts as read: one by one, so that whoever is killed begins with the next."""
    box = mailbox.Maildir(folder, create=False)
    for key in sorted(box.keys()):
        message = box.get_message(key)
        if _SEEN in message.get_flags():
            continue
        take(box.get_bytes(key)[:MOST_BYTES])
        message.set_subdir("cur")
        message.add_flag(_SEEN)
        box[key] = message
