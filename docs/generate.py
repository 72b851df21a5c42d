"""Writes the pages that the code knows better than we do: `python docs/generate.py`, or `--check` to compare only."""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from cloudnego.core import gate
from cloudnego.core.acts import GENERAL
from cloudnego.core.asks import Place
from cloudnego.core.commands import COMMANDS, Command
from cloudnego.core.events import EVENTS
from cloudnego.core.overlays import Overlay
from cloudnego.core.pack import Pack, Text2, Timer
from cloudnego.core.procedure import OPENINGS, PAPER, PLACES, PROCEDURE, ROAD, STILL
from cloudnego.core.refusals import Reason
from cloudnego.core.substates import SUBSTATES, DisputeSubState
from cloudnego.core.vocabulary import STEPS, Seat, Step
from cloudnego.law import DEFAULT_PACK, shipped_pack
from cloudnego.texts import LANGUAGES, catalogue
from cloudnego.web import event_pages, screens

DOCS = Path(__file__).resolve().parent
SCREENS = DOCS.parent / "frontend" / "src" / "generated"
Rule = Callable[..., Any]

# --- schemas ------------------------------------------------------------------------------------------------------

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def _schema(title: str, classes: Mapping[str, type[BaseModel]], mode: JsonSchemaMode) -> str:
    """One document for all classes of a kind: `type` says which of the definitions a message must fit."""
    chosen = dict(sorted(classes.items()))
    references, definitions = models_json_schema([(cls, mode) for cls in chosen.values()])
    document: dict[str, Any] = {
        "$schema": _DIALECT,
        "title": title,
        "oneOf": [references[cls, mode] for cls in chosen.values()],
        "discriminator": {
            "propertyName": "type",
            "mapping": {name: references[cls, mode]["$ref"] for name, cls in chosen.items()},
        },
        **definitions,
    }
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


# --- the procedure ------------------------------------------------------------------------------------------------

_INTRO: Final = """# The procedure

Written by `docs/generate.py` from the table in `core/procedure.py` that the program obeys, under the default pack
`{pack}` ({zh} · {en}, version {version}). Change the table, not this page; `make docs` writes it again.

**How to read it.** A case stands at one of nine steps. A *step* ends by itself when nothing hard is left in what it
waits for, or when an event closes it with another outcome. An *ask* is one thing that may be asked: by whom, in which
steps, under which *needs* (they hold or not before a word is written, and draw the button) and *fits* (they look at the
words themselves). Each need and fit is a function; after the arrow stand the reasons it may give, itself or through
what it asks, said in words at the end of this page. Whether a reason blocks or warns is often the pack's to say.
*Binding*: an act of a person, never of an enterprise's program. *On paper too*: it may be entered from a paper, for a
side that does not use the platform, by {paper}."""

_LAID: Final = {
    Overlay.SUSPENDED: (("suspend",), ("resume",)),
    Overlay.GUIDANCE: (("request_guidance",), ("end_guidance",)),
    Overlay.DISPUTE: (("apply_for_coordination", "accept_dispute"), ("close_dispute",)),
    Overlay.VACANCY: (("leave_bench",), ("replace_representative",)),
}
"""Which asks lay an overlay on a case, and which take it off."""


def _said(key: str) -> str:
    """A text of the catalogue in both languages."""
    return f"{catalogue('zh')[key]} · {catalogue('en')[key]}"


def _both(text: Text2) -> str:
    return f"{text.zh} · {text.en}"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _seats(seats: Iterable[Seat]) -> str:
    zh, en = catalogue("zh"), catalogue("en")
    return ", ".join(f"{zh[key]} ({en[key]})" for key in sorted(f"seats.{seat.value}" for seat in seats))


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [_row(*head), "|" + "---|" * len(head), *(_row(*row) for row in rows)]


def _first_sentence(doc: str | None) -> str:
    flat = " ".join((doc or "").split())
    return re.split(r"(?<=[.。]) (?=[A-Z])", flat, maxsplit=1)[0]


def _type(command: type[Command]) -> str:
    name: str = command.model_fields["type"].default
    return name


# What a rule is called, what it says of itself, and which reasons it can give, through all it asks.


def _function(rule: Rule) -> FunctionType:
    found = inspect.unwrap(rule)
    assert isinstance(found, FunctionType), f"{rule} is no rule"
    return found


def _ground(rule: Rule) -> FunctionType | None:
    """What a rule made by another rule is about: the ground of `not_before(ground)`."""
    cells = [cell.cell_contents for cell in _function(rule).__closure__ or ()]
    return next((cell for cell in cells if isinstance(cell, FunctionType)), None)


def _name(rule: Rule) -> str:
    function, ground = _function(rule), _ground(rule)
    if ground is not None:
        return f"{function.__qualname__.split('.', 1)[0]}({_name(ground)})"
    return f"{function.__module__.rsplit('.', 1)[-1]}.{function.__name__}"


