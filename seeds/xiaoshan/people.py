"""Organisations and people. Everybody who acts in a case has a membership; all workers stand in the roster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Final, NamedTuple

from cloudnego.core.vocabulary import Office, Side
from cloudnego.identity.kinds import OrganisationKind as Kind
from cloudnego.seedling.seed import Body, Human, Post
from seeds.xiaoshan.firms import SEED, Firm, opaque
from seeds.xiaoshan.geography import BY_NAME, DISTRICT, PARK, TOWNS
from seeds.xiaoshan.names import person_name

DISTRICT_UNION: Final = opaque("o", "district-union")
AUTHORITY: Final = opaque("o", "authority")
EMPLOYERS: Final = opaque("o", "employers")
AUDITOR: Final = opaque("o", "auditor")
OPERATOR: Final = opaque("o", "operator")
DOWN_ASSOCIATION: Final = opaque("o", "down-association")
PARK_ASSOCIATION: Final = opaque("o", "park-association")


def town_union(code: str) -> str:
    """The organisation of a town's or the park's union."""
    return opaque("o", "town-union", code)


def town_official(code: str) -> str:
    return opaque("p", "town-official", code)


ADMIN, OFFICIAL, REVIEWER, COORDINATOR, EMPLOYERS_OFFICER, AUDITOR_PERSON, PARK_SECRETARY, DOWN_SECRETARY = (
    opaque("p", role)
    for role in ("admin", "official", "reviewer", "coordinator", "employers", "auditor", "park", "down")
)
INSTRUCTORS: Final = tuple(opaque("p", "instructor", n) for n in range(3))


class Crew(NamedTuple):
    """The people of one enterprise who play in its cases; the chief of each bench comes first."""

    worker_bench: tuple[str, ...]
    spare_workers: tuple[str, ...]
    recorder: str
    scrutineers: tuple[str, str]
    employer_bench: tuple[str, ...]
    spare_employers: tuple[str, ...]
    hr: str


def bench_size(firm: Firm) -> int:
    """Representatives of a side: three to nine, at least five above scale (HZ 16)."""
    least = 5 if firm.entry.above_scale else 3
    return max(least, min(9, firm.workers // 120))


def crew_of(firm: Firm) -> Crew:
    """The same people in every year: a seed has no careers."""
    n, key = bench_size(firm), firm.key
    workers = tuple(opaque("p", key, "w", i) for i in range(n + 5))
    managers = tuple(opaque("p", key, "e", i) for i in range(n + 1))
    return Crew(
        worker_bench=workers[:n], spare_workers=workers[n : n + 2], recorder=workers[n + 2],
        scrutineers=(workers[n + 3], workers[n + 4]), employer_bench=managers[:n], spare_employers=managers[n:],
        hr=opaque("p", key, "hr"),
    )  # fmt: skip


def bodies(firms: Sequence[Firm]) -> tuple[Body, ...]:
    """All organisations; those above come before those below."""
    named = "萧山区"
    unions = [Body(town_union(t.code), Kind.TOWN_UNION, f"{t.zh}总工会（演示）", t.code, DISTRICT_UNION) for t in TOWNS]
    park_upper = town_union(BY_NAME["宁围"].code)
    return (
        Body(DISTRICT_UNION, Kind.DISTRICT_UNION, f"{named}总工会（演示）", DISTRICT),
        Body(OPERATOR, Kind.OPERATOR, f"{named}云协商平台运维（演示）", DISTRICT, DISTRICT_UNION),
        Body(AUTHORITY, Kind.AUTHORITY, f"{named}人力资源和社会保障局（演示）", DISTRICT),
        Body(EMPLOYERS, Kind.EMPLOYERS_BODY, f"{named}企业联合会（演示）", DISTRICT),
        Body(AUDITOR, Kind.AUDITOR, f"{named}劳动关系审计组（演示）", DISTRICT),
        *unions,
        Body(town_union(PARK.code), Kind.TOWN_UNION, "信息港园区工会联合会（演示）", PARK.code, park_upper),
        Body(PARK_ASSOCIATION, Kind.EMPLOYERS_BODY, "信息港园区企业协会（演示）", PARK.code),
        Body(DOWN_ASSOCIATION, Kind.EMPLOYERS_BODY, "新塘羽绒行业协会（演示）", BY_NAME["新塘"].code),
        *(Body(f.entry.id, Kind.ENTERPRISE, f.entry.name, f.town.code, None, f.ended) for f in firms),
        *(_union_of(f) for f in firms if f.entry.union_organisation is not None),
    )


def _union_of(firm: Firm) -> Body:
    id_ = firm.entry.union_organisation
    assert id_ is not None
    return Body(id_, Kind.ENTERPRISE_UNION, f"{firm.entry.name}工会委员会", firm.town.code, firm.entry.id, firm.ended)


def officials() -> list[tuple[str, Post]]:
    """People of the bodies above the enterprises: id and post. A town's union and the park's may be a side's organ."""
    posts = [
        Post(ADMIN, OPERATOR, Office.OPERATOR),
        Post(OFFICIAL, DISTRICT_UNION, Office.DISTRICT_UNION),
        Post(REVIEWER, AUTHORITY, Office.AUTHORITY),
        Post(COORDINATOR, AUTHORITY, Office.AUTHORITY),
        Post(EMPLOYERS_OFFICER, EMPLOYERS, Office.EMPLOYERS_BODY),
        Post(AUDITOR_PERSON, AUDITOR, Office.AUDITOR),
        Post(PARK_SECRETARY, PARK_ASSOCIATION, Office.EMPLOYERS_BODY, Side.EMPLOYER),
        Post(DOWN_SECRETARY, DOWN_ASSOCIATION, Office.EMPLOYERS_BODY, Side.EMPLOYER),
        *(Post(town_official(t.code), town_union(t.code), Office.TOWN_UNION) for t in TOWNS),
        Post(town_official(PARK.code), town_union(PARK.code), Office.TOWN_UNION, Side.WORKER),
        *(Post(p, town_union(TOWNS[n * 4].code), Office.TOWN_UNION) for n, p in enumerate(INSTRUCTORS)),
    ]
    return [(post.person, post) for post in posts]


