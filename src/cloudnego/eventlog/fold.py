"""What the writer keeps of a case in memory: its folded state, the frontiers of its streams, the keys it has seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final, Generic, NamedTuple, TypeVar

from cloudnego.core.events import Event
from cloudnego.core.evolve import evolve, evolve_caucus
from cloudnego.core.gate import only_talked
from cloudnego.core.overview import Overview
from cloudnego.core.refusals import Obstacle
from cloudnego.core.state import EMPTY, EMPTY_CAUCUS, Caucus, Negotiation
from cloudnego.core.vocabulary import JOINT, Side, Stream
from cloudnego.eventlog import merkle
from cloudnego.eventlog.seal import Sealed, Sealer, event_of, leaf_of, warnings_of
from cloudnego.ports import Entry

S = TypeVar("S")


class Kept(NamedTuple):
    """What one idempotency key has led to. `asked` is None once the words of that command were erased."""

    asked: bytes | None
    entries: tuple[Entry, ...]
    warnings: tuple[Obstacle, ...]


class Fold(Generic[S]):
    """Streams that are folded together: the three of the joint state, or the one of a caucus."""

    __slots__ = ("_evolve", "at", "ats", "dirty", "kept", "peaks", "sizes", "state")

    def __init__(self, state: S, evolve: Callable[[S, Event], S], streams: Iterable[Stream]) -> None:
        self.state = state
        self._evolve = evolve
        self.sizes: Final = dict.fromkeys(streams, 0)
        self.peaks: Final[dict[Stream, list[bytes]]] = {stream: [] for stream in self.sizes}
        self.at: datetime | None = None
        self.ats: Final = dict.fromkeys(self.sizes, "")  # of the last leaf of each stream, as the leaf says it
        self.kept: Final[dict[str, Kept]] = {}
        self.dirty: Final[set[Stream]] = set()

    @property
    def size(self) -> int:
        return sum(self.sizes.values())

    def root(self, stream: Stream) -> str:
        """The root of a stream's hash tree as it stands, in hex."""
        return merkle.root(self.peaks[stream]).hex()

    def add(self, stream: Stream, hashed: bytes, at: str) -> int:
        """Grow a stream by a leaf that is still to be written; returns its seq. `at` is the leaf's own text."""
        self.dirty.add(stream)
        return self._grow(stream, hashed, at)

    def _grow(self, stream: Stream, hashed: bytes, at: str) -> int:
        size = self.sizes[stream]
        merkle.push(self.peaks[stream], size, hashed)
        self.ats[stream] = at
        self.sizes[stream] = size + 1
        return size + 1

    def read_on(self, rows: Iterable[Sealed], sealer: Sealer) -> None:
        """Take in rows written since, in the order of their positions. Raises Damaged."""
        command, group = "", list[Entry]()
        asked: bytes | None = None
        warned: bytes | None = None
        for sealed in rows:
            row = sealer.plain(sealed)
            leaf = leaf_of(row)
            self._grow(Stream(row.stream), row.hash, leaf.at)
            self.state = self._evolve(self.state, event_of(row, leaf, with_words=False))
            if leaf.command_id != command:
                if group:
                    self.kept[command] = Kept(asked, tuple(group), warnings_of(warned))
                command, group, asked, warned = leaf.command_id, [], row.asked, row.warned
            group.append(Entry(Stream(row.stream), row.seq, leaf.type))
            self.at = datetime.fromisoformat(leaf.at)
        if group:
            self.kept[command] = Kept(asked, tuple(group), warnings_of(warned))


def new_joint() -> Fold[Negotiation]:
    return Fold(EMPTY, evolve, JOINT)


def new_caucus(side: Side) -> Fold[Caucus]:
    return Fold(EMPTY_CAUCUS, evolve_caucus, (Stream.caucus(side),))


class Case:
    """One case as the writer knows it. `overview` and `seats` are the rows as they stand in the store.

    `shown`: a state of which that overview is, None where it was only read from the store.
    """

    __slots__ = ("caucuses", "district", "id", "joint", "overview", "seats", "shown")

    def __init__(self, id_: str, district: str) -> None:
        self.id: Final = id_
        self.district: Final = district
        self.joint: Final = new_joint()
        self.caucuses: Final[dict[Side, Fold[Caucus]]] = {}
        self.overview: Overview | None = None
        self.shown: Negotiation | None = None
        self.seats: dict[str, bool] = {}

    @property
    def only_talked(self) -> bool:
        """Whether nothing but talk came since `shown`: then every row made of the case reads as it did."""
        return self.shown is not None and only_talked(self.shown, self.joint.state)

    def folds(self) -> Iterator[Fold[Any]]:
        yield self.joint
        yield from self.caucuses.values()

    @property
    def dirty(self) -> bool:
        return any(fold.dirty for fold in self.folds())

    def grown(self) -> Iterator[tuple[str, int]]:
        """Stream ids and new sizes of all streams written to since the last commit."""
        for fold in self.folds():
            for stream in fold.dirty:
                yield f"{self.id}/{stream.value}", fold.sizes[stream]

    def clean(self) -> None:
        for fold in self.folds():
            fold.dirty.clear()
