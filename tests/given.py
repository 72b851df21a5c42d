"""The small language of the core's tests: given a situation, when someone asks, then this happened, or was refused.

A situation is never written down as a state: it is what lawful commands, played through `decide` with a set clock, left
behind. Every ask made through `when` is held against the promises all of them keep (see `_promises`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from functools import cached_property, reduce
from hashlib import sha256
from typing import Any, TypeVar

import msgspec

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core import polls
from cloudnego.core.clauses import text_hash
from cloudnego.core.decide import Decision, decide
from cloudnego.core.evolve import evolve
from cloudnego.core.moment import Drawn, Law, Moment, Named, Register, Standing
from cloudnego.core.procedure import PLACES
from cloudnego.core.refusals import Obstacle, Reason, Refused
from cloudnego.core.road import place_of
from cloudnego.core.sight import caucus_side
from cloudnego.core.state import EMPTY, EMPTY_CAUCUS, Caucus, Negotiation
from cloudnego.core.vocabulary import (
    CLOCK,
    Both,
    Evidence,
    Member,
    Office,
    Origin,
    Side,
    Step,
    Stream,
)
from cloudnego.law import shipped_calendar, shipped_pack

CHINA = timezone(timedelta(hours=8))
W, E = Side.WORKER, Side.EMPLOYER


def law(pack: str = "cn-hangzhou") -> Law:
    """The law as shipped."""
    return Law(pack=shipped_pack(pack), calendar=shipped_calendar())


def day(text: str) -> date:
    return date.fromisoformat(text)


# --- people -------------------------------------------------------------------------------------------------------


def member(person: str, side: Side | None, *offices: Office) -> Member:
    return Member(person=person, side=side, offices=frozenset(offices))


W1, W2, W3 = (member(p, W, Office.WORKER) for p in ("w1", "w2", "w3"))
E1, E2, E3 = (member(p, E) for p in ("e1", "e2", "e3"))
UNION = member("union", W, Office.UNION)
LEGAL = member("legal", E, Office.LEGAL_REPRESENTATIVE)
HR = member("hr", E, Office.HR)
FIRM_UNION = Member(person="firm_union", side=W, offices=frozenset({Office.UNION}), covered=frozenset({"firm1"}))
FIRM = Member(person="firm_hr", side=E, offices=frozenset({Office.HR}), covered=frozenset({"firm1"}))
WORKER = member("worker", W, Office.WORKER)
TOWN = member("town", None, Office.TOWN_UNION)
TOWN_AS_ORGAN = member("town", W, Office.TOWN_UNION)
DISTRICT = member("district", None, Office.DISTRICT_UNION)
AUTHORITY = member("authority", None, Office.AUTHORITY)
BODY = member("body", None, Office.EMPLOYERS_BODY)
BODY_AS_ORGAN = member("body", E, Office.EMPLOYERS_BODY)
AUDITOR = member("auditor", None, Office.AUDITOR)
PORTAL = member("portal", E, Office.PORTAL)
OPERATOR = member("operator", None, Office.OPERATOR)
RECORDER = member("recorder", None)
S1, S2 = member("s1", W, Office.WORKER), member("s2", W, Office.WORKER)
INSTRUCTOR = member("instructor", None)
COORDINATOR = member("coordinator", None)
GUEST = member("guest", None)
STRANGER = member("stranger", None)

CHIEFS: Mapping[Side, Member] = {W: W1, E: E1}
ORGAN: Mapping[Side, Member] = {W: UNION, E: HR}

# --- small things said in many tests ------------------------------------------------------------------------------

SCAN = Evidence(sha256="a" * 64)
MINUTES = "b" * 64
OTHER_HASH = "c" * 64
ROLL_HASH = "d" * 64
NEGOTIATED = ("T2", "T3")
PLAN = c.Plan(day=day("2026-03-31"), time="09:00", place="hall 1")
MINIMUM_WAGE_FEN = 249_000


def rep(person: str, **facts: bool) -> c.Rep:
    return c.Rep.model_validate({"person": person, **facts})


def reps(*persons: str) -> tuple[c.Rep, ...]:
    return tuple(rep(p) for p in persons)


def sheet(*negotiate: str, heads: int = 9) -> tuple[c.Topic, ...]:
    """A sheet that answers the first `heads` heads: those named are negotiated, the others kept."""
    wanted = negotiate or NEGOTIATED
    return tuple(
        c.Topic(head=f"T{n}", answer=c.Answer.NEGOTIATE if f"T{n}" in wanted else c.Answer.KEEP)
        for n in range(1, heads + 1)
    )


def receipt(on: str) -> c.Service:
    """Service on paper with a signed receipt of this day."""
    return c.Service(via=c.ServedVia.PAPER, proof=c.Proof.SIGNED_RECEIPT, received_on=day(on), evidence=SCAN)


ON_PLATFORM = c.Service(via=c.ServedVia.PLATFORM)


def paper(side: Side, on: str) -> c.OnPaper:
    """An act of a side that does not use the platform, entered from a paper."""
    return c.OnPaper(side=side, occurred_on=day(on), evidence=SCAN)


def plan(on: str, time: str = "09:00", place: str = "hall 1") -> c.Plan:
    return c.Plan(day=day(on), time=time, place=place)


def clause_of(case: Negotiation, head: str) -> str:
    """The id of the one clause on this head."""
    (found,) = (name for name, clause in case.clauses.items() if clause.head == head)
    return found


def confirming(head: str) -> Callable[[Negotiation], c.Command]:
    """Confirm the clause on this head as it reads now."""

    def said(case: Negotiation) -> c.Command:
        name = clause_of(case, head)
        return c.ConfirmClause(clause=name, text_hash=case.clauses[name].text_hash)

    return said


def reopening(head: str) -> Callable[[Negotiation], c.Command]:
    """Want the clause on this head, as it reads now, open again."""

    def said(case: Negotiation) -> c.Command:
        name = clause_of(case, head)
        return c.ReopenClause(clause=name, text_hash=case.clauses[name].text_hash)

    return said


def signed_minutes(minutes_hash: str = MINUTES) -> c.ConfirmMinutes:
    """A chief's signature under the minutes, with the scan of the paper."""
    return c.ConfirmMinutes(minutes_hash=minutes_hash, evidence=SCAN)


