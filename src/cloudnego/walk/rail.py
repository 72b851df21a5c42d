"""A walk on the terminal: nine steps as a rail, each act as it happens, and what became of it. Chinese first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from cloudnego.core.vocabulary import STEPS, Mode, Step
from cloudnego.texts import say
from cloudnego.walk.client import WalkFailed
from cloudnego.walk.record import GATHERINGS_BEFORE, Act, Record, Turned
from cloudnego.walk.sandbox import Person, Sandbox

_NUMBERS: Final = "①②③④⑤⑥⑦⑧⑨"


class Rail:
    """Hears of everything that happens and writes it down, unless the console is quiet."""

    def __init__(self, console: Console, record: Record) -> None:
        self._out = console
        self._record = record
        self._step: Step | None = None

    def began(self, url: str, sandbox: Sandbox) -> None:
        """A sandbox was opened, and is to be peopled."""
        self._rule(both(f"walk.stories.{self._record.story}"))
        self._line("walk.began", url=url, district=sandbox.district, day=sandbox.now.date().isoformat())

    def peopled(self, people: int) -> None:
        """Everybody has an account."""
        self._line("walk.peopled", people=people)

    def act(self, act: Act, who: Person, warnings: Iterable[Mapping[str, Any]]) -> None:
        """Somebody asked, and it was carried out."""
        if act.step is not self._step:
            self._step = act.step
            self._rule(f"{self._drawn()}  {_numbered(act.step)}")
        role, said = say(f"walk.roles.{who.role}"), say(f"commands.{act.command}")
        zh = f"[bold]{escape(said['zh'])}[/]  {escape(role['zh'])} {escape(who.name)}"
        self._say(
            f"  [dim]{act.at[:16].replace('T', ' ')}[/]  {zh}  [dim]{escape(said['en'])} · {escape(role['en'])}[/]"
        )
        for warning in warnings:
            sentence = warning["sentence"]
            self._say(f"    [yellow]! {escape(sentence['zh'])}[/]  [dim]{escape(sentence['en'])}[/]")

    def waited(self, now: datetime, asked: int) -> None:
        """The clock of the sandbox was moved."""
        if asked:
            self._line("walk.waited", day=now.date().isoformat(), n=asked)

    def turned(self, turn: Turned) -> None:
        """A step closed."""
        outcome, mode = say(f"outcomes.{turn.outcome}"), say(f"walk.modes.{turn.mode.value}")
        colour = "green" if turn.outcome == "done" else "red"
        zh = f"{escape(outcome['zh'])}（{mode['zh']}）"
        self._say(f"  [{colour}]■[/] {_numbered(turn.closed)}: [{colour}]{zh}[/] [dim]{outcome['en']}, {mode['en']}[/]")

    def ended(self) -> None:
        """What became of each step, and of the gatherings."""
        grid = Grid("", *(both(f"walk.columns.{name}") for name in ("step", "mode", "acts", "result")))
        for step in STEPS:
            mode, result = self._record.mode(step), self._record.result(step)
            here = self._record.state is not None and self._record.state.step is step
            acts = sum(act.step is step for act in self._record.acts)
            held = both(f"walk.modes.{mode.value}", "\n") if mode is not None else "–"
            name = both(f"steps.{step.value}", "\n")
            grid.add_row(_NUMBERS[step.number - 1], name, _coloured(held, mode), str(acts), _result(result, here))
        self._out.print(grid)
        final = self._record.final
        self._line("walk.gatherings", before=GATHERINGS_BEFORE, after=final.get("gatherings", "?"))
        self._line("walk.modes_held", online=final.get("steps_online", 0), in_person=final.get("steps_in_person", 0))
        self._line("walk.ended", case=self._record.case, acts=final.get("acts", 0), people=final.get("people", 0))

    def _drawn(self) -> str:
        """Closed steps are full, the one under way is its number, the others are empty."""
        closed = {turn.closed for turn in self._record.turns}
        return " ".join(
            f"[cyan]{_NUMBERS[step.number - 1]}[/]" if step is self._step else "[green]●[/]" if step in closed else "○"
            for step in STEPS
        )

    def _rule(self, text: str) -> None:
        self._out.rule(text, align="left")

    def _line(self, key: str, **facts: object) -> None:
        said = say(key, facts)
        self._say(f"{escape(said['zh'])}  [dim]{escape(said['en'])}[/]")

    def _say(self, text: str) -> None:
        self._out.print(text, highlight=False)


def both(key: str, between: str = " ") -> str:
    """A text in both languages, Chinese first, ready for a console."""
    said = say(key)
    return f"{escape(said['zh'])}{between}[dim]{escape(said['en'])}[/]"


def _numbered(step: Step) -> str:
    return f"{_NUMBERS[step.number - 1]} {both(f'steps.{step.value}')}"


def _coloured(text: str, mode: Mode | None) -> str:
    return f"[magenta]{text}[/]" if mode is Mode.IN_PERSON else text


def _result(result: str | None, here: bool) -> str:
    """Of a step that closed its outcome; of the one where the case is, its ending."""
    if result is None:
        return "–"
    return both("walk.open" if result == "open" else f"{'endings' if here else 'outcomes'}.{result}", "\n")


def explain(console: Console, record: Record, failure: WalkFailed) -> None:
    """What went wrong, how far the walk had come, and what the server answered."""
    said = failure.said
    console.print(f"[red]cloudnego walk:[/] {escape(said['zh'])}", highlight=False)
    console.print(f"  {escape(said['en'])}", highlight=False)
    reached = record.state.step if record.state is not None else None
    if reached is not None:
        where = say("walk.reached", {"n": reached.number, "acts": len(record.acts), "case": record.case})
        console.print(f"  {escape(where['zh'])}  [dim]{escape(where['en'])}[/]: {_numbered(reached)}", highlight=False)
    if failure.problem is not None:
        document = msgspec.json.format(msgspec.json.encode(failure.problem)).decode()
        console.print(document, highlight=False, markup=False)
