"""Rows of the register of enterprises, and of reference values."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, cast

import msgspec
from sqlmodel import Session, col, select

from cloudnego.core.vocabulary import Office
from cloudnego.identity.mandates import KEEP_REGISTER
from cloudnego.identity.references import (
    NewReference,
    ReferenceKind,
    ReferenceUnit,
    add_reference,
    unit_suits,
)
from cloudnego.identity.register import (
    OWN_FACTS,
    Entry,
    Heads,
    add_enterprise,
    change_enterprise,
    enterprises_by_code,
)
from cloudnego.identity.roster import Roster
from cloudnego.identity.tables import Enterprise, ReferenceValue, Region
from cloudnego.importing.reading import Found, Row
from cloudnego.importing.sheets import ENTERPRISES, SORTS
from cloudnego.importing.targets import InTables, Told, Verdict, chunks, refused

KEEPERS: Final = frozenset({Office.DISTRICT_UNION, Office.TOWN_UNION})
VALUERS: Final = KEEPERS | {Office.AUTHORITY}
OWNERS: Final = frozenset({Office.HR, Office.LEGAL_REPRESENTATIVE, Office.PORTAL})
_HEADS: Final = ("total", "women", "dispatched", "disabled", "front_line")
_NEW_NEEDS: Final = ("name", "address", "region", "industry")


class EnterprisesTarget(InTables):
    """The register: unions enter and change what lies in their area, an enterprise its own facts (`OWN_FACTS`)."""

    def compare(self, session: Session, rows: Sequence[Row], told: Told) -> list[Verdict]:
        regions = set(session.exec(select(Region.code).where(Region.district == self.by.district)))
        made: list[Verdict] = []
        for some in chunks(rows):
            codes = [row.values["credit_code"] for row in some]
            known = enterprises_by_code(session, self.by.district, codes)
            gone = self._gone(session, codes, known)
            for row in some:
                code = row.values["credit_code"]
                found = self._verdict(row, known.get(code), regions)
                over = code in gone and found.status == "new"  # to who may enter none, there never was one
                made.append(refused(Found("credit_code_taken", "credit_code", {"shown": code})) if over else found)
            told(len(some))
        return made

    def _gone(self, session: Session, codes: list[str], known: dict[str, Entry]) -> set[str]:
        """Codes of enterprises that have ended: nothing is entered under them again."""
        unknown = [code for code in codes if code not in known]
        there = select(Enterprise.credit_code).where(Enterprise.district == self.by.district)
        return set(session.exec(there.where(col(Enterprise.credit_code).in_(unknown)))) if unknown else set()

    def _verdict(self, row: Row, entry: Entry | None, regions: set[str]) -> Verdict:
        by, values = self.by, row.values
        own = [one for one in by.held if entry is not None and one.organisation == entry.id and one.office in OWNERS]
        area = tuple(one for one in by.held if one.office in KEEPERS)
        place = entry.region if entry is not None else values.get("region", "")
        mine = [one for one in area if place.startswith(one.region)] + own
        if not by.operator and (not mine if entry is not None else not area):
            return refused(Found("enterprise_unknown", "credit_code", {"shown": values["credit_code"]}))
        if not by.operator and not by.covering(mine or area, KEEP_REGISTER):
            return refused(Found("mandate_does_not_cover"))
        wrong = [Found("missing", name) for name in _NEW_NEEDS if entry is None and name not in values]
        region = values.get("region")
        if region is not None and (region not in regions or not self._within(region, area, entry)):
            wrong.append(Found("region_unknown", "region", {"shown": region}))
        if "year" not in values and any(name in values for name in _HEADS):
            wrong.append(Found("year_wanted", "year"))
        if "year" in values and "total" not in values:
            wrong.append(Found("missing", "total"))
        if wrong:
            return refused(*wrong)
        after = self._after(entry, values)
        if entry is None:
            return Verdict("new", plan=after)
        changes = {name: new for name, new in _facts(after).items() if new != getattr(entry, name)}
        if not by.operator and not any(entry.region.startswith(one.region) for one in area):
            foreign = [name for name in changes if name not in OWN_FACTS]
            if foreign:
                return refused(*(Found("not_yours", name) for name in foreign))
        return Verdict("changed" if changes else "same", plan=(entry, changes))

    def _within(self, region: str, area: Sequence[Any], entry: Entry | None) -> bool:
        unmoved = entry is not None and entry.region == region
        return self.by.operator or unmoved or any(region.startswith(one.region) for one in area)

    def _after(self, entry: Entry | None, values: dict[str, Any]) -> Entry:
        """The entry as the row would have it; what the row does not say stays."""
        before = entry or Entry(id="", name="", credit_code="", address="", region="", industry="")
        facts = {name: value for name, value in values.items() if name not in ("year", *_HEADS)}
        heads = before.headcount
        if "year" in values:
            told = {one.year: one for one in heads}
            earlier = told.get(values["year"], Heads(year=values["year"], total=0))
            given = {name: values[name] for name in _HEADS if name in values}
            told[values["year"]] = msgspec.structs.replace(earlier, **given)
            heads = tuple(told[year] for year in sorted(told))
        return msgspec.structs.replace(before, headcount=heads, **facts)

    def write(self, session: Session, roster: Roster, found: Sequence[tuple[Row, Verdict]], told: Told) -> None:
        for _, verdict in found:
            if verdict.status == "new":
                add_enterprise(session, roster, self.by.district, cast(Entry, verdict.plan))
            else:
                entry, changes = verdict.plan
                change_enterprise(session, entry, changes, None)
            told(1)


def _facts(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in Entry.__struct_fields__ if name not in ("id", "version")}


def cells_of(entry: Entry) -> list[object]:
    """The entry as a row of `ENTERPRISES`, with the workers of its latest year: what is imported again is the same."""
    heads = entry.headcount[-1] if entry.headcount else None
    of_year = {} if heads is None else {name: getattr(heads, name) for name in ("year", *_HEADS)}
    facts = msgspec.structs.asdict(entry) | dict.fromkeys(("year", *_HEADS)) | of_year
    return [SORTS[entry.kind] if one.name == "kind" else facts[one.name] for one in ENTERPRISES.columns]


_YUAN: Final = {
    "yuan_per_month": ReferenceUnit.FEN_PER_MONTH, "yuan_per_hour": ReferenceUnit.FEN_PER_HOUR,
    "yuan_per_year": ReferenceUnit.FEN_PER_YEAR,
}  # fmt: skip


class ReferencesTarget(InTables):
    """Reference values: of the same place, kind and period the one entered later counts, and the earlier stays."""

    def compare(self, session: Session, rows: Sequence[Row], told: Told) -> list[Verdict]:
        by = self.by
        regions = set(session.exec(select(Region.code).where(Region.district == by.district)))
        standing: dict[tuple[str, str, str], ReferenceValue] = {}
        query = select(ReferenceValue).where(ReferenceValue.district == by.district)
        for one in session.exec(query.order_by(col(ReferenceValue.entered_s), col(ReferenceValue.id))):
            standing[one.region, one.kind, one.period] = one
        told(len(rows))
        return [self._verdict(row, regions, standing) for row in rows]

    def _verdict(self, row: Row, regions: set[str], standing: dict[tuple[str, str, str], ReferenceValue]) -> Verdict:
        by, values = self.by, row.values
        valuers = [one for one in by.held if one.office in VALUERS and values["region"].startswith(one.region)]
        if not by.operator and (not valuers or values["region"] not in regions):
            return refused(Found("region_unknown", "region", {"shown": values["region"]}))
        if not by.operator and not by.covering(valuers, KEEP_REGISTER):
            return refused(Found("mandate_does_not_cover"))
        new = _reference(values)
        if not unit_suits(new):
            return refused(Found("unit_does_not_suit", "unit", {"shown": values["unit"]}))
        was = standing.get((new.region, new.kind.value, new.period))
        if was is None:
            return Verdict("new", plan=(new, 0))
        stands = (was.value, was.unit, was.source_url, was.source_name)
        same = stands == (new.value, new.unit.value, new.source_url, new.source_name)
        return Verdict("same" if same else "changed", plan=(new, was.entered_s + 1))

    def write(self, session: Session, roster: Roster, found: Sequence[tuple[Row, Verdict]], told: Told) -> None:
        for _, verdict in found:
            new, not_before_s = verdict.plan  # of two in one second it would be chance which counts
            at_s = max(self.by.now_s, not_before_s)
            add_reference(session, self.by.district, new, row_id=roster.new_id("r"), by=self.by.person, now_s=at_s)
            told(1)


def _reference(values: dict[str, Any]) -> NewReference:
    """Yuan become fen; a kind's unit is judged afterwards."""
    value, unit = values["value"], values["unit"]
    if unit in _YUAN:
        value, unit = f"{(Decimal(value) * 100).normalize():f}", _YUAN[unit].value
    return NewReference(
        region=values["region"], kind=ReferenceKind(values["kind"]), period=values["period"], value=value,
        unit=ReferenceUnit(unit), source_url=values["source_url"], source_name=values.get("source_name"),
    )  # fmt: skip
