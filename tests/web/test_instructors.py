"""Instructors over HTTP: the pool and its keepers, whom an ask may name, and whom a call into a caucus concerns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2

from cloudnego.main import House
from tests.web.conftest import API
from tests.web.granted import CASES, Looking, Standing, asked, case, clock, look, people, refused, seen, still

__all__ = ["case", "clock", "look", "people", "still"]

POOL = f"{API}/instructors"
ENTRY = {"person": "second", "origin": "union"}


async def entered(client: httpx2.AsyncClient, **entry: Any) -> httpx2.Response:
    return await client.post(POOL, json={**ENTRY, **entry})


async def rows(client: httpx2.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await seen(client, POOL))["rows"]
    return found


async def sent(look: Looking, case: str) -> None:
    """The workers' chief asked for the instructor of the pool, and the union sent him."""
    await asked(look("w0"), case, "ask-for-instructor", person="teacher")
    await asked(look("district"), case, "assign-instructor", person="teacher")


# --- the pool -----------------------------------------------------------------------------------------------------


async def test_both_sides_read_the_pool_with_where_each_comes_from(look: Looking) -> None:
    for who in ("w0", "w1", "hr", "e0", "authority", "auditor"):
        (one,) = await rows(look(who))
        assert (one["person"], one["name"], one["origin"], one["active_to"]) == ("teacher", "人teacher", "union", None)


async def test_each_keeper_enters_its_own_people_and_nobody_else_learns_that_one_can(look: Looking) -> None:
    for who in ("w0", "hr", "town", "auditor", "stranger"):
        assert (await entered(look(who))).status_code == 404
    other = await entered(look("authority"))
    assert (other.status_code, other.json()["code"]) == (422, "origin_not_yours")
    made = await look("authority").post(POOL, json={"person": "second"})
    assert made.status_code == 201
    assert (made.json()["origin"], made.json()["active_from"]) == ("authority", "2026-03-02")
    again = await entered(look("district"))
    assert (again.status_code, again.json()["code"]) == (409, "instructor_exists")
    unknown = await entered(look("district"), person="nobody")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "person_unknown")
    backwards = await entered(look("district"), active_from="2026-05-02", active_to="2026-05-01")
    assert (backwards.status_code, backwards.json()["code"]) == (422, "malformed")


async def test_an_entry_ends_and_may_be_made_again_for_other_days(look: Looking) -> None:
    assert (await look("authority").delete(f"{POOL}/i1")).status_code == 404, "not of its origin"
    assert (await look("district").delete(f"{POOL}/i1")).status_code == 204
    assert (await look("district").delete(f"{POOL}/i1")).status_code == 404
    assert await rows(look("w0")) == []
    again = await entered(look("district"), person="teacher", active_from="2026-06-01", active_to="2026-06-30")
    assert again.status_code == 201
    assert len(await rows(look("w0"))) == 1


async def test_only_who_is_in_the_pool_today_and_of_neither_side_is_asked_for(
    still: House, look: Looking, case: str
) -> None:
    for person in ("second", "nobody", "town"):
        assert await refused(look("w0"), case, "ask-for-instructor", person=person) == {"instructor_not_in_pool"}
    await entered(look("district"), active_from="2026-12-01")
    assert await refused(look("w0"), case, "ask-for-instructor", person="second") == {"instructor_not_in_pool"}
    await entered(look("district"), person="hr")
    assert await refused(look("w0"), case, "ask-for-instructor", person="hr") == {"instructor_not_neutral"}
    await look("district").delete(f"{POOL}/i1")
    assert await refused(look("e0"), case, "ask-for-instructor", person="teacher") == {"instructor_not_in_pool"}


# --- sent to a case -----------------------------------------------------------------------------------------------


async def test_an_instructor_finds_the_case_and_sees_its_table_until_he_is_refused(look: Looking, case: str) -> None:
    assert (await seen(look("teacher"), case))["me"]["streams"] == ["notice"], "an official of the union, no more"
    await sent(look, case)
    me = (await seen(look("teacher"), case))["me"]
    assert "instructor" in me["seats"]
    assert me["streams"] == ["table", "filing", "notice"]
    assert await refused(look("w0"), case, "refuse-instructor", person="teacher", reason="?") == {"no_instructor"}
    await asked(look("e0"), case, "refuse-instructor", person="teacher", reason="曾为对方代理")
    assert (await seen(look("teacher"), case))["me"]["streams"] == ["notice"]
    rows = (await seen(look("w1"), f"{case}/timeline?limit=200"))["rows"]
    said = [one for one in rows if one["type"].startswith("instructor_")]
    assert [one["type"] for one in said] == ["instructor_asked", "instructor_assigned", "instructor_refused"]
    assert {one["stream"] for one in said} == {"notice"}
    assert said[-1]["words"] == {"reason": "曾为对方代理"}


