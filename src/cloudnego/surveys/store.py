"""Surveys on one engine: opened, answered, closed at one moment, and only then read."""

from __future__ import annotations

from collections.abc import Callable, Collection
from hashlib import sha256
from typing import Final, TypeVar

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine, Table, insert
from sqlalchemy import delete as delete_rows
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, func, select

from cloudnego.eventlog.database import writing
from cloudnego.eventlog.erase import sweep
from cloudnego.eventlog.keys import NONCE_BYTES, Keyring
from cloudnego.eventlog.rewrap import WRAPPED, Wrapped
from cloudnego.eventlog.sql import table_of
from cloudnego.surveys.questionnaire import Answer, Questionnaire
from cloudnego.surveys.tables import Survey, SurveyAnswer, SurveyOpinion, SurveyPart

PAD: Final = 512
"""What is sealed is filled up to a multiple of this: a length must not tell answers apart."""

SURVEY_KEYS: Final = Wrapped(Survey, "wrapped", lambda id_: f"survey {id_}")
WRAPPED.append(SURVEY_KEYS)  # turned with all others: `cloudnego admin keys`

_UNORDERED: Final = tuple(table_of(one) for one in (SurveyPart, SurveyAnswer, SurveyOpinion))
"""What must not tell who came when."""

T = TypeVar("T")


class Over(Exception):
    """The survey is closed; nothing is added any more."""


class Running(Exception):
    """The survey is not closed; nothing is read before."""


class Answered(Exception):
    """This person has answered, and an answer is not changed."""


class CodeTaken(Exception):
    """A code or an id that stands for something else already."""


class NewSurvey(msgspec.Struct, frozen=True, kw_only=True):
    """A survey on its way in. `since_s`: its close in real time."""

    id: str
    district: str
    case: str
    enterprise: str
    by: str
    closes_s: int
    since_s: int
    issued: int
    asked: Questionnaire


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A survey as it stands; `closed_s`: None while it runs."""

    id: str
    district: str
    case: str
    enterprise: str
    by: str
    closes_s: int
    since_s: int
    closed_s: int | None
    issued: int
    wrapped: bytes
    asked: Questionnaire


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """An opinion as it was written: to which question, under which head."""

    question: int
    head: str | None
    text: str


class NewOpinion(msgspec.Struct, frozen=True, kw_only=True):
    """The same on its way in, with the code that its writer keeps."""

    code: str
    said: Written


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody sends: his answer under an id that his phone drew, and what he wrote."""

    id: str
    answer: Answer
    opinions: tuple[NewOpinion, ...] = ()


def opinion_id(code: str) -> str:
    """What stands for a code. It has 80 random bits, so nothing is to be had from guessing."""
    return sha256(f"opinion\0{code}".encode()).hexdigest()


class Box:
    """The key of one survey, for everything in it: each thing is sealed for its place and opened there alone."""

    def __init__(self, ring: Keyring, survey: str, wrapped: bytes) -> None:
        self._ring: Final = ring
        self._survey: Final = survey
        self._key: Final = AESGCM(ring.unwrap(wrapped, SURVEY_KEYS.what(survey)))

    def seal(self, what: str, plain: object) -> bytes:
        """Something, filled up so that its length says little."""
        text = msgspec.json.encode(plain)
        text = text.ljust(-(-len(text) // PAD) * PAD)
        nonce = self._ring.dice.throw(NONCE_BYTES, "nonce", self._survey, what, text.decode())
        return nonce + self._key.encrypt(nonce, text, self._place(what))

    def open(self, what: str, content: bytes, kind: type[T]) -> T:
        """What was sealed for its place. Raises InvalidTag."""
        plain = self._key.decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], self._place(what))
        return msgspec.json.decode(plain, type=kind)

    def _place(self, what: str) -> bytes:
        return f"survey {self._survey}\0{what}".encode()


