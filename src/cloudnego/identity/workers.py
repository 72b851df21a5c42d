"""The roster of an enterprise's workers: number and name, kept by the worker side alone.

Everybody employed stands here, for votes go by heads. The employer's side neither reads it nor learns from anything
that is built on it who came in: there is no way from here to an office of the employer's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

import msgspec
from sqlalchemy import and_, delete, exists, or_, update
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from cloudnego.core.vocabulary import Office, Side
from cloudnego.eventlog import sql
from cloudnego.eventlog.sql import table_of
from cloudnego.identity.admission import Slip, Worker
from cloudnego.identity.factor_tables import PhoneNumber
from cloudnego.identity.kinds import SIDES
from cloudnego.identity.offices import Parties
from cloudnego.identity.register import Entry
from cloudnego.identity.roster import Roster, RosterError
from cloudnego.identity.sessions import Held, held_by
from cloudnego.identity.snapshot import worker_organ
from cloudnego.identity.tables import Membership, Organisation, Person, SignIn

BULK_MAX: Final = 500
_WRITTEN_AT_ONCE: Final = 2_000
KEEPERS: Final = frozenset({Office.UNION, Office.TOWN_UNION, Office.DISTRICT_UNION})
_EMPLOYER: Final = frozenset({Office.HR, Office.LEGAL_REPRESENTATIVE})


class NewWorker(msgspec.Struct, frozen=True):
    """A line to be added. `person`: somebody who is a worker of this enterprise already, by his id."""

    number: str
    name: str
    person: str | None = None


class NewLine(msgspec.Struct, frozen=True):
    """A line to be put on a roster; with `person` and `membership` of somebody who is a worker there."""

    enterprise: str
    number: str
    name: str
    person: str | None = None
    membership: str | None = None


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the roster. `slip`: a good slip was printed for him; whether he has used it is not said."""

    id: str
    number: str
    name: str
    person: str
    slip: bool


def keeping(session: Session, district: str, entry: Entry, held: tuple[Held, ...]) -> tuple[Held, ...]:
    """Those of the memberships that keep this enterprise's roster: of its union, or, where it has none, of the nearest
    union above (HZ 18). Whether they are in force is for the caller to see."""
    organ = worker_organ(session, district, entry)
    return tuple(one for one in held if one.organisation == organ and one.office in KEEPERS)


def answers_for_employer(entry: Entry, held: tuple[Held, ...]) -> bool:
    """Whether one of these memberships is an office of the employer's there."""
    return any(one.organisation == entry.id and one.office in _EMPLOYER for one in held)


def add_workers(session: Session, roster: Roster, entry: Entry, new: Sequence[NewWorker]) -> list[Listed]:
    """Add lines, all or none. Raises `RosterError` for a number or a person that stands there already or twice."""
    numbers = [one.number for one in new]
    taken = set(
        session.exec(
            select(Worker.number).where(
                Worker.enterprise == entry.id, col(Worker.ended_s).is_(None), col(Worker.number).in_(numbers)
            )
        )
    )
    for number in numbers:
        if number in taken:
            raise RosterError("number_taken", number=number)
        taken.add(number)
    known = {one.person: _known(session, entry, roster.district, one.person) for one in new if one.person}
    if len(known) != sum(one.person is not None for one in new):
        raise RosterError("person_unknown", person=next(one.person for one in new if one.person))
    names = [known[one.person][1] if one.person else one.name for one in new]
    lines = [NewLine(entry.id, one.number, name, *_stands(known, one)) for one, name in zip(new, names, strict=True)]
    made = add_lines(session, roster, lines)
    return [
        Listed(id=id_, number=one.number, name=one.name, person=person, slip=False)
        for one, (id_, person) in zip(lines, made, strict=True)
    ]


def _stands(known: dict[str, tuple[str, str, str]], new: NewWorker) -> tuple[str | None, str | None]:
    """Person and membership of who is a worker here already."""
    if new.person is None:
        return None, None
    person, _, membership = known[new.person]
    return person, membership


def add_lines(session: Session, roster: Roster, lines: Iterable[NewLine]) -> list[tuple[str, str]]:
    """Put lines on rosters whose numbers are free; who is nobody here yet becomes a person and a worker. Returns the
    id and the person of each. Three statements for some thousand lines: everything that makes a line comes here."""
    people: list[tuple[object, ...]] = []
    offices: list[tuple[object, ...]] = []
    workers: list[tuple[object, ...]] = []
    made: list[tuple[str, str]] = []
    district, now_s, by = roster.district, roster.now_s, roster.by
    office, side = Office.WORKER.value, SIDES[Office.WORKER].value

    def put() -> None:
        for many, rows in ((_PEOPLE, people), (_OFFICES, offices), (_LINES, workers)):
            many.run(session.connection(), rows)
            rows.clear()

    for one in lines:
        person, membership = one.person or roster.new_id("p"), one.membership or roster.new_id("m")
        if one.person is None:
            people.append((person, district, one.name, now_s))
            offices.append((membership, district, person, one.enterprise, office, side, now_s, by))
        line = roster.new_id("w")
        made.append((line, person))
        workers.append((line, district, one.enterprise, one.number, person, membership, now_s, by))
        if len(workers) >= _WRITTEN_AT_ONCE:
            put()
    put()
    return made


