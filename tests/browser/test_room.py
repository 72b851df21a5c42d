"""The table in six windows: both sides talk, confer, lose a network, agree in principle, then meet in one room: all
check in by the code on the screen there, and both chiefs confirm the minutes."""

from __future__ import annotations

import asyncio
import re
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from playwright.async_api import WebSocketRoute, expect

from cloudnego.core import commands as c
from cloudnego.core.clauses import open_clauses, unsettled_heads
from cloudnego.core.vocabulary import Side
from tests.browser.forms import Form
from tests.browser.person import Person
from tests.browser.played import Town, UpTo, town_of, up_to
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = [pytest.mark.whole, pytest.mark.timeout(900)]

IN = re.compile("已连上|补收")
HEAD = "T3"
CUT = 3000  # a code of nobody's
MINUTES = ("write_minutes", "confirm_minutes")


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


async def with_a_line_to_cut(town: Town, who: str, lines: list[WebSocketRoute]) -> None:
    """A network that is switched off lets an open socket live on, so the test ends it as a lost network does."""

    def opened(line: WebSocketRoute) -> None:
        line.connect_to_server()
        lines.append(line)

    await (await town.window(who)).page.route_web_socket(re.compile("/live$"), opened)


class Six(NamedTuple):
    """Three of each side, the chief first; the third of the workers is on a phone."""

    chief: Person
    worker: Person
    phone: Person
    boss: Person
    manager: Person
    third: Person


async def talk_of_figures(six: Six) -> None:
    await says(six.worker, "提案", {"head": HEAD, "rate": "8", "text": "参照行业水平"})
    await hears([*six], "8%")
    await answers(six.manager, "参照行业水平", "还价")
    await says(six.manager, "", {"rate": "5", "text": "成本压力较大"})
    await hears([*six], "5%")


async def confer(six: Six) -> None:
    """What the workers say among themselves is nowhere at the other side's windows."""
    for person in (six.chief, six.worker):
        await person.page.locator(".lens").get_by_role("link", name=re.compile("己方商议")).click()
    await says(six.chief, "", {"text": "底线是六个点"}, "发给己方")
    await hears([six.chief, six.worker], "底线是六个点")
    for person in (six.boss, six.manager, six.third):
        assert "底线" not in await person.page.content()


async def lose_the_phone(six: Six, line: WebSocketRoute) -> None:
    """It comes back with what was said meanwhile, and says how much that was."""
    async with six.phone.losing():
        await six.phone.context.set_offline(True)
        await line.close(code=CUT)
        await says(six.third, "提问", {"text": "夜班按几个班次计？"})
        await says(six.boss, "发言", {"text": "我们准备了测算表。"})
        await six.phone.sees("连接断开")
        await six.phone.context.set_offline(False)
        await six.phone.sees(re.compile("离线 .+ 秒，补收 2 条，一条不缺"))
    await hears([six.phone], "我们准备了测算表。")
    await six.manager.page.get_by_role("button", name="举手").click()
    for person in (six.boss, six.phone):
        await expect(person.page.get_by_label("举手的人，双方交替")).to_contain_text(six.manager.name.split()[-1])
    await answers(six.phone, "夜班按几个班次计？", "答复")
    await says(six.phone, "", {"text": "四个班次都算。"})
    await hears([six.boss, six.manager, six.third], "四个班次都算。")


# --- face to face -------------------------------------------------------------------------------------------------


def until_the_day(table: UpTo) -> None:
    """Clauses are put, notices given, a recorder named; then the day comes."""
    table.catches_up()
    worker, employer = (table.chief(side) for side in Side)
    for head in sorted(table.case.negotiated_heads()):
        table.act(employer if head == "T2" else worker, c.PutClause)
    for kind in (c.SendMeetingNotice, c.NameRecorder):
        for chief in (worker, employer):
            table.act(chief, kind)
    plan = table.case.meeting.plan
    assert plan is not None
    table.wait_until(plan.day, 14)


def agree_all_clauses(table: UpTo) -> None:
    table.catches_up()
    while unsettled_heads(table.case) and not open_clauses(table.case):
        table.act(table.chief(Side.EMPLOYER), c.PutClause)
    for name in open_clauses(table.case):
        for side in Side:
            table.act(table.chief(side), c.ConfirmClause, clause=name, text_hash=table.case.clauses[name].text_hash)


def minutes_by_both(table: UpTo) -> None:
    """At the windows of the recorder and of both chiefs, see `MINUTES`."""
    table.act(table.cast.recorder, c.WriteMinutes)
    for side in Side:
        table.act(table.chief(side), c.ConfirmMinutes)


async def on_the_screen(screen: Person, case: str) -> str:
    """What the QR code says that stands there, without the server's name."""
    async with screen.page.expect_response(re.compile("/check-in-code$")) as shown:
        await screen.goes_to(f"/c/{case}/screen")
    link = urlsplit((await (await shown.value).json())["link"])
    await expect(screen.page.get_by_alt_text("用手机扫码签到")).to_be_visible()
    return f"{link.path}#{link.fragment}"


