"""Papers after the vote: filing, review, publication, report, check of performance, letters, coordination."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from cloudnego.core import events as e
from cloudnego.core.commands import ClauseResult
from cloudnego.core.vocabulary import STEPS, Kind, Side
from cloudnego.papers.assembly import Sitting, each_firm, sittings
from cloudnego.papers.facts import Block, Facts, Fields, Sign, Signs, Table, Text
from cloudnego.papers.parts import article, bench_of, chief_signs, covered, law, sheet
from cloudnego.papers.pen import Pen, Two, blank_day, day, side_said, word, yuan
from cloudnego.papers.sources import Source, day_of, words
from cloudnego.ports import Recorded
from cloudnego.texts import say


def form(source: Source, pen: Pen) -> Iterator[Facts]:
    """D15: facts of the enterprise, of the contract, and what is handed in (HZ 40; ZJ 34)."""
    for one in source.entries(e.ContractFiled):
        filed = one.event
        assert isinstance(filed, e.ContractFiled)
        passed, opened = _passed(source), source.opened
        signed = [x for x in source.entries(e.ContractSigned) if day_of(x) <= day_of(one)]
        received = next(iter(source.entries(e.FilingReceived)), None)
        named = {item.code: item.name for item in source.law.pack.filing.items}
        handed = [f"{n}. {named[code].zh if code in named else code}" for n, code in enumerate(filed.items, start=1)]
        answered = {x.head for x in passed.draft.clauses} if passed is not None else set()
        left = [head.code for head in source.law.pack.topics.heads if head.code not in answered]
        firm: tuple[tuple[str, str | None], ...] = (
            (pen.label("body" if source.many else "enterprise"), source.organ(Side.EMPLOYER)),
            (pen.label("code"), None if source.many else source.firm.credit_code),
            (pen.label("address"), None if source.many else source.firm.address),
            *(() if source.many else ((pen.label("type"), None),)),
            (pen.label("industry"), opened.industry or None),
            (pen.label("headcount"), str(source.workers)),
            (pen.label("union"), source.organ(Side.WORKER)),
            (pen.label("contact"), None if source.many else source.firm.contact),
        )
        firms = len(source.covered)
        span = (day(filed.term_from) or Two("", ""), day(filed.expires_on) or Two("", ""))
        contract: tuple[tuple[str, str | None], ...] = (
            (pen.label("signed"), pen.cell(blank_day(day_of(signed[-1]) if signed else None))),
            (pen.label("passed"), pen.cell(blank_day(passed.attested_on if passed is not None else None))),
            (pen.label("term"), pen.cell(pen.said("from_until", first=span[0], last=span[1]))),
            (pen.label("last_average"), None),
            (pen.label("agreed_average"), None),
            (pen.label("raise"), _value(passed, "raise")),
            (pen.label("minimum"), _value(passed, "minimum_wage")),
            (pen.label("covered_workers"), str(source.workers)),
            *([(pen.label("firms"), pen.label("firms_count", count=str(firms)))] * bool(firms)),
            *((pen.label(f"chief_{side.value}"), source.name(bench_of(source, side).chief)) for side in Side),
            (pen.label("unanswered"), "、".join(left) or pen.label("none")),
        )
        receipt = words(received.event, "receipt_no") if received is not None else None
        blocks: list[Block] = [
            pen.text("opens", law=law(source, source.law.pack.filing.cite)),
            pen.heading("body_title" if source.many else "firm_title"), Fields(rows=firm),
            pen.heading("contract_title"), Fields(rows=contract), *covered(source, pen),
            pen.heading("items_title"), *(Text(text=item) for item in handed),
            Fields(rows=((pen.label("copies"), str(filed.copies)),)),
            Signs(rows=(Sign(role=pen.label("filed_by"), name=source.organ(Side.EMPLOYER), seal=True),)),
            pen.heading("receipt_title"),
            Fields(
                rows=(
                    (pen.label("receipt_no"), receipt),
                    (pen.label("receipt_on"), str(day_of(received)) if received is not None else None),
                    (pen.label("receiver"), source.name(received.actor) if received is not None else None),
                )
            ),
        ]  # fmt: skip
        yield sheet(source, pen, ("D15", f"filing-{one.seq}"), blocks, day_of(one))


def explanation(source: Source, pen: Pen) -> Iterator[Facts]:
    """D16: how the representatives came about, the course of the talks, the ballot, the last contract (HZ 40)."""
    passed = _passed(source)
    if passed is None:
        return
    turned = source.entries(e.StepTurned)
    course = Table(
        head=(pen.label("course.step"), pen.label("course.done")),
        widths=(6, 5),
        rows=tuple(
            (_step(one.event.closed.value), str(day_of(one)))
            for one in turned
            if isinstance(one.event, e.StepTurned) and one.event.closed in STEPS[:7]
        ),
    )
    counts = passed.counts
    rows = tuple(
        (pen.label(f"tally.{key}"), str(getattr(counts, key)))
        for key in ("total", "present", "yes", "no", "abstain") if counts is not None
    )  # fmt: skip
    blocks: list[Block] = [
        pen.heading("benches"),
        *(pen.text("bench", side=side_said(side), n=len(bench_of(source, side).reps),
                   chief=source.name(bench_of(source, side).chief),
                   how=pen.said(bench_of(source, side).by or "appointment")) for side in Side),
        pen.heading("course.title"),
        course,
        pen.heading("points"),
        pen.text("raise_points", rate=_value(passed, "raise"), minimum=_value(passed, "minimum_wage")),
        pen.heading("ballot"),
        Fields(rows=(*rows, (pen.label("passed"), pen.cell(blank_day(passed.attested_on))))),
        *each_firm(source, pen, passed),
        pen.heading("last"),
        Fields(rows=((pen.label("performed"), None),)),
        Signs(rows=(Sign(role=pen.label("filed_by"), name=source.organ(Side.EMPLOYER), seal=True),)),
    ]  # fmt: skip
    yield sheet(source, pen, ("D16", passed.about), blocks, passed.attested_on)


def review(source: Source, pen: Pen) -> Iterator[Facts]:
    """D17: no objection, or an objection to clauses with its reason in law (N2004 45)."""
    passed, received = _passed(source), next(iter(source.entries(e.FilingReceived)), None)
    heads = {x.clause: x.head for x in passed.draft.clauses} if passed is not None else {}
    parties: tuple[tuple[str, str | None], ...] = (
        (pen.label("employer"), source.organ(Side.EMPLOYER)),
        *(() if source.many else ((pen.label("address"), source.firm.address),)),
        (pen.label("worker"), source.organ(Side.WORKER)),
        (pen.label("received"), pen.cell(blank_day(day_of(received) if received is not None else None))),
    )
    seal = Signs(rows=(Sign(role=pen.label("authority"), name=source.firm.authority, seal=True),))
    for one in source.entries(e.ContractObjected, e.ContractInForce):
        match one.event:
            case e.ContractObjected() as no:
                rows = tuple(
                    (
                        pen.cell(source.head(heads[x.clause])) if x.clause in heads else x.clause,
                        article(source, x.article),
                    )
                    for x in no.clauses
                )
                opinion = words(no, "opinion")
                blocks: list[Block] = [
                    Fields(rows=parties),
                    pen.text("objects", law=law(source, source.law.pack.filing.cite)),
                    Table(head=(pen.label("clause"), pen.label("reason")), widths=(5, 7), rows=rows),
                    *((Text(text=opinion),) if opinion is not None else ()),
                    seal,
                ]
                yield sheet(source, pen, ("D17", f"{one.stream.value}.{one.seq}"), blocks, day_of(one))
            case e.ContractInForce(why="no_objection"):
                blocks = [Fields(rows=parties), pen.text("agrees", law=law(source, source.law.pack.filing.cite)), seal]
                yield sheet(source, pen, ("D17", f"{one.stream.value}.{one.seq}"), blocks, day_of(one))
            case _:
                pass


def publication(source: Source, pen: Pen) -> Iterator[Facts]:
    """D18: the contract in full, told to all workers (HZ 41; ZJ 35)."""
    one, passed = next(iter(source.entries(e.ContractInForce)), None), _passed(source)
    if one is None or passed is None or not isinstance(one.event, e.ContractInForce):
        return
    blocks: list[Block] = [
        pen.text("opens", law=law(source, _cites(source, "publish")), enterprise=source.subject,
                 year=source.opened.wage_year, day=blank_day(one.event.in_force_from)),
        Fields(rows=_in_force(source, pen, one.event)),
    ]  # fmt: skip
    for at, clause in enumerate(passed.draft.clauses):
        blocks.append(pen.over(source.head(clause.head)))
        blocks.append(Text(text=words(passed.draft, f"clauses.{at}.prose") or pen.label("erased")))
    blocks += [
        Fields(
            rows=(
                (pen.label("ask"), source.organ(Side.WORKER)),
                (pen.label("complain"), source.firm.authority),
                *(() if source.many else _posted(pen, source.entries(e.ContractPublished))),
            )
        ),
        *(_posted_each(source, pen) if source.many else ()),
        Signs(rows=(Sign(role=pen.label("posted_by"), name=source.organ(Side.EMPLOYER), seal=True),)),
    ]
    yield sheet(source, pen, ("D18", "in-force"), blocks, one.event.in_force_from)


def report(source: Source, pen: Pen) -> Iterator[Facts]:
    """D19: the enterprise's union tells the upper union (HZ 41; ZJ 35)."""
    one = source.last(e.ContractInForce)
    if one is None:
        return
    blocks: list[Block] = [
        pen.text("to", "lead"),
        pen.text("opens", law=law(source, _cites(source, "report_upper")), enterprise=source.subject,
                 year=source.opened.wage_year),
        Fields(rows=(*_in_force(source, pen, one), (pen.label("covered_workers"), str(source.workers)))),
        *covered(source, pen),
        Signs(rows=(Sign(role=pen.label("reported_by"), name=source.organ(Side.WORKER), seal=True),)),
    ]  # fmt: skip
    yield sheet(source, pen, ("D19", "in-force"), blocks, one.in_force_from)


