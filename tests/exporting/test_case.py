"""The audit file of a case with its tables, as the command line makes it and checks it again."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner

from cloudnego.__main__ import app
from cloudnego.audit import verify
from cloudnego.audit.logkey import LogKey
from cloudnego.core.deadlines import deadlines
from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.log import SqlLog
from cloudnego.exporting.audience import Audience
from cloudnego.exporting.case import House, Order, export_case, house_on
from cloudnego.ports import NoCase
from tests.audit.given import STREAMS, contents
from tests.eventlog.conftest import migrated_sqlite, quiet
from tests.eventlog.given import loaded, make_district

__all__ = ["migrated_sqlite", "quiet"]

KEY: Final = "master.key"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exporting")


@pytest.fixture(scope="module")
def log(place: Path, migrated_sqlite: Path) -> Iterator[SqlLog]:
    (place / "cloudnego.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    log = SqlLog(f"sqlite:///{place / 'cloudnego.sqlite3'}", Keyring.create(place / "keys" / KEY))
    LogKey.create(place / "keys" / "log.key", None)
    make_district(log)
    yield log
    log.close()


@pytest.fixture(scope="module")
def case(log: SqlLog) -> str:
    return loaded(log, ("plain", ""))[0]


@pytest.fixture
def house(log: SqlLog, place: Path) -> House:
    return house_on(log.engine, log.ring, LogKey.open(place / "keys" / "log.key"), lambda: 0)


def order(case: str, audience: Audience) -> Order:
    return Order(case, audience, "operator", "=1+1", "2026-11-29T16:00:00+08:00", "cloudnego 0")


def table(files: dict[str, bytes], name: str) -> list[list[str]]:
    return list(csv.reader(StringIO(files[f"tables/{name}.csv"].decode("utf-8-sig"), newline="")))


def test_each_audience_is_the_one_of_its_seat() -> None:
    assert {one.value: one.streams for one in Audience} == STREAMS


@pytest.mark.parametrize("audience", Audience)
def test_a_file_has_its_tables_and_holds(
    house: House, log: SqlLog, case: str, tmp_path: Path, audience: Audience
) -> None:
    target, told = tmp_path / "a.zip", list[int]()
    count = export_case(house, order(case, audience), target, told.append)
    versions = log.versions(case)
    assert count == sum(versions[stream][1] for stream in audience.streams)
    assert [found for found in verify.verify(target, []) if found[0] < 9] == []
    files = contents(target.read_bytes())
    timeline = table(files, "timeline")
    assert len(timeline) == count + 1
    assert {row[0] for row in timeline[1:]} == {stream.value for stream in audience.streams}
    assert {row[4] for row in timeline}.isdisjoint({row[5] for row in timeline[1:]}), "events have their names"
    terms = table(files, "deadlines")
    state = log.state(case)
    assert state is not None
    assert state.opened is not None
    running = deadlines(state, log.law(state.opened.pack, state.opened.pack_version, state.calendar))
    assert len(terms) - 1 == sum(one.stream in audience.streams for one in running)
    assert any(one.stream is Stream.TABLE for one in running), "or this shows nothing"
    assert ("tables/access.csv" in files) == (audience is not Audience.AUTHORITY)
    assert table(files, "mandates")[0][0] == "授权"


def test_nothing_is_left_of_a_file_that_could_not_be_made(house: House, tmp_path: Path) -> None:
    with pytest.raises(NoCase):
        export_case(house, order("n0", Audience.UNION), tmp_path / "a.zip", lambda _: None)
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_makes_and_checks_it(
    log: SqlLog, case: str, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDNEGO_DATA_DIR", str(place))
    monkeypatch.setenv("CLOUDNEGO_DATABASE", f"sqlite:///{place / 'cloudnego.sqlite3'}")
    monkeypatch.setenv("CLOUDNEGO_MASTER_KEY", str(place / "keys" / KEY))
    run, file = CliRunner(), str(tmp_path / "a.zip")
    made = run.invoke(app, ["export", case, "--for", "union", "--out", file])
    assert made.exit_code == 0, made.output
    checked = run.invoke(app, ["verify", file])
    assert (checked.exit_code, checked.stdout.splitlines()[-1]) == (0, "成立 HOLDS")
    assert run.invoke(app, ["verify", file, "--held", file]).exit_code == 0
    spoilt = Path(file).read_bytes()
    (tmp_path / "b.zip").write_bytes(spoilt[:-1])
    assert run.invoke(app, ["verify", str(tmp_path / "b.zip")]).exit_code == 1
    assert run.invoke(app, ["verify", str(tmp_path / "c.zip")]).exit_code == 2
    for words, said in (
        (["export", "n0", "--for", "union", "--out", f"{file}2"], "no case n0"),
        (["export", case, "--for", "press", "--out", f"{file}2"], "for press"),
        (["export", case, "--for", "union", "--out", file], "a.zip"),
    ):
        refused = run.invoke(app, words)
        assert refused.exit_code == 1
        assert said in refused.stderr
