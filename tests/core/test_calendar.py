"""Statutory counting: the vectors of the handbook, an independent calendar, and what holds for any day."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudnego.core.calendar import (
    Calendar,
    CalendarYear,
    Due,
    add_working_days,
    after,
    back_from,
    window_opens,
    working_days_between,
)
from cloudnego.core.pack import Delegates, Majority, Pack, Share, Unit
from cloudnego.law import (
    CalendarError,
    LawError,
    calendar_texts,
    dump_calendar,
    load_calendar,
    merge,
    restore_calendar,
    shipped_calendar,
    shipped_pack,
)

CALENDAR = shipped_calendar()
HANGZHOU = shipped_pack("cn-hangzhou")
YEARS = (2018, 2022, 2023, 2024, 2025, 2026, 2027)


def day(text: str) -> date:
    return date.fromisoformat(text)


def due(term: str, start: str, pack: Pack = HANGZHOU) -> Due:
    """What the pack's term of this name says when it runs from `start`."""
    timer = pack.timers[term]
    count = window_opens if timer.opens else back_from if timer.before else after
    return count(CALENDAR, day(start), timer.n, timer.unit)


# --- the vectors of the handbook, §0.3: term, its day, target, latest, provisional -------------------------------

VECTORS = [
    ("reply", "2026-03-02", "2026-03-16", "2026-03-16", False),
    ("reply", "2026-02-10", "2026-03-02", "2026-03-02", False),
    ("reply", "2026-12-17", "2026-12-31", "2026-12-31", False),
    ("reply", "2026-12-22", "2027-01-06", "2027-01-06", True),
    ("total_cap", "2026-03-02", "2026-05-01", "2026-05-06", False),
    ("total_cap", "2026-07-22", "2026-09-20", "2026-09-20", False),
    ("total_cap", "2026-11-22", "2027-01-21", "2027-01-21", True),
    ("materials", "2026-03-31", "2026-03-20", "2026-03-20", False),
    ("materials", "2026-05-08", "2026-04-24", "2026-04-24", False),
    ("meeting_notice", "2026-03-31", "2026-03-24", "2026-03-24", False),
    ("meeting_notice", "2026-05-12", "2026-05-05", "2026-05-05", False),
    ("to_congress", "2026-03-31", "2026-04-22", "2026-04-22", False),
    ("re_congress", "2026-04-24", "2026-05-06", "2026-05-06", False),
    ("file", "2026-04-22", "2026-05-02", "2026-05-06", False),
    ("file", "2026-04-08", "2026-04-18", "2026-04-20", False),
    ("file", "2026-02-18", "2026-02-28", "2026-02-28", False),
    ("review", "2026-04-28", "2026-05-13", "2026-05-13", False),
    ("publish", "2026-05-14", "2026-05-21", "2026-05-21", False),
    ("review", "2026-04-17", "2026-05-02", "2026-05-06", False),
    ("publish", "2026-05-07", "2026-05-13", "2026-05-13", False),
    ("publish", "2026-09-30", "2026-10-13", "2026-10-13", False),
    ("renewal_window", "2026-12-31", "2026-10-02", "2026-10-02", False),
]


@pytest.mark.parametrize(("term", "start", "target", "latest", "provisional"), VECTORS)
def test_a_hangzhou_term_falls_on_the_day_of_the_handbook(
    term: str, start: str, target: str, latest: str, provisional: bool
) -> None:
    found = due(term, start)
    assert (found.target, found.latest, found.provisional) == (day(target), day(latest), provisional)


def test_the_advisory_seven_days_of_filing_are_the_target_of_that_term() -> None:
    timer = HANGZHOU.timers["file"]
    assert (timer.target_n, timer.target_unit) == (7, Unit.DAY)
    assert after(CALENDAR, day("2026-04-22"), 7, Unit.DAY).target == day("2026-04-29")


def test_a_suspension_from_the_9th_to_the_19th_uses_10_of_30_days() -> None:
    assert (day("2026-03-19") - day("2026-03-09")).days == 10
    assert HANGZHOU.suspension.max_days == 30


def test_a_derivation_names_the_days_passed_over() -> None:
    found = due("reply", "2026-02-10")
    assert found.counted_from == day("2026-02-10")
    assert (found.n, found.unit, found.before) == (10, Unit.WORKING_DAY, False)
    assert found.passed_over == (*(day(f"2026-02-{n}") for n in range(15, 24)), day("2026-03-01"))
    assert found.rolled_over == ()


