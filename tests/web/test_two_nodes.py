"""Two servers on one PostgreSQL: what one does, the other knows, hears, and does not do twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import httpx2
import psycopg
import pytest
from pydantic import SecretStr

from cloudnego.eventlog.bells import CHANNEL, heard
from cloudnego.live.ear import listen
from cloudnego.ports import Asked
from tests.polls.test_blind import KEY
from tests.web.conftest import API, settings_for
from tests.web.played import BEGUN, DISTRICT, at, rehearsed, settle, write
from tests.web.polled import Phone, case_before_the_vote, padded, up_to_the_vote
from tests.web.served import Served, serving

pytestmark = pytest.mark.postgres

CASES = f"{API}/negotiations"


@pytest.fixture
def nodes(tmp_path: Path, postgres_url: str) -> Iterator[tuple[Served, Served]]:
    """Two servers with one key and one database; their timers look only when asked."""
    settings = settings_for(tmp_path / "data", database_url=SecretStr(postgres_url), timers_every_s=3600.0)
    with ExitStack() as stack:
        yield stack.enter_context(serving(settings)), stack.enter_context(serving(settings))


def client(node: Served, token: str) -> httpx2.Client:
    return httpx2.Client(base_url=node.url, headers={"Authorization": f"Bearer {token}"})


def soon(what: Callable[[], bool], seconds: float = 15.0) -> bool:
    """Whether it becomes true in time."""
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def signed_in(node: Served, person: str) -> str:
    return node.house.site.sessions.open(DISTRICT, person, person, "bearer")


def test_a_session_opened_on_one_node_holds_on_the_other_and_ends_on_both(nodes: tuple[Served, Served]) -> None:
    one, two = nodes
    settle(one.house)
    token = signed_in(one, "w0")
    with client(one, token) as here, client(two, token) as there:
        assert here.get(f"{API}/me").status_code == there.get(f"{API}/me").status_code == 200
        assert here.delete(f"{API}/session").status_code == 204
        assert here.get(f"{API}/me").status_code == 401
        assert soon(lambda: there.get(f"{API}/me").status_code == 401, 5), "it is believed for a second, no longer"


def test_what_is_written_past_both_nodes_is_known_to_both_within_a_second(nodes: tuple[Served, Served]) -> None:
    """An operator at the database's own prompt ends a membership, then a person: nobody tells a doorkeeper."""
    one, two = nodes
    settle(one.house)
    token = signed_in(one, "w0")
    with ExitStack() as stack:
        both = [stack.enter_context(client(node, token)) for node in nodes]
        assert all(at_door.get(f"{API}/me").json()["memberships"] for at_door in both)
        with two.house.site.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE membership SET ended_s = 1 WHERE person = 'w0'")
        time.sleep(1.1)
        assert [at_door.get(f"{API}/me").json()["memberships"] for at_door in both] == [[], []]
        with two.house.site.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE person SET ended_s = 1 WHERE id = 'w0'")
        time.sleep(1.1)
        assert [at_door.get(f"{API}/me").status_code for at_door in both] == [401, 401]


def test_who_was_named_through_one_node_may_act_through_the_other(nodes: tuple[Served, Served]) -> None:
    """The other node remembers the case as it stood before; what it does not find there it looks for on the disk."""
    one, two = nodes
    settle(one.house)
    acts = rehearsed()
    named = [act.command.type for act in acts].index("appoint_representatives")
    case = one.run(write(one.house, acts[:named]))
    at(one.house, BEGUN)
    token, chief = signed_in(one, "e1"), signed_in(one, "w0")
    with client(two, chief) as there:
        assert there.get(f"{CASES}/{case}").status_code == 200
        assert there.post(f"{CASES}/{case}/publish-contract", json={}).status_code == 409, "now node two remembers it"
    with client(two, token) as there:
        assert there.post(f"{CASES}/{case}/accept-duty", json={}).status_code == 404
        act = acts[named]
        asked = Asked(district=DISTRICT, case=case, command=act.command, by=act.by, at=act.at, key="through node one")
        one.run(one.house.site.log.ask(asked))
        assert there.post(f"{CASES}/{case}/accept-duty", json={}).status_code != 404


def test_a_commit_on_one_node_rings_on_the_other(nodes: tuple[Served, Served]) -> None:
    one, two = nodes
    settle(one.house)
    rung: list[Mapping[str, int]] = []
    two.house.site.log.bell.listen(rung.append)
    case = one.run(write(one.house, rehearsed(until=3)))
    assert soon(lambda: any(moved.get(f"{case}/notice", 0) == 3 for moved in rung)), rung


def test_a_sandbox_clock_moved_on_one_node_is_seen_on_the_other(nodes: tuple[Served, Served]) -> None:
    one, two = nodes
    opened = httpx2.post(f"{one.url}{API}/sandbox", json={"starts_at": BEGUN.isoformat()}).json()
    body = {name: opened[name] for name in ("login", "password", "district")} | {"door": "bearer"}
    token = httpx2.post(f"{two.url}{API}/session", json=body).json()["token"]
    with client(one, token) as here, client(two, token) as there:
        assert there.get(f"{API}/me").json()["district"]["now"][:10] == "2026-03-02"
        here.post(f"{API}/sandbox/clock", json={"days": 15})
        assert soon(lambda: there.get(f"{API}/me").json()["district"]["now"][:10] == "2026-03-17")


