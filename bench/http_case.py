"""What the HTTP bench asks: cases in step 5, where figures may be named again and again, each chief signed in."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from cloudnego.core.vocabulary import Office
from cloudnego.identity.kinds import OrganisationKind
from cloudnego.identity.register import Entry, add_enterprise
from cloudnego.identity.roster import NewMembership, NewPerson, Roster
from cloudnego.identity.store import writing
from cloudnego.main import House, build, install
from cloudnego.settings import Settings
from tests.eventlog.given import DISTRICT, cast, loaded, make_district, register, rehearsed

PLAY = "at-preparation"


class Asker(msgspec.Struct, frozen=True):
    """Somebody with a session, and the case in which he is the workers' chief."""

    case: str
    token: str


def settings_of(folder: Path) -> Settings:
    """The product's settings but for the folder and the pace, which is there to slow scripts like ours."""
    return Settings(data_dir=folder, port=0, asks_per_second=1e6, asks_burst=1_000_000)


def prepare(folder: Path, count: int) -> list[Asker]:
    """Make an installation with `count` cases in a sandbox whose clock stands where the cases do."""
    settings = settings_of(folder)
    install(settings)
    house = build(settings)
    try:
        make_district(house.site.log)
        names = [f"c{number}" for number in range(count)]
        cases = loaded(house.site.log, *((PLAY, name) for name in names))
        last = max(rehearsed(PLAY, name).at for name in names)
        house.site.clocks.move(DISTRICT, round(last.timestamp()) + 60 - int(time.time()))
        people = [_chief(house, name) for name in names]
        tokens = [house.site.sessions.open(DISTRICT, person, person, "bearer") for person in people]
        return [Asker(case, token) for case, token in zip(cases, tokens, strict=True)]
    finally:
        house.close()


def _chief(house: House, name: str) -> str:
    """The workers' chief of a case, as an officer of the enterprise's union; returns his id."""
    site, facts, person = house.site, register(name), cast(name).worker_bench[0]
    with writing(site.engine) as session:
        roster = Roster(session, DISTRICT, site.new_id, site.now_s(), None)
        if name == "c0":
            roster.add_region(facts.region, "萧山区", "Xiaoshan")
            roster.add_region(facts.town, "街道", "a street")
        enterprise, union = facts.enterprise, facts.worker_organ
        assert enterprise is not None
        assert union is not None
        entry = Entry(
            id=enterprise, name=f"{name}厂", credit_code=f"TEST-{name}", address="-", region=facts.town, industry="C17"
        )
        add_enterprise(session, roster, DISTRICT, entry)
        kind = OrganisationKind.ENTERPRISE_UNION
        roster.add_organisation(kind, f"{name}厂工会", facts.town, enterprise, union)
        roster.add_person(NewPerson(name=person, login=person, password_hash="-"), person)
        roster.add_membership(NewMembership(person=person, organisation=union, office=Office.UNION))
    return person
