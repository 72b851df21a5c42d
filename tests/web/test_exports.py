"""Lists as tables: the rows of the JSON lists and no other, with who took them, and nothing that calculates."""

from __future__ import annotations

import csv
from io import StringIO

import httpx2

from tests.web.conftest import API, Town


async def rows(client: httpx2.AsyncClient, path: str) -> list[list[str]]:
    answer = await client.get(f"{API}{path}/export.csv")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def test_the_table_has_the_rows_of_the_list_and_no_other(town: Town) -> None:
    mine, other = await town.open_case("firm"), await town.open_case("other")
    for who in ("town", "firm.chair", "other.hr", "firm.worker", "auditor_less"):
        listed = (await town[who].get(f"{API}/negotiations")).json()["rows"]
        first, heads, *found = await rows(town[who], "/negotiations")
        assert {row[0] for row in found} == {one["id"] for one in listed} <= {mine, other}
        assert all(len(row) == len(heads) for row in found)
        assert first[0].startswith(f"【{who} 2026-")
        assert first[1] == "演示·无效力"
        entries = (await town[who].get(f"{API}/enterprises")).json()["rows"]
        _, heads, *found = await rows(town[who], "/enterprises")
        code = heads.index("统一社会信用代码")
        assert {row[code] for row in found} == {one["credit_code"] for one in entries}


async def test_a_firm_that_is_called_a_formula_is_text(town: Town) -> None:
    change = {"name": "=HYPERLINK(1)", "address": "+86 路"}
    answer = await town["admin"].patch(f"{API}/enterprises/{town.ids['firm']}", json=change)
    assert answer.status_code == 200, answer.text
    await town.open_case("firm")
    for path in ("/enterprises", "/negotiations"):
        cells = [cell for row in await rows(town["town"], path) for cell in row]
        assert "'=HYPERLINK(1)" in cells
        assert not [cell for cell in cells if cell[:1] in ("=", "+", "@")]
