"""Where a case stands within each step, and within a dispute: the sub-states of the domain, read off the state.

Stored nowhere: one function derives them from the joint state under the pinned law. Lateness is what the clock has
noted, as for the light. A step that is behind shows what it ended with; one not yet reached shows nothing.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from cloudnego.core.benches import duty_accepted, list_obstacles, published
from cloudnego.core.commands import ReplyOutcome
from cloudnego.core.deadlines import FACTS, running
from cloudnego.core.moment import Standing
from cloudnego.core.state import EMPTY_CAUCUS, Caucus
from cloudnego.core.vocabulary import STEPS, Both, Side, Step


class ListSubState(StrEnum):
    """Of one side's list. `electing`, `appointing`: it is not named, or no longer what the law asks of a list, and
    comes about by the same procedure again (HZ 22 ¶2); `publicity`: named, until it is publicised and its duty
    accepted (HZ 18 ¶4, 19)."""

    ELECTING = "electing"
    APPOINTING = "appointing"
    PUBLICITY = "publicity"
    READY = "ready"


class TopicsSubState(StrEnum):
    """Of one side's topics. `drafting` is known in the side's own caucus alone: for everybody else a side that has
    not declared itself ready is `collecting`."""

    COLLECTING = "collecting"
    DRAFTING = "drafting"
    READY = "ready"


class OfferSubState(StrEnum):
    """No `approved_by_chief`: only a chief can send, so sending is the approval."""

    DRAFTING = "drafting"
    SENT = "sent"
    SERVED = "served"


class ReplySubState(StrEnum):
    """The reply as it was given, or that none has come; `overdue` when the clock has noted it."""

    WAITING = "waiting"
    OVERDUE = "overdue"
    ACCEPTED = "accepted"
    ACCEPTED_WITH_CHANGES = "accepted_with_changes"
    REFUSED = "refused"


class PreparationSubState(StrEnum):
    """`rooms_open`: nothing asked for is owed, and no day is set; `collecting_data`: something is owed;
    `ready_to_meet`: the step is over, for the talks go to the meeting the moment nothing is lacking."""

    COLLECTING_DATA = "collecting_data"
    ROOMS_OPEN = "rooms_open"
    MEETING_SCHEDULED = "meeting_scheduled"
    READY_TO_MEET = "ready_to_meet"


class MeetingSubState(StrEnum):
    """`awaited` is ours: the step begins when preparation is over, days before anybody can check in.

    `drafting`: agreed in signed minutes, the draft is the employer's to make (HZ 27 ¶1); `agreed`: it is fixed.
    """

    AWAITED = "awaited"
    CHECKED_IN = "checked_in"
    IN_SESSION = "in_session"
    ADJOURNED = "adjourned"
    DEADLOCKED = "deadlocked"
    DRAFTING = "drafting"
    AGREED = "agreed"


class CongressSubState(StrEnum):
    """`draft_fixed` is ours: the step begins with the fixed draft, before the enterprise submits it.

    No `roll_call` and no `deliberating`: who is present comes with the counts, and no act says that the discussion
    begins. `failed` is what the step ended with while the case is back at the meeting.
    """

    DRAFT_FIXED = "draft_fixed"
    SUBMITTED = "submitted"
    CONVENED = "convened"
    MATERIALS_SENT = "materials_sent"
    VOTING = "voting"
    NO_QUORUM = "no_quorum"
    PASSED = "passed"
    FAILED = "failed"


class FilingSubState(StrEnum):
    """No `signed`: with the second signature the enterprise is `preparing` to file, and its ten days run (HZ 40)."""

    SIGNING = "signing"
    PREPARING = "preparing"
    HANDED_IN = "handed_in"
    RECEIVED = "received"
    NEED_SUPPLEMENT = "need_supplement"
    OBJECTED = "objected"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    NO_OBJECTION = "no_objection"


class PerformanceSubState(StrEnum):
    """`supervised`: reported to the upper union, and looked after since: a report, a publication or a problem (HZ 42;
    ZJ 36); `expiring`: the time to renew has come (HZ 23)."""

    PUBLISHING = "publishing"
    PUBLISHED = "published"
    REPORTED_TO_UPPER_UNION = "reported_to_upper_union"
    SUPERVISED = "supervised"
    EXPIRING = "expiring"


class DisputeSubState(StrEnum):
    """Of the coordination that lies over the talks (ZJ 39), as far as the authority says it has come (N2004 53)."""

    APPLIED = "applied"
    ACCEPTED = "accepted"
    INVESTIGATED = "investigated"
    PLANNED = "planned"
    COORDINATED = "coordinated"
    AGREEMENT = "agreement"
    NO_AGREEMENT = "no_agreement"


class SubStates(msgspec.Struct, frozen=True, kw_only=True):
    """One sub-state for each step the case has reached, for each side where a step is each side's own; null for the
    others. `dispute`: of the last one, null if there was none."""

    representatives: Both[ListSubState] | None
    topics: Both[TopicsSubState] | None
    offer: OfferSubState | None
    reply: ReplySubState | None
    preparation: PreparationSubState | None
    meeting: MeetingSubState | None
    congress: CongressSubState | None
    filing: FilingSubState | None
    performance: PerformanceSubState | None
    dispute: DisputeSubState | None


SUBSTATES: dict[Step, type[StrEnum]] = {
    Step.REPRESENTATIVES: ListSubState,
    Step.TOPICS: TopicsSubState,
    Step.OFFER: OfferSubState,
    Step.REPLY: ReplySubState,
    Step.PREPARATION: PreparationSubState,
    Step.MEETING: MeetingSubState,
    Step.CONGRESS: CongressSubState,
    Step.FILING: FilingSubState,
    Step.PERFORMANCE: PerformanceSubState,
}
"""All there are of each step, in the order of the road."""


def substates(s: Standing, own: tuple[Side, Caucus] | None = None) -> SubStates:
    """Where the case stands. `own`: the side the reader sits on, with its caucus; nobody else's is ever looked at."""
    return SubStates(
        representatives=_lists(s),
        topics=_topics(s, own),
        offer=_offer(s),
        reply=_reply(s),
        preparation=_preparation(s),
        meeting=_meeting(s),
        congress=_congress(s),
        filing=_filing(s),
        performance=_performance(s),
        dispute=_dispute(s),
    )


