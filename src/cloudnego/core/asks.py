"""The shapes the procedure is written in: an ask, the rule of a step, the place of an ask along the road."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.acts import Condition, Does, Fit, Need
from cloudnego.core.vocabulary import STEPS, Seat, Side, Step, Stream

C = TypeVar("C", bound=c.Command)


@dataclass(frozen=True, kw_only=True)
class Ask(Generic[C]):
    """One thing that may be asked.

    `needs` hold or not before a word is written: they draw the button. `fits` look at the words themselves and may
    rely on the needs being met. `by`: the seats, `side` if only one side may. `until` keeps the ask open in later
    steps. `writes`: the joint streams, or the asker's caucus. `reads`: the field that names the one other case it is
    judged by; `about`: the field that names the one event of its case. `by_register`: also by the enterprise register,
    which the door looks up. `names`: the field that names the one person it is judged by, of whom identity says what he
    is. `draws`: the door draws a roll and keys for it. `into`: the field by which a guest, who has no caucus of his
    own, names the one he writes.
    `sees`: the stream whose things its words name; who does not see it is not asked, whatever his seat.
    `even_closed`: also of a case that is over. `on_paper`: may be entered from a paper for a side that does not use
    the platform; a paper brings its own words.
    """

    command: type[C]
    does: Does[C]
    by: frozenset[Seat]
    side: Side | None = None
    needs: tuple[Need, ...] = ()
    fits: tuple[Fit[C], ...] = ()
    until: Step | None = None
    writes: Literal["joint", "caucus"] = "joint"
    reads: str | None = None
    about: str | None = None
    by_register: bool = False
    names: str | None = None
    draws: bool = False
    into: str | None = None
    sees: Stream | None = None
    even_closed: bool = False
    on_paper: bool = True


Closer = Callable[[Any], e.Outcome | None]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One step. It ends when nothing hard stands in `ends`, or when an event closes it with another outcome."""

    asks: tuple[Ask[Any], ...]
    ends: tuple[Condition, ...] = ()
    closed_by: Mapping[type[e.Event], Closer] = field(default_factory=dict)
    then: Mapping[e.Outcome, Step]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where along the road an ask stands, and what an overlay may put before it."""

    ask: Ask[Any]
    first: Step
    last: Step
    stops: tuple[Need, ...] = ()

    def open_in(self, step: Step) -> bool:
        return STEPS.index(self.first) <= STEPS.index(step) <= STEPS.index(self.last)
