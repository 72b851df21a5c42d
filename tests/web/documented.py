"""Holds an answer against the OpenAPI document: its operation must promise the status, the type, the code, the body."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import httpx2
import jsonschema_rs

from cloudnego.main import House
from cloudnego.web.app import application

_DOCUMENT: dict[str, Any] = {}
_URI = "urn:openapi"


def document_of(house: House) -> dict[str, Any]:
    """The OpenAPI document; the same for every house with the same default pack."""
    if not _DOCUMENT:
        _DOCUMENT.update(application(house.site).openapi())
    return _DOCUMENT


@cache
def _registry() -> Any:
    return jsonschema_rs.Registry([(_URI, _DOCUMENT)])


@cache
def _validator(schema: str) -> Any:
    return jsonschema_rs.Draft202012Validator(json.loads(schema), registry=_registry(), validate_formats=True)


def faults(document: dict[str, Any], schema: dict[str, Any], value: Any) -> list[str]:
    """What is wrong with a value under a schema that stands in the document."""
    assert document is _DOCUMENT, "one document a process"
    absolute = json.dumps(schema).replace('"#/', f'"{_URI}#/')
    return [f"{list(wrong.instance_path)}: {wrong.message}" for wrong in _validator(absolute).iter_errors(value)]


@cache
def _paths() -> list[tuple[re.Pattern[str], str]]:
    """Paths of the document, those without parameters first."""
    templates = sorted(_DOCUMENT["paths"], key=lambda path: (path.count("{"), path))
    return [(re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path) + "$"), path) for path in templates]


def responses(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What an operation answers by status, with the references followed."""
    shared = document["components"]["responses"]
    return {
        status: shared[answer["$ref"].rsplit("/", 1)[1]] if "$ref" in answer else answer
        for status, answer in operation["responses"].items()
    }


def undocumented(document: dict[str, Any], answer: httpx2.Response, body: Any) -> list[str]:
    """What an answer is that its operation does not promise; nothing for what is no operation."""
    template = next((path for pattern, path in _paths() if pattern.match(answer.request.url.path)), None)
    method = answer.request.method.lower()
    operation = document["paths"].get(template, {}).get(method)
    if operation is None:
        return []
    status = str(answer.status_code)
    promised = responses(document, operation).get(status)
    if promised is None:
        return [f"{method} {template} answers {status}"]
    media = answer.headers.get("Content-Type", "")
    if media not in promised.get("content", {"": None}):
        return [f"{method} {template} answers {status} as {media!r}"]
    found = [f"{method} {template} {status} has no {name}" for name in _missing(promised, answer)]
    if "content" in promised:
        schema = promised["content"][media]["schema"]
        found += [f"{method} {template} {status} {fault}" for fault in faults(document, schema, body)]
    return found


def _missing(promised: dict[str, Any], answer: httpx2.Response) -> list[str]:
    return [name for name in promised.get("headers", {}) if name not in answer.headers and name != "Set-Cookie"]
