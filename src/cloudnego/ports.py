"""The seams of the house: what a door hands in, what the log gives back, and what the log must be able to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Final, NamedTuple, Protocol

import msgspec

from cloudnego.core.commands import Command
from cloudnego.core.events import Event
from cloudnego.core.moment import Law, Named, Register
from cloudnego.core.overview import Overview
from cloudnego.core.refusals import Obstacle
from cloudnego.core.state import Caucus, Negotiation
from cloudnego.core.vocabulary import Member, Side, Stream

CHINA: Final = timezone(timedelta(hours=8))
"""The one zone of every instant: +08:00, without summer time."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One command on its way to the writer, stamped at the door.

    `case` is None for an opening: the writer derives the id from district, actor and key. `at` is aware. `key` is the
    client's Idempotency-Key. `register` is the snapshot of the enterprise register that an opening is judged by,
    `named` what identity says of the person an ask names. `sig`: the asker's device key and its signature over the act,
    checked, as it stands in the leaf.
    """

    district: str
    case: str | None
    command: Command
    by: Member
    at: datetime
    key: str
    register: Register | None = None
    named: Named | None = None
    sig: str | None = None


class Entry(msgspec.Struct, frozen=True):
    """One event as it was written: where it stands and what it is."""

    stream: Stream
    seq: int
    type: str


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What was written. `repeated`: it had been written before, under the same key; nothing was written now."""

    case: str
    entries: tuple[Entry, ...]
    warnings: tuple[Obstacle, ...] = ()
    repeated: bool = False


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """One event read back. `leaf` holds the exact bytes its hash was taken of; `erased`: its words were deleted."""

    stream: Stream
    seq: int
    at: datetime
    occurred_on: date | None
    type: str
    type_version: int
    actor: str
    mandate: str | None
    via: str
    event: Event
    erased: bool
    leaf: bytes


class Written(NamedTuple):
    """One event that was written just now, and the case it belongs to."""

    case: str
    event: Recorded


class Gist(msgspec.Struct, frozen=True, kw_only=True):
    """What people wrote in streams, by "<stream>.<seq>" of the event and then by field; and who may be named there:
    those who acted, and every text of a fact that could be the id of a person, though most are none."""

    words: dict[str, dict[str, str]]
    persons: frozenset[str]


class Busy(Exception):
    """Not taken on; nothing of it will be written unless it is asked again. `retry_after` in seconds."""

    def __init__(self, retry_after: int = 1) -> None:
        self.retry_after = retry_after
        super().__init__(f"retry after {retry_after} s")


class KeyReused(Exception):
    """The same actor used this idempotency key for another command."""


class NoCase(Exception):
    """There is no such case in this district."""


class Broken(Exception):
    """A defect: judging this command raised something other than a refusal. Nothing was written."""


class BadCursor(ValueError):
    """A cursor that no page of this list gave out."""


class Within(msgspec.Struct, frozen=True, kw_only=True):
    """The cases somebody has in reach: of a region, of parties, or in which he has a seat; each alone is enough.

    `region`: a code or the beginning of one. `parties`: one of them is the enterprise, an organ of a side, or covered.
    `progress`: only seats that show how far the case is, for a list that is chosen or ordered by that.
    """

    region: str | None = None
    parties: frozenset[str] = frozenset()
    person: str | None = None
    progress: bool = False


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases of a district a list shows; what is None does not matter.

    `within`: those in somebody's reach; `without`: and not in that one's. `region`: a code or the beginning of one.
    `enterprises`: the case's own enterprise is among them. `text`: part of an id or of the external reference.
    `late`: a term that is overdue; `expires_by`: the contract is in force and ends by then.
    `overlay`: one that lies on it, a word of its own.
    `calls`: those that call for one of these: a light, a seat whose turn it is, or an overlay.
    `by_due`: the most urgent first, after them those in which nothing falls due; else the latest opened first.
    """

    district: str
    step: str | None = None
    light: str | None = None
    stuck: str | None = None
    turn_side: str | None = None
    late: str | None = None
    expires_by: date | None = None
    region: str | None = None
    town: str | None = None
    industry: str | None = None
    size_band: str | None = None
    wage_year: int | None = None
    scope: str | None = None
    kind: str | None = None
    external_ref: str | None = None
    live: bool | None = None
    enterprises: frozenset[str] | None = None
    within: Within | None = None
    without: Within | None = None
    calls: frozenset[str] | None = None
    overlay: str | None = None
    text: str | None = None
    by_due: bool = False


class Listed(msgspec.Struct, frozen=True):
    """One line of a list."""

    case: str
    overview: Overview


class Page(msgspec.Struct, frozen=True):
    """One page of a list. `cursor` is opaque, None on the last page."""

    rows: tuple[Listed, ...]
    cursor: str | None


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a district the cockpit shows; codes of region and industry may be the beginning of a code."""

    district: str
    wage_year: int | None = None
    region: str | None = None
    industry: str | None = None
    size_band: str | None = None


