"""Coming back: whatever is cut, where and when, what somebody ends with is the log's own streams, nothing twice.

A schedule is a dozen things that happen to two people in one room on two nodes: acts in flight together, sockets cut at
any byte, a node that dies, rings that are late or never come, words erased, cursors that are old, ahead or none. The
sockets are real; the second node shares the log of the first and hears of it by rings alone.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from random import Random
from typing import Any, Final

from cloudnego.core.refusals import Refused
from cloudnego.core.vocabulary import Stream
from cloudnego.live.frames import text_of
from cloudnego.live.rooms import Rooms
from cloudnego.main import House, build, install
from cloudnego.rehearsal import Played
from cloudnego.web.app import front_of
from cloudnego.web.health import Figures
from cloudnego.web.live import frame_of
from cloudnego.web.watch import Watch
from tests.live.table import Place, at_table, handshake, masked
from tests.memory import in_memory
from tests.web.conftest import settings_for
from tests.web.played import at, rehearsed, settle, write

LOT: Final = 25  # schedules on one house
PEOPLE: Final = ("w0", "e0")
ACTS: Final = (3, 9)  # things that happen in one schedule
_WAIT_S: Final = 30.0

Have = dict[str, list[str]]


@dataclasses.dataclass
class Tally:
    """What many schedules were."""

    schedules: int = 0
    frames: int = 0
    happened: Counter[str] = dataclasses.field(default_factory=Counter)
    broken: list[str] = dataclasses.field(default_factory=list)

    def merge(self, other: Tally) -> None:
        self.schedules += other.schedules
        self.frames += other.frames
        self.happened += other.happened
        self.broken += other.broken

    def summary(self) -> dict[str, Any]:
        return {"frames": self.frames, "happened": dict(sorted(self.happened.items()))}


class Wrong(Exception):
    """Something came that may not come."""


# --- where it happens ---------------------------------------------------------------------------------------------


def up_to_talks() -> list[Played]:
    """The acts of a story until the two sides talk."""
    acts = rehearsed()
    return acts[: next(n for n, act in enumerate(acts) if act.command.type == "deliver_material")]


@cache
def founded() -> tuple[Path, str]:
    """A house in which the two sides talk, once a process: a data directory to be copied, and its case."""
    place = Path(tempfile.mkdtemp(prefix="reconnect-", dir=in_memory()))
    Finalize(None, shutil.rmtree, (place, True), exitpriority=1)
    install(settings_for(place / "data"))
    house = build(settings_for(place / "data"))
    settle(house)
    acts = up_to_talks()
    case = asyncio.run(write(house, acts))
    at(house, acts[-1].at)
    house.close()
    return place / "data", case


class Rings:
    """The bell as another node hears it: some rings are late, some never come."""

    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms
        self.dice = Random(0)
        self.lost = 0

    def __call__(self, moved: Mapping[str, int]) -> None:
        chance = self.dice.random() if moved else 1.0  # an erasure rings from its thread
        if chance < 0.3:
            self.lost += 1
        elif chance < 0.6:
            asyncio.get_running_loop().call_later(self.dice.random() * 0.004, self.rooms.ring, dict(moved))
        else:
            self.rooms.ring(moved)


@dataclasses.dataclass
class Ground:
    """The case, the two nodes that answer, where it is written, and what the log says."""

    house: House
    case: str
    nodes: Sequence[Place]
    rings: Rings
    desk: Place
    written: int = 0
    _texts: dict[tuple[Stream, int], list[str]] = dataclasses.field(default_factory=dict)

    def texts(self) -> dict[str, tuple[int, list[str]]]:
        """Epoch and frames of each stream, read from the log. Blocks."""
        log, found = self.house.site.log, {}
        for stream, (epoch, size) in log.versions(self.case).items():
            texts = self._texts.setdefault((stream, epoch), [])
            while len(texts) < size:
                some = log.read(self.case, frozenset({stream}), {stream: len(texts)})
                texts += [text_of(frame_of(one).wire) for one in some]
            found[stream.value] = (epoch, texts[:size])
        return found


@asynccontextmanager
async def ground() -> AsyncIterator[Ground]:
    """A house of its own, with two servers before it."""
    kept, case = founded()
    with tempfile.TemporaryDirectory(prefix="lot-", dir=kept.parent) as lot:
        shutil.copytree(kept, Path(lot) / "data")
        house = build(settings_for(Path(lot) / "data"))
        try:
            site = house.site
            rooms = Rooms(site.log, site.threads.run, frame_of)
            rings = Rings(rooms)
            site.log.bell.listen(rings)
            beside = dataclasses.replace(site, rooms=rooms, watch=Watch(site.doorkeeper, rooms))
            other = dataclasses.replace(house, site=beside, front=front_of(beside, Figures(), time.monotonic))
            async with at_table(house) as one, at_table(other) as two:
                two.tokens = one.tokens
                yield Ground(house, case, (one, two), rings, one)
        finally:
            await asyncio.to_thread(house.close)


# --- who comes back -----------------------------------------------------------------------------------------------


class Client:
    """Somebody with a device: what he has of each stream, and one socket at most."""

    def __init__(self, ground: Ground, person: str, dice: Random, tally: Tally) -> None:
        self.ground = ground
        self.person = person
        self.unseen = {"w0": "employer", "e0": "worker"}[person]
        self.dice = dice
        self.tally = tally
        self.have: Have = {}
        self.epochs: dict[str, int] = {}
        self.task: asyncio.Task[None] | None = None
        self.wrong_at = ""
        self._budget = 0

    def cursors(self) -> dict[str, tuple[int, int]]:
        return {stream: (epoch, len(self.have[stream])) for stream, epoch in self.epochs.items()}

    def connect(self, *, whole: bool = False) -> None:
        """Come in at either node; without `whole` the socket is cut after some bytes."""
        if self.task is not None:
            self.task.cancel()
        self._budget = 1 << 40 if whole else int(2 ** self.dice.uniform(7, 14))
        self.task = asyncio.ensure_future(self._sit(self.dice.choice(self.ground.nodes)))

    async def leave(self) -> None:
        """Cut, wherever it is."""
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

    async def _sit(self, node: Place) -> None:
        host, port = node.url.removeprefix("http://").split(":")
        try:
            reader, writer = await asyncio.open_connection(host, int(port))
            try:
                await self._talk(node, reader, writer)
            finally:
                writer.transport.abort()
        except (OSError, asyncio.IncompleteReadError):
            self.tally.happened["dropped"] += 1  # the node went away, or had gone
        except Wrong as wrong:
            self.wrong_at = self.wrong_at or str(wrong)

    async def _talk(self, node: Place, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(handshake(node, self.ground.case, self.person))
        await reader.readuntil(b"\r\n\r\n")
        after = self._claimed()
        ticket = node.ticket(self.person, self.ground.case)
        writer.write(masked(json.dumps({"frame": "auth", "ticket": ticket, "after": after}).encode()))
        text = b""
        while self._budget > 0:
            some = await reader.read(min(65_536, self._budget))
            if not some:
                raise ConnectionResetError
            self._budget -= len(some)
            text = self._take(text + some)
        self.tally.happened["cut"] += 1

    def _claimed(self) -> dict[str, tuple[int, int]]:
        """What he says he has: the truth, or less, or more than there can be."""
        chance = self.dice.random()
        if chance < 0.1:  # a device that was set back
            for texts in self.have.values():
                del texts[self.dice.randrange(len(texts) + 1) :]
            self.tally.happened["set back"] += 1
        elif chance < 0.15:
            self.tally.happened["ahead"] += 1
            return {stream: (epoch, seq + 1_000_000) for stream, (epoch, seq) in self.cursors().items()}
        elif chance < 0.2:
            self.tally.happened["no cursor"] += 1
            return {}
        return self.cursors()

    def _take(self, bytes_: bytes) -> bytes:
        """The frames that are whole; returns the rest."""
        at = 0
        while len(bytes_) - at >= 2:
            length, head = bytes_[at + 1], 2
            if length >= 126:
                head = 4 if length == 126 else 10
                length = int.from_bytes(bytes_[at + 2 : at + head], "big")
            if len(bytes_) - at < head + length:
                break
            if bytes_[at] == 0x81:
                self._hear(bytes_[at + head : at + head + length].decode())
            at += head + length
        return bytes_[at:]

    def _hear(self, text: str) -> None:
        frame = json.loads(text)
        match frame["frame"]:
            case "answer":
                if frame["status"] != 200:
                    raise Wrong(f"{self.person} was refused: {text}")
                for stream, begins in frame["body"]["streams"].items():
                    self.tally.happened[begins["how"]] += 1
                    if begins["how"] == "gap":
                        self.epochs[stream] = begins["epoch"]
                        if len(self.have.setdefault(stream, [])) != begins["after"]:
                            raise Wrong(f"{stream} goes on after {begins['after']}, not {len(self.have[stream])}")
            case "resync":
                self.tally.happened[f"resync {frame['why']}"] += 1
                self.have[frame["stream"]] = []
                self.epochs[frame["stream"]] = frame["epoch"]
            case "presence":
                if frame["stream"] == self.unseen:
                    raise Wrong(f"{self.person} is told who is in the other caucus")
            case _:
                self._event(frame["stream"], frame["seq"], text)

    def _event(self, stream: str, seq: int, text: str) -> None:
        self.tally.frames += 1
        have = self.have.get(stream)
        if have is None or seq != len(have) + 1:
            raise Wrong(f"{self.person}: {stream} {seq} after {None if have is None else len(have)}")
        have.append(text)

    def begin_with(self, log: Mapping[str, tuple[int, list[str]]]) -> None:
        """What he has when it begins: nothing, or some of it."""
        some = self.dice.random() >= 0.3
        for stream, (epoch, texts) in log.items():
            if some and stream != self.unseen:
                self.epochs[stream] = epoch
                self.have[stream] = texts[: self.dice.randrange(len(texts) + 1)]

    def wrong(self, log: Mapping[str, tuple[int, list[str]]]) -> str:
        """In what he differs from the log; nothing."""
        for stream, (epoch, texts) in log.items():
            mine = self.have.get(stream, [])
            if stream == self.unseen and mine:
                return f"{self.person} has {stream}"
            if stream != self.unseen and (mine or texts) and (self.epochs.get(stream), mine) != (epoch, texts):
                return f"{self.person}: {stream} {self.epochs.get(stream)}/{len(mine)}, in the log {epoch}/{len(texts)}"
        return ""


# --- what happens -------------------------------------------------------------------------------------------------


def _proposal(dice: Random, number: int) -> Any:
    act = dice.choice([one for one in rehearsed() if one.command.type == "make_proposal"])
    text, rate = f"第{number}次" + "长" * dice.choice((0, 3, 900)), f"{5 + number % 40 / 10:.1f}"
    words = {"text": text, "rate": rate, "answers": None}
    return act._replace(command=act.command.model_copy(update=words))


def _opinions(number: int) -> Any:
    act = next(one for one in rehearsed() if one.command.type == "record_opinions")
    words = {"returned": 100 + number % 80, "issued": 180 + number, "digest": f"第{number}次汇总"}
    return act._replace(command=act.command.model_copy(update=words))


class Schedule:
    """One seed on a ground."""

    def __init__(self, seed: int, ground: Ground, tally: Tally) -> None:
        self.seed = seed
        self.ground = ground
        self.tally = tally
        self.dice = Random(seed)
        self.clients = [Client(ground, who, Random(f"{seed} {who}"), tally) for who in PEOPLE]

    async def play(self) -> str:
        """Returns what is wrong with it, or nothing."""
        log = await asyncio.to_thread(self.ground.texts)
        for client in self.clients:
            client.begin_with(log)
            client.connect()
        self.ground.rings.dice = Random(f"{self.seed} rings")
        lost = self.ground.rings.lost
        pending: list[asyncio.Future[Any]] = []
        for _ in range(self.dice.randrange(*ACTS)):
            pending += await self._happens()
            for _ in range(self.dice.choice((0, 1, 3, 10))):
                await asyncio.sleep(self.dice.choice((0, 0, 0, 0.001)))
        await asyncio.gather(*pending)
        self.tally.happened["ring lost"] += self.ground.rings.lost - lost
        return await self._ends()

    async def _happens(self) -> list[asyncio.Future[Any]]:
        chance, client = self.dice.random(), self.dice.choice(self.clients)
        if chance < 0.55:
            return [asyncio.ensure_future(self._write()) for _ in range(self.dice.choice((1, 1, 2, 4)))]
        if chance < 0.8:
            client.connect()
        elif chance < 0.87:
            await client.leave()
        elif chance < 0.92:
            self._drop_all()
        elif chance < 0.96:
            await self._erase()
        else:
            for node in self.ground.nodes:
                node.house.site.rooms.ring({})
        return []

    async def _write(self) -> None:
        self.ground.written += 1
        number = self.ground.written
        act = _proposal(self.dice, number) if self.dice.random() < 0.7 else _opinions(number)
        try:
            await self.ground.desk.write(act, self.ground.case, f"{self.seed}-{number}")
        except Refused:
            self.tally.happened["refused"] += 1
        else:
            self.tally.happened["written"] += 1

    def _drop_all(self) -> None:
        """A node dies: every socket of it is gone at once."""
        self.tally.happened["node died"] += 1
        self.dice.choice(self.ground.nodes).drop()

    async def _erase(self) -> None:
        log, case = self.ground.house.site.log, self.ground.case
        stream = self.dice.choice((Stream.TABLE, Stream.TABLE, Stream.WORKER, Stream.EMPLOYER))
        size = log.versions(case)[stream][1]
        if await asyncio.to_thread(log.erase, case, stream, frozenset({self.dice.randrange(size) + 1})):
            self.tally.happened["erased"] += 1

    async def _ends(self) -> str:
        """Everybody stays connected, the slow look comes round, and all is there; or it is said what is not."""
        for client in self.clients:
            client.connect(whole=True)
        for node in self.ground.nodes:
            node.house.site.rooms.ring({})
        log = await asyncio.to_thread(self.ground.texts)
        until = time.monotonic() + _WAIT_S
        while True:
            said = [one.wrong_at for one in self.clients if one.wrong_at]
            wrong = said or [found for one in self.clients if (found := one.wrong(log))]
            if said or not wrong or time.monotonic() > until:
                break
            await asyncio.sleep(0.002)
        for client in self.clients:
            await client.leave()
        return "; ".join(wrong)


def run(first: int, count: int, sabotage: Callable[[Ground], None] | None = None) -> Tally:
    """`count` schedules from seed `first` on, in lots beside one another: each mostly waits for its sockets."""
    founded()
    tally, end = Tally(), first + count

    async def lots() -> None:
        await asyncio.gather(*(_lot(one, min(one + LOT, end), tally, sabotage) for one in range(first, end, LOT)))

    asyncio.run(lots())
    return tally


async def _lot(first: int, end: int, tally: Tally, sabotage: Callable[[Ground], None] | None) -> None:
    async with ground() as here:
        if sabotage is not None:
            sabotage(here)
        for seed in range(first, end):
            wrong = await Schedule(seed, here, tally).play()
            tally.schedules += 1
            if wrong:
                tally.broken.append(f"seed {seed} (lot from {first}): {wrong}")
