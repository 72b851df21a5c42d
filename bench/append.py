"""Append: what one durable command costs through the whole of `handle`, against a session each and against bulk insert.

Contenders take turns in each round, so that a bad minute of the machine meets them all; what counts is CPU per command
(all threads of this process; a PostgreSQL server's own is given beside it), the median of the rounds.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

import psutil
import uvloop

from bench.aims import at_least, report
from bench.append_peer import Peer
from bench.load import Wish, ring, table, wishes
from cloudnego.eventlog.database import writing
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.merkle import HASH_BYTES
from cloudnego.eventlog.seal import Sealed
from cloudnego.eventlog.store import Moved
from cloudnego.handle import handle
from cloudnego.ports import World
from cloudnego.serving import settle_memory
from tests.eventlog.given import DISTRICT, rehearsed
from tests.postgres import Server

THREADS: Final = 64
LIMIT_BATCH: Final = 512
AT: Final = "2026-03-02T09:00:00.000000+08:00"
SHARE_OF_LIMIT: Final = 0.22
STORE_SHARE: Final = 0.45
TIMES_LESS: Final = {"sqlite": 18.0, "postgres": 14.0}
STORE_TIMES_LESS: Final = 40.0


class Size(NamedTuple):
    """How much is measured: cases of the load, rounds, hundredths of the full commands in a round, commands of each
    contender before anything is measured, rows made ready in a round."""

    cases: int
    rounds: int
    scale: int
    warm: int
    rows: int


FULL: Final = Size(cases=100, rounds=3, scale=100, warm=2 * THREADS, rows=16 * LIMIT_BATCH)
QUICK: Final = Size(cases=4, rounds=1, scale=1, warm=4, rows=LIMIT_BATCH // 8)


class Turn:
    """What one contender took in one round."""

    def __init__(self, work: Callable[[], int], server: psutil.Process | None) -> None:
        outside, cpu, wall = _cpu(server), time.process_time(), time.perf_counter()
        self.units: Final = work()
        self.cpu_us: Final = 1e6 * (time.process_time() - cpu) / self.units
        self.per_second: Final = self.units / (time.perf_counter() - wall)
        self.server_us: Final = 1e6 * (_cpu(server) - outside) / self.units


def _cpu(server: psutil.Process | None) -> float:
    """CPU seconds of a server and the processes it has now."""
    if server is None:
        return 0.0
    times = [process.cpu_times() for process in (server, *server.children())]
    return float(sum(one.user + one.system for one in times))


class Ours:
    """The log behind `handle`, asked by so many clients at a time."""

    def __init__(self, url: str, cases: list[str]) -> None:
        self._log: Final = SqlLog(url, ring(), budget_max=1_000)
        at = rehearsed("at-preparation", "c0").at
        self._world: Final = World(log=self._log, bell=self._log.bell, clock=lambda _: at, ids=str)
        self._waits: list[float] = []

    def work(self, clients: int, asked: list[Wish]) -> int:
        """Carry out these commands, so many clients each one after the other."""
        left, self._waits = iter(asked), []

        async def client() -> None:
            for wish in left:
                since = time.perf_counter()
                await handle(self._world, DISTRICT, wish.case, wish.command, wish.by, wish.key)
                self._waits.append(time.perf_counter() - since)

        async def all_of_them() -> None:
            await asyncio.gather(*(client() for _ in range(clients)))

        uvloop.run(all_of_them())
        return len(asked)

    @property
    def p99_ms(self) -> float:
        """Of the last work."""
        return 1e3 * sorted(self._waits)[int(0.99 * len(self._waits))]

    def close(self) -> None:
        self._log.close()


class Ready:
    """Rows made before the clock runs: what the database itself takes, in batches of any size."""

    def __init__(self, url: str, cases: list[str]) -> None:
        self._log: Final = SqlLog(url, ring())
        self._cases: Final = cases
        self._connection: Final = writing(self._log.engine).connect()
        self._next = 1_000_000
        sample = self._log.read(cases[0], frozenset(s for s in self._log.versions(cases[0])), limit=1)[0]
        leaf = sample.leaf + b" " * max(0, 400 - len(sample.leaf))
        self._row: Final = Sealed("", "table", 0, leaf, bytes(HASH_BYTES), bytes(250), bytes(32), bytes(700), bytes(32),
                                  bytes(32), None)  # fmt: skip

    def rows(self, count: int) -> list[Sealed]:
        """Rows of the size the load has, for one case after the other."""
        first, self._next = self._next, self._next + count
        names = self._cases
        return [self._row._replace(case_id=names[n % len(names)], seq=n) for n in range(first, first + count)]

    def bulk(self, rows: list[Sealed]) -> int:
        """The limit: rows and nothing else, 512 in a transaction."""
        for start in range(0, len(rows), LIMIT_BATCH):
            self._connection.begin()
            self._log.store.write(self._connection, rows[start : start + LIMIT_BATCH])
            self._connection.commit()
        return len(rows)

    def store(self, rows: list[Sealed], batch: int) -> int:
        """The store alone: lock the heads, write rows and heads, commit; a batch as large as that many clients make."""
        for start in range(0, len(rows), batch):
            part = rows[start : start + batch]
            ids = sorted({f"{row.case_id}/table" for row in part})
            self._connection.begin()
            if self._log.store.sqlite:
                self._log.store.version(self._connection)  # BEGIN IMMEDIATE is the lock
            else:
                self._log.store.heads(self._connection, ids, lock=True)
            self._log.store.write(self._connection, part)
            self._log.store.move_heads(
                self._connection, [Moved(part[0].seq, part[0].seq, AT, bytes(5 * HASH_BYTES), id_) for id_ in ids]
            )
            self._connection.commit()
        return len(rows)

    def close(self) -> None:
        self._connection.close()
        self._log.close()


def _contest(kind: str, urls: list[str], size: Size, server: psutil.Process | None) -> dict[str, list[Any]]:
    """Rounds of all contenders on three databases of one kind: ours, the peer's, and one for rows made ready.

    Commands are made before the clock runs: what it costs to read them from a request is the http bench's matter.
    """
    tables, scale = [table(url, size.cases) for url in urls], size.scale
    ours, peer, ready = Ours(urls[0], tables[0]), Peer(urls[1], tables[1], THREADS), Ready(urls[2], tables[2])
    mine, theirs = wishes(tables[0], "ours"), wishes(tables[1], "theirs")
    plan: dict[str, tuple[int, Iterator[Wish], Callable[[list[Wish]], int]]] = {
        "ours 1": (3 * scale, mine, partial(ours.work, 1)),
        "ours 64": (32 * scale, mine, partial(ours.work, 64)),
        "ours 256": (40 * scale, mine, partial(ours.work, 256)),
        "session each 1": (2 * scale, theirs, peer.alone),
        "session each 64": (4 * scale, theirs, peer.work),
        "session each 64, reading the case": (1 * scale, theirs, partial(peer.work, reading=True)),
    }
    found: dict[str, list[Any]] = {}
    try:
        for name, (_, source, work) in plan.items():
            if not name.endswith("each 1"):
                work(list(islice(source, size.warm)))  # imports, plans and pools are warm before anything is measured
        settle_memory()  # as `serve` does when all is put together; one collector for all contenders
        for _ in range(size.rounds):
            for name, (count, source, work) in plan.items():
                asked = list(islice(source, count))
                found.setdefault(name, []).append(Turn(partial(work, asked), server))
                if name.startswith("ours"):
                    found.setdefault(f"{name} p99", []).append(ours.p99_ms)
            for name, ready_work in (("store alone 64", partial(ready.store, batch=64)), ("bulk 512", ready.bulk)):
                rows = ready.rows(size.rows)
                found.setdefault(name, []).append(Turn(partial(ready_work, rows), server))
    finally:
        ours.close()
        peer.close()
        ready.close()
    return {f"{kind} {name}": turns for name, turns in found.items()}


def _figures(found: dict[str, list[Any]]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for name, turns in found.items():
        if name.endswith("p99"):
            figures[f"{name}_ms"] = round(median(turns), 1)
            continue
        figures[f"{name}: CPU us/command"] = round(median(turn.cpu_us for turn in turns), 1)
        figures[f"{name}: commands/s"] = round(median(turn.per_second for turn in turns))
        if name.startswith("postgres"):
            figures[f"{name}: server CPU us/command"] = round(median(turn.server_us for turn in turns), 1)
    return figures


def _aims(figures: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    def cpu(name: str) -> float:
        return float(figures[f"{kind} {name}: CPU us/command"])

    def rate(name: str) -> float:
        return float(figures[f"{kind} {name}: commands/s"])

    each, limit = cpu("session each 64"), rate("bulk 512")
    return [
        at_least(f"{kind}, 64 clients: times less CPU than a session each", each / cpu("ours 64"), TIMES_LESS[kind]),
        at_least(f"{kind}, 256 clients: share of the rate of bulk insert", rate("ours 256") / limit, SHARE_OF_LIMIT),
        at_least(f"{kind}, the store alone: times less CPU", each / cpu("store alone 64"), STORE_TIMES_LESS),
        at_least(f"{kind}, the store alone: share of the rate", rate("store alone 64") / limit, STORE_SHARE),
    ]


def run(*, quick: bool = False) -> dict[str, Any]:
    """Three rounds on SQLite and three on a PostgreSQL that keeps fsync on."""
    size = QUICK if quick else FULL
    with tempfile.TemporaryDirectory(prefix="cloudnego-bench-") as folder:
        urls = [f"sqlite:///{Path(folder) / f'{name}.sqlite3'}" for name in ("ours", "peer", "ready")]
        found = _contest("sqlite", urls, size, None)
    server = Server(durable=True)
    try:
        urls = [server.url(server.database()) for _ in range(3)]
        found |= _contest("postgres", urls, size, psutil.Process(server.pid))
    finally:
        server.close()
    figures = _figures(found)
    return report("append", size.rounds, figures, [*_aims(figures, "sqlite"), *_aims(figures, "postgres")])
