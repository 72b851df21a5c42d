"""Reminders of a survey, a vote, the papers of a congress: to those alone who have not acted, once a day at most, and
each stands beside what it reminds of."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import msgspec

from cloudnego.core.moment import Law
from cloudnego.identity.inbox import MessageKind, NewReminder, Reminded, TooSoon
from cloudnego.web.account import instant
from cloudnego.web.case_views import shown_deadlines
from cloudnego.web.cases import Found
from cloudnego.web.documents import DeadlineDocument, Deadlines, ReminderDocument
from cloudnego.web.errors import Problem
from cloudnego.web.site import Site


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


def about_term(case_id: str, term: str) -> str:
    """Under which name the reminders of a term are kept (its `mark_key`): one that runs to another day is another."""
    return "t" + hashlib.sha256(f"{case_id}\n{term}".encode()).hexdigest()[:40]


def with_reminders(site: Site, found: Found, law: Law) -> Deadlines:
    """The terms the reader sees; of those his own bench owes, when its people were told. Blocks."""
    shown, own = shown_deadlines(found, law), found.caucus_of

    def told(one: DeadlineDocument) -> DeadlineDocument:
        if own is None or one.side is not own or one.noted is None:
            return one
        about = about_term(found.id, f"{one.timer}|{one.key}|{one.latest}")
        return msgspec.structs.replace(one, reminded=reminders(site, about))

    return msgspec.structs.replace(shown, rows=tuple(map(told, shown.rows)))


def _document(one: Reminded) -> ReminderDocument:
    return ReminderDocument(at=instant(one.at_s), told=one.told, delivered=one.delivered, opened=one.opened)
