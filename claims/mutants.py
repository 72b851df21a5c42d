"""Every change of an audit file is refused by both verifiers: bits, truncations, lines; no good file is refused.

Bits and truncations are counted on from run to run while the file is the same, so that in time each has been asked.
What is asked twice is answered once: of a million files that differ in one bit each, most lines are known."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache, lru_cache
from hashlib import sha256
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

from rich.progress import Progress

from claims.record import RESULTS, record, recorded_up_to
from cloudnego.audit import fast, verify
from cloudnego.audit.checkpoints import Checkpoints
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.migrating import migrate
from tests.audit.given import CHIEFS, KEY, STREAMS, confirmed, exported
from tests.audit.page import Page, Splice
from tests.audit.spoiling import Memory, cuts, flips, lines, spliced
from tests.eventlog.given import load, make_district, rehearsed
from tests.memory import in_memory

LOT: Final = 5_000
GOOD: Final = 100  # good files for one case
PAGE_EACH: Final = 16  # every so many-th change is asked of the page as well, which takes three times as long
STORIES: Final = ("plain", "at-preparation", "overdue", "drift")


class Tally(NamedTuple):
    """What a lot of changes or of good files came to; `paged`: how many of them the page was asked, too."""

    asked: int
    wrong: list[str]
    paged: int = 0


@cache
def _tables() -> bytes:
    """A database with tables and nothing in them: to make it takes longer than twenty files."""
    with tempfile.TemporaryDirectory(dir=in_memory()) as place:
        migrate(f"sqlite:///{place}/log.sqlite3")
        return (Path(place) / "log.sqlite3").read_bytes()


def _log(place: Path, seed: int) -> SqlLog:
    (place / "log.sqlite3").write_bytes(_tables())
    log = SqlLog(f"sqlite:///{place / 'log.sqlite3'}", Keyring.seeded(f"mutants {seed}"))
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


def remembering() -> None:
    """The pure functions of verify.py remember what they answered; the order of its checks stays."""
    verify.ed25519 = lru_cache(1 << 14)(verify.ed25519)
    verify.canonical = lru_cache(1 << 12)(verify.canonical)
    leaf_of, content_of = verify.leaf_of, verify.content_of
    leaves, contents = dict[Any, Any](), dict[Any, Any]()

    def leaf_again(raw: bytes, due: Any, before: str) -> Any:
        key = (raw, before, *due.values())
        if key not in leaves:
            leaves[key] = leaf_of(raw, due, before)
        return leaves[key]

    def content_again(raw: bytes, leaf: Any) -> Any:
        key = (raw, id(leaf))  # leaves are kept for good, so no other has its place
        if key not in contents:
            contents[key] = content_of(raw, leaf)
        return contents[key]

    verify.leaf_of, verify.content_of = leaf_again, content_again


def spoil(first: int, count: int) -> Tally:
    """So many bits and truncations from this one on."""
    remembering()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(dir=in_memory()) as place, Page() as page:
        whole, file = base(Path(place)), Path(place) / "base.zip"
        changes = list(islice(_changes(whole), first, first + count))
        for change in changes:
            alone: Any = Memory(spliced(whole, change))
            if not _refused(verify.verify(alone, [])):
                wrong.append(f"verify.py takes a file with bytes {change[0]} to {change[1]} changed")
        some = changes[-first % PAGE_EACH :: PAGE_EACH]
        for change, refused in zip(some, page.refuses(file, some), strict=True):
            if not refused:
                wrong.append(f"verify.html takes a file with bytes {change[0]} to {change[1]} changed")
    return Tally(len(changes), wrong, len(some))


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
    verify.ed25519 = lru_cache(1 << 14)(verify.ed25519)
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
    """So many bits and truncations, and a good file for every hundred of them; all lines, where it begins anew."""
    with tempfile.TemporaryDirectory(dir=in_memory()) as place:
        whole = base(Path(place))
    file, every = sha256(whole).hexdigest()[:16], 9 * len(whole)
    first = (_next(file) if seed is None else seed) - 1
    count = min(count, every - first)
    started, tallies, good, wrong = time.monotonic(), list[Tally](), 0, list[str]()
    with ProcessPoolExecutor(os.cpu_count() or 1) as pool, Progress(disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("mutants", total=count)
        lined = pool.submit(spoil_lines) if first == 0 else None
        spoilt = [pool.submit(spoil, at, min(LOT, first + count - at)) for at in range(first, first + count, LOT)]
        from_seed = recorded_up_to("mutants-good")
        kept = [pool.submit(keep, from_seed + at) for at in range(max(1, count // (100 * GOOD)))]
        for done in as_completed([*spoilt, *kept, *([lined] if lined else [])]):
            tally = done.result()
            wrong += tally.wrong
            good += tally.asked if done in kept else 0
            tallies += [tally] if done in spoilt else []
            progress.update(task, completed=sum(one.asked for one in tallies))
    asked, paged = sum(one.asked for one in tallies), sum(one.paged for one in tallies)
    verdict, seconds = "broken" if wrong else "kept", round(time.monotonic() - started)
    more = {"lines": lined.result().asked} if lined else {}
    record(
        "mutants",
        seed=first + 1,
        count=asked,
        verdict=verdict,
        seconds=seconds,
        file=file,
        of=every,
        page=paged,
        **more,
    )
    record("mutants-good", seed=from_seed, count=good, verdict=verdict, seconds=seconds, histories=len(kept))
    said = f"{asked} changes from {first + 1} of {every}, {paged} in the page, and {good} good files"
    print(f"{verdict.upper()}: {said}")
    for one in wrong[:10]:
        print(one)
    return 1 if wrong else 0


def _next(file: str) -> int:
    """The first change of this very file that no run has asked."""
    told = (json.loads(line) for line in RESULTS.read_text(encoding="utf-8").splitlines())
    mine = (one for one in told if one["claim"] == "mutants" and one.get("file") == file)
    return max((one["seed"] + one["count"] for one in mine), default=1)
