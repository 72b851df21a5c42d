"""What portals cost: deliveries of webhooks a second of one core against bare posting by httpx2, a thousand webhooks at
once, pages of the feed; and a bulk import against reading its table alone."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, Final

import httpx2
import structlog

from bench import imports
from bench.aims import at_least, at_most, middle, report
from claims.hooked import begin, open_cases
from claims.hooked_receiver import receive
from cloudnego.identity.clients import Grant, NewClient
from cloudnego.identity.hooks import HOOKS_MAX, NewHook
from cloudnego.main import House, build
from cloudnego.web.answers import encode
from cloudnego.web.feed import Wanted, look
from cloudnego.web.postman import Postman
from tests.web.conftest import Founded, found_town, settings_for

CASES: Final = 90
HOOKS: Final = 1_000
RUNS: Final = 5
SCOPES: Final = frozenset({"cases"})
TIMES: Final = 4.0
ROUND_S: Final = 8.0
ROWS: Final = 32_000
IMPORT_SHARE: Final = 0.30
IMPORT_RUNS: Final = 3


def _cpu(work: Callable[[], Coroutine[Any, Any, None]]) -> float:
    """Seconds of CPU of this process: the receiver's are its own."""
    start = time.process_time()
    asyncio.run(work())
    return time.process_time() - start


async def _bare(url: str, bodies: list[bytes]) -> None:
    async with httpx2.AsyncClient() as client:
        for body in bodies:
            await client.post(url, content=body, headers={"Content-Type": "application/json", "webhook-id": "x"})


async def _told(house: House) -> None:
    postman = Postman(house.site)
    await postman.round(None)
    await postman.settled()


def _many(house: House, founded: Founded, url: str, count: int) -> None:
    """So many webhooks, from now on."""
    site, firm = house.site, founded.ids["firm"]
    clients = [
        site.portals.clients.register(
            founded.district, NewClient(name=f"系统 {number}", grants=(Grant(firm, SCOPES),)), "operator"
        )[0]
        for number in range(-(-count // HOOKS_MAX))
    ]
    place = site.log.feed.end()
    for number in range(count):
        client = clients[number // HOOKS_MAX]
        new_hook = NewHook(
            district=founded.district, client=client, enterprise=firm, scopes=SCOPES, url=url, types=frozenset(),
            cases=frozenset(), place=place, by="operator",
        )  # fmt: skip
        site.hooks.make(new_hook)


def _figures(house: House, founded: Founded, url: str, *, hooks: int, runs: int) -> Iterator[tuple[str, float]]:
    site, firm = house.site, founded.ids["firm"]
    (client,) = [one.id for one in site.portals.clients.of(founded.district, None)]
    (hook,) = site.hooks.of([client])
    eyes = site.portals.eyes(client, firm, SCOPES)
    bodies = [encode(row) for _, row in look(site, eyes, 0, Wanted(), 100_000).rows]
    told, bare, pages = [], [], []
    for _ in range(runs):
        site.hooks.replay(hook, 0)
        told.append(_cpu(lambda: _told(house)) / len(bodies))
        bare.append(_cpu(lambda: _bare(url, bodies)) / len(bodies))
        start = time.process_time()
        look(site, site.portals.eyes(client, firm, SCOPES), 0, Wanted(), 100)
        pages.append(time.process_time() - start)
    yield "deliveries a second of a core", 1 / middle(told, 6)
    yield "bare posts a second of a core", 1 / middle(bare, 6)
    yield "pages of the feed a second of a core", 1 / middle(pages, 6)
    _many(house, founded, url, hooks)
    yield "round of all webhooks with nothing to tell, s", middle((_cpu(lambda: _told(house)) for _ in range(runs)), 4)
    place = site.hooks.of([client])[0].place
    last = look(site, eyes, 0, Wanted(), 100_000).rows[-2][0]
    for other in site.portals.clients.of(founded.district, None):
        for one in site.hooks.of([other.id]):
            site.hooks.replay(one, min(place, last))
    yield "one event told to all, s", _cpu(lambda: _told(house))


def run(*, quick: bool = False) -> dict[str, Any]:
    """Ninety events and a thousand webhooks; in the quick form nine and twenty, once."""
    structlog.configure(processors=[_drop])
    runs, hooks = (1, 20) if quick else (RUNS, HOOKS)
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listening:
        place = Path(folder)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/hook"
        receiver = os.fork()
        if receiver == 0:
            receive(listening, None, place / "book", 1)
        try:
            founded = asyncio.run(found_town(settings_for(place / "data")))
            asyncio.run(open_cases(founded, 9 if quick else CASES))
            begin(place / "data", url, (founded.district, founded.ids["firm"]), place / "secret")
            house = build(settings_for(place / "data", webhooks_loopback=True))
            found = {name: round(value, 4) for name, value in _figures(house, founded, url, hooks=hooks, runs=runs)}
            house.close()
        finally:
            os.kill(receiver, signal.SIGKILL)
            os.waitpid(receiver, 0)
    names = list(found)
    imported = imports.figures(300 if quick else ROWS, 1 if quick else IMPORT_RUNS)
    share = {one: imported[f"read {one} wall, s"] / imported[f"import {one} wall, s"] for one in ("xlsx", "csv")}
    return report(
        "portal",
        runs,
        {"webhooks": hooks, **found, **imported},
        (
            at_most("CPU of a delivery against a bare post", found[names[1]] / max(found[names[0]], 0.001), TIMES),
            at_most("round of all webhooks with nothing to tell, s", found[names[3]], ROUND_S),
            *(at_least(f"speed of an import of {one} against reading it", share[one], IMPORT_SHARE) for one in share),
        ),
    )


def _drop(*_: object) -> dict[str, Any]:
    raise structlog.DropEvent
