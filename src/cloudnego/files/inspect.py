"""What a file is, by its content, and whether it may lie in a case: runs in a cell, see `jail`."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from importlib import import_module
from typing import Final

import puremagic

from cloudnego.files.kinds import FileKind, FileRefused, Why

_HEAD: Final = 1024  # how far browsers look when they guess
_MARKUP: Final = re.compile(
    r"\s*(?:<[!?a-z/]|%pdf|#!|\{\\rtf|@echo|mime-version:|from [^\n]+@)|[^\n]*<(?:html|script|svg|\?php|!doctype)", re.I
)
_BEGINS: Final = {b"%PDF-": FileKind.PDF, b"\x89PNG\r\n\x1a\n": FileKind.PNG, b"\xff\xd8\xff": FileKind.JPEG}
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_READERS: Final = {
    FileKind.PDF: "cloudnego.files.pdfs",
    FileKind.PNG: "cloudnego.files.pictures",
    FileKind.JPEG: "cloudnego.files.pictures",
    FileKind.XLSX: "cloudnego.files.archives",
    FileKind.DOCX: "cloudnego.files.archives",
}
"""Who reads which kind. Only that one is imported: the library for PDF alone costs a quarter of a second."""

_CALLED: Final = {
    FileKind.PDF: {".pdf"},
    FileKind.PNG: {".png"},
    FileKind.JPEG: {".jpg", ".jpeg", ".jpe", ".jfif"},
    FileKind.XLSX: {".zip", ".xlsx"},
    FileKind.DOCX: {".zip", ".docx"},
}


def begins_as(content: bytes) -> frozenset[FileKind]:
    """The kinds a file that begins like this can be: one, or two that begin alike. Raises FileRefused for none."""
    if not content:
        raise FileRefused(Why.EMPTY)
    for beginning, kind in _BEGINS.items():
        if content.startswith(beginning):
            return frozenset({kind})
    if content.startswith(_ZIP):
        return frozenset({FileKind.XLSX, FileKind.DOCX})
    if content.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in content:
        raise FileRefused(Why.ENCRYPTED)  # how Office keeps a document with a password
    if content.startswith(codecs.BOM_UTF16_LE) or b"\0" in content[:_HEAD]:
        raise FileRefused(Why.KIND)
    return frozenset({FileKind.CSV, FileKind.TXT})


def inspected(content: bytes, kind: FileKind) -> bytes:
    """The file as it may be kept, if it is of this kind. Raises FileRefused."""
    if kind not in begins_as(content):
        raise FileRefused(Why.MISMATCH)
    _second_opinion(content, kind)
    if kind in (FileKind.CSV, FileKind.TXT):
        check_text(content)
        return content
    reader: Callable[[bytes, FileKind], bytes] = import_module(_READERS[kind]).taken_in
    return reader(content, kind)


def _second_opinion(content: bytes, kind: FileKind) -> None:
    """What puremagic knows by the first bytes may not be something else. Of plain text it knows nothing: that is well.

    It is given the head alone: what it does with whole archives and PDFs would come before our own look at them.
    """
    try:
        known = {one.extension for one in puremagic.magic_string(content[:64])}
    except (puremagic.PureError, ValueError):
        known = set()
    if kind in _CALLED and not known & _CALLED[kind]:
        raise FileRefused(Why.MISMATCH)


def check_text(content: bytes) -> None:
    """Raises FileRefused unless it is UTF-8 that people can read and nobody takes for a page or a program."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefused(Why.KIND) from None
    if not text.strip():
        raise FileRefused(Why.EMPTY)
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]", text):
        raise FileRefused(Why.HIDDEN)
    if _MARKUP.match(text[:_HEAD]):
        raise FileRefused(Why.KIND)
