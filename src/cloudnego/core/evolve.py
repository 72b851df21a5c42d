"""Remember one event. It cannot fail, computes nothing and never looks at words: the event says it all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any, TypeVar

from msgspec.structs import replace as put

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.state import (
    EMPTY,
    Ballot,
    BenchState,
    Caucus,
    Clause,
    Congress,
    CoveredBallot,
    Dispute,
    ElectionState,
    Filing,
    Guidance,
    Material,
    Meeting,
    Negotiation,
    OfferState,
    Opinion,
    Paper,
    ReplyState,
    Roll,
    Suspensions,
)
from cloudnego.core.vocabulary import Both, Held, Mode, Side, Step

E = TypeVar("E", bound=e.Event)
_HOW: dict[type[e.Event], Callable[[Negotiation, Any], Negotiation]] = {}


def _on(kind: type[E]) -> Callable[[Callable[[Negotiation, E], Negotiation]], Callable[[Negotiation, E], Negotiation]]:
    def keep(how: Callable[[Negotiation, E], Negotiation]) -> Callable[[Negotiation, E], Negotiation]:
        _HOW[kind] = how
        return how

    return keep


def evolve(case: Negotiation, event: e.Event) -> Negotiation:
    """The case after one joint event."""
    how = _HOW.get(type(event))
    return how(case, event) if how else case


def evolve_caucus(caucus: Caucus, event: e.Event) -> Caucus:
    """A side's own memory after one event of its own stream."""
    match event:
        case e.OpinionsRecorded():
            return put(caucus, issued=event.issued, returned=event.returned, opinions_held=event.held)
        case e.TopicSheetDrafted():
            return put(caucus, sheet=event.topics)
        case _:
            return caucus


def replay(events: Iterable[e.Event], start: Negotiation = EMPTY) -> Negotiation:
    """The fold of a case's joint events, in the order they were written."""
    return reduce(evolve, events, start)


def _bench(case: Negotiation, side: Side, **change: Any) -> Negotiation:
    return put(case, benches=case.benches.having(side, put(case.benches.of(side), **change)))


def _paper(case: Negotiation, event: e.SideFact, paper: str, kind: str, served: e.Served | None) -> dict[str, Paper]:
    return {**case.papers, paper: Paper(kind=kind, side=event.side, sent_on=event.occurred_on, served=served)}


# --- opening and turning ------------------------------------------------------------------------------------------


@_on(e.CaseOpened)
def _(case: Negotiation, event: e.CaseOpened) -> Negotiation:
    return put(
        case,
        opened=event.model_copy(update={"words": None}) if event.words else event,
        calendar=event.calendar,
        covers=event.covers,
        references=event.references,
        step=Step.REPRESENTATIVES,
    )


@_on(e.ContractRegistered)
def _(case: Negotiation, event: e.ContractRegistered) -> Negotiation:
    both = Both(event.signed_on, event.signed_on)
    return put(
        case,
        step=Step.PERFORMANCE,
        filing=put(
            case.filing,
            signed=both,
            in_force_from=event.in_force_from,
            expires_on=event.expires_on,
            term_from=event.in_force_from,
            ended_on=event.in_force_from,
        ),
        performance=put(
            case.performance,
            registered=True,
            published_on=event.published_on,
            raise_rate=event.raise_rate,
            minimum_wage_fen=event.minimum_wage_fen,
        ),
    )


@_on(e.StepTurned)
def _(case: Negotiation, event: e.StepTurned) -> Negotiation:
    was = case.step_modes.get(event.closed)
    mode = Mode.IN_PERSON if Mode.IN_PERSON in (was, event.mode) else event.mode  # a later round takes nothing back
    turned = put(case, step=event.opened, step_modes={**case.step_modes, event.closed: mode})
    if event.round == case.round:
        return turned
    back = "failed" if event.outcome == "failed" else "objected"
    return put(
        turned,
        round=event.round,
        back_because=back,
        meeting=Meeting(
            recorder_named=case.meeting.recorder_named,
            recorder=case.meeting.recorder,
            notices=case.meeting.notices,
            session=case.meeting.session,
            chair=case.meeting.chair,
            opened_on=case.meeting.opened_on,
        ),
        congress=Congress(),
        failed_draft=case.meeting.draft_hash,
        filing=Filing(refile=case.filing.refile),
    )


@_on(e.CaseClosed)
def _(case: Negotiation, event: e.CaseClosed) -> Negotiation:
    if case.step is not Step.PERFORMANCE:
        return put(case, ending=event.ending)
    return put(case, ending=event.ending, step_modes={**case.step_modes, Step.PERFORMANCE: Mode.ONLINE})


