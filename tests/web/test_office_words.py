"""The office shows every row of every shipped pack in words: a code nobody wrote a text for would stand there bare."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from cloudnego.law import pack_texts, shipped_pack
from cloudnego.web.answers import plain

FRONTEND: Final = Path(__file__).resolve().parents[2] / "frontend" / "src"
NO_RULES: Final = {
    "id", "version", "name", "based_on", "text_date", "verified_by", "verified_at", "sources", "steps", "timers",
}  # fmt: skip
NAMED_ELSEWHERE: Final = {"hard", "advisory", "17:00"}


@cache
def _words(language: str) -> tuple[dict[str, Any], set[str]]:
    office: dict[str, Any] = json.loads((FRONTEND / "texts" / f"ui.{language}.json").read_text("utf-8"))["office"]
    catalogue = json.loads((FRONTEND / "generated" / f"words.{language}.json").read_text("utf-8"))
    materials = {key.rpartition(".")[2] for key in catalogue if key.startswith("facts.material.")}
    return office, set(office["words"]) | materials | NAMED_ELSEWHERE


def _codes(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _codes(one)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("pack_id", sorted(pack_texts()))
def test_every_row_of_a_pack_has_its_words(pack_id: str, language: str) -> None:
    office, words = _words(language)
    rows = {code: row for code, row in plain(shipped_pack(pack_id)).items() if code not in NO_RULES and row is not None}
    fields = {field for row in rows.values() for field in row} - {"cite", "cites", "note"}
    codes = {code for row in rows.values() for field in fields & set(row) for code in _codes(row[field])}
    assert rows.keys() - office["sections"].keys() == set()
    assert fields - office["fields"].keys() == set()
    assert codes - words == set()
