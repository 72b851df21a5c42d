"""Tables of the roll of congress delegates: kept by the enterprise's union, posted for objections, frozen by hash.

Lines are ended and never taken out; what was posted, objected and answered stays. Instants are whole seconds since 1970
(real time), columns ending in `_s`; dates are days of the district's clock.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlmodel import Field, SQLModel

from cloudnego.identity.objections import Objected

_OPEN = text("ended_s IS NULL")


class Delegate(SQLModel, table=True):
    """One delegate: a line of the workers' roster. `dispatched`: attends without vote (ZJDM 11 ¶5)."""

    __tablename__ = "delegate"
    __table_args__ = (
        Index("ix_delegate_enterprise", "enterprise", "id"),
        Index("uq_delegate_person", "enterprise", "person", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    enterprise: str = Field(
        sa_column_args=(ForeignKey("organisation.id", name="fk_delegate_enterprise"),), max_length=64
    )
    worker: str = Field(sa_column_args=(ForeignKey("worker.id", name="fk_delegate_worker"),), max_length=64)
    person: str = Field(sa_column_args=(ForeignKey("person.id", name="fk_delegate_person"),), max_length=64)
    manager: bool
    woman: bool
    dispatched: bool
    since: date
    reason: str | None = Field(default=None, max_length=200)  # why it came, once a roll has been frozen
    created_s: int = Field(sa_type=BigInteger)
    created_by: str = Field(max_length=64)
    ended_s: int | None = Field(default=None, sa_type=BigInteger)
    ended_by: str | None = Field(default=None, max_length=64)
    ended_why: str | None = Field(default=None, max_length=200)


class DelegatePosting(SQLModel, table=True):
    """The roll was posted to the enterprise's workers, for objections until a day."""

    __tablename__ = "delegate_posting"
    __table_args__ = (Index("ix_delegate_posting_enterprise", "enterprise", "posted_s"),)

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    enterprise: str = Field(
        sa_column_args=(ForeignKey("organisation.id", name="fk_delegate_posting_enterprise"),), max_length=64
    )
    posted_s: int = Field(sa_type=BigInteger)
    posted_by: str = Field(max_length=64)
    until: date  # the last day for objections


class DelegateObjection(Objected, table=True):
    """A worker objects to a line; the union answers. Both stay."""

    __tablename__ = "delegate_objection"
    __table_args__ = (Index("ix_delegate_objection_enterprise", "enterprise", "raised_s"),)

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    enterprise: str = Field(
        sa_column_args=(ForeignKey("organisation.id", name="fk_delegate_objection_enterprise"),), max_length=64
    )
    delegate: str = Field(sa_column_args=(ForeignKey("delegate.id", name="fk_delegate_objection_line"),), max_length=64)
    raised_by: str = Field(
        sa_column_args=(ForeignKey("person.id", name="fk_delegate_objection_raised_by"),), max_length=64
    )


class FrozenRoll(SQLModel, table=True):
    """The roll as it stood when it was frozen. `delegates`, `managers`, `women`: of those with a vote."""

    __tablename__ = "delegate_roll"
    __table_args__ = (
        Index("ix_delegate_roll_enterprise", "enterprise", "frozen_s"),
        Index("uq_delegate_roll_hash", "enterprise", "roll_hash", unique=True),
    )

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    enterprise: str = Field(
        sa_column_args=(ForeignKey("organisation.id", name="fk_delegate_roll_enterprise"),), max_length=64
    )
    roll_hash: str = Field(max_length=64)
    delegates: int
    attending: int  # without vote
    workers: int  # lines of the roster that day
    managers: int
    women: int
    term_until: date | None = None  # end of the congress's term (ZJDM 14)
    reason: str | None = Field(default=None, max_length=200)  # why another, from the second on
    frozen_s: int = Field(sa_type=BigInteger)
    frozen_by: str = Field(max_length=64)


class FrozenLine(SQLModel, table=True):
    """One line of a frozen roll. `leaf_hash`: what `identity.delegate_rolls.leaf_of` made of it."""

    __tablename__ = "delegate_roll_line"
    __table_args__ = (Index("ix_delegate_roll_line_person", "person"),)

    roll: str = Field(
        sa_column_args=(ForeignKey("delegate_roll.id", name="fk_delegate_roll_line_roll"),),
        primary_key=True,
        max_length=64,
    )
    delegate: str = Field(
        sa_column_args=(ForeignKey("delegate.id", name="fk_delegate_roll_line_delegate"),),
        primary_key=True,
        max_length=64,
    )
    person: str = Field(sa_column_args=(ForeignKey("person.id", name="fk_delegate_roll_line_person"),), max_length=64)
    manager: bool
    woman: bool
    dispatched: bool
    salt: str = Field(max_length=64)
    leaf_hash: str = Field(max_length=64)
