"""Step 7: the workers' congress discusses the draft and votes on it in secret (HZ 28; ZJDM)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from cloudnego.core import commands as c
from cloudnego.core import covered
from cloudnego.core import events as e
from cloudnego.core.acts import dated, no_poll_running, of_side, said
from cloudnego.core.clauses import text_hash
from cloudnego.core.moment import Moment, Standing
from cloudnego.core.pack import Congress, Level, Majority
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.vocabulary import FEW_VOTERS, Kind, Scope, Seat, Side


def _rule(s: Standing) -> Congress:
    return s.law.pack.congress_for(s.case.scope)


def passed(s: Standing) -> Obstacle | None:
    """The last ballot of this round passed."""
    ballot = next((b for b in reversed(s.case.ballots) if b.round == s.case.round), None)
    if ballot is not None and ballot.result == "passed":
        return None
    waiting = s.case.congress
    if waiting.submitted_on is None:
        return no(Reason.DRAFT_NOT_SUBMITTED, "HZ 28", cure=(Seat.CHIEF,), side=Side.EMPLOYER)
    if not waiting.convened:
        return no(Reason.CONGRESS_NOT_CONVENED, "ZJDM 15", cure=(Seat.UNION,), side=Side.WORKER)
    if running := no_poll_running(s):
        return running
    if waiting.recorded is not None:
        return no(Reason.BALLOT_UNATTESTED, "ZJDM 15", cure=(Seat.SCRUTINEER,))
    return no(Reason.NOT_PASSED, *_rule(s).cite, cure=(Seat.UNION,), side=Side.WORKER)


# --- the draft comes before the congress --------------------------------------------------------------------------


def not_submitted(m: Moment) -> Obstacle | None:
    return no(Reason.DRAFT_SUBMITTED) if m.case.congress.submitted_on else None


def submitted(s: Standing) -> Obstacle | None:
    if s.case.congress.submitted_on:
        return None
    return no(Reason.DRAFT_NOT_SUBMITTED, "HZ 28", cure=(Seat.CHIEF,), side=Side.EMPLOYER)


def enterprise_submits(m: Moment) -> Obstacle | None:
    """The enterprise submits (ZJDM 16 ¶1); the union where the compiled text stands."""
    if m.side is Side.EMPLOYER or m.case.meeting.draft_by == "compiled":
        return None
    return no(Reason.NOT_YOUR_SEAT, "ZJDM 16", cure=(Seat.CHIEF,), side=Side.EMPLOYER)


def what_was_fixed(
    m: Moment, command: c.SubmitDraft | c.OpenBallot | c.RecordBallot | c.RecordAcceptance
) -> Obstacle | None:
    return None if command.draft_hash == m.case.meeting.draft_hash else no(Reason.DRAFT_CHANGED, "HZ 28")


def the_agreed_text(m: Moment, command: c.SubmitDraft) -> Obstacle | None:
    """Every agreed clause once, word for word."""
    agreed = {name: x.text_hash for name, x in m.case.clauses.items() if x.agreed}
    handed_in = [(x.clause, text_hash(x.head, x.values, x.prose)) for x in command.clauses]
    return None if len(handed_in) == len(agreed) and dict(handed_in) == agreed else no(Reason.DRAFT_CHANGED, "HZ 28")


def agreed_on(m: Moment) -> date | None:
    return m.case.meeting.agreement_on


def submit_draft(m: Moment, command: c.SubmitDraft) -> list[e.Event]:
    clauses = tuple(c.DraftClauseFact(clause=x.clause, head=x.head, values=x.values) for x in command.clauses)
    return [e.DraftSubmitted(**of_side(m, command), draft_hash=command.draft_hash, clauses=clauses)]


# --- convening ----------------------------------------------------------------------------------------------------


def not_convened(m: Moment) -> Obstacle | None:
    return no(Reason.CONGRESS_CONVENED) if m.case.congress.convened else None


def convened(s: Standing) -> Obstacle | None:
    if s.case.congress.convened:
        return None
    return no(Reason.CONGRESS_NOT_CONVENED, "ZJDM 15", cure=(Seat.UNION,), side=Side.WORKER)


def day_after_submission(m: Moment, command: c.ConveneCongress) -> Obstacle | None:
    ground = m.case.congress.submitted_on
    if ground is None or command.day >= ground:
        return None
    return no(Reason.BEFORE_ITS_GROUND, day=command.day.isoformat(), ground=ground.isoformat())


def total_is_the_roll(m: Moment, command: c.ConveneCongress) -> Obstacle | None:
    """All delegates count, not those present (HZ 28 ¶2): the total is the roll's."""
    roll = m.case.roll
    if roll is None or m.case.scope is not Scope.ENTERPRISE:
        return None
    total = roll.delegates if command.form == "delegates" else roll.workers
    return None if total == command.total else no(Reason.TOTAL_NOT_THE_ROLL, "ZJDM 5", total=command.total, roll=total)