def test_a_derivation_names_the_days_rolled_over() -> None:
    found = due("total_cap", "2026-03-02")
    assert found.rolled_over == tuple(day(f"2026-05-0{n}") for n in range(1, 6))
    assert found.passed_over == ()


def test_a_count_backwards_names_the_days_passed_over() -> None:
    found = due("materials", "2026-05-08")
    assert found.before
    assert found.passed_over == (*(day(f"2026-04-{n}") for n in (25, 26)), *(day(f"2026-05-0{n}") for n in range(1, 6)))


# --- ballots, outsiders, delegates -------------------------------------------------------------------------------


@pytest.mark.parametrize(("delegates", "quorum", "passes"), [(9, 6, 5), (31, 21, 16), (40, 27, 21)])
def test_a_hangzhou_ballot_needs_two_thirds_present_and_more_than_half_of_all(
    delegates: int, quorum: int, passes: int
) -> None:
    congress = HANGZHOU.congress
    assert congress.quorum is not None
    assert congress.quorum.needed(delegates) == quorum
    assert not congress.quorum.at_least(quorum - 1, delegates)
    assert congress.passes.needed(delegates) == passes
    assert congress.passes.reached(passes, delegates)
    assert not congress.passes.reached(passes - 1, delegates)


def test_half_of_all_passes_only_where_half_is_enough() -> None:
    assert not Majority.MORE_THAN_HALF.reached(20, 40)
    assert Majority.HALF_OR_MORE.reached(20, 40)
    assert Majority.HALF_OR_MORE.needed(40) == 20
    assert Majority.HALF_OR_MORE.needed(31) == Majority.MORE_THAN_HALF.needed(31) == 16


def test_twenty_yes_of_thirty_present_of_forty_fail_because_all_count() -> None:
    congress = HANGZHOU.congress
    assert congress.quorum is not None
    assert congress.quorum.at_least(30, 40)
    assert not congress.passes.reached(20, 40)


@pytest.mark.parametrize(
    ("bench", "outsiders", "ok"), [(9, 3, True), (6, 2, True), (4, 1, True), (3, 1, True), (5, 2, False)]
)
def test_outsiders_are_at_most_a_third_of_the_bench(bench: int, outsiders: int, ok: bool) -> None:
    share = HANGZHOU.bench.outside_share
    assert share is not None
    assert share.at_most(outsiders, bench) is ok


@pytest.mark.parametrize(
    ("workers", "delegates"),
    [
        (80, 30), (99, 30), (100, 40), (101, 40), (180, 40), (250, 47), (999, 96), (1_000, 100), (1_001, 100),
        (2_600, 120), (4_999, 160), (5_000, 200), (32_000, 200),
    ],
)  # fmt: skip
def test_a_zhejiang_congress_has_so_many_delegates(workers: int, delegates: int) -> None:
    assert HANGZHOU.delegates.minimum(workers) == delegates


@pytest.mark.parametrize(("workers", "delegates"), [(80, 30), (100, 30), (250, 35), (2_999, 170), (3_000, 175)])
def test_a_shanghai_congress_has_so_many_delegates(workers: int, delegates: int) -> None:
    assert shipped_pack("cn-shanghai").delegates.minimum(workers) == delegates


def test_bands_without_an_open_end_are_an_error() -> None:
    with pytest.raises(AssertionError):
        Delegates(bands=()).minimum(1)


@given(st.integers(1, 5), st.integers(5, 40), st.integers(0, 200), st.booleans())
def test_the_smallest_part_that_reaches_a_share_reaches_it_and_one_less_does_not(
    numerator: int, denominator: int, whole: int, over: bool
) -> None:
    share = Share(numerator, denominator, over)
    assert share.at_least(share.needed(whole), whole)
    assert not share.at_least(share.needed(whole) - 1, whole)


def test_more_than_five_percent_is_not_reached_by_five_percent() -> None:
    share = shipped_pack("cn-chongqing").bench.dispatched_when
    assert share is not None
    assert not share.at_least(5, 100)
    assert share.at_least(6, 100)


# --- the shipped years against an independent calendar -----------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
def test_a_shipped_year_agrees_day_by_day_with_an_independent_calendar(year: int) -> None:
    oracle = holidays.country_holidays("CN", years=[year - 1, year, year + 1])
    start = date(year, 1, 1)
    days = [start + timedelta(days=n) for n in range((date(year + 1, 1, 1) - start).days)]
    assert [d for d in days if CALENDAR.is_working_day(d) != oracle.is_working_day(d)] == []


