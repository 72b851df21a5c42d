"""docs/EVENTS.md: every type of event with its version, stream, facts and an example, written from the classes."""

from __future__ import annotations

import inspect
import json
import re
from collections import defaultdict
from typing import Any, Final

from cloudnego.core.events import EVENTS, Event
from cloudnego.core.vocabulary import Side, Stream
from cloudnego.texts import catalogue

_INTRO: Final = """# Events

Written by `docs/generate.py` from the classes in `core/events.py`; change those, not this page. What is here is what a
portal hears of through `GET /api/v1/events` and through webhooks ([API](API.md)), and what
`GET /api/v1/negotiations/{case_id}/timeline` shows with all its facts.

## What is sent

One event is one JSON object, the same in the feed and as the body of a webhook. It is thin: it says that something
happened and where to read it. `step`, `ending` and `deadline` say how the case stands when it is sent.

```json
{example}
```

- `id` is the event's for ever: a webhook that is sent again has the same `webhook-id`.
- `data.type_version` is that of the facts. A released type keeps its facts; a new shape is a new version beside it.
- Order is promised within a case. Types may be added at any time: pass over what you do not know.
- A portal with the scope `cases` hears of the stream `notice`; one with the scope `table`, in the cases of its own
  enterprise, of `table` and `filing`, too. Caucuses are heard of by no portal; their types stand at the end for the
  sake of who reads the timeline on a bench.

The exact JSON Schema of the facts is in `docs/schemas/events.json`.
"""

_ENVELOPE: Final = {
    "id": "n4b1c.notice.12",
    "type": "list_published",
    "timestamp": "2026-03-20T09:00:00.000000+08:00",
    "data": {
        "type_version": 1, "case": "n4b1c", "stream": "notice", "seq": 12, "via": "person", "occurred_on": "2026-03-20",
        "step": "topics", "ending": None, "deadline": "2026-04-09", "external_ref": "ERP-26",
        "seen_for": ["o-firm"],
        "link": "https://talks.example/api/v1/negotiations/n4b1c", "page": "https://talks.example/c/n4b1c",
    },
}  # fmt: skip

_ELSEWHERE: Final = "where what it speaks of lies"
_TITLES: Final = {
    "notice": "what both sides, the workers, the offices above and every portal of the enterprise see",
    "filing": "what the authority sees with both sides",
    "table": "what both sides see",
    _ELSEWHERE: "what stands in the stream of another fact, or in another one for few voters",
    "caucus": "what one side alone sees",
}
_TEXTS: Final = ("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "09:00", "6.5")


def pages() -> dict[str, str]:
    """The page, by the name of its file."""
    lines = [_INTRO.replace("{example}", json.dumps(_ENVELOPE, ensure_ascii=False, indent=1))]
    by_stream: defaultdict[str, list[type[Event]]] = defaultdict(list)
    for kind in EVENTS.values():
        by_stream[_stream(kind)].append(kind)
    for stream, title in _TITLES.items():
        lines += [f"## `{stream}`: {title}" if stream in {*Stream} else f"## {stream.capitalize()}: {title}", ""]
        for kind in by_stream[stream]:
            lines += _event(kind)
    return {"EVENTS.md": "\n".join(lines)}


def _stream(kind: type[Event]) -> str:
    own = next(base for base in kind.__mro__ if "stream" in vars(base))
    if own is Event:
        return kind.where.value
    return "caucus" if _in_caucus(kind) else _ELSEWHERE


def _in_caucus(kind: type[Event]) -> bool:
    if "side" not in kind.model_fields:
        return False
    values: dict[str, Any] = {"side": Side.WORKER}
    try:
        return kind.model_construct(**values).stream.is_caucus
    except AttributeError:  # it looks at another field
        return False


def _event(kind: type[Event]) -> list[str]:
    name = kind.model_fields["type"].default
    zh, en = (catalogue(language)[f"events.{name}"] for language in ("zh", "en"))
    about = " ".join((vars(kind).get("__doc__") or "").split())
    whole = kind.model_json_schema()
    facts = {one: part for one, part in whole["properties"].items() if one not in ("type", "words")}
    example = {one: _example(one, part, whole.get("$defs", {})) for one, part in facts.items()}
    said = ", ".join(f"`{one}` {_type(kind, one)}" for one in facts) or "none"
    return [
        f"### `{name}` {zh} · {en}", "",
        *([about, ""] if about else []),
        f"Version {kind.type_version}. Facts: {said}.", "",
        "```json", json.dumps(example, ensure_ascii=False), "```", "",
    ]  # fmt: skip


def _type(kind: type[Event], name: str) -> str:
    """A field's type as its class says it, without what the schema says exactly."""
    own = next(base for base in kind.__mro__ if name in inspect.get_annotations(base))
    said = str(inspect.get_annotations(own)[name])
    return re.sub(r"tuple\[(.+), \.\.\.\]", r"list of \1", said).replace(" | None", ", or none").replace("|", "or")


def _example(name: str, part: dict[str, Any], known: dict[str, Any]) -> Any:
    if "$ref" in part:
        return _example(name, known[part["$ref"].rpartition("/")[2]], known)
    for choice in ("anyOf", "oneOf"):
        if choice in part:
            return _example(name, next(one for one in part[choice] if one.get("type") != "null"), known)
    if "const" in part or "enum" in part:
        return part["const"] if "const" in part else part["enum"][0]
    match part.get("type"):
        case "object":
            return {one: _example(one, value, known) for one, value in part.get("properties", {}).items()}
        case "array" if "prefixItems" in part:
            return [_example(name, one, known) for one in part["prefixItems"]]
        case "array":
            return [_example(name, part["items"], known)] * max(1, part.get("minItems", 1))
        case "integer":
            return 620_000 if name.endswith("fen") else part.get("minimum", 1)
        case "boolean":
            return False
        case _:
            return _text(name, part)


def _text(name: str, part: dict[str, Any]) -> str:
    if part.get("format") == "date":
        return "2026-03-20"
    if "decimal" in str(part.get("description", "")):
        return "6.5"
    pattern = re.compile(part.get("pattern", ""))
    texts = (f"{name[:20].removesuffix('s')}-1", *_TEXTS)
    return next((text for text in texts if pattern.search(text) and len(text) <= part.get("maxLength", 96)), "x")
