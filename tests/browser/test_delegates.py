"""The union makes a roll of delegates, a worker objects, the union answers and freezes it, and the case has it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from playwright.async_api import expect

from cloudnego.core import commands as c
from tests.browser.played import Town, town_of, up_to
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


SAYS = "夜班补贴建议写清楚从哪个月起发"
WHY = "含有他人的病情"


async def test_delegates_confirm_comment_and_are_present_and_the_union_sees_it(enters: Enters, server: House) -> None:
    async with town_of(server.url, enters) as town:
        case = (await up_to(town, c.ConveneCongress)).record.case
        assert case is not None
        await asyncio.to_thread(_a_roll_is_recorded, town, case)
        delegate, chair = await town.window(town.by_role("worker")), await town.window(town.by_role("union_chair"))
        name = town.sandbox.people[town.by_role("worker")].name

        await delegate.goes_to(f"/c/{case}/congress")
        await delegate.presses("确认收到草案和说明")
        await delegate.sees("您已确认收到")
        await delegate.page.get_by_label("我的意见").fill(SAYS)
        await delegate.presses("发表意见")
        await delegate.sees(SAYS)
        await delegate.fits_everywhere()

        await chair.goes_to(f"/c/{case}/congress")
        await chair.sees("1 / ")
        await chair.sees(SAYS)
        await chair.presses("提醒没有确认的")
        await chair.sees("已提醒：")
        await chair.sees("（0 人收到，0 人打开）")
        await chair.page.get_by_role("button", name=f"隐去 {name}").click()
        await chair.page.get_by_label("理由").fill(WHY)
        await chair.page.locator("dialog[open]").get_by_role("button", name="隐去").click()
        await chair.sees(f"工会隐去了这条意见，理由：{WHY}")
        await chair.fits_everywhere()

        other = await town.window(town.by_role("hr"))
        await other.goes_to(f"/c/{case}/congress")
        await other.sees("职代会办到哪里了")
        await expect(other.page.get_by_text("对草案的意见")).to_have_count(0)
        await other.is_fine()

        sandbox, union = town.sandbox, town.by_role("union_chair")
        day = sandbox.now.date().isoformat()
        roll = sandbox.look(union, f"/enterprises/{town.settled.subject}/delegates")["frozen"][0]
        convened = {"day": day, "form": "delegates", "total": roll["delegates"]}
        sandbox.ask(union, f"/negotiations/{case}/convene-congress", convened, "convened")
        await delegate.goes_to(f"/c/{case}/congress")
        await delegate.presses("签到")
        await delegate.sees("您已签到")
        await delegate.sees("到会 1 / ")
        await delegate.is_fine()


def _a_roll_is_recorded(town: Town, case: str) -> None:
    """The union puts another roll into the case: all who stand on the roster, frozen on the platform."""
    sandbox, union, base = town.sandbox, town.by_role("union_chair"), f"/enterprises/{town.settled.subject}"
    lines = [{"worker": one["id"], "since": "2026-01-05"} for one in sandbox.look(union, f"{base}/workers")["rows"]]
    sandbox.ask(union, f"{base}/delegates", {"delegates": lines}, "roll")
    until = (sandbox.now + timedelta(days=1)).date().isoformat()
    sandbox.ask(union, f"{base}/delegate-posting", {"until": until}, "posted")
    sandbox.move(sandbox.now + timedelta(days=2))
    frozen = sandbox.ask(union, f"{base}/delegate-roll", {}, "frozen")["frozen"][0]
    facts = {one: frozen[one] for one in ("roll_hash", "delegates", "workers", "managers", "women")}
    sandbox.ask(union, f"/negotiations/{case}/record-delegate-roll", facts, "recorded")
