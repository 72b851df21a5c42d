"""`cloudnego admin import`: a table from the disk of whoever runs the service, by the very mechanism of the API."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table
from sqlalchemy import Engine

from cloudnego.console import CannotBe, DistrictName, out, progress, tell, the_district
from cloudnego.eventlog.districts import Districts
from cloudnego.identity.register import Entry, enterprise
from cloudnego.identity.store import reading
from cloudnego.importing.jobs import Imports, Job, Order, Report, column_of
from cloudnego.importing.mapping import Mapping, MappingWrong, read
from cloudnego.importing.registers import EnterprisesTarget, ReferencesTarget
from cloudnego.importing.rosters import DelegatesTarget, RostersTarget
from cloudnego.importing.sheets import SHEETS, ImportKind
from cloudnego.importing.targets import By, Target
from cloudnego.main import looked_into, new_id, now, now_s
from cloudnego.settings import Settings
from cloudnego.texts import say

OPERATOR: Final = "operator"
_FORMATS: Final = ("csv", "xlsx", "json")
_SHOWN: Final = 40


class OfTables(StrEnum):
    """The kinds whose rows are no acts of anybody: contracts and wage tables are imported by persons."""

    ENTERPRISES = "enterprises"
    ROSTERS = "rosters"
    DELEGATES = "delegates"
    REFERENCE_VALUES = "reference-values"


def import_rows(
    kind: Annotated[OfTables, typer.Argument(help="导入什么。 What the rows are.")],
    file: Annotated[Path, typer.Argument(help="表格 .csv、.xlsx、.json。 The table.", exists=True, dir_okay=False)],
    *,
    district: DistrictName = None,
    of_enterprise: Annotated[
        str | None, typer.Option(help="整份都是这家企业的，写编号。 Id of the one enterprise.")
    ] = None,
    mapping: Annotated[Path | None, typer.Option(help="映射文件。 How it maps.", exists=True, dir_okay=False)] = None,
    reason: Annotated[str | None, typer.Option(help="代表名册冻结后变更的原因。 Why a frozen roll is changed.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查。 Check, and write nothing.")] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="跳过有问题的行。 Leave out rows that are refused.")
    ] = False,
) -> None:
    """Import a table; says each cell that is refused, and ends with 1 where nothing was written because of one."""
    format_ = file.suffix.removeprefix(".").casefold()
    if format_ not in _FORMATS:
        raise CannotBe("no_table", file=file)
    words = _mapping(mapping, ImportKind(kind.value))
    with looked_into(Settings()) as (engine, ring), progress("import") as told:
        home = the_district(Districts(engine, ring), district).id
        order = Order(
            kind=ImportKind(kind.value), district=home, person=OPERATOR, about=of_enterprise or "",
            content=file.read_bytes(), format=format_, mapping=words, dry_run=dry_run, partial=partial,
        )  # fmt: skip
        imports = Imports(engine, ring, now_s)
        job, _ = imports.begin(new_id("x"), order)
        imports.carry_out(job.id, order, _target(engine, home, kind, of_enterprise, reason))
        found = imports.find(job.id, home, OPERATOR)
        told(1)
    assert found is not None, "it was just begun"
    _say(*found)
    if found[0].state != "done":
        raise typer.Exit(1)


def _mapping(file: Path | None, kind: ImportKind) -> Mapping:
    if file is None:
        return Mapping()
    try:
        return read(file.read_bytes(), SHEETS[kind])
    except MappingWrong as wrong:
        raise CannotBe("mapping_wrong", file=file, where=wrong.where) from None


def _target(engine: Engine, district: str, kind: OfTables, firm: str | None, reason: str | None) -> Target:
    today = now().date()
    by = By(district, OPERATOR, (), today, now_s(), new_id, operator=True)
    match kind:
        case OfTables.ENTERPRISES:
            return EnterprisesTarget(engine, by)
        case OfTables.REFERENCE_VALUES:
            return ReferencesTarget(engine, by)
        case OfTables.ROSTERS:
            return RostersTarget(engine, by, _entry(engine, district, firm))
        case OfTables.DELEGATES:
            return DelegatesTarget(engine, by, _entry(engine, district, firm), reason)


def _entry(engine: Engine, district: str, firm: str | None) -> Entry | None:
    if firm is None:
        return None
    with reading(engine) as session:
        found = enterprise(session, district, firm)
    if found is None:
        raise CannotBe("enterprise_unknown", enterprise=firm)
    return found


def _say(job: Job, report: Report) -> None:
    if report.wrong:
        table = Table("行 row", "列 column", "问题 what is wrong", "改法 what cures it")
        for one in report.wrong[:_SHOWN]:
            letter, head = column_of(report, one)
            wrong, cure = say(f"imports.problems.{one.code}", one.facts), say(f"imports.cures.{one.code}", one.facts)
            place = f"{letter} {head}" if letter is not None else ""
            table.add_row(str(one.row or ""), place, f"{wrong['zh']}\n{wrong['en']}", f"{cure['zh']}\n{cure['en']}")
        out.print(table)
    counts = {"new": job.new, "changed": job.changed, "same": job.same, "refused": job.refused}
    if job.state == "failed":
        tell("import_failed")
    elif job.state == "refused":
        tell("import_refused", **counts)
    elif job.dry_run:
        tell("import_checked", **counts)
    else:
        tell("imported", **counts)
