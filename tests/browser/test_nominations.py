"""Before an election, at three phones: a worker names a colleague, who consents and says why; the union puts its list
together and enters it; everybody on the workers' side reads who stands."""

from __future__ import annotations

import pytest

from tests.browser.forms import Form
from tests.browser.person import Person
from tests.browser.played import town_of
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = [pytest.mark.whole, pytest.mark.timeout(600)]

WORDS = "在车间干了十一年，想把夜班补贴和工时定额谈清楚。"


async def _named(person: Person, name: str) -> None:
    await person.page.get_by_label("姓名").fill(name)
    await person.page.get_by_role("button", name="推荐", exact=True).click()
    await person.sees("等本人答复")


async def test_from_the_first_nomination_to_the_list_of_candidates(enters: Enters, server: House) -> None:
    async with town_of(server.url, enters) as town:
        sandbox, firm = town.sandbox, town.settled.subject
        who, namer = town.by_role("union_chair"), town.by_role("worker")
        stands = sandbox.people[town.by_role("worker_representative")]
        scrutineers = [one.id for one in sandbox.people.values() if one.role == "scrutineer"]
        case = sandbox.ask(who, "/negotiations", {"enterprise": firm, "wage_year": sandbox.now.year}, "opened")["case"]
        place = f"/c/{case}/nominations"

        chair = await town.window(who)
        page = chair.page
        await chair.goes_to(f"/c/{case}/reps")
        await page.get_by_role("link", name="推荐候选人").click()
        await chair.sees("还没有开始推荐候选人")
        await page.get_by_label("应选代表人数").fill("2")
        await page.get_by_role("button", name="开始推荐").click()
        await chair.sees("推荐候选人，到")
        await chair.is_fine()

        worker = await town.window(namer)
        await worker.goes_to(place)
        await _named(worker, stands.name)
        await worker.is_fine()

        candidate = await town.window(stands.id)
        await candidate.goes_to(place)
        await candidate.sees("有同事推荐您当候选人")
        await candidate.page.get_by_label("岗位").fill("磨床班组长")
        await candidate.page.get_by_label("自己的话").fill(WORDS)
        await candidate.is_fine()
        await candidate.page.get_by_role("button", name="同意参选").click()
        await candidate.sees("自己的话等工会看过")
        await candidate.fits_everywhere()

        await worker.goes_to(place)
        await worker.sees("参选的有 1 人")
        assert not await worker.page.get_by_text(WORDS).count(), "nobody has looked it through"

        await chair.goes_to(place)
        await page.get_by_role("button", name=f"公开 {stands.name}", exact=True).click()
        await chair.sees("自己的话已公开")
        await page.get_by_role("button", name=f"列入名单 {stands.name}", exact=True).click()
        await chair.sees("名单上有 1 人")
        await page.get_by_role("checkbox", name=f"{stands.name} 一线职工").check()
        await chair.is_fine()
        await chair.fits_everywhere()
        await page.get_by_role("button", name="填入候选人名单").click()
        await page.wait_for_url("**/do/propose-candidates")
        await page.locator('[data-at="/scrutineers"]').wait_for()
        await Form(page).says({"scrutineers": scrutineers})
        await chair.is_fine()
        async with chair.refused(403):  # who has proved nothing yet shows his letter
            await page.locator("form button.primary[class~=wide]").last.click()
            await town._sent(chair, who, f"/api/v1/negotiations/{case}/propose-candidates")

        await worker.goes_to(f"/c/{case}/candidates")
        await worker.sees(WORDS)
        await worker.sees("投票还没有开始")
        await worker.is_fine()
        await worker.fits_everywhere()
