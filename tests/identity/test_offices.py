"""Which memberships count in a case, and what they make of a person there."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from cloudnego.core.vocabulary import Office, Side, Via
from cloudnego.identity.offices import ActingAsRequired, Parties, member_for
from cloudnego.identity.sessions import Held

TODAY = date(2026, 5, 1)
CASE = Parties(
    town="330109001", organisations=frozenset({"firm", "union", "covered"}), worker_organ="union", employer_organ="firm"
)


def held(membership: str, organisation: str, office: Office, region: str = "330109001", **more: Any) -> Held:
    facts: dict[str, Any] = {
        "organisation_kind": "",
        "organisation_name": "",
        "upper": None,
        "side": None,
        "seat_hint": None,
        "mandate": None,
        "mandate_scope": None,
        "mandate_from": None,
        "mandate_to": None,
    }
    return Held(membership=membership, organisation=organisation, office=office, region=region, **(facts | more))


CHAIR = held("m1", "union", Office.UNION)
WORKER = held("m2", "firm", Office.WORKER)
HR = held("m3", "firm", Office.HR)
TOWN = held("m4", "town", Office.TOWN_UNION)
DISTRICT = held("m5", "district", Office.DISTRICT_UNION, region="330109")
OTHER_TOWN = held("m6", "other-town", Office.TOWN_UNION, region="330109002")
OTHER_FIRM = held("m7", "other-firm", Office.HR)


def test_members_of_the_parties_fit_with_the_side_of_their_office() -> None:
    member = member_for("p", [HR], CASE, acting_as=None, today=TODAY)
    assert member is not None
    assert (member.side, member.offices) == (Side.EMPLOYER, frozenset({Office.HR}))


def test_workers_of_a_covered_enterprise_fit() -> None:
    member = member_for("p", [held("m", "covered", Office.WORKER)], CASE, acting_as=None, today=TODAY)
    assert member is not None
    assert member.offices == {Office.WORKER}


PARK = Parties(
    town="330109001", organisations=frozenset({"park", "body", "firm", "other-firm"}), worker_organ="park",
    employer_organ="body", covered=frozenset({"firm", "other-firm"}),
)  # fmt: skip
FIRM_UNION = held("m8", "firm-union", Office.UNION, upper="firm", organisation_kind="enterprise_union")


def test_whoever_is_of_a_covered_enterprise_is_there_for_it_alone() -> None:
    """The union of the area and the body of the employers speak for their sides (HZ 32, 34)."""
    bodiless = msgspec.structs.replace(PARK, employer_organ="park")
    organ = held("m9", "body", Office.EMPLOYERS_BODY)
    for parties, mine, covered in (
        (PARK, [HR], {"firm"}), (PARK, [FIRM_UNION], {"firm"}), (PARK, [HR, OTHER_FIRM], {"firm", "other-firm"}),
        (PARK, [WORKER], set()), (PARK, [organ], set()), (CASE, [HR], set()), (CASE, [CHAIR], set()),
        (bodiless, [HR], set()), (bodiless, [FIRM_UNION], {"firm"}),
    ):  # fmt: skip
        member = member_for("p", mine, parties, acting_as=None, today=TODAY)
        assert member is not None
        assert member.covered == covered, (parties, mine)


def test_offices_of_the_area_reach_down_and_not_sideways() -> None:
    for one, reaches in ((TOWN, True), (DISTRICT, True), (OTHER_TOWN, False)):
        member = member_for("p", [one], CASE, acting_as=None, today=TODAY)
        assert member is not None
        assert bool(member.offices) is reaches
        assert member.side is None


def test_an_enterprise_of_the_same_town_is_no_party() -> None:
    member = member_for("p", [OTHER_FIRM], CASE, acting_as=None, today=TODAY)
    assert member is not None
    assert (member.side, member.offices) == (None, frozenset())


def test_the_town_union_speaks_for_workers_only_as_their_organ() -> None:
    case = Parties(
        town="330109001", organisations=frozenset({"firm", "town"}), worker_organ="town", employer_organ="firm"
    )
    member = member_for("p", [TOWN], case, acting_as=None, today=TODAY)
    assert member is not None
    assert member.side is Side.WORKER


def test_capacities_of_one_side_add_up() -> None:
    member = member_for("p", [CHAIR, WORKER], CASE, acting_as=None, today=TODAY)
    assert member is not None
    assert member.offices == {Office.UNION, Office.WORKER}


def test_capacities_on_two_sides_must_be_chosen_between() -> None:
    with pytest.raises(ActingAsRequired):
        member_for("p", [WORKER, HR], CASE, acting_as=None, today=TODAY)
    member = member_for("p", [WORKER, HR], CASE, acting_as="m3", today=TODAY)
    assert member is not None
    assert (member.side, member.offices) == (Side.EMPLOYER, frozenset({Office.HR}))


def test_nobody_acts_by_a_membership_that_is_not_his() -> None:
    assert member_for("p", [WORKER], CASE, acting_as="m3", today=TODAY) is None


def test_a_membership_that_does_not_fit_brings_no_office_with_it() -> None:
    member = member_for("p", [WORKER, OTHER_FIRM], CASE, acting_as="m7", today=TODAY)
    assert member is not None
    assert (member.side, member.offices) == (None, frozenset())


@pytest.mark.parametrize(
    ("since", "until", "counts"),
    [
        (None, None, True),
        (TODAY, TODAY, True),
        (None, date(2026, 4, 30), False),
        (date(2026, 5, 2), None, False),
    ],
)
def test_a_mandate_counts_from_its_first_to_its_last_day(since: date | None, until: date | None, counts: bool) -> None:
    one = held("m", "firm", Office.HR, mandate="委-7", mandate_from=since, mandate_to=until)
    member = member_for("p", [one], CASE, acting_as=None, today=TODAY)
    assert member is not None
    assert (member.mandate == "委-7") is counts
    assert (member_for("p", [one], CASE, acting_as="m", today=TODAY) is not None) is counts


def test_what_a_portal_does_is_logged_as_the_portals() -> None:
    member = member_for("p", [held("m", "firm", Office.PORTAL)], CASE, acting_as=None, today=TODAY)
    assert member is not None
    assert member.via is Via.PORTAL
