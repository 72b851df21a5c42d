"""The roll of delegates as the API shows it: whole to the union, as it was posted to the workers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from msgspec.structs import asdict

from cloudnego.core import rolls as rules
from cloudnego.core.refusals import Obstacle
from cloudnego.core.vocabulary import Scope
from cloudnego.identity import delegate_rolls as rolls
from cloudnego.identity import delegates
from cloudnego.identity.delegate_tables import DelegatePosting, FrozenRoll
from cloudnego.identity.register import Entry, Heads, enterprise
from cloudnego.identity.sessions import Who
from cloudnego.identity.store import reading
from cloudnego.web.documents import ObstacleDocument
from cloudnego.web.errors import Problem, obstacle_as_said
from cloudnego.web.invitations import instant
from cloudnego.web.site import Site


class PostedDelegate(msgspec.Struct, frozen=True, kw_only=True):
    """One line as it is posted."""

    id: str
    name: str
    manager: bool
    woman: bool
    dispatched: bool
    since: date
    reason: str | None


class DelegateDocument(PostedDelegate, frozen=True, kw_only=True):
    """One delegate as the union sees him. `left`: he is on the workers' roster no more."""

    worker: str
    number: str
    person: str
    left: bool
    ended_at: datetime | None
    ended_why: str | None


class RollCounts(delegates.Counts, frozen=True, kw_only=True):
    """What the roll adds up to. `delegates`, `managers`, `women`: of those with a vote; `attending`: those without;
    `workers`: all on the roster."""

    workers: int


class PostingDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The roll was posted; `until` is the last day for objections, `open` whether it has not passed."""

    posted_at: datetime
    until: date
    open: bool


class ObjectionDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An objection to a line and its answer. `by`: who objected, for the union alone; `mine`: the reader did."""

    id: str
    delegate: str
    name: str
    by: str | None
    mine: bool
    raised_at: datetime
    reason: str
    answer: str | None
    answered_at: datetime | None


class FrozenRollDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen roll: what `record_delegate_roll` wants, and why it is another than the one before."""

    roll_hash: str
    delegates: int
    attending: int
    workers: int
    managers: int
    women: int
    term_until: date | None
    reason: str | None
    frozen_at: datetime


class DelegateRoll(msgspec.Struct, frozen=True, kw_only=True):
    """The roll as the union works on it. `advice`: what the law says of its size and shares; it hinders nothing."""

    enterprise: str
    rows: tuple[DelegateDocument, ...]
    ended: tuple[DelegateDocument, ...]
    counts: RollCounts
    advice: tuple[ObstacleDocument, ...]
    postings: tuple[PostingDocument, ...]
    objections: tuple[ObjectionDocument, ...]
    frozen: tuple[FrozenRollDocument, ...]
    term_until: date | None


class PostedRoll(msgspec.Struct, frozen=True, kw_only=True):
    """The roll as the enterprise's workers see it. `frozen`: the last frozen one; `objects`: the reader may object."""

    enterprise: str
    rows: tuple[PostedDelegate, ...]
    counts: RollCounts
    posting: PostingDocument
    objections: tuple[ObjectionDocument, ...]
    frozen: FrozenRollDocument | None
    objects: bool


def roll_shown(site: Site, who: Who, entry: Entry) -> DelegateRoll:
    """All of it, for whoever keeps it. Blocks."""
    with reading(site.engine) as session:
        every = delegates.lines_of(session, entry.id, ended=True)
        workers = delegates.workers_of(session, entry.id)
        posted, objected = rolls.postings(session, entry.id), rolls.objections(session, entry.id)
        frozen = rolls.rolls(session, entry.id)
    today = site.today(who.district)
    counts = _counts(every, workers)
    term = frozen[0].term_until if frozen else entry.congress_until
    return DelegateRoll(
        enterprise=entry.name,
        rows=tuple(_line(one) for one in every if one.ended_s is None),
        ended=tuple(_line(one) for one in every if one.ended_s is not None),
        counts=counts,
        advice=_advice(site, who, counts, entry.headcount, term),
        postings=tuple(_posting(one, today) for one in posted),
        objections=_objections(objected, every, who.person, names=True),
        frozen=tuple(_frozen(one) for one in frozen),
        term_until=term,
    )


