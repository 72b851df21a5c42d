"""Receivers of webhooks, good and bad: they keep what came, in order, and answer as a test says."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from standardwebhooks.webhooks import Webhook

HANGS: Final = -1
DROPS: Final = -2
TRICKLES: Final = -3
"""What a receiver may do instead of answering with a status."""


class Came:
    """One delivery as it came in."""

    def __init__(self, headers: dict[str, str], body: bytes) -> None:
        self.headers = headers
        self.body = body

    @property
    def document(self) -> Any:
        return json.loads(self.body)

    def is_signed_with(self, secret: str) -> bool:
        """Whether the library of Standard Webhooks takes it for ours."""
        return bool(Webhook(secret).verify(self.body, self.headers))


class Receiver:
    """`answers` says what becomes of the n-th delivery, from 0; `came` has all that came, `took` what was taken."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.came: list[Came] = []
        self.took: list[str] = []
        self.answers: Callable[[int], int] = lambda _: 204
        self.enough = threading.Event()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on loopback, ended at the end."""
    one_at_a_time = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            with one_at_a_time:  # several come side by side
                number = len(made.came)
                made.came.append(Came(dict(self.headers.items()), body))
                status = made.answers(number)
            if status == HANGS:
                made.enough.wait(20)
            if status in (HANGS, DROPS):
                self.close_connection = True
                return
            if 200 <= status < 300:
                made.took.append(self.headers["webhook-id"])
            self._say(status)

        def _say(self, status: int) -> None:
            content = b"x" * (300_000 if status == TRICKLES else 0)
            self.send_response(200 if status == TRICKLES else status)
            if 300 <= status < 400:
                self.send_header("Location", f"{made.url}/elsewhere")
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            try:
                for start in range(0, len(content), 1000):
                    self.wfile.write(content[start : start + 1000])
                    time.sleep(0.001)
            except OSError:
                pass

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Receiver(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.enough.set()
        server.shutdown()
        server.server_close()
        thread.join()
