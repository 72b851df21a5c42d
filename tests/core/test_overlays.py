"""What lies over a step: suspension, guidance, dispute, vacancy (domain §2.1, §3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.moment import seats_of
from cloudnego.core.overlays import Overlay, days_left, overlays_of
from cloudnego.core.refusals import Reason
from cloudnego.core.vocabulary import (
    CLOCK,
    ChiefIs,
    Mode,
    Office,
    Seat,
    Step,
)
from tests.core.situations import (
    AGREED,
    BOTH_LISTED,
    CLAUSES_PUT,
    DEADLOCK,
    FILED_IN_PLATFORM,
    IN_SESSION,
    OFFER_SERVED,
    READY_TO_MEET,
    REFUSED,
    REPLIED,
    WORKER_LIST_READY,
    agreeing,
    appointed,
    duty,
    minutes,
    published,
)
from tests.given import (
    AUTHORITY,
    COORDINATOR,
    DISTRICT,
    E1,
    E2,
    GUEST,
    HR,
    INSTRUCTOR,
    LEGAL,
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
    confirming,
    day,
    given,
    law,
    like,
    lowest_of,
    member,
    paper,
    plan,
    raise_of,
    receipt,
    rep,
    signed_minutes,
    turned,
)

# --- suspension ---------------------------------------------------------------------------------------------------


def suspending(until: str = "2026-04-10", **said: object) -> c.Suspend:
    return c.Suspend.model_validate({"until_on": day(until), "next": plan(until), **said})


SUSPENDED = given(IN_SESSION).having((E1, suspending()), (W1, suspending()))


def test_the_talks_lie_still_only_when_both_chiefs_named_the_same() -> None:
    one = (
        given(IN_SESSION)
        .when(E1, suspending(reason="等待财务数据"))
        .then(like(e.SuspensionNamed, side=E, agreed=False))
        .after
    )
    assert overlays_of(one.case) == set()
    one.when(E1, suspending()).then_refused(Reason.NOTHING_NEW)
    other = one.when(W1, suspending("2026-04-13")).then(like(e.SuspensionNamed, agreed=False)).after
    assert other.case.suspension.since is None
    both = one.when(W1, suspending()).then(like(e.SuspensionNamed, side=W, agreed=True)).after
    assert overlays_of(both.case) == {Overlay.SUSPENDED}
    assert both.case.step is Step.MEETING
    assert both.case.meeting.plan == plan("2026-04-10")


def test_a_suspension_stops_the_table_and_lets_papers_go_on() -> None:
    for who, said in (
        (W1, c.ScheduleMeeting(plan=plan("2026-04-20"))),
        (RECORDER, c.ConfirmCheckIn(persons=("w1",))),
        (RECORDER, c.StartMeeting()),
        (W1, c.DeclareDeadlock()),
    ):
        SUSPENDED.on("2026-04-10").when(who, said).then_refused(Reason.SUSPENDED, "HZ 27", by=day("2026-04-10"))
    SUSPENDED.when(W2, raise_of("6")).then(e.ClausePut)
    SUSPENDED.when(E2, c.MakeProposal(head="T3", rate="5")).then(e.ProposalMade)
    put_before = given(CLAUSES_PUT).having((E1, suspending()), (W1, suspending()))
    put_before.when(W1, confirming("T3")).then_refused(Reason.SUSPENDED)


def test_a_suspension_is_as_long_as_the_days_between_and_thirty_in_all() -> None:
    first = given(READY_TO_MEET).on("2026-03-31").having((E1, suspending("2026-04-10")), (W1, suspending("2026-04-10")))
    resumed = first.on("2026-04-10").when(E1, c.Resume()).then(like(e.TalksResumed, days=10)).after
    assert resumed.case.suspension.used_days == 10
    assert overlays_of(resumed.case) == set()
    resumed.when(W1, suspending("2026-05-01")).then_refused(
        Reason.SUSPENSION_TOO_LONG, "HZ 27", days=21, used=10, most=30, by=day("2026-04-30")
    )
    resumed.when(W1, suspending("2026-04-30")).then(e.SuspensionNamed)


def test_thirty_days_at_once_and_no_more() -> None:
    given(IN_SESSION).when(W1, suspending("2026-04-30")).then(e.SuspensionNamed)
    given(IN_SESSION).when(W1, suspending("2026-05-01")).then_refused(Reason.SUSPENSION_TOO_LONG, days=31)


def test_when_every_day_is_used_nobody_is_offered_another_suspension() -> None:
    first = given(READY_TO_MEET).on("2026-03-31").having((E1, suspending("2026-04-30")), (W1, suspending("2026-04-30")))
    resumed = first.on("2026-04-30").when(E1, c.Resume()).then(like(e.TalksResumed, days=30)).after
    assert days_left(resumed.moment(W1)) is not None
    resumed.when(W1, suspending("2026-05-01")).then_refused(Reason.SUSPENSION_TOO_LONG, "HZ 27", days=1, used=30)


def test_the_vector_of_the_handbook_ten_of_thirty_days() -> None:
    from_march = (
        given(IN_SESSION).on("2026-03-09").having((E1, suspending("2026-03-19")), (W1, suspending("2026-03-19")))
    )
    from_march.on("2026-03-19").when(W1, c.Resume()).then(like(e.TalksResumed, days=10))


def test_a_suspension_that_passes_the_sixty_days_is_a_warning() -> None:
    late = given(IN_SESSION).on("2026-04-20")
    late.when(W1, suspending("2026-05-06")).then_not_warned(Reason.SUSPENSION_PASSES_CAP)
    late.when(W1, suspending("2026-05-07")).then_warned(Reason.SUSPENSION_PASSES_CAP, "HZ 29", by=day("2026-05-06"))


def test_a_suspension_ends_on_or_after_today_and_before_the_next_meeting() -> None:
    given(IN_SESSION).when(W1, suspending("2026-03-30")).then_refused(Reason.DAYS_IN_WRONG_ORDER)
    before = c.Suspend(until_on=day("2026-04-10"), next=plan("2026-04-09"))
    given(IN_SESSION).when(W1, before).then_refused(Reason.DAYS_IN_WRONG_ORDER)


def test_only_what_is_open_is_suspended_and_only_what_is_suspended_resumed() -> None:
    SUSPENDED.when(W1, suspending("2026-04-13")).then_refused(Reason.SUSPENDED)
    given(IN_SESSION).when(W1, c.Resume()).then_refused(Reason.NOT_SUSPENDED)
    given(AGREED).when(W1, suspending()).then_refused(Reason.AGREEMENT_REACHED)
    given(REPLIED).when(W1, suspending()).then_refused(Reason.NOT_IN_THIS_STEP)
    given(IN_SESSION).when(W2, suspending()).then_refused(Reason.NOT_YOUR_SEAT)
    earlier = c.Resume(occurred_on=day("2026-03-30"), evidence=SCAN)
    SUSPENDED.on("2026-04-03").when(W1, earlier).then_refused(Reason.BEFORE_ITS_GROUND)


def test_where_only_force_majeure_suspends_there_is_a_warning() -> None:
    there = replace(given(IN_SESSION), law=law("cn-shandong"))
    there.when(W1, suspending()).then_warned(Reason.SUSPENSION_ONLY_FORCE_MAJEURE, "SD 28")


# --- guidance -----------------------------------------------------------------------------------------------------

ASKED = given(OFFER_SERVED).having((UNION, c.RequestGuidance(topic="如何应对拒绝", urgent=True)))
GUIDED = ASKED.having((TOWN, c.AssignInstructor(person="instructor")))


def test_either_side_asks_for_guidance_once_and_the_step_stays() -> None:
    assert overlays_of(ASKED.case) == {Overlay.GUIDANCE}
    assert ASKED.case.step is Step.REPLY
    ASKED.when(HR, c.RequestGuidance(topic="?")).then_refused(Reason.GUIDANCE_OPEN)
    given(OFFER_SERVED).when(HR, c.RequestGuidance(topic="流程")).then(like(e.GuidanceRequested, side=E))


@pytest.mark.parametrize(("who", "seat"), [(TOWN, "union"), (DISTRICT, "union"), (AUTHORITY, "authority")])
def test_an_instructor_comes_from_the_pool_and_sits_at_the_table(who: object, seat: str) -> None:
    then = ASKED.when(who, c.AssignInstructor(person="instructor"))  # type: ignore[arg-type]
    then.then(like(e.InstructorAssigned, by_seat=seat))
    assert Seat.INSTRUCTOR in seats_of(then.after.case, INSTRUCTOR)


def test_who_sits_for_a_side_is_no_instructor() -> None:
    ASKED.when(TOWN, c.AssignInstructor(person="w2")).then_refused(Reason.INSTRUCTOR_MANDATED, "HZ 7", "HZ 17")
    GUIDED.when(TOWN, c.AssignInstructor(person="instructor")).then_refused(Reason.NOTHING_NEW)
    given(OFFER_SERVED).when(TOWN, c.AssignInstructor(person="instructor")).then_refused(Reason.NO_GUIDANCE)
    ASKED.when(UNION, c.AssignInstructor(person="instructor")).then_refused(Reason.NOT_YOUR_SEAT)


def test_another_instructor_takes_the_place_of_the_first() -> None:
    now = GUIDED.having((DISTRICT, c.AssignInstructor(person="second")))
    assert Seat.INSTRUCTOR not in seats_of(now.case, INSTRUCTOR)


def test_guidance_ends_and_the_instructor_leaves_the_table() -> None:
    for who in (TOWN, INSTRUCTOR):
        ended = GUIDED.when(who, c.EndGuidance(result="双方同意协商")).then(e.GuidanceEnded).after
        assert overlays_of(ended.case) == set()
        assert Seat.INSTRUCTOR not in seats_of(ended.case, INSTRUCTOR)
    given(OFFER_SERVED).when(TOWN, c.EndGuidance()).then_refused(Reason.NO_GUIDANCE)
    GUIDED.when(W1, c.EndGuidance()).then_refused(Reason.NOT_YOUR_SEAT)


# --- guests -------------------------------------------------------------------------------------------------------


def test_a_chief_invites_to_the_table_and_sends_his_own_guest_away() -> None:
    invited = given(BOTH_LISTED).when(W1, c.InviteToTable(person="guest")).then(like(e.InvitedToTable, side=W)).after
    assert Seat.INVITED in seats_of(invited.case, GUEST)
    invited.when(E1, c.InviteToTable(person="guest")).then_refused(Reason.INVITED)
    invited.when(E1, c.EndInvitation(person="guest")).then_refused(Reason.NOT_INVITED)
    gone = invited.when(W1, c.EndInvitation(person="guest")).then(e.InvitationEnded).after
    assert seats_of(gone.case, GUEST) == frozenset()
    given(BOTH_LISTED).when(W1, c.InviteToTable(person="e2")).then_refused(Reason.NOTHING_NEW)
    given(BOTH_LISTED).when(W2, c.InviteToTable(person="guest")).then_refused(Reason.NOT_YOUR_SEAT)


# --- dispute ------------------------------------------------------------------------------------------------------

APPLY = c.ApplyForCoordination(facts="企业拒绝协商")
ACCEPT = c.AcceptDispute(coordinators=("coordinator",))
APPLIED = given(REFUSED).having((W1, APPLY))
ACCEPTED = APPLIED.on("2026-03-16").having((AUTHORITY, ACCEPT))


def test_a_refusal_a_silence_a_deadlock_an_absence_and_a_passed_cap_are_grounds() -> None:
    given(REFUSED).when(W1, APPLY).then(like(e.CoordinationRequested, side=W)).then_no_warning()
    given(OFFER_SERVED).on("2026-03-16").when(W1, APPLY).then_refused(Reason.NO_GROUND_FOR_DISPUTE, "ZJ 39")
    given(OFFER_SERVED).on("2026-03-17").when(UNION, APPLY).then(e.CoordinationRequested)
    given(DEADLOCK).when(E1, APPLY).then(like(e.CoordinationRequested, side=E))
    given(READY_TO_MEET).on("2026-03-31T09:30").having((RECORDER, c.NoteChiefAbsent(side=E))).when(W1, APPLY).then(
        e.CoordinationRequested
    )
    given(IN_SESSION).on("2026-05-06").when(W1, APPLY).then_refused(Reason.NO_GROUND_FOR_DISPUTE)
    given(IN_SESSION).on("2026-05-07").when(W1, APPLY).then(e.CoordinationRequested)


def test_a_dispute_lies_over_the_step_and_is_one_at_a_time() -> None:
    assert overlays_of(APPLIED.case) == {Overlay.DISPUTE}
    assert APPLIED.case.step is Step.REPLY
    APPLIED.when(HR, APPLY).then_refused(Reason.DISPUTE_OPEN)


def test_the_authority_accepts_names_coordinators_and_may_act_by_itself() -> None:
    APPLIED.when(AUTHORITY, ACCEPT).then(like(e.DisputeAccepted, ex_officio=False))
    given(REFUSED).when(AUTHORITY, ACCEPT).then(like(e.DisputeAccepted, ex_officio=True))
    given(OFFER_SERVED).when(AUTHORITY, ACCEPT).then_refused(Reason.NO_GROUND_FOR_DISPUTE)
    APPLIED.when(AUTHORITY, c.AcceptDispute(coordinators=("w2",))).then_refused(Reason.REVIEWER_IS_PARTY, "ZJ 39")
    ACCEPTED.when(AUTHORITY, ACCEPT).then_refused(Reason.DISPUTE_OPEN)
    assert Seat.COORDINATOR in seats_of(ACCEPTED.case, COORDINATOR)


@pytest.mark.parametrize(("days", "ok"), [(15, True), (16, False)])
def test_thirty_days_and_at_most_fifteen_more_once(days: int, ok: bool) -> None:
    longer = c.ExtendDispute(days=days, reason="案情复杂")
    then = ACCEPTED.when(AUTHORITY, longer)
    if not ok:
        then.then_refused(Reason.EXTENSION_TOO_LONG, "ZJ 39", most=15)
        return
    then.then(like(e.DisputeExtended, days=15))
    then.after.when(AUTHORITY, longer).then_refused(Reason.EXTENDED)
    APPLIED.when(AUTHORITY, longer).then_refused(Reason.NO_DISPUTE)


def test_without_an_agreement_the_step_stays_and_the_ground_too() -> None:
    closed = ACCEPTED.when(AUTHORITY, c.CloseDispute(agreement=False, open_items="幅度", evidence=SCAN))
    closed.then(like(e.DisputeClosed, agreement=False))
    assert overlays_of(closed.after.case) == set()
    assert closed.after.case.step is Step.REPLY
    assert Seat.COORDINATOR not in seats_of(closed.after.case, COORDINATOR)
    closed.after.when(W1, APPLY).then(e.CoordinationRequested)


def test_the_end_of_a_dispute_has_its_paper() -> None:
    ACCEPTED.when(AUTHORITY, c.CloseDispute(agreement=True)).then_refused(Reason.EVIDENCE_MISSING)
    APPLIED.when(AUTHORITY, c.CloseDispute(agreement=True, evidence=SCAN)).then_refused(Reason.NO_DISPUTE)


SETTLE = c.CloseDispute(agreement=True, evidence=SCAN)


def _by_agreement_to_the_draft(settled: Given) -> Given:
    agreed = settled.having((W2, raise_of("6")), (E2, lowest_of(270_000)), *agreeing("T3"), *agreeing("T2"))
    return agreed.having((W1, minutes()), (W1, signed_minutes()), (E1, signed_minutes()))


@pytest.mark.parametrize("start", ["refused", "deadlock"])
def test_an_agreement_in_coordination_leads_to_the_minutes_without_another_meeting(start: str) -> None:
    disputed = ACCEPTED if start == "refused" else given(DEADLOCK).having((E1, APPLY), (AUTHORITY, ACCEPT))
    then = disputed.on("2026-04-01").when(AUTHORITY, SETTLE)
    if start == "refused":
        then.then(e.DisputeClosed, turned(Step.REPLY, Step.MEETING, "dispute_settled"))
    else:
        then.then(e.DisputeClosed)
    done = _by_agreement_to_the_draft(then.after)
    assert done.case.meeting.agreement_on == day("2026-04-01")


def test_an_agreement_with_an_employer_who_never_named_a_list_is_not_a_dead_end() -> None:
    silent = given(OFFER_SERVED).on("2026-03-17").having((UNION, APPLY), (AUTHORITY, ACCEPT)).on("2026-04-01")
    settled = silent.having((AUTHORITY, SETTLE))
    assert settled.case.step is Step.MEETING
    settled.when(UNION, c.DeclareDeadlock(on_paper=paper(E, "2026-04-01"))).then(e.DeadlockDeclared)
    listed = settled.having(
        (LEGAL, appointed("e1", "e2", "e3", chief="e1")), (HR, duty("e1", "e2", "e3")), (HR, published("2026-04-01"))
    )
    assert _by_agreement_to_the_draft(listed).case.meeting.agreement_on == day("2026-04-01")


def test_in_shanghai_the_upper_union_is_asked_first() -> None:
    there = replace(given(REFUSED), law=law("cn-shanghai"))
    there.when(W1, APPLY).then_warned(Reason.UPPER_UNION_FIRST, "SH 34")
    there.having((UNION, c.RequestGuidance(topic="?"))).when(W1, APPLY).then_not_warned(Reason.UPPER_UNION_FIRST)


# --- vacancy ------------------------------------------------------------------------------------------------------


def test_a_representative_lays_down_his_own_mandate() -> None:
    gone = (
        given(READY_TO_MEET)
        .when(W2, c.LeaveBench(person="w2", reason="离职"))
        .then(like(e.RepresentativeLeft, side=W, was_chief=False))
    )
    assert overlays_of(gone.after.case) == {Overlay.VACANCY}
    assert Seat.REPRESENTATIVE not in seats_of(gone.after.case, W2)
    gone.after.when(W2, c.MakeProposal(head="T3", rate="8")).then_refused(Reason.NOT_YOUR_SEAT)


def test_for_another_the_organ_enters_the_vacancy_with_its_paper() -> None:
    given(READY_TO_MEET).when(W1, c.LeaveBench(person="w2", evidence=SCAN)).then_refused(Reason.NOT_YOUR_SEAT, "ZJ 13")
    given(READY_TO_MEET).when(UNION, c.LeaveBench(person="w2")).then_refused(Reason.EVIDENCE_MISSING)
    given(READY_TO_MEET).when(UNION, c.LeaveBench(person="w2", evidence=SCAN)).then(e.RepresentativeLeft)
    given(READY_TO_MEET).when(UNION, c.LeaveBench(person="e2", evidence=SCAN)).then_refused(Reason.NOT_A_REPRESENTATIVE)
    before = c.LeaveBench(person="w2", occurred_on=day("2026-01-19"), evidence=SCAN)
    given(READY_TO_MEET).when(UNION, before).then_refused(Reason.BEFORE_ITS_GROUND)


def test_while_the_chiefs_seat_is_empty_his_side_neither_meets_nor_confirms() -> None:
    now = given(CLAUSES_PUT).having((E1, c.LeaveBench(person="e1")))
    now.when(E1, confirming("T3")).then_refused(Reason.NOT_YOUR_SEAT)
    ready = given(READY_TO_MEET).having((E1, c.LeaveBench(person="e1")))
    there = ready.on("2026-03-31T09:00").having((RECORDER, c.ConfirmCheckIn(persons=("w1", "w2", "e2", "e3"))))
    there.when(RECORDER, c.StartMeeting()).then_refused(Reason.TOO_FEW_REPRESENTATIVES, side=E)
    outsider = there.having((HR, c.LeaveBench(person="e3", evidence=SCAN)))
    assert outsider.case.benches.employer.chief in outsider.case.benches.employer.vacant


def test_talks_that_lie_still_beyond_the_cap_may_be_taken_up_and_that_is_shown() -> None:
    """中止协商的期限累计不得超过三十日 (HZ 27 ¶2): what was too long is recorded, and closes no way back."""
    still = c.Suspend(until_on=day("2026-04-30"), next=plan("2026-05-06"), reason="等审计")
    lying = given(IN_SESSION).having((W1, still), (E1, still))
    lying.on("2026-04-30").when(W1, c.Resume()).then_not_warned(Reason.LAY_STILL_TOO_LONG)
    lying.on("2026-05-25").when(W1, c.Resume()).then_warned(Reason.LAY_STILL_TOO_LONG, "HZ 27", days=55, most=30)


def test_the_meeting_after_a_suspension_is_held_where_the_pack_allows() -> None:
    online = plan("2026-04-13").model_copy(update={"mode": Mode.ONLINE})
    said = c.Suspend(until_on=day("2026-04-10"), next=online)
    given(IN_SESSION).when(W1, said).then_refused(Reason.ONLINE_NOT_ALLOWED)


def test_a_coordination_goes_forward_step_by_step() -> None:
    now = given(DEADLOCK).having(
        (E1, c.ApplyForCoordination(facts="?")), (AUTHORITY, c.AcceptDispute(coordinators=("coordinator",)))
    )
    for reached in ("investigated", "planned", "coordinated"):
        now = now.when(AUTHORITY, c.AdvanceCoordination(reached=reached)).then(e.CoordinationAdvanced).after
    now.when(AUTHORITY, c.AdvanceCoordination(reached="planned")).then_refused(Reason.NOTHING_NEW)
    assert now.case.dispute is not None
    assert now.case.dispute.reached == "coordinated"
    given(DEADLOCK).when(AUTHORITY, c.AdvanceCoordination(reached="planned")).then_refused(Reason.NO_DISPUTE)


def test_nobody_who_sits_for_a_side_coordinates_and_no_coordinator_sits_for_one() -> None:
    party = member("w2", None, Office.AUTHORITY)
    given(DEADLOCK).when(party, c.AcceptDispute(coordinators=("x",))).then_refused(Reason.REVIEWER_IS_PARTY)
    taken = given(DEADLOCK).having((AUTHORITY, c.AcceptDispute(coordinators=("coordinator",))))
    outsider = c.MandateOutsider(rep=rep("coordinator", outside=True))
    taken.when(W1, outsider).then_refused(Reason.REVIEWER_IS_PARTY, "ZJ 39")


def test_what_a_chiefs_delegate_named_lapses_with_his_mandate() -> None:
    away = given(REPLIED).having((W1, c.DelegateChief(person="w2", until_on=day("2026-04-30"))))
    named = away.having((W2, c.ScheduleMeeting(plan=plan("2026-04-08"))))
    assert named.case.meeting.named.worker is not None
    gone = named.having((W2, c.LeaveBench(person="w2")))
    assert gone.case.meeting.named.worker is None


def replacing(old: str, new: str, *, chief: bool = False) -> c.ReplaceRepresentative:
    right = ChiefIs.UNION_HEAD if old.startswith("w") else ChiefIs.LEGAL_REPRESENTATIVE
    return c.ReplaceRepresentative(old=old, rep=rep(new), as_chief=chief, chief_is=right, evidence=SCAN)


def test_a_seat_is_filled_by_the_same_procedure_with_notice_to_the_other_side() -> None:
    then = given(READY_TO_MEET).when(UNION, replacing("w2", "w4").model_copy(update={"service": receipt("2026-03-20")}))
    then.then(like(e.RepresentativeReplaced, side=W, old="w2"))
    case = then.after.case
    assert [r.person for r in case.benches.worker.seated] == ["w1", "w3", "w4"]
    assert "w2" in case.benches.worker.was
    assert any(p.kind == "replacement" for p in case.papers.values())
    given(READY_TO_MEET).when(UNION, replacing("w2", "w4").model_copy(update={"evidence": None})).then_refused(
        Reason.EVIDENCE_MISSING, "ZJ 13"
    )
    given(READY_TO_MEET).when(W1, replacing("w2", "w4")).then_refused(Reason.NOT_YOUR_SEAT)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (replacing("w9", "w4"), Reason.NOT_A_REPRESENTATIVE),
        (replacing("w2", "w3"), Reason.TWICE_ON_LIST),
        (replacing("w2", "e2"), Reason.ON_BOTH_SIDES),
        (replacing("w2", "recorder"), Reason.RECORDER_IS_REPRESENTATIVE),
        (replacing("w2", "w4", chief=True), Reason.CHIEF_NOT_ON_LIST),
        (replacing("w1", "w4"), Reason.CHIEF_NOT_ON_LIST),
    ],
)
def test_a_replacement_that_cannot_stand(said: c.ReplaceRepresentative, reason: Reason) -> None:
    given(READY_TO_MEET).when(UNION, said).then_refused(reason)


def test_no_outsider_takes_the_place_of_a_chief() -> None:
    outsider = c.ReplaceRepresentative(old="w1", rep=rep("x", outside=True), as_chief=True, evidence=SCAN)
    given(READY_TO_MEET).when(UNION, outsider).then_refused(Reason.CHIEF_OUTSIDER, "N2004 23")


def test_the_new_one_accepts_his_duty_before_the_meeting_opens() -> None:
    now = given(READY_TO_MEET).having((UNION, replacing("w2", "w4"))).on("2026-03-31T09:00")
    there = now.having((RECORDER, c.ConfirmCheckIn(persons=("w1", "w3", "w4", "e1", "e2"))))
    there.when(RECORDER, c.StartMeeting()).then_refused(Reason.DUTY_NOT_ACCEPTED, "HZ 19", side=W, n=1)
    there.having((member("w4", W), c.AcceptDuty())).when(RECORDER, c.StartMeeting()).then(e.MeetingStarted)


@pytest.mark.parametrize("leaves_first", [False, True])
def test_what_a_chief_confirmed_and_the_other_had_not_lapses_with_his_mandate(leaves_first: bool) -> None:
    now = given(CLAUSES_PUT).having(*agreeing("T2"), (W1, confirming("T3")))
    if leaves_first:
        now = now.having((W1, c.LeaveBench(person="w1")))
        assert now.case.clauses[clause_of(now.case, "T3")].confirmed == frozenset()
    replaced = now.having((UNION, replacing("w1", "w4", chief=True)))
    assert replaced.case.clauses[clause_of(replaced.case, "T3")].confirmed == frozenset()
    assert replaced.case.clauses[clause_of(replaced.case, "T2")].agreed
    replaced.when(W1, confirming("T3")).then_refused(Reason.NOT_YOUR_SEAT)
    replaced.when(E1, confirming("T3")).then(like(e.ClauseConfirmed, agreed=False))
    replaced.when(member("w4", W), confirming("T3")).then(e.ClauseConfirmed)


def test_every_word_of_a_dead_mandate_that_was_not_matched_lapses() -> None:
    now = given(READY_TO_MEET).having(
        (W1, c.ScheduleMeeting(plan=plan("2026-04-02"))), (W1, c.NameRecorder(person="other"))
    )
    replaced = now.having((UNION, replacing("w1", "w4", chief=True)))
    replaced.when(E1, c.ScheduleMeeting(plan=plan("2026-04-02"))).then(like(e.MeetingPlanNamed, agreed=False))
    replaced.when(E1, c.NameRecorder(person="other")).then(like(e.RecorderNamed, agreed=False))
    suspended = given(IN_SESSION).having((W1, suspending()), (UNION, replacing("w1", "w4", chief=True)))
    suspended.when(E1, suspending()).then(like(e.SuspensionNamed, agreed=False))
    laid = given(IN_SESSION).having((RECORDER, minutes("none")), (W1, signed_minutes()))
    replaced = laid.having((UNION, replacing("w1", "w4", chief=True)))
    replaced.when(E1, signed_minutes()).then(like(e.MinutesConfirmed, both=False))


# --- a delegate of the chief --------------------------------------------------------------------------------------


def delegating(person: str = "w2", until: str = "2026-04-30", *, sign: bool = False) -> c.DelegateChief:
    return c.DelegateChief(person=person, until_on=day(until), may_sign=sign)


def test_a_chief_who_is_away_delegates_to_an_insider_of_his_side() -> None:
    then = given(READY_TO_MEET).when(W1, delegating()).then(like(e.ChiefDelegated, side=W, person="w2"))
    then.then_warned(Reason.CHIEF_DELEGATE_ADVISORY, "N2004 20")
    given(READY_TO_MEET).when(E1, delegating("e2")).then_no_warning()
    assert Seat.CHIEF in seats_of(then.after.case, W2, day("2026-04-30"))
    assert Seat.CHIEF not in seats_of(then.after.case, W2, day("2026-05-01"))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (delegating("w9"), Reason.NOT_A_REPRESENTATIVE),
        (delegating("w1"), Reason.NOT_A_REPRESENTATIVE),
        (delegating("e2"), Reason.NOT_A_REPRESENTATIVE),
        (delegating(until="2026-03-19"), Reason.DAY_IN_THE_PAST),
    ],
)
def test_a_delegation_that_does_not_hold(said: c.DelegateChief, reason: Reason) -> None:
    given(READY_TO_MEET).when(W1, said).then_refused(reason)


def test_a_delegate_does_not_delegate_on_and_is_no_outsider() -> None:
    given(READY_TO_MEET).having((W1, delegating())).when(W2, delegating("w3")).then_refused(
        Reason.NOT_YOUR_SEAT, "N2004 20"
    )
    outside = given(READY_TO_MEET).having((W1, c.MandateOutsider(rep=rep("x", outside=True))))
    outside.when(W1, delegating("x")).then_refused(Reason.CHIEF_OUTSIDER, "N2004 23")
    given(READY_TO_MEET).having((W1, delegating())).when(W1, delegating()).then_refused(Reason.NOTHING_NEW)


def test_the_power_of_a_delegate_dies_with_the_chiefs_mandate() -> None:
    for gone in ((W1, c.LeaveBench(person="w1")), (UNION, replacing("w1", "w4", chief=True))):
        now = given(READY_TO_MEET).having((W1, delegating()), gone)
        assert Seat.CHIEF not in seats_of(now.case, W2, day("2026-03-20"))
        now.when(W2, c.ScheduleMeeting(plan=plan("2026-04-02"))).then_refused(Reason.NOT_YOUR_SEAT)


def test_a_delegate_who_was_replaced_does_not_stand_in_at_the_door() -> None:
    here = given(READY_TO_MEET).having((E1, delegating("e2"))).on("2026-03-31T09:00")
    there = here.having((RECORDER, c.ConfirmCheckIn(persons=("w1", "w2", "e2", "e3"))), (HR, replacing("e2", "e4")))
    now = there.having((HR, duty("e4")), (RECORDER, c.ConfirmCheckIn(persons=("e4",))))
    now.when(RECORDER, c.StartMeeting()).then_refused(Reason.CHIEFS_NOT_THERE, side=E)


def test_overlays_stack() -> None:
    now = given(DEADLOCK).having(
        (UNION, c.RequestGuidance(topic="?")), (E1, APPLY), (W2, c.LeaveBench(person="w2")),
        (E1, suspending()), (W1, suspending()),
    )  # fmt: skip
    assert overlays_of(now.case) == set(Overlay)
    assert now.case.step is Step.MEETING


def test_an_overlay_says_nothing_where_nothing_lies() -> None:
    assert overlays_of(given(WORKER_LIST_READY).case) == set()
    assert overlays_of(given(FILED_IN_PLATFORM).case) == set()
    given(FILED_IN_PLATFORM).when(CLOCK, c.RequestGuidance(topic="?")).then_refused(Reason.NOT_YOUR_SEAT)
