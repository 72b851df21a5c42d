"""The record of who came and went: what the law on network logs wants kept, and no address in it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel


class SignInRecord(SQLModel, table=True):
    """One sign-in, one end of a session, or one failure. Of a failure only the hash of the name that was typed is
    kept, as in `sign_in_failure`: it may be a password typed into the wrong field."""

    __tablename__ = "sign_in_record"
    __table_args__ = (
        Index("ix_sign_in_record_at_s", "at_s"),
        Index("ix_sign_in_record_person", "person", "at_s"),
    )

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    person: str | None = Field(default=None, max_length=64)
    name_hash: str | None = Field(default=None, max_length=64)
    what: str = Field(max_length=8)  # "in" | "out" | "all_out" | "failed"
    door: str | None = Field(default=None, max_length=8)
    at_s: int = Field(sa_type=BigInteger)
