"""Step 3: either side offers; papers are served on the platform if confirmed, else with proof (HZ 24; ESL 11)."""

from __future__ import annotations

import pytest

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.deadlines import running
from cloudnego.core.refusals import Reason
from cloudnego.core.vocabulary import Step
from tests.core.situations import (
    BOTH_LISTED,
    EMPLOYER_AHEAD,
    EMPLOYER_OFFER_SERVED,
    OFFER,
    OFFER_SERVED,
    OFFER_UNSERVED,
    OPINIONS_HEARD,
    REFUSED,
    REPLIED,
    TOPICS_READY,
)
from tests.given import (
    E1,
    E2,
    HR,
    LEGAL,
    ON_PLATFORM,
    SCAN,
    UNION,
    W1,
    W2,
    E,
    Situation,
    W,
    day,
    given,
    like,
    paper,
    plan,
    receipt,
    sheet,
    turned,
)

CONFIRMED = c.ConfirmElectronicService(from_on=day("2026-03-01"), until_on=day("2026-12-31"), evidence=SCAN)


def _unsent() -> c.SendOffer:
    return OFFER.model_copy(update={"service": None})


# --- the offer ----------------------------------------------------------------------------------------------------


def test_the_workers_may_offer_and_nothing_of_the_employer_is_needed() -> None:
    assert given(TOPICS_READY).case.benches.employer.chief is None
    then = given(TOPICS_READY).on("2026-03-02").when(W1, OFFER)
    then.then(
        like(e.OfferSent, side=W, crossing=False, reps=("w1", "w2", "w3")), turned(Step.OFFER, Step.REPLY)
    ).then_no_warning()
    assert then.after.case.offer is not None


def test_the_employer_may_offer_and_nothing_of_the_workers_is_needed() -> None:
    assert given(EMPLOYER_OFFER_SERVED).case.benches.worker.chief is None
    assert given(EMPLOYER_OFFER_SERVED).case.offering_side is E
    assert given(EMPLOYER_OFFER_SERVED).case.step is Step.REPLY


def test_only_a_chief_offers() -> None:
    for who in (W2, UNION, HR):
        given(TOPICS_READY).on("2026-03-02").when(who, OFFER).then_refused(Reason.NOT_YOUR_SEAT)


def test_an_offer_follows_the_topics_of_its_side() -> None:
    given(OPINIONS_HEARD).when(W1, _unsent()).then_refused(Reason.NOT_IN_THIS_STEP)
    given(BOTH_LISTED).when(E1, OFFER).then_refused(Reason.TOPICS_NOT_READY, side=E)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"plan": plan("2026-03-01")}, Reason.DAY_IN_THE_PAST),
        ({"topics": sheet("none")}, Reason.NOTHING_TO_NEGOTIATE),
        ({"topics": (c.Topic(head="Z", answer=c.Answer.NEGOTIATE),)}, Reason.UNKNOWN_HEAD),
        ({"service": receipt("2026-03-01")}, Reason.BEFORE_ITS_GROUND),
        ({"service": receipt("2026-03-03")}, Reason.IN_THE_FUTURE),
    ],
)
def test_an_offer_that_does_not_hold(change: dict[str, object], reason: Reason) -> None:
    given(TOPICS_READY).on("2026-03-02").when(W1, OFFER.model_copy(update=change)).then_refused(reason)


def test_an_offer_that_leaves_heads_open_is_sent_with_a_warning() -> None:
    given(TOPICS_READY).on("2026-03-02").when(W1, OFFER.model_copy(update={"topics": sheet(heads=8)})).then_warned(
        Reason.HEADS_UNANSWERED, "HZ 9", heads="T9"
    )


def test_an_offer_is_not_older_than_the_list_it_carries() -> None:
    early = _unsent().model_copy(update={"occurred_on": day("2026-01-19"), "evidence": SCAN})
    given(TOPICS_READY).when(W1, early).then_refused(Reason.BEFORE_ITS_GROUND, ground="2026-01-20")


def test_one_offer_of_a_side_at_a_time() -> None:
    given(OFFER_UNSERVED).when(W1, OFFER).then_refused(Reason.OWN_OFFER_PENDING, "HZ 24")
    given(OFFER_SERVED).when(W1, OFFER).then_refused(Reason.OWN_OFFER_PENDING)
    given(REPLIED).when(W1, OFFER).then_refused(Reason.NOT_IN_THIS_STEP)


# --- crossing offers ----------------------------------------------------------------------------------------------


