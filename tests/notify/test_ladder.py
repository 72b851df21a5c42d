"""The ladder: three, one and no working days before a term ends, and once it is over; to whose act would end it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from cloudnego.core.calendar import Calendar
from cloudnego.identity.inbox import MessageKind
from cloudnego.ports import CHINA, Asked
from cloudnego.web.crier import Crier
from cloudnego.web.reminding import about_term
from tests.notify.conftest import HOME, Place, address
from tests.notify.postbox import html_of, text_of
from tests.web.conftest import API
from tests.web.played import DISTRICT, LAW, looking, rehearsed

K = MessageKind


def step(calendar: Calendar, day: date, n: int) -> date:
    """So many working days on or back, counted one by one: an oracle."""
    way = timedelta(days=1 if n > 0 else -1)
    for _ in range(abs(n)):
        day += way
        while not calendar.is_working_day(day):
            day += way
    return day


def rungs(latest: date) -> dict[date, K]:
    days = {-3: K.TERM_NEAR, -1: K.TERM_NEAR, 0: K.TERM_TODAY, 1: K.TERM_OVER}
    return {step(LAW.calendar, latest, n): kind for n, kind in days.items()}


def morning(day: date) -> datetime:
    return datetime.combine(day, time(8), CHINA)


@pytest.mark.parametrize(
    ("command", "timer", "acts", "urge"),
    [
        ("reply", "reply", {"e0"}, {"town", "district"}),
        ("request_materials", "meeting_notice", {"w0", "e0"}, set()),
        ("submit_draft", "to_congress", {"e0"}, {"town", "district"}),
        ("file_contract", "file", {"e0", "hr"}, set()),
    ],
)
async def test_who_may_end_a_term_is_called_on_each_rung_and_nobody_else(
    place: Place, command: str, timer: str, acts: set[str], urge: set[str]
) -> None:
    """By mail on the morning of the day, and in the program; each once, however often anybody looks."""
    case = await place.until(command)
    terms = [one for one in place.open_terms(case) if one.timer == timer]
    (latest,) = {one.latest for one in terms}
    assert latest is not None
    expected = rungs(latest)
    place.clock.at = morning(step(LAW.calendar, latest, -4))
    await place.go_on(morning(max(expected)), hours=12)
    about = {one.mark_key for one in terms}
    told = [(who, one) for who, one in place.messages() if one.facts["about"] in about]
    days = {
        (who, datetime.fromtimestamp(one.made_s, CHINA).date(), one.kind)
        for who, one in told
        if one.kind != K.TERM_URGE
    }
    assert days == {(who, day, kind) for who in acts for day, kind in expected.items()}
    assert len(told) == len(days) + len(urge)
    assert {who for who, one in told if one.kind == K.TERM_URGE} == urge
    for who in acts:
        mails = [one for one in place.box.to(address(who)) if str(latest) in text_of(one)]
        assert [one["Date"].datetime.astimezone(CHINA) for one in mails] == [morning(day) for day in expected]
        assert all(f"{HOME}/c/{case}" in text_of(one) and f"{HOME}/c/{case}" in html_of(one) for one in mails)
    for one in terms:
        noted = place.site.factors.inbox.reminders(about_term(case, one.mark_key))
        whose = {who for who, message in told if message.facts["about"] == one.mark_key}
        assert [reminder.by for reminder in noted] == ["clock"] * 4
        assert sum(reminder.told for reminder in noted) == 4 * len(whose - urge) + len(urge)
    benches = {"w0": "worker", "w1": "worker", "e0": "employer", "hr": None, "district": None}
    for who, side in benches.items():
        rows = (await looking(place.house)(who).get(f"{API}/negotiations/{case}/deadlines")).json()["rows"]
        shown = {row["side"] for row in rows if row["reminded"]}
        assert shown == ({side} & {one.side for one in terms}), "the other side's people read what they read"


async def test_it_ends_when_somebody_has_acted(place: Place) -> None:
    """Called in the night, answered before the morning: no mail says what is not so any more."""
    case = await place.until("reply")
    latest = next(one.latest for one in place.open_terms(case) if one.timer == "reply")
    assert latest is not None
    day = step(LAW.calendar, latest, -3)
    place.clock.at = datetime.combine(day, time(0, 5), CHINA)
    await place.go_on(place.clock.at)
    assert [who for who, _ in place.messages()] == ["e0"]
    assert place.box.came == []
    acts = rehearsed()
    number = next(n for n, one in enumerate(acts) if one.command.type == "reply")
    at = datetime.combine(day, time(7), CHINA)
    for act in acts[number : number + 2]:
        await place.site.log.ask(
            Asked(district=DISTRICT, case=case, command=act.command, by=act.by, at=at, key=act.command.type)
        )
    place.clock.at = at
    await place.go_on(morning(step(LAW.calendar, latest, 1)), hours=12)
    told = [one for _, one in place.messages() if one.facts["about"].startswith("reply|")]
    assert len(told) == 1
    assert place.box.came, "of other terms there were mails"
    assert not [mail for mail in place.box.came if told[0].facts["term_zh"] in text_of(mail)]


async def test_who_lost_his_office_is_not_told_what_waits_since(place: Place) -> None:
    case = await place.until("file_contract")
    latest = next(one.latest for one in place.open_terms(case) if one.timer == "file")
    assert latest is not None
    place.clock.at = datetime.combine(step(LAW.calendar, latest, -3), time(0, 5), CHINA)
    await place.go_on(place.clock.at)
    assert {who for who, _ in place.messages()} == {"e0", "hr"}
    with place.site.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE membership SET ended_s = 1 WHERE person = 'hr'")
    await place.go_on(morning(place.clock.at.date()), hours=8)
    assert {mail["To"] for mail in place.box.came} == {address("e0")}


async def test_nothing_leaves_a_sandbox(place: Place) -> None:
    with place.site.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE district SET kind = 'sandbox'")
    case = await place.until("reply")
    latest = next(one.latest for one in place.open_terms(case) if one.timer == "reply")
    assert latest is not None
    place.clock.at = morning(step(LAW.calendar, latest, -4))
    await place.go_on(morning(latest))
    assert [one.facts["mark"] for _, one in place.messages()] == ["T-3", "T-1", "T0"]
    assert place.box.came == []


async def test_one_case_that_cannot_be_read_keeps_nobody_else_from_being_told(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await place.until("reply")
    latest = next(one.latest for one in place.open_terms(case) if one.timer == "reply")
    assert latest is not None
    place.clock.at = morning(step(LAW.calendar, latest, -3))
    with monkeypatch.context() as patch:
        patch.setattr(Crier, "_standing", lambda *_: 1 / 0)
        await place.go_on(place.clock.at)
    assert place.messages() == []
    await place.go_on(morning(step(LAW.calendar, latest, -1)))
    assert [(who, one.facts["mark"]) for who, one in place.messages()] == [("e0", "T-1")], "the next mark is read"
