"""A campaign opens what its asker may open, each once; its board; the log of urging, the calendar's years."""

from __future__ import annotations

from typing import Any

import httpx2

from cloudnego.identity.register import Entry, add_enterprise
from cloudnego.identity.roster import Roster
from cloudnego.identity.store import writing
from cloudnego.identity.tables import Enterprise
from cloudnego.main import House
from tests.web.conftest import API
from tests.web.granted import Looking, Standing, clock, look, people, still
from tests.web.played import DISTRICT, rehearsed, write

__all__ = ["clock", "look", "people", "still"]

CAMPAIGN = f"{API}/campaign"


def registered(still: House) -> None:
    """Enterprises of the town: two without a union, one with; and one of another town."""
    with writing(still.site.engine) as session:
        roster = Roster(session, DISTRICT, still.site.new_id, still.site.now_s(), "operator")
        for id_, region, union in (
            ("N1", "330109102", False),
            ("N2", "330109102", False),
            ("U9", "330109102", True),
            ("X9", "330109103", False),
        ):
            entry = Entry(
                id=id_,
                name=f"{id_}厂",
                credit_code=f"C-{id_}",
                address="-",
                region=region,
                industry="C17",
                has_union=union,
            )
            add_enterprise(session, roster, DISTRICT, entry)


