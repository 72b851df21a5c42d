"""The shape of every event ever released: `python -m tests.eventlog.shapes` writes down the ones that are new.

A file holds the JSON Schema of an event's facts and one example of them as stored. It is never changed once a release
has written such events; `--again TYPE…` rewrites the shapes of types that no release has.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cloudnego.core.events import EVENTS, Event
from cloudnego.eventlog.codec import facts_of

FOLDER = Path(__file__).parent / "shapes"

# One text for each pattern that a string of an event must match; the longest first wins.
_TEXTS = ("a" * 64, "2026-03-02", "09:00", "7.5", "X1")


def file_of(event: type[Event]) -> Path:
    return FOLDER / f"{event.model_fields['type'].default}.v{event.type_version}.json"


def schema_of(event: type[Event]) -> dict[str, Any]:
    """What the facts may be, without prose."""
    whole = event.model_json_schema()
    whole["properties"].pop("words")
    whole["properties"].pop("type")
    if used := _used(whole, whole.get("$defs", {})):
        whole["$defs"] = used
    found: dict[str, Any] = _bare(whole)
    return found


def _used(whole: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    left = [{name: part for name, part in whole.items() if name != "$defs"}]
    while left:
        for name in _named(left.pop()):
            if name not in found:
                found[name] = known[name]
                left.append(known[name])
    return dict(sorted(found.items()))


def _named(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"].rpartition("/")[2]] if "$ref" in part else []
        return own + [name for value in part.values() for name in _named(value)]
    return [name for value in part for name in _named(value)] if isinstance(part, list) else []


def _bare(part: Any) -> Any:
    if isinstance(part, dict):
        return {
            name: _bare(value)
            for name, value in part.items()
            if name not in ("description", "title") or isinstance(value, dict)  # a field may be called so
        }
    return [_bare(value) for value in part] if isinstance(part, list) else part


def example_of(event: type[Event]) -> Event:
    """An event of this class with every field set, all optional ones too."""
    whole = event.model_json_schema()
    value = _example(whole, whole.get("$defs", {}))
    value.pop("words")
    return event.model_validate_json(json.dumps(value))


def _example(part: dict[str, Any], known: dict[str, Any]) -> Any:
    if "$ref" in part:
        return _example(known[part["$ref"].rpartition("/")[2]], known)
    for choice in ("anyOf", "oneOf"):
        if choice in part:
            return _example(next(one for one in part[choice] if one.get("type") != "null"), known)
    if "const" in part:
        return part["const"]
    if "enum" in part:
        return part["enum"][0]
    match part.get("type"):
        case "object":
            return {name: _example(value, known) for name, value in part.get("properties", {}).items()}
        case "array":
            if "prefixItems" in part:
                return [_example(one, known) for one in part["prefixItems"]]
            return [_example(part["items"], known)] * max(1, part.get("minItems", 1))
        case "integer":
            return part.get("minimum", 1)
        case "boolean":
            return True
        case _:
            return _text(part)


def _text(part: dict[str, Any]) -> str:
    if part.get("format") == "date":
        return "2026-03-02"
    pattern = re.compile(part.get("pattern", ""))
    if "decimal" in str(part.get("description", "")):
        return "7.5"
    return next(text for text in _TEXTS if pattern.search(text) and len(text) <= part.get("maxLength", 64))


def write(event: type[Event]) -> None:
    """Write the shape of an event down."""
    facts = json.loads(facts_of(example_of(event)))
    content = {"type_version": event.type_version, "facts": facts, "schema": schema_of(event)}
    file_of(event).write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")


def main(arguments: list[str]) -> None:
    """Write the shapes that are missing, and those named after `--again`."""
    again = set(arguments[1:]) if arguments[:1] == ["--again"] else set()
    FOLDER.mkdir(exist_ok=True)
    for name, event in EVENTS.items():
        if not file_of(event).exists() or name in again or again == {"all"}:
            write(event)
            sys.stdout.write(f"{file_of(event).name}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
