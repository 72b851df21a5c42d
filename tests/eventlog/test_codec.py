"""Bodies: canonical, without floats, readable for ever; an event's shape does not change without a new version."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import rfc8785

from cloudnego.core.events import EVENTS, Event, ProposalMade
from cloudnego.eventlog import codec
from tests.eventlog.given import rehearsed
from tests.eventlog.shapes import FOLDER, example_of, file_of, schema_of

TYPES = sorted(EVENTS)
FILES = sorted(path.name for path in FOLDER.glob("*.json"))
HOW = "raise type_version, write the lift, run `python -m tests.eventlog.shapes` (`--again TYPE` if no release has it)"


def known(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / name).read_text("utf-8"))
    return found


@pytest.mark.parametrize("name", TYPES)
def test_an_event_has_the_shape_that_was_written_down(name: str) -> None:
    file = file_of(EVENTS[name])
    assert file.exists(), f"{file.name} is missing: run `python -m tests.eventlog.shapes`"
    assert schema_of(EVENTS[name]) == known(file.name)["schema"], f"{name} has another shape than before: {HOW}"


@pytest.mark.parametrize("file", FILES)
def test_every_shape_ever_written_is_read_today(file: str) -> None:
    shape, name = known(file), file.rpartition(".v")[0]
    event = codec.read(name, shape["type_version"], rfc8785.dumps(shape["facts"]), None)
    assert isinstance(event, EVENTS[name])
    if event.type_version == shape["type_version"]:
        assert codec.facts_of(event) == rfc8785.dumps(shape["facts"])


def test_a_changed_shape_is_seen() -> None:
    class ProposalMadeWithMore(ProposalMade):
        more: int = 0

    assert schema_of(ProposalMadeWithMore) != known("proposal_made.v1.json")["schema"]


@pytest.mark.parametrize("name", TYPES)
def test_facts_are_the_canonical_json_that_pydantic_would_write(name: str) -> None:
    event = example_of(EVENTS[name])
    assert codec.facts_of(event) == rfc8785.dumps(event.model_dump(mode="json", exclude={"type", "words"}))


def _parts(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _parts(part)


@pytest.mark.parametrize("name", TYPES)
def test_no_event_holds_a_float_or_a_key_that_somebody_wrote(name: str) -> None:
    for part in _parts(schema_of(EVENTS[name])):
        assert part.get("type") != "number", f"{name}: money is whole fen, a rate a decimal string"
        if part.get("type") == "object":
            assert part.get("additionalProperties") is False, f"{name}: keys beyond ASCII would sort in two ways"
        assert all(field.isascii() for field in part.get("properties", {}))


def test_the_keys_of_words_are_paths_of_fields() -> None:
    events = [event for one in rehearsed("objected").played for event in one.events]
    keys = {key for event in events for key in event.words or {}}
    assert keys
    assert all(key.isascii() for key in keys)


def test_a_body_is_split_as_it_was_put_together() -> None:
    for facts in (b"{}", b'{"a":1}', b'{"a":"words\\":null}"}'):
        for commitment in (None, "ab" * 32):
            whole = codec.body(facts, commitment)
            assert codec.split(whole) == (facts, commitment)
            assert whole == rfc8785.dumps({"facts": json.loads(facts), "words": commitment})


@pytest.mark.parametrize("wrong", [b"", b"{}", b'{"facts":{}}', b'{"facts":{},"words":"ab"}', b'{"words":null}'])
def test_what_is_no_body_is_called_so(wrong: bytes) -> None:
    with pytest.raises(codec.Unreadable):
        codec.split(wrong)


def test_words_come_back_into_their_event_or_stay_away() -> None:
    event = example_of(ProposalMade).model_copy(update={"words": {"text": '涨 7%，"不低于"\n三千元'}})
    facts, words = codec.facts_of(event), codec.words_of(event)
    assert codec.read("proposal_made", 1, facts, words) == event
    assert codec.read("proposal_made", 1, facts, None) == event.model_copy(update={"words": None})


def test_an_event_of_a_later_program_is_not_guessed_at() -> None:
    facts = codec.facts_of(example_of(ProposalMade))
    for name, version in (("proposal_made", 2), ("peace_made", 1)):
        with pytest.raises(codec.Unreadable, match="older than the log"):
            codec.read(name, version, facts, None)


def test_facts_that_do_not_fit_are_not_read() -> None:
    with pytest.raises(codec.Unreadable, match="proposal_made v1"):
        codec.read("proposal_made", 1, b'{"head":1}', None)


def test_an_old_shape_is_lifted_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if `rate` had once been called `percent`, and written as a number of hundredths."""

    def lift(facts: dict[str, Any], version: int) -> dict[str, Any]:
        assert version == 1
        hundredths = facts.pop("percent_hundredths")
        return {**facts, "rate": f"{hundredths / 100:g}"}

    today = example_of(ProposalMade)
    old = json.loads(codec.facts_of(today))
    old["percent_hundredths"] = 750
    del old["rate"]
    monkeypatch.setattr(ProposalMade, "type_version", 2)
    monkeypatch.setitem(codec.LIFTS, "proposal_made", lift)
    assert codec.read("proposal_made", 1, rfc8785.dumps(old), None) == today


def test_every_version_but_the_last_of_each_type_has_its_lift() -> None:
    for name, event in EVENTS.items():
        assert event.type_version == 1 or name in codec.LIFTS


def test_an_event_says_its_type_in_one_place() -> None:
    assert b'"type"' not in codec.facts_of(example_of(ProposalMade))
    assert issubclass(EVENTS["proposal_made"], Event)
