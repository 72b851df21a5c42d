"""What whoever has dumps of a poll reads off them: files, free pages, write-ahead log, orders, sizes, backups."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Final
from zipfile import ZipFile

from sqlalchemy import Engine, text
from sqlmodel import SQLModel

from cloudnego.eventlog.backup import backup
from cloudnego.eventlog.database import connect
from cloudnego.eventlog.sql import table_of
from cloudnego.eventlog.tables import District
from cloudnego.polls.tables import BallotRow, Poll, PollList, PollVoter, TellerCount
from tests.postgres import Server

Figures = dict[str, float]
_TABLES: Final = [table_of(one) for one in (District, Poll, PollVoter, BallotRow, PollList, TellerCount)]
_BACKED_UP: Final = frozenset({"19", "tidy"})
_ROWS_MAX: Final = 20
_AT: Final = datetime(2027, 1, 15, tzinfo=UTC)


class Look(ABC):
    """One who looks at every dump, and remembers what was there before."""

    def __init__(self, engine: Engine, folder: Path, backups: bool) -> None:
        self.figures: Figures = {}
        self._engine: Final = engine
        self._folder: Final = folder
        self._backups: Final = backups
        self._known: set[bytes] = set()

    def __call__(self, when: str, listed: bytes = b"") -> None:
        """Read this moment's files and rows."""
        self._sizes(when)
        with self._engine.connect() as connection:
            rows = connection.execute(text("SELECT place, nonce, choice, signature FROM ballot")).all()
            voters = connection.execute(text("SELECT blinded, answer FROM poll_voter")).all() if listed else []
        box = [(bytes(row[0]), bytes(row[1]), str(row[2])) for row in rows]
        came = [one for one in box if one[0] not in self._known]
        self._known |= {one[0] for one in came}
        self._choices(f"{when} came", [choice for _, _, choice in came])
        if came or listed:
            self._choices(f"{when} box", [choice for _, _, choice in box])
            self._lying(when, [(nonce, choice) for _, nonce, choice in box])
        if listed:
            self._choices(f"{when} list", [line.split()[1].decode() for line in listed.splitlines()])
            self._lying(when, [(line[:64], line.split()[1].decode()) for line in listed.splitlines()])
            self._voters(when, [(bytes(row[0] or b"\0"), bytes(row[1] or b"\0")) for row in voters])
        if self._backups and when in _BACKED_UP:
            self._backed_up(when)

    @abstractmethod
    def _sizes(self, when: str) -> None:
        """How long the files are, and what is free in them."""

    @abstractmethod
    def _lying(self, when: str, known: Sequence[tuple[bytes, str]]) -> None:
        """In which order ballots lie in the files."""

    def _choices(self, name: str, choices: Sequence[str]) -> None:
        """How many, how many say yes, and each in its order."""
        self.figures[f"{name} rows"] = len(choices)
        self.figures[f"{name} yes"] = choices.count("yes")
        for at in range(min(_ROWS_MAX, len(choices))):
            self.figures[f"{name} {at}"] = choices[at] == "yes"

    def _found(self, name: str, content: bytes, known: Sequence[tuple[bytes, str]]) -> None:
        """The order of these ballots in these bytes, by where each lies first and where last."""
        for side, find in (("first", content.find), ("last", content.rfind)):
            found = sorted((at, choice) for nonce, choice in known if (at := find(nonce)) >= 0)
            self._choices(f"{name} {side}", [choice for _, choice in found])

    def _voters(self, when: str, asked: Sequence[tuple[bytes, bytes]]) -> None:
        """A bit of what each asked and got: a blinding that is none would show here."""
        for at, (blinded, answer) in enumerate(asked):
            self.figures[f"{when} asked {at}"] = blinded[-1] & 1
            self.figures[f"{when} answer {at}"] = answer[-1] & 1

    def _backed_up(self, when: str) -> None:
        archive = self._folder / f"{when}.zip"
        try:
            backup(self._engine, archive, made_at=_AT, program="a claim", keys=[])
            self.figures[f"{when} backup"] = archive.stat().st_size
            with ZipFile(archive) as bundle:
                for table in ("ballot", "poll_list", "poll_voter"):
                    content = bundle.read(f"tables/{table}.jsonl")
                    self.figures[f"{when} backup {table}"] = len(content)
                    said = [
                        word for line in content.split(b"\n") for word in line.split(b'"') if word in (b"yes", b"no")
                    ]
                    self._choices(f"{when} backup {table}", [word.decode() for word in said])
        finally:
            archive.unlink(missing_ok=True)


