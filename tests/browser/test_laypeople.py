"""People without instruction: a chair gets an offer served, an enterprise answers it, a worker comes in with his slip
and reads the contract (`make lay`)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cloudnego.core import commands as c
from cloudnego.walk.client import API, Api
from tests.browser.laypeople import Effort, LayTown
from tests.browser.person import PHONE
from tests.browser.played import READ, up_to
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = [pytest.mark.whole, pytest.mark.timeout(1800)]

MINUTES_MAX = 20.0
PIN = "728316"


@asynccontextmanager
async def lay_town(url: str, enters: Enters) -> AsyncIterator[LayTown]:
    with Api(url) as api:
        yield await asyncio.to_thread(lambda: LayTown(api, enters))


def said(effort: Effort, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print("", effort, *effort.stumbles, sep="\n  ")


async def test_a_chair_comes_from_opening_to_a_served_offer_in_twenty_minutes(
    enters: Enters, server: House, capsys: pytest.CaptureFixture[str]
) -> None:
    async with lay_town(server.url, enters) as town:
        chair = town.by_role("union_chair")
        await town.comes(enters, chair, PHONE)
        await up_to(town, c.Reply, lambda who, _: who == chair)
        effort = town.efforts[chair]
        said(effort, capsys)
        assert "/cases/new" in effort.acts
        assert any(one.endswith("/send-offer") for one in effort.acts)
        assert effort.minutes <= MINUTES_MAX
        assert effort.stumbles == []


async def test_an_enterprise_answers_and_delivers_what_it_is_asked_for(
    enters: Enters, server: House, capsys: pytest.CaptureFixture[str]
) -> None:
    async with lay_town(server.url, enters) as town:
        lay = [town.by_role("hr"), town.by_role("legal_representative")]
        for who in lay:
            await town.comes(enters, who)
        await up_to(town, c.AcknowledgeMaterial, lambda who, _: who in lay)
        efforts = [town.efforts[who] for who in lay]
        for effort in efforts:
            said(effort, capsys)
        acts = {one.rpartition("/")[2] for effort in efforts for one in effort.acts}
        assert {"appoint-representatives", "reply", "deliver-material"} <= acts
        assert sum(effort.minutes for effort in efforts) <= MINUTES_MAX
        assert [effort.stumbles for effort in efforts] == [[], []]


async def test_a_worker_comes_in_by_slip_and_reads_the_contract(
    enters: Enters, server: House, capsys: pytest.CaptureFixture[str]
) -> None:
    async with lay_town(server.url, enters) as town:
        await up_to(town, None)
        chair = await town.window(town.by_role("union_chair"))
        worker = town.sandbox.people[town.by_role("worker")]
        answer = await chair.context.request.post(
            f"{server.url}{API}/enterprises/{town.settled.subject}/slips",
            data={},
            headers={"X-CloudNego": "1", "Origin": server.url},
        )
        slips = dict(re.findall(r'<p class="name">(.*?)</p>.*?<p class="code">(.*?)</p>', await answer.text()))
        effort = Effort(str(worker))
        person = await enters("worker", PHONE)
        await person.goes_to(f"/slip#{town.sandbox.district}/{slips[worker.name].replace('-', '')}")
        pins = person.page.locator('input[type="password"]')
        await pins.first.fill(PIN)
        async with person.refused(409):
            await person.page.get_by_role("button", name="登录", exact=True).click()
            await pins.nth(1).fill(PIN)
        await person.page.locator("form button.primary").click()
        await person.page.wait_for_url(re.compile(r"/(accept.*)?$"))
        await person.is_fine()
        while await person.page.get_by_role("button", name=READ).count():
            await person.presses(READ)
            effort.presses += 1
        effort.presses, effort.fields, effort.letters = effort.presses + 5, effort.fields + 2, 12
        for link in ('main a[href^="/c/"]', 'a[href$="/performance"]'):
            await person.page.locator(f"{link}:visible").first.click()
            effort.presses += 1
            await person.is_fine()
        said(effort, capsys)
        await person.sees(re.compile("^合同条款"))
        assert len(await person.page.locator(".laid .serif").all_inner_texts()) > 0
        assert effort.minutes <= MINUTES_MAX
