"""Who is here: shown stream by stream to those who see the stream, with hands raised and who is typing. Never stored.

Nobody is shown in a stream to somebody who does not see it, so that nobody learns from it that the other side confers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from cloudnego.core.vocabulary import Stream
from cloudnego.live.frames import presence_frame
from cloudnego.live.readers import Reader, Room

SHOWN: Final = (Stream.TABLE, Stream.WORKER, Stream.EMPLOYER)
"""Where people sit together; `filing` and `notice` are read by offices and whole workforces, and show nobody."""

TOGETHER_S: Final = 0.15  # what changes within this time is told at once
GRACE_S: Final = 8.0  # a phone in a lift is not gone
LASTS_S: Final = {"hand": 1_800.0, "typing": 6.0}
NAMED_MAX: Final = 100  # persons in one frame; more are counted

Said = tuple[tuple[str, ...], ...]
"""Who is here, whose hand is up in the order in which they went up, who is typing."""


class Presence:
    """Tells the readers of rooms who is there. `give`: let a reader have what waits for him."""

    def __init__(self, give: Callable[[Room, Reader], None]) -> None:
        self._give: Final = give
        self._timers: Final[dict[tuple[str, Stream], tuple[float, asyncio.TimerHandle]]] = {}
        self.changed: Callable[[Room], None] = lambda room: None

    def came(self, room: Room) -> None:
        """Somebody came, or sees other streams than before."""
        self._all_later(room)
        self.changed(room)

    def left(self, room: Room, reader: Reader) -> None:
        """Somebody went; he is shown a while longer, for he may be back in a moment."""
        if not room.readers:
            for stream in SHOWN:
                timer = self._timers.pop((room.case, stream), None)
                if timer is not None:
                    timer[1].cancel()
        for stream in reader.eye.shown():
            room.here.lasting[stream, "here", reader.eye.person] = _now() + GRACE_S
        if room.readers:
            self._all_later(room)
        self.changed(room)

    def signal(self, room: Room, reader: Reader, stream: Stream, kind: str, *, on: bool) -> None:
        """His hand goes up or down, he begins or stops typing: told in that stream, and looked at in no other, or
        when something is shown at the table would say when a caucus stirred."""
        key = (stream, kind, reader.eye.person)
        if on:
            room.here.lasting.setdefault(key, 0.0)  # a hand that is up keeps its place
            room.here.lasting[key] = _now() + LASTS_S[kind]
        else:
            room.here.lasting.pop(key, None)
        self._later(room, stream, TOGETHER_S)
        self.changed(room)

    def hear(self, room: Room, node: str, believed_s: float, said: dict[Stream, Said]) -> None:
        """What another node says of its own readers in this room, and how long that is believed."""
        room.here.elsewhere[node] = _now() + believed_s, said
        self._all_later(room)

    def here(self, room: Room, stream: Stream) -> Said:
        """Who of this process is in a stream now."""
        now = _now()
        lasting = [
            (kind, person) for (one, kind, person), until in room.here.lasting.items() if one == stream and until > now
        ]
        present = {one.eye.person for one in room.readers if stream in one.streams and stream in one.eye.shown()}
        here = present | {person for kind, person in lasting if kind == "here"}
        hands = tuple(person for kind, person in lasting if kind == "hand" and person in here)
        typing = tuple(sorted(person for kind, person in lasting if kind == "typing" and person in present))
        return tuple(sorted(here)), hands, typing

    def _all_later(self, room: Room) -> None:
        for stream in SHOWN:
            self._later(room, stream, TOGETHER_S)

    def _later(self, room: Room, stream: Stream, seconds: float) -> None:
        """Tell it in so many seconds, unless something of that stream is told earlier."""
        loop, place = asyncio.get_running_loop(), (room.case, stream)
        known, at = self._timers.get(place), loop.time() + seconds
        if known is not None and known[0] <= at:
            return
        if known is not None:
            known[1].cancel()
        self._timers[place] = at, loop.call_at(at, self._tell, room, stream)

    def _tell(self, room: Room, stream: Stream) -> None:
        self._timers.pop((room.case, stream), None)
        now = _now()
        for key in [key for key, until in room.here.lasting.items() if key[0] == stream and until <= now]:
            del room.here.lasting[key]
        for node in [node for node, (until, _) in room.here.elsewhere.items() if until <= now]:
            del room.here.elsewhere[node]
        frame = self._frame(room, stream)
        for reader in tuple(room.readers):
            if stream in reader.streams and reader.shown.get(stream) != frame:
                reader.shown[stream] = reader.news[stream] = frame
                self._give(room, reader)
        ends = [until for key, until in room.here.lasting.items() if key[0] == stream]
        ends += [until for until, _ in room.here.elsewhere.values()]
        if ends and room.readers:
            self._later(room, stream, max(min(ends) - now, TOGETHER_S))

    def _frame(self, room: Room, stream: Stream) -> bytes:
        every = [self.here(room, stream), *(said[stream] for _, said in room.here.elsewhere.values() if stream in said)]
        here = sorted({person for one in every for person in one[0]})
        hands = _once(person for one in every for person in one[1])
        typing = sorted({person for one in every for person in one[2]})
        more = max(0, len(here) - NAMED_MAX)
        return presence_frame(stream, here[:NAMED_MAX], hands[:NAMED_MAX], typing[:NAMED_MAX], more)


def _once(persons: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(persons))


def _now() -> float:
    return asyncio.get_running_loop().time()
