"""Votes held on the platform: from their opening, which fixes all they are judged by, to counts anybody can repeat.

What is cast never comes here, nor who has voted: roll, box and keys are the platform's (`cloudnego.polls`), and the log
has what was fixed before and what came out. The counts enter by the same rules as those of a vote on paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from cloudnego.core import commands as c
from cloudnego.core import covered
from cloudnego.core import events as e
from cloudnego.core.acts import no_poll_running, said
from cloudnego.core.evolve import replay
from cloudnego.core.moment import Drawn, Moment
from cloudnego.core.pack import Level, Majority
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.state import Negotiation, Poll
from cloudnego.core.steps import congress, representatives
from cloudnego.core.vocabulary import FEW_VOTERS, Held, Seat, Side

Electorate = Literal["delegates", "all_workers"]

OPEN_LEAST: Final = timedelta(minutes=10)
"""Shorter than this nobody who is told of it can come in time."""
OPEN_MOST: Final = timedelta(days=31)

YES: Final = covered.YES
NO, ABSTAIN, NONE_OF_THEM = "no", "abstain", "none"
_WORDS: Final = tuple(e.PollOption(choice=choice) for choice in (YES, NO, ABSTAIN))


# --- opening ------------------------------------------------------------------------------------------------------


def held_online(m: Moment) -> Obstacle | None:
    """The congress said how it votes; a method of paper alone is kept (表决办法)."""
    if m.case.congress.ballot_mode == "paper":
        return no(Reason.METHOD_IS_PAPER, "ZJDM 15", cure=(Seat.UNION,), side=Side.WORKER)
    return None


def own_vote(m: Moment, command: c.OpenBallot | c.VoidPoll) -> Obstacle | None:
    """The union of a covered enterprise holds the vote of that one, the organ of all the workers any (HZ 33)."""
    if isinstance(command, c.OpenBallot):
        whose = command.enterprise
    else:
        poll = meant(m.case, command)
        whose = None if poll is None else poll.enterprise
    return covered.of_his_own(m, {whose} if whose else (), Seat.UNION)


def no_vote_of_all(m: Moment) -> Obstacle | None:
    """A case has one vote at a time; where each covered enterprise votes by itself (HZ 33), each has one."""
    each = covered.per_enterprise(m) is None and all(one.enterprise for one in m.case.polls.values())
    return None if each else no_poll_running(m)


def somebody_may_vote(m: Moment) -> Obstacle | None:
    """Of those that vote each by itself one is left that may."""
    own = covered.of_some(m, Seat.UNION)
    if covered.per_enterprise(m):
        return covered.of_his_own(m, (), Seat.UNION)
    gone = {one.enterprise for one in m.case.polls.values()} | m.case.congress.covered.keys()
    if any(name not in gone and (not own or name in m.by.covered) for name in covered.may_vote(m)):
        return None
    return covered.a_firm_may_vote(m) or no_poll_running(m) or no(Reason.NOTHING_NEW, "HZ 33")


def whose_vote(m: Moment, command: c.OpenBallot) -> Obstacle | None:
    """Of one congress, or of one of those that vote each by itself and have not voted yet (HZ 33)."""
    if not_each := covered.per_enterprise(m):
        return not_each if command.enterprise or command.electorate else None
    if command.enterprise is None or command.enterprise not in {one.enterprise for one in m.case.covers}:
        return no(Reason.COVERED_UNKNOWN, "HZ 33", cure=(Seat.UNION,), id=command.enterprise or "")
    if command.enterprise in m.case.congress.covered:
        return no(Reason.NOTHING_NEW, "HZ 33")
    return covered.firm_votes(m, command.enterprise)


def accepts_the_draft(m: Moment, command: c.OpenBallot) -> Obstacle | None:
    return covered.accepted_before_the_vote(m, command)


def electorate_of(case: Negotiation, command: c.OpenElection | c.OpenBallot) -> Electorate:
    """Who votes: as whoever opens says, or as the congress was convened."""
    if isinstance(command, c.OpenElection):
        return command.electorate
    return command.electorate or ("delegates" if case.congress.form == "delegates" else "all_workers")


def closes_in_time(m: Moment, command: c.OpenElection | c.OpenBallot) -> Obstacle | None:
    """Long enough for those who are told of it, and not for ever."""
    left = _moment(command.closes_on, command.closes_at, m.at) - m.at
    if OPEN_LEAST <= left <= OPEN_MOST:
        return None
    least, most = OPEN_LEAST // timedelta(minutes=1), OPEN_MOST // timedelta(days=1)
    return no(Reason.POLL_CLOSES_WRONG, minutes=least, days=most)


def drawn_from_the_roll(m: Moment, command: c.OpenElection | c.OpenBallot) -> Obstacle | None:
    """全体职工代表: all who stand on the roll may vote, and the counts are of all of them (HZ 28 ¶2; ZJDM 5, 15)."""
    drawn = m.named.drawn if m.named else None
    if drawn is None or drawn.roll == 0:
        return no(Reason.NOBODY_MAY_VOTE, "ZJDM 5", cure=(Seat.UNION,), side=Side.WORKER)
    total = voters(m, command)
    if total is None or total == drawn.roll:
        return None
    return no(Reason.VOTERS_NOT_THE_ROLL, "ZJDM 5", cure=(Seat.UNION,), n=drawn.roll, roll=total)


def voters(m: Moment, command: c.OpenElection | c.OpenBallot) -> int | None:
    """How many may vote as the case has it; None where it does not say. A covered enterprise's roll is its own."""
    if isinstance(command, c.OpenBallot):
        return None if command.enterprise else m.case.congress.total
    if m.case.roll is None:
        return None
    return m.case.roll.delegates if command.electorate == "delegates" else m.case.roll.workers