class SqliteLook(Look):
    """The file, its free pages and its write-ahead log."""

    def _files(self) -> Iterator[tuple[str, Path]]:
        file = Path(str(self._engine.url.database))
        for end in ("", "-wal"):
            yield f"file{end}", file.with_name(file.name + end)

    def _sizes(self, when: str) -> None:
        for name, file in self._files():
            self.figures[f"{when} {name}"] = file.stat().st_size if file.exists() else 0
        with self._engine.connect() as connection:
            for pragma in ("page_count", "freelist_count"):
                self.figures[f"{when} {pragma}"] = connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one()

    def _lying(self, when: str, known: Sequence[tuple[bytes, str]]) -> None:
        for name, file in self._files():
            self._found(f"{when} {name}", file.read_bytes() if file.exists() else b"", known)


class PostgresLook(Look):
    """The files of the tables as a checkpoint leaves them, and the order of rows by place in them and by transaction.
    Not its write-ahead log: that is kept for as long as the operator says, and shows every moment."""

    def __init__(self, engine: Engine, folder: Path, backups: bool, server: Server) -> None:
        super().__init__(engine, folder, backups)
        self._server: Final = server

    def _sizes(self, when: str) -> None:
        with self._engine.connect() as connection:
            for table in _TABLES:
                size = connection.exec_driver_sql(f"SELECT pg_total_relation_size('{table.name}')").scalar_one()
                self.figures[f"{when} {table.name}"] = size

    def _lying(self, when: str, known: Sequence[tuple[bytes, str]]) -> None:
        with self._engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql("CHECKPOINT")
            for order in ("ctid", "xmin::text::bigint, ctid"):
                rows = connection.exec_driver_sql(f"SELECT choice FROM ballot ORDER BY {order}").scalars().all()
                self._choices(f"{when} by {order}", rows)
            paths = [
                (name, connection.exec_driver_sql(f"SELECT pg_relation_filepath('{name}')").scalar_one())
                for name in ("ballot", "poll_list")
            ]
        files = {
            str(one)[-len(path) :]: one for one in self._server.files() for _, path in paths if str(one).endswith(path)
        }
        for name, path in paths:
            self._found(f"{when} {name}", files[path].read_bytes(), known)


class Dumps:
    """An empty database for each run, on SQLite or on a server. `backups`: whether who looks has those, too; they take
    most of the time."""

    def __init__(self, folder: Path, backups: bool, server: Server | None) -> None:
        self._folder: Final = folder
        self._backups: Final = backups
        self._server: Final = server
        self._numbers: Final = count()
        self._empty: Final = folder / "empty.sqlite3"
        self._url: Final = f"sqlite:///{self._empty}" if server is None else server.url(server.database())
        engine = connect(self._url)
        with engine.begin() as connection:
            SQLModel.metadata.create_all(connection, _TABLES)
            connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
            connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('0')")
        engine.dispose()

    @contextmanager
    def database(self) -> Iterator[tuple[Engine, Look]]:
        """Tables in which nothing lies, and one who looks at them."""
        if self._server is None:
            file = self._folder / f"{next(self._numbers)}.sqlite3"
            file.write_bytes(self._empty.read_bytes())
            engine = connect(f"sqlite:///{file}")
            look: Look = SqliteLook(engine, self._folder, self._backups)
        else:
            engine = connect(self._url)
            with engine.begin() as connection:  # which gives each table a new file
                connection.exec_driver_sql(f"TRUNCATE {', '.join(table.name for table in _TABLES)}")
            look = PostgresLook(engine, self._folder, self._backups, self._server)
        try:
            yield engine, look
        finally:
            engine.dispose()
            for one in self._folder.glob("*.sqlite3*"):
                if one != self._empty:
                    one.unlink()
