"""Files in the database: sealed, found by stream alone, in every backup, erased for good."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from cloudnego.core.vocabulary import Side, Stream
from cloudnego.eventlog.backup import backup, restore
from cloudnego.eventlog.database import sqlite_file
from cloudnego.eventlog.keys import Keyring, SeededDice
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.rewrap import count, renew_streams, rewrap
from cloudnego.files import store as module
from cloudnego.files.kinds import FileKind
from cloudnego.files.store import FileDamaged, FileStore, Full, Kept, NewFile
from cloudnego.ports import NoCase
from tests.eventlog.conftest import SEED
from tests.eventlog.given import MORNING

CANARY = b"CANARY-" + sha256(b"canary").hexdigest().encode()


def new(case: str, name: str = "工资表.txt", stream: Stream = Stream.TABLE, **more: Any) -> NewFile:
    facts = {"side": Side.WORKER, "kind": FileKind.TXT, "by": "w0", "at": MORNING, "received_sha256": name}
    id_ = sha256(f"{stream.value}/{name}".encode()).hexdigest()[:20]
    return NewFile(id=id_, case=case, stream=stream, name=name, **{**facts, **more})


@pytest.fixture
def files(sql_log: SqlLog) -> FileStore:
    return FileStore(sql_log.engine, sql_log.ring)


def kept(files: FileStore, one: NewFile, content: bytes) -> Kept:
    found, is_new = files.keep(one, content)
    assert is_new
    return found


def dump(log: SqlLog) -> bytes:
    """All that lies in the tables of files and keys, and on SQLite in its files."""
    with log.engine.connect() as connection:
        rows = [
            tuple(bytes(cell) if isinstance(cell, memoryview) else cell for cell in row)
            for table in ("file", "file_part", "stream_key")
            for row in connection.execute(text(f"SELECT * FROM {table}"))
        ]
    place = sqlite_file(log.engine)
    disk = b"".join(one.read_bytes() for one in place.parent.glob(f"{place.name}*")) if place is not None else b""
    return repr(rows).encode() + b"".join(cell for row in rows for cell in row if isinstance(cell, bytes)) + disk


def test_what_was_kept_is_read_back_byte_for_byte(files: FileStore, case: str) -> None:
    content = Random(1).randbytes(3 * module.PART_BYTES + 5)
    one = kept(files, new(case), content)
    assert one.facts.sha256 == sha256(content).hexdigest()
    assert files.find(case, one.id, [Stream.TABLE]) == one
    assert files.content(one) == content
    assert files.check() == []


def test_a_file_is_found_through_its_own_stream_alone(files: FileStore, case: str) -> None:
    ones = {stream: kept(files, new(case, stream=stream), b"a") for stream in Stream}
    for stream, one in ones.items():
        assert files.listed(case, [stream]) == [one]
        others = [other for other in Stream if other is not stream]
        assert files.find(case, one.id, others) is None
    assert files.find("another", ones[Stream.TABLE].id, list(Stream)) is None
    assert files.listed(case, []) == []


@pytest.mark.parametrize("stream", [Stream.TABLE, Stream.WORKER])
def test_a_dump_shows_neither_bytes_nor_name_nor_person(
    files: FileStore, sql_log: SqlLog, case: str, stream: Stream
) -> None:
    one = new(case, "NAMED-CANARY.txt", stream, by="p-canary", received_sha256="received-canary")
    kept(files, one, CANARY * 20_000)
    found = dump(sql_log)
    for secret in (CANARY, b"NAMED-CANARY.txt", b"p-canary", b"received-canary", sha256(CANARY * 20_000).digest()):
        assert secret not in found


def test_files_of_a_caucus_open_after_its_key_and_the_master_key_were_turned(
    files: FileStore, sql_log: SqlLog, case: str, tmp_path: Path
) -> None:
    ones = [kept(files, new(case, stream=stream), b"first") for stream in Stream]
    renew_streams(sql_log.engine, sql_log.ring)
    old, place = sql_log.ring.marks[0], tmp_path / "master.key"
    place.write_text(SeededDice(SEED).throw(32, "master").hex() + "\n")
    place.chmod(0o600)
    ring = Keyring.open(place)
    assert ring.marks == [old]
    assert count(sql_log.engine)[old]["file.wrapped"] == 5
    ring.add()
    rewrap(sql_log.engine, ring)
    ring.drop(old)
    again = FileStore(sql_log.engine, ring)
    assert [again.content(one) for one in ones] == [b"first"] * 5
    assert again.check() == []
    assert len(files.check()) == 5, "the old key opens nothing any more"


def test_no_file_is_kept_for_a_case_that_is_none(files: FileStore) -> None:
    with pytest.raises(NoCase):
        files.keep(new("nothing"), b"a")


def test_a_file_sent_again_is_kept_once_and_another_under_its_name_beside_it(files: FileStore, case: str) -> None:
    one = kept(files, new(case), b"a")
    again, is_new = files.keep(msgspec.structs.replace(new(case), id="f-again"), b"a")
    assert (again, is_new) == (one, False)
    kept(files, msgspec.structs.replace(new(case, received_sha256="b"), id="f-b"), b"b")
    kept(files, msgspec.structs.replace(new(case, by="e0", side=Side.EMPLOYER), id="f-e"), b"a")
    assert len(files.listed(case, [Stream.TABLE])) == 3


def test_a_side_that_filled_its_room_leaves_the_others_theirs(
    files: FileStore, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FILES_MAX", 2)
    monkeypatch.setattr(module, "BYTES_MAX", 1000)
    kept(files, new(case, "1"), bytes(600))
    with pytest.raises(Full):
        files.keep(new(case, "2"), bytes(401))
    with pytest.raises(Full):
        files.check_room(case, Stream.TABLE, Side.WORKER, 401)
    kept(files, new(case, "2"), bytes(400))
    with pytest.raises(Full):
        files.keep(new(case, "3"), b"")
    kept(files, new(case, "3", side=Side.EMPLOYER), bytes(1000))
    kept(files, new(case, "3", Stream.WORKER), bytes(1000))
    kept(files, new(case, "4", side=None), bytes(1000))


def test_of_many_at_once_as_many_are_kept_as_there_is_room_for(
    files: FileStore, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FILES_MAX", 3)

    def one(number: int) -> bool:
        try:
            return files.keep(new(case, f"{number}"), bytes(1000))[1]
        except Full:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(one, range(8))) == 3
    assert len(files.listed(case, [Stream.TABLE])) == 3


def test_files_come_oldest_first(files: FileStore, case: str) -> None:
    for name in ("b", "a"):
        kept(files, new(case, name), b"1")
    kept(files, new(case, "c", at=MORNING.replace(hour=8)), b"1")
    assert [one.facts.name for one in files.listed(case, [Stream.TABLE])] == ["c", "a", "b"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE file_part SET content = (SELECT content FROM file_part WHERE number = 1) WHERE number = 0",
        "DELETE FROM file_part WHERE number = 1",
        "UPDATE file SET stream = 'notice'",
        "UPDATE file_part SET number = 7 WHERE number = 1",
    ],
)
def test_a_file_that_was_changed_is_named_and_not_given_out(
    files: FileStore, sql_log: SqlLog, case: str, change: str
) -> None:
    one = kept(files, new(case), Random(2).randbytes(2 * module.PART_BYTES))
    kept(files, new(case, stream=Stream.NOTICE), b"")  # so that there is a key, and no parts
    with sql_log.engine.begin() as connection:
        connection.execute(text(change))
    (fault,) = files.check()
    assert one.id in fault.what
    with pytest.raises(FileDamaged):
        files.content(files.find(case, one.id, [Stream.TABLE, Stream.NOTICE]) or one)


def test_an_erased_file_leaves_its_hash_and_nothing_else(files: FileStore, sql_log: SqlLog, case: str) -> None:
    one = kept(files, new(case, "CANARY.txt"), CANARY)
    assert files.erase(case, one.id)
    assert not files.erase(case, one.id)
    assert not files.erase(case, "f-none")
    found = files.find(case, one.id, [Stream.TABLE])
    assert found is not None
    assert found.facts == msgspec.structs.replace(one.facts, name="", erased=True)
    assert files.content(found) == b""
    assert files.check() == []
    with sql_log.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM file_part")).scalar() == 0
        assert connection.execute(text("SELECT sum(size) FROM file")).scalar() == 0


def test_a_backup_brings_the_files_along_to_either_database(
    sql_log: SqlLog, case: str, tmp_path: Path, postgres_url: str, opened: Callable[..., SqlLog]
) -> None:
    files = FileStore(sql_log.engine, sql_log.ring)
    content = Random(3).randbytes(40 * 1024) * 30
    one = kept(files, new(case, stream=Stream.WORKER), content)
    archive = tmp_path / "a.zip"
    backup(sql_log.engine, archive, made_at=MORNING, program="0.1", keys=sql_log.ring.marks)
    for url in (postgres_url, f"sqlite:///{tmp_path / 'restored.sqlite3'}"):
        restore(url, archive)
        log = opened(url)
        again = FileStore(log.engine, log.ring)
        assert again.content(one) == content
        assert again.listed(case, [Stream.WORKER]) == [one]
        assert again.check() == []
