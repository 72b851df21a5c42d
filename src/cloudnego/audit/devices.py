"""Keys on people's own devices: registered with a proof that the device has them, ended, and never taken out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from cloudnego.audit.logkey import mark_of
from cloudnego.audit.notes import WITNESS, Key, usable, verified
from cloudnego.audit.tables import DeviceKey
from cloudnego.eventlog.database import writing

_KEYS_MAX: Final = 10


class NotTheirKey(Exception):
    """The key is none that binds, or whoever brings it does not have its other half."""


class KeyKnown(Exception):
    """The key is registered already, or was."""


class TooManyDevices(Exception):
    """One person has ten keys that are good."""


class OfficeKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that is good, by its id: on the device of `person`, else of the program of `office`."""

    id: str
    person: str | None
    office: str | None


class DeviceAt(msgspec.Struct, frozen=True, kw_only=True):
    """A key as its owner sees it. Instants in seconds of real time; `until_s`: when it was ended."""

    id: str
    person: str | None
    public: bytes
    label: str
    since_s: int
    until_s: int | None


def witness_key(name: str, district: str, public: bytes) -> Key:
    """A device's key under the name of a witness, which says neither whose it is nor of which side."""
    return Key(f"{name}/witness/{district}/{mark_of(public)}", WITNESS, public)


def registering(name: str, district: str, person: str) -> bytes:
    """What a device signs to show that it has the key. It begins like no note and no co-signature does."""
    return f"cloudnego device key 1\n{name}\n{district}\n{person}\n".encode()


class Devices:
    """The device keys of all districts of one log. Blocking."""

    def __init__(self, engine: Engine, name: str, new_id: Callable[[str], str], now_s: Callable[[], int]) -> None:
        self._engine: Final = engine
        self.name: Final = name
        self._new_id: Final = new_id
        self._now_s: Final = now_s

    def of(self, person: str) -> list[DeviceAt]:
        """The keys of a person, the ended ones too, oldest first."""
        with Session(self._engine) as session:
            mine = select(DeviceKey).where(DeviceKey.person == person)
            return [_device(row) for row in session.exec(mine.order_by(col(DeviceKey.since_s), col(DeviceKey.id)))]

    def good(self, person: str, public: bytes) -> bool:
        """Whether this is one of a person's keys, and has not been ended."""
        wanted = select(DeviceKey.id).where(DeviceKey.public == public, DeviceKey.person == person)
        with Session(self._engine) as session:
            return session.exec(wanted.where(col(DeviceKey.until_s).is_(None))).first() is not None

    def by_public(self, district: str, public: bytes) -> OfficeKey | None:
        """Whose a good key of a district is."""
        query = select(DeviceKey).where(DeviceKey.public == public, DeviceKey.district == district)
        with Session(self._engine) as session:
            row = session.exec(query.where(col(DeviceKey.until_s).is_(None))).first()
        return None if row is None else OfficeKey(id=row.id, person=row.person, office=row.office)

    def watched(self, district: str) -> bool:
        """Whether the program of an office co-signs the log of a district."""
        return any(one.until_s is None for one in self.of_programs(district))

    def of_programs(self, district: str) -> list[DeviceAt]:
        """The keys of offices' programs, the ended ones too, oldest first."""
        query = select(DeviceKey).where(DeviceKey.district == district, col(DeviceKey.office).is_not(None))
        with Session(self._engine) as session:
            return [_device(row) for row in session.exec(query.order_by(col(DeviceKey.since_s), col(DeviceKey.id)))]

    def let_program(self, district: str, office: str, public: bytes, label: str) -> DeviceAt:
        """Keep the key of an office's program, on the operator's word. Raises NotTheirKey, KeyKnown."""
        if not usable(public):
            raise NotTheirKey
        row = DeviceKey(
            id=self._new_id("k"), district=district, person=None, public=public, label=label, since_s=self._now_s(),
            office=office,
        )  # fmt: skip
        with Session(writing(self._engine), expire_on_commit=False) as session:
            if session.exec(select(DeviceKey.id).where(DeviceKey.public == public)).first() is not None:
                raise KeyKnown
            session.add(row)
            session.commit()
        return _device(row)

    def end_program(self, key: str) -> bool:
        """End the key of an office's program; whether there was one that was good."""
        with Session(writing(self._engine)) as session:
            row = session.get(DeviceKey, key)
            if row is None or row.office is None or row.until_s is not None:
                return False
            row.until_s = self._now_s()
            session.add(row)
            session.commit()
        return True

    def register(self, district: str, person: str, public: bytes, label: str, proof: bytes) -> DeviceAt:
        """Keep a new key of this person. Raises NotTheirKey, KeyKnown, TooManyDevices."""
        if not usable(public) or not verified(public, registering(self.name, district, person), proof):
            raise NotTheirKey
        with Session(writing(self._engine), expire_on_commit=False) as session:
            if session.exec(select(DeviceKey.id).where(DeviceKey.public == public)).first() is not None:
                raise KeyKnown
            good = (DeviceKey.person == person, col(DeviceKey.until_s).is_(None))
            if session.exec(select(func.count()).where(*good)).one() >= _KEYS_MAX:
                raise TooManyDevices
            row = DeviceKey(
                id=self._new_id("k"), district=district, person=person, public=public, label=label,
                since_s=self._now_s(),
            )  # fmt: skip
            session.add(row)
            session.commit()
        return _device(row)

    def end(self, person: str, key: str) -> bool:
        """End one of a person's keys; whether it was his and good until now."""
        with Session(writing(self._engine)) as session:
            row = session.get(DeviceKey, key)
            if row is None or row.person != person or row.until_s is not None:
                return False
            row.until_s = self._now_s()
            session.add(row)
            session.commit()
        return True


def _device(row: DeviceKey) -> DeviceAt:
    return DeviceAt(
        id=row.id, person=row.person, public=bytes(row.public), label=row.label, since_s=row.since_s,
        until_s=row.until_s,
    )  # fmt: skip
