"""XLSX and DOCX from outside: a zip is read by its own bytes, and no part is parsed before it was seen to be harmless.

Every byte of the archive must belong to exactly one part, so two parts cannot share bytes (the "better zip bomb") and
nothing can lie between, before or behind them. What a part says it unpacks to is checked by unpacking it no further.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from io import BytesIO
from typing import Final
from xml.etree import ElementTree

from cloudnego.files.kinds import INFLATED_MAX, FileKind, FileRefused, Why

PARTS_MAX: Final = 1000
PART_MAX: Final = 24 * 1024 * 1024
RATIO_MAX: Final = 100
_SMALL: Final = 65_536  # below this the ratio says nothing: printer settings are kilobytes of zeros
_PARSED_MAX: Final = 1024 * 1024  # relations and types: the only parts we parse ourselves
_LOCAL: Final = struct.Struct("<4s22xHH")
_END: Final = struct.Struct("<4s4H2LH")
_DESCRIPTOR_MAX: Final = 24
_ENCRYPTED: Final = 0x1 | 0x40 | 0x2000
_WHOLE: Final = {FileKind.DOCX: "word/document.xml", FileKind.XLSX: "xl/workbook.xml"}
_MAIN: Final = {
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
}
_ACTIVE: Final = re.compile(
    r"vba|macrosheets/|dialogsheets/|activex|customui|attachedtoolbars|querytables/|(^|/)connections\.xml|webextension"
)
_EMBEDDED: Final = re.compile(r"embeddings/|oleobject|(^|/)packages?/|afchunk|altchunk")
_EXTERNAL: Final = re.compile(r"externallinks/")
_FIELDS: Final = re.compile(
    rb"""(?:instrText[^>]*>|instr=["'])\s*(?:DDEAUTO|DDE|INCLUDETEXT|INCLUDEPICTURE|LINK|DATABASE|IMPORT)\b""",
    re.IGNORECASE,
)
_CALLS: Final = re.compile(rb"<(?:\w+:)?f[ >][^<]*\b(?:WEBSERVICE|RTD|DDE|CALL|REGISTER(?:\.ID)?)\s*\(", re.IGNORECASE)
_DECLARATION: Final = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_ENCODING: Final = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([^"']*)["']""")
_FILES: Final = (
    b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\xd0\xcf\x11\xe0", b"MZ",
    b"\x7fELF", b"%PDF", b"#!", b"\x28\xb5\x2f\xfd",
)  # fmt: skip
"""How archives, programs and documents begin that have no business within one."""

Parts = dict[str, bytes]


def parts_of(content: bytes) -> Parts:
    """Every part by its name, unpacked. Raises FileRefused."""
    entries = _entries(content)
    total = sum(entry.file_size for entry in entries)
    if total > INFLATED_MAX or any(entry.file_size > PART_MAX for entry in entries) or _too_dense(entries):
        raise FileRefused(Why.BOMB)
    spans = _spans(content, entries)
    return {
        entry.filename: _unpacked(content[begin:end], entry)
        for entry, (begin, end) in zip(entries, spans, strict=True)
        if not entry.is_dir()
    }


def _entries(content: bytes) -> list[zipfile.ZipInfo]:
    """The directory, in the order of the bytes. Its end must be the end of the file, without a comment behind it."""
    if len(content) < _END.size:
        raise FileRefused(Why.DAMAGED)
    mark, disk, first, here, count, size, begin, comment = _END.unpack(content[-_END.size :])
    if mark != b"PK\x05\x06":
        raise FileRefused(Why.HIDDEN if b"PK\x05\x06" in content else Why.DAMAGED)
    if comment or disk or first or here != count or begin + size != len(content) - _END.size:
        raise FileRefused(Why.HIDDEN)
    if count > PARTS_MAX:
        raise FileRefused(Why.BOMB)
    try:
        entries = zipfile.ZipFile(BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, RuntimeError, struct.error) as wrong:
        raise FileRefused(Why.HIDDEN if "verlap" in str(wrong) else Why.DAMAGED) from None
    if len(entries) != count or not entries:
        raise FileRefused(Why.DAMAGED)
    for entry in entries:
        _check_entry(entry)
    names = [entry.filename.casefold() for entry in entries]
    if len(set(names)) != len(names):
        raise FileRefused(Why.HIDDEN)
    return sorted(entries, key=lambda one: one.header_offset)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & _ENCRYPTED:
        raise FileRefused(Why.ENCRYPTED)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise FileRefused(Why.DAMAGED)
    name, mode = entry.orig_filename, entry.external_attr >> 16
    ways = name.rstrip("/").split("/")
    odd = "\\" in name or ":" in name or "\0" in name or any(way in ("", ".", "..") for way in ways)
    if odd or stat.S_ISLNK(mode) or (entry.is_dir() and entry.file_size):
        raise FileRefused(Why.HIDDEN)


def _too_dense(entries: list[zipfile.ZipInfo]) -> bool:
    packed, unpacked = sum(one.compress_size for one in entries), sum(one.file_size for one in entries)
    alone = any(one.file_size > max(_SMALL, RATIO_MAX * one.compress_size) for one in entries)
    return alone or unpacked > max(_SMALL, RATIO_MAX * packed)


def _spans(content: bytes, entries: list[zipfile.ZipInfo]) -> list[tuple[int, int]]:
    """Where the bytes of each part lie. Raises FileRefused where two share any, or some belong to none."""
    directory = _END.unpack(content[-_END.size :])[6]
    ends = [one.header_offset for one in entries[1:]] + [directory]
    if entries[0].header_offset != 0:
        raise FileRefused(Why.HIDDEN)
    found = []
    for entry, end in zip(entries, ends, strict=True):
        header = content[entry.header_offset : entry.header_offset + _LOCAL.size]
        if len(header) < _LOCAL.size:
            raise FileRefused(Why.DAMAGED)
        mark, name, extra = _LOCAL.unpack(header)
        begin = entry.header_offset + _LOCAL.size + name + extra
        last = begin + entry.compress_size
        if mark != b"PK\x03\x04" or not last <= end <= last + _DESCRIPTOR_MAX:
            raise FileRefused(Why.HIDDEN)
        found.append((begin, last))
    return found


def _unpacked(packed: bytes, entry: zipfile.ZipInfo) -> bytes:
    """The part, read no further than one byte beyond what it says it is long."""
    content = packed
    if entry.compress_type == zipfile.ZIP_DEFLATED:
        flow = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = flow.decompress(packed, entry.file_size + 1)
        except zlib.error:
            raise FileRefused(Why.DAMAGED) from None
        if len(content) > entry.file_size or (flow.unconsumed_tail and not flow.eof):
            raise FileRefused(Why.BOMB)
        if not flow.eof or flow.unused_data:
            raise FileRefused(Why.DAMAGED)
    if len(content) != entry.file_size or zlib.crc32(content) != entry.CRC:
        raise FileRefused(Why.DAMAGED)
    return content


# --- what the parts are -------------------------------------------------------------------------------------------


def taken_in(content: bytes, kind: FileKind) -> bytes:
    """The document as it came. Raises FileRefused."""
    check_office(content, kind)
    return content


def check_office(content: bytes, kind: FileKind) -> Parts:
    """The parts of a document that does nothing by itself and holds nothing but itself. Raises FileRefused."""
    parts = parts_of(content)
    types = parts.get("[Content_Types].xml")
    if types is None or _WHOLE[kind] not in parts:
        raise FileRefused(Why.MISMATCH)
    for name, part in parts.items():
        _check_name(name.casefold())
        if name.casefold().endswith((".xml", ".rels", ".vml")):
            check_xml(part)
        elif part.startswith(_FILES) or part[257:262] == b"ustar":
            raise FileRefused(Why.EMBEDDED)
    _check_types(types, kind)
    for name, part in parts.items():
        if name.casefold().endswith(".rels"):
            _check_relations(part)
    return parts


def _check_name(name: str) -> None:
    for found, why in ((_ACTIVE, Why.ACTIVE), (_EMBEDDED, Why.EMBEDDED), (_EXTERNAL, Why.EXTERNAL)):
        if found.search(name):
            raise FileRefused(why)


def check_xml(part: bytes) -> None:
    """Raises FileRefused for XML that declares anything, or hides it in another encoding. Looks at bytes alone."""
    said = _ENCODING.search(part[:256])
    if b"\0" in part or (said is not None and said[1].lower() not in (b"utf-8", b"us-ascii", b"ascii")):
        raise FileRefused(Why.ENTITIES)
    if _DECLARATION.search(part):
        raise FileRefused(Why.ENTITIES)
    try:
        part.decode()
    except UnicodeDecodeError:
        raise FileRefused(Why.DAMAGED) from None
    if _FIELDS.search(part) or _CALLS.search(part):
        raise FileRefused(Why.EXTERNAL)


def _parsed(part: bytes) -> ElementTree.Element:
    """A small part that was checked: it declares no entities, so the parser has nothing to expand."""
    if len(part) > _PARSED_MAX:
        raise FileRefused(Why.BOMB)
    try:
        return ElementTree.fromstring(part)
    except ElementTree.ParseError:
        raise FileRefused(Why.DAMAGED) from None


def _check_types(part: bytes, kind: FileKind) -> None:
    said = {one.get("PartName", ""): one.get("ContentType", "").casefold() for one in _parsed(part)}
    if said.get("/" + _WHOLE[kind], "") != _MAIN[kind]:
        raise FileRefused(Why.ACTIVE if "macro" in said.get("/" + _WHOLE[kind], "") else Why.MISMATCH)
    for one in said.values():
        _check_name(one)
        if "macroenabled" in one:
            raise FileRefused(Why.ACTIVE)


def _check_relations(part: bytes) -> None:
    """A link people may click is the one thing that may lead out of a document."""
    for one in _parsed(part):
        kind, target = one.get("Type", "").casefold(), one.get("Target", "").strip().casefold()
        _check_name(
            kind.rpartition("/relationships/")[2] + "/"
        )  # the core properties' own name begins with .../package/
        outside = one.get("TargetMode", "").casefold() == "external" or "://" in target or target.startswith("\\\\")
        link = kind.endswith("/hyperlink") and target.startswith(("http://", "https://", "mailto:", "tel:", "#"))
        if outside and not link:
            raise FileRefused(Why.EXTERNAL)
