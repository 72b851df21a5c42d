"""The page of the interface: every operation of the document, found by typing, read by who did not sign in."""

from __future__ import annotations

import pytest
from playwright.async_api import ViewportSize, expect

from tests.browser.person import DESKTOP, PHONE
from tests.browser.windows import Enters


@pytest.mark.whole
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_an_integrator_finds_an_operation_and_reads_all_of_it(enters: Enters, size: ViewportSize) -> None:
    stranger = await enters("integrator", size)
    await stranger.goes_to("/api-docs#read_events")
    page = stranger.page
    feed = page.locator("#read_events")
    await expect(feed.locator("pre").first).to_contain_text("/api/v1/events")
    await stranger.is_fine()
    await page.get_by_role("searchbox").fill("发出要约")
    offer = page.locator("#send_offer")
    await expect(page.locator(".list > details")).to_have_count(1)
    await offer.locator("summary").first.click()
    await expect(offer).to_contain_text("step_up_needed")
    await offer.locator("summary", has_text="Plan").first.click()
    await expect(offer.locator("dt", has_text="place")).to_be_visible()
    await stranger.fits_everywhere()
    await stranger.is_fine()
