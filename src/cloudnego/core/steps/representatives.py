"""Step 1: each side's representatives come about, are publicised, and accept their duty (HZ 16-22)."""

from __future__ import annotations

from datetime import date

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.acts import dated, of_side, said
from cloudnego.core.moment import Moment, Standing
from cloudnego.core.pack import Level
from cloudnego.core.papers import days_in_order
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.state import BenchState
from cloudnego.core.vocabulary import Scope, Seat, Side

ATTESTATIONS = 2
"""A paper result is attested by two scrutineers (domain §1.2)."""


def _organ(side: Side) -> Seat:
    return Seat.UNION if side is Side.WORKER else Seat.HR


# --- conditions on a list -----------------------------------------------------------------------------------------


def list_obstacles(s: Standing, side: Side) -> list[Obstacle]:
    """All that is wrong with one side's list, hard and advisory."""
    bench = s.case.benches.of(side)
    if bench.chief is None:
        return [no(Reason.LIST_MISSING, *s.law.pack.choosing.cite, cure=(_organ(side),), side=side)]
    found = [
        _numbers(s, side, bench),
        _outsiders(s, side, bench),
        _chief(s, side, bench),
        _compared(s, side),
        *_composition(s, side, bench),
    ]
    return [o for o in found if o]


def _numbers(s: Standing, side: Side, bench: BenchState) -> Obstacle | None:
    # HZ 16: 每方代表人数为三至九名,规模以上企业参加工资集体协商的每方代表人数不得少于五名
    rule, n = s.law.pack.bench_for(s.case.scope), len(bench.seated)
    above = s.case.opened is not None and s.case.opened.above_scale and s.case.scope is Scope.ENTERPRISE
    least = max(rule.min_per_side, rule.min_above_scale or 0) if above else rule.min_per_side
    if n < least:
        return no(Reason.TOO_FEW_REPRESENTATIVES, *rule.cite, cure=(_organ(side),), side=side, n=n, least=least)
    if rule.max_per_side is not None and n > rule.max_per_side:
        return no(
            Reason.TOO_MANY_REPRESENTATIVES, *rule.cite, level=rule.max_level, cure=(_organ(side),), side=side, n=n,
            most=rule.max_per_side,
        )  # fmt: skip
    return None


def _outsiders(s: Standing, side: Side, bench: BenchState) -> Obstacle | None:
    # HZ 17: 受委托的人数不得超过本方协商代表的三分之一
    rule, outside = s.law.pack.bench_for(s.case.scope), sum(r.outside for r in bench.seated)
    if not outside:
        return None
    if rule.outside_share is None:
        return no(Reason.OUTSIDERS_NOT_ALLOWED, *rule.cite, cure=(_organ(side),), side=side)
    if rule.outside_share.at_most(outside, len(bench.seated)):
        return None
    return no(
        Reason.TOO_MANY_OUTSIDERS, *rule.cite, cure=(_organ(side),), side=side, outside=outside, n=len(bench.seated)
    )


def _chief(s: Standing, side: Side, bench: BenchState) -> Obstacle | None:
    rule, chief = s.law.pack.bench_for(s.case.scope), bench.chief
    if chief in bench.vacant:
        return no(Reason.CHIEF_VACANT, *rule.cite, cure=(_organ(side),), side=side)
    # N2004 23: 首席代表不得由非本单位人员代理
    if rule.outside_chief and any(r.person == chief and r.outside for r in bench.reps):
        return no(Reason.CHIEF_OUTSIDER, "N2004 23", level=rule.outside_chief, cure=(_organ(side),), side=side)
    # HZ 18 ¶2: 首席代表由企业法定代表人或者其书面委托的本企业其他负责人担任
    if side is Side.EMPLOYER and not bench.chief_in_charge:
        row = s.law.pack.choosing
        return no(Reason.CHIEF_NOT_IN_CHARGE, *row.cite, level=row.chief_mandate_level, cure=(Seat.HR,), side=side)
    return None


