"""Tables of links that open something without a session: calendars of terms, each known by its hash alone."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlmodel import Field, SQLModel


class CalendarLink(SQLModel, table=True):
    """A calendar somebody subscribes to: a person's, or a portal client's for an enterprise (or "*") within `scopes`.

    `acting_as`: the membership it was made in; `case_id`: of this case alone. `used_s`: the beginning of the last day
    on which a program fetched it; when on that day is nobody's to know.
    """

    __tablename__ = "calendar_link"
    __table_args__ = (
        Index("ux_calendar_link_token", "token_hash", unique=True),
        Index("ix_calendar_link_person", "person"),
        Index("ix_calendar_link_client", "client"),
    )

    id: str = Field(primary_key=True, max_length=64)
    token_hash: str = Field(max_length=64)
    district: str = Field(max_length=64)
    person: str | None = Field(
        default=None, sa_column_args=(ForeignKey("person.id", name="fk_calendar_link_person"),), max_length=64
    )
    client: str | None = Field(
        default=None, sa_column_args=(ForeignKey("portal_client.id", name="fk_calendar_link_client"),), max_length=64
    )
    enterprise: str | None = Field(default=None, max_length=64)
    scopes: str = Field(default="", max_length=200)
    acting_as: str | None = Field(default=None, max_length=64)
    case_id: str | None = Field(default=None, max_length=96)
    created_s: int = Field(sa_type=BigInteger)
    used_s: int | None = Field(default=None, sa_type=BigInteger)
