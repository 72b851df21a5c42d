"""Whose turn it is: what the procedure waits for next, from whom and by when. Not everything that may be asked.

Counted backwards: from what a step still lacks and from the terms that run to the acts that would give it, and from an
act that something stands before to the acts that take that away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from cloudnego.core import commands as c
from cloudnego.core.deadlines import Running, is_open
from cloudnego.core.gate import askers, stuck_because
from cloudnego.core.moment import Moment, Standing
from cloudnego.core.procedure import PLACES
from cloudnego.core.refusals import Obstacle, Reason
from cloudnego.core.sight import Possible
from cloudnego.core.state import EMPTY_CAUCUS, Caucus
from cloudnego.core.vocabulary import SIDES, Member, Seat, Side

R = Reason
Acts = tuple[type[c.Command], ...]

_LIST: Final[Acts] = (c.RecordElection, c.AppointRepresentatives, c.ReplaceRepresentative)
_THERE: Final[Acts] = (c.CheckIn, c.ConfirmCheckIn)
_CLAUSES: Final[Acts] = (c.PutClause, c.ConfirmClause)

CURES: Final[Mapping[Reason, Acts]] = {
    R.ROLL_MISSING: (c.RecordDelegateRoll,),
    R.CANDIDATES_MISSING: (c.ProposeCandidates,),
    R.ELECTION_UNATTESTED: (c.AttestElection,),
    R.LIST_MISSING: _LIST,
    R.REPRESENTATIVES_NOT_NAMED: _LIST,
    R.TOO_FEW_REPRESENTATIVES: _LIST,
    R.TOO_MANY_REPRESENTATIVES: (c.LeaveBench,),
    R.EMPLOYER_OUTNUMBERS: (c.LeaveBench,),
    R.TOO_MANY_OUTSIDERS: (c.LeaveBench,),
    R.OUTSIDERS_NOT_ALLOWED: (c.LeaveBench,),
    R.CHIEF_VACANT: (c.ReplaceRepresentative,),
    R.CHIEF_OUTSIDER: (c.ReplaceRepresentative,),
    R.CHIEF_NOT_IN_CHARGE: (c.ReplaceRepresentative,),
    R.CHIEF_NOT_UNION_HEAD: (c.ReplaceRepresentative,),
    R.DUTY_NOT_ACCEPTED: (c.AcceptDuty,),
    R.LIST_NOT_PUBLISHED: (c.PublishList,),
    R.TOPICS_NOT_READY: (c.DeclareTopicsReady,),
    R.NO_OFFER: (c.SendOffer,),
    R.OFFER_NOT_SERVED: (c.ServePaper,),
    R.SERVICE_UNPROVED: (c.ServePaper,),
    R.REPLY_AWAITED: (c.Reply,),
    R.REPLY_UNSERVED: (c.ServePaper,),
    R.MEETING_NOT_SCHEDULED: (c.ScheduleMeeting,),
    R.MEETING_ONLINE_NOT_AGREED: (c.AgreeOnlineMeeting,),
    R.RECORDER_NOT_NAMED: (c.NameRecorder,),
    R.NOTICE_MISSING: (c.SendMeetingNotice, c.ServePaper),
    R.MATERIAL_OUTSTANDING: (c.DeliverMaterial,),
    R.CHIEFS_NOT_THERE: _THERE,
    R.NO_MAJORITY_OF_SIDE: _THERE,
    R.NO_SESSION: (c.StartMeeting,),
    R.NO_FULL_AGREEMENT: (c.ConfirmMinutes, c.SignMinutes),
    R.MINUTES_MISSING: (c.WriteMinutes,),
    R.MINUTES_CHANGED: (c.WriteMinutes,),
    R.OPEN_CLAUSES: _CLAUSES,
    R.NOT_ALL_SETTLED: _CLAUSES,
    R.CLAUSE_UNKNOWN: (c.PutClause,),
    R.PLAN_NEEDED: (c.FileAmendmentPlan,),
    R.SUSPENDED: (c.Resume,),
    R.DRAFT_MISSING: (c.ConfirmDraft,),
    R.DRAFT_UNSIGNED: (c.SignDraft,),
    R.DRAFT_NOT_SUBMITTED: (c.SubmitDraft,),
    R.DRAFT_NOT_ACCEPTED: (c.RecordAcceptance,),
    R.CONGRESS_NOT_CONVENED: (c.ConveneCongress,),
    R.METHOD_NOT_ADOPTED: (c.AdoptVotingMethod,),
    R.COVERED_BALLOTS_MISSING: (c.RecordCoveredBallot,),
    R.BALLOT_UNATTESTED: (c.AttestBallot,),
    R.NOT_PASSED: (c.OpenBallot, c.RecordBallot),
    R.NOT_SIGNED: (c.SignContract,),
    R.NOT_FILED: (c.FileContract,),
    R.NOT_RECEIVED: (c.ReceiveFiling, c.RecordReceipt),
    R.SUPPLEMENT_ASKED: (c.SupplyPapers,),
    R.REVIEW_RUNNING: (c.GiveNoObjection, c.ConfirmNoObjection),
    R.NOT_IN_FORCE: (c.GiveNoObjection, c.ConfirmNoObjection),
    R.OBJECTED: (c.ReturnToTable,),
}  # fmt: skip
"""Which acts take an obstacle away. What only a day or the clock takes away has no row."""

MEETS: Final[Mapping[str, Acts]] = {
    "list.published": (c.PublishList,),
    "reply.served": (c.Reply, c.ServePaper),
    "material.delivered": (c.DeliverMaterial,),
    "meeting_notice.served": (c.SendMeetingNotice, c.ServePaper),
    "meeting.opened": (c.StartMeeting,),
    "minutes.full_agreement": (c.ConfirmMinutes, c.SignMinutes),
    "talks.resumed": (c.Resume,),
    "talks.reported": (c.ReportTalks,),
    "congress.submitted": (c.SubmitDraft,),
    "congress.convened": (c.ConveneCongress,),
    "ballot.closed": (c.OpenBallot, c.RecordBallot),
    "signed.last": (c.SignContract,),
    "filing.handed_in": (c.FileContract,),
    "rescission.filed": (c.FileContract,),
    "filing.received": (c.ReceiveFiling, c.RecordReceipt),
    "review.ended": (c.GiveNoObjection,),
    "contract.published": (c.PublishContract,),
    "contract.reported": (c.ReportToUpperUnion,),
    "congress.reported": (c.ReportPerformance,),
    "performance.published": (c.PublishPerformance,),
    "opinion.answered": (c.AnswerOpinion,),
    "dispute.accepted": (c.AcceptDispute,),
    "dispute.closed": (c.CloseDispute,),
    "rep.seated": (c.ReplaceRepresentative,),
}
"""Which acts meet a term, by the fact it ends with."""

ANSWERS: Final[Acts] = (
    c.AttestElection, c.AttestBallot, c.CheckIn, c.AcknowledgeMaterial, c.ConfirmClause, c.ServePaper, c.SupplyPapers,
    c.AnswerOpinion, c.AnswerProblem, c.ConfirmNoObjection, c.ConsentToWithdrawal, c.AssignInstructor, c.SignDraft,
    c.SendCongressMaterials, c.FileAmendmentPlan, c.PublishList,
)  # fmt: skip
"""What somebody waits for whenever it may be asked at all: the answer to what another asked, laid or did; and that a
named list is publicised (HZ 18 ¶4)."""

_SIDED: Final = frozenset({Seat.CHIEF, Seat.REPRESENTATIVE, Seat.UNION, Seat.HR, Seat.LEGAL_REPRESENTATIVE})


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One act the procedure waits for. `side`: whose; None where the seat has none. `term`: by when, if a term runs."""

    command: str
    act: type[c.Command]
    side: Side | None
    seats: tuple[Seat, ...]
    term: Running | None


