"""The district's log: every ten minutes, over all streams there are, whether or not anything happened in them."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from cloudnego.audit.district import EVERY_S, DistrictLogs, NotThere
from cloudnego.audit.logkey import LogKey
from cloudnego.audit.notes import head_of, key_of, parse
from cloudnego.audit.trees import Tree, consistent, included
from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.merkle import leaf_hash
from cloudnego.main import House
from tests.audit.device import API
from tests.eventlog.given import DISTRICT, loaded
from tests.web.granted import Looking, asked, clock, look, people, still
from tests.web.granted import case as negotiation

__all__ = ["clock", "look", "negotiation", "people", "still"]


class Clock:
    now_s = 3 * EVERY_S

    def __call__(self) -> int:
        return self.now_s


@pytest.fixture
def ticking() -> Clock:
    return Clock()


@pytest.fixture
def logs(sql_log: SqlLog, ticking: Clock, case: str) -> DistrictLogs:
    return DistrictLogs(sql_log.engine, sql_log.districts, LogKey.seeded("district"), ticking)


def _said(logs: DistrictLogs) -> list[dict[str, Any]]:
    return [msgspec.json.decode(leaf) for leaf in logs.leaves(DISTRICT)]


def _live(log: SqlLog) -> None:
    with log.engine.begin() as connection:
        connection.execute(text("UPDATE district SET kind = 'live'"))


def test_one_leaf_in_ten_minutes_whether_or_not_anything_happened(
    logs: DistrictLogs, sql_log: SqlLog, ticking: Clock
) -> None:
    _live(sql_log)
    assert [logs.tick(DISTRICT) for _ in range(3)] == [2, 0, 0]
    for _ in range(3):
        ticking.now_s += EVERY_S
        assert logs.tick(DISTRICT) == 1
    said = _said(logs)
    assert [one["kind"] for one in said] == ["keys", "heads", "heads", "heads", "heads"]
    assert [one["seq"] for one in said] == [1, 2, 3, 4, 5]
    assert len({one["heads"] for one in said[1:]}) == 4, "nobody sees that nothing happened"


def test_in_a_sandbox_nothing_is_written_while_nothing_changes(logs: DistrictLogs, ticking: Clock) -> None:
    assert logs.tick(DISTRICT) == 2
    ticking.now_s += EVERY_S
    assert logs.tick(DISTRICT) == 0


def test_another_node_adds_nothing_to_the_same_ten_minutes(logs: DistrictLogs, sql_log: SqlLog, ticking: Clock) -> None:
    _live(sql_log)
    other = DistrictLogs(sql_log.engine, sql_log.districts, LogKey.seeded("district"), ticking)
    assert (logs.tick(DISTRICT), other.tick(DISTRICT)) == (2, 0)
    ticking.now_s += EVERY_S
    assert (other.tick(DISTRICT), logs.tick(DISTRICT)) == (1, 0)


def test_a_turned_key_is_told_in_the_log(logs: DistrictLogs, sql_log: SqlLog, ticking: Clock) -> None:
    logs.tick(DISTRICT)
    ticking.now_s += EVERY_S
    turned = DistrictLogs(sql_log.engine, sql_log.districts, LogKey.seeded("another key"), ticking)
    turned.tick(DISTRICT)
    first, last = [one["keys"] for one in _said(logs) if one["kind"] == "keys"]
    assert last == [public.hex() for public in LogKey.seeded("another key").publics]
    assert first != last


def test_every_stream_of_every_case_stands_in_it_the_empty_ones_too(
    logs: DistrictLogs, sql_log: SqlLog, ticking: Clock, case: str
) -> None:
    logs.tick(DISTRICT)
    other = loaded(sql_log, ("at-preparation", "c"))[0]
    ticking.now_s += EVERY_S
    logs.tick(DISTRICT)
    for one in (case, other):
        for stream in Stream:
            stood = logs.stood(DISTRICT, f"{one}/{stream.value}")
            leaf, entry = msgspec.json.decode(stood.leaf), msgspec.json.decode(stood.entry)
            assert included(leaf_hash(stood.leaf), stood.seq - 1, stood.head.size, stood.path, stood.head.root)
            root = bytes.fromhex(leaf["heads"])
            assert included(leaf_hash(stood.entry), stood.place, leaf["streams"], stood.under, root)
            assert (stood.streams, entry["at"]) == (leaf["streams"], leaf["at"])
            assert entry["size"] == sql_log.versions(one)[stream][1]


def test_an_old_leaf_is_proved_as_it_was_by_a_node_that_did_not_write_it(
    logs: DistrictLogs, sql_log: SqlLog, ticking: Clock, case: str
) -> None:
    logs.tick(DISTRICT)
    before = logs.stood(DISTRICT, f"{case}/table")
    other = loaded(sql_log, ("at-preparation", "c"))[0]
    for _ in range(2):
        ticking.now_s += EVERY_S
        logs.tick(DISTRICT)
    later = DistrictLogs(sql_log.engine, sql_log.districts, LogKey.seeded("district"), ticking)
    again = later.stood(DISTRICT, f"{case}/table", before.seq)
    assert (again.leaf, again.entry, again.under) == (before.leaf, before.entry, before.under)
    assert again.head.size > before.head.size
    assert included(leaf_hash(again.leaf), again.seq - 1, again.head.size, again.path, again.head.root)
    with pytest.raises(NotThere):
        later.stood(DISTRICT, f"{other}/table", before.seq)
    for seq in (1, 99):  # the leaf of the keys, and none
        with pytest.raises(NotThere):
            later.stood(DISTRICT, f"{case}/table", seq)


def test_a_case_that_is_deleted_shows(logs: DistrictLogs, sql_log: SqlLog, ticking: Clock, case: str) -> None:
    logs.tick(DISTRICT)
    streams = _said(logs)[-1]["streams"]
    with sql_log.engine.begin() as connection:
        connection.execute(text("DELETE FROM stream WHERE case_id = :case"), {"case": case})
        connection.execute(text("DELETE FROM district_head WHERE stream LIKE :case"), {"case": f"{case}/%"})
    loaded(sql_log, ("at-preparation", "another"))
    ticking.now_s += EVERY_S
    logs.tick(DISTRICT)
    assert _said(logs)[-1]["streams"] == streams, "one went, one came"
    with pytest.raises(NotThere):
        logs.stood(DISTRICT, f"{case}/table")


def test_every_older_head_is_gone_on_from(logs: DistrictLogs, sql_log: SqlLog, ticking: Clock) -> None:
    _live(sql_log)
    for _ in range(6):
        logs.tick(DISTRICT)
        ticking.now_s += EVERY_S
    tree = Tree([leaf_hash(leaf) for leaf in logs.leaves(DISTRICT)])
    for since in range(tree.size + 1):
        grown = logs.head(DISTRICT, since)
        assert grown.head.root == tree.root()
        assert consistent(since, grown.head.size, tree.root(since), grown.head.root, grown.proof)
    with pytest.raises(NotThere):
        logs.head(DISTRICT, tree.size + 1)


async def test_members_get_the_proof_of_what_they_see_and_of_nothing_else(
    look: Looking, negotiation: str, still: House
) -> None:
    path = f"{API}/negotiations/{negotiation}/district-proofs"
    assert (await look("w1").get(f"{path}/table")).status_code == 404, "no leaf has been written yet"
    still.site.audit.district.tick("played")
    found = (await look("w1").get(f"{path}/table")).json()
    note = parse(found["log"]["note"])
    head = head_of(note.text)
    assert any(key_of(one).holds(note.text, line) for one in found["log"]["keys"] for line in note.signatures)
    leaf = found["leaf"].encode()
    assert included(leaf_hash(leaf), found["seq"] - 1, head.size, [b64decode(one) for one in found["path"]], head.root)
    assert (await look("w1").get(f"{path}/employer")).status_code == 404
    assert (await look("e0").get(f"{path}/worker")).status_code == 404
    assert (await look("stranger").get(f"{path}/notice")).status_code == 404
    assert (await look("w1").get(f"{path}/table", params={"leaf": 99})).status_code == 404


async def test_the_head_of_the_district_is_everybodys_in_it(look: Looking, still: House, negotiation: str) -> None:
    logs = still.site.audit.district
    assert (await look("stranger").get(f"{API}/district/log")).json()["size"] == 0
    logs.tick("played")
    first = (await look("stranger").get(f"{API}/district/log")).json()
    assert (first["size"], first["proof"]) == (2, None)
    await asked(look("w1"), negotiation, "send-message", text="下午再谈")
    later = still.site.now_s() + EVERY_S
    DistrictLogs(still.site.engine, still.site.districts, still.site.audit.key, lambda: later).tick("played")
    grown = (await look("w9").get(f"{API}/district/log", params={"since": 2})).json()
    proof = [b64decode(one) for one in grown["proof"]]
    assert consistent(2, grown["size"], b64decode(first["root"]), b64decode(grown["root"]), proof)
    assert (await look("w9").get(f"{API}/district/log", params={"since": 99})).json()["proof"] is None


async def test_the_clock_of_the_house_writes_it(still: House, negotiation: str) -> None:
    await still.timers.of_district("played")
    assert len(still.site.audit.district.leaves("played")) == 2
