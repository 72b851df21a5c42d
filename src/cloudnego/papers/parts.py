"""What many papers share: the sheet itself, articles of law, topics, representatives, plans of a meeting, service."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from cloudnego.core import events as e
from cloudnego.core.calendar import add_working_days
from cloudnego.core.commands import Plan, Rep, ServedVia, TermFact, TopicFact
from cloudnego.core.vocabulary import ChiefIs, Side
from cloudnego.papers.facts import Block, Facts, Fields, Sign, Signs, Table
from cloudnego.papers.pen import Pen, Said, Two, blank_day, day, side_said, word, yuan
from cloudnego.papers.sources import Source, words
from cloudnego.ports import Recorded

_ARTICLE: Final = re.compile(r"(\S+) (\d+)(.*)")
_NO_CODE: Final = "—"
"""A trade or an area has no credit code."""


def sheet(
    source: Source, pen: Pen, kind: tuple[str, str], blocks: Iterable[Block], on: date | None, /,
    *, layout: str = "letter", title: str = "title", **facts: Said,
) -> Facts:  # fmt: skip
    """A paper with the header every paper has. `kind`: which it is, and about what."""
    opened, called = source.opened, pen.said(title, enterprise=source.subject, year=source.opened.wage_year, **facts)
    return Facts(
        doc=kind[0],
        about=kind[1],
        layout=layout,
        title=called.zh,
        title_en=called.en if pen.english else None,
        district=source.district,
        case=source.case,
        enterprise=source.subject.zh,
        credit_code=_NO_CODE if source.many else source.firm.credit_code,
        wage_year=opened.wage_year,
        pack=f"{opened.pack} {opened.pack_version}",
        day=on,
        sandbox=source.sandbox,
        blocks=tuple(blocks),
    )


def law(source: Source, cites: Sequence[str]) -> Two:
    """Articles by the names of their texts; of no article the pack's own text."""
    sources = source.law.pack.sources
    found: dict[str, list[tuple[str, str]]] = {}
    for one in cites:
        parts = _ARTICLE.fullmatch(one)
        if parts is not None and parts[1] in sources:
            found.setdefault(parts[1], []).append((parts[2], parts[3]))
    zh, en = [], []
    for key, articles in found.items():
        name = sources[key].name
        zh.append(f"《{name.zh}》" + "、".join(f"第{number}条{more}" for number, more in articles))
        en.append(f"{name.en}, article {', '.join(number + more for number, more in articles)}")
    if not zh:
        name = source.law.pack.name
        return Two(name.zh, name.en)
    return Two("、".join(zh), "; ".join(en))


def article(source: Source, said: str | None) -> str | None:
    """An article that somebody named, in full where he named it by the code of its text; else as he wrote it."""
    parts = _ARTICLE.fullmatch(said or "")
    return law(source, (said or "",)).zh if parts is not None and parts[1] in source.law.pack.sources else said


def amount(one: TopicFact | TermFact) -> Two | None:
    """The figure of a topic or a term."""
    rate = one.asked_rate if isinstance(one, TopicFact) else one.rate
    fen = one.asked_fen if isinstance(one, TopicFact) else one.fen
    return Two(f"{rate}%", f"{rate}%") if rate is not None else yuan(fen) if fen is not None else None


def topics_table(source: Source, pen: Pen, topics: Sequence[TopicFact], event: e.Event) -> Table:
    """What is said of each head, in the words it was said in. A statutory head nobody answered stands there empty, a
    further one not at all."""
    said = {one.head: (at, one) for at, one in enumerate(topics)}
    rows: list[tuple[str | None, ...]] = []
    further = {head.code for head in source.law.pack.topics.extra}
    for head in source.heads:
        name = f"{head.code} {pen.cell(source.head(head.code))}"
        if head.code not in said and head.code in further:
            continue
        if head.code not in said:
            rows.append((name, None, None, None))
            continue
        at, one = said[head.code]
        figure = amount(one)
        demand = [pen.cell(figure)] if figure is not None else []
        demand += [text] if (text := words(event, f"topics.{at}.demand")) else []
        why = [text for key in ("basis", "reason") if (text := words(event, f"topics.{at}.{key}"))]
        answer = pen.cell(word("Answer", one.answer.value))
        negotiated = one.answer.value == "negotiate"
        rows.append((name, answer, "\n".join(demand) or (None if negotiated else "—"), "\n".join(why) or None))
    head_row = tuple(pen.label(f"topics.{one}") for one in ("head", "answer", "demand", "basis"))
    return Table(head=head_row, widths=(5, 3, 5, 6), rows=tuple(rows))


def plan_fields(pen: Pen, plan: Plan | None) -> tuple[tuple[str, str | None], ...]:
    """When, where and how; lines to fill by hand where it is not settled."""
    when = None if plan is None else day(plan.day)
    said = None if plan is None or when is None else Two(f"{when.zh} {plan.time}", f"{when.en}, {plan.time}")
    return (
        (pen.label("plan.time"), None if said is None else pen.cell(said)),
        (pen.label("plan.place"), None if plan is None else plan.place),
        (pen.label("plan.mode"), None if plan is None else pen.cell(word("Mode", plan.mode.value))),
    )


