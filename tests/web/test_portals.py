"""A portal gets in by the token door, acts as itself in its enterprise's cases, and binds nobody."""

from __future__ import annotations

import json
from base64 import b64encode

import httpx2
import pytest

from cloudnego.identity import tokens
from cloudnego.web.commands import ASKS, kebab
from cloudnego.web.scopes import SCOPES, PortalScope
from tests.web.conftest import API, Town, client_of
from tests.web.documented import document_of
from tests.web.portals import (
    ASSERTION,
    EVERYTHING,
    Registered,
    assertion,
    basic,
    by_assertion,
    enter,
    fetch,
    keyed,
    named,
    portal,
    proved,
    register,
    signed_for,
    token_of,
)

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


# --- the token door ------------------------------------------------------------------------------------------------


async def test_a_client_gets_a_token_that_says_who_it_is(town: Town) -> None:
    client = await register(town)
    answer = await fetch(town, client, scope="cases act")
    body = answer.json()
    assert answer.status_code == 200
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 600, "act cases")
    assert answer.headers["Cache-Control"] == "no-store"
    keys = tokens.keys_of((await town.door.get("/.well-known/jwks.json")).json())
    portals = town.house.site.portals
    use = tokens.Use(
        algorithm="ES256",
        typ=frozenset({"at+jwt"}),
        iss=portals.issuer,
        aud=frozenset({portals.audience}),
        lasts_max_s=600,
    )
    claims = tokens.verify(body["access_token"], keys, use, town.house.site.now_s())
    assert (claims["sub"], claims["client_id"], claims["scope"]) == (client.id, client.id, "act cases")


async def test_the_metadata_name_the_doors_that_are_there(town: Town) -> None:
    found = (await town.door.get("/.well-known/oauth-authorization-server")).json()
    here = found["issuer"]
    assert found["token_endpoint"] == f"{here}/oauth/token"
    for name in ("token_endpoint", "revocation_endpoint"):
        answer = await town.door.post(found[name].removeprefix(here), data={"token": "x"})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), name
    jwks = await town.door.get(found["jwks_uri"].removeprefix(here))
    assert {key["alg"] for key in jwks.json()["keys"]} == {"ES256"}
    assert not any("d" in key for key in jwks.json()["keys"])
    assert set(found["scopes_supported"]) == set(EVERYTHING)


async def test_secrets_work_in_the_header_and_in_the_form_but_not_in_both(town: Town) -> None:
    client = await register(town)
    form = {"grant_type": "client_credentials", "client_id": client.id, "client_secret": client.secret}
    assert (await town.door.post("/oauth/token", data=form)).status_code == 200
    both = await town.door.post("/oauth/token", data=form, headers=basic(client))
    assert (both.status_code, both.json()["error"]) == (400, "invalid_request")


async def test_an_unknown_client_and_a_wrong_secret_are_answered_and_locked_alike(town: Town) -> None:
    client = await register(town)

    async def said(who: Registered) -> tuple[int, str, dict[str, str]]:
        answer = await fetch(town, who)
        return answer.status_code, answer.text, dict(answer.headers)

    wrong, unknown = Registered(client.id, "cns_wrong"), Registered("c" + "0" * len(client.id[1:]), "cns_wrong")
    first = await said(wrong)
    assert first == await said(unknown)
    assert (first[0], json.loads(first[1])["error"]) == (401, "invalid_client")
    assert first[2]["www-authenticate"].startswith("Basic")
    answers = [[(await said(one))[0] for _ in range(60)] for one in (wrong, unknown)]
    assert answers[0] == answers[1]
    assert answers[0][-1] == 429
    assert (await said(client))[0] == 429, "the right secret waits like the wrong one"


@pytest.mark.parametrize("way", [0, 1, 2], ids=["header", "form", "assertion"])
async def test_who_guesses_keeps_himself_out_and_not_the_portal(town: Town, way: int) -> None:
    client, other = await register(town), await register(town)
    form, headers = named(client.id)[way]
    fields = {"grant_type": "client_credentials"} | form
    async with client_of(town.house, address="192.0.2.66") as stranger:
        guessed = [
            (await stranger.post("/oauth/token", data=fields, headers=headers)).status_code
            for _ in range(town.house.settings.failures_per_client + 1)
        ]
        assert set(guessed[:-1]) == {401}
        locked = await stranger.post("/oauth/token", data=fields, headers=headers)
        assert (guessed[-1], locked.json()["error"]) == (429, "temporarily_unavailable")
        assert locked.headers["Retry-After"] == "600"
        neighbour = {"grant_type": "client_credentials"}
        beside = await stranger.post("/oauth/token", data=neighbour, headers=basic(other))
        assert beside.status_code == 200, "another program of the same machine"
    assert (await fetch(town, client)).status_code == 200, "the portal itself, from where it always comes"


