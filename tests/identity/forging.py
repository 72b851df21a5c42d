"""A small HTTP server that plays a provider badly: tests say what it answers, and see what it was asked."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

Answer = tuple[int, dict[str, str], bytes]
KEY = rsa.generate_private_key(65537, 2048)
OTHER_KEY = rsa.generate_private_key(65537, 2048)


class Asked:
    """One request: where, with which fields and headers."""

    def __init__(self, method: str, path: str, fields: dict[str, str], headers: Mapping[str, str]) -> None:
        self.method = method
        self.path = path
        self.fields = fields
        self.headers = headers


class Forger:
    """What it answers, by path; `asked` is what it was asked, in order."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Asked] = []
        self.answers: dict[str, Callable[[Asked], Answer]] = {}

    def says(self, path: str, document: object, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.answers[path] = lambda _: (status, {"Content-Type": "application/json", **(headers or {})}, body)

    def count(self, path: str) -> int:
        return sum(one.path == path for one in self.asked)


@contextmanager
def forging() -> Iterator[Forger]:
    """A server on loopback, ended at the end."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length", "0"))
            body = self.rfile.read(length).decode()
            fields = dict(parse_qsl(parts.query))
            if "json" in self.headers.get("Content-Type", ""):
                fields |= json.loads(body)
            else:
                fields |= dict(parse_qsl(body))
            asked = Asked(self.command, parts.path, fields, dict(self.headers.items()))
            forger.asked.append(asked)
            answer = forger.answers.get(parts.path)
            status, headers, said = answer(asked) if answer is not None else (404, {}, b"{}")
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    forger = Forger(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=lambda: server.serve_forever(0.02))
    thread.start()
    try:
        yield forger
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def jwk(key: rsa.RSAPrivateKey, kid: str) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    n, e = (base64url(one.to_bytes((one.bit_length() + 7) // 8, "big")) for one in (numbers.n, numbers.e))
    return {"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "n": n, "e": e}


def signed(claims: Mapping[str, Any], key: rsa.RSAPrivateKey = KEY, **header: object) -> str:
    """A token with this header and these claims, signed with RS256 whatever the header says."""
    head = {"alg": "RS256", "kid": "k1", **header}
    text = ".".join(base64url(json.dumps(one).encode()) for one in (head, claims))
    return f"{text}.{base64url(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def now_s() -> int:
    return int(time.time_ns() // 1_000_000_000)
