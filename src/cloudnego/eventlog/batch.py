"""One batch of commands in one transaction: lock, remember, judge each in order, write, ring, commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeAlias

from sqlalchemy import Connection

from cloudnego.core.events import Event
from cloudnego.core.moment import Law
from cloudnego.core.sight import caucus_side
from cloudnego.core.vocabulary import Side, Stream
from cloudnego.eventlog import merkle, overviews, seats, sql
from cloudnego.eventlog.books import Books, Tenant
from cloudnego.eventlog.fold import Case
from cloudnego.eventlog.judge import Answer, Judge, Later, Missing, Pin, fact_of, is_caucus, other_case
from cloudnego.eventlog.leaf import case_id
from cloudnego.eventlog.seal import Sealed, event_of, leaf_of
from cloudnego.eventlog.store import Moved, Store
from cloudnego.eventlog.tables import StreamKey
from cloudnego.ports import Asked, Bell, Receipt


class Plan(NamedTuple):
    """One command and what it needs: its case, the caucus it writes if it writes one, and the other case it reads."""

    asked: Asked
    tenant: Tenant
    case: str
    opens: bool
    caucus: bool
    side: Side | None
    other: str | None


class Outcome(NamedTuple):
    """What a batch did: an answer for each command, the streams that grew, the cases that changed, the rows written."""

    answers: list[Answer]
    moved: dict[str, int]
    settled: list[Case]
    rows: tuple[Sealed, ...] = ()


Also: TypeAlias = Callable[[Connection, Sequence[Answer]], None]
"""What is written in the transaction of commands that are kept, all of which were answered with receipts."""

STREAM_KEYS: Final = sql.insert(sql.table_of(StreamKey))


class Batches:
    """Carries batches out on one connection, for one thread.

    `alone` promises that nobody else writes between `begin` and `finish`: then what is in memory is never looked up.
    """

    def __init__(
        self, store: Store, books: Books, law: Callable[[Pin], Law], bell: Bell, *, alone: bool = False
    ) -> None:
        self._store: Final = store
        self._books: Final = books
        self._law: Final = law
        self._bell: Final = bell
        self._alone: Final = alone
        self._judge: Final = Judge(books.sealer, law)
        self._rows: Final[list[Sealed]] = []
        self._cases: Final[dict[str, Case]] = {}
        self._opening: Final[set[str]] = set()
        self._checked: Final[set[str]] = set()  # heads that memory was held against since anyone else wrote
        self._version = -1  # of the database, as this connection counts what others write

    def run(self, connection: Connection, asks: Sequence[Asked]) -> Outcome:
        """Judge and write them in this order; returns after the commit. Whatever it raises, nothing was written."""
        self.begin(connection)
        answers = self.judge(connection, asks)
        moved, settled = self.finish(connection)
        return Outcome(answers, moved, settled, tuple(self._rows))

    def together(
        self, connection: Connection, asks: Sequence[Asked], *, keep: bool, also: Also | None = None
    ) -> Outcome:
        """The same of commands that each open a case: all of them, or, where one is refused or `keep` is not, none. Of
        one alone that is kept it does not matter what it does. `also` writes what must be there if and only if they
        are."""
        alone = keep and len(asks) == 1
        assert alone or all(asked.command.opens for asked in asks), "what changed a case that was is not taken back"
        self.begin(connection)
        answers = self.judge(connection, asks)
        if keep and all(isinstance(one, Receipt) for one in answers):
            if also is not None:
                also(connection, answers)
            moved, settled = self.finish(connection)
            return Outcome(answers, moved, settled, tuple(self._rows))
        connection.rollback()
        self._books.take_back(self._opening)
        return Outcome(answers, {}, [])

    def begin(self, connection: Connection) -> None:
        """Begin a transaction; on SQLite this locks every stream."""
        self._rows.clear()
        self._cases.clear()
        self._opening.clear()
        connection.begin()
        if self._store.sqlite:
            version = self._store.version(connection)
            if version != self._version:
                self._checked.clear()
            self._version = version
        elif self._alone:
            connection.exec_driver_sql("LOCK TABLE stream IN EXCLUSIVE MODE")
        else:
            self._checked.clear()
        self._books.open(connection)

    def judge(self, connection: Connection, asks: Sequence[Asked]) -> list[Answer]:
        """Answers in this order; what they lead to waits for `finish`."""
        plans = self._plan(connection, asks)
        self._lock(connection, [p for p in plans if p is not None])
        return [Missing() if plan is None else self._answer(connection, plan) for plan in plans]

    @property
    def pending(self) -> int:
        """Rows that wait for `finish`."""
        return len(self._rows)

    def finish(self, connection: Connection) -> tuple[dict[str, int], list[Case]]:
        """Write, ring and commit. Returns the streams that grew with their last seq, and the cases that changed."""
        touched = [case for case in self._cases.values() if case.dirty]
        moved = {id_: size for case in touched for id_, size in case.grown()}
        STREAM_KEYS.run(connection, self._books.keys.fresh)
        self._store.write(connection, self._rows)
        self._store.move_heads(connection, sorted((h for case in touched for h in moved_heads(case)), key=_by_id))
        changed = [case for case in touched if case.joint.dirty and not case.only_talked]
        seats.keep(connection, changed)
        overviews.keep(connection, changed, self._law)
        empty = [name for name in self._opening if (case := self._books.known(name)) is None or not case.joint.size]
        self._store.drop_heads(connection, empty)
        self._books.drop(empty)
        self._store.notify(connection, self._bell.payloads(moved))
        connection.commit()
        self._books.settle(touched)
        return moved, touched

    # --- what each needs ------------------------------------------------------------------------------------------

    def _plan(self, connection: Connection, asks: Sequence[Asked]) -> list[Plan | None]:
        """What is remembered is good enough to plan by; the locks decide what is still to be read."""
        districts = {asked.district for asked in asks}
        tenants = {d: self._books.tenant(connection, d, fresh=not self._alone) for d in districts}
        unknown = {a.case for a in asks if a.case is not None and self._books.known(a.case) is None}
        for case, head in self._books.joint_heads(connection, unknown).items():
            self._books.bring(connection, case, head)
        return [self._plan_one(asked, tenants[asked.district]) for asked in asks]

    def _plan_one(self, asked: Asked, tenant: Tenant | None) -> Plan | None:
        if tenant is None or asked.command.opens is not (asked.case is None):
            return None
        if asked.case is None:
            new = case_id(tenant.secret, asked.by.person, asked.key)
            return Plan(asked, tenant, new, True, False, None, other_case(asked))
        case = self._books.known(asked.case)
        if case is None or case.district != asked.district:
            return None
        caucus = is_caucus(asked)
        side = caucus_side(case.joint.state, asked.by, asked.command)
        return Plan(asked, tenant, case.id, False, caucus, side, other_case(asked))

    def _lock(self, connection: Connection, plans: list[Plan]) -> None:
        """Take all locks in one order, then read on whatever the disk knows better."""
        store, books = self._store, self._books
        opening = {p.case: p.asked.district for p in plans if p.opens and books.known(p.case) is None}
        store.new_heads(connection, opening)
        self._opening.update(opening)
        written = {p.case for p in plans if not p.caucus} | {p.other for p in plans if not p.caucus and p.other}
        sides = {(p.case, p.side) for p in plans if p.side is not None}
        beside = {case for case, _ in sides if not self._sure(case)} - written
        written = {case for case in written if not self._sure(case)}
        sides = {(case, side) for case, side in sides if not self._sure(case, side)}
        ids = [_table(case) for case in written] + [_caucus(case, side) for case, side in sides]
        heads = store.heads(connection, sorted(ids), lock=True)
        heads.update(store.heads(connection, sorted(_table(case) for case in beside)))
        self._checked.update(heads)
        for case in written | beside:
            if (head := heads.get(_table(case))) is not None:
                books.bring(connection, case, head)
        for case, side in sides:
            if (head := heads.get(_caucus(case, side))) is not None:
                books.bring_caucus(connection, case, side, head)

    def _sure(self, case: str, side: Side | None = None) -> bool:
        """Whether what is in memory is known to be what is on disk, or ahead of it by what waits for `finish`.

        Only where nobody else can have written: under the one lock of SQLite, or for a loader that is alone.
        """
        if side is None:
            return _table(case) in self._checked and self._books.known(case) is not None
        return _caucus(case, side) in self._checked and self._books.knows_caucus(case, side)

    # --- judging --------------------------------------------------------------------------------------------------

    def _answer(self, connection: Connection, plan: Plan) -> Answer:
        case = self._books.known(plan.case)
        if case is None or case.district != plan.asked.district:
            return Missing()
        if caucus_side(case.joint.state, plan.asked.by, plan.asked.command) is not plan.side:
            return Later()  # the bench changed between planning and locking
        self._cases[case.id] = case
        other = None if plan.other is None else self._books.known(plan.other)
        return self._judge.judge(
            plan.asked,
            case,
            plan.side,
            secret=plan.tenant.secret,
            default_pin=plan.tenant.pin,
            other=None if other is None or other.district != case.district else other.joint.state,
            fact=self._fact(connection, plan),
            into=self._rows,
        )

    def _fact(self, connection: Connection, plan: Plan) -> Event | None:
        """The event a plan speaks of, from this batch or from the disk; None if there is none."""
        place = fact_of(plan.asked)
        if place is None:
            return None
        stream, seq = place
        waiting = [row for row in self._rows if (row.case_id, row.stream, row.seq) == (plan.case, stream, seq)]
        found = waiting or self._store.tail(connection, plan.case, {stream: seq - 1}, limit=1)
        return event_of(found[0], leaf_of(found[0]), with_words=False) if found else None


def _table(case: str) -> str:
    return f"{case}/{Stream.TABLE.value}"


def _caucus(case: str, side: Side) -> str:
    return f"{case}/{Stream.caucus(side).value}"


def _by_id(head: Moved) -> str:
    return head.id


def moved_heads(case: Case) -> list[Moved]:
    """The heads to write: of each stream that grew, and the table's with any joint one, for it counts them."""
    heads = []
    for fold in case.folds():
        streams = fold.dirty | {Stream.TABLE} if fold.dirty and fold is case.joint else fold.dirty
        heads += [
            Moved(
                fold.sizes[stream],
                fold.size if stream is Stream.TABLE else 0,
                fold.ats[stream],
                merkle.pack(fold.peaks[stream]),
                f"{case.id}/{stream.value}",
            )
            for stream in streams
        ]
    return heads
