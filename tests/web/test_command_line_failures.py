"""What an operator meets: every failure is a sentence in both languages, an exit code, and no traceback."""

from __future__ import annotations

import re
import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from rich.console import Console
from rich.prompt import Prompt
from sqlalchemy.exc import IntegrityError
from typer.testing import CliRunner

from cloudnego import admin, console
from cloudnego.__main__ import app
from cloudnego.console import explained
from cloudnego.eventlog import backup
from cloudnego.eventlog.migrating import migrate
from tests.eventlog import old

Run = Callable[..., Result]
SECRET = "sesame-open"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLOUDNEGO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CLOUDNEGO_PASSWORD_MEMORY_KIB", "8")
    monkeypatch.setenv("COLUMNS", "200")

    def call(*words: str, typed: str | None = None, **environment: str) -> Result:
        for name, value in environment.items():
            monkeypatch.setenv(f"CLOUDNEGO_{name}", value)
        return CliRunner().invoke(app, list(words), input=typed)  # type: ignore[return-value]

    return call


@pytest.fixture
def founded(run: Run, tmp_path: Path) -> Path:
    (tmp_path / "pw").write_text("a password that lasts\n", encoding="utf-8")
    made = run("admin", "init", "--official", "陈立新", "--login", "chen", "--password-file", "pw")
    assert made.exit_code == 0, made.output
    return tmp_path / "data"


def refused(answer: Result, *said: str) -> None:
    """One, said in both languages, each on a line of its own, with exit code 1 and nothing else."""
    assert answer.exit_code == 1, answer.output
    assert answer.exception is None or isinstance(answer.exception, SystemExit)
    first, second = answer.stderr.splitlines()[:2]
    assert re.search("[\u4e00-\u9fff]", first)
    assert re.search("[A-Za-z]{3}", second)
    for one in said:
        assert one in answer.stderr, answer.stderr
    assert "Traceback" not in answer.output
    assert SECRET not in answer.output
    assert "{" not in answer.stderr


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"DATABASE_URL": f"nonsense {SECRET}"}, ("不是数据库地址", "is no address of a database")),
        ({"DATABASE_URL": f"mysql://u:{SECRET}@h/x"}, ("不支持 mysql", "no store for mysql")),
        ({"DATABASE_URL": "sqlite://"}, ("须存成文件", "SQLite needs a file")),
        ({"DATABASE_URL": f"postgresql://u:{SECRET}@127.0.0.1:1/x"}, ("没有应答", "does not answer", "refused)")),
        ({"PORT": "eighty"}, ("环境变量 CLOUDNEGO_PORT", "CLOUDNEGO_PORT cannot be used: This must be")),
        ({"PORT": "99999"}, ("CLOUDNEGO_PORT", "at most 65535")),
        ({"PUBLIC_ORIGINS": "https://x"}, ("CLOUDNEGO_PUBLIC_ORIGINS", "不是有效的 JSON", "not valid JSON")),
        ({"LOG_LEVEL": "loud"}, ("CLOUDNEGO_LOG_LEVEL", "'debug', 'info', 'warning', 'error'")),
        ({"DATA_DIR": "pw"}, ("不是文件夹", "is no folder")),
        ({"DATA_DIR": "/proc/no-such-place/x"}, ("没有找到", "There is no")),
    ],
)
def test_a_wrong_setting_is_named(run: Run, founded: Path, environment: dict[str, str], said: tuple[str, ...]) -> None:
    refused(run("migrate", **environment), *said)
    assert founded.exists()


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def test_where_nobody_can_listen_is_said_as_it_is(run: Run, founded: Path, taken: int) -> None:
    port = str(taken)
    refused(run("serve", "--port", port), f"127.0.0.1:{port} 已有程序在监听", f"Somebody listens at 127.0.0.1:{port}")
    refused(run("demo", "--port", port, "--data", "d"), "已有程序在监听", "Somebody listens at")
    refused(run("serve", "--host", "203.0.113.1", "--port", "0"), "没有 203.0.113.1:0 这个地址", "has no address")
    refused(run("serve", "--host", "nowhere.invalid", "--port", "0"), "无法解析", "cannot be found")
    refused(run("serve", "--port", "0", METRICS_PORT=port), "CLOUDNEGO_METRICS_PORT")
    assert not Path("d").exists(), "whoever has the port is named before the work"
    assert run("serve", "--port", "99999").exit_code == 2


