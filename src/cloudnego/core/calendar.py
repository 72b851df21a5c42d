"""Working days and statutory counting: every term of the law becomes a `Due` that shows how it was counted.

The day of the event is not counted. A term in days, months or years whose last day is no working day has a `target`
(that day) and a `latest` (the next working day); a term counted backwards never moves to a later day. Days and working
days are never converted into each other. A year whose notice is not out makes a date provisional, a year that is not
known at all gives no date: nothing is guessed.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, final

import msgspec

from cloudnego.core.pack import Unit

_ONE_DAY: Final = timedelta(days=1)


class CalendarYear(msgspec.Struct, frozen=True, kw_only=True):
    """One year of the working-day calendar: what the State Council's notice changes against Monday to Friday.

    `off`: days without work (weekends may be listed, they are off anyway); `working`: make-up Saturdays and Sundays.
    `official`: False while the notice is not out and the year holds the statutory days alone.
    """

    year: int
    notice: str | None
    official: bool
    off: tuple[date, ...] = ()
    working: tuple[date, ...] = ()


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A statutory date and its derivation.

    `target` is the date read without roll-over, `latest` the one after it; both None where a needed year is unknown.
    `passed_over`: non-working days a count of working days skipped; `rolled_over`: those between target and latest.
    """

    target: date | None
    latest: date | None
    provisional: bool
    counted_from: date
    n: int
    unit: Unit
    before: bool
    passed_over: tuple[date, ...] = ()
    rolled_over: tuple[date, ...] = ()


class _Span:
    """Consecutive known years as two sorted lists: binary search in them answers every question."""

    __slots__ = ("rest", "work")

    def __init__(self) -> None:
        self.work: list[date] = []
        self.rest: list[date] = []


@final
class Calendar:
    """The years a district has loaded. Equal content has an equal `version` (12 hex digits of its SHA-256)."""

    __slots__ = ("_official", "_spans", "version", "years")

    def __init__(self, years: Iterable[CalendarYear] = ()) -> None:
        """Raises ValueError if a year stands twice, or a date stands in another year or in both lists."""
        self.years: Final = tuple(sorted((_in_order(y) for y in years), key=lambda y: y.year))
        content = msgspec.json.encode(self.years, order="sorted")
        self.version: Final = hashlib.sha256(content).hexdigest()[:12]
        self._official: Final = frozenset(y.year for y in self.years if y.official)
        self._spans: Final = _spans(self.years)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and other.years == self.years

    def __hash__(self) -> int:
        return hash(self.version)

    def __repr__(self) -> str:
        return f"Calendar({self.version}: {', '.join(str(y.year) for y in self.years)})"

    def knows(self, year: int) -> bool:
        return year in self._spans

    def is_official(self, year: int) -> bool:
        """Whether the year rests on a published notice; False for a year that is not known."""
        return year in self._official

    def is_working_day(self, day: date) -> bool | None:
        """None where the year is not known."""
        span = self._spans.get(day.year)
        if span is None:
            return None
        at = bisect_left(span.work, day)
        return at < len(span.work) and span.work[at] == day

    def _provisional(self, first: date, last: date) -> bool:
        if first.year == last.year:
            return first.year not in self._official
        return any(year not in self._official for year in range(first.year, last.year + 1))

    def _forward(self, start: date, n: int) -> tuple[date, tuple[date, ...]] | None:
        """The n-th working day after `start`, and the days without work between the two."""
        span = self._spans.get((start + _ONE_DAY).year)
        if span is None:
            return None
        at = bisect_right(span.work, start) + n - 1
        if at >= len(span.work):
            return None
        found = span.work[at]
        return found, tuple(span.rest[bisect_right(span.rest, start) : bisect_left(span.rest, found)])

    def _backward(self, day: date, n: int) -> tuple[date, tuple[date, ...]] | None:
        """The n-th working day before `day`, and the days without work between the two."""
        span = self._spans.get((day - _ONE_DAY).year)
        if span is None:
            return None
        at = bisect_left(span.work, day) - n
        if at < 0:
            return None
        found = span.work[at]
        return found, tuple(span.rest[bisect_right(span.rest, found) : bisect_left(span.rest, day)])

    def _rolled(self, day: date) -> tuple[date, tuple[date, ...]] | None:
        """`day` if it is a working day, else the next one; with the days without work in between."""
        span = self._spans[day.year]
        at = bisect_left(span.work, day)
        if at >= len(span.work):
            return None
        found = span.work[at]
        if found == day:
            return day, ()
        return found, tuple(span.rest[bisect_left(span.rest, day) : bisect_left(span.rest, found)])


