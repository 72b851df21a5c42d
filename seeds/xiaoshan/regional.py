"""Contracts over many enterprises: the park's of 2018, which is known from the press, and the down-makers' of today.

Known of 2018: one month of questionnaires, 14 representatives of the workers face to face with the employers, more than
120 enterprises covered, 22 clauses, 8 percent asked, 7 offered, 8 agreed. Everything else is invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from cloudnego import stories as s
from cloudnego.chooser import Cast, topics
from cloudnego.core import commands as c
from cloudnego.core.events import Covered
from cloudnego.core.moment import Register
from cloudnego.core.vocabulary import Member, Office, Scope, Side
from cloudnego.seedling.play import Part, Play
from seeds.xiaoshan.figures import SOURCE, references
from seeds.xiaoshan.firms import SEED, Firm, opaque
from seeds.xiaoshan.geography import BY_NAME, DISTRICT, PARK, Town
from seeds.xiaoshan.people import (
    COORDINATOR,
    DOWN_ASSOCIATION,
    DOWN_SECRETARY,
    EMPLOYERS_OFFICER,
    INSTRUCTORS,
    OFFICIAL,
    PARK_ASSOCIATION,
    PARK_SECRETARY,
    REVIEWER,
    town_official,
    town_union,
)
from seeds.xiaoshan.straight import E, W
from seeds.xiaoshan.telling import NOW, PAUSES, Teller, at_nine, covered
from seeds.xiaoshan.trades import DOWN
from seeds.xiaoshan.words import clause, words

PARK_2018: Final = "park-2018"
DOWN_2025: Final = "down-2025"
CLAUSES_2018: Final = 22
_ALL_HEADS: Final = tuple(f"T{n}" for n in range(1, 10))
_FURTHER: Final = (*((head, 1) for head in _ALL_HEADS), ("T9", 2), ("T10", 0), ("X", 0), ("X", 1))


def _cast(
    firms: Sequence[Firm], town: Town, secretary: str, *, seats: tuple[int, int], percents: tuple[str, str, str],
    minimum_fen: int,
) -> Cast:  # fmt: skip
    """The union's head leads the workers, the owner of one enterprise the employers; the others are of other firms."""
    workers, employers = seats
    asked, offered, agreed = percents
    return Cast(
        worker_bench=(town_official(town.code), *(opaque("p", f.key, "w", 1) for f in firms[: workers - 1])),
        employer_bench=tuple(opaque("p", f.key, "e", 0) for f in firms[:employers]), hr=secretary,
        recorder=opaque("p", firms[0].key, "w", 3),
        scrutineers=(opaque("p", firms[1].key, "w", 4), opaque("p", firms[2].key, "w", 4)),
        enterprises=tuple(f.entry.id for f in firms), instructor=INSTRUCTORS[0], coordinators=(COORDINATOR,),
        town_union=town_official(town.code),
        district_union=OFFICIAL, authority=REVIEWER, employers_body=EMPLOYERS_OFFICER,
        asked_percent=asked, offered_percent=offered, agreed_percent=agreed, minimum_fen=minimum_fen,
    )  # fmt: skip


def _part(cast: Cast, pauses: dict[type[c.Command], tuple[int, int]]) -> Part:
    def member(person: str, side: Side | None, office: Office) -> Member:
        return Member(person=person, side=side, offices=frozenset({office}))

    head, *others = cast.worker_bench
    people = [
        member(head, W, Office.TOWN_UNION),
        *(member(p, W, Office.WORKER) for p in (*others, cast.recorder, *cast.scrutineers)),
        *(member(p, E, Office.LEGAL_REPRESENTATIVE) for p in cast.employer_bench),
        member(cast.hr, E, Office.EMPLOYERS_BODY),
        member(cast.authority, None, Office.AUTHORITY),
        member(cast.district_union, None, Office.DISTRICT_UNION),
    ]
    organs = {W: head, E: cast.hr}
    return Part(cast, {one.person: one for one in people}, {**PAUSES, **pauses}, organs)


def _register(firms: Sequence[Firm], town: Town, body: str, year: int) -> Register:
    """What the register says of an area: its union and its association are the organs of the sides (HZ 32)."""
    covers, union = covered(firms, year), town_union(town.code)
    return Register(
        enterprise=union, region=DISTRICT, town=town.code, industry=firms[0].entry.industry,
        headcount=sum(one.headcount for one in covers), above_scale=False, has_union=True, worker_organ=union,
        employer_organ=body, covers=covers, references=references(year), speaks_for_many=True,
    )  # fmt: skip


