"""Nominations before an election of representatives: workers of the roster put forward themselves or a colleague, who
stands only if he consents; the union decides whose words may be read and who comes on its list, with the reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import msgspec
from sqlmodel import Session, col, func, select

from cloudnego.identity.admission import Worker
from cloudnego.identity.nomination_tables import Candidacy, CandidacyStep, Nomination, NominationCall
from cloudnego.identity.roster import Roster, RosterError
from cloudnego.identity.tables import Person

LONGEST: Final = timedelta(days=31)


class Decided(StrEnum):
    """What the union can decide about a candidacy."""

    LISTED = "listed"
    REFUSED = "refused"
    SHOWN = "shown"
    HELD = "held"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One decision."""

    kind: Decided
    reason: str | None
    by: str
    at_s: int


class Nominee(msgspec.Struct, frozen=True, kw_only=True):
    """A candidacy with what belongs to it. `backers`: who nominated him; `left`: he is on the roster no more."""

    id: str
    person: str
    name: str
    stands: bool | None
    post: str | None
    words: str | None
    shown: bool | None
    listed: bool | None
    marks: tuple[str, ...]
    backers: frozenset[str]
    left: bool
    steps: tuple[Step, ...]


# --- reading ----------------------------------------------------------------------------------------------------------


def call_of(session: Session, district: str, case_id: str) -> NominationCall | None:
    """The latest call of a case."""
    query = select(NominationCall).where(NominationCall.district == district, NominationCall.case_id == case_id)
    return session.exec(query.order_by(col(NominationCall.until).desc())).first()  # a call begins when none runs


def on_roster(session: Session, enterprise: str, person: str) -> bool:
    """Whether somebody is a worker of that roster now."""
    line = select(Worker.id).where(Worker.enterprise == enterprise, Worker.person == person)
    return session.exec(line.where(col(Worker.ended_s).is_(None))).first() is not None


def nominees(session: Session, call: NominationCall) -> list[Nominee]:
    """All who were nominated, by name: neither the order nor anything else says who came first."""
    rows = session.exec(
        select(Candidacy, Person.name)
        .join(Person, col(Person.id) == col(Candidacy.person))
        .where(Candidacy.call == call.id)
        .order_by(Person.name, col(Candidacy.id))
    ).all()
    ids = [one.id for one, _ in rows]
    backers: defaultdict[str, set[str]] = defaultdict(set)
    for vote in session.exec(select(Nomination).where(col(Nomination.candidacy).in_(ids))):
        backers[vote.candidacy].add(vote.person)
    steps: defaultdict[str, list[Step]] = defaultdict(list)
    taken = select(CandidacyStep).where(col(CandidacyStep.candidacy).in_(ids))
    for step in session.exec(taken.order_by(col(CandidacyStep.candidacy), col(CandidacyStep.number))):
        made = Step(kind=Decided(step.kind), reason=step.reason, by=step.created_by, at_s=step.at_s)
        steps[step.candidacy].append(made)
    there = set(
        session.exec(
            select(Worker.person)
            .where(Worker.enterprise == call.enterprise, col(Worker.ended_s).is_(None))
            .where(col(Worker.person).in_([one.person for one, _ in rows]))
        )
    )
    return [
        Nominee(
            id=one.id, person=one.person, name=name, stands=one.stands, post=one.post, words=one.words,
            shown=one.shown, listed=one.listed, marks=tuple(one.marks.split()), backers=frozenset(backers[one.id]),
            left=one.person not in there, steps=tuple(steps[one.id]),
        )
        for one, name in rows
    ]  # fmt: skip


# --- nominating -------------------------------------------------------------------------------------------------------