def _about(rule: Rule) -> str:
    function, ground = _function(rule), _ground(rule)
    if ground is not None:
        return f"Not before the day of its ground: {ground.__name__.replace('_', ' ')}."
    return _first_sentence(function.__doc__) or f"{function.__name__.replace('_', ' ').capitalize()}."


def _asked_by(rule: FunctionType, tree: ast.AST) -> Iterator[FunctionType]:
    """The functions of the core that a rule names."""
    for node in ast.walk(tree):
        found = None
        if isinstance(node, ast.Name):
            found = rule.__globals__.get(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found = getattr(rule.__globals__.get(node.value.id), node.attr, None)
        found = getattr(found, "__wrapped__", found)
        if isinstance(found, FunctionType) and found.__module__.startswith("cloudnego.core"):
            yield found


@cache
def _own_reasons(rule: FunctionType) -> tuple[frozenset[str], frozenset[FunctionType]]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(rule)))
    named = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Reason")
    return frozenset(Reason[node.attr].value for node in named), frozenset(_asked_by(rule, tree))


def reasons_of(rule: Rule) -> frozenset[str]:
    """The reasons a rule can give, its own and those of the functions it asks."""
    found: set[str] = set()
    seen: set[FunctionType] = set()
    left = [_function(rule)]
    while left:
        one = left.pop()
        if one not in seen:
            seen.add(one)
            own, asked = _own_reasons(one)
            found |= own
            left += asked
    return frozenset(found)


def reasons_of_all(rules: Iterable[Rule]) -> frozenset[str]:
    return frozenset[str]().union(*(reasons_of(rule) for rule in rules))


GATE: Final[tuple[Rule, ...]] = (gate.obstacles, *GENERAL)
"""What every ask passes, whatever stands in its row."""


def reasons_reached() -> frozenset[str]:
    """The reasons that the gate, or a rule in the table, can give."""
    rules: list[Rule] = [*GATE]
    for place in PLACES.values():
        rules += [*place.stops, *place.ask.needs, *place.ask.fits]
    for rule in PROCEDURE.values():
        rules += rule.ends
    return reasons_of_all(rules)


def _rules(title: str, rules: tuple[Rule, ...]) -> list[str]:
    lines = [f"- {title}:"] if rules else []
    for rule in rules:
        given = f" → {_code(sorted(reasons_of(rule)))}" if reasons_of(rule) else ""
        lines.append(f"  - `{_name(rule)}`: {_about(rule)}{given}")
    return lines


def _ask(place: Place) -> list[str]:
    ask, name = place.ask, _type(place.ask.command)
    side = f", of the side {_said(f'sides.{ask.side.value}')}" if ask.side else ""
    where = f"in `{place.first}`" if place.first is place.last else f"from `{place.first}` to `{place.last}`"
    lines = [f"#### `{name}` {_said(f'commands.{name}')}", "", " ".join((ask.command.__doc__ or "").split()), ""]
    lines.append(f"- by {_seats(ask.by)}{side}; " + ("opens a case" if ask.command.opens else where))
    if ask.sees is not None:
        lines.append(f"- only of who sees `{ask.sees}`, where what it names lies")
    if ask.on_paper and "on_paper" in ask.command.model_fields:
        lines.append("- on paper too")
    if ask.command in STILL:
        lines.append("- rests while the talks are suspended")
    if ask.writes == "caucus":
        lines.append("- stays in the side's own stream")
    if ask.command.binding:
        lines.append(f"- **binding**: {_said(f'commands_binding.{name}')}")
    lines += [f"- what follows: {_first_sentence(ask.does.__doc__)}"] if ask.does.__doc__ else []
    return [*lines, *_rules("needs", ask.needs), *_rules("fits", ask.fits), ""]


def _diagram() -> list[str]:
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"    [*] --> {STEPS[0]}: {', '.join(_type(opening) for opening in OPENINGS)}"]
    lines += [f"    {step}: {', '.join(SUBSTATES[step])}" for step in STEPS]
    for step, rule in PROCEDURE.items():
        lines += [f"    {step} --> {after}: {outcome}" for outcome, after in rule.then.items()]
        lines += [] if rule.then else [f"    {step} --> [*]"]
    return [*lines, "```", ""]


def _substates(key: str, kind: type[StrEnum], whose: str = "") -> list[str]:
    """Where a case may stand within a step, with what the class says of what it has and has not."""
    rows = [(f"`{one}`", *(catalogue(language)[f"substates.{key}.{one}"] for language in LANGUAGES)) for one in kind]
    about = " ".join((kind.__doc__ or "").split())
    return [about, "", *_table((f"sub-state{whose}", "中文", "English"), rows), ""]