def posted_shown(site: Site, who: Who, enterprise_id: str, *, objects: bool) -> PostedRoll:
    """What was posted last, as the roll stands now. Raises `Problem` 404 where nothing was. Blocks."""
    with reading(site.engine) as session:
        entry = enterprise(session, who.district, enterprise_id)
        posted = rolls.postings(session, enterprise_id)
        if entry is None or not posted:
            raise Problem("not_found")
        every = delegates.lines_of(session, enterprise_id, ended=True)
        workers = delegates.workers_of(session, enterprise_id)
        objected = rolls.objections(session, enterprise_id)
        frozen = rolls.rolls(session, enterprise_id)
    return PostedRoll(
        enterprise=entry.name,
        rows=tuple(msgspec.convert(one, PostedDelegate, from_attributes=True) for one in every if one.ended_s is None),
        counts=_counts(every, workers),
        posting=_posting(posted[0], site.today(who.district)),
        objections=_objections(objected, every, who.person, names=False),
        frozen=_frozen(frozen[0]) if frozen else None,
        objects=objects,
    )


def _counts(lines: Sequence[delegates.Line], workers: int) -> RollCounts:
    return RollCounts(**asdict(delegates.counts_of(lines)), workers=workers)


def _advice(
    site: Site, who: Who, counts: RollCounts, heads: Sequence[Heads], term: date | None
) -> tuple[ObstacleDocument, ...]:
    """By the district's own pack; the share of women by the latest headcount of the register."""
    home = site.districts.get(who.district)
    pack = site.world.law(home.pack, home.pack_version, home.calendar).pack
    row, latest = pack.delegates, heads[-1] if heads else None
    women = latest.women if latest is not None else None
    found: list[Obstacle | None] = []
    if counts.delegates:
        found += [
            rules.too_few(row, counts.delegates, counts.workers),
            rules.too_many_managers(pack.congress_for(Scope.ENTERPRISE), counts.managers, counts.delegates),
        ]
    if counts.delegates and latest is not None and women is not None:
        found.append(rules.too_few_women(row, counts.women, counts.delegates, all_women=women, headcount=latest.total))
    found.append(rules.term_over(term, site.today(who.district)))
    return tuple(msgspec.convert(obstacle_as_said(one, pack), ObstacleDocument) for one in found if one is not None)


def _line(one: delegates.Line) -> DelegateDocument:
    same = asdict(msgspec.convert(one, PostedDelegate, from_attributes=True))
    return DelegateDocument(
        **same, worker=one.worker, number=one.number, person=one.person, left=one.left, ended_at=_at(one.ended_s),
        ended_why=one.ended_why,
    )  # fmt: skip


def _at(seconds: int | None) -> datetime | None:
    return instant(seconds) if seconds is not None else None


def _posting(row: DelegatePosting, today: date) -> PostingDocument:
    return PostingDocument(posted_at=instant(row.posted_s), until=row.until, open=today <= row.until)


def _objections(
    objected: Sequence[rolls.Objection], lines: Sequence[delegates.Line], reader: str, *, names: bool
) -> tuple[ObjectionDocument, ...]:
    called = {one.id: one.name for one in lines}
    return tuple(
        ObjectionDocument(
            id=one.id,
            delegate=one.delegate,
            name=called[one.delegate],
            by=one.raised_by_name if names else None,
            mine=one.raised_by == reader,
            raised_at=instant(one.raised_s),
            reason=one.reason,
            answer=one.answer,
            answered_at=_at(one.answered_s),
        )
        for one in objected
    )


def _frozen(row: FrozenRoll) -> FrozenRollDocument:
    return FrozenRollDocument(
        roll_hash=row.roll_hash,
        delegates=row.delegates,
        attending=row.attending,
        workers=row.workers,
        managers=row.managers,
        women=row.women,
        term_until=row.term_until,
        reason=row.reason,
        frozen_at=instant(row.frozen_s),
    )
