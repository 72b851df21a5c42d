"""From the signature to the audit file, at browsers: an objection from the reviewer's desk, the second filing, silence,
publication, and a stranger who checks all of it from the disk."""

from __future__ import annotations

import asyncio
import re
import zipfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Browser, Page

from cloudnego.core import commands as c
from cloudnego.stories import STORIES
from cloudnego.walk.client import API, Api
from cloudnego.walk.record import Record
from tests.browser.person import Person
from tests.browser.played import Played, Town
from tests.browser.test_audit_page import checked
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = [pytest.mark.whole, pytest.mark.timeout(900)]

BY_HAND: Final = {"sign_contract", "file_contract", "receive_filing", "object_to_contract", "publish_contract"}
REASON: Final = "没有写明计算口径，请补明。"


class Desk(Town):
    """A town whose authority reviews at its desk; everybody else has the forms that everybody has."""

    def __init__(self, api: Api, enters: Enters) -> None:
        super().__init__(api, enters)
        self.dossiers: list[Path] = []

    async def acts(self, who: str, case: str, command: c.Command) -> Mapping[str, Any]:
        match command:
            case c.ReceiveFiling():
                person = await self._comes(who, case)
                return await self._presses(person, case, command, "收件并出具回执")
            case c.ObjectToContract():
                return await self._objects(who, case, command)
            case c.PublishContract():
                await (await self.window(who)).goes_to(f"/c/{case}/filing")
                await (await self.window(who)).sees(re.compile("合同从 .* 起生效"))
            case _:
                pass
        return await super().acts(who, case, command)

    async def _comes(self, who: str, case: str) -> Person:
        person = await self.window(who)
        await person.goes_to("/review")
        await person.sees(re.compile("待审查 1 件"))
        await person.page.locator(f'a[href="/review/{case}"]').first.click()
        await person.is_fine()
        await person.sees("系统已核对")
        return person

    async def _presses(self, person: Person, case: str, command: c.Command, button: str) -> Mapping[str, Any]:
        path = f"{API}/negotiations/{case}/{command.type.replace('_', '-')}"
        await person.page.get_by_role("button", name=button).click()
        await person.is_fine()
        answer: Mapping[str, Any] = person.answers[path]
        return answer

    async def _objects(self, who: str, case: str, command: c.ObjectToContract) -> Mapping[str, Any]:
        """Clause by clause; what was marked lies on the device, and is there again when the page is opened anew."""
        person = await self._comes(who, case)
        against = {one.clause: one.article for one in command.clauses}
        for clause in await person.page.locator("article.clause").all():
            name = str(await clause.get_attribute("data-clause"))
            said = "有异议" if name in against else "没有异议"
            await clause.get_by_label(said, exact=True).check()
            if name in against:
                await clause.locator("input[list]").fill(against[name])
                await clause.locator("textarea").fill(REASON)
        await person.goes_to(f"/review/{case}")
        assert await person.page.locator("article.clause textarea").input_value() == REASON
        await person.page.locator(".way").nth(2).click()
        await person.presses("预览审查意见书")
        await person.sees("提交后不能修改")
        receipt = await self._presses(person, case, command, "出具意见书，送达双方")
        await person.sees("有审查异议，须先处理")
        firm = await self.window(self.by_role("legal_representative"))
        await firm.goes_to(f"/c/{case}/filing")
        await firm.sees("有审查异议，须先处理")
        await firm.sees(REASON)
        async with firm.page.expect_download() as taken:
            await firm.page.get_by_role("button", name="下载卷宗").click()
        self.dossiers.append(await (await taken.value).path())
        await firm.is_fine()
        return receipt


async def test_an_objection_sends_a_contract_back_and_silence_puts_it_in_force(
    enters: Enters, server: House, browser: Browser, tmp_path: Path
) -> None:
    with Api(server.url) as api:
        town = await asyncio.to_thread(lambda: Desk(api, enters))
        loop = asyncio.get_running_loop()
        table = Played(town, Record("objected"), lambda _, command: command.type in BY_HAND, loop)
        await asyncio.to_thread(STORIES["objected"], table)
        await asyncio.to_thread(lambda: table.overview)  # the record ends with the state that was read last
        assert table.record.wrong() is None
        assert set(table.done) == BY_HAND
        case = str(table.record.case)
        reviewer, chair = await town.window(town.by_role("authority")), await town.window(town.by_role("union_chair"))
        await reviewer.goes_to(f"/review/{case}")
        await reviewer.sees(re.compile("报送的文本对照"))
        await reviewer.sees(re.compile("审查期满没有异议"))
        await reviewer.fits_everywhere()
        await chair.goes_to(f"/c/{case}/performance")
        await chair.sees("已全部履行")
        file = tmp_path / "audit.zip"
        file.write_bytes(await _exported(chair, case))
    with zipfile.ZipFile(town.dossiers[0]) as bundle:
        kinds = {name.split("-")[-2] for name in bundle.namelist() if name.endswith(".pdf")}
    assert {"D14", "D15", "D16"} <= kinds
    assert (await _verdict(browser, file, tmp_path)).startswith("成立")


async def _exported(person: Person, case: str) -> bytes:
    """The audit file of his side, once it is made."""
    asked, headers = person.context.request, {"X-CloudNego": "1", "Origin": person.url}
    begun = await asked.post(
        f"{person.url}{API}/negotiations/{case}/audit-exports", data={"purpose": "核查"}, headers=headers
    )
    assert begun.status == 202, await begun.text()
    at = person.url + begun.headers["location"]
    for _ in range(60):
        if (await (await asked.get(at)).json())["state"] != "making":
            break
        await asyncio.sleep(1)
    taken = await asked.get(f"{at}/file")
    assert taken.status == 200, await taken.text()
    return await taken.body()


async def _verdict(browser: Browser, file: Path, place: Path) -> str:
    """What the page that checks it says, opened from the disk and without any network."""
    page_file = place / "verify.html"
    page_file.write_bytes(files("cloudnego.audit").joinpath("verify.html").read_bytes())
    window = await browser.new_context(viewport={"width": 390, "height": 844}, offline=True)
    page: Page = await window.new_page()
    await page.goto(page_file.as_uri())
    said = await checked(page, file)
    await window.close()
    return said