def submitting(case: Negotiation) -> c.SubmitDraft:
    """The draft with the text of its clauses, as these tests put them."""
    put = [raise_of(v.rate) for x in case.clauses.values() for v in x.values if isinstance(v, c.RateValue)]
    put += [lowest_of(v.fen) for x in case.clauses.values() for v in x.values if isinstance(v, c.FenValue)]
    prose = {text_hash(x.head, x.values, x.prose): x.prose for x in put}
    clauses = tuple(
        c.DraftClause(clause=name, head=x.head, values=x.values, prose=prose.get(x.text_hash, "?"))
        for name, x in case.clauses.items()
        if x.agreed
    )
    return c.SubmitDraft(draft_hash=draft(case), clauses=clauses)


def raise_of(percent: str, clause: str | None = None) -> c.PutClause:
    return c.PutClause(
        clause=clause, head="T3", values=(c.RateValue(name="raise", rate=percent),), prose=f"工资总额增长{percent}%"
    )


def lowest_of(fen: int, clause: str | None = None) -> c.PutClause:
    return c.PutClause(clause=clause, head="T2", values=(c.FenValue(name="minimum_wage", fen=fen),), prose="最低工资")


def draft(case: Negotiation) -> str:
    assert case.meeting.draft_hash is not None
    return case.meeting.draft_hash


def ballot(yes: int, no: int = 0, *, present: int | None = None) -> Callable[[Negotiation], c.Command]:
    """Counts of a ballot on the draft as it was fixed; who is present and neither for nor against abstains."""

    def said(case: Negotiation) -> c.Command:
        there = yes + no if present is None else present
        return c.RecordBallot(
            draft_hash=draft(case), secret=True, present=there, issued=there, returned=there, yes=yes, no=no,
            abstain=there - yes - no, spoiled=0, evidence=SCAN,
        )  # fmt: skip

    return said


def drawn(roll: int, poll: str = "p1") -> Named:
    """A roll of so many, and names of keys."""
    of = Drawn(poll=poll, roll=roll, roll_hash=OTHER_HASH, modulus="m" * 512, thumbprint="t" * 43, receipt_key="r" * 43)
    return Named(drawn=of)


# --- the player ---------------------------------------------------------------------------------------------------

Said = c.Command | Callable[[Negotiation], c.Command]
Line = str | tuple[Member, Said]
"""A day (`2026-03-31` or `2026-03-31T09:00`), or who asks what; what may be read off the case as it stands then."""

REFERENCE = e.Reference(
    kind="minimum_wage", period="2026", fen=MINIMUM_WAGE_FEN, source="invented for tests", by="town"
)
REGISTER = Register(
    enterprise="ent1", region="xiaoshan", town="xintang", industry="C17", headcount=120, above_scale=False,
    has_union=True, worker_organ="union1", employer_organ="ent1", references=(REFERENCE,),
)  # fmt: skip
IN_THE_POOL = Named(origin=Origin.AUTHORITY)
CASE_ID = "n0"
SILENT = Both(EMPTY_CAUCUS, EMPTY_CAUCUS)


