"""Tables of identity: the only place where names, sign-ins and passwords lie; the log knows opaque person ids.

Instants are whole seconds since 1970 (real time, never a sandbox's clock), columns ending in `_s`; dates are dates.
Every row carries its district: a district is a tenant.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from cloudnego.identity import admission

BESIDE = (admission,)
"""Tables of identity that stand in modules of their own: declared with these, whoever imports them."""


class Region(SQLModel, table=True):
    """A place in the administrative tree. A code starts with the code of what lies above it (GB/T 2260, 10114)."""

    __tablename__ = "region"

    district: str = Field(primary_key=True, max_length=64)
    code: str = Field(primary_key=True, max_length=12)
    name_zh: str = Field(max_length=80)
    name_en: str = Field(max_length=80)


class Organisation(SQLModel, table=True):
    """A union, an enterprise, an authority: whatever a person can belong to. `kind` is an `OrganisationKind`."""

    __tablename__ = "organisation"
    __table_args__ = (Index("ix_organisation_district_region", "district", "region"),)

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    kind: str = Field(max_length=24)
    name: str = Field(max_length=200)
    region: str = Field(max_length=12)
    upper: str | None = Field(default=None, max_length=64)  # the upper union, or the enterprise of an enterprise union
    created_s: int = Field(sa_type=BigInteger)
    ended_s: int | None = Field(default=None, sa_type=BigInteger)


class Enterprise(SQLModel, table=True):
    """Register facts of one enterprise of the district, whether it ever signs in or not."""

    __tablename__ = "enterprise"
    __table_args__ = (
        UniqueConstraint("district", "credit_code", name="uq_enterprise_district_credit_code"),
        Index("ix_enterprise_district_external_ref", "district", "external_ref"),
    )

    organisation: str = Field(
        sa_column_args=(ForeignKey("organisation.id", name="fk_enterprise_organisation"),),
        primary_key=True,
        max_length=64,
    )
    district: str = Field(max_length=64)
    credit_code: str = Field(max_length=32)
    address: str = Field(max_length=300)
    industry: str = Field(max_length=8)  # GB/T 4754, such as "C1761"
    kind: str = Field(default="enterprise", max_length=16)  # "enterprise" | "organisation" (HZ 51)
    branch_of: str | None = Field(default=None, max_length=200)
    branch_consent: bool | None = None  # the legal representative's consent (ZJ 46 ¶2)
    ownership: str | None = Field(default=None, max_length=40)
    above_scale: bool = False
    has_union: bool = False
    union_organisation: str | None = Field(default=None, max_length=64)
    union_chair: str | None = Field(default=None, max_length=64)  # person id
    has_congress: bool = False
    delegates: int | None = None
    manager_delegates: int | None = None
    congress_until: date | None = None  # end of the congress's term (ZJDM 14)
    hrss_office: str | None = Field(default=None, max_length=200)
    hrss_hours: str | None = Field(default=None, max_length=80)
    receiving_address: str | None = Field(default=None, max_length=300)
    contact: str | None = Field(default=None, max_length=200)
    external_ref: str | None = Field(default=None, max_length=96)
    source: str | None = Field(default=None, max_length=200)
    checked_on: date | None = None
    version: int = 1  # grows with each change; the ETag of the entry


class Headcount(SQLModel, table=True):
    """Workers of one enterprise in one year."""

    __tablename__ = "headcount"

    organisation: str = Field(
        sa_column_args=(ForeignKey("organisation.id", name="fk_headcount_organisation"),),
        primary_key=True,
        max_length=64,
    )
    year: int = Field(primary_key=True)
    total: int
    women: int | None = None
    dispatched: int | None = None
    disabled: int | None = None
    front_line: int | None = None


class Person(SQLModel, table=True):
    """A human being. Events carry the id alone."""

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_district", "district"),)

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    name: str = Field(max_length=80)
    created_s: int = Field(sa_type=BigInteger)
    ended_s: int | None = Field(default=None, sa_type=BigInteger)


class Membership(SQLModel, table=True):
    """What a person is in an organisation, and by which mandate; checked at each request, not at sign-in."""

    __tablename__ = "membership"
    __table_args__ = (
        Index("ix_membership_person", "person"),
        Index("ix_membership_organisation", "organisation"),
        Index("ix_membership_district", "district"),
    )

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    person: str = Field(sa_column_args=(ForeignKey("person.id", name="fk_membership_person"),), max_length=64)
    organisation: str = Field(
        sa_column_args=(ForeignKey("organisation.id", name="fk_membership_organisation"),), max_length=64
    )
    office: str = Field(max_length=24)  # `core.vocabulary.Office`
    side: str | None = Field(default=None, max_length=8)  # `core.vocabulary.Side`
    seat_hint: str | None = Field(default=None, max_length=24)  # seats come from the case
    mandate: str | None = Field(default=None, max_length=96)  # reference of the paper he acts by
    mandate_scope: str | None = Field(default=None, max_length=200)
    mandate_from: date | None = None
    mandate_to: date | None = None
    created_s: int = Field(sa_type=BigInteger)
    created_by: str | None = Field(default=None, max_length=64)
    ended_s: int | None = Field(default=None, sa_type=BigInteger)


class Account(SQLModel, table=True):
    """How a person signs in. Outside a sandbox none exists that no operator created (`created_by`)."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("district", "login", name="uq_account_district_login"),)

    person: str = Field(
        sa_column_args=(ForeignKey("person.id", name="fk_account_person"),), primary_key=True, max_length=64
    )
    district: str = Field(max_length=64)
    login: str = Field(max_length=64)
    password_hash: str = Field(max_length=200)
    created_s: int = Field(sa_type=BigInteger)
    created_by: str | None = Field(default=None, max_length=64)
    ended_s: int | None = Field(default=None, sa_type=BigInteger)


