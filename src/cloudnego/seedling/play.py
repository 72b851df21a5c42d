"""Playing: who plays in a case and how fast, and the rehearsal that writes down what was asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final, NamedTuple

from cloudnego.chooser import Cast
from cloudnego.core import commands as c
from cloudnego.core.decide import Decision
from cloudnego.core.moment import Law, Register
from cloudnego.core.procedure import PLACES
from cloudnego.core.sight import caucus_side
from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import Member, Side
from cloudnego.eventlog.bulk import Bulk
from cloudnego.ports import Asked
from cloudnego.rehearsal import Played, Rehearsal

_NO_MORE_ACTS: Final = timedelta(minutes=5)
"""People rest so long before the seed's moment, so that the clock has the last word."""


class Halt(Exception):
    """The story has come as far as it is told."""


class Act(NamedTuple):
    """One ask of a seed, as it was granted."""

    case: str
    at: datetime
    by: Member
    command: c.Command


class Script:
    """All that was played, in its order, and the cases by their ids as they then stand.

    With a `pen` the asks go to the log and the ids are the log's; without, a case is called by its name.
    """

    def __init__(self, district: str = "", pen: Bulk | None = None) -> None:
        self.district: Final = district
        self.pen: Final = pen
        self.acts: Final[list[Act]] = []
        self.cases: Final[dict[str, Negotiation]] = {}
        self.names: Final[dict[str, str]] = {}  # of each case by its id


class Part(NamedTuple):
    """Who plays in a case, and how fast they are: `pauses` are working days (least, most) before an act."""

    cast: Cast
    members: Mapping[str, Member]
    pauses: Mapping[type[c.Command], tuple[int, int]]
    organs: Mapping[Side, str]


Tale = Callable[["Play"], None]
"""A story of a seed; every story of `cloudnego.stories` is one."""

Words = Callable[["Play", str, type[c.Command], Mapping[str, Any]], Mapping[str, Any]]
"""What a seed says in its own words, laid over the chooser's: the play, who asks, what, and the story's wish."""


class Play(Rehearsal):
    """A rehearsal that writes down what is asked, and ends at the seed's moment, or before an ask it is to stop at.

    `stop`: the kind of that ask and its number. `now`: the seed's moment. `seed`: a word the dice are thrown by.
    """

    def __init__(
        self, script: Script, name: str, *, law: Law, part: Part, register: Register, begin: datetime,
        now: datetime, seed: str, words: Words, stop: tuple[type[c.Command], int] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(law, part.cast, register, begin, Random(f"{seed}/{name}"))
        self.members = dict(part.members)
        self.case_id = self.name = name
        self.others = script.cases
        self._script = script
        self._part = part
        self._now = now
        self._words = words
        self._stop = stop
        self._asked: Counter[type[c.Command]] = Counter()
        self.opening: dict[str, Any] = {}  # what the seed says of the opening, whatever the story

    def organ(self, side: Side) -> str:
        return self._part.organs[side]

    def open(self, who: str, **wish: Any) -> None:
        super().open(who, **{**self.opening, **wish})

    def act(self, who: str, kind: type[c.Command], /, **wish: Any) -> None:
        self._asked[kind] += 1
        if self._stop == (kind, self._asked[kind]):
            raise Halt
        days = self.dice.randint(*self._part.pauses.get(kind, (0, 0)))
        if days:
            self.wait_working(days)
        self.at += timedelta(seconds=20 + self.dice.randrange(130))
        if self.at > self._now - _NO_MORE_ACTS:
            raise Halt
        super().act(who, kind, **{**self._words(self, who, kind, wish), **wish})

    def ask(self, by: Member, command: c.Command) -> Decision:
        script = self._script
        decision = super().ask(by, command) if script.pen is None else self._through(script.pen, by, command)
        script.acts.append(Act(self.name, self.at, by, command))
        script.cases[self.case_id] = self.case
        script.names[self.case_id] = self.name
        return decision

    def _through(self, pen: Bulk, by: Member, command: c.Command) -> Decision:
        """The log judges and writes. Raises `Refused`; then nothing was written."""
        case = None if command.opens else self.case_id
        register = self.register if PLACES[type(command)].ask.by_register else None
        key, named = f"seed-{self.name}-{len(self.played)}", self._named(command)
        receipt = pen.ask(
            Asked(
                district=self._script.district, case=case, command=command, by=by, at=self.at, key=key,
                register=register, named=named,
            )
        )  # fmt: skip
        self.case_id = receipt.case
        for entry in receipt.entries:
            self.heads[entry.stream] = entry.seq
        state, side = pen.state(receipt.case), caucus_side(self.case, by, command)
        assert state is not None, "the log has just written it"
        self._case = state
        caucus = pen.caucus(receipt.case, side) if side is not None else None
        if caucus is not None and side is not None:
            self.caucuses[side] = caucus
        self.heard(command)
        self.played.append(Played(self.at, by, command, (), named))
        return Decision((), state, caucus, receipt.warnings)

    def wait_until(self, day: date, hour: int = 9) -> None:
        if (day, hour) > (self._now.date(), self._now.hour):
            raise Halt
        super().wait_until(day, hour)

    def tell(self, story: Tale) -> bool:
        """Play a story as far as it goes; True if it came to its end or to its stop before the seed's moment."""
        try:
            story(self)
        except Halt:
            return self.at < self._now - _NO_MORE_ACTS
        return True

    def rest(self) -> None:
        """Nobody asks any more; the clock notes what falls due until the seed's moment."""
        if self.case.live:
            super().wait_until(self._now.date(), self._now.hour)