def _reached(s: Standing, step: Step) -> bool:
    """Whether the case stands at this step or has closed it; also a later one, while a new round goes back."""
    return step is s.case.step or step in s.case.step_modes


def _behind(s: Standing, step: Step) -> bool:
    return s.case.step is not None and STEPS.index(s.case.step) > STEPS.index(step)


def _back_before(s: Standing, step: Step) -> bool:
    return s.case.step is not None and STEPS.index(s.case.step) < STEPS.index(step)


# --- each side's own ----------------------------------------------------------------------------------------------


def _lists(s: Standing) -> Both[ListSubState] | None:
    if not _reached(s, Step.REPRESENTATIVES):
        return None
    return Both(_list(s, Side.WORKER), _list(s, Side.EMPLOYER))


def _list(s: Standing, side: Side) -> ListSubState:
    if any(o.hard for o in list_obstacles(s, side)):
        return ListSubState.ELECTING if _elected(s, side) else ListSubState.APPOINTING
    if any(o is not None and o.hard for o in (published(s, side), duty_accepted(s, side))):
        return ListSubState.PUBLICITY
    return ListSubState.READY


def _elected(s: Standing, side: Side) -> bool:
    """The worker side is elected unless the pack lets the union name it; without a union all approve (HZ 18)."""
    return side is Side.WORKER and (s.law.pack.choosing.worker_by != "appointed" or not s.case.has_union)


def _topics(s: Standing, own: tuple[Side, Caucus] | None) -> Both[TopicsSubState] | None:
    if not _reached(s, Step.TOPICS):
        return None
    seat, caucus = own or (None, EMPTY_CAUCUS)

    def of(side: Side) -> TopicsSubState:
        if s.case.topics_ready.of(side):
            return TopicsSubState.READY
        begun = side is seat and (caucus.issued > 0 or bool(caucus.sheet))
        return TopicsSubState.DRAFTING if begun else TopicsSubState.COLLECTING

    return Both(of(Side.WORKER), of(Side.EMPLOYER))


# --- the talks ----------------------------------------------------------------------------------------------------


def _offer(s: Standing) -> OfferSubState | None:
    if not _reached(s, Step.OFFER):
        return None
    if s.case.offer is None:
        return OfferSubState.DRAFTING
    return OfferSubState.SERVED if s.case.served_on(s.case.offer.paper) else OfferSubState.SENT


_REPLIED = {outcome: ReplySubState(outcome.value) for outcome in ReplyOutcome}


