"""Audit files that were asked for over HTTP: how far each is, and its bytes, sealed, until its time is over."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlmodel import Field, SQLModel


class AuditExport(SQLModel, table=True):
    """One audit file on its way, or made. `touched_s`: when the process that makes it last said so; `size`: of the
    whole file once it is there."""

    __tablename__ = "audit_export"
    __table_args__ = (Index("ix_audit_export_case_id", "case_id", "person"), Index("ix_audit_export_made_s", "made_s"))

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    case_id: str = Field(max_length=32)
    audience: str = Field(max_length=12)
    person: str = Field(max_length=64)
    purpose: str = Field(max_length=200)
    state: str = Field(max_length=8)  # "making" | "ready" | "failed"
    done: int
    total: int
    made_s: int = Field(sa_type=BigInteger)
    touched_s: int = Field(sa_type=BigInteger)
    size: int = Field(sa_type=BigInteger)
    sha256: str = Field(max_length=64)
    wrapped: bytes  # the key of this file, wrapped by the master key


class AuditExportPart(SQLModel, table=True):
    """Some of the bytes of a file, sealed: nonce ‖ AES-256-GCM."""

    __tablename__ = "audit_export_part"

    export: str = Field(
        sa_column_args=(ForeignKey("audit_export.id", name="fk_audit_export_part_export"),), primary_key=True,
        max_length=64,
    )  # fmt: skip
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    made_s: int = Field(sa_type=BigInteger)
    content: bytes
