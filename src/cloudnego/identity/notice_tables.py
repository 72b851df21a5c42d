"""Tables of the texts people accept: a district's own versions, and who accepted which."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Text
from sqlmodel import Field, SQLModel


class DistrictText(SQLModel, table=True):
    """A district's own version of a text, in place of the shipped one. Never changed: somebody accepted it."""

    __tablename__ = "district_text"

    district: str = Field(primary_key=True, max_length=64)
    name: str = Field(primary_key=True, max_length=24)
    version: str = Field(primary_key=True, max_length=32)
    from_on: date
    title_zh: str = Field(max_length=200)
    title_en: str = Field(max_length=200)
    body_zh: str = Field(sa_type=Text)
    body_en: str = Field(sa_type=Text)
    entered_s: int = Field(sa_type=BigInteger)


class AcceptedText(SQLModel, table=True):
    """Who accepted which version of which text, and when. `digest`: SHA-256 of what stood on his screen."""

    __tablename__ = "accepted_text"

    person: str = Field(
        sa_column_args=(ForeignKey("person.id", name="fk_accepted_text_person"),), primary_key=True, max_length=64
    )
    name: str = Field(primary_key=True, max_length=24)
    version: str = Field(primary_key=True, max_length=32)
    district: str = Field(max_length=64)
    digest: str = Field(max_length=64)
    at_s: int = Field(sa_type=BigInteger)
