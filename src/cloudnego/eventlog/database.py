"""The database below the log: SQLite as one process may own it, or PostgreSQL."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO, Any, Final

import psycopg
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError

from cloudnego.texts import Actionable

BUSY_MS: Final = 10_000
"""How long a reader or a second program waits for SQLite's lock before it gives up."""


class NotDurable(Actionable):
    """The database would acknowledge what a power cut can take back."""


class NoStore(Actionable, ValueError):
    """The URL names no database that can hold a log."""


class Owned(Actionable):
    """Another process owns this SQLite database."""


def connect(url: str, *, pool: int = 16) -> Engine:
    """An engine for a SQLite file or a PostgreSQL database, with up to `pool` connections. Raises NoStore.

    An error of it names the statement and never the parameters: they are what people wrote.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise NoStore("bad_url") from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise NoStore("no_memory_store")
        engine = create_engine(
            parsed, connect_args={"check_same_thread": False}, pool_size=pool, max_overflow=0, hide_parameters=True
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if backend == "postgresql":
        engine = create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            pool_size=pool,
            max_overflow=0,
            hide_parameters=True,
        )
        event.listen(engine, "handle_error", _without_details)
        return engine
    raise NoStore("no_store", backend=backend)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, where we mean it
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_MS}", "cache_size=-32768"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the lock at once: one that first reads and then writes would be refused after another's commit."""
    immediate = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _without_details(context: ExceptionContext) -> None:
    """PostgreSQL quotes the whole row it refuses in the detail of its message; what is left says enough."""
    wrong = context.original_exception
    primary = wrong.diag.message_primary if isinstance(wrong, psycopg.Error) else None
    if primary is not None:
        wrong.args = (primary,)
        if context.sqlalchemy_exception is not None:
            context.sqlalchemy_exception.args = (f"({type(wrong).__module__}.{type(wrong).__name__}) {primary}",)


def writing(engine: Engine) -> Engine:
    """The same engine for transactions that write."""
    return engine.execution_options(writes=True)


def snapshot(engine: Engine) -> Connection:
    """A connection on which all reads see one moment, however long they take."""
    if engine.dialect.name == "sqlite":
        return engine.connect()  # BEGIN: the first read pins the write-ahead log
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True).connect()


def assert_durable(engine: Engine) -> None:
    """Raises NotDurable unless a commit survives a power cut: WAL with synchronous=FULL, or PostgreSQL's own."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
            synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar()
            if mode != "wal" or synchronous != 2:
                raise NotDurable("not_durable_sqlite", mode=mode, synchronous=synchronous)
        elif connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "off":
            raise NotDurable("not_durable_postgresql")


def sqlite_file(engine: Engine) -> Path | None:
    """The file of a SQLite database; None for PostgreSQL."""
    return Path(str(engine.url.database)) if engine.dialect.name == "sqlite" else None


def revision_of(connection: Connection) -> str | None:
    """The migration the tables stand at, as alembic notes it; None where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)


class Ownership:
    """The right of one process to write a SQLite file, held by a lock on `<file>.lock` until it is closed or dies."""

    def __init__(self, file: Path) -> None:
        """Raises Owned, naming the process that has it."""
        place = file.with_name(file.name + ".lock")
        self._held: Final[IO[str]] = place.open("a+")
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._held.seek(0)
            owner = self._held.read().strip() or "unknown"
            self._held.close()
            raise Owned("owned", file=file, owner=owner) from None
        self._held.truncate(0)
        self._held.write(str(os.getpid()))
        self._held.flush()

    def close(self) -> None:
        self._held.close()