# --- representatives ----------------------------------------------------------------------------------------------


@_on(e.DelegateRollRecorded)
def _(case: Negotiation, event: e.DelegateRollRecorded) -> Negotiation:
    roll = Roll(
        delegates=event.delegates,
        workers=event.workers,
        managers=event.managers,
        women=event.women,
        term_until=event.term_until,
        roll_hash=event.roll_hash,
    )
    return put(case, roll=roll)


@_on(e.CandidatesProposed)
def _(case: Negotiation, event: e.CandidatesProposed) -> Negotiation:
    election = ElectionState(
        candidates=event.candidates, chief=event.chief, seats=event.seats, scrutineers=event.scrutineers
    )
    return put(case, election=election)


@_on(e.ElectionRecorded)
def _(case: Negotiation, event: e.ElectionRecorded) -> Negotiation:
    election = put(
        case.election,
        round=event.round,
        recorded=True,
        elected=event.elected,
        confirmed_by=(),
        recorded_on=event.occurred_on,
    )
    held = event.held if case.gatherings.get(Step.REPRESENTATIVES) is not Held.GATHERING else Held.GATHERING
    return put(case, election=election, gatherings={**case.gatherings, Step.REPRESENTATIVES: held})


@_on(e.ElectionAttested)
def _(case: Negotiation, event: e.ElectionAttested) -> Negotiation:
    old = case.election
    if event.voided:
        return put(case, election=put(old, recorded=False, elected=(), confirmed_by=(), round=old.round - 1))
    election = put(old, confirmed_by=(*old.confirmed_by, event.person))
    if event.complete:
        election = put(election, recorded=False, chosen=event.chosen, settled=event.settled)
    if event.settled:
        reps = tuple(r for r in old.candidates if r.person in event.chosen)
        bench = BenchState(
            reps=(*reps, *(r for r in case.benches.worker.reps if r.outside)),
            chief=old.chief,
            chosen_on=old.recorded_on,
            was=case.benches.worker.was,
        )
        return put(case, election=election, benches=case.benches.having(Side.WORKER, bench))
    return put(case, election=election)


@_on(e.RepresentativesAppointed)
def _(case: Negotiation, event: e.RepresentativesAppointed) -> Negotiation:
    bench = BenchState(
        reps=event.reps,
        chief=event.chief,
        chief_in_charge=event.chief_in_charge,
        may_sign=event.chief_may_sign,
        chosen_on=event.occurred_on,
        was=case.benches.of(event.side).was,
    )
    return put(case, benches=case.benches.having(event.side, bench))


@_on(e.OutsiderMandated)
def _(case: Negotiation, event: e.OutsiderMandated) -> Negotiation:
    bench = case.benches.of(event.side)
    invited = {p: how for p, how in case.invited.items() if p != event.rep.person}
    return put(_bench(case, event.side, reps=(*bench.reps, event.rep)), invited=invited)


@_on(e.DutyAccepted)
def _(case: Negotiation, event: e.DutyAccepted) -> Negotiation:
    return _bench(case, event.side, accepted=case.benches.of(event.side).accepted | frozenset(event.persons))


@_on(e.ListPublished)
def _(case: Negotiation, event: e.ListPublished) -> Negotiation:
    return _bench(case, event.side, published_on=event.from_on)


@_on(e.RepresentativeLeft)
def _(case: Negotiation, event: e.RepresentativeLeft) -> Negotiation:
    bench = case.benches.of(event.side)
    case = _bench(
        case,
        event.side,
        vacant={**bench.vacant, event.person: event.occurred_on},
        vacancies=(*bench.vacancies, (event.person, event.occurred_on, None)),
        was=(*bench.was, event.person),
        delegate=None if event.was_chief or bench.delegate == event.person else bench.delegate,
    )
    return _lapsed(case, event.side) if event.was_chief else case


@_on(e.RepresentativeReplaced)
def _(case: Negotiation, event: e.RepresentativeReplaced) -> Negotiation:
    side, bench = event.side, case.benches.of(event.side)
    case = _bench(
        case,
        side,
        reps=(*(r for r in bench.reps if r.person != event.old), event.rep),
        chief=event.rep.person if event.as_chief else bench.chief,
        may_sign=True if event.as_chief else bench.may_sign,
        vacant={p: d for p, d in bench.vacant.items() if p != event.old},
        vacancies=tuple(
            (p, since, event.occurred_on if p == event.old and until is None else until)
            for p, since, until in bench.vacancies
        ),
        was=bench.was if event.old in bench.was else (*bench.was, event.old),
        delegate=None if event.as_chief or bench.delegate == event.old else bench.delegate,
    )
    case = put(case, papers=_paper(case, event, event.paper, e.PaperKind.REPLACEMENT, event.served))
    return _lapsed(case, side) if event.as_chief else case