async def test_a_call_opens_the_caucus_to_him_for_its_time_and_changes_nothing_for_anybody_else(
    look: Looking, case: str, clock: Standing
) -> None:
    await sent(look, case)
    others = ("e0", "e1", "hr", "authority", "district", "auditor", "w9")
    looks = ("", "/timeline?limit=200", "/next", "/deadlines", "/draft")

    async def everything() -> list[tuple[int, bytes, str]]:
        answers = [await look(who).get(f"{CASES}/{case}{one}") for who in others for one in looks]
        return [(one.status_code, one.content, one.headers.get("etag", "")) for one in answers]

    before = await everything()
    receipt = (await asked(look("w0"), case, "call-instructor", person="teacher", lasts_minutes=60)).json()
    assert [one["stream"] for one in receipt["entries"]] == ["worker"]
    assert await everything() == before
    found = await seen(look("teacher"), case)
    assert found["me"]["streams"] == ["table", "filing", "notice", "worker"]
    assert found["called_into"]["worker"]["issued"] > 0
    assert found["caucus"] is None, "he is of neither side"
    assert any(key.startswith("worker.") for key in found["words"])
    timeline = await seen(look("teacher"), f"{case}/timeline?limit=200")
    assert {one["stream"] for one in timeline["rows"]} == {"table", "filing", "notice", "worker"} - (
        {"filing"} if found["versions"]["filing"][1] == 0 else set()
    )
    clock.at += timedelta(minutes=60)
    over = await seen(look("teacher"), case)
    assert over["me"]["streams"] == ["table", "filing", "notice"]
    assert over["called_into"] == {}
    assert not any(key.startswith("worker.") for key in over["words"])
    (stale,) = [await look("teacher").get(f"{CASES}/{case}/timeline?cursor={timeline['next']}")]
    assert stale.status_code == 422, "his cursor names a stream he does not see any more"


async def test_the_other_side_is_answered_alike_whether_or_not_there_was_a_call(look: Looking, case: str) -> None:
    await sent(look, case)

    async def answers() -> list[tuple[int, bytes]]:
        tried = [
            await look("e0").post(f"{CASES}/{case}/{act}", json=said)
            for act, said in (
                ("end-call", {"person": "teacher"}),
                ("mandate-outsider", {"rep": {"person": "teacher", "outside": True}}),
                ("ask-for-instructor", {"person": "teacher"}),
            )
        ]
        return [(one.status_code, one.content) for one in tried]

    before = await answers()
    await asked(look("w0"), case, "call-instructor", person="teacher", lasts_minutes=60)
    assert await answers() == before
    assert {status for status, _ in before} == {409}


async def test_a_guest_speaks_where_he_is_called_in_and_a_refusal_tells_him_nothing_of_the_other_caucus(
    look: Looking, case: str, clock: Standing
) -> None:
    """He is an official of a union, whose office is of the workers' side: a call alone opens either caucus to him."""
    await sent(look, case)
    say = f"{CASES}/{case}/send-caucus-message"

    async def answers(*into: str | None) -> list[tuple[int, bytes, list[tuple[str, str]]]]:
        tried = [await look("teacher").post(say, json={"text": "先谈加班费", "into": one}) for one in into]
        apart = ("date", "server-timing", "x-request-id")
        return [(x.status_code, x.content, [h for h in x.headers.multi_items() if h[0] not in apart]) for x in tried]

    async def others() -> list[bytes]:
        looks = ("", "/timeline?limit=200", "/next")
        return [(await look(who).get(f"{CASES}/{case}{one}")).content for who in ("w0", "w1", "hr") for one in looks]

    before, outside = await answers("worker", "employer", None), await others()
    assert {status for status, *_ in before} == {409}
    assert not (await may(look, case))["open"]
    await asked(look("e1"), case, "send-caucus-message", text="底线是百分之三")
    assert await answers("worker", "employer", None) == before, "that they talk among themselves is theirs"
    await asked(look("e0"), case, "call-instructor", person="teacher", lasts_minutes=60)
    assert (await may(look, case))["open"]
    assert await answers("worker", None) == [before[0], before[2]]
    spoken = (await asked(look("teacher"), case, "send-caucus-message", text="先谈加班费", into="employer")).json()
    assert [(one["stream"], one["type"]) for one in spoken["entries"]] == [("employer", "caucus_message_sent")]
    for who in ("teacher", "e1"):
        said = (await seen(look(who), f"{case}/timeline?limit=200"))["rows"][-1]
        assert (said["actor"], said["words"], said["stream"]) == ("teacher", {"text": "先谈加班费"}, "employer")
    assert await others() == outside
    assert await refused(look("w0"), case, "send-caucus-message", text="?", into="employer") == {"not_called_in"}
    clock.at += timedelta(minutes=60)
    assert await answers("worker", "employer", None) == before, "his time is over, and nothing reminds of it"


async def may(look: Looking, case: str) -> dict[str, Any]:
    """What `next` says to the instructor of his speaking in a caucus."""
    (found,) = [
        one
        for one in (await seen(look("teacher"), f"{case}/next"))["possible"]
        if one["command"] == "send_caucus_message"
    ]
    return dict(found)
