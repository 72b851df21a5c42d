"""The page that lies in an audit file, opened from the disk as whoever gets it opens it, without any network."""

from __future__ import annotations

import asyncio
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.migrating import migrate
from tests.audit.given import CHIEFS, exported
from tests.eventlog.given import loaded, make_district

pytestmark = pytest.mark.whole


def made(place: Path) -> Path:
    """An audit file of a case, co-signed by both chiefs."""
    url = f"sqlite:///{place / 'log.sqlite3'}"
    migrate(url)
    log = SqlLog(url, Keyring.seeded("page"))
    try:
        make_district(log)
        exported(log, loaded(log, ("plain", ""))[0], place / "audit.zip")
    finally:
        log.close()
    return place / "audit.zip"


async def checked(page: Page, file: Path) -> str:
    await page.set_input_files("#file", file)
    await page.click("#go")
    await page.wait_for_selector("#verdict.good, #verdict.bad")
    return await page.inner_text("#verdict")


async def test_it_says_what_holds_and_names_what_does_not(browser: Browser, tmp_path: Path) -> None:
    file = await asyncio.to_thread(made, tmp_path)
    spoilt, raw = tmp_path / "spoilt.zip", file.read_bytes()
    spoilt.write_bytes(raw.replace(b'"actor":"w0"', b'"actor":"w1"', 1))
    place = tmp_path / "verify.html"
    place.write_bytes(files("cloudnego.audit").joinpath("verify.html").read_bytes())
    window = await browser.new_context(viewport={"width": 390, "height": 844}, offline=True)
    page, wrong = await window.new_page(), list[str]()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text))
    await page.goto(place.as_uri())
    assert (await checked(page, file)).startswith("成立")
    await page.screenshot(path=tmp_path / "holds.png", full_page=True)
    await page.fill("#keys", "\n".join(chief.key.vkey for chief in CHIEFS))
    await page.set_input_files("#held", file)
    assert (await checked(page, spoilt)).startswith("不成立")
    assert "events.jsonl:1 table/1" in await page.inner_text("#list li:first-child")
    await page.set_viewport_size({"width": 1440, "height": 900})
    await page.screenshot(path=tmp_path / "fails.png", full_page=True)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert wrong == []
    await window.close()
