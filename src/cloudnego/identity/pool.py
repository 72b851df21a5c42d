"""The pool of instructors (HZ 7), and what identity says of a person whom an ask names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import msgspec
from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from cloudnego.core.moment import Named
from cloudnego.core.vocabulary import Office, Origin
from cloudnego.identity.grant_tables import PooledInstructor
from cloudnego.identity.offices import Parties, fits
from cloudnego.identity.roster import RosterError
from cloudnego.identity.sessions import held_by
from cloudnego.identity.tables import Person

KEEPS: Final[Mapping[Office, Origin]] = {
    Office.AUTHORITY: Origin.AUTHORITY,
    Office.DISTRICT_UNION: Origin.UNION,
    Office.EMPLOYERS_BODY: Origin.EMPLOYERS_BODY,
}
"""Who enters instructors of which origin: HR&SS keeps the corps together with the union and the bodies (HZ 7)."""


class Pooled(msgspec.Struct, frozen=True, kw_only=True):
    """One instructor of the pool. `active_to` is the last day, null while nobody named one."""

    id: str
    person: str
    name: str
    origin: Origin
    active_from: date
    active_to: date | None


def pool(session: Session, district: str, today: date) -> tuple[Pooled, ...]:
    """All who are active on this day or later, by origin and name."""
    query = (
        select(PooledInstructor, Person.name)
        .join(Person, col(Person.id) == col(PooledInstructor.person))
        .where(PooledInstructor.district == district, _not_over(today), col(Person.ended_s).is_(None))
    )
    found = [_pooled(row, name) for row, name in session.exec(query)]
    return tuple(sorted(found, key=lambda one: (one.origin, one.name, one.id)))


def enter(
    session: Session, district: str, person: str, origin: Origin, span: tuple[date, date | None], *, row_id: str,
    by: str, now_s: int,
) -> Pooled:  # fmt: skip
    """Enter somebody; `span`: the first day and the last, if one is named.

    Raises `RosterError` where the district has no such person, or the pool has him for one of these days.
    """
    known = session.get(Person, person)
    if known is None or known.district != district or known.ended_s is not None:
        raise RosterError("person_unknown", person=person)
    first, last = span
    overlapping = select(PooledInstructor.id).where(
        PooledInstructor.district == district, PooledInstructor.person == person, _not_over(first)
    )
    if last is not None:
        overlapping = overlapping.where(col(PooledInstructor.active_from) <= last)
    if session.exec(overlapping).first() is not None:
        raise RosterError("instructor_exists", person=person)
    row = PooledInstructor(
        id=row_id, district=district, person=person, origin=origin.value, active_from=first, active_to=last,
        entered_by=by, entered_s=now_s,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return _pooled(row, known.name)


def leave(session: Session, district: str, row_id: str, origins: frozenset[Origin], today: date) -> bool:
    """End an entry of one of these origins before this day; False if there is none that is not over."""
    row = session.get(PooledInstructor, row_id)
    mine = row is not None and row.district == district and Origin(row.origin) in origins
    if row is None or not mine or (row.active_to is not None and row.active_to < today):
        return False
    row.active_to = today - timedelta(days=1)
    session.add(row)
    return True


def named(session: Session, district: str, person: str, parties: Parties, today: date) -> Named:
    """What somebody is to a case that names him; of a person the district does not know, nothing."""
    known = session.get(Person, person)
    if known is None or known.district != district or known.ended_s is not None:
        return Named()
    entry = session.exec(
        select(PooledInstructor.origin).where(
            PooledInstructor.district == district,
            PooledInstructor.person == person,
            col(PooledInstructor.active_from) <= today,
            _not_over(today),
        )
    ).first()
    held = [one for one in held_by(session, person) if fits(one, parties, today)]
    return Named(
        origin=Origin(entry) if entry is not None else None,
        of_party=any(one.organisation in parties.organisations or one.upper in parties.organisations for one in held),
        offices=frozenset(one.office for one in held),
    )


def _not_over(day: date) -> ColumnElement[bool]:
    return or_(col(PooledInstructor.active_to).is_(None), col(PooledInstructor.active_to) >= day)


def _pooled(row: PooledInstructor, name: str) -> Pooled:
    return Pooled(
        id=row.id, person=row.person, name=name, origin=Origin(row.origin), active_from=row.active_from,
        active_to=row.active_to,
    )  # fmt: skip
