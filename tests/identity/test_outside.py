"""Links with outside accounts and attempts that came back: each is one, also where two come at once on two nodes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import cast

import pytest
from sqlalchemy import Engine

from cloudnego.eventlog.database import connect
from cloudnego.eventlog.migrating import migrate
from cloudnego.identity.attempts import Adapter, Attempt
from cloudnego.identity.custody import Custody
from cloudnego.identity.inbox import Inbox
from cloudnego.identity.outside import LASTS_S, Links, Pending, Seal, Taken
from cloudnego.identity.providers import InWords, Provider
from cloudnego.identity.roster import NewPerson
from cloudnego.identity.sessions import Sessions
from cloudnego.identity.store import writing
from tests.identity.conftest import D, Now, Town

CITY = Provider("city", InWords("城", "City"), "https://id.example", cast(Adapter, None))
AT_ONCE = 8


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    sqlite = f"sqlite:///{tmp_path / 'identity.sqlite3'}"
    url = sqlite if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    migrate(url)
    made = connect(url)
    yield made
    made.dispose()


@pytest.fixture
def links(engine: Engine, now: Now, town: Town, custody: Custody) -> Links:
    return Links(engine, now, Inbox(engine, custody, town.new_id, now))


@pytest.fixture
def people(town: Town) -> list[str]:
    with writing(town.engine) as session:
        roster = town.roster(session)
        made = [
            roster.add_person(NewPerson(name="某人", login=f"p{number}", password_hash="x"))
            for number in range(AT_ONCE)
        ]
        return [one.id for one in made]


def test_of_many_returns_of_one_attempt_at_once_one_counts(links: Links, now: Now) -> None:
    for number in range(5):
        attempt = Attempt(bytes([number]) * 32, "")
        gate = Barrier(AT_ONCE)

        def comes(attempt: Attempt = attempt, gate: Barrier = gate) -> bool:
            gate.wait(10)
            return links.spend(attempt, now() + LASTS_S)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            came = [pool.submit(comes) for _ in range(AT_ONCE)]
            assert sum(one.result() for one in came) == 1


def test_of_many_who_link_one_outside_account_at_once_one_gets_it(links: Links, people: list[str]) -> None:
    gate = Barrier(AT_ONCE)

    def links_it(person: str) -> bool:
        gate.wait(10)
        try:
            links.link(D, person, CITY, "alice")
        except Taken:
            return False
        return True

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert sum(pool.map(links_it, people)) == 1
    assert links.person(D, CITY, "alice") in people


def test_what_a_spent_attempt_left_is_cleared_away_when_it_is_too_late_anyway(links: Links, now: Now) -> None:
    attempt = Attempt(b"a" * 32, "")
    assert links.spend(attempt, now() + LASTS_S)
    now.s += LASTS_S
    assert not links.spend(attempt, now() + LASTS_S), "the seal may still open in this second"
    now.s += 1
    assert links.spend(attempt, now() + LASTS_S)


def test_the_same_name_at_another_provider_district_or_issuer_is_somebody_else(links: Links, people: list[str]) -> None:
    links.link(D, people[0], CITY, "alice")
    others = (
        Provider("town", CITY.name, CITY.key, CITY.adapter),
        Provider("city", CITY.name, "https://id.other.example", CITY.adapter),
    )
    assert links.person(D, CITY, "alice") == people[0]
    assert [links.person(D, one, "alice") for one in others] == [None, None]
    assert links.person("d2", CITY, "alice") is None
    assert [links.person(D, CITY, one) for one in ("Alice", "alice ", "аlice", "")] == [None] * 4


def test_a_dump_of_the_tables_names_nobody_at_the_provider(links: Links, people: list[str], engine: Engine) -> None:
    links.link(D, people[0], CITY, "union-id-7788")
    with engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT * FROM outside_link").one()
    assert "union-id-7788" not in str(row)


def test_what_is_sealed_cannot_be_changed_and_ends(now: Now) -> None:
    keys = [b"k" * 32]
    seal, pending = Seal(lambda: keys), Pending(b"s" * 32, "city", D, "p1", "/", now() + LASTS_S)
    sealed = seal.close(pending)
    assert seal.open(sealed, now()) == pending
    assert seal.open(sealed, now() + LASTS_S) is None
    keys.insert(0, b"j" * 32)
    assert seal.open(sealed, now()) == pending, "a master key was turned meanwhile"
    assert seal.close(pending) != sealed
    assert Seal(lambda: [b"j" * 32]).open(sealed, now()) is None
    for place in range(len(sealed) - 1):  # the last character may carry bits that mean nothing
        other = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
        assert seal.open(other, now()) is None
    for junk in ("", "x", "é", "=" * 10, "A" * 3000, sealed[:-4], sealed + "AAAA", sealed * 2):
        assert seal.open(junk, now()) is None


def test_many_first_failures_of_one_name_at_once_are_all_counted(engine: Engine, now: Now, town: Town) -> None:
    """Counted before they are judged: of a hundred guesses at once six are told anything."""
    assert town.founded.person
    sessions = Sessions(engine, now, idle_s=60, lasts_s=600)
    gate = Barrier(AT_ONCE)

    def tries() -> int:
        gate.wait(10)
        return sum(sessions.trying(D, "nobody") == 0 for _ in range(3))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert sum(one.result() for one in [pool.submit(tries) for _ in range(AT_ONCE)]) == 6
    assert sessions.trying(D, "nobody") == 30
    assert sessions.trying(D, "somebody") == 0
