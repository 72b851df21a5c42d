"""Files as people really have them, made here: nothing foreign lies in the repository."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw
from pypdf import PdfWriter

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument"


def zipped(parts: dict[str, bytes | str], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", how) as bundle:
        for name, part in parts.items():
            bundle.writestr(name, part)
    return out.getvalue()


def relations(*more: str) -> str:
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{"".join(more)}</Relationships>'


def relation(kind: str, target: str, mode: str = "") -> str:
    return f'<Relationship Id="r{abs(hash(target))}" Type="{_OFFICE}/{kind}" Target="{target}"{mode}/>'


def _types(whole: str, kind: str) -> str:
    xml = '<Default Extension="xml" ContentType="application/xml"/>'
    own = f'<Override PartName="{whole}" ContentType="{kind}"/>'
    return f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{xml}{own}</Types>'


def docx_parts(text: str = "工资专项集体合同") -> dict[str, bytes | str]:
    body = f"<w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p><w:sectPr/></w:body>"
    author = '<cp:coreProperties xmlns:cp="x" xmlns:dc="y"><dc:creator>李会计</dc:creator></cp:coreProperties>'
    return {
        "[Content_Types].xml": _types("/word/document.xml", f"{_TYPE}.wordprocessingml.document.main+xml"),
        "_rels/.rels": relations(relation("officeDocument", "word/document.xml")),
        "word/document.xml": f'{_HEAD}<w:document xmlns:w="{_W}">{body}</w:document>',
        "docProps/core.xml": _HEAD + author,
    }


def xlsx_parts(rows: str = '<row r="1"><c r="A1"><v>4200</v></c></row>') -> dict[str, bytes | str]:
    sheets = '<sheets><sheet name="工资" sheetId="1"/></sheets>'
    return {
        "[Content_Types].xml": _types("/xl/workbook.xml", f"{_TYPE}.spreadsheetml.sheet.main+xml"),
        "_rels/.rels": relations(relation("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_S}">{sheets}</workbook>',
        "xl/worksheets/sheet1.xml": f'{_HEAD}<worksheet xmlns="{_S}"><sheetData>{rows}</sheetData></worksheet>',
    }


def docx() -> bytes:
    return zipped(docx_parts())


def xlsx() -> bytes:
    return zipped(xlsx_parts())


def picture(kind: str = "PNG", size: tuple[int, int] = (320, 200), **more: Any) -> bytes:
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).rectangle((10, 10, 60, 40), fill="navy")
    out = BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def photo() -> bytes:
    """A picture as a telephone takes it: lying on its side, with the place, a comment and bytes behind its end."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif[0x010F] = "SECRET-MAKER"
    exif.get_ifd(0x8825)[1] = "N"
    return picture("JPEG", exif=exif, comment=b"SECRET-COMMENT") + b"SECRET-TAIL"


def pdf(pages: int = 1, **info: str) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    writer.add_metadata({f"/{name}": value for name, value in info.items()})
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


CSV = "﻿姓名,部门,月工资\r\n王小明,一车间,4200\r\n".encode()
TXT = "会议记录\n一、双方到场。\n".encode()
