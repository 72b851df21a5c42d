"""The teller: gives each case its people, its register, its pace, and the day on which it must begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Final

from cloudnego.chooser import Cast
from cloudnego.core import commands as c
from cloudnego.core.events import Covered
from cloudnego.core.moment import Register
from cloudnego.core.vocabulary import Kind, Member, Office, Side
from cloudnego.ports import CHINA
from cloudnego.seedling.play import Part, Play, Script
from cloudnego.seedling.seed import law_of
from seeds.xiaoshan.figures import references
from seeds.xiaoshan.firms import SEED, Firm
from seeds.xiaoshan.geography import DISTRICT
from seeds.xiaoshan.people import (
    COORDINATOR,
    EMPLOYERS_OFFICER,
    INSTRUCTORS,
    OFFICIAL,
    REVIEWER,
    crew_of,
    officials,
    town_official,
    town_union,
)
from seeds.xiaoshan.words import words

PACK: Final = "cn-hangzhou"
NOW: Final = datetime(2026, 11, 20, 15, tzinfo=CHINA)
"""The moment the district's clock starts from: a Friday afternoon. Never the machine's day."""
TODAY: Final = NOW.date()

PAUSES: Final[Mapping[type[c.Command], tuple[int, int]]] = {
    c.RecordElection: (3, 5), c.RecordOpinions: (3, 7), c.DeclareTopicsReady: (0, 2), c.Reply: (0, 3),
    c.DeliverMaterial: (0, 1), c.SubmitDraft: (1, 3), c.SignContract: (0, 1), c.PublishContract: (0, 2),
    c.AnswerProblem: (2, 6), c.FileAmendmentPlan: (0, 1), c.ReturnToTable: (0, 1),
}  # fmt: skip
"""Working days people take before an act."""

Stop = tuple[type[c.Command], int]


class Teller:
    """Tells the cases of a district into one script."""

    def __init__(self, script: Script, rolls: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        """`rolls`: what is entered of a roll that is kept here by persons, by the name of the case."""
        self.script = script
        self._rolls: Final = rolls or {}
        self.law = law_of(PACK)
        self._told: dict[str, list[Play]] = {}  # of each enterprise
        self.regional: list[Play] = []

    def working(self, day: date) -> date:
        """The day itself, or the last working day before it."""
        while not self.law.calendar.is_working_day(day):
            day -= timedelta(days=1)
        return day

    def case(
        self, firm: Firm, year: int, day: date, *, stop: Stop | None = None, kind: Kind = Kind.NEW,
        parent: Play | None = None, suffix: str = "", **opening: Any,
    ) -> Play:  # fmt: skip
        """A case of an enterprise, ready to be told from this day on."""
        kin = [play for play in self._told.get(firm.key, ()) if play.case.live]
        covering = [play for play in self.regional if _covers(play, firm, day)]
        register = register_of(firm, year, kin, covering)
        name = name_of(firm, year) + suffix
        play = Play(
            self.script, name, law=self.law, part=part_of(firm, year), register=register, begin=at_nine(day),
            now=NOW, seed=SEED, words=self._words, stop=stop,
        )  # fmt: skip
        play.opening = {"wage_year": year, "kind": kind, "external_ref": f"DEMO-{name}", **opening}
        if parent is not None:
            play.opening["parent"] = parent.case_id
        self._told.setdefault(firm.key, []).append(play)
        return play

    def _words(self, play: Play, who: str, kind: type[c.Command], wish: Mapping[str, Any]) -> Mapping[str, Any]:
        roll = self._rolls.get(play.name) if kind is c.RecordDelegateRoll else None
        return {**words(play, who, kind, wish), **(roll or {})}


def name_of(firm: Firm, year: int) -> str:
    return f"{firm.key}-{year}"


def at_nine(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=CHINA)


def _covers(play: Play, firm: Firm, day: date) -> bool:
    filing = play.case.filing
    if filing.in_force_from is None or not play.case.live:
        return False
    return filing.in_force_from <= day and any(one.enterprise == firm.entry.id for one in play.case.covers)


def register_of(firm: Firm, year: int, kin: Sequence[Play] = (), covering: Sequence[Play] = ()) -> Register:
    """What the door would read of the register for an opening; `kin`: live cases of the same enterprise."""
    entry = firm.entry
    heads = [one for one in entry.headcount if one.year <= year] or [entry.headcount[0]]
    counted = heads[-1]
    expiries = [play.case.filing.expires_on for play in kin if play.case.filing.expires_on is not None]
    above = max(covering, key=lambda play: play.case.filing.in_force_from or date.min) if covering else None
    return Register(
        enterprise=entry.id, region=DISTRICT, town=entry.region, industry=entry.industry, headcount=counted.total,
        above_scale=entry.above_scale, has_union=entry.has_union, employer_organ=entry.id,
        worker_organ=entry.union_organisation or town_union(entry.region), women=counted.women or 0,
        disabled=counted.disabled or 0, dispatched=counted.dispatched or 0,
        open_offers=tuple(p.case_id for p in kin if p.case.offer is not None and p.case.filing.in_force_from is None),
        this_year=tuple(p.case_id for p in kin if p.case.opened and p.case.opened.wage_year == year),
        previous_expires_on=max(expiries, default=None), references=references(year),
        regional_rate=above.case.performance.raise_rate if above else None,
        regional_minimum_fen=above.case.performance.minimum_wage_fen if above else None,
    )  # fmt: skip


def covered(firms: Sequence[Firm], year: int) -> tuple[Covered, ...]:
    """The enterprises of an industry or region with their headcount of that year, by id as the register gives them."""
    found = [Covered(enterprise=f.entry.id, headcount=register_of(f, year).headcount) for f in firms]
    return tuple(sorted(found, key=lambda one: one.enterprise))


def part_of(firm: Firm, year: int) -> Part:
    """The people of an enterprise's case, with what identity will say they are, and the percents they will name."""
    crew, dice = crew_of(firm), Random(f"{SEED}/terms/{firm.key}/{year}")
    union = firm.entry.has_union
    town = town_official(firm.entry.region)
    agreed = max(40, {2023: 56, 2024: 53, 2025: 49}.get(year, 46) + dice.randrange(-14, 19))
    cast = Cast(
        worker_bench=crew.worker_bench, employer_bench=crew.employer_bench, hr=crew.hr, recorder=crew.recorder,
        scrutineers=crew.scrutineers, spare_workers=crew.spare_workers, spare_employers=crew.spare_employers,
        outsiders=INSTRUCTORS[1:2], instructor=INSTRUCTORS[0], coordinators=(COORDINATOR,), town_union=town,
        district_union=OFFICIAL, authority=REVIEWER, employers_body=EMPLOYERS_OFFICER,
        asked_percent=tenths(agreed + 10 + dice.randrange(20)), offered_percent=tenths(agreed - 8 - dice.randrange(15)),
        agreed_percent=tenths(agreed), minimum_fen=(2700 + 50 * dice.randrange(16) + 60 * (year - 2023)) * 100,
    )  # fmt: skip
    members = _members(cast, union=union)
    organs = {Side.WORKER: crew.worker_bench[0] if union else town, Side.EMPLOYER: crew.hr}
    return Part(cast, members, PAUSES, organs)


