"""Backup and restore: a round trip between any two databases loses nothing, a bad archive is never half restored."""

from __future__ import annotations

import asyncio
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, select

from cloudnego.core.vocabulary import Member, Side, Stream
from cloudnego.eventlog import backup as module
from cloudnego.eventlog.backup import BadArchive, Manifest, NotEmpty, backup, inspect, restore
from cloudnego.eventlog.database import connect
from cloudnego.eventlog.fsck import fsck
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.replay import replay
from cloudnego.ports import Filter, Listed
from tests.eventlog.given import (
    DISTRICT,
    MORNING,
    WORKER_CHIEF,
    asked,
    loaded,
    proposal,
    rehearsed,
)

PAIRS = [(one, other) for one in ("sqlite", "postgres") for other in ("sqlite", "postgres")]


def rows(url: str) -> dict[str, list[Any]]:
    """Every row of every table a backup keeps, in the order of the primary key."""
    engine, metadata = connect(url), MetaData()
    try:
        with engine.connect() as connection:
            metadata.reflect(connection)
            return {
                table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
                for table in metadata.sorted_tables
                if table.name != "identity_epoch"
            }
    finally:
        engine.dispose()


@pytest.fixture
def filled(sql_log: SqlLog) -> SqlLog:
    """A log with cases, an erasure, and rows in tables that are not the log's."""
    cases = loaded(sql_log, ("plain", ""), ("failed-ballot", "b"), ("at-preparation", "c"))
    sql_log.erase(cases[0], Stream.TABLE, frozenset(range(1, 30)))
    person = "INSERT INTO person (id, district, name, created_s) VALUES ('p1', 'xiaoshan', '王小明', 1)"
    account = "INSERT INTO enterprise (organisation, district, credit_code, address, industry, kind, above_scale, "
    account += (
        "has_union, has_congress, congress_until, branch_consent, version) VALUES ('o1', 'xiaoshan', 'X', '萧山', "
    )
    account += "'C17', 'enterprise', true, false, true, '2027-05-01', NULL, 1)"
    organisation = "INSERT INTO organisation (id, district, kind, name, region, created_s) VALUES "
    organisation += "('o1', 'xiaoshan', 'enterprise', '某厂', '330109', 1)"
    membership = "INSERT INTO membership (id, district, person, organisation, office, created_s) VALUES "
    membership += "('m1', 'xiaoshan', 'p1', 'o1', 'hr', 1)"  # moves the identity epoch of the database it lies in
    with sql_log.engine.begin() as connection:
        for statement in (person, organisation, account, membership):
            connection.exec_driver_sql(statement)
    return sql_log


