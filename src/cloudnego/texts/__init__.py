"""The catalogue of texts in Chinese and English: sentences for reasons, problems and fields, filled in safely."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypedDict

import yaml

LANGUAGES: Final = ("zh", "en")
_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class Said(TypedDict):
    """One text in both languages."""

    zh: str
    en: str


class CatalogueError(ValueError):
    """A catalogue file is not a tree of texts, or says one thing twice."""


class Actionable(Exception):
    """A failure that a person at the command line can do something about; `key` is its sentence's under
    `operator.failures`."""

    def __init__(self, key: str, /, **facts: object) -> None:
        self.key = key
        self.facts = facts
        super().__init__(self.said["en"])

    @property
    def said(self) -> Said:
        """The sentence in both languages."""
        return say(f"operator.failures.{self.key}", self.facts)


def _flatten(tree: Mapping[str, Any], under: str, into: dict[str, str]) -> None:
    for key, value in tree.items():
        path = f"{under}{key}"
        if isinstance(value, Mapping):
            _flatten(value, f"{path}.", into)
        elif not isinstance(value, str):
            raise CatalogueError(f"{path} is no text: {value!r}")
        elif path in into:
            raise CatalogueError(f"{path} stands in the catalogue twice")
        else:
            into[path] = value.strip()


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """All texts of one language by dotted key, from `<language>.yaml` and `*.<language>.yaml` beside this file.

    Raises `CatalogueError`.
    """
    found: dict[str, str] = {}
    for file in sorted(files(__name__).iterdir(), key=lambda file: file.name):
        if file.name == f"{language}.yaml" or file.name.endswith(f".{language}.yaml"):
            _flatten(yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader) or {}, "", found)
    return found


def fill(text: str, facts: Mapping[str, object]) -> str:
    """Put facts into `{places}`. Only plain names are places; a fact that is not there leaves its place standing, so
    that a sentence is never lost over a missing number. Facts are not read again for places."""
    return _PLACE.sub(lambda place: str(facts.get(place[1], place[0])), text)


def knows(key: str) -> bool:
    """Whether both languages have the key."""
    return all(key in catalogue(language) for language in LANGUAGES)


def say(key: str, facts: Mapping[str, object] | None = None) -> Said:
    """A text in both languages. A key nobody wrote answers with itself: an ugly text is better than no answer. Where a
    fact has a name in each language (`term_zh`, `term_en`), it fills the place without it (`{term}`)."""
    given = facts or {}
    return Said(zh=_said(key, "zh", given), en=_said(key, "en", given))


def _said(key: str, language: str, facts: Mapping[str, object]) -> str:
    own = {name[:-3]: fact for name, fact in facts.items() if name.endswith(f"_{language}")}
    return fill(catalogue(language).get(key, key), {**facts, **own})
