"""What whoever has dumps of a poll reads off them: files, free pages, write-ahead log, orders, sizes, backups."""

from __future__ import annotations

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

Figures = dict[str, float]
_TABLES: Final = [table_of(one) for one in (District, Poll, PollVoter, BallotRow, PollList, TellerCount)]
_BACKED_UP: Final = frozenset({"19", "tidy"})
_ROWS_MAX: Final = 20
_AT: Final = datetime(2027, 1, 15, tzinfo=UTC)


class Look:
    """One who looks at every dump, and remembers what was there before."""

    def __init__(self, engine: Engine, file: Path, backups: bool) -> None:
        self.figures: Figures = {}
        self._backups: Final = backups
        self._engine: Final = engine
        self._file: Final = file
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

    def _sizes(self, when: str) -> None:
        for end in ("", "-wal"):
            file = self._file.with_name(self._file.name + end)
            self.figures[f"{when} size{end}"] = file.stat().st_size if file.exists() else 0
        with self._engine.connect() as connection:
            for pragma in ("page_count", "freelist_count"):
                self.figures[f"{when} {pragma}"] = connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one()

    def _choices(self, name: str, choices: Sequence[str]) -> None:
        """How many, how many say yes, and each in its order."""
        self.figures[f"{name} rows"] = len(choices)
        self.figures[f"{name} yes"] = choices.count("yes")
        for at in range(min(_ROWS_MAX, len(choices))):
            self.figures[f"{name} {at}"] = choices[at] == "yes"

    def _lying(self, when: str, known: Sequence[tuple[bytes, str]]) -> None:
        """In which order ballots lie in the files, free pages and the write-ahead log with them: first and last."""
        for end in ("", "-wal"):
            file = self._file.with_name(self._file.name + end)
            content = file.read_bytes() if file.exists() else b""
            for side, find in (("first", content.find), ("last", content.rfind)):
                found = sorted((at, choice) for nonce, choice in known if (at := find(nonce)) >= 0)
                self._choices(f"{when} {side}{end}", [choice for _, choice in found])

    def _voters(self, when: str, asked: Sequence[tuple[bytes, bytes]]) -> None:
        """A bit of what each asked and got: a blinding that is none would show here."""
        for at, (blinded, answer) in enumerate(asked):
            self.figures[f"{when} asked {at}"] = blinded[-1] & 1
            self.figures[f"{when} answer {at}"] = answer[-1] & 1

    def _backed_up(self, when: str) -> None:
        archive = self._file.with_name(f"{when}.zip")
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


class Dumps:
    """A fresh database for each run. `backups`: whether he has those, too; they take most of the time."""

    def __init__(self, folder: Path, backups: bool) -> None:
        self._folder: Final = folder
        self._backups: Final = backups
        self._numbers: Final = count()
        self._empty: Final = folder / "empty.sqlite3"
        engine = connect(f"sqlite:///{self._empty}")
        with engine.begin() as connection:
            SQLModel.metadata.create_all(connection, _TABLES)
            connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
            connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('0')")
        engine.dispose()

    @contextmanager
    def database(self) -> Iterator[tuple[Engine, Look]]:
        file = self._folder / f"{next(self._numbers)}.sqlite3"
        file.write_bytes(self._empty.read_bytes())
        engine = connect(f"sqlite:///{file}")
        try:
            yield engine, Look(engine, file, self._backups)
        finally:
            engine.dispose()
            for one in self._folder.glob(f"{file.name}*"):
                one.unlink()
