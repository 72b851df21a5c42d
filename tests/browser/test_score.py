"""一评 at windows: the union asks once the contract is published, a worker answers at his phone, everybody reads the
same points and what they rest on, the employer's report begins with what was answered, the district draws by a seed."""

from __future__ import annotations

import asyncio
import re
from typing import Final

import pytest
from playwright.async_api import expect

from cloudnego.core import commands as c
from tests.browser.person import Person
from tests.browser.played import Town, town_of, up_to
from tests.browser.voted import on_the_roster
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = [pytest.mark.whole, pytest.mark.timeout(900)]

OTHERS: Final = 11
SATISFIED: Final = 100 * 7 // 12
TITLE: Final = re.compile(r"质效评价：(\d+) 分")


async def points(person: Person, case: str) -> int:
    await person.goes_to(f"/c/{case}/score")
    await person.sees(TITLE)
    found = TITLE.search(await person.page.locator("h1").inner_text())
    assert found is not None
    return int(found[1])


async def asks(chair: Person, case: str) -> str:
    """From the score to the survey; its id. Asked once, it is not asked again."""
    await chair.page.locator("main").get_by_role("link", name="征集意见").click()
    await chair.presses("发起满意度问卷")
    await chair.is_fine()
    await chair.page.locator("dialog").get_by_role("button", name="发起满意度问卷").click()
    await chair.sees("截止以前只看收到多少份")
    await expect(chair.page.get_by_role("button", name="发起满意度问卷")).to_have_count(0)
    return str(chair.answers[f"/api/v1/negotiations/{case}/surveys"]["id"])


async def answers(worker: Person) -> None:
    """Three screens, from home."""
    await worker.goes_to("/")
    await worker.presses("去填写")
    await worker.sees("三个数对本案所有人公布")
    await expect(worker.page.locator("h1")).to_have_text("这次协商，您参加过征求意见、推选代表或者表决吗？")
    for pick in (0, 1, 3):
        await worker.page.locator("label.pick").nth(pick).click()
        await worker.is_fine()
        await worker.presses("下一题")
    await worker.sees("交出后不能修改")
    await worker.presses("交出")
    await worker.sees("交好了")
    await worker.is_fine()


def others_answer(town: Town, case: str, survey: str, people: list[str]) -> None:
    """Six more are satisfied and five are not; all took part and know what matters to themselves."""
    for n, who in enumerate(people):
        body = {"id": f"{n:032x}", "picks": [[0], [1], [3 if n < 6 else 0]]}
        town.sandbox.ask(who, f"/negotiations/{case}/surveys/{survey}/answers", body, f"k{n}")


async def test_workers_are_asked_and_all_read_the_same_points(enters: Enters, server: House) -> None:
    async with town_of(server.url, enters) as town:
        people = await asyncio.to_thread(on_the_roster, town)
        case = (await up_to(town, c.ReportPerformance)).record.case
        assert case is not None
        union, worker_id, boss = [town.by_role(one) for one in ("union_chair", "worker", "legal_representative")]
        chair, worker, employer = [await town.window(one) for one in (union, worker_id, boss)]
        before = await points(chair, case)
        await chair.sees("工会可以发起满意度问卷")
        await chair.fits_everywhere()
        survey = await asks(chair, case)
        await answers(worker)
        others = [one for one in people if one != worker_id][:OTHERS]
        await asyncio.to_thread(others_answer, town, case, survey, others)
        assert await points(employer, case) == before, "nothing is told before the close"
        await chair.presses("提前截止")
        await chair.page.locator("dialog").get_by_role("button", name="提前截止", exact=True).click()
        await chair.sees("看结果和意见")
        seen = [await points(one, case) for one in (chair, worker, employer)]
        assert len(set(seen)) == 1, "it is the same for all"
        assert seen[0] > before
        for one in (worker, employer):
            await one.sees(f"{SATISFIED}%")
            await one.page.locator("summary").first.click()
            await expect(one.page.locator("details[open] li")).not_to_have_count(0)
            await one.is_fine()
            await one.fits_everywhere()
        await _is_reported(employer, case)
        await _is_drawn(town, case, seen[0])


async def _is_reported(employer: Person, case: str) -> None:
    """The form of the report begins with what was answered, and the page says whose word each is."""
    await employer.goes_to(f"/c/{case}/performance")
    await employer.sees(f"问卷里满意的占 {SATISFIED}%（收回 12 份")
    await employer.goes_to(f"/c/{case}/do/report-performance")
    await employer.sees("已填在下面")
    assert await employer.page.locator('[data-at="/satisfied_percent"] input').input_value() == str(SATISFIED)
    await employer.is_fine()


async def _is_drawn(town: Town, case: str, scored: int) -> None:
    """At the district: in the list with the same points, and drawn by a seed that anybody can draw by again."""
    official = await town.window(town.by_role("district_union"))
    await official.goes_to("/district")
    await official.page.locator("main").get_by_role("link", name="质效评价").click()
    row = official.page.locator("li.case")
    await expect(row).to_have_count(1)
    await expect(row.locator("b")).to_have_text(re.compile(rf"^{scored}\s*/\s*54$"))
    await official.page.get_by_label("公布的种子").fill("2026年第一期")
    await official.page.locator("form").get_by_role("button").first.click()
    await official.page.wait_for_url(re.compile(r"seed="))
    await official.sees("2026年第一期")
    await official.fits_everywhere()
    await row.get_by_role("link").click()
    await official.page.wait_for_url(re.compile(rf"/c/{case}/score$"))
    await official.sees(TITLE)
    await official.is_fine()
