"""What of a case its reader is shown: built from the streams he sees. Nothing here is filtered after it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

import msgspec

from cloudnego.core.calendar import Calendar, working_days_between
from cloudnego.core.clauses import draft_hash
from cloudnego.core.commands import DraftClauseFact
from cloudnego.core.deadlines import Running, is_open
from cloudnego.core.events import ClausePut, DraftSubmitted
from cloudnego.core.grounds import contested
from cloudnego.core.moment import Law, seats_of
from cloudnego.core.overview import Overview, overview
from cloudnego.core.pack import Pack, Unit
from cloudnego.core.refusals import Obstacle
from cloudnego.core.sight import (
    Attendance,
    Possible,
    moment_of,
    next_for,
    seen_attendance,
    seen_overview,
    seen_stuck,
    seen_terms,
    sees_progress,
)
from cloudnego.core.state import Caucus, Negotiation
from cloudnego.core.substates import SubStates, substates
from cloudnego.core.vocabulary import Step, Stream, Via
from cloudnego.ports import Recorded
from cloudnego.web.answers import plain
from cloudnego.web.cases import Found
from cloudnego.web.commands import PREFIX, kebab
from cloudnego.web.documents import (
    AttendanceDocument,
    Capacity,
    DeadlineDocument,
    Deadlines,
    Derivation,
    DraftClauseDocument,
    DraftDocument,
    NextDocument,
    ObstacleDocument,
    PossibleDocument,
    TimelineEntry,
)
from cloudnego.web.errors import obstacle_as_said


def shown_overview(found: Found, law: Law) -> Overview:
    """The overview as far as the reader may see it."""
    return seen_overview(found.standing(law), found.member, overview(found.case, law))


def shown_substates(found: Found, law: Law, caucus: Caucus | None) -> SubStates | None:
    """Where each step stands, for those who see the progress; `caucus`: the one the reader sits in, if he does."""
    own = (found.caucus_of, caucus) if found.caucus_of is not None and caucus is not None else None
    seen = sees_progress(found.case, found.member, found.at.date())
    return substates(found.standing(law), own) if seen else None


def draft_document(found: Found, read: Callable[[Stream], Iterable[Recorded]]) -> DraftDocument:
    """The draft for its reader: as it was submitted, or as it lies on the table if he sees that. `read`: a stream."""
    if (submitted := submitted_draft(found.case, lambda: read(Stream.NOTICE))) is not None:
        return submitted
    if Stream.TABLE not in found.streams:
        return DraftDocument(submitted_on=None, draft_hash=None, clauses=())
    put = {one.event.clause: one.event for one in read(Stream.TABLE) if isinstance(one.event, ClausePut)}
    lying = (
        _clause(put[name], (put[name].words or {}).get("prose"), agreed=clause.agreed)
        for name, clause in sorted(found.case.clauses.items())
    )
    return DraftDocument(submitted_on=None, draft_hash=draft_hash(found.case), clauses=tuple(lying))


def submitted_draft(case: Negotiation, notices: Callable[[], Iterable[Recorded]]) -> DraftDocument | None:
    """The draft as it lies before those whom it binds; None where none does. `notices`: reads that stream."""
    on = case.congress.submitted_on
    if on is None:
        return None
    *_, event = (one.event for one in notices() if isinstance(one.event, DraftSubmitted))
    words = event.words or {}
    clauses = (
        _clause(one, words.get(f"clauses.{place}.prose"), agreed=True) for place, one in enumerate(event.clauses)
    )
    return DraftDocument(submitted_on=on, draft_hash=event.draft_hash, clauses=tuple(clauses))


def _clause(one: DraftClauseFact | ClausePut, prose: str | None, *, agreed: bool) -> DraftClauseDocument:
    values = tuple(value.model_dump(mode="json") for value in one.values)
    return DraftClauseDocument(clause=one.clause, head=one.head, values=values, prose=prose, agreed=agreed)


def capacity(found: Found) -> Capacity:
    """Who the reader is in the case."""
    return Capacity(
        person=found.member.person,
        side=found.member.side,
        offices=tuple(sorted(found.member.offices)),
        seats=tuple(sorted(seats_of(found.case, found.member, found.at.date()))),
        streams=tuple(stream for stream in Stream if stream in found.streams),
        exports=found.has_audit_file,
        holds=found.may_hold,
    )


def obstacle_document(one: Obstacle, pack: Pack) -> ObstacleDocument:
    """An obstacle in the words of this pack."""
    return msgspec.convert(obstacle_as_said(one, pack), ObstacleDocument)


def timeline_entry(found: Found, one: Recorded) -> TimelineEntry:
    """An event as the timeline shows it. A contest lies in the stream of its fact, so who sees one sees both."""
    facts = plain(one.event)
    words = facts.pop("words", None)
    contest = found.case.contested.get(f"{one.stream.value}.{one.seq}")
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
        contested_by=tuple(sorted(contest.sides)) if contest is not None else (),
        leaf=one.leaf.decode(),
    )


def shown_deadlines(found: Found, law: Law) -> Deadlines:
    """The terms the reader sees."""
    terms = seen_terms(found.standing(law), found.member)
    return Deadlines(today=found.at.date(), rows=tuple(deadline_document(found, law, one) for one in terms))


def deadline_document(found: Found, law: Law, one: Running) -> DeadlineDocument:
    """One term with its derivation, as its reader sees it."""
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
        left=left_of(law.calendar, found.at.date(), one),
        ends_at=one.ends_at,
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
        contested=contested(found.case, one),
    )


def left_of(calendar: Calendar, today: date, one: Running) -> int | None:
    """How long a term still runs, in the unit the law counts it in: pages know no holidays."""
    if one.latest is None:
        return None
    if one.due.unit is Unit.WORKING_DAY:
        return working_days_between(calendar, today, one.latest)
    return (one.latest - today).days


def next_document(found: Found, law: Law, caucus: Caucus | None) -> NextDocument:
    """What the reader may ask now, with what stands in the way; and what the step waits for."""
    standing = found.standing(law)
    case = found.case
    return NextDocument(
        step=case.step or Step.REPRESENTATIVES,
        ending=case.ending,
        possible=tuple(_possible(one, law.pack) for one in next_for(moment_of(standing, found.member, caucus))),
        stuck=tuple(obstacle_document(one, law.pack) for one in seen_stuck(standing, found.member)),
        attendance=_attendance(seen_attendance(standing, found.member), law.pack),
    )


def _attendance(one: Attendance | None, pack: Pack) -> AttendanceDocument | None:
    if one is None:
        return None
    return AttendanceDocument(
        sides=one.sides,
        recorder=one.recorder,
        before_opening=tuple(obstacle_document(obstacle, pack) for obstacle in one.before_opening),
    )


def _possible(one: Possible, pack: Pack) -> PossibleDocument:
    return PossibleDocument(
        command=one.command,
        path=f"{PREFIX}/{{id}}/{kebab(one.command)}",
        binding=one.binding,
        open=one.open,
        on_paper=one.on_paper,
        obstacles=tuple(obstacle_document(obstacle, pack) for obstacle in one.obstacles),
    )
