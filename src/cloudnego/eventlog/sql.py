"""The statements of the hot path, generated once from the declared tables: SQLAlchemy costs per statement built."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel

from cloudnego.eventlog.tables import Body, Leaf, Stream

_POSTGRES: Final = postgresql.dialect()  # type: ignore[no-untyped-call]


def table_of(model: type[SQLModel]) -> Table:
    """The table an SQLModel class declares."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


class Many:
    """One statement over many rows: `executemany` on SQLite, one statement over arrays on PostgreSQL."""

    def __init__(self, sqlite: str, postgres: str, columns: int) -> None:
        self.sqlite: Final = sqlite
        self.postgres: Final = postgres
        self.columns: Final = columns

    def run(self, connection: Connection, rows: Sequence[Sequence[Any]]) -> None:
        """Execute for rows of exactly `columns` values each; nothing to do for no rows."""
        if not rows:
            return
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(self.sqlite, [tuple(row) for row in rows])
        else:
            connection.exec_driver_sql(self.postgres, tuple(list(column) for column in zip(*rows, strict=True)))


def arrays(table: Table, names: Sequence[str]) -> str:
    """`unnest(%b::T1[], …) AS u(c1, …)`: rows as PostgreSQL takes them at once; binary costs a fifth of text."""
    casts = ", ".join(f"%b::{table.c[name].type.compile(dialect=_POSTGRES)}[]" for name in names)
    return f"unnest({casts}) AS u({', '.join(names)})"


def insert(table: Table, names: Sequence[str] | None = None, tail: str = "") -> Many:
    """INSERT of these columns (default: all) in the order given; `tail` is an ON CONFLICT clause."""
    names = names or [column.name for column in table.columns]
    head = f"INSERT INTO {table.name} ({', '.join(names)})"
    marks = ", ".join("?" for _ in names)
    return Many(
        f"{head} VALUES ({marks}) {tail}",
        f"{head} SELECT * FROM {arrays(table, names)} {tail}",
        len(names),
    )


def upsert(table: Table, *, adding: Sequence[str] = ()) -> Many:
    """INSERT, or replace the row of the same primary key; columns in `adding` are added to instead."""
    key = [column.name for column in table.primary_key]
    others = [column.name for column in table.columns if column.name not in key]
    sets = [f"{n} = {table.name}.{n} + excluded.{n}" if n in adding else f"{n} = excluded.{n}" for n in others]
    return insert(table, tail=f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {', '.join(sets)}")


def update(table: Table, names: Sequence[str], key: str) -> Many:
    """UPDATE of these columns by one key column; rows are the values in this order, then the key."""
    marks = ", ".join(f"{name} = ?" for name in names)
    sets = ", ".join(f"{name} = u.{name}" for name in names)
    return Many(
        f"UPDATE {table.name} SET {marks} WHERE {key} = ?",
        f"UPDATE {table.name} SET {sets} FROM {arrays(table, [*names, key])} WHERE {table.name}.{key} = u.{key}",
        len(names) + 1,
    )


LEAF: Final = table_of(Leaf)
BODY: Final = table_of(Body)
STREAM: Final = table_of(Stream)

LEAF_COLUMNS: Final = [column.name for column in LEAF.columns if column.name != "pos"]
BODY_COLUMNS: Final = [column.name for column in BODY.columns if column.name != "pos"]

NEW_HEADS: Final = insert(
    STREAM, ["id", "case_id", "district", "epoch", "size", "joint", "at", "frontier"], "ON CONFLICT (id) DO NOTHING"
)
MOVED_HEADS: Final = update(STREAM, ["size", "joint", "at", "frontier"], "id")
LEAVES: Final = insert(LEAF, ["pos", *LEAF_COLUMNS])
BODIES: Final = insert(BODY, ["pos", *BODY_COLUMNS])


def _entries_postgres() -> str:
    """Leaves and bodies in one statement, numbered by the sequence in the order of the arrays."""
    names = [*LEAF_COLUMNS, *BODY_COLUMNS]
    types = [LEAF.c[n].type for n in LEAF_COLUMNS] + [BODY.c[n].type for n in BODY_COLUMNS]
    casts = ", ".join(f"%b::{type_.compile(dialect=_POSTGRES)}[]" for type_ in types)
    leaf, body = ", ".join(LEAF_COLUMNS), ", ".join(f"b_{n}" for n in BODY_COLUMNS)
    renamed = ", ".join([*LEAF_COLUMNS, *(f"b_{n}" for n in BODY_COLUMNS)])
    assert len(names) == len(types)
    return (
        f"WITH u AS MATERIALIZED (SELECT nextval('leaf_pos_seq') AS pos, t.* FROM unnest({casts}) AS t({renamed})), "
        f"l AS (INSERT INTO leaf (pos, {leaf}) SELECT pos, {leaf} FROM u) "
        f"INSERT INTO body (pos, {', '.join(BODY_COLUMNS)}) SELECT pos, {body} FROM u"
    )


ENTRIES_POSTGRES: Final = _entries_postgres()

_ENTRY: Final = ", ".join([*(f"l.{n}" for n in LEAF_COLUMNS), *(f"b.{n}" for n in BODY_COLUMNS)])


def tail(streams: int, mark: str, *, limit: bool = False) -> str:
    """Entries of `streams` streams of a case after a seq each, in the order of their positions.

    Parameters: (case, stream, seq) for each stream, with `limit` the limit after each and once more at the end.
    """
    one = (
        f"SELECT {_ENTRY}, l.pos AS pos FROM leaf l LEFT JOIN body b ON b.pos = l.pos "
        f"WHERE l.case_id = {mark} AND l.stream = {mark} AND l.seq > {mark}"
    )
    if limit:
        one = f"SELECT * FROM ({one} ORDER BY l.seq LIMIT {mark}) AS s"
    return f"{' UNION ALL '.join([one] * streams)} ORDER BY pos" + (f" LIMIT {mark}" if limit else "")