def _step(step: Step, pack: Pack) -> list[str]:
    row, rule = next(row for row in pack.steps if row.code is step), PROCEDURE[step]
    lines = [f"### {row.number} `{step}` {_both(row.name)}", "", f"- held {row.mode.value.replace('_', ' ')}"]
    lines += _rules("ends when all of this holds", rule.ends) if rule.ends else ["- ends with the case"]
    closing = [event.model_fields["type"].default for event in rule.closed_by]
    lines += [f"- or is closed by {_code(closing)}"] if closing else []
    lines += [f"- `{name}` ({_said(f'outcomes.{name}')}) leads to `{after}`" for name, after in rule.then.items()]
    lines.append("")
    each = " of each side" if step in (Step.REPRESENTATIVES, Step.TOPICS) else ""
    lines += _substates(step.value, SUBSTATES[step], each)
    for ask in rule.asks:
        lines += _ask(PLACES[ask.command])
    return lines


def _timer(timer: Timer) -> tuple[str, ...]:
    way = "before" if timer.before else "after"
    length = f"{'every ' if timer.every else ''}{timer.n} {timer.unit.value} {way} `{timer.start.value}`"
    target = f"; aim: {timer.target_n} {(timer.target_unit or timer.unit).value}" if timer.target_n else ""
    longer = f"; may be extended by {timer.extend_n}" if timer.extend_n else ""
    note = f" {_both(timer.note)}" if timer.note else ""
    label = f"{_both(timer.label)}.{note}"
    until = "opens a window" if timer.opens else f"`{timer.until.value}`"
    return f"`{timer.name}`", label, length + target + longer, until, timer.level.value, ", ".join(timer.cite)


def _overlays() -> list[str]:
    rows = [
        (f"`{overlay}` {_said(f'overlays.{overlay.value}')}", _code(_LAID[overlay][0]), _code(_LAID[overlay][1]))
        for overlay in Overlay
    ]
    stopped = _code(sorted(_type(command) for command in STILL))
    intro = "They lie over a step without changing it, and stack."
    table = _table(("overlay", "laid on by", "taken off by"), rows)
    stops = f"A suspension stops {stopped}; all else goes on."
    dispute = _substates("dispute", DisputeSubState, " of a dispute")
    return ["## Overlays", "", intro, "", *table, "", stops, "", *dispute]


def _reasons() -> list[str]:
    rows = []
    for reason in sorted(reason.value for reason in Reason):
        key = f"reasons.{reason}"
        zh, en = (f"{catalogue(x)[f'{key}.sentence']} {catalogue(x)[f'{key}.way_out']}" for x in ("zh", "en"))
        rows.append((f"`{reason}`", zh, en))
    everywhere = f"Any ask can meet {_code(sorted(reasons_of_all(GATE)))}."
    intro = "What stands in the way, and who can cure it. The articles are given with each obstacle."
    return ["## Reasons", "", f"{intro} {everywhere}", "", *_table(("reason", "中文", "English"), rows), ""]


def procedure_page(pack: Pack) -> str:
    """docs/PROCEDURE.md: the whole table in words, with the names, modes, terms and articles of a pack."""
    intro = _INTRO.format(pack=pack.id, version=pack.version, paper=_seats(PAPER), zh=pack.name.zh, en=pack.name.en)
    lines = [intro, "", "## The steps", "", *_diagram()]
    for step in STEPS:
        lines += _step(step, pack)
    lines += ["## Opening a case", ""]
    for command in OPENINGS:
        lines += _ask(PLACES[command])
    lines += ["## Along the road", "", "These are no step's own: they are open as long as is said.", ""]
    for ask, _, _ in ROAD:
        lines += _ask(PLACES[ask.command])
    lines += _overlays()
    terms = _table(("term", "what", "runs", "until", "level", "articles"), map(_timer, pack.timers.values()))
    units = (
        "d: days; wd: working days. A last day that is no working day moves to the next one; days counted back do not."
    )
    lines += ["## Terms", "", units, "", *terms, ""]
    texts = [(f"`{key}`", _both(one.name), one.text_date or "") for key, one in sorted(pack.sources.items())]
    lines += ["## Texts cited", "", *_table(("key", "text", "of"), texts), "", *_reasons()]
    return "\n".join(lines)


# --- all pages ----------------------------------------------------------------------------------------------------


def pages() -> dict[Path, str]:
    """Every generated page with what it must say."""
    return {
        DOCS / "PROCEDURE.md": procedure_page(shipped_pack(DEFAULT_PACK)),
        DOCS / "schemas" / "commands.json": _schema("Everything that may be asked", COMMANDS, "validation"),
        DOCS / "schemas" / "events.json": _schema("Everything that can have happened", EVENTS, "serialization"),
        **{DOCS / file: text for file, text in event_pages.pages().items()},
        **{SCREENS / file: text for file, text in screens.pages().items()},
    }


def stale() -> list[Path]:
    """The generated pages that are missing or say something else."""
    return [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def main(arguments: list[str]) -> int:
    """Write what is stale; with `--check` only name it. Returns the exit code."""
    old = stale()
    written = pages()
    for path in old:
        sys.stdout.write(f"{path.relative_to(DOCS.parent)}\n")
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(written[path], encoding="utf-8")
    return 1 if old and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
