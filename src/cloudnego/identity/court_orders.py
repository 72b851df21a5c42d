"""Court orders for one caucus: asked for by an operator, confirmed by another person, used until they expire.

An order knows nothing of what the caucus holds, or whether it holds anything.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import msgspec
from sqlmodel import Session, col, select

from cloudnego.core.vocabulary import Side
from cloudnego.identity.grant_tables import CourtOrder, CourtOrderReading
from cloudnego.identity.roster import RosterError
from cloudnego.ports import CHINA

ASKED_FOR_S: Final = 7 * 86_400
"""A request that nobody confirms in a week is void: an old paper is not confirmed in passing."""

CONFIRMED_FOR_S: Final = 14 * 86_400
"""So long a confirmed order may be carried out; then the court's order is entered anew."""


class OrderPaper(msgspec.Struct, frozen=True, kw_only=True):
    """What the court's paper says, and the hash of its scan. `side`: whose caucus, the only stream it opens."""

    case: str
    side: Side
    order_no: str
    court: str
    ordered_on: date
    scan_sha256: str


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One order as it stands. Instants are whole seconds since 1970."""

    id: str
    paper: OrderPaper
    requested_by: str
    requested_s: int
    confirmed_by: str | None
    confirmed_s: int | None
    expires_s: int

    @property
    def expires_on(self) -> date:
        """The day in China on which it expires."""
        return datetime.fromtimestamp(self.expires_s, CHINA).date()


class OrderReading(msgspec.Struct, frozen=True, kw_only=True):
    """One export under an order."""

    order: str
    order_no: str
    court: str
    by: str
    at_s: int


def request(session: Session, district: str, paper: OrderPaper, *, row_id: str, by: str, now_s: int) -> Order:
    """Enter an order; somebody else has to confirm it."""
    row = CourtOrder(
        id=row_id, district=district, case_id=paper.case, side=paper.side.value, order_no=paper.order_no,
        court=paper.court, ordered_on=paper.ordered_on, scan_sha256=paper.scan_sha256, requested_by=by,
        requested_s=now_s, expires_s=now_s + ASKED_FOR_S,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return _order(row)


def orders(session: Session, district: str) -> tuple[Order, ...]:
    """All orders of a district, the latest first."""
    query = (
        select(CourtOrder)
        .where(CourtOrder.district == district)
        .order_by(col(CourtOrder.requested_s).desc(), col(CourtOrder.id))
    )
    return tuple(_order(row) for row in session.exec(query))


def order(session: Session, district: str, order_id: str) -> Order | None:
    """One order of a district."""
    row = session.get(CourtOrder, order_id)
    return _order(row) if row is not None and row.district == district else None


def confirm(session: Session, district: str, order_id: str, *, by: str, now_s: int) -> Order:
    """The second person's word; said again by the same person it changes nothing.

    Raises `RosterError`: `not_found`, `court_order_own` for who asked for it, `court_order_over` where it expired or
    another has confirmed it.
    """
    row = session.get(CourtOrder, order_id)
    if row is None or row.district != district:
        raise RosterError("not_found")
    if row.requested_by == by:
        raise RosterError("court_order_own")
    if now_s >= row.expires_s or row.confirmed_by not in (None, by):
        raise RosterError("court_order_over")
    if row.confirmed_by is None:
        row.confirmed_by, row.confirmed_s, row.expires_s = by, now_s, now_s + CONFIRMED_FOR_S
        session.add(row)
        session.flush()
    return _order(row)


def note_reading(session: Session, order_id: str, *, row_id: str, by: str, at_s: int, events: int, sha256: str) -> None:
    """Note that somebody took the stream out under an order."""
    reading = CourtOrderReading(id=row_id, court_order=order_id, by=by, at_s=at_s, events=events, sha256=sha256)
    session.add(reading)
    session.flush()


def readings_of(session: Session, case: str, side: Side) -> tuple[OrderReading, ...]:
    """Every reading of one side's caucus under an order, oldest first."""
    query = (
        select(CourtOrder, CourtOrderReading)
        .join(CourtOrderReading, col(CourtOrderReading.court_order) == col(CourtOrder.id))
        .where(CourtOrder.case_id == case, CourtOrder.side == side.value)
        .order_by(col(CourtOrderReading.at_s), col(CourtOrderReading.id))
    )
    return tuple(
        OrderReading(order=row.id, order_no=row.order_no, court=row.court, by=one.by, at_s=one.at_s)
        for row, one in session.exec(query)
    )


def _order(row: CourtOrder) -> Order:
    paper = OrderPaper(
        case=row.case_id, side=Side(row.side), order_no=row.order_no, court=row.court, ordered_on=row.ordered_on,
        scan_sha256=row.scan_sha256,
    )  # fmt: skip
    return Order(
        id=row.id, paper=paper, requested_by=row.requested_by, requested_s=row.requested_s,
        confirmed_by=row.confirmed_by, confirmed_s=row.confirmed_s, expires_s=row.expires_s,
    )  # fmt: skip
