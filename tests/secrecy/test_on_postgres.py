"""A part of the proofs of secrecy on PostgreSQL: who may see what, what lies there sealed, and what changes no byte."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import SystemRandom
from typing import Any

import pytest
from pydantic import SecretStr

from claims.pairs import run
from claims.town import twins_on
from cloudnego.eventlog.backup import backup, restore
from cloudnego.main import build
from tests.postgres import Server
from tests.secrecy.canaries import rows, telling
from tests.secrecy.ground import Ground, inline, prepared
from tests.secrecy.matrix import Run, cells, endpoints, table
from tests.secrecy.planting import STEP, Planting, found_in, hidden_of
from tests.web.conftest import settings_for

pytestmark = pytest.mark.postgres

HISTORIES = 3
SLICE = (
    "get_case", "get_timeline", "get_views", "get_file", "list_cases", "list_court_orders", "list_workers",
    "get_enterprise",
)  # fmt: skip
"""What is looked at, with a query of its own each: nothing of it has to be undone."""


@pytest.fixture(scope="module")
def there(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """The ground of the matrix, whose first case is told in canaries, carried over into PostgreSQL."""
    place, url = tmp_path_factory.mktemp("postgres"), postgres.url(postgres.database())
    with prepared(STEP, telling(STEP)) as ground:
        site = ground.house.site
        backup(site.engine, place / "ground.zip", made_at=datetime(2026, 1, 1, tzinfo=UTC), program="test", keys=[])
        restore(url, place / "ground.zip")
        settings = settings_for(ground.house.settings.data_dir, database_url=SecretStr(url))
        clock: Any = site.clocks._now
        house = inline(build(settings, clock))
        try:
            yield ground._replace(house=house)
        finally:
            house.close()


def test_a_slice_of_the_matrix_answers_as_the_table_says(there: Ground) -> None:
    made = Run(there)

    async def asked() -> None:
        for name, endpoint in endpoints(made.document).items():
            if name in SLICE:
                for cell in cells(name, STEP):
                    await made._one(cell, endpoint, None)

    asyncio.run(asked())
    assert [str(one) for one in made.failures] == []
    assert made.cells == len(SLICE) * len(list(cells("get_case", STEP)))
    assert made.answers["200 200"] > 100, made.answers


def test_no_dump_shows_a_caucus_a_file_or_what_opens_a_door(there: Ground, postgres: Server, tmp_path: Path) -> None:
    """A backup, and the files of the server: tables, the log it writes ahead, and what it tells its operator."""
    planting, story = Planting(there), telling(STEP)
    asyncio.run(planting.all())
    caucuses = [text for text, streams in story.where.items() if all(one.is_caucus for one in streams)]
    hidden = hidden_of(planting.readers, caucuses, planting.secrets)
    site, bundle = there.house.site, tmp_path / "backup.zip"
    with site.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("CHECKPOINT")
    backup(site.engine, bundle, made_at=datetime(2026, 1, 1, tzinfo=UTC), program="test", keys=[])
    with zipfile.ZipFile(bundle) as inside:
        files = {name: inside.read(name) for name in inside.namelist()}
    dumped = b"".join(files.values())
    assert found_in(files, hidden) == []
    assert {one for one in rows() if rows()[one].text.encode() not in dumped} == set(), "not planted"
    files = {str(one): one.read_bytes() for one in postgres.files() if one.is_file()}
    assert any(rows()["account.login"].text.encode() in content for content in files.values()), "not the right files"
    assert found_in(files, hidden) == []


def test_what_one_must_not_see_changes_no_byte(postgres: Server) -> None:
    first = SystemRandom().randrange(1 << 30)
    tally = run(first, HISTORIES, houses=lambda: twins_on(lambda: postgres.url(postgres.database())))
    assert [str(one) for one in tally.broken] == [], f"seed {first}"
    assert tally.histories == HISTORIES
    assert tally.hidden.total() + tally.secrets.total() > 0


def test_the_slice_is_in_the_table() -> None:
    assert set(SLICE) <= {*table()["looks"].split(), *table()["elsewhere"]}