def _lapsed(case: Negotiation, side: Side) -> Negotiation:
    """What a chief named or confirmed and the other side had not yet matched dies with his mandate."""
    meeting = case.meeting
    clauses = {
        name: clause if clause.agreed else put(clause, confirmed=clause.confirmed - {side})
        for name, clause in case.clauses.items()
    }
    return put(
        case,
        clauses=clauses,
        meeting=put(
            meeting,
            named=meeting.named.having(side, meeting.plan),
            recorder_named=meeting.recorder_named.having(side, meeting.recorder),
            online=meeting.online
            if meeting.online.worker and meeting.online.employer
            else meeting.online.having(side, False),
            minutes_confirmed=meeting.minutes_confirmed
            if len(meeting.minutes_confirmed) == 2
            else meeting.minutes_confirmed - {side},
        ),
        suspension=put(case.suspension, named=case.suspension.named.having(side, None))
        if case.suspension.since is None
        else case.suspension,
    )


@_on(e.ChiefDelegated)
def _(case: Negotiation, event: e.ChiefDelegated) -> Negotiation:
    return _bench(
        case, event.side, delegate=event.person, delegate_until=event.until_on, delegate_may_sign=event.may_sign
    )


@_on(e.TransferReported)
def _(case: Negotiation, event: e.TransferReported) -> Negotiation:
    return put(case, transfers=case.transfers + 1)


# --- topics, offer, reply -----------------------------------------------------------------------------------------


@_on(e.TopicsDeclaredReady)
def _(case: Negotiation, event: e.TopicsDeclaredReady) -> Negotiation:
    ready = put(case, topics_ready=case.topics_ready.having(event.side, True))
    if event.held is None or case.gatherings.get(Step.TOPICS) is Held.GATHERING:
        return ready
    return put(ready, gatherings={**case.gatherings, Step.TOPICS: event.held})


@_on(e.ElectronicServiceConfirmed)
def _(case: Negotiation, event: e.ElectronicServiceConfirmed) -> Negotiation:
    return put(case, e_service=case.e_service.having(event.side, (event.from_on, event.until_on)))


@_on(e.ElectronicServiceRevoked)
def _(case: Negotiation, event: e.ElectronicServiceRevoked) -> Negotiation:
    return put(case, e_service=case.e_service.having(event.side, None))


@_on(e.OfferSent)
def _(case: Negotiation, event: e.OfferSent) -> Negotiation:
    case = put(case, papers=_paper(case, event, event.paper, e.PaperKind.OFFER, event.served))
    if event.crossing:  # recorded and read as the reply; the clocks are those of the first served offer
        reply = ReplyState(
            paper=event.paper,
            side=event.side,
            outcome=c.ReplyOutcome.ACCEPTED_WITH_CHANGES,
            sent_on=event.occurred_on,
            plan=event.plan,
            topics=event.topics,
            crossing=True,
        )
        return put(case, reply=reply)
    offer = OfferState(
        paper=event.paper, side=event.side, sent_on=event.occurred_on, plan=event.plan, topics=event.topics
    )
    return put(case, offer=offer)


@_on(e.PaperServed)
def _(case: Negotiation, event: e.PaperServed) -> Negotiation:
    papers = {**case.papers, event.paper: put(case.papers[event.paper], served=event.served)}
    opinions = case.opinions
    if event.paper in opinions:
        opinions = {**opinions, event.paper: put(opinions[event.paper], served_on=event.served.on)}
    return put(case, papers=papers, opinions=opinions)


@_on(e.OfferWithdrawn)
def _(case: Negotiation, event: e.OfferWithdrawn) -> Negotiation:
    return put(case, offer=None, topics_ready=case.topics_ready.having(event.side, False))


@_on(e.ReplySent)
def _(case: Negotiation, event: e.ReplySent) -> Negotiation:
    reply = ReplyState(
        paper=event.paper,
        side=event.side,
        outcome=event.outcome,
        sent_on=event.occurred_on,
        plan=event.plan,
        topics=event.topics,
    )
    return put(case, reply=reply, papers=_paper(case, event, event.paper, e.PaperKind.REPLY, event.served))


