"""PDF from outside: every object is looked at, none may act, carry files, be encrypted or unpack without end."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Final

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, PdfObject, StreamObject

from cloudnego.files.kinds import INFLATED_MAX, FileKind, FileRefused, Why
from cloudnego.files.pictures import PIXELS_MAX

OBJECTS_MAX: Final = 50_000
PAGES_MAX: Final = 500
_DEPTH_MAX: Final = 64
_HEAD: Final = re.compile(rb"%PDF-[12]\.[0-9][\r\n \t]")
_FOOT: Final = re.compile(rb"%%EOF[\r\n \t\0]*\Z")
_KEYS: Final = {
    "/JS": Why.ACTIVE, "/JavaScript": Why.ACTIVE, "/AA": Why.ACTIVE, "/XFA": Why.ACTIVE, "/Launch": Why.ACTIVE,
    "/RichMedia": Why.ACTIVE, "/RichMediaContent": Why.ACTIVE, "/EmbeddedFiles": Why.EMBEDDED, "/EF": Why.EMBEDDED,
    "/AF": Why.EMBEDDED, "/Encrypt": Why.ENCRYPTED, "/F": Why.EXTERNAL,
}  # fmt: skip
"""Keys no dictionary may have. `/F` may hold the flags of an annotation or a time, never the place of a file."""

_ACTIONS: Final = {
    "/JavaScript": Why.ACTIVE, "/Launch": Why.ACTIVE, "/SubmitForm": Why.ACTIVE, "/ImportData": Why.ACTIVE,
    "/ResetForm": Why.ACTIVE, "/Movie": Why.ACTIVE, "/Sound": Why.ACTIVE, "/Rendition": Why.ACTIVE,
    "/GoToR": Why.EXTERNAL, "/GoToE": Why.EMBEDDED, "/RichMediaExecute": Why.ACTIVE, "/GoTo3DView": Why.ACTIVE,
}  # fmt: skip
_SUBTYPES: Final = {
    "/FileAttachment": Why.EMBEDDED, "/Movie": Why.ACTIVE, "/Sound": Why.ACTIVE, "/Screen": Why.ACTIVE,
    "/3D": Why.ACTIVE, "/RichMedia": Why.ACTIVE,
}  # fmt: skip
_FLATE: Final = ("/FlateDecode", "/Fl")


def taken_in(content: bytes, _kind: FileKind) -> bytes:
    """The file as it came: a signature in it must go on being one. Raises FileRefused."""
    check_pdf(content)
    return content


def check_pdf(content: bytes) -> None:
    """Raises FileRefused for a PDF that may not lie in a case."""
    if not _HEAD.match(content):
        raise FileRefused(Why.DAMAGED)
    if not _FOOT.search(content[-1100:]):
        raise FileRefused(Why.HIDDEN if b"%%EOF" in content else Why.DAMAGED)
    if zipfile.is_zipfile(BytesIO(content)):
        raise FileRefused(Why.HIDDEN)
    reader = PdfReader(BytesIO(content), strict=False)
    if reader.is_encrypted or "/Encrypt" in reader.trailer:
        raise FileRefused(Why.ENCRYPTED)
    budget = INFLATED_MAX
    for one in _objects(reader):
        _walk(one)
        if isinstance(one, StreamObject):
            budget -= _inflated(one, budget)
    if not 0 < len(reader.pages) <= PAGES_MAX:
        raise FileRefused(Why.DAMAGED if not reader.pages else Why.BOMB)


def _objects(reader: PdfReader) -> Iterator[PdfObject]:
    """Every object the file names, whether a page shows it or not, and the trailer."""
    known = {(number, generation) for generation, found in reader.xref.items() for number in found}
    known |= {(number, 0) for number in reader.xref_objStm}
    if len(known) > OBJECTS_MAX:
        raise FileRefused(Why.BOMB)
    yield reader.trailer
    for number, generation in sorted(known):
        found = reader.get_object(IndirectObject(number, generation, reader))
        if found is not None:
            yield found


def _walk(one: PdfObject) -> None:
    """Look at an object and what lies within it; what it refers to comes by itself."""
    waiting: list[tuple[PdfObject, int]] = [(one, 0)]
    while waiting:
        found, depth = waiting.pop()
        if depth > _DEPTH_MAX:
            raise FileRefused(Why.BOMB)
        if isinstance(found, DictionaryObject):
            _check(found)
            waiting += [(inner, depth + 1) for inner in _raw(found)]
        elif isinstance(found, ArrayObject):
            waiting += [(inner, depth + 1) for inner in list.__iter__(found)]


def _raw(found: DictionaryObject) -> list[PdfObject]:
    return [found.raw_get(key) for key in found]


def _check(found: DictionaryObject) -> None:
    for key, why in _KEYS.items():
        if key in found and (key != "/F" or not _is_flags(found)):
            raise FileRefused(why)
    for key, closed in (("/S", _ACTIONS), ("/Subtype", _SUBTYPES)):
        value = found.raw_get(key) if key in found else None
        if isinstance(value, IndirectObject):
            value = value.get_object()
        if isinstance(value, NameObject) and value in closed:
            raise FileRefused(closed[value])


def _is_flags(found: DictionaryObject) -> bool:
    """Whether `/F` is a number here; where it names a file, content comes from elsewhere."""
    value = found.raw_get("/F")
    return not isinstance(value, str | bytes | DictionaryObject | IndirectObject | ArrayObject)


def _inflated(stream: StreamObject, budget: int) -> int:
    """How much a stream unpacks to, at most `budget`; a picture is judged by its size in pixels. Raises FileRefused."""
    filters = _filters(stream)
    if len(filters) > 2 or sum(one in _FLATE for one in filters) > 1:
        raise FileRefused(Why.BOMB)
    if stream.get("/Subtype") == "/Image":
        if int(stream.get("/Width", 0)) * int(stream.get("/Height", 0)) > 4 * PIXELS_MAX:
            raise FileRefused(Why.PIXELS)
        return 0
    if not filters or filters[0] not in _FLATE:
        return len(stream._data)
    flow, size, left = zlib.decompressobj(), 0, bytes(stream._data)
    while left and not flow.eof:
        try:
            size += len(flow.decompress(left, 1 << 20))
        except zlib.error:
            break  # readers show what they could unpack up to here
        if size > budget:
            raise FileRefused(Why.BOMB)
        left = flow.unconsumed_tail
    return size


def _filters(stream: StreamObject) -> list[str]:
    found = stream.get("/Filter")
    if found is None:
        return []
    return [str(one) for one in found] if isinstance(found, ArrayObject) else [str(found)]
