"""Enterprises and people: how many, where, and that none of them exists."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from cloudnego.core.vocabulary import Office
from cloudnego.identity.kinds import OFFICES
from cloudnego.seedling.seed import Seed
from seeds.xiaoshan.creditcode import check_character, invalid_code, is_valid
from seeds.xiaoshan.figures import SOURCE
from seeds.xiaoshan.firms import Firm, all_firms
from seeds.xiaoshan.geography import PLACES, TOWNS


@pytest.fixture(scope="module")
def firms() -> tuple[Firm, ...]:
    return all_firms()


def test_161_enterprises_are_served_and_have_32000_workers(firms: tuple[Firm, ...]) -> None:
    served = [firm for firm in firms if firm.served]
    assert (len(served), sum(firm.workers for firm in served)) == (161, 32_000)


def test_every_worker_of_an_enterprise_stands_in_the_roster(seed: Seed, firms: tuple[Firm, ...]) -> None:
    counted = Counter(post.organisation for post in seed.posts if post.office is Office.WORKER)
    assert counted == {firm.entry.id: firm.workers for firm in firms if not firm.ended}


def test_most_enterprises_are_small_and_most_workers_are_in_large_ones(firms: tuple[Firm, ...]) -> None:
    sizes = sorted(firm.workers for firm in firms if firm.served)
    assert sizes[len(sizes) // 2] < 150
    assert 2 * sum(size for size in sizes if size >= 300) > sum(sizes)
    assert len(set(sizes)) > 100
    assert sizes[-1] < 2000


def test_forty_enterprises_have_not_begun_and_some_have_no_union(firms: tuple[Firm, ...]) -> None:
    waiting = [firm for firm in firms if not firm.served and not firm.ended]
    assert len(waiting) == 40
    assert 10 < sum(not firm.entry.has_union for firm in waiting) < 30


def test_names_are_marked_and_each_is_there_once(firms: tuple[Firm, ...]) -> None:
    names = [firm.entry.name for firm in firms]
    assert all(name.startswith("演示·") for name in names)
    assert len(set(names)) == len(names)


def test_no_credit_code_is_one_that_anybody_may_bear(firms: tuple[Firm, ...]) -> None:
    codes = [firm.entry.credit_code for firm in firms]
    assert all(len(code) == 18 and code.startswith("91330109") for code in codes)
    assert not any(is_valid(code) for code in codes)
    assert len(set(codes)) == len(codes)


def test_the_check_knows_a_right_code_from_a_wrong_one() -> None:
    """The sample code of GB 32100-2015."""
    assert is_valid("91350100M000100Y43")
    assert check_character("91350100M000100Y4") == "3"
    assert not is_valid("91350100M000100Y44")
    assert not is_valid("91350100M000100Y4")
    assert not is_valid("91350100I000100Y43")
    assert not any(is_valid(invalid_code("330109", Random(n))) for n in range(500))


def test_the_streets_and_towns_are_those_of_the_district(seed: Seed, firms: tuple[Firm, ...]) -> None:
    assert len(TOWNS) == 22
    names = {town.zh for town in TOWNS}
    assert {"城厢街道", "盈丰街道", "临浦镇", "衙前镇", "瓜沥镇", "楼塔镇"} <= names
    assert len({firm.town for firm in firms if firm.served}) >= 18
    codes = {place.code for place in PLACES}
    assert {firm.entry.region for firm in firms} <= codes
    assert {body.region for body in seed.bodies} <= codes


def test_every_office_suits_its_organisation_and_everybody_has_one(seed: Seed) -> None:
    kinds = {body.id: body.kind for body in seed.bodies}
    assert all(post.office in OFFICES[kinds[post.organisation]] for post in seed.posts)
    people = {human.id for human in seed.humans}
    assert people == {post.person for post in seed.posts}
    assert len(people) == len(seed.humans)


def test_about_twenty_people_can_sign_in_and_their_logins_speak(seed: Seed) -> None:
    logins = [human.login for human in seed.humans if human.login]
    assert sorted(logins) == sorted(guest.login for guest in seed.guests)
    assert 18 <= len(set(logins)) == len(logins) <= 26
    wanted = "admin auditor authority district-union town-union union-chair worker-rep legal-rep hr recorder worker"
    assert set(wanted.split()) <= set(logins)


def test_no_reference_value_passes_for_an_official_one(seed: Seed) -> None:
    assert {figure.value.source_url for figure in seed.figures} == {SOURCE}
    assert "演示值" in SOURCE
    periods = {figure.value.period for figure in seed.figures}
    assert periods == {"2018", "2023", "2024", "2025", "2026"}