def small_enough_for_all(m: Moment, command: c.ConveneCongress) -> Obstacle | None:
    """Under a hundred workers a general meeting may be held (ZJDM 7)."""
    below = m.law.pack.delegates.general_meeting_below
    if command.form == "delegates" or below is None or command.total < below:
        return None
    return no(Reason.TOO_MANY_FOR_GENERAL_MEETING, "ZJDM 7", level=Level.ADVISORY, n=command.total, below=below)


def congress_term_runs(m: Moment, command: c.ConveneCongress) -> Obstacle | None:
    term = m.case.roll.term_until if m.case.roll else None
    if term is None or command.day <= term:
        return None
    return no(Reason.CONGRESS_TERM_OVER, "ZJDM 14", level=Level.ADVISORY, until=term.isoformat())


def few_voters(m: Moment, command: c.ConveneCongress) -> Obstacle | None:
    if command.total >= FEW_VOTERS:
        return None
    return no(Reason.UNDER_TEN_VOTERS, level=Level.ADVISORY, n=command.total)


def convene_congress(m: Moment, command: c.ConveneCongress) -> list[e.Event]:
    return [
        e.CongressConvened(
            **dated(m, command), day=command.day, form=command.form, held=command.held, total=command.total
        )
    ]


def method_not_adopted(m: Moment) -> Obstacle | None:
    return no(Reason.METHOD_ADOPTED) if m.case.congress.ballot_mode else None


def method_adopted(s: Standing) -> Obstacle | None:
    if s.case.congress.ballot_mode:
        return None
    return no(Reason.METHOD_NOT_ADOPTED, "ZJDM 15", cure=(Seat.UNION,), side=Side.WORKER)


def scrutineers_stand_apart(m: Moment, command: c.AdoptVotingMethod) -> Obstacle | None:
    if len(set(command.scrutineers)) < covered.ATTESTATIONS:
        return no(Reason.TOO_FEW_SCRUTINEERS, "ZJDM 15", least=covered.ATTESTATIONS)
    chiefs = {m.case.benches.of(side).chief for side in Side}
    return no(Reason.SCRUTINEER_IS_CHIEF, "ZJDM 15") if chiefs & set(command.scrutineers) else None


def adopt_voting_method(m: Moment, command: c.AdoptVotingMethod) -> list[e.Event]:
    return [
        e.VotingMethodAdopted(
            **dated(m, command), ballot=command.ballot, scrutineers=command.scrutineers, counters=command.counters
        )
    ]


def materials_not_sent(m: Moment) -> Obstacle | None:
    return no(Reason.MATERIALS_SENT) if m.case.congress.materials_on else None


def send_congress_materials(m: Moment, command: c.SendCongressMaterials) -> list[e.Event]:
    return [e.CongressMaterialsSent(**dated(m, command))]


# --- the ballot ---------------------------------------------------------------------------------------------------


def voted_in_secret(m: Moment, command: c.RecordBallot | c.RecordCoveredBallot) -> Obstacle | None:
    """选举和表决…应当采用无记名投票的方式 (ZJDM 15)."""
    rule = _rule(m)
    if command.secret or not rule.secret:
        return None
    return no(Reason.NOT_SECRET, *rule.of("secret"), cure=(Seat.UNION,), side=Side.WORKER)


def no_counts_pending(m: Moment) -> Obstacle | None:
    return no(Reason.BALLOT_RECORDED, cure=(Seat.SCRUTINEER,)) if m.case.congress.recorded else None


def ballot_counts(m: Moment, command: c.RecordBallot) -> Obstacle | None:
    """Present of all, papers issued to those present, returned of those issued, and every paper accounted for."""
    papers = command.yes + command.no + command.abstain + command.spoiled
    total = m.case.congress.total
    if not papers == command.returned <= command.issued <= command.present <= total:
        return no(Reason.COUNTS_DO_NOT_ADD_UP, "ZJDM 15")
    if covered.per_enterprise(m) is None and command.yes != sum(x.yes for x in m.case.congress.covered.values()):
        return no(Reason.COUNTS_DO_NOT_ADD_UP, "HZ 33")
    return None


def day_has_come(m: Moment) -> Obstacle | None:
    """Nobody votes before the day the congress was convened for."""
    day = m.case.congress.day
    return no(Reason.NOT_DUE, by=day) if day is not None and m.today < day else None


def on_the_day_or_after(m: Moment) -> date | None:
    return m.case.congress.day


