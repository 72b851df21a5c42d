"""The seed, told once in memory and loaded once on SQLite; both take some seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.migrating import migrate
from cloudnego.seedling.load import load
from cloudnego.seedling.play import Script
from cloudnego.seedling.seed import Seed, shipped
from tests.postgres import Server

NOW_S = 1_800_000_000


class Loaded(NamedTuple):
    """A log with the seed in it, what was told to it, and the CPU seconds that took."""

    log: SqlLog
    script: Script
    cpu_s: float
    said: list[int]


@pytest.fixture
def postgres_log(postgres: Server) -> Iterator[SqlLog]:
    log = open_log(postgres.url(postgres.database()))
    yield log
    log.close()


@pytest.fixture(scope="session")
def seed() -> Seed:
    return shipped("xiaoshan")


@pytest.fixture(scope="session")
def told(seed: Seed) -> Script:
    return seed.rehearsed()


@pytest.fixture(scope="session")
def loaded_once(seed: Seed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    log = open_log(tmp_path_factory.mktemp("seed"))
    said: list[int] = []
    begun = time.process_time()
    script = load(log, seed, password_hash="not a hash", now_s=NOW_S, told=said.append)
    cpu_s = time.process_time() - begun
    assert script is not None
    yield Loaded(log, script, cpu_s, said)
    log.close()


def open_log(place: Path | str) -> SqlLog:
    """An empty log in a folder, or in the empty database of a URL."""
    url = place if isinstance(place, str) else f"sqlite:///{place / 'log.sqlite3'}"
    migrate(url)
    return SqlLog(url, Keyring.seeded("the seed of the seed's tests"))
