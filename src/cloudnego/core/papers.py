"""Papers served on the other side: on the platform only under its own confirmation, else with proof (ESL 11)."""

from __future__ import annotations

from datetime import date
from typing import Any

from cloudnego.core import commands as c
from cloudnego.core.acts import Fit, day_of, scanned
from cloudnego.core.events import Served
from cloudnego.core.moment import Moment
from cloudnego.core.pack import Content, Level, Said
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import Seat, Side

_CONFIRM = {
    Side.WORKER: (Seat.CHIEF, Seat.UNION),
    Side.EMPLOYER: (Seat.CHIEF, Seat.HR, Seat.LEGAL_REPRESENTATIVE),
}
"""Who confirms electronic service and signatures (D0) for a side."""


def in_force(case: Negotiation, side: Side, on: date) -> bool:
    """Whether a side's confirmation of electronic service (D0) covers this day."""
    span = case.e_service.of(side)
    return span is not None and span[0] <= on <= span[1]


def signed(m: Moment, command: c.SideAct) -> Obstacle | None:
    """In ink, entered with the scan; or with the key on the signer's own device, while the agreement of both sides that
    they sign electronically is in force (D0): 当事人可以约定使用或者不使用电子签名 (ESL 3 ¶1), 也可以选择使用符合其约定
    的可靠条件的电子签名 (ESL 13 ¶2).
    """
    if not m.signed or scanned(m, command) is None:
        return scanned(m, command)
    missing = (side for side in (m.own_side, m.own_side.other) if not in_force(m.case, side, m.today))
    return next(map(not_agreed, missing), None)


def not_agreed(side: Side) -> Obstacle:
    """That a side's agreement to sign electronically is not in force."""
    return no(Reason.ELECTRONIC_SERVICE_NOT_CONFIRMED, "ESL 3", "ESL 13", cure=_CONFIRM[side], side=side)


def served(m: Moment, command: c.Command, service: c.Service | None) -> Served | None:
    """The facts of a service; on the platform a paper arrives the moment it is sent."""
    if service is None:
        return None
    on = day_of(m, command) if service.via is c.ServedVia.PLATFORM else (service.received_on or day_of(m, command))
    return Served(via=service.via, proof=service.proof, on=on, evidence=service.evidence)


def unproved(m: Moment, service: c.Service | None, recipient: Side, sent_on: date, served_on: date) -> Obstacle | None:
    """What is wrong with a service, if anything; `served_on` is the day of the act that serves."""
    if service is None:
        return None
    if service.via is c.ServedVia.PLATFORM:
        # ESL 11 ¶2: 收件人指定特定系统接收数据电文的，数据电文进入该特定系统的时间，视为该数据电文的接收时间
        if in_force(m.case, recipient, m.today):
            # what enters the system today is not served on an earlier day
            return None if served_on == m.today else no(Reason.SERVICE_UNPROVED, "ESL 11")
        return no(Reason.ELECTRONIC_SERVICE_NOT_CONFIRMED, "ESL 11", cure=_CONFIRM[recipient], side=recipient)
    if service.proof is None or service.received_on is None or service.evidence is None:
        return no(Reason.SERVICE_UNPROVED, "ESL 11")
    if service.received_on < sent_on:
        return no(Reason.BEFORE_ITS_GROUND, day=service.received_on.isoformat(), ground=sent_on.isoformat())
    if service.received_on > m.today:
        return no(Reason.IN_THE_FUTURE, day=service.received_on.isoformat(), today=m.today.isoformat())
    return None


def service_holds(m: Moment, command: Any) -> Obstacle | None:
    """A paper sent by the acting side: its service must be proved or on the platform."""
    on = day_of(m, command)
    return unproved(m, command.service, m.own_side.other, on, on)


FITS: tuple[Fit[Any], ...] = (service_holds,)


# --- what a paper says --------------------------------------------------------------------------------------------


def asked(row: Content, name: Said) -> Level | None:
    """Whether the pack's text needs this of the paper, wants it, or does not speak of it."""
    if name in row.needs:
        return Level.HARD
    return Level.ADVISORY if name in row.wants else None


def representatives_named(m: Moment, row: Content) -> Obstacle | None:
    level = asked(row, "own_reps")
    if level is None or m.bench.seated:
        return None
    return no(Reason.REPRESENTATIVES_NOT_NAMED, *row.cite, level=level, side=m.own_side)


def grounds_given(_: Moment, row: Content, text: str | None, field: str) -> Obstacle | None:
    """说明 of one's own demands, where the text wants it (SD 21, HA 21); `field` is where it is written."""
    level = asked(row, "grounds")
    return no(Reason.VALUE_MISSING, *row.cite, level=level, field=field) if level and text is None else None


# --- asks that are about service itself ---------------------------------------------------------------------------


def paper_awaits_proof(m: Moment) -> Obstacle | None:
    return None if _waiting(m) else no(Reason.ALREADY_SERVED)


def _waiting(m: Moment) -> list[str]:
    return [name for name, p in m.case.papers.items() if p.served is None and p.side is m.side]


def _in_sight(m: Moment, paper: str) -> bool:
    """A paper is named by the stream it was sent in, and its place there."""
    return paper.partition(".")[0] in m.streams


def paper_in_sight(m: Moment) -> Obstacle | None:
    """Who keeps the proofs of a side's papers sees those sent at the table only if he sits there (decision 30)."""
    waiting = _waiting(m)
    if not waiting or any(_in_sight(m, name) for name in waiting):
        return None
    return no(Reason.NOT_YOUR_SEAT, cure=(Seat.CHIEF, Seat.REPRESENTATIVE), side=m.side)


def own_unserved_paper(m: Moment, command: c.ServePaper) -> Obstacle | None:
    """Only who sent a paper enters the proof of its service, and once."""
    paper = m.case.papers.get(command.paper)
    if paper is None or not _in_sight(m, command.paper):
        return no(Reason.UNKNOWN_REFERENCE, id=command.paper)
    if paper.side is not m.own_side:
        return no(Reason.NOT_OWN_PAPER, side=paper.side)
    if paper.served is not None:
        return no(Reason.ALREADY_SERVED)
    return unproved(m, command.service, paper.side.other, paper.sent_on, day_of(m, command))


def not_confirmed_yet(m: Moment) -> Obstacle | None:
    span = m.case.e_service.of(m.own_side)
    return no(Reason.ELECTRONIC_SERVICE_IN_FORCE, "ESL 11") if span and span[1] >= m.today else None


def confirmation_changes(m: Moment, command: c.ConfirmElectronicService) -> Obstacle | None:
    """One that has run out is given again for other days."""
    same = m.case.e_service.of(m.own_side) == (command.from_on, command.until_on)
    return no(Reason.NOTHING_NEW) if same else None


def confirmed_before(m: Moment) -> Obstacle | None:
    if m.case.e_service.of(m.own_side) is not None:
        return None
    return no(Reason.ELECTRONIC_SERVICE_NOT_CONFIRMED, "ESL 11", side=m.own_side)


def days_in_order(m: Moment, command: Any) -> Obstacle | None:
    """A span ends on or after the day it begins."""
    if command.until_on >= command.from_on:
        return None
    return no(Reason.DAYS_IN_WRONG_ORDER, first=command.from_on.isoformat(), last=command.until_on.isoformat())