# --- preparation --------------------------------------------------------------------------------------------------


@_on(e.MaterialsRequested)
def _(case: Negotiation, event: e.MaterialsRequested) -> Negotiation:
    asked = {
        i.id: Material(
            item=c.MaterialFact(code=i.code, period=i.period, secret=i.secret),
            asked_by=event.side,
            asked=True,
            asked_on=event.occurred_on,
        )
        for i in event.items
    }
    return put(case, materials={**case.materials, **asked})


@_on(e.MaterialDelivered)
def _(case: Negotiation, event: e.MaterialDelivered) -> Negotiation:
    known = case.materials.get(event.material) or Material(
        item=c.MaterialFact(code=event.code, period="unasked"),
        asked_by=event.side.other,
        asked=False,
        asked_on=event.occurred_on,
    )
    return put(case, materials={**case.materials, event.material: put(known, delivered_on=event.occurred_on)})


@_on(e.MaterialAcknowledged)
def _(case: Negotiation, event: e.MaterialAcknowledged) -> Negotiation:
    known = case.materials[event.material]
    return put(case, materials={**case.materials, event.material: put(known, acknowledged=True)})


@_on(e.MaterialWaived)
def _(case: Negotiation, event: e.MaterialWaived) -> Negotiation:
    return put(case, materials={**case.materials, event.material: put(case.materials[event.material], waived=True)})


@_on(e.MeetingPlanNamed)
def _(case: Negotiation, event: e.MeetingPlanNamed) -> Negotiation:
    meeting = put(case.meeting, named=case.meeting.named.having(event.side, event.plan))
    if event.agreed:
        meeting = put(meeting, plan=event.plan, absent=None, checked_in={}, confirmed=frozenset())
    return put(case, meeting=meeting)


@_on(e.MeetingPostponed)
def _(case: Negotiation, event: e.MeetingPostponed) -> Negotiation:
    return put(case, meeting=_replanned(case.meeting, event.plan))


def _replanned(meeting: Meeting, plan: c.Plan) -> Meeting:
    return put(meeting, plan=plan, named=Both(plan, plan), checked_in={}, confirmed=frozenset(), absent=None)


@_on(e.MeetingNoticeSent)
def _(case: Negotiation, event: e.MeetingNoticeSent) -> Negotiation:
    papers = _paper(case, event, event.paper, e.PaperKind.NOTICE, event.served)
    return put(
        case, papers=papers, meeting=put(case.meeting, notices=case.meeting.notices.having(event.side, event.paper))
    )


@_on(e.RecorderNamed)
def _(case: Negotiation, event: e.RecorderNamed) -> Negotiation:
    meeting = put(case.meeting, recorder_named=case.meeting.recorder_named.having(event.side, event.person))
    return put(case, meeting=put(meeting, recorder=event.person) if event.agreed else meeting)


@_on(e.RecorderProposed)
def _(case: Negotiation, event: e.RecorderProposed) -> Negotiation:
    return put(case, meeting=put(case.meeting, recorder_proposed=event.person))


@_on(e.OnlineMeetingAgreed)
def _(case: Negotiation, event: e.OnlineMeetingAgreed) -> Negotiation:
    return put(case, meeting=put(case.meeting, online=case.meeting.online.having(event.side, True)))


@_on(e.ProposalMade)
def _(case: Negotiation, event: e.ProposalMade) -> Negotiation:
    return put(case, proposals=(*case.proposals, (event.side, event.head, event.rate, event.fen)))


@_on(e.ClausePut)
def _(case: Negotiation, event: e.ClausePut) -> Negotiation:
    clause = Clause(head=event.head, side=event.side, values=event.values, text_hash=event.text_hash)
    return put(case, clauses={**case.clauses, event.clause: clause})


@_on(e.ClauseDropped)
def _(case: Negotiation, event: e.ClauseDropped) -> Negotiation:
    return put(case, clauses={name: c for name, c in case.clauses.items() if name != event.clause})


@_on(e.ClauseConfirmed)
def _(case: Negotiation, event: e.ClauseConfirmed) -> Negotiation:
    clause = case.clauses[event.clause]
    return put(case, clauses={**case.clauses, event.clause: put(clause, confirmed=clause.confirmed | {event.side})})


# --- meeting ------------------------------------------------------------------------------------------------------


@_on(e.CheckedIn)
def _(case: Negotiation, event: e.CheckedIn) -> Negotiation:
    return put(case, meeting=put(case.meeting, checked_in={**case.meeting.checked_in, event.person: event.mode}))


