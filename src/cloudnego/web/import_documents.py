"""What an import answers with: how far it is, and of each row that was refused what is wrong and what cures it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from cloudnego.importing.jobs import Job, Report, Wrong, column_of
from cloudnego.importing.sheets import ImportKind
from cloudnego.texts import Said, say
from cloudnego.web.invitations import instant


class WrongDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is wrong. `row`: as the file numbers it, of JSON from 1; null of the file as a whole. `column`:
    its letter; `head`: what stands over it; `field`: our name for it."""

    row: int | None
    column: str | None
    head: str | None
    field: str | None
    code: str
    message: Said
    cure: Said


class RefusedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row in which something is wrong, as it stands in the file."""

    row: int
    cells: tuple[str, ...]


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was read and what is wrong with it: the first thousand of `wrong_total`, and the first two hundred rows.
    `fields`: our column under each head, null for one that was left out."""

    sheet: str | None
    encoding: str | None
    heads: tuple[str, ...]
    fields: tuple[str | None, ...]
    wrong: tuple[WrongDocument, ...]
    wrong_total: int
    rows: tuple[RefusedRow, ...]


class ImportDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An import. `state`: reading, checking (`done` of `total` rows), writing, then done, refused or failed; `about`:
    the enterprise or case that was named; `new`, `changed`, `same`, `refused`: rows; `report`: once it is over."""

    id: str
    kind: ImportKind
    about: str | None
    state: str
    dry_run: bool
    partial: bool
    done: int
    total: int
    new: int
    changed: int
    same: int
    refused: int
    sha256: str
    size: int
    began_at: datetime
    report: ImportReport | None


class ImportsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Your last imports, the latest first, without their reports."""

    rows: tuple[ImportDocument, ...]


_PLAIN: Final = tuple(name for name in Job.__struct_fields__ if name not in ("about", "made_s"))


def document_of(job: Job, report: Report | None) -> ImportDocument:
    """How an import stands, in both languages."""
    facts = {name: getattr(job, name) for name in _PLAIN}
    over = None if report is None or job.under_way else _said(report)
    return ImportDocument(about=job.about or None, began_at=instant(job.made_s), report=over, **facts)


def _said(report: Report) -> ImportReport:
    return ImportReport(
        sheet=report.sheet, encoding=report.encoding, heads=report.heads, fields=report.fields,
        wrong=tuple(_wrong(report, one) for one in report.wrong), wrong_total=report.wrong_total,
        rows=tuple(RefusedRow(row=one.row, cells=one.cells) for one in report.rows),
    )  # fmt: skip


def _wrong(report: Report, one: Wrong) -> WrongDocument:
    column, head = column_of(report, one)
    return WrongDocument(
        row=one.row, column=column, head=head, field=one.field, code=one.code,
        message=one.facts.get("said") or say(f"imports.problems.{one.code}", one.facts),
        cure=one.facts.get("cure") or say(f"imports.cures.{one.code}", one.facts),
    )  # fmt: skip
