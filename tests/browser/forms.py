"""Fills a form as a person does, from what is to be said: every field by its own widget, none by a back door.

A field is found by what it says (`data-at`, a JSON pointer into the words of the act), and handled by its kind, as its
class says. What the form already says is left as it is; what it says too much is taken away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from playwright.async_api import FilePayload, Locator, Page, TimeoutError

PAPER: Final = FilePayload(name="scan.txt", mimeType="text/plain", buffer="演示·无效力\n".encode())
_DRAWN_MS: Final = 5_000
_KNOWN: Final = ("hash", "whole")  # the case knows them; the form shows them


class Form:
    """One form on a page."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def says(self, words: Mapping[str, Any], at: str = "") -> None:
        """Type everything in `words`; the type of the act is the form itself."""
        for name, value in words.items():
            if name != "type":
                await self._field(f"{at}/{name}", value)

    async def _field(self, at: str, value: Any) -> None:
        field = self._page.locator(f'[data-at="{at}"]')
        try:
            await field.first.wait_for(state="attached", timeout=_DRAWN_MS)
        except TimeoutError as missing:
            raise AssertionError(f"the form does not ask for {at}, which is to be {value!r}") from missing
        await self._unfold(field)
        kind = ((await field.get_attribute("class")) or "").removeprefix("field").split()[0]
        if kind in _KNOWN:
            return
        await getattr(self, f"_{kind}")(field, value, at)

    async def _unfold(self, field: Locator) -> None:
        """Open whatever is folded around a field, from the outside in."""
        folded = field.locator("xpath=ancestor::details[not(@open)]")
        while await folded.count():
            await self.presses(folded.first.locator("summary").first)

    # --- what a hand does -----------------------------------------------------------------------------------------

    async def presses(self, button: Locator) -> None:
        await button.click()

    async def types(self, inside: Locator, said: str) -> None:
        await inside.fill(said)

    async def marks(self, box: Locator, *, on: bool = True) -> None:
        """A box to tick, or one of several to choose from."""
        await box.set_checked(on)

    async def selects(self, select: Locator, value: str) -> None:
        await select.select_option(value)

    async def lays(self, inside: Locator) -> None:
        await inside.set_input_files(PAPER)

    # --- one value ------------------------------------------------------------------------------------------------

    async def _typed(self, field: Locator, value: Any, _: str) -> None:
        await self.types(field.locator("input, textarea").first, str(value))

    _line = _text = _code = _count = _rate = _date = _time = _typed

    async def _money(self, field: Locator, value: int, at: str) -> None:
        await self._typed(field, Decimal(value) / 100, at)

    async def _flag(self, field: Locator, value: bool, _: str) -> None:
        await self.marks(field.locator(f'input[value="{str(value).lower()}"]'))

    async def _choice(self, field: Locator, value: str, _: str) -> None:
        radio = field.locator(f'input[value="{value}"]')
        if await radio.count():
            await self.marks(radio)
        else:
            await self.selects(field.locator("select"), value)

    async def _pick(self, field: Locator, value: str, _: str) -> None:
        await field.locator(f'option[value="{value}"]').wait_for(state="attached")
        await self.selects(field.locator("select"), value)

    async def _picks(self, field: Locator, value: Sequence[str], _: str) -> None:
        boxes = field.locator('input[type="checkbox"]')
        await boxes.first.wait_for()
        for box in await boxes.all():
            await self.marks(box, on=await box.get_attribute("value") in value)
        chosen = [await box.get_attribute("value") for box in await boxes.all() if await box.is_checked()]
        assert set(chosen) == set(value), f"there to pick: {chosen}, wanted: {value}"

    # --- files ----------------------------------------------------------------------------------------------------

    async def _file(self, field: Locator, _: str, __: str) -> None:
        await self.lays(field.locator('input[type="file"]'))
        await field.locator(".chip.ok").wait_for()

    async def _evidence(self, field: Locator, value: Mapping[str, str], at: str) -> None:
        await self.selects(field.locator("select"), value["kind"])
        await self._file(field, value["sha256"], at)

    # --- several values -------------------------------------------------------------------------------------------

    async def _group(self, field: Locator, value: Mapping[str, Any], at: str) -> None:
        switch = field.locator(':scope > label.check > input[type="checkbox"]')
        if await switch.count():
            await self.marks(switch)
        await self.says(value, at)

    async def _list(self, field: Locator, value: Sequence[Mapping[str, Any]], at: str) -> None:
        rows = field.locator(":scope > .stack > details")
        headed = await field.locator(":scope > .stack > details[data-head]").count()
        if headed:
            await self._by_head(field, value, at)
            return
        while await rows.count() > len(value):
            await self._drop(rows.last)
        while await rows.count() < len(value):
            await self.presses(field.locator(":scope > .stack > .row > button").first)
        for n, row in enumerate(value):
            await self.says(row, f"{at}/{n}")

    async def _union(self, field: Locator, value: Sequence[Mapping[str, Any]], at: str) -> None:
        """Things of several kinds: each is added by the button of its kind, and those stand in the order of the API."""
        rows = field.locator(":scope > .stack > details")
        while await rows.count():
            await self._drop(rows.last)
        buttons = field.locator(":scope > .stack > .row > button")
        for n, row in enumerate(value):
            await self.presses(buttons.nth(_KINDS.index(row["kind"])))
            await self.says({name: one for name, one in row.items() if name != "kind"}, f"{at}/{n}")

    async def _by_head(self, field: Locator, value: Sequence[Mapping[str, Any]], at: str) -> None:
        """Topics: one row for each head of the pack stands there; those that are not asked for go."""
        rows = field.locator(":scope > .stack > details")
        wanted = {row["head"]: row for row in value}
        n = 0
        while n < await rows.count():
            head = await rows.nth(n).get_attribute("data-head")
            if head not in wanted:
                await self._drop(rows.nth(n))
                continue
            row = wanted[head]
            await self._field(f"{at}/{n}/answer", row["answer"])
            for name, one in row.items():
                if name not in ("head", "answer"):
                    await self._field(f"{at}/{n}/{name}", one)
            n += 1
        assert n == len(wanted), f"the form offers {n} of the heads {sorted(wanted)}"

    async def _drop(self, row: Locator) -> None:
        await self._unfold(row.locator("button.drop"))
        await self.presses(row.locator("button.drop").last)


_KINDS: Final = ("fen", "rate", "day", "count", "groups")  # of a clause's values, as the document lists them