@_on(e.CheckInConfirmed)
def _(case: Negotiation, event: e.CheckInConfirmed) -> Negotiation:
    return put(case, meeting=put(case.meeting, confirmed=case.meeting.confirmed | frozenset(event.persons)))


@_on(e.MeetingStarted)
def _(case: Negotiation, event: e.MeetingStarted) -> Negotiation:
    meeting = put(
        case.meeting,
        session=event.session,
        open=True,
        chair=event.chair,
        mode=event.mode,
        opened_on=case.meeting.opened_on or event.on,
        absent=None,
    )
    held = case.meetings_held + (event.mode is Mode.IN_PERSON)
    return put(case, meeting=meeting, meetings_held=held)


@_on(e.ChiefAbsenceNoted)
def _(case: Negotiation, event: e.ChiefAbsenceNoted) -> Negotiation:
    return put(case, meeting=put(case.meeting, absent=event.side, absences=case.meeting.absences + 1))


@_on(e.NewDayChosen)
def _(case: Negotiation, event: e.NewDayChosen) -> Negotiation:
    return put(case, meeting=_replanned(case.meeting, event.plan))


@_on(e.MeetingAdjourned)
def _(case: Negotiation, event: e.MeetingAdjourned) -> Negotiation:
    return put(case, meeting=put(_replanned(case.meeting, event.next), open=False))


@_on(e.MinutesWritten)
def _(case: Negotiation, event: e.MinutesWritten) -> Negotiation:
    meeting = put(
        case.meeting,
        minutes_hash=event.minutes_hash,
        minutes_result=event.result,
        minutes_confirmed=frozenset(),
        draft_hash=event.draft_hash,
    )
    return put(case, meeting=meeting)


@_on(e.MinutesConfirmed)
def _(case: Negotiation, event: e.MinutesConfirmed) -> Negotiation:
    meeting = put(case.meeting, minutes_confirmed=case.meeting.minutes_confirmed | {event.side})
    if event.agreement_on is None:
        return put(case, meeting=meeting)
    return put(
        case,
        meeting=put(meeting, agreement_on=event.agreement_on, open=False),
        agreed_first_on=case.agreed_first_on or event.agreement_on,
    )


@_on(e.DeadlockDeclared)
def _(case: Negotiation, event: e.DeadlockDeclared) -> Negotiation:
    return put(case, meeting=put(case.meeting, deadlock=True))


@_on(e.DraftConfirmed)
def _(case: Negotiation, event: e.DraftConfirmed) -> Negotiation:
    return put(case, meeting=put(case.meeting, draft_hash=event.draft_hash, draft_by="employer"))


@_on(e.DraftStood)
def _(case: Negotiation, event: e.DraftStood) -> Negotiation:
    return put(case, meeting=put(case.meeting, draft_hash=event.draft_hash, draft_by="compiled"))


@_on(e.DraftSigned)
def _(case: Negotiation, event: e.DraftSigned) -> Negotiation:
    return put(case, meeting=put(case.meeting, draft_signed=case.meeting.draft_signed | {event.side}))


@_on(e.AmendmentPlanFiled)
def _(case: Negotiation, event: e.AmendmentPlanFiled) -> Negotiation:
    return put(case, meeting=put(case.meeting, plan_filed=True))


# --- congress -----------------------------------------------------------------------------------------------------


@_on(e.DraftSubmitted)
def _(case: Negotiation, event: e.DraftSubmitted) -> Negotiation:
    return put(case, congress=put(case.congress, submitted_on=event.occurred_on, submitted_by=event.side))


@_on(e.CongressConvened)
def _(case: Negotiation, event: e.CongressConvened) -> Negotiation:
    congress = put(
        case.congress,
        convened=True,
        convened_on=event.day,
        day=event.day,
        form=event.form,
        held=event.held,
        total=event.total,
    )
    return put(case, congress=congress)


@_on(e.VotingMethodAdopted)
def _(case: Negotiation, event: e.VotingMethodAdopted) -> Negotiation:
    return put(case, congress=put(case.congress, ballot_mode=event.ballot, scrutineers=event.scrutineers))


@_on(e.CongressMaterialsSent)
def _(case: Negotiation, event: e.CongressMaterialsSent) -> Negotiation:
    return put(case, congress=put(case.congress, materials_on=event.occurred_on))


@_on(e.CoveredBallotRecorded)
def _(case: Negotiation, event: e.CoveredBallotRecorded) -> Negotiation:
    one = CoveredBallot(total=event.total, yes=event.yes, passed=event.passed)
    return put(case, congress=put(case.congress, covered={**case.congress.covered, event.enterprise: one}))


