"""fsck: every kind of fault somebody could plant in the log is found and named where it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.fsck import Fault, Report, fsck
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.leaf import Leaf, decode, encode
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.merkle import leaf_hash
from tests.eventlog.given import WORKER_CHIEF, asked, loaded, played, proposal, rehearsed

SEQ = 3
PLACE = "pos = (SELECT pos FROM leaf WHERE case_id = :case AND stream = :stream AND seq = :seq)"


class Vandal:
    """Changes one entry of a case behind the log's back."""

    def __init__(self, log: SqlLog, case: str) -> None:
        self.log = log
        self.case = case

    def do(self, statement: str, **given: Any) -> None:
        values = {"case": self.case, "stream": "table", "seq": SEQ, **given}
        with self.log.engine.begin() as connection:
            found = connection.execute(text(statement), {k: v for k, v in values.items() if f":{k}" in statement})
            assert found.rowcount > 0

    def leaf(self, stream: str = "table", seq: int = SEQ) -> bytes:
        with self.log.engine.connect() as connection:
            found = connection.execute(
                text(f"SELECT leaf FROM leaf WHERE {PLACE}"), {"case": self.case, "stream": stream, "seq": seq}
            )
            return bytes(found.scalar_one())

    def forge(self, change: Callable[[Leaf], Leaf], stream: str = "table", seq: int = SEQ) -> None:
        """Put another leaf in the place of one, with a hash that fits it."""
        forged = encode(change(decode(self.leaf(stream, seq))))
        self.do(f"UPDATE leaf SET leaf = :leaf, hash = :hash WHERE {PLACE}", leaf=forged, hash=leaf_hash(forged),
                stream=stream, seq=seq)  # fmt: skip


def _flip(v: Vandal) -> None:
    leaf = v.leaf()
    v.do(f"UPDATE leaf SET leaf = :leaf WHERE {PLACE}", leaf=leaf[:40] + bytes([leaf[40] ^ 1]) + leaf[41:])


def _hash(v: Vandal) -> None:
    v.do(f"UPDATE leaf SET hash = :hash WHERE {PLACE}", hash=bytes(32))


def _forged(v: Vandal) -> None:
    v.forge(lambda leaf: msgspec.structs.replace(leaf, actor="someone-else"))


def _last_forged(v: Vandal) -> None:
    """The last entry, so that nothing but the frontier knows."""
    last = v.log.versions(v.case)[Stream.TABLE][1]
    v.forge(lambda leaf: msgspec.structs.replace(leaf, actor="someone-else"), seq=last)


def _elsewhere(v: Vandal) -> None:
    v.forge(lambda leaf: msgspec.structs.replace(leaf, stream="n0/table"))


def _not_a_leaf(v: Vandal) -> None:
    v.do(f"UPDATE leaf SET leaf = :leaf, hash = :hash WHERE {PLACE}", leaf=b"{}", hash=leaf_hash(b"{}"))


def _foreign(v: Vandal) -> None:
    v.forge(lambda leaf: msgspec.structs.replace(leaf, district="atlantis"))


def _earlier(v: Vandal) -> None:
    v.forge(lambda leaf: msgspec.structs.replace(leaf, at="2020-01-01T00:00:00.000000+08:00"))


def _missing(v: Vandal) -> None:
    v.do(f"DELETE FROM body WHERE {PLACE}")
    v.do(f"DELETE FROM leaf WHERE {PLACE}")


def _truncated(v: Vandal) -> None:
    last = v.log.versions(v.case)[Stream.TABLE][1]
    v.do(f"DELETE FROM body WHERE {PLACE}", seq=last)
    v.do(f"DELETE FROM leaf WHERE {PLACE}", seq=last)


def _swapped(v: Vandal) -> None:
    for old, new in ((SEQ, 900), (SEQ + 1, SEQ), (900, SEQ + 1)):
        v.do("UPDATE leaf SET seq = :new WHERE case_id = :case AND stream = :stream AND seq = :seq", seq=old, new=new)


def _body(v: Vandal) -> None:
    v.do(f"UPDATE body SET body = :body WHERE {PLACE}", body=b'{"facts":{},"words":null}')


def _bodies_swapped(v: Vandal) -> None:
    mine = f"(SELECT pos FROM leaf WHERE case_id = :case AND stream = :stream AND seq = {SEQ})"
    next_ = f"(SELECT pos FROM leaf WHERE case_id = :case AND stream = :stream AND seq = {SEQ + 1})"
    v.do(f"UPDATE body SET pos = -1 WHERE pos = {mine}")
    v.do(f"UPDATE body SET pos = {mine} WHERE pos = {next_}")
    v.do(f"UPDATE body SET pos = {next_} WHERE pos = -1")


def _salt(v: Vandal) -> None:
    v.do(f"UPDATE body SET salt = :salt WHERE {PLACE}", salt=bytes(32))


def _no_body(v: Vandal) -> None:
    v.do(f"DELETE FROM body WHERE {PLACE}")


def _words(v: Vandal) -> None:
    v.do(f"UPDATE body SET words = :words WHERE {PLACE}", words='{"text":"另一句话"}'.encode(), seq=worded(v))


def _words_salt(v: Vandal) -> None:
    v.do(f"UPDATE body SET words_salt = :salt WHERE {PLACE}", salt=bytes(32), seq=worded(v))


def _cipher(v: Vandal) -> None:
    v.do(f"UPDATE body SET body = :body WHERE {PLACE}", body=bytes(99), stream="worker", seq=1)


def _head_size(v: Vandal) -> None:
    v.do("UPDATE stream SET size = size + 1 WHERE id = :case || '/table'")


def _frontier(v: Vandal) -> None:
    v.do("UPDATE stream SET frontier = :frontier WHERE id = :case || '/table'", frontier=bytes(32))


