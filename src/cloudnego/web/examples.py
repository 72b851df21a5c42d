"""The examples of the OpenAPI document: requests and answers from the `examples*.yaml`, problems as the server says
them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from cloudnego.core.pack import Pack
from cloudnego.core.refusals import Obstacle, Reason
from cloudnego.core.vocabulary import Seat, Side
from cloudnego.identity.factors import MeansHad
from cloudnego.identity.grades import Grade, Means
from cloudnego.texts import say
from cloudnego.web.answers import plain
from cloudnego.web.documents import HeldHead
from cloudnego.web.errors import STATUS, Problem, obstacle_as_said
from cloudnego.web.proving import step_up_document


@cache
def _written() -> dict[str, dict[str, Any]]:
    """`requests` and `answers` by operation, `problems`: facts by code."""
    found: dict[str, dict[str, Any]] = {"requests": {}, "answers": {}, "problems": {}}
    for file in sorted(files(__package__).iterdir(), key=lambda file: file.name):
        if file.name.startswith("examples") and file.name.endswith(".yaml"):
            for part, shown in yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader).items():
                found[part] |= shown
    return found


def request_of(operation: str) -> Any:
    """The example of an operation's body; None where it has none."""
    return _written()["requests"].get(operation)


def answer_of(operation: str) -> Any:
    """The example of an operation's answer; None where it has none."""
    return _written()["answers"].get(operation)


def shared(pack: Pack) -> dict[str, Any]:
    """Examples many operations point to: the receipt of an act, and every problem by its code."""
    found = {"receipt": {"value": answer_of("receipt")}}
    return found | {code: _problem(code, pack) for code in sorted(STATUS)}


def _problem(code: str, pack: Pack) -> dict[str, Any]:
    facts = _written()["problems"].get(code, {})
    obstacles = [obstacle_as_said(_NOT_SERVED, pack)] if code == "refused" else []
    wrong = {"at": "/plan/day", "code": "date_from_datetime_parsing"}
    errors = [{**wrong, "message": say(f"fields.{wrong['code']}")}] if code == "malformed" else []
    title = say(f"problems.{code}.title")
    return {
        "summary": f"{title['zh']} · {title['en']}",
        "value": Problem(code, facts=facts, obstacles=obstacles, errors=errors, more=_more(code)).document(),
    }


def _more(code: str) -> dict[str, object]:
    """What a problem says in members of its own."""
    if code == "head_moved":
        shown = answer_of("cosign")
        return {"held": plain(HeldHead(size=shown["size"], root=shown["root"], at=shown["at"]))}
    had = {"step_up_needed": (MeansHad(Means.LETTER),), "step_up_impossible": ()}.get(code)
    return {} if had is None else {"step_up": step_up_document(Grade.LETTER, had)}


_NOT_SERVED = Obstacle(reason=Reason.OFFER_NOT_SERVED, articles=("HZ 24",), cure=(Seat.CHIEF,), side=Side.WORKER)
