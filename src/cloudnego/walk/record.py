"""What a walk did: each act under the step it happened in, and what became of each step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import STEPS, Ending, Held, Mode, Step

GATHERINGS_BEFORE: Final = 4
"""Elections, opinion collection, meeting, congress: how often people had to gather before there was a platform."""

ENDS_EARLY: Final[Mapping[str, Ending]] = {"silent-enterprise": Ending.WITHDRAWN}
"""Stories that do not run through, and how they end."""


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One act that was carried out: the command, who asked it, and when by the district's clock."""

    step: Step
    command: str
    by: str
    at: str


class Turned(msgspec.Struct, frozen=True, kw_only=True):
    """A step that closed, as the log says it."""

    closed: Step
    outcome: str
    mode: Mode
    opened: Step


class Record:
    """Filled while the walk goes on; says at any time how far it came."""

    def __init__(self, story: str) -> None:
        self.story = story
        self.case: str | None = None
        self.acts: list[Act] = []
        self.turns: list[Turned] = []
        self.state: Negotiation | None = None
        self.final: dict[str, Any] = {}

    def mode(self, step: Step) -> Mode | None:
        """How the step was really held; None if the case never came to it."""
        if self.state is None or self.state.step is None:
            return None
        if step in self.state.step_modes:
            return self.state.step_modes[step]
        if step is not self.state.step:
            return None
        met = self.state.meeting.mode is Mode.IN_PERSON if step is Step.MEETING else False
        return Mode.IN_PERSON if met or self.state.gatherings.get(step) is Held.GATHERING else Mode.ONLINE

    def result(self, step: Step) -> str | None:
        """The outcome the step last closed with; of the step in which the case ended, the ending."""
        if self.state is not None and self.state.step is step:
            return self.state.ending.value if self.state.ending is not None else "open"
        return next((turn.outcome for turn in reversed(self.turns) if turn.closed is step), None)

    def count(self, mode: Mode) -> int:
        """How many steps were held in this way."""
        return sum(self.mode(step) is mode for step in STEPS)

    def wrong(self) -> str | None:
        """The failure a whole story would be: it ended otherwise, or not eight steps were online and one in person."""
        ending = self.state.ending if self.state is not None else None
        if ending is not ENDS_EARLY.get(self.story, Ending.EXPIRED):
            return "ends_otherwise"
        through = self.story not in ENDS_EARLY
        return "not_eight_and_one" if through and self._modes() != (len(STEPS) - 1, 1) else None

    def _modes(self) -> tuple[int, int]:
        return self.count(Mode.ONLINE), self.count(Mode.IN_PERSON)

    def document(self, *, ok: bool) -> dict[str, Any]:
        """`{story, case, ok, steps: [{number, code, mode, acts: [{command, by, at}], result} × 9], final}`."""
        return {
            "story": self.story,
            "case": self.case,
            "ok": ok,
            "steps": [self._step(step) for step in STEPS],
            "final": self.final,
        }

    def _step(self, step: Step) -> dict[str, Any]:
        mode = self.mode(step)
        return {
            "number": step.number,
            "code": step.value,
            "mode": mode.value if mode is not None else None,
            "acts": [{"command": a.command, "by": a.by, "at": a.at} for a in self.acts if a.step is step],
            "result": self.result(step),
        }
