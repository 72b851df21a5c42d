"""The tables of the files: one row a file, its bytes in parts of bounded size beside it."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlmodel import Field, SQLModel


class StoredFile(SQLModel, table=True):
    """A file of a case. All that is said of it lies sealed in `facts`: a name can betray a caucus like a sentence can.

    `side`: of whoever laid it there, empty for who has none: the budget it counts against, with `size`.
    """

    __tablename__ = "file"
    __table_args__ = (Index("ix_file_case_id_stream", "case_id", "stream"),)

    id: str = Field(primary_key=True, max_length=40)  # random: it tells nothing of any other
    case_id: str = Field(max_length=32)
    stream: str = Field(max_length=16)
    side: str = Field(max_length=8)
    parts: int  # 0 once it was erased
    size: int  # in bytes, before sealing
    wrapped: bytes  # the key of this file, wrapped by the master key, which is never in the database
    facts: bytes  # nonce ‖ AES-256-GCM of `store.FileFacts`


class FilePart(SQLModel, table=True):
    """Some of the bytes of a file, sealed: nonce ‖ AES-256-GCM."""

    __tablename__ = "file_part"

    file: str = Field(
        sa_column_args=(ForeignKey("file.id", name="fk_file_part_file"),), primary_key=True, max_length=40
    )
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    content: bytes
