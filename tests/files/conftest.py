"""The stores of the log, with a case in which files may lie."""

from __future__ import annotations

import pytest

from cloudnego.eventlog.log import SqlLog
from tests.eventlog.conftest import (
    migrated_postgres,
    migrated_postgres_url,
    migrated_sqlite,
    opened,
    sql_log,
    sqlite_url,
    url,
)
from tests.eventlog.given import loaded

__all__ = [
    "migrated_postgres", "migrated_postgres_url", "migrated_sqlite", "opened", "sql_log",
    "sqlite_url", "url",
]  # fmt: skip


@pytest.fixture
def case(sql_log: SqlLog) -> str:
    (found,) = loaded(sql_log, ("at-preparation", ""))
    return found
