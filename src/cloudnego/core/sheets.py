"""Topic sheets: an answer to each statutory head (HZ 9), checked alike in the sheet, offer, reply and notice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cloudnego.core import commands as c
from cloudnego.core.moment import Moment, Standing
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.vocabulary import Scope


def facts(topics: Sequence[c.Topic]) -> tuple[c.TopicFact, ...]:
    """The sheet without what people wrote."""
    return tuple(
        c.TopicFact(head=t.head, answer=t.answer, asked_rate=t.asked_rate, asked_fen=t.asked_fen) for t in topics
    )


def heads_known(m: Moment, command: Any) -> Obstacle | None:
    """Every line names a head of the pack, each once, and a head that is not negotiated says why."""
    rows = m.law.pack.topics
    known = rows.codes
    seen: set[str] = set()
    for topic in command.topics:
        if topic.head not in known:
            return no(Reason.UNKNOWN_HEAD, *rows.cite, head=topic.head)
        if topic.head in seen:
            return no(Reason.HEAD_TWICE, head=topic.head)
        seen.add(topic.head)
        if topic.answer is c.Answer.NOT_APPLICABLE and topic.reason is None:
            return no(Reason.REASON_MISSING, *rows.cite, head=topic.head)
    return None


def something_to_negotiate(m: Moment, command: Any) -> Obstacle | None:
    """At least one head is up for negotiation."""
    if any(t.answer is c.Answer.NEGOTIATE for t in command.topics):
        return None
    return no(Reason.NOTHING_TO_NEGOTIATE, *m.law.pack.topics.cite)


def unanswered(s: Standing, answered: frozenset[str]) -> list[str]:
    """The statutory heads that have no answer yet, where the pack wants all of them."""
    rows = s.law.pack.topics
    coverage = rows.coverage if s.case.scope is Scope.ENTERPRISE else rows.regional_coverage
    if coverage != "all_answered":
        return []
    dispatched = s.case.opened is not None and s.case.opened.dispatched > 0
    asked = (*rows.heads, *(h for h in rows.extra if h.where_dispatched and dispatched))
    return [h.code for h in asked if h.code not in answered]


def all_heads_answered(m: Moment, command: Any) -> Obstacle | None:
    """工资集体协商应当包括以下内容 (HZ 9): nine heads, at the pack's level."""
    left = unanswered(m, frozenset(t.head for t in command.topics))
    if not left:
        return None
    return no(Reason.HEADS_UNANSWERED, *m.law.pack.topics.cite, level=m.law.pack.topics.level, heads=" ".join(left))
