"""Why a poll did not do what was asked of it. Those of the ballot itself are in `ballots` and `blind`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final


class PollRefused(Exception):
    """What all reasons here have in common."""


class NoPoll(PollRefused):
    """There is no such poll."""


class NotOpen(PollRefused):
    """It is prepared and not open yet, or what was asked wants another state than it has."""


class PollClosed(PollRefused):
    """Its time is over, or it was closed or declared void."""


class NotOnRoll(PollRefused):
    """He has no line on the roll."""


class Issued(PollRefused):
    """His ballot was signed already, for other bytes than these. There is no second one."""


class OnPaper(PollRefused):
    """He was struck from the roll because he votes on paper."""


class PoolElsewhere(PollRefused):
    """Another node keeps what waits in this poll, or its file is lost."""


class BadCount(PollRefused):
    """No count of papers: a choice nobody had, or more votes than papers."""


class NotATeller(PollRefused):
    """Two others have counted already."""


class NotYet(PollRefused):
    """It cannot be counted; `why` are the codes of `Polls.stands_in_the_way`."""

    def __init__(self, why: Sequence[str]) -> None:
        self.why: Final = tuple(why)
        super().__init__(", ".join(why))


class BoxDamaged(PollRefused):
    """Ballots in the box that the key of the poll never signed: no result is made of them. `places` names them; none
    where there are just more than were issued."""

    def __init__(self, places: Sequence[bytes]) -> None:
        self.places: Final = tuple(place.hex() for place in places)
        super().__init__(" ".join(self.places))
