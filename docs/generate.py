"""Writes the pages that the code knows better than we do: `python docs/generate.py`, or `--check` to compare only."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from cloudnego.core.commands import COMMANDS
from cloudnego.core.events import EVENTS

DOCS = Path(__file__).resolve().parent
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def _schema(title: str, classes: Mapping[str, type[BaseModel]], mode: JsonSchemaMode) -> str:
    """One document for all classes of a kind: `type` says which of the definitions a message must fit."""
    chosen = dict(sorted(classes.items()))
    references, definitions = models_json_schema([(cls, mode) for cls in chosen.values()])
    document: dict[str, Any] = {
        "$schema": _DIALECT,
        "title": title,
        "oneOf": [references[cls, mode] for cls in chosen.values()],
        "discriminator": {
            "propertyName": "type",
            "mapping": {name: references[cls, mode]["$ref"] for name, cls in chosen.items()},
        },
        **definitions,
    }
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def pages() -> dict[Path, str]:
    """Every generated page with what it must say."""
    return {
        DOCS / "schemas" / "commands.json": _schema("Everything that may be asked", COMMANDS, "validation"),
        DOCS / "schemas" / "events.json": _schema("Everything that can have happened", EVENTS, "serialization"),
    }


def stale() -> list[Path]:
    """The generated pages that are missing or say something else."""
    return [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def main(arguments: list[str]) -> int:
    """Write what is stale; with `--check` only name it. Returns the exit code."""
    old = stale()
    written = pages()
    for path in old:
        sys.stdout.write(f"{path.relative_to(DOCS.parent)}\n")
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(written[path], encoding="utf-8")
    return 1 if old and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
