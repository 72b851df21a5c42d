"""Step 1: how each side's representatives come about (HZ 16-22; domain §1.3 S1)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as put

from cloudnego.core import benches
from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.moment import seats_of
from cloudnego.core.refusals import Reason
from cloudnego.core.steps.representatives import run_off
from cloudnego.core.vocabulary import ChiefIs, Held, Seat, Step
from tests.core.situations import (
    ALL_THERE,
    CANDIDATES,
    CANDIDATES_NAMED,
    ELECTED,
    EMPLOYER_AHEAD,
    EMPLOYERS_LIST,
    OFFER,
    OFFER_SERVED,
    OPENED,
    OPENED_BY_EMPLOYER,
    REGIONAL_NOTHING,
    REGIONAL_READY_TO_VOTE,
    ROLL,
    ROLL_KEPT,
    SHANGHAI_OPENED,
    TOPICS_READY,
    VOTES_COUNTED,
    WITHOUT_UNION,
    WORKER_LIST_READY,
    WORKERS_ACCEPT,
    appointed,
    duty,
    election,
    on_register,
    published,
    regional,
    votes,
)
from tests.given import (
    AUTHORITY,
    E1,
    E2,
    E3,
    HR,
    LEGAL,
    S1,
    S2,
    SCAN,
    TOWN,
    TOWN_AS_ORGAN,
    UNION,
    W1,
    W2,
    W3,
    E,
    Given,
    Situation,
    W,
    day,
    given,
    law,
    like,
    member,
    paper,
    rep,
    reps,
    turned,
)

ATTESTED = ((S1, c.AttestElection(correct=True)), (S2, c.AttestElection(correct=True)))


# --- the delegate roll --------------------------------------------------------------------------------------------


def test_the_union_keeps_the_roll_of_delegates() -> None:
    then = (
        given(OPENED).when(UNION, ROLL).then(like(e.DelegateRollRecorded, delegates=40, workers=120)).then_no_warning()
    )
    assert then.after.case.roll is not None


def test_the_same_roll_twice_is_nothing_new() -> None:
    given(ROLL_KEPT).when(UNION, ROLL).then_refused(Reason.NOTHING_NEW)


def test_one_delegate_for_another_is_a_new_roll_even_with_the_same_numbers() -> None:
    other = ROLL.model_copy(update={"roll_hash": "e" * 64, "reason": "一名代表离职"})
    given(ROLL_KEPT).when(UNION, other).then(like(e.DelegateRollRecorded, roll_hash="e" * 64))


def test_a_roll_has_no_more_delegates_than_workers() -> None:
    more = ROLL.model_copy(update={"delegates": 121})
    given(OPENED).when(UNION, more).then_refused(Reason.COUNTS_DO_NOT_ADD_UP, "ZJDM 10")


@pytest.mark.parametrize(
    ("workers", "least"),
    [(80, 30), (99, 30), (100, 40), (101, 40), (180, 40), (250, 47), (999, 96), (1000, 100), (1001, 100), (2600, 120),
     (4999, 160), (5000, 200)],
)  # fmt: skip
def test_too_small_a_roll_is_a_warning_by_the_bands_of_zjdm_10(workers: int, least: int) -> None:
    enough = c.RecordDelegateRoll(delegates=least, workers=workers, roll_hash="a" * 64)
    given(OPENED).when(UNION, enough).then_not_warned(Reason.TOO_FEW_DELEGATES)
    short = enough.model_copy(update={"delegates": least - 1})
    given(OPENED).when(UNION, short).then_warned(Reason.TOO_FEW_DELEGATES, "ZJDM 10", n=least - 1, least=least)


def test_more_managers_than_a_fifth_of_the_delegates_is_a_warning() -> None:
    given(OPENED).when(UNION, ROLL.model_copy(update={"managers": 9})).then_warned(Reason.TOO_MANY_MANAGERS, "ZJDM 11")


def test_an_expired_congress_is_a_warning() -> None:
    over = ROLL.model_copy(update={"term_until": day("2026-01-11")})
    given(OPENED).when(UNION, over).then_warned(Reason.CONGRESS_TERM_OVER, "ZJDM 14", until="2026-01-11")
    last_day = ROLL.model_copy(update={"term_until": day("2026-01-12")})
    given(OPENED).when(UNION, last_day).then_not_warned(Reason.CONGRESS_TERM_OVER)


# --- candidates ---------------------------------------------------------------------------------------------------


def test_the_union_names_the_candidates_and_the_scrutineers() -> None:
    given(ROLL_KEPT).when(UNION, CANDIDATES).then(like(e.CandidatesProposed, chief="w1", seats=3))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"candidates": reps("w1", "w2", "w2")}, Reason.TWICE_ON_LIST),
        ({"chief": "w9"}, Reason.CHIEF_NOT_ON_LIST),
        ({"candidates": (*reps("w1", "w2"), rep("x1", outside=True))}, Reason.OUTSIDERS_NOT_ALLOWED),
        ({"seats": 4}, Reason.TOO_FEW_CANDIDATES),
        ({"scrutineers": ("s1", "w2")}, Reason.SCRUTINEER_IS_CANDIDATE),
        ({"scrutineers": ("s1", "s1")}, Reason.TOO_FEW_SCRUTINEERS),
    ],
)
def test_candidates_that_cannot_stand(change: dict[str, object], reason: Reason) -> None:
    given(ROLL_KEPT).when(UNION, CANDIDATES.model_copy(update=change)).then_refused(reason)


def test_nobody_stands_for_the_workers_who_sits_for_the_employer() -> None:
    with_e1 = CANDIDATES.model_copy(update={"candidates": reps("w1", "w2", "e1")})
    given(EMPLOYER_AHEAD).when(UNION, with_e1).then_refused(Reason.ON_BOTH_SIDES, "ZJ 10", "N2004 24")


def test_candidates_may_be_named_anew_before_the_vote_but_not_the_same() -> None:
    given(CANDIDATES_NAMED).when(UNION, CANDIDATES).then_refused(Reason.NOTHING_NEW)
    given(CANDIDATES_NAMED).when(UNION, CANDIDATES.model_copy(update={"candidates": reps("w1", "w2", "w4")})).then(
        e.CandidatesProposed
    )


def test_no_new_candidates_while_counts_wait_for_attestation() -> None:
    given(VOTES_COUNTED).when(UNION, CANDIDATES).then_refused(Reason.ELECTION_UNATTESTED)


# --- the vote -----------------------------------------------------------------------------------------------------


def test_more_than_half_of_all_delegates_elects_and_two_scrutineers_make_it_valid() -> None:
    counted = given(CANDIDATES_NAMED).on("2026-01-20").when(UNION, election(present=27, w2=21, w3=21))
    counted.then(like(e.ElectionRecorded, round=1, needed=21, quorum=True, elected=("w2", "w3"), open_seats=0))
    once = counted.after.when(S1, c.AttestElection(correct=True)).then(
        like(e.ElectionAttested, complete=False, settled=False)
    )
    assert once.after.case.benches.worker.chief is None
    twice = once.after.when(S2, c.AttestElection(correct=True)).then(
        like(e.ElectionAttested, complete=True, settled=True, chosen=("w1", "w2", "w3"))
    )
    bench = twice.after.case.benches.worker
    assert (bench.chief, bench.chosen_on) == ("w1", day("2026-01-20"))
    assert [r.person for r in bench.seated] == ["w1", "w2", "w3"]


@pytest.mark.parametrize(("of_all", "just_enough"), [(9, 5), (31, 16), (40, 21)])
def test_a_candidate_needs_more_than_half_of_all_not_of_those_present(of_all: int, just_enough: int) -> None:
    roll = c.RecordDelegateRoll(delegates=of_all, workers=120, roll_hash="a" * 64)
    now = given(OPENED).having((UNION, roll), (UNION, CANDIDATES))
    then = now.when(UNION, election(present=of_all, total=of_all, w2=just_enough, w3=just_enough - 1))
    then.then(like(e.ElectionRecorded, needed=just_enough, elected=("w2",), open_seats=1))


@pytest.mark.parametrize(("of_all", "quorum"), [(9, 6), (31, 21), (40, 27)])
def test_two_thirds_of_all_must_be_there(of_all: int, quorum: int) -> None:
    roll = c.RecordDelegateRoll(delegates=of_all, workers=120, roll_hash="a" * 64)
    now = given(OPENED).having((UNION, roll), (UNION, CANDIDATES))
    now.when(UNION, election(present=quorum, total=of_all, w2=quorum, w3=quorum)).then(
        like(e.ElectionRecorded, quorum=True, elected=("w2", "w3"))
    )
    now.when(UNION, election(present=quorum - 1, total=of_all, w2=quorum - 1, w3=quorum - 1)).then(
        like(e.ElectionRecorded, quorum=False, elected=())
    )


def test_seats_left_open_go_to_a_second_round_of_those_not_yet_elected() -> None:
    first = given(CANDIDATES_NAMED).having((UNION, election(w2=30, w3=20)), *ATTESTED)
    assert first.case.election.chosen == ("w2",)
    assert first.case.benches.worker.chief is None
    first.when(UNION, election(w2=30, w3=30)).then_refused(Reason.COUNTS_DO_NOT_ADD_UP)
    second = first.when(UNION, election(w3=25)).then(like(e.ElectionRecorded, round=2, elected=("w3",), open_seats=0))
    assert second.after.having(*ATTESTED).case.benches.worker.chief == "w1"


def test_who_ties_for_the_last_seat_goes_to_a_run_off_and_nobody_else() -> None:
    five = CANDIDATES.model_copy(update={"candidates": reps("w1", "w2", "w3", "w4", "w5")})
    tied = given(ROLL_KEPT).having((UNION, five)).when(UNION, election(w2=30, w3=23, w4=23))
    tied.then(like(e.ElectionRecorded, elected=("w2",), open_seats=1))
    assert run_off(tied.after.case.election) == [], "nothing is so before two confirmed it"
    again = tied.after.having(*ATTESTED)
    assert run_off(again.case.election) == ["w3", "w4"]
    again.when(UNION, election(w5=30)).then_refused(Reason.COUNTS_DO_NOT_ADD_UP)
    once_more = again.having((UNION, election(w3=20, w4=18)), ATTESTED[0], (S2, c.AttestElection(correct=False)))
    assert run_off(once_more.case.election) == ["w3", "w4"], "counts that were rejected changed nothing"
    decided = once_more.having((UNION, election(w3=22, w4=16)), *ATTESTED)
    assert [r.person for r in decided.case.benches.worker.seated] == ["w1", "w2", "w3"]
    nobody = again.having((UNION, election(w3=20, w4=18)), *ATTESTED)
    nobody.when(UNION, election(w5=30)).then(like(e.ElectionRecorded, round=3, elected=("w5",)))


def test_without_a_quorum_nobody_has_tied() -> None:
    five = CANDIDATES.model_copy(update={"candidates": reps("w1", "w2", "w3", "w4", "w5")})
    void = given(ROLL_KEPT).having((UNION, five), (UNION, election(present=26, w3=21, w4=21, w2=10)), *ATTESTED)
    void.when(UNION, election(w5=30)).then(like(e.ElectionRecorded, elected=("w5",)))


def test_of_more_who_pass_than_there_are_seats_those_with_most_votes_sit() -> None:
    four = CANDIDATES.model_copy(update={"candidates": reps("w1", "w2", "w3", "w4")})
    given(ROLL_KEPT).having((UNION, four)).when(UNION, election(w2=22, w3=25, w4=30)).then(
        like(e.ElectionRecorded, elected=("w4", "w3"), open_seats=0)
    )


def test_a_scrutineer_who_rejects_the_counts_voids_them() -> None:
    rejected = given(VOTES_COUNTED).having(ATTESTED[0]).when(S2, c.AttestElection(correct=False, remark="票数不符"))
    rejected.then(like(e.ElectionAttested, voided=True, complete=False))
    assert rejected.after.case.election.recorded is False
    rejected.after.when(UNION, election(w2=34, w3=31)).then(like(e.ElectionRecorded, round=1, elected=("w2", "w3")))


def test_only_the_scrutineers_attest_and_each_once() -> None:
    given(VOTES_COUNTED).when(UNION, c.AttestElection(correct=True)).then_refused(Reason.NOT_YOUR_SEAT)
    given(VOTES_COUNTED).having(ATTESTED[0]).when(S1, c.AttestElection(correct=True)).then_refused(
        Reason.ALREADY_ATTESTED
    )
    given(CANDIDATES_NAMED).when(S1, c.AttestElection(correct=True)).then_refused(Reason.NOTHING_TO_ATTEST)


@pytest.mark.parametrize(
    "counts",
    [
        {"present": 41},
        {"spoiled": 39},
        {"votes": votes(w2=39)},
        {"votes": votes(w2=38, w3=30), "spoiled": 1},
        {"votes": votes(w9=30)},
        {"votes": votes(w1=30)},
        {"votes": (*votes(w2=20), *votes(w2=10))},
        {"approvals": 30},
    ],
)
def test_counts_that_are_not_possible(counts: dict[str, object]) -> None:
    impossible = election(w2=35, w3=30).model_copy(update=counts)
    given(CANDIDATES_NAMED).when(UNION, impossible).then_refused(Reason.COUNTS_DO_NOT_ADD_UP, "ZJDM 15")


def test_all_who_may_vote_are_those_on_the_roll() -> None:
    given(CANDIDATES_NAMED).when(UNION, election(total=41, w2=30)).then_refused(Reason.TOTAL_NOT_THE_ROLL, roll=40)
    everybody = election(present=110, total=120, w2=90, w3=80).model_copy(update={"electorate": "all_workers"})
    given(CANDIDATES_NAMED).when(UNION, everybody).then(like(e.ElectionRecorded, needed=61))


def test_a_vote_needs_candidates_a_roll_and_the_scan_of_the_tally() -> None:
    given(ROLL_KEPT).when(UNION, election()).then_refused(Reason.CANDIDATES_MISSING)
    given(OPENED).having((UNION, CANDIDATES)).when(UNION, election()).then_refused(Reason.ROLL_MISSING)
    unproved = election(w2=30).model_copy(update={"evidence": None})
    given(CANDIDATES_NAMED).when(UNION, unproved).then_refused(Reason.EVIDENCE_MISSING)


def test_women_are_not_fewer_among_the_delegates_than_among_the_staff() -> None:
    many = on_register(women=60).having((UNION, c.OpenCase(enterprise="ent1", wage_year=2026)))
    few = ROLL.model_copy(update={"women": 19})
    many.when(UNION, few).then_warned(Reason.TOO_FEW_WOMEN, "ZJDM 11", n=19, least=20)
    many.when(UNION, ROLL.model_copy(update={"women": 20})).then_not_warned(Reason.TOO_FEW_WOMEN)


def test_an_area_without_a_congress_has_its_representatives_named_by_its_union() -> None:
    """劳动者一方的代表由行业工会或者区域工会选派 (ZJ 12)."""
    opened = REGIONAL_NOTHING.having((TOWN_AS_ORGAN, regional(per_enterprise=False)))
    named = appointed("w1", "w2", "w3", chief="w1", chief_is=ChiefIs.UNION_HEAD)
    opened.when(TOWN_AS_ORGAN, named).then(like(e.RepresentativesAppointed, side=W))
    chongqing = replace(opened, law=law("cn-chongqing"))
    chongqing.when(TOWN_AS_ORGAN, named).then_refused(Reason.ELECTED_NOT_APPOINTED, "CQ 43")


def test_a_show_of_hands_elects_nobody() -> None:
    shown = election(w2=35, w3=30).model_copy(update={"secret": False})
    given(CANDIDATES_NAMED).when(UNION, shown).then_refused(Reason.NOT_SECRET, "ZJDM 15", side=W)


@pytest.mark.parametrize("chief_is", [ChiefIs.OTHER, ChiefIs.LEGAL_REPRESENTATIVE, ChiefIs.PERSON_IN_CHARGE])
def test_the_unions_chair_or_head_is_the_workers_chief_by_office(chief_is: ChiefIs) -> None:
    other = CANDIDATES.model_copy(update={"chief_is": chief_is})
    given(ROLL_KEPT).when(UNION, other).then_refused(Reason.CHIEF_NOT_UNION_HEAD, "HZ 18", side=W)
    given(WITHOUT_UNION).when(TOWN_AS_ORGAN, other).then(like(e.CandidatesProposed, chief_is=chief_is))


def test_with_a_union_a_show_of_approval_is_no_election() -> None:
    approval = c.RecordElection(
        form="approval_of_list", secret=False, held=Held.GATHERING, total=40, present=40, approvals=40, evidence=SCAN
    )
    given(CANDIDATES_NAMED).when(UNION, approval).then_refused(Reason.ELECTED_NOT_APPOINTED, "HZ 18", form="ballot")


def test_nothing_more_is_voted_once_the_list_stands() -> None:
    given(ELECTED).when(UNION, election()).then_refused(Reason.ALREADY_CHOSEN)
    given(ELECTED).when(UNION, CANDIDATES).then_refused(Reason.ALREADY_CHOSEN)


# --- without a union ----------------------------------------------------------------------------------------------


def _approved(n: int, total: int = 40) -> c.RecordElection:
    return c.RecordElection(
        form="approval_of_list",
        secret=False,
        held=Held.GATHERING,
        total=total,
        present=total,
        approvals=n,
        evidence=SCAN,
    )


def test_without_a_union_the_local_union_runs_the_vote_and_more_than_half_of_all_approve_the_list() -> None:
    given(WITHOUT_UNION).when(TOWN_AS_ORGAN, _approved(21)).then(
        like(e.ElectionRecorded, needed=21, elected=("w1", "w2", "w3"))
    )
    refused = given(WITHOUT_UNION).having((TOWN_AS_ORGAN, _approved(20)), *ATTESTED)
    assert refused.case.benches.worker.chief is None
    stands = refused.having((TOWN_AS_ORGAN, _approved(21)), *ATTESTED)
    assert stands.case.benches.worker.chief == "w1"


def test_without_a_union_the_list_is_approved_not_appointed_and_not_voted_one_by_one() -> None:
    given(WITHOUT_UNION).when(TOWN_AS_ORGAN, election(w2=30)).then_refused(
        Reason.ELECTED_NOT_APPOINTED, form="approval_of_list"
    )
    given(WITHOUT_UNION).when(TOWN_AS_ORGAN, appointed("w1", "w2", "w3", chief="w1")).then_refused(
        Reason.ELECTED_NOT_APPOINTED, form="approval_of_list"
    )


def test_a_town_union_does_the_work_of_the_enterprise_union_only_where_there_is_none() -> None:
    given(OPENED).when(TOWN, ROLL).then_refused(Reason.NOT_YOUR_SEAT)
    given(OPENED).when(TOWN_AS_ORGAN, ROLL).then_refused(Reason.NOT_YOUR_SEAT)
    given(WITHOUT_UNION).when(TOWN, ROLL).then_refused(Reason.NOT_YOUR_SEAT)
    assert Seat.UNION in seats_of(given(WITHOUT_UNION).case, TOWN_AS_ORGAN)


# --- lists that are named -----------------------------------------------------------------------------------------


def test_the_legal_representative_names_the_employers_list() -> None:
    then = given(OPENED).when(LEGAL, appointed("e1", "e2", "e3", chief="e1"))
    then.then(like(e.RepresentativesAppointed, side=E, chief="e1", chief_is="legal_representative")).then_no_warning()


def test_the_employers_list_may_be_entered_from_paper_by_the_union() -> None:
    on_paper = appointed("e1", "e2", "e3", chief="e1").model_copy(update={"on_paper": paper(E, "2026-01-12")})
    given(OPENED).when(UNION, on_paper).then(like(e.RepresentativesAppointed, side=E, from_paper=True))


def test_the_workers_list_is_elected_where_the_text_says_so() -> None:
    given(OPENED).when(UNION, appointed("w1", "w2", "w3", chief="w1")).then_refused(
        Reason.ELECTED_NOT_APPOINTED, "HZ 18"
    )


def test_in_shanghai_the_union_appoints_and_holds_no_election() -> None:
    named = appointed("w1", "w2", "w3", chief="w1", chief_is=ChiefIs.UNION_HEAD)
    given(SHANGHAI_OPENED).when(UNION, named).then(like(e.RepresentativesAppointed, side=W))
    other = appointed("w1", "w2", "w3", chief="w1", chief_is=ChiefIs.OTHER)
    given(SHANGHAI_OPENED).when(UNION, other).then_refused(Reason.CHIEF_NOT_UNION_HEAD, "SH 7", side=W)
    given(SHANGHAI_OPENED).when(UNION, CANDIDATES).then_refused(Reason.APPOINTED_NOT_ELECTED, "SH 7")


@pytest.mark.parametrize(
    ("persons", "chief", "reason"),
    [(("e1", "e1", "e3"), "e1", Reason.TWICE_ON_LIST), (("e1", "e2", "e3"), "e9", Reason.CHIEF_NOT_ON_LIST)],
)
def test_a_list_names_each_once_and_its_chief(persons: tuple[str, ...], chief: str, reason: Reason) -> None:
    given(OPENED).when(LEGAL, appointed(*persons, chief=chief)).then_refused(reason)


def test_a_list_is_named_once_and_never_with_outsiders_or_people_of_the_other_side() -> None:
    given(EMPLOYER_AHEAD).when(LEGAL, appointed("e1", "e2", "e3", chief="e1")).then_refused(Reason.ALREADY_CHOSEN)
    outsider = c.AppointRepresentatives(reps=(*reps("e1", "e2"), rep("x", outside=True)), chief="e1")
    given(OPENED).when(LEGAL, outsider).then_refused(Reason.OUTSIDERS_NOT_ALLOWED, "HZ 17")
    given(ELECTED).when(LEGAL, appointed("e1", "w2", "e3", chief="e1")).then_refused(Reason.ON_BOTH_SIDES, "ZJ 10")


MANDATES = [  # pack, who is chief, whether he is a manager, whether the text admits him
    ("cn-hangzhou", ChiefIs.LEGAL_REPRESENTATIVE, False, True),
    ("cn-hangzhou", ChiefIs.PERSON_IN_CHARGE, False, True),  # HZ 18 本企业其他负责人
    ("cn-hangzhou", ChiefIs.OTHER, True, False),
    ("cn-zhejiang", ChiefIs.PERSON_IN_CHARGE, False, False),  # ZJ 10 法定代表人或者主要负责人
    ("cn", ChiefIs.OTHER, True, True),  # N2004 21 其他管理人员
    ("cn", ChiefIs.OTHER, False, False),
    ("cn-beijing", ChiefIs.OTHER, False, True),  # BJ 9 其他协商代表
    ("cn-shanghai", ChiefIs.OTHER, False, True),  # SH 7 书面委托的人
]


@pytest.mark.parametrize(("pack", "chief_is", "manager", "admitted"), MANDATES)
def test_whom_the_legal_representative_may_mandate_as_chief(
    pack: str, chief_is: ChiefIs, manager: bool, admitted: bool
) -> None:
    named = c.AppointRepresentatives(
        reps=(rep("e1", manager=manager), *reps("e2", "e3")), chief="e1", chief_is=chief_is
    )
    then = replace(given(OPENED_BY_EMPLOYER), law=law(pack)).when(LEGAL, named).then(e.RepresentativesAppointed)
    if admitted:
        then.then_not_warned(Reason.CHIEF_NOT_IN_CHARGE)
    else:
        then.then_warned(Reason.CHIEF_NOT_IN_CHARGE, side=E)
    on_the_list = {o.reason for o in benches.list_obstacles(then.after.standing, E)}
    assert (Reason.CHIEF_NOT_IN_CHARGE in on_the_list) is not admitted


def test_the_body_of_an_industrys_firms_elects_its_chief() -> None:
    body = given(REGIONAL_READY_TO_VOTE)
    elected = body.case.benches.having(E, put(body.case.benches.employer, chief_is=ChiefIs.OTHER))
    found = benches.list_obstacles(body.with_state(benches=elected).standing, E)
    assert Reason.CHIEF_NOT_IN_CHARGE not in {o.reason for o in found}


# --- numbers ------------------------------------------------------------------------------------------------------


def _list_of(n: int, start: Situation | Given = OPENED) -> Given:
    return given(start).having((LEGAL, appointed(*(f"e{i}" for i in range(1, n + 1)), chief="e1")))


def _why_not_ready(now: Given) -> Reason | None:
    found = benches.list_obstacles(now.standing, E)
    return next((o.reason for o in found if o.hard), None)


@pytest.mark.parametrize(
    ("n", "reason"),
    [(2, Reason.TOO_FEW_REPRESENTATIVES), (3, None), (9, None), (10, Reason.TOO_MANY_REPRESENTATIVES)],
)
def test_three_to_nine_on_each_side(n: int, reason: Reason | None) -> None:
    assert _why_not_ready(_list_of(n)) is reason


@pytest.mark.parametrize(("n", "reason"), [(4, Reason.TOO_FEW_REPRESENTATIVES), (5, None)])
def test_at_least_five_above_scale(n: int, reason: Reason | None) -> None:
    start = on_register(above_scale=True).having((UNION, c.OpenCase(enterprise="ent1", wage_year=2026)))
    assert _why_not_ready(_list_of(n, start)) is reason


def test_the_employer_never_has_more_representatives_than_the_workers() -> None:
    four = given(ELECTED).having((LEGAL, appointed("e1", "e2", "e3", "e4", chief="e1")))
    assert _why_not_ready(four) is Reason.EMPLOYER_OUTNUMBERS


def test_more_on_the_employers_side_holds_up_nothing_of_the_workers() -> None:
    """HZ 24: an offer needs its own list; the other side's is the other side's to mend (HZ 16)."""
    four = given(TOPICS_READY).on("2026-03-02").having((LEGAL, appointed("e1", "e2", "e3", "e4", chief="e1")))
    assert _why_not_ready(four) is Reason.EMPLOYER_OUTNUMBERS
    four.when(W1, OFFER).then(e.OfferSent, e.StepTurned)
    late = given(WORKER_LIST_READY).having((LEGAL, appointed("e1", "e2", "e3", "e4", chief="e1")))
    late.when(W1, c.DeclareTopicsReady()).then(e.TopicsDeclaredReady, e.StepTurned)


def test_unequal_numbers_warn_before_the_meeting_in_hangzhou_and_block_it_under_national_law() -> None:
    ready = given(ALL_THERE).having((E3, c.LeaveBench(person="e3")))
    case = ready.case
    two = put(case.benches.employer, reps=case.benches.employer.seated, vacant={})
    now = ready.with_state(benches=case.benches.having(E, two))
    assert benches.equal_numbers(now.standing) is not None
    found = benches.equal_numbers(now.standing)
    assert found is not None
    assert (found.reason, found.hard, found.articles) == (Reason.UNEQUAL_NUMBERS, False, ("ZJDM 28", "N2004 19"))
    national = benches.equal_numbers(replace(now, law=law("cn")).standing)
    assert national is not None
    assert national.hard


@pytest.mark.parametrize(
    ("total", "outside", "ok"), [(9, 3, True), (6, 2, True), (4, 1, True), (3, 1, True), (5, 2, False)]
)
def test_outsiders_are_at_most_a_third_of_their_side(total: int, outside: int, ok: bool) -> None:
    now = _list_of(total - outside, OPENED)
    for n in range(1, outside):
        now = now.having((E1, c.MandateOutsider(rep=rep(f"x{n}", outside=True))))
    last = now.when(E1, c.MandateOutsider(rep=rep("last", outside=True)))
    if ok:
        last.then(like(e.OutsiderMandated, side=E))
        assert last.after.case.benches.employer.has("last")
    else:
        last.then_refused(Reason.TOO_MANY_OUTSIDERS, "HZ 17", outside=outside, n=total)


def test_only_the_chief_mandates_and_only_outsiders_who_sit_nowhere() -> None:
    now = given(ELECTED).having((LEGAL, appointed("e1", "e2", "e3", chief="e1")))
    now.when(E2, c.MandateOutsider(rep=rep("x", outside=True))).then_refused(Reason.NOT_YOUR_SEAT)
    now.when(E1, c.MandateOutsider(rep=rep("x"))).then_refused(Reason.NOT_AN_OUTSIDER, "HZ 17")
    now.when(E1, c.MandateOutsider(rep=rep("e2", outside=True))).then_refused(Reason.TWICE_ON_LIST)
    now.when(E1, c.MandateOutsider(rep=rep("w2", outside=True))).then_refused(Reason.ON_BOTH_SIDES)


def test_an_outsider_cannot_be_mandated_beyond_nine() -> None:
    _list_of(9).when(E1, c.MandateOutsider(rep=rep("x", outside=True))).then_refused(Reason.TOO_MANY_REPRESENTATIVES)


def test_shandong_knows_no_outsiders() -> None:
    shandong = given(OPENED).having((LEGAL, appointed("e1", "e2", "e3", chief="e1")))
    there = Given(at=shandong.at, law=law("cn-shandong"), case=shandong.case, heads=shandong.heads)
    there.when(E1, c.MandateOutsider(rep=rep("x", outside=True))).then_refused(Reason.OUTSIDERS_NOT_ALLOWED, "SD 12")


@pytest.mark.parametrize(
    ("group", "facts"), [("women", {"women": 50}), ("disabled", {"disabled": 40}), ("dispatched", {"dispatched": 60})]
)
def test_many_of_a_group_and_none_on_the_workers_list_is_a_warning(group: str, facts: dict[str, int]) -> None:
    start = on_register(**facts)
    now = start.having(
        (UNION, c.OpenCase(enterprise="ent1", wage_year=2026)), (UNION, ROLL), (UNION, CANDIDATES),
        (UNION, election(w2=30, w3=30)), *ATTESTED,
    )  # fmt: skip
    found = benches.list_obstacles(now.standing, W)
    assert [(o.reason, o.hard, o.facts["group"]) for o in found] == [(Reason.COMPOSITION, False, group)]


def test_a_manager_for_the_workers_is_a_warning_in_hangzhou() -> None:
    with_manager = CANDIDATES.model_copy(update={"candidates": (*reps("w1", "w2"), rep("w3", manager=True))})
    now = given(ROLL_KEPT).having((UNION, with_manager), (UNION, election(w2=30, w3=30)), *ATTESTED)
    found = benches.list_obstacles(now.standing, W)
    # no text of Hangzhou says so: the platform advises it, and cites nobody
    assert [(o.reason, o.hard, o.articles) for o in found] == [(Reason.MANAGER_FOR_WORKERS, False, ())]


# --- duty and publicity -------------------------------------------------------------------------------------------


def test_each_representative_accepts_his_duty_himself() -> None:
    given(ELECTED).when(W2, c.AcceptDuty()).then(like(e.DutyAccepted, side=W, persons=("w2",)))
    given(ELECTED).having((W2, c.AcceptDuty())).when(W2, c.AcceptDuty()).then_refused(Reason.NOTHING_NEW)


def test_for_others_duty_is_accepted_by_a_signed_paper_only() -> None:
    given(ELECTED).when(UNION, c.AcceptDuty(persons=("w1", "w2"))).then_refused(Reason.EVIDENCE_MISSING)
    given(ELECTED).when(UNION, duty("w1", "w2")).then(like(e.DutyAccepted, persons=("w1", "w2")))
    given(ELECTED).when(UNION, duty("w9")).then_refused(Reason.NOT_A_REPRESENTATIVE, "HZ 19")
    given(OPENED).when(HR, duty("e1")).then_refused(Reason.LIST_MISSING)


def test_a_list_is_published_once_and_not_on_a_coming_day() -> None:
    now = given(ELECTED).on("2026-01-21")
    now.when(UNION, published("2026-01-21")).then(like(e.ListPublished, side=W))
    now.when(UNION, published("2026-01-22")).then_refused(Reason.IN_THE_FUTURE)
    back = c.PublishList(from_on=day("2026-01-21"), until_on=day("2026-01-20"))
    now.when(UNION, back).then_refused(Reason.DAYS_IN_WRONG_ORDER)
    now.having((UNION, published("2026-01-21"))).when(UNION, published("2026-01-21")).then_refused(Reason.NOTHING_NEW)


def test_a_list_is_not_published_before_it_was_chosen() -> None:
    early = published("2026-01-19").model_copy(update={"occurred_on": day("2026-01-19"), "evidence": SCAN})
    given(ELECTED).on("2026-01-21").when(UNION, early).then_refused(Reason.BEFORE_ITS_GROUND)


def test_the_step_turns_when_the_side_that_is_ahead_is_ready_and_waits_for_nothing_of_the_other() -> None:
    now = given(ELECTED).on("2026-01-21").having((UNION, published("2026-01-21")), *WORKERS_ACCEPT[:2])
    assert now.case.step is Step.REPRESENTATIVES
    now.when(W3, c.AcceptDuty()).then(
        e.DutyAccepted, turned(Step.REPRESENTATIVES, Step.TOPICS, mode="in_person", round=1)
    )


def test_the_employer_may_be_the_side_that_is_ahead() -> None:
    assert given(EMPLOYER_AHEAD).case.step is Step.TOPICS
    assert given(EMPLOYER_AHEAD).case.benches.worker.chief is None


def test_a_list_that_was_not_published_holds_the_step() -> None:
    now = given(OPENED_BY_EMPLOYER).having(*EMPLOYERS_LIST)
    assert now.case.step is Step.REPRESENTATIVES
    assert benches.ready(now.standing, E).reason is Reason.LIST_NOT_PUBLISHED  # type: ignore[union-attr]


def test_the_other_sides_list_may_follow_until_the_meeting() -> None:
    given(OFFER_SERVED).when(LEGAL, appointed("e1", "e2", "e3", chief="e1")).then(e.RepresentativesAppointed)


def test_a_mandate_is_of_one_side_even_for_someone_with_two_memberships() -> None:
    case = given(WORKER_LIST_READY).case
    assert Seat.CHIEF in seats_of(case, W1)
    assert Seat.CHIEF not in seats_of(case, member("w1", E))
    assert seats_of(case, W3) == {Seat.WORKER, Seat.REPRESENTATIVE}
    assert seats_of(case, AUTHORITY) == {Seat.AUTHORITY}


def test_a_chief_of_one_side_has_no_seat_on_the_other() -> None:
    given(WORKER_LIST_READY).when(W2, c.MandateOutsider(rep=rep("x", outside=True))).then_refused(Reason.NOT_YOUR_SEAT)
