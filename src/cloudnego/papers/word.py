"""A paper as a DOCX for those who edit: the same facts, in Word's own parts, the same bytes for the same facts.

It is a text to work on and no entry of the register: its header says of which paper it was taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from io import BytesIO
from itertools import pairwise
from typing import Final
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from cloudnego.papers.facts import Block, Choices, Facts, Fields, Heading, Items, Redlined, Sign, Signs, Table, Text
from cloudnego.texts import catalogue

EDITABLE: Final = frozenset({"D6", "D7", "D10", "D12", "D14"})
"""Contract, draft, offer, reply and minutes."""

_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_ROOT: Final = f'xmlns:w="{_W}" xmlns:r="{_R}"'
_WIDTH: Final = 9180  # of the text on A4 between margins of 24 mm, in twentieths of a point
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
_NO_XML: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_YEAR: Final = re.compile(r"\d{4} ?年度")
_TITLE_CHARS: Final = 26  # as many as a line of the title holds
_TOGETHER: Final = 2
"""So many signatures stay on one page."""
_APART: Final = '<w:spacing w:before="120"/>'
_BLANK: Final = "＿＿＿＿＿＿＿＿"
_FONTS: Final = (
    '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="{0}" w:cs="Times New Roman"/>'
)


def written(facts: Facts, number: str) -> bytes:
    """The file."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as package:
        for name, part in _parts(facts, number).items():
            entry = ZipInfo(name, _LONG_AGO)
            entry.compress_type = ZIP_DEFLATED
            package.writestr(entry, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{part}'.encode())
    return out.getvalue()


def _parts(facts: Facts, number: str) -> dict[str, str]:
    kinds = (("styles", "styles"), ("header1", "header"), ("footer1", "footer"))
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_TYPE}.{kind}+xml"/>'
        for name, kind in (("document", "document.main"), *kinds)
    )
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{_R}/{kind}" Target="{name}.xml"/>' for n, (name, kind) in enumerate(kinds)
    )
    size = '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1700" w:right="1363" w:bottom="1700" w:left="1363"'
    section = (
        '<w:sectPr><w:headerReference w:type="default" r:id="r1"/><w:footerReference w:type="default" r:id="r2"/>'
        f'{size} w:header="850" w:footer="850" w:gutter="0"/></w:sectPr>'
    )
    body = _title(facts) + "".join(_block(one, after) for one, after in pairwise((*facts.blocks, None)) if one)
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{overrides}'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r0" Type="{_R}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f"<w:document {_ROOT}><w:body>{body}{section}</w:body></w:document>",
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>',
        "word/styles.xml": _styles(),
        "word/header1.xml": f"<w:hdr {_ROOT}>{_header(facts, number)}</w:hdr>",
        "word/footer1.xml": f"<w:ftr {_ROOT}>{_footer(facts)}</w:ftr>",
    }


def _styles() -> str:
    plain = f'<w:rPr>{_FONTS.format("宋体")}<w:sz w:val="21"/><w:szCs w:val="21"/><w:lang w:eastAsia="zh-CN"/></w:rPr>'
    return (
        f"<w:styles {_ROOT}><w:docDefaults><w:rPrDefault>{plain}</w:rPrDefault><w:pPrDefault><w:pPr>"
        '<w:spacing w:after="80" w:line="360" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style></w:styles>'
    )


# --- paragraphs ---------------------------------------------------------------------------------------------------


def _runs(text: str, looks: str = "") -> str:
    """The lines of a text as runs."""
    legal = _NO_XML.sub(lambda found: f"〔U+{ord(found[0]):04X}〕", text)
    lines = (f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in legal.split("\n"))
    return f"<w:r><w:rPr>{looks}</w:rPr>{'<w:br/>'.join(lines)}</w:r>"


def _paragraph(text: str, shape: str = "", looks: str = "") -> str:
    return f"<w:p><w:pPr>{shape}</w:pPr>{_runs(text, looks)}</w:p>"


def _bold(size: int) -> str:
    return f'{_FONTS.format("黑体")}<w:b/><w:sz w:val="{size}"/>'


def _small(size: int = 18) -> str:
    return f'<w:sz w:val="{size}"/>'


def _title(facts: Facts) -> str:
    centred = '<w:spacing w:after="240"/><w:jc w:val="center"/>'
    english = _paragraph(facts.title_en, centred, _small(22)) if facts.title_en is not None else ""
    year = _YEAR.search(facts.title) if len(facts.title) > _TITLE_CHARS else None
    title = facts.title if year is None else f"{facts.title[: year.start()].rstrip()}\n{facts.title[year.start() :]}"
    return _paragraph(title, centred, _bold(34)) + english


