"""What the room shows is so: on a slow network, on a line cut without a goodbye, to whoever looks back or listens."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Route, WebSocketRoute, expect

from cloudnego.core import commands as c
from cloudnego.core.vocabulary import Side
from tests.browser.forms import PAPER
from tests.browser.person import Person
from tests.browser.played import town_of, up_to
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = [pytest.mark.whole, pytest.mark.timeout(600)]

IN = re.compile("已连上|补收")
HEAD = "T3"
LONG_NAME = "二〇二六年度各岗位职工平均工资与加班加点工资津贴补贴奖金测算表（企业方第三稿，会前交换用，含附注）.txt"
SLOW_S = 1.2
READ = re.compile(r"/api/v1/negotiations/[^/]+(/next|/deadlines)?$")


class Table:
    """The case, and who sits there: both chiefs and another representative of the workers."""

    def __init__(self, case: str, chief: Person, worker: Person, boss: Person) -> None:
        self.case, self.chief, self.worker, self.boss = case, chief, worker, boss

    async def says(self, who: Person, act: str, **words: Any) -> None:
        """At once, by another device of his."""
        headers = {"X-CloudNego": "1", "Origin": who.url}
        at = f"{who.url}/api/v1/negotiations/{self.case}/{act}"
        answer = await who.context.request.post(at, data=words, headers=headers)
        assert answer.status == 201, await answer.text()

    async def enters(self, *people: Person) -> None:
        for one in people:
            await one.goes_to(f"/c/{self.case}/room?topic={HEAD}")
            await one.sees(IN)


def bubble(who: Person, text: str) -> Any:
    return who.page.locator(".bubble", has_text=text)


async def a_slow_network(table: Table) -> None:
    """Two proposals arrive while the case is still being read: the later one stands, and can be accepted."""

    async def slowly(route: Route) -> None:
        answer = await route.fetch()
        await asyncio.sleep(SLOW_S)
        await route.fulfill(response=answer)

    boss = table.boss
    await boss.page.route(READ, slowly)
    await table.says(table.chief, "make-proposal", head=HEAD, rate="8", text="头一个数")
    await asyncio.sleep(SLOW_S / 2)
    await table.says(table.chief, "make-proposal", head=HEAD, rate="7.5", text="后一个数")
    await expect(bubble(boss, "后一个数")).to_be_visible()
    await expect(bubble(boss, "头一个数")).to_contain_text("已被后来的方案取代")
    await expect(bubble(boss, "后一个数")).not_to_contain_text("已被后来的方案取代")
    await expect(bubble(boss, "后一个数").get_by_role("button", name="原则同意")).to_be_visible()
    await expect(boss.page.locator(".gap .legend")).to_contain_text("7.5%")
    await boss.is_fine()
    await boss.page.unroute(READ)


async def a_lens(table: Table) -> None:
    """What one has looked at is no news, one's own words least of all; what others said behind the other lens is."""
    chief = table.chief
    lenses, new = chief.page.locator(".lens"), chief.page.locator(".lens .dot")
    await lenses.get_by_role("link", name=re.compile("己方商议")).click()
    await table.says(chief, "send-caucus-message", text="底线是六个点")
    await expect(bubble(chief, "底线是六个点")).to_be_visible()
    await table.says(table.boss, "send-message", text="我们先看看表")
    await expect(new).to_have_text(["1 条新的"])
    await lenses.get_by_role("link", name=re.compile("协商桌 双方")).click()
    await expect(new).to_have_count(0)
    await table.says(chief, "send-caucus-message", text="这是我自己说的")
    await table.says(table.worker, "send-caucus-message", text="六个半更好")
    await expect(new).to_have_text(["1 条新的"])
    await chief.is_fine()


async def who_listens(table: Table) -> None:
    """An act is read out once, in a sentence; that the line is fine is not told with each."""
    boss = table.boss
    await table.says(table.chief, "make-proposal", head=HEAD, rate="7", text="再退一步")
    spoken = boss.page.locator("ol[aria-live=polite] li")
    await expect(spoken.last).to_have_text(re.compile("第 .+ 条，.+首席代表，提案：.+7%"))
    states = await boss.page.locator(".room [role=status]").all_inner_texts()
    assert "".join(states) == ""


