"""Every change of an audit file is refused by both verifiers: bits, truncations, lines; no good file is refused.

Bits and truncations are counted on from run to run, so that in time every one of them has been asked."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import lru_cache
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

from rich.progress import Progress

from claims.record import record, recorded_up_to
from cloudnego.audit import fast, verify
from cloudnego.audit.checkpoints import Checkpoints
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.migrating import migrate
from tests.audit.given import CHIEFS, KEY, STREAMS, confirmed, exported
from tests.audit.page import Page
from tests.audit.spoiling import Memory, Splice, cuts, flips, lines, spliced
from tests.eventlog.given import load, make_district, rehearsed
from tests.memory import in_memory

LOT: Final = 500
GOOD: Final = 20  # good files for one case
STORIES: Final = ("plain", "at-preparation", "overdue", "drift")


class Tally(NamedTuple):
    """What a lot of changes or of good files came to."""

    asked: int
    wrong: list[str]


def _log(place: Path, seed: int) -> SqlLog:
    url = f"sqlite:///{place / 'log.sqlite3'}"
    migrate(url)
    log = SqlLog(url, Keyring.seeded(f"mutants {seed}"))
    make_district(log)
    return log


def base(place: Path) -> bytes:
    """The file that is spoilt: some fifty entries, as the authority gets it."""
    log = _log(place, 0)
    try:
        with log.bulk() as pen:
            case = load(pen, rehearsed("plain"))
        return exported(log, case, place / "base.zip", "authority")
    finally:
        log.close()


def _changes(whole: bytes) -> Iterator[Splice]:
    yield from flips(whole)
    yield from cuts(whole)


def _refused(found: list[Any]) -> bool:
    return any(one[0] < 9 for one in found)


def spoil(first: int, count: int) -> Tally:
    """So many bits and truncations from this one on, each asked of both verifiers."""
    verify.ed25519 = lru_cache(1 << 16)(verify.ed25519)
    wrong: list[str] = []
    asked = 0
    with tempfile.TemporaryDirectory(dir=in_memory()) as place, Page() as page:
        whole, file = base(Path(place)), Path(place) / "base.zip"
        for change in islice(_changes(whole), first, first + count):
            asked += 1
            alone: Any = Memory(spliced(whole, change))
            for name, found in (
                ("verify.py", verify.verify(alone, [])),
                ("verify.html", page.verify(file, change=change)),
            ):
                if not _refused(found):
                    wrong.append(f"{name} takes a file with bytes {change[0]} to {change[1]} changed")
    return Tally(asked, wrong)


def spoil_lines() -> Tally:
    """Every line dropped, doubled and exchanged with the next, in a container made anew: refused by all three."""
    verify.ed25519 = lru_cache(1 << 16)(verify.ed25519)
    wrong, asked = list[str](), 0
    with tempfile.TemporaryDirectory(dir=in_memory()) as place, Page() as page:
        file = Path(place) / "mutant.zip"
        for what, mutant in lines(base(Path(place))):
            asked += 1
            file.write_bytes(mutant)
            reports = {
                "verify.py": verify.verify(file, []), "verify.html": page.verify(file),
                "cloudnego verify": verify.verify(file, [], (), fast.entries),
            }  # fmt: skip
            wrong += [f"{name} takes {what}" for name, found in reports.items() if not _refused(found)]
    return Tally(asked, wrong)


def keep(seed: int) -> Tally:
    """Good files of one history: each audience, co-signed now, earlier, by one or by nobody; none is refused."""
    dice, wrong, asked = Random(seed), list[str](), 0
    with tempfile.TemporaryDirectory(dir=in_memory()) as name, Page() as page:
        place = Path(name)
        log = _log(place, seed)
        try:
            with log.bulk() as pen:
                case = load(pen, rehearsed(dice.choice(STORIES), seed=seed))
            points, held = Checkpoints(log.engine, KEY), list[Path]()
            for number in range(GOOD):
                audience, file = dice.choice(list(STREAMS)), place / f"{number}.zip"
                now = points.heads(case, STREAMS[audience])
                heads = [points.at(case, stream, dice.randint(0, head.size)) for stream, head in now.items()]
                who = dice.sample(CHIEFS, dice.randint(0, 2))
                exported(log, case, file, audience, confirmed(dice.choice([heads, list(now.values())]), who))
                before = dice.sample(held, min(len(held), 1))
                found = verify.verify(file, [], before, dice.choice([verify.entries, fast.entries]))
                both = (found, page.verify(file, held=before))
                wrong += [f"{seed}/{number}: {one[:3]}" for one in both if _refused(one)]
                held, asked = [*held[-3:], file], asked + 1
        finally:
            log.close()
    return Tally(asked, wrong)


def run(count: int, seed: int | None) -> int:
    """So many bits and truncations, all lines, and a good file for every hundred changes."""
    first = (recorded_up_to("mutants") if seed is None else seed) - 1
    started, asked, good, wrong = time.monotonic(), 0, 0, list[str]()
    with ProcessPoolExecutor(os.cpu_count() or 1) as pool, Progress(disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("mutants", total=count)
        lined = pool.submit(spoil_lines)
        spoilt = [pool.submit(spoil, at, min(LOT, first + count - at)) for at in range(first, first + count, LOT)]
        kept = [pool.submit(keep, 1 + first // LOT + at) for at in range(max(1, count // (100 * GOOD)))]
        for done in as_completed([*spoilt, *kept, lined]):
            tally = done.result()
            wrong += tally.wrong
            if done in kept:
                good += tally.asked
            else:
                asked += tally.asked if done is not lined else 0
            progress.update(task, completed=asked)
    verdict = "broken" if wrong else "kept"
    seconds = round(time.monotonic() - started)
    record(
        "mutants", seed=first + 1, count=asked, verdict=verdict, seconds=seconds, lines=lined.result().asked, good=good
    )
    print(f"{verdict.upper()}: {asked} changes from {first + 1}, {lined.result().asked} of lines, {good} good files")
    for one in wrong[:10]:
        print(one)
    return 1 if wrong else 0
