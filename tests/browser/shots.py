"""`make shots`: every page at a phone and at a desk, filled, empty, missing and without an answer, with the longest
name a register holds, in large type and in English, as pictures in a folder to look at.

The case is played over HTTP up to its meeting, when most pages have something to show; then its people look around. One
case is no district: cockpit, wall, report and campaign are taken of the demonstration.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.async_api import ViewportSize

import hatch_build
from cloudnego.core import commands as c
from seeds.xiaoshan.district import PASSWORD
from tests.browser.looks import LARGE_AND_ENGLISH, SIZES, look, named, windows
from tests.browser.person import DESKTOP, PHONE, Person
from tests.browser.pictures import START_S
from tests.browser.played import READ, Town, town_of, up_to
from tests.browser.voices import voices
from tests.journeys.conftest import House
from tests.journeys.test_demo import Demo, free_port

OPEN: Final = (
    *("/signin", "/slip", "/invitation", "/new-password", "/texts/privacy", "/law/HZ%2024", "/glossary"),
    *("/api-docs", "/unsubscribe/nothing", "/nothing"),
)
OWN: Final = (
    *("/", "/todo", "/cases", "/cases/new", "/messages", "/me", "/outbox", "/district", "/office"),
    *("/office/enterprises", "/office/organisations", "/office/instructors", "/office/portals", "/office/imports"),
    *("/office/help", "/office/notices", "/office/settings", "/office/sandbox", "/review", "/disputes"),
)
CASE: Final = (
    *("", "/reps", "/topics", "/offer", "/materials", "/meeting", "/congress", "/clauses", "/filing", "/performance"),
    *("/papers", "/sign", "/timeline", "/acts", "/do/make_proposal", "/do/put_clause", "/do/suspend", "/guide/meeting"),
    *("/room", "/screen", "/minutes", "/dispute", "/export", "/sheet/sign-in", "/sheet/agenda", "/sheet/minutes"),
)
DISTRICT: Final = (
    *("/", "/todo", "/cases", "/district", "/district/campaign", "/district/report/{month}", "/office/packs"),
    *("/office/references", "/office/calendar", "/office/map", "/office/enterprises", "/office/organisations"),
)
"""Of a whole district, which its union looks at."""
LONG: Final = ("杭州钱塘江畔跨境电子商务综合试验区" * 4)[:56] + "有限公司"
WALL: Final = ViewportSize(width=1920, height=1080)
LOOKERS: Final = {"phone": ("union_chair", "worker"), "desk": ("legal_representative", "district_union")}


async def _all(town: Town, stranger: dict[str, Person], folder: Path) -> None:
    for size, person in stranger.items():
        for path in OPEN:
            await look(person, path, folder, f"{size}-stranger-{named(path)}")
    for size, roles in LOOKERS.items():
        for role in roles:
            person = await town.window(town.by_role(role))
            await person.page.set_viewport_size(SIZES[size])
            for path in OWN:
                await look(person, path, folder, f"{size}-{role}-empty-{named(path)}")
    case = (await up_to(town, c.WriteMinutes)).record.case
    await _everywhere(town, f"/c/{case}", folder, "")
    await _without_answer(town, f"/c/{case}", folder)
    await _renamed(await town.window(town.by_role("district_union")), town.settled.subject)
    for role in (one for roles in LOOKERS.values() for one in roles):
        await (await town.window(town.by_role(role))).context.add_init_script(LARGE_AND_ENGLISH)
    await _everywhere(town, f"/c/{case}", folder, "long-")


async def _everywhere(town: Town, case: str, folder: Path, kind: str) -> None:
    for size, roles in LOOKERS.items():
        for role in roles:
            person = await town.window(town.by_role(role))
            for path in (*OWN, *(case + page for page in CASE)):
                await look(person, path, folder, f"{size}-{role}-{kind}{named(path.replace(case, '/case'))}")


async def _without_answer(town: Town, case: str, folder: Path) -> None:
    """What pages say while the service is away: all requests of a page but the one who is there."""
    for size, roles in LOOKERS.items():
        person = await town.window(town.by_role(roles[0]))
        asks = re.compile(r"/api/v1/(?!me$|session)")
        await person.page.route(asks, lambda route: route.fulfill(status=503))
        for path in ("/", "/cases", "/messages", "/office/enterprises", case, f"{case}/timeline"):
            await look(person, path, folder, f"{size}-{roles[0]}-error-{named(path.replace(case, '/case'))}")
        await person.page.unroute(asks)


async def _renamed(official: Person, enterprise: str) -> None:
    """The enterprise gets a name of sixty characters in the register."""
    at = f"{official.url}/api/v1/enterprises/{enterprise}"
    headers = {"X-CloudNego": "1", "Origin": official.url}
    answer = await official.context.request.patch(at, data={"name": LONG}, headers=headers)
    assert answer.ok, await answer.text()


async def shots(url: str, folder: Path) -> None:
    """Take them all."""
    async with windows(url) as enters, town_of(url, enters) as town:
        strangers = {name: await enters("stranger", size) for name, size in SIZES.items()}
        await _all(town, strangers, folder)


async def district(url: str, folder: Path) -> None:
    """A whole district: at a desk, at a phone, on the wall, and in large type and English."""
    looks = {"desk": (DESKTOP, False), "phone": (PHONE, False), "wall": (WALL, False), "desk-long": (DESKTOP, True)}
    async with windows(url) as enters:
        for name, (size, long) in looks.items():
            official = await enters("district-union", size)
            if long:
                await official.context.add_init_script(LARGE_AND_ENGLISH)
            month = await _enters_demo(official)
            for path in ("/district/wall",) if name == "wall" else DISTRICT:
                at = path.format(month=month)
                await look(official, at, folder, f"{name}-district-{named(path.replace('{month}', ''))}")
            await official.context.close()


async def _enters_demo(official: Person) -> str:
    """Sign in, having read what everybody reads first; returns the month it is there."""
    headers = {"X-CloudNego": "1", "Origin": official.url}
    body = {"login": "district-union", "password": PASSWORD, "door": "cookie"}
    answer = await official.context.request.post(f"{official.url}/api/v1/session", data=body, headers=headers)
    assert answer.status == 201, await answer.text()
    await official.page.goto(official.url)
    await official._settles()
    while await official.page.get_by_role("button", name=READ).count():
        await official.page.get_by_role("button", name=READ).click()
        await official._settles()
    return str((await answer.json())["me"]["district"]["now"])[:7]


if __name__ == "__main__":
    where = Path(sys.argv[1])
    where.mkdir(parents=True, exist_ok=True)
    hatch_build.build()
    with tempfile.TemporaryDirectory() as home, House(Path(home)) as house:
        asyncio.run(shots(house.url, where))
        asyncio.run(voices(house.url, where))
    with tempfile.TemporaryDirectory() as world, Demo(Path(world), free_port()) as demo:
        asyncio.run(district(demo.ready(START_S), where))
