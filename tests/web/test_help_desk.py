"""The help desk: who may reset whom, that a chief takes two, and what is left of an account afterwards."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from cloudnego.identity.grades import Grade
from tests.web.conftest import API, PASSWORD, Town
from tests.web.played import DISTRICT, looking, rehearsed, settle, write

RESETS = f"{API}/resets"
NEW = "a staple of another colour"


async def proved(town: Town, *names: str) -> None:
    """Let them have shown a passkey."""
    for name in names:
        opened = town.house.site.sessions.open(town.district, name, town.ids[name], "bearer", proof=Grade.PASSKEY)
        town.took(name, opened)


async def ask(town: Town, by: str, whom: str, why: str = "手机丢失") -> httpx2.Response:
    return await town[by].post(RESETS, json={"person": town.ids[whom], "why": why})


async def begin_anew(town: Town, login: str, code: str, password: str = NEW) -> httpx2.Response:
    body = {"login": login, "district": town.district, "code": code, "password": password}
    return await town.door.post(f"{API}/session/password", json=body)


async def enter(town: Town, login: str, password: str) -> httpx2.Response:
    body = {"login": login, "district": town.district, "password": password, "door": "bearer"}
    return await town.door.post(f"{API}/session", json=body)


async def test_a_reset_takes_everything_and_gives_a_code_that_is_good_once(town: Town) -> None:
    await town.step_up("firm.worker")
    await town["firm.worker"].put(f"{API}/me/mail", json={"address": "a@example.com"})
    await proved(town, "town")
    answer = await ask(town, "town", "firm.worker")
    assert answer.status_code == 201, answer.text
    done = answer.json()
    assert done["two_persons"] is False
    assert (await town["firm.worker"].get(f"{API}/me")).status_code == 401, "its sessions are over"
    assert (await enter(town, "firm.worker", PASSWORD)).status_code == 401
    assert (await begin_anew(town, "firm.worker", "0000000000")).json()["code"] == "sign_in_failed"
    assert (await begin_anew(town, "firm.boss", done["code"])).json()["code"] == "sign_in_failed"
    assert (await begin_anew(town, "firm.worker", done["code"], "1234567890")).json()["code"] == "weak_password"
    assert (await begin_anew(town, "firm.worker", done["code"])).status_code == 204
    assert (await begin_anew(town, "firm.worker", done["code"], NEW + "!")).json()["code"] == "sign_in_failed"
    await town.sign_in("firm.worker", "firm.worker", NEW)
    me = (await town["firm.worker"].get(f"{API}/me")).json()
    assert (me["means"], me["grade"]) == ([], "password"), "no letter, no address"
    (message,) = [one for one in (await inbox(town, "firm.worker")) if one["kind"] == "reset_done"]
    assert "手机丢失" in message["text"]["zh"]


async def inbox(town: Town, who: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await town[who].get(f"{API}/me/inbox")).json()["rows"]
    return rows


async def test_a_chief_takes_two_and_is_told_before_it_is_done(town: Town) -> None:
    await proved(town, "town", "admin", "other.chair")
    asked = (await ask(town, "town", "firm.chair")).json()
    assert (asked["two_persons"], asked["code"]) == (True, None)
    assert (await town["firm.chair"].get(f"{API}/me")).status_code == 200, "nothing is done yet"
    assert [one["kind"] for one in await inbox(town, "firm.chair")] == ["reset_asked"]
    path = f"{RESETS}/{asked['id']}/confirm"
    assert (await town["town"].post(path)).json()["code"] == "second_person_needed"
    assert (await town["other.chair"].post(path)).status_code == 404
    assert (await town["firm.chair"].post(path)).status_code == 403
    done = await town["admin"].post(path)
    assert done.status_code == 200, done.text
    assert (await town["firm.chair"].get(f"{API}/me")).status_code == 401
    assert (await town["admin"].post(path)).status_code == 404, "it is done"
    assert (await begin_anew(town, "firm.chair", done.json()["code"])).status_code == 204
    (row,) = (await town["town"].get(RESETS)).json()["rows"]
    assert (row["asked_by"], row["confirmed_by"]) == (town.ids["town"], town.ids["admin"])
    assert row["why"] == "手机丢失"
    assert (await town["other.hr"].get(RESETS)).json()["rows"] == []


@pytest.mark.parametrize(
    ("by", "whom", "status"),
    [
        ("town", "town", 404),
        ("town", "firm.boss", 404),
        ("town", "firm.hr", 404),
        ("town", "authority", 404),
        ("firm.hr", "firm.worker", 404),
        ("firm.hr", "firm.chair", 404),
        ("firm.chair", "firm.hr", 404),
        ("firm.chair", "other.worker", 404),
        ("firm.worker", "firm.hr", 404),
        ("town", "auditor_less", 404),
        ("admin", "auditor_less", 201),
        ("admin", "firm.hr", 201),
    ],
)
async def test_nobody_resets_across_the_sides_nor_himself(town: Town, by: str, whom: str, status: int) -> None:
    await proved(town, by)
    assert (await ask(town, by, whom)).status_code == status


async def test_a_letter_is_not_enough_to_reset_anybody(town: Town) -> None:
    await town.step_up("town")
    answer = await ask(town, "town", "firm.worker")
    assert (answer.status_code, answer.json()["step_up"]["needs"]) == (403, "code")


async def test_who_is_chief_in_an_open_case_takes_two_whatever_his_office(town: Town) -> None:
    house = town.house
    settle(house)
    await write(house, rehearsed(until=37))
    site = house.site
    assert site.resets._is_chief("w0")
    assert not site.resets._is_chief("w1")
    async with looking(house)("town") as official:
        body = {"person": "w1", "why": "手机丢失"}
        assert (await official.post(RESETS, json=body)).json()["two_persons"] is False
        assert (await official.post(RESETS, json=body | {"person": "w0"})).json()["two_persons"] is True
    assert town.district != DISTRICT


async def test_guessing_the_code_locks_the_name(town: Town) -> None:
    await proved(town, "town")
    code = (await ask(town, "town", "firm.worker")).json()["code"]
    codes = [(await begin_anew(town, "firm.worker", f"000000000{n}")).json()["code"] for n in range(7)]
    assert codes == ["sign_in_failed"] * 6 + ["locked_out"]
    assert (await begin_anew(town, "firm.worker", code)).json()["code"] == "locked_out"
