"""Where each covered enterprise votes by itself (HZ 33): each opens its own, and those of another see none of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest

from claims.walks import cast, register
from cloudnego.core import commands as c
from cloudnego.core.vocabulary import Office, Scope, Side
from cloudnego.identity.grades import Grade
from cloudnego.identity.kinds import OrganisationKind
from cloudnego.identity.register import Entry, add_enterprise, enterprise
from cloudnego.identity.roster import NewMembership, NewPerson, Roster
from cloudnego.identity.store import writing
from cloudnego.identity.workers import NewWorker, add_workers
from cloudnego.main import House, build, install
from cloudnego.polls import recount
from cloudnego.ports import Asked
from cloudnego.rehearsal import Played, Rehearsal
from cloudnego.stories import confirm_service, convene, exchange, gather, sheet, side_list
from cloudnego.stories import settle as settled
from tests.polls.test_blind import KEY
from tests.web.conftest import API, client_of, settings_for
from tests.web.played import BEGUN, DISTRICT, LAW, at, settle
from tests.web.polled import Phone, cast_ballot

FIRMS = ("c0", "c1")
STAFF = {"c0": tuple(f"a{n}" for n in range(12)), "c1": tuple(f"b{n}" for n in range(11))}


@cache
def up_to_the_votes() -> tuple[list[Played], datetime]:
    """The acts of a case of two enterprises, and the morning of the day they vote."""
    t = Rehearsal(LAW, cast(), register(Random(5), many=True), BEGUN, Random(5))
    t.open("w0", scope=Scope.REGION, covers=list(FIRMS), ballot_per_enterprise=True)
    confirm_service(t)
    side_list(t, Side.WORKER)
    sheet(t, Side.WORKER)
    t.act(t.chief(Side.WORKER), c.SendOffer)
    t.wait_working(2)
    side_list(t, Side.EMPLOYER)
    sheet(t, Side.EMPLOYER)
    t.act(t.chief(Side.EMPLOYER), c.Reply)
    for part in (exchange, gather, settled, convene):
        part(t)
    return t.played, t.at


def people(house: House) -> None:
    """Two enterprises with their unions and workers, beside those of the plain story."""
    settle(house)
    site = house.site
    with writing(site.engine) as session:
        roster = Roster(session, DISTRICT, site.new_id, site.now_s(), "operator")
        for firm, staff in STAFF.items():
            entry = Entry(
                id=firm, name=f"{firm}厂", credit_code=f"T-{firm}", address="-", region="330109102", industry="C17"
            )
            add_enterprise(session, roster, DISTRICT, entry)
            roster.add_organisation(OrganisationKind.ENTERPRISE_UNION, f"{firm}工会", "330109102", firm, f"u-{firm}")
            held = [(person, firm, Office.WORKER) for person in staff]
            for person, where, office in [
                *held, (f"chair-{firm}", f"u-{firm}", Office.UNION), (f"hr-{firm}", firm, Office.HR)
            ]:  # fmt: skip
                roster.add_person(NewPerson(name=f"人{person}", login=person, password_hash="-"), person)
                roster.add_membership(NewMembership(person=person, organisation=where, office=office))
            there = enterprise(session, DISTRICT, firm)
            assert there is not None
            add_workers(session, roster, there, [NewWorker(f"N{n}", f"人{p}", p) for n, p in enumerate(staff)])


async def written(house: House) -> str:
    case: str | None = None
    for number, act in enumerate(up_to_the_votes()[0]):
        first = register(Random(5), many=True) if case is None else None
        asked = Asked(
            district=DISTRICT, case=case, command=act.command, by=act.by, at=act.at, key=f"act-{number}",
            register=first, named=act.named,
        )  # fmt: skip
        case = (await house.site.log.ask(asked)).case
    assert case is not None
    at(house, up_to_the_votes()[1])
    return case


@pytest.fixture
async def door(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(house) as made:
        yield made


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr("cloudnego.polls.blind.fresh_key", lambda: KEY)  # to find one takes a second
    install(settings_for(tmp_path / "data"))
    made = build(settings_for(tmp_path / "data"))
    yield made
    made.close()


class Region:
    """A case of two enterprises on the day they vote, and all its people at one client."""

    def __init__(self, house: House, door: httpx2.AsyncClient, case: str) -> None:
        self.house = house
        self.door = door
        self.case = case
        self.day = up_to_the_votes()[1]

    @asynccontextmanager
    async def client(self, who: str) -> AsyncIterator[httpx2.AsyncClient]:
        token = self.house.site.sessions.open(DISTRICT, who, who, "bearer", proof=Grade.PASSKEY)
        self.door.headers["Authorization"] = f"Bearer {token}"  # to make a client takes as long as ten asks
        yield self.door
        del self.door.headers["Authorization"]

    async def get(self, who: str, path: str) -> Any:
        async with self.client(who) as looks:
            return await looks.get(f"{API}/{path}")

    async def post(self, who: str, path: str, **body: Any) -> Any:
        async with self.client(who) as asks:
            return await asks.post(f"{API}/{path}", json=body)

    async def state(self) -> Any:
        return (await self.get("w1", f"negotiations/{self.case}")).json()["state"]

    async def opens(self, who: str, firm: str, **more: str) -> Any:
        draft = (await self.state())["meeting"]["draft_hash"]
        words = {"draft_hash": draft, "closes_on": self.day.date().isoformat(), "closes_at": "18:00"}
        return await self.post(who, f"negotiations/{self.case}/open-ballot", **words, enterprise=firm, **more)

    async def vote(self, who: str, poll: str, choice: str) -> None:
        async with self.client(who) as phone:
            ballot = await Phone(phone, f"secret of {who}").ballot(poll, choice)
        assert (await cast_ballot(self.door, ballot)).status_code == 200

    async def hidden(self, poll: str) -> None:
        """Those of the other enterprise find of it what strangers find."""
        nothing = await self.get("stranger", f"polls/{poll}")
        assert nothing.status_code == 404
        for who in ("b0", "chair-c1"):
            for rest in ("", "/roll", "/list", "/closing"):
                assert (await self.get(who, f"polls/{poll}{rest}")).content == nothing.content, (who, rest)
            for path, body in (("issue", {"blinded": "A" * 512}), ("papers", {"person": "a1"}), ("reminders", {})):
                assert (await self.post(who, f"polls/{poll}/{path}", **body)).status_code == 404, (who, path)


async def test_whoever_is_of_one_enterprise_sees_how_far_all_are_and_acts_for_his_own(
    house: House, door: httpx2.AsyncClient
) -> None:
    """The union of the area and the body of the employers speak for their sides (HZ 32, 34)."""
    await asyncio.to_thread(people, house)
    town = Region(house, door, await written(house))
    for who, may in (("hr-c0", set[str]()), ("chair-c0", {"open_ballot", "record_covered_ballot"})):
        seen = (await town.get(who, f"negotiations/{town.case}")).json()
        assert (set(seen["versions"]), seen["overview"]["step"]) == ({"notice"}, "congress"), who
        possible = (await town.get(who, f"negotiations/{town.case}/next")).json()["possible"]
        assert {one["command"] for one in possible} - {"void_poll"} == may, who
        answer = await town.post(who, f"negotiations/{town.case}/withdraw-case", reason="x")
        assert [one["reason"] for one in answer.json()["obstacles"]] == ["not_your_seat"], who


async def test_each_enterprise_votes_by_itself_and_sees_nothing_of_the_other(
    house: House, door: httpx2.AsyncClient
) -> None:
    await asyncio.to_thread(people, house)
    town = Region(house, door, await written(house))
    all_, act = {"electorate": "all_workers"}, f"negotiations/{town.case}/void-poll"
    foreign = await town.opens("chair-c1", "c0", **all_)
    assert [one["reason"] for one in foreign.json().get("obstacles", [])] == ["not_your_seat"]
    assert (await town.opens("w0", "c0")).json()["obstacles"][0]["reason"] == "nobody_may_vote", "it froze no roll"
    assert (await town.opens("chair-c0", "c0", **all_)).status_code == 201
    assert (await town.opens("w0", "c1", **all_)).status_code == 201, "the organ of all opens it too"
    run = {one["enterprise"]: one["id"] for one in (await town.state())["polls"].values()}
    poll = run["c0"]

    seen = (await town.get("a0", f"polls/{poll}")).json()
    wanted = {"enterprise": "c0厂", "roll": 12, "mine": "open", "quorum": 0, "needed": 6}
    assert {name: seen[name] for name in wanted} == wanted
    (mine,) = (await town.get("a0", "me/polls")).json()["rows"]
    assert (mine["poll"], mine["enterprise"]) == (poll, "c0")
    await town.hidden(poll)
    assert (await town.post("chair-c1", act, poll=poll, reason="x")).status_code == 409
    assert [(await town.get(who, f"polls/{poll}/roll")).status_code for who in ("w0", "s1", "chair-c0")] == [200] * 3
    assert (await town.post("chair-c0", f"polls/{poll}/reminders")).json()["told"] == 12
    for n in range(8):
        await town.vote(f"a{n}", poll, "yes" if n < 6 else "no")
    assert (await town.post("w0", act, poll=run["c1"], reason="改期")).status_code == 201

    at(house, town.day.replace(hour=18, minute=0) + timedelta(seconds=125))
    await house.site.run_timers(DISTRICT)
    after = (await town.get("a9", f"polls/{poll}")).json()
    assert (after["state"], after["result"]["outcome"], after["result"]["valid"]) == ("closed", "passed", True)
    content, closing = await town.get("a9", f"polls/{poll}/list"), await town.get("w1", f"polls/{poll}/closing")
    counted = {"yes": 6, "no": 2, "abstain": 0}
    assert recount.recount(closing.json(), content.content) == (counted, [])
    assert after["result"]["counts"] == counted
    await town.hidden(poll)
    state = await town.state()
    assert state["congress"]["covered"] == {"c0": {"total": 12, "yes": 6, "passed": True}}
    assert state["polls"] == {}
