"""Step 9: the contract is published, reported, performed, supervised, and ends or is renewed (HZ 36-43; ZJ 33-37)."""

from __future__ import annotations

from datetime import date

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.acts import dated, day_of, of_side, said
from cloudnego.core.calendar import moved
from cloudnego.core.covered import of_his_own, of_some
from cloudnego.core.moment import Moment, Standing
from cloudnego.core.pack import Level
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.vocabulary import Ending, Kind, Scope, Seat, Side, Stream


def in_force(s: Standing) -> Obstacle | None:
    return None if s.case.filing.in_force_from else no(Reason.NOT_IN_FORCE, "HZ 40")


def in_force_day(m: Moment) -> date | None:
    return m.case.filing.in_force_from


_PUBLISH = (Seat.HR, Seat.LEGAL_REPRESENTATIVE, Seat.CHIEF)


def places_to_publish(m: Moment) -> set[str]:
    """The covered enterprises at which it is not published yet, and of these his own, where he acts for no other."""
    left = {x.enterprise for x in m.case.covers} - m.case.performance.published_at
    return left & m.by.covered if of_some(m, *_PUBLISH) else left


def still_to_publish(m: Moment) -> Obstacle | None:
    done = m.case.performance
    if m.case.scope is Scope.ENTERPRISE:
        return no(Reason.PUBLISHED) if done.published_on else None
    begun = done.published_on or of_some(m, *_PUBLISH)
    return no(Reason.PUBLISHED) if begun and not places_to_publish(m) else None


def publishes(m: Moment) -> Obstacle | None:
    """企业、行业、区域应当…公布 (HZ 41): the enterprise its own contract; that of an area, whoever speaks for it."""
    if m.case.scope is not Scope.ENTERPRISE:
        return None
    if m.side is Side.EMPLOYER:
        return of_his_own(m, (), *_PUBLISH)
    return no(Reason.NOT_YOUR_SEAT, "HZ 41", cure=(Seat.HR, Seat.CHIEF), side=Side.EMPLOYER)


def where_it_binds(m: Moment, command: c.PublishContract) -> Obstacle | None:
    """An industry or regional contract is published at every enterprise it binds (HZ 41)."""
    if m.case.scope is Scope.ENTERPRISE:
        return no(Reason.NOT_REGIONAL) if command.enterprises else None
    covered = {x.enterprise for x in m.case.covers}
    if not set(command.enterprises) <= covered:
        return no(Reason.COVERED_UNKNOWN, "HZ 41")
    if not set(command.enterprises) - m.case.performance.published_at and covered:
        return no(Reason.NOTHING_NEW)
    return None


def own_place(m: Moment, command: c.PublishContract) -> Obstacle | None:
    """A covered enterprise publishes at its own place, whoever speaks for the employers at any (HZ 41)."""
    return of_his_own(m, command.enterprises, *_PUBLISH)


def publish_contract(m: Moment, command: c.PublishContract) -> list[e.Event]:
    return [e.ContractPublished(**of_side(m, command), enterprises=command.enterprises)]


def not_reported(m: Moment) -> Obstacle | None:
    return no(Reason.REPORTED) if m.case.performance.reported_on else None


def report_to_upper_union(m: Moment, command: c.ReportToUpperUnion) -> list[e.Event]:
    return [e.ReportedToUpperUnion(**dated(m, command))]


def _period_begins(m: Moment, timer: str, done: int) -> date | None:
    """The first day of the period that has not been reported on; None where the text knows no periods."""
    row, since = m.law.pack.timers.get(timer), m.case.filing.in_force_from
    return moved(since, row.n * done, row.unit) if row and since else None


def _begun(begins: date | None, on: date) -> Obstacle | None:
    return no(Reason.NOT_DUE, by=begins) if begins and on < begins else None


def report_has_begun(m: Moment) -> Obstacle | None:
    """应当每年…报告 (HZ 42 ¶1): none before its period has begun."""
    return _begun(_period_begins(m, "perf_report", len(m.case.performance.reports)), m.today)


def publication_has_begun(m: Moment) -> Obstacle | None:
    """每半年公布一次 (CQ 30)."""
    return _begun(_period_begins(m, "perf_publish", len(m.case.performance.publications)), m.today)


def period_to_report(m: Moment, command: c.ReportPerformance) -> Obstacle | None:
    """Each period once."""
    known = m.case.performance.reports
    if command.period in known:
        return no(Reason.NOTHING_NEW)
    return _begun(_period_begins(m, "perf_report", len(known)), day_of(m, command))


def period_to_publish(m: Moment, command: c.PublishPerformance) -> Obstacle | None:
    """Each period once."""
    known = m.case.performance.publications
    if command.period in known:
        return no(Reason.NOTHING_NEW)
    return _begun(_period_begins(m, "perf_publish", len(known)), day_of(m, command))