@_on(e.BallotRecorded)
def _(case: Negotiation, event: e.BallotRecorded) -> Negotiation:
    ballot = Ballot(
        round=case.round,
        draft_hash=event.draft_hash,
        total=event.total,
        present=event.present,
        yes=event.yes,
        no=event.no,
        abstain=event.abstain,
        result=event.result,
        on=event.occurred_on,
    )
    return put(case, congress=put(case.congress, recorded=ballot, confirmed_by=()))


@_on(e.BallotAttested)
def _(case: Negotiation, event: e.BallotAttested) -> Negotiation:
    congress, ballot = case.congress, case.congress.recorded
    if event.voided or ballot is None:
        return put(case, congress=put(congress, recorded=None, confirmed_by=()))
    congress = put(congress, confirmed_by=(*congress.confirmed_by, event.person))
    if event.result is None:
        return put(case, congress=congress)
    gatherings = case.gatherings
    if congress.held and gatherings.get(Step.CONGRESS) is not Held.GATHERING:
        gatherings = {**gatherings, Step.CONGRESS: congress.held}
    if event.result == "no_quorum":  # convened anew; the fifteen working days were met by the submission
        congress = put(
            congress, convened=False, day=None, recorded=None, confirmed_by=(), no_quorum=congress.no_quorum + 1
        )
    return put(case, congress=congress, ballots=(*case.ballots, ballot), gatherings=gatherings)


# --- filing -------------------------------------------------------------------------------------------------------


@_on(e.ContractSigned)
def _(case: Negotiation, event: e.ContractSigned) -> Negotiation:
    signed = case.filing.signed.having(event.side, event.occurred_on)
    return put(
        case,
        filing=put(
            case.filing,
            signed=signed,
            document_hash=event.document_hash,
            refused=case.filing.refused - {event.side},
        ),
    )


@_on(e.SigningRefused)
def _(case: Negotiation, event: e.SigningRefused) -> Negotiation:
    return put(case, filing=put(case.filing, refused=case.filing.refused | {event.side}))


@_on(e.ContractFiled)
def _(case: Negotiation, event: e.ContractFiled) -> Negotiation:
    filing = put(
        case.filing,
        channel=event.channel,
        filed_on=event.occurred_on,
        items=event.items,
        term_from=event.term_from,
        expires_on=event.expires_on,
    )
    return put(case, filing=filing)


@_on(e.FilingReceived)
def _(case: Negotiation, event: e.FilingReceived) -> Negotiation:
    return put(case, filing=put(case.filing, received_on=event.occurred_on))


@_on(e.SupplementRequested)
def _(case: Negotiation, event: e.SupplementRequested) -> Negotiation:
    return put(case, filing=put(case.filing, supplement_asked=event.items, supplement_on=event.occurred_on))


@_on(e.PapersSupplied)
def _(case: Negotiation, event: e.PapersSupplied) -> Negotiation:
    filing = case.filing
    waited = (event.occurred_on - filing.supplement_on).days if filing.supplement_on else 0
    return put(
        case,
        filing=put(
            filing,
            items=(*filing.items, *(i for i in event.items if i not in filing.items)),
            supplement_asked=tuple(i for i in filing.supplement_asked if i not in event.items),
            supplement_days=filing.supplement_days + max(0, waited),
        ),
    )


@_on(e.ContractObjected)
def _(case: Negotiation, event: e.ContractObjected) -> Negotiation:
    filing = put(
        case.filing,
        objected=tuple(c.clause for c in event.clauses),
        objected_on=event.occurred_on,
        refile=case.filing.refile + 1,
        ended_on=event.occurred_on,
        in_force_from=None,
        confirmation_opened_on=None,
    )
    case = put(case, filing=filing)
    if event.withdraws_effect:  # what is signed anew is published and reported anew
        performance = put(case.performance, published_on=None, published_at=frozenset(), reported_on=None)
        return put(case, step=Step.FILING, performance=performance)
    return case


@_on(e.ConfirmationOpened)
def _(case: Negotiation, event: e.ConfirmationOpened) -> Negotiation:
    filing = put(case.filing, confirmation_opened_on=event.in_force_from, would_be_in_force=event.in_force_from)
    return put(case, filing=filing)


@_on(e.NoObjectionConfirmed)
def _(case: Negotiation, event: e.NoObjectionConfirmed) -> Negotiation:
    declared = case.filing.declared.having(event.side, event.occurred_on)
    return put(case, filing=put(case.filing, declared=declared))


