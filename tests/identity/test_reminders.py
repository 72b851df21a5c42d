"""Reminders: a message to each, a day apart, and a line beside what they remind of; all of it or nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select

from cloudnego.identity.custody import Custody
from cloudnego.identity.factor_tables import InboxMessage
from cloudnego.identity.inbox import APART_S, Inbox, MessageKind, NewReminder, Reminded, TooSoon
from cloudnego.identity.sessions import Who
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


def test_it_is_counted_once_of_each_that_it_reached_a_device_and_was_opened(
    engine: Engine, custody: Custody, town: Town
) -> None:
    inbox, person = Inbox(engine, custody, town.new_id, town.now), town.founded.person
    who = Who(person=person, name="-", district=D, door="bearer", held=())
    for at_s, about in ((10, "p1"), (10 + APART_S, "p1"), (10, "p2")):
        inbox.remind(reminder(at_s, about), [person], KIND, until="18:00")
    inbox.tell(D, person, MessageKind.CAMPAIGN_CALL, firm="甲")

    def counts() -> list[tuple[int, int]]:
        return [(one.delivered, one.opened) for about in ("p1", "p2") for one in inbox.reminders(about)]

    assert counts() == [(0, 0)] * 3
    for _ in range(2):
        assert len(inbox.of(who)) == 4
        assert counts() == [(1, 0)] * 3
    for _ in range(2):
        inbox.opened(who)
        assert counts() == [(1, 1)] * 3


def test_a_message_about_the_same_is_written_once(engine: Engine, custody: Custody, town: Town) -> None:
    inbox, person = Inbox(engine, custody, town.new_id, town.now), town.founded.person
    told = [inbox.tell_once(D, person, MessageKind.CAMPAIGN_CALL, about, firm="甲") for about in ("a", "a", "b")]
    assert told == [True, False, True]
    assert messages(engine) == 2
