"""A case as it stood at a moment: its events up to there, folded anew. What its reader sees is what he sees now."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from cloudnego.core.events import Event
from cloudnego.core.evolve import evolve, evolve_caucus
from cloudnego.core.moment import Standing
from cloudnego.core.overview import overview
from cloudnego.core.sight import seen_overview, sees_progress
from cloudnego.core.state import EMPTY, EMPTY_CAUCUS, Caucus, Negotiation
from cloudnego.core.substates import substates
from cloudnego.core.vocabulary import JOINT, Stream
from cloudnego.ports import CHINA, Recorded
from cloudnego.web.answers import plain
from cloudnego.web.case_documents import ids_in, names_of
from cloudnego.web.case_views import capacity
from cloudnego.web.cases import Found, pinned_law
from cloudnego.web.documents import CaseDocument
from cloudnego.web.errors import Problem
from cloudnego.web.site import Site

_AT_ONCE: Final = 512


class Stood(msgspec.Struct, frozen=True, kw_only=True):
    """A case at a moment that has passed. `found`: it, with the streams its reader sees now; `words` and `persons` are
    those of these streams, up to the moment."""

    at: datetime
    found: Found
    caucus: Caucus | None
    versions: dict[str, tuple[int, int]]
    words: dict[str, dict[str, str]]
    persons: frozenset[str]


def stood_at(site: Site, found: Found, at: datetime) -> Stood:
    """Fold what was written up to `at`. Raises `Problem` 404 for a moment before the case was opened: it was not there.

    The joint state is folded of all three joint streams, as now; of the caucuses only the reader's own is read.
    """
    own = Stream.caucus(found.caucus_of) if found.caucus_of is not None else None
    case, caucus, sizes = EMPTY, EMPTY_CAUCUS, dict[Stream, int]()
    words, persons = dict[str, dict[str, str]](), set[str]()
    for one in _up_to(site, found.id, frozenset({*JOINT, *({own} if own else ())}), at):
        sizes[one.stream] = one.seq
        case, caucus = _remembered(case, caucus, one.event, joint=one.stream in JOINT)
        if one.stream in found.streams:
            written = plain(one.event).get("words")
            if written:
                words[f"{one.stream.value}.{one.seq}"] = written
            persons |= {one.actor, *ids_in(plain(one.event))}
    if case.opened is None:
        raise Problem("not_found")
    epochs = site.log.versions(found.id)
    return Stood(
        at=at.astimezone(CHINA),
        found=msgspec.structs.replace(found, case=case, called_into=frozenset()),
        caucus=caucus if own is not None else None,
        versions={name.value: (epochs[name][0], sizes.get(name, 0)) for name in found.streams if name in epochs},
        words=words,
        persons=frozenset(persons),
    )


def _remembered(case: Negotiation, caucus: Caucus, event: Event, *, joint: bool) -> tuple[Negotiation, Caucus]:
    return (evolve(case, event), caucus) if joint else (case, evolve_caucus(caucus, event))


def _up_to(site: Site, case: str, streams: frozenset[Stream], at: datetime) -> list[Recorded]:
    """Events of these streams until this moment, in the order of their commits."""
    events: list[Recorded] = []
    after: dict[Stream, int] = {}
    while some := site.log.read(case, streams, after, _AT_ONCE):
        events += [one for one in some if one.at <= at]
        if len(some) < _AT_ONCE or some[-1].at > at:
            break
        after |= {one.stream: one.seq for one in some}
    return events


def past_document(site: Site, now: Found, stood: Stood) -> CaseDocument:
    """The document of a case as it stood. How much of it the reader is shown follows from the case as it stands now."""
    then = stood.found.case
    opened = then.opened
    assert opened is not None, "what was not opened was not found"
    law = pinned_law(site, then)
    present = now.standing(pinned_law(site, now.case))
    shown = seen_overview(present, now.member, overview(then, law))
    own = (now.caucus_of, stood.caucus) if now.caucus_of is not None and stood.caucus is not None else None
    progress = sees_progress(now.case, now.member, now.at.date())
    state = plain(then) if now.sees_all_joint else None
    organisations = {shown.enterprise, shown.worker_organ, shown.employer_organ, *shown.covers}
    return CaseDocument(
        id=now.id,
        sandbox=site.clocks.district(now.district).kind == "sandbox",
        now=now.at.replace(microsecond=0),
        stood_at=stood.at.replace(microsecond=0),
        me=capacity(now),
        overview=shown,
        substates=substates(Standing(then, stood.at, law), own) if progress else None,
        pack=opened.pack,
        pack_version=opened.pack_version,
        calendar=then.calendar,
        state=state,
        caucus=plain(stood.caucus) if stood.caucus is not None else None,
        called_into={},
        words=stood.words,
        names=names_of(site, now, {*stood.persons, *ids_in(state)}, organisations),
        versions=stood.versions,
    )
