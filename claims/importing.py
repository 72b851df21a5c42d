"""Tables from seeds, right and wrong, and imports that are killed: each bad cell is named and no other, nothing is half
done, and the same file again changes nothing."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import SQLModel, col

from claims import importing_acts
from claims.record import record
from cloudnego.eventlog.database import connect
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.migrating import migrate
from cloudnego.files import grids
from cloudnego.identity.admission import Worker
from cloudnego.identity.delegates import lines_of
from cloudnego.identity.register import Entry, add_enterprise
from cloudnego.identity.roster import Roster
from cloudnego.identity.store import reading, writing
from cloudnego.identity.workers import NewLine, add_lines
from cloudnego.importing.jobs import Imports, Job, Order, Report
from cloudnego.importing.mapping import Mapping
from cloudnego.importing.rosters import DelegatesTarget, RostersTarget
from cloudnego.importing.sheets import ImportKind
from cloudnego.importing.targets import By, Target
from cloudnego.main import new_id, now_s
from tests.web.import_tables import Sheet, made

SEEDS: Final = 3
"""Of the tests; the claim takes more."""
D: Final = "d"
_PLACE: Final = "330109"
_FRESH_EVERY: Final = 40  # seeds on one database: all of it is compared four times a seed
_KILL_EVERY: Final = 20
_ACTS_KILLED: Final = 10  # imports of acts for so many tables
_ROWS: Final = 1_500
_ASIDE: Final = frozenset({"import_job", "identity_epoch"})


class Firm:
    """A database with enterprises in it, each of one seed."""

    def __init__(self, place: Path, url: str | None = None) -> None:
        self.url: Final = url or f"sqlite:///{place}/imports.sqlite3"
        migrate(self.url)
        self.engine: Final = connect(self.url)
        self.ring: Final = Keyring.seeded("imports")
        with writing(self.engine) as session:
            Roster(session, D, new_id, now_s(), "operator").add_region(_PLACE, "区", "district")
        self.imports: Final = Imports(self.engine, self.ring, now_s, grids.grid)

    def entry(self, seed: int) -> Entry:
        """An enterprise of this seed."""
        new = Entry(id="", name=f"厂{seed}", credit_code=f"SEED-{seed}", address="路", region=_PLACE, industry="C17")
        with writing(self.engine) as session:
            return add_enterprise(session, Roster(session, D, new_id, now_s(), "operator"), D, new)

    def by(self) -> By:
        return By(D, "operator", (), date(2026, 3, 2), now_s(), new_id, operator=True)

    def all_there_is(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table but those that say how imports go."""
        with self.engine.connect() as connection:
            return {
                table.name: sorted(map(tuple, connection.execute(table.select())), key=repr)
                for table in SQLModel.metadata.sorted_tables
                if table.name not in _ASIDE
            }

    def imported(self, order: Order, target: Target) -> tuple[Job, Report]:
        """An import from its beginning to its end."""
        job, _ = self.imports.begin(new_id("x"), order)
        self.imports.carry_out(job.id, order, target)
        found = self.imports.find(job.id, D, "operator")
        assert found is not None, "it was just begun"
        return found


def order_of(kind: ImportKind, content: bytes, format_: str, *, dry_run: bool = False, partial: bool = False) -> Order:
    """An import by the operator."""
    return Order(
        kind=kind, district=D, person="operator", about="", content=content, format=format_, mapping=Mapping(),
        dry_run=dry_run, partial=partial,
    )  # fmt: skip


def faults_of(firm: Firm, seed: int) -> list[str]:
    """What does not hold for the table of a seed."""
    sheet, entry = made(Random(seed)), firm.entry(seed)
    with writing(firm.engine) as session:
        lines = [NewLine(entry.id, number, name) for number, name, _, _ in sheet.good]
        add_lines(session, Roster(session, D, new_id, now_s(), "operator"), lines)
    faults: list[str] = []

    def tried(what: str, state: str, figures: tuple[int, int], *, same: bool, **how: bool) -> None:
        before = firm.all_there_is()
        order = order_of(ImportKind.DELEGATES, sheet.content, sheet.format, **how)
        job, report = firm.imported(order, DelegatesTarget(firm.engine, firm.by(), entry))
        said = {(one.row, one.field, one.code) for one in report.wrong}
        if (job.state, job.new, job.same) != (state, *figures):
            faults.append(f"{seed} {what}: {job.state} {job.new} {job.same}, not {state} {figures}; {sheet.what}")
        if said != sheet.wrong:
            faults.append(f"{seed} {what}: {sorted(map(str, said ^ sheet.wrong))}; {sheet.what}")
        if (firm.all_there_is() == before) is not same:
            faults.append(f"{seed} {what}: it {'wrote' if same else 'wrote nothing'}; {sheet.what}")

    good, right = len(sheet.good), not sheet.wrong
    tried("dry run", "done", (good, 0), same=True, dry_run=True)
    tried("all or none", "done" if right else "refused", (good, 0), same=not (right and good))
    tried("in part", "done", (0, good) if right else (good, 0), same=right or not good, partial=True)
    tried("again", "done", (0, good), same=True, partial=True)
    faults += _standing(firm, entry, sheet, seed)
    return faults


