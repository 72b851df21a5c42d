"""The tables of the polls: who may vote, and the box. No column of one leads to a row of the other (decision 0038).

Nothing here has a time or a number of its own but the poll itself: rows of the roll and of the box are told apart by
person and by place alone, and SQLite keeps them in that order.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel


class Poll(SQLModel, table=True):
    """One poll. `state`: prepared, open, counted, buried, voided; restored: it was open in a backup. `wrapped`: its own
    key, wrapped by the master key; under it lies the RSA key (`sealed`), and with it the pool is written. Both are gone
    once it is buried or void.

    `salt`: of the lines of its roll. `question`: what `ballots.Question` says, as JSON. `pool`: the folder that keeps
    what waits; after the end `tidying.TRACES`, until the files are written anew. `closing`: what the close found.
    """

    __tablename__ = "poll"
    __table_args__ = (Index("ix_poll_district_state", "district", "state"),)

    id: str = Field(primary_key=True, max_length=32)  # random: it tells nothing of any other
    district: str = Field(max_length=64)
    case_id: str = Field(max_length=32)
    state: str = Field(max_length=8)
    made_s: int = Field(sa_type=BigInteger)
    closes_s: int | None = Field(default=None, sa_type=BigInteger)
    modulus: str = Field(max_length=520)
    thumbprint: str = Field(max_length=43)
    receipt_key: str = Field(max_length=43)
    salt: bytes
    question: bytes | None = None
    wrapped: bytes | None = None
    sealed: bytes | None = None
    pool: str | None = Field(default=None, max_length=32)
    closing: bytes | None = None


class PollVoter(SQLModel, table=True):
    """A line of the roll. `state` goes once from `open` to `issued` or `paper`. What was signed for him, and the
    answer, lie here until the close: whoever asks again gets it again."""

    __tablename__ = "poll_voter"
    __table_args__ = {"sqlite_with_rowid": False}

    poll: str = Field(primary_key=True, max_length=32)
    person: str = Field(primary_key=True, max_length=64)
    state: str = Field(max_length=8)
    blinded: bytes | None = None
    answer: bytes | None = None


class BallotRow(SQLModel, table=True):
    """A ballot in the box of a poll that is not closed yet. Its key is its place, which only its bytes give."""

    __tablename__ = "ballot"
    __table_args__ = {"sqlite_with_rowid": False}

    poll: str = Field(primary_key=True, max_length=32)
    place: bytes = Field(primary_key=True)
    nonce: bytes
    choice: str = Field(max_length=512)
    signature: bytes


class PollList(SQLModel, table=True):
    """Some of the list of a closed box, in parts: all who may read it get these very bytes."""

    __tablename__ = "poll_list"

    poll: str = Field(primary_key=True, max_length=32)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    content: bytes


class TellerCount(SQLModel, table=True):
    """What one teller counted of the papers, apart from the other. `counts`: by choice, as JSON."""

    __tablename__ = "teller_count"

    poll: str = Field(primary_key=True, max_length=32)
    teller: str = Field(primary_key=True, max_length=64)
    counts: bytes
    spoiled: int
    papers: int
