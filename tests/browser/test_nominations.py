"""An election at people's phones, whole: a worker names a colleague, who consents and says why; the union puts its list
together and opens the vote; what came of it is publicised, a worker objects and is answered; who would follow is shown.
"""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Final

import pytest
from playwright.async_api import expect

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

    async def enters_roll(self, workers: int) -> None:
        roll = c.RecordDelegateRoll(delegates=workers, workers=workers, managers=0, women=0, roll_hash=64 * "a")
        await self.town.acts(self.union, self.case, roll)

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
        vote = await _opened(one)
        await _counted(one, vote)
        await _publicised(one)
        await _follows(one)


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
    """The roster is not what the roll says, and the refusal says so; then all workers vote until tomorrow. A worker
    goes from the candidates to his ballot, and back once more."""
    closes = one.town.sandbox.now.date() + timedelta(days=1)
    opening = c.OpenElection(electorate="all_workers", closes_on=closes, closes_at="18:00")
    await one.enters_roll(VOTERS + 3)
    chair = await one.town.window(one.union)
    async with chair.refused(409):
        with pytest.raises(AssertionError, match=f"可以投票的有 {VOTERS} 人，本案登记的名册是 {VOTERS + 3} 人"):
            await one.town.acts(one.union, one.case, opening)
    await one.enters_roll(VOTERS)
    await one.town.acts(one.union, one.case, opening)
    vote = Vote(one.town, one.case, one.voters)

    worker = await one.at(one.namer, "candidates")
    await worker.sees("正在投票")
    await worker.presses("去投票")
    await worker.presses("看候选人")
    await worker.sees(WORDS)
    await worker.presses("去投票")
    await marks(worker, one.stand[0].name)
    await is_in_the_box(worker)
    return vote


async def _counted(one: Election, vote: Vote) -> None:
    """Ten more vote; it is counted, two scrutineers confirm it, and all on that side read what came of it."""
    others = [who for who in one.voters if who != one.namer]
    for n, who in enumerate(others[:10]):
        await asyncio.to_thread(vote.http, who, "c1" if n < 7 else "c2")
    await asyncio.to_thread(vote.closes)
    seen = one.town.sandbox.look(one.union, f"/polls/{vote.poll}")
    assert (seen["state"], seen["result"]["counts"]) == ("closed", {"c1": 8, "c2": 3, "none": 0})
    worker = await one.at(one.namer, "candidates")
    await worker.sees("等两名监票人确认")
    for who in one.scrutineers:
        path = f"/negotiations/{one.case}/attest-election"
        await asyncio.to_thread(one.town.sandbox.ask, who, path, {"correct": True}, f"confirmed-{who}")
    await one.at(one.namer, "candidates")
    await worker.sees("代表已经选出")
    await worker.sees("8 票")
    await worker.sees("候补第 1，3 票，未过半数")
    await worker.sees("名单还没有公示")
    await worker.fits_everywhere()


async def _publicised(one: Election) -> None:
    """A worker objects and is answered; both read it."""
    today = one.town.sandbox.now.date()
    chair = await one.at(one.union, "candidates")
    await chair.presses("去公示名单")
    await one.town.acts(one.union, one.case, c.PublishList(from_on=today, until_on=today + timedelta(days=6)))
    worker = await one.at(one.namer, "candidates")
    await worker.presses("提出异议")
    await worker.page.get_by_label("对什么有异议").select_option(label=f"对{one.stand[0].name}")
    await worker.page.get_by_label("理由").fill("他上月已经调到外地分厂")
    await worker.is_fine()
    await worker.page.locator("dialog button.primary").click()
    await worker.sees("等工会答复")
    await worker.fits_everywhere()

    await one.at(one.union, "candidates")
    await chair.sees(f"对{one.stand[0].name}")
    await chair.presses(re.compile("^答复异议"))
    await chair.page.get_by_label("工会答复").fill("调动自五月起，任职期间仍在本厂")
    await chair.page.locator("dialog button.primary").click()
    await chair.sees("调动自五月起，任职期间仍在本厂")
    await chair.fits_everywhere()
    await one.at(one.namer, "candidates")
    await worker.sees("调动自五月起，任职期间仍在本厂")


async def _follows(one: Election) -> None:
    """Whoever would follow is the first that the form offers for a vacant seat."""
    chair = await one.at(one.union, "do/replace-representative")
    first = chair.page.locator('[data-at="/rep/person"] option').nth(1)
    await expect(first).to_have_text(re.compile(f"{one.stand[1].name}.*候补第 1，3 票"))
    await chair.is_fine()