class SignIn(SQLModel, table=True):
    """One session that is open, found by the SHA-256 of its token; the token itself is nowhere stored."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_person", "person"), UniqueConstraint("id", name="uq_sign_in_id"))

    token_hash: str = Field(primary_key=True, max_length=64)
    id: str = Field(max_length=64)  # the session's name; it stays when the token is changed for another
    district: str = Field(max_length=64)
    person: str = Field(sa_column_args=(ForeignKey("person.id", name="fk_sign_in_person"),), max_length=64)
    door: str = Field(max_length=8)  # "cookie" | "bearer"
    grade: int  # `grades.Grade`: what was shown last, good until `proved_until_s`
    proved_until_s: int = Field(sa_type=BigInteger)
    best: int  # the most that was ever shown in it
    by_phone: bool = False  # opened by a code to a phone: another one there shows nothing new
    agent: str | None = Field(default=None, max_length=120)  # what the browser calls itself
    created_s: int = Field(sa_type=BigInteger)
    seen_s: int = Field(sa_type=BigInteger)
    expires_s: int = Field(sa_type=BigInteger)


class OutsideLink(SQLModel, table=True):
    """A person's account at an outside provider: one of each provider, and each of one person in a district."""

    __tablename__ = "outside_link"
    __table_args__ = (UniqueConstraint("district", "subject_hash", name="uq_outside_link_district_subject_hash"),)

    person: str = Field(
        sa_column_args=(ForeignKey("person.id", name="fk_outside_link_person"),), primary_key=True, max_length=64
    )
    provider: str = Field(primary_key=True, max_length=32)
    district: str = Field(max_length=64)
    subject_hash: str = Field(max_length=64)  # of the provider and its name for him
    created_s: int = Field(sa_type=BigInteger)
    used_s: int | None = Field(default=None, sa_type=BigInteger)


class OutsideReturn(SQLModel, table=True):
    """An attempt to come in through a provider that came back: none comes back twice. Kept until it is too late."""

    __tablename__ = "outside_return"

    state_hash: str = Field(primary_key=True, max_length=64)
    until_s: int = Field(sa_type=BigInteger)


class IdentityEpoch(SQLModel, table=True):
    """One row, moved by triggers with whatever changes who somebody is: what was read while it stood still holds.

    Its value means nothing but "the same" or "another"; no backup keeps it.
    """

    __tablename__ = "identity_epoch"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    epoch: int = Field(sa_type=BigInteger)


class SignInFailure(SQLModel, table=True):
    """Failed sign-ins of one name, known or not, so that both are locked out alike."""

    __tablename__ = "sign_in_failure"

    name_hash: str = Field(primary_key=True, max_length=64)
    failures: int
    last_s: int = Field(sa_type=BigInteger)
    locked_until_s: int = Field(sa_type=BigInteger)


class ReferenceValue(SQLModel, table=True):
    """A figure the talks are measured by (minimum wage, guideline, CPI): somebody entered it from a source he names."""

    __tablename__ = "reference_value"
    __table_args__ = (Index("ix_reference_value_district_kind", "district", "kind", "period"),)

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    region: str = Field(max_length=12)
    kind: str = Field(max_length=40)
    period: str = Field(max_length=16)  # "2026" or "2026-01-01/.."
    value: str = Field(max_length=32)  # a decimal string, or whole fen
    unit: str = Field(max_length=24)  # "fen_per_month" | "fen_per_hour" | "percent"
    source_url: str = Field(max_length=500)
    source_name: str | None = Field(default=None, max_length=200)
    entered_by: str = Field(max_length=64)
    entered_s: int = Field(sa_type=BigInteger)


class DistrictMap(SQLModel, table=True):
    """How a district draws its places: tiles and shapes, as its union laid them down; `web.maps` judged them."""

    __tablename__ = "district_map"

    district: str = Field(primary_key=True, max_length=64)
    body: bytes
    entered_by: str = Field(max_length=64)
    entered_s: int = Field(sa_type=BigInteger)