def _header(facts: Facts, number: str) -> str:
    labels = _labels()
    said = [labels["editable"], f"{labels['number']} {number}", *((labels["sandbox"],) if facts.sandbox else ())]
    return _paragraph("　".join(said), "", _small(15))


def _footer(facts: Facts) -> str:
    labels = _labels()
    pages = "".join(
        "".join(
            f"<w:r><w:rPr>{_small(15)}</w:rPr>{part}</w:r>"
            for part in (
                '<w:fldChar w:fldCharType="begin"/>',
                f'<w:instrText xml:space="preserve"> {field} </w:instrText>',
                '<w:fldChar w:fldCharType="end"/>',
            )
        )
        + (_runs(" / ", _small(15)) if field == "PAGE" else "")
        for field in ("PAGE", "NUMPAGES")
    )
    said = f"{labels['case']} {facts.case}　{labels['hash']} {facts.hash}　{labels['page']} "
    return f"<w:p>{_runs(said, _small(15))}{pages}</w:p>"


def _labels() -> dict[str, str]:
    under = "paper.labels."
    return {key.removeprefix(under): text for key, text in catalogue("zh").items() if key.startswith(under)}


_CHANGED: Final = {"same": "", "ins": '<w:u w:val="single"/>', "del": "<w:strike/>"}
_TIGHT: Final = '<w:spacing w:after="0" w:line="290" w:lineRule="auto"/>'
_WITH_NEXT: Final = "<w:keepNext/>"

# --- blocks -------------------------------------------------------------------------------------------------------

_ROLES: Final = {
    "body": ('<w:ind w:firstLineChars="200" w:firstLine="420"/>', ""),
    "lead": ("", "<w:b/>"),
    "small": ("", _small()),
    "right": ('<w:jc w:val="right"/>', ""),
    "centre": ('<w:jc w:val="center"/>', ""),
}


def _block(block: Block, after: Block | None) -> str:
    """One block; a text before signatures stays with them."""
    with_next = _WITH_NEXT if isinstance(after, Signs) else ""
    match block:
        case Text(text=text, en=en, role=role):
            shape, looks = _ROLES[role]
            english = _paragraph(en, with_next, _small()) if en is not None else ""
            return _paragraph(text, with_next + shape, looks) + english
        case Heading(text=text, en=en):
            over = _paragraph(text, '<w:keepNext/><w:spacing w:before="240"/>', _bold(24))
            return over + (_paragraph(en, "<w:keepNext/>", _small()) if en is not None else "")
        case Fields(rows=rows):
            return _table((3, 7), rows)
        case Table(head=head, widths=widths, rows=rows):
            return _table(widths, rows, head)
        case Items(rows=rows):
            return "".join(
                _paragraph(f"{n}. {row.text}") + (_paragraph(row.en, "", _small()) if row.en is not None else "")
                for n, row in enumerate(rows, start=1)
            )
        case Signs(rows=rows):
            lines = [line for row in rows for line in _signing(row)]
            together = len(rows) <= _TOGETHER
            return "".join(
                _paragraph(line, f"{_WITH_NEXT if n % 2 or (together and n < len(lines)) else ''}{_APART}")
                for n, line in enumerate(lines, start=1)
            )
        case Redlined(runs=runs):
            marked = "".join(_runs(one.text, _CHANGED[one.how]) for one in runs)
            return f"<w:p>{marked}</w:p>"
        case Choices(rows=rows):
            return "".join(_paragraph(f"□ {row}") for row in rows)


def _signing(row: Sign) -> Iterable[str]:
    labels = _labels()
    seal = labels["seal"] if row.seal else ""
    yield f"{row.role}　{labels['name']} {row.name or _BLANK}"
    when = row.done or f"{labels['time']} {labels['blank_day']}"
    yield f"{labels['signature']} {_BLANK}{seal}　{when}"


def _table(widths: Sequence[int], rows: Iterable[Sequence[str | None]], head: Sequence[str] | None = None) -> str:
    columns = [_WIDTH * share // sum(widths) for share in widths]
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{one}"/>' for one in columns)
    lines = [] if head is None else [_row(columns, head, "<w:trPr><w:tblHeader/></w:trPr>", "<w:b/>")]
    lines += [_row(columns, row, "<w:trPr><w:cantSplit/></w:trPr>") for row in rows]
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{_WIDTH}" w:type="dxa"/><w:tblInd w:w="108" w:type="dxa"/>'
        f"<w:tblBorders>{edges}</w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(lines)}</w:tbl>'
        + _paragraph("", _TIGHT, _small(12))
    )


def _row(columns: Sequence[int], row: Sequence[str | None], kind: str, looks: str = "") -> str:
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
        f"{_paragraph(value or '', _TIGHT, looks + _small(19))}</w:tc>"
        for width, value in zip(columns, row, strict=True)
    )
    return f"<w:tr>{kind}{cells}</w:tr>"
