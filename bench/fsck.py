"""fsck: stored leaves a second on one core, from the database's bytes to the roots, and with every commitment too."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from bench.aims import at_least, middle, report
from bench.load import TEXT, ring
from cloudnego.core.events import ProposalMade
from cloudnego.core.vocabulary import Member, Side, Stream
from cloudnego.eventlog import merkle
from cloudnego.eventlog.database import connect, writing
from cloudnego.eventlog.fsck import fsck
from cloudnego.eventlog.leaf import command_id
from cloudnego.eventlog.migrating import migrate
from cloudnego.eventlog.seal import Asking, Sealed, Sealer
from cloudnego.eventlog.store import Moved, Store
from tests.eventlog.given import DISTRICT
from tests.postgres import Server

AIM: Final = 300_000
CASES: Final = 200
AT: Final = "2026-03-02T09:00:00.000000+08:00"
BY: Final = Member(person="w0", side=Side.WORKER)
CHUNK: Final = 10_000


def _keyless(_stream: str) -> Any:
    raise AssertionError("there is no caucus in this load")


def fill(url: str, leaves: int, cases: int = CASES) -> None:
    """A log of so many figures put on the tables of some cases in turn: true leaves, bodies, heads; nothing judged."""
    migrate(url)
    engine = writing(connect(url))
    store, sealer = Store(engine), Sealer(ring().dice, _keyless)
    event = ProposalMade(
        side=Side.WORKER, occurred_on=date(2026, 3, 2), proposal="table.1", head="T3", rate="7", fen=None,
        words={"text": TEXT},
    )  # fmt: skip
    names = [f"n{number:020d}" for number in range(cases)]
    peaks: dict[str, list[bytes]] = {name: [] for name in names}
    with engine.begin() as connection:
        store.new_heads(connection, dict.fromkeys(names, DISTRICT))
    for first in range(0, leaves, CHUNK):
        rows: list[Sealed] = []
        for number in range(first, min(first + CHUNK, leaves)):
            name, size = names[number % cases], number // cases
            asking = Asking(DISTRICT, name, AT, BY, command_id("w0", str(number)), bytes(32), ())
            rows.append(sealer.seal(asking, event, Stream.TABLE, size + 1, first=True))
            merkle.push(peaks[name], size, rows[-1].hash)
        with engine.begin() as connection:
            store.write(connection, rows)
    sizes = {name: len(range(place, leaves, cases)) for place, name in enumerate(names)}
    with engine.begin() as connection:
        store.move_heads(
            connection,
            [Moved(size, size, AT, merkle.pack(peaks[n]), f"{n}/table") for n, size in sizes.items() if size],
        )
    engine.dispose()


def _rate(work: Callable[[], int]) -> float:
    """Leaves a second of CPU."""
    before = time.process_time()
    return work() / (time.process_time() - before)


def _checked(url: str, leaves: int, *, contents: bool) -> int:
    engine = connect(url)
    found = fsck(engine, ring(), contents=contents)
    engine.dispose()
    assert found.whole, found.faults[0]
    assert found.leaves == leaves
    return found.leaves


def _limit(leaves: int) -> int:
    """What hashing as many leaves of this size costs when they lie in memory: a leaf and a node each."""
    leaf, node = b"\x00" + b"x" * 420, b"\x01" + bytes(64)
    for _ in range(leaves):
        sha256(leaf).digest()
        sha256(node).digest()
    return leaves


def run(*, quick: bool = False) -> dict[str, Any]:
    """Three rounds each on SQLite and PostgreSQL (this process alone; the server sends in its own)."""
    rounds, leaves = (1, 2_000) if quick else (3, 200_000)
    found: dict[str, list[float]] = {}
    server = Server()
    try:
        with tempfile.TemporaryDirectory(prefix="cloudnego-bench-") as folder:
            urls = {"sqlite": f"sqlite:///{Path(folder) / 'log.sqlite3'}", "postgres": server.url(server.database())}
            for url in urls.values():
                fill(url, leaves)
            for _ in range(rounds):
                found.setdefault("hashing alone, in memory", []).append(_rate(partial(_limit, leaves)))
                for store, url in urls.items():
                    for what, contents in (("leaves, seq and roots", False), ("and every commitment and time", True)):
                        rate = _rate(partial(_checked, url, leaves, contents=contents))
                        found.setdefault(f"{store}: {what}", []).append(rate)
    finally:
        server.close()
    figures: dict[str, Any] = {f"{name}, leaves/s of CPU": middle(rates, 0) for name, rates in found.items()}
    figures["leaves"] = leaves
    best = middle(found["sqlite: leaves, seq and roots"], 0)
    return report("fsck", rounds, figures, [at_least("stored leaves a second per core, SQLite", best, AIM)])
