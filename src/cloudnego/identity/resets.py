"""The help desk: what somebody proved himself with is taken away, and he begins anew with a code handed to him.

Whoever may do this can become anybody, so it is never one's own, never across the sides, written down for good, told to
the person, and for a chief a matter of two. What is not given back: a mandate letter. Who took an account over by a
reset can read, and binds nobody until somebody else prints him a letter.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

import msgspec
from sqlalchemy import Engine
from sqlmodel import Session, col, select, update

from cloudnego.core.moment import acts_as_chief
from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import Office, Side
from cloudnego.eventlog import seats
from cloudnego.identity.custody import Custody
from cloudnego.identity.ending import end_all_means
from cloudnego.identity.factor_tables import FactorReset
from cloudnego.identity.inbox import Inbox, MessageKind
from cloudnego.identity.letters import as_printed, as_read, drawn, may_print
from cloudnego.identity.mandates import PRINT_LETTERS, covering
from cloudnego.identity.sessions import Held, Who, held_by
from cloudnego.identity.store import reading, writing
from cloudnego.identity.tables import Account, Person

CHIEFS: Final = frozenset({Office.UNION, Office.LEGAL_REPRESENTATIVE, Office.OPERATOR})
"""Offices whose holder speaks for many: his factors are reset by two. Whoever is chief in an open case is one, too."""

_NO_PASSWORD: Final = "-"  # no hash: nothing matches it
_WAITS_S: Final = 7 * 86_400  # how long a second person may take
_CODE_S: Final = 86_400
_SHOWN_MAX: Final = 200


class NothingToReset(Exception):
    """There is no such person or request for him who asks."""


class SecondPerson(Exception):
    """He asked for it himself: another must confirm."""


class WrongCode(Exception):
    """No reset that counts has this code. Which part was wrong is not said."""


class ResetDone(msgspec.Struct, frozen=True):
    """A reset as whoever asked or confirmed hears of it. `code`: to be handed to the person, said once; None as long
    as a second official must confirm."""

    id: str
    two_persons: bool
    code: str | None


class ResetAt(msgspec.Struct, frozen=True, kw_only=True):
    """A reset as the officials see it. Instants in seconds of real time."""

    id: str
    person: str
    why: str
    asked_by: str
    asked_s: int
    two_persons: bool
    confirmed_by: str | None
    done_s: int | None


def may_reset(issuer: Who, person: str, held: Sequence[Held], today: date) -> bool:
    """Whether somebody may reset this person: who may print a letter for all he holds; for who holds nothing, the
    operator. Nobody himself."""
    if not held:
        operator = any(one.office is Office.OPERATOR for one in covering(issuer.held, PRINT_LETTERS, today))
        return operator and issuer.person != person
    return all(may_print(issuer, person, one, today) for one in held)


def chief_in_open_case(engine: Engine, state_of: Callable[[str], Negotiation | None], person: str) -> bool:
    """Whether somebody speaks as chief in a case that is not closed. Reads each case he has a seat in."""
    with reading(engine) as session:
        cases = [str(row[0]) for row in session.connection().execute(seats.held_by(person, progress=False))]
    found = (state for one in cases if (state := state_of(one)) is not None and state.live)
    return any(acts_as_chief(state.benches.of(side), person, None) for state in found for side in Side)


class Resets:
    """Resets of all districts. Blocking. `is_chief`: whether somebody is chief in an open case."""

    def __init__(
        self,
        engine: Engine,
        custody: Custody,
        inbox: Inbox,
        new_id: Callable[[str], str],
        now_s: Callable[[], int],
        *,
        is_chief: Callable[[str], bool],
    ) -> None:
        self._engine = engine
        self._custody = custody
        self._inbox = inbox
        self._new_id = new_id
        self._now_s = now_s
        self._is_chief = is_chief

    def ask(self, who: Who, person: str, why: str, today: date) -> ResetDone:
        """Ask for a reset; it is done at once unless it takes two. Raises NothingToReset."""
        chief = self._is_chief(person)
        with writing(self._engine) as session:
            held = self._reachable(session, who, person, today)
            row = FactorReset(
                id=self._new_id("f"),
                district=who.district,
                person=person,
                why=why,
                asked_by=who.person,
                asked_s=self._now_s(),
                two_persons=chief or any(one.office in CHIEFS for one in held),
            )
            session.add(row)
            if row.two_persons:
                self._inbox.tell_in(session, who.district, person, MessageKind.RESET_ASKED, why=why)
                return ResetDone(row.id, True, None)
            return ResetDone(row.id, False, self._carried_out(session, row))

    def confirm(self, who: Who, reset: str, today: date) -> ResetDone:
        """Carry out what another asked for. Raises NothingToReset, SecondPerson."""
        with writing(self._engine) as session:
            query = select(FactorReset).where(FactorReset.id == reset, FactorReset.district == who.district)
            row = session.exec(query.with_for_update()).first()
            if row is None or row.done_s is not None or self._now_s() > row.asked_s + _WAITS_S:
                raise NothingToReset(reset)
            self._reachable(session, who, row.person, today)
            if row.asked_by == who.person:
                raise SecondPerson(reset)
            row.confirmed_by = who.person
            return ResetDone(row.id, row.two_persons, self._carried_out(session, row))

    def seen_by(self, who: Who, today: date) -> list[ResetAt]:
        """The resets of people whom he may reset, and his own; newest first."""
        query = select(FactorReset).where(FactorReset.district == who.district)
        found = []
        with reading(self._engine) as session:
            for row in session.exec(query.order_by(col(FactorReset.asked_s).desc(), col(FactorReset.id))):
                mine = row.person == who.person or may_reset(who, row.person, held_by(session, row.person), today)
                if mine:
                    found.append(_at(row))
                if len(found) == _SHOWN_MAX:
                    break
        return found

    def set_password(self, district: str, login: str, code: str, password_hash: str) -> str:
        """Begin anew with the code that was handed over: returns the person. Raises WrongCode."""
        now = self._now_s()
        with writing(self._engine) as session:
            query = (
                select(FactorReset, Account)
                .join(Account, col(Account.person) == col(FactorReset.person))
                .where(Account.district == district, Account.login == login, col(Account.ended_s).is_(None))
                .where(col(FactorReset.done_s) > now - _CODE_S, col(FactorReset.spent_s).is_(None))
                .order_by(col(FactorReset.done_s).desc())
            )
            found = session.exec(query).first()  # the newest alone: a code that was handed out before is dead
            if found is None or not secrets.compare_digest(found[0].digest or "", self._digest(found[0], code)):
                raise WrongCode(login)
            row, account = found
            row.spent_s, account.password_hash = now, password_hash
            session.add(row)
            session.add(account)
        return account.person

    def _reachable(self, session: Session, who: Who, person: str, today: date) -> Sequence[Held]:
        row, account = session.get(Person, person), session.get(Account, person)
        held = held_by(session, person)
        known = row is not None and row.district == who.district and row.ended_s is None and account is not None
        if not known or not may_reset(who, person, held, today):
            raise NothingToReset(person)
        return held

    def _carried_out(self, session: Session, row: FactorReset) -> str:
        """Take everything away in the open transaction; the code to begin anew with."""
        code, now, person = drawn(), self._now_s(), row.person
        end_all_means(session, person, now, row.confirmed_by or row.asked_by)
        session.exec(update(Account).where(col(Account.person) == person).values(password_hash=_NO_PASSWORD))
        row.done_s, row.digest = now, self._digest(row, code)
        session.add(row)
        self._inbox.tell_in(session, row.district, person, MessageKind.RESET_DONE, why=row.why)
        return as_printed(code)

    def _digest(self, row: FactorReset, code: str) -> str:
        return self._custody.digest(row.district, "reset", row.id, as_read(code))


def _at(row: FactorReset) -> ResetAt:
    return ResetAt(
        id=row.id,
        person=row.person,
        why=row.why,
        asked_by=row.asked_by,
        asked_s=row.asked_s,
        two_persons=row.two_persons,
        confirmed_by=row.confirmed_by,
        done_s=row.done_s,
    )
