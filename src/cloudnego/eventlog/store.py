"""What the log asks of a database, in terms of streams and rows; the two databases differ here and nowhere above."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog import sql
from cloudnego.eventlog.seal import Sealed

_JSON: Final = msgspec.json.Encoder().encode
_LEAF_WIDTH: Final = len(sql.LEAF_COLUMNS)


class Head(NamedTuple):
    """What a stream's row says without its frontier. `joint`: see `tables.Stream`."""

    district: str
    epoch: int
    size: int
    joint: int


class Moved(NamedTuple):
    """The new head of a stream, in the order of `sql.MOVED_HEADS`."""

    size: int
    joint: int
    at: str
    frontier: bytes
    id: str


class Store:
    """The statements of the log on one engine. Every method works inside the connection's transaction."""

    def __init__(self, engine: Engine) -> None:
        self.engine: Final = engine
        self.sqlite: Final = engine.dialect.name == "sqlite"
        self._mark: Final = "?" if self.sqlite else "%s"
        self._in: Final = "IN (SELECT value FROM json_each(?))" if self.sqlite else "= ANY(%b)"  # see `sql.arrays`
        self._heads: Final = f"SELECT id, district, epoch, size, joint FROM stream WHERE id {self._in}"

    def version(self, connection: Connection) -> int:
        """On SQLite, a number that changes for this connection whenever another one has written."""
        return int(connection.exec_driver_sql("PRAGMA data_version").scalar_one())

    def _many(self, ids: Iterable[str]) -> tuple[Any]:
        return (_JSON(list(ids)).decode(),) if self.sqlite else (list(ids),)

    def heads(self, connection: Connection, ids: Sequence[str], *, lock: bool = False) -> dict[str, Head]:
        """The heads that exist. With `lock`, in one order everywhere, so that two nodes cannot wait for each other."""
        if not ids:
            return {}
        locking = " ORDER BY id FOR UPDATE" if lock and not self.sqlite else ""
        found = connection.exec_driver_sql(self._heads + locking, self._many(ids))
        return {row[0]: Head(*row[1:]) for row in found}

    def heads_now(self, ids: Sequence[str]) -> dict[str, Head]:
        """The same at this moment, in a transaction of its own. Every request asks it first; on SQLite it goes past
        SQLAlchemy, which takes five times as long over it as the database does."""
        if not self.sqlite:
            with self.engine.connect() as connection:
                return self.heads(connection, ids)
        raw = self.engine.raw_connection()
        try:
            cursor = raw.cursor()
            cursor.execute(self._heads, self._many(ids))
            return {row[0]: Head(*row[1:]) for row in cursor.fetchall()}
        except sqlite3.Error as wrong:
            raise OperationalError(self._heads, None, wrong) from wrong
        finally:
            raw.close()

    def new_heads(self, connection: Connection, cases: Mapping[str, str]) -> None:
        """Heads for all streams of new cases (case → district), unless they are there."""
        rows = sorted(
            (f"{case}/{s.value}", case, district, 1, 0, 0, "", b"") for case, district in cases.items() for s in Stream
        )
        sql.NEW_HEADS.run(connection, rows)

    def drop_heads(self, connection: Connection, cases: Iterable[str]) -> None:
        """Remove the heads of openings that were refused: a refusal leaves no trace."""
        ids = [f"{case}/{s.value}" for case in cases for s in Stream]
        if ids:
            connection.exec_driver_sql(f"DELETE FROM stream WHERE size = 0 AND id {self._in}", self._many(ids))

    def tail(
        self, connection: Connection, case: str, after: Mapping[Stream, int], limit: int | None = None
    ) -> list[Sealed]:
        """Rows of these streams after a seq each, in the order of their positions."""
        parameters: list[Any] = []
        for stream, seq in after.items():
            parameters += [case, stream.value, seq]
            if limit is not None:
                parameters.append(limit)
        if limit is not None:
            parameters.append(limit)
        statement = sql.tail(len(after), self._mark, limit=limit is not None)
        found = connection.exec_driver_sql(statement, tuple(parameters))
        return [Sealed(*row[:-1]) for row in found]

    def write(self, connection: Connection, rows: Sequence[Sealed]) -> None:
        """Append leaves and bodies in this order."""
        if not rows:
            return
        if self.sqlite:
            last = connection.exec_driver_sql("SELECT coalesce(max(pos), 0) FROM leaf").scalar_one()
            numbered = list(enumerate(rows, last + 1))
            sql.LEAVES.run(connection, [(pos, *row[:_LEAF_WIDTH]) for pos, row in numbered])
            sql.BODIES.run(connection, [(pos, *row[_LEAF_WIDTH:]) for pos, row in numbered])
        else:
            columns = tuple(list(column) for column in zip(*rows, strict=True))
            connection.exec_driver_sql(sql.ENTRIES_POSTGRES, columns)

    def move_heads(self, connection: Connection, moved: Sequence[Moved]) -> None:
        sql.MOVED_HEADS.run(connection, moved)

    def notify(self, connection: Connection, payloads: Iterable[str]) -> None:
        """NOTIFY at the commit of this transaction; nothing on SQLite."""
        if not self.sqlite:
            for payload in payloads:
                connection.exec_driver_sql("SELECT pg_notify('cloudnego', %s)", (payload,))

    def key(self, connection: Connection, stream: str) -> bytes | None:
        """The wrapped key of a caucus stream."""
        found = connection.exec_driver_sql(f"SELECT wrapped FROM stream_key WHERE id = {self._mark}", (stream,))
        wrapped = found.scalar()
        return None if wrapped is None else bytes(wrapped)
