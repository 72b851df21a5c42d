"""The OpenAPI document: FastAPI's for the queries, and one operation for each command, from the same classes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from cloudnego.core.commands import COMMANDS
from cloudnego.core.pack import Pack
from cloudnego.core.refusals import Reason
from cloudnego.core.vocabulary import Ending, Kind, Light, Message, Scope, Seat, Side, Step
from cloudnego.texts import catalogue
from cloudnego.web import deprecation
from cloudnego.web.commands import ASKS
from cloudnego.web.described import BODIES, DOCUMENTS
from cloudnego.web.documents import ProblemDocument, ReceiptDocument
from cloudnego.web.errors import MEDIA_TYPE
from cloudnego.web.examples import answer_of, request_of, shared
from cloudnego.web.operations import operations
from cloudnego.web.remembered import CASE, CAUCUS, remembered_schemas
from cloudnego.web.scopes import SCOPES, PortalScope

REF = "#/components/schemas/"
_TAGS: Final = (
    "commands", "negotiations", "polls", "files", "register", "roster", "accounts", "portals", "surveys", "procedure",
    "sandbox", "operation",
)  # fmt: skip
_OVERVIEW: Final[dict[str, tuple[str | None, ...]]] = {
    "step": tuple(Step),
    "ending": (*Ending, None),
    "light": (*Light, ""),
    "turn_side": (*Side, None),
    "turn_seat": (*Seat, None),
    "stuck": (*Reason, None),
    "scope": tuple(Scope),
    "kind": tuple(Kind),
}
"""What the plain columns of an overview can hold. The empty one stands where the reader is not shown the column."""


class SchemaClash(AssertionError):
    """Two classes of one name would stand in the components."""


def message_schemas(kinds: Iterable[type[Message]]) -> dict[str, Any]:
    """JSON Schemas of pydantic messages and all their parts, by name."""
    _, found = models_json_schema([(kind, "validation") for kind in kinds], ref_template=REF + "{model}")
    schemas: dict[str, Any] = found.get("$defs", {})
    for schema in schemas.values():
        for item in _discriminated(schema):
            for one in item["oneOf"]:  # pydantic wants the word that tells them apart, though it has a default
                part = schemas[one["$ref"].removeprefix(REF)]
                part["required"] = sorted({*part["required"], item["discriminator"]["propertyName"]})
    return schemas


def _discriminated(schema: Any) -> Iterator[dict[str, Any]]:
    """The unions in a schema whose members are told apart by a word."""
    if isinstance(schema, dict):
        if "discriminator" in schema:
            yield schema
        for one in schema.values():
            yield from _discriminated(one)


def document_schemas(kinds: Iterable[type[msgspec.Struct]]) -> dict[str, Any]:
    """JSON Schemas of answers and all their parts, by name."""
    _, found = msgspec.json.schema_components(list(kinds), ref_template=REF + "{name}")
    columns = found["Overview"]["properties"]
    for name, codes in _OVERVIEW.items():
        columns[name] = {"enum": [code if code is None else str(code) for code in codes]}
    whole = found["CaseDocument"]["properties"]
    whole["state"] = {"anyOf": [{"$ref": REF + CASE}, {"type": "null"}]}
    whole["caucus"] = {"anyOf": [{"$ref": REF + CAUCUS}, {"type": "null"}]}
    whole["called_into"] = {"type": "object", "additionalProperties": {"$ref": REF + CAUCUS}}
    return found


def openapi_of(application: FastAPI, pack: Pack) -> dict[str, Any]:
    """The whole document; `pack` names what stands in the examples. Raises `SchemaClash`."""
    found = get_openapi(
        title=application.title,
        version=application.version,
        openapi_version="3.1.0",
        description=_paragraphs("api.about"),
        routes=application.routes,
        servers=[{"url": "/"}],
        tags=[{"name": tag, "description": _bilingual(f"api.tags.{tag}")} for tag in _TAGS],
    )
    components = found.setdefault("components", {})
    components["schemas"] = _schemas(components.get("schemas", {}))
    components["examples"] = shared(pack)
    scopes = {scope.value: _bilingual(f"api.scopes.{scope}") for scope in PortalScope}
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "__Host-cloudnego"},
        "portal": {
            "type": "oauth2",
            "flows": {
                "clientCredentials": {"tokenUrl": "/oauth/token", "scopes": scopes},
                "authorizationCode": {
                    "authorizationUrl": "/oauth/authorize",
                    "tokenUrl": "/oauth/token",
                    "refreshUrl": "/oauth/token",
                    "scopes": scopes,
                },
            },
        },
    }
    found["security"] = [{"bearer": []}, {"cookie": []}]
    for operation in _operations_of(found["paths"]):
        _say_of_query(operation)
    for path, operation in operations().items():
        found["paths"].setdefault(path, {})["post"] = operation
    found["paths"] = dict(sorted(found["paths"].items()))
    for operation in _operations_of(found["paths"]):
        _let_in(operation, found["security"])
        deprecation.mark(operation)
        _say(operation)
        _show(operation)
        operation["responses"] = _shared(operation["responses"], components.setdefault("responses", {}))
    return found


def _schemas(queries: dict[str, Any]) -> dict[str, Any]:
    """Every schema by name. A list of codes may come from both worlds; nothing else may."""
    kinds = [kind for kind in COMMANDS.values() if kind.opens or any(ask.kind is kind for ask in ASKS.values())]
    messages = message_schemas([*kinds, *BODIES.values()])
    documents = document_schemas({*DOCUMENTS.values(), ProblemDocument, ReceiptDocument})
    found = dict(queries)
    for some in (remembered_schemas(REF), documents, messages):
        clash = [name for name in sorted(found.keys() & some.keys()) if not _alike(found[name], some[name])]
        if clash:
            raise SchemaClash(", ".join(clash))
        found |= some
    found = dict(sorted(found.items()))
    for schema in found.values():
        if "description" in schema:
            schema["description"] = " ".join(schema["description"].split())
    return found


def _alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return "enum" in one and sorted(one["enum"]) == sorted(other.get("enum", ()))


def _operations_of(paths: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (operation for methods in paths.values() for operation in methods.values())


def _let_in(operation: dict[str, Any], people: list[dict[str, Any]]) -> None:
    """Say of an operation that portals may ask which scope they need for it."""
    scope = SCOPES.get(operation["operationId"])
    if scope is not None and "security" not in operation and not operation.get("x-binding"):
        operation["security"] = [*people, {"portal": [scope.value]}]


def _shared(answers: dict[str, Any], into: dict[str, Any]) -> dict[str, Any]:
    """The answers with a reference for each that is a problem: few differ, and written out they are half the document.
    Such a component is named by its status and its codes."""
    found = {}
    for status, answer in answers.items():
        content = answer.get("content", {})
        if content.keys() != {MEDIA_TYPE}:
            found[status] = answer
        else:
            name = ".".join([status, *content[MEDIA_TYPE]["examples"]])
            into[name] = answer
            found[status] = {"$ref": f"#/components/responses/{name}"}
    return found


# --- what it says to people ---------------------------------------------------------------------------------------


def _bilingual(key: str) -> str:
    """A text of the catalogue in both languages, on one line."""
    return f"{catalogue('zh')[key]} · {catalogue('en')[key]}"


def _paragraphs(key: str) -> str:
    """The same with a paragraph for each."""
    return f"{catalogue('zh')[key]}\n\n{catalogue('en')[key]}"


def _say_of_query(operation: dict[str, Any]) -> None:
    name = operation["operationId"]
    operation["summary"] = _bilingual(f"api.operations.{name}.title")
    operation["description"] = _paragraphs(f"api.operations.{name}.says")


def _say(operation: dict[str, Any]) -> None:
    """Put the texts of parameters, answers and headers in; until then answers have the keys of theirs."""
    for parameter in operation.get("parameters", ()):
        parameter["description"] = _bilingual(f"api.parameters.{_key(parameter['name'])}")
    for answer in operation["responses"].values():
        answer["description"] = _bilingual(f"api.answers.{answer['description']}")
        for name, header in answer.get("headers", {}).items():
            header["description"] = _bilingual(f"api.headers.{_key(name)}")


def _key(name: str) -> str:
    return name.lower().replace("-", "_")


def _show(operation: dict[str, Any]) -> None:
    """Put the examples in."""
    name = operation["operationId"]
    request, answer = request_of(name), answer_of(name)
    if request is not None:
        for content in operation["requestBody"]["content"].values():
            content["example"] = request
    if answer is not None:
        for status, done in operation["responses"].items():
            if status.startswith("2") and "content" in done:
                done["content"]["application/json"]["example"] = answer
