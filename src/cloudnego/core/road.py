"""What may be asked at any step: the ladder of HZ 43, contests, withdrawal, reference values, the clock's notes."""

from __future__ import annotations

from datetime import date

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core import papers
from cloudnego.core.acts import dated, day_of, of_side, said
from cloudnego.core.deadlines import Running, deadlines, is_open, mark_due, running, stream_for
from cloudnego.core.grounds import grounds_of
from cloudnego.core.moment import Law, Moment
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.state import Negotiation, Scan
from cloudnego.core.vocabulary import STEPS, Ending, Scope, Seat, Side, Step, Stream

# --- the ladder: urge, opinion, answer, recommendation --------------------------------------------------------------


def urge(m: Moment, command: c.Urge) -> list[e.Event]:
    return [
        e.Urged(
            **dated(m, command), side=m.own_side, paper=m.fresh(Stream.NOTICE), channel=command.channel,
            about=command.about, served=papers.served(m, command, command.service), due_on=_due(m, command.about),
            by_on=command.by_on, seat=_union(m),
        )
    ]  # fmt: skip


_UNIONS = (Seat.UNION, Seat.TOWN_UNION, Seat.DISTRICT_UNION)


def _union(m: Moment) -> Seat | None:
    """For which union somebody writes: the nearest to the workers, where he is of several."""
    return next((seat for seat in _UNIONS if seat in m.seats), None)


def _due(m: Moment, timer: str | None) -> date | None:
    """The last day of the term somebody is urged to keep: of several the first that is owed."""
    latest = [r.latest for r in deadlines(m.case, m.law) if r.timer == timer and is_open(m.case, r) and r.latest]
    return min(latest, default=None)


def asks_for_a_day_to_come(m: Moment, command: c.Urge) -> Obstacle | None:
    on = day_of(m, command)
    if command.by_on is None or command.by_on >= on:
        return None
    return no(Reason.BEFORE_ITS_GROUND, day=command.by_on.isoformat(), ground=on.isoformat())


def no_opinion_running(m: Moment) -> Obstacle | None:
    waiting = [o for o in m.case.opinions.values() if o.answered_on is None and not o.recommended]
    return no(Reason.OPINION_RUNNING, "HZ 43", "ZJLS 21") if waiting else None


def issue_opinion(m: Moment, command: c.IssueOpinion) -> list[e.Event]:
    """工会应当向企业发出工会劳动法律监督意见书 (HZ 43)."""
    return [
        e.OpinionIssued(
            **dated(m, command), side=Side.WORKER, opinion=m.fresh(Stream.NOTICE), article=command.article,
            served=papers.served(m, command, command.service), seat=_union(m),
        )
    ]  # fmt: skip


def opinion_to_answer(m: Moment) -> Obstacle | None:
    waiting = any(o.answered_on is None and o.served_on for o in m.case.opinions.values())
    return None if waiting else no(Reason.OPINION_NEEDED, "HZ 43", cure=(Seat.UNION,))


def opinion_unanswered(m: Moment, command: c.AnswerOpinion) -> Obstacle | None:
    known = m.case.opinions.get(command.opinion)
    if known is None or known.served_on is None:
        return no(Reason.UNKNOWN_REFERENCE, id=command.opinion)
    return no(Reason.OPINION_ANSWERED) if known.answered_on else None


def answer_opinion(m: Moment, command: c.AnswerOpinion) -> list[e.Event]:
    return [e.OpinionAnswered(**of_side(m, command), opinion=command.opinion, outcome=command.outcome)]


def _grounds(m: Moment, name: str) -> frozenset[str]:
    """Which of the three grounds of ZJLS 23 an opinion gives: refused, not answered in time, not corrected."""
    opinion = m.case.opinions[name]
    if opinion.recommended:
        return frozenset()
    if opinion.answered_on is not None:
        return frozenset({"refused" if opinion.outcome == "refused" else "not_corrected"})
    term = running(m.case, m.law, "opinion_answer", name)
    late = term is not None and term.latest is not None and m.today > term.latest
    return frozenset({"unanswered"} if late else ())


def opinion_refused_or_overdue(m: Moment) -> Obstacle | None:
    if any(_grounds(m, name) for name in m.case.opinions):
        return None
    return no(Reason.OPINION_NEEDED, "HZ 43", "ZJLS 23", cure=(Seat.UNION,))


