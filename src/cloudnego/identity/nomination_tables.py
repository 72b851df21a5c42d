"""Tables of nominations: who is put forward for a case's election, whether he stands, what the union decided, and what
workers object to the list that came of the vote.

Instants are whole seconds since 1970 (real time), columns ending in `_s`; `since_s` is the opening of the call in every
row, for a line must not tell who nominated before whom. Dates are days of the district's clock.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlmodel import Field, SQLModel

from cloudnego.identity.objections import Objected


class NominationCall(SQLModel, table=True):
    """The union asks for nominations in a case. `seats`: how many one may name; `until`: the last day for it."""

    __tablename__ = "nomination_call"
    __table_args__ = (Index("ix_nomination_call_case_id", "case_id", "opened_s"),)

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    case_id: str = Field(max_length=64)
    enterprise: str = Field(
        sa_column_args=(ForeignKey("organisation.id", name="fk_nomination_call_enterprise"),), max_length=64
    )
    seats: int
    until: date
    opened_s: int = Field(sa_type=BigInteger)
    opened_by: str = Field(max_length=64)


class Candidacy(SQLModel, table=True):
    """One who was nominated. `stands`: whether he consents, None until he says; `shown`: whether his words may be
    read, `listed`: whether the union puts him on its list, each None until it is decided. `marks`: a few words of
    `core.events.Rep`, as the union entered them."""

    __tablename__ = "candidacy"
    __table_args__ = (Index("uq_candidacy_person", "call", "person", unique=True),)

    id: str = Field(primary_key=True, max_length=64)
    call: str = Field(sa_column_args=(ForeignKey("nomination_call.id", name="fk_candidacy_call"),), max_length=64)
    person: str = Field(sa_column_args=(ForeignKey("person.id", name="fk_candidacy_person"),), max_length=64)
    stands: bool | None = None
    post: str | None = Field(default=None, max_length=80)
    words: str | None = Field(default=None, max_length=400)
    shown: bool | None = None
    listed: bool | None = None
    marks: str = Field(default="", max_length=96)
    since_s: int = Field(sa_type=BigInteger)


class Nomination(SQLModel, table=True):
    """Who put somebody forward. Nobody but himself is told."""

    __tablename__ = "nomination"
    __table_args__ = {"sqlite_with_rowid": False}

    candidacy: str = Field(
        sa_column_args=(ForeignKey("candidacy.id", name="fk_nomination_candidacy"),), primary_key=True, max_length=64
    )
    person: str = Field(
        sa_column_args=(ForeignKey("person.id", name="fk_nomination_person"),), primary_key=True, max_length=64
    )
    since_s: int = Field(sa_type=BigInteger)


class CandidacyStep(SQLModel, table=True):
    """What the union decided about a candidacy or its words, by whom and why. Another decision is another row."""

    __tablename__ = "candidacy_step"

    candidacy: str = Field(
        sa_column_args=(ForeignKey("candidacy.id", name="fk_candidacy_step_candidacy"),),
        primary_key=True,
        max_length=64,
    )
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str = Field(max_length=16)  # `identity.nominations.Decided`
    reason: str | None = Field(default=None, max_length=200)
    created_by: str = Field(max_length=64)
    at_s: int = Field(sa_type=BigInteger)


class ElectionObjection(Objected, table=True):
    """A worker objects to the list that was publicised after the vote. `about`: one of the elected; None: the whole."""

    __tablename__ = "election_objection"
    __table_args__ = (Index("ix_election_objection_case_id", "case_id", "raised_s"),)

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    case_id: str = Field(max_length=64)
    about: str | None = Field(
        default=None,
        sa_column_args=(ForeignKey("person.id", name="fk_election_objection_about"),),
        max_length=64,
    )
    raised_by: str = Field(
        sa_column_args=(ForeignKey("person.id", name="fk_election_objection_raised_by"),), max_length=64
    )
