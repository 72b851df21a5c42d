"""Obstacles in words: the sentence and the way out, each coded fact said as people say it. Codes stay with machines."""

from __future__ import annotations

import re
from datetime import date
from typing import Final, NamedTuple, TypeAlias

from cloudnego.core.pack import Pack, Text2
from cloudnego.core.refusals import Obstacle
from cloudnego.core.vocabulary import Seat
from cloudnego.texts import Said, catalogue, fill

_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONEY: Final = frozenset({"fen", "floor"})
_NAMED_BY_THE_PACK: Final = {
    "step": "steps",
    "first": "steps",
    "last": "steps",
    "head": "heads",
    "heads": "heads",
    "items": "items",
}
_IN_THE_CATALOGUE: Final = {
    "ending": "endings",
    "timer": "timers",
    "form": "facts.form",
    "group": "facts.group",
    "field": "facts.field",
    "name": "facts.name",
    "code": "facts.material",
    "codes": "facts.material",
}
"""Where the words of a coded fact stand, by the name of the fact: in the case's own pack, which may name a step in its
own way, or in the catalogue. Materials have codes of the client's own making too: those are said as `other`, and
whoever shows the obstacle finds their title by the code."""
_COMMA: Final = {"zh": "、", "en": ", "}

_Names: TypeAlias = dict[str, dict[str, Text2]]


class InWords(NamedTuple):
    """What stands in the way, and what is to be done."""

    sentence: Said
    way_out: Said


def said(obstacle: Obstacle, pack: Pack) -> InWords:
    """An obstacle of a case under this pack, in both languages."""
    key = f"reasons.{obstacle.reason.value}"
    names = _names_of(pack) if _NAMED_BY_THE_PACK.keys() & obstacle.facts.keys() else {}
    zh, en = (_facts(obstacle, language, names) for language in ("zh", "en"))

    def both(part: str) -> Said:
        return Said(
            zh=fill(catalogue("zh")[f"{key}.{part}"], zh), en=_begun(fill(catalogue("en")[f"{key}.{part}"], en))
        )

    return InWords(both("sentence"), both("way_out"))


def _names_of(pack: Pack) -> _Names:
    """What the pack names: steps, heads of the talks, papers of the filing."""
    return {
        "steps": {one.code: one.name for one in pack.steps},
        "heads": {one.code: one.name for one in (*pack.topics.heads, *pack.topics.extra)},
        "items": {one.code: one.name for one in pack.filing.items},
    }


def _facts(obstacle: Obstacle, language: str, names: _Names) -> dict[str, str]:
    """Every place a sentence may have: the facts, the side and its organ, who can cure it, and from which step on."""
    texts = catalogue(language)
    found = {name: _word(name, value, language, names) for name, value in obstacle.facts.items()}
    if obstacle.side is not None:
        found["side"] = _inside(texts[f"sides.{obstacle.side.value}"])
        found["organ"] = texts[f"facts.organ.{obstacle.side.value}"]
    if obstacle.cure:
        seats = [seat for seat in Seat if seat in obstacle.cure]
        found["cure"] = _COMMA[language].join(_inside(texts[f"seats.{seat.value}"]) for seat in seats)
    if {"step", "first", "last"} <= found.keys():
        one = found["first"] == found["last"]
        found["span"] = fill(texts["facts.one_step" if one else "facts.span"], {**found, "step": found["first"]})
    return found


def _word(name: str, value: str | int, language: str, names: _Names) -> str:
    """One fact. A code nobody has named is said as it is: an ugly text is better than no answer."""
    if isinstance(value, int):
        return _yuan(value, language) if name in _MONEY else str(value)
    day = _day(value, language)
    if day is not None:
        return day
    texts = catalogue(language)
    if name in _NAMED_BY_THE_PACK:
        known = names[_NAMED_BY_THE_PACK[name]]
        words = [f"“{getattr(known[code], language) if code in known else code}”" for code in value.split()]
    else:
        section = _IN_THE_CATALOGUE.get(name, name)
        words = [_inside(texts.get(f"{section}.{c}", texts.get(f"{section}.other", c))) for c in value.split()]
    return _COMMA[language].join(words)


def _day(value: str, language: str) -> str | None:
    if not _ISO_DAY.fullmatch(value):
        return None
    day = date.fromisoformat(value)
    texts = catalogue(language)
    return fill(texts["facts.day"], {"year": day.year, "month": texts[f"facts.month.m{day.month}"], "day": day.day})


def _yuan(fen: int, language: str) -> str:
    return fill(catalogue(language)["facts.yuan"], {"yuan": f"{fen // 100:,}.{fen % 100:02d}"})


def _inside(text: str) -> str:
    """A heading of the catalogue inside a sentence: "Workers' side" becomes "workers' side", "HR" stays."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]
