"""The day on which a story must begin to stand where its plot says today. Found by trying, noted in `beginnings.json`.

`python -m seeds.xiaoshan.beginnings` finds and notes them anew; needed when a rule, a story or a calendar has changed.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from cloudnego.core import commands as c
from cloudnego.ports import CHINA
from cloudnego.seedling.play import Play, Script, Tale
from seeds.xiaoshan.casting import Casting
from seeds.xiaoshan.firms import SEED, Firm, all_firms
from seeds.xiaoshan.telling import TODAY, Teller, at_nine, name_of, part_of, register_of
from seeds.xiaoshan.words import words

NOTED: Final = Path(__file__).with_name("beginnings.json")
_FAR: Final = datetime(2027, 12, 20, 15, tzinfo=CHINA)
_JUMPS, _TRIES = 12, 36


def noted() -> dict[str, date]:
    """The day of each enterprise whose case of 2026 stops somewhere, by the enterprise's key."""
    found: dict[str, str] = json.loads(NOTED.read_text("utf-8"))
    return {key: date.fromisoformat(day) for key, day in found.items()}


def beginning(teller: Teller, firm: Firm, tale: Tale, stop: tuple[type[c.Command], int], lag: int) -> date:
    """The day to open a case on, so that the story comes to its stop `lag` days before today (negative: after).

    It may come out up to two days early where weekends and holidays are in the way; with no lag it is exact.
    """
    goal, day = TODAY - timedelta(days=lag), TODAY - timedelta(days=lag + 70)
    best: tuple[int, date] | None = None
    for attempt in range(_TRIES):
        day = teller.working(day)
        off = (goal - _came_to(teller, firm, tale, stop, day)).days
        if 0 <= off <= (2 if lag else 0):
            return day
        if off >= 0 and (best is None or off < best[0]):
            best = (off, day)
        day += timedelta(days=off if attempt < _JUMPS else (1 if off > 0 else -1))
    assert best is not None, "no day to begin on comes out before its goal"
    return best[1]


def _came_to(teller: Teller, firm: Firm, tale: Tale, stop: tuple[type[c.Command], int], day: date) -> date:
    dry = Play(
        Script(), name_of(firm, TODAY.year), law=teller.law, part=part_of(firm, TODAY.year),
        register=register_of(firm, TODAY.year), begin=at_nine(day), now=_FAR, seed=SEED, words=words, stop=stop,
    )  # fmt: skip
    dry.opening = {"wage_year": TODAY.year}
    dry.tell(tale)
    return dry.today


def find() -> dict[str, date]:
    """All days, found by trying."""
    teller, casting = Teller(Script()), Casting(all_firms())
    return {
        firm.key: beginning(teller, firm, plot.tale, plot.stop, lag)
        for firm, plot, lag in casting.roles
        if plot.stop is not None
    }


def main() -> None:
    """Note the days."""
    found = {key: day.isoformat() for key, day in sorted(find().items())}
    NOTED.write_text(json.dumps(found, indent=0) + "\n", "utf-8")
    print(f"{len(found)} days noted in {NOTED.name}")


if __name__ == "__main__":
    main()