def test_every_year_but_the_one_not_announced_names_its_notice() -> None:
    assert tuple(year.year for year in CALENDAR.years) == YEARS
    assert [year.year for year in CALENDAR.years if not year.official] == [2027]
    assert [year.year for year in CALENDAR.years if (year.notice is None) == year.official] == []
    assert not CALENDAR.is_official(2027)
    assert CALENDAR.is_official(2026)


# --- years that are missing or provisional -----------------------------------------------------------------------


def test_a_year_without_a_file_gives_no_date() -> None:
    for found in (
        after(CALENDAR, day("2027-12-30"), 10, Unit.WORKING_DAY),
        after(CALENDAR, day("2027-12-30"), 60, Unit.DAY),
        back_from(CALENDAR, day("2022-01-10"), 30, Unit.WORKING_DAY),
        window_opens(CALENDAR, day("2022-01-10"), 90, Unit.DAY),
        after(CALENDAR, day("2020-03-02"), 10, Unit.WORKING_DAY),
        back_from(CALENDAR, day("2020-03-02"), 1, Unit.WORKING_DAY),
    ):
        assert (found.target, found.latest, found.provisional) == (None, None, True)
    assert CALENDAR.is_working_day(day("2020-03-02")) is None
    assert add_working_days(CALENDAR, day("2020-03-02"), 1) is None
    assert working_days_between(CALENDAR, day("2018-12-03"), day("2022-01-10")) is None
    assert working_days_between(CALENDAR, day("2020-03-02"), day("2020-03-04")) is None


def test_a_last_day_that_would_roll_into_an_unknown_year_has_a_target_only() -> None:
    found = after(Calendar([plain(2023)]), day("2023-12-01"), 30, Unit.DAY)
    assert (found.target, found.latest, found.provisional) == (day("2023-12-31"), None, True)


def test_a_term_that_only_passes_a_provisional_year_is_provisional() -> None:
    years = [plain(2026), plain(2027, official=False), plain(2028)]
    found = after(Calendar(years), day("2026-12-30"), 270, Unit.WORKING_DAY)
    assert found.target is not None
    assert found.target.year == 2028
    assert found.provisional


def test_a_count_backwards_is_provisional_if_it_needs_a_provisional_year() -> None:
    working = back_from(CALENDAR, day("2027-01-06"), 7, Unit.WORKING_DAY)
    assert (working.target, working.provisional) == (day("2026-12-25"), True)
    assert not back_from(CALENDAR, day("2027-01-01"), 7, Unit.WORKING_DAY).provisional
    assert window_opens(CALENDAR, day("2027-06-30"), 90, Unit.DAY).provisional
    assert not window_opens(CALENDAR, day("2027-01-15"), 90, Unit.DAY).provisional


def test_a_term_that_may_start_in_an_unknown_year_counts_from_the_next_day() -> None:
    assert after(CALENDAR, day("2021-12-31"), 1, Unit.WORKING_DAY).target == day("2022-01-04")


def test_a_term_without_a_unit_is_an_error() -> None:
    for count in (after, back_from, window_opens):
        with pytest.raises(ValueError, match="at least one"):
            count(CALENDAR, day("2026-03-02"), 0, Unit.DAY)


# --- months and years --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "n", "unit", "target"),
    [
        ("2025-12-31", 2, Unit.MONTH, "2026-02-28"),
        ("2026-03-31", 1, Unit.MONTH, "2026-04-30"),
        ("2026-03-02", 2, Unit.MONTH, "2026-05-02"),
        ("2024-02-29", 1, Unit.YEAR, "2025-02-28"),
        ("2025-05-14", 1, Unit.YEAR, "2026-05-14"),
        ("2025-11-30", 3, Unit.MONTH, "2026-02-28"),
    ],
)
def test_a_month_ends_on_the_same_day_number_or_on_its_last_day(start: str, n: int, unit: Unit, target: str) -> None:
    assert after(CALENDAR, day(start), n, unit).target == day(target)


def test_months_count_backwards_too() -> None:
    assert window_opens(CALENDAR, day("2026-12-31"), 3, Unit.MONTH).target == day("2026-09-30")
    assert window_opens(CALENDAR, day("2026-01-31"), 2, Unit.MONTH).target == day("2025-11-30")


def test_an_end_that_does_not_roll_stays_where_it_is() -> None:
    found = after(CALENDAR, day("2026-03-02"), 60, Unit.DAY, roll=False)
    assert found.target == found.latest == day("2026-05-01")
    assert found.rolled_over == ()


# --- what holds for any day --------------------------------------------------------------------------------------


