"""What lies over a step without changing it: suspension, guidance, dispute, vacancy; read off the state."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core import instructors, papers, plans
from cloudnego.core.acts import dated, day_of, of_side, said
from cloudnego.core.benches import chief_by_right
from cloudnego.core.deadlines import overdue, running
from cloudnego.core.moment import Moment, Standing
from cloudnego.core.pack import Level
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import Office, Seat, Side, Stream


class Overlay(StrEnum):
    """The four states of the side of the road; they stack."""

    SUSPENDED = "suspended"
    GUIDANCE = "guidance"
    DISPUTE = "dispute"
    VACANCY = "vacancy"


def overlays_of(case: Negotiation) -> frozenset[Overlay]:
    """Which overlays lie on a case."""
    found = set()
    if case.suspension.since is not None:
        found.add(Overlay.SUSPENDED)
    if case.guidance is not None:
        found.add(Overlay.GUIDANCE)
    if case.dispute is not None and case.dispute.closed_on is None:
        found.add(Overlay.DISPUTE)
    if any(case.benches.of(side).vacant for side in Side):
        found.add(Overlay.VACANCY)
    return frozenset(found)


# --- suspension ---------------------------------------------------------------------------------------------------


def not_suspended(s: Standing) -> Obstacle | None:
    """While the talks lie still, the table lies still (HZ 27 ¶2)."""
    if s.case.suspension.since is None:
        return None
    return no(Reason.SUSPENDED, *s.law.pack.suspension.cite, cure=(Seat.CHIEF,), by=s.case.suspension.until)


def suspended(s: Standing) -> Obstacle | None:
    return None if s.case.suspension.since else no(Reason.NOT_SUSPENDED)


def no_agreement(m: Moment) -> Obstacle | None:
    return no(Reason.AGREEMENT_REACHED) if m.case.meeting.agreement_on else None


def suspension_is_new(m: Moment, command: c.Suspend) -> Obstacle | None:
    named = m.case.suspension.named.of(m.own_side)
    return no(Reason.NOTHING_NEW) if named == (command.until_on, command.next) else None


def within_the_cap(m: Moment, command: c.Suspend) -> Obstacle | None:
    """中止协商的期限累计不得超过三十日 (HZ 27 ¶2); judged again when the other side consents."""
    row, begins = m.law.pack.suspension, day_of(m, command)
    if command.until_on < begins or command.next.day < command.until_on:
        return no(Reason.DAYS_IN_WRONG_ORDER, first=begins.isoformat(), last=command.until_on.isoformat())
    days = (command.until_on - begins).days
    used = m.case.suspension.used_days
    if row.max_days is not None and used + days > row.max_days:
        last = begins + timedelta(days=max(0, row.max_days - used))
        return no(
            Reason.SUSPENSION_TOO_LONG, *row.cite, level=row.max_level, by=last, days=days, used=used, most=row.max_days
        )
    return None


def days_left(m: Moment) -> Obstacle | None:
    """Where every day has been used, nobody needs to name a term to hear that it is too long (HZ 27 ¶2)."""
    row, used = m.law.pack.suspension, m.case.suspension.used_days
    if row.max_days is None or used < row.max_days or row.max_level is not Level.HARD:
        return None
    return no(Reason.SUSPENSION_TOO_LONG, *row.cite, days=1, used=used, most=row.max_days)


def makes_the_cap_unreachable(m: Moment, command: c.Suspend) -> Obstacle | None:
    """A suspension does not stop the sixty days of HZ 29: a warning when it passes them."""
    cap = running(m.case, m.law, "total_cap")
    if cap is None or cap.latest is None or m.case.agreed_first_on or command.until_on <= cap.latest:
        return None
    return no(Reason.SUSPENSION_PASSES_CAP, *cap.articles, level=Level.ADVISORY, by=cap.latest)


def only_force_majeure(m: Moment, _: c.Suspend) -> Obstacle | None:
    row = m.law.pack.suspension
    return no(Reason.SUSPENSION_ONLY_FORCE_MAJEURE, *row.cite, level=Level.ADVISORY) if row.force_majeure_only else None


def suspend(m: Moment, command: c.Suspend) -> list[e.Event]:
    """经职工方首席代表同意，可以中止协商: takes hold when both chiefs have named the same."""
    agreed = m.case.suspension.named.of(m.own_side.other) == (command.until_on, command.next)
    return [e.SuspensionNamed(**of_side(m, command), until_on=command.until_on, next=command.next, agreed=agreed)]


def next_venue(m: Moment, command: c.Suspend) -> Obstacle | None:
    return plans.venue_allowed(m, command.next)


def lay_still_too_long(m: Moment, command: c.Resume) -> Obstacle | None:
    """Days beyond the cap are recorded and shown; they close no way back to the table."""
    row, since = m.law.pack.suspension, m.case.suspension.since
    if row.max_days is None or since is None:
        return None
    days = m.case.suspension.used_days + (day_of(m, command) - since).days
    if days <= row.max_days:
        return None
    return no(
        Reason.LAY_STILL_TOO_LONG, *row.cite, level=Level.ADVISORY, cure=(Seat.CHIEF,), days=days, most=row.max_days
    )


def suspended_since(m: Moment) -> date | None:
    return m.case.suspension.since


def resume(m: Moment, command: c.Resume) -> list[e.Event]:
    act, since = of_side(m, command), m.case.suspension.since
    assert since is not None
    return [e.TalksResumed(**act, days=(act["occurred_on"] - since).days)]


# --- guidance -----------------------------------------------------------------------------------------------------


def no_guidance_yet(m: Moment) -> Obstacle | None:
    return no(Reason.GUIDANCE_OPEN) if m.case.guidance else None


def guidance_open(m: Moment) -> Obstacle | None:
    return None if m.case.guidance else no(Reason.NO_GUIDANCE, cure=(Seat.UNION, Seat.CHIEF))


def request_guidance(m: Moment, command: c.RequestGuidance) -> list[e.Event]:
    return [e.GuidanceRequested(**of_side(m, command), urgent=command.urgent)]


def end_guidance(_: Moment, command: c.EndGuidance) -> list[e.Event]:
    return [e.GuidanceEnded(words=said(command))]


def may_be_invited(m: Moment, command: c.InviteToTable) -> Obstacle | None:
    if command.person in m.case.invited:
        return no(Reason.INVITED)
    seated = any(m.case.benches.of(side).has(command.person) for side in Side)
    return no(Reason.NOTHING_NEW) if seated or command.person == m.case.meeting.recorder else None


_UPPER = frozenset({Office.TOWN_UNION, Office.DISTRICT_UNION})


def office_may_sit_there(m: Moment, _: c.InviteToTable) -> Obstacle | None:
    """The authority sits there as coordinator alone, an upper union while guidance is given (LCL 51; ZJ 6, 8, 39)."""
    named = m.named
    if named is None or named.of_party:
        return None
    if Office.AUTHORITY in named.offices:
        return no(Reason.AUTHORITY_COORDINATES, "ZJ 39", cure=(Seat.AUTHORITY,))
    return guidance_open(m) if named.offices & _UPPER else None


def invite_to_table(m: Moment, command: c.InviteToTable) -> list[e.Event]:
    named = m.named
    guiding = named is not None and not named.of_party and bool(named.offices & _UPPER)
    return [e.InvitedToTable(**of_side(m, command), person=command.person, under_guidance=guiding)]


def own_guests(m: Moment) -> Obstacle | None:
    return None if m.side in m.case.invited.values() else no(Reason.NOT_INVITED)


def invited_by_own(m: Moment, command: c.EndInvitation) -> Obstacle | None:
    return None if m.case.invited.get(command.person) == m.side else no(Reason.NOT_INVITED)


def end_invitation(m: Moment, command: c.EndInvitation) -> list[e.Event]:
    return [e.InvitationEnded(**of_side(m, command), person=command.person)]


# --- dispute ------------------------------------------------------------------------------------------------------


def ground_for_dispute(s: Standing) -> Obstacle | None:
    """A refused or overdue reply, a declared deadlock, a passed cap (ZJ 39)."""
    case = s.case
    refused = case.reply is not None and case.reply.outcome is c.ReplyOutcome.REFUSED
    silent = case.reply is None and overdue(case, s.law, "reply", s.today)
    capped = case.agreed_first_on is None and overdue(case, s.law, "total_cap", s.today)
    if refused or silent or capped or case.meeting.deadlock or case.meeting.absences:
        return None
    return no(Reason.NO_GROUND_FOR_DISPUTE, "ZJ 39", cure=(Seat.CHIEF,))


def no_dispute_open(m: Moment) -> Obstacle | None:
    open_now = m.case.dispute is not None and m.case.dispute.closed_on is None
    return no(Reason.DISPUTE_OPEN) if open_now else None


def upper_union_asked(m: Moment) -> Obstacle | None:
    """Where the text sends the parties to the upper union first (SH 34), advised."""
    row = m.law.pack.coordination
    if not row.upper_union_first or m.case.guidance is not None:
        return None
    return no(Reason.UPPER_UNION_FIRST, *row.cite, level=Level.ADVISORY, cure=(Seat.UNION, Seat.CHIEF))


def apply_for_coordination(m: Moment, command: c.ApplyForCoordination) -> list[e.Event]:
    return [e.CoordinationRequested(**of_side(m, command))]


def dispute_not_accepted(m: Moment) -> Obstacle | None:
    """On application, or ex officio where there is a ground (N2004 49)."""
    dispute = m.case.dispute
    if dispute is not None and dispute.closed_on is None:
        return no(Reason.DISPUTE_OPEN) if dispute.accepted_on else None
    return ground_for_dispute(m)


def coordinators_are_neutral(m: Moment, command: c.AcceptDispute) -> Obstacle | None:
    seated = {r.person for side in Side for r in m.case.benches.of(side).seated}
    return no(Reason.REVIEWER_IS_PARTY, "ZJ 39") if seated & set(command.coordinators) else None


def accept_dispute(m: Moment, command: c.AcceptDispute) -> list[e.Event]:
    applied = m.case.dispute is not None and m.case.dispute.closed_on is None
    return [e.DisputeAccepted(**dated(m, command), coordinators=command.coordinators, ex_officio=not applied)]


def dispute_accepted(m: Moment) -> Obstacle | None:
    dispute = m.case.dispute
    if dispute is None or dispute.closed_on is not None or dispute.accepted_on is None:
        return no(Reason.NO_DISPUTE, "ZJ 39", cure=(Seat.AUTHORITY,))
    return None


def accepted_on(m: Moment) -> date | None:
    return m.case.dispute.accepted_on if m.case.dispute else None


COORDINATING = ("investigated", "planned", "coordinated")


def goes_forward(m: Moment, command: c.AdvanceCoordination) -> Obstacle | None:
    """调查了解争议的情况，研究制定协调处理争议的方案，对争议进行协调处理 (N2004 53): in this order."""
    known = m.case.dispute.reached if m.case.dispute else None
    if known is None or COORDINATING.index(command.reached) > COORDINATING.index(known):
        return None
    return no(Reason.NOTHING_NEW)


def not_yet_coordinated(m: Moment) -> Obstacle | None:
    """After the last of the three only the end is left."""
    reached = m.case.dispute.reached if m.case.dispute else None
    return no(Reason.NOTHING_NEW) if reached == COORDINATING[-1] else None


def advance_coordination(m: Moment, command: c.AdvanceCoordination) -> list[e.Event]:
    return [e.CoordinationAdvanced(**dated(m, command), reached=command.reached)]


def not_a_party(m: Moment) -> Obstacle | None:
    """Who sits for a side coordinates no dispute of it."""
    party = any(m.case.benches.of(side).has(m.by.person) for side in Side)
    return no(Reason.REVIEWER_IS_PARTY) if party else None


def applied_in_time(m: Moment, _: c.ApplyForCoordination) -> Obstacle | None:
    """自期满之日起十五日内以书面形式…提出协调处理申请 (HA 37): late is shown, the authority decides."""
    row, cap = m.law.pack.coordination, running(m.case, m.law, "total_cap")
    if row.within_days is None or cap is None or cap.latest is None:
        return None
    last = cap.latest + timedelta(days=row.within_days)
    return no(Reason.APPLIED_LATE, *row.cite, level=Level.ADVISORY, by=last) if m.today > last else None


def not_extended(m: Moment) -> Obstacle | None:
    return no(Reason.EXTENDED, "ZJ 39") if m.case.dispute and m.case.dispute.extended_days else None


def extension_allowed(m: Moment, command: c.ExtendDispute) -> Obstacle | None:
    """最长不超过十五日 (ZJ 39; N2004 52)."""
    row = m.law.pack.timers.get("dispute")
    most = row.extend_n if row else None
    if most is None or command.days <= most:
        return None
    return no(Reason.EXTENSION_TOO_LONG, *(row.cite if row else ()), days=command.days, most=most)


def extend_dispute(m: Moment, command: c.ExtendDispute) -> list[e.Event]:
    return [e.DisputeExtended(**dated(m, command), days=command.days)]


def close_dispute(m: Moment, command: c.CloseDispute) -> list[e.Event]:
    """With an agreement the case goes to the meeting, where the chiefs confirm its clauses and minutes (N2004 54)."""
    return [e.DisputeClosed(**dated(m, command), agreement=command.agreement)]


# --- vacancy ------------------------------------------------------------------------------------------------------


def seated_on_own_bench(m: Moment, command: c.LeaveBench) -> Obstacle | None:
    """A representative leaves his own seat; the side's organ may enter that a seat is empty, with the paper."""
    if not m.bench.has(command.person):
        return no(Reason.NOT_A_REPRESENTATIVE, "ZJ 13", side=m.own_side)
    organ = m.seats & {Seat.UNION, Seat.HR, Seat.LEGAL_REPRESENTATIVE}
    if command.person != m.by.person and not organ:
        return no(Reason.NOT_YOUR_SEAT, "ZJ 13", cure=(Seat.UNION, Seat.HR))
    if command.person != m.by.person and command.evidence is None:
        return no(Reason.EVIDENCE_MISSING, day=m.today.isoformat())
    return None