def _posted(pen: Pen, posted: Sequence[Recorded]) -> tuple[tuple[str, str | None], ...]:
    """Where and when it was posted at last."""
    last = posted[-1] if posted else None
    return (
        (pen.label("place"), words(last.event, "place") if last is not None else None),
        (pen.label("posted"), pen.cell(blank_day(day_of(last) if last is not None else None))),
    )


def _posted_each(source: Source, pen: Pen) -> tuple[Block, ...]:
    """A contract over many is published at every enterprise it covers (HZ 41)."""
    where: dict[str, Recorded] = {}
    for one in source.entries(e.ContractPublished):
        assert isinstance(one.event, e.ContractPublished)
        where |= dict.fromkeys(one.event.enterprises or [x.enterprise for x in source.covered], one)
    rows = tuple(
        (
            source.name(one.enterprise),
            *((str(day_of(at)), words(at.event, "place")) if at is not None else (None, None)),
        )
        for one in source.covered
        for at in (where.get(one.enterprise),)
    )
    head = tuple(pen.label(key) for key in ("covered.enterprise", "posted", "place"))
    return (pen.heading("posted_each"), Table(head=head, widths=(9, 4, 5), rows=rows))


class _Report(NamedTuple):
    """What was reported of a period; without a report the sheet to fill by hand."""

    on: date | None
    period: str | None = None
    results: Mapping[str, ClauseResult] = {}
    remark: str | None = None
    satisfied: int | None = None


