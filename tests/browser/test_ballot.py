"""A secret ballot at people's phones: from the slip to the line in the list, with a reload in the middle, a network
that breaks, a phone that is lost, and a tablet that forgets."""

from __future__ import annotations

import asyncio
import re
from typing import Final

import pytest
from playwright.async_api import Request, Route, expect

from cloudnego.core import commands as c
from cloudnego.walk.client import API
from tests.browser.person import DESKTOP, PHONE, Person
from tests.browser.played import READ, Town, town_of, up_to
from tests.browser.voted import Meeting, Vote, on_the_roster, opened
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = [pytest.mark.whole, pytest.mark.timeout(900)]

PIN: Final = "402817"
BY_HTTP: Final = 7
TAPS_MAX: Final = 5
IN_THE_BOX: Final = "已投入票箱"
_WAITS_MS: Final = 40_000  # three to fifteen seconds, and stretching a secret on two busy cores
_KIOSK_MS: Final = 40_000
COUNTS_TAPS: Final = "window.taps = 0; addEventListener('pointerdown', () => void window.taps++, true)"
KEPT: Final = """async () => {
    const db = await new Promise(done => {
        const asked = indexedDB.open('cloudnego');
        asked.onsuccess = () => done(asked.result);
    });
    const rows = await new Promise(done => {
        const asked = db.transaction('ballots').objectStore('ballots').getAll();
        asked.onsuccess = () => done(asked.result);
    });
    db.close();
    return rows.map(row => ({cast: row.cast, extractable: row.key.extractable}));
}"""


class Cast:
    """What one window brought to the box."""

    def __init__(self, person: Person) -> None:
        self.bodies: list[str] = []
        self.cookies: list[str | None] = []
        self._person = person
        person.page.on("request", self._asked)

    async def _asked(self, request: Request) -> None:
        if request.url.endswith(f"{API}/ballots"):
            self.bodies.append(request.post_data or "")
            headers = await request.all_headers()
            self.cookies.append(headers.get("cookie") or headers.get("authorization") or headers.get("x-person"))


async def slips_of(town: Town) -> dict[str, str]:
    """What the union prints for its people, by their names; once, for who has one gets no other."""
    headers = {"X-CloudNego": "1", "Origin": town.url}
    chair = await town.window(town.by_role("union_chair"))
    path = f"{town.url}{API}/enterprises/{town.settled.subject}/slips"
    answer = await chair.context.request.post(path, data={}, headers=headers)
    found = re.findall(r'<p class="name">(.*?)</p>.*?<p class="code">(.*?)</p>', await answer.text())
    return {name: code.replace("-", "") for name, code in found}


async def comes_by_slip(person: Person, town: Town, code: str, then: str = "") -> None:
    """The first time, with a PIN of his own; past what everybody reads. `then`: where the slip's page leads on to."""
    await person.goes_to(f"/slip{then}#{town.sandbox.district}/{code}")
    pins = person.page.locator('input[type="password"]')
    await pins.first.fill(PIN)
    async with person.refused(409):
        await person.page.get_by_role("button", name="登录", exact=True).click()
        await pins.nth(1).fill(PIN)
    await person.page.locator("form button.primary").click()
    await person.page.wait_for_url(re.compile(r"/(accept.*|p/.*)?$"))
    await person.is_fine()
    while await person.page.get_by_role("button", name=READ).count():
        await person.presses(READ)


async def marks(person: Person, choice: str) -> None:
    """From the sheet to the box."""
    page = person.page
    await expect(page.locator("input:checked")).to_have_count(0)
    await page.get_by_label(choice, exact=True).check()
    await page.locator("footer.go button").click()
    await page.locator("dialog button.primary").get_by_text(f"投出「{choice}」").click()


async def is_in_the_box(person: Person) -> None:
    await expect(person.page.locator("h1")).to_have_text(IN_THE_BOX, timeout=_WAITS_MS)
    await person.is_fine()


async def test_from_the_slip_to_the_line_in_the_list(enters: Enters, server: House) -> None:
    async with town_of(server.url, enters) as town:
        voters = await asyncio.to_thread(on_the_roster, town)
        table = await up_to(town, c.RecordBallot, of=Meeting)
        vote = await asyncio.to_thread(opened, town, table, voters)
        worker, lost, kiosk, *others = (who for who in reversed(vote.voters))
        phone = await enters("worker", PHONE)
        slips, people = await slips_of(town), town.sandbox.people
        await comes_by_slip(phone, town, slips[people[worker].name])
        await _a_reload_and_a_network_that_breaks(phone)
        await _a_phone_that_is_lost(vote, lost, enters)
        await _a_tablet_that_forgets(vote, slips[people[kiosk].name], enters)
        for who in others[:BY_HTTP]:
            await asyncio.to_thread(vote.http, who, "no")
        await asyncio.to_thread(vote.closes)
        await phone.goes_to(f"/p/{vote.poll}")
        await phone.presses("查我的一票在不在")
        await phone.sees(re.compile("在名单的第 \\d+ 行"))
        await phone.is_fine()


