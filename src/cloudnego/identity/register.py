"""The register of enterprises: every enterprise of the district, whether it has begun, ever signs in, or not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from cloudnego.identity.kinds import OrganisationKind
from cloudnego.identity.roster import Roster, RosterError
from cloudnego.identity.tables import Enterprise, Headcount, Organisation, Region


class Heads(msgspec.Struct, frozen=True, kw_only=True):
    """Workers in one year."""

    year: int
    total: int
    women: int | None = None
    dispatched: int | None = None
    disabled: int | None = None
    front_line: int | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One enterprise as the register has it; `version` grows with each change."""

    id: str
    name: str
    credit_code: str
    address: str
    region: str
    industry: str
    kind: str = "enterprise"
    branch_of: str | None = None
    branch_consent: bool | None = None
    ownership: str | None = None
    above_scale: bool = False
    has_union: bool = False
    union_organisation: str | None = None
    union_chair: str | None = None
    has_congress: bool = False
    delegates: int | None = None
    manager_delegates: int | None = None
    congress_until: date | None = None
    hrss_office: str | None = None
    hrss_hours: str | None = None
    receiving_address: str | None = None
    contact: str | None = None
    external_ref: str | None = None
    source: str | None = None
    checked_on: date | None = None
    version: int = 1
    headcount: tuple[Heads, ...] = ()


class Reach(msgspec.Struct, frozen=True):
    """Which part of the register somebody sees: whole regions, and single enterprises."""

    regions: frozenset[str] = frozenset()
    enterprises: frozenset[str] = frozenset()

    def where(self) -> ColumnElement[bool]:
        """As a condition on the query: what is out of reach is never read."""
        parts: list[ColumnElement[bool]] = [
            col(Organisation.region).startswith(code, autoescape=True) for code in sorted(self.regions)
        ]
        parts.append(col(Organisation.id).in_(sorted(self.enterprises)))
        return or_(*parts)

    def holds(self, organisation: str, region: str) -> bool:
        """The same for an entry at hand."""
        return organisation in self.enterprises or any(region.startswith(code) for code in self.regions)


class Counted(msgspec.Struct, frozen=True):
    """What the coverage counts of one enterprise: where it is, what it does, and its workers of the latest year."""

    id: str
    place: str
    industry: str
    has_union: bool
    workers: int


def counted(session: Session, district: str) -> list[Counted]:
    """Every enterprise of a district."""
    query = (
        select(Enterprise.organisation, Organisation.region, Enterprise.industry, Enterprise.has_union)
        .join(Organisation, col(Organisation.id) == col(Enterprise.organisation))
        .where(Enterprise.district == district, col(Organisation.ended_s).is_(None))
        .order_by(Enterprise.organisation)
    )
    heads = (
        select(Headcount.organisation, Headcount.total)
        .join(Enterprise, col(Enterprise.organisation) == col(Headcount.organisation))
        .where(Enterprise.district == district)
        .order_by(col(Headcount.year))
    )
    workers = {row[0]: row[1] for row in session.exec(heads)}
    return [Counted(*row, workers.get(row[0], 0)) for row in session.exec(query)]


OWN_FACTS = frozenset(
    {
        "address", "ownership", "has_congress", "delegates", "manager_delegates", "congress_until", "hrss_office",
        "hrss_hours", "receiving_address", "contact", "external_ref", "headcount",
    }
)  # fmt: skip
"""What an enterprise may change of its own entry; name, code, place and its union are for the unions to enter."""

_COLUMNS = tuple(
    name for name in Entry.__struct_fields__ if name not in ("id", "name", "region", "version", "headcount")
)


def add_enterprise(session: Session, roster: Roster, district: str, entry: Entry) -> Entry:
    """Put an enterprise into the register. `entry.id` empty: an id is made. Raises `RosterError`."""
    taken = select(Enterprise.organisation).where(
        Enterprise.district == district, Enterprise.credit_code == entry.credit_code
    )
    if session.exec(taken).first() is not None:
        raise RosterError("credit_code_taken", credit_code=entry.credit_code)
    organisation = roster.add_organisation(
        OrganisationKind.ENTERPRISE, entry.name, entry.region, organisation_id=entry.id or None
    )
    row = Enterprise(
        organisation=organisation.id, district=district, **{name: getattr(entry, name) for name in _COLUMNS}
    )
    session.add(row)
    session.flush()
    _write_heads(session, organisation.id, entry.headcount)
    return msgspec.structs.replace(entry, id=organisation.id)


