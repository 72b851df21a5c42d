"""`make pictures`: what the README shows, taken of the demonstration as it stands when somebody starts it."""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, ViewportSize

import hatch_build
from seeds.xiaoshan.district import PASSWORD
from tests.browser.conftest import launched
from tests.browser.person import DESKTOP, PHONE
from tests.conftest import ROOT
from tests.journeys.test_demo import Demo, free_port

FOLDER: Final = ROOT / "docs" / "pictures"
PICTURES: Final = (
    ("case", "union-chair", "/cases", DESKTOP),
    ("phone", "union-chair", "/", PHONE),
    ("room", "union-chair", "/cases", DESKTOP),
    ("district", "district-union", "/district", DESKTOP),
)
"""Name, who looks, at which page, through which window. The case is the first of his list."""

START_S: Final = 300
_WAIT_MS: Final = 20_000
_OF_A_CASE: Final = ("case", "room")
_CASE: Final = "a[href^='/c/']"


async def _take(browser: Browser, url: str, picture: tuple[str, str, str, ViewportSize]) -> None:
    name, login, path, size = picture
    context = await browser.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.set_default_timeout(_WAIT_MS)
    page = await context.new_page()
    await page.goto(f"{url}/signin")
    await page.get_by_label("登录名").fill(login)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录", exact=True).click()
    await page.wait_for_url(re.compile(r"/(accept.*)?$"))
    await page.goto(url + path)
    await page.wait_for_load_state("networkidle")
    if name in _OF_A_CASE:
        await page.locator(_CASE).first.click()
        await page.wait_for_url(f"{url}/c/**")
        await page.get_by_text("最近动静").wait_for()
        if name == "room":
            await page.get_by_role("link", name="进入协商桌").click()
            await page.get_by_text("一条不缺").wait_for()
            await page.locator(".middle").evaluate("one => one.scrollIntoView()")
        await page.wait_for_load_state("networkidle")
    await page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")
    await context.close()


async def pictures(url: str) -> None:
    """Take them all."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as letters:
        async with launched(Path(letters)) as browser:
            for one in PICTURES:
                await _take(browser, url, one)


if __name__ == "__main__":
    hatch_build.build()
    with tempfile.TemporaryDirectory() as world, Demo(Path(world), free_port()) as demo:
        asyncio.run(pictures(demo.ready(START_S)))
