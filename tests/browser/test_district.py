"""A district official sees what the API counts, opens the list behind a figure, and the hall sees no name."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
from playwright.async_api import ViewportSize, expect

from cloudnego.walk.client import API
from seeds.xiaoshan.firms import all_firms
from tests.browser.person import DESKTOP, Person
from tests.browser.played import Town, town_of
from tests.browser.windows import Enters
from tests.journeys.conftest import House

HALL: Final = ViewportSize(width=1920, height=1080)
FIRMS: Final = 5
"""As many as a figure must be of to be shown."""
_AWAY: Final = (
    "() => ['header.bar', '.tools'].every(one => getComputedStyle(document.querySelector(one)).display === 'none')"
)

pytestmark = pytest.mark.whole


def registered(town: Town) -> list[str]:
    """Enterprises without a union, called as some of the demonstration's; returns the names of all of these."""
    names = [firm.entry.name for firm in all_firms()]
    places = town.sandbox._api.call("GET", "/regions", token=town.sandbox._admin)["rows"]
    region = max((one["code"] for one in places), key=len)
    for number, name in enumerate(names[:FIRMS]):
        town.sandbox.enterprise(
            {
                "name": name, "credit_code": f"HALL-{number:04d}", "address": "-", "region": region,
                "industry": "C1751", "has_union": False, "headcount": [{"year": 2026, "total": 60}],
            }
        )  # fmt: skip
    return names


async def asked(person: Person, path: str) -> dict[str, Any]:
    """What the API says to the same session."""
    answer = await person.context.request.get(f"{person.url}{API}{path}")
    assert answer.status == 200, await answer.text()
    found: dict[str, Any] = await answer.json()
    return found


async def opened_by_a_campaign(person: Person, names: list[str]) -> None:
    """Pick who has no union, try it, run it."""
    page = person.page
    await person.goes_to("/district/campaign")
    await page.locator("form.filters select").nth(2).select_option("without")
    await page.get_by_label(f"选中可以选的 {FIRMS} 家").check()
    await page.get_by_label("行动名称").fill("春季集中要约行动")
    assert names[0] in await page.content(), "here it stands: it can be found where it must not"
    await person.presses("先试算，不办理")
    await expect(page.locator("[data-outcome=can_open] b")).to_have_text(str(FIRMS))
    await person.presses(f"办理 {FIRMS} 家")
    await expect(page.locator("[data-outcome=opened] b")).to_have_text(str(FIRMS))
    await expect(page.locator("[data-state=opened] b")).to_have_text(str(FIRMS))


async def test_figures_are_the_apis_and_open_their_list_and_a_hall_sees_no_name(enters: Enters, server: House) -> None:
    async with town_of(server.url, enters) as town:
        names = registered(town)
        official = await town.window(town.by_role("district_union"))
        page = official.page
        await opened_by_a_campaign(official, names)

        shown = await asked(official, "/cockpit?wage_year=2026")
        await official.goes_to("/district")
        firms, workers, force = await page.locator("h1 b").all_inner_texts()
        total = shown["total"]
        assert (firms, workers, force) == (str(FIRMS), str(total["headcount"]), str(total["in_force"]))
        for step, one in shown["by_step"].items():
            await expect(page.locator(f"[data-step={step}]")).to_have_text(re.compile(rf"^{one['cases']}\D"))
        await page.locator("[data-step=representatives]").click()
        await expect(page.locator("a.case")).to_have_count(shown["by_step"]["representatives"]["cases"])
        await official.is_fine()

        await official.goes_to("/district/wall")
        for size in (DESKTOP, HALL):
            await page.set_viewport_size(size)
            for edge in ("h1", "footer"):
                await expect(page.locator(edge)).to_be_in_viewport(ratio=1)
        await expect(page.locator("[data-figure=firms] b")).to_have_text(str(FIRMS))
        wall = await page.content()
        people = [one.name for one in town.sandbox.people.values()]
        assert [name for name in (*names, *people) if name in wall] == []
        assert await page.locator("a, button, input").count() <= 1, "nothing to press but the way past the top"

        await official.goes_to("/district/report/2026-03")
        await expect(page.locator("[data-figure=firms] b")).to_have_text(str(FIRMS))
        await expect(page.locator("[data-figure=opened] b")).to_have_text(str(FIRMS))
        assert [name for name in names if name in await page.content()] == []
        await page.emulate_media(media="print")
        assert await page.evaluate(_AWAY), "what frames the page is not printed"
        paper = await page.pdf(prefer_css_page_size=True)
        assert b"/MediaBox [0 0 594.95996 841.91998]" in paper, "A4"
