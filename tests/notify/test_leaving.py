"""One click and no more mail (RFC 8058): by whoever has the letter, without signing in, for mail alone."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta

import pytest

from cloudnego.identity.inbox import MessageKind
from cloudnego.notify.outbox import State
from cloudnego.notify.tables import NoticeChoice
from cloudnego.ports import CHINA
from tests.notify.conftest import HOME, Place, address
from tests.notify.postbox import html_of, text_of
from tests.notify.test_delivery import choose, states, tell
from tests.web.conftest import API, client_of
from tests.web.played import looking

NOON = datetime(2026, 3, 3, 12, tzinfo=CHINA)
FORM = {"List-Unsubscribe": "One-Click"}


async def mailed(place: Place, raw: list[bytes] | None = None) -> str:
    """The path that the newest mail to e0 names."""
    place.clock.at = NOON
    place.box.took = (raw if raw is not None else []).append
    tell(place)
    await place.crier.round()
    return str(place.box.came[-1]["List-Unsubscribe"]).strip("<>").removeprefix(HOME)


async def test_the_address_travels_in_one_piece_and_stands_in_the_mail_for_people_too(place: Place) -> None:
    raw: list[bytes] = []
    path = await mailed(place, raw)
    assert f"\r\nList-Unsubscribe: <{HOME}{path}>\r\n".encode() in raw[0], "folded, nobody finds it"
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw[0]
    assert path in text_of(place.box.came[0])
    assert f'href="{HOME}{path}"' in html_of(place.box.came[0])


async def test_one_click_ends_mail_and_nothing_else(place: Place) -> None:
    choose(place, language="en", daily=False, quiet_from=0, quiet_to=0, text="sms")
    path = await mailed(place)
    tell(place, what="乙")  # waits already
    door = client_of(place.house)
    for _ in range(2):
        answer = await door.post(path, data=FORM)
        assert (answer.status_code, answer.content) == (204, b"")
    place.clock.at += timedelta(days=1)
    tell(place, what="丙")
    await place.crier.round()
    assert len(place.box.came) == 1
    assert states(place) == {State.SENT: 1, State.LAPSED: 1}
    told = Counter(one.kind for _, one in place.messages("e0"))
    assert told == {MessageKind.FACTOR_ADDED: 3, MessageKind.MAIL_STOPPED: 1}, "all is in the program, and that once"
    kept = NoticeChoice(
        person="e0", district="played", changed_s=int(NOON.timestamp()), mail=False, language="en", daily=False,
        quiet_from=0, quiet_to=0, text="sms",
    )  # fmt: skip
    assert place.site.outbox.choice_of("e0") == kept
    tell(place, "w0")
    await place.crier.round()
    assert [mail["To"] for mail in place.box.came] == [address("e0"), address("w0")], "nobody else's"


async def test_looking_at_it_changes_nothing_and_he_takes_it_back_himself(place: Place) -> None:
    path = await mailed(place)
    door = client_of(place.house)
    for headers in ({}, {"Accept": "text/html"}):
        await door.get(path, headers=headers)
    assert place.site.outbox.choice_of("e0").mail
    assert (await door.post(path, data=FORM)).status_code == 204
    mine = looking(place.house)("e0")
    found = (await mine.get(f"{API}/me/notices")).json()
    assert (found["mail"], found["mail_way"]["confirmed"]) == (False, True)
    again = {name: found[name] for name in ("language", "text", "daily", "quiet_from", "quiet_to")}
    assert (await mine.put(f"{API}/me/notices", json={**again, "mail": True})).json()["mail"]


@pytest.mark.parametrize("way", ["multipart", "urlencoded", "empty"])
async def test_whatever_form_a_mail_program_sends(place: Place, way: str) -> None:
    path = await mailed(place)
    door = client_of(place.house, headers={"Origin": "https://mail.example"})  # a webmail's own page may do it
    match way:
        case "multipart":
            answer = await door.post(path, files={"List-Unsubscribe": (None, "One-Click")})
        case "urlencoded":
            answer = await door.post(path, data=FORM)
        case _:
            answer = await door.post(path)
    assert answer.status_code == 204
    assert not place.site.outbox.choice_of("e0").mail


async def test_a_mark_that_is_none_is_none(place: Place) -> None:
    path = await mailed(place)
    mark = path.rpartition("/")[2]
    door = client_of(place.house)
    other = re.sub(r"[0-9a-f]", lambda found: "0" if found[0] != "0" else "1", mark)
    for wrong in (
        mark[:-1],
        mark + "0",
        mark[:-1] + ("0" if mark[-1] != "0" else "1"),
        other,
        "x",
        "%00",
        "n-",
        "é" * 50,
    ):
        answer = await door.post(f"/unsubscribe/{wrong}", data=FORM)
        assert answer.status_code == 404, wrong
    assert place.site.outbox.choice_of("e0").mail
    assert (await door.post(path.upper().replace("/UNSUBSCRIBE", "/unsubscribe"), data=FORM)).status_code == 204
