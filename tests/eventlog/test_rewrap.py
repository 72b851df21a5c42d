"""Turning keys: every key is wrapped anew and opens what it opened, whoever is killed when, and none is forgotten."""

from __future__ import annotations

import ast
import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, select, text
from sqlmodel import SQLModel

from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.database import connect
from cloudnego.eventlog.fsck import fsck
from cloudnego.eventlog.keys import KeyMissing, Keyring, mark_of, read_masters
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.rewrap import WRAPPED, count, renew_streams, rewrap, strays
from cloudnego.identity.token_keys import TokenKeys
from tests.eventlog.given import asked, make_district, played, rehearsed
from tests.house.tree import parsed, python

CAUCUSES = (Stream.WORKER, Stream.EMPLOYER)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "keys" / "master.key"
    Keyring.create(file)
    return file


@pytest.fixture
def log(url: str, key_file: Path) -> Iterator[SqlLog]:
    """A log on each database with a case in which both sides have conferred."""
    found = SqlLog(url, Keyring.open(key_file))
    make_district(found)
    yield found
    found.close()


def said(log: SqlLog, case: str) -> list[Any]:
    return [one.event for side in CAUCUSES for one in log.read(case, frozenset({side}), limit=1000)]


def opens(url: str, key_file: Path, case: str) -> list[Any]:
    """What a process started now reads of the caucuses, after it has looked whether the log is whole."""
    ring = Keyring.open(key_file)
    engine = connect(url)
    try:
        report = fsck(engine, ring)
        assert report.whole, report.faults
    finally:
        engine.dispose()
    log = SqlLog(url, ring)
    try:
        return said(log, case)
    finally:
        log.close()


def test_the_newest_master_key_wraps_everything_and_the_old_one_may_go(url: str, log: SqlLog, key_file: Path) -> None:
    case = played(log, "plain")
    before = said(log, case)
    assert before, "both sides have conferred"
    (old,) = log.ring.marks
    ring = Keyring.open(key_file)
    new = ring.add()
    done: list[int] = []
    changed = rewrap(log.engine, ring, done.append)
    assert changed == sum(done) == sum(count(log.engine)[new].values()) > 1
    assert old not in count(log.engine)
    ring.drop(old)
    assert [mark.hex() for mark in map(mark_of, read_masters(key_file))] == [new]
    assert said(log, case) == before, "a service that runs finds the new key in the file"
    other = played(log, "plain", "b")
    assert set(count(log.engine)) == {new}, "what it wraps from now on, the new key wraps"
    log.close()
    assert opens(url, key_file, case) == before
    assert opens(url, key_file, other)


def test_what_wraps_stays_and_what_is_not_there_cannot_go(key_file: Path, log: SqlLog) -> None:
    ring = Keyring.open(key_file)
    (mark,) = ring.marks
    with pytest.raises(KeyMissing, match="in use"):
        ring.drop(mark)
    with pytest.raises(KeyMissing, match="no master key"):
        ring.drop("00" * 8)


def test_a_key_that_nobody_has_leaves_everything_as_it_was(log: SqlLog, key_file: Path, tmp_path: Path) -> None:
    played(log, "plain")
    before = count(log.engine)
    other = Keyring.create(tmp_path / "other.key")
    with pytest.raises(KeyMissing):
        rewrap(log.engine, other)
    assert count(log.engine) == before


@pytest.mark.kill
@pytest.mark.parametrize("after", [1, 2])
def test_killed_in_the_middle_everything_opens(url: str, log: SqlLog, key_file: Path, after: int) -> None:
    case = played(log, "plain")
    before, keys = said(log, case), count(log.engine)
    log.close()

    def turn() -> None:
        ring, engine, done = Keyring.open(key_file), connect(url), 0
        ring.add()

        def told(_: int) -> None:
            nonlocal done
            done += 1
            if done == after:
                os.kill(os.getpid(), signal.SIGKILL)

        rewrap(engine, ring, told)

    assert killed(turn)
    engine = connect(url)
    assert count(engine) == keys, "not one was wrapped anew"
    engine.dispose()
    assert len(read_masters(key_file)) == 2
    assert opens(url, key_file, case) == before


def killed(work: Callable[[], None]) -> bool:
    """Whether a process that does this was killed at it."""
    child = os.fork()
    if not child:
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


# --- a new key for each caucus ------------------------------------------------------------------------------------


def stored(log: SqlLog) -> dict[str, bytes]:
    with log.engine.connect() as connection:
        keys = {f"key {id_}": bytes(key) for id_, key in connection.execute(text("SELECT id, wrapped FROM stream_key"))}
        rows = connection.execute(
            text(
                "SELECT leaf.stream, leaf.seq, body.body FROM leaf JOIN body ON body.pos = leaf.pos "
                "WHERE leaf.stream IN ('worker', 'employer')"
            )
        )
        return keys | {f"{stream} {seq}": bytes(body) for stream, seq, body in rows}


