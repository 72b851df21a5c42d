"""The identity epoch moves with whatever changes who somebody is, whoever writes it, and with nothing else."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import Engine, Table, text
from sqlalchemy.sql.visitors import iterate
from sqlmodel import Session

from cloudnego.core.vocabulary import Office
from cloudnego.eventlog.database import connect
from cloudnego.eventlog.migrating import migrate
from cloudnego.identity import sessions as module
from cloudnego.identity.clients import Clients, Grant, NewClient
from cloudnego.identity.consents import Consents, Wanted
from cloudnego.identity.kinds import OrganisationKind
from cloudnego.identity.roster import NewMembership, NewPerson
from cloudnego.identity.sessions import Sessions
from cloudnego.identity.store import writing
from cloudnego.identity.tables import Account, Person
from tests.identity.conftest import D, Now, Town

READ: dict[str, Table] = {one.name: one for one in iterate(module._WHO) if isinstance(one, Table)}
"""Every table that is looked into to say who somebody is."""

COLUMNS = [(name, column.name) for name, table in sorted(READ.items()) for column in table.columns]
FROM_THE_LEAVES = ("sign_in", "membership", "account", "person", "organisation")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A migrated database: the triggers are not declared, they come by migration."""
    sqlite = f"sqlite:///{tmp_path / 'identity.sqlite3'}"
    url = sqlite if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    migrate(url)
    made = connect(url)
    yield made
    made.dispose()


@pytest.fixture
def token(town: Town, sessions: Sessions) -> str:
    return sessions.open(D, "admin", town.founded.person, "cookie")


@pytest.fixture
def moves(sessions: Sessions) -> Callable[[Callable[[], object]], bool]:
    """Whether the epoch moves by something."""

    def does(what: Callable[[], object]) -> bool:
        before = sessions.epoch()
        what()
        return sessions.epoch() != before

    return does


def said(engine: Engine, *statements: str) -> None:
    with writing(engine) as session:
        for one in statements:
            session.connection().execute(text(one))


def test_the_tables_that_say_who_somebody_is_are_these() -> None:
    """A table more needs its triggers in a migration: with them the tests below will pass for it too."""
    assert sorted(READ) == sorted(FROM_THE_LEAVES)


@pytest.mark.usefixtures("token")
def test_a_change_of_any_column_moves_it_but_for_the_note_of_use(
    engine: Engine, moves: Callable[[Callable[[], object]], bool]
) -> None:
    still = [
        f"{table}.{column}"
        for table, column in COLUMNS
        if not moves(lambda t=table, c=column: said(engine, f"UPDATE {t} SET {c} = {c}"))  # type: ignore[misc]
    ]
    assert still == ["sign_in.seen_s"]


@pytest.mark.usefixtures("token")
def test_what_is_deleted_moves_it(engine: Engine, moves: Callable[[Callable[[], object]], bool]) -> None:
    said(engine, "DELETE FROM enterprise")
    still = [table for table in FROM_THE_LEAVES if not moves(lambda t=table: said(engine, f"DELETE FROM {t}"))]  # type: ignore[misc]
    assert still == []


def test_a_new_membership_moves_it(town: Town, moves: Callable[[Callable[[], object]], bool]) -> None:
    def join() -> None:
        with writing(town.engine) as session:
            new = NewMembership(
                person=town.founded.person, organisation=town.founded.authority, office=Office.AUTHORITY
            )
            town.roster(session).add_membership(new)

    assert moves(join)


