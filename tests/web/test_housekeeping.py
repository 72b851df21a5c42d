"""What an operator does to the house itself, from the command line: keys, and secrets in files."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cloudnego.__main__ import app
from cloudnego.main import build, install
from cloudnego.settings import SecretOpen, Settings
from tests.web.conftest import settings_for
from tests.web.played import settle

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line on an installation with one district."""
    monkeypatch.setenv("CLOUDNEGO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")
    install(settings_for(tmp_path / "data"))
    house = build(settings_for(tmp_path / "data"))
    settle(house)
    house.close()

    def call(*words: str) -> Result:
        return CliRunner().invoke(app, list(words))  # type: ignore[return-value]

    return call


def marks(said: str) -> list[str]:
    return re.findall(r"\b[0-9a-f]{16}\b", said)


def test_a_master_key_is_turned_and_the_old_one_dropped(run: Run, tmp_path: Path) -> None:
    (old,) = marks(run("admin", "keys", "list").stdout)
    refused = run("admin", "keys", "drop", old, "--yes")
    assert (refused.exit_code, "in use" in refused.stderr) == (1, True)
    turned = run("admin", "keys", "rotate")
    assert turned.exit_code == 0, turned.output
    listed = run("admin", "keys", "list").stdout
    assert marks(listed)[0] == old
    new = marks(listed)[-1]
    assert re.search(rf"{new}.*newest.*district\.secret 1", listed)
    unsure = run("admin", "keys", "drop", old)
    assert (unsure.exit_code, "--yes" in unsure.stderr) == (1, True)
    assert run("admin", "keys", "drop", old, "--yes").exit_code == 0
    assert marks(run("admin", "keys", "list").stdout) == [new]
    build(settings_for(tmp_path / "data")).close()


def test_no_key_is_shown(run: Run, tmp_path: Path) -> None:
    key = (tmp_path / "data" / "keys" / "master.key").read_text().strip()
    for words in (("list",), ("rotate",), ("list",), ("renew",)):
        shown = run("admin", "keys", *words)
        assert shown.exit_code == 0, shown.output
        assert key[:16] not in shown.output


# --- secrets ------------------------------------------------------------------------------------------------------


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "db"
    file.write_text("postgresql://u:geheim@h/d\n")
    file.chmod(0o600)
    return file


def test_a_secret_is_read_from_the_file_that_is_named(secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDNEGO_DATABASE_URL_FILE", str(secret))
    assert Settings().database == "postgresql://u:geheim@h/d"
    assert "geheim" not in repr(Settings())


def test_a_secret_is_read_from_a_credential_of_systemd(secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret.rename(secret.with_name("cloudnego.database_url"))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(secret.parent))
    assert Settings().database == "postgresql://u:geheim@h/d"


def test_a_secret_that_others_may_read_is_refused(secret: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    secret.chmod(0o644)
    monkeypatch.setenv("CLOUDNEGO_DATABASE_URL_FILE", str(secret))
    with pytest.raises(SecretOpen):
        Settings()
    said = run("fsck")
    assert said.exit_code == 1
    assert "chmod" in said.stderr
    assert "geheim" not in said.output


def test_a_secret_given_twice_or_not_there_is_refused(secret: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.setenv("CLOUDNEGO_DATABASE_URL_FILE", str(secret))
    monkeypatch.setenv("CLOUDNEGO_DATABASE_URL", "postgresql://other/d")
    twice = run("fsck")
    assert (twice.exit_code, "Keep one" in twice.stderr) == (1, True)
    monkeypatch.delenv("CLOUDNEGO_DATABASE_URL")
    monkeypatch.setenv("CLOUDNEGO_DATABASE_URL_FILE", "/nowhere/db")
    missing = run("fsck")
    assert (missing.exit_code, "/nowhere" in missing.stderr) == (1, True)


def test_only_secrets_are_read_from_files(secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDNEGO_HOST_FILE", str(secret))
    assert Settings().host == "127.0.0.1"
