"""What we hand out and read again later: anybody may keep it, and nobody can change it. It is not secret.

Its keys follow from the master keys by what it is for, so that nothing handed out for one thing is read as another; the
newest closes, and an older one opens while there is its master key.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Final, TypeVar

import msgspec

_MOST: Final = 2048
_TAG_BYTES: Final = 32
_SHORT_BYTES: Final = 8  # of a mark: it is asked of us one at a time, and what it is of is not guessed either

T = TypeVar("T")


def closed(keys: Sequence[bytes], value: object) -> str:
    """URL-safe characters, under the newest of these keys."""
    body = msgspec.msgpack.encode(value)
    return urlsafe_b64encode(_tag(keys[0], body) + body).decode().rstrip("=")


def opened(keys: Sequence[bytes], text: str, kind: type[T]) -> T | None:
    """What was closed under one of these keys; None, if nothing was, or by a program of another version."""
    if not 0 < len(text) <= _MOST or not text.isascii():
        return None
    try:
        whole = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    tag, body = whole[:_TAG_BYTES], whole[_TAG_BYTES:]
    if not any(hmac.compare_digest(tag, _tag(key, body)) for key in keys):
        return None
    try:
        return msgspec.msgpack.decode(body, type=kind)
    except msgspec.MsgspecError:
        return None


def marked(keys: Sequence[bytes], id_: str) -> str:
    """An id with our mark, for where little room is and cases are not told apart, such as in a mail address."""
    return f"{id_}-{_tag(keys[0], id_.encode())[:_SHORT_BYTES].hex()}"


def unmarked(keys: Sequence[bytes], text: str) -> str | None:
    """The id, if it was marked under one of these keys."""
    id_, _, mark = text.lower().rpartition("-")
    ours = (_tag(key, id_.encode())[:_SHORT_BYTES].hex() for key in keys)
    return id_ if mark.isascii() and any(hmac.compare_digest(mark, one) for one in ours) else None


def _tag(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, "sha256")