@_on(e.ClericalNoted)
def _(case: Negotiation, event: e.ClericalNoted) -> Negotiation:
    filing = put(case.filing, clerical=case.filing.clerical | {event.who}, clerical_hash=event.corrected_hash)
    if event.complete:  # signing begins anew on the corrected text
        filing = Filing(refile=filing.refile, document_hash=event.corrected_hash)
        return put(case, filing=filing, meeting=put(case.meeting, draft_hash=event.corrected_hash))
    return put(case, filing=filing)


@_on(e.ContractInForce)
def _(case: Negotiation, event: e.ContractInForce) -> Negotiation:
    return put(
        case,
        filing=put(
            case.filing,
            in_force_from=event.in_force_from,
            expires_on=event.expires_on,
            ended_on=event.in_force_from,
        ),
        performance=put(case.performance, raise_rate=event.raise_rate, minimum_wage_fen=event.minimum_wage_fen),
    )


# --- performance --------------------------------------------------------------------------------------------------


@_on(e.ContractPublished)
def _(case: Negotiation, event: e.ContractPublished) -> Negotiation:
    performance = put(
        case.performance,
        published_on=case.performance.published_on or event.occurred_on,
        published_at=case.performance.published_at | frozenset(event.enterprises),
    )
    return put(case, performance=performance)


@_on(e.ReportedToUpperUnion)
def _(case: Negotiation, event: e.ReportedToUpperUnion) -> Negotiation:
    return put(case, performance=put(case.performance, reported_on=event.occurred_on))


@_on(e.PerformanceReported)
def _(case: Negotiation, event: e.PerformanceReported) -> Negotiation:
    return put(case, performance=put(case.performance, reports=(*case.performance.reports, event.occurred_on)))


@_on(e.ProblemRaised)
def _(case: Negotiation, event: e.ProblemRaised) -> Negotiation:
    problems = {**case.performance.problems, event.problem: False}
    return put(case, performance=put(case.performance, problems=problems))


@_on(e.ProblemAnswered)
def _(case: Negotiation, event: e.ProblemAnswered) -> Negotiation:
    problems = {**case.performance.problems, event.problem: True}
    return put(case, performance=put(case.performance, problems=problems))


@_on(e.ExternalCaseRecorded)
def _(case: Negotiation, event: e.ExternalCaseRecorded) -> Negotiation:
    return put(case, performance=put(case.performance, external=case.performance.external + 1))


# --- along the road -----------------------------------------------------------------------------------------------


@_on(e.SuspensionNamed)
def _(case: Negotiation, event: e.SuspensionNamed) -> Negotiation:
    old = case.suspension
    if not event.agreed:
        return put(case, suspension=put(old, named=old.named.having(event.side, (event.until_on, event.next))))
    return put(
        case,
        suspension=Suspensions(since=event.occurred_on, until=event.until_on, used_days=old.used_days),
        meeting=put(_replanned(case.meeting, event.next), open=False),
    )


@_on(e.TalksResumed)
def _(case: Negotiation, event: e.TalksResumed) -> Negotiation:
    return put(case, suspension=Suspensions(used_days=case.suspension.used_days + event.days))


@_on(e.GuidanceRequested)
def _(case: Negotiation, event: e.GuidanceRequested) -> Negotiation:
    return put(case, guidance=Guidance(asked_by=event.side))


@_on(e.InstructorAssigned)
def _(case: Negotiation, event: e.InstructorAssigned) -> Negotiation:
    before = case.guidance.instructor if case.guidance else None
    guidance = put(case.guidance, instructor=event.person) if case.guidance else None
    others = {p: how for p, how in case.invited.items() if p != before}
    return put(case, guidance=guidance, invited={**others, event.person: "instructor"})


@_on(e.GuidanceEnded)
def _(case: Negotiation, event: e.GuidanceEnded) -> Negotiation:
    gone = case.guidance.instructor if case.guidance else None
    return put(case, guidance=None, invited={p: how for p, how in case.invited.items() if p != gone})


@_on(e.InvitedToTable)
def _(case: Negotiation, event: e.InvitedToTable) -> Negotiation:
    return put(case, invited={**case.invited, event.person: event.side})


@_on(e.InvitationEnded)
def _(case: Negotiation, event: e.InvitationEnded) -> Negotiation:
    return put(case, invited={p: how for p, how in case.invited.items() if p != event.person})


@_on(e.CoordinationRequested)
def _(case: Negotiation, event: e.CoordinationRequested) -> Negotiation:
    return put(case, dispute=Dispute(applied_by=event.side))


