"""The town of the pairs: two houses that are copies of each other, with a case in each of a dozen firms and all people.

The second house is the first one's twin to the byte: the same keys, salts, ids and sessions. What differs afterwards is
what was asked of one and not of the other.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import SecretStr
from sqlmodel import update

from cloudnego.core.vocabulary import Side, Step
from cloudnego.eventlog.backup import backup, restore
from cloudnego.eventlog.database import connect
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.log import SqlLog
from cloudnego.identity.clients import Grant, NewClient
from cloudnego.identity.grades import Grade
from cloudnego.identity.hooks import NewHook
from cloudnego.identity.kinds import OrganisationKind
from cloudnego.identity.register import add_enterprise
from cloudnego.identity.roster import NewMembership, NewPerson, Roster
from cloudnego.identity.store import writing
from cloudnego.identity.tables import SignIn
from cloudnego.main import House, build, install, now_s
from cloudnego.ports import Asked
from cloudnego.rehearsal import CHINA
from cloudnego.settings import Settings
from tests.memory import in_memory
from tests.secrecy.ground import (
    ABOVE,
    ELSEWHERE,
    HERE,
    KINDS,
    LAW,
    OFFICES,
    Clock,
    Guided,
    cast_of,
    entry_of,
    firm_of,
    inline,
    person,
    played_to,
)
from tests.web.conftest import settings_for

DISTRICT: Final = "pairs"
AROUND: Final = datetime(2026, 6, 15, 9, tzinfo=CHINA)
"""About when every case stands where it stands: their stories begin earlier, each by as long as it takes."""


class Firm(NamedTuple):
    """An enterprise of the town: where its case stands, and what the two houses may differ in there."""

    name: str
    step: Step
    hides: str
    town: str = HERE


FIRMS: Final = (
    Firm("W1", Step.TOPICS, "worker"),
    Firm("W2", Step.OFFER, "worker"),
    Firm("W3", Step.REPLY, "worker"),
    Firm("W4", Step.PREPARATION, "worker"),
    Firm("M1", Step.REPLY, "employer"),
    Firm("M2", Step.PREPARATION, "employer"),
    Firm("T1", Step.PREPARATION, "table"),
    Firm("T2", Step.MEETING, "table"),
    Firm("K1", Step.PREPARATION, "papers"),
    Firm("K2", Step.PERFORMANCE, "papers"),
    Firm("Z1", Step.OFFER, "case", ELSEWHERE),
    Firm("Z2", Step.PREPARATION, "case", ELSEWHERE),
)
"""`worker`, `employer`: that side's caucus. `table`: what was only said at the table; `papers`: what was handed over
there, too. `case`: everything."""

OF_FIRM: Final = tuple(kind for kind in KINDS[:-1] if kind not in ABOVE)


class Twin(NamedTuple):
    """One of the two houses."""

    house: House
    clock: Clock


@cache
def story(firm: Firm) -> Guided:
    """The case of a firm, ending about when all others do."""
    cast, register = cast_of(firm.name), firm_of(firm.name, firm.town)
    takes = played_to(firm.step, cast, register, AROUND).at - AROUND
    return played_to(firm.step, cast, register, AROUND - timedelta(days=takes.days))


@cache
def founded() -> Path:
    """The town as it was founded, once a process: a data directory to be copied."""
    place = Path(tempfile.mkdtemp(prefix="pairs-", dir=in_memory()))
    Finalize(None, shutil.rmtree, (place, True), exitpriority=1)  # at the end of this process, whichever it is
    settings = settings_for(place / "data")
    install(settings)
    clock = Clock(AROUND)
    house = build(settings, clock, _log(settings))
    try:
        _settle(house)
        for firm in FIRMS:
            _write(house, firm)
        clock.at = max(story(firm).at for firm in FIRMS) + timedelta(minutes=1)
        (place / "at").write_text(clock.at.isoformat())
        drafting = frozenset({"cases", "prepare"})
        (place / "clients").write_text(json.dumps({firm.name: _program(house, firm.name, drafting) for firm in FIRMS}))
        (place / "tokens").write_text(json.dumps({who: _enter(house, who) for who in _everybody()}))
        found = {f"{kind} {firm.name}": _told(house, kind, firm.name) for firm in FIRMS for kind in TOLD}
        (place / "told").write_text(json.dumps(found))
    finally:
        house.close()
    return place


def _log(settings: Settings) -> SqlLog:
    return SqlLog(settings.database, Keyring.seeded("pairs"), queue_max=4_096, budget_max=64)


Twins = Callable[[], AbstractContextManager[tuple[Twin, Twin]]]
"""How two houses of the town are had."""


@contextmanager
def twins() -> Iterator[tuple[Twin, Twin]]:
    """Two houses of the town, each on a copy of its own."""
    place = founded()
    with tempfile.TemporaryDirectory(prefix="lot-", dir=place) as lot:
        now = now_s()  # the town may have been founded hours ago, and a session would know
        made = [_twin(place, Path(lot) / name, now) for name in ("a", "b")]
        try:
            yield made[0], made[1]
        finally:
            for one in made:
                one.house.close()


def _twin(place: Path, data: Path, now: int, **elsewhere: SecretStr) -> Twin:
    shutil.copytree(place / "data", data)
    clock = Clock(datetime.fromisoformat((place / "at").read_text()))
    settings = settings_for(data, **elsewhere)
    engine = connect(settings.database)
    with writing(engine) as session:
        session.exec(update(SignIn).values(seen_s=now, expires_s=now + 10**6, proved_until_s=now + 10**6))
    engine.dispose()
    house = inline(build(settings, clock, _log(settings)))
    house.site.portals._now_s = lambda: int((place / "tokens").stat().st_mtime)  # when its token was issued
    object.__setattr__(house.site, "now_s", lambda: now)  # a second that passed between two answers is no leak
    house.site.portals.usage._now_s = lambda: now  # type: ignore[misc]
    return Twin(house, clock)


@contextmanager
def twins_on(database: Callable[[], str]) -> Iterator[tuple[Twin, Twin]]:
    """The same on databases of another kind: `database` gives the address of an empty one."""
    place, now = founded(), now_s()
    with tempfile.TemporaryDirectory(prefix="lot-", dir=place) as lot:
        engine = connect(settings_for(place / "data").database)
        backup(engine, Path(lot) / "town.zip", made_at=AROUND, program="pairs", keys=[])
        engine.dispose()
        made = []
        for name in ("a", "b"):
            url = database()
            restore(url, Path(lot) / "town.zip")
            made.append(_twin(place, Path(lot) / name, now, database_url=SecretStr(url)))
        try:
            yield made[0], made[1]
        finally:
            for one in made:
                one.house.close()


def tokens() -> dict[str, str]:
    """A session of everybody; every copy of the house knows it."""
    found: dict[str, str] = json.loads((founded() / "tokens").read_text())
    return found


def _everybody() -> list[str]:
    return [person(kind, "above") for kind in ABOVE] + [person(kind, firm.name) for firm in FIRMS for kind in OF_FIRM]


def _enter(house: House, who: str) -> str:
    kind, _, firm = who.rpartition("-")
    if kind == "portal":  # of a program of its own: what another one prepared is nothing to it
        return house.site.portals.issue(_program(house, firm, _SCOPES), _SCOPES)
    return house.site.sessions.open(DISTRICT, who, who, "bearer", proof=Grade.PASSKEY)


def client_of(firm: Firm) -> str:
    """The program of a firm, the same in every house of the town."""
    found: dict[str, str] = json.loads((founded() / "clients").read_text())
    return found[firm.name]


_SCOPES: Final = frozenset({"cases", "register", "act", "prepare"})
"""Of the program that looks: all but the table, which is hidden from it."""

TOLD: Final = ("portal", "wide")
"""Programs of a firm that have a webhook: the one that looks, and one to which the table was opened."""


class Told(NamedTuple):
    """A program with its webhook, the same in every house of the town."""

    client: str
    hook: str
    url: str


def told_of(kind: str, firm: str) -> Told:
    """The program of a firm that is told."""
    found: dict[str, list[str]] = json.loads((founded() / "told").read_text())
    return Told(*found[f"{kind} {firm}"])


def _told(house: House, kind: str, firm: str) -> Told:
    """A webhook that is told of what happens from now on."""
    site, url = house.site, f"http://127.0.0.1/{kind}/{firm}"
    if kind == "portal":
        scopes = _SCOPES
        (client,) = [one.id for one in site.portals.clients.of(DISTRICT, [firm]) if one.scopes == scopes]
    else:
        scopes = _SCOPES | {"table"}
        client = _program(house, firm, scopes)
    new = NewHook(
        district=DISTRICT, client=client, enterprise=firm, scopes=scopes, url=url, types=frozenset(), cases=frozenset(),
        place=site.log.feed.end(), by=client,
    )  # fmt: skip
    return Told(client, site.hooks.make(new).id, url)


def _program(house: House, firm: str, scopes: frozenset[str]) -> str:
    """A program of a firm, which its HR let in."""
    new = NewClient(name="人力资源系统", grants=(Grant(firm, scopes),))
    return house.site.portals.clients.register(DISTRICT, new, person("hr", firm))[0]


# --- the people ---------------------------------------------------------------------------------------------------


def _settle(house: House) -> None:
    site = house.site
    site.districts.make(DISTRICT, "对照区", "sandbox", LAW.pack, LAW.calendar)
    with writing(site.engine) as session:
        roster = Roster(session, DISTRICT, site.new_id, site.now_s(), "operator")
        for code in ("330109", HERE, ELSEWHERE):
            roster.add_region(code, code, code)
        for kind, what in ABOVE.items():
            roster.add_organisation(what, kind, HERE, None, kind)
            _person(roster, kind, "above", kind)
        for firm in FIRMS:
            add_enterprise(session, roster, DISTRICT, entry_of(firm.name, firm.town))
            roster.add_organisation(
                OrganisationKind.ENTERPRISE_UNION, f"U{firm.name}", firm.town, firm.name, f"U{firm.name}"
            )
            for kind in OF_FIRM:
                _person(roster, kind, firm.name, f"U{firm.name}" if OFFICES[kind] == "union" else firm.name)


def _person(roster: Roster, kind: str, tag: str, organisation: str) -> None:
    id_, office = person(kind, tag), OFFICES[kind]
    roster.add_person(NewPerson(name=f"人{id_}", login=id_, password_hash="-"), id_)
    if office is not None:
        side = Side.EMPLOYER if kind == "employer_rep" else None
        roster.add_membership(NewMembership(person=id_, organisation=organisation, office=office, side=side))


def _write(house: House, firm: Firm) -> None:
    scene, case = story(firm), None
    with house.site.log.bulk() as bulk:
        for number, act in enumerate(scene.played):
            register = scene.register if case is None else None
            asked = Asked(
                district=DISTRICT, case=case, command=act.command, by=act.by, at=act.at, key=f"{firm.name}-{number}",
                register=register, named=act.named,
            )  # fmt: skip
            case = bulk.ask(asked).case
    scene.case_id = str(case)


def case_of(firm: Firm) -> str:
    """The id of its case, the same in every house of the town."""
    founded()
    return story(firm).case_id
