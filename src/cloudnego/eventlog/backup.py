"""Backup and restore: one archive for every database, so that a backup of SQLite can be restored into PostgreSQL.

The archive is a zip of `tables/<name>.jsonl` (one JSON array a row, bytes as base64, in the order of the primary key)
and `manifest.json` with the columns, counts and SHA-256 of each. The whole is read in one snapshot. The master key is
not in it: without the key file a backup shows nothing of the caucuses.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final

import msgspec
from sqlalchemy import Connection, Date, DateTime, Engine, LargeBinary, MetaData, Table, insert, select

from cloudnego.eventlog.database import connect, revision_of, snapshot, writing
from cloudnego.eventlog.migrating import migrate
from cloudnego.texts import Actionable

FORMAT: Final = 1
_NOT_KEPT: Final = frozenset({"alembic_version", "identity_epoch"})
"""Tables that are about the database they lie in: a restored one has its own."""

_CHUNK: Final = 2000
_LARGE: Final = {"file_part": 32}
"""Rows at once where a row is long: 32 parts of a file are 8 MiB, twice that as text."""

_ENCODE: Final = msgspec.json.Encoder().encode
_NOTE: Final = "The master key is not in this archive. Keep the key file elsewhere: without it no caucus can be read."


class TableEntry(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    columns: tuple[str, ...]
    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive holds. `keys`: fingerprints of the master keys that open what is encrypted in it."""

    format: int
    made_at: str
    program: str
    revision: str
    keys: tuple[str, ...]
    note: str
    tables: tuple[TableEntry, ...]


class BadArchive(Actionable):
    """Not a backup of ours, or not whole."""


class NotEmpty(Actionable):
    """The database to restore into holds something."""


Told = Callable[[str, int], None]


def _silent(_table: str, _rows: int) -> None:
    pass


