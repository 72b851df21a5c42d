"""The letters of the talks: offer, reply, notice before the meeting, and the topic sheet of one side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cloudnego.core import events as e
from cloudnego.core.commands import Plan
from cloudnego.core.vocabulary import Side
from cloudnego.papers.facts import Block, Facts, Fields, Text
from cloudnego.papers.parts import (
    bench_of,
    chief_signs,
    due_after,
    law,
    persons,
    plan_fields,
    served_at_last,
    service_fields,
    sheet,
    topics_table,
)
from cloudnego.papers.pen import Pen, blank_day, side_said, word
from cloudnego.papers.sources import Source, day_of, words
from cloudnego.ports import Recorded


def offer(source: Source, pen: Pen) -> Iterator[Facts]:
    """D6: time, place, content and own representatives (HZ 24 ¶2)."""
    for one in source.entries(e.OfferSent):
        sent = one.event
        assert isinstance(sent, e.OfferSent)
        side, served = sent.side, served_at_last(source, sent.paper, sent.served)
        latest = due_after(source, "reply", served.on if served is not None else None)
        row = source.law.pack.timers["reply"]
        blocks: list[Block] = [
            _to(source, pen, side.other),
            pen.text(
                "opens", year=source.opened.wage_year, law=law(source, source.law.pack.offer.cite), side=side_said(side)
            ),
            *_own(pen, "basis", words(sent, "basis")),
            pen.heading("when"),
            Fields(rows=plan_fields(pen, sent.plan)),
            pen.heading("what"),
            topics_table(source, pen, sent.topics, sent),
            pen.heading("who"),
            Fields(rows=_team(source, pen, side, sent.reps, _until(source, one))),
            pen.heading("asks"),
            Fields(rows=((pen.label("data"), None), (pen.label("annexes"), None))),
            pen.text("reply_by", n=row.n, unit=pen.said(f"units.{row.unit}"), day=blank_day(latest)),
            chief_signs(source, pen, side),
            pen.heading("service.title"),
            service_fields(pen, served),
        ]
        yield sheet(source, pen, ("D6", sent.paper), blocks, day_of(one))


def reply(source: Source, pen: Pen) -> Iterator[Facts]:
    """D7: the written answer, with time and content settled (HZ 24 ¶1)."""
    for one in source.entries(e.ReplySent):
        sent = one.event
        assert isinstance(sent, e.ReplySent)
        side, served = sent.side, served_at_last(source, sent.paper, sent.served)
        offered = next((x for x in source.every(e.OfferSent) if x.side is side.other), None)
        came = served_at_last(source, offered.paper, offered.served) if offered is not None else None
        blocks: list[Block] = [
            _to(source, pen, side.other),
            pen.text(
                "opens", day=blank_day(came.on if came is not None else None),
                law=law(source, source.law.pack.reply.cite), outcome=word("ReplyOutcome", sent.outcome.value),
            ),
            *_own(pen, "reason", words(sent, "reason")),
            pen.heading("when"),
            Fields(rows=plan_fields(pen, sent.plan)),
            pen.heading("what"),
            topics_table(source, pen, sent.topics, sent),
            pen.heading("who"),
            Fields(rows=_team(source, pen, side, sent.reps, _until(source, one))),
            pen.heading("asks"),
            Fields(rows=((pen.label("promised"), None), (pen.label("asked"), None))),
            chief_signs(source, pen, side),
            pen.heading("service.title"),
            service_fields(pen, served),
        ]  # fmt: skip
        yield sheet(source, pen, ("D7", sent.paper), blocks, day_of(one))


def notice(source: Source, pen: Pen) -> Iterator[Facts]:
    """D28: topics and representatives, told to the other side before the meeting (ZJ 16 ¶2)."""
    for one in source.entries(e.MeetingNoticeSent):
        sent = one.event
        assert isinstance(sent, e.MeetingNoticeSent)
        side, before = sent.side, _until(source, one)
        row = source.law.pack.meeting_notice
        blocks: list[Block] = [
            _to(source, pen, side.other),
            pen.text("opens", law=law(source, row.cite if row is not None else ()), side=side_said(side)),
            Fields(rows=plan_fields(pen, planned(before))),
            pen.heading("what"),
            topics_table(source, pen, sent.topics, sent),
            pen.heading("who"),
            Fields(rows=_team(source, pen, side, sent.reps, before)),
            chief_signs(source, pen, side),
            pen.heading("service.title"),
            service_fields(pen, served_at_last(source, sent.paper, sent.served)),
        ]
        yield sheet(source, pen, ("D28", sent.paper), blocks, day_of(one), side=side_said(side))


def topics(source: Source, pen: Pen) -> Iterator[Facts]:
    """D5: what a side says of each head, to itself (HZ 9; N2004 33)."""
    found = source.entries(e.TopicSheetDrafted)
    if not found:
        return
    one, drafted = found[-1], found[-1].event
    assert isinstance(drafted, e.TopicSheetDrafted)
    blocks: list[Block] = [
        pen.text("opens", law=law(source, source.law.pack.topics.cite), side=side_said(drafted.side)),
        topics_table(source, pen, drafted.topics, drafted),
        Fields(rows=((pen.label("present"), None), (pen.label("data"), None), (pen.label("priority"), None))),
        chief_signs(source, pen, drafted.side, seal=False),
    ]
    yield sheet(source, pen, ("D5", drafted.side.value), blocks, day_of(one), side=side_said(drafted.side))


def opinions(source: Source, pen: Pen) -> Iterator[Facts]:
    """D4: what came of asking the workers (HZ 19)."""
    found = source.entries(e.OpinionsRecorded)
    if not found:
        return
    one, held = found[-1], found[-1].event
    assert isinstance(held, e.OpinionsRecorded)
    rate = f"{100 * held.returned / held.issued:.1f}%"
    heads = "\n".join(f"{at + 1}. {pen.cell(source.head(code))}" for at, code in enumerate(held.heads))
    rows: tuple[tuple[str, str | None], ...] = (
        (pen.label("on"), pen.cell(blank_day(held.occurred_on))),
        (pen.label("method"), pen.cell(word("Held", held.held.value))),
        (pen.label("issued"), str(held.issued)),
        (pen.label("returned"), str(held.returned)),
        (pen.label("rate"), rate),
        (pen.label("heads"), heads or None),
        (pen.label("digest"), words(held, "digest")),
        (pen.label("groups"), None),
    )
    blocks: list[Block] = [
        pen.text("opens", law=law(source, source.law.pack.opinions.cite)), Fields(rows=rows),
        pen.text("limits", "small"), chief_signs(source, pen, held.side, seal=False),
    ]  # fmt: skip
    yield sheet(source, pen, ("D4", held.side.value), blocks, day_of(one))


def planned(before: Sequence[Recorded]) -> Plan | None:
    """The meeting both sides last settled on, or that one of them offered."""
    plan: Plan | None = None
    for one in before:
        match one.event:
            case e.OfferSent(plan=offered, crossing=False):
                plan = offered
            case e.ReplySent(plan=answered) if answered is not None and answered.place is not None:
                plan = answered
            case e.MeetingPlanNamed(plan=named, agreed=True) | e.MeetingPostponed(plan=named):
                plan = named
            case e.NewDayChosen(plan=named) | e.MeetingAdjourned(next=named):
                plan = named
            case e.SuspensionNamed(next=named, agreed=True):
                plan = named
            case _:
                pass
    return plan


def _until(source: Source, one: Recorded) -> tuple[Recorded, ...]:
    at = next(n for n, x in enumerate(source.events) if x.stream is one.stream and x.seq == one.seq)
    return source.events[: at + 1]


def _to(source: Source, pen: Pen, side: Side) -> Text:
    return pen.text("to", "lead", organ=source.organ(side), side=side_said(side))


def _own(pen: Pen, key: str, text: str | None) -> tuple[Block, ...]:
    """What somebody wrote, in his words, under what it is."""
    return () if text is None else (pen.heading(key), Text(text=text))


def _team(
    source: Source, pen: Pen, side: Side, who: Sequence[str], before: Sequence[Recorded]
) -> tuple[tuple[str, str | None], ...]:
    chief = bench_of(source, side, before).chief
    return (
        (pen.label("team.chief"), source.name(chief)),
        (pen.label("team.reps"), persons(source, [one for one in who if one != chief])),
    )
