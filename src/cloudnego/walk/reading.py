"""Reads a case as `GET /negotiations/{id}` shows it back into the state that the rules and the chooser speak of."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from pydantic import TypeAdapter

from cloudnego.core.state import Caucus, Negotiation

S = TypeVar("S", bound=msgspec.Struct)


def case_of(state: Mapping[str, Any]) -> Negotiation:
    """The joint state. Raises ValueError where it is not one of this version: every field must be there, none more."""
    return _struct(Negotiation, state)


def caucus_of(state: Mapping[str, Any]) -> Caucus:
    """What one side's own stream remembers. Raises ValueError as `case_of` does."""
    return _struct(Caucus, state)


def _struct(cls: type[S], value: Any, inner: tuple[Any, ...] = ()) -> S:
    hints = _hints(cls)
    if not isinstance(value, Mapping) or value.keys() != hints.keys():
        raise ValueError(f"{cls.__name__} reads otherwise here")
    return cls(
        **{name: _read(inner[0] if isinstance(kind, TypeVar) else kind, value[name]) for name, kind in hints.items()}
    )


def _read(kind: Any, value: Any) -> Any:
    """One value as its annotation says: structs and what holds them by hand, everything else as pydantic reads it.

    msgspec cannot: it takes no union of messages and no union of words, and the state has both.
    """
    outer, inner = get_origin(kind), get_args(kind)
    if outer in (Union, UnionType):
        real = [one for one in inner if one is not NoneType]
        if value is None and len(real) < len(inner):
            return None
        return _read(real[0], value) if len(real) == 1 else _adapter(kind).validate_python(value)
    cls = outer or kind
    if isinstance(cls, type) and issubclass(cls, msgspec.Struct):
        return _struct(cls, value, inner)
    if cls is dict:
        return {_read(inner[0], key): _read(inner[1], one) for key, one in dict(value).items()}
    if cls is frozenset or (cls is tuple and inner[-1] is ...):
        return cls(_read(inner[0], one) for one in value)
    if cls is tuple:
        return tuple(_read(part, one) for part, one in zip(inner, value, strict=True))
    return _adapter(kind).validate_python(value)


@cache
def _hints(cls: type[msgspec.Struct]) -> dict[str, Any]:
    return get_type_hints(cls, include_extras=True)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
