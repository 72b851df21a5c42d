"""Whatever a schema lets through, asked by anybody in any situation: only `Refused` is ever raised (rules 3 and 8).

The walks ask what makes sense; this asks what does not. Half of the payloads are made up field by field, the others
make sense but for one or two fields. What is carried out is asked again from where it led.
"""

from __future__ import annotations

import copy
import os
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random, SystemRandom
from typing import Any

import pytest
from msgspec.structs import replace as put
from pydantic import ValidationError

import tests.given as the_given
from cloudnego.chooser import Cast, fill
from cloudnego.core import commands as c
from cloudnego.core import covered, overlays, polls, undone
from cloudnego.core.acts import GENERAL
from cloudnego.core.calendar import Calendar
from cloudnego.core.deadlines import deadlines
from cloudnego.core.events import Covered
from cloudnego.core.gate import stuck_because, wrong_seat
from cloudnego.core.moment import Law, Moment
from cloudnego.core.overview import overview
from cloudnego.core.procedure import PLACES
from cloudnego.core.refusals import Refused
from cloudnego.core.sight import clock_asks, next_for, streams_of
from cloudnego.core.state import Negotiation
from cloudnego.core.steps import congress, meeting, performance, preparation, reply
from cloudnego.core.substates import substates
from cloudnego.core.vocabulary import CLOCK, Kind, Member
from cloudnego.law import pack_texts
from tests.core import situations
from tests.core.made_up import ODD, Known, MadeUp
from tests.given import CASE_ID, Given, Situation, Then, given, law
from tests.payloads import PAYLOADS

SLICE_S = 5.0
FLOOR = 8_000  # asks; the count that always holds; a longer run is a longer SLICE_S
SEED = int(os.environ.get("CLOUDNEGO_FUZZ_SEED", SystemRandom().randrange(1 << 30)))

SITUATIONS = {name: one for name, one in vars(situations).items() if isinstance(one, (Situation, Given))}
MEMBERS = {one.person + (one.side or ""): one for one in (*vars(the_given).values(), CLOCK) if isinstance(one, Member)}
PEOPLE = tuple(sorted({one.person for one in MEMBERS.values()}))
KINDS = tuple(c.COMMANDS.values())
CAST = Cast(
    worker_bench=("w1", "w2", "w3"), employer_bench=("e1", "e2", "e3"), hr="hr", recorder="recorder",
    scrutineers=("s1", "s2"), spare_workers=("w4", "w5"), spare_employers=("e4", "e5"), outsiders=("o1",),
    enterprises=("firm1", "firm2", "firm8"),
)  # fmt: skip


def _child() -> Negotiation:
    """A case in force that names the one asked about as its parent."""
    case = given(situations.IN_FORCE).case
    assert case.opened is not None
    return put(case, opened=case.opened.model_copy(update={"kind": Kind.RENEWAL, "parent": CASE_ID}))


def _regional() -> Negotiation:
    """A regional case that covers the enterprise asked about."""
    case = given(situations.REGIONAL_OPENED).case
    return put(case, covers=(*case.covers, Covered(enterprise="ent1", headcount=120)))


OTHERS = (given(situations.OPENED).case, given(situations.IN_FORCE).case, _child(), _regional())
NEW_LAW = Law(pack=law().pack, calendar=Calendar(law().calendar.years[1:]))
PACKS = tuple(sorted(pack_texts()))
SAID = (*ODD, NEW_LAW.calendar.version)
"""What an ask may be judged by besides its own case: another one, a calendar that has come, any law there is."""


