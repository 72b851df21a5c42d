"""Answers on the wire: plain data as JSON in a fixed order, tagged where a reader may ask whether anything changed."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import msgspec
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

_PRIVATE = {"Cache-Control": "no-store", "Vary": "Authorization, Cookie, X-Acting-As"}


def plain(value: Any) -> Any:
    """State, documents and messages as plain data: sets sorted, so that the same state gives the same bytes."""
    return msgspec.to_builtins(value, enc_hook=_message, order="deterministic")


def _message(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(f"{type(value).__name__} has no form on the wire")


def encode(value: Any) -> bytes:
    """The JSON bytes of a document."""
    return msgspec.json.encode(plain(value))


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer that is nobody's to keep."""
    return Response(encode(value), status, {"Cache-Control": "no-store", **(headers or {})}, "application/json")


def nothing() -> Response:
    """204."""
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


def tag_of(*parts: object) -> str:
    """An ETag that says nothing but whether the parts are the same: not the order in which a set happens to lie."""
    return '"' + sha256(encode(parts)).hexdigest()[:32] + '"'


def unchanged(request: Request, tag: str) -> Response | None:
    """304 if the reader has this very answer already."""
    known = request.headers.get("if-none-match", "")
    if tag in (one.strip().removeprefix("W/") for one in known.split(",")):
        return Response(status_code=304, headers={"ETag": tag, **_PRIVATE})
    return None


def tagged(request: Request, value: Any, tag: str | None = None) -> Response:
    """An answer with its tag, made of the bytes themselves unless given; 304 if the reader has it already."""
    body = encode(value)
    tag = tag or '"' + sha256(body).hexdigest()[:32] + '"'
    return unchanged(request, tag) or Response(body, 200, {"ETag": tag, **_PRIVATE}, "application/json")
