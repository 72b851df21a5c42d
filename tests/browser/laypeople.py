"""People whom nobody told how it works, at browsers of their own: each finds what he has to do by what the pages show.

An address is never typed. What each act costs is counted in presses, fields and letters, and said in minutes by the
keystroke-level model (Card, Moran and Newell 1980): long for who is used to a screen, about right for who sees it once.
`make lay` prints it; docs/USABILITY.md says what was found that way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.async_api import Locator

from cloudnego.core import commands as c
from tests.browser.forms import Form
from tests.browser.person import DESKTOP, Person
from tests.browser.played import Town, signs_in
from tests.browser.windows import Enters
from tests.conftest import ROOT

_THINKS_S: Final = 1.35  # M, before each press and each field
_PRESSES_S: Final = 1.1  # P, by finger or mouse
_LETTER_S: Final = 0.28 * 3  # K, an average typist; a Chinese character takes some three keys
_READS_PER_S: Final = 5.0  # 300 characters a minute
_LOOKED_AT_MAX: Final = 150  # of a page that is new to him; nobody reads on before he looks for a button
_KNOWN_MAX: Final = 25  # of a page he was on before


@cache
def _groups() -> Mapping[str, str]:
    """Each act with the page of a case that has it, as the pages group them."""
    said = (ROOT / "frontend" / "src" / "pages" / "case" / "groups.ts").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for name, acts in re.findall(r"^  (\w+): \{ step: [^,]+, commands: \[(.*?)\] \}", said, re.MULTILINE):
        for act in re.findall(r"'(\w+)'", acts):
            found.setdefault(act, name)
    return found


def _page_of(page: str) -> str | None:
    return _groups().get(page.rpartition("/")[2].replace("-", "_"))


class Effort:
    """What one person has done so far, and where he stumbled."""

    def __init__(self, who: str) -> None:
        self.who = who
        self.presses = 0
        self.fields = 0
        self.letters = 0
        self.read = 0
        self.acts: list[str] = []
        self.stumbles: list[str] = []
        self._known: set[str] = set()

    @property
    def minutes(self) -> float:
        """How long it takes by hand; nothing of it is the time of the test."""
        pressed = self.presses * (_THINKS_S + _PRESSES_S) + self.fields * _THINKS_S
        return (pressed + self.letters * _LETTER_S + self.read / _READS_PER_S) / 60

    def reads(self, page: str, characters: int) -> None:
        """A page, by its address; a case's page is the same for every case."""
        most = _KNOWN_MAX if page in self._known else _LOOKED_AT_MAX
        self._known.add(page)
        self.read += min(most, characters)

    def __str__(self) -> str:
        return (
            f"{self.who}: {len(self.acts)} acts, {self.presses} presses, {self.fields} fields,"
            f" {self.letters} letters, {self.minutes:.1f} minutes, {len(self.stumbles)} stumbles"
        )


class CountingForm(Form):
    """Counts what a form wants of who fills it; what it says already is left as it is and costs nothing."""

    def __init__(self, person: Person, effort: Effort) -> None:
        super().__init__(person.page)
        self._effort = effort

    async def _typed(self, field: Locator, value: Any, _: str) -> None:
        inside = field.locator("input, textarea").first
        if await inside.input_value() != str(value):
            self._counts(len(str(value)))
            await inside.fill(str(value))

    _line = _text = _code = _count = _rate = _date = _time = _typed

    async def _choice(self, field: Locator, value: str, at: str) -> None:
        await self._chosen(field, value)
        await super()._choice(field, value, at)

    async def _flag(self, field: Locator, value: bool, at: str) -> None:
        await self._chosen(field, str(value).lower())
        await super()._flag(field, value, at)

    async def _pick(self, field: Locator, value: str, at: str) -> None:
        await self._chosen(field, value)
        await super()._pick(field, value, at)

    async def _picks(self, field: Locator, value: Sequence[str], at: str) -> None:
        boxes = field.locator('input[type="checkbox"]')
        await boxes.first.wait_for()
        for box in await boxes.all():
            if await box.is_checked() != (await box.get_attribute("value") in value):
                self._counts()
        await super()._picks(field, value, at)

    async def _chosen(self, field: Locator, value: str) -> None:
        """One press where another choice stands there."""
        said = field.locator(f'input[value="{value}"]:checked, option[value="{value}"]:checked')
        if not await said.count():
            self._counts()

    async def _file(self, field: Locator, value: str, at: str) -> None:
        self._counts()
        await super()._file(field, value, at)

    async def _evidence(self, field: Locator, value: Mapping[str, str], at: str) -> None:
        self._counts()
        await super()._evidence(field, value, at)

    def _counts(self, letters: int = 0) -> None:
        self._effort.fields += 1
        self._effort.presses += 1
        self._effort.letters += letters


