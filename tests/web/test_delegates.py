"""The roll of delegates over HTTP: drawn up, posted, objected to, answered, frozen, and recorded in a case."""

from __future__ import annotations

from typing import Any

from tests.web.conftest import API, Town
from tests.web.test_slips import by_slip, listed, place, printed

POSTED = "delegate-posting"


async def entered(town: Town, rows: list[dict[str, Any]], **flags: Any) -> dict[str, Any]:
    new = [{"worker": row["id"], "since": "2024-05-10", **flags} for row in rows]
    return await _made(town, "delegates", delegates=new)


async def _made(town: Town, rest: str, status: int = 201, by: str = "firm.chair", **body: Any) -> dict[str, Any]:
    answer = await town[by].post(place(town, rest), json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def refused(town: Town, rest: str, by: str = "firm.chair", **body: Any) -> str:
    answer = await town[by].post(place(town, rest), json=body)
    assert 400 <= answer.status_code < 500
    return str(answer.json()["code"])


async def worker_of(town: Town, name: str) -> None:
    """A worker of the roster comes in by his slip."""
    codes = await printed(town)
    answer = await by_slip(town, codes[-1], pin_again="728104")
    assert answer.status_code == 201, answer.text
    await town.enter(name, answer.json()["token"])


async def later(town: Town, days: int) -> None:
    now = (await town["admin"].get(f"{API}/me")).json()["district"]["now"]
    to = f"{now[:8]}{int(now[8:10]) + days:02}{now[10:]}"
    answer = await town["admin"].post(f"{API}/sandbox/clock", json={"to": to})
    assert answer.status_code == 200, answer.text


async def test_a_roll_is_posted_objected_to_answered_frozen_and_recorded(town: Town) -> None:
    rows = await listed(town, 12)
    await worker_of(town, "somebody")
    roll = await entered(town, rows[:8])
    assert (await town["somebody"].get(place(town, POSTED))).status_code == 404, "nothing is posted yet"
    assert {one["reason"] for one in roll["advice"]} == {"too_few_delegates"}
    roll = await entered(town, rows[8:9], dispatched=True)
    assert roll["counts"] == {"delegates": 8, "attending": 1, "managers": 0, "women": 0, "workers": 12}
    assert await refused(town, "delegate-roll") == "not_posted"
    assert await refused(town, POSTED, until="2026-03-02") == "posting_too_short"
    await _made(town, POSTED, until="2026-03-09")

    seen = (await town["somebody"].get(place(town, POSTED))).json()
    assert [one["name"] for one in seen["rows"]] == [f"职工{n}" for n in range(1, 10)]
    assert "number" not in seen["rows"][0], "the roster's numbers stay the union's"
    line = seen["rows"][2]["id"]
    told = await _made(town, f"delegates/{line}/objections", by="somebody", reason="已调往其他车间")
    assert (told["objections"][0]["mine"], told["objections"][0]["by"]) == (True, None)
    others = (await town["firm.worker"].get(place(town, POSTED))).json()["objections"][0]
    assert (others["mine"], others["by"], others["reason"]) == (False, None, "已调往其他车间")

    await later(town, 8)
    assert await refused(town, "delegate-roll") == "objections_wait"
    mine = (await town["firm.chair"].get(place(town, "delegates"))).json()["objections"][0]
    assert mine["by"] == "职工12"
    await _made(town, f"delegate-objections/{mine['id']}/answer", 200, answer="已核实，仍在本车间")
    frozen = (await _made(town, "delegate-roll", term_until="2029-05-09"))["frozen"][0]
    assert (frozen["delegates"], frozen["attending"], frozen["workers"]) == (8, 1, 12)

    case = await town.open_case()
    facts = ("delegates", "workers", "managers", "women", "term_until", "roll_hash")
    recorded = await town["firm.chair"].post(
        f"{API}/negotiations/{case}/record-delegate-roll", json={name: frozen[name] for name in facts}
    )
    assert recorded.status_code == 201, recorded.text
    events = (await town["firm.worker"].get(f"{API}/negotiations/{case}/timeline")).text
    assert frozen["roll_hash"] in events, "whoever works there reads in the case which roll it was"


async def test_after_the_first_roll_every_change_says_why(town: Town) -> None:
    rows = await listed(town, 4)
    roll = await entered(town, rows[:3])
    await _made(town, POSTED, until="2026-03-09")
    assert await refused(town, "delegate-roll") == "posting_runs"
    await later(town, 8)
    await _made(town, "delegate-roll")
    assert (
        await refused(town, "delegates", delegates=[{"worker": rows[3]["id"], "since": "2026-03-10"}])
        == "reason_wanted"
    )
    gone = roll["rows"][0]["id"]
    roll = await _made(town, f"delegates/{gone}/ending", 200, reason="调离本单位")
    assert [(one["id"], one["ended_why"]) for one in roll["ended"]] == [(gone, "调离本单位")]
    assert await refused(town, "delegate-roll") == "reason_wanted"
    roll = await _made(town, "delegate-roll", reason="调离本单位")
    assert [one["delegates"] for one in roll["frozen"]] == [2, 3]
    assert await refused(town, f"delegates/{gone}/ending", reason="又一次") == "not_found"


async def test_for_everybody_else_there_is_no_roll(town: Town) -> None:
    rows = await listed(town, 1)
    line = (await entered(town, rows))["rows"][0]["id"]
    await _made(town, POSTED, until="2026-03-09")
    for who in ("firm.hr", "firm.boss", "other.chair", "other.worker", "authority", "town"):
        nowhere = (await town[who].get(f"{API}/enterprises/o-nowhere/delegates")).content
        for path in (place(town, "delegates"), place(town, POSTED)):
            answer = await town[who].get(path)
            assert (answer.status_code, answer.content) == (404, nowhere), (who, path)
        for rest, body in ((f"delegates/{line}/objections", {"reason": "不"}), ("delegate-roll", {})):
            assert (await town[who].post(place(town, rest), json=body)).content == nowhere, (who, rest)
    assert (await town["firm.worker"].get(place(town, "delegates"))).status_code == 404
    assert (
        await town["firm.chair"].post(place(town, f"delegates/{line}/objections"), json={"reason": "不"})
    ).status_code == 404
