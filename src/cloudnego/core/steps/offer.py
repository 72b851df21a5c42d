"""Step 3: either side sends the written offer (HZ 24); nothing of the other side stands in its way."""

from __future__ import annotations

from datetime import date

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core import papers, sheets
from cloudnego.core.acts import dated, of_side
from cloudnego.core.moment import Moment, Standing
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.vocabulary import Seat, Stream


def served(s: Standing) -> Obstacle | None:
    """Step 3 ends when an offer has reached the other side."""
    offer = s.case.offer
    if offer is None:
        return no(Reason.NO_OFFER, *s.law.pack.offer.cite, cure=(Seat.CHIEF,))
    if s.case.served_on(offer.paper) is None:
        return no(Reason.OFFER_NOT_SERVED, *s.law.pack.offer.cite, cure=(Seat.CHIEF,), side=offer.side)
    return None


def none_of_own_pending(m: Moment) -> Obstacle | None:
    """One offer of a side at a time; a crossing offer is the other side's reply."""
    if m.case.offer is not None and m.case.offer.side is m.side:
        return no(Reason.OWN_OFFER_PENDING, *m.law.pack.offer.cite)
    if m.case.reply is not None:
        return no(Reason.OFFER_ANSWERED)
    return None


def sending_side_may(m: Moment) -> Obstacle | None:
    """The offer opens the talks; a crossing one needs an offer that has been served."""
    offer = m.case.offer
    if offer is not None and offer.side is not m.side and m.case.served_on(offer.paper) is None:
        return no(Reason.OFFER_NOT_SERVED, *m.law.pack.offer.cite, side=offer.side)
    return None


def ground(m: Moment) -> date | None:
    """An offer follows the naming of its side's list."""
    return m.bench.chosen_on


def meets_after_sending(m: Moment, command: c.SendOffer) -> Obstacle | None:
    """The proposed day lies ahead of the offer."""
    on = command.on_paper.occurred_on if command.on_paper else command.occurred_on or m.today
    if command.plan.day >= on:
        return None
    return no(Reason.DAY_IN_THE_PAST, *m.law.pack.offer.cite, day=command.plan.day.isoformat())


def says_what_it_must(m: Moment, command: c.SendOffer) -> Obstacle | None:
    """要约书应当明确协商的时间、地点、内容、本方协商代表名单等事项 (HZ 24 ¶2).

    Time, place and content are fields of the command; the list and the grounds are asked where the pack asks them."""
    row = m.law.pack.offer
    return papers.grounds_given(m, row, command.basis, "basis") or papers.representatives_named(m, row)


def send_offer(m: Moment, command: c.SendOffer) -> list[e.Event]:
    return [
        e.OfferSent(
            **of_side(m, command), paper=m.fresh(Stream.TABLE), plan=command.plan, topics=sheets.facts(command.topics),
            reps=tuple(r.person for r in m.bench.seated), crossing=m.case.offer is not None,
            served=papers.served(m, command, command.service),
        )
    ]  # fmt: skip


def serve_paper(m: Moment, command: c.ServePaper) -> list[e.Event]:
    paper, proof = m.case.papers[command.paper], papers.served(m, command, command.service)
    assert proof is not None
    return [e.PaperServed(**dated(m, command), paper=command.paper, kind=paper.kind, side=paper.side, served=proof)]


def confirm_electronic_service(m: Moment, command: c.ConfirmElectronicService) -> list[e.Event]:
    return [
        e.ElectronicServiceConfirmed(
            **dated(m, command), side=m.own_side, from_on=command.from_on, until_on=command.until_on
        )
    ]


def revoke_electronic_service(m: Moment, command: c.RevokeElectronicService) -> list[e.Event]:
    words = c.words_of(command) or None
    return [e.ElectronicServiceRevoked(side=m.own_side, on=m.today, words=words)]


def own_offer_unanswered(m: Moment) -> Obstacle | None:
    """A side can withdraw its own offer before the reply."""
    if m.case.offer is None:
        return no(Reason.NO_OFFER, cure=(Seat.CHIEF,))
    if m.case.offer.side is not m.side:
        return no(Reason.NOT_OWN_OFFER, side=m.case.offer.side)
    return no(Reason.OFFER_ANSWERED) if m.case.reply is not None else None


def withdraw_offer(m: Moment, command: c.WithdrawOffer) -> list[e.Event]:
    """The case goes back to the offer: a new one is always possible."""
    assert m.case.offer is not None
    return [e.OfferWithdrawn(**of_side(m, command), paper=m.case.offer.paper)]
