"""The roll of a poll: who may vote, and whether he has his ballot. That each has one is one UPDATE here."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Final, Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from cloudnego.eventlog.sql import table_of
from cloudnego.polls.refused import Issued, NotOnRoll, OnPaper
from cloudnego.polls.tables import Poll, PollVoter

State = Literal["open", "issued", "paper"]
Standing = Literal["none", "open", "issued", "paper"]

_POLL: Final = table_of(Poll)
_VOTER: Final = table_of(PollVoter)
_LABEL: Final = b"cloudnego-roll-v1\0"
_AT_ONCE: Final = 2000


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What the scrutineers see at all times. How many ballots came is not among it."""

    roll: int
    issued: int
    on_paper: int


def line(salt: bytes, person: str) -> str:
    """One line of the roll as it is hashed: who knows the salt of the poll and an id finds it, nobody else can."""
    own = hmac.digest(salt, person.encode(), "sha256")
    return hashlib.sha256(_LABEL + own + person.encode()).hexdigest()


def lines(salt: bytes, people: Iterable[str]) -> bytes:
    """The roll as it is frozen before the opening: its SHA-256 stands in the log."""
    return "".join(f"{each}\n" for each in sorted(line(salt, person) for person in people)).encode()


def final(salt: bytes, roll: Iterable[tuple[str, State]]) -> bytes:
    """The roll as it is at the close: what became of each line."""
    return "".join(f"{each} {state}\n" for each, state in sorted((line(salt, who), s) for who, s in roll)).encode()


def write(connection: Connection, poll: str, people: Iterable[str]) -> int:
    """Lay the lines down in the order of ids. Returns how many."""
    rows = [{"poll": poll, "person": one, "state": "open"} for one in sorted(set(people))]
    for begin in range(0, len(rows), _AT_ONCE):
        connection.execute(insert(_VOTER), rows[begin : begin + _AT_ONCE])
    return len(rows)


def standing(connection: Connection, poll: str, person: str) -> Standing:
    found = connection.execute(select(_VOTER.c.state).where(*_here(poll, person))).scalar()
    return "none" if found is None else found


def lines_of(connection: Connection, district: str, person: str) -> list[tuple[str, State]]:
    """His lines on the rolls of the open polls of a district, by poll."""
    wanted = select(_VOTER.c.poll, _VOTER.c.state).join(_POLL, _POLL.c.id == _VOTER.c.poll)
    wanted = wanted.where(_POLL.c.district == district, _POLL.c.state == "open", _VOTER.c.person == person)
    return [(poll, state) for poll, state in connection.execute(wanted.order_by(_VOTER.c.poll))]


def figures(connection: Connection, poll: str) -> Figures:
    found = select(_VOTER.c.state, func.count()).where(_VOTER.c.poll == poll).group_by(_VOTER.c.state)
    by_state = {row[0]: row[1] for row in connection.execute(found)}
    issued, on_paper = by_state.get("issued", 0), by_state.get("paper", 0)
    return Figures(roll=sum(by_state.values()), issued=issued, on_paper=on_paper)


def everyone(connection: Connection, poll: str) -> list[tuple[str, State]]:
    """All lines with their states, by the order of ids."""
    found = select(_VOTER.c.person, _VOTER.c.state).where(_VOTER.c.poll == poll).order_by(_VOTER.c.person)
    return [(person, state) for person, state in connection.execute(found)]


def answered(connection: Connection, poll: str, person: str, blinded: bytes) -> bytes | None:
    """The answer he got for these very bytes; None where his line is open still. Raises NotOnRoll, Issued, OnPaper."""
    wanted = select(_VOTER.c.state, _VOTER.c.blinded, _VOTER.c.answer).where(*_here(poll, person))
    row = connection.execute(wanted).first()
    if row is None:
        raise NotOnRoll
    if row.state == "paper":
        raise OnPaper
    if row.state == "open":
        return None
    if row.blinded is None or bytes(row.blinded) != blinded:
        raise Issued
    return bytes(row.answer)


def spend(connection: Connection, poll: str, person: str, blinded: bytes, answer: bytes) -> bool:
    """His ballot is issued from here on; False where his line was not open any more."""
    change = update(_VOTER).where(*_here(poll, person), _VOTER.c.state == "open")
    done = connection.execute(change.values(state="issued", blinded=blinded, answer=answer))
    return done.rowcount == 1


def strike(connection: Connection, poll: str, person: str) -> None:
    """He votes on paper from here on; once more changes nothing. Raises NotOnRoll, Issued."""
    change = update(_VOTER).where(*_here(poll, person), _VOTER.c.state == "open").values(state="paper")
    if connection.execute(change).rowcount == 0:
        there = standing(connection, poll, person)
        if there != "paper":
            raise NotOnRoll if there == "none" else Issued


def remove(connection: Connection, poll: str) -> None:
    """The roll of a poll that was never opened."""
    connection.execute(delete(_VOTER).where(_VOTER.c.poll == poll))


def forget_answers(connection: Connection, poll: str) -> None:
    """What was signed for whom goes; that it was stays."""
    change = update(_VOTER).where(_VOTER.c.poll == poll, _VOTER.c.blinded.is_not(None))
    connection.execute(change.values(blinded=None, answer=None))


def _here(poll: str, person: str) -> tuple[ColumnElement[bool], ...]:
    return _VOTER.c.poll == poll, _VOTER.c.person == person
