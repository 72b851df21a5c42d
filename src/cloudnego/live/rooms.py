"""Rooms: everybody who has a case open gets what happens there, each in the streams he sees, from where he stands.

Who stands exactly at the beginning of what was written gets its bytes as they are; everybody else pulls from the log
until nothing is new. Joining, coming back, having been slow, a ring from another node and a lost one: one path.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple

import structlog

from cloudnego.core.moment import who_is_who
from cloudnego.core.vocabulary import Stream
from cloudnego.live.frames import Frame, resync_frame
from cloudnego.live.pages import Log, Pages, Run, Tail, Versions
from cloudnego.live.presence import Presence, Said
from cloudnego.live.readers import DEFECT, LEFT, LOST, SLOW, Batch, Reader, Room
from cloudnego.live.wire import Gone, TooSlow
from cloudnego.logs import kinds_of
from cloudnego.ports import Recorded, Written

SLICE: Final = 256  # readers served in one turn of the loop
_CHUNK: Final = 65_536  # bytes of frames joined in one write to somebody who catches up

_log: Final = structlog.get_logger(__name__)


class Joined(NamedTuple):
    """Where a reader begins in a stream: after what he has, or anew, and why."""

    how: str
    epoch: int
    after: int
    to: int


class Rooms:
    """All rooms of a process. Everything here happens on one event loop."""

    def __init__(self, log: Log, run: Run, encode: Callable[[Recorded], Frame]) -> None:
        self._log: Final = log
        self._run: Final = run
        self._encode: Final = encode
        self._rooms: Final[dict[str, Room]] = {}
        self._hearing: Final[dict[str, asyncio.Task[None]]] = {}
        self._again: Final[set[str]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pages: Pages | None = None
        self.presence: Final = Presence(self._news)
        self.opened: Callable[[asyncio.AbstractEventLoop], None] = lambda loop: None

    @property
    def pages(self) -> Pages:
        assert self._pages is not None, "nobody has come yet"
        return self._pages

    def has(self, case: str) -> bool:
        """Whether anybody has this case open; safe in any thread."""
        return case in self._rooms

    def readers(self, case: str) -> tuple[Reader, ...]:
        """Who has it open."""
        room = self._rooms.get(case)
        return () if room is None else tuple(room.readers)

    # --- coming and going -----------------------------------------------------------------------------------------

    async def join(self, case: str, reader: Reader, after: Mapping[str, Sequence[int]]) -> dict[Stream, Joined]:
        """Take somebody in with the cursors he has; `open` lets frames go to him. Says where he begins."""
        self._begin()
        room = self._rooms.setdefault(case, Room(case))
        room.readers[reader] = None
        self._seen(room, await self._run(self._log.versions, case))
        self.look(room)
        state = self._log.settled(case)
        if state is not None:
            self._sees(room, reader, reader.eye.streams(state))
        return {one: self._begins(room, reader, one, after.get(one.value)) for one in Stream if one in reader.streams}

    def _begin(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._pages = loop, Pages(self._log, self._run, self._encode)
            self.opened(loop)

    def _begins(self, room: Room, reader: Reader, stream: Stream, has: Sequence[int] | None) -> Joined:
        epoch, last = room.epochs.get(stream, 0), room.last.get(stream, 0)
        reader.anew.pop(stream, None)
        if has is None and last == 0:
            has = (epoch, 0)
        if has is not None and has[0] == epoch and has[1] <= last:
            reader.cursors[stream] = has[1]
            return Joined("gap", epoch, has[1], last)
        why = "new" if has is None else "epoch" if has[0] != epoch else "ahead"
        reader.begin_anew(stream, why)
        return Joined("resync", epoch, 0, last)

    def open(self, case: str, reader: Reader) -> None:
        """From now on he is given what he has not."""
        room = self._rooms.get(case)
        reader.pulling = False
        if room is not None:
            self.presence.came(room)
            self._wake(room, reader)

    def leave(self, case: str, reader: Reader) -> None:
        """He is gone."""
        reader.end(LEFT)
        if reader.task is not None:
            reader.task.cancel()
        room = self._rooms.get(case)
        if room is None:
            return
        room.readers.pop(reader, None)
        self.presence.left(room, reader)
        if not room.readers:
            del self._rooms[case]
            self.pages.forget(case)

    def ends(self, case: str, reader: Reader) -> Versions:
        """Epoch and last seq of each stream he sees; nothing where he is gone."""
        room = self._rooms.get(case)
        if room is None or reader.ended.done():
            return {}
        return {one: (room.epochs.get(one, 0), room.last.get(one, 0)) for one in Stream if one in reader.streams}

    def all(self) -> list[Room]:
        """Every room somebody is in."""
        return list(self._rooms.values())

    def signal(self, case: str, reader: Reader, stream: str, kind: str, *, on: bool) -> bool:
        """His hand goes up or down, he begins or stops typing; False where he is not shown."""
        room = self._rooms.get(case)
        mine = next((one for one in reader.eye.shown() & reader.streams if one.value == stream), None)
        if room is None or mine is None:
            return False
        self.presence.signal(room, reader, mine, kind, on=on)
        return True

    def hear_presence(self, case: str, node: str, believed_s: float, said: dict[Stream, Said]) -> None:
        """Who is in the room of a case at another node."""
        room = self._rooms.get(case)
        if room is not None:
            self.presence.hear(room, node, believed_s, said)

    # --- hearing --------------------------------------------------------------------------------------------------

    def told(self, written: Sequence[Written]) -> None:
        """What this process wrote just now, in the order in which it was written."""
        for case, group in groupby(written, lambda one: one.case):
            room = self._rooms.get(case)
            if room is None:
                continue
            self.look(room)
            streams: dict[Stream, list[Frame]] = {}
            for one in group:
                streams.setdefault(one.event.stream, []).append(self._encode(one.event))
            for stream, frames in streams.items():
                self._batch(room, stream, frames)

    def ring(self, moved: Mapping[str, int]) -> None:
        """Streams have grown, by whoever wrote; nothing: somebody may have written somewhere, look."""
        if self._loop is None or not self._rooms:
            return
        if self._loop is not _running():
            self._loop.call_soon_threadsafe(self.ring, dict(moved))
            return
        if not moved:
            for case in self._rooms:
                self._hear(case)
        for id_, seq in moved.items():
            case, _, name = id_.rpartition("/")
            room = self._rooms.get(case)
            if room is not None and seq > room.last.get(Stream(name), 0):
                self._hear(case)

    def _hear(self, case: str) -> None:
        """Look how far the streams of a case are, and as whom everybody counts there now."""
        if case in self._hearing:
            self._again.add(case)
        else:
            self._hearing[case] = asyncio.ensure_future(self._heard(case))

    async def _heard(self, case: str) -> None:
        try:
            versions = await self._run(self._brought, case)
        except Exception as wrong:  # the next ring, or the slow look, brings it
            _log.warning("room_not_brought", error=kinds_of(wrong))
            return
        finally:
            del self._hearing[case]
            if case in self._again:
                self._again.remove(case)
                self._hear(case)
        room = self._rooms.get(case)
        if room is not None:
            self._seen(room, versions)
            self.look(room)
            for reader in tuple(room.readers):
                self._wake(room, reader)

    def _brought(self, case: str) -> Versions:
        versions = self._log.versions(case)
        self._log.state(case)
        return versions

    def _seen(self, room: Room, versions: Versions) -> None:
        for stream, (epoch, last) in versions.items():
            known = room.epochs.get(stream)
            if known is not None and epoch > known:
                room.tails.pop(stream, None)
                self.pages.forget(room.case, stream)
                for reader in room.readers:
                    if stream in reader.cursors:
                        reader.begin_anew(stream, "epoch")
                        self._wake(room, reader)
            room.epochs[stream] = max(epoch, known or 0)
            room.last[stream] = max(last, room.last.get(stream, 0))

    # --- who sees what --------------------------------------------------------------------------------------------

    def look(self, room: Room) -> None:
        """Before anything is given: where who is who in the case has changed, everybody is looked at anew."""
        state = self._log.settled(room.case)
        if state is None:
            return
        standing = who_is_who(state)
        if room.standing != standing:
            room.standing = standing
            for reader in tuple(room.readers):
                self._sees(room, reader, reader.eye.streams(state))

    def look_at(self, case: str, reader: Reader) -> None:
        """The same of one reader: who he is may have changed."""
        room, state = self._rooms.get(case), self._log.settled(case)
        if room is not None and state is not None:
            self._sees(room, reader, reader.eye.streams(state))

    def _sees(self, room: Room, reader: Reader, streams: frozenset[Stream]) -> None:
        gained, lost = streams - reader.streams, reader.streams - streams
        reader.streams = streams
        if lost:
            reader.end(LOST)
        for stream in gained:
            reader.begin_anew(stream, "new")
        if gained:
            self.presence.came(room)
            self._wake(room, reader)

    # --- giving ---------------------------------------------------------------------------------------------------

    def _batch(self, room: Room, stream: Stream, frames: list[Frame]) -> None:
        room.tails.setdefault(stream, Tail()).add(frames)
        room.last[stream] = max(frames[-1].seq, room.last.get(stream, 0))
        shows = tuple(one.shows for one in frames if one.shows is not None)
        wire = b"".join([one.wire for one in frames])
        room.batches.append(Batch(stream, frames[0].seq - 1, wire, frames[-1].seq, shows))
        if room.work is None:
            room.work = self._serving(room)
            self._serve(room)

    def _serve(self, room: Room) -> None:
        """A slice now, the rest in the next turns of the loop: a large room does not keep the others waiting."""
        if room.work is not None and next(room.work, room) is None and self._loop is not None:
            self._loop.call_soon(self._serve, room)
        else:
            room.work = None

    def _serving(self, room: Room) -> Iterator[None]:
        while room.batches:
            batch = room.batches.popleft()
            for number, reader in enumerate(tuple(room.readers), 1):
                self._hand(room, reader, batch)
                if number % SLICE == 0:
                    yield

    def _hand(self, room: Room, reader: Reader, batch: Batch) -> None:
        stream = batch.stream
        if stream not in reader.streams or reader.ended.done():
            return
        at = reader.cursors.get(stream, 0)
        exactly = at == batch.first and not reader.pulling and not reader.held and stream not in reader.anew
        if exactly and not (batch.shows and reader.eye.unnoted(batch.shows)) and reader.sink.offer(batch.wire):
            reader.cursors[stream] = batch.last
        elif at < batch.last:
            self._wake(room, reader)

    def _wake(self, room: Room, reader: Reader) -> None:
        """Let him pull; asked for while he pulls, he looks once more before he stops."""
        if reader.pulling:
            reader.wanted = True
        elif not reader.ended.done():
            reader.pulling = True
            reader.task = asyncio.ensure_future(self._pull(room, reader))

    def _news(self, room: Room, reader: Reader) -> None:
        """Who is here: at once where he can be written to, else with what he pulls."""
        wire = b"".join(reader.news.values())
        if not (reader.pulling or reader.held or reader.ended.done()) and reader.sink.offer(wire):
            reader.news.clear()
        else:
            self._wake(room, reader)

    async def _pull(self, room: Room, reader: Reader) -> None:
        try:
            again = True
            while again:
                reader.wanted = False
                for stream in Stream:
                    await self._bring(room, reader, stream)
                await _told_news(reader)
                again = not reader.ended.done() and (reader.wanted or bool(reader.news))
        except TooSlow:
            reader.end(SLOW)
        except Gone:
            reader.end(LEFT)
        except Exception as wrong:
            _log.error("reader_not_served", error=kinds_of(wrong))
            reader.end(DEFECT)
        finally:
            reader.pulling = False

    async def _bring(self, room: Room, reader: Reader, stream: Stream) -> None:
        """What he has not of one stream, until nothing is new."""
        while stream in reader.streams and not reader.ended.done():
            await reader.freed()
            turns, at = reader.turns, reader.cursors.get(stream, 0)
            last = room.last.get(stream, 0)
            if stream in reader.anew:
                told = resync_frame(stream, room.epochs.get(stream, 0), last, reader.anew[stream])
                await reader.sink.room()
                if reader.may_have(stream, turns):
                    del reader.anew[stream]
                    await reader.sink.put((told,))
                continue
            if at >= last:
                return
            frames = await self._after(room, stream, at)
            if not frames:
                return
            await self._noted(reader, frames)
            await _give(reader, stream, turns, frames)

    async def _noted(self, reader: Reader, frames: Sequence[Frame]) -> None:
        shows = [one.shows for one in frames if one.shows is not None]
        if shows and reader.eye.unnoted(shows):
            await reader.eye.note(shows)

    async def _after(self, room: Room, stream: Stream, seq: int) -> Sequence[Frame]:
        """Some of the frames that follow; none if there are none."""
        tail = room.tails.setdefault(stream, Tail())
        found = tail.after(seq) or self.pages.kept(room.case, stream, seq)
        if found:
            return found
        read = await self.pages.read(room.case, stream, seq, only_later=tail.ends(seq))
        self._seen(room, read.before)
        self._seen(room, read.after)
        self.look(room)
        epochs = {versions[stream][0] for versions in (read.before, read.after) if stream in versions}
        if read.frames and epochs == {room.epochs.get(stream)} and room.tails.get(stream) is tail:
            tail.add(read.frames)
        return read.frames


async def _told_news(reader: Reader) -> None:
    """Who is here, of the streams he still sees."""
    while reader.news and not reader.ended.done():
        await reader.freed()
        await reader.sink.room()
        if reader.held:
            continue
        news = [wire for stream, wire in reader.news.items() if stream in reader.streams]
        reader.news.clear()
        await reader.sink.put(news)


async def _give(reader: Reader, stream: Stream, turns: int, frames: Sequence[Frame]) -> None:
    """Frames in chunks, each only if it is still for him when there is room for it."""
    start = 0
    while start < len(frames):
        end, size = start, 0
        while end < len(frames) and (end == start or size + len(frames[end].wire) <= _CHUNK):
            size += len(frames[end].wire)
            end += 1
        await reader.sink.room()
        if not reader.may_have(stream, turns):
            return
        await reader.sink.put([one.wire for one in frames[start:end]])
        if reader.turns == turns:
            reader.cursors[stream] = frames[end - 1].seq
        start = end


def _running() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
