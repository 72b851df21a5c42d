"""A district is handed over as a folder that proves itself: every case whole, its log whole, and no case missing."""

from __future__ import annotations

import json
import shutil
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cloudnego.__main__ import app
from cloudnego.audit.logkey import LogKey
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.leaf import canonical
from cloudnego.eventlog.log import SqlLog
from cloudnego.exporting.case import house_on
from cloudnego.exporting.handover import faults_of, hand_over
from tests.eventlog.conftest import migrated_sqlite, quiet
from tests.eventlog.given import DISTRICT, loaded, make_district

__all__ = ["migrated_sqlite", "quiet"]

KEY = LogKey.seeded("handover")


@pytest.fixture(scope="module")
def whole(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("handover")
    (place / "log.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    log = SqlLog(f"sqlite:///{place / 'log.sqlite3'}", Keyring.seeded("handover"))
    make_district(log)
    loaded(log, ("plain", "a"), ("at-preparation", "b"))
    house = house_on(log.engine, log.ring, KEY, lambda: 1_790_000_000)
    told = list[int]()
    at = "2026-11-29T16:00:00+08:00"
    assert hand_over(house, DISTRICT, place / "out", told.append, made_at=at, software="cloudnego 0") == 2
    assert told == [1, 1]
    with pytest.raises(FileExistsError):
        hand_over(house, DISTRICT, place / "out", told.append, made_at=at, software="cloudnego 0")
    log.close()
    return place / "out"


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole, tmp_path / "out")


def found(folder: Path) -> list[tuple[str, str]]:
    return [(one.where, one.what) for one in faults_of(folder, lambda _: None)]


def signed_anew(folder: Path, case: str) -> None:
    """As an operator with the log's key would leave a case out."""
    (folder / "cases" / f"{case}.zip").unlink()
    index = json.loads((folder / "index.json").read_bytes())
    index["cases"].remove(case)
    index["files"] = [one for one in index["files"] if case not in one["path"]]
    (folder / "index.json").write_bytes(canonical(index))
    origin = f"{KEY.name}/handover"
    digest = b64encode(sha256(canonical(index)).digest()).decode()
    (folder / "index.note").write_text(KEY.sign(origin, f"{origin}\n{digest}\n").rendered)


def test_it_holds_and_has_no_caucus(whole: Path) -> None:
    assert found(whole) == []
    assert CliRunner().invoke(app, ["verify", str(whole)]).exit_code == 0
    index = json.loads((whole / "index.json").read_bytes())
    assert len(index["cases"]) == 2
    for file in whole.rglob("*.zip"):
        assert b'"stream":"' + file.stem.encode() + b'/worker"' not in file.read_bytes()
    assert (whole / "people.csv").read_text("utf-8-sig").startswith("person,name")


def test_whatever_is_changed_is_named(folder: Path) -> None:
    case = json.loads((folder / "index.json").read_bytes())["cases"][0]
    for name in (f"cases/{case}.zip", "district/leaves.jsonl", "district/entries.jsonl", "people.csv", "index.note"):
        kept = (folder / name).read_bytes()
        (folder / name).write_bytes(kept[:-9] + bytes([kept[-9] ^ 1]) + kept[-8:])
        assert name in {where for where, _ in found(folder)}, name
        (folder / name).unlink()
        assert name in {where for where, _ in found(folder)}, name
        (folder / name).write_bytes(kept)
    (folder / "more.txt").write_text("x")
    assert found(folder) == [("more.txt", "the index does not name it")]
    assert CliRunner().invoke(app, ["verify", str(folder)]).exit_code == 1


def test_a_case_that_the_operator_leaves_out_is_missed(folder: Path) -> None:
    """His signature over what is left helps him nothing: the log of the district has seen it."""
    case = json.loads((folder / "index.json").read_bytes())["cases"][1]
    signed_anew(folder, case)
    (fault,) = found(folder)
    assert fault[0] == "district/entries.jsonl"
    assert case in fault[1]
