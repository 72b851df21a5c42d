"""One's own means: password, sessions, app, mail, passkeys, and every wrong way to show one."""

from __future__ import annotations

from typing import Any

import httpx2
import pyotp
import pytest

from cloudnego.main import House
from tests.web.authenticator import Authenticator, b64
from tests.web.conftest import API, PASSWORD, Town, client_of
from tests.web.test_accounts import OURS, sign_in

ME = f"{API}/me"
STEP_UP = f"{API}/session/step-up"
WHO = "firm.chair"
NEW = "a staple of another colour"


async def grade(town: Town, who: str) -> str:
    return str((await town[who].get(ME)).json()["grade"])


# --- passwords and sessions ---------------------------------------------------------------------------------------


async def test_a_new_password_ends_the_other_sessions_and_renews_this_one(town: Town) -> None:
    await town.sign_in("elsewhere", WHO, PASSWORD)
    old = town.tokens[WHO]
    answer = await town[WHO].put(f"{ME}/password", json={"current": PASSWORD, "new": NEW})
    assert answer.status_code == 200, answer.text
    assert (await town[WHO].get(ME)).status_code == 401, "the old token is dead"
    town.took(WHO, answer.json()["token"])
    assert (await town[WHO].get(ME)).status_code == 200
    assert (await town["elsewhere"].get(ME)).status_code == 401
    assert town.tokens[WHO] != old
    (message,) = (await town[WHO].get(f"{ME}/inbox")).json()["rows"]
    assert message["kind"] == "password_changed"
    was = await town.door.post(f"{API}/session", json=sign_in(town, door="bearer"))
    now = await town.door.post(f"{API}/session", json=sign_in(town, door="bearer", password=NEW))
    assert (was.status_code, now.status_code) == (401, 201)


@pytest.mark.parametrize("new", ["1234567890", "QWERTYUIOP", "Firm.ChairFirm.Chair", "FIRM.CHAIR", "aaaaaaaaaaaa"])
async def test_a_password_that_everybody_tries_is_refused(town: Town, new: str) -> None:
    answer = await town[WHO].put(f"{ME}/password", json={"current": PASSWORD, "new": new})
    assert (answer.status_code, answer.json()["code"]) == (422, "weak_password")
    assert (await town[WHO].get(ME)).status_code == 200


async def test_the_password_is_not_changed_by_who_does_not_know_it(town: Town) -> None:
    body = {"current": "not this one", "new": NEW}
    codes = [(await town[WHO].put(f"{ME}/password", json=body)).json()["code"] for _ in range(7)]
    assert codes == ["proof_failed"] * 6 + ["locked_out"]
    assert (await town.door.post(f"{API}/session", json=sign_in(town, door="bearer"))).status_code == 201


async def test_a_cookie_session_keeps_its_browser_when_the_password_changes(town: Town) -> None:
    await town.door.post(f"{API}/session", json=sign_in(town), headers=OURS)
    old = town.door.cookies["cloudnego"]
    answer = await town.door.put(f"{ME}/password", json={"current": PASSWORD, "new": NEW}, headers=OURS)
    assert (answer.status_code, answer.json()) == (200, {"token": None})
    assert town.door.cookies["cloudnego"] != old
    assert (await town.door.get(ME)).status_code == 200


async def test_sessions_are_listed_and_ended_by_their_owner_alone(town: Town) -> None:
    await town.sign_in("phone", WHO, PASSWORD)
    await town.sign_in("desk", WHO, PASSWORD)
    rows = (await town["desk"].get(f"{ME}/sessions")).json()["rows"]
    assert len(rows) == 3
    assert [one["this"] for one in rows].count(True) == 1
    assert all(set(one) == {"id", "this", "door", "agent", "opened_at", "seen_at", "expires_at"} for one in rows)
    phone = next(row["id"] for row in (await town["phone"].get(f"{ME}/sessions")).json()["rows"] if row["this"])
    assert (await town["firm.boss"].delete(f"{ME}/sessions/{phone}")).status_code == 404
    assert (await town["desk"].delete(f"{ME}/sessions/{phone}")).status_code == 204
    assert (await town["phone"].get(ME)).status_code == 401
    assert (await town["desk"].delete(f"{ME}/sessions")).status_code == 204
    assert (await town[WHO].get(ME)).status_code == 401
    assert len((await town["desk"].get(f"{ME}/sessions")).json()["rows"]) == 1
    assert (await town["firm.boss"].get(ME)).status_code == 200


