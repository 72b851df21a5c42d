"""Signing in and the portals' doors on PostgreSQL: the same roads as on SQLite, and what only this database refuses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest
from pydantic import SecretStr

from cloudnego.main import build
from cloudnego.settings import Settings
from tests.postgres import Server
from tests.web.conftest import API, PASSWORD, Founded, Town, found_town, settings_for, town_in
from tests.web.portals import (
    Registered,
    approve,
    assertion,
    basic,
    begin,
    by_assertion,
    enter,
    exchange,
    fetch,
    keyed,
    named,
    portal,
    proved,
    refresh,
    register,
)

pytestmark = pytest.mark.postgres


class Settled(NamedTuple):
    settings: Settings
    founded: Founded


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> Settled:
    """The town in a database that all tests of this module share."""
    url = SecretStr(postgres.url(postgres.database()))
    settings = settings_for(Path(tmp_path_factory.mktemp("postgres")) / "data", database_url=url)
    return Settled(settings, asyncio.run(found_town(settings)))


@pytest.fixture
async def there(settled: Settled) -> AsyncIterator[Town]:
    house = build(settled.settings)
    async with town_in(house, settled.founded) as town:
        for name, person in town.ids.items():
            if name in town.tokens:  # a test before may have ended whom it was signed in as
                town.took(name, house.site.sessions.open(town.district, person, person, "bearer"))
        yield town
    house.close()


async def test_people_sign_in_prove_themselves_and_wait_after_wrong_passwords(there: Town) -> None:
    await there.sign_in("firm.hr", "firm.hr", PASSWORD)
    await there.step_up("firm.hr")
    assert (await there["firm.hr"].get(f"{API}/me")).json()["grade"] == "letter"
    assert (await there["firm.hr"].delete(f"{API}/session")).status_code == 204
    assert (await there["firm.hr"].get(f"{API}/me")).status_code == 401
    body = {"login": "other.worker", "password": "wrong", "district": there.district, "door": "bearer"}
    tried = [(await there.door.post(f"{API}/session", json=body)).status_code for _ in range(7)]
    assert (tried[0], tried[-1]) == (401, 429)
    assert (await there.door.post(f"{API}/session", json=body | {"password": PASSWORD})).status_code == 429


async def test_a_portal_gets_in_reads_prepares_and_is_put_out(there: Town) -> None:
    case, client = await there.open_case(by="boss"), await register(there)
    door = await enter(there, client)
    found = (await door.get(f"{API}/negotiations/{case}")).json()
    assert sorted(found["me"]["streams"]) == ["filing", "notice", "table"]
    draft = {"command": "withdraw_case", "words": {"reason": "企业情况有变。"}}
    made = await door.post(f"{API}/negotiations/{case}/prepared", json=draft)
    assert made.status_code == 201, made.text
    act = f"{API}/negotiations/{case}/withdraw-case"
    assert (await door.post(act, json=draft["words"])).json()["code"] == "binding_act"
    boss = there[await proved(there, "firm.boss")]
    words = (await boss.get(f"{API}/negotiations/{case}/prepared/{made.json()['id']}")).json()["words"]
    assert (await boss.post(act, json=words)).status_code == 201
    told = (await door.get(f"{API}/negotiations/{case}/timeline")).json()
    assert [one["via"] for one in told["rows"]][-1] == "person"
    renewed = await there.made(await proved(there, "firm.hr"), f"/portal-clients/{client.id}/secrets", end_others=True)
    new = Registered(client.id, renewed["secret"])
    assert [(await fetch(there, one)).status_code for one in (client, new)] == [401, 200]
    gone = await there["firm.boss"].delete(f"{API}/portal-clients/{client.id}/grants/{there.ids['firm']}")
    assert gone.status_code == 204
    assert (await door.get(f"{API}/me")).status_code == 401, "a trigger moved the epoch"


async def test_what_is_shown_once_is_shown_once(there: Town) -> None:
    client, key = await keyed(there)
    shown = assertion(there, client.id, key)
    assert [await by_assertion(there, shown) for _ in range(2)] == [200, 401]
    flow = await begin(there)
    code = (await approve(there, flow))["code"]
    got = (await exchange(there, flow, code)).json()
    door = await there.enter("his portal", got["access_token"])
    assert (await door.get(f"{API}/me")).json()["person"] == there.ids["firm.boss"]
    turned = (await refresh(there, flow, got["refresh_token"])).json()
    revoked = await there.door.post("/oauth/revoke", data={"token": got["access_token"]}, headers=basic(flow.client))
    assert (revoked.status_code, (await door.get(f"{API}/me")).status_code) == (200, 401)
    assert (await exchange(there, flow, code)).json()["error"] == "invalid_grant"
    assert (await refresh(there, flow, turned["refresh_token"])).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("bad", ["c\0", "\0", "c\n", "客户端"])
async def test_no_name_of_a_client_reaches_the_database_that_it_cannot_hold(there: Town, bad: str) -> None:
    for form, headers in named(bad):
        for path in ("/oauth/token", "/oauth/revoke"):
            fields = {"grant_type": "client_credentials", "token": "t"} | form
            answer = await there.door.post(path, data=fields, headers=headers)
            assert answer.json()["error"] in ("invalid_client", "invalid_request"), answer.text
    door = await portal(there, "cases")
    assert (await door.get(f"{API}/me", headers={"Cloudnego-Enterprise": "o\x7f"})).status_code == 401
