"""The OpenAPI document says all there is, and the server answers nothing else."""

from __future__ import annotations

import re
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as hypothesis_settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from claims.walks import cast
from cloudnego.core.commands import COMMANDS
from cloudnego.core.evolve import replay
from cloudnego.core.moment import seats_of
from cloudnego.core.procedure import PLACES
from cloudnego.core.refusals import Reason
from cloudnego.core.vocabulary import JOINT, Member, Seat, Step
from cloudnego.identity.grades import Grade
from cloudnego.rehearsal import Played
from cloudnego.texts import catalogue
from cloudnego.web.app import application
from cloudnego.web.errors import STATUS
from tests.web.conftest import client_of, settings_for
from tests.web.documented import responses
from tests.web.played import DISTRICT, at, rehearsed, settle, write
from tests.web.served import Served, serving

ROOT = Path(__file__).resolve().parents[2]
CHINESE, ENGLISH = re.compile(r"[一-鿿]"), re.compile(r"[A-Za-z]{2}")
JUDGED_AT_LEAST = 10
ROUNDS_MAX = 5  # of one it depends on the dice what gets past seat and step; of five it does not
SECONDS = 12.0
"""How long the server is bombarded here; `make` targets may go on longer with other seeds."""


@pytest.fixture
async def document(house: Any) -> dict[str, Any]:
    async with client_of(house) as client:
        found: dict[str, Any] = (await client.get("/openapi.json")).json()
    return found


def refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for one in value.values():
            yield from refs(one)
    elif isinstance(value, list):
        for one in value:
            yield from refs(one)


async def test_there_is_one_operation_for_each_command_people_may_ask(document: dict[str, Any]) -> None:
    operations = {
        operation["operationId"]: (path, operation)
        for path, methods in document["paths"].items()
        for operation in methods.values()
        if "commands" in operation.get("tags", ())
    }
    people = {name for name, kind in COMMANDS.items() if PLACES[kind].ask.by - {Seat.CLOCK}}
    assert operations.keys() == people
    assert "note_deadline" not in operations
    for name, (path, operation) in operations.items():
        kind = COMMANDS[name]
        assert operation["summary"]
        assert operation["description"].startswith(" ".join((kind.__doc__ or "").split()))
        assert operation["x-binding"] is kind.binding
        body = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        assert body == f"#/components/schemas/{kind.__name__}"
        assert set(operation["responses"]) == {
            "200",
            "201",
            "400",
            "401",
            "403",
            "404",
            "409",
            "413",
            "414",
            "415",
            "422",
            "429",
            "431",
            "500",
            "503",
        }
        assert kind.opens or path == f"/api/v1/negotiations/{{case_id}}/{name.replace('_', '-')}"


