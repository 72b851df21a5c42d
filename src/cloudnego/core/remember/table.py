"""What is said at the table: proposals, clauses, questions, and where the talk is."""

from __future__ import annotations

from msgspec.structs import replace as put

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.remember.how import on
from cloudnego.core.state import Clause, Negotiation, Position

# --- proposals --------------------------------------------------------------------------------------------------------


@on(e.ProposalMade)
def _(case: Negotiation, event: e.ProposalMade) -> Negotiation:
    case = put(case, proposals=(*case.proposals, (event.side, event.head, event.rate, event.fen)))
    line = c.TermFact(head=event.head, rate=event.rate, fen=event.fen)
    return _put(case, event, Position(side=event.side, terms=(line,), answers=event.answers))


@on(e.PackageMade)
def _(case: Negotiation, event: e.PackageMade) -> Negotiation:
    made = Position(side=event.side, terms=event.terms, given=event.given, answers=event.answers)
    said = ((event.side, line.head, line.rate, line.fen) for line in made.lines)  # a figure in a package is one, too
    return _put(put(case, proposals=(*case.proposals, *said)), event, made)


def _put(case: Negotiation, event: e.ProposalMade | e.PackageMade, made: Position) -> Negotiation:
    return put(case, positions={**_without(case, event.replaces), event.proposal: made})


def _without(case: Negotiation, gone: tuple[str, ...]) -> dict[str, Position]:
    return {name: one for name, one in case.positions.items() if name not in gone} if gone else case.positions


@on(e.ProposalHeld)
def _(case: Negotiation, event: e.ProposalHeld) -> Negotiation:
    return put(case, positions={**case.positions, event.proposal: put(case.positions[event.proposal], held=True)})


@on(e.ProposalWithdrawn)
def _(case: Negotiation, event: e.ProposalWithdrawn) -> Negotiation:
    return put(case, positions=_without(case, (event.proposal,)))


@on(e.AcceptedInPrinciple)
def _(case: Negotiation, event: e.AcceptedInPrinciple) -> Negotiation:
    taken = put(case.positions[event.proposal], accepted=True, held=False)
    return put(case, positions={**_without(case, event.settles), event.proposal: taken})


@on(e.AcceptanceTakenBack)
def _(case: Negotiation, event: e.AcceptanceTakenBack) -> Negotiation:
    return put(case, positions={**case.positions, event.proposal: put(case.positions[event.proposal], accepted=False)})


# --- clauses ----------------------------------------------------------------------------------------------------------


@on(e.ClausePut)
def _(case: Negotiation, event: e.ClausePut) -> Negotiation:
    clause = Clause(head=event.head, side=event.side, values=event.values, text_hash=event.text_hash)
    return put(case, clauses={**case.clauses, event.clause: clause})


@on(e.ClauseDropped)
def _(case: Negotiation, event: e.ClauseDropped) -> Negotiation:
    return put(case, clauses={name: c for name, c in case.clauses.items() if name != event.clause})


@on(e.ClauseConfirmed)
def _(case: Negotiation, event: e.ClauseConfirmed) -> Negotiation:
    clause = case.clauses[event.clause]
    clause = put(
        clause, confirmed=clause.confirmed | {event.side}, agreed_in=case.round if event.agreed else clause.agreed_in
    )
    return put(case, clauses={**case.clauses, event.clause: clause})


@on(e.ClauseReopened)
def _(case: Negotiation, event: e.ClauseReopened) -> Negotiation:
    clause = case.clauses[event.clause]
    if event.both:
        clause = put(clause, confirmed=frozenset(), agreed_in=None, reopening=frozenset())
    else:
        clause = put(clause, reopening=clause.reopening | {event.side})
    return put(case, clauses={**case.clauses, event.clause: clause})


# --- questions, and where the talk is ---------------------------------------------------------------------------------


@on(e.MessageSent)
def _(case: Negotiation, _event: e.MessageSent) -> Negotiation:
    return put(case, messages=case.messages + 1)


@on(e.QuestionAsked)
def _(case: Negotiation, event: e.QuestionAsked) -> Negotiation:
    return put(case, questions={**case.questions, event.question: event.side})


@on(e.QuestionAnswered)
def _(case: Negotiation, event: e.QuestionAnswered) -> Negotiation:
    return put(case, questions={name: side for name, side in case.questions.items() if name != event.question})


@on(e.AgendaSet)
def _(case: Negotiation, event: e.AgendaSet) -> Negotiation:
    return put(case, meeting=put(case.meeting, agenda=event.heads))


@on(e.TopicOpened)
def _(case: Negotiation, event: e.TopicOpened) -> Negotiation:
    closed = {head: how for head, how in case.meeting.topics_closed.items() if head != event.head}
    return put(case, meeting=put(case.meeting, topic=event.head, topics_closed=closed))


@on(e.TopicClosed)
def _(case: Negotiation, event: e.TopicClosed) -> Negotiation:
    closed = {**case.meeting.topics_closed, event.head: event.outcome}
    return put(case, meeting=put(case.meeting, topic=None, floor=None, topics_closed=closed))


@on(e.FloorGiven)
def _(case: Negotiation, event: e.FloorGiven) -> Negotiation:
    return put(case, meeting=put(case.meeting, floor=event.person))
