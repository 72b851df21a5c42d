"""Opening a case by either side, its child cases, and contracts from before the platform (domain §1.3 S1, §3)."""

from __future__ import annotations

import pytest
from msgspec.structs import replace as put

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.refusals import Reason
from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import (
    Ending,
    Kind,
    Member,
    Scope,
    Step,
)
from tests.core.situations import (
    IN_FORCE,
    NOTHING,
    OPENED,
    PUBLISHED,
    REGIONAL_NOTHING,
    UNDER_REVIEW,
    on_register,
    regional,
)
from tests.given import (
    AUTHORITY,
    BODY,
    BODY_AS_ORGAN,
    DISTRICT,
    FIRM,
    FIRM_UNION,
    HR,
    LEGAL,
    REGISTER,
    SCAN,
    STRANGER,
    TOWN,
    TOWN_AS_ORGAN,
    UNION,
    WORKER,
    E,
    Given,
    W,
    day,
    given,
    law,
    like,
)

OPEN = c.OpenCase(enterprise="ent1", wage_year=2026)


@pytest.mark.parametrize(("who", "side"), [(UNION, W), (HR, E), (LEGAL, E)])
def test_either_side_opens_and_needs_nothing_of_the_other(who: object, side: object) -> None:
    then = NOTHING.when(who, OPEN).then(like(e.CaseOpened, by_side=side, kind=Kind.NEW))  # type: ignore[arg-type]
    then.then_no_warning()
    assert then.after.case.step is Step.REPRESENTATIVES


@pytest.mark.parametrize("who", [TOWN, DISTRICT])
def test_an_upper_union_opens_where_there_is_no_union_and_only_there(who: Member) -> None:
    NOTHING.when(who, OPEN).then_refused(Reason.NOT_PARTY_TO_ENTERPRISE, "HZ 24")
    on_register(has_union=False).when(who, OPEN).then(like(e.CaseOpened, by_side=W, has_union=False))


def test_a_body_of_employers_opens_for_an_industry_or_region_alone() -> None:
    NOTHING.when(BODY, OPEN).then_refused(Reason.NOT_PARTY_TO_ENTERPRISE, "HZ 24")
    on_register(has_union=False).when(BODY, OPEN).then_refused(Reason.NOT_PARTY_TO_ENTERPRISE)
    REGIONAL_NOTHING.when(BODY_AS_ORGAN, regional(per_enterprise=False)).then(like(e.CaseOpened, by_side=E))


@pytest.mark.parametrize("who", [FIRM, FIRM_UNION])
def test_nobody_of_one_covered_enterprise_opens_for_an_industry_or_region(who: Member) -> None:
    """Its union and its body of employers speak there (HZ 32, 34): it is theirs to open and to enter what there was."""
    REGIONAL_NOTHING.when(who, regional(per_enterprise=False)).then_refused(Reason.NOT_YOUR_SEAT)
    old = OLD.model_copy(update={"enterprise": "park", "scope": Scope.REGION, "covers": ("firm1",)})
    REGIONAL_NOTHING.when(who, old).then_refused(Reason.NOT_YOUR_SEAT)
    REGIONAL_NOTHING.when(BODY_AS_ORGAN, old).then(like(e.CaseOpened, by_side=E), e.ContractRegistered)


def test_no_enterprise_makes_itself_a_region_and_no_region_an_enterprise() -> None:
    wider = OPEN.model_copy(update={"scope": Scope.REGION})
    NOTHING.when(UNION, wider).then_refused(Reason.SUBJECT_OF_OTHER_SCOPE, "HZ 32")
    narrower = regional(per_enterprise=False).model_copy(update={"scope": Scope.ENTERPRISE, "covers": ()})
    REGIONAL_NOTHING.when(TOWN_AS_ORGAN, narrower).then_refused(Reason.SUBJECT_OF_OTHER_SCOPE)
    nobody = regional(per_enterprise=False).model_copy(update={"covers": ()})
    REGIONAL_NOTHING.when(TOWN_AS_ORGAN, nobody).then_refused(Reason.NOBODY_COVERED, "HZ 30")