def test_a_key_that_will_not_do_is_said_with_what_to_do(run: Run, founded: Path) -> None:
    key = founded / "keys" / "master.key"
    whole = key.read_bytes()
    key.chmod(0o644)
    refused(run("backup", "b.zip"), "chmod 600")
    for wrong in (b"not hexadecimal", b"abcd", b"\xff\xfe", b""):
        key.write_bytes(wrong)
        key.chmod(0o600)
        refused(run("fsck"), "没有可用的主密钥", "no usable master key")
    key.write_bytes(b"00" * 32)
    refused(run("backup", "b.zip"), "加密的", "is wrapped by master key")
    key.unlink()
    refused(run("backup", "b.zip"), "没有找到主密钥文件", "no backup holds it")
    assert whole
    assert not Path("b.zip").exists()


def test_a_backup_has_nowhere_to_go_or_is_none(run: Run, founded: Path) -> None:
    refused(run("backup", "no/such/folder/b.zip"), "文件夹", "There is no folder no/such/folder")
    assert run("backup", "b.zip").exit_code == 0
    refused(run("backup", "b.zip"), "不会覆盖", "exists already")
    refused(run("restore", "b.zip"), "已有数据", "holds rows already")
    Path("cut.zip").write_bytes(Path("b.zip").read_bytes()[:-100])
    for name in ("cut.zip", "pw", "."):
        refused(run("restore", name, DATA_DIR="fresh"), "不是 cloudnego backup 写的备份", "is not a backup")
    refused(run("restore", "none.zip"), "没有找到备份文件", "no backup at none.zip")
    assert not Path("fresh").exists(), "a refusal leaves nothing behind"
    restored = run("restore", "b.zip")
    assert restored.exit_code == 0, restored.output
    assert "master.key" in restored.stdout, "it says where the key belongs"


def test_a_database_file_that_is_damaged_is_told_from_one_that_is_busy(run: Run, founded: Path) -> None:
    file = founded / "cloudnego.sqlite3"
    for name in ("cloudnego.sqlite3-wal", "cloudnego.sqlite3-shm"):
        (founded / name).unlink(missing_ok=True)
    file.write_bytes(b"this is no database " * 100)
    refused(run("fsck"), "已损坏（SQLITE_NOTADB）", "is damaged (SQLITE_NOTADB)", "restore the latest backup")


def test_replay_only_compares_when_it_is_asked_to(run: Run, founded: Path, tmp_path: Path) -> None:
    key = founded / "keys" / "master.key"
    backup.restore(f"sqlite:///{tmp_path / 'lived' / 'cloudnego.sqlite3'}", old.present())
    key.write_text(old.master() + "\n", encoding="ascii")
    lived = {"DATA_DIR": "lived", "KEY_FILE": str(key)}
    assert run("replay", **lived).exit_code == 0
    with sqlite3.connect("lived/cloudnego.sqlite3") as database:
        database.execute("UPDATE seat SET progress = NOT progress")
    database.close()
    for _ in range(2):
        looked = run("replay", "--check", **lived)
        assert looked.exit_code == 1
        assert "不一致 differed seats of n" in looked.stdout
        assert "没有更正" in looked.stdout
        assert "were left so" in looked.stdout
    mended = run("replay", **lived)
    assert mended.exit_code == 1
    assert "已更正" in mended.stdout
    assert "are mended" in mended.stdout
    assert run("replay", "--check", **lived).exit_code == 0