def check(source: Source, pen: Pen) -> Iterator[Facts]:
    """D20: clause by clause what was promised and what came of it (ZJ 36-37; HZ 42)."""
    passed = _passed(source)
    if passed is None or source.last(e.ContractInForce) is None:
        return
    reports = [(one, one.event) for one in source.entries(e.PerformanceReported)]
    known = [
        _Report(day_of(one), x.period, {r.clause: r for r in x.results}, words(x, "remark"), x.satisfied_percent)
        for one, x in reports if isinstance(x, e.PerformanceReported)
    ]  # fmt: skip
    for on, period, results, remark, satisfied in known or [_Report(passed.attested_on)]:
        rows = tuple(
            (
                pen.cell(source.head(clause.head)), words(passed.draft, f"clauses.{at}.prose") or pen.label("erased"),
                _proof(results.get(clause.clause)),
                pen.cell(word("result", results[clause.clause].result)) if clause.clause in results else None,
            )
            for at, clause in enumerate(passed.draft.clauses)
        )  # fmt: skip
        head = tuple(pen.label(f"columns.{key}") for key in ("head", "promised", "evidence", "result"))
        blocks: list[Block] = [
            Fields(rows=((pen.label("period"), period),)),
            Table(head=head, widths=(4, 6, 4, 3), rows=rows),
            Fields(rows=(
                (pen.label("satisfaction"), f"{satisfied}%" if satisfied is not None else None),
                (pen.label("problems"), remark),
                (pen.label("cure_by"), None),
                (pen.label("responsible"), None), (pen.label("to_congress"), None),
            )),
            chief_signs(source, pen, Side.WORKER, Side.EMPLOYER),
        ]  # fmt: skip
        yield sheet(source, pen, ("D20", period or "blank"), blocks, on)


