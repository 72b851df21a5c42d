"""The commands in the OpenAPI document: one operation each, from the class, its place in the procedure, its names."""

from __future__ import annotations

from typing import Any, Final

from cloudnego.core.asks import Place
from cloudnego.core.commands import Command
from cloudnego.core.procedure import PLACES
from cloudnego.signing.acts import SIGNED
from cloudnego.texts import catalogue
from cloudnego.web.commands import ASKS, OPENINGS, PREFIX
from cloudnego.web.described import (
    ALWAYS,
    BEFORE_ALL,
    OF_A_CASE,
    SIGNED_IN,
    UNSAFE,
    WITH_BODY,
    answered,
    content,
    headers,
    problems,
)

_CODES: Final = (
    *(*BEFORE_ALL, *OF_A_CASE, *ALWAYS, *SIGNED_IN, *UNSAFE, *WITH_BODY),
    *("binding_act", "refused", "one_side", "mandate_does_not_cover", "bad_key", "key_reused"),
)
_BINDING: Final = ("step_up_needed", "step_up_impossible")
_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
    "example": "2026-offer-17",
}
_SIGNATURE: Final = {
    "name": "Device-Signature",
    "in": "header",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9+/]{128}$"},
}
_ACTING_AS: Final = {"name": "X-Acting-As", "in": "header", "schema": {"type": "string"}}
_CASE: Final = {"name": "case_id", "in": "path", "required": True, "schema": {"type": "string"}}


def operations() -> dict[str, dict[str, Any]]:
    """One operation a command, by path."""
    found = {PREFIX + rest: _operation(ask.kind, []) for rest, ask in OPENINGS.items()}
    return found | {f"{PREFIX}/{{case_id}}/{name}": _operation(ask.kind, [_CASE]) for name, ask in ASKS.items()}


def _operation(kind: type[Command], parameters: list[dict[str, Any]]) -> dict[str, Any]:
    name = kind.model_fields["type"].default
    zh, en = catalogue("zh"), catalogue("en")
    receipt = content("ReceiptDocument")
    receipt["application/json"]["examples"] = {"receipt": {"$ref": "#/components/examples/receipt"}}
    codes = (*_CODES, *_BINDING * kind.binding, *("device_signature_wrong",) * (name in SIGNED))
    answers: dict[int | str, dict[str, Any]] = {
        200: {"description": f"{answered(200)}_repeated", "content": receipt},
        201: {"description": answered(201), "content": receipt},
    }
    if kind.opens:
        answers[201]["headers"] = headers("Location")
    return {
        "operationId": name,
        "tags": ["commands"],
        "summary": f"{zh[f'commands.{name}']} · {en[f'commands.{name}']}",
        "description": "\n\n".join(_paragraphs(kind, name, PLACES[kind])),
        "x-binding": kind.binding,
        "parameters": [*parameters, _KEY, _ACTING_AS, *[_SIGNATURE] * (name in SIGNED)],
        "requestBody": {"required": True, "content": content(kind.__name__)},
        "responses": {str(status): answer for status, answer in (answers | problems(codes)).items()},
    }


def _paragraphs(kind: type[Command], name: str, place: Place) -> list[str]:
    """What it is with its articles, what it binds to, who may ask it, and when."""
    zh, en = catalogue("zh"), catalogue("en")
    found = [" ".join((kind.__doc__ or "").split())]
    if kind.binding:
        found += [zh[f"commands_binding.{name}"], en[f"commands_binding.{name}"]]
    seats = "; ".join(_named("seats", seat.value) for seat in sorted(place.ask.by))
    found.append(f"{_label('by')}: {seats}")
    if place.ask.sees is not None:
        found.append(f"{_label('sees')}: {_named('streams', place.ask.sees)}")
    span = dict.fromkeys((place.first.value, place.last.value))
    steps = " – ".join(_named("steps", step) for step in span)
    found.append(_label("opens") if kind.opens else f"{_label('step')}: {steps}")
    if place.ask.on_paper and "on_paper" in kind.model_fields:
        found.append(_label("on_paper"))
    return found


def _named(section: str, code: str) -> str:
    return f"{catalogue('zh')[f'{section}.{code}']} · {catalogue('en')[f'{section}.{code}']} (`{code}`)"


def _label(name: str) -> str:
    return f"{catalogue('zh')[f'api.command.{name}']} · {catalogue('en')[f'api.command.{name}']}"
