"""What people wrote is in no error and in no log, whatever the database refuses and however loudly it quotes it."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from cloudnego import logs
from cloudnego.eventlog.log import SqlLog
from cloudnego.ports import Busy
from tests.eventlog.given import WORKER_CHIEF, asked, played, proposal, rehearsed

CANARY = "底线是百分之五 the canary sang"


def quoted(said: str) -> bool:
    """Whether the canary is in there: as it is, as JSON, or as the bytes a database shows."""
    as_json = json.dumps(CANARY)[1:-1]
    return any(one in said for one in (CANARY, as_json, CANARY.encode().hex(), repr(CANARY.encode())[2:-1]))


@pytest.fixture
def logged() -> Iterator[None]:
    """The log as `serve` and `demo` configure it, for one test."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.configure("debug")
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)


def no_words_in(log: SqlLog) -> None:
    """From now on the database refuses every row with words; PostgreSQL quotes the whole row when it does."""
    with log.engine.begin() as connection:
        if log.store.sqlite:
            connection.exec_driver_sql(
                "CREATE TRIGGER no_words BEFORE INSERT ON body WHEN NEW.words IS NOT NULL "
                "BEGIN SELECT RAISE(ABORT, 'no words'); END"
            )
        else:
            connection.exec_driver_sql("ALTER TABLE body ADD CONSTRAINT no_words CHECK (words IS NULL) NOT VALID")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO overview (case_id, district) VALUES (:canary, :canary)",  # other columns must not be null
        "INSERT INTO nowhere VALUES (:canary)",
        "SELECT :canary FROM stream WHERE no_column = :canary",
    ],
)
def test_an_error_of_the_database_names_no_parameter(sql_log: SqlLog, statement: str) -> None:
    with pytest.raises(SQLAlchemyError) as raised, sql_log.engine.begin() as connection:
        connection.execute(text(statement), {"canary": CANARY})
    assert "hide_parameters" in str(raised.value)
    assert not quoted("".join(traceback.format_exception(raised.value)))


def test_a_batch_that_the_database_refuses_is_logged_without_a_word_of_it(
    sql_log: SqlLog, logged: None, capsys: pytest.CaptureFixture[str]
) -> None:
    case = played(sql_log, "at-preparation")
    no_words_in(sql_log)
    wish = asked(rehearsed().played[0], case, "canary", command=proposal("7.5", CANARY), by=WORKER_CHIEF)
    with pytest.raises(Busy):
        asyncio.run(sql_log.ask(wish))
    printed = capsys.readouterr()
    assert printed.out == ""
    (entry,) = [json.loads(line) for line in printed.err.splitlines()]
    assert (entry["event"], entry["level"], entry["commands"]) == ("batch_failed", "error", 1)
    assert entry["error"].startswith("IntegrityError from ")
    assert ("SQLITE_CONSTRAINT" in entry["error"]) or ("23514" in entry["error"]), "the code of the database is told"
    assert any("eventlog/batch.py" in place for place in entry["where"])
    assert not quoted(printed.err)


def fail() -> None:
    try:
        raise ValueError(CANARY)
    except ValueError as wrong:
        raise RuntimeError(CANARY) from wrong


def entries(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_an_exception_is_logged_by_kind_and_place(logged: None, capsys: pytest.CaptureFixture[str]) -> None:
    for told in (structlog.get_logger(), logging.getLogger("a.library")):
        try:
            fail()
        except RuntimeError:
            told.exception("went_wrong")
    ours, theirs = entries(capsys)
    for entry in (ours, theirs):
        assert entry["error"] == "RuntimeError from ValueError"
        assert entry["where"][-1].endswith(" fail")
        assert (entry["event"], entry["level"]) == ("went_wrong", "error")
        assert not quoted(json.dumps(entry, ensure_ascii=False))


def test_a_task_that_nobody_waited_for_is_logged_without_what_it_says(
    logged: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """asyncio writes the exception into the message itself."""

    async def lost() -> None:
        asyncio.get_running_loop().call_exception_handler(
            {"message": "Task exception was never retrieved", "exception": ValueError(CANARY), "task": CANARY}
        )

    asyncio.run(lost())
    (entry,) = entries(capsys)
    assert entry["event"] == "Task exception was never retrieved"
    assert not quoted(json.dumps(entry, ensure_ascii=False))


def test_the_log_goes_where_standard_error_goes_now(logged: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Heard:
        said = ""

        def write(self, text: str) -> int:
            self.said += text
            return len(text)

        def flush(self) -> None: ...

    heard = Heard()
    monkeypatch.setattr(sys, "stderr", heard)
    structlog.get_logger().info("ours")
    logging.getLogger("a.library").warning("theirs")
    assert [json.loads(line)["event"] for line in heard.said.splitlines()] == ["ours", "theirs"]
    assert "canary" in "".join(traceback.format_exception(ValueError(CANARY))), "a traceback would have told it"
