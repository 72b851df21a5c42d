"""Tables of what is granted beyond an office: the pool of instructors, court orders, and who read whose material.

None of them says who somebody is, so the identity epoch does not watch them: each is looked up when it is needed.
Instants are whole seconds since 1970 (real time), columns ending in `_s`; dates are days of the district's clock.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlmodel import Field, SQLModel


class PooledInstructor(SQLModel, table=True):
    """One instructor in the pool of a district, for as long as he is active (HZ 7)."""

    __tablename__ = "instructor"
    __table_args__ = (Index("ix_instructor_district_person", "district", "person"),)

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    person: str = Field(sa_column_args=(ForeignKey("person.id", name="fk_instructor_person"),), max_length=64)
    origin: str = Field(max_length=16)  # `core.vocabulary.Origin`
    active_from: date
    active_to: date | None = None  # the last day
    entered_by: str = Field(max_length=64)
    entered_s: int = Field(sa_type=BigInteger)


class CourtOrder(SQLModel, table=True):
    """An order of a court to hand out one caucus of one case: asked for by one person, confirmed by another."""

    __tablename__ = "court_order"
    __table_args__ = (Index("ix_court_order_district", "district"),)

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    case_id: str = Field(max_length=32)
    side: str = Field(max_length=8)  # whose caucus
    order_no: str = Field(max_length=120)
    court: str = Field(max_length=200)
    ordered_on: date
    scan_sha256: str = Field(max_length=64)
    requested_by: str = Field(max_length=64)
    requested_s: int = Field(sa_type=BigInteger)
    confirmed_by: str | None = Field(default=None, max_length=64)
    confirmed_s: int | None = Field(default=None, sa_type=BigInteger)
    expires_s: int = Field(sa_type=BigInteger)  # of the request; once confirmed, of the right to export


class CourtOrderReading(SQLModel, table=True):
    """One export under a court order: who took it, when, and what it held."""

    __tablename__ = "court_order_reading"
    __table_args__ = (Index("ix_court_order_reading_court_order", "court_order"),)

    id: str = Field(primary_key=True, max_length=64)
    court_order: str = Field(
        sa_column_args=(ForeignKey("court_order.id", name="fk_court_order_reading_court_order"),), max_length=64
    )
    by: str = Field(max_length=64)
    at_s: int = Field(sa_type=BigInteger)
    events: int
    sha256: str = Field(max_length=64)


class MaterialView(SQLModel, table=True):
    """Somebody read a material of one side: once for each day, with what he was that day."""

    __tablename__ = "material_view"

    case_id: str = Field(primary_key=True, max_length=32)
    stream: str = Field(primary_key=True, max_length=8)
    material: str = Field(primary_key=True, max_length=96)
    person: str = Field(primary_key=True, max_length=64)
    day: date = Field(primary_key=True)
    side: str = Field(max_length=8)  # whose material it is
    office: str | None = Field(default=None, max_length=24)
    organisation: str | None = Field(default=None, max_length=64)
    first_s: int = Field(sa_type=BigInteger)
