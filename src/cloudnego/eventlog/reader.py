"""Reading cases: states as committed, events of streams, cursors. Blocking, safe in any number of threads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import Any, Final, Generic, NamedTuple, TypeVar

from sqlalchemy import Engine

from cloudnego.core.events import Event
from cloudnego.core.evolve import evolve, evolve_caucus
from cloudnego.core.state import EMPTY, EMPTY_CAUCUS, Caucus, Negotiation
from cloudnego.core.vocabulary import JOINT, Side, Stream
from cloudnego.eventlog.books import Keys
from cloudnego.eventlog.fold import Case
from cloudnego.eventlog.gist import gist_of
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.seal import Sealed, Sealer, event_of, leaf_of, recorded
from cloudnego.eventlog.store import Head, Store
from cloudnego.ports import Gist, Recorded

S = TypeVar("S")


class Snapshot(NamedTuple):
    """A state and how much of each of its streams it has taken in."""

    sizes: dict[Stream, int]
    state: Any


class Settled:
    """The states last seen on disk, by (case, stream it is named after); the oldest go first."""

    def __init__(self, limit: int) -> None:
        self._limit: Final = limit
        self._guard: Final = Lock()
        self._known: Final[OrderedDict[tuple[str, Stream], Snapshot]] = OrderedDict()

    def get(self, case: str, name: Stream) -> Snapshot | None:
        with self._guard:
            found = self._known.get((case, name))
            if found is not None:
                self._known.move_to_end((case, name))
            return found

    def peek(self, case: str, name: Stream) -> Snapshot | None:
        """The same for the event loop, which must not wait while the writer puts: one look into the dict, and what it
        finds is kept no longer for that."""
        return self._known.get((case, name))

    def put(self, case: str, name: Stream, snapshot: Snapshot) -> None:
        """Keep it unless something later is known."""
        with self._guard:
            was = self._known.get((case, name))
            if was is None or sum(was.sizes.values()) <= sum(snapshot.sizes.values()):
                self._known[case, name] = snapshot
                self._known.move_to_end((case, name))
            while len(self._known) > self._limit:
                self._known.popitem(last=False)

    def publish(self, cases: Iterable[Case]) -> None:
        """What the writer has just committed."""
        for case in cases:
            self.put(case.id, Stream.TABLE, Snapshot(dict(case.joint.sizes), case.joint.state))
            for side, fold in case.caucuses.items():
                self.put(case.id, Stream.caucus(side), Snapshot(dict(fold.sizes), fold.state))


class Way(NamedTuple, Generic[S]):
    """How a group of streams is folded."""

    name: Stream
    streams: tuple[Stream, ...]
    empty: S
    evolve: Callable[[S, Event], S]


_JOINT_WAY: Final = Way(Stream.TABLE, JOINT, EMPTY, evolve)


def _caucus_way(side: Side) -> Way[Caucus]:
    stream = Stream.caucus(side)
    return Way(stream, (stream,), EMPTY_CAUCUS, evolve_caucus)


class Reader:
    """Reads on from what is settled; a state is the one on disk at the time of the call, wherever it was written."""

    def __init__(self, engine: Engine, store: Store, ring: Keyring, settled: Settled) -> None:
        self._engine: Final = engine
        self._store: Final = store
        self._settled: Final = settled
        self._keys: Final = Keys(ring, self._stored_key, writes=False)
        self._sealer: Final = Sealer(ring.dice, self._keys.of, self._keys.anew)

    def _stored_key(self, stream: str) -> bytes | None:
        with self._engine.connect() as connection:
            return self._store.key(connection, stream)

    def _heads(self, case: str) -> dict[Stream, Head]:
        found = self._store.heads_now([f"{case}/{stream.value}" for stream in Stream])
        return {Stream(id_.rpartition("/")[2]): head for id_, head in found.items()}

    def versions(self, case: str) -> dict[Stream, tuple[int, int]]:
        return {stream: (head.epoch, head.size) for stream, head in self._heads(case).items()}

    def district(self, case: str) -> str | None:
        """The district of a case; None if there is no such case."""
        head = self._heads(case).get(Stream.TABLE)
        return None if head is None else head.district

    def state(self, case: str) -> Negotiation | None:
        head = self._heads(case).get(Stream.TABLE)
        return None if head is None else self._folded(case, _JOINT_WAY, head.joint)

    def caucus(self, case: str, side: Side) -> Caucus | None:
        way = _caucus_way(side)
        head = self._heads(case).get(way.name)
        return None if head is None else self._folded(case, way, head.size)

    def _folded(self, case: str, way: Way[S], size: int) -> S:
        known = self._settled.get(case, way.name)
        sizes = dict.fromkeys(way.streams, 0) if known is None else known.sizes
        state: S = way.empty if known is None else known.state
        if sum(sizes.values()) >= size:
            return state
        sizes = dict(sizes)
        with self._engine.connect() as connection:
            rows = self._store.tail(connection, case, sizes)
        for row in map(self._sealer.plain, rows):
            state = way.evolve(state, event_of(row, leaf_of(row), with_words=False))
            sizes[Stream(row.stream)] = row.seq
        self._settled.put(case, way.name, Snapshot(sizes, state))
        return state

    def gist(self, case: str, streams: frozenset[Stream]) -> Gist:
        if not streams:
            return gist_of(())
        with self._engine.connect() as connection:
            rows = self._store.tail(connection, case, {stream: 0 for stream in Stream if stream in streams})
        return gist_of(map(self._sealer.plain, rows))

    def read(
        self, case: str, streams: frozenset[Stream], after: Mapping[Stream, int] | None = None, limit: int = 256
    ) -> list[Recorded]:
        if not streams:
            return []
        since = {stream: (after or {}).get(stream, 0) for stream in Stream if stream in streams}
        with self._engine.connect() as connection:
            rows: list[Sealed] = self._store.tail(connection, case, since, limit)
        return [recorded(self._sealer.plain(row)) for row in rows]
