"""What delegates do before their congress votes: they receive the draft, are present, and say what they think of it."""

from __future__ import annotations

from typing import Literal

import msgspec
from sqlmodel import Session, col, select

from cloudnego.identity.congress_tables import CongressComment, CongressPresence, CongressReceipt
from cloudnego.identity.delegate_tables import FrozenLine
from cloudnego.identity.delegates import frozen_roll, voters_of
from cloudnego.identity.roster import Roster, RosterError
from cloudnego.identity.tables import Person


class Sitting(msgspec.Struct, frozen=True, kw_only=True):
    """Which congress is meant: of a case, in its round, convened for the nth time."""

    district: str
    case: str
    round: int
    sitting: int


class Electorate(msgspec.Struct, frozen=True, kw_only=True):
    """Who votes, and who attends without vote."""

    voting: frozenset[str]
    attending: frozenset[str]

    def has(self, person: str) -> bool:
        """Whether he takes part."""
        return person in self.voting or person in self.attending


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody said of the draft. Of a hidden one there is no text, but why."""

    id: str
    person: str
    name: str
    at_s: int
    text: str | None
    hidden_why: str | None


def electorate(
    session: Session,
    district: str,
    enterprise: str,
    roll_hash: str | None,
    form: Literal["delegates", "general_meeting"],
) -> Electorate | None:
    """Who takes part, or None where the platform does not know: the roll was recorded from paper."""
    if form == "general_meeting":
        everybody = voters_of(session, district, enterprise, None, "all_workers")
        return Electorate(voting=frozenset(everybody), attending=frozenset()) if everybody else None
    try:
        voting = voters_of(session, district, enterprise, roll_hash, "delegates")
    except RosterError:
        return None
    roll = frozen_roll(session, district, enterprise, roll_hash)
    assert roll is not None, "a roll with voters was frozen"
    beside = select(FrozenLine.person).where(FrozenLine.roll == roll.id, col(FrozenLine.dispatched).is_(True))
    return Electorate(voting=frozenset(voting), attending=frozenset(session.exec(beside)))


# --- receipts and presence ----------------------------------------------------------------------------------------


def received(session: Session, of: Sitting) -> frozenset[str]:
    """Who confirmed that he received the draft of this round."""
    query = select(CongressReceipt.person).where(CongressReceipt.case_id == of.case, CongressReceipt.round == of.round)
    return frozenset(session.exec(query))


def confirm_receipt(session: Session, roster: Roster, of: Sitting, person: str) -> None:
    """He received it; said twice, once is kept."""
    row = CongressReceipt(case_id=of.case, round=of.round, person=person, district=of.district, at_s=roster.now_s)
    _once(session, row, (of.case, of.round, person))


def present(session: Session, of: Sitting) -> frozenset[str]:
    """Who said that he is present at this sitting."""
    query = select(CongressPresence.person).where(
        CongressPresence.case_id == of.case,
        CongressPresence.round == of.round,
        CongressPresence.sitting == of.sitting,
    )
    return frozenset(session.exec(query))


def answer_roll_call(session: Session, roster: Roster, of: Sitting, person: str) -> None:
    """He is present; said twice, once is kept."""
    row = CongressPresence(
        case_id=of.case, round=of.round, sitting=of.sitting, person=person, district=of.district, at_s=roster.now_s
    )
    _once(session, row, (of.case, of.round, of.sitting, person))


def _once(session: Session, row: CongressReceipt | CongressPresence, key: tuple[object, ...]) -> None:
    if session.get(type(row), key) is None:
        session.add(row)


# --- comments -----------------------------------------------------------------------------------------------------


def comment(session: Session, roster: Roster, of: Sitting, person: str, text: str) -> None:
    """Say something of the draft."""
    session.add(
        CongressComment(
            id=roster.new_id("y"),
            district=of.district,
            case_id=of.case,
            round=of.round,
            person=person,
            text=text,
            at_s=roster.now_s,
        )
    )


def comments(session: Session, of: Sitting) -> list[Comment]:
    """What was said of the draft of this round, in the order it was said."""
    query = (
        select(CongressComment, Person.name)
        .join(Person, col(Person.id) == col(CongressComment.person))
        .where(CongressComment.case_id == of.case, CongressComment.round == of.round)
        .order_by(col(CongressComment.at_s), col(CongressComment.id))
    )
    return [
        Comment(
            id=row.id,
            person=row.person,
            name=name,
            at_s=row.at_s,
            text=row.text if row.hidden_s is None else None,
            hidden_why=row.hidden_why,
        )
        for row, name in session.exec(query)
    ]


def hide(session: Session, roster: Roster, of: Sitting, comment_id: str, why: str) -> bool:
    """Hide a comment, with the reason; it stays in the table. False where there is none that is shown."""
    row = session.get(CongressComment, comment_id)
    if row is None or row.case_id != of.case or row.hidden_s is not None:
        return False
    row.hidden_s, row.hidden_by, row.hidden_why = roster.now_s, roster.by, why
    session.add(row)
    return True
