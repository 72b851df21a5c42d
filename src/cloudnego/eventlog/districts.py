"""Districts and the texts of the law they go by: stores of their own beside the log."""

from __future__ import annotations

import hmac
from typing import Final, Literal

import msgspec
from sqlalchemy import Engine, text
from sqlmodel import Session, col, select

from cloudnego.core.calendar import Calendar
from cloudnego.core.moment import Law
from cloudnego.core.pack import Pack
from cloudnego.eventlog import tables
from cloudnego.eventlog.database import writing
from cloudnego.eventlog.judge import Pin
from cloudnego.eventlog.keys import Keyring
from cloudnego.law import dump_calendar, dump_pack, restore_calendar, restore_pack
from cloudnego.texts import Actionable

_CALENDAR_ID: Final = "cn"

# Two districts may be made at once, both the first with this law; the texts are the same, so either may win.
_KEEP: Final = text(
    "INSERT INTO law_text (kind, id, version, body) VALUES (:kind, :id, :version, :body) "
    "ON CONFLICT (kind, id, version) DO NOTHING"
)


class District(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant as everyone but the writer sees it: no key. `ends_s`: of a practice, when it ends by itself."""

    id: str
    name: str
    kind: Literal["live", "sandbox"]
    clock_offset_s: int
    pack: str
    pack_version: str
    calendar: str
    ends_s: int | None = None


class NoDistrict(Actionable):
    """There is no such district."""


class DistrictExists(Actionable):
    """There is a district of this id already."""


class LiveClock(Exception):
    """The clock of a live district is the clock of the world."""


class Districts:
    """Reads and writes of `district` and `law_text`. Blocking; safe in any thread."""

    def __init__(self, engine: Engine, ring: Keyring) -> None:
        self._engine: Final = engine
        self._writing: Final = writing(engine)
        self._ring: Final = ring
        self._laws: Final[dict[Pin, Law]] = {}

    def make(
        self,
        id_: str,
        name: str,
        kind: Literal["live", "sandbox"],
        pack: Pack,
        calendar: Calendar,
        *,
        ends_s: int | None = None,
    ) -> District:
        """Make a district with its default law; `ends_s`: when it ends by itself. Raises DistrictExists."""
        _, wrapped = self._ring.new(f"district {id_}")
        with Session(self._writing) as session:
            if session.get(tables.District, id_) is not None:
                raise DistrictExists("district_exists", district=id_)
            row = tables.District(
                id=id_,
                name=name,
                kind=kind,
                pack=pack.id,
                pack_version=pack.version,
                calendar=calendar.version,
                secret=wrapped,
                ends_s=ends_s,
            )
            session.add(row)
            self._keep(session, pack, calendar)
            found = _district(row)
            session.commit()
        return found

    def all(self) -> list[District]:
        """Those that have not ended, in the order of their ids."""
        there = select(tables.District).where(col(tables.District.ended_s).is_(None))
        with Session(self._engine) as session:
            return [_district(row) for row in session.exec(there.order_by(col(tables.District.id)))]

    def insist(self) -> None:
        """See that the master key opens what the districts have. Raises KeyMissing.

        A service with a wrong key would start, say that it is ready, and fail at each command.
        """
        with Session(self._engine) as session:
            for id_, secret in session.exec(select(tables.District.id, tables.District.secret)):
                self._ring.unwrap(secret, f"district {id_}")

    def get(self, id_: str) -> District:
        """Raises NoDistrict."""
        with Session(self._engine) as session:
            row = session.get(tables.District, id_)
            if row is None:
                raise NoDistrict("no_district", district=id_)
            return _district(row)

    def pepper(self, id_: str, use: str) -> bytes:
        """32 bytes that only a holder of the master key can make: HMAC-SHA256 of `use` under the district's own key.

        They stay the same when the key is wrapped anew. Raises NoDistrict, KeyMissing.
        """
        with Session(self._engine) as session:
            row = session.get(tables.District, id_)
            if row is None:
                raise NoDistrict("no_district", district=id_)
            secret = row.secret
        return hmac.digest(self._ring.unwrap(secret, f"district {id_}"), f"pepper {use}".encode(), "sha256")

    def move_clock(self, id_: str, offset_s: int) -> District:
        """Set how far a sandbox's clock is from the world's. Raises NoDistrict, LiveClock."""
        with Session(self._writing) as session:
            row = session.get(tables.District, id_, with_for_update=True)
            if row is None:
                raise NoDistrict("no_district", district=id_)
            if row.kind != "sandbox":
                raise LiveClock(id_)
            row.clock_offset_s = offset_s
            found = _district(row)
            session.commit()
        return found

    def adopt(self, id_: str, *, pack: Pack | None = None, calendar: Calendar | None = None) -> District:
        """Give new cases of a district another default law; open cases keep their pins. Raises NoDistrict."""
        with Session(self._writing) as session:
            row = session.get(tables.District, id_, with_for_update=True)
            if row is None:
                raise NoDistrict("no_district", district=id_)
            if pack is not None:
                row.pack, row.pack_version = pack.id, pack.version
            if calendar is not None:
                row.calendar = calendar.version
            self._keep(session, pack, calendar)
            found = _district(row)
            session.commit()
        return found

    def keep(self, *, pack: Pack | None = None, calendar: Calendar | None = None) -> None:
        """Store texts of the law, so that cases may pin them. Storing the same twice changes nothing."""
        with Session(self._writing) as session:
            self._keep(session, pack, calendar)
            session.commit()

    def _keep(self, session: Session, pack: Pack | None, calendar: Calendar | None) -> None:
        kept = []
        if pack is not None:
            kept.append({"kind": "pack", "id": pack.id, "version": pack.version, "body": dump_pack(pack)})
        if calendar is not None:
            body = dump_calendar(calendar)
            kept.append({"kind": "calendar", "id": _CALENDAR_ID, "version": calendar.version, "body": body})
        for one in kept:
            session.connection().execute(_KEEP, one)

    def law(self, pin: Pin) -> Law:
        """The pinned law. Raises KeyError if a text is not in the store."""
        found = self._laws.get(pin)
        if found is None:
            pack, pack_version, calendar = pin
            found = self._laws[pin] = Law(
                pack=restore_pack(self._text("pack", pack, pack_version)),
                calendar=restore_calendar(self._text("calendar", _CALENDAR_ID, calendar)),
            )
        return found

    def _text(self, kind: str, id_: str, version: str) -> bytes:
        with Session(self._engine) as session:
            row = session.get(tables.LawText, (kind, id_, version))
            if row is None:
                raise KeyError(f"the {kind} {id_} {version} is not in the store")
            return row.body


def _district(row: tables.District) -> District:
    return District(
        id=row.id,
        name=row.name,
        kind="live" if row.kind == "live" else "sandbox",
        clock_offset_s=row.clock_offset_s,
        pack=row.pack,
        pack_version=row.pack_version,
        calendar=row.calendar,
        ends_s=row.ends_s,
    )
