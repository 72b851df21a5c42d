"""Papers of a story played in memory: no database, no people but by their ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Any

from msgspec.structs import replace

from cloudnego.core.events import Event
from cloudnego.core.vocabulary import Stream
from cloudnego.papers.facts import Facts, Fields, Heading, Table, Text
from cloudnego.papers.kinds import possible
from cloudnego.papers.sources import Firm, Source
from cloudnego.ports import Recorded
from cloudnego.rehearsal import Played
from tests.web.played import LAW, rehearsed

FIRM = Firm(name="杭州某某机械制造有限公司", credit_code="91330109MA2B1C2D3X", address="杭州市萧山区某某路1号")
ALL = frozenset(Stream)


def recorded(acts: Iterable[Played]) -> tuple[Recorded, ...]:
    """The events of acts as a log would give them back."""
    found, seqs = [], Counter[Stream]()
    for act in acts:
        for event in act.events:
            seqs[event.stream] += 1
            found.append(
                Recorded(
                    stream=event.stream, seq=seqs[event.stream], at=act.at,
                    occurred_on=getattr(event, "occurred_on", None), type=event.type,
                    type_version=event.type_version, actor=act.by.person, mandate=None, via=act.by.via.value,
                    event=event, erased=False, leaf=b"",
                )
            )  # fmt: skip
    return tuple(found)


@cache
def source_of(story: str = "plain", until: int | None = None) -> Source:
    """A story, or its first acts."""
    events = recorded(rehearsed(story, until))
    names = {"U1": "某某公司工会委员会", "w0": "王䶮㛃", "e0": "陈建国"}
    return Source(case="c1", district="played", sandbox=True, law=LAW, firm=FIRM, events=events, names=names)


def altered(source: Source, kind: type[Event], /, **changed: Any) -> Source:
    """The same case with every event of a kind changed, and standing where it then stands."""
    events = []
    for one in source.events:
        event = one.event.model_copy(update=changed) if isinstance(one.event, kind) else one.event
        events.append(replace(one, event=event, stream=event.stream))
    return replace(source, events=tuple(events))


def papers_of(source: Source, seen: frozenset[Stream] = ALL) -> list[Facts]:
    """Every paper it can make for who sees these streams."""
    return [one.facts for one in possible(source, seen)]


def said_in(facts: Facts) -> list[str]:
    """Every passage of a paper: title, headings, texts and cells."""
    found = [facts.title]
    for block in facts.blocks:
        if isinstance(block, Text | Heading):
            found.append(block.text)
        elif isinstance(block, Fields | Table):
            found += [cell for row in block.rows for cell in row if cell is not None]
    return found
