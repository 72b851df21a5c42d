"""What is made of the document for the client's generator says no more than the document, and what it can read."""

from __future__ import annotations

from clients.python.make import BINARY, bend

REF = {"$ref": "#/components/schemas/ProblemDocument"}


def test_what_a_generator_cannot_read_is_said_more_loosely() -> None:
    pair = {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False, "minItems": 2}
    problem = {"application/problem+json": {"schema": {"allOf": [REF, {"properties": {"status": {"const": 409}}}]}}}
    csv, odd = {"text/csv": {"schema": {"type": "string"}}}, {"application/json": {"schema": {"type": "object"}}}
    answers = {"200": {"content": csv}, "400": {"content": problem | odd}, "409": {"content": problem}}
    body: dict[str, dict[str, object]] = {"content": {"image/png": {}, BINARY: {}}}
    operation = {"requestBody": body, "responses": answers}
    document = {"paths": {"/a": {"post": operation}}, "components": {"schemas": {"P": pair, "A": {"type": "array"}}}}
    found = bend(document)
    assert found["components"]["schemas"]["P"]["items"] == {"anyOf": [{"type": "string"}, {"type": "integer"}]}
    assert found["components"]["schemas"]["A"]["items"] == {}
    bent = found["paths"]["/a"]["post"]
    assert list(bent["requestBody"]["content"]) == list(bent["responses"]["200"]["content"]) == [BINARY]
    assert list(bent["responses"]["400"]["content"]) == ["application/json"]
    assert bent["responses"]["409"]["content"]["application/problem+json"]["schema"] == REF
    assert pair["items"] is False, "the document itself is left as it is"