def ripe_for_recommendation(m: Moment, command: c.IssueRecommendation) -> Obstacle | None:
    """Only on an opinion whose ground stands, and once: 劳动法律监督建议书 (ZJLS 23, LSUB 16)."""
    if command.opinion not in m.case.opinions:
        return no(Reason.UNKNOWN_REFERENCE, id=command.opinion)
    if m.case.opinions[command.opinion].recommended:
        return no(Reason.RECOMMENDED)
    # 无正当理由不改正的 (ZJLS 23 (三)): whether a promise was kept the union says, in words of its own
    if command.ground in _grounds(m, command.opinion):
        return None
    term = running(m.case, m.law, "opinion_answer", command.opinion)
    return no(Reason.OPINION_RUNNING, "HZ 43", "ZJLS 23", by=term.latest if term else None)


def issue_recommendation(m: Moment, command: c.IssueRecommendation) -> list[e.Event]:
    return [e.RecommendationIssued(**dated(m, command), opinion=command.opinion, ground=command.ground)]


# --- contest ------------------------------------------------------------------------------------------------------


def place_of(fact: str) -> tuple[Stream, int] | None:
    """The joint stream and the number in it of a fact as `contest_fact` names it; None where no fact is called so."""
    stream, _, seq = fact.partition(".")
    if stream not in (Stream.TABLE, Stream.FILING, Stream.NOTICE) or not seq.isdigit() or seq.startswith("0"):
        return None
    return Stream(stream), int(seq)


def fact_exists(m: Moment, command: c.ContestFact) -> Obstacle | None:
    """A fact is named by its stream and number; of a stream one does not see, nothing exists."""
    found = place_of(command.fact)
    if found is None or m.fact is None or found[0] not in m.streams:
        return no(Reason.FACT_UNKNOWN, id=command.fact)
    known = m.case.contested.get(command.fact)
    again = command.form == "contest" and known is not None and m.side in known.sides
    return no(Reason.CONTESTED) if again else None


def contest_fact(m: Moment, command: c.ContestFact) -> list[e.Event]:
    assert m.fact is not None
    return [
        e.FactContested(
            fact=command.fact, form=command.form, facts=grounds_of(m.fact), side=m.own_side, says_on=command.says_on,
            evidence=command.evidence, words=said(command),
        )
    ]  # fmt: skip


def something_contested(m: Moment) -> Obstacle | None:
    """A contest lies in the stream of its fact: of a stream one does not see, none is there to take back."""
    by_own = any(
        m.side in contest.sides and (found := place_of(fact)) is not None and found[0] in m.streams
        for fact, contest in m.case.contested.items()
    )
    return None if by_own else no(Reason.NOT_CONTESTED)


def own_contest(m: Moment, command: c.WithdrawContest) -> Obstacle | None:
    known = m.case.contested.get(command.fact)
    if known is None:
        return no(Reason.NOT_CONTESTED)
    if m.side not in known.sides:
        return no(Reason.NOT_OWN_CONTEST, side=m.own_side.other)
    found = place_of(command.fact)
    return None if found and found[0] in m.streams else no(Reason.FACT_UNKNOWN, id=command.fact)


def withdraw_contest(m: Moment, command: c.WithdrawContest) -> list[e.Event]:
    return [e.ContestWithdrawn(fact=command.fact, side=m.own_side)]


# --- signatures in ink ----------------------------------------------------------------------------------------------


def _may_compare(m: Moment, entry: str, scan: Scan) -> bool:
    """Not who entered it, and none of the side whose signatures it is, but its union and whoever watches the count."""
    apart = m.side is not scan.side or bool(m.seats & {Seat.UNION, Seat.SCRUTINEER})
    found = place_of(entry)
    return m.by.person != scan.by and apart and found is not None and found[0] in m.streams


def scan_to_check(m: Moment) -> Obstacle | None:
    """一人录入，另一人核对: a rule of the platform. Where ink stands in the place of a key, somebody else looks."""
    there = any(_may_compare(m, entry, scan) for entry, scan in m.case.scans.items())
    return None if there else no(Reason.NO_SCAN_TO_CHECK, cure=(Seat.CHIEF,))


def scan_compared(m: Moment, command: c.CheckScan) -> Obstacle | None:
    scan, found = m.case.scans.get(command.scan), place_of(command.scan)
    if scan is None or found is None or found[0] not in m.streams:
        return no(Reason.FACT_UNKNOWN, id=command.scan)
    if not _may_compare(m, command.scan, scan):
        return no(Reason.OWN_SCAN, side=scan.side.other)
    if not command.shows and not command.reason:
        return no(Reason.SCAN_REASON_MISSING)
    return no(Reason.SCAN_CHECKED) if scan.shows is command.shows else None


def check_scan(m: Moment, command: c.CheckScan) -> list[e.Event]:
    return [e.ScanChecked(fact=command.scan, side=m.side, shows=command.shows, words=said(command))]


