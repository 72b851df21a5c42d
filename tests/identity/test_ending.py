"""Whatever lets somebody in ends at once, at the help desk and at the command line: no old means brings him back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, Table, insert, select
from sqlmodel import SQLModel

from cloudnego import main
from cloudnego.identity.roster import NewPerson
from cloudnego.identity.store import writing
from tests.identity.conftest import D, Town

GONE = {
    "authenticator",
    "calendar_link",
    "mail_address",
    "one_time_code",
    "outside_link",
    "passkey",
    "phone_number",
    "sign_in",
}
# the row stays, as a record: tests/web/test_help_desk.py, test_consents.py, tests/audit/test_witnesses.py
DEAD = {"letter", "oauth_request", "device_key"}
STAYS = {
    "account": "its password is another",
    "refresh": "it ends with the request it came from",
    "worker": "who he is on the roster; his slips end: tests/web/test_phones.py",
    "membership": "what he is, not how he comes in",
    "instructor": "what he is",
    "seat": "what he is in a case",
    "delegate": "what he is",
    "delegate_roll_line": "what he was when the roll was frozen",
    "congress_receipt": "that he has the papers",
    "congress_presence": "that he was there",
    "congress_comment": "what he said of the draft",
    "poll_voter": "that he may vote, and whether he has",
    "candidacy": "that he was put forward, and what he said to it",
    "nomination": "whom he put forward",
    "accepted_text": "what he agreed to",
    "factor_reset": "the record of this very act",
    "inbox_message": "what he is told; a code in it is gone",
    "dispatch": "what was to leave for him: without an address nothing does",
    "notice_choice": "how he wants to be told: it leads nowhere without an address",
    "material_view": "what he read",
    "audit_export": "what he asked for; it runs out, and nobody comes in by it",
    "import_job": "what he brought in by the row; its report runs out, and nobody comes in by it",
    "survey_part": "that he answered a survey, and not what",
    "sign_in_record": "when he came and went",
}
"""Tables about a person that let nobody in, or not by themselves."""


def test_every_table_about_a_person_is_ended_or_says_why_it_lets_nobody_in() -> None:
    assert main.__name__ == "cloudnego.main", "with it all tables are declared"
    about = {table.name for table in SQLModel.metadata.tables.values() if "person" in table.columns}
    assert about == GONE | DEAD | STAYS.keys()


def row(table: Table, person: str, number: int) -> dict[str, Any]:
    """Any row about a person."""
    made: dict[str, Any] = {}
    for column in table.columns:
        kind = column.type.python_type
        made[column.name] = number if kind is int else False if kind is bool else f"{column.name}{number}"
    return made | {"person": person, "district": D}


def test_nothing_of_one_person_is_left_and_all_of_another(engine: Engine, town: Town) -> None:
    with writing(engine) as session:
        other = town.roster(session).add_person(NewPerson(name="别人", login="other", password_hash="x")).id
    whose = (town.founded.person, other)
    with engine.begin() as connection:
        for name in GONE:
            table = SQLModel.metadata.tables[name]
            for number, person in enumerate(whose, start=1):
                connection.execute(insert(table).values(row(table, person, number)))
    with writing(engine) as session:
        town.roster(session).set_password(town.founded.person, "y")
    with engine.connect() as connection:
        for name in sorted(GONE):
            table = SQLModel.metadata.tables[name]
            left = connection.execute(select(table.c.person)).scalars().all()
            assert left == [other], name
