"""The feed: a portal reads what happened in its enterprise's cases, in order, and nothing of what it does not see."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.web.conftest import API, Town
from tests.web.portals import enter, portal, proved, register, token_of

EVENTS = f"{API}/events"


async def read(town: Town, name: str = "portal", status: int = 200, **asked: Any) -> Any:
    answer = await town[name].get(EVENTS, params=asked)
    assert answer.status_code == status, answer.text
    return answer.json()


async def wait_there(town: Town, client: str, count: int) -> None:
    """Until so many requests of a client wait."""
    while town.house.site.stir._clients[client] < count:  # noqa: ASYNC110 - it has no event for tests
        await asyncio.sleep(0.01)


async def test_the_feed_has_what_the_timeline_shows_page_by_page(town: Town) -> None:
    await portal(town, "cases")
    first, foreign = await town.open_case("firm"), await town.open_case("other")
    second = await town.open_case("firm", wage_year=2027)
    shown = [
        f"{case}.{row['stream']}.{row['seq']}"
        for case in (first, second)
        for row in (await town["portal"].get(f"{API}/negotiations/{case}/timeline")).json()["rows"]
    ]
    assert len(shown) >= 2
    assert foreign not in "".join(shown)
    found, page = list[str](), await read(town, limit=1)
    while page["rows"]:
        found += [row["id"] for row in page["rows"]]
        page = await read(town, limit=1, after=page["cursor"])
    assert found == shown
    assert [row["id"] for row in (await read(town))["rows"]] == shown
    assert page == await read(town, after=page["cursor"])
    assert page["cursor"] == (await read(town, after="latest"))["cursor"]
    row = (await read(town, case=second))["rows"][0]
    assert row["data"]["case"] == second
    assert row["data"]["seen_for"] == [town.ids["firm"]]
    assert [one["type"] for one in (await read(town, type=row["type"]))["rows"]] == [row["type"]] * 2
    assert (await read(town, status=422, type="offer_send"))["code"] == "event_unknown"


async def test_a_cursor_is_of_its_client_its_enterprise_and_of_nobody_else(town: Town) -> None:
    await portal(town, "cases")
    await town.open_case("firm")
    cursor = (await read(town))["cursor"]
    await enter(town, await register(town, scopes=["cases"]), "another")
    head, _, mac = cursor.partition(".")
    strange = [head, f"{head}.", f"{head}.{mac[::-1]}", f"x{head}.{mac}", "Ä.1", ".", "W10.x"]
    for name, one in (("another", cursor), *(("portal", one) for one in strange)):
        assert (await read(town, name, status=422, after=one))["code"] == "bad_cursor", one
    assert (await town["firm.boss"].get(EVENTS)).status_code == 404


async def test_who_waits_is_told_of_his_own_and_sleeps_through_the_rest(town: Town) -> None:
    client = await register(town, scopes=["cases"])
    await enter(town, client)
    await town.open_case("firm")
    after = (await read(town))["cursor"]
    waiting = asyncio.create_task(read(town, after=after, wait=20))
    await wait_there(town, client.id, 1)
    await town.open_case("other")
    done, _ = await asyncio.wait([waiting], timeout=0.3)
    assert not done, "another's case woke him"
    case = await town.open_case("firm", wage_year=2027)
    assert {row["data"]["case"] for row in (await asyncio.wait_for(waiting, 15))["rows"]} == {case}


async def test_a_client_waits_in_four_places_at_most_and_not_beyond_its_grant(town: Town) -> None:
    client = await register(town, scopes=["cases"])
    await enter(town, client)
    waiting = [asyncio.create_task(town["portal"].get(EVENTS, params={"wait": 20})) for _ in range(4)]
    await wait_there(town, client.id, 4)
    assert (await town["portal"].get(EVENTS, params={"wait": 20})).status_code == 429
    answer = await town["firm.hr"].delete(f"{API}/portal-clients/{client.id}/grants/{town.ids['firm']}")
    assert answer.status_code == 204
    await town.open_case("firm")
    done, late = await asyncio.wait(waiting, timeout=15)
    assert not late
    assert {one.result().status_code for one in done} == {401}


async def test_nobody_waits_for_a_house_that_closes(town: Town) -> None:
    client = await register(town, scopes=["cases"])
    await enter(town, client)
    waiting = asyncio.create_task(read(town, wait=30))
    await wait_there(town, client.id, 1)
    town.house.site.stir.end()
    assert (await asyncio.wait_for(waiting, 10))["rows"] == []


async def test_a_platform_reads_all_that_let_it_look_and_no_other(town: Town) -> None:
    opened = {firm: await town.open_case(firm) for firm in ("firm", "other")}
    client = await register(town, "admin", enterprise=None, scopes=None)
    boss = {firm: town[await proved(town, f"{firm}.boss")] for firm in opened}
    for firm, scope in (("firm", "cases"), ("other", "register")):
        answer = await boss[firm].put(
            f"{API}/portal-clients/{client.id}/grants", json={"enterprise": town.ids[firm], "scopes": [scope]}
        )
        assert answer.status_code == 200, answer.text
    await town.enter("portal", await token_of(town, client))
    for named, cases in (("*", {opened["firm"]}), (town.ids["firm"], {opened["firm"]})):
        answer = await town["portal"].get(EVENTS, headers={"Cloudnego-Enterprise": named})
        assert {row["data"]["case"] for row in answer.json()["rows"]} == cases, named
    assert (await town["portal"].get(EVENTS)).status_code == 422
    refused = await town["portal"].get(EVENTS, headers={"Cloudnego-Enterprise": town.ids["other"]})
    assert refused.status_code == 403
    everything = {"Cloudnego-Enterprise": "*"}
    assert (await town["portal"].get(f"{API}/negotiations", headers=everything)).json()["rows"] == []
    assert (await town["portal"].get(f"{API}/negotiations/{opened['firm']}", headers=everything)).status_code == 404
