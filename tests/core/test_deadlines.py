"""Every term of the law as it runs in a case (domain §0.3, §1.4, §2.3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from msgspec.structs import replace as put

from cloudnego.core import commands as c
from cloudnego.core.calendar import after, back_from
from cloudnego.core.deadlines import FACTS, Running, deadlines, is_open, mark_due, next_mark, overdue, running
from cloudnego.core.events import OfferSent
from cloudnego.core.gate import light
from cloudnego.core.grounds import contested, grounds_of
from cloudnego.core.overview import next_due
from cloudnego.core.pack import TIMERS, Unit
from cloudnego.core.refusals import Reason
from cloudnego.core.sight import clock_asks
from cloudnego.core.steps import preparation
from cloudnego.core.vocabulary import (
    CLOCK,
    Kind,
    Light,
    Seat,
    Stream,
)
from cloudnego.law import pack_texts, shipped_pack
from tests.core.situations import (
    AGREED,
    BALLOT_FAILED,
    CONFIRMATION_OPEN,
    DEADLOCK,
    DRAFT_FIXED,
    FILED_IN_PLATFORM,
    IN_FORCE,
    IN_SESSION,
    MATERIAL_ASKED,
    NOTHING,
    OFFER_SERVED,
    OPENED,
    PUBLISHED,
    READY_TO_MEET,
    REGIONAL_IN_FORCE,
    REGISTERED,
    REPLIED,
    SCHEDULED,
    SIGNED,
    SUBMITTED,
    UNDER_REVIEW,
    VOTED,
    asked,
    material_of,
)
from tests.given import (
    AUTHORITY,
    BODY_AS_ORGAN,
    E1,
    E2,
    HR,
    SCAN,
    UNION,
    W1,
    W2,
    E,
    Given,
    Situation,
    W,
    day,
    given,
    law,
    plan,
    rep,
)


def term(situation: Situation | Given, timer: str, key: str = "") -> Running:
    now = given(situation)
    found = running(now.case, now.law, timer, key)
    assert found is not None, f"{timer} does not run"
    return found


def none(situation: Situation | Given, timer: str, key: str = "") -> bool:
    now = given(situation)
    return running(now.case, now.law, timer, key) is None


# --- the terms of Hangzhou, one by one ----------------------------------------------------------------------------


def test_nothing_runs_before_a_case_is_open() -> None:
    assert deadlines(NOTHING.case, NOTHING.law) == ()
    assert deadlines(given(OPENED).case, given(OPENED).law) == ()


def test_the_reply_runs_ten_working_days_from_the_receipt_and_ends_when_it_is_served() -> None:
    due = term(OFFER_SERVED, "reply")
    assert (due.start_on, due.latest, due.side, due.articles) == (
        day("2026-03-02"),
        day("2026-03-16"),
        E,
        ("HZ 24", "ZJ 7"),
    )
    assert due.met_on is None
    assert term(REPLIED, "reply").met_on == day("2026-03-09")


def test_the_sixty_days_run_from_sending_and_end_with_the_first_full_agreement() -> None:
    due = term(OFFER_SERVED, "total_cap")
    assert (due.target, due.latest) == (day("2026-05-01"), day("2026-05-06"))
    assert term(AGREED, "total_cap").met_on == day("2026-03-31")
    assert term(BALLOT_FAILED, "total_cap").met_on == day("2026-03-31"), "a failed ballot does not open them again"


def test_a_suspension_does_not_stop_the_sixty_days() -> None:
    until = c.Suspend(until_on=day("2026-04-10"), next=c.Plan(day=day("2026-04-10"), time="09:00", place="hall 1"))
    suspended = given(IN_SESSION).having((E1, until), (W1, until)).on("2026-04-10").having((W1, c.Resume()))
    assert term(suspended, "total_cap").latest == day("2026-05-06")


def test_in_shandong_the_days_of_a_suspension_do_not_count() -> None:
    until = c.Suspend(until_on=day("2026-04-10"), next=c.Plan(day=day("2026-04-10"), time="09:00", place="hall 1"))
    there = replace(given(IN_SESSION), law=law("cn-shandong"))
    before = term(there, "total_cap")
    later = there.having((E1, until), (W1, until)).on("2026-04-10").having((W1, c.Resume()))
    assert before.target is not None
    assert term(later, "total_cap").target == after(law().calendar, day("2026-03-19"), 60, Unit.DAY).target
    assert term(later, "total_cap").target != before.target


def test_materials_are_due_the_seventh_working_day_before_the_meeting() -> None:
    key = material_of(given(MATERIAL_ASKED).case, "payroll")
    due = term(MATERIAL_ASKED, "materials", key)
    assert (due.latest, due.side, due.stream) == (day("2026-03-20"), E, Stream.TABLE)
    assert none(SCHEDULED, "materials"), "nothing requested, nothing due"
    waived = given(MATERIAL_ASKED).having((W1, c.WaiveMaterial(material=key)))
    assert none(waived, "materials", key)


def test_the_notices_are_due_seven_days_before_and_never_later() -> None:
    for side in (W, E):
        due = term(SCHEDULED, "meeting_notice", side.value)
        assert (due.latest, due.side) == (day("2026-03-24"), side)
    on_holiday = c.ScheduleMeeting(plan=c.Plan(day=day("2026-05-12"), time="09:00", place="hall 1"))
    moved = given(SCHEDULED).having((W1, on_holiday), (E1, on_holiday))
    assert term(moved, "meeting_notice", "worker").latest == day("2026-05-05")
    assert term(READY_TO_MEET, "meeting_notice", "worker").met_on == day("2026-03-20")


def test_the_draft_goes_to_the_congress_in_fifteen_working_days_of_the_signed_minutes() -> None:
    assert (term(AGREED, "to_congress").latest, term(AGREED, "to_congress").side) == (day("2026-04-22"), E)
    assert term(SUBMITTED, "to_congress").met_on == day("2026-04-01")
    assert none(IN_SESSION, "to_congress")


def test_a_re_agreed_draft_is_voted_on_in_five_working_days() -> None:
    assert none(BALLOT_FAILED, "re_congress")
    case = given(BALLOT_FAILED).case
    again = given(BALLOT_FAILED).with_state(meeting=put(case.meeting, agreement_on=day("2026-04-24")))
    due = term(again, "re_congress")
    assert (due.latest, due.side, due.met_on) == (day("2026-05-06"), W, None)
    assert none(again, "to_congress")


@pytest.mark.parametrize(
    ("signed", "aim", "target", "latest"),
    [
        ("2026-04-22", "2026-04-29", "2026-05-02", "2026-05-06"),
        ("2026-04-08", "2026-04-15", "2026-04-18", "2026-04-20"),
        ("2026-02-18", "2026-02-25", "2026-02-28", "2026-02-28"),
    ],
)
def test_it_is_filed_ten_days_after_the_later_signature_better_seven(
    signed: str, aim: str, target: str, latest: str
) -> None:
    case = given(SIGNED).case
    now = given(SIGNED).with_state(
        filing=put(case.filing, signed=case.filing.signed.having(W, day(signed)).having(E, day(signed)))
    )
    due = term(now, "file")
    assert (due.target, due.due.target, due.latest) == (day(aim), day(target), day(latest))


def test_the_review_runs_from_the_receipts_day_and_is_the_authoritys() -> None:
    due = term(UNDER_REVIEW, "review")
    assert (due.latest, due.side, due.seat, due.stream) == (day("2026-05-13"), None, "authority", Stream.FILING)
    assert none(FILED_IN_PLATFORM, "review"), "no receipt, no clock"
    assert term(IN_FORCE, "review").met_on == day("2026-05-14")


def test_publication_report_and_performance_run_from_the_day_of_effect() -> None:
    assert term(IN_FORCE, "publish").latest == day("2026-05-21")
    assert term(PUBLISHED, "publish").met_on == day("2026-05-20")
    assert term(IN_FORCE, "report_upper").latest == day("2026-05-28")
    assert term(IN_FORCE, "report_upper").level == "advisory"
    assert term(IN_FORCE, "perf_report").latest == day("2027-04-30"), "by the end of the contract"


def test_each_year_of_the_contract_has_its_report_and_no_year_two() -> None:
    reported = given(PUBLISHED).on("2027-04-20").having((HR, c.ReportPerformance(period="2026")))
    assert none(reported, "perf_report")
    case = given(PUBLISHED).case
    two_years = given(PUBLISHED).with_state(filing=put(case.filing, expires_on=day("2027-12-31")))
    first = term(two_years, "perf_report")
    assert first.latest == day("2027-05-14")
    second = two_years.on("2027-05-13").having((HR, c.ReportPerformance(period="2026")))
    assert term(second, "perf_report").latest == day("2027-12-31")


def test_a_regional_contract_is_published_when_every_firm_has_it() -> None:
    one = given(REGIONAL_IN_FORCE).on("2026-05-18").having((BODY_AS_ORGAN, c.PublishContract(enterprises=("firm1",))))
    assert term(one, "publish").met_on is None
    rest = one.on("2026-05-20").having((BODY_AS_ORGAN, c.PublishContract(enterprises=("firm2", "firm3"))))
    assert term(rest, "publish").met_on is not None


def test_the_clock_notes_that_the_renewal_window_opens_and_nothing_more() -> None:
    case = given(IN_FORCE).case
    now = given(IN_FORCE).with_state(filing=put(case.filing, expires_on=day("2026-12-31")))
    due = term(now, "renewal_window")
    assert due.latest == day("2026-10-02")
    assert not is_open(now.case, due), "nobody owes it, so no light shows it"
    opens = now.on("2026-10-02")
    assert mark_due(opens.case, opens.law, due, opens.standing.today) == "T0"
    note = c.NoteDeadline(timer="renewal_window", mark="T0")
    noted = opens.having((CLOCK, c.NoteDeadline(timer="publish", mark="T+1")), (CLOCK, note))
    assert mark_due(noted.case, noted.law, due, day("2027-01-31")) is None
    assert light(noted.case, noted.law).reason != "renewal_window"


def test_a_vacancy_is_filled_in_fifteen_days_each_by_itself() -> None:
    now = given(READY_TO_MEET).having((W2, c.LeaveBench(person="w2")))
    due = term(now, "vacancy", "worker.0")
    assert (due.latest, due.side) == (day("2026-04-07"), W)
    filled = now.on("2026-03-25").having(
        (UNION, c.ReplaceRepresentative(old="w2", rep=rep("w4"), evidence=SCAN)), (E1, c.LeaveBench(person="e1"))
    )
    assert term(filled, "vacancy", "worker.0").met_on == day("2026-03-25")
    assert term(filled, "vacancy", "employer.0").met_on is None


def test_a_dispute_runs_thirty_days_from_acceptance_and_fifteen_more_if_extended() -> None:
    accepted = given(DEADLOCK).having(
        (E1, c.ApplyForCoordination(facts="?")), (AUTHORITY, c.AcceptDispute(coordinators=("coordinator",)))
    )
    assert term(accepted, "dispute").latest == day("2026-04-30")
    longer = accepted.having((AUTHORITY, c.ExtendDispute(days=15, reason="?")))
    assert term(longer, "dispute").latest == day("2026-05-15")
    closed = longer.having((AUTHORITY, c.CloseDispute(agreement=False, evidence=SCAN)))
    assert term(closed, "dispute").met_on == day("2026-03-31")


@pytest.mark.parametrize(
    ("pack", "before", "during"), [("cn-shandong", "05-08", "05-18"), ("cn-henan", "05-06", "05-12")]
)
def test_the_days_of_a_suspension_do_not_count_while_it_lasts_nor_after(pack: str, before: str, during: str) -> None:
    """中止期间不计入协商期限 (SD 28; HA 26): first the days agreed on, then those it really took."""
    now = replace(given(IN_SESSION), law=law(pack))
    assert term(now, "total_cap").latest == day(f"2026-{before}")
    still = c.Suspend(until_on=day("2026-04-10"), next=plan("2026-04-10"), reason="洪水")
    lying = now.having((W1, still), (E1, still))
    assert term(lying, "total_cap").latest == day(f"2026-{during}")
    up = lying.having("2026-04-03", (W1, c.Resume()))
    assert up.case.suspension.days == 3
    assert term(up, "total_cap").due.counted_from == term(now, "total_cap").due.counted_from + timedelta(days=3)
    assert term(replace(lying, law=law()), "total_cap").latest == term(given(IN_SESSION), "total_cap").latest


def test_in_chongqing_the_wage_clauses_are_reported_to_all_every_half_year() -> None:
    now = replace(given(IN_FORCE), law=law("cn-chongqing"))
    start = now.case.filing.in_force_from
    assert start is not None
    first = term(now, "perf_publish")
    assert (first.side, first.articles) == (E, ("CQ 30",))
    assert first.target == date(start.year, start.month + 6, start.day)
    again = now.having((HR, c.PublishPerformance(period="2026H1")))
    ends = now.case.filing.expires_on
    assert ends is not None
    assert term(again, "perf_publish").latest == ends, "the second half year ends with the contract"
    second = c.PublishPerformance(period="2026H2")
    again.when(HR, second).then_refused(Reason.NOT_DUE, by=day("2026-11-14"))
    again.on("2026-11-14").when(HR, c.PublishPerformance(period="2026H1")).then_refused(Reason.NOTHING_NEW)
    assert none(again.on("2026-11-14").having((HR, second)), "perf_publish")
    assert none(given(IN_FORCE), "perf_publish")


def test_a_suspension_has_an_end_that_the_clock_watches() -> None:
    still = c.Suspend(until_on=day("2026-04-10"), next=plan("2026-04-13"), reason="等审计")
    lying = given(IN_SESSION).having((W1, still), (E1, still))
    due = term(lying, "resume")
    assert (due.latest, due.stream, due.articles) == (day("2026-04-10"), Stream.TABLE, ("HZ 27",))
    assert mark_due(lying.case, lying.law, due, day("2026-04-11")) == "over"
    assert none(lying.having("2026-04-10", (W1, c.Resume())), "resume")


def test_shandong_wants_the_talks_reported_to_the_upper_union_five_days_before() -> None:
    now = replace(given(SCHEDULED), law=law("cn-shandong"))
    due = term(now, "talks_reported")
    assert (due.latest, due.side, due.met_on) == (day("2026-03-26"), W, None)
    reported = now.having((UNION, c.ReportTalks()))
    assert term(reported, "talks_reported").met_on == day("2026-03-10")
    reported.when(W2, c.ReportTalks()).then_refused(Reason.NOTHING_NEW)


def test_henan_wants_a_dispute_taken_up_in_five_working_days() -> None:
    applied = replace(given(DEADLOCK), law=law("cn-henan")).having((E1, c.ApplyForCoordination(facts="?")))
    due = term(applied, "dispute_taken_up")
    assert (due.latest, due.seat) == (day("2026-04-08"), Seat.AUTHORITY)
    taken = applied.having((AUTHORITY, c.AcceptDispute(coordinators=("coordinator",))))
    assert term(taken, "dispute_taken_up").met_on == day("2026-03-31")


def test_henan_knows_a_last_day_to_apply_and_late_is_shown() -> None:
    late = replace(given(DEADLOCK), law=law("cn-henan")).on("2026-05-22")
    late.when(E1, c.ApplyForCoordination(facts="?")).then_warned(Reason.APPLIED_LATE, "HA 37", by=day("2026-05-21"))
    late.on("2026-05-21").when(E1, c.ApplyForCoordination(facts="?")).then_not_warned(Reason.APPLIED_LATE)


def test_a_material_asked_for_after_its_day_is_owed_and_never_late() -> None:
    now = given(SCHEDULED).on("2026-03-26").having((W2, asked("payroll")))
    name = material_of(now.case, "payroll")
    assert none(now, "materials", name)
    given_at_last = c.DeliverMaterial(material=name, file="c" * 64)
    obstacle = preparation.outstanding(now.standing)
    assert obstacle is not None
    assert obstacle.reason is Reason.MATERIAL_OUTSTANDING
    assert preparation.outstanding(now.having((E2, given_at_last)).standing) is None


def test_a_term_is_contested_when_its_own_ground_is() -> None:
    now = given(OFFER_SERVED)
    assert grounds_of(next(x for x in now.log if isinstance(x, OfferSent))) == ("offer.sent|", "offer.received|")
    contested_now = now.having((HR, c.ContestFact(fact="table.1", statement="送达日期不符")))
    assert [x.type for x in now.log if x.stream is Stream.TABLE] == ["topics_declared_ready", "offer_sent"]
    assert not contested(contested_now.case, term(contested_now, "reply"))
    contested_now = now.having((HR, c.ContestFact(fact="table.2", statement="送达日期不符")))
    assert contested(contested_now.case, term(contested_now, "reply"))
    assert contested(contested_now.case, term(contested_now, "total_cap"))


def test_a_term_owed_at_an_office_ends_when_its_counter_closes() -> None:
    """民法典 203 ¶2: 有业务时间的，停止业务活动的时间为截止时间."""
    assert term(given(SIGNED), "file").ends_at == "17:00"
    assert term(given(OFFER_SERVED), "reply").ends_at == "24:00"


def test_a_contract_ended_early_is_reported_in_five_working_days() -> None:
    case = given(SIGNED).case
    assert case.opened is not None
    ending = given(SIGNED).with_state(opened=case.opened.model_copy(update={"kind": Kind.TERMINATION}))
    assert term(ending, "rescission").latest == day("2026-04-29")
    assert none(SIGNED, "rescission")


def test_a_registered_contract_is_filed_no_more() -> None:
    assert none(REGISTERED, "file")
    assert term(REGISTERED, "publish").latest == day("2025-06-27")


# --- vectors of the handbook --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "latest", "provisional"),
    [
        ("2026-03-02", "2026-03-16", False),
        ("2026-02-10", "2026-03-02", False),
        ("2026-12-17", "2026-12-31", False),
        ("2026-12-22", "2027-01-06", True),
    ],
)
def test_an_offer_received(received: str, latest: str, provisional: bool) -> None:
    case = given(OFFER_SERVED).case
    assert case.offer is not None
    paper = case.papers[case.offer.paper]
    assert paper.served is not None
    moved = put(paper, served=paper.served.model_copy(update={"on": day(received)}))
    due = term(given(OFFER_SERVED).with_state(papers={case.offer.paper: moved}), "reply")
    assert (due.latest, due.due.provisional) == (day(latest), provisional)


@pytest.mark.parametrize(
    ("sent", "target", "latest", "provisional"),
    [
        ("2026-03-02", "2026-05-01", "2026-05-06", False),
        ("2026-07-22", "2026-09-20", "2026-09-20", False),
        ("2026-11-22", "2027-01-21", "2027-01-21", True),
    ],
)
def test_an_offer_sent(sent: str, target: str, latest: str, provisional: bool) -> None:
    offer = given(OFFER_SERVED).case.offer
    assert offer is not None
    due = term(given(OFFER_SERVED).with_state(offer=put(offer, sent_on=day(sent))), "total_cap")
    assert (due.target, due.latest, due.due.provisional) == (day(target), day(latest), provisional)


def test_a_meeting_in_may_has_its_materials_due_in_april() -> None:
    assert back_from(law().calendar, day("2026-05-08"), 7, Unit.WORKING_DAY).latest == day("2026-04-24")


def test_in_force_on_the_last_day_of_september_is_published_after_the_holiday() -> None:
    case = given(IN_FORCE).case
    now = given(IN_FORCE).with_state(filing=put(case.filing, in_force_from=day("2026-09-30")))
    assert term(now, "publish").latest == day("2026-10-13")


# --- other packs --------------------------------------------------------------------------------------------------

EVERYWHERE = (
    OPENED, OFFER_SERVED, REPLIED, MATERIAL_ASKED, READY_TO_MEET, IN_SESSION, AGREED, DRAFT_FIXED, SUBMITTED, VOTED,
    BALLOT_FAILED, SIGNED, UNDER_REVIEW, CONFIRMATION_OPEN, PUBLISHED, REGISTERED, REGIONAL_IN_FORCE,
)  # fmt: skip


@pytest.mark.parametrize("pack", sorted(set(pack_texts())))
def test_every_pack_counts_every_situation_and_every_term_has_an_owner_or_two(pack: str) -> None:
    for situation in EVERYWHERE:
        now = replace(given(situation), law=law(pack))
        for found in deadlines(now.case, now.law):
            assert found.start_on is not None
            assert found.articles, f"{pack} {found.timer} cites nothing"
            assert running(now.case, now.law, found.timer, found.key) == found
        next_due(now.case, now.law)
        clock_asks(now.standing)


@pytest.mark.parametrize("pack", sorted(set(pack_texts())))
def test_every_fact_a_pack_names_is_one_the_core_knows(pack: str) -> None:
    timers = shipped_pack(pack).timers
    assert {t.start for t in timers.values()} | {t.until for t in timers.values()} <= set(FACTS)
    assert set(timers) <= TIMERS


def test_in_shanghai_the_lists_are_told_in_fifteen_days_of_the_accepting_reply() -> None:
    there = replace(given(REPLIED), law=law("cn-shanghai"))
    due = term(there, "list_published", "employer")
    assert (due.start_on, due.latest, due.side) == (day("2026-03-09"), day("2026-03-24"), E)
    assert due.met_on == day("2026-03-05")


def test_in_shanghai_the_mandate_of_six_months_ends_with_the_signatures() -> None:
    there = replace(given(AGREED), law=law("cn-shanghai"))
    assert term(there, "total_cap", "worker").met_on is None
    signed = replace(given(SIGNED), law=law("cn-shanghai"))
    assert term(signed, "total_cap", "worker").met_on == day("2026-04-22")


# --- marks --------------------------------------------------------------------------------------------------------


def test_marks_come_three_and_one_working_days_before_on_the_day_and_after() -> None:
    now = given(OFFER_SERVED)
    due = term(OFFER_SERVED, "reply")
    days = ("2026-03-10", "2026-03-11", "2026-03-13", "2026-03-14", "2026-03-16", "2026-03-17")
    seen = [mark_due(now.case, now.law, due, day(d)) for d in days]
    assert seen == [None, "T-3", "T-1", "T-1", "T0", "T+1"]


def test_the_clock_knows_when_to_look_again() -> None:
    now = given(OFFER_SERVED)
    assert next_due(now.case, now.law) == day("2026-03-11")
    noted = now.on("2026-03-11").having((CLOCK, c.NoteDeadline(timer="reply", mark="T-3")))
    assert next_mark(noted.case, noted.law, term(noted, "reply")) == day("2026-03-13")
    done = now.on("2026-03-17").having((CLOCK, c.NoteDeadline(timer="reply", mark="T+1")))
    assert next_mark(done.case, done.law, term(done, "reply")) is None


def test_the_clock_asks_what_is_due_and_nothing_else() -> None:
    assert clock_asks(given(OFFER_SERVED).on("2026-03-10").standing) == ()
    (asked,) = clock_asks(given(OFFER_SERVED).on("2026-03-17").standing)
    assert asked == c.NoteDeadline(timer="reply", mark="T+1")
    asks = clock_asks(given(UNDER_REVIEW).on("2026-05-14").standing)
    assert c.CloseReview() in asks
    given(UNDER_REVIEW).on("2026-05-14").having(*((CLOCK, ask) for ask in asks))
    assert c.LetDraftStand() in clock_asks(given(AGREED).on("2026-04-07").standing)
    assert c.CloseExpired() in clock_asks(given(PUBLISHED).on("2027-05-01").standing)
    assert clock_asks(NOTHING.standing) == ()


@pytest.mark.parametrize("situation", EVERYWHERE, ids=range(len(EVERYWHERE)))
def test_everything_the_clock_asks_is_allowed(situation: Situation) -> None:
    for on in ("2026-03-17", "2026-04-29", "2026-05-14", "2026-07-01", "2027-05-05"):
        now = given(situation).on(on)
        for ask in clock_asks(now.standing):
            assert now.when(CLOCK, ask).events


def test_overdue_is_after_the_last_day_without_the_fact() -> None:
    now = given(OFFER_SERVED)
    assert not overdue(now.case, now.law, "reply", day("2026-03-16"))
    assert overdue(now.case, now.law, "reply", day("2026-03-17"))
    assert not overdue(given(REPLIED).case, now.law, "reply", day("2026-03-17"))


def test_what_was_noted_of_one_term_does_not_colour_the_next() -> None:
    key = material_of(given(MATERIAL_ASKED).case, "payroll")
    late = (
        given(MATERIAL_ASKED).on("2026-03-23").having((CLOCK, c.NoteDeadline(timer="materials", key=key, mark="T+1")))
    )
    assert light(late.case, late.law).light is Light.RED
    off = late.having((W1, c.PostponeMeeting(material=key)))
    assert light(off.case, off.law).light is Light.GREEN
