"""Bulk imports over HTTP: who may, what each row becomes, all or none, and the same file again."""

from __future__ import annotations

import asyncio
import json
from io import BytesIO
from typing import Any

import httpx2
import pytest
from openpyxl import Workbook, load_workbook

from cloudnego.files.kinds import MEDIA, FileKind
from cloudnego.importing.sheets import SHEETS, ImportKind
from tests.secrecy.test_requests import columns
from tests.web.conftest import API, Town

CSV = {"content-type": "text/csv"}
JSON = {"content-type": "application/json"}
XLSX = {"content-type": MEDIA[FileKind.XLSX]}
IMPORTS = f"{API}/imports"


async def ended(client: httpx2.AsyncClient, begun: httpx2.Response) -> dict[str, Any]:
    """The import when it is over."""
    assert begun.status_code == 202, begun.text
    for _ in range(400):
        found: dict[str, Any] = (await client.get(begun.headers["location"])).json()
        if found["state"] not in ("reading", "checking", "writing"):
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(begun.headers["location"])


async def imported(
    client: httpx2.AsyncClient, kind: str, content: str | bytes, headers: dict[str, str] = CSV, **how: Any
) -> dict[str, Any]:
    body = content.encode() if isinstance(content, str) else content
    return await ended(client, await client.post(f"{IMPORTS}/{kind}", content=body, headers=headers, params=how))


def counts(found: dict[str, Any]) -> tuple[str, int, int, int, int]:
    return found["state"], found["new"], found["changed"], found["same"], found["refused"]


def wrong(found: dict[str, Any]) -> list[tuple[int | None, str | None, str]]:
    return [(one["row"], one["column"], one["code"]) for one in found["report"]["wrong"]]


def book(*rows: list[Any], merge: str | None = None) -> bytes:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    if merge is not None:
        sheet.merge_cells(merge)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


async def roster(town: Town, by: str = "firm.chair") -> list[tuple[str, str]]:
    rows = (await town[by].get(f"{API}/enterprises/{town.ids['firm']}/workers", params={"limit": 200})).json()["rows"]
    return [(row["number"], row["name"]) for row in rows]


async def test_a_column_of_a_table_of_ours_that_is_none_of_the_sheet_is_refused(town: Town) -> None:
    chair, firm = town["firm.chair"], town.ids["firm"]
    foreign = [one for one in columns() if one not in {column.name for column in SHEETS[ImportKind.ROSTERS].columns}]
    for first in range(0, len(foreign), 40):
        some = foreign[first : first + 40]
        row = {"number": "001", "name": "张三"} | dict.fromkeys(some, "x")
        found = await imported(chair, "rosters", json.dumps([row]), JSON, of_enterprise=firm)
        report = found["report"]
        refused = {head for head, field in zip(report["heads"], report["fields"], strict=True) if field is None}
        assert (found["state"], refused) == ("refused", set(some))
    assert await roster(town) == []


async def test_a_roster_comes_in_and_the_same_file_again_changes_nothing(town: Town) -> None:
    chair, firm = town["firm.chair"], town.ids["firm"]
    file = "工号,姓名\r\n001,张三\r\n002,李四\r\n"
    tried = await imported(chair, "rosters", file, dry_run=True, of_enterprise=firm)
    assert counts(tried) == ("done", 2, 0, 0, 0)
    assert await roster(town) == [], "a dry run writes nothing"
    assert counts(await imported(chair, "rosters", file, of_enterprise=firm)) == ("done", 2, 0, 0, 0)
    assert await roster(town) == [("001", "张三"), ("002", "李四")]
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        again = await imported(chair, "rosters", file.encode(encoding), of_enterprise=firm)
        assert counts(again) == ("done", 0, 0, 2, 0)
    rows = [
        {"number": "002", "name": "李思"},
        {"number": "003", "name": "王五"},
        {"number": "001", "name": "张三", "left": True},
    ]
    changed = await imported(chair, "rosters", json.dumps(rows), JSON, of_enterprise=firm)
    assert counts(changed) == ("done", 1, 2, 0, 0)
    assert await roster(town) == [("002", "李思"), ("003", "王五")]