def leave_bench(m: Moment, command: c.LeaveBench) -> list[e.Event]:
    return [
        e.RepresentativeLeft(
            **dated(m, command), side=m.own_side, person=command.person, was_chief=m.bench.chief == command.person
        )
    ]


def list_named(m: Moment) -> Obstacle | None:
    if m.bench.chief is None:
        return no(Reason.LIST_MISSING, cure=(Seat.UNION, Seat.HR), side=m.own_side)
    return None


def replacement_stands(m: Moment, command: c.ReplaceRepresentative) -> Obstacle | None:
    """按照本条例规定产生新的协商代表 (HZ 22 ¶2): the same rules, for someone who sits on neither side."""
    bench, other = m.bench, m.case.benches.of(m.own_side.other)
    if not any(r.person == command.old for r in bench.reps):
        return no(Reason.NOT_A_REPRESENTATIVE, "ZJ 13", side=m.own_side)
    if any(r.person == command.rep.person for r in bench.reps):
        return no(Reason.TWICE_ON_LIST)
    if other.has(command.rep.person):
        return no(Reason.ON_BOTH_SIDES, "ZJ 10", "N2004 24", side=m.own_side)
    if command.rep.person == m.case.meeting.recorder:
        return no(Reason.RECORDER_IS_REPRESENTATIVE, "HZ 26", side=m.own_side)
    served = instructors.served_neither(m, [command.rep.person], m.own_side)
    if served is not None:
        return served
    if command.as_chief != (bench.chief == command.old):
        return no(Reason.CHIEF_NOT_ON_LIST, "HZ 22", side=m.own_side)
    if command.as_chief and command.rep.outside:
        return no(Reason.CHIEF_OUTSIDER, "N2004 23", side=m.own_side)
    return None


