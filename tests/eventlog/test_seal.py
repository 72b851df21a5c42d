"""Sealing: what a dump of the database shows, and what it does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import text

from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.keys import KeyMissing, Keyring
from cloudnego.eventlog.leaf import commit, decode
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.seal import Damaged
from tests.eventlog.given import WORKER_CHIEF, asked, make_district, played, rehearsed, sheet_of

SECRET = "我们的底线是百分之六"


def whisper(log: SqlLog) -> str:
    """A case in whose workers' caucus a secret was said."""
    case = played(log, "at-preparation")
    sheet = sheet_of("6")
    topic = sheet.topics[0].model_copy(update={"demand": SECRET})
    one = asked(
        rehearsed().played[0], case, "w", command=sheet.model_copy(update={"topics": (topic,)}), by=WORKER_CHIEF
    )
    asyncio.run(log.ask(one))
    return case


def dump(log: SqlLog) -> bytes:
    """Every value of every table."""
    found = []
    with log.engine.connect() as connection:
        for name in ("district", "stream", "leaf", "body", "stream_key", "law_text", "overview", "seat", "rollup"):
            for row in connection.execute(text(f"SELECT * FROM {name}")):
                found += [bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row]
    return b"\0".join(found)


def test_a_dump_does_not_show_what_a_caucus_said(sql_log: SqlLog) -> None:
    case = whisper(sql_log)
    said = sql_log.read(case, frozenset({Stream.WORKER}), limit=100)[-1]
    assert SECRET in (said.event.words or {}).values()
    content = dump(sql_log)
    assert SECRET.encode() not in content
    assert b"asked_rate" in content, "what was said at the table is there to be read"
    leaf = decode(said.leaf)
    assert leaf.body_commit.encode() in content


def test_the_salts_of_a_caucus_are_as_hidden_as_its_words(sql_log: SqlLog) -> None:
    case = whisper(sql_log)
    with sql_log.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT l.stream, b.salt, b.words, b.words_salt FROM leaf l JOIN body b ON b.pos = l.pos "
                "WHERE l.case_id = :case"
            ),
            {"case": case},
        ).all()
    for stream, salt, words, words_salt in rows:
        if stream in ("worker", "employer"):
            assert salt is None
            assert words_salt is None
        else:
            assert len(salt) == 32
            assert (words is None) == (words_salt is None)


def test_a_joint_body_is_what_its_leaf_commits_to(sql_log: SqlLog) -> None:
    case = played(sql_log, "at-preparation")
    with sql_log.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT l.leaf, b.body, b.salt FROM leaf l JOIN body b ON b.pos = l.pos "
                "WHERE l.case_id = :case AND l.stream IN ('table', 'filing', 'notice')"
            ),
            {"case": case},
        ).all()
    assert rows
    for leaf, body, salt in rows:
        assert decode(bytes(leaf)).body_commit == commit(2, bytes(salt), bytes(body))


def test_without_the_master_key_a_caucus_is_closed_and_the_table_open(
    sql_log: SqlLog, opened: Callable[..., SqlLog], url: str
) -> None:
    case = whisper(sql_log)
    sql_log.close()
    stranger = SqlLog(url, Keyring.seeded("another installation"))
    try:
        assert stranger.state(case) is not None
        with pytest.raises(KeyMissing):
            stranger.read(case, frozenset({Stream.WORKER}))
    finally:
        stranger.close()


def test_a_changed_ciphertext_is_not_read(sql_log: SqlLog) -> None:
    case = whisper(sql_log)
    with sql_log.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE body SET words = body WHERE pos = (SELECT max(pos) FROM leaf WHERE case_id = :case "
                "AND stream = 'worker')"
            ),
            {"case": case},
        )
    with pytest.raises(Damaged, match="the encrypted words was changed"):
        sql_log.read(case, frozenset({Stream.WORKER}), limit=100)


def test_in_production_the_same_story_has_other_salts_and_the_same_ids(
    url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ring = Keyring.create(tmp_path_factory.mktemp("keys") / "master.key")
    log = SqlLog(url, ring)
    make_district(log)
    case = played(log, "at-preparation")
    with log.engine.connect() as connection:
        salts = [bytes(salt) for (salt,) in connection.execute(text("SELECT salt FROM body WHERE salt IS NOT NULL"))]
    assert len(set(salts)) == len(salts)
    assert log.state(case) == rehearsed("at-preparation").case
    log.close()
