"""What stands on a paper, as plain data and never markup. The hash of its canonical JSON is printed on it."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import Literal, Protocol

import rfc8785
from msgspec import Struct, to_builtins

Role = Literal["body", "lead", "small", "right", "centre"]


class Text(Struct, frozen=True, kw_only=True, tag_field="block", tag="text"):
    """A paragraph. `en`: the same in English, on a paper in two languages."""

    text: str
    en: str | None = None
    role: Role = "body"


class Heading(Struct, frozen=True, kw_only=True, tag_field="block", tag="heading"):
    """What stands over a part of the paper."""

    text: str
    en: str | None = None


class Fields(Struct, frozen=True, kw_only=True, tag_field="block", tag="fields"):
    """Labels and what they are of; None is a line to fill by hand."""

    rows: tuple[tuple[str, str | None], ...]


class Table(Struct, frozen=True, kw_only=True, tag_field="block", tag="table"):
    """A table; `widths`: shares of the page. None is a cell to fill by hand."""

    head: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str | None, ...], ...]


class Items(Struct, frozen=True, kw_only=True, tag_field="block", tag="items"):
    """Numbered sentences."""

    rows: tuple[Text, ...]


class Sign(Struct, frozen=True, kw_only=True):
    """A place to sign. `seal`: a seal goes there too; `done`: how it is on record that he signed."""

    role: str
    name: str | None = None
    seal: bool = False
    done: str | None = None


class Signs(Struct, frozen=True, kw_only=True, tag_field="block", tag="signs"):
    """The block of signatures: role, name, signature, seal, time."""

    rows: tuple[Sign, ...]


class Choices(Struct, frozen=True, kw_only=True, tag_field="block", tag="choices"):
    """Boxes to mark on a ballot paper."""

    rows: tuple[str, ...]


class Run(Struct, frozen=True, kw_only=True):
    """Some words of a text that was changed: kept, put in, or taken out."""

    how: Literal["same", "ins", "del"]
    text: str


class Redlined(Struct, frozen=True, kw_only=True, tag_field="block", tag="redlined"):
    """A text with what was taken out and put in, to be read in black and white."""

    runs: tuple[Run, ...]


Block = Redlined | Text | Heading | Fields | Table | Items | Signs | Choices


class Facts(Struct, frozen=True, kw_only=True):
    """A paper. `doc`: its kind (D0 to D28); `about`: which of that kind, where a case has several; `day`: of the act it
    speaks of, never of the printing."""

    doc: str
    about: str
    layout: str
    title: str
    title_en: str | None
    district: str
    case: str
    enterprise: str | None
    credit_code: str | None
    wage_year: int
    pack: str
    day: date | None
    sandbox: bool
    blocks: tuple[Block, ...]

    @property
    def canonical(self) -> bytes:
        """RFC 8785."""
        return rfc8785.dumps(to_builtins(self))

    @property
    def hash(self) -> str:
        return sha256(self.canonical).hexdigest()


class Made(Protocol):
    """Whatever a paper is made of, as the register needs it."""

    @property
    def doc(self) -> str: ...
    @property
    def about(self) -> str: ...
    @property
    def district(self) -> str: ...
    @property
    def case(self) -> str: ...
    @property
    def wage_year(self) -> int: ...
    @property
    def canonical(self) -> bytes: ...
    @property
    def hash(self) -> str: ...


def number_of(facts: Made, seq: int) -> str:
    """The number of a paper: district, wage year, case, kind, and which of that kind."""
    return f"{facts.district}-{facts.wage_year}-{facts.case}-{facts.doc}-{seq}"
