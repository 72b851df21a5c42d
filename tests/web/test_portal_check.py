"""`cloudnego portal-check` finds nothing at a receiver by the book, and at each wrong one what is wrong about it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from typer.testing import CliRunner

from cloudnego.__main__ import app
from cloudnego.core.events import EVENTS
from cloudnego.main import now_s
from cloudnego.portal_check import Endpoint, Patience, check, events, key_of, tries
from cloudnego.texts import catalogue

SECRET = "whsec_" + "c2VjcmV0LW9mLWEtdGVzdC1vZi0zMi1ieXRlcy1sb25n"
PATIENCE = {"slow": Patience(slow_s=0.01), "silent": Patience(slow_s=0.02, whole_s=0.1)}
SOME = tuple(events())[:4]
Receiver = Callable[[dict[str, str], bytes], int]
"""Headers (their names in lower case) and body → status; 0: says nothing."""


def by_the_book(headers: dict[str, str], body: bytes) -> int:
    """What the official library says, and nothing else."""
    try:
        Webhook(SECRET).verify(body, headers)
    except WebhookVerificationError:
        return 400
    return 204


def signed_body_alone(headers: dict[str, str], body: bytes) -> int:
    """Looks at the signature, and says that there is one."""
    return 204 if headers.get("webhook-signature", "v1,").split(",")[1] else 400


def without_time(headers: dict[str, str], body: bytes) -> int:
    """The library of old: it never looks at the clock."""
    if "webhook-id" not in headers:
        return 400
    sign = Webhook(SECRET)
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    fits = sign.sign(headers["webhook-id"], at, body.decode()) in headers["webhook-signature"].split()
    return 200 if fits else 401


def once_only() -> Receiver:
    """Takes an event once, and calls it a conflict afterwards."""
    seen = set[str]()

    def receive(headers: dict[str, str], body: bytes) -> int:
        status = by_the_book(headers, body)
        if status == 204 and headers["webhook-id"] in seen:
            return 409
        seen.add(headers.get("webhook-id", ""))
        return status

    return receive


def known_types(headers: dict[str, str], body: bytes) -> int:
    """Has a list of the types of today."""
    status = by_the_book(headers, body)
    return 422 if status == 204 and json.loads(body)["type"] not in EVENTS else status


def one_signature(headers: dict[str, str], body: bytes) -> int:
    """Looks at the first signature."""
    return by_the_book({**headers, "webhook-signature": headers.get("webhook-signature", "").split(" ")[0]}, body)


def slow(headers: dict[str, str], body: bytes) -> int:
    time.sleep(0.02)
    return by_the_book(headers, body)


def stumbling(headers: dict[str, str], body: bytes) -> int:
    return 204 if by_the_book(headers, body) == 204 else 500


UNSIGNED = {"other_key", "changed_body", "changed_id", "changed_time"}
WRONG: dict[str, tuple[Receiver, set[str]]] = {
    "by_the_book": (by_the_book, set()),
    "signed_body_alone": (signed_body_alone, {*UNSIGNED, "old", "ahead"}),
    "anything": (lambda headers, body: 200, {*UNSIGNED, "old", "ahead", "unsigned", "no_mark"}),
    "without_time": (without_time, {"old", "ahead"}),
    "once_only": (once_only(), {"again", "late_again", "rotation", "other_version"}),
    "known_types": (known_types, {"unknown_type"}),
    "one_signature": (one_signature, {"rotation", "other_version"}),
    "slow": (slow, {"slow"}),
    "stumbling": (stumbling, {"stumbles"}),
    "redirecting": (lambda headers, body: 308, {"redirects"}),
    "gone": (lambda headers, body: 410, {"gone"}),
    "silent": (lambda headers, body: 0, {"no_answer", "slow"}),
    "other_secret": (lambda headers, body: 401, {"not_taken"}),
}


@contextmanager
def receiving(receive: Receiver) -> Iterator[str]:
    """The address of a receiver on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receive({name.lower(): value for name, value in self.headers.items()}, body)
            if status == 0:
                time.sleep(0.2)
                return
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hook"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("kind", WRONG)
def test_each_receiver_is_told_what_is_wrong_about_it_and_nothing_else(kind: str) -> None:
    receive, wrong = WRONG[kind]
    patience = PATIENCE.get(kind, Patience())
    with receiving(receive) as url:
        endpoint = Endpoint(url, patience)
        found = list(check(endpoint, key_of(SECRET), now_s, patience, SOME))
        endpoint.close()
    assert {one.wrong for one in found} - {None} == wrong


def test_the_command_plays_a_whole_negotiation_and_ends_with_its_verdict() -> None:
    taken = list[str]()

    def receive(headers: dict[str, str], body: bytes) -> int:
        status = by_the_book(headers, body)
        if status == 204:
            taken.append(json.loads(body)["type"])
        return status

    run = CliRunner()
    with receiving(receive) as url:
        right = run.invoke(app, ["portal-check", url, "--secret", SECRET])
    assert (right.exit_code, right.output.count("✗")) == (0, 0), right.output
    assert {"case_opened", "offer_sent", "reply_sent", "contract_filed"} <= set(taken)
    with receiving(lambda headers, body: 200) as url:
        wrong = run.invoke(app, ["portal-check", url, "--secret", SECRET])
    assert wrong.exit_code == 1
    assert "webhook-timestamp" in wrong.output
    assert run.invoke(app, ["portal-check", url, "--secret", SECRET]).exit_code == 2, "nobody listens any more"
    assert run.invoke(app, ["portal-check", "ftp://x", "--secret", SECRET]).exit_code == 2
    assert run.invoke(app, ["portal-check", url, "--secret", "abc"]).exit_code == 2


def test_every_check_and_every_fault_is_said_and_nothing_else() -> None:
    key = key_of(SECRET)
    tried = list(tries(key, SOME, 1_800_000_000))
    checks = {"story", "quick", *(one.says for one in tried)}
    mend = {"not_taken", "no_answer", "redirects", "gone", "slow", "stumbles", *(one.says for one in tried)}
    said = {f"portal_check.checks.{one}" for one in checks} | {f"portal_check.mend.{one}" for one in mend}
    assert {key for key in catalogue("zh") if key.startswith("portal_check.")} == said
