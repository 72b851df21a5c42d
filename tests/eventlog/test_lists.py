"""Lists, what is due, and the cockpit: the same questions get the same answers from every store."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection

from cloudnego.core import commands as c
from cloudnego.core.overview import Overview, overview
from cloudnego.core.sight import seated
from cloudnego.core.vocabulary import Evidence, Member, Office, Side, Stream
from cloudnego.eventlog import overviews, rollup, tally
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.memory import MemoryLog
from cloudnego.eventlog.tables import OverviewRow
from cloudnego.ports import Asked, BadCursor, Cut, EventLog, Figures, Filter, Listed, Receipt, Within
from tests.eventlog.given import DISTRICT, TOWNS, Log, asked, make_district, play, rehearsed

PLAYS = ("plain", "at-preparation", "failed-ballot", "drift", "silent-enterprise", "overdue")
EVERYTHING = Filter(district=DISTRICT)


@contextmanager
def quick(log: EventLog) -> Iterator[Callable[[Asked], Receipt]]:
    """A way to ask much of any store in little time."""
    if isinstance(log, SqlLog):
        with log.bulk() as pen:
            yield pen.ask
    else:
        assert isinstance(log, MemoryLog)
        yield log.ask_now


def district_full_of_cases(log: EventLog) -> dict[str, Overview]:
    """Twelve cases of several kinds in several towns, industries and sizes, opened on different days."""
    with quick(log) as ask:
        for number in range(12):
            rehearsal, case = rehearsed(PLAYS[number % len(PLAYS)], f"case{number}", 1, number), None
            for place, one in enumerate(rehearsal.played):
                wish = asked(one, case, f"{number}.{place}", register=rehearsal.register)
                if number % 6 == 1 and place == 0:
                    known = {"external_ref": f"portal_{number}"}
                    wish = msgspec.structs.replace(wish, command=one.command.model_copy(update=known))
                case = ask(wish).case
    return {listed.case: listed.overview for listed in pages(log, EVERYTHING, 100)}


def pages(log: EventLog, wanted: Filter, limit: int) -> Iterator[Listed]:
    cursor = None
    while True:
        page = log.cases(wanted, cursor, limit)
        assert len(page.rows) <= limit
        yield from page.rows
        cursor = page.cursor
        if cursor is None:
            return


def names(log: EventLog, **wanted: Any) -> set[str]:
    return {listed.case for listed in pages(log, Filter(district=DISTRICT, **wanted), 5)}


def test_a_list_shows_what_was_asked_for_and_nothing_else(log: Log) -> None:
    rows = district_full_of_cases(log)
    assert len(rows) == 12
    some = next(iter(rows.values()))

    def those(**same: Any) -> set[str]:
        return {case for case, row in rows.items() if all(getattr(row, k) == v for k, v in same.items())}

    for name in ("step", "light", "town", "industry", "size_band", "wage_year", "scope", "kind"):
        value = getattr(some, name)
        assert names(log, **{name: value}) == those(**{name: value}) != set()
    assert names(log, town=TOWNS[0], industry="C1761") == those(town=TOWNS[0], industry="C1761") != set()
    assert names(log, live=True) | names(log, live=False) == set(rows)
    assert names(log, live=False) == {case for case, row in rows.items() if row.ending is not None} != set()
    assert names(log, region="330109") == set(rows)
    assert names(log, region="33010910" + "2") == those(town=TOWNS[1])
    assert names(log, region="3301091019") == set()
    assert names(log, step="nowhere") == set()
    assert {listed.case for listed in log.cases(Filter(district="binjiang")).rows} == set()


def test_a_list_shows_what_calls_for_somebody_outside_what_is_his(log: Log) -> None:
    rows = district_full_of_cases(log)

    def called(*words: str) -> set[str]:
        return {
            case
            for case, row in rows.items()
            if {row.light, row.turn_seat, *row.overlays.split()} & set(words) and row.town == TOWNS[0]
        }

    some = next(row for row in rows.values() if row.turn_seat is not None and row.town == TOWNS[0])
    reach = Within(region=TOWNS[0])
    for words in (("red",), (some.light, "vacancy"), (str(some.turn_seat),), ("dispute", "guidance"), ("chie",)):
        assert names(log, within=reach, calls=frozenset(words)) == called(*words)
    own = Within(parties=frozenset({some.enterprise}))
    mine = names(log, within=own)
    assert names(log, within=reach, without=own) == names(log, within=reach) - mine != names(log, within=reach)
    assert names(log, within=reach, calls=frozenset()) == set()


def test_a_list_finds_an_external_reference_and_parts_of_names(log: Log) -> None:
    rows = district_full_of_cases(log)
    (first,) = [case for case, row in rows.items() if row.external_ref == "portal_1"]
    assert names(log, external_ref="portal_1") == {first}
    assert names(log, text="portal_") == {case for case, row in rows.items() if row.external_ref}
    assert names(log, text="porta_") == names(log, text="%") == set(), "signs like any other"
    assert names(log, text=first[3:12]) == {first}
    assert names(log, text="unioncase7") == {case for case, row in rows.items() if row.worker_organ == "unioncase7"}


def test_a_list_of_parties_shows_cases_of_any_of_them(log: Log) -> None:
    rows = district_full_of_cases(log)
    regional = rehearsed("regional")
    case = None
    for place, one in enumerate(regional.played[:3]):
        case = asyncio.run(log.ask(asked(one, case, f"r{place}", register=regional.register))).case
    row = next(listed.overview for listed in log.cases(EVERYTHING, None, 100).rows if listed.case == case)
    assert case is not None

    def of(*parties: str) -> set[str]:
        return names(log, within=Within(parties=frozenset(parties)))

    assert of("entcase3") == {c for c, r in rows.items() if r.enterprise == "entcase3"} != set()
    assert of("unioncase3", "entcase4") == {
        c for c, r in rows.items() if r.worker_organ == "unioncase3" or r.enterprise == "entcase4"
    }
    for covered in row.covers:
        assert case in of(covered)
        assert case not in of(covered[:-1])
    assert names(log, enterprises=frozenset({row.enterprise})) == {case}
    assert names(log, enterprises=frozenset()) == set()


def seats_in(log: EventLog, cases: Iterable[str]) -> dict[str, dict[str, bool]]:
    """Who is seated where, as the states themselves say it: person → case → whether he sees the progress."""
    found: defaultdict[str, dict[str, bool]] = defaultdict(dict)
    for case in cases:
        state = log.state(case)
        assert state is not None
        for person, progress in seated(state).items():
            found[person][case] = progress
    return found


def test_a_list_of_a_person_shows_the_cases_he_has_a_seat_in(log: Log) -> None:
    rows = district_full_of_cases(log)
    found = seats_in(log, rows)
    assert {progress for cases in found.values() for progress in cases.values()} == {True, False}
    for person, cases in found.items():
        assert names(log, within=Within(person=person)) == set(cases)
        assert names(log, within=Within(person=person, progress=True)) == {c for c, sees in cases.items() if sees}
    assert names(log, within=Within(person="nobody")) == set()
    assert names(log, within=Within()) == set(), "who has nothing in reach is shown nothing"
    assert {one.case for one in log.cases(Filter(district="binjiang", within=Within(person="case0w1"))).rows} == set()


def test_an_area_parties_and_seats_add_up_and_a_search_narrows_all_of_them(log: Log) -> None:
    rows = district_full_of_cases(log)
    (seat,) = names(log, within=Within(person="case0w1"))
    (party,) = names(log, within=Within(parties=frozenset({"entcase1"})))
    area = {case for case, row in rows.items() if row.town == TOWNS[2]}
    assert not area & {seat, party}
    reach = Within(region=TOWNS[2], parties=frozenset({"entcase1"}), person="case0w1")
    assert names(log, within=reach) == area | {seat, party}
    assert names(log, within=reach, region=rows[seat].town) == {seat}
    assert names(log, within=reach, wage_year=2001) == set()
    assert {one.case for one in pages(log, Filter(district=DISTRICT, within=reach), 1)} == area | {seat, party}


def test_who_left_the_table_does_not_find_the_case_any_more_and_who_came_does(log: Log) -> None:
    scene = rehearsed("at-preparation")
    case = asyncio.run(play(log, scene))[-1].case
    assert names(log, within=Within(person="w2")) == {case}
    leaves, comes = Member(person="w2", side=Side.WORKER), Member(person="union", offices=frozenset({Office.UNION}))
    evidence = Evidence(sha256="0" * 64)
    for number, (by, command) in enumerate(
        (
            (leaves, c.LeaveBench(person="w2")),
            (comes, c.ReplaceRepresentative(old="w2", rep=c.Rep(person="w9"), evidence=evidence)),
        )
    ):
        asyncio.run(log.ask(asked(scene.played[-1], case, f"x{number}", command=command, by=by)))
        assert names(log, within=Within(person="w2")) == set()
    assert names(log, within=Within(person="w9")) == {case}
    assert names(log, within=Within(person="w1")) == {case}


def test_a_node_that_was_away_takes_the_seats_from_the_store(url: str, opened: Callable[..., SqlLog]) -> None:
    log = opened(url)
    make_district(log)
    scene = rehearsed("at-preparation")
    case = asyncio.run(play(log, scene))[-1].case
    log.close()
    again = opened(url)
    leaves = asked(
        scene.played[-1], case, "x", command=c.LeaveBench(person="w2"), by=Member(person="w2", side=Side.WORKER)
    )
    asyncio.run(again.ask(leaves))
    assert names(again, within=Within(person="w2")) == set()
    assert names(again, within=Within(person="w1")) == {case}


def test_pages_of_any_size_show_every_case_once_in_order(log: Log) -> None:
    rows = district_full_of_cases(log)
    for limit in (1, 4, 12, 50):
        found = list(pages(log, EVERYTHING, limit))
        assert {one.case for one in found} == set(rows)
        assert len(found) == len(rows)
        assert all(
            (b.overview.opened_on, a.case) < (a.overview.opened_on, b.case)
            or a.overview.opened_on > b.overview.opened_on
            for a, b in pairwise(found)
        )


def test_by_due_date_the_most_urgent_come_first_and_last_those_in_which_nothing_falls_due(log: Log) -> None:
    rows = district_full_of_cases(log)
    dated = sorted((row.next_due, case) for case, row in rows.items() if row.next_due is not None)
    resting = sorted((-row.opened_on.toordinal(), case) for case, row in rows.items() if row.next_due is None)
    assert len(dated) > 2
    assert len(resting) > 2
    in_order = [case for _, case in (*dated, *resting)]
    for limit in (1, 2, 3, len(dated), 50):  # a page may end between the two, and within either
        assert [one.case for one in pages(log, Filter(district=DISTRICT, by_due=True), limit)] == in_order


def test_a_cursor_of_somebody_elses_making_is_refused(log: Log) -> None:
    for cursor in ("x", "é", "W10", "bm90anNvbg", "A" * 500):
        with pytest.raises(BadCursor):
            log.cases(EVERYTHING, cursor)


def test_what_is_due_is_found_on_its_day_and_not_before(log: Log) -> None:
    rows = district_full_of_cases(log)
    waiting = sorted((row.next_due, case) for case, row in rows.items() if row.next_due is not None)
    assert waiting
    first = waiting[0][0]
    assert log.due(DISTRICT, first - timedelta(days=1)) == []
    assert log.due(DISTRICT, first) == [case for day, case in waiting if day == first]
    assert log.due(DISTRICT, date(2099, 1, 1)) == [case for _, case in waiting]
    assert log.due(DISTRICT, date(2099, 1, 1), limit=2) == [case for _, case in waiting[:2]]
    assert log.due("binjiang", date(2099, 1, 1)) == []


def added(rows: list[Overview]) -> Figures:
    sums = [sum(column) for column in zip(*(rollup.measures(row) for row in rows), strict=True)]
    return Figures(*(sums or [0] * len(rollup.MEASURES)))


def by(rows: list[Overview], name: str) -> dict[str, Figures]:
    values = {getattr(row, name) for row in rows}
    return {str(value): added([row for row in rows if getattr(row, name) == value]) for value in values}


CUTS: list[dict[str, Any]] = [
    {},
    {"wage_year": 2026},
    {"wage_year": 2001},
    {"region": "330109"},
    {"region": TOWNS[0]},
    {"region": TOWNS[0][:-1]},
    {"region": TOWNS[0] + "9"},
    {"industry": "C"},
    {"industry": "C3311"},
    {"size_band": "100-299"},
    {"region": TOWNS[1], "industry": "C17", "size_band": "300-999", "wage_year": 2026},
]


def test_the_cockpit_counts_what_a_scan_would_count(log: Log) -> None:
    rows = list(district_full_of_cases(log).values())
    for cut in CUTS:
        compare(log, rows, cut)


def compare(log: Log, all_rows: list[Overview], cut: dict[str, Any]) -> None:
    rows = [
        row
        for row in all_rows
        if row.town.startswith(cut.get("region", ""))
        and row.industry.startswith(cut.get("industry", ""))
        and cut.get("size_band") in (None, row.size_band)
        and cut.get("wage_year") in (None, row.wage_year)
    ]
    shown = log.cockpit(Cut(district=DISTRICT, **cut))
    assert shown.total == added(rows)
    assert shown.by_place == by(rows, "town")
    assert shown.by_industry == by(rows, "industry")
    assert shown.by_size == by(rows, "size_band")
    assert shown.by_step == by([row for row in rows if row.ending is None], "step")
    assert shown.by_ending == by([row for row in rows if row.ending is not None], "ending")
    assert shown.total.green + shown.total.yellow + shown.total.red + shown.total.grey == shown.total.cases


def test_what_is_counted_beside_the_figures_is_what_a_scan_would_count(log: Log) -> None:
    rows = list(district_full_of_cases(log).values())
    kinds = set[str]()
    for cut in CUTS:
        inside = [row for row in rows if in_cut(row, cut)]
        found = log.counts(Cut(district=DISTRICT, **cut))
        assert found.by_year == by(inside, "wage_year")
        tallies: dict[str, dict[str, dict[int, int]]] = {}
        for row in inside:
            for kind, key in tally.facts(row):
                at = tallies.setdefault(kind, {}).setdefault(key, {})
                at[row.wage_year] = at.get(row.wage_year, 0) + 1
        assert found.tallies == tallies
        kinds |= tallies.keys()
        for axis, name in (("place", "town"), ("industry", "industry"), ("size", "size_band")):
            own = Counter((getattr(row, name), row.wage_year) for row in inside if rollup.measures(row)[-1])
            most = {key: max(n for (at, _), n in own.items() if at == key) for key, _ in own}
            assert {key: n for key, n in found.enterprises[axis].items() if n} == most
    assert kinds >= {"stuck", "overdue"}


def in_cut(row: Overview, cut: dict[str, Any]) -> bool:
    return (
        row.town.startswith(cut.get("region", ""))
        and row.industry.startswith(cut.get("industry", ""))
        and cut.get("size_band") in (None, row.size_band)
        and cut.get("wage_year") in (None, row.wage_year)
    )


def test_cases_are_listed_by_what_holds_them_and_by_when_they_end(log: Log) -> None:
    rows = district_full_of_cases(log)
    some = next(row for row in rows.values() if row.late)
    timer, stuck = some.late.split()[0], some.stuck
    assert names(log, late=timer) == {case for case, row in rows.items() if timer in row.late.split()} != set()
    assert names(log, late=timer[:-1]) == set()
    assert names(log, stuck=stuck) == {case for case, row in rows.items() if row.stuck == stuck} != set()
    assert names(log, turn_side="worker") == {case for case, row in rows.items() if row.turn_side == "worker"}
    day = date(2027, 6, 30)
    ends = {c for c, r in rows.items() if r.ending is None and r.in_force_from and r.expires_on and r.expires_on <= day}
    assert names(log, expires_by=day) == ends


def test_what_stands_and_what_happened_is_read_from_the_rows(log: Log) -> None:
    rows = district_full_of_cases(log)
    since, last = date(2027, 1, 1), date(2026, 3, 31)
    assert len(log.standings(DISTRICT, since)) == sum(
        row.wage_year >= 2027 or (row.expires_on is not None and row.expires_on >= since) for row in rows.values()
    )
    assert {one.enterprise for one in log.standings(DISTRICT, date(2026, 1, 1))} == {
        row.enterprise for row in rows.values()
    }
    first = date(2026, 3, 1)
    found = log.happened(Cut(district=DISTRICT, region=TOWNS[0]), first, last)
    assert found == {
        name: sum(first <= (getattr(row, column) or date.max) <= last for row in rows.values() if row.town == TOWNS[0])
        for name, column in overviews.HAPPENED.items()
    }
    assert found["opened"]


def test_a_district_is_on_no_other_districts_screen(log: Log) -> None:
    make_district(log, "binjiang")
    district_full_of_cases(log)
    assert log.cockpit(Cut(district="binjiang")).total.cases == 0
    opening = rehearsed().played[0]
    asyncio.run(log.ask(asked(opening, None, "there", district="binjiang")))
    assert log.cockpit(Cut(district="binjiang")).total.cases == 1
    assert log.cockpit(Cut(district=DISTRICT)).total.cases == 12


def test_the_table_of_overviews_has_a_column_for_every_field() -> None:
    assert list(Overview.__struct_fields__) == overviews.COLUMNS
    assert list(OverviewRow.model_fields) == ["case_id", "district", *Overview.__struct_fields__]
    assert list(Figures.__struct_fields__) == rollup.MEASURES


def test_an_overview_comes_back_from_its_row_as_it_was(sql_log: SqlLog) -> None:
    district_full_of_cases(sql_log)
    for listed in sql_log.cases(EVERYTHING, None, 100).rows:
        state = sql_log.state(listed.case)
        assert state is not None
        assert state.opened is not None
        law = sql_log.law(state.opened.pack, state.opened.pack_version, state.calendar)
        assert overview(state, law) == listed.overview


def test_a_command_that_changes_nothing_in_the_overview_writes_none(
    sql_log: SqlLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    whole = overviews.write

    def noting(connection: Connection, rows: list[tuple[str, str, Overview]]) -> None:
        written.extend(row[0] for row in rows)
        whole(connection, rows)

    monkeypatch.setattr(overviews, "write", noting)
    rehearsal = rehearsed("at-preparation")
    case, before = None, 0
    silent = 0
    for place, one in enumerate(rehearsal.played):
        receipt = asyncio.run(sql_log.ask(asked(one, case, f"k{place}")))
        case = receipt.case
        if any(entry.stream in (Stream.WORKER, Stream.EMPLOYER) for entry in receipt.entries):
            assert len(written) == before, "a caucus touches no shared row"
        silent += len(written) == before
        before = len(written)
    assert 0 < silent < len(rehearsal.played)
