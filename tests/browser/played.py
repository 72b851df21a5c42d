"""A story at a server whose people do some acts, or all, at browsers of their own: by the forms that everybody has.

`cloudnego walk` carries the same stories over HTTP. Here an act is typed into its form, sent, proved where it binds and
read off its receipt; what it asks, the walk's own chooser says, and the log is believed, not the page.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from random import Random
from typing import Any, Final

from playwright.async_api import Locator
from rich.console import Console

from cloudnego.core import commands as c
from cloudnego.stories import STORIES
from cloudnego.walk.client import API, Api
from cloudnego.walk.command import START
from cloudnego.walk.people import Settled, settle
from cloudnego.walk.rail import Rail
from cloudnego.walk.record import Record
from cloudnego.walk.sandbox import Sandbox
from cloudnego.walk.table import Table
from tests.browser.forms import Form
from tests.browser.person import DESKTOP, PHONE, Person
from tests.browser.windows import Enters

_ON_PHONES: Final = ("union_chair", "worker_representative", "worker", "scrutineer", "legal_representative")
_WORKERS: Final = ("worker_representative", "recorder", "scrutineer", "worker")
_WITHIN_S: Final = 120  # one act, with everything that is looked at after it

ByHand = Callable[[str, c.Command], bool]
"""Whether somebody's act is done at a browser."""
READ: Final = "读过了，同意"


async def signs_in(person: Person, district: str, login: str, password: str) -> None:
    """By the form, and past the texts that everybody reads first."""
    await person.goes_to(f"/signin?district={district}")
    await person.page.get_by_label("登录名").fill(login)
    await person.page.get_by_label("密码").last.fill(password)
    await person.page.get_by_role("button", name="登录", exact=True).click()
    await person.page.wait_for_url(re.compile(r"/(accept.*)?$"))
    await person.is_fine()
    while await person.page.get_by_role("button", name=READ).count():
        await person.presses(READ)


class Town:
    """A sandbox with the people of a story, and a window for each of them from the first time he needs one."""

    def __init__(self, api: Api, enters: Enters, *, regional: bool = False) -> None:
        self.sandbox = Sandbox(api, START)
        self.settled: Settled = settle(self.sandbox, regional=regional)
        self.url = api.url
        self._enters = enters
        if not regional:
            self._list_workers(api)
        self._windows: dict[str, Person] = {}

    def _list_workers(self, api: Api) -> None:
        """The union keeps the roster of its enterprise: whom it may pick in a form stands there."""
        people = [one for one in self.sandbox.people.values() if one.role in _WORKERS]
        lines = [{"number": f"{n:04d}", "name": one.name, "person": one.id} for n, one in enumerate(people, 1)]
        chair = self.sandbox._token(self.by_role("union_chair"))
        api.call("POST", f"/enterprises/{self.settled.subject}/workers", {"workers": lines}, token=chair)

    def by_role(self, role: str) -> str:
        """The first of a role."""
        return next(one.id for one in self.sandbox.people.values() if one.role == role)

    async def window(self, who: str, /, **more: Any) -> Person:
        """His own, signed in. `more`: what its browser context is, the first time."""
        if who not in self._windows:
            one = self.sandbox.people[who]
            size = PHONE if one.role in _ON_PHONES else DESKTOP
            person = self._windows[who] = await self._enters(str(one), size, **more)
            self._letter(who)  # he has one before he is asked for its code
            await self.signs_in(person, who)
        return self._windows[who]

    async def signs_in(self, person: Person, who: str) -> None:
        """At that window, whoever was signed in there."""
        one = self.sandbox.people[who]
        body = {"login": one.login, "password": one.password, "district": self.sandbox.district, "door": "cookie"}
        headers = {"X-CloudNego": "1", "Origin": self.url}
        answer = await person.context.request.post(f"{self.url}{API}/session", data=body, headers=headers)
        assert answer.status == 201, await answer.text()

    async def acts(self, who: str, case: str, command: c.Command) -> Mapping[str, Any]:
        """One act by its form, at `who`'s window; returns what the server answered."""
        person = await self.window(who)
        words = command.model_dump(mode="json", exclude_none=True)
        kebab = command.type.replace("_", "-")
        opening = isinstance(command, c.OpenCase)
        await self._comes_to(person, who, "/cases/new" if opening else f"/c/{case}/do/{kebab}")
        await self._form(person, who).says(words)
        path = f"{API}/negotiations" if opening else f"{API}/negotiations/{case}/{kebab}"
        async with person.refused(403):  # who has proved nothing yet is told so, and then shows his letter
            await self._form(person, who).presses(person.page.locator("form button.primary[class~=wide]").last)
            receipt = await self._sent(person, who, path)
        await person.is_fine()
        return receipt

    async def _comes_to(self, person: Person, who: str, page: str) -> None:
        await person.goes_to(page)

    def _form(self, person: Person, who: str) -> Form:
        return Form(person.page)

    async def _sent(self, person: Person, who: str, path: str) -> Mapping[str, Any]:
        """Say yes to what binds, show the letter where it is wanted, and read the receipt."""
        page = person.page
        binds, proof = page.locator("dialog .foot button[type=button].primary"), page.locator("#stepup")
        receipt, wrong = page.locator("section.receipt"), page.locator("form .refused, form .summary, form .wrong")
        waits = {"binds": binds, "proof": proof}
        while True:
            first = receipt.or_(wrong)
            for one in waits.values():
                first = first.or_(one)
            await first.first.wait_for()
            if await receipt.count():
                answer: Mapping[str, Any] = person.answers[path]
                return answer
            if await wrong.count():
                raise AssertionError(f"{person}: {path}\n{await wrong.all_inner_texts()}\n{person.answers.get(path)}")
            await person.is_fine()
            if "proof" in waits and await proof.count():
                await self.proves(person, who)
                waits.clear()  # what binds was said yes to before
            elif "binds" in waits and await binds.count():
                await self._agrees(person, who, binds)
                del waits["binds"]

    async def _agrees(self, person: Person, who: str, binds: Locator) -> None:
        """Say yes to what binds."""
        await self._form(person, who).presses(binds)

    async def proves(self, person: Person, who: str) -> None:
        """The code of his letter and his password, typed."""
        form = self._form(person, who)
        letter = person.page.locator('#stepup input[value="letter"]')
        if await letter.count():
            await form.marks(letter)
        fields = person.page.locator("#stepup input:not([type=radio])")
        await form.types(fields.nth(0), self._letter(who))
        await form.types(fields.nth(1), self.sandbox.people[who].password)
        await form.presses(person.page.locator('button[form="stepup"]'))

    def _letter(self, who: str) -> str:
        letters = self.sandbox._letters
        if who not in letters:
            letters[who] = str(self.sandbox._administer("/sandbox/letters", {"person": who})["code"])
        return letters[who]


