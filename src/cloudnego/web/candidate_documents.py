"""The candidates as the API shows them: before the vote in equal rows, after it with what came of it, who would follow
on a vacant seat, and what workers object to the list while it is publicised."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Final, Literal

import msgspec

from cloudnego.core import events as e
from cloudnego.core.elected import Follows, Stood, attested, standings
from cloudnego.core.polls import ends
from cloudnego.core.state import ElectionState, Poll
from cloudnego.core.steps.representatives import balloted, run_off
from cloudnego.core.vocabulary import Seat, Side, Stream
from cloudnego.identity import nominations as kept
from cloudnego.identity.election_objections import Objection, objections
from cloudnego.identity.nominations import Nominee
from cloudnego.identity.sessions import Who
from cloudnego.identity.store import reading
from cloudnego.web.case_documents import names_of
from cloudnego.web.cases import Found, pinned_law
from cloudnego.web.invitations import instant
from cloudnego.web.nomination_documents import enterprise_of
from cloudnego.web.queries import events_of
from cloudnego.web.site import Site

_COUNTED: Final = (Stream.NOTICE, Stream.FILING)
"""Where counts stand: those of under ten voters in the second, which workers do not see."""


class CandidateDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One who stands for election. `elected`: in a round that two scrutineers confirmed; `seated`: he sits on the bench
    now. `votes`: in the last round he stood in, which is `round`; of under ten voters null for whoever does not see the
    counts. `follows`: who would follow on a vacant seat, `over` the majority or `next` by votes (he must be elected
    first); `place`: his among them, equal where votes are equal. `again`: he tied for the last seats, and the next
    round is between those who did."""

    person: str
    name: str
    post: str | None
    words: str | None
    elected: bool
    seated: bool
    round: int | None
    votes: int | None
    follows: Follows | None
    place: int | None
    again: bool


class ElectionPoll(msgspec.Struct, frozen=True, kw_only=True):
    """The vote on the platform that runs."""

    poll: str
    closes_at: datetime


class RoundDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A round that two scrutineers confirmed. `present`: took part, of `total`; `approvals`: where a list was voted on
    as a whole."""

    number: int
    held_on: date
    total: int
    present: int
    spoiled: int
    approvals: int | None
    needed: int
    quorum: bool


class PublicationDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The list is publicised (公示), from a day to a day; `open`: today is one of these, and workers may object."""

    from_on: date
    until_on: date
    open: bool


class ElectionObjectionDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An objection to the publicised list and its answer. `about`: one of the elected, null for the whole; `by`: who
    objected, for the union alone; `mine`: the reader did. `answer_by`: as long as it waits, the last day of the
    publication, by which the union answers; no text sets it another term."""

    id: str
    about: str | None
    name: str | None
    by: str | None
    mine: bool
    raised_at: datetime
    reason: str
    answer: str | None
    answered_at: datetime | None
    answer_by: date | None


class CandidatesDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Who stands, how many are chosen and how. `seats` with the chief, who sits by office where a union elects;
    `choose`: seats still to be filled. `electorate`: all who may vote, as far as the case knows; `quorum`, `needed`:
    how many of them must take part and how many votes one needs.
    `unconfirmed`: a round is counted and waits for two scrutineers; `rounds`: those they confirmed, where the reader
    sees the counts; `published`: null before the list is publicised; `may_object`, `may_answer`: the reader."""

    form: Literal["ballot", "approval_of_list"]
    seats: int
    choose: int
    chief: CandidateDocument | None
    rows: tuple[CandidateDocument, ...]
    scrutineers: tuple[str, ...]
    electorate: int | None
    quorum: int | None
    needed: int | None
    round: int
    unconfirmed: bool
    settled: bool
    poll: ElectionPoll | None
    rounds: tuple[RoundDocument, ...]
    published: PublicationDocument | None
    objections: tuple[ElectionObjectionDocument, ...]
    may_object: bool
    may_answer: bool


