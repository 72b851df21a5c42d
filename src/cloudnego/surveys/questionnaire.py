"""What is asked and what is answered: plain data, frozen at the opening. Options, departments and posts are known by
their place in their list."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final

import msgspec

NOT_SAID: Final = -1
"""The place of what somebody left open: a question he skipped, a department or post he did not name."""

SCALE: Final = 5
AGREE, DISAGREE = 0, 1


class QuestionKind(StrEnum):
    """What a question wants."""

    CHOICE = "choice"
    SEVERAL = "several"
    SCALE = "scale"
    AMOUNT = "amount"
    TEXT = "text"


class SurveyOption(msgspec.Struct, frozen=True, kw_only=True):
    """Something to choose. `head`: the statutory head it belongs to."""

    text: str
    head: str | None = None


class SurveyQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """One screen. `most`: how many may be chosen; `edges`: where the bands of an amount begin, in fen, ascending."""

    kind: QuestionKind
    text: str
    head: str | None = None
    options: tuple[SurveyOption, ...] = ()
    most: int | None = None
    edges: tuple[int, ...] = ()


class About(StrEnum):
    """What a survey is for: what workers want before the talks, or how they find what came of them."""

    OPINIONS = "opinions"
    SATISFACTION = "satisfaction"


class Questionnaire(msgspec.Struct, frozen=True, kw_only=True):
    """All that is asked. `statements`: one card each, agree, disagree or pass."""

    about: About = About.OPINIONS
    title: str
    questions: tuple[SurveyQuestion, ...]
    statements: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What one person answered, without him. `picks`: by question, the places chosen (of a scale 0 to 4, of an amount
    its band); none where he skipped it. `statements`: agree, disagree or `NOT_SAID`, one each."""

    department: int = NOT_SAID
    post: int = NOT_SAID
    picks: tuple[tuple[int, ...], ...] = ()
    statements: tuple[int, ...] = ()


def fits(asked: Questionnaire, given: Answer) -> bool:
    """Whether an answer answers this questionnaire: every place exists, and no more is chosen than may be."""
    return (
        NOT_SAID <= given.department < len(asked.departments)
        and NOT_SAID <= given.post < len(asked.posts)
        and len(given.picks) == len(asked.questions)
        and len(given.statements) == len(asked.statements)
        and all(one in (AGREE, DISAGREE, NOT_SAID) for one in given.statements)
        and all(_fits(question, picks) for question, picks in zip(asked.questions, given.picks, strict=True))
    )


def _fits(question: SurveyQuestion, picks: tuple[int, ...]) -> bool:
    return (
        len(picks) <= most_of(question)
        and len(set(picks)) == len(picks)
        and all(0 <= one < places_of(question) for one in picks)
    )


def places_of(question: SurveyQuestion) -> int:
    """How many places there are to choose from; none in a free text."""
    if question.kind is QuestionKind.SCALE:
        return SCALE
    if question.kind is QuestionKind.AMOUNT:
        return len(question.edges) + 1
    return len(question.options)


def most_of(question: SurveyQuestion) -> int:
    """How many of them one person may choose."""
    if question.kind is QuestionKind.TEXT:
        return 0
    return (question.most or len(question.options)) if question.kind is QuestionKind.SEVERAL else 1


def counted(asked: Questionnaire) -> Iterator[int]:
    """The questions whose answers are counted, by place."""
    return (place for place, one in enumerate(asked.questions) if one.kind is not QuestionKind.TEXT)


def words_counted(asked: Questionnaire) -> tuple[str, ...]:
    """The questions and statements whose answers are counted, as they were put."""
    return (*(asked.questions[place].text for place in counted(asked)), *asked.statements)


def asked_again(asked: Questionnaire, before: Iterable[Questionnaire]) -> str | None:
    """The first of its words that was counted before, whatever there was to choose from: who knows both tables and
    who came to one of them alone takes one from the other. Signs, blanks and width make no new question."""
    known = {_bare(text) for one in before for text in words_counted(one)}
    return next((text for text in words_counted(asked) if _bare(text) in known), None)


def _bare(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in folded if sign.isalnum()) or folded
