"""What happened in the cases a portal sees, as one feed: thin, in the order of the commits, and nothing besides.

A place in the feed is the last event that was shown. So whoever is shown the same has the same cursors, whatever was
written meanwhile where he does not look.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from datetime import date
from typing import Final

import msgspec

from cloudnego.core.overview import Overview
from cloudnego.core.vocabulary import JOINT, Stream
from cloudnego.eventlog.feed import At
from cloudnego.eventlog.leaf import decode
from cloudnego.eventlog.log import SqlLog
from cloudnego.identity.custody import Custody
from cloudnego.identity.sessions import Who
from cloudnego.web.case_views import shown_overview
from cloudnego.web.cases import Found, pinned_law
from cloudnego.web.errors import Problem
from cloudnego.web.met import meet
from cloudnego.web.site import Site

LATEST: Final = "latest"
BEGINNING: Final = 0
_SCANNED_MAX: Final = 5_000  # events of one look, for who wants few of them
_MAC: Final = 32


class EventFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Where an event stands, and how its case stands when this is said: `step`, `ending`, the nearest `deadline`.

    `seen_for`: the enterprises as whose portal it is seen. `link`: the case in this API, `page`: for people.
    """

    type_version: int
    case: str
    stream: Stream
    seq: int
    via: str
    occurred_on: str | None
    step: str
    ending: str | None
    deadline: date | None
    external_ref: str | None
    seen_for: tuple[str, ...]
    link: str
    page: str


class EventDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One event, thin: what it says is read at `data.link`. The same bytes are what a webhook gets as its body."""

    id: str
    type: str
    timestamp: str
    data: EventFacts


class EventPage(msgspec.Struct, frozen=True, kw_only=True):
    """Events in order. `cursor`: where to go on, also where there was nothing; `more`: at once."""

    rows: tuple[EventDocument, ...]
    cursor: str
    more: bool


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which events: of these types and cases; empty: of all."""

    types: frozenset[str] = frozenset()
    cases: frozenset[str] = frozenset()


class Seen(msgspec.Struct, frozen=True):
    """What a look found: the documents with the place of each, the last event that was seen, wanted or not, and how
    far the log was read; `whole`: no further event is still being written. Places are the store's own and are said to
    nobody."""

    rows: tuple[tuple[int, EventDocument], ...]
    last: At | None
    read_to: int
    more: bool
    whole: bool


# --- looking ------------------------------------------------------------------------------------------------------


def look(site: Site, eyes: Collection[Who], after: int, wanted: Wanted, limit: int) -> Seen:
    """The first events after a place that these eyes see. Blocks."""
    feed, (upto, whole) = site.log.feed, site.log.feed.horizon()
    ends = feed.ends(_cases(site, eyes, wanted), _streams(eyes))
    behind = {case: tuple(last) for case, last in ends.items() if max(last.values()) > after}
    glance, rows, last, place, scanned = _Glance(site, eyes), list[tuple[int, EventDocument]](), None, after, 0
    while behind and len(rows) < limit and scanned < _SCANNED_MAX:
        some = feed.read(behind, place, upto, limit)
        for at in some:
            place, scanned = at.pos, scanned + 1
            through = glance.through(at)
            if through:
                last = at
                document = glance.document(at, through)
                if not wanted.types or document.type in wanted.types:
                    rows.append((at.pos, document))
                    if len(rows) == limit:
                        break
        if len(some) < limit:
            break
    return Seen(tuple(rows), last, place, len(rows) == limit or scanned >= _SCANNED_MAX, whole)


def end_of(site: Site, eyes: Collection[Who], wanted: Wanted) -> At | None:
    """The last event that these eyes see now; None where there is none. Blocks."""
    feed, glance, (upto, _) = site.log.feed, _Glance(site, eyes), site.log.feed.horizon()
    ends = feed.ends(_cases(site, eyes, wanted), _streams(eyes))
    seen = {case: [one for one in last if one in glance.streams(case)] for case, last in ends.items()}
    places = [ends[case][stream] for case, streams in seen.items() for stream in streams]
    place = max((one for one in places if one <= upto), default=0)
    return next(iter(feed.read(seen, place - 1, place, 1)), None)