def _standing(firm: Firm, entry: Entry, sheet: Sheet, seed: int) -> list[str]:
    with reading(firm.engine) as session:
        there = sorted((one.number, one.name, one.since, one.manager) for one in lines_of(session, entry.id))
    return [] if there == sorted(sheet.good) else [f"{seed}: {there} stand there, not {sorted(sheet.good)}"]


# --- killed -------------------------------------------------------------------------------------------------------


def killed(place: Path, seed: int) -> tuple[bool, list[str]]:
    """An import in a process of its own that is killed at some moment: whether it was, and what does not hold."""
    firm = Firm(place)
    entry, dice = firm.entry(seed), Random(seed)
    content = ("工号,姓名\n" + "".join(f"{n:05},张三{n}\n" for n in range(_ROWS))).encode("gb18030")
    order = order_of(ImportKind.ROSTERS, content, "csv")
    job, _ = firm.imports.begin(new_id("x"), order)
    firm.engine.dispose()
    child = os.fork()
    if child == 0:
        _carry_out(firm, entry, job.id, order)
    time.sleep(dice.random() * 0.8)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    faults, count = [], _workers(firm, entry)
    found = firm.imports.find(job.id, D, "operator")
    assert found is not None, "it was begun before"
    if (count, found[0].state == "done") not in ((0, False), (_ROWS, True)):
        faults.append(f"{seed}: {count} rows of {_ROWS}, and the import is {found[0].state}")
    again, _ = firm.imported(order_of(ImportKind.ROSTERS, content, "csv"), RostersTarget(firm.engine, firm.by(), entry))
    if (again.state, again.new + again.same, _workers(firm, entry)) != ("done", _ROWS, _ROWS):
        faults.append(f"{seed}: sent again it is {again}")
    firm.engine.dispose()
    return os.WIFSIGNALED(status), faults


def _carry_out(firm: Firm, entry: Entry, job: str, order: Order) -> None:
    """What the child does; it never comes back."""
    engine = connect(firm.url)
    try:
        target = RostersTarget(engine, firm.by(), entry)
        Imports(engine, firm.ring, now_s, grids.grid).carry_out(job, order, target)
    finally:
        os._exit(0)


def _workers(firm: Firm, entry: Entry) -> int:
    with firm.engine.connect() as connection:
        lines = select(func.count()).select_from(Worker).where(col(Worker.enterprise) == entry.id)
        return int(connection.execute(lines).scalar_one())


def run(count: int, first: int | None) -> int:
    """The claim, recorded; 1 if it broke."""
    seed, started, broken, kills = first or 1, time.monotonic(), list[str](), 0
    for begin in range(seed, seed + count, _FRESH_EVERY):
        with tempfile.TemporaryDirectory(prefix="cloudnego-imports-") as folder:
            firm = Firm(Path(folder))
            for one in range(begin, min(begin + _FRESH_EVERY, seed + count)):
                broken += faults_of(firm, one)
            firm.engine.dispose()
        for one in range(begin, min(begin + _FRESH_EVERY, seed + count), _KILL_EVERY):
            with tempfile.TemporaryDirectory(prefix="cloudnego-imports-") as folder:
                was, faults = killed(Path(folder), one)
                kills, broken = kills + was, broken + faults
        with tempfile.TemporaryDirectory(prefix="cloudnego-imports-") as folder:
            place = Path(folder) / "data"
            case = importing_acts.founded(place)
            for number in range(_ACTS_KILLED):
                was, faults = importing_acts.killed(place, case, number, begin * _ACTS_KILLED + number)
                kills, broken = kills + was, broken + faults
        if broken:
            break
    verdict, seconds = "broken" if broken else "kept", round(time.monotonic() - started)
    record("imports", seed=seed, count=count, verdict=verdict, seconds=seconds, kills=kills)
    sys.stdout.write(f"{verdict.upper()}: {count} tables from seed {seed}, {kills} imports killed\n")
    sys.stdout.writelines(f"{one}\n" for one in broken[:10])
    return 1 if broken else 0