def roster(firms: Sequence[Firm], logins: Mapping[str, str]) -> tuple[tuple[Human, ...], tuple[Post, ...]]:
    """Everybody, and what he is. `logins`: person → the name he signs in with."""
    dice = Random(f"{SEED}/people")
    humans: list[Human] = []
    posts: list[Post] = []
    for person, post in officials():
        humans.append(Human(person, person_name(dice), logins.get(person)))
        posts.append(post)
    for firm in firms:
        if not firm.ended:
            _people_of(firm, dice, logins, humans, posts)
    return tuple(humans), tuple(posts)


def _people_of(
    firm: Firm, dice: Random, logins: Mapping[str, str], humans: list[Human], posts: list[Post]
) -> None:  # fmt: skip
    """The workers, as many as the register counts, and the people of the management beside them."""
    home, union, key = firm.entry.id, firm.entry.union_organisation, firm.key
    for i in range(firm.workers):
        person = opaque("p", key, "w", i)
        humans.append(Human(person, person_name(dice), logins.get(person)))
        posts.append(Post(person, home, Office.WORKER))
    if union is not None:
        posts.append(Post(opaque("p", key, "w", 0), union, Office.UNION))
    crew = crew_of(firm)
    for person in (*crew.employer_bench, *crew.spare_employers, crew.hr):
        humans.append(Human(person, person_name(dice), logins.get(person)))
        first = person == crew.employer_bench[0]
        posts.append(Post(person, home, Office.LEGAL_REPRESENTATIVE if first else Office.HR))
