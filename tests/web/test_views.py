"""The log of views: each side sees who read what it gave, and who read a caucus its own side alone sees."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from cloudnego.main import House
from cloudnego.web.cursors import cursor_of
from tests.web.granted import CASES, Looking, Standing, asked, case, clock, look, people, seen, still

__all__ = ["case", "clock", "look", "people", "still"]

LOOKS = ("", "/timeline?limit=200", "/next", "/deadlines", "/draft", "/views")


async def rows(client: httpx2.AsyncClient, case: str) -> list[dict[str, Any]]:
    """Who read what was delivered, laid or conferred about; `drafts` says who read the draft on the table."""
    found: list[dict[str, Any]] = (await seen(client, f"{case}/views"))["rows"]
    return [one for one in found if not one["material"].startswith("draft ")]


async def drafts(client: httpx2.AsyncClient, case: str) -> set[tuple[str, str]]:
    found = (await seen(client, f"{case}/views"))["rows"]
    return {(one["person"], one["material"]) for one in found if one["material"].startswith("draft ")}


def who_read(found: list[dict[str, Any]], stream: str) -> set[str]:
    return {one["person"] for one in found if one["stream"] == stream}


async def test_the_side_that_gave_a_material_sees_who_read_it_and_as_what(
    look: Looking, case: str, clock: Standing
) -> None:
    for who in ("w1", "e1", "auditor", "hr", "authority", "w9"):
        await seen(look(who), f"{case}/timeline?limit=200")
    found = await rows(look("e0"), case)
    assert who_read(found, "table") == {"w1", "e1", "auditor"}, "who saw no table read nothing there"
    assert {one["side"] for one in found} == {"employer"}
    (auditor,) = [one for one in found if one["person"] == "auditor"]
    assert (auditor["name"], auditor["office"], auditor["organisation"]) == ("人auditor", "auditor", "X1")
    assert auditor["day"] == clock.at.date().isoformat()


async def test_a_material_read_again_on_the_same_day_is_noted_once_and_on_the_next_day_again(
    still: House, look: Looking, case: str, clock: Standing
) -> None:
    for _ in range(3):
        await seen(look("w1"), case)
        await seen(look("w1"), f"{case}/timeline?limit=200")
    first = [one for one in await rows(look("e0"), case) if one["person"] == "w1"]
    assert len(first) == len({one["material"] for one in first}) > 0
    clock.at += timedelta(days=1)
    await seen(look("w1"), case)
    assert len([one for one in await rows(look("e0"), case) if one["person"] == "w1"]) == 2 * len(first)
    assert len(still.site.views._known) == 2 * (len(first) + 3), "what was noted is not written again"


async def test_who_read_a_caucus_is_for_its_own_side_alone(look: Looking, case: str) -> None:
    await asked(look("w0"), case, "ask-for-instructor", person="teacher")
    await asked(look("district"), case, "assign-instructor", person="teacher")
    await asked(look("w0"), case, "call-instructor", person="teacher", lasts_minutes=60)
    for who in ("w1", "e1", "teacher"):
        await seen(look(who), case)
    assert who_read(await rows(look("w2"), case), "worker") == {"w1", "teacher"}
    assert who_read(await rows(look("e0"), case), "worker") == set()
    audited = await rows(look("auditor"), case)
    assert {one["stream"] for one in audited} == {"table"}
    assert {one["side"] for one in audited} == {"employer"}, "in this story the employer gave what there is"


async def test_what_the_other_side_is_shown_does_not_change_by_what_mine_reads_of_its_own(
    look: Looking, case: str
) -> None:
    for who in ("w1", "e0", "e1", "auditor"):
        await seen(look(who), f"{case}/timeline?limit=200")

    async def everything() -> list[tuple[int, bytes, str]]:
        answers = [await look(who).get(f"{CASES}/{case}{one}") for who in ("e0", "auditor", "hr") for one in LOOKS]
        return [(one.status_code, one.content, one.headers.get("etag", "")) for one in answers]

    versions = (await seen(look("w0"), case))["versions"]
    left = cursor_of("timeline", {name: 0 if name == "worker" else last for name, (_, last) in versions.items()})
    await everything()
    before = await everything()
    mine = await rows(look("w1"), case)
    await seen(look("w2"), f"{case}/timeline?cursor={left}")
    assert len(await rows(look("w1"), case)) > len(mine)
    assert await everything() == before


@pytest.mark.parametrize("who", ["hr", "authority", "town", "district", "recorder", "w9", "teacher"])
async def test_who_gave_nothing_sees_no_readers(look: Looking, case: str, who: str) -> None:
    await seen(look("w1"), case)
    assert await seen(look(who), f"{case}/views") == {"rows": [], "court_orders": []}


async def test_who_read_the_draft_on_the_table_is_noted_for_the_sides_whose_clauses_are_in_it(
    look: Looking, case: str
) -> None:
    clause = {"head": "T2", "values": [], "prose": "每月发放"}
    await asked(look("e0"), case, "put-clause", **clause)
    for who in ("w1", "auditor", "hr", "w9"):
        await seen(look(who), f"{case}/draft")
    read = {("w1", "draft employer"), ("auditor", "draft employer")}
    assert await drafts(look("e0"), case) == read, "who saw no table saw no clause"
    assert await drafts(look("w0"), case) == {(who, "draft worker") for who, _ in read}


async def test_who_took_a_file_away_is_noted_for_the_side_that_laid_it(look: Looking, case: str) -> None:
    async def lay(who: str, stream: str) -> str:
        where = f"{CASES}/{case}/files?stream={stream}&name=a.txt"
        answer = await look(who).post(where, content="甲".encode(), headers={"Content-Type": "text/plain"})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    at_the_table, in_caucus, of_neither = (
        await lay("e1", "table"),
        await lay("w1", "worker"),
        await lay("town", "notice"),
    )
    for who, file in (("w1", at_the_table), ("auditor", at_the_table), ("w2", in_caucus), ("e1", of_neither)):
        assert (await look(who).get(f"{CASES}/{case}/files/{file}")).status_code == 200

    async def readers(who: str) -> set[tuple[str, str]]:
        return {(one["material"], one["person"]) for one in await rows(look(who), case) if one["material"][0] == "f"}

    assert await readers("e0") == {(at_the_table, "w1"), (at_the_table, "auditor")}
    assert await readers("w0") == {(in_caucus, "w2")}
    assert await readers("auditor") == {(at_the_table, "w1"), (at_the_table, "auditor")}, "of no caucus a file"


async def test_what_cannot_be_noted_is_not_shown(
    still: House, look: Looking, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The note is written first: a process that dies in between has shown nothing."""

    def dies(*_: Any) -> int:
        raise RuntimeError("the process ends here")

    monkeypatch.setattr(still.site.views, "note", dies)
    answer = await look("w1").get(f"{CASES}/{case}")
    assert (answer.status_code, answer.json()["code"]) == (500, "defect")
