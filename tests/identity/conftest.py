"""A database of identity alone, with a clock that stands until it is moved."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel

from cloudnego.eventlog.database import connect
from cloudnego.eventlog.districts import Districts
from cloudnego.eventlog.keys import Keyring
from cloudnego.identity.custody import Custody
from cloudnego.identity.founding import XIAOSHAN, Founded, found
from cloudnego.identity.roster import NewPerson, Roster
from cloudnego.identity.sessions import Sessions
from cloudnego.identity.store import writing
from cloudnego.law import DEFAULT_PACK, shipped_calendar, shipped_pack

D = "d1"


class Now:
    """Seconds that stand still."""

    def __init__(self) -> None:
        self.s = 1_800_000_000

    def __call__(self) -> int:
        return self.s


class Town:
    """A district that has been founded, and how to write to it."""

    def __init__(self, engine: Engine, now: Now) -> None:
        self.engine = engine
        self.now = now
        self._numbers = count(1)
        with writing(engine) as session:
            self.founded: Founded = found(
                self.roster(session), "萧山区", XIAOSHAN, NewPerson(name="管理员", login="admin", password_hash="x")
            )

    def new_id(self, prefix: str) -> str:
        return f"{prefix}{next(self._numbers)}"

    def roster(self, session: Session, district: str = D) -> Roster:
        return Roster(session, district, self.new_id, self.now(), "operator")


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = connect(f"sqlite:///{tmp_path / 'identity.sqlite3'}")
    SQLModel.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def town(engine: Engine, now: Now) -> Town:
    return Town(engine, now)


@pytest.fixture
def custody(engine: Engine) -> Custody:
    """Keys of a district that has been made."""
    ring = Keyring.seeded("identity")
    Districts(engine, ring).make(D, "萧山区", "live", shipped_pack(DEFAULT_PACK), shipped_calendar())
    return Custody(engine, ring)


@pytest.fixture
def sessions(engine: Engine, now: Now) -> Sessions:
    return Sessions(engine, now, idle_s=3600, lasts_s=86_400)
