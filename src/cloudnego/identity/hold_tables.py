"""What keeps records and what takes them away: holds on cases, and what was erased at somebody's wish."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel


class CaseHold(SQLModel, table=True):
    """One hold. It ends on its day, or when somebody lifts it; the row stays, as the record of it."""

    __tablename__ = "case_hold"
    __table_args__ = (Index("ix_case_hold_case_id", "case_id"),)

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    case_id: str = Field(max_length=32)
    reason: str = Field(max_length=200)
    set_by: str = Field(max_length=64)
    set_s: int = Field(sa_type=BigInteger)
    until_on: date | None = None
    article: str | None = Field(default=None, max_length=120)  # what it rests on: an article, the number of an order
    lifted_by: str | None = Field(default=None, max_length=64)
    lifted_s: int | None = Field(default=None, sa_type=BigInteger)


class Erasure(SQLModel, table=True):
    """That words of somebody were erased in a case, how many, and why; never what they were."""

    __tablename__ = "erasure"

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    case_id: str = Field(max_length=32)
    of: str = Field(max_length=64)
    reason: str = Field(max_length=200)
    at_s: int = Field(sa_type=BigInteger)
    entries: int
    files: int
    papers: int
