"""Tables as CSV that no program takes for formulas: RFC 4180, UTF-8 with a mark at its beginning, cells kept harmless.

A cell that begins with = + - @, their full-width forms, a tab or a line break is a formula, or becomes one, in Excel,
WPS and LibreOffice; a ' before it makes it text (OWASP ASVS 5.0 V1.2.10). A number stays a number.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

BOM: Final = "\ufeff"
"""Chinese Excel reads a table as GB 18030 unless it begins with this."""

MARKED: Final = "【"
"""How the line begins that says who took a table, and when."""

_NUMBER: Final = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?%?")
_DANGEROUS: Final = frozenset("=+-@＝＋－＠\t\r\n|%")
_IGNORED: Final = " \u00a0\u3000\u200b\u200c\u200d\u2060\ufeff"
"""What programs pass over before they look whether a cell is a formula."""


def safe_cell(text: str) -> str:
    """The cell as text nobody calculates; plain numbers as they are. NUL is left out: no program agrees on it."""
    kept = text.replace("\0", "")
    if _NUMBER.fullmatch(kept):
        return kept
    return "'" + kept if begins_a_formula(kept.lstrip("'")) else kept


def said_in(cell: str) -> str:
    """The text that `safe_cell` made a cell of."""
    return cell[1:] if cell.startswith("'") and begins_a_formula(cell.lstrip("'")) else cell


def begins_a_formula(text: str) -> bool:
    """Whether a program would calculate a cell of this text. A plain number is none."""
    begins = text.lstrip(_IGNORED)[:1]
    return begins != "" and begins in _DANGEROUS and not _NUMBER.fullmatch(text)


def table(rows: Iterable[Sequence[object]], separator: str = ",") -> bytes:
    """The rows as CSV. None is an empty cell, a boolean 是 or 否."""
    out = StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    for row in rows:
        writer.writerow([safe_cell(_said(cell)) for cell in row])
    return (BOM + out.getvalue()).encode()


def _said(cell: object) -> str:
    if isinstance(cell, bool):
        return "是" if cell else "否"
    return "" if cell is None else str(cell)


def marked_table(content: bytes, mark: str) -> bytes:
    """A table somebody laid down, with the mark as its first line and every cell harmless."""
    text = content.decode("utf-8-sig")
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    csv.field_size_limit(1 << 30)  # the file as a whole was bounded when it came
    rows = csv.reader(StringIO(text, newline=""), delimiter=separator)
    return table([[f"【{mark}】"], *rows], separator)
