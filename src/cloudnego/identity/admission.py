"""Tables of how people come in: invitations, the roster of an enterprise's workers, their slips, the log of prints.

Tokens, codes and PINs lie here as hashes alone; a code and a PIN under a pepper that is not in the database.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

_OPEN = text("ended_s IS NULL")
_GOOD = text("voided_s IS NULL")


class Invitation(SQLModel, table=True):
    """One person is asked to take an office: found by the SHA-256 of the token in the link, good once."""

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("token_hash", name="uq_invitation_token_hash"),
        Index("ix_invitation_organisation", "organisation", "id"),
    )

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    token_hash: str = Field(max_length=64)
    organisation: str = Field(
        sa_column_args=(ForeignKey("organisation.id", name="fk_invitation_organisation"),), max_length=64
    )
    name: str = Field(max_length=80)
    office: str = Field(max_length=24)  # `core.vocabulary.Office`
    mandate: str | None = Field(default=None, max_length=96)
    mandate_scope: str | None = Field(default=None, max_length=200)
    mandate_from: date | None = None
    mandate_to: date | None = None
    created_s: int = Field(sa_type=BigInteger)
    created_by: str = Field(sa_column_args=(ForeignKey("person.id", name="fk_invitation_created_by"),), max_length=64)
    expires_s: int = Field(sa_type=BigInteger)
    used_s: int | None = Field(default=None, sa_type=BigInteger)
    used_by: str | None = Field(default=None, max_length=64)
    revoked_s: int | None = Field(default=None, sa_type=BigInteger)


class Worker(SQLModel, table=True):
    """One line of an enterprise's roster: number and name (the person's), nothing more."""

    __tablename__ = "worker"
    __table_args__ = (
        Index("ix_worker_enterprise", "enterprise", "id"),
        Index("ix_worker_person", "person"),
        Index("uq_worker_number", "enterprise", "number", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("uq_worker_person", "enterprise", "person", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    enterprise: str = Field(sa_column_args=(ForeignKey("organisation.id", name="fk_worker_enterprise"),), max_length=64)
    number: str = Field(max_length=32)
    person: str = Field(sa_column_args=(ForeignKey("person.id", name="fk_worker_person"),), max_length=64)
    membership: str = Field(sa_column_args=(ForeignKey("membership.id", name="fk_worker_membership"),), max_length=64)
    created_s: int = Field(sa_type=BigInteger)
    created_by: str | None = Field(default=None, max_length=64)
    ended_s: int | None = Field(default=None, sa_type=BigInteger)


class Slip(SQLModel, table=True):
    """A slip: its code as an HMAC, its PIN as a hash from the first use on. At most one of a worker's is good."""

    __tablename__ = "slip"
    __table_args__ = (
        UniqueConstraint("code_hash", name="uq_slip_code_hash"),
        Index("uq_slip_worker", "worker", unique=True, sqlite_where=_GOOD, postgresql_where=_GOOD),
        Index("ix_slip_print", "print"),
    )

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    worker: str = Field(sa_column_args=(ForeignKey("worker.id", name="fk_slip_worker"),), max_length=64)
    print: str = Field(sa_column_args=(ForeignKey("slip_print.id", name="fk_slip_print"),), max_length=64)
    code_hash: str = Field(max_length=64)
    pin_hash: str | None = Field(default=None, max_length=200)
    voided_s: int | None = Field(default=None, sa_type=BigInteger)


class SlipPrint(SQLModel, table=True):
    """Somebody printed slips: who, when, how many, why. Lines are added and never changed."""

    __tablename__ = "slip_print"
    __table_args__ = (Index("ix_slip_print_enterprise", "enterprise", "printed_s"),)

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    enterprise: str = Field(
        sa_column_args=(ForeignKey("organisation.id", name="fk_slip_print_enterprise"),), max_length=64
    )
    printed_s: int = Field(sa_type=BigInteger)
    printed_by: str = Field(sa_column_args=(ForeignKey("person.id", name="fk_slip_print_printed_by"),), max_length=64)
    slips: int
    why: str = Field(max_length=16)  # "first" | "lost"
    remark: str | None = Field(default=None, max_length=200)
