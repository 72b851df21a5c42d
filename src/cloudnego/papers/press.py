"""The press: facts and a template, the house's or the office's, make a PDF/A-2b; the same facts the same bytes.

Facts reach the template as JSON and are never read as markup. Fonts come with the program; those of the machine are not
looked at.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from shutil import copyfile, rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, Final, Literal
from weakref import finalize

import msgspec
import segno

from cloudnego.papers.facts import Facts
from cloudnego.papers.glyphs import all_shown
from cloudnego.texts import catalogue

if TYPE_CHECKING:
    from typst import Fonts

HOUSE: Final = Path(__file__).with_name("templates")
_LONG_AGO: Final = date(2000, 1, 1)
"""What a file says of its making where the paper has no day: never the time of the press."""
_LABELS: Final = "paper.labels."
_QUIET: Final = 2  # modules of nothing around the code: the footer gives it the rest
_RESTYLED: Final = (".typ", ".svg", ".png", ".jpg")


PLACE_WIDTH: Final = 174
PLACE_HEIGHT: Final = 22
"""Points: the line to sign on, less a hair (`common.typ`)."""
_PAGE_HEIGHT: Final = 841.89
_SMALL: Final = 5.6  # three lines of it are as high as the line to sign on


class Spot(msgspec.Struct, frozen=True):
    """Where a line to sign on stands: the page, from 0, and its lower left corner in points from that of the page."""

    page: int
    x: float
    y: float


class Press:
    """Prints papers. `office`: a folder whose templates and pictures come before those of the house, read once. Every
    method blocks for about a tenth of a second, and may be called from several threads."""

    def __init__(self, office: Path | None = None) -> None:
        self._root: Final = HOUSE if office is None else Path(mkdtemp(prefix="cloudnego-papers-"))
        if office is None:
            return
        finalize(self, rmtree, self._root, ignore_errors=True)
        for folder in (HOUSE, office):
            for one in sorted(folder.iterdir()):
                if one.suffix in _RESTYLED:
                    copyfile(one, self._root / one.name)

    def printed(self, facts: Facts, number: str, link: str) -> bytes:
        """The PDF. `link`: where the register says which file is the true one."""
        made = self._compiled(facts, number, link, "pdf", None)
        assert isinstance(made, bytes), "a PDF is one file"
        return made

    def pictures(self, facts: Facts, number: str, link: str, ppi: float = 96) -> list[bytes]:
        """The same as PNG, page by page."""
        made = self._compiled(facts, number, link, "png", ppi)
        return made if isinstance(made, list) else [made]

    def spots(self, facts: Facts, number: str, link: str) -> list[Spot]:
        """The lines to sign on, in the order they stand; none where an office's template has none."""
        import typst

        found = typst.query(
            self._root / f"{facts.layout}.typ", "<signature>", field="value", format="json", root=self._root,
            font_paths=_fonts(), ignore_system_fonts=True, sys_inputs=_inputs(facts, number, link),
        )  # fmt: skip
        raw: list[dict[str, float]] = json.loads(found)
        return [Spot(int(one["page"]) - 1, one["x"], _PAGE_HEIGHT - one["y"] - PLACE_HEIGHT) for one in raw]

    def stamp(self, lines: Sequence[str]) -> bytes:
        """What is seen of a signature: a PDF of the size of the line to sign on."""
        import typst

        source = (
            f"#set page(width: {PLACE_WIDTH}pt, height: {PLACE_HEIGHT}pt, margin: 1pt)\n"
            f'#set text(font: "Noto Sans CJK SC", size: {_SMALL}pt)\n#set par(leading: 0.35em)\n'
            "#for line in json(bytes(sys.inputs.lines)) [#line \\ ]"
        )
        compiler = typst.Compiler(font_paths=_fonts(), ignore_system_fonts=True)
        told = {"lines": json.dumps(list(lines), ensure_ascii=False)}
        made = compiler.compile(input=source.encode(), format="pdf", pdf_standards="a-2b", sys_inputs=told)
        assert isinstance(made, bytes), "a PDF is one file"
        return made

    def _compiled(
        self, facts: Facts, number: str, link: str, form: Literal["pdf", "png"], ppi: float | None
    ) -> bytes | list[bytes]:
        import typst

        day = facts.day or _LONG_AGO
        compiler = typst.Compiler(root=self._root, font_paths=_fonts(), ignore_system_fonts=True)
        made = compiler.compile(
            input=self._root / f"{facts.layout}.typ",
            format=form,
            ppi=ppi,
            sys_inputs=_inputs(facts, number, link),
            pdf_standards="a-2b" if form == "pdf" else None,
            timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC),
        )
        assert made is not None, "nothing was told to go to a file"
        return made


@cache
def _fonts() -> Fonts:
    import typst

    folder = str(files("manimgx_fonts_cjk"))
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def _inputs(facts: Facts, number: str, link: str) -> dict[str, str]:
    told: dict[str, Any] = all_shown(msgspec.to_builtins(facts))
    told |= {"number": number, "hash": facts.hash, "qr": _drawn(link)}
    labels = {key.removeprefix(_LABELS): text for key, text in catalogue("zh").items() if key.startswith(_LABELS)}
    return {"paper": json.dumps(told, ensure_ascii=False), "labels": json.dumps(labels, ensure_ascii=False)}


def _drawn(link: str) -> str:
    drawn = BytesIO()
    segno.make(link, error="m", micro=False).save(drawn, kind="svg", border=_QUIET, xmldecl=False)
    return drawn.getvalue().decode()
