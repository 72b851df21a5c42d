"""Rosters as offices keep them, right and wrong, from a seed: what stands in each cell, and what must be said of it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any, Final, NamedTuple

from openpyxl import Workbook

HEADS: Final = {"number": "工号", "name": "姓名", "since": "当选日期", "manager": "中高层管理人员"}
SURNAMES: Final = "赵钱孙李周吴郑王欧阳尉迟"
ENCODINGS: Final = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be")
_BOMS: Final = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
LONGEST: Final = 80


class Cell(NamedTuple):
    """A cell, and the code that must be said of it; None: it is right."""

    value: Any
    code: str | None = None


class Sheet(NamedTuple):
    """A file: its bytes, its format, what must be wrong by (row, field), the rows that are right, and what it is."""

    content: bytes
    format: str
    wrong: set[tuple[int, str, str]]
    good: list[tuple[str, str, date, bool]]
    what: str


def _name(dice: Random) -> str:
    """A name: short, of sixty characters, of other scripts, or with a middle dot."""
    kind = dice.randrange(5)
    if kind == 0:
        return "".join(dice.choice(SURNAMES) for _ in range(60))
    if kind == 1:
        return f"阿依古丽·{dice.choice(SURNAMES)}麦麦提"
    if kind == 2:
        return f"O'Neil {dice.choice('ABC')}é Nguyễn"
    return dice.choice(SURNAMES) + dice.choice(("伟", "秀英", "建国", "㐂龘"))


_BAD_NAMES: Final[tuple[Callable[[Random], Cell], ...]] = (
    lambda _: Cell("=1+1", "formula"),
    lambda _: Cell("＝HYPERLINK(1)", "formula"),
    lambda _: Cell("@SUM(A1)", "formula"),
    lambda _: Cell("+86 138", "formula"),
    lambda d: Cell(d.choice(SURNAMES) * (LONGEST + 1), "too_long"),
    lambda d: Cell(d.choice(SURNAMES) * 501, "too_long"),
)
_BAD_DAYS: Final = (
    Cell("46082", "date_as_number"), Cell("2026-02-30", "not_a_date"), Cell("03/04/2026", "not_a_date"),
    Cell("去年", "not_a_date"), Cell("1897-01-01", "out_of_range"), Cell(None, "missing"),
    Cell("\u3000 ", "missing"),
)  # fmt: skip
_GOOD_DAYS: Final = ("2026-03-01", "2026/3/1", "2026.3.1", "2026年3月1日", "20260301")


def _row(dice: Random, n: int, bad: float) -> dict[str, Cell]:
    name = dice.choice(_BAD_NAMES)(dice) if dice.random() < bad else Cell(_name(dice))
    day = dice.choice(_BAD_DAYS) if dice.random() < bad else Cell(dice.choice(_GOOD_DAYS))
    yes = Cell("也许", "not_yes_no") if dice.random() < bad else Cell(dice.choice(("是", "否", "yes", "N", "√")))
    return {"number": Cell(f"{dice.choice('AB')}{n:04}"), "name": name, "since": day, "manager": yes}


def made(dice: Random, rows: int = 12, bad: float = 0.12) -> Sheet:
    """A table of delegates with a title or without, of some format, with some cells wrong, some rows twice."""
    format_ = dice.choice(("csv", "csv", "xlsx", "json"))
    table = [_row(dice, n, bad) for n in range(rows)]
    for n in range(1, rows):
        if dice.random() < bad / 2:
            table[n]["number"] = table[dice.randrange(n)]["number"]
    order = dice.sample(list(HEADS), len(HEADS))
    title = format_ != "json" and dice.random() < 0.4
    first = 1 if format_ == "json" else 3 if title else 2
    merged = dice.randrange(rows - 1) if format_ == "xlsx" and dice.random() < 0.4 else None
    encoding = "utf-8" if format_ == "xlsx" else dice.choice(ENCODINGS)
    write = {"csv": _csv, "xlsx": _xlsx, "json": _json}[format_]
    content = write(table, order, encoding, title, merged)
    wrong, good = _judged(table, order, first, merged)
    return Sheet(content, format_, wrong, good, f"{format_} {encoding} title={title} merged={merged} order={order}")


def _judged(
    table: list[dict[str, Cell]], order: list[str], first: int, merged: int | None
) -> tuple[set[tuple[int, str, str]], list[tuple[str, str, date, bool]]]:
    wrong: set[tuple[int, str, str]] = set()
    good: list[tuple[str, str, date, bool]] = []
    seen: dict[str, int] = {}
    for place, row in enumerate(table):
        codes = {name: cell.code for name, cell in row.items()}
        if merged is not None and place in (merged, merged + 1):
            codes[order[0]] = "merged"
        named = {(place + first, name, code) for name, code in codes.items() if code is not None}
        number = row["number"].value
        if not named and seen.setdefault(number, place) != place:
            named = {(place + first, "number", "twice")}
        wrong |= named
        if not named:
            yes = row["manager"].value in ("是", "yes", "√")
            good.append((number, row["name"].value, date(2026, 3, 1), yes))
    return wrong, good


def _csv(table: list[dict[str, Cell]], order: list[str], encoding: str, title: bool, _merged: int | None) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=",")
    if title:
        writer.writerow(["某某公司职工代表名册"])
    writer.writerow([HEADS[name] for name in order])
    for row in table:
        writer.writerow(["" if row[name].value is None else row[name].value for name in order])
    return _BOMS.get(encoding, b"") + out.getvalue().encode(encoding)


def _json(table: list[dict[str, Cell]], order: list[str], encoding: str, _title: bool, _merged: int | None) -> bytes:
    rows = [{name: row[name].value for name in order} for row in table]
    return _BOMS.get(encoding, b"") + json.dumps(rows, ensure_ascii=False).encode(encoding)


def _xlsx(table: list[dict[str, Cell]], order: list[str], _encoding: str, title: bool, merged: int | None) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    if title:
        sheet.append(["某某公司职工代表名册"])
        sheet.merge_cells("A1:D1")
    sheet.append([HEADS[name] for name in order])
    for row in table:
        sheet.append([row[name].value for name in order])
    if merged is not None:
        first = (3 if title else 2) + merged
        sheet.merge_cells(f"A{first}:A{first + 1}")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
