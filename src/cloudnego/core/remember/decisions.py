"""The meeting and the congress."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace as put

from cloudnego.core import events as e
from cloudnego.core.remember.how import on, replanned, with_ink
from cloudnego.core.state import (
    Ballot,
    CountedBallot,
    CoveredBallot,
    LineObjection,
    Negotiation,
    Poll,
)
from cloudnego.core.vocabulary import Held, Mode, Step

# --- meeting ----------------------------------------------------------------------------------------------------------


@on(e.CheckedIn)
def _(case: Negotiation, event: e.CheckedIn) -> Negotiation:
    meeting = put(case.meeting, checked_in={**case.meeting.checked_in, event.person: event.mode})
    if event.how == "qr":
        meeting = put(meeting, by_code=meeting.by_code | {event.person})
    return put(case, meeting=meeting)


@on(e.CheckInConfirmed)
def _(case: Negotiation, event: e.CheckInConfirmed) -> Negotiation:
    return put(case, meeting=put(case.meeting, confirmed=case.meeting.confirmed | frozenset(event.persons)))


@on(e.MeetingStarted)
def _(case: Negotiation, event: e.MeetingStarted) -> Negotiation:
    meeting = put(
        case.meeting,
        session=event.session,
        open=True,
        chair=event.chair,
        mode=event.mode,
        opened_on=case.meeting.opened_on or event.occurred_on,
        absent=None,
        first_line=event.line,
        line_objections={},
    )
    held = case.meetings_held + (event.mode is Mode.IN_PERSON)
    return put(case, meeting=meeting, meetings_held=held)


@on(e.ChiefAbsenceNoted)
def _(case: Negotiation, event: e.ChiefAbsenceNoted) -> Negotiation:
    return put(case, meeting=put(case.meeting, absent=event.side, absences=case.meeting.absences + 1))


@on(e.NewDayChosen)
def _(case: Negotiation, event: e.NewDayChosen) -> Negotiation:
    meeting = replanned(case.meeting, event.plan)
    return put(case, meeting=put(meeting, new_days=meeting.new_days | {event.side}))


@on(e.MeetingAdjourned)
def _(case: Negotiation, event: e.MeetingAdjourned) -> Negotiation:
    return put(case, meeting=put(replanned(case.meeting, event.next), open=False, topic=None, floor=None))


@on(e.MinutesNoteAdded)
def _(case: Negotiation, event: e.MinutesNoteAdded) -> Negotiation:
    left = _without(case, event.answers)
    return put(case, meeting=put(case.meeting, notes=case.meeting.notes + 1, line_objections=left))


@on(e.LineObjected)
def _(case: Negotiation, event: e.LineObjected) -> Negotiation:
    made = LineObjection(line=event.line, side=event.side)
    return put(case, meeting=put(case.meeting, line_objections={**case.meeting.line_objections, event.objection: made}))


@on(e.LineObjectionWithdrawn)
def _(case: Negotiation, event: e.LineObjectionWithdrawn) -> Negotiation:
    return put(case, meeting=put(case.meeting, line_objections=_without(case, event.objection)))


def _without(case: Negotiation, gone: str | None) -> dict[str, LineObjection]:
    return {name: one for name, one in case.meeting.line_objections.items() if name != gone}


@on(e.MinutesWritten)
def _(case: Negotiation, event: e.MinutesWritten) -> Negotiation:
    meeting = put(
        case.meeting,
        minutes_hash=event.minutes_hash,
        minutes_upto=event.upto,
        minutes_result=event.result,
        minutes_confirmed=frozenset(),
        minutes_signed=frozenset(),
        draft_hash=event.draft_hash,
    )
    return put(case, meeting=meeting)


@on(e.MinutesConfirmed)
def _(case: Negotiation, event: e.MinutesConfirmed) -> Negotiation:
    confirmed = put(case.meeting, minutes_confirmed=case.meeting.minutes_confirmed | {event.side})
    return _agreed(put(with_ink(case, event), meeting=confirmed), event.agreement_on)


@on(e.MinutesSigned)
def _(case: Negotiation, event: e.MinutesSigned) -> Negotiation:
    signed = put(case.meeting, minutes_signed=case.meeting.minutes_signed | frozenset(event.persons))
    return _agreed(put(with_ink(case, event), meeting=signed), event.agreement_on)


def _agreed(case: Negotiation, day: date | None) -> Negotiation:
    if day is None:
        return case
    meeting = put(case.meeting, agreement_on=day, open=False)
    return put(case, meeting=meeting, agreed_first_on=case.agreed_first_on or day)


@on(e.DeadlockDeclared)
def _(case: Negotiation, event: e.DeadlockDeclared) -> Negotiation:
    return put(case, meeting=put(case.meeting, deadlock=True))


@on(e.DraftConfirmed)
def _(case: Negotiation, event: e.DraftConfirmed) -> Negotiation:
    return put(case, meeting=put(case.meeting, draft_hash=event.draft_hash, draft_by="employer"))


@on(e.DraftStood)
def _(case: Negotiation, event: e.DraftStood) -> Negotiation:
    return put(case, meeting=put(case.meeting, draft_hash=event.draft_hash, draft_by="compiled"))


@on(e.DraftSigned)
def _(case: Negotiation, event: e.DraftSigned) -> Negotiation:
    return put(with_ink(case, event), meeting=put(case.meeting, draft_signed=case.meeting.draft_signed | {event.side}))


@on(e.AmendmentPlanFiled)
def _(case: Negotiation, event: e.AmendmentPlanFiled) -> Negotiation:
    return put(case, meeting=put(case.meeting, plan_filed=True))


# --- votes on the platform ----------------------------------------------------------------------------------------


@on(e.PollOpened)
def _(case: Negotiation, event: e.PollOpened) -> Negotiation:
    poll = Poll(
        id=event.poll, kind=event.kind, form=event.form, electorate=event.electorate, options=event.options,
        roll=event.roll, draft_hash=event.draft_hash, closes_on=event.closes_on, closes_at=event.closes_at,
        enterprise=event.enterprise,
    )  # fmt: skip
    return put(case, polls={**case.polls, poll.id: poll})


@on(e.PollVoided)
def _(case: Negotiation, event: e.PollVoided) -> Negotiation:
    return _over(case, event.poll)


@on(e.PollCounted)
def _(case: Negotiation, event: e.PollCounted) -> Negotiation:
    enterprise = case.polls[event.poll].enterprise
    if enterprise is None:
        return _over(case, event.poll)
    one = CountedBallot(
        total=event.total, issued=event.issued, took_paper=event.took_paper, cast=event.cast, papers=event.papers,
        spoiled=event.spoiled, counts={tally.choice: tally.votes for tally in event.counts},
    )  # fmt: skip
    congress = put(case.congress, counted={**case.congress.counted, enterprise: one})
    return put(_over(case, event.poll), congress=congress)


def _over(case: Negotiation, poll: str) -> Negotiation:
    return put(case, polls={name: one for name, one in case.polls.items() if name != poll})


# --- congress ---------------------------------------------------------------------------------------------------------


@on(e.DraftSubmitted)
def _(case: Negotiation, event: e.DraftSubmitted) -> Negotiation:
    return put(case, congress=put(case.congress, submitted_on=event.occurred_on, submitted_by=event.side))


@on(e.CongressConvened)
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


@on(e.VotingMethodAdopted)
def _(case: Negotiation, event: e.VotingMethodAdopted) -> Negotiation:
    return put(case, congress=put(case.congress, ballot_mode=event.ballot, scrutineers=event.scrutineers))


@on(e.CongressMaterialsSent)
def _(case: Negotiation, event: e.CongressMaterialsSent) -> Negotiation:
    return put(case, congress=put(case.congress, materials_on=event.occurred_on))


@on(e.DraftAccepted)
def _(case: Negotiation, event: e.DraftAccepted) -> Negotiation:
    return put(case, congress=put(case.congress, accepted=case.congress.accepted | {event.enterprise}))


@on(e.CoveredBallotRecorded)
def _(case: Negotiation, event: e.CoveredBallotRecorded) -> Negotiation:
    one = CoveredBallot(total=event.total, yes=event.yes, passed=event.passed)
    return put(case, congress=put(case.congress, covered={**case.congress.covered, event.enterprise: one}))


@on(e.BallotRecorded)
def _(case: Negotiation, event: e.BallotRecorded) -> Negotiation:
    ballot = Ballot(
        round=case.round,
        draft_hash=event.draft_hash,
        total=event.total,
        present=event.present,
        issued=event.issued,
        returned=event.returned,
        yes=event.yes,
        no=event.no,
        abstain=event.abstain,
        spoiled=event.spoiled,
        result=event.result,
        on=event.occurred_on,
        few=event.few,
    )
    return put(case, congress=put(case.congress, recorded=ballot, confirmed_by=()))


@on(e.BallotAttested)
def _(case: Negotiation, event: e.BallotAttested) -> Negotiation:
    congress, ballot = case.congress, case.congress.recorded
    if event.voided or ballot is None:
        return put(case, congress=put(congress, recorded=None, confirmed_by=()))
    congress = put(congress, confirmed_by=(*congress.confirmed_by, event.person))
    if event.result is None:
        return put(case, congress=congress)
    if event.covered is not None:
        case = put(case, covers=tuple(x for x in case.covers if x.enterprise in event.covered))
    gatherings = case.gatherings
    if congress.held and gatherings.get(Step.CONGRESS) is not Held.GATHERING:
        gatherings = {**gatherings, Step.CONGRESS: congress.held}
    if event.result == "no_quorum":  # convened anew; the fifteen working days were met by the submission
        congress = put(
            congress, convened=False, day=None, recorded=None, confirmed_by=(), no_quorum=congress.no_quorum + 1
        )
    return put(case, congress=congress, ballots=(*case.ballots, ballot), gatherings=gatherings)
