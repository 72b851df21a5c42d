"""A person lets a portal act for him, with his proof and PKCE; what is shown twice ends it, and nothing of it binds."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from tests.web.conftest import API, Town
from tests.web.portals import (
    BACK,
    Registered,
    approve,
    authorize,
    basic,
    begin,
    challenge_of,
    enter,
    exchange,
    let_in,
    refresh,
    register,
    said,
)
from tests.web.test_help_desk import proved


async def test_with_his_proof_a_person_lets_a_portal_act_for_him(town: Town) -> None:
    case = await town.open_case()
    flow = await begin(town)
    shown = (await town["firm.boss"].get(f"{API}/oauth/requests/{flow.request}")).json()
    assert (shown["enterprise"], shown["scopes"]) == (town.ids["firm"], ["act", "cases", "prepare"])
    unproved = await town["firm.boss"].post(f"{API}/oauth/requests/{flow.request}/approve")
    assert (unproved.status_code, unproved.json()["code"]) == (403, "step_up_needed")
    back = await approve(town, flow)
    assert (back["state"], back["iss"]) == ("s t&te", town.house.site.portals.issuer)
    got = (await exchange(town, flow, back["code"])).json()
    door = await town.enter("his portal", got["access_token"])
    me = (await door.get(f"{API}/me")).json()
    assert me["person"] == town.ids["firm.boss"]
    assert (await door.get(f"{API}/negotiations/{case}")).json()["me"]["streams"] == ["notice"]
    done = await door.post(f"{API}/negotiations/{case}/request-guidance", json={"topic": "请求指导"})
    assert done.status_code == 201, done.text
    events = (await town["firm.hr"].get(f"{API}/negotiations/{case}/timeline")).json()["rows"]
    assert [(one["actor"], one["via"]) for one in events][-1] == (town.ids["firm.boss"], "portal")
    laid = await door.post(f"{API}/negotiations/{case}/files?stream=notice&name=a.txt", content=b"x")
    assert (laid.status_code, laid.json()["code"]) == (403, "not_for_portals"), "it would be said to be his"
    table = (await door.get(f"{API}/negotiations/export.csv")).text
    assert table.startswith("\ufeff【firm.boss（接入系统） "), "his name, and through what he took it"


async def test_a_reset_of_the_person_ends_the_portals_that_act_for_him(town: Town) -> None:
    """Whoever had his account may have let them in."""
    flow, got = await let_in(town)
    door = await town.enter("his portal", got["access_token"])
    await proved(town, "admin")
    body = {"person": town.ids["firm.boss"], "why": "账号被人使用"}
    asked = (await town["admin"].post(f"{API}/resets", json=body)).json()
    assert (await door.get(f"{API}/me")).status_code == 200, "a chief takes two"
    held = (await town["admin"].get(f"{API}/me")).json()["memberships"]
    operator = next(one["organisation"] for one in held if one["office"] == "operator")
    confirming = await town.person("second", {"organisation": operator, "office": "operator"})
    await proved(town, "second")
    assert (await confirming.post(f"{API}/resets/{asked['id']}/confirm")).status_code == 200
    assert (await door.get(f"{API}/me")).status_code == 401
    again = await refresh(town, flow, got["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


async def test_what_binds_is_not_in_it_not_even_with_the_proof_of_the_moment(town: Town) -> None:
    case = await town.open_case()
    _, got = await let_in(town)
    door = await town.enter("his portal", got["access_token"])
    answer = await door.post(f"{API}/negotiations/{case}/withdraw-case", json={})
    assert (answer.status_code, answer.json()["code"]) == (403, "binding_act")
    for method, path in (("POST", "/session/step-up"), ("GET", "/me/portals"), ("DELETE", "/session")):
        never = await door.request(method, API + path, json={} if method == "POST" else None)
        assert (never.status_code, never.json()["code"]) == (403, "not_for_portals"), path


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": "admin"}, "invalid_scope"),
        ({"enterprise": "o-nobody"}, "invalid_request"),
        ({"state": "s" * 1001}, "invalid_request"),
    ],
)
async def test_a_request_that_is_wrong_goes_back_with_the_reason(town: Town, changed: Any, error: str) -> None:
    client = await register(town, redirect_uris=[BACK])
    answer = await authorize(town, client, secrets.token_urlsafe(48), **changed)
    assert answer.status_code == 302
    assert said(answer.headers["Location"])["error"] == error


async def test_nobody_is_sent_to_an_address_that_is_not_registered(town: Town) -> None:
    client = await register(town, redirect_uris=[BACK])
    for address in (
        None,
        BACK + "/",
        BACK + "?x=1",
        "https://hr.example/back%2e",
        "https://evil.example/",
        BACK.upper(),
    ):
        answer = await authorize(town, client, "v" * 43, redirect_uri=address)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), address
        assert "Location" not in answer.headers
    unknown = await authorize(town, Registered("c-nobody", ""), "v" * 43)
    assert unknown.status_code == 400
    twice = await town.door.get(f"/oauth/authorize?client_id={client.id}&redirect_uri={BACK}&client_id={client.id}")
    assert twice.status_code == 400


async def test_a_request_is_decided_once_by_the_employers_own_people(town: Town) -> None:
    flow = await begin(town)
    path = f"{API}/oauth/requests/{flow.request}"
    for other in ("firm.worker", "firm.chair", "other.boss", "town", "admin"):
        nothing = await town[other].get(f"{API}/oauth/requests/q-nobody")
        for method, last in (("GET", ""), ("POST", "/approve"), ("POST", "/deny")):
            answer = await town[other].request(method, path + last)
            assert (answer.status_code, answer.content) == (404, nothing.content), (other, last)
    no = await town["firm.hr"].post(f"{path}/deny")
    assert said(no.json()["redirect_to"]) == {
        "error": "access_denied", "state": "s t&te", "iss": town.house.site.portals.issuer,
    }  # fmt: skip
    assert (await town["firm.boss"].get(path)).status_code == 404
    await town.step_up("firm.boss")
    assert (await town["firm.boss"].post(f"{path}/approve")).status_code == 404


async def test_a_code_is_good_for_its_client_its_address_and_its_verifier_alone(town: Town) -> None:
    flow = await begin(town)
    code = (await approve(town, flow))["code"]
    other = await register(town, redirect_uris=[BACK])
    for wrong in (
        await exchange(town, flow, code, code_verifier="w" * 43),
        await exchange(town, flow, code, code_verifier="short"),
        await exchange(town, flow, code, code_verifier=challenge_of(flow.verifier)),
        await exchange(town, flow, code, redirect_uri=BACK + "/"),
        await exchange(town, flow, "no-code"),
        await exchange(town, flow._replace(client=other), code),
    ):
        assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")
    assert (await exchange(town, flow, code)).status_code == 200


async def test_a_code_shown_twice_ends_what_came_of_it(town: Town) -> None:
    flow = await begin(town)
    code = (await approve(town, flow))["code"]
    got = (await exchange(town, flow, code)).json()
    door = await town.enter("his portal", got["access_token"])
    assert (await door.get(f"{API}/me")).status_code == 200
    assert (await exchange(town, flow, code)).json()["error"] == "invalid_grant"
    town.house.site.doorkeeper.forget()
    assert (await door.get(f"{API}/me")).status_code == 401
    assert (await refresh(town, flow, got["refresh_token"])).json()["error"] == "invalid_grant"


async def test_refresh_tokens_turn_and_one_shown_twice_ends_the_family(town: Town) -> None:
    flow, first = await let_in(town)
    second = (await refresh(town, flow, first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    third = (await refresh(town, flow, second["refresh_token"])).json()
    door = await town.enter("his portal", third["access_token"])
    assert (await door.get(f"{API}/me")).status_code == 200
    other = await register(town)
    foreign = await refresh(town, flow._replace(client=other), third["refresh_token"])
    assert foreign.json()["error"] == "invalid_grant"
    assert (await refresh(town, flow, first["refresh_token"])).json()["error"] == "invalid_grant", "stolen by somebody"
    assert (await refresh(town, flow, third["refresh_token"])).json()["error"] == "invalid_grant"
    town.house.site.doorkeeper.forget()
    assert (await door.get(f"{API}/me")).status_code == 401


async def test_a_person_sees_whom_he_let_in_and_ends_it(town: Town) -> None:
    flow, got = await let_in(town)
    door = await town.enter("his portal", got["access_token"])
    (mine,) = (await town["firm.boss"].get(f"{API}/me/portals")).json()["rows"]
    assert (mine["portal"], mine["enterprise"]) == (flow.client.id, town.ids["firm"])
    assert (await town["firm.hr"].delete(f"{API}/me/portals/{mine['id']}")).status_code == 404
    assert (await town["firm.boss"].delete(f"{API}/me/portals/{mine['id']}")).status_code == 204
    assert (await door.get(f"{API}/me")).status_code == 401
    assert (await refresh(town, flow, got["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await town["firm.boss"].get(f"{API}/me/portals")).json()["rows"] == []


async def test_a_client_may_give_a_refresh_token_back(town: Town) -> None:
    flow, got = await let_in(town)
    done = await town.door.post("/oauth/revoke", data={"token": got["refresh_token"]}, headers=basic(flow.client))
    assert done.status_code == 200
    assert (await refresh(town, flow, got["refresh_token"])).json()["error"] == "invalid_grant"


async def test_an_own_token_of_the_client_is_still_not_a_persons(town: Town) -> None:
    flow, _ = await let_in(town)
    door = await enter(town, flow.client)
    assert (await door.get(f"{API}/me")).json()["person"] == flow.client.id
