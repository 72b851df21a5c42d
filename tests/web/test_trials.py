"""Test clients: made by whoever is signed in, each in a sandbox by itself; nothing leads from there to a real case."""

from __future__ import annotations

from typing import Any

from cloudnego.web.trials import TRIALS_MAX
from tests.web.conftest import API, Town
from tests.web.portals import Registered, enter, portal, proved, register, token_of
from tests.web.receiving import receiving
from tests.web.test_webhooks import Clock, feed, made

TRIALS = f"{API}/sandbox/clients"


async def opened(town: Town, who: str = "firm.hr", **more: Any) -> Any:
    answer = await town[who].post(TRIALS, json={"name": "试接 1"} | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def client_in(found: Any) -> Registered:
    return Registered(found["trial"]["client"], found["secret"])


async def test_it_sees_its_own_case_moves_its_own_clock_and_is_told(town: Town) -> None:
    found = await opened(town)
    door = await enter(town, client_in(found), "portal")
    (row,) = (await door.get(f"{API}/negotiations")).json()["rows"]
    assert (row["id"], row["overview"]["step"]) == (found["case"], "offer")
    assert (await door.get(f"{API}/negotiations/{found['case']}")).headers["cloudnego-district"] == "sandbox"
    home, town.district = town.district, found["trial"]["district"]
    admin = await town.sign_in("its admin", found["admin"], found["password"])
    town.district = home
    before = (await admin.get(f"{API}/me")).json()["district"]["now"]
    moved = await admin.post(f"{API}/sandbox/clock", json={"days": 3})
    assert moved.json()["now"] > before, moved.text
    clock = Clock(town)
    with receiving() as receiver:
        await made(town, receiver)
        await clock.tell()
    assert receiver.took == [one["id"] for one in await feed(town)]
    assert all(one.document["data"]["case"] == found["case"] for one in receiver.came)
    (mine,) = (await town["firm.hr"].get(TRIALS)).json()["rows"]
    assert mine["requests"] > 0
    assert {name: mine[name] for name in ("client", "district")} == {
        name: found["trial"][name] for name in ("client", "district")
    }


async def test_nothing_real_is_open_to_it_and_nothing_of_it_to_a_real_portal(town: Town) -> None:
    case, firm = await town.open_case("firm"), town.ids["firm"]
    found = await opened(town)
    client = client_in(found)
    door, real = await enter(town, client, "trial"), await portal(town, "cases", "table")
    for path in (f"/negotiations/{case}", f"/negotiations/{case}/timeline", f"/enterprises/{firm}"):
        nothing = await door.get(f"{API}{path.replace(case, 'c-nobody').replace(firm, 'o-nobody')}")
        there = await door.get(API + path)
        assert (there.status_code, there.content) == (404, nothing.content), path
    named = {"Cloudnego-Enterprise": firm}
    assert (await door.get(f"{API}/negotiations", headers=named)).status_code == 401
    boss = town[await proved(town, "firm.boss")]
    grant = await boss.put(f"{API}/portal-clients/{client.id}/grants", json={"enterprise": firm, "scopes": ["cases"]})
    assert grant.status_code == 404
    assert (await real.get(f"{API}/negotiations/{found['case']}")).status_code == 404
    events = (await real.get(f"{API}/events")).json()["rows"]
    assert {one["data"]["case"] for one in events} == {case}
    assert {one["data"]["case"] for one in (await door.get(f"{API}/events")).json()["rows"]} == {found["case"]}


async def test_one_has_a_few_and_ends_ones_own_alone(town: Town) -> None:
    some = [await opened(town, step="representatives") for _ in range(3)]
    assert len(some) == TRIALS_MAX
    assert town.house.site.default_district() == town.district, "who names no district comes into none of these"
    full = await town["firm.hr"].post(TRIALS, json={"name": "试接 4"})
    assert (full.status_code, full.json()["code"]) == (409, "too_many_trials")
    assert (await town["other.hr"].get(TRIALS)).json()["rows"] == []
    first = some[0]["trial"]["client"]
    await enter(town, client_in(some[0]), "first")
    assert (await town["first"].get(f"{API}/negotiations")).status_code == 200
    assert (await town["other.hr"].delete(f"{TRIALS}/{first}")).status_code == 404
    registered = await register(town)
    assert (await town["firm.boss"].delete(f"{TRIALS}/{registered.id}")).status_code == 404, "that one is its firm's"
    assert (await town["firm.hr"].delete(f"{TRIALS}/{first}")).status_code == 204
    assert (await town["first"].get(f"{API}/negotiations")).status_code == 401
    assert (await town["firm.hr"].delete(f"{TRIALS}/{first}")).status_code == 404
    assert len((await town["firm.hr"].get(TRIALS)).json()["rows"]) == TRIALS_MAX - 1
    assert await token_of(town, client_in(some[1])), "the others go on"
    assert (await opened(town))["trial"]["requests"] == 0
