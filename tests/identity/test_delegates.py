"""The roll of delegates: who may stand on it, what freezes it, and who votes by it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from cloudnego.identity import delegate_rolls as rolls
from cloudnego.identity import delegates
from cloudnego.identity.delegate_tables import FrozenLine
from cloudnego.identity.delegates import NewDelegate, voters_of
from cloudnego.identity.register import add_enterprise
from cloudnego.identity.roster import Roster, RosterError
from cloudnego.identity.store import reading, writing
from cloudnego.identity.workers import Listed, NewWorker, add_workers, end_worker
from tests.identity.conftest import D, Town
from tests.identity.test_register import entry

TODAY = date(2026, 3, 2)
LATER = TODAY + timedelta(days=8)


class Firm:
    """An enterprise with a roster of six, and short ways to its roll."""

    def __init__(self, town: Town) -> None:
        self.town = town
        with writing(town.engine) as session:
            roster = town.roster(session)
            self.entry = add_enterprise(session, roster, D, entry("e1"))
            self.workers: list[Listed] = add_workers(
                session, roster, self.entry, [NewWorker(f"A-{n}", f"职工{n}") for n in range(1, 7)]
            )

    def roster(self, session: Session, by: str = "p-chair") -> Roster:
        return Roster(session, D, self.town.new_id, self.town.now(), by)

    def enter(self, *numbers: int, reason: str | None = None, dispatched: bool = False) -> list[delegates.Line]:
        new = [
            NewDelegate(worker=self.workers[n].id, manager=n == 0, woman=n % 2 == 1, dispatched=dispatched, since=TODAY)
            for n in numbers
        ]
        with writing(self.town.engine) as session:
            return delegates.enter(session, self.roster(session), self.entry.id, new, reason)

    def post(self) -> None:
        with writing(self.town.engine) as session:
            rolls.post(session, self.roster(session), self.entry.id, TODAY + timedelta(days=7), TODAY)

    def freeze(self, reason: str | None = None, today: date = LATER, term: date | None = None) -> str:
        self.town.now.s += 1
        with writing(self.town.engine) as session:
            roster = self.roster(session)
            return rolls.freeze(session, roster, self.entry.id, reason=reason, term_until=term, today=today).roll_hash

    def voters(self, roll_hash: str | None = None, *, everybody: bool = False) -> list[str]:
        with reading(self.town.engine) as session:
            return voters_of(session, D, self.entry.id, roll_hash, "all_workers" if everybody else "delegates")

    def persons(self, *numbers: int) -> list[str]:
        return sorted(self.workers[n].person for n in numbers)


@pytest.fixture
def firm(town: Town) -> Firm:
    return Firm(town)


def test_everybody_on_the_roster_votes_where_all_do(firm: Firm) -> None:
    assert firm.voters(everybody=True) == firm.persons(*range(6))
    with writing(firm.town.engine) as session:
        end_worker(session, firm.roster(session), firm.entry.id, firm.workers[5].id)
    assert firm.voters(everybody=True) == firm.persons(*range(5))


def test_the_delegates_with_a_vote_are_those_that_were_frozen(firm: Firm) -> None:
    with pytest.raises(RosterError, match="roll_unknown"):
        firm.voters()
    firm.enter(0, 1, 2)
    (attends,) = firm.enter(3, dispatched=True)
    firm.post()
    first = firm.freeze()
    assert firm.voters(first) == firm.persons(0, 1, 2), "a dispatched worker's delegate has no vote"
    firm.enter(4, reason="补选")
    assert firm.voters(first) == firm.voters() == firm.persons(0, 1, 2), "entered is not frozen"
    second = firm.freeze("补选")
    assert firm.voters() == firm.voters(second) == firm.persons(0, 1, 2, 4)
    assert firm.voters(first) == firm.persons(0, 1, 2), "what was frozen does not change"
    assert attends.person not in firm.voters()
    with pytest.raises(RosterError, match="roll_unknown"):
        firm.voters("0" * 64)


def test_the_hash_is_that_of_the_lines_and_their_salts(firm: Firm) -> None:
    lines = firm.enter(0, 1)
    firm.post()
    made = firm.freeze()
    with reading(firm.town.engine) as session:
        kept = {row.delegate: row for row in session.exec(select(FrozenLine))}
    leaves = [rolls.leaf_of(kept[one.id].salt, one) for one in lines]
    assert rolls.hash_of(reversed(leaves)) == made
    assert len({row.salt for row in kept.values()}) == 2


def test_on_the_roll_stands_who_is_on_the_roster_and_once(firm: Firm) -> None:
    firm.enter(0)
    with pytest.raises(RosterError, match="delegate_there"):
        firm.enter(1, 0)
    with writing(firm.town.engine) as session:
        end_worker(session, firm.roster(session), firm.entry.id, firm.workers[2].id)
    with pytest.raises(RosterError, match="worker_unknown"):
        firm.enter(1, 2)
    with reading(firm.town.engine) as session:
        assert len(delegates.lines_of(session, firm.entry.id)) == 1, "all or none"


def test_what_is_frozen_was_posted_answered_and_checked(firm: Firm) -> None:
    def refused(code: str, reason: str | None = None, today: date = LATER) -> None:
        with pytest.raises(RosterError, match=code):
            firm.freeze(reason, today)

    refused("roll_empty")
    (line, _) = firm.enter(0, 1)
    refused("not_posted")
    firm.post()
    refused("posting_runs", today=TODAY + timedelta(days=7))
    with writing(firm.town.engine) as session:
        worker = firm.roster(session, firm.workers[4].person)
        objected = rolls.object_to(session, worker, firm.entry.id, line.id, "已调离", at_s=1)
        with pytest.raises(RosterError, match="objected_already"):
            rolls.object_to(session, worker, firm.entry.id, line.id, "还是", at_s=1)
    assert objected is not None
    refused("objections_wait")
    with writing(firm.town.engine) as session:
        assert rolls.answer(session, firm.roster(session), firm.entry.id, objected, "查无此事", at_s=1)
        assert not rolls.answer(session, firm.roster(session), firm.entry.id, objected, "再答一次", at_s=1), (
            "an answer stays"
        )
        end_worker(session, firm.roster(session), firm.entry.id, line.worker)
    refused("delegates_left")
    with writing(firm.town.engine) as session:
        assert delegates.end(session, firm.roster(session), firm.entry.id, line.id, "离职")
    firm.freeze()
    refused("reason_wanted")
    refused("roll_unchanged", "无")
    firm.freeze("届满日补录", term=date(2028, 1, 1))
    with pytest.raises(RosterError, match="reason_wanted"):
        firm.enter(3)


def test_the_roll_adds_up_by_who_votes(firm: Firm) -> None:
    lines = firm.enter(0, 1, 3) + firm.enter(5, dispatched=True)
    assert delegates.counts_of(lines) == delegates.Counts(delegates=3, attending=1, managers=1, women=2)