def plain(year: int, *, official: bool = True, off: tuple[date, ...] = ()) -> CalendarYear:
    return CalendarYear(year=year, notice=None, official=official, off=off)


def february_off() -> Calendar:
    """Three years, the second with a February in which nobody works."""
    off = tuple(date(2025, 2, n) for n in range(1, 29))
    return Calendar([plain(2024), plain(2025, off=off), plain(2026)])


CALENDARS = (Calendar(year for year in CALENDAR.years if year.year >= 2022), february_off())
days = st.dates(date(2024, 3, 1), date(2026, 9, 30))
counts = st.integers(1, 40)


@given(st.sampled_from(CALENDARS), days, counts)
def test_the_nth_working_day_is_n_working_days_away(calendar: Calendar, start: date, n: int) -> None:
    found = after(calendar, start, n, Unit.WORKING_DAY)
    assert found.target is not None
    assert calendar.is_working_day(found.target)
    assert found.target == found.latest == add_working_days(calendar, start, n)
    assert working_days_between(calendar, start, found.target) == n
    assert working_days_between(calendar, found.target, start) == -n
    assert n + len(found.passed_over) == (found.target - start).days
    assert not any(calendar.is_working_day(d) for d in found.passed_over)


@given(st.sampled_from(CALENDARS), days, counts)
def test_back_undoes_forward_on_working_days(calendar: Calendar, start: date, n: int) -> None:
    first = add_working_days(calendar, start, 1)
    assert first is not None
    there = after(calendar, first, n, Unit.WORKING_DAY).target
    assert there is not None
    assert back_from(calendar, there, n, Unit.WORKING_DAY).target == first
    assert add_working_days(calendar, there, -n) == first


@given(st.sampled_from(CALENDARS), days, counts, st.sampled_from([Unit.DAY, Unit.WORKING_DAY, Unit.MONTH]))
def test_a_later_start_or_a_longer_term_never_ends_earlier(calendar: Calendar, start: date, n: int, unit: Unit) -> None:
    end = after(calendar, start, n, unit).latest
    for later in (after(calendar, start + timedelta(days=1), n, unit), after(calendar, start, n + 1, unit)):
        assert end is None or later.latest is None or end <= later.latest


@given(st.sampled_from(CALENDARS), days, counts, st.sampled_from([Unit.DAY, Unit.MONTH]))
def test_the_latest_day_is_a_working_day_with_nothing_worked_before_it(
    calendar: Calendar, start: date, n: int, unit: Unit
) -> None:
    found = after(calendar, start, n, unit)
    if found.latest is None or found.target is None:
        return
    assert calendar.is_working_day(found.latest)
    assert found.target <= found.latest
    assert len(found.rolled_over) == (found.latest - found.target).days
    assert not any(calendar.is_working_day(d) for d in found.rolled_over)


@given(st.sampled_from(CALENDARS), days, st.integers(1, 60), st.sampled_from(list(Unit)))
def test_a_term_counted_backwards_is_never_due_later_than_its_words(
    calendar: Calendar, start: date, n: int, unit: Unit
) -> None:
    found = back_from(calendar, start, n, unit)
    assert found.target == found.latest
    assert found.target is None or found.target < start


def test_a_month_without_a_working_day_is_passed_over_whole() -> None:
    calendar = february_off()
    assert after(calendar, day("2025-01-31"), 1, Unit.WORKING_DAY).target == day("2025-03-03")
    assert after(calendar, day("2025-01-22"), 10, Unit.DAY).latest == day("2025-03-03")
    assert back_from(calendar, day("2025-03-03"), 1, Unit.WORKING_DAY).target == day("2025-01-31")
    assert working_days_between(calendar, day("2025-01-31"), day("2025-02-28")) == 0


def test_no_day_is_no_working_days_away_from_itself() -> None:
    assert add_working_days(CALENDAR, day("2026-05-02"), 0) == day("2026-05-02")
    assert working_days_between(CALENDAR, day("2026-05-02"), day("2026-05-02")) == 0


# --- versions and files ------------------------------------------------------------------------------------------


def test_equal_content_has_an_equal_version_and_any_other_day_another() -> None:
    year = plain(2025, off=(day("2025-05-01"), day("2025-05-02")))
    same = msgspec.structs.replace(year, off=(day("2025-05-02"), day("2025-05-01")))
    other = msgspec.structs.replace(year, off=(day("2025-05-01"),))
    assert Calendar([year, plain(2026)]) == Calendar([plain(2026), same])
    assert Calendar([year]).version == Calendar([same]).version
    assert Calendar([year]).version != Calendar([other]).version
    assert len({Calendar([year]), Calendar([same]), Calendar([other])}) == 2
    assert len(CALENDAR.version) == 12
    assert CALENDAR.version in repr(CALENDAR)


