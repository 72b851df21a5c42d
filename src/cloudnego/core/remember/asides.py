"""What happens along the road."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace as put

from cloudnego.core import events as e
from cloudnego.core.remember.how import on, replanned
from cloudnego.core.state import (
    Contest,
    Dispute,
    Guidance,
    Instructor,
    Negotiation,
    Opinion,
    Paper,
    Suspensions,
)
from cloudnego.core.vocabulary import SIDES, Side

# --- along the road ---------------------------------------------------------------------------------------------------


@on(e.SuspensionNamed)
def _(case: Negotiation, event: e.SuspensionNamed) -> Negotiation:
    old = case.suspension
    if not event.agreed:
        return put(case, suspension=put(old, named=old.named.having(event.side, (event.until_on, event.next))))
    return put(
        case,
        suspension=Suspensions(since=event.occurred_on, until=event.until_on, used_days=old.used_days),
        meeting=put(replanned(case.meeting, event.next), open=False),
    )


@on(e.TalksResumed)
def _(case: Negotiation, event: e.TalksResumed) -> Negotiation:
    return put(case, suspension=Suspensions(used_days=case.suspension.used_days + event.days))


@on(e.GuidanceRequested)
def _(case: Negotiation, event: e.GuidanceRequested) -> Negotiation:
    return put(case, guidance=Guidance(asked_by=event.side))


@on(e.InstructorAsked)
def _(case: Negotiation, event: e.InstructorAsked) -> Negotiation:
    before = case.instructors.get(event.person)
    asked = Instructor(asked_by=event.side, assigned=before is not None and before.assigned)
    return put(case, instructors={**case.instructors, event.person: asked})


@on(e.InstructorAssigned)
def _(case: Negotiation, event: e.InstructorAssigned) -> Negotiation:
    """He takes the place of the one the guidance had; one who was asked for by name comes beside him."""
    known = case.instructors.get(event.person)
    by_name = known is not None and known.ended is None
    guidance, asked_by = case.guidance, event.asked_by
    if guidance is not None and not by_name:
        case = _instructor_gone(case, guidance.instructor, "released")
        case = put(case, guidance=put(guidance, instructor=event.person))
        asked_by = asked_by or guidance.asked_by
    sent = Instructor(asked_by=asked_by or Side.WORKER, assigned=True)
    return put(
        case,
        instructors={**case.instructors, event.person: sent},
        invited={**case.invited, event.person: "instructor"},
    )


@on(e.InstructorRefused)
def _(case: Negotiation, event: e.InstructorRefused) -> Negotiation:
    return _instructor_gone(case, event.person, "refused")


@on(e.InstructorReleased)
def _(case: Negotiation, event: e.InstructorReleased) -> Negotiation:
    return _instructor_gone(case, event.person, "released")


def _instructor_gone(case: Negotiation, person: str | None, how: Literal["refused", "released"]) -> Negotiation:
    known = case.instructors.get(person) if person is not None else None
    if person is None or known is None:
        return case
    guidance = case.guidance
    return put(
        case,
        instructors={**case.instructors, person: put(known, ended=how)},
        guidance=put(guidance, instructor=None) if guidance and guidance.instructor == person else guidance,
        invited={p: seat for p, seat in case.invited.items() if p != person or seat != "instructor"},
    )


@on(e.GuidanceEnded)
def _(case: Negotiation, event: e.GuidanceEnded) -> Negotiation:
    guidance = case.guidance
    if guidance is None:
        return case
    left = _instructor_gone(case, guidance.instructor, "released")
    invited = {p: how for p, how in left.invited.items() if p not in guidance.guests or how not in SIDES}
    return put(left, guidance=None, invited=invited)


@on(e.InvitedToTable)
def _(case: Negotiation, event: e.InvitedToTable) -> Negotiation:
    guidance = case.guidance
    if guidance is not None and event.under_guidance:
        guidance = put(guidance, guests=guidance.guests | {event.person})
    return put(case, guidance=guidance, invited={**case.invited, event.person: event.side})


@on(e.InvitationEnded)
def _(case: Negotiation, event: e.InvitationEnded) -> Negotiation:
    return put(case, invited={p: how for p, how in case.invited.items() if p != event.person})


@on(e.CoordinationRequested)
def _(case: Negotiation, event: e.CoordinationRequested) -> Negotiation:
    return put(case, dispute=Dispute(applied_by=event.side, applied_on=event.occurred_on))


@on(e.DisputeAccepted)
def _(case: Negotiation, event: e.DisputeAccepted) -> Negotiation:
    base = Dispute() if event.ex_officio or case.dispute is None else case.dispute
    dispute = put(base, accepted_on=event.occurred_on, coordinators=event.coordinators)
    seats = dict.fromkeys(event.coordinators, "coordinator")
    return put(case, dispute=dispute, invited={**case.invited, **seats})


@on(e.CoordinationAdvanced)
def _(case: Negotiation, event: e.CoordinationAdvanced) -> Negotiation:
    return put(case, dispute=put(case.dispute or Dispute(), reached=event.reached))


@on(e.TalksReported)
def _(case: Negotiation, event: e.TalksReported) -> Negotiation:
    return put(case, talks_reported_on=event.occurred_on)


@on(e.DisputeExtended)
def _(case: Negotiation, event: e.DisputeExtended) -> Negotiation:
    return put(case, dispute=put(case.dispute or Dispute(), extended_days=event.days))


@on(e.DisputeClosed)
def _(case: Negotiation, event: e.DisputeClosed) -> Negotiation:
    dispute = put(case.dispute or Dispute(), closed_on=event.occurred_on, agreement=event.agreement)
    meeting = put(case.meeting, deadlock=False)
    if event.agreement:
        meeting = put(meeting, coordinated_on=event.occurred_on)
    gone = frozenset(dispute.coordinators)
    invited = {p: how for p, how in case.invited.items() if p not in gone}
    return put(case, dispute=dispute, meeting=meeting, invited=invited)


@on(e.Urged)
def _(case: Negotiation, event: e.Urged) -> Negotiation:
    paper = Paper(kind=e.PaperKind.URGE, side=event.side, sent_on=event.occurred_on, served=event.served)
    return put(case, urged=case.urged + 1, papers={**case.papers, event.paper: paper})


@on(e.OpinionIssued)
def _(case: Negotiation, event: e.OpinionIssued) -> Negotiation:
    served = event.served.on if event.served else None
    opinion = Opinion(side=event.side, issued_on=event.occurred_on, served_on=served)
    paper = Paper(kind=e.PaperKind.OPINION, side=event.side, sent_on=event.occurred_on, served=event.served)
    return put(
        case,
        opinions={**case.opinions, event.opinion: opinion},
        papers={**case.papers, event.opinion: paper},
    )


@on(e.OpinionAnswered)
def _(case: Negotiation, event: e.OpinionAnswered) -> Negotiation:
    opinion = put(case.opinions[event.opinion], answered_on=event.occurred_on, outcome=event.outcome)
    return put(case, opinions={**case.opinions, event.opinion: opinion})


@on(e.RecommendationIssued)
def _(case: Negotiation, event: e.RecommendationIssued) -> Negotiation:
    opinion = put(case.opinions[event.opinion], recommended=True)
    return put(case, opinions={**case.opinions, event.opinion: opinion})


@on(e.FactContested)
def _(case: Negotiation, event: e.FactContested) -> Negotiation:
    if event.form == "statement":  # a word to a fact, which stays uncontested
        return put(case, statements=(*case.statements, event.fact))
    known = case.contested.get(event.fact)
    sides = known.sides if known else frozenset()
    contest = Contest(sides=sides | {event.side}, facts=event.facts)
    return put(case, contested={**case.contested, event.fact: contest})


@on(e.ScanChecked)
def _(case: Negotiation, event: e.ScanChecked) -> Negotiation:
    return put(case, scans={**case.scans, event.fact: put(case.scans[event.fact], shows=event.shows)})


@on(e.ContestWithdrawn)
def _(case: Negotiation, event: e.ContestWithdrawn) -> Negotiation:
    known = case.contested[event.fact]
    left = known.sides - {event.side}
    others = {fact: contest for fact, contest in case.contested.items() if fact != event.fact}
    return put(case, contested={**others, event.fact: put(known, sides=left)} if left else others)


@on(e.WithdrawalAsked)
def _(case: Negotiation, event: e.WithdrawalAsked) -> Negotiation:
    return put(case, withdrawal=event.side)


@on(e.WithdrawalTakenBack)
def _(case: Negotiation, _: e.WithdrawalTakenBack) -> Negotiation:
    return put(case, withdrawal=None)


@on(e.MergerNamed)
def _(case: Negotiation, event: e.MergerNamed) -> Negotiation:
    return put(case, merger=case.merger.having(event.side, event.regional))


@on(e.ReferenceRecorded)
def _(case: Negotiation, event: e.ReferenceRecorded) -> Negotiation:
    kept = tuple(r for r in case.references if (r.kind, r.period) != (event.reference.kind, event.reference.period))
    return put(case, references=(*kept, event.reference))


@on(e.EnterpriseCovered)
def _(case: Negotiation, event: e.EnterpriseCovered) -> Negotiation:
    return put(case, covers=(*case.covers, event.covered))


@on(e.CourtOrderRecorded)
def _(case: Negotiation, event: e.CourtOrderRecorded) -> Negotiation:
    return put(case, court_orders=(*case.court_orders, event.order))


@on(e.CalendarAdopted)
def _(case: Negotiation, event: e.CalendarAdopted) -> Negotiation:
    return put(case, calendar=event.calendar)


@on(e.DeadlineNoted, e.TableDeadlineNoted, e.FilingDeadlineNoted)
def _(case: Negotiation, event: e.NoteOfDeadline) -> Negotiation:
    return put(case, noted={**case.noted, f"{event.timer}|{event.key}|{event.latest}": event.mark})


@on(e.WithdrawalConsented, e.ReturnedToTable)
def _(case: Negotiation, _: e.SideFact) -> Negotiation:
    return case  # the closing or turning that follows in the same breath says it all
