"""Proposals, from the first figure to what is accepted in principle: whole things, and none is lost (HZ 27, 28)."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.refusals import Reason, Refused
from cloudnego.core.sight import next_for
from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import Member, Side
from tests.core.situations import BALLOT_FAILED, REPLIED
from tests.given import E1, E2, W1, W2, E, Given, W, given, like

RAISE = c.MakeProposal(head="T3", rate="8")
LESS = c.MakeProposal(head="T3", rate="5")
NIGHT = c.MakePackage.model_validate(
    {"terms": [{"head": "T3", "rate": "6"}], "given": [{"head": "T5", "text": "夜班津贴不变"}]}
)
BOTH = c.MakePackage.model_validate({"terms": [{"head": "T3", "rate": "7"}, {"head": "T5", "fen": 3_000}]})


def named(now: Given, side: Side) -> str:
    """The latest proposal of a side that stands."""
    return [name for name, one in now.case.positions.items() if one.side is side][-1]


def taking(side: Side) -> Callable[[Negotiation], c.Command]:
    def said(case: Negotiation) -> c.Command:
        return c.AcceptInPrinciple(proposal=[name for name, one in case.positions.items() if one.side is side][-1])

    return said


# --- what replaces what -------------------------------------------------------------------------------------------


def test_a_later_figure_of_the_same_side_replaces_the_earlier_and_says_so() -> None:
    now = given(REPLIED).having((W2, RAISE))
    first = named(now, W)
    after = now.when(W2, RAISE.model_copy(update={"rate": "7"})).then(like(e.ProposalMade, replaces=(first,))).after
    assert first not in after.case.positions
    assert len(after.case.positions) == 1


def test_the_other_side_s_figure_stands_beside_and_says_what_it_answers() -> None:
    now = given(REPLIED).having((W2, RAISE))
    counter = LESS.model_copy(update={"answers": named(now, W)})
    after = now.when(E2, counter).then(like(e.ProposalMade, answers=named(now, W), replaces=())).after
    assert [one.side for one in after.case.positions.values()] == [W, E]
    now.when(W2, counter).then_refused(Reason.OWN_PROPOSAL)
    now.when(E2, LESS.model_copy(update={"answers": "table.99"})).then_refused(Reason.PROPOSAL_GONE)


def test_a_figure_does_not_take_away_a_package_that_speaks_of_more() -> None:
    now = given(REPLIED).having((W2, BOTH))
    after = now.when(W2, RAISE).then(like(e.ProposalMade, replaces=())).after
    assert len(after.case.positions) == 2
    again = after.when(W2, BOTH).then(e.PackageMade).after
    assert len(again.case.positions) == 1


# --- a package is one thing ---------------------------------------------------------------------------------------


def test_a_package_has_two_lines_or_more_each_on_a_head_of_its_own() -> None:
    now = given(REPLIED)
    lone = c.MakePackage.model_validate({"terms": [{"head": "T3", "rate": "6"}]})
    now.when(W2, lone).then_refused(Reason.VALUE_MISSING, field="terms")
    empty = c.MakePackage.model_validate({"terms": [{"head": "T3", "rate": "6"}, {"head": "T5"}]})
    now.when(W2, empty).then_refused(Reason.VALUE_MISSING, field="terms")
    twice = c.MakePackage.model_validate(
        {"terms": [{"head": "T3", "rate": "6"}], "given": [{"head": "T3", "rate": "5"}]}
    )
    now.when(W2, twice).then_refused(Reason.HEAD_TWICE, head="T3")
    strange = c.MakePackage.model_validate({"terms": [{"head": "T3", "rate": "6"}, {"head": "T99", "text": "x"}]})
    now.when(W2, strange).then_refused(Reason.UNKNOWN_HEAD)


def test_a_figure_in_a_package_counts_among_what_its_side_has_named() -> None:
    after = given(REPLIED).having((E2, NIGHT)).case
    assert after.proposals[-2:] == ((E, "T3", "6", None), (E, "T5", None, None))


def test_no_act_names_a_part_of_a_package() -> None:
    """If A then B is taken as it was made, or not at all: whatever is accepted is a proposal, whole."""
    now = given(REPLIED).having((E2, NIGHT))
    taken = now.when(W1, taking(E)).then(like(e.AcceptedInPrinciple, proposal=named(now, E), binding=False)).after
    (one,) = taken.case.positions.values()
    assert one.accepted
    assert one.heads == {"T3", "T5"}
    assert set(c.AcceptInPrinciple.model_fields) - set(c.SideAct.model_fields) == {"proposal", "remark"}


# --- accepted in principle ----------------------------------------------------------------------------------------


def test_the_chief_of_the_other_side_accepts_and_it_settles_what_is_on_no_other_head() -> None:
    now = given(REPLIED).having((W2, RAISE), (E2, LESS))
    theirs, own = named(now, E), named(now, W)
    now.when(W2, taking(E)).then_refused(Reason.NOT_YOUR_SEAT)
    now.when(E1, taking(E)).then_refused(Reason.OWN_PROPOSAL)
    after = now.when(W1, taking(E)).then(like(e.AcceptedInPrinciple, proposal=theirs, settles=(own,))).after
    assert list(after.case.positions) == [theirs]
    after.when(W1, taking(E)).then_refused(Reason.NO_PROPOSAL)


def test_what_is_accepted_is_not_proposed_away_but_a_package_may_carry_it_along() -> None:
    now = given(REPLIED).having((E2, LESS), (W1, taking(E)))
    now.when(W2, RAISE).then_refused(Reason.HEAD_ACCEPTED, head="T3")
    now.when(W2, LESS).then_refused(Reason.HEAD_ACCEPTED)
    now.when(W2, BOTH).then_refused(Reason.HEAD_ACCEPTED)
    along = c.MakePackage.model_validate({"terms": [{"head": "T3", "rate": "5"}, {"head": "T5", "fen": 3_000}]})
    carried = now.when(W2, along).then(e.PackageMade).after
    carried.when(E1, taking(W)).then(like(e.AcceptedInPrinciple, proposal=named(carried, W), settles=()))


def test_two_packages_that_say_different_things_of_one_head_are_not_both_accepted() -> None:
    wider = c.MakePackage.model_validate({"terms": [{"head": "T3", "rate": "7"}, {"head": "T1", "text": "另行测定"}]})
    now = given(REPLIED).having((E2, NIGHT), (W2, wider), (W1, taking(E)))
    now.when(E1, taking(W)).then_refused(Reason.HEAD_ACCEPTED, head="T3")
    accept = next(one for one in next_for(now.moment(E1)) if one.command == "accept_in_principle")
    assert [o.reason for o in accept.obstacles] == [Reason.HEAD_ACCEPTED], "the button says what stands in the way"


def test_an_acceptance_is_taken_back_in_so_many_words_and_the_proposal_is_open_again() -> None:
    now = given(REPLIED).having((E2, LESS), (W1, taking(E)))
    name = named(now, E)
    now.when(E2, c.WithdrawProposal(proposal=name)).then_refused(Reason.NO_PROPOSAL)
    after = now.when(E1, c.TakeBackAcceptance(proposal=name, reason="成本核算有误")).then(e.AcceptanceTakenBack).after
    assert not after.case.positions[name].accepted
    after.when(W2, RAISE).then(e.ProposalMade)
    after.when(W1, c.TakeBackAcceptance(proposal=name, reason="x")).then_refused(Reason.PROPOSAL_NOT_ACCEPTED)


def test_after_a_failed_ballot_what_was_accepted_may_be_talked_of_again() -> None:
    before = given(BALLOT_FAILED).case.positions
    assert not any(one.accepted for one in before.values())


# --- held, withdrawn ----------------------------------------------------------------------------------------------


def test_the_other_side_puts_a_proposal_aside_and_may_accept_it_later() -> None:
    now = given(REPLIED).having((W2, RAISE))
    hold = c.HoldProposal(proposal=named(now, W))
    now.when(W2, hold).then_refused(Reason.NO_PROPOSAL)
    held = now.when(E2, hold).then(like(e.ProposalHeld, side=E)).after
    held.when(E2, hold).then_refused(Reason.NO_PROPOSAL)
    assert held.when(E1, taking(W)).then(e.AcceptedInPrinciple).after.case.positions[named(now, W)].accepted


def test_a_side_withdraws_its_own_and_only_its_own() -> None:
    now = given(REPLIED).having((W2, RAISE), (E2, LESS))
    gone = now.when(W2, c.WithdrawProposal(proposal=named(now, W))).then(like(e.ProposalWithdrawn, side=W)).after
    assert [one.side for one in gone.case.positions.values()] == [E]
    now.when(W2, c.WithdrawProposal(proposal=named(now, E))).then_refused(Reason.NOT_OWN_PROPOSAL)
    now.when(W2, c.WithdrawProposal(proposal="table.99")).then_refused(Reason.PROPOSAL_GONE)


# --- nothing is lost ----------------------------------------------------------------------------------------------

HEADS = ("T1", "T2", "T3", "T4", "T5")
ASKERS: tuple[Member, ...] = (W1, W2, E1, E2)


def _anything(case: Negotiation, dice: Random) -> c.Command:
    def line() -> dict[str, object]:
        return {"head": dice.choice(HEADS), "rate": str(dice.randint(1, 9))}

    some = dice.choice([*case.positions, "table.99"])
    return dice.choice(
        [
            c.MakeProposal.model_validate(line()),
            c.MakePackage.model_validate(
                {
                    "terms": [line() for _ in range(dice.randint(1, 3))],
                    "given": [line() for _ in range(dice.randint(0, 2))],
                }
            ),
            c.HoldProposal(proposal=some),
            c.WithdrawProposal(proposal=some),
            c.AcceptInPrinciple(proposal=some),
            c.TakeBackAcceptance(proposal=some, reason="x"),
        ]
    )


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_said_no_open_point_is_lost_and_what_is_accepted_stays(seed: int) -> None:
    """Whoever speaks of a head goes on being heard until he withdraws or something on it is accepted; two accepted
    proposals never say different things of one head."""
    dice, now, done = Random(seed), given(REPLIED), 0
    for _ in range(200):
        by, before = dice.choice(ASKERS), now.case
        command = _anything(before, dice)
        judged = now.when(by, command)
        try:
            now = judged.after
        except (AssertionError, Refused):
            continue
        done += 1
        open_before = {h for one in before.positions.values() for h in one.heads}
        open_after = {h for one in now.case.positions.values() for h in one.heads}
        if not isinstance(command, c.WithdrawProposal):
            assert open_before <= open_after, command
        if not isinstance(command, c.TakeBackAcceptance):
            kept = {name for name, one in before.positions.items() if one.accepted}
            assert kept <= {name for name, one in now.case.positions.items() if one.accepted}, command
        said: dict[str, tuple[str | None, int | None]] = {}
        for one in now.case.positions.values():
            for line in one.lines if one.accepted else ():
                assert said.setdefault(line.head, (line.rate, line.fen)) == (line.rate, line.fen), command
    assert done > 30
