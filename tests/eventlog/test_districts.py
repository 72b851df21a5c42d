"""Districts: tenants with a clock, a default law, and keys nobody sees."""

from __future__ import annotations

import asyncio

import pytest

from cloudnego.core.calendar import Calendar
from cloudnego.eventlog.districts import DistrictExists, LiveClock, NoDistrict
from cloudnego.law import shipped_pack
from cloudnego.ports import NoCase
from tests.eventlog.given import DISTRICT, LAW, Log, asked, played, rehearsed

OTHER = shipped_pack("cn-zhejiang")


def test_a_district_is_what_it_was_made(log: Log) -> None:
    log.districts.make("binjiang", "滨江区", "live", OTHER, LAW.calendar)
    found = log.districts.get("binjiang")
    assert (found.name, found.kind, found.clock_offset_s) == ("滨江区", "live", 0)
    assert (found.pack, found.pack_version, found.calendar) == (OTHER.id, OTHER.version, LAW.calendar.version)
    assert [one.id for one in log.districts.all()] == ["binjiang", DISTRICT]


def test_a_district_is_not_made_twice(log: Log) -> None:
    with pytest.raises(DistrictExists):
        log.districts.make(DISTRICT, "again", "live", OTHER, LAW.calendar)
    assert log.districts.get(DISTRICT).kind == "sandbox"


def test_a_district_that_is_not_there_is_called_so(log: Log) -> None:
    with pytest.raises(NoDistrict):
        log.districts.get("atlantis")
    with pytest.raises(NoDistrict):
        log.districts.move_clock("atlantis", 1)
    with pytest.raises(NoDistrict):
        log.districts.adopt("atlantis", pack=OTHER)


def test_only_the_clock_of_a_sandbox_moves(log: Log) -> None:
    log.districts.make("live", "真", "live", LAW.pack, LAW.calendar)
    with pytest.raises(LiveClock):
        log.districts.move_clock("live", 86_400)
    assert log.districts.get("live").clock_offset_s == 0
    log.districts.move_clock(DISTRICT, 10 * 365 * 86_400)
    assert log.districts.get(DISTRICT).clock_offset_s == 10 * 365 * 86_400


def test_new_cases_take_the_law_in_force_and_old_ones_keep_theirs(log: Log) -> None:
    old = played(log, "at-preparation")
    fewer = Calendar(LAW.calendar.years[:-1])
    log.districts.adopt(DISTRICT, pack=OTHER, calendar=fewer)
    new = asyncio.run(log.ask(asked(rehearsed().played[0], None, "new"))).case
    states = [log.state(case) for case in (old, new)]
    pins = [
        (s.opened.pack, s.opened.pack_version, s.calendar) for s in states if s is not None and s.opened is not None
    ]
    assert pins == [
        (LAW.pack.id, LAW.pack.version, LAW.calendar.version),
        (OTHER.id, OTHER.version, fewer.version),
    ]
    assert log.law(*pins[1]).calendar == fewer


def test_case_ids_differ_from_district_to_district(log: Log) -> None:
    log.districts.make("binjiang", "滨江区", "sandbox", LAW.pack, LAW.calendar)
    opening = rehearsed().played[0]
    here = asyncio.run(log.ask(asked(opening, None, "k"))).case
    there = asyncio.run(log.ask(asked(opening, None, "k", district="binjiang"))).case
    assert here != there
    with pytest.raises(NoCase):
        asyncio.run(log.ask(asked(rehearsed().played[1], here, "k2", district="binjiang")))
