"""The ground of the matrix: two districts, four enterprises, a case in each of them at the same step, and every kind of
person in every relation to the first of these cases.

A person is called `<kind>-<membership>`. The cases are played by the stories with these very people in the seats, so
who is a chief in another case really is one there.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

from cloudnego.chooser import Cast
from cloudnego.core import commands as c
from cloudnego.core.decide import Decision
from cloudnego.core.moment import Law, Register
from cloudnego.core.vocabulary import Member, Office, Origin, Side, Step
from cloudnego.eventlog.database import sqlite_file
from cloudnego.identity.clients import Grant, NewClient
from cloudnego.identity.grades import Grade
from cloudnego.identity.kinds import OrganisationKind
from cloudnego.identity.pool import enter
from cloudnego.identity.register import Entry, add_enterprise
from cloudnego.identity.roster import NewMembership, NewPerson, Roster
from cloudnego.identity.store import writing
from cloudnego.law import shipped_calendar, shipped_pack
from cloudnego.main import House, build, install
from cloudnego.ports import Asked
from cloudnego.rehearsal import CHINA, Rehearsal
from cloudnego.stories import plain
from cloudnego.web.scopes import PortalScope
from tests.memory import in_memory
from tests.secrecy.made import everything_made
from tests.secrecy.wire import Request, ask
from tests.web.conftest import settings_for

LAW: Final = Law(pack=shipped_pack("cn-hangzhou"), calendar=shipped_calendar())
BEGUN: Final = datetime(2026, 3, 2, 9, tzinfo=CHINA)
OVER: Final = date(2026, 1, 31)  # a mandate that ended before anything began

MEMBERSHIPS: Final = ("member", "other_side", "other_case", "other_district", "none")
"""What somebody is to the case that is asked about: of it; of its other side, and what his kind is in a case next
door; the same in a case elsewhere in the district; in another district; nothing any more."""

KINDS: Final = (
    "worker", "congress_delegate", "worker_rep", "worker_chief", "union_admin", "employer_rep", "employer_chief", "hr",
    "recorder", "instructor", "town_union", "district_union", "authority", "employers_body", "auditor", "portal",
    "operator", "stranger",
)  # fmt: skip

HERE: Final = "330109102"
ELSEWHERE: Final = "330109103"
DISTRICT: Final = "here"
FOREIGN: Final = "foreign"
PARTIES: Final = {"member": "A", "other_side": "B", "other_case": "C", "other_district": "D", "none": "A"}
"""The enterprise whose case somebody's kind comes from."""

OFFICES: Final[dict[str, Office | None]] = {
    "worker": Office.WORKER, "congress_delegate": Office.WORKER, "worker_rep": Office.WORKER,
    "worker_chief": Office.UNION, "union_admin": Office.UNION, "employer_rep": Office.WORKER,
    "employer_chief": Office.LEGAL_REPRESENTATIVE, "hr": Office.HR, "recorder": Office.WORKER, "instructor": None,
    "town_union": Office.TOWN_UNION, "district_union": Office.DISTRICT_UNION, "authority": Office.AUTHORITY,
    "employers_body": Office.EMPLOYERS_BODY, "auditor": Office.AUDITOR, "portal": Office.PORTAL,
    "operator": Office.OPERATOR,
}  # fmt: skip
_WORKER_SIDE: Final = ("worker", "congress_delegate", "worker_rep", "worker_chief", "union_admin")
ABOVE: Final[dict[str, OrganisationKind]] = {
    "town_union": OrganisationKind.TOWN_UNION, "district_union": OrganisationKind.DISTRICT_UNION,
    "authority": OrganisationKind.AUTHORITY, "employers_body": OrganisationKind.EMPLOYERS_BODY,
    "auditor": OrganisationKind.AUDITOR, "operator": OrganisationKind.OPERATOR,
}  # fmt: skip


def person(kind: str, membership: str) -> str:
    """The id of a person of the matrix."""
    return f"{kind}-{membership}"


def cast_of(membership: str) -> Cast:
    """The people of the case of this membership."""

    def one(kind: str) -> str:
        return person(kind, membership)

    return Cast(
        worker_bench=(one("worker_chief"), one("worker_rep"), *(f"w{n}-{membership}" for n in range(3))),
        employer_bench=(one("employer_chief"), one("employer_rep"), *(f"e{n}-{membership}" for n in range(3))),
        hr=one("hr"), recorder=one("recorder"),
        scrutineers=(one("congress_delegate"), *(f"s{n}-{membership}" for n in range(2))),
        spare_workers=(f"x1-{membership}",), spare_employers=(f"y1-{membership}",), outsiders=(f"o1-{membership}",),
        instructor=one("instructor"), town_union=one("town_union"), district_union=one("district_union"),
        authority=one("authority"), employers_body=one("employers_body"),
    )  # fmt: skip


