"""What a cell says: from what a reader of tables found to a value, or to the name of what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

Parser = Callable[[Any, "Manner"], Any]
"""From a cell that is not empty to its value. Raises `Bad`."""


class Bad(Exception):
    """A cell that cannot be taken: `code` is a key of the texts under `imports.problems`."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code: Final = code
        self.facts: Final = facts


class Manner:
    """How this file says things: its way of writing days, and its words for ours by column."""

    def __init__(self, date_format: str | None = None, values: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self.date_format: Final = date_format
        self.values: Final = values or {}


_ODD: Final = {
    "formula": "formula", "error": "error_value", "merged": "merged", "long": "too_long", "time": "with_time",
    "nested": "nested",
}  # fmt: skip
_YES: Final = frozenset({"是", "有", "yes", "y", "true", "1", "√", "✓", "v"})
_NO: Final = frozenset({"否", "无", "no", "n", "false", "0", "×", "x"})
_DAYS: Final = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T]00:00(?::00)?)?")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_EIGHT: Final = re.compile(r"(?:19|20)[0-9]{6}")
_SERIAL: Final = (date(1899, 12, 30), 20_000, 80_000)  # what Excel counts days from, and 1954 to 2119 in it
_FIRST: Final = date(1990, 1, 1)
_LAST: Final = date(2099, 12, 31)
_EXACT_MAX: Final = 10**15  # a spreadsheet keeps fifteen digits of a number
_WORDS_SHOWN: Final = 12


def plain(cell: Any) -> Any:
    """The cell without what makes it odd; a day stays one, a percentage is its text. Raises `Bad`."""
    if not isinstance(cell, dict):
        return cell
    what, shown = cell["is"], cell["v"]
    if what in _ODD:
        raise Bad(_ODD[what], shown=shown)
    return date.fromisoformat(shown) if what == "date" else shown


def shown(cell: Any) -> str:
    """The cell as its row is shown."""
    return "" if cell is None else str(cell["v"] if isinstance(cell, dict) else cell)


def _written(cell: Any) -> str:
    """As text: of a number its digits, if all of them are there."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool | date):
        raise Bad("not_a_text", shown=cell)
    if isinstance(cell, int | float):
        if abs(cell) >= _EXACT_MAX:
            raise Bad("number_lost", shown=f"{cell:.0f}" if isinstance(cell, float) else cell)
        return str(cell)
    return str(cell)


def text(longest: int, form: str | None = None, example: str = "") -> Parser:
    """A text of at most so many characters, in capitals or not as it comes; `form` is what it must match."""
    wanted = re.compile(form) if form is not None else None

    def parse(cell: Any, _manner: Manner) -> str:
        found = _written(cell).strip()
        if len(found) > longest:
            raise Bad("too_long", shown=found[:40], longest=longest)
        if _CONTROL.search(found):
            raise Bad("control", shown=_CONTROL.sub("", found)[:40])
        if wanted is not None and not wanted.fullmatch(found):
            raise Bad("form", shown=found[:40], example=example)
        return found

    return parse


def whole(least: int, most: int) -> Parser:
    """A whole number within bounds."""

    def parse(cell: Any, _manner: Manner) -> int:
        found = _number(cell, "not_whole")
        if found != found.to_integral_value():
            raise Bad("not_whole", shown=shown(cell))
        if not least <= found <= most:
            raise Bad("out_of_range", shown=shown(cell), least=least, most=most)
        return int(found)

    return parse


def _number(cell: Any, code: str) -> Decimal:
    if isinstance(cell, bool | date):
        raise Bad(code, shown=cell)
    said = str(cell).replace(",", "").replace("，", "").strip() if isinstance(cell, str) else repr(cell)
    try:
        found = Decimal(said)
    except InvalidOperation:
        raise Bad(code, shown=shown(cell)[:40]) from None
    if not found.is_finite() or abs(found) >= _EXACT_MAX:
        raise Bad(code, shown=shown(cell)[:40])
    return found


def money(cell: Any, _manner: Manner) -> int:
    """An amount in yuan, as whole fen."""
    said = cell.removesuffix("元").removeprefix("¥").removeprefix("￥") if isinstance(cell, str) else cell
    fen = _number(said, "not_money") * 100
    if fen != fen.to_integral_value() or fen < 0:
        raise Bad("not_money", shown=shown(cell)[:40])
    return int(fen)


def number(cell: Any, _manner: Manner) -> str:
    """A decimal number as its text."""
    found = _number(cell.removesuffix("%") if isinstance(cell, str) else cell, "not_a_number")
    said = f"{found:f}"
    return said.rstrip("0").rstrip(".") if "." in said else said


def day(cell: Any, manner: Manner) -> date:
    """A day. A number that a spreadsheet would show as one is refused: nobody wrote it as a day."""
    found = cell if isinstance(cell, date) else _day(cell, manner)
    if found is None:
        raise Bad("not_a_date", shown=shown(cell)[:40])
    if not _FIRST <= found <= _LAST:
        raise Bad("out_of_range", shown=found.isoformat(), least=_FIRST.isoformat(), most=_LAST.isoformat())
    return found


def _day(cell: Any, manner: Manner) -> date | None:
    said = str(cell).strip()
    if manner.date_format is not None:
        try:
            return datetime.strptime(said, manner.date_format).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            return None
    if isinstance(cell, bool | float):
        return None
    written = _DAYS.fullmatch(said)
    try:
        if written is not None:
            return date(*(int(part) for part in written.groups()))
        if _EIGHT.fullmatch(said):
            return date(int(said[:4]), int(said[4:6]), int(said[6:]))
    except ValueError:
        return None
    first, least, most = _SERIAL
    if said.isascii() and said.isdigit() and len(said) == 5 and least <= int(said) <= most:
        raise Bad("date_as_number", shown=said, day=(first + timedelta(days=int(said))).isoformat())
    return None


def yes(cell: Any, _manner: Manner) -> bool:
    """Yes or no."""
    said = str(cell).strip().casefold()
    if said in _YES:
        return True
    if said in _NO:
        return False
    raise Bad("not_yes_no", shown=shown(cell)[:40])


def one_of(words: Mapping[str, str]) -> Parser:
    """One of our words, or what people call it."""

    def parse(cell: Any, _manner: Manner) -> str:
        said = str(cell).strip()
        found = words.get(said.casefold())
        if found is None:
            raise Bad("not_one_of", shown=said[:40], expected="、".join(list(words)[:_WORDS_SHOWN]))
        return found

    return parse
