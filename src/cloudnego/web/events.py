"""The feed of events for portals: whoever reads it needs no server of his own."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final, NamedTuple

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.events import EVENTS
from cloudnego.identity.sessions import Who
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.feed import BEGINNING, LATEST, Cursors, EventPage, Wanted, end_of, enterprises_of, look
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["portals"])

WAIT_MAX: Final = 30
_WAITING_MAX: Final = 4  # requests of one client that wait at once: one a machine, and room to restart
_LOOK_S: Final = 5.0  # whatever became of the bell, it is looked again so soon
_SOON_S: Final = 0.2  # where something is still being written
_SETTLE_S: Final = 0.05  # several acts in one turn are one answer

EventType = Annotated[str, Query(pattern=r"^[a-z_]{1,64}$")]


class _Asked(NamedTuple):
    after: str | None
    wanted: Wanted
    limit: int


@router.get(
    "/events",
    **described("read_events", EventPage, codes=("not_found", "malformed", "bad_cursor", "event_unknown")),
)
async def read_events(
    *,
    request: Request,
    site: TheSite,
    who: SignedIn,
    after: Annotated[str | None, Query(max_length=400)] = None,
    wait: Annotated[int, Query(ge=0, le=WAIT_MAX)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
    type_: Annotated[list[EventType], Query(alias="type", max_length=50)] = [],  # noqa: B006  # FastAPI copies it
    case: Annotated[list[Annotated[str, Query(max_length=96)]], Query(max_length=50)] = [],  # noqa: B006
) -> Response:
    """What happened in the cases this client sees after a cursor, oldest first; with `wait` it waits for something."""
    if who.portal is None or who.lets is not None:
        raise Problem("not_found")
    asked = _Asked(after, Wanted(types=known_types(type_), cases=frozenset(case)), limit)
    if not wait:
        return answer((await site.threads.run(_page, site, who, asked))[0])
    return answer(await _awaited(request, site, who, asked, wait))


def known_types(types: list[str]) -> frozenset[str]:
    """Types of events. Raises `Problem` 422 for one there is not: a slip of the pen would wait for ever."""
    for one in types:
        if one not in EVENTS:
            raise Problem("event_unknown", facts={"type": one})
    return frozenset(types)


def _page(site: Site, who: Who, asked: _Asked) -> tuple[EventPage, bool]:
    """A page, and whether nothing that belongs to it is still being written. Blocks."""
    assert who.portal is not None, "it was looked at"
    eyes = site.portals.eyes(who.person, who.portal.enterprise, who.portal.scopes)
    cursors = Cursors(site.factors.custody, who)
    after = asked.after
    if after == LATEST:
        return EventPage(rows=(), cursor=cursors.say(end_of(site, eyes, asked.wanted)), more=False), True
    place = BEGINNING if after is None else cursors.place(site.log, after)
    seen = look(site, eyes, place, asked.wanted, asked.limit)
    cursor = cursors.say(seen.last) if seen.last is not None or after is None else after
    return EventPage(rows=tuple(row for _, row in seen.rows), cursor=cursor, more=seen.more), seen.whole


async def _awaited(request: Request, site: Site, who: Who, asked: _Asked, wait: int) -> EventPage:
    """The same once there is something, or the time is over. Whoever lost his grants meanwhile is shown nothing."""
    assert who.portal is not None, "it was looked at"
    eyes = await site.threads.run(site.portals.eyes, who.person, who.portal.enterprise, who.portal.scopes)
    until = asyncio.get_running_loop().time() + wait
    with site.stir.wait(site.log, who.person, enterprises_of(eyes), _WAITING_MAX) as waiting:
        while True:
            waiting.moved.clear()
            page, whole = await site.threads.run(_page, site, who, asked)
            left = until - asyncio.get_running_loop().time()
            if page.rows or page.more or left <= 0 or asked.after == LATEST or site.stir.over:
                return page
            try:
                await asyncio.wait_for(waiting.moved.wait(), min(left, _LOOK_S if whole else _SOON_S))
                await asyncio.sleep(_SETTLE_S)
            except TimeoutError:
                pass
            token = site.doorkeeper.token(request.headers)
            if token is None or await site.doorkeeper.still(token) is None:
                raise Problem("not_signed_in")
