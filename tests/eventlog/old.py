"""Databases of earlier releases: `python -m tests.eventlog.old` keeps one of the present tables, if there is none yet.

Each is a backup in `old/<revision>.zip`, with cases in every kind of stream, made by the program of that time. A
release never touches one that is there; `--again` writes the present one anew while no release has it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.backup import backup
from cloudnego.eventlog.keys import KEY_BYTES, Keyring, SeededDice
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.migrating import migrate
from cloudnego.main import newest
from tests.eventlog.given import MORNING, loaded, make_district

FOLDER = Path(__file__).parent / "old"
SEED = "the seed of old databases"
PLAYS = (("plain", ""), ("objected", "b"), ("at-preparation", "c"))


def present() -> Path:
    """Where the database of the present tables lies."""
    return FOLDER / f"{newest()}.zip"


def master() -> str:
    """The master key of these databases, as a key file has it."""
    return SeededDice(SEED).throw(KEY_BYTES, "master").hex()


def keep(archive: Path) -> None:
    """Fill a database and back it up."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/old.sqlite3"
        migrate(url)
        log = SqlLog(url, Keyring.seeded(SEED))
        try:
            make_district(log)
            cases = loaded(log, *PLAYS)
            log.erase(cases[0], Stream.TABLE, frozenset(range(1, 40)))
            backup(log.engine, archive, made_at=MORNING, program="a test", keys=log.ring.marks)
        finally:
            log.close()


def main(again: bool) -> None:
    """Keep the present database unless it is kept."""
    FOLDER.mkdir(exist_ok=True)
    archive = present()
    if again:
        archive.unlink(missing_ok=True)
    if not archive.exists():
        keep(archive)
        sys.stdout.write(f"{archive.name}\n")


if __name__ == "__main__":
    main("--again" in sys.argv)
