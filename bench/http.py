"""bench http: CPU of the server process for one HTTP command, against uvicorn's no-op and FastAPI + SQLModel.

A real server on loopback as the product runs it (uvloop, httptools, SQLite with synchronous=FULL), the client in this
process. Each figure is CPU of the server's process alone; servers take turns, ratios are made within one turn.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

import msgspec
import uvloop

from bench.aims import at_least, at_most, middle, report
from bench.http_case import Asker, prepare
from bench.http_client import Load, load
from bench.http_servers import Serving

NAMES: Final = ("noop", "cloudnego", "peer")
CLIENTS: Final = (1, 64)
NOTES: Final = [
    "one command: make_proposal in step 5 by the workers' chief; each client is another person in another case",
    "noop: uvicorn with the product's settings and an application that answers 201 without reading the body",
    "peer: FastAPI route with model body and dependencies, one SQLModel session and transaction a command; same"
    " judging, leaf, tree, head and overview in the same tables with the same durability",
    "the peer is spared reading case and session: it keeps both in memory for good, where we look once a second whether"
    " anybody's identity changed",
    "the limit of requests per session is lifted; everything else is as in production",
    "with one client every command is a batch and an fsync of its own",
]


class Block(msgspec.Struct, frozen=True):
    """One server under one load for a moment."""

    load: Load
    cpu_us: float
    shares: dict[str, float]


def block(server: Serving, askers: list[Asker], seconds: float) -> Block:
    """Put the load on a server. Raises RuntimeError if anything but success was answered."""
    before = server.cpu_s()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        done = runner.run(load(server.port, askers, seconds))
    spent = {number: at - before.get(number, 0.0) for number, at in server.cpu_s().items()}
    if set(done.statuses) != {201}:
        raise RuntimeError(f"{server.name} answered {done.statuses}")
    each = {name: 1e6 * seconds / done.requests for name, seconds in server.shares(spent).items()}
    return Block(done, sum(each.values()), each)


def measure(folder: Path, repeats: int, seconds: float, clients: tuple[int, ...]) -> dict[int, dict[str, list[Block]]]:
    """All blocks by number of clients and server, in the order of the repeats."""
    askers = prepare(folder / "cloudnego", max(clients))
    shutil.copytree(folder / "cloudnego", folder / "peer")
    (folder / "noop").mkdir()
    found: dict[int, dict[str, list[Block]]] = {count: {name: [] for name in NAMES} for count in clients}
    servers: list[Serving] = []
    try:
        servers += [Serving(name, folder / name) for name in NAMES]
        for server in servers:
            server.wait()
        for server in servers:
            block(server, askers, min(0.3, seconds))  # what is made at the first request is not measured
        for turn in range(repeats):
            for count in clients:
                chosen = [askers[(turn + number) % len(askers)] for number in range(count)]
                for server in servers[turn % 3 :] + servers[: turn % 3]:
                    found[count][server.name].append(block(server, chosen, seconds))
    finally:
        for server in servers:
            server.close()
    return found


def ratios(blocks: dict[str, list[Block]], above: str, below: str) -> list[float]:
    """CPU of one server over that of another, turn by turn."""
    return [a.cpu_us / b.cpu_us for a, b in zip(blocks[above], blocks[below], strict=True)]


def _figures(blocks: dict[str, list[Block]]) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: {
            "cpu_us_per_request": middle([one.cpu_us for one in measured], 1),
            "cpu_us_each_run": [round(one.cpu_us, 1) for one in measured],
            "requests_per_s": middle([one.load.requests / one.load.seconds for one in measured], 0),
            "p50_ms": middle([one.load.percentile_ms(0.5) for one in measured]),
            "p99_ms": middle([one.load.percentile_ms(0.99) for one in measured]),
        }
        for name, measured in blocks.items()
    }
    ours = blocks["cloudnego"]
    found["cloudnego"]["cpu_us_by_thread"] = {
        name: middle([one.shares[name] for one in ours], 1) for name in ours[0].shares
    }
    return found


def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure; see the module."""
    clients, repeats, seconds = ((1, 4), 1, 0.1) if quick else (CLIENTS, 5, 1.2)
    with tempfile.TemporaryDirectory(prefix="cloudnego-bench-") as folder:
        found = measure(Path(folder), repeats, seconds, clients)
    figures: dict[str, Any] = {f"{count} clients": _figures(blocks) for count, blocks in found.items()}
    aims = []
    for count, blocks in found.items():
        noop, peer = ratios(blocks, "cloudnego", "noop"), ratios(blocks, "peer", "cloudnego")
        figures[f"{count} clients"] |= {"times_noop": middle(noop), "times_less_than_peer": middle(peer)}
        if count == max(clients):
            aims += [
                at_most(f"CPU against uvicorn's no-op, {count} clients", middle(noop), 5),
                at_least(f"CPU against FastAPI + SQLModel, {count} clients", middle(peer), 12),
            ]
    return report("http", repeats, figures | {"notes": NOTES}, aims)