class LayTown(Town):
    """A town in which some people go by what they see; the others are quicker."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.efforts: dict[str, Effort] = {}

    async def comes(self, enters: Enters, who: str, size: Any = DESKTOP) -> Person:
        """He signs in by the form and goes by what he sees from now on."""
        one = self.sandbox.people[who]
        effort = self.efforts[who] = Effort(str(one))
        person = self._windows[who] = await enters(str(one), size)
        await signs_in(person, self.sandbox.district, one.login, one.password)
        self._letter(who)
        effort.presses, effort.fields = effort.presses + 4, effort.fields + 2
        effort.letters += len(one.login) + len(one.password)
        await self._reads(person, effort)
        return person

    def _form(self, person: Person, who: str) -> Form:
        return CountingForm(person, self.efforts[who]) if who in self.efforts else super()._form(person, who)

    async def _comes_to(self, person: Person, who: str, page: str) -> None:
        effort = self.efforts.get(who)
        if effort is None:
            await super()._comes_to(person, who, page)
            return
        effort.acts.append(page)
        before = effort.presses
        where = await self._finds(person, effort, page)
        if where is None:
            effort.stumbles.append(f"{page}: nothing leads there")
            await person.goes_to(page)
        elif where.startswith("/") and where.removeprefix("/") != _page_of(page):
            effort.stumbles.append(f"{page}: found only at {where}, after {effort.presses - before} presses")

    async def _finds(self, person: Person, effort: Effort, page: str) -> str | None:
        """Go to a page by what is shown: what waits for him, all of it, his cases, the case, its pages one by one."""
        if urlsplit(person.page.url).path == "/":  # he draws the page down to see what is new
            await person.page.reload()
            effort.presses += 1
            await person.is_fine()
        else:
            await self._presses(person, effort, person.page.locator('nav a[href="/"]:visible'))
        if await self._leads(person, effort, page):
            return "where he was"  # his home, or the case, where the last receipt leaves him
        if await self._presses(person, effort, person.page.locator('main a[href="/todo"]:visible')) and (
            await self._leads(person, effort, page)
        ):
            return "全部事项"
        await self._presses(person, effort, person.page.locator('nav a[href="/cases"]:visible'))
        if await self._leads(person, effort, page):
            return "his cases"
        case = page.split("/do/", maxsplit=1)[0]
        if not await self._presses(person, effort, person.page.locator(f'main a[href="{case}"]:visible')):
            return None
        if await self._leads(person, effort, page):
            return "the case"
        links = [await one.get_attribute("href") or "" for one in await person.page.locator("main a:visible").all()]
        inside = [one for one in dict.fromkeys(links) if one.startswith(f"{case}/") and "/do/" not in one]
        inside.sort(key=lambda one: one != f"{case}/{_page_of(page)}")  # first where its name says it is
        for link in inside:
            if await self._presses(person, effort, person.page.locator(f'main a[href="{link}"]:visible')):
                if await self._leads(person, effort, page):
                    return link.removeprefix(case)
                await person.page.go_back()
                effort.presses += 1
                await person.is_fine()
        return None

    async def _leads(self, person: Person, effort: Effort, page: str) -> bool:
        """Whether something here leads to the page; then he is there."""
        return await self._presses(person, effort, person.page.locator(f'main a[href^="{page}"]:visible'))

    async def _presses(self, person: Person, effort: Effort, link: Locator) -> bool:
        if not await link.count():
            return False
        await link.first.click()
        effort.presses += 1
        await person.is_fine()
        await self._reads(person, effort)
        return True

    async def _reads(self, person: Person, effort: Effort) -> None:
        effort.reads(urlsplit(person.page.url).path, len(await person.page.locator("main").inner_text()))

    async def acts(self, who: str, case: str, command: c.Command) -> Mapping[str, Any]:
        receipt = await super().acts(who, case, command)
        if who in self.efforts:  # to send it, to say yes to what binds, to go on
            self.efforts[who].presses += 2
        return receipt
