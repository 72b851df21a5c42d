"""A receiver of webhooks in a process of its own, now and then in a bad mood; it writes down what it took."""

from __future__ import annotations

import os
import socket
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Final

from standardwebhooks.webhooks import Webhook

BAD: Final = ("drops", "fails", "redirects", "slow", "hangs", "down")
BADLY: Final = 0.012
DOWN_FOR: Final = 5  # tries: so often it is tried within the first day
SLOW_S: Final = 0.2
HANGS_S: Final = 2.4
CUT_SHORT: Final = "cut short"
ELSEWHERE: Final = "/elsewhere"


class Moods:
    """In which mood a receiver is: seldom in a bad one; once it is down it stays so for several deliveries."""

    def __init__(self, dice: Random) -> None:
        self._dice: Final = dice
        self._down = 0

    def next(self) -> str:
        """The mood of the next delivery."""
        if self._down:
            self._down -= 1
            return "down"
        mood = self._dice.choice(BAD) if self._dice.random() < BADLY else "well"
        self._down = DOWN_FOR if mood == "down" else 0
        return mood


def receive(listening: socket.socket, secret: Path | None, book: Path, seed: int, path: str = "/hook") -> None:
    """Take what comes until the end of the process; without a secret in the best of moods, looking at nothing. What
    asks for another path is meant for whoever had this port before."""
    moods, out = Moods(Random(seed)), os.open(book, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            said = int(self.headers["Content-Length"])
            body = self.rfile.read(said)
            if self.path == ELSEWHERE:
                os.write(out, b"forged: a redirect was followed\n")
            if self.path != path:
                self.send_error(404)
                return
            if len(body) < said:  # its teller was killed, or gave up, before it had said all: no delivery (RFC 9112 8)
                os.write(out, CUT_SHORT.encode() + b"\n")
                self.close_connection = True
                return
            mood = moods.next() if secret is not None else "well"
            time.sleep({"hangs": HANGS_S, "slow": SLOW_S}.get(mood, 0.0))
            if mood in ("hangs", "drops", "down"):
                self.close_connection = True
                return
            status = {"fails": 500, "redirects": 308}.get(mood, 204)
            if status == 204:
                os.write(out, self._said(body))
            self.send_response(status)
            if status == 308:
                self.send_header("Location", ELSEWHERE)
            if status != 204:
                self.send_header("Content-Length", "0")
            self.end_headers()

        def _said(self, body: bytes) -> bytes:
            if secret is None:
                return b""
            try:
                found = Webhook(secret.read_text()).verify(body, dict(self.headers.items()))
            except Exception as wrong:
                return f"forged: {wrong}\n".encode()
            return f"{found['id']}\n".encode()

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:  # a teller that is killed hangs up
            pass

    server = Quiet(("127.0.0.1", 0), Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = listening
    server.serve_forever()