def test_a_case_pins_the_law_and_keeps_the_registers_facts() -> None:
    then = NOTHING.when(UNION, OPEN.model_copy(update={"occasion": "集中要约行动", "external_ref": "A-1"}))
    (event,) = then.events
    assert isinstance(event, e.CaseOpened)
    assert (event.pack, event.pack_version, event.calendar) == (
        "cn-hangzhou", law().pack.version, law().calendar.version,
    )  # fmt: skip
    assert (event.headcount, event.has_union, event.references) == (120, True, REGISTER.references)
    assert then.after.case.opened is not None
    assert then.after.case.opened.words is None


@pytest.mark.parametrize("who", [WORKER, AUTHORITY, STRANGER])
def test_nobody_else_opens(who: object) -> None:
    NOTHING.when(who, OPEN).then_refused(Reason.NOT_YOUR_SEAT)  # type: ignore[arg-type]


def test_the_enterprise_stands_on_the_register() -> None:
    Given(at=NOTHING.at, register=None).when(UNION, OPEN).then_refused(Reason.NOT_PARTY_TO_ENTERPRISE)
    given(OPENED).when(UNION, OPEN).then_refused(Reason.NOTHING_NEW)


def test_a_second_case_is_refused_only_while_an_offer_is_open() -> None:
    on_register(open_offers=("n7",)).when(UNION, OPEN).then_refused(Reason.OFFER_OPEN_ELSEWHERE, "HZ 24")
    on_register(this_year=("n7",)).when(UNION, OPEN).then_warned(Reason.CASE_THIS_YEAR, "HZ 23", year=2026)


def test_a_branch_opens_with_the_legal_representatives_consent() -> None:
    branch = on_register(is_branch=True)
    branch.when(UNION, OPEN).then_refused(Reason.BRANCH_CONSENT_MISSING, "ZJ 46")
    branch.when(UNION, OPEN.model_copy(update={"evidence": SCAN})).then(e.CaseOpened)


def test_a_regional_case_covers_enterprises_the_register_knows() -> None:
    then = REGIONAL_NOTHING.when(TOWN_AS_ORGAN, regional(per_enterprise=True))
    then.then(like(e.CaseOpened, scope=Scope.REGION, ballot_per_enterprise=True))
    assert len(then.after.case.covers) == 3
    unknown = regional(per_enterprise=False).model_copy(update={"covers": ("firm9",)})
    REGIONAL_NOTHING.when(TOWN_AS_ORGAN, unknown).then_refused(Reason.COVERED_UNKNOWN, "HZ 30")
    NOTHING.when(UNION, OPEN.model_copy(update={"covers": ("firm1",)})).then_refused(Reason.NOT_REGIONAL)


# --- children -----------------------------------------------------------------------------------------------------


def child(kind: Kind, **said: object) -> c.OpenCase:
    return c.OpenCase.model_validate({"enterprise": "ent1", "wage_year": 2027, "kind": kind, "parent": "n0", **said})


def _beside(parent: Negotiation, on: str = "2027-02-01") -> Given:
    return NOTHING.on(on).beside(parent)


def test_changes_endings_and_renewals_are_children_of_a_contract_in_force() -> None:
    now = _beside(given(PUBLISHED).case)
    now.when(UNION, child(Kind.RENEWAL)).then(like(e.CaseOpened, kind=Kind.RENEWAL, parent="n0")).then_no_warning()
    proved = {"cause": "force_majeure", "evidence": SCAN.model_dump()}
    now.when(HR, child(Kind.AMENDMENT, **proved)).then(like(e.CaseOpened, kind=Kind.AMENDMENT, cause="force_majeure"))
    now.when(UNION, child(Kind.TERMINATION, cause="agreed")).then(like(e.CaseOpened, kind=Kind.TERMINATION))


