"""kill -9 of whoever tells webhooks, between any two steps: nothing is lost, told out of order in its case or forged.

A supervisor forks one teller after the other on one database; a receiver beside them writes down what it took, and
checks each signature with the library of Standard Webhooks. Now and then it is in a bad mood: it drops the connection,
fails, redirects, is slow, hangs, is down for a day. When all was told it begins anew.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from typing import Any, Final, NoReturn

import msgspec
from sqlalchemy import func, select
from sqlmodel import col

from claims.hooked_receiver import CUT_SHORT, SLOW_S, receive
from claims.killing import LIVED, Broken, forked, quiet, recorded, was_killed
from cloudnego.identity import outward
from cloudnego.identity.clients import Grant, NewClient
from cloudnego.identity.hook_tables import WebhookDelivery
from cloudnego.identity.hooks import Hooks, NewHook
from cloudnego.identity.outward import Line
from cloudnego.identity.portal_tables import PortalUsage
from cloudnego.main import House, build, install, now_s
from cloudnego.web.feed import Wanted, look
from cloudnego.web.postman import PAGE, Postman
from tests.web.conftest import Founded, settings_for, town_in
from tests.web.played import DISTRICT, rehearsed, settle, write

CASES: Final = 7
ACTS: Final = 20  # of each
LONGEST_LIFE_S: Final = 0.6
AHEAD_S: Final = 3 * 86_400  # what waits for its next try is due, and signatures are of the present
POINTS: Final = ("lease", "leased", "post", "posted", "note", "noted")


WAITS_S: Final = 2.0  # in place of ten seconds: after that a receiver hangs


class Hooked(msgspec.Struct, frozen=True):
    """What a run came through: tellers, where they ended, events, deliveries, those that were cut short, and how often
    all was told."""

    tellers: int
    ended: dict[str, int]
    events: int
    deliveries: int
    cut_short: int
    passes: int


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def _doom(point: str, hit: int) -> None:
    """Lay a trap at the `hit`-th passing of a point."""
    passed = 0

    def reached() -> None:
        nonlocal passed
        passed += 1
        if passed == hit:
            _die()

    def around(kind: Any, name: str, *, before: bool) -> None:
        whole: Callable[..., Any] = getattr(kind, name)

        def trapped(*given: Any, **more: Any) -> Any:
            if before:
                reached()
            done = whole(*given, **more)
            if not before:
                reached()
            return done

        async def trapped_post(*given: Any) -> Any:
            if before:
                reached()
            posted: Awaitable[Any] = whole(*given)
            done = await posted
            if not before:
                reached()
            return done

        setattr(kind, name, trapped_post if kind is Line else trapped)

    match point:
        case "lease" | "leased":
            around(Hooks, "lease", before=point == "lease")
        case "post" | "posted":
            around(Line, "post", before=point == "post")
        case "note" | "noted":
            around(Hooks, "note", before=point == "note")
        case _:
            return  # the clock's


# --- tellers ------------------------------------------------------------------------------------------------------


def _house(place: Path) -> House:
    house = build(settings_for(place, webhooks_loopback=True))
    house.site.hooks._now_s = lambda: now_s() + AHEAD_S  # type: ignore[misc]
    return house


def tell(place: Path, point: str, hit: int) -> None:
    """Tell all there is, or die at a point."""
    house = _house(place)
    outward._WHOLE_S = WAITS_S  # type: ignore[misc]
    _doom(point, hit)

    async def telling() -> None:
        house.site.hooks.begin()
        postman = Postman(house.site)
        await postman.round(None)
        await postman.settled()

    asyncio.run(telling())
    house.close()


def begin(place: Path, url: str, whose: tuple[str, str], secret: Path, *more: str) -> list[str]:
    """A webhook of a program let in by an enterprise of a district, from the beginning on; gives the ids of all it is
    to be told. `more`: scopes."""
    house = _house(place)
    site, (district, firm) = house.site, whose
    scopes = frozenset({"cases", *more})
    client, _ = site.portals.clients.register(
        district, NewClient(name="接收方", grants=(Grant(firm, scopes),)), "operator"
    )
    new = NewHook(
        district=district, client=client, enterprise=firm, scopes=scopes, url=url, types=frozenset(), cases=frozenset(),
        place=0, by=client,
    )  # fmt: skip
    secret.write_text(site.hooks.make(new).secrets[0])
    seen = look(site, site.portals.eyes(client, firm, scopes), 0, Wanted(), 100_000)
    house.close()
    return [row.id for _, row in seen.rows]


def _again(place: Path) -> None:
    """Begin anew. Raises AssertionError where the figures are not those of the log of deliveries."""
    house = _house(place)
    with house.site.engine.connect() as connection:
        noted = select(func.count()).select_from(WebhookDelivery).where(col(WebhookDelivery.outcome) == "delivered")
        figures = select(func.sum(PortalUsage.told))
        assert connection.execute(noted).scalar_one() == connection.execute(figures).scalar_one(), "figures"
    hooks = house.site.hooks
    for client in house.site.portals.clients.of(next(iter(house.site.districts.all())).id, None):
        for hook in hooks.of([client.id]):
            hooks.replay(hook, 0)
    house.close()


async def side_by_side(house: House, count: int) -> None:
    """So many cases of one enterprise that go on together: their events stand mixed in the log."""
    acts = rehearsed(until=ACTS)
    cases = [await write(house, acts[:1], f"case{number}") for number in range(count)]
    for place, act in enumerate(acts[1:]):
        for number, case in enumerate(cases):
            await write(house, [act], f"case{number}-{place}", case)


async def open_cases(founded: Founded, count: int) -> None:
    """So many cases of one enterprise."""
    house = build(settings_for(founded.place))
    async with AsyncExitStack() as stack:
        town = await stack.enter_async_context(town_in(house, founded))
        for number in range(count):
            await town.open_case("firm", wage_year=2005 + number)
    house.close()


class Supervisor:
    """Forks tellers, and holds after each what the receiver took against what there is to be told."""

    def __init__(self, place: Path, book: Path, ids: list[str], seed: int) -> None:
        self._place: Final = place
        self._book: Final = book
        self._order: Final = {id_: number for number, id_ in enumerate(ids)}
        self._case: Final = [id_.partition(".")[0] for id_ in ids]
        self._before: Final = [
            max((other for other in range(number) if self._case[other] == case), default=-1)
            for number, case in enumerate(self._case)
        ]
        self._dice: Final = Random(seed)
        self._read = 0
        self._told: set[int] = set()
        self.deliveries = 0
        self.cut_short = 0
        self.passes = 0

    def life(self) -> str:
        """One teller; returns where it ended. Raises Broken."""
        if self._dice.random() < 0.3:
            point, after_s = "any time", self._dice.random() * LONGEST_LIFE_S
        else:
            point, after_s = self._dice.choice(POINTS), None
        hit = self._dice.randrange(1, {"lease": 2, "leased": 2, "note": 5, "noted": 5}.get(point, 60))
        status = forked(tell, self._place, point, hit, after_s=after_s)
        killed = was_killed(status)
        if not killed and status != 0:
            raise Broken(f"a teller ended by itself, with status {status}")
        self._check()
        if len(self._told) == len(self._order):
            time.sleep(2 * SLOW_S)  # what was on its way when its teller was killed comes late
            self._check()
            self.passes += 1
            self._told.clear()
            if forked(_again, self._place) != 0:
                raise Broken("the webhook could not begin anew, or its figures are not what it told")
        return point if killed else LIVED

    def _check(self) -> None:
        lines = self._book.read_text().splitlines() if self._book.exists() else []
        came, self._read = lines[self._read :], len(lines)
        new = [one for one in came if one != CUT_SHORT]
        self.deliveries += len(new)
        self.cut_short += len(came) - len(new)
        up_to = next((one for one in range(len(self._order)) if one not in self._told), len(self._order))
        last: dict[str, int] = {}
        for id_ in new:
            number = self._order.get(id_)
            if number is None:
                raise Broken(f"what came is not to be told: {id_}")
            case, before = self._case[number], self._before[number]
            if before >= 0 and before not in self._told:
                raise Broken(f"{id_} came before what is before it in its case")
            if number > last.get(case, number) != before:  # what comes again begins anew, and goes on without a gap
                raise Broken(f"{id_} came behind another of its case, and not the one before it")
            if number < up_to - PAGE:  # one that is slow holds up what is noted of a page, and no more
                raise Broken(f"{id_} came again though it was noted long ago")
            last[case] = number
            self._told.add(number)


def _settled(place: Path) -> None:
    install(settings_for(place))
    house = build(settings_for(place))
    settle(house)
    asyncio.run(side_by_side(house, CASES))
    house.close()


def hooked(count: int, seed: int) -> Hooked:
    """Fork `count` tellers. Raises Broken."""
    quiet()
    with tempfile.TemporaryDirectory(prefix="cloudnego-hooked-") as folder:
        place, secret, book = Path(folder) / "data", Path(folder) / "secret", Path(folder) / "book"
        listening, path = socket.create_server(("127.0.0.1", 0)), f"/hook/{secrets.token_hex(8)}"
        receiver = os.fork()
        if receiver == 0:
            receive(listening, secret, book, seed, path)
        try:
            _settled(place)
            url = f"http://127.0.0.1:{listening.getsockname()[1]}{path}"
            ids = begin(place, url, (DISTRICT, "E1"), secret, "table")
            supervisor, ended = Supervisor(place, book, ids, seed), Counter[str]()
            for _ in range(count):
                ended[supervisor.life()] += 1
        finally:
            os.kill(receiver, signal.SIGKILL)
            os.waitpid(receiver, 0)
            listening.close()
            shutil.rmtree(place, ignore_errors=True)
    told = supervisor
    return Hooked(count, dict(sorted(ended.items())), len(ids), told.deliveries, told.cut_short, told.passes)


def run(count: int, first: int | None) -> int:
    """The claim, recorded; 1 if it broke."""
    said = (
        "{count} tellers, {killed} of them killed; {deliveries} deliveries of {events} events, all told {passes} times,"
        " none lost, none out of order in its case"
    )
    return recorded("webhooks", count, first or 1, hooked, said)


def main() -> int:
    """`python -m claims.hooked --n 20 --seed 1`, without a line in the record."""
    parser = argparse.ArgumentParser(prog="python -m claims.hooked", description=__doc__)
    parser.add_argument("--n", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    print(hooked(chosen.n, chosen.seed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
