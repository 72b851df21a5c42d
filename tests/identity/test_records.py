"""Who came and went is recorded, with no address and no name that was typed, and each sees his own lines."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from cloudnego.identity.records import SHOWN_MAX, of_person
from cloudnego.identity.sessions import Sessions
from cloudnego.identity.store import reading
from tests.identity.conftest import D, Now, Town


def lines(town: Town, person: str) -> list[tuple[str, str | None, int]]:
    with reading(town.engine) as session:
        return [(row.what, row.door, row.at_s) for row in of_person(session, person)]


@pytest.fixture
def person(town: Town) -> str:
    return town.founded.person


def test_who_came_and_went_is_recorded(town: Town, sessions: Sessions, now: Now, person: str) -> None:
    start = now.s
    token = sessions.open(D, "admin", person, "cookie")
    now.s += 5
    sessions.close(token)
    sessions.close(token)
    now.s += 5
    sessions.open(D, "admin", person, "bearer")
    sessions.close_all_of(person)
    sessions.close_all_of(person)
    assert sorted(lines(town, person), key=lambda line: (line[2], line[0])) == [
        ("in", "cookie", start),
        ("out", "cookie", start + 5),
        ("all_out", None, start + 10),
        ("in", "bearer", start + 10),
    ]
    assert lines(town, "somebody else") == []


def test_a_failure_is_recorded_without_the_name_that_was_typed(town: Town, sessions: Sessions) -> None:
    sessions.failed(D, "my-password-in-the-wrong-field")
    with town.engine.connect() as connection:
        (row,) = connection.execute(text("SELECT * FROM sign_in_record WHERE what = 'failed'")).mappings()
    assert row["person"] is None
    assert len(row["name_hash"]) == 64
    assert "password" not in "".join(str(value) for value in row.values())


def test_the_last_lines_are_shown(town: Town, sessions: Sessions, now: Now, person: str) -> None:
    for _ in range(SHOWN_MAX + 5):
        now.s += 1
        sessions.open(D, "admin", person, "cookie")
    shown = lines(town, person)
    assert len(shown) == SHOWN_MAX
    assert shown[0][2] == now.s


def test_no_column_of_the_record_can_hold_an_address(town: Town) -> None:
    """Who called from where is itself a secret between the two sides."""
    with town.engine.connect() as connection:
        columns = connection.execute(text("SELECT * FROM sign_in_record")).keys()
    assert set(columns) == {"id", "district", "person", "name_hash", "what", "door", "at_s"}
