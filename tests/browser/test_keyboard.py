"""Whole negotiations by keyboard alone, the first act of each kind, each by its own person; and every page by Tab."""

from __future__ import annotations

import asyncio
from typing import Final

import pytest
from playwright.async_api import Route, expect

from cloudnego.core import commands as c
from cloudnego.walk.client import Api
from tests.browser.keyboard import KeyboardForm, KeyTown
from tests.browser.person import Person
from tests.browser.played import ByHand, up_to
from tests.browser.shots import CASE, OPEN, OWN
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = [pytest.mark.whole, pytest.mark.timeout(1800)]

LOOKERS: Final = ("union_chair", "district_union")
AGAIN: Final = "再试一次"
_CASES: Final = "**/api/v1/negotiations?*"


def first_of_each() -> ByHand:
    seen: set[str] = set()

    def by_hand(_: str, command: c.Command) -> bool:
        fresh = command.type not in seen
        seen.add(command.type)
        return fresh

    return by_hand


async def test_by_keyboard_alone_a_case_goes_through_all_nine_steps(enters: Enters, server: House) -> None:
    with Api(server.url) as api:
        town = await asyncio.to_thread(lambda: KeyTown(api, enters))
        table = await up_to(town, None, first_of_each())
        await asyncio.to_thread(lambda: table.overview)  # the record ends with the state that was read last
        assert table.record.wrong() is None
        assert sorted(table.done) == sorted({one.command for one in table.record.acts})
        assert [effort.stumbles for effort in town.efforts.values() if effort.stumbles] == []


async def test_tab_leads_to_everything_on_every_page(enters: Enters, server: House) -> None:
    with Api(server.url) as api:
        town = await asyncio.to_thread(lambda: KeyTown(api, enters))
        case = (await up_to(town, c.WriteMinutes)).record.case
        stranger = await enters("stranger")
        for path in OPEN:
            async with stranger.refused(422):  # nobody has invited him
                await stranger.goes_to(path)
            await stranger.tabs_through()
        for role in LOOKERS:
            person = await town.window(town.by_role(role))
            for path in (*OWN, *(f"/c/{case}{page}" for page in CASE)):
                async with person.refused(403, 404):  # not everything is for everybody
                    await person.goes_to(path)
                await person.tabs_through()
        chair = await town.window(town.by_role(LOOKERS[0]))
        await tries_again(chair)
        await looks_back(chair, f"/c/{case}/timeline")


async def tries_again(person: Person) -> None:
    """The button goes with what had failed; whoever pressed it goes on in the page."""
    async with person.refused(500):
        await person.page.route(_CASES, _fails)
        await person.goes_to("/cases")
    again = person.page.get_by_role("button", name=AGAIN)
    await person.page.unroute(_CASES)
    await KeyboardForm(person).presses(again)
    await person.page.locator("main a[href^='/c/']").first.wait_for()
    await person.is_fine()
    await person.stands("main")


async def looks_back(person: Person, timeline: str) -> None:
    """To the very first moment, where there is no further back: whoever stands at the button still stands there."""
    await person.goes_to(timeline)
    form, slider = KeyboardForm(person), person.page.locator("#scrub")
    await person.tabs_to(slider)
    await person.page.keyboard.press("Home")
    await person.page.keyboard.press("ArrowRight")
    before = person.page.locator(".scrub button").first
    await form.presses(before)
    await expect(slider).to_have_value("0")
    await person.stands(".scrub button")
    await person.is_fine()


async def _fails(route: Route) -> None:
    await route.fulfill(status=500)
