"""No route writes into the operator's log what people sent: every operation is asked with a canary in every place a
request has, once as the house is and once with everything behind the door broken and quoting it."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest
import structlog
from sqlalchemy.exc import IntegrityError

from cloudnego import logs
from cloudnego.main import House
from cloudnego.web.threads import Threads
from tests.web.conftest import API, Town
from tests.web.documented import document_of

CANARY = "canary-sang-七点五"
ASCII_CANARY = "canary-sang"
STAYS_OUT = {"sign_out"}  # it would end the session all others need


@pytest.fixture
def logged() -> Iterator[None]:
    """The log as `serve` configures it, for one test."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.configure("debug")
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)


@pytest.fixture
async def asking(house: House, town: Town) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody signed in, whose answers are not held against the document: what he sends is nonsense."""
    transport = httpx2.ASGITransport(app=house.front, raise_app_exceptions=False)
    headers = {
        "Authorization": f"Bearer {town.tokens['admin']}",
        "X-Acting-As": ASCII_CANARY,
        "User-Agent": ASCII_CANARY,
    }
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client


def bodies(example: Any) -> Iterator[Any]:
    """The example of a body with the canary in the place of each text, and nonsense."""
    yield {"canary": CANARY, CANARY: 1}
    if isinstance(example, dict):
        yield {name: CANARY if isinstance(value, str) else value for name, value in example.items()}


async def everything(document: dict[str, Any], client: httpx2.AsyncClient) -> list[int]:
    """Ask every operation; returns the statuses."""
    found = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation["operationId"] in STAYS_OUT:
                continue
            address = re.sub(r"\{[^}]+\}", ASCII_CANARY, path)
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            sent = list(bodies(content.get("example"))) if "requestBody" in operation else [None]
            for body in sent:
                query = {"q": CANARY, "district": ASCII_CANARY, "cursor": ASCII_CANARY}
                headers = {"Idempotency-Key": ASCII_CANARY}
                answer = await client.request(method.upper(), address, params=query, json=body, headers=headers)
                found.append(answer.status_code)
    return found


async def test_what_is_sent_is_in_no_log(
    house: House, asking: httpx2.AsyncClient, logged: None, capsys: pytest.CaptureFixture[str]
) -> None:
    statuses = await everything(document_of(house), asking)
    assert len(statuses) > 100
    assert not any(status >= 500 for status in statuses)
    said = capsys.readouterr()
    assert ASCII_CANARY not in said.out + said.err


async def test_what_a_broken_database_quotes_is_in_no_log_and_no_answer(
    house: House,
    asking: httpx2.AsyncClient,
    logged: None,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert (await asking.get(f"{API}/me")).status_code == 200

    async def quoting(*_: object, **__: object) -> None:
        raise IntegrityError(CANARY, {"words": CANARY}, ValueError(CANARY))

    monkeypatch.setattr(Threads, "run", quoting)
    statuses = await everything(document_of(house), asking)
    assert statuses.count(500) > 10
    said = capsys.readouterr()
    assert ASCII_CANARY not in said.out + said.err
    entries = [json.loads(line) for line in said.err.splitlines()]
    assert {"IntegrityError from ValueError", "IntegrityError"} & {entry.get("error") for entry in entries}


async def test_no_figure_names_anybody(house: House, asking: httpx2.AsyncClient) -> None:
    await everything(document_of(house), asking)
    names = {label for family in house.figures.registry.collect() for one in family.samples for label in one.labels}
    assert names <= {"status", "outcome", "le"}
