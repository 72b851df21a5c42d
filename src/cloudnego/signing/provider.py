"""The seam for who makes certificate signatures in a PDF: the installation's own keys, or a licensed service.

A licensed service is another `Provider`: it is given the file, who signs and where it is seen, and gives the file back
with one signature more. What it does in between (a hash sent away, a token fetched) is its own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from cloudnego.signing.authority import INTERNAL, Authority


class Signatory(NamedTuple):
    """Who signs a paper, in what role, the name of his field in the file, the entry of the log that he signed or that
    the paper is of, and the mark of his device's key."""

    person: str
    name: str
    role: str
    field: str
    entry: str
    mark: str


class Place(NamedTuple):
    """Where a signature is seen: the page, from 0, and its box in points from the lower left corner."""

    page: int
    box: tuple[int, int, int, int]


class Provider(Protocol):
    """Whoever makes certificate signatures. `label`: what stands in the PDF beside each."""

    label: str

    def sign(self, pdf: bytes, who: Signatory, place: Place, *, seen: bytes, now: datetime) -> bytes:
        """The file with one more signature, appended. `seen`: a PDF of one page that is drawn in its place. Blocks; a
        service may be asked over the network."""
        ...


class Internal:
    """The built-in provider: a certificate for each signature, of the installation's own authority, and its own time
    stamps. `authority` is asked at the first signature."""

    label: str = INTERNAL

    def __init__(self, authority: Callable[[], Authority]) -> None:
        self._authority: Final = authority

    def sign(self, pdf: bytes, who: Signatory, place: Place, *, seen: bytes, now: datetime) -> bytes:
        from cloudnego.signing.pades import signed

        return signed(self._authority(), pdf, who, place, seen=seen, now=now)
