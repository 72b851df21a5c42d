"""A congress before it votes: receipts, the roll call, what delegates say, and what the union does about it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import httpx2
import pytest
from sqlmodel import select

from cloudnego.core import commands as c
from cloudnego.identity import delegate_rolls as rolls
from cloudnego.identity.delegate_tables import FrozenRoll
from cloudnego.identity.delegates import NewDelegate, enter
from cloudnego.identity.register import enterprise
from cloudnego.identity.roster import Roster
from cloudnego.identity.store import writing
from cloudnego.identity.workers import NewWorker, add_workers
from cloudnego.main import House
from tests.web.conftest import API
from tests.web.played import DISTRICT, at, looking, rehearsed, settle, write

VOTING, ATTENDS, OTHER = ("w1", "w9", "s1"), "w2", "recorder"


def until(kind: type[c.Command]) -> int:
    return next(n for n, act in enumerate(rehearsed(), 1) if isinstance(act.command, kind))


class Congress:
    """A case whose materials are sent, with its roll frozen on the platform."""

    def __init__(self, house: House, case: str) -> None:
        self.house = house
        self.case = case
        self._client = looking(house)
        self._people: dict[str, httpx2.AsyncClient] = {}

    def by(self, who: str) -> httpx2.AsyncClient:
        return self._people.setdefault(who, self._client(who))

    async def seen(self, who: str) -> dict[str, Any]:
        answer = await self.by(who).get(f"{API}/negotiations/{self.case}/congress")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def done(self, who: str, what: str, **body: Any) -> dict[str, Any]:
        answer = await self._ask(who, what, body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def refused(self, who: str, what: str, **body: Any) -> str:
        answer = await self._ask(who, what, body)
        assert 400 <= answer.status_code < 500, answer.text
        return str(answer.json()["code"])

    async def _ask(self, who: str, what: str, body: dict[str, Any]) -> httpx2.Response:
        path = f"{API}/negotiations/{self.case}/congress/{what}"
        return await self.by(who).post(path, json=body or None)


def _freeze_as(house: House, roll_hash: str) -> None:
    """A roll of delegates under the hash that the case carries."""
    day = date(2026, 2, 1)
    with writing(house.site.engine) as session:
        roster = Roster(session, DISTRICT, house.site.new_id, house.site.now_s(), "w0")
        entry = enterprise(session, DISTRICT, "E1")
        assert entry is not None
        people = (*VOTING, ATTENDS)
        lines = add_workers(session, roster, entry, [NewWorker(f"{n}", who, who) for n, who in enumerate(people)])
        new = [
            NewDelegate(worker=one.id, manager=False, woman=False, dispatched=one.person == ATTENDS, since=day)
            for one in lines
        ]
        enter(session, roster, "E1", new, None)
        rolls.post(session, roster, "E1", day + timedelta(days=7), day)
        rolls.freeze(session, roster, "E1", reason=None, term_until=None, today=day + timedelta(days=8))
        row = session.exec(select(FrozenRoll)).one()
        row.roll_hash = roll_hash
        session.add(row)


@pytest.fixture
async def congress(house: House) -> Congress:
    settle(house)
    acts = rehearsed()[: until(c.SendCongressMaterials)]
    case = await write(house, acts)
    at(house, acts[-1].at)
    state = house.site.log.state(case)
    assert state is not None
    assert state.roll is not None
    _freeze_as(house, state.roll.roll_hash)
    return Congress(house, case)


async def test_delegates_confirm_and_the_union_sees_who_has_not(congress: Congress) -> None:
    union = await congress.seen("w0")
    assert (union["received"], union["organises"], union["on_platform"]) == (0, True, True)
    assert union["roll"] == len(VOTING)
    assert union["missing"] == sorted(f"人{one}" for one in VOTING)
    mine = await congress.done("w1", "receipt")
    assert (mine["received"], mine["has_received"], mine["missing"]) == (1, True, [])
    assert (await congress.done("w1", "receipt"))["received"] == 1, "once"
    assert (await congress.done(ATTENDS, "receipt"))["received"] == 1, "who attends without vote is not counted"
    assert await congress.refused(OTHER, "receipt") == "not_a_delegate"
    assert await congress.refused("w1", "reminders") == "not_the_organiser"
    reminded = await congress.done("w0", "reminders")
    assert [one["told"] for one in reminded["reminders"]] == [len(VOTING) - 1]
    inbox = (await congress.by("w9").get(f"{API}/me/inbox")).json()["rows"]
    assert [one["kind"] for one in inbox] == ["congress_materials"]
    assert "E1厂" in str(inbox), "it says whose congress"
    assert (await congress.by("w1").get(f"{API}/me/inbox")).json()["rows"] == []


async def test_what_delegates_say_is_for_them_and_the_worker_side(congress: Congress) -> None:
    said = await congress.done("w9", "comments", text="夜班补贴写清楚从哪个月起")
    assert [(one["mine"], one["text"]) for one in said["comments"]] == [(True, "夜班补贴写清楚从哪个月起")]
    for who in ("w0", "w1", ATTENDS):
        assert [one["text"] for one in (await congress.seen(who))["comments"]] == ["夜班补贴写清楚从哪个月起"], who
    for who in ("e0", "hr", "town", OTHER):
        seen = await congress.seen(who)
        assert (seen["comments"], seen["received"], seen["present"]) == (None, None, None), who
    one = said["comments"][0]["id"]
    assert await congress.refused("w1", f"comments/{one}/hiding", reason="不") == "not_the_organiser"
    await congress.done("w0", f"comments/{one}/hiding", reason="含有他人的病情")
    (hidden,) = (await congress.seen("w9"))["comments"]
    assert (hidden["text"], hidden["hidden_why"]) == (None, "含有他人的病情")
    assert await congress.refused("w0", f"comments/{one}/hiding", reason="又一次") == "not_found"


async def test_the_roll_is_called_on_the_day_and_closed_by_the_counts(congress: Congress) -> None:
    assert await congress.refused("w1", "presence") == "congress_not_yet"
    begun, ended = until(c.SendCongressMaterials), until(c.RecordBallot)
    acts = rehearsed()
    await write(congress.house, acts[begun : ended - 1], "convened", congress.case)
    at(congress.house, acts[ended - 1].at)
    there = await congress.done("w1", "presence")
    assert (there["present"], there["is_present"]) == (1, True)
    assert (await congress.done(ATTENDS, "presence"))["present"] == 1, "who attends without vote is not counted"
    assert there["quorum"] == -(-2 * there["total"] // 3)
    assert there["needed"] == there["total"] // 2 + 1
    await write(congress.house, acts[ended - 1 : ended], "voted", congress.case)
    assert await congress.refused("w9", "presence") == "congress_not_yet"
    assert await congress.refused("w9", "comments", text="晚了") == "comments_closed"


async def test_a_roll_from_paper_leaves_it_to_paper(house: House) -> None:
    settle(house)
    acts = rehearsed()[: until(c.SendCongressMaterials)]
    case = await write(house, acts)
    at(house, acts[-1].at)
    paper = Congress(house, case)
    seen = await paper.seen("w0")
    assert (seen["on_platform"], seen["received"], seen["missing"]) == (False, None, [])
    assert await paper.refused("w1", "receipt") == "not_a_delegate"
    assert await paper.refused("w0", "reminders") == "nobody_to_remind"
