"""bench room: CPU of the server for 100,000 deliveries in rooms, against what rooms are usually made of.

A proposal of 450 bytes is said by one member of a room and delivered to all, himself too. At most `window` of a room
are under way: the next is said when everybody has the first. Only the CPU of the server's process is counted, all its
threads; the contenders take turns in one run, and ratios are made within one turn.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench.aims import at_least, at_most, middle, report
from bench.room_processes import Client, Contender, Missing
from tests.memory import in_memory

NAMES: Final = ("stored", "rooms", "fastapi", "websockets", "ws", "socket.io", "nats")
NOTES: Final = [
    "stored: `cloudnego serve` as in production with SQLite synchronous=FULL; the proposal is an ask over the socket,"
    " judged, sealed and on disk before anybody hears of it; what is delivered is our whole event frame",
    "rooms: our rooms and our way to the sockets, with nothing behind them; all others but `stored` deliver the bare"
    " 450 bytes, as this one does",
    "fastapi: FastAPI on uvicorn, the same judging and rows by one SQLModel session and commit an event in a thread,"
    " same database settings, then a loop of send_text; case and session lie in its memory",
    "websockets: websockets.broadcast on uvloop; ws, socket.io: on the Node of a wheel; nats: its own websocket. All"
    " without deflate and without storage",
    "every server on one core, the client, one process for all, on the other and not counted",
    "memory: growth of the resident memory at 2,000 connections; `stored` has a session for each",
    "paced: a room of 50, fifty proposals a second; until a member has it",
]


_MANY: Final = 2_000  # members of the room in which memory is measured
_MOST: Final = 1_000  # proposals of one room in one block


class Scene(NamedTuple):
    """Rooms, and how they are used."""

    name: str
    rooms: int
    members: int
    window: int = 16
    pace_s: float = 0.0
    only: tuple[str, ...] = NAMES


SCENES: Final = (
    Scene("2,000", 1, _MANY),
    Scene("500", 1, 500),
    Scene("50", 1, 50),
    Scene("40 x 50", 40, 50),
    Scene("50, window 1", 1, 50, window=1),
    Scene("paced", 1, 50, pace_s=0.02, only=("stored", "fastapi", "ws")),
)
_QUICK: Final = (Scene("4", 1, 4, only=("rooms", "nats")),)  # what starts fastest


class Block(NamedTuple):
    """One contender in one scene for a moment."""

    cpu_s: float  # for 100,000 deliveries
    per_s: float
    p50_ms: float
    p99_ms: float


class Found:
    """What was measured: blocks by scene and contender in the order of the turns; memory; who is missing, and why."""

    def __init__(self) -> None:
        self.blocks: Final[dict[str, dict[str, list[Block]]]] = {}
        self.memory_kib: Final[dict[str, float]] = {}
        self.missing: Final[dict[str, str]] = {}


def _started(folder: Path, names: set[str], found: Found) -> list[Contender]:
    """All contenders that can be got, in their order."""
    servers: list[Contender] = []
    for name in NAMES:
        if name not in names:
            continue
        place = folder / name
        if name == "fastapi":
            shutil.copytree(folder / "stored", place)
        place.mkdir(exist_ok=True)
        try:
            servers.append(Contender(name, place))
        except Missing as why:
            found.missing[name] = str(why)
    for server in servers:
        server.wait()
    return servers


def measure(folder: Path, scenes: tuple[Scene, ...], repeats: int, seconds: float) -> Found:
    """All scenes with all contenders, turn by turn."""
    found = Found()
    names = {name for scene in scenes for name in scene.only}
    rooms = {scene.name: [{"name": f"r{n}", "members": scene.members} for n in range(scene.rooms)] for scene in scenes}
    if "stored" in names:
        from bench.room_case import installed  # noqa: PLC0415  # the whole product, which the quick form needs not

        with tempfile.TemporaryDirectory(prefix="cloudnego-bench-", dir=in_memory()) as quick:  # thousands of commits
            rooms = installed(Path(quick) / "data", scenes)
            shutil.copytree(Path(quick) / "data", folder / "stored")
    client = Client()  # it starts while the servers do
    contest = Contest(_started(folder, names, found), client, found)
    try:
        for scene in scenes:
            contest.play(scene, rooms[scene.name], repeats, seconds)
    finally:
        contest.close()
    return found


class Contest:
    """All contenders, and the client that goes from one to the other."""

    def __init__(self, servers: list[Contender], client: Client, found: Found) -> None:
        self._servers: Final = servers
        self._client: Final = client
        self._found: Final = found

    def play(self, scene: Scene, rooms: list[dict[str, Any]], repeats: int, seconds: float) -> None:
        """One scene with whoever takes part in it."""
        servers = [server for server in self._servers if server.name in scene.only]
        blocks = self._found.blocks[scene.name] = {server.name: [] for server in servers}
        for server in servers:
            before = server.memory_kib()
            self._client.order("open", server=server.name, kind=server.kind, port=server.port, rooms=rooms)
            if scene.members == _MANY:
                self._found.memory_kib[server.name] = round((server.memory_kib() - before) / scene.members, 1)
            self._run(scene, server, min(0.2, seconds))
        for turn in range(repeats):
            first = turn * 2 % len(servers)
            for server in servers[first:] + servers[:first]:
                blocks[server.name].append(self._run(scene, server, seconds))
        for server in servers:
            self._client.order("close", server=server.name)

    def _run(self, scene: Scene, server: Contender, seconds: float) -> Block:
        order = {"window": scene.window, "pace_s": scene.pace_s, "seconds": seconds, "most": _MOST}
        before = server.cpu_s()
        said = self._client.order("run", server=server.name, **order)
        spent = sum(at - before.get(thread, 0.0) for thread, at in server.cpu_s().items())
        per_s = said["deliveries"] / said["seconds"]
        return Block(1e5 * spent / said["deliveries"], per_s, said["p50_ms"], said["p99_ms"])

    def close(self) -> None:
        """End all that was started."""
        for server in self._servers:
            server.end()
        for server in self._servers:
            server.close()
        self._client.close()


def fsync_ms(folder: Path, count: int) -> dict[str, float]:
    """How long this disk takes to append 4 KiB and have it: the least that anything stored can take."""
    took: list[float] = []
    with (folder / "fsync").open("ab", buffering=0) as out:
        for _ in range(count):
            began = time.perf_counter()
            out.write(bytes(4096))
            os.fsync(out.fileno())
            took.append(1000 * (time.perf_counter() - began))
            time.sleep(0.005)
    took.sort()
    return {"p50_ms": round(took[count // 2], 2), "p99_ms": round(took[min(count - 1, count * 99 // 100)], 2)}


def _times(blocks: dict[str, list[Block]], less: str, than: str) -> float | None:
    """How many times less CPU one takes than another: the median of the turns. None: one of them is not there."""
    if not (blocks.get(less) and blocks.get(than)):
        return None
    return middle(a.cpu_s / b.cpu_s for a, b in zip(blocks[than], blocks[less], strict=True))


_AIMS: Final[tuple[tuple[str, str, str, float], ...]] = (
    *((scene, "stored", "fastapi", 15) for scene in ("50", "500", "2,000", "40 x 50")),
    *((scene, "stored", "ws", 1) for scene in ("50", "500", "2,000", "40 x 50")),
    ("500", "rooms", "websockets", 7),
    ("500", "rooms", "ws", 5),
    ("500", "rooms", "socket.io", 6),
    ("500", "rooms", "nats", 1),
    ("50, window 1", "rooms", "websockets", 1.4),
    ("4", "rooms", "nats", 1),
)


def _aims(found: Found) -> list[dict[str, Any]]:
    aims = []
    for scene, ours, peer, aim in _AIMS:
        times = _times(found.blocks.get(scene, {}), ours, peer)
        if times is not None:
            aims.append(at_least(f"{scene}: {ours}, times less CPU than {peer}", times, aim))
    if "stored" in found.memory_kib:
        aims.append(at_most("2,000: KiB for a connection, stored", found.memory_kib["stored"], 16))
    return aims


def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure; see the module."""
    scenes, repeats, seconds = (_QUICK, 1, 0.05) if quick else (SCENES, 3, 0.6)
    with tempfile.TemporaryDirectory(prefix="cloudnego-bench-") as folder:
        found = measure(Path(folder), scenes, repeats, seconds)
        disk = fsync_ms(Path(folder), 5 if quick else 300)
    figures: dict[str, Any] = {
        scene: {
            name: {
                "cpu_s_per_100k": middle([one.cpu_s for one in measured], 3),
                "deliveries_per_s": middle([one.per_s for one in measured], 0),
                "p50_ms": middle([one.p50_ms for one in measured]),
                "p99_ms": middle([one.p99_ms for one in measured]),
            }
            for name, measured in blocks.items()
        }
        for scene, blocks in found.blocks.items()
    }
    figures |= {"KiB for a connection at 2,000": found.memory_kib, "fsync of this disk": disk}
    return report("room", repeats, figures | {"missing": found.missing, "notes": NOTES}, _aims(found))
