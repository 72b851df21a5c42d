"""Two people word one clause at the same time: both wordings are shown, none is lost, what comes of it is compared."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from cloudnego.core import commands as c
from cloudnego.core.vocabulary import Side
from tests.browser.person import Person
from tests.browser.played import Town, town_of, up_to
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = [pytest.mark.whole, pytest.mark.timeout(900)]

HEAD = "T3"
RAISED = c.RateValue(name="raise", rate="5.5")


async def _clause(person: Person, case: str) -> tuple[str, str]:
    """The clause on the head, and the hash of the wording that stands."""
    answer = await person.page.request.get(f"{person.url}/api/v1/negotiations/{case}/clauses")
    (row,) = [one for one in (await answer.json())["rows"] if one["head"] == HEAD]
    return row["clause"], row["versions"][-1]["text_hash"]


async def _rewords(town: Town, case: str, clause: str, over: str, prose: str) -> None:
    who = town.settled.cast.bench(Side.EMPLOYER)[1]
    await town.acts(who, case, c.PutClause(clause=clause, over=over, head=HEAD, values=(RAISED,), prose=prose))


async def _writes(person: Person, prose: str) -> None:
    await person.page.locator('[data-at="/prose"] textarea').fill(prose)
    await person.page.wait_for_timeout(600)  # what is typed is kept half a second after the last letter


async def test_two_wordings_at_the_same_time_are_both_shown_and_there_are_three_ways_out(
    enters: Enters, server: House
) -> None:
    async with town_of(server.url, enters) as town:
        case = (await up_to(town, c.SendMeetingNotice)).record.case
        assert case is not None
        writer = await town.window(town.settled.cast.bench(Side.WORKER)[1])
        clause, hashed = await _clause(writer, case)
        await writer.goes_to(f"/c/{case}/do/put_clause?clause={clause}")
        await expect(writer.page.locator('[data-at="/prose"] textarea')).not_to_have_value("")
        await _writes(writer, "本企业职工工资总额增长百分之六，被派遣劳动者同岗同调。")
        await _rewords(town, case, clause, hashed, "本企业职工工资总额增长百分之五点五。")
        async with writer.refused(409):
            await writer.page.get_by_role("button", name=re.compile("提出草案条款")).click()
            await writer.sees("两处相撞：这一条已被改写")
        for _ in range(2):  # and after the page is opened again
            await writer.sees("两处相撞：这一条已被改写")
            texts = writer.page.locator(".collision")
            await expect(texts).to_contain_text("被派遣劳动者同岗同调")
            await expect(texts).to_contain_text("百分之五点五")
            await writer.goes_to(f"/c/{case}/do/put_clause?clause={clause}")
        await writer.presses("写第三句")
        await expect(writer.page.locator(".stands")).to_contain_text("百分之五点五")
        await _writes(writer, "本企业职工工资总额增长百分之五点五，被派遣劳动者同岗同调。")
        await writer.presses(re.compile("提出草案条款"))
        await writer.sees("回执")

        chief = await town.window(town.settled.cast.bench(Side.EMPLOYER)[0])
        await chief.goes_to(f"/c/{case}/clauses?clause={clause}")
        await chief.sees("和对方上一稿比")
        await expect(chief.page.locator("ins")).to_contain_text("，被派遣劳动者同岗同调")
        await chief.goes_to(f"/c/{case}/do/confirm_clause?clause={clause}")
        await expect(chief.page.locator(".stands")).to_contain_text("百分之五点五，被派遣劳动者同岗同调")