@pytest.mark.parametrize("bad", ["c\0", "\0", "c\n", "c\x7f", "客户端", "c" * 65, ""])
async def test_a_name_no_client_can_have_is_refused_before_anything_is_looked_up(
    town: Town, bad: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    for look in ("by_secret", "by_assertion"):
        monkeypatch.setattr(town.house.site.portals.clients, look, lambda name, *_: looked.append(name))
    for form, headers in named(bad):
        answer = await town.door.post("/oauth/token", data={"grant_type": "client_credentials"} | form, headers=headers)
        assert answer.json()["error"] in ("invalid_client", "invalid_request"), answer.text
        assert answer.status_code in (400, 401)
    assert looked == []


async def test_an_assertion_of_no_text_at_all_is_refused(town: Town) -> None:
    """JSON can say half of a pair of surrogates, which no database can write."""
    form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION}
    answer = await town.door.post("/oauth/token", data=form | {"client_assertion": signed_for("c\ud800")})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "invalid_request"),
        (b"grant_type=password&username=a&password=b", "unsupported_grant_type"),
        (b"grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
        (b"grant_type=client_credentials&scope=cases&scope=act", "invalid_request"),
        (b"grant_type=client_credentials&scope=admin", "invalid_scope"),
        (b"grant_type=client_credentials&scope=cases+cases", "invalid_scope"),
        (b"grant_type=client_credentials&scope=cases++act", "invalid_scope"),
        (b"grant_type=client_credentials&x=%ff", "invalid_request"),
        (b"grant_type=client_credentials&x=%00", "invalid_request"),
        (b"grant_type", "invalid_request"),
        ("grant_type=client_credentials&x=é".encode(), "invalid_request"),
        (b"&".join(b"a%d=1" % one for one in range(30)), "invalid_request"),
        (b'{"grant_type": "client_credentials"}', "invalid_request"),
    ],
)
async def test_a_form_is_read_strictly(town: Town, body: bytes, error: str) -> None:
    client = await register(town)
    answer = await town.door.post("/oauth/token", content=body, headers=FORM | basic(client))
    assert (answer.status_code, answer.json()["error"]) == (400, error)


async def test_only_a_form_is_a_form(town: Town) -> None:
    client = await register(town)
    for kind in (
        "application/json",
        "multipart/form-data; boundary=x",
        "",
        "application/x-www-form-urlencoded; charset=gbk",
    ):
        answer = await town.door.post(
            "/oauth/token", content=b"grant_type=client_credentials", headers={"Content-Type": kind} | basic(client)
        )
        assert answer.json()["error"] == "invalid_request", kind
    for header in ("Basic", "Basic !!!", "Basic " + b64encode(b"no colon").decode(), "Bearer x", "Digest a=b"):
        answer = await town.door.post("/oauth/token", data={}, headers={"Authorization": header})
        assert answer.status_code in (400, 401), header


# --- private_key_jwt ------------------------------------------------------------------------------------------------


async def test_a_client_may_sign_that_it_is_itself_once_each_time(town: Town) -> None:
    client, key = await keyed(town)
    shown = assertion(town, client.id, key)
    assert await by_assertion(town, shown) == 200
    assert await by_assertion(town, shown) == 401, "shown before"
    assert await by_assertion(town, assertion(town, client.id, key), client_id=client.id) == 200
    assert await by_assertion(town, assertion(town, client.id, key, aud=town.house.site.portals.issuer)) == 200


async def test_an_assertion_for_another_place_client_or_time_is_refused(town: Town) -> None:
    client, key = await keyed(town)
    other = await register(town)
    stranger, _ = tokens.signing_key(tokens.new_signing_key())
    now = town.house.site.now_s()
    for wrong in (
        assertion(town, client.id, key, aud="https://elsewhere.example"),
        assertion(town, client.id, key, sub=other.id),
        assertion(town, client.id, key, iss=other.id),
        assertion(town, other.id, key),
        assertion(town, client.id, stranger),
        assertion(town, client.id, key, exp=now - 120, iat=now - 200),
        assertion(town, client.id, key, exp=now + 7200),
        assertion(town, client.id, key, jti=""),
        "no.token.atall",
        "",
    ):
        assert await by_assertion(town, wrong) == 401 or not wrong, wrong
    assert await by_assertion(town, assertion(town, client.id, key), client_id=other.id) == 401
    wrong_type = {"grant_type": "client_credentials", "client_assertion_type": "saml", "client_assertion": "x"}
    assert (await town.door.post("/oauth/token", data=wrong_type)).status_code == 401
    gone = await town["firm.hr"].delete(f"{API}/portal-clients/{client.id}/keys/{key.kid}")
    assert gone.status_code == 204
    assert await by_assertion(town, assertion(town, client.id, key)) == 401


