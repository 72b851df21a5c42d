"""The table in six windows: both sides talk, confer, lose a network, and come to an agreement in principle."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from cloudnego.core import commands as c
from cloudnego.core.vocabulary import Side
from tests.browser.forms import Form
from tests.browser.person import Person
from tests.browser.played import Town, town_of, up_to
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = [pytest.mark.whole, pytest.mark.timeout(900)]

IN = re.compile("已连上|补收")
HEAD = "T3"


async def at_the_table(town: Town, side: Side, case: str) -> list[Person]:
    """The bench of a side, each at his own window, in the room."""
    people = [await town.window(one) for one in town.settled.cast.bench(side)[:3]]
    for person in people:
        await person.goes_to(f"/c/{case}/room?topic={HEAD}")
        await person.sees(IN)
    return people


async def says(person: Person, what: str, words: dict[str, object], send: str = "发到协商桌") -> None:
    """Choose what to say, write it, send it."""
    if what:
        await person.page.locator(".composer .kinds").get_by_role("button", name=what, exact=True).click()
    await Form(person.page).says(words)
    await person.page.get_by_role("button", name=send).click()
    await person.is_fine()


async def hears(people: list[Person], text: str) -> None:
    """It arrives by itself at everybody's window."""
    for person in people:
        await expect(person.page.locator(".talk").get_by_text(text).last).to_be_visible()
        await person.is_fine()


async def answers(person: Person, bubble: str, button: str) -> None:
    await person.page.locator(".bubble", has_text=bubble).last.get_by_role("button", name=button).click()


async def test_six_people_at_six_windows_come_from_a_first_figure_to_an_agreement_in_principle(
    enters: Enters, server: House
) -> None:
    async with town_of(server.url, enters) as town:
        case = (await up_to(town, c.MakeProposal)).record.case
        assert case is not None
        workers, employers = [await at_the_table(town, side, case) for side in (Side.WORKER, Side.EMPLOYER)]
        chief, worker, phone = workers
        boss, manager, third = employers
        everybody = [*workers, *employers]

        await says(worker, "提案", {"head": HEAD, "rate": "8", "text": "参照行业水平"})
        await hears(everybody, "8%")
        await answers(manager, "参照行业水平", "还价")
        await says(manager, "", {"rate": "5", "text": "成本压力较大"})
        await hears(everybody, "5%")

        await chief.page.get_by_role("link", name=re.compile("己方商议")).click()
        await says(chief, "", {"text": "底线是六个点"}, "发给己方")
        await worker.page.get_by_role("link", name=re.compile("己方商议")).click()
        await hears([chief, worker], "底线是六个点")
        for person in employers:
            assert "底线" not in await person.page.content()

        await phone.context.set_offline(True)
        await says(third, "提问", {"text": "夜班按几个班次计？"})
        await says(boss, "发言", {"text": "我们准备了测算表。"})
        await phone.context.set_offline(False)
        await hears([phone], "夜班按几个班次计？")
        await hears([phone], "我们准备了测算表。")

        await answers(phone, "夜班按几个班次计？", "答复")
        await says(phone, "", {"text": "四个班次都算。"})
        await hears(everybody[3:], "四个班次都算。")

        package = c.MakePackage.model_validate(
            {"terms": [{"head": HEAD, "rate": "6.5"}], "given": [{"head": "T5", "text": "夜班津贴标准不变"}]}
        )
        await town.acts(town.settled.cast.bench(Side.EMPLOYER)[0], case, package)
        await chief.page.get_by_role("link", name=re.compile("协商桌 双方")).click()
        await hears([chief, phone, manager], "6.5%")
        await answers(chief, "6.5%", "原则同意")
        await says(chief, "", {})
        await hears([chief, phone, manager], "已原则同意")
        for page, seen in (
            ("screen", "6.5%"),
            ("sheet/sign-in", "签名"),
            ("sheet/agenda", "已原则同意"),
            ("sheet/minutes", "还没有开始"),
        ):
            await boss.goes_to(f"/c/{case}/{page}")
            await boss.sees(seen)
