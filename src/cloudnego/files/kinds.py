"""The kinds of files that may lie in a case, and why a file is turned away: two closed lists."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

NAME_MAX: Final = 120
_MEBI: Final = 1024 * 1024
INFLATED_MAX: Final = 48 * _MEBI
"""What an archive or the texts of a PDF may come to, all in all, once they are unpacked."""


class FileKind(StrEnum):
    """What a file is, by its content."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    XLSX = "xlsx"
    DOCX = "docx"
    CSV = "csv"
    TXT = "txt"

    @property
    def is_picture(self) -> bool:
        return self in (FileKind.PNG, FileKind.JPEG)

    @property
    def is_office(self) -> bool:
        return self in (FileKind.XLSX, FileKind.DOCX)


_OOXML: Final = "application/vnd.openxmlformats-officedocument"
MEDIA: Final[Mapping[FileKind, str]] = {
    FileKind.PDF: "application/pdf",
    FileKind.PNG: "image/png",
    FileKind.JPEG: "image/jpeg",
    FileKind.XLSX: f"{_OOXML}.spreadsheetml.sheet",
    FileKind.DOCX: f"{_OOXML}.wordprocessingml.document",
    FileKind.CSV: "text/csv",
    FileKind.TXT: "text/plain",
}
"""The media type of each kind: the only ones a file may come and go under."""

_ENDINGS: Final[Mapping[str, FileKind]] = {kind.value: kind for kind in FileKind} | {"jpg": FileKind.JPEG}
_KINDS: Final = {media: kind for kind, media in MEDIA.items()}


class Why(StrEnum):
    """Why a file is turned away. Each has its sentences in the catalogue under `files`."""

    NAME = "name"  # it is called something no file may be called
    KIND = "kind"  # none of the kinds
    MISMATCH = "mismatch"  # it is not what its name and its media type say
    EMPTY = "empty"
    DAMAGED = "damaged"  # it cannot be read to its end
    ENCRYPTED = "encrypted"
    BOMB = "bomb"  # it unpacks to too much, or takes too long to look at
    PIXELS = "pixels"
    HIDDEN = "hidden"  # it holds bytes no reader of its kind would show
    ENTITIES = "entities"  # XML that declares its own words
    ACTIVE = "active"  # macros, scripts, forms that send
    EMBEDDED = "embedded"  # other files within it
    EXTERNAL = "external"  # it fetches from elsewhere when it is opened
    ENCODING = "encoding"  # neither UTF-8 nor GB 18030, nor UTF-16 with its mark
    QUOTES = "quotes"  # a quotation mark that does not end
    SHAPE = "shape"  # JSON that is no list of rows
    ROWS = "rows"
    COLUMNS = "columns"


OF_TABLES: Final = frozenset({Why.ENCODING, Why.QUOTES, Why.SHAPE, Why.ROWS, Why.COLUMNS})
"""Of what is read by the row alone; their sentences stand under `imports`, as those of the others do once more."""


class FileRefused(Exception):
    """A file that may not lie in a case."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why: Final = why


_NOT_IN_NAMES: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})


def clean_name(name: str) -> str:
    """The name as it is kept: NFC. Raises FileRefused for one that is no plain name.

    Control and format characters are refused, not dropped: among them are the overrides of direction that make the
    name of a program read like that of a document.
    """
    kept = unicodedata.normalize("NFC", name).strip()
    odd = any(unicodedata.category(one) in _NOT_IN_NAMES or one in '/\\:*?"<>|' for one in kept)
    if not kept or odd or kept.startswith(".") or len(kept) > NAME_MAX:
        raise FileRefused(Why.NAME)
    return kept


def declared(name: str, media: str) -> FileKind:
    """What name and media type say the file is. Raises FileRefused where they say nothing we take, or differ."""
    by_name = _ENDINGS.get(name.rpartition(".")[2].casefold()) if "." in name else None
    said = media.partition(";")[0].strip().casefold()
    if by_name is None or (said not in _KINDS and said != "application/octet-stream"):
        raise FileRefused(Why.KIND)
    if _KINDS.get(said, by_name) is not by_name:
        raise FileRefused(Why.MISMATCH)
    return by_name
