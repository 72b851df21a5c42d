"""The minutes at four windows: they grow, a line is objected to and answered, they are laid, both chiefs sign."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from cloudnego.core import commands as c
from cloudnego.core.vocabulary import Evidence, Side
from tests.browser.forms import Form
from tests.browser.person import Person
from tests.browser.played import Town, town_of, up_to
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = [pytest.mark.whole, pytest.mark.timeout(900)]

LINE, AGAINST, ANSWER, NOTE = 3, "漏记了所附条件", "已核对录音，补上所附条件", "中场休息十分钟"
SCAN = Evidence(sha256="a" * 64)


async def objects(person: Person, line: int, reason: str) -> None:
    shown = person.page.locator("li.line").nth(line)
    await shown.get_by_role("button", name=re.compile("异议")).click()
    await shown.locator("textarea").wait_for()
    await Form(person.page).says({"reason": reason})
    await shown.locator("form button.primary").click()
    await expect(shown.locator(".objections")).to_contain_text(reason)
    await person.is_fine()


async def answers(recorder: Person) -> None:
    """And adds what no act says; each stands where it belongs."""
    page = recorder.page
    await page.get_by_role("button", name="答复异议").click()
    await page.locator(".objections textarea").fill(ANSWER)
    await page.locator(".objections button.primary").click()
    await expect(page.locator(".objections")).to_contain_text("已答复")
    await page.locator(".write textarea").fill(NOTE)
    await page.locator(".write button.primary").click()
    await expect(page.locator("li.line.note")).to_contain_text(NOTE)
    await recorder.is_fine()


async def lays(recorder: Person, result: str) -> None:
    await recorder.page.locator(f".beside form input[value={result}]").check()
    await recorder.page.locator(".beside form button.primary").click()
    await recorder.sees("本机逐条核对过")
    await recorder.is_fine()


async def signs(town: Town, who: str, case: str) -> None:
    """By the page's own way: what it binds, the code, the scan, the letter."""
    person = await town.window(who)
    await person.goes_to(f"/c/{case}/minutes")
    await person.sees("本机逐条核对过")
    await expect(person.page.get_by_role("link", name="签字确认会议记录")).to_be_visible()
    await town.acts(who, case, c.ConfirmMinutes(minutes_hash="b" * 64, evidence=SCAN))  # the form knows the hash


async def test_minutes_grow_are_objected_to_answered_laid_and_signed(enters: Enters, server: House) -> None:
    async with town_of(server.url, enters) as town:
        case = (await up_to(town, c.WriteMinutes)).record.case
        assert case is not None
        bench = {side: town.settled.cast.bench(side) for side in Side}
        recorder = await town.window(town.by_role("recorder"))
        phone = await town.window(bench[Side.WORKER][1])
        boss = await town.window(bench[Side.EMPLOYER][0])
        for person in (recorder, phone, boss):
            await person.goes_to(f"/c/{case}/minutes")
            await expect(person.page.locator("li.line").nth(LINE)).to_be_visible()
        await objects(phone, LINE, AGAINST)
        for person in (recorder, boss):
            await expect(person.page.locator("li.line").nth(LINE).locator(".objections")).to_contain_text(AGAINST)
        await answers(recorder)
        await lays(recorder, "full_agreement")
        for side in Side:
            await signs(town, bench[side][0], case)
        await boss.goes_to(f"/c/{case}/sheet/minutes")
        for text in (AGAINST, ANSWER, NOTE, "会议结果：全部达成一致", "RFC 6962"):
            await boss.sees(text)
        await boss.is_fine()
