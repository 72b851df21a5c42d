"""The sockets of the room bench: how each contender is spoken to, and how its deliveries are counted cheaply."""

from __future__ import annotations

import http.client
import itertools
import json
import socket
from typing import Any, Final

SAID_MIN: Final = 430  # bytes of a frame that carries a proposal; answers, pings and presence are shorter
PROPOSAL: Final = 450  # bytes of a proposal as it is sent
_NUMBERS: Final = itertools.count(1)


def proposal(number: int) -> bytes:
    """A figure with its reasons, of always the same length."""
    head = f'{{"head":"T3","rate":"{1 + number // 100 % 9}.{number % 100:02d}","text":"{number:09d} '
    return (head + "x" * (PROPOSAL - len(head) - 2) + '"}').encode()


def masked(payload: bytes, opcode: int = 1) -> bytes:
    """A frame as a client sends it, with a mask of zeros."""
    length = len(payload)
    head = bytes((0x80 | opcode, 0x80 | length)) if length < 126 else bytes((0x80 | opcode, 0xFE))
    return head + (b"" if length < 126 else length.to_bytes(2, "big")) + bytes(4) + payload


def _frames(data: bytes) -> tuple[list[bytes], bytes]:
    """The payloads of whole frames, and what is left."""
    found: list[bytes] = []
    at = 0
    while len(data) - at >= 2:
        length, head = data[at + 1], 2
        if length >= 126:
            head = 4 if length == 126 else 10
            length = int.from_bytes(data[at + 2 : at + head], "big")
        if len(data) - at < head + length:
            break
        found.append(data[at + head : at + head + length])
        at += head + length
    return found, data[at:]


class Line:
    """One socket of a room. `take` says how many proposals came with some bytes."""

    def __init__(self, port: int, room: str, headers: str = "") -> None:
        self.room: Final = room
        self.number = 0  # of its room
        self.place = 0
        self.socket: Final = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._left = b""
        self._skip = 0
        self.socket.sendall(
            f"GET {self.path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{headers}\r\n".encode()
        )

    @property
    def path(self) -> str:
        return f"/{self.room}"

    def enter(self) -> None:
        """Wait until one is let in."""
        self.welcome()

    def welcome(self) -> None:
        """The end of the handshake. What came with it is kept."""
        heard = b""
        while b"\r\n\r\n" not in heard:
            heard += self._some()
        status, _, self._left = heard.partition(b"\r\n\r\n")
        if b" 101 " not in status:
            raise RuntimeError(f"no socket at {self.path}: {status!r}")

    def _some(self) -> bytes:
        some = self.socket.recv(65_536)
        if not some:
            raise RuntimeError(f"hung up at {self.path}")
        return some

    def hear(self, beginning: bytes) -> bytes:
        """Wait for a frame that begins so."""
        while True:
            found, self._left = _frames(self._left)
            for one in found:
                if one.startswith(beginning):
                    return one
            self._left += self._some()

    def words(self) -> bytes:
        """One proposal, as this server wants it said."""
        return masked(proposal(next(_NUMBERS)))

    def take(self, data: bytes) -> int:
        """How many proposals are whole with these bytes."""
        said = at = 0
        if self._skip:
            if len(data) < self._skip:
                self._skip -= len(data)
                return 0
            at, self._skip, said = self._skip, 0, 1
        elif self._left:
            data, self._left = self._left + data, b""
        end = len(data)
        while at < end:
            if end - at < 4:
                self._left = data[at:]
                break
            length = data[at + 1]
            if length < 126:
                whole = 2 + length
            elif length == 126:
                length = data[at + 2] << 8 | data[at + 3]
                whole = 4 + length
            else:
                raise RuntimeError("a frame longer than any proposal")
            if at + whole > end:
                if length >= SAID_MIN:
                    self._skip = at + whole - end
                else:
                    self._left = data[at:]
                break
            if length >= SAID_MIN:
                said += 1
            else:
                self.aside(data[at], data[at + whole - length : at + whole])
            at += whole
        return said

    def aside(self, head: int, payload: bytes) -> None:
        """A short frame: pings are answered."""
        if head == 0x89:
            self.socket.sendall(masked(payload, 10))


