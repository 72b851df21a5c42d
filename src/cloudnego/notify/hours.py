"""When a notice may leave: at once, in the morning, or with the rest of the day. All of it arithmetic."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

import msgspec

from cloudnego.ports import CHINA

NIGHT: Final = 21 * 60
MORNING: Final = 8 * 60
DAY: Final = 24 * 60
"""Minutes."""


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """When somebody wants to be told: not between these minutes after midnight, and `daily` once a day, when his quiet
    hours end."""

    quiet_from: int = NIGHT
    quiet_to: int = MORNING
    daily: bool = False


def is_quiet(at_s: int, hours: Hours) -> bool:
    """Whether these are hours in which nothing leaves."""
    at = _minute(at_s)
    if hours.quiet_from <= hours.quiet_to:
        return hours.quiet_from <= at < hours.quiet_to
    return at >= hours.quiet_from or at < hours.quiet_to


def leaves_s(now_s: int, hours: Hours, ends_s: int | None = None) -> int:
    """When a notice of now leaves. What speaks of a term that would be over by then leaves at once: `ends_s`."""
    if not hours.daily and not is_quiet(now_s, hours):
        return now_s
    morning = next_morning_s(now_s, hours)
    return now_s if ends_s is not None and now_s < ends_s <= morning else morning


def next_morning_s(now_s: int, hours: Hours) -> int:
    """The next end of the quiet hours, later than now."""
    now = datetime.fromtimestamp(now_s, CHINA)
    hour, minute = divmod(hours.quiet_to % DAY, 60)
    morning = datetime.combine(now.date(), time(hour, minute), CHINA)
    return int((morning if morning > now else morning + timedelta(days=1)).timestamp())


def _minute(at_s: int) -> int:
    at = datetime.fromtimestamp(at_s, CHINA)
    return at.hour * 60 + at.minute