def test_a_child_needs_its_parent_and_a_parent_its_child() -> None:
    parent = given(PUBLISHED).case
    _beside(parent).when(UNION, child(Kind.RENEWAL, parent=None)).then_refused(Reason.PARENT_NEEDED, "HZ 39")
    NOTHING.when(UNION, child(Kind.RENEWAL)).then_refused(Reason.PARENT_NEEDED)
    _beside(parent).when(UNION, child(Kind.NEW)).then_refused(Reason.PARENT_NEEDED)
    _beside(parent).when(UNION, child(Kind.REGISTERED)).then_refused(Reason.PARENT_NEEDED)
    _beside(parent).when(UNION, child(Kind.RENEWAL, enterprise="ent9")).then_refused(Reason.PARENT_NEEDED)


def test_the_parent_is_in_force() -> None:
    not_yet = given(UNDER_REVIEW).case
    ended = put(given(PUBLISHED).case, ending=Ending.EXPIRED)
    for parent in (not_yet, ended):
        _beside(parent).when(UNION, child(Kind.RENEWAL)).then_refused(Reason.PARENT_NOT_IN_FORCE, "HZ 39")


def test_a_change_has_a_cause_and_its_proof() -> None:
    now = _beside(given(PUBLISHED).case)
    now.when(HR, child(Kind.AMENDMENT)).then_refused(Reason.CAUSE_NEEDED, "HZ 37", "HZ 38")
    now.when(HR, child(Kind.AMENDMENT, cause="law_changed")).then_refused(Reason.EVIDENCE_MISSING, "HZ 38")
    now.when(HR, child(Kind.AMENDMENT, cause="agreed")).then(e.CaseOpened)


def test_before_the_ninetieth_day_a_renewal_is_early_and_that_is_a_warning() -> None:
    parent = put(given(IN_FORCE).case, filing=put(given(IN_FORCE).case.filing, expires_on=day("2026-12-31")))
    _beside(parent, "2026-10-01").when(UNION, child(Kind.RENEWAL)).then_warned(
        Reason.RENEWAL_EARLY, "HZ 23", opens="2026-10-02"
    )
    _beside(parent, "2026-10-02").when(UNION, child(Kind.RENEWAL)).then_no_warning()


def test_a_child_is_opened_beside_an_open_offer() -> None:
    now = on_register(open_offers=("n7",), this_year=("n7",)).on("2027-02-01").beside(given(PUBLISHED).case)
    now.when(UNION, child(Kind.AMENDMENT, cause="agreed")).then(e.CaseOpened).then_no_warning()


# --- contracts from before the platform ---------------------------------------------------------------------------

OLD = c.RegisterContract(
    enterprise="ent1", wage_year=2025, signed_on=day("2025-06-01"), in_force_from=day("2025-06-20"),
    expires_on=day("2026-06-19"), minimum_wage_fen=260_000, published_on=day("2025-06-25"), filing_no="2025-77",
    evidence=SCAN,
)  # fmt: skip


def test_a_contract_from_before_is_entered_at_its_last_step() -> None:
    then = NOTHING.when(UNION, OLD).then(like(e.CaseOpened, kind=Kind.REGISTERED), e.ContractRegistered)
    case = then.after.case
    assert (case.step, case.filing.in_force_from, case.filing.expires_on) == (
        Step.PERFORMANCE, day("2025-06-20"), day("2026-06-19"),
    )  # fmt: skip
    assert case.performance.published_on == day("2025-06-25")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"signed_on": day("2025-06-21")}, Reason.DAYS_IN_WRONG_ORDER),
        ({"expires_on": day("2025-06-19")}, Reason.DAYS_IN_WRONG_ORDER),
        ({"in_force_from": day("2026-01-13")}, Reason.IN_THE_FUTURE),
        ({"covers": ("firm1",)}, Reason.NOT_REGIONAL),
    ],
)
def test_a_contract_from_before_that_does_not_hold(change: dict[str, object], reason: Reason) -> None:
    NOTHING.when(UNION, OLD.model_copy(update=change)).then_refused(reason)


def test_nobody_without_a_side_registers_a_contract() -> None:
    NOTHING.when(AUTHORITY, OLD).then_refused(Reason.NOT_YOUR_SEAT)
    given(OPENED).when(UNION, OLD).then_refused(Reason.NOTHING_NEW)
