"""What the screens are given names every field and every choice of every act, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cloudnego.texts import knows
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
