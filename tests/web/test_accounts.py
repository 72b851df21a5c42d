"""Signing in and out: cookies and tokens, requests from elsewhere, guessing, and what a person holds right now."""

from __future__ import annotations

import httpx2
import pytest

from cloudnego.core.vocabulary import Office
from cloudnego.identity.roster import Roster
from cloudnego.identity.store import writing
from tests.web.conftest import API, PASSWORD, Town, client_of

OURS = {"X-CloudNego": "1", "Origin": "http://test"}


def sign_in(town: Town, **more: str) -> dict[str, str]:
    return {"login": "firm.chair", "password": PASSWORD, "district": town.district, **more}


async def test_the_cookie_is_httponly_lax_and_not_in_the_body(town: Town) -> None:
    answer = await town.door.post(f"{API}/session", json=sign_in(town), headers=OURS)
    assert answer.status_code == 201, answer.text
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("cloudnego=")
    assert all(part in cookie for part in ("HttpOnly", "Path=/", "SameSite=lax"))
    assert answer.json()["token"] is None
    assert town.door.cookies["cloudnego"] not in answer.text
    assert (await town.door.get(f"{API}/me")).json()["name"] == "firm.chair"


async def test_behind_tls_the_cookie_has_the_host_prefix(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = town.house.site.doorkeeper
    monkeypatch.setattr(keeper, "secure", True)
    monkeypatch.setattr(keeper, "cookie", "__Host-cloudnego")
    answer = await town.door.post(f"{API}/session", json=sign_in(town), headers=OURS)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-cloudnego=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"X-CloudNego": "1", "Origin": "http://test"}, True),
        ({"X-CloudNego": "1", "Origin": "HTTP://TEST"}, True),
        ({"X-CloudNego": "1"}, False),
        ({"Origin": "http://test"}, False),
        ({"X-CloudNego": "0", "Origin": "http://test"}, False),
        ({"X-CloudNego": "1", "Origin": "null"}, False),
        ({"X-CloudNego": "1", "Origin": "https://test"}, False),
        ({"X-CloudNego": "1", "Origin": "http://test:8000"}, False),
        ({"X-CloudNego": "1", "Origin": "http://test.evil.example"}, False),
        ({"X-CloudNego": "1", "Origin": "http://eviltest"}, False),
        ({"X-CloudNego": "1", "Origin": "http://test/"}, False),
    ],
)
async def test_a_cookies_unsafe_request_must_come_from_our_own_pages(
    town: Town, headers: dict[str, str], passes: bool
) -> None:
    await town.door.post(f"{API}/session", json=sign_in(town), headers=OURS)
    body = {"enterprise": town.ids["firm"], "wage_year": 2026}
    answer = await town.door.post(f"{API}/negotiations", json=body, headers=headers)
    assert answer.status_code == (201 if passes else 403)
    assert (await town.door.get(f"{API}/negotiations")).json()["rows"] != [] if passes else True
    if not passes:
        assert answer.json()["code"] == "cross_site"
        assert (await town.door.get(f"{API}/negotiations")).json()["rows"] == [], "nothing was written"


