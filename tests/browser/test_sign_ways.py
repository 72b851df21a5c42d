"""Signing when something stands in the way: a side that did not agree to electronic signatures, a device that was lost,
and a chief who refuses. Each sees on the page for it what there is, who may change it, and what he can do himself."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any, Final

import pytest
from playwright.async_api import Locator, expect

from cloudnego.core import commands as c
from cloudnego.core.vocabulary import Evidence, Side
from cloudnego.stories import file
from tests.browser.person import DESKTOP, PHONE, Person
from tests.browser.played import Town, UpTo, town_of, up_to
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = [pytest.mark.whole, pytest.mark.timeout(900)]

WHY: Final = "等总公司批复以后再签，请先不要报送。"
SCAN: Final = Evidence(sha256="5" * 64)


def of(person: Person, paper: str) -> Locator:
    """The part of the page that is about a paper."""
    heading = person.page.get_by_role("heading", name=paper, exact=True)
    return person.page.locator("section.card").filter(has=heading)


def contract(person: Person) -> Locator:
    return of(person, "工资专项集体合同")


async def signs(person: Person, town: Town, who: str, paper: str = "工资专项集体合同") -> None:
    """With the key on this device, made where there is none; whoever has proved nothing shows his letter."""
    page = person.page
    async with person.refused(403):
        await of(person, paper).get_by_role("button", name=re.compile("^签署")).click()
        await page.locator("dialog .foot button.primary").click()
        proof, done = page.locator("#stepup"), page.locator(".done h2")
        for _ in range(3):
            await proof.or_(done).first.wait_for()
            if await done.count():
                break
            await town.proves(person, who)
            await expect(proof).to_have_count(0)
    await expect(done).to_be_visible()
    await person.is_fine()


class Signers:
    """The two chiefs of a case that was voted and is not signed: one at a phone, one at a desk."""

    def __init__(self, town: Town, table: UpTo, chiefs: Mapping[str, str]) -> None:
        self.town = town
        self.case = table.record.case or ""
        self.worker, self.employer = chiefs["worker"], chiefs["employer"]

    async def at(self, who: str) -> Person:
        """His window, at the page for signing."""
        person = await self.town.window(who)
        await person.page.set_viewport_size(PHONE if who == self.worker else DESKTOP)
        await person.goes_to(f"/c/{self.case}/sign")
        return person

    async def does(self, who: str, command: c.Command) -> None:
        """An act by its form."""
        await self.town.acts(who, self.case, command)


async def _refused(signers: Signers) -> None:
    """A refusal with its reason: both see it, and each what he may do; nothing is shut by it."""
    refuser = await signers.at(signers.employer)
    await contract(refuser).get_by_role("link", name="拒绝签字").click()
    await expect(refuser.page).to_have_url(re.compile("/do/refuse-to-sign$"))
    await signers.does(signers.employer, c.RefuseToSign(reason=WHY))
    for who, says in ((signers.employer, "本方的拒签已作为事实记录"), (signers.worker, "拒签的一方以后仍可以签")):
        person = await signers.at(who)
        await expect(contract(person).get_by_text(WHY)).to_be_visible()
        await expect(contract(person).get_by_text(says)).to_be_visible()
    worker = await signers.at(signers.worker)
    await expect(contract(worker).get_by_role("link", name="督促", exact=True)).to_be_visible()
    refuser = await signers.at(signers.employer)
    await expect(contract(refuser).get_by_role("button", name=re.compile("^签署"))).to_be_visible()
    await expect(contract(refuser).get_by_role("link", name="拒绝签字")).to_have_count(0)


async def _unagreed(signers: Signers) -> None:
    """Without D0 of the other side: what is missing, the article, who can cure it; and ink is taken."""
    await signers.does(signers.employer, c.RevokeElectronicService())
    worker = await signers.at(signers.worker)
    await worker.sees("现在还不能用设备密钥签署")
    missing = worker.page.locator("article.obstacle")
    await expect(missing).to_have_count(1)
    for said in ("企业方没有有效的电子送达确认书", "首席代表", "电子签名法"):
        await expect(missing.get_by_text(re.compile(said)).first).to_be_visible()
    await expect(contract(worker).get_by_role("button", name=re.compile("^签署"))).to_have_count(0)
    await contract(worker).get_by_role("link", name=re.compile("纸质签字")).click()
    await expect(worker.page).to_have_url(re.compile("/do/sign-contract$"))
    voted = await _voted(worker, signers.case)
    await signers.does(signers.worker, c.SignContract(document_hash=voted, evidence=SCAN))
    worker = await signers.at(signers.worker)
    await expect(contract(worker).get_by_text("纸质签字，已录入扫描件")).to_be_visible()
    await expect(contract(worker).get_by_text("扫描件尚未由另一人核对")).to_be_visible()
    employer = await signers.at(signers.employer)
    await employer.sees("现在还不能用设备密钥签署")
    await employer.page.get_by_role("link", name="先去确认").click()
    await expect(employer.page).to_have_url(re.compile("/do/confirm-electronic-service$"))


async def _voted(person: Person, case: str) -> str:
    answer = await person.page.request.get(f"{person.url}/api/v1/negotiations/{case}/signing")
    rows: list[dict[str, Any]] = (await answer.json())["rows"]
    return str(next(one["text"]["hash"] for one in rows if one["text"]["what"] == "contract"))


async def _lost(signers: Signers, enters: Enters) -> None:
    """The old key is ended from the new device, which makes a key of its own; the old device learns of it."""
    town, who = signers.town, signers.employer
    old = await town.window(who)
    await old.goes_to(f"/c/{signers.case}/log")
    async with old.refused(403):
        await old.page.get_by_role("button", name="在本设备上建立密钥").click()
        proof, there = old.page.locator("#stepup"), old.page.get_by_text("本设备核对以后自动确认")
        await proof.or_(there).first.wait_for()
        if await proof.count():
            await town.proves(old, who)
        await expect(there).to_be_visible()
    mark = await old.page.locator(".keys .quiet").first.inner_text()
    new = await enters(f"{town.sandbox.people[who]}, with another phone", PHONE)
    await town.signs_in(new, who)
    await new.goes_to(f"/c/{signers.case}/sign")
    await expect(new.page.locator(".keys").get_by_text(mark)).to_be_visible()
    await new.sees("另一台设备")
    await new.page.locator(".keys").get_by_role("button", name=re.compile("^停用")).click()
    await new.is_fine()
    await new.presses("停用这把密钥")
    await expect(new.page.locator(".keys").get_by_text(re.compile("^已停用"))).to_be_visible()
    await signs(new, town, who)
    marks = new.page.locator(".keys .quiet", has_text="密钥标记")
    await expect(marks).to_have_count(2)
    signed = contract(new).get_by_text(re.compile("^密钥标记"))
    assert await signed.inner_text() == await marks.first.inner_text() != mark
    await old.goes_to(f"/c/{signers.case}/log")
    await expect(old.page.get_by_role("button", name="在本设备上建立密钥")).to_be_visible()


async def _opinion(signers: Signers, table: UpTo) -> None:
    """The reviewer comes from his desk, signs the opinion with a key made there, and both sides have the file."""

    def filed() -> None:
        table.ends = None
        table.catches_up()
        file(table)
        table.act(table.cast.authority, c.GiveNoObjection)

    await asyncio.to_thread(filed)
    who = table.cast.authority
    reviewer = await signers.town.window(who)
    await reviewer.goes_to(f"/review/{signers.case}")
    await reviewer.presses("签署审查意见书")
    await reviewer.sees("等您签署：审查意见书")
    await signs(reviewer, signers.town, who, "审查意见书")
    await reviewer.sees("法定形式仍要加盖印章")
    for person in (reviewer, await signers.at(signers.worker)):
        await expect(of(person, "审查意见书").get_by_role("link", name=re.compile("^看已签署的文书"))).to_be_visible()
        await expect(of(person, "审查意见书").get_by_text("本人设备密钥签署")).to_be_visible()


async def test_what_stands_in_the_way_of_a_signature_is_said_and_there_is_a_way_on(
    enters: Enters, server: House
) -> None:
    async with town_of(server.url, enters) as town:
        table = await up_to(town, c.SignContract)
        chair = await town.window(town.by_role("union_chair"))
        answer = await chair.page.request.get(f"{chair.url}/api/v1/negotiations/{table.record.case}/signing")
        chiefs = {one["side"]: one["chief"] for one in (await answer.json())["signers"]}
        signers = Signers(town, table, chiefs)
        await _refused(signers)
        await _unagreed(signers)
        until = await asyncio.to_thread(lambda: table.today)
        agreed = c.ConfirmElectronicService(from_on=until, until_on=until.replace(year=until.year + 1), evidence=SCAN)
        await signers.does(signers.employer, agreed)
        await _lost(signers, enters)
        await _opinion(signers, table)
        nowhere = await town.window(signers.worker)
        await nowhere.goes_to("/nowhere/at/all")
        await expect(nowhere.page.get_by_role("link", name="登录")).to_have_count(0)


async def test_an_agreement_is_signed_from_the_page_of_the_dispute(enters: Enters, server: House) -> None:
    """Both chiefs and the coordinator, each from there; one file bears all three."""
    paper = "协调处理协议书"
    async with town_of(server.url, enters) as town:
        table = await up_to(town, c.WriteMinutes)

        def settled() -> str:
            table.ends = None
            table.catches_up()
            chief, office = table.chief(Side.WORKER), table.cast.authority
            table.act(chief, c.DeclareDeadlock)
            table.act(chief, c.ApplyForCoordination)
            table.act(office, c.AcceptDispute, coordinators=(office,))
            table.act(office, c.CloseDispute, agreement=True)
            return table.chief(Side.EMPLOYER)

        employer = await asyncio.to_thread(settled)
        for who in (table.chief(Side.WORKER), employer, table.cast.authority):
            person = await town.window(who)
            await person.goes_to(f"/c/{table.record.case}/dispute")
            await person.presses("签署协议书")
            await person.sees(f"等您签署：{paper}")
            await signs(person, town, who, paper)
            await person.sees("协议书生效")
        person = await town.window(employer)
        await person.goes_to(f"/c/{table.record.case}/sign")
        await expect(of(person, paper).get_by_text("本人设备密钥签署")).to_have_count(3)
        await expect(of(person, paper).get_by_role("link", name=re.compile("^看已签署的文书"))).to_be_visible()
