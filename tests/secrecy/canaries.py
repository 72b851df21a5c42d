"""Canaries: a text of its own in every confidential field, and who may meet it.

Which fields there are is read off the shapes: of the commands what people write freely (`Word`), of the tables every
column of text that is neither an id nor a hash. A field that is new is in none of the lists here, and a test says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml
from pydantic.fields import FieldInfo
from sqlalchemy import BigInteger, Boolean, Date, Integer
from sqlmodel import SQLModel

from cloudnego.chooser import fill
from cloudnego.core import commands as c
from cloudnego.core.decide import Decision
from cloudnego.core.refusals import Refused
from cloudnego.core.vocabulary import Member, Message, Step, Stream
from tests.secrecy.ground import BEGUN, Guided, cast_of, played_to, register_of

TABLE: Final = Path(__file__).with_name("canaries.yaml")
FOUND: Final = re.compile(rb"\[canary [^\]]+\]")


@cache
def _table() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return found


def listed(name: str) -> frozenset[str]:
    """A list of the reviewed table."""
    return frozenset(_table()[name].split())


def canary(of: str) -> str:
    """The text that stands in a field and nowhere else."""
    return f"[canary {of}]"


# --- what people write in a case ----------------------------------------------------------------------------------


def _is_word(field: FieldInfo) -> bool:
    return ".Word object" in f"{field.metadata}{field.annotation}"


def _parts(annotation: Any) -> Iterator[type[Message]]:
    if isinstance(annotation, type) and issubclass(annotation, Message):
        yield annotation
    for one in getattr(annotation, "__args__", ()):
        yield from _parts(one)


def word_fields(kind: type[Message], under: str) -> Iterator[str]:
    """The fields of a command, and of its parts, that hold what a person writes."""
    for name, field in kind.model_fields.items():
        if _is_word(field):
            yield f"{under}.{name}"
        else:
            for part in _parts(field.annotation):
                yield from word_fields(part, f"{under}.{name}")


def every_word_field() -> set[str]:
    """`command.field` of all there are."""
    return {one for name, kind in c.COMMANDS.items() for one in word_fields(kind, name)}


def told(message: Message, under: str, *, empty: bool = True) -> Message:
    """The same with a canary for every word; `empty`: also where nothing was written."""
    changed: dict[str, Any] = {}
    for name, field in type(message).model_fields.items():
        value, at = getattr(message, name), f"{under}.{name}"
        if _is_word(field):
            changed[name] = canary(at) if empty or value is not None else None
        elif isinstance(value, Message):
            changed[name] = told(value, at, empty=empty)
        elif isinstance(value, tuple) and value and isinstance(value[0], Message):
            changed[name] = tuple(told(one, at, empty=empty) for one in value)
    return message.model_copy(update=changed)


BESIDE: Final[tuple[type[c.Command], ...]] = (
    c.Urge, c.IssueOpinion, c.AnswerOpinion, c.IssueRecommendation, c.ContestFact, c.ReportTalks,
    c.PublishPerformance, c.RecordExternalCase, c.ReportTransfer, c.DeclineMaterial, c.MakePackage, c.HoldProposal,
    c.AcceptInPrinciple, c.TakeBackAcceptance, c.WithdrawProposal, c.SendMessage, c.AskQuestion, c.AnswerQuestion,
    c.SendCaucusMessage, c.OpenStrawPoll, c.AddMinutesNote, c.ObjectToLine,
)  # fmt: skip
"""What may be asked beside the plain story without turning it."""


class Telling(Guided):
    """The plain story in which every word is a canary, with what it leaves out asked beside it. `where`: the streams in
    which each canary came to stand."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.where: dict[str, set[Stream]] = {}
        self._left = list(BESIDE)

    def ask(self, by: Member, command: c.Command) -> Decision:
        made = self._told(by, command)
        if len(self.played) % 6 == 0 or not self.case.live:
            self._beside()
        return made

    def _told(self, by: Member, command: c.Command) -> Decision:
        under = f"{by.person} {command.type}"
        for asked in (told(command, under), told(command, under, empty=False), command):
            assert isinstance(asked, c.Command)
            try:
                made = super().ask(by, asked)
            except Refused:
                continue
            for event in made.events:
                for text in (event.words or {}).values():
                    self.where.setdefault(text, set()).add(event.stream)
            return made
        raise AssertionError(f"the story cannot tell {command.type}")

    def _beside(self) -> None:
        for kind in list(self._left):
            for who in self.cast.members():
                try:
                    command = fill(self.moment(who), kind, self.dice, self.cast)
                    self._told(self.member(who), command)
                except (LookupError, ValueError, AssertionError, TypeError, AttributeError, Refused):
                    continue
                self._left.remove(kind)
                break

    @property
    def fields(self) -> set[str]:
        """The fields of which a canary stands somewhere."""
        return {text.removeprefix("[canary ").rstrip("]").partition(" ")[2] for text in self.where}


def telling(step: Step) -> Telling:
    """The story of the first case, told in canaries, up to the last moment of a step."""
    scene = played_to(step, cast_of("member"), register_of("member"), BEGUN, Telling)
    assert isinstance(scene, Telling)
    return scene


# --- what lies in tables ------------------------------------------------------------------------------------------

_HASHES: Final = re.compile(r"(^|_)(hash|digest|sha256|salt|wrapped|mark|challenge|kid)$")


class Row(NamedTuple):
    """A field that lies in the clear: which row gets the canary, who may meet it, and what it is."""

    column: str
    id: str
    who: str
    text: str


@cache
def rows() -> dict[str, Row]:
    """The fields that lie in the clear, by `table.column`."""
    found = {}
    for field, said in _table()["rows"].items():
        column, _, id_ = said["at"].partition(" ")
        found[field] = Row(column, id_, said.get("who", ""), said.get("text", canary(field)))
    return found


def text_columns() -> set[str]:
    """`table.column` of everything that can hold words: neither a number nor a day, no id and no hash."""
    numbers = (Integer, BigInteger, Boolean, Date)
    return {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if not (isinstance(column.type, numbers) or column.foreign_keys or column.name in listed("ids"))
        and not _HASHES.search(column.name)
        and table.name not in listed("projections")
    }