def register_of(membership: str) -> Register:
    """The enterprise of a membership's case."""
    return firm_of(PARTIES[membership], ELSEWHERE if membership == "other_case" else HERE)


def firm_of(firm: str, town: str) -> Register:
    """An enterprise as the register has it."""
    return Register(
        enterprise=firm, region="330109", town=town, industry="C17", headcount=180, above_scale=True, has_union=True,
        worker_organ=f"U{firm}", employer_organ=firm, women=30,
    )  # fmt: skip


class _Curtain(Exception):
    """The step has been played as far as was wished."""


class Guided(Rehearsal):
    """The plain story with an instructor at the table from the first day, up to the end of a step or the whole."""

    last: Step | None = None

    def open(self, who: str, **wish: object) -> None:
        super().open(who, **wish)
        self.act(self.cast.worker_bench[0], c.RequestGuidance)
        self.act(self.cast.town_union, c.AssignInstructor, person=self.cast.instructor)

    def ask(self, by: Member, command: c.Command) -> Decision:
        before, case, heads, caucuses = len(self.played), self._case, self.heads.copy(), dict(self.caucuses)
        made = super().ask(by, command)
        if self.last is not None and (not self.case.live or _number(self.case.step) > self.last.number):
            del self.played[before:]
            self._case, self.heads, self.caucuses = case, heads, caucuses
            raise _Curtain
        return made


def _number(step: Step | None) -> int:
    return step.number if step is not None else 0


@cache
def rehearsed(membership: str, step: Step) -> Guided:
    """The case of a membership at the last moment of a step."""
    return played_to(step, cast_of(membership), register_of(membership), BEGUN)


def played_to(step: Step, cast: Cast, register: Register, begun: datetime, kind: type[Guided] | None = None) -> Guided:
    """A case that stands at the last moment of a step."""
    scene = (kind or Guided)(LAW, cast, register, begun, Random(5))
    scene.last = step
    try:
        plain(scene)
    except _Curtain:
        return scene
    raise AssertionError(f"the story never left {step}")


# --- the district and its people ----------------------------------------------------------------------------------


class Clock:
    """A clock that stands, and is moved by hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def _found(house: House, district: str, firms: tuple[str, ...]) -> None:
    site = house.site
    site.districts.make(district, district, "sandbox", LAW.pack, LAW.calendar)
    with writing(site.engine) as session:
        roster = Roster(session, district, site.new_id, site.now_s(), "operator")
        for code in ("330109", HERE, ELSEWHERE):
            roster.add_region(code, code, code)
        for firm in firms:
            town = ELSEWHERE if firm == "C" else HERE
            add_enterprise(session, roster, district, entry_of(firm, town))
            roster.add_organisation(OrganisationKind.ENTERPRISE_UNION, f"U{firm}", town, firm, f"U{firm}")
        for kind, what in ABOVE.items():
            for town in (HERE, ELSEWHERE):
                roster.add_organisation(what, kind, town, None, _seat_of(kind, district, town))
        for membership in MEMBERSHIPS:
            if (membership == "other_district") is (district == FOREIGN):
                for kind in KINDS[:-1]:
                    _person(roster, kind, membership, district)
        if district == DISTRICT:
            since = (date(2026, 1, 1), None)
            enter(session, district, "instructor-member", Origin.UNION, since, row_id="I1", by="operator", now_s=1)


def entry_of(firm: str, town: str) -> Entry:
    """The same as somebody enters it."""
    return Entry(id=firm, name=f"{firm}厂", credit_code=f"T-{firm}", address="-", region=town, industry="C17")


def _seat_of(kind: str, district: str, town: str) -> str:
    return f"{kind}-{district}-{town}"


def _person(roster: Roster, kind: str, membership: str, district: str) -> None:
    if kind == "portal":
        return  # a program, see `_program`
    id_ = person(kind, membership)
    roster.add_person(NewPerson(name=f"人{id_}", login=id_, password_hash="-"), id_)
    office, firm = OFFICES[kind], PARTIES[membership]
    if office is not None:
        town = ELSEWHERE if membership == "other_case" else HERE
        own = f"U{firm}" if office is Office.UNION else firm
        roster.add_membership(
            NewMembership(
                person=id_, organisation=_seat_of(kind, district, town) if kind in ABOVE else own, office=office,
                side=Side.EMPLOYER if kind == "employer_rep" else None,
                mandate_to=OVER if membership == "none" else None,
            )
        )  # fmt: skip
    if membership == "other_side":
        roster.add_membership(NewMembership(person=id_, organisation="A", office=opposite(kind)))


def opposite(kind: str) -> Office:
    """What an `other_side` is in the case that is asked about: HR for whoever is of the workers or above them both."""
    return Office.HR if kind in _WORKER_SIDE or kind in ABOVE else Office.WORKER


def inline(house: House) -> House:
    """The same house reading in the event loop's own thread: a hop to another costs more than what it reads."""

    async def run(work: Callable[..., Any], *given: Any) -> Any:
        return work(*given)

    house.site.threads.run = run  # type: ignore[assignment, method-assign]
    return house