async def test_every_bad_cell_is_named_and_nothing_is_written_unless_asked_for(town: Town) -> None:
    chair, firm = town["firm.chair"], town.ids["firm"]
    file = book(
        ["某厂职工名册", None, None],
        ["工号", "姓名", "已离职"],
        ["1", "张三", None],
        ["2", "=1+1", None],
        ["3", "长" * 81, None],
        ["1", "重复", None],
        [None, "没有工号", "也许"],
        ["合", "并", None],
        merge="A8:B8",
    )
    found = await imported(chair, "rosters", file, XLSX, of_enterprise=firm)
    assert counts(found) == ("refused", 1, 0, 0, 5)
    assert wrong(found) == [
        (4, "B", "formula"), (5, "B", "too_long"), (6, "A", "twice"), (7, "C", "not_yes_no"), (7, "A", "missing"),
        (8, "A", "merged"), (8, "B", "merged"),
    ]  # fmt: skip
    assert found["report"]["rows"][0] == {"row": 4, "cells": ["2", "=1+1"]}
    assert all(one["message"]["zh"] and one["cure"]["en"] for one in found["report"]["wrong"])
    assert await roster(town) == []
    partly = await imported(chair, "rosters", file, XLSX, of_enterprise=firm, partial=True)
    assert counts(partly) == ("done", 1, 0, 0, 5)
    assert await roster(town) == [("1", "张三")]


async def test_the_register_of_the_area_and_each_enterprises_own_facts(town: Town) -> None:
    head = "统一社会信用代码,企业名称,地址,所在地代码,行业代码,规模以上,人数年度,职工总数\n"
    file = head + "T-NEW-0001,新厂,路 1,330109001,C1761,是,2026,120\nT-NEW-0002,二厂,路 2,330109001,C1761,否,,\n"
    made = await imported(town["town"], "enterprises", file)
    assert counts(made) == ("done", 2, 0, 0, 0), made["report"]
    assert counts(await imported(town["town"], "enterprises", file)) == ("done", 0, 0, 2, 0)
    moved = await imported(town["town"], "enterprises", "统一社会信用代码,职工总数,人数年度\nT-NEW-0001,130,2026\n")
    assert counts(moved) == ("done", 0, 1, 0, 0)
    rows = (await town["town"].get(f"{API}/enterprises", params={"text": "T-NEW-0001"})).json()["rows"]
    assert (rows[0]["headcount"][0]["total"], rows[0]["name"], rows[0]["version"]) == (130, "新厂", 2)
    own = (await town["firm.hr"].get(f"{API}/enterprises/{town.ids['firm']}")).json()
    line = f"统一社会信用代码,地址,企业名称\n{own['credit_code']},新址 8 号,改名\nT-NEW-0001,别处,\n"
    theirs = await imported(town["firm.hr"], "enterprises", line)
    assert wrong(theirs) == [(2, "C", "not_yours"), (3, "A", "enterprise_unknown")], "as if there were none"
    line = f"统一社会信用代码,地址\n{own['credit_code']},新址 8 号\n"
    assert counts(await imported(town["firm.hr"], "enterprises", line)) == ("done", 0, 1, 0, 0)


async def test_the_register_that_was_taken_away_comes_back_as_it_is(town: Town) -> None:
    for who in ("town", "firm.hr"):
        taken = await town[who].get(f"{API}/enterprises/export.csv")
        found = await imported(town[who], "enterprises", taken.content)
        assert (found["state"], found["new"], found["changed"], found["refused"]) == ("done", 0, 0, 0), found
        assert found["same"] > 0


