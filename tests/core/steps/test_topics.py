"""Step 2: opinions and topic sheets in each side's own stream (HZ 9, 19; domain §1.3 S2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.refusals import Reason
from cloudnego.core.vocabulary import Held, Step, Stream
from tests.core.situations import (
    BOTH_LISTED,
    ELECTED,
    EMPLOYER_AHEAD,
    OPINIONS_HEARD,
    TOPICS_READY,
    WORKER_LIST_READY,
)
from tests.given import E1, E2, HR, SCAN, UNION, W1, W2, WORKER, E, W, given, law, like, paper, sheet, turned

HEARD = c.RecordOpinions(held=Held.DISPERSED, issued=120, returned=90, heads=("T3",), digest="要求增长8%")


def test_opinions_go_into_the_workers_own_stream_and_nowhere_else() -> None:
    then = given(WORKER_LIST_READY).when(W2, HEARD).then(like(e.OpinionsRecorded, side=W, issued=120, returned=90))
    (event,) = then.events
    assert event.stream is Stream.WORKER
    assert then.after.caucuses.worker.issued == 120
    assert then.after.case == given(WORKER_LIST_READY).case


def test_fewer_answers_than_three_tenths_is_a_warning() -> None:
    now = given(WORKER_LIST_READY)
    now.when(W2, HEARD.model_copy(update={"returned": 36})).then_no_warning()
    now.when(W2, HEARD.model_copy(update={"returned": 35})).then_warned(Reason.FEW_ANSWERS, returned=35, issued=120)


def test_no_more_answers_than_papers() -> None:
    more = HEARD.model_copy(update={"returned": 121})
    given(WORKER_LIST_READY).when(W2, more).then_refused(Reason.COUNTS_DO_NOT_ADD_UP)


def test_the_same_counts_again_are_nothing_new() -> None:
    given(OPINIONS_HEARD).when(W2, HEARD).then_refused(Reason.NOTHING_NEW)


@pytest.mark.parametrize("by", [UNION, HR, WORKER])
def test_a_caucus_is_its_bench_alone(by: object) -> None:
    given(WORKER_LIST_READY).when(by, HEARD).then_refused(Reason.NOT_YOUR_SEAT)  # type: ignore[arg-type]


def test_a_side_drafts_its_sheet_in_its_own_stream() -> None:
    then = given(OPINIONS_HEARD).when(W1, c.DraftTopicSheet(topics=sheet("T3"))).then(like(e.TopicSheetDrafted, side=W))
    then.then_no_warning()
    assert len(then.after.caucuses.worker.sheet) == 9
    assert then.after.caucuses.employer.sheet == ()


def test_the_workers_should_hear_opinions_before_they_draft() -> None:
    draft = c.DraftTopicSheet(topics=sheet("T3"))
    given(WORKER_LIST_READY).when(W1, draft).then_warned(Reason.OPINIONS_MISSING, "HZ 19", side=W)
    given(BOTH_LISTED).when(E1, draft).then(like(e.TopicSheetDrafted, side=E)).then_no_warning()


def test_a_head_without_an_answer_is_a_warning_that_names_it() -> None:
    draft = c.DraftTopicSheet(topics=sheet("T3", heads=7))
    given(OPINIONS_HEARD).when(W1, draft).then_warned(Reason.HEADS_UNANSWERED, "HZ 9", "ZJ 19", heads="T8 T9")


def test_in_shanghai_any_heads_will_do() -> None:
    there = replace(given(OPINIONS_HEARD), law=law("cn-shanghai"))
    there.when(W1, c.DraftTopicSheet(topics=sheet("T1", heads=1))).then_not_warned(Reason.HEADS_UNANSWERED)


@pytest.mark.parametrize(
    ("topics", "reason"),
    [
        ((c.Topic(head="T99", answer=c.Answer.NEGOTIATE),), Reason.UNKNOWN_HEAD),
        ((*sheet("T3"), c.Topic(head="T3", answer=c.Answer.KEEP)), Reason.HEAD_TWICE),
        (sheet("none"), Reason.NOTHING_TO_NEGOTIATE),
        ((*sheet("T3", heads=3), c.Topic(head="T4", answer=c.Answer.NOT_APPLICABLE)), Reason.REASON_MISSING),
    ],
)
def test_a_sheet_that_does_not_hold(topics: tuple[c.Topic, ...], reason: Reason) -> None:
    given(OPINIONS_HEARD).when(W1, c.DraftTopicSheet(topics=topics)).then_refused(reason)


def test_a_head_that_does_not_apply_says_why() -> None:
    topics = (*sheet("T3", heads=3), c.Topic(head="T4", answer=c.Answer.NOT_APPLICABLE, reason="无计件"))
    given(OPINIONS_HEARD).when(W1, c.DraftTopicSheet(topics=topics)).then(e.TopicSheetDrafted)


def test_the_same_sheet_again_is_nothing_new() -> None:
    given(TOPICS_READY).when(W1, c.DraftTopicSheet(topics=sheet())).then_refused(Reason.NOTHING_NEW)
    given(TOPICS_READY).when(W1, c.DraftTopicSheet(topics=sheet("T4"))).then(e.TopicSheetDrafted)


def test_the_table_learns_that_topics_are_ready_and_nothing_of_them() -> None:
    then = given(OPINIONS_HEARD).on("2026-01-30").when(W1, c.DeclareTopicsReady(held=Held.GATHERING))
    then.then(
        like(e.TopicsDeclaredReady, side=W, held=Held.GATHERING), turned(Step.TOPICS, Step.OFFER, mode="in_person")
    )
    assert "topics" not in e.TopicsDeclaredReady.model_fields


def test_topics_are_declared_once_and_by_a_side_whose_list_is_ready() -> None:
    given(TOPICS_READY).when(W1, c.DeclareTopicsReady()).then_refused(Reason.NOTHING_NEW)
    given(EMPLOYER_AHEAD).having((E1, c.DeclareTopicsReady())).when(E2, c.DeclareTopicsReady()).then_refused(
        Reason.NOTHING_NEW
    )
    given(ELECTED).when(W1, c.DeclareTopicsReady()).then_refused(Reason.NOT_IN_THIS_STEP)


def test_the_declaration_of_a_side_without_an_account_comes_from_paper() -> None:
    on_paper = c.DeclareTopicsReady(on_paper=paper(E, "2026-01-21"))
    given(EMPLOYER_AHEAD).on("2026-01-21").when(UNION, on_paper).then(
        like(e.TopicsDeclaredReady, side=E, from_paper=True), turned(Step.TOPICS, Step.OFFER)
    )
    given(WORKER_LIST_READY).when(UNION, c.DeclareTopicsReady(on_paper=paper(E, "2026-01-21"))).then_refused(
        Reason.LIST_MISSING
    )


def test_what_happened_on_an_earlier_day_is_entered_with_its_scan() -> None:
    earlier = c.DeclareTopicsReady(occurred_on=given(OPINIONS_HEARD).at.date())
    now = given(OPINIONS_HEARD).on("2026-01-30")
    now.when(W1, earlier).then_refused(Reason.EVIDENCE_MISSING)
    now.when(W1, earlier.model_copy(update={"evidence": SCAN})).then(
        like(e.TopicsDeclaredReady, entered_late=True), turned(Step.TOPICS, Step.OFFER)
    )


def test_entered_three_working_days_later_is_not_yet_late() -> None:
    earlier = c.DeclareTopicsReady(occurred_on=given(OPINIONS_HEARD).at.date(), evidence=SCAN)
    given(OPINIONS_HEARD).on("2026-01-29").when(W1, earlier).then(
        like(e.TopicsDeclaredReady, entered_late=False), turned(Step.TOPICS, Step.OFFER)
    )


def test_nothing_is_entered_before_it_happens() -> None:
    tomorrow = c.DeclareTopicsReady(on_paper=paper(W, "2026-01-27"))
    given(OPINIONS_HEARD).on("2026-01-26").when(UNION, tomorrow).then_refused(Reason.IN_THE_FUTURE)
