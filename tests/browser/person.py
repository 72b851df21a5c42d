"""A person at a browser of his own, and what must hold after everything he does.

No error in the console, no request that fails, no answer that is a failure nobody expected, nothing wider than the
window, and no violation of WCAG 2.2 AA that axe can see.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.async_api import (
    BrowserContext,
    ConsoleMessage,
    Error,
    Frame,
    Locator,
    Page,
    Request,
    Response,
    ViewportSize,
    expect,
)

PHONE: Final = ViewportSize(width=390, height=844)
DESKTOP: Final = ViewportSize(width=1440, height=900)
WIDTHS: Final = (360, 390, 768, 1440, 1920)
_RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_AXE: Final = """async (rules) => {
    const found = await axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations'],
        preload: false, iframes: false, elementRef: false});
    return found.violations.map(one => ({
        rule: one.id, help: one.help,
        where: one.nodes.slice(0, 5).map(node => node.target.join(' ') + ' | ' + node.html.slice(0, 160)
            + ' | ' + node.any.concat(node.all, node.none).map(check => check.message).join('; ').slice(0, 200)),
    }));
}"""
_WIDER: Final = """() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    const wide = [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > room + 0.5);
    return [`wider than the window: ${document.documentElement.scrollWidth} > ${room}`,
            ...wide.slice(0, 5).map(one => one.outerHTML.slice(0, 160))];
}"""
_NO: Final = "Failed to load resource: the server responded with a status of"
_LOST: Final = "Failed to load resource: net::"
_NOBODY: Final = (401, "/api/v1/me")  # a page asks who is there, and nobody is an answer
_QUIET_MS: Final = 300  # with no request under way for so long, a page has said what it has to say
_LOOK_MS: Final = 50
_DRAWN_MS: Final = 5_000
_TABS_MAX: Final = 250
_NOWHERE_MAX: Final = 6  # a date has four stops, and out of the page there may be one
_TOWARDS: Final = """(one, inside) => {
    const at = document.activeElement;
    if (one === at || (inside && one.contains(at))) return null;
    return one.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING ? 'Shift+Tab' : 'Tab';
}"""
_OPERATED: Final = """() => {
    const kinds = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
    const all = document.querySelectorAll(kinds);
    const group = one => one.type === 'radio' ? document.querySelectorAll(`input[name="${one.name}"]`) : [one];
    window.there = [...all].filter(one => one.checkVisibility({visibilityProperty: true}) && !one.matches(':disabled'))
        .map(one => [...group(one)]);
    window.been = new Set();
    window.last = null;
}"""
_BEEN: Final = """() => {
    const [at, last] = [document.activeElement, window.last];
    window.last = at;
    if (at === document.body || at === last) return null;  // a date has several stops
    const before = window.been.size;
    return window.been.add(at).size > before;
}"""
_MISSED: Final = """() => window.there.filter(group => group[0].isConnected && !group.some(one => window.been.has(one)))
    .map(group => group[0].outerHTML.slice(0, 160))"""
_UNSEEN: Final = """() => {
    const at = document.activeElement;
    const shown = getComputedStyle(at).clipPath === 'none' ? at : at.closest('label');  // a file's, drawn as a button
    const style = getComputedStyle(shown);
    if (style.outlineStyle === 'none' && style.boxShadow === 'none') return 'without a mark';
    const box = shown.getClientRects()[0];
    const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
    const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
    if (left >= right || top >= bottom) return 'outside of the window';
    const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return over && (shown.contains(over) || over.contains(shown)) ? null : `under ${over?.outerHTML.slice(0, 120)}`;
}"""
_STANDS: Final = """(within) => document.activeElement?.closest(within) !== null"""
_REST_MS: Final = 20_000
_ABORTED: Final = "net::ERR_ABORTED"


class Person:
    """Somebody with a browser context. Everything that goes wrong in it is kept until it is looked at."""

    def __init__(self, name: str, context: BrowserContext, page: Page, url: str, axe: str) -> None:
        self.name = name
        self.context = context
        self.page = page
        self.url = url
        self._axe = axe
        self._wrong: list[str] = []
        self._under_way: set[Request] = set()  # not answered yet
        self._expected: set[int] = set()
        self._losing = False
        self._leaving = False
        self.answers: dict[str, Any] = {}  # the last to each address something was sent to
        page.on("console", self._said)
        page.on("pageerror", lambda error: self._wrong.append(f"uncaught: {error}"))
        page.on("request", self._began)
        page.on("requestfailed", self._failed)
        page.on("framenavigated", self._left)
        page.on("response", self._answered)
        page.on("response", self._kept)

    # --- going about ----------------------------------------------------------------------------------------------

    async def goes_to(self, path: str) -> None:
        """Open an address as if it was typed in. What the page before was just asking for, nobody waits for."""
        self._leaving = True
        await self.page.goto(self.url + path)
        self._leaving = False
        await self.is_fine()

    async def presses(self, name: str | re.Pattern[str]) -> None:
        """A button or a link by what it says."""
        await self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name)).first.click()
        await self.is_fine()

    async def sees(self, text: str | re.Pattern[str]) -> None:
        await expect(self.page.get_by_text(text).first).to_be_visible()

    async def tabs_to(self, target: Locator, *, inside: bool = False) -> None:
        """Press Tab, or Shift+Tab where it lies behind, until it has the focus, which must then be seen. `inside`:
        until something in it has."""
        for _ in range(_TABS_MAX):
            key = await target.evaluate(_TOWARDS, inside)
            if key is None:
                await self._is_seen()
                return
            await self.page.keyboard.press(key)
        raise AssertionError(f"{self}, at {self.page.url}: {_TABS_MAX} times Tab do not lead to {target}")

    async def tabs_through(self) -> None:
        """Press Tab until it has led all around the page: it leads to everything there is to operate, and whoever goes
        so sees at each stop where he is."""
        await self.page.evaluate(_OPERATED)
        nowhere = 0
        while (new := await self._tabs_on()) is not False:
            nowhere = 0 if new else nowhere + 1
            assert nowhere < _NOWHERE_MAX, f"{self}, at {self.page.url}: Tab leads nowhere"
            if new:
                await self._is_seen()
        self._insist([f"Tab does not lead to {one}" for one in await self.page.evaluate(_MISSED)])

    async def _tabs_on(self) -> bool | None:
        """Whether Tab has led to something new; None where it led nowhere else, or out of the page."""
        await self.page.keyboard.press("Tab")
        new: bool | None = await self.page.evaluate(_BEEN)
        return new

    async def _is_seen(self) -> None:
        """Where the focus is, there is a mark, inside the window, and nothing lies over it."""
        wrong = await self.page.evaluate(_UNSEEN)
        if wrong:
            at = await self.page.evaluate("document.activeElement.outerHTML.slice(0, 160)")
            self._insist([f"the focus is {wrong}: {at}"])

    async def stands(self, within: str = "main, dialog, header") -> None:
        """Whoever reads by ear or goes by keys is somewhere, and not thrown back before the beginning of the page."""
        try:
            await self.page.wait_for_function(_STANDS, arg=within, timeout=_REST_MS)
        except Error as lost:
            at = await self.page.evaluate("document.activeElement?.outerHTML.slice(0, 160)")
            raise AssertionError(f"{self}, at {self.page.url}: the focus is not in {within}, but at {at}") from lost

    # --- what must hold -------------------------------------------------------------------------------------------

    async def is_fine(self) -> None:
        """Everything that must hold, at the size the window has."""
        await self._settles()
        await self._is_clean()
        self._insist(await self._wider())
        self._insist(await self._violations())
        self.nothing_went_wrong()

    async def fits_everywhere(self) -> None:
        """Nothing is wider than the window, in any of the widths."""
        before = self.page.viewport_size
        assert before is not None
        try:
            for width in WIDTHS:
                await self.page.set_viewport_size({"width": width, "height": before["height"]})
                self._insist(await self._wider())
        finally:
            await self.page.set_viewport_size(before)

    def nothing_went_wrong(self) -> None:
        wrong, self._wrong = self._wrong, []
        self._insist(wrong)

    @asynccontextmanager
    async def refused(self, *statuses: int) -> AsyncIterator[None]:
        """What is done within may be answered so: a no that the page has to show is no failure of the page."""
        before = self._expected
        self._expected = before | set(statuses)
        try:
            yield
            await self._settles()
        finally:
            self._expected = before

    @asynccontextmanager
    async def losing(self) -> AsyncIterator[None]:
        """What is asked within may stay without an answer: there is no network, or it breaks."""
        self._losing = True
        try:
            yield
        finally:
            self._losing = False

    async def shot(self, folder: Path, name: str) -> None:
        """The whole page as a picture in a folder that is there."""
        await self.page.screenshot(path=folder / f"{name}.png", full_page=True, animations="disabled")

    async def _settles(self) -> None:
        """Wait until nothing is under way."""
        await self.page.wait_for_load_state("load")
        with suppress(Error):  # which headings there are is looked at afterwards
            await self.page.locator("h1").first.wait_for(timeout=_DRAWN_MS)
        quiet = waited = 0
        while quiet < _QUIET_MS:
            await self.page.wait_for_timeout(_LOOK_MS)
            waited += _LOOK_MS
            quiet = 0 if self._under_way else quiet + _LOOK_MS
            if waited > _REST_MS:
                self._insist([f"never answered: {one.method} {one.url}" for one in self._under_way])

    async def _is_clean(self) -> None:
        """The page says what it is, to whoever cannot see it, too."""
        headings = await self.page.locator("h1").count()
        self._insist([] if headings == 1 else [f"{headings} first headings"])
        self._insist([] if await self.page.title() else ["no title"])

    def _insist(self, wrong: Sequence[object]) -> None:
        """Nothing is wrong, or the test says who saw what where."""
        if wrong:
            size = self.page.viewport_size["width"] if self.page.viewport_size else None
            lines = "\n".join(f"  {one}" for one in wrong)
            raise AssertionError(f"{self}, {size} wide, at {self.page.url}:\n{lines}")

    async def _wider(self) -> list[str]:
        found: list[str] = await self.page.evaluate(_WIDER)
        return found

    async def _violations(self) -> list[Any]:
        # Evaluated, not added as a script: the policy of our pages lets no such script in.
        if not await self.page.evaluate("typeof axe === 'object'"):
            await self.page.evaluate(self._axe)
        # The whole page at once: what a bar at the edge of the window covers until one scrolls is no small target.
        size = self.page.viewport_size
        assert size is not None
        tall = await self.page.evaluate("document.documentElement.scrollHeight")
        if tall > size["height"]:
            await self.page.set_viewport_size({"width": size["width"], "height": tall})
        found: list[Any] = await self.page.evaluate(_AXE, _RULES)
        if tall > size["height"]:
            await self.page.set_viewport_size(size)
        return found

    # --- what is heard of the browser -----------------------------------------------------------------------------

    def _said(self, message: ConsoleMessage) -> None:
        if message.type != "error" or (message.text.startswith(_NO) and self._is_no_failure(message)):
            return
        if self._losing and message.text.startswith(_LOST):
            return
        self._wrong.append(f"console: {message.text} {message.location['url']}")

    def _is_no_failure(self, message: ConsoleMessage) -> bool:
        """The browser reports every answer from 400 on as an error; which of them are none, is said here."""
        status = int(message.text.removeprefix(_NO).strip()[:3])
        return status in self._expected or (status, urlsplit(message.location["url"]).path) == _NOBODY

    def _began(self, request: Request) -> None:
        self._under_way.add(request)

    def _left(self, frame: Frame) -> None:
        if self._losing and frame.parent_frame is None:
            self._under_way.clear()  # nobody says what became of what a page had asked that is gone

    def _failed(self, request: Request) -> None:
        self._under_way.discard(request)
        left = self._leaving and request.method == "GET" and request.failure == _ABORTED
        if not self._losing and not left:
            self._wrong.append(f"failed: {request.method} {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        self._under_way.discard(response.request)
        asked = (response.status, urlsplit(response.url).path)
        if response.status >= 400 and response.status not in self._expected and asked != _NOBODY:
            self._wrong.append(f"answered {response.status}: {response.request.method} {response.url}")

    async def _kept(self, response: Response) -> None:
        if response.request.method == "POST" and "json" in response.headers.get("content-type", ""):
            with suppress(Error):  # the page is gone, and the answer with it
                self.answers[urlsplit(response.url).path] = await response.json()

    def __str__(self) -> str:
        return self.name
