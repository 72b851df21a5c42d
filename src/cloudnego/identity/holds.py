"""Holds on cases: while one stands nothing of its case is deleted, neither by time nor at somebody's wish."""

from __future__ import annotations

from datetime import date

import msgspec
from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from cloudnego.identity.hold_tables import CaseHold


class HoldAt(msgspec.Struct, frozen=True, kw_only=True):
    """A hold as it stands. Instants in seconds of real time; `until_on`: its last day, None for until it is lifted;
    `article`: what it rests on, as whoever set it named it."""

    id: str
    case: str
    reason: str
    set_by: str
    set_s: int
    until_on: date | None
    lifted_by: str | None
    lifted_s: int | None
    article: str | None = None

    def stands(self, today: date) -> bool:
        """Whether it keeps its case today."""
        return self.lifted_s is None and (self.until_on is None or today <= self.until_on)


def standing(today: date) -> list[ColumnElement[bool]]:
    """The same as conditions of a query."""
    return [col(CaseHold.lifted_s).is_(None), or_(col(CaseHold.until_on).is_(None), col(CaseHold.until_on) >= today)]


def held_cases(session: Session, today: date) -> frozenset[str]:
    """The cases of which nothing is deleted today."""
    return frozenset(session.exec(select(CaseHold.case_id).where(*standing(today))).all())


def holds_of(session: Session, case: str | None = None) -> list[HoldAt]:
    """Every hold there ever was, of one case or of all, the latest first."""
    query = select(CaseHold).order_by(col(CaseHold.set_s).desc(), col(CaseHold.id))
    found = session.exec(query if case is None else query.where(CaseHold.case_id == case)).all()
    return [_at(one) for one in found]


def set_hold(session: Session, district: str, new: HoldAt) -> HoldAt:
    """Enter a hold, in the open transaction."""
    row = CaseHold(
        id=new.id, district=district, case_id=new.case, reason=new.reason, set_by=new.set_by, set_s=new.set_s,
        until_on=new.until_on, article=new.article,
    )  # fmt: skip
    session.add(row)
    session.commit()
    return new


def lift(session: Session, case: str, hold: str, by: str, now_s: int) -> HoldAt | None:
    """Lift a hold, in the open transaction; None where there is none that stands."""
    row = session.get(CaseHold, hold)
    if row is None or row.case_id != case or row.lifted_s is not None:
        return None
    row.lifted_by, row.lifted_s = by, now_s
    session.add(row)
    session.commit()
    return _at(row)


def _at(row: CaseHold) -> HoldAt:
    return HoldAt(
        id=row.id, case=row.case_id, reason=row.reason, set_by=row.set_by, set_s=row.set_s, until_on=row.until_on,
        lifted_by=row.lifted_by, lifted_s=row.lifted_s, article=row.article,
    )  # fmt: skip
