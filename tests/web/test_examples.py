"""The examples of the OpenAPI document fit its schemas, and the server understands them."""

from __future__ import annotations

from typing import Any

import pytest

from cloudnego.core.commands import COMMANDS
from cloudnego.main import House
from cloudnego.web.commands import ASKS, OPENINGS
from cloudnego.web.described import BODIES
from cloudnego.web.errors import STATUS
from tests.web.conftest import API, Town
from tests.web.documented import document_of, faults, responses
from tests.web.played import looking, rehearsed, settle, write

JSON = "application/json"
ASKED = {ask.kind.model_fields["type"].default for ask in (*OPENINGS.values(), *ASKS.values())}


@pytest.fixture
def document(house: House) -> dict[str, Any]:
    return document_of(house)


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["operationId"]: one for methods in document["paths"].values() for one in methods.values()}


def requests(document: dict[str, Any]) -> dict[str, Any]:
    """The example of each operation that has a body."""
    return {
        name: operation["requestBody"]["content"][JSON]["example"]
        for name, operation in operations(document).items()
        if JSON in operation.get("requestBody", {}).get("content", {})
    }


def test_every_request_has_an_example_that_fits_its_schema(document: dict[str, Any]) -> None:
    imports = [name for name in operations(document) if name.startswith("import_")]  # of rows, as JSON or otherwise
    assert len(requests(document)) == len(ASKED) + len(BODIES) + len(imports)
    for name, operation in operations(document).items():
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert (name, faults(document, content["schema"], content["example"])) == (name, [])


def test_every_answer_has_an_example_that_fits_its_schema(document: dict[str, Any]) -> None:
    shown = 0
    for name, operation in operations(document).items():
        for status, answer in responses(document, operation).items():
            for content in answer.get("content", {}).values():
                found = [content["example"]] if "example" in content else []
                for one in content.get("examples", {}).values():
                    found.append(document["components"]["examples"][one["$ref"].rsplit("/", 1)[1]]["value"])
                assert found or (name, status) == ("readyz", "503"), f"{name} {status} shows nothing"
                for example in found:
                    shown += 1
                    assert (name, status, faults(document, content["schema"], example)) == (name, status, [])
    assert shown > 1000


def test_no_example_of_a_problem_has_a_place_left_open(document: dict[str, Any]) -> None:
    examples = document["components"]["examples"]
    assert examples.keys() == STATUS.keys() | {"receipt"}
    assert [name for name, one in examples.items() if "{" in str(one["value"].get("detail", {}).values())] == []


def test_a_refusal_is_shown_with_its_reason_and_a_malformed_request_with_its_fields(document: dict[str, Any]) -> None:
    examples = document["components"]["examples"]
    assert examples["refused"]["value"]["obstacles"][0]["articles"] == ["HZ 24"]
    assert examples["malformed"]["value"]["errors"][0]["at"] == "/plan/day"


@pytest.mark.parametrize("name", sorted(ASKED))
def test_each_act_shown_is_the_command_it_stands_for(document: dict[str, Any], name: str) -> None:
    """What pydantic reads from the example and writes again is the example: no field of it is idle."""
    shown = requests(document)[name]
    command = COMMANDS[name].model_validate(shown | {"type": name}, strict=False)
    assert {field for field in shown if field not in command.model_fields_set} == set()


async def test_the_server_understands_every_act_shown(house: House, document: dict[str, Any]) -> None:
    """Asked of a real case it may be refused, for the case stands elsewhere; it is never malformed or unknown."""
    settle(house)
    case_id = await write(house, rehearsed(until=37))
    async with looking(house)("w0") as client:
        for name, shown in requests(document).items():
            if name not in ASKED or COMMANDS[name].opens:
                continue
            answer = await client.post(f"{API}/negotiations/{case_id}/{name.replace('_', '-')}", json=shown)
            assert (name, answer.status_code) in {(name, 201), (name, 409), (name, 404)}, answer.text
            assert answer.status_code != 404 or COMMANDS[name].model_fields.keys() & {"regional", "child"}, name


async def test_the_requests_shown_work_one_after_the_other(town: Town, document: dict[str, Any]) -> None:
    """A sandbox is opened, peopled and begun with nothing but the examples and the ids they gave."""
    shown = requests(document)
    opened = await town.door.post(f"{API}/sandbox", json=shown["open_sandbox"])
    assert opened.status_code == 201, opened.text
    town.district = opened.json()["district"]
    admin = await town.sign_in("admin", opened.json()["login"], opened.json()["password"])

    async def made(path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await admin.post(API + path, json=body)
        assert answer.status_code in (200, 201), f"{path}: {answer.text}"
        found: dict[str, Any] = answer.json()
        return found

    firm = await made("/enterprises", shown["add_enterprise"])
    union = await made("/sandbox/organisations", {**shown["add_organisation"], "upper": firm["id"]})
    change = {**shown["change_enterprise"], "union_organisation": union["id"]}
    assert (await admin.patch(f"{API}/enterprises/{firm['id']}", json=change)).status_code == 200
    office = {**shown["add_person"]["memberships"][0], "organisation": union["id"]}
    person = await made("/sandbox/people", {**shown["add_person"], "memberships": [office]})
    worker = {**shown["add_membership"], "person": person["id"], "organisation": firm["id"]}
    await made("/sandbox/memberships", worker)
    await made("/reference-values", shown["add_reference_value"])
    await made("/sandbox/clock", shown["move_clock"])
    entry = {**shown["sign_in"], "district": town.district}
    chair = (await town.door.post(f"{API}/session", json=entry)).json()
    client = await town.enter("chair", chair["token"])
    case = await client.post(f"{API}/negotiations", json={**shown["open_case"], "enterprise": firm["id"]})
    assert case.status_code == 201, case.text
    contract = {**shown["register_contract"], "enterprise": firm["id"]}
    old = await client.post(f"{API}/negotiations/register-contract", json=contract)
    assert old.status_code == 201, old.text
