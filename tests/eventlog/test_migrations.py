"""Migrations: they make the declared tables, they keep what is in an old database, and they never touch an event."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, inspect, select, text
from sqlmodel import SQLModel

import cloudnego.identity.grant_tables
import cloudnego.identity.tables
from cloudnego import places
from cloudnego.core.sight import seated
from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog import rollup
from cloudnego.eventlog.backup import restore
from cloudnego.eventlog.database import connect
from cloudnego.eventlog.fsck import fsck
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.migrating import alembic_config, migrate
from cloudnego.eventlog.replay import replay
from cloudnego.main import newest
from tests.conftest import ROOT
from tests.eventlog import old
from tests.eventlog.given import loaded, make_district, rehearsed

SECOND = '''
"""A later release: one table more, one column more in a table with rows."""

import sqlalchemy as sa
from alembic import op

revision = "later"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("note", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("text", sa.String(80)))
    with op.batch_alter_table("district") as table:
        table.add_column(sa.Column("motto", sa.String(80), nullable=False, server_default="和"))
'''


def differences(url: str) -> list[Any]:
    engine = connect(url)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            found: list[Any] = compare_metadata(context, SQLModel.metadata)
            return found
    finally:
        engine.dispose()


def entries(log: SqlLog) -> list[Any]:
    with log.engine.connect() as connection:
        rows = [connection.execute(text(f"SELECT * FROM {name} ORDER BY pos")).all() for name in ("leaf", "body")]
    return [tuple(row) for found in rows for row in found]


def test_migrating_makes_the_tables_that_are_declared(url: str) -> None:
    assert cloudnego.identity.tables.Person.__tablename__ in SQLModel.metadata.tables
    assert differences(url) == []


def test_a_difference_would_be_seen(url: str) -> None:
    engine = connect(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE law_text")
    engine.dispose()
    assert [found[0] for found in differences(url)] == ["add_table"]


def test_migrating_again_changes_nothing(url: str, opened: Callable[..., SqlLog]) -> None:
    log = opened(url)
    make_district(log)
    loaded(log, ("plain", ""))
    before = entries(log)
    migrate(url)
    assert entries(log) == before


def test_a_migration_keeps_every_row(
    url: str, opened: Callable[..., SqlLog], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = opened(url)
    make_district(log)
    (case,) = loaded(log, ("objected", ""))
    before = entries(log)
    later = tmp_path / "migrations"
    shutil.copytree(places.migrations(), later)
    (later / "versions" / "later.py").write_text(SECOND.format(head=old.present().stem), "utf-8")
    monkeypatch.setattr(places, "migrations", lambda: later)
    migrate(url)
    with log.engine.connect() as connection:
        assert connection.execute(text("SELECT motto FROM district")).scalars().all() == ["和"]
        assert connection.execute(text("SELECT count(*) FROM note")).scalar() == 0
    assert entries(log) == before
    assert log.state(case) == rehearsed("objected").case
    assert fsck(log.engine, log.ring).whole


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_rollup_keeps_its_figures_when_its_key_is_put_in_another_order(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue("postgres_url") if kind == "postgres" else f"sqlite:///{tmp_path / 'new.sqlite3'}"
    migrate(url, "0001")
    measures = rollup.MEASURES[: rollup.MEASURES.index("rate_sum") + 1]  # those there were
    cells = [
        ("d", "cross", place, trade, "1-49", "offer", "", year, *range(number, number + len(measures)))
        for number, (place, trade, year) in enumerate(product(("33", "34"), ("C1", "C2"), (2025, 2026)))
    ]
    names = [*rollup.KEY, *measures]
    engine = connect(url)
    with engine.begin() as connection:
        connection.execute(insert(rollup.TABLE), [dict(zip(names, cell, strict=True)) for cell in cells])
    migrate(url)
    with engine.connect() as connection:
        found = connection.execute(select(rollup.TABLE).order_by(*rollup.TABLE.primary_key)).all()
        assert inspect(connection).get_pk_constraint("rollup")["constrained_columns"] == rollup.KEY
    engine.dispose()
    since = (0,) * (len(rollup.MEASURES) - len(measures))
    assert [tuple(row) for row in found] == [cell + since for cell in cells]


def test_a_contract_registered_in_force_counts_as_agreed_in_each_of_its_cells(
    url: str, opened: Callable[..., SqlLog]
) -> None:
    log = opened(url)
    make_district(log)
    loaded(log, ("plain", ""))
    log.close()
    engine = connect(url)
    cells = text("SELECT face, agreed FROM rollup WHERE cases <> 0 ORDER BY face")
    with engine.begin() as connection:
        assert connection.execute(cells).all() == [(face, 1) for face in ("all", "cross", "industry", "place", "size")]
        connection.execute(text("UPDATE overview SET agreed_on = NULL"))  # as if it had been registered
        connection.execute(text("UPDATE rollup SET agreed = 0"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0015'"))
    migrate(url, "0016")
    with engine.connect() as connection:
        assert {n for _, n in connection.execute(cells)} == {1}
        assert connection.execute(text("SELECT sum(agreed) FROM rollup WHERE cases = 0")).scalar() in (None, 0)
    engine.dispose()


def test_an_address_that_lay_in_the_clear_is_in_no_file_after_the_migration(tmp_path: Path) -> None:
    """A migration has no keys to seal it with; and what is dropped leaves its bytes, unless SQLite is told not to."""
    url, address = f"sqlite:///{tmp_path / 'old.sqlite3'}", "zhou.xl@example.com"
    migrate(url, "0011")
    engine = connect(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO person (id, district, name, created_s) VALUES ('p', 'd', '周', 1)")
        connection.exec_driver_sql(f"INSERT INTO mail_address VALUES ('p', 'd', '{address}', 1)")
    engine.dispose()

    def lies() -> bool:
        return any(address.encode() in one.read_bytes() for one in tmp_path.iterdir())

    assert lies()
    migrate(url)
    assert not lies()


def test_a_start_knows_where_the_migrations_end_without_alembic() -> None:
    assert newest() == ScriptDirectory.from_config(alembic_config("sqlite://")).get_current_head()


def test_the_database_of_the_present_release_is_kept() -> None:
    assert old.present().exists(), "run `python -m tests.eventlog.old`"


def _kept() -> list[object]:
    """Each kept database on SQLite; on PostgreSQL the first, the middle one and the two newest, all with `--whole`."""
    archives, found = sorted(old.FOLDER.glob("*.zip")), list[object]()
    for number, archive in enumerate(archives):
        often = number in (0, len(archives) // 2) or number >= len(archives) - 2
        marks = () if often else (pytest.mark.whole,)
        found.append(pytest.param("sqlite", archive, id=f"sqlite-{archive.stem}"))
        found.append(pytest.param("postgres", archive, id=f"postgres-{archive.stem}", marks=marks))
    return found


@pytest.mark.parametrize(("kind", "archive"), _kept())
def test_an_old_database_with_data_is_migrated_and_means_what_it_meant(
    archive: Path, kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue("postgres_url") if kind == "postgres" else f"sqlite:///{tmp_path / 'new.sqlite3'}"
    restore(url, archive)
    assert differences(url) == []
    log = SqlLog(url, Keyring.seeded(old.SEED))
    try:
        report = fsck(log.engine, log.ring)
        assert report.whole, report.faults
        assert report.erased > 0
        seats = {tuple(row) for row in _rows(log, "SELECT case_id, person, progress FROM seat")}
        replayed = replay(log.engine, log.ring, log.districts.law)
        assert replayed.cases == len(old.PLAYS)
        assert [one for one in replayed.differences if one.startswith("seats")] == [], "migrated, not only replayed"
        for case in [row[0] for row in _rows(log, "SELECT case_id FROM overview")]:
            state = log.state(case)
            assert state is not None
            assert {(case, *one) for one in seated(state).items()} == {one for one in seats if one[0] == case} != set()
            assert log.read(case, frozenset(Stream), limit=1000)
    finally:
        log.close()


def _rows(log: SqlLog, statement: str) -> list[Any]:
    with log.engine.connect() as connection:
        return list(connection.execute(text(statement)).all())


def test_alembic_finds_its_way_from_its_own_command_line(tmp_path: Path) -> None:
    alembic = [sys.executable, "-m", "alembic", "-c", str(ROOT / "alembic.ini")]
    environment = {"CLOUDNEGO_DATA_DIR": str(tmp_path / "data"), "PYTHONPATH": str(ROOT / "src"), "PATH": ""}
    for words in (["upgrade", "head"], ["check"], ["downgrade", "base"]):
        ran = subprocess.run(
            [*alembic, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "data" / "cloudnego.sqlite3").exists()
