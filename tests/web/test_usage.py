"""Quotas and usage of portals: exact for whom they are, and nobody learns from them what the portal sees."""

from __future__ import annotations

from typing import Any

import pytest

from cloudnego.identity.clients import Grant, NewClient
from cloudnego.identity.hooks import NewHook
from cloudnego.identity.usage import Usage, User
from cloudnego.main import House
from cloudnego.web.postman import Postman
from tests.web.conftest import API, Town
from tests.web.played import DISTRICT, looking, rehearsed, settle, write
from tests.web.portals import Registered, approve, begin, enter, exchange, portal, proved, register, token_of
from tests.web.receiving import receiving
from tests.web.test_webhooks import Clock, made

CLIENTS = f"{API}/portal-clients"


def midday(town: Town) -> None:
    """The same day all through a test."""
    usage = town.house.site.portals.usage
    now = usage._now_s() // 86_400 * 86_400 + 4 * 3600  # twelve o'clock in China
    usage._now_s = lambda: now  # type: ignore[misc]


async def rows(town: Town, who: str, client: str) -> list[Any]:
    answer = await town[who].get(f"{CLIENTS}/{client}/usage")
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["rows"]
    return found


async def test_every_request_error_and_delivery_is_counted_once_and_said(town: Town) -> None:
    client = await register(town, scopes=["cases"])
    door = await enter(town, client)
    midday(town)
    clock = Clock(town)
    await town.open_case("firm")
    await town.open_case("firm", wage_year=2027)
    answer = await door.get(f"{API}/negotiations")
    for path in ("/negotiations/c-nobody", "/cockpit"):
        answer = await door.get(API + path)
    assert answer.headers["ratelimit-policy"] == '"day";q=50000;w=86400'
    assert answer.headers["ratelimit"] == '"day";r=49997;t=43200'
    with receiving() as receiver:
        receiver.answers = lambda n: 500 if n == 0 else 204
        await made(town, receiver)
        await clock.tell()
        await clock.tell(10)
    (row,) = await rows(town, "portal", client.id)
    told = len(receiver.took)
    assert told > 1
    day = {"requests": 5, "errors": 2, "limited": 0, "told": told, "failed": 1}
    assert [{name: one[name] for name in day} for one in row["days"]] == [day]
    assert (row["enterprise"], row["hidden"], row["quota"]["left"]) == (town.ids["firm"], False, 49_995)
    assert await rows(town, "firm.hr", client.id) == [row]
    assert row["last_used"] == row["days"][0]["day"]
    hr = (await town["firm.hr"].get(f"{API}/negotiations")).headers
    assert "ratelimit" not in hr, "people have no quota"


async def test_a_quota_that_is_used_up_is_refused_and_another_days_is_whole(town: Town) -> None:
    one, other = await register(town, scopes=["cases"]), await register(town, scopes=["cases"])
    door, beside = await enter(town, one, "one"), await enter(town, other, "other")
    midday(town)
    usage = town.house.site.portals.usage
    usage.per_day = 3  # type: ignore[misc]
    for _ in range(3):
        assert (await door.get(f"{API}/negotiations")).status_code == 200
    no = await door.get(f"{API}/negotiations/c-nobody")
    assert (no.status_code, no.json()["code"]) == (429, "quota_spent"), "nothing is looked for any more"
    assert (no.headers["retry-after"], no.headers["ratelimit"]) == ("43200", '"day";r=0;t=43200')
    assert (await beside.get(f"{API}/negotiations")).headers["ratelimit"] == '"day";r=2;t=43200'
    (row,) = await rows(town, "firm.hr", one.id)
    assert [(day["requests"], day["errors"], day["limited"]) for day in row["days"]] == [(3, 0, 1)]
    noon = usage._now_s()
    usage._now_s = lambda: noon + 43_200  # type: ignore[misc]
    assert (await door.get(f"{API}/negotiations")).headers["ratelimit"] == '"day";r=2;t=86400'


async def test_an_enterprise_is_shown_figures_of_its_own_grant_alone(town: Town) -> None:
    platform = await register(town, "admin", enterprise=None, scopes=None)
    for firm, scopes in (("firm", ["cases"]), ("other", ["cases", "register"])):
        hr = town[await proved(town, f"{firm}.hr")]
        sent = {"enterprise": town.ids[firm], "scopes": scopes}
        assert (await hr.put(f"{CLIENTS}/{platform.id}/grants", json=sent)).status_code == 200
    door = await town.enter("platform", await token_of(town, platform))
    for firm, times in (("firm", 2), ("other", 5), ("*", 3)):
        for _ in range(times):
            named = {"Cloudnego-Enterprise": town.ids.get(firm, firm)}
            assert (await door.get(f"{API}/events?limit=1", headers=named)).status_code == 200
    counted = {
        who: {
            one["enterprise"]: sum(day["requests"] for day in one["days"]) for one in await rows(town, who, platform.id)
        }
        for who in ("firm.hr", "other.hr", "admin")
    }
    firm, other = town.ids["firm"], town.ids["other"]
    assert counted == {"firm.hr": {firm: 2}, "other.hr": {other: 5}, "admin": {firm: 2, other: 5}}
    door.headers["Cloudnego-Enterprise"] = firm
    assert [one["enterprise"] for one in await rows(town, "platform", platform.id)] == [firm]
    door.headers["Cloudnego-Enterprise"] = "*"
    assert {one["enterprise"] for one in await rows(town, "platform", platform.id)} == {firm, other, "*"}
    for who in ("firm.worker", "firm.chair", "town"):
        assert (await town[who].get(f"{CLIENTS}/{platform.id}/usage")).status_code == 404
    mine = await portal(town, "cases")
    assert (await mine.get(f"{CLIENTS}/{platform.id}/usage")).status_code == 404


