"""The mark on every page of a PDF: slanting over the page, and small at its foot; nothing of the maker's stays."""

from __future__ import annotations

import math
import zlib
from io import BytesIO
from typing import Final

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
)

from cloudnego.files.ink import line
from cloudnego.files.kinds import FileKind

_HEIGHT: Final = 13.0  # of the slanting letters, in points
_FOOT: Final = 7.0
_SLANT: Final = 32.0
_PIXELS: Final = 56  # letters of 13 points at 300 dpi
_MAKERS: Final = ("/Metadata", "/PieceInfo", "/LastModified", "/Thumb")


def marked(content: bytes, _kind: FileKind, mark: str) -> bytes:
    """The pages with the mark, and nothing but the pages: what was deleted in an earlier version is gone as well."""
    writer = PdfWriter()
    for page in PdfReader(BytesIO(content)).pages:
        writer.add_page(page)
    stencil, ratio = _stencil(mark)
    image = writer._add_object(stencil)
    faint = DictionaryObject({NameObject("/ca"): FloatObject(0.22), NameObject("/Type"): NameObject("/ExtGState")})
    state, before = writer._add_object(faint), writer._add_object(_stream(b"q\n"))
    for page in writer.pages:
        _mark_page(writer, page, (image, state, before), ratio)
    for one in writer._objects:
        if isinstance(one, DictionaryObject):
            for name in _MAKERS:
                one.pop(name, None)
    writer.metadata = None
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _stencil(mark: str) -> tuple[StreamObject, float]:
    """The line as a mask of one bit a pixel, and how many times wider than high it is."""
    drawn = line(mark, _PIXELS).point([0] * 110 + [255] * 146, "1")
    stencil = _stream(drawn.tobytes())
    facts: dict[str, PdfObject] = {
        "/Type": NameObject("/XObject"),
        "/Subtype": NameObject("/Image"),
        "/ImageMask": BooleanObject(True),
        "/Width": NumberObject(drawn.width),
        "/Height": NumberObject(drawn.height),
        "/BitsPerComponent": NumberObject(1),
        "/Decode": ArrayObject([NumberObject(1), NumberObject(0)]),
    }
    stencil.update({NameObject(name): value for name, value in facts.items()})
    return stencil, drawn.width / drawn.height


def _stream(content: bytes) -> StreamObject:
    made = StreamObject()
    made._data = zlib.compress(content)
    made[NameObject("/Filter")] = NameObject("/FlateDecode")
    return made


def _mark_page(
    writer: PdfWriter, page: PageObject, parts: tuple[IndirectObject, IndirectObject, IndirectObject], ratio: float
) -> None:
    """Put the mark over what the page shows; what the page left behind of colours and places does not reach it."""
    image, state, before = parts
    over = writer._add_object(_stream(_drawing(page, ratio)))
    shown = page.raw_get("/Contents") if "/Contents" in page else ArrayObject()
    inner = shown.get_object() if isinstance(shown, IndirectObject) else shown
    streams = list(list.__iter__(inner)) if isinstance(inner, ArrayObject) else [shown]
    page[NameObject("/Contents")] = ArrayObject([before, *streams, over])
    resources = _copied(page, "/Resources")
    for kind, name, value in (("/XObject", "/CloudNegoMark", image), ("/ExtGState", "/CloudNegoFaint", state)):
        named = _copied(resources, kind)
        named[NameObject(name)] = value
        resources[NameObject(kind)] = named
    page[NameObject("/Resources")] = resources


def _copied(of: DictionaryObject, key: str) -> DictionaryObject:
    """A dictionary of its own for this page: pages share theirs."""
    found = of.get(key)
    found = found.get_object() if found is not None else None
    copy = DictionaryObject()
    if isinstance(found, DictionaryObject):
        copy.update({name: found.raw_get(name) for name in found})
    return copy


def _drawing(page: PageObject, ratio: float) -> bytes:
    """The operators that draw the line again and again, upright for whoever reads the page as it is turned."""
    box, turned = page.mediabox, int(page.get("/Rotate", 0)) % 360
    left, low, wide, high = float(box.left), float(box.bottom), float(box.width), float(box.height)
    height = min(_HEIGHT, max(4.0, wide * 0.8 / ratio))
    slant = math.radians(_SLANT + turned)
    cos, sin, reach = math.cos(slant), math.sin(slant), math.hypot(wide, high) / 2
    drawn = [b"Q q /CloudNegoFaint gs 0 g"]
    rows = range(-math.ceil(reach / (height * 9)), math.ceil(reach / (height * 9)) + 1)
    for row in rows:  # the grid lies along the letters, so that no line runs into another
        for column in range(-math.ceil(reach / (height * ratio)) - 1, math.ceil(reach / (height * ratio)) + 1):
            u, v = (column + row % 2 * 0.5) * height * ratio * 1.15, row * height * 9
            x, y = u * cos - v * sin, u * sin + v * cos
            if abs(x + height * ratio / 2 * cos) < wide and abs(y + height * ratio / 2 * sin) < high:
                place = (left + wide / 2 + x, low + high / 2 + y)
                drawn.append(_at(*place, height * ratio, height, _SLANT + turned))
    drawn.append(b"Q q 0.25 g")
    if not turned:
        foot = min(_FOOT, wide * 0.9 / ratio)
        drawn.append(_at(left + wide * 0.04, low + 6, foot * ratio, foot, 0))
    return b"\n".join([*drawn, b"Q"])


def _at(x: float, y: float, width: float, height: float, degrees: float) -> bytes:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    matrix = (width * cos, width * sin, -height * sin, height * cos, x, y)
    return b"q " + " ".join(f"{one:.3f}" for one in matrix).encode() + b" cm /CloudNegoMark Do Q"