def _compared(s: Standing, side: Side) -> Obstacle | None:
    """企业方的协商代表不得多于职工方的协商代表 (HZ 16); equal numbers are advised (N2004 19)."""
    rule = s.law.pack.bench_for(s.case.scope)
    worker, employer = (len(s.case.benches.of(x).seated) for x in Side)
    if s.case.benches.worker.chief is None or s.case.benches.employer.chief is None:
        return None
    if rule.employer_at_most_worker and employer > worker:
        return no(
            Reason.EMPLOYER_OUTNUMBERS, *rule.cite, level=rule.employer_at_most_worker, cure=(Seat.HR,),
            side=Side.EMPLOYER, worker=worker, employer=employer,
        )  # fmt: skip
    if rule.equal_numbers and employer != worker:
        return no(
            Reason.UNEQUAL_NUMBERS, *rule.cite, level=rule.equal_numbers, cure=(_organ(side),), side=side,
            worker=worker, employer=employer,
        )  # fmt: skip
    return None


def _composition(s: Standing, side: Side, bench: BenchState) -> list[Obstacle]:
    """Women, disabled, dispatched, front-line workers and managers, at the level the pack gives (HZ 18)."""
    rule, opened = s.law.pack.bench_for(s.case.scope), s.case.opened
    if opened is None:
        return []
    cure = (_organ(side),)
    if side is Side.EMPLOYER:
        if rule.union_staff_for_employer and any(r.union_staff for r in bench.seated):
            staff = no(
                Reason.UNION_STAFF_FOR_EMPLOYER, *rule.cite, level=rule.union_staff_for_employer, cure=cure, side=side
            )
            return [staff]
        return []
    found = []
    if rule.managers_for_workers and any(r.manager for r in bench.seated):
        found.append(no(Reason.MANAGER_FOR_WORKERS, *rule.cite, level=rule.managers_for_workers, cure=cure, side=side))
    groups = (
        ("women", rule.women, rule.women_when, opened.women, any(r.woman for r in bench.seated)),
        ("disabled", rule.disabled, rule.disabled_when, opened.disabled, any(r.disabled for r in bench.seated)),
        (
            "dispatched",
            rule.dispatched,
            rule.dispatched_when,
            opened.dispatched,
            any(r.dispatched for r in bench.seated),
        ),
    )
    for group, level, when, number, there in groups:
        many = number > 0 and (
            when.at_least(number, max(1, opened.headcount)) if when else 3 * number >= opened.headcount
        )
        if level and many and not there:
            found.append(no(Reason.COMPOSITION, *rule.cite, level=level, cure=cure, side=side, group=group))
    front = sum(r.front_line for r in bench.seated)
    if rule.front_line and rule.front_line_share and not rule.front_line_share.at_least(front, len(bench.seated)):
        found.append(
            no(Reason.COMPOSITION, *rule.cite, level=rule.front_line, cure=cure, side=side, group="front_line")
        )
    return found


def duty_accepted(s: Standing, side: Side) -> Obstacle | None:
    """The duties of HZ 19 and secrecy of HZ 21 are accepted by all who sit."""
    bench = s.case.benches.of(side)
    left = [r for r in bench.seated if r.person not in bench.accepted]
    return (
        no(Reason.DUTY_NOT_ACCEPTED, "HZ 19", "HZ 21", cure=(Seat.REPRESENTATIVE,), side=side, n=len(left))
        if left
        else None
    )


def published(s: Standing, side: Side) -> Obstacle | None:
    """协商代表产生后，应当公示 (HZ 18 ¶4)."""
    row, on = s.law.pack.publicity, s.case.benches.of(side).published_on
    if on is not None and on <= s.today:
        return None
    return no(Reason.LIST_NOT_PUBLISHED, *row.cite, level=row.level, cure=(_organ(side),), side=side)


def ready(s: Standing, side: Side) -> Obstacle | None:
    """The first hard thing a side's list still lacks."""
    for obstacle in (*list_obstacles(s, side), published(s, side), duty_accepted(s, side)):
        if obstacle and obstacle.hard:
            return obstacle
    return None


def side_ahead_ready(s: Standing) -> Obstacle | None:
    """Step 1 ends with the list of the side that is ahead; the other may follow until preparation ends (HZ 24)."""
    missing = [ready(s, side) for side in Side]
    if None in missing:
        return None
    opener = s.case.opened.by_side if s.case.opened else Side.WORKER
    return missing[0] if opener is Side.WORKER else missing[1]


def own_list_ready(m: Moment) -> Obstacle | None:
    return ready(m, m.own_side)


