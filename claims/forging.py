"""An operator with the database and the log's key, but no key of a witness, rewrites a case: whoever holds the key of
one chief, or an earlier file, names it without any network."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from rich.progress import Progress

from claims.mutants import Tally, base
from claims.record import record, recorded_up_to
from cloudnego.audit import fast, verify
from tests.audit.given import CHIEFS
from tests.audit.page import Page
from tests.audit.spoiling import HOW, KINDS, forged, place
from tests.memory import in_memory


def forge(kind: str, seed: int, count: int) -> Tally:
    """One kind of rewriting at so many places, with the co-signatures kept, dropped and replaced."""
    verify.ed25519 = lru_cache(1 << 16)(verify.ed25519)
    dice, wrong, asked = Random(f"{kind} {seed}"), list[str](), 0
    with tempfile.TemporaryDirectory(dir=in_memory()) as name, Page() as page:
        folder = Path(name)
        whole, file, held = base(folder), folder / "forged.zip", [folder / "base.zip"]
        for _ in range(count):
            asked += 1
            at = place(whole, dice)
            for how in HOW:
                file.write_bytes(forged(whole, kind, at, dice, how))
                wrong += [f"{kind}, line {at + 1}, {how}: {one}" for one in missed(file, held, dice, page)]
    return Tally(asked, wrong)


def missed(file: Path, held: list[Path], dice: Random, page: Page) -> list[str]:
    """Who did not find it: by the key of one chief, and by the earlier file."""
    chief = dice.choice(CHIEFS).key.vkey
    read: Any = dice.choice([verify.entries, fast.entries])
    found = {
        "by a key": verify.verify(file, [verify.witness(chief)], (), read),
        "by an earlier file": verify.verify(file, [], held, read),
        "by a key, in the page": page.verify(file, [chief]),
        "by an earlier file, in the page": page.verify(file, held=held),
    }
    return [who for who, report in found.items() if not any(one[0] < 9 for one in report)]


def run(count: int, seed: int | None) -> int:
    """So many places for each kind of rewriting."""
    seed, started, asked, wrong = recorded_up_to("operator") if seed is None else seed, time.monotonic(), 0, list[str]()
    with ProcessPoolExecutor(os.cpu_count() or 1) as pool, Progress(disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("rewritings", total=count * len(KINDS))
        for done in as_completed([pool.submit(forge, kind, seed, count) for kind in KINDS]):
            asked, wrong = asked + done.result().asked, wrong + done.result().wrong
            progress.update(task, completed=asked)
    verdict = "broken" if wrong else "kept"
    seconds = round(time.monotonic() - started)
    record("operator", seed=seed, count=asked, verdict=verdict, seconds=seconds, kinds=len(KINDS), histories=count)
    print(
        f"{verdict.upper()}: {asked} rewritings of {len(KINDS)} kinds, each with co-signatures kept, dropped and false"
    )
    for one in wrong[:10]:
        print(one)
    return 1 if wrong else 0
