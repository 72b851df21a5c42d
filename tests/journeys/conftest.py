"""Servers as an operator starts them, and the walks of all stories through them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, Self

import msgspec
import pytest
from rich.console import Console

from cloudnego.walk.client import WalkFailed
from cloudnego.walk.command import carry
from cloudnego.walk.record import Record
from tests.postgres import Server

STORIES = ("plain", "failed-ballot", "suspended", "objected", "employer-offer", "silent-enterprise", "regional")
ON_POSTGRES = ("plain", "objected", "silent-enterprise")
IN_CI = frozenset({"plain", "failed-ballot", "objected", "silent-enterprise"})
IN_CI_ON_POSTGRES = frozenset({"silent-enterprise"})
"""What is walked in every run; all are with `--whole`."""

_WALK_S = 100
_AT_ONCE = 3
_STOP_S = 20


class House:
    """One installation in a folder: its server process, and its command line."""

    def __init__(
        self, home: Path, database: str | None = None, *, sandboxes: bool = True, port: int = 0, **more: str
    ) -> None:
        settings = {
            "DATA_DIR": str(home / "data"),
            "ALLOW_SANDBOXES": str(int(sandboxes)),
            "PASSWORD_MEMORY_KIB": "64",  # twenty accounts a walk: what argon2 costs is measured elsewhere
            "ASKS_BURST": "2000",
            **more,
        }
        self._port = port
        if database is not None:
            settings["DATABASE_URL"] = database
        self._program = ["env", *(f"CLOUDNEGO_{name}={value}" for name, value in settings.items())]
        self._program += [sys.executable, "-m", "cloudnego"]
        self._errors = home / "errors"
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The command line of this installation."""
        return subprocess.run([*self._program, *words], capture_output=True, text=True, timeout=_WALK_S, check=False)

    def __enter__(self) -> Self:
        made = self.run("migrate")
        assert made.returncode == 0, made.stderr
        with self._errors.open("w") as errors:
            command = [*self._program, "serve", "--port", str(self._port)]
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        assert self._process.stdout is not None
        ready = self._process.stdout.readline().split()
        assert ready[:1] == ["ready"], f"{ready} {self.said}"
        self.url = ready[1]
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.communicate(timeout=_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    @property
    def said(self) -> str:
        """What the server logged on standard error."""
        return self._errors.read_text()


class Walked(NamedTuple):
    """One walk as `cloudnego walk --json` tells of it."""

    code: int
    document: dict[str, Any]
    failed: str


class AllWalked(NamedTuple):
    """All walks through one installation."""

    house: House
    walks: dict[str, Walked]
    logged: str


def _by_command_line(house: House, story: str) -> Walked:
    done = house.run("walk", house.url, "--story", story, "--json")
    return Walked(done.returncode, msgspec.json.decode(done.stdout), done.stderr)


def _in_this_process(house: House, story: str) -> Walked:
    """The same without a Python to start: ten of them would take longer than the walks."""
    record, failed = Record(story), ""
    try:
        carry(house.url, story, record, Console(quiet=True))
    except WalkFailed as wrong:
        failed = f"{wrong.said} {wrong.problem}"
    document = msgspec.json.decode(msgspec.json.encode(record.document(ok=not failed)))
    return Walked(int(bool(failed)), document, failed)


def _walk_all(house: House, stories: Iterable[str]) -> AllWalked:
    """Several at once: each has a sandbox of its own, and none may feel the others."""
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        running = {
            story: threads.submit(_by_command_line if story == "plain" else _in_this_process, house, story)
            for story in stories
        }
    return AllWalked(house, {story: walk.result() for story, walk in running.items()}, house.said)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server on SQLite that offers sandboxes."""
    with House(tmp_path_factory.mktemp("running")) as house:
        yield house


@pytest.fixture(scope="session")
def on_sqlite(running: House, pytestconfig: pytest.Config) -> AllWalked:
    whole = pytestconfig.getoption("--whole")
    return _walk_all(running, [story for story in STORIES if whole or story in IN_CI])


@pytest.fixture(scope="session")
def on_postgres(tmp_path_factory: pytest.TempPathFactory, postgres: Server, pytestconfig: pytest.Config) -> AllWalked:
    whole = pytestconfig.getoption("--whole")
    with House(tmp_path_factory.mktemp("postgres"), postgres.url(postgres.database())) as house:
        return _walk_all(house, [story for story in ON_POSTGRES if whole or story in IN_CI_ON_POSTGRES])


@pytest.fixture(scope="session")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server that offers none."""
    with House(tmp_path_factory.mktemp("closed"), sandboxes=False) as house:
        yield house