async def who_looks_back(table: Table) -> None:
    """He is not torn away; how much came since stands there, and leads to it."""
    boss = table.boss
    for number in range(12):
        await table.says(table.chief, "send-message", text=f"说明之{number}：加班工资计算基数、津贴和夜班各一处。")
    await expect(bubble(boss, "说明之11")).to_be_visible()
    await boss.page.evaluate("scrollTo(0, 100)")
    await table.says(table.chief, "send-message", text="最要紧的一句")
    button = boss.page.get_by_role("button", name="1 条新的")
    await expect(button).to_be_visible()
    assert await boss.page.evaluate("scrollY") == 100
    await button.click()
    await expect(bubble(boss, "最要紧的一句")).to_be_in_viewport()
    await expect(button).to_have_count(0)
    await boss.is_fine()


async def who_writes(table: Table) -> None:
    """His words stay where they are, however much arrives above them; one press or two, it is said once."""
    boss = table.boss
    field = boss.page.locator(".composer textarea").first
    await field.fill("我方正在核算")
    await boss.is_fine()  # and whatever still grew has grown
    await field.focus()
    top = "one => new Promise(drawn => setTimeout(() => drawn(one.getBoundingClientRect().top), 300))"
    stood = await field.evaluate(top)
    for number in range(3):
        await table.says(table.chief, "send-message", text=f"插话{number}")
    await expect(bubble(boss, "插话2")).to_be_visible()
    assert await field.evaluate(top) == pytest.approx(stood, abs=2)
    await boss.page.get_by_role("button", name="发到协商桌").dblclick()
    await expect(bubble(boss, "我方正在核算")).to_have_count(1)
    await boss.is_fine()
    await expect(bubble(boss, "我方正在核算")).to_have_count(1)


class Lines:
    """The lines of a window, each carried on until it is cut: then nothing comes through, and nobody says so."""

    def __init__(self) -> None:
        self._open: list[WebSocketRoute] = []
        self._cut: list[WebSocketRoute] = []

    def opened(self, line: WebSocketRoute) -> None:
        server = line.connect_to_server()
        line.on_message(lambda said: None if line in self._cut else server.send(said))
        server.on_message(lambda said: None if line in self._cut else line.send(said))
        self._open.append(line)

    def cut(self) -> None:
        self._cut.append(self._open[-1])


async def a_line_without_a_goodbye(table: Table) -> None:
    """Nothing comes over it any more and nobody says so: asked, it does not answer, and he comes in anew."""
    boss, lines = table.boss, Lines()
    await boss.page.route_web_socket(re.compile("/live$"), lines.opened)
    await table.enters(boss)
    lines.cut()
    await table.says(table.chief, "send-message", text="这一句没有送到")
    await boss.page.evaluate("window.dispatchEvent(new Event('online'))")
    await expect(bubble(boss, "这一句没有送到")).to_be_visible(timeout=20_000)
    await boss.sees(re.compile("离线 .+ 秒，补收 1 条，一条不缺"))
    await boss.is_fine()


async def a_file(table: Table) -> None:
    """What is laid on the table with a few words is there to be opened by everybody who sits there, by its name."""
    boss, chief = table.boss, table.chief
    await boss.page.locator(".composer textarea").first.fill("测算表在附件里")
    await boss.page.locator(".composer input[type=file]").set_input_files({**PAPER, "name": LONG_NAME})
    await boss.page.locator(".composer .chip.ok").wait_for()
    await boss.page.get_by_role("button", name="发到协商桌").click()
    await chief.page.locator(".lens").get_by_role("link", name=re.compile("协商桌 双方")).click()
    for person in (boss, chief):
        link = bubble(person, "测算表在附件里").get_by_role("link", name=LONG_NAME)
        await expect(link).to_be_visible()
        answer = await person.context.request.get(person.url + str(await link.get_attribute("href")))
        assert answer.status == 200, await answer.text()
        await person.is_fine()


async def a_late_pack(table: Table) -> None:
    """The topics of a proposal are there to be chosen, though the law came after the form."""

    async def late(route: Route) -> None:
        await asyncio.sleep(2)
        await route.continue_()

    boss = table.boss
    await boss.page.route(re.compile("/api/v1/packs/"), late)
    await table.enters(boss)
    await boss.page.locator(".composer .kinds").get_by_role("button", name="提案", exact=True).click()
    await expect(boss.page.locator(".composer [data-at='/head'] option")).not_to_have_count(0)
    await boss.page.unroute(re.compile("/api/v1/packs/"))
    await boss.is_fine()


async def no_timeline(table: Table) -> None:
    """What happened so far cannot be read: the room itself brings it."""
    boss, rows = table.boss, re.compile("/timeline")
    async with boss.losing():
        await boss.page.route(rows, lambda route: route.abort())
        await table.enters(boss)
        await expect(bubble(boss, "最要紧的一句")).to_be_visible()
    await boss.page.unroute(rows)


