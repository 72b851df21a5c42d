"""`cloudnego demo` as a visitor starts it: it loads, answers, starts again at once, and keeps to its folder."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any, NamedTuple, Self

import pytest

from seeds.xiaoshan.district import PASSWORD
from tests.conftest import ROOT
from tests.house.tree import listed

_FIRST_S = 100
_AGAIN_S = 40
_STOP_S = 25


class Demo:
    """One start of the demonstration, in a world of its own: working folder, home and temporary files are empty."""

    def __init__(self, world: Path, port: int) -> None:
        self.world = world
        self.data = world / "data"
        self.lines: list[str] = []
        for name in ("cwd", "home", "temporary"):
            (world / name).mkdir(exist_ok=True)
        surroundings = {
            "PATH": os.environ["PATH"],  # noqa: TID251 - what a process is started with
            "PYTHONPATH": str(ROOT / "src"),
            "PYTHONDONTWRITEBYTECODE": "1",  # an installed program is compiled already
            "HOME": str(world / "home"),
            "TMPDIR": str(world / "temporary"),
            "CLOUDNEGO_DATA_DIR": str(world / "cwd" / "elsewhere"),  # a demonstration obeys its options alone
        }
        command = [sys.executable, "-m", "cloudnego", "demo", "--port", str(port), "--data", str(self.data)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=world / "cwd", env=surroundings
        )

    def ready(self, within_s: float) -> str:
        """Read what it prints up to the line that begins with `ready`; returns the URL."""
        assert self.process.stdout is not None
        begun = time.monotonic()
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith("ready"):
                assert time.monotonic() - begun < within_s
                return line.split()[1]
        raise AssertionError(f"it ended: {self.process.communicate()[1]}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.communicate(timeout=_STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        return self.process.returncode


def get(url: str, token: str | None = None) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as found:
        return found.status, json.load(found)


def sign_in(url: str, login: str) -> str:
    body = json.dumps({"login": login, "password": PASSWORD, "district": "xiaoshan", "door": "bearer"}).encode()
    asked = urllib.request.Request(f"{url}/api/v1/session", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=20) as found:
        return str(json.load(found)["token"])


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


def follow_the_readme(demo: Demo, url: str, tools: Path) -> list[str]:
    """Do what the README tells the maker of a portal, word for word, with what the demonstration printed; returns the
    lines that came of it. `tools`: a folder for a `curl` and a `python3` that every machine has."""
    for name, called in (("curl", f"{sys.executable} {ROOT}/tests/journeys/curl.py"), ("python3", sys.executable)):
        (tools / name).write_text(f'#!/bin/sh\nexec {called} "$@"\n', "utf-8")
        (tools / name).chmod(0o755)
    address, client, secret, *script = listed("README.md", "<!-- ci: portal -->")
    assert (address, client, secret) == ("URL=http://127.0.0.1:8000", "CLIENT=…", "SECRET=…")
    printed = re.search(r"id (\S+)  secret (\S+)", "\n".join(demo.lines))
    assert printed is not None
    surroundings = {"URL": url, "CLIENT": printed[1], "SECRET": printed[2], "PATH": f"{tools}:/usr/bin:/bin"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(script)],
        env=surroundings, capture_output=True, text=True, timeout=_AGAIN_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


class Seen(NamedTuple):
    """What two starts of one demonstration showed."""

    world: Path
    port: int
    url: str
    lines: list[str]
    health: tuple[int, Any]
    session: Any
    portal: list[str]
    district: Any
    votes: Any
    codes: tuple[int, int]
    again_s: float
    cases: tuple[int, int]


@pytest.fixture(scope="session")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    world, port = tmp_path_factory.mktemp("demo"), free_port()
    with Demo(world, port) as first:
        url = first.ready(_FIRST_S)
        health = get(f"{url}/healthz")
        session = get(f"{url}/api/v1/negotiations?step=meeting", sign_in(url, "union-chair"))[1]
        portal = follow_the_readme(first, url, tmp_path_factory.mktemp("tools"))
        district = get(f"{url}/api/v1/cockpit?wage_year=2026", sign_in(url, "district-union"))[1]
        votes = get(f"{url}/api/v1/me/polls", sign_in(url, "voter"))[1]
        code = first.stop()
    begun = time.monotonic()
    with Demo(world, port) as second:
        again = second.ready(_AGAIN_S)
        again_s = time.monotonic() - begun
        whole = get(f"{again}/api/v1/cockpit?wage_year=2026", sign_in(again, "district-union"))[1]
        codes = (code, second.stop())
    cases = (district["total"]["cases"], whole["total"]["cases"])
    return Seen(world, port, url, first.lines, health, session, portal, district, votes, codes, again_s, cases)


@pytest.mark.slow
def test_it_answers_where_it_says(seen: Seen) -> None:
    assert seen.url == f"http://127.0.0.1:{seen.port}"
    assert seen.health[0] == 200
    assert [line for line in seen.lines if line.startswith("ready")] == [f"ready {seen.url}"]


@pytest.mark.slow
def test_it_says_where_to_look_and_whom_to_sign_in_as(seen: Seen) -> None:
    said = "\n".join(seen.lines)
    assert PASSWORD in said
    for what in ("union-chair", "legal-rep", "authority", "auditor", f"{seen.url}/openapi.json", "演示"):
        assert what in said


@pytest.mark.slow
def test_the_union_chair_finds_the_meeting_in_session(seen: Seen) -> None:
    assert seen.session["sandbox"] is True
    assert [row["overview"]["step"] for row in seen.session["rows"]] == ["meeting"]


@pytest.mark.slow
def test_the_readme_leads_a_portals_maker_to_a_case_and_a_draft(seen: Seen) -> None:
    step, refused, link = seen.portal
    assert (step, refused) == ("meeting", "binding_act")
    assert re.fullmatch(re.escape(seen.url) + r"/negotiations/n\w+/prepared/d\w+", link)


@pytest.mark.slow
def test_a_vote_waits_for_the_delegate(seen: Seen) -> None:
    assert [(row["kind"], row["mine"]) for row in seen.votes["rows"]] == [("congress", "open")]


@pytest.mark.slow
def test_the_official_sees_the_district(seen: Seen) -> None:
    total = seen.district["total"]
    assert (total["cases"], total["headcount"]) == (161, 32_000)


@pytest.mark.slow
def test_it_starts_again_at_once_and_finds_what_was_there(seen: Seen) -> None:
    assert seen.again_s < _AGAIN_S
    assert seen.cases == (161, 161)


@pytest.mark.slow
def test_it_ends_well_when_told_to_stop(seen: Seen) -> None:
    assert seen.codes == (0, 0)


@pytest.mark.slow
def test_it_leaves_nothing_outside_its_folder(seen: Seen) -> None:
    left = [path for path in seen.world.rglob("*") if path.is_file() and not path.is_relative_to(seen.world / "data")]
    assert left == []
    key = seen.world / "data" / "keys" / "master.key"
    assert key.stat().st_mode & 0o077 == 0


def test_a_port_that_is_taken_is_named_before_any_work(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with Demo(tmp_path, taken.getsockname()[1]) as demo:
            out, err = demo.process.communicate(timeout=_AGAIN_S)
    assert demo.process.returncode == 1
    assert "--port" in err
    assert "ready" not in out
    assert not demo.data.exists()
