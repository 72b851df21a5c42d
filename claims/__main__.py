"""`python -m claims walks|pairs|reconnect|…`: the long form of a guarantee; one verdict line, exit 1 on failure."""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from importlib import import_module
from typing import Final

from rich.progress import Progress

from claims import walks as walking
from claims.record import record, recorded_up_to

CHUNK = 50
PART = 600  # histories in one line of the record: who stops in between loses so many at most
HISTORIES = 50  # of pairs, that a process does at a time: a lot
SCHEDULES = 2_000  # in one line of the record
BROKEN_MAX = 10  # so many seeds say what is wrong; more would only say it again


def run_walks(count: int, seed: int) -> int:
    """Seeded walks on all cores; every seed that breaks a rule is named and fails the claim."""
    tally, started, broken = walking.Tally(), time.monotonic(), list[str]()
    chunks = [(first, min(CHUNK, seed + count - first)) for first in range(seed, seed + count, CHUNK)]
    with ProcessPoolExecutor(os.cpu_count() or 1) as pool, Progress(disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("walks", total=count)
        for done in as_completed([pool.submit(walking.run, *chunk) for chunk in chunks]):
            try:
                tally.merge(done.result())
            except Exception as fault:
                broken.append(f"{type(fault).__name__}: {fault} {getattr(fault, '__notes__', '')}")
                if len(broken) == BROKEN_MAX:
                    pool.shutdown(cancel_futures=True)
                    break
            progress.update(task, completed=tally.walks)
    seldom = tally.seldom() if tally.walks >= walking.ENOUGH_WALKS else {}
    enough = tally.ended * 4 >= tally.walks and tally.walks == count and not seldom
    verdict = "kept" if enough and not broken else "broken"
    seconds = round(time.monotonic() - started)
    record("walks", seed=seed, count=tally.walks, verdict=verdict, seconds=seconds, **tally.summary())
    print(f"{verdict.upper()}: {tally.walks} walks from seed {seed}, {tally.ended} reached an ending")
    for one in broken:
        print(one)
    if seldom:
        print(f"hardly reached: {seldom}")
    return 0 if verdict == "kept" else 1


def run_pairs(count: int, seed: int | None) -> int:
    """Pairs on all cores, a line of the record for each part: without a seed they go on where the record ends."""
    from claims import pairs  # noqa: PLC0415  # needs the test's town

    seed, done, verdict = recorded_up_to("pairs") if seed is None else seed, 0, "kept"
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores) as pool, Progress(disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("pairs", total=count)
        while done < count and verdict == "kept":
            tally, started = pairs.Tally(), time.monotonic()
            lots = [(first, HISTORIES) for first in range(seed, seed + PART, HISTORIES)]
            for made in as_completed([pool.submit(pairs.run, *lot) for lot in lots]):
                tally.merge(made.result())
                progress.update(task, completed=done + tally.pairs)
            verdict = "kept" if not tally.broken and tally.histories == PART else "broken"
            seconds = round(time.monotonic() - started)
            record("pairs", seed=seed, count=tally.pairs, verdict=verdict, seconds=seconds, **tally.summary())
            print(f"{verdict.upper()}: {tally.pairs} pairs from seed {seed}, {tally.received} answers compared")
            for one in tally.broken[:BROKEN_MAX]:
                print(one)
            seed, done = seed + PART, done + tally.pairs
    return 0 if verdict == "kept" else 1


def run_reconnect(count: int, seed: int | None) -> int:
    """Schedules on all cores, a line of the record for each part: without a seed they go on where the record ends."""
    from claims import reconnect  # noqa: PLC0415  # needs the test's people

    seed, done, verdict = recorded_up_to("reconnect") if seed is None else seed, 0, "kept"
    with ProcessPoolExecutor(os.cpu_count() or 1) as pool, Progress(disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("reconnect", total=count)
        while done < count and verdict == "kept":
            part, tally, started = min(SCHEDULES, count - done), reconnect.Tally(), time.monotonic()
            lots = [(first, min(CHUNK, seed + part - first)) for first in range(seed, seed + part, CHUNK)]
            for made in as_completed([pool.submit(reconnect.run, *lot) for lot in lots]):
                tally.merge(made.result())
                progress.update(task, completed=done + tally.schedules)
            verdict = "kept" if not tally.broken and tally.schedules == part else "broken"
            seconds = round(time.monotonic() - started)
            record("reconnect", seed=seed, count=tally.schedules, verdict=verdict, seconds=seconds, **tally.summary())
            print(f"{verdict.upper()}: {tally.schedules} schedules from seed {seed}, {tally.frames} frames")
            for one in tally.broken[:BROKEN_MAX]:
                print(one)
            seed, done = seed + part, done + part
    return 0 if verdict == "kept" else 1


BY_SEED: Final = {
    "swap": ("swap", 2_000), "mutants": ("mutants", 10_000), "operator": ("forging", 200), "webhooks": ("hooked", 500),
    "notices": ("noticing", 400), "imports": ("importing", 400), "canonical": ("canon", 100_000),
}  # fmt: skip
"""Where a claim lies that wants how many and the first seed, and how many it takes by itself."""


def main(arguments: list[str] | None = None) -> int:
    """Run one claim; the exit code says whether it was kept."""
    parser = argparse.ArgumentParser(prog="python -m claims", description=__doc__)
    parser.add_argument(
        "claim",
        choices=(
            "walks",
            "pairs",
            "reconnect",
            "kill",
            "kosoku",
            "nodes",
            "readers",
            "swap",
            "mutants",
            "operator",
            "webhooks",
            "notices",
            "imports",
            "canonical",
            "outside",
        ),
    )
    parser.add_argument("--n", type=int, default=None, help="how many")
    parser.add_argument(
        "--seed", type=int, default=None, help="the first seed; without it most go on where the record ends"
    )
    said = parser.parse_args(arguments)
    if said.claim == "walks":
        return run_walks(said.n or 100_000, said.seed or 1)
    if said.claim == "pairs":
        return run_pairs(said.n or 100_000, said.seed)
    if said.claim == "reconnect":
        return run_reconnect(said.n or 100_000, said.seed)
    if said.claim == "kill":
        from claims import kill  # noqa: PLC0415  # needs the store and its test servers

        return kill.run(said.n or 2_000, said.seed or 1)
    if said.claim == "kosoku":
        from claims import kosoku  # noqa: PLC0415  # needs the suite

        return kosoku.run()
    if said.claim == "nodes":
        from claims import nodes  # noqa: PLC0415  # needs a PostgreSQL

        return nodes.run(said.n or 40, said.seed or 1)
    if said.claim == "readers":
        from claims import readers  # noqa: PLC0415  # needs the servers of the bench

        return readers.run(said.n or 21)
    if said.claim in BY_SEED:
        module, count = BY_SEED[said.claim]
        verdict: int = import_module(f"claims.{module}").run(said.n or count, said.seed)
        return verdict
    from claims import outside  # noqa: PLC0415

    return outside.run()


if __name__ == "__main__":
    raise SystemExit(main())
