"""What a notice says outside the program: which messages leave it at all, and what of them.

A mail is read on the way by whoever carries it, and on a screen by whoever stands beside. So only messages of this list
leave, each with facts of this list: names and days its reader sees in the program anyway. Nothing that others typed
freely is among them, no figure, no code, no secret; every link leads to a page that asks who one is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from cloudnego.identity.inbox import InboxEntry, MessageKind
from cloudnego.notify.channels import Language, Letter
from cloudnego.texts import Said, say

K = MessageKind

OUTSIDE: Final[Mapping[str, str]] = {
    K.TERM_NEAR: "inbox.term_near",
    K.TERM_TODAY: "inbox.term_today",
    K.TERM_OVER: "inbox.term_over",
    K.TERM_URGE: "inbox.term_urge",
    K.POLL_REMINDER: "inbox.poll_reminder",
    K.SURVEY_REMINDER: "notify.survey",
    K.CONGRESS_MATERIALS: "inbox.congress_materials",
    K.ELECTION_OBJECTION: "inbox.election_objection",
    K.OBJECTION_ANSWERED: "inbox.objection_answered",
    K.WEBHOOK_RESTS: "notify.webhook",
    K.CAMPAIGN_CALL: "notify.campaign",
    K.RESET_ASKED: "notify.reset_asked",
    K.RESET_DONE: "notify.reset_done",
    K.FACTOR_ADDED: "inbox.factor_added",
    K.FACTOR_REMOVED: "inbox.factor_removed",
    K.PASSWORD_CHANGED: "inbox.password_changed",
}
"""The sentence of each message that may leave. A code never does: it has a way of its own (`identity.sending`)."""

FACTS: Final = frozenset(
    {"enterprise", "term_zh", "term_en", "day", "left", "until", "what", "provisional_zh", "provisional_en"}
)
"""All that such a sentence may be filled with."""

_OF_A_TERM: Final = frozenset({K.TERM_NEAR, K.TERM_TODAY, K.TERM_OVER, K.TERM_URGE})
_SUBJECT_MAX: Final = 120


def letter_of(id_: str, at_s: int, entries: Sequence[InboxEntry], language: Language, home: str) -> Letter:
    """One letter of these messages. `home`: the address of the house."""
    lines = tuple((_in(sentence(one), language), home + link(one)) for one in entries)
    facts = {"count": str(len(entries)), "link": f"{home}/messages"}
    return Letter(
        id=id_,
        at_s=at_s,
        subject=_subject(entries, language)[:_SUBJECT_MAX],
        lines=lines,
        foot=_in(say("notify.foot"), language),
        short=_in(say("notify.short", facts), language),
        leave=f"{home}/me#notices",
        stop=_in(say("notify.stop"), language),
        language=language,
    )


def sentence(one: InboxEntry) -> Said:
    """A message as it may leave."""
    return say(OUTSIDE[one.kind], {name: fact for name, fact in one.facts.items() if name in FACTS})


def link(one: InboxEntry) -> str:
    """The page it is about: of the case, or all messages. It names no more than the case, by its opaque id."""
    case = one.facts.get("case", "")
    return f"/c/{case}" if case.isalnum() and one.kind in _OF_A_TERM else "/messages"


def _subject(entries: Sequence[InboxEntry], language: Language) -> str:
    first = entries[0]
    if len(entries) == 1 and first.kind in _OF_A_TERM:
        said = say("notify.subject_term", {name: fact for name, fact in first.facts.items() if name in FACTS})
    else:
        said = say("notify.subject_one" if len(entries) == 1 else "notify.subject_many", {"count": str(len(entries))})
    text = said["zh"] if language == "zh" else said["en"] if language == "en" else f"{said['zh']} · {said['en']}"
    return " ".join(text.split())


def _in(said: Said, language: Language) -> str:
    return f"{said['zh']}\n{said['en']}" if language == "both" else said[language]
