"""A story played in memory and then written into a house as if it had been asked there, with people who can look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from random import Random

import httpx2

from claims.walks import cast, register
from cloudnego.core.commands import OpenCase
from cloudnego.core.moment import Law
from cloudnego.core.vocabulary import Office, Scope
from cloudnego.eventlog.districts import District
from cloudnego.identity.grades import Grade
from cloudnego.identity.kinds import OrganisationKind
from cloudnego.identity.register import Entry, add_enterprise
from cloudnego.identity.roster import NewMembership, NewPerson, Roster
from cloudnego.identity.store import writing
from cloudnego.law import shipped_calendar, shipped_pack
from cloudnego.main import House
from cloudnego.ports import Asked
from cloudnego.rehearsal import CHINA, Played, Rehearsal
from cloudnego.stories import FURTHER, STORIES
from tests.web.conftest import client_of

DISTRICT = "played"
LAW = Law(pack=shipped_pack("cn-hangzhou"), calendar=shipped_calendar())
BEGUN = datetime(2026, 3, 2, 9, tzinfo=CHINA)

OFFICES: dict[str, tuple[str, Office]] = {
    "w0": ("U1", Office.UNION),
    "w1": ("E1", Office.WORKER),
    "w2": ("E1", Office.WORKER),
    "w9": ("E1", Office.WORKER),  # a worker who is nothing more
    "s1": ("E1", Office.WORKER),
    "s2": ("E1", Office.WORKER),
    "recorder": ("E1", Office.WORKER),
    "e0": ("E1", Office.LEGAL_REPRESENTATIVE),
    "hr": ("E1", Office.HR),
    "town": ("T1", Office.TOWN_UNION),
    "district": ("D1", Office.DISTRICT_UNION),
    "authority": ("A1", Office.AUTHORITY),
    "auditor": ("X1", Office.AUDITOR),
    "stranger": ("E2", Office.HR),
    "elsewhere": ("T2", Office.TOWN_UNION),
}
"""Who can sign in, and what he is; representatives `e1`, `e2` have no membership but their seat in the case."""


@cache
def rehearsed(story: str = "plain", until: int | None = None) -> list[Played]:
    """The acts of a story, or its first ones."""
    scene = Rehearsal(LAW, cast(), register(Random(5), many=story == "regional"), BEGUN, Random(5))
    (STORIES | FURTHER)[story](scene)
    return scene.played[:until]


def settle(house: House) -> District:
    """The district, its organisations and its people."""
    site = house.site
    made = site.districts.make(DISTRICT, "演示区", "sandbox", LAW.pack, LAW.calendar)
    with writing(site.engine) as session:
        roster = Roster(session, DISTRICT, site.new_id, site.now_s(), "operator")
        for code in ("330109", "330109102", "330109103"):
            roster.add_region(code, code, code)
        for id_ in ("E1", "E2"):
            entry = Entry(
                id=id_, name=f"{id_}厂", credit_code=f"T-{id_}", address="-", region="330109102", industry="C17"
            )
            add_enterprise(session, roster, DISTRICT, entry)
        for id_, kind, region in (
            ("U1", OrganisationKind.ENTERPRISE_UNION, "330109102"),
            ("T1", OrganisationKind.TOWN_UNION, "330109102"),
            ("T2", OrganisationKind.TOWN_UNION, "330109103"),
            ("D1", OrganisationKind.DISTRICT_UNION, "330109"),
            ("A1", OrganisationKind.AUTHORITY, "330109"),
            ("X1", OrganisationKind.AUDITOR, "330109"),
        ):
            roster.add_organisation(kind, id_, region, "E1" if id_ == "U1" else None, id_)
        for person in (*OFFICES, "e1", "e2"):
            roster.add_person(NewPerson(name=f"人{person}", login=person, password_hash="-"), person)
            if person in OFFICES:
                organisation, office = OFFICES[person]
                roster.add_membership(NewMembership(person=person, organisation=organisation, office=office))
    return made


async def write(house: House, acts: list[Played], key: str = "act", case: str | None = None) -> str:
    """Ask the acts of a story of the house's own log, each at its time; returns the case. `case`: go on with that."""
    opening = acts[0].command
    many = isinstance(opening, OpenCase) and opening.scope is not Scope.ENTERPRISE
    for number, act in enumerate(acts):
        asked = Asked(
            district=DISTRICT,
            case=case,
            command=act.command,
            by=act.by,
            at=act.at,
            key=f"{key}-{number}",
            register=register(Random(5), many=many) if case is None else None,
            named=act.named,
        )
        case = (await house.site.log.ask(asked)).case
    assert case is not None
    return case


def at(house: House, moment: datetime) -> None:
    """Let the district's clock stand at about this moment."""
    house.site.clocks.move(DISTRICT, round(moment.timestamp()) - house.site.now_s())


def looking(house: House) -> Callable[[str], httpx2.AsyncClient]:
    """A client for a person, signed in as if with a passkey."""

    def client(person: str) -> httpx2.AsyncClient:
        token = house.site.sessions.open(DISTRICT, person, person, "bearer", proof=Grade.PASSKEY)
        return client_of(house, headers={"Authorization": f"Bearer {token}"})

    return client
