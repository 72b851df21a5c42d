"""Erasure: what a person wrote goes for good, what happened stays and proves itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from cloudnego.core.evolve import replay as folded
from cloudnego.core.vocabulary import JOINT, Side, Stream
from cloudnego.eventlog.fsck import fsck
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.replay import replay
from cloudnego.ports import NoCase
from tests.eventlog.given import WORKER_CHIEF, Log, asked, played, proposal, rehearsed, sheet_of

WRITTEN = "这句话应当被删除，一个字也不留"
ALL = frozenset(Stream)


def said(log: Log) -> tuple[str, int]:
    """A case in which something was said that has to go, and where it stands."""
    case = played(log, "at-preparation")
    one = asked(rehearsed().played[0], case, "regretted", command=proposal("7", WRITTEN), by=WORKER_CHIEF)
    return case, asyncio.run(log.ask(one)).entries[0].seq


def test_the_words_are_gone_and_the_facts_are_there(log: Log) -> None:
    case, seq = said(log)
    before = log.read(case, ALL, limit=1000)
    (was,) = [r for r in before if r.stream is Stream.TABLE and r.seq == seq]
    assert was.event.words == {"text": WRITTEN}
    assert log.erase(case, Stream.TABLE, frozenset({seq})) == 1
    (now,) = [r for r in log.read(case, ALL, limit=1000) if r.stream is Stream.TABLE and r.seq == seq]
    assert now.erased
    assert not was.erased
    assert now.event == was.event.model_copy(update={"words": None})
    assert now.leaf == was.leaf
    others = [r for r in before if r != was]
    assert [r for r in log.read(case, ALL, limit=1000) if r != now] == others


def test_the_state_is_the_same_and_the_epoch_of_the_stream_is_another(log: Log) -> None:
    case, seq = said(log)
    state, versions = log.state(case), log.versions(case)
    log.erase(case, Stream.TABLE, frozenset({seq}))
    assert log.state(case) == state
    assert folded(r.event for r in log.read(case, frozenset(JOINT), limit=1000)) == state
    epoch, size = versions[Stream.TABLE]
    assert log.versions(case) == {**versions, Stream.TABLE: (epoch + 1, size)}


def test_erasing_again_or_erasing_nothing_changes_nothing(log: Log) -> None:
    case, seq = said(log)
    log.erase(case, Stream.TABLE, frozenset({seq}))
    versions = log.versions(case)
    assert log.erase(case, Stream.TABLE, frozenset({seq})) == 0
    assert log.erase(case, Stream.TABLE, frozenset({10_000})) == 0
    assert log.versions(case) == versions
    with pytest.raises(NoCase):
        log.erase("n00000000000000000000", Stream.TABLE, frozenset({1}))


def test_the_same_key_still_answers_the_same_receipt(log: Log) -> None:
    case, seq = said(log)
    log.erase(case, Stream.TABLE, frozenset({seq}))
    one = asked(rehearsed().played[0], case, "regretted", command=proposal("7", WRITTEN), by=WORKER_CHIEF)
    again = asyncio.run(log.ask(one))
    assert again.repeated
    assert again.entries[0].seq == seq


def test_roots_and_every_commitment_hold_and_the_projections_are_the_same(sql_log: SqlLog) -> None:
    case, seq = said(sql_log)
    sql_log.erase(case, Stream.TABLE, frozenset({seq}))
    report = fsck(sql_log.engine, sql_log.ring)
    assert report.whole, report.faults
    assert report.erased == 1
    assert replay(sql_log.engine, sql_log.ring, sql_log.districts.law, mend=False).equal


def test_facts_cannot_be_changed_under_the_cover_of_an_erasure(sql_log: SqlLog) -> None:
    case, seq = said(sql_log)
    sql_log.erase(case, Stream.TABLE, frozenset({seq}))
    place = "(SELECT pos FROM leaf WHERE case_id = :case AND stream = 'table' AND seq = :seq)"
    with sql_log.engine.begin() as connection:
        body = connection.execute(text(f"SELECT body FROM body WHERE pos = {place}"), {"case": case, "seq": seq})
        changed = bytes(body.scalar_one()).replace(b'"rate":"7"', b'"rate":"1"')
        connection.execute(
            text(f"UPDATE body SET body = :body WHERE pos = {place}"), {"body": changed, "case": case, "seq": seq}
        )
    (fault,) = fsck(sql_log.engine, sql_log.ring).faults
    assert (fault.stream, fault.seq) == ("table", seq)
    assert fault.what == "the body is not what the leaf commits to"


def test_words_of_a_caucus_are_erased_too(sql_log: SqlLog) -> None:
    case = played(sql_log, "at-preparation")
    one = asked(rehearsed().played[0], case, "w", command=sheet_of("9"), by=WORKER_CHIEF)
    seq = asyncio.run(sql_log.ask(one)).entries[0].seq
    caucus = sql_log.caucus(case, Side.WORKER)
    assert sql_log.erase(case, Stream.WORKER, frozenset({seq})) == 1
    last = sql_log.read(case, frozenset({Stream.WORKER}), limit=100)[-1]
    assert last.erased
    assert last.event.words is None
    assert sql_log.caucus(case, Side.WORKER) == caucus
    assert fsck(sql_log.engine, sql_log.ring).whole


def test_no_byte_of_it_is_left_in_the_files_of_sqlite(tmp_path: Path, sqlite_url: str, opened: object) -> None:
    from cloudnego.eventlog.keys import Keyring

    log = SqlLog(sqlite_url, Keyring.seeded("erase"))
    from tests.eventlog.given import make_district

    make_district(log)
    case, seq = said(log)

    def files() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.glob("log.sqlite3*"))

    assert WRITTEN.encode() in files()
    log.erase(case, Stream.TABLE, frozenset({seq}))
    log.close()
    assert WRITTEN.encode() not in files()
    assert opened
