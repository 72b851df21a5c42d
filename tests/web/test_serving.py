"""A real server on loopback: what it says before anything, how it stops, and its figures on a port of their own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx2
import pytest
import structlog
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError

from cloudnego.eventlog.keys import KeyMissing
from cloudnego.main import NotMigrated, build, install, migrated
from cloudnego.ports import Broken, Busy
from cloudnego.serving import PortTaken, _tidy_polls, bind
from cloudnego.settings import Settings
from cloudnego.web.site import Site
from tests.web.conftest import API, Town, settings_for
from tests.web.played import BEGUN, DISTRICT, at, rehearsed, settle, write
from tests.web.served import Served, free_port, serving


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(settings_for(tmp_path / "data", metrics_port=free_port())) as found:
        yield found


def test_no_answer_says_when_it_was_made_or_by_what(served: Served) -> None:
    settle(served.house)
    token = served.house.site.sessions.open(DISTRICT, "w0", "w0", "bearer")
    with httpx2.Client(base_url=served.url) as client:
        for path in ("/healthz", f"{API}/me", f"{API}/procedure", "/openapi.json", "/nothing", f"{API}/negotiations/x"):
            for headers in ({}, {"Authorization": f"Bearer {token}"}):
                answer = client.get(path, headers=headers)
                assert not {"date", "server", "x-powered-by"} & set(answer.headers), path


def test_the_procedure_is_open_to_all_and_has_nine_steps(served: Served) -> None:
    answer = httpx2.get(f"{served.url}{API}/procedure")
    steps = answer.json()["steps"]
    assert [step["number"] for step in steps] == list(range(1, 10))
    assert [step["code"] for step in steps] == [
        "representatives", "topics", "offer", "reply", "preparation", "meeting", "congress", "filing", "performance",
    ]  # fmt: skip
    assert [step["code"] for step in steps if step["mode"] == "in_person"] == ["meeting"]
    assert all(step["name"]["zh"] and step["name"]["en"] for step in steps)
    offer = {ask["command"]: ask for ask in steps[2]["asks"]}["send_offer"]
    assert offer["by"] == ["chief"]
    assert offer["binding"] is True
    assert "HZ 24" in offer["articles"]
    assert httpx2.get(f"{served.url}{API}/procedure", params={"pack": "cn-ningbo"}).json()["pack"]["id"] == "cn-ningbo"
    assert httpx2.get(f"{served.url}{API}/procedure", params={"pack": "cn-atlantis"}).status_code == 404


def test_packs_are_open_to_all_with_every_article(served: Served) -> None:
    packs = httpx2.get(f"{served.url}{API}/packs").json()
    assert packs["default"] == "cn-hangzhou"
    assert len(packs["packs"]) == 9
    rows = httpx2.get(f"{served.url}{API}/packs/cn-hangzhou").json()["rows"]
    assert rows["timers"]["reply"]["cite"]


def test_it_is_alive_and_ready(served: Served) -> None:
    assert httpx2.get(f"{served.url}/healthz").status_code == 200
    ready = httpx2.get(f"{served.url}/readyz")
    assert (ready.status_code, ready.json()) == (
        200, {"ready": True, "database": True, "tables": True, "writer": True, "queue": True},
    )  # fmt: skip


def test_it_is_not_ready_when_the_writer_is_gone(served: Served) -> None:
    served.house.site.log._writer.close()
    ready = httpx2.get(f"{served.url}/readyz")
    assert (ready.status_code, ready.json()["writer"]) == (503, False)
    assert httpx2.get(f"{served.url}/healthz").status_code == 200


def test_figures_count_and_name_nobody(served: Served) -> None:
    settle(served.house)
    case = served.run(write(served.house, rehearsed(until=20)))
    at(served.house, BEGUN)
    token = served.house.site.sessions.open(DISTRICT, "w0", "w0", "bearer")
    httpx2.get(f"{served.url}{API}/negotiations/{case}", headers={"Authorization": f"Bearer {token}"})
    text = httpx2.get(f"{served.metrics}/metrics").text
    assert 'cloudnego_requests_total{status="2xx"}' in text
    assert "cloudnego_writer_queue 0.0" in text
    assert "cloudnego_timers_lag_seconds 0.0\n" not in text, "a round of the timers was measured"
    for secret in (case, DISTRICT, "w0", "E1", "worker"):
        assert secret not in text
    assert httpx2.get(f"{served.url}/metrics").status_code == 404, "not on the public port"
    assert httpx2.get(f"{served.metrics}/healthz").status_code == 404


def test_a_server_that_is_told_to_stop_answers_what_it_took_on(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "data")
    with serving(settings) as served:
        settle(served.house)
        case = served.run(write(served.house, rehearsed(until=20)))
        versions = served.house.site.log.versions(case)
    again = build(settings)
    assert again.site.log.versions(case) == versions
    again.close()


def test_it_lets_no_database_go_that_a_thread_still_reads(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "data")
    install(settings)
    house = build(settings)
    began, go_on, done = threading.Event(), threading.Event(), []

    def read() -> None:
        with house.site.engine.connect() as connection:
            began.set()
            go_on.wait(20)
            done.append(connection.closed)

    house.site.threads.start(read)
    assert began.wait(20)
    threading.Timer(0.1, go_on.set).start()
    house.close()
    assert done == [False]


def test_it_does_not_start_on_tables_of_another_version(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "data")
    with pytest.raises(NotMigrated):
        build(settings)
    install(settings)
    build(settings).close()


def test_a_lost_key_is_not_replaced_by_a_new_one(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "data")
    install(settings)
    house = build(settings)
    settle(house)
    house.close()
    settings.master_key.unlink()
    install(settings)
    assert not settings.master_key.exists()
    with pytest.raises(KeyMissing):
        build(settings)


def test_installing_twice_changes_nothing(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "data")
    install(settings)
    key = settings.master_key.read_bytes()
    install(settings)
    assert settings.master_key.read_bytes() == key
    assert settings.master_key.stat().st_mode & 0o077 == 0
    house = build(settings)
    assert migrated(house.site.engine)
    house.close()


def test_a_port_somebody_has_is_said_to_be_taken() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(PortTaken, match=r"127\.0\.0\.1"):
            bind("127.0.0.1", other.getsockname()[1])


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDNEGO_PORT", "8123")
    monkeypatch.setenv("CLOUDNEGO_PUBLIC_ORIGINS", '["https://a.example", "https://b.example"]')
    settings = Settings()
    assert settings.port == 8123
    assert settings.public_origins == ("https://a.example", "https://b.example")


def test_a_password_in_the_database_url_is_not_shown() -> None:
    settings = Settings(database_url=SecretStr("postgresql://u:geheim@h/d"))
    assert "geheim" not in repr(settings)
    assert settings.database == "postgresql://u:geheim@h/d"


async def test_one_slow_reader_delays_no_other(served: Served) -> None:
    """Somebody who sends half a request holds a connection and nothing else."""
    host, port = served.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
    )
    await writer.drain()
    async with httpx2.AsyncClient(base_url=served.url) as client:
        assert (await client.get("/healthz")).status_code == 200
    writer.close()


CANARY = "底线是百分之五"
PUBLISHED = {"from_on": "2026-03-02", "until_on": "2026-03-02"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (RuntimeError(CANARY), (500, "defect")),
        (Broken(CANARY), (500, "defect")),
        (OperationalError("SELECT", {"words": CANARY}, Exception(CANARY)), (503, "busy")),
    ],
)
async def test_what_breaks_is_said_without_what_was_said(
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    wrong: Exception,
    said: tuple[int, str],
) -> None:
    case = await town.open_case()
    structlog.reset_defaults()

    def breaking(*_: object, **__: object) -> None:
        raise wrong

    monkeypatch.setattr("cloudnego.web.commands.handle", breaking)
    asked = await town["firm.chair"].post(f"{API}/negotiations/{case}/publish-list", json=PUBLISHED)
    monkeypatch.setattr(type(town.house.site.log), "state", breaking)
    looked = await town["firm.chair"].get(f"{API}/negotiations/{case}")
    for answer in (asked, looked):
        assert (answer.status_code, answer.json()["code"]) == said
        assert answer.headers["content-type"] == "application/problem+json"
        assert CANARY not in answer.text
    told = capsys.readouterr()
    assert type(wrong).__name__ in told.out + told.err, "the operator learns what it was"
    assert CANARY not in told.out + told.err


async def test_a_full_queue_says_when_to_come_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    case = await town.open_case()

    async def full(*_: object, **__: object) -> None:
        raise Busy(7)

    monkeypatch.setattr("cloudnego.web.commands.handle", full)
    answer = await town["firm.chair"].post(f"{API}/negotiations/{case}/publish-list", json=PUBLISHED)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "busy", "10"), (
        "rounded up"
    )
    assert "10" in answer.json()["detail"]["zh"]


async def test_what_polls_leave_is_tidied_by_the_clock_whatever_goes_wrong_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[int] = []
    enough = asyncio.Event()

    async def run(work: Any, now_s: int) -> None:
        work(now_s)

    def tidy(now_s: int) -> None:
        told.append(now_s)
        if len(told) == 1:
            raise OSError("the disk is full")
        enough.set()

    monkeypatch.setattr("cloudnego.serving._POLLS_S", 0.001)
    site = SimpleNamespace(polls=SimpleNamespace(tidy=tidy), threads=SimpleNamespace(run=run), now_s=lambda: 7)
    loop = asyncio.ensure_future(_tidy_polls(cast(Site, site)))
    await asyncio.wait_for(enough.wait(), 5)
    loop.cancel()
    assert set(told) == {7}