_PEOPLE: Final = sql.insert(table_of(Person), ["id", "district", "name", "created_s"])
_OFFICES: Final = sql.insert(
    table_of(Membership),
    ["id", "district", "person", "organisation", "office", "side", "created_s", "created_by"],
)
_LINES: Final = sql.insert(
    table_of(Worker), ["id", "district", "enterprise", "number", "person", "membership", "created_s", "created_by"]
)


def _known(session: Session, entry: Entry, district: str, person: str) -> tuple[str, str, str]:
    """Somebody who is a worker here and stands on no line yet: else one head would be two voters."""
    query = (
        select(Membership.id, Person.name)
        .join(Person, col(Person.id) == col(Membership.person))
        .where(Membership.person == person, Membership.organisation == entry.id, Membership.district == district)
        .where(Membership.office == Office.WORKER.value, col(Membership.ended_s).is_(None))
        .order_by(col(Membership.id))
    )
    found = session.exec(query).first()
    listed = select(Worker.id).where(
        Worker.enterprise == entry.id, Worker.person == person, col(Worker.ended_s).is_(None)
    )
    if found is None or session.exec(listed).first() is not None:
        raise RosterError("person_unknown", person=person)
    membership, name = found
    return person, name, membership


def workers(
    session: Session, enterprise: str, *, text: str | None = None, after: tuple[str, str] = ("", ""), limit: int = 50
) -> list[Listed]:
    """Lines in the order of their numbers, beginning after (number, id)."""
    number, id_ = after
    where = [
        col(Worker.enterprise) == enterprise,
        col(Worker.ended_s).is_(None),
        or_(col(Worker.number) > number, and_(col(Worker.number) == number, col(Worker.id) > id_)),
    ]
    if text:
        where.append(
            or_(col(Worker.number).startswith(text, autoescape=True), col(Person.name).contains(text, autoescape=True))
        )
    slip = exists().where(col(Slip.worker) == col(Worker.id), col(Slip.voided_s).is_(None))
    query = (
        columns(col(Worker.id), col(Worker.number), col(Person.name), col(Worker.person), slip)
        .join(Person, col(Person.id) == col(Worker.person))
        .where(and_(*where))
        .order_by(col(Worker.number), col(Worker.id))
        .limit(limit)
    )
    return [
        Listed(id=found, number=number, name=name, person=person, slip=bool(has))
        for found, number, name, person, has in session.connection().execute(query)
    ]


def end_worker(session: Session, roster: Roster, enterprise: str, worker: str) -> bool:
    """Strike a line: its membership, its slip, and, where he is nothing else here, his sessions and his phone with it.

    Returns False where there is no such line.
    """
    row = session.get(Worker, worker)
    if row is None or row.enterprise != enterprise or row.ended_s is not None:
        return False
    row.ended_s = roster.now_s
    session.add(row)
    if session.get_one(Membership, row.membership).ended_s is None:
        roster.end_membership(row.membership)
    session.flush()
    connection = session.connection()
    connection.execute(
        update(Slip).where(col(Slip.worker) == worker, col(Slip.voided_s).is_(None)).values(voided_s=roster.now_s)
    )
    if not held_by(session, row.person):
        for table in (PhoneNumber, SignIn):
            connection.execute(delete(table).where(col(table.person) == row.person))
    return True


def electorate(session: Session, district: str, parties: Parties, today: date) -> frozenset[str]:
    """Who of a case's enterprises is asked as a worker: all on their rosters and the people of their unions; nobody who
    stands for the employer there as well."""
    firms = list(parties.organisations)
    of_them = or_(
        col(Membership.organisation).in_(firms),
        col(Membership.organisation).in_(select(Organisation.id).where(col(Organisation.upper).in_(firms))),
    )
    query = (
        columns(col(Membership.person), col(Membership.office), col(Membership.side))
        .where(of_them, col(Membership.district) == district, col(Membership.ended_s).is_(None))
        .where(or_(col(Membership.mandate_from).is_(None), col(Membership.mandate_from) <= today))
        .where(or_(col(Membership.mandate_to).is_(None), col(Membership.mandate_to) >= today))
    )
    rows = session.connection().execute(query).all()
    employers = {one.value for one in _EMPLOYER}
    theirs = {who for who, office, side in rows if office in employers or side == Side.EMPLOYER.value}
    asked = {who for who, office, _ in rows if office in (Office.WORKER.value, Office.UNION.value)}
    return frozenset(asked - theirs - parties.managers)
