"""Four kinds of people come in by the form and see what is asked of them; and everybody who comes in other ways."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import ViewportSize, expect

from tests.browser.person import DESKTOP, PHONE, Person
from tests.browser.played import READ, Town, signs_in, town_of
from tests.browser.windows import Enters
from tests.journeys.conftest import House


@pytest_asyncio.fixture(loop_scope="session")
async def town(enters: Enters, server: House) -> AsyncIterator[Town]:
    """A sandbox with the people of a case that nobody has opened."""
    async with town_of(server.url, enters) as made:
        yield made


async def come_in(person: Person, town: Town, who: str) -> None:
    one = town.sandbox.people[who]
    await signs_in(person, town.sandbox.district, one.login, one.password)


@pytest.mark.parametrize(
    ("role", "size"),
    [
        pytest.param("union_chair", PHONE, id="chair", marks=pytest.mark.whole),
        pytest.param("hr", DESKTOP, id="hr", marks=pytest.mark.whole),
        pytest.param("worker", PHONE, id="worker"),
        pytest.param("district_union", DESKTOP, id="official"),
    ],
)
async def test_somebody_signs_in_and_sees_what_waits_for_him(
    enters: Enters, town: Town, role: str, size: ViewportSize
) -> None:
    who = town.by_role(role)
    person = await enters(role, size)
    await come_in(person, town, who)
    await person.sees(f"{town.sandbox.people[who].name}，您好")
    await person.sees(re.compile("演示区："))
    await person.fits_everywhere()
    for page in ("协商案", "我的"):
        await person.goes_to({"协商案": "/cases", "我的": "/me"}[page])
        await person.fits_everywhere()


async def test_a_wrong_password_is_said_and_not_which_part_was_wrong(enters: Enters, town: Town) -> None:
    person = await enters("stranger", PHONE)
    await person.goes_to(f"/signin?district={town.sandbox.district}")
    await person.page.get_by_label("登录名").fill(town.sandbox.people[town.by_role("hr")].login)
    await person.page.get_by_label("密码").last.fill("not the password")
    async with person.refused(401):
        await person.page.get_by_role("button", name="登录", exact=True).click()
        await expect(person.page.get_by_role("alert")).to_be_visible()
    await person.is_fine()
    assert "/signin" in person.page.url


async def test_who_has_not_signed_in_comes_back_to_where_he_wanted(enters: Enters, town: Town) -> None:
    person = await enters("stranger")
    await person.goes_to("/messages")
    assert "/signin?then=/messages" in person.page.url


async def test_by_keyboard_alone_somebody_signs_in_and_reaches_the_cases(enters: Enters, town: Town) -> None:
    one = town.sandbox.people[town.by_role("hr")]
    person = await enters("hr")
    await person.goes_to(f"/signin?district={town.sandbox.district}")
    keys = person.page.keyboard
    await person.tabs_to(person.page.get_by_label("登录名"))
    await keys.type(one.login)
    await keys.press("Tab")
    await keys.type(one.password)
    await keys.press("Enter")
    await person.page.wait_for_url(re.compile(r"/(accept.*)?$"))
    await person.is_fine()
    while await person.page.get_by_role("button", name=READ).count():
        await person.tabs_to(person.page.get_by_role("button", name=READ))
        await keys.press("Enter")
        await person.is_fine()
    await person.tabs_to(person.page.get_by_role("link", name="协商案", exact=True).first)
    await keys.press("Enter")
    await person.page.wait_for_url("**/cases")
    await person.is_fine()
    assert await person.page.evaluate("document.activeElement.tagName") == "H1", "the reader stands at the sentence"


@pytest.mark.whole
async def test_at_200_percent_nothing_is_lost_or_wider_than_the_window(enters: Enters, town: Town) -> None:
    """Zoom to 200 % is a window of half the size with twice the pixels (WCAG 1.4.4, 1.4.10)."""
    half = ViewportSize(width=DESKTOP["width"] // 2, height=DESKTOP["height"] // 2)
    person = await enters("hr", half, device_scale_factor=2)
    await come_in(person, town, town.by_role("hr"))
    for path in ("/", "/cases", "/me", "/cases/new"):
        await person.goes_to(path)


@pytest.mark.whole
async def test_with_motion_allowed_all_is_as_well(enters: Enters, town: Town) -> None:
    person = await enters("hr", PHONE, reduced_motion="no-preference")
    await come_in(person, town, town.by_role("hr"))
