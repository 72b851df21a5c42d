"""Court orders over HTTP: officials of the labour authority see what was asked for, and one is the second person.

The authority, because the unions and the employers' body of the district each stand near one of the sides.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import Path
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.commands import RecordCourtOrder
from cloudnego.core.refusals import Refused
from cloudnego.core.vocabulary import CLOCK, Evidence, Office, Side
from cloudnego.handle import handle
from cloudnego.identity.court_orders import Order, confirm, order, orders
from cloudnego.identity.grades import ACTS, Act
from cloudnego.identity.mandates import CONFIRM_COURT_ORDERS, covering
from cloudnego.identity.offices import fits, parties_of, side_in
from cloudnego.identity.roster import RosterError
from cloudnego.identity.sessions import Who
from cloudnego.identity.store import reading, writing
from cloudnego.ports import Busy, KeyReused, NoCase
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer, tagged
from cloudnego.web.case_documents import named
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.proving import WANTS, insist
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["register"])

OrderId = Annotated[str, Path(max_length=96)]


class CourtOrders(msgspec.Struct, frozen=True, kw_only=True):
    """The court orders for the cases of one's area, the latest first; none of them says what a caucus holds. `names`:
    of whoever asked and confirmed."""

    rows: tuple[Order, ...]
    names: dict[str, str]


@router.get("/court-orders", **described("list_court_orders", CourtOrders, codes=("not_found",), tagged=True))
async def list_court_orders(request: Request, site: TheSite, who: SignedIn) -> Response:
    """What an operator asked for on a court's order. For the officials of the labour authority above the case."""
    _check_official(site, who)

    def read() -> CourtOrders:
        with reading(site.engine) as session:
            found = orders(session, who.district)
        rows = tuple(one for one in found if _above(site, who, one.paper.case))
        persons = {one for row in rows for one in (row.requested_by, row.confirmed_by) if one is not None}
        return CourtOrders(rows=rows, names=named(site, who.district, persons, set()))

    return tagged(request, await site.threads.run(read))


@router.post(
    "/court-orders/{order_id}/confirm",
    **described(
        "confirm_court_order", Order,
        codes=(
            "not_found", "malformed", "court_order_own", "court_order_over", *WANTS,
        ),
        unsafe=True,
    ),
)  # fmt: skip
async def confirm_court_order(site: TheSite, who: SignedIn, order_id: OrderId) -> Response:
    """Be the second person. Both sides are told at their table, before anybody can read; said twice it says it once."""
    _check_official(site, who)
    await insist(site, who, ACTS[Act.CONFIRM_COURT_ORDER])

    def write() -> Order:
        with writing(site.engine) as session:
            asked = order(session, who.district, order_id)
            if asked is None or not _above(site, who, asked.paper.case):
                raise Problem("not_found")
            return confirm(session, who.district, order_id, by=who.person, now_s=site.now_s())

    try:
        confirmed = await site.threads.run(write)
    except RosterError as wrong:
        raise Problem(wrong.code, facts=wrong.facts) from None
    await _tell_both_sides(site, who.district, confirmed)
    return answer(confirmed)


async def _tell_both_sides(site: Site, district: str, confirmed: Order) -> None:
    """Write the event. It is the same whether or not the caucus was ever used: nothing here looks into it."""
    paper = confirmed.paper
    assert confirmed.confirmed_by is not None, "told once it is confirmed"
    told = RecordCourtOrder(
        order=confirmed.id, side=paper.side, order_no=paper.order_no, court=paper.court, ordered_on=paper.ordered_on,
        evidence=Evidence(sha256=paper.scan_sha256), requested_by=confirmed.requested_by,
        confirmed_by=confirmed.confirmed_by, until_on=confirmed.expires_on,
    )  # fmt: skip
    try:
        await handle(site.world, district, paper.case, told, CLOCK, f"court-order-{confirmed.id}")
    except (Refused, KeyReused):
        raise Problem("court_order_over") from None
    except NoCase:
        raise Problem("not_found") from None
    except Busy as busy:
        raise Problem("busy", retry_after_s=busy.retry_after or 1) from None


def _above(site: Site, who: Who, case_id: str) -> bool:
    """Whether he is of the labour authority above this case and stands on neither of its sides. Blocks."""
    case = site.log.state(case_id)
    parties = parties_of(case) if case is not None else None
    if case is None or parties is None or any(case.benches.of(side).has(who.person) for side in Side):
        return False
    mine = [one for one in who.held if fits(one, parties, site.today(who.district))]
    of_a_side = any(side_in(one, parties, who.person) is not None for one in mine)
    return not of_a_side and any(one.office is Office.AUTHORITY for one in mine)


def _check_official(site: Site, who: Who) -> None:
    """Raises `Problem` 404 unless he is of the labour authority, by a membership whose mandate covers it today."""
    held = covering(who.held, CONFIRM_COURT_ORDERS, site.today(who.district))
    if not any(one.office is Office.AUTHORITY for one in held):
        raise Problem("not_found")
