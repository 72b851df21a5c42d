"""The peer of the append bench: one SQLModel session and transaction for each command, from a pool of threads.

It does the same work with the same parts: judge, leaf, tree, head, overview, rollup, and the same durability. The aims
are held against the form that is spared the reading: folded cases lie in its memory. The usual application has no such
memory and reads the stream anew each time; that form is measured beside it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Final

from sqlmodel import Session, col, select

from bench.load import Wish, ring, stamped
from cloudnego.core.vocabulary import JOINT
from cloudnego.eventlog import overviews, rollup
from cloudnego.eventlog.batch import moved_heads
from cloudnego.eventlog.books import Books
from cloudnego.eventlog.database import connect, writing
from cloudnego.eventlog.districts import Districts
from cloudnego.eventlog.fold import Case
from cloudnego.eventlog.judge import Judge, told
from cloudnego.eventlog.seal import Sealed
from cloudnego.eventlog.store import Store
from cloudnego.eventlog.tables import Body, Leaf, OverviewRow, Stream
from cloudnego.ports import Receipt
from tests.eventlog.given import DISTRICT


class Peer:
    """A pool of threads, each with a connection of its own."""

    def __init__(self, url: str, cases: list[str], threads: int) -> None:
        engine = connect(url, pool=threads)
        store, keys = Store(engine), ring()
        self._law: Final = Districts(engine, keys).law
        books = Books(store, keys, cases_max=len(cases))
        self._sealer: Final = books.sealer
        self._judge: Final = Judge(books.sealer, self._law)
        with engine.connect() as connection:
            tenant = books.tenant(connection, DISTRICT)
            heads = books.joint_heads(connection, cases)
            self._cases: Final = {case: books.bring(connection, case, heads[case]) for case in cases}
        assert tenant is not None
        self._tenant: Final = tenant
        self._locks: Final = {case: Lock() for case in cases}
        self._engine: Final = writing(engine)
        self._pool: Final = ThreadPoolExecutor(threads)

    def work(self, asked: list[Wish], *, reading: bool = False) -> int:
        """Carry out these commands, as many at a time as there are threads."""
        for done in [self._pool.submit(self._one, wish, reading) for wish in asked]:
            done.result()
        return len(asked)

    def alone(self, asked: list[Wish]) -> int:
        """The same, one after the other."""
        for wish in asked:
            self._pool.submit(self._one, wish, False).result()
        return len(asked)

    def close(self) -> None:
        self._pool.shutdown()
        self._engine.dispose()

    def _one(self, wish: Wish, reading: bool) -> Receipt:
        rows: list[Sealed] = []
        with self._locks[wish.case], Session(self._engine) as session:
            session.connection()  # begins: what is read is read inside the transaction
            if reading:
                self._cases[wish.case] = self._read(session, self._cases[wish.case])
            case = self._cases[wish.case]
            answer = self._judge.judge(
                stamped(wish),
                case,
                None,
                secret=self._tenant.secret,
                default_pin=self._tenant.pin,
                other=None,
                into=rows,
            )
            receipt = told(answer)
            self._write(session, case, rows)
            session.commit()
            case.clean()
        return receipt

    def _read(self, session: Session, known: Case) -> Case:
        """The case folded from its rows, as an application without a writer of its own has to."""
        case = Case(known.id, known.district)
        joint = select(Leaf, Body).where(Leaf.case_id == known.id, col(Leaf.pos) == Body.pos)
        joint = joint.where(col(Leaf.stream).in_([stream.value for stream in JOINT])).order_by(col(Leaf.pos))
        case.joint.read_on(
            (
                Sealed(
                    leaf.case_id, leaf.stream, leaf.seq, leaf.leaf, leaf.hash, body.body, body.salt, body.words,
                    body.words_salt, body.asked, body.warned,
                )
                for leaf, body in session.exec(joint)
            ),
            self._sealer,
        )  # fmt: skip
        case.overview = known.overview
        return case

    def _write(self, session: Session, case: Case, rows: list[Sealed]) -> None:
        for row in rows:
            leaf = Leaf(case_id=row.case_id, stream=row.stream, seq=row.seq, leaf=row.leaf, hash=row.hash)
            session.add(leaf)
            session.flush()  # the database numbers the leaf; the body lies under the same number
            assert leaf.pos is not None
            session.add(Body(pos=leaf.pos, **dict(zip(Sealed._fields[5:], row[5:], strict=True))))
        for moved in moved_heads(case):
            head = session.get_one(Stream, moved.id)
            head.size, head.joint, head.at, head.frontier = moved[:4]
            session.add(head)
        overview = overviews.news(case, self._law)
        stored = session.get(OverviewRow, case.id)
        assert stored is not None
        if overview is not None:
            for name in overviews.COLUMNS:
                if name != "covers":
                    setattr(stored, name, getattr(overview, name))
            session.add(stored)
            session.flush()
            rollup.add(session.connection(), [(case.district, case.overview, overview)])
            case.overview = overview
