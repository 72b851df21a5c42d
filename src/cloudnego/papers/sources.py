"""What papers are made of: the events of the streams a paper may speak of, the law, and the names of those in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from cloudnego.core.events import BallotAttested, CaseOpened, Covered, EnterpriseCovered, Event
from cloudnego.core.moment import Law
from cloudnego.core.pack import Head
from cloudnego.core.vocabulary import Scope, Seat, Side, Stream
from cloudnego.papers.pen import Two, area
from cloudnego.ports import Recorded

E = TypeVar("E", bound=Event)


class Firm(Struct, frozen=True, kw_only=True):
    """What the register says of the enterprise; None where it says nothing."""

    name: str
    credit_code: str | None = None
    address: str | None = None
    contact: str | None = None
    authority: str | None = None
    industry: str | None = None


class Source(Struct, frozen=True, kw_only=True):
    """A case as papers are made of it. `events`: in the order they came, of the streams a paper may speak of and of no
    other; `names`: of persons and organisations by id; `unions`: names of those
    above the enterprise, of town and district."""

    case: str
    district: str
    sandbox: bool
    law: Law
    firm: Firm
    events: tuple[Recorded, ...]
    names: Mapping[str, str]
    unions: Mapping[Seat, str] = {}

    def within(self, streams: frozenset[Stream]) -> Source:
        """The same, with no event of another stream."""
        return replace(self, events=tuple(one for one in self.events if one.stream in streams))

    @property
    def opened(self) -> CaseOpened:
        found = self.last(CaseOpened)
        assert found is not None, "the opening stands in a stream that all see"
        return found

    def entries(self, *kinds: type[Event]) -> list[Recorded]:
        """The events of these kinds as the log has them, oldest first."""
        return [one for one in self.events if isinstance(one.event, kinds)]

    def every(self, kind: type[E]) -> list[E]:
        """The events of a kind, oldest first."""
        return [one.event for one in self.events if isinstance(one.event, kind)]

    def last(self, kind: type[E]) -> E | None:
        """The latest event of a kind."""
        return next((one.event for one in reversed(self.events) if isinstance(one.event, kind)), None)

    def name(self, id_: str | None) -> str | None:
        """A name; of whoever is known no more, the id."""
        return None if id_ is None else self.names.get(id_, id_)

    def organ(self, side: Side) -> str | None:
        """Who acts for a side as an organisation: its union; the enterprise, of many their body (HZ 32, 34)."""
        opened = self.opened
        if side is Side.WORKER:
            return self.name(opened.worker_organ)
        return self.name(opened.employer_organ) if self.many else self.firm.name

    @property
    def many(self) -> bool:
        """It is of a trade or an area, and no enterprise is its subject."""
        return self.opened.scope is not Scope.ENTERPRISE

    @property
    def subject(self) -> Two:
        """Whose wages are talked about: of the enterprise, of the trade, of the area."""
        if self.many:
            return area(self.opened.scope, self.name(self.opened.worker_organ) or "")
        return Two(self.firm.name, self.firm.name)

    @property
    def covered(self) -> tuple[Covered, ...]:
        """The enterprises a contract over many covers, as the case stands; none where it is over one."""
        found = {one.enterprise: one for one in self.opened.covers}
        for one in self.events:
            match one.event:
                case EnterpriseCovered(covered=more):
                    found[more.enterprise] = more
                case BallotAttested(covered=kept) if kept is not None:
                    found = {key: value for key, value in found.items() if key in kept}
                case _:
                    pass
        return tuple(found.values())

    @property
    def workers(self) -> int:
        """How many workers it is about."""
        return sum(one.headcount for one in self.covered) if self.many else self.opened.headcount

    @property
    def heads(self) -> tuple[Head, ...]:
        topics = self.law.pack.topics
        return (*topics.heads, *topics.extra)

    def head(self, code: str) -> Two:
        """What a head of the talks is called."""
        found = next((one for one in self.heads if one.code == code), None)
        return Two(code, code) if found is None else Two(found.name.zh, found.name.en)


def day_of(one: Recorded) -> date:
    """The day an entry speaks of."""
    return one.occurred_on or one.at.date()


def words(event: Event, key: str) -> str | None:
    """What somebody wrote; None where nothing was written, or it was erased."""
    return (event.words or {}).get(key)