def _reflected(connection: Connection) -> list[Table]:
    """The tables as they are in the database, parents before children."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name not in _NOT_KEPT]


def _revision(connection: Connection) -> str:
    revision = revision_of(connection)
    if revision is None:
        raise BadArchive("never_migrated")
    return revision


# --- out ----------------------------------------------------------------------------------------------------------


def backup(
    engine: Engine, archive: Path, *, made_at: datetime, program: str, keys: list[str], told: Told = _silent
) -> Manifest:
    """Write everything in the database to `archive` while the service runs. Raises FileExistsError.

    It appears under its name only when it is whole; only its owner may read it.
    """
    if archive.exists():
        raise FileExistsError(archive)
    part = archive.with_name(archive.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            with (
                _zip(out) as bundle,
                snapshot(engine) as source,
            ):
                tables = tuple(_out(source, table, bundle, told) for table in _reflected(source))
                manifest = Manifest(
                    format=FORMAT,
                    made_at=made_at.isoformat(timespec="seconds"),
                    program=program,
                    revision=_revision(source),
                    keys=tuple(keys),
                    note=_NOTE,
                    tables=tables,
                )
                bundle.writestr("manifest.json", msgspec.json.format(_ENCODE(manifest), indent=2))
            out.flush()
            os.fsync(out.fileno())
        os.link(part, archive)  # unlike rename, this does not replace what someone put there meanwhile
    finally:
        part.unlink()
    return manifest


def _zip(out: IO[bytes]) -> zipfile.ZipFile:
    return zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1)


def _out(source: Connection, table: Table, bundle: zipfile.ZipFile, told: Told) -> TableEntry:
    digest, count = sha256(), 0
    rows = source.execution_options(yield_per=_LARGE.get(table.name, _CHUNK)).execute(
        select(table).order_by(*table.primary_key)
    )
    with bundle.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as out:
        for chunk in rows.partitions():
            lines = b"".join(_ENCODE(list(row)) + b"\n" for row in chunk)
            digest.update(lines)
            out.write(lines)
            count += len(chunk)
            told(table.name, len(chunk))
    columns = tuple(str(column.name) for column in table.columns)
    return TableEntry(name=str(table.name), columns=columns, rows=count, sha256=digest.hexdigest())


# --- in -----------------------------------------------------------------------------------------------------------


def inspect(archive: Path) -> Manifest:
    """The manifest, after every table was found to be what it says. Raises BadArchive."""
    try:
        with zipfile.ZipFile(archive) as bundle:
            manifest = msgspec.json.decode(bundle.read("manifest.json"), type=Manifest)
            if manifest.format != FORMAT:
                raise BadArchive("archive_format", archive=archive, found=manifest.format, wanted=FORMAT)
            for table in manifest.tables:
                digest, count = sha256(), 0
                with bundle.open(f"tables/{table.name}.jsonl") as lines:
                    for line in lines:
                        digest.update(line)
                        count += 1
                if digest.hexdigest() != table.sha256 or count != table.rows:
                    raise BadArchive("archive_changed", archive=archive, table=table.name)
    except FileNotFoundError:
        raise BadArchive("archive_missing", archive=archive) from None
    except (OSError, KeyError, zipfile.BadZipFile, zlib.error, msgspec.MsgspecError) as wrong:
        raise BadArchive("archive_unreadable", archive=archive) from wrong
    return manifest


After = Callable[[Connection, Mapping[str, Table]], None]
"""What is done to a restored database before anybody sees it, and the tables that it has."""


def restore(url: str, archive: Path, *, told: Told = _silent, after: After | None = None) -> Manifest:
    """Fill an empty database from an archive, then migrate it to this program. Raises BadArchive, NotEmpty."""
    manifest = inspect(archive)
    migrate(url, manifest.revision)
    engine = connect(url)
    try:
        with writing(engine).begin() as target, zipfile.ZipFile(archive) as bundle:
            tables = {table.name: table for table in _reflected(target)}
            for name, table in tables.items():
                if target.execute(select(table).limit(1)).first() is not None:
                    raise NotEmpty("not_empty", table=name)
            entries = {entry.name: entry for entry in manifest.tables}
            if missing := sorted(entries.keys() - tables.keys()):
                raise BadArchive("archive_unknown", archive=archive, tables=", ".join(missing))
            for name, table in tables.items():
                if name in entries:
                    _in(target, table, entries[name], bundle, told)
            if after is not None:
                after(target, tables)
            if engine.dialect.name == "postgresql":
                last = "SELECT setval('leaf_pos_seq', coalesce((SELECT max(pos) FROM leaf), 0) + 1, false)"
                target.exec_driver_sql(last)
    finally:
        engine.dispose()
    migrate(url)
    return manifest


def _in(target: Connection, table: Table, entry: TableEntry, bundle: zipfile.ZipFile, told: Told) -> None:
    readers = [_reader(table, name) for name in entry.columns]
    statement = insert(table)
    with bundle.open(f"tables/{table.name}.jsonl") as lines:
        for chunk in _chunks(lines, _LARGE.get(table.name, _CHUNK)):
            rows = [
                {name: read(value) for name, read, value in zip(entry.columns, readers, line, strict=True)}
                for line in chunk
            ]
            target.execute(statement, rows)
            told(table.name, len(rows))


def _chunks(lines: Any, length: int) -> Iterator[list[list[Any]]]:
    chunk: list[list[Any]] = []
    for line in lines:
        chunk.append(msgspec.json.decode(line))
        if len(chunk) == length:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _reader(table: Table, column: str) -> Callable[[Any], Any]:
    """How the JSON of a column becomes what its type takes."""
    kind = table.c[column].type
    if isinstance(kind, LargeBinary):
        return lambda value: None if value is None else b64decode(value)
    if isinstance(kind, DateTime):
        return lambda value: None if value is None else datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return lambda value: None if value is None else date.fromisoformat(value)
    return lambda value: value
