"""The region tree and the organisations of a district over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.conftest import API, Town

PLACES = f"{API}/regions"
BODIES = f"{API}/organisations"


def union_of(firm: str, **more: Any) -> dict[str, Any]:
    return {"kind": "enterprise_union", "name": "新工会", "region": "330109001", "upper": firm, **more}


async def test_the_district_grows_its_tree_and_nobody_else_does(town: Town) -> None:
    new = {"code": "330109009", "name_zh": "新塘街道", "name_en": "Xintang"}
    for who in ("town", "firm.chair", "authority"):
        assert (await town[who].post(PLACES, json=new)).status_code == 404
    assert (await town["admin"].post(PLACES, json=new)).status_code == 201
    assert (await town["admin"].post(PLACES, json=new)).json()["code"] == "region_exists"
    assert (await town["admin"].post(PLACES, json={**new, "code": "330110"})).json()["code"] == "region_unknown"
    codes = [one["code"] for one in (await town["firm.worker"].get(PLACES)).json()["rows"]]
    assert codes == sorted(codes)
    assert "330109009" in codes


async def test_each_sees_the_organisations_of_his_reach(town: Town) -> None:
    async def names(who: str) -> list[str]:
        return [one["name"] for one in (await town[who].get(BODIES)).json()["rows"]]

    assert sorted(await names("firm.chair")) == ["演示firm", "演示firm工会"]
    assert await names("firm.hr") == ["演示firm"]
    assert {"演示firm工会", "演示other工会"} <= set(await names("town"))
    assert await names("auditor_less") == []
    first = (await town["admin"].get(BODIES, params={"limit": 3})).json()
    rest = (await town["admin"].get(BODIES, params={"limit": 200, "cursor": first["next"]})).json()
    assert len(first["rows"]) == 3
    assert not {one["id"] for one in first["rows"]} & {one["id"] for one in rest["rows"]}
    assert rest["next"] is None


async def test_officials_enter_change_and_end_what_is_theirs(town: Town) -> None:
    made = await town["town"].post(BODIES, json=union_of(town.ids["firm"]))
    assert made.status_code == 201, made.text
    place = made.headers["location"]
    assert (await town["town"].get(place)).json() == made.json()
    changed = await town["town"].patch(place, json={"name": "改名工会"})
    assert (changed.status_code, changed.json()["name"]) == (200, "改名工会")
    assert (await town["town"].patch(place, json={"name": "改名工会"})).json()["code"] == "nothing_to_change"
    assert (await town["firm.chair"].patch(place, json={"name": "x"})).status_code == 404
    assert (await town["town"].delete(place)).status_code == 204
    assert (await town["town"].get(place)).status_code == 404


@pytest.mark.parametrize(
    ("who", "body", "status", "code"),
    [
        ("town", {"kind": "town_union", "upper": None}, 422, "region_unknown"),
        ("town", {"region": "330109002"}, 422, "region_unknown"),
        ("admin", {"kind": "operator", "upper": None}, 422, "region_unknown"),
        ("admin", {"upper": "o-nowhere"}, 422, "organisation_unknown"),
        ("firm.chair", {}, 404, "not_found"),
        ("firm.hr", {}, 404, "not_found"),
        ("authority", {}, 404, "not_found"),
    ],
)
async def test_nobody_enters_what_is_not_his_to_enter(
    town: Town, who: str, body: dict[str, Any], status: int, code: str
) -> None:
    answer = await town[who].post(BODIES, json=union_of(town.ids["firm"], **body))
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_above_a_union_of_an_enterprise_stands_its_enterprise(town: Town) -> None:
    answer = await town["admin"].post(BODIES, json=union_of(town.ids["the authority"]))
    assert (answer.status_code, answer.json()["code"]) == (422, "upper_does_not_suit")


async def test_what_people_hold_in_an_ended_organisation_is_nothing_at_the_next_request(town: Town) -> None:
    firm = f"{API}/enterprises/{town.ids['firm']}"
    assert (await town["firm.chair"].get(firm)).status_code == 200
    own = (await town["firm.chair"].get(f"{API}/me")).json()["memberships"][0]["organisation"]
    assert (await town["admin"].delete(f"{BODIES}/{own}")).status_code == 204
    assert (await town["firm.chair"].get(f"{API}/me")).json()["memberships"] == []
    assert (await town["firm.chair"].get(firm)).status_code == 404


async def test_the_register_names_no_union_that_is_not_this_enterprises(town: Town) -> None:
    firm = f"{API}/enterprises/{town.ids['firm']}"
    foreign = (await town["other.chair"].get(f"{API}/me")).json()["memberships"][0]["organisation"]
    for named in (foreign, "o-nowhere", town.ids["firm"]):
        answer = await town["town"].patch(firm, json={"union_organisation": named})
        assert (answer.status_code, answer.json()["code"]) == (422, "organisation_unknown")
    moved = await town["town"].patch(firm, json={"region": "330109002"})
    assert (moved.status_code, moved.json()["code"]) == (422, "region_unknown")
    assert (await town["admin"].patch(firm, json={"region": "330109002"})).status_code == 200
