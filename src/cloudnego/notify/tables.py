"""Tables of notices to people: how each wants to be told, what is to leave or has left, and how far the log was read.

What a notice says lies in the message it is of (`inbox_message`), sealed; where it goes, with the address. Nothing here
holds either.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlmodel import Field, SQLModel

from cloudnego.notify.hours import MORNING, NIGHT


class NoticeChoice(SQLModel, table=True):
    """How somebody wants to be told; who has no row, as its defaults say. `quiet_from`, `quiet_to`: minutes after
    midnight in China; alike: no hours are quiet. `text`: the name of a channel to phones, or nothing."""

    __tablename__ = "notice_choice"

    person: str = Field(
        sa_column_args=(ForeignKey("person.id", name="fk_notice_choice_person"),), primary_key=True, max_length=64
    )
    district: str = Field(max_length=64)
    language: str = Field(default="zh", max_length=4)  # "zh" | "en" | "both"
    mail: bool = True
    text: str = Field(default="", max_length=32)
    daily: bool = False
    quiet_from: int = NIGHT
    quiet_to: int = MORNING
    changed_s: int = Field(sa_type=BigInteger)


class Dispatch(SQLModel, table=True):
    """One message on its way to one person by one channel. `letter`: with which others it goes; from the first try on
    it stays, so that whoever gets it twice gets it under one name. `ends_s`: when the term it speaks of ends.

    `state` is a `State`. `lease` names the one process that sends it now; `next_s`: not before.
    """

    __tablename__ = "dispatch"
    __table_args__ = (
        Index("ix_dispatch_state", "state", "next_s"),
        Index("ix_dispatch_person", "person"),
        Index("ix_dispatch_letter", "letter"),
    )

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    person: str = Field(sa_column_args=(ForeignKey("person.id", name="fk_dispatch_person"),), max_length=64)
    message: str = Field(max_length=64)
    channel: str = Field(max_length=32)
    made_s: int = Field(sa_type=BigInteger)
    ends_s: int | None = Field(default=None, sa_type=BigInteger)
    next_s: int = Field(sa_type=BigInteger)
    letter: str | None = Field(default=None, max_length=64)
    tries: int = 0
    lease: str = Field(default="", max_length=64)
    leased_until_s: int = Field(default=0, sa_type=BigInteger)
    state: str = Field(default="waiting", max_length=8)
    done_s: int | None = Field(default=None, sa_type=BigInteger)


class NoticePlace(SQLModel, table=True):
    """One row: all of the log up to this place was looked at for marks of terms. It never leaves the store."""

    __tablename__ = "notice_place"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    place: int = Field(sa_type=BigInteger)
