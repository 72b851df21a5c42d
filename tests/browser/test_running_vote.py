"""The union opens a ballot and strikes voters off; two scrutineers count papers apart and confirm what came of it."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import pytest
from playwright.async_api import expect

from cloudnego.core import commands as c
from cloudnego.stories import STORIES
from cloudnego.walk.client import Api
from cloudnego.walk.record import Record
from tests.browser.person import DESKTOP, Person
from tests.browser.played import FarEnough, Town, town_of
from tests.browser.voted import VOTERS, Meeting, on_the_roster
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = pytest.mark.whole

ON_PAPER: Final = 8


async def about_to_vote(town: Town) -> Meeting:
    table = Meeting(
        town, Record("plain"), lambda _, command: isinstance(command, c.OpenBallot), asyncio.get_running_loop()
    )
    table.ends = c.RecordBallot
    with suppress(FarEnough):
        await asyncio.to_thread(STORIES["plain"], table)
    table.ends = None
    return table


async def counts(person: Person, yes: int) -> None:
    for label, n in (("赞成", yes), ("反对", 0), ("弃权", 0), ("废票", 0)):
        await person.page.get_by_label(label, exact=True).fill(str(n))
    await person.presses("录入我清点的数")


async def test_from_the_opening_to_a_result_that_two_confirmed(enters: Enters, server: House) -> None:
    async with town_of(server.url, enters) as town:
        voters = await asyncio.to_thread(on_the_roster, town)
        table = await about_to_vote(town)
        sandbox, union, case = town.sandbox, town.by_role("union_chair"), str(table.record.case)
        chair = await town.window(union)
        await chair.goes_to(f"/c/{case}/do/open-ballot")
        await chair.sees(f"全体职工 {VOTERS} 人投票")
        assert await chair.page.locator('[data-at="/closes_at"] input').input_value() == "18:00"
        await asyncio.to_thread(table.act, union, c.OpenBallot)

        await chair.goes_to(f"/c/{case}/congress")
        await chair.presses(re.compile("草案表决"))
        await chair.sees(f"已发票 0 / 应投 {VOTERS}")
        poll = chair.page.url.rsplit("/", 1)[1]
        await _strikes(chair, sandbox.people[voters[0]].name)
        for one in voters[1:ON_PAPER]:
            await asyncio.to_thread(_posts, town, union, f"/polls/{poll}/papers", {"person": one})
        await chair.goes_to(f"/c/{case}/poll/{poll}")
        await chair.presses(f"提醒还没领票的 {VOTERS - ON_PAPER} 人")
        await chair.sees(f"已提醒 {VOTERS - ON_PAPER} 人")
        await chair.fits_everywhere()

        ends = datetime.fromisoformat(sandbox.look(union, f"/polls/{poll}")["closes_at"])
        await asyncio.to_thread(sandbox.move, ends + timedelta(seconds=30))
        first, second = [await town.window(who) for who in table.case.congress.scrutineers[:2]]
        for teller, yes in ((first, ON_PAPER), (second, ON_PAPER - 1)):
            await teller.goes_to(f"/c/{case}/poll/{poll}")
            await teller.sees("还没有两名监票人录入纸面票")
            await counts(teller, yes)
        await second.sees("两名监票人录入的数不一样。请两人各自重新清点")
        await second.fits_everywhere()
        await counts(second, ON_PAPER)
        await second.sees("正在等计票")

        await asyncio.to_thread(sandbox.move, ends + timedelta(minutes=3))
        await first.goes_to(f"/c/{case}/poll/{poll}")
        await first.sees(f"{ON_PAPER} 票赞成，全体 {VOTERS} 人，须 7 票，通过")
        await first.sees("监票人还没有确认这些票数")
        table.catches_up()
        for who in table.case.congress.scrutineers[:2]:
            await asyncio.to_thread(table.act, who, c.AttestBallot)
        await first.goes_to(f"/c/{case}/poll/{poll}")
        await expect(first.page.get_by_text("监票人还没有确认这些票数")).to_have_count(0)
        async with first.page.expect_download() as listed:
            await first.page.get_by_role("link", name="下载选票清单").click()
        assert (await listed.value).suggested_filename == f"{poll}.ballots.txt"
        await first.fits_everywhere()


async def _strikes(chair: Person, name: str) -> None:
    await chair.page.get_by_label("按姓名找").fill(name)
    await chair.page.get_by_role("button", name=f"{name}改投纸面").click()
    await chair.sees("登记以后不能撤回")
    await chair.is_fine()
    await chair.presses("登记为纸面投票")
    await chair.sees(f"已发票 1 / 应投 {VOTERS}")


def _posts(town: Town, who: str, path: str, body: dict[str, str]) -> None:
    with Api(town.url) as api:
        api.call("POST", path, body, token=town.sandbox._token(who))


async def test_a_tablet_is_handed_to_voters_by_whoever_watches(enters: Enters, server: House) -> None:
    async with town_of(server.url, enters) as town:
        await asyncio.to_thread(on_the_roster, town)
        table = await about_to_vote(town)
        await asyncio.to_thread(table.act, town.by_role("union_chair"), c.OpenBallot)
        case = str(table.record.case)
        poll = next(iter(town.sandbox.look(town.by_role("union_chair"), f"/negotiations/{case}")["state"]["polls"]))
        tablet = await enters("tablet", DESKTOP)
        await town.signs_in(tablet, table.case.congress.scrutineers[0])
        await tablet.goes_to(f"/c/{case}/poll/{poll}")
        await tablet.presses("在这台平板上投票")
        await tablet.sees("您将在这台设备上退出登录")
        await tablet.presses("退出登录，开始投票")
        await tablet.page.wait_for_url(re.compile(r"/slip\?then=/p/"))
        await tablet.is_fine()
        assert "kiosk=1" in tablet.page.url
