"""What a bulk import costs: a district in one table, against reading that table alone by the same reader."""

from __future__ import annotations

import csv
import json
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO, StringIO
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from sqlmodel import Session

from bench.aims import middle
from claims.importing import D, Firm
from cloudnego.files import jail
from cloudnego.identity.register import Entry, add_enterprise
from cloudnego.identity.roster import Roster
from cloudnego.identity.store import writing
from cloudnego.importing.jobs import Imports, Order
from cloudnego.importing.mapping import Mapping
from cloudnego.importing.reading import Row
from cloudnego.importing.rosters import RostersTarget
from cloudnego.importing.sheets import ImportKind
from cloudnego.importing.targets import Told, Verdict
from cloudnego.main import new_id, now_s

FIRMS: Final = 161
_HEADS: Final = ("统一社会信用代码", "工号", "姓名")


class _Timed(RostersTarget):
    """Says how long the one transaction held the lock, but for its commit, in seconds of CPU."""

    held_s = 0.0

    def write(self, session: Session, roster: Roster, found: Sequence[tuple[Row, Verdict]], told: Told) -> None:
        start = time.process_time()
        super().write(session, roster, found, told)
        self.held_s = time.process_time() - start


def _rows(count: int) -> Iterator[tuple[str, str, str]]:
    for n in range(count):
        yield f"FIRM-{n % FIRMS:04}", f"{n:06}", f"职工张三{n}"


def _table(count: int, format_: str) -> bytes:
    if format_ == "csv":
        out = StringIO(newline="")
        csv.writer(out).writerows((_HEADS, *_rows(count)))
        return out.getvalue().encode("gb18030")
    book = Workbook(write_only=True)
    sheet = book.create_sheet("花名册")
    for row in (_HEADS, *_rows(count)):
        sheet.append(row)
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def _cpu() -> float:
    """Of this process and of the cells that ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _read(content: bytes, format_: str) -> dict[str, float]:
    """Reading alone: the lines of the cell, each looked at."""
    wall, cpu = time.perf_counter(), _cpu()
    for line in jail.rows_of(content, format_).splitlines():
        json.loads(line)
    return {"wall": time.perf_counter() - wall, "cpu": _cpu() - cpu}


def _import(content: bytes, format_: str) -> dict[str, float]:
    """The same table, taken in; then once more, when there is nothing to change."""
    with tempfile.TemporaryDirectory() as folder:
        firm = Firm(Path(folder))
        with writing(firm.engine) as session:
            roster = Roster(session, D, new_id, now_s(), "operator")
            for n in range(FIRMS):
                new = Entry(
                    id="", name=f"厂{n}", credit_code=f"FIRM-{n:04}", address="路", region="330109", industry="C"
                )
                add_enterprise(session, roster, D, new)
        order = Order(
            kind=ImportKind.ROSTERS, district=D, person="operator", about="", content=content, format=format_,
            mapping=Mapping(), dry_run=False, partial=False,
        )  # fmt: skip
        imports, before = Imports(firm.engine, firm.ring, now_s), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        wall, cpu, target = time.perf_counter(), _cpu(), _Timed(firm.engine, firm.by())
        job, _ = imports.begin(new_id("x"), order)
        imports.carry_out(job.id, order, target)
        found = {"wall": time.perf_counter() - wall, "cpu": _cpu() - cpu, "held": target.held_s}
        found["mib"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        wall = time.perf_counter()
        again, _ = imports.begin(new_id("x"), order)
        imports.carry_out(again.id, order, RostersTarget(firm.engine, firm.by()))
        found["again"] = time.perf_counter() - wall
        ended = [imports.find(one.id, D, "operator") for one in (job, again)]
        figures = [(one[0].state, one[0].new, one[0].same) for one in ended if one is not None]
        rows = figures[0][1]
        assert figures == [("done", rows, 0), ("done", 0, rows)], figures
        firm.engine.dispose()
    return found


def _apart(work: Callable[[bytes, str], dict[str, float]], content: bytes, format_: str) -> dict[str, float]:
    """In a process of its own, whose memory is its alone."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(into, json.dumps(work(content, format_)).encode())
        finally:
            os._exit(0)
    os.close(into)
    with os.fdopen(out, "rb") as said:
        found: dict[str, float] = json.loads(said.read())
    os.waitpid(child, 0)
    return found


def figures(rows: int, runs: int) -> dict[str, float]:
    """Seconds and MiB by format, the middle of so many turns."""
    found: dict[str, float] = {"import rows": rows}
    for format_ in ("xlsx", "csv"):
        content = _table(rows, format_)
        read = [_apart(_read, content, format_) for _ in range(runs)]
        took = [_apart(_import, content, format_) for _ in range(runs)]
        found |= {f"read {format_} {name}, s": middle((one[name] for one in read), 3) for name in ("wall", "cpu")}
        found |= {
            f"import {format_} {name}, s": middle((one[name] for one in took), 3)
            for name in ("wall", "cpu", "held", "again")
        }
        found[f"import {format_} memory, MiB"] = middle((one["mib"] for one in took), 1)
    return found
