"""One server and one browser for each process of tests, and people who each have a window of their own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ViewportSize, async_playwright
from pytest_asyncio import is_async_test

import hatch_build
from tests.browser.chromium import FLAGS, axe, chromium
from tests.browser.person import DESKTOP, Person
from tests.browser.windows import Enters
from tests.journeys.conftest import House, running
from tests.npm import node

__all__ = ["running"]  # the server that the walks go through, too

HERE = Path(__file__).resolve().parent
_WITHIN_S = 300
ALONE: Final = {"service_workers": "block"}  # it fetches a hundred files for each new window: who tests it lets it in
_STEP_MS = 10_000  # what a page may take to show what it was asked for, on two busy cores


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser belongs to the loop it was started on, so all of these run on one. The first test of a process may
    have to fetch and unpack it."""
    for item in items:
        if HERE in item.path.parents and is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(_WITHIN_S))


@pytest.fixture(scope="session")
def built() -> None:
    """The pages of this checkout. After the README's install they are there; a worktree builds them once."""
    hatch_build.build()


@pytest.fixture(scope="session")
def server(built: None, running: House) -> House:
    """A server of its own as an operator starts it; it reads the pages when the first is asked for."""
    return running


@asynccontextmanager
async def launched(place: Path) -> AsyncIterator[Browser]:
    """A browser; `place`: a folder of this run."""
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node() / "bin" / "node"))  # noqa: TID251 - its own needs libatomic
    found = chromium(place)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found.program,
            args=list(FLAGS),
            env={**os.environ, **found.environment},  # noqa: TID251 - what a process is started with
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    async with launched(tmp_path_factory.mktemp("letters")) as found:
        yield found


@pytest.fixture(scope="session")
def axe_script() -> str:
    return axe()


@pytest_asyncio.fixture(loop_scope="session")
async def enters(browser: Browser, server: House, axe_script: str) -> AsyncIterator[Enters]:
    """Windows for people; at the end nothing may have gone wrong in any of them, whoever was looked at last."""
    async with AsyncExitStack() as stack:
        people: list[Person] = []

        async def enter(name: str, size: ViewportSize = DESKTOP, /, **more: Any) -> Person:
            words = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "reduced_motion": "reduce", **ALONE, **more}
            context = await browser.new_context(viewport=size, **words)
            stack.push_async_callback(context.close)
            context.set_default_timeout(_STEP_MS)
            person = Person(name, context, await context.new_page(), server.url, axe_script)
            people.append(person)
            return person

        yield enter
        for person in people:
            person.nothing_went_wrong()