def worker_list_ready(s: Standing) -> Obstacle | None:
    return ready(s, Side.WORKER)


def employer_list_ready(s: Standing) -> Obstacle | None:
    return ready(s, Side.EMPLOYER)


def warn_about_lists(m: Moment) -> Obstacle | None:
    """Advisory rules on either list, shown where the lists begin to matter."""
    return next((o for side in Side for o in list_obstacles(m, side) if not o.hard), None)


def both_sides_seated(s: Standing) -> Obstacle | None:
    """A side under its minimum, or without chief, can neither meet nor sign (HZ 16; N2004 31)."""
    for side in Side:
        bench = s.case.benches.of(side)
        for obstacle in (_numbers(s, side, bench), _chief(s, side, bench)):
            if obstacle and obstacle.hard:
                return obstacle
    return None


# --- the delegate roll --------------------------------------------------------------------------------------------


def roll_changes(m: Moment, command: c.RecordDelegateRoll) -> Obstacle | None:
    """A roll is frozen by its hash: one delegate for another is a change, whatever the numbers (domain §1.3 S1)."""
    new = (
        command.delegates, command.workers, command.managers, command.women, command.term_until, command.roll_hash,
    )  # fmt: skip
    old = m.case.roll
    same = old and new == (old.delegates, old.workers, old.managers, old.women, old.term_until, old.roll_hash)
    return no(Reason.NOTHING_NEW) if same else None


def roll_adds_up(_: Moment, command: c.RecordDelegateRoll) -> Obstacle | None:
    if command.delegates <= command.workers and max(command.managers, command.women) <= command.delegates:
        return None
    return no(Reason.COUNTS_DO_NOT_ADD_UP, "ZJDM 10")


def roll_is_large_enough(m: Moment, command: c.RecordDelegateRoll) -> Obstacle | None:
    """ZJDM 10: the number of delegates by headcount; advised, the roll is the union's."""
    row = m.law.pack.delegates
    least = min(row.minimum(command.workers), command.workers)
    if command.delegates >= least or m.case.scope is not Scope.ENTERPRISE:
        return None
    return no(Reason.TOO_FEW_DELEGATES, *row.cite, level=Level.ADVISORY, n=command.delegates, least=least)


def roll_managers(m: Moment, command: c.RecordDelegateRoll) -> Obstacle | None:
    """ZJDM 11: managers are at most a fifth of the delegates."""
    row = m.law.pack.congress_for(m.case.scope)
    if row.managers_at_most is None or row.managers_at_most.at_most(command.managers, command.delegates):
        return None
    return no(Reason.TOO_MANY_MANAGERS, *row.cite, level=Level.ADVISORY, n=command.managers)


def roll_term(m: Moment, command: c.RecordDelegateRoll) -> Obstacle | None:
    """ZJDM 14: the congress's term is the union's; an expired one is a warning."""
    if command.term_until is None or command.term_until >= m.today:
        return None
    return no(Reason.CONGRESS_TERM_OVER, "ZJDM 14", level=Level.ADVISORY, until=command.term_until.isoformat())


def record_delegate_roll(m: Moment, command: c.RecordDelegateRoll) -> list[e.Event]:
    return [
        e.DelegateRollRecorded(
            **dated(m, command), delegates=command.delegates, workers=command.workers, managers=command.managers,
            women=command.women, term_until=command.term_until, roll_hash=command.roll_hash,
        )
    ]  # fmt: skip


# --- the worker side's vote ---------------------------------------------------------------------------------------


def elected_here(m: Moment) -> Obstacle | None:
    """Packs where the union appoints the worker side have no vote (N2004 20, SH 7, BJ 8)."""
    if m.law.pack.choosing.worker_by == "appointed" and m.case.has_union:
        return no(Reason.APPOINTED_NOT_ELECTED, *m.law.pack.choosing.cite, cure=(Seat.UNION,), side=Side.WORKER)
    return None


def no_list_yet(m: Moment) -> Obstacle | None:
    return no(Reason.ALREADY_CHOSEN, side=m.side) if m.side and m.bench.chief else None


def worker_list_open(m: Moment) -> Obstacle | None:
    return no(Reason.ALREADY_CHOSEN, side=Side.WORKER) if m.case.benches.worker.chief else None


