"""What of a case its reader is shown: built from the streams he sees. Nothing here is filtered after it was read."""

from __future__ import annotations

import msgspec

from cloudnego.core.deadlines import Running, is_open
from cloudnego.core.moment import Law, seats_of
from cloudnego.core.overview import Overview, overview
from cloudnego.core.pack import Pack
from cloudnego.core.refusals import Obstacle
from cloudnego.core.sight import Possible, moment_of, next_for, seen_overview, seen_stuck, seen_terms
from cloudnego.core.state import Caucus
from cloudnego.core.vocabulary import Step, Stream, Via
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


def shown_overview(found: Found, law: Law) -> Overview:
    """The overview as far as the reader may see it."""
    return seen_overview(found.standing(law), found.member, overview(found.case, law))


def capacity(found: Found) -> Capacity:
    """Who the reader is in the case."""
    return Capacity(
        person=found.member.person,
        side=found.member.side,
        offices=tuple(sorted(found.member.offices)),
        seats=tuple(sorted(seats_of(found.case, found.member, found.at.date()))),
        streams=tuple(stream for stream in Stream if stream in found.streams),
    )


def _obstacle(one: Obstacle, pack: Pack) -> ObstacleDocument:
    return msgspec.convert(obstacle_as_said(one, pack), ObstacleDocument)


def timeline_entry(one: Recorded) -> TimelineEntry:
    """An event as the timeline shows it."""
    facts = plain(one.event)
    words = facts.pop("words", None)
    return TimelineEntry(
        stream=one.stream,
        seq=one.seq,
        at=one.at,
        occurred_on=one.occurred_on,
        type=one.type,
        type_version=one.type_version,
        actor=one.actor,
        mandate=one.mandate,
        via=Via(one.via),
        facts=facts,
        words=words,
        erased=one.erased,
        leaf=one.leaf.decode(),
    )


def shown_deadlines(found: Found, law: Law) -> Deadlines:
    """The terms the reader sees."""
    terms = seen_terms(found.standing(law), found.member)
    return Deadlines(today=found.at.date(), rows=tuple(_deadline(found, law, one) for one in terms))


def _deadline(found: Found, law: Law, one: Running) -> DeadlineDocument:
    watched = is_open(found.case, one)
    return DeadlineDocument(
        timer=one.timer,
        key=one.key,
        label=law.pack.timers[one.timer].label,
        stream=one.stream,
        side=one.side,
        seat=one.seat,
        articles=one.articles,
        level=one.level,
        target=one.target,
        latest=one.latest,
        provisional=one.due.provisional,
        derivation=Derivation(
            fact=one.start_fact,
            counted_from=one.due.counted_from,
            n=one.due.n,
            unit=one.due.unit,
            before=one.due.before,
            passed_over=one.due.passed_over,
            rolled_over=one.due.rolled_over,
        ),
        met_on=one.met_on,
        late=one.late,
        open=watched,
        overdue=watched and one.latest is not None and found.at.date() > one.latest,
        noted=found.case.noted.get(one.mark_key),
        contested=found.sees_all_joint and bool(found.case.contested),
    )


def next_document(found: Found, law: Law, caucus: Caucus | None) -> NextDocument:
    """What the reader may ask now, with what stands in the way; and what the step waits for."""
    standing = found.standing(law)
    case = found.case
    return NextDocument(
        step=case.step or Step.REPRESENTATIVES,
        ending=case.ending,
        possible=tuple(_possible(one, law.pack) for one in next_for(moment_of(standing, found.member, caucus))),
        stuck=tuple(_obstacle(one, law.pack) for one in seen_stuck(standing, found.member)),
    )


def _possible(one: Possible, pack: Pack) -> PossibleDocument:
    return PossibleDocument(
        command=one.command,
        path=f"{PREFIX}/{{id}}/{kebab(one.command)}",
        binding=one.binding,
        open=one.open,
        on_paper=one.on_paper,
        obstacles=tuple(_obstacle(obstacle, pack) for obstacle in one.obstacles),
    )
