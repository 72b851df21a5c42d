"""Every term of the law as it runs in a case: from which fact, until which, whose it is, when the clock looks again.

The pack says the numbers; this file knows the facts they run from. Terms run from the day a thing
happened (`occurred_on`), not from the day it was entered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import lru_cache

import msgspec

from cloudnego.core.calendar import Calendar, Due, add_working_days, after, back_from, window_opens
from cloudnego.core.moment import Law
from cloudnego.core.pack import Level, Timer, Unit
from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import Kind, Scope, Seat, Side, Stream

Facts = Mapping[str, date | None]
MARKS = ("T-3", "T-1", "T0", "over", "T+1")
"""Three, one and no working days before the end; the next calendar day, if nobody works on it; the next working day."""


def _one(day: date | None) -> Facts:
    return {"": day}


def _published(case: Negotiation) -> date | None:
    """A regional contract is published when it is published at every covered enterprise (HZ 41)."""
    done = case.performance
    if case.scope is Scope.ENTERPRISE or done.registered:
        return done.published_on
    return done.published_on if {c.enterprise for c in case.covers} <= done.published_at else None


def _agreement(case: Negotiation, *, again: bool) -> date | None:
    return case.meeting.agreement_on if (case.back_because == "failed") is again else None


def _ballot_closed(case: Negotiation) -> date | None:
    return next((b.on for b in reversed(case.ballots) if b.round == case.round and b.result != "no_quorum"), None)


def _asked(case: Negotiation) -> Facts:
    return {name: m.delivered_on for name, m in case.materials.items() if m.asked and not m.waived}


def _notices(case: Negotiation) -> Facts:
    return {side.value: case.served_on(case.meeting.notices.of(side)) for side in Side}


def _meeting_day(case: Negotiation) -> date | None:
    return case.meeting.plan.day if case.meeting.plan else None


FACTS: dict[str, Callable[[Negotiation], Facts]] = {
    "list.chosen": lambda c: {s.value: c.benches.of(s).chosen_on for s in Side},
    "list.published": lambda c: {s.value: c.benches.of(s).published_on for s in Side},
    "offer.sent": lambda c: _one(c.offer.sent_on if c.offer else None),
    "offer.received": lambda c: _one(c.served_on(c.offer.paper) if c.offer else None),
    "reply.served": lambda c: _one(c.served_on(c.reply.paper) if c.reply else None),
    "reply.accepted": lambda c: _one(c.reply.sent_on if c.reply and c.reply.outcome != "refused" else None),
    "meeting.day": lambda c: _one(_meeting_day(c)),
    "meeting.opened": lambda c: _one(c.meeting.opened_on),
    "material.delivered": _asked,
    "meeting_notice.served": _notices,
    "minutes.full_agreement": lambda c: _one(_agreement(c, again=False)),
    "agreement.first": lambda c: _one(c.agreed_first_on),
    "draft.reagreed": lambda c: _one(_agreement(c, again=True)),
    "congress.submitted": lambda c: _one(c.congress.submitted_on),
    "congress.convened": lambda c: _one(c.congress.convened_on),
    "ballot.closed": lambda c: _one(_ballot_closed(c)),
    "contract.passed": lambda c: _one(next((b.on for b in c.ballots if b.result == "passed"), None)),
    "signed.last": lambda c: _one(c.filing.signed_last if not c.performance.registered else None),
    "filing.handed_in": lambda c: _one(c.filing.filed_on),
    "filing.received": lambda c: _one(c.filing.received_on),
    "review.ended": lambda c: _one(c.filing.ended_on),
    "in_force_from": lambda c: _one(c.filing.in_force_from),
    "contract.published": lambda c: _one(_published(c)),
    "contract.reported": lambda c: _one(c.performance.reported_on),
    "expiry": lambda c: _one(c.filing.expires_on if c.filing.in_force_from else None),
    "dispute.accepted": lambda c: _one(c.dispute.accepted_on if c.dispute else None),
    "dispute.closed": lambda c: _one(c.dispute.closed_on if c.dispute else None),
    "rep.vacant": lambda c: {f"{s.value}.{n}": v[1] for s in Side for n, v in enumerate(c.benches.of(s).vacancies)},
    "rep.seated": lambda c: {f"{s.value}.{n}": v[2] for s in Side for n, v in enumerate(c.benches.of(s).vacancies)},
    "opinion.served": lambda c: {name: o.served_on for name, o in c.opinions.items()},
    "opinion.answered": lambda c: {name: o.answered_on for name, o in c.opinions.items()},
    "contract.rescinded": lambda c: _one(
        c.filing.signed_last if c.opened and c.opened.kind is Kind.TERMINATION else None
    ),
    "rescission.filed": lambda c: _one(c.filing.filed_on),
    "suspension.last_day": lambda c: _one(c.suspension.until - timedelta(days=1) if c.suspension.until else None),
    "talks.resumed": lambda c: _one(None),  # then there is no suspension that could end
    "talks.reported": lambda c: _one(c.talks_reported_on),
    "dispute.applied": lambda c: _one(c.dispute.applied_on if c.dispute else None),
    "congress.reported": lambda c: _one(None),
    "performance.published": lambda c: _one(None),
}
"""Every fact a timer of a pack may name: key of the thing it happened to → the day, or None."""

_UNTIL_FIRST = "agreement.first"
"""A cap on the talks is met by the first full agreement; a round after a failed ballot is outside it (HZ 29 [A])."""

_TABLE = frozenset({"materials", "meeting_notice", "total_cap", "first_meeting", "resume"})
_FILING = frozenset({"file", "review", "dispute", "dispute_taken_up"})
_AUTHORITY = frozenset({"review", "dispute", "dispute_taken_up"})
_WORKER = frozenset({"re_congress", "report_upper", "talks_reported"})
_EMPLOYER = frozenset({"to_congress", "file", "publish", "opinion_answer", "rescission", "perf_report", "perf_publish"})
_DONE: dict[str, Callable[[Negotiation], int]] = {
    "congress.reported": lambda c: len(c.performance.reports),
    "performance.published": lambda c: len(c.performance.publications),
}
"""How often a duty that falls due again and again has been done; such a fact has no one day."""
END_OF_DAY = "24:00"


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """One term as it runs: `key` tells several of a kind apart, `side` owes it (None: both, or the authority).

    `ends_at`: the hour at which its last day ends, HH:MM. `opens`: it opens a window and is owed by nobody.
    """

    timer: str
    key: str
    side: Side | None
    seat: Seat | None
    articles: tuple[str, ...]
    level: Level
    start_fact: str
    until_fact: str
    start_on: date
    due: Due
    target: date | None
    met_on: date | None
    stream: Stream
    ends_at: str
    opens: bool

    @property
    def latest(self) -> date | None:
        return self.due.latest

    @property
    def late(self) -> bool:
        return self.met_on is not None and self.latest is not None and self.met_on > self.latest

    @property
    def name(self) -> str:
        return f"{self.timer}|{self.key}"

    @property
    def mark_key(self) -> str:
        """Under which its marks are noted: a term that runs anew, or to another day, is noted anew."""
        return f"{self.name}|{self.latest}"


def stream_for(timer: str) -> Stream:
    """Where the clock notes this term: between the sides, with the authority, or for all who see the progress."""
    if timer in _TABLE:
        return Stream.TABLE
    return Stream.FILING if timer in _FILING else Stream.NOTICE


def _owed_by(case: Negotiation, timer: str, key: str) -> Side | None:
    if timer == "reply" and case.offer:
        return case.offer.side.other
    if timer == "materials":
        return case.materials[key].asked_by.other
    if timer in ("meeting_notice", "vacancy", "list_published") and key:
        return Side(key.split(".", maxsplit=1)[0])
    if timer in _WORKER:
        return Side.WORKER
    return Side.EMPLOYER if timer in _EMPLOYER else None


def _length(case: Negotiation, law: Law, timer: Timer) -> int:
    if timer.name == "dispute" and case.dispute:
        return timer.n + case.dispute.extended_days
    if timer.name == "review" and law.pack.filing.supplement_stops:
        return timer.n + case.filing.supplement_days
    return timer.n


@lru_cache(maxsize=8192)
def _due(calendar: Calendar, start: date, n: int, unit: Unit, *, before: bool, opens: bool) -> Due:
    """Counted once for each day and rule: the same terms run in hundreds of cases."""
    if opens:
        return window_opens(calendar, start, n, unit)
    return back_from(calendar, start, n, unit) if before else after(calendar, start, n, unit)


def _count(case: Negotiation, law: Law, timer: Timer, start: date) -> tuple[Due, date | None]:
    """The due date of a term, and the earlier date to aim at."""
    n = _length(case, law, timer)
    if timer.every:  # a report: one for each period begun, the last by the end of the contract
        n *= _DONE[timer.until](case) + 1
    due = _due(law.calendar, start, n, timer.unit, before=timer.before, opens=timer.opens)
    if timer.every:
        ends = case.filing.expires_on
        period_over = _later(start, n, timer.unit)  # known without a calendar of that year
        if ends and ((due.latest and due.latest > ends) or period_over > _later(ends, 0, timer.unit)):
            due = msgspec.structs.replace(due, target=ends, latest=ends, rolled_over=())
    if timer.target_n is None or timer.before:
        return due, due.target
    unit = timer.target_unit or timer.unit
    return due, _due(law.calendar, start, timer.target_n, unit, before=False, opens=False).target


def _later(day: date, n: int, unit: Unit) -> tuple[int, int]:
    """Months since year 0 and the day of the month, n months or years on: they compare as the dates would."""
    return day.year * 12 + day.month + (12 * n if unit is Unit.YEAR else n), day.day


def _all_reported(case: Negotiation, timer: Timer, start: date) -> bool:
    """Whether the contract ends before the period of the next report would begin (HZ 42: every year)."""
    ends = case.filing.expires_on
    if ends is None:
        return True
    return _later(start, timer.n * _DONE[timer.until](case), timer.unit) >= _later(ends, 0, timer.unit)


def _running(case: Negotiation, law: Law, timer: Timer) -> list[Running]:
    starts = FACTS[timer.start](case)
    if not any(starts.values()):  # as with most terms most of the time
        return []
    ends = FACTS[_UNTIL_FIRST if timer.until == "minutes.full_agreement" else timer.until](case)
    keys = ends if "" in starts and "" not in ends else starts  # one start, an end for each material, notice or side
    found = []
    for key in keys:
        start = starts.get(key, starts.get(""))
        if start is None or (timer.every and _all_reported(case, timer, start)):
            continue
        if timer.suspension_excluded:  # 中止期间不计入协商期限 (SD 28; HA 26)
            start += timedelta(days=case.suspension.days)
        due, target = _count(case, law, timer, start)
        if timer.name == "materials" and due.latest and case.materials[key].asked_on > due.latest:
            continue  # 七个工作日前 (HZ 25 ¶2) had passed before anybody asked: it is owed, but no day of it is missed
        found.append(
            Running(
                timer=timer.name,
                key=key,
                side=_owed_by(case, timer.name, key),
                seat=Seat.AUTHORITY if timer.name in _AUTHORITY else None,
                articles=timer.cite,
                level=timer.level,
                start_fact=timer.start,
                start_on=start,
                due=due,
                target=target,
                until_fact=timer.until,
                met_on=ends.get(key, ends.get("")),
                stream=stream_for(timer.name),
                ends_at=law.pack.filing.office_closes if timer.office_hours else END_OF_DAY,
                opens=timer.opens,
            )
        )
    return found


class _State:
    """One state of a case under one law, told from others by what it is and not by what it holds: nothing of it ever
    changes, and to compare two is dearer than to count."""

    __slots__ = ("case", "law")

    def __init__(self, case: Negotiation, law: Law) -> None:
        self.case = case
        self.law = law

    def __hash__(self) -> int:
        return id(self.case)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _State) and other.case is self.case and other.law is self.law


@lru_cache(maxsize=64)
def _all_of(state: _State) -> tuple[Running, ...]:
    """Counted once for each state: gate, row, light and clock all ask for the same terms, one after the other."""
    return tuple(r for timer in state.law.pack.timers.values() for r in _running(state.case, state.law, timer))


def deadlines(case: Negotiation, law: Law) -> tuple[Running, ...]:
    """All terms that have begun to run in a case, met or not, in the order of the pack."""
    return () if case.opened is None else _all_of(_State(case, law))


def running(case: Negotiation, law: Law, timer: str, key: str = "") -> Running | None:
    """One term, if it runs."""
    return next((r for r in deadlines(case, law) if r.timer == timer and r.key == key), None)


def is_open(case: Negotiation, r: Running) -> bool:
    """Whether somebody still owes this term: not met, no mere window, and its ground still stands."""
    if r.met_on is not None or r.latest is None or not case.live or r.opens:
        return False
    talked_out = case.agreed_first_on is not None
    if talked_out and (r.timer in ("reply", "materials", "meeting_notice") or r.until_fact == "minutes.full_agreement"):
        return False
    if r.until_fact == "signed.last" and case.filing.in_force_from is not None:
        return False
    if r.timer == "reply" and case.reply is not None and case.reply.outcome == "refused":
        return False
    if r.timer == "review" and case.filing.confirmation_opened_on is not None:
        return False
    return not (r.timer == "dispute" and case.dispute is None)


def watched(case: Negotiation, r: Running) -> bool:
    """Whether the clock notes anything of this term: as long as it is owed; of a window, that it has opened."""
    return is_open(case, r) or (r.opens and r.latest is not None and case.live)


def mark_days(law: Law, r: Running) -> tuple[tuple[str, date], ...]:
    """When each mark of a term with a last day falls, in the order of `MARKS`; of a window, the day it opens."""
    assert r.latest is not None
    return (("T0", r.latest),) if r.opens else _mark_days(law.calendar, r.latest)


@lru_cache(maxsize=4096)
def _mark_days(calendar: Calendar, latest: date) -> tuple[tuple[str, date], ...]:
    days = (
        ("T-3", back_from(calendar, latest, 3, Unit.WORKING_DAY).latest),
        ("T-1", back_from(calendar, latest, 1, Unit.WORKING_DAY).latest),
        ("T0", latest),
        ("over", latest + timedelta(days=1)),
        ("T+1", add_working_days(calendar, latest, 1)),
    )
    return tuple((mark, day) for mark, day in days if day is not None)


def mark_due(case: Negotiation, law: Law, r: Running, today: date) -> str | None:
    """The furthest mark of a watched term that has been reached and not yet noted."""
    if not watched(case, r):
        return None
    reached = [mark for mark, day in mark_days(law, r) if day <= today]
    if not reached:
        return None
    noted = case.noted.get(r.mark_key)
    if noted is not None and MARKS.index(noted) >= MARKS.index(reached[-1]):
        return None
    return reached[-1]


def next_mark(case: Negotiation, law: Law, r: Running) -> date | None:
    """The day the clock has to look at this term again."""
    if not watched(case, r):
        return None
    noted = case.noted.get(r.mark_key)
    done = MARKS.index(noted) if noted else -1
    return next((day for mark, day in mark_days(law, r) if MARKS.index(mark) > done), None)


def overdue(case: Negotiation, law: Law, timer: str, today: date, key: str = "") -> bool:
    """Whether a term has passed without its fact."""
    r = running(case, law, timer, key)
    return r is not None and r.met_on is None and r.latest is not None and today > r.latest
