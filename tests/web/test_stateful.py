"""One request after another, each with what the answer before named: the whole document, by somebody signed in."""

from __future__ import annotations

import secrets
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, seed
from hypothesis import settings as hypothesis_settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from cloudnego.core.vocabulary import Step
from cloudnego.identity.grades import Grade
from tests.web.conftest import settings_for
from tests.web.played import DISTRICT, at, settle, write
from tests.web.served import Served, serving
from tests.web.test_openapi import acts_up_to

SCENARIOS: Final = 60
STEPS_OF_ONE: Final = 12
FOLLOWED_AT_LEAST: Final = 10


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(settings_for(tmp_path / "data")) as one:
        yield one


@pytest.mark.slow
@pytest.mark.whole
@pytest.mark.timeout(600)
@pytest.mark.parametrize("who", ["w0", "district"])
def test_what_an_answer_names_is_asked_for_next_and_answered_as_documented(served: Served, who: str) -> None:
    """Links are those that schemathesis infers from the document: ids that one operation answers and another takes."""
    settle(served.house)
    for step in (Step.PREPARATION, Step.MEETING):
        acts = acts_up_to(step)
        at(served.house, acts[-1].at)
        served.run(write(served.house, acts, f"{who}-{step}"))
    opened = served.house.site.sessions.open
    schema = schemathesis.openapi.from_dict(httpx2.get(f"{served.url}/openapi.json").json())
    schema.config.update(base_url=served.url)
    statuses, followed = Counter[int](), Counter[str]()

    class Going(schema.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            self.token = opened(DISTRICT, who, who, "bearer", proof=Grade.PASSKEY)  # one may end it on the way

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": {"Authorization": f"Bearer {self.token}"}}

        def step(self, input: Any) -> Any:
            if input.is_applied:
                followed[input.case.operation.label] += 1
            return super().step(input)

        def before_call(self, case: Any) -> None:
            if case.headers:
                case.headers.pop("X-Acting-As", None)  # a membership made up answers 404 and nothing more

        def after_call(self, response: Any, case: Any) -> None:
            statuses[response.status_code] += 1

        def validate_response(self, response: Any, case: Any, *_: Any, **more: Any) -> None:
            case.validate_response(response, excluded_checks=[positive_data_acceptance], transport_kwargs=more)

    number = secrets.randbits(32)
    sys.stdout.write(f"stateful seed {number}\n")
    quietly = hypothesis_settings(
        max_examples=SCENARIOS, stateful_step_count=STEPS_OF_ONE, deadline=None, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    seed(number)(Going.TestCase)
    Going.run(settings=quietly)
    sys.stdout.write(f"{statuses.total()} requests: {dict(statuses)}; followed {followed.total()}: {dict(followed)}\n")
    assert not any(status >= 500 for status in statuses)
    assert followed.total() >= FOLLOWED_AT_LEAST
