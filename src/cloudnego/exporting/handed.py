"""Signatures of an office's papers in an audit file: `cloudnego verify` holds each against the paper it stands on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec

from cloudnego.audit.logkey import mark_of
from cloudnego.audit.verify import Archive
from cloudnego.signing.acts import NotSigned, over_paper, signed_over
from cloudnego.signing.offices import DOCS
from cloudnego.signing.papers import SIGNED, SignedFacts

_REGISTER: Final = "papers/register.json"
_SIGNED: Final = frozenset(doc + SIGNED for doc in DOCS)


class Handed(NamedTuple):
    """A signature that holds: on which paper, whose, under which key (its mark)."""

    paper: str
    person: str
    mark: str


class HandWrong(ValueError):
    """A signature that is not over its paper, or whose mark is not its key's."""


def handed_in(archive: Archive) -> Iterator[Handed]:
    """Each signature of an office's paper in a file whose other parts hold. Raises HandWrong, and what reading does."""
    if _REGISTER not in archive.entries:
        return
    rows: list[dict[str, Any]] = msgspec.json.decode(archive.read(_REGISTER))
    hashes = {row["number"]: row["files"]["json"] for row in rows}
    log = msgspec.json.decode(archive.read("keys.json"))["name"]
    for row in (one for one in rows if one["doc"] in _SIGNED and not one["erased"]):
        try:
            facts = msgspec.json.decode(archive.read(f"papers/{row['number']}.json"), type=SignedFacts)
        except msgspec.MsgspecError as wrong:
            raise HandWrong(f"{row['number']}: {wrong}") from None
        for one in facts.hands:
            text = over_paper(log, facts.case, one.person, facts.paper, hashes.get(facts.paper, ""))
            try:
                good = mark_of(signed_over(text, one.sig)) == one.mark
            except NotSigned:
                good = False
            if not good:
                raise HandWrong(f"{row['number']}: {one.person}")
            yield Handed(row["number"], one.person, one.mark)
