"""What the sides say they want, and the draft clauses they agree on: from the first figure to the text of the contract.

Nothing here binds: 不构成合同，须写入草案、经职代会通过并由双方首席代表签字 (HZ 27, 28). What is agreed stays agreed
until somebody says otherwise in so many words, and no proposal takes an open point of its own side away unsaid.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from cloudnego.core import clauses as texts
from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.acts import of_side
from cloudnego.core.moment import Moment
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.state import Position
from cloudnego.core.vocabulary import Seat, Stream

# --- proposals ----------------------------------------------------------------------------------------------------


def figure_given(m: Moment, command: c.MakeProposal) -> Obstacle | None:
    return _heads_known(m, (command,)) or (None if _says(command) else no(Reason.VALUE_MISSING, field="rate"))


def _heads_known(m: Moment, lines: Sequence[c.MakeProposal | c.Term]) -> Obstacle | None:
    """Every line is on a head of the pack, each on another."""
    topics, seen = m.law.pack.topics, set[str]()
    for line in lines:
        if line.head not in topics.codes:
            return no(Reason.UNKNOWN_HEAD, *topics.cite, head=line.head)
        if line.head in seen:
            return no(Reason.HEAD_TWICE, head=line.head)
        seen.add(line.head)
    return None


def _says(line: c.MakeProposal | c.Term) -> bool:
    return (line.rate, line.fen, line.text) != (None, None, None)


def package_holds_several(m: Moment, command: c.MakePackage) -> Obstacle | None:
    """A package is of two lines or more, and each says something."""
    lines = (*command.terms, *command.given)
    if wrong := _heads_known(m, lines):
        return wrong
    if len(lines) == 1 or not all(map(_says, command.terms)):
        return no(Reason.VALUE_MISSING, field="terms")
    return None if all(map(_says, command.given)) else no(Reason.VALUE_MISSING, field="given")


def counters_the_other_side(m: Moment, command: c.MakeProposal | c.MakePackage) -> Obstacle | None:
    return _of_the_other_side(m, command.answers) if command.answers is not None else None


def _of_the_other_side(m: Moment, name: str) -> Obstacle | None:
    known = m.case.positions.get(name)
    if known is None:
        return no(Reason.PROPOSAL_GONE, id=name)
    return no(Reason.OWN_PROPOSAL, side=known.side.other) if known.side is m.side else None


def agreed_stays_agreed(m: Moment, command: c.MakeProposal | c.MakePackage) -> Obstacle | None:
    """What is accepted in principle is not proposed away beside it; a package may carry it along as it is."""
    lines = (command,) if isinstance(command, c.MakeProposal) else (*command.terms, *command.given)
    accepted = _accepted(m, apart_from=None)
    for line in lines:
        if line.head in accepted and (len(lines) == 1 or not _same(line, accepted[line.head][1])):
            return no(Reason.HEAD_ACCEPTED, cure=(Seat.CHIEF,), head=line.head, id=accepted[line.head][0])
    return None


def a_head_is_left(m: Moment) -> Obstacle | None:
    """Something is left to propose: what is accepted in principle is not proposed away beside it."""
    accepted = _accepted(m, apart_from=None)
    if not accepted.keys() >= set(m.law.pack.topics.codes):
        return None
    head, (proposal, _) = next(iter(accepted.items()))
    return no(Reason.HEAD_ACCEPTED, cure=(Seat.CHIEF,), head=head, id=proposal)


def _accepted(m: Moment, apart_from: str | None) -> dict[str, tuple[str, c.TermFact]]:
    """By head, what is accepted in principle: the proposal and its line."""
    return {
        line.head: (name, line)
        for name, one in m.case.positions.items()
        if one.accepted and name != apart_from
        for line in one.lines
    }


def _same(line: c.MakeProposal | c.TermFact, other: c.TermFact) -> bool:
    """Two lines with one figure. Lines of words alone cannot be compared, so they are not the same."""
    return (line.rate, line.fen) == (other.rate, other.fen) != (None, None)


def make_proposal(m: Moment, command: c.MakeProposal) -> list[e.Event]:
    return [
        e.ProposalMade(
            **of_side(m, command), proposal=m.fresh(Stream.TABLE), head=command.head, rate=command.rate,
            fen=command.fen, answers=command.answers, replaces=tuple(_replaced(m, {command.head})),
        )
    ]  # fmt: skip


def make_package(m: Moment, command: c.MakePackage) -> list[e.Event]:
    heads = {line.head for line in (*command.terms, *command.given)}
    return [
        e.PackageMade(
            **of_side(m, command), proposal=m.fresh(Stream.TABLE), terms=_facts(command.terms),
            given=_facts(command.given), answers=command.answers, replaces=tuple(_replaced(m, heads)),
        )
    ]  # fmt: skip


def _facts(lines: Sequence[c.Term]) -> tuple[c.TermFact, ...]:
    return tuple(c.TermFact(head=line.head, rate=line.rate, fen=line.fen) for line in lines)


def _replaced(m: Moment, heads: set[str]) -> Iterator[str]:
    """Own proposals the new one says everything of. One that speaks of more stands beside it: its other heads would be
    lost, and nobody said that they are."""
    return (name for name, one in m.case.positions.items() if one.side is m.side and _within(one, heads))


def _within(one: Position, heads: Set[str]) -> bool:
    return not one.accepted and one.heads <= heads


def can_hold(m: Moment, command: c.HoldProposal) -> Obstacle | None:
    if wrong := _of_the_other_side(m, command.proposal):
        return wrong
    known = m.case.positions[command.proposal]
    return no(Reason.NOTHING_NEW) if known.held or known.accepted else None


def hold_proposal(m: Moment, command: c.HoldProposal) -> list[e.Event]:
    return [e.ProposalHeld(**of_side(m, command), proposal=command.proposal)]


def can_withdraw(m: Moment, command: c.WithdrawProposal) -> Obstacle | None:
    known = m.case.positions.get(command.proposal)
    if known is None:
        return no(Reason.PROPOSAL_GONE, id=command.proposal)
    if known.side is not m.side:
        return no(Reason.NOT_OWN_PROPOSAL, side=known.side)
    return _is_accepted(command.proposal, known) if known.accepted else None


def _is_accepted(name: str, known: Position) -> Obstacle:
    return no(Reason.HEAD_ACCEPTED, cure=(Seat.CHIEF,), head=known.terms[0].head, id=name)


def withdraw_proposal(m: Moment, command: c.WithdrawProposal) -> list[e.Event]:
    return [e.ProposalWithdrawn(**of_side(m, command), proposal=command.proposal)]


def can_accept(m: Moment, command: c.AcceptInPrinciple) -> Obstacle | None:
    """As a whole, and not against what is accepted already."""
    if wrong := _of_the_other_side(m, command.proposal):
        return wrong
    if m.case.positions[command.proposal].accepted:
        return no(Reason.NOTHING_NEW)
    return against_what_is_accepted(m, command.proposal)


def proposal_to_accept(m: Moment) -> Obstacle | None:
    """The other side has a proposal on the table that can be accepted beside what is accepted already."""
    theirs = [name for name, x in m.case.positions.items() if x.side is not m.side and not x.accepted]
    if not theirs:
        return no(Reason.NO_PROPOSAL, cure=(Seat.REPRESENTATIVE,), side=m.own_side.other)
    clashes = [against_what_is_accepted(m, name) for name in theirs]
    return None if None in clashes else clashes[0]


def against_what_is_accepted(m: Moment, proposal: str) -> Obstacle | None:
    """A line of the proposal that says something else than what is accepted on its head."""
    accepted = _accepted(m, apart_from=proposal)
    for line in m.case.positions[proposal].lines:
        if line.head in accepted and not _same(line, accepted[line.head][1]):
            return no(Reason.HEAD_ACCEPTED, cure=(Seat.CHIEF,), head=line.head, id=accepted[line.head][0])
    return None


def accept_in_principle(m: Moment, command: c.AcceptInPrinciple) -> list[e.Event]:
    heads = m.case.positions[command.proposal].heads
    settles = (name for name, one in m.case.positions.items() if name != command.proposal and _within(one, heads))
    return [e.AcceptedInPrinciple(**of_side(m, command), proposal=command.proposal, settles=tuple(settles))]


def can_take_back(m: Moment, command: c.TakeBackAcceptance) -> Obstacle | None:
    known = m.case.positions.get(command.proposal)
    if known is None:
        return no(Reason.PROPOSAL_GONE, id=command.proposal)
    return None if known.accepted else no(Reason.PROPOSAL_NOT_ACCEPTED, id=command.proposal)


def take_back_acceptance(m: Moment, command: c.TakeBackAcceptance) -> list[e.Event]:
    return [e.AcceptanceTakenBack(**of_side(m, command), proposal=command.proposal)]


# --- clauses ------------------------------------------------------------------------------------------------------


def clause_fits(m: Moment, command: c.PutClause) -> Obstacle | None:
    """A clause stands under a head of the pack; a new wording says something else than the old one, and is written over
    the one that lies there: a collision is shown, never overwritten."""
    if command.head not in m.law.pack.topics.codes:
        return no(Reason.UNKNOWN_HEAD, *m.law.pack.topics.cite, head=command.head)
    if command.clause is None:
        return None
    known = m.case.clauses.get(command.clause)
    if known is None:
        return no(Reason.CLAUSE_UNKNOWN, id=command.clause)
    if known.agreed_in == m.case.round:
        return no(Reason.CLAUSE_AGREED, cure=(Seat.CHIEF,), id=command.clause)
    if command.over is not None and command.over != known.text_hash:
        return no(Reason.CLAUSE_CHANGED, id=command.clause)
    same = known.text_hash == texts.text_hash(command.head, command.values, command.prose)
    return no(Reason.NOTHING_NEW) if same else None


def put_clause(m: Moment, command: c.PutClause) -> list[e.Event]:
    return [
        e.ClausePut(
            **of_side(m, command), clause=command.clause or m.fresh(Stream.TABLE), head=command.head,
            values=command.values, text_hash=texts.text_hash(command.head, command.values, command.prose),
        )
    ]  # fmt: skip


def can_drop(m: Moment, command: c.DropClause) -> Obstacle | None:
    known = m.case.clauses.get(command.clause)
    if known is None:
        return no(Reason.CLAUSE_UNKNOWN, id=command.clause)
    if known.agreed_in == m.case.round:
        return no(Reason.CLAUSE_AGREED, cure=(Seat.CHIEF,), id=command.clause)
    return None if known.side is m.side else no(Reason.CLAUSE_NOT_OWN, side=known.side)


def drop_clause(m: Moment, command: c.DropClause) -> list[e.Event]:
    return [e.ClauseDropped(**of_side(m, command), clause=command.clause)]


def same_wording(m: Moment, command: c.ConfirmClause) -> Obstacle | None:
    """Agreed only when both chiefs confirm the same text hash."""
    known = m.case.clauses.get(command.clause)
    if known is None:
        return no(Reason.CLAUSE_UNKNOWN, id=command.clause)
    if known.text_hash != command.text_hash:
        return no(Reason.CLAUSE_CHANGED, id=command.clause)
    if m.own_side in known.confirmed:
        return no(Reason.CLAUSE_CONFIRMED, id=command.clause)
    return texts.above_the_floor(m, known) or texts.above_the_regional(m, known)


def quota_within_reach(m: Moment, command: c.ConfirmClause) -> Obstacle | None:
    """Judged on consent, like the floors."""
    known = m.case.clauses.get(command.clause)
    return texts.quota_within_reach(m, known) if known else None


def confirm_clause(m: Moment, command: c.ConfirmClause) -> list[e.Event]:
    agreed = m.own_side.other in m.case.clauses[command.clause].confirmed
    return [e.ClauseConfirmed(**of_side(m, command), clause=command.clause, text_hash=command.text_hash, agreed=agreed)]


def can_reopen(m: Moment, command: c.ReopenClause) -> Obstacle | None:
    """What both agreed on, both open again: the same wording, each for himself."""
    known = m.case.clauses.get(command.clause)
    if known is None:
        return no(Reason.CLAUSE_UNKNOWN, id=command.clause)
    if known.text_hash != command.text_hash:
        return no(Reason.CLAUSE_CHANGED, id=command.clause)
    if not known.agreed:
        return no(Reason.CLAUSE_NOT_AGREED, id=command.clause)
    return no(Reason.NOTHING_NEW) if m.own_side in known.reopening else None


def reopen_clause(m: Moment, command: c.ReopenClause) -> list[e.Event]:
    both = m.own_side.other in m.case.clauses[command.clause].reopening
    return [e.ClauseReopened(**of_side(m, command), clause=command.clause, text_hash=command.text_hash, both=both)]