def change_enterprise(session: Session, entry: Entry, changes: dict[str, Any], if_version: int | None) -> Entry:
    """Change facts of an entry read in this transaction. Raises `RosterError` where it moved on, nothing changes, or
    its place or its union is not one of the district's."""
    if if_version is not None and if_version != entry.version:
        raise RosterError("enterprise_changed")
    after = msgspec.structs.replace(entry, **changes)
    if after == entry:
        raise RosterError("nothing_to_change")
    row = session.get_one(Enterprise, entry.id)
    for name in _COLUMNS:
        setattr(row, name, getattr(after, name))
    row.version = entry.version + 1
    organisation = session.get_one(Organisation, entry.id)
    if session.get(Region, (organisation.district, after.region)) is None:
        raise RosterError("region_unknown", region=after.region)
    if "union_organisation" in changes:
        _check_union(session, organisation.district, after)
    organisation.name, organisation.region = after.name, after.region
    session.add(row)
    session.add(organisation)
    if "headcount" in changes:
        _write_heads(session, entry.id, after.headcount)
    session.flush()
    return msgspec.structs.replace(after, version=row.version)


def _check_union(session: Session, district: str, entry: Entry) -> None:
    """The union named is one, of this district, and no other enterprise's: it keeps the roster and speaks for all."""
    if entry.union_organisation is None:
        return
    union = session.get(Organisation, entry.union_organisation)
    known = union is not None and union.district == district and union.ended_s is None
    if union is None or not known or union.kind != OrganisationKind.ENTERPRISE_UNION or union.upper != entry.id:
        raise RosterError("organisation_unknown", organisation=entry.union_organisation)


def _write_heads(session: Session, organisation: str, heads: Sequence[Heads]) -> None:
    for one in heads:
        session.merge(Headcount(organisation=organisation, **msgspec.structs.asdict(one)))


def enterprise(session: Session, district: str, organisation: str) -> Entry | None:
    """One entry, or None."""
    found = _read(session, district, and_(col(Organisation.id) == organisation), limit=1)
    return found[0] if found else None


def enterprises(
    session: Session, district: str, reach: Reach, *, text: str | None = None, region: str | None = None,
    industry: str | None = None, external_ref: str | None = None, after: str = "", limit: int = 50,
) -> list[Entry]:  # fmt: skip
    """Entries within reach, by id, beginning after the id `after`."""
    where: list[ColumnElement[bool]] = [reach.where(), col(Organisation.id) > after]
    if text:
        where.append(
            or_(
                col(Organisation.name).contains(text, autoescape=True),
                col(Enterprise.credit_code).startswith(text, autoescape=True),
            )
        )
    if region:
        where.append(col(Organisation.region).startswith(region, autoescape=True))
    if industry:
        where.append(col(Enterprise.industry).startswith(industry, autoescape=True))
    if external_ref:
        where.append(col(Enterprise.external_ref) == external_ref)
    return _read(session, district, and_(*where), limit=limit)


def enterprises_by_id(session: Session, district: str, ids: Sequence[str]) -> list[Entry]:
    """These entries, by id; those the district does not know are left out."""
    return _read(session, district, col(Organisation.id).in_(sorted(set(ids))), limit=len(ids))


def enterprises_by_code(session: Session, district: str, codes: Sequence[str]) -> dict[str, Entry]:
    """These entries by their credit code; those the district does not know are left out."""
    wanted = col(Enterprise.credit_code).in_(sorted(set(codes)))
    return {one.credit_code: one for one in _read(session, district, wanted, limit=len(codes))}


def _read(session: Session, district: str, where: ColumnElement[bool], limit: int) -> list[Entry]:
    query = (
        select(Enterprise, Organisation)
        .join(Organisation, col(Organisation.id) == col(Enterprise.organisation))
        .where(Enterprise.district == district, col(Organisation.ended_s).is_(None), where)
        .order_by(col(Organisation.id))
        .limit(limit)
    )
    rows = list(session.exec(query))
    heads: dict[str, list[Heads]] = {row.organisation: [] for row, _ in rows}
    if heads:
        counted = select(Headcount).where(col(Headcount.organisation).in_(sorted(heads))).order_by(col(Headcount.year))
        for one in session.exec(counted):
            heads[one.organisation].append(Heads(**{name: getattr(one, name) for name in Heads.__struct_fields__}))
    return [
        Entry(
            id=row.organisation,
            name=organisation.name,
            region=organisation.region,
            version=row.version,
            headcount=tuple(heads[row.organisation]),
            **{name: getattr(row, name) for name in _COLUMNS},
        )
        for row, organisation in rows
    ]
