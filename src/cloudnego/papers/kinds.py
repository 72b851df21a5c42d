"""Every kind of paper a case can make: what it may speak of, and who makes its facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from cloudnego.core.vocabulary import Stream
from cloudnego.papers import contract, letters
from cloudnego.papers.facts import Facts
from cloudnego.papers.pen import Pen
from cloudnego.papers.sources import Source

_NOTICE: Final = frozenset({Stream.NOTICE})
_TABLE: Final = frozenset({Stream.NOTICE, Stream.TABLE})
_WORKER: Final = frozenset({Stream.NOTICE, Stream.WORKER})
_EMPLOYER: Final = frozenset({Stream.NOTICE, Stream.EMPLOYER})


class Kind(NamedTuple):
    """A kind of paper. `streams`: what it is made of; it is shown to who sees all of them. `pen`: whose sentences.
    `english`: it is made in two languages too."""

    pen: str
    streams: frozenset[Stream]
    facts: Callable[[Source, Pen], Iterator[Facts]]
    english: bool = False


KINDS: Final[tuple[Kind, ...]] = (
    Kind("agreement", _NOTICE, contract.confirmed),
    Kind("opinions", _WORKER, letters.opinions),
    Kind("topics", _WORKER, letters.topics),
    Kind("topics", _EMPLOYER, letters.topics),
    Kind("offer", _TABLE, letters.offer),
    Kind("reply", _TABLE, letters.reply),
    Kind("notice", _TABLE, letters.notice),
    Kind("contract", _TABLE, contract.laid),
    Kind("contract", _NOTICE, contract.submitted),
    Kind("contract", _NOTICE, contract.contract, english=True),
)
"""In the order of a case."""

CONFIDENTIAL: Final = frozenset({"D4", "D5", "D8"})
"""Kinds that are given out with a mark on them: who took it, and when."""


class Possible(NamedTuple):
    """A paper that can be made now."""

    facts: Facts
    streams: frozenset[Stream]


def possible(source: Source, seen: frozenset[Stream]) -> Iterator[Possible]:
    """Every paper this case can make for who sees these streams."""
    for kind in KINDS:
        if not kind.streams <= seen:
            continue
        narrowed = source.within(kind.streams)
        for english in (False, True)[: 1 + kind.english]:
            for facts in kind.facts(narrowed, Pen(kind.pen, english=english)):
                yield Possible(facts, kind.streams)