def _in_order(year: CalendarYear) -> CalendarYear:
    """The same year with both lists sorted and each date once, so that equal content has equal bytes."""
    off, working = set(year.off), set(year.working)
    if off & working:
        raise ValueError(f"{year.year}: both off and working: {min(off & working)}")
    if any(day.year != year.year for day in off | working):
        raise ValueError(f"{year.year}: a date of another year")
    return msgspec.structs.replace(year, off=tuple(sorted(off)), working=tuple(sorted(working)))


def _spans(years: tuple[CalendarYear, ...]) -> dict[int, _Span]:
    spans: dict[int, _Span] = {}
    for year in years:
        if year.year in spans:
            raise ValueError(f"{year.year} stands twice")
        span = spans[year.year] = spans.get(year.year - 1) or _Span()
        off, working = frozenset(year.off), frozenset(year.working)
        day = date(year.year, 1, 1)
        while day.year == year.year:
            works = day in working or (day.weekday() < 5 and day not in off)
            (span.work if works else span.rest).append(day)
            day += _ONE_DAY
    return spans


def moved(day: date, n: int, unit: Unit) -> date:
    """`day` moved by n days, months or years; a day number the month lacks becomes the month's last day."""
    if unit is Unit.DAY:
        return day + timedelta(days=n)
    months = day.year * 12 + day.month - 1 + (n if unit is Unit.MONTH else 12 * n)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _unknown(start: date, n: int, unit: Unit, *, before: bool) -> Due:
    return Due(target=None, latest=None, provisional=True, counted_from=start, n=n, unit=unit, before=before)


def _positive(n: int) -> None:
    if n < 1:
        raise ValueError("a term has at least one unit")


def after(calendar: Calendar, start: date, n: int, unit: Unit, *, roll: bool = True) -> Due:
    """The last day of a term of `n` units that began with an event on `start` (that day is not counted).

    `roll=False` leaves `latest` at `target`. Raises ValueError if n < 1.
    """
    _positive(n)
    if unit is Unit.WORKING_DAY:
        found = calendar._forward(start, n)
        if found is None:
            return _unknown(start, n, unit, before=False)
        day, passed = found
        shaky = calendar._provisional(start + _ONE_DAY, day)
        return Due(
            target=day,
            latest=day,
            provisional=shaky,
            counted_from=start,
            n=n,
            unit=unit,
            before=False,
            passed_over=passed,
        )
    target = moved(start, n, unit)
    if not calendar.knows(target.year):
        return _unknown(start, n, unit, before=False)
    rolled = calendar._rolled(target) if roll else (target, ())
    latest, over = rolled if rolled else (None, ())
    return Due(
        target=target,
        latest=latest,
        provisional=latest is None or calendar._provisional(target, latest),
        counted_from=start,
        n=n,
        unit=unit,
        before=False,
        rolled_over=over,
    )


def back_from(calendar: Calendar, day: date, n: int, unit: Unit) -> Due:
    """The last day on which a duty owed `n` units before `day` can be done; never a later one (…日前).

    A count of working days ends on a working day; in any other unit the day found stands even if nobody works on it.
    Raises ValueError if n < 1.
    """
    _positive(n)
    passed: tuple[date, ...] = ()
    if unit is Unit.WORKING_DAY:
        found = calendar._backward(day, n)
        if found is None:
            return _unknown(day, n, unit, before=True)
        target, passed = found
    else:
        target = moved(day, -n, unit)
        if not calendar.knows(target.year):
            return _unknown(day, n, unit, before=True)
    shaky = calendar._provisional(target, day - _ONE_DAY if unit is Unit.WORKING_DAY else target)
    return Due(
        target=target,
        latest=target,
        provisional=shaky,
        counted_from=day,
        n=n,
        unit=unit,
        before=True,
        passed_over=passed,
    )


def window_opens(calendar: Calendar, day: date, n: int, unit: Unit) -> Due:
    """The first day of a window that opens `n` units before `day`; an opening does not roll."""
    return back_from(calendar, day, n, unit)


def add_working_days(calendar: Calendar, day: date, n: int) -> date | None:
    """The n-th working day after `day`, before it if n is negative, `day` itself if n is 0; None in an unknown year."""
    if n == 0:
        return day
    found = calendar._forward(day, n) if n > 0 else calendar._backward(day, -n)
    return found[0] if found else None


def working_days_between(calendar: Calendar, a: date, b: date) -> int | None:
    """Working days after `a` up to and including `b`, negative if b is earlier; None if a year between is unknown.

    It agrees with the count of a term: the n-th working day after `a` is n away from it.
    """
    if b < a:
        back = working_days_between(calendar, b, a)
        return None if back is None else -back
    if a == b:
        return 0
    span = calendar._spans.get((a + _ONE_DAY).year)
    if span is None or calendar._spans.get(b.year) is not span:
        return None
    return bisect_right(span.work, b) - bisect_right(span.work, a)
