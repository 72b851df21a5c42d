"""Which facts of deadlines an event establishes: so that a term is shown as contested when its ground is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from cloudnego.core import events as e
from cloudnego.core.deadlines import Running
from cloudnego.core.state import Negotiation

Names = tuple[str, ...]
_SERVED: Final[dict[str, Callable[[e.PaperServed], str]]] = {
    e.PaperKind.OFFER: lambda _: "offer.received|",
    e.PaperKind.REPLY: lambda _: "reply.served|",
    e.PaperKind.NOTICE: lambda served: f"meeting_notice.served|{served.side}",
    e.PaperKind.OPINION: lambda served: f"opinion.served|{served.paper}",
}


def _always(*names: str) -> Callable[[Any], Names]:
    return lambda _: names


def _paper_served(event: e.PaperServed) -> Names:
    name = _SERVED.get(event.kind)
    return (name(event),) if name else ()


def _offer(event: e.OfferSent) -> Names:
    return ("offer.sent|", *(["offer.received|"] if event.served else []))


def _reply(event: e.ReplySent) -> Names:
    return ("reply.accepted|", *(["reply.served|"] if event.served else []))


def _minutes(event: e.MinutesConfirmed | e.MinutesSigned) -> Names:
    return ("minutes.full_agreement|", "agreement.first|", "draft.reagreed|") if event.agreement_on else ()


_OF: Final[dict[type[e.Event], Callable[[Any], Names]]] = {
    e.RepresentativesAppointed: lambda x: (f"list.chosen|{x.side}",),
    e.ElectionRecorded: _always("list.chosen|worker"),
    e.ListPublished: lambda x: (f"list.published|{x.side}",),
    e.RepresentativeLeft: lambda x: (f"rep.vacant|{x.side}",),
    e.RepresentativeReplaced: lambda x: (f"rep.seated|{x.side}",),
    e.OfferSent: _offer,
    e.PaperServed: _paper_served,
    e.ReplySent: _reply,
    e.MaterialDelivered: lambda x: (f"material.delivered|{x.material}",),
    e.MeetingPlanNamed: lambda x: ("meeting.day|",) if x.agreed else (),
    e.MeetingPostponed: _always("meeting.day|"),
    e.NewDayChosen: _always("meeting.day|"),
    e.MeetingAdjourned: _always("meeting.day|"),
    e.MeetingNoticeSent: lambda x: (f"meeting_notice.served|{x.side}",) if x.served else (),
    e.MeetingStarted: _always("meeting.opened|"),
    e.MinutesConfirmed: _minutes,
    e.MinutesSigned: _minutes,
    e.SuspensionNamed: lambda x: ("suspension.last_day|",) if x.agreed else (),
    e.TalksReported: _always("talks.reported|"),
    e.DraftSubmitted: _always("congress.submitted|"),
    e.CongressConvened: _always("congress.convened|"),
    e.BallotRecorded: _always("ballot.closed|", "contract.passed|"),
    e.ContractSigned: _always("signed.last|", "contract.rescinded|"),
    e.ContractFiled: _always("filing.handed_in|", "rescission.filed|"),
    e.FilingReceived: _always("filing.received|"),
    e.ContractObjected: _always("review.ended|"),
    e.ContractInForce: _always("review.ended|", "in_force_from|", "expiry|"),
    e.ContractRegistered: _always("signed.last|", "in_force_from|", "expiry|", "contract.published|"),
    e.ContractPublished: _always("contract.published|"),
    e.ReportedToUpperUnion: _always("contract.reported|"),
    e.PerformanceReported: _always("congress.reported|"),
    e.PerformancePublished: _always("performance.published|"),
    e.OpinionIssued: lambda x: (f"opinion.served|{x.opinion}",) if x.served else (),
    e.OpinionAnswered: lambda x: (f"opinion.answered|{x.opinion}",),
    e.CoordinationRequested: _always("dispute.applied|"),
    e.DisputeAccepted: _always("dispute.accepted|"),
    e.DisputeClosed: _always("dispute.closed|"),
}


def grounds_of(event: e.Event) -> Names:
    """The facts of deadlines that rest on this event, as `name|key`."""
    how = _OF.get(type(event))
    return how(event) if how else ()


def contested(case: Negotiation, r: Running) -> bool:
    """Whether somebody contests what this term runs from, or what ended it."""
    keys = ("", r.key, r.key.split(".", maxsplit=1)[0])
    own = {f"{fact}|{key}" for fact in (r.start_fact, r.until_fact) for key in keys}
    return any(not own.isdisjoint(contest.facts) for contest in case.contested.values())
