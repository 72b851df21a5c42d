"""Reminders of a survey, a vote, the papers of a congress: to those alone who have not acted, once a day at most, and
each stands beside what it reminds of."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from cloudnego.identity.inbox import MessageKind, NewReminder, Reminded, TooSoon
from cloudnego.web.account import instant
from cloudnego.web.cases import Found
from cloudnego.web.errors import Problem
from cloudnego.web.site import Site


class ReminderDocument(msgspec.Struct, frozen=True, kw_only=True):
    """When those who had not acted were reminded, how many they were, and how many of the messages reached a device of
    theirs and were opened. Who they were is told nobody, nor when; nothing runs from either (ESL 11)."""

    at: str
    told: int
    delivered: int
    opened: int


def remind(
    site: Site, found: Found, about: str, people: Collection[str], kind: MessageKind, /, **facts: str
) -> ReminderDocument:
    """Write them a message, and that it was done. Raises `Problem`. Blocks."""
    if not people:
        raise Problem("nobody_to_remind")
    new = NewReminder(district=found.district, about=about, by=found.member.person, at_s=int(found.at.timestamp()))
    try:
        return _document(site.factors.inbox.remind(new, people, kind, **facts))
    except TooSoon:
        raise Problem("reminded_lately") from None


def reminders(site: Site, about: str) -> tuple[ReminderDocument, ...]:
    """All of them, in order. Blocks."""
    return tuple(_document(one) for one in site.factors.inbox.reminders(about))


def _document(one: Reminded) -> ReminderDocument:
    return ReminderDocument(at=instant(one.at_s), told=one.told, delivered=one.delivered, opened=one.opened)