class Ground(NamedTuple):
    """A house at one step: the case that is asked about, a token for everybody, and what the table calls `$name`."""

    house: House
    case: str
    step: Step
    tokens: dict[str, str]
    made: dict[str, str]
    before: Path

    def undo(self, *, people: bool) -> None:
        """Back to how it stood, the file and what this process remembers of it; `people`: of who somebody is, too."""
        site, file = self.house.site, sqlite_file(self.house.site.engine)
        assert file is not None
        with closing(sqlite3.connect(self.before)) as kept, closing(sqlite3.connect(file)) as live:
            live.execute("PRAGMA synchronous=OFF")
            kept.backup(live)
        site.log._writer._books.forget()
        site.log._writer._batches._checked.clear()
        site.log._settled._known.clear()
        if people:
            site.doorkeeper.forget()
            site.doorkeeper._known.clear()
            site.clocks.refresh()


@contextmanager
def prepared(step: Step, first: Guided | None = None) -> Iterator[Ground]:
    """Everybody in place, the four cases at the last moment of a step; `first`: the story of the one asked about."""
    with tempfile.TemporaryDirectory(prefix="matrix-", dir=in_memory()) as place:
        yield from _prepared(step, first or rehearsed("member", step), Path(place))


def _prepared(step: Step, story: Guided, place: Path) -> Iterator[Ground]:
    data = place / "data"
    install(settings_for(data))
    clock = Clock(BEGUN)
    house = inline(build(settings_for(data), clock))
    try:
        _found(house, DISTRICT, ("A", "B", "C"))
        _found(house, FOREIGN, ("D",))
        case = ""
        for membership in MEMBERSHIPS[:-1]:
            written = _write(house, membership, story if membership == "member" else rehearsed(membership, step))
            case = written if membership == "member" else case
        clock.at = story.at + timedelta(minutes=1)
        tokens = {person(kind, one): _enter(house, kind, one) for kind in KINDS[:-1] for one in MEMBERSHIPS}
        made = everything_made(house, DISTRICT, case, lambda kind: person(kind, "member"))
        file = sqlite_file(house.site.engine)
        assert file is not None
        before = place / "before.db"
        with closing(sqlite3.connect(file)) as live, closing(sqlite3.connect(before)) as kept:
            live.backup(kept)
        yield Ground(house, case, step, tokens, made, before)
    finally:
        house.close()


def _enter(house: House, kind: str, membership: str) -> str:
    """A session in which the best proof was shown, so that only the place of somebody decides; a program's token."""
    if kind == "portal":
        return _program(house, membership)
    who, sessions = person(kind, membership), house.site.sessions
    sessions.proof_s = 100_000
    return sessions.open(_district_of(membership), who, who, "bearer", proof=Grade.PASSKEY)


def _program(house: House, membership: str) -> str:
    """The access token of a client that was granted every scope for the enterprise of this membership; from that of
    `none` the grant was taken since."""
    portals, now_s = house.site.portals, house.site.now_s()
    portals._now_s = lambda: now_s  # a token holds ten minutes, and a step may take longer
    grant = Grant(PARTIES[membership], frozenset(scope.value for scope in PortalScope))
    new = NewClient(name=f"系统 {membership}", grants=(grant,))
    client, secret = portals.clients.register(_district_of(membership), new, "operator")
    shown = ("authorization", "Basic " + b64encode(f"{client}:{secret}".encode()).decode())
    headers = (("content-type", "application/x-www-form-urlencoded"), shown)
    said = asyncio.run(ask(house.front, Request("POST", "/oauth/token", b"grant_type=client_credentials", "", headers)))
    assert said.status == 200, said.body
    if membership == "none":
        portals.clients.withdraw(client, grant.enterprise)
    return str(said.document["access_token"])


def _district_of(membership: str) -> str:
    return FOREIGN if membership == "other_district" else DISTRICT


def _write(house: House, membership: str, story: Guided) -> str:
    """Play a case into the house by its loader, as the seeds are; returns its id."""
    case: str | None = None
    with house.site.log.bulk() as bulk:
        for number, act in enumerate(story.played):
            asked = Asked(
                district=_district_of(membership), case=case, command=act.command, by=act.by, at=act.at,
                key=f"{membership}-{number}", register=register_of(membership) if case is None else None,
                named=act.named,
            )  # fmt: skip
            case = bulk.ask(asked).case
    assert case is not None
    return case
