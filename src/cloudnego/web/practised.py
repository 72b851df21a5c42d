"""The invented people and firm of a practice, and the story that brings its case to a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Final

import msgspec
from sqlmodel import Session

from cloudnego.chooser import NAMES_OF_NOBODY, Cast, fill
from cloudnego.core import commands as c
from cloudnego.core.moment import Law, Moment, Register, Standing, side_of
from cloudnego.core.overview import next_due
from cloudnego.core.procedure import PLACES
from cloudnego.core.sight import clock_asks
from cloudnego.core.state import EMPTY, Negotiation
from cloudnego.core.vocabulary import CLOCK, Member, Office, Scope, Step, Stream
from cloudnego.identity.founding import XIAOSHAN, found
from cloudnego.identity.kinds import OrganisationKind
from cloudnego.identity.register import Entry, Heads, add_enterprise, change_enterprise
from cloudnego.identity.roster import NewMembership, NewPerson, Roster
from cloudnego.identity.snapshot import snapshot
from cloudnego.ports import CHINA, Asked, EventLog, Receipt
from cloudnego.stories import Scene, plain

NAME: Final = "演练区"
ACT_TAKES: Final = timedelta(minutes=1)
_FIRM: Final = "演练·云杉机械有限公司"
_WORKERS: Final = 186


class Somebody(msgspec.Struct, frozen=True, kw_only=True):
    """A person of the practice, with the membership a mandate letter is printed for."""

    id: str
    name: str
    membership: str


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """Who plays, and what the register says. `people`: whom one can be, by their logins."""

    cast: Cast
    register: Register
    people: Mapping[str, Somebody]


def settle(session: Session, roster: Roster, password_hash: str, year: int) -> Settled:
    """Found a district with one firm in it, its union and the offices of the area."""
    admin = NewPerson(name="演练管理员", login="admin", password_hash=password_hash)
    area = found(roster, NAME, XIAOSHAN, admin)
    town = area.places[1]
    town_union = roster.add_organisation(OrganisationKind.TOWN_UNION, "城厢街道总工会（演练）", town).id
    heads = Heads(year=year, total=_WORKERS, women=74, front_line=139)
    firm = add_enterprise(
        session, roster, roster.district,
        Entry(id="", name=_FIRM, credit_code="DEMO-0001", address="演练路1号", region=town, industry="C34",
              has_congress=True, headcount=(heads,)),
    )  # fmt: skip
    union = roster.add_organisation(OrganisationKind.ENTERPRISE_UNION, f"{_FIRM}工会", town, upper=firm.id).id
    change_enterprise(session, firm, {"has_union": True, "union_organisation": union}, None)
    names, people = iter(NAMES_OF_NOBODY), dict[str, Somebody]()

    def somebody(organisation: str, office: Office, login: str | None = None) -> str:
        name = next(names)
        account = {"login": login, "password_hash": password_hash} if login is not None else {}
        person = roster.add_person(NewPerson(name=name, **account))
        held = roster.add_membership(NewMembership(person=person.id, organisation=organisation, office=office))
        if login is not None:
            people[login] = Somebody(id=person.id, name=name, membership=held.id)
        return person.id

    def of_firm(office: Office, login: str | None = None) -> str:
        return somebody(firm.id, office, login)

    cast = Cast(
        worker_bench=(
            somebody(union, Office.UNION, "union-chair"), of_firm(Office.WORKER, "worker-rep"),
            of_firm(Office.WORKER), of_firm(Office.WORKER),
        ),
        employer_bench=(
            of_firm(Office.LEGAL_REPRESENTATIVE, "legal-rep"), of_firm(Office.HR, "employer-rep"),
            of_firm(Office.HR), of_firm(Office.HR),
        ),
        hr=of_firm(Office.HR, "hr"),
        recorder=of_firm(Office.WORKER, "recorder"),
        scrutineers=(of_firm(Office.WORKER, "scrutineer"), of_firm(Office.WORKER)),
        spare_workers=(of_firm(Office.WORKER, "worker"),),
        town_union=somebody(town_union, Office.TOWN_UNION, "town-union"),
        district_union=somebody(area.district_union, Office.DISTRICT_UNION, "district-union"),
        authority=somebody(area.authority, Office.AUTHORITY, "authority"),
        employers_body=somebody(area.employers_body, Office.EMPLOYERS_BODY, "employers-body"),
    )  # fmt: skip
    word = snapshot(session, roster.district, subject=firm.id, scope=Scope.ENTERPRISE, wage_year=year, covered=())
    assert word is not None, "the firm has just been entered"
    return Settled(cast=cast, register=word.register, people=people)


class _Arrived(Exception):
    """The case stands at the step it was to stand at."""


class Practice(Scene):
    """The plain story through the log, each act by its own person and the clock's by the clock, at times of its own."""

    def __init__(
        self, log: EventLog, ask: Callable[[Asked], Receipt], district: str, settled: Settled, begin: datetime
    ) -> None:
        self.cast = settled.cast
        self.dice = Random(district)
        self.at = begin
        self.case_id = ""
        self._log = log
        self._send = ask
        self._district = district
        self._register = settled.register
        self._members = settled.cast.members()
        self._heads: dict[Stream, int] = {}
        self._case = EMPTY
        self._asked = 0
        self._goal = Step.PERFORMANCE

    @property
    def case(self) -> Negotiation:
        return self._case

    @property
    def law(self) -> Law:
        opened = self._case.opened
        assert opened is not None, "a story opens its case first"
        return self._log.law(opened.pack, opened.pack_version, self._case.calendar)

    @property
    def today(self) -> date:
        return self.at.date()

    def tell(self, goal: Step) -> None:
        """The story, until the case stands at this step."""
        self._goal = goal
        with suppress(_Arrived):
            plain(self)

    def moment(self, who: str) -> Moment:
        by = self._members.get(who) or Member(person=who)
        side = side_of(self._case, by)
        caucus = self._log.caucus(self.case_id, side) if side is not None else None
        return Moment(self._case, self.at, self.law, by, case_id=self.case_id, heads=self._heads, caucus=caucus)

    def open(self, who: str, **wish: Any) -> None:
        fields = {"enterprise": self._register.enterprise, "wage_year": self.today.year, **wish}
        self._ask(self._members[who], c.OpenCase.model_validate(fields))

    def act(self, who: str, kind: type[c.Command], /, **wish: Any) -> None:
        self.at += ACT_TAKES
        moment = self.moment(who)
        self._ask(moment.by, fill(moment, kind, self.dice, self.cast, wish))

    def wait_until(self, day: date, hour: int = 9) -> None:
        while self._case.live:
            due = next_due(self._case, self.law)
            if due is None or due > day:
                break
            self.at = max(self.at, datetime.combine(due, time(0, 5), tzinfo=CHINA))
            before = self._asked
            self._tick()
            if self._asked == before:
                break
        self.at = max(self.at + ACT_TAKES, datetime.combine(day, time(hour), tzinfo=CHINA))
        self._tick()

    def _tick(self) -> None:
        """The clock asks all that is due, until nothing is. It looks again after each: what one ask leads to may take
        the next one's ground away, and a refusal here would be a defect of the story, to be heard of."""
        while asks := clock_asks(Standing(self._case, self.at, self.law)):
            self._ask(CLOCK, asks[0])

    def _ask(self, by: Member, command: c.Command) -> None:
        self._asked += 1
        receipt = self._send(
            Asked(
                district=self._district, case=None if command.opens else self.case_id, command=command, by=by,
                at=self.at, key=f"practice-{self._asked}",
                register=self._register if PLACES[type(command)].ask.by_register else None,
            )
        )  # fmt: skip
        self.case_id = receipt.case
        self._heads |= {entry.stream: entry.seq for entry in receipt.entries}
        state = self._log.state(receipt.case)
        assert state is not None, "the log has just written it"
        self._case = state
        self.heard(command)
        if state.step is None or state.step.number >= self._goal.number:
            raise _Arrived