async def scans(person: Person, link: str) -> None:
    await person.goes_to(link)
    await person.presses("我到了，签到")


async def come_together(six: Six, recorder: Person, case: str) -> None:
    """Six scan the screen, the recorder confirms them with one press, and the screen says that it is enough. The
    employers' chief has it at his window."""
    link = await on_the_screen(six.boss, case)
    await six.boss.sees("还不能开会")
    async with six.phone.refused(409):
        await scans(six.phone, f"/c/{case}/check-in#{'A' * 22}")
        await six.phone.sees("这个签到码不是会场大屏幕上现在的码")
    for person in (six.chief, six.worker, six.phone, six.manager, six.boss):
        await scans(person, link)
        await person.sees("等记录员确认到场")
    await scans(six.third, await on_the_screen(six.boss, case))
    await recorder.goes_to(f"/c/{case}/meeting")
    await recorder.presses("确认扫码到场的 6 人")
    for person in (six.chief, six.worker, six.phone, six.manager, six.third):
        await person.sees("记录员已经确认您到场")
    await expect(six.boss.page.get_by_text("3 / 4 已确认")).to_have_count(2)
    await six.boss.sees("到场人数已够，可以开会")


async def follow_the_chair(town: Town, table: UpTo, six: Six, case: str) -> None:
    """Whoever looked elsewhere goes back to what is talked of; whoever is given the floor waits for it no longer."""
    table.catches_up()
    assert table.case.meeting.chair is not None
    chair, third = table.chief(table.case.meeting.chair), town.settled.cast.bench(Side.EMPLOYER)[2]
    await asyncio.to_thread(table.act, chair, c.OpenTopic, head=HEAD)
    await six.third.goes_to(f"/c/{case}/room?topic=T5")
    await six.third.presses(re.compile("回到正在讨论的"))
    await expect(six.third.page.get_by_role("heading", level=1)).to_contain_text("年度平均工资水平")
    await expect(six.third.page.get_by_text("回到正在讨论的")).to_have_count(0)
    hand = six.third.page.get_by_role("button", name=re.compile("举手|放下手"))
    await hand.click()
    await expect(hand).to_have_attribute("aria-pressed", "true")
    await asyncio.to_thread(table.act, chair, c.GiveFloor, person=third)
    await six.third.sees("正在发言：")
    await expect(hand).to_have_attribute("aria-pressed", "false")
    await six.third.is_fine()


async def meet(town: Town, table: UpTo, six: Six, case: str) -> None:
    """From the day to the minutes that both chiefs confirmed."""
    table.ends = None
    await asyncio.to_thread(until_the_day, table)
    recorder = await town.window(table.cast.recorder)
    await come_together(six, recorder, case)
    await town.acts(table.cast.recorder, case, c.StartMeeting())
    await six.boss.sees("第 1 次会议")
    await expect(six.boss.page.get_by_text("可以开会")).to_have_count(0)
    await follow_the_chair(town, table, six, case)
    await asyncio.to_thread(agree_all_clauses, table)
    await asyncio.to_thread(minutes_by_both, table)
    meeting = table.case.meeting
    assert len(meeting.by_code) == len(six)
    assert meeting.confirmed == meeting.by_code
    assert (meeting.minutes_result, meeting.minutes_confirmed) == ("full_agreement", frozenset(Side))
    assert meeting.agreement_on == table.today


async def test_six_people_at_six_windows_come_from_a_first_figure_to_minutes_that_both_chiefs_confirmed(
    enters: Enters, server: House
) -> None:
    async with town_of(server.url, enters) as town:
        table = await up_to(town, c.MakeProposal, lambda _, command: command.type in MINUTES)
        case = table.record.case
        assert case is not None
        lines: list[WebSocketRoute] = []
        await with_a_line_to_cut(town, town.settled.cast.bench(Side.WORKER)[2], lines)
        six = Six(*[one for side in (Side.WORKER, Side.EMPLOYER) for one in await at_the_table(town, side, case)])
        await talk_of_figures(six)
        await confer(six)
        await lose_the_phone(six, lines[-1])

        package = c.MakePackage.model_validate(
            {"terms": [{"head": HEAD, "rate": "6.5"}], "given": [{"head": "T5", "text": "夜班津贴标准不变"}]}
        )
        await town.acts(town.settled.cast.bench(Side.EMPLOYER)[0], case, package)
        await six.chief.page.get_by_role("link", name=re.compile("协商桌 双方")).click()
        await hears([six.chief, six.phone, six.manager], "6.5%")
        await answers(six.chief, "6.5%", "原则同意")
        await says(six.chief, "", {})
        await hears([six.chief, six.phone, six.manager], "已原则同意")
        sheets = {"sign-in": "签名", "agenda": "已原则同意", "minutes": "还没有开始"}
        for page, seen in {"screen": "6.5%", **{f"sheet/{name}": text for name, text in sheets.items()}}.items():
            await six.boss.goes_to(f"/c/{case}/{page}")
            await six.boss.sees(seen)
        await meet(town, table, six, case)
