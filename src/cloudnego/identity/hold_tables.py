"""Holds: cases of which nothing is deleted, because a court, an arbitration or an inspection may ask for it."""

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
    lifted_by: str | None = Field(default=None, max_length=64)
    lifted_s: int | None = Field(default=None, sa_type=BigInteger)