async def test_a_token_laid_in_the_browser_before_is_worth_nothing_after(town: Town) -> None:
    """Session fixation: whatever token was there, signing in and proving give others."""
    town.door.cookies["cloudnego"] = "chosen-by-somebody-else"
    await town.door.post(f"{API}/session", json=sign_in(town), headers=OURS)
    async with client_of(town.house, cookies={"cloudnego": "chosen-by-somebody-else"}) as thief:
        assert (await thief.get(ME)).status_code == 401


# --- an app, and mail ---------------------------------------------------------------------------------------------


async def with_app(town: Town) -> pyotp.TOTP:
    await town.step_up(WHO)
    made = await town[WHO].post(f"{ME}/totp")
    assert made.status_code == 201, made.text
    return pyotp.TOTP(made.json()["secret"])


def shown(app: pyotp.TOTP, town: Town, later: int = 0) -> str:
    return app.generate_otp(town.house.site.now_s() // 30 + later)


async def test_an_app_counts_once_it_has_shown_a_code_and_each_code_counts_once(town: Town) -> None:
    assert (await town[WHO].post(f"{ME}/totp")).status_code == 403, "a password alone adds no means"
    app = await with_app(town)
    proof = {"means": "totp", "code": shown(app, town)}
    assert (await town[WHO].post(STEP_UP, json=proof)).json()["code"] == "proof_failed", "not confirmed yet"
    code = {"code": shown(app, town, -1)}
    assert (await town[WHO].post(f"{ME}/totp/confirm", json=code)).status_code == 204
    again = await town[WHO].post(STEP_UP, json={"means": "totp", **code})
    assert again.json()["code"] == "proof_failed", "that one was taken"
    proved = await town[WHO].post(STEP_UP, json={"means": "totp", "code": shown(app, town)})
    assert (proved.status_code, proved.json()["grade"]) == (200, "code")
    town.took(WHO, proved.json()["token"])
    earlier = await town[WHO].post(STEP_UP, json={"means": "totp", "code": shown(app, town, -1)})
    assert earlier.json()["code"] == "proof_failed"
    assert (await town[WHO].post(f"{ME}/totp")).json()["code"] == "app_exists"


async def test_where_there_is_an_app_a_letter_alone_changes_no_means(town: Town) -> None:
    app = await with_app(town)
    await town[WHO].post(f"{ME}/totp/confirm", json={"code": shown(app, town)})
    answer = await town[WHO].delete(f"{ME}/totp")
    assert (answer.status_code, answer.json()["code"]) == (403, "step_up_needed")
    assert [one["means"] for one in answer.json()["step_up"]["means"]] == ["totp"]
    proved = await town[WHO].post(STEP_UP, json={"means": "totp", "code": shown(app, town, 1)})
    town.took(WHO, proved.json()["token"])
    assert (await town[WHO].delete(f"{ME}/totp")).status_code == 204
    kinds = [one["kind"] for one in (await town[WHO].get(f"{ME}/inbox")).json()["rows"]]
    assert sorted(kinds) == ["factor_added", "factor_removed"]
    assert "totp" not in [one["means"] for one in (await town[WHO].get(ME)).json()["means"]]


async def test_the_secret_of_an_app_is_not_in_the_database(town: Town) -> None:
    app = await with_app(town)
    with town.house.site.engine.connect() as connection:
        rows = str(connection.exec_driver_sql("SELECT * FROM authenticator").all())
    assert app.secret not in rows


async def test_an_address_is_set_with_a_proof_and_no_code_goes_where_nobody_mails(town: Town) -> None:
    body = {"address": "zhou.xl@example.com"}
    assert (await town[WHO].put(f"{ME}/mail", json=body)).status_code == 403
    await town.step_up(WHO)
    assert (await town[WHO].put(f"{ME}/mail", json=body)).status_code == 204
    assert (await town[WHO].put(f"{ME}/mail", json={"address": "a@b\r\nBcc: c@d"})).status_code == 422
    assert (await town[WHO].post(f"{API}/session/codes", json={"means": "mail"})).json()["code"] == "means_missing"
    assert (await town[WHO].delete(f"{ME}/mail")).status_code == 204


# --- passkeys -----------------------------------------------------------------------------------------------------


async def options_of(client: httpx2.AsyncClient, path: str) -> dict[str, Any]:
    answer = await client.post(API + path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["options"]
    return found


async def registered(town: Town) -> Authenticator:
    await town.step_up(WHO)
    key = Authenticator()
    options = await options_of(town[WHO], "/me/passkeys/options")
    body = {"name": "手机", "credential": key.create(options)}
    answer = await town[WHO].post(f"{ME}/passkeys", json=body)
    assert answer.status_code == 201, answer.text
    return key


async def challenge(town: Town, who: str = WHO) -> dict[str, Any]:
    return await options_of(town[who], "/session/passkey/challenge")


async def show(town: Town, credential: dict[str, Any], who: str = WHO) -> httpx2.Response:
    return await town[who].post(STEP_UP, json={"means": "passkey", "credential": credential})


async def test_a_passkey_is_registered_and_proves_most(town: Town) -> None:
    key = await registered(town)
    options = await challenge(town)
    assert [one["id"] for one in options["allowCredentials"]] == [b64(key.id)]
    credential = key.get(options)
    proved = await show(town, credential)
    assert (proved.status_code, proved.json()["grade"]) == (200, "passkey")
    town.took(WHO, proved.json()["token"])
    assert (await show(town, credential)).json()["code"] == "proof_failed", "its challenge was taken"
    (row,) = (await town[WHO].get(f"{ME}/passkeys")).json()["rows"]
    assert row["used_at"] is not None
    assert (await town["firm.boss"].delete(f"{ME}/passkeys/{row['id']}")).status_code in (403, 404)
    assert (await town[WHO].delete(f"{ME}/passkeys/{row['id']}")).status_code == 204
    assert (await show(town, key.get(await challenge(town)))).json()["code"] == "proof_failed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://test.evil.example"},
        {"rp_id": "evil.example"},
        {"type": "webauthn.create"},
        {"challenge": b64(b"x" * 32)},
        {"verified": False},
        {"signed": b"something else"},
    ],
    ids="-".join,
)
async def test_what_is_wrong_about_a_passkey_proves_nothing(town: Town, wrong: dict[str, Any]) -> None:
    key = await registered(town)
    assert (await show(town, key.get(await challenge(town), **wrong))).json()["code"] == "proof_failed"
    assert await grade(town, WHO) == "letter"