# --- withdrawal ---------------------------------------------------------------------------------------------------


def no_withdrawal_asked(m: Moment) -> Obstacle | None:
    if m.case.filing.in_force_from:
        return no(Reason.CASE_IN_FORCE, "HZ 36")
    return no(Reason.WITHDRAWAL_ASKED) if m.case.withdrawal else None


def _alone(m: Moment) -> bool:
    """Before the reply the side that opened, or that offered, may withdraw alone."""
    case = m.case
    if case.step is None or STEPS.index(case.step) > STEPS.index(Step.REPLY) or case.reply is not None:
        return False
    owner = case.offer.side if case.offer else case.opened.by_side if case.opened else None
    return owner is m.side


def withdraw_case(m: Moment, command: c.WithdrawCase) -> list[e.Event]:
    asked: list[e.Event] = [e.WithdrawalAsked(**of_side(m, command))]
    if _alone(m):
        asked.append(e.CaseClosed(ending=Ending.WITHDRAWN, on=m.today))
    return asked


def own_withdrawal(m: Moment) -> Obstacle | None:
    if m.case.withdrawal is m.side:
        return None
    return no(Reason.NO_WITHDRAWAL, cure=(Seat.CHIEF,))


def take_back_withdrawal(m: Moment, command: c.TakeBackWithdrawal) -> list[e.Event]:
    return [e.WithdrawalTakenBack(**of_side(m, command))]


def other_side_asked(m: Moment) -> Obstacle | None:
    if m.case.withdrawal is None:
        return no(Reason.NO_WITHDRAWAL, cure=(Seat.CHIEF,))
    return no(Reason.OWN_WITHDRAWAL, side=m.case.withdrawal.other) if m.case.withdrawal is m.side else None


def consent_to_withdrawal(m: Moment, command: c.ConsentToWithdrawal) -> list[e.Event]:
    return [e.WithdrawalConsented(**of_side(m, command)), e.CaseClosed(ending=Ending.WITHDRAWN, on=m.today)]


def coordination_failed(m: Moment) -> Obstacle | None:
    """Talks end without a contract only after a coordination that found none; a new offer is always possible."""
    dispute = m.case.dispute
    if dispute is not None and dispute.closed_on is not None and dispute.agreement is False:
        return None
    return no(Reason.COORDINATION_NOT_FAILED, "ZJ 39", "N2004 53", cure=(Seat.AUTHORITY,))


def end_talks(m: Moment, command: c.EndTalks) -> list[e.Event]:
    return [e.CaseClosed(ending=Ending.FAILED, on=m.today, words=said(command))]


def of_one_enterprise(m: Moment) -> Obstacle | None:
    return None if m.case.scope is Scope.ENTERPRISE else no(Reason.NOT_ENTERPRISE_CASE, "HZ 35")


def regional_covers_it(m: Moment, command: c.MergeIntoRegional) -> Obstacle | None:
    """The regional case is alive and names this enterprise among those it covers (HZ 33)."""
    other, own = m.other, m.case.opened
    covered = {x.enterprise for x in other.covers} if other is not None else set()
    if other is None or not other.live or own is None or own.enterprise not in covered:
        return no(Reason.UNKNOWN_REFERENCE, id=command.regional)
    return no(Reason.NOTHING_NEW) if m.case.merger.of(m.own_side) == command.regional else None


def merge_into_regional(m: Moment, command: c.MergeIntoRegional) -> list[e.Event]:
    agreed = m.case.merger.of(m.own_side.other) == command.regional
    named: list[e.Event] = [e.MergerNamed(**of_side(m, command), regional=command.regional, agreed=agreed)]
    return [*named, e.CaseClosed(ending=Ending.MERGED, on=m.today)] if agreed else named


# --- reference values, covered enterprises ------------------------------------------------------------------------


def value_given(m: Moment, command: c.RecordReference) -> Obstacle | None:
    if (command.fen is None) == (command.rate is None):
        return no(Reason.VALUE_MISSING, field="fen")
    new = (command.kind, command.period, command.fen, command.rate, command.source)
    same = any((r.kind, r.period, r.fen, r.rate, r.source) == new for r in m.case.references)
    return no(Reason.NOTHING_NEW) if same else None


def record_reference(m: Moment, command: c.RecordReference) -> list[e.Event]:
    reference = e.Reference(
        kind=command.kind, period=command.period, fen=command.fen, rate=command.rate, source=command.source,
        by=m.by.person,
    )  # fmt: skip
    return [e.ReferenceRecorded(reference=reference)]


