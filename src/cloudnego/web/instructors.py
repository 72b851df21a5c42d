"""The pool of instructors over HTTP: everybody of the district reads it, each of its three keepers enters his own."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import Path
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Origin
from cloudnego.identity.pool import KEEPS, Pooled, enter, leave, pool
from cloudnego.identity.roster import RosterError
from cloudnego.identity.sessions import Held
from cloudnego.identity.store import reading, writing
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.acting import registering
from cloudnego.web.answers import answer, nothing, tagged
from cloudnego.web.bodies import InstructorBody, parsed
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem

router = Endpoints(prefix="/api/v1", tags=["register"])

InstructorId = Annotated[str, Path(max_length=96)]


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """The instructors of the district who are active today or will be, with the body each comes from."""

    rows: tuple[Pooled, ...]


@router.get("/instructors", **described("list_instructors", Pool, tagged=True))
async def list_instructors(request: Request, site: TheSite, who: SignedIn) -> Response:
    """The pool either side chooses from (HZ 7). For everybody of the district."""
    today = site.today(who.district)

    def read() -> Pool:
        with reading(site.engine) as session:
            return Pool(rows=pool(session, who.district, today))

    return tagged(request, await site.threads.run(read))


@router.post(
    "/instructors",
    **described(
        "add_instructor", Pooled, body=InstructorBody, status=201,
        codes=("not_found", "mandate_does_not_cover", "person_unknown", "instructor_exists", "origin_not_yours"),
    ),
)  # fmt: skip
async def post_instructor(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Enter somebody. For the labour authority, the district's union and the employers' body, each its own people."""
    origins = registering(site, who, _kept_by)
    body = parsed(request, InstructorBody)
    origin = body.origin or min(origins)
    if origin not in origins or (body.origin is None and len(origins) > 1):
        raise Problem("origin_not_yours", facts={"origins": ", ".join(sorted(origins))})
    first = body.active_from or site.today(who.district)

    def write() -> Pooled:
        with writing(site.engine) as session:
            return enter(
                session, who.district, body.person, origin, (first, body.active_to), row_id=site.new_id("i"),
                by=who.person, now_s=site.now_s(),
            )  # fmt: skip

    try:
        entered = await site.threads.run(write)
    except RosterError as wrong:
        raise Problem(wrong.code, facts=wrong.facts) from None
    return answer(entered, 201)


@router.delete(
    "/instructors/{instructor_id}",
    **described(
        "end_instructor", None, status=204, codes=("not_found", "mandate_does_not_cover", "malformed"), unsafe=True
    ),
)
async def delete_instructor(site: TheSite, who: SignedIn, instructor_id: InstructorId) -> Response:
    """End an entry of the own body from today on. Cases he was sent to keep him until somebody releases him."""
    origins = registering(site, who, _kept_by)
    today = site.today(who.district)

    def write() -> bool:
        with writing(site.engine) as session:
            return leave(session, who.district, instructor_id, origins, today)

    if not await site.threads.run(write):
        raise Problem("not_found")
    return nothing()


def _kept_by(held: tuple[Held, ...]) -> frozenset[Origin]:
    """The origins whose instructors somebody who holds this enters."""
    return frozenset(KEEPS[one.office] for one in held if one.office in KEEPS)
