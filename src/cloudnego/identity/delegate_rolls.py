"""The roll is posted to the workers, they object, the union answers, and it is frozen by hash. All of it stays.

What was frozen does not change; one delegate for another is a change with a reason, and another frozen roll.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, Protocol

import msgspec
from sqlmodel import Session, col, select

from cloudnego.identity.delegate_tables import Delegate, DelegateObjection, DelegatePosting, FrozenLine, FrozenRoll
from cloudnego.identity.delegates import Counts, Line, counts_of, frozen_roll, lines_of, reason_given, workers_of
from cloudnego.identity.objections import answered
from cloudnego.identity.roster import Roster, RosterError
from cloudnego.identity.tables import Person

LABEL: Final = "cloudnego delegate roll 1"


class Objection(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody objects to a line, and what the union answered."""

    id: str
    delegate: str
    raised_by: str
    raised_by_name: str
    raised_s: int
    reason: str
    answer: str | None
    answered_s: int | None


# --- posting and objections ---------------------------------------------------------------------------------------


def post(session: Session, roster: Roster, enterprise: str, until: date, today: date) -> DelegatePosting:
    """Post the roll to the workers, for objections until a day. Raises `RosterError`: nobody on it; no day left."""
    if not lines_of(session, enterprise):
        raise RosterError("roll_empty")
    if until <= today:
        raise RosterError("posting_too_short", day=today.isoformat())
    row = DelegatePosting(
        id=roster.new_id("g"),
        district=roster.district,
        enterprise=enterprise,
        posted_s=roster.now_s,
        posted_by=roster.by or "",
        until=until,
    )
    session.add(row)
    session.flush()
    return row


def postings(session: Session, enterprise: str) -> list[DelegatePosting]:
    """All postings, the latest first."""
    query = select(DelegatePosting).where(DelegatePosting.enterprise == enterprise)
    return list(session.exec(query.order_by(col(DelegatePosting.posted_s).desc(), col(DelegatePosting.id).desc())))


def objections(session: Session, enterprise: str) -> list[Objection]:
    """All objections in the order they came."""
    query = (
        select(DelegateObjection, Person.name)
        .join(Person, col(Person.id) == col(DelegateObjection.raised_by))
        .where(DelegateObjection.enterprise == enterprise)
        .order_by(col(DelegateObjection.raised_s), col(DelegateObjection.id))
    )
    return [
        Objection(
            id=row.id,
            delegate=row.delegate,
            raised_by=row.raised_by,
            raised_by_name=name,
            raised_s=row.raised_s,
            reason=row.reason,
            answer=row.answer,
            answered_s=row.answered_s,
        )
        for row, name in session.exec(query)
    ]


def object_to(
    session: Session, roster: Roster, enterprise: str, delegate: str, reason: str, *, at_s: int
) -> str | None:
    """Object to an open line, at a time by the clock of the district; the objection's id, or None where there is no
    such line. Raises `RosterError` where he has an objection to it that is not answered yet."""
    row = session.get(Delegate, delegate)
    if row is None or row.enterprise != enterprise or row.ended_s is not None:
        return None
    mine = select(DelegateObjection.id).where(
        DelegateObjection.delegate == delegate,
        DelegateObjection.raised_by == roster.by,
        col(DelegateObjection.answered_s).is_(None),
    )
    if session.exec(mine).first() is not None:
        raise RosterError("objected_already")
    made = DelegateObjection(
        id=roster.new_id("b"),
        district=roster.district,
        enterprise=enterprise,
        delegate=delegate,
        raised_by=roster.by or "",
        raised_s=at_s,
        reason=reason,
    )
    session.add(made)
    session.flush()
    return made.id


def answer(session: Session, roster: Roster, enterprise: str, objection: str, text: str, *, at_s: int) -> bool:
    """Answer an objection, once. False where there is none that waits."""
    row = session.get(DelegateObjection, objection)
    if row is None or row.enterprise != enterprise or not answered(row, text, roster.by, at_s):
        return False
    session.add(row)
    return True


# --- freezing -----------------------------------------------------------------------------------------------------


