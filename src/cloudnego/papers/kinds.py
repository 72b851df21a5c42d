"""Every kind of paper a case can make: what it may speak of, and who makes its facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from cloudnego.core.vocabulary import Stream
from cloudnego.papers import assembly, benches, contract, filing, letters, meetings, supervision
from cloudnego.papers.facts import Facts
from cloudnego.papers.pen import Pen
from cloudnego.papers.sources import Source

_NOTICE: Final = frozenset({Stream.NOTICE})
_FILING: Final = frozenset({Stream.NOTICE, Stream.FILING})
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
    Kind("congress", _NOTICE, assembly.election_ballot),
    Kind("congress", _FILING, assembly.election_ballot_of_few),
    Kind("elected", _NOTICE, benches.elected),
    Kind("elected", _FILING, benches.elected_by_few),
    Kind("roster", _NOTICE, benches.roster),
    Kind("mandate", _NOTICE, benches.mandate),
    Kind("publicity", _NOTICE, benches.publicity),
    Kind("opinions", _WORKER, letters.opinions),
    Kind("topics", _WORKER, letters.topics),
    Kind("topics", _EMPLOYER, letters.topics),
    Kind("offer", _TABLE, letters.offer),
    Kind("reply", _TABLE, letters.reply),
    Kind("materials", _TABLE, meetings.materials),
    Kind("notice", _TABLE, letters.notice),
    Kind("sign_in", _TABLE, meetings.sign_in),
    Kind("minutes", _TABLE, meetings.minutes),
    Kind("suspension", _TABLE, meetings.suspension),
    Kind("contract", _TABLE, contract.laid),
    Kind("contract", _NOTICE, contract.submitted),
    Kind("contract", _NOTICE, contract.changes),
    Kind("congress", _NOTICE, assembly.notice),
    Kind("congress", _NOTICE, assembly.method),
    Kind("congress", _NOTICE, assembly.ballot),
    Kind("congress", _NOTICE, assembly.tally),
    Kind("congress", _FILING, assembly.tally_of_few),
    Kind("congress", _NOTICE, assembly.resolution),
    Kind("congress", _FILING, assembly.resolution_of_few),
    Kind("contract", _NOTICE, contract.contract, english=True),
    Kind("form", _FILING, filing.form),
    Kind("explanation", _FILING, filing.explanation),
    Kind("review", _FILING, filing.review),
    Kind("publication", _NOTICE, filing.publication),
    Kind("report", _NOTICE, filing.report),
    Kind("check", _NOTICE, filing.check),
    Kind("letters", _NOTICE, supervision.letters),
    Kind("coordination", _FILING, filing.coordination),
    Kind("amendment", _NOTICE, filing.amendment),
)
"""In the order of a case."""

CONFIDENTIAL: Final = frozenset({"D4", "D5", "D8"})
"""Kinds that are given out with a mark on them: who took it, and when."""


FOR_GOOD: Final = frozenset({"D0", "D2", "D13", "D14", "D14S", "D17", "D17S", "D18", "D23"})
"""Kinds that archives keep for good: contract, resolution, opinion, publication, mandates, confirmations of service."""

THIRTY_YEARS: Final = frozenset({"D3", "D6", "D6S", "D7", "D7S", "D8", "D10", "D10S", "D20", "D25", "D27", "D28"})
"""Kinds that archives keep for thirty years: minutes, offer, reply, notices, lists of data, tallies, checks."""

ARCHIVED: Final = FOR_GOOD | THIRTY_YEARS
"""Kinds that are archives and stay, whoever wishes his words away: those kept for good, mandates and confirmations of
service among them; and tallies, offer, reply, lists of data, minutes, notices and checks of performance
(国家档案局令第10号; 法律、行政法规规定的保存期限未届满, 个人信息保护法 47 ¶2)."""


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
