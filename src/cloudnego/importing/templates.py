"""Empty tables with their heads, two example rows and what each column is: as CSV and as XLSX."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Final

from cloudnego.files.sheets import table
from cloudnego.importing.sheets import SHEETS, ImportKind, Sheet

FORMATS: Final = ("csv", "xlsx")
_WIDE: Final = 18


@cache
def template(kind: ImportKind, format_: str) -> bytes:
    """The template; `format_` is one of `FORMATS`."""
    sheet = SHEETS[kind]
    return _book(sheet) if format_ == "xlsx" else table([_heads(sheet), *_examples(sheet)])


def _heads(sheet: Sheet) -> list[str]:
    return [f"{one.zh}*" if one.needed else one.zh for one in sheet.columns]


def _examples(sheet: Sheet) -> list[list[str]]:
    return [[one.examples[row] for one in sheet.columns] for row in (0, 1)]


def _book(sheet: Sheet) -> bytes:
    """Every cell is text: a number on a roster keeps its zeros, a code all its digits."""
    from openpyxl import Workbook  # noqa: PLC0415 - half a second, for who asks for one
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook()
    rows = book.active
    assert rows is not None, "a new book has a sheet"
    rows.title = "数据 data"
    for line in (_heads(sheet), *_examples(sheet)):
        rows.append(line)
    for place, one in enumerate(sheet.columns, 1):
        letter = get_column_letter(place)
        rows.column_dimensions[letter].width = max(_WIDE, 2 * len(one.zh) + 4)
        rows.column_dimensions[letter].number_format = "@"
        rows.cell(1, place).font = Font(bold=True)
        for row in range(2, 4):
            rows.cell(row, place).number_format = "@"
    rows.freeze_panes = "A2"
    guide = book.create_sheet("说明 guide")
    guide.append(["列 column", "英文 English", "名称 name", "必填 needed", "示例 example"])
    for one in sheet.columns:
        guide.append([one.zh, one.en, one.name, "是 yes" if one.needed else "", one.examples[0] or one.examples[1]])
    for letter, width in zip("ABCDE", (30, 34, 20, 12, 30), strict=True):
        guide.column_dimensions[letter].width = width
    made = BytesIO()
    book.save(made)
    return made.getvalue()