def few_voters(m: Moment, _: c.OpenElection | c.OpenBallot) -> Obstacle | None:
    """Under ten voters the count itself may tell who voted what: said before it opens, and paper is offered."""
    drawn = m.named.drawn if m.named else None
    if drawn is None or not 0 < drawn.roll < FEW_VOTERS:
        return None
    return no(Reason.UNDER_TEN_VOTERS, level=Level.ADVISORY, n=drawn.roll)


def electorate_votes_here(m: Moment, command: c.OpenElection) -> Obstacle | None:
    """Delegates are drawn from the roll of delegates; without one, all workers vote (HZ 18 ¶1)."""
    if command.electorate == "all_workers" or m.case.roll is not None:
        return None
    return no(Reason.ROLL_MISSING, "ZJDM 5", cure=(Seat.UNION,), side=Side.WORKER)


def open_election(m: Moment, command: c.OpenElection) -> list[e.Event]:
    row, election, drawn = m.law.pack.choosing, m.case.election, _drawn(m)
    if representatives.balloted(m):
        left = representatives.standing_now(m)
        options = (
            *(e.PollOption(choice=f"c{n}", person=person) for n, person in enumerate(left, 1)),
            e.PollOption(choice=NONE_OF_THEM),
        )
        form, picks, majority = "ballot", min(representatives.seats_left(m), len(left)), row.elected
        quorum = row.quorum.needed(drawn.roll) if row.quorum else 0
    else:
        options, form, picks, quorum = _WORDS, "approval_of_list", 1, 0
        majority = row.without_union or row.elected
    return [
        _opened(
            m, command, kind="election", round=election.round + 1, draft_hash=None, form=form,
            electorate=command.electorate, options=options, picks=picks, quorum=quorum,
            needed=majority.needed(drawn.roll) if majority else 1, method="both", scrutineers=election.scrutineers,
        )
    ]  # fmt: skip


def open_ballot(m: Moment, command: c.OpenBallot) -> list[e.Event]:
    """No quorum of a single enterprise that votes by itself: HZ 33 knows none, as it knows none on paper."""
    rule, drawn, of = m.law.pack.congress_for(m.case.scope), _drawn(m), m.case.congress
    majority: Majority = covered.each_passes(m) if command.enterprise else congress.majority(m)
    quorum = rule.quorum if command.enterprise is None else None
    return [
        _opened(
            m, command, kind="congress", round=m.case.round, draft_hash=command.draft_hash, form="ballot",
            electorate=electorate_of(m.case, command), options=_WORDS, picks=1,
            quorum=quorum.needed(drawn.roll) if quorum else 0, needed=majority.needed(drawn.roll),
            method="online" if of.ballot_mode == "online" else "both", scrutineers=of.scrutineers,
            enterprise=command.enterprise,
        )
    ]  # fmt: skip


