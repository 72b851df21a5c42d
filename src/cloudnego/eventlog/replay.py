"""replay: fold every stream again, see whether heads, overview, seats and rollup are what the log says; mend them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, delete, select

from cloudnego.core.moment import Law
from cloudnego.core.sight import seated
from cloudnego.core.vocabulary import Side
from cloudnego.eventlog import overviews, rollup, seats, sql, tally
from cloudnego.eventlog.batch import moved_heads
from cloudnego.eventlog.books import Keys
from cloudnego.eventlog.database import writing
from cloudnego.eventlog.fold import Case, new_caucus
from cloudnego.eventlog.judge import Pin
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.seal import Sealer
from cloudnego.eventlog.store import Moved, Store

_SHOWN: Final = 20
"""How many differences a report names; it counts them all."""


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What was folded, and which rows were not what the log says. `differences` names the first of them."""

    cases: int
    events: int
    wrong: int
    differences: tuple[str, ...]

    @property
    def equal(self) -> bool:
        return self.wrong == 0


class _Replay:
    """One pass, inside one transaction that nobody else writes beside."""

    def __init__(self, connection: Connection, store: Store, sealer: Sealer, law: Callable[[Pin], Law]) -> None:
        self._connection: Final = connection
        self._store: Final = store
        self._sealer: Final = sealer
        self._law: Final = law
        self.events = 0
        self.wrong = 0
        self.differences: Final[list[str]] = []

    def differs(self, what: str) -> None:
        self.wrong += 1
        if len(self.differences) < _SHOWN:
            self.differences.append(what)

    def case(self, id_: str, district: str) -> Case:
        """A case folded from nothing."""
        case = Case(id_, district)
        for side in Side:
            case.caucuses[side] = new_caucus(side)
        for fold in case.folds():
            fold.read_on(self._store.tail(self._connection, id_, dict.fromkeys(fold.sizes, 0)), self._sealer)
            fold.dirty.update(stream for stream, size in fold.sizes.items() if size)
            self.events += fold.size
        return case

    def heads(self, case: Case, stored: dict[str, Moved]) -> list[Moved]:
        """The heads of a case as they should be, where they are not."""
        should = {head.id: head for head in moved_heads(case)}
        wrong = [head for id_, head in should.items() if stored.get(id_) != head]
        grown = [id_ for id_, head in stored.items() if id_ not in should and head.size]
        for id_ in [*(head.id for head in wrong), *grown]:
            self.differs(f"head of {id_}")
        return wrong

    def seats(self, case: Case, was: dict[str, bool], *, mend: bool) -> None:
        """Compare the seats of a case, and mend them; one that was never opened has none."""
        now = seated(case.joint.state)
        if was != now:
            self.differs(f"seats of {case.id}")
            if mend:
                seats.write(self._connection, case.id, was, now)

    def rollup(self, changes: list[rollup.Change], *, mend: bool) -> None:
        """Compare all cells; those that add up to nothing need no row."""
        should = {cell: tuple(values) for cell, values in rollup.sums(changes).items()}
        width = len(rollup.KEY)
        rows = self._connection.execute(select(rollup.TABLE)).all()
        there = {tuple(row[:width]): tuple(map(int, row[width:])) for row in rows if any(row[width:])}
        for cell in sorted(should.keys() | there.keys(), key=str):
            if should.get(cell) != there.get(cell):
                self.differs(f"rollup of {'/'.join(map(str, cell))}")
        self._tallies(changes)
        if mend:
            self._connection.execute(delete(rollup.TABLE))
            self._connection.execute(delete(tally.TABLE))
            rollup.add(self._connection, changes)

    def _tallies(self, changes: list[tally.Change]) -> None:
        should = tally.sums(changes)
        rows = self._connection.execute(select(tally.TABLE).where(tally.TABLE.c.cases != 0)).all()
        there = {tuple(row[:-1]): int(row[-1]) for row in rows}
        for cell in sorted(should.keys() | there.keys(), key=str):
            if should.get(cell) != there.get(cell):
                self.differs(f"tally of {'/'.join(map(str, cell))}")


def replay(
    engine: Engine,
    ring: Keyring,
    law: Callable[[Pin], Law],
    *,
    mend: bool = True,
    told: Callable[[int], None] | None = None,
) -> Replayed:
    """Fold the whole log; with `mend`, write what differs. `told` hears of each case. Raises Damaged, KeyMissing.

    Nobody may write meanwhile: on SQLite the process must own the database, on PostgreSQL the heads are locked.
    """
    store = Store(engine)
    with writing(engine).begin() as connection:
        if not store.sqlite:
            connection.exec_driver_sql("LOCK TABLE stream IN EXCLUSIVE MODE")
        keys = Keys(ring, lambda stream: store.key(connection, stream), writes=False)
        run = _Replay(connection, store, Sealer(ring.dice, keys.of), law)
        stored = _stored_heads(connection)
        changes: list[rollup.Change] = []
        known = {row[0]: row for row in connection.execute(select(overviews.TABLE))}
        kept = _stored_seats(connection)
        for (id_, district), heads in stored.items():
            case = run.case(id_, district)
            now, was = overviews.of_case(case, law), known.pop(id_, None)
            if now is not None:
                changes.append((district, None, now))
            if (None if was is None else overviews.of_row(was)) != now or (was is not None and was[1] != district):
                run.differs(f"overview of {id_}")
                if mend and now is not None:
                    overviews.write(connection, [(id_, district, now)])
            run.seats(case, kept.pop(id_, {}), mend=mend)
            wrong = run.heads(case, heads)
            if mend:
                store.move_heads(connection, wrong)
            if told is not None:
                told(1)
        for stranger, there in kept.items():
            run.seats(Case(stranger, ""), there, mend=mend)
        _drop_strangers(connection, run, list(known), mend=mend)
        run.rollup(changes, mend=mend)
        if not mend:
            connection.rollback()
    return Replayed(cases=len(stored), events=run.events, wrong=run.wrong, differences=tuple(run.differences))


def _stored_heads(connection: Connection) -> dict[tuple[str, str], dict[str, Moved]]:
    """The head rows by case and district."""
    c = sql.STREAM.c
    query = select(c.case_id, c.district, c.size, c.joint, c.at, c.frontier, c.id).order_by(c.case_id, c.id)
    found: dict[tuple[str, str], dict[str, Moved]] = {}
    for case, district, *head in connection.execute(query):
        found.setdefault((case, district), {})[head[-1]] = Moved(*head)
    return found


def _stored_seats(connection: Connection) -> dict[str, dict[str, bool]]:
    """The seat rows by case."""
    found: dict[str, dict[str, bool]] = {}
    for case, person, progress in connection.execute(select(seats.TABLE)):
        found.setdefault(case, {})[person] = progress
    return found


def _drop_strangers(connection: Connection, run: _Replay, cases: list[Any], *, mend: bool) -> None:
    """Overviews of cases the log does not know."""
    for case in cases:
        run.differs(f"overview of {case}, a case without a stream")
        if mend:
            connection.execute(delete(overviews.TABLE).where(overviews.TABLE.c.case_id == case))
