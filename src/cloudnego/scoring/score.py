"""The score of a negotiation: a pure function of the events in the stream `notice`, of what the workers said in the
survey after the contract was published, and of a file of weights.

Everybody who sees a case sees that stream whole, so the score is the same for all of them and tells nobody more than
he can read. Each item says which events it rests on; what has not come yet is open, and costs nothing but its points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Final, TypeVar

import msgspec
import yaml

from cloudnego.core import events as e
from cloudnego.core.vocabulary import Mode, Side, Step
from cloudnego.ports import Recorded
from cloudnego.texts import Actionable

ENOUGH_PERCENT: Final = 80
"""From this share on an answer of the workers gives all its points (EVAL: the rates are scored, not only counted)."""

HEADS_MAX: Final = 4
POINTS_MAX: Final = 100


T = TypeVar("T", bound=e.Event)


class BadWeights(Actionable):
    """The office's own weights cannot be used."""


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """What the workers said, in whole percent of those who answered that question; None where the shield hides it."""

    participation: int | None
    awareness: int | None
    satisfaction: int | None


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """What points are given for."""

    code: str
    head: str
    points: int


class Met(msgspec.Struct, frozen=True):
    """How far an item is met, and by which events (`notice.7`)."""

    got: int
    wanted: int
    evidence: tuple[str, ...] = ()


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a case. `open`: nothing can be said of it yet."""

    code: str
    head: str
    points: int
    of: int
    got: int
    wanted: int
    open: bool
    evidence: tuple[str, ...]


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """All of them; `points` of `of`."""

    points: int
    of: int
    items: tuple[Scored, ...]


class Story:
    """The events of the stream `notice` of one case, in order."""

    def __init__(self, rows: Iterable[Recorded]) -> None:
        self.rows: Final = tuple(rows)

    def of(self, kind: type[T], when: Callable[[T], bool] = lambda _: True) -> list[tuple[str, T, date]]:
        """The events of a kind: id, event, and the day it counts from."""
        return [
            (f"{row.stream.value}.{row.seq}", row.event, row.occurred_on or row.at.date())
            for row in self.rows
            if isinstance(row.event, kind) and when(row.event)
        ]

    def ended(self, step: Step) -> bool:
        """Whether a step has been left."""
        return any(isinstance(row.event, e.StepTurned) and row.event.closed is step for row in self.rows)


Rule = Callable[[Story], Met | None]


def _ids(found: Sequence[tuple[str, e.Event, date]]) -> tuple[str, ...]:
    return tuple(id_ for id_, _, _ in found)


def _of_each_side(found: Sequence[tuple[str, e.SideFact, date]]) -> Met | None:
    """Of each side one."""
    sides: dict[Side, str] = {}
    for id_, event, _ in found:
        sides.setdefault(event.side, id_)
    return Met(len(sides), len(Side), tuple(sides[side] for side in sorted(sides)))


def _any(story: Story, found: Sequence[tuple[str, e.Event, date]], step: Step) -> Met | None:
    """At least one; open until its step is over."""
    if not found:
        return Met(0, 1) if story.ended(step) else None
    return Met(1, 1, _ids(found[-1:]))


def _both_lists(story: Story) -> Met | None:
    lists = {event.side: id_ for id_, event, _ in story.of(e.RepresentativesAppointed)}
    elected = story.of(e.ElectionAttested, lambda one: one.settled)
    if elected:
        lists[Side.WORKER] = elected[-1][0]
    if not lists:
        return None
    return Met(len(lists), len(Side), tuple(lists[side] for side in sorted(lists)))


def _lists_published(story: Story) -> Met | None:
    return _of_each_side(story.of(e.ListPublished)) if story.of(e.ListPublished) else None


def _election_attested(story: Story) -> Met | None:
    settled = story.of(e.ElectionAttested, lambda one: one.settled)
    return _any(story, settled, Step.PREPARATION)


def _duty_accepted(story: Story) -> Met | None:
    return _of_each_side(story.of(e.DutyAccepted)) if story.of(e.DutyAccepted) else None


def _offer_answered(story: Story) -> Met | None:
    turned = story.of(e.StepTurned, lambda one: one.closed is Step.REPLY and one.outcome == "done")
    return _any(story, turned, Step.REPLY)


def _met_in_person(story: Story) -> Met | None:
    held = story.of(e.StepTurned, lambda one: one.closed is Step.MEETING)
    if not held:
        return None
    seen = [one for one in held if one[1].mode is not Mode.ONLINE]
    return Met(int(bool(seen)), 1, _ids((seen or held)[-1:]))


def _passed(story: Story) -> list[tuple[str, e.BallotAttested, date]]:
    return story.of(e.BallotAttested, lambda one: one.result is not None)


def _materials_before_ballot(story: Story) -> Met | None:
    ballots, sent = _passed(story), story.of(e.CongressMaterialsSent)
    if not ballots:
        return None
    before = [one for one in sent if one[2] <= ballots[-1][2]]
    return Met(int(bool(before)), 1, (*_ids(before[-1:]), ballots[-1][0]))


def _secret_ballot(story: Story) -> Met | None:
    ballots = _passed(story)
    if not ballots:
        return None
    passed = [one for one in ballots if one[1].result == "passed"]
    return Met(int(bool(passed)), 1, _ids((passed or ballots)[-1:]))


def _ballot_attested(story: Story) -> Met | None:
    if not _passed(story):
        return None
    agreed = story.of(e.BallotAttested, lambda one: one.correct and not one.voided)
    people = {event.person: id_ for id_, event, _ in agreed}
    return Met(min(len(people), 2), 2, tuple(people.values()))


def _in_time(story: Story) -> Met | None:
    """A point is lost for each kind of term that was overdue, until none is left."""
    ended = story.of(e.StepTurned, lambda one: one.closed is Step.FILING)
    if not ended:
        return None
    late = {event.timer: id_ for id_, event, _ in story.of(e.DeadlineNoted, lambda one: one.mark in ("over", "T+1"))}
    return Met(max(0, 3 - len(late)), 3, tuple(late.values()) or _ids(ended[-1:]))


def _contract(story: Story) -> tuple[str, e.ContractInForce] | None:
    found = story.of(e.ContractInForce)
    return (found[-1][0], found[-1][1]) if found else None


def _raise_agreed(story: Story) -> Met | None:
    found = _contract(story)
    return None if found is None else Met(int(found[1].raise_rate is not None), 1, found[:1])


def _minimum_agreed(story: Story) -> Met | None:
    found = _contract(story)
    return None if found is None else Met(int(found[1].minimum_wage_fen is not None), 1, found[:1])


def _heads_agreed(story: Story) -> Met | None:
    drafts = story.of(e.DraftSubmitted)
    if not drafts:
        return None
    heads = {one.head for one in drafts[-1][1].clauses}
    return Met(min(len(heads), HEADS_MAX), HEADS_MAX, _ids(drafts[-1:]))


def _in_force(story: Story) -> Met | None:
    return _any(story, story.of(e.ContractInForce), Step.FILING)


def _published(story: Story) -> Met | None:
    return _after(story, story.of(e.ContractPublished))


def _reported_above(story: Story) -> Met | None:
    return _after(story, story.of(e.ReportedToUpperUnion))


def _performance_reported(story: Story) -> Met | None:
    return _after(story, story.of(e.PerformanceReported))


def _after(story: Story, found: Sequence[tuple[str, e.Event, date]]) -> Met | None:
    """What is owed once the contract is in force; not done when the case has closed, it stays undone."""
    if found:
        return Met(1, 1, _ids(found[-1:]))
    return Met(0, 1) if _contract(story) is not None and story.of(e.CaseClosed) else None


def _clauses_kept(story: Story) -> Met | None:
    reports = story.of(e.PerformanceReported, lambda one: bool(one.results))
    if not reports:
        return None
    last = reports[-1][1].results
    return Met(sum(one.result == "full" for one in last), len(last), _ids(reports[-1:]))


def _letters_answered(story: Story) -> Met | None:
    letters = {event.opinion: id_ for id_, event, _ in story.of(e.OpinionIssued)}
    answers = {event.opinion: id_ for id_, event, _ in story.of(e.OpinionAnswered)}
    if not letters:
        found = _contract(story)
        return None if found is None else Met(1, 1, found[:1])
    met = [answers[one] for one in letters if one in answers]
    return Met(len(met), len(letters), (*letters.values(), *met))


RULES: Final[Mapping[str, Rule]] = {
    "both_lists": _both_lists,
    "lists_published": _lists_published,
    "election_attested": _election_attested,
    "duty_accepted": _duty_accepted,
    "offer_answered": _offer_answered,
    "met_in_person": _met_in_person,
    "materials_before_ballot": _materials_before_ballot,
    "secret_ballot": _secret_ballot,
    "ballot_attested": _ballot_attested,
    "in_time": _in_time,
    "raise_agreed": _raise_agreed,
    "minimum_agreed": _minimum_agreed,
    "heads_agreed": _heads_agreed,
    "in_force": _in_force,
    "published": _published,
    "reported_above": _reported_above,
    "performance_reported": _performance_reported,
    "clauses_kept": _clauses_kept,
    "letters_answered": _letters_answered,
}

SAID: Final = ("participation", "awareness", "satisfaction")
"""Items of what the workers say."""


def score_of(rows: Iterable[Recorded], rates: Rates | None, items: Sequence[Item]) -> Score:
    """The score of a case. Pure: the same events, rates and weights give the same points."""
    story = Story(rows)
    scored = tuple(_scored(item, _met(item.code, story, rates)) for item in items)
    return Score(points=sum(one.points for one in scored), of=sum(one.of for one in scored), items=scored)


def _met(code: str, story: Story, rates: Rates | None) -> Met | None:
    if code not in SAID:
        return RULES[code](story)
    share: int | None = None if rates is None else getattr(rates, code)
    return None if share is None else Met(min(share, ENOUGH_PERCENT), ENOUGH_PERCENT)


def _scored(item: Item, met: Met | None) -> Scored:
    got, wanted = (met.got, met.wanted) if met is not None else (0, 1)
    return Scored(
        code=item.code, head=item.head, points=item.points * got // wanted, of=item.points, got=got, wanted=wanted,
        open=met is None, evidence=() if met is None else met.evidence,
    )  # fmt: skip


def items_of(own: Path | None = None) -> tuple[Item, ...]:
    """The items with their weights: the shipped ones, or the office's own where it has some. Raises `BadWeights`."""
    shipped: dict[str, dict[str, int]] = yaml.safe_load((files(__package__) / "items.yaml").read_text(encoding="utf-8"))
    known = {code for head in shipped.values() for code in head}
    changed: dict[str, int] = {}
    if own is not None:
        try:
            changed = msgspec.convert(yaml.safe_load(own.read_text(encoding="utf-8")), dict[str, int])
        except (OSError, yaml.YAMLError, msgspec.ValidationError) as wrong:
            raise BadWeights("score_file_wrong", file=own, why=wrong) from None
        strange = sorted(set(changed) - known)
        if strange or any(not 0 <= one <= POINTS_MAX for one in changed.values()):
            raise BadWeights("score_file_wrong", file=own, why=", ".join(strange) or f"0–{POINTS_MAX}")
    weighed = (
        Item(code=code, head=head, points=changed.get(code, points))
        for head, codes in shipped.items()
        for code, points in codes.items()
    )
    return tuple(one for one in weighed if one.points)


def drawn(seed: str, cases: Iterable[str], count: int) -> frozenset[str]:
    """The cases a spot check looks at: `count` of them by the published seed, the same for whoever draws again: the
    first ones in the order of SHA-256(seed, a line feed, id of the case)."""
    order = sorted(cases, key=lambda case: sha256(f"{seed}\n{case}".encode()).digest())
    return frozenset(order[:count])
