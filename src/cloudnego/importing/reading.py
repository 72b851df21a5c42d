"""The rows of a table as values: which column is which of ours, each cell judged, none twice."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

from cloudnego.importing.cells import Bad, plain, shown
from cloudnego.importing.mapping import Mapping
from cloudnego.importing.sheets import Column, Sheet, is_example

_HEAD_WITHIN: Final = 12  # rows: over the heads stand a title and who filled it in
_NUMBERED: Final = 26


class Found(NamedTuple):
    """Something that is wrong: with a column of ours, or the row, or the file. `code`: of `imports.problems`."""

    code: str
    field: str | None = None
    facts: dict[str, object] = {}  # noqa: RUF012  # never changed


class Row(NamedTuple):
    """One row: its number in the file, its values by our names, its cells as they were read."""

    number: int
    values: dict[str, Any]
    cells: list[Any]

    @property
    def shown(self) -> tuple[str, ...]:
        """Its cells as they are shown."""
        return tuple(shown(one) for one in self.cells)


class Head(NamedTuple):
    """What the table says of itself: the sheet that was read, the encoding, its heads as they stand there, and for
    each the column of ours."""

    sheet: str | None
    encoding: str | None
    heads: tuple[str, ...]
    columns: tuple[Column | None, ...]

    def place(self, field: str | None) -> int | None:
        """Where a column of ours stands; None where it is none, or no column of the file."""
        names = [one.name if one is not None else None for one in self.columns]
        return names.index(field) if field in names and field is not None else None


class Table(NamedTuple):
    """A table as far as it can be read without a register: each row with what is wrong in it."""

    head: Head
    wrong: tuple[Found, ...]
    rows: list[tuple[Row, tuple[Found, ...]]]


def letter(place: int) -> str:
    """The name a spreadsheet gives a column, from 0."""
    return (chr(64 + place // _NUMBERED) if place >= _NUMBERED else "") + chr(65 + place % _NUMBERED)


def _lines(content: bytes) -> Iterator[Any]:
    begin = 0
    while begin < len(content):
        end = content.index(b"\n", begin)
        yield json.loads(content[begin:end])
        begin = end + 1


def table_of(content: bytes, sheet: Sheet, mapping: Mapping) -> Table:
    """What `files.grids` made of a file, as values. What is wrong with the file as a whole leaves it without rows."""
    lines = _lines(content)
    said = next(lines)
    first: list[list[Any]] = []
    for line in lines:
        first.append(line)
        if len(first) == _HEAD_WITHIN:
            break
    known = _names_of(sheet, mapping)
    at = max(range(len(first)), key=lambda n: (_fitting(first[n], known), -n), default=None)
    if at is None or not _fitting(first[at], known):
        head = Head(said["sheet"], said["encoding"], (), ())
        return Table(head, (Found("no_heads", facts={"expected": "、".join(_needed(sheet))}),), [])
    heads, wrong = _heads(first[at], sheet, mapping, known)
    head = Head(said["sheet"], said["encoding"], tuple(shown(one) for one in first[at][1:]), heads)
    rows = [] if wrong else list(_rows((*first[at + 1 :], *lines), head, sheet, mapping))
    if not wrong and not rows:
        wrong = (Found("no_rows"),)
    if len(rows) > sheet.rows_max:
        wrong, rows = (Found("too_many_rows", facts={"most": sheet.rows_max}),), []
    return Table(head, wrong, rows)


# --- heads --------------------------------------------------------------------------------------------------------


def _bare(name: str) -> str:
    """A head without what people put around it: width, case, blanks, the star of what is needed."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split()).rstrip("*")


def _names_of(sheet: Sheet, mapping: Mapping) -> dict[str, Column | None]:
    known: dict[str, Column | None] = {}
    for column in sheet.columns:
        known |= {_bare(name): column for name in (column.name, column.zh, column.en)}
    ours = sheet.by_name
    return known | {_bare(theirs): ours[name] if name is not None else None for theirs, name in mapping.columns.items()}


def _needed(sheet: Sheet) -> list[str]:
    return [one.zh for one in sheet.columns if one.needed]


def _fitting(line: list[Any], known: dict[str, Column | None]) -> int:
    return sum(isinstance(cell, str) and _bare(cell) in known for cell in line[1:])


def _heads(
    line: list[Any], sheet: Sheet, mapping: Mapping, known: dict[str, Column | None]
) -> tuple[tuple[Column | None, ...], tuple[Found, ...]]:
    columns: list[Column | None] = []
    wrong: list[Found] = []
    for cell in line[1:]:
        name = shown(cell)
        bare = _bare(name)
        if cell is not None and bare not in known:
            near = get_close_matches(bare, list(known), 1, 0.6)
            meant = known[near[0]] if near else None
            code = "column_unknown" if meant is None else "column_misspelt"
            wrong.append(Found(code, facts={"column": name, "near": meant.zh if meant is not None else ""}))
        column = known.get(bare) if cell is not None else None
        if column is not None and column in columns:
            wrong.append(Found("column_twice", facts={"column": name, "field": column.zh}))
        columns.append(column)
    there = {one.name for one in columns if one is not None} | set(mapping.constants)
    missing = [one for one in sheet.columns if one.needed and one.name not in there]
    wrong += [Found("column_missing", facts={"column": one.zh}) for one in missing]
    return tuple(columns), tuple(wrong)


# --- rows ---------------------------------------------------------------------------------------------------------


def _rows(
    lines: Sequence[list[Any]] | Iterator[list[Any]] | tuple[Any, ...], head: Head, sheet: Sheet, mapping: Mapping
) -> Iterator[tuple[Row, tuple[Found, ...]]]:
    seen: dict[tuple[Any, ...], int] = {}
    manner = mapping.manner
    constants = {sheet.by_name[name]: value for name, value in mapping.constants.items()}
    needed = tuple(one.name for one in sheet.columns if one.needed)

    def judged(column: Column, cell: Any, values: dict[str, Any], wrong: list[Found]) -> None:
        try:
            said = plain(cell) if isinstance(cell, dict) else cell
            words = manner.values.get(column.name)
            if words is not None:
                said = words.get(str(said), said)
            values[column.name] = column.parse(said, manner)
        except Bad as bad:
            wrong.append(Found(bad.code, column.name, bad.facts))

    for number, *cells in lines:
        values: dict[str, Any] = {}
        wrong: list[Found] = []
        for column, cell in zip(head.columns, cells, strict=False):
            if column is not None and cell is not None:
                judged(column, cell, values, wrong)
        for column, value in constants.items():
            if column.name not in values:
                judged(column, value, values, wrong)
        if len(cells) > len(head.columns) and any(one is not None for one in cells[len(head.columns) :]):
            wrong.append(Found("beyond_heads"))
        named = {one.field for one in wrong}
        wrong += [Found("missing", name) for name in needed if name not in values and name not in named]
        row = Row(number, values, cells)
        if is_example(sheet, values):
            wrong.append(Found("example_left"))
        elif not wrong:
            earlier = seen.setdefault(tuple(values.get(name) for name in sheet.key), number)
            if earlier != number:
                wrong.append(Found("twice", sheet.key[-1], {"row": earlier}))
        yield row, tuple(wrong)