def materials_in_time(m: Moment) -> Obstacle | None:
    """Seven days are advised before a first ballot; a re-ballot has only five working days."""
    days, sent, day = _rule(m).materials_days, m.case.congress.materials_on, m.case.congress.day
    if days is None or day is None or m.case.round > 1 or (sent is not None and (day - sent).days >= days):
        return None
    return no(
        Reason.MATERIALS_SHORT_NOTICE,
        *_rule(m).of("materials_days"),
        level=Level.ADVISORY,
        cure=(Seat.UNION,),
        days=days,
    )


def _result(m: Moment, command: c.RecordBallot, total: int) -> Literal["passed", "failed", "no_quorum"]:
    """应当有三分之二以上职工代表…出席，并经…全体代表过半数…同意通过 (HZ 28 ¶2)."""
    rule = _rule(m)
    short = rule.quorum is not None and not rule.quorum.at_least(command.present, total)
    if short and rule.quorum_level is Level.HARD:
        return "no_quorum"
    if covered.per_enterprise(m) is None:
        votes = [x.passed for x in m.case.congress.covered.values()]
        ok = any(votes) if rule.per_enterprise == "those_that_passed" else all(votes)
        return "passed" if ok else "failed"
    return "passed" if majority(m).reached(command.yes, total) else "failed"


def majority(s: Standing) -> Majority:
    """Of the draft; where a text names one for ending a contract early, that one (SD 41)."""
    ending = s.case.opened is not None and s.case.opened.kind is Kind.TERMINATION
    row = s.law.pack.rescission
    return row.vote if ending and row else _rule(s).passes


def quorum_advised(m: Moment, command: c.RecordBallot) -> Obstacle | None:
    """Regional: HZ 33 is silent on quorum; ZJDM 15 asks two thirds, as advice here."""
    rule, total = _rule(m), m.case.congress.total
    if rule.quorum is None or rule.quorum_level is Level.HARD or rule.quorum.at_least(command.present, total):
        return None
    return no(Reason.QUORUM_ADVISED, *rule.of("quorum"), level=Level.ADVISORY, n=command.present, of=total)


def majority_advised(m: Moment, command: c.RecordBallot) -> Obstacle | None:
    rule, total = _rule(m), m.case.congress.total
    if not rule.wants_more_than_half or Majority.MORE_THAN_HALF.reached(command.yes, total):
        return None
    return no(Reason.MAJORITY_ADVISED, *rule.of("wants_more_than_half"), level=Level.ADVISORY, n=command.yes, of=total)


def record_ballot(m: Moment, command: c.RecordBallot) -> list[e.Event]:
    return [ballot_of(m, command, m.case.congress.total)]


def ballot_of(m: Moment, command: c.RecordBallot, total: int) -> e.BallotRecorded:
    """Counts of `total` voters, and what they come to."""
    each = covered.per_enterprise(m) is None
    return e.BallotRecorded(
        **dated(m, command), draft_hash=command.draft_hash, secret=command.secret, total=total,
        present=command.present, issued=command.issued, returned=command.returned, yes=command.yes, no=command.no,
        abstain=command.abstain, spoiled=command.spoiled, needed=majority(m).needed(total),
        result=_result(m, command, total), few=each and covered.tells_of_few(m),
    )  # fmt: skip


def counts_pending(m: Moment) -> Obstacle | None:
    return None if m.case.congress.recorded else no(Reason.NOTHING_TO_ATTEST, cure=(Seat.UNION,))


def not_attested_by_me(m: Moment) -> Obstacle | None:
    if m.by.person not in m.case.congress.scrutineers:
        return no(Reason.NOT_YOUR_SEAT, cure=(Seat.SCRUTINEER,))
    return no(Reason.ALREADY_ATTESTED) if m.by.person in m.case.congress.confirmed_by else None


def _bound(m: Moment) -> tuple[str, ...] | None:
    """Whom the contract binds where some of the firms did not pass it: those that did (SD 35; SH 28)."""
    if covered.per_enterprise(m) is not None or _rule(m).per_enterprise != "those_that_passed":
        return None
    return tuple(name for name, vote in m.case.congress.covered.items() if vote.passed)


def attest_ballot(m: Moment, command: c.AttestBallot) -> list[e.Event]:
    """Two scrutineers make the result valid; one who rejects the counts voids them, and they are entered anew."""
    congress = m.case.congress
    assert congress.recorded is not None
    complete = command.correct and len(congress.confirmed_by) + 1 >= covered.ATTESTATIONS
    result = congress.recorded.result if complete else None
    found: list[e.Event] = [
        e.BallotAttested(
            person=m.by.person,
            correct=command.correct,
            voided=not command.correct,
            result=result,
            covered=_bound(m) if result == "passed" else None,
            words=said(command),
        )
    ]
    return found
