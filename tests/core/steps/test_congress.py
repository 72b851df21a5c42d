"""Step 7: the congress votes in secret on the draft: two thirds there, more than half of all for it (HZ 28; HZ 33)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as put

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.gate import stuck_because
from cloudnego.core.pack import Majority
from cloudnego.core.refusals import Reason
from cloudnego.core.steps import congress
from cloudnego.core.vocabulary import (
    CLOCK,
    Held,
    Kind,
    Mode,
    Step,
    Stream,
)
from tests.core.situations import (
    AGREED,
    ATTEST,
    BALLOT_COUNTED,
    BALLOT_FAILED,
    CONVENED,
    DRAFT_FIXED,
    FIRMS_READY_TO_VOTE,
    METHOD,
    READY_TO_VOTE,
    REGIONAL_READY_TO_VOTE,
    SUBMITTED,
    VOTED,
)
from tests.given import (
    BODY_AS_ORGAN,
    E1,
    FIRM_UNION,
    HR,
    LEGAL,
    OTHER_HASH,
    S1,
    S2,
    SCAN,
    TOWN_AS_ORGAN,
    UNION,
    W1,
    E,
    Given,
    Said,
    W,
    ballot,
    day,
    draft,
    given,
    law,
    like,
    paper,
    submitting,
    turned,
)

SUBMIT = submitting(given(DRAFT_FIXED).case)


def convening(on: str = "2026-04-10", **said: object) -> c.ConveneCongress:
    return c.ConveneCongress.model_validate({"day": day(on), "held": "gathering", "total": 40, **said})


# --- submission ---------------------------------------------------------------------------------------------------


def test_the_enterprise_submits_the_draft_that_was_fixed() -> None:
    given(DRAFT_FIXED).when(E1, SUBMIT).then(like(e.DraftSubmitted, side=E))
    for who in (HR, LEGAL):  # they do not see what they would submit
        given(DRAFT_FIXED).when(who, SUBMIT).then_refused(Reason.NOT_YOUR_SEAT)
    given(DRAFT_FIXED).when(E1, SUBMIT.model_copy(update={"draft_hash": OTHER_HASH})).then_refused(Reason.DRAFT_CHANGED)
    given(SUBMITTED).when(E1, SUBMIT).then_refused(Reason.DRAFT_SUBMITTED)
    given(AGREED).when(E1, SUBMIT).then_refused(Reason.NOT_IN_THIS_STEP)


def test_the_union_submits_only_a_compiled_text_that_stood() -> None:
    given(DRAFT_FIXED).when(W1, SUBMIT).then_refused(Reason.NOT_YOUR_SEAT, "ZJDM 16", side=E)
    stood = given(AGREED).on("2026-04-07").having((CLOCK, c.LetDraftStand()))
    stood.when(W1, SUBMIT).then(like(e.DraftSubmitted, side=W))
    stood.when(UNION, SUBMIT).then_refused(Reason.NOT_YOUR_SEAT)


def test_a_draft_is_not_submitted_before_it_was_agreed() -> None:
    early = SUBMIT.model_copy(update={"occurred_on": day("2026-03-30"), "evidence": SCAN})
    given(DRAFT_FIXED).when(E1, early).then_refused(Reason.BEFORE_ITS_GROUND, ground="2026-03-31")


def test_the_submission_of_an_enterprise_without_an_account_comes_from_its_paper() -> None:
    given(DRAFT_FIXED).when(UNION, SUBMIT.model_copy(update={"on_paper": paper(E, "2026-03-31")})).then(
        like(e.DraftSubmitted, side=E, from_paper=True)
    )


# --- convening ----------------------------------------------------------------------------------------------------


def test_the_union_convenes_once_and_after_the_submission() -> None:
    given(SUBMITTED).when(UNION, convening()).then(like(e.CongressConvened, total=40)).then_no_warning()
    given(SUBMITTED).when(HR, convening()).then_refused(Reason.NOT_YOUR_SEAT)
    given(SUBMITTED).when(UNION, convening("2026-03-31")).then_refused(Reason.BEFORE_ITS_GROUND)
    given(CONVENED).when(UNION, convening("2026-04-11")).then_refused(Reason.CONGRESS_CONVENED)
    given(DRAFT_FIXED).when(UNION, convening()).then_refused(Reason.DRAFT_NOT_SUBMITTED)


def test_all_delegates_of_the_roll_count() -> None:
    given(SUBMITTED).when(UNION, convening(total=39)).then_refused(Reason.TOTAL_NOT_THE_ROLL, total=39, roll=40)
    given(SUBMITTED).when(UNION, convening(form="general_meeting", total=40)).then_refused(Reason.TOTAL_NOT_THE_ROLL)


def test_a_general_meeting_of_a_hundred_and_more_is_a_warning() -> None:
    given(SUBMITTED).when(UNION, convening(form="general_meeting", total=120)).then_warned(
        Reason.TOO_MANY_FOR_GENERAL_MEETING, "ZJDM 7", below=100
    )


def test_a_congress_after_its_term_is_a_warning() -> None:
    case = given(SUBMITTED).case
    assert case.roll is not None
    now = given(SUBMITTED).with_state(roll=put(case.roll, term_until=day("2026-04-09")))
    now.when(UNION, convening()).then_warned(Reason.CONGRESS_TERM_OVER, "ZJDM 14")
    now.when(UNION, convening("2026-04-09")).then_not_warned(Reason.CONGRESS_TERM_OVER)


def test_under_ten_voters_there_is_a_plain_warning() -> None:
    case = given(SUBMITTED).case
    assert case.roll is not None
    for n, warned in ((9, True), (10, False)):
        now = given(SUBMITTED).with_state(roll=put(case.roll, delegates=n))
        then = now.when(UNION, convening(total=n))
        if warned:
            then.then_warned(Reason.UNDER_TEN_VOTERS, n=9)
        else:
            then.then_not_warned(Reason.UNDER_TEN_VOTERS)


def test_the_method_is_adopted_once_with_two_scrutineers_who_are_no_chiefs() -> None:
    given(CONVENED).when(UNION, METHOD).then(like(e.VotingMethodAdopted, ballot="paper"))
    given(READY_TO_VOTE).when(UNION, METHOD).then_refused(Reason.METHOD_ADOPTED)
    given(SUBMITTED).when(UNION, METHOD).then_refused(Reason.CONGRESS_NOT_CONVENED)
    one = METHOD.model_copy(update={"scrutineers": ("s1", "s1")})
    given(CONVENED).when(UNION, one).then_refused(Reason.TOO_FEW_SCRUTINEERS, least=2)
    for chief in ("w1", "e1"):
        with_chief = METHOD.model_copy(update={"scrutineers": ("s1", chief)})
        given(CONVENED).when(UNION, with_chief).then_refused(Reason.SCRUTINEER_IS_CHIEF, "ZJDM 15")


def test_the_draft_is_sent_to_the_delegates_once() -> None:
    given(SUBMITTED).when(UNION, c.SendCongressMaterials()).then(e.CongressMaterialsSent)
    given(CONVENED).when(UNION, c.SendCongressMaterials()).then_refused(Reason.MATERIALS_SENT)
    given(DRAFT_FIXED).when(UNION, c.SendCongressMaterials()).then_refused(Reason.DRAFT_NOT_SUBMITTED)


# --- the ballot ---------------------------------------------------------------------------------------------------


def _with(total: int) -> Given:
    """Ready to vote with this many delegates."""
    case = given(READY_TO_VOTE).case
    return given(READY_TO_VOTE).with_state(congress=put(case.congress, total=total))


@pytest.mark.parametrize(
    ("total", "present", "yes", "result"),
    [
        (9, 6, 5, "passed"),
        (9, 6, 4, "failed"),
        (9, 5, 5, "no_quorum"),
        (31, 21, 16, "passed"),
        (31, 21, 15, "failed"),
        (31, 20, 20, "no_quorum"),
        (40, 27, 21, "passed"),
        (40, 30, 20, "failed"),
        (40, 26, 26, "no_quorum"),
    ],
)
def test_two_thirds_there_and_more_than_half_of_all_for_it(total: int, present: int, yes: int, result: str) -> None:
    then = _with(total).when(UNION, ballot(yes, 0, present=present))
    then.then(like(e.BallotRecorded, total=total, result=result, needed=total // 2 + 1))


def test_twenty_of_forty_pass_where_half_or_more_is_enough() -> None:
    there = replace(given(READY_TO_VOTE), law=law("cn-shanghai"))
    there.when(UNION, ballot(20, 0, present=30)).then(like(e.BallotRecorded, result="passed", needed=20))
    there.when(UNION, ballot(19, 0, present=30)).then(like(e.BallotRecorded, result="failed"))


@pytest.mark.parametrize(
    "change",
    [{"present": 41}, {"issued": 39}, {"returned": 39}, {"yes": 31}, {"spoiled": 1}],
)
def test_counts_that_are_not_possible(change: dict[str, int]) -> None:
    said = ballot(30, 8)(given(READY_TO_VOTE).case).model_copy(update=change)
    given(READY_TO_VOTE).when(UNION, said).then_refused(Reason.COUNTS_DO_NOT_ADD_UP, "ZJDM 15")


def test_papers_that_were_not_handed_back_are_accounted_for() -> None:
    said = ballot(30, 6)(given(READY_TO_VOTE).case).model_copy(
        update={"present": 39, "issued": 38, "returned": 37, "spoiled": 1}
    )
    given(READY_TO_VOTE).when(UNION, said).then(like(e.BallotRecorded, result="passed"))


def test_the_ballot_is_on_the_draft_that_was_fixed_on_the_day_and_with_the_scan() -> None:
    said = ballot(30, 8)(given(READY_TO_VOTE).case)
    given(READY_TO_VOTE).when(UNION, said.model_copy(update={"draft_hash": OTHER_HASH})).then_refused(
        Reason.DRAFT_CHANGED, "HZ 28"
    )
    given(READY_TO_VOTE).when(UNION, said.model_copy(update={"evidence": None})).then_refused(Reason.EVIDENCE_MISSING)
    given(READY_TO_VOTE).on("2026-04-13").when(
        UNION, said.model_copy(update={"occurred_on": day("2026-04-09")})
    ).then_refused(Reason.BEFORE_ITS_GROUND, ground="2026-04-10")
    given(READY_TO_VOTE).when(HR, said).then_refused(Reason.NOT_YOUR_SEAT)
    given(CONVENED).on("2026-04-10").when(UNION, said).then_refused(Reason.METHOD_NOT_ADOPTED)
    given(BALLOT_COUNTED).when(UNION, said).then_refused(Reason.BALLOT_RECORDED)


def test_short_notice_of_the_materials_is_a_warning_at_a_first_ballot_only() -> None:
    now = given(SUBMITTED).having((UNION, convening("2026-04-07")), (UNION, c.SendCongressMaterials()), "2026-04-07")
    ready = now.having((UNION, METHOD))
    ready.when(UNION, ballot(30)).then_warned(Reason.MATERIALS_SHORT_NOTICE, days=7)
    ready.with_state(round=2).when(UNION, ballot(30)).then_not_warned(Reason.MATERIALS_SHORT_NOTICE)
    given(READY_TO_VOTE).when(UNION, ballot(30)).then_no_warning()


def test_two_scrutineers_make_the_result_valid_and_passed_turns_to_signing() -> None:
    one = given(BALLOT_COUNTED).when(S1, c.AttestBallot(correct=True)).then(like(e.BallotAttested, result=None)).after
    assert one.case.step is Step.CONGRESS
    assert one.case.ballots == ()
    one.when(S1, c.AttestBallot(correct=True)).then_refused(Reason.ALREADY_ATTESTED)
    two = one.when(S2, c.AttestBallot(correct=True, remark="无误"))
    two.then(like(e.BallotAttested, result="passed"), turned(Step.CONGRESS, Step.FILING, mode="in_person"))


def test_a_scrutineer_who_rejects_the_counts_voids_them_and_they_are_entered_anew() -> None:
    rejected = given(BALLOT_COUNTED).having(ATTEST[0]).when(S2, c.AttestBallot(correct=False, remark="多一票"))
    rejected.then(like(e.BallotAttested, voided=True, result=None))
    again = rejected.after.when(UNION, ballot(29, 8)).then(e.BallotRecorded).after
    assert again.having(*ATTEST).case.step is Step.FILING


def test_only_scrutineers_attest_and_only_counts_that_stand() -> None:
    given(BALLOT_COUNTED).when(UNION, c.AttestBallot(correct=True)).then_refused(Reason.NOT_YOUR_SEAT)
    given(READY_TO_VOTE).when(S1, c.AttestBallot(correct=True)).then_refused(Reason.NOTHING_TO_ATTEST)


def test_without_a_quorum_the_congress_is_convened_anew_and_no_step_turns() -> None:
    short = given(READY_TO_VOTE).having((UNION, ballot(20, 0, present=26)), ATTEST[0])
    then = short.when(S2, c.AttestBallot(correct=True)).then(like(e.BallotAttested, result="no_quorum"))
    assert (then.after.case.step, then.after.case.round) == (Step.CONGRESS, 1)
    (stuck,) = stuck_because(then.after.standing)
    assert stuck.reason is Reason.CONGRESS_NOT_CONVENED
    again = then.after.having(
        (UNION, convening("2026-04-14")), "2026-04-14", (UNION, ballot(30, 0, present=30)), *ATTEST
    )
    assert again.case.step is Step.FILING
    assert [b.result for b in again.case.ballots] == ["no_quorum", "passed"]


def test_a_failed_ballot_goes_back_to_the_meeting_and_both_ballots_are_kept() -> None:
    then = given(READY_TO_VOTE).having((UNION, ballot(20, 10)), ATTEST[0]).when(S2, c.AttestBallot(correct=True))
    then.then(like(e.BallotAttested, result="failed"), turned(Step.CONGRESS, Step.MEETING, "failed", round=2))
    assert [b.result for b in then.after.case.ballots] == ["failed"]
    assert given(BALLOT_FAILED).case.step_modes[Step.CONGRESS] is Mode.IN_PERSON


def test_a_congress_held_apart_is_no_gathering() -> None:
    now = given(SUBMITTED).having((UNION, convening(held=Held.DISPERSED)), "2026-04-10", (UNION, METHOD))
    now.having((UNION, ballot(30)), ATTEST[0]).when(*ATTEST[1]).then(
        e.BallotAttested, turned(Step.CONGRESS, Step.FILING, mode="online")
    )


def test_the_ballot_of_a_case_that_has_passed_is_not_repeated() -> None:
    given(VOTED).when(UNION, c.SendCongressMaterials()).then_refused(Reason.NOT_IN_THIS_STEP)


# --- regional -----------------------------------------------------------------------------------------------------


def test_a_regional_congress_passes_with_half_of_all_and_the_rest_is_advice() -> None:
    now = given(REGIONAL_READY_TO_VOTE)
    then = now.when(TOWN_AS_ORGAN, ballot(20, 2, present=25))
    then.then(like(e.BallotRecorded, result="passed", needed=20))
    then.then_warned(Reason.QUORUM_ADVISED, "ZJDM 15", n=25, of=40).then_warned(Reason.MAJORITY_ADVISED, n=20, of=40)
    now.when(TOWN_AS_ORGAN, ballot(19, 6)).then(like(e.BallotRecorded, result="failed"))
    now.when(TOWN_AS_ORGAN, ballot(21, 6)).then_not_warned(Reason.MAJORITY_ADVISED).then_not_warned(
        Reason.QUORUM_ADVISED
    )


def firm(n: int, yes: int, **said: object) -> c.RecordCoveredBallot:
    return c.RecordCoveredBallot.model_validate(
        {
            "enterprise": f"firm{n}",
            "secret": True,
            "total": 20,
            "present": 18,
            "yes": yes,
            "scrutineers": ("a", "b"),
            "evidence": SCAN,
            **said,
        }
    )


def test_the_union_of_a_covered_enterprise_enters_its_own_count_and_no_other() -> None:
    now = given(FIRMS_READY_TO_VOTE)
    now.when(FIRM_UNION, firm(1, 12)).then(like(e.CoveredBallotRecorded, enterprise="firm1"))
    now.when(FIRM_UNION, firm(2, 12)).then_refused(Reason.NOT_YOUR_SEAT, "HZ 32", side=W)
    now.when(FIRM_UNION, ballot(30)).then_refused(Reason.NOT_YOUR_SEAT)


def accepting(n: int) -> Said:
    """The legal representative of a firm accepts the draft."""
    return lambda case: c.RecordAcceptance(enterprise=f"firm{n}", draft_hash=draft(case), evidence=SCAN)


def test_in_shanghai_only_firms_whose_legal_representative_accepts_the_draft_vote_on_it() -> None:
    now = replace(given(FIRMS_READY_TO_VOTE), law=law("cn-shanghai"))
    now.when(TOWN_AS_ORGAN, firm(1, 12)).then_refused(Reason.DRAFT_NOT_ACCEPTED, "SH 28", side=E, n=3)
    now.when(TOWN_AS_ORGAN, ballot(24)).then_refused(Reason.DRAFT_NOT_ACCEPTED, n=3)
    accepted = now.when(BODY_AS_ORGAN, accepting(1)).then(like(e.DraftAccepted, enterprise="firm1", side=E)).after
    accepted.when(BODY_AS_ORGAN, accepting(1)).then_refused(Reason.NOTHING_NEW)
    accepted.when(BODY_AS_ORGAN, accepting(9)).then_refused(Reason.COVERED_UNKNOWN)
    accepted.when(TOWN_AS_ORGAN, firm(2, 12)).then_refused(Reason.DRAFT_NOT_ACCEPTED)
    voted = accepted.having((TOWN_AS_ORGAN, firm(1, 12)))
    voted.when(TOWN_AS_ORGAN, ballot(12, present=20)).then(like(e.BallotRecorded, result="passed"))


def test_in_shanghai_one_congress_votes_for_all_only_when_all_legal_representatives_accept() -> None:
    now = replace(given(REGIONAL_READY_TO_VOTE), law=law("cn-shanghai"))
    two = now.having((BODY_AS_ORGAN, accepting(1)), (BODY_AS_ORGAN, accepting(2)))
    two.when(TOWN_AS_ORGAN, ballot(30)).then_refused(Reason.DRAFT_NOT_ACCEPTED, "SH 30", n=1)
    two.having((BODY_AS_ORGAN, accepting(3))).when(TOWN_AS_ORGAN, ballot(30)).then(e.BallotRecorded)


def test_elsewhere_nobody_asks_the_legal_representatives() -> None:
    given(FIRMS_READY_TO_VOTE).when(BODY_AS_ORGAN, accepting(1)).then_refused(Reason.NO_ACCEPTANCE_WANTED, "HZ 33")


def test_the_congress_is_handed_the_text_that_was_agreed() -> None:
    then = given(DRAFT_FIXED).when(E1, SUBMIT)
    (event,) = then.events
    assert isinstance(event, e.DraftSubmitted)
    assert {x.head for x in event.clauses} == {"T2", "T3"}
    assert "工资总额增长6%" in (event.words or {}).values()
    assert event.stream is Stream.NOTICE, "every worker reads it, and the authority"
    first, second = SUBMIT.clauses
    for clauses in ((first,), (first, first), (first, second.model_copy(update={"prose": "工资总额增长60%"}))):
        other = SUBMIT.model_copy(update={"clauses": clauses})
        given(DRAFT_FIXED).when(E1, other).then_refused(Reason.DRAFT_CHANGED, "HZ 28")


@pytest.mark.parametrize(("voters", "stream"), [(9, Stream.FILING), (10, Stream.NOTICE)])
def test_the_counts_of_under_ten_voters_are_not_for_all_to_see(voters: int, stream: Stream) -> None:
    now = _with(voters)
    (event,) = now.when(UNION, ballot(voters)).events
    assert event.stream is stream


def test_a_covered_firm_of_few_voters_is_warned_too() -> None:
    few = firm(1, 5, total=5, present=5)
    then = given(FIRMS_READY_TO_VOTE).when(TOWN_AS_ORGAN, few).then_warned(Reason.UNDER_TEN_VOTERS, n=5)
    assert then.events[0].stream is Stream.FILING


def test_where_those_that_passed_are_bound_the_others_are_not() -> None:
    """经本企业全体职工代表或者全体职工过半数通过 (SD 35)."""
    now = replace(given(FIRMS_READY_TO_VOTE), law=law("cn-shandong")).having(
        (TOWN_AS_ORGAN, firm(1, 12)), (TOWN_AS_ORGAN, firm(2, 5)), (TOWN_AS_ORGAN, firm(3, 12)),
        (TOWN_AS_ORGAN, ballot(29, present=40)), *ATTEST,
    )  # fmt: skip
    assert [x.enterprise for x in now.case.covers] == ["firm1", "firm3"]
    all_of_them = replace(given(FIRMS_READY_TO_VOTE), law=law()).having(
        *((TOWN_AS_ORGAN, firm(n, 12)) for n in (1, 2, 3)), (TOWN_AS_ORGAN, ballot(36, present=40)), *ATTEST
    )
    assert len(all_of_them.case.covers) == 3


def test_a_show_of_hands_is_no_ballot() -> None:
    open_vote = given(READY_TO_VOTE).case
    shown = ballot(30)(open_vote).model_copy(update={"secret": False})
    given(READY_TO_VOTE).when(UNION, shown).then_refused(Reason.NOT_SECRET, "ZJDM 15")
    given(FIRMS_READY_TO_VOTE).when(TOWN_AS_ORGAN, firm(1, 12, secret=False)).then_refused(Reason.NOT_SECRET)


def test_ending_a_contract_early_takes_the_majority_its_text_names() -> None:
    """解除…经全体职工代表或者全体职工过半数通过 (SD 41), were it otherwise for a new contract."""
    opened = given(READY_TO_VOTE).case.opened
    assert opened is not None
    shandong = law("cn-shandong")
    half = put(shandong.pack, congress=put(shandong.pack.congress, passes=Majority.HALF_OR_MORE))
    now = replace(given(READY_TO_VOTE), law=put(shandong, pack=half))
    assert congress.majority(now.standing) is Majority.HALF_OR_MORE
    ends = now.with_state(opened=opened.model_copy(update={"kind": Kind.TERMINATION}))
    assert congress.majority(ends.standing) is Majority.MORE_THAN_HALF


def test_firm_by_firm_each_covered_firm_votes_before_the_whole_is_counted() -> None:
    now = given(FIRMS_READY_TO_VOTE)
    now.when(TOWN_AS_ORGAN, ballot(30)).then_refused(Reason.COVERED_BALLOTS_MISSING, "HZ 33", n=3)
    now.when(TOWN_AS_ORGAN, firm(1, 10)).then(like(e.CoveredBallotRecorded, passed=True))
    now.when(TOWN_AS_ORGAN, firm(1, 9)).then(like(e.CoveredBallotRecorded, passed=False))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"enterprise": "firm9"}, Reason.COVERED_UNKNOWN),
        ({"present": 21}, Reason.COUNTS_DO_NOT_ADD_UP),
        ({"yes": 19}, Reason.COUNTS_DO_NOT_ADD_UP),
        ({"scrutineers": ("a", "a")}, Reason.COUNTS_DO_NOT_ADD_UP),
        ({"evidence": None}, Reason.EVIDENCE_MISSING),
    ],
)
def test_the_vote_of_a_firm_that_does_not_hold(said: dict[str, object], reason: Reason) -> None:
    given(FIRMS_READY_TO_VOTE).when(TOWN_AS_ORGAN, firm(1, 12).model_copy(update=said)).then_refused(reason)


def test_the_same_vote_of_a_firm_again_is_nothing_new_and_a_joint_ballot_has_none() -> None:
    now = given(FIRMS_READY_TO_VOTE).having((TOWN_AS_ORGAN, firm(1, 12)))
    now.when(TOWN_AS_ORGAN, firm(1, 12)).then_refused(Reason.NOTHING_NEW)
    given(REGIONAL_READY_TO_VOTE).when(TOWN_AS_ORGAN, firm(1, 12)).then_refused(Reason.NOT_PER_ENTERPRISE, "HZ 33")


@pytest.mark.parametrize(
    ("pack", "third", "result"),
    [
        ("cn-hangzhou", 12, "passed"),
        ("cn-hangzhou", 5, "failed"),
        ("cn-shanghai", 5, "passed"),
        ("cn-hangzhou", 10, "passed"),
    ],
)
def test_every_covered_firm_passes_in_hangzhou_those_that_did_in_shanghai(pack: str, third: int, result: str) -> None:
    now = replace(given(FIRMS_READY_TO_VOTE), law=law(pack))
    if pack == "cn-shanghai":
        now = now.having(*((BODY_AS_ORGAN, accepting(n)) for n in (1, 2, 3)))
    now = now.having((TOWN_AS_ORGAN, firm(1, 12)), (TOWN_AS_ORGAN, firm(2, 12)), (TOWN_AS_ORGAN, firm(3, third)))
    now.when(TOWN_AS_ORGAN, ballot(23 + third, present=40)).then_refused(Reason.COUNTS_DO_NOT_ADD_UP)
    now.when(TOWN_AS_ORGAN, ballot(24 + third, present=40)).then(like(e.BallotRecorded, result=result))
