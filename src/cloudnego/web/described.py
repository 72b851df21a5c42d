"""What an endpoint reads and answers with, for the OpenAPI document: from the very classes it works with.

What the document says to people stands in the catalogue under `api`; `openapi` puts it in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

import msgspec
from starlette.responses import Response

from cloudnego.core.vocabulary import Message
from cloudnego.web.errors import MEDIA_TYPE, STATUS

DOCUMENTS: Final[dict[str, type[msgspec.Struct]]] = {}
"""Every document an endpoint answers with, by its name in the components."""

BODIES: Final[dict[str, type[Message]]] = {}
"""Every body an endpoint that is no command reads."""

_JSON: Final = "application/json"
ALWAYS: Final = ("busy", "defect")  # whatever reads the database
SIGNED_IN: Final = (
    "not_signed_in",
    "scope_missing",
    "not_for_portals",
    "enterprise_required",
    "too_fast",
    "quota_spent",
)
WITH_BODY: Final = ("too_long", "not_json", "malformed", "too_complex")
UNSAFE: Final = ("cross_site",)
BEFORE_ALL: Final = ("header_twice", "address_too_long", "headers_too_long")  # the shield, before anything is looked at
OF_A_CASE: Final = ("not_found", "malformed", "acting_as_required")
"""Codes of problems that many operations can answer with, by what is asked of them."""

ON_STATUS: Final = {401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}
"""Headers that every answer of a status has."""


def answered(status: int) -> str:
    """The key of what a status says, under `api.answers`; `openapi` puts the text in its place."""
    return f"s{status}"


def headers(*names: str) -> dict[str, Any]:
    """Headers of an answer."""
    whole = {"type": "integer", "minimum": 1}
    return {name: {"schema": whole if name == "Retry-After" else {"type": "string"}} for name in names}


def content(name: str) -> dict[str, Any]:
    """JSON with the schema of that name."""
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def _bytes_of(media: Iterable[str]) -> dict[str, Any]:
    """A file as it is, in one of these types."""
    return {one: {"schema": {"contentMediaType": one}, "example": "…"} for one in media}


def _rows_of(media: Iterable[str]) -> dict[str, Any]:
    """A table may come as JSON as well: a list of rows."""
    rows = {"type": "array", "items": {"type": "object"}}
    return {one: {"schema": rows, "example": [{"number": "001", "name": "张三"}]} for one in media if one == _JSON}


def problems(codes: Iterable[str]) -> dict[int | str, dict[str, Any]]:
    """What an operation answers that can end with these problems: by status, with the codes and an example of each."""
    by_status: defaultdict[int, set[str]] = defaultdict(set)
    for code in codes:
        by_status[STATUS[code]].add(code)
    return {status: _problem(status, sorted(found)) for status, found in sorted(by_status.items())}


def _problem(status: int, codes: list[str]) -> dict[str, Any]:
    document = {"$ref": "#/components/schemas/ProblemDocument"}
    named = {"type": "object", "properties": {"status": {"const": status}, "code": {"enum": codes}}}
    found: dict[str, Any] = {
        "description": answered(status),
        "content": {
            MEDIA_TYPE: {
                "schema": {"allOf": [document, named]},
                "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in codes},
            }
        },
    }
    return found | ({"headers": headers(*ON_STATUS[status])} if status in ON_STATUS else {})


def described(
    operation: str,
    document: type[msgspec.Struct] | None,
    *,
    body: type[Message] | None = None,
    status: int = 200,
    codes: tuple[str, ...] = (),
    tagged: bool = False,
    headed: tuple[str, ...] = (),
    unsafe: bool = False,
    open_to_all: bool = False,
    always: tuple[str, ...] = ALWAYS,
    takes: tuple[str, ...] = (),
    gives: tuple[str, ...] = (),
    repeated: bool = False,
) -> dict[str, Any]:
    """Keyword arguments of a route: operation id, answer, body, and every problem it can answer with.

    `codes` are those of its own. `tagged`: it answers `If-None-Match`; `headed`: headers its answer has; `unsafe`: it
    changes something, though it has no body. `takes`, `gives`: media types of a body or an answer that is no JSON;
    `repeated`: what was sent before is answered with 200.
    """
    answers: dict[int | str, dict[str, Any]] = {status: {"description": answered(status)}}
    extra: dict[str, Any] = {"security": []} if open_to_all else {}
    codes = (*codes, *BEFORE_ALL, *always, *(() if open_to_all else SIGNED_IN))
    if document is not None:
        DOCUMENTS[document.__name__] = document
        answers[status]["content"] = content(document.__name__)
    if gives:
        answers[status]["content"] = _bytes_of(gives)
    if repeated:
        answers[200] = {**answers[status], "description": f"{answered(200)}_repeated"}
    if tagged or headed:
        answers[status]["headers"] = headers(*["ETag"] * tagged, *headed)
    if tagged:
        answers[304] = {"description": answered(304), "headers": headers("ETag")}
        extra["parameters"] = [{"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}]
    if body is not None:
        BODIES[body.__name__] = body
        extra["requestBody"] = {"required": True, "content": content(body.__name__)}
        codes += WITH_BODY
    if takes:
        extra["requestBody"] = {"required": True, "content": _bytes_of(takes) | _rows_of(takes)}
        codes += ("too_long",)
    if not open_to_all and (unsafe or takes or body is not None):
        codes += UNSAFE
    return {
        "operation_id": operation,
        "status_code": status,
        "responses": answers | problems(codes),
        "openapi_extra": extra,
        "response_model": None,
        **({"response_class": Response} if document is None else {}),  # else FastAPI adds an answer in JSON of its own
    }
