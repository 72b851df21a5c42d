"""Sandboxes over HTTP, and the clock's own asks: what falls due is asked for, once, whoever looks first."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from cloudnego.core.commands import CloseReview
from cloudnego.core.refusals import Refused
from cloudnego.core.vocabulary import Office
from cloudnego.identity.ending import end_overdue
from cloudnego.identity.founding import Place, found
from cloudnego.identity.kinds import OrganisationKind
from cloudnego.identity.roster import NewMembership, NewPerson, Roster
from cloudnego.identity.store import writing
from cloudnego.law import shipped_calendar, shipped_pack
from cloudnego.main import House
from cloudnego.web.practised import Practice
from tests.web.conftest import API, Town, client_of
from tests.web.played import DISTRICT, at, looking, rehearsed, settle, write

SANDBOX = f"{API}/sandbox"


async def test_a_server_that_offers_none_has_no_such_door(house: House, door: httpx2.AsyncClient) -> None:
    object.__setattr__(house.site, "limits", replace(house.site.limits, allow_sandboxes=False))
    answer = await door.post(SANDBOX, json={})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_there_are_only_so_many_sandboxes(town: Town, house: House, door: httpx2.AsyncClient) -> None:
    object.__setattr__(house.site, "limits", replace(house.site.limits, sandboxes_max=1))
    answer = await door.post(SANDBOX, json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_sandboxes")


async def test_a_live_district_has_no_sandbox_doors(house: House) -> None:
    site = house.site
    with writing(site.engine) as session:
        roster = Roster(session, "live", site.new_id, site.now_s(), None)
        founded = found(roster, "区", (Place("330109", "区", "D"),), NewPerson(name="x", login="x", password_hash="-"))
    site.districts.make("live", "区", "live", shipped_pack("cn"), shipped_calendar())
    token = site.sessions.open("live", "x", founded.person, "bearer")
    async with client_of(house, headers={"Authorization": f"Bearer {token}"}) as operator:
        for path, body in (
            ("clock", {"days": 1}),
            ("people", {"name": "y"}),
            ("organisations", {}),
            ("memberships", {}),
        ):
            answer = await operator.post(f"{SANDBOX}/{path}", json=body)
            assert answer.status_code == 404, path
        me = await operator.get(f"{API}/me")
        assert me.json()["district"]["sandbox"] is False
        assert "cloudnego-district" not in me.headers


async def test_only_the_administrator_administers(town: Town) -> None:
    for path, body in (("clock", {"days": 1}), ("people", {"name": "y"}), ("organisations", {}), ("memberships", {})):
        assert (await town["firm.chair"].post(f"{SANDBOX}/{path}", json=body)).status_code == 404


@pytest.mark.parametrize(
    ("body", "moved"),
    [
        ({"days": 15}, timedelta(days=15)),
        ({"days": 1, "seconds": 30}, timedelta(days=1, seconds=30)),
        ({"to": "2026-03-12T09:00:00+08:00"}, timedelta(days=10)),
    ],
)
async def test_the_clock_goes_forward(town: Town, body: dict[str, Any], moved: timedelta) -> None:
    answer = await town["admin"].post(f"{SANDBOX}/clock", json=body)
    assert answer.status_code == 200, answer.text
    now = (await town["admin"].get(f"{API}/me")).json()["district"]["now"]
    assert now[:10] == ("2026-03-17", "2026-03-03", "2026-03-12")[(15, 1, 10).index(moved.days)]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"to": "2026-03-01T09:00:00+08:00"}, 409),
        ({"days": 4000, "seconds": 86_400}, 200),
        ({"to": "2090-01-01T00:00:00+08:00"}, 409),
        ({"to": "2026-05-01T00:00:00"}, 422),
        ({}, 422),
        ({"days": -1}, 422),
        ({"days": 1, "to": "2026-05-01T00:00:00+08:00"}, 422),
    ],
)
async def test_the_clock_never_goes_back_nor_far_away(town: Town, body: dict[str, Any], status: int) -> None:
    assert (await town["admin"].post(f"{SANDBOX}/clock", json=body)).status_code == status


async def test_a_sandbox_has_places_of_its_own_if_it_names_them(door: httpx2.AsyncClient) -> None:
    places = [{"code": "330206", "name": "北仑区"}, {"code": "330206001", "name": "新碶街道"}]
    answer = await door.post(SANDBOX, json={"name": "北仑", "pack": "cn-ningbo", "places": places})
    assert answer.status_code == 201, answer.text
    assert answer.json()["founded"]["places"] == ["330206", "330206001"]
    stray = [{"code": "330206", "name": "北仑区"}, {"code": "110101", "name": "东城区"}]
    assert (await door.post(SANDBOX, json={"places": stray})).json()["code"] == "region_unknown"
    assert (await door.post(SANDBOX, json={"pack": "cn-atlantis"})).json()["code"] == "pack_unknown"


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("people", {"name": "甲", "login": "jia"}, 422, "malformed"),
        ("people", {"name": "甲", "login": "jia", "password": "short"}, 422, "malformed"),
        ("people", {"name": "甲", "login": "longenough1", "password": "longenough1"}, 422, "weak_password"),
        ("people", {"name": "甲", "login": "admin", "password": "longenough1"}, 409, "login_taken"),
        ("people", {"name": "甲\u0007"}, 422, "malformed"),
        ("people", {"name": "甲", "side": "worker"}, 422, "malformed"),
        ("people", {"name": "甲", "memberships": [{"organisation": "x", "office": "hr"}]}, 422, "organisation_unknown"),
        ("organisations", {"kind": "enterprise", "name": "厂", "region": "330109"}, 422, "malformed"),
        ("organisations", {"kind": "town_union", "name": "会", "region": "110101"}, 422, "region_unknown"),
        ("memberships", {"person": "x", "organisation": "y", "office": "hr"}, 422, "organisation_unknown"),
        ("memberships", {"person": "x", "organisation": "y", "office": "emperor"}, 422, "malformed"),
    ],
)
async def test_what_cannot_be_is_not_made(town: Town, path: str, body: dict[str, Any], status: int, code: str) -> None:
    answer = await town["admin"].post(f"{SANDBOX}/{path}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_an_office_that_does_not_suit_is_refused(town: Town) -> None:
    body = {"person": town.ids["firm.hr"], "organisation": town.ids["the authority"], "office": "hr"}
    answer = await town["admin"].post(f"{SANDBOX}/memberships", json=body)
    assert answer.json()["code"] == "office_does_not_suit"
    assert answer.json()["detail"] == {
        "zh": "这类单位没有这一职务。",
        "en": "An organisation of this kind has no such office.",
    }


@pytest.mark.parametrize(
    ("wish", "login", "seat"),
    [
        ({"step": "representatives", "seat": "legal_representative"}, "legal-rep", "legal_representative"),
        ({"step": "preparation", "seat": "chief", "side": "employer", "pack": "cn-shanghai"}, "legal-rep", "chief"),
        ({"step": "performance", "seat": "representative", "side": "worker"}, "worker-rep", "representative"),
    ],
)
async def test_one_practises_at_the_step_and_in_the_seat_one_comes_from(
    town: Town, wish: dict[str, Any], login: str, seat: str
) -> None:
    answer = await town["firm.chair"].post(f"{SANDBOX}/practice", json=wish)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["login"] == login
    town.district = made["district"]
    me = await town.sign_in("practises", login, made["password"])
    case = (await me.get(f"{API}/negotiations/{made['case']}")).json()
    assert (case["sandbox"], case["overview"]["step"], case["overview"]["ending"]) == (True, wish["step"], None)
    assert seat in case["me"]["seats"]
    assert datetime.fromisoformat(case["now"]) - datetime.fromisoformat(made["now"]) < timedelta(minutes=5)
    letter = next(one["letter"] for one in made["people"] if one["login"] == login)
    proof = {"means": "letter", "code": letter, "password": made["password"]}
    assert (await me.post(f"{API}/session/step-up", json=proof)).status_code == 200
    assert (await town["firm.chair"].get(f"{API}/negotiations/{made['case']}")).status_code == 404


async def test_a_practice_gives_its_place_back_when_it_is_ended_and_nobody_comes_in_again(
    town: Town, house: House
) -> None:
    object.__setattr__(house.site, "limits", replace(house.site.limits, sandboxes_max=2))
    wish = {"step": "representatives", "seat": "union"}
    made = (await town["firm.chair"].post(f"{SANDBOX}/practice", json=wish)).json()
    full = await town["firm.chair"].post(f"{SANDBOX}/practice", json=wish)
    assert (full.status_code, full.json()["code"]) == (409, "too_many_sandboxes")
    assert (await town["firm.chair"].delete(SANDBOX)).status_code == 404, "a sandbox with people is its operator's"
    town.district, here = made["district"], town.district
    me, other = [await town.sign_in(who, who, made["password"]) for who in ("worker", "legal-rep")]
    assert (await me.delete(SANDBOX)).status_code == 204
    for client in (me, other):
        assert (await client.get(f"{API}/me")).status_code == 401
    again = {"login": "worker", "password": made["password"], "district": made["district"], "door": "bearer"}
    assert (await town.door.post(f"{API}/session", json=again)).status_code == 401
    assert made["district"] not in {one.id for one in house.site.clocks.refresh()}, "its clock asks nothing any more"
    town.district = here
    assert (await town["firm.chair"].post(f"{SANDBOX}/practice", json=wish)).status_code == 201


async def test_a_practice_that_nobody_ends_ends_by_itself(town: Town, house: House) -> None:
    made = (await town["firm.chair"].post(f"{SANDBOX}/practice", json={"step": "offer", "seat": "chief"})).json()
    site, day_s = house.site, 86_400
    assert end_overdue(site.engine, site.now_s() + 6 * day_s) == 0
    assert end_overdue(site.engine, site.now_s() + 7 * day_s) == 1
    assert [one.id for one in site.districts.all()] == [town.district]
    assert made["district"] != town.district


async def test_a_story_that_is_refused_is_a_defect_and_leaves_no_half_of_a_practice(
    town: Town, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> None:
        raise Refused(())

    monkeypatch.setattr(Practice, "tell", refuses)
    answer = await town["firm.chair"].post(f"{SANDBOX}/practice", json={"step": "offer", "seat": "chief"})
    assert (answer.status_code, answer.json()["code"]) == (500, "defect")
    assert [one.id for one in house.site.districts.all()] == [town.district]


# --- the clock's own asks -----------------------------------------------------------------------------------------


async def events(house: House, case: str, who: str = "w1") -> list[dict[str, Any]]:
    async with looking(house)(who) as client:
        answer = await client.get(f"{API}/negotiations/{case}/timeline", params={"limit": 200})
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


def filed() -> int:
    """How many acts of the plain story stand before the clock closes the review."""
    names = [act.command.type for act in rehearsed()]
    return names.index("receive_filing") + 1


async def test_fifteen_days_of_silence_take_one_request(house: House) -> None:
    settle(house)
    acts = rehearsed(until=filed())
    case = await write(house, acts)
    at(house, acts[-1].at)
    assert await house.timers.of_district(DISTRICT) == 0, "nothing is due on the day itself"
    at(house, acts[-1].at + timedelta(days=30))
    granted = await house.timers.of_district(DISTRICT)
    assert granted >= 2
    after = await events(house, case)
    closing = [one for one in after if one["type"] == "contract_in_force"]
    assert len(closing) == 1
    assert (closing[0]["actor"], closing[0]["via"]) == ("clock", "clock")
    assert await house.timers.of_district(DISTRICT) == 0, "and it comes to rest"


async def test_moving_the_clock_carries_out_what_fell_due_before_it_answers(house: House) -> None:
    settle(house)
    acts = rehearsed(until=filed())
    case = await write(house, acts)
    at(house, acts[-1].at)
    with writing(house.site.engine) as session:
        roster = Roster(session, DISTRICT, house.site.new_id, house.site.now_s(), None)
        operator = roster.add_organisation(OrganisationKind.OPERATOR, "运维", "330109").id
        roster.add_membership(NewMembership(person="e2", organisation=operator, office=Office.OPERATOR))
    async with looking(house)("e2") as client:
        answer = await client.post(f"{SANDBOX}/clock", json={"days": 30})
    assert answer.json()["asked"] >= 2
    assert "contract_in_force" in [one["type"] for one in await events(house, case)]


async def test_what_two_clocks_ask_at_once_is_written_once(house: House) -> None:
    settle(house)
    acts = rehearsed(until=filed())
    case = await write(house, acts)
    at(house, acts[-1].at + timedelta(days=30))
    await asyncio.gather(*(house.timers.of_district(DISTRICT) for _ in range(4)))
    noted = [
        (one["facts"]["timer"], one["facts"]["key"], one["facts"]["mark"])
        for one in await events(house, case)
        if one["type"].endswith("deadline_noted")
    ]
    assert noted
    assert len(noted) == len(set(noted))
    assert [one["type"] for one in await events(house, case)].count("contract_in_force") == 1


async def test_people_cannot_do_the_clocks_work(house: House) -> None:
    settle(house)
    acts = rehearsed(until=filed())
    case = await write(house, acts)
    at(house, acts[-1].at + timedelta(days=30))
    for who in ("w0", "authority"):
        async with looking(house)(who) as client:
            for path in ("close-review", "note-deadline"):
                answer = await client.post(f"{API}/negotiations/{case}/{path}", json={"timer": "review", "mark": "T0"})
                assert answer.status_code == 404
    assert [one for one in await events(house, case) if one["type"] == "contract_in_force"] == []


async def test_a_refused_ask_of_the_clock_is_counted_and_harms_nothing(house: House) -> None:
    settle(house)
    acts = rehearsed(until=3)
    case = await write(house, acts)
    told: list[str] = []
    house.timers._told = told.append
    assert await house.timers._ask(DISTRICT, case, (CloseReview(),), "today") == 0
    assert await house.timers._ask(DISTRICT, "n" + "0" * 20, (CloseReview(),), "today") == 0
    assert told == ["refused", "nocase"]
    size = house.site.log.versions(case)
    assert sum(seq for _, seq in size.values()) == len(await events(house, case, "w0"))


async def test_a_round_that_fails_stops_no_round_after_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[int] = []
    third = asyncio.Event()

    async def failing() -> int:
        rounds.append(len(rounds))
        if len(rounds) == 3:
            third.set()
        raise RuntimeError("the database was away")

    monkeypatch.setattr(house.timers, "round", failing)
    task = asyncio.create_task(house.timers.forever(0.01))
    async with asyncio.timeout(60):
        await third.wait()
    task.cancel()