async def test_a_counter_that_goes_back_is_a_copy_of_the_key(town: Town) -> None:
    key = await registered(town)
    proved = await show(town, key.get(await challenge(town), count=7))
    town.took(WHO, proved.json()["token"])
    assert (await show(town, key.get(await challenge(town), count=7))).json()["code"] == "proof_failed"
    assert (await show(town, key.get(await challenge(town), count=8))).status_code == 200


async def test_a_challenge_is_of_one_session_and_one_purpose(town: Town) -> None:
    key = await registered(town)
    await town.sign_in("elsewhere", WHO, PASSWORD)
    assert (await show(town, key.get(await challenge(town)), "elsewhere")).json()["code"] == "proof_failed"
    registering = await options_of(town[WHO], "/session/passkey/options")
    assert (await show(town, key.get(registering))).json()["code"] == "proof_failed"


async def test_anothers_passkey_proves_nothing_of_me(town: Town) -> None:
    key = await registered(town)
    stranger = Authenticator()
    assert (await show(town, stranger.get(await challenge(town)))).json()["code"] == "proof_failed"
    assert (await show(town, key.get(await challenge(town, "firm.boss")), "firm.boss")).json()["code"] == "proof_failed"


@pytest.mark.parametrize("wrong", [{"origin": "https://evil.example"}, {"rp_id": "evil.example"}, {"verified": False}])
async def test_a_passkey_from_elsewhere_is_not_kept(town: Town, wrong: dict[str, Any]) -> None:
    await town.step_up(WHO)
    made = Authenticator().create(await options_of(town[WHO], "/me/passkeys/options"), **wrong)
    answer = await town[WHO].post(f"{ME}/passkeys", json={"name": "手机", "credential": made})
    assert (answer.status_code, answer.json()["code"]) == (403, "proof_failed")
    assert (await town[WHO].get(f"{ME}/passkeys")).json()["rows"] == []


