"""Whose turn it is: in every story the next act of the road is one that the procedure said it waited for."""

from __future__ import annotations

from collections import Counter
from typing import Final

import pytest

from cloudnego.core import commands as c
from cloudnego.core.deadlines import deadlines
from cloudnego.core.gate import stuck_because
from cloudnego.core.moment import Standing
from cloudnego.core.procedure import PLACES
from cloudnego.core.refusals import Reason, no
from cloudnego.core.turns import ANSWERS, CURES, MEETS, before_topics, curing, turns
from cloudnego.core.vocabulary import CLOCK, Member, Seat, Side
from cloudnego.rehearsal import Rehearsal
from tests.core.test_stories import played

OPTIONAL: Final = frozenset(
    {
        "make_proposal", "put_clause", "request_materials", "raise_problem", "suspend", "urge", "issue_opinion",
        "issue_recommendation", "request_guidance", "apply_for_coordination", "extend_dispute", "end_guidance",
        "withdraw_case", "confirm_electronic_service", "agree_online_meeting", "request_supplement",
        "object_to_contract",
        # a side's own preparation, of which the joint state knows nothing: `before_topics`
        "record_opinions", "draft_topic_sheet",
        # several have been counted and one more may follow; the other side, before the one that is waited for
        "confirm_check_in", "start_meeting", "write_minutes", "declare_topics_ready",
    }
)  # fmt: skip
"""What somebody may do and nobody waits for, in some situation at least."""


class Watched:
    """What was waited for before each act of a story."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, story: str) -> None:
        self.unexpected: Counter[str] = Counter()
        self.idle: list[list[Reason]] = []
        self.foreseen: Counter[str] = Counter()
        ask = Rehearsal.ask

        def watching(scene: Rehearsal, by: Member, command: c.Command) -> object:
            if scene.case.live:
                self._look(scene, by, command)
            return ask(scene, by, command)

        monkeypatch.setattr(Rehearsal, "ask", watching)
        self.scene = played(story)

    def _look(self, scene: Rehearsal, by: Member, command: c.Command) -> None:
        now = Standing(scene.case, scene.at, scene.law)
        found = turns(now, deadlines(scene.case, scene.law))
        name = type(command).model_fields["type"].default
        if by != CLOCK:
            foreseen = any(one.command == name for one in found)
            (self.foreseen if foreseen else self.unexpected)[name] += 1
        stuck = stuck_because(now)
        if stuck and not found:
            self.idle.append([one.reason for one in stuck])


@pytest.mark.parametrize("story", ["plain", "failed-ballot", "objected", "silent-enterprise", "suspended"])
def test_what_comes_next_was_waited_for(monkeypatch: pytest.MonkeyPatch, story: str) -> None:
    watched = Watched(monkeypatch, story)
    assert watched.unexpected.keys() <= OPTIONAL
    assert watched.foreseen.total() > watched.unexpected.total() / 2 > 0
    assert all(reasons == [Reason.REVIEW_RUNNING] for reasons in watched.idle), "only the clock goes on alone"


def test_every_act_that_is_waited_for_is_somebodys_and_no_clocks() -> None:
    for acts in (*CURES.values(), *MEETS.values(), ANSWERS):
        assert all(PLACES[act].ask.by - {Seat.CLOCK} for act in acts)


def test_nothing_is_waited_for_in_a_case_that_is_over() -> None:
    scene = played("plain")
    assert not scene.case.live
    assert turns(Standing(scene.case, scene.at, scene.law), deadlines(scene.case, scene.law)) == ()


def test_a_side_collects_and_drafts_before_it_declares() -> None:
    assert before_topics(None) is c.RecordOpinions


def test_what_cures_an_obstacle_is_an_act_of_the_side_it_lies_on() -> None:
    assert curing(no(Reason.REPLY_AWAITED)) == ["reply"]
    assert curing(no(Reason.DRAFT_MISSING, side=Side.EMPLOYER)) == ["confirm_draft"]
    assert curing(no(Reason.DRAFT_MISSING, side=Side.WORKER)) == []
    assert curing(no(Reason.MEETING_DAY_NOT_COME)) == []
