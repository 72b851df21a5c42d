"""Noting who read whose material: what an answer showed is worked out before it goes out, and written afterwards."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.background import BackgroundTask
from starlette.responses import Response

from cloudnego.core.events import MaterialDelivered
from cloudnego.core.vocabulary import Side, Stream
from cloudnego.identity.offices import fits, parties_of
from cloudnego.identity.sessions import Who
from cloudnego.identity.views import WHOLE_CAUCUS, Material, Reader
from cloudnego.ports import Recorded
from cloudnego.web.cases import Found
from cloudnego.web.site import Site


def shown_of_case(found: Found) -> list[Material]:
    """What one look at a whole case shows: what each side delivered to the table, and the caucuses the reader sees."""
    at_the_table = [
        Material(Stream.TABLE, name, one.asked_by.other)
        for name, one in found.case.materials.items()
        if one.delivered_on is not None and Stream.TABLE in found.streams
    ]
    return [*at_the_table, *(_caucus(side) for side in Side if Stream.caucus(side) in found.streams)]


def shown_of(events: Iterable[Recorded]) -> list[Material]:
    """The same for a page of the timeline: by the events that are on it."""
    found = []
    for one in events:
        if isinstance(one.event, MaterialDelivered):
            found.append(Material(one.stream, one.event.material, one.event.side))
        elif one.stream.is_caucus:
            found.append(_caucus(Side.WORKER if one.stream is Stream.WORKER else Side.EMPLOYER))
    return found


def noting(site: Site, who: Who, found: Found, materials: Iterable[Material], answer: Response) -> Response:
    """The answer, which notes after it was sent that this reader was shown these."""
    shown = tuple(materials)
    if shown:
        reader = _reader(site, who, found)
        answer.background = BackgroundTask(site.threads.run, site.views.note, site.engine, found.id, reader, shown)
    return answer


def _caucus(side: Side) -> Material:
    return Material(Stream.caucus(side), WHOLE_CAUCUS, side)


def _reader(site: Site, who: Who, found: Found) -> Reader:
    """The reader with the office and the organisation he has in this case, if he has one."""
    parties, today = parties_of(found.case), found.at.date()
    held = [one for one in who.held if one.office in found.member.offices]
    mine = next((one for one in held if parties is not None and fits(one, parties, today)), None)
    office, organisation = (mine.office, mine.organisation) if mine is not None else (None, None)
    return Reader(who.person, office, organisation, today, site.now_s())