def _streams(eyes: Collection[Who]) -> tuple[Stream, ...]:
    """All that any of these could see of any case: the table only where it was granted."""
    table = any(one.portal is not None and "table" in one.portal.scopes for one in eyes)
    return tuple(JOINT) if table else (Stream.NOTICE,)


def _cases(site: Site, eyes: Collection[Who], wanted: Wanted) -> list[str]:
    if not eyes:
        return []
    found = site.log.feed.cases_of(next(iter(eyes)).district, enterprises_of(eyes))
    return [case for case in found if not wanted.cases or case in wanted.cases]


def enterprises_of(eyes: Collection[Who]) -> frozenset[str]:
    """For whom these look."""
    return frozenset(one.portal.enterprise for one in eyes if one.portal is not None)


class _Glance:
    """Cases as these eyes see them now, each looked at once: for which enterprise, and as what."""

    def __init__(self, site: Site, eyes: Collection[Who]) -> None:
        self._site: Final = site
        self._eyes: Final = eyes
        self._found: Final[dict[str, dict[str, Found]]] = {}
        self._stands: Final[dict[str, Overview]] = {}

    def _of(self, case: str) -> dict[str, Found]:
        if case not in self._found:
            state = self._site.log.state(case)
            self._found[case] = {
                who.portal.enterprise: Found.of(case, who, state, met, at)
                for who in self._eyes
                if who.portal is not None and state is not None
                for at in (self._site.world.clock(who.district),)
                if (met := meet(who, state, None, at.date())) is not None
            }
        return self._found[case]

    def streams(self, case: str) -> frozenset[Stream]:
        """The streams of a case that any of them sees."""
        return frozenset[Stream]().union(*(one.streams for one in self._of(case).values()))

    def through(self, at: At) -> tuple[str, ...]:
        """The enterprises for which an event is seen; none: it is not there."""
        return tuple(firm for firm, found in self._of(at.case).items() if at.stream in found.streams)

    def document(self, at: At, through: tuple[str, ...]) -> EventDocument:
        """An event as it is said."""
        leaf = decode(at.leaf)
        now, home = self._standing(at.case), self._site.public_url
        return EventDocument(
            id=f"{at.case}.{at.stream.value}.{at.seq}",
            type=leaf.type,
            timestamp=leaf.at,
            data=EventFacts(
                type_version=leaf.type_version, case=at.case, stream=at.stream, seq=at.seq, via=leaf.via,
                occurred_on=leaf.occurred_on, step=now.step, ending=now.ending, deadline=now.next_due,
                external_ref=now.external_ref,
                seen_for=through,
                link=f"{home}/api/v1/negotiations/{at.case}", page=f"{home}/c/{at.case}",
            ),
        )  # fmt: skip

    def _standing(self, case: str) -> Overview:
        """The case as it is seen now."""
        if case not in self._stands:
            found = next(iter(self._of(case).values()))
            self._stands[case] = shown_overview(found, pinned_law(self._site, found.case))
        return self._stands[case]


# --- cursors ------------------------------------------------------------------------------------------------------


class Cursors:
    """Places in the feed of one client as it may keep them: the last event it was shown, and the proof that it was."""

    def __init__(self, custody: Custody, who: Who) -> None:
        self._custody: Final = custody
        self._who: Final = who

    def say(self, at: At | None) -> str:
        """The cursor after an event; None: before all. Blocks the first time."""
        place = [at.case, at.stream.value, at.seq] if at is not None else ["", "", 0]
        said = urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")
        return f"{said}.{self._mac(said)}"

    def place(self, log: SqlLog, cursor: str) -> int:
        """The place a cursor stands for. Raises `Problem` 422 for what was not said to this client. Blocks."""
        said, _, mac = cursor.partition(".")
        if not hmac.compare_digest(mac.encode(), self._mac(said).encode()):
            raise Problem("bad_cursor")
        place = urlsafe_b64decode(said + "=" * (-len(said) % 4))
        case, stream, seq = msgspec.json.decode(place, type=tuple[str, str, int])
        found = log.feed.place(case, stream, seq) if case else BEGINNING
        if found is None:
            raise Problem("bad_cursor")
        return found

    def _mac(self, said: str) -> str:
        enterprise = self._who.portal.enterprise if self._who.portal is not None else ""
        return self._custody.digest(self._who.district, "feed", self._who.person, enterprise, said)[:_MAC]
