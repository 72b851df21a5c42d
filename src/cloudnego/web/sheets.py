"""The sheet of slips: a page to print on A4 and cut, eight to a sheet, Chinese first. No script, one own stylesheet.

Sizes are in `slips.css`. A slip holds the number and the name it is for, the code, the same as a QR code that opens the
sign-in page, and what to do with it; nothing of what its owner may vote on, for it will lie about.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from importlib.resources import files
from typing import Final

import msgspec
import segno

from cloudnego.identity.slips import Printed, said_code
from cloudnego.texts import catalogue

PER_SHEET: Final = 8
STYLE: Final = "/slips.css"
POLICY: Final = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
"""The page shows text and drawings: nothing else may come from it or go from it."""

_ERROR: Final = "m"  # 15 % of the code may be soiled: a slip goes through pockets, and a larger code is harder to read
_QUIET: Final = 4  # ISO/IEC 18004 wants four modules of nothing around a code


class Letterhead(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on every slip of a print. `link`: the address of the sign-in page, up to and with the `#`."""

    enterprise: str
    link: str
    printed_on: date
    sandbox: bool


def stylesheet() -> bytes:
    """The stylesheet of the sheets."""
    return files(__package__).joinpath("slips.css").read_bytes()


def sheets(head: Letterhead, printed: Sequence[Printed]) -> str:
    """The whole page. Everything people wrote is escaped; the codes stand here and nowhere else."""
    parts = [
        "<!doctype html>",
        '<html lang="zh-CN"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{_zh('title')} · {_en('title')}</title>",
        f'<link rel="stylesheet" href="{STYLE}"></head><body>',
        f'<p class="hint">{_zh("hint")}<br><span lang="en">{_en("hint")}</span></p>',
    ]
    for begin in range(0, len(printed), PER_SHEET):
        slips = "".join(_slip(head, one) for one in printed[begin : begin + PER_SHEET])
        parts.append(f'<section class="sheet">{slips}</section>')
    parts.append("</body></html>")
    return "\n".join(parts) + "\n"


def _slip(head: Letterhead, one: Printed) -> str:
    drawing = segno.make(f"{head.link}{one.code}", error=_ERROR, micro=False).svg_inline(
        border=_QUIET, omitsize=True, svgclass="qr", lineclass=None
    )
    sandbox = f'<p class="sandbox">{_zh("sandbox")} <span lang="en">{_en("sandbox")}</span></p>' if head.sandbox else ""
    return (
        '<article class="slip">'
        f'<header><b>{_zh("title")}</b> <span lang="en">{_en("title")}</span>'
        f"<i>{head.printed_on.isoformat()}</i></header>"
        f'<p class="firm">{escape(head.enterprise)}</p>'
        f'<div class="row"><figure>{drawing}</figure><div class="who">'
        f'<p class="name">{escape(one.name)}</p>'
        f'<p class="number">{_zh("number")} <span lang="en">{_en("number")}</span> {escape(one.number)}</p>'
        f'<p class="label">{_zh("code")} <span lang="en">{_en("code")}</span></p>'
        f'<p class="code">{said_code(one.code)}</p></div></div>'
        f'<p class="how">{_zh("how")}</p><p class="how" lang="en">{_en("how")}</p>{sandbox}</article>'
    )


def _zh(key: str) -> str:
    return escape(catalogue("zh")[f"slip.{key}"])


def _en(key: str) -> str:
    return escape(catalogue("en")[f"slip.{key}"])
