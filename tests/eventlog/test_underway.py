"""Work that goes on while nobody waits: who says how far it is, and when it is taken for lost."""

from __future__ import annotations

from pathlib import Path

from cloudnego.eventlog import underway
from cloudnego.eventlog.database import connect, writing
from cloudnego.eventlog.sql import table_of
from cloudnego.eventlog.underway import Underway
from cloudnego.importing.job_tables import ImportJob

LOST_S = 180


def test_on_sqlite_its_process_says_how_far_it_is_and_without_it_it_has_failed(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/one.sqlite3")
    work = Underway(engine, table_of(ImportJob), lambda: 10 * LOST_S, ("writing",), LOST_S)
    work.take_on("x1")
    assert work.stands("x1", "writing", 0) == {}, "however long it takes: it is here"
    told = work.teller("x1", state="writing")
    with writing(engine).connect() as connection:
        connection.begin()
        told(3)
        told(4)
        connection.rollback()
    assert work.stands("x1", "checking", 0) == {}, "its row says otherwise"
    assert work.stands("x1", "writing", 0) == {"done": 7, "state": "writing"}
    work.let_go("x1")
    assert work.stands("x1", "writing", 0) == {}, "it was read before it was over"
    underway._OVER.clear()
    assert work.stands("x1", "writing", 10 * LOST_S) == {"state": "failed"}
    engine.dispose()


def test_on_postgresql_its_row_says_so_and_who_is_silent_for_long_has_failed() -> None:
    engine = connect("postgresql+psycopg://nobody@localhost/none")
    work = Underway(engine, table_of(ImportJob), lambda: 10 * LOST_S, ("writing",), LOST_S)
    assert work.stands("x1", "writing", 9 * LOST_S) == {}
    assert work.stands("x1", "writing", 9 * LOST_S - 1) == {"state": "failed"}
    assert work.stands("x1", "done", 0) == {}
    engine.dispose()
