"""Erasing what a person wrote: the words and their salt go, facts, leaves, roots and receipts stay provable."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, Engine

from cloudnego.core.vocabulary import JOINT, Stream
from cloudnego.eventlog.database import writing
from cloudnego.eventlog.seal import leaf_of
from cloudnego.eventlog.store import Store
from cloudnego.ports import NoCase


def erase(engine: Engine, case: str, stream: Stream, seqs: Collection[int]) -> int:
    """Delete the words of these entries and bump the stream's epoch. Returns how many had words left to delete.

    The fingerprint of the command goes too: with the district's key it would let someone try out what was written. The
    old bytes are overwritten in the file (SQLite) or given to vacuum (PostgreSQL); older backups still hold them.
    Raises NoCase.
    """
    store = Store(engine)
    with writing(engine).connect() as connection:
        if store.sqlite:
            connection.connection.driver_connection.execute("PRAGMA secure_delete=ON")  # type: ignore[union-attr]
        with connection.begin():
            head = store.heads(connection, [f"{case}/{stream.value}"], lock=True)
            if not head:
                raise NoCase(case)
            erased = _erase(connection, store, case, stream, frozenset(seqs))
            if erased:
                mark = "?" if store.sqlite else "%s"
                bump = f"UPDATE stream SET epoch = epoch + 1 WHERE id = {mark}"
                connection.exec_driver_sql(bump, (f"{case}/{stream.value}",))
                store.notify(connection, ("",))
    sweep(engine)
    return erased


def _erase(connection: Connection, store: Store, case: str, stream: Stream, seqs: frozenset[int]) -> int:
    """Empty the words of the entries, and the fingerprints of the commands they came from."""
    group = JOINT if stream in JOINT else (stream,)
    rows = [(row, leaf_of(row)) for row in store.tail(connection, case, dict.fromkeys(group, 0))]
    hit = {leaf.command_id for row, leaf in rows if row.stream == stream.value and row.seq in seqs}
    mark = "?" if store.sqlite else "%s"
    here = f"(SELECT pos FROM leaf WHERE case_id = {mark} AND stream = {mark} AND seq = {mark})"
    erased = 0
    for row, leaf in rows:
        if row.stream == stream.value and row.seq in seqs and row.words is not None:
            erased += 1
            connection.exec_driver_sql(
                f"UPDATE body SET words = NULL, words_salt = NULL WHERE pos = {here}", (case, row.stream, row.seq)
            )
        if leaf.command_id in hit and row.asked is not None:
            connection.exec_driver_sql(f"UPDATE body SET asked = NULL WHERE pos = {here}", (case, row.stream, row.seq))
    return erased


def sweep(engine: Engine, table: str = "body") -> None:
    """Take the old bytes of a table out of the write-ahead log, or let vacuum have them."""
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            connection.exec_driver_sql(f"VACUUM {table}")
