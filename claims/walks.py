"""Seeded random walks through the whole procedure, with what must hold at every step of each (design §3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any

from msgspec.structs import replace

from claims.askable import unaskable
from claims.leanings import FIRMS as FIRMS_VOTE
from claims.leanings import leaning
from cloudnego.chooser import Cast, fill
from cloudnego.core import commands as c
from cloudnego.core.decide import Decision
from cloudnego.core.events import Covered, Event, Reference
from cloudnego.core.evolve import evolve, replay
from cloudnego.core.gate import TALK, may_ask, obstacles, only_talked, stuck_because
from cloudnego.core.moment import Law, Moment, Register, Standing
from cloudnego.core.overlays import Overlay, overlays_of
from cloudnego.core.overview import overview
from cloudnego.core.procedure import PLACES, PROCEDURE
from cloudnego.core.refusals import Obstacle, Refused
from cloudnego.core.sight import next_for, open_for, seated
from cloudnego.core.state import EMPTY_CAUCUS, Caucus, Negotiation
from cloudnego.core.substates import (
    SUBSTATES,
    CongressSubState,
    DisputeSubState,
    FilingSubState,
    MeetingSubState,
    OfferSubState,
    PreparationSubState,
    substates,
)
from cloudnego.core.vocabulary import CLOCK, JOINT, STEPS, Both, Ending, Kind, Member, Scope, Side, Step
from cloudnego.law import shipped_calendar, shipped_pack
from cloudnego.rehearsal import CHINA, Rehearsal, pass_time, try_one, wander
from cloudnego.stories import plain

STEPS_OF_A_WALK = 400
ASKED_EACH = 0.8  # of the chunks of a walk: looking behind the buttons takes a tenth of its time
PACKS = ("cn-hangzhou",) * 4 + (
    "cn-zhejiang",
    "cn",
    "cn-ningbo",
    "cn-shanghai",
    "cn-shandong",
    "cn-henan",
    "cn-chongqing",
    "cn-beijing",
)
FIRMS = tuple(Covered(enterprise=f"c{n}", headcount=20 + 7 * n) for n in range(4))


def cast() -> Cast:
    """The people of a walk."""
    return Cast(
        worker_bench=("w0", "w1", "w2", "w3", "w4"), employer_bench=("e0", "e1", "e2", "e3", "e4"), hr="hr",
        recorder="recorder", scrutineers=("s1", "s2", "s3"), spare_workers=("x1", "x2", "x3", "x4"),
        spare_employers=("y1", "y2", "y3"), outsiders=("o1", "o2"), enterprises=tuple(x.enterprise for x in FIRMS),
    )  # fmt: skip


def register(dice: Random, *, many: bool = False) -> Register:
    """An enterprise as the register might hold it; `many`: the union of an industry or region."""
    return Register(
        enterprise="E1", region="330109", town="330109102", industry="C17", headcount=dice.choice((12, 80, 180, 640)),
        above_scale=dice.random() < 0.5, has_union=dice.random() < 0.8, worker_organ="U1", employer_organ="E1",
        women=30, dispatched=12, covers=FIRMS, speaks_for_many=many,
        references=(Reference(kind="minimum_wage", period="2024", fen=249_000, source="演示值", by="town"),),
    )  # fmt: skip


OVER: dict[Step, frozenset[StrEnum]] = {
    Step.OFFER: frozenset({OfferSubState.SERVED}),
    Step.PREPARATION: frozenset({PreparationSubState.READY_TO_MEET}),
    Step.MEETING: frozenset({MeetingSubState.AGREED}),
    Step.CONGRESS: frozenset({CongressSubState.PASSED, CongressSubState.FAILED}),
    Step.FILING: frozenset({FilingSubState.NO_OBJECTION}),
}
"""Where these steps stand when they are over, and never while the case stands at them."""


def standing_of(s: Standing, own: tuple[Side, Caucus] | None) -> Iterator[str]:
    """Where a case stands, as `step.sub-state`: one for each step it has reached and each side, none for the others."""
    case, now = s.case, substates(s, own)
    for step in STEPS:
        found = getattr(now, step.value)
        if step is case.step:
            assert found is not None, f"stands at {step} and nowhere in it"
            assert not case.live or found not in OVER.get(step, ()), f"{step} stands at {found} and is not over"
        elif step not in case.step_modes:
            assert found is None, f"{step} is not reached and stands at {found}"
        elif case.step is not None and STEPS.index(step) < STEPS.index(case.step) and step in OVER:
            assert found in OVER[step], f"{step} is over and stands at {found}"
        if found is not None:
            yield from (f"{step}.{one}" for one in _each(found))
    if now.dispute is not None:
        yield f"dispute.{now.dispute}"


def _each(found: Any) -> tuple[StrEnum, ...]:
    return (found.worker, found.employer) if isinstance(found, Both) else (found,)


class Checked(Rehearsal):
    """A rehearsal that holds every ask against what must be true of it."""

    refused = 0
    carried = 0

    def __init__(self, law: Law, cast: Cast, register: Register, at: datetime, dice: Random) -> None:
        super().__init__(law, cast, register, at, dice)
        self.stood: set[str] = set()
        self.overlaid: set[str] = set()
        self.leans_to = ""

    def ask(self, by: Member, command: c.Command) -> Decision:
        before, caucuses = self.case, dict(self.caucuses)
        moment = self.moment(by, command)
        paper = getattr(command, "on_paper", None)
        stands = obstacles(_as_judged(moment, command), command)
        try:
            decision = super().ask(by, command)
        except Refused as no:
            self.refused += 1
            self._refused_rightly(before, stands, command, no)
            raise
        self.carried += 1
        assert not any(o.hard for o in stands), f"carried out against {stands}: {command!r}"
        own = (moment.side, self.caucuses.get(moment.side, EMPTY_CAUCUS)) if moment.side else None
        self.overlaid.update(overlays_of(self.case))
        self.stood.update(standing_of(Standing(self.case, self.at, self.law), own))
        if PLACES[type(command)].ask.writes == "caucus":
            assert self.case is before, "a caucus act touched the joint state"
            assert self.caucuses != caucuses, f"changed nothing: {command!r}"
        else:
            assert self.case != before, f"changed nothing: {command!r} by {by.person} (paper: {paper})"
            self._rests()
        return decision

    def _rests(self) -> None:
        """A step at rest waits for something, whatever the hour, and nothing follows from talk: see `only_talked`."""
        case, law = self.case, self.law
        if case.live and case.step is not None and PROCEDURE[case.step].ends:
            assert stuck_because(Standing(case, self.at, law)), "a step waits for nothing and is not closed"
            assert stuck_because(Standing(case, self.at + timedelta(days=400), law)), "time alone ends a step"
        if any(getattr(case, name) for name in TALK):
            silent = replace(case, **dict.fromkeys(TALK, ()))
            assert only_talked(case, silent)
            assert overview(silent, law) == overview(case, law), "the row shows talk"
            at = self.at
            assert stuck_because(Standing(silent, at, law)) == stuck_because(Standing(case, at, law)), "talk counts"
            assert seated(silent) == seated(case), "somebody has a seat by talk"

    def _refused_rightly(self, before: Negotiation, stands: list[Obstacle], command: c.Command, no: Refused) -> None:
        assert any(o.hard for o in stands), f"refused without a hard obstacle: {command!r}"
        assert list(no.obstacles) == stands, "the refusal names other obstacles than the gate shows"
        assert self.case is before, f"a refusal left a trace: {command!r}"


def _as_judged(m: Moment, command: c.Command) -> Moment:
    paper = getattr(command, "on_paper", None)
    if paper is None:
        return m
    return Moment(
        m.case, m.at, m.law, m.by, case_id=m.case_id, heads=m.heads, caucus=m.caucus, register=m.register,
        other=m.other, new_law=m.new_law, fact=m.fact, named=m.named, for_side=paper.side,
    )  # fmt: skip


def stray(scene: Checked) -> None:
    """An ask of any kind by anybody, in or out of its step: refused if its needs are unmet, whatever it says."""
    dice = scene.dice
    kind = dice.choice([k for k in c.COMMANDS.values() if not k.opens])
    who = dice.choice(sorted(scene.members))
    try:
        command = fill(scene.moment(who), kind, dice, scene.cast)
    except (LookupError, ValueError, AssertionError):
        return
    moment = scene.moment(who, command)
    unmet = not may_ask(moment, PLACES[kind])
    try:
        scene.ask(scene.member(who), command)
    except Refused:
        return
    assert not unmet, f"hard needs unmet, and yet carried out: {command!r}"


def scene_of(seed: int) -> Checked:
    """A case opened in one of the ways there are."""
    dice = Random(seed)
    leans_to, leans = leaning(dice)
    firms = leans_to == FIRMS_VOTE  # who must accept before they vote is Shanghai's alone (SH 28)
    pack = "cn-shanghai" if firms and dice.random() < 0.7 else dice.choice(PACKS)
    law = Law(pack=shipped_pack(pack), calendar=shipped_calendar())
    start = datetime(2026, dice.randrange(1, 7), dice.randrange(1, 28), 9, tzinfo=CHINA)
    way = 0.1 if firms else dice.random()
    regional = 0.08 <= way < 0.25
    scene = Checked(law, cast(), register(dice, many=regional), start, dice)
    with_union = scene.register.has_union and not regional and way >= 0.08
    scene.leans_to, scene.leaning = leans_to, leans
    opener = dice.choice(("w0", "hr") if with_union else ("w0", "hr", "town"))
    if way < 0.08:
        day = {"signed_on": start.date(), "in_force_from": start.date(), "expires_on": start.date().replace(month=12)}
        fields = {"enterprise": "E1", "wage_year": 2026, "evidence": {"sha256": "a" * 64}, "raise_rate": "5", **day}
        scene.ask(scene.member(opener), c.RegisterContract.model_validate(fields))
    elif regional:
        covers = [x.enterprise for x in FIRMS[: dice.randrange(1, 4)]]
        per = dice.random() < 0.6
        scene.open(opener, scope=Scope.REGION, covers=covers, ballot_per_enterprise=per)
    else:
        scene.open(opener)
    return scene


_CHILDREN: dict[Kind, Negotiation] = {}


def child_in_force(kind: Kind) -> Negotiation:
    """A child case whose contract is in force, for the parents that are superseded or ended."""
    if kind not in _CHILDREN:
        dice = Random(7)
        law = Law(pack=shipped_pack("cn-hangzhou"), calendar=shipped_calendar())
        parent = Checked(law, cast(), register(dice), datetime(2025, 3, 3, 9, tzinfo=CHINA), dice)
        plain(parent)
        grown = Rehearsal(law, cast(), register(dice), datetime(2025, 3, 3, 9, tzinfo=CHINA), dice)
        in_force = next(s for s in _states(parent) if s.filing.in_force_from)
        grown.others["rehearsal"] = in_force
        opening = {"enterprise": "E1", "wage_year": 2025, "kind": kind, "parent": "rehearsal", "cause": "agreed"}
        grown.ask(grown.member("w0"), c.OpenCase.model_validate(opening))
        opened = grown.case.opened
        _CHILDREN[kind] = next(s for s in _states(parent, opened) if s.filing.in_force_from)
    return _CHILDREN[kind]


def _states(scene: Rehearsal, opened: Event | None = None) -> Iterator[Negotiation]:
    case = Negotiation()
    for n, event in enumerate(e for p in scene.played for e in p.events if e.stream in JOINT):
        case = evolve(case, opened if opened is not None and n == 0 else event)
        yield case


def _other_ways(scene: Checked) -> None:
    """Now and then: a child case is done, the regional case takes over, a new calendar comes."""
    case, dice = scene.case, scene.dice
    if not case.live or dice.random() > 0.1:
        return
    way = dice.choice((0, 1, 2, 2, 3, 3, 4)) if case.filing.in_force_from is None else 0
    if way == 0 and case.filing.in_force_from:
        kind = dice.choice((Kind.RENEWAL, Kind.TERMINATION))
        scene.others["child"] = child_in_force(kind)
        _try(scene, "clock", c.RecordSupersession(child="child"))
    elif way == 1:
        own = Covered(enterprise="E1", headcount=180)
        area = replace(scene.register, covers=(*FIRMS, own), speaks_for_many=True)
        regional = Rehearsal(scene.law, cast(), area, scene.at, Random(1))
        regional.open("w0", scope=Scope.REGION, covers=["c0"])
        _try(regional, "w0", c.CoverEnterprise(enterprise="E1"))
        scene.others["regional"] = regional.case
        for who in ("w0", "e0"):
            _try(scene, who, c.MergeIntoRegional(regional="regional"))
    elif way == 3 and case.step is Step.MEETING:
        for side in Side:
            chief = case.benches.of(side).chief
            if chief is not None:
                try_one(scene, chief, c.Suspend)
    elif way == 4:
        _try(scene, "clock", court_order(f"order{len(case.court_orders)}", dice.choice(tuple(Side))))
    elif way == 2:
        years = [y for y in scene.law.calendar.years if y.year != 2022]
        scene.new_law = Law(pack=scene.law.pack, calendar=type(scene.law.calendar)(years))
        _try(scene, "clock", c.AdoptCalendar(calendar=scene.new_law.calendar.version))


def court_order(name: str, side: Side) -> c.RecordCourtOrder:
    """An order that two persons confirmed."""
    return c.RecordCourtOrder.model_validate(
        {
            "order": name, "side": side, "order_no": "（2026）浙0109民调令1号", "court": "演示人民法院",
            "ordered_on": "2026-01-05", "evidence": {"sha256": "a" * 64}, "requested_by": "operator",
            "confirmed_by": "authority", "until_on": "2026-12-31",
        }
    )  # fmt: skip


def _open_means_askable(scene: Checked, dice: Random) -> None:
    """Now and then, for somebody; with dice of its own, so that a walk is the same without it."""
    if scene.case.live and dice.random() < ASKED_EACH:
        who = dice.choice(sorted(scene.members))
        lies = unaskable(scene, who, dice, scene.cast)
        assert lies == [], f"{lies} in {scene.case.step} under {scene.law.pack.id}"
        now = scene.moment(who)
        assert open_for(now) == [one.command for one in next_for(now) if one.open], "two opinions of what is open"


def _try(scene: Rehearsal, who: str, command: c.Command) -> None:
    with suppress(Refused):
        scene.ask(CLOCK if who == "clock" else scene.member(who), command)


def walk(seed: int) -> Checked:
    """One walk with every check. Raises AssertionError at the first thing that does not hold."""
    scene = scene_of(seed)
    middle: Negotiation | None = None
    at_middle = 0
    chunk = 20
    for n in range(0, STEPS_OF_A_WALK, chunk):
        wander(scene, chunk)
        for _ in range(3):
            if scene.case.live:
                stray(scene)
        _other_ways(scene)
        _open_means_askable(scene, Random(seed * 1000 + n))
        if not scene.case.live:
            break
        if n == 120:
            middle, at_middle = scene.case, len(scene.played)
        if n % 100 == 80:
            pass_time(scene)
    _folds(scene, middle, at_middle)
    overview(scene.case, scene.law)
    return scene


def _folds(scene: Checked, middle: Negotiation | None, at_middle: int) -> None:
    joint = [e for p in scene.played for e in p.events if e.stream in JOINT]
    assert replay(joint) == scene.case, "the state is not the fold of the log"
    wordless = [e.model_copy(update={"words": None}) for e in joint]
    assert replay(wordless) == scene.case, "something was decided or remembered by words"
    if middle is not None:
        later = [e for p in scene.played[at_middle:] for e in p.events if e.stream in JOINT]
        assert replay(later, middle) == scene.case, "state at N and the events after N are not the state now"


ENOUGH_WALKS = 500
OFTEN = 3  # in so many of five hundred walks; the rarest are gone in about fifteen


class Tally:
    """What many walks reached: how many walks asked this, stood there, lay under that, ended so."""

    def __init__(self) -> None:
        self.walks = 0
        self.ended = 0
        self.asks = 0
        self.kinds: Counter[str] = Counter()
        self.steps: Counter[str] = Counter()
        self.overlays: Counter[str] = Counter()
        self.endings: Counter[str] = Counter()
        self.substates: Counter[str] = Counter()

    def add(self, scene: Checked) -> None:
        self.walks += 1
        self.ended += scene.case.ending is not None
        self.asks += len(scene.played)
        self.kinds.update({played.command.type for played in scene.played})
        self.steps.update(step.value for step in scene.case.step_modes)
        self.overlays.update(scene.overlaid)
        self.endings[scene.case.ending or "none"] += 1
        self.substates.update(scene.stood)

    def merge(self, other: Tally) -> None:
        self.walks += other.walks
        self.ended += other.ended
        self.asks += other.asks
        for mine, theirs in (
            (self.kinds, other.kinds), (self.steps, other.steps), (self.overlays, other.overlays),
            (self.endings, other.endings), (self.substates, other.substates),
        ):  # fmt: skip
            mine.update(theirs)

    def seldom(self) -> dict[str, int]:
        """What was hardly reached, and in how many walks, of all there is to reach. For `ENOUGH_WALKS` and more."""
        least = OFTEN * self.walks // ENOUGH_WALKS
        everywhere = [f"{step}.{one}" for step, kind in SUBSTATES.items() for one in kind]
        wanted: list[tuple[Counter[str], Iterable[str]]] = [
            (self.kinds, c.COMMANDS), (self.steps, STEPS), (self.overlays, Overlay), (self.endings, Ending),
            (self.substates, [*everywhere, *(f"dispute.{one}" for one in DisputeSubState)]),
        ]  # fmt: skip
        return {str(name): found[name] for found, names in wanted for name in names if found[name] < least}

    def summary(self) -> dict[str, Any]:
        return {
            "walks": self.walks, "ended": self.ended, "asks": self.asks, "kinds": len(self.kinds),
            "substates": len(self.substates), "endings": dict(self.endings), "overlays": dict(self.overlays),
            "steps": dict(self.steps),
        }  # fmt: skip


def run(first: int, count: int) -> Tally:
    """`count` walks from seed `first` on."""
    tally = Tally()
    for seed in range(first, first + count):
        try:
            tally.add(walk(seed))
        except Exception as broken:
            broken.add_note(f"walk with seed {seed}")
            raise
    return tally
