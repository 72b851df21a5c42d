"""kill -9 under load: whatever was acknowledged is in the log afterwards, once and whole, wherever the process was hit.

A supervisor without threads forks one service after the other, so that a life costs a fork and not an import. Half of
the services are hit at a random time, half at a numbered point of the write path, the one between commit and answer
among them. Every service begins by asking again what the one before left unanswered.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Final, NoReturn

import msgspec

from claims.killing import Broken, quiet, was_killed
from claims.record import record
from cloudnego.core.refusals import Refused
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.migrating import migrate
from cloudnego.ports import Asked, Busy, Receipt
from tests.eventlog.given import make_district, played, rehearsed, wish
from tests.eventlog.ledger import Ledger
from tests.postgres import Server

SEED_OF_KEYS: Final = "killed"
CLIENTS: Final = 8
LIVES_OF_A_DATABASE: Final = 20
LONGEST_LIFE_S: Final = 0.35
POINTS: Final = ("before write", "after write", "before commit", "after commit", "before answer", "half answered")


class Ack(msgspec.Struct, frozen=True):
    """One line of a service's pipe: a command it was asked (`receipt` None), or its acknowledgement."""

    case: str
    number: int
    seed: int
    receipt: Receipt | None


class Fate(msgspec.Struct, frozen=True):
    """Where a service dies: at the `hit`-th passing of a point, or by the clock if `point` is None."""

    point: str | None
    hit: int
    after_s: float


