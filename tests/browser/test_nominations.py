"""An election at people's phones, whole: a worker names a colleague, who consents and says why; the union puts its list
together and opens the vote; what came of it is publicised, a worker objects and is answered; who would follow is shown.
"""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Final

import pytest

from cloudnego.core import commands as c
from tests.browser.forms import Form
from tests.browser.person import Person
from tests.browser.played import Town, town_of
from tests.browser.test_ballot import is_in_the_box, marks
from tests.browser.voted import VOTERS, Vote, on_the_roster
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = [pytest.mark.whole, pytest.mark.timeout(900)]

WORDS: Final = "在车间干了十一年，想把夜班补贴和工时定额谈清楚。"


class Election:
    """A town whose union elects, and who does what in it."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.union = town.by_role("union_chair")
        people = town.sandbox.people.values()
        self.stand = [one for one in people if one.role == "worker_representative"][:2]
        self.scrutineers = [one.id for one in people if one.role == "scrutineer"]
        self.namer = town.by_role("worker")
        self.case = ""
        self.voters: list[str] = []

    def opens(self) -> None:
        """Twelve workers, and a case."""
        self.voters = on_the_roster(self.town)
        sandbox = self.town.sandbox
        body = {"enterprise": self.town.settled.subject, "wage_year": sandbox.now.year}
        self.case = sandbox.ask(self.union, "/negotiations", body, "opened")["case"]

    async def at(self, who: str, page: str) -> Person:
        """Somebody's window, at a page of the case."""
        person = await self.town.window(who)
        await person.goes_to(f"/c/{self.case}/{page}")
        return person


async def test_from_the_first_nomination_to_an_objection_that_is_answered(enters: Enters, server: House) -> None:
    async with town_of(server.url, enters) as town:
        one = Election(town)
        await asyncio.to_thread(one.opens)
        await _nominated(one)
        await _listed(one)
        await _opened(one)


async def _nominated(one: Election) -> None:
    """The union asks; a worker names a colleague; two stand, one with words."""
    chair = await one.at(one.union, "reps")
    await chair.page.get_by_role("link", name="推荐候选人").click()
    await chair.sees("还没有开始推荐候选人")
    await chair.page.get_by_label("应选代表人数").fill("2")
    await chair.page.get_by_role("button", name="开始推荐").click()
    await chair.sees("推荐候选人，到")
    await chair.is_fine()

    worker = await one.at(one.namer, "nominations")
    for person in one.stand:
        await worker.page.get_by_label("姓名").fill(person.name)
        await worker.page.get_by_role("button", name="推荐", exact=True).click()
        await worker.sees(re.compile(f"{person.name}.*等本人答复"))
    await worker.is_fine()

    for person, words in zip(one.stand, (WORDS, ""), strict=True):
        candidate = await one.at(person.id, "nominations")
        await candidate.sees("有同事推荐您当候选人")
        await candidate.page.get_by_label("岗位").fill("磨床班组长")
        await candidate.page.get_by_label("自己的话").fill(words)
        await candidate.is_fine()
        await candidate.page.get_by_role("button", name="同意参选").click()
        await candidate.sees("自己的话等工会看过" if words else "我参选")
        await candidate.fits_everywhere()

    await one.at(one.namer, "nominations")
    await worker.sees("参选的有 2 人")
    assert not await worker.page.get_by_text(WORDS).count(), "nobody has looked it through"


async def _listed(one: Election) -> None:
    """The union decides about words and list, and enters it; everybody on that side reads who stands."""
    chair = await one.at(one.union, "nominations")
    page, first = chair.page, one.stand[0].name
    await page.get_by_role("button", name=f"公开 {first}", exact=True).click()
    await chair.sees("自己的话已公开")
    for n, person in enumerate(one.stand, 1):
        await page.get_by_role("button", name=f"列入名单 {person.name}", exact=True).click()
        await chair.sees(f"名单上有 {n} 人")
    await page.get_by_role("checkbox", name=f"{first} 一线职工").check()
    await chair.is_fine()
    await chair.fits_everywhere()
    await page.get_by_role("button", name="填入候选人名单").click()
    await page.wait_for_url("**/do/propose-candidates")
    await page.locator('[data-at="/scrutineers"]').wait_for()
    await Form(page).says({"seats": 2, "scrutineers": one.scrutineers})
    await chair.is_fine()
    async with chair.refused(403):  # who has proved nothing yet shows his letter
        await page.locator("form button.primary[class~=wide]").last.click()
        await one.town._sent(chair, one.union, f"/api/v1/negotiations/{one.case}/propose-candidates")

    worker = await one.at(one.namer, "candidates")
    await worker.sees(WORDS)
    await worker.sees("投票还没有开始")
    await worker.is_fine()
    await worker.fits_everywhere()


async def _opened(one: Election) -> Vote:
    """The roll is entered, all workers vote until tomorrow; a worker goes from the candidates to his ballot."""
    sandbox = one.town.sandbox
    roll = c.RecordDelegateRoll(delegates=VOTERS, workers=VOTERS, managers=0, women=0, roll_hash=64 * "a")
    await one.town.acts(one.union, one.case, roll)
    closes = sandbox.now.date() + timedelta(days=1)
    opening = c.OpenElection(electorate="all_workers", closes_on=closes, closes_at="18:00")
    await one.town.acts(one.union, one.case, opening)
    vote = Vote(one.town, one.case, one.voters)

    worker = await one.at(one.namer, "candidates")
    await worker.sees("正在投票")
    await worker.presses("去投票")
    await marks(worker, one.stand[0].name)
    await is_in_the_box(worker)
    return vote
