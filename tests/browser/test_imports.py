"""An official lays a table down, sees the cells that are wrong, puts them right, and has it written; on a phone too."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook
from playwright.async_api import FilePayload, expect

from cloudnego.files.kinds import MEDIA, FileKind
from tests.browser.person import PHONE
from tests.browser.played import town_of
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = pytest.mark.whole

LONG = ("浏览器试填跨境电子商务综合试验区" * 4)[:56] + "有限公司"
HEADS = ["统一社会信用代码*", "企业名称", "地址", "所在地代码", "行业代码", "规模以上", "人数年度", "职工总数"]


def table(place: str, *, right: bool) -> FilePayload:
    """Three enterprises; in two of them something is wrong unless they were put right."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    rows: list[list[Any]] = [
        list(HEADS),
        ["91330109MA2IMPRT01", LONG, "试填路 1 号", place, "C1761", "是", 2026, 320],
        [
            "91330109MA2IMPRT02",
            "试填二厂" if right else '=A3&"厂"',
            "试填路 2 号",
            place,
            "C1761",
            "否" if right else "也许",
            2026,
            85,
        ],
        ["91330109MA2IMPRT03", "试填三厂", "试填路 3 号", place if right else "99", "C1761", "否", 2026, 12],
    ]
    for row in rows:
        sheet.append(row)
    out = BytesIO()
    book.save(out)
    return FilePayload(name="名录.xlsx", mimeType=MEDIA[FileKind.XLSX], buffer=out.getvalue())


@pytest.mark.parametrize("small", [False, True])
async def test_cells_that_are_wrong_are_marked_and_the_table_is_written_once_it_is_right(
    enters: Enters, server: House, small: bool
) -> None:
    async with town_of(server.url, enters) as town:
        official = await town.window(town.by_role("district_union"))
        page = official.page
        if small:
            await page.set_viewport_size(PHONE)
        await official.goes_to("/office/enterprises")
        await official.presses("用表格导入")
        places = await (await page.request.get(f"{server.url}/api/v1/regions")).json()
        place = places["rows"][-1]["code"]
        await page.get_by_label("选择表格").set_input_files(table(place, right=False))
        await official.presses("检查")
        await official.sees("有些行需要改")
        await expect(page.locator("td.cell")).to_have_count(3)
        await official.sees('这是公式：=A3&"厂"')
        await official.is_fine()
        await page.get_by_label("选择表格").set_input_files(table(place, right=True))
        await official.presses("检查")
        await official.sees("检查通过")
        await official.presses("写入 3 行")
        await official.sees("整份文件都已办好。再传一次不会重复。")
        await official.is_fine()
        await official.presses("检查")
        await expect(page.locator(".figures")).to_contain_text("没有变化3")
        await official.goes_to("/office/enterprises")
        await official.sees(LONG)
