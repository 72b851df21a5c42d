"""Step 3: either side sends the written offer (HZ 24); nothing of the other side stands in its way."""

from __future__ import annotations

from datetime import date

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core import papers, sheets
from cloudnego.core.acts import dated, of_side
from cloudnego.core.moment import Moment, Standing
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.state import OfferState, ReplyState
from cloudnego.core.vocabulary import Seat, Stream


def served(s: Standing) -> Obstacle | None:
    """Step 3 ends when an offer has reached the other side."""
    offer = s.case.offer
    if offer is None:
        return no(Reason.NO_OFFER, *s.law.pack.offer.cite, cure=(Seat.CHIEF,))
    if s.case.served_on(offer.paper) is None:
        return no(Reason.OFFER_NOT_SERVED, *s.law.pack.offer.cite, cure=(Seat.CHIEF,), side=offer.side)
    return None


def _own(m: Moment) -> OfferState | ReplyState | None:
    """The offer of one's own side: the one that runs the clocks, or one that crossed it and is read as the reply."""
    offer, reply = m.case.offer, m.case.reply
    if offer is not None and offer.side is m.side:
        return offer
    return reply if reply is not None and reply.crossing and reply.side is m.side else None


def none_of_own_pending(m: Moment) -> Obstacle | None:
    """One offer of a side at a time. The other side's stands in nobody's way: either may offer, they may cross."""
    if _own(m) is not None:
        return no(Reason.OWN_OFFER_PENDING, *m.law.pack.offer.cite)
    return no(Reason.OFFER_ANSWERED) if m.case.reply is not None else None


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
    """Of two offers that cross, the first served runs the clocks and the other is read as the reply (HZ 24, 29)."""
    other, served_now = m.case.offer, papers.served(m, command, command.service)
    crossing = other is not None and (m.case.served_on(other.paper) is not None or served_now is None)
    return [
        e.OfferSent(
            **of_side(m, command), paper=m.fresh(Stream.TABLE), plan=command.plan, topics=sheets.facts(command.topics),
            reps=tuple(r.person for r in m.bench.seated), crossing=crossing, served=served_now,
        )
    ]  # fmt: skip


def serve_paper(m: Moment, command: c.ServePaper) -> list[e.Event]:
    paper, proof = m.case.papers[command.paper], papers.served(m, command, command.service)
    assert proof is not None
    offer, reply = m.case.offer, m.case.reply
    crossed = reply is not None and reply.crossing and reply.paper == command.paper
    return [
        e.PaperServed(
            **dated(m, command), paper=command.paper, kind=paper.kind, side=paper.side, served=proof,
            overtakes=crossed and offer is not None and m.case.served_on(offer.paper) is None,
        )
    ]  # fmt: skip


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
    """A side can withdraw its own offer before the reply; a crossing offer is one once it has been served."""
    offer, reply = m.case.offer, m.case.reply
    if offer is None:
        return no(Reason.NO_OFFER, cure=(Seat.CHIEF,))
    if _own(m) is None:
        return no(Reason.NOT_OWN_OFFER, side=offer.side)
    answered = reply is not None and (not reply.crossing or m.case.served_on(reply.paper) is not None)
    return no(Reason.OFFER_ANSWERED) if answered else None


def withdraw_offer(m: Moment, command: c.WithdrawOffer) -> list[e.Event]:
    """The case goes back to the offer: a new one is always possible. One that crossed it takes its place."""
    own = _own(m)
    assert own is not None
    return [e.OfferWithdrawn(**of_side(m, command), paper=own.paper, crossing=own is m.case.reply)]
