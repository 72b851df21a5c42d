"""People without a mouse: every field, every link and every button by keys, and the focus never lost on the way.

A pointer that is pressed in such a window is an error in its console, so nothing here can slip into clicking. One thing
is not typed: the file itself, which is handed to the chooser that a key has opened; that one belongs to the system.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from playwright.async_api import Locator, expect

from cloudnego.core import commands as c
from tests.browser.forms import PAPER, Form
from tests.browser.laypeople import Effort, LayTown
from tests.browser.person import DESKTOP, Person
from tests.browser.played import READ
from tests.browser.windows import Enters

_NO_POINTER: Final = """
for (const kind of ['pointerdown', 'mousedown', 'touchstart'])
    addEventListener(kind, event => event.isTrusted && console.error(`by hand: ${kind}`), true);
"""
_ORDERS: Final = ((1, 2, 0), (0, 1, 2), (2, 1, 0))  # of year, month and day, as browsers have them
_AWAY: Final = """(one, value) => [...one.options].findIndex(option => option.value === value) - one.selectedIndex"""
_UNFILLED: Final = (
    """form => [...form.querySelectorAll('[required]')].some(one => one.type !== 'radio' && !one.value)"""
)
_ROUND: Final = 14  # more stops than a sheet has
_INSIDE: Final = "one => one.contains(document.activeElement)"
_ELSEWHERE: Final = "one => document.activeElement !== document.body && !one.contains(document.activeElement)"


class KeyboardForm(Form):
    """Does by keys what the other does by hand."""

    def __init__(self, person: Person) -> None:
        super().__init__(person.page)
        self._person = person
        self._keys = person.page.keyboard

    async def presses(self, button: Locator) -> None:
        await self._person.tabs_to(button)
        await self._keys.press("Enter")
        await self._person.stands()

    async def types(self, inside: Locator, said: str) -> None:
        if await inside.input_value() == said:
            return
        await self._person.tabs_to(inside)
        kind = await inside.get_attribute("type")
        if kind in ("date", "time"):
            await self._parts(inside, said)
        else:
            await self._keys.press("Control+a")
            await self._keys.type(said)
        assert await inside.input_value() == said, f"typed {said!r}, there is {await inside.input_value()!r}"

    async def _parts(self, inside: Locator, said: str) -> None:
        """A date or a time is typed part by part; a full part leads on to the next by itself. In which order the parts
        of a date stand, the browser's own language says: whoever sees the field sees it, we try."""
        parts = re.split("[-:]", said)
        for order in _ORDERS if len(parts) == len(_ORDERS[0]) else (range(len(parts)),):
            while await inside.evaluate(_INSIDE):  # it has several stops
                await self._keys.press("Shift+Tab")
            await self._keys.press("Tab")
            await self._keys.type("".join(parts[n] for n in order))
            if await inside.input_value() == said:
                return

    async def marks(self, box: Locator, *, on: bool = True) -> None:
        if await box.is_checked() == on:
            return
        if await box.get_attribute("type") == "checkbox":
            await self._person.tabs_to(box)
            await self._keys.press("Space")
        else:
            await self._among(box)
        await expect(box).to_be_checked(checked=on)

    async def _among(self, radio: Locator) -> None:
        """Tab leads to the group, arrows lead through it."""
        group = radio.locator("xpath=ancestor::fieldset[1]")
        await self._person.tabs_to(group, inside=True)
        for _ in range(await group.locator('input[type="radio"]').count()):
            if await radio.evaluate(_INSIDE):
                break
            await self._keys.press("ArrowDown")
        if not await radio.is_checked():
            await self._keys.press("Space")

    async def selects(self, select: Locator, value: str) -> None:
        if await select.input_value() == value:
            return
        await self._person.tabs_to(select)
        away = await select.evaluate(_AWAY, value)
        for _ in range(abs(away)):
            await self._keys.press("ArrowDown" if away > 0 else "ArrowUp")
        assert await select.input_value() == value, f"{value!r} is not among what there is to choose"

    async def lays(self, inside: Locator) -> None:
        await self._person.tabs_to(inside)
        async with self._page.expect_file_chooser() as chooser:
            await self._keys.press("Enter")
        await (await chooser.value).set_files(PAPER)


