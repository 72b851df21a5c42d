"""`cloudnego walk`: every story by its real people over HTTP, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, get_args

import pytest

from cloudnego.core.vocabulary import STEPS
from cloudnego.stories import STORIES
from cloudnego.walk.command import Story
from cloudnego.walk.record import ENDS_EARLY
from tests.journeys.conftest import IN_CI, IN_CI_ON_POSTGRES, ON_POSTGRES, AllWalked, Walked
from tests.journeys.conftest import STORIES as ON_SQLITE

POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres)
WALKS = [pytest.param("sqlite", story, marks=() if story in IN_CI else pytest.mark.whole) for story in ON_SQLITE]
WALKS += [
    pytest.param(
        "postgres", story, marks=[pytest.mark.postgres, *([] if story in IN_CI_ON_POSTGRES else [pytest.mark.whole])]
    )
    for story in ON_POSTGRES
]
THROUGH = [walk for walk in WALKS if walk.values[1] not in ENDS_EARLY]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]  # whichever comes first waits for all walks


def _all(request: pytest.FixtureRequest, store: str) -> AllWalked:
    found: AllWalked = request.getfixturevalue(f"on_{store}")
    return found


def _walked(request: pytest.FixtureRequest, store: str, story: str) -> Walked:
    return _all(request, store).walks[story]


def _acts(document: dict[str, Any]) -> list[dict[str, str]]:
    return [act for step in document["steps"] for act in step["acts"]]


def _by(document: dict[str, Any], command: str) -> list[str]:
    """The roles that asked a command, in order."""
    return [act["by"].split()[0] for act in _acts(document) if act["command"] == command]


def test_every_story_there_is_can_be_walked_and_is_walked_here() -> None:
    assert set(get_args(Story)) == set(STORIES) == set(ON_SQLITE)


@pytest.mark.parametrize(("store", "story"), WALKS)
def test_a_story_is_carried_out_to_its_end(request: pytest.FixtureRequest, store: str, story: str) -> None:
    walked = _walked(request, store, story)
    assert (walked.code, walked.failed) == (0, "")
    assert walked.document["ok"] is True


@pytest.mark.parametrize(("store", "story"), WALKS)
def test_the_document_has_the_fixed_shape(request: pytest.FixtureRequest, store: str, story: str) -> None:
    document = _walked(request, store, story).document
    assert set(document) == {"story", "case", "ok", "steps", "final"}
    assert document["story"] == story
    assert [(step["number"], step["code"]) for step in document["steps"]] == [
        (step.number, step.value) for step in STEPS
    ]
    assert all(set(step) == {"number", "code", "mode", "acts", "result"} for step in document["steps"])
    assert all(set(act) == {"command", "by", "at"} for act in _acts(document))


@pytest.mark.parametrize(("store", "story"), THROUGH)
def test_eight_steps_are_online_and_the_meeting_is_in_person(
    request: pytest.FixtureRequest, store: str, story: str
) -> None:
    document = _walked(request, store, story).document
    modes = {step["code"]: step["mode"] for step in document["steps"]}
    assert [code for code, mode in modes.items() if mode == "in_person"] == ["meeting"]
    assert Counter(modes.values())["online"] == 8
    assert document["final"]["gatherings"] < document["final"]["gatherings_before"] == 4


@pytest.mark.parametrize(("store", "story"), THROUGH)
def test_each_step_has_acts_and_the_last_one_the_end_of_the_term(
    request: pytest.FixtureRequest, store: str, story: str
) -> None:
    document = _walked(request, store, story).document
    assert all(step["acts"] for step in document["steps"])
    assert [step["result"] for step in document["steps"]] == ["done"] * 8 + ["expired"]


@pytest.mark.parametrize(("store", "story"), WALKS)
def test_time_only_goes_forward_within_a_step(request: pytest.FixtureRequest, store: str, story: str) -> None:
    for step in _walked(request, store, story).document["steps"]:
        at = [datetime.fromisoformat(act["at"]) for act in step["acts"]]
        assert at == sorted(at)
        assert {moment.utcoffset() for moment in at} <= {timedelta(hours=8)}


@pytest.mark.parametrize(("store", "story"), THROUGH)
def test_each_act_is_by_its_real_actor(request: pytest.FixtureRequest, store: str, story: str) -> None:
    document = _walked(request, store, story).document
    union = "town_union_chair" if story == "regional" else "union_chair"
    firm = "employers_body" if story == "regional" else "hr"
    offers, answers = (union, "legal_representative")[:: -1 if story == "employer-offer" else 1]
    assert _by(document, "send_offer") == [offers]
    assert _by(document, "reply") == [answers]
    assert set(_by(document, "record_ballot")) == {union}
    assert set(_by(document, "attest_ballot")) == {"scrutineer"}
    assert set(_by(document, "confirm_clause")) == {union, "legal_representative"}
    assert set(_by(document, "write_minutes")) == {"recorder"}
    assert set(_by(document, "file_contract")) == {firm}
    assert set(_by(document, "receive_filing")) == {"authority"}
    assert len(_by(document, "check_in")) % 8 == 0
    assert "auditor" not in {act["by"].split()[0] for act in _acts(document)}


@pytest.mark.parametrize(("store", "story"), WALKS)
def test_two_scrutineers_who_are_two_people_attest(request: pytest.FixtureRequest, store: str, story: str) -> None:
    acts = [act for act in _acts(_walked(request, store, story).document) if act["command"].startswith("attest")]
    assert acts
    assert len({act["by"] for act in acts}) == 2


def test_a_failed_ballot_leads_back_to_the_table_and_to_a_second_one(on_sqlite: AllWalked) -> None:
    document = on_sqlite.walks["failed-ballot"].document
    assert document["final"]["round"] == 2
    assert document["final"]["ballots"] == 2
    assert len(_by(document, "file_amendment_plan")) == 1


def test_an_objection_leads_back_to_the_table_and_to_a_second_filing(on_sqlite: AllWalked) -> None:
    document = on_sqlite.walks["objected"].document
    assert _by(document, "object_to_contract") == ["authority"]
    assert len(_by(document, "file_contract")) == 2


@pytest.mark.parametrize("store", ["sqlite", POSTGRES])
def test_an_enterprise_that_is_silent_has_done_nothing(request: pytest.FixtureRequest, store: str) -> None:
    document = _walked(request, store, "silent-enterprise").document
    assert not {act["by"].split()[0] for act in _acts(document)} & {
        "hr", "legal_representative", "employer_representative",
    }  # fmt: skip
    assert [step["mode"] for step in document["steps"]] == ["online"] * 4 + [None] * 5
    assert document["steps"][3]["result"] == document["final"]["ending"] == "withdrawn"
    assert _by(document, "issue_recommendation") == ["district_union"]


@pytest.mark.parametrize("store", ["sqlite", POSTGRES])
def test_the_log_is_whole_after_all_walks(request: pytest.FixtureRequest, store: str) -> None:
    checked = _all(request, store).house.run("fsck")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "whole" in checked.stdout


@pytest.mark.postgres
def test_every_projection_is_what_the_log_says_after_all_walks(on_postgres: AllWalked) -> None:
    checked = on_postgres.house.run("replay", "--check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("store", ["sqlite", POSTGRES])
def test_the_server_had_nothing_to_complain_of(request: pytest.FixtureRequest, store: str) -> None:
    assert _all(request, store).logged == ""