def test_a_crossing_offer_is_recorded_and_read_as_the_reply() -> None:
    now = given(BOTH_LISTED).on("2026-03-09").having((E1, c.DeclareTopicsReady()))
    mine = OFFER.model_copy(update={"service": receipt("2026-03-09"), "plan": plan("2026-04-02")})
    then = now.when(E1, mine).then(like(e.OfferSent, side=E, crossing=True), turned(Step.REPLY, Step.PREPARATION))
    case = then.after.case
    assert case.offering_side is W
    assert case.reply is not None
    assert (case.reply.outcome, case.reply.crossing) == (c.ReplyOutcome.ACCEPTED_WITH_CHANGES, True)


IN_THE_POST = Situation(
    OFFER_UNSERVED,
        (LEGAL, c.AppointRepresentatives.model_validate(
            {"reps": [{"person": f"e{n}"} for n in (1, 2, 3)], "chief": "e1", "chief_is": "legal_representative"})),
        (HR, c.AcceptDuty(persons=("e1", "e2", "e3"), evidence=SCAN)),
        (HR, c.PublishList(from_on=day("2026-03-02"), until_on=day("2026-03-02"))),
        (E1, c.DeclareTopicsReady()),
)  # fmt: skip
"""The workers' offer is in the post; nothing of it stands in the employer's way."""


def test_of_two_offers_in_the_post_the_first_served_runs_the_clocks() -> None:
    both = given(IN_THE_POST).having((E1, _unsent()))
    assert (both.case.step, both.case.offering_side) == (Step.OFFER, W)
    theirs = both.case.reply.paper if both.case.reply else ""
    then = both.on("2026-03-04").when(E1, c.ServePaper(paper=theirs, service=receipt("2026-03-04")))
    then.then(like(e.PaperServed, side=E, overtakes=True), turned(Step.OFFER, Step.REPLY))
    case = then.after.case
    assert (case.offering_side, case.reply.side if case.reply else None) == (E, W)
    assert case.offer is not None
    mine = case.reply.paper if case.reply else ""
    answered = then.after.on("2026-03-06").when(W1, c.ServePaper(paper=mine, service=receipt("2026-03-06")))
    answered.then(like(e.PaperServed, overtakes=False), turned(Step.REPLY, Step.PREPARATION))
    due = running(answered.after.case, answered.after.law, "reply")
    assert due is not None
    assert (due.side, due.start_on, due.met_on) == (W, day("2026-03-04"), day("2026-03-06"))


def test_an_offer_served_at_once_overtakes_one_in_the_post() -> None:
    then = given(IN_THE_POST).when(E1, OFFER).then(like(e.OfferSent, crossing=False), turned(Step.OFFER, Step.REPLY))
    case = then.after.case
    assert (case.offering_side, case.reply.side if case.reply else None) == (E, W)
    assert case.reply is not None
    assert case.reply.crossing


def test_of_two_offers_in_the_post_each_side_may_take_its_own_back() -> None:
    both = given(IN_THE_POST).having((E1, _unsent()))
    mine = both.when(W1, c.WithdrawOffer()).then(like(e.OfferWithdrawn, crossing=False)).after
    assert (mine.case.offering_side, mine.case.reply) == (E, None)
    theirs = both.when(E1, c.WithdrawOffer()).then(like(e.OfferWithdrawn, crossing=True)).after
    assert (theirs.case.offering_side, theirs.case.reply) == (W, None)
    both.when(W1, OFFER).then_refused(Reason.OWN_OFFER_PENDING)
    both.when(E1, OFFER).then_refused(Reason.OWN_OFFER_PENDING)


def test_an_offer_in_the_post_hinders_no_reply_to_the_one_that_was_served() -> None:
    crossing = given(BOTH_LISTED).on("2026-03-09").having((E1, c.DeclareTopicsReady()), (E1, _unsent()))
    refusing = c.Reply(outcome=c.ReplyOutcome.REFUSED, service=receipt("2026-03-09"), reason="经营困难")
    refused = crossing.when(E1, refusing).then(like(e.ReplySent, outcome="refused")).after
    assert refused.case.reply is not None
    assert not refused.case.reply.crossing
    taken_back = crossing.when(W1, c.WithdrawOffer())
    taken_back.then(like(e.OfferWithdrawn, crossing=False), turned(Step.REPLY, Step.OFFER, "withdrawn"))
    assert taken_back.after.case.offering_side is E


