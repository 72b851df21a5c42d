"""Votes on the platform: all is fixed at the opening, nothing is counted before the close, and what comes out follows
the rules of a vote on paper (HZ 18, 28; ZJDM 5, 15)."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace as put

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.gate import stuck_because
from cloudnego.core.moment import Named
from cloudnego.core.refusals import Reason
from cloudnego.core.vocabulary import CLOCK, Held, Step, Stream
from tests.core.situations import (
    CANDIDATES,
    CANDIDATES_NAMED,
    CONVENED,
    FIRMS_READY_TO_VOTE,
    METHOD,
    WITHOUT_UNION,
    election,
)
from tests.core.test_packs import PACKS
from tests.given import (
    BODY_AS_ORGAN,
    OTHER_HASH,
    S1,
    S2,
    SCAN,
    TOWN_AS_ORGAN,
    UNION,
    W1,
    Given,
    ballot,
    day,
    draft,
    drawn,
    given,
    law,
    like,
    reps,
)


def opening(on: str = "2026-04-11", at: str = "18:00") -> Any:
    return lambda case: c.OpenBallot(draft_hash=draft(case), closes_on=day(on), closes_at=at)


def electing(on: str = "2026-01-16", at: str = "18:00", electorate: str = "delegates") -> c.OpenElection:
    return c.OpenElection.model_validate({"closes_on": on, "closes_at": at, "electorate": electorate})


def counted(counts: dict[str, int], issued: int, **other: Any) -> c.CountPoll:
    tallies = [{"choice": name, "votes": n} for name, n in counts.items()]
    fields = {"poll": "p1", "poll_hash": OTHER_HASH, "list_hash": OTHER_HASH, "roll_hash": OTHER_HASH, **other}
    return c.CountPoll.model_validate({"issued": issued, "cast": issued, "counts": tallies, **fields})


def said(yes: int, no: int = 0, abstain: int = 0) -> dict[str, int]:
    return {"yes": yes, "no": no, "abstain": abstain}


ONLINE = METHOD.model_copy(update={"ballot": "online"})
READY = replace(given(CONVENED).having("2026-04-10", (UNION, ONLINE)), named=drawn(40))
OPEN = READY.having((UNION, opening()))
CLOSED = OPEN.having("2026-04-11T18:00")
NAMED = replace(given(CANDIDATES_NAMED), named=drawn(40))
ELECTING = NAMED.having((UNION, electing()))


# --- opening ------------------------------------------------------------------------------------------------------


def test_a_ballot_fixes_all_it_is_judged_by() -> None:
    opened = like(
        e.PollOpened, kind="congress", roll=40, quorum=27, needed=21, picks=1, method="online", closes_at="18:00",
        electorate="delegates", scrutineers=("s1", "s2"), thumbprint="t" * 43,
    )  # fmt: skip
    after = READY.when(UNION, opening()).then(opened).after
    (event,) = [x for x in after.log if isinstance(x, e.PollOpened)]
    assert [x.choice for x in event.options] == ["yes", "no", "abstain"]
    assert event.draft_hash == draft(after.case)
    assert event.stream is Stream.NOTICE, "every worker of the enterprise may see what is voted on, and how"


def test_an_election_offers_each_candidate_that_is_left_and_a_ballot_for_none() -> None:
    after = NAMED.when(UNION, electing()).then(like(e.PollOpened, kind="election", picks=2, quorum=27, needed=21)).after
    (event,) = [x for x in after.log if isinstance(x, e.PollOpened)]
    assert [(x.choice, x.person) for x in event.options] == [("c1", "w2"), ("c2", "w3"), ("none", None)]


def test_without_a_union_all_approve_the_whole_list() -> None:
    now = replace(given(WITHOUT_UNION), named=drawn(120))
    now.when(TOWN_AS_ORGAN, electing()).then_refused(Reason.ROLL_MISSING)
    opened = like(e.PollOpened, form="approval_of_list", needed=61, electorate="all_workers")
    now.when(TOWN_AS_ORGAN, electing(electorate="all_workers")).then(opened)


def test_a_vote_stays_open_long_enough_and_not_for_ever() -> None:
    READY.when(UNION, opening("2026-04-10", "10:05")).then_refused(Reason.POLL_CLOSES_WRONG)
    READY.when(UNION, opening("2026-04-09")).then_refused(Reason.POLL_CLOSES_WRONG)
    READY.when(UNION, opening("2026-06-10")).then_refused(Reason.POLL_CLOSES_WRONG)
    READY.when(UNION, opening("2026-04-10", "10:10")).then(e.PollOpened)


def test_whoever_stands_on_the_roll_may_vote_and_all_of_them() -> None:
    replace(READY, named=drawn(39)).when(UNION, opening()).then_refused(
        Reason.VOTERS_NOT_THE_ROLL, "ZJDM 5", n=39, roll=40
    )
    replace(READY, named=drawn(0)).when(UNION, opening()).then_refused(Reason.NOBODY_MAY_VOTE)
    replace(READY, named=Named()).when(UNION, opening()).then_refused(Reason.NOBODY_MAY_VOTE)
    replace(NAMED, named=drawn(120)).when(UNION, electing(electorate="all_workers")).then(e.PollOpened)


def test_the_method_the_congress_adopted_is_kept() -> None:
    on_paper = replace(given(CONVENED).having("2026-04-10", (UNION, METHOD)), named=drawn(40))
    on_paper.when(UNION, opening()).then_refused(Reason.METHOD_IS_PAPER, "ZJDM 15")
    both = METHOD.model_copy(update={"ballot": "both"})
    mixed = replace(given(CONVENED).having("2026-04-10", (UNION, both)), named=drawn(40))
    mixed.when(UNION, opening()).then(like(e.PollOpened, method="both"))


def test_under_ten_voters_are_told_before_it_opens() -> None:
    few = replace(READY, case=put(READY.case, congress=put(READY.case.congress, total=9)), named=drawn(9))
    few.when(UNION, opening()).then_warned(Reason.UNDER_TEN_VOTERS)


# --- while it runs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "ask"),
    [(UNION, opening()), (UNION, ballot(30, 8)), (S1, c.AttestBallot(correct=True))],
    ids=["another", "counts by hand", "a word on no counts"],
)
def test_nothing_goes_another_way_while_a_vote_runs(by: Any, ask: Any) -> None:
    reason = Reason.NOTHING_TO_ATTEST if by is S1 else Reason.POLL_RUNNING
    OPEN.when(by, ask).then_refused(reason)


def test_candidates_stand_while_they_are_voted_on() -> None:
    ELECTING.when(UNION, CANDIDATES.model_copy(update={"seats": 2})).then_refused(Reason.POLL_RUNNING)
    ELECTING.when(UNION, election(w2=35, w3=30)).then_refused(Reason.POLL_RUNNING)


def test_the_step_says_that_a_vote_runs_and_until_when() -> None:
    (waiting,) = stuck_because(OPEN.standing)
    assert (waiting.reason, waiting.by) == (Reason.POLL_RUNNING, day("2026-04-11"))


def test_nobody_counts_before_the_close_and_nobody_but_the_clock() -> None:
    OPEN.having("2026-04-11T17:59").when(CLOCK, counted(said(30), 30)).then_refused(Reason.NOT_DUE)
    CLOSED.when(UNION, counted(said(30), 30)).then_refused(Reason.NOT_YOUR_SEAT)
    CLOSED.when(CLOCK, counted(said(30), 30, poll="p2")).then_refused(Reason.NO_POLL)


def test_a_vote_that_was_opened_wrongly_is_voided_with_a_reason_and_opened_anew() -> None:
    OPEN.when(W1, c.VoidPoll(reason="截止时间有误")).then_refused(Reason.NOT_YOUR_SEAT)
    void = OPEN.when(UNION, c.VoidPoll(reason="截止时间有误")).then(like(e.PollVoided, poll="p1")).after
    void.when(CLOCK, counted(said(30), 30)).then_refused(Reason.NO_POLL)
    void.when(UNION, c.VoidPoll(reason="再作废")).then_refused(Reason.NO_POLL)
    replace(void, named=drawn(40, "p2")).when(UNION, opening()).then(like(e.PollOpened, poll="p2"))


# --- counted ------------------------------------------------------------------------------------------------------


def test_the_counts_enter_as_those_of_a_vote_on_paper_and_two_scrutineers_make_them_valid() -> None:
    count = counted(
        said(25, 9, 3), 34, took_paper=5, papers=4, spoiled=1, urn=[{"choice": "yes", "votes": 3}], tellers=("s1", "s2")
    )
    recorded = like(
        e.BallotRecorded, present=39, issued=39, returned=38, yes=25, no=9, abstain=3, spoiled=1, total=40, needed=21,
        result="passed", secret=True, occurred_on=day("2026-04-11"),
    )  # fmt: skip
    now = CLOSED.when(CLOCK, count).then(like(e.PollCounted, total=40, cast=34), recorded).after
    assert now.case.polls == {}
    done = now.having((S1, c.AttestBallot(correct=True)), (S2, c.AttestBallot(correct=True)))
    assert done.case.step is Step.FILING


def test_votes_for_candidates_elect_them_as_paper_would() -> None:
    now = ELECTING.having("2026-01-16T18:30")
    count = counted({"c1": 30, "c2": 20, "none": 2}, 34)
    recorded = like(e.ElectionRecorded, present=34, quorum=True, elected=("w2",), open_seats=1, held=Held.DISPERSED)
    after = now.when(CLOCK, count).then(e.PollCounted, recorded).after
    again = after.having((S1, c.AttestElection(correct=True)), (S2, c.AttestElection(correct=True)))
    second = replace(again, named=drawn(40, "p2")).when(UNION, electing("2026-01-20")).then(like(e.PollOpened, round=2))
    (event,) = [x for x in second.after.log if isinstance(x, e.PollOpened) and x.poll == "p2"]
    assert [x.person for x in event.options] == ["w3", None]


def test_between_those_who_tied_the_next_vote_is_held_and_nobody_else_stands() -> None:
    four = CANDIDATES.model_copy(update={"candidates": reps("w1", "w2", "w3", "w4")})
    now = replace(given(CANDIDATES_NAMED).having((UNION, four)), named=drawn(40)).having((UNION, electing()))
    count = counted({"c1": 34, "c2": 22, "c3": 22, "none": 0}, 39)
    tied = now.having("2026-01-16T18:30", (CLOCK, count)).having(
        (S1, c.AttestElection(correct=True)), (S2, c.AttestElection(correct=True))
    )
    after = replace(tied, named=drawn(40, "p2")).when(UNION, electing("2026-01-20")).then(like(e.PollOpened, picks=1))
    (event,) = [x for x in after.after.log if isinstance(x, e.PollOpened) and x.poll == "p2"]
    assert [x.person for x in event.options] == ["w3", "w4", None]
    again = after.after.having("2026-01-20T18:30")
    again.when(CLOCK, counted({"c1": 15, "c2": 21, "none": 3}, 39, poll="p2")).then(
        e.PollCounted, like(e.ElectionRecorded, elected=("w4",), open_seats=0)
    )


@pytest.mark.parametrize(
    "wrong",
    [
        counted(said(30), 41),
        counted(said(31), 30),
        counted(said(29), 30),
        counted(said(30), 30, cast=31),
        counted({"yes": 30, "no": 0}, 30),
        counted({"yes": 30, "no": 0, "abstain": 0, "other": 0}, 30),
        counted(said(30), 30, papers=1, tellers=("s1", "s2")),
        counted(said(33), 30, took_paper=4, papers=3, urn=[{"choice": "yes", "votes": 3}]),
        counted(said(33), 30, took_paper=4, papers=3, urn=[{"choice": "yes", "votes": 3}], tellers=("s1", "s1")),
        counted(said(34), 30, took_paper=4, papers=3, urn=[{"choice": "yes", "votes": 4}], tellers=("s1", "s2")),
    ],
    ids=range(10),
)
def test_counts_that_cannot_be_are_refused(wrong: c.CountPoll) -> None:
    CLOSED.when(CLOCK, wrong).then_refused(Reason.COUNTS_DO_NOT_ADD_UP)


def test_of_under_ten_voters_the_counts_are_not_for_all_to_see() -> None:
    few = replace(READY, case=put(READY.case, congress=put(READY.case.congress, total=9)), named=drawn(9))
    closed = few.having((UNION, opening()), "2026-04-11T18:00")
    after = closed.when(CLOCK, counted(said(6, 3), 9)).then(e.PollCounted, e.BallotRecorded).after
    assert {x.stream for x in after.log[-2:]} == {Stream.FILING}


def test_counts_that_a_scrutineer_rejects_are_void_and_another_vote_may_be_opened() -> None:
    now = CLOSED.having((CLOCK, counted(said(30), 30)), (S1, c.AttestBallot(correct=False, remark="名册有误")))
    replace(now, named=drawn(40, "p2")).when(UNION, opening("2026-04-13")).then(like(e.PollOpened, poll="p2"))


# --- each covered enterprise by itself (HZ 33) -----------------------------------------------------------------------


def firm_opens(n: int, electorate: str | None = None) -> Any:
    return lambda case: c.OpenBallot.model_validate(
        {"draft_hash": draft(case), "closes_on": "2026-04-11", "closes_at": "18:00", "enterprise": f"firm{n}"}
        | ({"electorate": electorate} if electorate else {})
    )


def on_paper(n: int) -> c.RecordCoveredBallot:
    fields = {
        "enterprise": f"firm{n}",
        "secret": True,
        "total": 20,
        "present": 18,
        "yes": 12,
        "scrutineers": ("s1", "s2"),
    }
    return c.RecordCoveredBallot.model_validate(fields | {"evidence": SCAN})


_FIRMS = given(FIRMS_READY_TO_VOTE)
_ONLINE = put(_FIRMS.case, congress=put(_FIRMS.case.congress, ballot_mode="online"))
FIRMS = replace(_FIRMS, case=_ONLINE, named=drawn(20))
ONE_OPEN = FIRMS.having((TOWN_AS_ORGAN, firm_opens(1)))
TWO_OPEN = replace(ONE_OPEN, named=drawn(30, "p2")).having((TOWN_AS_ORGAN, firm_opens(2, "all_workers")))


def test_each_covered_enterprise_opens_its_own_vote_and_several_run_at_once() -> None:
    opened = like(
        e.PollOpened, enterprise="firm1", roll=20, needed=10, quorum=0, electorate="delegates", kind="congress",
        scrutineers=("s1", "s2"),
    )  # fmt: skip
    FIRMS.when(TOWN_AS_ORGAN, firm_opens(1)).then(opened)
    assert {one.enterprise: (one.roll, one.electorate) for one in TWO_OPEN.case.polls.values()} == {
        "firm1": (20, "delegates"), "firm2": (30, "all_workers"),
    }  # fmt: skip
    TWO_OPEN.when(TOWN_AS_ORGAN, firm_opens(1)).then_refused(Reason.POLL_RUNNING)
    three = replace(TWO_OPEN, named=drawn(20, "p3")).having((TOWN_AS_ORGAN, firm_opens(3)))
    three.when(TOWN_AS_ORGAN, firm_opens(3)).then_refused(Reason.POLL_RUNNING)
    TWO_OPEN.when(TOWN_AS_ORGAN, on_paper(2)).then_refused(Reason.POLL_RUNNING, by=day("2026-04-11"))
    TWO_OPEN.when(TOWN_AS_ORGAN, on_paper(3)).then(e.CoveredBallotRecorded)


def test_it_is_said_whose_vote_it_is_where_each_has_one_and_nowhere_else() -> None:
    FIRMS.when(TOWN_AS_ORGAN, opening()).then_refused(Reason.COVERED_UNKNOWN, "HZ 33")
    FIRMS.when(TOWN_AS_ORGAN, firm_opens(9)).then_refused(Reason.COVERED_UNKNOWN, "HZ 33")
    READY.when(UNION, firm_opens(1)).then_refused(Reason.NOT_PER_ENTERPRISE, "HZ 33")
    FIRMS.having((TOWN_AS_ORGAN, on_paper(1))).when(TOWN_AS_ORGAN, firm_opens(1)).then_refused(Reason.NOTHING_NEW)


def test_in_shanghai_only_an_enterprise_that_accepts_the_draft_votes_on_it_here_too() -> None:
    now = replace(FIRMS, law=law("cn-shanghai"))
    now.when(TOWN_AS_ORGAN, firm_opens(1)).then_refused(Reason.DRAFT_NOT_ACCEPTED, "SH 28")
    accepts: Any = lambda case: c.RecordAcceptance(enterprise="firm1", draft_hash=draft(case), evidence=SCAN)  # noqa: E731
    accepted = now.having((BODY_AS_ORGAN, accepts))
    accepted.when(TOWN_AS_ORGAN, firm_opens(2)).then_refused(Reason.DRAFT_NOT_ACCEPTED, "SH 28")
    accepted.when(TOWN_AS_ORGAN, firm_opens(1)).then(e.PollOpened)


def test_the_counts_of_one_enterprise_enter_as_those_it_would_count_on_paper_and_leave_the_other_running() -> None:
    closed = TWO_OPEN.having("2026-04-11T18:00")
    recorded = like(
        e.CoveredBallotRecorded, enterprise="firm1", total=20, present=15, yes=10, passed=True, secret=True,
        scrutineers=("s1", "s2"), occurred_on=day("2026-04-11"),
    )  # fmt: skip
    first = closed.when(CLOCK, counted(said(10, 5), 15)).then(like(e.PollCounted, total=20), recorded).after
    assert [one.enterprise for one in first.case.polls.values()] == ["firm2"]
    failed = like(e.CoveredBallotRecorded, enterprise="firm2", total=30, yes=14, passed=False)
    both = first.when(CLOCK, counted(said(14, 6), 20, poll="p2")).then(e.PollCounted, failed).after
    assert both.case.polls == {}
    both.when(TOWN_AS_ORGAN, ballot(24)).then_refused(Reason.COVERED_BALLOTS_MISSING, n=1)
    three = both.having((TOWN_AS_ORGAN, on_paper(3)))
    three.when(TOWN_AS_ORGAN, ballot(36, present=38)).then(like(e.BallotRecorded, result="failed"))
    TWO_OPEN.when(TOWN_AS_ORGAN, ballot(24)).then_refused(Reason.POLL_RUNNING)


def counting(*totals: int, yes: int) -> Given:
    """The covered enterprises that voted here, the first ones of the case; each with the same votes in favour."""
    now = FIRMS
    for n, total in enumerate(totals, 1):
        now = replace(now, named=drawn(total, f"p{n}")).having((TOWN_AS_ORGAN, firm_opens(n, "all_workers")))
    now = now.having("2026-04-11T18:00")
    return now.having(*((CLOCK, counted(said(yes, 2, 1), yes + 3, poll=f"p{n}")) for n in range(1, len(totals))))


def test_once_all_that_are_bound_have_voted_here_the_last_count_makes_the_sum_as_well() -> None:
    """Of the voters of all rolls, not of as many as the congress was convened for."""
    last = counted(said(12, 0, 4), 17, poll="p3", cast=16)
    now = counting(20, 20, 30, yes=10)
    sum_ = like(
        e.BallotRecorded, total=70, present=43, issued=43, returned=42, yes=32, no=4, abstain=6, spoiled=0, few=False,
        result="failed", draft_hash=draft(now.case), occurred_on=day("2026-04-11"),
    )  # fmt: skip
    done = now.when(CLOCK, last).then(e.PollCounted, like(e.CoveredBallotRecorded, passed=False), sum_)
    assert done.events[-1].stream is Stream.NOTICE
    done.after.when(TOWN_AS_ORGAN, ballot(32)).then_refused(Reason.BALLOT_RECORDED)
    done.after.when(S1, c.AttestBallot(correct=False, remark="少了一家")).then(like(e.BallotAttested, voided=True))
    valid = done.after.having((S1, c.AttestBallot(correct=True)), (S2, c.AttestBallot(correct=True)))
    assert [one.total for one in valid.case.ballots] == [70]


def test_with_one_on_paper_the_union_enters_the_sum_also_where_the_paper_takes_the_place_of_a_count() -> None:
    now = counting(20, 20, 20, yes=10)
    counted_anew = now.having((TOWN_AS_ORGAN, on_paper(1)))
    counted_anew.when(CLOCK, counted(said(12), 12, poll="p3")).then(e.PollCounted, e.CoveredBallotRecorded)
    two = counting(20, 20, yes=10).having((TOWN_AS_ORGAN, on_paper(3)))
    two.when(CLOCK, counted(said(12), 12, poll="p2")).then(e.PollCounted, e.CoveredBallotRecorded)


@pytest.mark.parametrize(("small", "stream"), [((8, 20), Stream.FILING), ((8, 7), Stream.NOTICE)])
def test_a_sum_that_gives_away_the_counts_of_under_ten_is_not_for_all_to_see(
    small: tuple[int, int], stream: Stream
) -> None:
    now = counting(30, *small, yes=4)
    then = now.when(CLOCK, counted(said(4), 4, poll="p3"))
    assert then.events[-1].stream is stream


def test_of_several_that_run_the_one_that_is_void_is_named() -> None:
    TWO_OPEN.when(TOWN_AS_ORGAN, c.VoidPoll(reason="截止时间有误")).then_refused(Reason.NO_POLL)
    TWO_OPEN.when(TOWN_AS_ORGAN, c.VoidPoll(reason="截止时间有误", poll="p9")).then_refused(Reason.NO_POLL)
    one = TWO_OPEN.when(TOWN_AS_ORGAN, c.VoidPoll(reason="截止时间有误", poll="p2")).then(like(e.PollVoided, poll="p2"))
    assert list(one.after.case.polls) == ["p1"]


# --- an oracle of our own -----------------------------------------------------------------------------------------

HALF_IS_ENOUGH = {"cn", "cn-beijing", "cn-chongqing", "cn-henan", "cn-shanghai"}
"""半数以上 (N2004 36; the texts of these places); the others say 过半数."""


@pytest.mark.parametrize("pack", PACKS)
def test_quorum_and_majority_of_every_pack_as_somebody_else_would_work_them_out(pack: str) -> None:
    """Random numbers of all, of those who took part and of those in favour, against fractions worked out here."""
    rule = law(pack).pack.congress_for(READY.case.scope)
    dice = Random(pack)
    for _ in range(40):
        total = dice.choice((10, 11, 39, 40, 99, 100, dice.randrange(10, 400)))
        voted = min(total, dice.choice((-(-2 * total // 3) - 1, -(-2 * total // 3), dice.randrange(1 + total))))
        yes = min(voted, dice.choice((total // 2, total // 2 + 1, dice.randrange(1 + voted))))
        case = put(READY.case, congress=put(READY.case.congress, total=total))
        now = replace(READY, law=law(pack), case=case, named=drawn(total)).having(
            (UNION, opening()), "2026-04-11T18:00"
        )
        after = now.when(CLOCK, counted(said(yes, voted - yes), voted)).then(e.PollCounted, e.BallotRecorded).after
        there = rule.quorum is None or rule.quorum_level != "hard" or Fraction(voted, total) >= Fraction(2, 3)
        share = Fraction(yes, total)
        carried = share > Fraction(1, 2) or (pack in HALF_IS_ENOUGH and share == Fraction(1, 2))
        (event,) = [x for x in after.log if isinstance(x, e.BallotRecorded)]
        wanted = "no_quorum" if not there else "passed" if carried else "failed"
        assert event.result == wanted, (pack, total, voted, yes)
