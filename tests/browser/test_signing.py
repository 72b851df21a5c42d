"""Both chiefs sign minutes and contract with the keys of their own devices, one on a phone and one at a desk; whoever
takes the audit file sees with which keys, and the papers bear it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import expect

from cloudnego.audit import verify
from cloudnego.core import commands as c
from cloudnego.stories import STORIES
from cloudnego.walk.client import API, Api
from cloudnego.walk.record import Record
from tests.browser.person import DESKTOP, Person
from tests.browser.played import FarEnough, Town, UpTo
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = [pytest.mark.whole, pytest.mark.timeout(900)]

SIGNS: Final = (c.ConfirmMinutes, c.SignContract)
BY_HAND: Final = (*SIGNS, c.SendOffer)


class Desks(Town):
    """A town whose chiefs sign on the page for it."""

    signed: int = 0

    async def acts(self, who: str, case: str, command: c.Command) -> Mapping[str, Any]:
        person = await self.window(who)
        if isinstance(command, c.SendOffer):  # whoever has a key sends his letters with it
            await self._makes_a_key(person, who, case)
            return await super().acts(who, case, command)
        if self.sandbox.people[who].role == "legal_representative":
            await person.page.set_viewport_size(DESKTOP)
        page, path = person.page, f"{API}/negotiations/{case}/{command.type.replace('_', '-')}"
        await person.goes_to(f"/c/{case}")
        await page.get_by_role("link", name="去签署").click()
        await person.sees("等您签署")
        await person.is_fine()
        async with person.refused(403):  # who has proved nothing yet shows his letter
            await page.get_by_role("button", name=re.compile("^签署")).first.click()
            await page.locator("dialog .foot button.primary").click()
            proof, done = page.locator("#stepup"), page.locator(".done h2")
            for _ in range(3):
                await proof.or_(done).first.wait_for()
                if await done.count():
                    break
                await self.proves(person, who)
                await expect(proof).to_have_count(0)
        await expect(done).to_be_visible()
        await person.sees("本人设备密钥签署")
        await person.is_fine()
        self.signed += 1
        answer: Mapping[str, Any] = person.answers[path]
        return answer

    async def _makes_a_key(self, person: Person, who: str, case: str) -> None:
        await person.goes_to(f"/c/{case}/log")
        async with person.refused(403):
            await person.page.get_by_role("button", name="在本设备上建立密钥").click()
            await expect(person.page.locator("#stepup")).to_be_visible()
            await self.proves(person, who)
            await person.sees("本设备核对以后自动确认")


async def _audited(person: Person, exports: str, target: Path) -> None:
    """His side's audit file, as soon as it is made."""
    asked = await person.page.request.post(exports, data={}, headers={"X-CloudNego": "1", "Origin": person.url})
    assert asked.status == 202, await asked.text()
    made = person.url + asked.headers["location"]
    for _ in range(60):
        if (await (await person.page.request.get(made)).json())["state"] == "ready":
            break
        await asyncio.sleep(2)
    await asyncio.to_thread(target.write_bytes, await (await person.page.request.get(f"{made}/file")).body())


async def test_both_chiefs_sign_with_their_devices_and_the_audit_file_shows_it(
    enters: Enters, server: House, tmp_path: Path
) -> None:
    with Api(server.url) as api:
        town = await asyncio.to_thread(lambda: Desks(api, enters))
        table = UpTo(town, Record("plain"), lambda _, command: isinstance(command, BY_HAND), asyncio.get_running_loop())
        table.ends = c.FileContract
        with pytest.raises(FarEnough):
            await asyncio.to_thread(STORIES["plain"], table)
        assert town.signed == 4
        case = table.record.case
        chair = await town.window(town.by_role("union_chair"))
        await chair.goes_to(f"/c/{case}/sign")
        await chair.sees("要签的都已签好")
        await expect(chair.page.get_by_role("link", name=re.compile("^看已签署的文书"))).to_have_count(2)
        await _audited(chair, f"{chair.url}{API}/negotiations/{case}/audit-exports", tmp_path / "audit.zip")
        found = await asyncio.to_thread(verify.verify, tmp_path / "audit.zip", [])
        assert [row for row in found if row[0] < 9] == []
        keys = [row[3].rpartition(" ")[2] for row in found if "signed with device key" in row[3]]
        assert (len(keys), len(set(keys))) == (5, 2), found
