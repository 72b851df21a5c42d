"""A binding act wants a fresh proof in this session: who lacks it is told what to show, and nothing of the case."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from cloudnego.identity.store import writing
from tests.web.conftest import API, PASSWORD, Town
from tests.web.test_accounts import OURS, sign_in

CASES = f"{API}/negotiations"
STEP_UP = f"{API}/session/step-up"


def seen(answer: httpx2.Response) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    return answer.status_code, answer.headers.raw, answer.content


async def offer(town: Town, who: str, case: str, content: bytes = b"{}") -> httpx2.Response:
    headers = {"Content-Type": "application/json"}
    return await town[who].post(f"{CASES}/{case}/send-offer", content=content, headers=headers)


async def test_who_has_only_a_password_is_told_what_to_get(town: Town) -> None:
    case = await town.open_case()
    answer = await offer(town, "firm.chair", case)
    assert (answer.status_code, answer.json()["code"]) == (403, "step_up_impossible")
    assert answer.json()["step_up"] == {"needs": "letter", "means": [], "at": STEP_UP}


async def test_who_has_a_letter_is_told_to_show_it_and_then_the_rules_speak(town: Town) -> None:
    case = await town.open_case()
    await town.letter("firm.chair")
    answer = await offer(town, "firm.chair", case)
    assert (answer.status_code, answer.json()["code"]) == (403, "step_up_needed")
    (means,) = answer.json()["step_up"]["means"]
    assert (means["means"], means["grade"], means["to"]) == ("letter", "letter", None)
    assert means["how"]["zh"]
    assert means["how"]["en"]
    await town.step_up("firm.chair")
    assert (await offer(town, "firm.chair", case, b'{"no": 1}')).status_code == 422
    me = (await town["firm.chair"].get(f"{API}/me")).json()
    assert (me["grade"], [one["means"] for one in me["means"]]) == ("letter", ["letter"])
    assert me["grade_until"] is not None


async def test_no_word_of_the_act_is_read_before_it_is_proved_who_asks(town: Town) -> None:
    case = await town.open_case()
    answers = [await offer(town, "firm.chair", case, body) for body in (b"{}", b"{", b'{"no": 1}', b"")]
    assert len({repr(seen(one)) for one in answers}) == 1
    assert answers[0].status_code == 403


@pytest.mark.parametrize("proved", [False, True])
async def test_what_is_not_yours_does_not_exist_proved_or_not(town: Town, proved: bool) -> None:
    case = await town.open_case()
    if proved:
        await town.step_up("other.chair")
    mine, none = await offer(town, "other.chair", case), await offer(town, "other.chair", "n" + "0" * 20)
    assert seen(mine) == seen(none)
    assert mine.status_code == 404


async def test_what_binds_nobody_needs_no_proof(town: Town) -> None:
    case = await town.open_case()
    body = {"delegates": 30, "workers": 30, "roll_hash": "a" * 64}
    assert (await town["firm.chair"].post(f"{CASES}/{case}/record-delegate-roll", json=body)).status_code == 201


async def test_a_proof_counts_in_its_session_alone_and_the_old_token_is_dead(town: Town) -> None:
    case = await town.open_case()
    old = town.tokens["firm.chair"]
    await town.step_up("firm.chair")
    assert town.tokens["firm.chair"] != old
    assert (await offer(town, "firm.chair", case)).status_code != 403
    await town.enter("before", old)
    assert (await town["before"].get(f"{API}/me")).status_code == 401
    await town.sign_in("elsewhere", "firm.chair", PASSWORD)
    assert (await offer(town, "elsewhere", case)).json()["code"] == "step_up_needed"


async def test_a_cookie_session_goes_on_under_a_new_cookie(town: Town) -> None:
    code = await town.letter("firm.chair")
    await town.door.post(f"{API}/session", json=sign_in(town), headers=OURS)
    old = town.door.cookies["cloudnego"]
    proof = {"means": "letter", "code": code, "password": PASSWORD}
    foreign = await town.door.post(STEP_UP, json=proof, headers={"Origin": "http://evil.example"})
    assert (foreign.status_code, foreign.json()["code"]) == (403, "cross_site")
    answer = await town.door.post(STEP_UP, json=proof, headers=OURS)
    assert (answer.status_code, answer.json()["token"]) == (200, None)
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert town.door.cookies["cloudnego"] != old
    assert (await town.door.get(f"{API}/me")).json()["grade"] == "letter"


async def test_a_proof_is_over_after_its_minutes(town: Town) -> None:
    case = await town.open_case()
    await town.step_up("firm.chair")
    with writing(town.house.site.engine) as session:
        past = {"past": town.house.site.now_s()}
        session.connection().execute(text("UPDATE sign_in SET proved_until_s = :past"), past)
    town.house.site.doorkeeper.forget()
    assert (await offer(town, "firm.chair", case)).json()["code"] == "step_up_needed"
    me = (await town["firm.chair"].get(f"{API}/me")).json()
    assert (me["grade"], me["grade_until"]) == ("password", None)


async def test_whatever_is_wrong_about_a_proof_answers_alike_and_locks(town: Town) -> None:
    good, other = await town.letter("firm.chair"), await town.letter("firm.boss")
    wrong: list[dict[str, Any]] = [
        {"means": "letter", "code": good, "password": "not this one"},
        {"means": "letter", "code": other, "password": PASSWORD},
        {"means": "letter", "code": "0000000000", "password": PASSWORD},
        {"means": "inbox", "code": "000000"},
        {"means": "mail", "code": "000000"},
        {"means": "inbox", "code": "000001"},
    ]
    answers = [await town["firm.chair"].post(STEP_UP, json=one) for one in wrong]
    assert len({repr(seen(one)) for one in answers}) == 1
    assert (answers[0].status_code, answers[0].json()["code"]) == (403, "proof_failed")
    right = {"means": "letter", "code": good, "password": PASSWORD}
    locked = await town["firm.chair"].post(STEP_UP, json=right)
    assert (locked.status_code, locked.json()["code"]) == (429, "locked_out")
    assert (await town["firm.boss"].post(STEP_UP, json=wrong[1])).status_code == 200, "another is not locked by it"


async def test_a_code_is_typed_as_people_read_it(town: Town) -> None:
    code = await town.letter("firm.chair")
    typed = code.replace("-", " ").lower().replace("1", "l").replace("0", "o")
    proof = {"means": "letter", "code": typed, "password": PASSWORD}
    assert (await town["firm.chair"].post(STEP_UP, json=proof)).status_code == 200


async def test_a_code_in_the_inbox_is_read_in_a_proved_session_and_good_in_the_asking_one(town: Town) -> None:
    ask = {"means": "inbox"}
    assert (await town["firm.chair"].post(f"{API}/session/codes", json=ask)).json()["code"] == "means_missing"
    await town.sign_in("phone", "firm.chair", PASSWORD)
    assert (await town["firm.chair"].post(f"{API}/session/codes", json=ask)).json()["code"] == "means_missing"
    town.ids["phone"] = town.ids["firm.chair"]
    await town.step_up("phone")
    await town.sign_in("desk", "firm.chair", PASSWORD)
    me = (await town["desk"].get(f"{API}/me")).json()
    assert [one["means"] for one in me["means"]] == ["inbox", "letter"]
    sent = await town["desk"].post(f"{API}/session/codes", json=ask)
    assert (sent.status_code, sent.json()) == (202, {"means": "inbox", "lasts_s": 300})
    assert (await town["desk"].get(f"{API}/me/inbox")).json()["rows"] == [], "not where it was asked for"
    assert (await town["firm.chair"].get(f"{API}/me/inbox")).json()["rows"] == [], "not where nothing was proved"
    (message,) = (await town["phone"].get(f"{API}/me/inbox")).json()["rows"]
    code = message["facts"]["code"]
    assert code in message["text"]["zh"]
    proof = {"means": "inbox", "code": code}
    assert (await town["firm.chair"].post(STEP_UP, json=proof)).json()["code"] == "proof_failed", "of another session"
    proved = await town["desk"].post(STEP_UP, json=proof)
    assert (proved.status_code, proved.json()["grade"]) == (200, "code")
    town.took("desk", proved.json()["token"])
    assert (await town["desk"].post(STEP_UP, json=proof)).json()["code"] == "proof_failed", "it was spent"


# --- letters ------------------------------------------------------------------------------------------------------


async def membership_of(town: Town, who: str) -> str:
    return str((await town[who].get(f"{API}/me")).json()["memberships"][0]["id"])


async def printed(town: Town, by: str, who: str) -> httpx2.Response:
    return await town[by].post(f"{API}/letters", json={"membership": await membership_of(town, who)})


async def test_printing_a_letter_takes_a_proof_and_nobody_prints_his_own(town: Town) -> None:
    assert (await printed(town, "town", "firm.chair")).json()["code"] == "step_up_impossible"
    await town.step_up("town")
    letter = await printed(town, "town", "firm.chair")
    assert letter.status_code == 201, letter.text
    proof = {"means": "letter", "code": letter.json()["code"], "password": PASSWORD}
    answer = await town["firm.chair"].post(STEP_UP, json=proof)
    assert answer.status_code == 200
    own = await printed(town, "town", "town")
    none = await town["town"].post(f"{API}/letters", json={"membership": "m0"})
    assert seen(own) == seen(none)
    assert own.status_code == 404


async def test_no_side_prints_for_the_other(town: Town) -> None:
    for by, who, status in (
        ("firm.chair", "firm.worker", 201),
        ("firm.chair", "firm.boss", 404),
        ("firm.chair", "other.worker", 404),
        ("firm.hr", "firm.boss", 201),
        ("firm.hr", "firm.worker", 404),
        ("firm.hr", "firm.chair", 404),
        ("town", "firm.boss", 404),
        ("town", "authority", 404),
    ):
        await town.step_up(by)
        assert ((await printed(town, by, who)).status_code, by, who) == (status, by, who)


async def test_a_new_letter_kills_the_old_and_a_revoked_one_ends_its_proofs(town: Town) -> None:
    old = await town.letter("firm.chair")
    await town.step_up("firm.chair")  # with a newer one
    case = await town.open_case()
    stale = {"means": "letter", "code": old, "password": PASSWORD}
    assert (await town["firm.chair"].post(STEP_UP, json=stale)).json()["code"] == "proof_failed"
    (letter,) = (await town["firm.chair"].get(f"{API}/letters")).json()["rows"]
    assert letter["used_at"] is not None
    assert (await town["other.chair"].delete(f"{API}/letters/{letter['id']}")).status_code == 404
    assert (await town["town"].delete(f"{API}/letters/{letter['id']}")).status_code == 204
    assert (await offer(town, "firm.chair", case)).json()["code"] == "step_up_impossible"
    assert (await town["firm.chair"].get(f"{API}/letters")).json()["rows"] == []


async def test_a_letter_dies_with_the_membership(town: Town) -> None:
    code = await town.letter("firm.hr")
    membership = await membership_of(town, "firm.hr")
    with writing(town.house.site.engine) as session:
        session.connection().execute(text("UPDATE membership SET ended_s = 1 WHERE id = :id"), {"id": membership})
    proof = {"means": "letter", "code": code, "password": PASSWORD}
    assert (await town["firm.hr"].post(STEP_UP, json=proof)).json()["code"] == "proof_failed"


async def test_no_list_shows_a_code_and_no_table_holds_one(town: Town) -> None:
    code = await town.letter("firm.chair")
    assert code not in (await town["admin"].get(f"{API}/letters")).text
    with town.house.site.engine.connect() as connection:
        rows = str(connection.execute(text("SELECT * FROM letter")).all())
    assert code not in rows
    assert code.replace("-", "") not in rows


async def test_in_a_live_district_nobody_is_given_a_letters_code(town: Town) -> None:
    assert (await town["firm.chair"].post(f"{API}/sandbox/letters", json={"person": "p"})).status_code == 404
