"""A table that somebody uploads, read cell by cell within the cell of `files.cell`: CSV, XLSX or JSON become lines.

What comes out is JSON, one array a line: first what was read (`{"sheet", "encoding"}`), then for each row that is not
empty its number as people see it in their program, and its cells. A cell is null, a text, a number or a truth value, or
`{"is": …, "v": …}` where it is none of these: see `ODD`.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from io import BytesIO, StringIO
from itertools import islice
from typing import Any, Final

from cloudnego.files.archives import check_office
from cloudnego.files.kinds import FileKind, FileRefused, Why
from cloudnego.files.sheets import MARKED, begins_a_formula, said_in

ROWS_MAX: Final = 50_000
COLUMNS_MAX: Final = 60
CELL_MAX: Final = 500
_TAIL: Final = 200  # empty rows behind the data that a program may have formatted
_SHOWN: Final = 40

ODD: Final = ("date", "percent", "formula", "error", "merged", "long", "time", "nested")
"""What a cell can be besides plain: a day (ISO); a percentage, as its text; refused are a formula, an error of the
program, a part of merged cells, a text that is too long, an instant or a span of time, a value that has values."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MERGE: Final = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
_SEPARATOR: Final = re.compile(r"sep=([,;\t|])\r?\n", re.IGNORECASE)

Row = list[Any]


def grid(content: bytes, kind: str) -> bytes:
    """The table as lines of JSON. Raises FileRefused."""
    if not content:
        raise FileRefused(Why.EMPTY)
    rows = _READERS[kind](content)
    made = [_line(next(rows))]
    for row in rows:
        if len(made) > ROWS_MAX:
            raise FileRefused(Why.ROWS)
        made.append(_line(row))
    return b"".join(made)


def _line(row: Any) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _odd(what: str, value: str = "") -> dict[str, str]:
    return {"is": what, "v": value}


def _text(value: str) -> Any:
    """A text as a cell; nothing for one that is blank."""
    kept = value.strip().strip("\u3000\ufeff\u200b")
    if not kept:
        return None
    if len(kept) > CELL_MAX:
        return _odd("long", kept[:_SHOWN])
    return _odd("formula", kept[:_SHOWN]) if len(kept) > 1 and begins_a_formula(kept) else said_in(kept)


# --- CSV ----------------------------------------------------------------------------------------------------------


def decoded(content: bytes) -> tuple[str, str]:
    """The text and its encoding: what a mark at its beginning says, else UTF-8, else GB 18030. Raises FileRefused."""
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    for name in (marked,) if marked is not None else ("utf-8", "gb18030"):
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        if "\0" in text:  # UTF-16 without its mark, or no text at all
            break
        return text, name
    raise FileRefused(Why.ENCODING)


def _csv(content: bytes) -> Iterator[Any]:
    text, encoding = decoded(content)
    said = _SEPARATOR.match(text)
    if said is not None:
        text = text[said.end() :]
    first = next((line for line in text.split("\n", 2)[:2] if not line.startswith(MARKED)), "")
    separator = said[1] if said is not None else max(",;\t", key=first.count)
    yield {"sheet": None, "encoding": encoding.removesuffix("-sig")}
    csv.field_size_limit(1 << 20)
    try:
        for number, cells in enumerate(csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True), 1):
            while cells and not cells[-1].strip():
                cells.pop()
            if len(cells) > COLUMNS_MAX:
                raise FileRefused(Why.COLUMNS)
            if cells:
                yield [number + (said is not None), *map(_text, cells)]
    except csv.Error:
        raise FileRefused(Why.QUOTES) from None


# --- JSON ---------------------------------------------------------------------------------------------------------


def _json(content: bytes) -> Iterator[Any]:
    text, encoding = decoded(content)
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except ValueError:
        raise FileRefused(Why.SHAPE) from None
    rows = found.get("rows") if isinstance(found, dict) and set(found) == {"rows"} else found
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise FileRefused(Why.SHAPE)
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
        if len(names) > COLUMNS_MAX:
            raise FileRefused(Why.COLUMNS)
    yield {"sheet": None, "encoding": encoding.removesuffix("-sig")}
    yield [0, *(name[:CELL_MAX] for name in names)]
    for number, row in enumerate(rows, 1):
        yield [number, *(_value(row.get(name)) for name in names)]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value)
    return _odd("nested") if isinstance(value, dict | list) else value


