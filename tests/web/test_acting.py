"""Acting: a mandate is looked at now, with its days and its scope; one person stands on one side of a case."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.web.conftest import API, Town

ROLL = {
    "delegates": 30,
    "workers": 30,
    "roll_hash": "0" * 64,
    "occurred_on": "2026-03-02",
    "evidence": {"sha256": "1" * 64},
}


async def union_of(town: Town) -> str:
    return str((await town["firm.chair"].get(f"{API}/me")).json()["memberships"][0]["organisation"])


async def asked(town: Town, who: str, case: str, command: str, body: dict[str, Any], **headers: str) -> httpx2.Response:
    return await town[who].post(f"{API}/negotiations/{case}/{command}", json=body, headers=headers)


async def deputy(town: Town, **mandate: Any) -> None:
    await town.person("deputy", {"organisation": await union_of(town), "office": "union", "mandate": "WT-7", **mandate})


ROLLED = ("record-delegate-roll", ROLL)


@pytest.mark.parametrize("scope", ["record_delegate_roll", "offer representatives", "everything", None])
async def test_a_mandate_covers_what_its_scope_names(town: Town, scope: str | None) -> None:
    case = await town.open_case()
    await deputy(town, mandate_scope=scope)
    answer = await asked(town, "deputy", case, *ROLLED)
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("scope", ["send_offer", "filing performance", "invite keep_roster"])
async def test_and_nothing_else(town: Town, scope: str) -> None:
    case = await town.open_case()
    await deputy(town, mandate_scope=scope)
    assert (await town["deputy"].get(f"{API}/negotiations/{case}")).status_code == 200, "he sees what his office sees"
    answer = await asked(town, "deputy", case, *ROLLED)
    assert (answer.status_code, answer.json()["code"]) == (409, "mandate_does_not_cover")
    opening = await town["deputy"].post(f"{API}/negotiations", json={"enterprise": town.ids["firm"], "wage_year": 2027})
    assert (opening.status_code, opening.json()["code"]) == (409, "mandate_does_not_cover")


async def test_a_scope_of_no_known_word_is_refused(town: Town) -> None:
    membership = {"organisation": await union_of(town), "office": "union", "mandate_scope": "whatever it takes"}
    answer = await town["admin"].post(f"{API}/sandbox/people", json={"name": "x", "memberships": [membership]})
    assert answer.status_code == 422


async def test_a_mandate_begins_and_ends_on_the_districts_own_day(town: Town) -> None:
    """Nobody signs in again and nothing is written between the requests: the day alone has changed."""
    case = await town.open_case()
    await deputy(town, mandate_from="2026-03-04", mandate_to="2026-03-05")

    async def roll(delegates: int) -> int:
        answer = await asked(town, "deputy", case, "record-delegate-roll", {**ROLL, "delegates": delegates})
        return answer.status_code

    async def tomorrow() -> None:
        assert (await town["admin"].post(f"{API}/sandbox/clock", json={"days": 1})).status_code == 200

    assert await roll(29) == 404, "the case does not exist for him yet"
    await tomorrow()
    assert await roll(28) == 404
    await tomorrow()
    assert await roll(27) == 201
    await tomorrow()
    assert await roll(26) == 201
    await tomorrow()
    assert await roll(25) == 404
    me = (await town["deputy"].get(f"{API}/me")).json()
    assert [one["in_force"] for one in me["memberships"]] == [False]


async def appoint(town: Town, case: str, *persons: str) -> httpx2.Response:
    reps = [{"person": one, "manager": True} for one in persons]
    body = {"reps": reps, "chief": persons[0], "chief_is": "legal_representative"}
    return await asked(town, "firm.boss", case, "appoint-representatives", body)


async def test_nobody_of_the_other_side_is_seated(town: Town) -> None:
    case = await town.open_case()
    answer = await appoint(town, case, town.ids["firm.boss"], town.ids["firm.hr"], town.ids["firm.chair"])
    assert (answer.status_code, answer.json()["code"]) == (409, "one_side")
    candidates = {
        "candidates": [{"person": town.ids["firm.chair"]}, {"person": town.ids["firm.hr"]}],
        "chief": town.ids["firm.chair"], "chief_is": "union_head", "seats": 2, "scrutineers": ["p-x", "p-y"],
        "occurred_on": "2026-03-02", "evidence": {"sha256": "1" * 64},
    }  # fmt: skip
    answer = await asked(town, "firm.chair", case, "propose-candidates", candidates)
    assert (answer.status_code, answer.json()["code"]) == (409, "one_side"), answer.text


async def test_who_sits_on_one_bench_does_not_act_for_the_other_side(town: Town) -> None:
    """He is HR and of the union's committee; he came to the employer's bench and is the employer's in this case."""
    case = await town.open_case()
    await town.person(
        "both",
        {"organisation": town.ids["firm"], "office": "hr"},
        {"organisation": await union_of(town), "office": "union"},
    )
    held = {one["office"]: one["id"] for one in (await town["both"].get(f"{API}/me")).json()["memberships"]}
    undecided = await asked(town, "both", case, *ROLLED)
    assert (undecided.status_code, undecided.json()["code"]) == (422, "acting_as_required")
    first = await asked(town, "both", case, *ROLLED, **{"X-Acting-As": held["union"]})
    assert first.status_code == 201, first.text
    named = await appoint(town, case, town.ids["firm.boss"], town.ids["firm.hr"], town.ids["both"])
    assert named.status_code == 201, named.text
    again = {**ROLL, "delegates": 29}
    answer = await asked(town, "both", case, "record-delegate-roll", again, **{"X-Acting-As": held["union"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "one_side")


async def test_an_employee_on_the_employers_bench_is_the_employers(town: Town) -> None:
    """Everybody employed stands in the roster of workers, managers too: the bench says on which side he is here."""
    case = await town.open_case()
    manager = town.ids["firm.worker"]
    named = await appoint(town, case, town.ids["firm.boss"], town.ids["firm.hr"], manager)
    assert named.status_code == 201, named.text
    me = (await town["firm.worker"].get(f"{API}/negotiations/{case}")).json()["me"]
    assert (me["side"], "representative" in me["seats"], "employer" in me["streams"]) == ("employer", True, True)


# --- outside a case -----------------------------------------------------------------------------------------------

REGISTER_EDITS = (
    ("official", "post", "/enterprises", {"name": "新厂", "credit_code": "T-NEW-1", "address": "-", "industry": "C17",
                                          "region": "330109001"}),
    ("official", "patch", "/enterprises/{firm}", {"name": "改名厂"}),
    ("manager", "patch", "/enterprises/{firm}", {"headcount": [{"year": 2026, "total": 31}]}),
    ("official", "post", "/reference-values", {"region": "330109", "kind": "minimum_wage", "period": "2026-01",
                                               "value": "249000", "unit": "fen_per_month",
                                               "source_url": "https://www.zj.gov.cn/"}),
    ("official", "post", "/regions", {"code": "330109008", "name_zh": "街道", "name_en": "Street"}),
    ("official", "post", "/organisations", {"kind": "town_union", "name": "街道总工会", "region": "330109001"}),
    ("official", "patch", "/organisations/{union}", {"name": "改名工会"}),
    ("official", "delete", "/organisations/{union}", None),
    ("official", "post", "/instructors", {"person": "{official}"}),
    ("official", "delete", "/instructors/{pooled}", None),
)  # fmt: skip
"""Who, and what he changes in the register; the firm's own facts are its manager's."""


async def _registering(town: Town, who: str, how: str, path: str, body: dict[str, Any] | None) -> httpx2.Response:
    sent = body and {name: one.format(**town.ids) if isinstance(one, str) else one for name, one in body.items()}
    return await town[who].request(how, f"{API}{path.format(**town.ids)}", json=sent)


async def test_the_register_is_written_as_far_as_a_mandate_reaches_today(town: Town) -> None:
    """Every edit beyond the scope, and after the last day, changes nothing; within both it is taken."""
    offices = {
        "official": {"organisation": town.ids["the district_union"], "office": "district_union"},
        "manager": {"organisation": town.ids["firm"], "office": "hr"},
    }
    ended = {"mandate_from": "2026-01-01", "mandate_to": "2026-03-01"}
    for who, office in offices.items():
        await town.person(f"{who}-beyond", {**office, "mandate_scope": "send_offer keep_roster invite"})
        await town.person(f"{who}-over", {**office, **ended, "mandate_scope": "keep_register"})
        await town.person(who, {**office, "mandate_scope": "keep_register"})
    town.ids["union"] = await union_of(town)
    town.ids["pooled"] = (await town.made("admin", "/instructors", person=town.ids["town"], origin="union"))["id"]
    for who, how, path, body in REGISTER_EDITS:
        beyond = await _registering(town, f"{who}-beyond", how, path, body)
        assert (beyond.status_code, beyond.json()["code"]) == (409, "mandate_does_not_cover"), (how, path)
        assert (await _registering(town, f"{who}-over", how, path, body)).status_code == 404, (how, path)
        within = await _registering(town, who, how, path, body)
        assert within.status_code in (200, 201, 204), (how, path, within.text)


async def test_a_mandate_for_something_else_opens_no_letter_no_help_desk_and_no_door_for_programs(town: Town) -> None:
    union = {"organisation": await union_of(town), "office": "union"}
    chief = {"organisation": town.ids["firm"], "office": "legal_representative"}
    client = {"name": "系统", "enterprise": town.ids["firm"], "scopes": ["cases"]}
    await town.person("w", {"organisation": town.ids["firm"], "office": "worker"})
    for scope, letter, program in (("send_offer", 404, 404), ("print_letters let_portals_in", 201, 201)):
        for who, office in ((f"union {scope[:5]}", union), (f"chief {scope[:5]}", chief)):
            await town.person(who.replace(" ", "-"), {**office, "mandate_scope": scope})
        by = f"union-{scope[:5]}"
        for who in (by, f"chief-{scope[:5]}"):
            await town.step_up(who)
        membership = (await town["w"].get(f"{API}/me")).json()["memberships"][0]["id"]
        printed = await town[by].post(f"{API}/letters", json={"membership": membership})
        assert printed.status_code == letter, printed.text
        assert (await town[f"chief-{scope[:5]}"].post(f"{API}/portal-clients", json=client)).status_code == program