def _over(t: Play, heads: tuple[str, ...], further: tuple[tuple[str, int], ...], joins: Covered | None = None) -> None:
    """The talks of an area, from the opening to the end of its contract; `joins`: an enterprise that joins later."""
    t.open(t.organ(W))
    s.confirm_service(t)
    s.side_list(t, W)
    s.sheet(t, W)
    t.act(t.chief(W), c.SendOffer, topics=topics(t.moment(t.chief(W)), t.cast, heads))
    t.wait_working(2)
    s.side_list(t, E)
    s.sheet(t, E)
    t.act(t.chief(E), c.Reply)
    if joins is not None:
        t.act(t.organ(E), c.CoverEnterprise, enterprise=joins.enterprise)
        year = {"period": str(t.today.year), "kind": "average_wage", "fen": 600_000, "rate": None, "source": SOURCE}
        t.act(t.organ(W), c.RecordReference, **year)
    s.exchange(t)
    for head, variant in further:
        t.act(t.chief(W), c.PutClause, **clause(t, head, variant))
    s.gather(t)
    s.settle(t)
    s.convene(t)
    _votes_of_each(t)
    s.vote(t)
    s.from_congress(t)
    s.be_silent(t)
    t.act(t.organ(E), c.PublishContract)
    t.wait_working(3)
    t.act(t.organ(W), c.ReportToUpperUnion)
    expires = t.case.filing.expires_on
    assert expires is not None
    report = expires - timedelta(days=25)
    if not t.law.calendar.knows(report.year):  # no fact can be entered of a year without a calendar
        report = date(report.year - 1, 12, 20)
    t.wait_until(report)
    t.act(t.organ(E), c.ReportPerformance)
    t.wait_until(expires + timedelta(days=1))


def _votes_of_each(t: Play) -> None:
    if t.case.opened is None or not t.case.opened.ballot_per_enterprise:
        return
    for one in t.case.covers:
        yes = one.headcount - t.dice.randrange(1 + one.headcount // 4)
        present = min(one.headcount, yes + t.dice.randrange(3))
        t.act(
            t.organ(W), c.RecordCoveredBallot, enterprise=one.enterprise, total=one.headcount, present=present, yes=yes
        )


def _play(teller: Teller, name: str, part: Part, register: Register, day: date) -> Play:
    return Play(
        teller.script, name, law=teller.law, part=part, register=register, begin=at_nine(day), now=NOW, seed=SEED,
        words=words,
    )  # fmt: skip


def park_2018(teller: Teller, firms: Sequence[Firm]) -> Play:
    """信息港 2018: the first wage negotiation of the district that was carried online and face to face."""
    park = [f for f in firms if f.town == PARK]
    living = [f for f in park if not f.ended]
    cast = _cast(living, PARK, PARK_SECRETARY, seats=(14, 9), percents=("8", "7", "8"), minimum_fen=250_000)
    part = _part(cast, {c.RecordOpinions: (20, 22)})
    play = _play(teller, PARK_2018, part, _register(park, PARK, PARK_ASSOCIATION, 2018), date(2018, 5, 28))
    play.opening = {
        "wage_year": 2018, "scope": Scope.REGION, "covers": [f.entry.id for f in park], "ballot_per_enterprise": True,
        "external_ref": f"DEMO-{PARK_2018}",
    }  # fmt: skip
    play.tell(lambda t: _over(t, _ALL_HEADS, _FURTHER))
    play.rest()
    return play


def down_2025(teller: Teller, firms: Sequence[Firm]) -> Play:
    """The down-makers of one street under one industry contract, in force today."""
    makers = [f for f in firms if f.served and f.trade is DOWN]
    town = BY_NAME["新塘"]
    cast = _cast(makers, town, DOWN_SECRETARY, seats=(7, 5), percents=("6", "3", "4"), minimum_fen=280_000)
    play = _play(teller, DOWN_2025, _part(cast, {}), _register(makers, town, DOWN_ASSOCIATION, 2025), date(2025, 10, 9))
    play.opening = {
        "wage_year": 2025, "scope": Scope.INDUSTRY, "covers": [f.entry.id for f in makers[:-1]],
        "external_ref": f"DEMO-{DOWN_2025}",
    }  # fmt: skip
    joins = covered(makers[-1:], 2025)[0]
    play.tell(lambda t: _over(t, ("T2", "T3", "T5", "T9"), (), joins))
    play.rest()
    teller.regional.append(play)
    return play
