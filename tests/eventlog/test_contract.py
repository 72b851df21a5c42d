"""One contract for every store: what a log promises, whether it keeps it in memory, on SQLite or on PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from cloudnego.core import commands as c
from cloudnego.core.calendar import Calendar
from cloudnego.core.evolve import replay as folded
from cloudnego.core.refusals import Reason, Refused
from cloudnego.core.vocabulary import CLOCK, JOINT, Member, Side, Stream
from cloudnego.eventlog import judge
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.leaf import decode
from cloudnego.eventlog.memory import MemoryLog
from cloudnego.ports import Broken, EventLog, Filter, KeyReused, NoCase
from tests.eventlog.conftest import SEED
from tests.eventlog.given import (
    DISTRICT,
    EMPLOYER_CHIEF,
    LAW,
    MORNING,
    PLAYS,
    WORKER_CHIEF,
    Log,
    asked,
    make_district,
    play,
    played,
    proposal,
    rehearsed,
    sheet_of,
)

ALL = frozenset(Stream)
NOON = MORNING + timedelta(days=30)


def whole(log: EventLog, case: str) -> list[Any]:
    return log.read(case, ALL, limit=10_000)


def everything(log: EventLog, case: str) -> tuple[Any, ...]:
    return (whole(log, case), log.versions(case), log.state(case), [log.caucus(case, side) for side in Side])


# --- what is asked is what is kept --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLAYS)
def test_a_whole_case_comes_out_as_the_core_rehearsed_it(log: Log, name: str) -> None:
    rehearsal = rehearsed(name)
    case = played(log, name)
    assert log.state(case) == rehearsal.case
    for side, caucus in rehearsal.caucuses.items():
        assert log.caucus(case, side) == caucus
    events = [event for one in rehearsal.played for event in one.events]
    assert [(r.stream, r.event) for r in whole(log, case)] == [(e.stream, e) for e in events]


@pytest.mark.parametrize("name", ["plain", "objected", "drift"])
def test_every_store_keeps_the_same_bytes(log: Log, name: str) -> None:
    memory = MemoryLog(Keyring.seeded(SEED))
    make_district(memory)
    assert played(memory, name) == played(log, name)
    (case,) = [listed.case for listed in log.cases(Filter(district=DISTRICT)).rows]
    assert everything(log, case) == everything(memory, case)


def test_the_fold_of_the_log_is_the_state_also_without_a_word(log: Log) -> None:
    case = played(log, "suspended")
    joint = log.read(case, frozenset(JOINT), limit=10_000)
    assert folded(r.event for r in joint) == log.state(case)
    assert folded(r.event.model_copy(update={"words": None}) for r in joint) == log.state(case)


def test_the_state_at_some_point_and_the_events_after_it_give_the_state_now(log: Log) -> None:
    rehearsal = rehearsed("failed-ballot")
    half = len(rehearsal.played) // 2
    case = asyncio.run(play(log, rehearsal, only=slice(half)))[-1].case
    then, cursor = log.state(case), {s: seq for s, (_, seq) in log.versions(case).items()}
    assert then is not None
    asyncio.run(play(log, rehearsal, case, slice(half, None)))
    assert folded((r.event for r in log.read(case, frozenset(JOINT), cursor, 10_000)), then) == log.state(case)


def test_seq_has_no_gap_and_time_never_goes_back_in_any_stream(log: Log) -> None:
    case = played(log, "objected")
    for stream, (epoch, size) in log.versions(case).items():
        events = log.read(case, frozenset({stream}), limit=10_000)
        assert [r.seq for r in events] == list(range(1, size + 1))
        assert sorted(r.at for r in events) == [r.at for r in events]
        assert epoch == 1


def test_a_clock_that_was_set_back_does_not_set_a_stream_back(log: Log) -> None:
    case = played(log, "at-preparation")
    last = whole(log, case)[-1].at
    early = asked(rehearsed("at-preparation").played[0], case, "early", command=proposal("7"), by=WORKER_CHIEF)
    asyncio.run(log.ask(early))
    assert early.at < last
    assert whole(log, case)[-1].at == last


def test_a_leaf_says_who_asked_for_what_and_when(log: Log) -> None:
    case = played(log, "at-preparation")
    by = Member(person="w0", side=Side.WORKER, mandate="m-7")
    one = asked(rehearsed().played[0], case, "mine", command=proposal("7"), by=by, at=NOON)
    (entry,) = asyncio.run(log.ask(one)).entries
    (found,) = log.read(case, frozenset({entry.stream}), {entry.stream: entry.seq - 1})
    leaf = decode(found.leaf)
    assert (leaf.actor, leaf.mandate, leaf.via, leaf.district) == ("w0", "m-7", "person", DISTRICT)
    assert (leaf.stream, leaf.seq, leaf.type) == (f"{case}/table", entry.seq, "proposal_made")
    assert leaf.at == "2026-04-01T09:00:00.000000+08:00"
    assert leaf.occurred_on == "2026-04-01"
    assert found.actor == "w0"


# --- the same key -------------------------------------------------------------------------------------------------


def test_the_same_key_gives_the_same_receipt_and_writes_nothing(log: Log) -> None:
    rehearsal = rehearsed("late-enterprise")
    receipts = asyncio.run(play(log, rehearsal))
    case = receipts[-1].case
    before = everything(log, case)
    again = asyncio.run(play(log, rehearsal))
    assert [msgspec.structs.replace(r, repeated=True) for r in receipts] == again
    assert any(r.warnings for r in receipts)
    assert everything(log, case) == before


def test_the_same_key_for_another_command_is_refused_by_name(log: Log) -> None:
    case = played(log, "at-preparation")
    one = asked(rehearsed().played[0], case, "once", command=proposal("7"), by=WORKER_CHIEF)
    asyncio.run(log.ask(one))
    before = everything(log, case)
    with pytest.raises(KeyReused):
        asyncio.run(log.ask(msgspec.structs.replace(one, command=proposal("8"))))
    assert everything(log, case) == before


def test_another_person_has_keys_of_his_own(log: Log) -> None:
    case = played(log, "at-preparation")
    one = asked(rehearsed().played[0], case, "shared", command=proposal("7"), by=WORKER_CHIEF)
    first = asyncio.run(log.ask(one))
    second = asyncio.run(log.ask(msgspec.structs.replace(one, by=EMPLOYER_CHIEF)))
    assert not second.repeated
    assert second.entries != first.entries


def test_a_key_of_a_caucus_is_not_one_of_the_table(log: Log) -> None:
    case = played(log, "at-preparation")
    one = asked(rehearsed().played[0], case, "both", command=proposal("7"), by=WORKER_CHIEF)
    asyncio.run(log.ask(one))
    receipt = asyncio.run(log.ask(msgspec.structs.replace(one, command=sheet_of("9"))))
    assert [entry.stream for entry in receipt.entries] == [Stream.WORKER]


def test_two_openings_of_one_person_are_two_cases(log: Log) -> None:
    opening = rehearsed().played[0]
    one = asyncio.run(log.ask(asked(opening, None, "a")))
    other = asyncio.run(log.ask(asked(opening, None, "b")))
    assert one.case != other.case
    assert one.case.startswith("n")
    assert len(one.case) == 21


# --- no leaves no trace -------------------------------------------------------------------------------------------


def test_a_refused_command_leaves_no_trace(log: Log) -> None:
    case = played(log, "plain")
    before = everything(log, case)
    with pytest.raises(Refused) as refused:
        asyncio.run(log.ask(asked(rehearsed().played[0], case, "late", command=proposal("7"), by=WORKER_CHIEF)))
    assert refused.value.obstacles[0].reason is Reason.CASE_CLOSED
    assert everything(log, case) == before


def test_a_refused_opening_leaves_no_case(log: Log) -> None:
    stranger = Member(person="stranger")
    with pytest.raises(Refused):
        asyncio.run(log.ask(asked(rehearsed().played[0], None, "k", by=stranger)))
    assert log.cases(Filter(district=DISTRICT)).rows == ()
    receipt = asyncio.run(log.ask(asked(rehearsed().played[0], None, "k", by=rehearsed().played[0].by)))
    assert log.district(receipt.case) == DISTRICT


def test_refusals_do_not_use_their_key_up(log: Log) -> None:
    case = played(log, "at-preparation")
    one = asked(rehearsed().played[0], case, "k", command=proposal("7"), by=Member(person="nobody"))
    with pytest.raises(Refused):
        asyncio.run(log.ask(one))
    with pytest.raises(Refused):
        asyncio.run(log.ask(msgspec.structs.replace(one, command=proposal("8"))))


def test_a_case_that_is_not_there_is_not_there(log: Log) -> None:
    opening, *others = rehearsed().played
    for case, command, district in [
        ("n00000000000000000000", others[0].command, DISTRICT),
        ("", others[0].command, DISTRICT),
        (None, others[0].command, DISTRICT),
        ("n00000000000000000000", opening.command, DISTRICT),
        (None, opening.command, "atlantis"),
    ]:
        with pytest.raises(NoCase):
            asyncio.run(log.ask(asked(opening, case, "k", command=command, district=district)))
    assert log.state("n00000000000000000000") is None
    assert log.caucus("n00000000000000000000", Side.WORKER) is None
    assert log.versions("n00000000000000000000") == {}
    assert log.district("n00000000000000000000") is None
    assert log.read("n00000000000000000000", ALL) == []


def test_the_case_of_another_district_is_not_there(log: Log) -> None:
    make_district(log, "binjiang")
    case = played(log, "at-preparation")
    one = asked(rehearsed().played[0], case, "k", command=proposal("7"), by=WORKER_CHIEF, district="binjiang")
    with pytest.raises(NoCase):
        asyncio.run(log.ask(one))


def test_a_defect_in_a_rule_is_answered_as_one_and_harms_nobody_else(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    case = played(log, "at-preparation")
    before = everything(log, case)

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a rule divides by nothing")

    one = asked(rehearsed().played[0], case, "k", command=proposal("7"), by=WORKER_CHIEF)
    with monkeypatch.context() as patch:
        patch.setattr(judge, "decide", broken)
        with pytest.raises(Broken, match="a rule divides by nothing"):
            asyncio.run(log.ask(one))
    assert everything(log, case) == before
    assert not asyncio.run(log.ask(one)).repeated


# --- streams ------------------------------------------------------------------------------------------------------


def test_what_a_side_says_among_itself_moves_no_other_stream(log: Log) -> None:
    case = played(log, "at-preparation")
    before = log.versions(case)
    receipt = asyncio.run(log.ask(asked(rehearsed().played[0], case, "k", command=sheet_of("9"), by=WORKER_CHIEF)))
    assert [entry.stream for entry in receipt.entries] == [Stream.WORKER]
    after = log.versions(case)
    assert after.pop(Stream.WORKER) != before.pop(Stream.WORKER)
    assert after == before
    caucus, other = log.caucus(case, Side.WORKER), log.caucus(case, Side.EMPLOYER)
    assert caucus is not None
    assert other is not None
    assert caucus.sheet[0].asked_rate == "9"
    assert other.sheet != caucus.sheet


def test_reading_goes_on_where_a_cursor_stands_and_stops_at_the_limit(log: Log) -> None:
    case = played(log, "plain")
    streams = frozenset({Stream.TABLE, Stream.NOTICE})
    expected = [r for r in whole(log, case) if r.stream in streams]
    found: list[Any] = []
    cursor: dict[Stream, int] = {}
    while more := log.read(case, streams, cursor, 7):
        assert len(more) <= 7
        found += more
        cursor |= {r.stream: r.seq for r in more}
    assert found == expected
    assert log.read(case, frozenset()) == []


def test_the_bell_rings_what_grew_and_how_far(log: Log) -> None:
    rung: list[dict[str, int]] = []
    log.bell.listen(lambda moved: rung.append(dict(moved)))
    case = played(log, "at-preparation")
    heard: dict[str, int] = {}
    for moved in rung:
        assert all(heard.get(stream, 0) < seq for stream, seq in moved.items())
        heard |= moved
    assert heard == {f"{case}/{s.value}": seq for s, (_, seq) in log.versions(case).items() if seq}


def test_the_pinned_law_is_found_and_another_is_not(log: Log) -> None:
    case = played(log, "at-preparation")
    state = log.state(case)
    assert state is not None
    assert state.opened is not None
    law = log.law(state.opened.pack, state.opened.pack_version, state.calendar)
    assert law.pack == LAW.pack
    assert law.calendar == LAW.calendar
    with pytest.raises(KeyError):
        log.law(state.opened.pack, "another", state.calendar)


def test_a_calendar_is_adopted_if_the_store_has_it(log: Log) -> None:
    case = played(log, "at-preparation")
    fewer = Calendar(LAW.calendar.years[:-1])
    one = asked(rehearsed().played[0], case, "k", command=c.AdoptCalendar(calendar=fewer.version), by=CLOCK, at=MORNING)
    with pytest.raises(Refused) as refused:
        asyncio.run(log.ask(one))
    assert [o.reason for o in refused.value.obstacles] == [Reason.UNKNOWN_REFERENCE]
    log.districts.keep(calendar=fewer)
    asyncio.run(log.ask(one))
    state = log.state(case)
    assert state is not None
    assert state.calendar == fewer.version
