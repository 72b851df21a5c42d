"""Noting who read whose material: written before the answer goes out, so that nothing is shown that is not noted."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import Response

from cloudnego.core.events import ClausePut, MaterialDelivered
from cloudnego.core.vocabulary import Side, Stream
from cloudnego.files.store import Kept
from cloudnego.identity.offices import fits
from cloudnego.identity.sessions import Who
from cloudnego.identity.views import DRAFT, WHOLE_CAUCUS, Material, Reader
from cloudnego.papers.store import Paper
from cloudnego.ports import Recorded
from cloudnego.web.cases import Found
from cloudnego.web.site import Site


def shown_of_case(found: Found) -> list[Material]:
    """What one look at a whole case shows: what each side delivered and drafted at the table, and the caucuses
    the reader sees."""
    at_the_table = [
        Material(Stream.TABLE, name, one.asked_by.other)
        for name, one in found.case.materials.items()
        if one.delivered_on is not None and Stream.TABLE in found.streams
    ]
    return [
        *at_the_table,
        *shown_of_draft(found),
        *(_caucus(side) for side in Side if Stream.caucus(side) in found.streams),
    ]


def shown_of_draft(found: Found) -> list[Material]:
    """The draft on the table, as the material of each side that put a clause. Once submitted it lies before all whom it
    binds: who of the workers reads it then is nobody's business."""
    sides = {one.side for one in found.case.clauses.values()} if Stream.TABLE in found.streams else set()
    return [_draft(side) for side in sorted(sides)]


def shown_of_file(one: Kept) -> list[Material]:
    """A file, as the material of the side that laid it there; of whoever stands on neither it is nobody's."""
    return [Material(one.stream, one.id, one.side)] if one.side is not None else []


def shown_of_paper(found: Found, paper: Paper) -> list[Material]:
    """A paper that was made: of one side's own stream, or the draft as it lies on the table."""
    own = [_caucus(side) for side in Side if Stream.caucus(side) in paper.streams]
    return own + (shown_of_draft(found) if paper.doc in ("D10", "D12") and Stream.TABLE in paper.streams else [])


def shown_of(events: Iterable[Recorded]) -> list[Material]:
    """The same for a page of the timeline: by the events that are on it."""
    found = []
    for one in events:
        if isinstance(one.event, MaterialDelivered):
            found.append(Material(one.stream, one.event.material, one.event.side))
        elif isinstance(one.event, ClausePut):
            found.append(_draft(one.event.side))
        elif one.stream.is_caucus:
            found.append(_caucus(Side.WORKER if one.stream is Stream.WORKER else Side.EMPLOYER))
    return found


async def noted(site: Site, who: Who, found: Found, materials: Iterable[Material], answer: Response) -> Response:
    """The answer, once it is written that this reader was shown these: no process that dies takes a note with it."""
    await note(site, who, found, tuple(materials))
    return answer


async def note(site: Site, who: Who, found: Found, shown: tuple[Material, ...]) -> None:
    """The same for what goes out another way."""
    if unnoted(site, who, found, shown):
        await site.threads.run(site.views.note, site.engine, found.id, _reader(site, who, found), shown)


def unnoted(site: Site, who: Who, found: Found, shown: tuple[Material, ...]) -> bool:
    """Whether any of these is still to be noted today."""
    return bool(shown) and bool(site.views.misses(found.id, _reader(site, who, found), shown))


def _draft(side: Side) -> Material:
    return Material(Stream.TABLE, f"{DRAFT} {side.value}", side)  # no id of a material has a space in it


def _caucus(side: Side) -> Material:
    return Material(Stream.caucus(side), WHOLE_CAUCUS, side)


def _reader(site: Site, who: Who, found: Found) -> Reader:
    """The reader with the office and the organisation he has in this case, if he has one."""
    today = found.at.date()
    held = [one for one in who.held if one.office in found.member.offices]
    mine = next((one for one in held if fits(one, found.parties, today)), None)
    office, organisation = (mine.office, mine.organisation) if mine is not None else (None, None)
    return Reader(who.person, office, organisation, today, site.now_s())