class Played(Table):
    """The table of a walk; what `by_hand` names is done at a window. The story runs in a thread, browsers do not."""

    def __init__(self, town: Town, record: Record, by_hand: ByHand, loop: asyncio.AbstractEventLoop) -> None:
        rail = Rail(Console(quiet=True), record)
        super().__init__(town.sandbox, town.settled, Random(1), record, rail)
        self._town = town
        self._by_hand = by_hand
        self._loop = loop
        self.done: list[str] = []

    def _post(self, who: str, command: c.Command, path: str) -> Any:
        if not self._by_hand(who, command):
            return super()._post(who, command, path)
        acting = self._town.acts(who, self.record.case or "", command)
        receipt = asyncio.run_coroutine_threadsafe(acting, self._loop).result(_WITHIN_S)
        self.done.append(command.type)
        return receipt


class FarEnough(Exception):
    """The case stands where it is to be looked at."""


class UpTo(Played):
    """A story that ends before an act of one kind."""

    ends: type[c.Command] | None

    def catches_up(self) -> None:
        """With what people did by themselves at their windows since it looked last."""
        self._turn(self._read(self._settled.auditor))
        self._known = None

    def _post(self, who: str, command: c.Command, path: str) -> Any:
        if self.ends is not None and isinstance(command, self.ends):
            raise FarEnough
        return super()._post(who, command, path)


async def up_to(
    town: Town, kind: type[c.Command] | None, by_hand: ByHand = lambda _, __: False, of: type[UpTo] = UpTo,
    story: str = "plain",
) -> UpTo:  # fmt: skip
    """A story up to the first act of a kind, or to its end, over HTTP but for what is done by hand."""
    table = of(town, Record(story), by_hand, asyncio.get_running_loop())
    table.ends = kind
    with suppress(FarEnough):
        await asyncio.to_thread(STORIES[story], table)
    return table


@asynccontextmanager
async def town_of(url: str, enters: Enters, *, regional: bool = False) -> AsyncIterator[Town]:
    """A new sandbox, peopled, and nobody in it has done anything."""
    with Api(url) as api:
        yield await asyncio.to_thread(lambda: Town(api, enters, regional=regional))


@asynccontextmanager
async def played(url: str, enters: Enters, story: str, by_hand: ByHand) -> AsyncIterator[tuple[Town, Played]]:
    """A whole story; the town and the table as they were left."""
    async with town_of(url, enters, regional=story == "regional") as town:
        table = Played(town, Record(story), by_hand, asyncio.get_running_loop())
        await asyncio.to_thread(STORIES[story], table)
        await asyncio.to_thread(lambda: table.overview)  # the record ends with the state that was read last
        yield town, table
