"""Step 1: each side's representatives come about, are publicised, and accept their duty (HZ 16-22)."""

from __future__ import annotations

from datetime import date

from cloudnego.core import benches, instructors, rolls
from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.acts import dated, of_side, said
from cloudnego.core.benches import duty_accepted, organ
from cloudnego.core.elected import tied
from cloudnego.core.moment import Moment, Standing
from cloudnego.core.pack import Level
from cloudnego.core.papers import days_in_order
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.state import ElectionState
from cloudnego.core.vocabulary import Scope, Seat, Side

ATTESTATIONS = 2
"""A paper result is attested by two scrutineers."""


# --- the delegate roll --------------------------------------------------------------------------------------------


def roll_changes(m: Moment, command: c.RecordDelegateRoll) -> Obstacle | None:
    """A roll is frozen by its hash: one delegate for another is a change, whatever the numbers."""
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
    if m.case.scope is not Scope.ENTERPRISE:
        return None
    return rolls.too_few(m.law.pack.delegates, command.delegates, command.workers)


def roll_managers(m: Moment, command: c.RecordDelegateRoll) -> Obstacle | None:
    """ZJDM 11: managers are at most a fifth of the delegates."""
    return rolls.too_many_managers(m.law.pack.congress_for(m.case.scope), command.managers, command.delegates)


def roll_women(m: Moment, command: c.RecordDelegateRoll) -> Obstacle | None:
    """女职工代表的比例不得低于女职工在本单位职工中所占比例 (ZJDM 11); advised, the roll is the union's."""
    row, opened = m.law.pack.delegates, m.case.opened
    if opened is None:
        return None
    return rolls.too_few_women(
        row, command.women, command.delegates, all_women=opened.women, headcount=opened.headcount
    )


def roll_term(m: Moment, command: c.RecordDelegateRoll) -> Obstacle | None:
    """ZJDM 14: the congress's term is the union's; an expired one is a warning."""
    return rolls.term_over(command.term_until, m.today)


def record_delegate_roll(m: Moment, command: c.RecordDelegateRoll) -> list[e.Event]:
    return [
        e.DelegateRollRecorded(
            **dated(m, command), delegates=command.delegates, workers=command.workers, managers=command.managers,
            women=command.women, term_until=command.term_until, roll_hash=command.roll_hash,
        )
    ]  # fmt: skip


# --- the worker side's vote ---------------------------------------------------------------------------------------


def elected_here(m: Standing) -> Obstacle | None:
    """Packs where the union appoints the worker side have no vote (N2004 20, SH 7, BJ 8)."""
    appointed = m.law.pack.choosing.worker_by == "appointed" and m.case.scope is Scope.ENTERPRISE
    if appointed and m.case.has_union:
        return no(
            Reason.APPOINTED_NOT_ELECTED, *m.law.pack.choosing.of("worker_by"), cure=(Seat.UNION,), side=Side.WORKER
        )
    return None


def no_list_yet(m: Moment) -> Obstacle | None:
    return no(Reason.ALREADY_CHOSEN, side=m.side) if m.side and m.bench.chief else None


