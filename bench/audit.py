"""The audit file: events exported and checked a second of one core, against bare SHA-256 over the same bytes and
against writing every line canonically again; the memory of both; and papers printed a second, kind by kind."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Final

import rfc8785

from bench.aims import at_least, at_most, middle, report
from bench.audit_alone import timed
from bench.fsck import fill
from cloudnego.audit import fast, verify
from cloudnego.eventlog import merkle
from cloudnego.papers.press import Press
from tests.papers.made import papers_of, source_of

EVENTS: Final = 1_000_000
RUNS: Final = 3
LINES: Final = 20_000  # of the slow way: it needs no more to be measured
AIM: Final = 400_000
TIMES: Final = 20
MEBIBYTES: Final = 256
LINK: Final = "https://talks.example/register/0"
STORIES: Final = ("silent-enterprise", "suspended", "objected", "plain")


def _alone(what: str, place: Path) -> tuple[float, float]:
    """Seconds and mebibytes of a process that does it."""
    run = [sys.executable, "-m", "bench.audit_alone", what, str(place)]
    done = subprocess.run(run, check=True, capture_output=True, text=True)
    seconds, kilobytes = json.loads(done.stdout)
    return seconds, kilobytes / 1024


def _leaves(archive: verify.Archive) -> None:
    """From the stored bytes to the root, as the service's own check does it: the hash of every entry, held against the
    list, and the tree."""
    sizes = [one["size"] for one in json.loads(archive.read("manifest.json"))["streams"]]
    with (
        closing(fast.Lines(archive, "events.jsonl")) as read, closing(fast.Lines(archive, "hashes.txt")) as listed,
    ):  # fmt: skip
        for size in sizes:
            peaks, seq = list[bytes](), 0
            while seq < size:
                count = min(fast.CHUNK - seq % fast.CHUNK, size - seq)
                fast.grow(peaks, seq, fast.hashed(read.take(count), listed.take(count)))
                seq += count
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
    yield "leaves a second", events / middle((timed(lambda: _leaves(archive)) for _ in range(runs)), 6)
    yield "bare SHA-256 a second", events / middle((timed(lambda: _bare(archive)) for _ in range(runs)), 6)
    some = min(LINES, events)
    yield "canonical again a second", some / middle((timed(lambda: _again(archive)) for _ in range(runs)), 6)
    yield "file MiB", (place / "audit.zip").stat().st_size / 2**20


def _papers(runs: int) -> dict[str, float]:
    """Milliseconds that one paper of each kind takes, the press being warm."""
    press, found = Press(), dict[str, float]()
    facts = {one.doc: one for story in STORIES for one in papers_of(source_of(story))}
    for doc in sorted(facts, key=lambda doc: int(doc[1:])):
        press.printed(facts[doc], "n-1", LINK)
        took = middle((timed(partial(press.printed, facts[doc], "n-1", LINK)) for _ in range(runs)), 6)
        found[doc] = round(1000 * took, 1)
    return found


def run(*, quick: bool = False, n: int | None = None) -> dict[str, Any]:
    """Export and check a case of a million entries; in the quick form of two thousand, once."""
    events, runs = n or (2_000 if quick else EVENTS), 1 if quick else RUNS
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        fill(f"sqlite:///{place / 'log.sqlite3'}", events, cases=1)
        found = {name: round(value, 1) for name, value in _figures(place, events, runs)}
    papers = _papers(1 if quick else 5)
    found["papers a second"] = round(1000 * len(papers) / sum(papers.values()), 1)
    return report(
        "audit",
        runs,
        {"events": events, **found, "paper, ms": papers},
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