def _opened(m: Moment, command: c.OpenElection | c.OpenBallot, **fixed: object) -> e.PollOpened:
    drawn = _drawn(m)
    return e.PollOpened.model_validate(
        {
            **fixed, "poll": drawn.poll, "roll": drawn.roll, "roll_hash": drawn.roll_hash, "modulus": drawn.modulus,
            "thumbprint": drawn.thumbprint, "receipt_key": drawn.receipt_key, "closes_on": command.closes_on,
            "closes_at": command.closes_at,
        }
    )  # fmt: skip


def _drawn(m: Moment) -> Drawn:
    assert m.named is not None, "a fit has looked"
    assert m.named.drawn is not None, "a fit has looked"
    return m.named.drawn


# --- while it runs, and after -------------------------------------------------------------------------------------


def running(m: Moment) -> Obstacle | None:
    own = covered.of_some(m, Seat.UNION)
    if any(not own or one.enterprise in m.by.covered for one in m.case.polls.values()):
        return None
    return no(Reason.NO_POLL, cure=(Seat.UNION,), side=Side.WORKER)


def the_one_that_runs(m: Moment, command: c.CountPoll) -> Obstacle | None:
    return None if command.poll in m.case.polls else no(Reason.NO_POLL, cure=(Seat.UNION,))


def one_is_meant(m: Moment, command: c.VoidPoll) -> Obstacle | None:
    """The one that is named, or the only one there is."""
    return None if meant(m.case, command) else no(Reason.NO_POLL, cure=(Seat.UNION,), side=Side.WORKER)


def meant(case: Negotiation, command: c.VoidPoll) -> Poll | None:
    if command.poll is not None:
        return case.polls.get(command.poll)
    return next(iter(case.polls.values())) if len(case.polls) == 1 else None


def void_poll(m: Moment, command: c.VoidPoll) -> list[e.Event]:
    poll = meant(m.case, command)
    assert poll is not None, "a fit has looked"
    return [e.PollVoided(poll=poll.id, words=said(command))]


def ends(poll: Poll | e.PollOpened, like: datetime) -> datetime:
    """When a vote closes, in the zone of another time."""
    return _moment(poll.closes_on, poll.closes_at, like)


def time_is_over(m: Moment, command: c.CountPoll) -> Obstacle | None:
    """No count before the close, not even of what is in already (无记名投票, ZJDM 15)."""
    poll = m.case.polls.get(command.poll)
    return None if poll is None or m.at >= ends(poll, m.at) else no(Reason.NOT_DUE, by=poll.closes_on)


def counts_add_up(m: Moment, command: c.CountPoll) -> Obstacle | None:
    """No more ballots than were issued, no more papers than voters who took one, and for every choice its votes."""
    poll = m.case.polls.get(command.poll)
    if poll is None:
        return None  # another fit says so
    choices, voted = [one.choice for one in poll.options], command.issued + command.took_paper
    counts, urn = _by_choice(command.counts), _by_choice(command.urn)
    holds = (
        list(counts) == choices and len(counts) == len(command.counts) and counts.keys() >= urn.keys()
        and command.cast <= command.issued and command.spoiled <= command.papers <= command.took_paper
        and voted <= poll.roll
        and all(urn.get(choice, 0) <= votes <= command.cast + urn.get(choice, 0) for choice, votes in counts.items())
        and all(votes <= command.papers - command.spoiled for votes in urn.values())
        and (not command.papers or len(set(command.tellers)) == len(command.tellers) == 2)
    )  # fmt: skip
    if holds and (poll.kind == "congress" or poll.form == "approval_of_list"):
        holds = sum(counts.values()) == command.cast + command.papers - command.spoiled
    return None if holds else no(Reason.COUNTS_DO_NOT_ADD_UP, "ZJDM 15")