def roll_known(m: Moment) -> Obstacle | None:
    if m.case.roll or not m.case.has_union:
        return None
    return no(Reason.ROLL_MISSING, "ZJDM 5", cure=(Seat.UNION,), side=Side.WORKER)


def no_votes_pending(m: Moment) -> Obstacle | None:
    if m.case.election.recorded:
        return no(Reason.ELECTION_UNATTESTED, cure=(Seat.SCRUTINEER,))
    return None


def candidates_named(m: Moment) -> Obstacle | None:
    if m.case.election.candidates:
        return None
    return no(Reason.CANDIDATES_MISSING, *m.law.pack.choosing.cite, cure=(Seat.UNION,), side=Side.WORKER)


def candidates_change(m: Moment, command: c.ProposeCandidates) -> Obstacle | None:
    old = m.case.election
    same = (old.candidates, old.chief, old.seats, old.scrutineers) == (
        command.candidates, command.chief, command.seats, command.scrutineers,
    )  # fmt: skip
    return no(Reason.NOTHING_NEW) if same and not old.round else None


def candidates_stand(m: Moment, command: c.ProposeCandidates) -> Obstacle | None:
    """No one twice, no one on both sides (ZJ 10; N2004 24), the chief among them, scrutineers apart."""
    persons = [r.person for r in command.candidates]
    if len(set(persons)) != len(persons):
        return no(Reason.TWICE_ON_LIST)
    if command.chief not in persons:
        return no(Reason.CHIEF_NOT_ON_LIST, *m.law.pack.choosing.cite)
    if any(r.outside for r in command.candidates):
        return no(Reason.OUTSIDERS_NOT_ALLOWED, "HZ 17")  # outsiders come by the chief's mandate, not by vote
    if not 1 <= command.seats <= len(persons) or (command.seats < len(persons) and not _balloted(m)):
        return no(Reason.TOO_FEW_CANDIDATES, seats=command.seats, n=len(persons))
    if set(command.scrutineers) & set(persons):
        return no(Reason.SCRUTINEER_IS_CANDIDATE, "ZJDM 15")
    if len(set(command.scrutineers)) < ATTESTATIONS:
        return no(Reason.TOO_FEW_SCRUTINEERS, "ZJDM 15", least=ATTESTATIONS)
    return on_one_side(m, persons, Side.WORKER)


def on_one_side(m: Moment, persons: list[str], side: Side) -> Obstacle | None:
    """No one sits on both sides, and who sits on a side is neutral no more (ZJ 10; N2004 24; HZ 7)."""
    other = {r.person for r in m.case.benches.of(side.other).seated}
    if other & set(persons):
        return no(Reason.ON_BOTH_SIDES, "ZJ 10", "N2004 24", side=side)
    if m.case.meeting.recorder in persons:
        return no(Reason.RECORDER_IS_REPRESENTATIVE, "HZ 26", side=side)
    return None


def propose_candidates(m: Moment, command: c.ProposeCandidates) -> list[e.Event]:
    return [
        e.CandidatesProposed(
            **dated(m, command), candidates=command.candidates, chief=command.chief, seats=command.seats,
            scrutineers=command.scrutineers,
        )
    ]  # fmt: skip


def counts_add_up(m: Moment, command: c.RecordElection) -> Obstacle | None:
    """Every number is possible: present of all, votes of those present, spoiled ones among them."""
    election = m.case.election
    open_now = {r.person for r in election.candidates} - {*election.chosen, election.chief}
    names = [v.person for v in command.votes]
    if command.present > command.total or command.spoiled > command.present:
        return no(Reason.COUNTS_DO_NOT_ADD_UP, "ZJDM 15")
    valid = command.present - command.spoiled
    if command.form == "approval_of_list":
        return no(Reason.COUNTS_DO_NOT_ADD_UP, "ZJDM 15") if command.approvals > valid or command.votes else None
    if command.approvals or len(set(names)) != len(names) or not set(names) <= open_now:
        return no(Reason.COUNTS_DO_NOT_ADD_UP, "ZJDM 15")
    if any(v.votes > valid for v in command.votes):
        return no(Reason.COUNTS_DO_NOT_ADD_UP, "ZJDM 15")
    return None


