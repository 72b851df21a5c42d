"""Who opened the case, and who sits for each side."""

from __future__ import annotations

from msgspec.structs import replace as put

from cloudnego.core import events as e
from cloudnego.core.remember.how import on, with_bench, with_paper
from cloudnego.core.state import (
    BenchState,
    Congress,
    ElectionRound,
    ElectionState,
    Filing,
    Meeting,
    Negotiation,
    Roll,
)
from cloudnego.core.vocabulary import Both, Held, Mode, Side, Step

# --- opening and turning ----------------------------------------------------------------------------------------------


@on(e.CaseOpened)
def _(case: Negotiation, event: e.CaseOpened) -> Negotiation:
    return put(
        case,
        opened=event.model_copy(update={"words": None}) if event.words else event,
        calendar=event.calendar,
        covers=event.covers,
        references=event.references,
        step=Step.REPRESENTATIVES,
    )


@on(e.ContractRegistered)
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


@on(e.StepTurned)
def _(case: Negotiation, event: e.StepTurned) -> Negotiation:
    if event.outcome == "effect_withdrawn":  # performance had not begun
        return put(case, step=event.opened)
    was = case.step_modes.get(event.closed)
    mode = Mode.IN_PERSON if Mode.IN_PERSON in (was, event.mode) else event.mode  # a later round takes nothing back
    # a request to withdraw was made of the case as it stood
    turned = put(case, step=event.opened, withdrawal=None, step_modes={**case.step_modes, event.closed: mode})
    if event.round == case.round:
        return turned
    back = "failed" if event.outcome == "failed" else "objected"
    return put(
        turned,
        round=event.round,
        back_because=back,
        # the draft they were accepted for has fallen: each may be talked of again
        positions={name: put(one, accepted=False, held=False) for name, one in case.positions.items()},
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


@on(e.CaseClosed)
def _(case: Negotiation, event: e.CaseClosed) -> Negotiation:
    if case.step is not Step.PERFORMANCE:
        return put(case, ending=event.ending)
    return put(case, ending=event.ending, step_modes={**case.step_modes, Step.PERFORMANCE: Mode.ONLINE})


# --- representatives --------------------------------------------------------------------------------------------------


@on(e.DelegateRollRecorded)
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


@on(e.CandidatesProposed)
def _(case: Negotiation, event: e.CandidatesProposed) -> Negotiation:
    election = ElectionState(
        candidates=event.candidates,
        chief=event.chief,
        chief_is=event.chief_is,
        seats=event.seats,
        scrutineers=event.scrutineers,
    )
    return put(case, election=election)


@on(e.ElectionRecorded)
def _(case: Negotiation, event: e.ElectionRecorded) -> Negotiation:
    election = put(
        case.election,
        round=event.round,
        recorded=True,
        elected=event.elected,
        counted=ElectionRound(votes=event.votes, needed=event.needed, quorum=event.quorum, open_seats=event.open_seats),
        confirmed_by=(),
        recorded_on=event.occurred_on,
    )
    held = event.held if case.gatherings.get(Step.REPRESENTATIVES) is not Held.GATHERING else Held.GATHERING
    return put(case, election=election, gatherings={**case.gatherings, Step.REPRESENTATIVES: held})


@on(e.ElectionAttested)
def _(case: Negotiation, event: e.ElectionAttested) -> Negotiation:
    old = case.election
    if event.voided:
        void = put(old, recorded=False, elected=(), counted=None, confirmed_by=(), round=old.round - 1)
        return put(case, election=void)
    election = put(old, confirmed_by=(*old.confirmed_by, event.person))
    if event.complete:
        election = put(
            election, recorded=False, counted=None, last=old.counted, chosen=event.chosen, settled=event.settled
        )
    if event.settled:
        reps = tuple(r for r in old.candidates if r.person in event.chosen)
        bench = BenchState(
            reps=(*reps, *(r for r in case.benches.worker.reps if r.outside)),
            chief=old.chief,
            chief_is=old.chief_is,
            chosen_on=old.recorded_on,
            was=case.benches.worker.was,
        )
        return put(case, election=election, benches=case.benches.having(Side.WORKER, bench))
    return put(case, election=election)


@on(e.RepresentativesAppointed)
def _(case: Negotiation, event: e.RepresentativesAppointed) -> Negotiation:
    bench = BenchState(
        reps=event.reps,
        chief=event.chief,
        chief_is=event.chief_is,
        may_sign=event.chief_may_sign,
        chosen_on=event.occurred_on,
        was=case.benches.of(event.side).was,
    )
    return put(case, benches=case.benches.having(event.side, bench))


@on(e.OutsiderMandated)
def _(case: Negotiation, event: e.OutsiderMandated) -> Negotiation:
    bench = case.benches.of(event.side)
    invited = {p: how for p, how in case.invited.items() if p != event.rep.person}
    return put(with_bench(case, event.side, reps=(*bench.reps, event.rep)), invited=invited)


@on(e.DutyAccepted)
def _(case: Negotiation, event: e.DutyAccepted) -> Negotiation:
    return with_bench(case, event.side, accepted=case.benches.of(event.side).accepted | frozenset(event.persons))


@on(e.ListPublished)
def _(case: Negotiation, event: e.ListPublished) -> Negotiation:
    return with_bench(case, event.side, published_on=event.from_on)


@on(e.RepresentativeLeft)
def _(case: Negotiation, event: e.RepresentativeLeft) -> Negotiation:
    bench = case.benches.of(event.side)
    case = with_bench(
        case,
        event.side,
        vacant={**bench.vacant, event.person: event.occurred_on},
        vacancies=(*bench.vacancies, (event.person, event.occurred_on, None)),
        was=(*bench.was, event.person),
        delegate=None if event.was_chief or bench.delegate == event.person else bench.delegate,
    )
    return _lapsed(case, event.side) if event.was_chief or bench.delegate == event.person else case


@on(e.RepresentativeReplaced)
def _(case: Negotiation, event: e.RepresentativeReplaced) -> Negotiation:
    side, bench = event.side, case.benches.of(event.side)
    case = with_bench(
        case,
        side,
        reps=(*(r for r in bench.reps if r.person != event.old), event.rep),
        chief=event.rep.person if event.as_chief else bench.chief,
        chief_is=event.chief_is if event.as_chief else bench.chief_is,
        may_sign=event.chief_may_sign if event.as_chief else bench.may_sign,
        vacant={p: d for p, d in bench.vacant.items() if p != event.old},
        vacancies=tuple(
            (p, since, event.occurred_on if p == event.old and until is None else until)
            for p, since, until in bench.vacancies
        ),
        was=bench.was if event.old in bench.was else (*bench.was, event.old),
        delegate=None if event.as_chief or bench.delegate == event.old else bench.delegate,
    )
    case = put(case, papers=with_paper(case, event, event.paper, e.PaperKind.REPLACEMENT, event.served))
    return _lapsed(case, side) if event.as_chief or bench.delegate == event.old else case


def _lapsed(case: Negotiation, side: Side) -> Negotiation:
    """What a chief, or who stood in for him, named or confirmed and the other side had not yet matched dies with his
    mandate."""
    meeting = case.meeting
    clauses = {
        name: clause if clause.agreed else put(clause, confirmed=clause.confirmed - {side})
        for name, clause in case.clauses.items()
    }
    return put(
        case,
        withdrawal=None if case.withdrawal is side else case.withdrawal,
        merger=case.merger.having(side, None),
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
        filing=put(case.filing, clerical=case.filing.clerical - {side.value}),
    )


@on(e.ChiefDelegated)
def _(case: Negotiation, event: e.ChiefDelegated) -> Negotiation:
    return with_bench(
        case, event.side, delegate=event.person, delegate_until=event.until_on, delegate_may_sign=event.may_sign
    )


@on(e.TransferReported)
def _(case: Negotiation, event: e.TransferReported) -> Negotiation:
    return put(case, transfers=case.transfers + 1)
