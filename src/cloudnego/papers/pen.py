"""Sentences of papers: from the catalogue, with facts in them; on a paper in two languages in English too."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from cloudnego.core import commands as c
from cloudnego.core.vocabulary import Scope, Side
from cloudnego.papers.facts import Heading, Role, Text
from cloudnego.texts import catalogue, fill, knows

BLANK: Final = "＿＿＿＿＿＿"
"""What is not known yet, inside a sentence: a line to fill by hand."""

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)


class Two(NamedTuple):
    """One thing said in both languages."""

    zh: str
    en: str


Said = Two | str | int | None


class Pen:
    """Writes one kind of paper. Keys are looked for under the paper's own, then among those all papers share, then
    among those of the page that is printed from a screen."""

    def __init__(self, kind: str, *, english: bool) -> None:
        self._kind: Final = kind
        self.english: Final = english

    def said(self, key: str, **facts: Said) -> Two:
        """A text in both languages."""
        places = (f"paper.{self._kind}.{key}", f"paper.{key}", f"{self._kind}_paper.{key}")
        place = next(one for one in places if knows(one))
        zh = {name: _in(value, 0) for name, value in facts.items()}
        en = {name: _in(value, 1) for name, value in facts.items()}
        return Two(fill(catalogue("zh")[place], zh), fill(catalogue("en")[place], en))

    def text(self, key: str, role: Role = "body", /, **facts: Said) -> Text:
        """A paragraph."""
        both = self.said(key, **facts)
        return Text(text=both.zh, en=both.en if self.english else None, role=role)

    def heading(self, key: str, /, **facts: Said) -> Heading:
        """What stands over a part."""
        return self.over(self.said(key, **facts))

    def over(self, both: Two) -> Heading:
        return Heading(text=both.zh, en=both.en if self.english else None)

    def label(self, key: str, /, **facts: Said) -> str:
        """A label, or what stands in a cell: with the English below it where the paper has two languages."""
        return self.cell(self.said(key, **facts))

    def cell(self, both: Two) -> str:
        return f"{both.zh}\n{both.en}" if self.english and both.en != both.zh else both.zh


def side_said(side: Side) -> Two:
    """What a side is called."""
    return _known(f"sides.{side.value}")


def area(scope: Scope, union: str) -> Two:
    """Whom a contract of a trade or of an area is for, by the union that speaks for its workers (HZ 30, 32)."""
    both = _known(f"paper.area.{scope.value}")
    return Two(fill(both.zh, {"union": union}), fill(both.en, {"union": union}))


def word(of: str, code: str) -> Two:
    """A choice as the forms of the house call it."""
    key = f"form.words.{of}.{code}"
    return _known(key) if knows(key) else Two(code, code)


def material(code: str) -> Two:
    """A kind of data one side gives the other."""
    key = f"facts.material.{code}"
    return _known(key) if knows(key) else Two(code, code)


def _known(key: str) -> Two:
    return Two(catalogue("zh")[key], catalogue("en")[key])


def _in(value: Said, language: int) -> str:
    if value is None:
        return BLANK
    return value[language] if isinstance(value, Two) else str(value)


def day(value: date | None) -> Two | None:
    """A day."""
    if value is None:
        return None
    return Two(f"{value.year}年{value.month}月{value.day}日", f"{value.day} {_MONTHS[value.month - 1]} {value.year}")


def blank_day(value: date | None) -> Two:
    """A day, or the places to write it in."""
    return day(value) or Two("＿＿＿＿年＿＿月＿＿日", "____-__-__")


def yuan(fen: int) -> Two:
    """An amount of money."""
    return Two(f"{fen // 100:,}.{fen % 100:02}元", f"RMB {fen // 100:,}.{fen % 100:02}")


def value(one: c.Value) -> Two:
    """The value of a clause."""
    if isinstance(one, c.FenValue):
        return yuan(one.fen)
    if isinstance(one, c.RateValue):
        return Two(f"{one.rate}%", f"{one.rate}%")
    if isinstance(one, c.DayValue):
        return day(one.day) or Two("", "")
    if isinstance(one, c.CountValue):
        return Two(str(one.count), str(one.count))
    groups = [word("group", name) for name in one.groups]
    return Two("、".join(g.zh for g in groups), ", ".join(g.en for g in groups))


def called(name: str) -> Two:
    """What the value of a clause is called, where the house has a word for it."""
    return word("value_name", name)