class KeyTown(LayTown):
    """A town without a mouse. Where an act is, its people find as laypeople do, by Tab and Enter."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._put_away: set[str] = set()  # what was closed once by Escape

    async def window(self, who: str, /, **_: Any) -> Person:
        return self._windows.get(who) or await self.comes(self._enters, who)

    async def comes(self, enters: Enters, who: str, size: Any = DESKTOP) -> Person:
        one = self.sandbox.people[who]
        self.efforts[who] = Effort(str(one))
        person = self._windows[who] = await enters(str(one), size)
        await person.context.add_init_script(_NO_POINTER)
        person.page.on("filechooser", lambda _: None)  # listened to from now on: a key is quicker than who asks with it
        await signs_in(person, self.sandbox.district, one.login, one.password)
        self._letter(who)
        return person

    def _form(self, person: Person, who: str) -> Form:
        return KeyboardForm(person)

    async def _presses(self, person: Person, effort: Effort, link: Locator) -> bool:
        if not await link.count():
            return False
        await KeyboardForm(person).presses(link.first)
        effort.presses += 1
        await person.is_fine()
        await person.stands()
        return True

    async def acts(self, who: str, case: str, command: c.Command) -> Mapping[str, Any]:
        receipt = await super().acts(who, case, command)
        await (await self.window(who)).stands("section.receipt")
        return receipt

    async def _comes_to(self, person: Person, who: str, page: str) -> None:
        await super()._comes_to(person, who, page)
        if await person.page.locator("form").last.evaluate(_UNFILLED):
            await self._is_told_what_is_missing(person)

    async def _is_told_what_is_missing(self, person: Person) -> None:
        """Who sends a form too early stands at what is to be mended, and a line of it leads to its field."""
        form = KeyboardForm(person)
        await form.presses(person.page.locator("form button.primary[class~=wide]").last)
        await person.stands("form .summary")
        await form.presses(person.page.locator("form .summary button").last)
        await person.stands("form [data-at]")
        await person.is_fine()

    async def _agrees(self, person: Person, who: str, binds: Locator) -> None:
        await self._puts_away(person, "dialog")
        await super()._agrees(person, who, binds)

    async def proves(self, person: Person, who: str) -> None:
        await self._puts_away(person, "#stepup")
        await super().proves(person, who)

    async def _puts_away(self, person: Person, sheet: str) -> None:
        """The focus stays in what lies over the page. The first of a kind is put away by Escape, which leads back to
        the button that brought it, and fetched again."""
        await keeps(person)
        if sheet in self._put_away:
            return
        self._put_away.add(sheet)
        await person.page.keyboard.press("Escape")
        await expect(person.page.locator(sheet)).to_have_count(0)
        await person.stands("button.primary")
        await person.page.keyboard.press("Enter")
        await person.page.locator(sheet).wait_for()


async def signs_in(person: Person, district: str, login: str, password: str) -> None:
    """By keys, and past the texts that everybody reads first."""
    page, form = person.page, KeyboardForm(person)
    await person.goes_to(f"/signin?district={district}")
    await form.types(page.get_by_label("登录名"), login)
    await form.types(page.get_by_label("密码").last, password)
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(r"/(accept.*)?$"))
    await person.is_fine()
    while await page.get_by_role("button", name=READ).count():
        await form.presses(page.get_by_role("button", name=READ))
        await person.is_fine()
        await person.stands()
    await page.wait_for_url(re.compile(r"/$"))
    await person.is_fine()  # at home, with nothing of it under way


async def keeps(person: Person) -> None:
    """A sheet has the focus in it from the first moment, and neither Tab nor Shift+Tab leads to what lies under it. Out
    of the page, to the browser's own bar, they may."""
    sheet = person.page.locator("dialog:modal").last
    assert await sheet.evaluate(_INSIDE), f"{person}, at {person.page.url}: a sheet opened without the focus in it"
    for key in ("Tab", "Shift+Tab"):
        for _ in range(_ROUND):
            await person.page.keyboard.press(key)
            assert not await sheet.evaluate(_ELSEWHERE), f"{person}: {key} leads out of the sheet"
