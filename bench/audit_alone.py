"""Export and check of an audit file as a process of their own does them: what it takes is theirs alone."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench.load import ring
from cloudnego.audit import fast, verify
from cloudnego.audit.export import Confirmed, Source, write_export
from cloudnego.core.vocabulary import JOINT
from cloudnego.eventlog.database import connect
from tests.audit.given import KEY, made

CASE: Final = f"n{0:020d}"


def export(place: Path) -> None:
    """What a process of its own does: its memory is its own."""
    engine = connect(f"sqlite:///{place / 'log.sqlite3'}")
    write_export(Source(engine, ring(), KEY), made(CASE, "auditor"), JOINT, place / "audit.zip", Confirmed())


def check(place: Path) -> None:
    """The same for the check."""
    found = verify.verify(place / "audit.zip", [], (), fast.entries)
    assert [one for one in found if one[0] < 9] == [], found[:3]


def timed(work: Callable[[], object]) -> float:
    """Seconds of CPU: what else runs on the machine does not count."""
    start = time.process_time()
    work()
    return time.process_time() - start


def most_kib() -> int:
    """The most memory this process had, as the kernel counts it since `exec`: `getrusage` would begin with whatever the
    process had that started it."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    took = timed(lambda: {"export": export, "check": check}[sys.argv[1]](Path(sys.argv[2])))
    print(json.dumps([took, most_kib()]))