# --- turning and ending ---------------------------------------------------------------------------------------------


async def test_an_old_secret_works_beside_the_new_one_unless_it_was_seen(town: Town) -> None:
    client, hr = await register(town), await proved(town, "firm.hr")
    made = await town.made(hr, f"/portal-clients/{client.id}/secrets")
    new = Registered(client.id, made["secret"])
    assert made["others_for_s"] == 7 * 86_400
    assert [(await fetch(town, one)).status_code for one in (client, new)] == [200, 200]
    newest = Registered(
        client.id, (await town.made(hr, f"/portal-clients/{client.id}/secrets", end_others=True))["secret"]
    )
    assert [(await fetch(town, one)).status_code for one in (client, new, newest)] == [401, 401, 200]


async def test_our_key_is_turned_and_tokens_of_the_old_one_still_hold(town: Town) -> None:
    client = await register(town)
    old = await enter(town, client)
    kid = town.house.site.portals.keys.turn()
    jwks = (await town.door.get("/.well-known/jwks.json")).json()["keys"]
    assert (len(jwks), jwks[0]["kid"]) == (2, kid)
    new = await enter(town, client)
    for one in (old, new):
        assert (await one.get(f"{API}/me")).status_code == 200


async def test_a_revoked_token_is_refused_at_once_and_no_other(town: Town) -> None:
    client, other = await register(town), await register(town)
    first, second = await token_of(town, client), await token_of(town, client)
    doors = [await town.enter(name, token) for name, token in (("first", first), ("second", second))]
    assert [(await one.get(f"{API}/me")).status_code for one in doors] == [200, 200]
    for shown, by in ((first, other), ("no token", client), (first, client), (first, client)):
        answer = await town.door.post("/oauth/revoke", data={"token": shown}, headers=basic(by))
        assert (answer.status_code, answer.content) == (200, b"")
        if by is other:
            assert (await doors[0].get(f"{API}/me")).status_code == 200, "another client's is not its to end"
    assert [(await one.get(f"{API}/me")).status_code for one in doors] == [401, 200]
    assert (await town.door.post("/oauth/revoke", data={}, headers=basic(client))).json()["error"] == "invalid_request"


async def test_an_ended_client_and_a_withdrawn_grant_open_nothing_from_the_next_request_on(town: Town) -> None:
    client = await register(town)
    door = await enter(town, client)
    assert (await door.get(f"{API}/me")).status_code == 200
    gone = await town["firm.hr"].delete(f"{API}/portal-clients/{client.id}/grants/{town.ids['firm']}")
    assert gone.status_code == 204
    assert (await door.get(f"{API}/me")).status_code == 401
    assert (await fetch(town, client)).status_code == 401, "it served nobody else, and nobody could end it any more"
    again = await register(town)
    door = await enter(town, again)
    assert (await town["firm.boss"].delete(f"{API}/portal-clients/{again.id}")).status_code == 204
    assert (await door.get(f"{API}/me")).status_code == 401
    assert (await fetch(town, again)).status_code == 401


async def test_nothing_a_client_knows_lies_in_the_database_and_no_private_key_in_the_clear(town: Town) -> None:
    client = await register(town)
    token = await token_of(town, client)
    town.house.site.portals.keys.signing()
    data = b"".join(path.read_bytes() for path in town.house.settings.data_dir.glob("cloudnego.sqlite3*"))
    assert client.id.encode() in data
    for what in (client.secret, token, "PRIVATE KEY"):
        assert what.encode() not in data


# --- who registers --------------------------------------------------------------------------------------------------


