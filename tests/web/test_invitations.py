"""Invitations: who may give what, how one is accepted, and what nobody learns from them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from cloudnego.main import build, install
from tests.web.conftest import API, PASSWORD, Town, client_of, settings_for


async def own(town: Town, who: str) -> str:
    memberships = (await town[who].get(f"{API}/me")).json()["memberships"]
    return str(memberships[0]["organisation"])


async def invited(town: Town, by: str, organisation: str, office: str, **more: Any) -> httpx2.Response:
    body = {"name": "新人", "office": office, **more}
    return await town[by].post(f"{API}/organisations/{organisation}/invitations", json=body)


def token_of(answer: httpx2.Response) -> str:
    assert answer.status_code == 201, answer.text
    return str(answer.json()["link"].partition("#")[2])


async def accepted(town: Town, token: str, login: str = "new") -> httpx2.Response:
    body = {"token": token, "login": login, "password": PASSWORD}
    return await town.door.post(f"{API}/invitation/accept", json=body)


async def test_an_invitation_brings_one_person_into_one_office(town: Town) -> None:
    union = await own(town, "firm.chair")
    token = token_of(await invited(town, "firm.chair", union, "union"))
    read = (await town.door.post(f"{API}/invitation/read", json={"token": token})).json()
    assert (read["organisation_name"], read["office"]) == ("演示firm工会", "union")
    made = await accepted(town, token)
    assert made.status_code == 201, made.text
    login = made.json()["login"]
    assert login.startswith("new.")
    client = await town.sign_in("newcomer", login, PASSWORD)
    held = (await client.get(f"{API}/me")).json()["memberships"]
    assert [(one["office"], one["organisation"], one["side"]) for one in held] == [("union", union, "worker")]
    again = await accepted(town, token)
    assert (again.status_code, again.json()["code"]) == (404, "invitation_over")
    rows = (await town["firm.chair"].get(f"{API}/organisations/{union}/invitations")).json()["rows"]
    assert [row["state"] for row in rows] == ["used"]
    assert token not in str(rows)
    members = (await town["firm.chair"].get(f"{API}/organisations/{union}/members")).json()["rows"]
    assert {row["name"] for row in members} == {"firm.chair", "新人"}


async def test_somebody_who_is_signed_in_adds_the_office_to_his_account(town: Town) -> None:
    firm = town.ids["firm"]
    token = token_of(await invited(town, "firm.hr", firm, "hr"))
    added = await town["auditor_less"].post(f"{API}/me/memberships", json={"token": token})
    assert (added.status_code, added.json()["login"]) == (201, None)
    held = (await town["auditor_less"].get(f"{API}/me")).json()["memberships"]
    assert [one["office"] for one in held] == ["hr"]
    twice = token_of(await invited(town, "firm.hr", firm, "hr"))
    again = await town["auditor_less"].post(f"{API}/me/memberships", json={"token": twice})
    assert (again.status_code, again.json()["code"]) == (409, "membership_exists")
    assert (await accepted(town, twice)).status_code == 201, "refused, it was not used up"


@pytest.mark.parametrize(
    ("by", "to", "office", "status"),
    [
        ("firm.hr", "firm", "hr", 201),
        ("firm.boss", "firm", "legal_representative", 201),
        ("firm.chair", "union", "union", 201),
        ("town", "firm", "hr", 201),
        ("town", "union", "union", 201),
        ("admin", "authority", "authority", 201),
        ("firm.hr", "firm", "worker", 409),
        ("firm.hr", "union", "union", 404),
        ("firm.chair", "firm", "hr", 404),
        ("firm.chair", "union", "worker", 409),
        ("firm.worker", "firm", "hr", 404),
        ("other.hr", "firm", "hr", 404),
        ("town", "authority", "authority", 404),
        ("authority", "authority", "authority", 404),
        ("firm.hr", "firm", "union", 422),
        ("admin", "firm", "portal", 409),
        ("admin", "operator", "operator", 404),
    ],
)
async def test_each_gives_the_offices_of_his_own_side(town: Town, by: str, to: str, office: str, status: int) -> None:
    mine = {one["organisation_kind"]: one["organisation"] for one in await memberships(town, "admin")}
    places = {
        "firm": town.ids["firm"],
        "union": await own(town, "firm.chair"),
        "authority": town.ids["the authority"],
        "operator": mine["operator"],
    }
    answer = await invited(town, by, places[to], office)
    assert answer.status_code == status, answer.text


async def memberships(town: Town, who: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await town[who].get(f"{API}/me")).json()["memberships"]
    return found


async def test_an_invitation_ends_when_it_is_revoked_past_its_day_or_its_giver_has_left(town: Town) -> None:
    union = await own(town, "firm.chair")
    revoked = await invited(town, "firm.chair", union, "union")
    place = f"{API}/invitations/{revoked.json()['invitation']['id']}"
    assert (await town["firm.hr"].delete(place)).status_code == 404
    assert (await town["firm.chair"].delete(place)).status_code == 204
    assert (await town["firm.chair"].delete(place)).json()["code"] == "invitation_over"
    late = await invited(town, "firm.chair", union, "union")
    with town.house.site.engine.begin() as connection:
        connection.execute(
            text("UPDATE invitation SET expires_s = :now WHERE id = :id"),
            {"now": town.house.site.now_s(), "id": late.json()["invitation"]["id"]},
        )
    orphaned = await invited(town, "firm.chair", union, "union")
    over = [await accepted(town, token_of(one)) for one in (revoked, late)]
    chair = (await memberships(town, "firm.chair"))[0]["id"]
    assert (await town["town"].delete(f"{API}/memberships/{chair}")).status_code == 204
    assert (await memberships(town, "firm.chair")) == []
    over.append(await accepted(town, token_of(orphaned)))
    over.append(await accepted(town, "x" * 43))
    assert {(one.status_code, one.content) for one in over} == {(404, over[0].content)}


async def test_no_answer_says_whether_a_login_is_known(town: Town) -> None:
    """`firm.hr` is somebody's login here, `nobody` is nobody's: both are answered with digits behind."""
    for word in ("firm.hr", "nobody"):
        token = token_of(await invited(town, "firm.hr", town.ids["firm"], "hr"))
        made = await accepted(town, token, word)
        assert made.status_code == 201
        base, _, digits = made.json()["login"].rpartition(".")
        assert (base, len(digits), digits.isdigit()) == (word, 4, True)


async def test_no_link_and_no_weak_password_makes_an_account(town: Town) -> None:
    weak = {"token": "x" * 43, "login": "a-long-name-of-mine", "password": "a-long-name-of-mine"}
    assert (await town.door.post(f"{API}/invitation/accept", json=weak)).json()["code"] == "weak_password"
    for body in ({"token": "short"}, {"token": "x" * 43, "phone": "1"}):
        assert (await town.door.post(f"{API}/invitation/read", json=body)).status_code == 422


async def test_one_ends_ones_own_office_and_nobody_elses(town: Town) -> None:
    hr = (await memberships(town, "firm.hr"))[0]["id"]
    worker = (await memberships(town, "firm.worker"))[0]["id"]
    for who, which in (("other.hr", hr), ("firm.chair", hr), ("firm.hr", worker), ("firm.worker", worker)):
        assert (await town[who].delete(f"{API}/memberships/{which}")).status_code == 404
    assert (await town["firm.hr"].delete(f"{API}/memberships/{hr}")).status_code == 204
    assert (await memberships(town, "firm.hr")) == []


@pytest.mark.postgres
async def test_of_two_who_accept_at_once_one_is_in_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    await _race(tmp_path, postgres_url)


async def test_of_two_who_accept_at_once_one_is_in(tmp_path: Path) -> None:
    await _race(tmp_path, None)


async def _race(place: Path, url: str | None) -> None:
    settings = settings_for(place / "data", **({"database_url": url} if url else {}))
    install(settings)
    house = build(settings)
    try:
        async with client_of(house) as door:
            opened = (await door.post(f"{API}/sandbox", json={})).json()
            entry = {"login": opened["login"], "password": opened["password"], "district": opened["district"]}
            session = (await door.post(f"{API}/session", json={**entry, "door": "bearer"})).json()
            bearer = {"Authorization": f"Bearer {session['token']}"}
            there = opened["founded"]["authority"]
            offer = {"name": "新人", "office": "authority"}
            for _ in range(3):
                made = await door.post(f"{API}/organisations/{there}/invitations", json=offer, headers=bearer)
                body = {"token": token_of(made), "login": "both", "password": PASSWORD}
                both = await asyncio.gather(*[door.post(f"{API}/invitation/accept", json=body) for _ in range(4)])
                assert sorted(one.status_code for one in both) == [201, 404, 404, 404]
            page = await door.get(f"{API}/organisations/{there}/members", headers=bearer)
            assert len(page.json()["rows"]) == 3
    finally:
        house.close()


async def test_officials_of_an_authority_know_each_other_and_nobody_else_learns_who_they_are(town: Town) -> None:
    office, union = town.ids["the authority"], await own(town, "firm.chair")
    rows = (await town["authority"].get(f"{API}/organisations/{office}/members")).json()["rows"]
    assert [(row["name"], row["office"]) for row in rows] == [("authority", "authority")]
    assert (await town["authority"].get(f"{API}/organisations/{union}/members")).status_code == 404
    for who in ("firm.chair", "firm.hr"):
        assert (await town[who].get(f"{API}/organisations/{office}/members")).status_code == 404
