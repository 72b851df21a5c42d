"""Each story goes through, and counts its gatherings from what really happened."""

from __future__ import annotations

from datetime import datetime
from random import Random

import pytest

from claims.walks import cast, register
from cloudnego.core.moment import Law
from cloudnego.core.overview import overview
from cloudnego.core.vocabulary import Ending, Mode, Step
from cloudnego.law import shipped_calendar, shipped_pack
from cloudnego.rehearsal import CHINA, Rehearsal
from cloudnego.stories import FURTHER, STORIES

LAW = Law(pack=shipped_pack("cn-hangzhou"), calendar=shipped_calendar())


def played(name: str) -> Rehearsal:
    entry = register(Random(5), many=name == "regional")
    scene = Rehearsal(LAW, cast(), entry, datetime(2026, 3, 2, 9, tzinfo=CHINA), Random(5))
    {**STORIES, **FURTHER}[name](scene)
    return scene


@pytest.mark.parametrize("name", sorted({*STORIES, *FURTHER} - {"silent-enterprise"}))
def test_a_story_runs_eight_steps_online_and_one_in_person(name: str) -> None:
    scene = played(name)
    assert scene.case.ending is Ending.EXPIRED
    assert set(scene.case.step_modes) == set(Step)
    assert [s for s, mode in scene.case.step_modes.items() if mode is Mode.IN_PERSON] == [Step.MEETING]
    row = overview(scene.case, LAW)
    assert (row.steps_done, row.steps_online) == (9, 8)


def test_a_story_of_one_meeting_counts_one_gathering() -> None:
    assert overview(played("plain").case, LAW).gatherings == 1


def test_a_suspended_case_meets_twice_and_says_so() -> None:
    assert overview(played("suspended").case, LAW).gatherings == 2


def test_a_round_after_a_failed_ballot_may_stay_online() -> None:
    scene = played("failed-ballot")
    assert scene.case.round == 2
    assert [b.result for b in scene.case.ballots] == ["failed", "passed"]
    assert overview(scene.case, LAW).gatherings == 1


def test_the_silent_enterprise_is_carried_up_the_ladder_and_to_coordination() -> None:
    scene = played("silent-enterprise")
    asked = {p.command.type for p in scene.played}
    assert {"urge", "issue_opinion", "issue_recommendation", "accept_dispute", "extend_dispute"} <= asked
    assert any(key.startswith("reply|") and mark == "T+1" for key, mark in scene.case.noted.items())
    assert scene.case.ending is Ending.WITHDRAWN