async def test_every_operation_parameter_answer_and_problem_is_said_in_both_languages(document: dict[str, Any]) -> None:
    said = {"about": document["info"]["description"]}
    said |= {f"tag {tag['name']}": tag["description"] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            said[f"{method} {path} summary"] = operation["summary"]
            said[f"{method} {path}"] = operation["description"]
            for parameter in operation.get("parameters", ()):
                said[f"{method} {path} {parameter['name']}"] = parameter["description"]
            for status, answer in responses(document, operation).items():
                said[f"{method} {path} {status}"] = answer["description"]
                for name, header in answer.get("headers", {}).items():
                    said[f"{method} {path} {status} {name}"] = header["description"]
    said |= {
        f"example {name}": one["summary"] for name, one in document["components"]["examples"].items() if name in STATUS
    }
    assert [where for where, text in said.items() if not (CHINESE.search(text) and ENGLISH.search(text))] == []
    tags = {tag for methods in document["paths"].values() for one in methods.values() for tag in one["tags"]}
    assert tags == {tag["name"] for tag in document["tags"]}


async def test_nothing_is_said_that_nobody_asks_for(document: dict[str, Any]) -> None:
    """The section `api` of the catalogue has a text for what the document has, and no other."""
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    answers = [answer for one in operations for answer in responses(document, one).values()]
    names = {parameter["name"] for operation in operations for parameter in operation.get("parameters", ())}
    headers = {name for answer in answers for name in answer.get("headers", ())}
    queries = {one["operationId"] for one in operations if "commands" not in one["tags"]}
    known = {key.removeprefix("api.") for key in catalogue("zh") if key.startswith("api.")}
    assert known == {key.removeprefix("api.") for key in catalogue("en") if key.startswith("api.")}
    assert {key for key in known if key.startswith("operations.")} == {
        f"operations.{name}.{part}" for name in queries for part in ("title", "says")
    }
    for section, found in (("parameters", names), ("headers", headers)):
        assert {key for key in known if key.startswith(f"{section}.")} == {
            f"{section}.{name.lower().replace('-', '_')}" for name in found
        }
    texts = {answer["description"] for answer in answers}
    unused = [
        key
        for key in known
        if key.startswith("answers.") and not any(catalogue("zh")[f"api.{key}"] in x for x in texts)
    ]
    assert unused == []


async def test_each_problem_is_named_where_it_can_happen_and_shown_as_the_server_says_it(
    document: dict[str, Any],
) -> None:
    named: set[str] = set()
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, answer in responses(document, operation).items():
                problem = answer.get("content", {}).get("application/problem+json")
                if problem is None:
                    continue
                codes = problem["schema"]["allOf"][1]["properties"]["code"]["enum"]
                assert codes
                assert {STATUS[code] for code in codes} == {int(status)}
                assert list(problem["examples"]) == codes
                named |= set(codes)
    never = {
        "method_not_allowed",
        "not_ready",
        "account_exists",
        "person_exists",
        "organisation_exists",
        "membership_unknown",
    }
    assert STATUS.keys() - named == never, "what no operation of the document can answer with"


async def test_every_operation_has_a_name_of_its_own_and_every_reference_leads_somewhere(
    document: dict[str, Any],
) -> None:
    names = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    schemas = document["components"]["schemas"]
    parts = {f"#/components/{kind}/{name}" for kind, names in document["components"].items() for name in names}
    assert set(refs(document)) - parts == set()
    assert document["openapi"].startswith("3.1")
    assert not {"HTTPValidationError", "ValidationError"} & schemas.keys(), "a body the server never sends"


def test_what_tells_the_members_of_a_union_apart_is_required(house: Any) -> None:
    schemas = application(house.site).openapi()["components"]["schemas"]
    assert "kind" in schemas["FenValue"]["required"]
    assert schemas["PutClause"]["properties"]["values"]["items"]["discriminator"]["propertyName"] == "kind"


async def test_only_what_changes_something_can_come_from_elsewhere(document: dict[str, Any]) -> None:
    """`cross_site` stands exactly at the unsafe methods of those who signed in, and at the sign-ins by cookie; a portal
    may lack its scope at whatever is not open to all."""
    operations = [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    unsafe = {
        (path, method)
        for path, method, operation in operations
        if (method != "get" and operation.get("security") != [])
        or operation["operationId"]
        in ("sign_in", "begin_outside", "sign_in_with_passkey", "sign_in_by_slip", "sign_in_by_phone")
    }
    named = {
        (path, method): responses(document, operation)["403"]["content"]["application/problem+json"]["examples"].keys()
        for path, method, operation in operations
        if "403" in operation["responses"]
    }
    assert unsafe == {place for place, codes in named.items() if "cross_site" in codes}
    closed = {(path, method) for path, method, operation in operations if operation.get("security") != []}
    assert closed == {place for place, codes in named.items() if {"scope_missing", "not_for_portals"} <= codes}


def test_commands_schemas_refuse_what_they_do_not_know(house: Any) -> None:
    schemas = application(house.site).openapi()["components"]["schemas"]
    loose = [
        kind.__name__
        for kind in COMMANDS.values()
        if kind.__name__ in schemas and schemas[kind.__name__].get("additionalProperties") is not False
    ]
    assert loose == []


async def test_the_page_for_people_names_every_door_and_every_problem_that_is_a_status(
    document: dict[str, Any],
) -> None:
    page = (ROOT / "docs" / "API.md").read_text("utf-8")
    paths = [
        path for path, methods in document["paths"].items() if "commands" not in next(iter(methods.values()))["tags"]
    ]
    assert paths
    assert [path for path in paths if f"{path}`" not in page] == []
    statuses = {
        status for methods in document["paths"].values() for one in methods.values() for status in one["responses"]
    }
    assert [status for status in statuses if status >= "400" and status not in page] == []


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(settings_for(tmp_path / "data")) as found:
        yield found


STANDS: dict[Step, tuple[str, str]] = {
    Step.REPLY: ("plain", "send_offer"),
    Step.PREPARATION: ("plain", "make_proposal"),
    Step.MEETING: ("plain", "start_meeting"),
    Step.CONGRESS: ("plain", "adopt_voting_method"),
    Step.FILING: ("plain", "receive_filing"),
    Step.PERFORMANCE: ("employer-offer", "publish_contract"),
}
"""Where the cases stand that are bombarded: after which act of which story."""
ACTORS = ("w0", "w1", "e0", "hr", "recorder", "s1", "town", "district", "authority", "auditor")
LAST = {"DELETE /api/v1/session"}  # it would end the session all others need
CLOSE = {"withdraw_case", "consent_to_withdrawal", "end_talks", "merge_into_regional"}
"""Commands that would close a case for all others: they have one of their own."""
AT_THE_GATE = {Reason.CASE_CLOSED, Reason.NOT_IN_THIS_STEP, Reason.NOT_YOUR_SEAT}


def acts_up_to(step: Step) -> list[Played]:
    story, last = STANDS[step]
    acts = rehearsed(story)
    return acts[: next(n for n, act in enumerate(acts) if act.command.type == last) + 1]


def who_may() -> dict[str, list[tuple[Step, str]]]:
    """For each command the cases and the people whose seats its row admits there."""
    found: dict[str, list[tuple[Step, str]]] = {}
    for step, stands in STANDS.items():
        case = replay(event for act in acts_up_to(step) for event in act.events if event.stream in JOINT)
        assert case.step is step, f"{stands} leads to {case.step}"
        seats = {who: seats_of(case, cast().members().get(who, Member(person=who))) for who in ACTORS}
        for name, kind in COMMANDS.items():
            place = PLACES[kind]
            if not kind.opens and place.open_in(step):
                found.setdefault(name, []).extend((step, who) for who in ACTORS if seats[who] & place.ask.by)
    return found


class Bombardment:
    """The server under fire in rounds: every operation, each time against some case, by somebody."""

    def __init__(self, served: Served, number: int) -> None:
        self.served = served
        self.dice = Random(number)
        self.may = who_may()
        opened = served.house.site.sessions.open
        self.tokens = {who: opened(DISTRICT, who, who, "bearer", proof=Grade.PASSKEY) for who in ACTORS}
        schema = schemathesis.openapi.from_dict(httpx2.get(f"{served.url}/openapi.json").json())
        schema.config.update(base_url=served.url)
        found: list[Any] = [one.ok() for one in schema.get_all_operations()]  # type: ignore[union-attr]
        self.operations = [one for one in found if one.label not in LAST]
        self.cases: dict[tuple[Step, bool], str] = {}
        self.rounds = 0
        self.statuses: Counter[int] = Counter()
        self.judged: Counter[Step] = Counter()  # commands that got past seat and step, by the step of their case
        self.carried: Counter[str] = Counter()

    def round(self, number: int) -> None:
        """Every operation a few times, in new cases: the last round has moved its own on."""
        self.cases, self.rounds = {}, number
        for operation in self.dice.sample(self.operations, len(self.operations)):
            name = operation.definition.raw.get("operationId", "")
            meant = self.may.get(name)
            everything = [(step, who) for step in STANDS for who in ACTORS]
            step, who = self.dice.choice(meant if meant and self.dice.random() < 0.9 else everything)
            self.ask(operation, name, step, who, self.dice.getrandbits(32))

    def case_at(self, step: Step, *, closing: bool) -> str:
        if (step, closing) not in self.cases:
            written = write(self.served.house, acts_up_to(step), f"{self.rounds}-{step}-{closing}")
            self.cases[step, closing] = self.served.run(written)
        return self.cases[step, closing]

    def ask(self, operation: Any, name: str, step: Step, who: str, number: int) -> None:
        case_id = self.case_at(step, closing=name in CLOSE)

        @seed(number)
        @hypothesis_settings(
            max_examples=3,
            deadline=None,
            database=None,
            derandomize=False,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
        )
        @given(case=operation.as_strategy())
        def once(case: Any) -> None:
            if case.path_parameters and "case_id" in case.path_parameters:
                case.path_parameters["case_id"] = case_id
            if case.headers:
                case.headers.pop("X-Acting-As", None)  # a membership made up answers 404 and nothing more
            answer = case.call_and_validate(
                headers={"Authorization": f"Bearer {self.tokens[who]}"}, excluded_checks=[positive_data_acceptance]
            )
            self.count(answer, name, step)

        try:
            once()
        except Exception as broken:
            broken.add_note(f"{name or operation.label} in {step} by {who}")
            raise

    def judged_least(self) -> int:
        """Commands judged beyond seat and step, where they were the fewest."""
        return min(self.judged[step] for step in STANDS)

    def count(self, answer: Any, name: str, step: Step) -> None:
        self.statuses[answer.status_code] += 1
        if name not in self.may:
            return
        if answer.status_code == 409:
            reasons = {one["reason"] for one in answer.json().get("obstacles", ())}
            self.judged[step] += bool(reasons - AT_THE_GATE)
        elif answer.status_code in (200, 201):
            self.judged[step] += 1
            self.carried[name] += 1


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_request_makes_the_server_fail_or_answer_what_is_not_documented(served: Served) -> None:
    """Every operation with what schemathesis makes up, in real cases at six steps, by ten people of all seats;
    statuses, types, headers and bodies must be those of the document. That what fits the schema is accepted is not
    asked: a rate must also be a decimal number and a day lie in its pack, which JSON Schema cannot say."""
    settle(served.house)
    at(served.house, max(acts_up_to(step)[-1].at for step in STANDS))
    number = secrets.randbits(32)
    sys.stdout.write(f"schemathesis seed {number}\n")
    fire, began, rounds = Bombardment(served, number), time.monotonic(), 0
    while time.monotonic() - began < SECONDS or (rounds < ROUNDS_MAX and fire.judged_least() < JUDGED_AT_LEAST):
        fire.round(rounds)
        rounds += 1
    sys.stdout.write(
        f"{fire.statuses.total()} requests in {rounds} rounds: {dict(fire.statuses)}; commands judged beyond seat and "
        f"step: {dict(fire.judged)}; kinds carried out: {len(fire.carried)}\n"
    )
    assert {409, 422, 404, 200, 201} <= set(fire.statuses), "the bombardment reached every kind of answer"
    assert not any(status >= 500 for status in fire.statuses)
    assert fire.judged_least() >= JUDGED_AT_LEAST, "hardly a command got past seat and step"