def vote_of_the_right_form(m: Moment, command: c.RecordElection) -> Obstacle | None:
    """With a union the congress elects; without one more than half of all approve the list (HZ 18 ¶1)."""
    wanted = "ballot" if _balloted(m) else "approval_of_list"
    if command.form == wanted:
        return None
    return no(Reason.ELECTED_NOT_APPOINTED, *m.law.pack.choosing.cite, form=wanted)


def total_is_the_roll(m: Moment, command: c.RecordElection) -> Obstacle | None:
    roll = m.case.roll
    if roll is None:
        return None
    total = roll.delegates if command.electorate == "delegates" else roll.workers
    return None if total == command.total else no(Reason.TOTAL_NOT_THE_ROLL, "ZJDM 5", total=command.total, roll=total)


def record_election(m: Moment, command: c.RecordElection) -> list[e.Event]:
    """Count one round: quorum of all, more than half of all; the seats left open go to a next round."""
    row, election = m.law.pack.choosing, m.case.election
    quorum = row.quorum is None or row.quorum.at_least(command.present, command.total)
    # HZ 18 ¶1: 职工方首席代表由本企业工会主席或者工会负责人担任,其他协商代表由职工代表大会或者职工大会选举产生
    open_seats = election.seats - 1 - len(election.chosen)
    if command.form == "approval_of_list":
        majority = row.without_union or row.elected
        needed = majority.needed(command.total) if majority else 1
        everybody = tuple(r.person for r in election.candidates)
        elected = everybody if command.approvals >= needed else ()
        open_seats = len(everybody)
        quorum = True  # the text asks for approval by all, not for attendance (HZ 18 ¶1)
    else:
        needed = row.elected.needed(command.total) if row.elected else 1
        passed = sorted((v for v in command.votes if v.votes >= needed), key=lambda v: (-v.votes, v.person))
        tie = len(passed) > open_seats and passed[open_seats - 1].votes == passed[open_seats].votes
        if tie:  # 票数相同: those who tie for the last seats go to a run-off
            last = passed[open_seats - 1].votes
            passed = [v for v in passed if v.votes > last]
        elected = tuple(v.person for v in passed[:open_seats]) if quorum else ()
    return [
        e.ElectionRecorded(
            **dated(m, command), form=command.form, held=command.held, electorate=command.electorate,
            round=election.round + 1, total=command.total, present=command.present, votes=command.votes,
            approvals=command.approvals, spoiled=command.spoiled, needed=needed, quorum=quorum, elected=elected,
            open_seats=open_seats - len(elected),
        )
    ]  # fmt: skip


def votes_pending(m: Moment) -> Obstacle | None:
    return None if m.case.election.recorded else no(Reason.NOTHING_TO_ATTEST, cure=(Seat.UNION,))


def not_attested_by_me(m: Moment) -> Obstacle | None:
    if m.by.person not in m.case.election.scrutineers:
        return no(Reason.NOT_YOUR_SEAT, cure=(Seat.SCRUTINEER,))
    return no(Reason.ALREADY_ATTESTED) if m.by.person in m.case.election.confirmed_by else None


def attest_election(m: Moment, command: c.AttestElection) -> list[e.Event]:
    election = m.case.election
    complete = command.correct and len(election.confirmed_by) + 1 >= ATTESTATIONS
    chosen = (*election.chosen, *election.elected) if complete else election.chosen
    settled = complete and len(set(chosen) - {election.chief}) >= election.seats - 1
    if settled and _balloted(m) and election.chief:
        chosen = (election.chief, *chosen)  # the union chair sits by office
    return [
        e.ElectionAttested(
            person=m.by.person, correct=command.correct, complete=complete, voided=not command.correct,
            chosen=chosen, settled=settled, words=said(command),
        )
    ]  # fmt: skip


def _balloted(m: Moment) -> bool:
    return m.case.has_union and m.case.scope is Scope.ENTERPRISE


# --- lists that are named -----------------------------------------------------------------------------------------


def may_be_appointed(m: Moment) -> Obstacle | None:
    """HZ 18: the employer's list is the legal representative's; the worker side's is elected."""
    row = m.law.pack.choosing
    if m.side is Side.WORKER and (row.worker_by == "elected" or not m.case.has_union):
        return no(Reason.ELECTED_NOT_APPOINTED, *row.cite, cure=(Seat.UNION,), side=Side.WORKER, form="ballot")
    return None


