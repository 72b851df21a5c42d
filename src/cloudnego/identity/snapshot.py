"""The register's word on the parties of a case to be opened: what `core.opening` is judged by."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlmodel import Session, col, select

from cloudnego.core.events import Covered, Reference
from cloudnego.core.moment import Register
from cloudnego.core.vocabulary import Scope
from cloudnego.identity.kinds import OrganisationKind, covers
from cloudnego.identity.offices import Parties
from cloudnego.identity.references import ReferenceUnit
from cloudnego.identity.register import Entry, Heads, enterprise, enterprises_by_id
from cloudnego.identity.tables import Organisation, ReferenceValue, Region


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The parties a case would have, and the register's facts about them."""

    parties: Parties
    register: Register


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a case would be, and whose."""

    town: str
    industry: str
    worker_organ: str
    employer_organ: str


def snapshot(
    session: Session, district: str, *, subject: str, scope: Scope, wage_year: int, covered: Sequence[str]
) -> Snapshot | None:
    """What the register says of `subject`, an enterprise, or for an industry or region the body that speaks for it.

    None if the district knows no such organisation. Covered enterprises it does not know are left out.
    """
    entry = enterprise(session, district, subject)
    entries = enterprises_by_id(session, district, covered) if covered else []
    place = (
        _of_enterprise(session, district, entry) if entry is not None else _of_body(session, district, subject, entries)
    )
    if place is None:
        return None
    heads = _heads(entry, wage_year) if entry is not None else None
    firms = tuple(Covered(enterprise=one.id, headcount=_heads(one, wage_year).total) for one in entries)
    register = Register(
        enterprise=subject,
        region=_root(session, district, place.town),
        town=place.town,
        industry=place.industry,
        headcount=heads.total if heads is not None else sum(one.headcount for one in firms),
        above_scale=entry is not None and entry.above_scale,
        has_union=entry.has_union if entry is not None else True,
        worker_organ=place.worker_organ,
        employer_organ=place.employer_organ,
        women=(heads.women or 0) if heads is not None else 0,
        disabled=(heads.disabled or 0) if heads is not None else 0,
        dispatched=(heads.dispatched or 0) if heads is not None else 0,
        is_branch=entry is not None and entry.branch_of is not None and not entry.branch_consent,
        speaks_for_many=entry is None,
        covers=firms if scope is not Scope.ENTERPRISE else (),
        references=_references(session, district, place.town, wage_year),
    )
    named = {subject, place.worker_organ, place.employer_organ, *(one.enterprise for one in register.covers)}
    parties = Parties(
        town=place.town,
        organisations=frozenset(named),
        worker_organ=place.worker_organ,
        employer_organ=place.employer_organ,
        covered=frozenset(one.enterprise for one in register.covers),
    )
    return Snapshot(parties=parties, register=register)


def worker_organ(session: Session, district: str, entry: Entry) -> str | None:
    """Its own union speaks for its workers; without one, the union of its town, then of the district (HZ 18, ZJ 9)."""
    if entry.has_union and entry.union_organisation is not None:
        return entry.union_organisation
    return nearest(session, district, entry.region, (OrganisationKind.TOWN_UNION, OrganisationKind.DISTRICT_UNION))


def _of_enterprise(session: Session, district: str, entry: Entry) -> _Place:
    organ = worker_organ(session, district, entry)
    return _Place(town=entry.region, industry=entry.industry, worker_organ=organ or entry.id, employer_organ=entry.id)


def _of_body(session: Session, district: str, subject: str, entries: Sequence[Entry]) -> _Place | None:
    """An industry or region: the union of the area for the workers, the employers' body for the firms (HZ 30)."""
    row = session.get(Organisation, subject)
    if row is None or row.district != district or row.ended_s is not None:
        return None
    kind = OrganisationKind(row.kind)
    unions = (OrganisationKind.TOWN_UNION, OrganisationKind.DISTRICT_UNION)
    if kind not in (*unions, OrganisationKind.EMPLOYERS_BODY):
        return None
    union = subject if kind in unions else nearest(session, district, row.region, unions)
    body = (
        subject
        if kind is OrganisationKind.EMPLOYERS_BODY
        else nearest(session, district, row.region, (OrganisationKind.EMPLOYERS_BODY,))
    )
    industries = {one.industry for one in entries}
    return _Place(
        town=row.region,
        industry=industries.pop() if len(industries) == 1 else "",
        worker_organ=union or subject,
        employer_organ=body or subject,
    )


def nearest(session: Session, district: str, region: str, kinds: Sequence[OrganisationKind]) -> str | None:
    """The organisation of one of these kinds whose region lies closest above `region`; kinds in order of preference."""
    query = (
        select(Organisation)
        .where(Organisation.district == district, col(Organisation.ended_s).is_(None))
        .where(col(Organisation.kind).in_([kind.value for kind in kinds]))
        .order_by(col(Organisation.id))
    )
    found = [row for row in session.exec(query) if covers(row.region, region)]
    found.sort(key=lambda row: (-len(row.region), kinds.index(OrganisationKind(row.kind))))
    return found[0].id if found else None


def _root(session: Session, district: str, region: str) -> str:
    """The district's own code: the shortest of its tree that the place lies in."""
    codes = session.exec(select(Region.code).where(Region.district == district)).all()
    return min((code for code in codes if covers(code, region)), key=len, default=region)


def _heads(entry: Entry, wage_year: int) -> Heads:
    """The latest count up to the wage year, else the earliest after it, else nobody counted yet."""
    until = [one for one in entry.headcount if one.year <= wage_year]
    if until:
        return until[-1]
    return entry.headcount[0] if entry.headcount else Heads(year=wage_year, total=0)


def _references(session: Session, district: str, region: str, wage_year: int) -> tuple[Reference, ...]:
    """Of each kind the figure of the nearest region, and there of the latest period up to the wage year."""
    query = (
        select(ReferenceValue)
        .where(ReferenceValue.district == district, col(ReferenceValue.period) < f"{wage_year + 1}")
        .order_by(col(ReferenceValue.kind), col(ReferenceValue.entered_s), col(ReferenceValue.id))
    )
    best: dict[str, ReferenceValue] = {}
    for row in session.exec(query):
        known = best.get(row.kind)
        if covers(row.region, region) and (
            known is None or (len(row.region), row.period) >= (len(known.region), known.period)
        ):
            best[row.kind] = row
    return tuple(_reference(row) for row in best.values())


def _reference(row: ReferenceValue) -> Reference:
    percent = row.unit == ReferenceUnit.PERCENT.value
    months = 12 if row.unit == ReferenceUnit.FEN_PER_YEAR.value else 1  # the rules compare wages of a month
    return Reference(
        kind=row.kind,
        period=row.period,
        fen=None if percent else round(int(row.value) / months),
        rate=row.value if percent else None,
        source=row.source_url,
        by=row.entered_by,
    )
