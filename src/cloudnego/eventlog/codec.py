"""Event ↔ JSON: what is stored of an event, and how every shape ever released is read today.

A body is `{"facts":{…},"words":null}` or `{"facts":{…},"words":"<hex>"}`: facts are never erased, words lie apart and
the body holds only their commitment, so after an erasure the facts still prove themselves against the leaf.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from pydantic import BaseModel

from cloudnego.core.commands import Command
from cloudnego.core.events import EVENTS, Event
from cloudnego.eventlog.leaf import canonical

BODY_TAG: Final = 2
WORDS_TAG: Final = 3

_OPEN: Final = b'{"facts":'
_NO_WORDS: Final = b',"words":null}'
_WORDS: Final = b',"words":"'
_COMMITTED_TAIL: Final = len(_WORDS) + 64 + len(b'"}')


class Unreadable(Exception):
    """A stored event this program does not know, or a body that is not one."""


LIFTS: Final[dict[str, Callable[[dict[str, Any], int], dict[str, Any]]]] = {}
"""By event type: (facts as stored, their type_version) → facts of today's shape. Leaves and bodies stay as they are."""


def _fields(part: object) -> Any:
    """What msgspec asks for the parts of a message; everything else it knows by itself."""
    if isinstance(part, BaseModel):
        return part.__dict__
    raise TypeError(f"{type(part).__name__} has no place in an event")


_ENCODE: Final = msgspec.json.Encoder(order="deterministic", enc_hook=_fields).encode


def facts_of(event: Event) -> bytes:
    """RFC 8785 bytes of an event's facts: its fields without `type` (which the leaf says) and without the words."""
    fields = event.__dict__.copy()
    del fields["type"], fields["words"]
    return _ENCODE(fields)


def words_of(event: Event) -> bytes | None:
    """RFC 8785 bytes of an event's words, None if nobody wrote any."""
    return canonical(event.words) if event.words else None


def asked_of(command: Command) -> bytes:
    """RFC 8785 bytes of a command."""
    return _ENCODE(command)


def body(facts: bytes, words_commit: str | None) -> bytes:
    """The body that the leaf commits to."""
    if words_commit is None:
        return _OPEN + facts + _NO_WORDS
    return b"".join((_OPEN, facts, _WORDS, words_commit.encode(), b'"}'))


def split(content: bytes) -> tuple[bytes, str | None]:
    """(facts, commitment of the words) of a body. Raises Unreadable if it is not one."""
    if content.startswith(_OPEN):
        if content.endswith(_NO_WORDS):
            return content[len(_OPEN) : -len(_NO_WORDS)], None
        tail = content[-_COMMITTED_TAIL:]
        if tail.startswith(_WORDS) and tail.endswith(b'"}'):
            return content[len(_OPEN) : -_COMMITTED_TAIL], tail[len(_WORDS) : -2].decode()
    raise Unreadable("a body without facts or without its word on words")


def read(type_: str, type_version: int, facts: bytes, words: bytes | None) -> Event:
    """The event of today's class. Raises Unreadable for an unknown type, a newer version or facts that do not fit."""
    cls = EVENTS.get(type_)
    if cls is None or type_version > cls.type_version:
        raise Unreadable(f"{type_} v{type_version} is not known here: this program is older than the log")
    if type_version < cls.type_version:
        facts = _ENCODE(LIFTS[type_](msgspec.json.decode(facts), type_version))
    if words is not None:
        facts = b"".join((facts[:-1], b',"words":' if facts != b"{}" else b'"words":', words, b"}"))
    try:
        # from JSON, not from a dict: in strict fields pydantic reads dates only from JSON
        return cls.model_validate_json(facts)
    except ValueError as wrong:
        raise Unreadable(f"{type_} v{type_version}: {wrong}") from wrong


def shapes() -> Mapping[str, type[Event]]:
    """Every event class by type, for the fixtures of released shapes."""
    return EVENTS