class Figures(msgspec.Struct, frozen=True):
    """Sums over cases. `rate_sum`: of the rates of raise of the `rated` cases, in units of 0.0001 percent."""

    cases: int
    headcount: int
    gatherings: int
    steps_done: int
    steps_online: int
    yellow: int
    red: int
    grey: int
    offered: int
    agreed: int
    balloted: int
    passed_first: int
    in_force: int
    published: int
    contested: int
    rated: int
    rate_sum: int
    saved: int
    ballot_roll: int
    ballot_present: int
    yearly: int

    @property
    def green(self) -> int:
        return self.cases - self.yellow - self.red - self.grey


class Cockpit(msgspec.Struct, frozen=True, kw_only=True):
    """A district on one screen. `by_step` counts live cases, `by_ending` closed ones; the others count all."""

    total: Figures
    by_step: dict[str, Figures]
    by_ending: dict[str, Figures]
    by_place: dict[str, Figures]
    by_industry: dict[str, Figures]
    by_size: dict[str, Figures]


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What stands beside the cockpit's figures. `by_year`: figures by wage year.

    `enterprises`: by axis (`place`, `industry`, `size`, `year`, `all`) and key, how many enterprises have a case of
    their own there: the most of any one year, because an enterprise has one a year. `rated` and `balloted`: in the same
    way, of how many enterprises the raises and the ballots are. `tallies`: cases by kind, key and wage year, see
    `eventlog.tally`.
    """

    by_year: dict[str, Figures]
    enterprises: dict[str, dict[str, int]]
    rated: dict[str, dict[str, int]]
    balloted: dict[str, dict[str, int]]
    tallies: dict[str, dict[str, dict[int, int]]]


class Standing(msgspec.Struct, frozen=True):
    """How one case counts for its enterprise: its wage year, and the days of its contract if that is in force."""

    enterprise: str
    covers: tuple[str, ...]
    wage_year: int
    in_force_from: date | None
    expires_on: date | None
    ending: str | None


class EventLog(Protocol):
    """The log of all cases. `ask` runs on the event loop; everything else blocks and belongs in a thread."""

    async def ask(self, asked: Asked) -> Receipt:
        """Judge and write one command; returns when it is durable.

        Raises Refused, Busy, KeyReused, NoCase or Broken. Cancelling the wait does not take the write along.
        """
        ...

    def state(self, case: str) -> Negotiation | None:
        """The joint state as committed; None if there is no such case."""
        ...

    def caucus(self, case: str, side: Side) -> Caucus | None:
        """The state of one side's own stream as committed; None if there is no such case."""
        ...

    def read(
        self, case: str, streams: frozenset[Stream], after: Mapping[Stream, int] | None = None, limit: int = 256
    ) -> list[Recorded]:
        """Events of these streams with a seq above `after` (default 0), oldest first in the order of their commits."""
        ...

    def gist(self, case: str, streams: frozenset[Stream]) -> Gist:
        """What people wrote in these streams and whom they may name: all of it, for a tenth of what `read` costs."""
        ...

    def versions(self, case: str) -> dict[Stream, tuple[int, int]]:
        """(epoch, last seq) of each stream of the case; empty if there is no such case."""
        ...

    def law(self, pack: str, pack_version: str, calendar: str) -> Law:
        """The pinned law. Raises KeyError if its texts are not in the store."""
        ...

    def due(self, district: str, today: date, limit: int = 1000) -> list[str]:
        """Cases the clock has something to do in on or before `today`, the most urgent first."""
        ...

    def cases(self, wanted: Filter, cursor: str | None = None, limit: int = 50) -> Page:
        """A page of the list of cases. Raises BadCursor."""
        ...

    def cockpit(self, cut: Cut) -> Cockpit:
        """The figures of a district or a part of it."""
        ...

    def counts(self, cut: Cut) -> Counts:
        """What is counted beside the figures: by year, by enterprises, and by what holds or hurries a case."""
        ...

    def standings(self, district: str, since: date) -> list[Standing]:
        """Cases of this wage year or a later one, and those whose contract runs on this day or later."""
        ...

    def happened(self, cut: Cut, first: date, last: date) -> dict[str, int]:
        """How many cases were opened, offered, agreed and in force, and will expire, on the days from first to last."""
        ...

    def district(self, case: str) -> str | None:
        """The district of a case; None if there is no such case."""
        ...


class Bell(Protocol):
    """Tells that streams have grown, never what was said. `moved` maps stream ids to their new last seq."""

    def payloads(self, moved: Mapping[str, int]) -> Sequence[str]:
        """What to NOTIFY inside the transaction; empty where there is only one process."""
        ...

    def ring(self, moved: Mapping[str, int]) -> None:
        """After the commit, on the event loop."""
        ...


class World:
    """Everything a door needs, put together once by `main`."""

    def __init__(self, *, log: EventLog, bell: Bell, clock: Callable[[str], datetime], ids: Callable[[], str]) -> None:
        self.log: Final = log
        self.bell: Final = bell
        self.clock: Final = clock
        self.ids: Final = ids

    def law(self, pack: str, pack_version: str, calendar: str) -> Law:
        """The pinned law. Raises KeyError."""
        return self.log.law(pack, pack_version, calendar)