def test_a_crossing_offer_that_was_not_served_answers_nothing_yet() -> None:
    now = given(BOTH_LISTED).on("2026-03-09").having((E1, c.DeclareTopicsReady()), (E1, _unsent()))
    assert now.case.step is Step.REPLY
    paper_id = now.case.reply.paper if now.case.reply else ""
    now.when(E1, c.ServePaper(paper=paper_id, service=receipt("2026-03-09"))).then(
        e.PaperServed, turned(Step.REPLY, Step.PREPARATION)
    )


def test_no_offer_crosses_an_answer() -> None:
    given(REFUSED).having((E1, c.DeclareTopicsReady())).when(E1, OFFER).then_refused(Reason.OFFER_ANSWERED)


# --- service ------------------------------------------------------------------------------------------------------


def test_an_unserved_offer_holds_the_step_until_its_proof_is_entered() -> None:
    now = given(OFFER_UNSERVED).on("2026-03-04")
    assert now.case.step is Step.OFFER
    offer = now.case.offer
    assert offer is not None
    proof = c.ServePaper(paper=offer.paper, service=receipt("2026-03-03"))
    now.when(UNION, proof).then_refused(Reason.NOT_YOUR_SEAT)  # it lies at the table, where the chief sits
    then = now.when(W1, proof).then(like(e.PaperServed, kind="offer", side=W), turned(Step.OFFER, Step.REPLY))
    assert then.after.case.served_on(offer.paper) == day("2026-03-03")


def test_the_platform_serves_only_under_the_recipients_confirmation() -> None:
    now = given(TOPICS_READY).on("2026-03-02")
    online = OFFER.model_copy(update={"service": ON_PLATFORM})
    now.when(W1, online).then_refused(Reason.ELECTRONIC_SERVICE_NOT_CONFIRMED, "ESL 11", side=E)
    own_only = now.having((UNION, CONFIRMED))
    own_only.when(W1, online).then_refused(Reason.ELECTRONIC_SERVICE_NOT_CONFIRMED, side=E)
    confirmed = now.having((LEGAL, CONFIRMED))
    confirmed.when(W1, online).then(like(e.OfferSent, side=W), turned(Step.OFFER, Step.REPLY))


def test_a_confirmation_serves_only_within_its_days_and_until_revoked() -> None:
    online = OFFER.model_copy(update={"service": ON_PLATFORM})
    later = CONFIRMED.model_copy(update={"from_on": day("2026-03-03")})
    given(TOPICS_READY).on("2026-03-02").having((HR, later)).when(W1, online).then_refused(
        Reason.ELECTRONIC_SERVICE_NOT_CONFIRMED
    )
    revoked = (
        given(TOPICS_READY).on("2026-03-02").having((HR, CONFIRMED), (HR, c.RevokeElectronicService(reason="换人")))
    )
    revoked.when(W1, online).then_refused(Reason.ELECTRONIC_SERVICE_NOT_CONFIRMED)


def test_what_was_sent_earlier_is_not_served_by_the_platform_now() -> None:
    earlier = OFFER.model_copy(update={"service": ON_PLATFORM, "occurred_on": day("2026-03-02"), "evidence": SCAN})
    given(TOPICS_READY).on("2026-03-03").having((HR, CONFIRMED)).when(W1, earlier).then_refused(
        Reason.SERVICE_UNPROVED, "ESL 11"
    )


@pytest.mark.parametrize("missing", ["proof", "received_on", "evidence"])
def test_service_on_paper_is_proved_in_full(missing: str) -> None:
    unproved = receipt("2026-03-02").model_copy(update={missing: None})
    given(TOPICS_READY).on("2026-03-02").when(W1, OFFER.model_copy(update={"service": unproved})).then_refused(
        Reason.SERVICE_UNPROVED
    )


@pytest.mark.parametrize("proof", list(c.Proof))
def test_each_way_to_prove_service_on_paper_will_do(proof: c.Proof) -> None:
    proved = receipt("2026-03-02").model_copy(update={"proof": proof, "tracking": "EMS 1"})
    given(TOPICS_READY).on("2026-03-02").when(W1, OFFER.model_copy(update={"service": proved})).then(
        e.OfferSent, e.StepTurned
    )