def test_every_caucus_gets_a_new_key_and_nothing_said_is_lost(url: str, log: SqlLog, key_file: Path) -> None:
    case = played(log, "plain")
    before, bytes_before, versions = said(log, case), stored(log), log.versions(case)
    leaves = [one.leaf for one in log.read(case, frozenset(CAUCUSES), limit=1000)]
    assert renew_streams(log.engine, log.ring) == len([name for name in bytes_before if name.startswith("key ")])
    after = stored(log)
    assert after.keys() == bytes_before.keys()
    assert [name for name in after if after[name] == bytes_before[name]] == []
    assert said(log, case) == before, "the service that runs finds the new key"
    assert [one.leaf for one in log.read(case, frozenset(CAUCUSES), limit=1000)] == leaves
    for stream in CAUCUSES:
        assert log.versions(case)[stream] == (versions[stream][0] + 1, versions[stream][1])
    log.close()
    assert opens(url, key_file, case) == before


def test_a_writer_that_runs_writes_under_the_new_key(url: str, log: SqlLog, key_file: Path) -> None:
    """Its old key is remembered in memory: what it wrote with that after the turn would be lost."""
    acts = rehearsed("plain").played
    last = max(n for n, one in enumerate(acts) if any(event.stream is Stream.WORKER for event in one.events))
    case = asyncio.run(log.ask(asked(acts[0], None, "0"))).case
    for n, one in enumerate(acts[1:last], 1):
        asyncio.run(log.ask(asked(one, case, str(n))))
    before = len(said(log, case))
    renew_streams(log.engine, log.ring)
    asyncio.run(log.ask(asked(acts[last], case, str(last))))
    log.close()
    assert len(opens(url, key_file, case)) > before


# --- none is forgotten --------------------------------------------------------------------------------------------


def test_every_wrapped_key_lies_in_a_column_of_the_registry(log: SqlLog) -> None:
    """Whatever a master key wraps begins with its fingerprint: none is anywhere else."""
    played(log, "plain")
    TokenKeys(log.engine, log.ring, lambda: 1_800_000_000).signing()
    marks = [bytes.fromhex(mark) for mark in log.ring.marks]
    known, found = {one.name for one in WRAPPED}, set[str]()
    metadata = MetaData()
    with log.engine.connect() as connection:
        metadata.reflect(connection)
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                found |= {
                    f"{table.name}.{name}"
                    for name, value in row.items()
                    if isinstance(value, bytes | memoryview) and bytes(value)[:8] in marks
                }
    assert found == known & found
    assert {"district.secret", "stream_key.wrapped", "token_key.wrapped"} <= found
    declared = {f"{table.name}.{column.name}" for table in SQLModel.metadata.sorted_tables for column in table.columns}
    assert known <= declared


def test_a_key_in_a_column_that_was_forgotten_is_found_before_its_master_is_dropped(
    log: SqlLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    played(log, "plain")
    (mark,) = log.ring.marks
    assert strays(log.engine, mark) == []
    monkeypatch.setattr("cloudnego.eventlog.rewrap.WRAPPED", WRAPPED[:1])
    assert strays(log.engine, mark) == [one.name for one in WRAPPED[1:2]]


def test_the_command_line_knows_every_column_whatever_else_is_imported() -> None:
    """A registry that fills itself by imports must be full where keys are turned."""
    paths, wanted = repr(sys.path), "print(*(one.name for one in WRAPPED))"
    code = f"import sys; sys.path[:0] = {paths}; import cloudnego.housekeeping"
    code += f"; from cloudnego.eventlog.rewrap import WRAPPED; {wanted}"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    adding = [path for path in python("src") if "WRAPPED.append" in path.read_text("utf-8")]
    assert len(shown.split()) == 2 + len(adding)
    assert set(shown.split()) >= {one.name for one in WRAPPED}


MODULES_THAT_WRAP = {
    "eventlog/books.py",  # stream_key.wrapped
    "eventlog/districts.py",  # district.secret
    "eventlog/memory.py",  # keeps nothing
    "eventlog/rewrap.py",
    "exporting/jobs.py",  # audit_export.wrapped
    "importing/jobs.py",  # import_job.wrapped
    "files/store.py",  # file.wrapped
    "papers/store.py",  # paper.wrapped
    "surveys/store.py",  # survey.wrapped
    "identity/token_keys.py",  # token_key.wrapped
    "polls/custody.py",  # poll.wrapped
}


def test_every_module_that_has_a_key_wrapped_is_known_here() -> None:
    """A new one adds itself here, and its column to `WRAPPED`."""
    found = set()
    for path in python("src"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                asked_of = ast.unparse(node.func.value)
                if node.func.attr in {"new", "rewrap"} and asked_of.endswith("ring"):
                    found.add("/".join(path.parts[path.parts.index("cloudnego") + 1 :]))
    assert found == MODULES_THAT_WRAP
