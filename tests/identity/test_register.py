"""The roster and the register: who may be what, who reaches which entries, what an opening is judged by."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cloudnego.core.vocabulary import Office, Scope, Side
from cloudnego.identity.kinds import OrganisationKind
from cloudnego.identity.references import (
    NewReference,
    ReferenceKind,
    ReferenceUnit,
    add_reference,
    references,
    unit_suits,
)
from cloudnego.identity.register import Entry, Heads, Reach, add_enterprise, change_enterprise, enterprise, enterprises
from cloudnego.identity.roster import NewMembership, NewPerson, RosterError, organisations, people, regions
from cloudnego.identity.snapshot import Snapshot, snapshot
from cloudnego.identity.store import reading, writing
from tests.identity.conftest import D, Town


def entry(id_: str, region: str = "330109001", **more: Any) -> Entry:
    facts: dict[str, Any] = {
        "name": f"演示{id_}厂",
        "credit_code": f"TEST{id_}",
        "address": "演示路 1 号",
        "industry": "C1761",
    }
    return Entry(id=id_, region=region, **(facts | more))


def add(town: Town, *entries: Entry) -> None:
    with writing(town.engine) as session:
        for one in entries:
            add_enterprise(session, town.roster(session), D, one)


def test_founding_makes_the_places_the_bodies_and_the_first_person(town: Town) -> None:
    with reading(town.engine) as session:
        assert [row.code for row in regions(session, D)] == ["330109", "330109001", "330109002", "330109003"]
        kinds = {row.kind for row in organisations(session, D)}
        assert kinds == {"district_union", "operator", "authority", "employers_body"}
        assert [(person.name, login) for person, login in people(session, D)] == [("管理员", "admin")]


def test_a_place_outside_the_district_is_refused(town: Town) -> None:
    with pytest.raises(RosterError, match="region_unknown"), writing(town.engine) as session:
        town.roster(session).add_region("330110001", "外地", "Elsewhere")


@pytest.mark.parametrize(
    ("office", "side", "code"),
    [
        (Office.HR, None, "office_does_not_suit"),
        (Office.AUTHORITY, None, "office_does_not_suit"),
        (Office.UNION, Side.EMPLOYER, "side_does_not_suit"),
    ],
)
def test_an_office_must_suit_its_organisation(town: Town, office: Office, side: Side | None, code: str) -> None:
    with writing(town.engine) as session:
        roster = town.roster(session)
        union = roster.add_organisation(OrganisationKind.ENTERPRISE_UNION, "工会", "330109001")
        person = roster.add_person(NewPerson(name="某人"))
        with pytest.raises(RosterError, match=code):
            roster.add_membership(NewMembership(person=person.id, organisation=union.id, office=office, side=side))


def test_nobody_of_another_district_can_be_made_a_member(town: Town) -> None:
    with writing(town.engine) as session:
        stranger = town.roster(session, "d2").add_person(NewPerson(name="外人"))
        with pytest.raises(RosterError, match="person_unknown"):
            town.roster(session).add_membership(
                NewMembership(person=stranger.id, organisation=town.founded.authority, office=Office.AUTHORITY)
            )


def test_a_login_is_taken_once_in_a_district(town: Town) -> None:
    with writing(town.engine) as session, pytest.raises(RosterError, match="login_taken"):
        town.roster(session).add_person(NewPerson(name="某人", login="admin", password_hash="x"))


def test_what_fails_leaves_nothing_behind(town: Town) -> None:
    def write() -> None:
        with writing(town.engine) as session:
            town.roster(session).add_person(NewPerson(name="留不下"))
            town.roster(session).add_region("99", "外地", "Elsewhere")

    with pytest.raises(RosterError, match="region_unknown"):
        write()
    with reading(town.engine) as session:
        assert "留不下" not in {person.name for person, _ in people(session, D)}


def test_an_entry_is_read_back_as_it_was_entered(town: Town) -> None:
    one = entry("e1", headcount=(Heads(year=2025, total=90), Heads(year=2026, total=120, women=50)), above_scale=True)
    add(town, one)
    with reading(town.engine) as session:
        assert enterprise(session, D, "e1") == one
        assert enterprise(session, "d2", "e1") is None


def test_a_credit_code_stands_in_the_register_once(town: Town) -> None:
    add(town, entry("e1"))
    with pytest.raises(RosterError, match="credit_code_taken"):
        add(town, entry("e2", credit_code="TESTe1"))


def test_a_change_counts_the_version_up_and_an_empty_one_is_refused(town: Town) -> None:
    add(town, entry("e1"))
    with writing(town.engine) as session:
        before = enterprise(session, D, "e1")
        assert before is not None
        after = change_enterprise(
            session, before, {"ownership": "民营", "headcount": (Heads(year=2026, total=7),)}, None
        )
        assert after.version == 2
        assert enterprise(session, D, "e1") == after
        with pytest.raises(RosterError, match="nothing_to_change"):
            change_enterprise(session, after, {"ownership": "民营"}, None)
        with pytest.raises(RosterError, match="enterprise_changed"):
            change_enterprise(session, after, {"ownership": "国有"}, 1)


def test_what_is_out_of_reach_is_not_listed(town: Town) -> None:
    add(town, entry("e1"), entry("e2", region="330109002"), entry("e3", region="330109002"))
    with reading(town.engine) as session:
        assert [one.id for one in enterprises(session, D, Reach(frozenset({"330109"})))] == ["e1", "e2", "e3"]
        assert [one.id for one in enterprises(session, D, Reach(frozenset({"330109001"}), frozenset({"e3"})))] == [
            "e1",
            "e3",
        ]
        assert enterprises(session, D, Reach()) == []
        assert enterprises(session, "d2", Reach(frozenset({"330109"}))) == []


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ({"text": "演示e2"}, ["e2"]),
        ({"text": "TESTe3"}, ["e3"]),
        ({"text": "%"}, []),
        ({"region": "330109002"}, ["e2", "e3"]),
        ({"industry": "C17"}, ["e1", "e2"]),
        ({"external_ref": "sap-7"}, ["e3"]),
        ({"after": "e1", "limit": 1}, ["e2"]),
    ],
)
def test_the_register_is_searched(town: Town, search: dict[str, Any], expected: list[str]) -> None:
    add(
        town,
        entry("e1"),
        entry("e2", region="330109002"),
        entry("e3", region="330109002", industry="F5211", external_ref="sap-7"),
    )
    with reading(town.engine) as session:
        assert [one.id for one in enterprises(session, D, Reach(frozenset({"330109"})), **search)] == expected


# --- what an opening is judged by ---------------------------------------------------------------------------------


def of(town: Town, subject: str, scope: Scope = Scope.ENTERPRISE, covered: tuple[str, ...] = ()) -> Snapshot | None:
    with reading(town.engine) as session:
        return snapshot(session, D, subject=subject, scope=scope, wage_year=2026, covered=covered)


def test_the_enterprises_own_union_speaks_for_its_workers(town: Town) -> None:
    with writing(town.engine) as session:
        town.roster(session).add_organisation(
            OrganisationKind.ENTERPRISE_UNION, "工会", "330109001", organisation_id="u1"
        )
    add(
        town,
        entry(
            "e1",
            has_union=True,
            union_organisation="u1",
            headcount=(Heads(year=2024, total=40), Heads(year=2025, total=55, women=20)),
        ),
    )
    found = of(town, "e1")
    assert found is not None
    register = found.register
    assert (register.worker_organ, register.employer_organ) == ("u1", "e1")
    assert (register.region, register.town) == ("330109", "330109001")
    assert (register.headcount, register.women, register.is_branch) == (55, 20, False)
    assert found.parties.organisations == {"u1", "e1"}


def test_without_a_union_the_nearest_union_above_speaks(town: Town) -> None:
    add(town, entry("e1"))
    found = of(town, "e1")
    assert found is not None
    assert found.register.worker_organ == town.founded.district_union
    with writing(town.engine) as session:
        nearer = town.roster(session).add_organisation(OrganisationKind.TOWN_UNION, "街道工会", "330109001").id
        town.roster(session).add_organisation(OrganisationKind.TOWN_UNION, "别处工会", "330109002")
    found = of(town, "e1")
    assert found is not None
    assert found.register.worker_organ == nearer
    assert not found.register.has_union


def test_a_branch_is_one_until_its_consent_is_entered(town: Town) -> None:
    add(town, entry("e1", branch_of="总公司"), entry("e2", branch_of="总公司", branch_consent=True))
    for subject, is_branch in (("e1", True), ("e2", False)):
        found = of(town, subject)
        assert found is not None
        assert found.register.is_branch is is_branch


def test_an_industry_is_negotiated_by_the_bodies_of_the_area(town: Town) -> None:
    add(
        town,
        entry("e1", headcount=(Heads(year=2026, total=30),)),
        entry("e2", region="330109002", headcount=(Heads(year=2026, total=12),)),
    )
    found = of(town, town.founded.employers_body, Scope.INDUSTRY, ("e1", "e2", "unknown"))
    assert found is not None
    assert found.register.employer_organ == town.founded.employers_body
    assert found.register.worker_organ == town.founded.district_union
    assert [(one.enterprise, one.headcount) for one in found.register.covers] == [("e1", 30), ("e2", 12)]
    assert found.register.headcount == 42
    assert found.register.industry == "C1761"


@pytest.mark.parametrize("subject", ["nobody", ""])
def test_who_is_not_in_the_register_has_no_snapshot(town: Town, subject: str) -> None:
    assert of(town, subject) is None
    assert of(town, town.founded.authority) is None


def value(region: str, period: str, value: str, kind: ReferenceKind = ReferenceKind.MINIMUM_WAGE) -> NewReference:
    percent = kind is ReferenceKind.CPI
    return NewReference(
        region=region,
        kind=kind,
        period=period,
        value=value,
        unit=ReferenceUnit.PERCENT if percent else ReferenceUnit.FEN_PER_MONTH,
        source_url="https://example.org/notice",
    )


def test_a_case_gets_the_nearest_and_latest_figures_and_their_source(town: Town) -> None:
    add(town, entry("e1"))
    with writing(town.engine) as session:
        for number, new in enumerate(
            [
                value("33", "2024", "228000"),
                value("330109", "2024", "236000"),
                value("330109", "2026-01", "249000"),
                value("330109", "2027", "299000"),
                value("330110", "2026", "111100"),
                value("33", "2025", "0.7", ReferenceKind.CPI),
            ]
        ):
            add_reference(session, D, new, row_id=f"r{number}", by="p1", now_s=number)
        assert len(references(session, D, kind=ReferenceKind.MINIMUM_WAGE, region=None)) == 5
    found = of(town, "e1")
    assert found is not None
    got = {one.kind: (one.period, one.fen, one.rate, one.source, one.by) for one in found.register.references}
    assert got == {
        "minimum_wage": ("2026-01", 249000, None, "https://example.org/notice", "p1"),
        "cpi": ("2025", None, "0.7", "https://example.org/notice", "p1"),
    }


@pytest.mark.parametrize(
    ("kind", "unit", "figure", "suits"),
    [
        (ReferenceKind.CPI, ReferenceUnit.PERCENT, "0.75", True),
        (ReferenceKind.CPI, ReferenceUnit.FEN_PER_MONTH, "7", False),
        (ReferenceKind.MINIMUM_WAGE, ReferenceUnit.FEN_PER_MONTH, "249000", True),
        (ReferenceKind.MINIMUM_WAGE, ReferenceUnit.FEN_PER_MONTH, "2490.5", False),
    ],
)
def test_a_figure_is_counted_in_a_unit_of_its_kind(
    kind: ReferenceKind, unit: ReferenceUnit, figure: str, suits: bool
) -> None:
    new = NewReference(region="33", kind=kind, period="2026", value=figure, unit=unit, source_url="https://example.org")
    assert unit_suits(new) is suits


def test_a_congress_keeps_its_term(town: Town) -> None:
    add(town, entry("e1", has_congress=True, delegates=31, congress_until=date(2028, 6, 30)))
    with reading(town.engine) as session:
        one = enterprise(session, D, "e1")
    assert one is not None
    assert one.congress_until == date(2028, 6, 30)