def test_migrating_says_from_where_to_where(run: Run, tmp_path: Path) -> None:
    made = run("migrate")
    assert "已建立数据库的表" in made.stdout
    assert "master.key" in made.stdout
    assert "没有改动" in run("migrate").stdout
    (tmp_path / "older").mkdir()
    migrate(f"sqlite:///{tmp_path / 'older' / 'cloudnego.sqlite3'}", "0001")
    refused(run("fsck", DATA_DIR="older"), "与本程序的版本不符", "not those of this version")
    newer = run("migrate")
    assert f"从版本 0001 更新到 {old.present().stem}" in newer.stdout
    assert f"from version 0001 to {old.present().stem}" in newer.stdout


def test_words_typed_at_the_command_line_obey_the_rules_of_the_doors(run: Run, founded: Path) -> None:
    refused(run("admin", "person", "add", ""), "name：", "name: Too short")
    refused(run("admin", "person", "add", "王", "--login", "two words", "--password-file", "pw"), "login：", "login:")
    refused(run("admin", "person", "add", "王", "--login", "wang", "--password-file", "none"), "没有找到 none")
    refused(run("admin", "person", "add", "王", "--login", "chen", "--password-file", "pw"), "chen 在本区已被使用")
    refused(run("admin", "person", "password", "nobody", "--password-file", "pw"), "没有编号为 nobody 的人员")
    refused(run("admin", "membership", "list", "nobody"), "没有编号为 nobody 的人员", "There is no person nobody")
    firm = ("admin", "organisation", "add", "enterprise", "厂", "330109")
    refused(run(*firm), "--credit-code", "--address")
    refused(run(*firm, "--credit-code", "x", "--address", "路"), "credit_code：", "credit_code:")
    refused(run("admin", "organisation", "add", "enterprise_union", "会", "330109"), "upper")
    refused(run("admin", "init", "--pack", "atlantis"), "没有规则包 atlantis", "cn-hangzhou")
    refused(run("admin", "init", "--district", "a b"), "district：", "district:")
    refused(run("admin", "person", "list", "--district", "mars"), "没有编号为 mars 的区", "no district mars")
    assert run("admin", "person", "list").stdout.count("陈立新") == 1, "nothing of it was kept"


def test_a_password_is_typed_twice_or_read_from_a_file(
    run: Run, founded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = ("admin", "person", "add", "王", "--login", "wang")
    refused(run(*add, typed="a password that lasts\n"), "没有读到密码", "--password-file")
    typed = iter(["a password that lasts", "a password that last"])
    monkeypatch.setattr(admin, "_somebody_types", lambda: True)
    monkeypatch.setattr(Prompt, "ask", lambda *_, **__: next(typed))
    refused(run(*add), "两次输入的密码不同", "The two passwords differ")


def test_bars_are_for_whoever_watches(run: Run, founded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("backup", "b.zip").stderr == ""
    assert run("fsck").stderr == ""
    monkeypatch.setattr(console, "err", Console(stderr=True, force_terminal=True))
    assert "rows" in run("backup", "c.zip").stderr


def test_what_a_database_quotes_is_not_repeated() -> None:
    quoting = IntegrityError("INSERT", {}, sqlite3.IntegrityError(f"Failing row contains ({SECRET})"))
    said, detail = explained(quoting) or ([], None)
    assert detail is None
    assert SECRET not in str(said)
    assert explained(KeyError("a defect")) is None


def test_the_version_is_said(run: Run) -> None:
    answer = run("--version")
    assert (answer.exit_code, answer.stdout.count(".")) == (0, 2)


COMMANDS = "serve migrate backup restore fsck replay calendar-load demo walk admin admin-init admin-person-add"


@pytest.mark.parametrize("command", COMMANDS.split())
def test_help_is_in_both_languages(run: Run, command: str) -> None:
    answer = run(*command.split("-"), "--help")
    assert answer.exit_code == 0
    text = answer.stdout.partition("╭")[0]
    assert re.search("[\u4e00-\u9fff]{4}", text), text
    assert re.search("[A-Za-z]+ [a-z]+ [a-z]+", text), text
    assert "--install-completion" not in answer.stdout
