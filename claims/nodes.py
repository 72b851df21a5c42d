"""The schedules of coming back, on two real processes and one PostgreSQL: a node is killed with kill -9 and another
takes its place, the bus is cut off; whoever comes back ends with the log's own streams all the same, only later.

This process is a third node, at which nobody sits: it writes what happens, and reads what there is.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from pydantic import SecretStr

from claims.reconnect import Ground, Rings, Schedule, Tally, up_to_talks
from claims.record import record
from cloudnego.main import House, build, install
from tests.live.table import Place
from tests.postgres import Server
from tests.web.conftest import settings_for
from tests.web.played import at, settle, write

_ROOT: Final = Path(__file__).resolve().parents[1]
_CUT: Final = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"


class Node(Place):
    """A process that serves; when it is killed the next is started in its place."""

    def __init__(self, near: House, place: Path, url: str, alive: list[Place]) -> None:
        super().__init__(near, "")
        self._place: Final = place
        self._database: Final = url
        self._alive: Final = alive
        self._process: subprocess.Popen[str] | None = None
        self._starting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Until it answers; then people may come to it."""
        process = self._process = self._opened()
        assert process.stdout is not None
        line = await asyncio.to_thread(process.stdout.readline)
        if line.startswith("ready"):
            self.url = line.split()[1]
            self._alive.append(self)

    def _opened(self) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join((str(_ROOT / "src"), str(_ROOT))),
            "CLOUDNEGO_DATA_DIR": str(self._place),
            "CLOUDNEGO_DATABASE_URL": self._database,
            "CLOUDNEGO_ALLOW_SANDBOXES": "true",
            "CLOUDNEGO_WORKER_THREADS": "2",
            "CLOUDNEGO_LOG_LEVEL": "error",
        }
        command = [sys.executable, "-m", "cloudnego", "serve", "--port", "0"]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def drop(self) -> None:
        """kill -9."""
        self._kill()
        self._alive.remove(self)
        self._starting = asyncio.ensure_future(self.start())

    def _kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.communicate()

    async def up(self) -> None:
        """Until the one that was started in its place answers."""
        if self._starting is not None:
            await self._starting

    async def end(self) -> None:
        await self.up()
        self._kill()


class Far(Schedule):
    """A schedule in which nodes are processes."""

    async def _happens(self) -> list[asyncio.Future[Any]]:
        if self.dice.random() < 0.15:
            self._drop_all()
            return []
        return await super()._happens()

    def _drop_all(self) -> None:
        """A node is killed, if another is there; or the nodes no longer hear each other."""
        if len(self.ground.nodes) > 1 and self.dice.random() < 0.6:
            super()._drop_all()
            return
        self.tally.happened["bus cut"] += 1
        dsn = self.ground.house.settings.database.replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(dsn, autocommit=True) as bus:
            bus.execute(_CUT)


@asynccontextmanager
async def ground(url: str, place: Path) -> AsyncIterator[tuple[Ground, list[Node]]]:
    """A house on PostgreSQL, and two processes before it."""
    settings = settings_for(place, database_url=SecretStr(url), timers_every_s=3_600.0)
    await asyncio.to_thread(install, settings)
    house = await asyncio.to_thread(build, settings)
    alive: list[Place] = []
    nodes = [Node(house, place, url, alive) for _ in range(2)]
    try:
        await asyncio.to_thread(settle, house)
        acts = up_to_talks()
        case = await write(house, acts)
        await asyncio.to_thread(at, house, acts[-1].at)
        desk = Place(house, "")
        for node in nodes:
            node.tokens = desk.tokens
            await node.start()
        yield Ground(house, case, alive, Rings(house.site.rooms), desk), nodes
    finally:
        for node in nodes:
            await node.end()
        await asyncio.to_thread(house.close)


async def play(url: str, place: Path, first: int, count: int) -> Tally:
    """So many schedules."""
    tally = Tally()
    async with ground(url, place) as (here, nodes):
        for seed in range(first, first + count):
            for node in nodes:
                await node.up()
            wrong = await Far(seed, here, tally).play()
            tally.schedules += 1
            if wrong:
                tally.broken.append(f"seed {seed} (from {first}): {wrong}")
    return tally


def run(count: int, seed: int) -> int:
    """The claim, recorded; 1 if it broke."""
    started, server = time.monotonic(), Server()
    try:
        with tempfile.TemporaryDirectory(prefix="cloudnego-nodes-") as place:
            tally = asyncio.run(play(server.url(server.database()), Path(place) / "data", seed, count))
    finally:
        server.close()
    enough = all(tally.happened[what] for what in ("node died", "bus cut", "written"))
    verdict = "kept" if not tally.broken and tally.schedules == count and enough else "broken"
    seconds = round(time.monotonic() - started)
    record("nodes", seed=seed, count=tally.schedules, verdict=verdict, seconds=seconds, **tally.summary())
    print(f"{verdict.upper()}: {tally.schedules} schedules, {tally.happened['node died']} nodes killed")
    for one in tally.broken:
        print(one)
    return 0 if verdict == "kept" else 1