def _joint(v: Vandal) -> None:
    v.do("UPDATE stream SET joint = joint - 1 WHERE id = :case || '/table'")


def _head_at(v: Vandal) -> None:
    v.do("UPDATE stream SET at = '2030-01-01T00:00:00.000000+08:00' WHERE id = :case || '/table'")


def _no_head(v: Vandal) -> None:
    v.do("DELETE FROM stream WHERE id = :case || '/table'")


def worded(v: Vandal) -> int:
    """The seq of an entry on the table with words."""
    events = v.log.read(v.case, frozenset({Stream.TABLE}), limit=1000)
    return next(one.seq for one in events if one.event.words)


FAULTS: list[tuple[Callable[[Vandal], None], str, str, int | None, str]] = [
    (_flip, "table", "", SEQ, "the stored hash is not the hash of the stored leaf"),
    (_hash, "table", "", SEQ, "the stored hash is not the hash of the stored leaf"),
    (_forged, "table", "", None, "the root is"),
    (_last_forged, "table", "", None, "the root is"),
    (_elsewhere, "table", "", SEQ, "the leaf says it is n0/table/3"),
    (_not_a_leaf, "table", "", SEQ, "the leaf is not a leaf"),
    (_foreign, "table", "", SEQ, "the leaf is of district atlantis"),
    (_earlier, "table", "", SEQ, "its time 2020-01-01T00:00:00.000000+08:00 is before"),
    (_missing, "table", "", SEQ, "entry 3 is missing, 4 stands in its place"),
    (_truncated, "table", "", None, "the head says"),
    (_swapped, "table", "", SEQ, "entry 3 is missing, 4 stands in its place"),
    (_body, "table", "", SEQ, "the body is not what the leaf commits to"),
    (_bodies_swapped, "table", "", SEQ, "the body is not what the leaf commits to"),
    (_salt, "table", "", SEQ, "the body is not what the leaf commits to"),
    (_no_body, "table", "", SEQ, "the body is missing"),
    (_words, "table", "", None, "the words are not what the body commits to"),
    (_words_salt, "table", "", None, "the words are not what the body commits to"),
    (_cipher, "worker", "", 1, "the encrypted body was changed"),
    (_head_size, "table", "", None, "the head says"),
    (_frontier, "table", "", None, "the head says another"),
    (_joint, "table", "", None, "joint entries"),
    (_head_at, "table", "", None, "the head says 2030"),
    (_no_head, "table", "", 1, "the stream has no head"),
]


def check(log: SqlLog) -> Report:
    return fsck(log.engine, log.ring)


@pytest.fixture
def case(sql_log: SqlLog) -> str:
    """A whole case, and other cases around it."""
    return loaded(sql_log, ("failed-ballot", "b"), ("plain", ""), ("suspended", "c"))[1]


def test_a_log_that_nobody_touched_is_whole(sql_log: SqlLog, case: str) -> None:
    report = check(sql_log)
    assert report.whole
    assert report.leaves == report.bodies
    assert report.erased == 0
    assert report.streams == 15
    assert sum(size for _, size in sql_log.versions(case).values()) < report.leaves


@pytest.mark.parametrize("fault", FAULTS, ids=[fault[0].__name__[1:] for fault in FAULTS])
def test_a_planted_fault_is_named_by_case_stream_and_seq(
    sql_log: SqlLog, case: str, fault: tuple[Callable[[Vandal], None], str, str, int | None, str]
) -> None:
    plant, stream, _, seq, what = fault
    plant(Vandal(sql_log, case))
    found = [one for one in check(sql_log).faults if one.stream == stream]
    assert [one.case for one in found] == [case], "in this case and in no other"
    assert what in found[0].what
    assert seq is None or found[0].seq == seq


def test_a_body_without_a_leaf_is_counted(sql_log: SqlLog, case: str) -> None:
    Vandal(sql_log, case).do("UPDATE body SET pos = 1000000 WHERE pos = (SELECT max(pos) FROM body)")
    whole = check(sql_log)
    assert Fault("", "", 0, "1 bodies belong to no leaf") in whole.faults


def test_without_the_keys_the_trees_are_checked_and_the_caucuses_named(sql_log: SqlLog, case: str) -> None:
    report = fsck(sql_log.engine, Keyring.seeded("another installation"))
    assert {one.stream for one in report.faults} == {"worker", "employer"}
    assert fsck(sql_log.engine, Keyring.seeded("another installation"), contents=False).whole
    assert case in {one.case for one in report.faults}


def test_the_trees_alone_do_not_see_a_body_and_still_see_a_leaf(sql_log: SqlLog, case: str) -> None:
    vandal = Vandal(sql_log, case)
    _body(vandal)
    assert fsck(sql_log.engine, sql_log.ring, contents=False).whole
    _flip(vandal)
    assert not fsck(sql_log.engine, sql_log.ring, contents=False).whole


def test_it_can_be_told_how_far_it_is(sql_log: SqlLog, case: str) -> None:
    seen: list[int] = []
    report = fsck(sql_log.engine, sql_log.ring, told=seen.append)
    assert sum(seen) == report.leaves
    assert case


def test_it_may_run_while_the_service_writes(sql_log: SqlLog) -> None:
    case = played(sql_log, "at-preparation")

    async def both() -> list[Report]:
        found = []
        for turn in range(5):
            ones = [
                asked(rehearsed().played[0], case, f"{turn}.{n}", command=proposal(f"{n}.{turn}"), by=WORKER_CHIEF)
                for n in range(1, 20)
            ]
            writing = asyncio.gather(*(sql_log.ask(one) for one in ones))
            found.append(await asyncio.to_thread(check, sql_log))
            await writing
        return found

    assert all(report.whole for report in asyncio.run(both()))
