"""The letters of supervision (D21): to urge, to give an opinion, to recommend (HZ 43; ZJLS 21-24).

What a letter says is read off the record once, for the paper and for the page of whoever received it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final, Literal, TypedDict

from msgspec import Struct

from cloudnego.core import events as e
from cloudnego.core.calendar import after
from cloudnego.core.vocabulary import Seat, Side
from cloudnego.papers.facts import Block, Facts, Fields, Sign, Signs, Text
from cloudnego.papers.parts import article, law, served_at_last, service_fields, sheet
from cloudnego.papers.pen import Pen, Two, day, word
from cloudnego.papers.sources import Source, day_of, words
from cloudnego.ports import Recorded

_TERM: Final = "opinion_answer"
_TO_RECOMMEND: Final = ("HZ 43", "ZJLS 23")
_TO_ACT: Final = ("HZ 43", "ZJLS 24")
"""有关部门接到工会劳动法律监督建议书后，应当…依法调查处理，并及时反馈调查处理结果。"""


class Answer(Struct, frozen=True, kw_only=True):
    """What the enterprise wrote back. `text`: None once it was erased."""

    on: date
    by: str
    outcome: str
    text: str | None


Kind = Literal["urge", "opinion", "recommendation"]


class Letter(Struct, frozen=True, kw_only=True):
    """One letter. `fact`: the entry; `union`, `to`: names, None where nobody knows; `about`: the term it urges to keep
    and `due_on` its last day; `article`: in full; `target`, `latest`: by when it asks for an answer or an act, of an
    opinion counted from the day it was served; `opinion`: that which a recommendation rests on, by its entry."""

    fact: str
    on: date
    by: str
    kind: Kind
    by_letter: bool = True
    union: str | None
    to: str | None
    about: Two | None = None
    due_on: date | None = None
    article: Two | None
    facts: str | None = None
    demand: str | None = None
    target: date | None = None
    latest: date | None = None
    served: e.Served | None = None
    answer: Answer | None = None
    recommended_on: date | None = None
    ground: str | None = None
    opinion: str | None = None


class Written(TypedDict):
    fact: str
    on: date
    by: str


def _written(one: Recorded) -> Written:
    return Written(fact=_entry(one), on=day_of(one), by=one.actor)


def told(source: Source) -> Iterator[Letter]:
    """Every letter of a case, and every word or visit to the same end, oldest first."""
    issued = {x.event.opinion: x for x in source.entries(e.OpinionIssued) if isinstance(x.event, e.OpinionIssued)}
    answers = {
        one.event.opinion: _answered(one, one.event)
        for one in source.entries(e.OpinionAnswered) if isinstance(one.event, e.OpinionAnswered)
    }  # fmt: skip
    reported = {
        one.event.opinion: day_of(one)
        for one in source.entries(e.RecommendationIssued) if isinstance(one.event, e.RecommendationIssued)
    }  # fmt: skip
    for one in source.entries(e.Urged, e.OpinionIssued, e.RecommendationIssued):
        match one.event:
            case e.Urged() as urged:
                yield _urge(source, one, urged)
            case e.OpinionIssued() as opinion:
                yield _opinion(source, one, opinion, answers.get(opinion.opinion), reported.get(opinion.opinion))
            case e.RecommendationIssued() as advice:
                rests_on = issued.get(advice.opinion)
                named = rests_on.event if rests_on is not None else None
                yield Letter(
                    **_written(one), kind="recommendation", union=source.unions.get(Seat.DISTRICT_UNION),
                    to=source.firm.authority,
                    article=_law(source, named.article if isinstance(named, e.OpinionIssued) else None),
                    facts=words(advice, "facts"), answer=answers.get(advice.opinion), ground=advice.ground,
                    opinion=_entry(rests_on) if rests_on is not None else None,
                )  # fmt: skip
            case _:
                pass


def _answered(one: Recorded, answer: e.OpinionAnswered) -> Answer:
    return Answer(on=day_of(one), by=one.actor, outcome=answer.outcome, text=words(answer, "answer"))


def _urge(source: Source, one: Recorded, urged: e.Urged) -> Letter:
    row = source.law.pack.timers.get(urged.about or "")
    return Letter(
        **_written(one), kind="urge", by_letter=urged.channel == "letter", union=_union(source, urged.seat),
        to=source.organ(urged.side.other), about=Two(row.label.zh, row.label.en) if row is not None else None,
        article=law(source, row.cite) if row is not None and row.cite else None, due_on=urged.due_on,
        demand=words(urged, "demand"), latest=urged.by_on, served=served_at_last(source, urged.paper, urged.served),
    )  # fmt: skip


def _opinion(
    source: Source, one: Recorded, opinion: e.OpinionIssued, answer: Answer | None, recommended: date | None
) -> Letter:
    served = served_at_last(source, opinion.opinion, opinion.served)
    target, latest = _term(source, served.on if served is not None else None)
    return Letter(
        **_written(one), kind="opinion", union=_union(source, opinion.seat), to=source.organ(opinion.side.other),
        article=_law(source, opinion.article), facts=words(opinion, "facts"), demand=words(opinion, "demand"),
        target=target, latest=latest, served=served, answer=answer, recommended_on=recommended,
    )  # fmt: skip


def _entry(one: Recorded) -> str:
    return f"{one.stream.value}.{one.seq}"


def _union(source: Source, seat: Seat | None) -> str | None:
    """The name of the union; of whoever wrote before that was kept, nothing."""
    return source.organ(Side.WORKER) if seat is Seat.UNION else source.unions.get(seat) if seat is not None else None


def _law(source: Source, said: str | None) -> Two | None:
    """An article somebody named: in full where he named it by the code of its text."""
    whole = article(source, said)
    if said is None or whole is None:
        return None
    return Two(said, said) if whole == said else law(source, (said,))


def _term(source: Source, served: date | None) -> tuple[date | None, date | None]:
    """By when an opinion is to be answered: the day to aim at, and the last one (HZLS 16; ZJLS 22)."""
    row = source.law.pack.timers.get(_TERM)
    if row is None or served is None:
        return None, None

    calendar = source.law.calendar
    latest = after(calendar, served, row.n, row.unit).latest
    if row.target_n is None:
        return None, latest
    return after(calendar, served, row.target_n, row.target_unit or row.unit).target, latest


# --- the paper ----------------------------------------------------------------------------------------------------


def letters(source: Source, pen: Pen) -> Iterator[Facts]:
    """D21: one paper a letter; of what was said by word of mouth there is none."""
    before = {one.fact: one for one in told(source)}
    for one in before.values():
        if not one.by_letter:
            continue
        rests_on = before.get(one.opinion) if one.opinion is not None else None
        blocks: list[Block] = [
            pen.text("to_whom", "lead", organ=one.to),
            pen.text(f"{one.kind}.opens", enterprise=source.subject, year=source.opened.wage_year),
            *_facts(pen, one),
            Fields(rows=tuple(_rows(source, pen, one, rests_on))),
            *_ends(source, pen, one),
            Signs(rows=(Sign(role=pen.label("from"), name=one.union, seal=True),
                        Sign(role=pen.label("by" if one.kind == "urge" else "chair"), name=source.name(one.by)))),
            *_after(pen, one),
        ]  # fmt: skip
        yield sheet(source, pen, ("D21", one.fact), blocks, one.on, title=f"{one.kind}.title")


def _facts(pen: Pen, one: Letter) -> tuple[Block, ...]:
    """What happened, in the words of whoever wrote; an urging has none but its demand."""
    if one.kind == "urge":
        return ()
    return (pen.heading("facts"), Text(text=one.facts) if one.facts is not None else pen.text("erased"))


def _rows(source: Source, pen: Pen, one: Letter, rests_on: Letter | None) -> Iterator[tuple[str, str | None]]:
    """The rule, what is asked, by when; only what is known, and no line for what is not."""
    if one.about is not None:
        yield pen.label("about"), pen.cell(one.about)
    if one.article is not None:
        yield pen.label("article"), pen.cell(one.article)
    if (due := day(one.due_on)) is not None:
        yield pen.label("due"), pen.cell(due)
    if rests_on is not None:
        yield from _opinion_rows(pen, rests_on, one)
    if one.kind == "recommendation":
        yield pen.label("demand"), pen.label("recommendation.demand", law=law(source, _TO_ACT))
    else:
        unsaid = pen.label("opinion.demand" if one.kind == "opinion" else "erased")
        yield pen.label("demand"), one.demand or unsaid
        yield pen.label("term"), _by_when(source, pen, one)
    label = pen.label("feedback" if one.kind == "recommendation" else "back")
    yield label, pen.label(f"{one.kind}.back", union=one.union or pen.said("from"))


def _opinion_rows(pen: Pen, rests_on: Letter, one: Letter) -> Iterator[tuple[str, str | None]]:
    """The opinion a recommendation rests on: when it was given and served, and what came of it."""
    yield pen.label("opinion_on"), pen.cell(day(rests_on.on) or Two("", ""))
    if rests_on.served is not None and (came := day(rests_on.served.on)) is not None:
        yield pen.label("opinion_served"), pen.cell(came)
    if one.ground is not None:
        yield pen.label("ground"), pen.cell(word("ground", one.ground))
    if rests_on.answer is not None:
        yield pen.label("answered"), _answer(pen, rests_on.answer)


def _by_when(source: Source, pen: Pen, one: Letter) -> str:
    """By when an answer or an act is asked for."""
    if one.kind == "urge":
        last = day(one.latest)
        return pen.label("urge.soon") if last is None else pen.label("urge.until", day=last)
    row, last = source.law.pack.timers.get(_TERM), day(one.latest)
    if row is None:
        return pen.label("urge.soon")
    count = pen.said("opinion.within", n=row.n, unit=pen.said(f"units.{row.unit}"), law=law(source, row.cite))
    return pen.cell(count) if last is None else f"{pen.cell(count)}\n{pen.label('opinion.last', day=last)}"


def _ends(source: Source, pen: Pen, one: Letter) -> tuple[Block, ...]:
    """What may follow, as the law says it; never that anybody broke it."""
    if one.kind != "opinion":
        return ()
    return (pen.text("opinion.else", law=law(source, _TO_RECOMMEND)), pen.text("opinion.no_finding", "small"))


def _after(pen: Pen, one: Letter) -> tuple[Block, ...]:
    """How it was served, and what was written back."""
    served: tuple[Block, ...] = ()
    if one.kind != "recommendation":
        served = (pen.heading("service.title"), service_fields(pen, one.served))
    if one.kind != "opinion" or one.answer is None:
        return served
    return (*served, pen.heading("answered"), Text(text=_answer(pen, one.answer)))


def _answer(pen: Pen, one: Answer) -> str:
    said = pen.label("answer", day=day(one.on), outcome=word("outcome", one.outcome))
    return said if one.text is None else f"{said}\n{one.text}"
