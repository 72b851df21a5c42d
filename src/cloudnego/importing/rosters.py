"""Rows of the workers' rosters, and of the rolls of congress delegates: both are kept by the worker side alone."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from sqlalchemy import Engine, update
from sqlalchemy import select as columns
from sqlmodel import Session, col

from cloudnego.identity import delegates
from cloudnego.identity.admission import Worker
from cloudnego.identity.mandates import KEEP_ROSTER
from cloudnego.identity.register import Entry, enterprises_by_code
from cloudnego.identity.roster import Roster
from cloudnego.identity.snapshot import worker_organ
from cloudnego.identity.tables import Membership, Person
from cloudnego.identity.workers import KEEPERS, NewLine, add_lines, answers_for_employer, end_worker
from cloudnego.importing.reading import Found, Row
from cloudnego.importing.targets import By, Firms, InTables, Told, Verdict, chunks, refused

_TOLD_EVERY: Final = 2_000


class _Line(msgspec.Struct, frozen=True):
    """A line of a roster as it stands. `elsewhere`: he is something else as well, so his name is not the roster's."""

    id: str
    person: str
    name: str
    elsewhere: bool


class _Kept(InTables):
    """What both have in common: whose roster a row is of, and whether he who imports keeps it."""

    def __init__(self, engine: Engine, by: By, given: Entry | None = None) -> None:
        super().__init__(engine, by)
        self._given: Final = given

    def _firms(self, session: Session, rows: Sequence[Row]) -> Firms:
        codes = sorted({row.values["credit_code"] for row in rows if "credit_code" in row.values})
        found: dict[str, Entry] = {}
        for some in chunks(codes):
            found |= enterprises_by_code(session, self.by.district, some)
        return Firms(found, self._given)

    def _may(self, session: Session, entry: Entry, organs: dict[str, str | None]) -> Found | None:
        """What stands in his way there. Of an enterprise that is not his nothing is told, not even that it is one."""
        by = self.by
        if by.operator:
            return None
        own = entry.union_organisation if entry.has_union else None
        if own is None and entry.region not in organs:
            organs[entry.region] = worker_organ(session, by.district, entry)
        organ = own or organs[entry.region]
        mine = [one for one in by.held if one.organisation == organ and one.office in KEEPERS]
        if not mine:
            return Found("enterprise_unknown", "credit_code", {"shown": entry.credit_code})
        if answers_for_employer(entry, by.held):
            return Found("employers_office")
        return None if by.covering(mine, KEEP_ROSTER) else Found("mandate_does_not_cover")

    def compare(self, session: Session, rows: Sequence[Row], told: Told) -> list[Verdict]:
        firms = self._firms(session, rows)
        organs: dict[str, str | None] = {}
        may: dict[str, Found | None] = {}
        made: list[Verdict] = []
        seen: dict[tuple[str, str], int] = {}
        self.begin()
        for place, row in enumerate(rows, 1):
            entry = firms.of(row)
            if isinstance(entry, Found):
                made.append(refused(entry))
                continue
            if entry.id not in may:
                may[entry.id] = self._may(session, entry, organs)
            wrong = may[entry.id]
            earlier = seen.setdefault((entry.id, row.values["number"]), row.number)  # one code is left out, one not
            if earlier != row.number:
                wrong = Found("twice", "number", {"row": earlier})
            made.append(refused(wrong) if wrong is not None else self.verdict(session, entry, row))
            if place % _TOLD_EVERY == 0:
                told(_TOLD_EVERY)
        return made

    @abstractmethod
    def begin(self) -> None:
        """Forget what was read in another transaction."""

    @abstractmethod
    def verdict(self, session: Session, entry: Entry, row: Row) -> Verdict:
        """Of a row whose enterprise is his."""


class RostersTarget(_Kept):
    """Lines by number: a name that was misspelt is put right, who has left is struck."""

    ahead = True  # tens of thousands of rows; a number that was taken meanwhile is refused by its index

    def begin(self) -> None:
        self._lines: dict[str, dict[str, _Line]] = {}

    def verdict(self, session: Session, entry: Entry, row: Row) -> Verdict:
        lines = self._lines.get(entry.id)
        if lines is None:
            lines = self._lines[entry.id] = _lines_of(session, entry.id)
        line, name = lines.get(row.values["number"]), row.values["name"]
        if row.values.get("left", False):
            if line is not None and line.name != name:
                return refused(Found("name_differs", "name", {"shown": name, "name": line.name}))
            return Verdict("same") if line is None else Verdict("changed", plan=("ends", entry.id, line))
        if line is None:
            return Verdict("new", plan=("new", entry.id, None))
        if line.name == name:
            return Verdict("same")
        if line.elsewhere:
            return refused(Found("name_of_officer", "name", {"shown": name, "name": line.name}))
        return Verdict("changed", plan=("named", entry.id, line))

    def write(self, session: Session, roster: Roster, found: Sequence[tuple[Row, Verdict]], told: Told) -> None:
        for row, verdict in found:
            what, enterprise, line = verdict.plan
            if what == "ends":
                end_worker(session, roster, enterprise, line.id)
            elif what == "named":
                named = update(Person).where(col(Person.id) == line.person).values(name=row.values["name"])
                session.connection().execute(named)
        session.flush()

        def new() -> Iterator[NewLine]:
            for place, (row, verdict) in enumerate(found, 1):
                if verdict.plan[0] == "new":
                    yield NewLine(verdict.plan[1], row.values["number"], row.values["name"])
                if place % _TOLD_EVERY == 0:
                    told(_TOLD_EVERY)

        add_lines(session, roster, new())