class OfALine(Protocol):
    """What the hash of a line says of somebody."""

    @property
    def person(self) -> str: ...
    @property
    def manager(self) -> bool: ...
    @property
    def woman(self) -> bool: ...
    @property
    def dispatched(self) -> bool: ...


def leaf_of(salt: str, line: OfALine) -> str:
    """The hash of one line: SHA-256 of the salt's bytes and the line as JSON with sorted keys."""
    said = {"dispatched": line.dispatched, "manager": line.manager, "person": line.person, "woman": line.woman}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(bytes.fromhex(salt) + text.encode()).hexdigest()


def hash_of(leaves: Iterable[str]) -> str:
    """The hash of a roll: of the label and the hashes of its lines, sorted, each on a line of its own."""
    return hashlib.sha256("\n".join((LABEL, *sorted(leaves))).encode()).hexdigest()


def freeze(
    session: Session, roster: Roster, enterprise: str, *, reason: str | None, term_until: date | None, today: date
) -> FrozenRoll:
    """Freeze the roll as it stands. Raises `RosterError`: nobody votes; not posted, or its days run; an objection
    waits; somebody has left; no reason for another one; nothing has changed."""
    lines = lines_of(session, enterprise)
    counts = counts_of(lines)
    last = frozen_roll(session, roster.district, enterprise, None)
    _may_freeze(session, enterprise, lines, counts, today=today, first=last is None)
    reason_given(session, roster, enterprise, reason)
    if last is not None and _same(session, last, lines, term_until):
        raise RosterError("roll_unchanged")
    salted = [(one, secrets.token_hex(16)) for one in lines]
    leaves = [leaf_of(salt, one) for one, salt in salted]
    row = FrozenRoll(
        id=roster.new_id("f"),
        district=roster.district,
        enterprise=enterprise,
        roll_hash=hash_of(leaves),
        delegates=counts.delegates,
        attending=counts.attending,
        workers=workers_of(session, enterprise),
        managers=counts.managers,
        women=counts.women,
        term_until=term_until,
        reason=reason,
        frozen_s=max(roster.now_s, last.frozen_s + 1 if last is not None else 0),  # the last one is known by it
        frozen_by=roster.by or "",
    )
    session.add(row)
    session.flush()
    for (one, salt), leaf in zip(salted, leaves, strict=True):
        session.add(
            FrozenLine(
                roll=row.id,
                delegate=one.id,
                person=one.person,
                manager=one.manager,
                woman=one.woman,
                dispatched=one.dispatched,
                salt=salt,
                leaf_hash=leaf,
            )
        )
    session.flush()
    return row


def _may_freeze(
    session: Session, enterprise: str, lines: Sequence[Line], counts: Counts, *, today: date, first: bool
) -> None:
    if not counts.delegates:
        raise RosterError("roll_empty")
    posted = postings(session, enterprise)
    if not posted:
        raise RosterError("not_posted")
    if first and posted[0].until >= today:
        raise RosterError("posting_runs", day=posted[0].until.isoformat())
    waiting = sum(one.answered_s is None for one in objections(session, enterprise))
    if waiting:
        raise RosterError("objections_wait", n=str(waiting))
    left = [one.number for one in lines if one.left]
    if left:
        raise RosterError("delegates_left", n=str(len(left)), number=left[0])


def _same(session: Session, last: FrozenRoll, lines: Sequence[Line], term_until: date | None) -> bool:
    """Whether a roll would be the last one once more; a headcount that moved makes another."""
    if (last.term_until, last.workers) != (term_until, workers_of(session, last.enterprise)):
        return False
    kept = session.exec(select(FrozenLine.delegate).where(FrozenLine.roll == last.id))
    return set(kept) == {one.id for one in lines}  # a line is ended and entered anew, never altered


def rolls(session: Session, enterprise: str) -> list[FrozenRoll]:
    """All frozen rolls, the latest first."""
    query = select(FrozenRoll).where(FrozenRoll.enterprise == enterprise)
    return list(session.exec(query.order_by(col(FrozenRoll.frozen_s).desc(), col(FrozenRoll.id).desc())))