async def test_reference_values_and_delegates(town: Town) -> None:
    head = "地区代码,指标,期间,数值,单位,来源网址\n"
    file = head + "330109001,最低工资,2026-01,2490,元/月,https://www.zj.gov.cn/\n"
    assert counts(await imported(town["town"], "reference-values", file)) == ("done", 1, 0, 0, 0)
    assert counts(await imported(town["town"], "reference-values", file)) == ("done", 0, 0, 1, 0)
    later = await imported(town["town"], "reference-values", file.replace("2490", "2530"))
    assert counts(later) == ("done", 0, 1, 0, 0)
    assert counts(await imported(town["town"], "reference-values", file.replace("2490", "2530")))[3] == 1
    bad = await imported(town["town"], "reference-values", file.replace("元/月", "%"))
    assert wrong(bad) == [(2, "E", "unit_does_not_suit")]
    firm = town.ids["firm"]
    await imported(town["firm.chair"], "rosters", "工号,姓名\n1,张三\n2,李四\n", of_enterprise=firm)
    roll = "工号,姓名,当选日期,女\n1,张三,2026/3/1,否\n2,李四,2026年3月1日,是\n"
    assert counts(await imported(town["firm.chair"], "delegates", roll, of_enterprise=firm)) == ("done", 2, 0, 0, 0)
    assert counts(await imported(town["firm.chair"], "delegates", roll, of_enterprise=firm)) == ("done", 0, 0, 2, 0)
    changed = roll.replace("2026/3/1,否", "2026-03-02,是").replace("2,李四", "3,王五")
    assert wrong(await imported(town["firm.chair"], "delegates", changed, of_enterprise=firm)) == [
        (3, "A", "worker_unknown")
    ]
    one = await imported(town["firm.chair"], "delegates", changed, of_enterprise=firm, partial=True)
    assert counts(one) == ("done", 0, 1, 0, 1)


@pytest.mark.parametrize("who", ["firm.hr", "firm.worker", "authority", "firm.boss"])
async def test_nobody_but_the_worker_side_imports_a_roster(town: Town, who: str) -> None:
    for kind in ("rosters", "delegates"):
        answer = await town[who].post(f"{IMPORTS}/{kind}", content=b"x", headers=CSV)
        assert answer.status_code == 404, (who, kind)
    begun = await town["firm.chair"].post(f"{IMPORTS}/rosters", content="工号,姓名\n1,甲\n".encode(), headers=CSV)
    found = await ended(town["firm.chair"], begun)
    assert wrong(found) == [(2, None, "missing")], "whose it is must be said"
    assert (await town[who].get(begun.headers["location"])).status_code == 404
    assert (await town[who].get(IMPORTS)).json() == {"rows": []}


async def test_a_mapping_reads_the_table_of_another_platform(town: Town) -> None:
    file = "员工编号;员工姓名;部门;在职状态\r\nA1;赵六;一车间;在职\r\nA2;钱七;二车间;离职\r\n".encode("gb18030")
    mapping = "columns: {员工编号: number, 员工姓名: name, 部门: null, 在职状态: left}\n"
    mapping += "values: {left: {在职: no, 离职: yes}}\n"
    parts = {"file": ("名册.csv", file, "text/csv"), "mapping": ("m.yaml", mapping.encode(), "application/yaml")}
    way = {"of_enterprise": town.ids["firm"]}
    found = await ended(
        town["firm.chair"], await town["firm.chair"].post(f"{IMPORTS}/rosters", files=parts, params=way)
    )
    assert counts(found) == ("done", 1, 0, 1, 0)
    assert await roster(town) == [("A1", "赵六")]
    parts["mapping"] = ("m.yaml", b"columns: {a: nope}", "application/yaml")
    answer = await town["firm.chair"].post(f"{IMPORTS}/rosters", files=parts, params=way)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "mapping_column_unknown")


@pytest.mark.parametrize("kind", list(ImportKind))
async def test_a_template_has_our_heads_and_its_examples_are_never_taken(town: Town, kind: ImportKind) -> None:
    for format_ in ("csv", "xlsx"):
        answer = await town["town"].get(f"{IMPORTS}/templates/{kind.value}.{format_}")
        assert answer.status_code == 200
        if format_ == "xlsx":
            heads = [cell.value for cell in next(load_workbook(BytesIO(answer.content)).worksheets[0].rows)]
            assert [str(head).rstrip("*") for head in heads] == [one.zh for one in SHEETS[kind].columns]
        if kind in (ImportKind.ENTERPRISES, ImportKind.REFERENCE_VALUES):
            found = await imported(town["town"], kind.value, answer.content, XLSX if format_ == "xlsx" else CSV)
            assert [code for _, _, code in wrong(found)] == ["example_left"] * 2
    assert (await town["town"].get(f"{IMPORTS}/templates/{kind.value}.xls")).status_code == 404