def test_what_ends_a_portals_rights_moves_it_and_what_only_adds_a_client_does_not(
    town: Town, now: Now, moves: Callable[[Callable[[], object]], bool]
) -> None:
    clients, consents = Clients(town.engine, town.new_id, now), Consents(town.engine, town.new_id, now)
    with writing(town.engine) as session:
        firm = town.roster(session).add_organisation(OrganisationKind.ENTERPRISE, "企业", "330109001").id
    client, _ = clients.register(D, NewClient(name="平台", kind="platform"), "somebody")
    grant, person = Grant(firm, frozenset({"cases"})), town.founded.person
    assert not moves(lambda: clients.register(D, NewClient(name="平台", kind="platform"), "somebody"))
    assert not moves(lambda: clients.renew_secret(client))
    assert not moves(lambda: clients.spend(client, "j", now.s + 60))
    assert moves(lambda: clients.grant(client, grant, "somebody"))
    assert moves(lambda: clients.revoke(client, "j", now.s + 60))
    found = clients.get(client)
    assert found is not None
    wanted = Wanted(
        enterprise=firm, redirect_uri="https://x.example/", scopes=grant.scopes, state=None, challenge=_S256
    )
    asked = consents.ask(found, wanted)
    code = consents.decide(asked, person, yes=True)
    assert code is not None
    assert not moves(lambda: consents.exchange(client, code, wanted.redirect_uri, "v" * 43))
    assert moves(lambda: consents.withdraw(person, asked))
    assert moves(lambda: clients.withdraw(client, firm))
    assert moves(lambda: clients.end(client))


_S256 = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).rstrip(b"=").decode()


def test_signing_in_and_being_used_move_nothing(
    town: Town, sessions: Sessions, now: Now, token: str, moves: Callable[[Callable[[], object]], bool]
) -> None:
    assert not moves(lambda: sessions.open(D, "admin", town.founded.person, "cookie"))
    assert not moves(lambda: sessions.trying(D, "admin"))
    assert not moves(lambda: sessions.failed(D, "admin"))
    now.s += 900
    assert not moves(lambda: sessions.who(token)), "the note of use alone was written"
    assert moves(lambda: sessions.open(D, "admin", town.founded.person, "cookie", replaces=token))


def test_a_change_that_is_rolled_back_moves_nothing(town: Town, moves: Callable[[Callable[[], object]], bool]) -> None:
    def begin() -> None:
        with Session(town.engine) as session:
            session.get_one(Person, town.founded.person).ended_s = 1
            session.flush()

    assert not moves(begin)


def test_many_changes_at_once_are_seen_as_one_or_more(town: Town, sessions: Sessions) -> None:
    def hire(count: int) -> float:
        began = time.process_time()
        with writing(town.engine) as session:
            roster = town.roster(session)
            for number in range(count):
                person = roster.add_person(NewPerson(name="某人"), f"p{count}.{number}").id
                roster.add_membership(
                    NewMembership(person=person, organisation=town.founded.authority, office=Office.AUTHORITY)
                )
        return time.process_time() - began

    before = sessions.epoch()
    hire(200)
    after = sessions.epoch()
    assert after > before
    if town.engine.dialect.name == "postgresql":
        assert after == before + 1, "once in a transaction: else each would leave a version of the one row behind"


@pytest.mark.postgres
@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_two_who_change_the_same_person_do_not_wait_for_each_other_in_a_circle(
    town: Town, sessions: Sessions, token: str
) -> None:
    """One sets a password and then ends the sessions; between the two the other signs out and waits to commit."""
    failed: list[Exception] = []

    def sign_out() -> None:
        try:
            sessions.close(token)
        except Exception as wrong:
            failed.append(wrong)

    other = Thread(target=sign_out)
    before = sessions.epoch()
    with writing(town.engine) as session:
        session.get_one(Account, town.founded.person).password_hash = "y"
        session.flush()
        other.start()
        time.sleep(0.3)
        session.connection().execute(text("DELETE FROM sign_in"))
    other.join(30)
    assert failed == []
    assert sessions.epoch() == before + 2
    assert sessions.who(token) is None


def test_the_number_of_a_person_who_is_known_stands_for_all_he_holds(
    town: Town, sessions: Sessions, now: Now, token: str
) -> None:
    known = sessions.known(token)
    assert known is not None
    assert known.who == sessions.who(token)
    assert known.for_s == 300, "then its use is noted again"
    now.s += 100
    assert (known := sessions.known(token)) is not None
    assert known.for_s == 200
    now.s = 1_800_000_000 + 86_400
    assert sessions.known(token) is None
    late = sessions.open(D, "admin", town.founded.person, "cookie")
    for _ in range(29):
        now.s += 2_970
        known = sessions.known(late)
    assert known is not None
    assert known.for_s == 86_400 - 29 * 2_970, "it ends before that"