class Surveys:
    """Every method blocks."""

    def __init__(self, engine: Engine, ring: Keyring) -> None:
        self.engine: Final = engine
        self.ring: Final = ring

    def box(self, survey: str, wrapped: bytes) -> Box:
        """The key of a survey. Raises KeyMissing."""
        return Box(self.ring, survey, wrapped)

    def open(self, new: NewSurvey, allowed: Callable[[list[Kept]], None] = lambda _: None) -> None:
        """Freeze a questionnaire. `allowed`: raises where it may not stand beside those the case has; no other is
        opened in the case while it looks, by whichever node."""
        _, wrapped = self.ring.new(SURVEY_KEYS.what(new.id))
        row = Survey(
            id=new.id, district=new.district, case_id=new.case, enterprise=new.enterprise, created_by=new.by,
            closes_s=new.closes_s, since_s=new.since_s, issued=new.issued, wrapped=wrapped,
            asked=self.box(new.id, wrapped).seal("asked", new.asked),
        )  # fmt: skip
        with Session(writing(self.engine)) as session:
            _one_at_a_time(session, new.case)
            allowed(self._of_case(session, new.case))
            session.add(row)
            session.commit()

    def of_case(self, case: str) -> list[Kept]:
        """The surveys of a case, the one that closes last first."""
        with Session(self.engine) as session:
            return self._of_case(session, case)

    def _of_case(self, session: Session, case: str) -> list[Kept]:
        query = select(Survey).where(Survey.case_id == case)
        rows = session.exec(query.order_by(col(Survey.closes_s).desc(), col(Survey.id))).all()
        return [self._kept(row) for row in rows]

    def running(self, district: str, enterprises: Collection[str], clock_s: int) -> list[Kept]:
        """Those of these enterprises that may still be answered."""
        query = select(Survey).where(Survey.district == district, col(Survey.enterprise).in_(enterprises))
        query = query.where(col(Survey.closed_s).is_(None), col(Survey.closes_s) > clock_s)
        with Session(self.engine) as session:
            return [self._kept(row) for row in session.exec(query.order_by(col(Survey.closes_s))).all()]

    def get(self, case: str, survey: str) -> Kept | None:
        """One survey of a case."""
        with Session(self.engine) as session:
            row = session.get(Survey, survey)
            return self._kept(row) if row is not None and row.case_id == case else None

    def returned(self, survey: str) -> int:
        """How many have answered: while it runs all that is told."""
        with Session(self.engine) as session:
            query = select(func.count()).select_from(SurveyPart).where(SurveyPart.survey == survey)
            return session.exec(query).one()

    def took_part(self, survey: str, person: str) -> bool:
        """Whether somebody has answered; asked for himself alone."""
        with Session(self.engine) as session:
            return session.get(SurveyPart, (survey, person)) is not None

    def answer(self, kept: Kept, person: str, given: Given, clock_s: int) -> bool:
        """Take an answer in, with what was written. False where the very same is here already: its reply was lost.

        Raises Over, Answered, CodeTaken.
        """
        box = self.box(kept.id, kept.wrapped)
        rows = [_opinion(box, kept, one) for one in given.opinions]
        answer = SurveyAnswer(
            survey=kept.id, id=given.id, since_s=kept.since_s, sealed=box.seal(f"answer {given.id}", given.answer)
        )
        with Session(writing(self.engine)) as session:
            survey = session.get_one(Survey, kept.id, with_for_update=True)
            here = session.get(SurveyAnswer, (kept.id, given.id)) is not None
            if session.get(SurveyPart, (kept.id, person)) is not None:
                if here:
                    return False
                raise Answered
            if survey.closed_s is not None or survey.closes_s <= clock_s:
                raise Over
            if here or any(session.get(SurveyOpinion, row.id) is not None for row in rows):
                raise CodeTaken
            session.add(SurveyPart(survey=kept.id, person=person, since_s=kept.since_s))
            session.add_all([answer, *rows])
            session.commit()
        return True

    def settle(self, kept: Kept, clock_s: int, issued: int, *, now: bool = False) -> bool:
        """Close a survey whose time has come, or `now`; whether it is closed. From then on nothing is added, and what
        order the writing left behind (on PostgreSQL where a row lies, and beside which) is gone with the old rows."""
        if kept.closed_s is not None:
            return True
        if not now and clock_s < kept.closes_s:
            return False
        with Session(writing(self.engine)) as session:
            survey = session.get_one(Survey, kept.id, with_for_update=True)
            if survey.closed_s is not None:
                return True
            returned = select(func.count()).select_from(SurveyPart).where(SurveyPart.survey == kept.id)
            survey.closed_s = min(clock_s, survey.closes_s)
            survey.issued = max(issued, session.exec(returned).one())
            session.add(survey)
            session.flush()
            for table in _UNORDERED:
                _rewrite(session, table, kept.id)
            session.commit()
        for table in _UNORDERED:
            sweep(self.engine, table.name)
        return True

    def answers(self, survey: str) -> list[Answer]:
        """All answers, in the order of their ids. Raises Running."""
        with Session(self.engine) as session:
            row = session.get_one(Survey, survey)
            if row.closed_s is None:
                raise Running
            query = select(SurveyAnswer).where(SurveyAnswer.survey == survey).order_by(col(SurveyAnswer.id))
            box = self.box(survey, row.wrapped)
            return [box.open(f"answer {one.id}", one.sealed, Answer) for one in session.exec(query).all()]

    def silent(self, survey: str, people: Collection[str]) -> list[str]:
        """Those of these people who have not answered."""
        with Session(self.engine) as session:
            done = set(session.exec(select(SurveyPart.person).where(SurveyPart.survey == survey)).all())
        return sorted(set(people) - done)

    def _kept(self, row: Survey) -> Kept:
        return Kept(
            id=row.id, district=row.district, case=row.case_id, enterprise=row.enterprise, by=row.created_by,
            closes_s=row.closes_s, since_s=row.since_s, closed_s=row.closed_s, issued=row.issued, wrapped=row.wrapped,
            asked=self.box(row.id, row.wrapped).open("asked", row.asked, Questionnaire),
        )  # fmt: skip


def _one_at_a_time(session: Session, case: str) -> None:
    """Two cannot both find that nothing like them is there. SQLite has one writer; no row that others write is held."""
    if session.connection().dialect.name == "postgresql":
        session.execute(select_rows(func.pg_advisory_xact_lock(func.hashtextextended(f"surveys/{case}", 0))))


def _opinion(box: Box, kept: Kept, new: NewOpinion) -> SurveyOpinion:
    id_ = opinion_id(new.code)
    return SurveyOpinion(id=id_, survey=kept.id, since_s=kept.since_s, sealed=box.seal(f"opinion {id_}", new.said))


def _rewrite(session: Session, table: Table, survey: str) -> None:
    """Write the rows of a survey anew in the order of their keys, in one transaction for all."""
    connection, here = session.connection(), table.c.survey == survey
    rows = [
        dict(row._mapping) for row in connection.execute(select_rows(table).where(here).order_by(*table.primary_key))
    ]
    connection.execute(delete_rows(table).where(here))
    if rows:
        connection.execute(insert(table), rows)
