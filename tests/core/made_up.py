"""Payloads nobody would send: any that the JSON schema of a command allows, at its bounds, about this case or not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

import msgspec
from pydantic import BaseModel

from cloudnego.core import commands as c

Schema = Mapping[str, Any]

FIRST, LAST = date(1990, 1, 1), date(2099, 12, 31)  # the bounds of `Day`, which no JSON schema can say
RATES = ("0", "-0", "0.0001", "7", "-999999999.9999", "999999999.9999", "150")
TIMES = ("00:00", "09:00", "23:59")
ODD = ("table.0", "table.1", "notice.1", "notice.99", "filing.1", "worker.1", "nobody", "T1", "T3", "T9", "-", "x/y:z")
LONG = "工" * 8000


@cache
def schema_of(kind: type[c.Command]) -> Schema:
    return kind.model_json_schema()


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, BaseModel):
        value = value.model_dump()
    elif isinstance(value, msgspec.Struct):
        value = msgspec.structs.asdict(value)
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield key
            yield from _leaves(one)
    elif isinstance(value, (tuple, list, frozenset)):
        for one in value:
            yield from _leaves(one)
    elif value is not None:
        yield value


class Known:
    """What stands in a case and what was said of it since: its ids and hashes, its numbers, its days."""

    def __init__(self, *said: Any) -> None:
        self.texts: dict[str, None] = {}
        self.numbers: dict[int, None] = {}
        self.days: dict[date, None] = {}
        self._fitting: dict[str, list[str]] = {}
        for leaf in (leaf for one in said for leaf in _leaves(one)):
            if isinstance(leaf, str):
                self.texts[str(leaf)] = None
            elif isinstance(leaf, date):
                self.days[leaf] = None
            elif isinstance(leaf, int) and not isinstance(leaf, bool):
                self.numbers[leaf] = None

    def and_then(self, *said: Any) -> Known:
        """The same with what was said afterwards."""
        later = Known(*said)
        later.texts = self.texts | later.texts
        later.numbers = self.numbers | later.numbers
        later.days = self.days | later.days
        return later

    def fitting(self, pattern: str) -> list[str]:
        """The texts of this shape."""
        if pattern not in self._fitting:
            self._fitting[pattern] = [text for text in self.texts if re.fullmatch(pattern, text)]
        return self._fitting[pattern]


class MadeUp:
    """Makes payloads about what is known of a case, and about what is not."""

    def __init__(self, known: Known, today: date, dice: Random) -> None:
        self.dice = dice
        self.known = known
        self.numbers = [0, 1, 2, *known.numbers]
        near = [today + timedelta(days=n) for n in (-400, -30, -1, 0, 0, 1, 7, 30, 400)]
        self.days = [FIRST, LAST, *near, *(day for day in known.days if FIRST <= day <= LAST)]

    def fields(self, kind: type[c.Command]) -> dict[str, Any]:
        """All fields of a command."""
        schema = schema_of(kind)
        return self._object(schema, schema)

    def some(self, kind: type[c.Command], count: int) -> dict[str, Any]:
        """A few fields of it, to be laid over a payload that makes sense."""
        schema = schema_of(kind)
        names = [name for name in schema["properties"] if name != "type"]
        chosen = self.dice.sample(names, min(count, len(names)))
        return {name: self._value(schema["properties"][name], schema) for name in chosen}

    def _object(self, schema: Schema, root: Schema) -> dict[str, Any]:
        needed = set(schema.get("required", ()))
        return {
            name: self._value(one, root)
            for name, one in schema.get("properties", {}).items()
            if name in needed or self.dice.random() < 0.5
        }

    def _value(self, schema: Schema, root: Schema) -> Any:
        if "$ref" in schema:
            return self._value(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root)
        for choices in ("anyOf", "oneOf"):
            if choices in schema:
                return self._value(self.dice.choice(schema[choices]), root)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.dice.choice(schema["enum"])
        return getattr(self, f"_{schema['type']}")(schema, root)

    def _null(self, _: Schema, __: Schema) -> None:
        return None

    def _boolean(self, _: Schema, __: Schema) -> bool:
        return self.dice.random() < 0.5

    def _integer(self, schema: Schema, _: Schema) -> int:
        least, most = int(schema["minimum"]), int(schema["maximum"])
        fitting = [n for n in self.numbers if least <= n <= most]
        return self.dice.choice([least, most, *fitting])

    def _array(self, schema: Schema, root: Schema) -> list[Any]:
        least, most = schema.get("minItems", 0), schema.get("maxItems", 5)
        many = min(most, 40) if self.dice.random() < 0.1 else 2
        length = self.dice.choice([least, least, least + 1, least + 2, many])
        return [self._value(schema["items"], root) for _ in range(max(least, min(length, most)))]

    def _string(self, schema: Schema, _: Schema) -> str:
        if schema.get("format") == "date":
            return self.dice.choice(self.days).isoformat()
        if "decimal string" in schema.get("description", ""):
            return self.dice.choice(RATES)
        pattern = schema.get("pattern")
        if pattern is None:
            text = self.dice.choice(["一", "协商", " a\n", *ODD, LONG])
            return text[: schema.get("maxLength", len(text))] or "一"
        if re.fullmatch(pattern, TIMES[0]):
            return self.dice.choice(TIMES)
        fitting = self.known.fitting(pattern)
        return self.dice.choice(fitting) if fitting and self.dice.random() < 0.8 else self._shaped(pattern)

    def _shaped(self, pattern: str) -> str:
        """A text of this shape that stands nowhere. A shape of a new kind is given its sample here."""
        made = [f"{self.dice.getrandbits(256):064x}", "n0where", "0" * 40]
        fitting = [text for text in made if re.fullmatch(pattern, text)]
        assert fitting, f"no sample for {pattern}"
        return self.dice.choice(fitting)
