"""What the screens are given names every field and every choice of every act, in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from cloudnego.core.vocabulary import Step
from cloudnego.texts import LANGUAGES, knows
from cloudnego.web import screens

_ACTS = screens.acts()
_UNSAID = {"type"}  # which act it is, nobody fills in


def _fields() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, schema in _ACTS["schemas"].items():
        for field, shape in schema.get("properties", {}).items():
            if field not in _UNSAID:
                yield name, field, shape


def _choices() -> Iterator[tuple[str, str]]:
    for name, schema in _ACTS["schemas"].items():
        yield from ((name, one) for one in schema.get("enum", ()))
    for _, field, shape in _fields():
        for part in (shape, *shape.get("anyOf", ())):
            yield from ((field, one) for one in part.get("enum", ()))


def test_every_field_of_every_act_has_a_name() -> None:
    assert {field for _, field, _ in _fields() if not knows(f"form.fields.{field}")} == set()


def test_every_choice_of_every_act_has_a_name() -> None:
    assert {(of, one) for of, one in _choices() if not knows(f"form.words.{of}.{one}")} == set()


@pytest.mark.parametrize("section", ["fields", "helps"])
def test_no_name_is_left_of_a_field_that_is_gone(section: str) -> None:
    there = {field for _, field, _ in _fields()}
    said = {key.split(".")[2] for key in screens.words("zh") if key.startswith(f"form.{section}.")}
    assert said - there == set()


def test_every_act_has_a_name_and_says_what_it_binds() -> None:
    for name, act in _ACTS["acts"].items():
        assert knows(f"commands.{name}")
        assert knows(f"commands_binding.{name}") == act["binding"], name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_has_a_guide_and_every_word_of_the_glossary_a_meaning(language: str) -> None:
    said = json.loads(screens.pages()[f"guide.{language}.json"])
    wanted = {"aim", "sample_title", "sample", "wrong_1", "wrong_2", "wrong_3", "call"}
    assert {step: wanted - _parts(said, f"guide.{step.value}.") for step in Step} == {step: set() for step in Step}
    terms = {key.split(".")[1] for key in said if key.startswith("glossary.")}
    assert {term: _parts(said, f"glossary.{term}.") for term in terms} == {term: {"term", "says"} for term in terms}
    assert {key for key, text in said.items() if key.endswith(".aim") and len(_SENTENCES.findall(text)) != 2} == set()


def _parts(said: dict[str, str], under: str) -> set[str]:
    return {key.removeprefix(under) for key, text in said.items() if key.startswith(under) and text}


_SENTENCES = re.compile(r"[。.](?: |$|(?<=。))")


def test_what_programmers_read_is_not_sent_to_phones() -> None:
    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from (key for key, one in value.items() if key in ("title", "description") and isinstance(one, str))
            for one in value.values():
                yield from texts(one)
        elif isinstance(value, list):
            for one in value:
                yield from texts(one)

    assert list(texts(_ACTS)) == []
