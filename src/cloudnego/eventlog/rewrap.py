"""Turning keys: every key that a master key wraps is wrapped by the newest one; a caucus gets a new key of its own.

A master key is turned in three steps, each of which may be the last for a while: `Keyring.add` puts a new one into the
file, `rewrap` has it wrap everything, `Keyring.drop` takes the old one out. Whoever is killed in between is left with
a file that opens everything. What was told to a thief of an old dump is not taken back by any of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine, LargeBinary, MetaData, Table, func, literal, select, update
from sqlmodel import SQLModel

from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog import sql
from cloudnego.eventlog.books import Keys
from cloudnego.eventlog.database import snapshot, writing
from cloudnego.eventlog.erase import sweep
from cloudnego.eventlog.keys import MARK_BYTES, Keyring
from cloudnego.eventlog.seal import Sealer
from cloudnego.eventlog.store import Store
from cloudnego.eventlog.tables import Body, District, StreamKey
from cloudnego.eventlog.tables import Leaf as LeafRow
from cloudnego.eventlog.tables import Stream as StreamRow

Told = Callable[[int], None]


def _silent(_done: int) -> None:
    pass


class Wrapped(NamedTuple):
    """A column that holds keys wrapped by a master key, and what each was wrapped for, by its row's primary key."""

    model: type[SQLModel]
    column: str
    what: Callable[[str], str]

    @property
    def table(self) -> Table:
        return sql.table_of(self.model)

    @property
    def name(self) -> str:
        return f"{self.table.name}.{self.column}"


WRAPPED: Final[list[Wrapped]] = [
    Wrapped(District, "secret", lambda id_: f"district {id_}"),
    Wrapped(StreamKey, "wrapped", lambda id_: id_),
]
"""Every column in which a wrapped key lies. Whoever adds one adds its row: `tests/eventlog/test_rewrap.py` finds
wrapped keys by their fingerprints in what it writes, and calls of the keyring that no row here speaks for."""


def count(engine: Engine) -> dict[str, Counter[str]]:
    """How many keys each master key wraps, by fingerprint, then by column."""
    found: dict[str, Counter[str]] = {}
    with snapshot(engine) as connection:
        for one in WRAPPED:
            for wrapped in connection.execute(select(one.table.c[one.column])).scalars():
                if wrapped is not None:
                    found.setdefault(bytes(wrapped)[:MARK_BYTES].hex(), Counter())[one.name] += 1
    return found


def strays(engine: Engine, mark: str) -> list[str]:
    """Columns that no row of `WRAPPED` speaks for and in which something begins with this fingerprint.

    Asked of the database as it is, before a master key is dropped: a key in a column that was forgotten would be lost
    with it. Reads every table that holds bytes, so it takes its time.
    """
    known, found, metadata = {one.name for one in WRAPPED}, [], MetaData()
    with snapshot(engine) as connection:
        metadata.reflect(connection)
        for table in metadata.sorted_tables:
            for column in table.columns:
                name = f"{table.name}.{column.name}"
                if name in known or not isinstance(column.type, LargeBinary):
                    continue
                begins = func.substr(column, 1, MARK_BYTES) == bytes.fromhex(mark)
                if connection.execute(select(literal(1)).select_from(table).where(begins).limit(1)).first() is not None:
                    found.append(name)
    return found


def rewrap(engine: Engine, ring: Keyring, told: Told = _silent) -> int:
    """Have the newest master key wrap everything, in one transaction. Returns how many keys it did not wrap before.

    May run beside a service. Raises KeyMissing where something is wrapped by a master key that is not in the file:
    then nothing was changed.
    """
    changed = 0
    with writing(engine).begin() as connection:
        for one in WRAPPED:
            (key,) = one.table.primary_key.columns
            column = one.table.c[one.column]
            for id_, wrapped in connection.execute(select(key, column).with_for_update()).all():
                again = None if wrapped is None else ring.rewrap(bytes(wrapped), one.what(id_))
                if again is not None:
                    connection.execute(update(one.table).where(key == id_).values({one.column: again}))
                    changed += 1
                told(1)
    return changed


def renew_streams(engine: Engine, ring: Keyring, told: Told = _silent) -> int:
    """Give every caucus a new key and encrypt what lies there anew, one transaction a stream. Returns how many.

    The leaves stay: they commit to what was said, not to how it is encrypted. On PostgreSQL it may run beside the
    service, which finds the new keys by the epoch of the stream; on SQLite one process owns the file.
    """
    store = Store(engine)
    with snapshot(engine) as connection:
        streams = list(connection.execute(select(sql.table_of(StreamKey).c.id)).scalars())
    for stream in sorted(streams):
        with writing(engine).begin() as connection:
            store.heads(connection, [stream], lock=True)  # nobody writes there till this is done
            _renew(connection, store, ring, stream)
        told(1)
    sweep(engine)
    return len(streams)


def _renew(connection: Connection, store: Store, ring: Keyring, stream: str) -> None:
    case, _, name = stream.rpartition("/")
    old = Keys(ring, lambda id_: store.key(connection, id_), writes=False)
    new = Keys(ring, lambda _id: None, writes=True)
    plain, hidden = Sealer(ring.dice, old.of), Sealer(ring.dice, new.of)
    leaf, body = sql.table_of(LeafRow), sql.table_of(Body)
    for row in store.tail(connection, case, {Stream(name): 0}):
        again = hidden.hidden(plain.plain(row))
        here = select(leaf.c.pos).where(leaf.c.case_id == case, leaf.c.stream == name, leaf.c.seq == row.seq)
        values = {"body": again.body, "words": again.words, "warned": again.warned}
        connection.execute(update(body).where(body.c.pos == here.scalar_subquery()).values(values))
    new.of(stream)  # one that has no entry yet gets its new key all the same
    (_, wrapped), *_ = new.fresh
    keys, streams = sql.table_of(StreamKey), sql.table_of(StreamRow)
    connection.execute(update(keys).where(keys.c.id == stream).values(wrapped=wrapped))
    connection.execute(update(streams).where(streams.c.id == stream).values(epoch=streams.c.epoch + 1))
