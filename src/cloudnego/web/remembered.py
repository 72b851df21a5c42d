"""The JSON Schema of what a case remembers (`state`, `caucus` of its document), derived from the structs themselves.

Struct by struct a pydantic model is made of the same fields, for parts of a state are pydantic messages, of which
msgspec knows no schema; nothing is ever read or written by these models.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import msgspec
from pydantic import BaseModel, create_model
from pydantic.json_schema import models_json_schema

from cloudnego.core.state import Caucus, Negotiation
from cloudnego.core.vocabulary import Both, Side

CASE: Final = "CaseState"
CAUCUS: Final = "CaucusState"


def remembered_schemas(ref: str) -> dict[str, Any]:
    """The schemas by name, `CaseState` and `CaucusState` among them; `ref`: what a reference begins with.

    A struct stands under its name with `State` behind, a message with `Shown`: as it is sent less of it is required.
    """
    roots = [_model(kind) for kind in (Negotiation, Caucus)]
    _, found = models_json_schema([(one, "serialization") for one in roots], ref_template=ref + "{model}")
    parts: dict[str, Any] = found["$defs"]
    named = {name: name if _is_own(name, part) else f"{name}Shown" for name, part in parts.items()}
    for part in parts.values():
        if "properties" in part:
            part["required"] = list(part["properties"])  # what is shown is shown whole
            part.pop("additionalProperties", None)  # and fields may be added
        for node in _nodes(part):
            _renamed(node, ref, named)
    return {named[name]: part for name, part in parts.items()}


def _is_own(name: str, part: dict[str, Any]) -> bool:
    return "enum" in part or name in _MADE


def _renamed(node: dict[str, Any], ref: str, named: dict[str, str]) -> None:
    """References go where the parts now stand; a title that says the field's name again goes."""
    if isinstance(node.get("$ref"), str):
        node["$ref"] = ref + named[node["$ref"].removeprefix(ref)]
    if isinstance(node.get("propertyName"), str):
        node["mapping"] = {word: ref + named[at.removeprefix(ref)] for word, at in node["mapping"].items()}
    if isinstance(node.get("title"), str):
        del node["title"]


def _nodes(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for one in schema.values():
            yield from _nodes(one)
    elif isinstance(schema, list):
        for one in schema:
            yield from _nodes(one)


_MADE: Final[dict[str, type[BaseModel]]] = {}
"""The models by name."""


@cache
def _model(kind: type[msgspec.Struct]) -> type[BaseModel]:
    """The model of a struct. Every field is on the wire, whether it has a default or not."""
    name = CASE if kind is Negotiation else f"{kind.__name__.removesuffix('State')}State"
    hints = get_type_hints(kind, include_extras=True)
    fields = {one: (_part(hints[one], name.removesuffix("State") + _camel(one)), ...) for one in kind.__struct_fields__}
    return _made(name, fields, kind.__doc__)


def _made(name: str, fields: dict[str, Any], says: str | None) -> type[BaseModel]:
    _MADE[name] = made = create_model(name, __doc__=says, **fields)
    return made


def _part(hint: Any, name: str) -> Any:
    """The same annotation with models in the place of structs; `name`: of the model where it has no name of its own."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Both:
        return _made(name, {side.value: (_part(args[0], name), ...) for side in Side}, "One of each side.")
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return _model(hint)
    parts = tuple(_part(one, name) for one in args)
    if not args or parts == args:
        return hint
    return Union[parts] if origin is UnionType else origin[parts]  # noqa: UP007 - built, not written


def _camel(field: str) -> str:
    return "".join(word.capitalize() for word in field.split("_"))