async def test_who_speaks_for_an_enterprise_lets_its_portals_in_and_nobody_else_does(town: Town) -> None:
    body = {"name": "系统", "enterprise": town.ids["firm"], "scopes": ["cases"]}
    statuses = {
        name: (await town[await proved(town, name)].post(f"{API}/portal-clients", json=body)).status_code
        for name in ("firm.hr", "firm.boss", "admin", "firm.worker", "firm.chair", "other.hr", "town", "authority")
    }
    assert statuses == {
        "firm.hr": 201, "firm.boss": 201, "admin": 201, "firm.worker": 404, "firm.chair": 404, "other.hr": 404,
        "town": 404, "authority": 404,
    }  # fmt: skip
    client = await register(town)
    assert [row["id"] for row in (await town["other.hr"].get(f"{API}/portal-clients")).json()["rows"]] == []
    assert client.id in [row["id"] for row in (await town["firm.hr"].get(f"{API}/portal-clients")).json()["rows"]]
    other = town[await proved(town, "other.hr")]
    for method, path, sent in (
        ("POST", "/secrets", {}),
        ("POST", "/keys", {"kty": "EC"}),
        ("DELETE", "/keys/k", None),
        ("PUT", "/grants", {"enterprise": town.ids["other"], "scopes": ["cases"]}),
        ("DELETE", f"/grants/{town.ids['firm']}", None),
        ("DELETE", "", None),
    ):
        answer = await other.request(method, f"{API}/portal-clients/{client.id}{path}", json=sent)
        nobody = await other.request(method, f"{API}/portal-clients/c-nobody{path}", json=sent)
        assert (answer.status_code, answer.content) == (404, nobody.content), path


