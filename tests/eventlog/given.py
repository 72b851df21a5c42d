"""Cases for the log to keep: people, a register, and commands rehearsed in the core that any store must take."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any, Final, Protocol

import msgspec

from cloudnego import stories
from cloudnego.chooser import Cast
from cloudnego.core import commands as c
from cloudnego.core.events import Covered
from cloudnego.core.moment import Law, Register
from cloudnego.core.vocabulary import Member, Side
from cloudnego.eventlog.bulk import Bulk
from cloudnego.eventlog.districts import District
from cloudnego.eventlog.log import SqlLog
from cloudnego.law import shipped_calendar, shipped_pack
from cloudnego.ports import CHINA, Asked, EventLog, Receipt
from cloudnego.rehearsal import Played, Rehearsal, wander
from cloudnego.stories import Scene

DISTRICT: Final = "xiaoshan"
MORNING: Final = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA)
ALL: Final = slice(None)
TOWNS: Final = ("330109101", "330109102", "330109103")
INDUSTRIES: Final = ("C1761", "C1762", "C3311", "F5191")
FIRMS: Final = tuple(Covered(enterprise=f"c{n}", headcount=20 + 7 * n) for n in range(3))
HEADCOUNTS: Final = (120, 350, 180, 640, 150)
LAW: Final = Law(pack=shipped_pack("cn-hangzhou"), calendar=shipped_calendar())


class Log(EventLog, Protocol):
    """What tests need of a log beside its port."""

    @property
    def districts(self) -> Any: ...

    @property
    def bell(self) -> Any: ...

    def erase(self, case: str, stream: Any, seqs: frozenset[int]) -> int: ...

    def close(self) -> None: ...


def make_district(log: Any, id_: str = DISTRICT) -> District:
    made: District = log.districts.make(id_, "萧山区", "sandbox", LAW.pack, LAW.calendar)
    return made


def cast(name: str = "") -> Cast:
    """The people of one case; `name` keeps those of several cases apart."""
    return Cast(
        worker_bench=tuple(f"{name}w{n}" for n in range(5)),
        employer_bench=tuple(f"{name}e{n}" for n in range(5)),
        hr=f"{name}hr",
        recorder=f"{name}rec",
        scrutineers=(f"{name}s1", f"{name}s2"),
        spare_workers=(f"{name}w8", f"{name}w9"),
        spare_employers=(f"{name}e8", f"{name}e9"),
        outsiders=(f"{name}o1",),
        enterprises=tuple(x.enterprise for x in FIRMS),
    )


def register(name: str = "", **change: Any) -> Register:
    found = Register(
        enterprise=f"ent{name}",
        region="330109",
        town="330109101",
        industry="C1761",
        headcount=120,
        above_scale=False,
        has_union=True,
        worker_organ=f"union{name}",
        employer_organ=f"ent{name}",
    )
    return msgspec.structs.replace(found, **change)


def at_preparation(t: Scene) -> None:
    """Up to step 5, in which figures, clauses and topic sheets may be put again and again."""
    t.open(t.organ(Side.WORKER))
    stories.confirm_service(t)
    for side in Side:
        stories.side_list(t, side)
        stories.sheet(t, side)
        t.act(t.chief(side), c.SendOffer if side is Side.WORKER else c.Reply)
        t.wait_working(2)


def overdue(t: Scene) -> None:
    """An offer that nobody answers until its term is over."""
    t.open(t.organ(Side.WORKER))
    stories.confirm_service(t)
    stories.side_list(t, Side.WORKER)
    stories.sheet(t, Side.WORKER)
    t.act(t.chief(Side.WORKER), c.SendOffer)
    t.wait_working(15)


def drift(t: Scene) -> None:
    """A random walk."""
    t.open(t.organ(Side.WORKER))
    assert isinstance(t, Rehearsal)
    wander(t, 400)


PLAYS: Final[dict[str, Callable[[Scene], None]]] = {
    **stories.STORIES,
    **stories.FURTHER,
    "at-preparation": at_preparation,
    "overdue": overdue,
    "drift": drift,
}


@cache
def rehearsed(play: str = "plain", name: str = "", seed: int = 1, place: int = 0) -> Rehearsal:
    """A case played through the core alone; `played` is what any log must take, `case` what must come out.

    `place` moves it to another town, industry, size and day.
    """
    union, many = play != "no-union", play == "regional"
    where = register(
        name,
        has_union=union,
        speaks_for_many=many,
        covers=FIRMS if many else (),
        town=TOWNS[place % len(TOWNS)],
        industry=INDUSTRIES[place % len(INDUSTRIES)],
        headcount=HEADCOUNTS[place % len(HEADCOUNTS)],
    )
    scene = Rehearsal(LAW, cast(name), where, MORNING + timedelta(days=7 * (place // 3)), Random(seed))
    PLAYS[play](scene)
    return scene


def asked(one: Played, case: str | None, key: str, **change: Any) -> Asked:
    """One rehearsed ask on its way to a log; `change` replaces fields of it."""
    found = Asked(
        district=DISTRICT, case=case, command=one.command, by=one.by, at=one.at, key=key, register=register(),
        named=one.named,
    )  # fmt: skip
    return msgspec.structs.replace(found, **change)


async def play(
    log: EventLog, rehearsal: Rehearsal, case: str | None = None, only: slice = ALL, keys: str = "k"
) -> list[Receipt]:
    """Ask everything that was rehearsed, or a slice of it; the keys are `k0`, `k1`, … in the order of the rehearsal."""
    receipts: list[Receipt] = []
    for number, one in list(enumerate(rehearsal.played))[only]:
        receipts.append(await log.ask(asked(one, case, f"{keys}{number}", register=rehearsal.register)))
        case = receipts[-1].case
    return receipts


def played(log: EventLog, play_name: str = "plain", name: str = "", seed: int = 1) -> str:
    """The case after a whole rehearsal was asked of a log."""
    keys = "k" if seed == 1 else f"k{seed}."
    return asyncio.run(play(log, rehearsed(play_name, name, seed), keys=keys))[-1].case


def load(pen: Bulk, rehearsal: Rehearsal) -> str:
    """The case after a whole rehearsal was put to the bulk loader."""
    case = None
    for number, one in enumerate(rehearsal.played):
        case = pen.ask(asked(one, case, f"k{number}", register=rehearsal.register)).case
    assert case is not None
    return case


def loaded(log: SqlLog, *plays: tuple[str, str]) -> list[str]:
    """The cases of these rehearsals (play, name), loaded in bulk: the quick way to a full log."""
    with log.bulk() as pen:
        return [load(pen, rehearsed(play_name, name)) for play_name, name in plays]


def proposal(rate: str, text: str = "我们的意见") -> c.MakeProposal:
    return c.MakeProposal(head="T3", rate=rate, text=text)


def sheet_of(demand: str) -> c.DraftTopicSheet:
    """A topic sheet that differs from others by the rate of its one negotiated head."""
    return c.DraftTopicSheet(
        topics=(c.Topic(head="T3", answer=c.Answer.NEGOTIATE, asked_rate=demand, demand="提高工资", basis="物价"),)
    )


def rates(count: int) -> Iterable[str]:
    return (f"{1 + n // 100}.{n % 100:02d}" for n in range(count))


WORKER_CHIEF: Final = Member(person="w0", side=Side.WORKER)
EMPLOYER_CHIEF: Final = Member(person="e0", side=Side.EMPLOYER)


def wish(dice: Random, case: str, key: str) -> Asked:
    """Something a representative may want in step 5, or may not: figures, sheets of his own side, clauses unknown."""
    side = dice.choice(list(Side))
    by = Member(person=f"{side.value[0]}{dice.randrange(5)}", side=side)
    rate = f"{dice.randrange(1, 30)}.{dice.randrange(100):02d}"
    commands: list[c.Command] = [proposal(rate), proposal(rate), sheet_of(rate), c.DropClause(clause="table.0")]
    return asked(rehearsed().played[0], case, key, command=dice.choice(commands), by=by)
