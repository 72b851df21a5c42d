"""Tables of a congress before its vote: who received the draft, who is present, what delegates say of it.

None of it is a fact of the case: the log has the acts of the union and the counts. Instants are whole seconds since
1970 (real time), columns ending in `_s`. `round`: of the case; `sitting`: a congress without quorum is convened anew.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlmodel import Field, SQLModel


class CongressReceipt(SQLModel, table=True):
    """A delegate confirmed that he received the draft and its explanation."""

    __tablename__ = "congress_receipt"

    case_id: str = Field(primary_key=True, max_length=32)
    round: int = Field(primary_key=True)
    person: str = Field(
        sa_column_args=(ForeignKey("person.id", name="fk_congress_receipt_person"),), primary_key=True, max_length=64
    )
    district: str = Field(max_length=64)
    at_s: int = Field(sa_type=BigInteger)


class CongressPresence(SQLModel, table=True):
    """A delegate said that he is present."""

    __tablename__ = "congress_presence"

    case_id: str = Field(primary_key=True, max_length=32)
    round: int = Field(primary_key=True)
    sitting: int = Field(primary_key=True)
    person: str = Field(
        sa_column_args=(ForeignKey("person.id", name="fk_congress_presence_person"),), primary_key=True, max_length=64
    )
    district: str = Field(max_length=64)
    at_s: int = Field(sa_type=BigInteger)


class CongressComment(SQLModel, table=True):
    """What a delegate says of the draft before the ballot. Hidden ones stay, with the reason."""

    __tablename__ = "congress_comment"
    __table_args__ = (Index("ix_congress_comment_case", "case_id", "round", "at_s"),)

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    case_id: str = Field(max_length=32)
    round: int
    person: str = Field(sa_column_args=(ForeignKey("person.id", name="fk_congress_comment_person"),), max_length=64)
    text: str = Field(max_length=1000)
    at_s: int = Field(sa_type=BigInteger)
    hidden_s: int | None = Field(default=None, sa_type=BigInteger)
    hidden_by: str | None = Field(default=None, max_length=64)
    hidden_why: str | None = Field(default=None, max_length=200)
