"""The open terms of the cases in reach as a calendar (RFC 5545), for a person's own and for a portal that fetches it.

It holds what `GET …/deadlines` of each case shows its reader, and no more. An entry keeps its UID as long as its term
runs; counted anew, it moves. A term that is met is not in it any more, and goes from a calendar that fetches again.
Calendars are fetched by programs of others, so an entry counts changes by what both sides see: how often a side confers
stands in none. It is stamped with the day its term is counted from, so that nothing changes where nothing changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Final
from urllib.parse import urlsplit

from icalendar import Calendar, Event
from starlette.responses import Response

from cloudnego.core.deadlines import END_OF_DAY
from cloudnego.core.vocabulary import Stream
from cloudnego.identity.offices import ActingAsRequired
from cloudnego.identity.sessions import Who
from cloudnego.ports import CHINA, Filter
from cloudnego.texts import say
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.case_documents import versions_of
from cloudnego.web.case_views import shown_deadlines
from cloudnego.web.cases import Found, pinned_law
from cloudnego.web.described import described
from cloudnego.web.documents import DeadlineDocument
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.lists import organisation_names, page, sight_of
from cloudnego.web.met import meet
from cloudnego.web.queries import ActingAs
from cloudnego.web.site import Site

ICS: Final = "text/calendar; charset=utf-8"
CASES_MAX: Final = 100
"""The most urgent ones: each is folded, so that a district's calendar costs no more than a firm's."""

_JOINT: Final = frozenset({Stream.TABLE, Stream.FILING, Stream.NOTICE})
_AGAIN: Final = timedelta(hours=6)

router = Endpoints(prefix="/api/v1", tags=["negotiations"])


@router.get(
    "/negotiations/deadlines.ics",
    **described("export_deadlines", None, codes=("acting_as_required",), gives=(ICS,)),
)
async def export_deadlines(*, site: TheSite, who: SignedIn, acting_as: ActingAs = None) -> Response:
    """The open terms of the cases of `GET /negotiations`, the most urgent cases first."""
    content = await site.threads.run(lambda: calendar_of(site, [who], acting_as).to_ical())
    headers = {"Content-Disposition": 'attachment; filename="deadlines.ics"', "Cache-Control": "no-store"}
    return Response(content, 200, headers, ICS)


def calendar_of(site: Site, eyes: Iterable[Who], acting_as: str | None, only: str | None = None) -> Calendar:
    """The terms all of these see, equal byte for byte where they see the same; `only`: of this case. Raises `Problem`
    404 where none of them sees that one. Blocks."""
    cases = [found for who in eyes for found in _cases(site, who, acting_as, only)]
    if only is not None and not cases:
        raise Problem("not_found")
    made = Calendar()
    made.add("prodid", "-//CloudNego//deadlines//ZH")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    title = say("ics.title")
    for name in ("name", "x-wr-calname"):  # RFC 7986 §5.1, and what programs read before it
        made.add(name, f"{title['zh']} · {title['en']}")
    made.add("refresh-interval", _AGAIN, {"VALUE": "DURATION"})  # RFC 7986 §5.7
    for found in cases:
        firm = found.case.opened.enterprise if found.case.opened is not None else ""
        name = organisation_names(site, found.district, {firm}).get(firm, "")
        changed = sum(seq for stream, (_, seq) in versions_of(site, found).items() if stream in _JOINT)
        sandbox = site.clocks.district(found.district).kind == "sandbox"
        for term in shown_deadlines(found, pinned_law(site, found.case)).rows:
            if term.open and term.latest is not None:
                made.add_component(_entry(site, found, term, name, changed, sandbox=sandbox))
    return made


def _cases(site: Site, who: Who, acting_as: str | None, only: str | None) -> Iterator[Found]:
    """The live cases in reach that he may look into, the nearest term first; or the one named, if he may."""
    sight, at = sight_of(site, who, acting_as), site.world.clock(who.district)
    if sight is None:
        return
    if only is None:
        wanted = sight.within(Filter(district=who.district, live=True, by_due=True))
        named = [row.case for row in page(site, wanted, None, CASES_MAX).rows]
    else:
        named = [only]
    for case_id in named:
        case = site.log.state(case_id)
        try:
            met = meet(who, case, acting_as, at.date()) if case is not None else None
        except ActingAsRequired:  # of several capacities none is named: the list has no such row either
            continue
        if case is not None and met is not None:
            yield Found.of(case_id, who, case, met, at)


def _entry(site: Site, found: Found, term: DeadlineDocument, name: str, changed: int, *, sandbox: bool) -> Event:
    """One term. All day, where its last day ends at midnight; else the moment at which the office closes."""
    assert term.latest is not None, "only terms with a day are asked for"
    owed = say(f"ics.owed.{term.side or 'none'}")
    parts = [
        *((say("ics.sandbox"),) if sandbox else ()),
        *((say("ics.provisional"),) if term.provisional else ()),
        say("ics.articles", {"articles": "、".join(term.articles)}),
        say("ics.counted", {"day": term.derivation.counted_from}),
    ]
    link = f"{site.public_url}/c/{found.id}"
    entry = Event()
    entry.add("uid", f"{found.id}.{term.timer}.{term.key}@{urlsplit(site.public_url).hostname or 'cloudnego'}")
    entry.add("sequence", changed)
    entry.add("dtstamp", datetime.combine(term.derivation.counted_from, time(), CHINA).astimezone(UTC))
    if term.ends_at == END_OF_DAY:
        entry.add("dtstart", term.latest)
    else:
        hour = time.fromisoformat(term.ends_at)
        entry.add("dtstart", datetime.combine(term.latest, hour, CHINA).astimezone(UTC))
    entry.add("summary", f"{name}：{term.label.zh}{owed['zh']} · {term.label.en}{owed['en']}")
    entry.add("description", "\n".join([*(one["zh"] for one in parts), *(one["en"] for one in parts), link]))
    entry.add("url", link)
    entry.add("status", "TENTATIVE" if term.provisional else "CONFIRMED")
    entry.add("transp", "TRANSPARENT")
    return entry
