"""Topics, offer, reply, and what is exchanged before the meeting."""

from __future__ import annotations

from msgspec.structs import replace as put

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.remember.how import on, replanned, with_paper
from cloudnego.core.state import (
    Material,
    Negotiation,
    OfferState,
    ReplyState,
)
from cloudnego.core.vocabulary import Held, Step

# --- topics, offer, reply ---------------------------------------------------------------------------------------------


@on(e.TopicsDeclaredReady)
def _(case: Negotiation, event: e.TopicsDeclaredReady) -> Negotiation:
    ready = put(case, topics_ready=case.topics_ready.having(event.side, True))
    if event.held is None or case.gatherings.get(Step.TOPICS) is Held.GATHERING:
        return ready
    return put(ready, gatherings={**case.gatherings, Step.TOPICS: event.held})


@on(e.ElectronicServiceConfirmed)
def _(case: Negotiation, event: e.ElectronicServiceConfirmed) -> Negotiation:
    return put(case, e_service=case.e_service.having(event.side, (event.from_on, event.until_on)))


@on(e.ElectronicServiceRevoked)
def _(case: Negotiation, event: e.ElectronicServiceRevoked) -> Negotiation:
    return put(case, e_service=case.e_service.having(event.side, None))


@on(e.OfferSent)
def _(case: Negotiation, event: e.OfferSent) -> Negotiation:
    case = put(case, papers=with_paper(case, event, event.paper, e.PaperKind.OFFER, event.served))
    offer = OfferState(
        paper=event.paper, side=event.side, sent_on=event.occurred_on, plan=event.plan, topics=event.topics
    )
    if event.crossing:
        return put(case, reply=_as_reply(offer))
    return put(case, offer=offer, reply=_as_reply(case.offer) if case.offer else case.reply)


def _as_reply(offer: OfferState) -> ReplyState:
    """An offer that crossed another, read as the reply to it."""
    return ReplyState(
        paper=offer.paper,
        side=offer.side,
        outcome=c.ReplyOutcome.ACCEPTED_WITH_CHANGES,
        sent_on=offer.sent_on,
        plan=offer.plan,
        topics=offer.topics,
        crossing=True,
    )


def _as_offer(reply: ReplyState) -> OfferState:
    assert reply.plan is not None
    return OfferState(paper=reply.paper, side=reply.side, sent_on=reply.sent_on, plan=reply.plan, topics=reply.topics)


@on(e.PaperServed)
def _(case: Negotiation, event: e.PaperServed) -> Negotiation:
    papers = {**case.papers, event.paper: put(case.papers[event.paper], served=event.served)}
    opinions = case.opinions
    if event.paper in opinions:
        opinions = {**opinions, event.paper: put(opinions[event.paper], served_on=event.served.on)}
    case = put(case, papers=papers, opinions=opinions)
    if event.overtakes and case.offer is not None and case.reply is not None:
        return put(case, offer=_as_offer(case.reply), reply=_as_reply(case.offer))
    return case


@on(e.OfferWithdrawn)
def _(case: Negotiation, event: e.OfferWithdrawn) -> Negotiation:
    case = put(case, topics_ready=case.topics_ready.having(event.side, False))
    if event.crossing:
        return put(case, reply=None)
    crossed = case.reply if case.reply is not None and case.reply.crossing else None
    return put(case, offer=_as_offer(crossed) if crossed else None, reply=None if crossed else case.reply)


@on(e.ReplySent)
def _(case: Negotiation, event: e.ReplySent) -> Negotiation:
    reply = ReplyState(
        paper=event.paper,
        side=event.side,
        outcome=event.outcome,
        sent_on=event.occurred_on,
        plan=event.plan,
        topics=event.topics,
    )
    return put(case, reply=reply, papers=with_paper(case, event, event.paper, e.PaperKind.REPLY, event.served))


# --- preparation ------------------------------------------------------------------------------------------------------


@on(e.MaterialsRequested)
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


@on(e.MaterialDelivered)
def _(case: Negotiation, event: e.MaterialDelivered) -> Negotiation:
    known = case.materials.get(event.material) or Material(
        item=c.MaterialFact(code=event.code, period="unasked"),
        asked_by=event.side.other,
        asked=False,
        asked_on=event.occurred_on,
    )
    return put(case, materials={**case.materials, event.material: put(known, delivered_on=event.occurred_on)})


@on(e.MaterialAcknowledged)
def _(case: Negotiation, event: e.MaterialAcknowledged) -> Negotiation:
    known = case.materials[event.material]
    return put(case, materials={**case.materials, event.material: put(known, acknowledged=True)})


@on(e.MaterialDeclined)
def _(case: Negotiation, event: e.MaterialDeclined) -> Negotiation:
    return put(case, materials={**case.materials, event.material: put(case.materials[event.material], declined=True)})


@on(e.MaterialWaived)
def _(case: Negotiation, event: e.MaterialWaived) -> Negotiation:
    return put(case, materials={**case.materials, event.material: put(case.materials[event.material], waived=True)})


@on(e.MeetingPlanNamed)
def _(case: Negotiation, event: e.MeetingPlanNamed) -> Negotiation:
    meeting = put(case.meeting, named=case.meeting.named.having(event.side, event.plan))
    if event.agreed:
        meeting = put(meeting, plan=event.plan, absent=None, checked_in={}, by_code=frozenset(), confirmed=frozenset())
    return put(case, meeting=meeting)


@on(e.MeetingPostponed)
def _(case: Negotiation, event: e.MeetingPostponed) -> Negotiation:
    return put(case, meeting=replanned(case.meeting, event.plan))


@on(e.MeetingNoticeSent)
def _(case: Negotiation, event: e.MeetingNoticeSent) -> Negotiation:
    papers = with_paper(case, event, event.paper, e.PaperKind.NOTICE, event.served)
    return put(
        case, papers=papers, meeting=put(case.meeting, notices=case.meeting.notices.having(event.side, event.paper))
    )


@on(e.RecorderNamed)
def _(case: Negotiation, event: e.RecorderNamed) -> Negotiation:
    meeting = put(case.meeting, recorder_named=case.meeting.recorder_named.having(event.side, event.person))
    return put(case, meeting=put(meeting, recorder=event.person) if event.agreed else meeting)


@on(e.RecorderProposed)
def _(case: Negotiation, event: e.RecorderProposed) -> Negotiation:
    return put(case, meeting=put(case.meeting, recorder_proposed=event.person))


@on(e.OnlineMeetingAgreed)
def _(case: Negotiation, event: e.OnlineMeetingAgreed) -> Negotiation:
    return put(case, meeting=put(case.meeting, online=case.meeting.online.having(event.side, True)))
