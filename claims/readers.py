"""Those who never read beside those who do: the others wait no longer for it, and what waits for them is bounded.

The product serves one room; fifty read, and by turns ten more sit there who never do. Of each turn the p99 of a
delivery to those who read is held against that without the ten; the claim is about the median of these.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.room import Scene
from bench.room_case import installed
from bench.room_processes import Client, Contender
from claims.record import record
from cloudnego.live.wire import BUFFERED_MAX
from tests.memory import in_memory

READING: Final = 50
SILENT: Final = 10
MORE_MAX: Final = 1.10  # times the p99 without them
KERNEL_KIB: Final = 64  # of a socket of ours, that is not in the buffers of the process
ORDER: Final = {"window": 16, "pace_s": 0.0, "seconds": 2.0, "most": 600}
"""Six hundred events are more than half a megabyte: twice what may wait for anybody."""


class Room:
    """The product in a process of its own, fifty who read, and those who may come in silently."""

    def __init__(self, folder: Path) -> None:
        scene = Scene("readers", 1, READING + SILENT)
        with tempfile.TemporaryDirectory(prefix="readers-", dir=in_memory()) as quick:
            (room,) = installed(Path(quick) / "data", (scene,))[scene.name]
            shutil.copytree(Path(quick) / "data", folder, dirs_exist_ok=True)
        self._reading: Final = room | {"members": READING}
        self._silent: Final = room | {"members": SILENT, "tokens": room["tokens"][READING:]}
        self._server: Final = Contender("stored", folder)
        self._server.wait()
        self._client: Final = Client()
        self._order("open", kind="ours", rooms=[self._reading])
        self.run()

    def _order(self, what: str, **more: Any) -> Any:
        port = {} if what in {"run", "close", "speaking"} else {"port": self._server.port}
        return self._client.order(what, server="stored", **port, **more)

    def run(self) -> tuple[float, int]:
        """p99 of a delivery in milliseconds, and how many there were."""
        said = self._order("run", **ORDER)
        return said["p99_ms"], said["deliveries"]

    def beside(self) -> tuple[float, int, float]:
        """The same beside ten who do not read; and by how much memory the server grew for each, in KiB."""
        self._order("silent", room=self._silent)
        before = self._server.memory_kib()
        p99, deliveries = self.run()
        grown = (self._server.memory_kib() - before) / SILENT
        self._order("speaking")
        return p99, deliveries, grown

    def close(self) -> None:
        self._server.close()
        self._client.close()


def run(turns: int) -> int:
    """So many turns, recorded; 1 if it does not hold."""
    started, alone, beside, grown, deliveries = time.monotonic(), [], [], [], 0
    with tempfile.TemporaryDirectory(prefix="cloudnego-readers-") as folder:
        room = Room(Path(folder))
        try:
            for turn in range(turns):
                steps = ("alone", "beside") if turn % 2 else ("beside", "alone")
                for step in steps:
                    if step == "alone":
                        p99, count = room.run()
                        alone.append(p99)
                    else:
                        p99, count, kib = room.beside()
                        beside.append(p99)
                        grown.append(kib)
                    deliveries += count
        finally:
            room.close()
    times = round(median(b / a for a, b in zip(alone, beside, strict=True)), 3)
    most = round(max(grown), 1)
    kept = times < MORE_MAX and most <= BUFFERED_MAX / 1024 + KERNEL_KIB
    figures = {"turns": turns, "p99_ms_alone": median(alone), "p99_ms_beside": median(beside), "p99_times": times}
    verdict, seconds = "kept" if kept else "broken", round(time.monotonic() - started)
    record(
        "readers", seed=1, count=deliveries, verdict=verdict, seconds=seconds, **figures, silent=SILENT,
        reading=READING, grown_kib_each=most,
    )  # fmt: skip
    print(f"{verdict.upper()}: {deliveries} deliveries, p99 {times} times that alone, {most} KiB for each silent one")
    return 0 if kept else 1
