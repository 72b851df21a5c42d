"""A live district whose people have confirmed mail addresses, a clock that a test moves, and a real mail server."""

from __future__ import annotations

import shutil
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from pydantic import SecretStr
from sqlmodel import col, select, update

from cloudnego import main
from cloudnego.core.deadlines import Running, deadlines, is_open
from cloudnego.eventlog.tables import District
from cloudnego.identity.factor_tables import InboxMessage
from cloudnego.identity.inbox import InboxEntry
from cloudnego.identity.store import reading, writing
from cloudnego.identity.tables import Person
from cloudnego.web.crier import Crier
from tests.identity.test_codes import certificate
from tests.notify.postbox import LOGIN, Postbox, postbox
from tests.web.conftest import settings_for
from tests.web.played import BEGUN, DISTRICT, LAW, rehearsed, settle, write

HOME: Final = "https://table.example"


class Clock:
    """Time as district and house see it: it goes on when a test says."""

    at: datetime = BEGUN

    def __call__(self) -> datetime:
        return self.at


class Place:
    """The house, and how a test goes on in it."""

    def __init__(self, house: main.House, clock: Clock, box: Postbox) -> None:
        self.house = house
        self.site = house.site
        self.clock = clock
        self.box = box
        self.crier = Crier(self.site)

    async def until(self, command: str, story: str = "plain") -> str:
        """A case in which this command is the next that was asked, and nobody was called to anything yet."""
        acts = rehearsed(story)
        place = next(n for n, one in enumerate(acts) if one.command.type == command)
        self.clock.at = acts[place].at
        return await write(self.house, acts[:place], key=f"{story} {command}")

    async def go_on(self, until: datetime, hours: int = 24) -> None:
        """Let the clock and whoever calls do their round, now and every so many hours."""
        while True:
            await self.house.timers.of_district(DISTRICT)
            await self.crier.round()
            if self.clock.at >= until:
                return
            self.clock.at = min(until, self.clock.at + timedelta(hours=hours))

    def messages(self, person: str | None = None) -> list[tuple[str, InboxEntry]]:
        """What people were told in the program, oldest first."""
        query = select(InboxMessage.person, InboxMessage.id).order_by(col(InboxMessage.made_s), col(InboxMessage.id))
        with reading(self.site.engine) as session:
            found = session.exec(query if person is None else query.where(InboxMessage.person == person)).all()
        read = [(one, self.site.factors.inbox.entry(id_)) for one, id_ in found]
        return [(one, entry) for one, entry in read if entry is not None]

    def open_terms(self, case: str) -> list[Running]:
        """The terms somebody owes now."""
        state = self.site.log.state(case)
        assert state is not None
        return [one for one in deadlines(state, LAW) if is_open(state, one)]


def address(person: str) -> str:
    """Where somebody gets his mail."""
    return f"{person}@mail.example"


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("notify") / "data"
    main.install(settings_for(place))
    made = main.build(settings_for(place))
    settle(made)
    with writing(made.site.engine) as session:
        session.exec(update(District).where(col(District.id) == DISTRICT).values(kind="live"))
        everybody = session.exec(select(Person.id)).all()
    for person in everybody:
        made.site.factors.addresses.set(DISTRICT, person, address(person))
        assert made.site.factors.addresses.confirm(person, address(person))
    made.close()
    return place


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def box(tls: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Postbox]:
    monkeypatch.setenv("SSL_CERT_FILE", str(tls[1]))
    with postbox(tls[0]) as made:
        yield made


@pytest.fixture
def place(tmp_path: Path, people: Path, box: Postbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    shutil.copytree(people, tmp_path / "data")
    clock = Clock()
    monkeypatch.setattr(main, "now_s", lambda: int(clock().timestamp()))
    settings = settings_for(
        tmp_path / "data", public_url=HOME, mail_host="127.0.0.1", mail_port=box.port,
        mail_from="notice@table.example", mail_returns="bounces+{letter}@table.example", mail_login=LOGIN[0],
        mail_password=SecretStr(LOGIN[1]),
    )  # fmt: skip
    house = main.build(settings, clock)
    house.timers._beside = None  # no time stamps of the district's log: they cost a tenth of a second each
    yield Place(house, clock, box)
    house.close()
