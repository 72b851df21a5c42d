"""Webhooks: told in order, signed, until they are taken; whatever a receiver does nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from cloudnego.eventlog import sql
from cloudnego.identity import outward
from cloudnego.identity.factor_tables import InboxMessage
from cloudnego.identity.hooks import Hooks
from cloudnego.web.postman import AFTER_S, DEAD_AFTER, Postman
from tests.web.conftest import API, Town
from tests.web.portals import enter, portal, register
from tests.web.receiving import DROPS, HANGS, Receiver, receiving

HOOKS = f"{API}/webhooks"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


class Clock:
    """Real time as the house sees it: it goes on when a test says."""

    def __init__(self, town: Town) -> None:
        self.site = town.house.site
        self.at = self.site.now_s()
        object.__setattr__(self.site, "now_s", lambda: self.at)
        self.site.hooks._now_s = lambda: self.at  # type: ignore[misc]
        self.site.hooks.outward.loopback = True
        self.postman = Postman(self.site)

    async def tell(self, after_s: int = 0) -> None:
        self.at += after_s
        await self.postman.round(None)
        await self.postman.settled()


async def made(town: Town, receiver: Receiver, **more: Any) -> Any:
    answer = await town["portal"].post(HOOKS, json={"url": receiver.url, "after": "beginning"} | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def feed(town: Town) -> list[Any]:
    found: list[Any] = (await town["portal"].get(f"{API}/events")).json()["rows"]
    return found


async def test_what_the_feed_has_is_told_signed_and_once(town: Town, receiver: Receiver) -> None:
    await portal(town, "cases")
    clock = Clock(town)
    await town.open_case("firm")
    await town.open_case("other")
    hook = await made(town, receiver)
    await clock.tell()
    await town.open_case("firm", wage_year=2027)
    await clock.tell()
    await clock.tell()
    assert [one.document for one in receiver.came] == await feed(town)
    assert [one.headers["webhook-id"] for one in receiver.came] == [row["id"] for row in await feed(town)]
    assert all(one.is_signed_with(hook["secret"]) for one in receiver.came)
    rows = (await town["portal"].get(f"{HOOKS}/{hook['webhook']['id']}/deliveries")).json()["rows"]
    assert {(row["outcome"], row["status"]) for row in rows} == {("delivered", 204)}
    assert [row["event"] for row in reversed(rows)] == receiver.took
    kept = f"{HOOKS}/{hook['webhook']['id']}"
    assert (await town["firm.boss"].delete(kept)).status_code == 204
    assert (await town["portal"].get(kept)).status_code == 404


@pytest.mark.parametrize("seed", range(2))
async def test_whatever_a_receiver_does_all_is_told(
    town: Town, receiver: Receiver, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outward, "_WHOLE_S", 0.1)
    dice = Random(seed)
    await portal(town, "cases")
    clock = Clock(town)
    for year in (2026, 2027, 2028):
        await town.open_case("firm", wage_year=year)
    await made(town, receiver)
    moods = [500, 503, 302, 404, 401, 429, DROPS, HANGS, 200, 204, 200, 204, 204]
    receiver.answers = lambda n: dice.choice(moods) if n < 12 else 204
    for _ in range(16):
        await clock.tell(2 * AFTER_S[-1])
    ids = [row["id"] for row in await feed(town)]
    assert set(receiver.took) == set(ids), "of each case there is one: in which order is in test_lanes"
    assert {one.headers["webhook-id"] for one in receiver.came} == set(ids)


async def test_a_receiver_that_fails_for_days_is_let_rest_and_loses_nothing(town: Town, receiver: Receiver) -> None:
    await portal(town, "cases")
    clock = Clock(town)
    await town.open_case("firm")
    hook = f"{HOOKS}/{(await made(town, receiver))['webhook']['id']}"
    receiver.answers = lambda _: 500
    for wait in (0, *AFTER_S):
        assert (await town["portal"].get(hook)).json()["active"]
        await clock.tell(round(1.3 * wait))
        came = len(receiver.came)
        await clock.tell()
        assert len(receiver.came) == came, "it was told again at once"
    found = (await town["firm.boss"].get(hook)).json()
    assert (found["active"], found["why"], found["tries"]) == (False, "failing", len(AFTER_S) + 1)
    assert len(receiver.came) == len(AFTER_S) + 1
    with town.house.site.engine.connect() as connection:
        told = connection.execute(select(sql.table_of(InboxMessage).c.person, sql.table_of(InboxMessage).c.kind))
        assert (town.ids["firm.boss"], "webhook_rests") in {(row[0], row[1]) for row in told}
    receiver.answers = lambda _: 204
    assert (await town["firm.boss"].patch(hook, json={"active": True})).json()["active"]
    await clock.tell()
    assert receiver.took == [row["id"] for row in await feed(town)]


async def test_one_event_that_is_not_taken_holds_up_no_other_for_ever(town: Town, receiver: Receiver) -> None:
    await portal(town, "cases")
    clock = Clock(town)
    await town.open_case("firm")
    await town.open_case("firm", wage_year=2027)
    hook = f"{HOOKS}/{(await made(town, receiver))['webhook']['id']}"
    ids = [row["id"] for row in await feed(town)]
    receiver.answers = lambda n: 422 if receiver.came[n].headers["webhook-id"] == ids[0] else 204
    for wait in (0, *AFTER_S[: DEAD_AFTER - 1]):
        await clock.tell(round(1.3 * wait))
    assert receiver.took == ids[1:]
    dead = (await town["portal"].get(f"{hook}/deliveries", params={"dead": True})).json()["rows"]
    assert [row["event"] for row in dead] == ids[:1]
    receiver.answers = lambda _: 204
    assert (await town["portal"].post(f"{hook}/replay", json={"event": ids[0]})).status_code == 200
    await clock.tell()
    assert receiver.took[: len(ids) - 1] == ids[1:]
    assert sorted(receiver.took[len(ids) - 1 :]) == sorted(ids)


async def test_two_secrets_sign_while_one_is_turned_and_an_ended_one_no_more(town: Town, receiver: Receiver) -> None:
    await portal(town, "cases")
    Clock(town)
    opened = await made(town, receiver)
    hook, secrets = f"{HOOKS}/{opened['webhook']['id']}", [opened["secret"]]
    for end_others in (False, True):
        answer = await town["portal"].post(f"{hook}/secrets", json={"end_others": end_others})
        secrets.append(answer.json()["secret"])
        assert (await town["portal"].post(f"{hook}/ping")).json()["outcome"] == "delivered"
    turned, ended = receiver.came
    assert turned.is_signed_with(secrets[0])
    assert turned.is_signed_with(secrets[1])
    assert ended.is_signed_with(secrets[2])
    for gone in secrets[:2]:
        with pytest.raises(Exception, match="No matching signature"):
            ended.is_signed_with(gone)


async def test_a_webhook_is_its_clients_and_tells_no_more_than_its_grant(town: Town, receiver: Receiver) -> None:
    client = await register(town, scopes=["cases"])
    await enter(town, client)
    clock = Clock(town)
    hook = f"{HOOKS}/{(await made(town, receiver))['webhook']['id']}"
    await enter(town, await register(town, scopes=["cases"]), "another")
    for who in ("another", "firm.worker", "other.boss"):
        assert (await town[who].get(hook)).status_code == 404
        assert (await town[who].delete(hook)).status_code == 404
        assert (await town[who].post(f"{hook}/replay", json={"after": "beginning"})).status_code == 404
        assert (await town[who].get(HOOKS)).json()["rows"] == []
    assert (await town["firm.boss"].patch(hook, json={"url": "https://x.example/"})).status_code == 404
    await town["firm.hr"].delete(f"{API}/portal-clients/{client.id}/grants/{town.ids['firm']}")
    await town.open_case("firm")
    await clock.tell()
    assert receiver.came == []


async def test_who_lost_the_lease_moves_nothing(town: Town, receiver: Receiver) -> None:
    await portal(town, "cases")
    clock = Clock(town)
    await town.open_case("firm")
    id_ = (await made(town, receiver))["webhook"]["id"]
    hooks: Hooks = town.house.site.hooks
    slow = hooks.lease(id_, "slow")
    assert slow is not None
    assert hooks.lease(id_, "quick") is None
    await clock.tell()
    assert receiver.came == [], "somebody has it"
    await clock.tell(61)
    assert len(receiver.took) == len(await feed(town))
    assert not hooks.note(slow, "slow", [])
    await clock.tell()
    assert len(receiver.took) == len(await feed(town))