def reports_on_known_clauses(m: Moment, command: c.ReportPerformance) -> Obstacle | None:
    unknown = [r.clause for r in command.results if r.clause not in m.case.clauses]
    return no(Reason.CLAUSE_UNKNOWN, id=unknown[0]) if unknown else None


def report_performance(m: Moment, command: c.ReportPerformance) -> list[e.Event]:
    return [
        e.PerformanceReported(
            **of_side(m, command),
            period=command.period,
            results=command.results,
            satisfied_percent=command.satisfied_percent,
        )
    ]


def publish_performance(m: Moment, command: c.PublishPerformance) -> list[e.Event]:
    """集体合同中工资事项的履行情况应当每半年公布一次 (CQ 30); a duty only where a text has it, welcome everywhere."""
    return [e.PerformancePublished(**of_side(m, command), period=command.period)]


def problem_names_a_clause(m: Moment, command: c.RaiseProblem) -> Obstacle | None:
    if command.clause is None or command.clause in m.case.clauses:
        return None
    return no(Reason.CLAUSE_UNKNOWN, id=command.clause)


def raise_problem(m: Moment, command: c.RaiseProblem) -> list[e.Event]:
    return [e.ProblemRaised(problem=m.fresh(Stream.TABLE), clause=command.clause, words=said(command))]


def problems_open(m: Moment) -> Obstacle | None:
    return None if False in m.case.performance.problems.values() else no(Reason.PROBLEM_ANSWERED)


def problem_unanswered(m: Moment, command: c.AnswerProblem) -> Obstacle | None:
    known = m.case.performance.problems.get(command.problem)
    if known is None:
        return no(Reason.UNKNOWN_REFERENCE, id=command.problem)
    return no(Reason.PROBLEM_ANSWERED) if known else None


def cured_in_time(m: Moment, command: c.AnswerProblem) -> Obstacle | None:
    """双方应当认真研究处理 (ZJ 36): who says by when names a day that is still to come."""
    on = day_of(m, command)
    if command.cure_by is None or command.cure_by >= on:
        return None
    return no(Reason.DAY_IN_THE_PAST, day=command.cure_by.isoformat())


def answer_problem(m: Moment, command: c.AnswerProblem) -> list[e.Event]:
    return [e.ProblemAnswered(**of_side(m, command), problem=command.problem, cure_by=command.cure_by)]


def record_external_case(m: Moment, command: c.RecordExternalCase) -> list[e.Event]:
    return [e.ExternalCaseRecorded(**dated(m, command), forum=command.forum)]


def superseded_by_child(m: Moment, command: c.RecordSupersession) -> Obstacle | None:
    """The child's contract is in force, and it names this case as its parent."""
    child = m.other
    if child is None or child.opened is None or child.opened.parent != m.case_id:
        return no(Reason.UNKNOWN_REFERENCE, id=command.child)
    from_day = child.filing.in_force_from
    return None if from_day and from_day <= m.today else no(Reason.CHILD_NOT_DONE, "HZ 39")


def record_supersession(m: Moment, _: c.RecordSupersession) -> list[e.Event]:
    assert m.other is not None
    assert m.other.opened is not None
    ending = Ending.TERMINATED if m.other.opened.kind is Kind.TERMINATION else Ending.SUPERSEDED
    return [e.CaseClosed(ending=ending, on=m.today)]


def term_over(m: Moment) -> Obstacle | None:
    """期限届满…即行终止 (ZJ 30): the contract ends by itself."""
    last = m.case.filing.expires_on
    return None if last and m.today > last else no(Reason.NOT_EXPIRED, "ZJ 30", by=last)


def close_expired(m: Moment, _: c.CloseExpired) -> list[e.Event]:
    return [e.CaseClosed(ending=Ending.EXPIRED, on=m.today)]


def protected_person(m: Moment, command: c.ReportTransfer) -> Obstacle | None:
    """HZ 20 and ZJ 14 protect the worker side's representatives."""
    if m.case.benches.worker.has(command.person):
        return None
    return no(Reason.NOT_PROTECTED, "HZ 20")


def transfer_consented(m: Moment, command: c.ReportTransfer) -> Obstacle | None:
    """未经本人同意，企业不得调整其工作岗位 (HZ 20 ¶2): recorded, and shown to the union."""
    if command.consented:
        return None
    return no(
        Reason.TRANSFER_WITHOUT_CONSENT, "HZ 20", "ZJ 14", level=Level.ADVISORY, side=Side.EMPLOYER, cure=(Seat.HR,)
    )


def report_transfer(m: Moment, command: c.ReportTransfer) -> list[e.Event]:
    return [
        e.TransferReported(
            **dated(m, command), person=command.person, change=command.change, consented=command.consented
        )
    ]
