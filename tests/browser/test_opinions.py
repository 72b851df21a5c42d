"""Opinions at a phone: asked from the menu, answered one question a screen, told after the close, then followed."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import expect

from cloudnego.core import commands as c
from cloudnego.core.vocabulary import Office
from tests.browser.person import PHONE, Person
from tests.browser.played import Town, town_of, up_to
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = [pytest.mark.whole, pytest.mark.timeout(900)]

WROTE, REASON, STATED = "夜班食堂希望有热饭", "与津贴一并谈", "夜班津贴应当按次发"
OTHERS = 12


async def asks(chair: Person, case: str) -> str:
    """From the menu as it is, with a statement and two departments; the survey's id."""
    page = chair.page
    await chair.goes_to(f"/c/{case}/opinions")
    await chair.presses("发起征集")
    await expect(page.get_by_label("怎么问").first).to_be_visible()
    await page.locator("label", has_text="短句表态").locator("textarea").fill(STATED)
    await page.locator("label", has_text="一行一个，由职工自己选").locator("textarea").fill("一车间\n二车间")
    await chair.is_fine()
    await chair.presses("先看看")
    await page.get_by_role("button", name="发出问卷").click()
    await chair.sees("截止以前只看收到多少份")
    await chair.is_fine()
    return str(chair.answers[f"/api/v1/negotiations/{case}/surveys"]["id"])


async def answers(worker: Person) -> str:
    """One question a screen; the code of what he wrote."""
    page = worker.page
    await worker.goes_to("/")
    await worker.presses("去填写")
    await page.locator("label.pick").nth(0).click()
    await page.locator("label.pick").nth(2).click()
    await worker.sees("已选 2 项")
    for _ in range(2):  # an amount and a satisfaction
        await worker.presses("下一题")
        await page.locator("label.pick").nth(1).click()
    await worker.presses("下一题")
    await page.locator("textarea").fill(WROTE)
    await worker.presses("下一题")
    await worker.presses("同意")
    await page.locator("select").first.select_option(label="一车间")
    await worker.presses("下一题")
    await worker.sees("交出后不能修改")
    await worker.presses("交出")
    await worker.sees("交好了")
    code = await page.locator(".sign").inner_text()
    await expect(page.locator("svg[role=img]")).to_be_visible()
    await worker.is_fine()
    return code


def others_answer(town: Town, case: str, survey: str) -> None:
    firm = town.settled.subject
    for n in range(OTHERS):
        who = town.sandbox.person("worker", f"甲{n}", [(firm, Office.WORKER)])
        body = {
            "id": f"{n:032x}", "department": n % 2, "picks": [[0, 1 + n % 2], [n % 2], [2], []],
            "statements": ["agree"],
        }  # fmt: skip
        town.sandbox.ask(who, f"/negotiations/{case}/surveys/{survey}/answers", body, f"k{n}")


async def test_a_questionnaire_is_answered_told_and_an_opinion_followed(enters: Enters, server: House) -> None:
    async with town_of(server.url, enters) as town:
        case = (await up_to(town, c.RecordOpinions)).record.case
        assert case is not None
        chair, worker = [await town.window(town.by_role(role)) for role in ("union_chair", "worker")]
        survey = await asks(chair, case)
        code = await answers(worker)
        await asyncio.to_thread(others_answer, town, case, survey)
        await chair.goes_to(f"/c/{case}/opinions")
        await chair.presses("提前截止")
        await chair.page.locator("dialog").get_by_role("button", name="提前截止", exact=True).click()
        await chair.presses("看结果和意见")
        await chair.sees("相减也得不出来")
        await chair.sees(WROTE)
        await chair.is_fine()
        for act, more in (("公布", None), ("归入议题", "select")):
            await chair.presses(re.compile(f"^{act}$"))
            dialog = chair.page.locator("dialog")
            if more:
                await dialog.locator(more).select_option(index=4)
            await dialog.locator("textarea").last.fill(REASON)
            await chair.is_fine()
            await dialog.get_by_role("button", name=act, exact=True).click()
            await expect(dialog).to_have_count(0)
        stranger = await enters("a phone without a session", PHONE)
        await stranger.goes_to("/o")
        await stranger.page.get_by_label("查询码").fill(code.lower())
        await stranger.presses("查看")
        await stranger.sees(WROTE)
        await stranger.sees(re.compile(REASON))
        await stranger.is_fine()
        await chair.goes_to(f"/c/{case}/topics")
        await chair.sees("最想先谈的内容")
        await chair.is_fine()
        await chair.page.go_back()
        await chair.presses("登记到协商案")
        await expect(chair.page.locator("form input").first).to_be_visible()
        assert str(OTHERS + 1) in [await one.input_value() for one in await chair.page.locator("form input").all()]
        await chair.goes_to(f"/c/{case}/opinions/new")
        await chair.sees("本案问过的题不再问")
        await expect(chair.page.locator(".tick", has_text="已问过")).to_have_count(3)
        await expect(chair.page.locator(".tick input:checked")).to_have_count(1)  # the free text, which is no count
        await chair.is_fine()
