"""Imports: how far each is and how it ended; what is wrong with its rows lies sealed, for cells hold names."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel


class ImportJob(SQLModel, table=True):
    """One import on its way, or over. `touched_s`: when the process that carries it out last said so."""

    __tablename__ = "import_job"
    __table_args__ = (Index("ix_import_job_person", "person", "made_s"), Index("ix_import_job_made_s", "made_s"))

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    person: str = Field(max_length=64)
    kind: str = Field(max_length=24)
    about: str = Field(max_length=96)  # the enterprise or the case that was named, or empty
    state: str = Field(max_length=8)  # "reading" | "checking" | "writing" | "done" | "refused" | "failed"
    dry_run: bool
    partial: bool
    done: int
    total: int
    new: int
    changed: int
    same: int
    refused: int
    sha256: str = Field(max_length=64)
    size: int = Field(sa_type=BigInteger)
    made_s: int = Field(sa_type=BigInteger)
    touched_s: int = Field(sa_type=BigInteger)
    report: bytes | None = None  # nonce ‖ AES-256-GCM
    wrapped: bytes  # the key of the report, wrapped by the master key