def test_only_who_sent_a_paper_proves_its_service_and_once() -> None:
    offer = given(OFFER_UNSERVED).case.offer
    assert offer is not None
    proof = c.ServePaper(paper=offer.paper, service=receipt("2026-03-02"))
    given(OFFER_UNSERVED).when(HR, proof).then_refused(Reason.ALREADY_SERVED)
    given(OFFER_SERVED).when(W1, proof).then_refused(Reason.ALREADY_SERVED)
    unknown = proof.model_copy(update={"paper": "table.99"})
    given(OFFER_UNSERVED).when(W1, unknown).then_refused(Reason.UNKNOWN_REFERENCE)
    urged = given(OFFER_UNSERVED).having((UNION, c.Urge(channel="letter", demand="请尽快")))
    of_employer = urged.having(
        (LEGAL, c.AppointRepresentatives.model_validate({"reps": [{"person": "e1"}], "chief": "e1"})),
        (LEGAL, c.ReplaceRepresentative.model_validate(
            {"old": "e1", "rep": {"person": "e2"}, "as_chief": True, "evidence": SCAN.model_dump()})),
    )  # fmt: skip
    of_employer.when(E2, proof).then_refused(Reason.NOT_OWN_PAPER, side=W)
    of_employer.when(HR, proof).then_refused(Reason.UNKNOWN_REFERENCE)  # to him there is no paper of the table


# --- D0 -----------------------------------------------------------------------------------------------------------


def test_a_side_confirms_electronic_service_once_while_it_runs() -> None:
    now = given(TOPICS_READY).on("2026-03-02")
    now.when(HR, CONFIRMED).then(like(e.ElectronicServiceConfirmed, side=E))
    again = now.having((HR, CONFIRMED))
    again.when(LEGAL, CONFIRMED).then_refused(Reason.ELECTRONIC_SERVICE_IN_FORCE, "ESL 11")
    again.when(UNION, CONFIRMED).then(like(e.ElectronicServiceConfirmed, side=W))
    back = CONFIRMED.model_copy(update={"until_on": day("2026-02-01")})
    now.when(HR, back).then_refused(Reason.DAYS_IN_WRONG_ORDER)


def test_a_confirmation_that_ran_out_is_renewed_without_revoking_it() -> None:
    short = CONFIRMED.model_copy(update={"until_on": day("2026-03-05")})
    now = given(TOPICS_READY).on("2026-03-02").having((HR, short))
    now.on("2026-03-05").when(HR, CONFIRMED).then_refused(Reason.ELECTRONIC_SERVICE_IN_FORCE)
    now.on("2026-03-06").when(HR, CONFIRMED).then(e.ElectronicServiceConfirmed)
    now.on("2026-03-06").when(HR, short).then_refused(Reason.NOTHING_NEW)


def test_only_a_confirmation_that_was_given_is_revoked() -> None:
    given(TOPICS_READY).when(HR, c.RevokeElectronicService()).then_refused(Reason.ELECTRONIC_SERVICE_NOT_CONFIRMED)
    given(TOPICS_READY).on("2026-03-02").having((HR, CONFIRMED)).when(
        HR, c.RevokeElectronicService(reason="系统变更")
    ).then(like(e.ElectronicServiceRevoked, side=E))


# --- withdrawal of the offer --------------------------------------------------------------------------------------


def test_an_offer_is_taken_back_before_it_is_answered_and_a_new_one_is_possible() -> None:
    then = (
        given(OFFER_SERVED)
        .when(W1, c.WithdrawOffer(reason="补充议题"))
        .then(like(e.OfferWithdrawn, side=W), turned(Step.REPLY, Step.OFFER, "withdrawn"))
    )
    again = then.after.having((W1, c.DeclareTopicsReady()))
    new = OFFER.model_copy(update={"service": receipt("2026-03-03")})
    again.when(W1, new).then(like(e.OfferSent, crossing=False), turned(Step.OFFER, Step.REPLY))


def test_an_unserved_offer_is_taken_back_without_turning_the_step() -> None:
    given(OFFER_UNSERVED).when(W1, c.WithdrawOffer()).then(e.OfferWithdrawn)


def test_after_the_answer_or_for_the_other_side_no_offer_is_taken_back() -> None:
    given(REFUSED).when(W1, c.WithdrawOffer()).then_refused(Reason.OFFER_ANSWERED)
    given(BOTH_LISTED).when(E1, c.WithdrawOffer()).then_refused(Reason.NOT_OWN_OFFER, side=W)
    given(EMPLOYER_AHEAD).having((E1, c.DeclareTopicsReady())).when(E1, c.WithdrawOffer()).then_refused(Reason.NO_OFFER)


def test_the_offer_of_a_side_without_an_account_is_entered_from_its_paper() -> None:
    now = given(EMPLOYER_AHEAD).on("2026-03-02").having((E1, c.DeclareTopicsReady()))
    on_paper = OFFER.model_copy(update={"on_paper": paper(E, "2026-03-02")})
    now.when(UNION, on_paper).then(like(e.OfferSent, side=E, from_paper=True), turned(Step.OFFER, Step.REPLY))
