"""Nobody receives another byte because of what he must not see; and the machine that says so can fail."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from random import SystemRandom

import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from claims.hidden import SECRETS, hidden_from
from claims.pairs import LOT, OBSERVERS, Tally, run
from claims.telling import listened_to
from claims.town import FIRMS, Twin, case_of
from cloudnego.web import queries
from cloudnego.web.cases import Found
from cloudnego.web.site import Site
from tests.secrecy.ground import KINDS

FLOOR = 100  # in each of two parts: two hundred in all
SLICE_S = 3.0
TRIED_MAX = 12  # pairs, until one differs in the secret that is let out

_BASE = int(os.environ.get("CLOUDNEGO_PAIRS_SEED", SystemRandom().randrange(1 << 30)))


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", [0, 1])
def test_what_one_must_not_see_changes_no_byte(part: int, capsys: pytest.CaptureFixture[str]) -> None:
    first = _BASE + part * 1_000_000
    tally, until = Tally(), time.monotonic() + SLICE_S
    while tally.pairs < FLOOR or time.monotonic() < until:
        tally.merge(run(first + tally.pairs, LOT))
    with capsys.disabled():
        print(f"\npairs: seed {first}, count {tally.pairs}, received {tally.received}, hidden {tally.hidden.total()}")
    again = f"run again with CLOUDNEGO_PAIRS_SEED={first}"
    assert [str(one) for one in tally.broken] == [], again
    assert tally.hidden.total() > tally.pairs // 2, "hardly anything was hidden"
    assert len(tally.observers) > 8, tally.observers
    assert len(tally.secrets) > len(SECRETS) // 2, tally.secrets
    assert tally.told > 0, "no webhook was told of anything"


def _written(twin: Twin) -> int:
    """How much was written in all cases that hide something."""
    log = twin.house.site.log
    return sum(size for firm in FIRMS for _, size in log.versions(case_of(firm)).values())


def _leaking(twin: Twin, app: ASGIApp, leak: Callable[[int, Message], None]) -> ASGIApp:
    """The application behind something that lets this out."""

    async def leaky(scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            leak(_written(twin), message)
            await send(message)

        await app(scope, receive, sending)

    return leaky


def _in_a_header(written: int, message: Message) -> None:
    if message["type"] == "http.response.start":
        message["headers"] = [*message["headers"], (b"x-log-size", str(written).encode())]


def _in_a_length(written: int, message: Message) -> None:
    if message["type"] == "http.response.body":
        message["body"] += b" " * (written % 97)


def _in_a_frame(written: int, message: Message) -> None:
    if message["type"] == "websocket.send":
        message["text"] += " " * (written % 97)


def _in_a_tag(written: int, message: Message) -> None:
    if message["type"] == "http.response.start":
        tagged = [(k, v[:-1] + str(written).encode() + v[-1:] if k == b"etag" else v) for k, v in message["headers"]]
        message["headers"] = tagged


@pytest.mark.parametrize("leak", [_in_a_header, _in_a_length, _in_a_tag])
def test_a_planted_leak_is_caught(leak: Callable[[int, Message], None]) -> None:
    tally = run(1, 6, lambda twin, app: _leaking(twin, app, leak))
    assert tally.broken, "what the other side wrote was let out, and nobody noticed"


def test_a_leak_in_a_frame_is_caught() -> None:
    tally = run(16, 1, lambda twin, app: _leaking(twin, app, _in_a_frame))  # a history in which they listen
    assert any("frames of" in one.what for one in tally.broken), "nobody listened, or nobody noticed"


def _in_what_is_told(twin: Twin, app: ASGIApp) -> ASGIApp:
    listened_to(twin.house).leak = lambda: str(_written(twin)).encode()
    return app


def test_a_leak_in_what_a_webhook_is_told_is_caught() -> None:
    tally = run(2, 1, _in_what_is_told)  # a history in which a program watches
    assert any("what was told" in one.what for one in tally.broken), "nobody was told, or nobody noticed"


def _showing(table: str, twin: Twin, app: ASGIApp) -> ASGIApp:
    """The application with a header that says how many rows a table has; without one, how many exports were taken."""
    taken = 0

    def rows() -> int:
        if not table:
            return taken
        with twin.house.site.engine.connect() as connection:
            return int(
                connection.execute(select(func.count()).select_from(SQLModel.metadata.tables[table])).scalar_one()
            )

    async def leaky(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal taken
        taken += scope["path"].endswith("export.csv")

        async def sending(message: Message) -> None:
            _in_a_header(rows(), message)
            await send(message)

        await app(scope, receive, sending)

    return leaky


@pytest.mark.parametrize("name", SECRETS)
def test_a_leak_of_every_kind_of_secret_is_caught(name: str) -> None:
    """Of all that is hidden this alone, and how much of it lies there let out: somebody notices."""
    tally, seed = Tally(), 1
    while not tally.broken and seed < TRIED_MAX:
        tally.merge(run(seed, 1, partial(_showing, SECRETS[name].table), only=name))
        seed += 1
    assert tally.secrets.keys() == {name}
    assert tally.secrets[name] > 0, "it was never done"
    assert tally.broken, "it was let out, and nobody noticed"


def test_who_may_see_a_secret_is_nobody_it_is_hidden_from() -> None:
    for kind in KINDS:
        for name in hidden_from(kind, "worker"):
            assert kind not in SECRETS[name].seen_by


def test_a_policy_that_shows_the_versions_of_all_streams_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def all_of_them(site: Site, found: Found) -> dict[str, tuple[int, int]]:
        return {stream.value: version for stream, version in site.log.versions(found.id).items()}

    monkeypatch.setattr(queries, "versions_of", all_of_them)
    tally = run(1, 12)
    assert any("/negotiations/" in one.what for one in tally.broken)


def test_every_class_of_what_is_hidden_has_who_looks() -> None:
    assert {firm.hides for firm in FIRMS} == {*OBSERVERS, "case"}
