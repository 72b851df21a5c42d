"""The database below: durable or refused, owned by one process, and named plainly when it is not one of ours."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event

from cloudnego.eventlog.database import NotDurable, Owned, Ownership, assert_durable, connect
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.log import SqlLog, open_log
from tests.conftest import ROOT
from tests.eventlog.given import make_district
from tests.postgres import Server

HOLD = """
import sys
from pathlib import Path
from cloudnego.eventlog.database import Ownership
held = Ownership(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.readline()
"""


def test_sqlite_is_opened_so_that_a_commit_is_on_the_disk(sqlite_url: str) -> None:
    engine = connect(sqlite_url)
    assert_durable(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    engine.dispose()


@pytest.mark.parametrize("pragma", ["synchronous=NORMAL", "synchronous=OFF", "journal_mode=DELETE"])
def test_a_sqlite_that_could_forget_is_refused(sqlite_url: str, pragma: str) -> None:
    engine = connect(sqlite_url)
    event.listen(engine, "connect", lambda connection, _: connection.execute(f"PRAGMA {pragma}"))
    with pytest.raises(NotDurable):
        assert_durable(engine)
    engine.dispose()


@pytest.mark.postgres
def test_a_postgres_that_could_forget_is_refused(postgres: Server, migrated_postgres: str) -> None:
    name = postgres.database(migrated_postgres)
    engine = connect(postgres.url(name))
    with engine.connect() as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET synchronous_commit = off")
        connection.commit()
    engine.dispose()
    with pytest.raises(NotDurable):
        SqlLog(postgres.url(name), Keyring.seeded("x"))


def test_a_second_process_is_told_who_owns_the_file(sqlite_url: str, tmp_path: Path) -> None:
    file = tmp_path / "log.sqlite3"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(Owned, match=f"belongs to process {holder.pid}"):
        SqlLog(sqlite_url, Keyring.seeded("x"))
    holder.kill()
    holder.wait()
    holder.stdin.close()
    holder.stdout.close()
    SqlLog(sqlite_url, Keyring.seeded("x")).close()


def test_what_is_closed_may_be_owned_again(tmp_path: Path) -> None:
    first = Ownership(tmp_path / "a")
    with pytest.raises(Owned):
        Ownership(tmp_path / "a")
    first.close()
    Ownership(tmp_path / "a").close()


def test_two_logs_of_one_process_do_not_share_a_sqlite_file(sqlite_url: str, opened: Callable[..., SqlLog]) -> None:
    opened(sqlite_url)
    with pytest.raises(Owned):
        opened(sqlite_url)


def test_postgres_belongs_to_as_many_as_like(migrated_postgres_url: str, opened: Callable[..., SqlLog]) -> None:
    assert opened(migrated_postgres_url).alive
    assert opened(migrated_postgres_url).alive


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/x"])
def test_a_database_that_cannot_hold_a_log_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"what is kept in memory is not kept|no store for mysql"):
        connect(url)


def test_an_installation_is_opened_by_its_url_and_key_file(sqlite_url: str, tmp_path: Path) -> None:
    Keyring.create(tmp_path / "master.key")
    log = open_log(sqlite_url, tmp_path / "master.key", queue_max=7, budget_max=2)
    make_district(log)
    before = log.alive
    log.close()
    assert (before, log.alive) == (True, False)
    log.close()
