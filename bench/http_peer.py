"""The peer: the same command as it is usually written with FastAPI and SQLModel, one session and transaction each.

It does the same work: the same judging, leaf, tree, head and overview, in the same tables with the same durability. It
is even spared some: the folded cases and the sign-ins lie in its memory, where the usual application reads them anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Annotated, Final

from fastapi import Depends, FastAPI, Header, HTTPException, Request
from pydantic import BaseModel
from sqlmodel import Session

from bench.http_case import settings_of
from cloudnego.core.commands import MakeProposal
from cloudnego.eventlog import overviews, rollup
from cloudnego.eventlog.batch import moved_heads
from cloudnego.eventlog.books import Books, Tenant
from cloudnego.eventlog.database import connect, writing
from cloudnego.eventlog.districts import Districts
from cloudnego.eventlog.fold import Case
from cloudnego.eventlog.judge import Judge, told
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.seal import Sealed
from cloudnego.eventlog.store import Store
from cloudnego.eventlog.tables import Body, Leaf, Stream
from cloudnego.identity.clocks import Clocks
from cloudnego.identity.offices import member_for, parties_of
from cloudnego.identity.sessions import Sessions, Who
from cloudnego.main import now, now_s
from cloudnego.ports import Asked
from cloudnego.web.commands import PREFIX
from tests.eventlog.given import DISTRICT


class EntryOut(BaseModel):
    stream: str
    seq: int
    type: str


class ReceiptOut(BaseModel):
    case: str
    entries: list[EntryOut]
    repeated: bool


class Desk:
    """What the handlers share."""

    def __init__(self, folder: Path) -> None:
        settings = settings_of(folder)
        ring = Keyring.open(settings.master_key)
        self.engine: Final = writing(connect(settings.database))
        store = Store(self.engine)
        districts = Districts(self.engine, ring)
        self.clocks: Final = Clocks(districts, now)
        self.law: Final = districts.law
        self._sessions: Final = Sessions(
            self.engine, now_s, idle_s=settings.session_idle_s, lasts_s=settings.session_lasts_s
        )
        self._believed: Final[dict[str, Who]] = {}
        books = Books(store, ring, cases_max=1_000_000)
        self.judge: Final = Judge(books.sealer, districts.law)
        self.cases: Final[dict[str, Case]] = {}
        self.locks: Final[dict[str, Lock]] = {}
        with self.engine.connect() as connection:
            self.tenant: Final = _tenant(books, connection)
            for row in connection.exec_driver_sql("SELECT case_id FROM overview").all():
                (head,) = books.joint_heads(connection, [row[0]]).values()
                self.cases[row[0]] = books.bring(connection, row[0], head)
                self.locks[row[0]] = Lock()

    def who(self, token: str) -> Who | None:
        """Who has this session, read from the database once and believed for good."""
        known = self._believed.get(token)
        if known is None and (known := self._sessions.who(token)) is not None:
            self._believed[token] = known
        return known


def _tenant(books: Books, connection: object) -> Tenant:
    found = books.tenant(connection, DISTRICT)  # type: ignore[arg-type]
    assert found is not None
    return found


def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


Shared = Annotated[Desk, Depends(desk_of)]


def session_of(desk: Shared) -> Iterator[Session]:
    with Session(desk.engine) as session:
        yield session


def signed_in(desk: Shared, authorization: Annotated[str, Header()]) -> Who:
    who = desk.who(authorization.removeprefix("Bearer "))
    if who is None:
        raise HTTPException(401)
    return who


def make_proposal(
    *,
    case_id: str,
    command: MakeProposal,
    desk: Shared,
    who: Annotated[Who, Depends(signed_in)],
    session: Annotated[Session, Depends(session_of)],
    idempotency_key: Annotated[str, Header()],
) -> ReceiptOut:
    """One command: judge it on the case as it stands, add the rows, commit."""
    case = desk.cases.get(case_id)
    parties = None if case is None else parties_of(case.joint.state)
    at = desk.clocks(DISTRICT)
    if case is None or parties is None:
        raise HTTPException(404)
    member = member_for(who.person, who.held, parties, acting_as=None, today=at.date())
    if member is None:
        raise HTTPException(404)
    asked = Asked(district=DISTRICT, case=case_id, command=command, by=member, at=at, key=idempotency_key)
    rows: list[Sealed] = []
    with desk.locks[case_id]:
        answer = desk.judge.judge(
            asked, case, None, secret=desk.tenant.secret, default_pin=desk.tenant.pin, other=None, into=rows
        )
        receipt = told(answer)
        _write(desk, session, case, rows)
        session.commit()
        case.clean()
    entries = [EntryOut(stream=one.stream.value, seq=one.seq, type=one.type) for one in receipt.entries]
    return ReceiptOut(case=receipt.case, entries=entries, repeated=receipt.repeated)


def _write(desk: Desk, session: Session, case: Case, rows: list[Sealed]) -> None:
    for row in rows:
        leaf = Leaf(case_id=row.case_id, stream=row.stream, seq=row.seq, leaf=row.leaf, hash=row.hash)
        session.add(leaf)
        session.flush()  # the database numbers the leaf, the body lies under the same number
        assert leaf.pos is not None
        session.add(
            Body(
                pos=leaf.pos, body=row.body, salt=row.salt, words=row.words, words_salt=row.words_salt,
                asked=row.asked, warned=row.warned,
            )
        )  # fmt: skip
    for moved in moved_heads(case):
        head = session.get_one(Stream, moved.id)
        head.size, head.joint, head.at, head.frontier = moved[:4]
        session.add(head)
    overview = overviews.news(case, desk.law)
    if overview is not None:
        session.flush()
        overviews.write(session.connection(), [(case.id, case.district, overview)])
        rollup.add(session.connection(), [(case.district, case.overview, overview)])
        case.overview = overview


def application(folder: Path) -> FastAPI:
    """The peer on the installation in `folder`."""
    app = FastAPI()
    app.state.desk = Desk(folder)
    app.post(PREFIX + "/{case_id}/make-proposal", status_code=201)(make_proposal)
    return app
