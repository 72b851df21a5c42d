"""Which characters the font of the papers draws: PDF/A refuses a text with any other, and a name would stop a paper."""

from __future__ import annotations

import struct
from bisect import bisect_right
from functools import cache
from importlib.resources import as_file, files
from typing import Any, Final

_FACE: Final = 2  # of the five in the file: Simplified Chinese
_SEGMENTED: Final = 12  # the form of a table of characters beyond U+FFFF
_SELECTORS: Final = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
"""Variation selectors choose a shape of the character before them, and are no character."""
_SPACES: Final = "\n\t\u3000"


def shown(text: str) -> str:
    """The text with every character that cannot be drawn as its code: nothing is lost, nothing is hidden. What turns
    the direction of a line, or has no width, is shown the same way: on a paper it could say something else."""
    return "".join(one if _drawn(one) else f"〔U+{ord(one):04X}〕" for one in text)


def all_shown(told: Any) -> Any:
    """The same for every text of plain data."""
    if isinstance(told, str):
        return told if told.isascii() and told.isprintable() else shown(told)
    if isinstance(told, dict):
        return {key: all_shown(one) for key, one in told.items()}
    return [all_shown(one) for one in told] if isinstance(told, list | tuple) else told


@cache
def _drawn(one: str) -> bool:
    code = ord(one)
    if one in _SPACES or any(first <= code <= last for first, last in _SELECTORS):
        return True
    starts, ends = _covered()
    at = bisect_right(starts, code) - 1
    return at >= 0 and code <= ends[at] and one.isprintable()


@cache
def _covered() -> tuple[list[int], list[int]]:
    """First and last characters of the ranges the font has, in order (OpenType, table `cmap`)."""
    with as_file(files("manimgx_fonts_cjk").joinpath("NotoSansCJK-VF.otf.ttc")) as place, place.open("rb") as file:

        def read(at: int, form: str) -> tuple[Any, ...]:
            file.seek(at)
            return struct.unpack(form, file.read(struct.calcsize(form)))

        (face,) = read(12 + 4 * _FACE, ">I")
        (tables,) = read(face + 4, ">H")
        cmap = next(
            offset
            for n in range(tables)
            for tag, _, offset, _ in [read(face + 12 + 16 * n, ">4sIII")]
            if tag == b"cmap"
        )
        (count,) = read(cmap + 2, ">H")
        for n in range(count):
            at = cmap + read(cmap + 4 + 8 * n + 4, ">I")[0]
            if read(at, ">H")[0] == _SEGMENTED:
                (groups,) = read(at + 12, ">I")
                whole = read(at + 16, f">{3 * groups}I")
                return list(whole[::3]), list(whole[1::3])
    raise AssertionError("the font of the papers has no table of characters")
