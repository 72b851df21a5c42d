"""Step 9: publication, reports, problems, supervision, the end of the contract (HZ 36-43; domain §1.3 S9)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace as put

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.moment import streams_of
from cloudnego.core.refusals import Reason
from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import CLOCK, Ending, Held, Kind, Stream
from tests.core.situations import (
    FILED_IN_PLATFORM,
    IN_FORCE,
    PUBLISHED,
    REGIONAL_IN_FORCE,
    REGIONAL_OPENED,
    REGISTERED,
    WORKER_LIST_READY,
)
from tests.given import (
    BODY_AS_ORGAN,
    CASE_ID,
    E1,
    E2,
    FIRM,
    FIRM_UNION,
    HR,
    SCAN,
    TOWN,
    UNION,
    W2,
    WORKER,
    E,
    clause_of,
    day,
    given,
    like,
)

# --- publication and reports --------------------------------------------------------------------------------------


def test_the_enterprise_publishes_the_contract_in_force_once() -> None:
    given(IN_FORCE).on("2026-05-20").when(HR, c.PublishContract(place="公告栏")).then(like(e.ContractPublished, side=E))
    given(PUBLISHED).when(HR, c.PublishContract()).then_refused(Reason.PUBLISHED)
    given(IN_FORCE).when(UNION, c.PublishContract()).then_refused(Reason.NOT_YOUR_SEAT)
    given(FILED_IN_PLATFORM).when(HR, c.PublishContract()).then_refused(Reason.NOT_IN_THIS_STEP)
    given(IN_FORCE).when(HR, c.PublishContract(enterprises=("firm1",))).then_refused(Reason.NOT_REGIONAL)


def test_it_is_not_published_before_it_is_in_force() -> None:
    early = c.PublishContract(occurred_on=day("2026-05-13"), evidence=SCAN)
    given(IN_FORCE).on("2026-05-20").when(HR, early).then_refused(Reason.BEFORE_ITS_GROUND, ground="2026-05-14")


def test_publication_leaves_the_force_of_the_contract_untouched() -> None:
    assert given(PUBLISHED).case.filing.in_force_from == given(IN_FORCE).case.filing.in_force_from


def test_a_regional_contract_is_published_firm_by_firm() -> None:
    now = given(REGIONAL_IN_FORCE).on("2026-05-20")
    first = now.when(BODY_AS_ORGAN, c.PublishContract(enterprises=("firm1",))).then(e.ContractPublished).after
    first.when(BODY_AS_ORGAN, c.PublishContract(enterprises=("firm1",))).then_refused(Reason.NOTHING_NEW)
    first.when(BODY_AS_ORGAN, c.PublishContract(enterprises=("firm9",))).then_refused(Reason.COVERED_UNKNOWN)
    rest = first.having((BODY_AS_ORGAN, c.PublishContract(enterprises=("firm2", "firm3"))))
    rest.when(BODY_AS_ORGAN, c.PublishContract()).then_refused(Reason.PUBLISHED)


def test_a_covered_enterprise_publishes_at_its_own_place_alone() -> None:
    now = given(REGIONAL_IN_FORCE).on("2026-05-20")
    now.when(FIRM, c.PublishContract(enterprises=("firm1",))).then(e.ContractPublished)
    for others in (("firm2",), ("firm1", "firm2"), ()):
        now.when(FIRM, c.PublishContract(enterprises=others)).then_refused(Reason.NOT_YOUR_SEAT)
    as_chief = put(E1, covered=FIRM.covered)
    now.when(as_chief, c.PublishContract(enterprises=("firm1", "firm2"))).then(e.ContractPublished)


def test_as_long_as_the_employers_have_no_chief_their_body_sees_the_table_and_no_single_enterprise_does() -> None:
    """It speaks for them, so an offer reaches it (HZ 24, 32)."""
    case = given(REGIONAL_OPENED).case
    assert streams_of(case, BODY_AS_ORGAN) >= {Stream.TABLE}
    assert [streams_of(case, one) for one in (FIRM, FIRM_UNION)] == [{Stream.NOTICE}] * 2


def test_the_union_reports_the_contract_to_the_upper_union_once() -> None:
    told = given(IN_FORCE).on("2026-05-20").when(UNION, c.ReportToUpperUnion()).then(e.ReportedToUpperUnion).after
    told.when(UNION, c.ReportToUpperUnion()).then_refused(Reason.REPORTED)
    given(IN_FORCE).when(HR, c.ReportToUpperUnion()).then_refused(Reason.NOT_YOUR_SEAT)


def test_performance_is_reported_clause_by_clause() -> None:
    name = clause_of(given(PUBLISHED).case, "T3")
    shown = c.ClauseResult(clause=name, result="full", evidence=SCAN)
    good = c.ReportPerformance(period="2026", results=(shown,), satisfied_percent=92, remark="已履行")
    told = like(e.PerformanceReported, period="2026", results=(shown,), satisfied_percent=92)
    given(PUBLISHED).on("2027-01-08").when(HR, good).then(told)
    unknown = c.ReportPerformance(period="2026", results=(c.ClauseResult(clause="x", result="full"),))
    given(PUBLISHED).when(HR, unknown).then_refused(Reason.CLAUSE_UNKNOWN)
    given(PUBLISHED).when(UNION, good).then_refused(Reason.NOT_YOUR_SEAT)


# --- problems -----------------------------------------------------------------------------------------------------


def test_every_worker_may_raise_a_problem_and_it_is_answered_once() -> None:
    name = clause_of(given(PUBLISHED).case, "T3")
    raised = given(PUBLISHED).when(WORKER, c.RaiseProblem(clause=name, problem="六月未调整")).then(e.ProblemRaised)
    (event,) = raised.events
    assert isinstance(event, e.ProblemRaised)
    today = raised.after.at.date()
    late = c.AnswerProblem(problem=event.problem, answer="七月补发", cure_by=today - timedelta(days=1))
    raised.after.when(E2, late).then_refused(Reason.DAY_IN_THE_PAST)
    answer = late.model_copy(update={"cure_by": today})
    answered = raised.after.when(E2, answer).then(like(e.ProblemAnswered, side=E, cure_by=today)).after
    answered.when(E2, answer).then_refused(Reason.PROBLEM_ANSWERED)
    raised.after.when(E2, answer.model_copy(update={"problem": "table.99"})).then_refused(Reason.UNKNOWN_REFERENCE)


def test_a_problem_names_a_clause_or_none_and_only_open_ones_are_answered() -> None:
    given(PUBLISHED).when(W2, c.RaiseProblem(clause="x", problem="?")).then_refused(Reason.CLAUSE_UNKNOWN)
    given(PUBLISHED).when(W2, c.RaiseProblem(problem="食堂")).then(e.ProblemRaised)
    given(PUBLISHED).when(E2, c.AnswerProblem(problem="table.1", answer="?")).then_refused(Reason.PROBLEM_ANSWERED)


def test_a_case_elsewhere_is_noted() -> None:
    given(PUBLISHED).when(UNION, c.RecordExternalCase(forum="arbitration", reference="杭萧劳仲 1")).then(
        like(e.ExternalCaseRecorded, forum="arbitration")
    )
    given(PUBLISHED).when(WORKER, c.RecordExternalCase(forum="lawsuit")).then_refused(Reason.NOT_YOUR_SEAT)


# --- the people are protected -------------------------------------------------------------------------------------


def test_a_transfer_of_a_workers_representative_without_his_consent_is_recorded_with_a_warning() -> None:
    moved = c.ReportTransfer(person="w2", change="transfer", consented=False, reason="调岗")
    given(WORKER_LIST_READY).when(HR, moved).then(like(e.TransferReported, person="w2")).then_warned(
        Reason.TRANSFER_WITHOUT_CONSENT, "HZ 20", "ZJ 14"
    )
    given(PUBLISHED).when(UNION, moved.model_copy(update={"consented": True})).then_no_warning()
    given(PUBLISHED).when(HR, moved.model_copy(update={"person": "e2"})).then_refused(Reason.NOT_PROTECTED, "HZ 20")


# --- the end ------------------------------------------------------------------------------------------------------


def test_the_contract_ends_by_itself_after_its_last_day() -> None:
    now = given(PUBLISHED)
    assert now.case.filing.expires_on == day("2027-04-30")
    now.on("2027-04-30").when(CLOCK, c.CloseExpired()).then_refused(Reason.NOT_EXPIRED, "ZJ 30", by=day("2027-04-30"))
    ended = now.on("2027-05-01").when(CLOCK, c.CloseExpired()).then(like(e.CaseClosed, ending=Ending.EXPIRED)).after
    assert not ended.case.live
    ended.when(HR, c.ReportPerformance(period="2027")).then_refused(Reason.CASE_CLOSED, ending="expired")


def _child(kind: Kind, *, in_force: str | None, parent: str = CASE_ID) -> Negotiation:
    """A child case that is, or is not, in force."""
    case = given(IN_FORCE).case
    assert case.opened is not None
    opened = case.opened.model_copy(update={"kind": kind, "parent": parent})
    return put(case, opened=opened, filing=put(case.filing, in_force_from=day(in_force) if in_force else None))


@pytest.mark.parametrize(
    ("kind", "ending"),
    [
        (Kind.RENEWAL, Ending.SUPERSEDED),
        (Kind.AMENDMENT, Ending.SUPERSEDED),
        (Kind.TERMINATION, Ending.TERMINATED),
    ],
)
def test_a_child_in_force_takes_the_place_of_its_parent(kind: Kind, ending: Ending) -> None:
    now = given(PUBLISHED).on("2026-10-01").beside(_child(kind, in_force="2026-10-01"))
    now.when(CLOCK, c.RecordSupersession(child="n1")).then(like(e.CaseClosed, ending=ending))


def test_only_an_own_child_that_is_in_force_does() -> None:
    now = given(PUBLISHED).on("2026-10-01")
    supersede = c.RecordSupersession(child="n1")
    now.beside(_child(Kind.RENEWAL, in_force="2026-10-02")).when(CLOCK, supersede).then_refused(Reason.CHILD_NOT_DONE)
    now.beside(_child(Kind.RENEWAL, in_force=None)).when(CLOCK, supersede).then_refused(Reason.CHILD_NOT_DONE, "HZ 39")
    now.beside(_child(Kind.RENEWAL, in_force="2026-10-01", parent="n9")).when(CLOCK, supersede).then_refused(
        Reason.UNKNOWN_REFERENCE
    )
    now.when(CLOCK, supersede).then_refused(Reason.UNKNOWN_REFERENCE)
    now.beside(_child(Kind.RENEWAL, in_force="2026-10-01")).when(TOWN, supersede).then_refused(Reason.NOT_YOUR_SEAT)


# --- a contract from before the platform --------------------------------------------------------------------------


def test_a_registered_contract_has_the_duties_of_its_last_step() -> None:
    now = given(REGISTERED)
    now.when(HR, c.PublishContract()).then(e.ContractPublished)
    now.when(UNION, c.ReportToUpperUnion()).then(e.ReportedToUpperUnion)
    now.when(WORKER, c.RaiseProblem(problem="?")).then(e.ProblemRaised)
    now.on("2026-06-20").when(CLOCK, c.CloseExpired()).then(like(e.CaseClosed, ending=Ending.EXPIRED))
    assert now.case.performance.raise_rate == "5"


def test_gatherings_are_counted_as_they_really_were() -> None:
    held = given(PUBLISHED).case.gatherings
    assert sum(h is Held.GATHERING for h in held.values()) == 2, "the election and the congress"
    assert given(PUBLISHED).case.meetings_held == 1
