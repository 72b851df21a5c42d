"""One service of two on one PostgreSQL: `python -m tests.eventlog.node URL NUMBER CASES…` waits for a line, works."""

from __future__ import annotations

import asyncio
import sys
import time
from random import Random

import msgspec

from cloudnego.core import commands as c
from cloudnego.core.refusals import Refused
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.log import SqlLog
from cloudnego.ports import Asked, Busy, Receipt
from tests.eventlog.given import WORKER_CHIEF, asked, rehearsed, wish

CLIENTS = 12
SECONDS = 2.5
ROUNDS = 40


class Told(msgspec.Struct, frozen=True):
    """What one node brings home: its acknowledgements (actor, key, receipt), and the rounds of the race it won."""

    acks: list[tuple[str, str, Receipt]]
    busy: int
    won: list[tuple[int, str, Receipt]]


class Node:
    """Clients that ask without rest on cases the other node writes too."""

    def __init__(self, url: str, number: int, cases: list[str]) -> None:
        self._log = SqlLog(url, Keyring.seeded("two nodes"), budget_max=CLIENTS)
        self._number = number
        self._cases = cases
        self.acks: list[tuple[str, str, Receipt]] = []
        self.busy = 0
        self.won: list[tuple[int, str, Receipt]] = []

    async def _ask(self, one: Asked) -> Receipt | None:
        while True:
            try:
                return await self._log.ask(one)
            except Busy:
                self.busy += 1
                await asyncio.sleep(0.001)
            except Refused:
                return None

    async def _client(self, mine: int, until: float) -> None:
        dice = Random(f"{self._number} {mine}")
        turn = 0
        while time.monotonic() < until:
            one = wish(dice, dice.choice(self._cases), f"{self._number}.{mine}.{turn}")
            turn += 1
            receipt = await self._ask(one)
            if receipt is not None:
                self.acks.append((one.by.person, one.key, receipt))

    async def load(self) -> None:
        until = time.monotonic() + SECONDS
        await asyncio.gather(*(self._client(mine, until) for mine in range(CLIENTS)))

    async def race(self, start: float) -> None:
        """Both nodes invite the same guests at about the same moment: whoever is second finds the guest invited.

        `start`: by the monotonic clock, which the processes of one machine share. The dice decide who is a little late,
        so that no node always is.
        """
        dice = Random(self._number)
        for number in range(ROUNDS):
            await asyncio.sleep(max(0.0, start + (number + dice.random() / 2) * 0.03 - time.monotonic()))
            guest = c.InviteToTable(person=f"guest{number}")
            key = f"race {self._number} {number}"
            receipt = await self._ask(asked(rehearsed().played[0], self._cases[0], key, command=guest, by=WORKER_CHIEF))
            if receipt is not None:
                self.won.append((number, key, receipt))

    def close(self) -> None:
        self._log.close()


def main() -> None:
    """Say when ready, wait for the line that says when to begin, work, say what came of it: the race, then the load."""
    url, number, *cases = sys.argv[1:]
    node = Node(url, int(number), cases)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    start = float(sys.stdin.readline())
    asyncio.run(node.race(start))
    asyncio.run(node.load())
    node.close()
    sys.stdout.write(msgspec.json.encode(Told(node.acks, node.busy, node.won)).decode() + "\n")


if __name__ == "__main__":
    main()
