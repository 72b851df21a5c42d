"""The phone loses its network: before something is sent, after it was sent and before the answer, and during a reload.
Nothing is lost, nothing is done twice, and what lies on the phone is its owner's alone."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Final

import pytest
from playwright.async_api import Route, expect

from cloudnego.core import commands as c
from cloudnego.core.vocabulary import Side
from cloudnego.walk.client import Api
from tests.browser.forms import Form
from tests.browser.person import Person
from tests.browser.played import Town, UpTo, town_of, up_to
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = pytest.mark.whole

_LOOKS, _LOOK_S = 100, 0.1
_BACK_MS = 20_000
OPINIONS: Final = "record-opinions"
KEPT: Final = """async () => {
    const db = await new Promise(done => {
        const asked = indexedDB.open('cloudnego');
        asked.onsuccess = () => done(asked.result);
    });
    const all = table => new Promise(done => {
        const asked = db.transaction(table).objectStore(table).getAll();
        asked.onsuccess = () => done(asked.result);
    });
    const [answers, acts] = [await all('answers'), await all('acts')];
    db.close();
    return {answers: answers.map(one => one.person), acts: acts.map(one => one.state)};
}"""

WITHOUT: Final = """
    delete Navigator.prototype.serviceWorker;
    delete window.PublicKeyCredential;
    delete Navigator.prototype.credentials;
    Object.defineProperty(window, 'indexedDB', {get() { throw new DOMException('', 'SecurityError') }});
"""


class Phone:
    """A chief's phone, in the workshop."""

    def __init__(self, town: Town, table: UpTo, person: Person) -> None:
        self.town = town
        self.person = person
        self.page = person.page
        self.who = table.chief(Side.WORKER)
        self.case = f"/c/{table.record.case}"
        self._events = f"/negotiations{self.case[2:]}/timeline?limit=200"

    async def events(self, kind: str = "opinions_recorded") -> int:
        """How often it stands in the log."""
        token = self.town.sandbox._token(self.who)

        def count() -> int:
            with Api(self.town.url) as api:
                rows: list[dict[str, Any]] = api.call("GET", self._events, token=token)["rows"]
            return sum(row["type"] == kind for row in rows)

        return await asyncio.to_thread(count)

    async def can_be_installed(self) -> None:
        """By what Chromium says."""
        cdp = await self.person.context.new_cdp_session(self.page)
        assert await cdp.send("Page.getInstallabilityErrors") == {"installabilityErrors": []}
        manifest = await cdp.send("Page.getAppManifest")
        assert (manifest["url"], manifest["errors"]) == (f"{self.person.url}/app.webmanifest", [])

    async def network(self, *, there: bool) -> None:
        await self.person.context.set_offline(not there)

    async def opens(self, act: str) -> None:
        await self.page.goto(f"{self.person.url}{self.case}/do/{act}")
        await self.page.locator("form").wait_for()

    async def presses_send(self) -> None:
        await self.page.locator("form button.primary.wide").last.click()

    async def records_opinions(self, issued: int) -> None:
        await self.opens(OPINIONS)
        await Form(self.page).says({"held": "gathering", "issued": issued, "returned": issued - 1})
        await self.presses_send()

    async def is_kept(self) -> None:
        await expect(self.page.locator("section.pending")).to_be_visible()

    async def is_back(self) -> None:
        """The page has noticed that there is a network again."""
        await expect(self.page.get_by_text("已连上")).to_be_visible(timeout=_BACK_MS)

    async def all_went_out(self) -> None:
        """Nothing that lies here waits any longer."""
        for _ in range(_LOOKS):
            if set((await self.page.evaluate(KEPT))["acts"]) <= {"sent"}:
                return
            await asyncio.sleep(_LOOK_S)
        raise AssertionError(await self.page.evaluate(KEPT))


async def test_a_phone_without_a_network_loses_nothing_and_does_nothing_twice(enters: Enters, server: House) -> None:
    async with town_of(server.url, enters) as town:
        table = await up_to(town, c.RecordOpinions)
        chief = await town.window(table.chief(Side.WORKER), service_workers="allow")
        phone = Phone(town, table, chief)
        await chief.goes_to(phone.case)
        await phone.page.evaluate("navigator.serviceWorker.ready.then(() => 0)")
        await phone.can_be_installed()
        await phone.opens(OPINIONS)
        async with chief.losing():
            await _before_it_is_sent(phone)
            await _after_it_was_sent_and_before_the_answer(phone)
            await _during_a_reload(phone)
            await _what_binds_waits_for_its_proof(phone)
            await _another_one_takes_the_phone(phone)
        await _whoever_leaves_leaves_nothing(phone)