async def test_the_table_is_the_legal_representatives_to_grant(town: Town) -> None:
    body = {"name": "系统", "enterprise": town.ids["firm"], "scopes": ["cases", "table"]}
    for who in ("firm.hr", "admin"):
        answer = await town[await proved(town, who)].post(f"{API}/portal-clients", json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_not_yours")
    assert (await town[await proved(town, "firm.boss")].post(f"{API}/portal-clients", json=body)).status_code == 201


async def test_who_opens_something_to_a_portal_proves_that_it_is_he_and_who_shuts_it_out_need_not(town: Town) -> None:
    client = await register(town)
    await town.letter("firm.boss")
    boss, clients = town["firm.boss"], f"{API}/portal-clients"
    for method, path in (
        ("POST", clients),
        ("PUT", f"{clients}/{client.id}/grants"),
        ("POST", f"{clients}/{client.id}/secrets"),
        ("POST", f"{clients}/{client.id}/keys"),
    ):
        answer = await boss.request(method, path, json={"no": "field"})
        assert (answer.status_code, answer.json()["code"]) == (403, "step_up_needed"), path
        assert answer.json()["step_up"]["needs"] == "letter", path
    for path in (f"/{client.id}/keys/none", f"/{client.id}/grants/{town.ids['firm']}"):
        assert (await boss.delete(f"{clients}{path}")).status_code in (204, 404), path
    other = await register(town)
    assert (await boss.delete(f"{clients}/{other.id}")).status_code == 204


async def test_a_key_that_is_none_is_not_kept(town: Town) -> None:
    client, hr = await register(town), town[await proved(town, "firm.hr")]
    for wrong in (
        {"kty": "EC"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
    ):
        answer = await hr.post(f"{API}/portal-clients/{client.id}/keys", json=wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_public_key")
    private = {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "AA"}
    answer = await hr.post(f"{API}/portal-clients/{client.id}/keys", json=private)
    assert answer.json()["code"] == "malformed"


# --- inside ---------------------------------------------------------------------------------------------------------


async def test_a_portal_sees_its_enterprises_cases_by_scope_and_never_a_caucus(town: Town) -> None:
    case, foreign = await town.open_case(), await town.open_case("other")
    narrow, wide = await portal(town, "cases"), await portal(town, "cases", "table")
    for door, streams in ((narrow, ["notice"]), (wide, ["filing", "notice", "table"])):
        found = (await door.get(f"{API}/negotiations/{case}")).json()
        assert sorted(found["me"]["streams"]) == streams
        assert (found["me"]["side"], found["caucus"]) == ("employer", None)
        assert [row["id"] for row in (await door.get(f"{API}/negotiations")).json()["rows"]] == [case]
        nothing = await door.get(f"{API}/negotiations/c-nobody")
        assert (await door.get(f"{API}/negotiations/{foreign}")).content == nothing.content
        assert (found["state"] is not None) is ("table" in streams)


async def lay(door: httpx2.AsyncClient, case: str, stream: str) -> httpx2.Response:
    where = f"{API}/negotiations/{case}/files?stream={stream}&name=a.txt"
    return await door.post(where, content=f"{stream} 材料\n".encode(), headers={"Content-Type": "text/plain"})


async def test_a_portal_takes_away_the_files_of_the_streams_it_sees_and_lays_those_its_acts_need(town: Town) -> None:
    case = await town.open_case()
    narrow, wide = await portal(town, "cases"), await portal(town, "cases", "table", "act")
    files = f"{API}/negotiations/{case}/files"
    offered = await lay(town["firm.chair"], case, "table")
    assert offered.status_code == 201, offered.text
    assert [one["stream"] for one in (await wide.get(files)).json()["rows"]] == ["table"]
    taken = await wide.get(f"{files}/{offered.json()['id']}")
    assert taken.text.startswith("\ufeff【接入系统 2026-"), taken.text
    assert (await narrow.get(files)).json()["rows"] == []
    hidden, nothing = await narrow.get(f"{files}/{offered.json()['id']}"), await narrow.get(f"{files}/f-none")
    assert (hidden.status_code, hidden.content) == (404, nothing.content)
    assert (await lay(narrow, case, "notice")).json()["code"] == "scope_missing"
    for stream in ("employer", "worker", "nowhere"):
        assert (await lay(wide, case, stream)).status_code == 404, stream
    own = await lay(wide, case, "notice")
    assert own.status_code == 201, own.text
    listed = (await town["firm.worker"].get(files)).json()
    assert [(one["stream"], listed["names"][one["by"]]) for one in listed["rows"]] == [("notice", "接入系统")]


async def test_a_portal_takes_its_enterprises_lists_away_by_scope(town: Town) -> None:
    case, foreign = await town.open_case(), await town.open_case("other")
    for scope, path, mine, theirs, never in (
        ("cases", "/negotiations", case, foreign, "/enterprises"),
        ("register", "/enterprises", "TEST-FIRM", "TEST-OTHER", "/negotiations"),
    ):
        door = await portal(town, scope)
        table = (await door.get(f"{API}{path}/export.csv")).text
        assert table.startswith("\ufeff【接入系统 ")
        assert (mine in table, theirs in table) == (True, False)
        assert (await door.get(f"{API}{never}/export.csv")).json()["code"] == "scope_missing"


async def test_what_a_portal_does_is_recorded_as_the_portals(town: Town) -> None:
    case = await town.open_case()
    client = await register(town)
    door = await enter(town, client)
    asked = (await town["firm.hr"].get(f"{API}/negotiations/{case}/next")).json()["possible"]
    assert {"appoint_representatives", "replace_representative"} & {one["command"] for one in asked}
    done = await door.post(f"{API}/negotiations/{case}/request-guidance", json={"topic": "请求指导"})
    assert done.status_code == 201, done.text
    told = (await town["firm.hr"].get(f"{API}/negotiations/{case}/timeline")).json()
    assert [(one["actor"], one["via"]) for one in told["rows"]][-1] == (client.id, "portal")
    assert told["names"][client.id] == "接入系统"


async def test_a_portal_opens_a_case_only_of_its_enterprise(town: Town) -> None:
    door = await portal(town)
    mine = await door.post(f"{API}/negotiations", json={"enterprise": town.ids["firm"], "wage_year": 2026})
    assert mine.status_code == 201, mine.text
    other = await door.post(f"{API}/negotiations", json={"enterprise": town.ids["other"], "wage_year": 2026})
    assert other.status_code == 404


async def test_every_act_that_binds_is_refused_with_the_link_for_the_chief(town: Town) -> None:
    """With words that would do; nothing is recorded."""
    case, door = await town.open_case(), await portal(town)
    before = (await town["firm.hr"].get(f"{API}/negotiations/{case}")).json()["versions"]
    paths = document_of(town.house)["paths"]
    binding = sorted(ask.name for ask in ASKS.values() if ask.kind.binding)
    assert {"send_offer", "reply", "confirm_clause", "waive_material", "sign_contract", "end_talks"} < set(binding)
    for command in binding:
        words = paths[f"{API}/negotiations/{{case_id}}/{kebab(command)}"]["post"]["requestBody"]["content"]
        path = f"{API}/negotiations/{case}/{kebab(command)}"
        answer = await door.post(path, json=words["application/json"]["example"])
        if SCOPES[command] is PortalScope.PREPARE:
            assert (answer.status_code, answer.json()["code"]) == (403, "binding_act"), command
            assert answer.json()["link"] == town.house.site.public_url + path.removeprefix(API)
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "not_for_portals"), command
    assert (await town["firm.hr"].get(f"{API}/negotiations/{case}")).json()["versions"] == before


async def test_what_was_not_granted_is_refused_and_what_is_never_a_portals_too(town: Town) -> None:
    case = await town.open_case()
    door = await portal(town, "cases")
    answer = await door.post(f"{API}/negotiations/{case}/request-guidance", json={"topic": "请求指导"})
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="act"'
    unknown = await door.post(f"{API}/negotiations/c-nobody/request-guidance", json={"topic": "请求指导"})
    assert unknown.content == answer.content, "before anything is looked for"
    full = await portal(town)
    for method, path in (
        ("GET", "/cockpit"),
        ("DELETE", "/session"),
        ("GET", "/portal-clients"),
        ("POST", "/portal-clients"),
    ):
        never = await full.request(method, API + path, json={} if method == "POST" else None)
        assert (never.status_code, never.json()["code"]) == (403, "not_for_portals"), path


async def test_a_token_narrower_than_the_grant_stays_narrow(town: Town) -> None:
    case = await town.open_case()
    client = await register(town)
    door = await enter(town, client, scope="cases")
    assert (await door.get(f"{API}/negotiations/{case}")).json()["me"]["streams"] == ["notice"]
    assert (await door.get(f"{API}/enterprises")).json()["code"] == "scope_missing"


async def test_a_platform_says_for_whom_it_asks_each_time(town: Town) -> None:
    case = await town.open_case()
    platform = await register(town, "admin", enterprise=None, scopes=None)
    assert (await fetch(town, platform)).json()["error"] == "invalid_scope", "nobody granted it anything"
    for firm in ("firm", "other"):
        sent, hr = {"enterprise": town.ids[firm], "scopes": ["cases"]}, town[await proved(town, f"{firm}.hr")]
        assert (await hr.put(f"{API}/portal-clients/{platform.id}/grants", json=sent)).status_code == 200
    token = await token_of(town, platform)
    door = await town.enter("platform", token)
    path = f"{API}/negotiations/{case}"
    nobody = await door.get(path)
    assert (nobody.status_code, nobody.json()["code"]) == (422, "enterprise_required")
    statuses = {
        firm: (await door.get(path, headers={"Cloudnego-Enterprise": town.ids.get(firm, firm)})).status_code
        for firm in ("firm", "other", "the authority", "o-nobody")
    }
    assert statuses == {"firm": 200, "other": 404, "the authority": 401, "o-nobody": 401}
    shown = (await town["firm.hr"].get(f"{API}/portal-clients")).json()["rows"]
    assert [one["grants"] for one in shown if one["platform"]] == [
        [{"enterprise": town.ids["firm"], "scopes": ["cases"]}]
    ]
    assert (await town["firm.hr"].post(f"{API}/portal-clients/{platform.id}/secrets", json={})).status_code == 404


async def test_a_token_of_another_deployment_or_a_session_called_a_token_opens_nothing(town: Town) -> None:
    client = await register(town)
    key, document = tokens.signing_key(tokens.new_signing_key())
    now = town.house.site.now_s()
    portals = town.house.site.portals
    claims = {
        "iss": portals.issuer, "sub": client.id, "aud": portals.audience, "client_id": client.id, "scope": "cases",
        "jti": "j", "iat": now, "exp": now + 60,
    }  # fmt: skip
    ours = portals.keys.signing()
    forged = {
        "their key": tokens.sign(claims, key, "at+jwt"),
        "their key, our name": tokens.sign(claims, tokens.SigningKey(ours.kid, key.made), "at+jwt"),
        "no access token": tokens.sign(claims, ours, "JWT"),
        "another issuer": tokens.sign(claims | {"iss": "https://elsewhere.example"}, ours, "at+jwt"),
        "for another place": tokens.sign(claims | {"aud": portals.issuer}, ours, "at+jwt"),
        "of nobody": tokens.sign(claims | {"client_id": "c-nobody"}, ours, "at+jwt"),
        "of a person who let nobody": tokens.sign(
            claims | {"sub": town.ids["firm.worker"], "act": {"sub": client.id}, "enterprise": town.ids["firm"]},
            ours,
            "at+jwt",
        ),
        "a session": "a.b." + town.tokens["firm.hr"],
    }
    assert document["kid"] != ours.kid
    async with client_of(town.house) as door:
        for name, token in forged.items():
            answer = await door.get(f"{API}/me", headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 401, name
        good = tokens.sign(claims, ours, "at+jwt")
        assert (await door.get(f"{API}/me", headers={"Authorization": f"Bearer {good}"})).status_code == 200
