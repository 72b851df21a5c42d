"""A log on SQLite with a case that two sides and each alone have written to."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cloudnego.eventlog.log import SqlLog
from tests.eventlog.conftest import migrated_sqlite, opened, quiet, sqlite_url
from tests.eventlog.given import loaded, make_district

__all__ = ["migrated_sqlite", "opened", "quiet", "sqlite_url"]


@pytest.fixture
def sql_log(sqlite_url: str, opened: Callable[..., SqlLog]) -> SqlLog:
    log = opened(sqlite_url)
    make_district(log)
    return log


@pytest.fixture
def case(sql_log: SqlLog) -> str:
    return loaded(sql_log, ("plain", ""))[0]
