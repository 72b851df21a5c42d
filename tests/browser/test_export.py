"""A representative has the audit file of his side made, takes it, and checks it on the page without a network."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from cloudnego.core import commands as c
from cloudnego.core.vocabulary import Side
from tests.browser.played import town_of, up_to
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = [pytest.mark.whole, pytest.mark.timeout(900)]


async def test_a_file_is_asked_for_taken_and_checked_on_the_page(enters: Enters, server: House, tmp_path: Path) -> None:
    async with town_of(server.url, enters) as town:
        case = (await up_to(town, c.SendMeetingNotice)).record.case
        assert case is not None
        person = await town.window(town.settled.cast.bench(Side.WORKER)[1])
        page = person.page
        await person.goes_to(f"/c/{case}/log")
        await page.get_by_role("link", name="导出与核验").click()
        await page.get_by_label("用途").fill("劳动仲裁举证" * 8)
        await page.get_by_role("button", name="出具", exact=True).click()
        take = page.get_by_role("link", name="下载")
        await expect(take).to_be_visible(timeout=60_000)
        await person.is_fine()
        await person.fits_everywhere()
        await person.shot(tmp_path, "made")
        async with page.expect_download() as download:
            await take.click()
        file = tmp_path / "a.zip"
        await (await download.value).save_as(file)
        await page.context.set_offline(True)
        spoilt = tmp_path / "b.zip"
        spoilt.write_bytes(file.read_bytes().replace(b'"actor":"', b'"actos":"', 1))
        for which, said in ((file, "成立：记录没有被改动过"), (spoilt, "不成立：")):
            await page.locator('input[type="file"]').first.set_input_files(which)
            await page.get_by_role("button", name="核验", exact=True).click()
            await expect(page.locator(".verdict")).to_contain_text(said, timeout=60_000)
            await person.shot(tmp_path, said[:3])
        await expect(page.locator("li.wrong").first).to_contain_text("events.jsonl:1")
        await page.context.set_offline(False)
        stranger = await town.window(town.settled.cast.bench(Side.EMPLOYER)[1])
        await stranger.goes_to(f"/c/{case}/export")
        await stranger.sees("企业方内部的记录")
        await stranger.is_fine()