def turns(s: Standing, terms: Sequence[Running]) -> tuple[Turn, ...]:
    """What the procedure waits for, the most urgent first. `terms`: those that count for whoever is told."""
    if not s.case.live or s.case.step is None:
        return ()
    search = _Search(s)
    owed = sorted((one for one in terms if is_open(s.case, one) and one.latest), key=lambda one: str(one.latest))
    for one in owed:
        for act in MEETS.get(one.until_fact, ()):
            search.wanted(act, (one.side,) if one.side is not None else SIDES, one)
    for obstacle in stuck_because(s):
        search.cured(obstacle, None)
    dispute = s.case.dispute
    applied = dispute is not None and dispute.applied_on is not None and dispute.accepted_on is None
    for act in (*ANSWERS, *((c.AcceptDispute,) if applied else ())):
        search.wanted(act, SIDES, None, tight=True)
    if s.case.meeting.line_objections:
        search.written(c.AddMinutesNote)
    return tuple(search.found.values())


def turns_for(s: Standing, term: Running) -> tuple[Turn, ...]:
    """The acts by which this one term would be met, or come nearer to it: where what meets it is still far off, what
    the procedure waits for from whoever owes it."""
    if not s.case.live or s.case.step is None or not is_open(s.case, term):
        return ()
    sides = (term.side,) if term.side is not None else SIDES
    search = _Search(s)
    for act in MEETS.get(term.until_fact, ()):
        search.wanted(act, sides, term)
    if not search.found:
        search = _Search(s)
        for obstacle in stuck_because(s):
            search.cured(obstacle, term)
    return tuple(one for one in search.found.values() if one.side is None or one.side in sides)