@dataclass(frozen=True, kw_only=True)
class Given:
    """A case as it stands, and the clock."""

    at: datetime
    law: Law = field(default_factory=law)
    register: Register | None = REGISTER
    case: Negotiation = EMPTY
    caucuses: Both[Caucus] = SILENT
    heads: Mapping[Stream, int] = field(default_factory=dict)
    log: tuple[e.Event, ...] = ()
    other: Negotiation | None = None
    new_law: Law | None = None
    named: Named | None = IN_THE_POOL

    def on(self, moment: str) -> Given:
        """The same case on another day, at ten unless the hour is said."""
        return replace(
            self, at=datetime.fromisoformat(moment if "T" in moment else f"{moment}T10:00").replace(tzinfo=CHINA)
        )

    def having(self, *lines: Line) -> Given:
        """What is left after these lines. A line that is refused is a mistake of the test."""
        now = self
        for line in lines:
            now = now.on(line) if isinstance(line, str) else now.when(*line).after
        return now

    def when(self, by: Member, said: Said) -> Then:
        return Then(self, by, said if isinstance(said, c.Command) else said(self.case))

    def with_state(self, **change: Any) -> Given:
        """For tests about the gate alone: fields of the state as no command left them."""
        return replace(self, case=msgspec.structs.replace(self.case, **change))

    def beside(self, other: Negotiation) -> Given:
        """With the one other case an ask may be judged by."""
        return replace(self, other=other)

    @property
    def standing(self) -> Standing:
        return Standing(self.case, self.at, self.law)

    def moment(self, by: Member, ask: c.Command | None = None) -> Moment:
        """What the shell would hand to the core for this ask."""
        place = PLACES[type(ask)] if ask else None
        side = caucus_side(self.case, by, ask) if ask else None
        caucus = self.caucuses.of(side) if side else None
        return Moment(
            self.case, self.at, self.law, by, case_id=CASE_ID, heads=self.heads, roots=self.root, caucus=caucus,
            register=self.register if place is None or place.ask.by_register else None,
            other=self.other if place and place.ask.reads else None, new_law=self.new_law, fact=self._fact(ask),
            named=self._named(ask),
        )  # fmt: skip

    def _named(self, ask: c.Command | None) -> Named | None:
        """What the door says; where nothing else is wished, it draws a roll of as many as the case has."""
        if isinstance(ask, c.OpenElection | c.OpenBallot) and self.named is IN_THE_POOL:
            roll = polls.voters(Moment(self.case, self.at, self.law, CLOCK), ask) or REGISTER.headcount
            return drawn(roll)
        names = ask is not None and (PLACES[type(ask)].ask.names or PLACES[type(ask)].ask.draws)
        return self.named if names or isinstance(ask, c.CheckIn) else None

    def root(self, stream: Stream) -> str:
        """A name of what was said in a stream; these tests have no leaves."""
        return sha256(b"".join(x.model_dump_json().encode() for x in self.log if x.stream is stream)).hexdigest()

    def _fact(self, ask: c.Command | None) -> e.Event | None:
        place = place_of(ask.fact) if isinstance(ask, c.ContestFact) else None
        own = [event for event in self.log if place and event.stream is place[0]]
        return own[place[1] - 1] if place and 0 < place[1] <= len(own) else None

    def after_(self, by: Member, decision: Decision) -> Given:
        caucuses = self.caucuses
        if decision.caucus_after is not None:
            (side,) = {one for event in decision.events for one in Side if Stream.caucus(one) is event.stream}
            caucuses = caucuses.having(side, decision.caucus_after)
        heads = dict(self.heads)
        for event in decision.events:
            heads[event.stream] = heads.get(event.stream, 0) + 1
        return replace(self, case=decision.after, caucuses=caucuses, heads=heads, log=(*self.log, *decision.events))


def given(situation: Situation | Given) -> Given:
    return situation if isinstance(situation, Given) else situation.stands


class Situation:
    """Where lawful lines lead; played when first asked for, and kept."""

    def __init__(self, start: Situation | Given, *lines: Line) -> None:
        self._start = start
        self._lines = lines

    @cached_property
    def stands(self) -> Given:
        return given(self._start).having(*self._lines)


Ev = TypeVar("Ev", bound=e.Event)


@dataclass(frozen=True)
class Like:
    """An event of this kind with these facts; of the others the test says nothing."""

    kind: type[e.Event]
    facts: Mapping[str, Any]

    def fits(self, event: e.Event) -> bool:
        return type(event) is self.kind and all(getattr(event, name) == fact for name, fact in self.facts.items())


