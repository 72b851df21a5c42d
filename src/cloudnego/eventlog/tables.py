"""The tables of the log, the only description of what is stored: `leaf` is append-only, `body` may be erased.

The log proper is `stream`, `leaf`, `body` and `stream_key`; `overview`, `seat` and `rollup` are projections of it that
`replay` rebuilds; `district` and `law_text` are stores of their own.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Column, Index, Integer, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

# SQLite numbers rows by itself only in a column that is INTEGER to the letter
_POSITION = BigInteger().with_variant(Integer(), "sqlite")


class District(SQLModel, table=True):
    """A tenant. `kind` is `live` or `sandbox`, for good; only a sandbox's clock is ever off (`clock_offset_s`).

    Only a sandbox ever ends (`ended_s`); a practice does so by itself when its time is over (`ends_s`).
    """

    __tablename__ = "district"

    id: str = Field(primary_key=True, max_length=64)
    name: str = Field(max_length=200)
    kind: str = Field(max_length=8)
    clock_offset_s: int = Field(default=0, sa_type=BigInteger)
    pack: str = Field(max_length=64)  # default of new cases; each case pins its own
    pack_version: str = Field(max_length=64)
    calendar: str = Field(max_length=64)  # version of the calendar in force for new cases
    secret: bytes  # key of case ids and command fingerprints, wrapped by the master key
    ends_s: int | None = Field(default=None, sa_type=BigInteger)
    ended_s: int | None = Field(default=None, sa_type=BigInteger)


class Stream(SQLModel, table=True):
    """The head of one stream. The row of a case's table also stands for the joint state: who holds it holds all three.

    `joint` counts the events of table, filing and notice together, on the table's row; elsewhere it stays 0.
    """

    __tablename__ = "stream"

    id: str = Field(primary_key=True, max_length=64)  # "<case>/<stream>", as the leaves say it
    case_id: str = Field(max_length=32)
    district: str = Field(max_length=64)
    epoch: int = 1
    size: int = 0
    joint: int = 0
    at: str = Field(default="", max_length=32)  # of the last leaf, RFC 3339 at +08:00
    frontier: bytes = b""  # roots of the full subtrees, left to right, 32 bytes each


class Leaf(SQLModel, table=True):
    """One entry: the exact bytes of leaf v1 and their RFC 6962 hash. `pos` orders the joint streams."""

    __tablename__ = "leaf"
    __table_args__ = (UniqueConstraint("case_id", "stream", "seq", name="uq_leaf_case_id_stream_seq"),)

    pos: int | None = Field(default=None, sa_column=Column(_POSITION, primary_key=True, autoincrement=True))
    case_id: str = Field(max_length=32)
    stream: str = Field(max_length=16)
    seq: int
    leaf: bytes
    hash: bytes


class Body(SQLModel, table=True):
    """What the leaf at `pos` commits to, apart from it. Erasing empties `words`, `words_salt` and `asked`.

    In a caucus `body`, `words` and `warned` are nonce ‖ ciphertext with the salt inside, and the salts are empty.
    `asked`: HMAC of the command, on the first event it led to; `warned`: the advisory obstacles of its receipt.
    """

    __tablename__ = "body"

    pos: int = Field(sa_column=Column(_POSITION, primary_key=True, autoincrement=False))
    body: bytes | None = None
    salt: bytes | None = None
    words: bytes | None = None
    words_salt: bytes | None = None
    asked: bytes | None = None
    warned: bytes | None = None


class StreamKey(SQLModel, table=True):
    """The key of one caucus stream, wrapped by the master key, which is never in the database."""

    __tablename__ = "stream_key"

    id: str = Field(primary_key=True, max_length=64)
    wrapped: bytes


class LawText(SQLModel, table=True):
    """A rule pack or calendar as it was loaded, so that a case always finds the law it pinned."""

    __tablename__ = "law_text"

    kind: str = Field(primary_key=True, max_length=16)  # "pack" | "calendar"
    id: str = Field(primary_key=True, max_length=64)
    version: str = Field(primary_key=True, max_length=64)
    body: bytes


class OverviewRow(SQLModel, table=True):
    """`core.overview.Overview` as a row, one a case: what lists and timers read. Rebuilt by `replay`."""

    __tablename__ = "overview"
    __table_args__ = (
        Index("ix_overview_district_opened_on", "district", "opened_on", "case_id"),
        Index("ix_overview_district_next_due", "district", "next_due"),
        Index("ix_overview_enterprise", "enterprise"),
        Index("ix_overview_district_external_ref", "district", "external_ref"),
    )

    case_id: str = Field(primary_key=True, max_length=32)
    district: str = Field(max_length=64)
    step: str = Field(max_length=16)
    round: int
    ending: str | None = Field(max_length=24)
    overlays: str = Field(max_length=80)
    light: str = Field(max_length=8)
    light_reason: str = Field(max_length=64)
    turn_side: str | None = Field(max_length=8)
    turn_seat: str | None = Field(max_length=24)
    stuck: str | None = Field(max_length=64)
    next_due: date | None
    wage_year: int
    scope: str = Field(max_length=16)
    kind: str = Field(max_length=16)
    parent: str | None = Field(max_length=96)
    enterprise: str = Field(max_length=96)
    worker_organ: str = Field(max_length=96)
    employer_organ: str = Field(max_length=96)
    covers: str = Field(sa_type=Text)  # ids between spaces, one before the first and one after the last
    region: str = Field(max_length=96)
    town: str = Field(max_length=96)
    industry: str = Field(max_length=96)
    size_band: str = Field(max_length=16)
    headcount: int
    external_ref: str | None = Field(max_length=40)
    opened_on: date
    offer_open: bool
    offered_on: date | None
    agreed_on: date | None
    in_force_from: date | None
    expires_on: date | None
    published: bool
    raise_rate: str | None = Field(max_length=16)
    gatherings: int
    steps_done: int
    steps_online: int
    contested: int
    ballots: int
    passed_first: bool | None
    due_on: date | None
    late: str = Field(max_length=300)
    near: str = Field(max_length=300)
    saved: int
    ballot_roll: int
    ballot_present: int
    raise_band: str | None = Field(max_length=24)
    minimum_band: str | None = Field(max_length=24)


class SeatRow(SQLModel, table=True):
    """Who has a seat in a case as it stands (`core.sight.seated`), so that his lists find it. Rebuilt by `replay`.

    `progress`: whether that seat shows how far the case is. No document ever shows these rows.
    """

    __tablename__ = "seat"
    __table_args__ = (Index("ix_seat_person", "person", "case_id"),)

    case_id: str = Field(primary_key=True, max_length=32)
    person: str = Field(primary_key=True, max_length=64)
    progress: bool


class Rollup(SQLModel, table=True):
    """Sums over overviews, kept in the transaction that changes them: the cockpit never scans. Rebuilt by `replay`.

    Each case counts once in each `face`: `all`; by `place`, `industry` or `size` alone (the other two are then empty);
    and `cross`, with all three. So a question without a filter reads hundreds of rows, however many cases there are.
    """

    __tablename__ = "rollup"
    __table_args__ = {"sqlite_with_rowid": False}

    district: str = Field(primary_key=True, max_length=64)
    face: str = Field(primary_key=True, max_length=8)
    place: str = Field(primary_key=True, max_length=96)
    industry: str = Field(primary_key=True, max_length=96)
    size_band: str = Field(primary_key=True, max_length=16)
    step: str = Field(primary_key=True, max_length=16)
    ending: str = Field(primary_key=True, max_length=24)  # empty while the case is live
    wage_year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})  # last: all years lie together
    cases: int
    headcount: int = Field(sa_type=BigInteger)
    gatherings: int
    steps_done: int
    steps_online: int
    yellow: int
    red: int
    grey: int
    offered: int
    agreed: int
    balloted: int
    passed_first: int
    in_force: int
    published: int
    contested: int
    rated: int  # cases with a rate of raise
    rate_sum: int = Field(sa_type=BigInteger)  # of those rates, in units of 0.0001 percent
    saved: int
    ballot_roll: int = Field(sa_type=BigInteger)
    ballot_present: int = Field(sa_type=BigInteger)
    yearly: int  # a year's own cases: at most one of an enterprise


class Tally(SQLModel, table=True):
    """Cases by what holds, hurries or distinguishes them (`eventlog.tally`), like the rollup. Rebuilt by `replay`."""

    __tablename__ = "tally"
    __table_args__ = {"sqlite_with_rowid": False}

    district: str = Field(primary_key=True, max_length=64)
    kind: str = Field(primary_key=True, max_length=16)
    key: str = Field(primary_key=True, max_length=120)
    place: str = Field(primary_key=True, max_length=96)
    industry: str = Field(primary_key=True, max_length=96)
    size_band: str = Field(primary_key=True, max_length=16)
    wage_year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    cases: int
