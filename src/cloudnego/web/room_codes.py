"""The code of the room: it stands on the screen of a meeting for half a minute, and says of whoever brings it that he
has just been able to read it there.

It is a MAC over the case, the meeting that is set and the half minute, under a key that follows from the master keys:
every node makes and knows the same, nothing is written down, and none is told by another. 128 bits are not guessed.
A picture of the screen sent to somebody elsewhere is as good as the screen as long as it stands, which is why the
recorder confirms whom he sees.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from cloudnego.core.state import Meeting

STANDS_S: Final = 30
_BYTES: Final = 16


class RoomCodes:
    """The codes of all rooms. `keys`: the newest first, which makes them; the others still know theirs."""

    def __init__(self, keys: Callable[[], Sequence[bytes]]) -> None:
        self._keys: Final = keys

    def code(self, case: str, meeting: Meeting, at: datetime) -> str:
        """The code that stands on the screen at this time."""
        return _code(self._keys()[0], case, meeting, window_of(at))

    def knows(self, code: str, case: str, meeting: Meeting, at: datetime) -> bool:
        """Whether it stands there now, or stood there until half a minute ago."""
        now = window_of(at)
        right = [
            hmac.compare_digest(code, _code(key, case, meeting, window))
            for key in self._keys()
            for window in (now, now - 1)
        ]
        return any(right)


def window_of(at: datetime) -> int:
    """The half minute a time lies in."""
    return int(at.timestamp()) // STANDS_S


def _code(key: bytes, case: str, meeting: Meeting, window: int) -> str:
    """Of this meeting alone: once it is set to another day, or held and adjourned, its codes are good no more."""
    plan = meeting.plan
    set_for = None if plan is None else (plan.day.isoformat(), plan.time)
    what = msgspec.msgpack.encode((case, set_for, meeting.session, window))
    return urlsafe_b64encode(hmac.digest(key, what, "sha256")[:_BYTES]).decode().rstrip("=")