async def test_signing_in_by_cookie_from_elsewhere_is_refused(town: Town) -> None:
    answer = await town.door.post(f"{API}/session", json=sign_in(town), headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_an_origin_the_operator_named_may_ask(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(town.house.site.doorkeeper, "_origins", frozenset({"https://xieshang.example"}))
    headers = {"X-CloudNego": "1", "Origin": "https://xieshang.example"}
    assert (await town.door.post(f"{API}/session", json=sign_in(town), headers=headers)).status_code == 201


async def test_a_token_opens_no_cookie_door_and_a_cookie_no_token_door(town: Town) -> None:
    bearer = (await town.door.post(f"{API}/session", json=sign_in(town, door="bearer"))).json()["token"]
    async with client_of(town.house, cookies={"cloudnego": bearer}) as client:
        assert (await client.get(f"{API}/me")).status_code == 401
    await town.door.post(f"{API}/session", json=sign_in(town), headers=OURS)
    cookie = town.door.cookies["cloudnego"]
    async with client_of(town.house, headers={"Authorization": f"Bearer {cookie}"}) as client:
        assert (await client.get(f"{API}/me")).status_code == 401


async def test_signing_in_again_gives_a_new_session_and_ends_the_old_one(town: Town) -> None:
    await town.door.post(f"{API}/session", json=sign_in(town), headers=OURS)
    old = town.door.cookies["cloudnego"]
    await town.door.post(f"{API}/session", json=sign_in(town), headers=OURS)
    assert town.door.cookies["cloudnego"] != old
    async with client_of(town.house, cookies={"cloudnego": old}) as client:
        assert (await client.get(f"{API}/me")).status_code == 401


async def test_signing_out_ends_the_session_at_once(town: Town) -> None:
    chair = town["firm.chair"]
    assert (await chair.get(f"{API}/me")).status_code == 200
    assert (await chair.delete(f"{API}/session")).status_code == 204
    assert (await chair.get(f"{API}/me")).status_code == 401


async def test_wrong_names_and_wrong_passwords_answer_alike(town: Town) -> None:
    wrong = await town.door.post(f"{API}/session", json=sign_in(town, password="not this one", door="bearer"))
    nobody = await town.door.post(f"{API}/session", json=sign_in(town, login="nobody", door="bearer"))
    nowhere = await town.door.post(f"{API}/session", json=sign_in(town, district="nowhere", door="bearer"))
    assert wrong.status_code == 401
    assert len({(one.status_code, str(one.headers.raw), one.content) for one in (wrong, nobody, nowhere)}) == 1


@pytest.mark.parametrize("login", ["firm.chair", "nobody"])
async def test_guessing_locks_the_name_out_known_or_not(town: Town, login: str) -> None:
    body = sign_in(town, login=login, password="not this one", door="bearer")
    statuses = [(await town.door.post(f"{API}/session", json=body)).status_code for _ in range(7)]
    assert statuses == [401] * 6 + [429]
    answer = await town.door.post(f"{API}/session", json=body | {"password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (429, "locked_out")
    assert 0 < int(answer.headers["retry-after"]) <= 30


async def test_a_membership_that_ends_is_gone_within_a_second(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    case = await town.open_case()
    hr = town["firm.hr"]
    me = (await hr.get(f"{API}/me")).json()
    site = town.house.site
    with writing(site.engine) as session:
        Roster(session, town.district, site.new_id, site.now_s(), "operator").end_membership(me["memberships"][0]["id"])
    later = site.doorkeeper._tick() + 1.0
    monkeypatch.setattr(site.doorkeeper, "_tick", lambda: later)
    assert (await hr.get(f"{API}/negotiations/{case}")).status_code == 404
    assert (await hr.get(f"{API}/me")).json()["memberships"] == []


async def test_a_new_membership_counts_at_once(town: Town) -> None:
    case = await town.open_case()
    outsider = town["auditor_less"]
    assert (await outsider.get(f"{API}/negotiations/{case}")).status_code == 404
    await town.made(
        "admin", "/sandbox/memberships",
        person=town.ids["auditor_less"], organisation=town.ids["firm"], office="worker",
    )  # fmt: skip
    assert (await outsider.get(f"{API}/negotiations/{case}")).status_code == 200


async def test_an_account_of_another_district_sees_nothing_of_this_one(town: Town) -> None:
    """Regions have the same codes in every sandbox that plays the same district."""
    case = await town.open_case()
    neighbour = Town(town.house, town.door, town._stack)
    answer = await town.door.post(f"{API}/sandbox", json={})
    opened = answer.json()
    neighbour.district = opened["district"]
    official = await neighbour.sign_in("admin", opened["login"], opened["password"])
    held = (await official.get(f"{API}/me")).json()["memberships"]
    assert {one["office"] for one in held} == {Office.DISTRICT_UNION, Office.OPERATOR}
    assert (await official.get(f"{API}/negotiations/{case}")).status_code == 404
    assert (await official.get(f"{API}/negotiations")).json()["rows"] == []
    assert (await official.get(f"{API}/enterprises")).json()["rows"] == []
    assert (await official.get(f"{API}/enterprises/{town.ids['firm']}")).status_code == 404


async def test_too_many_requests_of_one_person_wait_and_slow_nobody_else(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = town.house.site.doorkeeper
    monkeypatch.setattr(keeper._pace, "_per_second", 0.5)
    monkeypatch.setattr(keeper._pace, "_burst", 3.0)
    keeper._pace._buckets.clear()
    statuses = [(await town["firm.chair"].get(f"{API}/me")).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    slow = await town["firm.chair"].get(f"{API}/me")
    assert (slow.json()["code"], slow.headers["retry-after"]) == ("too_fast", "2")
    assert (await town["firm.boss"].get(f"{API}/me")).status_code == 200


async def test_everybody_sees_his_own_sign_ins_and_nobody_elses(town: Town, door: httpx2.AsyncClient) -> None:
    before = (await town["firm.chair"].get(f"{API}/me/sign-ins")).json()["entries"]
    others = (await town["firm.boss"].get(f"{API}/me/sign-ins")).json()["entries"]
    await town.sign_in("firm.chair", "firm.chair", PASSWORD)
    after = (await town["firm.chair"].get(f"{API}/me/sign-ins")).json()["entries"]
    assert [(one["what"], one["door"]) for one in after[: len(after) - len(before)]] == [("in", "bearer")]
    assert (await town["firm.boss"].get(f"{API}/me/sign-ins")).json()["entries"] == others
    assert (await door.get(f"{API}/me/sign-ins")).status_code == 401
