"""Step 2: each side collects opinions and drafts its topics in its own stream; the table learns only that it did."""

from __future__ import annotations

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core import sheets
from cloudnego.core.acts import day_of, of_side, said
from cloudnego.core.moment import Moment, Standing
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.state import EMPTY_CAUCUS
from cloudnego.core.vocabulary import Seat, Side


def side_ahead_declared(s: Standing) -> Obstacle | None:
    """Step 2 ends when one side has declared its topics ready."""
    if s.case.topics_ready.worker or s.case.topics_ready.employer:
        return None
    side = s.case.opened.by_side if s.case.opened else Side.WORKER
    return no(Reason.TOPICS_NOT_READY, *s.law.pack.topics.cite, cure=(Seat.CHIEF, Seat.REPRESENTATIVE), side=side)


def not_declared(m: Moment) -> Obstacle | None:
    return no(Reason.NOTHING_NEW) if m.case.topics_ready.of(m.own_side) else None


def own_topics_ready(m: Moment) -> Obstacle | None:
    if m.case.topics_ready.of(m.own_side):
        return None
    return no(Reason.TOPICS_NOT_READY, *m.law.pack.topics.cite, cure=(Seat.CHIEF, Seat.REPRESENTATIVE), side=m.own_side)


def declare_topics_ready(m: Moment, command: c.DeclareTopicsReady) -> list[e.Event]:
    return [e.TopicsDeclaredReady(**of_side(m, command), held=command.held)]


def answers_add_up(_: Moment, command: c.RecordOpinions) -> Obstacle | None:
    return None if command.returned <= command.issued else no(Reason.COUNTS_DO_NOT_ADD_UP)


def opinions_change(m: Moment, command: c.RecordOpinions) -> Obstacle | None:
    known = m.caucus or EMPTY_CAUCUS
    new = (command.issued, command.returned, command.held)
    return no(Reason.NOTHING_NEW) if new == (known.issued, known.returned, known.opinions_held) else None


def enough_answers(m: Moment, command: c.RecordOpinions) -> Obstacle | None:
    """No statute gives a sample size; the pack's share of answers is advised."""
    row = m.law.pack.opinions
    if row.response.at_least(command.returned, command.issued):
        return None
    return no(Reason.FEW_ANSWERS, *row.cite, level=row.level, returned=command.returned, issued=command.issued)


def record_opinions(m: Moment, command: c.RecordOpinions) -> list[e.Event]:
    return [
        e.OpinionsRecorded(
            side=m.own_side, occurred_on=day_of(m, command), evidence=command.evidence, held=command.held,
            issued=command.issued, returned=command.returned, heads=command.heads, words=said(command),
        )
    ]  # fmt: skip


def opinions_heard(m: Moment) -> Obstacle | None:
    """职工方 collects views before it drafts (HZ 19 (一), (三)); advised."""
    if m.own_side is Side.EMPLOYER or (m.caucus or EMPTY_CAUCUS).issued:
        return None
    row = m.law.pack.opinions
    return no(Reason.OPINIONS_MISSING, *row.cite, level=row.level, cure=(Seat.REPRESENTATIVE,), side=Side.WORKER)


def sheet_changes(m: Moment, command: c.DraftTopicSheet) -> Obstacle | None:
    same = sheets.facts(command.topics) == (m.caucus or EMPTY_CAUCUS).sheet
    return no(Reason.NOTHING_NEW) if same else None


def draft_topic_sheet(m: Moment, command: c.DraftTopicSheet) -> list[e.Event]:
    return [e.TopicSheetDrafted(side=m.own_side, topics=sheets.facts(command.topics), words=said(command))]
