"""The application opens in a real browser, under our policy, in every width."""

from __future__ import annotations

import pytest
from playwright.async_api import ViewportSize

from tests.browser.person import DESKTOP, PHONE
from tests.browser.windows import Enters


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_the_application_opens_at_its_address_and_at_a_deep_one(enters: Enters, size: ViewportSize) -> None:
    stranger = await enters("stranger", size)
    for path in ("/", "/c/n0123456789abcdef"):
        await stranger.goes_to(path)
        await stranger.sees("云协商")
        await stranger.fits_everywhere()


@pytest.mark.whole
async def test_what_must_hold_can_fail(enters: Enters) -> None:
    """A person who sees none of these sees nothing."""
    stranger = await enters("stranger")
    for spoil, said in (
        ("document.querySelector('h1').outerHTML = '<h1>云</h1><img src=\"/icon.svg\">'", "image-alt"),
        ("document.querySelector('h1').style.cssText = 'width: 2000px'", "wider than the window"),
        ("console.error('lost')", "console: lost"),
        ("fetch('/api/v1/nothing-of-ours').then(one => one.text())", "answered 401"),
        (
            "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">styled</p>')",
            "Content Security Policy",
        ),
        ("document.querySelector('h1').remove()", "first headings"),
    ):
        await stranger.goes_to("/")
        await stranger.page.evaluate(spoil)
        with pytest.raises(AssertionError, match=said):
            await stranger.is_fine()
        stranger._wrong.clear()
