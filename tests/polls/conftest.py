"""Polls on each database, with a key that is not looked for in every test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from cloudnego.eventlog.database import connect
from cloudnego.eventlog.keys import Keyring
from cloudnego.polls.desk import Polls
from cloudnego.polls.pool import Pool
from tests.eventlog.conftest import (
    migrated_postgres,
    migrated_postgres_url,
    migrated_sqlite,
    sqlite_url,
    url,
)
from tests.polls.given import NOW_S, Ground
from tests.polls.test_blind import KEY

__all__ = ["migrated_postgres", "migrated_postgres_url", "migrated_sqlite", "sqlite_url", "url"]


@pytest.fixture
def our_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloudnego.polls.blind.fresh_key", lambda: KEY)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    made = connect(url)
    yield made
    made.dispose()


@pytest.fixture
def node(engine: Engine, tmp_path: Path) -> Callable[..., Polls]:
    """One more node on the same database; each with the pool's folder, or none."""

    def made(folder: str | None = "pools") -> Polls:
        pool = None if folder is None else Pool(tmp_path / folder)
        return Polls(engine, Keyring.seeded("polls"), pool, lambda: NOW_S)

    return made


@pytest.fixture
def ground(our_key: None, node: Callable[..., Polls], engine: Engine, tmp_path: Path) -> Ground:
    return Ground(node(), engine, tmp_path / "pools")
