"""The outbox: at least once, under one name, in its hours; whatever a mail server or a process does nothing is lost."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from sqlmodel import col, select, update

from cloudnego.identity.factor_tables import InboxMessage, MailAddress
from cloudnego.identity.inbox import MessageKind, NewReminder
from cloudnego.identity.store import reading, writing
from cloudnego.notify.channels import Letter, NotNow
from cloudnego.notify.delivery import AFTER_S, Delivery
from cloudnego.notify.hours import DAY, Hours, is_quiet, leaves_s, next_morning_s
from cloudnego.notify.mail import MailChannel
from cloudnego.notify.outbox import A_DAY_MAX, Outbox, State
from cloudnego.notify.tables import Dispatch, NoticeChoice
from cloudnego.ports import CHINA
from tests.notify.conftest import HOME, Place, address
from tests.notify.postbox import html_of, text_of
from tests.web.played import DISTRICT

NOON = datetime(2026, 3, 3, 12, tzinfo=CHINA)
NIGHT = datetime(2026, 3, 3, 22, tzinfo=CHINA)


def tell(place: Place, person: str = "e0", what: str = "甲") -> None:
    place.site.factors.inbox.tell(DISTRICT, person, MessageKind.FACTOR_ADDED, what=what)


def choose(place: Place, person: str = "e0", **how: Any) -> None:
    with writing(place.site.engine) as session:
        session.merge(NoticeChoice(person=person, district=DISTRICT, changed_s=0, **how))


def states(place: Place) -> Counter[str]:
    with reading(place.site.engine) as session:
        return Counter(session.exec(select(Dispatch.state)))


@pytest.mark.parametrize("seed", range(4))
def test_no_notice_leaves_in_quiet_hours_unless_its_term_would_be_over_and_none_waits_longer_than_a_day(
    seed: int,
) -> None:
    dice = Random(seed)
    for _ in range(500):
        hours = Hours(quiet_from=dice.randrange(DAY), quiet_to=dice.randrange(DAY), daily=dice.random() < 0.3)
        now = int(NOON.timestamp()) + dice.randrange(400 * 86_400)
        ends = now + dice.randrange(1, 3 * 86_400) if dice.random() < 0.5 else None
        leaves = leaves_s(now, hours, ends)
        assert now <= leaves <= now + 86_400
        if leaves == now and (is_quiet(now, hours) or hours.daily):
            assert ends is not None
            assert ends <= next_morning_s(now, hours)
        if leaves > now:
            assert not is_quiet(leaves, hours)
            assert ends is None or ends > leaves, "it would have come too late"
        if not hours.daily and not is_quiet(now, hours):
            assert leaves == now


async def test_a_mail_says_what_its_reader_sees_anyway_and_leads_to_the_house(place: Place) -> None:
    place.clock.at = NOON
    choose(place, language="both")
    tell(place, what="<b>甲</b> & 乙")
    await place.crier.round()
    (mail,) = place.box.came
    assert (mail["To"], mail["From"]) == (address("e0"), "notice@table.example")
    assert mail["Auto-Submitted"] == "auto-generated"
    name = mail["Message-ID"].partition("@")[0][1:]
    assert mail["List-Unsubscribe"].startswith(f"<{HOME}/unsubscribe/{name}-"), "as it came, in one piece"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Message-ID"].endswith("@table.example>")
    assert "<b>甲</b> & 乙" in text_of(mail)
    assert "&lt;b&gt;甲&lt;/b&gt; &amp; 乙" in html_of(mail)
    assert "one more means of proof" in text_of(mail)
    assert "甲" not in mail["Subject"]


async def test_a_code_and_what_others_wrote_freely_never_leave(place: Place) -> None:
    place.clock.at = NOON
    inbox = place.site.factors.inbox
    inbox.send_code(DISTRICT, "e0", "305172", hidden_from="i1", expires_s=10**11)
    inbox.tell(DISTRICT, "e0", MessageKind.RESET_ASKED, why="请点击 http://evil.example")
    inbox.tell(DISTRICT, "e0", MessageKind.SURVEY_REMINDER, title="秘密的题目", until="18:00")
    await place.crier.round()
    (mail,) = place.box.came
    whole = text_of(mail) + html_of(mail) + mail["Subject"]
    assert not [word for word in ("305172", "evil", "秘密的题目") if word in whole]
    assert "18:00" in whole


async def test_what_comes_at_night_waits_for_the_morning_and_comes_as_one(place: Place) -> None:
    place.clock.at = NIGHT
    for what in "甲乙丙":
        tell(place, what=what)
    await place.go_on(NIGHT + timedelta(hours=9, minutes=59), hours=3)
    assert place.box.came == []
    await place.go_on(NIGHT + timedelta(hours=10))
    (mail,) = place.box.came
    assert all(what in text_of(mail) for what in "甲乙丙")


async def test_who_wants_one_a_day_gets_one_a_day(place: Place) -> None:
    choose(place, daily=True, quiet_to=9 * 60)
    place.clock.at = NOON
    for _ in range(3):
        for what in "甲乙":
            tell(place, what=what)
        await place.go_on(place.clock.at + timedelta(hours=24), hours=1)
    assert [mail["Date"].datetime.astimezone(CHINA).hour for mail in place.box.came] == [9, 9, 9]


async def test_who_wants_no_mail_gets_none(place: Place) -> None:
    choose(place, mail=False)
    place.clock.at = NOON
    tell(place)
    await place.crier.round()
    assert place.box.came == []
    assert len(place.messages("e0")) == 1, "in the program it is there"


async def test_an_address_that_is_not_confirmed_gets_nothing(place: Place) -> None:
    place.clock.at = NOON
    place.site.factors.addresses.set(DISTRICT, "e0", "other@mail.example")
    tell(place)
    await place.crier.round()
    assert place.box.came == []


async def test_what_fails_is_tried_again_later_and_later_under_one_name(place: Place) -> None:
    place.clock.at = NOON
    choose(place, quiet_from=0, quiet_to=0)
    answers = ["451 later", "421 closing", "554 spam"]
    place.box.takes = lambda n: answers[n - 1] if n <= len(answers) else None
    tell(place)
    for wait in AFTER_S:
        await place.crier.round()
        tried = place.box.tries
        await place.crier.round()
        assert place.box.tries == tried, "it was tried again at once"
        place.clock.at += timedelta(seconds=1.3 * wait)
    assert place.box.tries == 4
    assert len(place.box.came) == 1
    assert states(place) == {State.SENT: 1}


async def test_after_two_days_it_is_given_up(place: Place) -> None:
    place.clock.at = NOON
    place.box.takes = lambda _: "451 later"
    tell(place)
    for wait in (0, *AFTER_S):
        place.clock.at += timedelta(seconds=1.3 * wait)
        await place.crier.round()
    await place.go_on(place.clock.at + timedelta(days=3))
    assert place.box.tries == 1 + len(AFTER_S)
    assert states(place) == {State.FAILED: 1}


async def test_an_address_that_takes_nothing_is_used_no_more_and_its_owner_told_in_the_program(place: Place) -> None:
    place.clock.at = NOON
    place.box.says = lambda _: "550 no such user"
    tell(place, what="甲")
    tell(place, "w0")
    await place.crier.round()
    place.box.says = lambda _: None
    tell(place, what="乙")
    await place.go_on(NOON + timedelta(days=2))
    assert place.box.came == []
    assert [one.kind for _, one in place.messages("e0")].count(MessageKind.ADDRESS_FAILED) == 1
    with reading(place.site.engine) as session:
        failed = session.exec(select(MailAddress.person).where(col(MailAddress.failed_s).is_not(None))).all()
    assert sorted(failed) == ["e0", "w0"]
    assert place.site.factors.addresses.confirm("e0", address("e0"))
    tell(place, what="丙")
    await place.go_on(NOON + timedelta(days=3))
    (mail,) = place.box.came
    assert "丙" in text_of(mail)


async def test_nobody_is_bombed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """T28: what is over the day's measure waits for the morning, and comes as few; a term that ends before does not."""
    monkeypatch.setitem(A_DAY_MAX, "mail", 3)
    place.clock.at = datetime(2026, 3, 3, 8, tzinfo=CHINA)
    for n in range(25):
        tell(place, what=f"第{n}件")
        place.clock.at += timedelta(minutes=10)
        await place.crier.round()
    assert len(place.box.came) == 3
    tonight = int(place.clock.at.timestamp()) + 3_600
    new = NewReminder(district=DISTRICT, about="a", by="clock", at_s=0)
    place.site.factors.inbox.call(new, 1, {"e0": MessageKind.PASSWORD_CHANGED}, tonight)
    await place.crier.round()
    assert len(place.box.came) == 4
    await place.go_on(datetime(2026, 3, 4, 12, tzinfo=CHINA), hours=2)
    assert len(place.box.came) == 4 + 2
    whole = "".join(map(text_of, place.box.came))
    assert all(whole.count(f"第{n}件") == 1 for n in range(25))


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("where", ["lease", "address", "send", "sent", "done"])
async def test_whoever_dies_between_two_steps_another_sends_it_under_the_same_name(
    place: Place, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.clock.at = NOON
    tell(place)
    (way,) = place.site.outbox.channels.values()
    assert isinstance(way, MailChannel)
    whole = way.send

    def dies(*_given: object, **_more: object) -> Any:
        raise Killed

    def dies_after(to: str, letter: Any) -> Any:
        whole(to, letter)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(*{
            "lease": (Outbox, "lease", dies), "address": (MailChannel, "address", dies),
            "send": (MailChannel, "send", dies), "sent": (MailChannel, "send", lambda _, *given: dies_after(*given)),
            "done": (Outbox, "done", dies),
        }[where])  # fmt: skip
        with pytest.raises(Killed):
            _other(place).next_of("e0", "mail", place.crier.still)
    await place.crier.round()
    assert len(place.box.came) == int(where in ("lease", "sent", "done")), "one that dies leaves a lease of a minute"
    place.clock.at += timedelta(seconds=61)
    await place.crier.round()
    assert len(place.box.came) == (2 if where in ("sent", "done") else 1)
    assert len({mail["Message-ID"] for mail in place.box.came}) == 1
    assert states(place) == {State.SENT: 1}


def _other(place: Place) -> Delivery:
    site = place.site
    return Delivery(site.outbox, site.factors.inbox, site.now_s, HOME)


def test_two_nodes_send_it_once(place: Place) -> None:
    """The second comes while the first is handing over."""
    place.clock.at = NOON
    tell(place)
    first, second = _other(place), _other(place)
    seen: list[bool] = []
    (way,) = place.site.outbox.channels.values()
    whole = way.send

    def slowly(to: str, letter: Any) -> None:
        seen.append(second.next_of("e0", "mail", place.crier.still))
        whole(to, letter)

    object.__setattr__(way, "send", slowly)
    assert first.next_of("e0", "mail", place.crier.still)
    assert seen == [False]
    assert len(place.box.came) == 1


def test_who_lost_his_lease_notes_nothing(place: Place) -> None:
    place.clock.at = NOON
    tell(place)
    late, other = _other(place), _other(place)
    parcel = place.site.outbox.lease("e0", "mail", late.me)
    assert parcel is not None
    place.clock.at += timedelta(seconds=61)
    assert other.next_of("e0", "mail", place.crier.still)
    place.site.outbox.again(parcel, late.me, 60)
    assert states(place) == {State.SENT: 1}


async def test_a_server_that_is_not_there_loses_nothing(place: Place) -> None:
    place.clock.at = NOON
    tell(place)
    (way,) = place.site.outbox.channels.values()
    assert isinstance(way, MailChannel)
    with pytest.raises(NotNow) as wrong:
        MailChannel(way._addresses, _closed(place), way._marks).send(address("e0"), _letter())
    assert address("e0") not in str(wrong.value)
    await place.crier.round()
    assert len(place.box.came) == 1


def _closed(place: Place) -> Any:
    (way,) = place.site.outbox.channels.values()
    assert isinstance(way, MailChannel)
    return msgspec.structs.replace(way._server, port=1)


def _letter() -> Any:
    return Letter(id="n1", at_s=0, subject="s", lines=(), foot="f", short="s", leave="l", stop="s", language="zh")


def test_a_message_that_is_gone_is_not_sent(place: Place) -> None:
    place.clock.at = NOON
    tell(place)
    with writing(place.site.engine) as session:
        session.exec(update(InboxMessage).values(id="gone"))
    assert _other(place).next_of("e0", "mail", place.crier.still)
    assert states(place) == {State.LAPSED: 1}