async def test_one_signs_in_with_a_passkey_and_it_counts_as_a_proof(town: Town) -> None:
    key = await registered(town)
    credential = key.get(await options_of(town.door, "/session/passkey/options"))
    answer = await town.door.post(f"{API}/session/passkey", json={"credential": credential, "door": "bearer"})
    assert answer.status_code == 201, answer.text
    assert (answer.json()["me"]["person"], answer.json()["me"]["grade"]) == (town.ids[WHO], "passkey")
    again = await town.door.post(f"{API}/session/passkey", json={"credential": credential, "door": "bearer"})
    assert (again.status_code, again.json()["code"]) == (401, "sign_in_failed")
    foreign = await town.door.post(f"{API}/session/passkey", json={"credential": credential})
    assert (foreign.status_code, foreign.json()["code"]) == (403, "cross_site")


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"response": None},
        {"response": {"clientDataJSON": "!"}},
        {"rawId": 1, "response": {"clientDataJSON": b64(b"[]")}},
        {"rawId": "AA", "response": {"clientDataJSON": b64(b'{"challenge": "AA"}')}},
        {"rawId": "AA", "response": {"clientDataJSON": b64(b'{"challenge": [1]}')}},
        {"rawId": [], "response": {"clientDataJSON": 7}},
    ],
)
async def test_nonsense_is_no_passkey_and_no_defect(town: Town, credential: dict[str, Any]) -> None:
    answer = await town.door.post(f"{API}/session/passkey", json={"credential": credential, "door": "bearer"})
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_failed")


async def test_garbage_that_answers_a_real_challenge_is_no_defect(town: Town) -> None:
    key = await registered(town)
    for field, value in (("signature", "AA"), ("authenticatorData", "AA"), ("signature", None), ("userHandle", 7)):
        credential = key.get(await challenge(town))
        credential["response"][field] = value
        answer = await show(town, credential)
        assert answer.status_code in (200, 403), (field, answer.text)
        if answer.status_code == 200:
            town.took(WHO, answer.json()["token"])
    proved = await show(town, key.get(await challenge(town)))
    town.took(WHO, proved.json()["token"])
    for value in ("AA", b64(b"\xa1\x63fmt"), b64(b"\xff" * 40)):
        made = Authenticator().create(await options_of(town[WHO], "/me/passkeys/options"))
        made["response"]["attestationObject"] = value
        answer = await town[WHO].post(f"{ME}/passkeys", json={"name": "手机", "credential": made})
        assert (answer.status_code, answer.json()["code"]) == (403, "proof_failed")


async def test_a_server_without_a_domain_has_no_passkeys_and_all_else(house: House, town: Town) -> None:
    house.site.factors.passkeys.domain = None
    for client, path in (
        (town.door, "/session/passkey/options"),
        (town[WHO], "/session/passkey/challenge"),
        (town[WHO], "/me/passkeys/options"),
    ):
        assert (await client.post(API + path)).status_code == 404
    await town.step_up(WHO)
    assert await grade(town, WHO) == "letter"
