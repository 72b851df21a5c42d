"""How one wants to be told, over HTTP: confirmed by a code that came by mail, and nobody else's affair."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from sqlmodel import col, select

from cloudnego.identity.factor_tables import MailAddress
from cloudnego.identity.inbox import MessageKind
from cloudnego.identity.store import reading
from cloudnego.ports import CHINA
from tests.notify.conftest import Place
from tests.web.conftest import API
from tests.web.played import DISTRICT, looking

NOON = datetime(2026, 3, 3, 12, tzinfo=CHINA)
HERE = f"{API}/me/notices"
USUAL = {"language": "zh", "mail": True, "text": None, "daily": False, "quiet_from": "21:00", "quiet_to": "08:00"}


@pytest.fixture
def look(place: Place) -> Callable[[str], httpx2.AsyncClient]:
    place.clock.at = NOON
    return looking(place.house)


def code_in(place: Place) -> str:
    """The code in the newest mail."""
    body = place.box.came[-1].get_content()
    found = re.search(r"\b[0-9]{6}\b", str(body))
    assert found is not None
    return found[0]


async def test_who_says_nothing_is_told_by_day(look: Callable[[str], httpx2.AsyncClient]) -> None:
    found = (await look("e0").get(HERE)).json()
    assert {name: found[name] for name in USUAL} == USUAL
    assert found["mail_way"] == {"offered": True, "to": "e•••@mail.example", "confirmed": True, "failed": False}


async def test_another_address_gets_nothing_before_a_code_came_back_from_there(
    place: Place, look: Callable[[str], httpx2.AsyncClient]
) -> None:
    mine = look("e0")
    assert (await mine.put(f"{API}/me/mail", json={"address": "new@mail.example"})).status_code == 204
    assert not (await mine.get(HERE)).json()["mail_way"]["confirmed"]
    place.site.factors.inbox.tell(DISTRICT, "e0", MessageKind.PASSWORD_CHANGED)
    await place.crier.round()
    assert place.box.came == []
    assert (await mine.post(f"{API}/me/mail/code")).status_code == 202
    assert (await mine.post(f"{API}/me/mail/code")).status_code == 429, "nobody's box is filled"
    code = code_in(place)
    assert place.box.came[-1]["To"] == "new@mail.example"
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert (await mine.post(f"{API}/me/mail/confirm", json={"code": wrong})).status_code == 403
    stranger = await look("hr").post(f"{API}/me/mail/confirm", json={"code": code})
    assert stranger.status_code == 403, "good in its session alone"
    assert (await mine.post(f"{API}/me/mail/confirm", json={"code": code})).status_code == 204
    assert (await mine.get(HERE)).json()["mail_way"]["confirmed"]
    place.site.factors.inbox.tell(DISTRICT, "e0", MessageKind.PASSWORD_CHANGED)
    await place.crier.round()
    assert [mail["To"] for mail in place.box.came[1:]] == ["new@mail.example"]


async def test_a_code_to_confirm_an_address_is_no_proof(
    place: Place, look: Callable[[str], httpx2.AsyncClient]
) -> None:
    mine = look("e0")
    await mine.post(f"{API}/me/mail/code")
    answer = await mine.post(f"{API}/session/step-up", json={"means": "mail", "code": code_in(place)})
    assert (answer.status_code, answer.json()["code"]) == (403, "proof_failed")


async def test_what_was_chosen_holds_at_once_also_for_what_waits(
    place: Place, look: Callable[[str], httpx2.AsyncClient]
) -> None:
    mine = look("e0")
    chosen = USUAL | {"language": "en", "quiet_from": "00:00", "quiet_to": "00:00"}
    answer = await mine.put(HERE, json=chosen)
    assert {name: answer.json()[name] for name in chosen} == chosen
    place.clock.at = NOON + timedelta(hours=11)
    place.site.factors.inbox.tell(DISTRICT, "e0", MessageKind.PASSWORD_CHANGED)
    await place.crier.round()
    (mail,) = place.box.came
    assert mail["Content-Language"] == "en"
    place.site.factors.inbox.tell(DISTRICT, "e0", MessageKind.PASSWORD_CHANGED)
    await mine.put(HERE, json=chosen | {"mail": False})
    await place.crier.round()
    assert len(place.box.came) == 1


async def test_what_is_no_choice_is_refused(look: Callable[[str], httpx2.AsyncClient]) -> None:
    mine = look("e0")
    wrong: list[dict[str, Any]] = [
        {"quiet_to": "24:00"}, {"language": "fr"}, {"text": "none-of-ours"}, {"mail": None}, {"person": "hr"},
    ]  # fmt: skip
    for one in wrong:
        assert (await mine.put(HERE, json=USUAL | one)).status_code == 422, one
    assert (await mine.get(HERE)).json()["language"] == "zh"


async def test_an_address_that_was_sent_back_is_confirmed_again(
    place: Place, look: Callable[[str], httpx2.AsyncClient]
) -> None:
    mine = look("e0")
    assert place.site.factors.addresses.failed("e0", "e0@mail.example", 1)
    assert (await mine.get(HERE)).json()["mail_way"]["failed"]
    await mine.post(f"{API}/me/mail/code")
    await mine.post(f"{API}/me/mail/confirm", json={"code": code_in(place)})
    assert (await mine.get(HERE)).json()["mail_way"] == {
        "offered": True, "to": "e•••@mail.example", "confirmed": True, "failed": False,
    }  # fmt: skip


async def test_who_took_his_address_away_is_told_in_the_program_alone(
    place: Place, look: Callable[[str], httpx2.AsyncClient]
) -> None:
    place.clock.at = NOON + timedelta(hours=10)
    mine = look("e0")
    place.site.factors.inbox.tell(DISTRICT, "e0", MessageKind.PASSWORD_CHANGED)
    assert (await mine.delete(f"{API}/me/mail")).status_code == 204
    await place.go_on(NOON + timedelta(hours=22), hours=4)
    assert place.box.came == []
    assert (await mine.post(f"{API}/me/mail/code")).status_code == 422
    with reading(place.site.engine) as session:
        assert session.exec(select(MailAddress).where(col(MailAddress.person) == "e0")).first() is None
    kinds = [one["kind"] for one in (await mine.get(f"{API}/me/inbox")).json()["rows"]]
    assert sorted(kinds) == ["factor_removed", "password_changed"]