class Door:
    """The product's HTTP side, over one kept connection."""

    def __init__(self, port: int) -> None:
        self._connection: Final = http.client.HTTPConnection("127.0.0.1", port)
        self._versions: Any = None

    def ask(self, method: str, path: str, token: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self._connection.getresponse()
        said = json.loads(answer.read())
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {said}")
        return said

    def versions(self, case: str, token: str) -> Any:
        """How far the streams of the one case asked for are; nothing is written while people come in."""
        if self._versions is None:
            self._versions = self.ask("GET", f"/api/v1/negotiations/{case}", token)["versions"]
        return self._versions


class OurLine(Line):
    """The product: a ticket, the first frame, and asks."""

    def __init__(self, port: int, room: str, token: str, door: Door) -> None:
        self._token: Final = token
        self._door: Final = door
        super().__init__(port, room, f"Authorization: Bearer {token}\r\n")

    @property
    def path(self) -> str:
        return f"/api/v1/negotiations/{self.room}/live"

    def enter(self) -> None:
        self.welcome()
        ticket = self._door.ask("POST", "/api/v1/live-ticket", self._token, {"case": self.room})["ticket"]
        after = self._door.versions(self.room, self._token)
        self.socket.sendall(masked(json.dumps({"frame": "auth", "ticket": ticket, "after": after}).encode()))
        self.hear(b'{"frame":"answer","id":"auth","status":200')

    def words(self) -> bytes:
        number = next(_NUMBERS)
        ask = f'{{"frame":"ask","id":"{number}","command":"make_proposal","key":"{number}","words":'
        return masked(ask.encode() + proposal(number) + b"}")

    def aside(self, head: int, payload: bytes) -> None:
        super().aside(head, payload)
        if payload.startswith(b'{"frame":"answer"') and b'"status":201' not in payload:
            raise RuntimeError(f"not written: {payload!r}")


class SocketIoLine(Line):
    """Engine.IO 4 and Socket.IO 5, over a websocket from the first."""

    @property
    def path(self) -> str:
        return f"/socket.io/?EIO=4&transport=websocket&room={self.room}"

    def enter(self) -> None:
        self.welcome()
        self.hear(b"0{")
        self.socket.sendall(masked(b"40"))
        self.hear(b"40{")

    def words(self) -> bytes:
        return masked(b'42["say",' + proposal(next(_NUMBERS)) + b"]")

    def aside(self, head: int, payload: bytes) -> None:
        super().aside(head, payload)
        if payload == b"2":
            self.socket.sendall(masked(b"3"))


class NatsLine(Line):
    """The protocol of NATS; it joins what it has into frames as it likes, so bytes are counted."""

    def __init__(self, port: int, room: str) -> None:
        super().__init__(port, room)
        self._unit: Final = len(f"MSG {room} 1 {PROPOSAL}\r\n") + PROPOSAL + 2
        self._bytes = 0
        self._said = 0

    @property
    def path(self) -> str:
        return "/"

    def enter(self) -> None:
        self.welcome()
        self.hear(b"INFO")
        hello = b'CONNECT {"verbose":false,"pedantic":false,"lang":"bench","version":"1","protocol":1}\r\n'
        self.socket.sendall(masked(hello + f"SUB {self.room} 1\r\nPING\r\n".encode(), 2))
        self.hear(b"PONG")

    def words(self) -> bytes:
        return masked(f"PUB {self.room} {PROPOSAL}\r\n".encode() + proposal(next(_NUMBERS)) + b"\r\n", 2)

    def take(self, data: bytes) -> int:
        data, self._left = self._left + data, b""
        at, end = 0, len(data)
        if self._skip:
            at = min(self._skip, end)
            self._skip -= at
            self._bytes += at
        while at < end:
            length = data[at + 1] if end - at > 1 else 0
            head = {126: 4, 127: 10}.get(length, 2)
            if end - at < head:
                self._left = data[at:]
                break
            if length >= 126:
                length = int.from_bytes(data[at + 2 : at + head], "big")
            here = min(length, end - at - head)
            if data.startswith(b"PING", at + head) and length < SAID_MIN:
                self.socket.sendall(masked(b"PONG\r\n", 2))
            else:
                self._bytes += here
                self._skip = length - here
            at += head + here
        whole = self._bytes // self._unit
        new, self._said = whole - self._said, whole
        return new
