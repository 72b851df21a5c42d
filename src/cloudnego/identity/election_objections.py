"""What workers object to the list of their elected representatives while it is publicised, and the union's answers."""

from __future__ import annotations

import msgspec
from sqlmodel import Session, col, select

from cloudnego.identity.nomination_tables import ElectionObjection
from cloudnego.identity.objections import answered
from cloudnego.identity.roster import Roster, RosterError
from cloudnego.identity.tables import Person


class Objection(msgspec.Struct, frozen=True, kw_only=True):
    """One objection. `about`: one of the elected, or None for the whole."""

    id: str
    about: str | None
    raised_by: str
    raised_by_name: str
    raised_s: int
    reason: str
    answer: str | None
    answered_s: int | None


def objections(session: Session, district: str, case_id: str) -> list[Objection]:
    """All of a case, in the order they came."""
    query = (
        select(ElectionObjection, Person.name)
        .join(Person, col(Person.id) == col(ElectionObjection.raised_by))
        .where(ElectionObjection.district == district, ElectionObjection.case_id == case_id)
        .order_by(col(ElectionObjection.raised_s), col(ElectionObjection.id))
    )
    return [
        Objection(
            id=row.id, about=row.about, raised_by=row.raised_by, raised_by_name=name, raised_s=row.raised_s,
            reason=row.reason, answer=row.answer, answered_s=row.answered_s,
        )
        for row, name in session.exec(query)
    ]  # fmt: skip


def object_to(session: Session, roster: Roster, case_id: str, about: str | None, reason: str, *, at_s: int) -> str:
    """Object; returns the objection's id. `at_s`: by the clock of the district.

    Raises `RosterError` where one of his to the same has no answer yet.
    """
    mine = select(ElectionObjection.id).where(
        ElectionObjection.case_id == case_id,
        ElectionObjection.raised_by == roster.by,
        col(ElectionObjection.about) == about if about is not None else col(ElectionObjection.about).is_(None),
        col(ElectionObjection.answered_s).is_(None),
    )
    if session.exec(mine).first() is not None:
        raise RosterError("objected_already")
    made = ElectionObjection(
        id=roster.new_id("b"), district=roster.district, case_id=case_id, about=about, raised_by=roster.by or "",
        raised_s=at_s, reason=reason,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made.id


def answer(session: Session, roster: Roster, case_id: str, objection: str, text: str, *, at_s: int) -> str | None:
    """Answer an objection, once; returns who had objected, or None where there is none that waits."""
    row = session.get(ElectionObjection, objection)
    if row is None or (row.district, row.case_id) != (roster.district, case_id):
        return None
    if not answered(row, text, roster.by, at_s):
        return None
    session.add(row)
    return row.raised_by
