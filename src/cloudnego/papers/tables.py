"""The tables of the papers: one row a paper with number and hashes, its bytes in parts of bounded size beside it."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class PaperRow(SQLModel, table=True):
    """A paper that was made. What it says lies sealed in its parts; the hashes stand open, for whoever holds the paper
    asks the register by them."""

    __tablename__ = "paper"
    __table_args__ = (
        UniqueConstraint("case_id", "doc", "seq", name="uq_paper_case_id_doc_seq"),
        UniqueConstraint("case_id", "facts_hash", name="uq_paper_case_id_facts_hash"),
        Index("ix_paper_facts_hash", "facts_hash"),
        Index("ix_paper_file_hash", "file_hash"),
    )

    number: str = Field(primary_key=True, max_length=160)
    district: str = Field(max_length=64)
    case_id: str = Field(max_length=32)
    doc: str = Field(max_length=8)
    about: str = Field(max_length=96)
    seq: int
    streams: str = Field(max_length=48)  # all that it is made of, with a space between: its reader sees each
    facts_hash: str = Field(max_length=64)
    file_hash: str = Field(max_length=64)
    facts_size: int  # bytes of the canonical facts, which come first
    size: int  # bytes of the PDF, which follow; 0 once it was erased
    made_by: str = Field(max_length=64)
    made_s: int = Field(sa_type=BigInteger)
    wrapped: bytes  # the key of this paper, wrapped by the master key


class PaperPart(SQLModel, table=True):
    """Some of the bytes of a paper, sealed: nonce ‖ AES-256-GCM."""

    __tablename__ = "paper_part"

    paper: str = Field(
        sa_column_args=(ForeignKey("paper.number", name="fk_paper_part_paper"),), primary_key=True, max_length=160
    )
    part: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    content: bytes
