"""Open means askable: behind every button that is drawn as open, some payload is accepted (design §3)."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, Final, Protocol

from msgspec.structs import replace
from pydantic import ValidationError

from cloudnego.chooser import Cast, can_fill, fill
from cloudnego.core import commands as c
from cloudnego.core.gate import obstacles
from cloudnego.core.moment import Moment
from cloudnego.core.sight import next_for

FILLS = 24  # the first accepted ends it: only what nobody could say costs so many
EXCEPTIONS: Final[dict[type[c.Command], str]] = {
    c.MergeIntoRegional: "whether a regional case covers the enterprise stands in that case, unseen by a button",
    c.CoverEnterprise: "whether an enterprise is on the register is the door's to look up, for the words that name it",
}
"""Asks whose button cannot know: what they are judged by is named in their words alone."""


class Asking(Protocol):
    """Where somebody asks: as much of a rehearsal as is needed."""

    def moment(self, who: str, command: c.Command | None = None) -> Moment: ...


def newcomers(cast: Cast, dice: Random) -> Cast:
    """The same roles, taken by people nobody has named yet: whoever may name a person may name another one."""
    new = f"new{dice.randrange(10_000)}"
    return replace(
        cast, recorder=f"{new}r", instructor=f"{new}i", district_union=f"{new}g", outsiders=(f"{new}o",),
        worker_bench=tuple(f"{new}w{n}" for n in range(len(cast.worker_bench))), asked_percent="9", offered_percent="5",
        spare_workers=(f"{new}x",), spare_employers=(f"{new}y",), scrutineers=(f"{new}s", f"{new}t"),
    )  # fmt: skip


def _fills(m: Moment, kind: type[c.Command], dice: Random, cast: Cast) -> Iterator[c.Command]:
    """A few ways to fill an ask: as the chooser does, with people nobody has named, and saying no."""
    refusing: dict[type[c.Command], dict[str, Any]] = {c.Reply: {"outcome": "refused", "plan": None, "topics": []}}
    for n in range(FILLS):
        people = cast if n % 2 == 0 else newcomers(cast, dice)
        try:
            yield fill(m, kind, dice, people, refusing.get(kind) if n == 2 else None)
        except (LookupError, ValidationError):  # the case gives the chooser nothing to say here
            continue


def unaskable(scene: Asking, who: str, dice: Random, cast: Cast) -> list[str]:
    """The asks that are shown to somebody as open, and of which no payload was accepted; with what stood in the way."""
    found: list[str] = []
    now = scene.moment(who)
    if not now.law.calendar.knows(now.today.year):  # nothing is dated in a year the operator has not loaded yet
        return found
    for shown in next_for(now):
        kind = c.COMMANDS[shown.command]
        if not shown.open or kind in EXCEPTIONS or not can_fill(kind):
            continue
        said = []
        for command in _fills(scene.moment(who), kind, dice, cast):
            hard = [o.reason.value for o in obstacles(scene.moment(who, command), command) if o.hard]
            if not hard:
                break
            said += hard
        else:
            found.append(f"{shown.command} is open to {who} and nobody could say it: {sorted(set(said))}")
    return found
