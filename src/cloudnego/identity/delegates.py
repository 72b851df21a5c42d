"""The roll of congress delegates: its lines, kept by the enterprise's union alone (ZJDM 5), and who votes by it.

A dispatched worker's delegate attends without vote (ZJDM 11 ¶5): he is counted apart from those who vote.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, Literal

import msgspec
from sqlalchemy import func
from sqlmodel import Session, col, select

from cloudnego.identity.admission import Worker
from cloudnego.identity.delegate_tables import Delegate, FrozenLine, FrozenRoll
from cloudnego.identity.roster import Roster, RosterError
from cloudnego.identity.tables import Person

MOST: Final = 2_000
"""Lines a roll may have."""

Electorate = Literal["delegates", "all_workers"]


class NewDelegate(msgspec.Struct, frozen=True, kw_only=True):
    """A line to be entered; `worker` is a line of the roster."""

    worker: str
    manager: bool
    woman: bool
    dispatched: bool
    since: date


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One delegate as the union sees him. `left`: his line of the roster has ended, so he is none any more."""

    id: str
    worker: str
    number: str
    person: str
    name: str
    manager: bool
    woman: bool
    dispatched: bool
    since: date
    reason: str | None
    left: bool
    ended_s: int | None
    ended_why: str | None


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What a roll adds up to. `delegates`, `managers`, `women`: of those with a vote; `attending`: those without."""

    delegates: int
    attending: int
    managers: int
    women: int


# --- who votes ----------------------------------------------------------------------------------------------------


def voters_of(
    session: Session, district: str, enterprise: str, roll_hash: str | None, electorate: Electorate
) -> list[str]:
    """The persons who vote there, sorted: the delegates with vote of the roll that was frozen under `roll_hash` (the
    last one where none is named), or everybody on the workers' roster.

    Raises `RosterError` where no such roll was frozen here: one recorded from paper has no names in this table.
    """
    if electorate == "all_workers":
        lines = select(Worker.person).where(Worker.district == district, Worker.enterprise == enterprise)
        return sorted(session.exec(lines.where(col(Worker.ended_s).is_(None))))
    roll = frozen_roll(session, district, enterprise, roll_hash)
    if roll is None:
        raise RosterError("roll_unknown", roll=roll_hash or "")
    voting = select(FrozenLine.person).where(FrozenLine.roll == roll.id, col(FrozenLine.dispatched).is_(False))
    return sorted(session.exec(voting))


def frozen_roll(session: Session, district: str, enterprise: str, roll_hash: str | None) -> FrozenRoll | None:
    """The frozen roll of that hash, or the last one."""
    query = select(FrozenRoll).where(FrozenRoll.district == district, FrozenRoll.enterprise == enterprise)
    if roll_hash is not None:
        query = query.where(FrozenRoll.roll_hash == roll_hash)
    return session.exec(query.order_by(col(FrozenRoll.frozen_s).desc(), col(FrozenRoll.id).desc()).limit(1)).first()


# --- the roll -----------------------------------------------------------------------------------------------------


def lines_of(session: Session, enterprise: str, *, ended: bool = False) -> list[Line]:
    """The lines by number; with `ended` those that were ended as well."""
    query = (
        select(Delegate, Worker, Person.name)
        .join(Worker, col(Worker.id) == col(Delegate.worker))
        .join(Person, col(Person.id) == col(Delegate.person))
        .where(Delegate.enterprise == enterprise)
        .order_by(col(Worker.number), col(Delegate.id))
    )
    if not ended:
        query = query.where(col(Delegate.ended_s).is_(None))
    return [_line(row, worker, name) for row, worker, name in session.exec(query)]


def _line(row: Delegate, worker: Worker, name: str) -> Line:
    return Line(
        id=row.id,
        worker=worker.id,
        number=worker.number,
        person=row.person,
        name=name,
        manager=row.manager,
        woman=row.woman,
        dispatched=row.dispatched,
        since=row.since,
        reason=row.reason,
        left=worker.ended_s is not None,
        ended_s=row.ended_s,
        ended_why=row.ended_why,
    )


def counts_of(lines: Iterable[Line]) -> Counts:
    """What the open lines add up to."""
    there = [one for one in lines if one.ended_s is None]
    voting = [one for one in there if not one.dispatched]
    return Counts(
        delegates=len(voting),
        attending=len(there) - len(voting),
        managers=sum(one.manager for one in voting),
        women=sum(one.woman for one in voting),
    )


def workers_of(session: Session, enterprise: str) -> int:
    """How many lines the workers' roster has."""
    lines = select(func.count()).select_from(Worker)
    return session.exec(lines.where(Worker.enterprise == enterprise, col(Worker.ended_s).is_(None))).one()


def enter(
    session: Session, roster: Roster, enterprise: str, new: Sequence[NewDelegate], reason: str | None
) -> list[Line]:
    """Enter delegates, all or none. Raises `RosterError`: who is no worker of the roster, or on the roll already; no
    reason where a roll has been frozen."""
    reason_given(session, roster, enterprise, reason)
    standing = {one.worker for one in lines_of(session, enterprise)}
    if len(standing) + len(new) > MOST:
        raise RosterError("roll_full", n=str(MOST))
    made = []
    for one in new:
        worker = session.get(Worker, one.worker)
        if worker is None or worker.enterprise != enterprise or worker.ended_s is not None:
            raise RosterError("worker_unknown", worker=one.worker)
        if one.worker in standing:
            raise RosterError("delegate_there", number=worker.number)
        standing.add(one.worker)
        row = Delegate(
            id=roster.new_id("d"),
            district=roster.district,
            enterprise=enterprise,
            worker=worker.id,
            person=worker.person,
            manager=one.manager,
            woman=one.woman,
            dispatched=one.dispatched,
            since=one.since,
            reason=reason,
            created_s=roster.now_s,
            created_by=roster.by or "",
        )
        session.add(row)
        session.flush()
        made.append(_line(row, worker, session.get_one(Person, worker.person).name))
    return made


def end(session: Session, roster: Roster, enterprise: str, delegate: str, reason: str) -> bool:
    """End a line, with the reason. False where there is no such line that is open."""
    row = session.get(Delegate, delegate)
    if row is None or row.enterprise != enterprise or row.ended_s is not None:
        return False
    row.ended_s, row.ended_by, row.ended_why = roster.now_s, roster.by, reason
    session.add(row)
    return True


def reason_given(session: Session, roster: Roster, enterprise: str, reason: str | None) -> None:
    """Raises `RosterError` where a roll has been frozen and a change of it comes without its reason."""
    if reason is None and frozen_roll(session, roster.district, enterprise, None) is not None:
        raise RosterError("reason_wanted")