def list_stands(m: Moment, command: c.AppointRepresentatives) -> Obstacle | None:
    persons = [r.person for r in command.reps]
    if len(set(persons)) != len(persons):
        return no(Reason.TWICE_ON_LIST)
    if command.chief not in persons:
        return no(Reason.CHIEF_NOT_ON_LIST, *m.law.pack.choosing.cite)
    if any(r.outside for r in command.reps):
        return no(Reason.OUTSIDERS_NOT_ALLOWED, "HZ 17")  # by mandate of the chief, who must first be named
    return on_one_side(m, persons, m.own_side)


def appoint_representatives(m: Moment, command: c.AppointRepresentatives) -> list[e.Event]:
    in_charge = command.chief_is_legal_representative or command.chief_is_person_in_charge
    return [
        e.RepresentativesAppointed(
            **of_side(m, command), reps=command.reps, chief=command.chief,
            chief_in_charge=in_charge or m.own_side is Side.WORKER, chief_may_sign=command.chief_may_sign,
        )
    ]  # fmt: skip


def own_list_named(m: Moment) -> Obstacle | None:
    if m.bench.chief:
        return None
    return no(Reason.LIST_MISSING, *m.law.pack.choosing.cite, cure=(_organ(m.own_side),), side=m.own_side)


def outsider_fits(m: Moment, command: c.MandateOutsider) -> Obstacle | None:
    """HZ 17: someone from outside, within a third of the own side, the new one counted."""
    rule, bench = m.law.pack.bench_for(m.case.scope), m.bench
    if not command.rep.outside:
        return no(Reason.NOT_AN_OUTSIDER, "HZ 17")
    if bench.has(command.rep.person):
        return no(Reason.TWICE_ON_LIST)
    if rule.outside_share is None:
        return no(Reason.OUTSIDERS_NOT_ALLOWED, *rule.cite, side=m.own_side)
    outside, n = sum(r.outside for r in bench.seated) + 1, len(bench.seated) + 1
    if not rule.outside_share.at_most(outside, n):
        return no(Reason.TOO_MANY_OUTSIDERS, *rule.cite, side=m.own_side, outside=outside, n=n)
    if rule.max_per_side is not None and n > rule.max_per_side and rule.max_level is Level.HARD:
        return no(Reason.TOO_MANY_REPRESENTATIVES, *rule.cite, side=m.own_side, n=n, most=rule.max_per_side)
    return on_one_side(m, [command.rep.person], m.own_side)


def mandate_outsider(m: Moment, command: c.MandateOutsider) -> list[e.Event]:
    return [e.OutsiderMandated(**of_side(m, command), rep=command.rep)]


def duty_open(m: Moment) -> Obstacle | None:
    return None if duty_accepted(m, m.own_side) else no(Reason.NOTHING_NEW)


def accepts_for_representatives(m: Moment, command: c.AcceptDuty) -> Obstacle | None:
    """A representative accepts for himself; a signed paper may be entered for several."""
    bench, who = m.bench, command.persons or (m.by.person,)
    if any(not bench.has(p) for p in who):
        return no(Reason.NOT_A_REPRESENTATIVE, "HZ 19", side=m.own_side)
    if all(p in bench.accepted for p in who):
        return no(Reason.NOTHING_NEW)
    own = set(who) == {m.by.person}
    return None if own or command.on_paper or command.evidence else no(Reason.EVIDENCE_MISSING, day=m.today.isoformat())


def accept_duty(m: Moment, command: c.AcceptDuty) -> list[e.Event]:
    return [e.DutyAccepted(**of_side(m, command), persons=command.persons or (m.by.person,))]


def not_published(m: Moment) -> Obstacle | None:
    return no(Reason.NOTHING_NEW) if m.bench.published_on else None


def publish_list(m: Moment, command: c.PublishList) -> list[e.Event]:
    return [e.ListPublished(**of_side(m, command), from_on=command.from_on, until_on=command.until_on)]


def published_today_or_before(m: Moment, command: c.PublishList) -> Obstacle | None:
    """公示 begins when it is posted: not on a coming day."""
    if command.from_on > m.today:
        return no(Reason.IN_THE_FUTURE, day=command.from_on.isoformat(), today=m.today.isoformat())
    return days_in_order(m, command)


def chosen_on(m: Moment) -> date | None:
    return m.bench.chosen_on if m.side else None
