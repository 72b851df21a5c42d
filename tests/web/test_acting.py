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