def open_call(
    *, session: Session, roster: Roster, case_id: str, enterprise: str, seats: int, until: date, today: date
) -> NominationCall:
    """Ask for nominations. Raises `RosterError` while another call of the case runs, and for a day that is too near or
    too far."""
    last = call_of(session, roster.district, case_id)
    if last is not None and today <= last.until:
        raise RosterError("nomination_runs", day=last.until.isoformat())
    if not today < until <= today + LONGEST:
        raise RosterError("nomination_days", day=today.isoformat(), days=str(LONGEST.days))
    row = NominationCall(
        id=roster.new_id("n"), district=roster.district, case_id=case_id, enterprise=enterprise, seats=seats,
        until=until, opened_s=roster.now_s, opened_by=roster.by or "",
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def nominate(session: Session, call: NominationCall, by: str, person: str, new_id: Callable[[str], str]) -> Candidacy:
    """Put somebody forward. Raises `RosterError` for the same one again, and for more than there are seats."""
    mine = session.exec(
        select(Candidacy.person)
        .join(Nomination, col(Nomination.candidacy) == col(Candidacy.id))
        .where(Candidacy.call == call.id, Nomination.person == by)
    ).all()
    if person in mine:
        raise RosterError("nominated_already")
    if len(mine) >= call.seats:
        raise RosterError("nomination_full", n=str(call.seats))
    row = _of(session, call, person)
    if row is None:
        row = Candidacy(id=new_id("n"), call=call.id, person=person, since_s=call.opened_s)
        session.add(row)
        session.flush()
    session.add(Nomination(candidacy=row.id, person=by, since_s=call.opened_s))
    session.flush()
    return row


def colleague(session: Session, call: NominationCall, name: str, number: str | None) -> str:
    """The one of that name on the roster; where there are several, of that number. Raises `RosterError`."""
    query = (
        select(Worker.person)
        .join(Person, col(Person.id) == col(Worker.person))
        .where(Worker.enterprise == call.enterprise, col(Worker.ended_s).is_(None), Person.name == name)
    )
    if number is not None:
        query = query.where(Worker.number == number)
    found = session.exec(query.limit(2)).all()
    if not found:
        raise RosterError("colleague_unknown", name=name)
    if len(found) > 1:
        raise RosterError("colleague_several", name=name)
    return found[0]


def stand(row: Candidacy, post: str | None, words: str | None) -> None:
    """Consent, with one's post and own words. Other words than before have to be looked through again."""
    row.stands, row.post = True, post
    if row.words != words:
        row.words, row.shown = words, None


def decline(row: Candidacy) -> None:
    """Refuse, or stand no longer: what one wrote goes with it."""
    row.stands, row.post, row.words, row.shown, row.listed = False, None, None, None, None


def mine(session: Session, call: NominationCall, person: str) -> Candidacy | None:
    """Somebody's own candidacy."""
    return _of(session, call, person)


def _of(session: Session, call: NominationCall, person: str) -> Candidacy | None:
    return session.exec(select(Candidacy).where(Candidacy.call == call.id, Candidacy.person == person)).first()


# --- what the union decides -------------------------------------------------------------------------------------------


def candidacy(session: Session, call: NominationCall, candidacy_id: str) -> Candidacy | None:
    """A candidacy of that call."""
    row = session.get(Candidacy, candidacy_id)
    return row if row is not None and row.call == call.id else None


def enlist(*, session: Session, roster: Roster, row: Candidacy, listed: bool, marks: str, reason: str | None) -> None:
    """Put somebody on the list, or say why not. Raises `RosterError` unless he consents."""
    if listed and row.stands is not True:
        raise RosterError("not_consented")
    if row.listed is not listed:
        _decided(session, roster, row, Decided.LISTED if listed else Decided.REFUSED, reason)
    row.listed, row.marks = listed, marks
    session.add(row)


def moderate(session: Session, roster: Roster, row: Candidacy, *, shown: bool, reason: str | None) -> None:
    """Let everybody read somebody's words, or say why not. Raises `RosterError` where there are none."""
    if row.words is None:
        raise RosterError("no_words")
    row.shown = shown
    session.add(row)
    _decided(session, roster, row, Decided.SHOWN if shown else Decided.HELD, reason)


def _decided(session: Session, roster: Roster, row: Candidacy, kind: Decided, reason: str | None) -> None:
    steps = select(func.count()).select_from(CandidacyStep).where(CandidacyStep.candidacy == row.id)
    session.add(
        CandidacyStep(
            candidacy=row.id, number=session.exec(steps).one() + 1, kind=kind.value, reason=reason,
            created_by=roster.by or "", at_s=roster.now_s,
        )
    )  # fmt: skip
    session.flush()
