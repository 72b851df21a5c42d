"""What an operator is told when a walk cannot begin, and what `--json` prints then."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import pytest
from typer.testing import CliRunner

from cloudnego.__main__ import app
from cloudnego.walk.client import Api, Refusal
from tests.journeys.conftest import House

pytestmark = pytest.mark.slow  # waits for two servers


class _Other(BaseHTTPRequestHandler):
    """A web server that is something else."""

    def do_GET(self) -> None:
        body = b"<html>welcome</html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Not on the screen of the tests."""


class _Busy(_Other):
    """A server that says come again, twice, and then answers."""

    left = 2
    waits: tuple[str, ...] = ("3", "soon")

    def do_GET(self) -> None:
        kind = type(self)
        if kind.left:
            kind.left -= 1
            self.send_response(503)
            self.send_header("Retry-After", self.waits[kind.left])
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")
        else:
            body = b'{"steps": [1, 2, 3, 4, 5, 6, 7, 8, 9]}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)


def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def other() -> Iterator[str]:
    yield from _serving(_Other)


@pytest.fixture
def busy() -> Iterator[str]:
    yield from _serving(type("Busy", (_Busy,), {}))


def _walk(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["walk", *words])
    return done.exit_code, done.stdout, done.stderr


def test_a_server_that_is_not_there_is_said_so() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        code, _, said = _walk(f"http://127.0.0.1:{free.getsockname()[1]}")
    assert code == 1
    assert "No server answers" in said
    assert "没有服务器应答" in said


def test_a_server_without_sandboxes_is_said_so(closed: House) -> None:
    code, _, said = _walk(closed.url)
    assert code == 1
    assert "CLOUDNEGO_ALLOW_SANDBOXES" in said


def test_something_else_that_answers_is_said_so(other: str) -> None:
    code, _, said = _walk(other)
    assert code == 1
    assert "there is no /api/v1" in said


@pytest.mark.parametrize("url", ["http://", "ftp://127.0.0.1", "http://a b"])
def test_what_is_no_address_is_said_so(url: str) -> None:
    code, _, said = _walk(url)
    assert code == 1
    assert "is no address" in said


def test_a_story_nobody_wrote_is_refused_by_the_command_line() -> None:
    assert _walk("http://127.0.0.1:1", "--story", "dream")[0] == 2


def test_json_is_one_document_even_when_nothing_began() -> None:
    code, out, said = _walk("http://127.0.0.1:1", "--json")
    document = msgspec.json.decode(out)
    assert code == 1
    assert said
    assert document["ok"] is False
    assert document["case"] is None
    assert [step["acts"] for step in document["steps"]] == [[]] * 9
    assert "127.0.0.1:1" in document["final"]["failed"]["en"]


def test_json_of_a_walk_that_was_refused_says_what_was_refused(running: House) -> None:
    """A calendar of 2028 is not announced yet, so the contract cannot be given its term."""
    code, out, _ = _walk(running.url, "--json", "--start", "2028-03-01")
    document = msgspec.json.decode(out)
    assert code == 1
    assert document["ok"] is False
    assert document["case"]
    assert document["final"]["failed"]["problem"]["code"] == "refused"


def test_who_is_sent_away_comes_again_when_the_server_says(busy: str) -> None:
    waited: list[float] = []
    with Api(busy, waited.append) as api:
        api.check()
    assert waited == [1.0, 3.0]


def test_who_is_always_sent_away_gives_up_with_what_the_server_said(busy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Busy, "left", 1000)
    monkeypatch.setattr(_Busy, "waits", ("0",) * 1000)
    with Api(busy, lambda _: None) as api, pytest.raises(Refusal) as no:
        api.call("GET", "/procedure")
    assert no.value.status == 503


def test_an_address_without_a_scheme_is_taken_as_http(running: House) -> None:
    with Api(running.url.removeprefix("http://")) as api:
        api.check()