async def test_what_a_person_does_through_a_client_is_in_no_figure(town: Town) -> None:
    flow = await begin(town)
    answer = await exchange(town, flow, (await approve(town, flow))["code"])
    through = await town.enter("through", answer.json()["access_token"])
    found = await through.get(f"{API}/negotiations")
    assert (found.status_code, "ratelimit" in found.headers) == (200, False)
    (row,) = await rows(town, "firm.boss", flow.client.id)
    assert row["days"] == []
    assert (await through.get(f"{CLIENTS}/{flow.client.id}/usage")).status_code == 404


# --- a portal that sees the table -----------------------------------------------------------------------------------


@pytest.fixture
async def told(house: House) -> tuple[House, str, str]:
    """A firm whose program is told of its table: the house, the client and its webhook."""
    settle(house)
    site = house.site
    site.hooks.outward.loopback = True
    await write(house, rehearsed(until=70))
    scopes = frozenset({"cases", "table"})
    client, _ = site.portals.clients.register(DISTRICT, NewClient(name="系统", grants=(Grant("E1", scopes),)), "e0")
    with receiving() as receiver:
        hook = site.hooks.make(
            NewHook(
                district=DISTRICT, client=client, enterprise="E1", scopes=scopes, url=receiver.url, types=frozenset(),
                cases=frozenset(), place=0, by=client,
            )
        )  # fmt: skip
        postman = Postman(site)
        await postman.round(None)
        await postman.settled()
    return house, client, hook.id


async def test_how_much_was_said_at_the_table_shows_to_its_owner_and_the_program_alone(
    told: tuple[House, str, str],
) -> None:
    house, client, hook = told
    look, tries = looking(house), f"{API}/webhooks/{hook}/deliveries?limit=200"
    whole = {one["event"] for one in (await look("e0").get(tries)).json()["rows"]}
    notices = {event for event in whole if ".notice." in event}
    at_table = next(iter(whole - notices))
    assert len(whole) > len(notices) > 0
    (row,) = (await look("e0").get(f"{CLIENTS}/{client}/usage")).json()["rows"]
    assert row["days"][0]["told"] == len(whole)
    for who in ("hr", "district"):
        assert {one["event"] for one in (await look(who).get(tries)).json()["rows"]} == notices
        (row,) = (await look(who).get(f"{CLIENTS}/{client}/usage")).json()["rows"]
        assert (row["hidden"], row["quota"], row["last_used"], row["days"]) == (True, None, None, [])
        again = f"{API}/webhooks/{hook}/replay"
        for event in (at_table, f"{at_table.rsplit('.', 1)[0]}.999"):
            assert (await look(who).post(again, json={"event": event})).json()["code"] == "bad_cursor"
        assert (await look(who).post(again, json={"event": min(notices)})).status_code == 200
    house.site.portals.clients.grant(client, Grant("E1", frozenset({"cases"})), "e0")
    (row,) = (await look("hr").get(f"{CLIENTS}/{client}/usage")).json()["rows"]
    assert (row["hidden"], row["quota"], row["days"]) == (False, None, []), "of that day nothing is shown for good"


async def test_whether_something_of_the_table_waits_to_be_told_shows_to_its_owner_alone(
    told: tuple[House, str, str],
) -> None:
    house, _, hook = told
    house.site.hooks.replay(house.site.hooks.get(hook), 0)  # type: ignore[arg-type]
    postman = Postman(house.site)
    await postman.round(None)  # nobody listens any more
    await postman.settled()
    look = looking(house)
    shown = {who: (await look(who).get(f"{API}/webhooks/{hook}")).json() for who in ("e0", "hr", "district")}
    listed = (await look("hr").get(f"{API}/webhooks")).json()["rows"]
    assert (shown["e0"]["tries"], shown["e0"]["failing_since"] is None) == (1, False)
    for one in (shown["hr"], shown["district"], *listed):
        assert (one["tries"], one["failing_since"], one["next_at"]) == (0, None, None)


# --- several processes, and a database that fails -------------------------------------------------------------------


async def test_several_processes_add_up_and_what_could_not_be_noted_is_noted_later(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    client: Registered = await register(town, scopes=["cases"])
    engine, user = town.house.site.engine, User(client.id, town.ids["firm"], wide=False)
    nodes = [Usage(engine, lambda: 1_900_000_000, 10) for _ in range(2)]
    for usage in nodes:
        usage.know(user)
        for _ in range(3):
            usage.take(user)
        usage.note()
    assert nodes[1].take(user).left == 3
    with monkeypatch.context() as patch:
        patch.setattr("cloudnego.identity.usage._ADD", None)
        with pytest.raises(AttributeError):
            nodes[1].note()
    assert nodes[1].left(user).left == 3
    nodes[0].take(user)
    nodes[1].note()
    nodes[0].note()
    assert [one.requests for one in nodes[0].of(client.id, [user.enterprise], 1)] == [8]
    assert [usage.left(user).left for usage in nodes] == [2, 3], "a process learns of others as it notes its own"
