"""The OpenAPI document: FastAPI's for the queries, and one operation for each command, from the same classes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from cloudnego.core.commands import COMMANDS, Command
from cloudnego.core.procedure import PLACES
from cloudnego.core.vocabulary import Message
from cloudnego.web.commands import ASKS, OPENINGS, PREFIX
from cloudnego.web.described import BODIES, DOCUMENTS, content, problem
from cloudnego.web.documents import ProblemDocument, ReceiptDocument

REF = "#/components/schemas/"
_PROBLEMS = (401, 403, 404, 409, 413, 415, 422, 429, 503)

_DESCRIPTION = """\
The neutral table of the yearly collective wage negotiation (工资集体协商), for browsers and enterprise portals alike.

* **Sign in** with `POST /api/v1/session`: a cookie for browsers (unsafe methods then need `X-CloudNego: 1` and our
  Origin), or `door: bearer` for a token. Who holds several capacities in a case names one in `X-Acting-As`.
* **Ask** with `POST /api/v1/negotiations/{case_id}/<command>`; `GET …/next` says what you may ask now and what stands
  in the way. Send an `Idempotency-Key` and repeat it after a lost answer.
* **What is not yours does not exist**: the same 404, whether there is no such case or you may not see it.
* Instants are RFC 3339 at +08:00, statutory dates `YYYY-MM-DD`, money whole `…_fen`, rates decimal strings.
"""

_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Your name for this act, 1 to 128 visible ASCII characters: the same key gives the same receipt.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
}
_ACTING_AS = {
    "name": "X-Acting-As",
    "in": "header",
    "description": "One of your memberships (`GET /api/v1/me`), where you hold several capacities in the case.",
    "schema": {"type": "string"},
}
_CASE = {"name": "case_id", "in": "path", "required": True, "schema": {"type": "string"}}


class SchemaClash(AssertionError):
    """Two classes of one name would stand in the components."""


def message_schemas(kinds: Iterable[type[Message]]) -> dict[str, Any]:
    """JSON Schemas of pydantic messages and all their parts, by name."""
    _, found = models_json_schema([(kind, "validation") for kind in kinds], ref_template=REF + "{model}")
    schemas: dict[str, Any] = found.get("$defs", {})
    return schemas


def document_schemas(kinds: Iterable[type[msgspec.Struct]]) -> dict[str, Any]:
    """JSON Schemas of answers and all their parts, by name."""
    _, found = msgspec.json.schema_components(list(kinds), ref_template=REF + "{name}")
    return found


def openapi_of(application: FastAPI) -> dict[str, Any]:
    """The whole document. Raises `SchemaClash`."""
    found = get_openapi(
        title=application.title,
        version=application.version,
        openapi_version="3.1.0",
        description=_DESCRIPTION,
        routes=application.routes,
    )
    kinds = [kind for kind in COMMANDS.values() if kind.opens or any(ask.kind is kind for ask in ASKS.values())]
    messages = message_schemas([*kinds, *BODIES.values()])
    documents = document_schemas({*DOCUMENTS.values(), ProblemDocument, ReceiptDocument})
    clash = sorted(messages.keys() & documents.keys())
    if clash:
        raise SchemaClash(", ".join(clash))
    components = found.setdefault("components", {})
    components["schemas"] = dict(sorted({**components.get("schemas", {}), **messages, **documents}.items()))
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "__Host-cloudnego"},
    }
    found["security"] = [{"bearer": []}, {"cookie": []}]
    for path, operation in _operations().items():
        found["paths"].setdefault(path, {})["post"] = operation
    found["paths"] = dict(sorted(found["paths"].items()))
    return found


def _operations() -> dict[str, dict[str, Any]]:
    """One operation a command, by path."""
    found = {PREFIX + rest: _operation(ask.kind, []) for rest, ask in OPENINGS.items()}
    return found | {f"{PREFIX}/{{case_id}}/{name}": _operation(ask.kind, [_CASE]) for name, ask in ASKS.items()}


def _operation(kind: type[Command], parameters: list[dict[str, Any]]) -> dict[str, Any]:
    place = PLACES[kind]
    said = " ".join((kind.__doc__ or "").split())
    seats = ", ".join(sorted(seat.value for seat in place.ask.by))
    span = place.first.value if place.first is place.last else f"{place.first.value} to {place.last.value}"
    where = "Opens a case." if kind.opens else f"Step: {span}."
    receipt = content("ReceiptDocument")
    answers: dict[str, Any] = {
        "200": {"description": "Written before, under the same Idempotency-Key.", "content": receipt},
        "201": {"description": "Written.", "content": receipt},
    }
    if kind.opens:
        answers["201"]["headers"] = {"Location": {"schema": {"type": "string"}}}
    return {
        "operationId": kind.model_fields["type"].default,
        "tags": ["commands"],
        "summary": said.partition(". ")[0].rstrip("."),
        "description": f"{said}\n\nBy: {seats}. {where}{' A binding act.' if kind.binding else ''}",
        "x-binding": kind.binding,
        "parameters": [*parameters, _KEY, _ACTING_AS],
        "requestBody": {"required": True, "content": content(kind.__name__)},
        "responses": answers | {str(status): problem(status) for status in _PROBLEMS},
    }
