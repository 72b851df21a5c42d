"""The union makes a roll of delegates, a worker objects, the union answers and freezes it, and the case has it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import expect

from tests.browser.played import town_of
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = pytest.mark.whole

WRONG = "已调到别的车间，不是这个选区选出的"
CHECKED = "已核实：上月借调，选区没有变"


async def test_a_roll_is_posted_objected_to_answered_frozen_and_recorded(enters: Enters, server: House) -> None:
    async with town_of(server.url, enters) as town:
        sandbox, firm = town.sandbox, town.settled.subject
        who, objector = town.by_role("union_chair"), town.by_role("worker")
        case = sandbox.ask(who, "/negotiations", {"enterprise": firm, "wage_year": sandbox.now.year}, "opened")["case"]
        chair = await town.window(who)
        page, sheet = chair.page, chair.page.locator("dialog[open]").last
        names = [one.name for one in sandbox.people.values() if one.role in ("worker_representative", "recorder")]

        await chair.goes_to(f"/office/roster/{firm}/delegates")
        await chair.sees("名册还是空的")
        await page.get_by_role("button", name="登记代表").click()
        for name in names:
            await sheet.get_by_role("button", name=name).click()
        await sheet.get_by_role("checkbox", name=f"{names[0]} 女").check()
        await sheet.get_by_role("checkbox", name=f"{names[1]} 派遣，列席").check()
        await sheet.get_by_role("button", name=f"登记 {len(names)} 名代表").click()
        await chair.sees(f"有表决权的代表 {len(names) - 1} 人")
        await chair.is_fine()
        await page.get_by_role("button", name="公示名册").click()
        await chair.is_fine()
        await sheet.get_by_role("button", name="公示名册").click()
        await chair.sees("正在公示")

        worker = await town.window(objector)
        await worker.goes_to("/me")
        await worker.page.get_by_role("link", name="职工代表名册公示").click()
        await worker.sees("正在公示，可以提出异议到")
        await worker.page.get_by_role("button", name=f"提出异议 {names[0]}").click()
        await worker.page.get_by_label("理由").fill(WRONG)
        await worker.is_fine()
        await worker.page.locator("dialog[open]").get_by_role("button", name="提出异议").click()
        await worker.sees("等工会答复")
        await worker.fits_everywhere()

        await chair.goes_to(f"/office/roster/{firm}/delegates")
        await chair.sees(sandbox.people[objector].name)
        await page.get_by_role("button", name="答复").click()
        await sheet.get_by_label("答复").fill(CHECKED)
        await sheet.get_by_role("button", name="答复").click()
        await expect(page.get_by_text("已答复")).to_be_visible()
        sandbox.move(sandbox.now + timedelta(days=8))
        await chair.goes_to(f"/office/roster/{firm}/delegates")
        await chair.sees("接下来：锁定名册")
        await page.get_by_role("button", name="锁定名册").click()
        await sheet.get_by_role("button", name="锁定名册").click()
        await chair.sees("锁定过的名册")
        await page.get_by_role("button", name="登记到").click()
        await chair.sees("已登记到案件")
        await chair.fits_everywhere()

        roll = sandbox.look(who, f"/enterprises/{firm}/delegates")["frozen"][0]
        (event,) = [
            one["facts"]
            for one in sandbox.look(objector, f"/negotiations/{case}/timeline")["rows"]
            if one["type"] == "delegate_roll_recorded"
        ]
        assert (event["roll_hash"], event["delegates"]) == (roll["roll_hash"], len(names) - 1)
        await worker.goes_to(f"/roll/{firm}")
        await worker.sees(CHECKED)
        await worker.is_fine()