def _lines_of(session: Session, enterprise: str) -> dict[str, _Line]:
    """The roster by number."""
    query = (
        columns(col(Worker.id), col(Worker.number), col(Worker.person), col(Worker.membership), col(Person.name))
        .join(Person, col(Person.id) == col(Worker.person))
        .where(col(Worker.enterprise) == enterprise, col(Worker.ended_s).is_(None))
    )
    rows = session.connection().execute(query).all()
    more: set[str] = set()
    for some in chunks(rows):
        offices = columns(col(Membership.person), col(Membership.id)).where(
            col(Membership.person).in_([row.person for row in some]), col(Membership.ended_s).is_(None)
        )
        own = {row.membership for row in some}
        more |= {who for who, office in session.connection().execute(offices) if office not in own}
    return {row.number: _Line(row.id, row.person, row.name, row.person in more) for row in rows}


class DelegatesTarget(_Kept):
    """Delegates by their numbers on the roster. What is changed of one ends his line and enters another: what a roll
    was frozen of does not change. `reason` is wanted where one was."""

    def __init__(self, engine: Engine, by: By, given: Entry | None = None, reason: str | None = None) -> None:
        super().__init__(engine, by, given)
        self._reason: Final = reason

    def begin(self) -> None:
        self._lines: dict[str, dict[str, _Line]] = {}
        self._roll: dict[str, dict[str, delegates.Line]] = {}
        self._frozen: dict[str, bool] = {}
        self._added: dict[str, int] = {}

    def verdict(self, session: Session, entry: Entry, row: Row) -> Verdict:
        if entry.id not in self._roll:
            self._lines[entry.id] = _lines_of(session, entry.id)
            self._roll[entry.id] = {one.number: one for one in delegates.lines_of(session, entry.id)}
            frozen = delegates.frozen_roll(session, self.by.district, entry.id, None)
            self._frozen[entry.id] = frozen is not None
        values, number = row.values, row.values["number"]
        worker, stands = self._lines[entry.id].get(number), self._roll[entry.id].get(number)
        left = values.get("left", False)
        if worker is None and not (left and stands is not None):
            return refused(Found("worker_unknown", "number", {"shown": number}))
        if worker is not None and values.get("name", worker.name) != worker.name:
            return refused(Found("name_differs", "name", {"shown": values["name"], "name": worker.name}))
        said = tuple(values.get(name, False) for name in ("manager", "woman", "dispatched"))
        if stands is None and left:
            return Verdict("same")
        same = stands is not None and said == (stands.manager, stands.woman, stands.dispatched)
        if same and stands is not None and stands.since == values["since"] and not left:
            return Verdict("same")
        if self._frozen[entry.id] and self._reason is None:
            return refused(Found("reason_wanted"))
        new = None
        if not left and worker is not None:
            manager, woman, dispatched = said
            new = delegates.NewDelegate(
                worker=worker.id, manager=manager, woman=woman, dispatched=dispatched, since=values["since"]
            )
        if stands is None and self._full(entry.id):
            return refused(Found("roll_full", facts={"most": delegates.MOST}))
        return Verdict("new" if stands is None else "changed", plan=(entry.id, stands, new))

    def _full(self, enterprise: str) -> bool:
        self._added[enterprise] = self._added.get(enterprise, 0) + 1
        return len(self._roll[enterprise]) + self._added[enterprise] > delegates.MOST

    def write(self, session: Session, roster: Roster, found: Sequence[tuple[Row, Verdict]], told: Told) -> None:
        entering: dict[str, list[delegates.NewDelegate]] = {}
        for _, verdict in found:
            enterprise, stands, new = verdict.plan
            if stands is not None:
                delegates.end(session, roster, enterprise, stands.id, self._reason or _CHANGED)
            if new is not None:
                entering.setdefault(enterprise, []).append(new)
        session.flush()
        for enterprise, some in entering.items():
            delegates.enter(session, roster, enterprise, some, self._reason)
            told(len(some))


_CHANGED: Final = "导入更新 changed by an import"
