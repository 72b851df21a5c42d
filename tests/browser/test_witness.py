"""Two chiefs' devices confirm the record by themselves, and a device that is shown an older one names both."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Route, expect

from cloudnego.core import commands as c
from cloudnego.core.vocabulary import Side
from tests.browser.person import Person
from tests.browser.played import Town, town_of, up_to
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = [pytest.mark.whole, pytest.mark.timeout(900)]

CHECKPOINTS = re.compile(r"/checkpoints(\?.*)?$")


async def _makes_a_key(town: Town, who: str, case: str) -> Person:
    """On the page of the record, with a proof; the device then confirms at once."""
    person = await town.window(who)
    await asyncio.to_thread(town._letter, who)  # he has one before he is asked for its code
    await person.goes_to(f"/c/{case}/log")
    async with person.refused(403):
        await person.page.get_by_role("button", name="在本设备上建立密钥").click()
        await expect(person.page.locator("#stepup")).to_be_visible()
        await town.proves(person, who)
        await person.sees("本设备核对以后自动确认")
    await expect(person.page.locator(".sides .chip.ok").first).to_be_visible()
    await person.is_fine()
    return person


async def _refuses_an_older_log_of_the_district(employer: Person, case: str, server: House) -> None:
    """A device that keeps its head is shown one that was before: a case was taken away whole, or is to be."""
    await employer.sees("区的记录每十分钟")
    answer = await employer.page.request.get(f"{employer.url}/api/v1/district/log")
    shown = await answer.json()
    empty = {**shown, "size": 0, "proof": None, "note": shown["note"].replace(f"\n{shown['size']}\n", "\n0\n", 1)}

    async def another(route: Route) -> None:
        await route.fulfill(json=empty)

    await employer.page.route(re.compile(r"/district/log(\?.*)?$"), another)
    await employer.goes_to(f"/c/{case}/log")
    await expect(employer.page.locator("section[role=alert] h2")).to_have_text("区的记录")
    await employer.is_fine()


async def test_both_devices_confirm_by_themselves_and_neither_goes_back(enters: Enters, server: House) -> None:
    async with town_of(server.url, enters) as town:
        case = (await up_to(town, c.SendMeetingNotice)).record.case
        assert case is not None
        worker = await _makes_a_key(town, town.settled.cast.bench(Side.WORKER)[0], case)
        await worker.sees("尚待企业方的设备确认")
        employer = await _makes_a_key(town, town.settled.cast.bench(Side.EMPLOYER)[0], case)
        await employer.sees("共同确认全部记录")

        answer = await worker.page.request.get(f"{worker.url}/api/v1/negotiations/{case}/checkpoints")
        older = await answer.text()
        await town.acts(town.settled.cast.bench(Side.WORKER)[1], case, c.SendMessage(text="下午再谈"))
        await worker.goes_to(f"/c/{case}")  # the device sees that there is more, and confirms that too
        await worker.sees("尚待企业方的设备确认")

        async def an_hour_ago(route: Route) -> None:
            await route.fulfill(body=older, content_type="application/json")

        await worker.page.route(CHECKPOINTS, an_hour_ago)
        await worker.goes_to(f"/c/{case}/log")
        await worker.sees("有记录被拿掉了")
        await expect(worker.page.locator("[role=alert] pre")).to_have_count(2)
        await worker.is_fine()
        await worker.page.unroute(CHECKPOINTS)
        await worker.goes_to(f"/c/{case}/timeline")
        await expect(worker.page.locator("[data-log-alarm]")).to_be_visible()
        await _refuses_an_older_log_of_the_district(employer, case, server)
