"""The stores every test of the log may ask for: in memory, on SQLite, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
import structlog

from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.memory import MemoryLog
from cloudnego.eventlog.migrating import migrate
from tests.eventlog.given import Log, make_district
from tests.postgres import Server

SEED = "the seed of the tests"
STORES = ["memory", "sqlite", "postgres"]


@pytest.fixture(scope="session", autouse=True)
def quiet() -> None:
    """Batches that fail on purpose would fill the screen."""
    structlog.configure(processors=[_drop])


def _drop(*_: object) -> NoReturn:
    raise structlog.DropEvent


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated and empty SQLite file to copy."""
    file = tmp_path_factory.mktemp("sqlite") / "empty.sqlite3"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Server) -> str:
    """A migrated and empty database to copy, by name."""
    name = postgres.database()
    migrate(postgres.url(name))
    return name


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_sqlite: Path) -> str:
    file = tmp_path / "log.sqlite3"
    file.write_bytes(migrated_sqlite.read_bytes())
    return f"sqlite:///{file}"


@pytest.fixture
def migrated_postgres_url(postgres: Server, migrated_postgres: str) -> str:
    return postgres.url(postgres.database(migrated_postgres))


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """A migrated database of each kind."""
    name = "sqlite_url" if request.param == "sqlite" else "migrated_postgres_url"
    found: str = request.getfixturevalue(name)
    return found


@pytest.fixture
def opened() -> Iterator[Callable[..., SqlLog]]:
    """Opens logs on a URL with the seeded keys, and closes them in the end."""
    logs: list[SqlLog] = []

    def open_one(url: str, **limits: int) -> SqlLog:
        logs.append(SqlLog(url, Keyring.seeded(SEED), **limits))
        return logs[-1]

    yield open_one
    for log in reversed(logs):
        log.close()


@pytest.fixture
def sql_log(url: str, opened: Callable[..., SqlLog]) -> SqlLog:
    """A log on each database with one district."""
    log = opened(url)
    make_district(log)
    return log


@pytest.fixture(params=STORES)
def log(request: pytest.FixtureRequest) -> Log:
    """Every store there is, with one district."""
    if request.param == "memory":
        found: Log = MemoryLog(Keyring.seeded(SEED))
    else:
        name = "sqlite_url" if request.param == "sqlite" else "migrated_postgres_url"
        found = request.getfixturevalue("opened")(request.getfixturevalue(name))
    make_district(found)
    return found
