"""What a database leaves of rows that were changed or deleted, and how it is taken out of its files.

SQLite keeps deleted rows in free pages and old ones in the write-ahead log; PostgreSQL keeps dead rows, and writes each
changed row behind the others, so that their order tells who came when.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, Engine

from cloudnego.eventlog.database import writing

_TABLES: Final = ("poll", "poll_voter", "ballot", "teller_count")


@contextmanager
def thorough(engine: Engine) -> Iterator[Connection]:
    """A transaction that overwrites what it deletes, where the database can be told to."""
    with writing(engine).connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA secure_delete=ON")  # type: ignore[union-attr]
        with connection.begin():
            yield connection


def rewritten(engine: Engine) -> bool:
    """Write the tables anew in the order of their keys, and nothing else with them. SQLite does so with the whole file.
    False where somebody who reads keeps the old bytes in the write-ahead log still: once more, later.

    Issues and casts of other polls wait meanwhile: a second for some ten thousand voters.
    """
    if engine.dialect.name == "sqlite":
        raw = engine.raw_connection()  # SQLAlchemy begins a transaction, in which there is no VACUUM
        try:
            raw.cursor().execute("VACUUM")
            ((busy, _, _),) = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            raw.close()
        return not busy
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for table in _TABLES:
            connection.exec_driver_sql(f"CLUSTER {table} USING {table}_pkey")
    return True
