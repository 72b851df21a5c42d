"""Seeds: a district with its people, and its cases told as stories; played through the core, loaded through the log.

What is told is a list of asks. The log judges each of them again while it loads, so a seed cannot be unlawful.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from random import Random
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import insert
from sqlmodel import Session, SQLModel, select

from cloudnego import places
from cloudnego.chooser import Cast
from cloudnego.core import commands as c
from cloudnego.core.decide import Decision
from cloudnego.core.moment import Law, Register
from cloudnego.core.procedure import PLACES
from cloudnego.core.state import EMPTY, Negotiation
from cloudnego.core.vocabulary import Member, Office, Side
from cloudnego.eventlog.bulk import Bulk
from cloudnego.eventlog.districts import DistrictExists
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.tables import OverviewRow
from cloudnego.identity import tables
from cloudnego.identity.founding import Place
from cloudnego.identity.kinds import SIDES, OrganisationKind
from cloudnego.identity.references import NewReference
from cloudnego.identity.register import Entry
from cloudnego.identity.roster import has_people
from cloudnego.identity.store import reading, writing
from cloudnego.law import shipped_calendar, shipped_pack
from cloudnego.ports import Asked
from cloudnego.rehearsal import Rehearsal

Told = Callable[[int], None]
"""Hears how much more was done."""

_NO_MORE_ACTS: Final = timedelta(minutes=5)  # people rest before the seed's moment, so that the clock has the last word


# --- playing ------------------------------------------------------------------------------------------------------


class Halt(Exception):
    """The story has come as far as it is told."""


class Act(NamedTuple):
    """One ask of a seed. `case` is the seed's own name for it; a command that names another case uses such a name."""

    case: str
    at: datetime
    by: Member
    command: c.Command
    register: Register | None


class Script:
    """All that was played, in the order in which it must be loaded, and the cases as they then stand."""

    def __init__(self) -> None:
        self.acts: list[Act] = []
        self.cases: dict[str, Negotiation] = {}


class Part(NamedTuple):
    """Who plays in a case, and how fast they are: `pauses` are working days (least, most) before an act."""

    cast: Cast
    members: Mapping[str, Member]
    pauses: Mapping[type[c.Command], tuple[int, int]]
    organs: Mapping[Side, str]


Tale = Callable[["Play"], None]
"""A story of a seed; every story of `cloudnego.stories` is one."""

Words = Callable[["Play", str, type[c.Command], Mapping[str, Any]], Mapping[str, Any]]
"""What a seed says in its own words, laid over the chooser's: the play, who asks, what, and the story's wish."""


