"""The pages written by the code say what the code says today."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest

from cloudnego.core.commands import COMMANDS
from cloudnego.core.events import EVENTS
from docs import generate
from tests.house.tree import name


def test_no_generated_page_is_stale() -> None:
    assert [name(path) for path in generate.stale()] == [], "run `make docs`"


def _document(file: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((generate.DOCS / "schemas" / file).read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize("file", ["commands.json", "events.json"])
def test_every_schema_is_one_by_its_own_standard(file: str) -> None:
    jsonschema_rs.meta.validate(_document(file))


@pytest.mark.parametrize(("file", "classes"), [("commands.json", COMMANDS), ("events.json", EVENTS)])
def test_every_message_has_its_schema(file: str, classes: dict[str, type]) -> None:
    assert set(_document(file)["discriminator"]["mapping"]) == set(classes)


def test_the_schema_knows_a_good_command_from_a_bad_one() -> None:
    schema = jsonschema_rs.validator_for(_document("commands.json"))
    assert not schema.is_valid({"type": "dance"})
    for kind, command in COMMANDS.items():
        needed = [field for field, info in command.model_fields.items() if info.is_required()]
        assert schema.is_valid({"type": kind}) == (not needed), kind
        assert not schema.is_valid({"type": kind, "unheard_of": 1}), kind
