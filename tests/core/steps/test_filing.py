"""Step 8: signing what was voted, filing, the review, objection and silence (HZ 28, 40; domain §1.3 S8)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as put

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.deadlines import running
from cloudnego.core.gate import stuck_because
from cloudnego.core.refusals import Reason
from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import CLOCK, ChiefIs, Office, Step
from tests.core.situations import (
    CONFIRMATION_OPEN,
    FILED_IN_PLATFORM,
    FILED_OUTSIDE,
    IN_FORCE,
    IN_FORCE_OUTSIDE,
    OBJECTED,
    PUBLISHED,
    REGISTERED,
    REVIEWED_OUTSIDE,
    SIGNED,
    UNDER_REVIEW,
    VOTED,
    agreeing,
    filing,
    fixing,
    minutes,
    objecting,
    sign,
)
from tests.given import (
    AUTHORITY,
    BODY,
    DISTRICT,
    E1,
    E2,
    HR,
    LEGAL,
    OTHER_HASH,
    RECORDER,
    SCAN,
    TOWN,
    UNION,
    W1,
    W2,
    E,
    Given,
    W,
    clause_of,
    day,
    draft,
    given,
    law,
    like,
    member,
    paper,
    plan,
    raise_of,
    receipt,
    rep,
    signed_minutes,
    turned,
)

SIGN = sign(given(VOTED).case)


# --- signing ------------------------------------------------------------------------------------------------------


def test_both_chiefs_sign_what_was_voted() -> None:
    one = (
        given(VOTED).on("2026-04-22").when(W1, SIGN).then(like(e.ContractSigned, side=W, person="w1", both=False)).after
    )
    one.when(W1, SIGN).then_refused(Reason.ALREADY_SIGNED)
    one.when(E1, SIGN).then(like(e.ContractSigned, side=E, both=True))
    given(VOTED).when(W1, SIGN.model_copy(update={"document_hash": OTHER_HASH})).then_refused(
        Reason.NOT_WHAT_WAS_VOTED, "HZ 28"
    )
    for who in (W2, UNION, LEGAL):
        given(VOTED).when(who, SIGN).then_refused(Reason.NOT_YOUR_SEAT)


def test_ink_is_signed_with_its_scan() -> None:
    bare = SIGN.model_copy(update={"evidence": None})
    given(VOTED).when(W1, bare).then_refused(Reason.EVIDENCE_MISSING)
    on_paper = bare.model_copy(update={"on_paper": paper(E, "2026-04-10")})
    given(VOTED).when(UNION, on_paper).then(like(e.ContractSigned, side=E, person="e1", from_paper=True))


def test_nobody_signed_before_the_vote() -> None:
    early = SIGN.model_copy(update={"occurred_on": day("2026-04-09")})
    given(VOTED).when(W1, early).then_refused(Reason.BEFORE_ITS_GROUND, ground="2026-04-10")


def test_a_delegate_signs_only_if_his_mandate_says_so() -> None:
    plain = given(VOTED).having((W1, c.DelegateChief(person="w2", until_on=day("2026-05-31"))))
    plain.when(W2, SIGN).then_refused(Reason.DELEGATE_MAY_NOT_SIGN, "N2004 20", side=W)
    may = given(VOTED).having((W1, c.DelegateChief(person="w2", until_on=day("2026-05-31"), may_sign=True)))
    may.when(W2, SIGN).then(like(e.ContractSigned, person="w2")).then_warned(Reason.CHIEF_DELEGATE_ADVISORY, "N2004 20")
    may.on("2026-06-01").when(W2, SIGN).then_refused(Reason.NOT_YOUR_SEAT)


def test_an_employer_chief_whose_mandate_does_not_cover_it_does_not_sign() -> None:
    bench = put(given(VOTED).case.benches.employer, may_sign=False)
    now = given(VOTED).with_state(benches=given(VOTED).case.benches.having(E, bench))
    now.when(E1, SIGN).then_refused(Reason.DELEGATE_MAY_NOT_SIGN, "HZ 18", side=E)
    now.when(W1, SIGN).then(e.ContractSigned)


def test_an_empty_seat_under_the_minimum_blocks_the_signature_of_both() -> None:
    now = given(VOTED).having((W2, c.LeaveBench(person="w2")))
    now.when(E1, SIGN).then_refused(Reason.TOO_FEW_REPRESENTATIVES, "HZ 16", side=W)
    filled = now.having((UNION, c.ReplaceRepresentative(old="w2", rep=rep("w4"), evidence=SCAN)))
    filled.when(E1, SIGN).then(e.ContractSigned)


NEW_CHIEF = c.ReplaceRepresentative(old="w1", rep=rep("w4"), as_chief=True, chief_is=ChiefIs.UNION_HEAD, evidence=SCAN)


def test_a_signature_that_was_given_stands_when_the_chief_changes() -> None:
    now = given(VOTED).having((W1, SIGN), (UNION, NEW_CHIEF))
    assert now.case.filing.signed.worker == day("2026-04-10")
    now.when(E1, SIGN).then(like(e.ContractSigned, both=True))


def test_a_refusal_to_sign_is_a_fact_that_a_signature_undoes() -> None:
    refused = given(VOTED).when(E1, c.RefuseToSign(reason="总部不同意")).then(like(e.SigningRefused, side=E)).after
    refused.when(E1, c.RefuseToSign()).then_refused(Reason.SIGNING_REFUSED)
    assert refused.having((E1, SIGN)).case.filing.refused == frozenset()
    given(VOTED).having((E1, SIGN)).when(E1, c.RefuseToSign()).then_refused(Reason.ALREADY_SIGNED)


# --- handing in ---------------------------------------------------------------------------------------------------


def test_the_enterprise_files_what_both_have_signed() -> None:
    now = given(SIGNED).on("2026-04-27")
    then = now.when(HR, filing())
    then.then(like(e.ContractFiled, side=E, channel="in_platform", expires_on=day("2027-04-30"))).then_no_warning()
    now.when(E1, filing()).then(e.ContractFiled)
    for who in (W1, UNION, BODY):  # a body of employers files where it is the side's organ, not for a firm of its area
        now.when(who, filing()).then_refused(Reason.NOT_YOUR_SEAT)
    given(VOTED).having((W1, SIGN)).when(HR, filing()).then_refused(Reason.NOT_SIGNED, side=E)
    given(FILED_IN_PLATFORM).when(HR, filing()).then_refused(Reason.FILED)


def test_a_filing_is_complete_or_not_filed() -> None:
    for left in ("contract", "explanation"):
        some = filing().model_copy(update={"items": (left,)})
        missing = "explanation" if left == "contract" else "contract"
        given(SIGNED).when(HR, some).then_refused(Reason.FILING_INCOMPLETE, "HZ 40", items=missing)


def test_an_unusual_term_is_a_warning() -> None:
    given(SIGNED).when(HR, filing(months=24)).then_warned(Reason.TERM_UNUSUAL, "HZ 23", usual=12)
    given(SIGNED).when(HR, filing(months=37)).then_warned(Reason.TERM_TOO_LONG, "ZJ 30", most=36)


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [("2026-05-01", 12, "2027-04-30"), ("2027-01-31", 1, "2027-02-27"), ("2026-05-01", 36, "2029-04-30"),
     ("2026-03-01", 12, "2027-02-28"), ("2026-12-31", 24, "2028-12-30")],
)  # fmt: skip
def test_the_contract_ends_on_the_day_before_the_same_day(start: str, months: int, last: str) -> None:
    given(SIGNED).when(HR, filing(term_from=start, months=months)).then(like(e.ContractFiled, expires_on=day(last)))


@pytest.mark.parametrize(
    ("start", "months", "reason"),
    [("2099-06-01", 12, Reason.TERM_OUT_OF_BOUNDS), ("2020-01-01", 12, Reason.TERM_OVER),
     ("2025-04-28", 12, Reason.TERM_OVER)],
)  # fmt: skip
def test_a_term_ends_after_it_is_filed_and_within_what_can_be_reckoned(start: str, months: int, reason: Reason) -> None:
    given(SIGNED).on("2026-04-27").when(HR, filing(term_from=start, months=months)).then_refused(reason)


def test_it_is_not_filed_before_it_was_signed() -> None:
    early = filing().model_copy(update={"occurred_on": day("2026-04-21"), "evidence": SCAN})
    given(SIGNED).when(HR, early).then_refused(Reason.BEFORE_ITS_GROUND, ground="2026-04-22")


# --- receipt and review -------------------------------------------------------------------------------------------


def test_in_the_platform_the_authority_receives_and_that_day_starts_the_review() -> None:
    then = given(FILED_IN_PLATFORM).on("2026-04-28").when(AUTHORITY, c.ReceiveFiling(receipt_no="28"))
    then.then(like(e.FilingReceived, occurred_on=day("2026-04-28")))
    due = running(then.after.case, then.after.law, "review")
    assert due is not None
    assert due.latest == day("2026-05-13")
    given(FILED_IN_PLATFORM).when(AUTHORITY, c.RecordReceipt(evidence=SCAN)).then_refused(Reason.NOT_YOUR_SEAT)
    given(FILED_IN_PLATFORM).when(HR, c.RecordReceipt(evidence=SCAN)).then_refused(Reason.NOT_THIS_CHANNEL)
    given(UNDER_REVIEW).when(AUTHORITY, c.ReceiveFiling()).then_refused(Reason.RECEIVED)
    given(SIGNED).when(AUTHORITY, c.ReceiveFiling()).then_refused(Reason.NOT_FILED)


def test_a_reviewer_is_no_party() -> None:
    party = member("e3", None, Office.AUTHORITY)
    given(FILED_IN_PLATFORM).when(party, c.ReceiveFiling()).then_refused(Reason.REVIEWER_IS_PARTY)
    given(UNDER_REVIEW).when(party, c.GiveNoObjection()).then_refused(Reason.REVIEWER_IS_PARTY)
    given(UNDER_REVIEW).when(party, objecting(given(UNDER_REVIEW).case)).then_refused(Reason.REVIEWER_IS_PARTY)


def test_outside_the_platform_the_stamped_receipt_starts_the_review() -> None:
    then = (
        given(FILED_OUTSIDE)
        .on("2026-04-30")
        .when(HR, c.RecordReceipt(occurred_on=day("2026-04-28"), evidence=SCAN, receipt_no="28"))
    )
    then.then(like(e.FilingReceived, occurred_on=day("2026-04-28")))
    given(FILED_OUTSIDE).when(HR, c.RecordReceipt()).then_refused(Reason.EVIDENCE_MISSING)
    given(FILED_OUTSIDE).when(AUTHORITY, c.ReceiveFiling()).then_refused(Reason.NOT_THIS_CHANNEL)
    given(FILED_OUTSIDE).on("2026-05-30").when(CLOCK, c.CloseReview()).then_refused(Reason.NOT_RECEIVED)


SUPPLEMENT = c.RequestSupplement(items=("roll",), reason="缺名册")


def test_a_request_for_papers_does_not_stop_the_fifteen_days_in_hangzhou() -> None:
    asked = given(UNDER_REVIEW).on("2026-04-30").when(AUTHORITY, SUPPLEMENT).then(e.SupplementRequested).after
    asked.when(AUTHORITY, SUPPLEMENT).then_refused(Reason.SUPPLEMENT_ASKED)
    supplied = (
        asked.on("2026-05-08").when(HR, c.SupplyPapers(items=("roll",))).then(like(e.PapersSupplied, side=E)).after
    )
    assert "roll" in supplied.case.filing.items
    for stands in (asked, supplied):
        due = running(stands.case, stands.law, "review")
        assert due is not None
        assert due.latest == day("2026-05-13")
    asked.on("2026-05-14").when(CLOCK, c.CloseReview()).then(e.ContractInForce, e.StepTurned)


def test_only_papers_that_were_asked_for_are_supplied() -> None:
    given(UNDER_REVIEW).when(HR, c.SupplyPapers(items=("roll",))).then_refused(Reason.NO_SUPPLEMENT_ASKED)
    asked = given(UNDER_REVIEW).on("2026-04-30").having((AUTHORITY, SUPPLEMENT))
    asked.when(HR, c.SupplyPapers(items=("other",))).then_refused(Reason.NO_SUPPLEMENT_ASKED, items="roll")
    asked.when(UNION, c.SupplyPapers(items=("roll",))).then_refused(Reason.NOT_YOUR_SEAT)


@pytest.mark.parametrize(
    ("received", "last", "in_force"),
    [("2026-04-28", "2026-05-13", "2026-05-14"), ("2026-04-17", "2026-05-06", "2026-05-07")],
)
def test_silence_puts_it_in_force_the_day_after_the_last_possible_day(received: str, last: str, in_force: str) -> None:
    now = _received(received)
    now.on(last).when(CLOCK, c.CloseReview()).then_refused(Reason.NOT_DUE, by=day(last))
    late_clock = now.on("2026-05-20").when(CLOCK, c.CloseReview())
    late_clock.then(
        like(e.ContractInForce, why="silence", in_force_from=day(in_force), raise_rate="6", minimum_wage_fen=270_000),
        turned(Step.FILING, Step.PERFORMANCE),
    )
    on_time = now.on(in_force).when(CLOCK, c.CloseReview())
    on_time.then(like(e.ContractInForce, in_force_from=day(in_force)), e.StepTurned)
    due = running(on_time.after.case, now.law, "publish")
    assert due is not None
    assert due.latest == day({"2026-05-14": "2026-05-21", "2026-05-07": "2026-05-13"}[in_force])


def _received(on: str) -> Given:
    """Under review since this day; signed on the day of the vote, so that it may be an early one."""
    signed = given(VOTED).on("2026-04-16").having((W1, sign), (E1, sign), (HR, filing()))
    return signed.on(on).having((AUTHORITY, c.ReceiveFiling()))


def test_only_the_clock_ends_a_review_by_silence() -> None:
    given(UNDER_REVIEW).on("2026-05-14").when(AUTHORITY, c.CloseReview()).then_refused(Reason.NOT_YOUR_SEAT)


def test_an_opinion_without_objection_puts_it_in_force_at_once() -> None:
    given(UNDER_REVIEW).on("2026-05-06").when(AUTHORITY, c.GiveNoObjection()).then(
        like(e.ContractInForce, why="no_objection", in_force_from=day("2026-05-06")),
        turned(Step.FILING, Step.PERFORMANCE),
    )


def test_an_opinion_that_comes_after_the_days_moves_nothing() -> None:
    given(UNDER_REVIEW).on("2026-05-20").when(AUTHORITY, c.GiveNoObjection()).then(
        like(e.ContractInForce, why="silence", in_force_from=day("2026-05-14")), e.StepTurned
    )


# --- objection ----------------------------------------------------------------------------------------------------


def objecting_on(on: str) -> c.ObjectToContract:
    return objecting(given(UNDER_REVIEW).case).model_copy(update={"service": receipt(on)})


def test_an_objection_is_served_on_both_sides_within_the_days() -> None:
    """《审查意见书》…送达 (N2004 45): what counts is the day it reached them."""
    platform = objecting_on("2026-05-13").model_copy(update={"service": c.Service(via=c.ServedVia.PLATFORM)})
    now = given(UNDER_REVIEW).on("2026-05-13")
    now.when(AUTHORITY, platform).then_refused(Reason.ELECTRONIC_SERVICE_NOT_CONFIRMED, "ESL 11")
    late = objecting_on("2026-05-14").model_copy(update={"occurred_on": day("2026-05-12"), "evidence": SCAN})
    now.on("2026-05-14").when(AUTHORITY, late).then_refused(Reason.OBJECTION_LATE, by=day("2026-05-13"))
    d0 = c.ConfirmElectronicService(from_on=day("2026-05-01"), until_on=day("2027-05-01"), evidence=SCAN)
    now.having((HR, d0), (UNION, d0)).when(AUTHORITY, platform).then(e.ContractObjected)


def test_an_objection_in_time_holds_the_case_and_names_its_clauses() -> None:
    then = given(UNDER_REVIEW).on("2026-05-13").when(AUTHORITY, objecting_on("2026-05-13"))
    then.then(like(e.ContractObjected, external=False, withdraws_effect=False))
    assert then.after.case.step is Step.FILING
    (stuck,) = stuck_because(then.after.standing)
    assert stuck.reason is Reason.OBJECTED
    held = then.after.on("2026-05-14")
    held.when(CLOCK, c.CloseReview()).then_refused(Reason.OBJECTED)
    held.when(AUTHORITY, c.GiveNoObjection()).then_refused(Reason.OBJECTED)
    held.when(AUTHORITY, objecting(held.case)).then_refused(Reason.OBJECTED)


def test_an_objection_after_the_days_is_none() -> None:
    given(UNDER_REVIEW).on("2026-05-14").when(AUTHORITY, objecting_on("2026-05-14")).then_refused(
        Reason.OBJECTION_LATE, "HZ 40", by=day("2026-05-13")
    )


def test_an_objection_names_clauses_of_the_contract() -> None:
    other = c.ObjectToContract(clauses=(c.ObjectedClause(clause="x", article="ZJ 18"),), service=receipt("2026-05-08"))
    given(UNDER_REVIEW).when(AUTHORITY, other).then_refused(Reason.CLAUSE_UNKNOWN)


CLERICAL = c.NoteClerical(corrected_hash=OTHER_HASH)


def test_three_voices_call_it_clerical_and_signing_begins_on_the_corrected_text() -> None:
    two = given(OBJECTED).having((W1, CLERICAL), (E1, CLERICAL))
    assert two.case.filing.objected_on is not None
    two.when(W1, CLERICAL).then_refused(Reason.NOTHING_NEW)
    three = two.when(TOWN, CLERICAL).then(like(e.ClericalNoted, who="union_officer", complete=True)).after
    assert three.case.step is Step.FILING
    assert three.case.filing.objected_on is None
    three.when(W1, SIGN).then_refused(Reason.NOT_WHAT_WAS_VOTED)
    corrected = SIGN.model_copy(update={"document_hash": OTHER_HASH})
    signed = three.having((W1, corrected), (E1, corrected), (HR, filing()))
    assert signed.case.filing.refile == 1
    again = signed.on("2026-05-11").having((AUTHORITY, c.ReceiveFiling()))
    again.on("2026-05-27").when(CLOCK, c.CloseReview()).then(
        like(e.ContractInForce, in_force_from=day("2026-05-27")), e.StepTurned
    )


def test_the_three_voices_mean_the_same_text() -> None:
    one = given(OBJECTED).having((W1, CLERICAL))
    one.when(E1, c.NoteClerical(corrected_hash="f" * 64)).then_refused(Reason.CLERICAL_DIFFERS)
    for who in (W2, UNION, AUTHORITY):
        one.when(who, CLERICAL).then_refused(Reason.NOT_YOUR_SEAT)
    one.when(UNION, CLERICAL.model_copy(update={"on_paper": paper(E, "2026-05-08")})).then_refused(
        Reason.ON_PAPER_NOT_POSSIBLE
    )
    given(UNDER_REVIEW).when(W1, CLERICAL).then_refused(Reason.NOT_OBJECTED)


def test_the_voice_of_a_chief_who_is_replaced_falls_silent() -> None:
    one = given(OBJECTED).having((E1, CLERICAL))
    replaced = one.having(
        (
            HR,
            c.ReplaceRepresentative(
                old="e1", rep=rep("e4"), as_chief=True, chief_is=ChiefIs.PERSON_IN_CHARGE, evidence=SCAN
            ),
        )
    )
    assert "employer" not in replaced.case.filing.clerical


def test_otherwise_the_chiefs_go_back_to_the_table_and_the_changed_clauses_are_voted_anew() -> None:
    back = given(OBJECTED).when(W1, c.ReturnToTable())
    back.then(like(e.ReturnedToTable, side=W), turned(Step.FILING, Step.MEETING, "objected", round=2))
    now = back.after
    assert (now.case.back_because, now.case.filing.refile, now.case.filing.signed_last) == ("objected", 1, None)
    room = now.on("2026-05-11").having(
        (W1, c.ScheduleMeeting(plan=plan("2026-05-12"))), (E1, c.ScheduleMeeting(plan=plan("2026-05-12")))
    )
    session = room.on("2026-05-12T09:00").having(
        (RECORDER, c.ConfirmCheckIn(persons=("w1", "w2", "e1", "e2"))), (RECORDER, c.StartMeeting())
    )
    session.when(RECORDER, minutes()).then_refused(Reason.DRAFT_UNCHANGED_AFTER_FAILURE)
    changed = session.having(
        (E2, raise_of("6.5", clause_of(session.case, "T3"))), *agreeing("T3"), (RECORDER, minutes())
    )
    agreed = changed.having((W1, signed_minutes()), (E1, signed_minutes()), fixing())
    assert agreed.case.step is Step.CONGRESS
    due = running(agreed.case, agreed.law, "to_congress")
    assert due is not None
    assert due.start_on == day("2026-05-12")


def test_without_an_objection_nobody_returns_to_the_table() -> None:
    given(UNDER_REVIEW).when(W1, c.ReturnToTable()).then_refused(Reason.NOT_OBJECTED)
    given(OBJECTED).when(W2, c.ReturnToTable()).then_refused(Reason.NOT_YOUR_SEAT)
    given(OBJECTED).when(W1, SIGN).then_refused(Reason.OBJECTED)
    given(OBJECTED).when(E1, c.RefuseToSign()).then_refused(Reason.OBJECTED)


# --- outside the platform -----------------------------------------------------------------------------------------


def test_outside_the_fifteenth_day_only_opens_the_declarations() -> None:
    given(REVIEWED_OUTSIDE).on("2026-05-13").when(CLOCK, c.CloseReview()).then_refused(Reason.NOT_DUE)
    then = given(REVIEWED_OUTSIDE).on("2026-05-14").when(CLOCK, c.CloseReview())
    then.then(like(e.ConfirmationOpened, in_force_from=day("2026-05-14")))
    assert then.after.case.step is Step.FILING
    then.after.when(CLOCK, c.CloseReview()).then_refused(Reason.NOTHING_NEW)
    given(REVIEWED_OUTSIDE).when(W1, c.ConfirmNoObjection()).then_refused(Reason.CONFIRMATION_NOT_OPEN)


def test_both_say_none_and_it_is_in_force_from_day_sixteen() -> None:
    one = given(CONFIRMATION_OPEN).on("2026-05-18").when(W1, c.ConfirmNoObjection())
    one.then(like(e.NoObjectionConfirmed, side=W))
    one.after.when(W1, c.ConfirmNoObjection()).then_refused(Reason.ALREADY_DECLARED)
    one.after.when(HR, c.ConfirmNoObjection()).then(
        like(e.NoObjectionConfirmed, side=E),
        like(e.ContractInForce, why="declared", in_force_from=day("2026-05-14")),
        turned(Step.FILING, Step.PERFORMANCE),
    )
    given(CONFIRMATION_OPEN).when(UNION, c.ConfirmNoObjection()).then_refused(Reason.NOT_YOUR_SEAT)


@pytest.mark.parametrize(("on", "closes"), [("2026-05-21", False), ("2026-05-22", True)])
def test_one_says_none_and_the_other_is_silent_for_five_working_days(on: str, closes: bool) -> None:
    then = given(CONFIRMATION_OPEN).having((HR, c.ConfirmNoObjection())).on(on).when(CLOCK, c.CloseConfirmation())
    if closes:
        then.then(like(e.ContractInForce, why="declared", in_force_from=day("2026-05-14")), e.StepTurned)
    else:
        then.then_refused(Reason.NOT_DUE, by=day("2026-05-21"))


def test_nobodys_silence_declares_nothing() -> None:
    given(CONFIRMATION_OPEN).on("2026-06-30").when(CLOCK, c.CloseConfirmation()).then_refused(Reason.NOT_DUE)
    given(REVIEWED_OUTSIDE).when(CLOCK, c.CloseConfirmation()).then_refused(Reason.CONFIRMATION_NOT_OPEN)


def recorded(case: Negotiation, on: str = "2026-05-13") -> c.RecordObjection:
    return c.RecordObjection(
        clauses=(c.ObjectedClause(clause=clause_of(case, "T3"), article="ZJ 18"),), occurred_on=day(on), evidence=SCAN
    )


def test_an_objection_on_paper_in_time_stops_what_was_about_to_be_declared() -> None:
    now = given(CONFIRMATION_OPEN).having((HR, c.ConfirmNoObjection()))
    then = now.when(UNION, recorded(now.case)).then(like(e.ContractObjected, external=True, withdraws_effect=False))
    then.after.on("2026-06-01").when(CLOCK, c.CloseConfirmation()).then_refused(Reason.CONFIRMATION_NOT_OPEN)
    then.after.when(W1, c.ConfirmNoObjection()).then_refused(Reason.CONFIRMATION_NOT_OPEN)
    now.when(UNION, recorded(now.case, "2026-05-14")).then_refused(Reason.OBJECTION_LATE)
    now.when(UNION, recorded(now.case).model_copy(update={"evidence": None})).then_refused(Reason.EVIDENCE_MISSING)


def test_an_objection_dated_in_time_that_surfaces_late_sets_a_contract_in_force_back() -> None:
    now = given(IN_FORCE_OUTSIDE).on("2026-06-10")
    then = now.when(HR, recorded(now.case)).then(
        like(e.ContractObjected, withdraws_effect=True, entered_late=True),
        turned(Step.PERFORMANCE, Step.FILING, "effect_withdrawn", round=1),
    )
    case = then.after.case
    assert (case.step, case.filing.in_force_from) == (Step.FILING, None)
    then.after.when(W1, c.ReturnToTable()).then(e.ReturnedToTable, turned(Step.FILING, Step.MEETING, "objected"))


def test_what_is_signed_anew_is_published_anew() -> None:
    now = given(IN_FORCE_OUTSIDE).having((HR, c.PublishContract()), (UNION, c.ReportToUpperUnion())).on("2026-06-10")
    back = now.having((HR, recorded(now.case)))
    assert back.case.performance.published_on is None
    assert back.case.performance.reported_on is None


def test_in_the_platform_no_objection_comes_from_outside_and_an_old_contract_has_none() -> None:
    given(UNDER_REVIEW).when(HR, recorded(given(UNDER_REVIEW).case, "2026-04-28")).then_refused(Reason.NOT_THIS_CHANNEL)
    given(IN_FORCE).when(HR, recorded(given(IN_FORCE).case, "2026-04-28")).then_refused(Reason.NOT_THIS_CHANNEL)
    from_outside = c.RecordObjection(clauses=(c.ObjectedClause(clause="x", article="ZJ 18"),), evidence=SCAN)
    given(REGISTERED).when(UNION, from_outside).then_refused(Reason.NOT_THIS_CHANNEL)


def test_the_next_filing_has_its_own_fifteen_days_noted_anew() -> None:
    noted = given(UNDER_REVIEW).on("2026-05-13").having((CLOCK, c.NoteDeadline(timer="review", mark="T0")))
    objected = noted.having(
        (AUTHORITY, objecting_on("2026-05-13")), (W1, CLERICAL), (E1, CLERICAL), (DISTRICT, CLERICAL)
    )
    corrected = SIGN.model_copy(update={"document_hash": OTHER_HASH})
    again = objected.on("2026-05-14").having(
        (W1, corrected), (E1, corrected), (HR, filing()), (AUTHORITY, c.ReceiveFiling())
    )
    again.on("2026-05-29").when(CLOCK, c.NoteDeadline(timer="review", mark="T0")).then(
        like(e.FilingDeadlineNoted, latest=day("2026-05-29"))
    )


def test_a_step_in_force_is_published_next() -> None:
    assert given(PUBLISHED).case.filing.in_force_from == day("2026-05-14")
    assert draft(given(PUBLISHED).case) == given(PUBLISHED).case.filing.document_hash


def test_in_shanghai_a_contract_is_filed_with_four_papers() -> None:
    there = replace(given(SIGNED), law=law("cn-shanghai"))
    there.when(HR, filing()).then_refused(Reason.FILING_INCOMPLETE, "SH 23")
