"""Looking at pages: a window of its own for somebody, and a page of his as a picture in a folder."""

from __future__ import annotations

import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from tests.browser.chromium import axe
from tests.browser.conftest import ALONE, launched
from tests.browser.person import DESKTOP, PHONE, Person
from tests.browser.windows import Enters

SIZES: Final = {"phone": PHONE, "desk": DESKTOP}
AT_HOME: Final = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "reduced_motion": "reduce", **ALONE}
LARGE_AND_ENGLISH: Final = (
    "localStorage.setItem('cloudnego.large', '1'); localStorage.setItem('cloudnego.language', 'en')"
)
_OPENED: Final = "sought => document.querySelectorAll(sought).forEach(one => one.open = true)"
_AS_BEFORE: Final = "localStorage.removeItem('cloudnego.large'); localStorage.removeItem('cloudnego.language')"


@asynccontextmanager
async def windows(url: str) -> AsyncIterator[Enters]:
    """A browser in which anybody may open a window; what goes wrong on a page is seen in its picture."""
    with tempfile.TemporaryDirectory() as letters:
        async with launched(Path(letters)) as browser:
            script = axe()

            async def enters(name: str, size: Any = DESKTOP, /, **more: Any) -> Person:
                context = await browser.new_context(viewport=size, **(AT_HOME | more))
                return Person(name, context, await context.new_page(), url, script)

            yield enters


async def look(person: Person, path: str, folder: Path, name: str) -> None:
    """Go there, wait until it is drawn, and keep it."""
    await person.page.goto(person.url + path)
    await person._settles()
    await person.shot(folder, name)


async def both(person: Person, path: str, folder: Path, name: str, opened: str | None = None) -> None:
    """The same page at a phone and at a desk. `opened`: what is folded and is to be seen."""
    await person.page.goto(person.url + path)
    await here(person, folder, name, opened)


async def here(person: Person, folder: Path, name: str, opened: str | None = None) -> None:
    """The page that is open, at a phone and at a desk."""
    for size, window in SIZES.items():
        await person.page.set_viewport_size(window)
        await person._settles()
        if opened is not None:
            await person.page.evaluate(
                "sought => document.querySelectorAll(sought).forEach(one => one.open = true)", opened
            )
        await person.shot(folder, f"{size}-{name}")


@asynccontextmanager
async def in_large_english(person: Person) -> AsyncIterator[None]:
    """What is opened within is in English and in large type."""
    await person.page.evaluate(LARGE_AND_ENGLISH)
    yield
    await person.page.evaluate(_AS_BEFORE)


def named(path: str) -> str:
    """A path as the name of a picture."""
    return re.sub(r"\W+", "-", path).strip("-") or "home"