def test_what_the_clocks_of_two_nodes_ask_is_written_once(nodes: tuple[Served, Served]) -> None:
    one, two = nodes
    settle(one.house)
    acts = rehearsed()
    filed = [act.command.type for act in acts].index("receive_filing") + 1
    case = one.run(write(one.house, acts[:filed]))
    at(one.house, acts[filed - 1].at + timedelta(days=30))
    assert soon(lambda: two.house.site.clocks(DISTRICT).date() >= acts[filed - 1].at.date() + timedelta(days=30))

    async def both() -> None:
        there = asyncio.wrap_future(two.later(two.house.timers.of_district(DISTRICT)))
        await asyncio.gather(one.house.timers.of_district(DISTRICT), there)

    one.run(both())
    with client(one, signed_in(one, "auditor")) as auditor:
        rows = auditor.get(f"{CASES}/{case}/timeline", params={"limit": 200}).json()["rows"]
    assert [row["type"] for row in rows].count("contract_in_force") == 1
    noted = [str(row["facts"]) for row in rows if row["type"].endswith("deadline_noted")]
    assert noted
    assert len(noted) == len(set(noted))


async def test_the_ear_comes_back_after_a_lost_connection_and_rings_for_what_it_missed(postgres_url: str) -> None:
    dsn = postgres_url.replace("postgresql+psycopg", "postgresql")
    rung: asyncio.Queue[Mapping[str, int]] = asyncio.Queue()
    task = asyncio.create_task(listen(dsn, CHANNEL, heard, rung.put_nowait))
    try:
        assert await asyncio.wait_for(rung.get(), 40) == {}
        async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as other:
            await other.execute("SELECT pg_notify('cloudnego', 'n1/table:4')")
            assert await asyncio.wait_for(rung.get(), 40) == {"n1/table": 4}
            await other.execute("SELECT pg_notify('cloudnego', '')")
            assert await asyncio.wait_for(rung.get(), 40) == {}
            await other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
            assert await asyncio.wait_for(rung.get(), 40) == {}, "it looks once for what it may have missed"
            await other.execute("SELECT pg_notify('cloudnego', 'n1/table:5')")
            assert await asyncio.wait_for(rung.get(), 40) == {"n1/table": 5}
    finally:
        task.cancel()


async def _ballot(node: Served, who: str, choice: str) -> tuple[str, bytes]:
    """The vote that runs for somebody, and a ballot of it that was signed at this node."""
    headers = {"Authorization": f"Bearer {signed_in(node, who)}"}
    async with httpx2.AsyncClient(base_url=node.url, headers=headers) as phone:
        (mine,) = (await phone.get(f"{API}/me/polls")).json()["rows"]
        return mine["poll"], padded(await Phone(phone, f"secret of {who}").ballot(mine["poll"], choice))


def test_one_ballot_brought_to_both_nodes_at_once_counts_once(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One node keeps what waits, the other hands on what comes; a ballot brought eight times is one in the list."""
    monkeypatch.setattr("cloudnego.polls.blind.fresh_key", lambda: KEY)  # to find one takes a second
    own = {"database_url": SecretStr(postgres_url), "timers_every_s": 3600.0}
    with ExitStack() as stack:
        one = stack.enter_context(serving(settings_for(tmp_path / "data", **own)))
        two = stack.enter_context(serving(settings_for(tmp_path / "data", ballots_to=one.url, **own)))
        case = one.run(case_before_the_vote(one.house))
        _, morning = up_to_the_vote()
        assert soon(lambda: two.house.site.clocks(DISTRICT).date() == morning.date()), "its own clock is months ahead"
        with client(two, signed_in(two, "w0")) as union:
            draft = union.get(f"{CASES}/{case}").json()["state"]["meeting"]["draft_hash"]
            words = {"draft_hash": draft, "closes_on": morning.date().isoformat(), "closes_at": "18:00"}
            assert union.post(f"{CASES}/{case}/open-ballot", json=words).status_code == 201
        poll, first = one.run(_ballot(one, "v0", "yes"))
        _, second = two.run(_ballot(two, "v1", "no"))
        with ThreadPoolExecutor(8) as at_once:
            sent = [at_once.submit(_cast, node, body) for node in (one, two) * 4 for body in (first, second)]
        assert {answer.result().status_code for answer in sent} == {200}
        assert len({answer.result().content for answer in sent}) == 2, "each ballot has one place and one receipt"
        at(one.house, morning.replace(hour=18, minute=3))
        assert soon(lambda: two.house.site.clocks(DISTRICT) >= morning.replace(hour=18, minute=3))
        assert two.run(two.house.timers.of_district(DISTRICT)) == 0, "what waits lies at the other node"
        assert one.run(one.house.timers.of_district(DISTRICT)) > 0
        with client(two, signed_in(two, "v0")) as voter:
            result = voter.get(f"{API}/polls/{poll}").json()["result"]
        assert (result["cast"], result["counts"]) == (2, {"yes": 1, "no": 1, "abstain": 0})


def _cast(node: Served, body: bytes) -> httpx2.Response:
    return httpx2.post(f"{node.url}{API}/ballots", content=body, headers={"Content-Type": "application/json"})