# --- the service --------------------------------------------------------------------------------------------------


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def _doom(log: SqlLog, fate: Fate) -> None:
    """Lay the trap at the chosen point."""
    writer: Any = log._writer
    passed = 0

    def reached() -> bool:
        nonlocal passed
        passed += 1
        return passed == fate.hit

    def trap(target: Any, name: str, *, before: bool) -> None:
        whole: Callable[..., Any] = getattr(target, name)

        def trapped(*given: Any) -> Any:
            if before and reached():
                _die()
            done = whole(*given)
            if not before and reached():
                _die()
            return done

        setattr(target, name, trapped)

    def half(moved: Any, answers: list[Any]) -> None:
        if reached():
            tell(moved, answers[: len(answers) // 2])
            asyncio.get_running_loop().call_later(0.002, _die)  # the lucky half hears of it first
        else:
            tell(moved, answers)

    match fate.point:
        case "before write":
            trap(log.store, "write", before=True)
        case "after write":
            trap(log.store, "write", before=False)
        case "before commit":
            trap(log.store, "notify", before=False)
        case "after commit":
            trap(writer._books, "settle", before=True)
        case "before answer":
            trap(writer, "_deliver", before=True)
        case "half answered":
            tell = writer._tell
            writer._tell = half
        case _:
            return  # the clock's


def serve(url: str, cases: list[str], seed: int, fate: Fate, *, unanswered: list[Ack], out: int) -> None:
    """The life of one service: eight clients asking without rest, every answer written to the pipe at once."""
    log = SqlLog(url, Keyring.seeded(SEED_OF_KEYS))
    _doom(log, fate)

    def say(case: str, number: int, made_of: int, receipt: Receipt | None) -> None:
        os.write(out, msgspec.json.encode(Ack(case, number, made_of, receipt)) + b"\n")

    async def one(case: str, number: int, made_of: int) -> None:
        asked = command(case, number, made_of)
        say(case, number, made_of, None)
        while True:
            try:
                receipt = await log.ask(asked)
            except Busy:
                await asyncio.sleep(0.001)
            except Refused:
                return
            else:
                say(case, number, made_of, receipt)
                return

    async def client(mine: int) -> None:
        dice = Random(f"{seed} {mine}")
        for turn in range(1_000_000):
            await one(dice.choice(cases), mine * 1_000_000 + turn, seed)

    async def live() -> None:
        for left in unanswered:
            await one(left.case, left.number, left.seed)
        await asyncio.gather(*(client(mine) for mine in range(CLIENTS)))

    asyncio.run(live())


def command(case: str, number: int, seed: int) -> Asked:
    """The same command for the same numbers, so that another process can ask it again."""
    return wish(Random(f"{seed} {number} {case}"), case, f"{seed}.{number}")


# --- the supervisor -----------------------------------------------------------------------------------------------


class Supervisor:
    """Forks services on one database, kills them, and checks after each what is left."""

    def __init__(self, url: str, seed: int) -> None:
        self.url: Final = url
        self._dice: Final = Random(seed)
        self._ledger: Final = Ledger()
        self._unanswered: list[Ack] = []
        log = SqlLog(url, Keyring.seeded(SEED_OF_KEYS))
        make_district(log)
        self._cases: Final = [played(log, "at-preparation"), played(log, "at-preparation", "", 2)]
        log.close()

    @property
    def acks(self) -> int:
        return len(self._ledger.acks)

    def life(self, seed: int) -> str:
        """One service from its fork to its end and the check; returns where it died. Raises AssertionError."""
        fate = self._fate()
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.close(reading)
                serve(self.url, self._cases, seed, fate, unanswered=self._unanswered, out=writing)
            finally:
                os._exit(9)
        os.close(writing)
        heard = self._hear(reading, pid, fate)
        _, status = os.waitpid(pid, 0)
        if not was_killed(status):
            raise Broken(f"the service ended by itself, with status {status}")
        self._note(heard)
        self._check()
        return fate.point or "any time"

    def _fate(self) -> Fate:
        if self._dice.random() < 0.5:
            return Fate(None, 0, self._dice.random() * LONGEST_LIFE_S)
        return Fate(self._dice.choice(POINTS), self._dice.randrange(1, 30), 20.0)

    def _hear(self, reading: int, pid: int, fate: Fate) -> list[Ack]:
        """Read what the service says until its end, which comes by the clock if not before."""
        until, said, killed = time.monotonic() + fate.after_s, b"", False
        while True:
            left = until - time.monotonic()
            if left <= 0 and not killed:
                os.kill(pid, signal.SIGKILL)
                killed = True
            ready, _, _ = select.select([reading], [], [], None if killed else left)
            if ready:
                piece = os.read(reading, 1 << 16)
                if not piece:
                    break
                said += piece
        os.close(reading)
        if killed and fate.point is not None:
            raise Broken(f"{fate.hit} times {fate.point!r} was not reached in {fate.after_s} s")
        return [msgspec.json.decode(line, type=Ack) for line in said.split(b"\n")[:-1]]

    def _note(self, heard: list[Ack]) -> None:
        open_ones = {(ack.case, ack.seed, ack.number): ack for ack in self._unanswered}
        for ack in heard:
            if ack.receipt is None:
                open_ones[ack.case, ack.seed, ack.number] = ack
            else:
                asked = command(ack.case, ack.number, ack.seed)
                self._ledger.note(asked.by.person, asked.key, ack.receipt)
                del open_ones[ack.case, ack.seed, ack.number]
        self._unanswered = list(open_ones.values())[-4 * CLIENTS :]

    def _check(self) -> None:
        log = SqlLog(self.url, Keyring.seeded(SEED_OF_KEYS))
        try:
            self._ledger.held_against(log)
        finally:
            log.close()


class Survived(msgspec.Struct, frozen=True):
    """What a run of lives came through: acknowledgements checked, and how many services ended where."""

    lives: int
    acks: int
    ended: dict[str, int]


def kill(store: str, lives: int, seed: int) -> Survived:
    """End `lives` services on `store` (sqlite or postgres). Raises AssertionError naming what does not hold."""
    quiet()
    rehearsed("at-preparation")
    rehearsed("at-preparation", "", 2)  # before the first fork, so that no service has to
    server = Server() if store == "postgres" else None
    ended: Counter[str] = Counter()
    acks = 0
    try:
        for first in range(0, lives, LIVES_OF_A_DATABASE):
            with tempfile.TemporaryDirectory(prefix="cloudnego-kill-") as folder:
                url = server.url(server.database()) if server else f"sqlite:///{Path(folder) / 'log.sqlite3'}"
                migrate(url)
                supervisor = Supervisor(url, seed + first)
                for number in range(first, min(first + LIVES_OF_A_DATABASE, lives)):
                    ended[supervisor.life(seed * 1_000_003 + number)] += 1
                acks += supervisor.acks
    finally:
        if server:
            server.close()
    return Survived(lives, acks, dict(sorted(ended.items())))


def run(count: int, seed: int) -> int:
    """The claim: three quarters of the services on SQLite, one on PostgreSQL, side by side; recorded. 1 if it broke."""
    started = time.monotonic()
    shares = {"sqlite": count - count // 4, "postgres": count // 4}
    running = {
        store: subprocess.Popen(
            [sys.executable, "-m", "claims.kill", "--n", str(lives), "--seed", str(seed), "--store", store],
            stdout=subprocess.PIPE,
            text=True,
        )
        for store, lives in shares.items()
        if lives
    }
    kept = True
    for store, process in running.items():
        said, _ = process.communicate()
        print(said, end="")
        verdict = "kept" if process.returncode == 0 else "broken"
        kept = kept and verdict == "kept"
        more = msgspec.json.decode(said.splitlines()[-1]) if verdict == "kept" else {"fault": said[-2000:]}
        seconds = round(time.monotonic() - started)
        record("kill", seed=seed, count=shares[store], verdict=verdict, store=store, seconds=seconds, **more)
    print(f"{'KEPT' if kept else 'BROKEN'}: {count} services ended, nothing acknowledged lost or doubled")
    return 0 if kept else 1


def main() -> int:
    """`python -m claims.kill --n 20 --seed 1 --store sqlite`: the last line says what was survived, as JSON."""
    parser = argparse.ArgumentParser(prog="python -m claims.kill", description=__doc__)
    parser.add_argument("--n", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    chosen = parser.parse_args()
    try:
        survived = kill(chosen.store, chosen.n, chosen.seed)
    except AssertionError as wrong:
        print(f"BROKEN on {chosen.store}, seed {chosen.seed}: {wrong}")
        return 1
    print(msgspec.json.encode(survived).decode())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