class Fuzz:
    """One run: draws, asks, and counts."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        self.asked: Counter[str] = Counter()
        self.allowed: Counter[str] = Counter()
        self.seen: Counter[str] = Counter()  # situations and members
        self.closed = 0  # refused because nothing was left for the ask to be about
        self.kept = {name: copy.deepcopy(given(one)) for name, one in SITUATIONS.items()}
        self.known = {name: Known(given(one).case, PEOPLE, SAID) for name, one in SITUATIONS.items()}

    def few(self, most: int) -> bool:
        """Whether the dice have let too few kinds through so far; not for ever."""
        return self.asked.total() < most and len(self.allowed) * 2 < len(c.COMMANDS)

    def now(self, name: str) -> Given:
        """The situation, now and then on another day, beside another case, under another law."""
        start, dice = given(SITUATIONS[name]), self.dice
        if dice.random() < 0.3:
            days = dice.choice((1, 3, 10, 20, 45, 120, 400, 3000))
            start = start.on((start.at + timedelta(days=days)).isoformat()[:16])
        if dice.random() < 0.3:
            start = start.beside(dice.choice(OTHERS))
        if dice.random() < 0.3:
            start = replace(start, new_law=NEW_LAW)
        return replace(start, law=law(dice.choice(PACKS))) if dice.random() < 0.3 else start

    def payload(self, now: Given, known: Known, by: Member, kind: type[c.Command]) -> c.Command | None:
        """A command of this kind; None where what JSON Schema cannot say was not met."""
        make, way = MadeUp(known, now.at.date(), self.dice), self.dice.random()
        if by is CLOCK and way < 0.5:
            return next((one for one in clock_asks(now.standing) if type(one) is kind), None)
        try:
            if way < 0.4:
                return kind.model_validate(make.fields(kind))
            if way < 0.7 or kind not in PAYLOADS:
                sense: Any = fill(now.moment(by), kind, self.dice, CAST).model_dump()
            else:
                sense = dict(PAYLOADS[kind](now.case, by))
            return kind.model_validate({**sense, **make.some(kind, self.dice.choice((0, 1, 1, 2)))})
        except (ValidationError, LookupError, AssertionError):  # the chooser fills what is open, and may not here
            return None

    def draw(self, now: Given) -> tuple[Member, type[c.Command]]:
        """Anybody and anything; or, mostly, somebody and something that is open to him, or could be."""
        by = MEMBERS[self.dice.choice(list(MEMBERS))]
        if self.dice.random() < 0.75:
            is_open = self.dice.random() < 0.85
            found = [c.COMMANDS[one.command] for one in next_for(now.moment(by)) if one.open is is_open]
            if found:
                return by, self.dice.choice(found)
        return by, self.dice.choice(KINDS)

    def ask(self, now: Given, known: Known, where: str) -> Given | None:
        """One ask; where it led if it was carried out."""
        by, kind = self.draw(now)
        command = self.payload(now, known, by, kind)
        if command is None:
            return None
        self.asked[command.type] += 1
        self.seen.update((where, by.person + (by.side or "")))
        try:
            judged = Then(now, by, command)._judged
            if isinstance(judged, Refused):
                assert any(one.hard for one in judged.obstacles)
                self.closed += closed_rightly(now.moment(by, command), command)
                return None
            self.allowed[command.type] += 1
            after = now.after_(by, judged)
            look(after, by)
        except Exception as broken:
            broken.add_note(f"in {where} on {now.at}, {by.person} ({by.side}) asks {command.model_dump_json()[:2000]}")
            raise
        return after

    def run(self, situation: str) -> None:
        """A few asks, each from where the last one led that was carried out."""
        now, known = self.now(situation), self.known[situation]
        for _ in range(8):
            after = self.ask(now, known, situation)
            if after is not None:
                known = known.and_then(*after.log[len(now.log) :])
                now = after

    def unchanged(self) -> None:
        for name, kept in self.kept.items():
            assert given(SITUATIONS[name]) == kept, f"an ask left a trace in {name}"


UNDONE = [one for name, one in vars(undone).items() if getattr(one, "__module__", "") == undone.__name__]
NOTHING_LEFT = frozenset(
    {
        *UNDONE, congress.day_has_come, covered.a_firm_may_vote,
        covered.not_all_voting, polls.somebody_may_vote, meeting.a_chief_is_missing,
        overlays.not_yet_coordinated, preparation.something_late, performance.report_has_begun,
        performance.publication_has_begun, reply.could_still_accept,
    }
) - {undone.minutes_stand}  # fmt: skip
"""Needs that say of every payload what a fit would say of this one (`minutes_stand` has no such fit)."""


def closed_rightly(m: Moment, command: c.Command) -> bool:
    """Where nothing but such a need is in the way, the words are refused as well: the button hides nothing."""
    if getattr(command, "on_paper", None) is not None:
        return False
    place = PLACES[type(command)]
    if wrong_seat(m, place) or not (m.case.step and m.case.live and place.open_in(m.case.step)):
        return False
    unmet = [one for one in (*place.stops, *place.ask.needs) if (found := one(m)) and found.hard]
    if not unmet or not NOTHING_LEFT.issuperset(unmet):
        return False
    said = [one(m, command) for one in (*GENERAL, *place.ask.fits)]
    assert any(one and one.hard for one in said), f"{[one.__name__ for one in unmet]} closes what would be accepted"
    return True


def look(now: Given, by: Member) -> None:
    """Everything that is shown of a case can be shown after anything that was carried out, today and years on."""
    streams_of(now.case, by)
    overview(now.case, now.law)
    for day in (now, now.on((now.at + timedelta(days=2000)).isoformat()[:16])):
        next_for(day.moment(by))
        clock_asks(day.standing)
        substates(day.standing)
        stuck_because(day.standing)
    deadlines(now.case, now.law)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_only_a_refusal_is_ever_raised_and_it_leaves_no_trace(capsys: pytest.CaptureFixture[str]) -> None:
    fuzz, until = Fuzz(SEED), time.monotonic() + SLICE_S
    names = list(SITUATIONS)
    while time.monotonic() < until or fuzz.asked.total() < FLOOR or fuzz.few(most=3 * FLOOR):
        for name in fuzz.dice.sample(names, len(names)):
            try:
                fuzz.run(name)
            except Exception as broken:
                broken.add_note(f"run it again with CLOUDNEGO_FUZZ_SEED={SEED}")
                raise
    fuzz.unchanged()
    with capsys.disabled():
        print(
            f"\nfuzz: seed {SEED}, count {fuzz.asked.total()}, carried out {fuzz.allowed.total()}, "
            f"kinds {len(fuzz.asked)} asked and {len(fuzz.allowed)} carried out"
        )
    assert fuzz.closed, "no button was closed for want of anything to say"
    assert set(fuzz.asked) == set(c.COMMANDS)
    assert set(fuzz.seen) == {*SITUATIONS, *MEMBERS}
    assert fuzz.allowed.total() * 20 >= fuzz.asked.total(), "hardly anything gets past the gate"
    assert len(fuzz.allowed) * 2 >= len(c.COMMANDS)
