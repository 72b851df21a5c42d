"""bench auth: what authentication and policy add to the CPU of one command.

Two real servers on loopback, the same commands to both in turns: the product, and the same product with nobody at the
door (`bench.auth_bare`): who asks, his seat and his streams were looked up once and are believed, whatever he asks and
however often. Each figure is CPU of the server's process alone; a ratio is made within one turn.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

from bench.aims import at_most, middle, report
from bench.auth_parts import parts
from bench.http import Block, block, ratios
from bench.http_case import Asker, prepare
from bench.http_servers import Serving

NAMES: Final = ("cloudnego", "bare")
CLIENTS: Final = (1, 64)
AIM: Final = 0.15
NOTES: Final = [
    "one command: make_proposal in step 5 by the workers' chief; each client is another person in another case",
    "added: token to session to person (believed while the identity epoch stands), pace, scope, grade, the member in"
    " the case, his streams, his mandate and his side for this act; all of it at every command",
    "not counted as added: the shield's headers and bounds, which say nothing about who asks; they stand in us_by_part",
    "the limit of requests per person is lifted, but counted; everything else is as in production",
]


def measure(
    folder: Path, askers: list[Asker], repeats: int, seconds: float, clients: tuple[int, ...]
) -> dict[int, dict[str, list[Block]]]:
    """All blocks by number of clients and server, in the order of the repeats; the servers take turns."""
    shutil.copytree(folder / "cloudnego", folder / "bare")
    found: dict[int, dict[str, list[Block]]] = {count: {name: [] for name in NAMES} for count in clients}
    servers: list[Serving] = []
    try:
        servers += [Serving(name, folder / name) for name in NAMES]
        for server in servers:
            server.wait()
            block(server, askers, min(0.3, seconds))  # what is made at the first request is not measured
        for turn in range(repeats):
            for count in clients:
                chosen = [askers[(turn + number) % len(askers)] for number in range(count)]
                for server in servers if turn % 2 else servers[::-1]:
                    found[count][server.name].append(block(server, chosen, seconds))
    finally:
        for server in servers:
            server.close()
    return found


def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure; see the module."""
    clients, repeats, seconds, rounds = ((1, 4), 1, 0.1, 100) if quick else (CLIENTS, 21, 0.4, 5000)
    with tempfile.TemporaryDirectory(prefix="cloudnego-bench-") as folder:
        askers = prepare(Path(folder) / "cloudnego", max(clients))
        found = measure(Path(folder), askers, repeats, seconds, clients)
        figures: dict[str, Any] = {"us_by_part": parts(Path(folder) / "cloudnego", askers[0], rounds)}
    for count, blocks in found.items():
        added = [ratio - 1 for ratio in ratios(blocks, "cloudnego", "bare")]
        figures[f"{count} clients"] = {
            name: middle([one.cpu_us for one in measured], 1) for name, measured in blocks.items()
        } | {"added": middle(added, 3), "added_each_run": [round(one, 3) for one in added]}
    many = max(clients)
    aims = [
        at_most(f"CPU added by authentication and policy, {many} clients", figures[f"{many} clients"]["added"], AIM)
    ]
    return report("auth", repeats, figures | {"notes": NOTES}, aims)