def _proof(one: ClauseResult | None) -> str | None:
    """The first digits of the hash of what shows it."""
    return one.evidence.sha256[:16] if one is not None and one.evidence is not None else None


def coordination(source: Source, pen: Pen) -> Iterator[Facts]:
    """D22: the application, and the agreement found with the coordinators (ZJ 39; N2004 49-54)."""
    coordinators: tuple[str, ...] = ()
    for one in source.entries(e.CoordinationRequested, e.DisputeAccepted, e.DisputeClosed):
        match one.event:
            case e.DisputeAccepted(coordinators=named):
                coordinators = named
            case e.CoordinationRequested(side=side) as asked:
                facts = words(asked, "facts")
                blocks: list[Block] = [
                    Fields(rows=((pen.label("applicant"), source.organ(side)),
                                 (pen.label("other"), source.organ(side.other)))),
                    pen.heading("facts"), Text(text=facts) if facts is not None else pen.text("erased"),
                    Fields(rows=((pen.label("claims"), words(asked, "claims")),)),
                    chief_signs(source, pen, side),
                ]  # fmt: skip
                yield sheet(source, pen, ("D22", f"asked-{one.seq}"), blocks, day_of(one), title="asked.title")
            case e.DisputeClosed() as closed:
                blocks = [
                    pen.text("closed.agreed" if closed.agreement else "closed.open", day=blank_day(day_of(one))),
                    Fields(
                        rows=(
                            (pen.label("result"), words(closed, "settled")),
                            (pen.label("left"), words(closed, "open_items")),
                        )
                    ),
                    chief_signs(source, pen, Side.WORKER, Side.EMPLOYER),
                    Signs(rows=tuple(Sign(role=pen.label("coordinator"), name=source.name(x)) for x in coordinators)),
                ]
                yield sheet(source, pen, ("D22", f"closed-{one.seq}"), blocks, day_of(one), title="closed.title")
            case _:
                pass


def amendment(source: Source, pen: Pen) -> Iterator[Facts]:
    """D23: an agreement to change or end a contract, as the congress passed it (HZ 37-39)."""
    opened, passed = source.opened, _passed(source)
    if opened.kind not in (Kind.AMENDMENT, Kind.TERMINATION) or passed is None:
        return
    rows = tuple(
        (pen.cell(source.head(clause.head)), None, words(passed.draft, f"clauses.{at}.prose") or pen.label("erased"))
        for at, clause in enumerate(passed.draft.clauses)
    )
    columns = tuple(pen.label(f"columns.{key}") for key in ("head", "before", "after"))
    blocks: list[Block] = [
        Fields(
            rows=(
                (pen.label("employer"), source.organ(Side.EMPLOYER)),
                (pen.label("worker"), source.organ(Side.WORKER)),
                (pen.label("cause"), pen.cell(word("Cause", opened.cause.value)) if opened.cause is not None else None),
                (pen.label("evidence"), opened.evidence.sha256 if opened.evidence is not None else None),
                (pen.label("parent"), opened.parent),
            )
        ),
        Table(head=columns, widths=(4, 6, 6), rows=rows),
        pen.text("passed_on", day=blank_day(passed.attested_on)),
        chief_signs(source, pen, Side.WORKER, Side.EMPLOYER),
    ]
    yield sheet(source, pen, ("D23", passed.about), blocks, passed.attested_on, title=f"{opened.kind.value}.title")


def _passed(source: Source) -> Sitting | None:
    return next((one for one in reversed(sittings(source)) if one.result == "passed"), None)


def _value(passed: Sitting | None, name: str) -> str | None:
    """The figure the law looks at, as it was passed."""
    values = [x for one in passed.draft.clauses for x in one.values] if passed is not None else []
    for one in values:
        if one.name == name:
            return f"{one.rate}%" if one.kind == "rate" else yuan(one.fen).zh if one.kind == "fen" else None
    return None


def _in_force(source: Source, pen: Pen, one: e.ContractInForce) -> tuple[tuple[str, str | None], ...]:
    contract = pen.said("contract_of", enterprise=source.subject, year=source.opened.wage_year)
    return (
        (pen.label("contract"), pen.cell(contract)),
        (pen.label("from"), pen.cell(blank_day(one.in_force_from))),
        (pen.label("until"), pen.cell(blank_day(one.expires_on))),
    )  # fmt: skip


def _cites(source: Source, timer: str) -> tuple[str, ...]:
    row = source.law.pack.timers.get(timer)
    return row.cite if row is not None else ()


def _step(code: str) -> str:
    return say(f"steps.{code}")["zh"]