@_on(e.DisputeAccepted)
def _(case: Negotiation, event: e.DisputeAccepted) -> Negotiation:
    base = Dispute() if event.ex_officio or case.dispute is None else case.dispute
    dispute = put(base, accepted_on=event.occurred_on, coordinators=event.coordinators)
    seats = dict.fromkeys(event.coordinators, "coordinator")
    return put(case, dispute=dispute, invited={**case.invited, **seats})


@_on(e.DisputeExtended)
def _(case: Negotiation, event: e.DisputeExtended) -> Negotiation:
    return put(case, dispute=put(case.dispute or Dispute(), extended_days=event.days))


@_on(e.DisputeClosed)
def _(case: Negotiation, event: e.DisputeClosed) -> Negotiation:
    dispute = put(case.dispute or Dispute(), closed_on=event.occurred_on, agreement=event.agreement)
    meeting = put(case.meeting, deadlock=False)
    if event.agreement:
        meeting = put(meeting, coordinated_on=event.occurred_on)
    gone = frozenset(dispute.coordinators)
    invited = {p: how for p, how in case.invited.items() if p not in gone}
    return put(case, dispute=dispute, meeting=meeting, invited=invited)


@_on(e.Urged)
def _(case: Negotiation, event: e.Urged) -> Negotiation:
    paper = Paper(kind=e.PaperKind.URGE, side=event.side, sent_on=event.occurred_on, served=event.served)
    return put(case, urged=case.urged + 1, papers={**case.papers, event.paper: paper})


@_on(e.OpinionIssued)
def _(case: Negotiation, event: e.OpinionIssued) -> Negotiation:
    served = event.served.on if event.served else None
    opinion = Opinion(side=event.side, issued_on=event.occurred_on, served_on=served)
    paper = Paper(kind=e.PaperKind.OPINION, side=event.side, sent_on=event.occurred_on, served=event.served)
    return put(
        case,
        opinions={**case.opinions, event.opinion: opinion},
        papers={**case.papers, event.opinion: paper},
    )


@_on(e.OpinionAnswered)
def _(case: Negotiation, event: e.OpinionAnswered) -> Negotiation:
    opinion = put(case.opinions[event.opinion], answered_on=event.occurred_on, outcome=event.outcome)
    return put(case, opinions={**case.opinions, event.opinion: opinion})


@_on(e.RecommendationIssued)
def _(case: Negotiation, event: e.RecommendationIssued) -> Negotiation:
    opinion = put(case.opinions[event.opinion], recommended=True)
    return put(case, opinions={**case.opinions, event.opinion: opinion})


@_on(e.FactContested)
def _(case: Negotiation, event: e.FactContested) -> Negotiation:
    if event.form == "statement":  # a word to a fact, which stays uncontested
        return put(case, statements=(*case.statements, event.fact))
    return put(case, contested={**case.contested, event.fact: event.side})


@_on(e.ContestWithdrawn)
def _(case: Negotiation, event: e.ContestWithdrawn) -> Negotiation:
    return put(case, contested={f: s for f, s in case.contested.items() if f != event.fact})


@_on(e.WithdrawalAsked)
def _(case: Negotiation, event: e.WithdrawalAsked) -> Negotiation:
    return put(case, withdrawal=event.side)


@_on(e.MergerNamed)
def _(case: Negotiation, event: e.MergerNamed) -> Negotiation:
    return put(case, merger=case.merger.having(event.side, event.regional))


@_on(e.ReferenceRecorded)
def _(case: Negotiation, event: e.ReferenceRecorded) -> Negotiation:
    kept = tuple(r for r in case.references if (r.kind, r.period) != (event.reference.kind, event.reference.period))
    return put(case, references=(*kept, event.reference))


@_on(e.EnterpriseCovered)
def _(case: Negotiation, event: e.EnterpriseCovered) -> Negotiation:
    return put(case, covers=(*case.covers, event.covered))


@_on(e.CalendarAdopted)
def _(case: Negotiation, event: e.CalendarAdopted) -> Negotiation:
    return put(case, calendar=event.calendar)


def _noted(case: Negotiation, event: e.DeadlineNoted | e.TableDeadlineNoted | e.FilingDeadlineNoted) -> Negotiation:
    return put(case, noted={**case.noted, f"{event.timer}|{event.key}|{event.latest}": event.mark})


_on(e.DeadlineNoted)(_noted)
_on(e.TableDeadlineNoted)(_noted)
_on(e.FilingDeadlineNoted)(_noted)