async def _a_reload_and_a_network_that_breaks(phone: Person) -> None:
    """The ballot is signed, its first way to the box breaks, the page is opened again: the same bytes are cast."""
    page, cast = phone.page, Cast(phone)
    broken: list[str] = []

    async def breaks(route: Route) -> None:
        broken.append(route.request.post_data or "")
        await route.abort()

    await page.route("**/api/v1/ballots", breaks)
    await page.evaluate(COUNTS_TAPS)
    await phone.presses("去投票")
    async with phone.losing():
        await marks(phone, "赞成")
        taps = await page.evaluate("window.taps")
        await expect(page.locator(".lost")).to_be_visible(timeout=_WAITS_MS)
        assert [row["extractable"] for row in await page.evaluate(KEPT)] == [False]
        await page.reload()
    await page.unroute("**/api/v1/ballots")
    await expect(page.locator("h1")).to_have_text("您有一张选票还没投进票箱", timeout=_WAITS_MS)
    await phone.is_fine()
    await phone.fits_everywhere()
    await page.goto(phone.url)
    await phone.sees("您有一张选票还没投进票箱")  # at home, too
    await phone.presses("接着投出")
    await phone.presses("接着投出")
    await is_in_the_box(phone)
    assert 0 < taps <= TAPS_MAX
    assert set(cast.bodies) == {broken[0]}, "the same ballot, byte by byte"
    assert {len(one.encode()) for one in cast.bodies} == {2048}
    assert set(cast.cookies) == {None}, "nobody brought it"
    assert [row["cast"] for row in await page.evaluate(KEPT)] == [True]
    assert "赞成" not in await page.locator("main").inner_text()


async def _a_phone_that_is_lost(vote: Vote, who: str, enters: Enters) -> None:
    """It was signed a ballot, and is gone; its secret, written down, casts that ballot on another one."""
    first = await enters("the lost phone", PHONE)
    await vote.town.signs_in(first, who)
    await first.goes_to(f"/p/{vote.poll}")
    await first.page.route("**/api/v1/ballots", lambda route: route.abort())
    async with first.losing():
        await marks(first, "弃权")
        await expect(first.page.locator(".lost")).to_be_visible(timeout=_WAITS_MS)
        await first.page.locator("summary").click()
        secret = await first.page.locator(".code").inner_text()
        await first.page.goto("about:blank")
    second = await enters("another phone", PHONE)
    await vote.town.signs_in(second, who)
    await second.goes_to(f"/p/{vote.poll}")
    await second.sees("您的选票已经领过了")
    await second.page.get_by_label("当时抄下的投票口令").fill(secret.lower())
    async with second.refused(409):
        await second.page.get_by_label("反对", exact=True).check()
        await second.page.locator("form button.primary").click()
        await expect(second.page.locator("[role=alert]")).to_be_visible(timeout=_WAITS_MS)
    await second.page.get_by_label("当时抄下的投票口令").fill(secret.lower())
    await second.page.get_by_label("弃权", exact=True).check()
    await second.page.locator("form button.primary").click()
    await is_in_the_box(second)


async def _a_tablet_that_forgets(vote: Vote, slip: str, enters: Enters) -> None:
    """At the union's: large, and it signs out by itself."""
    tablet = await enters("tablet", DESKTOP)
    await vote.town.signs_in(tablet, vote.town.by_role("union_chair"))  # who sets it up
    await comes_by_slip(tablet, vote.town, slip, f"?then=/p/{vote.poll}?kiosk=1")
    await tablet.is_fine()
    await expect(tablet.page.locator("html[data-large]")).to_be_attached()
    await marks(tablet, "赞成")
    await is_in_the_box(tablet)
    assert await tablet.page.locator("summary").count() == 0, "its secret is nobody's"
    assert await tablet.page.evaluate(KEPT) == []
    await tablet.page.wait_for_url(re.compile(r"/slip\?then="), timeout=_KIOSK_MS)
    await tablet.is_fine()
    answer = await tablet.context.request.get(f"{tablet.url}{API}/me")
    assert answer.status == 401


async def test_an_election_takes_no_more_taps_than_names_and_two(enters: Enters, server: House) -> None:
    """From the link in the reminder to the box: a tap on each name, one to go on, one to cast."""
    async with town_of(server.url, enters) as town:
        voters = await asyncio.to_thread(on_the_roster, town)
        table = await up_to(town, c.RecordElection, of=Meeting)
        vote = await asyncio.to_thread(opened, town, table, voters, c.OpenElection, electorate="all_workers")
        phone = await enters("worker", PHONE)
        await vote.town.signs_in(phone, vote.voters[-1])
        seen = await asyncio.to_thread(town.sandbox.look, vote.voters[-1], f"/polls/{vote.poll}")
        names = [one["name"] for one in seen["choices"] if one["person"]][: seen["picks"]]
        await phone.goes_to(f"/p/{vote.poll}")
        await phone.page.evaluate(COUNTS_TAPS)
        for name in names:
            await phone.page.get_by_label(name).check()
        await phone.page.locator("footer.go button").click()
        await phone.page.locator("dialog button.primary").first.click()
        taps = await phone.page.evaluate("window.taps")
        await is_in_the_box(phone)
        assert 0 < taps == len(names) + 2 <= TAPS_MAX, (taps, names)