def candidates_shown(site: Site, who: Who, found: Found) -> CandidatesDocument:
    """Who stands as the case has it, with what they say of themselves, and what came of it. Blocks."""
    case, election = found.case, found.case.election
    standing = found.standing(pinned_law(site, case))
    with reading(site.engine) as session:
        call = kept.call_of(session, found.district, found.id)
        own = {one.person: one for one in kept.nominees(session, call)} if call is not None else {}
        objected = objections(session, found.district, found.id)
        listed = kept.on_roster(session, enterprise_of(found), who.person)
    persons = {one.person for one in election.candidates} | set(election.scrutineers)
    names, elects = names_of(site, found, persons, set()), balloted(standing)
    row, everybody = standing.law.pack.choosing, _electorate(found)
    majority = row.elected if elects else row.without_union or row.elected
    (rounds, published), union = told_of(site, found), Seat.UNION in found.seats
    stood = standings(election, case.benches.worker, rounds)
    tied = run_off(election)
    rows = tuple(one for one in stood if not (elects and one.person == election.chief))
    chief = next((one for one in stood if one.person == election.chief), None)
    return CandidatesDocument(
        form="ballot" if elects else "approval_of_list",
        seats=election.seats,
        choose=_choose(election) if elects else len(rows),
        chief=_candidate(chief, own, names, tied) if chief is not None else None,
        rows=tuple(_candidate(one, own, names, tied) for one in rows),
        scrutineers=tuple(names.get(one, "") for one in election.scrutineers),
        electorate=everybody,
        quorum=row.quorum.needed(everybody) if everybody is not None and elects and row.quorum else None,
        needed=majority.needed(everybody) if everybody is not None and majority else None,
        round=election.round,
        unconfirmed=election.recorded,
        settled=election.settled,
        poll=_poll(found),
        rounds=tuple(_round(one) for one in rounds),
        published=published,
        objections=tuple(_objection(one, who, names, published, union=union) for one in objected),
        may_object=published is not None and published.open and listed,
        may_answer=union,
    )


def told_of(site: Site, found: Found) -> tuple[tuple[e.ElectionRecorded, ...], PublicationDocument | None]:
    """The confirmed rounds as far as the reader sees their counts, and how long the list of the elected is publicised,
    if it is. Blocks."""
    election = found.case.election
    if not election.round:
        return (), None
    streams = [stream for stream in _COUNTED if stream in found.streams]
    entries = sorted((one for stream in streams for one in events_of(site, found, stream)), key=lambda one: one.at)
    events = [one.event for one in entries]
    rounds = attested(election, (one for one in events if isinstance(one, e.ElectionRecorded)))
    posted = [one for one in events if isinstance(one, e.ListPublished) and one.side is Side.WORKER]
    if not election.settled or not posted:
        return rounds, None
    days = posted[-1].from_on, posted[-1].until_on
    return rounds, PublicationDocument(from_on=days[0], until_on=days[1], open=days[0] <= found.at.date() <= days[1])


def _candidate(
    one: Stood, own: Mapping[str, Nominee], names: Mapping[str, str], tied: Collection[str]
) -> CandidateDocument:
    said = own.get(one.person)
    return CandidateDocument(
        person=one.person, name=names.get(one.person, ""),
        post=said.post if said is not None and said.stands else None,
        words=said.words if said is not None and said.shown else None,
        elected=one.elected, seated=one.seated, round=one.round, votes=one.votes, follows=one.follows, place=one.place,
        again=one.person in tied,
    )  # fmt: skip


def _round(one: e.ElectionRecorded) -> RoundDocument:
    return RoundDocument(
        number=one.round, held_on=one.occurred_on, total=one.total, present=one.present, spoiled=one.spoiled,
        approvals=one.approvals if one.form == "approval_of_list" else None, needed=one.needed, quorum=one.quorum,
    )  # fmt: skip


def _objection(
    one: Objection, who: Who, names: Mapping[str, str], posted: PublicationDocument | None, *, union: bool
) -> ElectionObjectionDocument:
    return ElectionObjectionDocument(
        id=one.id, about=one.about, name=names.get(one.about) if one.about is not None else None,
        by=one.raised_by_name if union else None, mine=one.raised_by == who.person, raised_at=instant(one.raised_s),
        reason=one.reason, answer=one.answer,
        answered_at=instant(one.answered_s) if one.answered_s is not None else None,
        answer_by=posted.until_on if one.answer is None and posted is not None else None,
    )  # fmt: skip


def _choose(election: ElectionState) -> int:
    return 0 if election.settled else max(0, election.seats - 1 - len(election.chosen))


def _electorate(found: Found) -> int | None:
    poll, roll = _election(found), found.case.roll
    if poll is not None:
        return poll.roll
    return roll.delegates if roll is not None else None


def _poll(found: Found) -> ElectionPoll | None:
    poll = _election(found)
    return ElectionPoll(poll=poll.id, closes_at=ends(poll, found.at)) if poll is not None else None


def _election(found: Found) -> Poll | None:
    return next((one for one in found.case.polls.values() if one.kind == "election"), None)
