"""The posted roll of delegates over HTTP, for the enterprise's workers: they read it and object to its lines."""

from __future__ import annotations

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Message, Office
from cloudnego.identity import delegate_rolls as rolls
from cloudnego.identity.mandates import KEEP_ROSTER
from cloudnego.identity.roster import Roster
from cloudnego.identity.sessions import Who
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.acting import in_force
from cloudnego.web.answers import answer, tagged
from cloudnego.web.bodies import parsed
from cloudnego.web.delegate_documents import PostedRoll, posted_shown
from cloudnego.web.delegates import Said
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import PathId
from cloudnego.web.errors import Problem
from cloudnego.web.organisations import written
from cloudnego.web.site import Site
from cloudnego.web.workers import NOT_FOR_EVERYBODY, keeper_of

router = Endpoints(prefix="/api/v1", tags=["roster"])


class ObjectionBody(Message):
    """What is wrong about a line."""

    reason: Said


@router.get(
    "/enterprises/{enterprise_id}/delegate-posting",
    **described("read_delegate_posting", PostedRoll, codes=(*NOT_FOR_EVERYBODY, "malformed"), tagged=True),
)
async def get_posting(request: Request, site: TheSite, who: SignedIn, enterprise_id: PathId) -> Response:
    """The posted roll, for the enterprise's workers and its union."""

    def look() -> PostedRoll:
        works = _works_there(site, who, enterprise_id)
        if not works:
            keeper_of(site, who, enterprise_id, KEEP_ROSTER)
        return posted_shown(site, who, enterprise_id, objects=works)

    return tagged(request, await site.threads.run(look))


@router.post(
    "/enterprises/{enterprise_id}/delegates/{delegate_id}/objections",
    **described(
        "object_to_delegate", PostedRoll, body=ObjectionBody, status=201, codes=("not_found", "objected_already")
    ),
)
async def post_objection(
    request: Request, site: TheSite, who: SignedIn, enterprise_id: PathId, delegate_id: PathId
) -> Response:
    """Object to a line that was posted; the union answers, and both stay."""

    def shown() -> PostedRoll:
        if not _works_there(site, who, enterprise_id):
            raise Problem("not_found")
        return posted_shown(site, who, enterprise_id, objects=True)

    await site.threads.run(shown)
    sent = parsed(request, ObjectionBody)

    def write(session: Session, roster: Roster) -> None:
        at_s = site.clock_s(who.district)
        if rolls.object_to(session, roster, enterprise_id, delegate_id, sent.reason, at_s=at_s) is None:
            raise Problem("not_found")

    await site.threads.run(written, site, who, write)
    return answer(await site.threads.run(shown), 201)


def _works_there(site: Site, who: Who, enterprise_id: str) -> bool:
    return any(one.organisation == enterprise_id and one.office is Office.WORKER for one in in_force(site, who))