class _Search:
    """One search backwards; every act is looked at once for each side."""

    def __init__(self, s: Standing) -> None:
        self._s: Final = s
        self._seen: Final[set[tuple[type[c.Command], Side]]] = set()
        self.found: Final[dict[tuple[str, Side | None], Turn]] = {}

    def cured(self, obstacle: Obstacle, term: Running | None) -> None:
        """Follow what would take an obstacle away."""
        sides = (obstacle.side,) if obstacle.side is not None else SIDES
        for act in CURES.get(obstacle.reason, ()):
            self.wanted(act, sides, term)

    def wanted(self, act: type[c.Command], sides: Iterable[Side], term: Running | None, *, tight: bool = False) -> None:
        """The act, if nothing hard stands before it; else what stands there. `tight`: then nothing."""
        place = PLACES[act]
        for side in sides:
            if (act, side) in self._seen or place.ask.side not in (None, side):
                continue
            in_step = self._s.case.step is not None and place.open_in(self._s.case.step)
            if tight and not in_step:
                continue
            self._seen.add((act, side))
            unmet = list(self._unmet(act, side))
            if not unmet and in_step:
                self._keep(act, side, term)
            elif not tight:
                for one in unmet:
                    self.cured(one, term)

    def written(self, act: type[c.Command]) -> None:
        """What whoever writes the minutes is asked to write: the recorder, of whatever side, or after coordination a
        chief."""
        if next(self._unmet(act, SIDES[0]), None) is None:
            seats = (Seat.CHIEF, Seat.RECORDER) if self._s.case.meeting.coordinated_on else (Seat.RECORDER,)
            name = act.model_fields["type"].default
            self.found[name, None] = Turn(command=name, act=act, side=None, seats=seats, term=None)

    def _unmet(self, act: type[c.Command], side: Side) -> Iterator[Obstacle]:
        """What stands before it for this side, whoever in it may ask."""
        place = PLACES[act]
        m = Moment(self._s.case, self._s.at, self._s.law, Member(person="", side=side))
        for need in (*place.stops, *place.ask.needs):
            found = need(m)
            if found is not None and found.hard and found.reason is not R.NOT_YOUR_SEAT:
                yield found

    def _keep(self, act: type[c.Command], side: Side, term: Running | None) -> None:
        by = askers(self._s.case, PLACES[act], side)
        whose = side if by & _SIDED else None
        name = act.model_fields["type"].default
        if (name, whose) not in self.found:
            seats = tuple(sorted(by - {Seat.CLOCK}))
            self.found[name, whose] = Turn(command=name, act=act, side=whose, seats=seats, term=term)


def turns_of(
    found: Iterable[Turn], possible: Iterable[Possible], side: Side | None
) -> tuple[tuple[Turn, Possible], ...]:
    """Of these turns the ones of somebody who may ask this now."""
    may = {one.command: one for one in possible if one.open}
    return tuple((turn, may[turn.command]) for turn in found if turn.command in may and turn.side in (None, side))


def curing(obstacle: Obstacle) -> list[str]:
    """The commands that take an obstacle away, whoever may ask them: what a button beside it asks."""
    acts = CURES.get(obstacle.reason, ())
    acts = tuple(act for act in acts if obstacle.side is None or PLACES[act].ask.side in (None, obstacle.side))
    return [act.model_fields["type"].default for act in acts]


def before_topics(caucus: Caucus | None) -> type[c.Command]:
    """What a side does before it says that its topics are ready: known to that side alone, from its own stream."""
    known = caucus or EMPTY_CAUCUS
    if known.sheet:
        return c.DeclareTopicsReady
    return c.DraftTopicSheet if known.issued else c.RecordOpinions