@pytest.mark.parametrize(
    "years",
    [
        [plain(2025), plain(2025)],
        [plain(2025, off=(date(2026, 1, 1),))],
        [CalendarYear(year=2025, notice=None, official=True, off=(date(2025, 2, 8),), working=(date(2025, 2, 8),))],
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused(years: list[CalendarYear]) -> None:
    with pytest.raises(ValueError):
        Calendar(years)


def test_a_stored_calendar_comes_back_with_its_version() -> None:
    assert restore_calendar(dump_calendar(CALENDAR)).version == CALENDAR.version
    with pytest.raises(LawError):
        restore_calendar(b'[{"year": 2026}]')


def test_a_loaded_year_takes_the_place_of_the_one_it_announces() -> None:
    text = """
    year: 2027
    notice: 国办发明电〔2026〕1号
    official: true
    off: [2027-01-01, 2027-02-05..2027-02-12]
    working: [2027-01-31]
    """
    merged = merge(CALENDAR, load_calendar(text))
    assert merged.version != CALENDAR.version
    assert merged.is_official(2027)
    assert merged.is_working_day(day("2027-01-31"))
    assert merged.is_working_day(day("2027-02-12")) is False
    assert merged.is_working_day(day("2027-02-15"))
    assert tuple(year.year for year in merged.years) == YEARS
    assert not after(merged, day("2026-12-22"), 10, Unit.WORKING_DAY).provisional


def test_a_file_may_hold_several_years() -> None:
    text = "---\n".join(calendar_texts()[year] for year in ("2018", "2022"))
    assert [year.year for year in load_calendar(text.encode())] == [2018, 2022]


FAULTS = [
    ("", 1, None),
    ("[2026]", 1, None),
    ("year: 2026\nofficial: true", 1, "off"),
    ("year: 2026\nofficial: true\noff: []", 3, "off"),
    ("year: 26\nofficial: true\noff: [2026-01-01]", 1, "year"),
    ("year: 2026\nofficial: yes\noff: [2026-01-01]", 2, "official"),
    ("year: 2026\nofficial: true\noff: 2026-01-01", 3, "off"),
    ("year: 2026\nofficial: true\noff:\n  - 2026-01-01\n  - 2026-02-30", 5, "off"),
    ("year: 2026\nofficial: true\noff: [2026-01-03..2026-01-01]", 3, "off"),
    ("year: 2026\nofficial: true\noff: [2026-01-01..2026-12-31]", 3, "off"),
    ("year: 2026\nofficial: true\noff: [1 January]", 3, "off"),
    ("year: 2026\nofficial: true\noff: [[2026-01-01]]", 3, "off"),
    ("year: 2026\nofficial: true\noff: [2027-01-01]", 3, "off"),
    ("year: 2026\nofficial: true\noff:\n  - 2026-01-01..2026-01-03\n  - 2026-01-02", 5, "off"),
    ("year: 2026\nofficial: true\noff: [2026-01-01]\nworking: [2026-01-05]", 4, "working"),
    ("year: 2026\nofficial: true\noff: [2026-01-03]\nworking: [2026-01-03]", 4, "working"),
    ("year: 2026\nofficial: true\noff: [2026-01-01]\nholidays: []", 4, "holidays"),
    ("year: 2026\nofficial: true\noff: [2026-01-01]\nyear: 2026", 4, "year"),
    ("year: 2026\nofficial: true\noff: [2026-01-01]\n---\nyear: 2026\nofficial: true\noff: [2026-01-01]", 5, "year"),
    ("year: [2026\n", 2, None),
]


@pytest.mark.parametrize(("text", "line", "field"), FAULTS)
def test_a_faulty_calendar_file_is_refused_with_line_and_field(text: str, line: int, field: str | None) -> None:
    with pytest.raises(CalendarError) as refused:
        load_calendar(text)
    assert (refused.value.line, refused.value.field) == (line, field)
    assert f"第 {line} 行" in refused.value.zh
    assert f"line {line}" in refused.value.en
    assert field is None or (field in refused.value.zh and field in refused.value.en)


def test_a_file_in_another_encoding_is_refused_in_both_languages() -> None:
    with pytest.raises(CalendarError, match="UTF-8") as refused:
        load_calendar("notice: 国办发明电".encode("gb18030"))
    assert str(refused.value).splitlines() == [refused.value.zh, refused.value.en]