def _by_choice(tallies: tuple[c.Tally, ...]) -> Mapping[str, int]:
    return {one.choice: one.votes for one in tallies}


def count_poll(m: Moment, command: c.CountPoll) -> list[e.Event]:
    """The counts as they can be repeated, and what follows of them as it would of a vote on paper: whoever has taken a
    ballot or a paper has taken part (出席)."""
    poll = m.case.polls[command.poll]
    fields = {name: getattr(command, name) for name in e.PollCounted.model_fields if name in type(command).model_fields}
    fields["type"] = "poll_counted"
    counted = e.PollCounted.model_validate({**fields, "total": poll.roll, "occurred_on": poll.closes_on})
    votes, voted = _by_choice(command.counts), command.issued + command.took_paper
    if poll.enterprise is not None:
        recorded = covered.record_covered_ballot(m, _as_covered(m, poll, poll.enterprise, votes[YES], voted))
        events = [counted, *recorded]
        return [*events, *_summed(Moment(replay(events, m.case), m.at, m.law, m.by), poll)]
    if poll.kind == "congress":
        return [counted, *congress.record_ballot(m, _as_ballot(poll, command, votes, voted))]
    return [counted, *representatives.record_election(m, _as_election(poll, command, votes, voted))]


def _as_ballot(poll: Poll, command: c.CountPoll, votes: Mapping[str, int], voted: int) -> c.RecordBallot:
    assert poll.draft_hash is not None, "a vote of the congress is on a draft"
    return c.RecordBallot(
        occurred_on=poll.closes_on, draft_hash=poll.draft_hash, secret=True, present=voted, issued=voted,
        returned=command.cast + command.papers, yes=votes[YES], no=votes[NO], abstain=votes[ABSTAIN],
        spoiled=command.spoiled,
    )  # fmt: skip


def _as_covered(m: Moment, poll: Poll, enterprise: str, yes: int, voted: int) -> c.RecordCoveredBallot:
    return c.RecordCoveredBallot(
        occurred_on=poll.closes_on, enterprise=enterprise, secret=True, total=poll.roll, present=voted, yes=yes,
        scrutineers=m.case.congress.scrutineers,
    )  # fmt: skip


def _summed(m: Moment, last: Poll) -> list[e.Event]:
    """经受该合同约束的企业…同意通过 (HZ 33): once the last of all that are bound has voted here, their sum; where one
    voted on paper, the union enters it. Two scrutineers make it valid either way."""
    all_of_them = covered.counted_here(m)
    if all_of_them is None or last.draft_hash is None:
        return []
    votes = {word: sum(one.counts[word] for one in all_of_them) for word in (YES, NO, ABSTAIN)}
    present = sum(one.issued + one.took_paper for one in all_of_them)
    command = c.RecordBallot(
        occurred_on=last.closes_on, draft_hash=last.draft_hash, secret=True, present=present, issued=present,
        returned=sum(one.cast + one.papers for one in all_of_them), yes=votes[YES], no=votes[NO],
        abstain=votes[ABSTAIN], spoiled=sum(one.spoiled for one in all_of_them),
    )  # fmt: skip
    return [congress.ballot_of(m, command, sum(one.total for one in all_of_them))]


def _as_election(poll: Poll, command: c.CountPoll, votes: Mapping[str, int], voted: int) -> c.RecordElection:
    each = (c.Votes(person=one.person, votes=votes[one.choice]) for one in poll.options if one.person is not None)
    return c.RecordElection(
        occurred_on=poll.closes_on, form=poll.form, secret=True, held=Held.DISPERSED, electorate=poll.electorate,
        total=poll.roll, present=voted, votes=tuple(each), approvals=votes.get(YES, 0), spoiled=command.spoiled,
    )  # fmt: skip


def _moment(on: date, at: str, like: datetime) -> datetime:
    return datetime.combine(on, time.fromisoformat(at), tzinfo=like.tzinfo)
