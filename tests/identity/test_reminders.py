"""Reminders: a message to each, a day apart, and a line beside what they remind of; all of it or nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select

from cloudnego.identity.custody import Custody
from cloudnego.identity.factor_tables import InboxMessage
from cloudnego.identity.inbox import APART_S, Inbox, MessageKind, NewReminder, Reminded, TooSoon
from cloudnego.identity.store import reading
from tests.identity.conftest import D, Town

KIND = MessageKind.POLL_REMINDER


def reminder(at_s: int, about: str = "p1") -> NewReminder:
    return NewReminder(district=D, about=about, by="chair", at_s=at_s)


def messages(engine: Engine) -> int:
    with reading(engine) as session:
        return session.exec(select(func.count()).select_from(InboxMessage)).one()


def test_they_are_a_day_apart_and_noted(engine: Engine, custody: Custody, town: Town) -> None:
    inbox, people = Inbox(engine, custody, town.new_id, town.now), [town.founded.person]
    inbox.remind(reminder(10), people, KIND, until="18:00")
    with pytest.raises(TooSoon):
        inbox.remind(reminder(9 + APART_S), people, KIND, until="18:00")
    assert messages(engine) == 1, "nothing is told of what does not happen"
    inbox.remind(reminder(10, "p2"), people, KIND, until="18:00")
    inbox.remind(reminder(10 + APART_S), people, KIND, until="18:00")
    assert messages(engine) == 3
    assert inbox.reminders("p1") == [
        Reminded(by="chair", at_s=10, told=1),
        Reminded(by="chair", at_s=10 + APART_S, told=1),
    ]
    assert inbox.reminders("p3") == []


def test_a_message_about_the_same_is_written_once(engine: Engine, custody: Custody, town: Town) -> None:
    inbox, person = Inbox(engine, custody, town.new_id, town.now), town.founded.person
    told = [inbox.tell_once(D, person, MessageKind.CAMPAIGN_CALL, about, firm="甲") for about in ("a", "a", "b")]
    assert told == [True, False, True]
    assert messages(engine) == 2
