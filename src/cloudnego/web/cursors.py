"""Cursors of lists: opaque to the client, and worth nothing beyond the list they came from."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import msgspec

from cloudnego.web.errors import Problem


def cursor_of(kind: str, place: Mapping[str, Any]) -> str:
    """A cursor into the list `kind`. It holds nothing the reader has not been shown."""
    return base64.urlsafe_b64encode(msgspec.json.encode([kind, dict(place)])).decode().rstrip("=")


def read_cursor(cursor: str, kind: str) -> dict[str, Any]:
    """The place a cursor stands for. Raises `Problem` 422 if it is not one of this list.

    A cursor is not signed: whoever changes one only moves within what he may see.
    """
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        found, place = msgspec.json.decode(raw, type=tuple[str, dict[str, int | str]])
    except (binascii.Error, msgspec.MsgspecError, ValueError):
        raise Problem("bad_cursor") from None
    if found != kind:
        raise Problem("bad_cursor")
    return place
