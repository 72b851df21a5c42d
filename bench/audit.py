"""The audit file: events exported and checked a second of one core, against bare SHA-256 over the same bytes and
against writing every line canonically again; and the memory of both."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Final

import rfc8785

from bench.aims import at_least, at_most, middle, report
from bench.fsck import fill
from bench.load import ring
from cloudnego.audit import fast, verify
from cloudnego.audit.export import Confirmed, Source, write_export
from cloudnego.core.vocabulary import JOINT
from cloudnego.eventlog import merkle
from cloudnego.eventlog.database import connect
from tests.audit.given import KEY, made

EVENTS: Final = 1_000_000
RUNS: Final = 3
CASE: Final = f"n{0:020d}"
LINES: Final = 20_000  # of the slow way: it needs no more to be measured
AIM: Final = 400_000
TIMES: Final = 20
MEBIBYTES: Final = 256


def export(place: Path) -> None:
    """What a process of its own does: its memory is its own."""
    engine = connect(f"sqlite:///{place / 'log.sqlite3'}")
    write_export(Source(engine, ring(), KEY), made(CASE, "auditor"), JOINT, place / "audit.zip", Confirmed())


def check(place: Path) -> None:
    """The same for the check."""
    found = verify.verify(place / "audit.zip", [], (), fast.entries)
    assert [one for one in found if one[0] < 9] == [], found[:3]


def _alone(what: str, place: Path) -> tuple[float, float]:
    """Seconds and mebibytes of a process that does it."""
    run = [sys.executable, "-m", "bench.audit", what, str(place)]
    done = subprocess.run(run, check=True, capture_output=True, text=True)
    seconds, kilobytes = json.loads(done.stdout)
    return seconds, kilobytes / 1024


def _timed(work: Callable[[], None]) -> float:
    """Seconds of CPU: what else runs on the machine does not count."""
    start = time.process_time()
    work()
    return time.process_time() - start


def _leaves(archive: verify.Archive) -> None:
    """From the stored bytes to the root: the hash of every entry, held against the list, and the tree."""
    rows, peaks, seq = zip(archive.lines("events.jsonl"), archive.lines("hashes.txt"), strict=True), list[bytes](), 0
    while some := list(islice(rows, 1024)):
        nodes = [sha256(b"\0" + raw[:-1]).digest() for raw, _ in some]
        assert [node.hex().encode() + b"\n" for node in nodes] == [listed for _, listed in some]
        for node in nodes:
            merkle.push(peaks, seq, node)
            seq += 1
    assert merkle.root(peaks)


def _bare(archive: verify.Archive) -> None:
    """SHA-256 over every line of entries and bodies, and nothing else."""
    for name in ("events.jsonl", "bodies.jsonl"):
        for line in archive.lines(name):
            sha256(line).digest()


def _again(archive: verify.Archive) -> None:
    """What a check costs that writes each line canonically again, in Python."""
    for name in ("events.jsonl", "bodies.jsonl"):
        for line in islice(archive.lines(name), LINES):
            assert rfc8785.dumps(json.loads(line)) + b"\n" == line


def _figures(place: Path, events: int, runs: int) -> Iterator[tuple[str, float]]:
    exported, checked = [], []
    for _ in range(runs):
        (place / "audit.zip").unlink(missing_ok=True)
        exported.append(_alone("export", place))
        checked.append(_alone("check", place))
    archive = verify.Archive(place / "audit.zip", verify.Report())
    yield "exported a second", events / middle(one for one, _ in exported)
    yield "export MiB", max(memory for _, memory in exported)
    yield "checked a second", events / middle(one for one, _ in checked)
    yield "check MiB", max(memory for _, memory in checked)
    yield "leaves a second", events / middle(_timed(lambda: _leaves(archive)) for _ in range(runs))
    yield "bare SHA-256 a second", events / middle(_timed(lambda: _bare(archive)) for _ in range(runs))
    some = min(LINES, events)
    yield "canonical again a second", some / middle(_timed(lambda: _again(archive)) for _ in range(runs))
    yield "file MiB", (place / "audit.zip").stat().st_size / 2**20


def run(*, quick: bool = False, n: int | None = None) -> dict[str, Any]:
    """Export and check a case of a million entries; in the quick form of two thousand, once."""
    events, runs = n or (2_000 if quick else EVENTS), 1 if quick else RUNS
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        fill(f"sqlite:///{place / 'log.sqlite3'}", events, cases=1)
        found = {name: round(value, 1) for name, value in _figures(place, events, runs)}
    return report(
        "audit",
        runs,
        {"events": events, **found},
        (
            at_least("leaves a second, from the stored bytes", found["leaves a second"], AIM),
            at_least(
                "leaves against canonical again",
                found["leaves a second"] / max(found["canonical again a second"], 0.1),
                TIMES,
            ),
            at_most("memory of the export, MiB", found["export MiB"], MEBIBYTES),
            at_most("memory of the check, MiB", found["check MiB"], MEBIBYTES),
        ),
    )


if __name__ == "__main__":
    took = _timed(lambda: {"export": export, "check": check}[sys.argv[1]](Path(sys.argv[2])))
    print(json.dumps([took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
