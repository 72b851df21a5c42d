"""How an endpoint describes itself in the OpenAPI document: from the very classes it reads and answers with."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from cloudnego.core.vocabulary import Message

DOCUMENTS: Final[dict[str, type[msgspec.Struct]]] = {}
"""Every document an endpoint answers with, by its name in the components."""

BODIES: Final[dict[str, type[Message]]] = {}
"""Every body an endpoint that is no command reads."""

_SAID: Final = {
    201: "Made.",
    204: "Done.",
    304: "Nothing changed since the answer with this ETag.",
    401: "Not signed in, or the session is over.",
    403: "A cookie's unsafe request that did not come from our own pages, or lacks the header `X-CloudNego: 1`.",
    404: "There is nothing here for you: what is not yours answers exactly like what does not exist.",
    409: "The rules do not allow it now; the obstacles say why, with articles and the way out.",
    413: "The body is longer than allowed.",
    415: "The body is not application/json.",
    422: "Fields are missing or wrong; `errors` lists them.",
    429: "Too fast; see Retry-After.",
    503: "Busy, or not ready: nothing was recorded. The same request with the same Idempotency-Key is safe.",
}


def problem(status: int) -> dict[str, Any]:
    """The description of one kind of problem."""
    found: dict[str, Any] = {
        "description": _SAID[status],
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
    }
    if status in (429, 503):
        found["headers"] = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}, "description": "Seconds."}}
    return found


def content(name: str) -> dict[str, Any]:
    """JSON with the schema of that name."""
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def described(
    operation: str,
    document: type[msgspec.Struct] | None,
    *,
    body: type[Message] | None = None,
    status: int = 200,
    problems: tuple[int, ...] = (401, 429),
    tagged: bool = False,
    open_to_all: bool = False,
) -> dict[str, Any]:
    """Keyword arguments of a route: operation id, answer, body, and every problem it can answer with."""
    answers: dict[int | str, dict[str, Any]] = {status: {"description": _SAID.get(status, "The answer.")}}
    if document is not None:
        DOCUMENTS[document.__name__] = document
        answers[status]["content"] = content(document.__name__)
    if tagged:
        answers[status]["headers"] = {"ETag": {"schema": {"type": "string"}}}
        answers[304] = {"description": _SAID[304]}
    extra: dict[str, Any] = {"security": []} if open_to_all else {}
    if body is not None:
        BODIES[body.__name__] = body
        extra["requestBody"] = {"required": True, "content": content(body.__name__)}
        problems = (*problems, 413, 415, 422)
        if not open_to_all:
            problems = (*problems, 403)
    for one in sorted(set(problems)):
        answers[one] = problem(one)
    return {"operation_id": operation, "responses": answers, "openapi_extra": extra, "response_model": None}