def like(kind: type[e.Event], /, **facts: Any) -> Like:
    unknown = set(facts) - set(kind.model_fields)
    assert not unknown, f"{kind.__name__} has no {unknown}"
    return Like(kind, facts)


def turned(closed: Step, opened: Step, outcome: str = "done", **facts: Any) -> Like:
    return like(e.StepTurned, closed=closed, opened=opened, outcome=outcome, **facts)


@dataclass(frozen=True)
class Then:
    """One ask, and what came of it."""

    before: Given
    by: Member
    command: c.Command

    @cached_property
    def _judged(self) -> Decision | Refused:
        moment = self.before.moment(self.by, self.command)
        try:
            decision = decide(moment, self.command)
        except Refused as refused:
            return refused
        _promises(self.before, self.command, decision)
        return decision

    @property
    def _decided(self) -> Decision:
        judged = self._judged
        assert isinstance(judged, Decision), f"{self.command.type} by {self.by.person} was refused: {_why(judged)}"
        return judged

    @property
    def obstacles(self) -> tuple[Obstacle, ...]:
        judged = self._judged
        return judged.obstacles if isinstance(judged, Refused) else judged.warnings

    @property
    def after(self) -> Given:
        return self.before.after_(self.by, self._decided)

    @property
    def events(self) -> tuple[e.Event, ...]:
        return self._decided.events

    def then(self, *expected: type[e.Event] | Like | e.Event) -> Then:
        """Exactly these events happened, in this order."""
        happened = self._decided.events
        wanted = [like(x) if isinstance(x, type) else x for x in expected]
        fits = len(happened) == len(wanted) and all(
            w.fits(x) if isinstance(w, Like) else w == x for w, x in zip(wanted, happened, strict=True)
        )
        assert fits, f"expected {wanted}, happened {happened}"
        return self

    def then_refused(self, reason: Reason, *articles: str, **said: Any) -> Obstacle:
        """It was refused for this reason, citing these articles; `said`: fields or facts of the obstacle."""
        judged = self._judged
        assert isinstance(judged, Refused), f"{self.command.type} by {self.by.person} was allowed: {judged}"
        assert any(o.hard for o in judged.obstacles), "refused without a hard obstacle"
        return _find([o for o in judged.obstacles if o.hard], reason, articles, said)

    def then_warned(self, reason: Reason, *articles: str, **said: Any) -> Then:
        """It was done, and this was said in passing."""
        _find(list(self._decided.warnings), reason, articles, said)
        return self

    def then_not_warned(self, reason: Reason) -> Then:
        assert reason not in {o.reason for o in self._decided.warnings}
        return self

    def then_no_warning(self) -> Then:
        assert self._decided.warnings == (), self._decided.warnings
        return self


def _why(refused: Decision | Refused) -> str:
    return "; ".join(f"{o.reason} {o.facts}" for o in refused.obstacles) if isinstance(refused, Refused) else ""


def _find(obstacles: list[Obstacle], reason: Reason, articles: tuple[str, ...], said: Mapping[str, Any]) -> Obstacle:
    found = [o for o in obstacles if o.reason is reason]
    assert found, f"{reason} is not among {[(o.reason.value, o.facts) for o in obstacles]}"
    for obstacle in found:
        known = {"side": obstacle.side, "by": obstacle.by, "cure": obstacle.cure, **obstacle.facts}
        if set(articles) <= set(obstacle.articles) and all(known.get(n) == v for n, v in said.items()):
            return obstacle
    raise AssertionError(f"{reason} says {found}, not {articles} {dict(said)}")


def _promises(before: Given, command: c.Command, decision: Decision) -> None:
    """What holds for every ask that is allowed (design §3, §12)."""
    assert decision.events, "an allowed ask says nothing"
    assert not any(o.hard for o in decision.warnings), "a hard obstacle was passed"
    streams = {event.stream for event in decision.events}
    if PLACES[type(command)].ask.writes == "caucus":
        assert decision.after == before.case
        assert len(streams) == 1
        assert all(s.is_caucus for s in streams)
    else:
        assert decision.caucus_after is None
        assert not any(s.is_caucus for s in streams)
        assert decision.after != before.case, f"{command.type} changed nothing"
        assert decision.after == reduce(evolve, decision.events, before.case)
        wordless = (event.model_copy(update={"words": None}) for event in decision.events)
        assert decision.after == reduce(evolve, wordless, before.case), "a word was read"
    said = c.words_of(command)
    kept = {text for event in decision.events for text in (event.words or {}).values()}
    assert set(said.values()) == kept, f"{command.type} lost the words {said}"
    for event in decision.events:
        assert type(event).model_validate_json(event.model_dump_json()) == event
