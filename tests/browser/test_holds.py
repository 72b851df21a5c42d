"""An official puts a case on hold and lifts that; and his device becomes a witness of the log of the district."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import expect

from cloudnego.core import commands as c
from cloudnego.core.vocabulary import Side
from tests.browser.looks import LARGE_AND_ENGLISH, here
from tests.browser.played import town_of, up_to
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = [pytest.mark.whole, pytest.mark.timeout(900)]


async def test_an_official_holds_a_case_lifts_that_and_is_a_witness(
    enters: Enters, server: House, tmp_path: Path
) -> None:
    async with town_of(server.url, enters) as town:
        case = (await up_to(town, c.SendMeetingNotice)).record.case
        assert case is not None
        who = town.by_role("district_union")
        official = await town.window(who)
        page = official.page
        await official.goes_to(f"/c/{case}/export")
        await page.get_by_role("link", name="保全：本案的内容暂不删除").click()
        await official.sees("没有保全过")
        await here(official, tmp_path, "none")
        await page.get_by_role("button", name="设定保全").click()
        await expect(page.locator(".wrong").first).to_be_visible()
        await page.get_by_label("原因").fill("杭萧劳人仲案〔2026〕112号，" + "劳动争议仲裁；" * 12)
        await page.get_by_label("依据（可不填）").fill("中华人民共和国劳动争议调解仲裁法第三十九条")
        await page.get_by_label("到哪一天").fill("2099-12-31")
        await page.get_by_role("button", name="设定保全").click()
        await expect(page.locator("li .chip.pause").first).to_be_visible()
        await official.sees("依据：中华人民共和国劳动争议调解仲裁法第三十九条")
        await official.sees("本案保全到")
        await official.is_fine()
        await here(official, tmp_path, "held")
        await page.get_by_role("button", name="解除保全").click()
        await official.sees("再按一次就解除")
        await page.get_by_role("button", name="确认解除").click()
        await expect(page.locator("li .chip.plain")).to_be_visible()
        await official.sees("本案没有保全，到期的按下列规则删除")
        await official.is_fine()

        await asyncio.to_thread(town._letter, who)
        await official.goes_to(f"/c/{case}/log")
        async with official.refused(403):
            await page.get_by_role("button", name="在本设备上建立密钥").click()
            await expect(page.locator("#stepup")).to_be_visible()
            await town.proves(official, who)
            await official.sees("本设备核对以后自动确认")
        await expect(page.locator(".sides .office", has_text="上级工会").first).to_be_visible()
        await official.is_fine()
        await here(official, tmp_path, "witness")
        await page.evaluate(LARGE_AND_ENGLISH)
        for path in ("holds", "log"):
            await official.goes_to(f"/c/{case}/{path}")
            await here(official, tmp_path, f"{path}-en")
        worker = await town.window(town.settled.cast.bench(Side.WORKER)[1])
        await worker.goes_to(f"/c/{case}/holds")
        await worker.sees("保全由上级工会和人社部门办理")
        await worker.is_fine()
