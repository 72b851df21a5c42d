"""A gateway for texts on loopback, as an operator would write one: it keeps what it was given."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

SECRET: Final = "the secret of a gateway"


class Shop:
    """What came to the gateway, and what it answers."""

    def __init__(self) -> None:
        self.status = 202
        self.body = b""
        self.taken: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.url = ""
        self.arrived = threading.Semaphore(0)
        self.hangs = threading.Event()

    def wait(self) -> dict[str, Any]:
        """The text that comes next."""
        assert self.arrived.acquire(timeout=10), "no text came"
        return self.taken[-1]


@contextmanager
def shop() -> Iterator[Shop]:
    """A gateway that takes texts, on a port of its own."""
    made = Shop()
    made.hangs.set()

    class Counter(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            made.headers.append({name.lower(): value for name, value in self.headers.items()})
            made.taken.append(json.loads(content))
            made.hangs.wait(10)
            with suppress(ConnectionError):  # who waited too long has gone
                self.send_response(made.status)
                self.send_header("Location", f"{made.url}/elsewhere")
                self.send_header("Content-Length", str(len(made.body)))
                self.end_headers()
                self.wfile.write(made.body)
            made.arrived.release()

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing on the screen of the tests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Counter) as server:
        made.url = f"http://127.0.0.1:{server.server_port}/texts"
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        try:
            yield made
        finally:
            made.hangs.set()
            server.shutdown()