def regional(m: Moment) -> Obstacle | None:
    return None if m.case.scope is not Scope.ENTERPRISE else no(Reason.NOT_REGIONAL, "HZ 30")


def not_covered_yet(m: Moment, command: c.CoverEnterprise) -> Obstacle | None:
    known = {x.enterprise for x in m.case.covers}
    return no(Reason.NOTHING_NEW) if command.enterprise in known else None


def is_on_the_register(m: Moment, command: c.CoverEnterprise) -> Obstacle | None:
    """An enterprise of the district's register, with the workers counted there; the door looks it up."""
    known = m.register is not None and any(x.enterprise == command.enterprise for x in m.register.covers)
    return None if known else no(Reason.COVERED_UNKNOWN, "HZ 30", id=command.enterprise)


def cover_enterprise(m: Moment, command: c.CoverEnterprise) -> list[e.Event]:
    assert m.register is not None
    return [e.EnterpriseCovered(covered=next(x for x in m.register.covers if x.enterprise == command.enterprise))]


# --- the clock ----------------------------------------------------------------------------------------------------


def something_due(m: Moment) -> Obstacle | None:
    due = any(mark_due(m.case, m.law, r, m.today) for r in deadlines(m.case, m.law))
    return None if due else no(Reason.NOT_DUE)


def mark_reached(m: Moment, command: c.NoteDeadline) -> Obstacle | None:
    term = running(m.case, m.law, command.timer, command.key)
    if term is None or mark_due(m.case, m.law, term, m.today) != command.mark:
        return no(Reason.NOT_DUE, timer=command.timer)
    return None


_NOTES: dict[Stream, type[e.DeadlineNoted | e.TableDeadlineNoted | e.FilingDeadlineNoted]] = {
    Stream.NOTICE: e.DeadlineNoted,
    Stream.TABLE: e.TableDeadlineNoted,
    Stream.FILING: e.FilingDeadlineNoted,
}


def note_deadline(m: Moment, command: c.NoteDeadline) -> list[e.Event]:
    """Late is recorded, never blocks: the note is a fact with its derivation's ends, and moves nothing."""
    term = running(m.case, m.law, command.timer, command.key)
    assert term is not None
    assert term.latest is not None
    note = _NOTES[stream_for(command.timer)]
    return [
        note(
            timer=term.timer, key=term.key, mark=command.mark, target=term.target, latest=term.latest,
            provisional=term.due.provisional, articles=term.articles, side=term.side,
        )
    ]  # fmt: skip


def calendar_is_new(m: Moment, command: c.AdoptCalendar) -> Obstacle | None:
    return no(Reason.NOTHING_NEW) if command.calendar == m.case.calendar else None


def calendar_is_at_hand(m: Moment, command: c.AdoptCalendar) -> Obstacle | None:
    known = m.new_law is not None and m.new_law.calendar.version == command.calendar
    return None if known else no(Reason.UNKNOWN_REFERENCE, id=command.calendar)


def order_is_new(m: Moment, command: c.RecordCourtOrder) -> Obstacle | None:
    return no(Reason.NOTHING_NEW) if command.order in m.case.court_orders else None


def two_persons(_: Moment, command: c.RecordCourtOrder) -> Obstacle | None:
    """Nobody hands a side's own stream out alone."""
    return no(Reason.TWO_PERSONS_NEEDED) if command.requested_by == command.confirmed_by else None


def record_court_order(_: Moment, command: c.RecordCourtOrder) -> list[e.Event]:
    """Looks into no caucus: whether there is anything to hand out is not for the table to know."""
    return [e.CourtOrderRecorded.model_validate(command.model_dump(exclude={"type"}))]


def adopt_calendar(m: Moment, command: c.AdoptCalendar) -> list[e.Event]:
    """Every open deadline is computed again, and what changed is a fact."""
    assert m.new_law is not None
    before, after = _open_terms(m.case, m.law), _open_terms(m.case, m.new_law)
    changed = tuple(
        e.Redated(
            timer=now.timer, key=now.key, was=before[name].latest if name in before else None, latest=now.latest,
            provisional=now.due.provisional,
        )
        for name, now in after.items()
        if name not in before or _when(before[name]) != _when(now)
    )  # fmt: skip
    return [e.CalendarAdopted(calendar=command.calendar, changed=changed)]


def _when(term: Running) -> tuple[date | None, bool]:
    return term.latest, term.due.provisional


def _open_terms(case: Negotiation, law: Law) -> dict[str, Running]:
    return {r.name: r for r in deadlines(case, law) if r.met_on is None and (is_open(case, r) or r.latest is None)}