def _reply(s: Standing) -> ReplySubState | None:
    if not _reached(s, Step.REPLY) or s.case.offer is None:  # an offer taken back leaves nothing to answer
        return None
    if s.case.reply is not None:
        return _REPLIED[s.case.reply.outcome]
    term = running(s.case, s.law, "reply")
    late = term is not None and s.case.noted.get(term.mark_key) == "T+1"
    return ReplySubState.OVERDUE if late else ReplySubState.WAITING


def _preparation(s: Standing) -> PreparationSubState | None:
    if not _reached(s, Step.PREPARATION):
        return None
    if _behind(s, Step.PREPARATION):
        return PreparationSubState.READY_TO_MEET
    if s.case.meeting.plan is not None:
        return PreparationSubState.MEETING_SCHEDULED
    owed = any(m.asked and not m.waived and m.delivered_on is None for m in s.case.materials.values())
    return PreparationSubState.COLLECTING_DATA if owed else PreparationSubState.ROOMS_OPEN


def _meeting(s: Standing) -> MeetingSubState | None:
    meeting = s.case.meeting
    if not _reached(s, Step.MEETING):
        return None
    if meeting.agreement_on is not None:
        return MeetingSubState.AGREED if meeting.draft_by else MeetingSubState.DRAFTING
    if meeting.deadlock:
        return MeetingSubState.DEADLOCKED
    if meeting.open:
        return MeetingSubState.IN_SESSION
    if meeting.checked_in or meeting.confirmed:
        return MeetingSubState.CHECKED_IN
    return MeetingSubState.ADJOURNED if meeting.mode else MeetingSubState.AWAITED  # a mode: this round was in session


# --- the draft becomes a contract ---------------------------------------------------------------------------------


def _congress(s: Standing) -> CongressSubState | None:
    congress = s.case.congress
    if not _reached(s, Step.CONGRESS):
        return None
    last = next((b for b in reversed(s.case.ballots) if b.result != "no_quorum"), None)
    if last is not None and (last.round == s.case.round or _back_before(s, Step.CONGRESS)):
        return CongressSubState.PASSED if last.result == "passed" else CongressSubState.FAILED
    if congress.submitted_on is None:
        return CongressSubState.DRAFT_FIXED
    if not congress.convened:
        return CongressSubState.NO_QUORUM if congress.no_quorum else CongressSubState.SUBMITTED
    if congress.ballot_mode is not None:
        return CongressSubState.VOTING
    return CongressSubState.MATERIALS_SENT if congress.materials_on else CongressSubState.CONVENED


def _filing(s: Standing) -> FilingSubState | None:
    filing = s.case.filing
    if not _reached(s, Step.FILING):
        return None
    if _behind(s, Step.FILING):
        return FilingSubState.NO_OBJECTION
    if filing.objected_on is not None or _back_before(s, Step.FILING):  # only an objection leads back from here
        return FilingSubState.OBJECTED
    if filing.confirmation_opened_on is not None:
        return FilingSubState.AWAITING_CONFIRMATION
    if filing.supplement_asked:
        return FilingSubState.NEED_SUPPLEMENT
    if filing.received_on is not None:
        return FilingSubState.RECEIVED
    if filing.filed_on is not None:
        return FilingSubState.HANDED_IN
    return FilingSubState.PREPARING if filing.signed_last else FilingSubState.SIGNING


def _performance(s: Standing) -> PerformanceSubState | None:
    if not _reached(s, Step.PERFORMANCE):
        return None
    window = running(s.case, s.law, "renewal_window")
    # a window that opens is no lateness, so the clock notes nothing of it: the one sub-state that looks at the day
    if window is not None and window.latest is not None and s.today >= window.latest:
        return PerformanceSubState.EXPIRING
    done = s.case.performance
    if FACTS["contract.published"](s.case)[""] is None:
        return PerformanceSubState.PUBLISHING
    if done.reported_on is None:
        return PerformanceSubState.PUBLISHED
    looked_after = done.reports or done.publications or done.problems
    return PerformanceSubState.SUPERVISED if looked_after else PerformanceSubState.REPORTED_TO_UPPER_UNION


def _dispute(s: Standing) -> DisputeSubState | None:
    dispute = s.case.dispute
    if dispute is None:
        return None
    if dispute.closed_on is not None:
        return DisputeSubState.AGREEMENT if dispute.agreement else DisputeSubState.NO_AGREEMENT
    if dispute.accepted_on is None:
        return DisputeSubState.APPLIED
    return DisputeSubState(dispute.reached) if dispute.reached else DisputeSubState.ACCEPTED