def kept(log: SqlLog, folder: Path, name: str = "a.zip") -> Path:
    archive = folder / name
    backup(log.engine, archive, made_at=MORNING, program="0.1", keys=log.ring.marks)
    return archive


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without a table."""
    if request.param == "postgres":
        found: str = request.getfixturevalue("postgres_url")
        return found
    return f"sqlite:///{tmp_path / 'restored.sqlite3'}"


def test_a_round_trip_between_any_two_databases_keeps_every_row(
    filled: SqlLog, url: str, empty_url: str, tmp_path: Path, opened: Callable[..., SqlLog]
) -> None:
    archive = kept(filled, tmp_path)
    restore(empty_url, archive)
    assert rows(empty_url) == rows(url)
    log = opened(empty_url)
    report = fsck(log.engine, log.ring)
    assert report.whole, report.faults
    assert report.erased > 0
    assert replay(log.engine, log.ring, log.districts.law, mend=False).equal


def test_a_restored_log_goes_on_where_the_old_one_stood(
    filled: SqlLog, empty_url: str, tmp_path: Path, opened: Callable[..., SqlLog]
) -> None:
    case = next(one.case for one in _cases(filled) if one.overview.step == "preparation")
    restore(empty_url, kept(filled, tmp_path))
    log = opened(empty_url)
    assert log.state(case) == filled.state(case)
    assert log.caucus(case, Side.WORKER) == filled.caucus(case, Side.WORKER)
    by = Member(person="cw0", side=Side.WORKER)
    one = asked(rehearsed().played[0], case, "next", command=proposal("7"), by=by)
    assert not asyncio.run(log.ask(one)).repeated
    again = asyncio.run(log.ask(asked(rehearsed("at-preparation", "c").played[1], case, "k1")))
    assert again.repeated, "keys are part of the log, so of its backup"
    assert fsck(log.engine, log.ring).whole


def _cases(log: SqlLog) -> tuple[Listed, ...]:
    return log.cases(Filter(district=DISTRICT)).rows


def test_a_backup_is_one_moment_while_the_service_writes(
    sql_log: SqlLog, empty_url: str, tmp_path: Path, opened: Callable[..., SqlLog]
) -> None:
    (case,) = loaded(sql_log, ("at-preparation", ""))

    async def both() -> None:
        ones = [
            asked(rehearsed().played[0], case, f"x{n}", command=proposal(f"{n}"), by=WORKER_CHIEF) for n in range(1, 30)
        ]
        writing = asyncio.gather(*(sql_log.ask(one) for one in ones))
        await asyncio.to_thread(kept, sql_log, tmp_path)
        await writing

    asyncio.run(both())
    restore(empty_url, tmp_path / "a.zip")
    log = opened(empty_url)
    assert fsck(log.engine, log.ring).whole
    assert replay(log.engine, log.ring, log.districts.law, mend=False).equal


def test_the_manifest_names_the_keys_and_holds_none(filled: SqlLog, tmp_path: Path) -> None:
    archive = kept(filled, tmp_path)
    manifest = inspect(archive)
    assert manifest.keys == tuple(filled.ring.marks)
    assert "master key is not in this archive" in manifest.note
    assert manifest.made_at == "2026-03-02T09:00:00+08:00"
    counts = {table.name: table.rows for table in manifest.tables}
    assert counts["leaf"] == counts["body"] > 100
    assert counts["person"] == 1
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600


def test_the_same_content_has_the_same_hashes_in_either_database(
    filled: SqlLog, empty_url: str, tmp_path: Path, opened: Callable[..., SqlLog]
) -> None:
    archive = kept(filled, tmp_path)
    restore(empty_url, archive)
    again = kept(opened(empty_url), tmp_path, "b.zip")
    assert inspect(again).tables == inspect(archive).tables


def test_an_archive_that_is_there_is_not_written_over(filled: SqlLog, tmp_path: Path) -> None:
    archive = kept(filled, tmp_path)
    before = archive.read_bytes()
    with pytest.raises(FileExistsError):
        kept(filled, tmp_path)
    assert archive.read_bytes() == before
    assert [path.name for path in tmp_path.glob("*.part")] == []


def test_a_backup_that_fails_leaves_no_file(filled: SqlLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(module, "_out", full)
    with pytest.raises(OSError, match="no space left"):
        kept(filled, tmp_path)
    assert list(tmp_path.glob("a.zip*")) == []


def _rewrite(archive: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    with zipfile.ZipFile(archive) as bundle:
        content = {name: bundle.read(name) for name in bundle.namelist()}
    change(content)
    with zipfile.ZipFile(archive, "w") as bundle:
        for name, data in content.items():
            bundle.writestr(name, data)


def _lost_row(content: dict[str, bytes]) -> None:
    content["tables/leaf.jsonl"] = content["tables/leaf.jsonl"].rpartition(b"\n[")[0] + b"\n"


def _changed_row(content: dict[str, bytes]) -> None:
    content["tables/district.jsonl"] = content["tables/district.jsonl"].replace(b"sandbox", b"live")


def _lost_table(content: dict[str, bytes]) -> None:
    del content["tables/body.jsonl"]


def _no_manifest(content: dict[str, bytes]) -> None:
    del content["manifest.json"]


def _other_format(content: dict[str, bytes]) -> None:
    content["manifest.json"] = json.dumps({**json.loads(content["manifest.json"]), "format": 2}).encode()


@pytest.mark.parametrize("change", [_lost_row, _changed_row, _lost_table, _no_manifest, _other_format])
def test_a_bad_archive_is_refused_before_anything_is_written(
    filled: SqlLog, tmp_path: Path, change: Callable[[dict[str, bytes]], None]
) -> None:
    archive = kept(filled, tmp_path)
    _rewrite(archive, change)
    with pytest.raises(BadArchive):
        restore(f"sqlite:///{tmp_path / 'restored.sqlite3'}", archive)
    assert not (tmp_path / "restored.sqlite3").exists()


def test_what_is_no_archive_is_called_so(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK")
    for name in ("a.zip", "b.zip"):
        with pytest.raises(BadArchive, match=r"is not a backup|no backup at"):
            inspect(tmp_path / name)


def test_nothing_is_restored_over_something(filled: SqlLog, url: str, tmp_path: Path) -> None:
    archive = kept(filled, tmp_path)
    filled.close()
    before = rows(url)
    with pytest.raises(NotEmpty):
        restore(url, archive)
    assert rows(url) == before


def test_the_manifest_is_what_it_is_for_good() -> None:
    assert Manifest.__struct_fields__ == ("format", "made_at", "program", "revision", "keys", "note", "tables")
