"""What lists, cockpit and timers read of a case: plain columns, a pure function of the state and the law."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import msgspec

from cloudnego.core.clauses import raise_rate
from cloudnego.core.deadlines import Running, deadlines, is_open, next_mark
from cloudnego.core.gate import NEAR, OVER, light, marked, stuck_first
from cloudnego.core.moment import Law, Standing
from cloudnego.core.outcomes import minimum_band, raise_band
from cloudnego.core.overlays import overlays_of
from cloudnego.core.state import Negotiation
from cloudnego.core.steps.filing import silent_until
from cloudnego.core.steps.meeting import stands_on
from cloudnego.core.vocabulary import Held, Mode, Step

_SIZES = ((50, "1-49"), (100, "50-99"), (300, "100-299"), (1000, "300-999"))
_NO_TIME = datetime(1970, 1, 1, tzinfo=timezone(timedelta(hours=8)))
"""The overview does not look at the clock; what depends on the day is in the clock's own notes."""


def size_band(headcount: int) -> str:
    """The size class the cockpit groups by."""
    return next((band for least, band in _SIZES if headcount < least), "1000+")


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """One row a case. `gatherings`: how many of the four possible gatherings were really held, `saved`: how many went
    without people coming together; `steps_done` and `steps_online`: of the steps closed so far. `next_due`: the day
    the clock looks at the case again; `due_on`: the earliest day on which somebody owes something. `late` and `near`:
    terms that are overdue, and due within three working days, with a space between. `ballot_roll`: the votes there
    were in ballots that counted, `ballot_present`: of those cast. `raise_band`, `minimum_band`: see `core.outcomes`."""

    step: str
    round: int
    ending: str | None
    overlays: str
    light: str
    light_reason: str
    turn_side: str | None
    turn_seat: str | None
    stuck: str | None
    next_due: date | None
    wage_year: int
    scope: str
    kind: str
    parent: str | None
    enterprise: str
    worker_organ: str
    employer_organ: str
    covers: tuple[str, ...]
    region: str
    town: str
    industry: str
    size_band: str
    headcount: int
    external_ref: str | None
    opened_on: date
    offer_open: bool
    offered_on: date | None
    agreed_on: date | None
    in_force_from: date | None
    expires_on: date | None
    published: bool
    raise_rate: str | None
    gatherings: int
    steps_done: int
    steps_online: int
    contested: int
    ballots: int
    passed_first: bool | None
    due_on: date | None = None
    late: str = ""
    near: str = ""
    saved: int = 0
    ballot_roll: int = 0
    ballot_present: int = 0
    raise_band: str | None = None
    minimum_band: str | None = None


def overview(case: Negotiation, law: Law) -> Overview:
    """The row of a case that has been opened."""
    opened = case.opened
    assert opened is not None
    standing = Standing(case, _NO_TIME, law)
    terms = deadlines(case, law)
    shown = light(case, law, terms)
    turn = stuck_first(standing)
    held = sum(h is Held.GATHERING for h in case.gatherings.values()) + case.meetings_held
    watched = [r for r in terms if is_open(case, r)]
    counted = [b for b in case.ballots if b.result != "no_quorum"]
    first = next((b.result == "passed" for b in case.ballots if b.result != "no_quorum"), None)
    return Overview(
        step=(case.step or Step.REPRESENTATIVES).value,
        round=case.round,
        ending=case.ending.value if case.ending else None,
        overlays=" ".join(sorted(overlays_of(case))),
        light=shown.light.value,
        light_reason=shown.reason,
        turn_side=(shown.side or (turn.side if turn else None)),
        turn_seat=(shown.seat or (turn.cure[0] if turn and turn.cure else None)),
        stuck=turn.reason.value if turn else None,
        next_due=next_due(case, law, terms),
        wage_year=opened.wage_year,
        scope=opened.scope.value,
        kind=opened.kind.value,
        parent=opened.parent,
        enterprise=opened.enterprise,
        worker_organ=opened.worker_organ,
        employer_organ=opened.employer_organ,
        covers=tuple(x.enterprise for x in case.covers),
        region=opened.region,
        town=opened.town,
        industry=opened.industry,
        size_band=size_band(opened.headcount),
        headcount=opened.headcount,
        external_ref=opened.external_ref,
        opened_on=opened.opened_on,
        offer_open=case.live and case.offer is not None and case.filing.in_force_from is None,
        offered_on=case.offer.sent_on if case.offer else None,
        agreed_on=case.agreed_first_on,
        in_force_from=case.filing.in_force_from,
        expires_on=case.filing.expires_on,
        published=case.performance.published_on is not None,
        raise_rate=case.performance.raise_rate or raise_rate(case),
        gatherings=held,
        steps_done=len(case.step_modes),
        steps_online=sum(mode is Mode.ONLINE for mode in case.step_modes.values()),
        contested=len(case.contested),
        ballots=len(case.ballots),
        passed_first=first,
        due_on=min((r.latest for r in watched if r.latest is not None), default=None),
        late=marked(case, watched, OVER),
        near=marked(case, watched, NEAR),
        saved=sum(h is Held.DISPERSED for h in case.gatherings.values())
        + (case.step_modes.get(Step.MEETING) is Mode.ONLINE),
        ballot_roll=sum(b.total for b in counted),
        ballot_present=sum(b.present for b in counted),
        raise_band=raise_band(case),
        minimum_band=minimum_band(case),
    )


def next_due(case: Negotiation, law: Law, terms: tuple[Running, ...] | None = None) -> date | None:
    """The first day on which the clock has something to do. `terms`: the case's deadlines, if they are at hand."""
    if not case.live:
        return None
    terms = deadlines(case, law) if terms is None else terms
    days = [next_mark(case, law, r) for r in terms]
    days += [day + timedelta(days=1) for day in _last_days(case, law, terms) if day]
    return min((day for day in days if day), default=None)


def _last_days(case: Negotiation, law: Law, terms: tuple[Running, ...]) -> list[date | None]:
    """The last days before the clock's own acts."""
    standing, f = Standing(case, _NO_TIME, law), case.filing
    found: list[date | None] = []
    if case.step is Step.FILING and f.received_on and not f.objected_on:
        if f.confirmation_opened_on is None:
            found += [r.latest for r in terms if r.timer == "review"]
        else:
            found.append(silent_until(standing))
    if case.step is Step.MEETING and case.meeting.agreement_on and not case.meeting.draft_by:
        found.append(stands_on(standing))
    if case.step is Step.PERFORMANCE:
        found.append(f.expires_on)
    return found
