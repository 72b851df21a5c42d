"""Frames: what is said over the socket of a room, either way, and how a frame lies on the wire. `docs/LIVE.md` says it
to people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec
from msgspec import Meta, Raw, Struct

from cloudnego.core.vocabulary import Stream
from cloudnego.ports import Recorded

FRAME_MAX: Final = 65_536
"""Bytes of the longest frame anybody may send here."""

Cursor = tuple[Annotated[int, Meta(ge=0, lt=2**31)], Annotated[int, Meta(ge=0, lt=2**31)]]
"""Epoch and last seq of a stream that somebody has."""

Id = Annotated[str, Meta(min_length=1, max_length=64)]


class Auth(Struct, frozen=True, tag_field="frame", tag="auth", forbid_unknown_fields=True):
    """The first frame: the ticket, and what one has of each stream."""

    ticket: Annotated[str, Meta(max_length=512)]
    after: Annotated[dict[Annotated[str, Meta(max_length=16)], Cursor], Meta(max_length=16)] = {}


class Ask(Struct, frozen=True, tag_field="frame", tag="ask", forbid_unknown_fields=True):
    """A command: its name, its words exactly as over HTTP, and its idempotency key. `id` comes back in the answer."""

    id: Id
    command: Annotated[str, Meta(pattern="^[a-z_]{1,64}$")]
    words: Raw = Raw(b"{}")
    key: Annotated[str, Meta(max_length=128)] | None = None


class Signal(Struct, frozen=True, tag_field="frame", tag="signal", forbid_unknown_fields=True):
    """A hand raised or lowered, somebody typing: shown to who sees that stream, and never stored."""

    stream: Annotated[str, Meta(max_length=16)]
    kind: Literal["hand", "typing"]
    on: bool = True


class Look(Struct, frozen=True, tag_field="frame", tag="look", forbid_unknown_fields=True):
    """Whether anybody is still there, and how far the streams one sees go by now. `id` comes back in the answer."""

    id: Id


class _Named(Struct):
    id: Any = None


_DECODE: Final = msgspec.json.Decoder(Auth | Ask | Signal | Look).decode
_NAMED: Final = msgspec.json.Decoder(_Named).decode
_ENCODE: Final = msgspec.json.Encoder().encode


class NoFrame(ValueError):
    """Not one of the frames one may send. `id`: what the answer is to be called by, if it can be told."""

    def __init__(self, id_: str | None) -> None:
        self.id = id_
        super().__init__("no frame")


def read(text: bytes) -> Auth | Ask | Signal | Look:
    """The frame. Raises NoFrame."""
    try:
        found: Auth | Ask | Signal | Look = _DECODE(text)
    except (msgspec.DecodeError, RecursionError):
        raise NoFrame(id_of(text)) from None
    return found


def id_of(text: bytes) -> str | None:
    """By what an answer to these bytes may be called, whatever else is in them."""
    try:
        found = _NAMED(text).id
    except (msgspec.DecodeError, RecursionError):
        return None
    return found if isinstance(found, str) and 0 < len(found) <= 64 else None


# --- what is said to the reader -----------------------------------------------------------------------------------


class Happened(Struct, frozen=True, kw_only=True):
    """One event, as in the timeline; `facts` are without their type, which stands beside them."""

    at: datetime
    occurred_on: date | None
    type: str
    type_version: int
    actor: str
    mandate: str | None
    via: str
    facts: Raw
    words: Raw  # null where nothing was written or it was erased
    erased: bool
    leaf: str


class EventFrame(Struct, frozen=True, kw_only=True, tag_field="frame", tag="event"):
    """One event of a stream, at its place there."""

    stream: Stream
    seq: int
    event: Happened


class AnswerFrame(Struct, frozen=True, kw_only=True, tag_field="frame", tag="answer"):
    """What became of a frame: status and body are those of HTTP. `id` is the asker's; null where he gave none."""

    id: str | None
    status: int
    body: Raw
    retry_after: int | None


class ResyncFrame(Struct, frozen=True, kw_only=True, tag_field="frame", tag="resync"):
    """Forget what you have of this stream: what stands there, its events 1 to `seq`, follows, then what comes later."""

    stream: Stream
    epoch: int
    seq: int
    why: str


class PresenceFrame(Struct, frozen=True, kw_only=True, tag_field="frame", tag="presence"):
    """Who is in a stream now, whose hand is up (the first to raise it first), who is typing; `more` are not named."""

    stream: Stream
    here: Sequence[str]
    hands: Sequence[str]
    typing: Sequence[str]
    more: int


class Frame(NamedTuple):
    """An event frame as it lies on the wire. `shows`: the event, where it is to be noted who read it."""

    seq: int
    wire: bytes
    shows: Recorded | None


def event_frame(one: Recorded, facts: bytes, words: bytes | None, *, shows: bool) -> Frame:
    """The frame of an event: the same bytes for everybody, whenever and from wherever it is sent."""
    happened = Happened(
        at=one.at,
        occurred_on=one.occurred_on,
        type=one.type,
        type_version=one.type_version,
        actor=one.actor,
        mandate=one.mandate,
        via=one.via,
        facts=Raw(facts),
        words=Raw(words or b"null"),
        erased=one.erased,
        leaf=one.leaf.decode(),
    )
    payload = _ENCODE(EventFrame(stream=one.stream, seq=one.seq, event=happened))
    return Frame(one.seq, framed(payload), one if shows else None)


def answer_frame(id_: str | None, status: int, body: bytes, retry_after: int | None = None) -> bytes:
    """On the wire."""
    said = AnswerFrame(id=id_, status=status, body=Raw(body or b"null"), retry_after=retry_after)
    return framed(_ENCODE(said))


def resync_frame(stream: Stream, epoch: int, seq: int, why: str) -> bytes:
    """On the wire."""
    return framed(_ENCODE(ResyncFrame(stream=stream, epoch=epoch, seq=seq, why=why)))


def presence_frame(
    stream: Stream, here: Sequence[str], hands: Sequence[str], typing: Sequence[str], more: int
) -> bytes:
    """On the wire."""
    return framed(_ENCODE(PresenceFrame(stream=stream, here=here, hands=hands, typing=typing, more=more)))


def framed(payload: bytes) -> bytes:
    """A text as one frame of RFC 6455, from a server: whole, and not masked."""
    length = len(payload)
    if length < 126:
        head = bytes((0x81, length))
    elif length < 65_536:
        head = b"\x81\x7e" + length.to_bytes(2, "big")
    else:
        head = b"\x81\x7f" + length.to_bytes(8, "big")
    return head + payload


_HEADS: Final = {126: 4, 127: 10}


def text_of(wire: bytes) -> str:
    """The text of a frame of `framed`."""
    return wire[_HEADS.get(wire[1], 2) :].decode()
