"""Tables of the witnesses (keys on people's own devices, the last head each co-signed) and of the districts' logs."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlmodel import Field, SQLModel


class DeviceKey(SQLModel, table=True):
    """The public half of a key that was made on somebody's own device, or by the program of an office, then nobody's
    (`office`: "authority" or "union"). It stays when it ends: what it signed is still to be checked."""

    __tablename__ = "device_key"
    __table_args__ = (Index("ix_device_key_person", "person"), Index("uq_device_key_public", "public", unique=True))

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    person: str | None = Field(
        default=None, sa_column_args=(ForeignKey("person.id", name="fk_device_key_person"),), max_length=64
    )
    public: bytes
    label: str = Field(max_length=80)
    since_s: int = Field(sa_type=BigInteger)
    until_s: int | None = Field(default=None, sa_type=BigInteger)
    office: str | None = Field(default=None, max_length=16)


class Cosignature(SQLModel, table=True):
    """The greatest head of a stream that a key co-signed, and its signature. `stream`: `<case>/<stream>`, or a district
    for its log; `side`: for whom the key spoke (`audit.witnesses.Party`); `at_s` is the time the device says."""

    __tablename__ = "cosignature"

    stream: str = Field(primary_key=True, max_length=64)
    key: str = Field(
        primary_key=True, sa_column_args=(ForeignKey("device_key.id", name="fk_cosignature_key"),), max_length=64
    )
    side: str = Field(max_length=16)
    size: int
    root: bytes
    at_s: int = Field(sa_type=BigInteger)
    signature: bytes


class DistrictLeaf(SQLModel, table=True):
    """One leaf of a district's log: its exact bytes, and the full subtrees of the tree up to it. `tick`: which ten
    minutes since 1970."""

    __tablename__ = "district_leaf"
    __table_args__ = (Index("uq_district_leaf_tick", "district", "kind", "tick", unique=True),)

    district: str = Field(primary_key=True, max_length=64)
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str = Field(max_length=8)  # "heads" | "keys"
    tick: int = Field(sa_type=BigInteger)
    leaf: bytes
    hash: bytes
    frontier: bytes


class DistrictHead(SQLModel, table=True):
    """A head that a leaf of a district's log saw for the first time: a stream that is there, or that has grown."""

    __tablename__ = "district_head"

    district: str = Field(primary_key=True, max_length=64)
    stream: str = Field(primary_key=True, max_length=64)
    size: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    seq: int
    root: bytes


class DistrictStamp(SQLModel, table=True):
    """A time-stamp (RFC 3161) over the signed head that a district's log had at this size. `issuer`: who stamped it;
    `internal`: it is our own server, which no law makes a time-stamping authority. `token`: DER."""

    __tablename__ = "district_stamp"

    district: str = Field(primary_key=True, max_length=64)
    size: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    root: bytes
    at_s: int = Field(sa_type=BigInteger)
    issuer: str = Field(max_length=200)
    internal: bool
    token: bytes
