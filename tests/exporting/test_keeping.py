"""What an operator does at the command line: put a case on hold, see it, lift it, erase, and hand a district over."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cloudnego.__main__ import app
from cloudnego.audit.logkey import LogKey
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.log import SqlLog
from tests.eventlog.conftest import migrated_sqlite, quiet
from tests.eventlog.given import DISTRICT, loaded, make_district

__all__ = ["migrated_sqlite", "quiet"]

pytestmark = pytest.mark.whole  # a dozen commands, each of which looks into the installation anew


def test_an_operator_holds_lifts_erases_and_hands_over(
    migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cloudnego.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    log = SqlLog(f"sqlite:///{tmp_path / 'cloudnego.sqlite3'}", Keyring.create(tmp_path / "keys" / "master.key"))
    LogKey.create(tmp_path / "keys" / "log.key", None)
    make_district(log)
    case = loaded(log, ("plain", ""))[0]
    log.close()
    monkeypatch.setenv("CLOUDNEGO_DATA_DIR", str(tmp_path))

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output + (done.stderr if done.exit_code else "")

    keep = ("admin", "retention")
    assert run(*keep, "run", "--dry-run")[0] == 0
    code, said = run(*keep, "hold", case, "--reason", "仲裁112号", "--until", "2100-01-01")
    assert code == 0, said
    hold = said.partition("（")[2].partition("）")[0]
    assert "仲裁112号" in run(*keep, "holds")[1]
    assert run(*keep, "hold", "n0", "--reason", "x")[0] == 1
    erase = (*keep, "erase", case, "w0", "--reason", "本人请求", "--everything")
    assert run(*erase)[0] == 1, "nobody said that it is meant"
    code, said = run(*erase, "--yes")
    assert (code, "on hold" in said) == (1, True), said
    assert run(*keep, "lift", case, hold)[0] == 0
    assert run(*keep, "lift", case, hold)[0] == 1
    assert run(*erase, "--dry-run")[0] == 0
    assert run(*erase, "--yes")[0] == 0
    assert run("export", "--district", DISTRICT, "--out", str(tmp_path / "out"))[0] == 0
    assert run("verify", str(tmp_path / "out"))[0] == 0
    assert run("export", "--out", str(tmp_path / "b.zip"))[0] == 1, "neither a case nor a district"
    assert run("verify", str(tmp_path / "keys"))[0] == 2
