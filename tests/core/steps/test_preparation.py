"""Step 5: information, time and place, the recorder, the notices, positions (HZ 25, 26; ZJ 16; domain §1.3 S5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.gate import stuck_because
from cloudnego.core.refusals import Reason
from cloudnego.core.vocabulary import Mode, Step
from tests.core.situations import (
    ACCEPTANCE,
    AGREED,
    ALL_BUT_ONE_NOTICE,
    BALLOT_FAILED,
    BOTH_LISTED,
    CLAUSES_AGREED,
    CLAUSES_PUT,
    IN_SESSION,
    MATERIAL_ASKED,
    MATERIAL_OWED,
    OFFER_SERVED,
    READY_TO_MEET,
    RECORDER_AGREED,
    REPLIED,
    SCHEDULED,
    asked,
    material_of,
    notice,
)
from tests.given import (
    DISTRICT,
    E1,
    E2,
    MINIMUM_WAGE_FEN,
    OTHER_HASH,
    PLAN,
    SCAN,
    TOWN,
    UNION,
    W1,
    W2,
    E,
    Given,
    Then,
    W,
    clause_of,
    confirming,
    day,
    given,
    law,
    like,
    lowest_of,
    paper,
    plan,
    raise_of,
    receipt,
    reopening,
    turned,
)

# --- information --------------------------------------------------------------------------------------------------


def giving(now: Given, **said: object) -> c.DeliverMaterial:
    return c.DeliverMaterial.model_validate({"material": material_of(now.case, "payroll"), "file": OTHER_HASH, **said})


def test_either_side_asks_for_information_and_each_item_gets_its_own_id() -> None:
    then = given(SCHEDULED).when(W2, asked("payroll", "profit"))
    (event,) = then.events
    assert isinstance(event, e.MaterialsRequested)
    assert len({i.id for i in event.items}) == 2
    given(SCHEDULED).when(E2, asked("opinions")).then(like(e.MaterialsRequested, side=E))


def test_what_was_asked_is_given_by_the_other_side_and_once() -> None:
    now = given(MATERIAL_ASKED).on("2026-03-20")
    now.when(E2, giving(now)).then(like(e.MaterialDelivered, asked=True, code="payroll"))
    now.when(W1, giving(now)).then_refused(Reason.NOT_OWING_SIDE, "HZ 25", side=E)
    now.having((E2, giving(now))).when(E2, giving(now)).then_refused(Reason.MATERIAL_DELIVERED)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"code": "payroll"}, Reason.VALUE_MISSING),
        ({"material": None}, Reason.VALUE_MISSING),
        ({"file": None}, Reason.VALUE_MISSING),
        ({"material": "table.99"}, Reason.UNKNOWN_REFERENCE),
        ({"occurred_on": "2026-03-10", "evidence": SCAN.model_dump()}, Reason.BEFORE_ITS_GROUND),
    ],
)
def test_a_delivery_that_does_not_hold(said: dict[str, object], reason: Reason) -> None:
    now = given(MATERIAL_ASKED).on("2026-03-20")
    now.when(E2, giving(now, **said)).then_refused(reason)


def test_what_is_given_unasked_is_named_by_its_code_whenever_it_was_given() -> None:
    unasked = c.DeliverMaterial(
        code="revenue", file=OTHER_HASH, occurred_on=day("2026-03-10"), evidence=SCAN, remark="主动提供"
    )
    given(MATERIAL_ASKED).on("2026-03-20").when(E2, unasked).then(
        like(e.MaterialDelivered, asked=False, code="revenue")
    )


def _table(*groups: tuple[str, int, int, int]) -> c.WageTable:
    return c.WageTable(
        period="2025", source="payroll",
        groups=tuple(c.WageGroup(group=g, headcount=n, average_fen=a, lowest_fen=low) for g, n, a, low in groups),
    )  # fmt: skip


def _delivered(now: Given, table: c.WageTable) -> e.MaterialDelivered:
    (event,) = now.when(E2, giving(now, file=None, wage_table=table.model_dump())).events
    assert isinstance(event, e.MaterialDelivered)
    return event


def test_groups_under_five_are_merged_before_a_wage_table_leaves_the_employers_side() -> None:
    now = given(MATERIAL_ASKED).on("2026-03-20")
    event = _delivered(
        now, _table(("weld", 20, 700_000, 500_000), ("paint", 3, 600_000, 450_000), ("boss", 2, 2_000_000, 1_900_000))
    )
    assert event.merged_groups == 2
    assert event.wage_table is not None
    assert [(g.group, g.headcount, g.average_fen, g.lowest_fen) for g in event.wage_table.groups] == [
        ("weld", 20, 700_000, 500_000),
        ("merged", 5, 1_160_000, 450_000),
    ]


@pytest.mark.parametrize("names", [("a", "a"), ("a", "merged")])
def test_each_group_of_a_wage_table_has_a_name_of_its_own(names: tuple[str, str]) -> None:
    groups = tuple(c.WageGroup(group=n, headcount=9, average_fen=500_000, lowest_fen=400_000) for n in names)
    table = c.WageTable(period="2025", source="payroll", groups=groups)
    said = c.DeliverMaterial(code="wages", wage_table=table)
    given(REPLIED).when(E2, said).then_refused(Reason.GROUP_TWICE, group=names[-1])


def test_a_single_small_group_is_merged_into_the_next_larger_one() -> None:
    now = given(MATERIAL_ASKED).on("2026-03-20")
    event = _delivered(now, _table(("a", 30, 700, 500), ("b", 6, 600, 400), ("c", 4, 900, 900)))
    assert event.wage_table is not None
    assert [(g.group, g.headcount, g.average_fen) for g in event.wage_table.groups] == [
        ("a", 30, 700),
        ("merged", 10, 720),
    ]


def test_groups_of_five_and_more_stay_as_they_are() -> None:
    now = given(MATERIAL_ASKED).on("2026-03-20")
    table = _table(("a", 5, 700, 500), ("b", 6, 600, 400))
    event = _delivered(now, table)
    assert (event.wage_table, event.merged_groups) == (table, 0)


def test_a_table_of_four_people_cannot_be_hidden_in_anything() -> None:
    now = given(MATERIAL_ASKED).on("2026-03-20")
    four = _table(("a", 2, 700, 500), ("b", 2, 600, 400))
    now.when(E2, giving(now, file=None, wage_table=four.model_dump())).then_refused(Reason.GROUP_TOO_SMALL, least=5)


def test_a_table_of_more_people_than_there_can_be_does_not_add_up() -> None:
    now = given(MATERIAL_ASKED).on("2026-03-20")
    all_and_one = _table(("a", 10_000_000, 700, 500), ("b", 1, 600, 400))
    now.when(E2, giving(now, file=None, wage_table=all_and_one.model_dump())).then_refused(Reason.COUNTS_DO_NOT_ADD_UP)


def test_the_asking_side_acknowledges_what_has_come() -> None:
    now = given(MATERIAL_ASKED).on("2026-03-20")
    name = material_of(now.case, "payroll")
    now.when(W2, c.AcknowledgeMaterial(material=name)).then_refused(Reason.MATERIAL_NOT_DELIVERED, side=E)
    come = now.having((E2, giving(now)))
    come.when(E2, c.AcknowledgeMaterial(material=name)).then_refused(Reason.NOT_ASKING_SIDE, side=W)
    come.when(W2, c.AcknowledgeMaterial(material="table.99")).then_refused(Reason.UNKNOWN_REFERENCE)
    seen = come.when(W2, c.AcknowledgeMaterial(material=name)).then(e.MaterialAcknowledged).after
    seen.when(W2, c.AcknowledgeMaterial(material=name)).then_refused(Reason.NOTHING_NEW)


# --- late or missing ----------------------------------------------------------------------------------------------

ALL_ELSE = (*RECORDER_AGREED, (W1, notice("2026-03-20")), (E1, notice("2026-03-20")))


def _all_but_the_material(on: str) -> Given:
    return given(MATERIAL_ASKED).on("2026-03-20").having(*ALL_ELSE).on(on)


def test_a_missing_material_holds_the_step() -> None:
    now = _all_but_the_material("2026-03-20")
    assert now.case.step is Step.PREPARATION
    (stuck,) = stuck_because(now.standing)
    assert (stuck.reason, stuck.side, stuck.by) == (Reason.MATERIAL_OUTSTANDING, E, day("2026-03-20"))


def test_a_material_on_the_seventh_working_day_before_the_meeting_is_in_time() -> None:
    now = _all_but_the_material("2026-03-20")
    now.when(E2, giving(now)).then(e.MaterialDelivered, turned(Step.PREPARATION, Step.MEETING))


def test_a_late_material_holds_until_the_asking_side_goes_on() -> None:
    late = _all_but_the_material("2026-03-23")
    late = late.having((E2, giving(late)))
    (stuck,) = stuck_because(late.standing)
    assert (stuck.reason, stuck.side, stuck.articles) == (Reason.MATERIAL_LATE, W, ("HZ 25",))
    name = material_of(late.case, "payroll")
    late.when(E1, c.WaiveMaterial(material=name)).then_refused(Reason.NOT_ASKING_SIDE, side=W)
    late.when(W1, c.WaiveMaterial(material=name)).then(e.MaterialWaived, turned(Step.PREPARATION, Step.MEETING))


def test_information_may_be_asked_for_until_the_two_sides_agree() -> None:
    given(READY_TO_MEET).when(W2, asked("payroll")).then(e.MaterialsRequested)
    given(AGREED).when(W2, asked("payroll")).then_refused(Reason.AGREEMENT_REACHED)


def test_the_asking_side_may_do_without_a_material_altogether() -> None:
    now = _all_but_the_material("2026-03-20")
    name = material_of(now.case, "payroll")
    now.when(W2, c.WaiveMaterial(material=name)).then_refused(Reason.NOT_YOUR_SEAT)
    waived = now.when(W1, c.WaiveMaterial(material=name)).then(e.MaterialWaived, e.StepTurned).after
    waived.when(W1, c.WaiveMaterial(material=name)).then_refused(Reason.NOTHING_NEW)
    on_paper = c.WaiveMaterial(material=name, on_paper=paper(W, "2026-03-20"))
    now.when(UNION, on_paper).then_refused(Reason.ON_PAPER_NOT_POSSIBLE)


def test_the_asking_side_puts_the_meeting_off_by_as_many_days_as_the_material_is_late() -> None:
    late = _all_but_the_material("2026-03-23")
    late = late.having((E2, giving(late)))
    name = material_of(late.case, "payroll")
    late.when(E1, c.PostponeMeeting(material=name)).then_refused(Reason.NOT_ASKING_SIDE, side=W)
    then = late.when(W1, c.PostponeMeeting(material=name))
    then.then(like(e.MeetingPostponed, days=3, plan=plan("2026-04-03")), turned(Step.PREPARATION, Step.MEETING))


def test_a_meeting_is_not_put_off_for_a_material_in_time_or_waived() -> None:
    now = _all_but_the_material("2026-03-20")
    name = material_of(now.case, "payroll")
    now.when(W1, c.PostponeMeeting(material=name)).then_refused(Reason.NOT_DUE)
    waived = now.having((W1, c.WaiveMaterial(material=name))).on("2026-03-25")
    waived.when(W1, c.PostponeMeeting(material=name)).then_refused(Reason.NOT_DUE)
    given(REPLIED).having((W2, asked("payroll"))).when(W1, c.PostponeMeeting(material="table.1")).then_refused(
        Reason.MEETING_NOT_SCHEDULED
    )


# --- time and place -----------------------------------------------------------------------------------------------


def test_what_both_said_in_offer_and_reply_is_set_when_one_names_it() -> None:
    for who in (W1, E1):
        then = given(REPLIED).when(who, c.ScheduleMeeting(plan=PLAN)).then(like(e.MeetingPlanNamed, agreed=True))
        assert then.after.case.meeting.plan == PLAN


def test_a_counter_proposal_of_the_reply_is_set_when_the_other_side_names_it() -> None:
    counter = plan("2026-04-08")
    changed = ACCEPTANCE.model_copy(update={"outcome": c.ReplyOutcome.ACCEPTED_WITH_CHANGES, "plan": counter})
    now = given(BOTH_LISTED).on("2026-03-09").having((E1, changed))
    alone = now.when(E1, c.ScheduleMeeting(plan=counter)).then(like(e.MeetingPlanNamed, side=E, agreed=False)).after
    assert alone.case.meeting.plan is None
    now.when(W1, c.ScheduleMeeting(plan=counter)).then(like(e.MeetingPlanNamed, side=W, agreed=True))


def test_another_day_needs_both_chiefs() -> None:
    other = c.ScheduleMeeting(plan=plan("2026-04-02"))
    once = given(SCHEDULED).when(W1, other).then(like(e.MeetingPlanNamed, agreed=False)).after
    assert once.case.meeting.plan == PLAN
    once.when(W1, other).then_refused(Reason.NOTHING_NEW)
    twice = once.when(E1, other).then(like(e.MeetingPlanNamed, agreed=True)).after
    assert twice.case.meeting.plan == plan("2026-04-02")


def test_no_meeting_in_the_past_or_during_a_session() -> None:
    given(SCHEDULED).when(W1, c.ScheduleMeeting(plan=plan("2026-03-09"))).then_refused(Reason.DAY_IN_THE_PAST)
    given(IN_SESSION).when(W1, c.ScheduleMeeting(plan=plan("2026-04-09"))).then_refused(Reason.SESSION_OPEN)


def test_a_day_too_near_for_notices_and_materials_is_said_when_it_is_named() -> None:
    def named(now: Given, on: str) -> Then:
        return now.when(W1, c.ScheduleMeeting(plan=plan(on)))

    now = given(REPLIED).on("2026-03-10")
    named(now, "2026-03-16").then_warned(Reason.MEETING_TOO_SOON, "ZJ 16", side=W, last="2026-03-09")
    named(now, "2026-03-17").then_not_warned(Reason.MEETING_TOO_SOON)
    owed = given(MATERIAL_OWED).on("2026-03-11")
    named(owed, "2026-03-19").then_warned(Reason.MEETING_TOO_SOON, "HZ 25", side=E, last="2026-03-10")
    named(owed, "2026-03-20").then_not_warned(Reason.MEETING_TOO_SOON)


def test_the_first_meeting_is_in_person_in_hangzhou() -> None:
    online = PLAN.model_copy(update={"mode": Mode.ONLINE})
    given(SCHEDULED).when(W1, c.ScheduleMeeting(plan=online)).then_refused(Reason.ONLINE_NOT_ALLOWED)
    given(SCHEDULED).when(W1, c.AgreeOnlineMeeting()).then_refused(Reason.ONLINE_NOT_ALLOWED)


def test_after_a_failed_ballot_the_meeting_is_online_only_if_both_chiefs_agree() -> None:
    online = c.ScheduleMeeting(plan=plan("2026-04-15").model_copy(update={"mode": Mode.ONLINE}))
    now = given(BALLOT_FAILED).on("2026-04-13")
    now.when(W1, online).then_refused(Reason.MEETING_ONLINE_NOT_AGREED)
    one = now.when(W1, c.AgreeOnlineMeeting()).then(like(e.OnlineMeetingAgreed, both=False)).after
    one.when(W1, c.AgreeOnlineMeeting()).then_refused(Reason.NOTHING_NEW)
    one.when(W1, online).then_refused(Reason.MEETING_ONLINE_NOT_AGREED)
    both = one.when(E1, c.AgreeOnlineMeeting()).then(like(e.OnlineMeetingAgreed, both=True)).after
    both.when(W1, online).then(e.MeetingPlanNamed)


# --- the recorder -------------------------------------------------------------------------------------------------


def test_the_recorder_is_appointed_when_both_chiefs_name_the_same() -> None:
    one = given(SCHEDULED).when(W1, c.NameRecorder(person="recorder")).then(like(e.RecorderNamed, agreed=False)).after
    one.when(W1, c.NameRecorder(person="recorder")).then_refused(Reason.NOTHING_NEW)
    assert one.when(E1, c.NameRecorder(person="someone")).after.case.meeting.recorder is None
    assert one.when(E1, c.NameRecorder(person="recorder")).after.case.meeting.recorder == "recorder"


def test_the_recorder_is_no_representative() -> None:
    for who in ("w2", "e2"):
        given(SCHEDULED).when(W1, c.NameRecorder(person=who)).then_refused(Reason.RECORDER_IS_REPRESENTATIVE, "HZ 26")


def test_where_the_chiefs_do_not_agree_the_higher_union_proposes_one() -> None:
    now = given(SCHEDULED).having((W1, c.NameRecorder(person="a")), (E1, c.NameRecorder(person="b")))
    proposed = now.when(TOWN, c.ProposeRecorder(person="recorder")).then(e.RecorderProposed).after
    assert proposed.case.meeting.recorder is None
    proposed.when(DISTRICT, c.ProposeRecorder(person="recorder")).then_refused(Reason.NOTHING_NEW)
    proposed.when(TOWN, c.ProposeRecorder(person="e3")).then_refused(Reason.RECORDER_IS_REPRESENTATIVE)
    agreed = proposed.having((W1, c.NameRecorder(person="recorder")), (E1, c.NameRecorder(person="recorder")))
    assert agreed.case.meeting.recorder == "recorder"
    agreed.when(TOWN, c.ProposeRecorder(person="x")).then_refused(Reason.RECORDER_APPOINTED)
    now.when(UNION, c.ProposeRecorder(person="recorder")).then_refused(Reason.NOT_YOUR_SEAT)


def test_a_recorder_may_be_changed_by_both() -> None:
    now = given(READY_TO_MEET).having((W1, c.NameRecorder(person="new")))
    assert now.case.meeting.recorder == "recorder"
    assert now.having((E1, c.NameRecorder(person="new"))).case.meeting.recorder == "new"


# --- the notices --------------------------------------------------------------------------------------------------


def test_each_side_gives_notice_of_topics_and_representatives() -> None:
    given(ALL_BUT_ONE_NOTICE).when(E1, notice("2026-03-20")).then(
        like(e.MeetingNoticeSent, side=E, reps=("e1", "e2", "e3")),
        turned(Step.PREPARATION, Step.MEETING, mode="online"),
    )
    given(READY_TO_MEET).when(E1, notice("2026-03-20")).then_refused(Reason.NOTICE_SENT)


def test_an_unserved_notice_is_a_missing_one() -> None:
    unserved = notice("2026-03-20").model_copy(update={"service": None})
    now = given(ALL_BUT_ONE_NOTICE).having((E1, unserved))
    (stuck,) = stuck_because(now.standing)
    assert (stuck.reason, stuck.side, stuck.by) == (Reason.NOTICE_MISSING, E, day("2026-03-24"))
    sent = now.case.meeting.notices.employer
    assert sent is not None
    now.when(E2, c.ServePaper(paper=sent, service=receipt("2026-03-20"))).then(e.PaperServed, e.StepTurned)


def test_a_late_notice_holds_nothing() -> None:
    given(ALL_BUT_ONE_NOTICE).on("2026-03-25").when(E1, notice("2026-03-25")).then(e.MeetingNoticeSent, e.StepTurned)


def test_a_notice_needs_the_list_it_names() -> None:
    now = (
        given(OFFER_SERVED)
        .on("2026-03-09")
        .having((UNION, ACCEPTANCE.model_copy(update={"on_paper": paper(E, "2026-03-09")})))
    )
    now.when(UNION, notice("2026-03-09").model_copy(update={"on_paper": paper(E, "2026-03-09")})).then_refused(
        Reason.LIST_MISSING, side=E
    )


# --- positions ----------------------------------------------------------------------------------------------------


def test_a_proposal_binds_nobody() -> None:
    then = given(REPLIED).when(W2, c.MakeProposal(head="T3", rate="8", text="参照指导线"))
    then.then(like(e.ProposalMade, side=W, rate="8", binding=False))
    given(REPLIED).when(W2, c.MakeProposal(head="T3")).then_refused(Reason.VALUE_MISSING)
    given(REPLIED).when(W2, c.MakeProposal(head="T99", rate="8")).then_refused(Reason.UNKNOWN_HEAD)


def test_a_clause_is_agreed_only_when_both_chiefs_confirm_the_same_wording() -> None:
    now = given(CLAUSES_PUT)
    one = now.when(W1, confirming("T3")).then(like(e.ClauseConfirmed, side=W, agreed=False, binding=False)).after
    one.when(W1, confirming("T3")).then_refused(Reason.CLAUSE_CONFIRMED)
    both = one.when(E1, confirming("T3")).then(like(e.ClauseConfirmed, side=E, agreed=True)).after
    assert both.case.clauses[clause_of(both.case, "T3")].agreed


def test_only_chiefs_confirm_and_only_what_stands_there() -> None:
    name = clause_of(given(CLAUSES_PUT).case, "T3")
    given(CLAUSES_PUT).when(W2, confirming("T3")).then_refused(Reason.NOT_YOUR_SEAT)
    given(CLAUSES_PUT).when(W1, c.ConfirmClause(clause=name, text_hash=OTHER_HASH)).then_refused(Reason.CLAUSE_CHANGED)
    given(CLAUSES_PUT).when(W1, c.ConfirmClause(clause="x", text_hash=OTHER_HASH)).then_refused(Reason.CLAUSE_UNKNOWN)
    given(REPLIED).when(W1, c.ConfirmClause(clause="x", text_hash=OTHER_HASH)).then_refused(Reason.CLAUSE_UNKNOWN)


def test_any_edit_voids_what_one_side_confirmed() -> None:
    now = given(CLAUSES_PUT).having((W1, confirming("T3")))
    name = clause_of(now.case, "T3")
    edited = now.when(E2, raise_of("5.5", name)).then(like(e.ClausePut, side=E, clause=name)).after
    assert edited.case.clauses[name].confirmed == frozenset()


def test_what_both_agreed_on_one_side_alone_can_neither_reword_nor_open() -> None:
    now = given(CLAUSES_AGREED)
    name = clause_of(now.case, "T3")
    now.when(E2, raise_of("5.5", name)).then_refused(Reason.CLAUSE_AGREED, id=name)
    one = now.when(W1, reopening("T3")).then(like(e.ClauseReopened, side=W, both=False)).after
    assert one.case.clauses[name].agreed
    one.when(W1, reopening("T3")).then_refused(Reason.NOTHING_NEW)
    one.when(E2, raise_of("5.5", name)).then_refused(Reason.CLAUSE_AGREED)
    opened = one.when(E1, reopening("T3")).then(like(e.ClauseReopened, side=E, both=True)).after
    assert opened.case.clauses[name].confirmed == frozenset()
    opened.when(E1, reopening("T3")).then_refused(Reason.CLAUSE_NOT_AGREED)
    opened.when(E2, raise_of("5.5", name)).then(like(e.ClausePut, side=E, clause=name))


def test_only_the_wording_that_lies_there_is_opened() -> None:
    name = clause_of(given(CLAUSES_AGREED).case, "T3")
    now = given(CLAUSES_AGREED)
    now.when(W2, reopening("T3")).then_refused(Reason.NOT_YOUR_SEAT)
    now.when(W1, c.ReopenClause(clause=name, text_hash=OTHER_HASH)).then_refused(Reason.CLAUSE_CHANGED)
    now.when(W1, c.ReopenClause(clause="x", text_hash=OTHER_HASH)).then_refused(Reason.CLAUSE_UNKNOWN)


def test_in_a_later_round_what_was_agreed_in_an_earlier_one_may_be_reworded() -> None:
    now = given(BALLOT_FAILED)
    name = clause_of(now.case, "T3")
    assert now.case.clauses[name].agreed
    now.when(E2, raise_of("5.5", name)).then(like(e.ClausePut, clause=name))


def test_two_who_reword_one_clause_at_once_are_told_and_nothing_is_overwritten() -> None:
    now = given(CLAUSES_PUT)
    name = clause_of(now.case, "T3")
    seen = now.case.clauses[name].text_hash
    first = raise_of("5.5", name).model_copy(update={"over": seen})
    second = raise_of("7", name).model_copy(update={"over": seen})
    after = now.when(E2, first).then(e.ClausePut).after
    after.when(W2, second).then_refused(Reason.CLAUSE_CHANGED, id=name)
    over_the_new = second.model_copy(update={"over": after.case.clauses[name].text_hash})
    after.when(W2, over_the_new).then(e.ClausePut)


def test_a_changed_word_of_the_prose_is_an_edit_too() -> None:
    now = given(CLAUSES_PUT).having((W1, confirming("T3")))
    name = clause_of(now.case, "T3")
    now.when(W2, raise_of("6", name)).then_refused(Reason.NOTHING_NEW)
    other = raise_of("6", name).model_copy(update={"prose": "工资总额增长百分之六"})
    assert not now.when(W2, other).after.case.clauses[name].confirmed


def test_a_clause_names_a_head_and_an_edit_a_clause() -> None:
    given(REPLIED).when(W2, c.PutClause(head="T99", prose="x")).then_refused(Reason.UNKNOWN_HEAD)
    given(REPLIED).when(W2, raise_of("6", "table.99")).then_refused(Reason.CLAUSE_UNKNOWN)


def test_a_side_takes_its_own_open_clause_back() -> None:
    name = clause_of(given(CLAUSES_PUT).case, "T3")
    given(CLAUSES_PUT).when(W2, c.DropClause(clause=name)).then(like(e.ClauseDropped, clause=name))
    given(CLAUSES_PUT).when(E2, c.DropClause(clause=name)).then_refused(Reason.CLAUSE_NOT_OWN, side=W)
    given(CLAUSES_PUT).when(W2, c.DropClause(clause="table.99")).then_refused(Reason.CLAUSE_UNKNOWN)
    given(CLAUSES_AGREED).when(W2, c.DropClause(clause=name)).then_refused(Reason.CLAUSE_AGREED)


def test_the_contracts_lowest_wage_is_above_the_minimum_wage_in_hangzhou() -> None:
    for fen, ok in ((MINIMUM_WAGE_FEN - 1, False), (MINIMUM_WAGE_FEN, False), (MINIMUM_WAGE_FEN + 1, True)):
        then = given(IN_SESSION).having((E2, lowest_of(fen))).when(W1, confirming("T2"))
        if ok:
            then.then(e.ClauseConfirmed)
        else:
            then.then_refused(Reason.BELOW_MINIMUM_WAGE, "HZ 11", fen=fen, floor=MINIMUM_WAGE_FEN)


def test_a_quota_that_few_can_do_is_a_warning_on_consent() -> None:
    for rate, warned in (("89.99", True), ("90", False)):
        quota = c.PutClause(head="T1", values=(c.RateValue(name="quota_able", rate=rate),), prose="定额")
        now = given(IN_SESSION).having((W2, quota))
        then = now.when(E1, confirming("T1"))
        if warned:
            then.then_warned(Reason.QUOTA_TOO_HARD, "HZ 10", rate=rate, least=90)
        else:
            then.then_no_warning()
        replace(now, law=law("cn")).when(E1, confirming("T1")).then_no_warning()


def test_elsewhere_the_minimum_wage_itself_will_do() -> None:
    there = replace(given(IN_SESSION), law=law("cn-shanghai"))
    there.having((E2, lowest_of(MINIMUM_WAGE_FEN))).when(W1, confirming("T2")).then(e.ClauseConfirmed)
    there.having((E2, lowest_of(MINIMUM_WAGE_FEN - 1))).when(W1, confirming("T2")).then_refused(
        Reason.BELOW_MINIMUM_WAGE, "SH 25"
    )