def new_chief_by_right(m: Moment, command: c.ReplaceRepresentative) -> Obstacle | None:
    """A new chief is one whom the text admits."""
    return chief_by_right(m, m.own_side, command.chief_is, manager=command.rep.manager) if command.as_chief else None


def replacement_proved(m: Moment, command: c.ReplaceRepresentative) -> Obstacle | None:
    """The result of the vote, or the legal representative's letter, is entered with its scan."""
    if command.evidence or command.on_paper:
        return None
    return no(Reason.EVIDENCE_MISSING, "ZJ 13", day=m.today.isoformat())


def replace_representative(m: Moment, command: c.ReplaceRepresentative) -> list[e.Event]:
    return [
        e.RepresentativeReplaced(
            **of_side(m, command), old=command.old, rep=command.rep, as_chief=command.as_chief,
            chief_is=command.chief_is, chief_may_sign=command.chief_may_sign,
            paper=m.fresh(Stream.NOTICE), served=papers.served(m, command, command.service),
        )
    ]  # fmt: skip


def is_the_chief(m: Moment) -> Obstacle | None:
    """A delegate does not delegate on."""
    if m.for_side is not None or m.bench.chief == m.by.person:
        return None
    return no(Reason.NOT_YOUR_SEAT, "N2004 20", cure=(Seat.CHIEF,), side=m.own_side)


