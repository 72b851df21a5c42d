"""Each side sees who read its materials, and who took its own stream out on a court's order."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Office
from cloudnego.identity.court_orders import OrderReading, readings_of
from cloudnego.identity.store import reading
from cloudnego.identity.views import Viewed, views_of
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import tagged
from cloudnego.web.cases import find
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.queries import ActingAs, CaseId

router = Endpoints(prefix="/api/v1", tags=["negotiations"])


class ViewLog(msgspec.Struct, frozen=True, kw_only=True):
    """Who read what a side gave, and who took its own stream out on a court's order.

    For a representative: of his side alone, its own stream among it. For an auditor: of both sides, and of no caucus.
    For everybody else nothing: no material of the case is his.
    """

    rows: tuple[Viewed, ...]
    court_orders: tuple[OrderReading, ...]


@router.get("/negotiations/{case_id}/views", **described("get_views", ViewLog, codes=OF_A_CASE, tagged=True))
async def get_views(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """Who read the materials of your side, on which day and as what. Looking here is no reading of a material."""
    found = await find(site, who, case_id, acting_as)
    side = found.caucus_of

    def read() -> ViewLog:
        if side is None and Office.AUDITOR not in found.member.offices:
            return ViewLog(rows=(), court_orders=())
        with reading(site.engine) as session:
            taken_out = readings_of(session, found.id, side) if side is not None else ()
            return ViewLog(rows=views_of(session, found.id, side=side), court_orders=taken_out)

    return tagged(request, await site.threads.run(read))
