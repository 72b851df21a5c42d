"""Tables of opinion collection. Who answered and what was answered have nothing in common but the survey: no person,
time, number or order on an answer, and both lie in the order of keys that say nothing."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel


class Survey(SQLModel, table=True):
    """A questionnaire, frozen. Whatever is asked, answered and decided in it is sealed with a key of its own."""

    __tablename__ = "survey"
    __table_args__ = (
        Index("ix_survey_case_id", "case_id"),
        Index("ix_survey_district_enterprise", "district", "enterprise"),
    )

    id: str = Field(primary_key=True, max_length=40)
    district: str = Field(max_length=64)
    case_id: str = Field(max_length=32)
    enterprise: str = Field(max_length=64)  # whose workers are asked
    created_by: str = Field(max_length=64)
    closes_s: int = Field(sa_type=BigInteger)  # by the clock of the district
    since_s: int = Field(sa_type=BigInteger)  # the same in real time: what it is kept by
    closed_s: int | None = Field(default=None, sa_type=BigInteger)  # by the clock of the district; then all is counted
    issued: int  # how many may answer; after the close how many might have
    wrapped: bytes  # its key, wrapped by the master key, which is never in the database
    asked: bytes  # nonce ‖ AES-256-GCM of `questionnaire.Questionnaire`


class SurveyPart(SQLModel, table=True):
    """That somebody has answered: once, and not what."""

    __tablename__ = "survey_part"
    __table_args__ = {"sqlite_with_rowid": False}

    survey: str = Field(primary_key=True, max_length=40)
    person: str = Field(primary_key=True, max_length=64)
    since_s: int = Field(sa_type=BigInteger)  # of the survey: the same for all


class SurveyAnswer(SQLModel, table=True):
    """What somebody answered, and not who. All of one length, or of a few."""

    __tablename__ = "survey_answer"
    __table_args__ = {"sqlite_with_rowid": False}

    survey: str = Field(primary_key=True, max_length=40)
    id: str = Field(primary_key=True, max_length=64)  # drawn at random on the phone
    since_s: int = Field(sa_type=BigInteger)
    sealed: bytes


class SurveyOpinion(SQLModel, table=True):
    """What somebody wrote. Who has the code finds it; we have its hash alone."""

    __tablename__ = "survey_opinion"
    __table_args__ = (Index("ix_survey_opinion_survey", "survey"), {"sqlite_with_rowid": False})

    id: str = Field(primary_key=True, max_length=64)  # SHA-256 of the code
    survey: str = Field(max_length=40)
    since_s: int = Field(sa_type=BigInteger)
    sealed: bytes


class SurveyOpinionStep(SQLModel, table=True):
    """What was decided about an opinion, by whom and why. Never changed: another decision is another row."""

    __tablename__ = "survey_opinion_step"

    opinion: str = Field(primary_key=True, max_length=64)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    survey: str = Field(max_length=40)
    since_s: int = Field(sa_type=BigInteger)
    sealed: bytes
