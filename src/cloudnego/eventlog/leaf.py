"""Leaf v1: the exact bytes of one entry of a stream, and the hashes and identifiers that stand in it."""

from __future__ import annotations

import hmac
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final

import msgspec

from cloudnego.core.vocabulary import Stream
from cloudnego.ports import CHINA

LEAF_VERSION: Final = 1


class Leaf(msgspec.Struct, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=True):
    """One entry. The fields stand in the order of RFC 8785, so encoding them as declared is canonical.

    `at` is RFC 3339 with microseconds and +08:00, `stream` is `<case>/<stream>`, hashes are lower-case hex.
    """

    actor: str
    at: str
    body_commit: str
    command_id: str
    district: str
    mandate: str | None
    occurred_on: str | None
    seq: int
    sig: str | None = None
    stream: str
    type: str
    type_version: int
    v: int = LEAF_VERSION
    via: str


_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(Leaf)
_CANONICAL: Final = msgspec.json.Encoder(order="deterministic")

encode = _ENCODER.encode
decode = _DECODER.decode
canonical = _CANONICAL.encode
"""RFC 8785 bytes of a value without floats whose object keys are ASCII (proved against `rfc8785` in the tests)."""


def stream_id(case: str, stream: Stream) -> str:
    """The name of a stream in leaves, head rows and NOTIFY."""
    return f"{case}/{stream.value}"


def commit(tag: int, salt: bytes, content: bytes) -> str:
    """SHA-256(tag ‖ salt ‖ content) as hex: tag 2 for a body, 3 for the words inside it."""
    return sha256(bytes((tag,)) + salt + content).hexdigest()


def command_id(actor: str, key: str) -> str:
    """The identity of one command: a hash over who asked and the idempotency key, both with their length."""
    return sha256(f"cloudnego command 1\n{len(actor)}:{actor}{len(key)}:{key}".encode()).hexdigest()


def case_id(secret: bytes, actor: str, key: str) -> str:
    """The case an opening makes: derived, so that a retry finds the stream it opened."""
    return (
        "n"
        + hmac.digest(secret, f"cloudnego case 1\n{len(actor)}:{actor}{len(key)}:{key}".encode(), "sha256").hex()[:20]
    )


def asked_mac(secret: bytes, canonical_command: bytes) -> bytes:
    """What tells a repeated command from another one under the same key, without keeping guessable text."""
    mac = _asked_mac(secret).copy()
    mac.update(canonical_command)
    return mac.digest()


@lru_cache(maxsize=256)
def _asked_mac(secret: bytes) -> hmac.HMAC:
    """The MAC of a district as it begins: going on from it is quicker than `hmac.digest`, and keeps the interpreter."""
    return hmac.new(secret, b"cloudnego asked 1\n", "sha256")


def instant(at: datetime) -> str:
    """RFC 3339 with microseconds at +08:00; texts of this form sort as the instants do."""
    return at.astimezone(CHINA).isoformat(timespec="microseconds")
