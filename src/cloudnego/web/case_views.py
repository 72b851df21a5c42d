"""What of a case its reader is shown: built from the streams he sees. Nothing here is filtered after it was read."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from cloudnego.core.deadlines import Running, deadlines, is_open
from cloudnego.core.gate import stuck_because
from cloudnego.core.grounds import contested
from cloudnego.core.moment import Law, seats_of
from cloudnego.core.overview import Overview, overview
from cloudnego.core.sight import Possible, moment_of, next_for
from cloudnego.core.state import Caucus
from cloudnego.core.substates import SubStates, substates
from cloudnego.core.vocabulary import Seat, Stream
from cloudnego.ports import Recorded
from cloudnego.web.answers import plain
from cloudnego.web.cases import Found
from cloudnego.web.commands import PREFIX, kebab
from cloudnego.web.documents import (
    Capacity,
    DeadlineDocument,
    Deadlines,
    Derivation,
    NextDocument,
    ObstacleDocument,
    PossibleDocument,
    TimelineEntry,
)
from cloudnego.web.errors import obstacle_as_said

_PROGRESS: Final = frozenset(
    {
        Seat.UNION, Seat.HR, Seat.LEGAL_REPRESENTATIVE, Seat.TOWN_UNION, Seat.DISTRICT_UNION, Seat.AUTHORITY,
        Seat.EMPLOYERS_BODY, Seat.AUDITOR, Seat.PORTAL,
    }
)  # fmt: skip
"""Who sees the progress of a case (step, dates, due, late, light; no content) without seeing its table."""

_PROGRESS_COLUMNS: Final[dict[str, Any]] = {
    "overlays": "", "light": "", "light_reason": "", "turn_side": None, "turn_seat": None, "stuck": None,
    "next_due": None, "offer_open": False, "offered_on": None, "agreed_on": None, "gatherings": 0, "steps_done": 0,
    "steps_online": 0, "contested": 0, "ballots": 0, "passed_first": None,
}  # fmt: skip
"""Columns of the overview that follow from the table or the filing, and what a reader of `notice` alone gets there."""

_NOTICE_FACTS: Final = frozenset(
    {
        "list.chosen", "list.published", "congress.submitted", "congress.convened", "ballot.closed", "contract.passed",
        "review.ended", "in_force_from", "contract.published", "contract.reported", "expiry", "rep.vacant",
        "rep.seated", "congress.reported",
    }
)  # fmt: skip
"""Facts that stand in `notice`: only terms between such facts are shown to whoever sees `notice` alone."""


def sees_progress(found: Found) -> bool:
    """Whether the reader sees how far the case is and what is late."""
    return found.sees_all_joint or bool(seats_of(found.case, found.member, found.at.date()) & _PROGRESS)


def shown_overview(found: Found, law: Law) -> Overview:
    """The overview as far as the reader may see it. What is agreed at the table is content until it is in force."""
    whole = overview(found.case, law)
    hidden: dict[str, Any] = {} if sees_progress(found) else dict(_PROGRESS_COLUMNS)
    if not found.sees_all_joint and whole.in_force_from is None:
        hidden["raise_rate"] = None
    return msgspec.structs.replace(whole, **hidden) if hidden else whole


def shown_substates(found: Found, law: Law, caucus: Caucus | None) -> SubStates | None:
    """Where each step stands, for those who see the progress; `caucus`: the one the reader sits in, if he does."""
    own = (found.caucus_of, caucus) if found.caucus_of is not None and caucus is not None else None
    return substates(found.standing(law), own) if sees_progress(found) else None


def capacity(found: Found) -> Capacity:
    """Who the reader is in the case."""
    return Capacity(
        person=found.member.person,
        side=found.member.side.value if found.member.side is not None else None,
        offices=tuple(sorted(found.member.offices)),
        seats=tuple(sorted(seats_of(found.case, found.member, found.at.date()))),
        streams=tuple(stream.value for stream in Stream if stream in found.streams),
    )


def obstacle_document(said: dict[str, Any]) -> ObstacleDocument:
    """An obstacle as documents carry it."""
    return msgspec.convert(said, ObstacleDocument)


def timeline_entry(found: Found, one: Recorded) -> TimelineEntry:
    """An event as the timeline shows it. A contest lies in the stream of its fact, so who sees one sees both."""
    facts = plain(one.event)
    words = facts.pop("words", None)
    contest = found.case.contested.get(f"{one.stream.value}.{one.seq}")
    return TimelineEntry(
        stream=one.stream.value,
        seq=one.seq,
        at=one.at,
        occurred_on=one.occurred_on,
        type=one.type,
        type_version=one.type_version,
        actor=one.actor,
        mandate=one.mandate,
        via=one.via,
        facts=facts,
        words=words,
        erased=one.erased,
        contested_by=tuple(sorted(contest.sides)) if contest is not None else (),
        leaf=one.leaf.decode(),
    )


def words_of(events: list[Recorded]) -> dict[str, dict[str, str]]:
    """What people wrote, by the id of the event that carries it: the state names clauses and papers by these ids."""
    return {f"{one.stream.value}.{one.seq}": one.event.words for one in events if one.event.words}


def shown_deadlines(found: Found, law: Law) -> Deadlines:
    """The terms of the streams the reader sees."""
    progress, today = sees_progress(found), found.at.date()

    def shown(one: Running) -> bool:
        timer = law.pack.timers[one.timer]
        return one.stream in found.streams and (progress or {timer.start, timer.until} <= _NOTICE_FACTS)

    rows = tuple(_deadline(found, law, one) for one in deadlines(found.case, law) if shown(one))
    return Deadlines(today=today, rows=rows)


def _deadline(found: Found, law: Law, one: Running) -> DeadlineDocument:
    watched = is_open(found.case, one)
    return DeadlineDocument(
        timer=one.timer,
        key=one.key,
        label=law.pack.timers[one.timer].label,
        stream=one.stream.value,
        side=one.side.value if one.side is not None else None,
        seat=one.seat.value if one.seat is not None else None,
        articles=one.articles,
        level=one.level.value,
        target=one.target,
        latest=one.latest,
        ends_at=one.ends_at,
        provisional=one.due.provisional,
        derivation=Derivation(
            fact=one.start_fact,
            counted_from=one.due.counted_from,
            n=one.due.n,
            unit=one.due.unit.value,
            before=one.due.before,
            passed_over=one.due.passed_over,
            rolled_over=one.due.rolled_over,
        ),
        met_on=one.met_on,
        late=one.late,
        open=watched,
        overdue=watched and one.latest is not None and found.at.date() > one.latest,
        noted=found.case.noted.get(one.mark_key),
        contested=contested(found.case, one),
    )


def next_document(found: Found, law: Law, caucus: Caucus | None) -> NextDocument:
    """What the reader may ask now, with what stands in the way; and what the step waits for."""
    standing = found.standing(law)
    case = found.case
    stuck = stuck_because(standing) if found.sees_all_joint else []
    return NextDocument(
        step=case.step.value if case.step is not None else "",
        ending=case.ending.value if case.ending is not None else None,
        possible=tuple(_possible(one) for one in next_for(moment_of(standing, found.member, caucus))),
        stuck=tuple(obstacle_document(obstacle_as_said(one)) for one in stuck),
    )


def _possible(one: Possible) -> PossibleDocument:
    return PossibleDocument(
        command=one.command,
        path=f"{PREFIX}/{{id}}/{kebab(one.command)}",
        binding=one.binding,
        open=one.open,
        on_paper=one.on_paper,
        obstacles=tuple(obstacle_document(obstacle_as_said(obstacle)) for obstacle in one.obstacles),
    )
