"""Who read whose material: a row for each person, material and day, written before the answer goes out.

A caucus is one material, its own side's. What lies at the table belongs to the side that gave it, and that side and an
auditor see who read it; who read a caucus, that side alone sees.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import date
from threading import Lock
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from cloudnego.core.vocabulary import Office, Side, Stream
from cloudnego.eventlog import sql
from cloudnego.identity.grant_tables import MaterialView
from cloudnego.identity.store import writing
from cloudnego.identity.tables import Organisation, Person

WHOLE_CAUCUS: Final = "caucus"
"""A side's own stream is read as a whole: which entry of it somebody looked at longest nobody knows."""

DRAFT: Final = "draft"
"""What a side put into the draft on the table is read together with the rest of it."""

_REMEMBERED_MAX: Final = 50_000
_TABLE = sql.table_of(MaterialView)
_COLUMNS = tuple(column.name for column in _TABLE.columns)
_INSERT = sql.insert(_TABLE, _COLUMNS, "ON CONFLICT DO NOTHING")


class Material(NamedTuple):
    """Something a side gave: where it stands, its id there, and whose it is."""

    stream: Stream
    id: str
    side: Side


class Reader(NamedTuple):
    """Who read, what he was in that case, on which day of its clock, and when by real time."""

    person: str
    office: Office | None
    organisation: str | None
    day: date
    now_s: int


class Viewed(msgspec.Struct, frozen=True, kw_only=True):
    """One material, read by one person on one day; `first_s`: when first, real time, in seconds since 1970."""

    stream: Stream
    material: str
    side: Side
    day: date
    first_s: int
    person: str
    name: str | None
    office: Office | None
    organisation: str | None


class Views:
    """Notes readings. What was noted is remembered, so that reading again on the same day writes nothing."""

    def __init__(self) -> None:
        self._guard: Final = Lock()
        self._known: Final[OrderedDict[tuple[object, ...], None]] = OrderedDict()

    def note(self, engine: Engine, case: str, reader: Reader, materials: Iterable[Material]) -> int:
        """Note that somebody read these; returns how many it did not know of yet.

        Blocks; safe in any number of threads and processes.
        """
        wanted = self.misses(case, reader, materials)
        if not wanted:
            return 0
        rows = [
            {
                "case_id": case, "stream": one.stream.value, "material": one.id, "person": reader.person,
                "day": reader.day, "side": one.side.value, "office": reader.office,
                "organisation": reader.organisation, "first_s": reader.now_s,
            }
            for one in wanted
        ]  # fmt: skip
        with writing(engine) as session:
            _INSERT.run(session.connection(), [tuple(row[column] for column in _COLUMNS) for row in rows])
        with self._guard:
            for one in wanted:
                self._known[_key(case, one, reader.person, reader.day)] = None
            while len(self._known) > _REMEMBERED_MAX:
                self._known.popitem(last=False)
        return len(wanted)

    def misses(self, case: str, reader: Reader, materials: Iterable[Material]) -> list[Material]:
        """Those of the materials that this process does not know to have been noted today."""
        with self._guard:
            return [
                one for one in dict.fromkeys(materials) if _key(case, one, reader.person, reader.day) not in self._known
            ]


def _key(case: str, one: Material, person: str, day: date) -> tuple[object, ...]:
    return (case, one.stream, one.id, person, day)


def views_of(session: Session, case: str, *, side: Side | None) -> tuple[Viewed, ...]:
    """Who read what this side gave, its caucus among it; for None what either gave, and no caucus. Oldest first."""
    query = (
        select(MaterialView, Person.name, Organisation.name)
        .outerjoin(Person, col(Person.id) == col(MaterialView.person))
        .outerjoin(Organisation, col(Organisation.id) == col(MaterialView.organisation))
        .where(MaterialView.case_id == case)
        .order_by(col(MaterialView.day), col(MaterialView.stream), col(MaterialView.material), col(MaterialView.person))
    )
    if side is None:
        query = query.where(col(MaterialView.stream).not_in([one.value for one in Stream if one.is_caucus]))
    else:
        query = query.where(MaterialView.side == side.value)
    return tuple(_viewed(row, name, organisation) for row, name, organisation in session.exec(query))


def _viewed(row: MaterialView, name: str | None, organisation: str | None) -> Viewed:
    return Viewed(
        stream=Stream(row.stream), material=row.material, side=Side(row.side), day=row.day, first_s=row.first_s,
        person=row.person, name=name, office=Office(row.office) if row.office is not None else None,
        organisation=organisation,
    )  # fmt: skip