def tenths(n: int) -> str:
    """A percentage in tenths as the decimal string of the wire: 45 → "4.5", 50 → "5"."""
    return f"{n // 10}.{n % 10}" if n % 10 else str(n // 10)


def _members(cast: Cast, *, union: bool) -> dict[str, Member]:
    """Everybody of an enterprise's case as `identity.offices.member_for` makes him from his memberships."""
    workers = (*cast.worker_bench, *cast.spare_workers, cast.recorder, *cast.scrutineers)
    found = {p: Member(person=p, side=Side.WORKER, offices=frozenset({Office.WORKER})) for p in workers}
    if union:
        chair = cast.worker_bench[0]
        offices = frozenset({Office.WORKER, Office.UNION})
        found[chair] = Member(person=chair, side=Side.WORKER, offices=offices)
    for p in (*cast.employer_bench, *cast.spare_employers, cast.hr):
        office = Office.LEGAL_REPRESENTATIVE if p == cast.employer_bench[0] else Office.HR
        found[p] = Member(person=p, side=Side.EMPLOYER, offices=frozenset({office}))
    reaching = {cast.town_union, cast.district_union, cast.authority, cast.employers_body, *cast.coordinators}
    for person, post in officials():
        if person in reaching:
            side = Side.WORKER if person == cast.town_union and not union else None
            found[person] = Member(person=person, side=side, offices=frozenset({post.office}))
    found |= {p: Member(person=p) for p in (cast.instructor, *cast.outsiders)}
    return found
