"""The mark in a document of Word or a workbook: the first line of the text, the last row of each sheet."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import Final
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from cloudnego.files.archives import Parts, check_office
from cloudnego.files.kinds import FileKind, FileRefused, Why

_BODY: Final = re.compile(rb"<((?:\w+:)?)body(?:\s[^>]*)?>")
_ROWS: Final = re.compile(rb"</((?:\w+:)?)sheetData\s*>|<((?:\w+:)?)sheetData\s*/>")
_ROW: Final = re.compile(rb'<(?:\w+:)?row\s[^>]*?\br="(\d{1,7})"')
_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml")
_ROWS_MAX: Final = 1_048_576
_OF_MAKERS: Final = {
    "docProps/core.xml": b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    b'core-properties"/>',
    "docProps/app.xml": b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
    "docProps/custom.xml": b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    b'custom-properties"/>',
}
"""Parts that say who wrote a document, for whom, with what; and what stands in their place in a copy."""

_BEFORE: Final = (1980, 1, 1, 0, 0, 0)


def marked(content: bytes, kind: FileKind, mark: str) -> bytes:
    """The document with the mark. Raises FileRefused where there is no place for it."""
    parts = check_office(content, kind)
    said = escape(mark).encode()
    if kind is FileKind.DOCX:
        parts["word/document.xml"] = _first_line(parts["word/document.xml"], said)
    else:
        sheets = [name for name in parts if _SHEET.fullmatch(name)]
        if not sheets:
            raise FileRefused(Why.DAMAGED)
        for name in sheets:
            parts[name] = _last_row(parts[name], said)
    return _zipped(parts)


def _first_line(part: bytes, said: bytes) -> bytes:
    found = _BODY.search(part)
    if found is None:
        raise FileRefused(Why.DAMAGED)
    w = found[1]
    line = b"<%bp><%br><%bt>\xe3\x80\x90%b\xe3\x80\x91</%bt></%br></%bp>" % (w, w, w, said, w, w, w)
    return _sound(part[: found.end()] + line + part[found.end() :])


def _last_row(part: bytes, said: bytes) -> bytes:
    found = _ROWS.search(part)
    number = max((int(one) for one in _ROW.findall(part)), default=0) + 1
    if found is None or number > _ROWS_MAX:
        raise FileRefused(Why.DAMAGED)
    x = found[1] if found[1] is not None else found[2]
    cell = b'<%bc r="A%d" t="inlineStr"><%bis><%bt>\xe3\x80\x90%b\xe3\x80\x91</%bt></%bis></%bc>'
    row = b'<%brow r="%d">' % (x, number) + cell % (x, number, x, x, said, x, x, x) + b"</%brow>" % x
    rows = b"<%bsheetData>" % x if found[1] is None else b""
    return _sound(part[: found.start()] + rows + row + b"</%bsheetData>" % x + part[found.end() :])


def _sound(part: bytes) -> bytes:
    """The part, if it is still XML: where the place was found in a comment or a text, it is not marked by halves."""
    try:
        ElementTree.fromstring(part)
    except ElementTree.ParseError:
        raise FileRefused(Why.DAMAGED) from None
    return part


def _zipped(parts: Parts) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, part in parts.items():
            bundle.writestr(zipfile.ZipInfo(name, _BEFORE), _OF_MAKERS.get(name, part), zipfile.ZIP_DEFLATED)
    return out.getvalue()
