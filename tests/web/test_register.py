"""The register of enterprises and the reference values over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.conftest import API, Town

FIRMS = f"{API}/enterprises"
VALUES = f"{API}/reference-values"


def firm(**more: Any) -> dict[str, Any]:
    facts = {
        "name": "演示新厂",
        "credit_code": "TEST-NEW",
        "address": "演示路 9 号",
        "region": "330109001",
        "industry": "C34",
    }
    return {**facts, **more}


async def test_the_union_of_the_area_enters_enterprises(town: Town) -> None:
    answer = await town["town"].post(FIRMS, json=firm(headcount=[{"year": 2026, "total": 40, "women": 12}]))
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == f"{FIRMS}/{made['id']}"
    read = await town["town"].get(answer.headers["location"])
    assert read.json() == made
    assert made["headcount"][0]["women"] == 12
    again = await town["town"].post(FIRMS, json=firm())
    assert (again.status_code, again.json()["code"]) == (409, "credit_code_taken")


@pytest.mark.parametrize("who", ["firm.chair", "firm.boss", "authority", "auditor_less"])
async def test_nobody_else_does(town: Town, who: str) -> None:
    assert (await town[who].post(FIRMS, json=firm())).status_code == 404


async def test_a_town_union_stays_in_its_town(town: Town) -> None:
    answer = await town["town"].post(FIRMS, json=firm(region="330109002"))
    assert (answer.status_code, answer.json()["code"]) == (422, "region_unknown")


async def test_each_sees_what_is_in_his_reach(town: Town) -> None:
    async def ids(who: str) -> set[str]:
        return {one["id"] for one in (await town[who].get(FIRMS)).json()["rows"]}

    both = {town.ids["firm"], town.ids["other"]}
    assert await ids("town") == await ids("authority") == await ids("admin") == both
    for who in ("firm.chair", "firm.worker", "firm.hr"):
        assert await ids(who) == {town.ids["firm"]}
        assert (await town[who].get(f"{FIRMS}/{town.ids['other']}")).status_code == 404
    assert await ids("auditor_less") == set()


async def test_the_register_is_read_page_by_page(town: Town) -> None:
    first = (await town["town"].get(FIRMS, params={"limit": 1})).json()
    second = (await town["town"].get(FIRMS, params={"limit": 1, "cursor": first["next"]})).json()
    assert {first["rows"][0]["id"], second["rows"][0]["id"]} == {town.ids["firm"], town.ids["other"]}
    assert second["next"] is None


async def test_an_enterprise_changes_its_own_facts_and_no_others(town: Town) -> None:
    place = f"{FIRMS}/{town.ids['firm']}"
    fine = await town["firm.hr"].patch(place, json={"receiving_address": "演示路 2 号", "delegates": 31})
    assert (fine.status_code, fine.json()["delegates"]) == (200, 31)
    foreign = await town["firm.hr"].patch(place, json={"has_union": False})
    assert (foreign.status_code, foreign.json()["errors"][0]["at"]) == (422, "/has_union")
    assert (await town["firm.worker"].patch(place, json={"delegates": 1})).status_code == 404
    assert (await town["other.hr"].patch(place, json={"delegates": 1})).status_code == 404
    assert (await town["town"].patch(place, json={"has_union": False, "union_organisation": None})).status_code == 200


async def test_a_change_on_an_old_reading_is_refused(town: Town) -> None:
    place = f"{FIRMS}/{town.ids['firm']}"
    tag = (await town["firm.hr"].get(place)).headers["etag"]
    assert (await town["firm.hr"].get(place, headers={"If-None-Match": tag})).status_code == 304
    first = await town["firm.hr"].patch(place, json={"delegates": 32}, headers={"If-Match": tag})
    assert first.status_code == 200
    assert first.headers["etag"] != tag
    second = await town["firm.hr"].patch(place, json={"delegates": 33}, headers={"If-Match": tag})
    assert (second.status_code, second.json()["code"]) == (409, "enterprise_changed")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "nothing_to_change"),
        ({"name": None}, "malformed"),
        ({"id": "x"}, "malformed"),
        ({"delegates": "7"}, "malformed"),
    ],
)
async def test_a_change_must_be_one(town: Town, body: dict[str, Any], code: str) -> None:
    answer = await town["admin"].patch(f"{FIRMS}/{town.ids['firm']}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def value(**more: Any) -> dict[str, Any]:
    facts = {
        "region": "330109",
        "kind": "minimum_wage",
        "period": "2026",
        "value": "249000",
        "unit": "fen_per_month",
        "source_url": "https://example.org/notice",
    }
    return {**facts, **more}


async def test_a_figure_carries_its_source_and_who_entered_it(town: Town) -> None:
    made = await town["admin"].post(VALUES, json=value())
    assert made.status_code == 201, made.text
    assert made.json()["entered_by"] == town.ids["admin"]
    (row,) = (await town["firm.worker"].get(VALUES, params={"kind": "minimum_wage"})).json()["rows"]
    assert row == made.json()
    assert (await town["firm.worker"].get(VALUES, params={"kind": "cpi"})).json()["rows"] == []


async def test_a_figure_reaches_the_case_that_is_opened(town: Town) -> None:
    await town["admin"].post(VALUES, json=value())
    case = await town.open_case()
    opened = (await town["firm.chair"].get(f"{API}/negotiations/{case}/timeline")).json()["rows"][0]["facts"]
    assert opened["references"] == [
        {
            "kind": "minimum_wage",
            "period": "2026",
            "fen": 249000,
            "rate": None,
            "source": "https://example.org/notice",
            "by": town.ids["admin"],
        }
    ]


@pytest.mark.parametrize("who", ["firm.chair", "firm.boss", "auditor_less"])
async def test_figures_are_entered_by_unions_and_the_authority(town: Town, who: str) -> None:
    assert (await town[who].post(VALUES, json=value())).status_code == 404
    assert (await town["authority"].post(VALUES, json=value())).status_code == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": "2490.5"},
        {"value": "1e5"},
        {"unit": "percent"},
        {"source_url": "ftp://x"},
        {"period": "soon"},
        {"region": "110101"},
        {"kind": "luck"},
    ],
)
async def test_a_figure_that_cannot_be_is_refused(town: Town, wrong: dict[str, Any]) -> None:
    assert (await town["admin"].post(VALUES, json=value(**wrong))).status_code == 422
