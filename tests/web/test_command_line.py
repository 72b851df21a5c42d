"""The command line: what it makes, what it refuses, what it says when something is wrong, and with which exit code."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cloudnego.__main__ import app
from cloudnego.main import build, install
from tests.web.conftest import settings_for
from tests.web.played import rehearsed, settle, write

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("CLOUDNEGO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CLOUDNEGO_PASSWORD_MEMORY_KIB", "8")
    monkeypatch.setenv("COLUMNS", "200")

    def call(*words: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(app, list(words), input=typed)  # type: ignore[return-value]

    return call


def init(run: Run) -> Result:
    words = ("admin", "init", "--official", "陈立新", "--login", "chen", "--password-file", "-")
    return run(*words, typed="a password that lasts\n")


def test_the_first_district_is_made_once(run: Run) -> None:
    first = init(run)
    assert first.exit_code == 0, first.output
    assert "xiaoshan" in first.stdout
    assert "verify-pack" in first.stdout
    again = init(run)
    assert again.exit_code == 1
    assert "live district already" in again.stderr
    assert "Traceback" not in again.output


def test_a_pack_made_from_copies_is_set_in_force_by_somebody_who_compared_them(run: Run) -> None:
    words = ("admin", "init", "--pack", "cn-henan", "--official", "x", "--login", "x", "--password-file", "-")
    refused = run(*words, typed="a password that lasts\n")
    assert refused.exit_code == 1
    assert "--verified-by" in refused.stderr
    made = run(*words, "--verified-by", "王敏", typed="a password that lasts\n")
    assert made.exit_code == 0, made.output
    assert "verify-pack" not in made.stdout


def test_nobody_is_made_with_a_weak_password(run: Run) -> None:
    refused = run("admin", "init", "--official", "x", "--login", "x", "--password-file", "-", typed="short\n")
    assert refused.exit_code == 1
    assert "A password has 10 to 256 characters" in refused.stderr
    assert "陈" not in run("admin", "person", "list").output
    assert init(run).exit_code == 0, "the refusal left nothing in the way"


def test_people_organisations_and_memberships_are_added_and_listed(run: Run) -> None:
    init(run)
    firm = run(
        "admin",
        "organisation",
        "add",
        "enterprise",
        "演示厂",
        "330109001",
        "--place",
        "城厢街道",
        "--credit-code",
        "TEST-1",
        "--address",
        "演示路 1 号",
    )
    assert firm.exit_code == 0, firm.output
    person = run(
        "admin", "person", "add", "王秀英", "--login", "wang", "--password-file", "-", typed="another long one\n"
    )
    assert person.exit_code == 0, person.output
    added = run("admin", "membership", "add", person.stdout.strip(), firm.stdout.strip(), "hr")
    assert added.exit_code == 0, added.output
    listed = run("admin", "person", "list").stdout
    assert "wang" in listed
    assert "hr @ 演示厂" in listed
    assert "演示厂" in run("admin", "organisation", "list").stdout
    assert run("admin", "membership", "end", added.stdout.strip()).exit_code == 0
    assert "hr @ 演示厂" not in run("admin", "person", "list").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("admin", "membership", "add", "nobody", "nothing", "hr"), "no organisation nothing"),
        (("admin", "organisation", "add", "town_union", "会", "110101"), "110101 is not in this district"),
        (("admin", "person", "list", "--district", "elsewhere"), "no district elsewhere"),
        (("admin", "organisation", "add", "enterprise", "厂", "330109"), "--credit-code"),
        (("restore", "no-such-file.zip"), "no backup at no-such-file.zip"),
        (("calendar", "load", "no-such-file.yaml"), "There is no no-such-file.yaml"),
    ],
)
def test_what_goes_wrong_is_said_in_a_sentence(run: Run, words: tuple[str, ...], said: str) -> None:
    init(run)
    answer = run(*words)
    assert answer.exit_code == 1
    assert said in answer.stderr.replace("\n", " ")
    assert "Traceback" not in answer.output


@pytest.mark.parametrize("words", [("no-such-command",), ("admin", "init", "--no-such-option"), ("backup",)])
def test_what_is_no_command_exits_with_two(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2


@pytest.mark.parametrize("words", [("serve",), ("fsck",), ("replay",), ("admin", "person", "list")])
def test_before_the_first_migration_it_says_what_to_do(run: Run, words: tuple[str, ...]) -> None:
    answer = run(*words)
    assert answer.exit_code == 1
    assert "cloudnego admin init" in answer.stderr
    assert "cloudnego.sqlite3" in answer.stderr, "it says where it looked"


def test_help_names_every_command(run: Run) -> None:
    listed = run("--help").stdout
    for command in ("serve", "demo", "migrate", "admin", "backup", "restore", "calendar", "replay", "fsck", "walk"):
        assert f" {command} " in listed, command


def test_a_verified_pack_is_a_version_of_its_own(run: Run) -> None:
    init(run)
    answer = run("admin", "verify-pack", "--by", "李律师")
    assert answer.exit_code == 0, answer.output
    assert "verified by 李律师" in answer.stdout
    again = run("admin", "verify-pack", "--by", "赵律师")
    versions = [re.search(r"pack cn-hangzhou (\S+),", one.stdout) for one in (answer, again)]
    assert versions[0] is not None
    assert versions[1] is not None
    assert versions[0][1] != versions[1][1]


@pytest.fixture
def lived_in(tmp_path: Path) -> str:
    """An installation with one case in the middle of its meeting."""
    settings = settings_for(tmp_path / "data")
    install(settings)
    house = build(settings)
    settle(house)
    case = asyncio.run(write(house, rehearsed(until=57)))
    house.close()
    return case


def test_a_backup_is_restored_elsewhere_and_is_whole(
    run: Run, lived_in: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "night.zip"
    with sqlite3.connect(tmp_path / "data" / "cloudnego.sqlite3") as running:
        fields = "id, district, case_id, state, made_s, modulus, thumbprint, receipt_key, salt"
        running.execute(f"INSERT INTO poll ({fields}) VALUES ('b1', 'd', 'c', 'open', 1, '-', '-', '-', x'00')")
    running.close()
    assert run("backup", str(archive)).exit_code == 0
    twice = run("backup", str(archive))
    assert twice.exit_code == 1
    assert "exists already" in twice.stderr
    monkeypatch.setenv("CLOUDNEGO_DATA_DIR", str(tmp_path / "practice"))
    monkeypatch.setenv("CLOUDNEGO_KEY_FILE", str(tmp_path / "data" / "keys" / "master.key"))
    restored = run("restore", str(archive))
    assert restored.exit_code == 0, restored.output
    assert "whole" in restored.stdout
    with sqlite3.connect(tmp_path / "practice" / "cloudnego.sqlite3") as there:
        assert there.execute("SELECT state FROM poll").fetchall() == [("restored",)], "no vote goes on from a backup"
    there.close()
    assert run("replay", "--check").exit_code == 0
    over = run("restore", str(archive))
    assert over.exit_code == 1
    assert "into an empty one" in over.stderr
    assert lived_in


def test_fsck_names_the_first_fault_and_exits_with_one(run: Run, lived_in: str, tmp_path: Path) -> None:
    assert run("fsck").exit_code == 0
    database = sqlite3.connect(tmp_path / "data" / "cloudnego.sqlite3")
    database.execute(
        "UPDATE leaf SET leaf = CAST(replace(leaf, 'w0', 'w1') AS BLOB) WHERE stream = 'table' AND seq = 2"
    )
    database.commit()
    database.close()
    answer = run("fsck")
    assert answer.exit_code == 1
    assert f"{lived_in}/table/2" in answer.stdout


def test_replay_mends_a_projection_and_says_so(run: Run, lived_in: str, tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "data" / "cloudnego.sqlite3")
    database.execute("UPDATE overview SET step = 'offer'")
    database.commit()
    database.close()
    answer = run("replay")
    assert answer.exit_code == 1
    assert f"overview of {lived_in}" in answer.stdout
    assert run("replay").exit_code == 0


def test_a_new_calendar_is_adopted_by_open_cases(run: Run, lived_in: str, tmp_path: Path) -> None:
    year = tmp_path / "2028.yaml"
    year.write_text('year: 2028\nofficial: true\nnotice: "演示"\noff: [2028-01-01]\nworking: []\n', encoding="utf-8")
    first = run("calendar", "load", str(year))
    assert first.exit_code == 0, first.output
    assert "of 1 open cases, 1 adopted" in first.stdout
    assert "of 1 open cases, 0 adopted" in run("calendar", "load", str(year)).stdout
    assert run("fsck").exit_code == 0
    assert lived_in


def test_a_calendar_with_a_fault_names_line_and_field(run: Run, tmp_path: Path) -> None:
    init(run)
    year = tmp_path / "bad.yaml"
    year.write_text("year: 2028\nofficial: maybe\noff: []\n", encoding="utf-8")
    answer = run("calendar", "load", str(year))
    assert answer.exit_code == 1
    assert "official" in answer.stderr
    assert "2" in answer.stderr


def test_a_table_from_the_disk_is_imported_all_or_none(run: Run, tmp_path: Path) -> None:
    assert init(run).exit_code == 0
    table, head = tmp_path / "名录.csv", "统一社会信用代码,企业名称,地址,所在地代码,行业代码\n"
    right, wrong = "CLI-000001,一厂,路 1,330109,C17\n", "CLI-000002,=1+1,路 2,330109,C17\n"
    table.write_text(head + right + wrong, encoding="gb18030")
    words = ("admin", "import", "enterprises", str(table))
    none = run(*words)
    assert (none.exit_code, "B 企业名称" in none.stdout, "Nothing was written" in none.stdout) == (1, True, True)
    assert "1 new" in run(*words, "--partial").stdout
    assert "1 the same" in run(*words, "--partial", "--dry-run").stdout
    assert run("admin", "import", "rosters", str(table), "--of-enterprise", "o-none").exit_code == 1
