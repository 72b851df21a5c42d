"""Everybody in the rooms of the bench, in one process of its own that is not counted: `python -m bench.room_client`.

It reads orders as JSON lines and answers each with one: `open` the sockets of a contender, `run` its rooms, `close`;
`silent` brings some in who never read, `speaking` sends them away.
"""

from __future__ import annotations

import json
import resource
import select
import socket
import sys
import time
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from bench.room_wire import Door, Line, NatsLine, OurLine, SocketIoLine

_AT_ONCE: Final = 20  # handshakes under way; of ours each has five seconds to say who it is
_QUIET_S: Final = 0.25
_STUCK_S: Final = 30.0
_EVERY: Final = 10  # of so many sockets one says how long deliveries took


class Order(NamedTuple):
    """How to run: so many proposals of a room under way at most, or one every `pace_s`; for so long."""

    window: int
    pace_s: float
    seconds: float
    most: int


class Room:
    """Who is in one room, what was said and who has how much of it."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines: Final = lines
        self.counts: Final = [0] * len(lines)
        self.said: Final[list[float]] = []

    @property
    def behind(self) -> int:
        """How much somebody has not."""
        return len(self.said) - min(self.counts)

    def say(self, count: int) -> None:
        self.said.extend([time.perf_counter()] * count)
        self.lines[0].socket.setblocking(True)
        self.lines[0].socket.sendall(b"".join([self.lines[0].words() for _ in range(count)]))
        self.lines[0].socket.setblocking(False)


class Hall:
    """All rooms of one contender."""

    def __init__(self, kind: str, port: int, rooms: list[dict[str, Any]]) -> None:
        self._rooms: Final[list[Room]] = []
        self._lines: Final[dict[int, Line]] = {}
        self._poll: Final = select.epoll()
        self._took: Final[list[float]] = []
        self._kind: Final = kind
        self._silent: Final[list[Line]] = []
        for number, room in enumerate(rooms):
            lines: list[Line] = []
            for first in range(0, room["members"], _AT_ONCE):
                some = list(_dialled(kind, port, room, range(first, min(first + _AT_ONCE, room["members"]))))
                for one in some:
                    one.enter()
                lines += some
            self._rooms.append(Room(lines))
            for place, line in enumerate(lines):
                line.number, line.place = number, place
                line.socket.setblocking(False)
                self._lines[line.socket.fileno()] = line
                self._poll.register(line.socket.fileno(), select.EPOLLIN)
        while self._poll.poll(_QUIET_S):
            self._read(_QUIET_S)

    def _read(self, wait_s: float) -> set[int]:
        """What came; the rooms it came to."""
        moved: set[int] = set()
        for fd, _ in self._poll.poll(wait_s):
            line = self._lines[fd]
            data = line.socket.recv(262_144)
            if not data:
                raise RuntimeError(f"hung up on {line.place} in {line.room}")
            if new := line.take(data):
                room, at = self._rooms[line.number], line.place
                had = room.counts[at]
                room.counts[at] = had + new
                moved.add(line.number)
                if at % _EVERY == 0:
                    now = time.perf_counter()
                    self._took.extend([now - one for one in room.said[had : had + new]])
        return moved

    def run(self, order: Order) -> dict[str, Any]:
        """Speak and listen; ends when everybody has everything."""
        self._took.clear()
        began, had = time.perf_counter(), sum(sum(one.counts) for one in self._rooms)
        first = {number: len(room.said) for number, room in enumerate(self._rooms)}
        turn = self._paced if order.pace_s else self._windowed
        turn(order, began, first)
        heard = time.perf_counter()
        while any(one.behind for one in self._rooms):
            if self._read(1.0):
                heard = time.perf_counter()
            elif time.perf_counter() - heard > _STUCK_S:
                raise RuntimeError(f"{max(one.behind for one in self._rooms)} proposals never came")
        took = sorted(self._took)
        return {
            "deliveries": sum(sum(one.counts) for one in self._rooms) - had,
            "seconds": time.perf_counter() - began,
            "p50_ms": _percentile_ms(took, 0.5),
            "p99_ms": _percentile_ms(took, 0.99),
        }

    def _windowed(self, order: Order, began: float, first: dict[int, int]) -> None:
        moved = set(range(len(self._rooms)))
        while time.perf_counter() < began + order.seconds:
            for number in moved:
                room = self._rooms[number]
                more = min(order.window - room.behind, first[number] + order.most - len(room.said))
                if more > 0:
                    room.say(more)
            moved = self._read(0.1)

    def _paced(self, order: Order, began: float, first: dict[int, int]) -> None:
        del first
        due = began
        while due < began + order.seconds:
            for room in self._rooms:
                room.say(1)
            due += order.pace_s
            while (left := due - time.perf_counter()) > 0:
                self._read(left)

    def silent(self, port: int, room: dict[str, Any]) -> None:
        """Some come in who will never read, with little room between them and the server."""
        self._silent.extend(_dialled(self._kind, port, room, range(room["members"])))
        for line in self._silent:
            line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            line.enter()

    def speaking(self) -> None:
        """Those who do not read are gone."""
        for line in self._silent:
            line.socket.close()
        self._silent.clear()

    def tend(self) -> None:
        """Answer the pings of a server that is not measured now, for it would think that nobody is there."""
        while self._poll.poll(0):
            self._read(0)

    def close(self) -> None:
        """Everybody goes."""
        self._poll.close()
        for line in self._lines.values():
            line.socket.close()


def _percentile_ms(took: list[float], share: float) -> float:
    return round(1000 * took[min(len(took) - 1, int(share * len(took)))], 2)


def _dialled(kind: str, port: int, room: dict[str, Any], places: range) -> Iterator[Line]:
    door = Door(port)
    for place in places:
        match kind:
            case "ours":
                yield OurLine(port, room["name"], room["tokens"][place], door)
            case "socketio":
                yield SocketIoLine(port, room["name"])
            case "nats":
                yield NatsLine(port, room["name"])
            case "peer":
                yield Line(port, room["name"], f"Authorization: Bearer {room['tokens'][0]}\r\n")
            case _:
                yield Line(port, room["name"])


def main() -> None:
    """Until there are no more orders."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    halls: dict[str, Hall] = {}
    for line in sys.stdin:
        said = json.loads(line)
        for hall in halls.values():
            hall.tend()
        found: Any = None
        match said.pop("order"):
            case "open":
                halls[said["server"]] = Hall(said["kind"], said["port"], said["rooms"])
            case "silent":
                halls[said["server"]].silent(said["port"], said["room"])
            case "speaking":
                halls[said["server"]].speaking()
            case "run":
                found = halls[said.pop("server")].run(Order(**said))
            case _:
                halls.pop(said["server"]).close()
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