async def _before_it_is_sent(phone: Phone) -> None:
    """Then the phone is opened again without a network, and two tabs see one come back."""
    chief, page = phone.person, phone.page
    await phone.network(there=False)
    await phone.records_opinions(100)
    await phone.is_kept()
    await page.goto(f"{chief.url}{phone.case}")
    await chief.sees(re.compile("离线 · 显示的是 .* 时的内容"))
    await chief.sees("1 条等着发出")
    await chief.sees("您现在可以")
    await chief.is_fine()
    await phone.opens(OPINIONS)
    await chief.sees("这件事您已经写过一件")
    await page.goto(f"{chief.url}/office/organisations")
    await chief.sees("这一页没有存在这台设备里")
    await page.goto(f"{chief.url}/outbox")
    await chief.sees("1 件事还没有发出")
    await chief.is_fine()
    other = await chief.context.new_page()
    await other.goto(f"{chief.url}/outbox")
    assert await phone.events() == 0
    await phone.network(there=True)
    await phone.is_back()
    await phone.all_went_out()
    await other.close()
    assert await phone.events() == 1


async def _after_it_was_sent_and_before_the_answer(phone: Phone) -> None:
    lost: list[str | None] = []

    async def swallow(route: Route) -> None:
        await route.fetch()
        lost.append(await route.request.header_value("idempotency-key"))
        await route.abort()

    await phone.page.route(f"**/{OPINIONS}", swallow, times=1)
    await phone.records_opinions(90)
    await phone.is_kept()
    assert len(lost) == 1
    assert await phone.events() == 2, "it had arrived"
    await expect(phone.page.locator("section.receipt")).to_be_visible(timeout=_BACK_MS)
    await phone.all_went_out()
    assert await phone.events() == 2


async def _during_a_reload(phone: Phone) -> None:
    arrived = asyncio.Event()

    async def hang(route: Route) -> None:
        await route.fetch()
        arrived.set()

    await phone.page.route(f"**/{OPINIONS}", hang, times=1)
    await phone.records_opinions(80)
    await arrived.wait()
    await phone.page.reload()
    await phone.all_went_out()
    assert await phone.events() == 3


async def _what_binds_waits_for_its_proof(phone: Phone) -> None:
    chief, page = phone.person, phone.page
    await phone.network(there=False)
    await phone.opens("revoke-electronic-service")
    await phone.presses_send()
    await page.locator("dialog .foot button.primary").click()
    await phone.is_kept()
    await phone.network(there=True)
    await phone.is_back()
    await phone.is_kept()
    await page.goto(f"{chief.url}/outbox")
    await chief.sees("等您证明身份")
    await chief.is_fine()
    assert await phone.events("electronic_service_revoked") == 0
    await page.get_by_role("button", name="证明身份并发出").click()
    await phone.town.proves(chief, phone.who)
    await phone.all_went_out()
    assert await phone.events("electronic_service_revoked") == 1


async def _another_one_takes_the_phone(phone: Phone) -> None:
    """He sees nothing of it, and sends nothing for the first."""
    chief, page, town = phone.person, phone.page, phone.town
    await phone.network(there=False)
    await phone.records_opinions(70)
    await phone.is_kept()
    assert (await page.evaluate(KEPT))["answers"].count(phone.who) > 3
    await page.goto("about:blank")
    await phone.network(there=True)
    await town.signs_in(chief, town.by_role("worker_representative"))
    await chief.goes_to("/outbox")
    await chief.sees("没有要发的事")
    found = await page.evaluate(KEPT)
    assert phone.who not in found["answers"]
    assert "waiting" in found["acts"]
    assert await phone.events() == 3
    await town.signs_in(chief, phone.who)
    await chief.goes_to("/outbox")
    await phone.all_went_out()
    await chief.sees(re.compile("办成"))
    assert await phone.events() == 4


async def _whoever_leaves_leaves_nothing(phone: Phone) -> None:
    chief, page = phone.person, phone.page
    await chief.goes_to("/me")
    found = await page.evaluate(KEPT)
    assert found["answers"]
    assert found["acts"]
    await page.get_by_role("button", name="退出登录").click()
    await page.wait_for_url(re.compile("/signin"))
    await chief.is_fine()
    assert await page.evaluate(KEPT) == {"answers": [], "acts": []}


async def test_a_browser_without_the_extras_acts_all_the_same(enters: Enters, server: House) -> None:
    async with town_of(server.url, enters) as town:
        chair = await town.window(town.by_role("union_chair"))
        await chair.context.add_init_script(WITHOUT)
        by_hand = {"confirm_electronic_service"}  # it binds, and wants a proof
        table = await up_to(town, c.RecordDelegateRoll, lambda _, command: command.type in by_hand)
        assert set(table.done) == by_hand
        without = "['serviceWorker' in navigator, 'PublicKeyCredential' in window, 'credentials' in navigator]"
        assert await chair.page.evaluate(without) == [False, False, False]
        await chair.goes_to("/outbox")
        await chair.sees("这个浏览器不能存放要发的事")