# --- XLSX ---------------------------------------------------------------------------------------------------------


def _xlsx(content: bytes) -> Iterator[Any]:
    from openpyxl import load_workbook  # noqa: PLC0415 - half a second, for who uploads one

    parts = check_office(content, FileKind.XLSX)
    book = load_workbook(BytesIO(content), read_only=True, keep_links=False)
    sheet: Any = next((one for one in book.worksheets if one.sheet_state == "visible"), None)
    if sheet is None:
        raise FileRefused(Why.EMPTY)
    merged = _merged(parts.get(sheet._worksheet_path.lstrip("/"), b""))
    sheet.reset_dimensions()  # what it says of itself need not be true
    yield {"sheet": sheet.title, "encoding": None}
    last = 0
    for number, cells in enumerate(sheet.iter_rows(), 1):
        if any(cell.value is not None for cell in cells[COLUMNS_MAX:]):
            raise FileRefused(Why.COLUMNS)
        row = _cells(cells[:COLUMNS_MAX], merged.get(number))
        if row:
            last = number
            yield [number, *row]
        elif number - last > ROWS_MAX + _TAIL:
            raise FileRefused(Why.ROWS)


def _merged(sheet: bytes) -> dict[int, list[tuple[int, int, str]]]:
    """By row the columns that are merged, from and to, and the range as people write it. A merge within the first
    column of a title over the table is one as well: what it means is judged where the heads are known."""
    found: dict[int, list[tuple[int, int, str]]] = {}
    for left, top, right, bottom in _MERGE.findall(sheet):
        name = f"{left.decode()}{int(top)}:{right.decode()}{int(bottom)}"
        for row in islice(range(int(top), int(bottom) + 1), ROWS_MAX + _TAIL):
            found.setdefault(row, []).append((_column(left), _column(right), name))
    return found


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _cells(cells: tuple[Any, ...], merged: list[tuple[int, int, str]] | None) -> Row:
    row = [_of_sheet(cell) for cell in cells]
    for left, right, name in merged or ():
        for place in range(left, min(right + 1, COLUMNS_MAX)):
            row += [None] * (place + 1 - len(row))
            row[place] = _odd("merged", name if row[place] is None else f"{name} {_shown(row[place])}")
    while row and row[-1] is None:
        row.pop()
    return row


def _shown(cell: Any) -> str:
    return str(cell["v"] if isinstance(cell, dict) else cell)[:_SHOWN]


def _of_sheet(cell: Any) -> Any:
    value = cell.value
    if value is None or isinstance(value, bool):
        return value
    if cell.data_type == "f":
        return _odd("formula", str(getattr(value, "text", value))[:_SHOWN])
    if cell.data_type == "e":
        return _odd("error", str(value)[:_SHOWN])
    if isinstance(value, datetime):
        day = value.date().isoformat()
        return _odd("date", day) if value.time() == time() else _odd("time", value.isoformat(" ", "seconds"))
    if isinstance(value, date):
        return _odd("date", value.isoformat())
    if isinstance(value, int | float):
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
            value = int(value)
        return _odd("percent", f"{_tidy(value * 100)}%") if "%" in cell.number_format else value
    return _text(value) if isinstance(value, str) else _odd("time", str(value))


def _tidy(value: float) -> str:
    """A product with a hundred without the dust of binary fractions: 5.6 and not 5.6000000000000005."""
    return f"{value:.10f}".rstrip("0").rstrip(".")


_READERS: Final[dict[str, Callable[[bytes], Iterator[Any]]]] = {"csv": _csv, "json": _json, "xlsx": _xlsx}
KINDS: Final = tuple(_READERS)
"""The kinds of tables that are read."""