def worker_list_open(m: Standing) -> Obstacle | None:
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
    same = (old.candidates, old.chief, old.chief_is, old.seats, old.scrutineers) == (
        command.candidates, command.chief, command.chief_is, command.seats, command.scrutineers,
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
    if not 1 <= command.seats <= len(persons) or (command.seats < len(persons) and not balloted(m)):
        return no(Reason.TOO_FEW_CANDIDATES, seats=command.seats, n=len(persons))
    if set(command.scrutineers) & set(persons):
        return no(Reason.SCRUTINEER_IS_CANDIDATE, "ZJDM 15")
    if len(set(command.scrutineers)) < ATTESTATIONS:
        return no(Reason.TOO_FEW_SCRUTINEERS, "ZJDM 15", least=ATTESTATIONS)
    return on_one_side(m, persons, Side.WORKER)


def on_one_side(m: Standing, persons: list[str], side: Side) -> Obstacle | None:
    """No one sits on both sides, and who sits on a side is neutral no more (ZJ 10; N2004 24; HZ 7)."""
    other = {r.person for r in m.case.benches.of(side.other).seated}
    if other & set(persons):
        return no(Reason.ON_BOTH_SIDES, "ZJ 10", "N2004 24", side=side)
    if m.case.meeting.recorder in persons:
        return no(Reason.RECORDER_IS_REPRESENTATIVE, "HZ 26", side=side)
    if any(m.case.invited.get(person) == "coordinator" for person in persons):
        return no(Reason.REVIEWER_IS_PARTY, "ZJ 39", side=side)
    return instructors.served_neither(m, persons, side)


def chief_by_right(m: Moment, command: c.ProposeCandidates | c.AppointRepresentatives) -> Obstacle | None:
    """Whom the text bars as chief is not named in the first place."""
    people = command.candidates if isinstance(command, c.ProposeCandidates) else command.reps
    manager = any(r.person == command.chief and r.manager for r in people)
    return benches.chief_by_right(m, m.own_side, command.chief_is, manager=manager)


def propose_candidates(m: Moment, command: c.ProposeCandidates) -> list[e.Event]:
    return [
        e.CandidatesProposed(
            **dated(m, command), candidates=command.candidates, chief=command.chief, chief_is=command.chief_is,
            seats=command.seats, scrutineers=command.scrutineers,
        )
    ]  # fmt: skip


def seats_left(s: Standing) -> int:
    """How many are still to be elected: the chief sits by office (HZ 18 ¶1)."""
    return s.case.election.seats - 1 - len(s.case.election.chosen)


def standing_now(s: Standing) -> list[str]:
    """Who stands in the next round: those who tied for the last seats, or else all who are not elected yet but the
    chief, who sits by office."""
    election = s.case.election
    away = {*election.chosen, election.chief}
    return run_off(election) or [r.person for r in election.candidates if r.person not in away]


def run_off(election: ElectionState) -> list[str]:
    """Who tied in the last attested round."""
    return tied(election.last, election.chosen) if election.last is not None else []


def counts_add_up(m: Moment, command: c.RecordElection) -> Obstacle | None:
    """Every number is possible: present of all, votes of those present for who stands, spoiled ones among them."""
    names = [v.person for v in command.votes]
    if command.present > command.total or command.spoiled > command.present:
        return no(Reason.COUNTS_DO_NOT_ADD_UP, "ZJDM 15")
    valid = command.present - command.spoiled
    if command.form == "approval_of_list":
        return no(Reason.COUNTS_DO_NOT_ADD_UP, "ZJDM 15") if command.approvals > valid or command.votes else None
    if command.approvals or len(set(names)) != len(names) or not set(names) <= set(standing_now(m)):
        return no(Reason.COUNTS_DO_NOT_ADD_UP, "ZJDM 15")
    if any(v.votes > valid for v in command.votes):
        return no(Reason.COUNTS_DO_NOT_ADD_UP, "ZJDM 15")
    return None


def voted_in_secret(m: Moment, command: c.RecordElection) -> Obstacle | None:
    """选举和表决…应当采用无记名投票的方式 (ZJDM 15); an approval of the whole list is no ballot."""
    row = m.law.pack.choosing
    if command.secret or not row.secret or command.form == "approval_of_list":
        return None
    return no(Reason.NOT_SECRET, *row.of("secret"), cure=(Seat.UNION,), side=Side.WORKER)


def vote_of_the_right_form(m: Moment, command: c.RecordElection) -> Obstacle | None:
    """With a union the congress elects; without one more than half of all approve the list (HZ 18 ¶1)."""
    wanted = "ballot" if balloted(m) else "approval_of_list"
    if command.form == wanted:
        return None
    return no(Reason.ELECTED_NOT_APPOINTED, *m.law.pack.choosing.of("worker_by"), form=wanted)


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
    open_seats = seats_left(m)
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
            **dated(m, command), form=command.form, secret=command.secret, held=command.held,
            electorate=command.electorate, round=election.round + 1, total=command.total, present=command.present,
            votes=command.votes, approvals=command.approvals, spoiled=command.spoiled, needed=needed, quorum=quorum,
            elected=elected, open_seats=open_seats - len(elected),
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
    if settled and balloted(m) and election.chief:
        chosen = (election.chief, *chosen)  # the union chair sits by office
    return [
        e.ElectionAttested(
            person=m.by.person, correct=command.correct, complete=complete, voided=not command.correct,
            chosen=chosen, settled=settled, words=said(command),
        )
    ]  # fmt: skip


def balloted(m: Standing) -> bool:
    """With a union the congress elects; without one all approve the whole list (HZ 18 ¶1)."""
    return m.case.has_union and m.case.scope is Scope.ENTERPRISE


# --- lists that are named -----------------------------------------------------------------------------------------


def may_be_appointed(m: Moment) -> Obstacle | None:
    """HZ 18: the employer's list is the legal representative's; the worker side's is elected."""
    row = m.law.pack.choosing
    if m.case.scope is not Scope.ENTERPRISE:  # 由行业工会或者区域工会选派 (ZJ 12)
        regional = m.law.pack.choosing_regional
        if m.side is Side.EMPLOYER or regional.worker_by == "either":
            return None
        return no(
            Reason.ELECTED_NOT_APPOINTED, *regional.of("worker_by"), cure=(Seat.UNION,), side=Side.WORKER,
            form="approval_of_list",
        )  # fmt: skip
    if m.side is Side.WORKER and (row.worker_by == "elected" or not m.case.has_union):
        form = "ballot" if balloted(m) else "approval_of_list"
        return no(Reason.ELECTED_NOT_APPOINTED, *row.of("worker_by"), cure=(Seat.UNION,), side=Side.WORKER, form=form)
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
    return [
        e.RepresentativesAppointed(
            **of_side(m, command), reps=command.reps, chief=command.chief, chief_is=command.chief_is,
            chief_may_sign=command.chief_may_sign,
        )
    ]  # fmt: skip


def own_list_named(m: Moment) -> Obstacle | None:
    if m.bench.chief:
        return None
    return no(Reason.LIST_MISSING, *m.law.pack.choosing.cite, cure=(organ(m.own_side),), side=m.own_side)


def room_for_an_outsider(m: Moment) -> Obstacle | None:
    """受委托的人数不得超过本方协商代表的三分之一 (HZ 17): one more must fit, himself counted."""
    rule, bench = m.law.pack.bench_for(m.case.scope), m.bench
    if rule.outside_share is None:
        return no(Reason.OUTSIDERS_NOT_ALLOWED, *rule.of("outside_share"), side=m.own_side)
    outside, n = sum(r.outside for r in bench.seated) + 1, len(bench.seated) + 1
    if not rule.outside_share.at_most(outside, n):
        return no(Reason.TOO_MANY_OUTSIDERS, *rule.of("outside_share"), side=m.own_side, outside=outside, n=n)
    if rule.max_per_side is not None and n > rule.max_per_side and rule.max_level is Level.HARD:
        return no(
            Reason.TOO_MANY_REPRESENTATIVES, *rule.of("max_per_side"), side=m.own_side, n=n, most=rule.max_per_side
        )
    return None


def outsider_fits(m: Moment, command: c.MandateOutsider) -> Obstacle | None:
    """HZ 17: someone from outside who sits nowhere yet."""
    if not command.rep.outside:
        return no(Reason.NOT_AN_OUTSIDER, "HZ 17")
    if m.bench.has(command.rep.person):
        return no(Reason.TWICE_ON_LIST)
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
