"""Every cell of the authorization matrix, and that the matrix can fail."""

from __future__ import annotations

import secrets
import sys

import pytest

from cloudnego.core.vocabulary import STEPS, Step
from tests.secrecy.matrix import Cell, Endpoint, Run, agrees, cells, endpoints, rows, run, sees, steps_of, wanted
from tests.secrecy.wire import Said


@pytest.mark.slow
@pytest.mark.timeout(900)  # thousands of requests, on a machine that may be busy
@pytest.mark.parametrize("step", STEPS)
def test_every_cell_answers_as_the_table_says(step: Step) -> None:
    seed = secrets.randbits(32)
    made = run(step, seed=seed)
    sys.stdout.write(f"matrix seed {seed}: {made.cells} cells asked, {made.spared} left to `make matrix`\n")
    assert [str(one) for one in made.failures] == []
    _every_endpoint_has_its_row(made)
    assert made.entered in (0, 86)
    asked = [one for one in endpoints(made.document).values() if step in steps_of(one)]
    assert made.cells + made.spared == sum(1 for one in asked for _ in cells(one.name, step))
    assert made.spared == 0 if step is Step.MEETING else made.answers["hidden"] > 500, made.answers
    assert made.answers["may 201"] + made.answers["may 200"] > (100 if step is Step.MEETING else 20), made.answers


def test_what_names_a_case_is_asked_at_every_step_and_all_else_once() -> None:
    assert steps_of(Endpoint("get_case", "GET", "/api/v1/negotiations/{case_id}")) == STEPS
    assert len(steps_of(Endpoint("me", "GET", "/api/v1/me"))) == 1


def _every_endpoint_has_its_row(made: Run) -> None:
    known = set(endpoints(made.document))
    assert known - rows() == set(), "endpoints without a row in tests/secrecy/verdicts.yaml: read its head"
    assert rows() - known == set(), "rows of verdicts.yaml without an endpoint"


def test_who_is_nobody_in_the_case_sees_nothing_of_it() -> None:
    for kind in ("worker_chief", "employer_chief", "authority", "auditor", "instructor"):
        for membership in ("other_case", "other_district", "none"):
            assert sees(kind, membership, Step.MEETING) == frozenset()
            assert wanted(Cell("get_case", kind, membership, Step.MEETING)) == "hidden"


def test_a_foreign_caucus_is_in_nobodys_sight() -> None:
    for step in STEPS:
        assert "employer" not in sees("worker_chief", "member", step)
        assert "worker" not in sees("employer_chief", "member", step)
        for kind in ("authority", "auditor", "district_union", "town_union", "instructor", "recorder", "portal"):
            assert sees(kind, "member", step).isdisjoint({"worker", "employer"})


@pytest.mark.parametrize(
    "verdict", ["anonymous", "ambiguous", "seat", "step", "may", "open", "never", "binding", "200", "204"]
)
def test_no_verdict_takes_a_not_found_for_right(verdict: str) -> None:
    assert not agrees(verdict, Said(404, (), b'{"code":"not_found"}'))
    assert not agrees(verdict, Said(500, (), b'{"code":"defect"}'))
