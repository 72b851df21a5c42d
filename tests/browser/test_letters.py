"""Whoever receives a letter of supervision reads it on its page and as paper, and answers where it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from cloudnego.core import commands as c
from tests.browser.looks import LARGE_AND_ENGLISH, here
from tests.browser.played import town_of, up_to
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = [pytest.mark.whole, pytest.mark.timeout(900)]


async def test_the_enterprise_reads_an_opinion_answers_it_and_takes_it_as_paper(
    enters: Enters, server: House, tmp_path: Path
) -> None:
    async with town_of(server.url, enters) as town:
        case = (await up_to(town, c.IssueRecommendation, story="silent-enterprise")).record.case
        assert case is not None
        hr = await town.window(town.by_role("hr"))
        page = hr.page
        await hr.goes_to(f"/c/{case}")
        await page.get_by_role("link", name="有 1 份监督意见书等待书面答复").click()
        await hr.sees("请书面答复要约，并商定协商的时间、地点。")
        await expect(page.locator(".letter .chip.late")).to_be_visible()
        await hr.is_fine()
        await here(hr, tmp_path, "received")
        opinion = page.locator(".letter").first
        await opinion.get_by_role("button", name="生成文书").click()
        await expect(opinion.get_by_role("link", name="看文书（PDF）")).to_be_visible()
        await opinion.get_by_role("link", name="书面答复").click()
        await hr.sees("答复")
        await hr.is_fine()
        await page.go_back()
        await page.evaluate(LARGE_AND_ENGLISH)
        await hr.goes_to(f"/c/{case}/letters")
        await hr.sees("Opinion of labour-law supervision")
        await hr.is_fine()
        await here(hr, tmp_path, "english")
