"""Mails that come back later, as reports of delivery (RFC 3464): of which letter, and whether for good.

A report is written by whichever server gave up, and may be written by anybody: it counts only with the mark of a letter
that we sent, in the address it came back to or in what it returns of our mail. All else is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from enum import StrEnum
from typing import Final

import msgspec
from sqlalchemy import Engine

from cloudnego.identity.inbox import Inbox, MessageKind
from cloudnego.identity.sending import Addresses
from cloudnego.identity.store import writing
from cloudnego.notify.marks import Marks
from cloudnego.notify.outbox import Outbox

MOST_BYTES: Final = 1_048_576
"""All that is read of a message: reports stand at its beginning, and return a mail of a few KiB."""

_OF_THE_ADDRESS: Final = frozenset({"0", "1", "2", "4"})
"""Subjects of a status (RFC 3463 §3) that speak of where it should have gone: other, address, mailbox, routing. The
rest speak of the mail (5.3, 5.5, 5.6) or of whoever sends it (5.7): the next one may arrive."""

_STATUS: Final = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})\b")
_CAME_TO: Final = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "Resent-To")
_RETURNED: Final = frozenset({"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"})
_OURS: Final = ("List-Unsubscribe", "Return-Path")
_REPORT: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})
_DEEP: Final = 8


class Taken(StrEnum):
    """What became of a message: its address is paused; the letter did not arrive, but another may; none of ours that
    failed, or known already."""

    PAUSED = "paused"
    NOTED = "noted"
    LEFT = "left"


class Bounce(msgspec.Struct, frozen=True, kw_only=True):
    """A letter that did not arrive. `status` as it was reported (RFC 3463); `lasting`: nothing arrives there."""

    letter: str
    status: str
    lasting: bool


def read(content: bytes, marks: Marks) -> Bounce | None:
    """The bounce a message is, if it is one of a letter of ours. Whatever it holds, nothing is raised."""
    try:
        message = message_from_bytes(content[:MOST_BYTES])
    except RecursionError:  # nested a thousand times: no server writes that
        return None
    parts = list(_parts(message, _DEEP))
    status = next((one for part in parts for one in _failures(part)), None)
    letter = next((one for text in _places(message, parts) for one in marks.letters(text)), None)
    if status is None or letter is None:
        return None
    return Bounce(letter=letter, status=status, lasting=status.split(".")[1] in _OF_THE_ADDRESS)


def _parts(message: Message, deep: int) -> Iterator[Message]:
    yield message
    inner = message.get_payload()
    if deep and isinstance(inner, list):
        for part in inner:
            if isinstance(part, Message):
                yield from _parts(part, deep - 1)


def _failures(part: Message) -> Iterator[str]:
    """The status of each recipient to whom it failed for good; of a delay, or of what was relayed, none."""
    blocks = part.get_payload()
    if part.get_content_type() not in _REPORT or not isinstance(blocks, list):
        return
    for block in blocks:
        if not isinstance(block, Message):
            continue
        action, status = _said(block, "Action").strip().lower(), _STATUS.match(_said(block, "Status"))
        if action == "failed" and status is not None and status[1] == "5":
            yield ".".join(status.groups())


def _places(message: Message, parts: list[Message]) -> Iterator[str]:
    """Texts in which our mark may stand: where the message came to, then what it returns of ours."""
    for name in _CAME_TO:
        yield _said(message, name)
    for part in parts:
        if part.get_content_type() in _RETURNED:
            inner = part.get_payload()
            if isinstance(inner, str):
                yield from re.findall(r"(?im)^(?:List-Unsubscribe|Return-Path):.*(?:\r?\n[ \t].*)*", inner)
            elif isinstance(inner, list):
                yield from (_said(one, name) for one in inner if isinstance(one, Message) for name in _OURS)


def _said(message: Message, name: str) -> str:
    """All headers of a name, as they came."""
    return "\n".join(str(one) for one in message.get_all(name, []))


class Bounces:
    """Blocking."""

    def __init__(self, engine: Engine, outbox: Outbox, addresses: Addresses, inbox: Inbox, marks: Marks) -> None:
        self._engine: Final = engine
        self._outbox: Final = outbox
        self._addresses: Final = addresses
        self._inbox: Final = inbox
        self._marks: Final = marks

    def take(self, content: bytes) -> Taken:
        """Read a message that came back: the letter is noted as not arrived, once. Where nothing arrives at its
        address, that gets nothing more, and its owner is told where he looks anyway; but not if he has confirmed it, or
        given another, since the letter left."""
        bounce = read(content, self._marks)
        if bounce is None:
            return Taken.LEFT
        with writing(self._engine) as session:  # all of it or nothing: who is killed here reads the message again
            sent = self._outbox.came_back(session, bounce.letter)
            if sent is None:
                return Taken.LEFT
            if not bounce.lasting or not self._addresses.came_back(session, sent.person, sent.at_s):
                return Taken.NOTED
            self._outbox.give_up_in(session, sent.person, sent.channel)
            self._inbox.tell_in(session, sent.district, sent.person, MessageKind.ADDRESS_FAILED)
        return Taken.PAUSED