def delegate_is_insider(m: Moment, command: c.DelegateChief) -> Obstacle | None:
    """Another representative of the own side, from inside (N2004 20, 23)."""
    rep = next((r for r in m.bench.seated if r.person == command.person), None)
    if rep is None or rep.person == m.bench.chief:
        return no(Reason.NOT_A_REPRESENTATIVE, "N2004 20", side=m.own_side)
    if rep.outside:
        return no(Reason.CHIEF_OUTSIDER, "N2004 23", side=m.own_side)
    if command.until_on < m.today:
        return no(Reason.DAY_IN_THE_PAST, day=command.until_on.isoformat())
    bench = m.bench
    same = (bench.delegate, bench.delegate_until, bench.delegate_may_sign) == (
        command.person, command.until_on, command.may_sign,
    )  # fmt: skip
    return no(Reason.NOTHING_NEW) if same else None


def delegate_of_workers(m: Moment, _: c.DelegateChief) -> Obstacle | None:
    row = m.law.pack.choosing
    level = row.worker_chief_delegate
    if m.own_side is Side.EMPLOYER or level is None:
        return None
    return no(Reason.CHIEF_DELEGATE_ADVISORY, *row.of("worker_chief_delegate"), level=level)


def delegate_chief(m: Moment, command: c.DelegateChief) -> list[e.Event]:
    return [
        e.ChiefDelegated(
            **of_side(m, command), person=command.person, until_on=command.until_on, may_sign=command.may_sign
        )
    ]
