"""The door of commands: the order of its checks, its receipts, and that what is not yours does not exist."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.web.conftest import API, Town

CASES = f"{API}/negotiations"


def seen(answer: httpx2.Response) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """All that an observer has of an answer."""
    return answer.status_code, answer.headers.raw, answer.content


async def test_a_case_is_opened_and_the_receipt_names_what_was_written(town: Town) -> None:
    answer = await town["firm.chair"].post(CASES, json={"enterprise": town.ids["firm"], "wage_year": 2026})
    assert answer.status_code == 201
    receipt = answer.json()
    assert answer.headers["location"] == f"{CASES}/{receipt['case']}"
    assert [(one["stream"], one["seq"], one["type"]) for one in receipt["entries"]] == [("notice", 1, "case_opened")]
    assert receipt["repeated"] is False
    case = (await town["firm.chair"].get(f"{CASES}/{receipt['case']}")).json()
    assert case["overview"]["step"] == "representatives"
    assert case["sandbox"] is True


async def test_the_same_key_gives_the_same_receipt_and_writes_nothing(town: Town) -> None:
    body = {"enterprise": town.ids["firm"], "wage_year": 2026}
    headers = {"Idempotency-Key": "open-1"}
    first = await town["firm.chair"].post(CASES, json=body, headers=headers)
    again = await town["firm.chair"].post(CASES, json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json() | {"repeated": True}
    other = await town["firm.chair"].post(CASES, json=body | {"wage_year": 2027}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


async def test_a_key_is_its_owners_alone(town: Town) -> None:
    case = await town.open_case()
    body = {"delegates": 30, "workers": 30, "roll_hash": "a" * 64}
    headers = {"Idempotency-Key": "roll"}
    first = await town["firm.chair"].post(f"{CASES}/{case}/record-delegate-roll", json=body, headers=headers)
    assert first.status_code == 201, first.text
    other = await town["firm.boss"].post(f"{CASES}/{case}/record-delegate-roll", json=body, headers=headers)
    assert other.status_code == 409, "the key of another answers nothing of his"


async def test_a_refusal_names_reason_article_and_way_out_in_both_languages(town: Town) -> None:
    case = await town.open_case()
    answer = await town["firm.worker"].post(f"{CASES}/{case}/publish-contract", json={})
    assert answer.status_code == 409
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (problem["status"], problem["code"], problem["type"]) == (409, "refused", "/problems/refused")
    (obstacle,) = problem["obstacles"]
    assert obstacle["reason"] == "not_in_this_step"
    for text in (problem["detail"], obstacle["sentence"], obstacle["way_out"]):
        assert text["zh"]
        assert text["en"]
        assert "{" not in text["zh"] + text["en"]
    assert not obstacle["sentence"]["en"].startswith("reasons."), "the catalogue has a sentence for it"


async def test_people_read_the_names_of_steps_and_machines_their_codes(town: Town) -> None:
    case = await town.open_case()
    answer = await town["firm.worker"].post(f"{CASES}/{case}/publish-contract", json={})
    (obstacle,) = answer.json()["obstacles"]
    assert obstacle["facts"] == {"step": "representatives", "first": "performance", "last": "performance"}
    assert obstacle["sentence"]["zh"] == "本案现在处于“产生协商代表并公示”；这件事在“公布与履约监督”这一步办理。"


async def test_what_stands_in_the_way_of_an_opening_is_said_too(town: Town) -> None:
    body = {"enterprise": town.ids["firm"], "wage_year": 2026, "kind": "renewal"}
    answer = await town["firm.chair"].post(CASES, json=body)
    assert answer.status_code == 409
    (obstacle,) = answer.json()["obstacles"]
    assert obstacle["reason"] == "parent_needed"
    assert obstacle["sentence"]["zh"].startswith("原合同")
    assert (await town["firm.chair"].post(CASES, json={**body, "kind": "new"})).status_code == 201
    again = await town["firm.chair"].post(CASES, json={**body, "kind": "new"})
    (warning,) = again.json()["warnings"]
    assert warning["sentence"]["zh"] == "双方在 2026 工资年度已有一案。提醒，不阻止。"


@pytest.mark.parametrize("who", ["other.chair", "other.hr", "other.worker", "auditor_less"])
async def test_what_is_not_yours_answers_like_what_does_not_exist(town: Town, who: str) -> None:
    case = await town.open_case()
    missing = "n" + "0" * 20
    for last, body in (("/send-offer", {}), ("/send-offer", {"no": 1}), ("/no-such-command", {}), ("/next", {})):
        mine = await town[who].post(f"{CASES}/{case}{last}", json=body)
        none = await town[who].post(f"{CASES}/{missing}{last}", json=body)
        assert seen(mine) == seen(none)
        assert mine.status_code == 404
    for last in ("", "/timeline", "/deadlines", "/next", "/nothing"):
        assert seen(await town[who].get(f"{CASES}/{case}{last}")) == seen(
            await town[who].get(f"{CASES}/{missing}{last}")
        )


async def test_an_unknown_command_in_an_own_case_answers_like_a_foreign_case(town: Town) -> None:
    case = await town.open_case()
    own = await town["firm.chair"].post(f"{CASES}/{case}/no-such-command", json={})
    foreign = await town["firm.chair"].post(f"{CASES}/n{'0' * 20}/send-offer", json={})
    assert seen(own) == seen(foreign)
    clocks = await town["firm.chair"].post(f"{CASES}/{case}/note-deadline", json={"timer": "reply", "mark": "T0"})
    assert seen(clocks) == seen(foreign), "what only the clock may ask has no address"


async def test_the_case_is_looked_for_before_the_body_is_parsed(town: Town) -> None:
    case = await town.open_case()
    for body in (b"{", b'{"nonsense": 1}', b""):
        answer = await town["other.chair"].post(
            f"{CASES}/{case}/send-offer", content=body, headers={"content-type": "text/plain"}
        )
        assert answer.status_code == 404


async def test_who_has_not_signed_in_learns_nothing_at_all(town: Town) -> None:
    case = await town.open_case()
    answers = [
        await town.door.post(f"{CASES}/{case}/send-offer", content=b"{"),
        await town.door.post(f"{CASES}/nothing/send-offer", json={}),
        await town.door.post(f"{CASES}/{case}/no-such-command", json={}),
        await town.door.post(CASES, json={}),
        await town.door.put(f"{CASES}/{case}/send-offer"),
        await town.door.get(f"{CASES}/{case}"),
        await town.door.get(f"{API}/no/such/path"),
        await town.door.patch(f"{API}/enterprises/x", content=b"{"),
        await town.door.post(f"{API}/sandbox/clock", content=b"["),
    ]
    assert {seen(answer)[0] for answer in answers} == {401}
    assert len({str(seen(answer)) for answer in answers}) == 1


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{}", "text/plain", 415, "not_json"),
        (b"{}", "", 415, "not_json"),
        (b"{", "application/json", 422, "malformed"),
        (b"", "application/json", 422, "malformed"),
        (b"[]", "application/json; charset=utf-8", 422, "malformed"),
        (b'{"from_on": 5}', "application/json", 422, "malformed"),
        (b"[" * 50_000, "application/json", 422, "too_complex"),
        (b'"\\ud800"', "application/json", 422, "malformed"),
        (b'{"a": "' + b"x" * 262_144 + b'"}', "application/json", 413, "too_long"),
    ],
)
async def test_a_body_is_checked_strictly(town: Town, content: bytes, kind: str, status: int, code: str) -> None:
    case = await town.open_case()
    headers = {"content-type": kind} if kind else {}
    answer = await town["firm.chair"].post(f"{CASES}/{case}/publish-list", content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_every_wrong_field_is_named_in_both_languages_and_not_repeated(town: Town) -> None:
    case = await town.open_case()
    answer = await town["firm.chair"].post(
        f"{CASES}/{case}/publish-list",
        json={"from_on": "yesterday", "place": 7, "secret_plan": "canary", "evidence": {"sha256": "no", "kind": "x"}},
    )
    assert answer.status_code == 422
    errors = {one["at"]: one for one in answer.json()["errors"]}
    assert set(errors) == {"/from_on", "/until_on", "/place", "/secret_plan", "/evidence/sha256", "/evidence/kind"}
    assert errors["/until_on"]["message"] == {"zh": "此项必填。", "en": "This field is required."}
    assert errors["/secret_plan"]["code"] == "extra_forbidden"
    assert "canary" not in answer.text


@pytest.mark.parametrize(("key", "fine"), [("k" * 128, True), ("a b", False), ("k" * 129, False), ("", False)])
async def test_an_idempotency_key_is_short_and_visible(town: Town, key: str, fine: bool) -> None:
    answer = await town["firm.chair"].post(
        CASES, json={"enterprise": town.ids["firm"], "wage_year": 2026}, headers={"Idempotency-Key": key}
    )
    assert answer.status_code == (201 if fine else 422)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
async def test_a_command_takes_post_alone_whosever_the_case_is(town: Town, method: str) -> None:
    case = await town.open_case()
    answers = [
        await town[who].request(method, f"{CASES}/{of}/send-offer")
        for who in ("firm.chair", "other.chair")
        for of in (case, "nothing")
    ]
    assert {answer.status_code for answer in answers} == {405}
    assert {answer.headers["allow"] for answer in answers} == {"POST"}
    assert len({str(seen(answer)) for answer in answers}) == 1


async def test_opening_for_an_enterprise_one_has_nothing_to_do_with_is_404(town: Town) -> None:
    foreign = await town["firm.chair"].post(CASES, json={"enterprise": town.ids["other"], "wage_year": 2026})
    unknown = await town["firm.chair"].post(CASES, json={"enterprise": "nobody", "wage_year": 2026})
    assert seen(foreign) == seen(unknown)
    assert foreign.status_code == 404


async def test_a_parent_one_does_not_see_is_no_parent(town: Town) -> None:
    case = await town.open_case("other")
    words = {"enterprise": town.ids["firm"], "wage_year": 2026, "kind": "renewal"}
    foreign = await town["firm.chair"].post(CASES, json=words | {"parent": case})
    unknown = await town["firm.chair"].post(CASES, json=words | {"parent": "n" + "0" * 20})
    assert seen(foreign) == seen(unknown)
    assert foreign.status_code == 404


async def test_who_stands_on_two_sides_must_say_which(town: Town) -> None:
    firm = town.ids["firm"]
    both = await town.person("both", {"organisation": firm, "office": "worker"}, {"organisation": firm, "office": "hr"})
    case = await town.open_case()
    memberships = (await both.get(f"{API}/me")).json()["memberships"]
    answer = await both.get(f"{CASES}/{case}")
    assert (answer.status_code, answer.json()["code"]) == (422, "acting_as_required")
    for one in memberships:
        chosen = await both.get(f"{CASES}/{case}", headers={"X-Acting-As": one["id"]})
        assert chosen.status_code == 200
        assert chosen.json()["me"]["side"] == one["side"]
    not_his = await both.get(f"{CASES}/{case}", headers={"X-Acting-As": "m-of-somebody"})
    assert not_his.status_code == 404


async def test_answers_do_not_say_when_nor_what_served_them(town: Town) -> None:
    answer = await town["firm.chair"].get(f"{API}/me")
    assert not {"date", "server"} & set(answer.headers)
    assert answer.headers["cloudnego-district"] == "sandbox"


async def test_contracts_from_before_the_platform_are_entered(town: Town) -> None:
    body: dict[str, Any] = {
        "enterprise": town.ids["firm"],
        "wage_year": 2025,
        "signed_on": "2025-05-01",
        "in_force_from": "2025-06-01",
        "expires_on": "2026-05-31",
        "evidence": {"sha256": "b" * 64},
    }
    answer = await town["firm.chair"].post(f"{CASES}/register-contract", json=body)
    assert answer.status_code == 201, answer.text
    case = (await town["firm.hr"].get(f"{CASES}/{answer.json()['case']}")).json()
    assert (case["overview"]["step"], case["overview"]["kind"]) == ("performance", "registered")
    renewed = await town["firm.chair"].post(
        CASES,
        json={"enterprise": town.ids["firm"], "wage_year": 2026, "kind": "renewal", "parent": answer.json()["case"]},
    )
    assert renewed.status_code == 201, renewed.text
