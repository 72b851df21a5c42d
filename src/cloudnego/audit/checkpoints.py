"""Checkpoints: what stands in a stream, as one head that the log signs. It is made when it is asked for.

Ed25519 gives the same signature each time, so a checkpoint follows from origin, size, root and keys: nothing is stored
but what others add to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine, select
from sqlmodel import col

from cloudnego.audit.logkey import LogKey
from cloudnego.audit.notes import Head, Note
from cloudnego.audit.trees import Tree
from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog import merkle, tables
from cloudnego.eventlog.database import snapshot
from cloudnego.eventlog.leaf import stream_id


class NoSuchHead(LookupError):
    """The stream never had this size."""


class Grown(NamedTuple):
    """The head of a log, and the proof that it goes on from an earlier size."""

    head: Head
    proof: tuple[bytes, ...]


class Included(NamedTuple):
    """A head, an entry's bytes, and the path that proves that it stands in it."""

    head: Head
    leaf: bytes
    path: tuple[bytes, ...]


class Checkpoints:
    """Heads and proofs of the streams of one database. Blocking; safe in any number of threads."""

    def __init__(self, engine: Engine, key: LogKey) -> None:
        self._engine: Final = engine
        self.key: Final = key

    def origin(self, case: str, stream: Stream) -> str:
        """The name of a stream's log."""
        return f"{self.key.name}/{stream_id(case, stream)}"

    def heads(self, case: str, streams: Iterable[Stream]) -> dict[Stream, Head]:
        """The heads as they stand at one moment; a stream without a case has none."""
        wanted = {stream_id(case, stream): stream for stream in streams}
        query = select(col(tables.Stream.id), col(tables.Stream.size), col(tables.Stream.frontier)).where(
            col(tables.Stream.id).in_(wanted)
        )
        with self._engine.connect() as connection:
            found = connection.execute(query).all()
        return {
            wanted[id_]: Head(self.origin(case, wanted[id_]), size, merkle.root(merkle.unpack(bytes(frontier))))
            for id_, size, frontier in found
        }

    def note(self, head: Head) -> Note:
        """The checkpoint of a head, signed by the log alone."""
        return self.key.checkpoint(head)

    def at(self, case: str, stream: Stream, size: int) -> Head:
        """The head as it was at this size. Raises NoSuchHead."""
        return self.grown(case, stream, 0, size).head

    def grown(self, case: str, stream: Stream, first: int, size: int | None = None) -> Grown:
        """The head at a size (default: now), and the proof that it goes on from `first`. Raises NoSuchHead."""
        with snapshot(self._engine) as connection:
            tree = tree_of(connection, case, stream, size)
        if size is not None and tree.size != size:
            raise NoSuchHead(size)
        if not 0 <= first <= tree.size:
            raise NoSuchHead(first)
        head = Head(self.origin(case, stream), tree.size, tree.root())
        return Grown(head, tuple(tree.consistency(first)))

    def included(self, case: str, stream: Stream, seq: int, size: int | None = None) -> Included:
        """The entry `seq` (from 1) with its path in the tree at a size (default: now). Raises NoSuchHead."""
        of_entry = (
            select(col(tables.Leaf.leaf))
            .where(col(tables.Leaf.case_id) == case, col(tables.Leaf.stream) == stream.value)
            .where(col(tables.Leaf.seq) == seq)
        )
        with snapshot(self._engine) as connection:
            tree = tree_of(connection, case, stream, size)
            leaf = connection.execute(of_entry).scalar()
        if leaf is None or not 1 <= seq <= tree.size or (size is not None and tree.size != size):
            raise NoSuchHead(seq if size is None else size)
        head = Head(self.origin(case, stream), tree.size, tree.root())
        return Included(head, bytes(leaf), tuple(tree.inclusion(seq - 1)))


def tree_of(connection: Connection, case: str, stream: Stream, size: int | None) -> Tree:
    """The tree over the first `size` entries, or all there are."""
    query = (
        select(col(tables.Leaf.hash))
        .where(col(tables.Leaf.case_id) == case, col(tables.Leaf.stream) == stream.value)
        .order_by(col(tables.Leaf.seq))
    )
    if size is not None:
        query = query.where(col(tables.Leaf.seq) <= size)
    return Tree([bytes(one) for one in connection.execute(query).scalars()])
