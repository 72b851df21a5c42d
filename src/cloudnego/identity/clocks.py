"""The clock of each district: the world's for a live one, the world's and an offset for a sandbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from cloudnego.eventlog.districts import District, Districts
from cloudnego.ports import CHINA


class Clocks:
    """Offsets in memory, read once for each district; `refresh` where another process may have moved one."""

    def __init__(self, districts: Districts, now: Callable[[], datetime]) -> None:
        self._districts = districts
        self._now = now
        self._known: dict[str, District] = {}
        self._reading = Lock()  # what was read before a clock was moved must not be remembered after it

    def __call__(self, district: str) -> datetime:
        """The moment in a district, at +08:00. Raises NoDistrict. Reads the database the first time."""
        return (self._now() + timedelta(seconds=self.district(district).clock_offset_s)).astimezone(CHINA)

    def district(self, district: str) -> District:
        """What is known of a district. Raises NoDistrict. Reads the database the first time."""
        found = self._known.get(district)
        if found is None:
            with self._reading:
                found = self._known[district] = self._districts.get(district)
        return found

    def move(self, district: str, offset_s: int) -> datetime:
        """Set a sandbox's offset and say what time it is there. Raises NoDistrict, LiveClock. Blocks."""
        with self._reading:
            self._known[district] = self._districts.move_clock(district, offset_s)
        return self(district)

    def refresh(self) -> list[District]:
        """Read all districts again. Blocks."""
        with self._reading:
            found = self._districts.all()
            self._known = {one.id: one for one in found}
        return found