def service_fields(pen: Pen, served: e.Served | None) -> Fields:
    """How the paper reached the other side."""
    if served is not None and served.via is ServedVia.PLATFORM:  # the record itself is the proof (ESL 11)
        rows = ((pen.label("service.via"), pen.cell(word("ServedVia", served.via.value))),)
        return Fields(rows=(*rows, (pen.label("service.on"), pen.cell(blank_day(served.on)))))
    via = None if served is None else pen.cell(word("ServedVia", served.via.value))
    proof = None if served is None or served.proof is None else pen.cell(word("Proof", served.proof.value))
    on = None if served is None else day(served.on)
    scan = None if served is None or served.evidence is None else served.evidence.sha256
    return Fields(
        rows=(
            (pen.label("service.via"), via),
            (pen.label("service.proof"), proof),
            (pen.label("service.on"), None if on is None else pen.cell(on)),
            (pen.label("service.evidence"), scan),
        )
    )


def served_at_last(source: Source, paper: str, at_once: e.Served | None) -> e.Served | None:
    """The service of a paper, proved with it or later."""
    later = (one.served for one in source.every(e.PaperServed) if one.paper == paper)
    return at_once if at_once is not None else next(later, None)


def due_after(source: Source, timer: str, start: date | None) -> date | None:
    """The last day of a term of the pack that starts on this day."""
    row = source.law.pack.timers.get(timer)
    if row is None or start is None:
        return None
    if row.unit == "wd":
        return add_working_days(source.law.calendar, start, row.n)
    return start + timedelta(days=row.n) if row.unit == "d" else None


def covered(source: Source, pen: Pen) -> tuple[Block, ...]:
    """The enterprises a contract over many is for; nothing where it is for one."""
    if not source.covered:
        return ()
    rows = tuple(
        (str(n), source.name(one.enterprise), str(one.headcount)) for n, one in enumerate(source.covered, start=1)
    )
    head = tuple(pen.label(f"covered.{key}") for key in ("no", "enterprise", "workers"))
    return (
        pen.heading("covered.title", count=len(rows), workers=source.workers),
        Table(head=head, widths=(2, 12, 3), rows=rows),
    )


# --- benches ------------------------------------------------------------------------------------------------------


class Bench(Struct, frozen=True, kw_only=True):
    """One side's representatives. `by`: the kind of act that made the list: an election, an appointment."""

    reps: tuple[Rep, ...] = ()
    chief: str | None = None
    chief_is: ChiefIs = ChiefIs.OTHER
    may_sign: bool = True
    by: str | None = None
    on: date | None = None
    published: tuple[date, date] | None = None
    place: str | None = None


def bench_of(source: Source, side: Side, events: Sequence[Recorded] | None = None) -> Bench:
    """A side's bench as these events leave it; all of them, if none are given."""
    bench = Bench()
    standing: e.CandidatesProposed | None = None
    for one in source.events if events is None else events:
        on = one.occurred_on or one.at.date()
        match one.event:
            case e.CandidatesProposed() as proposed if side is Side.WORKER:
                standing = proposed
            case e.ElectionAttested(settled=True, chosen=chosen) if side is Side.WORKER and standing is not None:
                reps = tuple(rep for rep in standing.candidates if rep.person in chosen)
                bench = Bench(reps=reps, chief=standing.chief, chief_is=standing.chief_is, by="election", on=on)
            case e.RepresentativesAppointed() as by if by.side is side:
                bench = Bench(
                    reps=by.reps, chief=by.chief, chief_is=by.chief_is, may_sign=by.chief_may_sign, by="appointment",
                    on=on,
                )  # fmt: skip
            case e.OutsiderMandated() as more if more.side is side:
                bench = _with(bench, reps=(*bench.reps, more.rep))
            case e.RepresentativeLeft() as left if left.side is side:
                bench = _with(bench, reps=tuple(rep for rep in bench.reps if rep.person != left.person))
            case e.RepresentativeReplaced() as new if new.side is side:
                kept = tuple(rep for rep in bench.reps if rep.person not in (new.old, new.rep.person))
                bench = _with(bench, reps=(*kept, new.rep))
                if new.as_chief:
                    bench = _with(bench, chief=new.rep.person, chief_is=new.chief_is, may_sign=new.chief_may_sign)
            case e.ListPublished() as public if public.side is side:
                bench = _with(bench, published=(public.from_on, public.until_on), place=words(public, "place"))
            case _:
                pass
    return bench


def _with(bench: Bench, **changed: object) -> Bench:
    return replace(bench, **changed)


def persons(source: Source, who: Iterable[str]) -> str | None:
    """Names, one after the other."""
    return "、".join(source.name(one) or one for one in who) or None


def chief_signs(source: Source, pen: Pen, *sides: Side, seal: bool = True) -> Signs:
    """Where the chiefs sign."""
    return Signs(
        rows=tuple(
            Sign(role=pen.label("signs.chief", side=side_said(side)), name=source.name(bench_of(source, side).chief),
                 seal=seal)
            for side in sides
        )
    )  # fmt: skip
