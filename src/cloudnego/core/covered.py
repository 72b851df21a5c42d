"""Step 7 where a contract is over many enterprises: their legal representatives accept the draft, and where each votes
by itself (HZ 33; SH 28, 30), each has its vote."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.acts import dated, no_poll_running, of_side
from cloudnego.core.moment import Moment, Standing
from cloudnego.core.pack import Congress, Level, Majority
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.state import CountedBallot
from cloudnego.core.vocabulary import FEW_VOTERS, Seat, Side

ATTESTATIONS = 2
YES = "yes"


def _rule(s: Standing) -> Congress:
    return s.law.pack.congress_for(s.case.scope)


# --- regional: the firms' legal representatives -------------------------------------------------------------------


def acceptance_wanted(s: Standing) -> Obstacle | None:
    """应当取得本行业(区域)企业法定代表人的认可 (SH 28, 30); most texts know no such thing."""
    rule = _rule(s)
    if rule.legal_representatives_accept:
        return None
    return no(Reason.NO_ACCEPTANCE_WANTED, *rule.of("legal_representatives_accept"))


def accepts_for_a_covered(m: Moment, command: c.RecordAcceptance) -> Obstacle | None:
    if command.enterprise not in {x.enterprise for x in m.case.covers}:
        return no(Reason.COVERED_UNKNOWN, id=command.enterprise)
    return no(Reason.NOTHING_NEW) if command.enterprise in m.case.congress.accepted else None


def record_acceptance(m: Moment, command: c.RecordAcceptance) -> list[e.Event]:
    return [e.DraftAccepted(**of_side(m, command), enterprise=command.enterprise, draft_hash=command.draft_hash)]


def _not_accepted(s: Standing, enterprises: Iterable[str]) -> Obstacle | None:
    level = _rule(s).legal_representatives_accept
    left = [x for x in enterprises if x not in s.case.congress.accepted] if level else []
    if not left or level is None:
        return None
    return no(
        Reason.DRAFT_NOT_ACCEPTED,
        *_rule(s).of("legal_representatives_accept"),
        level=level,
        cure=(Seat.HR,),
        side=Side.EMPLOYER,
        n=len(left),
    )


def accepted_before_the_vote(m: Moment, command: c.RecordCoveredBallot | c.OpenBallot) -> Obstacle | None:
    """经认可该草案的企业全体职工代表半数以上…同意 (SH 28 ¶2): only firms that accept the draft vote on it."""
    return _not_accepted(m, [command.enterprise] if command.enterprise else [])


def a_firm_may_vote(m: Moment) -> Obstacle | None:
    """Where only firms vote that accept the draft (SH 28 ¶2), at least one has."""
    every = [x.enterprise for x in m.case.covers]
    if _rule(m).legal_representatives_accept is not Level.HARD or m.case.congress.accepted & set(every):
        return None
    return _not_accepted(m, every)


def accepted_by_all(m: Moment) -> Obstacle | None:
    """Where one congress votes for all, all have accepted (SH 30)."""
    return None if per_enterprise(m) is None else _not_accepted(m, [x.enterprise for x in m.case.covers])


# --- regional: each enterprise votes ------------------------------------------------------------------------------


def few_covered_voters(m: Moment, command: c.RecordCoveredBallot) -> Obstacle | None:
    return no(Reason.UNDER_TEN_VOTERS, level=Level.ADVISORY, n=command.total) if command.total < FEW_VOTERS else None


def record_covered_ballot(m: Moment, command: c.RecordCoveredBallot) -> list[e.Event]:
    return [
        e.CoveredBallotRecorded(
            **dated(m, command), enterprise=command.enterprise, secret=command.secret, total=command.total,
            present=command.present, yes=command.yes, passed=each_passes(m).reached(command.yes, command.total),
            scrutineers=command.scrutineers,
        )
    ]  # fmt: skip


def per_enterprise(m: Moment) -> Obstacle | None:
    if m.case.opened is not None and m.case.opened.ballot_per_enterprise:
        return None
    return no(Reason.NOT_PER_ENTERPRISE, "HZ 33")


def not_all_voting(m: Moment) -> Obstacle | None:
    """As long as votes of all that may run on the platform, there is nothing to enter."""
    voting = {one.enterprise for one in m.case.polls.values()}
    return no_poll_running(m) if voting.issuperset(may_vote(m)) else None


def firm_is_not_voting(m: Moment, command: c.RecordCoveredBallot) -> Obstacle | None:
    """What is voted on the platform is not counted another way meanwhile."""
    return firm_votes(m, command.enterprise)


def firm_votes(m: Moment, enterprise: str) -> Obstacle | None:
    """A vote of that covered enterprise that runs."""
    closes = next((one.closes_on for one in m.case.polls.values() if one.enterprise == enterprise), None)
    return no(Reason.POLL_RUNNING, "ZJDM 15", cure=(Seat.CLOCK,), by=closes) if closes else None


def own_count(m: Moment, command: c.RecordCoveredBallot) -> Obstacle | None:
    """The union of a covered enterprise enters its own count, the organ of all any."""
    return of_his_own(m, {command.enterprise}, Seat.UNION)


def of_some(m: Moment, *speak: Seat) -> bool:
    """Whether somebody acts for covered enterprises of his own alone: he sits in no seat that speaks for all."""
    return bool(m.by.covered) and m.seats.isdisjoint(speak)


def of_his_own(m: Moment, enterprises: Collection[str], *speak: Seat) -> Obstacle | None:
    """Whoever is of a covered enterprise acts for that one alone; who sits in one of these seats, for all (HZ 32)."""
    if not of_some(m, *speak) or (enterprises and m.by.covered.issuperset(enterprises)):
        return None
    return no(Reason.NOT_YOUR_SEAT, "HZ 32", "HZ 33", cure=speak, side=m.side)


def covered_counts(m: Moment, command: c.RecordCoveredBallot) -> Obstacle | None:
    if command.enterprise not in {x.enterprise for x in m.case.covers}:
        return no(Reason.COVERED_UNKNOWN, id=command.enterprise)
    known = m.case.congress.covered.get(command.enterprise)
    if known and (known.total, known.yes) == (command.total, command.yes):
        return no(Reason.NOTHING_NEW)
    if not command.yes <= command.present <= command.total or len(set(command.scrutineers)) < ATTESTATIONS:
        return no(Reason.COUNTS_DO_NOT_ADD_UP, "HZ 33")
    return None


def may_vote(m: Moment) -> list[str]:
    """Of those that vote each by itself: all, or where the text wants it those that accept the draft (SH 28 ¶2)."""
    choosy = _rule(m).legal_representatives_accept is Level.HARD
    return [x.enterprise for x in m.case.covers if not choosy or x.enterprise in m.case.congress.accepted]


def covered_all_voted(m: Moment) -> Obstacle | None:
    """每家受约束企业: where each covered enterprise votes by itself, all have that may (HZ 33; SH 28)."""
    if per_enterprise(m) is not None:
        return None
    voting = may_vote(m)
    if not voting:
        return _not_accepted(m, [x.enterprise for x in m.case.covers])
    left = [name for name in voting if name not in m.case.congress.covered]
    return no(Reason.COVERED_BALLOTS_MISSING, "HZ 33", cure=(Seat.UNION,), n=len(left)) if left else None


def counted_here(m: Moment) -> list[CountedBallot] | None:
    """The counts of every covered enterprise, if each voted on the platform: a count that was entered from paper in the
    place of one is not among them. Where only those vote that accept the draft, others may do so still."""
    of = m.case.congress
    found = [(of.counted.get(x.enterprise), of.covered.get(x.enterprise)) for x in m.case.covers]
    same = [
        here for here, stands in found
        if here and stands and (here.total, here.counts[YES]) == (stands.total, stands.yes)
    ]  # fmt: skip
    return same if same and len(same) == len(found) else None


def tells_of_few(s: Standing) -> bool:
    """Whether the sum of all and what everybody sees of the others give away the counts of under ten voters."""
    hidden = sum(x.total for x in s.case.congress.covered.values() if x.total < FEW_VOTERS)
    return 0 < hidden < FEW_VOTERS


def each_passes(s: Standing) -> Majority:
    """Of each covered enterprise, where each votes by itself."""
    return _rule(s).passes