async def ran(client: httpx2.AsyncClient, *enterprises: str, dry: bool = False, name: str = "春季") -> dict[str, Any]:
    body = {"name": name, "wage_year": 2026, "enterprises": enterprises, "dry_run": dry}
    answer = await client.post(CAMPAIGN, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def board(client: httpx2.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await client.get(CAMPAIGN, params={"wage_year": 2026, **query})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_dry_run_says_of_each_what_the_run_then_does(still: House, look: Looking) -> None:
    registered(still)
    asked = ("N1", "U9", "X9", "nowhere", "N2")
    dry = await ran(look("town"), *asked, dry=True)
    assert [one["outcome"] for one in dry["rows"]] == ["can_open", "refused", "not_yours", "not_yours", "can_open"]
    assert dry["counts"] == {"can_open": 2, "not_yours": 2, "refused": 1}
    (reason,) = dry["rows"][1]["obstacles"]
    assert (reason["reason"], reason["cure"]) == ("not_party_to_enterprise", ["hr", "union"])
    assert (await board(look("town")))["counts"]["not_begun"] == 5
    run = await ran(look("town"), *asked)
    assert [one["outcome"] for one in run["rows"]] == ["opened", "refused", "not_yours", "not_yours", "opened"]
    opened = await look("town").get(f"{API}/negotiations/{run['rows'][0]['case']}")
    assert opened.json()["overview"]["enterprise"] == "N1"
    assert {one["actor"] for one in (await look("town").get(f"{opened.request.url.path}/timeline")).json()["rows"]} == {
        "town"
    }


async def test_a_union_is_called_on_where_only_it_may_begin_and_hears_it_once(
    still: House, clock: Standing, look: Looking
) -> None:
    with writing(still.site.engine) as session:
        row = session.get(Enterprise, "E1")
        assert row is not None
        row.has_union, row.union_organisation = True, "U1"
        session.add(row)

    async def call(*, dry: bool = False, name: str = "春季") -> dict[str, Any]:
        body = {"name": name, "wage_year": 2026, "enterprises": ["E1"], "dry_run": dry, "call_unions": True}
        (told,) = (await look("town").post(CAMPAIGN, json=body)).json()["rows"]
        found: dict[str, Any] = told
        return found

    async def heard(who: str) -> list[str]:
        told = (await look(who).get(f"{API}/me/inbox")).json()["rows"]
        return [one["text"]["zh"] for one in told if "集中要约行动" in one["text"]["zh"]]

    dry = await call(dry=True)
    assert (dry["outcome"], [one["articles"] for one in dry["obstacles"]]) == ("can_call", [["HZ 24"]])
    assert await heard("w0") == []
    assert [(await call())["outcome"] for _ in range(2)] == ["called", "already_called"]
    (said,) = await heard("w0")
    assert "春季" in said
    assert "2026" in said
    assert await heard("hr") == await heard("w1") == []
    assert (await call(name="秋季"))["outcome"] == "called"
    acts = rehearsed()
    place = next(n for n, one in enumerate(acts) if one.command.type == "send_offer") + 1
    clock.at = acts[place].at
    await write(still, acts[:place])
    assert (await call(name="冬季"))["outcome"] == "under_way", "its offer was sent: there is nothing to call for"


async def test_what_is_asked_again_opens_nothing_twice(still: House, look: Looking) -> None:
    registered(still)
    first = await ran(look("town"), "N1")
    again = await ran(look("town"), "N1", "N2", "N1")
    assert [one["outcome"] for one in again["rows"]] == ["already_opened", "opened"]
    assert again["rows"][0]["case"] == first["rows"][0]["case"]
    rows = (await look("district").get(f"{API}/negotiations")).json()["rows"]
    assert len(rows) == 2
    other = await ran(look("town"), "N1", name="秋季")
    assert [one["reason"] for one in other["rows"][0]["obstacles"]] == ["case_this_year"], "advised, not refused"


async def test_the_board_says_how_far_each_is_and_pages_lose_none(still: House, clock: Standing, look: Looking) -> None:
    registered(still)
    acts = rehearsed()
    place = next(n for n, one in enumerate(acts) if one.command.type == "reply")
    clock.at = acts[place].at
    await write(still, acts[:place])
    found = await board(look("town"))
    states = {one["enterprise"]: one["state"] for one in found["rows"]}
    assert states["E1"] == "served"
    assert set(states) == {"E1", "E2", "N1", "N2", "U9"}
    assert found["counts"] == {"not_begun": 4, "served": 1, "late": 0}
    rows, cursor = [], None
    while True:
        part = await board(look("town"), limit=2, **({"cursor": cursor} if cursor else {}))
        rows += part["rows"]
        cursor = part["next"]
        if cursor is None:
            break
    assert rows == found["rows"]
    assert [one["enterprise"] for one in (await board(look("district"), region="330109103"))["rows"]] == ["X9"]
    await write(still, acts[place : place + 1], case=found["rows"][0]["case"], key="on")
    assert (await board(look("town")))["rows"][0]["state"] == "answered"


async def test_a_campaign_is_for_unions_of_the_area(still: House, look: Looking) -> None:
    registered(still)
    for who in ("w1", "e0", "hr", "authority", "auditor", "stranger"):
        assert (await look(who).get(CAMPAIGN, params={"wage_year": 2026})).status_code == 404
        body = {"name": "春季", "wage_year": 2026, "enterprises": ["N1"]}
        assert (await look(who).post(CAMPAIGN, json=body)).status_code == 404
    many = {"name": "春季", "wage_year": 2026, "enterprises": [f"N{n}" for n in range(51)]}
    assert (await look("town").post(CAMPAIGN, json=many)).status_code == 422


async def test_the_log_of_urging_holds_the_ladder_and_nothing_else(
    still: House, clock: Standing, look: Looking
) -> None:
    acts = rehearsed("silent-enterprise")
    clock.at = acts[-1].at
    case = await write(still, acts)
    found = (await look("town").get(f"{API}/negotiations/{case}/urges")).json()
    assert [one["type"] for one in found["rows"]] == ["urged", "opinion_issued", "recommendation_issued"]
    assert found["rows"][0]["facts"]["about"] is not None or found["rows"][0]["words"]
    assert found["rows"][0]["actor"] in found["names"]
    received = (await look("hr").get(f"{API}/negotiations/{case}/urges")).json()["letters"]
    assert [one["kind"] for one in received] == ["recommendation", "opinion", "urge"]
    assert (received[0]["union"], received[0]["opinion"]) == ("D1", received[1]["fact"])
    assert (received[1]["union"], received[1]["to"], received[1]["latest"]) == ("U1", "E1厂", "2026-04-08")
    assert received[1]["article"]["zh"] == "《杭州市企业工资集体协商条例》第24条"
    assert (received[2]["due_on"], received[2]["latest"]) == ("2026-03-16", "2026-03-24")
    assert (await look("elsewhere").get(f"{API}/negotiations/{case}/urges")).status_code == 404


async def test_the_calendar_names_its_notices_and_warns_of_a_year_without_one(clock: Standing, look: Looking) -> None:
    found = (await look("w9").get(f"{API}/calendar")).json()
    years = {one["year"]: one for one in found["years"]}
    assert years[2026]["official"]
    assert years[2026]["notice"]
    assert not years[2027]["official"]
    assert (found["official_until"], found["ending"]) == ("2026-12-31", False)
    clock.at = clock.at.replace(month=11, day=20)
    assert (await look("w9").get(f"{API}/calendar")).json()["ending"]
