"""Export and check take the memory of a page of entries, however many there are; and trees grow by whole subtrees."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from bench.audit_alone import check, export
from bench.fsck import fill
from cloudnego.audit import fast, verify
from cloudnego.eventlog import merkle

FEW, MANY = 4_000, 16_000
"""Even the few are more than is kept in memory before it goes to the disk, a mebibyte of each entry of the file."""
SLACK = 1 << 19


def peak(work: Callable[[], object]) -> int:
    """Bytes that were in use at once while it ran, beyond those before."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _checked_slowly(place: Path) -> None:
    """By the program that travels in the file, whose pure Python looks at each line twice."""
    assert [one for one in verify.verify(place / "audit.zip", []) if one[0] < 9] == []


@pytest.mark.whole
def test_four_times_the_entries_take_no_more_memory(tmp_path: Path) -> None:
    peaks: dict[str, list[int]] = {}
    for events in (100, FEW, MANY):  # with the first of them everything is imported
        place = tmp_path / str(events)
        place.mkdir()
        fill(f"sqlite:///{place / 'log.sqlite3'}", events, cases=1)
        for work in (export, check, _checked_slowly):
            peaks.setdefault(work.__name__, []).append(peak(lambda work=work, place=place: work(place)))  # type: ignore[misc]
    for name, (_, few, many) in peaks.items():
        assert many < few + SLACK, f"{name}: {few} bytes for {FEW} entries, {many} for {MANY}"


def test_a_tree_grows_by_subtrees_as_it_does_by_leaves() -> None:
    dice = Random(1)
    for _ in range(30):
        grown, pushed, seq = list[bytes](), list[bytes](), 0
        for _ in range(dice.randint(1, 6)):
            nodes = [dice.randbytes(32) for _ in range(dice.choice([1, 2, 3, 8, 100, fast.CHUNK, 1000]))]
            fast.grow(grown, seq, nodes)
            for node in nodes:
                merkle.push(pushed, seq, node)
                seq += 1
            assert grown == pushed
