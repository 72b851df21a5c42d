"""What goes away is said in the document and in every answer of its operation, and of nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from cloudnego.web import account, deprecation, openapi, procedure
from cloudnego.web.deprecation import DEPRECATED, STAYS_DAYS, Deprecation
from tests.web.conftest import API, Town

SINCE, GONE = date(2031, 3, 1), date(2032, 3, 1)
SAID = {
    "deprecation": "@1930089600",
    "sunset": "Mon, 01 Mar 2032 00:00:00 GMT",
    "link": '</api-docs#{0}>; rel="deprecation"; type="text/html", </api-docs#{0}>; rel="sunset"; type="text/html", '
    '</api-docs#list_cases>; rel="successor-version"; type="text/html"',
}


@pytest.fixture
def going(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two queries, one of them open to strangers, and a command go away."""
    for name in ("me", "procedure", "urge"):
        monkeypatch.setitem(DEPRECATED, name, Deprecation(since=SINCE, gone_from=GONE, instead="list_cases"))
    monkeypatch.setattr(openapi, "_schemas", lambda _: {})  # all schemas take longer than all else of the document


@pytest.mark.usefixtures("going")
async def test_every_answer_of_what_goes_away_says_so_and_no_other_answer_does(town: Town) -> None:
    case = await town.open_case("firm")
    boss = town["firm.boss"]
    answers = {
        "me": await boss.get(f"{API}/me"),
        "procedure": await town.door.get(f"{API}/procedure"),
        "urge": await boss.post(f"{API}/negotiations/{case}/urge", json={"x": 1}),
    }
    assert answers["urge"].status_code >= 400, "a refusal says it as well"
    for name, answer in answers.items():
        assert {key: answer.headers.get(key) for key in SAID} == {k: said.format(name) for k, said in SAID.items()}
    others = [
        await boss.get(f"{API}/negotiations"),
        await boss.post(f"{API}/negotiations/{case}/withdraw-case", json={}),
    ]
    assert not [key for one in others for key in SAID if key in one.headers]


@pytest.mark.usefixtures("going")
async def test_the_document_marks_exactly_what_goes_away(town: Town) -> None:
    some = FastAPI(routes=[*account.router.routes, *procedure.router.routes])
    document: dict[str, Any] = openapi.openapi_of(some, town.house.site.default_pack)
    marked = {
        one["operationId"]: one["x-deprecation"]
        for methods in document["paths"].values()
        for one in methods.values()
        if one.get("deprecated")
    }
    said = {"since": "2031-03-01", "gone_from": "2032-03-01", "instead": "list_cases"}
    assert marked == dict.fromkeys(("me", "procedure", "urge"), said)


def test_what_goes_away_stays_as_long_as_was_promised() -> None:
    assert STAYS_DAYS >= 365
    assert [
        name
        for name, one in deprecation.DEPRECATED.items()
        if one.gone_from is not None and one.gone_from - one.since < timedelta(days=STAYS_DAYS)
    ] == []