async def gone_on(table: Table) -> None:
    """Whoever leaves before he is in is not let in behind his back."""
    boss, rows = table.boss, re.compile("/timeline")
    opened: list[str] = []
    boss.page.on("websocket", lambda one: opened.append(one.url))

    async def slowly(route: Route) -> None:
        await asyncio.sleep(SLOW_S)
        await route.continue_()

    await boss.page.route(rows, slowly)
    await boss.page.goto(f"{boss.url}/c/{table.case}/room")
    await boss.page.get_by_role("link", name="返回本案").last.click()
    await boss.page.wait_for_url(re.compile(f"/c/{table.case}$"))
    await asyncio.sleep(2 * SLOW_S)
    await boss.is_fine()
    await boss.page.unroute(rows)
    assert opened == []


async def a_guest(table: Table, official: Person, teacher: Person, who: str) -> None:
    """Whoever writes in a caucus reads there that a neutral instructor is called in and reads along, and he whose it
    is; the other side sees nothing of it."""
    await table.says(table.chief, "ask-for-instructor", person=who)
    await table.says(official, "assign-instructor", person=who)
    await table.enters(table.boss)
    before = await table.boss.page.locator(".room").inner_text()
    await table.chief.goes_to(f"/c/{table.case}/room#caucus")
    badge = table.chief.page.locator(".composer .badge")
    await expect(badge).to_have_text("仅职工方可读")
    await table.says(table.chief, "call-instructor", person=who, lasts_minutes=30)
    await expect(badge).to_have_text(re.compile("仅职工方和受邀的中立指导员.+（到 .+）可读"))
    await badge.click()
    await expect(table.chief.page.get_by_role("dialog").get_by_text("受邀的中立指导员")).to_be_visible()
    await table.chief.page.keyboard.press("Escape")
    await table.chief.is_fine()
    await teacher.goes_to(f"/c/{table.case}/room#caucus")
    await teacher.sees("您是受邀参加的中立指导员")
    await table.says(table.chief, "send-caucus-message", text="请您看看这个底线")
    await expect(bubble(teacher, "请您看看这个底线")).to_be_visible()
    await teacher.is_fine()
    assert await table.boss.page.locator(".room").inner_text() == before


async def a_screen_that_comes_too_early(table: Table) -> None:
    """It is switched on before there is a network, and keeps nothing: it says so, and opens by itself."""
    person = table.worker
    asks = re.compile(r"/api/v1/negotiations/")
    async with person.losing():
        await person.page.route(asks, lambda route: route.abort())
        await person.page.goto(f"{person.url}/c/{table.case}/screen")
        await person.sees("没有连上，正在重试")
        await person.page.unroute(asks)
        await expect(person.page.locator(".screen .value").first).to_be_visible(timeout=15_000)
        await person.sees("年度工资集体协商会议")
    await person.is_fine()


async def in_english(table: Table) -> None:
    """A side and its seat are two words."""
    await table.worker.page.evaluate("localStorage.setItem('cloudnego.language', 'en')")
    await table.worker.goes_to(f"/c/{table.case}/room")
    seat = bubble(table.worker, "头一个数").locator("header .quiet").first
    await expect(seat).to_have_text("Workers' side, Chief representative")
    await table.worker.page.evaluate("localStorage.removeItem('cloudnego.language')")


async def test_what_the_room_shows_is_so(enters: Enters, server: House) -> None:
    async with town_of(server.url, enters) as town:
        story = await up_to(town, c.MakeProposal)
        assert story.record.case is not None
        cast = town.settled.cast
        chief, worker = [await town.window(one) for one in cast.bench(Side.WORKER)[:2]]
        table = Table(story.record.case, chief, worker, await town.window(cast.bench(Side.EMPLOYER)[0]))
        await table.enters(chief, table.boss)
        await a_slow_network(table)
        await a_lens(table)
        await who_listens(table)
        await who_looks_back(table)
        await who_writes(table)
        await a_file(table)
        await a_late_pack(table)
        await no_timeline(table)
        await gone_on(table)
        await a_line_without_a_goodbye(table)
        teacher, official = town.by_role("instructor"), town.by_role("district_union")
        await a_guest(table, await town.window(official), await town.window(teacher), teacher)
        await a_screen_that_comes_too_early(table)
        await in_english(table)
