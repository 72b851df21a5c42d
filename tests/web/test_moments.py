"""A case at a moment is the case as it was shown then, to whoever sees the same streams now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from cloudnego.main import House
from tests.web.granted import Looking, Standing, clock, look, people, still
from tests.web.played import rehearsed, write
from tests.web.test_queries import CASES, case, seen

__all__ = ["case", "clock", "look", "people", "still"]

SAME = ("overview", "state", "caucus", "words", "versions", "pack", "calendar")
READERS = ("w1", "e1", "recorder", "hr", "town", "w9", "authority")


async def shown(client: httpx2.AsyncClient, case_id: str, at: str = "") -> dict[str, Any]:
    answer = await client.get(f"{CASES}/{case_id}", params={"at": at} if at else {})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_it_stands_as_it_stood(still: House, clock: Standing, look: Looking) -> None:
    acts = rehearsed(until=70)
    then: dict[tuple[str, int], dict[str, Any]] = {}
    case_id, stops = None, [n for n in range(1, len(acts)) if acts[n].at != acts[n - 1].at][::4]
    for start, end in zip([0, *stops], [*stops, len(acts)], strict=True):
        case_id = await write(still, acts[start:end], key=f"until{end}", case=case_id)
        clock.at = acts[end - 1].at
        for who in READERS:
            answer = await look(who).get(f"{CASES}/{case_id}")
            if answer.status_code == 200:
                then[who, end - 1] = answer.json()
    assert case_id is not None
    same = 0
    for (who, last), was in then.items():
        now = await shown(look(who), case_id)
        if set(now["me"]["streams"]) != set(was["me"]["streams"]):
            continue
        found = await shown(look(who), case_id, acts[last].at.isoformat())
        assert {name: found[name] for name in SAME} == {name: was[name] for name in SAME}, (who, last)
        assert found["names"].items() >= was["names"].items()
        same += 1
    assert same > len(READERS)


async def test_who_sees_less_now_sees_no_more_of_then(still: House, clock: Standing, look: Looking) -> None:
    """The personnel office saw the table until its side had a list."""
    acts = rehearsed()
    clock.at = acts[2].at
    case_id = await write(still, acts[:3])
    assert "table" in (await shown(look("hr"), case_id))["versions"]
    clock.at = acts[58].at
    await write(still, acts[3:59], case=case_id, key="on")
    found = await shown(look("hr"), case_id, acts[2].at.isoformat())
    assert set(found["versions"]) == set(found["me"]["streams"]) == {"filing", "notice"}
    assert found["state"] is None
    assert all(not name.startswith("table") for name in found["words"])


async def test_before_it_was_opened_there_is_no_case_and_a_stranger_has_none(case: str, look: Looking) -> None:
    opened = rehearsed()[0].at
    early = {"at": (opened - timedelta(seconds=1)).isoformat()}
    assert (await look("w1").get(f"{CASES}/{case}", params=early)).status_code == 404
    answer = await look("stranger").get(f"{CASES}/{case}", params={"at": opened.isoformat()})
    assert answer.status_code == 404


@pytest.mark.parametrize("at", ["2026-03-09", "2026-03-09T10:00:00", "yesterday"])
async def test_a_moment_has_an_hour_and_an_offset(case: str, look: Looking, at: str) -> None:
    answer = await look("w1").get(f"{CASES}/{case}", params={"at": at})
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


async def test_a_moment_to_come_is_now(case: str, look: Looking) -> None:
    now = await seen(look("w1"), case)
    found = await shown(look("w1"), case, "2099-01-01T00:00:00+08:00")
    assert {name: found[name] for name in SAME} == {name: now[name] for name in SAME}
    assert found["stood_at"] is not None