class Play(Rehearsal):
    """A rehearsal that writes down what is asked, and ends at the seed's moment or before the `stop`-th ask of a kind."""

    def __init__(
        self, script: Script, name: str, law: Law, part: Part, register: Register, begin: datetime, *,
        now: datetime, seed: str, words: Words, stop: tuple[type[c.Command], int] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(law, part.cast, register, begin, Random(f"{seed}/{name}"))
        self.members = dict(part.members)
        self.case_id = name
        self.others = script.cases
        self._script = script
        self._part = part
        self._now = now
        self._words = words
        self._stop = stop
        self._asked: Counter[type[c.Command]] = Counter()
        self.opening: dict[str, Any] = {}  # what the seed says of the opening, whatever the story
        script.cases[name] = EMPTY

    def organ(self, side: Side) -> str:
        return self._part.organs[side]

    def open(self, who: str, **wish: Any) -> None:
        super().open(who, **{**self.opening, **wish})

    def act(self, who: str, kind: type[c.Command], /, **wish: Any) -> None:
        self._asked[kind] += 1
        if self._stop == (kind, self._asked[kind]):
            raise Halt
        days = self.dice.randint(*self._part.pauses.get(kind, (0, 0)))
        if days:
            self.wait_working(days)
        self.at += timedelta(seconds=20 + self.dice.randrange(130))
        if self.at > self._now - _NO_MORE_ACTS:
            raise Halt
        super().act(who, kind, **{**self._words(self, who, kind, wish), **wish})

    def ask(self, by: Member, command: c.Command) -> Decision:
        decision = super().ask(by, command)
        register = self.register if command.opens else None
        self._script.acts.append(Act(self.case_id, self.at, by, command, register))
        self._script.cases[self.case_id] = self.case
        return decision

    def wait_until(self, day: date, hour: int = 9) -> None:
        if (day, hour) > (self._now.date(), self._now.hour):
            raise Halt
        super().wait_until(day, hour)

    def tell(self, story: Tale) -> bool:
        """Play a story as far as it goes; True if it came to its end or to its stop before the seed's moment."""
        try:
            story(self)
        except Halt:
            return self.at < self._now - _NO_MORE_ACTS
        return True

    def rest(self) -> None:
        """Nobody asks any more; the clock notes what falls due until the seed's moment."""
        if self.case.live:
            super().wait_until(self._now.date(), self._now.hour)


# --- a whole seed -------------------------------------------------------------------------------------------------


class Body(NamedTuple):
    """An organisation."""

    id: str
    kind: OrganisationKind
    name: str
    region: str
    upper: str | None = None
    ended: bool = False


class Human(NamedTuple):
    """A person; with an account if there is a login."""

    id: str
    name: str
    login: str | None = None


class Post(NamedTuple):
    """What a person is in an organisation. `side`: where a union or body is itself the organ of a side."""

    person: str
    organisation: str
    office: Office
    side: Side | None = None


class Figure(NamedTuple):
    """A reference value and who entered it."""

    id: str
    value: NewReference
    by: str


class Guest(NamedTuple):
    """Someone a visitor may sign in as, and what there is to see."""

    login: str
    name: str
    is_zh: str
    look_zh: str


class Seed(NamedTuple):
    """A district as it stands at `now`, the moment its clock starts from."""

    district: str
    name: str
    pack: str
    now: datetime
    places: tuple[Place, ...]
    bodies: tuple[Body, ...]
    enterprises: tuple[Entry, ...]
    humans: tuple[Human, ...]
    posts: tuple[Post, ...]
    figures: tuple[Figure, ...]
    acts: tuple[Act, ...]
    cases: dict[str, Negotiation]
    guests: tuple[Guest, ...]
    password: str


def law_of(pack: str) -> Law:
    """A shipped pack with the shipped calendar."""
    return Law(pack=shipped_pack(pack), calendar=shipped_calendar())


def shipped(name: str) -> Seed:
    """Generate the seed of this name. It always comes out the same; takes some seconds of CPU."""
    if "seeds" not in sys.modules:
        folder = places.seeds()
        spec = spec_from_file_location("seeds", folder / "__init__.py", submodule_search_locations=[str(folder)])
        assert spec is not None, "the folder of seeds is a package"
        assert spec.loader is not None
        sys.modules["seeds"] = package = module_from_spec(spec)
        spec.loader.exec_module(package)
    found = import_module(f"seeds.{name}.district").generate()
    assert isinstance(found, Seed), "a seed's package generates a seed"
    return found


# --- loading ------------------------------------------------------------------------------------------------------


def loaded(log: SqlLog, seed: Seed | str) -> bool:
    """Whether the district is there with all its cases; what was begun and not ended is not."""
    district = seed if isinstance(seed, str) else seed.district
    with reading(log.engine) as session:
        return session.exec(select(OverviewRow.case_id).where(OverviewRow.district == district)).first() is not None


def load(log: SqlLog, seed: Seed, *, password_hash: str, now_s: int, told: Told = lambda _: None) -> dict[str, str]:
    """Make the sandbox, its people and its cases; returns the ids of the cases by their names in the seed.

    `now_s` is the machine's time. Each of the three parts is written whole or not at all, and a part that is there is
    not written again: an interrupted load is taken up where it was. Raises Refused if a rule has become stricter than
    the seed, and then no case is written.
    """
    law = law_of(seed.pack)
    try:
        log.districts.make(seed.district, seed.name, "sandbox", law.pack, law.calendar)
    except DistrictExists:
        pass
    log.districts.move_clock(seed.district, int(seed.now.timestamp()) - now_s)
    with writing(log.engine) as session:
        if not has_people(session, seed.district):
            _write_identity(session, seed, password_hash, now_s)
    if loaded(log, seed):
        return {}
    with Bulk(log.store, log.ring, log.districts, flush_rows=sys.maxsize) as pen:
        return _write_cases(pen, seed, told)


def _write_cases(pen: Bulk, seed: Seed, told: Told) -> dict[str, str]:
    ids: dict[str, str] = {}
    for number, act in enumerate(seed.acts, 1):
        command = _with_ids(act.command, ids)
        asked = Asked(
            district=seed.district, case=ids.get(act.case), command=command, by=act.by, at=act.at,
            key=f"seed-{act.case}-{number}", register=_register_with_ids(act.register, ids),
        )  # fmt: skip
        ids[act.case] = pen.ask(asked).case
        if number % 500 == 0:
            told(500)
    told(len(seed.acts) % 500)
    return ids


def _with_ids(command: c.Command, ids: Mapping[str, str]) -> c.Command:
    """The command with the log's id of the one other case it may name."""
    field = PLACES[type(command)].ask.reads
    named = getattr(command, field) if field else None
    return command if field is None or named is None else command.model_copy(update={field: ids[named]})


def _register_with_ids(register: Register | None, ids: Mapping[str, str]) -> Register | None:
    if register is None:
        return None
    return msgspec.structs.replace(
        register,
        open_offers=tuple(ids[name] for name in register.open_offers),
        this_year=tuple(ids[name] for name in register.this_year),
    )


def _write_identity(session: Session, seed: Seed, password_hash: str, now_s: int) -> None:
    """The rows of places, organisations, register and people, many at a time: a roster of thousands is one statement."""
    own: dict[str, Any] = {"district": seed.district}
    made = {**own, "created_s": now_s}
    heads = [(entry.id, one) for entry in seed.enterprises for one in entry.headcount]
    columns = [x for x in Entry.__struct_fields__ if x not in ("id", "name", "region", "version", "headcount")]
    rows: list[tuple[type[SQLModel], Iterable[dict[str, Any]]]] = [
        (tables.Region, ({**own, "code": p.code, "name_zh": p.name_zh, "name_en": p.name_en} for p in seed.places)),
        (tables.Organisation, (_organisation(made, body, now_s) for body in seed.bodies)),
        (
            tables.Enterprise,
            (
                {**own, "organisation": entry.id, "version": 1, **{x: getattr(entry, x) for x in columns}}
                for entry in seed.enterprises
            ),
        ),
        (tables.Headcount, ({"organisation": id_, **msgspec.structs.asdict(one)} for id_, one in heads)),
        (tables.Person, ({**made, "id": human.id, "name": human.name} for human in seed.humans)),
        (tables.Membership, (_membership(made, number, post) for number, post in enumerate(seed.posts, 1))),
        (
            tables.Account,
            (
                {**made, "person": human.id, "login": human.login, "password_hash": password_hash}
                for human in seed.humans
                if human.login is not None
            ),
        ),
        (tables.ReferenceValue, (_figure(own, figure, now_s) for figure in seed.figures)),
    ]
    for table, wanted in rows:
        session.execute(insert(table), list(wanted))


def _organisation(made: dict[str, Any], body: Body, now_s: int) -> dict[str, Any]:
    row = {"id": body.id, "kind": body.kind.value, "name": body.name, "region": body.region, "upper": body.upper}
    return {**made, **row, "ended_s": now_s if body.ended else None}


def _membership(made: dict[str, Any], number: int, post: Post) -> dict[str, Any]:
    side = SIDES.get(post.office, post.side)
    return {
        **made, "id": f"m{made['district']}{number:06d}", "person": post.person, "organisation": post.organisation,
        "office": post.office.value, "side": side.value if side is not None else None,
    }  # fmt: skip


def _figure(own: dict[str, Any], figure: Figure, now_s: int) -> dict[str, Any]:
    row = {**own, "id": figure.id, "entered_by": figure.by, "entered_s": now_s}
    return {**row, **{name: getattr(figure.value, name) for name in NewReference.__struct_fields__}}
