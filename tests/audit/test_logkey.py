"""The log's keys lie in a file of their own, are never made twice, and sign together while they are turned."""

from __future__ import annotations

import stat
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cloudnego.audit.logkey import LogKey, LogKeyMissing, mark_of
from cloudnego.audit.notes import Head
from cloudnego.housekeeping import keys_app

HEAD = Head("log.example/n1/table", 1, sha256(b"").digest())


def test_a_new_key_is_its_owners_alone_and_named_after_the_address(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "log.key"
    made = LogKey.create(file, "https://yun.example:8443/")
    assert made.name == "yun.example:8443"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert LogKey.open(file).publics == made.publics
    with pytest.raises(FileExistsError):
        LogKey.create(file, None)


def test_without_an_address_it_has_a_name_that_no_other_log_has(tmp_path: Path) -> None:
    one, other = (LogKey.create(tmp_path / name, None).name for name in ("one", "other"))
    assert one.startswith("cloudnego.invalid/")
    assert one != other


def test_the_same_head_gives_the_same_note(tmp_path: Path) -> None:
    key = LogKey.create(tmp_path / "log.key", None)
    assert key.checkpoint(HEAD) == LogKey.open(tmp_path / "log.key").checkpoint(HEAD)


def test_while_a_key_is_turned_both_sign_also_in_another_process(tmp_path: Path) -> None:
    file = tmp_path / "log.key"
    key = LogKey.create(file, "https://yun.example")
    elsewhere, (old,) = LogKey.open(file), key.keys(HEAD.origin)
    new_mark = key.add()
    note = elsewhere.checkpoint(HEAD)
    assert len(note.signatures) == 2
    for each, line in zip(elsewhere.keys(HEAD.origin), note.signatures, strict=True):
        assert each.holds(note.text, line)
    with pytest.raises(LogKeyMissing, match="newest"):
        key.drop(new_mark)
    key.drop(mark_of(old.public))
    assert [mark_of(public) for public in elsewhere.publics] == [new_mark]
    with pytest.raises(LogKeyMissing, match="no log key"):
        key.drop(mark_of(old.public))


@pytest.mark.parametrize(
    "text", ["", "a\n", "a AAAA\n", "a b+c\n", f"a {43 * 'A'}=\nb {43 * 'A'}=\n", f"a+b {43 * 'A'}=\n"]
)
def test_a_file_without_a_usable_key_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "log.key"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(LogKeyMissing, match=r"log\.key"):
        LogKey.open(file)


def test_a_missing_file_and_one_that_others_may_read_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "log.key"
    with pytest.raises(LogKeyMissing, match="missing"):
        LogKey.open(file)
    LogKey.create(file, None)
    file.chmod(0o644)
    with pytest.raises(LogKeyMissing, match="chmod 600"):
        LogKey.open(file)


def test_an_operator_turns_the_keys_at_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "keys" / "log.key"
    (old,) = LogKey.create(file, None).publics
    monkeypatch.setenv("CLOUDNEGO_DATA_DIR", str(tmp_path))
    assert CliRunner().invoke(keys_app, ["log-rotate"]).exit_code == 0
    shown = CliRunner().invoke(keys_app, ["log-list"]).stdout
    assert all(mark_of(public) in shown for public in LogKey.open(file).publics)
    assert CliRunner().invoke(keys_app, ["log-drop", mark_of(old)]).exit_code == 0
    assert old not in LogKey.open(file).publics
