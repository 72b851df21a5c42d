"""Step 4: the other side answers in writing and settles time and content (HZ 24); refusal and silence are facts."""

from __future__ import annotations

from datetime import date

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core import papers, sheets
from cloudnego.core.acts import day_of, of_side
from cloudnego.core.deadlines import running
from cloudnego.core.moment import Moment, Standing
from cloudnego.core.pack import Level
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.vocabulary import Seat, Stream


def accepted(s: Standing) -> Obstacle | None:
    """Step 4 ends with a reply that does not refuse and has reached the offering side."""
    offer, reply = s.case.offer, s.case.reply
    side = offer.side.other if offer else None
    due = running(s.case, s.law, "reply")
    by = due.latest if due else None
    if reply is None or reply.outcome is c.ReplyOutcome.REFUSED:
        return no(Reason.REPLY_AWAITED, *s.law.pack.reply.cite, cure=(Seat.CHIEF,), side=side, by=by)
    if s.case.served_on(reply.paper) is None:
        return no(Reason.REPLY_UNSERVED, *s.law.pack.reply.cite, cure=(Seat.CHIEF,), side=side, by=by)
    return None


def offer_from_the_other_side(m: Moment) -> Obstacle | None:
    offer = m.case.offer
    if offer is None or m.case.served_on(offer.paper) is None:
        return no(Reason.NO_OFFER, cure=(Seat.CHIEF,))
    return no(Reason.OWN_OFFER, side=offer.side) if offer.side is m.side else None


def unanswered(m: Moment) -> Obstacle | None:
    """A refusal may be followed by a late acceptance; an acceptance stands. An offer that crossed and is still in the
    post hinders no reply in so many words."""
    reply = m.case.reply
    if reply is None or reply.outcome is c.ReplyOutcome.REFUSED:
        return None
    in_the_post = reply.crossing and m.case.served_on(reply.paper) is None
    return None if in_the_post else no(Reason.REPLY_GIVEN)


def could_still_accept(m: Moment) -> Obstacle | None:
    """Who has refused can only accept, which some texts let him do only with a list of his own (HA 21)."""
    if m.case.reply is None:
        return None
    unnamed = papers.representatives_named(m, m.law.pack.reply)
    return unnamed if unnamed and unnamed.hard else None


def received_on(m: Moment) -> date | None:
    return m.case.served_on(m.case.offer.paper) if m.case.offer else None


def says_what_it_must(m: Moment, command: c.Reply) -> Obstacle | None:
    """予以书面答复，商定具体协商的时间和内容 (HZ 24 ¶1): what the pack asks of a reply that does not refuse."""
    row = m.law.pack.reply
    if command.outcome is c.ReplyOutcome.REFUSED:
        return None
    if command.plan is None and "time" in row.needs:
        return no(Reason.TIME_NOT_SETTLED, *row.cite)
    if command.plan is not None and command.plan.day < day_of(m, command):
        return no(Reason.DAY_IN_THE_PAST, day=command.plan.day.isoformat())
    if not command.topics and "content" in row.needs:
        return no(Reason.CONTENT_NOT_SETTLED, *row.cite)
    return papers.grounds_given(m, row, command.reason, "reason") or sheets.heads_known(m, command)


def place_named(m: Moment, command: c.Reply) -> Obstacle | None:
    """HZ 24 ¶1 wants time and content settled; the place may follow. Other texts ask for it (SD 21)."""
    row = m.law.pack.reply
    level = papers.asked(row, "place")
    if command.outcome is c.ReplyOutcome.REFUSED or level is None or (command.plan and command.plan.place):
        return None
    return no(Reason.PLACE_NOT_SETTLED, *row.cite, level=level)


def refusal_changes_something(m: Moment, command: c.Reply) -> Obstacle | None:
    before = m.case.reply.outcome if m.case.reply else None
    return no(Reason.NOTHING_NEW) if command.outcome is c.ReplyOutcome.REFUSED is before else None


def refusal_has_no_ground(m: Moment, command: c.Reply) -> Obstacle | None:
    """另一方不得拒绝 (HZ 24 ¶1): recorded as a fact all the same; only an authority judges it."""
    row = m.law.pack.refusal
    if command.outcome is not c.ReplyOutcome.REFUSED:
        return None
    if row is not None and row.allowed == "with_reason":
        return None if command.reason else no(Reason.VALUE_MISSING, *row.cite, field="reason")
    cite = row.cite if row else m.law.pack.reply.cite
    return no(Reason.NO_GROUND_TO_REFUSE, *cite, level=Level.ADVISORY, side=m.own_side)


def own_representatives_named(m: Moment, command: c.Reply) -> Obstacle | None:
    """Wanted in the reply, at the latest with the notice before the meeting (ZJ 16); hard where the pack says so."""
    if command.outcome is c.ReplyOutcome.REFUSED:
        return None
    return papers.representatives_named(m, m.law.pack.reply)


def reply(m: Moment, command: c.Reply) -> list[e.Event]:
    due = running(m.case, m.law, "reply")
    on = day_of(m, command)
    return [
        e.ReplySent(
            **of_side(m, command), paper=m.fresh(Stream.TABLE), outcome=command.outcome, plan=command.plan,
            topics=sheets.facts(command.topics), reps=tuple(r.person for r in m.bench.seated),
            late=due is not None and due.latest is not None and on > due.latest,
            served=papers.served(m, command, command.service),
        )
    ]  # fmt: skip
