"""What may be asked along the whole road: the ladder of HZ 43, contests, withdrawal, references, the clock's notes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from msgspec.structs import replace as put

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.calendar import Calendar, CalendarYear
from cloudnego.core.deadlines import running
from cloudnego.core.events import Covered
from cloudnego.core.moment import Law
from cloudnego.core.refusals import Reason
from cloudnego.core.state import Dispute
from cloudnego.core.vocabulary import (
    CLOCK,
    ChiefIs,
    Ending,
    Seat,
    Side,
    Step,
    Stream,
)
from tests.core.situations import (
    AGREED,
    ALL_BUT_ONE_NOTICE,
    BOTH_LISTED,
    EMPLOYER_AHEAD,
    EMPLOYER_OFFER_SERVED,
    IN_FORCE,
    IN_SESSION,
    MATERIAL_ASKED,
    OFFER_SERVED,
    OPENED,
    PUBLISHED,
    READY_TO_MEET,
    REFUSED,
    REGIONAL_IN_FORCE,
    REGIONAL_NOTHING,
    REPLIED,
    SIGNED,
    TOPICS_READY,
    UNDER_REVIEW,
    VOTED,
    material_of,
    notice,
    regional,
    sign,
)
from tests.given import (
    AUTHORITY,
    DISTRICT,
    E1,
    HR,
    LEGAL,
    S1,
    SCAN,
    TOWN,
    TOWN_AS_ORGAN,
    UNION,
    W1,
    W2,
    E,
    Given,
    W,
    day,
    given,
    law,
    like,
    paper,
    receipt,
    rep,
    sheet,
)

# --- the ladder ---------------------------------------------------------------------------------------------------

OPINION = c.IssueOpinion(article="HZ 24", facts="逾期未答复", service=receipt("2026-03-18"))
OPINED = given(OFFER_SERVED).on("2026-03-18").having((UNION, OPINION))


def opinion_of(now: Given) -> str:
    (name,) = now.case.opinions
    return name


def answering(now: Given, outcome: str) -> c.AnswerOpinion:
    return c.AnswerOpinion.model_validate({"opinion": opinion_of(now), "outcome": outcome, "answer": "已收悉"})


def test_the_union_urges_as_often_as_it_wants() -> None:
    letter = c.Urge(channel="letter", about="reply", demand="请依法答复", service=receipt("2026-03-17"))
    once = given(OFFER_SERVED).on("2026-03-17").when(UNION, letter).then(like(e.Urged, side=W, channel="letter")).after
    once.when(TOWN, c.Urge(channel="visit", demand="走访")).then(e.Urged)
    once.when(DISTRICT, c.Urge(channel="call", demand="电话")).then(e.Urged)
    for who in (HR, W1):
        once.when(who, letter).then_refused(Reason.NOT_YOUR_SEAT)
    assert once.case.step is Step.REPLY


def test_a_letter_keeps_of_which_union_it_is_the_day_the_law_gives_and_the_one_it_asks_for() -> None:
    now, letter = given(OFFER_SERVED).on("2026-03-17"), c.Urge(channel="letter", about="reply", demand="请依法答复")
    due = running(now.case, law(), "reply")
    assert due is not None
    asks = letter.model_copy(update={"by_on": day("2026-03-20")})
    now.when(UNION, asks).then(like(e.Urged, seat=Seat.UNION, due_on=due.latest, by_on=day("2026-03-20")))
    now.when(TOWN, letter).then(like(e.Urged, seat=Seat.TOWN_UNION, by_on=None))
    now.when(UNION, letter.model_copy(update={"about": None})).then(like(e.Urged, due_on=None))
    now.when(UNION, letter.model_copy(update={"by_on": day("2026-03-16")})).then_refused(Reason.BEFORE_ITS_GROUND)
    now.when(TOWN, OPINION.model_copy(update={"service": receipt("2026-03-17")})).then(
        like(e.OpinionIssued, seat=Seat.TOWN_UNION)
    )


def test_an_opinion_runs_from_its_service_and_one_at_a_time() -> None:
    due = running(OPINED.case, OPINED.law, "opinion_answer", opinion_of(OPINED))
    assert due is not None
    assert (due.target, due.latest, due.side) == (day("2026-04-02"), day("2026-04-09"), E)
    OPINED.when(TOWN, OPINION).then_refused(Reason.OPINION_RUNNING, "HZ 43", "ZJLS 21")
    given(OFFER_SERVED).when(HR, OPINION).then_refused(Reason.NOT_YOUR_SEAT)


def test_an_opinion_that_was_not_served_has_no_term_and_no_answer() -> None:
    now = given(OFFER_SERVED).on("2026-03-18").having((UNION, OPINION.model_copy(update={"service": None})))
    assert running(now.case, now.law, "opinion_answer", opinion_of(now)) is None
    now.when(HR, answering(now, "corrected")).then_refused(Reason.OPINION_NEEDED)
    served = now.having((UNION, c.ServePaper(paper=opinion_of(now), service=receipt("2026-03-18"))))
    served.when(HR, answering(served, "corrected")).then(like(e.OpinionAnswered, side=E, outcome="corrected"))


def test_the_enterprise_answers_once() -> None:
    answered = OPINED.when(LEGAL, answering(OPINED, "will_correct")).then(e.OpinionAnswered).after
    answered.when(HR, answering(OPINED, "corrected")).then_refused(Reason.OPINION_NEEDED)
    OPINED.when(UNION, answering(OPINED, "corrected")).then_refused(Reason.NOT_YOUR_SEAT)
    unknown = answering(OPINED, "corrected").model_copy(update={"opinion": "notice.99"})
    OPINED.when(HR, unknown).then_refused(Reason.UNKNOWN_REFERENCE)


def recommending(now: Given, ground: str) -> c.IssueRecommendation:
    said = {"opinion": opinion_of(now), "ground": ground, "facts": "企业拒不改正"}
    return c.IssueRecommendation.model_validate(said)


def test_the_district_union_recommends_on_one_of_three_grounds() -> None:
    late, no_answer = OPINED.on("2026-04-10"), recommending(OPINED, "unanswered")
    OPINED.on("2026-04-09").when(DISTRICT, no_answer).then_refused(Reason.OPINION_NEEDED, "ZJLS 23")
    late.when(DISTRICT, no_answer).then(like(e.RecommendationIssued, ground="unanswered"))
    late.when(DISTRICT, recommending(OPINED, "refused")).then_refused(Reason.OPINION_RUNNING)
    refused = OPINED.having((HR, answering(OPINED, "refused")))
    done = refused.when(DISTRICT, recommending(OPINED, "refused")).then(e.RecommendationIssued).after
    done.when(DISTRICT, recommending(OPINED, "refused")).then_refused(Reason.OPINION_NEEDED)
    refused.when(TOWN, recommending(OPINED, "refused")).then_refused(Reason.NOT_YOUR_SEAT)


@pytest.mark.parametrize("answer", ["corrected", "will_correct"])
def test_what_was_promised_and_not_done_is_a_ground_too(answer: str) -> None:
    """无正当理由不改正的 (ZJLS 23 (三)): the union says in its own words that it was not."""
    answered = OPINED.having((HR, answering(OPINED, answer)))
    answered.when(DISTRICT, recommending(OPINED, "refused")).then_refused(Reason.OPINION_RUNNING)
    answered.when(DISTRICT, recommending(OPINED, "not_corrected")).then(e.RecommendationIssued)


def test_an_upper_union_proves_the_service_of_its_own_opinion() -> None:
    now = given(OFFER_SERVED).on("2026-03-18").having((DISTRICT, OPINION.model_copy(update={"service": None})))
    proof = c.ServePaper(paper=opinion_of(now), service=receipt("2026-03-18"))
    now.when(DISTRICT, proof).then(like(e.PaperServed, kind="opinion"))


def test_each_opinion_is_recommended_by_itself() -> None:
    refused = OPINED.having((HR, answering(OPINED, "refused")), (UNION, OPINION))
    second = next(name for name in refused.case.opinions if name != opinion_of(OPINED))
    refused.when(DISTRICT, c.IssueRecommendation(opinion=second, ground="unanswered", facts="?")).then_refused(
        Reason.OPINION_RUNNING, by=day("2026-04-09")
    )
    refused.when(DISTRICT, c.IssueRecommendation(opinion="notice.99", ground="refused", facts="?")).then_refused(
        Reason.UNKNOWN_REFERENCE
    )
    done = refused.having((DISTRICT, recommending(OPINED, "refused")))
    refused_twice = done.having((HR, c.AnswerOpinion(opinion=second, outcome="refused", answer="不同意")))
    refused_twice.when(DISTRICT, recommending(OPINED, "refused")).then_refused(Reason.RECOMMENDED)


def test_the_ladder_stands_in_every_step() -> None:
    for situation in (OPENED, TOPICS_READY, IN_SESSION, UNDER_REVIEW, PUBLISHED):
        given(situation).when(UNION, OPINION.model_copy(update={"service": None})).then(e.OpinionIssued)


# --- contest ------------------------------------------------------------------------------------------------------


def contesters(now: Given) -> dict[str, set[Side]]:
    return {fact: set(contest.sides) for fact, contest in now.case.contested.items()}


def test_the_named_side_contests_a_fact_and_takes_the_contest_back() -> None:
    said = c.ContestFact(fact="notice.5", says_on=day("2026-01-19"), evidence=SCAN, statement="选举日期有误")
    contested = given(BOTH_LISTED).when(HR, said).then(like(e.FactContested, fact="notice.5", side=E)).after
    assert contesters(contested) == {"notice.5": {E}}
    contested.when(LEGAL, said).then_refused(Reason.CONTESTED)
    contested.when(UNION, c.WithdrawContest(fact="notice.5")).then_refused(Reason.NOT_CONTESTED)
    contested.when(HR, c.WithdrawContest(fact="notice.4")).then_refused(Reason.NOT_CONTESTED)
    back = contested.when(HR, c.WithdrawContest(fact="notice.5")).then(like(e.ContestWithdrawn, side=E)).after
    assert back.case.contested == {}


def test_both_sides_may_contest_the_same_fact_each_for_itself() -> None:
    said = c.ContestFact(fact="notice.5", statement="日期不符")
    both = given(BOTH_LISTED).having((HR, said), (UNION, said))
    assert contesters(both) == {"notice.5": {W, E}}
    one = both.having((UNION, c.WithdrawContest(fact="notice.5")))
    assert contesters(one) == {"notice.5": {E}}
    one.when(UNION, c.WithdrawContest(fact="notice.5")).then_refused(Reason.NOT_CONTESTED)


def test_a_contest_of_the_other_side_stands() -> None:
    now = given(BOTH_LISTED).having(
        (HR, c.ContestFact(fact="notice.5", statement="?")), (UNION, c.ContestFact(fact="notice.6", statement="?"))
    )
    now.when(HR, c.WithdrawContest(fact="notice.6")).then_refused(Reason.NOT_OWN_CONTEST, side=W)


def test_a_statement_says_something_to_a_fact_and_contests_nothing() -> None:
    said = c.ContestFact(fact="notice.5", form="statement", statement="补充说明")
    then = given(BOTH_LISTED).when(HR, said).then(like(e.FactContested, form="statement"))
    assert then.after.case.contested == {}
    then.after.when(HR, said.model_copy(update={"form": "contest"})).then(e.FactContested)


def test_a_contest_stands_in_the_stream_of_its_fact() -> None:
    then = given(BOTH_LISTED).when(W2, c.ContestFact(fact="table.1", statement="?"))
    assert [event.stream for event in then.events] == [Stream.TABLE]


@pytest.mark.parametrize(
    "fact", ["notice.999", "notice.0", "notice.01", "worker.1", "table.x", "nothing", "employer.1"]
)
def test_what_does_not_exist_is_not_contested(fact: str) -> None:
    given(BOTH_LISTED).when(W1, c.ContestFact(fact=fact, statement="?")).then_refused(Reason.FACT_UNKNOWN, id=fact)


def test_of_a_stream_one_does_not_see_nothing_exists() -> None:
    for who in (HR, UNION):
        given(BOTH_LISTED).when(who, c.ContestFact(fact="table.1", statement="?")).then_refused(Reason.FACT_UNKNOWN)
    given(UNDER_REVIEW).when(HR, c.ContestFact(fact="filing.1", statement="?")).then(e.FactContested)
    given(UNDER_REVIEW).when(UNION, c.ContestFact(fact="filing.1", statement="?")).then_refused(Reason.FACT_UNKNOWN)


# --- withdrawal ---------------------------------------------------------------------------------------------------

BYE = c.WithdrawCase(reason="改为区域协商")


def test_before_the_reply_the_side_that_opened_or_offered_withdraws_alone() -> None:
    for situation, who in ((OPENED, UNION), (TOPICS_READY, W1), (OFFER_SERVED, W1), (EMPLOYER_OFFER_SERVED, E1)):
        then = given(situation).when(who, BYE)
        then.then(e.WithdrawalAsked, like(e.CaseClosed, ending=Ending.WITHDRAWN))
        then.after.when(who, BYE).then_refused(Reason.CASE_CLOSED, ending="withdrawn")


def test_the_other_side_never_withdraws_the_case_alone() -> None:
    for situation, who in ((OFFER_SERVED, HR), (EMPLOYER_OFFER_SERVED, UNION), (OPENED, HR)):
        assert given(situation).when(who, BYE).then(e.WithdrawalAsked).after.case.live


def test_after_the_reply_it_takes_the_written_consent_of_both() -> None:
    for situation in (REFUSED, REPLIED, IN_SESSION, UNDER_REVIEW):
        asked = given(situation).when(W1, BYE).then(like(e.WithdrawalAsked, side=W)).after
        asked.when(W1, BYE).then_refused(Reason.WITHDRAWAL_ASKED)
        asked.when(W1, c.ConsentToWithdrawal()).then_refused(Reason.OWN_WITHDRAWAL)
        asked.when(HR, c.ConsentToWithdrawal()).then_refused(Reason.NOT_YOUR_SEAT, "HZ 18", side=E)
        asked.when(E1, c.ConsentToWithdrawal()).then(
            like(e.WithdrawalConsented, side=E), like(e.CaseClosed, ending=Ending.WITHDRAWN)
        )


def test_consent_needs_a_question_and_may_come_on_paper() -> None:
    given(REPLIED).when(E1, c.ConsentToWithdrawal()).then_refused(Reason.NO_WITHDRAWAL)
    asked = given(REPLIED).having((W1, BYE))
    asked.when(UNION, c.ConsentToWithdrawal(on_paper=paper(E, "2026-03-09"))).then(
        like(e.WithdrawalConsented, side=E, from_paper=True), e.CaseClosed
    )


def test_a_request_to_withdraw_is_taken_back_or_lapses_when_the_case_moves_on() -> None:
    asked = given(READY_TO_MEET).having((W1, BYE))
    back = asked.when(W1, c.TakeBackWithdrawal()).then(like(e.WithdrawalTakenBack, side=W)).after
    back.when(E1, c.ConsentToWithdrawal()).then_refused(Reason.NO_WITHDRAWAL)
    back.when(W1, c.TakeBackWithdrawal()).then_refused(Reason.NO_WITHDRAWAL)
    asked.when(E1, c.TakeBackWithdrawal()).then_refused(Reason.NO_WITHDRAWAL)
    moved = given(ALL_BUT_ONE_NOTICE).having((W1, BYE), (E1, notice("2026-03-20")))
    assert moved.case.step is Step.MEETING
    moved.when(E1, c.ConsentToWithdrawal()).then_refused(Reason.NO_WITHDRAWAL)
    right = ChiefIs.UNION_HEAD
    new = c.ReplaceRepresentative(old="w1", rep=rep("w4"), as_chief=True, chief_is=right, evidence=SCAN)
    asked.having((UNION, new)).when(E1, c.ConsentToWithdrawal()).then_refused(Reason.NO_WITHDRAWAL)


def test_a_contract_in_force_is_not_withdrawn() -> None:
    given(IN_FORCE).when(W1, BYE).then_refused(Reason.NOT_IN_THIS_STEP)


# --- references ---------------------------------------------------------------------------------------------------


def test_reference_values_are_entered_with_their_source_and_the_later_one_counts() -> None:
    said = c.RecordReference(kind="guideline_benchmark", period="2026", rate="5.5", source="浙人社发 1")
    then = given(OPENED).when(TOWN, said).then(e.ReferenceRecorded)
    (event,) = then.events
    assert isinstance(event, e.ReferenceRecorded)
    assert event.reference.by == "town"
    then.after.when(UNION, said).then_refused(Reason.NOTHING_NEW)
    later = then.after.having((UNION, said.model_copy(update={"rate": "6"})))
    assert [r.rate for r in later.case.references if r.kind == "guideline_benchmark"] == ["6"]


def test_a_reference_has_one_value() -> None:
    for value in ({}, {"fen": 1, "rate": "1"}):
        said = c.RecordReference.model_validate({"kind": "cpi", "period": "2026", "source": "x", **value})
        given(OPENED).when(UNION, said).then_refused(Reason.VALUE_MISSING)


# --- covered enterprises ------------------------------------------------------------------------------------------


def test_a_regional_case_takes_further_enterprises_until_the_meeting() -> None:
    assert REGIONAL_NOTHING.register is not None
    fourth = (*REGIONAL_NOTHING.register.covers, Covered(enterprise="firm4", headcount=12))
    wider = put(REGIONAL_NOTHING.register, covers=fourth)
    now = replace(REGIONAL_NOTHING, register=wider).having((TOWN_AS_ORGAN, regional(per_enterprise=False)))
    more = c.CoverEnterprise(enterprise="firm4")
    now.when(TOWN_AS_ORGAN, c.CoverEnterprise(enterprise="firm9")).then_refused(Reason.COVERED_UNKNOWN, "HZ 30")
    now.when(DISTRICT, more).then_refused(Reason.NOT_YOUR_SEAT)
    added = now.when(TOWN_AS_ORGAN, more).then(e.EnterpriseCovered).after
    assert Covered(enterprise="firm4", headcount=12) in added.case.covers
    added.when(TOWN_AS_ORGAN, more).then_refused(Reason.NOTHING_NEW)
    given(REGIONAL_IN_FORCE).when(TOWN_AS_ORGAN, more).then_refused(Reason.NOT_IN_THIS_STEP)
    given(OPENED).when(UNION, more).then_refused(Reason.NOT_REGIONAL, "HZ 30")


# --- the clock's notes --------------------------------------------------------------------------------------------


def note(mark: str, timer: str = "reply", key: str = "") -> c.NoteDeadline:
    return c.NoteDeadline.model_validate({"timer": timer, "key": key, "mark": mark})


@pytest.mark.parametrize(
    ("on", "mark"), [("2026-03-11", "T-3"), ("2026-03-13", "T-1"), ("2026-03-16", "T0"), ("2026-03-17", "T+1")]
)
def test_each_mark_is_noted_on_its_day_and_moves_nothing(on: str, mark: str) -> None:
    then = given(OFFER_SERVED).on(on).when(CLOCK, note(mark)).then(like(e.DeadlineNoted, mark=mark, side=E))
    assert then.after.case.step is Step.REPLY
    then.after.when(CLOCK, note(mark)).then_refused(Reason.NOT_DUE)
    given(OFFER_SERVED).on("2026-03-10").when(CLOCK, note(mark)).then_refused(Reason.NOT_DUE)


def test_a_clock_that_slept_notes_the_furthest_mark_alone() -> None:
    given(OFFER_SERVED).on("2026-03-30").when(CLOCK, note("T0")).then_refused(Reason.NOT_DUE)
    woken = given(OFFER_SERVED).on("2026-03-30").having((CLOCK, note("T+1")))
    woken.when(CLOCK, note("T0")).then_refused(Reason.NOT_DUE)


def test_a_note_stands_where_its_term_is_seen() -> None:
    name = material_of(given(MATERIAL_ASKED).case, "payroll")
    at_table = given(MATERIAL_ASKED).on("2026-03-20").when(CLOCK, note("T0", "materials", name))
    at_table.then(like(e.TableDeadlineNoted, key=name, side=E))
    in_filing = given(SIGNED).on("2026-04-29").when(CLOCK, note("T-3", "file"))
    in_filing.then(like(e.FilingDeadlineNoted, target=day("2026-04-29"), latest=day("2026-05-06")))
    assert {at_table.events[0].stream, in_filing.events[0].stream} == {Stream.TABLE, Stream.FILING}


def test_only_the_clock_notes_and_only_terms_that_run() -> None:
    given(OFFER_SERVED).on("2026-03-17").when(UNION, note("T+1")).then_refused(Reason.NOT_YOUR_SEAT)
    given(OFFER_SERVED).on("2026-03-17").when(CLOCK, note("T+1", "publish")).then_refused(Reason.NOT_DUE)
    given(REPLIED).on("2026-03-17").when(CLOCK, note("T+1")).then_refused(Reason.NOT_DUE)


def test_a_meeting_put_off_has_its_marks_noted_anew() -> None:
    name = material_of(given(MATERIAL_ASKED).case, "payroll")
    now = given(MATERIAL_ASKED).on("2026-03-23").having((CLOCK, note("T+1", "materials", name)))
    later = now.having((W1, c.PostponeMeeting(material=name)))
    later.on("2026-03-25").when(CLOCK, note("T0", "materials", name)).then(
        like(e.TableDeadlineNoted, latest=day("2026-03-25"))
    )


# --- a new calendar -----------------------------------------------------------------------------------------------


def _with_2027(off: tuple[date, ...]) -> Law:
    old = law()
    years = [y for y in old.calendar.years if y.year != 2027]
    known = CalendarYear(year=2027, notice="notice 1", official=True, off=off)
    return Law(pack=old.pack, calendar=Calendar([*years, known]))


def test_a_new_calendar_redates_the_open_terms_and_says_which() -> None:
    new = _with_2027((date(2027, 1, 1), date(2027, 1, 4), date(2027, 1, 5)))
    now = replace(given(TOPICS_READY).on("2026-12-22"), new_law=new)
    offered = now.having((W1, c.SendOffer(plan=c.Plan(day=day("2027-01-20"), time="09:00", place="hall 1"),
                                          topics=sheet(), service=receipt("2026-12-22"))))  # fmt: skip
    due = running(offered.case, offered.law, "reply")
    assert due is not None
    assert (due.latest, due.due.provisional) == (day("2027-01-06"), True)
    then = offered.when(CLOCK, c.AdoptCalendar(calendar=new.calendar.version))
    (event,) = then.events
    assert isinstance(event, e.CalendarAdopted)
    changed = {x.timer: x for x in event.changed}
    assert (changed["reply"].was, changed["reply"].latest, changed["reply"].provisional) == (
        day("2027-01-06"), day("2027-01-08"), False,
    )  # fmt: skip
    assert then.after.case.calendar == new.calendar.version
    then.after.when(CLOCK, c.AdoptCalendar(calendar=new.calendar.version)).then_refused(Reason.NOTHING_NEW)


def test_a_calendar_that_is_not_at_hand_is_not_adopted() -> None:
    given(OFFER_SERVED).when(CLOCK, c.AdoptCalendar(calendar="other")).then_refused(Reason.UNKNOWN_REFERENCE)
    given(OFFER_SERVED).when(UNION, c.AdoptCalendar(calendar="other")).then_refused(Reason.NOT_YOUR_SEAT)


def test_a_day_no_calendar_knows_is_not_entered() -> None:
    old = c.DeclareTopicsReady(occurred_on=day("2019-05-05"), evidence=SCAN)
    given(EMPLOYER_AHEAD).when(E1, old).then_refused(Reason.LAW_INCOMPLETE, year=2019)


# --- other ends ---------------------------------------------------------------------------------------------------


def _coordinated(*, agreement: bool) -> Given:
    applied = given(REFUSED).having(
        (W1, c.ApplyForCoordination(facts="拒绝协商")), (AUTHORITY, c.AcceptDispute(coordinators=("coordinator",)))
    )
    return applied.having((AUTHORITY, c.CloseDispute(agreement=agreement, evidence=SCAN)))


def test_after_a_coordination_without_agreement_a_side_may_end_the_talks() -> None:
    bye = c.EndTalks(reason="协调未达成一致")
    failed = _coordinated(agreement=False)
    for who in (W1, E1):
        failed.when(who, bye).then(like(e.CaseClosed, ending=Ending.FAILED))
    given(REFUSED).when(W1, bye).then_refused(Reason.COORDINATION_NOT_FAILED)
    _coordinated(agreement=True).when(W1, bye).then_refused(Reason.COORDINATION_NOT_FAILED)
    for who in (W2, UNION, HR):
        failed.when(who, bye).then_refused(Reason.NOT_YOUR_SEAT)


def test_talks_that_came_to_an_agreement_are_not_ended_for_an_older_coordination() -> None:
    failed = Dispute(applied_by=W, accepted_on=day("2026-03-12"), closed_on=day("2026-03-20"), agreement=False)
    given(AGREED).with_state(dispute=failed).when(E1, c.EndTalks(reason="?")).then_refused(Reason.AGREEMENT_REACHED)


def test_a_regional_case_takes_the_place_of_a_firms_own_when_both_sides_say_so() -> None:
    firm = given(REPLIED).case
    assert firm.opened is not None
    regional_case = REGIONAL_NOTHING.having((TOWN_AS_ORGAN, regional(per_enterprise=False))).case
    covered = firm.opened.model_copy(update={"enterprise": "firm1"})
    now = given(REPLIED).with_state(opened=covered).beside(regional_case)
    merge = c.MergeIntoRegional(regional="n7")
    one = now.when(W1, merge).then(like(e.MergerNamed, side=W, agreed=False)).after
    one.when(W1, merge).then_refused(Reason.NOTHING_NEW)
    one.when(E1, c.MergeIntoRegional(regional="n8")).then(like(e.MergerNamed, agreed=False))
    one.when(E1, merge).then(like(e.MergerNamed, agreed=True), like(e.CaseClosed, ending=Ending.MERGED))
    given(REPLIED).beside(regional_case).when(W1, merge).then_refused(Reason.UNKNOWN_REFERENCE)
    given(REPLIED).when(W1, merge).then_refused(Reason.UNKNOWN_REFERENCE)
    regional_one = REGIONAL_NOTHING.having((TOWN_AS_ORGAN, regional(per_enterprise=False)))
    regional_one.beside(regional_case).when(TOWN_AS_ORGAN, merge).then_refused(Reason.NOT_ENTERPRISE_CASE)


# --- signatures in ink ----------------------------------------------------------------------------------------------


def test_a_scan_of_signatures_is_compared_by_somebody_else() -> None:
    """The other side, the union or a scrutineer, who sees the entry; never who entered it; a no needs its reason."""
    voted = given(VOTED)
    signed = voted.having((E1, sign(voted.case)))
    (entry,) = signed.case.scans.keys() - voted.case.scans.keys()  # the minutes are in ink as well
    shows, not_so = c.CheckScan(scan=entry, shows=True), c.CheckScan(scan=entry, shows=False)
    signed.when(E1, shows).then_refused(Reason.OWN_SCAN)
    signed.when(HR, shows).then_refused(Reason.NO_SCAN_TO_CHECK)
    given(BOTH_LISTED).when(W1, shows).then_refused(Reason.NOT_IN_THIS_STEP)
    signed.when(W1, not_so).then_refused(Reason.SCAN_REASON_MISSING)
    signed.when(W1, c.CheckScan(scan="table.1", shows=True)).then_refused(Reason.FACT_UNKNOWN)
    missing = signed.when(W1, not_so.model_copy(update={"reason": "没有盖章"})).then(like(e.ScanChecked, side=W)).after
    assert missing.case.scans[entry].shows is False
    missing.when(S1, not_so.model_copy(update={"reason": "同上"})).then_refused(Reason.SCAN_CHECKED)
    signed.when(UNION, shows).then_refused(Reason.NO_SCAN_TO_CHECK)  # who sees no filing compares nothing of it
    assert missing.having((S1, shows)).case.scans[entry].shows is True
